"""Tables of records: statistics of the rows that meet conditions, and comparisons of two sets of
runs.
"""

import math
from typing import Any

import numpy as np

from toolkit.symbols import cell_criteria, exact
from toolkit.symbols.cell_function import cell_function
from toolkit.symbols.cells import contents, numbers
from toolkit.symbols.content import holds_number
from toolkit.symbols.text import joined

CLEAR = 2.3  # standard errors: a confidence of about 95 % for two sets of five runs
# If two sets have at least this many runs, it is unlikely that all runs of one are above all of the
# other by chance: the probability is 1/35 for four runs each, and 1/126 for five. This criterion
# detects differences that CLEAR misses if single runs fail completely.
APART = 4
ALIKE = -12  # a power of ten: numbers count as equal below this share of their sum of squares


@cell_function("COUNTIF({cells},{target})")
def occurrences(cells: Any, target: Any) -> Any:
    """The number of cells in a range that equal a value."""
    return cell_criteria.count(cells, target)


@cell_function("COUNTIFS({columns_and_criteria})")
def row_count(*columns_and_criteria: Any) -> Any:
    """The number of rows in which each column (first, third, ...) meets the condition after it.

    A condition is a value, or an upper bound for numbers (`up_to`).
    """
    return cell_criteria.count(*columns_and_criteria)


@cell_function('"<="&{bound}')  # & has a lower precedence than all arithmetic operators
def up_to(bound: Any) -> Any:
    """A condition of `row_count` for numbers up to `bound`."""
    return joined.compute("<=", bound)


@cell_function('COUNTIF({cells},"<"&{bound})')
def count_below(cells: Any, bound: Any) -> Any:
    """The number of numbers in a range that are below a bound."""
    return cell_criteria.count(cells, joined.compute("<", bound))


@cell_function('IF(COUNTIFS({keys})=0,"–",SUMIFS({answers},{keys}))')
def record(answers: Any, *keys: Any) -> Any:
    """The number in the column `answers` of the one record that has the given keys.

    Each key is a column followed by the value in it. The result is a dash if there is no such
    record.
    """
    values = cell_criteria.cells_that_meet(answers, *keys)
    return float(sum(numbers(values).tolist())) if values else "–"


NUMBERS = 'COUNTIFS({keys},{key},{answers},"<1E300")'
COUNT = "COUNTIFS({keys},{key})"


@cell_function(
    f'IF(AND({NUMBERS}>0,{NUMBERS}={COUNT}),AVERAGEIF({{keys}},{{key}},{{answers}}),"–")'
)
def mean_of_records(answers: Any, keys: Any, key: Any) -> Any:
    """The mean of the column `answers` over the records with the given key in the column `keys`.

    The result is a dash if there is no such record, or if one of them holds no number.
    """
    values = _complete(answers, keys, key)
    return float(exact.mean(values)) if values else "–"


SQUARES = "SUMPRODUCT(--({keys}={key}),{answers},{answers})"
REST = f"({SQUARES}-SUMIFS({{answers}},{{keys}},{{key}})^2/{COUNT})"
DEVIATION = f"SQRT(IF({REST}<10^{ALIKE}*{SQUARES},0,{REST})/({COUNT}-1))"


@cell_function(f'IF(AND({NUMBERS}>1,{NUMBERS}={COUNT}),{DEVIATION},"–")')
def deviation_of_records(answers: Any, keys: Any, key: Any) -> Any:
    """The standard deviation of the column `answers` over the records with the given key.

    The result is a dash if there are fewer than two such records, or if one of them holds no
    number.

    The formula uses sums of squares, so that it needs no array formula and ignores text elsewhere
    in the column; the rounding error that such a sum leaves for equal numbers is set to 0.
    """
    values = np.array(_complete(answers, keys, key) or [])
    if len(values) < 2:
        return "–"
    squares = exact.total(np.square(_of_equal_key(answers, keys, key)))
    whole = exact.total(values)
    rest, alike = squares - whole * whole / len(values), float(f"1e{ALIKE}")
    return float(np.sqrt((0 if rest < alike * squares else rest) / (len(values) - 1)))


def _complete(answers: Any, keys: Any, key: Any) -> list[Any] | None:
    """The numbers of the records with a key; None if one of these records holds no number."""
    values = cell_criteria.cells_that_meet(answers, keys, key)
    return values if values and all(map(holds_number, values)) else None


def _of_equal_key(answers: Any, keys: Any, key: Any) -> Any:
    """The numbers of the records whose key is equal, without wildcards; nan for an error."""
    cells, labels, equal = contents(answers), contents(keys), cell_criteria.equal_to(key)
    if any(isinstance(cell, float) and not math.isfinite(cell) for cell in (*cells, *labels)):
        return math.nan
    rows = zip(cells, labels, strict=True)
    return [cell for cell, other in rows if equal(other) and holds_number(cell)]


ERROR = "SQRT(VAR({a})/COUNT({a})+VAR({b})/COUNT({b}))"
ENOUGH = f"MIN(COUNT({{a}}),COUNT({{b}}))>={APART}"
ABOVE, BELOW = (
    f"OR(AVERAGE({x})-AVERAGE({y})>{CLEAR}*{ERROR},AND({ENOUGH},MIN({x})>MAX({y})))"
    for x, y in (("{a}", "{b}"), ("{b}", "{a}"))
)


@cell_function(f"IF({ABOVE},{{more}},IF({BELOW},{{less}},{{same}}))")
def comparison(a: Any, b: Any, more: Any, less: Any, same: Any) -> Any:
    """A sentence about two sets of runs: `more`, `less` or `same`.

    It is `more` or `less` if the means differ by more than CLEAR standard errors, or if all runs of
    one set are above all of the other and each set has at least APART runs. Otherwise it is `same`.
    The ranges hold one number per run.
    """
    first, second = numbers(a), numbers(b)
    if min(len(first), len(second)) < 2 or not np.isfinite([*first, *second]).all():
        return math.nan
    error = np.sqrt(sum(np.square(exact.deviation(x, 1)) / len(x) for x in (first, second)))
    difference = exact.mean(first) - exact.mean(second)
    enough = min(len(first), len(second)) >= APART
    above = difference > CLEAR * error or (enough and min(first) > max(second))
    below = -difference > CLEAR * error or (enough and min(second) > max(first))
    return more if above else less if below else same
