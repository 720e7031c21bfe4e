"""The exception that reports errors to users."""

LONGEST_QUOTE = 60  # characters of an invalid value that an error quotes


class ToolkitError(ValueError):
    """An error that the user can correct; its one-line message names file, key and cure."""


def brief(value: object) -> str:
    """The text of a value for an error message, shortened if it is long."""
    text = str(value)
    return text if len(text) <= LONGEST_QUOTE else f"{text[:LONGEST_QUOTE]}..."
