"""A lesson with its equations and its values, and the same for the optimizers that it compares."""

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
    """A lesson, its equations and the values of all epochs; `compared` are the runs of the same
    network by the optimizers in `training.compare`.
    """

    lesson: Lesson
    derived: Derivation
    trace: Trace
    compared: "tuple[LessonRun, ...]"

    @cached_property
    def readers(self) -> dict[Symbol, Role]:
        """For each weight and bias the role of the first sum that it enters."""
        roles = self.derived.roles
        operands = [(s, roles[e.symbol]) for e in self.derived.forward for s in e.expr.free_symbols]
        first = dict(reversed(operands))
        return {parameter: first[parameter] for parameter in self.derived.parameters}

    @cached_property
    def layers(self) -> dict[Symbol, int]:
        """For each weight and bias the layer (from 1) that it belongs to."""
        return {parameter: role.layer for parameter, role in self.readers.items()}


def run_lesson(lesson: Lesson, derived: Derivation | None = None) -> LessonRun:
    """Run all epochs of a lesson, and of each optimizer that it compares; `derived` are its
    equations, where they are known already.
    """
    derived = derived or derivation(lesson)
    others = [(one, with_optimizer(derived, one.training)) for one in compared(lesson)]
    runs = tuple(LessonRun(one, own, trace(one, own), ()) for one, own in others)
    return LessonRun(lesson, derived, trace(lesson, derived), runs)
