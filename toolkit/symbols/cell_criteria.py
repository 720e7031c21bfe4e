"""The criteria of COUNTIF, COUNTIFS, SUMIFS and AVERAGEIFS, and the search of MATCH."""

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
    """The number of rows in which each column (first, third, ...) meets the criterion after it."""
    return len(rows_that_meet(*columns_and_criteria))


def rows_that_meet(*columns_and_criteria: Any) -> Sequence[int]:
    """The rows (from 0) in which each column (first, third, ...) meets the criterion after it."""
    columns = [contents(column) for column in columns_and_criteria[::2]]
    met: Sequence[int] = range(len(columns[0]))
    for column, condition in zip(columns, columns_and_criteria[1::2], strict=True):
        test, text = criterion(condition), _word(condition)
        if text is None:
            met = [row for row in met if test(column[row])]
        else:  # the same result, without a call for each cell
            met = [r for r in met if isinstance(c := column[r], str) and c.lower() == text]
    return met


def _word(condition: Any) -> str | None:
    """A text criterion in lower case if it has no operators or wildcards; otherwise None."""
    text = _single(condition)
    plain = isinstance(text, str) and _typed(text) == text and not SPECIAL.search(text)
    return text.lower() if plain and text else None


def cells_that_meet(answers: Any, *columns_and_criteria: Any) -> list[Any]:
    """The contents of a column in the rows that meet all criteria."""
    cells = contents(answers)
    return [cells[row] for row in rows_that_meet(*columns_and_criteria)]


def criterion(condition: Any) -> Test:
    """A function that tells whether the plain content of a cell meets a criterion.

    A criterion is a value, or text such as "<=3" or "a*". A blank criterion matches 0, and an error
    matches errors. A number also matches a cell that stores it as text, except with "<" and similar
    operators; booleans match only booleans.
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
    """The value that a text in a criterion stands for."""
    return float(text) if NUMERAL.fullmatch(text) else BOOLEANS.get(text.lower(), text)


def _ranks(relation: Callable[[Any, Any], bool], target: Any) -> Test:
    """A test whether a cell has this relation to a target of its kind; false for a blank target."""
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
    """A test for equality by =, which knows no wildcards; it is false for errors."""
    target = _single(target)
    if isinstance(target, str) and target:
        text = target.lower()
        return lambda cell: isinstance(cell, str) and cell.lower() == text
    return lambda cell: order(cell, target) == 0


def pattern(text: str) -> Test:
    """A test for a text with wildcards, which ignores letter case.

    `*` matches any characters, `?` matches one character, and `~` makes the next of these literal.
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
    """The position (from 1) of the first cell that MATCH(…, 0) finds; nan if there is none.

    Unlike a criterion, MATCH does not find a number that is stored as text, and never finds a
    blank.
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
