"""Polynomials up to a degree, as sums over a basis."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import Function

from toolkit.symbols.cells import Reference, contents, numbers_or_zeros, reference
from toolkit.symbols.numeric import NAMESPACE
from toolkit.symbols.typeset import Box, Scripts, Text, row

Array = NDArray[np.float64]


class basis_sum(Function):
    """Σ c_j P_j over the degrees j up to d: coefficients c, the basis P at a point, degrees j, and
    d, each range a row of as many cells. In NumPy P may hold a row for each of many points.
    """

    def _excel(self, printer: Any) -> str:
        c, basis, degrees, degree = map(printer._print, self.args)
        return f"SUMPRODUCT({c},{basis},({degrees}<={degree})*1)"

    def _numpycode(self, printer: Any) -> str:
        return f"basis_sum({', '.join(map(printer._print, self.args))})"

    def _plain(self, printer: Any) -> str:
        return "Σ " + " · ".join(map(printer._print, self.args[:2]))

    def _typeset(self, printer: Any) -> Box:
        c, basis, degrees, degree = map(printer._print, self.args)
        total = Scripts(Text("Σ"), row(degrees, Text(" ≤ "), degree))
        return row(total, Text(" "), c, Text(" · "), basis)


def orthonormal(x: Array, degree: int) -> Array:
    """Coefficients (degree + 1, degree + 1), lowest power first, of the polynomials that are
    orthonormal over the places x: what a point adds to a coefficient then does not depend on the
    degree of the fit (Forsythe 1957).
    """
    powers = np.vander(x, degree + 1, increasing=True)
    _, upper = np.linalg.qr(powers)
    signed = np.sign(np.diag(upper))[:, None] * upper
    found: Array = np.linalg.inv(signed).T
    return found


def _basis_sum(c: Any, basis: Any, degrees: Any, degree: Any) -> Any:
    each = np.ravel(degrees) if isinstance(degrees, np.ndarray) else reference(contents(degrees))
    taken = each <= (degree if isinstance(degree, Reference) else np.asarray(degree)[..., None])
    return (np.ravel(numbers_or_zeros(c)) * taken * numbers_or_zeros(basis)).sum(-1)


NAMESPACE["basis_sum"] = _basis_sum
