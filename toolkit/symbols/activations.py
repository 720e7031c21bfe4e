"""Activations and the parts of losses: derivative, formula, NumPy value and notation of each.

Each function defines `fdiff` (its derivative), `formula`, `_source` (its NumPy value) and
`display`, which `toolkit.symbols.cell_function` explains. Values, slopes and thresholds are those
of torch.nn.functional.
"""

from collections.abc import Callable
from typing import Any

from sympy import Expr, Integer, Piecewise, exp, log, tanh

from toolkit.symbols.cell_function import CellFunction

# EXP overflows above 709.78 in float64 and becomes an error in spreadsheets. Because 1 / (1 +
# e^709) is 1.2e-308, limiting the exponent to 709 changes no digit that a float64 sum could show.
from toolkit.symbols.exact import LARGEST_EXPONENT

SOFTPLUS_THRESHOLD = 20  # beyond this threshold PyTorch returns x itself
LOWEST_LOG = -100  # where PyTorch's binary cross-entropy clamps its logarithms
SMALLEST_SLOPE = -12  # the lower bound of the divisor in its gradient, as a power of ten


class sigmoid(CellFunction):
    """The logistic function 1 / (1 + e^-x); its slope is a (1 - a)."""

    def fdiff(self, argindex: int = 1) -> Expr:
        """The slope, expressed by the value itself."""
        return self * (1 - self)

    @staticmethod
    def _source(x: str) -> str:
        return f"(1/(1+capped_exp(-{x})))"

    # A negative term is subtracted: -(a + b) is printed as -a-b.
    def _excel(self, printer: Any) -> str:
        return f"(1/(1+EXP(MIN({LARGEST_EXPONENT},{printer._print(-self.args[0])}))))"

    def _plain(self, printer: Any) -> str:
        return f"1 / (1 + e^({printer._print(-self.args[0])}))"

    def _latex(self, printer: Any) -> str:
        return rf"\frac{{1}}{{1 + e^{{{printer._print(-self.args[0])}}}}}"

    def _typeset(self, printer: Any) -> Any:
        return printer._print(1 / (1 + exp(-self.args[0])))


class softplus(CellFunction):
    """The function ln(1 + e^x), a smooth ReLU; its slope is the sigmoid."""

    # Below -9.2, where e^x < 1e-4, computing ln(1 + e^x) directly would lose digits, so four terms
    # of its series are used.
    formula = (
        f"IF({{x}}>{SOFTPLUS_THRESHOLD},{{x}},IF({{x}}<-9.2,EXP({{x}})*(1-EXP({{x}})/2"
        "+EXP(2*{x:factor})/3-EXP(3*{x:factor})/4),LN(1+EXP({x}))))"
    )
    plain = "ln(1 + e^({x}))"

    def fdiff(self, argindex: int = 1) -> Expr:
        """The slope; beyond the threshold it is 1, as in PyTorch."""
        x = self.args[0]
        return Piecewise((Integer(1), x > SOFTPLUS_THRESHOLD), (sigmoid(x), True))

    @staticmethod
    def _source(x: str) -> str:
        # The + converts the content of a cell into a number, because MIN would ignore a blank cell.
        bounded = f"log1p(exp(minimum({SOFTPLUS_THRESHOLD},+{x})))"
        return f"where({x} > {SOFTPLUS_THRESHOLD}, {x}, {bounded})"

    def _typeset(self, printer: Any) -> Any:
        return printer._print(log(1 + exp(self.args[0])))


class normal_cdf(CellFunction):
    """Φ(x), the probability that a standard normal variable is below x."""

    formula, display = "NORMSDIST({x})", "Φ({x})"

    def fdiff(self, argindex: int = 1) -> Expr:
        """The density at x."""
        return normal_density(self.args[0])

    @staticmethod
    def _source(x: str) -> str:
        return f"normal_cdf({x})"


class normal_density(CellFunction):
    """φ(x) = e^(-x²/2) / √(2π); beyond |x| = 40 it is 0."""

    formula = "IF(ABS({x})>40,0,EXP(-({x:factor}*{x:factor})/2)/SQRT(2*PI()))"
    display = "φ({x})"

    @staticmethod
    def _source(x: str) -> str:
        x = f"minimum(40.0, abs({x}))"
        return f"where({x} >= 40, 0.0, exp(-({x}*{x})/2)/sqrt(2*pi))"


def gelu(x: Expr) -> Expr:
    """The exact GELU: x times the probability that a standard normal variable is below x."""
    return x * normal_cdf(x)


