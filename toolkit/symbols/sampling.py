"""Reading an image between its pixels."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import Function

from toolkit.symbols import exact
from toolkit.symbols.cells import amounts, numbers_or_zeros
from toolkit.symbols.numeric import NAMESPACE

Array = NDArray[np.float64]


class cosine(Function):
    """The cosine of an angle in degrees."""

    def _excel(self, printer: Any) -> str:
        return f"COS(RADIANS({printer._print(self.args[0])}))"

    def _numpycode(self, printer: Any) -> str:
        return f"cos(radians({printer._print(self.args[0])}))"


class sine(Function):
    """The sine of an angle in degrees."""

    def _excel(self, printer: Any) -> str:
        return f"SIN(RADIANS({printer._print(self.args[0])}))"

    def _numpycode(self, printer: Any) -> str:
        return f"sin(radians({printer._print(self.args[0])}))"


class sampled(Function):
    """An image (first), whose rows and columns bear the numbers in a column (second) and in a row
    (third), read bilinearly at a row (fourth) and column (fifth) that need not be whole. Outside
    the image is 0.

    Each pixel counts by its distance in rows and in columns, so at most four count at all, as in
    torch.nn.functional.grid_sample (bilinear, zeros).
    """

    def _excel(self, printer: Any) -> str:
        image, rows, columns, row, column = map(printer._print, self.args)
        down, across = f"ABS({rows}-({row}))", f"ABS({columns}-({column}))"
        # Behind a comma, and not a *, a word among the image's cells counts as 0.
        return f"SUMPRODUCT({image},({down}<1)*(1-{down})*({across}<1)*(1-{across}))"

    def _numpycode(self, printer: Any) -> str:
        return f"sampled({', '.join(map(printer._print, self.args))})"


def _weights(numbers: Any, places: Any) -> Array:
    """The tent of each number around each place: (..., numbers)."""
    distance = np.abs(np.ravel(amounts(numbers)) - np.asarray(places, float)[..., None])
    weights: Array = np.maximum(0.0, 1 - distance)
    return weights


def _sampled(image: Any, rows: Any, columns: Any, row: Any, column: Any) -> Any:
    down, across = _weights(rows, row), _weights(columns, column)
    image = numbers_or_zeros(image).reshape(down.shape[-1], across.shape[-1])
    return exact.added(image * down[..., :, None] * across[..., None, :], axes=2)


NAMESPACE["sampled"] = _sampled
