"""A LibreOffice window that shows one sheet after another of a workbook.

Run by a Python that has LibreOffice's `uno`, as `tests/office_server.py` is, with DISPLAY set:

    python3 tests/look_window.py PROFILE WIDTH HEIGHT

It reads lines of JSON from its input and answers each with a line of JSON. {"open": PATH} gives the
names of the sheets; {"show": N}, counted from 0, shows the top left corner of a sheet and gives
[x, y], the place of the cell A1 on the screen; {"error": TEXT} says what went wrong.
"""

# mypy: ignore-errors

import json
import os
import sys
from pathlib import Path

import uno
from com.sun.star.accessibility.AccessibleRole import DOCUMENT_SPREADSHEET, SCROLL_PANE, TABLE
from com.sun.star.awt.PosSize import POSSIZE
from com.sun.star.beans import PropertyValue
from com.sun.star.view.DocumentZoomType import BY_VALUE

sys.path.insert(0, str(Path(__file__).parent))
from office_server import start

FAR = (200, 5000)  # column and row of a cell in no first view
INFOBARS = ("whatsnew", "getinvolved", "donate", "readonly", "recalc")


class Window:
    """The window, with at most one workbook open in it."""

    def __init__(self, desktop, width, height):
        self._desktop, self._size = desktop, (width, height)
        self._document = None

    def open(self, path):
        """Open a workbook in the place of the one before; the names of its sheets."""
        before = self._document
        self._document = self._desktop.loadComponentFromURL(Path(path).as_uri(), "_blank", 0, ())
        if self._document is None:
            raise ValueError(f"{path} cannot be opened")
        if before is not None:
            before.close(True)
        frame = self._document.CurrentController.Frame
        frame.ContainerWindow.setPosSize(0, 0, *self._size, POSSIZE)
        dispatcher = uno.getComponentContext().ServiceManager.createInstance(
            "com.sun.star.frame.DispatchHelper"
        )
        hidden = PropertyValue("Sidebar", 0, False, 0)
        dispatcher.executeDispatch(frame, ".uno:Sidebar", "", 0, (hidden,))
        return [sheet.Name for sheet in self._document.Sheets]

    def show(self, number):
        """Show a sheet from its first cell on, at 100 %; the place of this cell on the screen."""
        controller, sheet = self._document.CurrentController, self._document.Sheets[number]
        controller.setActiveSheet(sheet)
        controller.select(sheet.getCellByPosition(*FAR))  # a cursor over A1 would hide the title
        controller.FirstVisibleColumn = controller.FirstVisibleRow = 0
        controller.ZoomType, controller.ZoomValue = BY_VALUE, 100
        for name in INFOBARS:
            if controller.hasInfobar(name):
                controller.removeInfobar(name)
        places = [table.LocationOnScreen for table in _panes(controller.ComponentWindow)]
        return [min(place.X for place in places), min(place.Y for place in places)]


def _panes(element):
    """The tables of visible cells under an accessible element: several where panes are frozen."""
    context = element.AccessibleContext
    for number in range(context.AccessibleChildCount):
        child = context.getAccessibleChild(number)
        role = child.AccessibleContext.AccessibleRole
        if role == TABLE:
            yield child.AccessibleContext
        elif role in (SCROLL_PANE, DOCUMENT_SPREADSHEET):
            yield from _panes(child)


def serve(profile, width, height):
    """Answer each line of the input until it ends."""
    process, desktop = start(profile, headless=False)
    window = Window(desktop, int(width), int(height))
    try:
        for line in sys.stdin:
            ((name, argument),) = json.loads(line).items()
            try:
                answer = {"open": window.open, "show": window.show}[name](argument)
            except Exception as error:  # whatever it is, the caller shall show it
                answer = {"error": f"{type(error).__name__}: {error}"}
            sys.stdout.write(json.dumps(answer) + os.linesep)
            sys.stdout.flush()
    finally:
        process.kill()


if __name__ == "__main__":
    serve(*sys.argv[1:])
