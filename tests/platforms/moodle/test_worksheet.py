"""The grading worksheet: read, filled in, and taken back by Moodle's own rules."""

from __future__ import annotations

import html
import math
import re
from itertools import zip_longest
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labkit.base.spreadsheet import read_number
from labkit.platforms.moodle.answer import Outcome, answer
from labkit.platforms.moodle.fill import Mark, fill
from labkit.platforms.moodle.join import join
from labkit.platforms.moodle.upload import upload_guide
from labkit.platforms.moodle.worksheet import MoodleError, Worksheet
from tests.platforms.moodle.moodle_import import (
    ImportFailedError,
    Stored,
    import_worksheet,
    php_rows,
)

DATA = Path(__file__).parents[2] / "data" / "moodle"
UNGRADED = DATA / "a1_worksheet_ungraded.csv"
ACCEPTED = DATA / "a1_worksheet_filled_accepted.csv"
MODIFIED = "Last modified (grade)"
EVERYBODY = {8, 5, 6, 9, 3, 2, 7, 4, 1, 10, 41}
HEADER = (
    'Identifier,"Full name",Status,Grade,"Maximum grade","Grade can be changed",'
    '"Last modified (submission)","Last modified (grade)","Feedback comments"\n'
)


def sheet_of(*rows: str, header: str = HEADER) -> Worksheet:
    return Worksheet.parse(("\ufeff" + header + "".join(row + "\n" for row in rows)).encode())


def row(number=5, name="Wei Chen", grade="", maximum="100.00", changeable="Yes", comment=""):
    return (
        f'"Participant {number}","{name}",Submitted,{grade},{maximum},{changeable},'
        f'"Monday, 23 November 2026, 1:02 AM",-,{comment}'
    )


# Reading and writing back ------------------------------------------------------------------------


@pytest.mark.parametrize("path", [UNGRADED, ACCEPTED])
def test_real_worksheet_comes_back_byte_for_byte(path, tmp_path):
    sheet = Worksheet.read(path)
    sheet.write(tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_bytes() == path.read_bytes()
    header = path.read_bytes().splitlines(keepends=True)[0]
    assert fill(sheet, {})[0].to_bytes() == header


def test_real_worksheet_is_understood():
    people = {one.id: one for one in Worksheet.read(UNGRADED).participants}
    assert people.keys() == EVERYBODY
    assert people[4].name == 'Renée / D:Arcy "Rex" Pérez?'
    assert people[5].maximum == 100 and people[5].grade is None and not people[5].locked
    assert people[5].submitted == "Monday, 23 November 2026, 1:02 AM"
    assert people[5].has_submission and not people[1].has_submission
    assert {one.id: one.grade for one in Worksheet.read(ACCEPTED).participants}[41] == 70.25


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("last", [True, False])
def test_other_writers_files_come_back_byte_for_byte(ending, bom, delimiter, last):
    lines = ["Identifier,Grade,Last modified (grade)", '"Participant 1","1,5",-', ""]
    text = ending.join(line.replace(",", delimiter) for line in lines)
    text = bom + (text if last else text.removesuffix(ending))
    sheet = Worksheet.parse(text.encode())
    assert sheet.to_bytes() == text.encode()
    assert [one.id for one in sheet.participants] == [1]


cells = st.text(
    st.characters(codec="utf-8", exclude_characters="\0"), max_size=12
) | st.sampled_from(['"', "\\", 'a\\"b', "a\\", ",", "\n", "=1+1", '\\",\n', "a,b\\"])


def fputcsv(cells) -> bytes:
    """A row as Moodle writes it."""
    special = set(' ,"\n\r\t')
    quoted = ['"' + c.replace('"', '""') + '"' if special & set(c) else c for c in cells]
    return (",".join(quoted) + "\n").encode()


@given(names=st.lists(cells, min_size=1, max_size=4), comments=st.lists(cells, max_size=4))
@settings(max_examples=150, deadline=None)
def test_any_names_round_trip_and_never_break_the_import(names, comments):
    columns = "Identifier", "Full name", "Grade", "Maximum grade", MODIFIED, "Feedback comments"
    data = fputcsv(columns)
    for number, (name, comment) in enumerate(zip_longest(names, comments[: len(names)]), 1):
        data += fputcsv((f"Participant {number}", name, "", "20.00", "-", comment or ""))
    sheet = Worksheet.parse(data)
    assert sheet.to_bytes() == data
    filled, _ = fill(sheet, {n: Mark(50.0, "fine\\") for n in range(1, len(names) + 1, 2)})
    stored = import_worksheet(filled.to_bytes(), 20, set(range(1, 99)))
    assert stored == {n: Stored(10.0, "fine&#92;") for n in range(1, len(names) + 1, 2)}


@given(
    data=st.binary(max_size=300)
    | st.text(max_size=200).map(lambda t: (HEADER + t).encode("utf-8", "replace"))
)
@settings(max_examples=150, deadline=None)
def test_rubbish_is_refused_with_a_sentence_or_kept_as_it_is(data):
    try:
        sheet = Worksheet.parse(data)
    except MoodleError as error:
        assert str(error).endswith(".") and "\n" not in str(error)
    else:
        assert sheet.to_bytes() == data


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b"ID,Bewertung\n", "language set to English"),
        (b"Identifier,Grade\nParticipant 1,\n", "Last modified (grade)"),
        ((HEADER + "Participant 1,x\n").encode(), "row 2 has 2 cells instead of 9"),
        ((HEADER + row() + "\n" + row() + "\n").encode(), "2 rows for Participant 5"),
        ((HEADER + '"Participant 1').encode(), "cut off"),
        (HEADER.encode(), "lists no participants"),
        (HEADER.encode("utf-16"), "UTF-16"),
        ((HEADER + row(name="Zoë")).encode("cp1252"), "not UTF-8"),
        (b"PK\3\4" + bytes(30), "a zip or an Excel file"),
        ((HEADER + row() + "\n  \n" + row(6)).encode(), "row 3 holds nothing but spaces"),
        (b"Identifier,Grade,Grade,Last modified (grade)\n1,2,3,4\n", "more than one column"),
    ],
)
def test_unusable_worksheets_say_why_in_one_sentence(data, words):
    with pytest.raises(MoodleError) as error:
        Worksheet.parse(data, "w.csv")
    assert words in str(error.value) and str(error.value).startswith("w.csv")


