"""Published values of a lesson, for comparison with the computed ones."""

from decimal import Decimal, InvalidOperation
from math import isfinite
from typing import Annotated, NamedTuple

from pydantic import Field, PlainValidator

from toolkit.files import templates

MOST_PRINTED_DECIMALS = 30


class Figure(NamedTuple):
    """A published value: its quantity, the number of epochs before it, and its digits."""

    quantity: str
    epoch: int
    printed: str

    @property
    def decimals(self) -> int:
        """The number of digits after the decimal point."""
        return max(0, -int(Decimal(self.printed).as_tuple().exponent))


def _figure(item: object) -> Figure:
    """Validate a published value; a template gives it as text, so that zeros at its end remain."""
    match item:
        case [str(quantity), int(epoch), str(printed)] if not isinstance(epoch, bool):
            pass
        case _:
            raise ValueError(
                'must be [quantity, epoch, "value as printed"], such as ["E_total", 1, "0.2910"]'
            )
    if epoch < 0:
        raise ValueError(f"epoch {epoch}: must be 0 (the start) or more")
    figure = Figure(quantity, epoch, printed)
    if not _is_number(printed) or figure.decimals > MOST_PRINTED_DECIMALS:
        raise ValueError(
            f"value {templates.brief(repr(printed))}: must be a number as printed, in quotes and "
            f'of at most {MOST_PRINTED_DECIMALS} decimals, such as "0.2910"'
        )
    return figure


def _is_number(text: str) -> bool:
    try:
        return Decimal(text).is_finite() and isfinite(float(text))
    except (InvalidOperation, ValueError):
        return False


class Published(templates.Part):
    """The published values of a lesson: their source, their learning rate, and a note on them."""

    source: templates.Title
    learning_rate: Annotated[float, Field(gt=0)]
    figures: Annotated[
        templates.Array[Annotated[Figure, PlainValidator(_figure)]], Field(min_length=1)
    ]
    note: templates.Title | None = None
