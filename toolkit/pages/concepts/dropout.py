"""Concept 14: Dropout."""

from toolkit.experiments.variant import Experiment, Variant

NUMBER, TITLE = 14, "Dropout"
EXPERIMENT = Experiment(
    "How much dropout does so small a network bear?",
    (
        Variant("none"),
        Variant(
            "0.02 after every convolution",
            layers="8 D0.02 16 D0.02 P 8:1 D0.02 16 D0.02 16 D0.02 24 D0.02 28 D0.02 G F10",
        ),
        Variant(
            "0.05 after every convolution",
            layers="8 D0.05 16 D0.05 P 8:1 D0.05 16 D0.05 16 D0.05 24 D0.05 28 D0.05 G F10",
        ),
        Variant(
            "0.1 after every convolution",
            layers="8 D0.1 16 D0.1 P 8:1 D0.1 16 D0.1 16 D0.1 24 D0.1 28 D0.1 G F10",
        ),
        Variant(
            "0.25 after every convolution",
            layers="8 D0.25 16 D0.25 P 8:1 D0.25 16 D0.25 16 D0.25 24 D0.25 28 D0.25 G F10",
        ),
    ),
)
