"""The rules for class names, which a cell must hold and spreadsheets must be able to count."""

import re

LONGEST_NAME = 30
# COUNTIFS interprets * ? ~ = < > as operators, and text such as 1.0, 1/2 or TRUE as values.
COUNTABLE = re.compile(r"0|[1-9][0-9]{0,8}|(?!(?:true|false)$)[^\W\d_][^*?~]*", re.IGNORECASE)


def printable(name: str) -> bool:
    """Whether a name has 1 to LONGEST_NAME characters, all of them printable."""
    return 0 < len(name) <= LONGEST_NAME and name.isprintable()


def countable(name: str) -> bool:
    """Whether COUNTIFS matches a name literally."""
    return COUNTABLE.fullmatch(name) is not None
