"""Concept 7: Learning rate."""

from toolkit.experiments.variant import Experiment, Variant

NUMBER, TITLE = 7, "Learning rate"
EXPERIMENT = Experiment(
    "How much does the highest learning rate matter?",
    (
        Variant("0.001", training={"learning_rate": 0.001}),
        Variant("0.01", training={"learning_rate": 0.01}),
        Variant("0.05", training={"learning_rate": 0.05}),
        Variant("0.15"),
        Variant("0.5", training={"learning_rate": 0.5}),
        Variant("2", training={"learning_rate": 2.0}),
    ),
)
