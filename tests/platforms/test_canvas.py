"""Canvas: its download in, its gradebook's import and pages out."""

from __future__ import annotations

import csv
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from labkit import cli
from labkit.base.zips import write_zip
from labkit.classroom import gradebook
from labkit.classroom.grade import Options, grade_to
from labkit.intake.canvas import parse
from labkit.lab.bundle import Bundle
from labkit.platforms import canvas
from tests.classroom import mini


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return mini.lab(tmp_path_factory.mktemp("lab"))


@pytest.mark.parametrize(
    ("name", "who", "user", "late", "rest"),
    [
        ("doejane_101_9001_lab1.zip", "doejane", 101, False, "lab1.zip"),
        ("doejane_LATE_101_9001_my_lab.zip", "doejane", 101, True, "my_lab.zip"),
        ("team blue_7_9_relu.py", "team blue", 7, False, "relu.py"),
    ],
)
def test_names_of_a_download(name: str, who: str, user: int, late: bool, rest: str) -> None:
    found = parse(name)
    assert found is not None
    assert (found.name, found.user, found.late, found.rest) == (who, user, late, rest)


@pytest.mark.parametrize("name", ["lab1.zip", "ada_lovelace.zip", "x_1_assignsubmission_file_y"])
def test_other_names_are_none(name: str) -> None:
    assert parse(name) is None


def test_a_download_comes_back(
    tmp_path: Path, bundle: Bundle, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two zips and loose modules of a third; grades and pages go to the numbers they came from."""
    mini.hand_in(tmp_path / "one.zip", bundle)
    mini.hand_in(tmp_path / "two.zip", bundle, {"relu": mini.WRONG_RELU})
    source = tmp_path / "submissions.zip"
    with zipfile.ZipFile(source, "w") as archive:
        archive.write(tmp_path / "one.zip", "adakim_11_501_lab9.zip")
        archive.write(tmp_path / "two.zip", "benli_LATE_12_502_lab9-1.zip")
        with zipfile.ZipFile(tmp_path / "one.zip") as inner:
            code = inner.read("neuralnet/activations.py")
        archive.writestr("cemoz_13_503_activations.py", code)
        archive.writestr("cemoz_13_504_notes.txt", b"late bus")
        archive.writestr("dee_14_505_lab9.zip", b"PK\3\4broken")
    out = tmp_path / "out"
    graded = grade_to(bundle, source, out, Options(jobs=1), deliver=canvas.deliver)
    table, pages = graded.files[1:3]
    rows = {row["Student"]: row for row in csv.DictReader(table.open(encoding="utf-8-sig"))}
    assert {name: row["lab9"] for name, row in rows.items() if row["ID"]} == {
        "adakim": "100",
        "benli": "60",
        "cemoz": "100",
    }
    assert (rows["benli"]["ID"], rows["benli"]["SIS User ID"]) == ("12", "")
    assert "dee" not in rows  # not graded: what a teacher gave stays
    with zipfile.ZipFile(pages) as archive:
        assert archive.namelist() == [
            "adakim_11_501_feedback.html",
            "benli_12_502_feedback.html",
            "cemoz_13_503_feedback.html",
            "dee_14_505_feedback.html",
        ]
    by_name = {result.submission: result for result in graded.results}
    assert by_name["benli_12"].platform["late"] is True
    again = grade_to(bundle, source, out, Options(jobs=1, resume=True), deliver=canvas.deliver)
    assert "Nothing has changed since the last run." in capsys.readouterr().err
    assert again.files == graded.files


def test_canvas_and_the_school_number_people_in_their_own_ways(
    tmp_path: Path, bundle: Bundle
) -> None:
    """Canvas's user 12 is not the roster's number 12, and a gradebook's import tells them apart."""
    mini.hand_in(tmp_path / "canvas" / "benli_12_502_lab9.zip", bundle)
    export = tmp_path / "export"
    mini.hand_in(export / "submission_1" / "work.zip", bundle)
    (export / "submission_metadata.yml").write_text(
        "submission_1:\n  :submitters:\n  - :name: Ada\n    :sid: '12'\n    :email: ada@x.org\n",
        encoding="utf-8",
    )
    for source in ("canvas", "export"):
        out = tmp_path / f"{source}-out"
        grade_to(bundle, tmp_path / source, out, Options(jobs=1))
    for path in (out / "results").glob("*.json"):
        path.write_text(path.read_text().replace('"lab": "lab9"', '"lab": "lab8"'))
    book = gradebook.read([tmp_path / "canvas-out", out])
    rows = {str(row[0]): row[1:4] for row in gradebook.for_canvas(book)[2:]}
    assert rows == {"Ada": ["", "12", "ada@x.org"], "benli": ["12", "", "benli_12"]}
    assert {row[2] for row in gradebook.table(book, dict.fromkeys(book.labs, 1.0), 0)[1:]} == {"12"}


def test_another_class_gets_nothing_of_it(tmp_path: Path, bundle: Bundle) -> None:
    mini.hand_in(tmp_path / "in" / "ada.zip", bundle)
    graded = grade_to(bundle, tmp_path / "in", tmp_path / "out", Options(jobs=1))
    assert canvas.deliver(graded, tmp_path / "out") == []


def test_a_regrade_renews_what_goes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Old grades must not lie ready for the import beside new ones; OUT is held meanwhile."""
    bundle = mini.lab(tmp_path)
    held = []
    monkeypatch.setattr(
        canvas, "write_zip", lambda *it: (held.append(mini.is_held(Path("out"))), write_zip(*it))
    )
    monkeypatch.chdir(tmp_path)
    source = tmp_path / "submissions"
    name = source / "benli_12_502_lab9.zip"
    mini.hand_in(name, bundle, {"relu": mini.WRONG_RELU})
    for command, grade in (("grade", "60"), ("regrade", "100")):
        told = CliRunner().invoke(cli.main, [command, "lab9", str(source), "--out", "out"])
        assert told.exit_code == 0, told.output
        assert "canvas.csv" in told.output
        rows = csv.DictReader(Path("out/canvas.csv").read_text("utf-8-sig").splitlines())
        assert [row["lab9"] for row in rows if row["ID"]] == [grade]
        with zipfile.ZipFile("out/canvas-feedback.zip") as archive:
            (page,) = archive.namelist()
            assert f"<strong>{grade}</strong>" in archive.read(page).decode()
        mini.hand_in(name, bundle)
    assert held == [True, True]
