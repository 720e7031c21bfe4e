"""Functions over cells and ranges: text, sums, look-ups, each with its readings side by side.

A function carries `_excel` (the formula) and `_numpycode` (the NumPy value).
"""

from typing import Any

from sympy import Function, Symbol

from toolkit.symbols.precedence import Binding


class Text(Symbol):
    """A piece of text as the value of a formula."""

    content: str

    def __new__(cls, content: str) -> "Text":
        """The one symbol for this text."""
        text: Text = Symbol.__new__(cls, f'"{content}"')
        text.content = content
        return text

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, bool]]:
        return (self.content,), {}

    def _excel(self, printer: Any) -> str:
        doubled = self.content.replace('"', '""')
        return f'"{doubled}"'

    def _numpycode(self, printer: Any) -> str:
        return repr(self.content)


class joined(Function):
    """Text followed by a number or by more text, as spreadsheets join them with &."""

    def _excel(self, printer: Any) -> str:
        return "&".join(printer._within(part, Binding.TEXT) for part in self.args)

    def _numpycode(self, printer: Any) -> str:
        return f"joined({', '.join(map(printer._print, self.args))})"


class number_text(Function):
    """A number as text of six significant digits, the same in every program.

    Where & alone turns numbers into text, programs differ on when powers of ten begin and how they
    are written, and TEXT reads its format in the language of the computer. Whole numbers below a
    billion keep all their digits; above, and below 0.0001, a power of ten follows.
    """

    def _excel(self, printer: Any) -> str:
        x, part = printer._print(self.args[0]), printer._within(self.args[0], Binding.PRODUCT)
        # INT of a number above 0: HyperFormula drops what follows the point of others.
        power = f"INT(LOG10(ABS({x}))+400)-400"
        plain = f'ROUND({x},MAX(0,5-({power})))&""'
        mantissa = f"{part}/10^({power})"
        scientific = f'ROUND({mantissa},5)&"·10^"&{power}'
        carried = f'SIGN({x})&"·10^"&{power}+1'  # 9.999999 is rounded to 10
        scaled = f"IF(ABS(ROUND({mantissa},5))<10,{scientific},{carried})"
        # What is rounded to 0.0001 or to a billion counts as these.
        sized = f"IF(AND(ABS({x})>=0.00009999995,ABS({x})<999999999.5),{plain},{scaled})"
        # By logarithms: IronCalc takes numbers less than 2.2e-16 apart for equal.
        return f'IF(LOG10(MAX(10^(-300),ABS({x})))>-300,{sized},"0")'

    def _numpycode(self, printer: Any) -> str:
        return f"number_text({printer._print(self.args[0])})"


class number_in_brackets(Function):
    """A number as text, in brackets where it is negative, to stand within an equation."""

    def _excel(self, printer: Any) -> str:
        x, text = printer._print(self.args[0]), printer._print(number_text(self.args[0]))
        return f'IF({x}<0,"(","")&{text}&IF({x}<0,")","")'

    def _numpycode(self, printer: Any) -> str:
        return f"number_in_brackets({printer._print(self.args[0])})"


class total(Function):
    """The sum over a range of cells."""

    def _excel(self, printer: Any) -> str:
        return f"SUM({printer._print(self.args[0])})"

    def _numpycode(self, printer: Any) -> str:
        return f"total({printer._print(self.args[0])})"


class sizes_added(Function):
    """The sum of the sizes, |x|, of a range of cells."""

    def _excel(self, printer: Any) -> str:
        return f"SUMPRODUCT(ABS({printer._print(self.args[0])}))"

    def _numpycode(self, printer: Any) -> str:
        return f"sum(abs({printer._print(self.args[0])}))"


class largest(Function):
    """The largest value of a range of cells."""

    def _excel(self, printer: Any) -> str:
        return f"MAX({printer._print(self.args[0])})"

    def _numpycode(self, printer: Any) -> str:
        return f"largest({printer._print(self.args[0])})"


class smallest(Function):
    """The smallest value of a range of cells."""

    def _excel(self, printer: Any) -> str:
        return f"MIN({printer._print(self.args[0])})"

    def _numpycode(self, printer: Any) -> str:
        return f"smallest({printer._print(self.args[0])})"


class mean(Function):
    """The mean of a range of cells."""

    def _excel(self, printer: Any) -> str:
        return f"AVERAGE({printer._print(self.args[0])})"

    def _numpycode(self, printer: Any) -> str:
        return f"mean({printer._print(self.args[0])})"


class standard_deviation(Function):
    """The standard deviation of a sample in a range of cells; a dash where it is a single one."""

    def _excel(self, printer: Any) -> str:
        cells = printer._print(self.args[0])
        return f'IF(COUNT({cells})>1,STDEV({cells}),"–")'

    def _numpycode(self, printer: Any) -> str:
        return f"standard_deviation({printer._print(self.args[0])})"


