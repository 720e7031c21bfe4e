"""Equations as boxes, and boxes as pictures."""

import io
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageFont
from sympy import Expr, Float, Function, Integer, Max, Rational, exp, log, sqrt, tanh

from toolkit.book import glyphs
from toolkit.book.theme import INK, TINTS
from toolkit.book.typesetting import Rendering, draw
from toolkit.files import templates
from toolkit.network.derivation import derivation
from toolkit.network.lesson import load
from toolkit.symbols.activations import relu, sigmoid
from toolkit.symbols.boxes import (
    Box,
    Brackets,
    Cases,
    Fraction,
    Glyphs,
    Root,
    Row,
    Scripts,
    Tinted,
)
from toolkit.symbols.chains import chained, derivative_of, listed_sum
from toolkit.symbols.equation import Gradient, Previous, quantity
from toolkit.symbols.typeset import typeset, typeset_equation

A, B, C = (quantity(name) for name in "abc")
W5, LOSS = quantity("w5"), quantity("E_total")
SLOPE = Gradient(LOSS, W5)


def shown(box: Box | None) -> str:
    """The tree as a line: /letters/ are italic, {over|under}, base_{sub}^{sup}, brackets <>."""
    match box:
        case Glyphs(text, italic):
            return f"/{text}/" if italic else text
        case Row(boxes):
            return "".join(map(shown, boxes))
        case Fraction(over, under):
            return f"{{{shown(over)}|{shown(under)}}}"
        case Scripts(base, sub, sup):
            scripts = ((mark, shown(part)) for mark, part in (("_", sub), ("^", sup)) if part)
            return shown(base) + "".join(f"{mark}{{{text}}}" for mark, text in scripts)
        case Brackets(inner):
            return f"<{shown(inner)}>"
        case Root(inner):
            return f"√{{{shown(inner)}}}"
        case Tinted(inner, tint):
            return f"{tint}:{shown(inner)}"
        case Cases(rows):
            return f"[{'; '.join(f'{shown(value)}, {shown(test)}' for value, test in rows)}]"
    raise AssertionError(box)


@pytest.mark.parametrize(
    ("name", "tree"),
    [
        ("w5", "/w/_{5}"),
        ("w12", "/w/_{12}"),
        ("b1", "/b/_{1}"),
        ("a_h1", "/a/_{/h/1}"),
        ("h2.1", "/h/_{2.1}"),
        ("a_h2.1[3]", "/a/_{/h/2.1}[3]"),
        ("E1[2]", "/E/_{1}[2]"),
        ("E_total", "/E/_{total}"),
        ("η", "/η/"),
        ("η A", "/η/_{A}"),
        ("μ", "/μ/"),
        ("β1", "/β/_{1}"),
        ("m_w1", "/m/_{/w/1}"),
        ("v_b2", "/v/_{/b/2}"),
        ("epochs", "epochs"),
        ("train correct", "train correct"),
    ],
)
def test_names(name: str, tree: str) -> None:
    assert shown(typeset(quantity(name))) == tree


