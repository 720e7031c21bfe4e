"""Functions over tables of records, and numbers as words: each with its readings side by side."""

import math
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

import numpy as np
from sympy import Function

from toolkit.symbols import criteria, exact
from toolkit.symbols.cells import contents, holds_number, numbers
from toolkit.symbols.numeric import NAMESPACE
from toolkit.symbols.ranges import deviation_of_sample, mean_or_dash

CLEAR = 2.3  # standard errors: about 95 % for five runs against five
# So many runs each, all of one above all of the other, come about by chance once in 35 times (of
# five and five once in 126). It tells apart what CLEAR cannot where single runs fail altogether.
APART = 4
WIDE = Context(prec=400)  # the digits of any number, before the point and after
ALIKE = -12  # a power of ten: share of a sum of squares below which numbers count as equal


class fixed_text(Function):
    """A number (first) as text with so many decimals (second), in the language of the computer."""

    def _excel(self, printer: Any) -> str:
        return f"FIXED({','.join(map(printer._print, self.args))},TRUE)"

    def _numpycode(self, printer: Any) -> str:
        return f"fixed_text({', '.join(map(printer._print, self.args))})"


class grouped_text(Function):
    """A number as text without decimals, its thousands apart, in the language of the computer."""

    def _excel(self, printer: Any) -> str:
        return f"FIXED({printer._print(self.args[0])},0)"

    def _numpycode(self, printer: Any) -> str:
        return f"grouped_text({printer._print(self.args[0])})"


class record(Function):
    """The number in a column (first) of the one record whose key (third) stands in a second column
    and whose other key (fifth) in a fourth; a dash where there is none.
    """

    def _excel(self, printer: Any) -> str:
        answers, *where = map(printer._print, self.args)
        keys = ",".join(where)
        return f'IF(COUNTIFS({keys})=0,"–",SUMIFS({answers},{keys}))'

    def _numpycode(self, printer: Any) -> str:
        return f"record({', '.join(map(printer._print, self.args))})"


class mean_of_records(Function):
    """The mean of a column (first) over the records whose key (third) stands in a second column;
    a dash where one of them holds no number there, or there is none.
    """

    def _excel(self, printer: Any) -> str:
        answers, keys, key = map(printer._print, self.args)
        numbers = f'COUNTIFS({keys},{key},{answers},"<1E300")'
        complete = f"AND({numbers}>0,{numbers}=COUNTIFS({keys},{key}))"
        return f'IF({complete},AVERAGEIF({keys},{key},{answers}),"–")'

    def _numpycode(self, printer: Any) -> str:
        return f"mean_of_records({', '.join(map(printer._print, self.args))})"


class spread_of_records(Function):
    """The standard deviation of a column (first) over the records whose key (third) stands in a
    second column; a dash where one of them holds no number there, or there are fewer than two.

    By sums of squares, for words elsewhere in the column then do no harm, as no array formula is
    needed; what such a sum leaves of equal numbers is taken for 0.
    """

    def _excel(self, printer: Any) -> str:
        answers, keys, key = map(printer._print, self.args)
        count = f"COUNTIFS({keys},{key})"
        numbers = f'COUNTIFS({keys},{key},{answers},"<1E300")'
        squares = f"SUMPRODUCT(--({keys}={key}),{answers},{answers})"
        rest = f"({squares}-SUMIFS({answers},{keys},{key})^2/{count})"
        spread = f"SQRT(IF({rest}<10^{ALIKE}*{squares},0,{rest})/({count}-1))"
        return f'IF(AND({numbers}>1,{numbers}={count}),{spread},"–")'

    def _numpycode(self, printer: Any) -> str:
        return f"spread_of_records({', '.join(map(printer._print, self.args))})"


class mean_of_numbers(Function):
    """The mean of the numbers in a range; a dash where there is none."""

    def _excel(self, printer: Any) -> str:
        cells = printer._print(self.args[0])
        return f'IF(COUNT({cells})=0,"–",AVERAGE({cells}))'

    def _numpycode(self, printer: Any) -> str:
        return f"mean_of_numbers({printer._print(self.args[0])})"


class spread_of_numbers(Function):
    """The standard deviation of the numbers in a range; a dash where there are fewer than two."""

    def _excel(self, printer: Any) -> str:
        cells = printer._print(self.args[0])
        return f'IF(COUNT({cells})>1,STDEV({cells}),"–")'

    def _numpycode(self, printer: Any) -> str:
        return f"spread_of_numbers({printer._print(self.args[0])})"


class unless_dash(Function):
    """An expression (second), or a dash where the cell that it reads (first) holds no number."""

    def _excel(self, printer: Any) -> str:
        cell, answer = map(printer._print, self.args)
        return f'IF(ISNUMBER({cell}),{answer},"–")'

    def _numpycode(self, printer: Any) -> str:
        cell, answer = map(printer._print, self.args)
        return f'({answer} if is_number({cell}) else "–")'


