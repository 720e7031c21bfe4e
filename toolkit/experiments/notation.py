"""Layers in one line, as variants of an experiment write them: "8 16 P 8:1 16 16 24 28 G F10"."""

import re
from typing import Any

from toolkit.errors import ToolkitError

# Channels, then a kernel (:5), a stride (/2), padding (+1), and what follows instead of `after`.
CONVOLUTION = re.compile(r"(\d+)(?::(\d+))?(?:/(\d+))?(?:\+(\d+))?(?:\(([a-zA-Z0-9. ]*)\))?")
NUMBERED = re.compile(r"([DF])([\d.]+)")
WORD = re.compile(r"[^\s(]+(?:\([^)]*\))?")
PLAIN: dict[str, dict[str, Any]] = {
    "B": {"type": "batch_norm"},
    "R": {"type": "relu"},
    "P": {"type": "max_pool", "size": 2},
    "G": {"type": "global_average_pool"},
}


def layers(line: str, after: str = "B R") -> list[dict[str, Any]]:
    """The layers of a template, from a line of words.

    A number is a convolution of so many channels, 3x3 unless a kernel follows (16:5), of stride 1
    (16/2) without padding (16+1); after it comes what `after` lists, or its own list: 28(R). The
    other words: B batch norm, R ReLU, P max pool, D0.1 dropout, G global average pool, F10 linear.
    A convolution has a bias where no batch norm follows at once.
    """
    made: list[dict[str, Any]] = []
    for word in WORD.findall(line):
        found = CONVOLUTION.fullmatch(word)
        made += _block(found, after) if found else [_single(word)]
    return made


def in_words(line: str) -> str:
    """A line of layers for readers: "8, 16, pool, 8 (1x1), average, 10 logits"."""
    words = {"P": "pool", "G": "average"}
    made = [words.get(word, word) for word in WORD.findall(line)]
    made = [re.sub(r"^F(\d+)$", r"\1 logits", word) for word in made]
    return ", ".join(re.sub(r"^(\d+):(\d+)$", r"\1 (\2x\2)", word) for word in made)


def _block(found: re.Match[str], after: str) -> list[dict[str, Any]]:
    channels, kernel, stride, padding, own = found.groups()
    following = (after if own is None else own).split()
    convolution = {
        "type": "convolution",
        "channels": int(channels),
        "kernel": int(kernel or 3),
        "stride": int(stride or 1),
        "padding": int(padding or 0),
        "bias": following[:1] != ["B"],
    }
    return [convolution, *map(_single, following)]


def _single(word: str) -> dict[str, Any]:
    if word in PLAIN:
        return PLAIN[word]
    found = NUMBERED.fullmatch(word)
    if not found:
        raise ToolkitError(f"{word}: no layer; write 16:5, B, R, P, D0.1, G or F10")
    if found[1] == "D":
        return {"type": "dropout", "rate": float(found[2])}
    return {"type": "linear", "features": int(found[2])}
