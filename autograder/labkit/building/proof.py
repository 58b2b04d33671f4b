"""Proves of a built lab that the solution earns everything and the untouched stubs nothing."""

from __future__ import annotations

from labkit.base.errors import CheckFailedError
from labkit.base.files import write_text
from labkit.judging.grader import Grader
from labkit.lab import stubs
from labkit.lab.bundle import Bundle

_STAMP = "proved.txt"


def prove(bundle: Bundle) -> str:
    """One line saying that the proof holds; it is made once for each built lab.

    Raises CheckFailedError with the case that breaks it.
    """
    stamp = bundle.root / _STAMP
    if stamp.is_file():
        return stamp.read_text(encoding="utf-8")
    lab = bundle.lab
    with Grader(bundle) as grader:
        scores = {}
        for name, package in (
            ("solution", stubs.solution_package(lab)),
            ("starter", stubs.stub_package(lab)),
        ):
            files = {path: text.encode() for path, text in package.items()}
            result = grader.grade(files, name)
            scores[name] = result.percent(lab)
            passes = [
                f"{question.name}, “{case.title}”"
                for question in result.questions
                for case in question.cases
                if case.passed
            ]
            if name == "starter" and passes:
                raise CheckFailedError(
                    f"{lab.name}: the starter passes a case: {passes[0]}. It does not tell code "
                    "from none: ask for something that a stub cannot give."
                )
            if name == "solution" and any(not question.passed for question in result.questions):
                told = next(map(str, grader.failures(files)), "it failed once and passed again")
                raise CheckFailedError(f"{lab.name}: the solution fails a case: {told}")
    line = (
        f"solution {scores['solution']:g} %, starter {scores['starter']:g} %, "
        "student.zip gives nothing away"
    )
    write_text(stamp, line)
    return line
