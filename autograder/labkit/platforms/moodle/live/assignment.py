"""What Moodle tells of an assignment: its rules, the people in it, and what they handed in.

Measured traps: real user ids come under blind marking, too, so nobody is named there; a team's
files hang on a row without user; drafts are visible; a teacher of one group could read and grade
everybody, so only those count whom Moodle lists for that teacher.
"""

from __future__ import annotations

import hashlib
import html
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from labkit.platforms.moodle.live.service import RefusedError, Service
from labkit.platforms.moodle.worksheet import MoodleError

_SEPARATE_GROUPS = 1
DEFAULT_TEAM = "Default group"


@dataclass(frozen=True)
class Assignment:
    """An assignment's rules, as far as grading needs them."""

    id: int
    course: int
    course_module: int
    course_name: str
    name: str
    maximum: float
    """The best grade; below 0 the assignment has a scale of words, at 0 it has no grades."""
    team: bool
    blind: bool
    """Whether names are hidden still."""
    workflow: bool
    due: int
    comments: bool
    """Whether the feedback type "Feedback comments" is on."""
    files: bool
    """Whether the feedback type "Feedback files" is on."""

    @property
    def scale(self) -> bool:
        """Whether grades are words."""
        return self.maximum < 0


@dataclass(frozen=True)
class RemoteFile:
    """A file that lies in Moodle."""

    folder: str
    """`/` or `/src/`."""
    name: str
    size: int
    modified: int
    url: str

    @property
    def path(self) -> str:
        """Folder and name."""
        return f"{self.folder.strip('/')}/{self.name}".lstrip("/")


@dataclass(frozen=True)
class HandIn:
    """What one person or team handed in, and who gets its grade."""

    id: int
    """Of Moodle's row; the key in the journal."""
    attempt: int
    members: tuple[int, ...]
    """User ids: one, or a team's."""
    whole_team: bool
    """Whether one save may reach all members: whoever is in the team, may be seen here."""
    number: int | None
    """The user's id, the team's, or under blind marking the participant's; None for none."""
    name: str
    email: str
    files: tuple[RemoteFile, ...]
    modified: int
    late: str
    extension: str

    @property
    def key(self) -> str:
        """In the journal."""
        return str(self.id)

    @property
    def stamp(self) -> str:
        """Another one for every change of the work."""
        files = [(one.path, one.size, one.modified) for one in self.files]
        text = json.dumps([self.id, self.attempt, self.modified, files])
        return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Class:
    """An assignment with all that is to be graded of it."""

    assignment: Assignment
    hand_ins: tuple[HandIn, ...]
    flags: Mapping[int, Mapping[str, Any]]
    """User id -> workflow state, extension; empty where Moodle does not tell."""
    notes: tuple[str, ...]


def read_class(service: Service, number: int, *, drafts: bool = False) -> Class:
    """The assignment `number` with its hand-ins; `drafts` are those not handed in yet, too."""
    assignment = _assignment(service, number)
    people, all_seen = _people(service, assignment)
    flags = flags_of(service, assignment)
    found: list[HandIn] = []
    left: dict[str, int] = {}
    for row in submissions(service, number):
        status = str(row.get("status"))
        members = _members(row, assignment, people)
        if members is None:
            continue
        if not members:
            left["hidden"] = left.get("hidden", 0) + 1
        elif status != "submitted" and not (drafts and status == "draft"):
            left[status] = left.get(status, 0) + 1
        else:
            found.append(_hand_in(row, assignment, members, flags=flags, all_seen=all_seen))
    found.sort(key=lambda one: (one.number is None, one.number or 0, one.id))
    notes = [words.format(_hand_ins(left[what])) for what, words in _LEFT.items() if what in left]
    return Class(assignment, tuple(found), flags, tuple(notes))


_LEFT = {
    "draft": "{} not handed in yet (a draft) left out: --drafts takes them, too.",
    "reopened": "{} reopened for another attempt and not handed in anew left out.",
    "hidden": "{} of people whom Moodle does not list for you left out (other groups, suspended).",
}


def _hand_ins(count: int) -> str:
    return "1 hand-in" if count == 1 else f"{count} hand-ins"


def submissions(service: Service, number: int) -> list[dict[str, Any]]:
    """Moodle's rows of the latest attempts."""
    answer = service.call("mod_assign_get_submissions", assignmentids=[number])
    return [row for one in answer["assignments"] for row in one["submissions"]]


def files_of(plugins: Any, kind: str, area: str) -> tuple[RemoteFile, ...]:
    """The files in an area of a submission's or a feedback's plugin."""
    return tuple(
        RemoteFile(
            str(file.get("filepath") or "/"),
            str(file["filename"]),
            int(file.get("filesize") or 0),
            int(file.get("timemodified") or 0),
            str(file["fileurl"]),
        )
        for plugin in plugins or ()
        if plugin.get("type") == kind
        for one in plugin.get("fileareas") or ()
        if one.get("area") == area
        for file in one.get("files") or ()
    )


def stamp_of(row: Mapping[str, Any]) -> str:
    """The stamp of a hand-in from its row."""
    return _bare(row).stamp


