"""Files of a real Moodle, by the rules that were measured on it: a test a rule."""

from __future__ import annotations

import csv
import html
import io
import re
import zipfile
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from labkit.intake import open_submissions
from labkit.intake.moodle import mangled
from labkit.platforms.moodle.answer import Outcome, answer
from labkit.platforms.moodle.comments import from_text
from labkit.platforms.moodle.fill import Mark, fill
from labkit.platforms.moodle.upload import upload_guide
from labkit.platforms.moodle.worksheet import MoodleError, Worksheet
from labkit.platforms.moodle.zones import minutes_ahead, read_time, server_times
from tests.platforms.moodle.moodle_import import import_worksheet

DATA = Path(__file__).parents[2] / "data" / "moodle"
ROUND_2 = DATA / "a_worksheet_round2_comments_stripped.csv"
NAMES = DATA / "a_downloadall_17_names.zip"
TEAMS = DATA / "d_worksheet_teams.csv"
SCALE = {"Poor": 0.0, "Fair": 40.0, "Good": 60.0, "Very good": 95.0}
WORKSHEETS = sorted(DATA.glob("*_worksheet_*.csv"))


def graded(archive: str, percent: float = 50.0) -> list[Outcome]:
    """A download's submissions, each with a grade, a comment and a page."""
    return [
        Outcome(one.id, one.name, percent, "Seen.", page=b"page")
        for one in open_submissions(DATA / archive, ()).platforms
    ]


def rows(sheet: Worksheet) -> list[dict[str, str]]:
    text = sheet.to_bytes().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def shown(lines: list[str]) -> str:
    return "\n".join(lines)


# ---------------------------------------------------------------- every worksheet


@pytest.mark.parametrize("path", WORKSHEETS, ids=lambda path: path.stem)
def test_a_real_worksheet_comes_back_filled_and_otherwise_as_it_was(path: Path) -> None:
    sheet = Worksheet.read(path)
    assert sheet.to_bytes() == path.read_bytes()
    half = [one for one in sheet.participants if one.id is not None][::2]
    filled, _ = fill(sheet, {one.id: Mark(50, "A\nB") for one in half if one.id}, SCALE)
    before = {row["Identifier"]: row for row in rows(sheet)}
    after = rows(filled)
    assert [row["Identifier"] for row in after] == [
        f"Participant {one.id}" for one in half if not one.locked
    ]
    for row in after:
        assert row.pop("Grade") in ("50.00", "Fair")
        assert row.pop("Feedback comments") == "A<br>B"
        assert row.items() <= before[row["Identifier"]].items()


# ---------------------------------------------------------------- comments of a second round


def test_whoever_gets_nothing_keeps_the_stored_comment() -> None:
    """The cell lacks the comment's markup: a row that came back would overwrite it."""
    sheet = Worksheet.read(ROUND_2)
    filled, _ = fill(sheet, {15: Mark(100, "Lab 1: all.")})
    assert set(import_worksheet(filled.to_bytes(), 100, set(range(1, 19)))) == {15}


def test_locked_rows_are_left_out_and_their_file_is_spoken_of() -> None:
    sheet = Worksheet.read(ROUND_2)
    assert {one.id for one in sheet.participants if one.locked} == {9, 14}
    found = answer(sheet, graded(NAMES.name))
    assert not {9, 14} & {one.id for one in found.worksheet.participants}
    assert {9, 14} <= found.pages.keys()
    (line,) = [line for line in found.lines if "locked" in line]
    assert "Participant 9" in line and "their feedback file is in the zip all the same" in line


