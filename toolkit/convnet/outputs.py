"""The predictions of a trained network, and the pictures of its run."""

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

BATCH = 100  # images; a larger batch exceeds the processor's cache and takes twice as long


def predictions(network: nn.Module, digits: Digits) -> Predictions:
    """The network's predictions for the held-out images, in one pass over them."""
    shares = probabilities(network, digits.test_images)
    return Predictions.of(digits.test_labels.numpy(), shares)


@torch.inference_mode()
def probabilities(network: nn.Module, images: torch.Tensor) -> NDArray[np.float64]:
    """The class probabilities (n, classes) of images uint8 (n, 28, 28).

    They are computed in double precision on the CPU, unlike in training: in single precision the
    sixth decimal, which the sheets show, depends on the processor.
    """
    double = deepcopy(network).eval().cpu().double()
    scaled = images.unsqueeze(1).double() / 255
    logits = [double((batch - MEAN) / DEVIATION) for batch in scaled.split(BATCH)]
    shares: NDArray[np.float64] = torch.cat(logits).softmax(1).numpy()
    return shares


DRAWS, KERNEL_LAYERS = 8, 2


def pictures(network: nn.Module, digits: Digits, augmentation: Augmentation, seed: int) -> Pictures:
    """The held-out images, the first kernels, and augmented training images."""
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
    # In double precision for the same reason: the result is rounded to a byte.
    batch = unit_pixels(image.unsqueeze(0), torch.device("cpu")).double().repeat(DRAWS, 1, 1, 1)
    changed = augment(batch, augmentation, torch.Generator().manual_seed(seed)).squeeze(1)
    pixels: NDArray[np.uint8] = (changed * 255).round().clamp(0, 255).byte().numpy()
    return pixels
