"""The pieces of a step of learning: forward and backward through one stage, in cells."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
from sympy import Expr, Symbol

from toolkit.book.grid import Grid, moving
from toolkit.book.live import computed
from toolkit.book.sheet import Area, Cell, Known, Scale, Sheet, at, letters, quoted
from toolkit.convnet.stages import EPSILON, Stage
from toolkit.pages.live import backward as back
from toolkit.pages.live import equations as eq
from toolkit.pages.live.layer import (
    NEGATIVE,
    NUMBERS,
    POSITIVE,
    beside,
    shading,
    width_of,
)  # fmt: skip
from toolkit.pages.live.layout import FIRST_ROW, Array, Cells, Maps, Tiling, filled

HELD = {eq.GAMMA: 0, eq.BETA: 1, eq.MEAN: 2, eq.VARIANCE: 3, eq.SCALE: 4, eq.SHIFT: 5, eq.BIAS: 6}
AFTER = ("∂γ", "∂β", "∂b", "new γ", "new β", "new s", "new t", "new b")
Reads = dict[Symbol, Known]


@dataclass(frozen=True)
class Block:
    """A kernel's cells: `values` (rows, columns) from the cell (row, column) on."""

    sheet: str
    row: int
    column: int
    values: Array = field(repr=False)

    @property
    def whole(self) -> Known:
        """The range, or the number where it is one cell."""
        size = len(self.values)
        first = f"${letters(self.column)}${self.row}"
        last = f"${letters(self.column + size - 1)}${self.row + size - 1}"
        address = first if size == 1 else f"{first}:{last}"
        value = float(self.values[0, 0]) if size == 1 else self.values
        return Known(f"{quoted(self.sheet)}!{address}", value)

    @property
    def cells(self) -> Known:
        """Cell by cell."""
        return Known(f"{quoted(self.sheet)}!{moving(self.row, self.column)}", self.values)

    @property
    def turned(self) -> Known:
        """Cell by cell from the last to the first: the kernel turned by half a turn."""
        size = len(self.values)
        address = moving(self.row + size - 1, self.column + size - 1, -1, -1)
        return Known(f"{quoted(self.sheet)}!{address}", self.values[::-1, ::-1])


@dataclass(frozen=True)
class Weights:
    """Where a stage's parameters stand: kernels by (output, input), numbers by output."""

    kernels: dict[tuple[int, int], Block]
    numbers: dict[Symbol, list[Known]]

    def reads(self, channel: int) -> Reads:
        """What the formulas of one output map read."""
        found = {symbol: known[channel] for symbol, known in self.numbers.items()}
        kernels = {i: block.whole for (o, i), block in self.kernels.items() if o == channel}
        return found | {eq.kernel(i + 1): known for i, known in kernels.items()}


@dataclass
class Page:
    """A sheet in the making."""

    name: str
    cells: Cells = field(default_factory=dict)
    grids: list[Grid] = field(default_factory=list)
    scales: list[Scale] = field(default_factory=list)
    widths: dict[int, float] = field(default_factory=dict)
    pixels: int = 13
    last: int = FIRST_ROW

    def lay(
        self,
        tiles: Tiling,
        label: str,
        expr: Expr,
        reads: Callable[[int], Reads],
        shape: bool = False,
    ) -> Maps:
        """Maps whose cells compute `expr` of what each channel reads."""
        size = (tiles.high, tiles.wide) if shape else None
        grids = [
            filled(expr, reads(n), place, "shade" if tiles.wide > 1 else "small number", size)
            for n, place in enumerate(tiles.places)
        ]
        return self.put(tiles, label, grids)

    def put(self, tiles: Tiling, label: str, grids: list[Grid]) -> Maps:
        """Maps that are made already; where they are smaller than the tiles, zeros follow."""
        self.grids += grids
        for n, (row, column) in enumerate(tiles.places, 1):
            self.cells[row - 1 - tiles.margin, column] = Cell(f"{label} {n}", "small")
        short = [
            np.pad(
                grid.values,
                ((0, tiles.high - len(grid.values)), (0, tiles.wide - grid.values.shape[1])),
            )
            for grid in grids
        ]
        maps = Maps(self.name, tiles.places, np.stack(short))
        self.scales.append(shading(maps))
        self.last = max(self.last, tiles.last)
        narrow = range(1, tiles.right)
        self.widths |= {c: width_of(self.pixels) for c in narrow if c not in self.widths}
        return maps

    def sheet(self, title: str, tab: str) -> Sheet:
        """The sheet."""
        rows = range(FIRST_ROW - 1, self.last + 1)
        return Sheet(
            self.name,
            {(1, 2): Cell(title, "title"), **self.cells},
            grids=tuple(self.grids),
            widths=self.widths,
            heights=dict.fromkeys(rows, self.pixels * 0.75),
            freeze=(FIRST_ROW - 1, 1),
            tab=tab,
            scales=tuple(self.scales),
            pages_high=1,
        )


