"""The base class for the results of commands that write a workbook."""

from abc import abstractmethod
from html import escape
from pathlib import Path

from toolkit.files.html import link


class WorkbookResult:
    """A result with the path of its workbook.

    `str` gives its lines of text; notebooks show these lines with a link to the workbook.
    """

    workbook: Path

    @abstractmethod
    def text(self) -> str:
        """The lines that the console shows."""

    def __str__(self) -> str:
        return self.text()

    def _repr_html_(self) -> str:
        lines = (escape(line) for line in self.text().splitlines())
        return "<br>".join([*lines, link(self.workbook)])
