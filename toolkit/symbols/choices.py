"""Functions that choose an answer by the content of cells.

Only the case that applies is computed, because the other may be an error or of another type.
"""

from typing import Any

import numpy as np

from toolkit.symbols.boxes import Box, Cases, Glyphs, row
from toolkit.symbols.cell_function import CellFunction, Lazy, cell_function
from toolkit.symbols.cells import is_number, rows
from toolkit.symbols.comparisons import equal, greater_equal, less_equal
from toolkit.symbols.comparisons import where as choose
from toolkit.symbols.exact import floor, log10, over_arrays
from toolkit.symbols.ranges import count_numbers


@cell_function("IF(ISNUMBER({cell}),{answer},{otherwise})")
def if_number(cell: Any, answer: Lazy, otherwise: Lazy) -> Any:
    """`answer` if a cell holds a number, else `otherwise`."""
    return answer() if is_number(cell) else otherwise()


@cell_function('IF(ISNUMBER({cell}),{answer},"–")')
def unless_dash(cell: Any, answer: Lazy) -> Any:
    """`answer`, or a dash if the cell holds no number."""
    return answer() if is_number(cell) else "–"


@cell_function('IF(COUNT({cells})=ROWS({cells}),{answer},"–")')
def when_all_numbers(answer: Lazy, cells: Any) -> Any:
    """`answer`, or a dash unless all cells of the range hold numbers."""
    return answer() if count_numbers(cells) == rows(cells) else "–"


@cell_function("IF({a}={b},{answer},{otherwise})")
def matching(a: Any, b: Any, answer: Lazy, otherwise: Lazy) -> Any:
    """`answer` if two values are equal, else `otherwise`."""
    return answer() if equal(a, b) else otherwise()


@cell_function('IF(ISNUMBER({number}),IF({number}<={bound},"pass","fail"),"out of range")')
def verdict(number: Any, bound: Any) -> Any:
    """Whether a number is at most the bound: "pass" or "fail", or "out of range" for an error."""
    if not is_number(number):
        return "out of range"
    return "pass" if less_equal(number, bound) else "fail"


@cell_function('IF({whole:factor}=0,"–",{part:factor}/{whole:factor})')
def share_or_dash(part: Any, whole: Any) -> Any:
    """The quotient part / whole; a dash if `whole` is 0."""
    return "–" if equal(whole, 0) else part / whole


class dropout_mask(CellFunction):
    """The mask of dropout: 1 if a random number is at least the dropout rate, else 0."""

    formula = "(({u}>={p})*1)"

    @staticmethod
    def compute(u: Any, p: Any) -> Any:
        """The value for numbers, or for arrays element by element."""
        return choose(greater_equal(u, p), 1.0, 0.0)

    def _plain(self, printer: Any) -> str:
        u, p = map(printer._print, self.args)
        return f"1 if {u} ≥ {p}, else 0"

    def _typeset(self, printer: Any) -> Box:
        u, p = map(printer._print, self.args)
        test = row(Glyphs("if "), u, Glyphs(" ≥ "), p)
        return Cases(((Glyphs("1"), test), (Glyphs("0"), Glyphs("otherwise"))))


@cell_function("ABS({a}-{b:factor})/MAX(ABS({a}),ABS({b}),0.001)")
def relative_error(a: Any, b: Any) -> Any:
    """The difference of two numbers divided by the larger absolute value, or by 0.001 if that is
    larger.
    """
    return np.abs(a - b) / np.maximum(np.maximum(np.abs(a), np.abs(b)), 0.001)


@cell_function("INT(-LOG10(ABS({a}-{b:factor})/ABS({b})))")
def same_digits(a: Any, b: Any) -> Any:
    """The number of significant digits to which one number agrees with another.

    This is the largest N such that they differ by at most 10^-N times the other number.
    """
    return floor(-over_arrays(log10)(np.abs(a - b) / np.abs(b)))
