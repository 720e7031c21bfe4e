"""`toolkit templates`: list, print or copy the shipped lessons and models."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer

from toolkit.commands.console import Json, say
from toolkit.files.errors import ToolkitError

EXAMPLES = (
    "Examples: [bold]toolkit templates[/bold], [bold]toolkit templates tiny[/bold], "
    "[bold]toolkit templates class --copy my.toml[/bold]"
)


@dataclass(frozen=True)
class LessonTemplate:
    """A shipped lesson, with the number of neurons in each layer and the number of weights."""

    name: str
    kind: str = field(default="lesson", init=False)
    title: str
    layers: tuple[int, ...]
    weights: int

    def as_dict(self) -> dict[str, Any]:
        """The fields as plain values, for JSON."""
        return asdict(self)

    def text(self) -> str:
        """Kind, name, size and title, in columns."""
        shape, size = "-".join(map(str, self.layers)), f"{self.weights:>6,} weights   "
        return f"{self.kind:<7} {self.name:<11} {shape:<10} {size}  {self.title}"


@dataclass(frozen=True)
class ModelTemplate:
    """A shipped model, with its number of epochs and its number of parameters."""

    name: str
    kind: str = field(default="model", init=False)
    title: str
    epochs: int
    parameters: int

    def as_dict(self) -> dict[str, Any]:
        """The fields as plain values, for JSON."""
        return asdict(self)

    def text(self) -> str:
        """Kind, name, size and title, in columns."""
        shape, size = f"{self.epochs} epochs", f"{self.parameters:>6,} parameters"
        return f"{self.kind:<7} {self.name:<11} {shape:<10} {size}  {self.title}"


@dataclass(frozen=True)
class TemplateText:
    """The text of a shipped template."""

    name: str
    kind: str
    content: str

    def as_dict(self) -> dict[str, Any]:
        """The fields as plain values, for JSON."""
        return {"name": self.name, "kind": self.kind, "text": self.content}

    def text(self) -> str:
        """The text of the template alone, so that it can be redirected to a file."""
        return self.content.rstrip("\n")


@dataclass(frozen=True)
class TemplateCopy:
    """The file to which a template was copied."""

    template: Path

    def as_dict(self) -> dict[str, Any]:
        """The fields as plain values, for JSON."""
        return {"template": str(self.template)}

    def text(self) -> str:
        """A line with the path of the copy."""
        return f"Wrote {self.template}"


def templates(
    name: Annotated[str | None, typer.Argument(help="Name of a shipped template to print.")] = None,
    copy: Annotated[
        Path | None, typer.Option(readable=False, help="File or folder for a copy to edit.")
    ] = None,
    as_json: Json = False,
) -> None:
    """List the shipped lessons and models, print one, or copy one for a teacher to edit."""
    if name and copy:
        say(copy_template(name, copy), as_json)
    elif copy:
        raise ToolkitError("templates: --copy needs the name of a template before it")
    elif name:
        say(show_template(name), as_json)
    else:
        say(list_templates(), as_json)


def list_templates() -> Sequence[LessonTemplate | ModelTemplate]:
    """All shipped templates: first the lessons, then the models."""
    return [*_lessons(), *_models()]


def _lessons() -> list[LessonTemplate]:
    from toolkit.files.templates import shipped
    from toolkit.network.lesson import load, weight_count

    lessons = {name: load(name) for name in shipped("lessons")}
    return [
        LessonTemplate(
            name=name,
            title=lesson.title,
            layers=tuple(lesson.network.layers),
            weights=weight_count(lesson.network.layers),
        )
        for name, lesson in lessons.items()
    ]


def _models() -> list[ModelTemplate]:
    from toolkit.convnet.shapes import parameter_count
    from toolkit.convnet.template import load
    from toolkit.files.templates import shipped

    models = {name: load(name)[0] for name in shipped("models")}
    return [
        ModelTemplate(
            name=name,
            title=model.title,
            epochs=model.training.epochs,
            parameters=parameter_count(model.network),
        )
        for name, model in models.items()
    ]


def show_template(name: str) -> TemplateText:
    """The shipped template called `name`. Raises ToolkitError if there is none."""
    from toolkit.files.templates import KINDS, find_shipped, text

    path = find_shipped(name, "lessons", "models")
    return TemplateText(name, KINDS[path.parent.name][0], text(path))


def copy_template(name: str, out: Path) -> TemplateCopy:
    """Copy a shipped template to the file `out`, or into the folder `out`.

    Raises ToolkitError if there is no such template, or if the file exists already.
    """
    from toolkit.files.saving import replacing
    from toolkit.files.templates import find_shipped

    source = find_shipped(name, "lessons", "models")
    target = out / source.name if out.is_dir() else out
    if target.exists():
        raise ToolkitError(f"{target}: exists already; choose another name or remove it first")
    with replacing(target) as temporary:
        temporary.write_bytes(source.read_bytes())
    return TemplateCopy(target)
