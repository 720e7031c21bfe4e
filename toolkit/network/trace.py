"""The values of all quantities in every epoch, for all learning rates at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import Symbol

from toolkit.files.errors import ToolkitError
from toolkit.files.html import table
from toolkit.network.derivation import EPOCH, LEARNING_RATE, LOSS, Derivation
from toolkit.network.lesson import Lesson
from toolkit.network.optimizers import settings
from toolkit.network.start import start_biases, start_weights
from toolkit.symbols.equation import Equation, Previous
from toolkit.symbols.numeric import loop

Values = NDArray[np.float64]

# Up to so many learning rates one after the other in plain Python numbers beat arrays of them.
FEW_RATES = 12
# More than a workbook can show: their last digits may differ between machines.
MANY_RATES = 256


@dataclass(frozen=True)
class Trace:
    """`values[symbol]` has the shape (epochs + 1, learning rates); row 0 is the start. What left
    float64's range, and all that was computed from it, is nan.
    """

    learning_rates: tuple[float, ...]
    values: dict[Symbol, Values]

    @property
    def epochs(self) -> int:
        """Number of updates made."""
        return len(next(iter(self.values.values()))) - 1

    def column(self, symbol: Symbol, rate: int) -> Values:
        """The values of one quantity over the epochs at learning rate number `rate`."""
        return self.values[symbol][:, rate]

    @property
    def arrays(self) -> dict[str, Values]:
        """`values` by the names of the quantities: `w5`, `E_total`, `∂E_total/∂w5`."""
        return {symbol.name: column for symbol, column in self.values.items()}

    def frame(self) -> Any:
        """A pandas.DataFrame with a row for each epoch at each learning rate, by which it is
        indexed, and a column for each quantity.

        Raises ToolkitError where pandas is not installed.
        """
        try:
            import pandas
        except ImportError as error:
            raise ToolkitError(
                "a frame needs pandas; install it with: pip install pandas, or use the arrays of "
                "the trace"
            ) from error
        levels = {"learning_rate": self.learning_rates, "epoch": range(self.epochs + 1)}
        index = pandas.MultiIndex.from_product(levels.values(), names=list(levels))
        columns = {name: column.T.ravel() for name, column in self.arrays.items()}
        return pandas.DataFrame(columns, index=index)

    def _repr_html_(self) -> str:
        """The loss at some epochs, a column for each learning rate."""
        tens = (10**power for power in range(len(str(self.epochs))))
        losses = {epoch: self.values[LOSS][epoch] for epoch in sorted({0, *tens, self.epochs})}
        rates = (f"{LEARNING_RATE} = {rate:g}" for rate in self.learning_rates)
        rows = ([str(epoch), *(f"{loss:.9g}" for loss in row)] for epoch, row in losses.items())
        return table([f"{LOSS} after epoch", *rates], rows)


def start_values(lesson: Lesson, derived: Derivation) -> dict[Symbol, float]:
    """What the lesson gives: inputs, weights, biases, targets and settings by symbol."""
    flat: dict[Sequence[Symbol], list[float]] = {
        derived.inputs: [value for row in lesson.samples.inputs for value in row],
        derived.targets: [value for row in lesson.samples.targets for value in row],
        derived.weights: start_weights(lesson),
        derived.biases: start_biases(lesson),
    }
    named = {s: v for symbols, values in flat.items() for s, v in zip(symbols, values, strict=True)}
    return named | settings(lesson.training)


def trace(lesson: Lesson, derived: Derivation) -> Trace:
    """Run the lesson: all epochs, all learning rates side by side."""
    rates = tuple(lesson.training.learning_rates)
    start, epochs = start_values(lesson, derived), lesson.training.epochs
    ran = _one_by_one(derived, start, rates, epochs) if len(rates) <= FEW_RATES else None
    if ran is None:
        ran = _side_by_side(derived, start, rates, epochs)
    shape = (epochs + 1, len(rates))
    values = {symbol: np.full(shape, number) for symbol, number in start.items()}
    values |= {symbol: ran[:, index] for index, symbol in enumerate(_computed(derived))}
    if not np.isfinite(ran).all():
        _spread(values, derived)
    return Trace(rates, values)


def _computed(derived: Derivation) -> list[Symbol]:
    return [e.symbol for e in (*derived.updates, *derived.table)]


def _one_by_one(
    derived: Derivation, start: dict[Symbol, float], rates: tuple[float, ...], epochs: int
) -> Values | None:
    """Shape (epochs + 1, quantities, rates); None where a number leaves its range."""
    given = [*start, LEARNING_RATE]
    run = loop(given, _first(derived), derived.updates, derived.table, EPOCH, scalar=True)
    found = np.empty((epochs + 1, len(_computed(derived)), len(rates)))
    for index, rate in enumerate(rates):
        rows: list[tuple[float, ...]] = []
        try:
            run(epochs, lambda _, row, rows=rows: rows.append(row), *start.values(), rate)
        except (ArithmeticError, ValueError):
            return None
        found[:, :, index] = rows
    return found if np.isfinite(found).all() else None


def _side_by_side(
    derived: Derivation, start: dict[Symbol, float], rates: tuple[float, ...], epochs: int
) -> Values:
    """Shape (epochs + 1, quantities, rates), with what left float64's range as inf or nan."""
    given = [*start, LEARNING_RATE]
    many = len(rates) >= MANY_RATES
    first, steps = _first(derived), derived.updates
    run = loop(given, first, steps, derived.table, EPOCH, scalar=False, quick=many)
    found = np.empty((epochs + 1, len(_computed(derived)), len(rates)))

    def emit(epoch: int, row: tuple[Values, ...]) -> None:
        for index, numbers in enumerate(row):
            found[epoch, index] = numbers

    with np.errstate(all="ignore"):
        run(epochs, emit, *(np.full(len(rates), v) for v in start.values()), np.array(rates))
    return found


def _first(derived: Derivation) -> dict[Symbol, float]:
    """What an optimizer remembers at the start: nothing."""
    return dict.fromkeys(derived.states, 0.0)


def _spread(values: dict[Symbol, Values], derived: Derivation) -> None:
    """Makes nan of what was computed from a number out of range, as cells pass an error on.

    NumPy would go on: the sigmoid of infinity is 1.
    """
    lost = {symbol: ~np.isfinite(column) for symbol, column in values.items()}
    updates = [(e.symbol, *_read(e, lost)) for e in derived.updates]
    table = [(e.symbol, *_read(e, lost)) for e in derived.table]
    for epoch in range(len(next(iter(values.values())))):
        for symbol, same_row, row_above in [*(updates if epoch else ()), *table]:
            for read in same_row:
                lost[symbol][epoch] |= lost[read][epoch]
            for read in row_above:
                lost[symbol][epoch] |= lost[read][epoch - 1]
    for symbol, column in values.items():
        column[lost[symbol]] = np.nan


def _read(equation: Equation, known: dict[Symbol, Values]) -> tuple[list[Symbol], list[Symbol]]:
    """What an equation reads in its own row and in the row above."""
    read = equation.expr.free_symbols
    above = [symbol.of for symbol in read if isinstance(symbol, Previous)]
    return [symbol for symbol in read if symbol in known], above