class relative_error(Function):
    """How far two numbers lie apart, as a share of the larger; below 0.001 that counts as 0.001."""

    def _excel(self, printer: Any) -> str:
        a, b = map(printer._factor, self.args)
        return f"ABS({a}-{b})/MAX(ABS({a}),ABS({b}),0.001)"

    def _numpycode(self, printer: Any) -> str:
        a, b = map(printer._factor, self.args)
        return f"(abs({a}-{b})/maximum(maximum(abs({a}), abs({b})), 0.001))"


class same_digits(Function):
    """To how many significant digits a number (first) agrees with another (second): the largest N
    such that they differ by at most 10^-N of the other.
    """

    def _excel(self, printer: Any) -> str:
        a, b = map(printer._factor, self.args)
        return f"INT(-LOG10(ABS({a}-{b})/ABS({b})))"

    def _numpycode(self, printer: Any) -> str:
        a, b = map(printer._factor, self.args)
        return f"floor(-log10(abs({a}-{b})/abs({b})))"


class verdict(Function):
    """Pass where a number (first) is at most the bound (second), else fail; where it is an error,
    that the run is out of the range of numbers.
    """

    def _excel(self, printer: Any) -> str:
        number, bound = map(printer._print, self.args)
        return f'IF(ISNUMBER({number}),IF({number}<={bound},"pass","fail"),"out of range")'

    def _numpycode(self, printer: Any) -> str:
        number, bound = map(printer._print, self.args)
        compared = f'"pass" if less_equal({number}, {bound}) else "fail"'
        return f'(({compared}) if is_number({number}) else "out of range")'


class when_all_numbers(Function):
    """An answer (first), or a dash where some cells of a range (second) hold no number."""

    def _excel(self, printer: Any) -> str:
        answer, cells = map(printer._print, self.args)
        return f'IF(COUNT({cells})=ROWS({cells}),{answer},"–")'

    def _numpycode(self, printer: Any) -> str:
        answer, cells = map(printer._print, self.args)
        return f'({answer} if count_numbers({cells}) == rows({cells}) else "–")'


class numbers_in(Function):
    """How many cells of a range hold a number, and not an error."""

    def _excel(self, printer: Any) -> str:
        return f"COUNT({printer._print(self.args[0])})"

    def _numpycode(self, printer: Any) -> str:
        return f"count_numbers({printer._print(self.args[0])})"


class length(Function):
    """How many cells a range of one column has."""

    def _excel(self, printer: Any) -> str:
        return f"ROWS({printer._print(self.args[0])})"

    def _numpycode(self, printer: Any) -> str:
        return f"rows({printer._print(self.args[0])})"


class first_at_most(Function):
    """The number (from 0) of the first cell of a column that is at most the second argument; an
    error where none is.

    SUMPRODUCT makes every program compare all cells and not only the one in the formula's own row.
    Gnumeric and HyperFormula do not carry that on into the arguments of MIN or ROW.
    """

    def _excel(self, printer: Any) -> str:
        cells, bound = map(printer._print, self.args)
        return f"SUMPRODUCT(MATCH(1,--({cells}<={bound}),0))-1"

    def _numpycode(self, printer: Any) -> str:
        cells, bound = map(printer._print, self.args)
        return f"first_at_most({cells}, {bound})"


class last(Function):
    """The value in the last cell of a column."""

    def _excel(self, printer: Any) -> str:
        cells = printer._print(self.args[0])
        return f"INDEX({cells},ROWS({cells}))"

    def _numpycode(self, printer: Any) -> str:
        return f"last({printer._print(self.args[0])})"


class occurrences(Function):
    """How many cells of a range (first argument) equal the second."""

    def _excel(self, printer: Any) -> str:
        cells, wanted = map(printer._print, self.args)
        return f"COUNTIF({cells},{wanted})"

    def _numpycode(self, printer: Any) -> str:
        return f"counted({', '.join(map(printer._print, self.args))})"


class counted(Function):
    """In how many rows a column (first) holds one value (second) and another (third) a second one
    (fourth).
    """

    def _excel(self, printer: Any) -> str:
        return f"COUNTIFS({','.join(map(printer._print, self.args))})"

    def _numpycode(self, printer: Any) -> str:
        return f"counted({', '.join(map(printer._print, self.args))})"


class where(Function):
    """The cell of one column (first) in the row in which another (second) holds a value (third).

    The first such row counts. For cells side by side there is `where_across`.
    """

    def _excel(self, printer: Any) -> str:
        answers, searched, value = map(printer._print, self.args)
        return f"INDEX({answers},MATCH({value},{searched},0))"

    def _numpycode(self, printer: Any) -> str:
        answers, searched, value = map(printer._print, self.args)
        return f"lookup({answers}, {searched}, {value})"


class where_across(where):
    """The cell of one row (first) in the column in which another (second) holds a value (third).

    The first such column counts. The number of the row is written, since Gnumeric and HyperFormula
    take a single number for that of the row even where the range has only one.
    """

    def _excel(self, printer: Any) -> str:
        answers, searched, value = map(printer._print, self.args)
        return f"INDEX({answers},1,MATCH({value},{searched},0))"
