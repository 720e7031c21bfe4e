"""The table of results in the README, from the records that `toolkit mnist --seeds` left.

    python -m tests.experiments.results

Each record lies in exports/ as NAME.seeds.json; the command that made it is `command(NAME)`.
"""

import re
import statistics
from pathlib import Path

from toolkit.convnet.seeds import SERIES, Series, summary
from toolkit.convnet.shapes import parameter_count

ROOT = Path(__file__).parents[2]
README, RECORDS = ROOT / "README.md", ROOT / "exports"
# The model of each record, and how many seeds it takes.
RUNS = {"mnist": ("default", 10), "tiny": ("tiny", 5), "sprint": ("sprint", 5),
        "course": ("course", 3)}  # fmt: skip
HEADINGS = (
    "model", "parameters", "epochs", "mean", "standard deviation", "lowest", "highest", "seeds",
    "seconds an epoch", "threads", "made by",
)  # fmt: skip
MARKED = re.compile(r"(<!-- results -->\n).*?(<!-- end -->)", re.DOTALL)


def command(name: str) -> str:
    """What makes the record called `name`."""
    model, seeds = RUNS[name]
    chosen = [] if model == "default" else ["--model", model, "--out", f"exports/{name}.xlsx"]
    return " ".join(["toolkit mnist", *chosen, "--seeds", str(seeds)])


def row(name: str, series: Series) -> list[str]:
    """The line under HEADINGS."""
    found = summary(series)
    mean, low, high = (100 * (found[key] or 0) for key in ("mean", "minimum", "maximum"))
    took = statistics.median(epoch.seconds for run in series.runs for epoch in run.epochs)
    return [
        f"`{RUNS[name][0]}`", f"{parameter_count(series.model.network):,}",
        str(series.model.training.epochs), f"**{mean:.3f} %**",
        f"{100 * (found['standard_deviation'] or 0):.3f} %", f"{low:.2f} %", f"{high:.2f} %",
        str(found["count"]), f"{took:.1f}", str(series.runs[0].threads), f"`{command(name)}`",
    ]  # fmt: skip


def table() -> str:
    """All records as Markdown."""
    paths = {name: RECORDS / f"{name}.seeds.json" for name in RUNS}
    found = {
        name: SERIES.validate_json(path.read_bytes())
        for name, path in paths.items()
        if path.is_file()
    }
    lines = [list(HEADINGS), ["---"] * len(HEADINGS)]
    lines += [row(name, series) for name, series in found.items()]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def updated(readme: str) -> str:
    """The README with the table between its marks."""
    return MARKED.sub(lambda marks: marks[1] + table() + marks[2], readme)


if __name__ == "__main__":
    README.write_text(updated(README.read_text(encoding="utf-8")), encoding="utf-8")
