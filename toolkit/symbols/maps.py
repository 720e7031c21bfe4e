"""Functions over feature maps: windows, sums of products, the largest, the mean.

A function carries `_excel` (the formula of one cell), `_numpycode` (the values of a whole map at
once) and `_typeset` (as shown). In NumPy a window is an array (…, rows, columns), one window for
each cell of the map, and what a function makes of it has the shape of the map.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import Function

from toolkit.symbols import exact
from toolkit.symbols.cells import is_number, numbers_or_zeros
from toolkit.symbols.numeric import NAMESPACE
from toolkit.symbols.precedence import Binding
from toolkit.symbols.ranges import largest
from toolkit.symbols.typeset import Box, Brackets, Text, row

Array = NDArray[Any]


class window_dot(Function):
    """The products of a window's cells with a kernel's, added up: one step of a convolution."""

    def _excel(self, printer: Any) -> str:
        return f"SUMPRODUCT({','.join(map(printer._print, self.args))})"

    def _plain(self, printer: Any) -> str:
        return " * ".join(printer._within(each, Binding.PRODUCT) for each in self.args)

    def _numpycode(self, printer: Any) -> str:
        return f"window_dot({', '.join(map(printer._print, self.args))})"

    def _typeset(self, printer: Any) -> Box:
        window, kernel = (printer._within(each, Binding.PRODUCT) for each in self.args)
        return row(window, Text(" * "), kernel)


class rectified(Function):
    """ReLU: what is negative becomes 0."""

    def fdiff(self, argindex: int = 1) -> Any:
        """1 where the argument is above 0, else 0, as PyTorch has it."""
        return above_zero(self)

    def _excel(self, printer: Any) -> str:
        return f"MAX(0,{printer._print(self.args[0])})"

    def _plain(self, printer: Any) -> str:
        return f"max(0, {printer._print(self.args[0])})"

    def _numpycode(self, printer: Any) -> str:
        # Of 0 and -0 processors do not agree which is larger; adding 0 makes 0 of both.
        return f"(maximum(0.0, {printer._print(self.args[0])}) + 0.0)"

    def _typeset(self, printer: Any) -> Box:
        return row(Text("max"), Brackets(row(Text("0, "), printer._print(self.args[0]))))


class above_zero(Function):
    """1 where a number is above 0, else 0: the slope of ReLU."""

    def _excel(self, printer: Any) -> str:
        return f"({printer._print(self.args[0])}>0)"

    def _numpycode(self, printer: Any) -> str:
        return f"where(greater({printer._print(self.args[0])}, 0), 1.0, 0.0)"

    def _typeset(self, printer: Any) -> Box:
        return row(Text("["), printer._print(self.args[0]), Text(" > 0]"))


class window_largest(Function):
    """The largest cell of a window: max-pooling."""

    def _excel(self, printer: Any) -> str:
        return f"MAX({printer._print(self.args[0])})"

    def _plain(self, printer: Any) -> str:
        return f"max({printer._print(self.args[0])})"

    def _numpycode(self, printer: Any) -> str:
        return f"window_largest({printer._print(self.args[0])})"

    def _typeset(self, printer: Any) -> Box:
        return row(Text("max"), Brackets(printer._print(self.args[0])))


class map_mean(Function):
    """The mean of a whole map: global average pooling."""

    def _excel(self, printer: Any) -> str:
        return f"AVERAGE({printer._print(self.args[0])})"

    def _plain(self, printer: Any) -> str:
        return f"mean({printer._print(self.args[0])})"

    def _numpycode(self, printer: Any) -> str:
        return f"mean({printer._print(self.args[0])})"

    def _typeset(self, printer: Any) -> Box:
        return row(Text("mean"), Brackets(printer._print(self.args[0])))


class pixel(Function):
    """A cell's number held within 0 to 255; what is no number counts as 0."""

    def _excel(self, printer: Any) -> str:
        x = printer._print(self.args[0])
        return f"IF(ISNUMBER({x}),MIN(255,MAX(0,{x})),0)"

    def _numpycode(self, printer: Any) -> str:
        x = f"number_or({printer._print(self.args[0])}, 0.0)"
        return f"minimum(255.0, maximum(0.0, {x}))"


class within(Function):
    """The whole number below a number (first), held within 1 and another (second); 1 where the
    cell holds no number.
    """

    def _excel(self, printer: Any) -> str:
        x, most = map(printer._print, self.args)
        return f"IF(ISNUMBER({x}),MIN({most},MAX(1,INT({x}))),1)"

    def _numpycode(self, printer: Any) -> str:
        x, most = map(printer._print, self.args)
        return f"minimum({most}, maximum(1, floor(number_or({x}, 1))))"


