"""Concept 13: Position of the transition layer."""

from toolkit.experiments.variant import Experiment, Variant
from toolkit.pages.concepts import positions
from toolkit.pages.concepts.concept import Concept, Task
from toolkit.pages.concepts.page import Page
from toolkit.pages.concepts.position_drawing import draw
from toolkit.pages.concepts.position_layers import layers


def demonstrate(page: Page) -> None:
    """The network as blocks, with its costs, for each position of the transition."""
    chosen = positions.settings(page, 8)
    page.explain()
    page.equation(positions.SIDE_AFTER, "Side of the maps after a convolution:")
    page.equation(positions.PARAMETERS, "Weights of a convolution:")
    page.row += 1
    top, what = layers(page, chosen), "the transition"
    draw(page, chosen, top, positions.table(page, chosen, what), what)


CONCEPT = Concept(
    name="transition-position",
    number=13,
    title="Position of the transition layer",
    question="After which convolution should the transition layer stand?",
    finding=(
        "With the transition after the 2nd convolution the network ends at {1.accuracy}; after the "
        "4th it is {3~1.more} ({3.accuracy}), and a run takes {3~0.seconds} times as long as after "
        "the 1st."
    ),
    summary=(
        "With the transition after the 2nd convolution the network ends at {1.accuracy}; after "
        "the 4th it is {3~1.more} ({3.accuracy})."
    ),
    idea=(
        "A transition layer is a pool and a 1x1 convolution together: the side of the maps is "
        "halved, and there are fewer maps.",
        "Its position decides how much of the network works on large maps, and which convolution "
        "has to work with the few channels that are left.",
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
    rule=(
        "Put the transition after one or two convolutions, while there are still few channels: "
        "little information is lost, and most of the work is saved.",
        "A late transition removes channels just before the prediction needs them.",
        "This was measured on one network with six convolutions; deep networks have a transition "
        "after each block of convolutions.",
    ),
    tasks=(
        Task(
            "The transition moves from convolution 2 to convolution 4. How do the multiply-adds "
            "change?",
            "the position to 4",
            "There are 3.09 million instead of 1.21: three convolutions, not one, now read maps "
            "that are not pooled.",
        ),
        Task(
            "If the 1x1 leaves 4 channels instead of 8, which convolution has fewer weights?",
            "the channels after the 1x1 to 4",
            "Only convolution 3, which reads them: 576 instead of 1,152. The 1x1 itself has 64 "
            "instead of 128. All others stay as they are.",
        ),
        Task(
            "How large is the image region that one of the last cells sees if the transition "
            "moves to the end?",
            "the position to 6, then look at the table below",
            "14 pixels along a side, instead of 22 after convolution 2: no convolution is left "
            "that could step over pooled maps.",
        ),
    ),
    demonstrate=demonstrate,
)
