"""The table of results in the README, from the records that `toolkit mnist --seeds` left.

    python -m tests.experiments.results

Each record lies beside this file as records/MODEL.seeds.json.
"""

import re
import statistics
from pathlib import Path

from toolkit.convnet.seeds import SERIES, SeedRuns, summary
from toolkit.convnet.shapes import parameter_count

ROOT = Path(__file__).parents[2]
README, RECORDS = ROOT / "README.md", Path(__file__).parent / "records"
# How many seeds the record of each model takes.
RUNS = {"default": 10, "tiny": 5, "sprint": 5, "course": 3}
HEADINGS = (
    "model",
    "parameters",
    "epochs",
    "mean",
    "standard deviation",
    "lowest",
    "highest",
    "seeds",
    "seconds an epoch",
    "threads",
    "made by",
)
MARKED = re.compile(r"(<!-- results -->\n).*?(<!-- end -->)", re.DOTALL)


def command(name: str, series: SeedRuns) -> str:
    """What makes the record of model `name`: same device, same number of threads."""
    run = series.runs[0]
    chosen = "" if name == "default" else f" --model {name} --out exports/{name}.xlsx"
    return (
        f"toolkit mnist{chosen} --seeds {RUNS[name]} --device {run.device} --threads {run.threads}"
    )


def row(name: str, series: SeedRuns) -> list[str]:
    """The line under HEADINGS."""
    actual, threads = summary(series), series.runs[0].threads
    mean, low, high = 100 * actual.mean, 100 * actual.minimum, 100 * actual.maximum
    took = statistics.median(epoch.seconds for run in series.runs for epoch in run.epochs)
    return [
        f"`{name}`",
        f"{parameter_count(series.model.network):,}",
        str(series.model.training.epochs),
        f"**{mean:.3f} %**",
        f"{100 * (actual.standard_deviation or 0):.3f} %",
        f"{low:.2f} %",
        f"{high:.2f} %",
        str(actual.count),
        f"{took:.1f}",
        str(threads),
        f"`{command(name, series)}`",
    ]


def table() -> str:
    """All records as Markdown."""
    paths = {name: RECORDS / f"{name}.seeds.json" for name in RUNS}
    actual = {
        name: SERIES.validate_json(path.read_bytes())
        for name, path in paths.items()
        if path.is_file()
    }
    lines = [list(HEADINGS), ["---"] * len(HEADINGS)]
    lines += [row(name, series) for name, series in actual.items()]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def updated(readme: str) -> str:
    """The README with the table between its marks."""
    return MARKED.sub(lambda marks: marks[1] + table() + marks[2], readme)


if __name__ == "__main__":
    README.write_text(updated(README.read_text(encoding="utf-8")), encoding="utf-8")
