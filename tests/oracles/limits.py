"""What each engine is known not to do: a list kept by hand, held against what the tests find.

A cell in which an engine differs from the cached value must be explained by an entry or read such a
cell, and an entry that explains no cell of any workbook must be removed.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from tests.oracles.comparison import TEXT, Difference


class Limit(NamedTuple):
    """What an engine does not do, as a sentence, and the cells that this explains: those whose
    formula, without its texts, holds the pattern `formula`, and for which the engine's answer as
    text is wholly of the pattern `answer`.
    """

    engine: str
    sentence: str
    formula: str
    answer: str


ERROR = "#.*"
ANY = "(?s:.*)"
LIMITS = (
    Limit(
        "IronCalc",
        "ABS of a range within SUMPRODUCT is an error, or the value of one cell",
        r"SUMPRODUCT\(ABS\(",
        ANY,
    ),
    Limit(
        "IronCalc",
        "LN of a range within SUMPRODUCT is an error",
        r"SUMPRODUCT\(.*\bLN\(",
        ERROR,
    ),
    Limit(
        "IronCalc",
        "MOD of a range within SUMPRODUCT is an error",
        r"SUMPRODUCT\(.*\bMOD\(",
        ERROR,
    ),
    Limit(
        "Gnumeric",
        "ABS of a range within SUMPRODUCT is an error, or the value of one cell",
        r"SUMPRODUCT\(.*\bABS\(",
        ANY,
    ),
    Limit(
        "Gnumeric",
        "EXP of a range within SUMPRODUCT is the value of one cell",
        r"SUMPRODUCT\(EXP\(",
        ANY,
    ),
    Limit(
        "Gnumeric",
        "LN of a range within SUMPRODUCT is an error",
        r"SUMPRODUCT\(.*\bLN\(",
        ERROR,
    ),
    Limit(
        "Gnumeric",
        "MOD of a range within SUMPRODUCT is an error",
        r"SUMPRODUCT\(.*\bMOD\(",
        ERROR,
    ),
    Limit(
        "Gnumeric",
        "FIXED rounds all binary digits of a number, not its first 15 decimal ones",
        r"\bFIXED\(",
        "[^#].*",
    ),
    Limit(
        "Gnumeric",
        "& writes a rounded number with over 15 digits, such as 0.0099999999999999999998",
        r"\bROUND\(.*&",
        r"(?s:.*\d\.\d{15,}.*)",
    ),
    Limit(
        "HyperFormula",
        "FIXED is absent",
        r"\bFIXED\(",
        r"#NAME\?",
    ),
)


def explanation(
    difference: Difference, engine: str, limits: Iterable[Limit] = LIMITS
) -> str | None:
    """The sentence of the entry that explains why an engine differs; None where there is none."""
    formula = TEXT.sub('""', difference.formula)
    for limit in limits:
        if (
            limit.engine == engine
            and re.search(limit.formula, formula)
            and re.fullmatch(limit.answer, str(difference.found))
        ):
            return limit.sentence
    return None
