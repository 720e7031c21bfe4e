"""Networks of every kind, drawn by hypothesis."""

from typing import Any, get_args

from hypothesis import strategies as st

from toolkit.network import lesson as schema
from toolkit.network.lesson import Lesson, weight_count

PLAIN = [kind for kind in get_args(schema.Activation) if kind != "softmax"]
NUMBER = st.floats(-2, 2).map(lambda x: round(x, 3))
FAR = st.sampled_from(
    [-1000.0, -800.0, -40.0, -37.5, -20.0, 20.0, 36.9, 40.0, 800.0, 1000.0, 1e-300, -1e-12, 1e-5]
)


def _rows(draw: st.DrawFn, number: st.SearchStrategy[float], width: int, count: int) -> Any:
    row = st.lists(number, min_size=width, max_size=width)
    return draw(st.lists(row, min_size=count, max_size=count))


def _activations(draw: st.DrawFn, layers: list[int], loss: str) -> list[str]:
    kinds = []
    for layer, width in enumerate(layers[1:], 1):
        last = layer == len(layers) - 1
        if last and loss == "cross_entropy":
            kinds.append("softmax")
        elif last and loss == "binary_cross_entropy":
            kinds.append(draw(st.sampled_from(["sigmoid", "softmax"])))
        else:
            kinds.append(draw(st.sampled_from([*PLAIN, *["softmax"] * (width > 1)])))
    return kinds


def _targets(draw: st.DrawFn, loss: str, width: int, samples: int) -> list[list[float]]:
    if loss == "binary_cross_entropy":
        return _rows(draw, st.sampled_from([0.0, 1.0, 0.25]), width, samples)  # type: ignore[no-any-return]
    if loss != "cross_entropy":
        return _rows(draw, NUMBER, width, samples)  # type: ignore[no-any-return]
    weights = _rows(draw, st.integers(1, 9), width, samples)
    chosen = [draw(st.integers(0, width - 1)) for _ in range(samples)]
    if draw(st.booleans()):
        return [[float(n == one) for n in range(width)] for one in chosen]
    return [[weight / sum(row) for weight in row] for row in weights]


def _training(draw: st.DrawFn, kinds: list[str]) -> dict[str, object]:
    kind = draw(st.sampled_from(kinds))
    training: dict[str, object] = {"optimizer": kind, "epochs": 3}
    for key, default in schema.SETTINGS[kind].items():
        if key not in ("betas", "epsilon") and draw(st.booleans()):
            training[key] = {"momentum": 0.5, "alpha": 0.9}.get(key, default)
    # With the tiny default, a gradient of 1e-17 where PyTorch has 0 would already make a step.
    if "epsilon" in schema.SETTINGS[kind]:
        training["epsilon"] = draw(st.sampled_from([1e-5, 0.01]))
    if kind == "adam" and draw(st.booleans()):
        training["betas"] = [0.8, 0.95]
    if draw(st.booleans()):
        training["weight_decay"] = draw(st.sampled_from([0.01, 0.3]))
    training["learning_rates"] = [0.01, 0.1]
    training["train_biases"] = draw(st.booleans())
    return training


@st.composite
def lessons(draw: st.DrawFn, *, far: bool = False) -> Lesson:
    """Networks of one to four layers with any activations, losses, optimizers and batch sizes.

    `far`: inputs and weights also huge, tiny and deep in saturation. There binary cross-entropy
    hangs on the last digit of 1 - a, and optimizers that divide by the size of a gradient blow up
    its last digit; both have tests of their own.
    """
    layers = draw(st.lists(st.integers(1, 4), min_size=2, max_size=5))
    losses, optimizers = list(get_args(schema.Loss)), list(get_args(schema.Optimizer))
    if far:
        losses.remove("binary_cross_entropy")
        optimizers = ["sgd", "momentum", "nesterov"]
    loss = draw(st.sampled_from(losses))
    samples, bias = draw(st.integers(1, 3)), draw(st.booleans())
    number = NUMBER | FAR if far else NUMBER
    start: dict[str, object] = {"weights": _rows(draw, number, weight_count(layers), 1)[0]}
    if bias:
        start["biases"] = _rows(draw, number, sum(layers[1:]), 1)[0]
    if draw(st.booleans()):
        drawn = {"seed": draw(st.integers(0, 99))}
        start = {**drawn, "initializer": draw(st.sampled_from(list(get_args(schema.Initializer))))}
    return Lesson.model_validate(
        {
            "title": "drawn",
            "network": {
                "layers": layers,
                "activations": _activations(draw, layers, loss),
                "bias": bias,
                "loss": loss,
                "negative_slope": draw(st.sampled_from([0.01, 0.2])),
            },
            "samples": {
                "inputs": _rows(draw, number, layers[0], samples),
                "targets": _targets(draw, loss, layers[-1], samples),
            },
            "start": start,
            "training": _training(draw, optimizers),
        }
    )
