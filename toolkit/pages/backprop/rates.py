"""A comparison of the learning rates: a small chart and a sentence for each, and a summary."""

from math import ceil

from sympy import Eq, Expr, Piecewise, Symbol

from toolkit.book.address import Area
from toolkit.book.known import Known, down
from toolkit.book.page import PageBuilder
from toolkit.book.sheet import Chart, Scale
from toolkit.book.tables import Cell, Table
from toolkit.pages.backprop.curves import Curve, curve_of
from toolkit.pages.backprop.layout import (
    RATES,
    START,
    LessonLayout,
    letter_cell,
    rate_sheet,
    rate_symbol,
)
from toolkit.pages.backprop.loss_results import (
    CHOSEN_COLUMN,
    STATUS_COLUMN,
    WORDS_COLUMN,
    chosen,
    definitions,
    just_above,
    just_below,
    rules,
    settings,
    summaries,
)
from toolkit.pages.backprop.rate_charts import (
    CEILING_WORDS,
    all_rates,
    ceiling,
    curve_table,
    mark,
    small_chart,
)
from toolkit.pages.backprop.rate_sentences import (
    BEST,
    BEST_STATUS,
    CHOSEN,
    EARLIER,
    EARLIER_RATES,
    EPOCH,
    LATER,
    LATER_RATES,
    OWN,
    RATE,
    WORST,
    epoch_held,
    finding,
    rank,
)
from toolkit.pages.backprop.table import Verdict
from toolkit.symbols.choices import if_number
from toolkit.symbols.equation import quantity
from toolkit.symbols.lookups import element, first_at_most, lookup
from toolkit.symbols.ranges import largest, numbers_in, smallest
from toolkit.symbols.text import Text, joined, number_text, six_digits

QUESTION = (
    "How does the learning rate η change the way the loss falls? Every run starts from the same "
    "weights; only η differs."
)
SETTINGS_ROW, FIRST_BAND = 4, 5
ACROSS, BLOCK, CHART_ROWS = 3, 3, 7  # charts in a band; columns and rows of one
BAND_ROWS = CHART_ROWS + 3
WIDTH, LAST = 18.0, 14
LOSSY = "F8C08A"  # the fill of the highest loss
LINE_POINTS = 15.0
LABEL, WORDS, NAMES, WORD, LETTER, RATES_, STATUSES = (
    quantity(n) for n in ("label", "sentences", "names", "sentence", "letter", "rates", "statuses")
)


def curves_of(run: LessonLayout, tables: list[Table]) -> list[Curve]:
    """The curve of each learning rate."""
    return [
        curve_of(run, name, name, table, run.parameters[rate_symbol(letter)])
        for letter, table in zip(run.letters, tables, strict=True)
        for name in (rate_sheet(letter),)
    ]


