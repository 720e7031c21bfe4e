"""The parts of a workbook as they are stored: what every reader relies on and openpyxl forgives."""

import math
import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from lxml import etree
from openpyxl.utils.cell import get_column_letter, range_boundaries

BOOK, RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
OFFICE = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?")
ERROR = re.compile(r"#(NUM!|VALUE!|REF!|NAME\?|DIV/0!|N/A|NULL!)")
ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
COLUMNS = {get_column_letter(number): number for number in range(1, 16_385)}
REFERENCE = re.compile(r"'((?:[^']|'')+)'!(\$?[A-Z]+\$?\d+(?::\$?[A-Z]+\$?\d+)?)")
Stored = float | bool | str | None  # what a cell holds; an error counts as nothing
Elements = dict[str, etree._Element]


@dataclass(frozen=True)
class Parts:
    """The roots of a workbook's parts, and the sheets' cells by name and address."""

    roots: Elements
    sheets: dict[str, dict[str, Stored]]


def parsed(path: Path) -> tuple[Elements, list[str]]:
    """Every part that is XML, and what is wrong with those that cannot be read."""
    roots, faults = {}, []
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        faults += [f"{name}: twice in the file" for name in set(names) if names.count(name) > 1]
        for name in names:
            if name.endswith((".xml", ".rels")):
                try:
                    roots[name] = etree.fromstring(archive.read(name))
                except etree.XMLSyntaxError as error:
                    faults.append(f"{name}: not well-formed: {error}")
    return roots, faults + [fault for name in roots for fault in _targets(name, roots, names)]


def _targets(name: str, roots: Elements, names: list[str]) -> Iterator[str]:
    """The parts that a part of relationships names and the file lacks."""
    if name.endswith(".rels"):
        for relation in roots[name]:
            target = _target(name, str(relation.get("Target")))
            if relation.get("TargetMode") != "External" and target not in names:
                yield f"{name}: {target} is missing"


def _target(rels: str, target: str) -> str:
    folder = posixpath.dirname(posixpath.dirname(rels))
    return posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")


def stored(path: Path) -> tuple[Parts, list[str]]:
    """A workbook's parts, and the faults of its XML and of its cells."""
    roots, faults = parsed(path)
    if faults:
        return Parts(roots, {}), faults
    texts = [text_of(item) for item in roots.get("xl/sharedStrings.xml", ())]
    sheets = {}
    for name, part in sheet_parts(roots).items():
        cells: dict[str, Stored] = {}
        for place, held in _cells(roots[part], texts):
            if isinstance(held, Fault):
                faults.append(f"{name}!{place}: {held}")
            elif place in cells:
                faults.append(f"{name}!{place}: given twice")
            else:
                cells[place] = held
        sheets[name] = cells
    return Parts(roots, sheets), faults


def sheet_parts(roots: Mapping[str, etree._Element]) -> dict[str, str]:
    """The part that holds each sheet, by the sheet's name, in the order of the workbook."""
    targets = {r.get("Id"): _target(RELATIONS, str(r.get("Target"))) for r in roots[RELATIONS]}
    sheets = roots[BOOK].iterfind("{*}sheets/{*}sheet")
    return {str(sheet.get("name")): targets[sheet.get(f"{OFFICE}id")] for sheet in sheets}


def text_of(item: etree._Element) -> str:
    """What a shared or an inline string says, its runs joined."""
    return decoded("".join(t.text or "" for t in item.iter("{*}t")))


class Fault(str):
    """What is wrong with a cell, in the place of its value."""


def _cells(root: etree._Element, texts: list[str]) -> Iterator[tuple[str, Stored | Fault]]:
    """The address and the value of every cell in the order of the file."""
    above = 0
    for row in root.iterfind("{*}sheetData/{*}row"):
        name, left = str(row.get("r")), 0
        if int(name) <= above:
            yield f"row {name}", Fault(f"after row {above}")
        above = int(name)
        for cell in row:
            place = str(cell.get("r"))
            letters = place.removesuffix(name)
            if letters not in COLUMNS or place == letters:
                yield place, Fault(f"in row {name}")
                continue
            if COLUMNS[letters] <= left:
                yield place, Fault("not right of the cell before it")
            left = COLUMNS[letters]
            yield place, _value(cell, texts)


