"""What a concept's file is called: on the command line, in the programme and on its sheet."""

from types import ModuleType

from toolkit.experiments.programme import Named


def name_of(module: ModuleType) -> str:
    """What the command line calls a concept."""
    return module.__name__.rsplit(".", 1)[-1].replace("_", "-")


def sheet_name(module: ModuleType) -> str:
    """A concept's sheet: its number and short name."""
    return f"{module.NUMBER} {name_of(module).replace('-', ' ')}"


def named(module: ModuleType) -> Named:
    """A concept's experiment, under the concept's name, number and title."""
    return Named(name_of(module), module.NUMBER, module.TITLE, module.EXPERIMENT)
