"""Brings the submissions of a download to the rows of a worksheet.

By the id alone: names are cleaned by Moodle, and two students can share one. In a team assignment
the download carries the group's id, which no row has; there the column Group, which only such
worksheets have, names the team of every member.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from labkit.intake.moodle import alike, bare, cleaned, squeezed
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

    Raises MoodleError where the two are evidently not of the same assignment: ids mean nothing
    outside it, and grades would go to the wrong people.
    """
    teams = _teams(sheet)
    known = {bare(group) for group in teams}
    fitting = sum(bare(one.name) in known for one in downloads)
    if teams and 2 * fitting >= len(downloads):
        return _join_teams(sheet, downloads, teams)
    return _join_people(sheet, downloads)


def _teams(sheet: Worksheet) -> dict[str, list[Participant]]:
    """Team name -> its members."""
    teams: dict[str, list[Participant]] = {}
    for one in sheet.participants:
        if one.group and one.id is not None:
            teams.setdefault(one.group, []).append(one)
    return teams


def _join_teams(
    sheet: Worksheet, downloads: Sequence[Download], teams: Mapping[str, list[Participant]]
) -> Join:
    named = {squeezed(one.name) for one in downloads}
    candidates = []
    for one in downloads:
        fitting = [team for team in teams if cleaned(team) == squeezed(one.name)]
        if not fitting:  # nearly the same will do where no other download has the very name
            fitting = [team for team in teams if bare(team) == bare(one.name)]
            fitting = [team for team in fitting if cleaned(team) not in named]
        candidates.append(fitting)
    claims = Counter(team for fitting in candidates for team in fitting)
    found: dict[int, int] = {}
    lines = []
    for position, (one, fitting) in enumerate(zip(downloads, candidates, strict=True)):
        if len(fitting) > 1 or any(claims[team] > 1 for team in fitting):
            lines.append(
                f'Several teams are called "{one.name}", and the worksheet cannot tell them apart:'
                f" enter the grades of team {one.id} by hand."
            )
        elif not fitting:
            lines.append(f'No row of {sheet.name} belongs to the team "{one.name}" ({one.id}).')
        else:
            members = teams[fitting[0]]
            found |= {member.id: position for member in members if member.id is not None}
    return Join(team=True, submission_of=found, lines=tuple(dict.fromkeys(lines)))


def _join_people(sheet: Worksheet, downloads: Sequence[Download]) -> Join:
    rows = {one.id: one for one in sheet.participants if one.id is not None}
    found: dict[int, int] = {}
    strangers, others = [], []
    for position, one in enumerate(downloads):
        row = rows.get(one.id) if one.id is not None else None
        if row is None or one.id is None:
            strangers.append(one)
        elif row.name and one.name != "Participant" and not alike(row.name, one.name):
            others.append((one, row))
        else:
            found[one.id] = position
    wrong = len(strangers) + len(others)
    if wrong and 2 * wrong > len(downloads):
        example = strangers[0] if strangers else others[0][0]
        row = others[0][1] if others else None
        there = f"is {row.name} there" if row and not strangers else "has no row there"
        raise MoodleError(
            f"{sheet.name} does not belong to these submissions ({example.name}, id {example.id},"
            f" {there}): download both from the same assignment, and for teams with the column"
            " Group."
        )
    lines = [
        f"{sheet.name} has no row for {one.name} (id {one.id}): download it again."
        for one in strangers
    ] + [
        f"Participant {one.id} is {one.name} in the download but {row.name} in {sheet.name}, so the"
        " row was left as it is: enter this grade by hand."
        for one, row in others
    ]
    return Join(team=False, submission_of=found, lines=tuple(lines))
