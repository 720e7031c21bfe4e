"""Concept 10: Image normalization."""

from toolkit.experiments.variant import Experiment, Variant

NUMBER, TITLE = 10, "Image normalization"
EXPERIMENT = Experiment(
    "Must pixels have mean 0 and deviation 1, and does batch normalization make up for it?",
    (
        Variant("mean 0, deviation 1"),
        Variant("0 to 1", pixels="unit"),
        Variant("0 to 255", pixels="bytes"),
        Variant(
            "mean 0, deviation 1, no batch norm",
            after="R",
            start="he",
            training={"learning_rate": 0.02},
        ),
        Variant(
            "0 to 1, no batch norm",
            after="R",
            start="he",
            pixels="unit",
            training={"learning_rate": 0.02},
        ),
        Variant(
            "0 to 255, no batch norm",
            after="R",
            start="he",
            pixels="bytes",
            training={"learning_rate": 0.02},
        ),
    ),
)
