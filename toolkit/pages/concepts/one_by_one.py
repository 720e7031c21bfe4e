"""Concept 3: 1x1 convolutions."""

from toolkit.experiments.variant import Experiment, Variant

NUMBER, TITLE = 3, "1x1 convolutions"
EXPERIMENT = Experiment(
    "What does the 1x1 convolution after the pool cost, and what does it save?",
    (
        Variant("1x1 to 8 channels"),
        Variant("1x1 to 4 channels", layers="8 16 P 4:1 16 16 24 28 G F10"),
        Variant("no 1x1", layers="8 16 P 16 16 24 28 G F10"),
        Variant("3x3 to 8 channels instead", layers="8 16 P 8+1 16 16 24 28 G F10"),
    ),
)
