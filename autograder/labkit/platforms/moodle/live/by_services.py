"""What `labkit moodle LAB --url URL --assignment ID` runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

from labkit.base.files import write_text
from labkit.base.spreadsheet import BOM, to_csv
from labkit.classroom.grade import GradedClass, Options, grade_to
from labkit.judging.result import Result
from labkit.lab.bundle import Bundle
from labkit.lab.lab import Lab
from labkit.platforms.moodle.comments import from_text
from labkit.platforms.moodle.fill import scaled, word_for
from labkit.platforms.moodle.live import deliver
from labkit.platforms.moodle.live.assignment import Assignment, Class, read_class
from labkit.platforms.moodle.live.deliver import Delivery, Step, Wanted
from labkit.platforms.moodle.live.fetch import fetch, opened
from labkit.platforms.moodle.live.journal import Journal, open_journal
from labkit.platforms.moodle.live.service import Service
from labkit.platforms.moodle.outcome import BLIND, outcome, unreleased
from labkit.platforms.moodle.worksheet import MoodleError

PLAN = "moodle-plan.csv"
"""In OUT: who gets what, and what they have now; after --push what became of it."""

_PUSHED = {deliver.WRITE: "written", deliver.RELEASE: "released"}


@dataclass(frozen=True)
class Live:
    """How to go to Moodle."""

    url: str
    token: str = field(repr=False)
    assignment: int
    push: bool = False
    release: bool = False
    """Also set the marking workflow's state to "Released"."""
    drafts: bool = False
    """Grade what is not handed in yet, too."""
    replace: bool = False
    """Also overwrite what somebody else changed in Moodle after a push."""
    seconds: float = 60.0
    """How long an answer may take."""
    pauses: tuple[float, ...] = (1, 4)
    """Seconds before each further try."""


def live_to(bundle: Bundle, live: Live, out: Path, options: Options) -> GradedClass:
    """Grade an assignment's hand-ins into `out`, and write to Moodle where `live.push`.

    Raises MoodleError with one sentence where Moodle refuses or cannot be reached; the same call
    then goes on where it stopped.
    """
    if live.release and not live.push:
        raise MoodleError("--release shows students their grades: it needs --push, too.")
    out.mkdir(parents=True, exist_ok=True)
    service = Service(live.url, live.token, seconds=live.seconds, pauses=live.pauses)
    with closing(service), open_journal(out, service.site, live.assignment) as journal:
        found = read_class(service, live.assignment, drafts=live.drafts)
        if not found.hand_ins:
            raise MoodleError(
                f"Nothing is handed in yet in assignment {found.assignment.id}"
                f" ({found.assignment.name}) by those whom you may see."
            )
        journal.begin()
        fetch(service, found, out)
        submissions = opened(found, out, bundle.lab.contract.modules)

        def deliver(graded: GradedClass, out: Path) -> list[Path]:
            return deliver_to(service, found, journal, graded=graded, out=out, live=live)

        again = replace(options, resume=True)
        return grade_to(bundle, submissions, out, again, deliver=deliver)


def deliver_to(
    service: Service,
    found: Class,
    journal: Journal,
    *,
    graded: GradedClass,
    out: Path,
    live: Live,
) -> list[Path]:
    """Show what would go to Moodle for a graded class, and write it where `live.push`."""
    delivery = Delivery(service, found, journal, release=live.release, replace=live.replace)
    notes: list[str] = []
    words = _words(delivery, graded.lab, notes)
    steps = delivery.plan(_wanted(graded, found, out, words=words))
    _write_plan(out / PLAN, steps, graded)
    wrong: list[str] = []
    if live.push:
        delivery.push(steps)
        wrong = delivery.read_back(steps)
        _write_plan(out / PLAN, steps, graded, pushed=True)
    graded.summary[:0] = [
        *_summary(found, steps, live),
        *_caveats(delivery, steps, live),
        *wrong,
        *notes,
        *_ungraded(graded.results),
    ]
    return [out / PLAN]


def _wanted(
    graded: GradedClass, found: Class, out: Path, *, words: Mapping[str, int] | None
) -> list[Wanted]:
    """What those who were graded are to have; a broken upload is a teacher's decision."""
    wanted = []
    for result, hand_in in zip(graded.results, found.hand_ins, strict=True):
        share, comment, page = outcome(result, graded.lab, out)
        if share is None:
            continue
        grade: float | None = None
        if found.assignment.maximum > 0:
            grade = float(scaled(share, found.assignment.maximum))
        elif words:
            word = word_for(share, graded.lab.config.moodle.scale)
            grade = None if word is None else float(words[word])
        wanted.append(Wanted(hand_in, result.submission, grade, from_text(comment), page))
    return wanted


