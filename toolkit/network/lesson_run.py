"""Run a lesson: derive its equations, and compute all values for each of its optimizers."""

from dataclasses import dataclass
from functools import cached_property

from sympy import Symbol

from toolkit.network.comparison import compared
from toolkit.network.derivation import Derivation, derivation, with_optimizer
from toolkit.network.forward import Role
from toolkit.network.lesson import Lesson
from toolkit.network.trace import Trace, trace


@dataclass(frozen=True)
class LessonRun:
    """A lesson with its equations and the values of all epochs.

    `compared` holds the runs of the same network with the optimizers in `training.compare`.
    """

    lesson: Lesson
    derived: Derivation
    trace: Trace
    compared: "tuple[LessonRun, ...]"

    @cached_property
    def readers(self) -> dict[Symbol, Role]:
        """For each weight and bias, the role of the first sum that contains it."""
        roles = self.derived.roles
        operands = [(s, roles[e.symbol]) for e in self.derived.forward for s in e.expr.free_symbols]
        first = dict(reversed(operands))
        return {parameter: first[parameter] for parameter in self.derived.parameters}

    @cached_property
    def layers(self) -> dict[Symbol, int]:
        """For each weight and bias, the number of its layer (from 1)."""
        return {parameter: role.layer for parameter, role in self.readers.items()}


def run_lesson(lesson: Lesson, derived: Derivation | None = None) -> LessonRun:
    """Run all epochs of a lesson, also with each optimizer that it is compared with.

    `derived` are the equations of the lesson, if they are known already.
    """
    derived = derived or derivation(lesson)
    others = [(one, with_optimizer(derived, one.training)) for one in compared(lesson)]
    runs = tuple(LessonRun(one, own, trace(one, own), ()) for one, own in others)
    return LessonRun(lesson, derived, trace(lesson, derived), runs)
