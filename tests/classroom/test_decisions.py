"""What an instructor decides counts everywhere, can be taken back, and is lost nowhere."""

from __future__ import annotations

import csv
import errno
import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from labkit.base.errors import LabkitError
from labkit.classroom import gradebook
from labkit.classroom.grade import GradedClass, Options, grade_to
from labkit.classroom.marks import Marked
from labkit.classroom.names import Names
from labkit.classroom.regrade import regrade
from labkit.cli import main
from labkit.judging import result as results
from labkit.lab.bundle import Bundle
from labkit.platforms import canvas
from labkit.platforms.moodle.outcome import outcome
from labkit.reporting import feedback
from tests.classroom import mini
from tests.packing import lay, zipped

RESUME = Options(jobs=1, resume=True)
HEAD = "submission,question,points,reason\n"


class Graded:
    """ada is right, ben's relu is wrong, cem's zip is broken, dia handed in a notebook alone."""

    def __init__(self, root: Path, bundle: Bundle) -> None:
        self.root, self.bundle = root, bundle
        self.hand_ins, self.out = root / "in", root / "out"

    def again(self, options: Options = RESUME, **tables: str) -> list[str]:
        """The next run with files of these texts; gives what it says."""
        return self.run(options, **tables).summary

    def run(self, options: Options = RESUME, **tables: str) -> GradedClass:
        for name, text in tables.items():
            path = self.root / f"{name}.csv"
            path.write_text(text, encoding="utf-8")
            options = replace(options, **{name: path})
        return grade_to(self.bundle, self.hand_ins, self.out, options)

    def row(self, name: str) -> dict[str, str]:
        text = (self.out / "grades.csv").read_text(encoding="utf-8-sig")
        return next(r for r in csv.DictReader(text.splitlines()) if r["submission"] == name)

    def page(self, name: str) -> str:
        return (self.out / "feedback" / f"{name}.html").read_text(encoding="utf-8")

    def lab(self, toml: str = mini.TOML, cases: str = mini.CASES) -> None:
        """The same lab with changes."""
        self.bundle = mini.lab(self.root, toml, cases)

    def hand_in(self, name: str, *, wrong: str = "") -> None:
        changes = {"relu": wrong} if wrong else {}
        mini.hand_in(self.hand_ins / f"{name}.zip", self.bundle, changes)


def notebook(bundle: Bundle, answer: str) -> bytes:
    asked = f"<!-- BEGIN QUESTION -->\n\n{bundle.written[0]['question']}"
    texts = (asked, answer, "<!-- END QUESTION -->")
    cells = [{"cell_type": "markdown", "source": text} for text in texts]
    return json.dumps({"cells": cells}).encode()


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory, bundle: Bundle) -> Path:
    root = tmp_path_factory.mktemp("fresh")
    mini.hand_in(root / "in" / "ada.zip", bundle)
    mini.hand_in(root / "in" / "ben.zip", bundle, {"relu": mini.WRONG_RELU})
    book = zipped({"lab9/lab9_mini.ipynb": notebook(bundle, "Layers would fold.")})
    lay(root / "in", {"cem.zip": b"PK\3\4broken", "dia.zip": book})
    grade_to(bundle, root / "in", root / "out", Options(jobs=1))
    return root


@pytest.fixture
def graded(tmp_path: Path, fresh: Path, bundle: Bundle) -> Graded:
    shutil.copytree(fresh, tmp_path, dirs_exist_ok=True)
    return Graded(tmp_path, bundle)


def one(lines: list[str], words: str) -> str:
    """The line with these words, which is there once."""
    (found,) = (line for line in lines if words in line)
    return found


# ---------------------------------------------------------------- points by hand


