"""Something to move: what is declared, what the inputs get to see, and the still picture."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import matplotlib.image
import pytest
from matplotlib.figure import Figure

from labkit.student import explore


def square(size: float, colour: str = "grey", dotted: bool = False) -> tuple[Figure, str]:
    """A picture of 200 × 100 pixels, and a sentence about it."""
    figure = Figure(figsize=(2, 1))
    figure.add_axes((0, 0, 1, 1)).plot([0, size], ":" if dotted else "-", color=colour)
    return figure, f"A {colour} square of {size:g}."


def endless(size: float) -> tuple[Figure, str]:
    """A student's loop without end."""
    while True:
        size += 1


SLIDERS = {"size": (0, 4, 0.5), "colour": ["grey", "black"], "dotted": False}


def test_inputs_start_in_the_middle_at_the_first_choice_and_at_the_bool() -> None:
    assert explore.View(square, SLIDERS, {}).values == {
        "size": 2.0,
        "colour": "grey",
        "dotted": False,
    }
    started = explore.View(square, SLIDERS, {"size": 1, "colour": "black", "dotted": True})
    assert started.values == {"size": 1.0, "colour": "black", "dotted": True}


def test_a_picture_is_the_one_that_savefig_would_have_written() -> None:
    def labelled() -> tuple[Figure, str]:
        figure = Figure(figsize=(3, 2), layout="constrained")
        ax = figure.subplots()
        ax.set(title="A title", xlabel="across", ylabel="up")
        ax.plot([0, 1e5], [0, 1], label="a line")
        ax.legend()
        return figure, ""

    labelled()[0].savefig(buffer := io.BytesIO(), format="png", dpi=explore.DPI)
    png = explore.View(labelled, {}, {}).picture({})["png"]
    pixels = [matplotlib.image.imread(io.BytesIO(one)) for one in (png, buffer.getvalue())]
    assert (pixels[0] == pixels[1]).all()


@pytest.mark.parametrize(
    ("sliders", "start", "words"),
    [
        ({"size": (4, 0, 0.5)}, {}, "size has to be"),
        ({"size": (0, 4)}, {}, "size has to be"),
        ({"size": (0, 4, 0)}, {}, "size has to be"),
        ({"size": 3}, {}, "size has to be"),
        ({"colour": []}, {}, "colour has to be"),
        ({"colour": ["grey"]}, {"colour": "red"}, "not among its choices"),
        ({"size": (0, 4, 1)}, {"size": 5}, "goes from 0 to 4"),
        ({"size": (0, 4, 1)}, {"sise": 2}, "'sise', which is no slider"),
    ],
)
def test_a_declaration_that_cannot_be_is_one_sentence(
    sliders: dict[str, Any], start: dict[str, Any], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        explore.View(square, sliders, start)


def test_a_position_of_a_choice_is_its_number() -> None:
    got = explore.View(square, SLIDERS, {}).picture({"size": 3, "colour": 1, "dotted": True})
    assert got["text"] == "A black square of 3."
    assert not got["problem"]
    assert matplotlib.image.imread(io.BytesIO(got["png"])).shape[:2] == (100, 200)


def test_an_unwritten_stub_and_an_error_are_told_not_raised() -> None:
    def unwritten(size: float) -> tuple[Figure, str]:
        raise NotImplementedError("`relu` is not written yet.")

    def wrong(size: float) -> tuple[Figure, str]:
        raise SystemExit("gone")

    one = {"size": (0, 1, 0.5)}
    assert explore.View(unwritten, one, {}).picture({"size": 1})["problem"].startswith("✋ `relu`")
    problem = explore.View(wrong, one, {}).picture({"size": 1})["problem"]
    assert problem.startswith("SystemExit: gone (test_explore.py, line ")


def test_a_loop_without_end_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explore, "SECONDS", 0.3)
    got = explore.View(endless, {"size": (0, 1, 0.5)}, {}).picture({"size": 1})
    assert got["problem"].startswith("Stopped after 0.3 seconds")


def test_the_still_picture_shows_each_setting_under_its_values() -> None:
    view = explore.View(square, SLIDERS, {})
    settings = [view.values | {"size": size} for size in (1, 2, 3)]
    png, text = explore._side_by_side(view, settings)
    assert text.splitlines()[0] == "size = 1: A grey square of 1."
    height, width = matplotlib.image.imread(io.BytesIO(png)).shape[:2]
    assert (height, width) == (126, 600)


@pytest.fixture
def page() -> Iterator[list[explore.View]]:
    """What a page in the browser is given to show."""
    seen: list[explore.View] = []
    explore.browser_show = seen.append
    yield seen
    explore.browser_show = None


def test_the_page_gets_the_inputs_and_asks_for_pictures(page: list[explore.View]) -> None:
    explore.move(square, start={"size": 1}, **SLIDERS)
    [view] = page
    assert [one["kind"] for one in view.spec["inputs"]] == ["range", "choice", "switch"]
    assert view.picture({"size": 4, "colour": 0, "dotted": False})["text"] == "A grey square of 4."


def test_a_stub_stops_the_cell_that_declares_the_picture() -> None:
    def unwritten(size: float) -> tuple[Figure, str]:
        raise NotImplementedError("`relu` is not written yet.")

    with pytest.raises(NotImplementedError, match="not written yet"):
        explore.move(unwritten, size=(0, 1, 0.5))
