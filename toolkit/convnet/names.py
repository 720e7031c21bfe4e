"""What a class may be called: a name that one cell can hold and that spreadsheets can count."""

import re

LONGEST_NAME = 30
# COUNTIFS takes * ? ~ = < > for operators, and reads numbers, dates and TRUE from text.
COUNTABLE = re.compile(r"0|[1-9][0-9]{0,8}|(?!(?:true|false)$)[^\W\d_][^*?~]*", re.IGNORECASE)


def printable(name: str) -> bool:
    """Whether a name has 1 to LONGEST_NAME characters, all of them printable."""
    return 0 < len(name) <= LONGEST_NAME and name.isprintable()


def countable(name: str) -> bool:
    """Whether spreadsheets count a name by its text alone."""
    return COUNTABLE.fullmatch(name) is not None
