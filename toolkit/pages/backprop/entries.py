"""The columns of the backprop table in their order, each with its group and its equations."""

from dataclasses import dataclass

from sympy import Integer, Symbol

from toolkit.network.derivation import EPOCH, LEARNING_RATE, LOSS, Derivation
from toolkit.pages.backprop.layout import LessonLayout
from toolkit.symbols.equation import Equation, Gradient, Previous


@dataclass(frozen=True)
class Entry:
    """A column before its position is known: its symbol, its group and its formulas."""

    symbol: Symbol
    group: str
    start: Equation | None = None
    equation: Equation | None = None


def entries(run: LessonLayout, symbol: Symbol) -> list[Entry]:
    """The columns in their order, the learning rate in the cell of `symbol`."""
    derived = run.derived
    chosen = Equation(LEARNING_RATE, symbol)
    updates = {update.symbol: update for update in derived.updates}
    forward, errors, loss = _groups(derived)
    epoch = Equation(EPOCH, Previous(EPOCH) + 1)
    return [
        Entry(EPOCH, "epoch", Equation(EPOCH, Integer(0)), epoch),
        *(Entry(e.symbol, "loss", None, e) for e in loss),
        *(_parameter(p, "weights", updates, chosen) for p in derived.weights),
        *(_parameter(p, "biases", updates, chosen) for p in derived.biases),
        *(Entry(s, "inputs", None, Equation(s, s)) for s in derived.inputs),
        *(Entry(e.symbol, "forward", None, e) for e in forward),
        *(Entry(s, "targets", None, Equation(s, s)) for s in derived.targets),
        *(Entry(e.symbol, "loss", None, e) for e in errors),
        *(
            Entry(e.symbol, "gradient", None, e)
            for e in (*derived.chain, *derived.parameter_gradients)
        ),
        *(
            Entry(s, "optimizer", Equation(s, Integer(0)), _with_rate(updates[s], chosen))
            for s in derived.states
        ),
    ]


def _parameter(
    parameter: Symbol, group: str, updates: dict[Symbol, Equation], chosen: Equation
) -> Entry:
    """The column of a parameter: it begins with its cell, to which a fixed one stays equal."""
    start = Equation(parameter, parameter)
    if parameter not in updates:
        return Entry(parameter, group, None, start)
    return Entry(parameter, group, start, _with_rate(updates[parameter], chosen))


def _with_rate(update: Equation, chosen: Equation) -> Equation:
    return Equation(update.symbol, update.expr.xreplace({chosen.symbol: chosen.expr}))


def _groups(derived: Derivation) -> tuple[list[Equation], list[Equation], list[Equation]]:
    """The columns of the forward pass, those of the errors, and those of the loss.

    The partial sums of a long sum are in the same group: those of the loss after it, because it is
    the first column that a reader looks for, and the others before their sum.
    """
    groups: tuple[list[Equation], list[Equation], list[Equation]] = ([], [], [])
    kinds = {"error": 1, "loss": 2}
    partial: list[Equation] = []
    for equation in derived.columns:
        role = derived.roles.get(equation.symbol)
        if not role:
            partial.append(equation)
            continue
        whole = [equation]
        groups[kinds.get(role.kind, 0)].extend(
            whole + partial if role.kind == "loss" else partial + whole
        )
        partial.clear()
    return groups


def width(entry: Entry) -> float:
    """The width of a column, in characters."""
    if isinstance(entry.symbol, Gradient):
        return 4 + len(entry.symbol.name)
    if entry.symbol == LOSS:
        return 13
    return {"epoch": 7, "inputs": 8, "targets": 8, "loss": 13}.get(entry.group, 10)
