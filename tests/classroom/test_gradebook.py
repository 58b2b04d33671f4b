"""Several graded labs in one table: who is joined with whom, and what is said of the rest."""

from __future__ import annotations

import csv
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from labkit.base.errors import LabkitError
from labkit.base.spreadsheet import to_csv
from labkit.classroom import gradebook
from labkit.classroom.grade import Options, grade_to
from labkit.cli import main
from labkit.lab.bundle import Bundle
from tests.classroom import mini
from tests.packing import lay


def renamed(out: Path) -> None:
    """Another lab of a class that was graded."""
    for path in (out / "results").glob("*.json"):
        path.write_text(path.read_text().replace('"lab": "lab9"', '"lab": "lab8"'))


EXPORT = """Student,ID,SIS User ID,SIS Login ID,Section,lab0 (12)
    Points Possible,,,,,100
"Lovelace, Ada",417,17,ada@x.org,A,
"Li, Ben",418,,benli,A,
"Nobody, Nora",420,20,nora@x.org,A,
"""
PEOPLE = "submission_1:\n  :submitters:\n  - :name: Ada L\n    :sid: '17'\n    :email: Ada@x.org\n"


@pytest.mark.slow
def test_canvass_numbers_are_joined_by_canvass_own_list(tmp_path: Path, bundle: Bundle) -> None:
    """A download of Canvas's tells no email; the list does, and who handed nothing in is there."""
    canvas, other = tmp_path / "canvas", tmp_path / "other"
    mini.hand_in(canvas / "lovelaceada_417_9017_lab9.zip", bundle)
    mini.hand_in(canvas / "liben_418_9018_lab9.zip", bundle, {"relu": mini.WRONG_RELU})
    mini.hand_in(other / "submission_1" / "work.zip", bundle)
    (other / "submission_metadata.yml").write_text(PEOPLE, encoding="utf-8")
    one, two = tmp_path / "one", tmp_path / "two"
    grade_to(bundle, canvas, one, Options(jobs=1))
    grade_to(bundle, other, two, Options(jobs=1))
    renamed(two)
    book = gradebook.read([one, two])
    assert [row.percents for row in book.people] == [
        *({"lab8": 100.0}, {"lab9": 60.0}, {"lab9": 100.0}),
    ]
    assert ["--people" in line for line in book.remarks] == [True]
    people = tmp_path / "export.csv"
    people.write_text(EXPORT, encoding="utf-8-sig")
    book = gradebook.read([one, two], people)
    assert [(row.email, row.sid, row.canvas_id, row.percents) for row in book.people] == [
        ("", "", "418", {"lab9": 60.0}),
        ("ada@x.org", "17", "417", {"lab8": 100.0, "lab9": 100.0}),
        ("nora@x.org", "20", "420", {}),
    ]
    people.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(LabkitError, match="lists nobody"):
        gradebook.read([one], people)


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
    listed[1][0] = "A\x07da\x00"  # what a workbook has no place for is left out
    gradebook.write_xlsx(tmp_path / "book.xlsx", listed)
    sheet = openpyxl.load_workbook(tmp_path / "book.xlsx").active
    assert sheet is not None
    assert [sheet.cell(1, 1).value, sheet.cell(2, 1).value] == ["name", "Ada"]


@pytest.mark.parametrize(
    ("name", "last", "first"),
    [
        ("Ada King Lovelace", "Lovelace", "Ada King"),
        ("Lovelace, Ada", "Lovelace", "Ada"),
        ("Zoë O'Neil, Jr.", "O'Neil, Jr.", "Zoë"),
        ("Plato", "Plato", ""),
    ],
)
def test_blackboard_gets_family_and_given_names(name: str, last: str, first: str) -> None:
    book = gradebook.Gradebook(["lab1"], [gradebook.Row(name)])
    assert gradebook.for_blackboard(book)[1][:2] == [last, first]


def test_a_gradebook_replaces_nothing_that_it_is_made_of(tmp_path: Path) -> None:
    graded, people = tmp_path / "graded", tmp_path / "people.csv"
    graded.mkdir()
    gradebook.refuse_sources([graded / "term.csv", tmp_path / "grades.csv"], [graded], people)
    with pytest.raises(LabkitError, match="is a file of the graded class itself"):
        gradebook.refuse_sources([graded / ".." / "graded" / "grades.csv"], [graded], None)
    with pytest.raises(LabkitError, match="is the list of --people"):
        gradebook.refuse_sources([people], [graded], people)
    twice = [tmp_path / "term.csv", graded / ".." / "term.csv"]
    with pytest.raises(LabkitError, match=r"term\.csv is asked for twice"):
        gradebook.refuse_sources(twice, [graded], None)


