"""Cells as spreadsheets write and read them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from labkit.base.errors import LabkitError

BOM = "\ufeff"
"""Makes Excel read a CSV as UTF-8."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def plain(cell: Any) -> Any:
    """A cell that no spreadsheet takes for a formula; numbers stay."""
    if not isinstance(cell, str) or not cell.startswith(_FORMULA):
        return cell
    try:
        float(cell)
    except ValueError:
        return "'" + cell
    return cell


def unplain(cell: str) -> str:
    """What `plain` was given, where it gave this: an apostrophe of a name's own stays."""
    inner = cell.removeprefix("'")
    return inner if plain(inner) == cell else cell


def to_csv(rows: Iterable[Sequence[Any]]) -> str:
    """Rows as CSV in which no cell is taken for a formula and none ends its row.

    Python before 3.13 quotes of both line ends only those that stand in `lineterminator`.
    """
    return "".join(_line([plain(cell) for cell in row]) for row in rows)


def _line(cells: list[Any]) -> str:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator="\r\n").writerow(cells)
    return buffer.getvalue().removesuffix("\r\n") + "\n"


def read_number(text: str) -> float | None:
    """A number as sites write them, `87.50` or `87,50`; None for anything else."""
    text = re.sub(r"[\s\u00a0\u202f']", "", text)
    if "," in text and "." in text:  # the last of the two is the decimal sign
        thousands = "," if text.rfind(".") > text.rfind(",") else "."
        text = text.replace(thousands, "")
    text = text.replace(",", ".")
    return float(text) if re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)", text, re.ASCII) else None


def read_table(path: Path, refuse: type[LabkitError]) -> list[tuple[int, list[str]]]:
    """The rows of a CSV with their numbers in a spreadsheet; the first is the header.

    Spreadsheets may save it with semicolons or tabs or in their own encoding: all of that is read.
    Raises `refuse` for a file that is empty or no CSV.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise refuse(f"{path} cannot be read: {error.strerror or error}.") from error
    if data[:4] == b"PK\3\4":
        raise refuse(f"{path} is an Excel file: save it as CSV UTF-8.")
    text = _decoded(data)
    first = text.lstrip("\r\n").partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    limit = csv.field_size_limit(len(text))  # a mistake's row names everybody who made it
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise refuse(f"{path} is no CSV file ({error}): save it as CSV UTF-8.") from error
    finally:
        csv.field_size_limit(limit)
    numbered = [(number, row) for number, row in enumerate(rows, 1)]
    while numbered and not any(cell.strip() for cell in numbered[0][1]):
        del numbered[0]
    if not numbered:
        raise refuse(f"{path} is empty: its first row must name its columns.")
    return numbered


def _decoded(data: bytes) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")
