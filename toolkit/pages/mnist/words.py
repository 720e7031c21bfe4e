"""Sentences about the figures of a model, which depend on its template."""

from toolkit.convnet.template import Model


def train_figures(model: Model) -> str:
    """A sentence about the images and the state of the network for the training figures."""
    ways = [*_changed(model), *(["with dropout"] if _drops_out(model) else [])]
    changes = f", {', '.join(ways)}" if ways else ""
    return f"Train figures are averages over the epoch, while the network still learns{changes}."


def held_out_figures(model: Model, held_out: str) -> str:
    """A sentence about the time and the weights for the held-out figures."""
    average = ", with the moving average of the weights" if model.training.ema else ""
    return f"{held_out.capitalize()} figures are measured after the epoch{average}."


def behind(model: Model, held_out: str) -> str:
    """A sentence about the reasons why the training accuracy may be lower."""
    reasons = ["an average over the epoch, while the network still learns"]
    reasons += ["on images changed at random"] if _changed(model) else []
    reasons += ["with dropout"] if _drops_out(model) else []
    return (
        f"The train accuracy can lie below the {held_out} accuracy, because it is "
        f"{', '.join(reasons)}."
    )


def _changed(model: Model) -> list[str]:
    augmentation, epochs = model.augmentation, model.training.epochs
    if augmentation.plain_epochs >= epochs or not any(
        (augmentation.rotation, augmentation.translation, augmentation.scale, augmentation.shear)
    ):
        return []
    part = "" if augmentation.share == 1 else f"{augmentation.share:.0%} of the "
    plain = augmentation.plain_epochs
    last = f" (except in the last {f'{plain} epochs' if plain > 1 else 'epoch'})" if plain else ""
    return [f"on {part}images changed at random{last}"]


def _drops_out(model: Model) -> bool:
    return any(layer.type == "dropout" and layer.rate for layer in model.network.layers)
