"""Functions over tables of records, and numbers as words: each with its readings side by side."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import numpy as np
from sympy import Function

from toolkit.symbols.numeric import NAMESPACE, rounded

CLEAR = 2.3  # standard errors: about 95 % for five runs against five
# So many runs each, all of one above all of the other, come about by chance once in 35 times (of
# five and five once in 126). It tells apart what CLEAR cannot where single runs fail altogether.
APART = 4
ALIKE = "1E-12"  # share of a sum of squares below which numbers count as equal


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
        return f'IF({complete},AVERAGEIFS({answers},{keys},{key}),"–")'

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
        spread = f"SQRT(IF({rest}<{ALIKE}*{squares},0,{rest})/({count}-1))"
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
    """An expression (second), or a dash where the cell that it reads (first) holds one."""

    def _excel(self, printer: Any) -> str:
        cell, answer = map(printer._print, self.args)
        return f'IF(ISNUMBER({cell}),{answer},"–")'

    def _numpycode(self, printer: Any) -> str:
        cell, answer = map(printer._print, self.args)
        return f"({cell} if isinstance({cell}, str) else {answer})"


class count_below(Function):
    """How many numbers of a range (first) lie below a bound (second)."""

    def _excel(self, printer: Any) -> str:
        cells, bound = map(printer._print, self.args)
        return f'COUNTIF({cells},"<"&{bound})'

    def _numpycode(self, printer: Any) -> str:
        return f"count_below({', '.join(map(printer._print, self.args))})"


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


def _fixed_text(number: Any, decimals: Any) -> str:
    exact = rounded(float(number), int(decimals))
    return f"{exact if exact else abs(exact):f}"  # LibreOffice writes no -0


def _numbers(cells: Sequence[Any]) -> list[float]:
    return [float(cell) for cell in cells if not isinstance(cell, str)]


def _record(answers: Sequence[Any], *where: Any) -> Any:
    columns, keys = where[::2], where[1::2]
    rows = zip(answers, *columns, strict=True)
    found = [answer for answer, *held in rows if tuple(held) == keys]
    return float(sum(found)) if found else "–"


def _mean_of_records(answers: Sequence[Any], keys: Sequence[Any], key: Any) -> Any:
    found = [answer for answer, held in zip(answers, keys, strict=True) if held == key]
    numbers = _numbers(found)
    return float(np.mean(numbers)) if numbers and len(numbers) == len(found) else "–"


def _spread_of_records(answers: Sequence[Any], keys: Sequence[Any], key: Any) -> Any:
    found = [answer for answer, held in zip(answers, keys, strict=True) if held == key]
    numbers = np.array(_numbers(found))
    if len(numbers) < 2 or len(numbers) < len(found):
        return "–"
    squares = np.sum(numbers**2)
    rest = squares - np.sum(numbers) ** 2 / len(numbers)
    return float(np.sqrt((0 if rest < float(ALIKE) * squares else rest) / (len(numbers) - 1)))


def _compared(a: Sequence[Any], b: Sequence[Any], more: str, less: str, same: str) -> str:
    first, second = _numbers(a), _numbers(b)
    error = np.sqrt(np.var(first, ddof=1) / len(first) + np.var(second, ddof=1) / len(second))
    difference = np.mean(first) - np.mean(second)
    enough = min(len(first), len(second)) >= APART
    above = difference > CLEAR * error or (enough and min(first) > max(second))
    below = -difference > CLEAR * error or (enough and min(second) > max(first))
    return more if above else less if below else same


NAMESPACE["fixed_text"] = _fixed_text
NAMESPACE["grouped_text"] = lambda number: f"{Decimal(_fixed_text(number, 0)):,}"
NAMESPACE["record"] = _record
NAMESPACE["mean_of_records"] = _mean_of_records
NAMESPACE["spread_of_records"] = _spread_of_records
NAMESPACE["mean_of_numbers"] = lambda cells: (
    float(np.mean(_numbers(cells))) if _numbers(cells) else "–"
)
NAMESPACE["spread_of_numbers"] = lambda cells: (
    float(np.std(_numbers(cells), ddof=1)) if len(_numbers(cells)) > 1 else "–"
)
NAMESPACE["compared"] = _compared
NAMESPACE["count_below"] = lambda cells, bound: sum(x < bound for x in _numbers(cells))
NAMESPACE |= {"isinstance": isinstance, "str": str}
