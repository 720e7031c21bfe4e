"""Find, read and validate the TOML templates: lessons and models."""

import difflib
import tomllib
from collections.abc import Iterable
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from toolkit.errors import ToolkitError

# One line of text that a spreadsheet can hold.
Title = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
Checked = TypeVar("Checked", bound=BaseModel)


class Part(BaseModel):
    """A piece of a template: exact keys, exact types, finite numbers, never changed once read."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


def templates_folder() -> Path:
    """The folder of shipped templates: inside an installed package, or at the top of a checkout."""
    package = Path(str(resources.files("toolkit")))
    installed = package / "templates"
    return installed if installed.is_dir() else package.parent / "templates"


def shipped(kind: str) -> list[str]:
    """Names of the shipped templates of one kind ("lessons" or "models"), sorted."""
    return sorted(path.stem for path in (templates_folder() / kind).glob("*.toml"))


def find(kind: str, name: str) -> Path:
    """The file that a user means by `name`: a shipped name, else a path.

    Raises ToolkitError where neither exists.
    """
    if name in shipped(kind):
        return templates_folder() / kind / f"{name}.toml"
    path = Path(name)
    if path.is_file():
        return path
    if path.is_dir():
        raise ToolkitError(f"{name}: this is a folder; name a template file inside it")
    raise ToolkitError(
        f"{name}: no such template{_suggestion(name, shipped(kind))}; "
        f"use one of {', '.join(shipped(kind))}, or the path of a .toml file"
    )


def read(path: Path, schema: type[Checked]) -> Checked:
    """The template at `path`, validated by `schema`.

    Raises ToolkitError naming the file, the key and the cure.
    """
    return parse(_text(path), schema, str(path))


def parse(text: str, schema: type[Checked], source: str) -> Checked:
    """The template written in `text`; `source` is what its errors call it."""
    try:
        return schema.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise ToolkitError(f"{source}: not valid TOML: {error}; correct that line") from error
    except ValidationError as error:
        raise ToolkitError(f"{source}: {_first_fault(error, schema)}") from error


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ToolkitError(f"{path}: not a UTF-8 text file; save it as UTF-8") from error
    except OSError as error:
        raise ToolkitError(f"{path}: cannot be read: {error.strerror}; check the path") from error


def _first_fault(error: ValidationError, schema: type[BaseModel]) -> str:
    # A misspelt key is both unknown and missing; the reader is told what was written.
    faults = sorted(error.errors(include_url=False), key=lambda f: f["type"] != "extra_forbidden")
    first, more = faults[0], len(faults) - 1
    place = [part for part in first["loc"] if not _is_union_tag(part)]
    tail = f" (and {more} more after this one)" if more else ""
    return f"{_key(place)}{_cure(first, place, schema)}{tail}"


def _is_union_tag(part: int | str) -> bool:
    """Pydantic adds the chosen layer type to the path; a reader's file has no such key."""
    return isinstance(part, str) and part.startswith("type:")


def _key(place: Iterable[int | str]) -> str:
    words = ""
    for part in place:
        words += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if words else part
    return f"{words}: " if words else ""


def _cure(fault: Any, place: list[int | str], schema: type[BaseModel]) -> str:
    kind, message = fault["type"], str(fault["msg"]).removeprefix("Value error, ")
    if kind == "extra_forbidden":
        meant = _suggestion(str(place[-1]), _siblings(place, schema))
        return f"unknown key{meant}; remove or correct it"
    if kind == "missing":
        return "missing; add this key"
    if kind == "value_error":
        return message
    got = fault.get("input")
    shown = "" if isinstance(got, dict | list) else f", not {got!r}"
    return f"{message.removeprefix('Input ')}{shown}"


def _siblings(place: list[int | str], schema: type[BaseModel]) -> list[str]:
    fields = schema.model_fields
    for part in place[:-1]:
        kind = fields[part].annotation if isinstance(part, str) and part in fields else None
        if not (isinstance(kind, type) and issubclass(kind, BaseModel)):
            return []
        fields = kind.model_fields
    return list(fields)


def _suggestion(word: str, known: list[str]) -> str:
    close = difflib.get_close_matches(word, known, n=1)
    return f"; did you mean {close[0]!r}?" if close else ""