class count_below(Function):
    """How many numbers of a range (first) lie below a bound (second)."""

    def _excel(self, printer: Any) -> str:
        cells, bound = map(printer._print, self.args)
        return f'COUNTIF({cells},"<"&{bound})'

    def _numpycode(self, printer: Any) -> str:
        cells, bound = map(printer._print, self.args)
        return f'counted({cells}, joined("<", {bound}))'


class compared(Function):
    """What is said of runs (first) beside other runs (second): one text (third) where their mean is
    larger, another (fourth) where it is smaller, each by more than CLEAR standard errors of the
    difference, or with all runs of one above all of the other, where there are APART of each; else
    a third (fifth). The ranges hold one number a run.
    """

    def _excel(self, printer: Any) -> str:
        a, b, more, less, same = map(printer._print, self.args)
        error = f"SQRT(VAR({a})/COUNT({a})+VAR({b})/COUNT({b}))"
        enough = f"MIN(COUNT({a}),COUNT({b}))>={APART}"
        above, below = (
            f"OR(AVERAGE({x})-AVERAGE({y})>{CLEAR}*{error},AND({enough},MIN({x})>MAX({y})))"
            for x, y in ((a, b), (b, a))
        )
        return f"IF({above},{more},IF({below},{less},{same}))"

    def _numpycode(self, printer: Any) -> str:
        return f"compared({', '.join(map(printer._print, self.args))})"


def _fixed_text(number: Any, decimals: Any, sign: str = "") -> Any:
    x, places = float(number), float(decimals)
    if not (math.isfinite(x) and math.isfinite(places)):
        return math.nan
    # Spreadsheets round what they show in 15 digits: 98.80499999999999 is 98.805 to them.
    shown = Decimal(f"{x:.15g}")
    exact = shown.quantize(Decimal(1).scaleb(-int(places)), ROUND_HALF_UP, WIDE)
    return f"{exact + 0:{sign}f}"  # + 0 for the sign of a number that is rounded to 0


def _record(answers: Any, *where: Any) -> Any:
    found = criteria.cells_that_meet(answers, *where)
    return float(sum(numbers(found).tolist())) if found else "–"


def _complete(answers: Any, keys: Any, key: Any) -> list[Any] | None:
    """The numbers of the records that have a key, where there are some and all hold a number."""
    found = criteria.cells_that_meet(answers, keys, key)
    return found if found and all(map(holds_number, found)) else None


def _mean_of_records(answers: Any, keys: Any, key: Any) -> Any:
    found = _complete(answers, keys, key)
    return float(exact.mean(found)) if found else "–"


def _spread_of_records(answers: Any, keys: Any, key: Any) -> Any:
    found = np.array(_complete(answers, keys, key) or [])
    if len(found) < 2:
        return "–"
    squares = exact.total(np.square(_of_equal_key(answers, keys, key)))
    whole = exact.total(found)
    rest, alike = squares - whole * whole / len(found), float(f"1e{ALIKE}")
    return float(np.sqrt((0 if rest < alike * squares else rest) / (len(found) - 1)))


def _of_equal_key(answers: Any, keys: Any, key: Any) -> Any:
    """The numbers of the records whose key is equal, wildcards or not, or nan for an error."""
    cells, held, equal = contents(answers), contents(keys), criteria.equal_to(key)
    if any(isinstance(cell, float) and not math.isfinite(cell) for cell in (*cells, *held)):
        return math.nan
    rows = zip(cells, held, strict=True)
    return [cell for cell, other in rows if equal(other) and holds_number(cell)]


def _compared(a: Any, b: Any, more: Any, less: Any, same: Any) -> Any:
    first, second = numbers(a), numbers(b)
    if min(len(first), len(second)) < 2 or not np.isfinite([*first, *second]).all():
        return math.nan
    error = np.sqrt(sum(np.square(exact.deviation(x, 1)) / len(x) for x in (first, second)))
    difference = exact.mean(first) - exact.mean(second)
    enough = min(len(first), len(second)) >= APART
    above = difference > CLEAR * error or (enough and min(first) > max(second))
    below = -difference > CLEAR * error or (enough and min(second) > max(first))
    return more if above else less if below else same


NAMESPACE["fixed_text"] = _fixed_text
NAMESPACE["grouped_text"] = lambda number: _fixed_text(number, 0, ",")
NAMESPACE["record"] = _record
NAMESPACE["mean_of_records"] = _mean_of_records
NAMESPACE["spread_of_records"] = _spread_of_records
NAMESPACE["mean_of_numbers"] = mean_or_dash
NAMESPACE["spread_of_numbers"] = deviation_of_sample
NAMESPACE["compared"] = _compared
