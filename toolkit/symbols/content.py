"""The content of a single cell, as spreadsheets compute and compare with it.

The rules are Excel's. Arithmetic counts a blank (None) as 0 and TRUE as 1, converts text that
spells a number into that number, and fails for other text. Comparisons rank numbers below text and
text below booleans, and ignore letter case. Texts are ranked by the codes of their characters; for
characters other than letters and digits this differs from the order of the user's language, which
spreadsheets apply. Two numbers are equal only if all their bits agree: programs differ in what else
they consider equal (15 digits in Excel, a relative 2^-48 in LibreOffice, 2.2e-16 in IronCalc).
"""

import math
import re
from typing import Any

import numpy as np

NUMBER_TYPES = {float, int}
PLAIN_TYPES = NUMBER_TYPES | {bool, str, type(None)}
NUMERAL = re.compile(r" *[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)? *")


def plain(content: Any) -> Any:
    """The content of a cell as Python's own type; any other value is returned unchanged."""
    if isinstance(content, np.floating):
        return float(content)  # item() would return a long double unchanged
    return content.item() if isinstance(content, np.generic) else content


def is_error(cell: Any) -> bool:
    """Whether a plain content represents an error."""
    return isinstance(cell, float) and not math.isfinite(cell)


def holds_number(cell: Any) -> bool:
    """Whether a plain content is a number; booleans, text, blanks and errors are not."""
    if isinstance(cell, float):
        return math.isfinite(cell)
    return isinstance(cell, int) and not isinstance(cell, bool)


def amount(cell: Any) -> float:
    """The number that arithmetic uses for a plain content; nan if it fails."""
    if isinstance(cell, str):
        return float(cell) if NUMERAL.fullmatch(cell) else math.nan
    return 0.0 if cell is None else float(cell)


def order(a: Any, b: Any) -> float:
    """A negative number, 0 or a positive number if `a` ranks before, with or after `b`; nan for
    errors.
    """
    if is_error(a) or is_error(b):
        return math.nan
    first, second = _rank(a, b), _rank(b, a)
    return (first > second) - (first < second)


def _rank(cell: Any, beside: Any) -> tuple[int, Any]:
    """The rank of a cell; a blank counts as the least value of the kind of `beside`."""
    if cell is None:
        cell = type(beside)() if isinstance(beside, bool | str) else 0
    if isinstance(cell, str):
        return 1, cell.lower()
    return (2 if isinstance(cell, bool) else 0), cell
