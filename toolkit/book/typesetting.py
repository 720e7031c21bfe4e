"""Draw the boxes of `toolkit.symbols.boxes` as small PNG pictures, using FreeType.

Each box becomes a block, which has an extent around the baseline and marks to draw. Lengths of the
layout are in em, the size of the type. The proportions are those of TeX's fonts (The TeXbook,
appendix G), slightly widened for the screen.
"""

from dataclasses import dataclass, replace

from toolkit.book.glyphs import Block, glyphs, tall_glyph
from toolkit.book.inks import Mark, png
from toolkit.symbols.boxes import Box, Brackets, Cases, Fraction, Glyphs, Root, Row, Scripts, Tinted

DPI, POINTS = 96, 72  # to the inch

AXIS = 0.253  # how far above the baseline fraction bars and minus signs lie
RULE = 0.06  # how thick bars are
GAP = 0.13  # between a bar or a brace and what stands beside it
LEADING = 0.35  # between the lines of cases
OVER, UNDER = 0.68, 0.69  # the least shift of the two parts of a fraction
SCRIPT, SMALLEST = 0.7, 0.5  # sizes of scripts, and of scripts of scripts
UP, DOWN, DOWN_BOTH = 0.39, 0.16, 0.25  # shifts of scripts beside a text
DROP = 0.5  # from the top of anything higher to the baseline of its superscript
SPAN = {"(": 0.78, ")": 0.78, "{": 0.9}  # the share of a block that its brackets span at least


@dataclass(frozen=True)
class Rendering:
    """A PNG picture and its size in pixels at 100 % zoom (96 pixels per inch)."""

    png: bytes
    width: float
    height: float


@dataclass(frozen=True)
class Type:
    """The size of type in pixels, its minimum size, and whether it is inside a fraction."""

    em: float
    least: float
    nested: bool = False

    def smaller(self) -> "Type":
        """The type for scripts."""
        return replace(self, em=max(self.em * SCRIPT, self.least))


def draw(box: Box, size: float = 11, *, scale: int = 3) -> Rendering:
    """The picture of a box in type of `size` points, on a transparent background.

    It has `scale` pixels for each pixel shown at 100 % zoom. Equal boxes give equal bytes.
    """
    em = size * DPI / POINTS * scale
    block = _layout(box, Type(em, em * SMALLEST))
    width = round(block.width + block.lean) + 2 * scale
    height = round(block.rise + block.depth) + 2 * scale
    marks = [replace(m, x=scale + m.x, y=scale + block.rise + m.y) for m in block.marks]
    return Rendering(png(width, height, marks), width / scale, height / scale)


def _layout(box: Box, type_: Type) -> Block:
    match box:
        case Glyphs(text, italic):
            return glyphs(text, italic, round(type_.em))
        case Row(boxes):
            return _side_by_side([_layout(part, type_) for part in boxes])
        case Fraction(over, under):
            return _fraction(over, under, type_)
        case Scripts(base, sub, sup):
            return _scripts(_layout(base, type_), isinstance(base, Glyphs), sub, sup, type_)
        case Brackets(inner):
            block = _layout(inner, type_)
            left, right = (_grown(side, block, type_.em) for side in "()")
            return _side_by_side([left, block, right])
        case Root(inner):
            return _root(_layout(inner, type_), type_.em)
        case Cases(rows):
            return _cases([(_layout(a, type_), _layout(b, type_)) for a, b in rows], type_.em)
        case Tinted(inner, tint):
            return _tinted(_layout(inner, type_), tint)


def _arranged(width: float, parts: list[tuple[Block, float, float]]) -> Block:
    """Blocks at the given offsets to the right and downwards, combined into one block."""
    marks = tuple(
        replace(mark, x=mark.x + x, y=mark.y + y) for block, x, y in parts for mark in block.marks
    )
    rise = max(block.rise - y for block, _, y in parts)
    depth = max(block.depth + y for block, _, y in parts)
    return Block(width, rise, depth, marks)


