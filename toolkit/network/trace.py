"""The values of all quantities in all epochs, for all learning rates at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import Symbol

from toolkit.files.errors import ToolkitError
from toolkit.files.html import table
from toolkit.network.derivation import EPOCH, LEARNING_RATE, LOSS, Derivation
from toolkit.network.initial_parameters import start_biases, start_weights
from toolkit.network.lesson import Lesson
from toolkit.network.optimizers import settings
from toolkit.symbols.equation import Equation, Previous
from toolkit.symbols.numeric import loop

Values = NDArray[np.float64]

# Up to this number of learning rates, plain Python numbers for one rate at a time are faster.
FEW_RATES = 12
# From this number on, which no workbook can show, the last digits may depend on the machine.
MANY_RATES = 256


@dataclass(frozen=True)
class Trace:
    """The values of all quantities over the epochs.

    `values[symbol]` has the shape (epochs + 1, learning rates); row 0 holds the initial values. A
    value that leaves the range of float64 is nan, and so are all values computed from it.
    """

    learning_rates: tuple[float, ...]
    values: dict[Symbol, Values]

    @property
    def epochs(self) -> int:
        """The number of updates."""
        return len(next(iter(self.values.values()))) - 1

    def column(self, symbol: Symbol, rate: int) -> Values:
        """The values of one quantity over the epochs, for the learning rate with index `rate`."""
        return self.values[symbol][:, rate]

    @property
    def arrays(self) -> dict[str, Values]:
        """The `values` by the names of their quantities: `w5`, `E_total`, `∂E_total/∂w5`."""
        return {symbol.name: column for symbol, column in self.values.items()}

    def frame(self) -> Any:
        """A pandas.DataFrame with one column for each quantity.

        The rows are indexed by learning rate and epoch. Raises ToolkitError if pandas is not
        installed.
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
        """A table of the loss after some epochs, with one column for each learning rate."""
        tens = (10**power for power in range(len(str(self.epochs))))
        losses = {epoch: self.values[LOSS][epoch] for epoch in sorted({0, *tens, self.epochs})}
        rates = (f"{LEARNING_RATE} = {rate:g}" for rate in self.learning_rates)
        rows = ([str(epoch), *(f"{loss:.9g}" for loss in row)] for epoch, row in losses.items())
        return table([f"{LOSS} after epoch", *rates], rows)


def start_values(lesson: Lesson, derived: Derivation) -> dict[Symbol, float]:
    """The initial values of a lesson: inputs, weights, biases, targets and settings, by symbol."""
    flat: dict[Sequence[Symbol], list[float]] = {
        derived.inputs: [value for row in lesson.samples.inputs for value in row],
        derived.targets: [value for row in lesson.samples.targets for value in row],
        derived.weights: start_weights(lesson),
        derived.biases: start_biases(lesson),
    }
    start = {s: v for symbols, values in flat.items() for s, v in zip(symbols, values, strict=True)}
    return start | settings(lesson.training)


def trace(lesson: Lesson, derived: Derivation) -> Trace:
    """Run all epochs of a lesson for all of its learning rates."""
    rates = tuple(lesson.training.learning_rates)
    start, epochs = start_values(lesson, derived), lesson.training.epochs
    results = _one_by_one(derived, start, rates, epochs) if len(rates) <= FEW_RATES else None
    if results is None:
        results = _side_by_side(derived, start, rates, epochs)
    shape = (epochs + 1, len(rates))
    values = {symbol: np.full(shape, number) for symbol, number in start.items()}
    values |= {symbol: results[:, index] for index, symbol in enumerate(_computed(derived))}
    if not np.isfinite(results).all():
        _propagate_nan(values, derived)
    return Trace(rates, values)


def _computed(derived: Derivation) -> list[Symbol]:
    return [e.symbol for e in (*derived.updates, *derived.table)]


def _one_by_one(
    derived: Derivation, start: dict[Symbol, float], rates: tuple[float, ...], epochs: int
) -> Values | None:
    """The results (epochs + 1, quantities, rates); None if a number leaves its range."""
    arguments = [*start, LEARNING_RATE]
    run = loop(arguments, _first(derived), derived.updates, derived.table, EPOCH, scalar=True)
    results = np.empty((epochs + 1, len(_computed(derived)), len(rates)))
    for index, rate in enumerate(rates):
        rows: list[tuple[float, ...]] = []
        try:
            run(epochs, lambda _, row, rows=rows: rows.append(row), *start.values(), rate)
        except (ArithmeticError, ValueError):
            return None
        results[:, :, index] = rows
    return results if np.isfinite(results).all() else None


def _side_by_side(
    derived: Derivation, start: dict[Symbol, float], rates: tuple[float, ...], epochs: int
) -> Values:
    """The results (epochs + 1, quantities, rates); numbers out of range are inf or nan."""
    arguments = [*start, LEARNING_RATE]
    many = len(rates) >= MANY_RATES
    first, steps = _first(derived), derived.updates
    run = loop(arguments, first, steps, derived.table, EPOCH, scalar=False, quick=many)
    results = np.empty((epochs + 1, len(_computed(derived)), len(rates)))

    def emit(epoch: int, row: tuple[Values, ...]) -> None:
        for index, numbers in enumerate(row):
            results[epoch, index] = numbers

    with np.errstate(all="ignore"):
        run(epochs, emit, *(np.full(len(rates), v) for v in start.values()), np.array(rates))
    return results


def _first(derived: Derivation) -> dict[Symbol, float]:
    """The initial state of the optimizer, which is 0."""
    return dict.fromkeys(derived.states, 0.0)


def _propagate_nan(values: dict[Symbol, Values], derived: Derivation) -> None:
    """Set to nan every value computed from a number out of range, as cells propagate an error.

    NumPy would continue with numbers: the sigmoid of infinity is 1.
    """
    undefined = {symbol: ~np.isfinite(column) for symbol, column in values.items()}
    updates = [(e.symbol, *_operands(e, undefined)) for e in derived.updates]
    table = [(e.symbol, *_operands(e, undefined)) for e in derived.table]
    for epoch in range(len(next(iter(values.values())))):
        for symbol, same_row, row_above in [*(updates if epoch else ()), *table]:
            for operand in same_row:
                undefined[symbol][epoch] |= undefined[operand][epoch]
            for operand in row_above:
                undefined[symbol][epoch] |= undefined[operand][epoch - 1]
    for symbol, column in values.items():
        column[undefined[symbol]] = np.nan


def _operands(equation: Equation, known: dict[Symbol, Values]) -> tuple[list[Symbol], list[Symbol]]:
    """The quantities that an equation uses from its own row, and those from the row above."""
    operands = equation.expr.free_symbols
    above = [symbol.of for symbol in operands if isinstance(symbol, Previous)]
    return [symbol for symbol in operands if symbol in known], above
