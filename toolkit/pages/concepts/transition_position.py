"""Concept 13: Position of the transition layer."""

from toolkit.experiments.variant import Experiment, Variant
from toolkit.pages.concepts import positions
from toolkit.pages.concepts.concept import Concept
from toolkit.pages.concepts.page import Page
from toolkit.pages.concepts.position_layers import layers


def demonstrate(page: Page) -> None:
    """Sizes and costs for each position of the transition."""
    page.equation(positions.SIDE_AFTER, "Side of the maps after a convolution:")
    page.equation(positions.PARAMETERS, "Weights of a convolution:")
    page.say(
        "Change the yellow cells: move the transition; then leave fewer channels after its 1x1."
    )
    chosen = positions.settings(page, "the transition", 8)
    layers(page, chosen)
    positions.table(page, chosen, "the transition")


CONCEPT = Concept(
    name="transition-position",
    number=13,
    title="Position of the transition layer",
    idea=(
        "A transition layer is a pool and a 1x1 convolution together: maps half as wide, and "
        "fewer of them.",
        "Where it stands decides how much of the network works on large maps, and which "
        "convolution reads the few channels that it leaves.",
    ),
    experiment=Experiment(
        "After which convolution should the transition stand?",
        (
            Variant("after the 1st", layers="8 P 8:1 16 16 16 24 28 G F10"),
            Variant("after the 2nd", layers="8 16 P 8:1 16 16 24 28 G F10"),
            Variant("after the 3rd", layers="8 16 16 P 8:1 16 24 28 G F10"),
            Variant("after the 4th", layers="8 16 16 16 P 8:1 24 28 G F10"),
        ),
    ),
    conclusion=(
        "After the 1st convolution {0.accuracy}, after the 2nd {1.accuracy}, after the 3rd "
        "{2.accuracy}, after the 4th {3.accuracy}.",
        "Against the 2nd, the 1st is {0~1.more}, the 3rd {2~1.more}, the 4th {3~1.more}; their "
        "parameters are {1.parameters}, {0.parameters}, {2.parameters} and {3.parameters}.",
        "After the 4th a run takes {3~0.seconds} times as long as after the 1st.",
    ),
    demonstrate=demonstrate,
)
