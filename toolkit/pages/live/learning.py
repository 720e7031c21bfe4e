"""The workbook of one step of learning: forward, loss, backward, update, forward again."""

from toolkit.book.address import Area
from toolkit.book.known import Known, at
from toolkit.book.page import equation_picture
from toolkit.book.sheet import Book, Sheet
from toolkit.book.tables import Cell
from toolkit.convnet.stages import DEVIATION, MEAN, Stage, stages
from toolkit.convnet.stored import Stored
from toolkit.pages.live import backward as back
from toolkit.pages.live import digits, explained, rules
from toolkit.pages.live import equations as eq
from toolkit.pages.live.digits import SIDE, Gallery
from toolkit.pages.live.explained import SIZE, backward_lines
from toolkit.pages.live.forward import ForwardPass, as_maps, forward, parameter_cells, tiles_of
from toolkit.pages.live.front import Front
from toolkit.pages.live.layer import numbered, size_of
from toolkit.pages.live.layout import FIRST_ROW, Array, Maps, Tiling
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
from toolkit.pages.live.page import MapPage, Weights
from toolkit.pages.live.returning import BackwardPass, backward

SECOND, INPUT = "Second pass", "Input"


def step_book(stored: Stored, gallery: Gallery) -> Book:
    """All sheets in reading order."""
    front = Front(gallery)
    pages = StepPages(stored)
    sheets = pages.forward(front.maps)
    loss = LossSheet(pages.outputs, stored.names, front.label)
    gradient_sheets = pages.backward(loss.by_logit, front.rate)
    second, outputs = pages.second_pass()
    equations = explained.sheet([(each.name, each.stage) for each in pages.passes])
    loss_sheet = loss.sheet(outputs)  # before the first sheet, which reads the loss after the step
    order = [
        front.sheet(loss, pages.gradients),
        equations,
        *sheets,
        loss_sheet,
        *gradient_sheets,
        second,
        digits.sheet(gallery),
    ]
    return Book("One step of learning", linked(order, pages.jumps))


class StepPages:
    """The sheets of all stages, forward, backward and forward again.

    `passes` are the forward passes in order, `weights` the parameters after the step by the name of
    the stage, `gradients` the areas of all gradients of parameters with their sheets and values.
    `jumps` holds, by the name of a sheet, the title and the first column of a block that lies far
    to the right on it.
    """

    def __init__(self, stored: Stored) -> None:
        self.originals = stages(stored)
        self.stages = [as_maps(stage) for stage in self.originals]
        self.margin = max(max(stage.padding, stage.size - 1) for stage in self.stages)
        self.passes: list[ForwardPass] = []
        self.weights: dict[str, Weights] = {}
        self.gradients: list[tuple[str, Area, Array]] = []
        self.jumps: dict[str, tuple[str, int]] = {}

    @property
    def outputs(self) -> Maps:
        """The maps of the last stage before the step: the logits."""
        return self.passes[-1].a

    def forward(self, pixels: Maps) -> list[Sheet]:
        """The sheets of the input and of each stage's forward pass."""
        page = MapPage(INPUT, pixels=size_of(SIDE))
        maps = _input(page, pixels, self.margin)
        sheets = [page.sheet(INPUT_TITLE, "0072B2")]
        fields = receptive_fields(self.originals)
        for number, stage in enumerate(self.stages, 1):
            original = self.originals[number - 1]
            page = MapPage(f"{number} {kind(original)}", pixels=size_of(stage.output[1]))
            self.passes.append(self._forward_pass(stage, page, maps))
            maps = self.outputs
            sheets.append(page.sheet(title(original, number, fields[number - 1]), "0072B2"))
        return sheets

    def _forward_pass(self, stage: Stage, page: MapPage, maps: Maps) -> ForwardPass:
        """Writes the parameters, the maps and the equations of one stage on its page."""
        weights = parameter_cells(stage, page, self.margin)
        result = forward(
            stage=stage,
            page=page,
            first=FIRST_ROW,
            before=maps,
            weights=weights,
            margin=self.margin,
            name=page.name,
        )
        page.cells[2, 2] = Cell(way_on(stage) + rules.editable(stage), "muted")
        if weights.numbers or weights.kernels:
            right = tiles_of(stage.output, self.margin, FIRST_ROW).right
            self.jumps[page.name] = (numbered(stage), right)
        page.explain(eq.apart(stage))
        return result

    def backward(self, by_logit: Maps, rate: Known) -> list[Sheet]:
        """The sheets of gradients, from the last stage to the first."""
        sheets, arriving = [], by_logit
        for stage_pass in reversed(self.passes):
            page = MapPage(f"∂ {stage_pass.name}", pixels=size_of(stage_pass.stage.input[1]))
            result = backward(stage_pass, arriving, page, rate, self.margin)
            arriving, self.weights[stage_pass.name] = result.by_input, result.weights
            self._explain_gradients(stage_pass, result, page)
            step = ", and the step" * bool(result.gradients)
            sheets.append(page.sheet(f"∂ {stage_pass.name}: backward{step}", "D55E00"))
        return sheets

    def _explain_gradients(
        self, stage_pass: ForwardPass, result: BackwardPass, page: MapPage
    ) -> None:
        """The words and equations above the gradients of one stage, and where the gradients of its
        parameters stand.
        """
        stage = stage_pass.stage
        page.cells[2, 2] = Cell(way_back(stage, first=stage_pass is self.passes[0]), "muted")
        lines = [line for _, line in backward_lines(stage)]
        page.explain([*lines, back.NEW] if result.gradients else lines)
        self.gradients += [(page.name, area, values) for area, values in result.gradients]
        if result.gradients:
            first = min(area.column for area, _ in result.gradients)
            self.jumps[page.name] = ("gradients", first)

    def second_pass(self) -> tuple[Sheet, Maps]:
        """The sheet of the forward pass with the parameters after the step, and its logits."""
        page = MapPage(SECOND, pixels=13, last=5)
        maps = self.passes[0].before
        for stage_pass in self.passes:
            again = forward(
                stage=stage_pass.stage,
                page=page,
                first=page.last + 4,
                before=maps,
                weights=self.weights[stage_pass.name],
                margin=self.margin,
                name=SECOND,
            )
            heading_row = again.z.places[0][0] - self.margin - 2
            page.cells[heading_row, 2] = Cell(stage_pass.name, "bold")
            maps = again.a
        words = "Second pass: the same digit with the weights after the step"
        return page.sheet(words, "009E73"), maps


def _input(page: MapPage, pixels: Maps, margin: int) -> Maps:
    """Normalizes the pixels to mean 0 and deviation 1 over the training set."""
    page.cells |= {
        (2, 2): Cell(f"{NORMALIZED} {rules.EDITABLE}", "muted"),
        (4, 2): Cell("mean", "label"),
        (4, 9): Cell(MEAN, "small setting"),
        (5, 2): Cell("deviation", "label"),
        (5, 9): Cell(DEVIATION, "small setting"),
    }
    page.widths[9] = 6.0
    page.validations += rules.normalizing(9)
    page.pictures.append(equation_picture(eq.NORMALIZED, (4, EQUATION_COLUMN), SIZE))
    known = {eq.CENTRE: at(INPUT, 4, 9, MEAN), eq.DEVIATION: at(INPUT, 5, 9, DEVIATION)}
    expr = eq.NORMALIZED.expr
    tiles = Tiling(1, SIDE, SIDE, margin)
    return page.lay(tiles, "input", expr, lambda n: known | {eq.PIXEL: pixels.window(n, 1)})
