"""Recalculate workbooks with LibreOffice."""

import tempfile
from contextlib import closing
from pathlib import Path

from tests.recalculation import Cells, Office


def values(book: Path, places: Cells) -> Cells:
    """What LibreOffice finds in these places."""
    with tempfile.TemporaryDirectory() as folder, closing(Office(Path(folder))) as office:
        actual = office.values(book)
    return {
        sheet: {p: actual[sheet].get(p) for p in expected} for sheet, expected in places.items()
    }
