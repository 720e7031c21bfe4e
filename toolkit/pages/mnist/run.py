"""How the figures were made, so that they can be made again."""

from toolkit.book.sheet import Cell, Sheet
from toolkit.convnet.template import Augmentation, Training
from toolkit.pages.mnist.layout import RUN, TARGETS, Result


def sheet(result: Result) -> Sheet:
    """Command, seed, device, time and recipe, one line each."""
    history, training = result.history, result.history.model.training
    seconds = sum(epoch.seconds for epoch in history.epochs)
    lines = {
        "command": result.command,
        "model": history.model.title,
        "seed": history.seed,
        "device": history.device,
        "threads": history.threads,
        "measured on": f"the {history.held_out} set",
        "training time, seconds": round(seconds, 1),
        "epochs finished": len(history.epochs),
        **_words("training", training),
        **_words("augmentation", history.model.augmentation),
    }
    cells = {(1, 1): Cell("Run", "title"), (2, 1): Cell(TARGETS, "link", link=TARGETS)}
    for row, (name, value) in enumerate(lines.items(), 4):
        cells[row, 1] = Cell(name, "name")
        cells[row, 2] = Cell(value, "label")
    return Sheet(RUN, cells, widths={1: 28, 2: 60}, tab="CC79A7")


def _words(what: str, part: Training | Augmentation) -> dict[str, str | float | bool]:
    """The keys of a template's section that say something, in words."""
    said = {key: value for key, value in part.model_dump().items() if value is not None}
    return {f"{what}: {key.replace('_', ' ')}": value for key, value in said.items()}
