"""Moodle's offline grading worksheet: read, filled in, and written back otherwise untouched.

Measured on Moodle 4.5.6. On import Moodle needs the columns `Identifier`, `Grade` and `Last
modified (grade)` under exactly these names, fails as a whole when one row is too short or too long,
and drops in silence what is out of range, locked, or newer on its own side; so all of that is
checked or said before the file leaves the kit.
"""

from __future__ import annotations

import math
import os
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from labkit.base.errors import LabkitError
from labkit.base.files import write_bytes
from labkit.base.spreadsheet import read_number
from labkit.platforms.moodle.cells import Row, join_rows, plain, quoted, read_rows
from labkit.platforms.moodle.comments import from_html, from_text

IDENTIFIER = "Identifier"
GRADE = "Grade"
MODIFIED = "Last modified (grade)"
SUBMITTED = "Last modified (submission)"
COMMENTS = "Feedback comments"
MAXIMUM = "Maximum grade"
LOCKED = "Grade can be changed"
REQUIRED = (IDENTIFIER, GRADE, MODIFIED)

_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", ":": "colon"}
_BOM = b"\xef\xbb\xbf"
_NO = {
    *("no", "nein", "non", "não", "nee", "nej", "nei", "ne", "nie", "nem", "nu", "ei", "ez"),
    *("hayır", "όχι", "нет", "ні", "не", "לא", "لا", "خیر", "いいえ", "否", "아니오", "아니요"),
}
"""What sites put for "No": their cells may be in another language than their header."""


class MoodleError(LabkitError):
    """A file of Moodle's cannot be used: one sentence that says why and what to do."""


class Mark(NamedTuple):
    """What one participant gets."""

    percent: float
    """Of the maximum grade, 0 to 100."""
    comment: str = ""
    """Empty leaves the comment that is there."""
    html: bool = False
    """Whether `comment` is HTML already; plain text is escaped."""


@dataclass(frozen=True)
class Participant:
    """One row of the worksheet, as far as the kit reads it; missing columns read as empty."""

    row: int
    """The row's number in a spreadsheet, the header being 1."""
    id: int | None
    """From "Participant 8"; None where the cell holds no number."""
    name: str
    group: str
    """Team assignments alone have this column."""
    status: str
    grade: float | None
    maximum: float | None
    locked: bool
    submitted: str
    """"Last modified (submission)", as Moodle words it; `-` where nothing was handed in."""
    comment: str
    grade_text: str
    """`grade` as it stands in the cell."""
    maximum_text: str

    @property
    def label(self) -> str:
        """The participant in messages."""
        text = f"Participant {self.id}" if self.id is not None else f"row {self.row}"
        return f"{text} ({self.name})" if self.name else text

    @property
    def has_submission(self) -> bool:
        """Whether Moodle says that something was handed in, drafts included."""
        if self.submitted:
            return self.submitted.strip() != "-"
        return not self.status.startswith("No submission")


