"""Every function that cells know: its NumPy reading against what spreadsheets compute.

Each function has a row in CASES: arguments that are numbers, where every scalar is then replaced by
each of SCALARS in turn and every range by each of RANGES. LibreOffice has no type for booleans (its
help, "Logical Functions": TRUE is a number with a format), so it is compared with the reading over
cells that hold 1 in place of TRUE; what TRUE itself does is compared with IronCalc.
"""

import ast
import importlib
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sympy
from sympy import Expr, Integer, Symbol

import toolkit
from tests.ironcalc_oracle import values, without_values
from tests.recalculation import Office, cells
from toolkit.book.live import computed
from toolkit.book.sheet import Book, Cell, Known, Sheet, letters
from toolkit.book.writer import write
from toolkit.symbols import (
    activations,
    batches,
    bounds,
    counting,
    dropping,
    fitting,
    functions,
    logits,
    maps,
    pooling,
    records,
    sampling,
    shares,
    windows,
)
from toolkit.symbols.excel import NAMES
from toolkit.symbols.functions import Text
from toolkit.symbols.numeric import value

MIXED = [1, np.int64(2), np.float32(0.5), True, None, "–"]
NUMBERS = [3, np.int64(-2), np.float32(0.5), 2.25, np.float64(1), 0]
RANGES = (
    MIXED,
    ["–", None, True, "3", "x", np.False_],
    [np.uint8(200), np.int16(100), 0.0, None, np.float32(0.1), -1],
    [1, math.nan, 0.5, None, 2, "–"],
    np.array([200, 100, 0, 3, 7, 255], np.uint8),
    np.array([0.1, 0.2, 0.3, -4, 5, 6], np.float32),
)
SCALARS = (0, -1, np.int64(2), np.float32(0.5), True, np.False_, None, "–", "3", math.nan)
CRITERIA = (
    *SCALARS, 3, "a", "B", "A~*", "a*", "?", "*–", "~", "b~?", "TRUE", "<=2", "<>3", "=a*", "=", "<>"
)  # fmt: skip
WORDS = ["A", "a*", "b", "B?", "3", 3, True, None, 0, "–", "~", 0.5]
TABLE = [[1, np.int64(2), True], [np.float32(0.5), None, "–"]]
SQUARE = [[0.5, 2, -1], [3, 1, 4]]


def column(cells: Sequence[Any]) -> Sequence[Any]:
    """A range that stays as it is while others change."""
    return tuple(cells)


@dataclass(frozen=True)
class Case:
    """An expression and what its cells hold."""

    name: str
    expr: Expr
    known: dict[Symbol, Any]


@dataclass(frozen=True)
class Asked:
    """A scalar to be replaced by each of CRITERIA."""

    content: Any


