"""Concept 24: Initialization."""

from toolkit.experiments.variant import Experiment, Variant

NUMBER, TITLE = 24, "Initialization"
EXPERIMENT = Experiment(
    "How large should the first weights be, with and without batch normalization?",
    (
        Variant("PyTorch's, batch norm"),
        Variant("deviation 1, batch norm", start="large"),
        Variant("deviation 0.001, batch norm", start="tiny"),
        Variant("He, no batch norm", start="he", after="R", training={"learning_rate": 0.02}),
        Variant(
            "Xavier, no batch norm", start="xavier", after="R", training={"learning_rate": 0.02}
        ),
        Variant(
            "deviation 0.001, no batch norm",
            start="tiny",
            after="R",
            training={"learning_rate": 0.02},
        ),
        Variant("PyTorch's, no batch norm", after="R", training={"learning_rate": 0.02}),
    ),
)
