"""`written.html`: written answers beside rubric and model answer, to be marked.

One page that needs nothing else. It saves what is marked as `marks.csv`, in the form that
`--manual` reads; blind by default.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from labkit.judging.person import person, who
from labkit.judging.result import GRADED, Result
from labkit.lab.lab import Lab
from labkit.reporting import pages
from labkit.reporting.answers import Answer, KeptAnswers
from labkit.reporting.markdown import markdown

PAGE = "written.html"
_RUBRIC = "\n**Rubric"


@dataclass(frozen=True)
class _Shown:
    """One answer as the page shows it."""

    submission: str
    who: str
    number: int
    html: Markup
    outputs: tuple[str, ...]
    pictures: tuple[str, ...]
    empty: bool
    mark: str
    comment: str


@dataclass(frozen=True)
class _Question:
    """One written question with all its answers."""

    name: str
    title: str
    points: float
    text: Markup
    model: Markup
    rubric: Markup
    """What of the model answer begins with `**Rubric`."""
    answers: Iterator[_Shown]
    """One at a time, as the page is written."""


def to_mark(results: Sequence[Result], answers: KeptAnswers) -> list[Result]:
    """Those whose answers are to be marked: also where a notebook came without code."""
    return [r for r in results if r.status == GRADED or r.submission in answers]


def write(
    path: Path,
    lab: Lab,
    results: Sequence[Result],
    questions: Sequence[Mapping[str, str]],
    *,
    answers: KeptAnswers,
    outdated: Collection[str] = (),
) -> None:
    """Write the page; `outdated` are the submissions that were marked in an earlier version."""
    points = {question.name: question for question in lab.written}
    there = to_mark(results, answers)
    # The order of an answer must not tell whose it is, and is the same in every run.
    there.sort(key=lambda result: hashlib.sha256(result.submission.encode()).digest())
    shown = []
    for question in questions:
        about = points[question["name"]]
        model, begin, rubric = question["answer"].partition(_RUBRIC)
        shown.append(
            _Question(
                name=about.name,
                title=about.title,
                points=about.points,
                text=markdown(question["question"]),
                model=markdown(model),
                rubric=markdown(begin + rubric),
                answers=_all_shown(there, about.name, answers),
            )
        )
    rows = [[result.submission, result.version, *who(result)] for result in results]
    data = {
        "lab": lab.short,
        # Tells apart, in one browser, the classes of a lab; a path tells more than others may read.
        "place": hashlib.sha256(str(path.parent.resolve()).encode()).hexdigest()[:16],
        "questions": [[q.name, q.points] for q in shown],
        "rows": rows,
    }
    pages.write(path, PAGE, lab=lab, questions=shown, data=_json(data), outdated=outdated)


def _all_shown(results: Sequence[Result], question: str, answers: KeptAnswers) -> Iterator[_Shown]:
    for number, result in enumerate(results, 1):
        yield _shown(result, question, number, answer=answers.of(result.submission, question))


def _shown(
    result: Result,
    question: str,
    number: int,
    *,
    answer: Answer,
) -> _Shown:
    mark = result.marks.get(question)
    return _Shown(
        submission=result.submission,
        who=person(result.platform).name,
        number=number,
        html=markdown(answer.markdown),
        outputs=answer.outputs,
        pictures=answer.pictures,
        empty=answer.empty,
        mark="" if mark is None else f"{mark:g}",
        comment=result.comments.get(question, ""),
    )


def _json(data: object) -> Markup:
    """Data for a script element: nothing in it can end the element."""
    text = json.dumps(data, ensure_ascii=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)
