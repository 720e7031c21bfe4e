"""Files that appear whole or not at all, whatever lies where they go and whatever interrupts."""

import os
import re
import resource
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from openpyxl import load_workbook

from toolkit.book.sheet import Book, Sheet
from toolkit.book.tables import Cell
from toolkit.book.writer import write
from toolkit.files.errors import ToolkitError
from toolkit.files.saving import check_workbook, check_writable, replacing

SMALL = Book("Small", (Sheet("One", {(1, 1): Cell(2.5)}),))
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="Windows has none of these")


def save(out: Path, content: bytes) -> None:
    with replacing(out) as temporary:
        temporary.write_bytes(content)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_failure_leaves_the_old_file_and_no_litter(tmp_path: Path) -> None:
    out = tmp_path / "old.xlsx"
    out.write_bytes(b"old")
    with pytest.raises(KeyboardInterrupt), replacing(out) as temporary:
        temporary.write_bytes(b"half")
        raise KeyboardInterrupt
    with pytest.raises(ToolkitError, match="written: No space left"), replacing(out):
        raise OSError(28, "No space left on device")
    assert out.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [out]


def refusing(monkeypatch: pytest.MonkeyPatch, out: Path, error: OSError) -> None:
    """Have the system refuse to replace `out`."""
    original = Path.replace

    def refuse(self: Path, target: Path) -> Path:
        if target == out:
            raise error
        return original(self, target)

    monkeypatch.setattr(Path, "replace", refuse)


@pytest.mark.parametrize("code", [5, 32])
def test_a_workbook_in_use_keeps_both(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    """Windows refuses to replace a file that Excel holds open."""
    out = tmp_path / "open.xlsx"
    out.write_bytes(b"old")
    error = PermissionError(13, "Access is denied")
    error.winerror = code  # type: ignore[attr-defined]  # only Windows has it
    refusing(monkeypatch, out, error)
    with pytest.raises(ToolkitError, match=r"in use by .* is .*open \(new\)\.xlsx: close"):
        write(SMALL, out)
    assert out.read_bytes() == b"old"
    assert load_workbook(tmp_path / "open (new).xlsx")["One"]["A1"].value == 2.5


def test_no_file_of_the_users_is_overwritten_and_the_cause_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "x.xlsx"
    out.write_bytes(b"old")
    (tmp_path / "x (new).xlsx").write_bytes(b"the user's")
    refusing(monkeypatch, out, PermissionError(1, "Operation not permitted"))
    for number in (2, 3):
        with pytest.raises(ToolkitError, match="replaced: Operation not permitted") as told:
            save(out, b"new")
        assert f"the new file is {tmp_path / f'x (new {number}).xlsx'}: rename it" in str(
            told.value
        )
        assert "in use" not in str(told.value)
    assert (tmp_path / "x (new).xlsx").read_bytes() == b"the user's"
    assert out.read_bytes() == b"old"
    assert (tmp_path / "x (new 2).xlsx").read_bytes() == b"new"
    assert names(tmp_path) == ["x (new 2).xlsx", "x (new 3).xlsx", "x (new).xlsx", "x.xlsx"]


def test_where_nothing_can_be_replaced_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path, target: Path) -> Path:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(ToolkitError, match="cannot be written: Read-only file system"):
        save(tmp_path / "x.xlsx", b"new")
    assert names(tmp_path) == []


@POSIX
@pytest.mark.parametrize("link", ["target.xlsx", "folder/target.xlsx", "absolute"])
def test_a_link_stays_and_what_it_names_is_replaced(tmp_path: Path, link: str) -> None:
    (tmp_path / "folder").mkdir()
    target = tmp_path / ("target.xlsx" if link == "absolute" else link)
    target.write_bytes(b"old")
    (tmp_path / "one.xlsx").symlink_to(target if link == "absolute" else link)
    (tmp_path / "two.xlsx").symlink_to("one.xlsx")
    save(tmp_path / "two.xlsx", b"new")
    assert target.read_bytes() == b"new" and not target.is_symlink()
    assert (tmp_path / "two.xlsx").readlink() == Path("one.xlsx")
    assert (tmp_path / "one.xlsx").is_symlink()
    assert len(names(tmp_path)) + len(names(tmp_path / "folder")) == 4


@POSIX
def test_a_link_that_dangles_gets_its_file(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").symlink_to("missing/b.xlsx")
    check_workbook(tmp_path / "a.xlsx")
    save(tmp_path / "a.xlsx", b"new")
    assert (tmp_path / "a.xlsx").is_symlink()
    assert (tmp_path / "missing" / "b.xlsx").read_bytes() == b"new"


@POSIX
def test_a_link_that_leads_to_itself_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").symlink_to("b.xlsx")
    (tmp_path / "b.xlsx").symlink_to("a.xlsx")
    with pytest.raises(ToolkitError, match="cannot be written: Too many levels"):
        save(tmp_path / "a.xlsx", b"new")
    assert (tmp_path / "a.xlsx").is_symlink() and (tmp_path / "b.xlsx").is_symlink()


@pytest.mark.skipif(not Path("/dev/shm").is_dir(), reason="a second file system is needed")
def test_a_link_into_another_file_system(tmp_path: Path) -> None:
    target = Path("/dev/shm") / f"toolkit-{os.getpid()}.xlsx"
    try:
        target.write_bytes(b"old")
        assert target.stat().st_dev != tmp_path.stat().st_dev
        (tmp_path / "a.xlsx").symlink_to(target)
        save(tmp_path / "a.xlsx", b"new")
        assert target.read_bytes() == b"new" and (tmp_path / "a.xlsx").is_symlink()
        assert not [name for name in names(target.parent) if name.endswith(".part")]
    finally:
        target.unlink()


@POSIX
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664, 0o444])
def test_the_mode_of_a_file_is_kept(tmp_path: Path, mode: int) -> None:
    out = tmp_path / "s.xlsx"
    out.touch()
    out.chmod(mode)
    save(out, b"new")
    assert stat.S_IMODE(out.stat().st_mode) == mode


