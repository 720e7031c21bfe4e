"""The gradient of every parameter of a stage, and its value after the step."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from sympy import Expr, Symbol

from toolkit.book.address import Area
from toolkit.book.known import Known
from toolkit.book.sheet import Scale
from toolkit.book.tables import Cell
from toolkit.convnet.stages import Stage
from toolkit.pages.live import backward as back
from toolkit.pages.live import equations as eq
from toolkit.pages.live.beside import Content
from toolkit.pages.live.forward import ForwardPass
from toolkit.pages.live.layout import Array, Maps, Tiling, filled
from toolkit.pages.live.page import MapPage, ParameterCells, Reads, Weights
from toolkit.pages.live.parameters import kernel_name, number_place
from toolkit.pages.live.shading import NEGATIVE, POSITIVE

GRADIENTS, KERNELS = "∂L/∂k", "new k"
NORM = ("∂L/∂γ", "∂L/∂β", "new γ", "new β", "new s", "new t")
BIAS = ("∂L/∂b", "new b")
Areas = list[tuple[Area, Array]]


def parameter_content(stage: Stage) -> Content:
    """What stands beside the gradients of each output map: two blocks of kernels, their gradients
    and their values after the step, below the numbers.
    """
    numbers = len(NORM) * bool(stage.norm) + len(BIAS) * (stage.bias is not None)
    kernels = stage.input[0] if stage.kernel.size else 0
    return Content(numbers=numbers, kernels=kernels, blocks=2 if kernels else 1)


@dataclass(frozen=True)
class ParameterUpdate:
    """The step of a stage's parameters: the gradients by its outputs after and before ReLU, the
    page that shows them, how its maps are laid out, and the learning rate.
    """

    passed: ForwardPass
    arriving: Maps
    by_z: Maps
    page: MapPage
    tiles: Tiling
    rate: Known
    numbers: dict[Symbol, list[ParameterCells]] = field(default_factory=dict)

    @property
    def stage(self) -> Stage:
        """The stage."""
        return self.passed.stage

    @property
    def across(self) -> int:
        """Kernels side by side in one block."""
        return self.page.beside.units // 2

    @property
    def top(self) -> int:
        """Rows of numbers above the kernels."""
        return self.page.beside.rows_of_numbers(parameter_content(self.stage).numbers)


@dataclass(frozen=True)
class NewParameters:
    """Parameters after the step, and where all gradients stand: those of kernels by (output,
    input), and all of them as areas.
    """

    weights: Weights
    kernels: dict[tuple[int, int], ParameterCells]
    areas: Areas


def parameters(job: ParameterUpdate) -> NewParameters:
    """Gradients and new values beside the gradients of the maps."""
    held = job.passed.weights
    if not held.numbers and not held.kernels:
        return NewParameters(Weights({}, {}), {}, [])
    job.numbers.update({symbol: [] for symbol in held.numbers})
    areas: Areas = []
    for channel in range(job.stage.output[0]):
        areas += _new_numbers(job, channel)
    slopes: dict[tuple[int, int], ParameterCells] = {}
    kernels: dict[tuple[int, int], ParameterCells] = {}
    for place in held.kernels:
        slopes[place], kernels[place] = _new_kernel(job, *place)
    if slopes:
        areas += _blocks(job, slopes)
    job.page.reach(job.tiles)
    return NewParameters(Weights(kernels, job.numbers), slopes, areas)


def _new_kernel(job: ParameterUpdate, o: int, i: int) -> tuple[ParameterCells, ParameterCells]:
    """One kernel's gradient, and its new weights."""
    size, side, page = job.stage.size, job.by_z.values.shape[1], job.page
    corner = job.tiles.corners[o]
    places = []
    for first in (0, job.across):
        down, right = page.beside.kernel(i, job.top, job.across, first)
        places.append((corner[0] + down, corner[1] + right))
        page.cells[places[-1][0] - 1, places[-1][1]] = Cell(kernel_name(i, job.stage), "small")
    window = job.passed.before.window(i, side, 1, job.stage.padding)
    cut = Known(window.address, np.asarray(window.value)[:size, :size])
    read = {back.X: cut, back.G: job.by_z.whole(o)}
    expr = back.by_kernel(side == 1)
    slope = filled(expr, read, places[0], "small slope", (size, size))
    slopes = ParameterCells(page.name, *places[0], slope.values)
    old = job.passed.weights.kernels[o, i]
    operands = {back.OLD: old.cells, back.RATE: job.rate, back.SLOPE: slopes.cells}
    new = filled(back.NEW.expr, operands, places[1], "small number")
    page.grids += [slope, new]
    return slopes, ParameterCells(page.name, *places[1], new.values)


