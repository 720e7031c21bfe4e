"""What the sheets of stages are called, and the links between them."""

from dataclasses import replace

from toolkit.book.sheet import Cell, Sheet
from toolkit.convnet.stages import Stage
from toolkit.pages.live.layout import DRAW

KINDS = {"convolution": "conv"}


def kind(stage: Stage) -> str:
    """Short, for the name of its sheet."""
    size = f" {stage.size}x{stage.size}" if stage.kind in ("convolution", "pool") else ""
    return KINDS.get(stage.kind, stage.kind) + size


def linked(sheets: list[Sheet]) -> tuple[Sheet, ...]:
    """Links to Draw, back and forward, in the third row."""
    made = []
    for number, sheet in enumerate(sheets):
        before = [(DRAW, DRAW)] if number > 1 else []
        if number:
            before.append((f"← {sheets[number - 1].name}", sheets[number - 1].name))
        ways = dict(before)
        if number + 1 < len(sheets):
            ways[f"{sheets[number + 1].name} →"] = sheets[number + 1].name
        step = 8 if sheet.widths.get(3, 9.0) < 3 else 2
        links = {
            (3, 2 + step * n): Cell(text, "link", link=name)
            for n, (text, name) in enumerate(ways.items())
        }
        made.append(replace(sheet, cells={**sheet.cells, **links}))
    return tuple(made)
