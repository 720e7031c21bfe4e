"""Workbooks written as on other processors: the same bytes."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.books import ROOT, differences
from toolkit.convnet import digits, outputs
from toolkit.convnet.history import PROBABILITY_DECIMALS
from toolkit.convnet.machine import threads
from toolkit.convnet.stored import shipped
from toolkit.convnet.trained_network import load_network

BOOKS = ("backprop", "deep", "line", "softmax", "xor", "live", "live-step", "concepts", "mnist")
# What NumPy uses of this processor beyond what all of its kind have.
FEATURES: list[str] = np.show_config("dicts")["SIMD Extensions"].get("found", [])
PROCESSORS = {
    "BLAS of 2013": {"OPENBLAS_CORETYPE": "Haswell"},
    "none of its features": {
        "OPENBLAS_CORETYPE": "Prescott",
        "NPY_DISABLE_CPU_FEATURES": " ".join(FEATURES),
        "ATEN_CPU_CAPABILITY": "default",
        "PYTHONHASHSEED": "7",
    },
}
SHOWN = "import numpy; print(*numpy.show_config('dicts')['SIMD Extensions'].get('found', []))"


def environment(settings: dict[str, str]) -> dict[str, str]:
    """This one with other settings, and without those that a user made."""
    names = {name for each in PROCESSORS.values() for name in each}
    kept = {name: text for name, text in os.environ.items() if name not in names}
    return kept | {"PYTHONPATH": str(ROOT)} | settings


def write(folder: Path, settings: dict[str, str]) -> Path:
    """All deterministic workbooks, by a process with these settings."""
    command = [sys.executable, "-m", "tests.books", "write", str(folder), *BOOKS]
    subprocess.run(command, check=True, cwd=ROOT, env=environment(settings))
    return folder


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workbooks as this processor writes them."""
    return write(tmp_path_factory.mktemp("here"), {})


@pytest.mark.full
@pytest.mark.parametrize("name", PROCESSORS)
def test_other_processors_write_the_same_bytes(name: str, here: Path, tmp_path: Path) -> None:
    there = write(tmp_path, PROCESSORS[name])
    assert len(list((there / "exports").glob("*.xlsx"))) == len(BOOKS)
    assert list(differences(here, there)) == []


@pytest.mark.full
def test_the_features_are_off() -> None:
    command = [sys.executable, "-c", SHOWN]
    settings = environment(PROCESSORS["none of its features"])
    shown = subprocess.run(command, check=True, capture_output=True, text=True, env=settings)
    assert shown.stdout.split() == []


@pytest.mark.no_cover
def test_no_probability_of_the_mnist_book_hangs_in_the_balance() -> None:
    # PyTorch's double precision is not the same everywhere in its last digits, some 1e-15 of a
    # probability. None of all the decimals shown depends on these.
    trained, data = load_network(shipped()), digits.load()
    with threads(1):  # beside other work, far faster than two
        actual = outputs.probabilities(trained.network, data.test_images)
    scaled = actual * 10**PROBABILITY_DECIMALS
    assert np.abs(scaled - np.floor(scaled) - 0.5).min() * 0.1**PROBABILITY_DECIMALS > 1e-12
    first, second = np.sort(actual, axis=1)[:, :-3:-1].T
    assert (first - second).min() > 1e-3
    assert (actual.argmax(1) == data.test_labels.numpy()).sum() == 9971
