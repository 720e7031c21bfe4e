"""Concept 16: Distance of MaxPooling from the prediction."""

from toolkit.experiments.variant import Experiment, Variant

NUMBER, TITLE = 16, "Distance of MaxPooling from the prediction"
EXPERIMENT = Experiment(
    "How near to the prediction may a second max pool stand?",
    (
        Variant("no second pool", layers="8+1 16+1 P 8:1 16+1 16+1 24+1 28+1 G F10"),
        Variant(
            "3 convolutions before the end", layers="8+1 16+1 P 8:1 16+1 P 16+1 24+1 28+1 G F10"
        ),
        Variant(
            "2 convolutions before the end", layers="8+1 16+1 P 8:1 16+1 16+1 P 24+1 28+1 G F10"
        ),
        Variant(
            "1 convolution before the end", layers="8+1 16+1 P 8:1 16+1 16+1 24+1 P 28+1 G F10"
        ),
        Variant("directly before the average", layers="8+1 16+1 P 8:1 16+1 16+1 24+1 28+1 P G F10"),
    ),
)
