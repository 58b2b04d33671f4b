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
            result = grader.grade({path: text.encode() for path, text in package.items()}, name)
            scores[name] = result.percent(lab)
            wrong = [
                f"{question.name}, “{case.title}”: {case.message}"
                for question in result.questions
                for case in question.cases
                if case.passed != (name == "solution")
            ]
            if wrong:
                verb = "fails" if name == "solution" else "passes"
                raise CheckFailedError(f"{lab.name}: the {name} {verb} a case: {wrong[0]}")
    line = (
        f"solution {scores['solution']:g} %, starter {scores['starter']:g} %, "
        "student.zip gives nothing away"
    )
    write_text(stamp, line)
    return line
