"""The values of all quantities in every epoch, for all learning rates at once."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sympy import Symbol

from toolkit.network.derivation import LEARNING_RATE, Derivation
from toolkit.network.lesson import Lesson
from toolkit.symbols.equation import Equation, Previous
from toolkit.symbols.numeric import function

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Trace:
    """`values[symbol]` has the shape (epochs + 1, learning rates); row 0 is the start."""

    learning_rates: tuple[float, ...]
    values: dict[Symbol, Values]

    @property
    def epochs(self) -> int:
        """Number of updates made."""
        return len(next(iter(self.values.values()))) - 1

    def column(self, symbol: Symbol, rate: int) -> Values:
        """The values of one quantity over the epochs at learning rate number `rate`."""
        return self.values[symbol][:, rate]


def start_values(lesson: Lesson, derived: Derivation) -> dict[Symbol, float]:
    """What the lesson gives: inputs, weights and targets by symbol."""
    flat = {
        derived.inputs: [value for row in lesson.samples.inputs for value in row],
        derived.targets: [value for row in lesson.samples.targets for value in row],
        derived.weights: lesson.start.weights,
    }
    return {s: v for symbols, values in flat.items() for s, v in zip(symbols, values, strict=True)}


def trace(lesson: Lesson, derived: Derivation) -> Trace:
    """Run the lesson: all epochs, all learning rates side by side."""
    rates = np.array(lesson.training.learning_rates)
    compute = function(derived.given, derived.table)
    update = _updater(derived)
    start = start_values(lesson, derived)
    values = {s: np.full(len(rates), start[s]) for s in derived.given}
    rows = []
    # A learning rate too large drives values out of float64's range; that is shown, not warned of.
    with np.errstate(all="ignore"):
        for epoch in range(lesson.training.epochs + 1):
            if epoch:
                values |= update(values, rates)
            results = compute(*(values[s] for s in derived.given))
            values |= dict(zip((e.symbol for e in derived.table), results, strict=True))
            rows.append(dict(values))
    return Trace(tuple(lesson.training.learning_rates), _stacked(rows, len(rates)))


def _updater(derived: Derivation) -> Callable[[dict[Symbol, Values], Values], dict[Symbol, Values]]:
    """One step of the optimizer, from the update equations."""
    read = {s for e in derived.updates for s in e.expr.free_symbols if isinstance(s, Previous)}
    before = sorted(read, key=lambda symbol: str(symbol.name))
    renamed = [Equation(Symbol(f"next {e.symbol}"), e.expr) for e in derived.updates]
    compute = function([LEARNING_RATE, *before], renamed)

    def update(values: dict[Symbol, Values], rates: Values) -> dict[Symbol, Values]:
        results = compute(rates, *(values[symbol.of] for symbol in before))
        return dict(zip(derived.weights, results, strict=True))

    return update


def _stacked(rows: list[dict[Symbol, Values]], rates: int) -> dict[Symbol, Values]:
    shape = (len(rows), rates)
    return {
        symbol: np.stack([np.broadcast_to(row[symbol], rates) for row in rows]).reshape(shape)
        for symbol in rows[0]
    }
