"""Concept 18: When to stop convolutions and go to a larger kernel or something else."""

from toolkit.experiments.variant import Experiment, Variant

NUMBER, TITLE = 18, "When to stop convolutions and go to a larger kernel or something else"
EXPERIMENT = Experiment(
    "Where should 3x3 convolutions end, and what should follow?",
    (
        Variant("at 4x4, then the average"),
        Variant("at 8x8, then the average", layers="8 16 P 8:1 16 28 G F10"),
        Variant("at 8x8, then one 8x8 kernel", layers="8 16 P 8:1 16 16 10:8() G"),
        Variant("at 4x4, then one 4x4 kernel", layers="8 16 P 8:1 16 16 16 24 10:4() G"),
        Variant("at 2x2, then the average", layers="8 16 P 8:1 16 16 24 24 28 G F10"),
    ),
)