def test_a_missing_file_is_a_sentence(tmp_path):
    with pytest.raises(MoodleError, match="cannot be read"):
        Worksheet.read(tmp_path / "none.csv")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("87,50", 87.5),
        ("100,00", 100),
        ("87.50", 87.5),
        ("1,234.5", 1234.5),
        ("1.234,5", 1234.5),
        ("1 000,00", 1000),
        ("", None),
        ("-", None),
        ("abc", None),
        ("1e5", None),
        ("nan", None),
    ],
)
def test_numbers_as_sites_write_them(text, number):
    assert read_number(text) == number


# Filling in --------------------------------------------------------------------------------------


def test_filled_like_the_worksheet_that_moodle_accepted():
    reference = import_worksheet(ACCEPTED.read_bytes(), 100, EVERYBODY)
    sheet = Worksheet.read(UNGRADED)
    marks = {
        number: Mark(stored.grade, "Good.\nPart 2: a<b & path C:\\tmp")
        for number, stored in reference.items()
        if stored.grade is not None
    }
    filled, lines = fill(sheet, marks)
    comment = "Good.<br>Part 2: a&lt;b &amp; path C:&#92;tmp"
    expected = {n: Stored(marks[n].percent, comment) for n in marks}
    assert import_worksheet(filled.to_bytes(), 100, EVERYBODY) == expected
    assert lines[0] == "9 rows of 11 got a grade."
    assert "Participant 1 (Draft Only, Jr.)" in lines[1] and "without a submission" in lines[1]
    before, after = UNGRADED.read_bytes().splitlines(), filled.to_bytes().splitlines()
    before = [line for line in before if b"No submission" not in line]
    assert before[0] == after[0]
    for old, new in zip(before[1:], after[1:], strict=True):  # all but two cells is as it came
        grade, comment = re.search(rb",(\d+\.\d\d),100\.00,.*,-,(.*)$", new).groups()
        assert new.replace(b"," + grade + b",", b",,").removesuffix(comment) == old


@pytest.mark.parametrize(
    ("percent", "maximum", "text"),
    [
        (87.5, "100.00", "87.50"),
        (87.5, "20.00", "17.50"),
        (100, "100,00", "100.00"),
        (33.335, "10.00", "3.33"),
        (100, "7.00", "7.00"),
        (0, "100.00", "0.00"),
        (250.0, "20.00", "20.00"),
        (-3, "20.00", "0.00"),
        (100, "0.333", "0.33"),
        (100, "0.335", "0.33"),
    ],
)
def test_grades_are_scaled_with_a_dot_and_within_the_maximum(percent, maximum, text):
    filled, _ = fill(sheet_of(row(maximum=f'"{maximum}"')), {5: Mark(percent)})
    (grade,) = [cells[3] for cells in php_rows(filled.to_bytes().decode())[1:]]
    assert grade == text