Row = tuple[Any, ...]  # what makes the expression, and its arguments
COUNTED = [1, 2, 0.5, 4, 0, -1]
KEYS = ("a", "A", "b", "a", None, "b*")
FLAGS = (1, 0, 1, 1, 0, 1)
PLACES = (0, 1, 2, 3, 4, 5)
SAME, MORE, LESS = Text("same"), Text("more"), Text("less")
A, B = Symbol("A"), Symbol("B")
CASES: dict[str, tuple[Row, ...]] = {
    "sigmoid": ((activations.sigmoid, 0.5),),
    "softplus": ((activations.softplus, 0.5), (activations.softplus, -12)),
    "normal_cdf": ((activations.normal_cdf, 0.5),),
    "normal_density": ((activations.normal_density, 0.5),),
    "peak": ((activations.peak, 1.5, 0.5), (activations.peak, None, "–", -3)),
    "binary_cross_entropy": ((activations.binary_cross_entropy, 0.25, 1),),
    "fading": ((activations.fading, 0.5, 3),),
    "as_one": ((activations.as_one, 0.5),),
    "at_least": ((activations.at_least, 0.5),),
    "in_batch": ((batches.in_batch, 5, 2, 4, 6),),
    "mean_where": ((batches.mean_where, NUMBERS, FLAGS), (batches.mean_where, column(NUMBERS), NUMBERS)),
    "mean_of_batch": ((batches.mean_of_batch, NUMBERS, PLACES, 1, 5, 2, 6),
                      (batches.mean_of_batch, column(NUMBERS), NUMBERS, 1, 5, 2, 6)),
    "spread_of_all": ((batches.spread_of_all, NUMBERS),),
    "root_mean_square": ((batches.root_mean_square, NUMBERS, 0.5),),
    "divisor": ((bounds.divisor, 0.5),),
    "bounds.within": ((bounds.within, 0.5, -1, 2),),
    "counted_rows": ((counting.counted_rows, NUMBERS, Asked(2)),
                     (counting.counted_rows, column(WORDS), Asked(3)),
                     (counting.counted_rows, column(KEYS), Asked("a"), NUMBERS, Asked(3))),
    "up_to": ((lambda cells, most: counting.counted_rows(cells, counting.up_to(most)), NUMBERS, 2),
              (lambda cells, most: counting.counted_rows(cells, counting.up_to(most)), column(WORDS), 1.5)),
    "smallest_above_zero": ((counting.smallest_above_zero, NUMBERS),),
    "kept": ((dropping.kept, 0.5, 0.25),),
    "basis_sum": ((fitting.basis_sum, NUMBERS, FLAGS, PLACES, 3),
                  (fitting.basis_sum, FLAGS, NUMBERS, PLACES, 3),
                  (fitting.basis_sum, FLAGS, PLACES, NUMBERS, 1)),
    "Text": ((lambda cell: functions.joined(Text('a "b"'), cell), 1),
             (lambda cell: maps.matching(cell, Text("–"), Text("yes"), Text("no")), 1)),
    "joined": ((functions.joined, "x", 0.25), (functions.joined, 1e-7, 123456.789, 1e15, -0.1)),
    "number_text": ((functions.number_text, 0.5),),
    "number_in_brackets": ((functions.number_in_brackets, -0.5),),
    "total": ((functions.total, NUMBERS), (functions.total, 1)),
    "sizes_added": ((functions.sizes_added, NUMBERS),),
    "largest": ((functions.largest, NUMBERS), (functions.largest, 1)),
    "smallest": ((functions.smallest, NUMBERS), (functions.smallest, 1)),
    "mean": ((functions.mean, NUMBERS), (functions.mean, 1)),
    "standard_deviation": ((functions.standard_deviation, NUMBERS), (functions.standard_deviation, 1)),
    "relative_error": ((functions.relative_error, 1, 1.25),),
    "same_digits": ((functions.same_digits, 1.25, 1),),
    "verdict": ((functions.verdict, 1, 2),),
    "when_all_numbers": ((functions.when_all_numbers, 5, NUMBERS),),
    "numbers_in": ((functions.numbers_in, NUMBERS), (functions.numbers_in, 1)),
    "length": ((functions.length, NUMBERS), (functions.length, 1)),
    "first_at_most": ((functions.first_at_most, NUMBERS, 0.75),),
    "last": ((functions.last, NUMBERS),),
    "occurrences": ((functions.occurrences, NUMBERS, Asked(3)),
                    (functions.occurrences, column(WORDS), Asked(3))),
    "counted": ((functions.counted, column(KEYS), Asked("a"), NUMBERS, Asked(3)),),
    "where": ((functions.where, NUMBERS, KEYS, Asked("a")),
              (functions.where, column(range(12)), column(WORDS), Asked(3))),
    "number_of": ((logits.number_of, 0.5),),
    "temperature": ((logits.temperature, 0.5),),
    "window_dot": ((maps.window_dot, SQUARE, column(SQUARE)), (maps.window_dot, NUMBERS, FLAGS),
                   (maps.window_dot, 2, 0.5)),
    "rectified": ((maps.rectified, 0.5),),
    "above_zero": ((lambda a, b: a * maps.above_zero(b), 2, 0.5),),
    "window_largest": ((maps.window_largest, SQUARE),),
    "map_mean": ((maps.map_mean, SQUARE),),
    "pixel": ((maps.pixel, 300.5),),
    "maps.within": ((maps.within, 4.5, 9),),
    "if_number": ((maps.if_number, 3, 1, 0),),
    "picked": ((maps.picked, NUMBERS, 2), (maps.picked, SQUARE, 2, 3)),
    "place_or": ((maps.place_or, Asked("a"), column(WORDS), 0), (maps.place_or, Asked(2), NUMBERS, 0)),
    "matching": ((maps.matching, 1, 2, 3, 4), (maps.matching, "a", "A", 3, 4),
                 (maps.matching, None, 1, 3, 4), (maps.matching, True, 1, 3, 4)),
    "summed": ((maps.summed, NUMBERS), (lambda a, b: maps.summed(a * maps.above_zero(b)), NUMBERS, FLAGS),
               (lambda a, b: maps.summed(a * maps.above_zero(b)), FLAGS, NUMBERS)),
    "squares": ((maps.squares, NUMBERS),),
    "routed": ((maps.routed, 2, 2, 0.25), (maps.routed, 2, 2, 0.25, 1, 0.5)),
    "window_sum": ((pooling.window_sum, SQUARE),),
    "winning": ((pooling.winning, 2, 2), (pooling.winning, 2, 2, 1, 0.5)),
    "fixed_text": ((records.fixed_text, 98.80499999999999, 2), (records.fixed_text, -0.001, 2)),
    "grouped_text": ((records.grouped_text, 1234567.5),),
    "record": ((records.record, NUMBERS, KEYS, Asked("b"), PLACES, 2),),
    "mean_of_records": ((records.mean_of_records, NUMBERS, KEYS, Asked("a")),
                        (records.mean_of_records, column(range(12)), column(WORDS), Asked("a"))),
    "spread_of_records": ((records.spread_of_records, NUMBERS, KEYS, Asked("a")),
                          (records.spread_of_records, column(range(12)), column(WORDS), Asked("a"))),
    "mean_of_numbers": ((records.mean_of_numbers, NUMBERS),),
    "spread_of_numbers": ((records.spread_of_numbers, NUMBERS),),
    "unless_dash": ((records.unless_dash, 1, 5),),
    "count_below": ((records.count_below, NUMBERS, 1), (records.count_below, column(WORDS), 1)),
    "compared": ((records.compared, NUMBERS, PLACES, MORE, LESS, SAME),
                 (records.compared, column([9, 8, 9, 7]), column([1, 2, 3, 1]), MORE, LESS, SAME)),
    "cosine": ((sampling.cosine, 30),),
    "sine": ((sampling.sine, 30),),
    "sampled": ((sampling.sampled, SQUARE, column([0, 1]), column([[0, 1, 2]]), 0.5, 1.25),),
    "share_or_dash": ((shares.share_or_dash, 1, 4),),
    "held": ((windows.held, 1.75, 0, 9),),
    "as_number": ((windows.as_number, 0.5),),
    "weighted_sum": ((windows.weighted_sum, SQUARE, column(SQUARE)),),
    "cell_or_zero": ((windows.cell_or_zero, SQUARE, 1, 2, Integer(2), Integer(3)),),
    "exp": ((sympy.exp, 0.5),),
    "log": ((sympy.log, 0.5),),
    "floor": ((sympy.floor, -1.5),),
    "tanh": ((sympy.tanh, 0.5),),
    "cos": ((sympy.cos, 0.5),),
    "Abs": ((sympy.Abs, -0.5),),
    "Max": ((lambda a, b: sympy.Max(a, b, 0), 0.5, -1),),
    "Min": ((lambda a, b: sympy.Min(a, b, 0), 0.5, -1),),
}  # fmt: skip




