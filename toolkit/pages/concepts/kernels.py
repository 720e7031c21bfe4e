"""Concept 8: Kernels, and how to choose their number."""

from toolkit.experiments.variant import Experiment, Variant

NUMBER, TITLE = 8, "Kernels, and how to choose their number"
EXPERIMENT = Experiment(
    "How does the number of kernels change what is reached and what it costs?",
    (
        Variant("half as many", layers="4 8 P 4:1 8 8 12 14 G F10"),
        Variant("8 to 28, growing"),
        Variant("16 everywhere", layers="16 16 P 16:1 16 16 16 16 G F10"),
        Variant("28 to 8, falling", layers="28 24 P 16:1 16 16 16 8 G F10"),
        Variant("twice as many", layers="16 32 P 16:1 32 32 48 56 G F10"),
    ),
)
