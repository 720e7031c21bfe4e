"""IDX files: the arrays that torchvision's own readers give, and what is refused."""

import gzip
import hashlib
import lzma
import struct
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from torchvision.datasets import mnist

from tests.test_convnet import idx as packed
from toolkit.convnet import idx
from toolkit.files.errors import ToolkitError

PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "": lambda content: content,
    ".gz": gzip.compress,
    ".xz": lzma.compress,
}
READERS = {
    "images": mnist.read_image_file,
    "labels": mnist.read_label_file,
}


def arrays() -> dict[str, np.ndarray]:
    """Images, every row of them another, and their labels."""
    draw = np.random.default_rng(0)
    return {"images": draw.integers(0, 256, (7, 28, 28)), "labels": draw.integers(0, 10, 7)}


@pytest.mark.parametrize("kind", READERS)
@pytest.mark.parametrize("ending", PACKERS)
def test_arrays_are_those_of_torchvision(
    tmp_path: Path, kind: str, ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = packed(arrays()[kind])
    plain, path = tmp_path / "plain", tmp_path / f"packed{ending}"
    plain.write_bytes(content)
    path.write_bytes(PACKERS[ending](content))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))
    array = idx.read(path, images=kind == "images")
    assert array.dtype == np.uint8 and not array.flags.writeable
    assert np.array_equal(array, READERS[kind](str(plain)).numpy())
    assert np.array_equal(array, arrays()[kind])


HEADERS = {
    "images": [
        (0x803, 2, 28, 28),
        (0x801, 2),
        (0x802, 2, 28),
        (0x903, 2, 28, 28),
        (0x803, 0, 28, 28),
    ],
    "labels": [(0x801, 2), (0x803, 2, 28, 28), (0x802, 2, 28), (0x901, 2), (0x801, 0)],
}


@pytest.mark.parametrize("kind", HEADERS)
@pytest.mark.parametrize("rest", [0, 1, 2, 3, 2 * 784, 2 * 784 + 1])
def test_what_torchvision_refuses_is_refused(tmp_path: Path, kind: str, rest: int) -> None:
    """Files of every header and length; the one header that is right, with the right length."""
    path = tmp_path / "file"
    accepted = 0
    for words in HEADERS[kind]:
        path.write_bytes(struct.pack(f">{len(words)}I", *words) + bytes(rest))
        try:
            expected = READERS[kind](str(path)).numpy()
        except (AssertionError, KeyError, RuntimeError, TypeError, ValueError):
            with pytest.raises(ToolkitError, match=f"file: truncated or not an IDX file of {kind}"):
                idx.read(path, images=kind == "images")
        else:
            assert np.array_equal(idx.read(path, images=kind == "images"), expected)
            accepted += 1
    assert accepted == (rest == (2 * 784 if kind == "images" else 2))


def test_a_checksum_is_that_of_the_unpacked_file(tmp_path: Path) -> None:
    content = packed(np.arange(3))
    path = tmp_path / "labels.gz"
    path.write_bytes(gzip.compress(content))
    md5 = hashlib.md5(content).hexdigest()
    assert idx.read(path, images=False, md5=md5).tolist() == [0, 1, 2]
    with pytest.raises(ToolkitError, match=r"labels\.gz: checksum differs from the original"):
        idx.read(path, images=False, md5=md5[::-1])
