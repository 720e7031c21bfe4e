"""Activations and the parts of losses, each with its derivative and its readings side by side.

A function carries `fdiff` (its derivative), `_excel` (the formula), `_numpycode` (the NumPy value)
and `_plain` (as shown). Values, slopes and limits are those of torch.nn.functional.
"""

from collections.abc import Callable
from typing import Any

from sympy import Expr, Float, Function, Integer, Piecewise, exp, log, tanh

# EXP overflows above 709.78 in float64, in spreadsheets to an error. 1 / (1 + e^709) is 1.2e-308:
# capping the exponent there changes no digit that a float64 sum could show.
from toolkit.symbols.exact import LARGEST_EXPONENT

SOFTPLUS_THRESHOLD = 20  # beyond it PyTorch takes x itself
LOWEST_LOG = -100  # where PyTorch's binary cross-entropy clamps its logarithms
SMALLEST_SLOPE = -12  # and the power of ten that it divides by at least in the gradient


class sigmoid(Function):
    """Logistic squashing 1 / (1 + e^-x); its slope is a (1 - a)."""

    def fdiff(self, argindex: int = 1) -> Expr:
        """The slope, in terms of the value itself."""
        return self * (1 - self)

    def _excel(self, printer: Any) -> str:
        return f"(1/(1+EXP(MIN({LARGEST_EXPONENT},{printer._print(-self.args[0])}))))"

    def _numpycode(self, printer: Any) -> str:
        return f"(1/(1+capped_exp({printer._print(-self.args[0])})))"

    def _plain(self, printer: Any) -> str:
        return f"1 / (1 + e^({printer._print(-self.args[0])}))"

    def _latex(self, printer: Any) -> str:
        return rf"\frac{{1}}{{1 + e^{{{printer._print(-self.args[0])}}}}}"

    def _typeset(self, printer: Any) -> Any:
        return printer._print(1 / (1 + exp(-self.args[0])))


class softplus(Function):
    """ln(1 + e^x), a smooth ReLU; its slope is the sigmoid."""

    def fdiff(self, argindex: int = 1) -> Expr:
        """The slope, 1 beyond the threshold as PyTorch has it."""
        x = self.args[0]
        return Piecewise((Integer(1), x > SOFTPLUS_THRESHOLD), (sigmoid(x), True))

    # Below -9.2, where e^x < 1e-4, ln(1 + e^x) would lose digits; four terms of its series do not.
    def _excel(self, printer: Any) -> str:
        x = printer._print(self.args[0])
        factor = printer._factor(self.args[0])
        series = f"EXP({x})*(1-EXP({x})/2+EXP(2*{factor})/3-EXP(3*{factor})/4)"
        return f"IF({x}>{SOFTPLUS_THRESHOLD},{x},IF({x}<-9.2,{series},LN(1+EXP({x}))))"

    def _numpycode(self, printer: Any) -> str:
        x = printer._print(self.args[0])
        # The + makes a number of what a reference holds: MIN would pass a blank cell over.
        bounded = f"log1p(exp(minimum({SOFTPLUS_THRESHOLD},+{x})))"
        return f"where({x} > {SOFTPLUS_THRESHOLD}, {x}, {bounded})"

    def _plain(self, printer: Any) -> str:
        return f"ln(1 + e^({printer._print(self.args[0])}))"

    def _typeset(self, printer: Any) -> Any:
        return printer._print(log(1 + exp(self.args[0])))


class normal_cdf(Function):
    """Φ(x), the share of a standard normal distribution below x."""

    def fdiff(self, argindex: int = 1) -> Expr:
        """The density at x."""
        return normal_density(self.args[0])

    def _excel(self, printer: Any) -> str:
        return f"NORMSDIST({printer._print(self.args[0])})"

    def _numpycode(self, printer: Any) -> str:
        return f"normal_cdf({printer._print(self.args[0])})"

    def _plain(self, printer: Any) -> str:
        return f"Φ({printer._print(self.args[0])})"

    def _typeset(self, printer: Any) -> Any:
        return printer._print(Function("Φ")(self.args[0]))


class normal_density(Function):
    """φ(x) = e^(-x²/2) / √(2π); nothing is left of it beyond 40."""

    def _excel(self, printer: Any) -> str:
        x, factor = printer._print(self.args[0]), printer._factor(self.args[0])
        return f"IF(ABS({x})>40,0,EXP(-({factor}*{factor})/2)/SQRT(2*PI()))"

    def _numpycode(self, printer: Any) -> str:
        x = f"minimum(40.0, abs({printer._print(self.args[0])}))"
        return f"where({x} >= 40, 0.0, exp(-({x}*{x})/2)/sqrt(2*pi))"

    def _plain(self, printer: Any) -> str:
        return f"φ({printer._print(self.args[0])})"

    def _typeset(self, printer: Any) -> Any:
        return printer._print(Function("φ")(self.args[0]))


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


