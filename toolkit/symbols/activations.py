"""Activations and the parts of losses, each with its derivative and its readings side by side.

Each function defines `fdiff` (its derivative), `formula`, `_source` (its NumPy value) and
`display`, which `toolkit.symbols.cell_function` explains. Values, slopes and limits are those of
torch.nn.functional.
"""

from collections.abc import Callable
from typing import Any

from sympy import Expr, Float, Function, Integer, Piecewise, exp, log, tanh

from toolkit.symbols.cell_function import CellFunction

# EXP overflows above 709.78 in float64, in spreadsheets to an error. 1 / (1 + e^709) is 1.2e-308:
# capping the exponent there changes no digit that a float64 sum could show.
from toolkit.symbols.exact import LARGEST_EXPONENT

SOFTPLUS_THRESHOLD = 20  # beyond it PyTorch takes x itself
LOWEST_LOG = -100  # where PyTorch's binary cross-entropy clamps its logarithms
SMALLEST_SLOPE = -12  # and the power of ten that it divides by at least in the gradient


class sigmoid(CellFunction):
    """Logistic squashing 1 / (1 + e^-x); its slope is a (1 - a)."""

    def fdiff(self, argindex: int = 1) -> Expr:
        """The slope, in terms of the value itself."""
        return self * (1 - self)

    @staticmethod
    def _source(x: str) -> str:
        return f"(1/(1+capped_exp(-{x})))"

    # The negative is printed as one: -(a + b) is -a-b.
    def _excel(self, printer: Any) -> str:
        return f"(1/(1+EXP(MIN({LARGEST_EXPONENT},{printer._print(-self.args[0])}))))"

    def _plain(self, printer: Any) -> str:
        return f"1 / (1 + e^({printer._print(-self.args[0])}))"

    def _latex(self, printer: Any) -> str:
        return rf"\frac{{1}}{{1 + e^{{{printer._print(-self.args[0])}}}}}"

    def _typeset(self, printer: Any) -> Any:
        return printer._print(1 / (1 + exp(-self.args[0])))


class softplus(CellFunction):
    """ln(1 + e^x), a smooth ReLU; its slope is the sigmoid."""

    # Below -9.2, where e^x < 1e-4, ln(1 + e^x) would lose digits; four terms of its series do not.
    formula = (
        f"IF({{x}}>{SOFTPLUS_THRESHOLD},{{x}},IF({{x}}<-9.2,EXP({{x}})*(1-EXP({{x}})/2"
        "+EXP(2*{x:factor})/3-EXP(3*{x:factor})/4),LN(1+EXP({x}))))"
    )
    plain = "ln(1 + e^({x}))"

    def fdiff(self, argindex: int = 1) -> Expr:
        """The slope, 1 beyond the threshold as PyTorch has it."""
        x = self.args[0]
        return Piecewise((Integer(1), x > SOFTPLUS_THRESHOLD), (sigmoid(x), True))

    @staticmethod
    def _source(x: str) -> str:
        # The + makes a number of what a reference holds: MIN would pass a blank cell over.
        bounded = f"log1p(exp(minimum({SOFTPLUS_THRESHOLD},+{x})))"
        return f"where({x} > {SOFTPLUS_THRESHOLD}, {x}, {bounded})"

    def _typeset(self, printer: Any) -> Any:
        return printer._print(log(1 + exp(self.args[0])))


class normal_cdf(CellFunction):
    """Φ(x), the share of a standard normal distribution below x."""

    formula, display = "NORMSDIST({x})", "Φ({x})"

    def fdiff(self, argindex: int = 1) -> Expr:
        """The density at x."""
        return normal_density(self.args[0])

    @staticmethod
    def _source(x: str) -> str:
        return f"normal_cdf({x})"


class normal_density(CellFunction):
    """φ(x) = e^(-x²/2) / √(2π); nothing is left of it beyond 40."""

    formula = "IF(ABS({x})>40,0,EXP(-({x:factor}*{x:factor})/2)/SQRT(2*PI()))"
    display = "φ({x})"

    @staticmethod
    def _source(x: str) -> str:
        x = f"minimum(40.0, abs({x}))"
        return f"where({x} >= 40, 0.0, exp(-({x}*{x})/2)/sqrt(2*pi))"


