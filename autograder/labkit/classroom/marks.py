"""Marks for the written questions, given by hand in a spreadsheet.

The file is a CSV with one row a submission and one column a question, first written as a template.
An empty cell means "not marked yet". Spreadsheets may save it with semicolons, decimal commas or in
their own encoding: all of that is read.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from labkit.base.errors import LabkitError
from labkit.base.files import write_text
from labkit.base.spreadsheet import BOM, read_number, to_csv

SUBMISSION = "submission"
POSSIBLE = "(possible)"
"""Row of the template that tells the points of each question; not a submission."""


class MarksError(LabkitError):
    """A file with marks cannot be used: which row and column, and what to do."""


def write_marks_template(
    path: str | os.PathLike[str], submissions: Iterable[str], questions: Mapping[str, float]
) -> None:
    """Write an empty sheet for `submissions` (names) and `questions` (name -> possible points)."""
    rows = [
        [SUBMISSION, *questions],
        [POSSIBLE, *(f"{points:g}" for points in questions.values())],
        *([name, *("" for _ in questions)] for name in submissions),
    ]
    write_text(path, BOM + to_csv(rows))


def read_marks(
    path: str | os.PathLike[str], questions: Mapping[str, float]
) -> dict[str, dict[str, float]]:
    """Submission -> question -> points, of the cells that are filled in; empty rows are left out.

    `questions` gives the possible points. Raises MarksError for a missing or unknown column, a
    submission that stands twice, or a cell that is no number from 0 to the possible points.
    """
    path = Path(path)
    header, rows = _table(path)
    columns = _columns(path.name, header, questions)
    given: dict[str, dict[str, float]] = {}
    seen: dict[str, int] = {}
    for number, cells in rows:
        name = cells[0].strip().removeprefix("'") if cells else ""
        if not any(cell.strip() for cell in cells) or name == POSSIBLE:
            continue
        where = f"{path.name}, row {number}"
        if not name:
            raise MarksError(f"{where} has no submission: write its name, or delete the row.")
        if name in seen:
            raise MarksError(f"{where} is about {name}, as row {seen[name]} is: keep only one.")
        if len(cells) > len(header) and any(cell.strip() for cell in cells[len(header) :]):
            raise MarksError(f"{where} has more cells than the header: delete what is too much.")
        seen[name] = number
        marks = {}
        for question, column in columns.items():
            text = cells[column].strip() if column < len(cells) else ""
            if text:
                place = f"{where} ({name}), column {question}"
                marks[question] = _points(text, questions[question], place)
        if marks:
            given[name] = marks
    return given


def unmarked(
    given: Mapping[str, Mapping[str, float]],
    submissions: Iterable[str],
    questions: Mapping[str, float],
) -> list[str]:
    """What still lacks marks, in sentences: submissions, and questions of partly marked ones."""
    names = list(submissions)
    lines = []
    missing = [name for name in names if name not in given]
    if missing and given:
        some = ", ".join(missing[:8]) + (" …" if len(missing) > 8 else "")
        lines.append(f"{len(missing)} of {len(names)} have no marks by hand: {some}.")
    for name in names:
        lacking = [question for question in questions if question not in given.get(name, questions)]
        if lacking:
            lines.append(f"{name} has no mark for {', '.join(lacking)}.")
    return lines


def _points(text: str, possible: float, place: str) -> float:
    points = read_number(text)
    shown = text if len(text) <= 20 else text[:19] + "…"
    rule = f"write points from 0 to {possible:g}, or leave the cell empty if it is not marked yet"
    if points is None:
        raise MarksError(f"{place}: {shown!r} is no number; {rule}.")
    if not 0 <= points <= possible:
        raise MarksError(f"{place}: {shown} is out of range; {rule}.")
    return points


def _columns(name: str, header: list[str], questions: Mapping[str, float]) -> dict[str, int]:
    """Question -> column. The first column holds the submissions."""
    if not header or header[0].strip().lower() != SUBMISSION:
        found = header[0].strip()[:40] if header else ""
        raise MarksError(
            f'{name} must have "{SUBMISSION}" as its first column, not {found!r}: start from the'
            " template."
        )
    columns: dict[str, int] = {}
    for at, text in enumerate(header[1:], 1):
        question = text.strip()
        if question in columns:
            raise MarksError(f'{name} has the column "{question}" twice: keep only one.')
        if question in questions:
            columns[question] = at
        elif question:
            known = ", ".join(questions) or "none"
            raise MarksError(
                f'{name} has a column "{question[:40]}", which is no written question of this lab'
                f" (they are: {known}): rename or delete it."
            )
    if not columns:
        raise MarksError(
            f"{name} has no column for a written question ({', '.join(questions)}): start from the"
            " template."
        )
    return columns


def _table(path: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Header, and each row with its number in a spreadsheet."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise MarksError(f"{path} cannot be read: {error.strerror or error}.") from error
    text = _decoded(data, path.name)
    first = text.lstrip("\r\n").partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise MarksError(f"{path.name} is no CSV file ({error}): save it as CSV UTF-8.") from error
    numbered = [(number, row) for number, row in enumerate(rows, 1)]
    while numbered and not any(cell.strip() for cell in numbered[0][1]):
        del numbered[0]
    if not numbered:
        raise MarksError(f"{path.name} is empty: start from the template.")
    return numbered[0][1], numbered[1:]


def _decoded(data: bytes, name: str) -> str:
    if data[:4] == b"PK\3\4":
        raise MarksError(f"{name} is an Excel file: save it as CSV UTF-8.")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")
