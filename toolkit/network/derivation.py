"""From a lesson to its equations: forward, chain rule, update."""

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

# With more outputs than this, or more than one hidden layer or sample, a gradient with everything
# written out is no formula that a reader follows: those of the pre-activations get columns of
# their own.
INLINE_OUTPUTS = 4


@dataclass(frozen=True)
class Derivation:
    """All that a lesson computes, as equations between named quantities, in order.

    `gradients` holds ∂E_total/∂x for every quantity x, by the chain rule over the quantity next to
    it; `chain` those of them that the table shows as columns of their own, and
    `parameter_gradients` those of weights and biases, written in terms of the table's columns
    alone. `updates` are one step of the optimizer: what it remembers, then the parameters.
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
        """The quantities of the forward pass by what they are; each role there is played once."""
        return {self.roles[e.symbol]: e.symbol for e in self.forward}

    @property
    def parameters(self) -> tuple[Symbol, ...]:
        """Weights and biases."""
        return (*self.weights, *self.biases)

    @property
    def states(self) -> tuple[Symbol, ...]:
        """What the optimizer remembers from step to step; 0 at the start."""
        parameters = set(self.parameters)
        return tuple(e.symbol for e in self.updates if e.symbol not in parameters)

    @property
    def given(self) -> tuple[Symbol, ...]:
        """What an epoch starts from."""
        return (*self.inputs, *self.parameters, *self.targets)

    @property
    def equations(self) -> dict[str, Equation]:
        """The forward pass and the gradients as the chain rule writes them, by the names of the
        quantities that they define: `h1`, `E_total`, `∂E_total/∂w5`.
        """
        return {e.symbol.name: e for e in (*self.forward, *self.gradients)}

    @property
    def table(self) -> tuple[Equation, ...]:
        """Everything an epoch computes, in the order of the table's columns."""
        return (*self.columns, *self.chain, *self.parameter_gradients)


def derivation(lesson: Lesson) -> Derivation:
    """The equations of a lesson. SymPy differentiates; nothing is typed by hand."""
    made = forward(lesson)
    parameters = [*made.weights, *made.biases]
    inputs, targets = (
        tuple(s for row in rows for s in row) for rows in (made.inputs, made.targets)
    )
    check_order(made.equations, [*parameters, *inputs, *targets])
    gradients = derive(made.equations, parameters)
    chain, of_parameters = _shown(made, gradients, len(parameters))
    found = Derivation(
        inputs=inputs,
        targets=targets,
        weights=made.weights,
        biases=made.biases,
        settings=(),
        roles=made.roles,
        forward=tuple(made.equations),
        gradients=tuple(gradients),
        columns=split_sums(made.equations),
        chain=split_sums(chain),
        parameter_gradients=split_sums(of_parameters),
        updates=(),
    )
    return with_optimizer(found, lesson.training)


def with_optimizer(derived: Derivation, training: Training) -> Derivation:
    """The same network, its parameters changed as `training` says."""
    trained = derived.parameters if training.train_biases else derived.weights
    updates = tuple(e for parameter in trained for e in update(training, parameter))
    roles = {s: role for s, role in derived.roles.items() if role.kind not in STATE_KINDS}
    roles |= {s: Role(kind) for p in trained for s, kind in states(training, p).items()}
    return replace(derived, settings=tuple(settings(training)), roles=roles, updates=updates)


def _shown(
    made: Forward, gradients: list[Equation], parameters: int
) -> tuple[list[Equation], list[Equation]]:
    """Which inner gradients get columns, and the parameters' gradients in terms of the columns."""
    inner, of_parameters = gradients[:-parameters], gradients[-parameters:]
    if written_out(made.lesson):
        return [], inline(of_parameters, inner)
    kept = [e for e in inner if _has_column(made.roles[e.symbol.wrt])]
    passed = [e for e in inner if not _has_column(made.roles[e.symbol.wrt])]
    return inline(kept, passed), inline(of_parameters, passed)


def written_out(lesson: Lesson) -> bool:
    """Whether the gradients of the parameters need no columns between them and the loss."""
    network = lesson.network
    small = len(network.layers) <= 3 and network.layers[-1] <= INLINE_OUTPUTS
    return small and len(lesson.samples.inputs) == 1 and "softmax" not in network.activations


def _has_column(role: Role) -> bool:
    """Whether the gradient of such a quantity is shown: sums, and the two numbers of a softmax
    that all of its outputs read.
    """
    return role.kind in ("sum", "maximum", "power_sum")