@POSIX
def test_a_new_file_is_readable_like_any_other(tmp_path: Path) -> None:
    save(tmp_path / "s.xlsx", b"new")
    (tmp_path / "plain").touch()
    made, plain = ((tmp_path / name).stat().st_mode for name in ("s.xlsx", "plain"))
    assert made == plain


@POSIX
@pytest.mark.skipif(os.name != "nt" and os.getuid() != 0, reason="only root gives files away")
def test_the_owner_of_a_file_is_kept(tmp_path: Path) -> None:
    out = tmp_path / "s.xlsx"
    out.touch()
    os.chown(out, 1234, 4321)
    save(out, b"new")
    assert (out.stat().st_uid, out.stat().st_gid) == (1234, 4321)


@POSIX
def test_a_pipe_or_a_device_is_never_replaced(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.xlsx")
    with pytest.raises(ToolkitError, match=r"pipe\.xlsx: this is a pipe, not a file; choose ano"):
        check_writable(tmp_path / "pipe.xlsx")
    (tmp_path / "null.xlsx").symlink_to(os.devnull)
    with pytest.raises(ToolkitError, match=r"null\.xlsx: this is a device, not a file"):
        save(tmp_path / "null.xlsx", b"new")
    assert stat.S_ISFIFO((tmp_path / "pipe.xlsx").stat().st_mode)


LONG = "ö" * 115 + ".xlsx"


@pytest.mark.parametrize("name", ["b.xlsx", LONG])
def test_what_killed_programs_left_is_swept(tmp_path: Path, name: str) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    start, mark = f".{name[:50]}", "0123abcd.part"
    left = f"{start}.{ended.pid}-{mark}"
    kept = [
        f"{start}.{os.getpid()}-{mark}",  # its writer is alive
        f"{start}.notes.part",
        f"{start}.{ended.pid}-{mark}.xlsx",
        f".other.xlsx.{ended.pid}-{mark}",
        ".abcdefgh.xlsx",
    ]
    young = f"{start}.{ended.pid}-ffffffff.part"
    long_ago = time.time() - 7200
    for each in (left, *kept, young):
        (tmp_path / each).write_bytes(b"half")
        if each != young:
            os.utime(tmp_path / each, (long_ago, long_ago))
    save(tmp_path / name, b"new")
    assert names(tmp_path) == sorted([*kept, young, name])


SIGNALLED = """
import os, signal
from toolkit.files import saving
from toolkit.commands.cli import main

def enter(self, real=saving.replacing.__enter__):
    temporary = real(self)
    temporary.write_bytes(b"half")
    os.kill(os.getpid(), int(os.environ["SENT"]))
    return temporary

saving.replacing.__enter__ = enter
signal.signal(signal.SIGINT, signal.default_int_handler)  # background jobs of a shell ignore it
# Tests that nohup started would ignore it too.
signal.signal(signal.SIGHUP, signal.SIG_IGN if os.environ.get("NOHUP") else signal.SIG_DFL)
main()
"""


def signalled(folder: Path, sent: int, *words: str, **more: str) -> tuple[int, str]:
    """The exit code and standard error of a command that gets a signal while it writes."""
    done = subprocess.run(
        [sys.executable, "-c", SIGNALLED, *words],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"SENT": str(int(sent))} | more,
    )
    return done.returncode, done.stderr


@POSIX
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
@pytest.mark.parametrize(
    "words",
    [("backprop", "--epochs", "2", "--out", "b.xlsx"), ("templates", "tiny", "--copy", "t")],
)
def test_a_signal_while_writing_leaves_nothing(
    tmp_path: Path, name: str, words: tuple[str, ...]
) -> None:
    (tmp_path / "b.xlsx").write_bytes(b"the last good one")
    sent = getattr(signal, name)
    code, said = signalled(tmp_path, sent, *words)
    assert code == 128 + sent
    assert said == "\nStopped; no file was left incomplete.\n"
    assert names(tmp_path) == ["b.xlsx"]
    assert (tmp_path / "b.xlsx").read_bytes() == b"the last good one"


@POSIX
def test_a_signal_that_is_ignored_stays_so(tmp_path: Path) -> None:
    words = ("templates", "tiny", "--copy", "t.toml")
    assert signalled(tmp_path, signal.SIGHUP, *words, NOHUP="1") == (0, "")
    assert names(tmp_path) == ["t.toml"]


@POSIX
def test_what_sigkill_leaves_is_known_again(tmp_path: Path) -> None:
    words = ("templates", "tiny", "--copy", "t.toml")
    assert signalled(tmp_path, signal.SIGKILL, *words)[0] == -signal.SIGKILL
    (left,) = names(tmp_path)
    assert re.fullmatch(r"\.t\.toml\.\d+-[0-9a-f]{8}\.part", left)
    os.utime(tmp_path / left, (0, 0))
    save(tmp_path / "t.toml", b"new")
    assert names(tmp_path) == ["t.toml"]


@POSIX
def test_a_full_disk_leaves_the_last_good_file(tmp_path: Path) -> None:
    (tmp_path / "b.xlsx").write_bytes(b"the last good one")
    done = subprocess.run(
        [sys.executable, "-m", "toolkit", "backprop", "--out", "b.xlsx"],
        cwd=tmp_path,
        text=True,
        capture_output=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000)),
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("Error: b.xlsx: cannot be written: File too large; make room")
    assert names(tmp_path) == ["b.xlsx"]
    assert (tmp_path / "b.xlsx").read_bytes() == b"the last good one"
