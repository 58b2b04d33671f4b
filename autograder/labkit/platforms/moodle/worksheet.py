"""Moodle's offline grading worksheet, every byte of it, and what its rows say.

Measured on Moodle 4.5.6. On import Moodle needs the columns `Identifier`, `Grade` and `Last
modified (grade)` under exactly these names, fails as a whole when one row is too short or too long,
and drops in silence what is out of range, locked, or newer on its own side; so all of that is
checked or said before the file leaves the kit.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from labkit.base.errors import LabkitError
from labkit.base.files import write_bytes
from labkit.base.spreadsheet import read_number
from labkit.platforms.moodle.cells import Row, join_rows, read_rows

IDENTIFIER = "Identifier"
GRADE = "Grade"
MODIFIED = "Last modified (grade)"
SUBMITTED = "Last modified (submission)"
COMMENTS = "Feedback comments"
MAXIMUM = "Maximum grade"
SCALE = "Scale"
LOCKED = "Grade can be changed"
WORKFLOW = "Marking workflow state"
REQUIRED = (IDENTIFIER, GRADE, MODIFIED)

_EXTENSION = "Extension granted until:"
_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", ":": "colon"}
_BOM = b"\xef\xbb\xbf"
_NO = {
    *("no", "nein", "non", "não", "nee", "nej", "nei", "ne", "nie", "nem", "nu", "ei", "ez"),
    *("hayır", "όχι", "нет", "ні", "не", "לא", "لا", "خیر", "いいえ", "否", "아니오", "아니요"),
}
"""What sites put for "No": their cells may be in another language than their header."""


class MoodleError(LabkitError):
    """A file of Moodle's cannot be used: one sentence that says why and what to do."""


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
    """The grade as it stands in the cell: a number, or the word of a scale."""
    modified: str
    """"Last modified (grade)", as Moodle words it; `-` where nobody graded."""
    email: str = ""
    scale: tuple[str, ...] = ()
    """The words of the assignment's scale, lowest first; empty where grades are numbers."""
    workflow: str = ""
    """"Marking workflow state"; empty without marking workflow."""

    @property
    def label(self) -> str:
        """The participant in messages."""
        text = f"Participant {self.id}" if self.id is not None else f"row {self.row}"
        return f"{text} ({self.name})" if self.name else text

    @property
    def has_submission(self) -> bool:
        """Whether Moodle says that something was handed in, drafts included."""
        if self.reopened:
            return False
        if self.submitted:
            return self.submitted.strip() != "-"
        return not self.status.startswith("No submission")

    @property
    def reopened(self) -> bool:
        """Whether another attempt was opened and not handed in: the row's time is the opening's."""
        return self.status.startswith("Reopened")

    @property
    def late(self) -> str:
        """How late it came, in Moodle's words, such as "1 day late"; empty for in time."""
        return next((part for part in self._status if part.endswith(" late")), "")

    @property
    def extension(self) -> str:
        """Until when this person may hand in, where that is later than for others."""
        told = (part.partition(_EXTENSION) for part in self._status)
        return next((until.strip(" -") for _, mark, until in told if mark), "")

    @property
    def _status(self) -> list[str]:
        return [part.strip() for part in self.status.split(" - ")]


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
        header = [cell.value for cell in self.header.cells]
        return {name: header.index(name) for name in header}

    @property
    def blind(self) -> bool:
        """Whether names are hidden: such a worksheet has no column for them."""
        return not {"Full name", "Email address"} & self.columns.keys()

    @cached_property
    def participants(self) -> tuple[Participant, ...]:
        """Every row that is not blank, in order."""
        return tuple(self._participant(n) for n in self._data_rows())

    def with_rows(self, filled: Mapping[int, Row]) -> Worksheet:
        """The worksheet with only its header and `filled`, by number of the row as it came.

        Moodle takes fewer rows, and whoever has none keeps grade and comment as they are; a row
        that merely came back as it was would overwrite a comment, whose markup no worksheet holds.
        """
        rows = (self.header, *(row for _, row in sorted(filled.items())))
        return replace(self, rows=rows)

    @property
    def header(self) -> Row:
        """The row with the names of the columns."""
        return self.rows[self._header]

    def row_of(self, number: int | None) -> Participant | None:
        """The participant with this id, if there is one."""
        return self._by_id.get(number) if number is not None else None

    @cached_property
    def _by_id(self) -> dict[int, Participant]:
        return {one.id: one for one in self.participants if one.id is not None}

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
            modified=text(MODIFIED).strip(),
            email=text("Email address").strip(),
            scale=tuple(word for word in re.split(r"\s{4}", text(SCALE).strip()) if word),
            workflow=text(WORKFLOW).strip(),
        )

    def _check(self) -> None:
        header = [cell.value for cell in self.header.cells]
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
