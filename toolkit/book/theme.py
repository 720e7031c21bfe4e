"""The appearance of workbooks: one named style for each kind of cell."""

from dataclasses import dataclass, replace
from math import inf

INK, MUTED, LINE = "1F2933", "616E7C", "D9DEE4"
EDGE = "8A96A3"  # of the frame around a map, in which cells may be white
INPUT_INK, INPUT_FILL = "0B3D91", "FFF6D6"

# The palette of Okabe and Ito, which readers with any colour vision can distinguish; its yellow is
# left out, because it is too light for lines on white.
PALETTE = ("0072B2", "D55E00", "009E73", "CC79A7", "56B4E9", "E69F00", "000000", "7F7F7F")


@dataclass(frozen=True)
class Tint:
    """The ground that marks one quantity wherever it stands, and the ink on it."""

    fill: str
    ink: str


# Okabe and Ito's colours again, those on which dark ink stands mixed with white. Their orange and
# yellow are left out: yellow says that a cell may be changed.
TINTS = {
    "loss": Tint("8FC3E4", INK),
    "weight": Tint("F0A06B", INK),
    "operand": Tint("CACACA", INK),
    "sum": Tint("E6BCD3", INK),
    "activation": Tint("8CD0BA", INK),
}

MOST_DECIMALS = 30  # the maximum number of decimals of a number format

# The groups of quantities in a table, with the fill of their headings.
GROUPS = {
    "epoch": "E4E7EB",
    "inputs": "E4E7EB",
    "weights": "CFE3F5",
    "biases": "DCE9F2",
    "forward": "D5EFE3",
    "targets": "E4E7EB",
    "loss": "FBE3CC",
    "gradient": "F3D9E8",
    "optimizer": "E9E3F5",
}


@dataclass(frozen=True)
class Style:
    """The font, fill, number format and alignment of a cell."""

    number_format: str = "General"
    size: int = 11
    bold: bool = False
    ink: str = INK
    fill: str | None = None
    align: str | None = None
    wrap: bool = False
    framed: bool = False
    underline: bool = False
    indent: int = 0
    shrink: bool = False  # where it would be wider than its cell
    locked: bool = True
    centred: bool = True  # vertically
    edges: str = ""  # the sides that carry a line of a frame: l, r, t, b


# A pale bluish green and a stronger orange, which readers with any colour vision can distinguish.
VERDICTS = {
    "pass": Style(ink="00543C", fill="CDEBDF"),
    "fail": Style(ink="7A2E00", fill="F8C08A"),
}


# Large numbers with decimals do not fit their columns. (A number format with conditions would
# adapt, but LibreOffice then omits the minus sign.)
LARGEST = {"number": 1e3, "loss": 1e3, "short": 1e3, "value": 1e5}
LARGE = {"value": "large value"}


def fitting(style: str, size: float) -> str:
    """The style that has enough room for numbers of this size."""
    return LARGE.get(style, "large") if size >= LARGEST.get(style, inf) else style


