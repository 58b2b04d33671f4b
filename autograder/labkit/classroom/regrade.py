"""`labkit regrade`: a class again, with every score that changed and why.

Earlier results are never lost: they move to OUT/history/<time>/ before the first new one is
written, and a run that is stopped goes on where it was.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from labkit.base.errors import LabkitError
from labkit.base.files import write_text
from labkit.base.spreadsheet import BOM, to_csv
from labkit.classroom.decisions import ADJUSTMENTS, DUE, MARKS
from labkit.classroom.floor import HISTORY, NEVER_LOWER
from labkit.classroom.folder import locked, refuse_other_lab, result_files, write
from labkit.classroom.grade import Deliver, GradedClass, Options, decided, finish, judged
from labkit.judging import result as results
from labkit.judging.person import joined
from labkit.judging.result import AGAIN, FULL, GRADED, TOTAL, CaseResult, QuestionResult, Result
from labkit.lab.bundle import Bundle
from labkit.reporting.pages import number

CHANGES = "changes.csv"
UNFINISHED = "unfinished.txt"
COLUMNS = ("submission", "question", "case", "old", "new", "reason")
_MARKED = "marked by hand"
_SLOW = ("ran out of time", "times faster than plain loops")


@dataclass(frozen=True)
class Changed:
    """A case, or a whole submission, that came out otherwise than before."""

    submission: str
    question: str
    case: str
    old: float
    new: float
    reason: str

    @property
    def sentence(self) -> str:
        """For the student's page."""
        what = ", ".join(filter(None, (self.question and f"`{self.question}`", self.case)))
        points = f"{number(self.old)} → {number(self.new)} points"
        return f"{AGAIN}{what or 'the whole submission'}: {points} ({self.reason})."


def regrade(
    bundle: Bundle,
    submissions: Path,
    out: Path,
    options: Options,
    *,
    never_lower: bool,
    deliver: Deliver = lambda graded, out: (),
) -> tuple[GradedClass, list[Changed]]:
    """Grade a class again into `out`; gives the class and what changed.

    With `never_lower` a question keeps its old points where it would lose some. Raises LabkitError
    where `out` holds no results.
    """
    with locked(out):
        refuse_other_lab(out, bundle.lab)
        return _regrade(bundle, submissions, out, options, never_lower=never_lower, deliver=deliver)


def _regrade(
    bundle: Bundle,
    submissions: Path,
    out: Path,
    options: Options,
    *,
    never_lower: bool,
    deliver: Deliver,
) -> tuple[GradedClass, list[Changed]]:
    lab = bundle.lab
    decisions = decided(lab, out, options)
    before, kept = _earlier(out)
    if never_lower:
        decisions = decisions.never_lower(kept)
    graded = judged(bundle, submissions, out, replace(options, resume=True))
    decisions = decisions.among(graded.results)
    found, changes = [], []
    for fresh in graded.results:
        old = before.get(fresh.submission)
        if old is None:
            found.append(fresh)
            continue
        new = decisions.applied(replace(fresh, platform=joined(old.platform, fresh.platform)))
        own = list(differences(old, new))
        changes += own
        notes = [note for note in new.notes if not note.startswith(AGAIN)]
        told = (change.sentence for change in own if change.reason != _MARKED)
        new = replace(new, notes=(*notes, *told))
        if new != fresh:
            write(out, new, lab)
        found.append(new)
    write_text(out / CHANGES, BOM + to_csv([COLUMNS, *_rows(changes)]))
    again = finish(decisions, replace(graded, results=found, changed=_by_kind(changes)), out)
    again.summary[:0] = _summary(changes, before, found)
    again.files[1:1] = [*deliver(again, out), out / CHANGES]
    (kept / UNFINISHED).unlink()
    return again, changes


def _earlier(out: Path) -> tuple[dict[str, Result], Path]:
    """Results of the run before, and the folder that keeps them.

    One that was stopped left its mark there: what it compared with still counts.
    """
    stopped = sorted((out / HISTORY).glob(f"*/{UNFINISHED}"))
    if stopped:
        kept = stopped[0].parent
    else:
        if not result_files(out):
            raise LabkitError(
                f"{out} holds no results to compare with: grade the class with labkit grade first."
            )
        kept = _put_away(out)
    read = (results.read(path) for path in result_files(kept))
    return {result.submission: result for result in read if result is not None}, kept


def _put_away(out: Path) -> Path:
    """Copy what an earlier run wrote into a folder of its own, which is there whole or not."""
    kept = out / HISTORY / f"{datetime.now():%Y-%m-%d %H.%M.%S}"
    while kept.exists():  # a small class can be graded twice within a second
        kept = kept.with_name(f"{kept.name}+")
    kept.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".writing-", dir=kept.parent) as work:
        copied = Path(work) / "copy"
        shutil.copytree(out / "results", copied / "results")
        own = (MARKS, ADJUSTMENTS, DUE, NEVER_LOWER)
        for name in ("grades.csv", "report.html", "canvas.csv", *own):
            if (out / name).is_file():
                shutil.copy2(out / name, copied / name)
        write_text(copied / UNFINISHED, "This regrade is not finished: run it again.\n")
        copied.rename(kept)
    return kept