def as_maps(stage: Stage) -> Stage:
    """Single numbers as maps of one cell, so that all stages are alike."""
    shapes = [(*shape, 1, 1) if len(shape) == 1 else shape for shape in (stage.input, stage.output)]
    stage = replace(stage, input=shapes[0], output=shapes[1])
    if stage.kind == "linear":
        return replace(stage, kind="convolution", kernel=stage.kernel[:, :, None, None])
    return stage


def main_part(stage: Stage) -> Stage:
    """The stage without what changes its output in place."""
    return replace(stage, norm=None, relu=False)


@dataclass(frozen=True)
class Passed:
    """A stage passed forward: what it read, what it computed, and that after norm and ReLU."""

    stage: Stage
    name: str
    before: Maps
    z: Maps
    a: Maps
    weights: Weights


def forward(
    stage: Stage, page: Page, first: int, before: Maps, weights: Weights, margin: int, name: str
) -> Passed:
    """The maps of one stage from row `first` of a page on."""
    z = before
    if stage.kind != "pointwise":
        tiles = _tiles(stage.output, margin, first)
        single = stage.output[1] == 1

        def reads(channel: int) -> Reads:
            return _windows(stage, before, channel) | weights.reads(channel)

        z = page.lay(tiles, "z", eq.output(main_part(stage)), reads, shape=single)
        first = tiles.last + 3
    a = z
    if stage.norm or stage.relu:
        expr = eq.finished(replace(stage, bias=None), back.Z)

        def changed(channel: int) -> Reads:
            return {back.Z: z.window(channel, 1)} | weights.reads(channel)

        a = page.lay(_tiles(stage.output, margin, first), "a", expr, changed)
    return Passed(stage, name, before, z, a, weights)


def _tiles(shape: tuple[int, ...], margin: int, first: int) -> Tiling:
    count, high, wide = shape
    return Tiling(count, high, wide, margin, first)


def _windows(stage: Stage, before: Maps, channel: int) -> Reads:
    if stage.kind == "average":
        return {eq.window(1): before.whole(channel)}
    if stage.kind != "convolution":
        return {eq.window(1): before.window(channel, stage.size, stage.stride)}
    return {
        eq.window(n): before.window(n - 1, stage.size, stage.stride, stage.padding)
        for n in range(1, stage.input[0] + 1)
    }


def shown_weights(stage: Stage, page: Page, margin: int) -> Weights:
    """The trained parameters, put on the page beside the maps."""
    right = _tiles(stage.output, margin, FIRST_ROW).right
    cells, _, scales, widths = beside(stage, page.name, right)
    page.cells |= cells
    page.scales += scales
    page.widths |= widths
    page.last = max([page.last, *(row for row, _ in cells)])
    step = stage.size + (stage.size > 1)
    left = right + 2 + len(NUMBERS)
    kernels = {
        (o, i): Block(page.name, FIRST_ROW + o * step, left + i * step, stage.kernel[o, i])
        for o, i in (np.ndindex(*stage.kernel.shape[:2]) if stage.kernel.size else ())
    }
    numbers = {
        symbol: [
            at(page.name, row, right + 1 + n, page.cells[row, right + 1 + n].value)
            for row in range(FIRST_ROW, FIRST_ROW + stage.output[0] * step, step)
        ]
        for symbol, n in HELD.items()
        if (FIRST_ROW, right + 1 + n) in cells
    }
    return Weights(kernels, numbers)


