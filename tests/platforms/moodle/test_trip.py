"""`labkit moodle` from end to end: a download and a worksheet in, what Moodle takes back out.

What is written is read by `moodle_import`, which follows Moodle's rules and not the kit's.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from labkit.cli import main
from labkit.judging import result as results
from labkit.judging.grader import Grader
from labkit.judging.result import Result
from labkit.lab.course import find
from labkit.lab.stubs import stub_package
from labkit.platforms.moodle import by_files
from labkit.platforms.moodle.upload import write_feedback_zip
from tests import sample_class
from tests.classroom import mini
from tests.packing import zipped
from tests.platforms.moodle.moodle_import import Stored, import_feedback, import_worksheet

DATA = Path(__file__).parents[2] / "data" / "moodle"
LAB = find("lab1")
RIGHT = sample_class.right(LAB)
SIGMOID = sample_class.wrong(LAB, "sigmoid")
"""Loses 8 of the 100 points."""
DENSE = sample_class.transposed(LAB, RIGHT)
"""Loses 8 of the 100 points."""
STUBS = stub_package(LAB)
BROKEN = zipped(RIGHT)[:-300]

Files = Mapping[str, "str | bytes"]


@dataclass(frozen=True)
class Row:
    """A row of a worksheet, as a site writes it."""

    id: int
    name: str = ""
    grade: str = ""
    maximum: str = "100.00"
    changeable: str = "Yes"
    status: str = "Submitted for grading -  - "
    group: str = ""
    comment: str = ""


def worksheet(rows: list[Row], *, names: bool = True, groups: bool = False) -> bytes:
    """A worksheet as Moodle writes it: UTF-8 with a mark, LF, quotes where PHP puts them."""
    columns = ["Identifier"] + (["Full name", "Email address"] if names else [])
    columns += ["Status", *(["Group"] if groups else []), "Grade", "Maximum grade"]
    columns += ["Grade can be changed", "Last modified (submission)", "Last modified (grade)"]
    table = [[*columns, "Feedback comments"]]
    for row in rows:
        cells = [f"Participant {row.id}"]
        cells += [row.name, f"s{row.id}@example.invalid"] if names else []
        cells += [row.status, *([row.group] if groups else []), row.grade, row.maximum]
        when = "-" if row.status.startswith("No sub") else "Monday, 23 November 2026, 1:02 AM"
        cells += [row.changeable, when, "-", row.comment]
        table.append(cells)
    special = re.compile(r'[ ,"\n\r\t]')
    lines = [
        ",".join('"' + c.replace('"', '""') + '"' if special.search(c) else c for c in cells)
        for cells in table
    ]
    return ("\ufeff" + "\n".join(lines) + "\n").encode()


def download(handed_in: Mapping[str, Files], *, flat: bool = False) -> bytes:
    """The zip of "Download all submissions", by `<name>_<id>`."""
    files: dict[str, str | bytes] = {}
    for who, content in handed_in.items():
        for path, data in content.items():
            last = "_" + path.rpartition("/")[2] if flat else "/" + path
            files[f"{who}_assignsubmission_file{last}"] = data  # flat: equal names overwrite
    return zipped(files)


@dataclass(frozen=True)
class Outcome:
    """What a run left behind."""

    stored: dict[int, Stored]
    pages: dict[int, dict[str, bytes]]
    printed: str
    out: Path

    def grades(self) -> dict[int, float]:
        return {n: one.grade for n, one in self.stored.items() if one.grade is not None}


def labkit(*arguments: object) -> str:
    done = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert done.exit_code == 0, done.output
    return done.output


def run(
    tmp_path: Path, submissions: bytes, sheet: bytes, *more: object, maximum: float = 100
) -> Outcome:
    (tmp_path / "submissions.zip").write_bytes(submissions)
    (tmp_path / "worksheet.csv").write_bytes(sheet)
    out = tmp_path / "graded"
    paths = tmp_path / "submissions.zip", tmp_path / "worksheet.csv"
    printed = labkit("moodle", "lab1", *paths, "--out", out, "--jobs", 1, *more)
    return taken_back(sheet, out, printed, maximum)


def taken_back(sheet: bytes, out: Path, printed: str, maximum: float) -> Outcome:
    text = sheet.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    known = {int(row["Identifier"].removeprefix("Participant ")) for row in rows}
    locked = {
        int(row["Identifier"].removeprefix("Participant "))
        for row in rows
        if row["Grade can be changed"] == "No"
    }
    stored = import_worksheet(
        (out / "worksheet.csv").read_bytes(), maximum, known, frozenset(locked)
    )
    groups = set(range(900, 950))
    return Outcome(stored, import_feedback(out / "feedback.zip", known | groups), printed, out)


# ---------------------------------------------------------------- a class in folders


PEOPLE = [
    Row(11, "Ada Lovelace", maximum="20,00"),
    Row(12, "Ada Lovelace", maximum="20,00", grade="7,50"),
    Row(13, 'Renée / D:Arcy "Rex" Pérez?', maximum="20,00"),
    Row(14, "Kim Broken", maximum="20,00", comment="<p>Wait.</p>"),
    Row(15, "Lee Locked", maximum="20,00", grade="19,00", changeable="No"),
    Row(16, "Mo Stubs\\", maximum="20,00"),
    Row(17, "Noa Absent", maximum="20,00", status="No submission -  - "),
]
FOLDERS: dict[str, Files] = {
    "Ada Lovelace_11": {"lab1_forward.zip": zipped(RIGHT)},
    "Ada Lovelace_12": {f"my lab/{path}": text for path, text in SIGMOID.items()},
    "Renée  DArcy Rex Pérez__13": {path.rpartition("/")[2]: text for path, text in DENSE.items()},
    "Kim Broken_14": {"lab1_forward.zip": BROKEN, ".hidden": "x"},
    "Lee Locked_15": RIGHT,
    "Mo Stubs_16": STUBS,
}


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    tmp_path = tmp_path_factory.mktemp("moodle")
    return run(tmp_path, download(FOLDERS), worksheet(PEOPLE), maximum=20)


def test_grades_reach_the_right_people_on_the_right_scale(graded: Outcome) -> None:
    assert graded.grades() == {11: 20.0, 12: 18.4, 13: 18.4, 16: 0.0}


def test_rows_that_are_not_the_kits_are_left_out_of_the_file(graded: Outcome) -> None:
    """A row that came back would overwrite the stored comment, whose markup no worksheet holds."""
    before = worksheet(PEOPLE).decode().splitlines()
    after = (graded.out / "worksheet.csv").read_bytes().decode().splitlines()
    assert after[0] == before[0]
    assert [line.partition(",")[0] for line in after[1:]] == [
        f'"Participant {number}"' for number in (11, 12, 13, 16)
    ]


def test_comments_are_html_and_say_where_points_went(graded: Outcome) -> None:
    comment = graded.stored[12].comment or ""
    assert "92 of 100 points.<br>" in comment and "Points are lost in sigmoid." in comment
    assert "All checks pass" in (graded.stored[11].comment or "")


def test_each_gets_a_page_of_their_own(graded: Outcome) -> None:
    assert set(graded.pages) == {11, 12, 13, 14, 15, 16}
    for number, files in graded.pages.items():
        assert list(files) == ["feedback.html"], number
    assert b"curve is mirrored" in graded.pages[12]["feedback.html"]
    assert b"minus sign" not in graded.pages[11]["feedback.html"]
    assert b"cut off or damaged" in graded.pages[14]["feedback.html"]


def test_what_moodle_would_lose_in_silence_is_said(graded: Outcome) -> None:
    said = " ".join(graded.printed.split())
    assert "4 rows of 7 got a grade" in said
    assert re.search(r"Moodle has locked them .*Lee Locked", said)
    assert re.search(r"got a grade of 0, .*Mo Stubs", said)
    assert re.search(r"had another grade before, which is replaced: .*Ada Lovelace", said)
    assert re.search(r"without a submission stayed as it was: .*Noa Absent", said)
    assert re.search(r"could not be graded or is not in the download: .*Kim Broken", said)
    assert "lab1_forward.zip is cut off or damaged" in said
    guide = (graded.out / "upload.txt").read_text(encoding="utf-8")
    assert guide.index("worksheet.csv") < guide.index("feedback.zip")
    assert "Lee Locked" in guide and "list below" in guide  # to be read beside Moodle's preview
    assert said.index("4 rows of 7") < said.index("is cut off")  # not behind a long class
    for name in ("worksheet.csv", "feedback.zip", "upload.txt"):
        assert f"{graded.out / name}" in graded.printed


@pytest.mark.slow
def test_marks_by_hand_count_and_resume_grades_nothing_again(graded: Outcome) -> None:
    out = graded.out
    template = list(
        csv.DictReader(io.StringIO((out / "marks-template.csv").read_text("utf-8-sig")))
    )
    names = {row["submission"]: row for row in template if row["submission"] != "(possible)"}
    (ada,) = (name for name in names if name.endswith("_11"))
    marks = out.parent / "marks.csv"
    marks.write_text(f"submission;sigmoid_drawbacks;why_xor\n{ada};2,5;5\n", encoding="utf-8")
    page = out / "feedback" / f"{next(name for name in names if name.endswith('_12'))}.html"
    before = page.stat().st_mtime_ns
    more = ("--resume", "--manual", marks)
    sheet = worksheet(PEOPLE)
    again = run(out.parent, download(FOLDERS), sheet, *more, maximum=20)
    assert again.grades() == {11: 19.55, 12: 18.4, 13: 18.4, 16: 0.0}  # 107.5 of 110
    assert page.stat().st_mtime_ns == before
    assert "107.5 of 110 points" in (again.stored[11].comment or "")
    # Marks that were given stay though another file leaves them out; a large maximum gets every
    # hundredth.
    other = next(name for name in names if name.endswith("_12"))
    marks.write_text(f"submission,sigmoid_drawbacks,why_xor\n{other},,1\n", encoding="utf-8")
    large = worksheet([replace(row, maximum="1000.00") for row in PEOPLE])
    again = run(out.parent, download(FOLDERS), large, *more, maximum=1000)
    assert again.grades() == {11: 977.27, 12: 885.71, 13: 920.0, 16: 0.0}  # 93 of 105
    assert "107.5 of 110 points" in (again.stored[11].comment or "")


# ---------------------------------------------------------------- flat, teams, blind


@pytest.mark.slow
def test_a_flat_download_is_graded_and_says_what_moodle_lost(tmp_path: Path) -> None:
    handed_in: dict[str, Files] = {
        "Ana Maria Silva Costa_7": {"lab1.zip": zipped(SIGMOID)},
        "Wei Chen_8": RIGHT,  # its folders are gone; two files of one name would be one
    }
    people = [Row(7, "Ana_Maria Silva_Costa"), Row(8, "Wei Chen")]
    found = run(tmp_path, download(handed_in, flat=True), worksheet(people))
    assert found.grades() == {7: 92.0, 8: 100.0}
    assert set(found.pages) == {7, 8}
    assert re.search(
        r"without folders.*same name|overwrit|equal name", " ".join(found.printed.split())
    )


@pytest.mark.slow
def test_every_member_of_a_team_gets_the_teams_grade(tmp_path: Path) -> None:
    handed_in: dict[str, Files] = {"Team Rot_901": RIGHT, "Team Blau_902": SIGMOID}
    people = [
        Row(1, "Ana", group="Team Rot"),
        Row(2, "Bo", group="Team Rot"),
        Row(3, "Cy", group="Team Blau"),
        Row(4, "Di", group="Team Grün", status="No submission -  - "),
    ]
    found = run(tmp_path, download(handed_in), worksheet(people, groups=True))
    assert found.grades() == {1: 100.0, 2: 100.0, 3: 92.0}
    assert set(found.pages) == {901, 902}  # by the team's id


@pytest.mark.slow
def test_blind_marking_needs_no_names(tmp_path: Path) -> None:
    handed_in: dict[str, Files] = {"Participant_15": RIGHT, "Participant_16": DENSE}
    people = [Row(15), Row(16)]
    found = run(tmp_path, download(handed_in), worksheet(people, names=False))
    assert found.grades() == {15: 100.0, 16: 92.0}
    assert set(found.pages) == {15, 16}


def test_lateness_names_and_mail_reach_results_report_and_grades(tmp_path: Path) -> None:
    late = "Submitted for grading - 1 day late -  - "
    until = (
        "Submitted for grading - Extension granted until: Thursday, 3 December 2026, 1:35 PM -  - "
    )
    people = [Row(11, "Ada_Lovelace", status=late), Row(12, "Bo O'Neil", status=until)]
    handed_in: dict[str, Files] = {"Ada Lovelace_11": RIGHT, "Bo ONeil_12": RIGHT}
    found = run(tmp_path, download(handed_in), worksheet(people))
    told = {one.platform["id"]: one.platform for one in kept(found.out)}
    assert (told[11]["late"], told[11]["extension"]) == ("1 day late", "")
    assert told[12]["extension"] == "Thursday, 3 December 2026, 1:35 PM" and not told[12]["late"]
    assert (told[11]["until"], told[12]["until"]) == ("", "2026-12-03T13:35:00")
    report = (found.out / "report.html").read_text(encoding="utf-8")
    assert "1 day late" in report and "extension until Thursday, 3 December 2026" in report
    table = list(csv.DictReader(io.StringIO((found.out / "grades.csv").read_text("utf-8-sig"))))
    who = {(row["name"], row["email"]) for row in table}
    assert who == {("Ada_Lovelace", "s11@example.invalid"), ("Bo O'Neil", "s12@example.invalid")}
    # An extension that is granted later is seen, though nothing is graded again.
    people[0] = replace(people[0], status=until)
    found = run(tmp_path, download(handed_in), worksheet(people), "--resume")
    assert not any(one.platform["late"] for one in kept(found.out))


@pytest.mark.slow
def test_a_bare_download_takes_no_mail_and_no_lateness_away(tmp_path: Path) -> None:
    late = "Submitted for grading - 1 day late -  - "
    people = [Row(11, "Ada_Lovelace", status=late), Row(12, "Bo O'Neil")]
    handed_in: dict[str, Files] = {"Ada Lovelace_11": RIGHT, "Bo ONeil_12": SIGMOID}
    found = run(tmp_path, download(handed_in), worksheet(people))
    source = tmp_path / "submissions.zip"
    for bo, command in ((SIGMOID, ("grade", "--resume")), (RIGHT, ("regrade",))):
        source.write_bytes(download(handed_in | {"Bo ONeil_12": bo}))
        labkit(command[0], "lab1", source, "--out", found.out, "--jobs", 1, *command[1:])
        told = {one.platform["id"]: one for one in kept(found.out)}
        assert told[11].platform["late"] == "1 day late"
        assert [told[n].platform["email"] for n in (11, 12)] == [
            *("s11@example.invalid", "s12@example.invalid"),
        ]
    assert told[12].total == 100


def kept(out: Path) -> list[Result]:
    """The results on disk."""
    read = [results.read(path) for path in sorted((out / "results").glob("*.json"))]
    return [one for one in read if one is not None]


# ---------------------------------------------------------------- files of a real Moodle


@pytest.mark.parametrize("mode", ["folders0", "folders1"])
def test_real_files_pass_through_unharmed(mode: str, tmp_path: Path) -> None:
    """Nobody there handed in this lab, so nobody gets a grade; each gets a page that says so."""
    sheet = (DATA / "a1_worksheet_ungraded.csv").read_bytes()
    found = run(tmp_path, (DATA / f"a1_downloadall_{mode}.zip").read_bytes(), sheet)
    assert found.grades() == {}
    assert set(found.pages) == {3, 4, 5, 6, 7, 8, 9, 10}
    assert (found.out / "worksheet.csv").read_bytes().splitlines() == sheet.splitlines()[:1]


@pytest.mark.slow
def test_a_real_worksheet_takes_grades_for_real_names(tmp_path: Path) -> None:
    with zipfile.ZipFile(DATA / "a1_downloadall_folders1.zip") as archive:
        folders = sorted({name.partition("/")[0] for name in archive.namelist()})
    handed_in = {folder.removesuffix("_assignsubmission_file"): RIGHT for folder in folders}
    sheet = (DATA / "a1_worksheet_ungraded.csv").read_bytes()
    found = run(tmp_path, download(handed_in), sheet)
    assert found.grades() == dict.fromkeys((3, 4, 5, 6, 7, 8, 9, 10), 100.0)
    assert set(found.pages) == set(found.grades())


# ---------------------------------------------------------------- what is refused


def test_a_folder_or_a_strangers_worksheet_is_refused_before_the_work(tmp_path: Path) -> None:
    (tmp_path / "class" / "kim" / "neuralnet").mkdir(parents=True)
    (tmp_path / "class" / "kim" / "neuralnet" / "layers.py").write_text("", encoding="utf-8")
    sheet = tmp_path / "worksheet.csv"
    sheet.write_bytes(worksheet(PEOPLE))
    (tmp_path / "other.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    (tmp_path / "moodle.zip").write_bytes(download(FOLDERS))
    (tmp_path / "cut.zip").write_bytes(download(FOLDERS)[:-100])
    (tmp_path / "empty.zip").write_bytes(zipped({}))
    (tmp_path / "next.csv").write_bytes(worksheet([Row(70 + n, f"Who {n}") for n in range(9)]))
    for source, csv_file, says in (
        (tmp_path / "class", sheet, "no Moodle download"),
        (tmp_path / "moodle.zip", tmp_path / "other.csv", "no grading worksheet"),
        (tmp_path / "moodle.zip", tmp_path / "next.csv", "does not belong to these submissions"),
        (sheet, tmp_path / "moodle.zip", "moodle.zip is a zip or an Excel file"),
        (tmp_path / "cut.zip", sheet, "no Moodle download: cut.zip is cut off"),
        (tmp_path / "empty.zip", sheet, "no Moodle download: empty.zip holds no files"),
        (sheet, sheet, "no Moodle download: worksheet.csv is a single file"),
    ):
        arguments = ["moodle", "lab1", str(source), str(csv_file), "--out", str(tmp_path / "out")]
        done = CliRunner().invoke(main, arguments)
        assert done.exit_code == 2 and says in " ".join(done.output.split()), done.output
        assert not (tmp_path / "out" / "grades.csv").exists()


def test_what_is_uploaded_is_written_while_out_is_held(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that begins meanwhile does not mix its grades with these."""
    held = []

    def looked(path: Path, *given: object) -> None:
        held.append(mini.is_held(path.parent))
        write_feedback_zip(path, *given)

    monkeypatch.setattr(by_files, "write_feedback_zip", looked)
    found = run(
        tmp_path, download({"Ann Lee_1": {"a.zip": BROKEN}}), worksheet([Row(1, "Ann Lee")])
    )
    assert held == [True] and "upload.txt" in found.printed


def test_a_grader_that_stops_costs_nobody_their_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Grader, "grade", lambda *a, **k: 1 / 0)
    found = run(tmp_path, download({"Ann Lee_1": RIGHT}), worksheet([Row(1, "Ann Lee")]))
    said = " ".join(found.printed.split())
    assert "Ann Lee_1: failed: the grader itself stopped" in said
    assert found.grades() == {} and set(found.pages) == {1}