@dataclass(frozen=True)
class Worksheet:
    """A grading worksheet, every byte of it."""

    name: str
    """Of the file, for messages."""
    bom: bool
    delimiter: str
    rows: tuple[Row, ...]
    """The header first; blank lines included."""

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> Worksheet:
        """Read a worksheet. Raises MoodleError where Moodle could not take it back."""
        path = Path(path)
        try:
            data = path.read_bytes()
        except OSError as error:
            raise MoodleError(f"{path} cannot be read: {error.strerror or error}.") from error
        return cls.parse(data, path.name)

    @classmethod
    def parse(cls, data: bytes, name: str = "worksheet.csv") -> Worksheet:
        """The worksheet in `data`. Raises MoodleError where Moodle could not take it back."""
        text = _decoded(data, name)
        if not text.strip():
            raise MoodleError(f"{name} is empty: download the grading worksheet again.")
        delimiter = _delimiter(text, name)
        try:
            rows = read_rows(text, delimiter)
        except ValueError as error:
            raise MoodleError(
                f"{name} is cut off: it has {error}; download the worksheet again."
            ) from error
        sheet = cls(name, data.startswith(_BOM), delimiter, tuple(rows))
        sheet._check()
        return sheet

    def to_bytes(self) -> bytes:
        """The file's bytes: the very ones that were read, but for cells that were filled in."""
        return (_BOM if self.bom else b"") + join_rows(self.rows, self.delimiter).encode("utf-8")

    def write(self, path: str | os.PathLike[str]) -> None:
        """Write the worksheet, whole or not at all."""
        write_bytes(path, self.to_bytes())

    @property
    def separator(self) -> str:
        """What divides the cells, as Moodle's upload page calls it."""
        return _DELIMITERS[self.delimiter]

    @cached_property
    def columns(self) -> dict[str, int]:
        """Column name -> position; of equal names the first."""
        header = [cell.value for cell in self.rows[self._header].cells]
        return {name: header.index(name) for name in header}

    @cached_property
    def participants(self) -> tuple[Participant, ...]:
        """Every row that is not blank, in order."""
        return tuple(self._participant(n) for n in self._data_rows())

    @cached_property
    def _header(self) -> int:
        return next(n for n, row in enumerate(self.rows) if not row.blank)

    def _data_rows(self) -> list[int]:
        return [n for n, row in enumerate(self.rows) if n > self._header and not row.blank]

    def _participant(self, n: int) -> Participant:
        def text(column: str) -> str:
            at = self.columns.get(column)
            return "" if at is None else self.rows[n].cells[at].value

        number = re.fullmatch(r"\D*(\d{1,18})\s*", text(IDENTIFIER), re.ASCII)
        return Participant(
            row=n + 1,
            id=int(number[1]) if number else None,
            name=text("Full name").strip(),
            group=text("Group").strip(),
            status=text("Status").strip(),
            grade=read_number(text(GRADE)),
            maximum=read_number(text(MAXIMUM)),
            locked=text(LOCKED).strip().casefold() in _NO,
            submitted=text(SUBMITTED),
            comment=text(COMMENTS),
            grade_text=text(GRADE).strip(),
            maximum_text=text(MAXIMUM).strip(),
        )

    def _check(self) -> None:
        header = [cell.value for cell in self.rows[self._header].cells]
        for column in REQUIRED:
            if header.count(column) != 1:
                many = "no column" if column not in header else "more than one column"
                raise MoodleError(
                    f'{self.name} has {many} "{column}", which Moodle needs to read the grades'
                    " back: download the worksheet again, with Moodle's language set to English."
                )
        for n in self._data_rows():
            width = len(self.rows[n].cells)
            if width != len(header):
                raise MoodleError(
                    f"{self.name}, row {n + 1} has {width} cells instead of {len(header)}, and"
                    " Moodle would refuse the whole file: download the worksheet again."
                )
        last = max(self._data_rows(), default=0)
        for n in range(self._header, last):
            if self.rows[n].blank and self.rows[n].cells[0].raw:
                raise MoodleError(
                    f"{self.name}, row {n + 1} holds nothing but spaces, and Moodle would refuse"
                    " the whole file: delete that line."
                )
        if not self._data_rows():
            raise MoodleError(f"{self.name} lists no participants: download the worksheet again.")
        numbers = Counter(one.id for one in self.participants if one.id is not None)
        for number, count in numbers.items():
            if count > 1:
                raise MoodleError(
                    f"{self.name} has {count} rows for Participant {number}: leave only one."
                )


def _decoded(data: bytes, name: str) -> str:
    if data[:4] in (b"PK\3\4", b"PK\5\6"):
        raise MoodleError(
            f"{name} is a zip or an Excel file: give the CSV that Moodle made, after the zip."
        )
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in data[:200]:
        raise MoodleError(f"{name} is saved as UTF-16: save it as CSV UTF-8, or download it again.")
    try:
        return data.removeprefix(_BOM).decode("utf-8")
    except UnicodeDecodeError as error:
        raise MoodleError(
            f"{name} is not UTF-8 (perhaps a spreadsheet saved it): download it again from Moodle."
        ) from error


def _delimiter(text: str, name: str) -> str:
    """What divides the cells: that under which the header has an Identifier."""
    first_line = re.split(r"[\r\n]", text.lstrip("\r\n"), maxsplit=1)[0]
    for delimiter in _DELIMITERS:
        try:
            header = [cell.value for cell in read_rows(first_line, delimiter)[0].cells]
        except (ValueError, IndexError):
            continue
        if IDENTIFIER in header:
            return delimiter
    found = first_line if len(first_line) <= 60 else first_line[:59] + "…"
    raise MoodleError(
        f'{name} is no grading worksheet that Moodle reads back: it has no column "{IDENTIFIER}"'
        f" (it begins {found!r}); download it with Moodle's language set to English."
    )


