"""What is to be written to Moodle, and writing it: each person's all at once, and nothing twice.

Before anything is sent, what Moodle holds is read, so that a run after a killed one finds what has
arrived. Whoever was graded there by somebody else since the kit last saved is left alone: the
journal knows when that was. What lay there before the kit's first save is replaced, and said.
Grade, comment and page of a person go in one request. A teacher's own feedback files are copied
into it, because whatever is not in it is deleted. What Moodle took is read back.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from labkit.base.progress import progress
from labkit.platforms.moodle.comments import same_text
from labkit.platforms.moodle.live import book
from labkit.platforms.moodle.live.assignment import (
    Class,
    HandIn,
    flags_of,
    stamp_of,
    submissions,
)
from labkit.platforms.moodle.live.book import NOTHING, Feedback, Held
from labkit.platforms.moodle.live.journal import Journal
from labkit.platforms.moodle.live.service import RefusedError, Service, UnreachableError
from labkit.platforms.moodle.upload import PAGE

WRITE, RELEASE, THERE, LOCKED, UNTAKEN = "write", "release", "is there", "locked", "not taken"
HANDED_IN_ANEW, CHANGED_BY_HAND = "handed in anew", "changed in Moodle"
"""What is done about somebody."""

_DUE = (WRITE, RELEASE)

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
    """What each member had when Moodle was last asked before writing."""
    after: dict[int, Held] = field(default_factory=dict)
    """The same as it was read back."""
    seen: dict[int, Feedback | None] = field(default_factory=dict)
    """Comment and files of those who are to be written to; None where Moodle shows neither."""
    locked: tuple[int, ...] = ()
    """Members whose grade the gradebook holds fast: they are left alone."""
    changed: tuple[int, ...] = ()
    """Members whom somebody graded in Moodle since the kit last did, or before it ever did."""
    free: tuple[int, ...] = ()
    """Members who may be written to."""
    hidden: set[int] = field(default_factory=set)
    """Members who may have feedback files of a teacher's that Moodle does not show: those stay."""
    written: set[int] = field(default_factory=set)
    """Members to whom something was sent."""

    @property
    def spared(self) -> tuple[int, ...]:
        """Members who are left alone because of what somebody changed in Moodle."""
        return tuple(user for user in self.changed if user not in self.free)

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
        self,
        service: Service,
        found: Class,
        journal: Journal,
        *,
        release: bool = False,
        replace: bool = False,
    ) -> None:
        self.service = service
        self.found = found
        self.assignment = found.assignment
        self.flags = found.flags
        self.journal = journal
        self.release = release and found.assignment.workflow
        self.replace = replace
        """Whether what somebody changed in Moodle is overwritten."""

    @cached_property
    def entries(self) -> Mapping[int, book.Entry] | None:
        """The gradebook, where the teacher may see it."""
        members = {user for one in self.found.hand_ins for user in one.members}
        return book.gradebook(self.service, self.assignment, members)

    def plan(self, wanted: Sequence[Wanted]) -> list[Step]:
        """What has to be done; only reads."""
        held = book.grades(self.service, self.assignment)
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
        about = self.journal.about(wanted.hand_in.key)
        locked = tuple(user for user in members if user in entries and entries[user].locked)
        changed = tuple(
            user
            for user in members
            if user not in locked and _changed_by_hand(about, user, held[user])
        )
        spared = tuple(
            user for user in changed if not self.replace and _saved_before(about, user, held[user])
        )
        free = tuple(user for user in members if user not in (*locked, *spared))
        step = Step(wanted, WRITE, held, locked=locked, changed=changed, free=free)
        if not free:
            step.action = CHANGED_BY_HAND if changed else LOCKED
            return step
        known = about.get("digest") == wanted.digest and (not changed or bool(spared))
        state = about.get("state") if known else None
        if state == "done":
            step.action = THERE
        elif state == "sent":  # Moodle has answered: what it did not take it would not take again
            taken = all(self._has_grade(held[user], wanted) for user in free)
            step.action = THERE if taken else UNTAKEN
        else:
            self._compare(step, about if state == "began" else {}, about.get("own", ()))
        if step.action == THERE:
            self._settle(step)
            if self.release and any(self._unreleased(user) for user in free):
                step.action = RELEASE
        return step

    def _compare(self, step: Step, begun: Mapping[str, Any], own: Collection[int]) -> None:
        """Find who lacks something; `own` have feedback files of a teacher's, as far as known."""
        before = begun.get("before", {})
        for user in step.free:
            held = step.held[user]
            seen = book.feedback(self.service, self.assignment, user)
            if seen is None and not (self.assignment.workflow and self._unreleased(user)):
                seen = Feedback("", ())  # there is nothing to be shown
            if seen is None and (user in step.changed or user in own):
                step.hidden.add(user)
            if not self._has_all(step.wanted, held, seen, before.get(str(user))):
                step.seen[user] = seen
        step.action = WRITE if step.seen else THERE

    def _settle(self, step: Step) -> None:
        key, digest = step.wanted.hand_in.key, step.wanted.digest
        about = self.journal.about(key)
        saved = self._saved(step, step.free)
        if (about.get("state"), about.get("digest"), about.get("saved")) != ("done", digest, saved):
            self.journal.done(key, digest, saved=saved, own=about.get("own", []))

    def _saved(self, step: Step, users: Iterable[int]) -> dict[str, int]:
        """When each member's grade was last saved by the kit: for `users` that is their present."""
        known = self.journal.about(step.wanted.hand_in.key).get("saved", {})
        return dict(known) | {str(user): step.held[user].modified for user in users}

    def unreleased(self, steps: Iterable[Step]) -> int:
        """How many keep a grade that nobody sees, under marking workflow without a release."""
        if not self.assignment.workflow or self.release:
            return 0
        return sum(any(map(self._unreleased, step.wanted.hand_in.members)) for step in steps)

    def _unreleased(self, user: int) -> bool:
        return self.flags.get(user, {}).get("workflowstate") != _RELEASED

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
        due = [step for step in steps if step.action in _DUE]
        if not due:
            return
        stamps = {
            int(row["id"]): stamp_of(row) for row in submissions(self.service, self.assignment.id)
        }
        with progress("writing to Moodle") as (begin, advance):
            begin(len(due))
            for step in due:
                if stamps.get(step.wanted.hand_in.id) != step.wanted.hand_in.stamp:
                    step.action = HANDED_IN_ANEW
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
                self.flags = flags_of(self.service, self.assignment)
                now = self._step(step.wanted, book.grades(self.service, self.assignment))
                if now.action == THERE:
                    return
                step.action, step.seen, step.held = now.action, now.seen, now.held
                step.changed, step.free, step.hidden = now.changed, now.free, now.hidden
                if step.action not in _DUE:
                    return

    def _write(self, step: Step) -> None:
        wanted = step.wanted
        key, digest = wanted.hand_in.key, wanted.digest
        users = self._due(step)
        known = {
            "before": {str(user): step.held[user].modified for user in users},
            "grade": wanted.grade,
            "saved": self._saved(step, set(step.free) - set(step.changed)),
            "own": self._own(step),
        }
        step.written |= set(users)
        self.journal.began(key, digest, **known)
        whole = wanted.hand_in.whole_team and set(users) == set(wanted.hand_in.members)
        if step.action == RELEASE:
            for user in users[:1] if whole else users:
                self._save(step, user, area=None, everybody=whole)
        else:
            whole = whole and all(_nothing_of_their_own(step, user) for user in users)
            for user in users[:1] if whole else users:
                self._save(step, user, area=self._area(step, user), everybody=whole)
        self.journal.sent(key, digest, **known)

    def _due(self, step: Step) -> list[int]:
        """Who is written to."""
        if step.action == RELEASE:
            return [user for user in step.free if self._unreleased(user)]
        return list(step.seen)

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
        written = [step for step in steps if step.action in _DUE]
        if not written:
            return []
        held = book.grades(self.service, self.assignment)
        users = {user for step in written for user in step.wanted.hand_in.members}
        entries = book.gradebook(self.service, self.assignment, users) or {}
        lines = []
        for step in written:
            wanted = step.wanted
            step.after = {user: held.get(user, NOTHING) for user in wanted.hand_in.members}
            if not all(self._has_grade(step.after[user], wanted) for user in step.free):
                step.action = UNTAKEN
                continue
            self._done(step)
            shown = [entries[user].grade for user in step.free if user in entries]
            other = [grade for grade in shown if not _equal(grade, wanted.grade or 0.0)]
            if other and wanted.grade is not None and not self._held_back(step.free):
                lines.append(
                    f"{wanted.label}: the assignment has the grade, but the gradebook shows"
                    " another one (is it overridden or locked?)."
                )
        return lines

    def _done(self, step: Step) -> None:
        """Note what is there, and when it was saved: whatever is saved later is a teacher's."""
        written = step.written & set(step.free)
        now = {str(user): step.after[user].modified for user in written}
        saved = self._saved(step, set(step.free) - set(step.changed)) | now
        wanted = step.wanted
        self.journal.done(wanted.hand_in.key, wanted.digest, saved=saved, own=self._own(step))

    def _own(self, step: Step) -> list[int]:
        """Members with feedback files of a teacher's, which Moodle may hide the next time."""
        known = set(self.journal.about(step.wanted.hand_in.key).get("own", ())) - step.seen.keys()
        return sorted(known | {one for one in step.seen if not _nothing_of_their_own(step, one)})

    def _held_back(self, users: Sequence[int]) -> bool:
        """Whether grades are kept out of the gradebook for now."""
        kept = self.assignment.workflow and not self.release
        return self.assignment.blind or (kept and any(self._unreleased(user) for user in users))


def _changed_by_hand(about: Mapping[str, Any], user: int, held: Held) -> bool:
    """Whether somebody else than the kit saved a grade last, by the journal's last line."""
    if not held.by_hand or held.modified == about.get("saved", {}).get(str(user)):
        return False
    before = about.get("before", {}).get(str(user))
    if before is None or held.modified == before:
        return True
    # Saved after a run began to send that was then killed: the kit's, where it is what was sent.
    return about.get("grade") is not None and not _equal(held.grade, about["grade"])


def _saved_before(about: Mapping[str, Any], user: int, held: Held) -> bool:
    """Whether the kit ever saved this grade, by the journal's last line."""
    before = about.get("before", {}).get(str(user), held.modified)
    return str(user) in about.get("saved", {}) or held.modified != before


def _nothing_of_their_own(step: Step, user: int) -> bool:
    """Whether somebody surely has no other feedback files, which a save for all would lose."""
    seen = step.seen[user]
    files = () if seen is None else seen.files
    return user not in step.hidden and all(file.path == PAGE for file in files)


def _equal(one: float | None, other: float) -> bool:
    return one is not None and abs(one - other) < 0.005
