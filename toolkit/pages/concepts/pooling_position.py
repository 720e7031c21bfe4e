"""Concept 11: Position of max pooling."""

from toolkit.experiments.variant import Experiment, Variant
from toolkit.pages.concepts import positions
from toolkit.pages.concepts.concept import Concept, Task
from toolkit.pages.concepts.page import Page
from toolkit.pages.concepts.position_drawing import draw
from toolkit.pages.concepts.position_layers import layers


def demonstrate(page: Page) -> None:
    """The network as blocks, with its costs, for each position of the pool."""
    chosen = positions.settings(page, None)
    page.explain()
    page.equation(positions.SIDE_AFTER, "Side of the maps after a convolution:")
    page.equation(positions.PRODUCTS, "Multiply-adds of a convolution:")
    page.row += 1
    top = layers(page, chosen)
    draw(page, chosen, top, positions.table(page, chosen, "the pool"), "the pool")


CONCEPT = Concept(
    name="pooling-position",
    number=11,
    title="Position of max pooling",
    question="After which convolution should the max pool stand?",
    finding=(
        "With the pool after the 1st, 2nd, 3rd and 4th convolution the network ends at "
        "{0.accuracy}, {1.accuracy}, {2.accuracy} and {3.accuracy}; with it after the 4th a run "
        "takes {3~0.seconds} times as long as after the 1st."
    ),
    summary=(
        "With the pool after the 1st, 2nd, 3rd or 4th convolution the network ends at "
        "{0.accuracy}, {1.accuracy}, {2.accuracy} or {3.accuracy}."
    ),
    idea=(
        "A max pool halves the side of the maps. Every convolution after it has a quarter of the "
        "work or less, and steps twice as far over the image.",
        "An early pool saves the most work, but discards detail before the network has made much "
        "use of it.",
        "A late pool means expensive convolutions on large maps, and the last cells see little of "
        "the image.",
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
    rule=(
        "Put the first pool after one or two convolutions: early enough to save most of the work, "
        "late enough for the edges and corners to be seen first.",
        "Where two positions are equally accurate, take the earlier one, because it is faster.",
        "This was measured with one pool on images of 28x28 pixels; large photographs need "
        "several pools, the first of them very early.",
    ),
    tasks=(
        Task(
            "The pool moves from convolution 2 to convolution 1. Does the network need more or "
            "fewer multiply-adds?",
            "the position to 1",
            "Fewer: 0.63 million instead of 1.31, because convolution 2 now works on small maps "
            "as well.",
        ),
        Task(
            "What happens to the number of weights if the pool moves to the end?",
            "the position to 6",
            "Nothing: the weights depend on kernels and channels only. But there are 5.42 million "
            "multiply-adds, 4.1 times as many as after convolution 2.",
        ),
        Task(
            "An image of only 16x16 pixels: after which convolutions may the pool stand so that a "
            "map is left in the end?",
            "the side of the image to 16, then the position to 4, 5 and 6",
            "After convolution 5 or 6. Earlier, the pooled maps are too small for the convolutions "
            "that follow.",
        ),
    ),
    demonstrate=demonstrate,
)
