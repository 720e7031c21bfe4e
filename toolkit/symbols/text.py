"""Text in cells: concatenation, and the conversion of numbers to text."""

import math
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

import numpy as np
from sympy import Symbol

from toolkit.symbols import exact
from toolkit.symbols.cell_function import CellFunction, cell_function
from toolkit.symbols.cells import contents
from toolkit.symbols.content import is_error
from toolkit.symbols.excel import literal
from toolkit.symbols.precedence import Binding

LONGEST_NUMERAL = 21
# the largest number of digits of any number, before the point and after it
WIDE = Context(prec=400)


class Text(Symbol):
    """A text as a constant in a formula."""

    content: str

    def __new__(cls, content: str) -> "Text":
        """Create the symbol, or return the existing one for the same text."""
        text: Text = Symbol.__new__(cls, f'"{content}"')
        text.content = content
        return text

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, bool]]:
        return (self.content,), {}

    def _excel(self, printer: Any) -> str:
        return literal(self.content)

    def _numpycode(self, printer: Any) -> str:
        return repr(self.content)


class joined(CellFunction):
    """Text followed by a number or by more text, concatenated by &."""

    @staticmethod
    def compute(*parts: Any) -> Any:
        """The text; nan if a part is an error."""
        cells = [cell for part in parts for cell in contents(part)]
        return math.nan if any(map(is_error, cells)) else "".join(map(_shown, cells))

    def _excel(self, printer: Any) -> str:
        return "&".join(printer._within(part, Binding.TEXT) for part in self.args)


def _shown(cell: Any) -> str:
    """The text of a cell when & concatenates it: 15 digits, without trailing zeros."""
    if cell is None or isinstance(cell, str):
        return cell or ""
    if isinstance(cell, bool):
        return str(cell).upper()
    number = Decimal(f"{float(cell) + 0.0:.15g}")  # + 0.0 removes the sign of -0.0
    plain = f"{number:f}"
    # Programs differ on the size at which exponents begin; up to this size they agree.
    return plain if len(plain) <= LONGEST_NUMERAL else f"{number.normalize():E}"


# These are the steps of the formula of number_text. INT is applied to a positive number, because
# HyperFormula merely truncates the decimals of negative ones.
POWER = "INT(LOG10(ABS({x}))+400)-400"
FIXED_POINT = f'ROUND({{x}},MAX(0,5-({POWER})))&""'
MANTISSA = f"{{x:product}}/10^({POWER})"
SCIENTIFIC = f'ROUND({MANTISSA},5)&"·10^"&{POWER}'
CARRIED = f'SIGN({{x}})&"·10^"&{POWER}+1'  # 9.999999 is rounded up to 10
SCALED = f"IF(ABS(ROUND({MANTISSA},5))<10,{SCIENTIFIC},{CARRIED})"
# Numbers that are rounded to 0.0001 or to a billion are treated as these.
SIZED = f"IF(AND(ABS({{x}})>=0.00009999995,ABS({{x}})<999999999.5),{FIXED_POINT},{SCALED})"
# By logarithms, because IronCalc considers numbers equal that differ by less than 2.2e-16.
NUMBER_TEXT = f'IF(LOG10(MAX(10^(-300),ABS({{x}})))>-300,{SIZED},"0")'


@cell_function(NUMBER_TEXT)
def number_text(x: Any) -> Any:
    """A number as text with six significant digits, which is the same in every program.

    When & converts numbers to text, programs differ on the size at which exponents begin and on how
    they are written, and TEXT interprets its format in the language of the computer. Whole numbers
    below a billion keep all their digits; larger numbers, and numbers below 0.0001, get a power of
    ten.
    """
    x = float(_scalar(x))
    if not math.isfinite(x):
        return x
    if exact.log10(max(1e-300, abs(x))) <= -300:
        return "0"
    power = math.floor(exact.log10(abs(x)) + 400) - 400
    if 0.00009999995 <= abs(x) < 999999999.5:
        return _shortest(rounded(x, max(0, 5 - power)))
    mantissa = rounded(x / 10.0**power, 5)
    if abs(mantissa) >= 10:  # 9.999999
        mantissa, power = mantissa / 10, power + 1
    return f"{_shortest(mantissa)}·10^{power}"


@cell_function(f"IF(LOG10(MAX(10^(-300),ABS({{x}})))>-300,ROUND({{x}},5-({POWER})),0)")
def six_digits(x: Any) -> Any:
    """A number rounded to six significant digits, for a cell that is wide enough to show more."""
    x = float(_scalar(x))
    if not math.isfinite(x):
        return x
    if exact.log10(max(1e-300, abs(x))) <= -300:
        return 0.0
    power = math.floor(exact.log10(abs(x)) + 400) - 400
    return float(rounded(x, 5 - power))


# SIGN, because IronCalc does not consider -1E-17 to be less than 0.
@cell_function(f'IF(SIGN({{x}})<0,"(","")&{NUMBER_TEXT}&IF(SIGN({{x}})<0,")","")')
def number_in_brackets(x: Any) -> Any:
    """A number as text within an equation, in brackets if it is negative."""
    text = number_text.compute(x)
    return f"({text})" if isinstance(text, str) and float(_scalar(x)) < 0 else text


@cell_function('IF(LEFT({text},1)="-","("&{text}&")",{text})')
def in_brackets(text: Any) -> Any:
    """A text, in brackets where it begins with a minus sign."""
    shown = joined.compute(text)
    return f"({shown})" if isinstance(shown, str) and shown.startswith("-") else text


@cell_function("FIXED({x},{decimals},TRUE)")
def fixed_text(x: Any, decimals: Any) -> Any:
    """A number as text with `decimals` decimals, in the notation of the computer's language."""
    return _fixed(x, decimals)


@cell_function("FIXED({x},0)")
def grouped_text(x: Any) -> Any:
    """A number as text without decimals, with a separator between thousands."""
    return _fixed(x, 0, ",")


def _fixed(x: Any, decimals: Any, separator: str = "") -> Any:
    x, places = float(x), float(decimals)
    if not (math.isfinite(x) and math.isfinite(places)):
        return math.nan
    # LibreOffice does not write -0, and adding 0 removes the sign as well.
    return f"{rounded(x, int(places)) + 0:{separator}f}"


def rounded(x: float, places: int) -> Decimal:
    """A number rounded to `places` decimals, with halves away from 0, as spreadsheets round.

    Spreadsheets round the first 15 digits: they treat 98.80499999999999 as 98.805. LibreOffice does
    so as long as the remaining digits form a number below 2^41.
    """
    digits = f"{x:.15g}" if abs(x) * 10.0**places < 2**41 else repr(x)
    return Decimal(digits).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, WIDE)


def _scalar(value: Any) -> Any:
    return value.item() if isinstance(value, np.ndarray | np.generic) else value


def _shortest(number: Decimal) -> str:
    return f"{number.normalize():f}"
