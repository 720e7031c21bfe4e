"""Functions over batches: which samples are in one, and averages over them."""

from typing import Any

import numpy as np
from sympy import Function

from toolkit.symbols import exact
from toolkit.symbols.cells import Reference, amounts, numbers
from toolkit.symbols.numeric import NAMESPACE


class in_batch(Function):
    """1 where a sample's number (first, from 0) belongs to the batch of so many samples (second)
    that begins after so many (third), going round at the end (fourth: samples in all); else 0.
    """

    def _excel(self, printer: Any) -> str:
        number, size, start, count = map(printer._print, self.args)
        return f"IF(MOD({number}-({start}),{count})<{size},1,0)"

    def _numpycode(self, printer: Any) -> str:
        number, size, start, count = map(printer._factor, self.args)
        return f"where(less(({number} - {start}) % {count}, {size}), 1.0, 0.0)"


class mean_where(Function):
    """The mean of a range (first) over the cells where another (second) is 1 and not 0."""

    def _excel(self, printer: Any) -> str:
        values, mask = map(printer._print, self.args)
        return f"SUMPRODUCT({values},{mask})/SUM({mask})"

    def _numpycode(self, printer: Any) -> str:
        values, mask = map(printer._print, self.args)
        return f"(sum_of_products({values}, {mask}) / total({mask}))"


class mean_of_batch(Function):
    """The mean of a range (first) over a batch of so many samples (fifth): those whose number
    (second, a range), less a start (third) and times an odd factor (fourth), leaves a remainder
    below that when divided by the number of all (sixth).
    """

    def _excel(self, printer: Any) -> str:
        values, numbers, start, factor, size, count = map(printer._factor, self.args)
        taken = f"(MOD(({numbers}-{start})*{factor},{count})<{size})"
        return f"SUMPRODUCT({values}*{taken})/{size}"

    def _numpycode(self, printer: Any) -> str:
        return f"mean_of_batch({', '.join(map(printer._print, self.args))})"


class spread_of_all(Function):
    """The standard deviation of all cells of a range, as of a whole population."""

    def _excel(self, printer: Any) -> str:
        return f"SQRT(VARP({printer._print(self.args[0])}))"

    def _numpycode(self, printer: Any) -> str:
        return f"spread_of_all({printer._print(self.args[0])})"


class root_mean_square(Function):
    """The root of the mean square distance of a range's cells (first) from a number (second)."""

    def _excel(self, printer: Any) -> str:
        cells, centre = map(printer._factor, self.args)
        shape = f"(ROWS({cells})*COLUMNS({cells}))"
        return f"SQRT(SUMPRODUCT(({cells}-{centre})*({cells}-{centre}))/{shape})"

    def _numpycode(self, printer: Any) -> str:
        cells, centre = map(printer._print, self.args)
        return f"rms({cells}, {centre})"


def _rms(cells: Any, centre: Any) -> float:
    away = np.asarray(cells, float) - amounts(centre)
    return float(np.sqrt(exact.mean(away * away)))


def _spread_of_all(cells: Any) -> Any:
    found = numbers(cells)
    return exact.deviation(found) if found.size else np.nan


def _mean_of_batch(
    values: Any, samples: Any, start: Any, factor: Any, size: Any, count: Any
) -> Any:
    """For a start and a factor, or for columns of them, and a size, or a row of them."""
    start, factor, divisor = (np.asarray(each, float)[..., None] for each in (start, factor, size))
    rest = (np.ravel(amounts(samples)) - start) * factor % amounts(count)
    # Beside a cell that holds no number, a number ranks as cells do.
    below = rest < (size if isinstance(size, Reference) else divisor)
    taken = np.where(np.isnan(rest), np.nan, below)
    return exact.added(np.ravel(amounts(values)) * taken) / divisor[..., 0]


NAMESPACE["rms"] = _rms
NAMESPACE["spread_of_all"] = _spread_of_all
NAMESPACE["mean_of_batch"] = _mean_of_batch