@given(percent=st.floats(-50, 150), maximum=st.floats(0.01, 1000))
@settings(max_examples=100, deadline=None)
def test_no_grade_ever_leaves_its_range(percent, maximum):
    filled, _ = fill(sheet_of(row(maximum=f"{maximum:.5f}")), {5: Mark(percent)})
    stored = import_worksheet(filled.to_bytes(), float(f"{maximum:.5f}"), {5})
    assert stored[5].grade is not None
    assert stored[5].grade == pytest.approx(min(max(percent, 0), 100) / 100 * maximum, abs=0.01)


comment_texts = st.text(st.characters(codec="utf-8"), max_size=40) | st.sampled_from(
    ["=1+1", "+x", "-", "@a", "ends in \\", 'says "no"', "a\r\nb\rc\nd", "<b>&amp;", "\\", "\t=x"]
)


@given(text=comment_texts)
@settings(max_examples=200, deadline=None)
def test_a_comment_arrives_as_text_and_hurts_no_other_row(text):
    filled, _ = fill(sheet_of(row(5), row(6)), {5: Mark(10, text), 6: Mark(20, "b")})
    stored = import_worksheet(filled.to_bytes(), 100, {5, 6})
    assert stored[6] == Stored(20.0, "b")
    comment = stored[5].comment
    assert comment is not None
    assert not comment.startswith(("=", "+", "-", "@"))
    assert not set(comment) & set('"\\\n\r\t\0')
    assert not re.search(r"<(?!br>)", comment)
    kept = "".join(c for c in text if c.isprintable() and not c.isspace())
    arrived = html.unescape(comment.replace("<br>", ""))
    assert "".join(c for c in arrived if c.isprintable() and not c.isspace()) == kept


def test_everything_that_would_be_lost_is_said():
    sheet = sheet_of(
        row(1, "Zero"),
        row(2, "Locked", changeable="No"),
        row(3, "Scale", maximum="-"),
        row(4, "Regraded", grade='"55,00"', comment="old"),
        row(5, "Nan"),
        row(6, "Not graded"),
        row(7, "Too much"),
        row(8, "Late").replace('"Monday, 23 November 2026, 1:02 AM"', "-"),
        row(9, "Draft").replace(",Submitted,", ",Draft (not submitted),"),
        row(10, "Nothing").replace('"Monday, 23 November 2026, 1:02 AM"', "-"),
        row(11, "No number").replace("Participant 11", "Participant"),
    )
    marks = {n: Mark(50.0, "new") for n in range(1, 10)} | {99: Mark(1)}
    marks |= {1: Mark(0.0), 5: Mark(math.nan), 7: Mark(101.0)}
    del marks[6]
    filled, lines = fill(sheet, marks)
    text = "\n".join(lines)
    for words, who in {
        "grade of 0": "Participant 1 (Zero)",
        "locked": "Participant 2 (Locked)",
        "maximum grade is no number": "Participant 3 (Scale)",
        "another grade before": "Participant 4 (Regraded)",
        "another comment before": "Participant 4 (Regraded)",
        "result is no number": "Participant 5 (Nan)",
        "is not in the download": "Participant 6 (Not graded)",
        "that limit": "Participant 7 (Too much)",
        "knows no submission": "Participant 8 (Late)",
        "draft": "Participant 9 (Draft)",
        "without a submission": "Participant 10 (Nothing)",
        "Identifier holds no number": "row 12 (No number)",
        "no row for participant": "99",
    }.items():
        (line,) = [line for line in lines if words in line]
        assert who in line, line
    assert len(lines) == 14, text
    assert "stayed as it was" in text and "stayed as they were" not in text
    assert [one.id for one in filled.participants] == [1, 4, 7, 8, 9]


def test_everybody_who_loses_something_is_named():
    many = range(1, 31)
    sheet = sheet_of(*(row(n, f"Who {n}", changeable="No") for n in many))
    _, lines = fill(sheet, {n: Mark(50) for n in many})
    (line,) = [line for line in lines if "locked" in line]
    assert all(f"Participant {n} (Who {n})" in line for n in many)


