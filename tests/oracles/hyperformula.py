"""Recalculate workbooks with HyperFormula, the engine nearest to that of Google Sheets.

It reads no workbooks: the cells go to it as JSON, through `hyperformula.mjs`.
"""

import json
import shutil
import subprocess
from pathlib import Path

from openpyxl.utils.cell import coordinate_to_tuple

from tests.oracles.reading import read
from tests.recalculation import Cells

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "build" / "hyperformula"
SCRIPT = Path(__file__).with_suffix(".mjs")
MEMORY = 6000  # MB
Row = list[object]


def values(book: Path, places: Cells) -> Cells:
    """What HyperFormula finds in these places."""
    assert shutil.which("node"), "Node.js is missing: make hyperformula"
    assert (FOLDER / "node_modules" / "hyperformula").is_dir(), (
        "HyperFormula is missing: make hyperformula"
    )
    asked = [(sheet, place) for sheet, expected in places.items() for place in expected]
    cells, answers = book.with_suffix(".json"), book.with_suffix(".answers.json")
    expected = [[sheet, *_from_zero(place)] for sheet, place in asked]
    cells.write_text(json.dumps({"sheets": grids(book), "wanted": expected}), encoding="utf-8")
    subprocess.run(
        [
            "node",
            f"--max-old-space-size={MEMORY}",
            str(SCRIPT),
            str(FOLDER),
            str(cells),
            str(answers),
        ],
        check=True,
        timeout=1800,
    )
    actual = json.loads(answers.read_text(encoding="utf-8"))
    answered: Cells = {sheet: {} for sheet in places}
    for (sheet, place), value in zip(asked, actual, strict=True):
        answered[sheet][place] = value
    return answered


def grids(book: Path) -> dict[str, list[Row]]:
    """Every sheet as rows of cells: formulas, numbers, and texts behind the mark of a text."""
    formulas, contents = read(book)
    return {
        sheet: _rows({p: _marked(v) for p, v in contents[sheet].items()} | formulas[sheet])
        for sheet in formulas
    }


def _marked(value: object) -> object:
    return f"'{value}" if isinstance(value, str) else value


def _rows(cells: dict[str, object]) -> list[Row]:
    rows: list[Row] = []
    for place, content in cells.items():
        row, column = _from_zero(place)
        rows += [[] for _ in range(row + 1 - len(rows))]
        rows[row] += [None] * (column + 1 - len(rows[row]))
        rows[row][column] = content
    return rows


def _from_zero(place: str) -> tuple[int, int]:
    row, column = coordinate_to_tuple(place)
    return row - 1, column - 1
