"""Concept 11: Position of MaxPooling."""

from toolkit.experiments.variant import Experiment, Variant

NUMBER, TITLE = 11, "Position of MaxPooling"
EXPERIMENT = Experiment(
    "After which convolution should the pool stand?",
    (
        Variant("after the 1st", layers="8 P 16 16 16 24 28 G F10"),
        Variant("after the 2nd", layers="8 16 P 16 16 24 28 G F10"),
        Variant("after the 3rd", layers="8 16 16 P 16 24 28 G F10"),
        Variant("after the 4th", layers="8 16 16 16 P 24 28 G F10"),
    ),
)