def test_only_a_comment_that_really_changes_is_called_replaced() -> None:
    sheet = Worksheet.read(ROUND_2)
    by_id = {one.id: one for one in sheet.participants}
    # What was sent in the first round: the worksheet shows it without its line breaks.
    first = (
        by_id[13].comment.replace(" points.", " points.\n").replace("see.Points", "see.\nPoints")
    )
    assert "<br>" in from_text(first) and from_text(first) != by_id[13].comment
    _, lines = fill(sheet, {13: Mark(0, first), 18: Mark(100, "Lab 1: 100 of 100 points.")})
    (line,) = [line for line in lines if "another comment" in line]
    assert "Participant 18" in line and "Participant 13" not in line
    same = "Well tried, see me on Monday.\nuse a <b> c\nnotes"
    _, lines = fill(sheet, {18: Mark(100, same)})
    assert "another comment" not in shown(lines)


# ---------------------------------------------------------------- teams


def test_real_teams_are_joined_though_moodle_mangles_their_names() -> None:
    found = answer(Worksheet.read(TEAMS), graded("d_downloadall_teams.zip"))
    assert len(found.worksheet.participants) == 18
    assert found.pages.keys() == {1, 2, 3, 4}  # by the group's id
    assert "Default group" in shown(found.lines)


@pytest.mark.parametrize(
    ("raw", "in_download"),
    [
        ("R&D 1", "Ramp;D 1"),
        ("T > 3", "T gt; 3"),
        ('Team_One & "Co"', "Team One amp; Co"),
        ("Team O'Two", "Team OTwo"),
        ("Équipe 3/B", "Équipe 3B"),
        ("Why?", "Why_"),
    ],
)
def test_names_of_teams_are_mangled_as_moodle_does(raw: str, in_download: str) -> None:
    assert mangled(raw)[0] == in_download


def test_teams_that_moodle_mangles_nearly_alike_stay_apart() -> None:
    header = "Identifier,Group,Grade,Maximum grade,Last modified (grade)\n"
    lines = ["Participant 1,R&D 1,,10,-", "Participant 2,RD 1,,10,-", "Participant 3,T > 3,,10,-"]
    sheet = Worksheet.parse((header + "\n".join(lines) + "\n").encode())
    teams = [Outcome(7, "Ramp;D 1", 10.0), Outcome(8, "RD 1", 20.0), Outcome(9, "T gt; 3", 30.0)]
    found = answer(sheet, teams)
    grades = {row["Identifier"][-1]: row["Grade"] for row in rows(found.worksheet)}
    assert grades == {"1": "1.00", "2": "2.00", "3": "3.00"}


# ---------------------------------------------------------------- a part of the class


def part(path: Path, keep: set[int]) -> Worksheet:
    """The worksheet of one group or one marker."""
    head, *lines = path.read_bytes().splitlines(keepends=True)
    some = [line for line in lines if int(re.search(rb"Participant (\d+)", line)[1]) in keep]
    return Worksheet.parse(head + b"".join(some))


def test_a_worksheet_of_a_part_is_filled_from_a_download_of_the_whole() -> None:
    found = answer(part(ROUND_2, {7, 15, 18}), graded(NAMES.name))
    assert {one.id for one in found.worksheet.participants} == {7, 15, 18} == set(found.pages)
    (line,) = [line for line in found.lines if "has no row for" in line]
    assert "14 submissions" in line and "one group or of one marker" in line


def test_a_download_of_a_part_fills_a_worksheet_of_the_whole() -> None:
    some = [one for one in graded(NAMES.name) if one.id in (7, 15)]
    found = answer(Worksheet.read(ROUND_2), some)
    assert {one.id for one in found.worksheet.participants} == {7, 15}


def test_what_contradicts_is_refused() -> None:
    """The rows of another assignment have other ids, or other people under the same."""
    with pytest.raises(MoodleError, match="does not belong"):
        answer(Worksheet.read(DATA / "l_worksheet_one_group.csv"), graded(NAMES.name))
    shifted = [Outcome((one.id or 0) % 18 + 1, one.name, 1.0) for one in graded(NAMES.name)]
    with pytest.raises(MoodleError, match="does not belong"):
        answer(Worksheet.read(ROUND_2), shifted)


