"""The order of terms and factors, which is the same in every reading of an equation."""

import re
from functools import lru_cache

from sympy import Add, Expr, Integer, Mul, Pow, Symbol, exp

# The learning rate, as a lesson and as a page has it: it leads the factors of a step.
LEARNING_RATES = (Symbol("η", real=True), Symbol("η"))


def natural(name: str) -> list[int | str]:
    """A sort key that puts w2 before w10."""
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", name)]


@lru_cache(maxsize=1 << 16)
def _key(expr: Expr) -> tuple[int, list[list[int | str]], str]:
    names = sorted(natural(symbol.name) for symbol in expr.free_symbols)
    return (len(names) > 0, names, str(expr))


def terms(add: Add) -> list[Expr]:
    """The terms of a sum: first those added, then those subtracted.

    The sum therefore begins with a minus sign only if all terms are subtracted.
    """
    return sorted(add.args, key=lambda term: (term.could_extract_minus_sign(), _key(term)))


def factors(mul: Mul) -> tuple[list[Expr], list[Expr]]:
    """The factors above and below the fraction bar: numbers, symbols, then other expressions."""
    above, below = zip(*map(_above_and_below, Mul.make_args(mul)), strict=True)
    return _along_the_chain(_factors(Mul(*above))), _factors(Mul(*below))


def _above_and_below(part: Expr) -> tuple[Expr, Expr]:
    """A factor as numerator and denominator.

    SymPy would turn a factor that contains e^-x into a quotient of e^x, which overflows where e^-x
    is 0; such factors are kept.
    """
    if not any(power.exp.free_symbols for power in part.atoms(exp, Pow)):
        above, below = part.as_numer_denom()
        return above, below
    if part.is_Pow and part.exp.is_number and part.exp.is_negative:
        return Integer(1), part.base**-part.exp
    return part, Integer(1)


def signed_factors(mul: Mul) -> tuple[str, list[Expr], list[Expr]]:
    """The sign of a product, "-" or the empty string, and the factors without it."""
    sign = "-" if mul.could_extract_minus_sign() else ""
    return sign, *factors(-mul if sign else mul)


def _along_the_chain(factors: list[Expr]) -> list[Expr]:
    """Sort derivatives that form a chain, such as ∂E/∂a · ∂a/∂o · ∂o/∂w, along that chain."""
    links = {factor.loss: factor for factor in factors if hasattr(factor, "wrt")}
    if len(links) < 2 or not all(hasattr(factor, "wrt") for factor in factors):
        return factors
    ends = {factor.wrt for factor in factors}
    chain = [next((f for loss, f in links.items() if loss not in ends), factors[0])]
    while chain[-1].wrt in links:
        chain.append(links[chain[-1].wrt])
    return chain if len(chain) == len(factors) else factors


def _factors(product: Expr) -> list[Expr]:
    return sorted((part for part in Mul.make_args(product) if part != 1), key=_rank)


def _rank(part: Expr) -> tuple[int, tuple[int, list[list[int | str]], str]]:
    """The rank of a factor: gradients come first among the symbols, as in ∂E/∂w = ∂E/∂o · ∂o/∂w."""
    if part.is_number:
        return 0, _key(part)
    if part.is_Symbol:
        return (1 if part in LEARNING_RATES else 2 if _is_gradient(part) else 3), _key(part)
    return 4, _key(part)


def _is_gradient(symbol: Symbol) -> bool:
    """Whether a symbol stands for a derivative, or for the value that one had before."""
    return hasattr(getattr(symbol, "of", symbol), "wrt")
