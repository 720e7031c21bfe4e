"""The lines that commands print of their results, as text instead of JSON."""

import os
import re
import shlex
from collections.abc import Iterable
from typing import Any

PLAIN = re.compile(r"[\w./:=+-]+")  # what no shell takes for anything else
REPLACED = re.compile(r"[$`\"\\!]")  # what some shell replaces within double quotes


def plural(count: int, noun: str) -> str:
    """A number of things: 1 run, 495 runs."""
    return f"{count:,} {noun}{'s' * (count != 1)}"


def mnist_lines(result: dict[str, Any]) -> str:
    """Figures of a series of seeds, if there was one, and the files made."""
    series = result.get("seeds")
    spread = series and series["standard_deviation"]
    figures = series and (
        f"{series['count']} seed{'s' * (series['count'] > 1)}: mean {series['mean']:.3%}, "
        f"standard deviation {'–' if spread is None else format(spread, '.3%')}, "
        f"minimum {series['minimum']:.2%}, maximum {series['maximum']:.2%}\n"
    )
    made = [result["weights"], result["workbook"]]
    return (figures or "") + "\n".join(f"Wrote {path}" for path in made if path)


def experiment_line(found: dict[str, Any]) -> str:
    """A variant of an experiment and how many of its seeds are recorded."""
    name = f"{found['number']:>2} {found['concept']}"
    return f"{name:<28} {found['variant']:<46} {found['seeds']} seeds"


def template_line(found: dict[str, Any]) -> str:
    """A shipped lesson or model: its kind, name, size and title."""
    if found["kind"] == "model":
        shape, size = f"{found['epochs']} epochs", f"{found['parameters']:>6,} parameters"
    else:
        shape, size = "-".join(map(str, found["layers"])), f"{found['weights']:>6,} weights   "
    return f"{found['kind']:<7} {found['name']:<11} {shape:<10} {size}  {found['title']}"


def shell_line(words: Iterable[str]) -> str:
    """A command line that a reader can paste, the same on every system.

    Quotes are put where they are needed, so that PowerShell and the shells of macOS and Linux read
    the words alike: double quotes, which cmd knows too, unless something in them would be replaced
    (`$HOME`), else single ones. A path of Windows is written with `/`, which Windows takes as well.
    """
    return " ".join(map(_quoted, words))


def _quoted(word: str) -> str:
    word = word.replace(os.sep, "/")
    if PLAIN.fullmatch(word):
        return word
    return shlex.quote(word) if REPLACED.search(word) else f'"{word}"'
