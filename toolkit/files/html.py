"""Small tables and links as HTML, for notebooks."""

from collections.abc import Iterable
from html import escape
from pathlib import Path
from urllib.parse import quote


def table(headings: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table with a row of headings; texts are escaped."""
    lines = [_row("th", headings), *(_row("td", row) for row in rows)]
    return f"<table>{''.join(lines)}</table>"


def _row(tag: str, texts: Iterable[str]) -> str:
    cells = (f"<{tag}>{escape(text)}</{tag}>" for text in texts)
    return f"<tr>{''.join(cells)}</tr>"


def link(path: Path) -> str:
    """A link to a file; it is relative if the path is."""
    target = path.as_uri() if path.is_absolute() else quote(path.as_posix())
    return f'<a href="{escape(target)}">{escape(str(path))}</a>'
