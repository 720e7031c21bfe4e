"""The optimizers that a lesson is compared with."""

from toolkit.network.lesson import Lesson, Training


def compared(lesson: Lesson) -> list[Lesson]:
    """Copies of the lesson for the optimizers in `training.compare`, with torch's defaults."""
    training = lesson.training
    pairs = zip(training.compare or [], training.compare_learning_rates or [], strict=True)
    alone = (
        Training(
            optimizer=kind,
            learning_rates=(rate,),
            epochs=training.epochs,
            train_biases=training.train_biases,
        )
        for kind, rate in pairs
    )
    return [lesson.model_copy(update={"training": one}) for one in alone]
