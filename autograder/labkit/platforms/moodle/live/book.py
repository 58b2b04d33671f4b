"""What Moodle holds about people: grades, comments, feedback files, locks, workflow states.

Measured traps: a grade out of range, locked or overridden is not taken and the answer is success
all the same; before a grade is released, marking workflow hides comment and files from its reader.
"""

from __future__ import annotations

import html
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from labkit.platforms.moodle.live.assignment import Assignment, RemoteFile, files_of
from labkit.platforms.moodle.live.service import RefusedError, Service


@dataclass(frozen=True)
class Held:
    """A grade of the assignment, not yet of the gradebook."""

    grade: float | None
    """None for none; of a scale the word's number, from 1."""
    modified: int
    """When it was last saved; 0 for never."""
    by_hand: bool
    """Whether somebody saved it: Moodle makes empty rows by itself, too."""


NOTHING = Held(None, 0, False)


@dataclass(frozen=True)
class Feedback:
    """Comment and files of one person."""

    comment: str
    files: tuple[RemoteFile, ...]


@dataclass(frozen=True)
class Entry:
    """What the gradebook says of one person's grade in this assignment."""

    grade: float | None
    locked: bool
    """Locked or overridden: no grade of the assignment is taken."""
    best: float
    words: tuple[str, str]
    """Of a scale, its first and last word."""


def grades(service: Service, assignment: Assignment) -> dict[int, Held]:
    """Every grade of the assignment, by user id."""
    answer = service.call("mod_assign_get_grades", assignmentids=[assignment.id])
    latest: dict[int, tuple[int, Held]] = {}
    for one in answer["assignments"]:
        for row in one["grades"]:
            value, attempt = float(row["grade"]), int(row.get("attemptnumber") or 0)
            by_hand = int(row.get("grader") or -1) > 0
            held = Held(value if value >= 0 else None, int(row["timemodified"]), by_hand)
            user = int(row["userid"])
            if user not in latest or attempt >= latest[user][0]:
                latest[user] = attempt, held
    return {user: held for user, (_, held) in latest.items()}


def feedback(service: Service, assignment: Assignment, user: int) -> Feedback | None:
    """Comment and files of one person; None where Moodle shows neither."""
    answer = service.call("mod_assign_get_submission_status", assignid=assignment.id, userid=user)
    found = answer.get("feedback")
    if not found or "plugins" not in found:
        return None
    comment = next(
        (
            str(field.get("text") or "")
            for plugin in found["plugins"]
            if plugin.get("type") == "comments"
            for field in plugin.get("editorfields") or ()
            if field.get("name") == "comments"
        ),
        "",
    )
    return Feedback(comment, files_of(found["plugins"], "file", "feedback_files"))


def gradebook(
    service: Service, assignment: Assignment, users: Collection[int]
) -> dict[int, Entry] | None:
    """The gradebook's entries by user id; None where Moodle does not show them to the teacher."""
    try:
        return _entries(service.call(_ITEMS, courseid=assignment.course, userid=0), assignment)
    except RefusedError:
        pass  # of everybody at once only those see them who see all groups
    found: dict[int, Entry] = {}
    for user in sorted(users):
        try:
            answer = service.call(_ITEMS, courseid=assignment.course, userid=user)
        except RefusedError:
            return None
        found |= _entries(answer, assignment)
    return found


_ITEMS = "gradereport_user_get_grade_items"


def _entries(answer: Mapping[str, Any], assignment: Assignment) -> dict[int, Entry]:
    found = {}
    for one in answer["usergrades"]:
        for item in one["gradeitems"]:
            if item.get("itemmodule") != "assign" or item.get("iteminstance") != assignment.id:
                continue
            if item.get("itemnumber"):
                continue  # an outcome
            raw = item.get("graderaw")
            first, _, last = html.unescape(str(item.get("rangeformatted") or "")).partition("–")
            found[int(one["userid"])] = Entry(
                grade=None if raw is None else float(raw),
                locked=any(item.get(key) for key in _LOCKS),
                best=float(item.get("grademax") or 0),
                words=(first.strip(), last.strip()),
            )
    return found


_LOCKS = ("locked", "gradeislocked", "gradeisoverridden")
