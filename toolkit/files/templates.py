"""Find, read and validate the TOML templates: lessons and models."""

import datetime
import difflib
import tomllib
from collections.abc import Iterable
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
)
from pydantic_core import PydanticKnownError

from toolkit.files.errors import ToolkitError
from toolkit.files.errors import brief as brief
from toolkit.files.reading import exists
from toolkit.files.reading import text as text
from toolkit.files.toml import dumps

LONGEST_TITLE = 200
UNKNOWN = ("extra_forbidden", "unexpected_keyword_argument")  # a key, of a table or of a record


def _one_line(title: str) -> str:
    """A text that one cell can hold; raises ValueError otherwise."""
    if not title.strip() or not title.isprintable() or len(title) > LONGEST_TITLE:
        raise ValueError(f"must be one line of 1 to {LONGEST_TITLE} printable characters")
    return title


Title = Annotated[str, AfterValidator(_one_line)]
Checked = TypeVar("Checked", bound=BaseModel)
Item = TypeVar("Item")


def _tuple(value: object) -> tuple[Any, ...]:
    """An array of TOML or JSON, which is a list, as a tuple."""
    if not isinstance(value, list | tuple):
        raise PydanticKnownError("list_type")
    return tuple(value)


Share = Annotated[float, Field(ge=0, lt=1)]
# Templates are immutable, so their arrays are tuples.
Array = Annotated[tuple[Item, ...], BeforeValidator(_tuple)]


def at_most(count: int) -> BeforeValidator:
    """A limit to the length of an array. It is checked before the items, because superfluous items
    should be removed rather than corrected.
    """

    def check(value: object) -> object:
        if isinstance(value, list | tuple) and len(value) > count:
            lengths = {"field_type": "List", "max_length": count, "actual_length": len(value)}
            raise PydanticKnownError("too_long", lengths)
        return value

    return BeforeValidator(check)


