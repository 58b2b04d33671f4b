"""`labkit gradebook`: one row a person over several graded labs.

People are joined by email or by student id, never by their names. Where a class has neither (a
folder a student, say), the submission's own name is what the instructor gave, and joins. Canvas's
downloads tell a number of Canvas's alone: its gradebook export says whose it is.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from labkit.base.errors import LabkitError
from labkit.base.files import write_text, writing
from labkit.base.spreadsheet import BOM, plain, read_number, read_table, to_csv, unplain
from labkit.classroom.folder import result_files
from labkit.judging import result as results

OWN_FILES = (
    *("grades.csv", "questions.csv", "mistakes.csv", "similar.csv", "changes.csv", "canvas.csv"),
    *("marks.csv", "marks-template.csv", "adjustments.csv", "worksheet.csv", "moodle-plan.csv"),
)
"""Tables of a graded class that a table of the course must not replace."""

Key = tuple[str, str]
"""What joins: ("email", "ada@x.org"), ("sid", "17"), ("canvas", "402") or ("submission", "ada")."""

Rows = list[tuple[str, dict[str, str]]]
"""Of a file: where each row stands, and its cells by column."""

Table = list[list[str | float]]
MISTAKE_COLUMNS = tuple("question mistake title count graded share hint submissions".split())
"""Of a graded class's mistakes.csv."""


@dataclass
class Row:
    """One person."""

    name: str = ""
    email: str = ""
    sid: str = ""
    """The school's number."""
    canvas_id: str = ""
    """Canvas's own number, which is another one: a download of Canvas's has it, and no sid."""
    submission: str = ""
    percents: dict[str, float] = field(default_factory=dict)
    """By lab; one that was not handed in, or not graded, is not there."""

    def mean(self, weights: Mapping[str, float], drop: int) -> float:
        """The weighted mean of percents; a missing lab counts 0, the `drop` lowest not at all."""
        parts = sorted(
            (self.percents.get(lab, 0.0), weight) for lab, weight in weights.items() if weight
        )[drop:]
        total = sum(weight for _, weight in parts)
        return sum(percent * weight for percent, weight in parts) / total if total else 0.0


@dataclass
class Gradebook:
    """A course: its labs in order, its people, and what must be said."""

    labs: list[str] = field(default_factory=list)
    people: list[Row] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def read(folders: Sequence[Path], people: Path | None = None) -> Gradebook:
    """Join graded classes; `people` is a list of the course, such as Canvas's gradebook export.

    Raises LabkitError for a folder that is none, a lab given twice, or a list of nobody.
    """
    book = Gradebook(people=_course(people) if people else [])
    known = {key: row for row in book.people for key in _keys(row)}
    for folder in folders:
        lab, rows, canvas = _graded(folder)
        if lab in book.labs:
            raise LabkitError(f"{folder} is {lab} again: give each lab once.")
        book.labs.append(lab)
        joined_by_name = 0
        for where, cells in rows:
            percent = _number(where, cells, "percent") if cells["percent"].strip() else None
            for one in _people(cells, canvas=canvas):
                keys = _keys(one)
                joined_by_name += keys[0][0] == "submission"
                row = _found(keys, known, book)
                _fill(row, one)
                if percent is None:
                    status = cells["status"].partition(":")[0]
                    why = f" ({status})" if status else ""
                    book.remarks.append(f"{lab}: {_label(one)} has no grade{why}.")
                elif lab in row.percents:
                    book.remarks.append(
                        f"{lab}: {_label(one)} is there twice; the better one counts."
                    )
                    row.percents[lab] = max(percent, row.percents[lab])
                else:
                    row.percents[lab] = percent
        if joined_by_name:
            book.remarks.append(
                f"{lab}: {joined_by_name} of {len(rows)} have neither email nor student id; they "
                "are joined by the name of their submission."
            )
    alone = sum(one.canvas_id != "" and not one.email and not one.sid for one in book.people)
    if 0 < alone < len(book.people):
        who = "1 person is" if alone == 1 else f"{alone} people are"
        book.remarks.append(
            f"{who} known by Canvas's own number alone, which joins nothing else: give Canvas's "
            "gradebook export with --people."
        )
    book.people.sort(key=lambda row: (row.name or row.submission).casefold())
    return book


def _graded(folder: Path) -> tuple[str, Rows, bool]:
    """The lab of a graded class, the rows of its grades.csv, and whether it came from Canvas."""
    wanted = {"submission", "percent", "status"}
    rows = _rows(folder / "grades.csv", wanted, "give folders that labkit grade wrote")
    for result in result_files(folder):
        found = results.read(result)
        if found is not None:
            return found.lab, rows, found.platform.get("kind") == "canvas"
    return folder.name, rows, False


