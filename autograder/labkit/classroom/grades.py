"""grades.csv: a row a submission, its points by question, then whose it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from labkit.base.files import write_text
from labkit.base.spreadsheet import BOM, to_csv
from labkit.judging.person import WHO, who
from labkit.judging.result import Result
from labkit.lab.lab import Lab


def columns(lab: Lab, results: Iterable[Result]) -> list[str]:
    """Column names of grades.csv."""
    marked = {name for result in results for name in result.marks}
    written = [question.name for question in lab.written if question.name in marked]
    return ["submission", *lab.questions, *written, "total", "possible", "percent", "status", *WHO]


def write_grades(path: Path, results: Sequence[Result], lab: Lab) -> None:
    """Write grades.csv, in the order given; the mark at its begin makes Excel read UTF-8."""
    names = columns(lab, results)
    cells = [row(result, lab) for result in results]
    rows = [[of.get(name, "") for name in names] for of in cells]
    write_text(path, BOM + to_csv([names, *rows]))


def row(result: Result, lab: Lab) -> dict[str, Any]:
    """A submission's cells by column. Who has no grade has no percent that a mean could count."""
    if result.own_fault and not result.by_hand:  # nobody has a 0 that is the grader's
        about = {"submission": result.submission, "status": result.status}
        return about | dict(zip(WHO, who(result), strict=True))
    cells: dict[str, Any] = {q.name: f"{result.score(q):g}" for q in result.counted}
    cells |= {name: f"{result.mark(name):g}" for name in result.marks}
    return cells | {
        "submission": result.submission,
        "total": f"{result.total:g}",
        "possible": f"{result.possible(lab):g}",
        "percent": f"{result.percent(lab):g}" if result.has_grade else "",
        "status": result.status,
        **dict(zip(WHO, who(result), strict=True)),
    }