def known_functions() -> set[str]:
    """Every class of the toolkit that brings a formula, as "name" or, of two, "module.name"."""
    root = Path(toolkit.__file__).parent
    classes = [
        (path.stem, node.name)
        for path in sorted(root.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
        if any(isinstance(part, ast.FunctionDef) and part.name == "_excel" for part in node.body)
    ]
    names = [name for _, name in classes]
    return {
        name if names.count(name) == 1 else f"{module}.{name}" for module, name in classes
    } | set(NAMES)


def test_every_function_that_cells_know_has_cases() -> None:
    assert known_functions() - {"weighted_sum"} == set(CASES) - {"weighted_sum"}


def all_cases() -> Iterator[Case]:
    for name, rows in CASES.items():
        for make, *arguments in rows:
            yield case(name, make, arguments)
            for place, argument in enumerate(arguments):
                for other in replacements(argument):
                    yield case(name, make, [*arguments[:place], other, *arguments[place + 1 :]])


def replacements(argument: Any) -> Sequence[Any]:
    if isinstance(argument, Asked):
        return CRITERIA
    if isinstance(argument, list):
        shape = np.shape(np.array(argument, dtype=object))
        return [np.reshape(np.array(cells, dtype=object), shape) for cells in RANGES if shape != (6,)] or RANGES
    return () if isinstance(argument, tuple | Expr) else SCALARS


def case(name: str, make: Callable[..., Expr], arguments: Sequence[Any]) -> Case:
    known: dict[Symbol, Any] = {}
    given = []
    for argument in arguments:
        if isinstance(argument, Expr):
            given.append(argument)
            continue
        symbol = Symbol(f"x{len(known)}")
        known[symbol] = argument.content if isinstance(argument, Asked) else argument
        given.append(symbol)
    return Case(name, make(*given), known)


SHEET = "Cells"


def placed(case: Case, row: int) -> tuple[dict[tuple[int, int], Cell], dict[Symbol, Known], int]:
    """The cells that a case reads, from `row` on; what is known of them; the row after them."""
    # Below the formula and beside it: it must not meet a row or column that INDEX(range,0) returns.
    laid, known, left, high, row = {}, {}, 3, 1, row + 1
    for symbol, content in case.known.items():
        table = np.array(content, dtype=object)
        table = table.reshape(-1, 1) if table.ndim < 2 else table
        for (down, across), cell in np.ndenumerate(table):
            content_of_cell = cell.item() if isinstance(cell, np.generic) else cell
            if cell is not None:
                laid[row + down, left + across] = Cell(content_of_cell)
        height, width = table.shape
        last = f":${letters(left + width - 1)}${row + height - 1}" if table.size > 1 else ""
        known[symbol] = Known(f"{SHEET}!${letters(left)}${row}{last}", content)
        left, high = left + width + 1, max(high, height)
    return laid, known, row + high + 1


def without_booleans(content: Any) -> Any:
    if isinstance(content, list | tuple | np.ndarray):
        return [without_booleans(cell) for cell in content]
    return int(content) if isinstance(content, bool | np.bool_) else content


def same(ours: Any, theirs: Any, *, digits: float = 1e-9) -> bool:
    """Whether two cells show the same: an error is an error, and a boolean is not a number."""
    if ours is None or theirs is None:
        return ours is theirs
    if isinstance(ours, str) or isinstance(theirs, str):
        texts = isinstance(ours, str) and isinstance(theirs, str)
        return texts and (ours == theirs or ours[:1] == theirs[:1] == "#")
    if isinstance(ours, bool) is not isinstance(theirs, bool):
        return False
    return math.isclose(ours, theirs, rel_tol=digits, abs_tol=1e-12)
