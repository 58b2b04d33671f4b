"""The pages in a real browser: accessible by axe, whole at any width, usable by keyboard."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from labkit.classroom.marks import Marked, read_marks
from labkit.judging import result as results
from labkit.mistakes import Catalogue
from labkit.reporting import beside, code, feedback, report, written
from labkit.reporting.answers import Answer, KeptAnswers
from labkit.reporting.similar import Pair, Similarity
from tests.browser import chromium
from tests.sample_results import LAB, question, result

pytestmark = pytest.mark.slow

LONG = "Entry [0, 0] of `" + "a_very_long_name_" * 12 + "` is 0.731059, expected 0.268941."

LONG_FILE = f"`{'final_version_' * 8}/neuralnet/activations.py` was left out: it is an older copy."
ACTIVATIONS = "neuralnet/activations.py"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A report of a class with everything in it, and three students' pages."""
    out = tmp_path_factory.mktemp("pages")
    key = Catalogue.of(LAB).about("relu")[0].key
    wrong = {"relu": question("relu", [False, True], f"{LONG}\n{LONG}", [key])}
    blank = {"forward": question("forward", [False], "`forward` is not written yet.\nOpen it.")}
    people = {"name": "Ngozi Abara-Lindqvist", "modified": "14 May 2025, 22:10", "late": True}
    found = [
        result("right", marks={"why_xor": 4.0}, platform=people),
        *(result(f"wrong_{i}", wrong, notes=(LONG_FILE,)) for i in range(8)),
        *(result(f"a_submission_with_a_very_long_name_{i}", blank) for i in range(8)),
        replace(results.ungraded(LAB, "unreadable", "unreadable: x.zip is cut off."), seconds=1.0),
    ]
    pair = Pair("wrong_1", "wrong_2", ("relu", "forward", "helpers in layers.py"), 0.97)
    codes = code.CodePages(out, LAB)
    line = "    return np.where(z > 0, z, 0.0)  # " + "a long comment " * 12
    for name in ("wrong_1", "wrong_2"):
        text = f"def relu(z):\n    # {name}\n{line}\n\n\ndef forward(params, X):\n    return X\n"
        codes.add(next(r for r in found if r.submission == name), {ACTIVATIONS: text.encode()})
    similarity = Similarity(18, (pair,), ("right",))
    beside.write(out, LAB, similarity)
    report.write(out, found, LAB, similarity=similarity, notes=("No folders.",))
    places = {
        "report": out / "report.html",
        "anonymous": report.write_anonymous(out, found, LAB),
        "code": out / "code" / "wrong_1.html",
        "similar": out / "similar" / "1.html",
    }
    for one in (found[0], found[1], found[-1]):
        places[one.submission] = out / "feedback" / f"{one.submission}.html"
        feedback.write(places[one.submission], one, LAB)
    places["written"] = out / "written.html"
    questions = [
        {"name": q.name, "question": "**Question.** Why $x^2$?", "answer": "**Model answer.** So."}
        for q in LAB.written
    ]
    first = LAB.written[0].name
    answers = KeptAnswers()
    text = "Because $\\frac{1}{n}$.\n\n| a | b |\n| - | - |\n| 1 | 2 |"
    answers.add("right", {first: Answer(text)})
    written.write(places["written"], LAB, found, questions, answers=answers)
    return places


