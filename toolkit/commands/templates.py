"""What the commands do, as plain functions: templates in, files out."""

from math import isfinite
from pathlib import Path
from typing import Any

from toolkit.book.writer import write
from toolkit.files.errors import ToolkitError
from toolkit.files.saving import check_workbook, replacing
from toolkit.files.templates import KINDS, find_shipped, shipped, text


def write_backprop(
    template: str,
    out: Path,
    epochs: int | None = None,
    learning_rates: list[float] | None = None,
) -> dict[str, Any]:
    """Write the workbook of a lesson; returns what was made.

    Raises ToolkitError naming what is wrong with the template, the options or `out`.
    """
    from toolkit.network.derivation import LOSS
    from toolkit.network.lesson import changed, load
    from toolkit.pages.backprop import backprop_book, work_out

    lesson = changed(load(template), epochs, learning_rates)
    check_workbook(out)
    try:
        worked = work_out(lesson)
    except ToolkitError as error:
        raise ToolkitError(f"{template}: {error}") from error
    write(backprop_book(worked, template), out)
    final = worked.trace.values[LOSS][-1]
    return {
        "workbook": str(out),
        "title": worked.lesson.title,
        "epochs": worked.trace.epochs,
        "learning_rates": list(worked.trace.learning_rates),
        "final_loss": [loss if isfinite(loss) else None for loss in final.tolist()],
    }


def list_templates() -> list[dict[str, Any]]:
    """Every shipped template: lessons, then models."""
    return _lessons() + _models()


def _lessons() -> list[dict[str, Any]]:
    from toolkit.network.lesson import load, weight_count

    found = {name: load(name) for name in shipped("lessons")}
    return [
        {
            "name": name,
            "kind": "lesson",
            "title": lesson.title,
            "layers": lesson.network.layers,
            "weights": weight_count(lesson.network.layers),
        }
        for name, lesson in found.items()
    ]


def _models() -> list[dict[str, Any]]:
    from toolkit.convnet.shapes import parameter_count
    from toolkit.convnet.template import load

    found = {name: load(name)[0] for name in shipped("models")}
    return [
        {
            "name": name,
            "kind": "model",
            "title": model.title,
            "epochs": model.training.epochs,
            "parameters": parameter_count(model.network),
        }
        for name, model in found.items()
    ]


def show_template(name: str) -> dict[str, str]:
    """A shipped template: its name, kind and text. Raises ToolkitError where there is none."""
    path = find_shipped(name, "lessons", "models")
    return {"name": name, "kind": KINDS[path.parent.name][0], "text": text(path)}


def copy_template(name: str, out: Path) -> Path:
    """Copy a shipped template to `out`, or into the folder `out`; returns the file made.

    Raises ToolkitError where there is no such template, or a file that would be overwritten.
    """
    source = find_shipped(name, "lessons", "models")
    target = out / source.name if out.is_dir() else out
    if target.exists():
        raise ToolkitError(f"{target}: exists already; choose another name or remove it first")
    with replacing(target) as temporary:
        temporary.write_bytes(source.read_bytes())
    return target
