"""A guess before a picture: taken however it is written, named where it cannot be, never a stop."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from matplotlib.figure import Figure

from labkit.student import guesses

WORDS = ("bag", "Ankle boot", "T-shirt/top")
SIZES = {1: "one", 32: "some", 1000: "all"}


class Unspeakable:
    """Something that has no text."""

    def __str__(self) -> str:
        raise RuntimeError("no text")

    __repr__ = __str__


ANYTHING = st.one_of(
    st.text(),
    st.from_regex(r"[-+]?[0-9.,_]*(e[0-9]*)?"),
    st.floats(),
    st.integers(),
    st.complex_numbers(),
    st.binary(),
    st.lists(st.text()),
    st.dictionaries(st.text(), st.none()),
)


@pytest.mark.parametrize(
    ("guess", "meant"),
    [
        ("bag", "bag"),
        (" BAG\n", "bag"),
        ("'bag'", "bag"),
        ("“ankle  boot”", "Ankle boot"),
        (np.str_("bag"), "bag"),
        ("bags", None),
        ("", None),
        (None, None),
        (["bag"], None),
    ],
)
def test_a_word_is_found_however_it_is_written(guess: Any, meant: str | None) -> None:
    assert guesses.word(guess, WORDS) == meant


@pytest.mark.parametrize("guess", [1000, "1000", "1,000", 1000.0, np.int64(1000), '"1e3"'])
def test_a_word_may_be_a_number(guess: Any) -> None:
    assert guesses.word(guess, SIZES) == 1000
    assert guesses.word(guess, ["1,000"]) == "1,000"


def test_no_guess_is_not_the_word_none() -> None:
    assert guesses.word(None, ["none"]) is None
    assert guesses.word("None", ["none"]) == "none"


@pytest.mark.parametrize(
    ("guess", "meant"),
    [
        (0.75, 0.75),
        ("0.75", 0.75),
        ("0,75", 0.75),
        ("0,750", 0.75),
        ("'75'", 75),
        ("1,500", 1500),
        ("1,000,000.5", 1000000.5),
        (np.array(0.5), 0.5),
        ("34 %", None),
        (True, None),
        (-1, None),
        (1e7, None),
        ("nan", None),
        (float("inf"), None),
        (None, None),
        ([0.5], None),
        (np.arange(3), None),
        (Unspeakable(), None),
    ],
)
def test_a_number_is_read_or_is_none(guess: Any, meant: float | None) -> None:
    assert guesses.number(guess, 2e6) == meant


@pytest.mark.parametrize("digits", [400, 5000, 100_000])
def test_a_number_may_be_too_large_for_python(digits: int) -> None:
    assert guesses.number("9" * digits) is guesses.number(1 << 3 * digits) is None
    assert guesses.word(1 << 3 * digits, SIZES) is None
    assert "is no number" in guesses.beside(1 << 3 * digits, 0.5)


def test_a_number_lies_from_nothing_to_the_highest() -> None:
    assert [guesses.number(one) for one in (0, 1, 1.1)] == [0, 1, None]
    assert guesses.number(100, 100) == 100


def test_the_line_sets_a_guess_beside_what_was_measured() -> None:
    assert guesses.beside("BAG", "Ankle boot", WORDS) == "\nyour guess: bag   measured: Ankle boot"
    assert guesses.beside("60.0", 56, high=100) == "\nyour guess: 60   measured: 56"
    assert guesses.beside(None, "bag", WORDS) == guesses.beside(None, 0.5) == ""


def test_the_line_names_a_guess_that_cannot_be_taken() -> None:
    told = guesses.beside("a long shoe", "bag", WORDS)
    assert told == "\nyour guess 'a long shoe' is none of: bag,\nAnkle boot, T-shirt/top"
    told = guesses.beside("a shoe that is " * 9, "bag", ["bag"])
    assert told == "\nyour guess 'a shoe that is a shoe…' is none of:\nbag"
    assert guesses.beside(2, 0.5) == "\nyour guess 2 is no number from 0 to 1"
    assert guesses.beside(True, 0.5, high=100) == "\nyour guess True is no number from 0 to 100"
    assert guesses.beside(Unspeakable(), 0.5) == (
        "\nyour guess <Unspeakable> is no number\nfrom 0 to 1"
    )


def test_the_same_line_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    guesses.tell(None, 1, SIZES)
    guesses.tell("32", 1, SIZES)
    guesses.tell("$2$", 1, SIZES)
    assert capsys.readouterr().out == (
        "your guess: 32   measured: 1\nyour guess '$2$' is none of: 1, 32, 1000\n"
    )


@given(ANYTHING)
@example(float("nan"))
@example(np.zeros((30, 30)))
@example("$\\frac{$")
def test_no_guess_stops_anything(guess: Any) -> None:
    assert guesses.word(guess, WORDS) in (None, *WORDS)
    value = guesses.number(guess)
    assert value is None or 0 <= value <= 1
    for told in (guesses.beside(guess, 1, WORDS), guesses.beside(guess, 1)):
        for line in told.replace(r"\$", "$").split("\n"):
            assert len(line) <= guesses.WIDTH


@pytest.mark.parametrize("guess", ["$\\frac{$", "$x$", r"\$a$", "\\" * 30 + "$$", "$\0\n$"])
def test_a_title_shows_a_guess_and_reads_no_formula_in_it(guess: str) -> None:
    figure = Figure()
    figure.suptitle("A title" + guesses.beside(guess, "bag", WORDS))
    figure.draw_without_rendering()
