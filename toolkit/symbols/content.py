"""What a single cell holds, as a spreadsheet computes and compares with it.

The rules are Excel's. Arithmetic takes a blank (None) for 0, TRUE for 1, text that spells a number
for that number, and fails on other text. Comparisons rank numbers below text and text below
booleans, and ignore letter case; texts rank by their characters' codes, which for signs other than
letters and digits differs from the order of the computer's language that spreadsheets take.
Two numbers count as equal where all their bits agree: programs differ on which others do (15
digits in Excel, a relative 2^-48 in LibreOffice, 2.2e-16 in IronCalc).
"""

import math
import re
from typing import Any

import numpy as np

NUMBER_TYPES = {float, int}
PLAIN_TYPES = NUMBER_TYPES | {bool, str, type(None)}
NUMERAL = re.compile(r" *[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)? *")


def plain(content: Any) -> Any:
    """A cell's content in Python's own type; anything else as it is."""
    if isinstance(content, np.floating):
        return float(content)  # item() would leave a long double as it is
    return content.item() if isinstance(content, np.generic) else content


def is_error(cell: Any) -> bool:
    """Whether a plain content stands for an error."""
    return isinstance(cell, float) and not math.isfinite(cell)


def holds_number(cell: Any) -> bool:
    """Whether a plain content is a number; booleans, text, blanks and errors are not."""
    if isinstance(cell, float):
        return math.isfinite(cell)
    return isinstance(cell, int) and not isinstance(cell, bool)


def amount(cell: Any) -> float:
    """What arithmetic takes a plain content for; nan where it fails."""
    if isinstance(cell, str):
        return float(cell) if NUMERAL.fullmatch(cell) else math.nan
    return 0.0 if cell is None else float(cell)


def order(a: Any, b: Any) -> float:
    """Negative, 0 or positive, as one plain content ranks before, with or after another; nan where
    one is an error.
    """
    if is_error(a) or is_error(b):
        return math.nan
    first, second = _rank(a, b), _rank(b, a)
    return (first > second) - (first < second)


def _rank(cell: Any, beside: Any) -> tuple[int, Any]:
    """A blank is whatever is least of the kind beside it."""
    if cell is None:
        cell = type(beside)() if isinstance(beside, bool | str) else 0
    if isinstance(cell, str):
        return 1, cell.lower()
    return (2 if isinstance(cell, bool) else 0), cell
