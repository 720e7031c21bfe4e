"""The one exception that a user is meant to see."""

SHOWN = 60  # characters of a wrong value that an error repeats


class ToolkitError(ValueError):
    """Something the user can put right; the message names what, where and the cure, in one line."""


def brief(value: object) -> str:
    """A value as an error shows it: no longer than a reader wants."""
    text = str(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}..."
