"""Brings the submissions of a download to the rows of a worksheet.

By the id alone: names are cleaned by Moodle, and two students can share one. In a team assignment
the download carries the group's id, which no row has; there the column Group names the team of
every member, and the download has the same name as Moodle mangles it.

A worksheet may list a part of the class (one group, the rows of one marker) and the download
another part: what is in both is brought together, the rest is said. Only a pair that contradicts
itself is refused, because ids mean nothing outside their assignment.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from labkit.intake.moodle import alike, bare, mangled, squeezed
from labkit.platforms.moodle.worksheet import MoodleError, Participant, Worksheet


class Download(Protocol):
    """One submission of a download (`labkit.intake.Moodle` is one)."""

    @property
    def id(self) -> int | None:
        """Participant or group id."""

    @property
    def name(self) -> str:
        """Cleaned by Moodle."""


@dataclass(frozen=True)
class Join:
    """Who handed in what."""

    team: bool
    """Whether the assignment is handed in by teams."""
    submission_of: Mapping[int, int]
    """Participant id -> position of the submission; members of a team share one."""
    lines: tuple[str, ...]
    """What could not be brought together, in sentences."""


def join(sheet: Worksheet, downloads: Sequence[Download]) -> Join:
    """Match `downloads` with the rows of `sheet`.

    Raises MoodleError where the two are evidently not of the same assignment: grades would go to
    the wrong people.
    """
    teams = _teams(sheet)
    forms = {form for team in teams for form in mangled(team)}
    fitting = sum(squeezed(one.name) in forms for one in downloads)
    people = sum(_fits(sheet, one) for one in downloads)
    if fitting and fitting >= people:
        return _join_teams(sheet, downloads, teams)
    return _join_people(sheet, downloads)


def _teams(sheet: Worksheet) -> dict[str, list[Participant]]:
    """Team name -> its members."""
    teams: dict[str, list[Participant]] = {}
    for one in sheet.participants:
        if one.group and one.id is not None:
            teams.setdefault(one.group, []).append(one)
    return teams


def _fits(sheet: Worksheet, one: Download) -> bool:
    """Whether a submission has a row by id, and no other name there."""
    row = sheet.row_of(one.id)
    return row is not None and (_nameless(one) or not row.name or alike(row.name, one.name))


def _nameless(one: Download) -> bool:
    """Whether blind marking hides the name."""
    return one.name == "Participant"


def _join_teams(
    sheet: Worksheet, downloads: Sequence[Download], teams: Mapping[str, list[Participant]]
) -> Join:
    candidates = _candidates([squeezed(one.name) for one in downloads], list(teams))
    claims = Counter(team for fitting in candidates for team in fitting)
    found: dict[int, int] = {}
    lines = []
    strangers = []
    for position, (one, fitting) in enumerate(zip(downloads, candidates, strict=True)):
        if len(fitting) > 1 or any(claims[team] > 1 for team in fitting):
            lines.append(
                f'Several teams are called "{one.name}", and the worksheet cannot tell them apart:'
                f" enter the grades of team {one.id} by hand."
            )
        elif not fitting:
            strangers.append(one)
        else:
            members = teams[fitting[0]]
            found |= {member.id: position for member in members if member.id is not None}
    lines += _left_over(sheet, strangers, "team")
    return Join(team=True, submission_of=found, lines=tuple(dict.fromkeys(lines)))


def _candidates(names: Sequence[str], teams: Sequence[str]) -> list[list[str]]:
    """For each of a download's `names` the teams that it may be.

    A team whose mangled name is another download's is out of the question; then nearly will do.
    """
    free = [team for team in teams if mangled(team)[0] not in names]
    found = []
    for name in names:
        fitting = [team for team in teams if mangled(team)[0] == name]
        fitting = fitting or [team for team in free if name in mangled(team)]
        found.append(fitting or [team for team in free if bare(team) == bare(name)])
    return found


def _join_people(sheet: Worksheet, downloads: Sequence[Download]) -> Join:
    found: dict[int, int] = {}
    strangers, others = [], []
    sure = 0
    for position, one in enumerate(downloads):
        row = sheet.row_of(one.id)
        if row is None or one.id is None:
            strangers.append(one)
        elif not _fits(sheet, one):
            others.append((one, row))
        else:
            found[one.id] = position
            sure += bool(row.name) and not _nameless(one)
    waiting = sum(one.has_submission and one.id not in found for one in sheet.participants)
    # Without names to agree on, a part of the other is believed, an overlap by chance is not.
    chance = not sure and len(strangers) > len(found) and waiting > len(found)
    if downloads and (not found or len(others) > len(found) or chance):
        example, row = others[0] if others else (strangers[0], None)
        there = f"is {row.name} there" if row else "has no row there"
        raise MoodleError(
            f"{sheet.name} does not belong to these submissions ({example.name}, id {example.id},"
            f" {there}): download both from the same assignment, and for teams with the column"
            " Group."
        )
    lines = _left_over(sheet, strangers, "id") + [
        f"Participant {one.id} is {one.name} in the download but {row.name} in {sheet.name}, so the"
        " row was left as it was: enter this grade by hand."
        for one, row in others
    ]
    return Join(team=False, submission_of=found, lines=tuple(lines))


def _left_over(sheet: Worksheet, strangers: Sequence[Download], kind: str) -> list[str]:
    """Who is in the download alone."""
    if not strangers:
        return []
    names = [f"{one.name} ({kind} {one.id})" for one in strangers]
    more = f" and {len(names) - 20} more" if len(names) > 20 else ""
    who = "1 submission" if len(names) == 1 else f"{len(names)} submissions"
    return [
        f"{sheet.name} has no row for {who} of the download, and nothing of theirs is uploaded:"
        f" {', '.join(names[:20])}{more}. That is as it should be for the worksheet of one group or"
        " of one marker; else download it again."
    ]
