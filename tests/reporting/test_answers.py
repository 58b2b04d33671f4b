"""Written answers: found in any notebook, and shown so that nothing of them can act."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labkit.building.build import built
from labkit.lab.lab import Lab
from labkit.reporting.answers import MAX_TEXT, Answer, KeptAnswers, read_answers
from labkit.reporting.markdown import markdown
from tests.built_labs import EACH_BUILT_LAB

QUESTIONS = [
    {"name": "why", "question": "**Question.** Why does one line fail?", "answer": "…"},
    {"name": "how", "question": "**Question.** How large is the step?", "answer": "…"},
]
PNG = "iVBORw0KGgo="


def cell(source: str | list[str], kind: str = "markdown", **more: object) -> dict[str, object]:
    return {"cell_type": kind, "source": source, **more}


def notebook(*cells: dict[str, object]) -> bytes:
    return json.dumps({"cells": cells}).encode()


def asked(n: int) -> dict[str, object]:
    return cell(f"<!-- BEGIN QUESTION -->\n\n{QUESTIONS[n]['question']}")


END = cell("<!-- END QUESTION -->")


def test_answers_stand_between_the_marks() -> None:
    book = notebook(
        cell("# A lab"), asked(0), cell(["Since it ", "is straight."]), END,
        asked(1), cell("_Type your answer here, replacing this text._"), END, cell("The end."),
    )  # fmt: skip
    found = read_answers(book, QUESTIONS)
    assert found["why"] == Answer("Since it is straight.")
    assert found["how"].empty


def test_text_in_the_cell_of_a_mark_is_on_its_side() -> None:
    book = notebook(
        asked(0), cell("Since it is straight.\n<!-- END QUESTION -->\n\n## Part 2"),
        asked(1), cell("A hundredth."),
        cell(f"<!-- END QUESTION -->\n\n<!-- BEGIN QUESTION -->\n\n{QUESTIONS[0]['question']}"),
    )  # fmt: skip
    found = read_answers(book, QUESTIONS)
    assert found == {"why": Answer("Since it is straight."), "how": Answer("A hundredth.")}


@EACH_BUILT_LAB
def test_a_notebook_as_it_was_handed_out_holds_no_answer(lab: Lab) -> None:
    bundle = built(lab)
    found = read_answers((bundle.student / f"{lab.name}.ipynb").read_bytes(), bundle.written)
    assert set(found) == {question.name for question in lab.written}
    assert all(answer.empty for answer in found.values())


def test_what_code_showed_is_part_of_it() -> None:
    shown = [
        {"output_type": "stream", "text": ["0.84\n"]},
        {"output_type": "display_data", "data": {"image/png": PNG, "text/plain": "<Figure>"}},
        {"output_type": "display_data", "data": {"image/svg+xml": "<svg onload=alert(1)>"}},
    ]
    book = notebook(asked(1), cell("print(rate)", "code", outputs=shown), END)
    found = read_answers(book, QUESTIONS)["how"]
    assert found.outputs == ("print(rate)", "0.84\n")
    assert found.pictures == (f"data:image/png;base64,{PNG}",)


def test_a_class_s_answers_are_kept_outside_memory() -> None:
    kept = KeptAnswers()
    answers = {"how": Answer("So.", ("0.84\n",), (f"data:image/png;base64,{PNG}",))}
    kept.add("ada", answers)
    kept.add("bob", {"how": Answer()})
    kept.add("cem", {"how": Answer("As Ada."), "why": Answer("\ud83d")})
    assert kept.of("ada", "how") == answers["how"]
    assert kept.of("cem", "why") == Answer("\ud83d") and kept.of("cem", "how").markdown == "As Ada."
    assert kept.of("bob", "how") == kept.of("dan", "how") == kept.of("ada", "why") == Answer()


@pytest.mark.parametrize("broken", [b"", b"{", b"[]", b'{"cells": 3}', b'{"cells": [3, null]}'])
def test_what_is_no_notebook_has_no_answers(broken: bytes) -> None:
    assert not any(not one.empty for one in read_answers(broken, QUESTIONS).values())


KEYS = ["source", "outputs", "data", "attachments", "cell_type", "text", "image/png"]
VALUES = st.recursive(
    st.none() | st.text() | st.integers() | st.sampled_from(["code", "markdown", PNG]),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(KEYS), inner),
)
CELLS = st.fixed_dictionaries({}, optional=dict.fromkeys(KEYS, VALUES))


@given(st.lists(CELLS, min_size=1))
def test_no_notebook_stops_the_reader(answer: list[dict[str, object]]) -> None:
    found = read_answers(notebook(asked(0), *answer, END), QUESTIONS)
    assert list(found) == [QUESTIONS[0]["name"]]


def test_a_long_answer_is_read_at_once_and_cut() -> None:
    """Neither a search that goes back and forth nor a page of megabytes."""
    blank = " " * 3_000_000 + "x"
    printing = {"cell_type": "code", "source": blank, "outputs": [{"text": "y" * 5000}] * 9}
    (found,) = read_answers(notebook(asked(0), cell(blank), printing, END), QUESTIONS).values()
    assert len(found.markdown) == MAX_TEXT
    assert sum(map(len, found.outputs)) == MAX_TEXT


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "![x](https://example.org/a.png)",
        "![x][r]\n\n[r]: https://example.org/a.png",
        "$<script>alert(1)</script>$",
        "$\\text{<script>alert(1)</script>}$",
        "$$\\mbox{<img/src=x onerror='alert(1)'>}$$",
        "$\\text{&lt;img src=x&gt;}$ $\\text{&#60;script&#62;}$",
        "$$\\href{javascript:alert(1)}{x}$$",
        "\ue0000\ue001 $x$",
    ],
)
def test_nothing_of_it_can_act(hostile: str) -> None:
    html = str(markdown(hostile)).lower()
    assert "<script" not in html
    assert "<img" not in html
    assert "onerror=alert" not in html.replace("&lt;img src=x onerror=alert(1)&gt;", "")
    assert 'href="javascript' not in html


@given(st.text())
def test_any_text_is_rendered(text: str) -> None:
    assert isinstance(str(markdown(text)), str)


def test_formulas_are_drawn_without_a_script() -> None:
    html = str(markdown("The mean is $\\frac{1}{n}\\sum_i x_i$."))
    assert "<mfrac>" in html
    assert "$" not in html


def test_dollars_in_code_and_prices_are_no_formulas() -> None:
    html = str(markdown("`$q$` costs $5 and $6\n\n```\nx = $1$\n```"))
    assert "<math" not in html
    assert "<code>$q$</code> costs $5 and $6" in html
