"""What goes back to Moodle for one result, by files or by services, and what must be said."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from labkit.classroom.folder import page_path
from labkit.judging.result import GRADED, Result
from labkit.lab.lab import Lab
from labkit.reporting.pages import number


class Back(NamedTuple):
    """What one person or team gets."""

    share: float | None
    """Of 100, not rounded; None leaves the grade: a zero for a broken upload is a teacher's."""
    comment: str
    """Plain text."""
    page: bytes


def outcome(result: Result, lab: Lab, out: Path) -> Back:
    """What goes back for a result whose page lies in `out`."""
    page = page_path(out, result.submission).read_bytes()
    share = result.share(lab) if result.has_grade else None
    return Back(share, comment(result, lab), page)


def comment(result: Result, lab: Lab) -> str:
    """A few lines; the page tells the rest."""
    points = f"{number(result.total)} of {number(result.possible(lab))} points"
    lines = [f"{lab.title}: {points}.", result.summary]
    if result.lost and result.status == GRADED:
        lines.append(f"Points are lost in {', '.join(result.lost)}.")
    if to_come := result.unmarked(lab):
        more = f"they can bring {number(to_come)} more points"
        lines.append(f"Written answers are not marked yet: {more}.")
    return "\n".join([*lines, "See the feedback file for each check and its hint."])


def unreleased(count: int, what_to_do: str) -> str:
    """Marking workflow keeps `count` grades back."""
    return (
        f"The assignment uses marking workflow: {count} of the grades stay out of the gradebook,"
        f' and out of students\' sight, until their state is "Released": {what_to_do}.'
    )


BLIND = (
    "Names are hidden in the assignment: its grades reach the gradebook only after"
    ' "Reveal student identities".'
)
