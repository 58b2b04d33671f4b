"""`labkit moodle LAB --url …`: the trip over web services, to a Moodle that replays a real one."""

from __future__ import annotations

import csv
import errno
import io
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from labkit.base.errors import LabkitError
from labkit.building.build import built
from labkit.classroom.folder import locked
from labkit.classroom.grade import GradedClass, Options
from labkit.judging import result as results
from labkit.lab import schema
from labkit.lab.course import find
from labkit.lab.lab import Lab
from labkit.lab.stubs import stub_package
from labkit.platforms.moodle.live import by_services
from labkit.platforms.moodle.live.assignment import read_class
from labkit.platforms.moodle.live.by_services import PLAN, Live, deliver_to, live_to
from labkit.platforms.moodle.live.fetch import FOLDER, fetch
from labkit.platforms.moodle.live.journal import NAME, open_journal
from labkit.platforms.moodle.live.service import Service, read_token
from labkit.platforms.moodle.worksheet import MoodleError
from labkit.reporting.similar import Similarity
from tests import sample_class
from tests.classroom import mini
from tests.packing import encoded
from tests.platforms.moodle import replay
from tests.platforms.moodle.replay import TOKEN, Grade, Moodle, serving

LAB = find("lab1")
RIGHT = encoded(sample_class.right(LAB))
STUBS = encoded(stub_package(LAB))
SIGMOID = encoded(sample_class.wrong(LAB, "sigmoid"))
"""Loses 8 of the 100 points."""
HALF = {9: SIGMOID, 13: RIGHT, 17: RIGHT, 20: STUBS}
"""Instead of what cannot be graded, or only in ten seconds."""

GRADES = {
    **dict.fromkeys((3, 4, 5, 11, 13, 16, 17, 18, 19), 100.0),
    **{6: 0.0, 7: 42.0, 8: 72.0, 9: 92.0, 10: 92.0, 12: 72.0, 14: 92.0, 15: 92.0, 20: 0.0},
}
"""What the 18 earn."""


def live(url: str, **more: object) -> Live:
    return replace(Live(url, TOKEN, 1, pauses=()), **more)


def go(moodle: Moodle, out: Path, **more: object) -> GradedClass:
    """The whole trip."""
    with serving(moodle) as url:
        given = live(relocated(url, out), **{"assignment": moodle.number, **more})
        return live_to(built(LAB), given, out, Options(jobs=1))


def relocated(url: str, out: Path) -> str:
    """The journal knows the site by its address, whose port is another one each time here."""
    path = out / NAME
    if path.is_file():
        text = path.read_text(encoding="utf-8")
        path.write_text(re.sub(r"http://127\.0\.0\.1:\d+", url, text), encoding="utf-8")
    return url


def said(graded: GradedClass) -> str:
    return " ".join(" ".join(graded.summary).split())


def small(work: dict[int, dict[str, bytes]], **rules: object) -> Moodle:
    """The class, of which only some handed in."""
    moodle = replay.class_of_18(work, **rules)
    moodle.rows = [row for row in moodle.rows if row["userid"] in work]
    return moodle


def hand_in_again(moodle: Moodle, user: int, work: dict[str, bytes]) -> None:
    """Other content in the same files, a minute later."""
    (row,) = [row for row in moodle.rows if row["userid"] == user]
    row["timemodified"] += 60
    for path, data in work.items():
        moodle.files[f"23/assignsubmission_file/submission_files/{row['id']}/{path}"] = data
    for file in row["plugins"][0]["fileareas"][0]["files"]:
        file["filesize"] = len(work[(file["filepath"] + file["filename"]).lstrip("/")])


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """OUT of a run that graded all 18 and wrote nothing."""
    out = tmp_path_factory.mktemp("live") / "out"
    moodle = replay.class_of_18(HALF)
    graded = go(moodle, out)
    assert not moodle.saves and not moodle.drafts
    assert "18 of 18 would be written" in said(graded)
    return out


def copied(template: Path, tmp_path: Path) -> Path:
    """OUT with the results alone: nothing fetched, nothing sent."""
    out = tmp_path / "out"
    for name in ("results", "feedback"):
        shutil.copytree(template / name, out / name)
    return out


def deliver(url: str, out: Path, *, lab: Lab = LAB, **more: object) -> GradedClass:
    """The trip for a class that is graded already: every request, no grading."""
    given = live(url, push=True, **more)
    service = Service(given.url, given.token, seconds=10, pauses=given.pauses)
    with closing(service), open_journal(out, service.site, given.assignment) as journal:
        found = read_class(service, given.assignment)
        fetch(service, found, out)
        read = [results.read(path) for path in (out / "results").glob("*.json")]
        by_number = {one.platform["id"]: one for one in read if one is not None}
        graded = GradedClass(lab, [by_number[one.number] for one in found.hand_ins], Similarity())
        deliver_to(service, found, journal, graded=graded, out=out, live=given)
        return graded


