"""The instructor's report and its CSV files."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import numpy as np
import pytest

from labkit.classroom.grade import near_identical, needs_a_look
from labkit.judging import result as results
from labkit.judging.result import CaseResult, Change, QuestionResult, Result
from labkit.mistakes import Catalogue
from labkit.reporting import feedback, numbers, report, summary
from labkit.reporting.similar import Pair, Similarity
from labkit.reporting.terminal import show_class
from labkit.student.labcheck.patterns import AS_SEEN
from labkit.student.labcheck.probe import FAILURE_SENTENCES
from tests.sample_results import LAB, Page, question, result

BLANK = "`relu` is not written yet.\nOpen neuralnet/activations.py."
MISTAKES = Catalogue.of(LAB).about("relu")


def wrong(*passed: bool, message: str = "Wrong.", named: Sequence[str] = ()) -> QuestionResult:
    return question("relu", passed or (False, False), message, named)


def page(found: Sequence[Result], **more: object) -> Page:
    similarity = more.pop("similarity", Similarity())
    return Page(report.page(found, LAB, similarity=similarity, **more))


def table(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# ---------------------------------------------------------------- every size of class

UNGRADED = results.ungraded(LAB, "late_one", "unreadable: x.zip is cut off: ask for it again.")


@pytest.mark.parametrize(
    "found",
    [
        [],
        [result("a")],
        [UNGRADED],
        [UNGRADED, replace(UNGRADED, submission="b")],
        [result("a"), UNGRADED],
    ],
)
def test_every_size_of_class_has_a_whole_report(tmp_path: Path, found: list[Result]) -> None:
    written = report.write(tmp_path, found, LAB)
    assert [path.name for path in written] == [
        *("report.html", "summary.txt", "questions.csv", "mistakes.csv", "similar.csv")
    ]
    html = Page((tmp_path / "report.html").read_text(encoding="utf-8"))
    assert html.outline_is_sound()
    assert html.is_self_contained()
    assert len(table(tmp_path, "questions.csv")) == len(LAB.questions)
    for one in found:
        assert one.submission in html.text


def test_the_overview_counts_only_what_is_graded() -> None:
    found = [result("a"), result("b", {"relu": wrong()}), UNGRADED]
    seen = numbers.overview(found, LAB)
    assert (seen.submitted, seen.graded, seen.median, seen.mean) == (3, 2, 90.0, 90.0)
    assert seen.spread == pytest.approx(np.std([80, 100], ddof=1))
    assert "; 1 without a grade is left out" in page(found).text


def test_the_distribution_is_told_in_words_too() -> None:
    found = [result("a"), result("b", {"relu": wrong()}), result("c", {"relu": wrong(True, False)})]
    counts = {bar.label: bar.count for bar in numbers.distribution(found, LAB)}
    assert counts["100"] == counts["90–99"] == counts["80–89"] == 1
    assert sum(counts.values()) == 3
    html = page(found)
    assert "80–89 percent: 1; 90–99 percent: 1; 100 percent: 1." in html.text
    svg = html.all("svg")[0]
    assert svg["role"] == "img"
    ids = {attributes.get("id") for _, attributes in html.tags}
    assert set(str(svg["aria-labelledby"]).split()) <= ids


# ---------------------------------------------------------------- questions


def test_difficulty_and_discrimination_are_those_of_numpy() -> None:
    rng = np.random.default_rng(0)
    found = []
    for i in range(30):
        passed = rng.random((3, 4)) < 0.6
        rows = zip(LAB.questions, passed.tolist(), strict=True)
        found.append(result(f"s{i}", {name: question(name, row) for name, row in rows}))
    scores = np.array([[q.score for q in one.questions] for one in found])
    for column, seen in enumerate(numbers.questions(found, LAB)):
        rest = scores.sum(axis=1) - scores[:, column]
        assert seen.mean == pytest.approx(scores[:, column].mean() / seen.possible)
        assert seen.discrimination == pytest.approx(np.corrcoef(scores[:, column], rest)[0, 1])


def test_discrimination_is_a_dash_where_it_is_not_defined() -> None:
    found = [result("a"), result("b"), result("c", {"relu": wrong()})]
    # Nobody differs in the rest of relu's question, nor in the questions that all solved.
    assert [q.discrimination for q in numbers.questions(found, LAB)] == [None, None, None]
    assert "–" in page(found).text


def test_a_question_that_the_good_ones_fail_is_remarked_on() -> None:
    good = [result(f"g{i}", {"relu": wrong()}) for i in range(6)]
    zero = {n: question(n, [False]) for n in ("sigmoid", "forward")}
    bad = [result(f"b{i}", zero) for i in range(6)]
    seen = {q.name: q.remark for q in numbers.questions(good + bad, LAB)}
    assert "do worse here" in seen["relu"]
    assert not numbers.questions(good[:1] + bad[:3], LAB)[1].remark  # too few to tell


def test_blank_unnamed_and_lost_are_told_apart() -> None:
    missing = "There is no function `relu` in your package."
    found = [
        result("right"),
        result("blank", {"relu": wrong(message=BLANK)}),
        result("gone", {"relu": wrong(message=missing)}),
        result("odd", {"relu": wrong(message="Entry [0] is 1, expected 2.")}),
        result("known", {"relu": wrong(named=[MISTAKES[0].key])}),
        result("other", {"relu": wrong(message="`relu` calls `tanh`, which is not written yet.")}),
    ]
    seen = {q.name: q for q in numbers.questions(found, LAB)}["relu"]
    assert (seen.graded, seen.lost, seen.blank, seen.unnamed) == (6, 5, 2, 2)


# ---------------------------------------------------------------- mistakes


def test_a_submission_counts_once_for_a_mistake_and_only_by_its_first_explanation() -> None:
    first, second = MISTAKES[0].key, MISTAKES[1].key
    found = [
        result("a", {"relu": wrong(False, False, False, named=[first, second])}),
        result("b", {"relu": wrong(named=[second])}),
        result("c", {"relu": wrong(named=[first])}),
        result("d"),
    ]
    seen = {one.key: one.submissions for one in numbers.mistakes(found, LAB)}
    assert seen == {first: ("a", "c"), second: ("b",)}


def test_unknown_mistakes_are_passed_over() -> None:
    assert numbers.mistakes([result("a", {"relu": wrong(named=["long_gone"])})], LAB) == []


def test_what_was_computed_from_answers_is_counted_by_its_sentence() -> None:
    found = [result(name, {"relu": wrong(named=[f"{AS_SEEN}The result is 0"])}) for name in "ab"]
    (one,) = numbers.mistakes(found, LAB)
    assert (one.title, one.hint, one.submissions) == ("The result is 0", "", ("a", "b"))


@pytest.mark.parametrize(
    ("made", "size", "asked"), [(3, 12, True), (3, 13, False), (2, 4, False), (11, 42, True)]
)
def test_reteach_is_asked_from_a_quarter_and_three_on(made: int, size: int, asked: bool) -> None:
    key = MISTAKES[0].key
    found = [
        result(f"s{i}", {"relu": wrong(named=[key])} if i < made else None) for i in range(size)
    ]
    text = page(found).text
    assert f"{made} of {size}" in text
    assert ("reteach?" in text) is asked
    assert MISTAKES[0].title in text


# ---------------------------------------------------------------- who needs a look


def test_the_ungraded_come_first_then_troubles_then_notes() -> None:
    endless = FAILURE_SENTENCES["timeout"].format(function="relu")
    broken = "The module of `relu` cannot be imported (ValueError)."
    found = [
        result("noted", notes=("Two copies of `neuralnet` were there.",)),
        result("fine"),
        result("endless", {"relu": wrong(message=endless)}, notes=("A note.",)),
        result("broken", {"relu": wrong(message=broken)}),
        UNGRADED,
    ]
    seen = {look.result.submission: look.reasons for look in numbers.looks(found)}
    assert list(seen) == ["late_one", "endless", "broken", "noted"]
    assert seen["endless"] == ("ran out of time in `relu`", "A note.")
    assert seen["broken"] == ("a module could not be imported: `relu` could not be judged",)
    html = page(found, notes=["This download has no folders."])
    assert "Two copies of neuralnet were there." in html.text
    assert "This download has no folders." in html.text


# ---------------------------------------------------------------- the page


def test_links_lead_to_the_students_pages(tmp_path: Path) -> None:
    names = ["léa #1", "kim?x=1", "a&b"]
    html = page([result(name) for name in names])
    links = [str(a["href"]) for a in html.all("a") if str(a["href"]).startswith("feedback/")]
    assert {unquote(link) for link in links} == {f"feedback/{name}.html" for name in names}
    assert not any(character in link for link in links for character in "#?")


def test_every_link_inside_the_page_has_its_target() -> None:
    html = page([result("a")])
    ids = {attributes.get("id") for _, attributes in html.tags}
    targets = [str(a["href"])[1:] for a in html.all("a") if str(a["href"]).startswith("#")]
    assert targets and set(targets) <= ids


def test_tables_have_captions_and_scopes_and_can_be_scrolled_by_key() -> None:
    found = [result("a"), result("b", {"relu": wrong(named=[MISTAKES[0].key])}), UNGRADED]
    html = page(found, similarity=Similarity(2, (Pair("a", "b", ("relu",), 1.0),)))
    assert len(html.all("table")) == len(html.all("caption")) == 4
    assert all(th.get("scope") in ("row", "col") for th in html.all("th"))
    regions = [div for div in html.all("div") if div.get("role") == "region"]
    assert len(regions) == 4
    assert all(div["tabindex"] == "0" and div["aria-label"] for div in regions)


def test_everything_of_students_is_escaped() -> None:
    evil = '<img src=x onerror="alert(1)">'
    found = [result(evil, {"relu": wrong(message=evil)}, notes=(evil,), platform={"name": evil})]
    html = page(found, notes=[evil])
    assert html.is_self_contained()
    assert evil in html.text


def test_the_time_of_handing_in_is_shown_where_the_platform_has_it() -> None:
    assert "Handed in" not in page([result("a")]).text
    dated = result("a", platform={"modified": "14 May, 22:10", "late": True})
    text = page([dated, result("b")]).text
    assert "Handed in" in text
    assert "14 May, 22:10, late" in text


def test_near_identical_submissions_are_grouped_and_pointed_at() -> None:
    found = [result(name) for name in "abcde"]
    pairs = (Pair("a", "b", ("relu", "forward"), 1.0), Pair("b", "c", ("forward",), 0.9))
    text = page(found, similarity=Similarity(5, pairs, ("e",))).text
    assert "a b c forward 90–100 %" in text
    assert "The same as the kit’s own solution but for names: e ." in text
    assert "A reason to look, nothing more." in text
    assert "plagiar" not in text.lower() and "cheat" not in text.lower()
    assert "None among the 5 compared." in page(found, similarity=Similarity(5)).text
    left_out = Similarity(left_out="Not looked for: this needs copydetect.")
    assert "Not looked for: this needs copydetect." in page(found, similarity=left_out).text


# ---------------------------------------------------------------- CSV


def test_the_numbers_are_there_as_csv(tmp_path: Path) -> None:
    key = MISTAKES[0].key
    found = [result("a", {"relu": wrong(named=[key])}), result("b"), result("c")]
    pairs = (Pair("a", "b", ("relu", "helpers in layers.py"), 0.95),)
    report.write(tmp_path, found, LAB, similarity=Similarity(3, pairs))
    row = {row["question"]: row for row in table(tmp_path, "questions.csv")}["relu"]
    assert (row["mean_share"], row["lost_points"], row["unnamed"]) == ("0.667", "1", "0")
    (row,) = table(tmp_path, "mistakes.csv")
    assert (row["mistake"], row["count"], row["submissions"]) == (key, "1", "a")
    (row,) = table(tmp_path, "similar.csv")
    assert row == {
        "group": "1",
        "submission": "a",
        "other": "b",
        "functions": "relu helpers_in_layers.py",
        "share": "0.950",
    }


def test_no_cell_is_a_formula(tmp_path: Path) -> None:
    evil = '=HYPERLINK("http://x")'
    pairs = (Pair(evil, "+1+1", ("@x",), 1.0),)
    report.write(tmp_path, [], LAB, similarity=Similarity(2, pairs))
    (row,) = table(tmp_path, "similar.csv")
    assert row["submission"] == "'" + evil
    assert row["other"] == "'+1+1"
    assert row["functions"] == "'@x"


def test_a_negative_number_stays_a_number(tmp_path: Path) -> None:
    zero = {n: question(n, [False]) for n in ("sigmoid", "forward")}
    report.write(
        tmp_path, [result("a", {"relu": wrong()}), result("b", zero), result("c", zero)], LAB
    )
    row = {row["question"]: row for row in table(tmp_path, "questions.csv")}["relu"]
    assert float(row["discrimination"]) == pytest.approx(-1)


# ---------------------------------------------------------------- what to read first


def test_the_overview_names_the_hardest_and_the_most_frequent() -> None:
    key = MISTAKES[0].key
    found = [*(result(name, {"relu": wrong(named=[key])}) for name in "ab"), result("c")]
    text = page(found).text
    assert "Hardest: relu (33 % of its points)" in text
    assert f"Most frequent: “{MISTAKES[0].title}” ( relu , 2 of 3)" in text
    assert "Most frequent" not in page(found[1:]).text
    assert "Hardest" not in page(found[2:]).text


def test_mistakes_of_one_submission_each_are_folded_where_there_are_many() -> None:
    many = [
        numbers.Mistake("relu", f"key{i}", "Title", "Hint", tuple("ab"[: 2 - (i > 5)]), 2)
        for i in range(20)
    ]
    assert numbers.rare(many) == many[8:]
    assert numbers.rare(many[:8]) == []
    assert numbers.rare([replace(one, submissions=("a", "b")) for one in many]) == []


def test_the_terminal_names_everybody_who_needs_a_look() -> None:
    timeout = FAILURE_SENTENCES["timeout"].format(function="relu")
    found = [result("a"), result("b", {"relu": wrong(message=timeout)}), UNGRADED]
    look = needs_a_look(found)
    assert look == [f"late_one: {UNGRADED.status}", "b: ran out of time in relu."]
    pair = Pair("a", "b", ("relu",), 1.0)
    told = near_identical(Similarity(3, (pair,), ("c",)))
    assert [line.partition(":")[0] for line in told] == ["a, b", "c"]
    (many,) = near_identical(Similarity(9, (), tuple("abcdefg")))
    assert many.startswith("a, b, c and 4 more (see report.html):")


# ---------------------------------------------------------------- for others than the instructor


def people() -> list[Result]:
    """A class in which everything that a page could say carries a name."""
    key = MISTAKES[0].key
    told = {"name": "Ada Lovelace", "email": "ada@x.org", "submitted": "14 May, 22:10", "late": 1}
    return [
        result("ada_l", {"relu": wrong(named=[key])}, platform=told, notes=("Ada's zip.",)),
        result("bob_m", {"relu": wrong(named=[key])}, origin="bob_m.zip"),
        result("cy_n", changes=(Change("total", -10.0, "Cy was ill."),)),
        replace(UNGRADED, submission="dee_o"),
    ]


def test_the_report_without_names_has_none_and_keeps_every_number(tmp_path: Path) -> None:
    found = people()
    path = report.write_anonymous(tmp_path, found, LAB)
    html = Page(path.read_text(encoding="utf-8"))
    assert html.is_self_contained() and html.outline_is_sound()
    source = path.read_text(encoding="utf-8")
    for word in ("ada_l", "Ada", "Lovelace", "bob_m", "cy_n", "Cy was", "dee_o", "x.zip", "22:10"):
        assert word not in source, word
    assert [str(a["href"])[0] for a in html.all("a")] == ["#"] * len(html.all("a"))
    ids = {attributes.get("id") for _, attributes in html.tags}
    assert {str(a["href"])[1:] for a in html.all("a")} <= ids
    nameless = report.anonymous(found, LAB)
    assert [one.submission for one in nameless] == [f"student {n}" for n in (1, 2, 3, 4)]
    assert [one.percent(LAB) for one in nameless] == [90.0, 80.0, 80.0, 0.0]
    assert "2 of 3" in html.text and "student 2" in html.text


def test_the_summary_fits_into_an_email_and_names_nobody() -> None:
    pair = Pair("ada_l", "bob_m", ("relu",), 1.0)
    text = summary.text(people(), LAB, Similarity(4, (pair,)))
    assert max(map(len, text.splitlines())) <= 72 and len(text.splitlines()) < 25
    assert text.startswith(LAB.title + "\n\n3 of 4 submissions graded.\nMedian 80 %, mean 83 %.\n")
    assert "Hardest: relu (33 % of its points)." in text
    assert f"- relu: {MISTAKES[0].title} (2 of 3)" in " ".join(text.split())
    assert "2 submissions to be looked at by a person." in text
    assert "1 group of near-identical submissions." in text
    assert not any(name in text for name in ("ada", "bob", "cy_n", "Lovelace"))
    assert summary.text([], LAB, Similarity()) == f"{LAB.title}\n\n0 of 0 submissions graded.\n"


def test_no_zero_is_the_graders_own() -> None:
    """Who could not be graded for the grader's fault has no number; nor has what does not count."""
    lost = results.ungraded(LAB, "lost", "failed: the grader stopped")
    out = replace(result("ada"), excluded={"relu": "out"})
    html = report.page([out, lost], LAB, similarity=Similarity())
    row = re.search(r"<tr><th[^>]*>(?:(?!<tr>).)*lost(?:(?!<tr>).)*not graded", html, re.S)
    assert row and '<td class="num">–</td>' in row[0]
    assert html.count('<td class="q">–</td>') == 1, "relu, which is out"
    assert "counts 0" not in Page(feedback.page(lost, LAB)).text


