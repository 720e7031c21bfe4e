"""Command lines that a reader can paste."""

import os
import re
import shlex
from collections.abc import Iterable

PLAIN = re.compile(r"[\w./:=+-]+")  # what no shell takes for anything else
REPLACED = re.compile(r"[$`\"\\!]")  # what some shell replaces within double quotes


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