def everything_is_there(moodle: Moodle, out: Path) -> None:
    """Each has their grade, their comment and their page, and nobody anything of another's."""
    assert {user: one.grade for user, one in moodle.grades.items()} == GRADES
    for path in (out / "results").glob("*.json"):
        one = results.read(path)
        assert one is not None
        held = moodle.grades[one.platform["id"]]
        page = (out / "feedback" / f"{path.stem}.html").read_bytes()
        assert held.files["feedback.html"] == page
        assert held.comment.startswith(f"{LAB.title}: {one.total:g} of 100 points.<br>")


# ---------------------------------------------------------------- eighteen students


def test_eighteen_get_their_grades_comments_and_pages(template: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    shutil.copytree(template, out)
    moodle = replay.class_of_18(HALF)
    graded = go(moodle, out, push=True)
    everything_is_there(moodle, out)
    assert "18 of 18 were written" in said(graded)
    assert Counter(one["user"] for one in moodle.saves) == dict.fromkeys(GRADES, 1)
    assert len(moodle.areas) == 1
    rows = list(csv.DictReader(io.StringIO((out / PLAN).read_text("utf-8-sig"))))
    assert {row["what"] for row in rows} == {"written"}
    assert all(row["grade_in_moodle"] == row["grade"] != "" for row in rows)
    # Again: nothing has changed, so no file is fetched, nothing is written or even looked up.
    moodle.asked.clear()
    graded = go(moodle, out, push=True)
    assert "0 of 18 were written, 18 were there already" in said(graded)
    assert not {"file", "upload", "mod_assign_save_grade"} & set(moodle.asked)


def test_the_plan_is_a_table_that_excel_reads(template: Path) -> None:
    rows = list(csv.DictReader(io.StringIO((template / PLAN).read_text("utf-8-sig"))))
    assert len(rows) == 18 and {row["what"] for row in rows} == {"write"}
    assert {row["name"] for row in rows if row["grade"] == "42"} == {"Александра Достоевская"}
    assert {row["name"][:6] for row in rows if row["submission"].endswith("_18")} == {"'=SUM("}


def test_lateness_and_mail_reach_the_results(tmp_path: Path) -> None:
    moodle = small({3: RIGHT}, duedate=1795872943 - 90000)
    moodle.flags = {4: {"extensionduedate": 5}}
    go(moodle, tmp_path)
    (path,) = (tmp_path / "results").iterdir()
    platform = results.read(path).platform
    assert platform["late"] == "1 day late" and platform["email"] == "s01@example.invalid"
    assert "1 day late" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_a_changed_hand_in_is_fetched_graded_and_written_again(tmp_path: Path) -> None:
    moodle = small({3: SIGMOID, 4: RIGHT})
    go(moodle, tmp_path, push=True)
    hand_in_again(moodle, 3, RIGHT)
    moodle.asked.clear()
    graded = go(moodle, tmp_path, push=True)
    assert {user: one.grade for user, one in moodle.grades.items()} == {3: 100.0, 4: 100.0}
    assert [one["user"] for one in moodle.saves] == [3, 4, 3]
    assert "1 had another grade, which is replaced" in said(graded)
    assert "1 had another comment, which is replaced" in said(graded)
    assert len(list((tmp_path / FOLDER).iterdir())) == 2  # the old version has gone


# ---------------------------------------------------------------- killed


def killed(moodle: Moodle, out: Path, fatal: Callable[[int, str], bool]) -> bool:
    """Run the trip in a process that dies at a request; whether it came so far.

    `fatal` is told a request's number and the moment.
    """
    child = 0
    born = threading.Event()

    def hook(at: int, when: str) -> int | None:
        if fatal(at, when):
            # The first request can be here before fork has told this process the child's number.
            assert born.wait(60) and child > 0
            os.kill(child, signal.SIGKILL)
            return 0
        return None

    with serving(moodle, hook) as url:
        child = os.fork()
        if not child:
            status = 1
            try:
                deliver(url, out)
                status = 0
            finally:
                os._exit(status)
        born.set()
        _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return os.WIFSIGNALED(status)


def survives(template: Path, tmp_path: Path, number: int, moment: str) -> bool:
    """Kill at one request and run again; whether there was such a request."""
    out = copied(template, tmp_path / f"{number}-{moment}")
    moodle = replay.class_of_18(HALF)
    moodle.grades[4] = Grade(comment="<p>Mine.</p>", files={"notes/own.pdf": b"own"})
    died = killed(moodle, out, lambda at, when: (at, when) == (number, moment))
    with serving(moodle) as url:
        deliver(relocated(url, out), out)
    everything_is_there(moodle, out)
    assert Counter(one["user"] for one in moodle.saves) == dict.fromkeys(GRADES, 1)
    assert moodle.grades[4].files["notes/own.pdf"] == b"own"
    assert [user for user, one in moodle.grades.items() if "notes/own.pdf" in one.files] == [4]
    assert len(moodle.areas) <= 3
    shutil.rmtree(out)
    return died


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize(
    "start", [0, *(pytest.param(n, marks=pytest.mark.slow) for n in range(1, 5))]
)
def test_killed_at_any_request_it_goes_on(start: int, template: Path, tmp_path: Path) -> None:
    """A sample of the requests; the test below takes every one."""
    died = [
        survives(template, tmp_path, number, "before" if number % 2 else "after")
        for number in range(3 + 9 * start, 112, 45)
    ]
    assert all(died)  # else there was no such request, and nothing was tried


MANY = 144
"""More than the requests of a whole trip: a file, a look, an upload and a grade each."""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("first", range(1, MANY, 12))
@pytest.mark.parametrize(
    "turn", [pytest.param(0, marks=pytest.mark.slow), pytest.param(1, marks=pytest.mark.exhaustive)]
)
def test_killed_at_every_request_it_goes_on(
    first: int, turn: int, template: Path, tmp_path: Path
) -> None:
    """Before it or after it, in turn: the other way round where there is time for everything."""
    died = [
        survives(template, tmp_path, number, "before" if number % 2 == turn else "after")
        for number in range(first, first + 12)
    ]
    assert all(died) or first > 4 * 18
    assert not died[-1] or first + 12 < MANY  # the last of them found no request to die at


@pytest.mark.slow
def test_a_killed_command_leaves_nothing_behind_that_stops_the_next(tmp_path: Path) -> None:
    moodle = small({3: RIGHT, 4: SIGMOID})
    process: subprocess.Popen[str] | None = None

    def hook(at: int, when: str) -> int | None:
        if process and when == "after" and moodle.asked.count("mod_assign_save_grade") == 1:
            process.kill()
            return 0
        return None

    command = [sys.executable, "-m", "labkit", "moodle", LAB.short, "--assignment", "1", "--push"]
    with serving(moodle, hook) as url:
        command += ["--url", url, "--out", str(tmp_path / "out"), "--jobs", "1"]
        environment = os.environ | {"MOODLE_TOKEN": TOKEN}
        process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
        process.communicate()
        assert process.returncode == -signal.SIGKILL
        process = None
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert {user: one.grade for user, one in moodle.grades.items()} == {3: 100.0, 4: 92.0}
    assert len(moodle.saves) == 2
    assert TOKEN not in done.stdout + done.stderr


# ---------------------------------------------------------------- the network fails


def failing(
    tmp_path: Path, template: Path, hook: replay.Hook, **more: object
) -> tuple[Moodle, str]:
    """What a delivery says that fails."""
    moodle = replay.class_of_18(HALF)
    out = copied(template, tmp_path)
    with serving(moodle, hook) as url, pytest.raises(MoodleError) as caught:
        deliver(url, out, **more)
    text = str(caught.value)
    assert TOKEN not in text and "\n" not in text and text.endswith((".", "?"))
    return moodle, text


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"<!doctype html><title>Log in</title>", "a web page instead of data"),
        (503, "the error 503. Run the same command again"),
        (404, "the error 404: is it the address of Moodle's front page"),
        (303, "sends everybody on to https://other.example.edu/: give the address"),
        (0, "broke during"),
        (b"", "a web page instead of data"),
    ],
)
def test_bad_answers_end_in_a_sentence(
    answer: bytes | int, words: str, template: Path, tmp_path: Path
) -> None:
    _, text = failing(tmp_path, template, lambda n, when: answer if n == 3 else None)
    assert words in text


