"""Tables of records: what the rows that meet conditions hold, how many they are, and which of two
series of runs did better.
"""

import math
from typing import Any

import numpy as np

from toolkit.symbols import criteria, exact
from toolkit.symbols.cell_function import cell_function
from toolkit.symbols.cells import contents, numbers
from toolkit.symbols.content import holds_number
from toolkit.symbols.text import joined

CLEAR = 2.3  # standard errors: about 95 % for five runs against five
# So many runs each, all of one above all of the other, come about by chance once in 35 times (of
# five and five once in 126). It tells apart what CLEAR cannot where single runs fail altogether.
APART = 4
ALIKE = -12  # a power of ten: share of a sum of squares below which numbers count as equal


@cell_function("COUNTIF({cells},{target})")
def occurrences(cells: Any, target: Any) -> Any:
    """How many cells of a range equal a value."""
    return criteria.count(cells, target)


@cell_function("COUNTIFS({columns_and_criteria})")
def row_count(*columns_and_criteria: Any) -> Any:
    """In how many rows each column (first, third, ...) holds what follows it: a value, or a number
    of at most so much (`up_to`).
    """
    return criteria.count(*columns_and_criteria)


@cell_function('"<="&{bound}')  # & binds weaker than all of arithmetic
def up_to(bound: Any) -> Any:
    """What `row_count` asks for where numbers of at most this are to be counted."""
    return joined.compute("<=", bound)


@cell_function('COUNTIF({cells},"<"&{bound})')
def count_below(cells: Any, bound: Any) -> Any:
    """How many numbers of a range lie below a bound."""
    return criteria.count(cells, joined.compute("<", bound))


@cell_function('IF(COUNTIFS({keys})=0,"–",SUMIFS({answers},{keys}))')
def record(answers: Any, *keys: Any) -> Any:
    """The number in a column of the one record that has the keys: each a column, and what stands
    there; a dash where there is none.
    """
    values = criteria.cells_that_meet(answers, *keys)
    return float(sum(numbers(values).tolist())) if values else "–"


NUMBERS = 'COUNTIFS({keys},{key},{answers},"<1E300")'
COUNT = "COUNTIFS({keys},{key})"


@cell_function(
    f'IF(AND({NUMBERS}>0,{NUMBERS}={COUNT}),AVERAGEIF({{keys}},{{key}},{{answers}}),"–")'
)
def mean_of_records(answers: Any, keys: Any, key: Any) -> Any:
    """The mean of a column over the records whose key stands in a second column; a dash where one
    of them holds no number there, or there is none.
    """
    values = _complete(answers, keys, key)
    return float(exact.mean(values)) if values else "–"


SQUARES = "SUMPRODUCT(--({keys}={key}),{answers},{answers})"
REST = f"({SQUARES}-SUMIFS({{answers}},{{keys}},{{key}})^2/{COUNT})"
DEVIATION = f"SQRT(IF({REST}<10^{ALIKE}*{SQUARES},0,{REST})/({COUNT}-1))"


@cell_function(f'IF(AND({NUMBERS}>1,{NUMBERS}={COUNT}),{DEVIATION},"–")')
def deviation_of_records(answers: Any, keys: Any, key: Any) -> Any:
    """The standard deviation of a column over the records whose key stands in a second column; a
    dash where one of them holds no number there, or there are fewer than two.

    By sums of squares, for words elsewhere in the column then do no harm, as no array formula is
    needed; what such a sum leaves of equal numbers is taken for 0.
    """
    values = np.array(_complete(answers, keys, key) or [])
    if len(values) < 2:
        return "–"
    squares = exact.total(np.square(_of_equal_key(answers, keys, key)))
    whole = exact.total(values)
    rest, alike = squares - whole * whole / len(values), float(f"1e{ALIKE}")
    return float(np.sqrt((0 if rest < alike * squares else rest) / (len(values) - 1)))


def _complete(answers: Any, keys: Any, key: Any) -> list[Any] | None:
    """The numbers of the records that have a key, where there are some and all hold a number."""
    values = criteria.cells_that_meet(answers, keys, key)
    return values if values and all(map(holds_number, values)) else None


def _of_equal_key(answers: Any, keys: Any, key: Any) -> Any:
    """The numbers of the records whose key is equal, wildcards or not, or nan for an error."""
    cells, held, equal = contents(answers), contents(keys), criteria.equal_to(key)
    if any(isinstance(cell, float) and not math.isfinite(cell) for cell in (*cells, *held)):
        return math.nan
    rows = zip(cells, held, strict=True)
    return [cell for cell, other in rows if equal(other) and holds_number(cell)]


ERROR = "SQRT(VAR({a})/COUNT({a})+VAR({b})/COUNT({b}))"
ENOUGH = f"MIN(COUNT({{a}}),COUNT({{b}}))>={APART}"
ABOVE, BELOW = (
    f"OR(AVERAGE({x})-AVERAGE({y})>{CLEAR}*{ERROR},AND({ENOUGH},MIN({x})>MAX({y})))"
    for x, y in (("{a}", "{b}"), ("{b}", "{a}"))
)


@cell_function(f"IF({ABOVE},{{more}},IF({BELOW},{{less}},{{same}}))")
def comparison(a: Any, b: Any, more: Any, less: Any, same: Any) -> Any:
    """What is said of runs beside other runs: one text where their mean is larger, another where
    it is smaller, each by more than CLEAR standard errors of the difference, or with all runs of
    one above all of the other, where there are APART of each; else a third. The ranges hold one
    number a run.
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
