"""Feature maps: windows, convolutions, pooling and its gradient, and bilinear sampling.

A formula computes a single cell, but the NumPy value is that of a whole map. In NumPy a window is
an array (…, rows, columns) with one window for each cell of the map; the result has the shape of
the map.
"""

from functools import reduce
from operator import and_
from typing import Any

import numpy as np
from numpy.typing import NDArray

from toolkit.symbols import cells, exact
from toolkit.symbols.cell_function import CellFunction, cell_function
from toolkit.symbols.cells import amounts, numbers_or_zeros
from toolkit.symbols.comparisons import equal, greater, less
from toolkit.symbols.comparisons import where as choose
from toolkit.symbols.ranges import largest, mean, total

Array = NDArray[np.float64]


@cell_function("SUMPRODUCT({window},{kernel})", display="{window:product} * {kernel:product}")
def window_dot(window: Any, kernel: Any) -> Any:
    """The sum of the products of window and kernel: one step of a convolution."""
    window, kernel = numbers_or_zeros(window), numbers_or_zeros(kernel)
    if window.ndim < 2 and kernel.ndim < 2:
        return exact.total(window * kernel)
    return exact.dot(window, kernel)


@cell_function(window_dot.formula, display="Σ {window:product} · {kernel:product}")
def weighted_sum(window: Any, kernel: Any) -> Any:
    """The sum of the products of window and kernel, displayed as a sum."""
    return window_dot.compute(window, kernel)


@cell_function("SUM({window})", display="Σ {window}", plain="window_sum({window})")
def window_sum(window: Any) -> Any:
    """The sum of the cells of a window; blank cells and text count as 0."""
    return exact.added(window, axes=2) if np.ndim(window) > 2 else total.compute(window)


class rectified(CellFunction):
    """ReLU: negative numbers become 0."""

    formula, display = "MAX(0,{x})", "max(0, {x})"

    @staticmethod
    def compute(x: Any) -> Any:
        """The value for numbers, or for arrays element by element."""
        # Processors differ on whether max(0, -0) is 0 or -0; adding 0 turns both into 0.
        return np.maximum(0.0, x) + 0.0

    def fdiff(self, argindex: int = 1) -> Any:
        """1 if the argument is positive, else 0, as in PyTorch."""
        return above_zero(self)


@cell_function("({x}>0)", display="[{x} > 0]", plain="above_zero({x})")
def above_zero(x: Any) -> Any:
    """1 if a number is positive, else 0: the slope of ReLU."""
    return choose(greater(x, 0), 1.0, 0.0)


@cell_function("MAX({window})", display="max({window})")
def window_largest(window: Any) -> Any:
    """The largest cell of a window, as in max pooling."""
    if np.ndim(window) <= 2:
        return largest.compute(window)
    return window.max(axis=(-2, -1)) + 0.0  # in spreadsheets the largest of 0 and -0 is 0


@cell_function("AVERAGE({cells})", display="mean({cells})")
def map_mean(cells: Any) -> Any:
    """The mean of a whole map: global average pooling."""
    return mean.compute(cells)


class routed(CellFunction):
    """The gradient that max pooling passes back to a cell: `gradient` if the cell is the largest of
    its window, else 0.

    Among equal cells the first one receives it, as in PyTorch, so the cell must be larger than all
    earlier ones.
    """

    display = "{gradient} where {cell} is the first largest, {most}, of its window, else 0"

    @staticmethod
    def compute(cell: Any, most: Any, gradient: Any, *earlier: Any) -> Any:
        """The value for numbers, or for arrays element by element."""
        return choose(_is_first_largest(cell, most, *earlier), gradient, 0.0)

    def _excel(self, printer: Any) -> str:
        cell, most, gradient, *earlier = map(printer._print, self.args)
        tests = [f"{cell}={most}", *(f"{other}<{cell}" for other in earlier)]
        return f"IF({_all_of(tests)},{gradient},0)"

    def _plain(self, printer: Any) -> str:
        return str(printer._print_Function(self))


class first_largest(CellFunction):
    """1 if a cell is the largest of its window, else 0.

    Among equal cells it is the first one, as in PyTorch, so the cell must be larger than all
    earlier ones.
    """

    @staticmethod
    def compute(cell: Any, most: Any, *earlier: Any) -> Any:
        """The value for numbers, or for arrays element by element."""
        number, *others = map(cells.number_of, (cell, *earlier))
        return choose(_is_first_largest(number, most, *others), 1.0, 0.0)

    # N counts text as 0; without it, text would be larger than every number.
    def _excel(self, printer: Any) -> str:
        cell, most, *earlier = map(printer._print, self.args)
        tests = [f"N({cell})={most}", *(f"N({other})<N({cell})" for other in earlier)]
        return f"IF({_all_of(tests)},1,0)"


def _is_first_largest(cell: Any, most: Any, *earlier: Any) -> Any:
    return reduce(and_, (less(other, cell) for other in earlier), equal(cell, most))


def _all_of(tests: list[str]) -> str:
    return f"AND({','.join(tests)})" if len(tests) > 1 else tests[0]


@cell_function("COS(RADIANS({degrees}))")
def cosine(degrees: Any) -> Any:
    """The cosine of an angle in degrees."""
    return exact.over_arrays(exact.cos)(np.radians(degrees))


@cell_function("SIN(RADIANS({degrees}))")
def sine(degrees: Any) -> Any:
    """The sine of an angle in degrees."""
    return exact.over_arrays(exact.sin)(np.radians(degrees))


# In an argument of its own, unlike in a product with *, text in the image counts as 0.
DOWN, ACROSS = "ABS({rows}-({row}))", "ABS({columns}-({column}))"


@cell_function(f"SUMPRODUCT({{image}},({DOWN}<1)*(1-{DOWN})*({ACROSS}<1)*(1-{ACROSS}))")
def bilinear_sample(image: Any, rows: Any, columns: Any, row: Any, column: Any) -> Any:
    """The value of an image at a position between its pixels, by bilinear interpolation.

    `rows` is a column with the numbers of the rows, and `columns` is a row with those of the
    columns. Outside the image the value is 0. At most four pixels have weights above 0, as in
    torch.nn.functional.grid_sample (bilinear, zeros).
    """
    down, across = _weights(rows, row), _weights(columns, column)
    image = numbers_or_zeros(image).reshape(down.shape[-1], across.shape[-1])
    return exact.added(image * down[..., :, None] * across[..., None, :], axes=2)


def _weights(numbers: Any, places: Any) -> Array:
    """The weights max(0, 1 - distance) of all numbers for each position: shape (..., numbers)."""
    distance = np.abs(np.ravel(amounts(numbers)) - np.asarray(places, float)[..., None])
    weights: Array = np.maximum(0.0, 1 - distance)
    return weights