def _rows(path: Path, columns: Collection[str], otherwise: str) -> Rows:
    """The rows of a table that labkit wrote and a spreadsheet may have saved; short ones are whole.

    Raises LabkitError for what does not fit; `otherwise` says what to do without these columns.
    """
    if not path.is_file():
        raise LabkitError(f"{path} cannot be read: {otherwise}.")
    (_, header), *lines = read_table(path, LabkitError)
    if not set(columns) <= set(header):
        raise LabkitError(f"{path} is not labkit's: {otherwise}.")
    rows = []
    for number, cells in lines:
        where = f"{path}, row {number}"
        if any(map(str.strip, cells[len(header) :])):
            raise LabkitError(f"{where} has more cells than the header: delete what is too much.")
        if any(map(str.strip, cells)):
            padded = [*cells, *[""] * (len(header) - len(cells))]
            rows.append((where, dict(zip(header, padded, strict=False))))
    return rows


def _number(where: str, cells: Mapping[str, str], column: str) -> float:
    value = read_number(cells[column])
    if value is None:
        raise LabkitError(f"{where}: {cells[column][:20]!r} is no number: mend the {column} there.")
    return value


_COURSE = (
    ("student", "name", "full name"),
    ("email", "email address", "sis login id"),
    ("sis user id", "sid", "student id", "id number"),
    ("id", "canvas id"),
)
"""What a list of people calls name, email, the school's and Canvas's number."""


def _course(path: Path) -> list[Row]:
    """The people of a course from a CSV with a heading."""
    (_, heading), *lines = read_table(path, LabkitError)
    names = [cell.strip().casefold() for cell in heading]
    found = []
    for _, cells in lines:
        told = dict(zip(names, map(str.strip, cells), strict=False))
        name, email, sid, canvas_id = (
            next((told[one] for one in called if told.get(one)), "") for called in _COURSE
        )
        row = Row(name, email if "@" in email else "", sid, canvas_id)
        if row.email or row.sid or row.canvas_id:
            found.append(row)
    if not found:
        raise LabkitError(
            f"{path} lists nobody: it needs a heading with ID, Email or SID, as the file has that "
            "Canvas's Gradebook > Export gives."
        )
    return found


def _people(cells: Mapping[str, str], *, canvas: bool) -> list[Row]:
    """The people of a row: members of a team are divided by semicolons.

    Of a class that came from Canvas, what stands as sid is Canvas's own number.
    """
    fields = [
        [part.strip() for part in unplain(cells.get(key, "")).split(";")]
        for key in ("name", "email", "sid")
    ]
    count = max(map(len, fields))
    padded = [[*parts, *[""] * (count - len(parts))] for parts in fields]
    submission = unplain(cells["submission"])
    return [
        Row(name, email, "" if canvas else number, number if canvas else "", submission)
        for name, email, number in zip(*padded, strict=True)
    ]


def _keys(row: Row) -> list[Key]:
    keys = [("email", row.email.casefold())] if row.email else []
    keys += [("sid", row.sid)] if row.sid else []
    keys += [("canvas", row.canvas_id)] if row.canvas_id else []
    return keys or [("submission", row.submission)]


def _found(keys: Sequence[Key], known: dict[Key, Row], book: Gradebook) -> Row:
    """The person with one of these keys, perhaps a new one."""
    rows = {id(known[key]): known[key] for key in keys if key in known}
    if len(rows) > 1:
        told = ", ".join(f"{kind} {value}" for kind, value in keys)
        book.remarks.append(f"Two people share one row ({told}): the email joins.")
    row = next(iter(rows.values()), None)
    if row is None:
        row = Row()
        book.people.append(row)
    for key in keys:
        known.setdefault(key, row)
    return row


def _fill(row: Row, one: Row) -> None:
    row.name, row.email = row.name or one.name, row.email or one.email
    row.sid, row.submission = row.sid or one.sid, row.submission or one.submission
    row.canvas_id = row.canvas_id or one.canvas_id


def _label(row: Row) -> str:
    return row.name or row.email or row.submission


def mistakes(folders: Sequence[Path]) -> Table:
    """The mistakes of a class over its labs, those first that most of a lab's submissions made.

    Raises LabkitError for a folder without mistakes.csv.
    """
    header: list[str | float] = ["lab", *MISTAKE_COLUMNS]
    rows: list[tuple[float, list[str | float]]] = []
    for folder in folders:
        lab, *_ = _graded(folder)
        otherwise = f"grade {lab} once more with --resume, which writes it"
        rows += [
            (-_number(where, one, "share"), [lab, *(one[key] for key in MISTAKE_COLUMNS)])
            for where, one in _rows(folder / "mistakes.csv", MISTAKE_COLUMNS, otherwise)
        ]
    return [header, *(row for _, row in sorted(rows, key=lambda item: item[0]))]


