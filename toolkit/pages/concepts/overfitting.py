"""Concept 15: When to introduce dropout, and how to see overfitting."""

from toolkit.experiments.variant import Experiment, Variant

NUMBER, TITLE = 15, "When to introduce dropout, and how to see overfitting"
EXPERIMENT = Experiment(
    "With a thousand images, each seen 48 times: does the network overfit, and does dropout help?",
    (
        Variant("12,000 images, no dropout"),
        Variant("1,000 images, no dropout", images=1000),
        Variant(
            "1,000 images, dropout 0.1 throughout",
            images=1000,
            layers="8 D0.1 16 D0.1 P 8:1 D0.1 16 D0.1 16 D0.1 24 D0.1 28 D0.1 G F10",
        ),
        Variant(
            "1,000 images, dropout 0.1 before the average",
            images=1000,
            layers="8 16 P 8:1 16 16 24 28 D0.1 G F10",
        ),
        Variant(
            "1,000 images, random shifts and turns",
            images=1000,
            augmentation={"rotation": 10.0, "translation": 1.5, "scale": 0.1},
        ),
    ),
)
