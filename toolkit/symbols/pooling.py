"""Functions over the windows of a pooling layer, each with its readings side by side.

In NumPy a window is an array (…, rows, columns), as in toolkit.symbols.maps.
"""

from typing import Any

import numpy as np
from sympy import Function

from toolkit.symbols import exact
from toolkit.symbols.numeric import NAMESPACE
from toolkit.symbols.ranges import total
from toolkit.symbols.typeset import Box, Text, row


class window_sum(Function):
    """The cells of a window, added up; blank cells and text count as 0."""

    def _excel(self, printer: Any) -> str:
        return f"SUM({printer._print(self.args[0])})"

    def _numpycode(self, printer: Any) -> str:
        return f"window_sum({printer._print(self.args[0])})"

    def _typeset(self, printer: Any) -> Box:
        return row(Text("Σ "), printer._print(self.args[0]))


class winning(Function):
    """1 where a cell (first) is the largest of its window (second), else 0. Of equal cells the
    first wins, as in PyTorch: the cell must be above all earlier ones (the further arguments).
    """

    # N counts text as 0; without it, text would be above every number.
    def _excel(self, printer: Any) -> str:
        cell, most, *earlier = map(printer._print, self.args)
        tests = [f"N({cell})={most}", *(f"N({other})<N({cell})" for other in earlier)]
        test = f"AND({','.join(tests)})" if earlier else tests[0]
        return f"IF({test},1,0)"

    def _numpycode(self, printer: Any) -> str:
        cell, most, *earlier = map(printer._print, self.args)
        cell, *earlier = (f"number_of({each})" for each in (cell, *earlier))
        tests = [f"equal({cell}, {most})", *(f"less({other}, {cell})" for other in earlier)]
        return f"where({' & '.join(tests)}, 1.0, 0.0)"


def _window_sum(window: Any) -> Any:
    return exact.added(window, axes=2) if np.ndim(window) > 2 else total(window)


NAMESPACE["window_sum"] = _window_sum
