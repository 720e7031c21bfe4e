"""Fits of all degrees, and their errors, are those of NumPy's polyfit."""

import numpy as np
import pytest

from tests.concepts.blocks import number
from tests.concepts.conftest import Changed
from toolkit.book.address import letters
from toolkit.pages.concepts import overfitting, polynomials
from toolkit.pages.concepts.page import ASIDE

DEGREE, ERRORS, POINTS, CURVE = "B6", 38, 40, 56
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


@pytest.mark.parametrize(
    ("changes", "training", "test", "verdict"),
    [
        ({DEGREE: 1}, 0.57, 0.70, "Too simple"),
        ({DEGREE: 3}, 0.24, 0.35, "About right"),
        ({DEGREE: 5}, 0.15, 0.42, "It overfits"),
        ({}, 0.14, 0.46, "It overfits"),
        ({DEGREE: 7}, 0.00, 0.81, "It overfits"),
        ({DEGREE: 3, f"C{POINTS + 4}": 1}, 0.50, 0.52, "Too simple"),
        ({DEGREE: 7, f"C{POINTS + 4}": 1}, 0.00, 1.97, "It overfits"),
    ],
)
def test_what_the_tasks_expect(
    changed: Changed, changes: dict[str, object], training: float, test: float, verdict: str
) -> None:
    actual = changed(overfitting.CONCEPT, changes)
    assert number(actual, "B13") == pytest.approx(training, abs=0.006)
    assert number(actual, "B14") == pytest.approx(test, abs=0.006)
    assert str(actual["A9"]).startswith(verdict)


def test_the_training_error_is_below_the_test_error(changed: Changed) -> None:
    actual = changed(overfitting.CONCEPT, {})
    pairs = [[number(actual, f"{column}{ERRORS + n}") for n in (0, 1)] for column in COLUMNS]
    assert all(training < test for training, test in pairs)
    best = min(range(7), key=lambda n: pairs[n][1]) + 1
    assert number(actual, "B15") == best == 3
