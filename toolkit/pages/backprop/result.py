"""The result of a lesson at an epoch that the reader chooses: a fitted curve, or the answers.

Which of the two a lesson has follows from its structure: one input and one output that is no share
give a curve, and targets of 0 and 1 give answers that are right or wrong.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from sympy import Expr, Integer, Symbol

from toolkit.book.address import Area
from toolkit.book.known import Known, at
from toolkit.book.page import PageBuilder
from toolkit.book.sheet import Validation
from toolkit.book.tables import Cell, Table
from toolkit.network.forward import Role
from toolkit.pages.backprop.layout import PARAMETERS, RESULT, START, LessonLayout
from toolkit.symbols.bounds import held, number_of
from toolkit.symbols.equation import quantity
from toolkit.symbols.lookups import element

EPOCH_PLACE = (4, 2)
HEADING_ROW = 7
MOST_SAMPLES = 12  # rows in the first view
CHOSEN = quantity("the chosen epoch")
TITLE = "Result: what the network has learned"


@dataclass
class ResultPage(PageBuilder):
    """The sheet under construction; `by_sheet` are the tables of the epochs by their sheets."""

    run: LessonLayout
    by_sheet: Mapping[str, Table] = field(kw_only=True)

    def begin(self, question: str) -> None:
        """Write the title, the question and the yellow cell with the epoch."""
        last = self.run.trace.epochs
        self.cells |= {
            (1, 1): Cell(TITLE, "title"),
            (1, 9): Cell(START, "link", link=START),
            (2, 1): Cell(question),
            (2, 9): Cell(PARAMETERS, "link", link=PARAMETERS),
            (4, 1): Cell("epoch", "symbol"),
            EPOCH_PLACE: Cell(last, "input count"),
            (4, 3): Cell(f"Change it: 0 is before training, {last} the last epoch.", "note"),
        }
        self.question, self.finding = (2, 1), (3, 1)
        self.controls = [Area.of(*EPOCH_PLACE)]
        self.heights = {1: 26.0}
        self.tab = "009E73"
        self.validations.append(
            Validation(
                *EPOCH_PLACE,
                EPOCH_PLACE[0],
                "whole",
                "Epoch",
                f"A whole number from 0 to {last}.",
                least=0,
                most=last,
            )
        )

    @property
    def chosen(self) -> Known:
        """The cell of the chosen epoch."""
        return at(RESULT, *EPOCH_PLACE, self.cells[EPOCH_PLACE].value)

    @property
    def place(self) -> Expr:
        """The position of the chosen epoch in a column, for any content of its cell."""
        return held(number_of(CHOSEN), Integer(0), Integer(self.run.trace.epochs)) + 1

    def epochs(self, symbol: Symbol, by_sheet: Mapping[str, Table] | None = None) -> Known:
        """The column of a quantity in the tables at the selected learning rate."""
        for sheet, table in (by_sheet or self.by_sheet).items():
            headings = [column.heading for column in table.columns]
            if symbol.name in headings:
                return table.known(sheet, headings.index(symbol.name))
        raise KeyError(symbol.name)

    def at_epoch(self, place: tuple[int, int], values: Known, style: str, epoch: int = -1) -> Known:
        """Write the value of a column at the chosen epoch, or at a fixed one from 0 on."""
        if epoch >= 0:
            return self.compute(place, element(COLUMN, epoch + 1), {COLUMN: values}, style)
        known = {COLUMN: values, CHOSEN: self.chosen}
        return self.compute(place, element(COLUMN, self.place), known, style)


COLUMN = quantity("column")


def samples(run: LessonLayout) -> range:
    """The numbers of the samples."""
    return range(1, len(run.lesson.samples.inputs) + 1)


def of_sample(run: LessonLayout, sample: int) -> tuple[list[Symbol], list[Symbol], list[Symbol]]:
    """The inputs, the targets and the outputs of a sample."""
    layers, derived = run.lesson.network.layers, run.derived
    inputs, width = layers[0], layers[-1]
    outputs = [
        derived.quantities[Role("activation", len(layers) - 1, n, sample)]
        for n in range(1, width + 1)
    ]
    return (
        list(derived.inputs[(sample - 1) * inputs : sample * inputs]),
        list(derived.targets[(sample - 1) * width : sample * width]),
        outputs,
    )


def label(run: LessonLayout, sample: int) -> str:
    """The name that the lesson gives to a sample, or its number."""
    labels = run.lesson.samples.labels
    return labels[sample - 1] if labels else f"sample {sample}"


def fits(run: LessonLayout) -> bool:
    """Whether the rows of all samples fit the sheet."""
    return 1 < len(run.lesson.samples.inputs) <= MOST_SAMPLES


def total_of(symbols: Sequence[Symbol], of_one: Callable[[Symbol], Expr]) -> Expr:
    """The sum of an expression over several cells."""
    return sum((of_one(symbol) for symbol in symbols), Integer(0))
