"""Sentences about the figures of a model, which depend on its template."""

from toolkit.convnet.template import Model


def train_figures(model: Model) -> str:
    """A sentence about the images and the state of the network for the training figures."""
    ways = [*_changed(model), *(["with dropout"] if _drops_out(model) else [])]
    changes = f", of images as the network saw them: {', '.join(ways)}" if ways else ""
    return f"Train figures are averages over the epoch, while the network learns{changes}."


def held_out_figures(model: Model, held_out: str) -> str:
    """A sentence about the time and the weights for the held-out figures."""
    of = ", by the moving average of the weights" if model.training.ema else ""
    return f"{held_out.capitalize()} figures are taken after the epoch{of}."


def behind(model: Model, held_out: str) -> str:
    """A sentence about the reasons why the training accuracy may be lower."""
    reasons = ["an average during the epoch, while the network still learns"]
    reasons += ["of images changed at random"] if _changed(model) else []
    reasons += ["with dropout"] if _drops_out(model) else []
    return f"Train can lie below {held_out}, for it is {', '.join(reasons)}."


def _changed(model: Model) -> list[str]:
    augmentation, epochs = model.augmentation, model.training.epochs
    if augmentation.plain_epochs >= epochs or not any(
        (augmentation.rotation, augmentation.translation, augmentation.scale, augmentation.shear)
    ):
        return []
    part = "" if augmentation.share == 1 else f"{augmentation.share:.0%} of them "
    plain = augmentation.plain_epochs
    last = f" (but for the last {f'{plain} epochs' if plain > 1 else 'epoch'})" if plain else ""
    return [f"{part}changed at random{last}"]


def _drops_out(model: Model) -> bool:
    return any(layer.type == "dropout" and layer.rate for layer in model.network.layers)
