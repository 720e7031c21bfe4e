"""Random affine transformations, drawn for each image and applied to a whole batch at once.

torchvision's RandomAffine draws once for all images of a batch; applied image by image it takes
longer than the network itself. Here one `affine_grid` and one `grid_sample` serve the whole batch.
"""

import math

import torch
from torch.nn import functional

from toolkit.convnet.template import Augmentation


def augment(images: torch.Tensor, config: Augmentation, random: torch.Generator) -> torch.Tensor:
    """Rotate, translate, scale and shear each of the images (n, channels, height, width) in 0..1.

    Pixels that enter from outside the image are 0, as the background of the digits is.
    """
    if not any((config.rotation, config.translation, config.scale, config.shear)):
        return images
    grid = functional.affine_grid(
        _matrices(images, config, random), list(images.shape), align_corners=False
    )
    return functional.grid_sample(images, grid, padding_mode="zeros", align_corners=False)


def _matrices(images: torch.Tensor, config: Augmentation, random: torch.Generator) -> torch.Tensor:
    """Affine matrices (n, 2, 3) that map positions in the new image to positions in the old one."""
    count, side = len(images), images.shape[-1]
    # Drawn on the CPU, where the generator is, so that a seed gives the same changes everywhere.
    draw = (torch.rand(6, count, generator=random) * 2 - 1).to(images)
    if config.share < 1:
        draw *= (torch.rand(count, generator=random) < config.share).to(images)
    angle, shear = draw[0] * math.radians(config.rotation), draw[1] * math.radians(config.shear)
    wide, high = 1 + draw[2] * config.scale, 1 + draw[3] * config.scale
    shift = draw[4:] * config.translation * 2 / side
    cosine, sine, slant = torch.cos(angle), torch.sin(angle), torch.tan(shear)
    first = torch.stack((cosine * wide, (slant * cosine - sine) * high, shift[0]), dim=1)
    second = torch.stack((sine * wide, (slant * sine + cosine) * high, shift[1]), dim=1)
    return torch.stack((first, second), dim=1)
