"""Numbers as the digits that a cell stores."""

from collections.abc import Sequence

from pydantic_core import to_json


def digits(values: Sequence[float]) -> list[str]:
    """`repr` of each of `values`, finite numbers, in about a third of the time.

    Both print the fewest digits that read back as the same number. They differ only in where they
    begin to write an exponent, so the numbers near those limits are left to `repr`.
    """
    text = to_json(values).decode()
    printed = text[1:-1].split(",") if values else []
    if not _near_the_limits(text):
        return printed
    pairs = zip(printed, values, strict=True)
    return [repr(value) if _near_the_limits(short) else short for short, value in pairs]


def _near_the_limits(text: str) -> bool:
    """Whether `text` holds an exponent, or zeros for which Python would write one."""
    return "e" in text or "0.0000" in text