def _blocks(
    job: ParameterUpdate, slopes: dict[tuple[int, int], ParameterCells]
) -> Iterator[tuple[Area, Array]]:
    """Headings and colours of the kernels of each map; the areas of their gradients."""
    page, beside = job.page, job.page.beside
    rows = beside.rows_of_kernels(job.stage.input[0], job.across)
    wide = job.across * beside.step
    for channel, (row, column) in enumerate(job.tiles.corners):
        head = row - 1
        page.cells[head, column] = Cell(GRADIENTS, "small")
        page.cells[head, column + wide] = Cell(KERNELS, "small")
        values = np.stack([s.values for (o, _), s in slopes.items() if o == channel])
        area = Area.of(row + job.top, column, rows, wide)
        largest = float(abs(values).max()) or 1.0
        # A scale of its own for each map, as the maps have.
        page.scales.append(Scale((area,), POSITIVE, NEGATIVE, end=largest))
        yield area, values


def _new_numbers(job: ParameterUpdate, channel: int) -> Iterator[tuple[Area, Array]]:
    """Gradients and new values of one channel's batch norm and bias."""
    if job.stage.norm:
        yield from _new_norm(job, channel)
    if job.stage.bias is not None:
        first = len(NORM) * bool(job.stage.norm)
        read = {back.G: job.by_z.whole(channel)}
        slope = _put(job, channel, first, BIAS[0], back.by_bias(), read, "small slope")
        job.numbers[eq.BIAS].append(_new(job, channel, first + 1, eq.BIAS, slope))
        yield slope.area.on(""), slope.values


def _new_norm(job: ParameterUpdate, channel: int) -> Iterator[tuple[Area, Array]]:
    held, passed = job.passed.weights.numbers, job.passed
    operands = {
        back.G: job.arriving.whole(channel),
        back.A: passed.a.whole(channel),
        back.Z: passed.z.whole(channel),
    }
    kept = {symbol: held[symbol][channel] for symbol in (eq.MEAN, eq.VARIANCE, eq.EPSILON)}
    operands |= {symbol: cells.whole for symbol, cells in kept.items()}
    slopes = [
        _put(job, channel, n, NORM[n], expr, operands, "small slope")
        for n, expr in enumerate((back.by_gamma(job.stage), back.by_beta(job.stage)))
    ]
    for n, (symbol, slope) in enumerate(zip((eq.GAMMA, eq.BETA), slopes, strict=True), 2):
        kept[symbol] = _new(job, channel, n, symbol, slope)
        operands[symbol] = kept[symbol].seen_from(job.page.name)
    for n, line in enumerate((eq.SCALED, eq.SHIFTED), 4):
        kept[line.symbol] = _put(job, channel, n, NORM[n], line.expr, operands)
        operands[line.symbol] = kept[line.symbol].seen_from(job.page.name)
    for symbol, cells in kept.items():
        job.numbers[symbol].append(cells)
    for slope in slopes:
        yield slope.area.on(""), slope.values


def _put(
    job: ParameterUpdate,
    channel: int,
    n: int,
    name: str,
    expr: Expr,
    known: Reads,
    style: str = "small number",
) -> ParameterCells:
    """A number beside a map, its name above it."""
    row, column = number_place(job.page, job.tiles, channel, n)
    job.page.cells[row - 1, column] = Cell(name, "small centred")
    value = job.page.compute((row, column), expr, known, style).value
    return ParameterCells(job.page.name, row, column, np.array([[value]], float))


def _new(
    job: ParameterUpdate, channel: int, n: int, symbol: Symbol, slope: ParameterCells
) -> ParameterCells:
    """The value of a parameter after the step."""
    operands = {
        back.OLD: job.passed.weights.numbers[symbol][channel].whole,
        back.RATE: job.rate,
        back.SLOPE: slope.seen_from(job.page.name),
    }
    names = NORM + BIAS if job.stage.norm else BIAS
    return _put(job, channel, n, names[n], back.NEW.expr, operands)
