"""Concept 22: Augmentation."""

from toolkit.experiments.variant import Experiment, Variant

NUMBER, TITLE = 22, "Augmentation"
EXPERIMENT = Experiment(
    "Which random changes of the images help in a short training?",
    (
        Variant("none"),
        Variant("turned by up to 10 degrees", augmentation={"rotation": 10.0}),
        Variant("moved by up to 1.5 pixels", augmentation={"translation": 1.5}),
        Variant(
            "turned, moved, scaled, sheared a little",
            augmentation={"rotation": 10.0, "translation": 1.5, "scale": 0.1, "shear": 5.0},
        ),
        Variant(
            "turned by up to 45 degrees, moved by 4",
            augmentation={"rotation": 45.0, "translation": 4.0, "scale": 0.3, "shear": 20.0},
        ),
    ),
)
