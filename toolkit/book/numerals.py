"""The decimal digits of numbers, as cells store them."""

from collections.abc import Sequence

from pydantic_core import to_json


def digits(values: Sequence[float]) -> list[str]:
    """The `repr` of each of the finite numbers `values`, in about a third of the time.

    Both functions print the fewest digits that identify a number. They differ only in the size at
    which they switch to an exponent, so `repr` is called for numbers near those limits.
    """
    text = to_json(values).decode()
    printed = text[1:-1].split(",") if values else []
    if not _near_the_limits(text):
        return printed
    pairs = zip(printed, values, strict=True)
    return [repr(value) if _near_the_limits(short) else short for short, value in pairs]


def _near_the_limits(text: str) -> bool:
    """Whether `text` has an exponent, or so many zeros that Python would write one."""
    return "e" in text or "0.0000" in text