def test_a_question_that_was_taken_out_is_said_everywhere(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is named where the class is told of, marked in its row, and never the hardest."""
    excluded: dict[str, Any] = {"relu": "full", "sigmoid": "out"}
    lab = replace(LAB, config=LAB.config.model_copy(update={"exclude": excluded}))
    found = [replace(result("a", {"relu": wrong()}), excluded=excluded), result("b")]
    told = "Taken out: relu (everybody has its points), sigmoid (it does not count)."
    for html in (
        report.page(found, lab, similarity=Similarity()),
        report.write_anonymous(tmp_path, found, lab).read_text(encoding="utf-8"),
    ):
        text = Page(html).text
        assert told in text
        assert "Hardest" not in text and "relu taken out: everybody has its points" in text
    text = summary.text(found, lab, Similarity())
    assert told in " ".join(text.split()) and "Hardest" not in text
    show_class(lab, found, files=[], summary=[])
    assert told in " ".join(capsys.readouterr().out.split())


def test_what_was_not_graded_and_a_bonus_not_tried_show_no_zero(
    capsys: pytest.CaptureFixture[str],
) -> None:
    blank = CaseResult("A.", False, False, 6.0, FAILURE_SENTENCES["missing"].format(function="x"))
    bonus = replace(result("a"), questions=(QuestionResult("x", 0.0, 6.0, (blank,), bonus=True),))
    lab = replace(LAB, questions={"x": 6.0})
    html = report.page([bonus, UNGRADED], lab, similarity=Similarity())
    assert '<td class="q">·</td>' in html and '<td class="q none">' not in html
    assert re.search(r'late_one(?:(?!<tr>).)*<td class="num">–</td>', html, re.S)
    show_class(lab, [UNGRADED], files=[], summary=[])
    assert re.search(r"late_one\W+–", capsys.readouterr().out)
