"""Seconds for the gradients of all weights: our chain rule beside SymPy's diff of the whole loss.

Run as a program, it derives one network in a fresh process: SymPy remembers what it did before.
"""

import sys
from collections.abc import Iterator
from math import inf
from statistics import median

from rich.table import Table
from sympy import Expr, Symbol

from tests.benchmarks.measuring import child, medians_of, say, seconds, table, times
from toolkit.network.derivation import LOSS, Derivation, derivation
from toolkit.network.initial_parameters import start_weights
from toolkit.network.lesson import Lesson, weight_count

NETWORKS = ("2-2-2", "5-10-5", "20-25-20", "50-50-50")
RUNS = 3
LIMIT = 20.0
STARTING = 15.0  # what a process may take before it begins


def lesson(widths: str) -> Lesson:
    """A lesson with layers of these widths, joined by hyphens."""
    layers = [int(width) for width in widths.split("-")]
    weights = weight_count(layers)
    return Lesson.model_validate(
        {
            "title": widths,
            "network": {
                "layers": layers,
                "activations": ["sigmoid"] * (len(layers) - 1),
                "bias": False,
                "loss": "half_squared_error",
            },
            "samples": {"inputs": [[0.5] * layers[0]], "targets": [[0.1] * layers[-1]]},
            "start": {"weights": [n / weights - 0.5 for n in range(weights)]},
            "training": {"optimizer": "sgd", "learning_rates": [0.5], "epochs": 1},
        }
    )


def naive(derived: Derivation) -> list[Expr]:
    """Everything put into E_total, which is then differentiated by each weight."""
    whole: dict[Symbol, Expr] = {}
    for equation in derived.forward:
        whole[equation.symbol] = equation.expr.xreplace(whole)
    return [whole[LOSS].diff(weight) for weight in derived.weights]


def tables(*, quick: bool) -> Iterator[Table]:
    """One table over the sizes of the network."""
    shown = table(
        "Deriving the gradients of all weights with SymPy",
        f"{medians_of(RUNS)}, each in a fresh process. Naive: E_total in terms of inputs and "
        f"weights alone, then diff by each weight; given up after {LIMIT:.0f} s.",
        "network",
        "weights",
        "toolkit s",
        "naive s",
        "naive / toolkit",
    )
    for widths in NETWORKS[: 2 if quick else None]:
        shown.add_row(*_row(widths))
    yield shown


def _row(widths: str) -> tuple[str, ...]:
    ours, theirs = [], []
    for _ in range(RUNS):
        ours.append(_run("toolkit", widths))
        # A contender given up on once is not asked again.
        theirs.append(_run("naive", widths) if inf not in theirs else inf)
    fast, slow = median(ours), min(median(theirs), LIMIT)
    over = "over " if inf in theirs else ""
    return (
        widths,
        f"{len(start_weights(lesson(widths))):,}",
        f"{fast:.3f}",
        f"{over}{slow:.2f}",
        f"{over}{times(slow / fast)}",
    )


def _run(way: str, widths: str) -> float:
    result = child("tests.benchmarks.derivation", way, widths, limit=LIMIT + STARTING)
    return result["seconds"] if result and result["seconds"] < LIMIT else inf


def main(way: str, widths: str) -> None:
    """Derive one network, and say how long it took; the naive way is given the forward pass."""
    chosen = lesson(widths)
    if way == "toolkit":
        say(seconds=seconds(lambda: derivation(chosen)))
    else:
        derived = derivation(chosen)
        say(seconds=seconds(lambda: naive(derived)))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
