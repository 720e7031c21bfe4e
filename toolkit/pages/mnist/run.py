"""The sheet Run: everything needed to repeat a training."""

from collections.abc import Mapping

from sympy import Expr, Integer

from toolkit.book.page import Place
from toolkit.book.regions import around
from toolkit.book.sheet import Sheet
from toolkit.book.tables import Cell
from toolkit.convnet.history import History
from toolkit.convnet.template import Augmentation, TrainingConfig
from toolkit.pages.mnist import layout
from toolkit.pages.mnist.layout import FIRST_ROW, RUN, MnistPage, MnistRun, sentence
from toolkit.symbols.equation import quantity
from toolkit.symbols.text import fixed_text

QUESTION = "How can these results be produced again?"
FACTS, RECIPE = 1, 4  # the first columns of the two lists
WIDTHS = {1: 24, 2: 46, 3: 3, 4: 30, 5: 62}
EPOCHS, SECONDS, DEVICE = (quantity(name) for name in ("epochs", "seconds", "device"))
FOUND_IN = {EPOCHS: "epochs finished", SECONDS: "training time, seconds", DEVICE: "device"}
DIGIT_COUNT = 12  # characters of the fingerprint
UNITS = {
    "rotation": "degrees to either side",
    "translation": "pixels in each direction",
    "scale": "of the width and the height, more or less",
    "shear": "degrees to either side",
    "share": "of the images are changed",
    "plain_epochs": "at the end, with unchanged images",
    "ema": "a batch: decay of the moving average of the weights",
}
Line = str | float | bool


def sheet(result: MnistRun) -> Sheet:
    """Long entries in rows of their own; below them the run on the left, its recipe on the right.

    Entries without a value are left out.
    """
    history, page = result.history, layout.page(RUN, RUN, QUESTION, "CC79A7")
    page.widths |= WIDTHS
    long = {"command": result.command, "versions": history.versions, "ended early": history.ended}
    _write(page, (FIRST_ROW, FACTS), long)
    row = 2 + max(row for row, _ in page.cells)
    places = _write(page, (row, FACTS), _facts(history))
    recipe = _training(history.model.training) | _augmentation(history.model.augmentation)
    _write(page, (row, RECIPE), recipe)
    page.effects.append(around(place for place in page.cells if place[0] >= FIRST_ROW))
    known = {symbol: page.known(places[name]) for symbol, name in FOUND_IN.items()}
    page.state(_finding(), known)
    return page.finish()


def _facts(history: History) -> dict[str, Line]:
    return {
        "model": history.model.title,
        "seed": history.seed,
        FOUND_IN[DEVICE]: history.device,
        "threads": history.threads,
        "data, fingerprint": history.data[:DIGIT_COUNT],
        "measured on": f"the {history.held_out} set",
        FOUND_IN[SECONDS]: round(sum(epoch.seconds for epoch in history.epochs), 1),
        FOUND_IN[EPOCHS]: len(history.epochs),
    }


def _write(page: MnistPage, place: Place, entries: Mapping[str, Line]) -> dict[str, Place]:
    """Write the entries that have a value below each other; the places of their values."""
    row, column = place
    said = {name: value for name, value in entries.items() if value != ""}
    for number, (name, value) in enumerate(said.items(), row):
        page.cells[number, column] = Cell(name, "name")
        page.cells[number, column + 1] = Cell(value, "label")
    return {name: (number, column + 1) for number, name in enumerate(said, row)}


def _finding() -> Expr:
    return sentence(
        "The command in the first line repeats this run: ",
        EPOCHS,
        " epochs in ",
        fixed_text(SECONDS, Integer(0)),
        " seconds on the device ",
        DEVICE,
        ".",
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