def test_points_for_what_could_not_be_read_count_everywhere(graded: Graded) -> None:
    found = graded.run(adjust=f"{HEAD}cem,total,70,Read by hand\n")
    row = graded.row("cem")
    assert (row["total"], row["percent"], row["status"].split(":")[0]) == (
        *("70", "70", "unreadable"),
    )
    page = graded.page("cem")
    assert "<strong>70</strong> of 100 points (70 %)" in page and "Read by hand" in page
    assert "Not graded" not in page and "What to do" not in page
    (cem,) = (r for r in found.results if r.submission == "cem")
    assert outcome(cem, found.lab, graded.out).share == 70
    book = gradebook.read([graded.out])
    (person,) = (p for p in book.people if p.submission == "cem")
    assert person.percents == {"lab9": 70}
    assert "70 points given by hand; unreadable" in one(found.summary, "by hand;")
    assert ">by hand</td>" in (graded.out / "report.html").read_text("utf-8")
    assert graded.row("dia")["percent"] == "" and "Not graded" in graded.page("dia")
    graded.again(adjust=f"{HEAD}cem,total,0,\n")
    assert graded.row("cem")["percent"] == "" and "Not graded" in graded.page("cem")


def test_a_zero_with_a_reason_is_a_grade(graded: Graded) -> None:
    graded.again(adjust=f"{HEAD}cem,total,0,Nothing in it\n")
    assert graded.row("cem")["percent"] == "0" and "Nothing in it" in graded.page("cem")


def test_who_failed_by_the_graders_own_fault_can_have_points(
    bundle: Bundle, tmp_path: Path
) -> None:
    failed = results.ungraded(bundle.lab, "eva", "failed: it stopped")
    assert failed.shown_percent(bundle.lab) is None
    given = replace(failed, changes=(results.Change("relu", 30, "ran it myself"),))
    assert given.shown_percent(bundle.lab) == 30


def test_a_notebook_alone_can_be_marked(graded: Graded) -> None:
    page = (graded.out / "written.html").read_text("utf-8")
    assert "Layers would fold." in page and 'data-submission="cem"' not in page
    said = graded.again(manual="submission,why,why comment\ndia,6,Fine\n")
    with pytest.raises(LabkitError, match=r"dia has two rows of marks, one as dia\.zip"):
        graded.again(manual="submission,why\ndia,6\ndia.zip,5\n")
    assert one(said, "no marks by hand") == "2 of 3 have no marks by hand: ada, ben."
    row = graded.row("dia")
    assert (row["why"], row["total"], row["possible"], row["percent"]) == ("6", "6", "110", "5.45")
    assert "6 of 10" in graded.page("dia") and "Fine" in graded.page("dia")


def test_canvas_says_who_has_no_row(tmp_path: Path, bundle: Bundle) -> None:
    broken = {f"{name}_{n}_50{n}_x.zip": b"PK\3\4broken" for n, name in enumerate(("ada", "ben"))}
    lay(tmp_path / "in", broken)
    adjust = tmp_path / "a.csv"
    adjust.write_text(f"{HEAD}ben_1,total,40,read\n", encoding="utf-8")
    found = grade_to(
        bundle, tmp_path / "in", tmp_path / "out", Options(jobs=1, adjust=adjust),
        deliver=canvas.deliver,
    )  # fmt: skip
    assert "no row in canvas.csv, so that Canvas keeps what is there: ada_0." in found.summary[0]
    table = (tmp_path / "out" / "canvas.csv").read_text("utf-8-sig")
    assert "ben" in table and "ada" not in table


# ---------------------------------------------------------------- adjustments


def test_a_new_row_takes_the_place_of_an_earlier_one(graded: Graded) -> None:
    """Within a file they add up; zero without a reason takes back."""
    first = f"{HEAD}ada,relu,-2,Copied the docstrng\nada,relu,-1,Late\nada,total,3,Talk\n"
    graded.again(adjust=first)
    assert graded.row("ada")["total"] == "100"
    assert not any("took the place" in line for line in graded.again(adjust=first))
    said = graded.again(adjust=f"{HEAD}ada,relu,-2,Copied the docstring\n")
    assert "ada, relu (-2, Copied the docstrng); ada, relu (-1, Late)." in one(
        said, "took the place"
    )
    assert (graded.row("ada")["relu"], graded.row("ada")["total"]) == ("38", "101")
    graded.again(adjust=f"{HEAD}ada,relu,0,\nada,total,0,\n")
    graded.again()
    assert graded.row("ada")["total"] == "100" and "docstr" not in graded.page("ada")
    kept = (graded.out / "adjustments.csv").read_text("utf-8-sig")
    assert kept == HEAD.replace("\n", ",version\n")