def _assignment(service: Service, number: int) -> Assignment:
    courses = service.call("mod_assign_get_assignments")["courses"]
    known = [(course, one) for course in courses for one in course["assignments"]]
    for course, one in known:
        if one["id"] == number:
            on = {
                (config["subtype"], config["plugin"])
                for config in one.get("configs", ())
                if config["name"] == "enabled" and str(config["value"]) == "1"
            }
            return Assignment(
                id=number,
                course=int(one["course"]),
                course_module=int(one["cmid"]),
                course_name=html.unescape(str(course["fullname"])),
                name=html.unescape(str(one["name"])),
                maximum=float(one["grade"]),
                team=bool(one["teamsubmission"]),
                blind=bool(one["blindmarking"]) and not one.get("revealidentities"),
                workflow=bool(one["markingworkflow"]),
                due=int(one.get("duedate") or 0),
                comments=("assignfeedback", "comments") in on,
                files=("assignfeedback", "file") in on,
            )
    listed = "; ".join(f"{one['id']} is {html.unescape(one['name'])}" for _, one in known[:12])
    for _, one in known:
        if one["cmid"] == number:
            raise MoodleError(
                f"No assignment has the number {number}, which is that of a page: the assignment"
                f" there, {html.unescape(one['name'])}, has the number {one['id']}."
            )
    raise MoodleError(
        f"No assignment of your courses has the number {number}"
        + (f" ({listed})." if listed else ": you have none there.")
    )


def _people(service: Service, assignment: Assignment) -> tuple[dict[int, dict[str, Any]], bool]:
    """Those whom the teacher may see, by user id, and whether that is everybody."""
    groups = _own_groups(service, assignment)
    people: dict[int, dict[str, Any]] = {}
    for group in [0] if groups is None else groups:
        for one in service.call(
            "mod_assign_list_participants",
            assignid=assignment.id,
            groupid=group,
            filter="",
            includeenrolments=False,
        ):
            if not one.get("suspended"):
                people[int(one["id"])] = one
    if not people:
        raise MoodleError(
            f"Moodle lists nobody whom you may grade in assignment {assignment.id}"
            f" ({assignment.name}): is the token of somebody who teaches there?"
        )
    return people, groups is None


def _own_groups(service: Service, assignment: Assignment) -> list[int] | None:
    """The only groups whose members the teacher may see; None for everybody.

    The services themselves hold nobody back.
    """
    page = assignment.course_module
    try:
        mode = service.call("core_group_get_activity_groupmode", cmid=page)
        if mode.get("groupmode") != _SEPARATE_GROUPS:
            return None
        allowed = service.call("core_group_get_activity_allowed_groups", cmid=page)
    except RefusedError:
        return None
    if allowed.get("canaccessallgroups"):
        return None
    return [int(group["id"]) for group in allowed["groups"]]


def flags_of(service: Service, assignment: Assignment) -> dict[int, dict[str, Any]]:
    """Workflow state and extension by user id; empty where Moodle does not tell."""
    if not assignment.workflow and not assignment.due:
        return {}
    try:
        answer = service.call("mod_assign_get_user_flags", assignmentids=[assignment.id])
    except RefusedError:
        return {}
    return {
        int(flags["userid"]): flags
        for one in answer["assignments"]
        for flags in one.get("userflags", ())
    }


def _members(
    row: Mapping[str, Any], assignment: Assignment, people: Mapping[int, dict[str, Any]]
) -> list[dict[str, Any]] | None:
    """Who gets the grade of a row; nobody for people not listed, None where it holds no work."""
    user = int(row["userid"])
    if not assignment.team:
        return [people[user]] if user in people else []
    if user:
        return None  # a member's own row is empty: the work hangs on the team's
    group = int(row.get("groupid") or 0)
    return [one for one in people.values() if int(one.get("groupid") or 0) == group]


def _bare(row: Mapping[str, Any]) -> HandIn:
    """A row's own part of a hand-in."""
    return HandIn(
        id=int(row["id"]),
        attempt=int(row["attemptnumber"]),
        members=(),
        whole_team=False,
        number=None,
        name="",
        email="",
        files=files_of(row.get("plugins"), "file", "submission_files"),
        modified=int(row["timemodified"]),
        late="",
        extension="",
    )


def _hand_in(
    row: Mapping[str, Any],
    assignment: Assignment,
    members: list[dict[str, Any]],
    *,
    flags: Mapping[int, Mapping[str, Any]],
    all_seen: bool,
) -> HandIn:
    bare = _bare(row)
    first = members[0]
    number: int | None = int(first["id"])
    name, email = str(first.get("fullname") or f"user {number}"), str(first.get("email") or "")
    if assignment.team:
        number = int(row.get("groupid") or 0) or None
        name = html.unescape(str(first.get("groupname") or "")) or DEFAULT_TEAM
        email = ""
    elif assignment.blind:
        number, name, email = _participant(first), "Participant", ""
    extended = max(
        int(flags.get(int(one["id"]), {}).get("extensionduedate") or 0) for one in members
    )
    due = max(assignment.due, extended) if assignment.due else 0
    return HandIn(
        id=bare.id,
        attempt=bare.attempt,
        members=tuple(sorted(int(one["id"]) for one in members)),
        whole_team=assignment.team and all_seen,
        number=number,
        name=name,
        email=email,
        files=bare.files,
        modified=bare.modified,
        late=_late(bare.modified - due) if due and bare.modified > due else "",
        extension=when(extended) if assignment.due and extended > assignment.due else "",
    )


def _participant(person: Mapping[str, Any]) -> int | None:
    """The number that stands for a person under blind marking; never the user's own."""
    found = re.fullmatch(r"\D*\s(\d{1,18})", str(person.get("fullname") or ""))
    record = int(person.get("recordid") or 0)
    return int(found[1]) if found else record if record > 0 else None


def _late(seconds: int) -> str:
    """As Moodle says it, by its largest part."""
    for size, unit in ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second")):
        if seconds >= size:
            count = seconds // size
            return f"{count} {unit}{'' if count == 1 else 's'} late"
    return ""


def when(seconds: int) -> str:
    """A time of Moodle's by this machine's clock."""
    return datetime.fromtimestamp(seconds).astimezone().isoformat(sep=" ", timespec="minutes")
