"""The workbook of one step of learning: forward, loss, backward, update, forward again."""

from toolkit.book.address import Area
from toolkit.book.known import Known
from toolkit.book.sheet import Book, Sheet
from toolkit.book.tables import Cell
from toolkit.convnet.stages import stages
from toolkit.convnet.stored import Stored
from toolkit.pages.live import digits, explained
from toolkit.pages.live import equations as eq
from toolkit.pages.live.choosable import Choosable
from toolkit.pages.live.digits import Gallery
from toolkit.pages.live.explained import backward_lines
from toolkit.pages.live.forward import (
    BETWEEN,
    ForwardPass,
    as_maps,
    forward,
    forward_again,
    forward_page,
)
from toolkit.pages.live.front import Front
from toolkit.pages.live.layer import finding, words
from toolkit.pages.live.layout import FINDING_ROW, FIRST_ROW, Array, Maps
from toolkit.pages.live.loss import LossSheet
from toolkit.pages.live.naming import (
    finding_back,
    kind,
    linked,
    receptive_fields,
    title,
    way_back,
    way_on,
)
from toolkit.pages.live.normalized import input_sheet
from toolkit.pages.live.overview import Answer, overview
from toolkit.pages.live.page import MapPage, Weights, map_page
from toolkit.pages.live.region import Region
from toolkit.pages.live.returning import BackwardPass, backward, backward_page
from toolkit.pages.live.weight import Slope, weight_sheet

SECOND = "Second pass"
SECOND_TITLE = "Second pass: the same digit with the weights after the step"
SECOND_QUESTION = (
    "What does one step change? These are the maps of all layers again, with the new weights."
)
SECOND_FINDING = (
    "A small step changes the maps so little that the eye hardly sees it; the loss shows it."
)


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
    first = overview(
        gallery,
        gallery.names[-1],
        [pages.image.maps, *(each.a for each in pages.passes)],
        pages.choosable,
        Answer(loss.each, loss.answer_before),
        canvas=False,
    )
    order = [
        first,
        front.sheet(loss, pages.gradients),
        equations,
        *sheets,
        loss_sheet,
        *gradient_sheets,
        *([weight_sheet(pages.slopes)] if pages.slopes else []),
        second,
        digits.sheet(gallery),
    ]
    return Book("One step of learning", linked(order))


class StepPages:
    """The sheets of all stages, forward, backward and forward again.

    `passes` are the forward passes in order, `weights` the parameters after the step by the name of
    the stage, `gradients` the areas of all gradients of parameters with their sheets and values.
    """

    def __init__(self, stored: Stored) -> None:
        self.originals = stages(stored)
        self.stages = [as_maps(stage) for stage in self.originals]
        self.margin = max(max(stage.padding, stage.size - 1) for stage in self.stages)
        self.passes: list[ForwardPass] = []
        self.returns: list[BackwardPass] = []
        self.weights: dict[str, Weights] = {}
        self.gradients: list[tuple[str, Area, Array]] = []

    @property
    def outputs(self) -> Maps:
        """The maps of the last stage before the step: the logits."""
        return self.passes[-1].a

    @property
    def choosable(self) -> list[Choosable]:
        """The layers of maps, or where there is none the input."""
        layers = [each.choosable for each in self.passes if each.choosable.large]
        return layers or [Choosable(self.image.maps.sheet, self.image, self.image)]

    def forward(self, pixels: Maps) -> list[Sheet]:
        """The sheets of the input and of each stage's forward pass."""
        sheet, self.image = input_sheet(pixels, self.margin)
        sheets, maps = [sheet], self.image.maps
        fields = receptive_fields(self.originals)
        for number, stage in enumerate(self.stages, 1):
            original = self.originals[number - 1]
            page = forward_page(stage, f"{number} {kind(original)}", self.margin)
            self.passes.append(forward(stage, page, maps))
            page.cells[2, 2] = Cell(way_on(stage), "muted")
            page.hint(words(original, self.passes[-1].z))
            page.cells[FINDING_ROW, 2] = Cell(finding(original), "bold")
            page.explain(eq.apart(stage))
            maps = self.outputs
            sheets.append(page.sheet(title(original, number, fields[number - 1]), "0072B2"))
        return sheets

    def backward(self, by_logit: Region, rate: Known) -> list[Sheet]:
        """The sheets of gradients, from the last stage to the first."""
        sheets, arriving = [], by_logit
        for stage_pass in reversed(self.passes):
            page = backward_page(stage_pass.stage, f"∂ {stage_pass.name}", self.margin)
            result = backward(stage_pass, arriving, page, rate)
            self.returns.append(result)
            arriving, self.weights[stage_pass.name] = result.by_input, result.new.weights
            self._explain_gradients(stage_pass, result, page)
            step = ", and the step" * bool(result.new.areas)
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
        page.cells[FINDING_ROW, 2] = Cell(finding_back(stage), "bold")
        lines = [line for _, line in backward_lines(stage)]
        page.explain(lines)
        self.gradients += [(page.name, area, values) for area, values in result.new.areas]

    @property
    def slopes(self) -> list[Slope]:
        """The stages with kernels, whose gradients a reader takes apart, from the first on."""
        regions = [self.image, *(each.choosable.maps for each in self.passes)]
        return [
            Slope(back.passed.stage, before, back.by_z, back.slopes)
            for back, before in zip(reversed(self.returns), regions, strict=False)
            if back.passed.stage.kernel.size
        ]

    def second_pass(self) -> tuple[Sheet, Maps]:
        """The sheet of the forward pass with the parameters after the step, and its logits."""
        page = map_page(SECOND, [], [stage.output for stage in self.stages], margin=self.margin)
        page.last = FIRST_ROW - BETWEEN
        maps = self.passes[0].before
        for stage_pass in self.passes:
            first = page.last + BETWEEN + 1
            weights = self.weights[stage_pass.name]
            maps = forward_again(stage_pass.stage, page, first, maps, weights)
            page.cells[first - 2, 2] = Cell(stage_pass.name, "small")
        page.cells |= {
            (2, 2): Cell(SECOND_QUESTION, "muted"),
            (FINDING_ROW, 2): Cell(SECOND_FINDING, "bold"),
        }
        return page.sheet(SECOND_TITLE, "009E73"), maps
