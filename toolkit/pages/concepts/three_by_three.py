"""Concept 4: 3x3 convolutions."""

from toolkit.experiments.variant import Experiment, Variant

NUMBER, TITLE = 4, "3x3 convolutions"
EXPERIMENT = Experiment(
    "Two 3x3 kernels see as far as one 5x5, three as far as one 7x7: which is better?",
    (
        Variant("3x3 throughout"),
        Variant("one 5x5 for the first two", layers="16:5 P 8:1 16 16 24 28 G F10"),
        Variant("5x5 throughout", layers="16:5 P 8:1 16:5 28:5 G F10"),
        Variant("one 7x7 at the start", layers="16:7 P 8:1 16 16 24 28 G F10"),
        Variant("1x1 in place of every other 3x3", layers="8 16:1 P 8:1 16 16:1 24 28:1 G F10"),
    ),
)
