"""Concept 23: Optimizers and schedules."""

from toolkit.experiments.variant import Experiment, Variant

NUMBER, TITLE = 23, "Optimizers and schedules"
EXPERIMENT = Experiment(
    "Which optimizer, and does a schedule matter?",
    (
        Variant(
            "SGD, constant 0.15",
            training={"momentum": 0.0, "schedule": "constant", "nesterov": False},
        ),
        Variant(
            "momentum, constant 0.05", training={"schedule": "constant", "learning_rate": 0.05}
        ),
        Variant(
            "momentum, steps from 0.05",
            training={"schedule": "step", "step_epochs": 2, "learning_rate": 0.05},
        ),
        Variant("momentum, one cycle to 0.15"),
        Variant(
            "AdamW, constant 0.003",
            training={"optimizer": "adamw", "learning_rate": 0.003, "schedule": "constant"},
        ),
        Variant("AdamW, one cycle to 0.01", training={"optimizer": "adamw", "learning_rate": 0.01}),
    ),
)