# Filling in --------------------------------------------------------------------------------------


def fill(
    sheet: Worksheet, marks: Mapping[int, Mark | tuple[float, str]]
) -> tuple[Worksheet, list[str]]:
    """The worksheet with `marks` (by participant id), and in sentences what a teacher should know.

    Grades are written with a dot, within 0 … maximum grade, on the scale of the row. Only the cells
    `Grade` and `Feedback comments` of rows that have a mark change. Rows that are locked, or whose
    maximum cannot be read, are left as they are and named, as is everything that Moodle would drop.
    """
    rows = list(sheet.rows)
    report = _Report()
    comments_at = sheet.columns.get(COMMENTS)
    for one in sheet.participants:
        given = marks.get(one.id) if one.id is not None else None
        mark = None if given is None else Mark(*given)
        graded = False
        if one.id is None:
            report.add("unreadable", one)
        elif mark is None:
            report.add("missing" if one.has_submission else "absent", one)
        elif one.locked:
            report.add("locked", one)
        elif one.maximum is None or one.maximum <= 0:
            report.add("no maximum" if MAXIMUM in sheet.columns else "no maximum column", one)
        elif not math.isfinite(mark.percent):
            report.add("no number", one)
        else:
            grade = _scaled(mark.percent, one.maximum)
            row = rows[one.row - 1].with_cell(sheet.columns[GRADE], plain(f"{grade:.2f}"))
            if mark.comment.strip():
                if comments_at is None:
                    report.add("no comments", one)
                else:
                    text = from_html(mark.comment) if mark.html else from_text(mark.comment)
                    row = row.with_cell(comments_at, quoted(text))
                    if comments_at == 0:
                        report.add("comments first", one)
                    if one.comment.strip() and one.comment != text:
                        report.add("comment replaced", one)
            rows[one.row - 1] = row
            graded = True
            report.add("graded", one)
            if grade == 0:
                report.add("zero", one)
            if one.grade is not None and round(one.grade, 2) != float(grade):
                report.add("replaced", one)
            if not 0 <= mark.percent <= 100:
                report.add("clipped", one)
            if not one.has_submission:
                report.add("unexpected", one)
            elif one.status.startswith("Draft"):
                report.add("draft", one)
        if not graded and _read_otherwise(one):
            report.add("odd grade", one)
    known = {one.id for one in sheet.participants}
    strangers = sorted(number for number in marks if number not in known)
    filled = replace(sheet, rows=tuple(_harmless(rows, sheet, report)))
    return filled, report.sentences(sheet, strangers)


def _read_otherwise(one: Participant) -> bool:
    """Whether a grade that stays as it came is one that Moodle cuts, takes for 0 or passes over."""
    if not one.grade_text or one.id is None or one.locked or one.maximum is None:
        return False  # nothing there, nothing that Moodle reads, or the word of a scale
    text = re.sub(r"[ \u00a0\u202f]", "", one.grade_text)
    comma = "," in one.maximum_text or "." not in one.maximum_text
    number = re.fullmatch(r"[+-]?\d+([.,]\d*)?" if comma else r"[+-]?\d+(\.\d*)?", text, re.ASCII)
    return number is None or not 0 <= float(text.replace(",", ".")) <= one.maximum


def _scaled(percent: float, maximum: float) -> Decimal:
    """`percent` of `maximum` in hundredths, within 0 … maximum."""
    part = Decimal(str(min(max(percent, 0.0), 100.0))) * Decimal(str(maximum)) / 100
    rounded = part.quantize(Decimal("0.01"), ROUND_HALF_UP)
    ceiling = Decimal(str(maximum))
    return rounded if rounded <= ceiling else rounded - Decimal("0.01")


def _harmless(rows: list[Row], sheet: Worksheet, report: _Report) -> list[Row]:
    r"""The rows without `\"`, which Moodle takes for an escaped quote and then swallows the rest.

    A comment keeps its meaning as HTML; of any other cell Moodle reads nothing, so it is written
    without quotes, or with a space between the two characters where it needs them.
    """
    comments_at = sheet.columns.get(COMMENTS)
    result = []
    for n, row in enumerate(rows):
        for column, cell in enumerate(row.cells):
            if not _swallows(cell.raw):
                continue
            if column == comments_at and n > sheet._header:
                row = row.with_cell(column, quoted(cell.value.replace("\\", "&#92;")))
            elif any(c in cell.value for c in ('"', sheet.delimiter, "\n", "\r")):
                spaced = re.sub(r'\\(?="|$)', r"\\ ", cell.value)
                row = row.with_cell(column, quoted(spaced))
            else:
                row = row.with_cell(column, plain(cell.value))
            report.repaired.append(n + 1)
        result.append(row)
    return result


