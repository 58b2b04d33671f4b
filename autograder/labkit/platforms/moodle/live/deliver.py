"""What is to be written to Moodle, and writing it: each person's all at once, and nothing twice.

Before anything is sent, what Moodle holds is read, so that a run after a killed one finds what has
arrived. Grade, comment and page of a person go in one request. A teacher's own feedback files are
copied into it, because whatever is not in it is deleted. What Moodle took is read back.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from labkit.base.progress import progress
from labkit.platforms.moodle.comments import same_text
from labkit.platforms.moodle.live import book
from labkit.platforms.moodle.live.assignment import (
    Class,
    HandIn,
    stamp_of,
    submissions,
)
from labkit.platforms.moodle.live.book import NOTHING, Feedback, Held
from labkit.platforms.moodle.live.journal import Journal
from labkit.platforms.moodle.live.service import RefusedError, Service, UnreachableError
from labkit.platforms.moodle.upload import PAGE

WRITE, RELEASE, THERE, LOCKED, UNTAKEN, CHANGED = (
    *("write", "release", "is there", "locked", "not taken", "handed in anew"),
)
"""What is done about somebody."""

_RELEASED = "released"


@dataclass(frozen=True)
class Wanted:
    """What one person or team is to have."""

    hand_in: HandIn
    label: str
    """In messages."""
    grade: float | None
    """On the assignment's own scale; None leaves the grade as it is."""
    comment: str
    """HTML."""
    page: bytes

    @cached_property
    def digest(self) -> str:
        """Another one for every change."""
        page = hashlib.sha256(self.page).hexdigest()
        text = f"{self.hand_in.stamp}\0{self.grade}\0{self.comment}\0{page}"
        return hashlib.sha256(text.encode()).hexdigest()[:24]


@dataclass
class Step:
    """What will be done about one person or team."""

    wanted: Wanted
    action: str
    held: dict[int, Held]
    """What each member has now."""
    seen: dict[int, Feedback | None] = field(default_factory=dict)
    """Comment and files of those who are to be written to; None where Moodle shows neither."""
    locked: tuple[int, ...] = ()
    """Members whose grade the gradebook holds fast: they are left alone."""
    hidden: set[int] = field(default_factory=set)
    """Members who may have feedback files that Moodle does not show."""

    @property
    def replaces_grade(self) -> bool:
        """Whether somebody has another grade now."""
        grade = self.wanted.grade
        return grade is not None and any(
            self.held[user].grade is not None and not _equal(self.held[user].grade, grade)
            for user in self.seen
        )

    @property
    def replaces_comment(self) -> bool:
        """Whether somebody has another comment now."""
        return any(
            one is not None
            and one.comment.strip()
            and not same_text(one.comment, self.wanted.comment)
            for one in self.seen.values()
        )