class peak(Function):
    """The largest of its arguments, for the softmax to subtract from all of them.

    What is subtracted from all cancels in the quotient: the slope counts as 0.
    """

    def fdiff(self, argindex: int = 1) -> Expr:
        """0: see above."""
        return Integer(0)

    def _excel(self, printer: Any) -> str:
        return f"MAX({','.join(map(printer._print, self.args))})"

    def _numpycode(self, printer: Any) -> str:
        # By halves: Python reads no more than 200 brackets within each other.
        texts = [str(printer._print(arg)) for arg in self.args]
        while len(texts) > 1:
            pairs = [texts[n : n + 2] for n in range(0, len(texts), 2)]
            texts = [f"maximum({', '.join(pair)})" if len(pair) > 1 else pair[0] for pair in pairs]
        return texts[0]

    def _plain(self, printer: Any) -> str:
        return f"max({', '.join(map(printer._print, self.args))})"

    def _typeset(self, printer: Any) -> Any:
        return printer._print(Function("max")(*self.args))


class binary_cross_entropy(Function):
    """-(t ln a + (1 - t) ln(1 - a)) of an output a and a target t, its logarithms clamped."""

    def fdiff(self, argindex: int = 1) -> Expr:
        """With respect to the output."""
        a, t = self.args
        return (a - t) / at_least(a * (1 - a))

    # SUM(1,-a) and not 1-a: programs take differences of nearly equal numbers for 0.
    def _excel(self, printer: Any) -> str:
        a, t = map(printer._factor, self.args)
        hit, miss = (f"MAX({LOWEST_LOG},LN(MAX(10^-300,{x})))" for x in (a, f"SUM(1,-{a})"))
        return f"(-({t}*{hit}+(1-{t})*{miss}))"

    def _numpycode(self, printer: Any) -> str:
        a, t = map(printer._factor, self.args)
        hit, miss = (f"maximum({LOWEST_LOG}, log(maximum(1e-300, {x})))" for x in (a, f"1-{a}"))
        return f"(-({t}*{hit}+(1-{t})*{miss}))"

    def _plain(self, printer: Any) -> str:
        a, t = map(printer._factor, self.args)
        return f"-({t} · ln {a} + (1 - {t}) · ln(1 - {a}))"

    def _typeset(self, printer: Any) -> Any:
        a, t = self.args
        return printer._print(-t * log(a) - (1 - t) * log(1 - a))


class fading(Function):
    """A number below 1 to the power of a count, which is 0 before it leaves float64's range.

    Spreadsheets' ^ does not all fade with it: LibreOffice's returns an error where the result is
    too small for a number. e^-700 is 1e-304: taking 0 for less changes no digit of 1 minus it.
    """

    @classmethod
    def eval(cls, base: Expr, count: Expr) -> Expr | None:
        """The first power is the number itself."""
        return base if count == 1 else None

    def _excel(self, printer: Any) -> str:
        base, count = map(printer._factor, self.args)
        return f"IF({count}*LN(MAX(10^-300,ABS({base})))<-700,0,{base}^{count})"

    def _numpycode(self, printer: Any) -> str:
        base, count = map(printer._print, self.args)
        return f"power({base}, {count})"

    def _plain(self, printer: Any) -> str:
        return str(printer._print(self.args[0] ** self.args[1]))

    def _latex(self, printer: Any) -> str:
        return str(printer._print(self.args[0] ** self.args[1]))

    def _typeset(self, printer: Any) -> Any:
        return printer._print(self.args[0] ** self.args[1])


class as_one(Function):
    """An expression that stays together where SymPy would merge it with what stands around it."""

    def _excel(self, printer: Any) -> str:
        return f"({printer._print(self.args[0])})"

    def _numpycode(self, printer: Any) -> str:
        return f"({printer._print(self.args[0])})"

    def _plain(self, printer: Any) -> str:
        return f"({printer._print(self.args[0])})"

    def _latex(self, printer: Any) -> str:
        return str(printer._print(self.args[0]))

    def _typeset(self, printer: Any) -> Any:
        return printer._print(self.args[0])


class at_least(Function):
    """X, but no less than 1e-12, as PyTorch bounds the slope of its binary cross-entropy."""

    def _excel(self, printer: Any) -> str:
        return f"MAX(10^{SMALLEST_SLOPE},{printer._print(self.args[0])})"

    def _numpycode(self, printer: Any) -> str:
        return f"maximum(1e{SMALLEST_SLOPE}, {printer._print(self.args[0])})"

    def _plain(self, printer: Any) -> str:
        return f"max({printer._print(self.args[0])}, 1e{SMALLEST_SLOPE})"

    def _typeset(self, printer: Any) -> Any:
        return printer._print(Function("max")(self.args[0], Float(f"1e{SMALLEST_SLOPE}")))
