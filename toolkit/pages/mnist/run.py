"""The sheet Run: everything needed to repeat a training."""

from toolkit.book.regions import of_style
from toolkit.book.sheet import FirstView, Sheet
from toolkit.book.tables import Cell
from toolkit.convnet.template import Augmentation, TrainingConfig
from toolkit.pages.mnist.layout import RUN, MnistRun, opening

FIRST_ROW = 5
DIGIT_COUNT = 12  # characters of the fingerprint
UNITS = {
    "rotation": "degrees to either side",
    "translation": "pixels in each direction",
    "scale": "share larger or smaller",
    "shear": "degrees to either side",
    "share": "of the images are changed",
    "plain_epochs": "at the end, with the images as they are",
    "ema": "decay a batch of the moving average of the weights, which is tested and kept",
}
Line = str | float | bool


def sheet(result: MnistRun) -> Sheet:
    """One line each for command, seed, device, versions, time and recipe."""
    history = result.history
    seconds = sum(epoch.seconds for epoch in history.epochs)
    lines: dict[str, Line] = {
        "command": result.command,
        "model": history.model.title,
        "seed": history.seed,
        "device": history.device,
        "threads": history.threads,
        "made with": history.versions,
        "data, fingerprint": history.data[:DIGIT_COUNT],
        "measured on": f"the {history.held_out} set",
        "training time, seconds": round(seconds, 1),
        "epochs finished": len(history.epochs),
        "ended early": history.ended,
        **_training(history.model.training),
        **_augmentation(history.model.augmentation),
    }
    cells = opening(RUN, "How the figures were made, so that they can be made again.")
    entries = ((name, value) for name, value in lines.items() if value != "")
    for row, (name, value) in enumerate(entries, FIRST_ROW):
        cells[row, 1] = Cell(name, "name")
        cells[row, 2] = Cell(value, "label")
    return Sheet(
        RUN,
        cells,
        widths={1: 30, 2: 70},
        tab="CC79A7",
        first_view=FirstView(effects=of_style(cells, "name", "label")),
    )


def _training(training: TrainingConfig) -> dict[str, Line]:
    """The settings that apply; those of other schedules or optimizers are left out."""
    unsaid = {
        "warm_up": training.schedule != "one_cycle",
        "step_epochs": training.schedule != "step",
        "step_factor": training.schedule != "step",
        "nesterov": not training.momentum or training.optimizer != "sgd",
        "momentum": not training.momentum or training.optimizer != "sgd",
    }
    settings = training.model_dump()
    relevant = {key: settings[key] for key in settings if not unsaid.get(key, settings[key] == 0)}
    return {f"training: {_words(key)}": _said(key, value) for key, value in relevant.items()}


def _augmentation(augmentation: Augmentation) -> dict[str, Line]:
    """The changes that augmentation makes; share and plain epochs only if there are changes."""
    settings = {key: value for key, value in augmentation.model_dump().items() if value}
    if not set(settings) - {"share", "plain_epochs"}:
        return {"augmentation": "none"}
    if augmentation.share == 1:
        del settings["share"]
    return {f"augmentation: {_words(key)}": _said(key, value) for key, value in settings.items()}


def _words(key: str) -> str:
    return key.replace("_", " ")


def _said(key: str, value: Line) -> Line:
    if key in UNITS:
        return f"{value:g} {UNITS[key]}"
    # As a boolean, it would be centred and in capitals.
    return value if not isinstance(value, bool) else "yes" if value else "no"
