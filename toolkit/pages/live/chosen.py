"""The map of a reader's choice, large, with its kernel beside it; formulas find both by number."""

from dataclasses import dataclass

import numpy as np
from sympy import Expr, Integer, Piecewise, Symbol

from toolkit.book.address import Area
from toolkit.book.known import Known, constant
from toolkit.book.sheet import Scale, Validation
from toolkit.book.tables import Cell
from toolkit.pages.live.choice import CHOICE_ROW
from toolkit.pages.live.choosable import Choosable
from toolkit.pages.live.layout import LivePage
from toolkit.pages.live.numbered import by_case, chosen
from toolkit.pages.live.shading import NEGATIVE, POSITIVE
from toolkit.symbols.bounds import ordinal
from toolkit.symbols.choices import if_number, matching
from toolkit.symbols.lookups import element, place_or
from toolkit.symbols.ranges import largest, smallest
from toolkit.symbols.text import Text, joined

LAYER, MAP, FROM, NAMES, NAME = (Symbol(n) for n in ("layer", "map", "from", "names", "name"))
HIGH, WIDE, TOP, LEFT, SIZE = (Symbol(n) for n in ("high", "wide", "top", "left", "size"))
DOWN, RIGHT, CELL, CELLS, LARGEST = (Symbol(n) for n in ("down", "right", "cell", "cells", "most"))
SHOWN, EACH = 28, 2  # cells of the large map to a side, and how often each is repeated
CELL_HIGH, CELL_WIDE = 5, 10  # rows and columns of a weight, of three pixels each
HELPER = 26  # columns of a number below the first view
BLANK = Text("")


