"""LibreOffice, started once, recalculates one workbook after another.

Run by a Python that has LibreOffice's `uno` (Debian: python3-uno), not by the project's own:

    python3 tests/office_server.py PROFILE

It reads lines of JSON, [source, target], from its input, and answers each with a line: an empty
text, or what went wrong. A target that ends in .json gets the values alone, in half the time that
a workbook takes; one that ends in .pdf what would be printed. LibreOffice ends with the input.
"""

# mypy: ignore-errors

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException
from com.sun.star.sheet import FormulaResult

START_SECONDS = 120


def start(profile, headless=True):
    """A LibreOffice, by default without a window, and its desktop, which opens documents."""
    pipe = f"toolkit{os.getpid()}"
    process = subprocess.Popen(
        [
            "soffice",
            f"-env:UserInstallation={Path(profile).as_uri()}",
            *(["--headless"] if headless else []),
            "--norestore",
            "--nologo",
            f"--accept=pipe,name={pipe};urp;",
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext(
        "com.sun.star.bridge.UnoUrlResolver", local
    )
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
            break
        except NoConnectException:
            if time.monotonic() > deadline or process.poll() is not None:
                raise
            time.sleep(0.1)
    manager = context.ServiceManager
    return process, manager.createInstanceWithContext("com.sun.star.frame.Desktop", context)


def convert(desktop, source, target):
    """Open a workbook, which computes every formula, and save it as another."""
    hidden = PropertyValue("Hidden", 0, True, 0)
    document = desktop.loadComponentFromURL(Path(source).as_uri(), "_blank", 0, (hidden,))
    if document is None:
        raise ValueError(f"{source} cannot be opened")
    try:
        if target.endswith(".json"):
            sheets = {sheet.Name: values(sheet) for sheet in document.Sheets}
            Path(target).write_text(json.dumps(sheets), encoding="utf-8")
        else:
            pdf = target.endswith(".pdf")
            name = "calc_pdf_Export" if pdf else "Calc MS Excel 2007 XML"
            chosen = PropertyValue("FilterName", 0, name, 0)
            document.storeToURL(Path(target).as_uri(), (chosen,))
    finally:
        document.close(True)


def values(sheet):
    """Every cell that is not empty, by its address; TRUE and FALSE are 1.0 and 0.0."""
    area = sheet.createCursor()
    area.gotoEndOfUsedArea(False)
    # Every name that is asked of LibreOffice is a message there and back.
    columns = [letters(number) for number in range(area.RangeAddress.EndColumn + 1)]
    area.gotoStartOfUsedArea(True)
    start = area.RangeAddress
    # Errors that Excel does not know are written Err:502 and the like.
    errors = {
        (cell.CellAddress.Row, cell.CellAddress.Column): "#" + cell.String.removeprefix("#")
        for cell in area.queryFormulaCells(FormulaResult.ERROR).Cells
    }
    return {
        f"{columns[column]}{row + 1}": errors[row, column] if value is None else value
        for row, actual in enumerate(area.DataArray, start.StartRow)
        for column, value in enumerate(actual, start.StartColumn)
        if value != ""
    }


def letters(number):
    """The name of a column, counted from 0."""
    head, last = divmod(number, 26)
    return (letters(head - 1) if head else "") + chr(ord("A") + last)


def serve(profile):
    """Answer each line of the input until it ends."""
    process, desktop = start(profile)
    try:
        for line in sys.stdin:
            source, target = json.loads(line)
            try:
                convert(desktop, source, target)
                answer = ""
            except Exception as error:  # whatever it is, the tests shall show it
                answer = f"{type(error).__name__}: {error}"
            sys.stdout.write(json.dumps(answer) + "\n")
            sys.stdout.flush()
    finally:
        process.kill()


if __name__ == "__main__":
    serve(sys.argv[1])
