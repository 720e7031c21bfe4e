"""Spreadsheet functions that SymPy lacks, each declared by its formula and its NumPy value.

    @cell_function("AVERAGE({cells})")
    def mean(cells: Any) -> Any:
        '''The mean of the numbers in a range.'''
        return exact.mean(numbers(cells))

declares the SymPy function `mean`, whose arguments are those of the Python function. The Python
function computes the value and remains available as `mean.compute`. In the template, `{cells}`
stands for the printed argument. `{cells:factor}` adds brackets if the argument binds less tightly
than its surroundings require; the word after the colon is `factor` or the name of a `Binding` in
lower case. An argument with a star stands for all remaining arguments, separated by commas.

A function that has a derivative, or a formula that no template can express, is a class derived from
`CellFunction` that overrides its methods. A function that is evaluated in training defines
`_source` instead of `compute`: from the printed arguments it returns NumPy source, which plain
Python can evaluate for single numbers without a call.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from inspect import Parameter, signature
from string import Formatter
from types import new_class
from typing import Any, ClassVar

from sympy import Expr, Function

from toolkit.symbols.boxes import Box, Brackets, Glyphs, join, row
from toolkit.symbols.precedence import Binding

# An argument that is computed only if its value is needed, such as a case of IF; it may be an error
# otherwise. The NumPy value calls it.
Lazy = Callable[[], Any]
BINDINGS = {"": None, "factor": Binding.WHOLE} | {each.name.lower(): each for each in Binding}


class Template:
    """Literal characters with arguments among them, written `{name}` or `{name:binding}`.

    Raises KeyError for an unknown argument or binding.
    """

    def __init__(self, text: str, arguments: Sequence[Parameter]) -> None:
        places = {
            argument.name: slice(n, None if argument.kind is Parameter.VAR_POSITIONAL else n + 1)
            for n, argument in enumerate(arguments)
        }
        self._uses: dict[str, tuple[slice, Binding | None]] = {"": (slice(0), None)}
        self._parts: list[tuple[str, str]] = []
        for characters, name, binding, _ in Formatter().parse(text):
            use = "" if name is None else f"{name}:{binding}"
            if name is not None:
                self._uses[use] = places[name], BINDINGS[binding or ""]
            self._parts.append((characters, use))

    def printed(self, args: Sequence[Expr], printer: Any) -> Iterator[tuple[str, list[Any]]]:
        """Pairs of literal characters and what follows them: an argument, all remaining ones, or
        nothing.
        """
        # Each argument is printed once, however often it occurs.
        uses = {
            use: [printer._within(a, least) if least else printer._print(a) for a in args[place]]
            for use, (place, least) in self._uses.items()
        }
        return ((characters, uses[use]) for characters, use in self._parts)


class CellFunction(Function):
    """A SymPy function with a spreadsheet formula, a NumPy value and, optionally, a notation.

    `display` is the template for typeset equations, in which parentheses grow with their content.
    It is also used for plain text unless `plain` is given. Without a template the function is
    printed as a call.

    Raises TypeError if a template names an argument that `compute` or `_source` lacks.
    """

    formula: ClassVar[str] = ""
    display: ClassVar[str] = ""
    plain: ClassVar[str] = ""
    compute: ClassVar[Callable[..., Any]]
    _source: ClassVar[Callable[..., str] | None] = None
    arguments: ClassVar[tuple[Parameter, ...]]
    _templates: ClassVar[dict[str, Template]]

    def __init_subclass__(cls, **named: Any) -> None:
        super().__init_subclass__(**named)
        cls.arguments = tuple(signature(cls._source or cls.compute).parameters.values())
        try:
            texts = (cls.formula, cls.display, cls.plain)
            cls._templates = {text: Template(text, cls.arguments) for text in texts}
        except KeyError as error:
            raise TypeError(f"{cls.__name__} has no argument called {error}") from None

    def _printed(self, template: str, printer: Any) -> Iterator[tuple[str, list[Any]]]:
        return self._templates[template].printed(self.args, printer)

    def _excel(self, printer: Any) -> str:
        parts = self._printed(self.formula, printer)
        return "".join(text + ",".join(printed) for text, printed in parts)

    def _numpycode(self, printer: Any) -> str:
        if self._source:
            return self._source(*map(printer._factor, self.args))
        printed = [printer._print(arg) for arg in self.args]
        for n, argument in enumerate(self.arguments):
            if argument.annotation is Lazy:
                printed[n] = f"lambda: {printed[n]}"
        return str(printer.call(self.compute, printed))

    def _plain(self, printer: Any) -> str:
        template = self.plain or self.display
        if not template:
            return str(printer._print_Function(self))
        parts = self._printed(template, printer)
        return "".join(text + ", ".join(printed) for text, printed in parts)

    def _typeset(self, printer: Any) -> Box:
        if not self.display:
            box: Box = printer._print_Function(self)
            return box
        # The boxes inside each pair of open brackets, the outermost pair first.
        open_: list[list[Box]] = [[]]
        for text, printed in self._printed(self.display, printer):
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


def cell_function(
    formula: str, *, display: str = "", plain: str = ""
) -> Callable[[Callable[..., Any]], Any]:
    """A decorator that turns a Python function into a SymPy function with this formula.

    The SymPy function takes over the name, the docstring and the arguments. Arguments and values
    are numbers, arrays or `cells.Reference`.
    """

    def declaration(compute: Callable[..., Any]) -> Any:
        parameters = signature(compute).parameters.values()
        variable = any(p.kind is Parameter.VAR_POSITIONAL for p in parameters)
        attributes = {
            "nargs": None if variable else len(parameters),
            "formula": formula,
            "display": display,
            "plain": plain,
            "compute": staticmethod(compute),
            "__doc__": compute.__doc__,
            "__module__": compute.__module__,
        }
        return new_class(
            compute.__name__, (CellFunction,), {}, lambda body: body.update(attributes)
        )

    return declaration