def relu(x: Expr) -> Expr:
    """max(0, x), written as cases so that its slope at 0 is 0, as in PyTorch."""
    return Piecewise((x, x > 0), (0, True))


def leaky_relu(x: Expr, slope: Expr) -> Expr:
    """Leaky ReLU: x if positive, else `slope` times x; its slope at 0 is `slope`, as in PyTorch."""
    return Piecewise((x, x > 0), (slope * x, True))


def identity(x: Expr) -> Expr:
    """The argument itself."""
    return x


ACTIVATIONS: dict[str, Callable[[Expr], Expr]] = {
    "sigmoid": sigmoid,
    "tanh": tanh,
    "relu": relu,
    "softplus": softplus,
    "gelu": gelu,
    "identity": identity,
}


class peak(CellFunction):
    """The largest of the arguments, which the softmax subtracts from all of them.

    Subtracting the same number everywhere does not change the quotient, so the slope is taken as 0.
    """

    formula, display = "MAX({x})", "max({x})"

    def fdiff(self, argindex: int = 1) -> Expr:
        """The slope, which is taken as 0."""
        return Integer(0)

    @staticmethod
    def _source(*x: str) -> str:
        # The arguments are split in halves, because Python accepts at most 200 nested brackets.
        texts = list(x)
        while len(texts) > 1:
            pairs = [texts[n : n + 2] for n in range(0, len(texts), 2)]
            texts = [f"maximum({', '.join(pair)})" if len(pair) > 1 else pair[0] for pair in pairs]
        return texts[0]


class binary_cross_entropy(CellFunction):
    """-(t ln a + (1 - t) ln(1 - a)) for an output a and a target t, with clamped logarithms."""

    # SUM(1,-a) instead of 1-a, because spreadsheets round differences of nearly equal numbers to 0.
    formula = (
        f"(-({{t:factor}}*MAX({LOWEST_LOG},LN(MAX(10^-300,{{a:factor}})))"
        f"+(1-{{t:factor}})*MAX({LOWEST_LOG},LN(MAX(10^-300,SUM(1,-{{a:factor}}))))))"
    )
    plain = "-({t:factor} · ln {a:factor} + (1 - {t:factor}) · ln(1 - {a:factor}))"

    def fdiff(self, argindex: int = 1) -> Expr:
        """The derivative with respect to the output."""
        a, t = self.args
        return (a - t) / at_least(a * (1 - a))

    @staticmethod
    def _source(a: str, t: str) -> str:
        hit, miss = (f"maximum({LOWEST_LOG}, log(maximum(1e-300, {x})))" for x in (a, f"1-{a}"))
        return f"(-({t}*{hit}+(1-{t})*{miss}))"

    def _typeset(self, printer: Any) -> Any:
        a, t = self.args
        return printer._print(-t * log(a) - (1 - t) * log(1 - a))


class at_least(CellFunction):
    """The maximum of x and 1e-12, PyTorch's bound in the slope of its binary cross-entropy.

    It is displayed as x alone; pages that contain it mention the bound in a note.
    """

    formula, display = f"MAX(10^{SMALLEST_SLOPE},{{x}})", "{x}"

    @staticmethod
    def _source(x: str) -> str:
        return f"maximum(1e{SMALLEST_SLOPE}, {x})"


class fading(CellFunction):
    """A power of a number below 1, which becomes 0 before it leaves the range of float64.

    In LibreOffice, `^` returns an error if the result is too small for a number. Because e^-700 is
    1e-304, replacing smaller values by 0 changes no digit of 1 minus the power.
    """

    formula = (
        "IF({count:factor}*LN(MAX(10^-300,ABS({base:factor})))<-700,0,{base:factor}^{count:factor})"
    )

    @classmethod
    def eval(cls, base: Expr, count: Expr) -> Expr | None:
        """Simplify the first power to the number itself."""
        return base if count == 1 else None

    @staticmethod
    def _source(base: str, count: str) -> str:
        return f"power({base}, {count})"

    def _power(self, printer: Any) -> Any:
        return printer._print(self.args[0] ** self.args[1])

    _plain = _latex = _typeset = _power


class as_one(CellFunction):
    """A wrapper that prevents SymPy from merging an expression with its surroundings."""

    formula, display, plain = "({x})", "{x}", "({x})"

    @staticmethod
    def _source(x: str) -> str:
        return f"({x})"

    def _latex(self, printer: Any) -> str:
        return str(printer._print(self.args[0]))