def gelu(x: Expr) -> Expr:
    """X times the share of a normal distribution below x (the exact form)."""
    return x * normal_cdf(x)


def relu(x: Expr) -> Expr:
    """max(0, x) as cases, so that its slope at 0 is 0, as PyTorch has it."""
    return Piecewise((x, x > 0), (0, True))


def leaky_relu(x: Expr, slope: Expr) -> Expr:
    """X where positive, else a fraction of it; at 0 its slope is that fraction, as in PyTorch."""
    return Piecewise((x, x > 0), (slope * x, True))


def identity(x: Expr) -> Expr:
    """X itself."""
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
    """The largest of its arguments, for the softmax to subtract from all of them.

    What is subtracted from all cancels in the quotient: the slope counts as 0.
    """

    formula, display = "MAX({x})", "max({x})"

    def fdiff(self, argindex: int = 1) -> Expr:
        """0: see above."""
        return Integer(0)

    @staticmethod
    def _source(*x: str) -> str:
        # By halves: Python reads no more than 200 brackets within each other.
        texts = list(x)
        while len(texts) > 1:
            pairs = [texts[n : n + 2] for n in range(0, len(texts), 2)]
            texts = [f"maximum({', '.join(pair)})" if len(pair) > 1 else pair[0] for pair in pairs]
        return texts[0]


class binary_cross_entropy(CellFunction):
    """-(t ln a + (1 - t) ln(1 - a)) of an output a and a target t, its logarithms clamped."""

    # SUM(1,-a) and not 1-a: programs take differences of nearly equal numbers for 0.
    formula = (
        f"(-({{t:factor}}*MAX({LOWEST_LOG},LN(MAX(10^-300,{{a:factor}})))"
        f"+(1-{{t:factor}})*MAX({LOWEST_LOG},LN(MAX(10^-300,SUM(1,-{{a:factor}}))))))"
    )
    plain = "-({t:factor} · ln {a:factor} + (1 - {t:factor}) · ln(1 - {a:factor}))"

    def fdiff(self, argindex: int = 1) -> Expr:
        """With respect to the output."""
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
    """X, but no less than 1e-12, as PyTorch bounds the slope of its binary cross-entropy."""

    formula = f"MAX(10^{SMALLEST_SLOPE},{{x}})"
    plain = f"max({{x}}, 1e{SMALLEST_SLOPE})"

    @staticmethod
    def _source(x: str) -> str:
        return f"maximum(1e{SMALLEST_SLOPE}, {x})"

    def _typeset(self, printer: Any) -> Any:
        return printer._print(Function("max")(self.args[0], Float(f"1e{SMALLEST_SLOPE}")))


class fading(CellFunction):
    """A number below 1 to the power of a count, which is 0 before it leaves float64's range.

    Spreadsheets' ^ does not all fade with it: LibreOffice's returns an error where the result is
    too small for a number. e^-700 is 1e-304: taking 0 for less changes no digit of 1 minus it.
    """

    formula = (
        "IF({count:factor}*LN(MAX(10^-300,ABS({base:factor})))<-700,0,{base:factor}^{count:factor})"
    )

    @classmethod
    def eval(cls, base: Expr, count: Expr) -> Expr | None:
        """The first power is the number itself."""
        return base if count == 1 else None

    @staticmethod
    def _source(base: str, count: str) -> str:
        return f"power({base}, {count})"

    def _power(self, printer: Any) -> Any:
        return printer._print(self.args[0] ** self.args[1])

    _plain = _latex = _typeset = _power


class as_one(CellFunction):
    """An expression that stays together where SymPy would merge it with what stands around it."""

    formula, display, plain = "({x})", "{x}", "({x})"

    @staticmethod
    def _source(x: str) -> str:
        return f"({x})"

    def _latex(self, printer: Any) -> str:
        return str(printer._print(self.args[0]))
