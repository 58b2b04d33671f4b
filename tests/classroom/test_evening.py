"""An instructor's evening: what was decided stays decided, and every grade can be explained."""

from __future__ import annotations

import csv
import errno
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from labkit.base.errors import LabkitError
from labkit.classroom import lateness
from labkit.classroom.folder import locked
from labkit.classroom.grade import Options, grade_to
from labkit.classroom.regrade import regrade
from labkit.judging import result as results
from labkit.judging.result import Result
from labkit.lab.bundle import Bundle
from labkit.lab.schema import Late
from labkit.platforms.moodle.outcome import comment
from tests.classroom import mini


def rows(out: Path) -> dict[str, dict[str, str]]:
    """grades.csv by submission."""
    text = (out / "grades.csv").read_text(encoding="utf-8-sig")
    return {row["submission"]: row for row in csv.DictReader(text.splitlines())}


def page(out: Path, name: str) -> str:
    return (out / "feedback" / f"{name}.html").read_text(encoding="utf-8")


def score(out: Path, name: str) -> Any:
    return json.loads((out / "results" / f"{name}.json").read_text(encoding="utf-8"))["score"]


def table(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_decisions_outlive_every_rerun(tmp_path: Path, bundle: Bundle, hand_ins: Path) -> None:
    """Marks and adjustments given once are there after --resume and without it."""
    out = tmp_path / "out"
    manual = table(tmp_path / "m.csv", "submission,why,why comment\nada,7,Well put\nzoe,3,\n")
    adjust = table(
        tmp_path / "a.csv",
        "submission,question,points,reason\nben,relu,10,half an idea\nada,total,-5,late talk\n",
    )
    unmarked = grade_to(bundle, hand_ins, out, Options(jobs=1))
    told = "Written answers of 2 are not marked yet: their grades, and so the mean, are out of"
    assert f"{told} 100 of 110 points." in unmarked.summary
    assert told in (out / "report.html").read_text(encoding="utf-8")
    assert "not marked yet: they can bring 10 more points" in comment(
        unmarked.results[0], bundle.lab
    )
    graded = grade_to(bundle, hand_ins, out, Options(jobs=1, manual=manual, adjust=adjust))
    assert any("Written answers of 1 are not" in line for line in graded.summary)
    assert {one.submission: one.lost for one in graded.results} == {
        **{"ada": (), "ben": ("relu",), "cem": ("tanh", "relu")},
    }
    assert any("zoe, who handed nothing in" in line for line in graded.summary)
    for resume in (True, False):
        grade_to(bundle, hand_ins, out, Options(jobs=1, resume=resume))
        found = rows(out)
        assert (found["ada"]["why"], found["ada"]["total"], found["ada"]["possible"]) == (
            *("7", "102", "110"),
        )
        assert (found["ben"]["relu"], found["ben"]["total"]) == ("10", "70")
        assert found["cem"]["percent"] == ""
        assert score(out, "ben") == 70
        assert "half an idea" in page(out, "ben")
        assert "Well put" in page(out, "ada")
        assert "late talk" in page(out, "ada")
        assert "half an idea" in (out / "report.html").read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_resubmission_after_a_mark_is_flagged(
    tmp_path: Path, bundle: Bundle, hand_ins: Path
) -> None:
    """The mark stays, and the summary says that it was for an earlier version."""
    out = tmp_path / "out"
    manual = table(tmp_path / "m.csv", "submission,why\nben,4\n")
    grade_to(bundle, hand_ins, out, Options(jobs=1, manual=manual))
    mini.hand_in(hand_ins / "ben.zip", bundle)
    graded = grade_to(bundle, hand_ins, out, Options(jobs=1, resume=True))
    assert rows(out)["ben"]["why"] == "4"
    assert rows(out)["ben"]["relu"] == "40"
    assert any("ben was marked for an earlier version" in line for line in graded.summary)
    marking = (out / "written.html").read_text(encoding="utf-8")
    assert marking.count("given for an earlier version") == 1
    manual.write_text("submission,why\nben,6\n", encoding="utf-8")  # looked at again
    graded = grade_to(bundle, hand_ins, out, Options(jobs=1, resume=True, manual=manual))
    assert not any("earlier version" in line for line in graded.summary)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("submission,question,points,reason\nada,sofmax,1,x\n", "sofmax"),
        ("submission,question,points,reason\nada,relu,one,x\n", "'one' is no number"),
        ("submission,question,points,reason\nada,relu,1,\n", "no reason"),
        ("submission,question,points\nada,relu,1\n", "reason stands there 0 times"),
        ("submission,question,points,reason\nada,total,2,quiz\nada,total,3,quiz\n", "as one"),
    ],
)
def test_adjustments_that_do_not_fit_are_one_sentence(
    tmp_path: Path, bundle: Bundle, hand_ins: Path, text: str, told: str
) -> None:
    with pytest.raises(LabkitError, match=told):
        grade_to(
            bundle, hand_ins, tmp_path / "out", Options(adjust=table(tmp_path / "a.csv", text))
        )


