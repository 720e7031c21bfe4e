"""Recalculate workbooks with IronCalc, an engine that shares no code with LibreOffice.

It takes numbers less than 2.2e-16 apart for equal (0.9.1), where Excel and LibreOffice compare
digits: what hangs on such a comparison it may answer otherwise. No lesson has such numbers.
"""

import re
import zipfile
from pathlib import Path

import ironcalc
from openpyxl.utils.cell import coordinate_to_tuple

from tests.recalculation import Cells

CACHED = re.compile(rb"(</f><v>)[^<]*(</v>)")


def without_values(book: Path, out: Path) -> int:
    """Copy a workbook with a 0 in place of every formula's value; returns how many these are."""
    count = 0
    with zipfile.ZipFile(book) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name.startswith("xl/worksheets/sheet"):
                content, planted = CACHED.subn(rb"\g<1>0\g<2>", content)
                count += planted
            new.writestr(name, content)
    return count


def values(book: Path, places: Cells, *, compute: bool = True) -> Cells:
    """What IronCalc finds in these places (of sheets in the workbook's order)."""
    model = ironcalc.load_from_xlsx(str(book))
    if compute:
        model.evaluate()
    return {
        sheet: {
            place: model.get_cell_value(number, *coordinate_to_tuple(place)) for place in wanted
        }
        for number, (sheet, wanted) in enumerate(places.items())
    }