def test_a_slow_or_missing_site_ends_in_a_sentence() -> None:
    def hook(number: int, moment: str) -> None:
        time.sleep(0.5)

    with serving(replay.blind(), hook) as url:
        service = Service(url, TOKEN, seconds=0.1, pauses=())
        with closing(service), pytest.raises(MoodleError, match=r"did not answer .* within 0.1 s"):
            service.call("mod_assign_get_assignments")
    service = Service(url, TOKEN, pauses=())
    with closing(service), pytest.raises(MoodleError, match="cannot be reached"):
        service.call("mod_assign_get_assignments")


def test_what_fails_for_a_moment_is_tried_again_and_not_written_twice(
    template: Path, tmp_path: Path
) -> None:
    """Every fifth request fails, half of them after Moodle has done what was asked."""
    moodle = replay.class_of_18(HALF)
    out = copied(template, tmp_path)

    def hook(number: int, moment: str) -> int | None:
        failing = "before" if number % 2 else "after"
        return (503 if number % 3 else 0) if number % 5 == 0 and moment == failing else None

    with serving(moodle, hook) as url:
        deliver(url, out, pauses=(0.0, 0.0))
    everything_is_there(moodle, out)
    assert Counter(one["user"] for one in moodle.saves) == dict.fromkeys(GRADES, 1)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("invalidtoken", "make a new token"),
        ("accessexception", "webservice/rest:use"),
        ("nopermissions", "of somebody who grades this assignment"),
    ],
)
def test_errors_with_http_200_are_sentences(
    error: str, words: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def refuse(self: Moodle, given: object) -> None:
        if error == "nopermissions":
            raise replay.MoodleSaysNo(replay.ERRORS["student"])
        raise replay.refusal(error, f"No: {TOKEN}.")

    monkeypatch.setattr(Moodle, "_mod_assign_get_submissions", refuse)
    with pytest.raises(MoodleError, match=rf"\({error}\); .*{words}") as caught:
        go(small({3: RIGHT}), tmp_path)
    assert TOKEN not in str(caught.value)


# ---------------------------------------------------------------- the measured traps


@pytest.mark.slow
def test_a_teachers_own_feedback_files_stay(tmp_path: Path) -> None:
    moodle = small({3: RIGHT, 4: RIGHT})
    own = {"notes.txt": b"see me", "scans/page 1.png": b"png", "feedback.html": b"an older page"}
    moodle.grades[3] = Grade(50.0, 21, 5, "<p>Well tried.</p>", dict(own))
    graded = go(moodle, tmp_path, push=True)
    assert moodle.grades[3].files.keys() == own.keys()
    assert moodle.grades[3].files["scans/page 1.png"] == b"png"
    assert b"an older page" not in moodle.grades[3].files.values()
    assert moodle.grades[4].files.keys() == {"feedback.html"}
    assert "1 had another grade, which is replaced: Anna Smith_3." in said(graded)
    assert "1 had another comment, which is replaced: Anna Smith_3." in said(graded)


@pytest.mark.slow
def test_locked_grades_are_left_alone_and_said(tmp_path: Path) -> None:
    moodle = small({3: RIGHT, 4: RIGHT})
    moodle.overridden[3] = 11.0
    moodle.grades[3] = Grade(72.0, 21, 5, "<p>Mine.</p>")
    graded = go(moodle, tmp_path, push=True)
    assert moodle.grades[3] == Grade(72.0, 21, 5, "<p>Mine.</p>")
    assert [one["user"] for one in moodle.saves] == [4]
    assert "1 stay as they are, because the gradebook has locked" in said(graded)


@pytest.mark.slow
def test_what_moodle_does_not_take_is_found_by_reading_back(tmp_path: Path) -> None:
    moodle = small({3: RIGHT, 4: RIGHT})
    moodle.overridden[3] = 11.0
    moodle.gradebook_is_shown = False
    graded = go(moodle, tmp_path, push=True)
    assert "1 were not taken although Moodle says so" in said(graded)
    assert "does not show you the gradebook" in said(graded)
    assert "1 of 2 were written" in said(graded)
    assert ",100,,not taken" in (tmp_path / PLAN).read_text("utf-8-sig")
    assert "1 were not taken" in said(go(moodle, tmp_path, push=True))
    assert [one["user"] for one in moodle.saves] == [3, 4]  # and not posted once more


@pytest.mark.slow
def test_the_scale_of_the_assignment_counts(tmp_path: Path) -> None:
    moodle = small({3: SIGMOID}, grade=20)
    go(moodle, tmp_path, push=True)
    assert moodle.grades[3].grade == 18.4


@pytest.mark.slow
def test_drafts_and_reopened_work_are_skipped_unless_asked_for(tmp_path: Path) -> None:
    moodle = small({3: RIGHT, 4: RIGHT, 5: RIGHT})
    for row, status in zip(moodle.rows, ("submitted", "draft", "reopened"), strict=True):
        row["status"] = status
    graded = go(moodle, tmp_path, push=True)
    assert set(moodle.grades) == {3}
    assert "1 hand-in not handed in yet (a draft) left out" in said(graded)
    assert "1 hand-in reopened" in said(graded)
    go(moodle, tmp_path, push=True, drafts=True)
    assert set(moodle.grades) == {3, 4}


@pytest.mark.slow
def test_only_those_whom_the_teacher_may_see_are_read_and_graded(tmp_path: Path) -> None:
    """The services hold nobody back: a teacher of one group could read and grade all."""
    moodle = small({3: RIGHT, 4: RIGHT, 6: RIGHT})
    for one in moodle.people:
        one["groups"] = [{"id": 7 if one["id"] < 6 else 8, "name": "G", "description": ""}]
    moodle.own_groups = [7]
    graded = go(moodle, tmp_path, push=True)
    assert set(moodle.grades) == {3, 4}
    assert "1 hand-in of people whom Moodle does not list for you left out" in said(graded)
    assert moodle.asked.count("file") == 2 * len(RIGHT)


@pytest.mark.slow
def test_blind_marking_names_nobody(tmp_path: Path) -> None:
    moodle = replay.blind()
    graded = go(moodle, tmp_path, push=True)
    assert {user: one.grade for user, one in moodle.grades.items()} == dict.fromkeys((3, 4, 5), 20)
    assert [one.submission for one in graded.results] == [
        f"Participant_{number}" for number in (103, 104, 105)
    ]
    assert 'only after "Reveal student identities"' in said(graded)
    written = [path.read_text("utf-8") for path in tmp_path.rglob("*.*") if path.suffix != ".zip"]
    assert not any(re.search(r"Anna|Smith|s01@|Jean-Luc", text) for text in written)


@pytest.mark.slow
def test_a_team_gets_one_save_that_reaches_all(tmp_path: Path) -> None:
    moodle = replay.teams()
    graded = go(moodle, tmp_path, push=True)
    assert [one.submission for one in graded.results] == [
        'Team_One_Co_1', "Team O_Two_2", "Équipe 3_B_3", "平成_4", "Default group_221",
    ]  # fmt: skip
    teams = {3: 100.0, 6: 0.0, 9: 92.0, 15: 100.0}
    for first, grade in teams.items():
        team = range(first, first + 3) if first < 15 else range(15, 21)
        assert {moodle.grades[user].grade for user in team} == {grade}, first
        assert len({moodle.grades[user].files["feedback.html"] for user in team}) == 1
    assert not moodle.grades.keys() & {12, 13, 14}  # their zip is cut off
    assert [one["applytoall"] for one in moodle.saves] == ["1"] * 4


@pytest.mark.slow
def test_a_members_own_file_stays_with_that_member(tmp_path: Path) -> None:
    moodle = replay.teams()
    moodle.rows = moodle.rows[:4]  # the first team's
    moodle.grades[4] = Grade(files={"private.txt": b"for Jean-Luc"})  # by a zip: no grade is saved
    go(moodle, tmp_path, push=True)
    assert {user: set(one.files) for user, one in moodle.grades.items()} == {
        3: {"feedback.html"},
        4: {"feedback.html", "private.txt"},
        5: {"feedback.html"},
    }
    assert [one["applytoall"] for one in moodle.saves] == ["0"] * 3


@pytest.mark.slow
def test_workflow_states_stay_unless_released(tmp_path: Path) -> None:
    moodle = small({3: RIGHT, 4: RIGHT}, markingworkflow=1)
    moodle.flags = {3: {"workflowstate": "inreview"}}
    graded = go(moodle, tmp_path, push=True)
    assert moodle.flags == {3: {"workflowstate": "inreview"}}
    assert "2 of the grades stay out of the gradebook" in said(graded)
    assert "release them in Moodle, or with --release" in said(graded)
    assert "0 of 2 were written" in said(go(moodle, tmp_path, push=True))
    go(moodle, tmp_path, push=True, release=True)
    assert {one["workflowstate"] for one in moodle.flags.values()} == {"released"}
    assert all(set(one.files) == {"feedback.html"} for one in moodle.grades.values())
    assert "0 of 2 were written" in said(go(moodle, tmp_path, push=True, release=True))
    assert len(moodle.saves) == 4


@pytest.mark.slow
def test_files_that_moodle_hides_before_release_are_not_replaced(tmp_path: Path) -> None:
    moodle = small({3: RIGHT, 4: RIGHT}, markingworkflow=1)
    moodle.grades[3] = Grade(50.0, 21, 5, "<p>Mine.</p>", {"notes.txt": b"see me"})
    for work in (RIGHT, SIGMOID):  # of the second round only the journal knows whose they are
        hand_in_again(moodle, 3, work)
        graded = go(moodle, tmp_path, push=True, replace=True)
        assert moodle.grades[3].grade == (100.0 if work is RIGHT else 92.0)
        assert moodle.grades[3].files == {"notes.txt": b"see me"}
        assert set(moodle.grades[4].files) == {"feedback.html"}
        assert "1 may have files of a teacher, which Moodle hides" in said(graded)


# ---------------------------------------------------------------- a teacher's corrections

MINE = Grade(95.0, 21, 1_795_990_000, "<p>Mine: see me.</p>", {"own.pdf": b"own"})
LEFT = "1 were changed in Moodle by hand and are left as they are"


def corrected(moodle: Moodle, user: int) -> None:
    """A teacher gives another grade and comment in Moodle."""
    moodle.grades[user] = replace(MINE, files=dict(MINE.files))


def test_a_correction_is_not_released_over(tmp_path: Path) -> None:
    moodle = small({3: SIGMOID, 4: RIGHT}, markingworkflow=1)
    go(moodle, tmp_path, push=True)
    corrected(moodle, 3)
    graded = go(moodle, tmp_path, push=True, release=True)
    assert moodle.grades[3] == MINE
    assert moodle.flags == {4: {"workflowstate": "released"}}
    assert f"{LEFT}: release them in Moodle, or overwrite them with --replace: Anna" in said(graded)
    rows = list(csv.DictReader(io.StringIO((tmp_path / PLAN).read_text("utf-8-sig"))))
    assert [row["what"] for row in rows] == ["changed in Moodle", "released"]
    go(moodle, tmp_path, push=True, release=True, replace=True)
    assert moodle.grades[3].grade == 92.0 and moodle.grades[3].files == MINE.files
    assert moodle.flags[3] == {"workflowstate": "released"}


@pytest.mark.slow
@pytest.mark.parametrize("correct", [True, False])
def test_a_release_that_fails_once_ends_as_one_that_does_not(tmp_path: Path, correct: bool) -> None:
    """Whether or not a teacher corrects the grade before it is sent again."""
    moodle = small({3: SIGMOID, 4: RIGHT}, markingworkflow=1)
    go(moodle, tmp_path, push=True)
    failed = threading.Event()

    def hook(number: int, moment: str) -> int | None:
        if len(moodle.saves) == 3 and not failed.is_set():
            failed.set()
            moodle.saves.pop()
            moodle.flags.clear()
            if correct:
                corrected(moodle, 3)
            return 503
        return None

    with serving(moodle, hook) as url:
        given = live(relocated(url, tmp_path), push=True, release=True, pauses=(0.0,))
        graded = live_to(built(LAB), given, tmp_path, Options(jobs=1))
    assert failed.is_set()
    if correct:
        assert moodle.grades[3] == MINE and LEFT in said(graded)
        assert moodle.flags.keys() == {4}
    else:
        assert moodle.grades[3].grade == 92.0 and moodle.flags.keys() == {3, 4}
        assert "2 of 2 were written" in said(graded)


@pytest.mark.slow
@pytest.mark.parametrize("workflow", [0, 1])
def test_a_new_page_or_new_work_does_not_undo_a_correction(tmp_path: Path, workflow: int) -> None:
    moodle = small({3: SIGMOID, 4: RIGHT}, markingworkflow=workflow)
    go(moodle, tmp_path, push=True)
    corrected(moodle, 3)
    for user in (3, 4):
        hand_in_again(moodle, user, STUBS)
    graded = go(moodle, tmp_path, push=True)
    assert moodle.grades[3] == MINE and moodle.grades[4].grade == 0.0
    assert f"{LEFT}: overwrite them with --replace: Anna Smith_3." in said(graded)
    graded = go(moodle, tmp_path, push=True, replace=True)
    assert moodle.grades[3].grade == 0.0 and "by hand" not in said(graded)
    assert "0 of 2 were written" in said(go(moodle, tmp_path, push=True))


@pytest.mark.slow
def test_a_grade_from_before_the_first_push_is_replaced_and_said(tmp_path: Path) -> None:
    """The plan tells so before: what is kept is what somebody changed after the kit."""
    moodle = small({3: SIGMOID, 4: RIGHT})
    corrected(moodle, 3)
    assert "1 had another grade, which would be replaced: Anna Smith_3." in said(
        go(moodle, tmp_path)
    )
    graded = go(moodle, tmp_path, push=True)
    assert "2 of 2 were written" in said(graded)
    assert moodle.grades[3].grade == 92.0
    assert moodle.grades[3].files.keys() == {"own.pdf", "feedback.html"}


@pytest.mark.slow
def test_one_members_correction_keeps_only_that_member(tmp_path: Path) -> None:
    moodle = replay.teams()
    moodle.rows = moodle.rows[:4]  # the first team's
    go(moodle, tmp_path, push=True)
    corrected(moodle, 4)
    moodle.saves.clear()
    for path in (tmp_path / "feedback").iterdir():
        path.write_bytes(path.read_bytes() + b"<!-- new -->")
    with serving(moodle) as url:
        graded = deliver(relocated(url, tmp_path), tmp_path, assignment=moodle.number)
    assert {user: one.grade for user, one in moodle.grades.items()} == {3: 100, 4: 95, 5: 100}
    assert [one["applytoall"] for one in moodle.saves] == ["0"] * 2
    assert moodle.grades[4] == MINE and LEFT in said(graded)
    assert "but not for members changed in Moodle" in (tmp_path / PLAN).read_text("utf-8-sig")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.slow
def test_after_a_killed_run_later_pages_arrive_and_corrections_stay(
    template: Path, tmp_path: Path
) -> None:
    """Killed after the last grade was taken and before that was read back."""
    moodle = replay.class_of_18(HALF, markingworkflow=1)
    out = copied(template, tmp_path)

    def last(at: int, when: str) -> bool:
        return when == "after" and len(moodle.saves) == len(GRADES)

    assert killed(moodle, out, last)
    corrected(moodle, 3)
    for _ in range(2):  # the run after it, and one with other pages
        with serving(moodle) as url:
            deliver(relocated(url, out), out)
        assert moodle.grades[3] == MINE
        others = [one for user, one in moodle.grades.items() if user != 3]
        pages = [path.read_bytes() for path in (out / "feedback").iterdir()]
        assert all(one.files["feedback.html"] in pages for one in others)
        for path in (out / "feedback").iterdir():
            path.write_bytes(path.read_bytes() + b"<!-- new -->")


@pytest.mark.slow
def test_the_kits_own_page_is_renewed_though_moodle_hides_it(tmp_path: Path) -> None:
    """Before release Moodle shows no feedback; the journal knows what the kit left there."""
    moodle = small({3: RIGHT}, markingworkflow=1)
    go(moodle, tmp_path, push=True)
    first = dict(moodle.grades[3].files)
    hand_in_again(moodle, 3, SIGMOID)
    graded = go(moodle, tmp_path, push=True)
    assert moodle.grades[3].grade == 92.0 and "hides" not in said(graded)
    assert moodle.grades[3].files.keys() == {"feedback.html"} and moodle.grades[3].files != first


@pytest.mark.slow
def test_under_blind_marking_no_feedback_means_that_there_is_none(tmp_path: Path) -> None:
    moodle = replay.blind()
    moodle.rows = moodle.rows[:1]
    moodle.grades[3] = Grade(5.0, 21, 5)  # a teacher's grade alone
    go(moodle, tmp_path, push=True)
    assert moodle.grades[3].files.keys() == {"feedback.html"}


@pytest.mark.slow
def test_words_of_a_scale_are_sent_by_number(tmp_path: Path) -> None:
    scale = {"Poor": 0.0, "Fair": 40.0, "Good": 60.0, "Very good": 95.0}
    moodle = small({3: RIGHT, 4: STUBS, 5: SIGMOID}, grade=-2)
    moodle.scale = tuple(scale)
    graded = go(moodle, tmp_path / "a", push=True)
    assert {one.grade for one in moodle.grades.values()} == {-1.0}
    assert all(one.comment and one.files for one in moodle.grades.values())
    assert "words of a scale (from Poor to Very good, 4 words)" in said(graded)
    table = schema.Moodle(scale=scale)  # [moodle.scale] in lab.toml
    lab = replace(LAB, config=LAB.config.model_copy(update={"moodle": table}))
    out = copied(tmp_path / "a", tmp_path / "b")
    with serving(moodle) as url:
        moodle.asked.clear()
        deliver(url, out, lab=lab)
    assert moodle.asked.count("gradereport_user_get_grade_items") == 2  # before and after
    assert {user: one.grade for user, one in moodle.grades.items()} == {3: 4.0, 4: 1.0, 5: 3.0}
    moodle.scale = ("Bad", "Fair", "Good", "Very good")  # not the words that lab.toml has
    moodle.grades.clear()
    with serving(moodle) as url:
        deliver(url, copied(tmp_path / "a", tmp_path / "c"), lab=lab)
    assert {one.grade for one in moodle.grades.values()} == {-1.0}


def test_a_grade_of_zero_is_a_grade(tmp_path: Path) -> None:
    moodle = small({3: STUBS})
    graded = go(moodle, tmp_path, push=True)
    assert moodle.grades[3].grade == 0.0 and "1 of 1 were written" in said(graded)


def test_what_is_handed_in_during_the_run_is_not_graded_by_the_old_work(
    template: Path, tmp_path: Path
) -> None:
    moodle = replay.class_of_18(HALF)

    def hook(number: int, moment: str) -> None:
        if moodle.asked.count("mod_assign_get_grades") == 1:
            moodle.rows[0]["timemodified"] = 1795999999

    with serving(moodle, hook) as url:
        graded = deliver(url, copied(template, tmp_path))
    assert "1 were handed in anew meanwhile" in said(graded)
    assert set(moodle.grades) == set(GRADES) - {3}


@pytest.mark.slow
def test_feedback_types_that_are_off_are_said(tmp_path: Path) -> None:
    moodle = small({3: RIGHT})
    for config in moodle.assignment["configs"]:
        if config["subtype"] == "assignfeedback" and config["plugin"] == "file":
            config["value"] = "0"
    graded = go(moodle, tmp_path, push=True)
    assert 'The feedback type "Feedback files" is off' in said(graded)
    assert moodle.grades[3].grade == 100.0 and not moodle.drafts


# ---------------------------------------------------------------- what is refused


def test_assignments_are_named_where_the_number_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(MoodleError, match=r"has the number 77 .*4 is HW4 team"):
        go(small({3: RIGHT}), tmp_path, assignment=77)
    with pytest.raises(MoodleError, match=r"number 5, which is that of a page: .*has the number 4"):
        go(small({3: RIGHT}), tmp_path, assignment=5)


@pytest.mark.slow
def test_another_assignments_folder_is_refused(tmp_path: Path) -> None:
    go(small({3: RIGHT}), tmp_path)
    with pytest.raises(MoodleError, match=r"holds the work on assignment 1 of http://127"):
        go(replay.blind(), tmp_path)


def test_two_runs_at_once_are_refused(tmp_path: Path) -> None:
    first = open_journal(tmp_path, "https://m.example.edu", 1)
    second = open_journal(tmp_path, "https://m.example.edu", 1)
    with first, pytest.raises(LabkitError, match="Another labkit is at work"), second:
        pass


def test_out_is_held_until_moodle_has_its_grades(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = []

    def looked(*_: object, **__: object) -> list[Path]:
        held.append(mini.is_held(tmp_path))
        return []

    monkeypatch.setattr(by_services, "deliver_to", looked)
    go(small({3: {"notes.txt": b"nothing"}}), tmp_path)
    assert held == [True]


def test_a_folder_without_locks_is_no_other_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on some network drives."""

    def none(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr("fcntl.flock", none)
    with open_journal(tmp_path, "https://m.example.edu", 1) as journal, locked(tmp_path):
        journal.done("5", "abc")


def test_a_journal_that_was_cut_off_is_read_up_to_there(tmp_path: Path) -> None:
    with open_journal(tmp_path, "https://m.example.edu", 1) as journal:
        journal.done("5", "abc")
    with (tmp_path / NAME).open("ab") as file:
        file.write('{"key": "6", "state": "done", "digest": "ü'.encode()[:-1])
    with open_journal(tmp_path, "https://m.example.edu", 1) as journal:
        assert journal.about("5")["digest"] == "abc" and not journal.about("6")
        journal.done("7", "def")
    with open_journal(tmp_path, "https://m.example.edu", 1) as journal:
        assert journal.about("7")["digest"] == "def"


def test_a_journal_without_room_is_named(tmp_path: Path) -> None:
    """So that the command ends with one sentence; the next run reads what fitted."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
    try:
        opened = open_journal(tmp_path, "https://m.example.edu", 1)
        with pytest.raises(OSError) as caught, opened as journal:
            for number in range(1000):
                journal.done(str(number), "abc")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert caught.value.filename == str(tmp_path / NAME)
    with open_journal(tmp_path, "https://m.example.edu", 1) as journal:
        assert journal.about("0")["digest"] == "abc" and not journal.about("999")


def test_release_needs_push(tmp_path: Path) -> None:
    with pytest.raises(MoodleError, match="needs --push"):
        go(small({3: RIGHT}), tmp_path, release=True)


@pytest.mark.parametrize(
    "url",
    [
        *("http://moodle.example.edu", "moodle.example.edu", "https://me:pw@m.org", "ftp://m.org"),
        *("https://m.org:port", "https://[::1", "https://m..org", "https://m\0.org"),
    ],
)
def test_the_token_goes_to_a_site_of_https_alone(url: str) -> None:
    with pytest.raises(MoodleError, match=r"in the clear|is no address of a Moodle"):
        Service(url, TOKEN)


def test_files_are_asked_of_the_named_site_alone() -> None:
    """An address in an answer may lead anywhere: the token does not follow it."""
    moodle = replay.class_of_18({})
    with serving(moodle) as url, closing(Service(url, TOKEN, pauses=())) as service:
        address, data = next(iter(moodle.files.items()))
        for site in ("https://evil.example.org/webservice", "https://moodle.example.edu"):
            assert service.download(f"{site}/pluginfile.php/{address}", len(data)) == data
        with pytest.raises(MoodleError, match="no address of its own"):
            service.download("https://evil.example.org/steal", 5)


def test_the_token_comes_from_the_environment_or_a_private_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOODLE_TOKEN", TOKEN)
    assert read_token(None) == TOKEN
    assert "MOODLE_TOKEN" not in os.environ  # what is started later does not inherit it
    with pytest.raises(MoodleError, match="no token for Moodle"):
        read_token(None)
    file = tmp_path / "token"
    file.write_text(TOKEN + "\n")
    file.chmod(0o600)
    assert read_token(file) == TOKEN
    file.chmod(0o640)
    with pytest.raises(MoodleError, match="can be read by others: run chmod 600"):
        read_token(file)
    file.chmod(0o600)
    file.write_text("http://x")
    with pytest.raises(
        MoodleError, match="no token of Moodle's, which is 8 to 200 letters"
    ) as caught:
        read_token(file)
    assert "http://x" not in str(caught.value)
