"""The result of one submission, and its form on disk: Gradescope's JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from labkit.base.files import write_json
from labkit.lab.lab import Lab
from labkit.student.labcheck.probe import FAILURE_SENTENCES, is_blank

GRADED = "graded"
"""Status of a submission whose code was judged; every other one says what a human must look at."""

_NOT_IMPORTED = re.compile(
    re.escape(FAILURE_SENTENCES["import_failed"].rstrip(".")).replace(r"\{function\}", r"\w+")
)
"""How the message begins where a file of the student stops when Python imports it."""

_WHAT_TO_DO = {
    "failed": (
        "There is nothing for you to change yet: your instructor finds this submission on the list "
        "of those to look at by hand."
    ),
    "unfinished": "Hand the same work in once more; if it stays so, tell your instructor.",
}
_HAND_IN_AGAIN = (
    "Put the whole lab folder (the notebook together with the folder neuralnet/) into one zip and "
    "hand it in again. If the deadline has passed, write to your instructor."
)


@dataclass(frozen=True)
class CaseResult:
    """One case of a question."""

    title: str
    hidden: bool
    passed: bool
    points: float
    message: str
    named: tuple[str, ...] = ()
    """Keys of the catalogue's entries that explain the failure, best first."""


@dataclass(frozen=True)
class QuestionResult:
    """One question: the contract function of that name."""

    name: str
    score: float
    possible: float
    cases: tuple[CaseResult, ...] = ()
    bonus: bool = False
    """Whether its points come on top of the possible ones."""

    @property
    def passed(self) -> bool:
        """Whether it got all its points."""
        return self.score >= self.possible - 1e-9

    @property
    def blank(self) -> bool:
        """Whether its function was not written, or is not there at all."""
        return any(not case.passed and is_blank(self.name, case.message) for case in self.cases)

    @property
    def not_tried(self) -> bool:
        """Whether it is a bonus that was not even begun."""
        return self.bonus and self.blank

    @property
    def public_passed(self) -> bool:
        """Whether every case that the student can see passed."""
        return all(case.passed for case in self.cases if not case.hidden)


@dataclass(frozen=True)
class Change:
    """Points given or taken by an instructor's decision, with its reason."""

    question: str
    """Name of a question, or `total`."""
    points: float
    """Added to what was earned; negative takes away."""
    reason: str
    version: str = ""
    """Which version of the submission it was decided about; empty where nobody noted it."""


NOT_TRIED = "Not written. It is a bonus: leaving it out takes nothing away."
"""What is said of a bonus that a student did not try."""

TOTAL = "total"
"""In the place of a question's name: the whole."""

AGAIN = "Graded again: "
"""How a note begins that tells a student what a regrade changed."""

FULL, OUT = "full", "out"
"""What becomes of a faulty question: full points for everybody, or out of the sum."""


