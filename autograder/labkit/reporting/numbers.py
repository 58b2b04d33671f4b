"""What the instructor's report says, as numbers: nothing of it needs more than the results."""

from __future__ import annotations

import re
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from labkit.judging.result import AGAIN, FULL, GRADED, OUT, Result
from labkit.lab.lab import Lab
from labkit.mistakes import Catalogue
from labkit.student.labcheck.naming import BY_HEART
from labkit.student.labcheck.patterns import AS_SEEN
from labkit.student.labcheck.probe import FAILURE_SENTENCES

RETEACH_SHARE, RETEACH_COUNT = 0.25, 3
"""From both on, a mistake is the class's rather than a student's."""

_FIRST = 3
"""So many stand in the overview."""
_MISTAKES_SHOWN = 8
"""So many mistakes are shown whatever their number."""
_FEW = 10
"""Below this many submissions a correlation says nothing."""
_WEAK = 0.1


@dataclass(frozen=True)
class Overview:
    """The class in a few numbers; None where there is nothing to count."""

    submitted: int
    graded: int
    median: float | None
    mean: float | None
    spread: float | None
    """Standard deviation of the percents."""


@dataclass(frozen=True)
class Bar:
    """One bar of the distribution."""

    label: str
    count: int


@dataclass(frozen=True)
class QuestionNumbers:
    """One question through the class; None where there is nothing to count."""

    name: str
    possible: float
    graded: int
    mean: float | None
    """Mean share of its points: the higher, the easier."""
    discrimination: float | None
    """Correlation of its share with the points of all other questions."""
    lost: int
    """How many lost points."""
    blank: int
    """How many had not written it."""
    unnamed: int
    """How many wrote it, lost points, and made no mistake that the catalogue knows."""
    bonus: bool = False
    """Whether nobody has to write it."""
    excluded: str = ""
    """What became of a faulty one: `full` or `out`."""

    @property
    def remark(self) -> str:
        """What an instructor should ask about this question, if anything."""
        if self.graded < _FEW or self.discrimination is None or self.discrimination >= _WEAK:
            return ""
        if self.discrimination < 0:
            return "those who do well elsewhere do worse here: is the question clear?"
        return "says little about the rest of the work"


@dataclass(frozen=True)
class Mistake:
    """A known mistake and who made it."""

    question: str
    key: str
    title: str
    hint: str
    submissions: tuple[str, ...]
    graded: int

    @property
    def share(self) -> float:
        """Share of the graded submissions."""
        return len(self.submissions) / self.graded

    @property
    def reteach(self) -> bool:
        """Whether so many made it that it is worth a word to the class."""
        return self.share >= RETEACH_SHARE and len(self.submissions) >= RETEACH_COUNT


def hardest(found: Sequence[QuestionNumbers]) -> list[QuestionNumbers]:
    """The questions with the smallest share of their points, hardest first, if any lost some."""
    asked = [q for q in found if q.mean is not None and q.lost and not (q.bonus or q.excluded)]
    return sorted(asked, key=lambda q: q.mean if q.mean is not None else 1.0)[:_FIRST]


def frequent(found: Sequence[Mistake]) -> list[Mistake]:
    """The most frequent mistakes, if more than one submission made them."""
    return [one for one in found if len(one.submissions) > 1][:_FIRST]


def rare(found: Sequence[Mistake]) -> list[Mistake]:
    """Of many mistakes, those that a single submission made: the report shows them folded."""
    return [one for one in found[_MISTAKES_SHOWN:] if len(one.submissions) == 1]


@dataclass(frozen=True)
class Look:
    """A submission that a person should look at, and why."""

    result: Result
    reasons: tuple[str, ...]


def graded(results: Sequence[Result]) -> list[Result]:
    """Those whose code was judged."""
    return [result for result in results if result.status == GRADED]


def overview(results: Sequence[Result], lab: Lab) -> Overview:
    """The class in a few numbers."""
    percents = [result.percent(lab) for result in results if result.has_grade]
    return Overview(
        submitted=len(results),
        graded=len(percents),
        median=statistics.median(percents) if percents else None,
        mean=statistics.mean(percents) if percents else None,
        spread=statistics.stdev(percents) if len(percents) > 1 else None,
    )


