"""Concept 20: Batch size and its effects."""

from toolkit.experiments.variant import Experiment, Variant

NUMBER, TITLE = 20, "Batch size and its effects"
EXPERIMENT = Experiment(
    "The same images in smaller or larger batches: what changes?",
    (
        Variant("16", training={"batch_size": 16}),
        Variant("64"),
        Variant("256", training={"batch_size": 256}),
        Variant("1,024", training={"batch_size": 1024}),
        Variant("1,024, learning rate 0.6", training={"batch_size": 1024, "learning_rate": 0.6}),
    ),
)
