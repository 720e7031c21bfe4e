"""The boxes that typeset equations consist of; `toolkit.book.typesetting` draws them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Glyphs:
    """Characters on the baseline; letters that denote quantities are italic."""

    text: str
    italic: bool = False


@dataclass(frozen=True)
class Row:
    """Boxes side by side."""

    boxes: tuple["Box", ...]


@dataclass(frozen=True)
class Fraction:
    """A box above another, separated by a horizontal rule."""

    over: "Box"
    under: "Box"


@dataclass(frozen=True)
class Scripts:
    """A box with a subscript and a superscript."""

    base: "Box"
    sub: "Box | None" = None
    sup: "Box | None" = None


@dataclass(frozen=True)
class Brackets:
    """A box in parentheses of its own height."""

    inner: "Box"


@dataclass(frozen=True)
class Root:
    """The square root of a box."""

    inner: "Box"


@dataclass(frozen=True)
class Cases:
    """Values and their conditions, one pair per line, after a brace."""

    rows: tuple[tuple["Box", "Box"], ...]


@dataclass(frozen=True)
class Tinted:
    """A box on a coloured ground; `tint` is what the theme calls the colour."""

    inner: "Box"
    tint: str


Box = Glyphs | Row | Fraction | Scripts | Brackets | Root | Cases | Tinted


def row(*boxes: Box) -> Box:
    """The boxes side by side, with nested rows flattened; a single box is returned as it is."""
    flat = [part for box in boxes for part in (box.boxes if isinstance(box, Row) else (box,))]
    return flat[0] if len(flat) == 1 else Row(tuple(flat))


def join(separator: str, boxes: list[Box]) -> Box:
    """The boxes side by side, with `separator` between them."""
    first, *others = boxes
    return row(first, *(part for box in others for part in (Glyphs(separator), box)))


def superscript(base: Box, exponent: Box) -> Box:
    """A box with an exponent, in brackets if the exponent would otherwise be ambiguous."""
    if isinstance(base, Tinted):
        return Tinted(superscript(base.inner, exponent), base.tint)
    if isinstance(base, Scripts) and base.sup is None:
        return Scripts(base.base, base.sub, exponent)
    return Scripts(base if isinstance(base, Glyphs | Brackets) else Brackets(base), None, exponent)


def outline(box: Box) -> str:
    """The operators on the baseline of a box, in the form that `binding` reads."""
    match box:
        case Glyphs(text, italic):
            return "x" if italic else text
        case Row(boxes):
            return "".join(map(outline, boxes))
        case Scripts(base):
            return outline(base)
        case Tinted(inner):
            return outline(inner)
        case Cases():
            return "x if x"
    return "x"  # a bar, brackets or a root hold their content together
