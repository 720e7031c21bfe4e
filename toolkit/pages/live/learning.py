"""The workbook of one step of learning: forward, loss, backward, update, forward again."""

from toolkit.book.page import equation_picture
from toolkit.book.sheet import Book, Cell, Sheet, at
from toolkit.convnet.stages import DEVIATION, MEAN, stages
from toolkit.convnet.stored import Stored
from toolkit.pages.live import backward as back
from toolkit.pages.live import digits, explained, rules
from toolkit.pages.live import equations as eq
from toolkit.pages.live.digits import SIDE, Gallery
from toolkit.pages.live.explained import SIZE, backward_lines
from toolkit.pages.live.forward import ForwardPass, as_maps, forward, shown_weights, tiles_of
from toolkit.pages.live.front import Front
from toolkit.pages.live.layer import numbered, size_of
from toolkit.pages.live.layout import FIRST_ROW, Maps, Tiling
from toolkit.pages.live.loss import LossSheet
from toolkit.pages.live.naming import (
    EQUATION_COLUMN,
    INPUT_TITLE,
    NORMALIZED,
    kind,
    linked,
    receptive_fields,
    title,
    way_back,
    way_on,
)
from toolkit.pages.live.page import MapPage
from toolkit.pages.live.returning import backward

SECOND, INPUT = "Second pass", "Input"


def step_book(stored: Stored, gallery: Gallery) -> Book:
    """All sheets in reading order."""
    originals = stages(stored)
    steps = [as_maps(stage) for stage in originals]
    margin = max([stage.padding for stage in steps] + [stage.size - 1 for stage in steps])
    first = Front(gallery)
    page = MapPage(INPUT, pixels=size_of(SIDE))
    maps = _input(page, first.maps, margin)
    sheets = [page.sheet(INPUT_TITLE, "0072B2")]
    returns: list[Sheet] = []
    passed: list[ForwardPass] = []
    fields, jumps = receptive_fields(originals), dict[str, tuple[str, int]]()
    for number, (stage, original) in enumerate(zip(steps, originals, strict=True), 1):
        name = f"{number} {kind(original)}"
        page = MapPage(name, pixels=size_of(stage.output[1]))
        weights = shown_weights(stage, page, margin)
        passed.append(
            forward(
                stage=stage,
                page=page,
                first=8,
                before=maps,
                weights=weights,
                margin=margin,
                name=name,
            )
        )
        maps = passed[-1].a
        page.cells[2, 2] = Cell(way_on(stage) + rules.editable(stage), "muted")
        if weights.numbers or weights.kernels:
            right = tiles_of(stage.output, margin, FIRST_ROW).right
            jumps[name] = (numbered(stage), right)
        page.explain(eq.apart(stage))
        sheets.append(page.sheet(title(original, number, fields[number - 1]), "0072B2"))
    loss = LossSheet(maps, stored.names, first.label)
    reached, updated, areas = loss.by_logit, {}, []
    rate = first.rate
    for done in reversed(passed):
        page = MapPage(f"∂ {done.name}", pixels=size_of(done.stage.input[1]))
        returned = backward(done, reached, page, rate, margin)
        reached, updated[done.name] = returned.by_input, returned.weights
        areas += [(page.name, area, values) for area, values in returned.gradients]
        page.cells[2, 2] = Cell(way_back(done.stage, first=done is passed[0]), "muted")
        lines = [line for _, line in backward_lines(done.stage)]
        page.explain([*lines, back.NEW] if returned.gradients else lines)
        if returned.gradients:
            jumps[page.name] = ("gradients", min(area.column for area, _ in returned.gradients))
        step = ", and the step" * bool(returned.gradients)
        returns.append(page.sheet(f"∂ {done.name}: backward{step}", "D55E00"))
    page = MapPage(SECOND, pixels=13)
    page.last = 5
    maps = passed[0].before
    for done in passed:
        again = forward(
            stage=done.stage,
            page=page,
            first=page.last + 4,
            before=maps,
            weights=updated[done.name],
            margin=margin,
            name=SECOND,
        )
        page.cells[again.z.places[0][0] - margin - 2, 2] = Cell(done.name, "bold")
        maps = again.a
    second = page.sheet("Second pass: the same digit with the weights after the step", "009E73")
    equations = explained.sheet([(done.name, done.stage) for done in passed])
    last = loss.sheet(maps)  # before the first sheet, which reads the loss after the step
    first_sheet = first.sheet(loss, areas)
    order = [first_sheet, equations, *sheets, last, *returns, second, digits.sheet(gallery)]
    return Book("One step of learning", linked(order, jumps))


def _input(page: MapPage, seen: Maps, margin: int) -> Maps:
    """Pixels to numbers of mean 0 and deviation 1 over the training set."""
    page.cells |= {
        (2, 2): Cell(f"{NORMALIZED} {rules.EDITABLE}", "muted"),
        (4, 2): Cell("mean", "label"), (4, 9): Cell(MEAN, "small setting"),
        (5, 2): Cell("deviation", "label"), (5, 9): Cell(DEVIATION, "small setting"),
    }  # fmt: skip
    page.widths[9] = 6.0
    page.validations += rules.normalizing(9)
    page.pictures.append(equation_picture(eq.NORMALIZED, (4, EQUATION_COLUMN), SIZE))
    known = {eq.CENTRE: at(INPUT, 4, 9, MEAN), eq.SPREAD: at(INPUT, 5, 9, DEVIATION)}
    expr = eq.NORMALIZED.expr
    tiles = Tiling(1, SIDE, SIDE, margin)
    return page.lay(tiles, "input", expr, lambda n: known | {eq.SEEN: seen.window(n, 1)})
