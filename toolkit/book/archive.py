"""Write a workbook as a zip file with reproducible bytes, and correct some errors of openpyxl."""

import datetime
import zipfile
from pathlib import Path
from typing import Any

from lxml import etree
from openpyxl.xml.constants import ARC_STYLE, ARC_WORKBOOK_RELS, REL_NS, SHEET_MAIN_NS

# Nothing in a workbook may depend on the time at which it was written.
MOMENT = datetime.datetime(2025, 1, 1)  # noqa: DTZ001  # openpyxl wants it without a zone
# For tables of formulas as small as zlib's usual 6, in two thirds of the time.
LEVEL = 5
FONT_ORDER = (
    "b i strike condense extend outline shadow u vertAlign sz color name family charset scheme"
)


class Archive(zipfile.ZipFile):
    """A zip file with a fixed time for all entries, and with styles in the order of the schema."""

    def writestr(self, zinfo_or_arcname: Any, data: Any, *args: Any, **options: Any) -> None:
        """Add an entry as ZipFile does, but with fixed attributes."""
        amend = AMENDED.get(zinfo_or_arcname)
        content = amend(data) if amend else data
        super().writestr(entry(str(zinfo_or_arcname)), content, *args, **options)


def zipfile_of(path: Path) -> Archive:
    """A new archive at `path`."""
    return Archive(path, "w", zipfile.ZIP_DEFLATED)


def entry(name: str) -> zipfile.ZipInfo:
    """An entry of the archive that does not depend on time or machine."""
    info = zipfile.ZipInfo(name, MOMENT.timetuple()[:6])
    info.compress_type = zipfile.ZIP_DEFLATED
    # ZipFile.open takes the compression level of an entry only from here; Python 3.13 added a name
    # without the underscore.
    info._compresslevel = LEVEL  # type: ignore[attr-defined]
    info.external_attr = 0o600 << 16
    info.create_system = 3
    return info


def _fonts_in_order(data: str | bytes) -> bytes:
    """Sort the children of <font> as the schema requires; openpyxl writes them in another order."""
    root = etree.fromstring(data if isinstance(data, bytes) else data.encode())
    rank = {f"{{{SHEET_MAIN_NS}}}{name}": n for n, name in enumerate(FONT_ORDER.split())}
    for font in root.iter(f"{{{SHEET_MAIN_NS}}}font"):
        font[:] = sorted(font, key=lambda child: rank[child.tag])
    return etree.tostring(root)


def _with_strings(rels: str | bytes) -> bytes:
    """Add the relation to the shared strings; openpyxl omits it because it writes inline texts."""
    root = etree.fromstring(rels if isinstance(rels, bytes) else rels.encode())
    namespace = etree.QName(root).namespace
    target = {"Id": "strings", "Type": f"{REL_NS}/sharedStrings", "Target": "sharedStrings.xml"}
    etree.SubElement(root, f"{{{namespace}}}Relationship", target)
    return etree.tostring(root)


AMENDED = {ARC_STYLE: _fonts_in_order, ARC_WORKBOOK_RELS: _with_strings}
