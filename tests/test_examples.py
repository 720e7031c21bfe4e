"""The workbooks in exports/examples are those that the code writes now, byte for byte."""

import subprocess
from pathlib import Path

import pytest

from tests import books
from tests.conftest import LIGHT, needs_torch

EXAMPLES = books.ROOT / "exports" / "examples"
NAMES = sorted(path.stem for path in EXAMPLES.glob("*.xlsx"))


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the same workbooks, written anew; without torch that of `mnist` is missing."""
    folder = tmp_path_factory.mktemp("books")
    books.write(folder, [name for name in NAMES if not (LIGHT and name == "mnist")])
    return folder / "exports"


def test_each_command_has_an_example() -> None:
    assert NAMES == ["backprop", "concepts", "live", "mnist"]


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=needs_torch if n == "mnist" else ()) for n in NAMES]
)
def test_an_example_is_what_the_code_writes(name: str, fresh: Path) -> None:
    committed, now = EXAMPLES / f"{name}.xlsx", fresh / f"{name}.xlsx"
    was, parts = books.parts(committed), books.parts(now)
    changed = [part for part in {**was, **parts} if was.get(part) != parts.get(part)]
    assert not changed, "run make exports"
    assert committed.read_bytes() == now.read_bytes()


def test_no_command_writes_into_a_file_that_git_tracks() -> None:
    names = [
        f"exports/{name}{suffix}"
        for name in books.commands()
        for suffix in (".xlsx", ".safetensors", ".seeds.json", ".checkpoint")
    ]
    names += ["exports/experiments.csv", "exports/assignments/secret.txt"]
    git = ["git", "-C", str(books.ROOT), "check-ignore", *names]
    ignored = subprocess.run(git, capture_output=True, text=True, check=False).stdout.split()
    assert ignored == names
