"""Concept 21: Global average pooling against a fully connected layer."""

from sympy import Symbol

from toolkit.experiments.variant import Experiment, Variant
from toolkit.pages.concepts import moved_maps
from toolkit.pages.concepts.concept import Concept, Task
from toolkit.pages.concepts.page import FIRST, LABEL, Page
from toolkit.symbols.bounds import with_bounds
from toolkit.symbols.equation import Equation

C, S, K, WEIGHT = (Symbol(name) for name in ("C", "s", "K", "weights"))
FEW, MANY = Equation(WEIGHT, C * K + K), Equation(WEIGHT, S**2 * C * K + K)
SETTINGS = {
    C: ("channels C", 28, 512),
    S: ("side s of the maps", 4, 14),
    K: ("classes K", 10, 100),
}


def demonstrate(page: Page) -> None:
    """The logits of moved maps, and the costs of both layers."""
    moved_maps.demonstrate(page)
    _costs(page)


def _costs(page: Page) -> None:
    """The numbers of parameters of both layers, for other channels, cells and classes."""
    page.equation(FEW, "Parameters, average then linear:")
    page.equation(MANY, "Parameters, fully connected:")
    known, bounds = {}, {}
    for row, (symbol, (words, start, most)) in enumerate(SETTINGS.items(), page.row):
        page.label((row, LABEL), words)
        known[symbol] = page.input((row, FIRST), start, 1, most, whole=True)
        bounds[symbol] = (1, most)
    few, many = Symbol("few"), Symbol("many")
    for n, (expr, symbol, words, style) in enumerate(
        (
            (with_bounds(FEW.expr, bounds), few, "average, then linear", "count"),
            (with_bounds(MANY.expr, bounds), many, "fully connected", "count"),
            (many / few, Symbol("ratio"), "times as many parameters", "decimals 2"),
        )
    ):
        page.label((page.row + n, FIRST + 2), words)
        known[symbol] = page.compute((page.row + n, FIRST + 5), expr, known, style)
    page.row += len(SETTINGS)


CONCEPT = Concept(
    name="average-or-dense",
    number=21,
    title="Global average pooling against a fully connected layer",
    question="What does an average lose or save in place of a fully connected layer?",
    finding=(
        "With global average pooling and a linear layer the network ends at {0.accuracy}; a fully "
        "connected layer instead is {2~0.more} ({2.accuracy}) and raises the parameters from "
        "{0.parameters} to {2.parameters}."
    ),
    summary=(
        "A fully connected layer is {2~0.than} the average ({2.accuracy} against {0.accuracy}), "
        "with {2.parameters} instead of {0.parameters} parameters."
    ),
    idea=(
        "After the last convolution each channel is a small map. Global average pooling keeps only "
        "one number of it, its mean.",
        "A fully connected layer instead has a weight for every cell of every map. It needs more "
        "parameters, and it knows where something was.",
        "So a pattern that moves within its map leaves the average as it was, but changes what a "
        "fully connected layer answers.",
    ),
    experiment=Experiment(
        "What does the average over all places give up, and what does it save?",
        (
            Variant("average, then linear"),
            Variant("average only", layers="8 16 P 8:1 16 16 24 10() G"),
            Variant("fully connected", layers="8 16 P 8:1 16 16 24 28 F10"),
            Variant("fully connected with 32 hidden", layers="8 16 P 8:1 16 16 24 28 F32 R F10"),
        ),
    ),
    conclusion=(
        "In place of the average, a fully connected layer is {2~0.more}: {2.accuracy} against "
        "{0.accuracy}, with {2.parameters} parameters instead of {0.parameters}.",
        "With a hidden layer of 32 between as well: {3.accuracy}, {3~0.more}, with {3.parameters} "
        "parameters.",
        "The average alone, a channel for each class and no linear layer, is {1~0.more}: "
        "{1.accuracy} with {1.parameters}.",
    ),
    rule=(
        "Use global average pooling where an object may be anywhere in the image: it saves "
        "parameters and ignores small shifts.",
        "A fully connected layer can be better if positions matter, as for centred and aligned "
        "images, and if there are enough training data for its weights.",
        "This was measured on digits that are all centred, with maps of 4x4; with larger maps the "
        "difference in parameters grows with their area.",
    ),
    tasks=(
        Task(
            "The maps now move down by 1 as well. Which logits change?",
            "down to 1",
            "Only the fully connected ones: that of class 2 now changes by 8.59, not by 13.12. "
            "Each pattern is still complete, so the averages stay as they are.",
        ),
        Task(
            "Do the averages also stay when the maps move right by 3?",
            "right to 3, down to 0",
            "No: parts of the patterns leave the maps. The average of channel 2 falls from 1.5 to "
            "0.5, because one of its three cells is left.",
        ),
        Task(
            "How many parameters do both layers need for maps of 8x8 instead of 4x4?",
            "side s of the maps, in the table below, to 8",
            "The fully connected layer needs 17,930 instead of 4,490, and the average with its "
            "linear layer 290 as before.",
        ),
    ),
    demonstrate=demonstrate,
)
