"""The trained parameters of a stage, beside the maps that they make."""

from collections.abc import Iterator

import numpy as np
from sympy import Symbol

from toolkit.book.address import Area
from toolkit.book.tables import Cell
from toolkit.convnet.stages import EPSILON, Norm, Stage
from toolkit.pages.live import equations as eq
from toolkit.pages.live import rules
from toolkit.pages.live.beside import Content
from toolkit.pages.live.layout import Tiling
from toolkit.pages.live.page import MapPage, ParameterCells, Weights

NORM = ("γ", "β", "μ", "σ²", "s", "t")
SETTING_ROW = 6  # of batch norm's ε, for all maps of a sheet
EPSILON_PLACE = SETTING_ROW, 3


def norm_content(stage: Stage) -> Content:
    """What batch norm has beside each map."""
    return Content(numbers=len(NORM) * bool(stage.norm))


def main_content(stage: Stage) -> Content:
    """The bias and the kernels of each map."""
    kernels = stage.input[0] if stage.kernel.size else 0
    return Content(numbers=int(stage.bias is not None), kernels=kernels)


def whole_content(stage: Stage) -> Content:
    """All parameters of each map."""
    main = main_content(stage)
    return Content(numbers=norm_content(stage).numbers + main.numbers, kernels=main.kernels)


def write_norm(page: MapPage, tiles: Tiling, stage: Stage) -> Weights:
    """Batch norm's four numbers beside each map, and its scale and shift by formula."""
    if not stage.norm:
        return Weights({}, {})
    row, column = EPSILON_PLACE
    page.cells[row, column - 1] = Cell("ε", "symbol")
    page.cells[row, column] = Cell(EPSILON, "small setting")
    page.merges.append(Area.of(row, column, wide=2))
    page.validations.append(rules.at_least_0("Batch norm's ε", [Area.of(row, column)]))
    epsilon = ParameterCells(page.name, row, column, np.array([[EPSILON]]))
    numbers: dict[Symbol, list[ParameterCells]] = {
        symbol: [] for symbol in (eq.GAMMA, eq.BETA, eq.MEAN, eq.VARIANCE, eq.SCALE, eq.SHIFT)
    }
    for channel in range(stage.output[0]):
        _norm_of_map(page, tiles, stage.norm, channel, numbers, epsilon)
    signed = [cells.area for s in (eq.GAMMA, eq.BETA, eq.MEAN) for cells in numbers[s]]
    page.validations.append(rules.number("Batch norm's γ, β, μ", signed))
    variances = [cells.area for cells in numbers[eq.VARIANCE]]
    page.validations.append(rules.at_least_0("Batch norm's σ²", variances))
    return Weights({}, numbers | {eq.EPSILON: [epsilon] * stage.output[0]})


def _norm_of_map(
    page: MapPage,
    tiles: Tiling,
    norm: Norm,
    channel: int,
    numbers: dict[Symbol, list[ParameterCells]],
    epsilon: ParameterCells,
) -> None:
    parts = (norm.gamma, norm.beta, norm.mean, norm.variance)
    operands = {eq.EPSILON: epsilon.seen_from(page.name)}
    for n, symbol in enumerate(numbers):
        row, column = number_place(page, tiles, channel, n)
        page.cells[row - 1, column] = Cell(NORM[n], "small centred")
        if n < len(parts):
            page.cells[row, column] = Cell(float(parts[n][channel]), "small input")
        else:
            line = (eq.SCALED, eq.SHIFTED)[n - len(parts)]
            page.compute((row, column), line.expr, operands, "small number")
        value = np.array([[page.cells[row, column].value]], float)
        cells = ParameterCells(page.name, row, column, value)
        numbers[symbol].append(cells)
        operands[symbol] = cells.seen_from(page.name)


def number_place(page: MapPage, tiles: Tiling, channel: int, n: int) -> tuple[int, int]:
    """The cell of number `n` beside a map."""
    row, column = tiles.corners[channel]
    down, right = page.beside.number(n)
    return row + down, column + right


def write_main(page: MapPage, tiles: Tiling, stage: Stage, before: int = 0) -> Weights:
    """The bias beside each map, after so many other numbers, and below them its kernels."""
    numbers: dict[Symbol, list[ParameterCells]] = {}
    if stage.bias is not None:
        numbers[eq.BIAS] = list(_biases(page, tiles, stage.bias, before))
        areas = [each.area for each in numbers[eq.BIAS]]
        page.validations.append(rules.number("Bias", areas))
    if not stage.kernel.size:
        return Weights({}, numbers)
    kernels = {}
    top = page.beside.rows_of_numbers(before + bool(numbers))
    for channel, each in enumerate(stage.kernel):
        row, column = tiles.corners[channel]
        few = "kernel" if len(each) == 1 else "kernels"
        page.cells[row - 1, column] = Cell(f"{few} of map {channel + 1}", "small")
        for n, values in enumerate(each):
            down, right = page.beside.kernel(n, top, page.beside.units)
            if len(each) > 1:
                page.cells[row + down - 1, column + right] = Cell(kernel_name(n, stage), "small")
            for (y, x), weight in np.ndenumerate(values):
                place = row + down + y, column + right + x
                page.cells[place] = Cell(float(weight), "small input")
            kernels[channel, n] = ParameterCells(page.name, row + down, column + right, values)
    areas = [each.area for each in kernels.values()]
    page.validations.append(rules.number("Kernel", areas))
    return Weights(kernels, numbers)


def kernel_name(n: int, stage: Stage) -> str:
    """What stands above a kernel: the number of the map that it reads."""
    return f"map {n + 1}" if stage.size > 1 else str(n + 1)


def _biases(
    page: MapPage, tiles: Tiling, biases: np.ndarray, before: int
) -> Iterator[ParameterCells]:
    for channel, bias in enumerate(biases):
        row, column = number_place(page, tiles, channel, before)
        page.cells[row - 1, column] = Cell("b", "small centred")
        page.cells[row, column] = Cell(float(bias), "small input")
        yield ParameterCells(page.name, row, column, np.array([[float(bias)]]))


def joint(*parts: Weights) -> Weights:
    """The parameters of several blocks as those of one stage."""
    kernels = {place: cells for part in parts for place, cells in part.kernels.items()}
    numbers = {symbol: cells for part in parts for symbol, cells in part.numbers.items()}
    return Weights(kernels, numbers)
