"""Concept 9: Batch normalization."""

from toolkit.experiments.variant import Experiment, Variant

NUMBER, TITLE = 9, "Batch normalization"
EXPERIMENT = Experiment(
    "What does batch normalization bring, and where must it stand?",
    (
        Variant("after every convolution"),
        Variant("after ReLU instead", after="R B"),
        Variant("after the first only", layers="8(B R) 16 P 8:1 16 16 24 28 G F10", after="R"),
        Variant("none", after="R"),
        Variant("none, learning rate 0.02", after="R", training={"learning_rate": 0.02}),
    ),
)