def _swallows(raw: str) -> bool:
    """Whether PHP reads a quoted cell's quote as escaped; two backslashes escape each other."""
    tokens = re.findall(r'\\.|""|.', raw[1:], re.DOTALL)
    return raw.startswith('"') and '\\"' in tokens


class _Report:
    """What happened to which rows, and how to say it."""

    def __init__(self) -> None:
        self.rows: dict[str, list[Participant]] = {}
        self.repaired: list[int] = []

    def add(self, what: str, one: Participant) -> None:
        self.rows.setdefault(what, []).append(one)

    def sentences(self, sheet: Worksheet, strangers: list[int]) -> list[str]:
        graded = len(self.rows.get("graded", []))
        lines = [f"{_rows(graded)} of {len(sheet.participants)} got a grade."]
        for what, words in _SENTENCES.items():
            found = self.rows.get(what, [])
            if found:
                most = 8 if what == "absent" else 50  # who loses something is named
                lines.append(words.format(rows=_rows(len(found)), who=_list(found, most)))
        if strangers:
            numbers = ", ".join(map(str, strangers[:50])) + (" …" if len(strangers) > 50 else "")
            lines.append(
                f"{sheet.name} has no row for participant {numbers}: is it the worksheet of this"
                " assignment, and as new as the download?"
            )
        if self.repaired:
            numbers = ", ".join(map(str, sorted(set(self.repaired))[:50]))
            lines.append(
                "A backslash before a quote would make Moodle lose rows; it was taken apart in row"
                f" {numbers}."
            )
        if sheet.delimiter != ",":
            lines.append(
                f"{sheet.name} is divided by {sheet.separator}s: choose that separator"
                " when you upload it."
            )
        return lines


_SENTENCES = {
    "zero": (
        "{rows} got a grade of 0, which Moodle 4.5 stores and a newer version may drop, so look"
        " after the upload: {who}."
    ),
    "replaced": "{rows} had another grade before, which is replaced: {who}.",
    "comment replaced": "{rows} had another comment before, which is replaced: {who}.",
    "clipped": "{rows} came out below 0 or above the maximum and got that limit: {who}.",
    "unexpected": (
        "{rows} got a grade although the worksheet knows no submission of theirs (is the worksheet"
        " older than the download?): {who}."
    ),
    "draft": "{rows} got a grade for a draft that is not handed in yet: {who}.",
    "absent": "{rows} without a submission stayed as they were: {who}.",
    "missing": (
        "{rows} stayed as they were although Moodle has a submission of theirs, because it could"
        " not be graded or is not in the download: {who}."
    ),
    "locked": (
        '{rows} stayed as they were because Moodle has locked them ("Grade can be changed" is No);'
        " unlock them in the gradebook if they should get their grade: {who}."
    ),
    "no maximum": (
        "{rows} stayed as they were because their maximum grade is no number (does the assignment"
        " use a scale?): {who}."
    ),
    "no maximum column": (
        '{rows} stayed as they were because the worksheet has no column "Maximum grade", without'
        " which nobody knows what a grade counts to; download it again with that column: {who}."
    ),
    "odd grade": (
        "{rows} came with a grade that Moodle reads as another number or passes over (no number, or"
        " not from 0 to the maximum); look at it before the upload: {who}."
    ),
    "no number": "{rows} stayed as they were because their result is no number: {who}.",
    "unreadable": "{rows} stayed as they were because their Identifier holds no number: {who}.",
    "no comments": (
        '{rows} lost their comment because the worksheet has no column "Feedback comments" (switch'
        " the feedback type on in the assignment's settings): {who}."
    ),
    "comments first": (
        '{rows} would lose their comment because Moodle skips "Feedback comments" as first column;'
        " put another column first: {who}."
    ),
}


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count} rows"


def _list(participants: Iterable[Participant], most: int) -> str:
    labels = [one.label for one in participants]
    more = f" and {len(labels) - most} more" if len(labels) > most else ""
    return ", ".join(labels[:most]) + more
