"""The gradient of every parameter of a stage, and its value after the step."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from sympy import Expr, Symbol

from toolkit.book.address import Area
from toolkit.book.grid import Grid
from toolkit.book.known import Known, at
from toolkit.book.live import computed
from toolkit.book.sheet import Scale
from toolkit.book.tables import Cell
from toolkit.convnet.stages import Stage
from toolkit.pages.live import backward as back
from toolkit.pages.live import equations as eq
from toolkit.pages.live.forward import ForwardPass, tiles_of
from toolkit.pages.live.layer import NEGATIVE, POSITIVE
from toolkit.pages.live.layout import FIRST_ROW, Array, Maps, filled
from toolkit.pages.live.page import KernelCells, MapPage, Reads, Weights

TITLES = ("∂loss/∂kernel", "kernel after the step", "kernel turned, for the way back")
SLOPES = 3  # of the numbers beside the maps, the first
AFTER = ("∂γ", "∂β", "∂b", "new γ", "new β", "new s", "new t", "new b")


@dataclass(frozen=True)
class ParameterUpdate:
    """The step of a stage's parameters: the gradients by its outputs after and before ReLU, the
    page that shows them, and the learning rate.
    """

    passed: ForwardPass
    arriving: Maps
    by_z: Maps
    page: MapPage
    rate: Known
    margin: int

    @property
    def stage(self) -> Stage:
        """The stage."""
        return self.passed.stage

    @property
    def step(self) -> int:
        """Rows, and columns, from one kernel to the next."""
        return self.stage.size + (self.stage.size > 1)

    @property
    def right(self) -> int:
        """The first column beside all maps of the page."""
        shapes = self.stage.input, self.by_z.values.shape, self.stage.output
        return max(tiles_of(shape, self.margin, FIRST_ROW).right for shape in shapes)

    @property
    def lefts(self) -> list[int]:
        """The first columns of the three blocks of kernels."""
        wide = self.stage.input[0] * self.step
        return [self.right + 2 + len(AFTER) + n * (wide + 1) for n in range(len(TITLES))]


@dataclass(frozen=True)
class NewParameters:
    """Parameters after the step, kernels turned for the way back, and where all gradients stand."""

    weights: Weights
    turned: dict[tuple[int, int], KernelCells]
    gradients: tuple[tuple[Area, Array], ...]


def parameters(job: ParameterUpdate) -> NewParameters:
    """Gradients and new values beside the maps."""
    if not job.passed.weights.numbers and not job.passed.weights.kernels:
        return NewParameters(Weights({}, {}), {}, ())
    page, right = job.page, job.right
    for n, heading in enumerate(AFTER):
        if not (job.stage.bias is not None if heading.endswith("b") else job.stage.norm):
            continue
        page.cells[FIRST_ROW - 1, right + 1 + n] = Cell(heading, "small centred")
    numbers: dict[Symbol, list[Known]] = {symbol: [] for symbol in job.passed.weights.numbers}
    areas: list[tuple[Area, Array]] = []
    for channel in range(job.stage.output[0]):
        page.cells[FIRST_ROW + channel * job.step, right] = Cell(f"map {channel + 1}", "small")
        areas += _new_numbers(job, channel, numbers)
    page.last = max(page.last, FIRST_ROW + job.stage.output[0] * job.step)
    page.widths |= dict.fromkeys(range(right, right + 1 + len(AFTER)), 6.4)
    grids = {place: _new_kernel(job, *place) for place in job.passed.weights.kernels}
    if grids:
        areas.append(_framed(job, [slope for slope, _, _ in grids.values()]))
    blocks = [
        {
            place: KernelCells(page.name, g[n].row, g[n].column, g[n].values)
            for place, g in grids.items()
        }
        for n in (1, 2)
    ]
    return NewParameters(Weights(blocks[0], numbers), blocks[1], tuple(areas))


def _new_kernel(job: ParameterUpdate, o: int, i: int) -> tuple[Grid, Grid, Grid]:
    """One kernel's gradient, its new weights, and itself turned by half a turn."""
    size, side = job.stage.size, job.by_z.values.shape[1]
    row, step = FIRST_ROW + o * job.step, i * job.step
    places = [(row, left + step) for left in job.lefts]
    window = job.passed.before.window(i, side, 1, job.stage.padding)
    cut = Known(window.address, np.asarray(window.value)[:size, :size])
    slope = filled(
        back.by_kernel(side == 1),
        {back.X: cut, back.G: job.by_z.whole(o)},
        places[0],
        "small slope",
        (size, size),
    )
    block = job.passed.weights.kernels[o, i]
    operands = {
        back.OLD: block.cells,
        back.RATE: job.rate,
        back.SLOPE: KernelCells(job.page.name, *places[0], slope.values).cells,
    }
    new = filled(back.NEW.expr, operands, places[1], "small number")
    turned = filled(back.OLD, {back.OLD: block.turned}, places[2], "small number")
    job.page.grids += [slope, new, turned]
    return slope, new, turned


