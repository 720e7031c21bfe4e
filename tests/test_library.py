"""`import toolkit`: its public names, what they do, and what is written about them."""

import ast
import doctest
import inspect
import os
import re
import subprocess
import sys
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

import toolkit
from tests.conftest import LIGHT, needs_torch

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "toolkit" / "__init__.py"
NAMES = sorted({*toolkit.__all__} - {"__version__"})
NEED_TORCH = {
    name for name, home in toolkit._HOMES.items() if home.split(":")[0] in toolkit._NEED_TORCH
}


def run(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        encoding="utf-8",
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    return done.stdout.strip()


def homes_for_types() -> dict[str, str]:
    """What type checkers read: the home of each name, as `_HOMES` writes it."""
    (branch,) = (
        node
        for node in ast.parse(SOURCE.read_text(encoding="utf-8")).body
        if isinstance(node, ast.If)
    )
    homes = {}
    for node in branch.body:
        assert isinstance(node, ast.ImportFrom) and node.module
        home = node.module.removeprefix("toolkit.")
        for alias in node.names:
            name = alias.asname or alias.name
            homes[name] = home if name == alias.name else f"{home}:{alias.name}"
    return homes


def test_type_checkers_and_python_find_the_same_names() -> None:
    assert homes_for_types() == toolkit._HOMES
    assert sorted(toolkit._HOMES) == NAMES
    assert set(NAMES) <= set(dir(toolkit))


def test_libraries_are_imported_only_where_a_name_is_used() -> None:
    heavy = "print(*(m for m in ('torch', 'sympy', 'openpyxl', 'numpy') if m in sys.modules))"
    assert run(f"import sys, toolkit; {heavy}") == ""
    light = sorted({*NAMES} - NEED_TORCH)
    assert run(f"import sys, toolkit; toolkit.Equation; {heavy}") == "sympy"
    everything = f"[getattr(toolkit, name) for name in {light}]"
    assert run(f"import sys, toolkit; {everything}; {heavy}") == "sympy numpy"


def test_an_unknown_name() -> None:
    with pytest.raises(AttributeError, match="module 'toolkit' has no attribute 'nosuch'"):
        toolkit.nosuch  # type: ignore[attr-defined]  # noqa: B018


def test_what_needs_torch_says_how_to_install_it() -> None:
    code = (
        "import sys; sys.modules['torch'] = sys.modules['torchvision'] = None; import toolkit\n"
        "for name in sorted(toolkit._HOMES):\n"
        "    try: getattr(toolkit, name)\n"
        "    except toolkit.ToolkitError as error: print(error)\n"
    )
    lines = run(code).splitlines()
    assert [line.split(" ")[0] for line in lines] == [f"toolkit.{n}" for n in sorted(NEED_TORCH)]
    for line in lines:
        assert ' needs torch; install it with: pip install "toolkit[mnist]"' in line


def undocumented(names: dict[str, Any], text: str) -> list[str]:
    """What is wrong with public names, by name, and with the list of them in `text`."""
    listed = re.findall(r"^\| `(\w+)`( †)? \| \S", text, re.MULTILINE)
    count = [name for name, _ in listed]
    faults = [
        f"{name}: listed {count.count(name)} times" for name in names if count.count(name) != 1
    ]
    faults += [f"{name}: no public name" for name in count if name not in names]
    faults += [
        f"{name}: no docstring"
        for name, value in names.items()
        if not (value.__doc__ or "").strip()
    ]
    marked = {name for name, mark in listed if mark}
    return faults + [f"{name}: † is wrong" for name in marked ^ (NEED_TORCH & names.keys())]


def test_every_public_name_has_a_docstring_and_a_line() -> None:
    names = [name for name in NAMES if not (LIGHT and name in NEED_TORCH)]
    text = (ROOT / "docs" / "library.md").read_text(encoding="utf-8")
    if LIGHT:
        text = re.sub(r"^.* † .*\n", "", text, flags=re.MULTILINE)
    assert (
        undocumented(
            {name: getattr(toolkit, name) for name in names} | {"__version__": inspect}, text
        )
        == []
    )


def test_a_planted_name_without_a_line_is_seen() -> None:
    def silent() -> None:
        pass

    def told() -> None:
        """It says something."""

    assert undocumented({"told": told}, "| `told` | a name |\n") == []
    assert undocumented({"told": told}, "`told` is a name") == ["told: listed 0 times"]
    assert undocumented({"told": told}, "| `told` | \n") == ["told: listed 0 times"]
    assert undocumented({"silent": silent}, "| `silent` | a |\n") == ["silent: no docstring"]
    two = "| `told` | a |\n| `gone` | b |\n"
    assert undocumented({"told": told}, two) == ["gone: no public name"]
    assert undocumented({"told": told}, "| `told` † | a |\n") == ["told: † is wrong"]


def readme_blocks() -> list[str]:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (section,) = re.findall(r"^## As a library\n(.*?)^## ", text, re.MULTILINE | re.DOTALL)
    assert len(section.rstrip().splitlines()) < 40
    return re.findall(r"^```pycon\n(.*?)^```", section, re.MULTILINE | re.DOTALL)


def failures(block: str) -> str:
    """What doctest reports of a block; nothing where it prints what it says."""
    report: list[str] = []
    test = doctest.DocTestParser().get_doctest(block, {}, "README.md", "README.md", 0)
    assert test.examples
    doctest.DocTestRunner(verbose=False).run(test, out=report.append)
    return "".join(report)


def test_the_readme_prints_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert failures(readme_blocks()[0]) == ""
    assert [path.name for path in tmp_path.iterdir()] == ["class.xlsx"]


@needs_torch
@pytest.mark.parametrize("count", [2_000, pytest.param(60_000, marks=pytest.mark.full)])
def test_the_readme_trains_a_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    """On all images the example prints what it says; on a few of them only the accuracy differs."""
    monkeypatch.chdir(tmp_path)
    digits = toolkit.load_digits()
    few = replace(
        digits, train_images=digits.train_images[:count], train_labels=digits.train_labels[:count]
    )
    monkeypatch.setattr(toolkit, "load_digits", lambda: few)
    block = readme_blocks()[1]
    least = "0.95" if count == 60_000 else "0.2"
    assert failures(block.replace("0.95", least)) == ""
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["live.xlsx", "sprint.safetensors"]


def test_a_planted_wrong_line_of_the_readme_is_seen() -> None:
    block = readme_blocks()[0].split(">>> from toolkit import derivation")[0]
    assert failures(block) == ""
    assert "Expected" in failures(block.replace("= a - t", "= t - a"))


PROGRAM = """\
import toolkit

w, x, t = toolkit.quantities("w x t")
a = toolkit.Equation("a", toolkit.sigmoid(w * x))
loss = toolkit.Equation("E_total", (t - a.symbol) ** 2 / 2)
lines: list[str] = [str(gradient) for gradient in toolkit.derive([a, loss], wrt=[w])]
formula: str = a.formula({w: "A1", x: "A2"})
lesson = toolkit.Lesson(
    title="One neuron",
    network=toolkit.Network(
        layers=(1, 1), activations=("sigmoid",), bias=False, loss="half_squared_error"
    ),
    samples=toolkit.Samples(inputs=((1.0,),), targets=((0.0,),)),
    start=toolkit.Start(weights=(0.5,)),
    training=toolkit.Training(optimizer="sgd", learning_rates=(0.1,), epochs=3),
)
run = toolkit.trace(lesson, toolkit.derivation(lesson))
losses: list[float] = run.arrays["E_total"][:, 0].tolist()
losses_by_rate: tuple[float | None, ...] = toolkit.write_backprop(lesson, "one.xlsx").final_loss


def train() -> float:
    digits = toolkit.load_digits()
    network = toolkit.train(toolkit.load_model("tiny"), digits, epochs=1)
    cells: int = toolkit.write_live("live.xlsx", network.save("tiny.safetensors")).cells
    return network.evaluate(digits).accuracy + cells
"""
# Each of these lines is wrong, and no line would be where a name was an Any.
WRONG = {
    "toolkit.load_leson": "attr-defined",
    "toolkit.derive([a], w=3)": "call-arg",
    "toolkit.load_lesson(3)": "arg-type",
    "toolkit.trace(lesson)": "call-arg",
    "number: int = toolkit.load_lesson('xor').title": "assignment",
    "text: str = toolkit.train('tiny').evaluate(toolkit.load_digits()).loss": "assignment",
    "path: int = toolkit.write_live('live.xlsx').workbook": "assignment",
    "share: str = toolkit.predict(['a.png'])[0].confidence": "assignment",
    "count: str = run.epochs": "assignment",
    "title: int = toolkit.list_templates()[0].title": "assignment",
}


@pytest.mark.skipif(find_spec("mypy") is None, reason="needs mypy")
@needs_torch
def test_a_program_that_imports_toolkit_is_typed(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    shown = [f"reveal_type(toolkit.{name})" for name in NAMES]
    program.write_text("\n".join([PROGRAM, *WRONG, *shown]), encoding="utf-8")
    words = ["--config-file", "pyproject.toml", "--no-pretty", "--no-error-summary"]
    done = subprocess.run(
        [sys.executable, "-m", "mypy", *words, str(program)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        encoding="utf-8",
    )
    start = len(PROGRAM.splitlines()) + 2
    actual = re.findall(r"^\S*program\.py:(\d+): error: .* \[(.+)\]$", done.stdout, re.MULTILINE)
    assert actual == [(str(n), code) for n, code in enumerate(WRONG.values(), start)], done.stdout
    types = re.findall(r'note: Revealed type is "(.*)"', done.stdout)
    assert len(types) == len(NAMES)
    assert "Any" not in types


def test_the_program_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    scope: dict[str, Any] = {}
    exec(PROGRAM, scope)
    assert scope["lines"] == ["∂E_total/∂a = a - t", "∂E_total/∂w = ∂E_total/∂a · a · x · (1 - a)"]
    assert scope["losses"][0] == pytest.approx(1 / (1 + 2.718281828459045**-0.5) ** 2 / 2)
    assert (scope["losses_by_rate"][0],) == (scope["losses"][-1],)
    assert (tmp_path / "one.xlsx").is_file()
