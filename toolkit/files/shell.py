"""Command lines to copy and paste."""

import os
import re
import shlex
from collections.abc import Iterable

PLAIN = re.compile(r"[\w./:=+-]+")  # characters without a special meaning in any shell
REPLACED = re.compile(r"[$`\"\\!]")  # characters that some shells expand within double quotes


def shell_line(words: Iterable[str]) -> str:
    """A command line to copy and paste, the same on every system.

    Words are quoted if necessary, so that PowerShell and the shells of macOS and Linux read them
    alike: in double quotes, which cmd also knows, or in single quotes if shells would expand
    something in them (`$HOME`). Paths of Windows are written with `/`, which Windows accepts.
    """
    return " ".join(map(_quoted, words))


def _quoted(word: str) -> str:
    word = word.replace(os.sep, "/")
    if PLAIN.fullmatch(word):
        return word
    return shlex.quote(word) if REPLACED.search(word) else f'"{word}"'