def test_points_for_an_earlier_version_are_said_until_they_are_confirmed(graded: Graded) -> None:
    given = f"{HEAD}cem,total,70,Read by hand\nada,relu,-1,Late\n"
    said = graded.again(adjust=given)
    assert not any("earlier version" in line for line in said)
    graded.hand_in("cem")
    for tables in ({}, {"adjust": given}):
        told = one(graded.again(**tables), "earlier version")
        assert "cem, total (+70, Read by hand)." in told and "ada" not in told
    assert graded.row("cem")["total"] == "170"
    kept = graded.out / "adjustments.csv"
    rows = [row.rpartition(",")[0] for row in kept.read_text("utf-8-sig").splitlines()[1:]]
    kept.write_text("\n".join([HEAD.strip() + ",version", *(f"{row}," for row in rows)]))
    assert not any("earlier version" in line for line in graded.again())
    assert not any("earlier version" in line for line in graded.again())


def test_one_who_is_called_in_two_ways_is_one(graded: Graded) -> None:
    """What could not be read again is refused before it is kept."""
    rows = f"{HEAD}ben,relu,1,late bus\nben.zip,relu,2,late bus\n"
    with pytest.raises(LabkitError, match=r"--adjust: the row of ben\.zip \(ben\) in relu has"):
        graded.again(adjust=rows)
    assert not (graded.out / "adjustments.csv").exists()
    graded.again(adjust=rows.replace("2,late", "2,later"))
    graded.again()
    assert graded.row("ben")["relu"] == "3"
    (graded.out / "adjustments.csv").write_text(rows, encoding="utf-8")
    with pytest.raises(LabkitError, match=r"adjustments\.csv: the row of ben\.zip"):
        graded.again()


def test_people_are_named_as_in_grades_csv(graded: Graded) -> None:
    graded.again(adjust=f"{HEAD}BEN.zip,relu,4,'tis x\n")
    assert graded.row("ben")["relu"] == "4"
    assert ",'tis x," in (graded.out / "adjustments.csv").read_text("utf-8-sig")
    assert graded.run(replace(RESUME, resume=False, only=("ada.zip",))).results
    people = [("a", {"sid": "17", "email": "a@x.org"}, "=a.zip"), ("b", {"sid": "17"}, "'b.zip")]
    names = Names(people)
    assert [names.of(told) for told in ("a", "A@x.org", "'=a.zip", "'b.zip", "17", "zoe")] == [
        *("a", "a", "a", "b", "17", "zoe"),
    ]
    assert names.fitting("17") == ["a", "b"]


def test_an_adjustment_of_a_written_question(graded: Graded) -> None:
    """Column and page have it, no question falls below 0, and without a mark it is said."""
    adjust = f"{HEAD}ada,why,-99,Not yours\nben,why,2,Nice\n"
    said = graded.again(manual="submission,why\nada,4\n", adjust=adjust)
    assert (graded.row("ada")["why"], graded.row("ada")["total"]) == ("0", "100")
    assert "0 of 10" in graded.page("ada") and "Not yours" in graded.page("ada")
    assert one(said, "does not count").startswith("ben has an adjustment in why")


def test_points_above_the_maximum_are_said(graded: Graded) -> None:
    said = graded.again(adjust=f"{HEAD}ben,relu,500,gift\nada,relu,-1,x\n")
    assert graded.row("ben")["relu"] == "500"
    assert "ben (relu: 500 of 40)." in one(said, "more than all points")