def _bar(width: float, em: float) -> Block:
    """A bar that hangs from the baseline."""
    return Block(width, 0, RULE * em, (Mark(0, 0, (width, RULE * em)),))


def _side_by_side(blocks: list[Block]) -> Block:
    parts, x = [], 0.0
    for block in blocks:
        parts.append((block, x, 0.0))
        x += block.width
    return replace(_arranged(x, parts), lean=blocks[-1].lean)


def _tinted(inner: Block, tint: str) -> Block:
    """A block on a ground of its own size, which its neighbours' ink may touch."""
    size = (inner.width + inner.lean, inner.rise + inner.depth)
    return replace(inner, marks=(Mark(0, -inner.rise, size, tint), *inner.marks))


def _fraction(over: Box, under: Box, type_: Type) -> Block:
    inside = replace(type_.smaller() if type_.nested else type_, nested=True)
    above, below = _layout(over, inside), _layout(under, inside)
    em, axis, half = inside.em, AXIS * type_.em, RULE * inside.em / 2
    wide = max(block.width + block.lean for block in (above, below)) + GAP * em
    margin = GAP * em
    up = max(OVER * em, axis + half + GAP * em + above.depth)
    down = max(UNDER * em, below.rise + GAP * em + half - axis)
    return _arranged(
        wide + 2 * margin,
        [
            (above, margin + (wide - above.width - above.lean) / 2, -up),
            (_bar(wide, em), margin, -axis - half),
            (below, margin + (wide - below.width - below.lean) / 2, down),
        ],
    )


def _scripts(base: Block, text: bool, sub: Box | None, sup: Box | None, type_: Type) -> Block:
    small, em = type_.smaller(), type_.em
    above = _layout(sup, small) if sup else None
    below = _layout(sub, small) if sub else None
    up = UP * em if text else max(UP * em, base.rise - DROP * em)
    down = (DOWN_BOTH if above else DOWN) * em
    if above:
        up = max(up, above.depth + AXIS * em)
    parts, width = [(base, 0.0, 0.0)], base.width
    if below:
        parts.append((below, base.width, down if text else max(down, base.depth)))
        width = base.width + below.width
    if above:
        parts.append((above, base.width + base.lean, -up))
        width = max(width, base.width + base.lean + above.width)
    return _arranged(width + 0.04 * em, parts)


def _grown(character: str, inner: Block, em: float) -> Block:
    """A bracket of the smallest size that spans nearly the whole block, centred on the axis."""
    axis = AXIS * em
    need = SPAN[character] * 2 * max(inner.rise - axis, inner.depth + axis)
    glyph = tall_glyph(character, need, em)
    return _arranged(glyph.width, [(glyph, 0.0, (glyph.rise - glyph.depth) / 2 - axis)])


def _root(inner: Block, em: float) -> Block:
    gap = GAP * em
    sign = tall_glyph("√", inner.rise + inner.depth + gap, em)
    top = -inner.rise - gap - (sign.rise + sign.depth - inner.rise - inner.depth - gap) / 2
    return _arranged(
        sign.width + inner.width + inner.lean,
        [
            (sign, 0.0, top + sign.rise),
            (_bar(inner.width + inner.lean, em), sign.width, top),
            (inner, sign.width, 0.0),
        ],
    )


def _cases(rows: list[tuple[Block, Block]], em: float) -> Block:
    column = max(value.width for value, _ in rows) + em
    parts, y = [], 0.0
    for value, test in rows:
        line = _arranged(column + test.width, [(value, 0, 0), (test, column, 0)])
        parts.append((line, 0.0, y + line.rise))
        y += line.rise + line.depth + LEADING * em
    lines = _arranged(max(line.width for line, _, _ in parts), parts)
    middle = (lines.depth - lines.rise) / 2
    table = _arranged(lines.width + 2 * GAP * em, [(lines, GAP * em, -middle - AXIS * em)])
    return _side_by_side([_grown("{", table, em), table])
