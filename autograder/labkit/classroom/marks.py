"""Marks for the written questions, given by hand in a spreadsheet.

The file is a CSV with one row a submission and one column a question, first written as a template;
behind them stand comments, the version that was marked, and whose it is. An empty cell says nothing
(not marked yet, or marked in another file); a dash takes a mark back. Spreadsheets may save it with
semicolons, decimal commas or in their own encoding: all of that is read.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from labkit.base.errors import LabkitError
from labkit.base.files import write_text
from labkit.base.spreadsheet import BOM, read_number, read_table, to_csv, unplain
from labkit.judging.person import WHO

SUBMISSION = "submission"
COMMENT = " comment"
"""Behind a question's name: the column of what the student reads beside the mark."""
VERSION = "version"
"""Column of the version of the submission that was marked."""
POSSIBLE = "(possible)"
"""Row of the template that tells the points of each question; not a submission."""
_BACK = frozenset(quote + dash for quote in ("", "'") for dash in "-–—−")
"""A cell that takes a mark back; spreadsheets make others of the first, or quote it."""


class MarksError(LabkitError):
    """A file with marks cannot be used: which row and column, and what to do."""


@dataclass(frozen=True)
class Marked:
    """What was given by hand to one submission."""

    points: Mapping[str, float] = field(default_factory=dict)
    """By written question; one that is not marked yet is not there."""
    comments: Mapping[str, str] = field(default_factory=dict)
    """What the student reads beside them."""
    version: str = ""
    """Which version of the submission was marked; empty where nobody noted it."""
    back: frozenset[str] = frozenset()
    """Columns of marks and comments that are taken back."""
    empty: frozenset[str] = field(default=frozenset(), compare=False)
    """Columns that the file has and this row leaves empty."""

    @property
    def says(self) -> bool:
        """Whether anything is given or taken back."""
        return bool(self.points or self.comments or self.back)


def write_marks(
    path: str | os.PathLike[str],
    rows: Mapping[str, Marked],
    questions: Mapping[str, float],
    who: Mapping[str, Sequence[str]],
) -> None:
    """Write the marks of `rows` (by submission); `who` gives each row's last columns, see WHO.

    With empty marks it is the template that an instructor fills in.
    """
    header = [SUBMISSION, *questions, *(name + COMMENT for name in questions), VERSION, *WHO]
    table: list[list[str]] = [header, [POSSIBLE, *(f"{points:g}" for points in questions.values())]]
    for name, marked in rows.items():
        points = [f"{marked.points[q]:g}" if q in marked.points else "" for q in questions]
        comments = [marked.comments.get(q, "") for q in questions]
        table.append([name, *points, *comments, marked.version, *who.get(name, ())])
    write_text(path, BOM + to_csv(table))


def read_marks(path: str | os.PathLike[str], questions: Mapping[str, float]) -> dict[str, Marked]:
    """What a sheet gives, by submission; rows in which nothing is filled in are left out."""
    return {name: row for name, row in read_rows(path, questions).items() if row.says}


def read_rows(path: str | os.PathLike[str], questions: Mapping[str, float]) -> dict[str, Marked]:
    """All rows of a sheet, by submission.

    `questions` gives the possible points. Raises MarksError for a missing or unknown column, a
    submission that stands twice, or a cell that is no number from 0 to the possible points.
    """
    path = Path(path)
    (_, header), *rows = read_table(path, MarksError)
    columns = _columns(path, header, questions)
    given: dict[str, Marked] = {}
    seen: dict[str, int] = {}
    for number, cells in rows:
        name = unplain(cells[0].strip()) if cells else ""
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

        def cell(column: str, cells: list[str] = cells) -> str:
            at = columns.get(column, len(cells))
            return unplain(cells[at].strip()) if at < len(cells) else ""

        told = {column: cell(column) for column in columns if column not in (VERSION, *WHO)}
        filled = {column: text for column, text in told.items() if text and text not in _BACK}
        points = {
            question: _points(filled[question], possible, f"{where} ({name}), column {question}")
            for question, possible in questions.items()
            if question in filled
        }
        comments = {q: filled[q + COMMENT] for q in questions if q + COMMENT in filled}
        given[name] = Marked(
            points,
            comments,
            cell(VERSION),
            back=frozenset(column for column, text in told.items() if text in _BACK),
            empty=frozenset(column for column, text in told.items() if not text),
        )
    return given


def merged(kept: Mapping[str, Marked], given: Mapping[str, Marked]) -> dict[str, Marked]:
    """Both together; where a mark is given anew, it counts, and for the version that is named."""
    found = dict(kept)
    for name, row in given.items():
        if not row.says:
            continue
        before = kept.get(name, Marked())
        points = {q: mark for q, mark in before.points.items() if q not in row.back}
        comments = {q: t for q, t in before.comments.items() if q + COMMENT not in row.back}
        points, comments = points | dict(row.points), comments | dict(row.comments)
        same = points == before.points and comments == before.comments
        version = row.version or (before.version if same else "")
        found[name] = Marked(points, comments, version)
    return {name: marked for name, marked in found.items() if marked.says}


def left_empty(kept: Mapping[str, Marked], given: Mapping[str, Marked]) -> list[str]:
    """Where a file is empty and a mark or comment stays: submission and column."""
    return [
        f"{name} ({', '.join(columns)})"
        for name, row in given.items()
        if name in kept and (columns := [c for c in _columns_of(kept[name]) if c in row.empty])
    ]


def _columns_of(marked: Marked) -> list[str]:
    return [*marked.points, *(question + COMMENT for question in marked.comments)]


def unmarked(
    given: Mapping[str, Marked],
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
        have = given[name].points if name in given else questions
        lacking = [question for question in questions if question not in have]
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


def _columns(path: Path, header: list[str], questions: Mapping[str, float]) -> dict[str, int]:
    """Column name -> place. The first column holds the submissions."""
    name = path.name
    if not header or header[0].strip().lower() != SUBMISSION:
        found = header[0].strip()[:40] if header else ""
        raise MarksError(
            f'{name} must have "{SUBMISSION}" as its first column, not {found!r}: start from the'
            " template."
        )
    known = {*questions, *(question + COMMENT for question in questions), VERSION, *WHO}
    columns: dict[str, int] = {}
    for at, text in enumerate(header[1:], 1):
        column = text.strip()
        if not column:  # at the end, where spreadsheets save empty columns
            continue
        if column in columns:
            raise MarksError(f'{name} has the column "{column}" twice: keep only one.')
        if column not in known:
            listed = ", ".join(questions) or "none"
            raise MarksError(
                f'{path} has a column "{column[:40]}", which is no written question of this lab'
                f" (they are: {listed}): rename the column as lab.toml renamed the question, or"
                " delete it."
            )
        columns[column] = at
    if not columns.keys() & questions.keys():
        raise MarksError(
            f"{name} has no column for a written question ({', '.join(questions)}): start from the"
            " template."
        )
    return columns
