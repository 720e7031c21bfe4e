"""Concept 13: Position of the transition layer."""

from toolkit.experiments.variant import Experiment, Variant

NUMBER, TITLE = 13, "Position of the transition layer"
EXPERIMENT = Experiment(
    "After which convolution should the transition stand?",
    (
        Variant("after the 1st", layers="8 P 8:1 16 16 16 24 28 G F10"),
        Variant("after the 2nd", layers="8 16 P 8:1 16 16 24 28 G F10"),
        Variant("after the 3rd", layers="8 16 16 P 8:1 16 24 28 G F10"),
        Variant("after the 4th", layers="8 16 16 16 P 8:1 24 28 G F10"),
    ),
)
