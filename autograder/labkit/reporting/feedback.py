"""The student's page: one HTML file that needs nothing else, with what to mend unfolded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from labkit.base.files import write_text
from labkit.judging.result import (
    GRADED,
    NOT_TRIED,
    OUT,
    TOTAL,
    CaseResult,
    QuestionResult,
    Result,
    told,
)
from labkit.lab.lab import Lab
from labkit.reporting import pages


@dataclass(frozen=True)
class Message:
    """A case and its message, taken apart."""

    case: CaseResult
    lead: str
    """The sentence that says what is wrong, or what is to be noted."""
    hint: tuple[str, ...]
    """What to look at; lines that an earlier case of the question has said are left out."""
    repeats: bool
    """Whether any were."""


def write(path: Path, result: Result, lab: Lab) -> None:
    """Write a student's page, whole or not at all."""
    write_text(path, page(result, lab))


def page(result: Result, lab: Lab) -> str:
    """A student's page."""
    graded = result.status == GRADED
    unmarked = [question for question in lab.written if question.name not in result.marks]
    marked = [question for question in lab.written if question.name in result.marks]
    return pages.render(
        "feedback.html",
        lab=lab,
        result=result,
        who=pages.who(result),
        graded=graded,
        possible=result.possible(lab),
        percent=result.percent(lab),
        to_come=result.unmarked(lab),
        advice=result.advice,
        marked=marked if result.has_grade else [],
        unmarked=unmarked if graded else [],
        questions=[(question, list(messages(question))) for question in result.counted],
        decided=_decided(result),
        told=told,
        not_tried=NOT_TRIED,
    )


def _decided(result: Result) -> list[str]:
    """Decisions about the whole, lateness, and questions that were taken out of the sum."""
    late = result.platform.get("lateness")
    lines = told(result, TOTAL)
    if result.by_hand:  # its questions are not shown
        own = {question.name: told(result, question.name) for question in result.counted}
        lines += [f"`{name}`: {line}" for name in own for line in own[name]]
    if late and not any(str(late) in line for line in lines):
        lines.append(f"Handed in {late}: it costs no points.")
    out = [name for name, how in result.excluded.items() if how == OUT]
    return [*lines, *(f"`{name}` was taken out: it does not count for anybody." for name in out)]


def messages(question: QuestionResult) -> Iterator[Message]:
    """The messages of a question's cases, each hint only where it is given first."""
    said: set[str] = set()
    for case in question.cases:
        lead, *rest = case.message.splitlines() or [""]
        fresh = tuple(line for line in rest if line not in said)
        yield Message(case, lead, fresh, repeats=len(fresh) < len(rest))
        said.update(rest)
