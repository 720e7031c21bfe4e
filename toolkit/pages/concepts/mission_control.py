"""Concept 19: How to know very early that a network is not going well."""

from toolkit.experiments.variant import Experiment, Variant

NUMBER, TITLE = 19, "How to know very early that a network is not going well"
EXPERIMENT = Experiment(
    "Do the first hundred batches tell a sabotaged network from a good one?",
    (
        Variant("as it should be"),
        Variant("learning rate 20", training={"learning_rate": 20.0}),
        Variant("no normalization at all", after="R", pixels="bytes"),
        Variant("labels shuffled", labels="shuffled"),
        Variant("all weights zero", start="zero"),
        Variant("ReLU before SoftMax", layers="8 16 P 8:1 16 16 24 28 G F10 R"),
    ),
)
