"""Contenders do the same work; else their times would say nothing."""

import re
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import ironcalc
import numpy as np
import pytest
import torch
from openpyxl import Workbook
from rich.console import Console

from tests.benchmarks import writer
from tests.benchmarks.contenders import CONTENDERS
from tests.benchmarks.derivation import lesson, naive
from tests.benchmarks.mnist import WHOLE, element_wise, epoch_flops, loaders, unpacked
from tests.benchmarks.reading import stored_values
from tests.benchmarks.task import COLUMNS, Task, columns, headings, numbers
from tests.benchmarks.trace import torch_loop
from tests.benchmarks.writer import _caption, _table
from tests.recalculation import cells
from toolkit.convnet import layers, template
from toolkit.convnet.model import build
from toolkit.network.derivation import LOSS, derivation
from toolkit.network.lesson import changed, load
from toolkit.network.trace import start_values, trace
from toolkit.symbols.equation import Gradient
from toolkit.symbols.numeric import value

CELLS = 12 * COLUMNS
STORED = {
    "toolkit": ("exact", "exact"),
    "openpyxl append": ("none", "16 digits"),
    "openpyxl write-only": ("none", "16 digits"),
    "XlsxWriter": ("16 digits", "16 digits"),
    "XlsxWriter constant_memory": ("16 digits", "16 digits"),
    "PyExcelerate": ("none", "15 digits"),
    "rustpy-xlsxwriter": ("none", "exact"),
}


@pytest.mark.parametrize("task", Task)
@pytest.mark.parametrize("name", CONTENDERS)
def test_all_write_the_same_table(name: str, task: Task, tmp_path: Path) -> None:
    values, out = columns(CELLS), tmp_path / "table.xlsx"
    CONTENDERS[name](values, out, task)
    assert stored_values(out, values, task) == STORED[name][list(Task).index(task)]


@pytest.mark.parametrize("fault", ["short", "formula", "value"])
def test_a_wrong_table_is_refused(fault: str, tmp_path: Path) -> None:
    values, out = columns(CELLS), tmp_path / "table.xlsx"
    book = Workbook()
    sheet = book.create_sheet("Sheet1", 0)
    rows: list[list[Any]] = [headings(), *map(list, numbers(values))]
    if fault == "short":
        rows.pop()
    elif fault == "value":
        rows[3][4] += 1e-13
    for row in rows:
        sheet.append(row)
    book.save(out)
    with pytest.raises(
        ValueError, match={"short": "12 rows", "formula": "became"}.get(fault, "15 digits")
    ):
        stored_values(out, values, Task.formulas if fault == "formula" else Task.numbers)


def test_the_values_are_those_of_the_formulas(tmp_path: Path) -> None:
    CONTENDERS["toolkit"](columns(CELLS), tmp_path / "ours.xlsx", Task.formulas)
    sheet = cells(tmp_path / "ours.xlsx")["Sheet1"]
    stored = {place: number for place, number in sheet.items() if isinstance(number, float)}
    assert len(stored) == CELLS
    model = ironcalc.load_from_xlsx(str(tmp_path / "ours.xlsx"))
    # The first round proves that something is computed.
    for start, as_stored in (("0.3", False), ("0.2", True)):
        model.set_user_input(0, 2, 1, start)
        model.evaluate()
        computed = {place: model.get_cell_value_by_ref(f"Sheet1!{place}") for place in stored}
        close = [computed[place] == pytest.approx(stored[place], rel=1e-12) for place in stored]
        assert all(close) is as_stored


def test_a_faster_contender_is_named() -> None:
    runs = {"toolkit": {"processor": 1.0}, "slow": {"processor": 2.0}, "quick": {"processor": 0.5}}
    caption = _caption(Task.numbers, 3, runs)
    assert "quick took less processor time" in caption
    assert "slow" not in caption
    assert "less processor time" not in _caption(Task.numbers, 3, {"toolkit": runs["toolkit"]})


def test_a_table_shows_each_contender(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "CONTENDERS", {"toolkit": None, "rustpy-xlsxwriter": None})
    screen = StringIO()
    Console(width=110, file=screen).print(_table(Task.formulas, CELLS, 1))
    printed = screen.getvalue()
    assert "Writing 240 cells" in printed
    assert re.search(r"toolkit .* 1\.0 × .* 1\.0 × .* exact", printed)
    assert re.search(r"rustpy-xlsxwriter .* none", printed)


@pytest.mark.no_cover
@pytest.mark.parametrize("widths", ["2-2-2", "2-3-2-2"])
def test_both_derivations_give_the_same_gradients(widths: str) -> None:
    chosen = lesson(widths)
    derived = derivation(chosen)
    start = start_values(chosen, derived)
    traced = trace(chosen, derived)
    for weight, expr in zip(derived.weights, naive(derived), strict=True):
        computed = value(expr, {symbol: start[symbol] for symbol in expr.free_symbols})
        assert computed == pytest.approx(traced.column(Gradient(LOSS, weight), 0)[0], rel=1e-12)


def test_the_torch_loop_ends_at_our_loss() -> None:
    rates = [0.1, 2.0]
    chosen = changed(load("class"), 25, rates)
    losses = trace(chosen, derivation(chosen)).values[LOSS][-1]
    np.testing.assert_allclose([torch_loop(chosen, rate) for rate in rates], losses, rtol=1e-12)


@pytest.mark.full
def test_a_part_prints_its_table() -> None:
    command = [sys.executable, "-m", "tests.benchmarks", "--quick", "--only", "process"]
    printed = subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout
    assert "toolkit backprop" in printed
    assert "numpy" in printed.splitlines()[1]


def test_both_pipelines_train_the_same_layers(tmp_path: Path) -> None:
    model = template.load("default")[0]
    network = build(model.network)
    usual = element_wise(network)
    assert not any(isinstance(part, torch.nn.Dropout2d) for part in usual)
    assert [p.shape for p in usual.parameters()] == [p.shape for p in network.parameters()]
    assert len(usual) == len(network)
    learn, check = loaders(unpacked(tmp_path), model, 0, 300)
    assert [len(labels) for _, labels in learn] == [64] * 4
    ((images, labels),) = check
    assert images.shape == (50, 1, 28, 28) and labels[:3].tolist() == [7, 2, 1]
    assert usual(images).shape == (50, 10)


def test_operations_are_those_of_products() -> None:
    text = {"input": [1, 28, 28], "layers": [{"type": "convolution", "channels": 4, "kernel": 3}]}
    model = template.load("default")[0].model_copy(
        update={"network": layers.NetworkConfig.model_validate(text)}
    )
    forward = 2 * 4 * 9 * 26 * 26
    # Backward: the weights' gradients alone, since an image needs none.
    assert epoch_flops(model) == pytest.approx(WHOLE * forward * (2 + 1 / 6))
