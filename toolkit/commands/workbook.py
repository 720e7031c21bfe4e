"""What a command that writes a workbook comes to, as Python and notebooks show it."""

from abc import abstractmethod
from html import escape
from pathlib import Path

from toolkit.files.html import link


class WorkbookResult:
    """A result with the path of its workbook: `str` gives its lines, notebooks show these and a
    link.
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