def distribution(results: Sequence[Result], lab: Lab) -> list[Bar]:
    """How many with a grade have which percent, in tens, 100 by itself."""
    percents = (result.percent(lab) for result in results if result.has_grade)
    tens = [min(int(percent // 10), 10) for percent in percents]
    labels = [f"{10 * ten}–{10 * ten + 9}" for ten in range(10)] + ["100"]
    return [Bar(label, tens.count(ten)) for ten, label in enumerate(labels)]


def questions(results: Sequence[Result], lab: Lab) -> list[QuestionNumbers]:
    """Every question of the lab, in its order."""
    out = lab.config.exclude
    return [
        replace(_question(name, points, graded(results)), excluded=out.get(name, ""))
        for name, points in lab.questions.items()
    ]


EXCLUDED = {FULL: "everybody has its points", OUT: "it does not count"}


def taken_out(lab: Lab) -> str:
    """A sentence about the questions that lab.toml excludes, if there are any."""
    told = [f"`{name}` ({EXCLUDED[how]})" for name, how in lab.config.exclude.items()]
    return f"Taken out: {', '.join(told)}." if told else ""


def _question(name: str, possible: float, found: Sequence[Result]) -> QuestionNumbers:
    own = [(result, q) for result in found for q in result.questions if q.name == name]
    shares = [q.score / q.possible if q.possible else 0.0 for _, q in own]
    rest = [sum(q.score for q in result.questions if q.name != name) for result, _ in own]
    lost = [q for _, q in own if not q.passed]
    blank = [q for q in lost if q.blank]
    unnamed = [q for q in lost if q not in blank and not any(case.named for case in q.cases)]
    return QuestionNumbers(
        name=name,
        possible=possible,
        graded=len(own),
        mean=statistics.mean(shares) if shares else None,
        discrimination=correlation(shares, rest),
        lost=len(lost),
        blank=len(blank),
        unnamed=len(unnamed),
        bonus=any(q.bonus for _, q in own),
    )


def correlation(a: Sequence[float], b: Sequence[float]) -> float | None:
    """Pearson's correlation; None for fewer than three pairs, or where one side never varies."""
    if len(a) < 3 or _constant(a) or _constant(b):
        return None
    return statistics.correlation(a, b)


def _constant(values: Sequence[float]) -> bool:
    return max(values) - min(values) < 1e-9


def _lead(message: str) -> str:
    return message.partition("\n")[0]


def mistakes(results: Sequence[Result], lab: Lab) -> list[Mistake]:
    """Known mistakes, the most frequent first; a submission counts once for each.

    Of a case's explanations only the first counts; what the catalogue no longer has is left out.
    """
    known = {one.key: (one.title, one.hint) for one in Catalogue.of(lab).mistakes}
    found = graded(results)
    made: dict[tuple[str, str], list[str]] = {}
    for result in found:
        for question in result.questions:
            for key in dict.fromkeys(case.named[0] for case in question.cases if case.named):
                made.setdefault((question.name, key), []).append(result.submission)
                if key.startswith(AS_SEEN):  # computed from the answers: the key is its sentence
                    known[key] = (key.removeprefix(AS_SEEN), "")
    order = {name: place for place, name in enumerate(lab.questions)}
    return sorted(
        (
            Mistake(name, key, *known[key], tuple(who), len(found))
            for (name, key), who in made.items()
            if key in known
        ),
        key=lambda one: (-len(one.submissions), order.get(one.question, len(order)), one.key),
    )


# ---------------------------------------------------------------- who needs a look

_TROUBLE: Mapping[str, str] = {
    "blocked": "tried something that is not allowed while grading, in {}",
    "protocol": "disturbed the connection to the grader in {}",
    "timeout": "ran out of time in {}",
    "memory": "asked for more memory than the limit in {}",
    "crashed": "crashed the Python process in {}",
    "exited": "ended the Python process in {}",
    "flooded": "returned or wrote more data than the limit in {}",
    "import_failed": "a module could not be imported: {} could not be judged",
}
"""Failures that are not about the task, by kind, in the order of their weight."""


def looks(results: Sequence[Result]) -> list[Look]:
    """Who needs a human look: first those without a grade, then troubles, then notes."""
    found = []
    for result in results:
        reasons = [result.status]
        if result.by_hand:
            reasons = [f"{result.total:g} points given by hand; {result.status}"]
        elif result.status == GRADED:
            notes = [note for note in result.notes if not note.startswith(AGAIN)]
            reasons = [*troubles(result), *by_heart(result), *notes]
        if reasons:
            found.append(Look(result, tuple(reasons)))
    return sorted(found, key=_urgency)


def _urgency(look: Look) -> int:
    if look.result.status != GRADED:
        return -1 if look.result.own_fault else 0
    return 1 if troubles(look.result) else 2


def by_heart(result: Result) -> list[str]:
    """Questions that are right on the numbers in the student's folder, and on no others."""
    asked = [
        f"`{question.name}`"
        for question in result.questions
        if not any(case.passed for case in question.cases if case.hidden)
        and any(_lead(case.message).startswith(BY_HEART) for case in question.cases)
    ]
    if not asked:
        return []
    return [f"right on the numbers in the student's folder and on no others in {', '.join(asked)}"]


def troubles(result: Result) -> list[str]:
    """What went wrong in a submission besides wrong answers, with the questions."""
    seen: dict[str, list[str]] = {}
    for question in result.questions:
        for kind in {_kind(case.message) for case in question.cases if not case.passed}:
            seen.setdefault(kind, []).append(f"`{question.name}`")
    return [
        sentence.format(", ".join(seen[kind]))
        for kind, sentence in _TROUBLE.items()
        if kind in seen
    ]


_SENTENCES = {
    kind: re.compile(
        re.escape(FAILURE_SENTENCES[kind].rstrip(".")).replace(r"\{function\}", r"\w+")
    )
    for kind in _TROUBLE
}


def _kind(message: str) -> str:
    """The kind of failure that a message tells, or nothing."""
    lead = _lead(message)
    return next((kind for kind, sentence in _SENTENCES.items() if sentence.match(lead)), "")