class if_number(Function):
    """One answer (second) where a cell (first) holds a number, else another (third)."""

    def _excel(self, printer: Any) -> str:
        x, yes, no = map(printer._print, self.args)
        return f"IF(ISNUMBER({x}),{yes},{no})"

    def _numpycode(self, printer: Any) -> str:
        x, yes, no = map(printer._print, self.args)
        return f"({yes} if is_number({x}) else {no})"


class picked(Function):
    """The cell of a range (first) at a place counted from 1: in a column (second), or by row
    (second) and column (third).
    """

    def _excel(self, printer: Any) -> str:
        return f"INDEX({','.join(map(printer._print, self.args))})"

    def _numpycode(self, printer: Any) -> str:
        return f"picked({', '.join(map(printer._print, self.args))})"


class place_or(Function):
    """The place (from 1) of a value (first) in a column (second), or a number (third) where it is
    not there.
    """

    def _excel(self, printer: Any) -> str:
        value, cells, otherwise = map(printer._print, self.args)
        return f"IF(COUNTIF({cells},{value})=0,{otherwise},MATCH({value},{cells},0))"

    def _numpycode(self, printer: Any) -> str:
        return f"place_or({', '.join(map(printer._print, self.args))})"


class matching(Function):
    """One answer (third) where two values are the same, else another (fourth)."""

    def _excel(self, printer: Any) -> str:
        a, b, yes, no = map(printer._print, self.args)
        return f"IF({a}={b},{yes},{no})"

    def _numpycode(self, printer: Any) -> str:
        a, b, yes, no = map(printer._print, self.args)
        return f"({yes} if equal({a}, {b}) else {no})"


class summed(Function):
    """The sum of an expression over all cells of the ranges in it."""

    def _excel(self, printer: Any) -> str:
        return f"SUMPRODUCT({printer._print(self.args[0])})"

    def _numpycode(self, printer: Any) -> str:
        return f"summed({printer._print(self.args[0])})"

    def _typeset(self, printer: Any) -> Box:
        return row(Text("Σ "), printer._factor(self.args[0]))


class squares(Function):
    """The sum of the squares of a range."""

    def _excel(self, printer: Any) -> str:
        return f"SUMSQ({printer._print(self.args[0])})"

    def _numpycode(self, printer: Any) -> str:
        return f"squares({printer._print(self.args[0])})"


class routed(Function):
    """A gradient (third) where a cell (first) is the largest of its window (second), else 0. Of
    equal cells the first has it all, as in PyTorch: the cell must be above all earlier ones (the
    further arguments).
    """

    def _excel(self, printer: Any) -> str:
        cell, largest, gradient, *earlier = map(printer._print, self.args)
        tests = [f"{cell}={largest}", *(f"{other}<{cell}" for other in earlier)]
        test = f"AND({','.join(tests)})" if earlier else tests[0]
        return f"IF({test},{gradient},0)"

    def _numpycode(self, printer: Any) -> str:
        cell, largest, gradient, *earlier = map(printer._print, self.args)
        tests = [f"equal({cell}, {largest})", *(f"less({other}, {cell})" for other in earlier)]
        return f"where({' & '.join(tests)}, {gradient}, 0.0)"

    def _typeset(self, printer: Any) -> Box:
        cell, largest, gradient, *_ = map(printer._print, self.args)
        return row(gradient, Text(" where "), cell, Text(" is the first largest, "), largest,
                   Text(", of its window, else 0"))  # fmt: skip


def _window_dot(window: Any, kernel: Any) -> Any:
    window, kernel = numbers_or_zeros(window), numbers_or_zeros(kernel)
    if window.ndim < 2 and kernel.ndim < 2:
        return exact.total(window * kernel)
    return exact.dot(window, kernel)


def _window_largest(window: Any) -> Any:
    if np.ndim(window) <= 2:
        return largest(window)
    return window.max(axis=(-2, -1)) + 0.0  # the largest of 0 and -0 is 0 in cells


def _number_or(cell: Any, otherwise: float) -> Any:
    """A cell's number, or another where it holds none; an array of numbers as it is."""
    return cell if np.ndim(cell) or is_number(cell) else otherwise


NAMESPACE["number_or"] = _number_or
NAMESPACE["window_dot"] = _window_dot
NAMESPACE["window_largest"] = _window_largest
