"""Read files that a user names: only regular files, and only up to a maximum size."""

import errno
import io
import stat
from pathlib import Path

from toolkit.files.errors import ToolkitError, brief

MEGABYTE = 2**20
MOST_TEXT = 16 * MEGABYTE  # for templates, records and results; the largest shipped file has 0.2 MB
OTHER_KINDS = {
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def check_regular(
    path: Path,
    most: int,
    missing: str = "check the path",
    folder: str = "name a file inside it",
) -> None:
    """Raise ToolkitError unless `path` is a regular file of at most `most` bytes.

    A pipe, a socket or a device is refused before it is opened, because reading it may never end.
    `missing` and `folder` are the cures if there is nothing, or a folder, at `path`.
    """
    try:
        status = path.stat()
    except FileNotFoundError as error:
        raise ToolkitError(f"{path}: no such file; {missing}") from error
    except (OSError, ValueError) as error:  # ValueError: a null character in the path
        raise _unreadable(path, error) from error
    if stat.S_ISDIR(status.st_mode):
        raise ToolkitError(f"{path}: this is a folder; {folder}")
    if not stat.S_ISREG(status.st_mode):
        raise ToolkitError(
            f"{path}: this is {other_kind(status.st_mode)}, not a file; save its content "
            "as a file and give that"
        )
    if status.st_size > most:
        raise _too_large(path, most)


def exists(path: Path) -> bool:
    """Whether there is a file or folder at `path`. Raises ToolkitError if this is unknown, because
    a folder may not be entered or links form a cycle.
    """
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return False
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            return False
        raise _unreadable(path, error) from error
    return True


def other_kind(mode: int) -> str:
    """The name of the kind of a file that is neither regular nor a folder, by its `st_mode`."""
    return OTHER_KINDS.get(stat.S_IFMT(mode), "something special")


def content(
    path: Path,
    most: int,
    missing: str = "check the path",
    folder: str = "name a file inside it",
) -> bytes:
    """The bytes of a regular file, at most `most` of them. Raises ToolkitError as `check_regular`
    does, and if the file may not be read.
    """
    check_regular(path, most, missing, folder)
    try:
        with path.open("rb") as file:
            # Some files, such as those of Linux under /proc, contain more than their size says.
            data = file.read(most + 1)
    except OSError as error:
        raise _unreadable(path, error) from error
    if len(data) > most:
        raise _too_large(path, most)
    return data


def text(
    path: Path,
    missing: str = "check the path",
    folder: str = "name a file inside it",
) -> str:
    """The text of a UTF-8 file without the byte order mark that some Windows programs write.

    Raises ToolkitError if it cannot be read.
    """
    raw = io.BytesIO(content(path, MOST_TEXT, missing, folder))
    try:
        return io.TextIOWrapper(raw, encoding="utf-8-sig").read()
    except UnicodeDecodeError as error:
        raise ToolkitError(f"{path}: not a UTF-8 text file; save it as UTF-8") from error


def _unreadable(path: Path, error: OSError | ValueError) -> ToolkitError:
    reason = getattr(error, "strerror", None) or error
    return ToolkitError(f"{brief(path)}: cannot be read: {reason}; check the path")


def _too_large(path: Path, most: int) -> ToolkitError:
    return ToolkitError(
        f"{path}: more than {most // MEGABYTE:,} MB, which is the limit; give a smaller file"
    )