@dataclass(frozen=True)
class Result:
    """One submission's result. A submission that could not be judged has a status that says why."""

    submission: str
    lab: str
    status: str
    questions: tuple[QuestionResult, ...]
    notes: tuple[str, ...] = ()
    """What was unusual about the submission, in sentences."""
    seconds: float = 0.0
    metrics: dict[str, float] = field(default_factory=dict)
    origin: str = ""
    """Where it came from, as the platform named it."""
    fingerprint: str = ""
    """A hash of the submission and of everything that graded it."""
    platform: dict[str, Any] = field(default_factory=dict)
    marks: dict[str, float] = field(default_factory=dict)
    """Marks of written questions, given by hand."""
    comments: dict[str, str] = field(default_factory=dict)
    """What was written beside them, for the student."""
    changes: tuple[Change, ...] = ()
    """Decisions about single points: adjustments, and what lateness costs."""
    excluded: dict[str, str] = field(default_factory=dict)
    """Questions that were found faulty: `full` points for everybody, or `out` of the sum."""
    work: str = ""
    """A hash of the files that were graded."""
    version: str = ""
    """A hash of all that was handed in, the notebook too."""
    provenance: dict[str, str] = field(default_factory=dict)
    """Hashes of what graded it, by part: the kit, each question, the numbers."""

    @property
    def own_fault(self) -> bool:
        """Whether it could not be judged for a reason of the grader's own."""
        return self.status.partition(":")[0] in ("failed", "unfinished")

    @property
    def by_hand(self) -> bool:
        """Whether its code could not be judged and a person gave marks or points all the same."""
        given = any(self.counts(change) for change in self.changes)
        return self.status != GRADED and (bool(self.marks) or given)

    @property
    def has_grade(self) -> bool:
        """Whether what it has is a grade: its code was judged, or a person decided."""
        return self.status == GRADED or self.by_hand

    def counts(self, change: Change) -> bool:
        """Whether a decision is about something that counts here."""
        names = (TOTAL, *self.marks, *(question.name for question in self.counted))
        return change.question in names

    def score(self, question: QuestionResult) -> float:
        """Points of a question, decisions about it included; never below 0."""
        earned = question.score
        if self.excluded.get(question.name) == FULL and self.status == GRADED:
            earned = question.possible
        return max(0.0, round(earned + self._changed(question.name), 4))

    def mark(self, name: str) -> float:
        """Points of a marked question, decisions about it included; never below 0."""
        return max(0.0, round(self.marks[name] + self._changed(name), 4))

    def _changed(self, name: str) -> float:
        return sum(change.points for change in self.changes if change.question == name)

    @cached_property
    def counted(self) -> tuple[QuestionResult, ...]:
        """The questions that count."""
        return tuple(q for q in self.questions if self.excluded.get(q.name) != OUT)

    @cached_property
    def lost(self) -> tuple[str, ...]:
        """The questions in which points are lost, decisions about them included."""
        return tuple(
            question.name
            for question in self.counted
            if not question.bonus and self.score(question) < question.possible - 1e-9
        )

    @cached_property
    def earned(self) -> float:
        """Points of all questions, written ones included where they are marked."""
        marks = sum(map(self.mark, self.marks))
        return round(sum(self.score(q) for q in self.counted) + marks, 4)

    @cached_property
    def total(self) -> float:
        """Points that count: what was earned, and what decisions about the whole add or take."""
        return max(0.0, round(self.earned + self._changed(TOTAL), 4))

    def possible(self, lab: Lab) -> float:
        """Points that could be earned, written questions included where they are marked."""
        written = sum(question.points for question in lab.written if question.name in self.marks)
        return round(sum(q.possible for q in self.counted if not q.bonus) + written, 4)

    def unmarked(self, lab: Lab) -> float:
        """Points of written questions that are not marked yet; nobody marks what was not graded."""
        if self.status != GRADED:
            return 0.0
        return round(sum(q.points for q in lab.written if q.name not in self.marks), 4)

    def share(self, lab: Lab) -> float:
        """Points earned of 100, not rounded; a bonus may lead above."""
        possible = self.possible(lab)
        return 100 * self.total / possible if possible else 0.0

    def percent(self, lab: Lab) -> float:
        """Points earned of 100, in hundredths, never more."""
        return min(100.0, round(self.share(lab), 2))

    def shown_percent(self, lab: Lab) -> float | None:
        """The same for people to read; None where there is no grade."""
        return self.percent(lab) if self.has_grade else None

    @property
    def _asked(self) -> tuple[QuestionResult, ...]:
        """The questions whose checks decide about points."""
        return tuple(q for q in self.counted if self.excluded.get(q.name) != FULL)

    @property
    def hidden_points(self) -> float:
        """Points that hidden cases decide; those of a bonus come on top."""
        asked = [question for question in self._asked if not question.bonus]
        return round(sum(c.points for q in asked for c in q.cases if c.hidden), 2)

    @property
    def summary(self) -> str:
        """What a student reads first."""
        if self.status != GRADED:
            status = self.status[:1].upper() + self.status[1:]
            by_hand = "Your instructor gave points by hand, as the code could not be graded. "
            return f"{by_hand if self.by_hand else ''}{status}"
        asked = [question for question in self._asked if not question.bonus]
        hidden = sum(q.public_passed and not q.passed for q in asked)
        if self._failing_public:
            more = f", {hidden} more only hidden ones" if hidden else ""
            return f"{self._public}{more}.{self._bonus}"
        if hidden:
            fail = f"{hidden} of {len(asked)} questions fail{'s' if hidden == 1 else ''}"
            return f"{self._public}; {fail} hidden ones.{self._bonus}"
        # What fails in a question that was taken out stands on the page, too.
        whole = all(q.passed for q in self.questions if not q.bonus)
        return f"All checks{'' if whole else ' that count'} pass, the hidden ones too.{self._bonus}"

    @property
    def public_summary(self) -> str:
        """The same for a place that shows what became of hidden checks later."""
        if self.status != GRADED:
            return self.summary
        return (
            f"{self._public}; {self.hidden_points:g} points are decided by checks you cannot see."
        )

    @property
    def _failing_public(self) -> int:
        return sum(not q.public_passed for q in self._asked if not q.bonus)

    @property
    def _public(self) -> str:
        """What became of the checks that a student can run."""
        failed = self._failing_public
        if not failed:
            whole = all(q.public_passed for q in self.questions if not q.bonus)
            return f"All public checks{'' if whole else ' that count'} pass"
        count = sum(not question.bonus for question in self._asked)
        return (
            f"{self._not_imported()}{failed} of {count} questions fail{'s' if failed == 1 else ''} "
            "a check that you can run yourself"
        )

    @property
    def _bonus(self) -> str:
        """What a bonus brings that was tried."""
        return "".join(
            f" The bonus {q.name} brings {round(self.score(q), 2):g} of {q.possible:g} points"
            " on top."
            for q in self._asked
            if q.bonus and not q.not_tried
        )

    def _not_imported(self) -> str:
        """The one cause of many failures: a file that cannot be imported."""
        reasons = {
            question.name: case.message.partition("\n")[2].partition("\n")[0]
            for question in self.questions
            if not question.bonus
            for case in question.cases
            if not case.hidden and not case.passed and _NOT_IMPORTED.match(case.message)
        }
        if not reasons:
            return ""
        count = f"{len(reasons)} question{'s' if len(reasons) > 1 else ''}"
        first = next(filter(None, reasons.values()), "").rstrip(".")
        told = f"Mend this first: {first}. " if first else ""
        return f"A file cannot be imported, so {count} could not be checked. {told}"

    @property
    def advice(self) -> str:
        """What a student can do about a submission that has no grade; empty for others."""
        if self.has_grade:
            return ""
        return _WHAT_TO_DO.get(self.status.partition(":")[0], _HAND_IN_AGAIN)


