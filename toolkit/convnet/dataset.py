"""Images and labels in the form in which networks are trained and evaluated."""

from dataclasses import dataclass

import torch

from toolkit.convnet.stages import DEVIATION, MEAN


@dataclass(frozen=True)
class Dataset:
    """Images float (n, 1, 28, 28) in 0..1 with labels int64 (n,), both on one device."""

    images: torch.Tensor
    labels: torch.Tensor

    @classmethod
    def of(cls, images: torch.Tensor, labels: torch.Tensor, device: torch.device) -> "Dataset":
        """The data set of images uint8 (n, 28, 28) and labels (n,), on `device`."""
        return cls(unit_pixels(images, device), labels.to(device))


def unit_pixels(images: torch.Tensor, device: torch.device) -> torch.Tensor:
    """Images uint8 (n, 28, 28) as float (n, 1, 28, 28) in 0..1 on `device`."""
    return images.to(device).unsqueeze(1).float() / 255


def normalize(
    images: torch.Tensor, mean: float = MEAN, standard_deviation: float = DEVIATION
) -> torch.Tensor:
    """Pixels (n, 1, height, width) less the mean, divided by the standard deviation, in the same
    shape; both are by default those of MNIST's training set.

    The result lies channels last in memory, as the network's weights do: with a single channel
    PyTorch recognizes this layout by the strides alone, and would otherwise convert every map.
    """
    normalized = (images - mean) / standard_deviation
    return normalized.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2)
