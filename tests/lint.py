"""What the schema does not see and Excel does not forgive."""

import re
import zipfile
from pathlib import Path

from lxml import etree
from openpyxl import load_workbook
from openpyxl.formula.tokenizer import Token, Tokenizer
from openpyxl.worksheet.datavalidation import DataValidation

from tests.parts import cache_faults, stored

VOLATILE = re.compile(r"\b(RAND|RANDBETWEEN|NOW|TODAY|OFFSET|INDIRECT|CELL|INFO)\(")
ABSENT = re.compile(r"\b(LET|LAMBDA|MAP|REDUCE|SCAN|SEQUENCE|FILTER|XLOOKUP|VSTACK|HSTACK)\(")
XDR = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}"
DECORATIVE = "{http://schemas.microsoft.com/office/drawing/2017/decorative}decorative"
ERRORS = re.compile(r"#(NUM!|VALUE!|REF!|NAME\?|DIV/0!|N/A)")


def faults(path: Path) -> list[str]:
    """One line for each fault of a workbook; where its parts cannot be read, for these alone."""
    parts, damaged = stored(path)
    if damaged:
        return damaged
    formulas, values = load_workbook(path), load_workbook(path, data_only=True)
    found = list(cache_faults(parts))
    for sheet in formulas:
        if len(sheet.title) > 31 or re.search(r"[\[\]:*?/\\]", sheet.title):
            found.append(f"sheet name {sheet.title!r}")
        merged = list(sheet.merged_cells.ranges)
        found += [
            f"{sheet.title}: {a} overlaps {b}"
            for i, a in enumerate(merged)
            for b in merged[i + 1 :]
            if not a.isdisjoint(b)
        ]
        for rule in sheet.data_validations.dataValidation:
            found += [f"{sheet.title}!{rule.sqref}: {fault}" for fault in _validation(rule)]
        found += [
            f"{sheet.title}: row {row} higher than 409.5 points"
            for row, dimension in sheet.row_dimensions.items()
            if (dimension.height or 0) > 409.5
        ]
        cached = values[sheet.title]
        for row in sheet:
            for cell in row:
                found += _cell(sheet.title, cell.coordinate, cell.value)
                value = cached[cell.coordinate].value
                if isinstance(value, str) and ERRORS.match(value):
                    found.append(f"{sheet.title}!{cell.coordinate}: {value}")
    names = [sheet.title.lower() for sheet in formulas]
    found += _drawings(path)
    return found + [f"two sheets named {n!r}" for n in {n for n in names if names.count(n) > 1}]


def _cell(sheet: str, place: str, value: object) -> list[str]:
    if not isinstance(value, str):
        return []
    if not value.startswith("="):
        return [f"{sheet}!{place}: text of {len(value)} characters"] * (len(value) > 32_767)
    wrong = [f"{what} function" for what, pattern in
             (("volatile", VOLATILE), ("absent", ABSENT)) if pattern.search(value)]  # fmt: skip
    if len(value) > 8192:
        wrong.append("formula over 8,192 characters")
    if max(map(len, re.findall(r'"[^"]*"', value)), default=0) > 257:
        wrong.append("text of over 255 characters in the formula")
    if value.count(",") >= 255 or value.count("(") > 64:
        wrong += _brackets(value)
    if value.count("(") != value.count(")"):
        wrong.append("unbalanced parentheses")
    if "\x01" in value or "\x02" in value:
        wrong.append("row marker left in the formula")
    return [f"{sheet}!{place}: {fault}" for fault in wrong]


def _brackets(formula: str) -> list[str]:
    """What lies too deep, and what has too many arguments."""
    commas, deepest, most = [0], 0, 0
    for token in Tokenizer(formula).items:
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
    found = []
    if rule.type == "list" and len(rule.formula1.strip('"')) > 255:
        found.append("a list of over 255 characters")
    for what, text, most in (
        ("prompt title", rule.promptTitle, 32), ("prompt", rule.prompt, 255),
        ("error title", rule.errorTitle, 32), ("error message", rule.error, 255),
    ):  # fmt: skip
        if len(text or "") > most:
            found.append(f"{what} of over {most} characters")
    return found


def _drawings(path: Path) -> list[str]:
    """What nobody describes to a reader who does not see it, and numbers given twice."""
    found = []
    with zipfile.ZipFile(path) as archive:
        for part in archive.namelist():
            if re.fullmatch(r"xl/drawings/drawing\d+\.xml", part):
                shapes = list(etree.fromstring(archive.read(part)).iter(f"{XDR}cNvPr"))
                found += [
                    f"{part}: {shape.get('name')} has no alternative text"
                    for shape in shapes
                    if not shape.get("descr") and shape.find(f".//{DECORATIVE}") is None
                ]
                if len({shape.get("id") for shape in shapes}) < len(shapes):
                    found.append(f"{part}: two shapes of one number")
    return found