def test_without_names_an_overlap_by_chance_is_refused_but_a_part_is_not() -> None:
    header = "Identifier,Status,Grade,Maximum grade,Last modified (grade)\n"
    text = header + "".join(f"Participant {n},Submitted,,20.00,-\n" for n in range(1, 11))
    sheet = Worksheet.parse(text.encode())
    with pytest.raises(MoodleError, match="does not belong"):
        answer(sheet, [Outcome(n, "Participant", 50.0) for n in range(8, 18)])
    found = answer(sheet, [Outcome(n, "Participant", 50.0) for n in range(1, 30)])
    assert len(found.worksheet.participants) == 10


# ---------------------------------------------------------------- scales


def test_a_scale_without_words_in_lab_toml_gets_comments_and_pages_alone() -> None:
    sheet = Worksheet.read(DATA / "g_worksheet_scale.csv")
    filled, lines = fill(sheet, {99: Mark(100, "Well.")})
    (row,) = rows(filled)
    assert row["Grade"] == "" and row["Feedback comments"] == "Well."
    assert "1 row got their comment but no grade" in shown(lines) and "[moodle.scale]" in shown(
        lines
    )


@pytest.mark.parametrize(
    ("percent", "word"),
    [(100, "Very good"), (95, "Very good"), (94.99, "Good"), (60, "Good"), (0, "Poor")],
)
def test_a_scale_gets_its_own_words(percent: float, word: str) -> None:
    filled, _ = fill(Worksheet.read(DATA / "g_worksheet_scale.csv"), {99: Mark(percent)}, SCALE)
    assert [row["Grade"] for row in rows(filled)] == [word]


def test_words_that_the_scale_does_not_have_are_not_written() -> None:
    sheet = Worksheet.read(DATA / "g_worksheet_scale.csv")
    filled, lines = fill(sheet, {99: Mark(90, "x"), 101: Mark(10, "x")}, {"Excellent": 80.0})
    assert [row["Grade"] for row in rows(filled)] == ["", ""]
    assert "is not in the assignment's scale" in shown(lines)
    assert "has no word for so few percent" in shown(lines)


# ---------------------------------------------------------------- what holds grades back


def test_marking_workflow_and_blind_marking_are_said() -> None:
    sheet = Worksheet.read(DATA / "j_worksheet_workflow_marker.csv")
    found = answer(sheet, [Outcome(156, "Anna Smith", 50.0)])
    assert "1 of the grades stay out of the gradebook" in shown(found.lines)
    assert rows(found.worksheet)[0]["Marking workflow state"] == "Not marked"
    header = "Identifier,Status,Grade,Maximum grade,Last modified (grade)\n"
    blind = Worksheet.parse((header + "Participant 1,Submitted,,20.00,-\n").encode())
    assert "Reveal student identities" in shown(
        answer(blind, [Outcome(1, "Participant", 5.0)]).lines
    )
    plain = answer(Worksheet.read(ROUND_2), graded(NAMES.name))
    assert not re.search("workflow|Reveal", shown(plain.lines))


def test_all_participants_and_the_menus_right_names_are_in_the_guide() -> None:
    guide = " ".join(upload_guide().split())
    assert 'choose "All participants"' in guide
    assert "Upload feedback files in a zip" in guide and "Upload grading worksheet" in guide
    assert 'Choose "All participants"' in shown(
        answer(Worksheet.read(ROUND_2), graded(NAMES.name)).lines
    )


# ---------------------------------------------------------------- lateness, other attempts


def test_status_tells_lateness_and_extensions() -> None:
    people = {
        one.id: one for one in Worksheet.read(DATA / "h_worksheet_late_extension.csv").participants
    }
    assert people[115].late == "1 day late" and not people[115].extension
    assert people[112].extension == "Thursday, 3 December 2026, 1:35 PM" and not people[112].late
    assert not people[123].late and not people[123].has_submission
    assert not any(one.late or one.extension for one in Worksheet.read(ROUND_2).participants)


