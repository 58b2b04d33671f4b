"""Points that an instructor gives or takes, each with its reason: `adjustments.csv`.

Columns `submission` (or email, student id or origin, as in grades.csv), `question` (one of the lab,
or `total`), `points` (added to what was earned; negative takes away) and `reason`, which the
student reads. Rows of one file add up; those of a new file take the place of what was given before
to the same submission and question. 0 points without a reason only take it back. In the file that
is kept stands also which version of the submission each row is about.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path

from labkit.base.files import write_text
from labkit.base.spreadsheet import BOM, read_number, read_table, to_csv, unplain
from labkit.classroom.marks import VERSION, MarksError
from labkit.judging.result import TOTAL, Change

COLUMNS = ("submission", "question", "points", "reason")
_MOST = 1_000_000.0

Adjustments = Mapping[str, tuple[Change, ...]]
"""By submission."""


def read_adjustments(path: Path, questions: Collection[str]) -> dict[str, tuple[Change, ...]]:
    """The adjustments in a file.

    Raises MarksError, with row and column, for what does not fit: a missing column, an unknown
    question, points that are no number.
    """
    table = read_table(path, MarksError)
    header = [cell.strip().lower() for cell in table[0][1]]
    for column in COLUMNS:
        if header.count(column) != 1:
            raise MarksError(
                f"{path.name} must have the columns {', '.join(COLUMNS)}, each once: "
                f"{column} stands there {header.count(column)} times."
            )
    place = {column: header.index(column) for column in COLUMNS}
    found: dict[str, tuple[Change, ...]] = {}
    for number, cells in table[1:]:
        if not any(cell.strip() for cell in cells):
            continue
        cells = [*cells, *[""] * len(header)]
        name, question, points, reason = (unplain(cells[place[c]].strip()) for c in COLUMNS)
        version = cells[header.index(VERSION)].strip() if VERSION in header else ""
        where = f"{path.name}, row {number}"
        if not name:
            raise MarksError(f"{where} has no submission: write its name, or delete the row.")
        if question not in (*questions, TOTAL):
            raise MarksError(
                f"{where}: {question[:40]!r} is no question of this lab: write one of "
                f"{', '.join(questions)}, or {TOTAL}."
            )
        value = read_number(points)
        if value is None or not -_MOST <= value <= _MOST:
            raise MarksError(
                f"{where}: {points[:20]!r} is no number of points: write what is added, such as 2 "
                "or -1.5."
            )
        if value and not reason:
            raise MarksError(f"{where} has no reason: write what the student is to read.")
        change = Change(question, value or 0.0, reason, version)
        found[name] = joined(found.get(name, ()), change, where)
    return found


def joined(changes: tuple[Change, ...], change: Change, where: str) -> tuple[Change, ...]:
    """A submission's changes and one more. Raises MarksError where one says the same already."""
    if any((own.question, own.reason) == (change.question, change.reason) for own in changes):
        raise MarksError(
            f"{where} has the submission, question and reason of a row before: write both as one."
        )
    return (*changes, change)


def merged(kept: Adjustments, given: Adjustments) -> dict[str, tuple[Change, ...]]:
    """Both together; what is given about a submission's question takes the place of what was."""
    names = dict.fromkeys((*kept, *given))
    found = {name: _merged(kept.get(name, ()), given.get(name, ())) for name in names}
    return {name: changes for name, changes in found.items() if changes}


def _merged(kept: tuple[Change, ...], given: tuple[Change, ...]) -> tuple[Change, ...]:
    anew = {change.question for change in given}
    old = (change for change in kept if change.question not in anew)
    same = {replace(change, version=""): change for change in kept}  # still about what it was about
    return (*old, *(same.get(change, change) for change in given if change.points or change.reason))


def versioned(kept: Adjustments, versions: Mapping[str, str]) -> dict[str, tuple[Change, ...]]:
    """The same, each about the present version of its submission where none is noted."""
    return {
        name: tuple(
            change if change.version else replace(change, version=versions.get(name, ""))
            for change in changes
        )
        for name, changes in kept.items()
    }


def replaced(kept: Adjustments, given: Adjustments) -> list[str]:
    """What of `kept` counts no more: submission, question, points and reason."""
    after = merged(kept, given)
    return [
        f"{name}, {change.question} ({change.points:+g}, {change.reason})"
        for name in given
        for change in kept.get(name, ())
        if change not in after.get(name, ())
    ]


def write_adjustments(path: Path, adjustments: Adjustments) -> None:
    """Write them, as `read_adjustments` reads them."""
    rows = [
        [name, change.question, f"{change.points:g}", change.reason, change.version]
        for name, changes in adjustments.items()
        for change in changes
    ]
    write_text(path, BOM + to_csv([[*COLUMNS, VERSION], *rows]))
