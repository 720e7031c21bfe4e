"""The notation for layers in the variants of an experiment: "8 16 P 8:1 16 16 24 28 G F10"."""

import re
from collections.abc import Iterator
from typing import Any

from toolkit.files.errors import ToolkitError
from toolkit.files.templates import brief

COUNT = r"([1-9][0-9]{0,3})"
# Channels, then a kernel (:5), a stride (/2), padding (+1), and layers that replace `after`.
CONVOLUTION = re.compile(rf"{COUNT}(?::{COUNT})?(?:/{COUNT})?(?:\+{COUNT})?(?:\(([^()]*)\))?")
DROPOUT = re.compile(r"D(0(?:\.[0-9]{1,6})?)")
LINEAR = re.compile(rf"F{COUNT}")
PLAIN: dict[str, dict[str, Any]] = {
    "B": {"type": "batch_norm"},
    "R": {"type": "relu"},
    "P": {"type": "max_pool", "size": 2},
    "G": {"type": "global_average_pool"},
}
WORD = re.compile(r"(?:[^\s(]|\([^)]*(?:\)|$))+")  # brackets may hold spaces


def layers(line: str, after: str = "B R") -> list[dict[str, Any]]:
    """The layers of a template, parsed from a line of words.

    A number is a convolution with this number of channels. Its kernel is 3x3 unless given (16:5),
    its stride 1 (16/2), its padding 0 (16+1). It is followed by the layers in `after`, or by its
    own in brackets: 28(R). The other words are B batch norm, R ReLU, P max pool, D0.1 dropout, G
    global average pool and F10 linear. A convolution has a bias unless batch norm follows directly.
    Numbers have at most four digits. Raises ToolkitError naming the first invalid word and its
    position.
    """
    following = [_single(word, after) for word in _words(after)]
    sequence: list[dict[str, Any]] = []
    for word in _words(line):
        block = CONVOLUTION.fullmatch(word[0])
        sequence += _block(block, following, line, word[1]) if block else [_single(word, line)]
    return sequence


def in_words(line: str) -> str:
    """A readable form of a line of layers: "8, 16, pool, 8 (1x1), average, 10 logits"."""
    words = {"P": "pool", "G": "average"}
    texts = [words.get(word, word) for word, _ in _words(line)]
    texts = [re.sub(r"^F(\d+)$", r"\1 logits", word) for word in texts]
    return ", ".join(re.sub(r"^(\d+):(\d+)$", r"\1 (\2x\2)", word) for word in texts)


def _words(line: str, start: int = 0) -> Iterator[tuple[str, int]]:
    """Every word with the position (from 0) of its first character in the whole line."""
    return ((word[0], start + word.start()) for word in WORD.finditer(line))


def _block(
    match: re.Match[str], after: list[dict[str, Any]], line: str, start: int
) -> list[dict[str, Any]]:
    channels, kernel, stride, padding, own = match.groups()
    following = after
    if own is not None:
        following = [_single(word, line) for word in _words(own, start + match.start(5))]
    convolution = {
        "type": "convolution",
        "channels": int(channels),
        "kernel": int(kernel or 3),
        "stride": int(stride or 1),
        "padding": int(padding or 0),
        "bias": following[:1] != [PLAIN["B"]],
    }
    return [convolution, *following]


def _single(word: tuple[str, int], line: str) -> dict[str, Any]:
    text, start = word
    if text in PLAIN:
        return PLAIN[text]
    if rate := DROPOUT.fullmatch(text):
        return {"type": "dropout", "rate": float(rate[1])}
    if features := LINEAR.fullmatch(text):
        return {"type": "linear", "features": int(features[1])}
    raise ToolkitError(
        f"{brief(repr(line))}, character {start + 1}: {brief(text)}: not a layer; write 16, "
        "16:5/2+1 or 16(B R), B, R, P, D0.1, G or F10, with numbers of at most four digits"
    )
