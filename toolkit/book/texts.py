"""Texts as a workbook's XML holds them, and those that it cannot hold."""

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
    """A text as the format's escaped strings hold it, before XML's own escapes: what looks like an
    escape keeps its meaning, and a carriage return, which XML would read as a line feed, its place.
    """
    if "_x" in text:
        text = ESCAPE.sub("_x005F_", text)
    return text.replace("\r", "_x000D_") if "\r" in text else text


def result_text(text: str) -> str:
    """The element text of a formula's result.

    The schema calls this an escaped string as well. But of the programs that show stored results,
    LibreOffice, Gnumeric, pandas and openpyxl, none decodes it, and XlsxWriter does not encode it;
    Excel computes the result anew.
    """
    text = escape(text)
    return text.replace("\r", "&#13;") if "\r" in text else text


def formula_text(formula: str) -> str:
    """A formula's element text, without the `=`.

    The schema calls it an escaped string too, but programs differ in whether they decode it. A text
    in it that looks like an escape is therefore joined from two parts, which every one reads alike.
    """
    return result_text(unambiguous(formula[1:]))


def unambiguous(formula: str) -> str:
    """A formula in which no text in quotes looks like the number of a character."""
    return QUOTED.sub(_joined, formula) if "_x" in formula else formula


def _joined(match: re.Match[str]) -> str:
    """A text of a formula in two or more parts; the names of sheets stay."""
    whole = match[0]
    parts = ESCAPE.sub('_"&"', whole)
    return whole if whole[0] == "'" or parts == whole else f"({parts})"


def check_formula(formula: str) -> None:
    """Raise ToolkitError unless a formula begins with `=` and says something."""
    if len(formula) < 2 or formula[0] != "=":
        raise ToolkitError(f"the formula {formula[:60]!r} does not begin with =; put it before it")


def forbidden(text: str) -> str:
    """What is wrong with a text that no workbook can hold, and the cure; nothing for others."""
    match = FORBIDDEN.search(text)
    if not match:
        return ""
    return (
        f"holds the character U+{ord(match[0]):04X} at position {match.start() + 1}, which no "
        "workbook can hold; remove it"
    )