class Shared:
    """Keeps equal parts once: in a class most questions come out alike, graded by the same.

    No part of a result is ever changed in place.
    """

    _DICTS = ("provenance", "metrics", "platform", "marks", "comments", "excluded")

    def __init__(self) -> None:
        self._questions: dict[QuestionResult, QuestionResult] = {}
        self._texts: dict[str, str] = {}
        self._dicts: list[dict[str, Any]] = [{}]

    def __call__(self, result: Result) -> Result:
        """The same result, made of parts that others may have."""
        same, text = self._questions.setdefault, self._texts.setdefault
        dicts: dict[str, Any] = {n: self._dict(n, getattr(result, n)) for n in self._DICTS}
        return replace(
            result,
            lab=text(result.lab, result.lab),
            status=text(result.status, result.status),
            questions=tuple(same(question, question) for question in result.questions),
            **dicts,
        )

    def _dict(self, name: str, value: dict[str, Any]) -> dict[str, Any]:
        """A dict of another result: what graded it, and what is empty, hardly differs."""
        if value in self._dicts:
            return self._dicts[self._dicts.index(value)]
        if name == "provenance":
            self._dicts.append(value)
        return value


def ungraded(lab: Lab, submission: str, status: str, **more: Any) -> Result:
    """The result of a submission that could not be judged: 0 points and a status that says why."""
    questions = tuple(
        QuestionResult(name, 0.0, points, bonus=name in lab.bonus)
        for name, points in lab.questions.items()
    )
    return Result(submission, lab.short, status, questions, **more)


# ---------------------------------------------------------------- Gradescope's results.json

OUTPUT_LIMIT = 100_000
"""Most characters of an output; Gradescope cuts the rest off without a word."""

_CUT = "\n… The rest is left out here: it is too long for this page."


def _fitting(text: str) -> str:
    """Text that Gradescope shows whole."""
    return text if len(text) < OUTPUT_LIMIT else text[: OUTPUT_LIMIT - len(_CUT) - 1] + _CUT


