"""Polynomials of limited degree, as sums over a basis."""

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from toolkit.symbols import exact
from toolkit.symbols.boxes import Box, Glyphs, Scripts, row
from toolkit.symbols.cell_function import CellFunction
from toolkit.symbols.cells import Reference, contents, numbers_or_zeros, reference

Array = NDArray[np.float64]


class basis_sum(CellFunction):
    """The sum of c_j P_j over the degrees j up to d.

    The arguments are the coefficients c, the values P of the basis at a point, the degrees j, and
    d; the first three are rows of equal length. In NumPy, P may have one row for each of many
    points.
    """

    formula = "SUMPRODUCT({c},{basis},({degrees}<={degree})*1)"

    @staticmethod
    def compute(c: Any, basis: Any, degrees: Any, degree: Any) -> Any:
        """The value at one point, or at each of many points."""
        array = isinstance(degrees, np.ndarray)
        each = np.ravel(degrees) if array else reference(contents(degrees))
        most = degree if isinstance(degree, Reference) else np.asarray(degree)[..., None]
        return exact.added(np.ravel(numbers_or_zeros(c)) * (each <= most) * numbers_or_zeros(basis))

    def _plain(self, printer: Any) -> str:
        return "Σ " + " · ".join(map(printer._print, self.args[:2]))

    def _typeset(self, printer: Any) -> Box:
        c, basis, degrees, degree = map(printer._print, self.args)
        total = Scripts(Glyphs("Σ"), row(degrees, Glyphs(" ≤ "), degree))
        return row(total, Glyphs(" "), c, Glyphs(" · "), basis)


def orthonormal(x: Sequence[float], degree: int, at: Sequence[float]) -> Array:
    """The values (points in `at`, degree + 1) of polynomials that are orthonormal over the points
    x.

    There is one polynomial of each degree up to `degree`, which must be less than the number of
    points. With an orthonormal basis, a coefficient does not depend on the degree of the fit
    (Forsythe 1957). Forsythe's recurrence is computed in fractions; only the quotient is rounded.
    """
    places = [Fraction(place) for place in (*x, *at)]
    before, now = [Fraction(0)] * len(places), [Fraction(1)] * len(places)
    columns, past = [], Fraction(1)
    for _ in range(degree + 1):
        over = [(place, p * p) for place, p in zip(places[: len(x)], now[: len(x)], strict=True)]
        squares = sum((square for _, square in over), Fraction(0))
        centre = sum((place * square for place, square in over), Fraction(0)) / squares
        columns.append([float(p) / math.sqrt(squares) for p in now[len(x) :]])
        ratio = squares / past if columns[1:] else Fraction(0)
        triples = zip(places, now, before, strict=True)
        before, now = now, [(place - centre) * p - ratio * q for place, p, q in triples]
        past = squares
    return np.array(columns).T
