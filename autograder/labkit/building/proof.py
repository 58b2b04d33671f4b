"""Proves of a built lab that the solution earns everything and the untouched stubs nothing."""

from __future__ import annotations

import tempfile
from pathlib import Path

from labkit import starter
from labkit.atomic import write_text
from labkit.bundle import Bundle
from labkit.errors import CheckFailedError
from labkit.grade import Grader

_STAMP = "proved.txt"


def prove(bundle: Bundle) -> str:
    """One line saying that the proof holds; it is made once for each built lab.

    Raises CheckFailedError with the case that breaks it.
    """
    stamp = bundle.root / _STAMP
    if stamp.is_file():
        return stamp.read_text(encoding="utf-8")
    lab = bundle.lab
    with tempfile.TemporaryDirectory() as work, Grader(bundle) as grader:
        scores = {}
        for name, package in (
            ("solution", starter.solution_package(lab.number)),
            ("starter", starter.stub_package(lab.number)),
        ):
            folder = Path(work) / name
            for path, text in package.items():
                write_text(folder / path, text)
            result = grader.grade(folder, name)
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
