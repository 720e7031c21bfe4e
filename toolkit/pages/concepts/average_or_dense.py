"""Concept 21: Global average pooling against a fully connected layer."""

from toolkit.experiments.variant import Experiment, Variant

NUMBER, TITLE = 21, "Global average pooling against a fully connected layer"
EXPERIMENT = Experiment(
    "What does the average over all places give up, and what does it save?",
    (
        Variant("average, then linear"),
        Variant("average only", layers="8 16 P 8:1 16 16 24 10() G"),
        Variant("fully connected", layers="8 16 P 8:1 16 16 24 28 F10"),
        Variant("fully connected with 32 hidden", layers="8 16 P 8:1 16 16 24 28 F32 R F10"),
    ),
)