class Delivery:
    """Writes to one assignment."""

    def __init__(
        self, service: Service, found: Class, journal: Journal, *, release: bool = False
    ) -> None:
        self.service = service
        self.found = found
        self.assignment = found.assignment
        self.journal = journal
        self.release = release and found.assignment.workflow
        self.entries: Mapping[int, book.Entry] | None = None
        """The gradebook, where the teacher may see it."""

    def plan(self, wanted: Sequence[Wanted]) -> list[Step]:
        """What has to be done; only reads."""
        held = book.grades(self.service, self.assignment)
        members = {user for one in wanted for user in one.hand_in.members}
        self.entries = book.gradebook(self.service, self.assignment, members)
        with progress("comparing with Moodle") as (begin, advance):
            begin(len(wanted))
            steps = []
            for one in wanted:
                steps.append(self._step(one, held))
                advance(one)
        return steps

    def _step(self, wanted: Wanted, everybody: Mapping[int, Held]) -> Step:
        members = wanted.hand_in.members
        held = {user: everybody.get(user, NOTHING) for user in members}
        entries = self.entries or {}
        locked = tuple(user for user in members if user in entries and entries[user].locked)
        step = Step(wanted, WRITE, held, locked=locked)
        free = [user for user in members if user not in locked]
        if not free:
            step.action = LOCKED
            return step
        about = self.journal.about(wanted.hand_in.key)
        state = about.get("state") if about.get("digest") == wanted.digest else None
        if state == "done":
            step.action = THERE
        elif state == "sent":  # Moodle has answered: what it did not take it would not take again
            taken = all(self._has_grade(held[user], wanted) for user in free)
            step.action = THERE if taken else UNTAKEN
        else:
            before = about.get("before", {}) if state == "began" else {}
            for user in free:
                seen = book.feedback(self.service, self.assignment, user)
                if seen is None and not (self.assignment.workflow and self._unreleased(user)):
                    seen = Feedback("", ())  # there is nothing to be shown
                if seen is None and held[user].by_hand and not self._ours(about, user, held[user]):
                    step.hidden.add(user)
                if not self._has_all(wanted, held[user], seen, before.get(str(user))):
                    step.seen[user] = seen
            step.action = WRITE if step.seen else THERE
        if step.action == THERE:
            self._settle(step)
            if self.release and any(self._unreleased(user) for user in free):
                step.action = RELEASE
        return step

    @staticmethod
    def _ours(about: Mapping[str, Any], user: int, held: Held) -> bool:
        """Whether the last to save was the kit, and its page the only file."""
        saved = about.get("alone", {})
        return isinstance(saved, dict) and saved.get(str(user)) == held.modified

    def _settle(self, step: Step) -> None:
        key, digest = step.wanted.hand_in.key, step.wanted.digest
        about = self.journal.about(key)
        if (about.get("state"), about.get("digest")) != ("done", digest):
            self.journal.done(key, digest)

    def _unreleased(self, user: int) -> bool:
        return self.found.flags.get(user, {}).get("workflowstate") != _RELEASED

    def _has_grade(self, held: Held, wanted: Wanted) -> bool:
        return wanted.grade is None or _equal(held.grade, wanted.grade)

    def _has_all(
        self, wanted: Wanted, held: Held, seen: Feedback | None, before: int | None
    ) -> bool:
        """Whether everything is there; `before` is when the grade was saved before a killed run."""
        if not self._has_grade(held, wanted):
            return False
        if seen is None:
            return before is not None and held.modified != before
        if self.assignment.comments and not same_text(seen.comment, wanted.comment):
            return False
        return not self.assignment.files or self._has_page(seen, wanted.page)

    def _has_page(self, seen: Feedback, page: bytes) -> bool:
        return any(
            file.path == PAGE
            and file.size == len(page)
            and self.service.download(file.url, file.size) == page
            for file in seen.files
        )

    def push(self, steps: Sequence[Step]) -> None:
        """Write what `plan` found to be written; what failed for the moment is tried again."""
        due = [step for step in steps if step.action in (WRITE, RELEASE)]
        if not due:
            return
        stamps = {
            int(row["id"]): stamp_of(row) for row in submissions(self.service, self.assignment.id)
        }
        with progress("writing to Moodle") as (begin, advance):
            begin(len(due))
            for step in due:
                if stamps.get(step.wanted.hand_in.id) != step.wanted.hand_in.stamp:
                    step.action = CHANGED
                else:
                    self._push(step)
                advance(step)

    def _push(self, step: Step) -> None:
        for pause in (*self.service.pauses, None):
            try:
                self._write(step)
                return
            except UnreachableError:
                if pause is None:
                    raise
                time.sleep(pause)
                # Nobody knows whether it arrived: what Moodle holds now decides.
                now = self._step(step.wanted, book.grades(self.service, self.assignment))
                step.seen, step.held, step.hidden = now.seen, now.held, now.hidden
                if now.action != step.action:
                    return

    def _write(self, step: Step) -> None:
        wanted = step.wanted
        key, digest = wanted.hand_in.key, wanted.digest
        before = {str(user): held.modified for user, held in step.held.items()}
        self.journal.began(key, digest, before=before)
        whole = wanted.hand_in.whole_team and not step.locked
        if step.action == RELEASE:
            users = [user for user in wanted.hand_in.members if user not in step.locked]
            for user in users[:1] if whole else users:
                self._save(step, user, area=None, everybody=whole)
        else:
            whole = whole and set(step.seen) == set(wanted.hand_in.members)
            whole = whole and all(_nothing_of_their_own(step, user) for user in step.seen)
            for user in list(step.seen)[:1] if whole else list(step.seen):
                self._save(step, user, area=self._area(step, user), everybody=whole)
        self.journal.sent(key, digest)

    def _save(self, step: Step, user: int, *, area: int | None, everybody: bool) -> None:
        wanted = step.wanted
        had = step.held[user].grade
        grade = wanted.grade if wanted.grade is not None else had if had is not None else -1
        editor = {"text": wanted.comment, "format": 1}
        files = {} if area is None else {"files_filemanager": area}
        self.service.call(
            "mod_assign_save_grade",
            again=False,
            assignmentid=self.assignment.id,
            userid=user,
            grade=f"{grade:.5f}",
            attemptnumber=-1,
            addattempt=False,
            workflowstate=_RELEASED if self.release else "",
            applytoall=everybody,
            plugindata={"assignfeedbackcomments_editor": editor, **files},
        )

    def _area(self, step: Step, user: int) -> int | None:
        """A draft area with the page and the person's other files; None leaves all as it is."""
        seen = step.seen[user]
        if not self.assignment.files or user in step.hidden:
            return None
        files = [("/", PAGE, step.wanted.page)]
        for file in () if seen is None else seen.files:
            if file.path != PAGE:
                data = self.service.download(file.url, file.size)
                files.append((file.folder, file.name, data))
        try:
            return self._filled(files)
        except RefusedError as error:
            if error.code != "filenameexist":
                raise
            self._new_area()  # it is not as empty as the journal has it
            return self._filled(files)

    def _filled(self, files: Sequence[tuple[str, str, bytes]]) -> int:
        """The one draft area that is used again and again: many of them block the browser's."""
        journal = self.journal
        # A folder stays when its files are deleted, and would go to the next person.
        if not journal.area or any(folder != "/" for folder, _ in journal.area_files):
            self._new_area()
        elif journal.area_files:
            names = [{"filepath": f, "filename": n} for f, n in journal.area_files]
            self.service.call(
                "core_files_delete_draft_files", draftitemid=journal.area, files=names
            )
            journal.area_is_empty()
        for folder, name, data in files:
            journal.into_area(folder, name)
            self.service.upload(journal.area, folder, name, data)
        return journal.area

    def _new_area(self) -> None:
        answer = self.service.call("core_files_get_unused_draft_itemid")
        self.journal.use_area(int(answer["itemid"]))

    def read_back(self, steps: Sequence[Step]) -> list[str]:
        """Ask Moodle what it has of what was written; gives what is not as it should be."""
        written = [step for step in steps if step.action in (WRITE, RELEASE)]
        if not written:
            return []
        held = book.grades(self.service, self.assignment)
        users = {user for step in written for user in step.wanted.hand_in.members}
        entries = book.gradebook(self.service, self.assignment, users) or {}
        lines = []
        for step in written:
            wanted = step.wanted
            free = [user for user in wanted.hand_in.members if user not in step.locked]
            if not all(self._has_grade(held.get(user, NOTHING), wanted) for user in free):
                step.action = UNTAKEN
                continue
            alone = {
                str(user): held[user].modified
                for user in step.seen
                if user in held and _nothing_of_their_own(step, user)
            }
            self.journal.done(wanted.hand_in.key, wanted.digest, alone=alone)
            shown = [entries[user].grade for user in free if user in entries]
            other = [grade for grade in shown if not _equal(grade, wanted.grade or 0.0)]
            if other and wanted.grade is not None and not self._held_back(free):
                lines.append(
                    f"{wanted.label}: the assignment has the grade, but the gradebook shows"
                    " another one (is it overridden or locked?)."
                )
        return lines

    def _held_back(self, users: Sequence[int]) -> bool:
        """Whether grades are kept out of the gradebook for now."""
        kept = self.assignment.workflow and not self.release
        return self.assignment.blind or (kept and any(self._unreleased(user) for user in users))


def _nothing_of_their_own(step: Step, user: int) -> bool:
    """Whether somebody surely has no other feedback files, which a save for all would lose."""
    seen = step.seen[user]
    files = () if seen is None else seen.files
    return user not in step.hidden and all(file.path == PAGE for file in files)


def _equal(one: float | None, other: float) -> bool:
    return one is not None and abs(one - other) < 0.005