def differences(old: Result, new: Result) -> Iterator[Changed]:
    """What came out otherwise, case by case, with the reason; decisions included."""
    if old.status != new.status:
        reason = _reason(old, new, "")
        if GRADED not in (old.status, new.status) and old.total == new.total:
            return
        yield Changed(new.submission, "", "", old.total, new.total, f"{reason}: {new.status}")
        return
    before = {question.name: question for question in old.questions}
    for question in new.questions:
        if question.name not in before:
            yield Changed(new.submission, question.name, "", 0.0, question.score, "a new question")
            continue
        yield from _in_question(old, new, before[question.name], question)
    for name in before.keys() - {question.name for question in new.questions}:
        gone = before[name]
        yield Changed(new.submission, name, "", gone.score, 0.0, "the question is gone")
    for name in dict.fromkeys((*old.marks, *new.marks)):
        had, has = (one.mark(name) if name in one.marks else 0.0 for one in (old, new))
        if name not in old.marks or abs(had - has) > 1e-9:
            why = "its mark or adjustment changed" if name in old.marks else _MARKED
            yield Changed(new.submission, name, "", had, has, why)
    had, has = (one.total - one.earned for one in (old, new))
    if _whole(old) != _whole(new) and abs(had - has) > 1e-9:
        yield Changed(new.submission, TOTAL, "", had, has, "adjustments or lateness changed")


def _whole(result: Result) -> set[tuple[str, float]]:
    """Decisions about the whole; what lateness costs changes with every point, which is none."""
    late = str(result.platform.get("lateness") or "")
    return {
        (change.reason, 0.0 if late and change.reason.startswith(late) else change.points)
        for change in result.changes
        if change.question == TOTAL
    }


def _in_question(
    old: Result, new: Result, before: QuestionResult, after: QuestionResult
) -> Iterator[Changed]:
    had, has = old.score(before), new.score(after)
    if decided := _decided(old, new, after.name):
        if abs(had - has) > 1e-9:
            if abs(before.score - after.score) > 1e-9:
                decided += f", {_reason(old, new, after.name)}"
            yield Changed(new.submission, after.name, "", had, has, decided)
        return
    if abs(had - has) < 1e-9:
        return
    earlier = {case.title: case for case in before.cases}
    explained = False
    for case in after.cases:
        was = earlier.pop(case.title, None)
        points, had = _points(case), _points(was) if was else 0.0
        if abs(points - had) < 1e-9:
            continue
        explained = True
        reason = _reason(old, new, after.name, was=was, now=case)
        yield Changed(new.submission, after.name, case.title, had, points, reason)
    for case in earlier.values():
        if case.passed:
            explained = True
            reason = "the case is gone"
            yield Changed(new.submission, after.name, case.title, case.points, 0.0, reason)
    if not explained:  # the same cases, other points
        reason = _reason(old, new, after.name)
        yield Changed(new.submission, after.name, "", before.score, after.score, reason)


def _decided(old: Result, new: Result, name: str) -> str:
    """What was decided otherwise about a question's points; empty where nothing was."""
    full = [one.excluded.get(name) == FULL for one in (old, new)]
    given = [
        sum(change.points for change in one.changes if change.question == name)
        for one in (old, new)
    ]
    told = {
        "what [exclude] of lab.toml says changed": full[0] != full[1],
        "its adjustments changed": given[0] != given[1],
    }
    return ", ".join(words for words, otherwise in told.items() if otherwise)


def _points(case: CaseResult) -> float:
    return case.points if case.passed else 0.0


def _reason(
    old: Result,
    new: Result,
    question: str,
    *,
    was: CaseResult | None = None,
    now: CaseResult | None = None,
) -> str:
    """Why a score changed, by what graded it then and now.

    The hash of a question covers the points of its cases, too.
    """
    revalued = was is not None and now is not None and abs(was.points - now.points) > 1e-9
    if revalued and was and now and was.passed == now.passed:
        return "the points of the case changed"
    case = "the case or its points changed" if revalued else "the case changed"
    parts = {
        f"question {question}": case if was else "a new case",
        "numbers": "points, limits, thresholds or known mistakes of the lab changed",
        "kit": "the code of the kit changed",
    }
    told = ["the submission changed"] if old.work != new.work else []
    told += [
        words
        for part, words in parts.items()
        if old.provenance.get(part) != new.provenance.get(part)
    ]
    if any(word in case.message for case in (was, now) if case for word in _SLOW):
        told.append("a time-out")
    return ", ".join(told) or "it came out otherwise on the same code (a matter of time or chance)"


def _rows(changes: Sequence[Changed]) -> Iterator[tuple[str, ...]]:
    for one in changes:
        yield (
            *(one.submission, one.question, one.case),
            *(f"{one.old:g}", f"{one.new:g}", one.reason),
        )


def _by_kind(changes: Sequence[Changed]) -> tuple[str, ...]:
    """A line a reason: how many changes, and whose."""
    kinds: dict[str, list[str]] = {}
    for change in changes:
        kinds.setdefault(change.reason.partition(":")[0], []).append(change.submission)
    lines = []
    for reason, names in kinds.items():
        people = list(dict.fromkeys(names))
        told = ", ".join(people[:3]) + (f" and {len(people) - 3} more" if len(people) > 3 else "")
        count = f"{len(names)} change{'s' if len(names) > 1 else ''}"
        lines.append(f"{AGAIN}{count} ({reason}): {told}; {CHANGES} lists each.")
    return tuple(lines)


def _summary(
    changes: Sequence[Changed], before: dict[str, Result], found: Sequence[Result]
) -> list[str]:
    people = {change.submission for change in changes}
    same = sum(result.submission in before for result in found) - len(people)
    count = f"{len(changes)} change{'' if len(changes) == 1 else 's'}"
    lines = [
        f"{len(people)} of {len(found)} changed ({CHANGES} lists {count}), {same} "
        "came out as before."
    ]
    gone = sorted(before.keys() - {result.submission for result in found})
    if gone:
        lines.append(f"Graded before and not handed in any more: {', '.join(gone)}.")
    return lines
