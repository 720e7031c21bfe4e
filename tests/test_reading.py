"""Files that a user names: regular ones only, and no more of them than fits."""

import gzip
import os
import socket
import struct
import subprocess
import sys
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from toolkit.convnet import checkpoint, digits, seeds, stored, template
from toolkit.convnet.checkpoint import Origin
from toolkit.convnet.pictures import like_mnist
from toolkit.experiments import results
from toolkit.files import reading
from toolkit.files.errors import ToolkitError

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")


@pytest.mark.parametrize(
    "words",
    [
        ("backprop", "pipe"),
        ("mnist", "--model", "pipe"),
        ("predict", "pipe"),
        pytest.param(("predict", "pipe", "--model", "pipe"), marks=pytest.mark.full),
        ("live", "--model", "pipe"),
        ("concepts", "--results", "pipe"),
        pytest.param(("experiments", "--list", "--results", "pipe"), marks=pytest.mark.full),
        ("experiments", "--results", "pipe"),
        ("mnist", "--out", "out.xlsx"),  # its record would be a pipe
    ],
)
def test_a_pipe_is_refused_at_once(tmp_path: Path, words: tuple[str, ...]) -> None:
    name = "out.checkpoint" if words[-1] == "out.xlsx" else "pipe"
    os.mkfifo(tmp_path / name)
    done = subprocess.run(
        [sys.executable, "-m", "toolkit", *words],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        stdin=subprocess.DEVNULL,
    )
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"Error: {name}: this is a pipe, not a file")


def test_what_is_no_regular_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket")
        with pytest.raises(ToolkitError, match="socket: this is a socket, not a file; save its"):
            like_mnist(Path("socket"))
    with pytest.raises(ToolkitError, match="/dev/zero: this is a device, not a file"):
        like_mnist(Path("/dev/zero"))
    with pytest.raises(ToolkitError, match="/dev/zero: this is a device"):
        template.load("/dev/zero")
    with pytest.raises(ToolkitError, match=r"cannot be read: .*null"):
        reading.content(Path("a\0b"), 1)
    with pytest.raises(ToolkitError, match="this is a folder; name a file inside it"):
        reading.content(tmp_path, 1)


def test_a_file_beyond_all_measure_is_refused_unread(tmp_path: Path) -> None:
    """Holes in a file take no room on the disk, and all of it in memory."""
    path = tmp_path / "large"
    with path.open("wb") as file:
        file.truncate(8 * 1024 * reading.MEGABYTE)
    begun = seeds.SeedRuns(template.load("tiny")[0], "", 1, 1, "test")
    for read in (
        lambda: like_mnist(path),
        lambda: results.load(path),
        lambda: template.load(str(path)),
        lambda: stored.read(path),
        lambda: checkpoint.load(path, Origin("", "", 0)),
        lambda: seeds.load(path, begun),
    ):
        with pytest.raises(ToolkitError, match=r"large: more than [\d,]+ MB, which is the limit"):
            read()


def test_a_file_that_hides_its_size_is_read_to_the_limit() -> None:
    path = Path("/proc/self/environ")
    if not path.exists() or len(path.read_bytes()) < 2:
        pytest.skip("no file without a size here")
    assert path.stat().st_size == 0
    with pytest.raises(ToolkitError, match="more than 0 MB"):
        reading.content(path, 1)


def idx(folder: Path, count: int = 12) -> None:
    """Four small files of a data set, unpacked."""
    for name in digits.CHECKSUMS:
        if "images" in name:
            content = struct.pack(">4I", 0x803, count, 28, 28) + bytes(count * 784)
        else:
            content = struct.pack(">2I", 0x801, count) + bytes(range(10)) + bytes(count - 10)
        (folder / name).write_bytes(content)


FIRST = "train-images-idx3-ubyte"


def test_a_data_folder_of_pipes(tmp_path: Path) -> None:
    idx(tmp_path)
    assert len(digits.load(tmp_path).train_images) == 12
    os.mkfifo(tmp_path / "labels.txt")
    with pytest.raises(ToolkitError, match=r"labels\.txt: this is a pipe, not a file"):
        digits.load(tmp_path)
    (tmp_path / FIRST).unlink()
    os.mkfifo(tmp_path / FIRST)
    with pytest.raises(ToolkitError, match=f"{FIRST}: this is a pipe, not a file"):
        digits.load(tmp_path)


@pytest.mark.parametrize("ending", ["", ".gz"])
def test_no_more_is_unpacked_than_the_header_promises(tmp_path: Path, ending: str) -> None:
    """A small file may unpack to any size."""
    idx(tmp_path)
    content = (tmp_path / FIRST).read_bytes() + bytes(64 * reading.MEGABYTE)
    (tmp_path / FIRST).unlink()
    (tmp_path / (FIRST + ending)).write_bytes(gzip.compress(content) if ending else content)
    del content
    tracemalloc.start()
    try:
        with pytest.raises(
            ToolkitError, match=f"{FIRST}.*: truncated or not an IDX file of images"
        ):
            digits.load(tmp_path)
        assert tracemalloc.get_traced_memory()[1] < 8 * reading.MEGABYTE
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("head", "message"),
    [
        (
            (0x803, 2**32 - 1, 28, 28),
            "its header announces 4,294,967,295 items, more than 1,000,000",
        ),
        ((0x803, 12, 2**31, 2**31), "contains no 28x28 images"),
        ((0x801, 12, 28, 28), "truncated or not an IDX file of images"),
        ((0x803, 13, 28, 28), "truncated or not an IDX file of images"),
    ],
)
def test_a_header_that_lies(tmp_path: Path, head: tuple[int, ...], message: str) -> None:
    idx(tmp_path)
    content = struct.pack(">4I", *head) + (tmp_path / FIRST).read_bytes()[16:]
    (tmp_path / FIRST).write_bytes(content)
    with pytest.raises(ToolkitError, match=message):
        digits.load(tmp_path)


def test_the_shipped_digits_are_read_whole() -> None:
    actual = digits.load()
    assert (len(actual.train_images), len(actual.test_labels)) == (60_000, 10_000)
    assert np.bincount(actual.test_labels.numpy())[0] == 980