def _words(delivery: Delivery, lab: Lab, notes: list[str]) -> dict[str, int] | None:
    """Number of each word of the assignment's scale, from 1; None where it cannot be told.

    Moodle takes a number and tells only the scale's ends and length, so lab.toml must name every
    word.
    """
    if not delivery.assignment.scale:
        return None
    scale = lab.config.moodle.scale
    words = sorted(scale, key=lambda word: scale[word])
    ends = next(iter(delivery.entries.values()), None) if delivery.entries else None
    fits = ends is not None and len(words) == int(ends.best)
    if words and fits and ends and ends.words == (words[0], words[-1]):
        return {word: number for number, word in enumerate(words, 1)}
    said = f" (from {ends.words[0]} to {ends.words[1]}, {ends.best:g} words)" if ends else ""
    notes.append(
        f"The assignment's grades are words of a scale{said}: comments and pages go there, but no"
        " grade, because [moodle.scale] in lab.toml does not name each of its words with the"
        " percent from which it is given."
    )
    return None


def _write_plan(
    path: Path, steps: Sequence[Step], graded: GradedClass, *, pushed: bool = False
) -> None:
    possible = {result.submission: result for result in graded.results}
    rows: list[Sequence[object]] = [
        ("submission", "name", "percent", "grade", "grade_in_moodle", "what")
    ]
    for step in steps:
        result = possible[step.wanted.label]
        now = {_shown(held.grade) for held in (step.after or step.held).values()}
        what = _PUSHED.get(step.action, step.action) if pushed else step.action
        if step.replaces_comment:
            what += f", {'replaced' if pushed else 'replaces'} another comment"
        if step.spared and step.action != deliver.CHANGED_BY_HAND:
            what += ", but not for members changed in Moodle"
        rows.append(
            (
                *(result.submission, step.wanted.hand_in.name),
                f"{result.percent(graded.lab):g}",
                *(_shown(step.wanted.grade), " / ".join(sorted(now)), what),
            )
        )
    write_text(path, BOM + to_csv(rows))


def _shown(grade: float | None) -> str:
    return "" if grade is None else f"{grade:g}"


def _summary(found: Class, steps: Sequence[Step], live: Live) -> list[str]:
    assignment = found.assignment
    title = f"{assignment.name} ({assignment.course_name}, assignment {assignment.id})"
    by_action: dict[str, list[Step]] = {}
    for step in steps:
        by_action.setdefault(step.action, []).append(step)
    due = len(by_action.get(deliver.WRITE, ())) + len(by_action.get(deliver.RELEASE, ()))
    there = len(by_action.get(deliver.THERE, ()))
    if live.push:
        lines = [f"{title}: {due} of {len(steps)} were written, {there} were there already."]
    else:
        lines = [
            f"{title}: {due} of {len(steps)} would be written, {there} are there already;"
            f" look at {PLAN}, then run the same command with --push."
        ]
    would = "is" if live.push else "would be"
    spared = "release them in Moodle, or overwrite" if live.release else "overwrite"
    written = [step for step in steps if step.action == deliver.WRITE]
    told = {
        f"had another grade, which {would} replaced": [s for s in written if s.replaces_grade],
        f"had another comment, which {would} replaced": [s for s in written if s.replaces_comment],
        f"were changed in Moodle by hand and are left as they are: {spared} them with --replace": [
            step for step in steps if step.spared
        ],
        "may have files of a teacher, which Moodle hides before release: the comment"
        f" {would} replaced, and no page sent": [s for s in written if s.hidden],
        "stay as they are, because the gradebook has locked or overridden their grade": [
            *by_action.get(deliver.LOCKED, ()),
            *(step for step in written if step.locked),
        ],
        "were not taken although Moodle says so: look whether their grade is locked or overridden,"
        " or the assignment uses a rubric": by_action.get(deliver.UNTAKEN, []),
        "were handed in anew meanwhile and are left as they are: run the same command again": (
            by_action.get(deliver.HANDED_IN_ANEW, [])
        ),
    }
    for words, some in told.items():
        if some:
            names = ", ".join(step.wanted.label for step in some[:50])
            lines.append(f"{len(some)} {words}: {names}.")
    return lines


def _caveats(delivery: Delivery, steps: Sequence[Step], live: Live) -> list[str]:
    """What keeps grades from students or from the gradebook, and feedback that is switched off."""
    assignment: Assignment = delivery.assignment
    lines = []
    if waiting := delivery.unreleased(steps):
        lines.append(unreleased(waiting, "release them in Moodle, or with --release"))
    if live.release and not assignment.workflow:
        lines.append("The assignment has no marking workflow, so --release changed nothing.")
    if assignment.blind:
        lines.append(BLIND)
    if delivery.entries is None:
        lines.append(
            "Moodle does not show you the gradebook, so nobody could look for locked grades."
        )
    off = [] if assignment.comments else ["Feedback comments"]
    off += [] if assignment.files else ["Feedback files"]
    for kind in off:
        lines.append(f'The feedback type "{kind}" is off in the assignment: Moodle drops those.')
    return lines


def _ungraded(results: Sequence[Result]) -> list[str]:
    names = [result.submission for result in results if not result.has_grade]
    if not names:
        return []
    return [
        f"{len(names)} could not be graded, and nothing is written for them:"
        f" {', '.join(names[:50])}."
    ]
