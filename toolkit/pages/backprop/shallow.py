"""The network of a lesson without its hidden layers, trained beside it.

It starts with the first weights and biases of the lesson, whose cells its table reads, and uses the
same learning rate, so the two networks differ in their hidden layers alone.
"""

from toolkit.book.sheet import Sheet
from toolkit.book.tables import Cell, Table
from toolkit.network.derivation import LEARNING_RATE
from toolkit.network.initial_parameters import start_biases, start_weights
from toolkit.network.lesson import Lesson
from toolkit.network.lesson_run import run_lesson
from toolkit.pages.backprop import table
from toolkit.pages.backprop.layout import RESULT, SHALLOW, LessonLayout, chosen_rate

QUESTION = "How far does the same training come without a hidden layer?"


def applies(run: LessonLayout) -> bool:
    """Whether there are hidden layers to leave out, and weights enough to start with."""
    layers = run.lesson.network.layers
    return len(layers) > 2 and layers[-1] <= layers[1]


def without_hidden_layers(lesson: Lesson) -> Lesson:
    """The same lesson with the inputs connected to the outputs."""
    network, content = lesson.network, lesson.model_dump()
    inputs, outputs = network.layers[0], network.layers[-1]
    content["network"] |= {
        "layers": [inputs, outputs],
        "activations": [network.activations[-1]],
    }
    content["start"] = {"weights": list(start_weights(lesson))[: inputs * outputs]}
    if network.bias:
        content["start"]["biases"] = list(start_biases(lesson))[:outputs]
    content["training"] |= {"compare": None, "compare_learning_rates": None}
    content["published"] = None
    return Lesson.model_validate(content)


def lay_out(run: LessonLayout) -> LessonLayout:
    """The run of that network; its parameters have the cells of the lesson's own."""
    small = run_lesson(without_hidden_layers(run.lesson))
    return LessonLayout(small.lesson, small.derived, small.trace, (), run.parameters, run.texts)


def epochs(small: LessonLayout) -> Table:
    """Its table at the selected learning rate."""
    return table.table(small, chosen_rate(small.lesson), LEARNING_RATE)


def sheet(small_epochs: Table) -> Sheet:
    """The table on a sheet of its own."""
    title = Cell("Without a hidden layer", "title")
    course = table.course(SHALLOW, small_epochs)
    cells = table.heading(title, RESULT, QUESTION, course) | table.hints()
    return table.page(
        SHALLOW, cells, small_epochs, tab="000000", effects=table.losses(small_epochs)
    )
