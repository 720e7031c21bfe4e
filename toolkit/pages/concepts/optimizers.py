"""Concept 23: Optimizers and schedules."""

from toolkit.experiments.variant import Experiment, Variant
from toolkit.pages.concepts.concept import Concept, Task
from toolkit.pages.concepts.descent import demonstrate

CONCEPT = Concept(
    name="optimizers",
    number=23,
    title="Optimizers and schedules",
    question="Which optimizer reaches the bottom of a narrow valley, and does a schedule help?",
    finding=(
        "With one cycle of the learning rate AdamW is {5~3.than} momentum ({5.accuracy} against "
        "{3.accuracy}); plain SGD at a constant rate reaches {0.accuracy}."
    ),
    summary=(
        "With one cycle of the learning rate, AdamW is {5~3.than} momentum ({5.accuracy} against "
        "{3.accuracy})."
    ),
    idea=(
        "All three follow the gradient. Momentum keeps a share of its last step; Adam divides each "
        "step by the usual size of its gradient.",
        "This matters in a narrow valley, where the gradient is steep across the valley and nearly "
        "flat along it.",
        "A schedule changes the learning rate during training: large steps first, small ones at "
        "the end.",
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
    rule=(
        "Begin with SGD, momentum 0.9 and one cycle of the learning rate; take AdamW where one "
        "rate for all weights does not work.",
        "Compare optimizers only after a search for the learning rate of each: the best rates "
        "differ by a factor of ten or more.",
        "Measured here is one small network with batch normalization, one rate for each variant.",
    ),
    tasks=(
        Task(
            "SGD converges across the valley only while η·b is below 2. What will its path look "
            "like at b = 23?",
            "b to 23",
            "Its path jumps from side to side, farther each time: 0.09 · 23 = 2.07. Momentum and "
            "Adam still go down.",
        ),
        Task(
            "Adam divides each step by the usual size of its gradient. How will its path change in "
            "a round valley?",
            "b back to 20, look, then b to 1",
            "Not at all: Adam divides by the size of the gradient, so b cancels out. The paths of "
            "SGD and momentum change.",
        ),
        Task(
            "At b = 23 and a constant rate SGD diverges. Can a schedule save it?",
            "b to 23, the schedule to one cycle",
            "Yes. The rate is at its highest only for a few steps, and the smaller steps after "
            "them undo the growth: the loss ends near 5 instead of 690.",
        ),
    ),
    demonstrate=demonstrate,
)
