"""What the schema does not see and Excel does not forgive."""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from lxml import etree
from openpyxl.formula.tokenizer import Token, Tokenizer
from openpyxl.worksheet.cell_range import CellRange
from openpyxl.worksheet.datavalidation import DataValidation

from tests.parts import BOOK, ERROR, Stored, cache_faults, sheet_parts, stored

VOLATILE = re.compile(r"\b(RAND|RANDBETWEEN|NOW|TODAY|OFFSET|INDIRECT|CELL|INFO)\(")
ABSENT = re.compile(r"\b(LET|LAMBDA|MAP|REDUCE|SCAN|SEQUENCE|FILTER|XLOOKUP|VSTACK|HSTACK)\(")
XDR = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}"
DECORATIVE = "{http://schemas.microsoft.com/office/drawing/2017/decorative}decorative"


def faults(path: Path) -> list[str]:
    """One line for each fault of a workbook; where its parts cannot be read, for these alone."""
    parts, damaged = stored(path)
    if damaged:
        return damaged
    book = parts.roots[BOOK]
    names = [str(sheet.get("name")).lower() for sheet in book.iterfind("{*}sheets/{*}sheet")]
    actual = [f"two sheets named {name!r}" for name in {n for n in names if names.count(n) > 1}]
    actual += cache_faults(parts)
    for name, part in sheet_parts(parts.roots).items():
        if len(name) > 31 or re.search(r"[\[\]:*?/\\]", name):
            actual.append(f"sheet name {name!r}")
        actual += [f"{name}{fault}" for fault in _sheet(parts.roots[part], parts.sheets[name])]
    return actual + _drawings(path)


def _sheet(root: etree._Element, cells: dict[str, Stored]) -> Iterator[str]:
    """The faults of one sheet, each after its address."""
    merged = [CellRange(m.get("ref")) for m in root.iterfind("{*}mergeCells/{*}mergeCell")]
    for i, one in enumerate(merged):
        yield from (f": {one} overlaps {b}" for b in merged[i + 1 :] if not one.isdisjoint(b))
    for element in root.iterfind("{*}dataValidations/{*}dataValidation"):
        rule = DataValidation.from_tree(element)
        yield from (f"!{rule.sqref}: {fault}" for fault in _validation(rule))
    for row in root.iterfind("{*}sheetData/{*}row"):
        if float(row.get("ht", 0)) > 409.5:
            yield f": row {row.get('r')} higher than 409.5 points"
        for cell in row:
            place, formula = str(cell.get("r")), cell.findtext("{*}f")
            value = cells[place]
            if formula is not None:
                yield from (f"!{place}: {fault}" for fault in formula_faults(formula))
            elif isinstance(value, str) and len(value) > 32_767:
                yield f"!{place}: text of {len(value)} characters"
            shown = cell.findtext("{*}v") if cell.get("t") == "e" else value
            if isinstance(shown, str) and ERROR.match(shown):  # also one that is stored as a text
                yield f"!{place}: {shown}"


def formula_faults(value: str) -> list[str]:
    """What is wrong with a formula, given without its equals sign."""
    wrong = [
        f"{what} function"
        for what, pattern in (("volatile", VOLATILE), ("absent", ABSENT))
        if pattern.search(value)
    ]
    if len(value) > 8191:  # and the equals sign, which is not stored
        wrong.append("formula over 8,192 characters")
    if max(map(len, re.findall(r'"[^"]*"', value)), default=0) > 257:
        wrong.append("text of over 255 characters in the formula")
    if value.count(",") >= 255 or value.count("(") > 64:
        wrong += _brackets(value)
    if value.count("(") != value.count(")"):
        wrong.append("unbalanced parentheses")
    if "\x01" in value or "\x02" in value:
        wrong.append("row marker left in the formula")
    return wrong


def _brackets(formula: str) -> list[str]:
    """What lies too deep, and what has too many arguments."""
    commas, deepest, most = [0], 0, 0
    for token in Tokenizer("=" + formula).items:
        if token.subtype == Token.OPEN:
            commas.append(0)
            deepest = max(deepest, len(commas) - 1)
        elif token.subtype == Token.ARG:
            commas[-1] += 1
            most = max(most, commas[-1] + 1)
        elif token.subtype == Token.CLOSE:
            commas.pop()
    return ["over 64 levels"] * (deepest > 64) + ["over 255 arguments"] * (most > 255)


def _validation(rule: DataValidation) -> list[str]:
    actual = []
    if rule.type == "list" and len(rule.formula1.strip('"')) > 255:
        actual.append("a list of over 255 characters")
    for what, text, most in (
        ("prompt title", rule.promptTitle, 32),
        ("prompt", rule.prompt, 255),
        ("error title", rule.errorTitle, 32),
        ("error message", rule.error, 255),
    ):
        if len(text or "") > most:
            actual.append(f"{what} of over {most} characters")
    return actual


def _drawings(path: Path) -> list[str]:
    """What nobody describes to a reader who does not see it, and numbers given twice."""
    actual = []
    with zipfile.ZipFile(path) as archive:
        for part in archive.namelist():
            if re.fullmatch(r"xl/drawings/drawing\d+\.xml", part):
                shapes = list(etree.fromstring(archive.read(part)).iter(f"{XDR}cNvPr"))
                actual += [
                    f"{part}: {shape.get('name')} has no alternative text"
                    for shape in shapes
                    if not shape.get("descr") and shape.find(f".//{DECORATIVE}") is None
                ]
                if len({shape.get("id") for shape in shapes}) < len(shapes):
                    actual.append(f"{part}: two shapes of one number")
    return actual
