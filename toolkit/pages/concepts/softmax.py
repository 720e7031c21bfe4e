"""Concept 6: SoftMax."""

from toolkit.experiments.variant import Experiment, Variant

NUMBER, TITLE = 6, "SoftMax"
EXPERIMENT = Experiment(
    "What becomes of the training where the loss is given something else than logits?",
    (
        Variant("cross-entropy of the logits"),
        Variant("SoftMax twice", loss="softmax_twice"),
        Variant("squared error of the probabilities", loss="squared_error"),
        Variant("label smoothing 0.1", training={"label_smoothing": 0.1}),
    ),
)
