"""Lines of layers: every character counts, and what is written comes back."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.experiments.notation import in_words, layers
from toolkit.experiments.variant import Budget, Variant
from toolkit.files.errors import ToolkitError


@pytest.mark.parametrize(
    ("line", "place", "word"),
    [
        ("8 16(R P G F10", 3, "16(R P G F10"),
        ("8 16(R)) G", 3, "16(R))"),
        ("8 16((R)) G", 3, "16((R))"),
        ("8 16(R)(P) G", 3, "16(R)(P)"),
        ("8 16(R)P G", 3, "16(R)P"),
        ("8(R Q) G", 5, "Q"),
        ("8(16) G", 3, "16"),
        (") 8", 1, ")"),
        ("8 D1.2.3", 3, "D1.2.3"),
        ("8 D1", 3, "D1"),
        ("8 D.5", 3, "D.5"),
        ("G F" + "9" * 50, 3, "F" + "9" * 50),
        ("G F99999", 3, "F99999"),
        ("G F0", 3, "F0"),
        ("0 G", 1, "0"),
        ("8:0 G", 1, "8:0"),
        ("8:3:3 G", 1, "8:3:3"),
        ("8/2:3 G", 1, "8/2:3"),
        ("٣ G", 1, "٣"),
        ("8, G", 1, "8,"),
    ],
)
def test_every_character_of_a_line_of_layers_counts(line: str, place: int, word: str) -> None:
    with pytest.raises(ToolkitError) as error:
        layers(line)
    assert str(error.value).startswith(
        f"{line!r}, character {place}: {word}: not a layer; write 16, "
    )


def test_what_follows_a_convolution_is_read_as_strictly() -> None:
    with pytest.raises(ToolkitError, match="'B 8', character 3: 8: not a layer"):
        layers("8", after="B 8")


COUNT = st.integers(1, 9999)
OTHERS = (
    st.sampled_from(["B", "R", "P", "G"])
    | COUNT.map("F{}".format)
    | st.sampled_from(["D0", "D0.1", "D0.25", "D0.999999"])
)
FOLLOWING = st.lists(OTHERS, max_size=3)
CONVOLUTIONS = st.tuples(
    COUNT, st.none() | COUNT, st.none() | COUNT, st.none() | COUNT, st.none() | FOLLOWING
)


def written(convolution: tuple[Any, ...]) -> str:
    """A convolution as a word."""
    channels, kernel, stride, padding, following = convolution
    signed = ((":", kernel), ("/", stride), ("+", padding))
    numbers = "".join(f"{sign}{number}" for sign, number in signed if number)
    return f"{channels}{numbers}" + ("" if following is None else f"({' '.join(following)})")


def meant(word: object) -> list[dict[str, Any]]:
    """The layers of a convolution or of another word, worked out here once more."""
    if isinstance(word, tuple):
        channels, kernel, stride, padding, following = word
        after = [
            layer
            for each in (["B", "R"] if following is None else following)
            for layer in meant(each)
        ]
        bias = not after or after[0]["type"] != "batch_norm"
        return [
            {
                "type": "convolution",
                "channels": channels,
                "kernel": kernel or 3,
                "stride": stride or 1,
                "padding": padding or 0,
                "bias": bias,
            },
            *after,
        ]
    kinds = {"B": "batch_norm", "R": "relu", "P": "max_pool", "G": "global_average_pool"}
    text = str(word)
    if text in kinds:
        return [{"type": kinds[text]} | ({"size": 2} if text == "P" else {})]
    if text[0] == "D":
        return [{"type": "dropout", "rate": float(text[1:])}]
    return [{"type": "linear", "features": int(text[1:])}]


@given(st.lists(CONVOLUTIONS | OTHERS, max_size=8), st.sampled_from([" ", "  ", "\t", "\n "]))
def test_a_line_of_layers_comes_back(words: list[Any], between: str) -> None:
    line = between.join(written(word) if isinstance(word, tuple) else word for word in words)
    assert layers(line) == [layer for word in words for layer in meant(word)]
    assert isinstance(in_words(line), str)


@given(st.text("0123456789:/+()BRPGDF. \tx,٣", max_size=20))
def test_any_line_is_layers_or_an_error(line: str) -> None:
    try:
        actual = layers(line)
    except ToolkitError as error:
        assert "not a layer; write" in str(error)
        return
    convolutions = sum(layer["type"] == "convolution" for layer in actual)
    assert line.count("(") == line.count(")") <= convolutions


def test_a_wrong_variant_is_one_line() -> None:
    with pytest.raises(
        ToolkitError, match=r"^variant odd: model\.training\.learning_rat: "
    ) as error:
        Variant("odd", training={"learning_rat": 1}).setup(Budget())
    assert "\n" not in str(error.value)
