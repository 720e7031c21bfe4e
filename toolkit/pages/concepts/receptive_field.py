"""Concept 5: Receptive field."""

from toolkit.experiments.variant import Experiment, Variant

NUMBER, TITLE = 5, "Receptive field"
EXPERIMENT = Experiment(
    "How far must the last layer see before the average over all places?",
    (
        Variant("receptive field 10", layers="8 16 P 8:1 28 G F10"),
        Variant("receptive field 14", layers="8 16 P 8:1 16 28 G F10"),
        Variant("receptive field 18", layers="8 16 P 8:1 16 24 28 G F10"),
        Variant("receptive field 22"),
        Variant("receptive field 26", layers="8 16 P 8:1 16 16 24 24 28 G F10"),
    ),
)
