"""Deep learning in spreadsheets: equations with their gradients, lessons, and trained networks.

    >>> from toolkit import Equation, derive, quantities, sigmoid

Each name is imported at its first use, so that `import toolkit` loads neither SymPy nor torch;
`docs/library.md` lists all names.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from toolkit.version import __version__

# The module of each public name below this package, followed by its name there if that differs.
_HOMES = {
    "BackpropResult": "commands.backprop",
    "ConceptsResult": "commands.concepts",
    "Derivation": "network.derivation",
    "Digits": "convnet.digits",
    "Epoch": "convnet.history",
    "Equation": "symbols.equation",
    "Evaluation": "convnet.trained_network",
    "Gradient": "symbols.equation",
    "History": "convnet.history",
    "Lesson": "network.lesson",
    "LiveResult": "commands.live",
    "MnistOptions": "commands.mnist_options",
    "MnistResult": "commands.mnist",
    "Model": "convnet.template",
    "Network": "network.lesson",
    "Prediction": "convnet.prediction",
    "Samples": "network.lesson",
    "Start": "network.lesson",
    "ToolkitError": "files.errors",
    "Trace": "network.trace",
    "TrainedNetwork": "convnet.trained_network",
    "Training": "network.lesson",
    "derivation": "network.derivation",
    "derive": "symbols.equation",
    "gelu": "symbols.activations",
    "leaky_relu": "symbols.activations",
    "list_templates": "commands.templates",
    "load_digits": "convnet.digits:load",
    "load_lesson": "network.lesson:load",
    "load_model": "convnet.template",
    "load_network": "convnet.trained_network",
    "predict": "convnet.prediction",
    "quantities": "symbols.equation",
    "quantity": "symbols.equation",
    "relu": "symbols.activations",
    "sigmoid": "symbols.activations",
    "softplus": "symbols.activations",
    "trace": "network.trace",
    "train": "convnet.trained_network",
    "train_mnist": "commands.mnist",
    "values": "symbols.numeric",
    "write_backprop": "commands.backprop",
    "write_concepts": "commands.concepts",
    "write_live": "commands.live",
}
_NEED_TORCH = ("convnet.digits", "convnet.trained_network")

__all__ = [
    "BackpropResult",
    "ConceptsResult",
    "Derivation",
    "Digits",
    "Epoch",
    "Equation",
    "Evaluation",
    "Gradient",
    "History",
    "Lesson",
    "LiveResult",
    "MnistOptions",
    "MnistResult",
    "Model",
    "Network",
    "Prediction",
    "Samples",
    "Start",
    "ToolkitError",
    "Trace",
    "TrainedNetwork",
    "Training",
    "__version__",
    "derivation",
    "derive",
    "gelu",
    "leaky_relu",
    "list_templates",
    "load_digits",
    "load_lesson",
    "load_model",
    "load_network",
    "predict",
    "quantities",
    "quantity",
    "relu",
    "sigmoid",
    "softplus",
    "trace",
    "train",
    "train_mnist",
    "values",
    "write_backprop",
    "write_concepts",
    "write_live",
]

if TYPE_CHECKING:
    from toolkit.commands.backprop import BackpropResult, write_backprop
    from toolkit.commands.concepts import ConceptsResult, write_concepts
    from toolkit.commands.live import LiveResult, write_live
    from toolkit.commands.mnist import MnistResult, train_mnist
    from toolkit.commands.mnist_options import MnistOptions
    from toolkit.commands.templates import list_templates
    from toolkit.convnet.digits import Digits
    from toolkit.convnet.digits import load as load_digits
    from toolkit.convnet.history import Epoch, History
    from toolkit.convnet.prediction import Prediction, predict
    from toolkit.convnet.template import Model, load_model
    from toolkit.convnet.trained_network import Evaluation, TrainedNetwork, load_network, train
    from toolkit.files.errors import ToolkitError
    from toolkit.network.derivation import Derivation, derivation
    from toolkit.network.lesson import Lesson, Network, Samples, Start, Training
    from toolkit.network.lesson import load as load_lesson
    from toolkit.network.trace import Trace, trace
    from toolkit.symbols.activations import gelu, leaky_relu, relu, sigmoid, softplus
    from toolkit.symbols.equation import Equation, Gradient, derive, quantities, quantity
    from toolkit.symbols.numeric import values
else:
    # Hidden from type checkers, to whom it would make every misspelt name an Any.
    def __getattr__(name: str) -> object:
        """The public name, imported when it is first used."""
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        module, _, other = _HOMES[name].partition(":")
        if module in _NEED_TORCH:
            import_module("toolkit.commands.installed").check_installed(f"toolkit.{name}")
        value = getattr(import_module(f"toolkit.{module}"), other or name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
