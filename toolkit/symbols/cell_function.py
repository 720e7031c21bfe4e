"""Functions that spreadsheets know and SymPy does not: a formula beside its NumPy reading.

    @cell_function("AVERAGE({cells})")
    def mean(cells: Any) -> Any:
        '''The mean of the numbers in a range.'''
        return exact.mean(numbers(cells))

declares `mean` as a SymPy function of the arguments of the Python function, which computes its
value and remains in reach as `mean.compute`. In a template, `{cells}` is an argument as printed,
and `{cells:factor}` the same in brackets where it holds together less tightly than what stands
around it: any name of `Binding` in lower case, or `factor`. An argument with a star stands for
all that remain, with commas between them.

A function with a derivative, or with a formula that no template can state, is a class that derives
from `CellFunction` and overrides its methods. One that training evaluates states its value by
`_source`, a function of its printed arguments that returns NumPy source: plain Python then computes
it for single numbers, without a call.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache
from inspect import Parameter, signature
from string import Formatter
from types import new_class
from typing import Any, ClassVar

from sympy import Expr, Function

from toolkit.symbols.boxes import Box, Brackets, Glyphs, join, row
from toolkit.symbols.precedence import Binding

# An argument that is computed only where its value is needed, as the cases of IF are: elsewhere it
# may be an error. The NumPy reading calls it.
Lazy = Callable[[], Any]


class CellFunction(Function):
    """A SymPy function with a formula and a NumPy reading, and perhaps a way to be shown.

    `shown` is the template of the function in typeset equations, where its parentheses are as high
    as what they hold, and in plain text, unless `plain` is another for that. Without a template the
    function is shown as a call.

    Raises TypeError where a template names an argument that `compute` or `_source` lacks.
    """

    formula: ClassVar[str] = ""
    shown: ClassVar[str] = ""
    plain: ClassVar[str] = ""
    compute: ClassVar[Callable[..., Any]]
    _source: ClassVar[Callable[..., str] | None] = None
    parameters: ClassVar[tuple[Parameter, ...]]

    def __init_subclass__(cls, **named: Any) -> None:
        super().__init_subclass__(**named)
        cls.parameters = tuple(signature(cls._source or cls.compute).parameters.values())
        templates = (cls.formula, cls.shown, cls.plain)
        names = {name for template in templates for _, name, _ in _parts(template)}
        unknown = names - {"", *(parameter.name for parameter in cls.parameters)}
        if unknown:
            raise TypeError(f"{cls.__name__} has no argument called {', '.join(sorted(unknown))}")

    def _arguments(self) -> dict[str, tuple[Expr, ...]]:
        """The expressions that stand for each argument: one, or any number for that with a star."""
        given = {p.name: self.args[n : n + 1] for n, p in enumerate(self.parameters)}
        last = self.parameters[-1]
        if last.kind is Parameter.VAR_POSITIONAL:
            given[last.name] = self.args[len(given) - 1 :]
        return given

    def _printed(self, template: str, printer: Any) -> Iterator[tuple[str, list[Any]]]:
        """The parts of a template: characters, and the arguments that follow them."""
        arguments = self._arguments()
        for text, name, binding in _parts(template):
            yield text, [_print(printer, expr, binding) for expr in arguments.get(name, ())]

    def _excel(self, printer: Any) -> str:
        parts = self._printed(self.formula, printer)
        return "".join(text + ",".join(printed) for text, printed in parts)

    def _numpycode(self, printer: Any) -> str:
        if self._source:
            return self._source(*map(printer._factor, self.args))
        arguments = [printer._print(arg) for arg in self.args]
        for n, parameter in enumerate(self.parameters):
            if parameter.annotation is Lazy:
                arguments[n] = f"lambda: {arguments[n]}"
        return str(printer.call(self.compute, arguments))

    def _plain(self, printer: Any) -> str:
        template = self.plain or self.shown
        if not template:
            return str(printer._print_Function(self))
        parts = self._printed(template, printer)
        return "".join(text + ", ".join(printed) for text, printed in parts)

    def _typeset(self, printer: Any) -> Box:
        if not self.shown:
            box: Box = printer._print_Function(self)
            return box
        # The boxes of each pair of brackets that is open, the outermost first.
        open_: list[list[Box]] = [[]]
        for text, printed in self._printed(self.shown, printer):
            for piece in filter(None, re.split(r"([()])", text)):
                if piece == "(":
                    open_.append([])
                elif piece == ")":
                    inner = open_.pop()
                    open_[-1].append(Brackets(row(*inner)))
                else:
                    open_[-1].append(Glyphs(piece))
            open_[-1] += [join(", ", printed)] if printed else []
        return row(*open_[0])


@cache
def _parts(template: str) -> tuple[tuple[str, str, str], ...]:
    """Characters, the name of the argument after them, and how tightly it must hold together."""
    parsed = Formatter().parse(template)
    return tuple((text, name or "", binding or "") for text, name, binding, _ in parsed)


def _print(printer: Any, expr: Expr, binding: str) -> Any:
    if binding == "factor":
        return printer._factor(expr)
    return printer._within(expr, Binding[binding.upper()]) if binding else printer._print(expr)


def cell_function(
    formula: str, *, shown: str = "", plain: str = ""
) -> Callable[[Callable[..., Any]], Any]:
    """The SymPy function with this formula, named, documented and computed as the function that
    follows; its arguments are numbers, arrays or `cells.Reference`, as is its value.
    """

    def declaration(compute: Callable[..., Any]) -> Any:
        parameters = signature(compute).parameters.values()
        variable = any(p.kind is Parameter.VAR_POSITIONAL for p in parameters)

        attributes = {
            "nargs": None if variable else len(parameters),
            "formula": formula,
            "shown": shown,
            "plain": plain,
            "compute": staticmethod(compute),
            "__doc__": compute.__doc__,
            "__module__": compute.__module__,
        }
        return new_class(
            compute.__name__, (CellFunction,), {}, lambda body: body.update(attributes)
        )

    return declaration
