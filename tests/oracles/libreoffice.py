"""Recalculate workbooks with LibreOffice."""

import tempfile
from contextlib import closing
from pathlib import Path

from tests.recalculation import Cells, Office


def values(book: Path, places: Cells) -> Cells:
    """What LibreOffice finds in these places."""
    with tempfile.TemporaryDirectory() as folder, closing(Office(Path(folder))) as office:
        found = office.values(book)
    return {sheet: {p: found[sheet].get(p) for p in wanted} for sheet, wanted in places.items()}
