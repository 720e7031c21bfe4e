"""Every reader of files, given damaged ones: it takes them or says in one line what is wrong."""

import gzip
import io
import json
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from typer.testing import CliRunner

from tests.fuzzing import BYTES, TEXT, Change, check_line, damaged, fuzz, state
from tests.test_convnet import idx
from tests.test_live import LINEAR, ODD, trained
from tests.test_training import CPU, SMALL
from toolkit.commands.cli import app
from toolkit.convnet import digits, seeds, stored
from toolkit.convnet.digits import Digits
from toolkit.convnet.prediction import predict
from toolkit.convnet.stages import stages
from toolkit.convnet.template import Model
from toolkit.convnet.training import train
from toolkit.experiments import results
from toolkit.files import templates
from toolkit.files.templates import parse, templates_folder
from toolkit.network.lesson import Lesson

FEW, MANY = 50, 2000  # damaged copies of a file: in every run of the tests, and in the full one
RECORDS = Path(__file__).parent / "experiments" / "records"


@dataclass(frozen=True)
class Case:
    """A valid file, how it is damaged, and what reads it; `inner` and `whole` are as for `fuzz`."""

    path: Path
    changes: tuple[Change, ...]
    read: Callable[[], object]
    inner: bytes | None = None
    whole: Callable[[bytes], bytes] = bytes


def lesson(folder: Path) -> Case:
    path = copied(templates_folder() / "lessons" / "softmax.toml", folder)
    return Case(path, TEXT, lambda: templates.read(path, Lesson))


def model(folder: Path) -> Case:
    path = copied(templates_folder() / "models" / "tiny.toml", folder)
    return Case(path, TEXT, lambda: templates.read(path, Model))


def runs(folder: Path) -> Case:
    path = folder / "runs.csv"
    results.save(path, results.load(results.shipped())[:12])

    def read() -> None:
        """No line is dropped without a word, but the last one where it has no end."""
        ended = len(results.load(path)) + 1
        assert ended == path.read_text(encoding="utf-8-sig").count("\n") or ended == 1

    return Case(path, TEXT, read)


def weights(folder: Path) -> Case:
    path = trained(
        ODD["no average"],
        folder / "w.safetensors",
        seed="1",
        epochs="3",
        classes=json.dumps(list("0123456789")),
        data="0" * 64,
    )
    return Case(path, BYTES, lambda: stages(stored.read(path)))


def header(folder: Path) -> Case:
    """The header of the weights, whose length is right again after the damage."""
    whole = weights(folder)
    content = whole.path.read_bytes()
    end = 8 + int.from_bytes(content[:8], "little")

    def joined(head: bytes) -> bytes:
        return len(head).to_bytes(8, "little") + head + content[end:]

    return Case(whole.path, TEXT, whole.read, content[8:end], joined)


def small_data() -> Digits:
    draw = torch.Generator().manual_seed(0)
    images = torch.randint(0, 256, (128, 28, 28), generator=draw, dtype=torch.uint8)
    labels = torch.arange(128) % 10
    return Digits(images, labels, images[:64], labels[:64])


def checkpoint(folder: Path) -> Case:
    """Of a run whose epochs are all finished, so that resuming it only reads."""
    path, data = folder / "m.checkpoint", small_data()
    short = parse(SMALL.replace("epochs = 4", "epochs = 1"), Model, "small")
    train(short, data, 5, CPU, None, path)
    return Case(path, BYTES, lambda: train(short, data, 5, CPU, None, path, resume=True))


