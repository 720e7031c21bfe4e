"""Everything about a sheet but its cells: widths, printing, charts, pictures, rules for input."""

from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import PatternFill
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from toolkit.book.charts import scatter
from toolkit.book.drawing import image
from toolkit.book.sheet import Sheet, Validation, letters
from toolkit.book.theme import VERDICTS

LARGEST = "1E+300"


def furnish(ws: Worksheet, sheet: Sheet) -> None:
    """Everything about a sheet but its cells."""
    for table in sheet.tables:
        for offset, column in enumerate(table.columns):
            dimension = ws.column_dimensions[letters(table.column + offset)]
            dimension.width, dimension.outlineLevel = column.width, column.outline
    for index, width in sheet.widths.items():
        ws.column_dimensions[letters(index)].width = width
    if sheet.freeze:
        ws.freeze_panes = f"{letters(sheet.freeze[1])}{sheet.freeze[0]}"
    ws.sheet_properties.tabColor = sheet.tab
    ws.sheet_view.showGridLines = False
    _printing(ws, sheet)
    for chart in sheet.charts:
        ws.add_chart(scatter(chart))
    for picture in sheet.pictures:
        ws.add_image(image(picture))
    ws.sheet_properties.outlinePr.summaryRight = False
    ws.protection.sheet = sheet.protected
    for validation in sheet.validations:
        ws.add_data_validation(_validated(validation))
    for area in sheet.verdicts:
        _colour_verdicts(ws, area)


def _printing(ws: Worksheet, sheet: Sheet) -> None:
    ws.page_setup.orientation = "portrait" if sheet.portrait else "landscape"
    ws.page_setup.paperSize = ws.PAPERSIZE_A4
    ws.page_setup.fitToWidth = sheet.pages_wide
    ws.page_setup.fitToHeight = sheet.pages_high or 0
    ws.sheet_properties.pageSetUpPr.fitToPage = True
    if sheet.freeze and sheet.freeze[0] > 1:
        ws.print_title_rows = f"1:{sheet.freeze[0] - 1}"
    if sheet.freeze and sheet.freeze[1] > 1:
        ws.print_title_cols = f"A:{letters(sheet.freeze[1] - 1)}"


def _validated(rule: Validation) -> DataValidation:
    """A rule for input, with its message; what breaks it is refused."""
    made = _kind(rule)
    made.promptTitle, made.prompt = rule.title[:32], rule.message[:255]
    made.errorTitle, made.error = rule.title[:32], rule.message[:255]
    made.showInputMessage = made.showErrorMessage = True
    made.allow_blank = False
    letter = letters(rule.column)
    made.add(f"{letter}{rule.row}:{letter}{rule.last_row}")
    return made


def _kind(rule: Validation) -> DataValidation:
    if rule.kind == "choice":
        return DataValidation("list", formula1=f'"{",".join(rule.choices)}"')
    if rule.kind == "positive":
        return DataValidation("decimal", operator="greaterThan", formula1="0")
    return DataValidation("decimal", operator="between", formula1=f"-{LARGEST}", formula2=LARGEST)


def _colour_verdicts(ws: Worksheet, area: tuple[int, int, int, int]) -> None:
    row, column, last_row, last_column = area
    first = f"{letters(column)}{row}"
    for word, fill in VERDICTS.items():
        rule = FormulaRule([f'LEFT({first},4)="{word}"'], fill=PatternFill(bgColor=fill))
        ws.conditional_formatting.add(f"{first}:{letters(last_column)}{last_row}", rule)