def test_missing_or_first_comment_column_is_said():
    header = "Identifier,Grade,Maximum grade,Last modified (grade)\n"
    filled, lines = fill(sheet_of("Participant 5,,10,-", header=header), {5: Mark(50, "hi")})
    assert any("lost their comment" in line for line in lines)
    assert import_worksheet(filled.to_bytes(), 10, {5}) == {5: Stored(5.0, None)}
    header = "Feedback comments," + header
    _, lines = fill(sheet_of(",Participant 5,,10,-", header=header), {5: Mark(50, "hi")})
    assert any("first column" in line for line in lines)
    scale = "Feedback comments,Identifier,Grade,Scale,Last modified (grade)\n"
    filled, lines = fill(
        sheet_of(",Participant 5,,Bad    Good,-", header=scale), {5: Mark(50, "hi")}
    )
    assert any("first column" in line for line in lines)  # without a grade, too
    assert filled.to_bytes().splitlines()[1].startswith(b'"hi",')


def test_backslashes_that_would_swallow_a_row_are_taken_apart():
    name = "Jr, ends in \\"
    broken = sheet_of(row(5, name), row(6, comment='"C:\\"'), row(7, "x\\"))
    with pytest.raises(ImportFailedError):
        import_worksheet(broken.to_bytes(), 100, {5, 6, 7})
    filled, lines = fill(broken, {5: Mark(50), 6: Mark(60), 7: Mark(70)})
    stored = import_worksheet(filled.to_bytes(), 100, {5, 6, 7})
    assert stored == {5: Stored(50.0, ""), 6: Stored(60.0, "C:&#92;"), 7: Stored(70.0, "")}
    assert any("backslash" in line for line in lines)


def test_what_php_reads_as_it_stands_is_left_as_it_came():
    broken = sheet_of(row(5, "two \\\\"), row(6, 'a "" \\n', comment='"C:\\\\"'))
    filled, lines = fill(broken, {5: Mark(50), 6: Mark(60)})
    graded = broken.to_bytes().replace(b",Submitted,,", b",Submitted,50.00,", 1)
    assert filled.to_bytes() == graded.replace(b",Submitted,,", b",Submitted,60.00,", 1)
    assert not any("backslash" in line for line in lines)
    stored = import_worksheet(filled.to_bytes(), 100, {5, 6})
    assert stored[6].comment == "C:\\\\"


def test_a_worksheet_without_maximum_grade_says_which_column_it_lacks():
    header = "Identifier,Grade,Last modified (grade)\n"
    _, lines = fill(sheet_of("Participant 5,,-", header=header), {5: Mark(50)})
    assert any('no column "Maximum grade"' in line for line in lines)


def test_other_delimiters_are_pointed_out():
    text = "Identifier;Grade;Maximum grade;Last modified (grade)\nParticipant 1;;100,00;-\n"
    filled, lines = fill(Worksheet.parse(text.encode()), {1: Mark(25.0)})
    assert b"Participant 1;25.00;100,00;-" in filled.to_bytes()
    assert any("semicolon" in line for line in lines)


# Bringing download and worksheet together --------------------------------------------------------


def people(*pairs):
    return [Outcome(number, name, 50.0, page=b"p") for number, name in pairs]


def test_real_download_joins_on_the_id():
    from labkit.intake import open_submissions

    submissions = open_submissions(DATA / "a1_downloadall_folders1.zip", ())
    joined = join(Worksheet.read(UNGRADED), [one.platform for one in submissions])
    assert not joined.team and not joined.lines
    assert {n: submissions[at].platform.id for n, at in joined.submission_of.items()} == {
        n: n for n in (3, 4, 5, 6, 7, 8, 9, 10)
    }


def test_a_worksheet_of_another_assignment_is_refused():
    with pytest.raises(MoodleError, match="does not belong"):
        join(Worksheet.read(UNGRADED), people((5, "Zoë OConnor"), (6, "小龍 李"), (7, "Bob")))
    with pytest.raises(MoodleError, match="does not belong"):
        join(Worksheet.read(UNGRADED), people((105, "Wei Chen"), (106, "Wei Chen")))