def pickled(folder: Path) -> Case:
    """What lies pickled in the checkpoint, the checksums of the archive right again."""
    whole = checkpoint(folder)
    with zipfile.ZipFile(whole.path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    (name,) = (name for name in parts if name.endswith("data.pkl"))

    def archived(content: bytes) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            for each, part in (parts | {name: content}).items():
                archive.writestr(each, part)
        return out.getvalue()

    return Case(whole.path, TEXT, whole.read, parts[name], archived)


def record(folder: Path) -> Case:
    """Two runs of few epochs; a long record only takes longer to read."""
    actual = seeds.SERIES.validate_json((RECORDS / "sprint.seeds.json").read_bytes())
    path, series = folder / "m.seeds.json", actual.first(2)
    begun = series.first(0)
    seeds.save(path, series)
    return Case(path, TEXT, lambda: seeds.load(path, begun))


def drawn(side: int = 40) -> Image.Image:
    shades = np.full((side, side, 3), 240, np.uint8)
    shades[8:32, 18:23] = (20, 40, 90)
    return Image.fromarray(shades)


def picture(folder: Path, name: str, **how: object) -> Case:
    path, by = folder / name, trained(LINEAR, folder / "by.safetensors")
    drawn().save(path, **how)  # type: ignore[arg-type]
    return Case(path, BYTES, lambda: predict([path], by))


def png(folder: Path) -> Case:
    return picture(folder, "p.png")


def jpeg(folder: Path) -> Case:
    exif = Image.Exif()
    exif[0x0112] = 6
    return picture(folder, "p.jpg", exif=exif)


def chunks(folder: Path) -> Case:
    """The chunks of a PNG with a palette, transparency and a text, their checksums right again."""
    case = png(folder)
    drawn().quantize(4).save(case.path, transparency=0, dpi=(72, 72))
    return Case(case.path, BYTES, case.read, case.path.read_bytes(), checked)


def checked(content: bytes) -> bytes:
    """A PNG whose chunks have right checksums, as far as its lengths lead."""
    out, place = content[:8], 8
    while len(head := content[place : place + 8]) == 8:
        end = place + 8 + int.from_bytes(head[:4], "big")
        if end > len(content):
            break
        body = content[place + 4 : end]
        out += content[place : place + 4] + body + struct.pack(">I", zlib.crc32(body))
        place = end + 4
    return out + content[place:]


def folder_of_data(folder: Path, ending: str = "") -> Path:
    draw = np.random.default_rng(0)
    for kind in ("train", "t10k"):
        arrays = {
            "images-idx3": draw.integers(0, 256, (20, 28, 28)),
            "labels-idx1": np.arange(20) % 10,
        }
        for name, array in arrays.items():
            content = idx(array)
            path = folder / f"{kind}-{name}-ubyte{ending}"
            path.write_bytes(gzip.compress(content, mtime=0) if ending else content)
    names = ["disc", "square", "star", "cross", "ring", "heart", "moon", "arrow", "wave", "knot"]
    (folder / "labels.txt").write_text("\n".join(names) + "\n", encoding="utf-8")
    return folder


def images(folder: Path) -> Case:
    path = folder_of_data(folder) / "train-images-idx3-ubyte"
    return Case(path, BYTES, lambda: digits.load(folder))


def labels(folder: Path) -> Case:
    path = folder_of_data(folder) / "t10k-labels-idx1-ubyte"
    return Case(path, BYTES, lambda: digits.load(folder))


def zipped(folder: Path) -> Case:
    path = folder_of_data(folder, ".gz") / "train-labels-idx1-ubyte.gz"
    return Case(path, BYTES, lambda: digits.load(folder))


def unzipped(folder: Path) -> Case:
    """What lies in an archive, packed again after the damage."""
    case = zipped(folder)
    return Case(case.path, BYTES, case.read, idx(np.arange(20) % 10), gzip.compress)


def names(folder: Path) -> Case:
    path = folder_of_data(folder) / "labels.txt"
    return Case(path, TEXT, lambda: digits.load(folder))


CASES = (
    lesson,
    model,
    runs,
    weights,
    header,
    checkpoint,
    pickled,
    record,
    png,
    jpeg,
    chunks,
    images,
    labels,
    zipped,
    unzipped,
    names,
)


def copied(source: Path, folder: Path) -> Path:
    path = folder / source.name
    path.write_bytes(source.read_bytes())
    return path


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
@pytest.mark.parametrize(
    "count", [FEW, pytest.param(MANY, marks=pytest.mark.full)], ids=["few", "many"]
)
def test_damaged_files(case: Callable[[Path], Case], count: int, tmp_path: Path) -> None:
    made = case(tmp_path)
    made.read()
    actual = fuzz(made.path, made.changes, made.read, count, made.inner, made.whole)
    assert actual["refused"] > count / 20, actual
    made.read()


RUN = CliRunner()
SPOILT = b"the last good one"
# The words of a command for a damaged file; OUT is a workbook that is there already.
WORDS: dict[str, tuple[Callable[[Path], Case], tuple[str, ...]]] = {
    "backprop": (lesson, ("backprop", "FILE", "--epochs", "2", "--out", "OUT")),
    "mnist": (model, ("mnist", "--model", "FILE", "--max-params", "1", "--out", "OUT")),
    "live": (weights, ("live", "--model", "FILE", "--out", "OUT")),
    "predict": (jpeg, ("predict", "FILE")),
    "concepts": (runs, ("concepts", "softmax", "--results", "FILE", "--out", "OUT")),
    "experiments": (runs, ("experiments", "--list", "--results", "FILE")),
}


@pytest.mark.parametrize("name", WORDS)
@pytest.mark.parametrize(
    "count", [4, pytest.param(50, marks=pytest.mark.full)], ids=["few", "many"]
)
def test_damaged_files_on_the_command_line(name: str, count: int, tmp_path: Path) -> None:
    case, words = WORDS[name]
    made, out = case(tmp_path), tmp_path / "out.xlsx"
    given = [{"FILE": str(made.path), "OUT": str(out)}.get(word, word) for word in words]
    for content in damaged(made.path.read_bytes(), made.changes, name, count):
        made.path.write_bytes(content)
        out.write_bytes(SPOILT)
        before = state(tmp_path)
        done = RUN.invoke(app, given)
        if done.exit_code == 0:
            assert (out.read_bytes() == SPOILT) == ("OUT" not in words)
            continue
        assert done.exit_code == 2, (content[:300], done.exception)
        assert done.stdout == ""
        (line,) = done.stderr.splitlines()
        check_line(line, made.path)
        assert state(tmp_path) == before