NAMES = ["report", "anonymous", "code", "similar", "right", "wrong_0", "unreadable", "written"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1200, 390])
@pytest.mark.parametrize("name", NAMES)
def test_axe_finds_nothing(
    browser: Any, pages: dict[str, Path], name: str, width: int, scheme: str
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.goto(pages[name].as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    violations = axe.Axe().run(page).response["violations"]
    page.close()
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in violations] == []


@pytest.mark.parametrize("width", [360, 1200])
@pytest.mark.parametrize("name", NAMES)
def test_only_tables_scroll_sideways(
    browser: Any, pages: dict[str, Path], name: str, width: int
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.goto(pages[name].as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


def test_both_versions_are_in_view_side_by_side(browser: Any, pages: dict[str, Path]) -> None:
    """A long comment wraps: it does not push the second student's column out of view."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(pages["similar"].as_uri())
    table = page.locator(".scroll").first
    assert table.evaluate("one => one.scrollWidth <= one.clientWidth")
    page.close()


def test_who_needs_a_look_and_why_is_read_without_scrolling(
    browser: Any, pages: dict[str, Path]
) -> None:
    """Long file names stand in these sentences: they break, and nothing is cut off."""
    page = browser.new_page(viewport={"width": 390, "height": 800})
    page.goto(pages["report"].as_uri())
    region = page.get_by_role("region", name="Submissions that need a look, a table")
    assert region.evaluate("one => one.scrollWidth - one.clientWidth") == 0
    page.close()


def test_from_the_report_to_code_and_back(browser: Any, pages: dict[str, Path]) -> None:
    page = browser.new_page()
    page.goto(pages["report"].as_uri())
    page.get_by_role("link", name="code of wrong_1").click()
    assert page.url == pages["code"].as_uri()
    page.get_by_role("link", name="Report").click()
    page.get_by_role("link", name="side by side").click()
    assert page.url == pages["similar"].as_uri()
    page.get_by_role("link", name="wrong_2").first.click()
    assert page.locator("pre.source").inner_text().startswith("def relu(z):\n    # wrong_2\n")
    page.close()


def test_nothing_is_loaded_and_nothing_goes_wrong(browser: Any, pages: dict[str, Path]) -> None:
    page = browser.new_page()
    asked, said = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    for path in pages.values():
        page.goto(path.as_uri())
    page.close()
    assert asked == [path.as_uri() for path in pages.values()]
    assert said == []


def test_the_report_works_by_keyboard(browser: Any, pages: dict[str, Path]) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 800})
    page.goto(pages["report"].as_uri())
    page.keyboard.press("Tab")
    skip = page.locator(":focus")
    assert skip.inner_text() == "Skip to the report"
    assert skip.bounding_box()["x"] >= 0  # it comes into sight when it is reached
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#main"
    table = page.get_by_role("region", name="All submissions, a table")
    table.focus()
    assert table.evaluate("one => getComputedStyle(one).outlineStyle") == "solid"
    page.keyboard.press("ArrowRight")
    page.wait_for_function("one => one.scrollLeft > 0", arg=table.element_handle())
    page.close()


def test_a_question_folds_by_keyboard_and_a_link_leads_to_its_page(
    browser: Any, pages: dict[str, Path]
) -> None:
    page = browser.new_page()
    page.goto(pages["report"].as_uri())
    page.get_by_role("link", name="right", exact=True).last.click()
    assert page.url == pages["right"].as_uri()
    question = page.locator("details").first
    assert question.get_attribute("open") is None
    question.locator("summary").focus()
    page.keyboard.press("Enter")
    assert question.get_attribute("open") is not None
    page.close()


def test_passed_questions_are_folded_and_failed_ones_are_seen(
    browser: Any, pages: dict[str, Path]
) -> None:
    page = browser.new_page()
    page.goto(pages["wrong_0"].as_uri())
    assert page.locator("details[open] h3").all_inner_texts() == ["relu"]
    assert page.get_by_text("expected 0.268941").first.is_visible()
    page.close()


def test_an_emptied_mark_is_saved_as_taken_back(browser: Any, tmp_path: Path) -> None:
    """A dash where the page came with a mark; what was empty all along says nothing."""
    about = LAB.written[0]
    path = tmp_path / "written.html"
    question = {"name": about.name, "question": "Why?", "answer": "So."}
    comments = {about.name: "Good."}
    found = [result("ada", marks={about.name: 4.0}, comments=comments), result("ben")]
    written.write(path, LAB, found, [question], answers=KeptAnswers())
    page = browser.new_page(accept_downloads=True)
    page.goto(path.as_uri())
    for field in ("input[type=number]", "textarea"):
        page.locator(f".answer[data-submission=ada] {field}").fill("")
    with page.expect_download() as waiting:
        page.click("#save")
    saved = tmp_path / "marks.csv"
    waiting.value.save_as(saved)
    back = frozenset({about.name, f"{about.name} comment"})
    assert read_marks(saved, {about.name: about.points}) == {"ada": Marked(back=back)}
    page.close()


def test_written_answers_are_marked_by_key_and_saved(
    browser: Any, pages: dict[str, Path], tmp_path: Path
) -> None:
    """Keys give levels; what is saved is what --manual reads, and opened again it fills in."""
    page = browser.new_page(accept_downloads=True)
    page.goto(pages["written"].as_uri())
    page.keyboard.press("n")
    page.keyboard.press("3")
    page.locator(".answer textarea").first.fill('=1+1, "quoted"')
    page.keyboard.press("Tab")
    with page.expect_download() as waiting:
        page.click("#save")
    saved = tmp_path / "marks.csv"
    waiting.value.save_as(saved)
    points = {question.name: question.points for question in LAB.written}
    given = read_marks(saved, points)
    marked = given[page.locator(".answer").first.get_attribute("data-submission")]
    assert marked.points[LAB.written[0].name] == LAB.written[0].points
    assert list(marked.comments.values()) == ['=1+1, "quoted"']
    page.evaluate("localStorage.clear()")
    page.reload()
    assert page.locator(".answer textarea").first.input_value() == ""
    page.set_input_files("#open", str(saved))
    page.wait_for_function("document.getElementById('state').textContent.includes('were read')")
    assert page.locator(".answer textarea").first.input_value() == '=1+1, "quoted"'
    # As a spreadsheet saves it where a comma is the decimal sign.
    rows = list(csv.reader(io.StringIO(saved.read_text(encoding="utf-8-sig"))))
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerows([[c.replace("=1+1", "1,5") for c in r] for r in rows])
    saved.write_text(text.getvalue(), encoding="utf-8-sig")
    page.set_input_files("#open", str(saved))
    page.wait_for_function("document.querySelector('.answer textarea').value.startsWith('1,5')")
    assert page.locator(".answer input[type=number]").first.input_value() == str(
        int(LAB.written[0].points)
    )
    page.close()


def test_what_a_browser_kept_gives_way_to_newer_marks(browser: Any, tmp_path: Path) -> None:
    """Marks on the way survive a reload; where OUT has another mark by now, that one is shown."""
    path = tmp_path / "written.html"
    question = {"name": LAB.written[0].name, "question": "Why?", "answer": "So."}

    def write(**marks: float) -> None:
        found = [
            result(name, marks={question["name"]: mark} if mark >= 0 else {})
            for name, mark in marks.items()
        ]
        written.write(path, LAB, found, [question], answers=KeptAnswers())

    def shown() -> dict[str, str]:
        return {
            one.get_attribute("data-submission"): one.locator("input[type=number]").input_value()
            for one in page.locator(".answer").all()
        }

    write(ada=-1, ben=-1)
    page = browser.new_page()
    page.goto(path.as_uri())
    for name, points in (("ada", "2"), ("ben", "3")):
        page.locator(f".answer[data-submission={name}] input[type=number]").fill(points)
        page.keyboard.press("Tab")
    page.reload()
    assert shown() == {"ada": "2", "ben": "3"}
    write(ada=4, ben=-1)
    page.reload()
    assert shown() == {"ada": "4", "ben": "3"}
    page.locator(".answer[data-submission=ben] input[type=number]").fill("99")
    page.keyboard.press("Tab")
    assert page.locator("#state").inner_text().startswith("99 is not kept: points go from 0 to")
    page.close()


def marking(out: Path, versions: Mapping[str, str]) -> Path:
    """written.html of a class: submissions with the version of each."""
    out.mkdir(exist_ok=True)
    question = {"name": LAB.written[0].name, "question": "Why?", "answer": "So."}
    found = [result(name, version=own) for name, own in versions.items()]
    written.write(out / "written.html", LAB, found, [question], answers=KeptAnswers())
    return out / "written.html"


def test_a_kept_mark_outlives_what_becomes_of_others(browser: Any, tmp_path: Path) -> None:
    """Marks are kept an answer; those of an earlier version count when they are confirmed."""
    page = browser.new_page()
    page.goto(marking(tmp_path / "a", {"ada": "1", "ben": "1"}).as_uri())

    def points(name: str) -> Any:
        return page.locator(f".answer[data-submission={name}] input[type=number]")

    for name, mark in (("ada", "2"), ("ben", "3")):
        points(name).fill(mark)
        page.keyboard.press("Tab")
    page.get_by_text("2 of 2 marked").wait_for()  # and so kept: not so soon on a busy machine
    marking(tmp_path / "a", {"ada": "1", "ben": "2", "late": "1"})
    page.reload()
    assert (points("ada").input_value(), points("ben").input_value()) == ("2", "")
    assert page.locator("#state").inner_text() == "1 of 3 marked, 1 more to be confirmed."
    assert "Marked for an earlier version: 3 of 5." in page.locator(".offer").inner_text()
    page.get_by_text("Keep this mark").click()
    assert points("ben").input_value() == "3"
    page.reload()
    assert page.locator("#state").inner_text() == "2 of 3 marked."
    # Another class of the same lab, in the same browser: a namesake's work, and the same work.
    page.goto(marking(tmp_path / "b", {"ada": "9", "ben": "2"}).as_uri())
    assert page.locator("#state").inner_text() == "0 of 2 marked, 1 more to be confirmed."
    assert "for the same work in another folder" in page.locator(".offer").inner_text()
    page.close()


def test_marks_of_a_file_keep_to_the_rules_of_typing(browser: Any, tmp_path: Path) -> None:
    """What is no number from 0 to the points is not taken, and named; what was there stays."""
    page = browser.new_page()
    page.goto(marking(tmp_path / "c", {"ada": "1", "ben": "1", "cem": "2"}).as_uri())
    name = LAB.written[0].name
    file = tmp_path / "marks.csv"
    rows = ["ada,77,", "ben,abc,", "cem,4,1", "eve,3,", "(possible),5,"]
    file.write_text("\n".join([f"submission,{name},version", *rows]), encoding="utf-8")
    page.set_input_files("#open", str(file))
    page.wait_for_function("document.getElementById('state').textContent.includes('read')")
    told = page.locator("#state").inner_text()
    assert told == (
        "0 marks were read. 1 for an earlier version: confirm or change it. Not taken: "
        f"ada, {name}: 77 is no number from 0 to 5; ben, {name}: abc is no number from 0 to 5; "
        "eve is not on this page."
    )
    values = [one.input_value() for one in page.locator("input[type=number]").all()]
    assert values == ["", "", ""]
    assert "4 of 5" in page.locator(".answer[data-submission=cem] .offer").inner_text()
    page.close()


def test_the_rubric_stands_first(browser: Any, tmp_path: Path) -> None:
    """Beside an answer its rubric is seen; question and model answer unfold."""
    path = tmp_path / "written.html"
    question = {
        "name": LAB.written[0].name,
        "question": "Why a bend?",
        "answer": "**Model answer.** So.\n\n**Rubric** (5 points). 5: all of it.",
    }
    written.write(path, LAB, [result("ada")], [question], answers=KeptAnswers())
    page = browser.new_page()
    page.goto(path.as_uri())
    assert page.get_by_text("5: all of it").is_visible()
    assert not page.get_by_text("Why a bend?").is_visible()
    page.get_by_text("Question", exact=True).click()
    assert page.get_by_text("Why a bend?").is_visible()
    page.close()
