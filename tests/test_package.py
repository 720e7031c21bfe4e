"""The wheel: everything in it, nothing needed beside it."""

import os
import subprocess
import sys
import zipfile
from email import message_from_string
from pathlib import Path

import pytest

from tests.conftest import needs_torch

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which the built wheel was installed."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    build = ["wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(ROOT)]
    subprocess.run([*pip, *build], check=True)
    (wheel,) = folder.glob("*.whl")
    site = folder / "site"
    subprocess.run([*pip, "install", "--no-deps", "--target", str(site), str(wheel)], check=True)
    return site


def run(installed: Path, cwd: Path, code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": str(installed)},
        encoding="utf-8",
    )
    return done.stdout.strip()


@needs_torch
def test_an_installed_wheel_finds_templates_and_digits(installed: Path, tmp_path: Path) -> None:
    code = (
        "import pathlib, toolkit; print(toolkit.__file__); "
        "from toolkit.commands.backprop import write_backprop as w; "
        "[w(n, pathlib.Path(n + '.xlsx')) for n in ('class', 'class-half')]; "
        "from toolkit.convnet import digits, template; template.load('default'); "
        "print(len(digits.load().train_images))"
    )
    where, count = run(installed, tmp_path, code).splitlines()
    assert Path(where).is_relative_to(installed)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["class-half.xlsx", "class.xlsx"]
    assert count == "60000"


def test_the_light_install_needs_no_torch(installed: Path, tmp_path: Path) -> None:
    start = (
        "import sys; sys.modules['torch'] = sys.modules['torchvision'] = None; "
        "from typer.testing import CliRunner as R; from toolkit.commands.cli import app; "
        "done = lambda *words: R().invoke(app, words); "
    )
    code = start + "print(*(done(c).exit_code for c in ('backprop', 'live', 'concepts')))"
    assert run(installed, tmp_path, code) == "0 0 0"
    code = "print(done('mnist').stderr + done('experiments', '--seeds', '9').stderr)"
    lines = run(installed, tmp_path, start + code).splitlines()
    for command, line in zip(("mnist", "experiments"), lines, strict=True):
        metadata = (
            f'Error: toolkit {command} needs torch; install it with: pip install "toolkit[mnist]"'
        )
        assert line.startswith(metadata)
        assert "without a GPU, first install torch and torchvision for CPU" in line


def test_the_wheel_says_what_it_is(installed: Path) -> None:
    (info,) = installed.glob("toolkit-*.dist-info")
    metadata = message_from_string((info / "METADATA").read_text(encoding="utf-8"))
    assert metadata["License-Expression"] == "MIT AND OFL-1.1 AND CC-BY-SA-3.0"
    files = metadata.get_all("License-File", [])
    assert len(files) == 3
    texts = [(info / "licenses" / name).read_text(encoding="utf-8") for name in files]
    for name in ("MIT License", "SIL OPEN FONT LICENSE", "Attribution-ShareAlike 3.0 Unported"):
        assert any(name in text for text in texts), name
    assert metadata["Author"] == "The toolkit authors"
    classifiers = metadata.get_all("Classifier", [])
    assert {"Topic :: Education", "Programming Language :: Python :: 3.11"} <= set(classifiers)
    assert metadata["Keywords"]


def test_requirements_hold_names_versions_and_hashes_only() -> None:
    for path in (ROOT / "requirements").glob("*.txt"):
        for line in path.read_text(encoding="utf-8").splitlines():
            assert "==" in line or line.strip().startswith("--hash=sha256:"), (path, line)


def test_the_wheel_holds_no_tests(installed: Path) -> None:
    with zipfile.ZipFile(next(installed.parent.glob("*.whl"))) as wheel:
        tops = {name.split("/")[0] for name in wheel.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"toolkit"}
