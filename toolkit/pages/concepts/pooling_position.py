"""Concept 11: Position of MaxPooling."""

from toolkit.experiments.variant import Experiment, Variant
from toolkit.pages.concepts import positions
from toolkit.pages.concepts.concept import Concept
from toolkit.pages.concepts.page import Page
from toolkit.pages.concepts.position_layers import layers


def demonstrate(page: Page) -> None:
    """Sizes and costs for each position of the pool."""
    page.equation(positions.SIDE_AFTER, "Side of the maps after a convolution:")
    page.equation(positions.PRODUCTS, "Multiply-adds of a convolution:")
    page.say(
        "Change the yellow cells: move the pool; then try a larger image, or twice the channels."
    )
    chosen = positions.settings(page, "the pool", None)
    layers(page, chosen)
    positions.table(page, chosen, "the pool")


CONCEPT = Concept(
    name="pooling-position",
    number=11,
    title="Position of MaxPooling",
    idea=(
        "A max pool halves the maps: every convolution after it has a quarter of the work or less, "
        "and steps twice as far over the image.",
        "Early, it saves the most, but throws away detail before much was made of it.",
        "Late, the large maps are dear, and the last cells see little of the image.",
    ),
    experiment=Experiment(
        "After which convolution should the pool stand?",
        (
            Variant("after the 1st", layers="8 P 16 16 16 24 28 G F10"),
            Variant("after the 2nd", layers="8 16 P 16 16 24 28 G F10"),
            Variant("after the 3rd", layers="8 16 16 P 16 24 28 G F10"),
            Variant("after the 4th", layers="8 16 16 16 P 24 28 G F10"),
        ),
    ),
    conclusion=(
        "After the 1st convolution {0.accuracy}, after the 2nd {1.accuracy}, after the 3rd "
        "{2.accuracy}, after the 4th {3.accuracy}: with the same {0.parameters} parameters.",
        "Against the 2nd, the 1st is {0~1.more}, the 4th {3~1.more}.",
        "A run takes {3~0.seconds} times as long with the pool after the 4th as with it after the "
        "1st.",
    ),
    demonstrate=demonstrate,
)