STYLES = {
    "text": Style(),
    "wrapped": Style(wrap=True, centred=False),
    "title": Style(size=18, bold=True),
    "subtitle": Style(size=12, bold=True),
    "muted": Style(ink=MUTED),
    "note": Style(ink=MUTED, align="left", indent=1),
    "middle": Style(align="center"),
    "link": Style(ink="0563C1", underline=True),
    "symbol": Style(bold=True, align="right"),
    "name": Style(bold=True),
    "equation": Style(align="left", indent=1),
    "input": Style(ink=INPUT_INK, fill=INPUT_FILL, framed=True, align="right", locked=False),
    "choice": Style(ink=INPUT_INK, fill=INPUT_FILL, framed=True, align="center", locked=False),
    "formula": Style(framed=True, align="right"),
    "sentence": Style(wrap=True, align="left", indent=1),
    "numbers": Style(wrap=True, ink="3E4C59"),
    "value": Style("0.000000000", bold=True),
    "rounded": Style(ink=MUTED, align="right"),
    "lead": Style(size=12, wrap=True),
    "node": Style(bold=True, align="center", framed=True, fill="EAF2FA"),
    "node value": Style(align="center", framed=True, fill="EAF2FA"),
    "edge": Style(size=10, align="center"),
    "heading": Style(bold=True, fill=GROUPS["epoch"], align="center"),
    "label": Style(align="left", indent=1),
    "integer": Style("0"),
    "right": Style("0", align="right"),
    "count": Style("#,##0"),
    "number": Style("0.000000"),
    "fit": Style(align="right"),  # General, which adapts its digits to the width of the column
    "loss": Style("0.000000000"),
    "large": Style("0.000E+00", align="right"),
    "large value": Style("0.000E+00", bold=True, align="right"),
    "short": Style("0.00####"),
    "rate": Style("0.0000"),
    "probability": Style("0.000000;;0"),  # most cells are 0 and should not attract attention
    "tally": Style("#,##0", align="center", framed=True),
    "tally total": Style("#,##0", align="center", bold=True),
    "input count": Style("#,##0", ink=INPUT_INK, fill=INPUT_FILL, framed=True, locked=False),
    "input kind": Style(ink=INPUT_INK, fill=INPUT_FILL, framed=True, locked=False),
    "percent": Style("0.00%"),
    "percent right": Style("0.00%", align="right"),
    "percent bold": Style("0.00%", bold=True, align="right"),
    "short right": Style("0.00", align="right"),
    "integer right": Style("#,##0", align="right"),
    "loss right": Style("0.0000", align="right"),
    "seconds right": Style("0.0", align="right"),
    "conclusion": Style(size=12, bold=True),
    # The kinds of layers, as toolkit.pages.concepts.blocks numbers them, in a coloured cell.
    "kind block": Style('[>0.9]"conv";[<0]"pool";"1x1"', size=10, align="center", framed=True),
    "strip block": Style(size=10, align="center", framed=True),
    "kept": Style('"kept";;"dropped"', size=10, align="center", framed=True),
    "finding": Style(size=12, bold=True, wrap=True),
    "wrapped heading": Style(size=10, bold=True, fill=GROUPS["epoch"], align="center", wrap=True),
    "fine percent": Style("0.000%", align="right"),
    "seconds": Style("0.0"),
    "centred count": Style("#,##0", align="center"),
    "centred percent": Style("0.0%", align="center"),
    "weight": Style("0.00", size=9, align="center"),
    "ruler": Style("0", size=6, ink=MUTED, align="center"),
    "shade": Style(";;;"),  # the colour represents the number, which the formula bar shows
    "pixel": Style(";;;", framed=True, locked=False),
    "read": Style('"read as "0', ink=MUTED, align="left", indent=1),
    "small": Style(size=8, ink=MUTED),
    "small centred": Style(size=8, ink=MUTED, align="center"),
    "small input": Style(
        "0.00", size=8, fill=INPUT_FILL, align="center", framed=True, locked=False
    ),
    "small setting": Style(size=8, fill=INPUT_FILL, align="center", framed=True, locked=False),
    "small slope": Style("0.000", size=8, align="center"),
    "small number": Style("0.00", size=8, align="center"),
    "block kind": Style(framed=True, indent=1, align="left"),
    "block": Style(framed=True, align="center"),
    "block count": Style("#,##0;;", framed=True, align="right"),  # a layer without parameters: none
    "layer": Style(size=10),
    "layer heading": Style(size=10, bold=True, fill=GROUPS["epoch"], align="center"),
    "layer number": Style("0", size=10, ink=MUTED, align="center"),
    "layer total": Style("#,##0", size=10, bold=True, align="right"),
    "layer count": Style("#,##0", size=10, align="right"),
    "layer decimals": Style("0.00", size=10, align="right"),
    "layer verdict": Style(size=10, bold=True),
    "layer input": Style(
        size=10, ink=INPUT_INK, fill=INPUT_FILL, framed=True, align="right", locked=False
    ),
    "layer size": Style(
        "#,##0", size=10, ink=INPUT_INK, fill=INPUT_FILL, framed=True, locked=False
    ),
    "layer kind": Style(size=10, ink=INPUT_INK, fill=INPUT_FILL, framed=True, locked=False),
    "answer": Style(size=48, bold=True, align="center"),
    "answer name": Style(bold=True, align="center", wrap=True),
    "total": Style("#,##0", bold=True),
    "verdict": Style(bold=True, align="center", framed=True),
    "live": Style("0.000000", size=16, bold=True, align="center", framed=True),
    "tiny": Style("0.0E+00", align="right"),
    "scientific": Style("0.00E+00", align="right"),
    "bold": Style(bold=True),
    "check": Style(framed=True, fill=VERDICTS["pass"].fill),
    "input left": Style(ink=INPUT_INK, fill=INPUT_FILL, framed=True),
} | {
    f"heading {group}": Style(bold=True, fill=fill, align="center")
    for group, fill in GROUPS.items()
}
# On a sheet where everything stands on one screen.
STYLES |= {
    "board text": Style(size=10),
    "board link": Style(size=9, bold=True, ink="0563C1", underline=True),
    "board note": Style(size=10, ink=MUTED),
    "contents link": Style(size=10, ink="0563C1", underline=True),
    "board subtitle": Style(size=10, bold=True),
    "board label": Style(align="right", shrink=True),
    "board bias": Style(size=9, align="center", framed=True, fill=GROUPS["biases"]),
    "board heading": Style(size=9, ink=MUTED, align="center"),
    "board node": Style(size=9, bold=True, align="center", framed=True, fill="EAF2FA", shrink=True),
    "board edge": Style(size=9, align="center", shrink=True),
    "board gradient": Style(size=9, ink=MUTED, align="center", shrink=True),
    "board numbers": Style(size=8, wrap=True),
    "board setting": Style(framed=True, align="center", shrink=True),
    "board loss": Style(
        size=12,
        bold=True,
        align="center",
        framed=True,
        shrink=True,
    ),
    "board input": Style(
        size=14,
        bold=True,
        ink=INPUT_INK,
        fill=INPUT_FILL,
        framed=True,
        align="center",
        locked=False,
    ),
    "strip": Style(size=8, align="center", framed=True, shrink=True),
} | {
    f"strip {group}": Style(size=8, bold=True, fill=fill, align="center", shrink=True)
    for group, fill in GROUPS.items()
}
for _role in ("board node", "board edge", "board gradient", "strip"):
    STYLES |= {
        f"{_role} in {name}": replace(STYLES[_role], bold=True, ink=tint.ink, fill=tint.fill)
        for name, tint in TINTS.items()
    }
# Numbers as they were published: with a fixed number of decimals, including zeros at the end.
STYLES |= {f"decimals {places}": Style(f"{0:.{places}f}") for places in range(MOST_DECIMALS + 1)}
# The cells along the edges of a block, together its frame.
SIDES = [
    left + right + top + bottom
    for left in ("", "l")
    for right in ("", "r")
    for top in ("", "t")
    for bottom in ("", "b")
]
STYLES |= {f"shade {edges}": replace(STYLES["shade"], edges=edges) for edges in SIDES if edges}
