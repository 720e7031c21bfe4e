"""One or more rows of arguments for every function that cells know, to be varied in a test.

In the arguments of a row a list is a range that is replaced by each of RANGES in turn, a tuple or
an array is a range that stays, an expression stays as well, `Asked` is a criterion, and anything
else is a scalar that is replaced by each of SCALARS.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy
from sympy import Expr, Integer, Symbol

from toolkit.symbols import (
    activations,
    batches,
    bounds,
    choices,
    fitting,
    lookups,
    maps,
    ranges,
    records,
    text,
)
from toolkit.symbols.text import Text

NUMBERS = [3, np.int64(-2), np.float32(0.5), 2.25, np.float64(1), 0]
RANGES = (
    [1, np.int64(2), np.float32(0.5), True, None, "–"],
    ["–", None, True, "3", "x", np.False_],
    [np.uint8(200), np.int16(100), 0.0, None, np.float32(0.1), -1],
    [1, math.nan, 0.5, None, 2, "–"],
    np.array([200, 100, 0, 3, 7, 255], np.uint8),
    np.array([0.1, 0.2, 0.3, -4, 5, 6], np.float32),
)
SCALARS = (0, -1, np.int64(2), np.float32(0.5), True, np.False_, None, "–", "3", math.nan)
CRITERIA = (
    *SCALARS,
    3,
    "a",
    "B",
    "A~*",
    "a*",
    "?",
    "*–",
    "~",
    "b~?",
    "TRUE",
    "<=2",
    "<>a",
    "=a*",
    "=",
    "<>",
)
BOUNDS = (-1, np.int64(2), np.float32(0.5), None, "3", math.nan)
WORDS = ("A", "a*", "b", "B?", "3", 3, True, None, 0, "–", "~", 0.5)


@dataclass(frozen=True)
class Asked:
    """A criterion, and what replaces it."""

    content: Any
    others: tuple[Any, ...] = CRITERIA


@dataclass(frozen=True)
class Case:
    """An expression, and the contents of the cells and ranges that it reads."""

    function: str
    expr: Expr
    known: dict[Symbol, Any]

    @property
    def scalars(self) -> list[Any]:
        """The contents of single cells."""
        return [content for content in self.known.values() if np.ndim(content) == 0]

    @property
    def cells(self) -> list[Any]:
        """The contents of all cells of its ranges."""
        ranges = (content for content in self.known.values() if np.ndim(content))
        return [cell for content in ranges for cell in np.array(content, dtype=object).flat]


def rows_up_to(cells: Symbol, most: Symbol) -> Expr:
    """up_to is only the criterion of another function."""
    return records.row_count(cells, records.up_to(most))


def sum_where_above(cells: Symbol, others: Symbol) -> Expr:
    """A sum of products within one argument: a mask is only a factor."""
    return ranges.summed(cells * maps.above_zero(others))


SQUARE = [[0.5, 2, -1], [3, 1, 4]]
ROW = [NUMBERS]
FIXED = np.array(SQUARE)  # an array that stays
KEYS = ("a", "A", "b", "a", None, "b*")
FLAGS = (1, 0, 1, 1, 0, 1)
PLACES = (0, 1, 2, 3, 4, 5)
SAYING = (Text("more"), Text("less"), Text("same"))
Row = tuple[Any, ...]  # what makes the expression, and its arguments
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
    "mean_where": (
        (batches.mean_where, NUMBERS, FLAGS),
        (batches.mean_where, tuple(NUMBERS), NUMBERS),
    ),
    "mean_of_batch": (
        (batches.mean_of_batch, NUMBERS, PLACES, 1, 5, 2, 6),
        (batches.mean_of_batch, tuple(NUMBERS), NUMBERS, 1, 5, 2, 6),
    ),
    "population_deviation": ((ranges.population_deviation, NUMBERS),),
    "root_mean_square": ((ranges.root_mean_square, NUMBERS, 0.5),),
    "divisor": ((bounds.divisor, 0.5),),
    "clamp": ((bounds.clamp, 0.5, -1, 2),),
    "row_count": (
        (records.row_count, NUMBERS, Asked(2)),
        (records.row_count, WORDS, Asked(3)),
        (records.row_count, KEYS, Asked("a"), NUMBERS, Asked(3)),
    ),
    "up_to": ((rows_up_to, NUMBERS, 2), (rows_up_to, WORDS, Asked(1.5, BOUNDS))),
    "smallest_above_zero": ((ranges.smallest_above_zero, NUMBERS),),
    "dropout_mask": ((choices.dropout_mask, 0.5, 0.25),),
    "basis_sum": (
        (fitting.basis_sum, NUMBERS, FLAGS, PLACES, 3),
        (fitting.basis_sum, FLAGS, NUMBERS, PLACES, 3),
        (fitting.basis_sum, FLAGS, PLACES, NUMBERS, 1),
    ),
    "Text": (
        (lambda cell: text.joined(Text('a "b"'), cell), 1),
        (lambda cell: choices.matching(cell, Text("–"), Text("yes"), Text("no")), 1),
    ),
    "joined": ((text.joined, "x", 0.25), (text.joined, 1e-7, 123456.789, 1e15, -0.1)),
    "number_text": ((text.number_text, 0.5),),
    "in_brackets": ((text.in_brackets, "-0.5"), (text.in_brackets, "0.5")),
    "number_in_brackets": ((text.number_in_brackets, -0.5),),
    "total": ((ranges.total, NUMBERS), (ranges.total, 1)),
    "absolute_sum": ((ranges.absolute_sum, NUMBERS),),
    "largest": ((ranges.largest, NUMBERS), (ranges.largest, 1)),
    "smallest": ((ranges.smallest, NUMBERS), (ranges.smallest, 1)),
    "mean": ((ranges.mean, NUMBERS), (ranges.mean, 1)),
    "standard_deviation": ((ranges.standard_deviation, NUMBERS), (ranges.standard_deviation, 1)),
    "relative_error": ((choices.relative_error, 1, 1.25),),
    "same_digits": ((choices.same_digits, 1.25, 1),),
    "verdict": ((choices.verdict, 1, 2),),
    "when_all_numbers": ((choices.when_all_numbers, 5, NUMBERS),),
    "numbers_in": ((ranges.numbers_in, NUMBERS), (ranges.numbers_in, 1)),
    "rise_count": (
        (ranges.rise_count, NUMBERS, PLACES, 0.5),
        (ranges.rise_count, PLACES, NUMBERS, 0.5),
    ),
    "rank_from_below": ((ranges.rank_from_below, 1, NUMBERS),),
    "largest_size": ((ranges.largest_size, NUMBERS), (ranges.largest_size, -1)),
    "length": ((ranges.length, NUMBERS), (ranges.length, 1)),
    "first_at_most": ((lookups.first_at_most, NUMBERS, 0.75),),
    "last": ((lookups.last, NUMBERS),),
    "occurrences": (
        (records.occurrences, NUMBERS, Asked(3)),
        (records.occurrences, WORDS, Asked(3)),
    ),
    "lookup": (
        (lookups.lookup, NUMBERS, KEYS, Asked("a")),
        (lookups.lookup, tuple(range(12)), WORDS, Asked(3)),
    ),
    "lookup_across": (
        (lookups.lookup_across, ROW, np.array([KEYS], object), Asked("a")),
        (lookups.lookup_across, np.array([FLAGS]), ROW, Asked(3)),
    ),
    "number_of": ((bounds.number_of, 0.5),),
    "temperature": ((bounds.temperature, 0.5),),
    "window_dot": (
        (maps.window_dot, SQUARE, FIXED),
        (maps.window_dot, NUMBERS, FLAGS),
        (maps.window_dot, 2, 0.5),
    ),
    "rectified": ((maps.rectified, 0.5),),
    "above_zero": ((lambda a, b: a * maps.above_zero(b), 2, 0.5),),
    "window_largest": ((maps.window_largest, SQUARE),),
    "map_mean": ((maps.map_mean, SQUARE),),
    "pixel": ((bounds.pixel, 300.5),),
    "ordinal": ((bounds.ordinal, 4.5, 9),),
    "if_number": ((choices.if_number, 3, 1, 0),),
    "element": ((lookups.element, NUMBERS, 2), (lookups.element, SQUARE, 2, 3)),
    "place_or": (
        (lookups.place_or, Asked("a"), WORDS, 0),
        (lookups.place_or, Asked(2), NUMBERS, 0),
    ),
    "matching": (
        (choices.matching, 1, 2, 3, 4),
        (choices.matching, "a", "A", 3, 4),
        (choices.matching, None, 1, 3, 4),
        (choices.matching, True, 1, 3, 4),
    ),
    "summed": (
        (ranges.summed, NUMBERS),
        (sum_where_above, NUMBERS, FLAGS),
        (sum_where_above, FLAGS, NUMBERS),
    ),
    "squares": ((ranges.squares, NUMBERS),),
    "routed": ((maps.routed, 2, 2, 0.25), (maps.routed, 2, 2, 0.25, 1, 0.5)),
    "window_sum": ((maps.window_sum, SQUARE),),
    "first_largest": ((maps.first_largest, 2, 2), (maps.first_largest, 2, 2, 1, 0.5)),
    "fixed_text": ((text.fixed_text, 98.80499999999999, 2), (text.fixed_text, -0.001, 2)),
    "grouped_text": ((text.grouped_text, 1234567.5),),
    "record": ((records.record, NUMBERS, KEYS, Asked("b"), PLACES, 2),),
    "mean_of_records": (
        (records.mean_of_records, NUMBERS, KEYS, Asked("a")),
        (records.mean_of_records, tuple(range(12)), WORDS, Asked("a")),
    ),
    "deviation_of_records": (
        (records.deviation_of_records, NUMBERS, KEYS, Asked("a")),
        (records.deviation_of_records, tuple(range(12)), WORDS, Asked("a")),
    ),
    "mean_of_numbers": ((ranges.mean_of_numbers, NUMBERS),),
    "unless_dash": ((choices.unless_dash, 1, 5),),
    "count_below": (
        (records.count_below, NUMBERS, 1),
        (records.count_below, WORDS, Asked(1, BOUNDS)),
    ),
    "comparison": (
        (records.comparison, NUMBERS, PLACES, *SAYING),
        (records.comparison, (9, 8, 9, 7), (1, 2, 3, 1), *SAYING),
    ),
    "cosine": ((maps.cosine, 30),),
    "sine": ((maps.sine, 30),),
    "bilinear_sample": ((maps.bilinear_sample, SQUARE, (0, 1), np.array([[0, 1, 2]]), 0.5, 1.25),),
    "share_or_dash": ((choices.share_or_dash, 1, 4),),
    "held": ((bounds.held, 1.75, 0, 9),),
    "as_number": ((bounds.as_number, 0.5),),
    "weighted_sum": ((maps.weighted_sum, SQUARE, FIXED),),
    "cell_or_zero": ((lookups.cell_or_zero, SQUARE, 1, 2, Integer(2), Integer(3)),),
    "exp": ((sympy.exp, 0.5),),
    "log": ((sympy.log, 0.5),),
    "floor": ((sympy.floor, -1.5),),
    "tanh": ((sympy.tanh, 0.5),),
    "cos": ((sympy.cos, 0.5),),
    "Abs": ((sympy.Abs, -0.5),),
    "sign": ((sympy.sign, -0.5),),
    "Max": ((lambda a, b: sympy.Max(a, b, 0), 0.5, -1),),
    "Min": ((lambda a, b: sympy.Min(a, b, 0), 0.5, -1),),
}


def cases() -> Iterator[Case]:
    """Every row, and it again with each of its arguments replaced in turn."""
    for function, rows in CASES.items():
        for make, *arguments in rows:
            yield _case(function, make, arguments)
            for place, argument in enumerate(arguments):
                for other in _others(argument):
                    changed = [*arguments[:place], other, *arguments[place + 1 :]]
                    yield _case(function, make, changed)


def _others(argument: Any) -> Sequence[Any]:
    if isinstance(argument, Asked):
        return argument.others
    if isinstance(argument, list):
        shape = np.shape(argument)
        # Arrays of numbers keep their type.
        return [np.reshape(_array(cells), shape) if len(shape) > 1 else cells for cells in RANGES]
    return () if isinstance(argument, tuple | np.ndarray | Expr) else SCALARS


def _array(cells: Any) -> np.ndarray:
    return cells if isinstance(cells, np.ndarray) else np.array(cells, dtype=object)


def _case(function: str, make: Callable[..., Expr], arguments: Sequence[Any]) -> Case:
    known: dict[Symbol, Any] = {}
    given = []
    for argument in arguments:
        if isinstance(argument, Expr):
            given.append(argument)
            continue
        content = argument.content if isinstance(argument, Asked) else argument
        given.append(Symbol(f"x{len(known)}"))
        known[given[-1]] = _array(content) if np.ndim(content) > 1 else content
    return Case(function, make(*given), known)