@pytest.mark.parametrize(
    ("expr", "tree"),
    [
        (A + B, "/a/ + /b/"),
        (B - A, "/b/ − /a/"),
        (-A - B, "−/a/ − /b/"),
        (A * (B + 1), "/a/ · <1 + /b/>"),
        (-2 * A, "−2 · /a/"),
        (A / B, "{/a/|/b/}"),
        ((A + B) / (A * C), "{/a/ + /b/|/a/ · /c/}"),
        (A / 2, "{/a/|2}"),
        ((A - B) ** 2 * Rational(1, 2), "{</a/ − /b/>^{2}|2}"),
        (1 / (1 + A), "{1|1 + /a/}"),
        (A**-2, "{1|/a/^{2}}"),
        (W5**2, "/w/_{5}^{2}"),
        (quantity("E1[2]") ** 2, "</E/_{1}[2]>^{2}"),
        ((A * B) ** C, "</a/ · /b/>^{/c/}"),
        (tanh(A) ** 2, "<tanh</a/>>^{2}"),
        (Integer(-2) ** A, "<−2>^{/a/}"),
        (sqrt(A + 1), "√{1 + /a/}"),
        (A / (sqrt(B) + C), "{/a/|√{/b/} + /c/}"),
        (1 / sqrt(A), "{1|√{/a/}}"),
        (exp(-A), "/e/^{−/a/}"),
        (log(A), "ln</a/>"),
        (Max(A, 0), "max<0, /a/>"),
        (Function("f")(A, B), "f</a/, /b/>"),
        (sigmoid(A), "{1|1 + /e/^{−/a/}}"),
        (relu(A), "[/a/, if /a/ > 0; 0, otherwise]"),
        (B * relu(A), "/b/ · <[/a/, if /a/ > 0; 0, otherwise]>"),
        (relu(A).subs(A > 0, (A >= 0) & (A < B)), "[/a/, if /a/ < /b/ and /a/ ≥ 0; 0, otherwise]"),
        # A derivative is a fraction itself, so it stands beside a fraction.
        (SLOPE * A / B, "{∂/E/_{total}|∂/w/_{5}} · {/a/|/b/}"),
        (SLOPE / B, "{∂/E/_{total}|∂/w/_{5}} · {1|/b/}"),
        (quantity("η") * SLOPE / B, "{/η/|/b/} · {∂/E/_{total}|∂/w/_{5}}"),
        (chained(A - B, A, 1 - A, W5), "</a/ − /b/> · /a/ · <1 − /a/> · /w/_{5}"),
        (derivative_of(A + B, W5), "{∂</a/ + /b/>|∂/w/_{5}}"),
        (listed_sum(SLOPE, Integer(0)), "{∂/E/_{total}|∂/w/_{5}} + 0"),
        (Integer(-3), "−3"),
        (Rational(-1, 2), "−{1|2}"),
        (Float(0.15), "0.15"),
        (Float(-2.0), "−2"),
        (Float(1e-8), "10^{−8}"),
        (Float(2.5e20), "2.5 · 10^{20}"),
        (SLOPE, "{∂/E/_{total}|∂/w/_{5}}"),
        (SLOPE**2, "<{∂/E/_{total}|∂/w/_{5}}>^{2}"),
        (Previous(W5), "/w/_{5}^{old}"),
        (Previous(SLOPE), "<{∂/E/_{total}|∂/w/_{5}}>^{old}"),
    ],
)
def test_expressions(expr: Expr, tree: str) -> None:
    assert shown(typeset(expr)) == tree


def test_an_equation_goes_on_with_what_it_equals() -> None:
    h1, i1 = quantity("h1"), quantity("i1")
    box = typeset_equation(h1, i1 * W5, Float(0.5))
    assert shown(box) == "/h/_{1} = /i/_{1} · /w/_{5} = 0.5"


def test_a_quantity_is_tinted_wherever_it_stands() -> None:
    tints = {W5: "weight", LOSS: "loss"}
    assert shown(typeset(W5**2 * A, tints)) == "/a/ · weight:/w/_{5}^{2}"
    slope = "{∂loss:/E/_{total}|∂weight:/w/_{5}}"
    assert shown(typeset(SLOPE, tints)) == slope
    assert shown(typeset((A + W5) * B, tints)) == "/b/ · </a/ + weight:/w/_{5}>"
    box = typeset_equation(W5, Previous(W5) - A, tints=tints)
    assert shown(box) == "weight:/w/_{5} = weight:/w/_{5}^{old} − /a/"