# ---------------------------------------------------------------- written out


def table(book: Gradebook, weights: Mapping[str, float], drop: int) -> Table:
    """A row a person: who, the percent of each lab, what is missing, the mean.

    Raises LabkitError where no lab is left for the mean.
    """
    counted = sum(weight > 0 for weight in weights.values())
    if drop >= counted:
        raise LabkitError(
            f"No lab is left for the mean: {counted} of {len(weights)} have a weight above 0, and "
            f"--drop-lowest takes {drop} of these away."
        )
    header: list[str | float] = [
        *("name", "email", "sid", "submission"), *book.labs, "missing", "mean"
    ]  # fmt: skip
    rows: Table = [header]
    for one in book.people:
        missing = " ".join(lab for lab in book.labs if lab not in one.percents)
        percents = [one.percents.get(lab, "") for lab in book.labs]
        mean = round(one.mean(weights, drop), 2)
        number = one.sid or one.canvas_id
        rows.append([one.name, one.email, number, one.submission, *percents, missing, mean])
    return rows


def for_canvas(book: Gradebook) -> Table:
    """As Canvas's gradebook imports it: its own five columns, then a column a lab."""
    own = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
    points: list[str | float] = ["    Points Possible", "", "", "", "", *[100.0] * len(book.labs)]
    rows: Table = [[*own, *book.labs], points]
    for one in book.people:
        login = one.email or one.submission
        percents = [one.percents.get(lab, "") for lab in book.labs]
        rows.append([one.name, one.canvas_id, one.sid, login, "", *percents])
    return rows


def for_blackboard(book: Gradebook) -> Table:
    """As Blackboard's Grade Center uploads it: people by user name, then a column a lab."""
    rows: Table = [["Last Name", "First Name", "Username", "Student ID", *book.labs]]
    for one in book.people:
        last, first = _last_and_first(one.name)
        user = one.email.partition("@")[0] or one.submission
        percents = [one.percents.get(lab, "") for lab in book.labs]
        rows.append([last, first, user, one.sid, *percents])
    return rows


_SUFFIX = re.compile(r"(?:jr|sr|i{1,3}|iv|v|ph\.?d|m\.?d)\.?", re.IGNORECASE)


def _last_and_first(name: str) -> tuple[str, str]:
    """`Ada Lovelace`, `Lovelace, Ada` and `Ada Lovelace, Jr.` as family name and given name."""
    whole, comma, rest = (part.strip() for part in name.partition(","))
    if comma and not _SUFFIX.fullmatch(rest):
        return whole, rest
    first, _, last = whole.rpartition(" ")
    return (f"{last}, {rest}" if rest else last), first


def refuse_sources(targets: Iterable[Path], folders: Sequence[Path], people: Path | None) -> None:
    """Raises LabkitError for a target that is a graded folder's own, --people's or another one."""
    seen: set[Path] = set()
    for target in targets:
        if target.resolve() in seen:
            raise LabkitError(f"{target} is asked for twice: name a file for each table.")
        seen.add(target.resolve())
        own = any(target.parent.resolve() == folder.resolve() for folder in folders)
        if own and target.name in OWN_FILES:
            raise LabkitError(
                f"{target} is a file of the graded class itself: name another, such as term.csv."
            )
        if people is not None and target.resolve() == people.resolve():
            raise LabkitError(f"{target} is the list of --people: name another file.")


def write_csv(path: Path, rows: Iterable[Sequence[str | float]]) -> None:
    """Write a table as CSV."""
    write_text(path, BOM + to_csv([[_cell(cell) for cell in row] for row in rows]))


def write_xlsx(path: Path, rows: Table) -> None:
    """Write a table as an Excel workbook, by openpyxl."""
    from openpyxl import Workbook
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    from openpyxl.styles import Font

    book = Workbook(write_only=False)
    sheet = book.active
    assert sheet is not None
    sheet.title = "grades"
    for row in rows:
        # A workbook has no place for control characters, which a stranger's name may hold.
        texts = (ILLEGAL_CHARACTERS_RE.sub("", c) if isinstance(c, str) else c for c in row)
        sheet.append([plain(cell) for cell in texts])
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    sheet.freeze_panes = "B2"
    with writing(path) as file:
        book.save(file)


def _cell(cell: str | float) -> str:
    return cell if isinstance(cell, str) else f"{cell:g}"
