"""The formulas and values of a workbook, straight from its XML, in one reading of its parts."""

import zipfile
from pathlib import Path

from lxml import etree

from tests.parts import BOOK, RELATIONS, sheet_parts, text_of

SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
FORMULA, INLINE, VALUE = f"{SHEET}f", f"{SHEET}is", f"{SHEET}v"
STRINGS = "xl/sharedStrings.xml"
Cells = dict[str, dict[str, object]]
Scalar = float | bool | str


def read(book: Path) -> tuple[Cells, Cells]:
    """The formulas, each with its "=", and the values of every sheet, by the cells' places."""
    formulas: Cells = {}
    values: Cells = {}
    with zipfile.ZipFile(book) as archive:
        names = [BOOK, RELATIONS, *({STRINGS} & set(archive.namelist()))]
        roots = {name: etree.fromstring(archive.read(name)) for name in names}
        texts = [text_of(item) for item in roots.get(STRINGS, ())]
        for name, part in sheet_parts(roots).items():
            formulas[name], values[name] = {}, {}
            for cell in etree.fromstring(archive.read(part)).iter(f"{SHEET}c"):
                place = str(cell.get("r"))
                held = {child.tag: child.text for child in cell}  # find takes four times as long
                if FORMULA in held:
                    formulas[name][place] = f"={held[FORMULA]}"
                if INLINE in held:
                    values[name][place] = text_of(cell)
                elif VALUE in held:
                    value = _value(cell.get("t"), held[VALUE] or "", texts)
                    values[name][place] = value
    return formulas, values


def _value(kind: str | None, text: str, texts: list[str]) -> Scalar:
    if kind == "s":
        return texts[int(text)]
    if kind == "b":
        return text == "1"
    if kind in ("str", "e") or not text:
        return text
    return float(text) if "." in text or "e" in text.lower() else int(text)
