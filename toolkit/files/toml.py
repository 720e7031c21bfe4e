"""Write templates as TOML; the standard library can only read it."""

import json
from collections.abc import Mapping
from typing import Any


def dumps(content: Mapping[str, Any]) -> str:
    """A template as TOML text: single values, then a table for each nested mapping."""
    tables = {key: value for key, value in content.items() if isinstance(value, Mapping)}
    single = {key: value for key, value in content.items() if key not in tables}
    parts = [_lines(single), *(f"[{key}]\n{_lines(table)}" for key, table in tables.items())]
    return "\n".join(parts)


def _lines(content: Mapping[str, Any]) -> str:
    return "".join(f"{key} = {_value(value)}\n" for key, value in content.items())


def _value(value: Any) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            # JSON's escapes are TOML's too.
            return json.dumps(value, ensure_ascii=False)
        case Mapping():
            pairs = (f"{key} = {_value(item)}" for key, item in value.items())
            return f"{{ {', '.join(pairs)} }}"
        case list() | tuple():
            return f"[{', '.join(map(_value, value))}]"
    return repr(value)