class Part(BaseModel):
    """A part of a template: exact keys, exact types, finite numbers, immutable."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)

    def toml(self) -> str:
        """The text of a template file with the same content."""
        return dumps(self.model_dump(exclude_none=True))


def templates_folder() -> Path:
    """The folder of shipped templates: inside an installed package, or at the top of a checkout."""
    package = Path(str(resources.files("toolkit")))
    installed = package / "templates"
    return installed if installed.is_dir() else package.parent / "templates"


def shipped(kind: str) -> list[str]:
    """Names of the shipped templates of one kind ("lessons" or "models"), sorted."""
    return sorted(path.stem for path in (templates_folder() / kind).glob("*.toml"))


def find(kind: str, name: str) -> Path:
    """The file of the template `name`, which is the name of a shipped one or a path.

    Raises ToolkitError if neither exists.
    """
    if name in shipped(kind):
        return find_shipped(name, kind)
    path = Path(name)
    if name and exists(path):
        if path.is_dir():
            raise ToolkitError(f"{name}: this is a folder; name a template file inside it")
        return path
    raise _other_kind(kind, name) or _unknown((kind,), name, ", or the path of a .toml file")


# The noun for each kind, and the command that reads it.
KINDS = {"lessons": ("lesson", "toolkit backprop"), "models": ("model", "toolkit mnist")}


def _other_kind(kind: str, name: str) -> ToolkitError | None:
    """The error if `name` is a shipped template of the other kind; else None."""
    for other, (noun, command) in KINDS.items():
        if other != kind and name in shipped(other):
            return ToolkitError(
                f"{name}: this is a {noun}, for {command}, not a {KINDS[kind][0]}; "
                f"use one of {', '.join(shipped(kind))}, or the path of a .toml file"
            )
    return None


def find_shipped(name: str, *kinds: str) -> Path:
    """The file of a shipped template. Raises ToolkitError if there is none of that name."""
    for kind in kinds:
        if name in shipped(kind):
            return templates_folder() / kind / f"{name}.toml"
    raise _unknown(kinds, name)


def _unknown(kinds: tuple[str, ...], name: str, also: str = "") -> ToolkitError:
    known = [each for kind in kinds for each in shipped(kind)]
    return ToolkitError(
        f"{brief(name) or repr(name)}: no such template{suggestion(name, known)}; "
        f"use one of {', '.join(known)}{also}"
    )


def read(path: Path, schema: type[Checked]) -> Checked:
    """The template at `path`, validated by `schema`.

    Raises ToolkitError naming the file, the key and the cure.
    """
    return parse(text(path), schema, str(path))


def parse(text: str, schema: type[Checked], source: str) -> Checked:
    """The template in `text`, which is TOML.

    Raises ToolkitError, which calls the text `source`, if it is not TOML or does not fit `schema`.
    """
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ToolkitError(f"{source}: not valid TOML: {error}; correct that line") from error
    except (ValueError, RecursionError) as error:
        # An integer with thousands of digits, or thousands of nested brackets.
        raise ToolkitError(
            f"{source}: contains a number that is too long or brackets nested too deeply; "
            "simplify it"
        ) from error
    try:
        return schema.model_validate(content)
    except ValidationError as error:
        raise ToolkitError(f"{source}: {first_fault(error, schema)}") from error


def first_fault(error: ValidationError, schema: type[BaseModel] | None = None) -> str:
    """The first fault in one line: its key, and the problem or its cure.

    With a `schema`, the message suggests a known key similar to an unknown one.
    """
    # A misspelt key is both unknown and missing; the message names it as the user wrote it.
    faults = sorted(error.errors(include_url=False), key=lambda f: f["type"] not in UNKNOWN)
    first, more = faults[0], len(faults) - 1
    place = list(first["loc"])
    tail = f" (and {more} more after this one)" if more else ""
    return f"{_key(place)}{_cure(first, place, schema)}{tail}"


def _key(place: Iterable[int | str]) -> str:
    words = ""
    for part in place:
        if isinstance(part, int):
            words += f"[{part + 1}]"
        else:
            words += "." * bool(words) + brief(part if part.isprintable() else repr(part))
    return f"{words}: " if words else ""


def _cure(fault: Any, place: list[int | str], schema: type[BaseModel] | None) -> str:
    kind, message = fault["type"], str(fault["msg"]).removeprefix("Value error, ")
    if kind in UNKNOWN:
        hint = suggestion(str(place[-1]), _siblings(place, schema) if schema else [])
        return f"unknown key{hint}; remove or correct it"
    if kind == "missing":
        return "missing; add this key"
    if kind == "value_error":
        return message
    if kind == "json_invalid":
        return "not valid JSON"
    value = fault.get("input")
    if kind == "string_pattern_mismatch":
        return f"never written by the toolkit in this form: {brief(repr(value))}"
    if kind == "bool_type":
        return f"must be true or false, not {brief(_in_toml(value))}"
    if kind in ("model_type", "model_attributes_type", "dict_type"):
        return f"must be a table of keys, as [section] begins one, not {brief(repr(value))}"
    if kind in ("too_short", "too_long"):
        context = fault["ctx"]
        limit = context.get("min_length", context.get("max_length"))
        bound = "or more" if kind == "too_short" else "at most"
        return f"needs {limit} {'entry' if limit == 1 else 'entries'} {bound}"
    contrast = "" if isinstance(value, dict | list) else f", not {brief(_in_toml(value))}"
    return f"{message.removeprefix('Input ')}{contrast}"


def _in_toml(value: object) -> str:
    """A value in the notation of TOML."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, datetime.date | datetime.time) else repr(value)


def _siblings(place: list[int | str], schema: type[BaseModel]) -> list[str]:
    fields = schema.model_fields
    for part in place[:-1]:
        kind = fields[part].annotation if isinstance(part, str) and part in fields else None
        if not (isinstance(kind, type) and issubclass(kind, BaseModel)):
            return []
        fields = kind.model_fields
    return list(fields)


def suggestion(word: str, known: list[str]) -> str:
    """A hint at the known word that is most similar; the empty string if none is similar."""
    close = difflib.get_close_matches(word, known, n=1)
    return f" (did you mean {close[0]!r}?)" if close else ""
