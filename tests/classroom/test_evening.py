"""An instructor's evening: what was decided stays decided, and every grade can be explained."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from labkit.base.errors import LabkitError
from labkit.classroom import gradebook
from labkit.classroom.folder import locked
from labkit.classroom.grade import Options, grade_to
from labkit.classroom.regrade import regrade
from labkit.cli import main
from labkit.lab.bundle import Bundle
from tests.classroom import mini


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return mini.lab(tmp_path_factory.mktemp("lab"))


@pytest.fixture
def hand_ins(tmp_path: Path, bundle: Bundle) -> Path:
    """ada is right, ben's relu is wrong, cem's zip is broken."""
    folder = tmp_path / "in"
    mini.hand_in(folder / "ada.zip", bundle)
    mini.hand_in(folder / "ben.zip", bundle, {"relu": mini.WRONG_RELU})
    (folder / "cem.zip").write_bytes(b"PK\3\4broken")
    return folder


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
    graded = grade_to(bundle, hand_ins, out, Options(jobs=1, manual=manual, adjust=adjust))
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


@pytest.mark.parametrize(("how", "ben", "possible"), [("full", "100", "100"), ("out", "60", "60")])
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
    (kept,) = (out / "history").glob("*/results/ben.json")
    assert json.loads(kept.read_text(encoding="utf-8"))["score"] == 60
    listed = (out / "changes.csv").read_text(encoding="utf-8-sig")
    assert "ben,relu,A small table.,0,40,the case changed" in listed


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
        grade_to(mini.lab(tmp_path, toml), folder, out, Options(jobs=1))
        found = rows(out)["submission_1"]
        assert (found["total"], found["name"], found["email"], found["sid"]) == (
            *(total, "Ben", "ben@x.org", "7"),
        )
        assert ("1 day 10 hours late" in page(out, "submission_1")) == (toml != free)


def test_one_gradebook(tmp_path: Path, bundle: Bundle, hand_ins: Path) -> None:
    """People are joined by what identifies them; what cannot be joined is said."""
    one, two = tmp_path / "one", tmp_path / "two"
    grade_to(bundle, hand_ins, one, Options(jobs=1))
    (hand_ins / "ben.zip").unlink()
    grade_to(bundle, hand_ins, two, Options(jobs=1))
    for path in (two / "results").glob("*.json"):
        path.write_text(path.read_text().replace('"lab": "lab9"', '"lab": "lab8"'))
    book = gradebook.read([one, two])
    assert book.labs == ["lab9", "lab8"]
    listed = gradebook.table(book, {"lab9": 1.0, "lab8": 1.0}, 0)
    by_name = {row[3]: row for row in listed[1:]}
    assert by_name["ada"][4:] == [100.0, 100.0, "", 100.0]
    assert by_name["ben"][4:] == [60.0, "", "lab8", 30.0]
    assert any("joined by the name of their submission" in line for line in book.remarks)
    assert any("cem has no grade" in line for line in book.remarks)
    gradebook.write_xlsx(tmp_path / "book.xlsx", listed)
    assert (tmp_path / "book.xlsx").read_bytes().startswith(b"PK")


def test_mistakes_of_a_class_over_its_labs(tmp_path: Path) -> None:
    """The most shared one first, whichever lab it is of; who has no mistakes.csv is told."""
    folders = [tmp_path / "one", tmp_path / "two"]
    header = "question,mistake,title,hint,count,graded,share,submissions\n"
    for folder, rows in zip(
        folders,
        ("relu,key1,Scaled,Look.,5,10,0.500,ada ben\n", "conv,key2,Flipped,See.,9,10,0.900,ada\n"),
        strict=True,
    ):
        folder.mkdir()
        (folder / "grades.csv").write_text("submission,percent,status\nada,50,graded\n")
        (folder / "mistakes.csv").write_text(header + rows)
    found = gradebook.mistakes(folders)
    assert found[0] == ["lab", *gradebook.MISTAKE_COLUMNS]
    assert [row[:4] for row in found[1:]] == [
        ["two", "conv", "key2", "Flipped"],
        ["one", "relu", "key1", "Scaled"],
    ]
    arguments = ["gradebook", *map(str, folders), "--csv", str(tmp_path / "book.csv")]
    ran = CliRunner().invoke(main, [*arguments, "--mistakes", str(tmp_path / "m.csv")])
    assert ran.exit_code == 0, ran.output
    assert "9 of 10 in two, conv: Flipped" in ran.output
    assert (tmp_path / "m.csv").read_text(encoding="utf-8-sig").count("\n") == 3
    (folders[1] / "mistakes.csv").unlink()
    with pytest.raises(LabkitError, match=r"mistakes\.csv cannot be read: grade two once more"):
        gradebook.mistakes(folders)
