"""The concepts of the course, one file each: the idea, a demonstration, an experiment."""

import importlib
import pkgutil
from types import ModuleType

from toolkit.experiments.programme import Named
from toolkit.pages.concepts.concept import named


def modules() -> tuple[ModuleType, ...]:
    """Every file of this folder that holds a concept, by its number."""
    names = [found.name for found in pkgutil.iter_modules(__path__)]
    every = (importlib.import_module(f"{__name__}.{name}") for name in names)
    return tuple(
        sorted(
            (each for each in every if hasattr(each, "EXPERIMENT")), key=lambda each: each.NUMBER
        )
    )


def programme() -> tuple[Named, ...]:
    """The experiment of every concept, by the concept's number."""
    return tuple(map(named, modules()))
