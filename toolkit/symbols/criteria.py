"""What COUNTIF, COUNTIFS, SUMIFS and AVERAGEIFS count, and what MATCH looks for."""

import math
import operator
import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from toolkit.symbols.cells import Reference, contents
from toolkit.symbols.content import NUMERAL, holds_number, is_error, order, plain

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
    for column, condition in zip(columns, columns_and_criteria[1::2], strict=True):
        test, text = criterion(condition), _word(condition)
        if text is None:
            met = [row for row in met if test(column[row])]
        else:  # the same, without a call for each cell
            met = [r for r in met if isinstance(c := column[r], str) and c.lower() == text]
    return met


def _word(condition: Any) -> str | None:
    """A criterion in small letters, where it is text that only stands for itself."""
    text = _single(condition)
    plain = isinstance(text, str) and _typed(text) == text and not SPECIAL.search(text)
    return text.lower() if plain and text else None


def cells_that_meet(answers: Any, *columns_and_criteria: Any) -> list[Any]:
    """The contents of a column in the rows that meet all criteria."""
    cells = contents(answers)
    return [cells[row] for row in rows_that_meet(*columns_and_criteria)]


def criterion(condition: Any) -> Test:
    """Whether a cell's plain content meets a criterion: a value, or text such as "<=3" or "a*".

    A blank criterion asks for 0, an error for errors. Numbers also count where they are stored as
    text, but not in "<" and its kind; booleans are only met by booleans.
    """
    condition = _single(condition)
    if not isinstance(condition, str):
        return _equals(0 if condition is None else condition)
    sign_match = SIGN.match(condition)
    sign = sign_match[0] if sign_match else ""
    text = condition[len(sign) :]
    target = _typed(text)
    if sign in RELATIONS:
        return _ranks(RELATIONS[sign], target)
    if text:
        test = _equals(target)
        return (lambda cell: not test(cell)) if sign == "<>" else test
    empty: dict[str, Test] = {
        "": lambda cell: cell is None or cell == "",
        "=": lambda cell: cell is None,
        "<>": lambda cell: cell is not None,
    }
    return empty[sign]


def _single(condition: Any) -> Any:
    return condition.cells.item() if isinstance(condition, Reference) else plain(condition)


def _typed(text: str) -> Any:
    """What a text stands for in a criterion."""
    return float(text) if NUMERAL.fullmatch(text) else BOOLEANS.get(text.lower(), text)


def _ranks(relation: Callable[[Any, Any], bool], target: Any) -> Test:
    """Whether a cell of the same kind ranks so; no cell does beside nothing."""
    if target == "":
        return lambda cell: False
    kind = type(target) if isinstance(target, bool | str) else None

    def test(cell: Any) -> bool:
        same = type(cell) is kind if kind else holds_number(cell)
        return same and relation(order(cell, target), 0)

    return test


def _equals(target: Any) -> Test:
    if isinstance(target, bool):
        return lambda cell: cell is target
    if isinstance(target, str):
        return pattern(target)
    if is_error(target):
        return is_error

    def test(cell: Any) -> bool:
        if isinstance(cell, str):
            return NUMERAL.fullmatch(cell) is not None and float(cell) == target
        return holds_number(cell) and bool(cell == target)

    return test


def equal_to(target: Any) -> Test:
    """Whether a cell equals another by =, which knows no wildcards; false for errors."""
    target = _single(target)
    if isinstance(target, str) and target:
        text = target.lower()
        return lambda cell: isinstance(cell, str) and cell.lower() == text
    return lambda cell: order(cell, target) == 0


def pattern(text: str) -> Test:
    """Whether a cell holds this text, in which * stands for any characters, ? for one, and ~ takes
    the next of these as it is. Letter case does not count.
    """
    text = text.lower()
    if not WILD.search(text):
        return lambda cell: isinstance(cell, str) and cell.lower() == text
    source, end = "", 0
    for wildcard in WILD.finditer(text):
        literal, wild = wildcard.groups()
        source += re.escape(text[end : wildcard.start()])
        source += re.escape(literal) if literal else ".*" if wild == "*" else "."
        end = wildcard.end()
    compiled = re.compile(source + re.escape(text[end:]), re.DOTALL)
    return lambda cell: isinstance(cell, str) and compiled.fullmatch(cell.lower()) is not None


def match(target: Any, cells: Any) -> float:
    """The place (from 1) of the first cell that MATCH(…, 0) takes; nan where there is none.

    Unlike in a criterion, a number is not found in text, and a blank is not found at all.
    """
    target = _single(target)
    if holds_number(target) and isinstance(cells, np.ndarray):
        places = np.flatnonzero(cells == target)
        return int(places[0]) + 1 if len(places) else math.nan
    test = pattern(target) if isinstance(target, str) else _is(target)
    return next((place for place, cell in enumerate(contents(cells), 1) if test(cell)), math.nan)


def _is(target: Any) -> Test:
    if isinstance(target, bool):
        return lambda cell: cell is target
    return lambda cell: holds_number(cell) and holds_number(target) and cell == target
