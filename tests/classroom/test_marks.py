"""Marks for written questions: template out, filled sheet in."""

from __future__ import annotations

import csv

import pytest

from labkit.classroom.marks import Marked, MarksError, read_marks, unmarked, write_marks

QUESTIONS = {"why_xor": 5.0, "saturation": 2.5}


def points(given):
    return {name: dict(marked.points) for name, marked in given.items()}


def test_a_template_reads_back_empty_and_filled(tmp_path):
    path = tmp_path / "marks.csv"
    rows = dict.fromkeys(["alice", "小龍 李_9", "=evil"], Marked())
    write_marks(path, rows, QUESTIONS, {"alice": ("Alice", "a@example.org", "7", "alice.zip")})
    assert read_marks(path, QUESTIONS) == {}
    text = path.read_text(encoding="utf-8-sig")
    lines = list(csv.reader(text.splitlines()))
    comments = ["why_xor comment", "saturation comment"]
    assert lines[:3] == [
        ["submission", *QUESTIONS, *comments, "version", "name", "email", "sid", "origin"],
        ["(possible)", "5", "2.5"],
        ["alice", "", "", "", "", "", "Alice", "a@example.org", "7", "alice.zip"],
    ]
    assert lines[4][0] == "'=evil"
    text = text.replace("alice,,", "alice,4.5,0").replace("小龍 李_9,,", "小龍 李_9,,2")
    path.write_text(text.replace("'=evil,,", "'=evil,1,"), encoding="utf-8")
    given = read_marks(path, QUESTIONS)
    assert points(given) == {
        "alice": {"why_xor": 4.5, "saturation": 0.0},
        "小龍 李_9": {"saturation": 2.0},
        "=evil": {"why_xor": 1.0},
    }
    assert unmarked(given, ["alice", "小龍 李_9", "zoe"], QUESTIONS) == [
        "1 of 3 have no marks by hand: zoe.",
        "小龍 李_9 has no mark for why_xor.",
    ]


def test_comments_and_the_version_come_back(tmp_path):
    given = {
        "kim": Marked({"why_xor": 2.0}, {"why_xor": "Good, but\nwhy?"}, "ab12"),
        "lou": Marked({}, {"saturation": "=1+1"}, ""),
        "'s Gravesande": Marked({}, {"saturation": "'tis so"}, ""),
    }
    write_marks(tmp_path / "marks.csv", given, QUESTIONS, {})
    assert "'=1+1" in (tmp_path / "marks.csv").read_text(encoding="utf-8-sig")
    assert read_marks(tmp_path / "marks.csv", QUESTIONS) == given


def test_columns_without_a_name_are_nobodys(tmp_path):
    """Spreadsheets save empty columns at the end."""
    (tmp_path / "m.csv").write_text("submission,,why_xor,,\nkim,a,4,,b\n", encoding="utf-8")
    assert points(read_marks(tmp_path / "m.csv", QUESTIONS)) == {"kim": {"why_xor": 4.0}}


@pytest.mark.parametrize("dash", ["-", "'-", "–", "'–", "—", "'—", "−", "'−"])
def test_a_dash_takes_back_as_a_spreadsheet_saves_it(tmp_path, dash):
    (tmp_path / "marks.csv").write_text(f"submission,why_xor\nkim,{dash}\n", encoding="utf-8")
    assert read_marks(tmp_path / "marks.csv", QUESTIONS)["kim"].back == {"why_xor"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_spreadsheets_own_formats_are_read(tmp_path, encoding, delimiter):
    path = tmp_path / "marks.csv"
    cells = [["submission", "why_xor"], ["Zoë", '"4,5"'], [], ["", ""]]
    path.write_bytes("\r\n".join(delimiter.join(row) for row in cells).encode(encoding))
    assert points(read_marks(path, QUESTIONS)) == {"Zoë": {"why_xor": 4.5}}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("submission,why_xor\nalice,abc\n", "row 2 (alice), column why_xor: 'abc' is no number"),
        ("submission,why_xor\nalice,6\n", "row 2 (alice), column why_xor: 6 is out of range"),
        ("submission,why_xor\nalice,-1\n", "0 to 5"),
        ("submission,why_xor\nalice,=1\n", "'=1' is no number"),
        ("submission,why_xor\nalice,nan\n", "'nan' is no number"),
        ("submission,why_xor\nalice,1\nalice,2\n", "row 3 is about alice, as row 2 is"),
        ("submission,why_xor\n,2\n", "row 2 has no submission"),
        ("submission,why_xor\nalice,1,2\n", "row 2 has more cells"),
        ("submission,why_xor,why_xor\n", "twice"),
        ("submission,why_nor\n", "no written question of this lab (they are: why_xor, saturation)"),
        ("submission,why_nor\n", "marks.csv has a column"),
        (
            "submission,why_nor\n",
            "rename the column as lab.toml renamed the question, or delete it",
        ),
        ("submission\nalice\n", "no column for a written question"),
        ("name,why_xor\n", "first column, not 'name'"),
        ("", "is empty"),
        ('submission,why_xor\n"alice,1\n', "no CSV file"),
    ],
)
def test_mistakes_name_row_and_column(tmp_path, text, words):
    path = tmp_path / "marks.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(MarksError) as error:
        read_marks(path, QUESTIONS)
    assert words in str(error.value) and str(error.value).endswith(".")


def test_a_column_of_an_old_name_is_told_with_its_folder(tmp_path):
    """OUT's own file is meant at each run, also where none is given."""
    path = tmp_path / "marks.csv"
    path.write_text("submission,why_nor\n", encoding="utf-8")
    with pytest.raises(MarksError) as error:
        read_marks(path, QUESTIONS)
    assert str(error.value).startswith(f"{path} has a column")


def test_an_excel_file_and_a_missing_one_are_told(tmp_path):
    (tmp_path / "m.csv").write_bytes(b"PK\3\4rest")
    with pytest.raises(MarksError, match="Excel"):
        read_marks(tmp_path / "m.csv", QUESTIONS)
    with pytest.raises(MarksError, match="cannot be read"):
        read_marks(tmp_path / "none.csv", QUESTIONS)