def test_a_page_that_could_not_be_written_is_written_next_time(
    graded: Graded, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No result says what its page does not."""
    given = f"{HEAD}ben,relu,4,Nice try\n"

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(feedback, "write", full)
        with pytest.raises(LabkitError, match="cannot be written"):
            graded.again(adjust=given)
    graded.again(adjust=given)
    assert graded.row("ben")["relu"] == "4" and "Nice try" in graded.page("ben")


# ---------------------------------------------------------------- marks


def test_a_dash_takes_a_mark_back_and_an_empty_cell_keeps_it(graded: Graded) -> None:
    graded.again(manual="submission,why,why comment\nada,4,Good\nben,3,\n")
    said = graded.again(manual="submission,why,why comment\nada,,\nben,-,\n")
    assert "ada (why, why comment)." in one(said, "left cells empty")
    assert (graded.row("ada")["why"], graded.row("ben")["why"]) == ("4", "")
    graded.again(manual="submission,why,why comment\nada,'-,–\n")
    graded.again()
    assert "why" not in graded.row("ada") and "Good" not in graded.page("ada")


def test_equal_marks_for_the_new_version_are_for_it(graded: Graded) -> None:
    graded.again(manual="submission,why\nben,4\n")
    graded.hand_in("ben")
    assert one(graded.again(), "ben was marked for an earlier version")
    assert one(graded.again(manual="submission,why\nben,4\n"), "ben was marked for an earlier")
    version = results.read(graded.out / "results" / "ben.json").version  # type: ignore[union-attr]
    said = graded.again(manual=f"submission,why,version\nben,4,{version}\n")
    assert not any("earlier version" in line for line in said)


def test_who_is_nobody_can_be_edited_out(graded: Graded) -> None:
    said = graded.again(manual="submission,why\nzoe,4\n")
    assert "delete it in marks.csv beside grades.csv" in one(said, "zoe, who handed nothing in")
    path = graded.out / "marks.csv"
    path.write_text(path.read_text("utf-8").replace("zoe,4", "zoe,"), encoding="utf-8")
    assert not any("zoe" in line for line in graded.again())
    assert Marked(back=frozenset({"why"})).says


# ---------------------------------------------------------------- due, never-lower, only


def test_an_empty_due_takes_it_back(graded: Graded, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(graded.root)
    lay(graded.out, {"due.txt": "2027-03-01"})
    graded.lab()
    command = ["grade", "lab9", "in", "--out", "out", "--resume"]
    assert CliRunner().invoke(main, command).exit_code == 0
    assert (graded.out / "due.txt").is_file()
    told = CliRunner().invoke(main, [*command, "--due", ""]).output
    assert "due.txt is taken back" in " ".join(told.split())
    assert not (graded.out / "due.txt").is_file()


def test_never_lower_holds_in_every_later_run(graded: Graded) -> None:
    graded.hand_in("ada", wrong=mini.WRONG_RELU)
    regrade(graded.bundle, graded.hand_ins, graded.out, Options(jobs=1), never_lower=True)
    for options in (RESUME, Options(jobs=1)):
        said = graded.again(options)
        assert graded.row("ada")["total"] == "100"
        assert one(said, "ada: Points of an earlier grading are kept in relu.")
    _, changes = regrade(
        graded.bundle, graded.hand_ins, graded.out, Options(jobs=1), never_lower=False
    )
    assert not changes
    (graded.hand_ins / "ada.zip").write_bytes(b"PK\3\4broken")
    said = graded.again()
    assert graded.row("ada")["percent"] == "100"
    assert "unreadable" in one(said, "ada: The earlier grading counts")
    graded.hand_in("eva")
    assert one(graded.again(), "ada: The earlier grading counts") in said
    assert graded.row("ada")["percent"] == "100"
    (graded.out / "never-lower.txt").unlink()
    graded.again(Options(jobs=1))
    assert graded.row("ada")["percent"] == ""


def test_every_regrade_keeps_what_was_before_it(graded: Graded) -> None:
    """Also those within one second."""
    for _ in range(3):
        regrade(graded.bundle, graded.hand_ins, graded.out, Options(jobs=1), never_lower=False)
    kept = sorted((graded.out / "history").iterdir())
    assert len(kept) == 3
    assert all((folder / "grades.csv").is_file() for folder in kept)


def test_earlier_results_that_are_gone_are_said(graded: Graded) -> None:
    lay(graded.out, {"never-lower.txt": "2027-03-01 10.00.00\n"})
    assert "history/2027-03-01 10.00.00, which is gone" in one(graded.again(), "which is gone")


def test_only_says_what_it_left_and_what_not(graded: Graded) -> None:
    graded.hand_in("ben")
    graded.hand_in("eva")
    said = graded.again(Options(jobs=1, only=("ada",)))
    assert one(said, "changed since they were graded, not graded again").endswith(": ben.")
    assert one(said, "for want of an earlier result").endswith(": eva.")
    graded.lab(cases=mini.CASES.replace("[-2.0", "[-3.0"))
    said = graded.again(Options(jobs=1, only=("ada",)))
    assert "since 3 of the others were graded" in one(said, "lab or kit changed")


def test_only_says_whom_the_grader_failed_on_before(graded: Graded) -> None:
    """Their result is of no version of the kit, so that a rerun tries them again."""
    path = graded.out / "results" / "ben.json"
    had = results.read(path)
    assert had is not None
    results.write(
        path, replace(had, status="failed: it stopped", fingerprint=""), graded.bundle.lab
    )
    said = graded.again(Options(jobs=1, only=("ada",)))
    assert one(said, "--only").startswith("--only: failed before, not graded again: ben;")


# ---------------------------------------------------------------- what a regrade tells


def listed(graded: Graded, **how: bool) -> list[tuple[str, str, str, float, float, str]]:
    """The changes of a regrade."""
    options = Options(jobs=1)
    never_lower = how.get("never_lower", False)
    found, changes = regrade(
        graded.bundle, graded.hand_ins, graded.out, options, never_lower=never_lower
    )
    assert f"lists {len(changes)} change{'s' if len(changes) != 1 else ''})" in found.summary[0]
    return [(c.submission, c.question, c.case, c.old, c.new, c.reason) for c in changes]


@pytest.mark.parametrize("never_lower", [False, True])
def test_a_question_that_counts_again_is_a_change(graded: Graded, never_lower: bool) -> None:
    graded.lab(f'{mini.TOML}\n[exclude]\nrelu = "full"\n')
    graded.again()
    assert graded.row("ben")["relu"] == "40"
    graded.lab()
    found = listed(graded, never_lower=never_lower)
    told = ("ben", "relu", "", 40, 0, "what [exclude] of lab.toml says changed")
    assert found == ([] if never_lower else [told])
    assert graded.row("ben")["relu"] == ("40" if never_lower else "0")
    if not never_lower:
        assert "Graded again: <code>relu</code>: 40 → 0 points" in graded.page("ben")


def test_decisions_are_changes_too(graded: Graded) -> None:
    graded.again(manual="submission,why\nada,4\n", adjust=f"{HEAD}ben,relu,3,x\nben,total,2,y\n")
    lay(graded.out, {"adjustments.csv": HEAD, "marks.csv": "submission,why\nada,6\nben,1\n"})
    assert listed(graded) == [
        ("ada", "why", "", 4, 6, "its mark or adjustment changed"),
        ("ben", "relu", "", 3, 0, "its adjustments changed"),
        ("ben", "why", "", 0, 1, "marked by hand"),
        ("ben", "total", "", 2, 0, "adjustments or lateness changed"),
    ]
    assert "Graded again: <code>why</code>" not in graded.page("ben")


def test_other_points_are_no_other_case(graded: Graded) -> None:
    graded.lab(mini.TOML.replace("tanh = 60", "tanh = 70").replace("relu = 40", "relu = 30"))
    reasons = {reason for *_, reason in listed(graded)}
    assert reasons == {"the points of the case changed"}
