"""Derive the equations of a lesson: forward pass, gradients and updates."""

from dataclasses import dataclass, replace
from functools import cached_property

from sympy import Symbol

from toolkit.network.forward import Forward, Role, forward
from toolkit.network.lesson import Lesson, Training
from toolkit.network.optimizers import (
    EPOCH,
    LEARNING_RATE,
    LOSS,
    STATE_KINDS,
    settings,
    states,
    update,
)
from toolkit.symbols.equation import (
    Equation,
    check_order,
    derive,
    inline,
)
from toolkit.symbols.long_sums import split_sums

__all__ = ["EPOCH", "LEARNING_RATE", "LOSS", "Derivation", "derivation", "with_optimizer"]

# A network with more outputs than this, or with more than one hidden layer or sample, has gradients
# too long to be written out, so the gradients of its pre-activations get columns of their own.
INLINE_OUTPUTS = 4


@dataclass(frozen=True)
class Derivation:
    """All equations of a lesson, in the order of computation.

    `forward` holds the forward pass and `gradients` ∂E_total/∂x for every quantity x, each by the
    chain rule over the next quantities. The other fields are columns of the workbook's table:
    `columns` for the forward pass, `chain` for the inner gradients that have columns of their own,
    and `parameter_gradients` for weights and biases, expressed by other columns. `updates` are the
    equations of one step of the optimizer: first its state, then the parameters.
    """

    inputs: tuple[Symbol, ...]
    targets: tuple[Symbol, ...]
    weights: tuple[Symbol, ...]
    biases: tuple[Symbol, ...]
    settings: tuple[Symbol, ...]
    roles: dict[Symbol, Role]
    forward: tuple[Equation, ...]
    gradients: tuple[Equation, ...]
    columns: tuple[Equation, ...]
    chain: tuple[Equation, ...]
    parameter_gradients: tuple[Equation, ...]
    updates: tuple[Equation, ...]

    @cached_property
    def quantities(self) -> dict[Role, Symbol]:
        """The quantities of the forward pass by their roles, which are unique."""
        return {self.roles[e.symbol]: e.symbol for e in self.forward}

    @property
    def parameters(self) -> tuple[Symbol, ...]:
        """All weights and biases."""
        return (*self.weights, *self.biases)

    @property
    def states(self) -> tuple[Symbol, ...]:
        """The state of the optimizer, such as velocities; it is 0 at the start."""
        parameters = set(self.parameters)
        return tuple(e.symbol for e in self.updates if e.symbol not in parameters)

    @property
    def leaves(self) -> tuple[Symbol, ...]:
        """The quantities that no equation defines: inputs, parameters and targets."""
        return (*self.inputs, *self.parameters, *self.targets)

    @property
    def equations(self) -> dict[str, Equation]:
        """The equations of the forward pass and of the gradients, by the names of their quantities.

        Names are, for example, `h1`, `E_total` and `∂E_total/∂w5`.
        """
        return {e.symbol.name: e for e in (*self.forward, *self.gradients)}

    @property
    def table(self) -> tuple[Equation, ...]:
        """All equations of an epoch, in the order of the table's columns."""
        return (*self.columns, *self.chain, *self.parameter_gradients)


def derivation(lesson: Lesson) -> Derivation:
    """Derive all equations of a lesson. SymPy computes the derivatives."""
    graph = forward(lesson)
    parameters = [*graph.weights, *graph.biases]
    inputs, targets = (
        tuple(s for row in rows for s in row) for rows in (graph.inputs, graph.targets)
    )
    check_order(graph.equations, [*parameters, *inputs, *targets])
    gradients = derive(graph.equations, parameters)
    chain, of_parameters = _chain_columns(graph, gradients, len(parameters))
    derived = Derivation(
        inputs=inputs,
        targets=targets,
        weights=graph.weights,
        biases=graph.biases,
        settings=(),
        roles=graph.roles,
        forward=tuple(graph.equations),
        gradients=tuple(gradients),
        columns=split_sums(graph.equations),
        chain=split_sums(chain),
        parameter_gradients=split_sums(of_parameters),
        updates=(),
    )
    return with_optimizer(derived, lesson.training)


def with_optimizer(derived: Derivation, training: Training) -> Derivation:
    """The same derivation with the updates of the optimizer in `training`."""
    trained = derived.parameters if training.train_biases else derived.weights
    updates = tuple(e for parameter in trained for e in update(training, parameter))
    roles = {s: role for s, role in derived.roles.items() if role.kind not in STATE_KINDS}
    roles |= {s: Role(kind) for p in trained for s, kind in states(training, p).items()}
    return replace(derived, settings=tuple(settings(training)), roles=roles, updates=updates)


def _chain_columns(
    graph: Forward, gradients: list[Equation], parameters: int
) -> tuple[list[Equation], list[Equation]]:
    """The inner gradients that have columns, and the parameters' gradients in terms of them."""
    inner, of_parameters = gradients[:-parameters], gradients[-parameters:]
    if has_inline_gradients(graph.lesson):
        return [], inline(of_parameters, inner)
    columns = [e for e in inner if _has_column(graph.roles[e.symbol.wrt])]
    inlined = [e for e in inner if not _has_column(graph.roles[e.symbol.wrt])]
    return inline(columns, inlined), inline(of_parameters, inlined)


def has_inline_gradients(lesson: Lesson) -> bool:
    """Whether the gradients of the parameters are expressed by the forward pass alone.

    Otherwise the gradients between them and the loss have columns of their own.
    """
    network = lesson.network
    small = len(network.layers) <= 3 and network.layers[-1] <= INLINE_OUTPUTS
    return small and len(lesson.samples.inputs) == 1 and "softmax" not in network.activations


def _has_column(role: Role) -> bool:
    """Whether the gradient of a quantity with this role has a column of its own.

    Sums have one, and so have the maximum and the sum of powers in a softmax, on which all outputs
    depend.
    """
    return role.kind in ("sum", "maximum", "power_sum")