@dataclass(frozen=True)
class Returned:
    """A stage passed backward: what reaches its inputs, its parameters after the step, and the
    areas of all gradients of parameters.
    """

    by_input: Maps
    weights: Weights
    gradients: tuple[tuple[Area, Array], ...]


def backward(
    passed: Passed, arriving: Maps, page: Page, rate: Known, margin: int, *, last: bool
) -> Returned:
    """The page of gradients of one stage; `arriving` is ∂loss/∂a. The last stage on the way back
    needs none by its inputs.
    """
    stage = passed.stage
    first = FIRST_ROW
    by_z = arriving
    if stage.norm or stage.relu:

        def reads(channel: int) -> Reads:
            found = {back.G: arriving.window(channel, 1), back.A: passed.a.window(channel, 1)}
            return found | passed.weights.reads(channel)

        tiles = _tiles(stage.output, margin, first)
        by_z = page.lay(tiles, "∂z", back.in_place(stage), reads)
        first = tiles.last + 3
    if stage.kind == "convolution" and (stage.stride > 1 or (by_z is arriving and stage.size > 1)):
        by_z, first = _spread(stage, by_z, page, margin, first)
    weights, gradients, turned = _parameters(passed, arriving, by_z, page, rate, margin)
    by_input = by_z
    if not last:
        by_input = _by_input(passed, by_z, turned, page, margin, first)
    return Returned(by_input, weights, gradients)


def _spread(stage: Stage, maps: Maps, page: Page, margin: int, first: int) -> tuple[Maps, int]:
    """Gradients as far apart as the windows were, with blank cells between and around them."""
    count, high, wide = maps.values.shape
    step = stage.stride
    values = np.zeros((count, (high - 1) * step + 1, (wide - 1) * step + 1))
    values[:, ::step, ::step] = maps.values
    tiles = _tiles(values.shape, margin, first)
    for channel, (row, column) in enumerate(tiles.places):
        page.cells[row - 1 - margin, column] = Cell(f"∂z spread {channel + 1}", "small")
        top, left = maps.places[channel]
        for down, across in np.ndindex(high, wide):
            known = at(maps.sheet, top + down, left + across, maps.values[channel, down, across])
            place = row + down * step, column + across * step
            page.cells[place] = computed(back.G, {back.G: known}, "shade")
    found = Maps(page.name, tiles.places, values)
    page.scales.append(shading(found))
    page.last = max(page.last, tiles.last)
    page.widths |= {c: width_of(page.pixels) for c in range(1, tiles.right) if c not in page.widths}
    return found, tiles.last + 3


def _by_input(
    passed: Passed,
    by_z: Maps,
    turned: dict[tuple[int, int], Block],
    page: Page,
    margin: int,
    first: int,
) -> Maps:
    stage = passed.stage
    if stage.kind == "pointwise":
        return by_z
    tiles = _tiles(stage.input, margin, first)
    if stage.kind == "pool":
        grids = [_unpooled(passed, by_z, n, place) for n, place in enumerate(tiles.places)]
        return page.put(tiles, "∂x", grids)
    if stage.kind == "average":
        expr = back.by_mean(stage.input[1] * stage.input[2])
        return page.lay(tiles, "∂x", expr, lambda n: {back.G: by_z.whole(n)}, shape=True)
    padding = stage.size - 1 - stage.padding

    def reads(channel: int) -> Reads:
        found: Reads = {}
        for o in range(stage.output[0]):
            found[back.gradient(o + 1)] = by_z.window(o, stage.size, 1, padding)
            found[back.flipped(o + 1)] = turned[o, channel].whole
        return found

    return page.lay(tiles, "∂x", back.by_input(stage), reads)


