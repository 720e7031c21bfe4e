"""Concept 17: Distance of batch normalization from the prediction."""

from toolkit.experiments.variant import Experiment, Variant

NUMBER, TITLE = 17, "Distance of batch normalization from the prediction"
EXPERIMENT = Experiment(
    "How near to the prediction should the last batch norm stand?",
    (
        Variant("on the logits", layers="8 16 P 8:1 16 16 24 28 G F10 B"),
        Variant("after the last convolution"),
        Variant("1 convolution earlier", layers="8 16 P 8:1 16 16 24 28(R) G F10"),
        Variant("2 convolutions earlier", layers="8 16 P 8:1 16 16 24(R) 28(R) G F10"),
        Variant("4 convolutions earlier", layers="8 16 P 8:1 16(R) 16(R) 24(R) 28(R) G F10"),
    ),
)
