"""Damage to valid files, drawn from a seed, and what a reader may make of them.

A reader either takes a file or raises ToolkitError with one line that names it: within its time,
without a warning, without more memory than some gigabyte, and without a change to any file.
"""

import contextlib
import random
import re
import resource
import signal
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from toolkit.files.errors import ToolkitError

SECONDS = 20.0  # for one file; nearly all take milliseconds
MEMORY = 2 * 2**30  # bytes more than the process holds when the fuzzing begins
LONGEST = 400  # characters of an error, without the paths in it
HUGE = (
    "9" * 400,
    "-1",
    "0",
    "1e999",
    "nan",
    "inf",
    "-inf",
    "2147483648",
    "18446744073709551616",
    "1e308",
    "0.1.2",
    "1_000",
    "٣",
    "",
)
ODD = (
    "\x00",
    "\x01",
    "\x0b",
    "\x1b[31m",
    "\ufeff",
    "\u202e",
    "\ufffe",
    "\ud7ff",
    "é",
    "\r",
    "\n",
    '"',
    "'",
    ",",
    "=",
    "[",
    "]",
    "{",
    "}",
    "(",
    ")",
    "\\",
    "\t",
    "x" * 40_000,
    "<&>",
    "_x0041_",
)
NUMBER = re.compile(rb"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
Draw = random.Random
Change = Callable[[bytes, Draw], bytes]


def flip(content: bytes, draw: Draw) -> bytes:
    """Some bits of some bytes."""
    changed = bytearray(content)
    for _ in range(draw.choice((1, 1, 1, 4, 30))):
        if changed:
            changed[draw.randrange(len(changed))] ^= 1 << draw.randrange(8)
    return bytes(changed)


def overwrite(content: bytes, draw: Draw) -> bytes:
    """A few bytes by the ends of what a byte can hold."""
    start, count = draw.randrange(len(content) + 1), draw.choice((1, 2, 4, 8))
    return (
        content[:start]
        + draw.choice((b"\x00", b"\xff", b"\x7f")) * count
        + content[start + count :]
    )


def cut(content: bytes, draw: Draw) -> bytes:
    """The end is missing."""
    return content[: draw.randrange(len(content) + 1)]


def drop(content: bytes, draw: Draw) -> bytes:
    """A piece is missing."""
    start = draw.randrange(len(content) + 1)
    return content[:start] + content[start + draw.choice((1, 2, 8, 100)) :]


def double(content: bytes, draw: Draw) -> bytes:
    """A piece stands there twice, or a hundred times."""
    start = draw.randrange(len(content) + 1)
    piece = content[start : start + draw.choice((1, 4, 60))]
    return content[:start] + piece * draw.choice((2, 2, 100)) + content[start + len(piece) :]


def splice(content: bytes, draw: Draw) -> bytes:
    """A piece from elsewhere in the file."""
    start, other, count = (draw.randrange(len(content) + 1) for _ in range(3))
    return content[:start] + content[other : other + count % 200] + content[start:]


def lines(content: bytes, draw: Draw) -> bytes:
    """A line twice, missing, elsewhere, or all in another order."""
    rows = content.split(b"\n")
    place = draw.randrange(len(rows))
    kind = draw.randrange(4)
    if kind == 0:
        rows.insert(draw.randrange(len(rows) + 1), rows[place])
    elif kind == 1:
        del rows[place]
    elif kind == 2:
        rows.append(rows.pop(place))
    else:
        draw.shuffle(rows)
    return b"\n".join(rows)


def numbers(content: bytes, draw: Draw) -> bytes:
    """A number becomes another one, or one of no sense."""
    actual = list(NUMBER.finditer(content))
    if not actual:
        return flip(content, draw)
    place, other = draw.choice(actual), draw.choice(actual)
    new = draw.choice((other[0], draw.choice(HUGE).encode()))
    return content[: place.start()] + new + content[place.end() :]


def characters(content: bytes, draw: Draw) -> bytes:
    """Odd characters, quotation marks and brackets."""
    start = draw.randrange(len(content) + 1)
    return content[:start] + draw.choice(ODD).encode() + content[start:]


def encoding(content: bytes, draw: Draw) -> bytes:
    """Another encoding, or other ends of lines."""
    kind = draw.randrange(4)
    if kind == 0:
        return content.decode("utf-8", "replace").encode(draw.choice(("utf-16", "utf-32", "utf-7")))
    if kind == 1:
        return content.replace(b"\n", draw.choice((b"\r\n", b"\r", b"\n\n", b"\x00\n")))
    return b"\xef\xbb\xbf" * kind + content


def nesting(content: bytes, draw: Draw) -> bytes:
    """Brackets within brackets."""
    start, bracket = draw.randrange(len(content) + 1), draw.choice((b"[", b"{", b"(", b'{"a":'))
    return content[:start] + bracket * draw.choice((3, 500, 20_000)) + content[start:]


BYTES: tuple[Change, ...] = (flip, overwrite, cut, drop, double, splice)
TEXT: tuple[Change, ...] = (*BYTES, lines, numbers, numbers, characters, encoding, nesting)


def damaged(content: bytes, changes: tuple[Change, ...], seed: str, count: int) -> Iterator[bytes]:
    """`count` files, each with one to three changes, the same for the same seed."""
    draw = random.Random(seed)
    for _ in range(count):
        other = content
        for _ in range(draw.choice((1, 1, 1, 2, 3))):
            other = draw.choice(changes)(other, draw)
        yield other


class _TooLongError(BaseException):
    """No reader catches it by chance."""


def _stop(*_: object) -> None:
    raise _TooLongError


@contextlib.contextmanager
def limits() -> Iterator[None]:
    """Memory for all of a reader's files together, where Linux says how much is taken."""
    handler = signal.signal(signal.SIGALRM, _stop)
    before = resource.getrlimit(resource.RLIMIT_AS)
    sizes = Path("/proc/self/statm")
    if sizes.exists():
        taken = int(sizes.read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (taken + MEMORY, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)
        signal.signal(signal.SIGALRM, handler)


def outcome(read: Callable[[], object], named: Path) -> str:
    """ "read" or "refused"; AssertionError where a reader does anything else."""
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            read()
    except ToolkitError as error:
        check_line(str(error), named)
        return "refused"
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return "read"


def check_line(message: str, named: Path) -> None:
    """One printable line of a length that one reads, which names the file or its folder."""
    told = message.replace(str(named), "FILE").replace(str(named.parent), "FOLDER")
    assert "FILE" in told or "FOLDER" in told, message
    shown = " ".join(told.split())
    assert shown.isprintable(), repr(shown)
    assert len(shown) < LONGEST, shown
    assert re.search("; |must|should|needs", shown), f"no cure: {shown}"


def fuzz(
    path: Path,
    changes: tuple[Change, ...],
    read: Callable[[], object],
    count: int,
    inner: bytes | None = None,
    whole: Callable[[bytes], bytes] = bytes,
) -> Counter[str]:
    """Put `count` damaged copies of the file at `path` in its place, read each, and put the valid
    one back; how many were read and how many refused.

    Of a file with a checksum `inner` is what is damaged, and `whole` makes a file of it again.
    """
    valid = path.read_bytes()
    actual: Counter[str] = Counter()
    copies = damaged(valid if inner is None else inner, changes, path.name, count)
    with limits():
        for number, content in enumerate(copies):
            path.write_bytes(whole(content))
            before = state(path.parent)
            try:
                actual[outcome(read, path)] += 1
                assert state(path.parent) == before, "a file was changed"
            except BaseException as error:
                error.add_note(f"damaged copy {number} of {path.name}: {content[:300]!r}")
                raise
    path.write_bytes(valid)
    assert sum(actual.values()) == count
    return actual


def state(folder: Path) -> dict[str, bytes]:
    """Every file of a folder with its content."""
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