@pytest.mark.parametrize("more", [["--mistakes", "m.csv"], ["--canvas", "book.csv"]])
def test_a_gradebook_is_written_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: list[str]
) -> None:
    """A class without mistakes.csv, and one name for two tables."""
    lay(tmp_path, {"one/grades.csv": "submission,percent,status\nada,50,graded\n"})
    monkeypatch.chdir(tmp_path)
    ran = CliRunner().invoke(main, ["gradebook", "one", "--csv", "book.csv", *more])
    assert (ran.exit_code, [*tmp_path.glob("*.csv")]) == (2, []), ran.output


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
    ran = CliRunner().invoke(main, [*arguments, "--drop-lowest", "2"])
    assert (ran.exit_code, "No lab is left for the mean" in ran.output) == (2, True), ran.output
    everybody = " ".join(f"somebody-with-a-name-{number}" for number in range(6000))
    (folders[1] / "mistakes.csv").write_text(header + f"conv,key2,Flipped,,6,6,1.0,{everybody}\n")
    assert gradebook.mistakes(folders)[1][-1] == everybody
    (folders[1] / "mistakes.csv").unlink()
    with pytest.raises(LabkitError, match=r"mistakes\.csv cannot be read: grade two once more"):
        gradebook.mistakes(folders)


def test_a_graded_class_as_a_spreadsheet_saves_it(tmp_path: Path) -> None:
    """With semicolons, decimal commas and in its own encoding; short rows and empty ones, too."""
    limit = csv.field_size_limit()
    graded = tmp_path / "one"
    graded.mkdir()
    (graded / "grades.csv").write_bytes(
        "submission;percent;status;name;email;sid\r\n"
        "s1;62,5;graded;Zoë;;17\r\n;;;;;\r\n\r\nada\r\n".encode("cp1252")
    )
    (graded / "mistakes.csv").write_text(
        ";".join(gradebook.MISTAKE_COLUMNS)
        + f"\nrelu;a;A;1;4;0,25;;ada\nrelu;b;B;2;4;0,5;;{'x' * limit}\n"
    )
    book = gradebook.read([graded])
    assert [(row.name, row.percents) for row in book.people] == [
        *(("", {}), ("Zoë", {"one": 62.5})),
    ]
    assert "one: ada has no grade." in book.remarks
    assert [row[2] for row in gradebook.mistakes([graded])[1:]] == ["b", "a"]
    assert csv.field_size_limit() == limit


def test_an_apostrophe_of_a_name_stays(tmp_path: Path) -> None:
    """That of to_csv, before what may be a formula, goes: it is no part of the name."""
    rows = [
        ["submission", "percent", "status", "name", "email", "sid"],
        ["=1", "50", "graded", "'t Hooft, Gerard", "", ""],
        ["-x", "60", "graded", "=Ada; 'Abd al-Malik", "ada@x.org; abd@x.org", ""],
    ]
    lay(tmp_path, {"one/grades.csv": to_csv(rows)})
    found = [(row.name, row.submission) for row in gradebook.read([tmp_path / "one"]).people]
    assert found == [("'Abd al-Malik", "-x"), ("'t Hooft, Gerard", "=1"), ("=Ada", "-x")]


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("grades.csv", "", "is empty"),
        ("grades.csv", "name,points\nada,3\n", "is not labkit's"),
        ("grades.csv", 'submission,percent,status\n"ada,50,graded\n', "is no CSV file"),
        ("grades.csv", "submission,percent,status\nada,50,graded,1\n", "row 2 has more cells"),
        ("grades.csv", "submission,percent,status\nada,fifty,graded\n", "row 2: 'fifty' is no"),
        ("mistakes.csv", "question,mistake\nrelu,a\n", "is not labkit's"),
        ("mistakes.csv", ",".join(gradebook.MISTAKE_COLUMNS) + "\nrelu,a,A,1,4\n", "row 2: ''"),
    ],
)
def test_what_is_no_graded_class_is_one_sentence(
    tmp_path: Path, name: str, text: str, words: str
) -> None:
    lay(tmp_path, {"grades.csv": "submission,percent,status\nada,50,graded\n"})
    lay(tmp_path, {name: text})
    with pytest.raises(LabkitError) as caught:
        gradebook.read([tmp_path])
        gradebook.mistakes([tmp_path])
    assert str(caught.value).startswith(f"{tmp_path / name}") and words in str(caught.value)


def test_a_list_of_the_course_as_a_spreadsheet_saves_it(tmp_path: Path) -> None:
    """With semicolons and in a spreadsheet's own encoding."""
    graded = tmp_path / "one"
    graded.mkdir()
    (graded / "grades.csv").write_text(
        "submission,percent,status,name,email,sid\ns1,50,graded,,zoe@x.org,\n"
    )
    people = tmp_path / "people.csv"
    people.write_bytes("Name;Email\r\nZoë;Zoe@x.org\r\n".encode("cp1252"))
    (row,) = gradebook.read([graded], people).people
    assert (row.name, row.percents) == ("Zoë", {"one": 50.0})