class RatesPage(PageBuilder):
    """The sheet under construction; the rows of its parts follow from the number of rates."""

    def __init__(self, run: LessonLayout, tables: list[Table]) -> None:
        super().__init__(RATES, tab="009E73", portrait=False)
        self.run, self.curves, self.count = run, curves_of(run, tables), len(tables)
        self.results = FIRST_BAND + BAND_ROWS * ceil(self.count / ACROSS) + 2
        self.extremes = self.results + self.count + 2
        self.further = self.extremes + 3
        self.meanings = self.further + self.count + 3
        self.drawn = self.meanings + 10
        self.widths = dict.fromkeys(range(1, LAST), WIDTH)
        self.names = [self._name(n) for n in range(self.count)]

    def band(self, rate: int) -> tuple[int, int]:
        """The first cell of the block of a rate."""
        down_, across = divmod(rate, ACROSS)
        return FIRST_BAND + BAND_ROWS * down_, 1 + BLOCK * across

    def _name(self, rate: int) -> Known:
        """The heading of a block: the present rate, such as η = 0.1."""
        text = joined(Text("η = "), number_text(RATE))
        return self.compute(self.band(rate), text, {RATE: self.curves[rate].rate}, "subtitle")

    def column(self, column: int, first: int = 0, last: int | None = None) -> Known:
        """The results of the rates from `first` to before `last` in one column."""
        rows = range(self.count)[first:last]
        values = [self.cells[self.results + 1 + n, column].value for n in rows]
        return down(RATES, self.results + 1 + first, column, values)

    def result(self, rate: int, column: int) -> Known:
        """One result of a rate."""
        return self.known((self.results + 1 + rate, column))

    def write_results(self) -> None:
        """The table of results, with the yellow cells and what the statuses mean."""
        self.settings, cells = settings(self.run, RATES, SETTINGS_ROW)
        top = self.results
        self.cells |= {
            **cells,
            (top - 1, 1): Cell("The results at each learning rate", "subtitle"),
            **summaries(self.curves, RATES, top, "table", self.settings),
            **chosen(self.run, self.curves, RATES, self.further, "table"),
            **definitions(self.meanings),
        }
        self.heights[top] = 3 * LINE_POINTS
        self.validations += rules(self.run, SETTINGS_ROW)

    def write_extremes(self) -> None:
        """The lowest and the highest loss at the chosen epoch, with their rates."""
        known = {
            CHOSEN: self.column(CHOSEN_COLUMN),
            RATES_: self._searched(2),
            STATUSES: self._searched(STATUS_COLUMN),
        }
        low, high = smallest(CHOSEN), largest(CHOSEN)
        for row, word, extreme, place in (
            (self.extremes, "lowest", low, first_at_most(CHOSEN, just_above(low))),
            # The first that is at least so high is the first whose negative is at most so high.
            (self.extremes + 1, "highest", high, first_at_most(-CHOSEN, -just_below(high))),
        ):
            self.cells[row, 1] = Cell(f"{word} loss at the chosen epoch", "text")
            for column, expr in (
                (3, extreme),
                (4, self._at(RATES_, place)),
                (5, self._at(STATUSES, place)),
            ):
                some = Piecewise((Text("–"), Eq(numbers_in(CHOSEN), 0)), (expr, True))
                self.compute((row, column), some, known, "fit" if column == 3 else "note")
            loss, rate = self.known((row, 3)), self.known((row, 4))
            words = joined(
                Text("η = "), number_text(RATE), Text(" (loss "), number_text(OWN), Text(")")
            )
            known_extreme = {OWN: loss, RATE: rate}
            self.compute((row, 6), if_number(OWN, words, Text("–")), known_extreme, "note")

    def _searched(self, column: int) -> Known:
        """The results in a column, or the only one: Gnumeric searches no range of one cell."""
        return self.column(column) if self.count > 1 else self.result(0, column)

    def _at(self, results: Symbol, place: Expr) -> Expr:
        """The result of the rate at a place, counted from 0."""
        return element(results, place + 1) if self.count > 1 else results

    def write_finding(self) -> None:
        """One sentence about the losses at the chosen epoch."""
        known = {
            EPOCH: self.settings.epoch,
            OWN: self.result(0, CHOSEN_COLUMN),
            CHOSEN: self.column(CHOSEN_COLUMN),
            EARLIER: self.column(CHOSEN_COLUMN, 0, -1),
            LATER: self.column(CHOSEN_COLUMN, 1),
            EARLIER_RATES: self.column(2, 0, -1),
            LATER_RATES: self.column(2, 1),
            BEST: self.known((self.extremes, 6)),
            BEST_STATUS: self.known((self.extremes, 5)),
            WORST: self.known((self.extremes + 1, 6)),
        }
        if self.count == 1:
            for symbol in (EARLIER, LATER, EARLIER_RATES, LATER_RATES):
                del known[symbol]
        self.finding = (3, 1)
        self.compute(self.finding, finding(self.count, self.run.trace.epochs), known, "bold")

    def _dot(self, rate: int) -> Known:
        """The height of the dot at the chosen epoch, which is on the curve as it is drawn."""
        known = {CHOSEN: self.plot.known(RATES, rate + 1), EPOCH: self.settings.epoch}
        height = element(CHOSEN, epoch_held(self.run.trace.epochs) + 1)
        return self.compute((self.plot.row - 1, rate + 2), height, known, "fit")

    def write_block(self, rate: int) -> None:
        """The chart of a rate, and below it the sentence and the loss at the chosen epoch."""
        row, column = self.band(rate)
        below = row + 1 + CHART_ROWS
        sheet = self.curves[rate].sheet
        words, loss = self.result(rate, WORDS_COLUMN), self.result(rate, CHOSEN_COLUMN)
        self.cells[row, column + 2] = Cell(f"table: {sheet}", "link", link=sheet)
        self.compute((below, column), LABEL, {LABEL: words}, "wrapped")
        self.merges.append(Area.of(below, column, 1, BLOCK))
        self.heights[below] = 2 * LINE_POINTS
        text = joined(Text("loss at epoch "), epoch_held(self.run.trace.epochs))
        label = self.compute((below + 1, column), text, {EPOCH: self.settings.epoch}, "muted")
        short = if_number(OWN, six_digits(OWN), OWN)
        self.compute((below + 1, column + 1), short, {OWN: loss}, "fit")
        self.compute(
            (below + 1, column + 2),
            rank(self.count),
            {OWN: loss, CHOSEN: self.column(CHOSEN_COLUMN)},
            "note",
        )
        dot = mark(label, self.known((self.extremes + 2, 3)), self._dot(rate), rate)
        chart = small_chart(self.names, self.plot, rate, dot, (row + 1, column))
        self.charts.append(chart)

    def sentence(self, rate: int) -> Verdict:
        """The sentence about one rate, as a formula."""
        return WORD, {WORD: self.result(rate, WORDS_COLUMN)}

    def verdict(self) -> Verdict:
        """The sentence about the rate that is chosen on the sheet Parameters, as a formula."""
        known = {
            WORDS: self.column(WORDS_COLUMN),
            NAMES: self.column(1),
            WORD: self.result(0, WORDS_COLUMN),
            LETTER: letter_cell(self.run),
        }
        if self.count == 1:
            return WORD, known
        return lookup(WORDS, NAMES, joined(Text("Rate "), LETTER)), known

    def comparison(self) -> Chart:
        """The losses at all rates in one chart, for the sheet Parameters."""
        return all_rates(self.names, self.plot)

    def write_lines(self) -> None:
        """The losses as the charts draw them."""
        row = self.drawn
        self.cells[row, 1] = Cell(CEILING_WORDS, "subtitle")
        self.cells[row + 1, 1] = ceiling(self.curves[0])
        limit = self.known((row + 1, 1))
        self.plot = curve_table(self.curves, row + 4, limit)
        self.tables.append(self.plot)
        self.cells[row + 2, 1] = Cell("The dots at the chosen epoch, then the curves", "text")
        self.cells[self.extremes + 2, 1] = Cell("the chosen epoch, as the formulas use it", "text")
        self.compute(
            (self.extremes + 2, 3),
            epoch_held(self.run.trace.epochs),
            {EPOCH: self.settings.epoch},
            "integer",
        )


def page(run: LessonLayout, tables: list[Table]) -> RatesPage:
    """The completed page, whose cells other sheets may refer to."""
    page = RatesPage(run, tables)
    page.cells[1, 1] = Cell(RATES, "title")
    page.heights[1] = 26.0
    page.cells[2, 1] = Cell(QUESTION, "muted")
    page.question = (2, 1)
    page.cells[1, 4] = Cell("Results and definitions", "link", link=RATES, spot=(page.results, 1))
    page.cells[1, 7] = Cell(START, "link", link=START)
    page.write_results()
    page.write_extremes()
    page.write_finding()
    page.write_lines()
    for rate in range(page.count):
        page.write_block(rate)
    blocks = [page.band(rate) for rate in range(min(page.count, 2 * ACROSS))]
    last = CHART_ROWS + 2
    strip = tuple(
        Area.of(row + last, column + 1) for row, column in map(page.band, range(page.count))
    )
    page.scales.append(Scale(strip, LOSSY))
    page.controls += [Area.of(SETTINGS_ROW, 3), Area.of(SETTINGS_ROW, 6)]
    page.effects += [
        *page.charts[: len(blocks)],
        *(Area.of(row + last - 1, column, 2, BLOCK) for row, column in blocks),
    ]
    return page
