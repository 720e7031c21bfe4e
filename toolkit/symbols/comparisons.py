"""Comparisons of cells, values and arrays, and the function IF, which depends on them."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from toolkit.symbols.cells import RELATIONS, Reference, operand


def related(ufunc: np.ufunc) -> Callable[[Any, Any], Any]:
    """A comparison of cells or values, applied to each element of arrays."""

    def relation(a: Any, b: Any) -> Any:
        if np.ndim(a) or np.ndim(b):
            return ufunc(a, b)
        return ufunc(operand(a), operand(b))

    return relation


equal, not_equal, less, less_equal, greater, greater_equal = map(related, RELATIONS)


def where(condition: Any, answer: Any, otherwise: Any) -> Any:
    """IF for a single cell, or for each element of arrays."""
    if isinstance(condition, Reference) or (
        np.ndim(condition) == 0 and any(isinstance(x, Reference) for x in (answer, otherwise))
    ):
        return answer if condition else otherwise
    answers = np.where(condition, answer, otherwise)[()]
    # In comparisons of ranges, nan stands for an error.
    lost = np.ndim(condition) and np.asarray(condition).dtype.kind == "f"
    return np.where(np.isnan(condition), math.nan, answers) if lost else answers
