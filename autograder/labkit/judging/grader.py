"""Grades one submission after another with Otter's own test files, without a notebook kernel."""

from __future__ import annotations

import gc
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from labkit.base.errors import LabkitError
from labkit.judging.judge import Judge
from labkit.judging.knowledge import Knowledge
from labkit.judging.result import GRADED, CaseResult, QuestionResult, Result
from labkit.lab.bundle import Bundle
from labkit.sandbox import Zygote
from labkit.student import labcheck


class BrokenCaseError(LabkitError):
    """A case of the lab's cannot run: nobody is graded by it."""


@dataclass(frozen=True)
class Question:
    """A question with its cases, as Otter's test file has them."""

    name: str
    points: float
    cases: list[labcheck.Case]
    bonus: bool = False


def load_questions(bundle: Bundle) -> list[Question]:
    """The questions of a built lab, in order."""
    return [
        Question(
            path.stem,
            bundle.lab.questions[path.stem],
            labcheck.read_cases(path),
            path.stem in bundle.lab.bonus,
        )
        for path in bundle.test_files()
    ]


def judged(questions: Sequence[Question], judge: Judge) -> list[list[labcheck.Verdict]]:
    """The verdicts on the cases of `questions`, by question.

    Raises BrokenCaseError, which may tell values of a hidden case: for instructors only.
    """
    verdicts = labcheck.run_questions([question.cases for question in questions], judge)
    if judge.broken:
        raise BrokenCaseError(f"{judge.broken[0]}; mend it and grade again")
    return verdicts


class Grader:
    """A warm grader for one lab: tests parsed, right answers kept, a clean process to fork from."""

    def __init__(self, bundle: Bundle, seed: int | None = None) -> None:
        self.bundle = bundle
        self.lab = bundle.lab
        self.seed = seed
        self.knowledge = Knowledge(self.lab)
        self.questions = load_questions(bundle)
        self.knowledge.in_order([question.cases for question in self.questions])
        self.zygote = Zygote.start(self.lab.contract.module_of)
        # All that was imported stays: the collector need not walk it for every submission.
        gc.collect()
        gc.freeze()
        gc.set_threshold(20_000, 10, 10)  # and what a case makes is hardly ever cyclic

    def __enter__(self) -> Grader:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the clean process and whatever it started."""
        self.zygote.close()

    def failures(self, files: Mapping[str, bytes]) -> list[FailedCase]:
        """What fails, and with which values, of hidden cases too: for instructors only."""
        cases = [question.cases for question in self.questions]
        with Judge(self.lab, self.knowledge, self.zygote, files, seed=self.seed) as judge:
            verdicts = labcheck.run_questions(cases, judge)
            ran = {
                (question, case.name): case.tried[-1].problem
                for question, own in judge.runs.items()
                for case in own
                if case.tried
            }
        found = []
        for verdict in (verdict for own in verdicts for verdict in own if not verdict.passed):
            problem = ran.get((verdict.case.question, verdict.case.name))
            sentence = problem.sentence if problem else verdict.message.partition("\n")[0]
            found.append(FailedCase(verdict.case.question, verdict.case.title, sentence))
        return found

    def grade(
        self,
        files: Mapping[str, bytes],
        name: str,
        only: Collection[str] | None = None,
        **more: Any,
    ) -> Result:
        """Judge the package in `files` (path -> content); `more` goes into the Result.

        `only` names the questions to judge, all by default.
        """
        started = time.monotonic()
        asked = [q for q in self.questions if only is None or q.name in only]
        with Judge(self.lab, self.knowledge, self.zygote, files, seed=self.seed) as judge:
            verdicts = judged(asked, judge)
            metrics = dict(judge.metrics)
        return Result(
            submission=name,
            lab=self.lab.short,
            status=GRADED,
            questions=tuple(map(question_result, asked, verdicts)),
            seconds=round(time.monotonic() - started, 3),
            metrics=metrics,
            **more,
        )


@dataclass(frozen=True)
class FailedCase:
    """A failed case with its values, for those who write the cases: students never see it."""

    question: str
    case: str
    """Its title."""
    sentence: str

    def __str__(self) -> str:
        return f"{self.question}, “{self.case}”: {self.sentence}"


def question_result(question: Question, verdicts: Sequence[labcheck.Verdict]) -> QuestionResult:
    """A question's points and messages."""
    cases = tuple(
        CaseResult(
            title=verdict.case.title,
            hidden=verdict.case.hidden,
            passed=verdict.passed,
            points=round(verdict.case.points, 4),
            message=verdict.message,
            named=verdict.named,
        )
        for verdict in verdicts
    )
    score = sum(verdict.case.points for verdict in verdicts if verdict.passed)
    return QuestionResult(
        question.name, round(score, 4), round(question.points, 4), cases, question.bonus
    )