def test_a_tint_is_a_ground_under_the_same_ink() -> None:
    plain, tinted = draw(typeset(A * W5)), draw(typeset(A * W5, {W5: "weight"}))
    assert (plain.width, plain.height) == (tinted.width, tinted.height)
    fill, image = TINTS["weight"].fill, Image.open(io.BytesIO(tinted.png)).convert("RGBA")
    ground = (*bytes.fromhex(fill), 255)
    assert image.getpixel((0, image.height // 2)) == (*bytes.fromhex(INK), 0)
    colours = {colour: count for count, colour in image.getcolors(1 << 20) or []}
    assert colours[ground] > 200
    box = Image.eval(image.getchannel("B"), lambda v: 255 * (v == ground[2])).getbbox()
    assert box
    assert box[0] > image.width / 3
    assert colours[*bytes.fromhex(INK), 255] > 20


def picture(rendering: Rendering) -> Image.Image:
    """The drawn picture's ink: 0 where there is none, 255 where it is full."""
    return Image.open(io.BytesIO(rendering.png)).convert("RGBA").getchannel("A")


def extent(image: Image.Image) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of the ink."""
    box = image.getbbox()
    assert box
    return box


def ink(box: Box) -> tuple[int, int]:
    """Width and height of the ink of a box, in pixels."""
    left, top, right, bottom = extent(picture(draw(box)))
    return right - left, bottom - top


def test_the_picture_has_three_pixels_for_each_shown_and_no_ground() -> None:
    rendering = draw(typeset(A / B), 11, scale=3)
    image = Image.open(io.BytesIO(rendering.png))
    assert image.size == (rendering.width * 3, rendering.height * 3)
    colours: Any = image.convert("RGBA").getcolors()
    assert {colour[:3] for _, colour in colours} == {tuple(bytes.fromhex(INK))}
    assert {colour[3] for _, colour in colours} >= {0, 255}


def test_size_and_scale_are_those_asked_for() -> None:
    box = typeset(A / B)
    usual, large, fine = draw(box), draw(box, 22), draw(box, scale=6)
    assert large.height - 2 == pytest.approx(2 * (usual.height - 2), abs=1.5)  # margins of 1
    assert fine.height == pytest.approx(usual.height, abs=1)
    assert 25 < usual.height < 40  # two lines of 11 points with a bar between them


def test_a_fraction_is_higher_than_its_parts_and_as_wide_as_the_wider() -> None:
    over, under = typeset(A), typeset(B + C)
    wide, high = ink(Fraction(over, under))
    assert high > ink(over)[1] + ink(under)[1]
    assert ink(under)[0] < wide < ink(under)[0] + 15


def rows_of_ink(image: Image.Image, left: int, right: int) -> tuple[int, int]:
    """Where the ink between two columns begins and ends."""
    _, top, _, bottom = extent(image.crop((left, 0, right, image.height)))
    return top, bottom


def test_the_bar_of_a_fraction_is_level_with_a_minus() -> None:
    for under in (Glyphs("2"), Fraction(Glyphs("1"), Glyphs("2"))):
        image = picture(draw(Row((Glyphs("−"), Fraction(Glyphs("1"), under)))))
        left, _, right, _ = extent(image)
        minus = rows_of_ink(image, left, left + 15)
        bar = rows_of_ink(image, right - 2, right)  # the bar reaches beyond what it divides
        assert bar == pytest.approx(minus, abs=1)


def stack(lines: int) -> Cases:
    """Something as high as asked for."""
    return Cases(((Glyphs("1"), Glyphs("otherwise")),) * lines)


def test_brackets_grow_with_what_they_hold() -> None:
    def height(inner: Box) -> int:
        image = picture(draw(Brackets(inner)))
        left = right = extent(image)[0]
        while image.crop((right, 0, right + 1, image.height)).getbbox():
            right += 1
        top, bottom = rows_of_ink(image, left, right)
        return bottom - top

    half = Fraction(Glyphs("1"), Glyphs("2"))
    heights = [height(box) for box in (Glyphs("1"), half, Fraction(half, half), stack(8))]
    assert heights == sorted(set(heights))
    assert heights[-1] > 0.7 * picture(draw(stack(8))).height


def test_scripts_are_small_and_a_superscript_stands_higher_than_a_subscript() -> None:
    x, digit = Glyphs("x"), Glyphs("8")
    above, below = picture(draw(Scripts(x, None, digit))), picture(draw(Scripts(x, digit)))
    for image in (above, below):
        top, bottom = rows_of_ink(image, image.width - 10, image.width)
        assert 0.6 < (bottom - top) / ink(digit)[1] < 0.8
    assert rows_of_ink(above, above.width - 10, above.width)[0] < rows_of_ink(above, 0, 15)[0]
    assert rows_of_ink(below, below.width - 10, below.width)[1] > rows_of_ink(below, 0, 15)[1]
    both = extent(picture(draw(Scripts(x, digit, digit))))
    assert both[3] - both[1] > 2 * 0.6 * ink(digit)[1]  # one does not cover the other


def every_equation() -> list[Box]:
    """All that the shipped lessons compute, as boxes."""
    derived = [derivation(load(name)) for name in templates.shipped("lessons")]
    equations = [e for one in derived for e in (*one.table, *one.gradients, *one.updates)]
    return [typeset_equation(equation.symbol, equation.expr) for equation in equations]


def texts(box: Box | None) -> set[Glyphs]:
    """The texts in a tree."""
    match box:
        case Glyphs():
            return {box}
        case Row(parts):
            inner: tuple[Box | None, ...] = parts
        case Fraction(over, under):
            inner = (over, under)
        case Scripts(base, sub, sup):
            inner = (base, sub, sup)
        case Brackets(part) | Root(part) | Tinted(part):
            inner = (part,)
        case Cases(rows):
            inner = tuple(part for line in rows for part in line)
        case None:
            inner = ()
    return set().union(*map(texts, inner))


@pytest.mark.no_cover
def test_every_equation_of_the_shipped_lessons_draws_the_same_each_time() -> None:
    boxes = every_equation()
    assert len(boxes) > 60
    for box in boxes:
        rendering = draw(box)
        assert 20 < rendering.width < 1200
        assert 12 < rendering.height < 90
        assert len(rendering.png) < 12_000
        assert draw(box) == rendering


def test_another_process_draws_the_same_bytes() -> None:
    code = (
        "import sys; from toolkit.book.typesetting import draw; "
        "from toolkit.symbols.boxes import *; "
        "sys.stdout.buffer.write(draw(Fraction(Glyphs('a', True), Brackets(Glyphs('1')))).png)"
    )
    made = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout
    assert made == draw(Fraction(Glyphs("a", True), Brackets(Glyphs("1")))).png


def test_the_fonts_have_every_character_that_equations_use() -> None:
    used = set().union(*map(texts, every_equation()))
    used |= {Glyphs(character, True) for character in "abehimotvwxyEβεηλμ"}
    used |= {
        Glyphs("0123456789−·+=()<>≤≥≠∂√,."),
        Glyphs("".join(glyphs.GROWN.values())),
    }
    fonts = {italic: glyphs._font(italic, 30) for italic in (False, True)}
    assert not any(font.getmask("\uffff").getbbox() for font in fonts.values())
    for text in used:
        for character in text.text.replace(" ", ""):
            assert fonts[text.italic].getmask(character).getbbox(), character


def test_the_fonts_are_small_and_carry_their_licence() -> None:
    folder = Path(glyphs.__file__).with_name("fonts")
    fonts = list(folder.glob("*.ttf"))
    assert len(fonts) == 2
    for path in fonts:
        assert path.stat().st_size < 60_000
        assert "STIX" not in " ".join(map(str, ImageFont.truetype(str(path)).getname()))
    assert "SIL OPEN FONT LICENSE" in (folder / "LICENSE.txt").read_text(encoding="utf-8")
