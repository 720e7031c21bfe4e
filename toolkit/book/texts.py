"""The encoding of texts in the XML of a workbook, and the texts that a workbook cannot contain."""

import re
from xml.sax.saxutils import escape

from toolkit.files.errors import ToolkitError

# XML 1.0, production 2: no other control characters, no halves of surrogate pairs, no U+FFFE/FFFF.
FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# What SpreadsheetML reads as the number of a character: ECMA-376, part 1, 22.9.2.19 (ST_Xstring),
# and Microsoft's notes on it, MS-OI29500, 2.1.1747. Neighbours share an underscore.
ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
QUOTED = re.compile("""'(?:[^']|'')*'|"(?:[^"]|"")*\"""")


def xstring(text: str) -> str:
    """The escaped form of a text, before XML's own escapes.

    It preserves texts that look like an escape, and carriage returns, which XML would read as line
    feeds.
    """
    if "_x" in text:
        text = ESCAPE.sub("_x005F_", text)
    return text.replace("\r", "_x000D_") if "\r" in text else text


def result_text(text: str) -> str:
    """The XML text of a formula's result.

    By the schema this is an escaped string as well. However, of the programs that show stored
    results, LibreOffice, Gnumeric, pandas and openpyxl do not decode it, and XlsxWriter does not
    encode it; Excel computes the result again.
    """
    text = escape(text)
    return text.replace("\r", "&#13;") if "\r" in text else text


def formula_text(formula: str) -> str:
    """The XML text of a formula, without the `=`.

    By the schema this is an escaped string as well, but programs differ in whether they decode it.
    A quoted text that looks like an escape is therefore split into two parts that are joined by &,
    which all programs read alike.
    """
    return result_text(unambiguous(formula[1:]))


def unambiguous(formula: str) -> str:
    """The formula, with quoted texts split if they look like an escaped character."""
    return QUOTED.sub(_joined, formula) if "_x" in formula else formula


def _joined(match: re.Match[str]) -> str:
    """A quoted text in two or more parts; names of sheets are left unchanged."""
    whole = match[0]
    parts = ESCAPE.sub('_"&"', whole)
    return whole if whole[0] == "'" or parts == whole else f"({parts})"


def check_formula(formula: str) -> None:
    """Raise ToolkitError unless a formula begins with `=` and is not empty."""
    if len(formula) < 2 or formula[0] != "=":
        raise ToolkitError(f"the formula {formula[:60]!r} does not begin with =; put it before it")


def forbidden(text: str) -> str:
    """A message about the invalid characters in a text, with the cure; empty for valid texts."""
    match = FORBIDDEN.search(text)
    if not match:
        return ""
    return (
        f"holds the character U+{ord(match[0]):04X} at position {match.start() + 1}, which no "
        "workbook can hold; remove it"
    )