def _tests(result: Result, lab: Lab) -> Iterator[dict[str, Any]]:
    """One test a question; two where hidden checks are shown later than the others."""
    later = lab.config.hidden_visibility
    for number, question in enumerate(result.counted, 1):
        score, possible = result.score(question), question.possible
        hidden = [case for case in question.cases if case.hidden]
        if later == "visible" or not hidden:
            yield _test(result, question, str(number), score=score, possible=possible)
            continue
        public = replace(question, cases=tuple(c for c in question.cases if not c.hidden))
        points = sum(case.points for case in public.cases)
        first = min(score, sum(case.points for case in public.cases if case.passed))
        yield _test(result, public, f"{number}.1", score=first, possible=points)
        rest = replace(question, cases=tuple(hidden))
        test = _test(result, rest, f"{number}.2", score=score - first, possible=possible - points)
        yield test | {"name": f"{question.name} (hidden checks)", "visibility": later}


def _test(
    result: Result, question: QuestionResult, number: str, *, score: float, possible: float
) -> dict[str, Any]:
    output = "\n".join([question_text(question, result), *told(result, question.name)])
    passed = bool(question.cases) and all(c.passed for c in question.cases)
    # Without a status the platform goes by the points: 0 of 0 is no failure.
    status = {} if question.not_tried else {"status": "passed" if passed else "failed"}
    return {
        "name": question.name,
        "number": number,
        "score": round(score, 4),
        # The platform adds bonus points up where a test's maximum is 0.
        "max_score": 0.0 if question.bonus else round(possible, 4),
        **status,
        "output": _fitting(output),
        "output_format": "text",
        "visibility": "visible",
        "extra_data": {"named": sorted({key for case in question.cases for key in case.named})},
    }


def to_gradescope(result: Result, lab: Lab) -> dict[str, Any]:
    """Gradescope's results format, with the whole result in `extra_data` for the report."""
    shown = lab.config.hidden_visibility == "visible"
    first = result.summary if shown else result.public_summary
    about = [first, result.advice, *told(result, TOTAL), *result.notes]
    found: dict[str, Any] = {
        "score": result.total,
        "execution_time": round(result.seconds, 3),
        "output": _fitting("\n".join(filter(None, about))),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": list(_tests(result, lab)),
        "extra_data": {"labkit": asdict(result)},
    }
    if lab.leaderboard and lab.leaderboard in result.metrics:
        value = round(result.metrics[lab.leaderboard], 4)
        found["leaderboard"] = [{"name": lab.leaderboard, "value": value, "order": "desc"}]
    return found


def told(result: Result, name: str) -> list[str]:
    """The decisions about a question, or about the `total`, as sentences."""
    lines = [
        f"{change.points:+g} points: {change.reason}"
        for change in result.changes
        if change.question == name and (change.points or change.reason)
    ]
    if result.excluded.get(name) == FULL:
        lines.append("This question was taken out: everybody has its points.")
    return lines


def question_text(question: QuestionResult, result: Result) -> str:
    """What a student reads about one question, as plain text."""
    if not question.cases:
        return f"Not judged: {result.status}"
    if question.not_tried:
        return NOT_TRIED
    lines = []
    for case in question.cases:
        mark, kind = ("✓" if case.passed else "✗"), (" (hidden check)" if case.hidden else "")
        lines.append(f"{mark} {case.title}{kind}")
        if case.message:
            lines += [f"    {line}" for line in case.message.splitlines()]
    return "\n".join(lines)


def write(path: Path, result: Result, lab: Lab) -> None:
    """Write results JSON, whole or not at all."""
    write_json(path, to_gradescope(result, lab))


def read(path: Path) -> Result | None:
    """The result in a results JSON, or None where there is none that can be read."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))["extra_data"]["labkit"]
        questions = tuple(
            QuestionResult(
                q["name"],
                q["score"],
                q["possible"],
                tuple(CaseResult(**{**c, "named": tuple(c["named"])}) for c in q["cases"]),
                q.get("bonus", False),
            )
            for q in found.pop("questions")
        )
        found["notes"] = tuple(found["notes"])
        found["changes"] = tuple(Change(**change) for change in found.get("changes", ()))
        for own, before in (("work", "submission"), ("version", "version")):
            if own not in found:  # it once stood beside the hashes of what graded it
                found[own] = found.get("provenance", {}).pop(before, "")
        return Result(questions=questions, **found)
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None
