"""Concept 23: Optimizers and schedules."""

from toolkit.experiments.variant import Experiment, Variant
from toolkit.pages.concepts.concept import Concept
from toolkit.pages.concepts.descent import demonstrate

CONCEPT = Concept(
    name="optimizers",
    number=23,
    title="Optimizers and schedules",
    idea=(
        "All go down the gradient. Momentum keeps a share of its last step; Adam divides each "
        "step by its gradient's usual size.",
        "In a narrow valley that is what counts: across it the gradient is steep, along it "
        "nearly flat.",
        "A schedule changes the learning rate on the way: large steps first, small ones to settle.",
    ),
    experiment=Experiment(
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
            Variant(
                "AdamW, one cycle to 0.01", training={"optimizer": "adamw", "learning_rate": 0.01}
            ),
        ),
    ),
    conclusion=(
        "With a constant rate: SGD {0.accuracy}, momentum {1.accuracy}, AdamW {4.accuracy}. With "
        "one cycle: momentum {3.accuracy}, AdamW {5.accuracy}.",
        "From 0.05, momentum with steps down is {2~1.than} a constant rate. One cycle changes the "
        "rate too:",
        "momentum's, up to 0.15, is {3~1.than} a constant 0.05, AdamW's, up to 0.01, {5~4.than} a "
        "constant 0.003.",
        "With one cycle AdamW is {5~3.than} momentum; steps from 0.05 end at {2.accuracy}, "
        "{2~3.than} one cycle.",
    ),
    demonstrate=demonstrate,
)
