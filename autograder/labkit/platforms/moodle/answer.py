"""From graded submissions of a download to what goes back to Moodle, in one step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from labkit.platforms.moodle import zones
from labkit.platforms.moodle.fill import Mark, Scale, fill
from labkit.platforms.moodle.join import Join, join
from labkit.platforms.moodle.upload import notices
from labkit.platforms.moodle.worksheet import Worksheet


@dataclass(frozen=True)
class Outcome:
    """One graded submission of a download."""

    id: int | None
    """Of the participant or the group, as the download has it."""
    name: str
    """The same."""
    percent: float | None
    """None leaves the grade as it is: only the feedback file goes back."""
    comment: str = ""
    page: bytes = b""
    """The feedback file; empty for none."""


@dataclass(frozen=True)
class Answer:
    """What to write, and what to tell the teacher."""

    worksheet: Worksheet
    pages: dict[int, bytes]
    """For `write_feedback_zip`: by id as in the download."""
    names: dict[int, str]
    """The same ids' names."""
    lines: list[str]


def answer(
    sheet: Worksheet,
    outcomes: Sequence[Outcome],
    *,
    joined: Join | None = None,
    scale: Scale | None = None,
    server: Mapping[int, datetime] | None = None,
) -> Answer:
    """Fill `sheet` with `outcomes`; every member of a team gets the team's.

    Only submissions that were brought to a row get a feedback file: a file for anyone else would
    reach a stranger. `joined` is what `join` found for the same submissions, where that was asked
    already. `scale` are the words of the assignment's scale, `server` tells by id as in the
    download when its files came. Raises MoodleError where sheet and download are of different
    assignments.
    """
    joined = joined or join(sheet, outcomes)
    marks = {}
    times: dict[int, datetime | None] = {}
    for participant, position in joined.submission_of.items():
        one = outcomes[position]
        times[participant] = (server or {}).get(one.id or 0)
        if one.percent is not None:
            marks[participant] = Mark(one.percent, one.comment)
    filled, lines = fill(sheet, marks, scale)
    lines += notices(sheet, filled.participants)
    lines += zones.advice(filled.participants, times)
    reached = [outcomes[position] for position in sorted(set(joined.submission_of.values()))]
    pages = {one.id: one.page for one in reached if one.id is not None and one.page}
    names = {one.id: one.name for one in reached if one.id is not None}
    without = [one.name for one in reached if one.id is None and one.page]
    if without:
        lines.append(
            f'Moodle takes no feedback file for "{without[0]}", which has no id: the grades of its'
            " members are in the worksheet."
        )
    return Answer(filled, pages, names, [*joined.lines, *lines])
