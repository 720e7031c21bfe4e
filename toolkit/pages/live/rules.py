"""What may be typed into the numbers of a network's sheets."""

from collections.abc import Sequence

from toolkit.book.address import Area
from toolkit.book.sheet import Validation
from toolkit.convnet.stages import Stage

EDITABLE = "Yellow cells are yours to change."


def editable(stage: Stage) -> str:
    """A sentence for the sheet of a stage that has numbers to change, else nothing."""
    has = stage.norm or stage.bias is not None or stage.kernel.size
    return f" {EDITABLE}" if has else ""


def number(title: str, areas: Sequence[Area]) -> Validation:
    """Any number in every cell of these areas."""
    return _validation(title, areas, "A number.", least=None)


def at_least_0(title: str, areas: Sequence[Area]) -> Validation:
    """A number that is not negative."""
    return _validation(title, areas, "A number: positive or 0.", least=0)


def _validation(title: str, areas: Sequence[Area], words: str, least: float | None) -> Validation:
    area, *further = (each.on("") for each in areas)
    return Validation(
        row=area.row,
        column=area.column,
        last_row=area.last_row,
        last_column=area.last_column,
        kind="number",
        title=title,
        message=words,
        least=least,
        further=tuple(further),
    )


def normalizing(mean: Area, deviation: Area) -> tuple[Validation, ...]:
    """Of the mean and the standard deviation of all pixels."""
    positive = Validation(
        row=deviation.row,
        column=deviation.column,
        last_row=deviation.row,
        kind="positive",
        title="Standard deviation",
        message="A number above 0.",
    )
    return number("Mean", [mean]), positive
