"""What may be typed into the numbers of a network's sheets."""

from collections.abc import Iterator

from toolkit.book.address import Area
from toolkit.book.sheet import Validation
from toolkit.convnet.stages import Stage
from toolkit.pages.live.layout import FIRST_ROW

EDITABLE = "Numbers in blue ink may be changed."


def editable(stage: Stage) -> str:
    """A sentence for the sheet of a stage that has numbers to change, else nothing."""
    has = stage.norm or stage.bias is not None or stage.kernel.size
    return f" {EDITABLE}" if has else ""


def number(title: str, area: Area) -> Validation:
    """Any number in every cell of an area."""
    return _validation(title, area, "A number.", least=None)


def at_least_0(title: str, area: Area) -> Validation:
    """A number that is not negative."""
    return _validation(title, area, "A number: positive or 0.", least=0)


def _validation(title: str, area: Area, words: str, least: float | None) -> Validation:
    return Validation(
        row=area.row,
        column=area.column,
        last_row=area.last_row,
        last_column=area.last_column,
        kind="number",
        title=title,
        message=words,
        least=least,
    )


def normalizing(column: int) -> tuple[Validation, ...]:
    """Of the mean and the deviation of all pixels, in rows 4 and 5 of a column."""
    words = "A number above 0."
    deviation = Validation(
        row=5, column=column, last_row=5, kind="positive", title="Deviation", message=words
    )
    return number("Mean", Area.of(4, column)), deviation


def of_maps(stage: Stage, numbers: int, kernels: int) -> Iterator[Validation]:
    """Beside maps: of the columns of numbers, and of the kernels from column `kernels` on."""
    count, step = stage.output[0], stage.size + (stage.size > 1)
    last = FIRST_ROW + (count - 1) * step
    if stage.norm:
        yield at_least_0("Batch norm's ε", Area.of(FIRST_ROW - 3, numbers))
        yield number("Batch norm's γ, β, μ", Area(FIRST_ROW, numbers, last, numbers + 2))
        yield at_least_0("Batch norm's σ²", Area(FIRST_ROW, numbers + 3, last, numbers + 3))
    if stage.bias is not None:
        yield number("Bias", Area(FIRST_ROW, numbers + 6, last, numbers + 6))
    if stage.kernel.size:
        ends = last + stage.size - 1, kernels + (stage.input[0] - 1) * step + stage.size - 1
        yield number("Kernels", Area(FIRST_ROW, kernels, *ends))


def of_numbers(stage: Stage, row: int, scale: int, weights: Area | None) -> Iterator[Validation]:
    """Of a stage of single numbers from a row on: batch norm's scale and shift, and the weights,
    their biases left of the scale.
    """
    last = row + stage.output[0] - 1
    if stage.norm:
        yield number("Batch norm's s, t", Area(row, scale, last, scale + 1))
    if weights:
        yield number("Bias", Area(row, scale - 1, last, scale - 1))
        yield number("Weights", weights)
