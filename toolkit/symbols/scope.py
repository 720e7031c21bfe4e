"""The functions that NumPy source may call by name, for arrays and for single numbers.

Cell functions are not among them, because each brings its own (`toolkit.symbols.cell_function`).
"""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from toolkit.symbols import exact
from toolkit.symbols.cells import RELATIONS, amounts
from toolkit.symbols.comparisons import related, where


def _power(base: Any, exponent: Any) -> Any:
    base, exponent = amounts(base), amounts(exponent)
    # In NumPy, nan to the power of 0 is 1.
    lost = np.ndim(base) == np.ndim(exponent) == 0 and math.isnan(base + exponent)
    return math.nan if lost else exact.power(base, exponent)


# These functions give the same digits on every machine; NumPy's own do not.
NUMPY = "sqrt minimum maximum abs sign nan pi logical_and logical_or logical_not"
EXACT = "exp capped_exp log log10 log1p tanh sin cos normal_cdf"
SCOPE: Mapping[str, Any] = {
    "floor": exact.floor,
    "power": _power,
    "where": where,
    **{name: getattr(np, name) for name in NUMPY.split()},
    **{relation.__name__: related(relation) for relation in RELATIONS},
    **{name: exact.over_arrays(getattr(exact, name)) for name in EXACT.split()},
}
# NumPy's own functions, up to a hundred times faster, for more numbers than any workbook shows.
QUICK: Mapping[str, Any] = {
    **{name: getattr(np, name) for name in ("exp", "log", "log1p", "tanh")},
    "capped_exp": lambda x: np.exp(np.minimum(x, exact.LARGEST_EXPONENT)),
}
SCALAR: Mapping[str, Any] = {
    "exp": exact.exp,
    "capped_exp": exact.capped_exp,
    "log": exact.log,
    "log1p": exact.log1p,
    "tanh": exact.tanh,
    "power": exact.power,
    "sqrt": math.sqrt,
    "sign": lambda x: (x > 0) - (x < 0),
    "pi": math.pi,
    "minimum": min,
    "maximum": max,
    "where": lambda condition, answer, otherwise: answer if condition else otherwise,
    "abs": abs,
    "normal_cdf": exact.normal_cdf,
    **{relation.__name__: compare for relation, compare in RELATIONS.items()},
}
