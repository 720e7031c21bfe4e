"""Concept 12: Transition layers."""

from toolkit.experiments.variant import Experiment, Variant

NUMBER, TITLE = 12, "Transition layers"
EXPERIMENT = Experiment(
    "A transition shrinks maps and channels at once: what does each half do?",
    (
        Variant("pool, then 1x1"),
        Variant("1x1, then pool", layers="8 16 8:1 P 16 16 24 28 G F10"),
        Variant("pool only", layers="8 16 P 16 16 24 28 G F10"),
        Variant("1x1 of stride 2", layers="8 16 8:1/2 16 16 24 28 G F10"),
    ),
)