def test_single_strangers_and_mix_ups_are_left_out_and_said():
    pairs = [(5, "Wei Chen"), (6, "Chen Wei"), (7, "Ana Maria Silva Costa"), (8, "Bo"), (77, "New")]
    found = answer(Worksheet.read(UNGRADED), people(*pairs))
    assert set(found.pages) == {5, 6, 7}
    stored = import_worksheet(found.worksheet.to_bytes(), 100, EVERYBODY)
    assert {n for n, one in stored.items() if one.grade is not None} == {5, 6, 7}
    assert any("Bo in the download" in line for line in found.lines)
    assert any("New (id 77)" in line for line in found.lines)


def test_blind_marking_has_no_names_to_compare():
    header = "Identifier,Status,Grade,Maximum grade,Last modified (grade)\n"
    sheet = sheet_of("Participant 15,Submitted,,20.00,-", header=header)
    found = answer(sheet, people((15, "Participant")))
    assert import_worksheet(found.worksheet.to_bytes(), 20, {15})[15].grade == 10.0


def test_what_could_not_be_graded_keeps_its_row_and_gets_its_page():
    sheet = sheet_of(row(5, grade="55.00"), row(6))
    found = answer(sheet, [Outcome(5, "Wei Chen", None, "broken", page=b"why")])
    assert not found.worksheet.participants
    assert found.pages == {5: b"why"}
    assert any("it holds no row" in line for line in found.lines)
    assert any("could not be graded" in line and "Participant 5" in line for line in found.lines)


def team_sheet():
    header = "Identifier,Full name,Group,Grade,Maximum grade,Last modified (grade)\n"
    rows = [(1, "Ann", "Team Ω_1"), (2, "Bo", "Team Ω_1"), (3, "Cy", "Team B"), (4, "Di", "")]
    rows += [(5, "Eve", "Default group"), (6, "Flo", "Twin:"), (7, "Gus", "Twin/")]
    rows += [(8, "Hal", "Team 1.1"), (9, "Ida", "Team 11"), (10, "Jo", "Why?"), (11, "Ka", "Why")]
    return sheet_of(
        *(f"Participant {n},{name},{group},,100.00,-" for n, name, group in rows), header=header
    )


def test_teams_share_a_grade_and_keep_their_own_id():
    outcomes = [
        Outcome(2, "Team Ω 1", 80.0, "together", page=b"omega"),  # 2 is a group, not Bo
        Outcome(1, "Team B", 60.0, page=b"b"),
        Outcome(None, "Default group", 40.0, page=b"d"),
        Outcome(8, "Twin", 20.0, page=b"t"),
        Outcome(9, "Twin", 30.0, page=b"t"),
        Outcome(4, "Team 11", 11.0, page=b"eleven"),
        Outcome(5, "Why_", 90.0, page=b"why"),
    ]
    assert join(team_sheet(), outcomes).team
    found = answer(team_sheet(), outcomes)
    stored = import_worksheet(found.worksheet.to_bytes(), 100, set(range(1, 12)))
    grades = {n: one.grade for n, one in stored.items() if one.grade is not None}
    assert grades == {1: 80, 2: 80, 3: 60, 5: 40, 9: 11, 10: 90}
    assert found.pages == {2: b"omega", 1: b"b", 4: b"eleven", 5: b"why"}
    assert any("Several teams" in line for line in found.lines)
    assert any("Default group" in line for line in found.lines)


def test_a_team_without_a_row_does_not_grade_a_neighbour():
    """ "Team 1.1" and "Team 11" have the same letters and digits."""
    header = "Identifier,Group,Grade,Maximum grade,Last modified (grade)\n"
    sheet = sheet_of("Participant 1,Team 11,,10,-", "Participant 2,Other,,10,-", header=header)
    found = answer(sheet, [Outcome(3, "Team 1.1", 90.0), Outcome(4, "Team 11", 50.0)])
    stored = import_worksheet(found.worksheet.to_bytes(), 10, {1, 2})
    assert {n: one.grade for n, one in stored.items()} == {1: 5.0}
    assert any("has no row for 1 submission" in x and "Team 1.1 (team 3)" in x for x in found.lines)


def test_teams_without_a_group_column_are_not_taken_for_people():
    with pytest.raises(MoodleError, match="Group"):
        join(Worksheet.read(UNGRADED), people((1, "Team Ω 1"), (2, "Team B")))


def test_the_guide_has_the_order_and_the_box():
    guide = upload_guide()
    assert guide.index("1. worksheet.csv") < guide.index("2. feedback.zip")
    assert "modified\n   more recently in Moodle than in the spreadsheet" in guide
    assert "separator comma," in guide and "separator semicolon," in upload_guide(
        separator="semicolon"
    )
