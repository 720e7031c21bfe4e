"""What the schema does not see and Excel does not forgive."""

import re
from pathlib import Path

from openpyxl import load_workbook

VOLATILE = re.compile(r"\b(RAND|RANDBETWEEN|NOW|TODAY|OFFSET|INDIRECT|CELL|INFO)\(")
ABSENT = re.compile(r"\b(LET|LAMBDA|MAP|REDUCE|SCAN|SEQUENCE|FILTER|XLOOKUP|VSTACK|HSTACK)\(")
ERRORS = re.compile(r"#(NUM!|VALUE!|REF!|NAME\?|DIV/0!|N/A)")


def faults(path: Path) -> list[str]:
    """One line for each fault of a workbook."""
    formulas, values = load_workbook(path), load_workbook(path, data_only=True)
    found = []
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
        for row in sheet:
            for cell in row:
                found += _cell(sheet.title, cell.coordinate, cell.value)
                value = values[sheet.title][cell.coordinate].value
                if isinstance(value, str) and ERRORS.match(value):
                    found.append(f"{sheet.title}!{cell.coordinate}: {value}")
    names = [sheet.title.lower() for sheet in formulas]
    return found + [f"two sheets named {n!r}" for n in {n for n in names if names.count(n) > 1}]


def _cell(sheet: str, place: str, value: object) -> list[str]:
    if not isinstance(value, str) or not value.startswith("="):
        return []
    wrong = [f"{what} function" for what, pattern in
             (("volatile", VOLATILE), ("absent", ABSENT)) if pattern.search(value)]  # fmt: skip
    if len(value) > 8192:
        wrong.append("formula over 8,192 characters")
    if value.count("(") != value.count(")"):
        wrong.append("unbalanced parentheses")
    if "\x01" in value or "\x02" in value:
        wrong.append("row marker left in the formula")
    return [f"{sheet}!{place}: {fault}" for fault in wrong]
