"""Concept 1: How many layers."""

from toolkit.experiments.variant import Experiment, Variant

NUMBER, TITLE = 1, "How many layers"
EXPERIMENT = Experiment(
    "What do more convolutions bring, and when do they stop to pay?",
    (
        Variant("2 convolutions", layers="16 P 28 G F10"),
        Variant("4 convolutions", layers="8 16 P 16 28 G F10"),
        Variant("7 convolutions"),
        Variant("9 convolutions", layers="8 8 16 P 8:1 16 16 16 24 28 G F10"),
    ),
)
