"""Recalculate workbooks with IronCalc, an engine that shares no code with LibreOffice.

It takes numbers less than 2.2e-16 apart for equal (0.9.1), where Excel and LibreOffice compare
digits: what hangs on such a comparison it may answer otherwise. No lesson has such numbers.
"""

from pathlib import Path

import ironcalc
from openpyxl.utils.cell import coordinate_to_tuple

from tests.recalculation import Cells


def values(book: Path, places: Cells, *, compute: bool = True) -> Cells:
    """What IronCalc finds in these places (of sheets in the workbook's order)."""
    model = ironcalc.load_from_xlsx(str(book))
    if compute:
        model.evaluate()
    return {
        sheet: {
            place: model.get_cell_value(number, *coordinate_to_tuple(place)) for place in expected
        }
        for number, (sheet, expected) in enumerate(places.items())
    }