def _value(cell: etree._Element, texts: list[str]) -> Stored | Fault:
    kind = cell.get("t", "n")
    held = {str(child.tag).rpartition("}")[2]: child.text or "" for child in cell}
    text, computed = held.get("v"), "f" in held
    if text is None:
        return Fault("a formula without a value") if computed else None
    if kind == "n" and NUMBER.fullmatch(text) and math.isfinite(float(text)):
        return float(text)
    if kind == "b" and text in ("0", "1"):
        return text == "1"
    if kind == "str" and computed:
        return text
    if kind == "s" and text.isdecimal() and int(text) < len(texts) and not computed:
        return texts[int(text)]
    if kind == "e" and ERROR.fullmatch(text):
        return None
    return Fault(f"holds {text[:40]!r} as type {kind!r}")


def decoded(text: str) -> str:
    """What an escaped string of the format says."""
    return ESCAPED.sub(lambda actual: chr(int(actual[1], 16)), text)


def cache_faults(parts: Parts) -> Iterator[str]:
    """Where a chart's stored points are not what the cells say that they are taken from."""
    for name, root in parts.roots.items():
        if re.fullmatch(r"xl/charts/chart\d+\.xml", name):
            for reference in root.iter("{*}numRef", "{*}strRef"):
                address = str(reference.findtext("{*}f"))
                yield from (f"{name}: {address}: {f}" for f in _cache(reference, address, parts))


def _cache(reference: etree._Element, address: str, parts: Parts) -> Iterator[str]:
    actual = REFERENCE.fullmatch(address)
    sheet = actual[1].replace("''", "'") if actual else ""
    if not actual or sheet not in parts.sheets:
        yield "no range of a sheet in this workbook"
        return
    numbers = etree.QName(reference).localname == "numRef"
    cache = reference.find("{*}numCache" if numbers else "{*}strCache")
    if cache is None:
        yield "no stored points"
        return
    expected = [parts.sheets[sheet].get(place) for place in _places(actual[2])]
    count = cache.find("{*}ptCount")
    if count is None or count.get("val") != str(len(expected)):
        yield f"{count is not None and count.get('val')} points counted, {len(expected)} cells"
    points = [(int(str(p.get("idx"))), p.findtext("{*}v") or "") for p in cache.iter("{*}pt")]
    if [n for n, _ in points] != sorted({n for n, _ in points}):
        yield "points out of order"
    if any(n >= len(expected) for n, _ in points):
        yield "more points than cells"
    held = dict(points)
    for n, value in enumerate(expected):
        if not _same(value, held.get(n), numbers):
            yield f"point {n} is {held.get(n)!r}, the cell holds {value!r}"
            return  # one says enough


def _places(area: str) -> list[str]:
    left, top, right, bottom = range_boundaries(area)
    letters = [get_column_letter(n) for n in range(left, right + 1)]
    return [f"{letter}{row}" for row in range(top, bottom + 1) for letter in letters]


def _same(value: Stored, point: str | None, numbers: bool) -> bool:
    """Whether a stored point says what a cell holds; blanks and errors have none, nor have texts
    among numbers.
    """
    if value is None or (numbers and isinstance(value, str)):
        return point is None
    if point is None:
        return False
    if isinstance(value, str):
        return decoded(point) == value
    if isinstance(value, bool) and not numbers:
        return point == str(value).upper()
    # openpyxl writes the numbers of charts with 16 digits.
    expected = float(f"{value:.16g}") if numbers else value
    return NUMBER.fullmatch(point) is not None and float(point) == expected
