"""What COUNTIF, COUNTIFS, SUMIFS and AVERAGEIFS count, and what MATCH looks for."""

import math
import operator
import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from toolkit.symbols.cells import NUMERAL, Reference, contents, holds_number, is_error, order, plain

SIGN = re.compile("<=|>=|<>|=|<|>|")
RELATIONS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
BOOLEANS = {"true": True, "false": False}
SPECIAL = re.compile("[<=>*?~]")
WILD = re.compile(r"~([*?~])|([*?])")
Test = Callable[[Any], bool]


def count(*columns_and_criteria: Any) -> int:
    """In how many rows each column (first, third, ...) meets the criterion that follows it."""
    return len(rows_that_meet(*columns_and_criteria))


def rows_that_meet(*columns_and_criteria: Any) -> Sequence[int]:
    """The rows (from 0) in which each column (first, third, ...) meets the criterion after it."""
    columns = [contents(column) for column in columns_and_criteria[::2]]
    met: Sequence[int] = range(len(columns[0]))
    for column, asked in zip(columns, columns_and_criteria[1::2], strict=True):
        test, text = criterion(asked), _word(asked)
        if text is None:
            met = [row for row in met if test(column[row])]
        else:  # the same, without a call for each cell
            met = [r for r in met if isinstance(c := column[r], str) and c.lower() == text]
    return met


def _word(asked: Any) -> str | None:
    """A criterion in small letters, where it is text that only stands for itself."""
    text = _single(asked)
    plain = isinstance(text, str) and _typed(text) == text and not SPECIAL.search(text)
    return text.lower() if plain and text else None


def cells_that_meet(answers: Any, *columns_and_criteria: Any) -> list[Any]:
    """The contents of a column in the rows that meet all criteria."""
    cells = contents(answers)
    return [cells[row] for row in rows_that_meet(*columns_and_criteria)]


def criterion(asked: Any) -> Test:
    """Whether a cell's plain content meets a criterion: a value, or text such as "<=3" or "a*".

    A blank criterion asks for 0, an error for errors. Numbers also count where they are stored as
    text, but not in "<" and its kind; booleans are only met by booleans.
    """
    asked = _single(asked)
    if not isinstance(asked, str):
        return _equals(0 if asked is None else asked)
    found = SIGN.match(asked)
    sign = found[0] if found else ""
    text = asked[len(sign) :]
    wanted = _typed(text)
    if sign in RELATIONS:
        return _ranks(RELATIONS[sign], wanted)
    if text:
        test = _equals(wanted)
        return (lambda cell: not test(cell)) if sign == "<>" else test
    empty: dict[str, Test] = {
        "": lambda cell: cell is None or cell == "",
        "=": lambda cell: cell is None,
        "<>": lambda cell: cell is not None,
    }
    return empty[sign]


def _single(asked: Any) -> Any:
    return asked.cells.item() if isinstance(asked, Reference) else plain(asked)


def _typed(text: str) -> Any:
    """What a text stands for in a criterion."""
    return float(text) if NUMERAL.fullmatch(text) else BOOLEANS.get(text.lower(), text)


def _ranks(relation: Callable[[Any, Any], bool], wanted: Any) -> Test:
    """Whether a cell of the same kind ranks so; no cell does beside nothing."""
    if wanted == "":
        return lambda cell: False
    kind = type(wanted) if isinstance(wanted, bool | str) else None

    def test(cell: Any) -> bool:
        same = type(cell) is kind if kind else holds_number(cell)
        return same and relation(order(cell, wanted), 0)

    return test


def _equals(wanted: Any) -> Test:
    if isinstance(wanted, bool):
        return lambda cell: cell is wanted
    if isinstance(wanted, str):
        return pattern(wanted)
    if is_error(wanted):
        return is_error

    def test(cell: Any) -> bool:
        if isinstance(cell, str):
            return NUMERAL.fullmatch(cell) is not None and float(cell) == wanted
        return holds_number(cell) and bool(cell == wanted)

    return test


def equal_to(wanted: Any) -> Test:
    """Whether a cell equals another by =, which knows no wildcards; false for errors."""
    wanted = _single(wanted)
    if isinstance(wanted, str) and wanted:
        text = wanted.lower()
        return lambda cell: isinstance(cell, str) and cell.lower() == text
    return lambda cell: order(cell, wanted) == 0


def pattern(text: str) -> Test:
    """Whether a cell holds this text, in which * stands for any characters, ? for one, and ~ takes
    the next of these as it is. Letter case does not count.
    """
    text = text.lower()
    if not WILD.search(text):
        return lambda cell: isinstance(cell, str) and cell.lower() == text
    source, end = "", 0
    for found in WILD.finditer(text):
        literal, wild = found.groups()
        source += re.escape(text[end : found.start()])
        source += re.escape(literal) if literal else ".*" if wild == "*" else "."
        end = found.end()
    compiled = re.compile(source + re.escape(text[end:]), re.DOTALL)
    return lambda cell: isinstance(cell, str) and compiled.fullmatch(cell.lower()) is not None


def match(wanted: Any, cells: Any) -> float:
    """The place (from 1) of the first cell that MATCH(…, 0) takes; nan where there is none.

    Unlike in a criterion, a number is not found in text, and a blank is not found at all.
    """
    wanted = _single(wanted)
    if holds_number(wanted) and isinstance(cells, np.ndarray):
        places = np.flatnonzero(cells == wanted)
        return int(places[0]) + 1 if len(places) else math.nan
    test = pattern(wanted) if isinstance(wanted, str) else _is(wanted)
    return next((place for place, cell in enumerate(contents(cells), 1) if test(cell)), math.nan)


def _is(wanted: Any) -> Test:
    if isinstance(wanted, bool):
        return lambda cell: cell is wanted
    return lambda cell: holds_number(cell) and holds_number(wanted) and cell == wanted
