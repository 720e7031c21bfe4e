"""Workbooks whose cached values are wrong, so that an engine that computes nothing is seen."""

import re
import zipfile
from pathlib import Path

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
