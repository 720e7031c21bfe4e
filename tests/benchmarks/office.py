"""LibreOffice with a workbook open: how long it takes to load, and to follow one changed cell.

Run by the Python that has LibreOffice's `uno` (Debian: python3-uno), not by the project's own:

    /usr/bin/python3 tests/benchmarks/office.py exports/examples/live.xlsx Draw K5 "4 #1" canvas
"""

# mypy: ignore-errors

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException

PIPE = "toolkitbench"
RUNS = 5


def desktop(folder):
    """A LibreOffice of its own without a window, and the way to it."""
    running = subprocess.Popen(
        [
            "soffice",
            f"-env:UserInstallation=file://{folder}",
            "--headless",
            "--norestore",
            f"--accept=pipe,name={PIPE};urp;",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext(
        "com.sun.star.bridge.UnoUrlResolver", local
    )
    for _ in range(120):
        try:
            actual = resolver.resolve(f"uno:pipe,name={PIPE};urp;StarOffice.ComponentContext")
            break
        except NoConnectException:
            time.sleep(0.5)
    return running, actual.ServiceManager.createInstanceWithContext(
        "com.sun.star.frame.Desktop", actual
    )


def measure(book, sheet, address, values):
    """Seconds to load, to compute everything, and (median) to follow a change of one cell."""
    with tempfile.TemporaryDirectory() as folder:
        running, office = desktop(folder)
        hidden = PropertyValue("Hidden", 0, True, 0)
        start = time.perf_counter()
        document = office.loadComponentFromURL(book.resolve().as_uri(), "_blank", 0, (hidden,))
        loaded = time.perf_counter() - start
        start = time.perf_counter()
        document.calculateAll()
        computed = time.perf_counter() - start
        cell = document.Sheets.getByName(sheet).getCellRangeByName(address)
        took = []
        for number in range(RUNS):
            value = values[number % len(values)]
            start = time.perf_counter()
            if isinstance(value, str):
                cell.String = value
            else:
                cell.Value = value
            document.calculate()
            took.append(time.perf_counter() - start)
        document.close(True)
        office.terminate()
        running.wait(60)
    return loaded, computed, median(took)


if __name__ == "__main__":
    path, sheet, address, *words = sys.argv[1:]
    values = [float(word) if word.replace(".", "").isdigit() else word for word in words]
    found = measure(Path(path), sheet, address, values)
    sys.stdout.write(json.dumps(dict(zip(("load", "compute", "follow"), found, strict=True))))
