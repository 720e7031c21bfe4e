"""Fits of all degrees, and their errors, are those of NumPy's polyfit."""

import numpy as np

from tests.concepts.conftest import Changed
from toolkit.book.address import letters
from toolkit.pages.concepts import overfitting, polynomials
from toolkit.pages.concepts.page import ASIDE

DEGREE, ERRORS, POINTS, CURVE = "B12", 31, 33, 36
COLUMNS = "DEFGHIJ"


def test_each_fit_is_that_of_polyfit(changed: Changed) -> None:
    x, _ = np.array(polynomials.TRAINING).T
    other, wanted = np.array(polynomials.TEST).T
    values = np.array([1.0, -2.5, 0.3, 2.0, 1.5, -1.0, 3.0, 0.7])
    cells: dict[str, object] = {f"C{POINTS + n}": value for n, value in enumerate(values.tolist())}
    actual = changed(overfitting.CONCEPT, {DEGREE: 5, **cells})
    for degree, column in enumerate(COLUMNS, 1):
        fit = np.polyfit(x, values, degree)
        for row, places, answers in ((POINTS, x, values), (POINTS + 8, other, wanted)):
            made = np.polyval(fit, places)
            predictions = [float(str(actual[f"{column}{row + n}"])) for n in range(8)]
            np.testing.assert_allclose(predictions, made, rtol=1e-7, atol=1e-7)
            error = float(str(actual[f"{column}{ERRORS + (row > POINTS)}"]))
            np.testing.assert_allclose(error, np.sqrt(np.mean((made - answers) ** 2)), atol=1e-7)
    column = letters(ASIDE + 1)
    curve = [float(str(actual[f"{column}{CURVE + n}"])) for n in range(polynomials.STEPS)]
    wished = np.polyval(np.polyfit(x, values, 5), np.linspace(0, 7, polynomials.STEPS))
    np.testing.assert_allclose(curve, wished, atol=1e-7)