@dataclass
class ChosenMap:
    """The part of a page that shows the chosen map. The choices stand in the row of the digit from
    `column` on, the map from (row, column) on, and what formulas compute first from row `helper`.
    """

    page: LivePage
    layers: list[Choosable]
    row: int
    column: int
    helper: int

    def write(self) -> None:
        """Write the choices, the map and its kernel."""
        known = self._choices()
        self._place(known)
        cells = self._cells(known)
        self._map(known, cells)
        self._kernel(known)

    def _choices(self) -> dict[Symbol, Known]:
        """The yellow cells of the layer, its map and the map that a kernel reads."""
        page, column = self.page, self.column
        first = self.layers[0].name
        names = tuple(layer.name for layer in self.layers)
        typed = {
            LAYER: self._input("Layer:", column, 15, 40, first, "choice"),
            MAP: self._input("map:", column + 58, 14, 14, 1, "input"),
            FROM: self._input("kernel for map:", column + 90, 38, 14, 1, "input"),
        }
        page.validations.append(
            Validation(
                row=CHOICE_ROW,
                column=column + 15,
                last_row=CHOICE_ROW,
                kind="choice",
                title="Which layer?",
                message="The layer whose map is shown large.",
                choices=names,
            )
        )
        for place, what in ((column + 72, "map of the layer"), (column + 128, "map that it reads")):
            page.validations.append(
                Validation(
                    row=CHOICE_ROW,
                    column=place,
                    last_row=CHOICE_ROW,
                    kind="whole",
                    title=f"Which {what}?",
                    message="A whole number from 1 on; the last one counts for larger numbers.",
                    least=1,
                )
            )
        return self._numbers(typed)

    def _input(
        self, label: str, column: int, before: int, wide: int, value: str | int, style: str
    ) -> Known:
        page = self.page
        page.cells[CHOICE_ROW, column] = Cell(label, "name")
        place = CHOICE_ROW, column + before
        page.cells[place] = Cell(value, style)
        page.merges.append(Area.of(*place, wide=wide))
        return page.known(place)

    def _numbers(self, typed: dict[Symbol, Known]) -> dict[Symbol, Known]:
        """What is read of the choices: numbers within the layer's bounds."""
        page, row = self.page, self.helper
        page.cells[row, 2] = Cell("The chosen map", "subtitle")
        listed = []
        for n, layer in enumerate(self.layers, row + 1):
            page.cells[n, 2] = Cell(layer.name, "label")
            listed.append(layer.name)
        area = Area.of(row + 1, 2, len(listed))
        known = {LAYER: typed[LAYER], NAMES: Known(area.absolute_range, listed)}
        known[LAYER] = self._number(0, "layer", place_or(LAYER, NAMES, Integer(1)), known)
        for n, (symbol, counts) in enumerate(
            (
                (MAP, [len(layer.maps.maps.places) for layer in self.layers]),
                (FROM, [layer.inputs for layer in self.layers]),
            ),
            1,
        ):
            most = by_case(LAYER, counts)
            expr = ordinal(symbol, most)
            known[symbol] = self._number(
                n, str(symbol), expr, {symbol: typed[symbol], LAYER: known[LAYER]}
            )
        return known

    def _number(self, n: int, name: str, expr: Expr, known: dict[Symbol, Known]) -> Known:
        """A number below the first view, its name above it."""
        place = self.helper + 1, 3 + n * (HELPER + 2)
        self.page.cells[place[0] - 1, place[1]] = Cell(name, "muted")
        self.page.merges.append(Area.of(*place, wide=HELPER))
        return self.page.compute(place, expr, known, "integer")

    def _place(self, known: dict[Symbol, Known]) -> None:
        """Where the chosen map and its kernel begin, and how large they are."""
        shapes = [layer.maps.maps.values.shape for layer in self.layers]
        known[HIGH] = self._number(
            3, "rows", by_case(LAYER, [min(SHOWN, s[1]) for s in shapes]), known
        )
        known[WIDE] = self._number(
            4, "columns", by_case(LAYER, [min(SHOWN, s[2]) for s in shapes]), known
        )
        for n, symbol in enumerate((TOP, LEFT)):
            cases = [layer.maps.corner(MAP)[n] + layer.maps.map_offset[n] for layer in self.layers]
            expr = cases[0] if len(cases) == 1 else chosen(LAYER, *cases)
            known[symbol] = self._number(5 + n, ("first row", "first column")[n], expr, known)
        known[SIZE] = self._number(
            7, "kernel's size", by_case(LAYER, [layer.size for layer in self.layers]), known
        )

    def _cells(self, known: dict[Symbol, Known]) -> Known:
        """The cells of the chosen map, as they stand on the sheet of its layer."""
        symbols = [Symbol(f"maps{n}") for n in range(len(self.layers))]
        reads = known | {s: layer.maps.known for s, layer in zip(symbols, self.layers, strict=True)}
        cases = [element(s, TOP + DOWN, LEFT + RIGHT) for s in symbols]
        found = cases[0] if len(cases) == 1 else chosen(LAYER, *cases)
        expr = Piecewise((found, (DOWN < HIGH) & (RIGHT < WIDE)), (BLANK, True))
        top = self.helper + len(self.layers) + 4
        self.page.cells[top - 1, 2] = Cell("The chosen map, cell by cell", "muted")
        return self._square(expr, reads, Area.of(top, 3, SHOWN, SHOWN), "shade")

    def _square(self, expr: Expr, reads: dict[Symbol, Known], area: Area, style: str) -> Known:
        """Cells of a square that each compute `expr` for its place, counted from 0."""
        values = []
        for row, column in area.places:
            reads[DOWN], reads[RIGHT] = constant(row - area.row), constant(column - area.column)
            values += self.page.compute((row, column), expr, reads, style).values
        return Known(area.absolute_range, values)

    def _map(self, known: dict[Symbol, Known], cells: Known) -> None:
        """The map, each cell as a share of its largest."""
        page, row, column = self.page, self.row + CELL_HIGH, self.column
        largest_of = Piecewise(
            (largest(CELLS), largest(CELLS) > -smallest(CELLS)), (-smallest(CELLS), True)
        )
        reads = {LARGEST: self._number(8, "largest", largest_of, {CELLS: cells})}
        self._caption(known)
        expr = if_number(CELL, CELL / (LARGEST + Symbol("tiny")), BLANK)
        reads[Symbol("tiny")] = constant(1e-12)
        top = self.helper + len(self.layers) + 4
        for down, right in np.ndindex(SHOWN * EACH, SHOWN * EACH):
            source = top + down // EACH, 3 + right // EACH
            value = page.cells[source].value
            reads[CELL] = Known(Area.of(*source).relative, value)
            page.compute((row + down, column + right), expr, reads, "shade")
        area = Area.of(row, column, SHOWN * EACH, SHOWN * EACH)
        page.scales.append(Scale((area,), POSITIVE, NEGATIVE, end=1.0))

    def _caption(self, known: dict[Symbol, Known]) -> None:
        words = joined(Text("Map "), MAP, Text(" of "), element(NAMES, LAYER))
        self._words(self.row, self.column, words, known)
        words = matching(
            SIZE,
            Integer(0),
            Text("This layer has no kernel."),
            joined(Text("Its kernel for map "), FROM),
        )
        self._words(self.row, self.column + SHOWN * EACH + 6, words, known)

    def _words(self, row: int, column: int, expr: Expr, known: dict[Symbol, Known]) -> None:
        """A line of text, as high as five rows."""
        self.page.compute((row, column), expr, known, "name")
        self.page.merges.append(Area.of(row, column, CELL_HIGH, 58))

    def _kernel(self, known: dict[Symbol, Known]) -> None:
        """The kernel of the chosen map, and where it is edited."""
        page, left = self.page, self.column + SHOWN * EACH + 6
        with_kernels = [layer for layer in self.layers if layer.size]
        if not with_kernels:
            return
        symbols = {layer.name: Symbol(f"kernels{n}") for n, layer in enumerate(self.layers)}
        reads = known | {symbols[layer.name]: layer.kernels.known for layer in with_kernels}
        cases = [self._weight(layer, symbols[layer.name]) for layer in self.layers]
        found = cases[0] if len(cases) == 1 else chosen(LAYER, *cases)
        expr = Piecewise((found, (DOWN < SIZE) & (RIGHT < SIZE)), (BLANK, True))
        side, places = max(layer.size for layer in self.layers), []
        for down, right in np.ndindex(side, side):
            reads[DOWN], reads[RIGHT] = constant(down), constant(right)
            place = self.row + CELL_HIGH * (down + 1), left + CELL_WIDE * right
            page.compute(place, expr, reads, "small number")
            places.append(Area.of(*place, CELL_HIGH, CELL_WIDE))
        page.merges += places
        # Programs differ on whether the colour of a merged cell fills all of it.
        shaded = left + CELL_WIDE * side + 2
        for n, area in enumerate(places):
            source = page.known((area.row, area.column))
            for y, x in np.ndindex(CELL_HIGH, CELL_HIGH):
                place = area.row + y, shaded + CELL_HIGH * (n % side) + x
                page.compute(place, CELL, {CELL: source}, "shade")
        end = float(
            max(abs(c.values).max() for c in with_kernels[0].kernels.weights.kernels.values())
        )
        areas = (Area.of(places[0].row, shaded, CELL_HIGH * side, CELL_HIGH * side),)
        page.scales.append(Scale(areas, POSITIVE, NEGATIVE, end=end or 1.0))
        words = joined(
            Text("The kernel is edited on sheet "),
            element(NAMES, LAYER),
            Text(", beside the map."),
        )
        below = self.row + CELL_HIGH + SHOWN * EACH + 1
        expr = matching(SIZE, Integer(0), BLANK, words)
        page.compute((below, self.column), expr, known, "muted")
        page.merges.append(Area.of(below, self.column, CELL_HIGH, 140))

    @staticmethod
    def _weight(layer: Choosable, symbol: Symbol) -> Expr:
        """A weight of the kernel for the map of number FROM."""
        if not layer.size:
            return Integer(0)
        region, first = layer.kernels, layer.kernels.weights.kernels[0, 0]
        row, column = region.offset(first)
        top, left = region.corner(MAP)
        starts = [region.offset(region.weights.kernels[0, i]) for i in range(layer.inputs)]
        downs, rights = ([start[n] - (row, column)[n] for start in starts] for n in (0, 1))
        if layer.inputs > 1:
            return element(
                symbol,
                top + row + by_case(FROM, downs) + DOWN,
                left + column + by_case(FROM, rights) + RIGHT,
            )
        return element(symbol, top + row + DOWN, left + column + RIGHT)
