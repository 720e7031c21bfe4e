"""Concept 20: Batch size and its effects."""

from toolkit.experiments.variant import Budget, Experiment, Variant
from toolkit.pages.concepts import batch_gradients
from toolkit.pages.concepts.concept import Concept, Task
from toolkit.pages.concepts.page import Page

EXPERIMENT = Experiment(
    "The same images in smaller or larger batches: what changes?",
    (
        Variant("16", training={"batch_size": 16}),
        Variant("64"),
        Variant("256", training={"batch_size": 256}),
        Variant("1,024", training={"batch_size": 1024}),
        Variant("1,024, learning rate 0.6", training={"batch_size": 1024, "learning_rate": 0.6}),
    ),
)


def demonstrate(page: Page) -> None:
    """The gradients of batches, and what the measured runs leave out."""
    batch_gradients.demonstrate(page)
    page.say(_omitted_images(), style="muted")


def _omitted_images() -> str:
    """The number of images per epoch for each batch size."""
    images = Budget().images
    setups = (variant.setup(Budget()) for variant in EXPERIMENT.variants)
    sizes = sorted({setup.model.training.batch_size for setup in setups})
    counts = ", ".join(f"{images // size * size:,} (n = {size:,})" for size in sizes)
    return (
        "The runs below leave out the last, incomplete batch of an epoch: of "
        f"{images:,} images it sees {counts}."
    )


CONCEPT = Concept(
    name="batch-size",
    number=20,
    title="Batch size and its effects",
    question="How does the batch size change the gradient and the result of training?",
    finding=(
        "Batches of {0.name} and {1.name} end at {0.accuracy} and {1.accuracy}; {2.name} is "
        "{2~1.than} {1.name} ({2.accuracy}), and batches of {3.name}, which make few steps in an "
        "epoch, end at {3.accuracy}."
    ),
    summary=(
        "Batches of {0.name}, {1.name}, {2.name} and {3.name} images end at {0.accuracy}, "
        "{1.accuracy}, {2.accuracy} and {3.accuracy}."
    ),
    idea=(
        "The gradient of a batch is the mean of the gradients of its samples. It is an estimate of "
        "the gradient of all samples.",
        "A batch four times as large has half the error on average, as long as it is a small part "
        "of all samples.",
        "In an epoch, however, it makes only a quarter as many steps.",
        "A larger batch is often said to need a larger learning rate; whether it does, only an "
        "experiment tells.",
    ),
    experiment=EXPERIMENT,
    conclusion=(
        "Batches of {0.name}, {1.name} and {2.name}: {0.accuracy}, {1.accuracy}, {2.accuracy}. "
        "Against {1.name}, {0.name} is {0~1.more}, {2.name} {2~1.more}.",
        "With batches of {3.name} it ends at {3.accuracy}, {3~1.than} {1.name}; so large a batch "
        "makes few steps in an epoch.",
        "With a learning rate four times as large: {4.accuracy} (standard deviation {4.spread}; "
        "below 90 %: {4.failed}, against {3.failed}), {4~3.than} the usual rate.",
    ),
    rule=(
        "Begin with batches of 32 to 128. Larger ones use a GPU better, but make fewer steps in an "
        "epoch.",
        "If you enlarge the batch, plan for the same number of steps, not of epochs, and search "
        "for the learning rate again.",
        "Here all runs saw the same number of images, so large batches made fewer steps; with "
        "equal steps the comparison would be different.",
    ),
    tasks=(
        Task(
            "A batch of 16 is four times as large as one of 4. How much smaller is its usual "
            "error?",
            "n to 4, then to 16",
            "Half as large: 0.55 instead of 1.10 with N = 12,000. The steps in an epoch fall to a "
            "quarter, from 3,000 to 750.",
        ),
        Task(
            "Is the gradient of every batch of 8 off by its usual error?",
            "the samples before the batch to 8, 16 and 24",
            "No: by -0.57, 0.35 and -1.24. The usual error, 0.73, is an average over many "
            "batches; the dot of a single one moves up and down.",
        ),
        Task(
            "How far is a batch of all 64 samples off?",
            "n to 64",
            "By 0: it is all the samples that there are here. As a batch of 12,000 images it would "
            "still be off by 0.27.",
        ),
    ),
    demonstrate=demonstrate,
)
