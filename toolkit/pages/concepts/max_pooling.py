"""Concept 2: MaxPooling."""

from toolkit.experiments.variant import Experiment, Variant

NUMBER, TITLE = 2, "MaxPooling"
EXPERIMENT = Experiment(
    "Does the network need max pooling to shrink its maps, or would a stride do as well?",
    (
        Variant("max pool"),
        Variant("stride 2 instead", layers="8 16/2 8:1 16 16 24 28 G F10"),
        Variant("two max pools", layers="8 16 P 8:1 16+1 16 P 24 28 G F10"),
        Variant("no shrinking", layers="8 16 8:1 16 16 24 28 G F10"),
    ),
)
