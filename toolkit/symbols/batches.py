"""Functions over batches: which samples are in one, and averages over them."""

from typing import Any

import numpy as np
from sympy import Function

from toolkit.symbols.numeric import NAMESPACE


class in_batch(Function):
    """1 where a sample's number (first, from 0) belongs to the batch of so many samples (second)
    that begins after so many (third), going round at the end (fourth: samples in all); else 0.
    """

    def _excel(self, printer: Any) -> str:
        number, size, start, count = map(printer._print, self.args)
        return f"IF(MOD({number}-({start}),{count})<{size},1,0)"

    def _numpycode(self, printer: Any) -> str:
        number, size, start, count = map(printer._print, self.args)
        return f"where(({number} - ({start})) % {count} < {size}, 1.0, 0.0)"


class mean_where(Function):
    """The mean of a range (first) over the cells where another (second) is 1 and not 0."""

    def _excel(self, printer: Any) -> str:
        values, mask = map(printer._print, self.args)
        return f"SUMPRODUCT({values},{mask})/SUM({mask})"

    def _numpycode(self, printer: Any) -> str:
        values, mask = map(printer._print, self.args)
        return f"(sum({values} * {mask}) / sum({mask}))"


class spread_of_all(Function):
    """The standard deviation of all cells of a range, as of a whole population."""

    def _excel(self, printer: Any) -> str:
        return f"SQRT(VARP({printer._print(self.args[0])}))"

    def _numpycode(self, printer: Any) -> str:
        return f"std({printer._print(self.args[0])})"


class root_mean_square(Function):
    """The root of the mean square distance of a range's cells (first) from a number (second)."""

    def _excel(self, printer: Any) -> str:
        cells, centre = map(printer._print, self.args)
        shape = f"(ROWS({cells})*COLUMNS({cells}))"
        return f"SQRT(SUMPRODUCT(({cells}-{centre})*({cells}-{centre}))/{shape})"

    def _numpycode(self, printer: Any) -> str:
        cells, centre = map(printer._print, self.args)
        return f"rms({cells}, {centre})"


def _rms(cells: Any, centre: Any) -> float:
    return float(np.sqrt(np.mean((np.asarray(cells, float) - centre) ** 2)))


NAMESPACE["rms"] = _rms
