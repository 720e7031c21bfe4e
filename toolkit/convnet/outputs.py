"""What a trained network says of every held-out image, and what of a run can be shown."""

from copy import deepcopy

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from toolkit.convnet.augmentation import augment
from toolkit.convnet.dataset import unit_pixels
from toolkit.convnet.digits import Digits
from toolkit.convnet.history import Pictures, Predictions
from toolkit.convnet.stages import DEVIATION, MEAN
from toolkit.convnet.template import Augmentation

BATCH = 100  # images; more no longer fit the processor's cache, and take twice as long


def predictions(network: nn.Module, digits: Digits) -> Predictions:
    """What the network says of the held-out set, in one pass over it."""
    shares = probabilities(network, digits.test_images)
    return Predictions.of(digits.test_labels.numpy(), shares)


@torch.inference_mode()
def probabilities(network: nn.Module, images: torch.Tensor) -> NDArray[np.float64]:
    """Those of all classes, (n, classes), for images uint8 (n, 28, 28).

    In double precision and on the CPU, unlike training: of single precision the sixth decimal,
    which the sheets show, depends on the processor.
    """
    double = deepcopy(network).eval().cpu().double()
    scaled = images.unsqueeze(1).double() / 255
    logits = [double((batch - MEAN) / DEVIATION) for batch in scaled.split(BATCH)]
    shares: NDArray[np.float64] = torch.cat(logits).softmax(1).numpy()
    return shares


DRAWS, KERNEL_LAYERS = 8, 2


def pictures(network: nn.Module, digits: Digits, augmentation: Augmentation, seed: int) -> Pictures:
    """Held-out images, first kernels and augmented images."""
    convolutions = [part for part in network.modules() if isinstance(part, nn.Conv2d)]
    kernels = [part.weight.detach().cpu().double() for part in convolutions[:KERNEL_LAYERS]]
    labels = digits.train_labels.unique().tolist()
    originals = torch.stack([_first(digits, label) for label in labels])
    draws = [
        _augmented(image, augmentation, seed + number) for number, image in enumerate(originals)
    ]
    return Pictures(
        digits.test_images.numpy(),
        tuple(weights.contiguous().numpy() for weights in kernels),
        tuple(labels),
        originals.numpy(),
        np.stack(draws),
    )


def _first(digits: Digits, label: int) -> torch.Tensor:
    return digits.train_images[int((digits.train_labels == label).nonzero()[0])]


def _augmented(image: torch.Tensor, augmentation: Augmentation, seed: int) -> NDArray[np.uint8]:
    # In double precision for the same reason: a byte is rounded from it.
    batch = unit_pixels(image.unsqueeze(0), torch.device("cpu")).double().repeat(DRAWS, 1, 1, 1)
    changed = augment(batch, augmentation, torch.Generator().manual_seed(seed)).squeeze(1)
    pixels: NDArray[np.uint8] = (changed * 255).round().clamp(0, 255).byte().numpy()
    return pixels
