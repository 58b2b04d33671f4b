"""Reads and runs the cases of Otter's test files, without importing Otter."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .check import CaseBroken, CaseFailed, Check
from .naming import CaseRun

BROKEN = (
    "This check itself could not run, so it says nothing about your work: tell your instructor."
)

_BROKEN = (
    CaseBroken, NameError, LookupError, ArithmeticError, TypeError, ValueError, AttributeError,
    ImportError,
)  # fmt: skip
"""What a case of the lab's stops on by its own fault; students' errors never get here."""


@dataclass(frozen=True)
class Case:
    """One case of a question, as Otter's test file has it."""

    question: str
    name: str
    title: str
    hidden: bool
    points: float
    function: Callable[..., None]


@dataclass(frozen=True)
class Verdict:
    """What came of a case."""

    case: Case
    passed: bool
    message: str
    named: tuple[str, ...] = ()
    """Keys of the known mistakes that explain the failure, best first."""


def read_cases(path: Path) -> list[Case]:
    """The cases of one of Otter's exception-based test files, without importing Otter.

    Otter takes seconds to import and hundreds of megabytes to install; points are shared as it
    shares them: cases without points of their own split what the others leave of the question's.
    """
    found: list[tuple[Callable[..., None], dict[str, Any]]] = []

    def test_case(**config: Any) -> Callable[[Callable[..., None]], None]:
        return lambda function: found.append((function, config))

    source = path.read_text(encoding="utf-8").replace(
        "from otter.test_files import test_case", "", 1
    )
    env: dict[str, Any] = {"test_case": test_case}
    # Under a name that is no file: what cases hand over has no source to be read, as in the grader.
    exec(compile(source, f"<{path.name}>", "exec"), env)
    given = [config.get("points") for _, config in found]
    left = float(env["points"]) - sum(points for points in given if points is not None)
    share = left / max(1, given.count(None))
    return [
        Case(
            str(env["name"]),
            function.__name__,
            title_of(function),
            bool(config.get("hidden")),
            share if points is None else float(points),
            function,
        )
        for (function, config), points in zip(found, given, strict=True)
    ]


def title_of(function: Callable[..., None]) -> str:
    return (function.__doc__ or function.__name__).strip().splitlines()[0]


def run_cases(cases: Sequence[Case], check: Check) -> list[Verdict]:
    """Run a question's cases against `check`; never raises for what a case finds."""
    return run_questions([cases], check)[0]


def run_questions(questions: Sequence[Sequence[Case]], check: Check) -> list[list[Verdict]]:
    """Run the cases of several questions, all public ones before any hidden one.

    So nothing that code has seen of a hidden case can reach a message of a public one, which shows
    the code's own words.
    """
    check.begin()
    messages: dict[str, tuple[str, Sequence[str]]] = {}
    for run, hidden in ((check.run, False), (check.run, True), (check.run_again, False)):
        for cases in questions:
            check.begin_question(cases[0].question if cases else "")
            for case in cases:
                if case.hidden == hidden and case.name not in messages:
                    body = functools.partial(case.function, **{"check": check, "np": np})
                    try:
                        run(CaseRun(case.name, case.title, case.hidden), body)
                    except CaseFailed as error:
                        messages[case.name] = (str(error), ())
                    except _BROKEN as error:
                        check.broken.append(why(cases, check, error))
                        messages[case.name] = (BROKEN, ())
    return [_verdicts(cases, check, messages) for cases in questions]


def why(cases: Sequence[Case], check: Check, error: Exception) -> str:
    """What stopped one of the cases of a question, and where it is written."""
    files = {case.function.__code__.co_filename for case in cases}
    trace, line = error.__traceback__, 0
    while trace is not None:
        if trace.tb_frame.f_code.co_filename in files:
            line = trace.tb_lineno
        trace = trace.tb_next
    first = {case.function.__code__.co_firstlineno: case for case in cases}
    running = next((n for n, case in first.items() if case.name == check.case.name), min(first))
    begins = max((number for number in first if number <= line), default=running)
    case = first[begins]
    reason = str(error) if isinstance(error, CaseBroken) else f"{type(error).__name__}: {error}"
    line = max(line, begins + 1)
    place = check.written_at(case.name, line - begins) or f"tests/{case.question}.py line {line}"
    return f"the check {case.name.removeprefix('test_')} itself cannot run ({place}): {reason}"


def _verdicts(
    cases: Sequence[Case], check: Check, messages: dict[str, tuple[str, Sequence[str]]]
) -> list[Verdict]:
    check.begin_question(cases[0].question if cases else "")
    failed = {case.name: messages[case.name] for case in cases if case.name in messages}
    try:
        failed |= check.explain()
    except _BROKEN as error:  # a judge, on what a known mistake gives
        check.broken.append(why(cases, check, error))
    return [
        Verdict(case, False, failed[case.name][0], tuple(failed[case.name][1]))
        if case.name in failed
        else Verdict(case, True, check.note_of(case.name))
        for case in cases
    ]
