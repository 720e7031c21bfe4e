"""Functions of our own, each with its derivative and its readings side by side.

A function carries `fdiff` (its derivative), `_excel` (the formula), `_numpycode` (the NumPy value)
and, where SymPy's own would not do, `_latex` and `_plain` (as shown).
"""

from typing import Any

from sympy import Expr, Function, Piecewise, Symbol, exp, tanh

# EXP overflows above 709.78 in float64, in spreadsheets to an error. 1 / (1 + e^709) is 1.2e-308:
# capping the exponent there changes no digit that a float64 sum could show.
LARGEST_EXPONENT = 709


class sigmoid(Function):
    """Logistic squashing 1 / (1 + e^-x); its slope is a (1 - a)."""

    def fdiff(self, argindex: int = 1) -> Expr:
        """The slope, in terms of the value itself."""
        return self * (1 - self)

    def _excel(self, printer: Any) -> str:
        return f"(1/(1+EXP(MIN({LARGEST_EXPONENT},{printer._print(-self.args[0])}))))"

    def _numpycode(self, printer: Any) -> str:
        return f"(1/(1+exp(minimum({LARGEST_EXPONENT},{printer._print(-self.args[0])}))))"

    def _plain(self, printer: Any) -> str:
        return f"1 / (1 + e^({printer._print(-self.args[0])}))"

    def _latex(self, printer: Any) -> str:
        return rf"\frac{{1}}{{1 + e^{{{printer._print(-self.args[0])}}}}}"

    def _typeset(self, printer: Any) -> Any:
        return printer._print(1 / (1 + exp(-self.args[0])))


def relu(x: Expr) -> Expr:
    """max(0, x) as cases, so that its slope at 0 is 0, as PyTorch has it."""
    return Piecewise((x, x > 0), (0, True))


def identity(x: Expr) -> Expr:
    """X itself."""
    return x


ACTIVATIONS = {"sigmoid": sigmoid, "tanh": tanh, "relu": relu, "identity": identity}


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
        return "&".join(map(printer._print, self.args))

    def _numpycode(self, printer: Any) -> str:
        return f"joined({', '.join(map(printer._print, self.args))})"


class number_text(Function):
    """A number as text of six significant digits, the same in every program and language.

    Where & alone turns numbers into text, programs differ on when powers of ten begin and how they
    are written, and TEXT reads its format in the language of the computer.
    """

    def _excel(self, printer: Any) -> str:
        x = printer._print(self.args[0])
        power = f"INT(LOG10(ABS({x})))"
        plain = f'ROUND({x},MAX(0,5-{power}))&""'
        scientific = f'ROUND({x}/10^{power},5)&"·10^"&{power}'
        sized = f"IF(AND(ABS({x})>=0.0001,ABS({x})<1E9),{plain},{scientific})"
        return f'IF(ABS({x})<1E-300,"0",{sized})'

    def _numpycode(self, printer: Any) -> str:
        return f"number_text({printer._print(self.args[0])})"


class total(Function):
    """The sum over a range of cells."""

    def _excel(self, printer: Any) -> str:
        return f"SUM({printer._print(self.args[0])})"

    def _numpycode(self, printer: Any) -> str:
        return f"sum({printer._print(self.args[0])})"


class largest(Function):
    """The largest value of a range of cells."""

    def _excel(self, printer: Any) -> str:
        return f"MAX({printer._print(self.args[0])})"

    def _numpycode(self, printer: Any) -> str:
        return f"max({printer._print(self.args[0])})"


class smallest(Function):
    """The smallest value of a range of cells."""

    def _excel(self, printer: Any) -> str:
        return f"MIN({printer._print(self.args[0])})"

    def _numpycode(self, printer: Any) -> str:
        return f"min({printer._print(self.args[0])})"


class last(Function):
    """The value in the last cell of a column."""

    def _excel(self, printer: Any) -> str:
        cells = printer._print(self.args[0])
        return f"INDEX({cells},ROWS({cells}))"

    def _numpycode(self, printer: Any) -> str:
        return f"{printer._print(self.args[0])}[-1]"


class occurrences(Function):
    """How many cells of a range (first argument) equal the second."""

    def _excel(self, printer: Any) -> str:
        cells, wanted = map(printer._print, self.args)
        return f"COUNTIF({cells},{wanted})"

    def _numpycode(self, printer: Any) -> str:
        cells, wanted = map(printer._print, self.args)
        return f"list({cells}).count({wanted})"


class where(Function):
    """The cell of one column (first) in the row in which another (second) holds a value (third).

    The first such row counts.
    """

    def _excel(self, printer: Any) -> str:
        answers, searched, value = map(printer._print, self.args)
        return f"INDEX({answers},MATCH({value},{searched},0))"

    def _numpycode(self, printer: Any) -> str:
        answers, searched, value = map(printer._print, self.args)
        return f"lookup({answers}, {searched}, {value})"