def _framed(job: ParameterUpdate, slopes: list[Grid]) -> tuple[Area, Array]:
    """Titles, widths and colours of the three blocks of kernels; the area of the gradients."""
    stage, page = job.stage, job.page
    wide, last = stage.input[0] * job.step, FIRST_ROW + stage.output[0] * job.step - 1
    values = np.stack([grid.values for grid in slopes])
    ends = [float(abs(part).max()) or 1.0 for part in (values, stage.kernel, stage.kernel)]
    for left, words, end in zip(job.lefts, TITLES, ends, strict=True):
        page.cells[FIRST_ROW - 2, left] = Cell(words, "bold")
        for column in range(left, left + wide):
            blank = job.step > 1 and (column - left) % job.step == stage.size
            page.widths[column] = 1.0 if blank else 5.6
        page.widths[left + wide] = 2.0
        area = Area(FIRST_ROW, left, last, left + wide - 1)
        page.scales.append(Scale((area,), POSITIVE, NEGATIVE, end=end))
    return Area(FIRST_ROW, job.lefts[0], last, job.lefts[0] + wide - 1), values


def _new_numbers(
    job: ParameterUpdate, channel: int, numbers: dict[Symbol, list[Known]]
) -> Iterator[tuple[Area, Array]]:
    """Gradients and new values of one channel's batch norm and bias, added to `numbers`."""
    if job.stage.norm:
        yield from _new_norm(job, channel, numbers)
    if job.stage.bias is not None:
        slope = _put(job, channel, 2, back.by_bias(), {back.G: job.by_z.whole(channel)})
        numbers[eq.BIAS].append(_new(job, channel, 7, eq.BIAS, slope))
        yield _area(job, channel, 2, [slope])


def _new_norm(
    job: ParameterUpdate, channel: int, numbers: dict[Symbol, list[Known]]
) -> Iterator[tuple[Area, Array]]:
    held, passed = job.passed.weights.numbers, job.passed
    operands = {
        back.G: job.arriving.whole(channel),
        back.A: passed.a.whole(channel),
        back.Z: passed.z.whole(channel),
    }
    operands |= {symbol: held[symbol][channel] for symbol in (eq.MEAN, eq.VARIANCE, eq.EPSILON)}
    slopes = [
        _put(job, channel, 0, back.by_gamma(job.stage), operands),
        _put(job, channel, 1, back.by_beta(job.stage), operands),
    ]
    operands[eq.GAMMA] = _new(job, channel, 3, eq.GAMMA, slopes[0])
    operands[eq.BETA] = _new(job, channel, 4, eq.BETA, slopes[1])
    operands[eq.SCALE] = _put(job, channel, 5, eq.SCALED.expr, operands)
    operands[eq.SHIFT] = _put(job, channel, 6, eq.SHIFTED.expr, operands)
    for symbol in (eq.GAMMA, eq.BETA, eq.MEAN, eq.VARIANCE, eq.EPSILON, eq.SCALE, eq.SHIFT):
        numbers[symbol].append(operands[symbol])
    yield _area(job, channel, 0, slopes)


def _put(job: ParameterUpdate, channel: int, n: int, expr: Expr, known: Reads) -> Known:
    """A cell in column number `n` of those beside the maps."""
    row, column = FIRST_ROW + channel * job.step, job.right + 1 + n
    style = "small slope" if n < SLOPES else "small number"
    job.page.cells[row, column] = cell = computed(expr, known, style)
    return at(job.page.name, row, column, cell.value)


def _new(job: ParameterUpdate, channel: int, n: int, symbol: Symbol, slope: Known) -> Known:
    """The value of a parameter after the step."""
    old = job.passed.weights.numbers[symbol][channel]
    operands = {back.OLD: old, back.RATE: job.rate, back.SLOPE: slope}
    return _put(job, channel, n, back.NEW.expr, operands)


def _area(job: ParameterUpdate, channel: int, n: int, slopes: list[Known]) -> tuple[Area, Array]:
    row, column = FIRST_ROW + channel * job.step, job.right + 1 + n
    values = np.array([[slope.value for slope in slopes]], float)
    return Area.of(row, column, wide=len(slopes)), values
