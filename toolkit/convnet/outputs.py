"""What a trained network says of every held-out image."""

import torch
from torch import nn

from toolkit.convnet.digits import Digits
from toolkit.convnet.history import Predictions
from toolkit.convnet.training import TEST_BATCH, normalize, pixels


@torch.inference_mode()
def predictions(network: nn.Module, digits: Digits) -> Predictions:
    """The probabilities of all classes for each image, in one pass over the held-out set."""
    network.eval()
    device = next(network.parameters()).device
    logits = [
        network(normalize(pixels(images, device))).cpu()
        for images in digits.test_images.split(TEST_BATCH)
    ]
    probabilities = torch.cat(logits).double().softmax(1)
    return Predictions.of(digits.test_labels.numpy(), probabilities.numpy())
