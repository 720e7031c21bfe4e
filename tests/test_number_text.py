"""Numbers as text, near every place where their form changes: in NumPy and in two spreadsheets."""

import random
import re
from collections.abc import Iterator
from pathlib import Path

import ironcalc
import pytest
from sympy import Expr, Integer, Symbol

from tests.recalculation import Office
from toolkit.book.sheet import Book, Sheet
from toolkit.book.tables import Cell
from toolkit.book.writer import write
from toolkit.symbols.excel import excel
from toolkit.symbols.numeric import value
from toolkit.symbols.text import fixed_text, grouped_text, number_in_brackets, number_text

X, Y = Symbol("x"), Symbol("y")


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (9.999999e9, "1·10^10"),
        (-9.999999e9, "-1·10^10"),
        (9.999994e9, "9.99999·10^9"),
        (9.9999996e-8, "1·10^-7"),
        (9.9999996e99, "1·10^100"),
        (9.9999999e307, "1·10^308"),
        (999999.5, "1000000"),
        (999999.4, "999999"),
        (99999.96, "100000"),
        (0.99999951, "1"),
        (999999999.4, "999999999"),
        (999999999.6, "1·10^9"),
        (-999999999.6, "-1·10^9"),
        (1e9, "1·10^9"),
        (0.0001, "0.0001"),
        (0.0000999999, "9.99999·10^-5"),
        (0.00009999999, "0.0001"),
        (1e-17, "1·10^-17"),
        (1.1e-300, "1.1·10^-300"),
        (9.9e-301, "0"),
        (0.0, "0"),
        (1.2345649999999999, "1.23457"),  # 1.234565 to 15 digits, from which spreadsheets round
    ],
)
def test_a_mantissa_is_below_ten(number: float, text: str) -> None:
    assert value(number_text(X), {X: number}) == text


def numbers() -> Iterator[float]:
    """Both sides of every power of ten and of the halves between six digits, and random ones."""
    yield from (0.0, 1e-300, 1.1e-300, 1e-299, 1e-17, 9.9999999e307, 999999999.5, 0.00009999995)
    for power in (-299, -100, -17, -10, -7, *range(-6, 13), 15, 22, 100, 300):
        for mantissa in ("1", "9.99999", "9.9999949", "9.9999951", "9.999999", "1.0000051", "2.5"):
            yield float(f"{mantissa}e{power}")
    draw = random.Random(0)
    for _ in range(150):
        yield draw.choice([1, -1]) * 10 ** draw.uniform(-12, 14)
    for power in range(-6, 12):  # halves of the sixth digit
        for _ in range(4):
            yield float(f"{draw.uniform(1, 10):.5f}5e{power}")


TEXTS = (number_text(X), number_in_brackets(X), number_text(X - Y), number_in_brackets(-X))
PLACES = (fixed_text(X, Integer(0)), fixed_text(X, Integer(3)), grouped_text(X))


def cases() -> list[tuple[Expr, float]]:
    """Each text of each number; those in full only where that is no long row of zeros."""
    given = list(dict.fromkeys(numbers()))
    given += [-number for number in given if number > 0]
    return [
        (text, number)
        for number in given
        for text in TEXTS + (PLACES if 1e-9 < abs(number) < 1e11 or not number else ())
    ]


def formula(text: Expr, row: int) -> str:
    return "=" + excel(text, lambda symbol: f"${'AB'['xy'.index(symbol.name)]}${row}")


@pytest.mark.no_cover
def test_spreadsheets_write_the_same_text(office: Office, tmp_path: Path) -> None:
    table = cases()
    assert len(table) > 2000
    model = ironcalc.create("texts", "en", "UTC")
    written: dict[tuple[int, int], Cell] = {}
    for row, (text, number) in enumerate(table, 1):
        model.update_cell_with_number(0, row, 1, number)
        model.update_cell_with_number(0, row, 2, 0)
        model.update_cell_with_formula(0, row, 3, formula(text, row))
        written |= {(row, 1): Cell(number), (row, 2): Cell(0.0)}
        written[row, 3] = Cell("–", formula=formula(text, row))
    model.evaluate()
    book = tmp_path / "texts.xlsx"
    write(Book("Texts", (Sheet("Texts", written),)), book)
    recalculated = office.values(book)["Texts"]
    wrong = []
    for row, (text, number) in enumerate(table, 1):
        ours = value(text, {X: number, Y: 0.0})
        # IronCalc keeps the minus of what it rounds to 0.
        second = re.sub(r"^-(0(\.0+)?)$", r"\1", str(model.get_cell_value(0, row, 3)))
        theirs = recalculated[f"C{row}"], second
        if theirs != (ours, ours):
            wrong.append((text, number, ours, theirs))
    assert not wrong


def test_formulas_hold_only_numbers_that_every_program_reads() -> None:
    """HyperFormula, for one, does not read 1E9 and 1E-300."""
    assert "E" not in excel(number_in_brackets(X), lambda _: "_").replace("INT", "")
