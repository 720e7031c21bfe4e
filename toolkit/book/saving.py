"""Files that appear whole or not at all."""

import os
import tempfile
from pathlib import Path

from toolkit.errors import ToolkitError
from toolkit.template import brief


class replacing:
    """A context that yields a temporary path and moves it to `out` when all went well."""

    def __init__(self, out: Path) -> None:
        self._out = out

    def __enter__(self) -> Path:
        check_writable(self._out)
        try:
            self._out.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(self._out.suffix, ".", self._out.parent)
        except OSError as error:
            raise _refused(self._out, error) from error
        os.close(handle)
        self._temporary = Path(name)
        return self._temporary

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: object) -> None:
        if kind is None:
            self._move()
            return
        self._temporary.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise _refused(self._out, error) from error

    def _move(self) -> None:
        try:
            self._give_way()
        except OSError as error:
            self._temporary.unlink(missing_ok=True)
            raise _refused(self._out, error) from error

    def _give_way(self) -> None:
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
    """Raise ToolkitError unless a file can be put at `out`. Leaves nothing behind.

    Folders that are missing are made only when there is something to write.
    """
    try:
        if out.is_dir():
            raise ToolkitError(f"{out}: this is a folder; name a file in it")
        nearest = next(folder for folder in out.absolute().parents if folder.exists())
        with tempfile.TemporaryFile(dir=nearest):
            pass
    except OSError as error:
        raise _refused(out, error) from error


def _refused(out: Path, error: OSError) -> ToolkitError:
    return ToolkitError(
        f"{brief(out)}: cannot be written: {error.strerror}; "
        "make room or choose another place for the file"
    )


def check_workbook(out: Path) -> None:
    """Raise ToolkitError unless a workbook can be put at `out`."""
    if out.suffix.lower() != ".xlsx":
        raise ToolkitError(f"{brief(out)}: not a workbook's name; give one that ends in .xlsx")
    check_writable(out)
