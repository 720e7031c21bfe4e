"""A model template: the layers of a convolutional network and how it is trained."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from toolkit.convnet.idx import SIDE
from toolkit.convnet.layers import LARGEST_SETTING, NetworkConfig, Positive
from toolkit.convnet.shapes import layer_table
from toolkit.files import templates
from toolkit.files.errors import ToolkitError


class TrainingConfig(templates.Part):
    """Optimizer, schedule and loss; `learning_rate` is the highest rate reached.

    `warm_up` is the share of the training during which a one-cycle schedule rises. A step schedule
    multiplies the rate by `step_factor` every `step_epochs` epochs. `ema` is the decay per batch of
    the moving average of the weights that is evaluated and saved; 0 means no average.
    """

    epochs: Positive
    batch_size: Annotated[int, Field(ge=2, le=LARGEST_SETTING)]
    optimizer: Literal["sgd", "adamw"]
    learning_rate: Annotated[float, Field(gt=0)]
    schedule: Literal["one_cycle", "step", "constant"]
    warm_up: Annotated[float, Field(gt=0, lt=1)] = 0.3
    step_epochs: Positive | None = None
    step_factor: Annotated[float, Field(gt=0, le=1)] = 0.1
    momentum: templates.Share = 0.0
    nesterov: bool = True
    weight_decay: Annotated[float, Field(ge=0)] = 0.0
    label_smoothing: templates.Share = 0.0
    ema: templates.Share = 0.0

    @model_validator(mode="after")
    def _check_schedule(self) -> "TrainingConfig":
        if (self.schedule == "step") != (self.step_epochs is not None):
            raise ValueError(
                'schedule = "step" and step_epochs belong together; give both or neither'
            )
        return self


class Augmentation(templates.Part):
    """The largest random change of each kind; if all are zero, images are not changed.

    `share` is the share of the images that are changed. During the last `plain_epochs` epochs of
    the training none are changed.
    """

    rotation: Annotated[float, Field(ge=0, le=180)] = 0.0
    translation: Annotated[float, Field(ge=0)] = 0.0
    scale: templates.Share = 0.0
    shear: Annotated[float, Field(ge=0, lt=90)] = 0.0
    share: Annotated[float, Field(gt=0, le=1)] = 1.0
    plain_epochs: Annotated[int, Field(ge=0, le=LARGEST_SETTING)] = 0


class Model(templates.Part):
    """A whole model template."""

    title: templates.Title
    network: NetworkConfig
    training: TrainingConfig
    augmentation: Augmentation = Augmentation()

    @model_validator(mode="after")
    def _check_layers(self) -> "Model":
        layer_table(self.network)
        return self


def load(name: str) -> tuple[Model, str]:
    """The model template called `name` (shipped name or path), and its text.

    Raises ToolkitError naming file, key and cure.
    """
    path = templates.find("models", name)
    model = templates.read(path, Model)
    return model, templates.text(path)


def load_model(name: str | Path) -> Model:
    """The model template called `name`: a shipped name or a path.

    Raises ToolkitError naming file, key and cure.
    """
    return load(str(name))[0]


IMAGE, CLASSES = (1, SIDE, SIDE), 10


def check_digits(model: Model, source: str) -> None:
    """Raise ToolkitError unless the network maps images of MNIST's size to one number per class.

    This is not part of the template's validation, because any network has a layer table.
    """
    if model.network.input != IMAGE:
        raise ToolkitError(
            f"{source}: network.input: must be {list(IMAGE)}, not {list(model.network.input)}"
        )
    rows = layer_table(model.network)
    if rows[-1].output == (CLASSES,):
        return
    gives = "x".join(map(str, rows[-1].output))
    end = f'{{ type = "linear", features = {CLASSES} }}'
    cure = f"make it {end}" if rows[-1].type == "linear" else f"put {end} after it"
    raise ToolkitError(
        f"{source}: network.layers[{len(rows)}] ({rows[-1].name.lower()}): the last layer gives "
        f"{gives} numbers, but must give {CLASSES}, one per class; {cure}"
    )


def check_batches(model: Model, images: int, source: str) -> None:
    """Raise ToolkitError if there are too few training images to fill one batch."""
    size = model.training.batch_size
    if size > images:
        raise ToolkitError(
            f"{source}: training.batch_size: must be at most {images}, the number of training "
            f"images, not {size}"
        )


def check_parameters(model: Model, most: int | None, source: str) -> None:
    """Raise ToolkitError if the model has more than `most` parameters; None allows any number.

    The error names the layer with the most parameters, where most can be saved.
    """
    rows = layer_table(model.network)
    count = sum(row.parameters for row in rows)
    if most is None or count <= most:
        return
    number, layer = max(enumerate(rows, 1), key=lambda numbered: numbered[1].parameters)
    raise ToolkitError(
        f"{source}: {count:,} parameters, more than --max-params {most}; network.layers[{number}] "
        f"({layer.name.lower()}) has the most, {layer.parameters:,}: give it or the layer before "
        "it fewer channels"
    )


def with_epochs(model: Model, epochs: int | None) -> Model:
    """The same model with another number of epochs; None leaves it unchanged.

    Raises ToolkitError for fewer than one epoch or more than `LARGEST_SETTING`.
    """
    if epochs is None:
        return model
    if epochs < 1:
        raise ToolkitError(f"--epochs {epochs}: must be at least 1")
    if epochs > LARGEST_SETTING:
        raise ToolkitError(f"--epochs {epochs}: must be at most {LARGEST_SETTING:,}")
    return model.model_copy(
        update={"training": model.training.model_copy(update={"epochs": epochs})}
    )
