"""The types of the columns of a results file: numbers written in digits, each within bounds.

Python's `float` and `int` accept more than the program writes: `1_0`, ` 1`, Arabic digits, or a
thousand nines.
"""

import re
from math import isfinite
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

FINGERPRINT = re.compile(r"[0-9a-f]{12}")
NUMBER = re.compile(r"-?[0-9]{1,20}(?:\.[0-9]{1,20})?(?:[eE][+-]?[0-9]{1,3})?")
WHOLE = re.compile(r"[0-9]{1,12}")
NOT_FINITE = ("nan", "inf")  # the losses and gradients of a training that diverged
QUARTERS = 4
MOST_LAYERS = 1000
MOST_SEEDS, MOST_EPOCHS, MOST_IMAGES = 1_000_000, 1_000_000, 60_000
MOST_PARAMETERS, MOST_THREADS = 10**9, 1024
LARGEST = 1e40  # an upper bound of 32-bit numbers and of means of them
LONGEST = 1e8  # seconds, some three years


def _fingerprint(word: str) -> str:
    if not FINGERPRINT.fullmatch(word):
        raise ValueError(f"must be 12 of the digits 0 to 9 and a to f, not {word[:20]!r}")
    return word


def _number(word: str) -> float:
    if word in NOT_FINITE:
        return float(word)
    if not NUMBER.fullmatch(word):
        raise ValueError(f"must be a number in digits, not {word[:20]!r}")
    return float(word)


def _finite(word: str) -> float:
    number = _number(word)
    if not isfinite(number):
        raise ValueError(f"must be a finite number, not {word[:20]!r}")
    return number


def _whole(word: str) -> int:
    if not WHOLE.fullmatch(word):
        raise ValueError(f"must be a whole number in digits, not {word[:20]!r}")
    return int(word)


def _words(text: str) -> list[str]:
    return text.split(" ") if text else []


def _within(number: float) -> float:
    """A number in the range of 32-bit floats, nan or inf; raises ValueError for any other."""
    if number < 0 or LARGEST < number < float("inf"):
        raise ValueError(f"must be a number from 0 to {LARGEST:g}, or nan or inf, not {number:g}")
    return number


Fingerprint = Annotated[str, AfterValidator(_fingerprint)]
Share = Annotated[float, BeforeValidator(_finite), Field(ge=0, le=1)]
Measure = Annotated[float, BeforeValidator(_number), AfterValidator(_within)]
Seconds = Annotated[float, BeforeValidator(_finite), Field(ge=0, le=LONGEST)]
Shares = Annotated[tuple[Share, ...], BeforeValidator(_words), Field(max_length=MOST_LAYERS)]
Measures = Annotated[tuple[Measure, ...], BeforeValidator(_words), Field(max_length=MOST_LAYERS)]
Quarters = Annotated[
    tuple[Share, ...], BeforeValidator(_words), Field(min_length=QUARTERS, max_length=QUARTERS)
]
Seed = Annotated[int, BeforeValidator(_whole), Field(le=MOST_SEEDS)]
Images = Annotated[int, BeforeValidator(_whole), Field(ge=1, le=MOST_IMAGES)]
Epochs = Annotated[int, BeforeValidator(_whole), Field(ge=1, le=MOST_EPOCHS)]
Parameters = Annotated[int, BeforeValidator(_whole), Field(le=MOST_PARAMETERS)]
Threads = Annotated[int, BeforeValidator(_whole), Field(ge=1, le=MOST_THREADS)]
