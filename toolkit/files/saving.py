"""Write files atomically: a file is replaced completely or not at all."""

import atexit
import itertools
import os
import re
import secrets
import stat
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from toolkit.files.errors import ToolkitError, brief
from toolkit.files.reading import other_kind

STALE = 3600  # seconds without a change after which a temporary file is considered abandoned
NAMED = 50  # characters of a file's name in that of its temporary file; names have a maximum length
# Windows' errors if a program holds the file open: Excel causes the first, others the other.
IN_USE = (5, 32)
NEW = os.O_CREAT | os.O_EXCL | os.O_WRONLY


class replacing:
    """A context that yields a temporary path and moves it to `out` if no exception is raised.

    If `out` is a link, the file to which it points is replaced, and the link is kept. The new file
    gets the permissions of the old one and, if that is allowed, its owner. If the old file may not
    be replaced, the new one is kept beside it under a free name, and the ToolkitError names it.
    """

    def __init__(self, out: Path) -> None:
        self._out = out

    def __enter__(self) -> Path:
        check_writable(self._out)
        try:
            self._target = _followed(self._out)
            self._target.parent.mkdir(parents=True, exist_ok=True)
            _sweep(self._target)
            self._temporary = _temporary(self._target)
            # A signal may arrive at any time, also before and after the body of the `with`.
            atexit.register(self._discard)
            os.close(os.open(self._temporary, NEW, 0o600))
        except OSError as error:
            raise _refused(self._out, error) from error
        return self._temporary

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: object) -> None:
        try:
            if kind is None:
                self._move()
            elif isinstance(error, OSError):
                raise _refused(self._out, error) from error
        finally:
            self._discard()
            atexit.unregister(self._discard)

    def _discard(self) -> None:
        with suppress(OSError):
            self._temporary.unlink(missing_ok=True)

    def _move(self) -> None:
        try:
            _settle(self._temporary, self._target)
        except OSError as error:
            raise _refused(self._out, error) from error
        try:
            self._temporary.replace(self._target)
        except OSError as error:
            raise self._beside(error) from error

    def _beside(self, error: OSError) -> ToolkitError:
        """Keep the new file beside the old one, which cannot be replaced; returns the error."""
        try:
            spare = _moved_beside(self._temporary, self._target)
        except OSError:
            return _refused(self._out, error)
        reason, cure = _cause(error, self._target)
        return ToolkitError(f"{self._out}: {reason}; the new file is {spare}: {cure}")


def _followed(out: Path) -> Path:
    """The file to be replaced: `out`, or its target if it is a link."""
    return Path(os.path.realpath(out)) if out.is_symlink() else out


def _temporary(target: Path) -> Path:
    name = f".{target.name[:NAMED]}.{os.getpid()}-{secrets.token_hex(4)}.part"
    return target.with_name(name)


def _sweep(target: Path) -> None:
    """Remove temporary files of programs that were killed while they wrote `target`."""
    ours = re.compile(rf"\.{re.escape(target.name[:NAMED])}\.(\d+)-[0-9a-f]{{8}}\.part")
    # Errors are ignored here: it may be allowed to write to a folder but not to list it.
    with suppress(OSError), os.scandir(target.parent) as entries:
        for entry in entries:
            if match := ours.fullmatch(entry.name):
                _give_up(Path(entry.path), int(match[1]))


def _give_up(path: Path, process: int) -> None:
    """Remove a temporary file if its process has ended and it has not changed for long."""
    with suppress(OSError):
        status = path.lstat()
        old = time.time() - status.st_mtime > STALE
        if old and stat.S_ISREG(status.st_mode) and not _alive(process):
            path.unlink()


def _alive(process: int) -> bool:
    """Whether a process with this number may still be writing."""
    if os.name == "nt":
        return False  # Windows keeps files that a process holds open; os.kill would end it
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        return True
    return True


def _settle(temporary: Path, target: Path) -> None:
    """Give the new file the permissions of the old one, and flush it to the disk."""
    if os.name != "nt":
        _pass_on(temporary, target)
    # Otherwise a power failure soon afterwards could leave an empty file under the new name.
    handle = os.open(temporary, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _pass_on(temporary: Path, target: Path) -> None:
    try:
        old = target.stat()
    except FileNotFoundError:
        # Temporary files are private to their owner; a workbook gets the usual permissions.
        mask = os.umask(0)
        os.umask(mask)
        temporary.chmod(0o666 & ~mask)
        return
    for owner, group in ((-1, old.st_gid), (old.st_uid, -1)):
        with suppress(OSError):  # only root may give files away
            os.chown(temporary, owner, group)
    temporary.chmod(stat.S_IMODE(old.st_mode) & 0o777)


def _moved_beside(temporary: Path, target: Path) -> Path:
    """Move the new file to a free name, such as "book (new).xlsx", without replacing a file."""
    for number in itertools.count(1):
        mark = " (new)" if number == 1 else f" (new {number})"
        spare = target.with_stem(target.stem + mark)
        with suppress(FileExistsError):
            os.close(os.open(spare, NEW, 0o600))
            break
    try:
        temporary.replace(spare)
    except OSError:
        spare.unlink(missing_ok=True)
        raise
    return spare


def _cause(error: OSError, target: Path) -> tuple[str, str]:
    """The reason why a file could not be replaced, and the cure."""
    if getattr(error, "winerror", None) not in IN_USE:
        return f"cannot be replaced: {error.strerror}", "rename it, or choose another name"
    if not os.access(target, os.W_OK):
        return "write-protected", "rename it, or remove the protection"
    return "in use by another program", "close the file there, then rename the new one"


def check_writable(out: Path) -> None:
    """Raise ToolkitError unless a file can be written at `out`. Leaves no file behind.

    Missing folders are not created yet.
    """
    try:
        target = _followed(out)
        _check_kind(out, target)
        nearest = next(folder for folder in target.absolute().parents if folder.exists())
        with tempfile.TemporaryFile(dir=nearest):
            pass
    except OSError as error:
        raise _refused(out, error) from error


def _check_kind(out: Path, target: Path) -> None:
    """Raise ToolkitError if there is something other than a regular file at `target`."""
    try:
        mode = target.stat().st_mode
    except FileNotFoundError:
        return
    if stat.S_ISDIR(mode):
        raise ToolkitError(f"{out}: this is a folder; name a file in it")
    if not stat.S_ISREG(mode):
        raise ToolkitError(f"{out}: this is {other_kind(mode)}, not a file; choose another name")


def _refused(out: Path, error: OSError) -> ToolkitError:
    return ToolkitError(
        f"{brief(out)}: cannot be written: {error.strerror}; "
        "make room or choose another place for the file"
    )


def check_workbook(out: Path) -> None:
    """Raise ToolkitError unless a workbook can be written at `out`."""
    if out.suffix.lower() != ".xlsx":
        raise ToolkitError(f"{brief(out)}: not a workbook's name; give one that ends in .xlsx")
    check_writable(out)
