"""The lines that commands print of their results, as text instead of JSON."""

from typing import Any


def mnist_lines(result: dict[str, Any]) -> str:
    """Figures of a series of seeds, if there was one, and the files made."""
    series = result.get("seeds")
    spread = series and series["standard_deviation"]
    figures = series and (
        f"{series['count']} seed{'s' * (series['count'] > 1)}: mean {series['mean']:.3%}, "
        f"standard deviation {'–' if spread is None else format(spread, '.3%')}, "
        f"minimum {series['minimum']:.2%}, maximum {series['maximum']:.2%}\n"
    )
    made = [result["weights"], result["workbook"]]
    return (figures or "") + "\n".join(f"Wrote {path}" for path in made if path)


def experiment_line(found: dict[str, Any]) -> str:
    """A variant of an experiment and how many of its seeds are recorded."""
    name = f"{found['number']:>2} {found['concept']}"
    return f"{name:<28} {found['variant']:<46} {found['seeds']} seeds"


def template_line(found: dict[str, Any]) -> str:
    """A shipped lesson or model: its kind, name, size and title."""
    if found["kind"] == "model":
        shape, size = f"{found['epochs']} epochs", f"{found['parameters']:>6,} parameters"
    else:
        shape, size = "-".join(map(str, found["layers"])), f"{found['weights']:>6,} weights   "
    return f"{found['kind']:<7} {found['name']:<11} {shape:<10} {size}  {found['title']}"