@pytest.mark.parametrize(
    ("how", "ben", "possible"),
    [pytest.param("full", "100", "100", marks=pytest.mark.slow), ("out", "60", "60")],
)
def test_an_excluded_question(
    tmp_path: Path, hand_ins: Path, bundle: Bundle, how: str, ben: str, possible: str
) -> None:
    """A faulty question gives everybody its points, or leaves the sum; nobody is graded again."""
    out = tmp_path / "out"
    grade_to(bundle, hand_ins, out, Options(jobs=1))
    before = json.loads((out / "results" / "ada.json").read_text())["execution_time"]
    changed = mini.lab(tmp_path, f'{mini.TOML}\n[exclude]\nrelu = "{how}"\n')
    assert changed.fingerprint == bundle.fingerprint
    grade_to(changed, hand_ins, out, Options(jobs=1, resume=True))
    assert (rows(out)["ben"]["total"], rows(out)["ben"]["possible"]) == (ben, possible)
    assert "taken out" in page(out, "ben")
    ben = results.read(out / "results" / "ben.json")
    assert ben is not None and ben.lost == () and "relu" not in comment(ben, changed.lab)
    assert ben.summary == "All checks that count pass, the hidden ones too."
    # Nobody was judged again for it.
    assert json.loads((out / "results" / "ada.json").read_text())["execution_time"] == before


def test_only_one_is_graded_again(tmp_path: Path, bundle: Bundle, hand_ins: Path) -> None:
    """--only grades the named one; the others keep what they had, whatever changed."""
    out = tmp_path / "out"
    grade_to(bundle, hand_ins, out, Options(jobs=1))
    mini.hand_in(hand_ins / "ada.zip", bundle, {"tanh": mini.WRONG_TANH})
    mini.hand_in(hand_ins / "ben.zip", bundle)
    grade_to(bundle, hand_ins, out, Options(jobs=1, only=("ben",)))
    assert rows(out)["ben"]["total"] == "100"
    assert rows(out)["ada"]["total"] == "100"
    with pytest.raises(LabkitError, match="--only names bob"):
        grade_to(bundle, hand_ins, out, Options(only=("bob",)))


def test_a_regrade_explains_every_changed_score(
    tmp_path: Path, bundle: Bundle, hand_ins: Path
) -> None:
    """A changed case and a changed submission are told apart, and the old results are kept."""
    out = tmp_path / "out"
    grade_to(bundle, hand_ins, out, Options(jobs=1))
    mini.hand_in(hand_ins / "ada.zip", bundle, {"tanh": mini.WRONG_TANH})
    easier = mini.CASES.replace(
        'check.values("relu", np.array([[-2.0, 0.0, 1.0]]))',
        'check.values("relu", np.array([[2.0, 0.0, 1.0]]))',
    )
    changed = mini.lab(tmp_path, cases=easier)
    graded, changes = regrade(changed, hand_ins, out, Options(jobs=1), never_lower=False)
    told = {(one.submission, one.question): one for one in changes}
    assert told["ben", "relu"].reason == "the case changed"
    assert (told["ben", "relu"].old, told["ben", "relu"].new) == (0, 40)
    assert told["ada", "tanh"].reason == "the submission changed"
    assert {one.submission for one in changes} == {"ada", "ben"}
    assert any("2 of 3 changed" in line for line in graded.summary)
    assert "Graded again" in page(out, "ben")
    # What needs a look first, then a line a kind of change.
    again = [n for n, line in enumerate(graded.summary) if line.startswith("Graded again: ")]
    assert [graded.summary[n] for n in again] == [
        "Graded again: 2 changes (the submission changed): ada; changes.csv lists each.",
        "Graded again: 1 change (the case changed): ben; changes.csv lists each.",
    ]
    assert min(again) > graded.summary.index(next(s for s in graded.summary if "cem" in s))
    html = (out / "report.html").read_text(encoding="utf-8")
    assert html.count("Graded again") == 2
    (kept,) = (out / "history").glob("*/results/ben.json")
    assert json.loads(kept.read_text(encoding="utf-8"))["score"] == 60
    listed = (out / "changes.csv").read_text(encoding="utf-8-sig")
    assert "ben,relu,A small table.,0,40,the case changed" in listed


