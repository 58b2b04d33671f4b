"""The student's page."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from labkit.judging import result as results
from labkit.judging.result import CaseResult, QuestionResult
from labkit.reporting import feedback
from tests.sample_results import LAB, Page, question, result

NAMED = "The minus sign is missing.\nPut in z = 0.\nEntry [0] is `0.7`, expected 0.3."


def page(**wrong: results.QuestionResult) -> str:
    return feedback.page(result("kim_lee", wrong), LAB)


def details(html: str) -> dict[str, str]:
    """Each question's part of the page by name."""
    parts = re.findall(r"<details.*?</details>", html, re.S)
    return {re.findall(r'<h3 class="mono">(.*?)</h3>', part)[0]: part for part in parts}


def test_says_total_summary_and_every_question() -> None:
    found = Page(page(relu=question("relu", [False, True], "Wrong sign.")))
    assert "90 of 100 points (90 %)" in found.text
    assert "1 of 3 questions fails a check that you can run yourself" in found.text
    assert found.levels == [1, 2, 3, 3, 3, 2]
    assert found.outline_is_sound()
    assert found.is_self_contained()


def test_failed_questions_are_open_and_passed_ones_folded() -> None:
    parts = details(page(relu=question("relu", [False, False], "Wrong.")))
    assert list(parts) == ["sigmoid", "relu", "forward"]
    assert [name for name, part in parts.items() if "<details" in part and " open>" in part] == [
        "relu"
    ]


@pytest.mark.parametrize(
    ("passed", "words"),
    [
        ((1, 1), "all points, 20 of 20"),
        ((1, 0), "some points, 10 of 20"),
        ((0, 0), "no points, 0 of 20"),
    ],
)
def test_marks_are_words_and_not_only_signs(passed: tuple[int, int], words: str) -> None:
    part = details(page(relu=question("relu", [bool(p) for p in passed], "Wrong.")))["relu"]
    text = Page(part).text
    assert words in text
    assert text.count("Passed:") == sum(passed)
    assert text.count("Failed:") == 2 - sum(passed)


def test_a_hint_is_given_once_and_the_lead_every_time() -> None:
    part = details(page(relu=question("relu", [False] * 4, NAMED)))["relu"]
    assert part.count("The minus sign is missing.") == 4
    assert part.count("Put in z = 0.") == 1
    assert part.count("(the hint is above)") == 3


def test_cases_say_whether_they_are_hidden() -> None:
    text = Page(details(page(relu=question("relu", [False, False], "Wrong.")))["relu"]).text
    assert "Case 0. (public check, 10 points)" in text
    assert "Case 1. (hidden check, 10 points)" in text


def test_a_note_on_a_passed_case_is_shown() -> None:
    right = question("relu", [True, True])
    cases = (replace(right.cases[0], message="Your own earlier functions failed; it counts."),)
    text = Page(page(relu=replace(right, cases=cases))).text
    assert "Your own earlier functions failed; it counts." in text


def test_names_between_backticks_are_code_and_everything_is_escaped() -> None:
    evil = '<script>alert(1)</script> `<b>` & "x"'
    wrong = result("<i>me", {"relu": question("relu", [False], evil)}, notes=(evil,))
    html = feedback.page(wrong, LAB)
    assert "<script" not in html and "<i>" not in html and "<b>" not in html
    assert "<code>&lt;b&gt;</code>" in html
    assert Page(html).text.count("<script>alert(1)</script>") == 2


def test_an_ungraded_submission_says_why_and_what_to_do() -> None:
    status = "missing package: x.zip holds a notebook but no folder neuralnet/."
    found = Page(feedback.page(results.ungraded(LAB, "x", status), LAB))
    assert "Not graded." in found.text
    assert "Missing package: x.zip holds a notebook" in found.text
    assert "into one zip and hand it in again" in found.text
    assert not found.all("details")
    assert found.outline_is_sound()


def test_a_bonus_that_was_not_tried_is_folded_and_says_so() -> None:
    case = CaseResult("Finds it.", False, False, 4.0, "`extra` is not written yet.")
    extra = QuestionResult("extra", 0.0, 4.0, (case,), bonus=True)
    one = result("kim_lee")
    html = feedback.page(replace(one, questions=(*one.questions, extra)), LAB)
    part = details(html)["extra"]
    assert "a bonus, 4 on top" in part and "takes nothing away" in part
    assert '<details class="question" open' not in part and "✗" not in part
    assert "100 of 100 points" in Page(html).text


def test_nothing_is_asked_of_a_student_whose_grading_failed() -> None:
    text = Page(feedback.page(results.ungraded(LAB, "x", "failed: the grader stopped"), LAB)).text
    assert "nothing for you to change" in text
    assert "hand it in again" not in text


def test_written_questions_are_marked_or_to_be_marked() -> None:
    text = Page(feedback.page(result("a"), LAB)).text
    assert "Why not XOR? not marked yet, 5 possible" in text
    text = Page(feedback.page(result("a", marks={"why_xor": 3.5}), LAB)).text
    assert "Why not XOR? 3.5 of 5" in text
    assert "103.5 of 105 points" in text
    assert "not marked yet" not in text


def test_what_is_to_come_is_said_beside_the_points() -> None:
    told = "Written answers are not marked yet: they can bring 5 more points."
    assert told in Page(feedback.page(result("kim"), LAB)).text
    marked = result("kim", marks={"why_xor": 2.0})
    assert "not marked yet" not in Page(feedback.page(marked, LAB)).text


def test_people_are_named_where_the_platform_has_names() -> None:
    users = [{"name": "Ngozi Abara", "email": "n@x"}, {"name": "", "email": "kim@x"}]
    html = feedback.page(result("submission_7", platform={"users": users}), LAB)
    assert "Ngozi Abara, kim@x" in Page(html).text
    html = feedback.page(result("li_wei", platform={"kind": "moodle", "name": "Li Wei"}), LAB)
    assert "li_wei , Li Wei" in Page(html).text


def test_a_lone_surrogate_of_student_code_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / "feedback" / "a.html"
    feedback.write(path, result("a", {"relu": question("relu", [False], "got \ud800")}), LAB)
    assert "got ?" in path.read_text(encoding="utf-8")
