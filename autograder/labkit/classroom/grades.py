"""grades.csv: a row a submission."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from labkit.base.files import write_text
from labkit.base.spreadsheet import to_csv
from labkit.judging.result import Result
from labkit.lab.lab import Lab


def columns(lab: Lab, results: Iterable[Result]) -> list[str]:
    """Column names of grades.csv."""
    marked = {name for result in results for name in result.marks}
    written = [question.name for question in lab.written if question.name in marked]
    return ["submission", *lab.questions, *written, "total", "possible", "percent", "status"]


def write_grades(path: Path, results: Sequence[Result], lab: Lab) -> None:
    """Write grades.csv, in the order given."""
    names = columns(lab, results)
    rows = [names]
    for result in results:
        row: dict[str, Any] = {q.name: f"{q.score:g}" for q in result.questions}
        row |= {name: f"{mark:g}" for name, mark in result.marks.items()}
        row |= {
            "submission": result.submission,
            "total": f"{result.total:g}",
            "possible": f"{result.possible(lab):g}",
            "percent": f"{result.percent(lab):g}",
            "status": result.status,
        }
        rows.append([row.get(name, "") for name in names])
    write_text(path, to_csv(rows))