def test_what_stopped_a_regrade_stops_no_later_run(
    tmp_path: Path, bundle: Bundle, hand_ins: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk is one sentence, without an option that regrade lacks; rests are cleared away."""
    out = tmp_path / "out"
    rest = out / "history" / ".writing-x" / "copy"  # of one that was killed while it copied
    rest.mkdir(parents=True)
    grade_to(bundle, hand_ins, out, Options(jobs=1))
    assert not rest.parent.exists()

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr("labkit.classroom.grade.write_grades", full)
        with pytest.raises(
            LabkitError, match=r"out cannot be written \(No space.*same command again"
        ):
            regrade(bundle, hand_ins, out, Options(jobs=1), never_lower=False)
    regrade(bundle, hand_ins, out, Options(jobs=1), never_lower=False)
    assert len(list((out / "history").iterdir())) == 1


@pytest.mark.slow
def test_never_lower_keeps_points(tmp_path: Path, bundle: Bundle, hand_ins: Path) -> None:
    out = tmp_path / "out"
    grade_to(bundle, hand_ins, out, Options(jobs=1))
    mini.hand_in(hand_ins / "ada.zip", bundle, {"tanh": mini.WRONG_TANH})
    regrade(bundle, hand_ins, out, Options(jobs=1), never_lower=True)
    assert rows(out)["ada"]["total"] == "100"


def test_out_is_one_runs_and_one_labs(tmp_path: Path, bundle: Bundle, hand_ins: Path) -> None:
    """A second run, and a run of another lab, are refused in one sentence."""
    out = tmp_path / "out"
    with locked(out), pytest.raises(LabkitError, match="Another labkit is grading"):
        grade_to(bundle, hand_ins, out, Options(jobs=1))
    grade_to(bundle, hand_ins, out, Options(jobs=1))
    path = out / "results" / "ada.json"
    path.write_text(path.read_text().replace('"lab": "lab9"', '"lab": "lab8"'))
    with pytest.raises(LabkitError, match="holds results of lab8, not of lab9"):
        grade_to(bundle, hand_ins, out, Options(jobs=1))


@pytest.mark.slow
def test_who_is_gone_is_said(tmp_path: Path, bundle: Bundle, hand_ins: Path) -> None:
    out = tmp_path / "out"
    grade_to(bundle, hand_ins, out, Options(jobs=1))
    (hand_ins / "ada.zip").unlink()
    graded = grade_to(bundle, hand_ins, out, Options(jobs=1, resume=True))
    assert any("handed nothing in here: ada" in line for line in graded.summary)


def test_lateness_costs_only_by_rules(tmp_path: Path, bundle: Bundle, hand_ins: Path) -> None:
    """Two days late: 10 % a day, a line of its own; an extension takes it away."""
    folder = tmp_path / "export"
    (folder / "submission_1").mkdir(parents=True)
    (hand_ins / "ben.zip").rename(folder / "submission_1" / "work.zip")
    (folder / "submission_metadata.yml").write_text(
        "submission_1:\n  :submitters:\n  - :name: Ben\n    :sid: '7'\n    :email: ben@x.org\n"
        "  :created_at: 2027-03-03 10:00:00.000000000 Z\n",
        encoding="utf-8",
    )
    late = mini.TOML.replace("[functions]", 'due = "2027-03-01T23:59:00+00:00"\n\n[functions]', 1)
    rules = f"{late}\n[late]\npercent_a_day = 10\n"
    free = f'{rules}\n[late.extensions]\n"ben@x.org" = "2027-03-05"\n'
    for toml, total in ((late, "60"), (rules, "48"), (free, "60")):
        out = tmp_path / f"out{total}{len(toml)}"
        graded = grade_to(mini.lab(tmp_path, toml), folder, out, Options(jobs=1))
        told = {
            late: "1 of 1 handed in late: nothing is taken, because lab.toml has no [late].",
            rules: "1 of 1 handed in late: [late] of lab.toml takes 12 points from 1 of them.",
        }
        assert [line for line in graded.summary if "handed in" in line] == (
            [told[toml]] if toml in told else []
        )
        assert ("1 handed in late." in (out / "summary.txt").read_text()) == (toml in told)
        found = rows(out)["submission_1"]
        assert (found["total"], found["name"], found["email"], found["sid"]) == (
            *(total, "Ben", "ben@x.org", "7"),
        )
        assert ("1 day 10 hours late" in page(out, "submission_1")) == (toml != free)
        costless = "Handed in 1 day 10 hours late: it costs no points."
        assert (costless in page(out, "submission_1")) == (toml == late)
    by = lateness.Lateness(True, timedelta(days=1))
    assert lateness.deduction(by, Late(percent_a_day=10), 0.0) is None


def test_when_it_was_due_outlives_every_rerun(
    tmp_path: Path, bundle: Bundle, hand_ins: Path
) -> None:
    """What `--due` said counts until it says something else, or its file is gone."""
    toml = mini.TOML.replace("[functions]", 'due = "2027-03-01T23:59:00+00:00"\n\n[functions]', 1)
    lab = mini.lab(tmp_path, toml)
    out = tmp_path / "out"
    later, same = "2027-03-04T12:00:00+00:00", "2027-03-01T23:59:00+00:00"
    for given, kept, another in ((later, later, True), ("", later, True), (same, same, False)):
        graded = grade_to(lab, hand_ins, out, Options(jobs=1, resume=True, due=given))
        assert (out / "due.txt").read_text(encoding="utf-8") == f"{kept}\n"
        told = any("as due.txt says; lab.toml has another" in line for line in graded.summary)
        assert told == another
        # A folder tells no times: that is said where somebody counts on them.
        assert any("without a time nobody is late" in line for line in graded.summary)
    (out / "due.txt").write_text("soon", encoding="utf-8")
    with pytest.raises(LabkitError, match=r"due\.txt: 'soon' is no time"):
        grade_to(lab, hand_ins, out, Options(jobs=1, resume=True))


LATE = Late(
    extensions={
        "Ada@x.org": "2027-03-05",
        "bo@X.org": "2027-03-04T12:00:00+00:00",
        " 17 ": "2027-03-06",
        "Team_7": "2027-03-07",
        "zoe@x.org": "2027-03-09",
    }
)
DUE = datetime(2027, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("platform", "submission", "due"),
    [
        ({"email": "ada@x.org"}, "a", "2027-03-05"),
        ({"users": [{"email": "cy@x.org"}, {"email": "bo@x.org"}]}, "a", "2027-03-04T12:00+00:00"),
        ({"users": [{"email": "Bo@x.org"}, {"email": "ada@x.org"}]}, "a", "2027-03-05"),
        ({"users": [{"sid": "4"}, {"sid": "17"}]}, "a", "2027-03-06"),
        ({"email": "cy@x.org"}, "team_7", "2027-03-07"),
        ({"email": "x.org"}, "a", "2027-03-01T00:00+00:00"),
        # Given on the platform: it counts where it is later.
        ({"extension": "2027-03-03T10:00:00+00:00"}, "a", "2027-03-03T10:00+00:00"),
        ({"extension": "2027-02-03T10:00:00+00:00"}, "a", "2027-03-01T00:00+00:00"),
        ({"extension": "Wednesday", "until": "2027-03-03T10:00:00Z"}, "a", "2027-03-03T10:00Z"),
        ({"due": "2027-03-03T10:00:00+00:00"}, "a", "2027-03-01T00:00+00:00"),
    ],
)
def test_who_has_longer(platform: dict[str, Any], submission: str, due: str) -> None:
    result = Result(submission, "lab9", "graded", (), platform=platform)
    assert lateness.due_of(result, DUE, LATE) == lateness.moment(due, "here")
    if "extension" in platform:
        told = lateness.moment(str(platform.get("until", platform["extension"])), "here")
        assert lateness.due_of(result, None, None) == told


def test_a_day_ends_at_midnight_however_it_is_written() -> None:
    end = lateness.moment("2027-03-01", "--due")
    assert end is not None and end.isoformat().startswith("2027-03-01T23:59:59")
    assert lateness.moment("20270301", "--due") == lateness.moment(" 2027-03-01", "--due") == end
    for text in ("tomorrow", "2027-02-30", "2027-03-01T24:00", "0001-01-01"):
        with pytest.raises(LabkitError, match=f"--due: '{text}' is no time: write it as 2027"):
            lateness.moment(text, "--due")


def test_an_extension_that_reaches_nobody_is_said(
    tmp_path: Path, bundle: Bundle, hand_ins: Path
) -> None:
    toml = f'{mini.TOML}\n[late.extensions]\nADA = "2027-03-05"\n"bne@x.org" = "2027-03-05"\n'
    graded = grade_to(mini.lab(tmp_path, toml), hand_ins, tmp_path / "out", Options(jobs=1))
    (line,) = [line for line in graded.summary if "extensions" in line]
    assert "names bne@x.org, who handed nothing in here" in line
    lab = mini.lab(tmp_path, toml.replace('"bne@x.org" = "2027-03-05"', 'nobody = "soon"'))
    words = r"^lab9_mini/lab\.toml: \[late\.extensions\] nobody: 'soon' is no time"
    with pytest.raises(LabkitError, match=words):
        grade_to(lab, hand_ins, tmp_path / "out", Options(jobs=1))
