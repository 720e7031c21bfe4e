"""The properties of a sheet other than cells and drawings: widths, printing, validation."""

from collections.abc import Iterator

from openpyxl.formatting.rule import ColorScaleRule, FormulaRule
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.merge import MergeCell, MergeCells
from openpyxl.worksheet.worksheet import Worksheet

from toolkit.book.address import Area, cell_name, letters
from toolkit.book.measure import widths
from toolkit.book.sheet import Scale, Sheet, Tint, Validation
from toolkit.book.texts import unambiguous, xstring
from toolkit.book.theme import VERDICTS
from toolkit.symbols.excel import literal

LARGEST = 1e300  # far beyond any number that a reader would enter
SMALLEST = 1e-300
LARGEST_WHOLE = 10**15  # larger numbers are not displayed digit by digit


def furnish(ws: Worksheet, sheet: Sheet) -> None:
    """Set all properties of a sheet other than its cells and drawings."""
    _columns(ws, sheet)
    if sheet.freeze:
        ws.freeze_panes = cell_name(*sheet.freeze)
    ws.sheet_properties.tabColor = sheet.tab
    ws.sheet_view.showGridLines = False
    _printing(ws, sheet)
    if sheet.protected:
        _protect(ws)
    for validation in sheet.validations:
        ws.add_data_validation(_validated(validation))
    for area in sheet.verdicts:
        _colour_verdicts(ws, area)
    for tint in sheet.tints:
        _colour_rows(ws, tint)
    for scale in sheet.scales:
        _colour_numbers(ws, scale)
    if sheet.filter:
        ws.auto_filter.ref = sheet.filter.relative


def links(sheet: Sheet) -> list[Hyperlink]:
    """The links from the cells of a sheet to other sheets and cells."""
    return [
        Hyperlink(ref=cell_name(*place), location=Area.of(*cell.spot, sheet=cell.link).relative)
        for place, cell in sorted(sheet.cells.items())
        if cell.link
    ]


def merged(sheet: Sheet) -> MergeCells:
    """The merged cells of a sheet."""
    return MergeCells(mergeCell=[MergeCell(area.relative) for area in sheet.merges])


def _columns(ws: Worksheet, sheet: Sheet) -> None:
    for index, width in widths(sheet).items():
        ws.column_dimensions[letters(index)].width = width
    outlines = dict(_outlines(sheet))
    for index, level in outlines.items():
        ws.column_dimensions[letters(index)].outlineLevel = level
    if outlines:
        # The heading of a collapsed group remains visible on the left of its columns.
        ws.sheet_properties.outlinePr.summaryRight = False
        # openpyxl determines the deepest level only after it has written it.
        ws.column_dimensions.max_outline = max(outlines.values())


def _outlines(sheet: Sheet) -> Iterator[tuple[int, int]]:
    for table in sheet.tables:
        for index, column in enumerate(table.columns, table.column):
            if column.outline:
                yield index, column.outline


def _printing(ws: Worksheet, sheet: Sheet) -> None:
    ws.page_setup.orientation = "portrait" if sheet.portrait else "landscape"
    ws.page_setup.paperSize = ws.PAPERSIZE_A4
    ws.oddFooter.center.text = "&A, page &P of &N"
    ws.page_setup.fitToWidth = sheet.pages_wide
    ws.page_setup.fitToHeight = sheet.pages_high or 0
    ws.sheet_properties.pageSetUpPr.fitToPage = True
    if sheet.freeze and sheet.freeze[0] > 1:
        # Only the headings of a table are repeated, because a title would be cut off on the pages
        # to the right.
        last = sheet.freeze[0] - 1
        heads = any(table.row == last for table in sheet.tables)
        ws.print_title_rows = f"{last if heads else 1}:{last}"
    if sheet.freeze and sheet.freeze[1] > 1:
        ws.print_title_cols = f"A:{letters(sheet.freeze[1] - 1)}"


def _protect(ws: Worksheet) -> None:
    """Protect locked cells from changes; cells can be selected, and rows and columns resized."""
    ws.protection.sheet = True
    ws.protection.formatColumns = ws.protection.formatRows = False  # False means allowed


def _validated(rule: Validation) -> DataValidation:
    """A validation rule with its message; invalid input is rejected."""
    validation = _kind(rule)
    validation.promptTitle, validation.prompt = xstring(rule.title), xstring(rule.message)
    validation.errorTitle, validation.error = (
        xstring(rule.title),
        xstring(rule.error or rule.message),
    )
    validation.errorStyle = "stop"
    validation.showInputMessage = validation.showErrorMessage = True
    validation.allow_blank = False
    for area in (rule.area, *rule.further):
        validation.add(area.relative)
    return validation


def _kind(rule: Validation) -> DataValidation:
    if rule.kind == "choice":
        return DataValidation("list", formula1=literal(",".join(rule.choices)))
    if rule.kind == "formula":
        return DataValidation("custom", formula1=unambiguous(rule.formula).removeprefix("="))
    if rule.kind == "whole":
        return _between("whole", rule, -LARGEST_WHOLE, LARGEST_WHOLE)
    if rule.kind == "number":
        return _between("decimal", rule, -LARGEST, LARGEST)
    if rule.least is None and rule.most is None:
        return DataValidation("decimal", operator="greaterThan", formula1="0")
    return _between("decimal", rule, SMALLEST, LARGEST)


def _between(kind: str, rule: Validation, least: float, most: float) -> DataValidation:
    """The condition that a number is within the bounds of the rule, or else within the defaults."""
    ends = (least if rule.least is None else rule.least, most if rule.most is None else rule.most)
    low, high = (literal(end).upper() for end in ends)
    return DataValidation(kind, operator="between", formula1=low, formula2=high)


def _colour_verdicts(ws: Worksheet, area: Area) -> None:
    for word, look in VERDICTS.items():
        rule = FormulaRule(
            [f"LEFT({area.first.relative},4)={literal(word)}"],
            font=Font(b=True, color=look.ink),
            fill=PatternFill("solid", fgColor=look.fill, bgColor=look.fill),
        )
        ws.conditional_formatting.add(area.relative, rule)


def _colour_rows(ws: Worksheet, tint: Tint) -> None:
    rule = FormulaRule(
        [f"{tint.area.first.column_absolute}={literal(tint.text)}"],
        fill=PatternFill("solid", fgColor=tint.fill, bgColor=tint.fill),
    )
    ws.conditional_formatting.add(tint.area.relative, rule)


def _colour_numbers(ws: Worksheet, scale: Scale) -> None:
    if scale.end is None:
        points = _point("start", 0, scale.low) | {"end_type": "max", "end_color": scale.high}
    else:
        points = (
            _point("start", -scale.end, scale.low)
            | _point("mid", 0, "FFFFFF")
            | _point("end", scale.end, scale.high)
        )
    rule = ColorScaleRule(**points)
    ws.conditional_formatting.add(" ".join(area.relative for area in scale.areas), rule)


def _point(which: str, value: float, colour: str) -> dict[str, str | float]:
    return {f"{which}_type": "num", f"{which}_value": value, f"{which}_color": colour}
