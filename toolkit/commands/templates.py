"""`toolkit templates`: the shipped lessons and models, listed, printed or copied."""

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
    """A shipped lesson: the neurons of each layer, and the number of weights between them."""

    name: str
    kind: str = field(default="lesson", init=False)
    title: str
    layers: tuple[int, ...]
    weights: int

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)

    def text(self) -> str:
        """Its kind, name, size and title, in columns."""
        shape, size = "-".join(map(str, self.layers)), f"{self.weights:>6,} weights   "
        return f"{self.kind:<7} {self.name:<11} {shape:<10} {size}  {self.title}"


@dataclass(frozen=True)
class ModelTemplate:
    """A shipped model: the epochs it is trained for, and the number of its parameters."""

    name: str
    kind: str = field(default="model", init=False)
    title: str
    epochs: int
    parameters: int

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)

    def text(self) -> str:
        """Its kind, name, size and title, in columns."""
        shape, size = f"{self.epochs} epochs", f"{self.parameters:>6,} parameters"
        return f"{self.kind:<7} {self.name:<11} {shape:<10} {size}  {self.title}"


@dataclass(frozen=True)
class TemplateText:
    """A shipped template as it stands in its file."""

    name: str
    kind: str
    content: str

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {"name": self.name, "kind": self.kind, "text": self.content}

    def text(self) -> str:
        """The template alone, so that it can be sent to a file."""
        return self.content.rstrip("\n")


@dataclass(frozen=True)
class TemplateCopy:
    """The file into which a template was copied."""

    template: Path

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {"template": str(self.template)}

    def text(self) -> str:
        """Where the copy is."""
        return f"Wrote {self.template}"


def templates(
    name: Annotated[str | None, typer.Argument(help="A shipped one, to be printed.")] = None,
    copy: Annotated[
        Path | None, typer.Option(readable=False, help="Where to put a copy of it, to be edited.")
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
    """Every shipped template: lessons, then models."""
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
    """The shipped template called `name`. Raises ToolkitError where there is none."""
    from toolkit.files.templates import KINDS, find_shipped, text

    path = find_shipped(name, "lessons", "models")
    return TemplateText(name, KINDS[path.parent.name][0], text(path))


def copy_template(name: str, out: Path) -> TemplateCopy:
    """Copy a shipped template to `out`, or into the folder `out`.

    Raises ToolkitError where there is no such template, or a file that would be overwritten.
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