def _unpooled(passed: Passed, by_z: Maps, channel: int, place: tuple[int, int]) -> Grid:
    """What reaches the cells of one map before pooling: a formula for each place in the window."""
    size, sheet = passed.stage.size, quoted(passed.before.sheet)
    row, column = passed.before.places[channel]
    out = {}
    for symbol, maps in ((back.LARGEST, passed.z), (back.G, by_z)):
        top, left = maps.places[channel]
        spread = np.kron(maps.values[channel], np.ones((size, size)))
        out[symbol] = f"{quoted(maps.sheet)}!{moving(top, left, 1, 1, size)}", spread
    high, wide = out[back.G][1].shape
    x = passed.before.values[channel][:high, :wide]
    values, turns = np.zeros((high, wide)), []
    for down in range(size):
        line = []
        for across in range(size):
            number = down * size + across
            expr = back.by_pooled(number)
            known = {s: Known(a, v[down::size, across::size]) for s, (a, v) in out.items()}
            for n in range(number + 1):
                i, j = divmod(n, size)
                symbol = back.X if n == number else Symbol(f"x{n + 1}")
                address = f"{sheet}!{moving(row + i, column + j, size, size, size)}"
                known[symbol] = Known(address, x[i::size, j::size])
            grid = filled(expr, known, place, "shade")
            values[down::size, across::size] = grid.values
            line.append(grid.formula or "")
        turns.append(tuple(line))
    return Grid(*place, values, "shade", turns=tuple(turns))


def _parameters(
    passed: Passed, arriving: Maps, by_z: Maps, page: Page, rate: Known, margin: int
) -> tuple[Weights, tuple[tuple[Area, Array], ...], dict[tuple[int, int], Block]]:
    """Gradients and new values beside the maps, and the kernels turned by half a turn."""
    stage, name = passed.stage, page.name
    right = max(_tiles(s, margin, FIRST_ROW).right for s in (stage.input, by_z.values.shape))
    step = stage.size + (stage.size > 1)
    numbers: dict[Symbol, list[Known]] = {symbol: [] for symbol in passed.weights.numbers}
    kernels: dict[tuple[int, int], Block] = {}
    turned: dict[tuple[int, int], Block] = {}
    areas: list[tuple[Area, Array]] = []
    if not passed.weights.numbers and not passed.weights.kernels:
        return Weights({}, {}), (), {}
    for n, heading in enumerate(AFTER):
        page.cells[FIRST_ROW - 1, right + 1 + n] = Cell(heading, "small centred")
    for channel in range(stage.output[0]):
        row = FIRST_ROW + channel * step
        page.cells[row, right] = Cell(f"map {channel + 1}", "small")
        _new_numbers(passed, arriving, by_z, page, rate, channel, row, right + 1, numbers, areas)
    wide = stage.input[0] * step
    lefts = [right + 2 + len(AFTER) + n * (wide + 1) for n in range(3)]
    titles = ("∂loss/∂kernel", "kernel after the step", "kernel turned, for the way back")
    if stage.kernel.size:
        for left, words in zip(lefts, titles, strict=True):
            page.cells[FIRST_ROW - 2, left] = Cell(words, "bold")
        side = by_z.values.shape[1]
        expr = back.by_kernel(side == 1)
        for (o, i), block in passed.weights.kernels.items():
            places = [(FIRST_ROW + o * step, left + i * step) for left in lefts]
            window = passed.before.window(i, side, 1, stage.padding)
            size = stage.size
            cut = window.value[:size, :size]  # type: ignore[index]
            known = {back.X: Known(window.address, cut), back.G: by_z.whole(o)}
            slope = filled(expr, known, places[0], "small number", (size, size))
            new = filled(
                back.NEW.expr,
                {
                    back.OLD: block.cells,
                    back.RATE: rate,
                    back.SLOPE: Block(name, *places[0], slope.values).cells,
                },
                places[1],
                "small number",
            )
            turn = filled(back.OLD, {back.OLD: block.turned}, places[2], "small number")
            page.grids += [slope, new, turn]
            kernels[o, i] = Block(name, *places[1], new.values)
            turned[o, i] = Block(name, *places[2], turn.values)
        _frame(page, stage, lefts, step)
        slopes = np.stack([grid.values for grid in page.grids[-3 * len(kernels) :: 3]])
        last_row = FIRST_ROW + stage.output[0] * step - 1
        areas.append(((FIRST_ROW, lefts[0], last_row, lefts[0] + wide - 1), slopes))
    page.last = max(page.last, FIRST_ROW + stage.output[0] * step)
    page.widths |= dict.fromkeys(range(right, right + 1 + len(AFTER)), 6.4)
    return Weights(kernels, numbers), tuple(areas), turned