def test_a_reopened_attempt_is_no_lost_submission() -> None:
    sheet = Worksheet.read(DATA / "k_worksheet_attempt2.csv")
    _, lines = fill(sheet, {})
    (line,) = [line for line in lines if "another attempt was opened" in line]
    assert "Participant 169" in line
    assert all("Participant 169" not in line for line in lines if "could not be graded" in line)
    _, lines = fill(sheet, {169: Mark(50)})
    assert "not handed in yet: Participant 169" in shown(lines)


# ---------------------------------------------------------------- time zones


def moved(hours: float) -> Worksheet:
    """The second round's worksheet of a teacher whose clock is `hours` ahead of the server's."""

    def move(found: re.Match[str]) -> str:
        time = read_time(found[0])
        assert time is not None
        time += timedelta(hours=hours)
        return f"{time:%A}, {time.day} {time:%B %Y}, {time.hour % 12 or 12}:{time:%M} {time:%p}"

    text = ROUND_2.read_text(encoding="utf-8")
    return Worksheet.parse(re.sub(r"\w+day, \d+ \w+ \d+, \d+:\d+ [AP]M", move, text).encode())


def advised(sheet: Worksheet) -> list[str]:
    found = answer(sheet, graded(NAMES.name), server=server_times(NAMES))
    return [line for line in found.lines if "time zone" in line]


def test_the_same_clock_needs_no_advice() -> None:
    assert advised(moved(0)) == []


def test_a_teacher_west_of_the_server_is_told_to_tick_the_box() -> None:
    (line,) = advised(moved(-5))
    assert "5 hours behind" in line and "tick the box" in line


def test_a_teacher_east_of_the_server_is_told_that_the_guard_is_off() -> None:
    (line,) = advised(moved(5.5))
    assert "5.5 hours ahead" in line and "overwrites them" in line


def test_where_the_files_do_not_tell_both_are_said() -> None:
    found = answer(moved(0), graded(NAMES.name))
    (line,) = [line for line in found.lines if "time zone" in line]
    assert "is missing from the preview" in line
    fresh = answer(
        Worksheet.read(DATA / "a1_worksheet_ungraded.csv"), graded("a1_downloadall_folders1.zip")
    )
    assert "time zone" not in shown(fresh.lines)  # nobody had a grade that could be newer


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("Saturday, 28 November 2026, 1:35 PM", datetime(2026, 11, 28, 13, 35)),
        ("Saturday, November 28, 2026, 12:05 AM", datetime(2026, 11, 28, 0, 5)),
        ("Saturday, 28 November 2026, 13:35", datetime(2026, 11, 28, 13, 35)),
        ("Samstag, 28. November 2026, 13:35", None),
        ("31 February 2026, 1:00 PM", None),
        ("-", None),
    ],
)
def test_times_as_moodle_words_them(text: str, time: datetime | None) -> None:
    assert read_time(text) == time


def test_clocks_that_do_not_agree_tell_nothing() -> None:
    times = ["28 November 2026, 1:35 PM", "28 November 2026, 3:35 PM"]
    server = datetime(2026, 11, 28, 13, 35, 20)
    assert minutes_ahead((text, server) for text in times) is None
    assert minutes_ahead([(times[1], server), (times[1], server), (times[0], None)]) == 120
    assert server_times(DATA / "README.md") == {}


# ---------------------------------------------------------------- the download


def test_names_of_seventeen_real_students_lead_to_their_rows() -> None:
    found = answer(Worksheet.read(ROUND_2), graded(NAMES.name))
    with zipfile.ZipFile(NAMES) as archive:
        ids = {int(name.split("_")[-3]) for name in (n.split("/")[0] for n in archive.namelist())}
    assert found.pages.keys() == ids and len(ids) == 17
    assert html.escape("=SUM(A1) -Minus") in {row["Full name"] for row in rows(found.worksheet)}
