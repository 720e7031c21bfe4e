"""How the figures were made, so that they can be made again."""

from toolkit.book.sheet import Cell, Sheet
from toolkit.convnet.template import Augmentation, Training
from toolkit.pages.mnist.layout import RUN, Result, opening

FIRST_ROW = 5


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
    cells = opening(RUN, "How the figures were made, so that they can be made again.")
    for row, (name, value) in enumerate(lines.items(), FIRST_ROW):
        cells[row, 1] = Cell(name, "name")
        cells[row, 2] = Cell(value, "label")
    return Sheet(RUN, cells, widths={1: 28, 2: 60}, tab="CC79A7")


def _words(what: str, part: Training | Augmentation) -> dict[str, str | float | bool]:
    """The keys of a template's section that say something, in words."""
    said = {key: value for key, value in part.model_dump().items() if value is not None}
    return {f"{what}: {key.replace('_', ' ')}": value for key, value in said.items()}
