"""Recalculate workbooks with Gnumeric, by its converter ssconvert."""

import shutil
import subprocess
from pathlib import Path

from tests.oracles.reading import read
from tests.recalculation import Cells


def values(book: Path, places: Cells) -> Cells:
    """What Gnumeric finds in these places."""
    assert shutil.which("ssconvert"), "Gnumeric is missing: make gnumeric"
    out = book.with_name(f"{book.stem}-gnumeric.xlsx")
    # Without --recalc it would keep the values of the file.
    subprocess.run(
        ["ssconvert", "--recalc", str(book), str(out)],
        check=True,
        capture_output=True,
        timeout=600,
    )
    actual = read(out)[1]
    return {
        sheet: {p: actual[sheet].get(p) for p in expected} for sheet, expected in places.items()
    }
