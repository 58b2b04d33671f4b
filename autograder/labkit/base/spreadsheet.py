"""Cells as spreadsheets write and read them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Any

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


def to_csv(rows: Iterable[Sequence[Any]]) -> str:
    """Rows as CSV in which no cell is taken for a formula."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerows([plain(cell) for cell in row] for row in rows)
    return buffer.getvalue()


def read_number(text: str) -> float | None:
    """A number as sites write them, `87.50` or `87,50`; None for anything else."""
    text = re.sub(r"[\s\u00a0\u202f']", "", text)
    if "," in text and "." in text:  # the last of the two is the decimal sign
        thousands = "," if text.rfind(".") > text.rfind(",") else "."
        text = text.replace(thousands, "")
    text = text.replace(",", ".")
    return float(text) if re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)", text, re.ASCII) else None
