"""The value of a cell as XML."""

from collections.abc import Callable

from toolkit.book.texts import result_text
from toolkit.book.values import Value, is_number

ERROR = "#NUM!"


def content(value: Value, computed: bool, text: Callable[[str], int]) -> tuple[str, str]:
    """The type attribute of a cell and the XML element of its value.

    `computed` values are the results of formulas. Other texts are shared strings: each is stored
    once in the workbook, under the number that `text` returns. A number that is not finite is
    written as an error, since readers fail on nan and inf.
    """
    if value is None and not computed:
        return "", ""
    if isinstance(value, str):
        if computed:
            return ' t="str"', f"<v>{result_text(value)}</v>"
        return ' t="s"', f"<v>{text(value)}</v>"
    if isinstance(value, bool):
        return ' t="b"', f"<v>{int(value)}</v>"
    if not is_number(value):
        return ' t="e"', f"<v>{ERROR}</v>"
    return "", f"<v>{value!r}</v>"
