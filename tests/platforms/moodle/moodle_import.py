"""What Moodle 4.5 does with an uploaded worksheet or feedback zip, apart from the kit's code.

Only for tests: it reads a file as PHP's `fgetcsv` does, applies the importer's rules, and says what
would be stored.
"""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from pathlib import Path


class ImportFailedError(Exception):
    """Moodle refuses the whole file."""


@dataclass(frozen=True)
class Stored:
    """What one participant has after the import."""

    grade: float | None
    comment: str | None


def php_rows(text: str, delimiter: str = ",") -> list[list[str]]:
    """Rows as `fgetcsv` gives them: in quotes a backslash takes the next character's meaning."""
    rows: list[list[str]] = []
    row: list[str] = []
    i, n = 0, len(text)
    while i < n:
        field = []
        if text[i] == '"':
            i += 1
            while i < n:
                c = text[i]
                if c == "\\" and i + 1 < n:
                    field.append(text[i : i + 2])
                    i += 2
                elif c == '"':
                    if text[i + 1 : i + 2] == '"':
                        field.append('"')
                        i += 2
                    else:
                        i += 1
                        break
                else:
                    field.append(c)
                    i += 1
        while i < n and text[i] not in (delimiter, "\n"):
            field.append(text[i])
            i += 1
        row.append("".join(field))
        if i >= n or text[i] == "\n":
            rows.append(row)
            row = []
        elif i + 1 == n:  # the text ends with a delimiter
            row.append("")
            rows.append(row)
        i += 1
    return rows


def php_float(text: str) -> float | None:
    """`unformat_float`: nothing for an empty cell, else the number that the text begins with."""
    text = text.strip().replace(" ", "")
    if not text:
        return None
    number = re.match(r"[+-]?(\d+\.?\d*|\.\d+)", text)
    return float(number[0]) if number else 0.0


def import_worksheet(
    data: bytes, maximum: float, participants: set[int], locked: frozenset[int] = frozenset()
) -> dict[int, Stored]:
    """What is stored, by participant id; ImportFailedError where Moodle takes nothing at all."""
    text = data.decode("utf-8").removeprefix("\ufeff")
    text = re.sub("\r\n?", "\n", text).strip(" \t\n\r\0\x0b")
    rows = [row for row in php_rows(text) if row != [""]]
    if not rows:
        raise ImportFailedError("empty")
    header = rows[0]
    if any(len(row) != len(header) for row in rows):
        raise ImportFailedError("a row too short or too long")
    try:
        id_at, grade_at, _ = (
            header.index(name) for name in ("Identifier", "Grade", "Last modified (grade)")
        )
    except ValueError as error:
        raise ImportFailedError("a required column is missing") from error
    comment_at = header.index("Feedback comments") if "Feedback comments" in header else 0
    stored: dict[int, Stored] = {}
    for row in rows[1:]:
        number = row[id_at].removeprefix("Participant ")
        if not number.isdigit() or int(number) not in participants:
            continue
        grade = php_float(row[grade_at])
        if grade is not None and (int(number) in locked or not 0 <= grade <= maximum):
            grade = None
        stored[int(number)] = Stored(grade, row[comment_at] if comment_at else None)
    return stored


def import_feedback(path: Path, known: set[int]) -> dict[int, dict[str, bytes]]:
    """Files by participant or group id, as Moodle would file them."""
    stored: dict[int, dict[str, bytes]] = {}
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            *_, filename = name.split("/")
            if name.endswith("/") or filename[:1] in (".", "~"):
                continue
            parts = name.split("/")
            while parts:
                pieces = parts.pop(0).split("_", 4)
                if len(pieces) < 4 or not pieces[1].isdigit() or int(pieces[1]) not in known:
                    continue
                if pieces[2] not in ("assignsubmission", "assignfeedback") or pieces[3] != "file":
                    continue
                rest = "/".join([*pieces[4:], *parts]).strip("/")
                stored.setdefault(int(pieces[1]), {})[rest] = archive.read(name)
                break
    return stored
