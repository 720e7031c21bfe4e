"""How the figures were made, so that they can be made again."""

from toolkit.book.sheet import Cell, Sheet
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
        "training time, seconds": round(seconds, 1),
        "epochs": training.epochs,
        "batch size": training.batch_size,
        "optimizer": training.optimizer,
        "highest learning rate": training.learning_rate,
        "schedule": training.schedule,
        "momentum": training.momentum,
        "weight decay": training.weight_decay,
        **{
            f"augmentation: {name}": amount
            for name, amount in history.model.augmentation.model_dump().items()
        },
    }
    cells = {(1, 1): Cell("Run", "title"), (2, 1): Cell(TARGETS, "link", link=TARGETS)}
    for row, (name, value) in enumerate(lines.items(), 4):
        cells[row, 1] = Cell(name, "name")
        cells[row, 2] = Cell(value, "label")
    return Sheet(RUN, cells, widths={1: 28, 2: 60}, tab="CC79A7")
