"""Files that appear whole or not at all."""

import os
import tempfile
from pathlib import Path

from toolkit.errors import ToolkitError


class replacing:
    """A context that yields a temporary path and moves it to `out` when all went well."""

    def __init__(self, out: Path) -> None:
        self._out = out

    def __enter__(self) -> Path:
        check_writable(self._out)
        handle, name = tempfile.mkstemp(suffix=self._out.suffix, prefix=".", dir=self._out.parent)
        os.close(handle)
        self._temporary = Path(name)
        return self._temporary

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: object) -> None:
        if kind is None:
            self._move()
            return
        self._temporary.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise ToolkitError(f"{self._out}: cannot be written: {error.strerror}") from error

    def _move(self) -> None:
        # mkstemp makes files for their owner alone; a workbook is as readable as any other file.
        mask = os.umask(0)
        os.umask(mask)
        self._temporary.chmod(0o666 & ~mask)
        try:
            self._temporary.replace(self._out)
        except PermissionError as error:
            spare = self._out.with_stem(self._out.stem + " (new)")
            self._temporary.replace(spare)
            raise ToolkitError(
                f"{self._out}: in use by another program; the new file is {spare}: "
                "close the workbook, then rename it"
            ) from error


def check_writable(out: Path) -> None:
    """Raise ToolkitError unless a file can be put at `out`; its folder is made where missing."""
    if out.is_dir():
        raise ToolkitError(f"{out}: this is a folder; name a file in it")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=out.parent):
            pass
    except OSError as error:
        raise ToolkitError(
            f"{out.parent}: cannot be written to: {error.strerror}; "
            "choose another folder with --out"
        ) from error


def check_workbook(out: Path) -> None:
    """Raise ToolkitError unless a workbook can be put at `out`."""
    if out.suffix.lower() != ".xlsx":
        raise ToolkitError(f"{out}: not a workbook's name; end it in .xlsx")
    check_writable(out)