def _frame(page: Page, stage: Stage, lefts: list[int], step: int) -> None:
    """Widths and colours of the three blocks of kernels."""
    wide = stage.input[0] * step
    for n, left in enumerate(lefts):
        for column in range(left, left + wide):
            blank = step > 1 and (column - left) % step == stage.size
            page.widths[column] = 1.0 if blank else 5.0
        page.widths[left + wide] = 2.0
        area = FIRST_ROW, left, FIRST_ROW + stage.output[0] * step - 1, left + wide - 1
        values = np.stack(
            [g.values for g in page.grids[n - 3 * stage.output[0] * stage.input[0] :: 3]]
        )
        page.scales.append(Scale((area,), POSITIVE, NEGATIVE, end=float(abs(values).max()) or 1.0))


def _new_numbers(
    passed: Passed, arriving: Maps, by_z: Maps, page: Page, rate: Known, channel: int, row: int,
    column: int, numbers: dict[Symbol, list[Known]], areas: list[tuple[Area, Array]],
) -> None:  # fmt: skip
    """Gradients and new values of one channel's batch norm and bias."""
    stage, held = passed.stage, passed.weights.numbers

    def put(n: int, expr: Expr, known: Reads) -> Known:
        page.cells[row, column + n] = computed(expr, known, "small number")
        return at(page.name, row, column + n, page.cells[row, column + n].value)

    def new(n: int, symbol: Symbol, slope: Known) -> Known:
        read = {back.OLD: held[symbol][channel], back.RATE: rate, back.SLOPE: slope}
        return put(n, back.NEW.expr, read)

    if stage.norm:
        read = {
            back.G: arriving.whole(channel),
            back.A: passed.a.whole(channel),
            back.Z: passed.z.whole(channel),
            eq.EPSILON: Known(repr(EPSILON), EPSILON),
            eq.MEAN: held[eq.MEAN][channel],
            eq.VARIANCE: held[eq.VARIANCE][channel],
        }
        slopes = put(0, back.by_gamma(stage), read), put(1, back.by_beta(stage), read)
        read |= {eq.GAMMA: new(3, eq.GAMMA, slopes[0]), eq.BETA: new(4, eq.BETA, slopes[1])}
        read[eq.SCALE] = put(5, eq.SCALED.expr, read)
        read[eq.SHIFT] = put(6, eq.SHIFTED.expr, read)
        for symbol in (eq.GAMMA, eq.BETA, eq.MEAN, eq.VARIANCE, eq.SCALE, eq.SHIFT):
            numbers[symbol].append(read[symbol])
        found = np.array([[float(slope.value) for slope in slopes]])  # type: ignore[arg-type]
        areas.append(((row, column, row, column + 1), found))
    if stage.bias is not None:
        slope = put(2, back.by_bias(), {back.G: by_z.whole(channel)})
        numbers[eq.BIAS].append(new(7, eq.BIAS, slope))
        areas.append(((row, column + 2, row, column + 2), np.array([[slope.value]], float)))
