"""CSV that comes back as it was: every cell keeps the very text it was read from.

A worksheet goes back to Moodle, so what the kit does not change must not change: quotes, line ends
and odd characters stay, which the standard library's reader and writer do not promise.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its text in the file, quotes and all, and what it says."""

    raw: str
    value: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row, blank lines included, with the line end it had (none at the end of a file)."""

    cells: tuple[Cell, ...]
    ending: str

    @property
    def blank(self) -> bool:
        """Whether the line is empty, which Moodle passes over."""
        return len(self.cells) == 1 and not self.cells[0].raw.strip()

    def with_cell(self, column: int, cell: Cell) -> Row:
        """The row with another cell in `column`."""
        return replace(self, cells=(*self.cells[:column], cell, *self.cells[column + 1 :]))


def quoted(value: str) -> Cell:
    """A cell in quotes."""
    return Cell('"' + value.replace('"', '""') + '"', value)


def plain(value: str) -> Cell:
    """A cell without quotes; `value` must hold no delimiter, quote or newline."""
    return Cell(value, value)


def read_rows(text: str, delimiter: str) -> list[Row]:
    """The rows of `text`; joined again they are `text`. ValueError where a quote never closes."""
    rows: list[Row] = []
    cells: list[Cell] = []
    for cell, end in _cells(text, delimiter):
        cells.append(cell)
        if end != delimiter:
            rows.append(Row(tuple(cells), end))
            cells = []
    if rows and not rows[-1].ending and rows[-1].cells == (Cell("", ""),):
        rows.pop()  # what stands after the last line end is no row
    return rows


def join_rows(rows: Sequence[Row], delimiter: str) -> str:
    """The text that `read_rows` reads as `rows`."""
    return "".join(delimiter.join(cell.raw for cell in row.cells) + row.ending for row in rows)


def _cells(text: str, delimiter: str) -> Iterator[tuple[Cell, str]]:
    """Each cell and what ends it: the delimiter, a line end, or nothing at the end."""
    at = 0
    while True:
        start = at
        value = ""
        if text[at : at + 1] == '"':
            value, at = _quoted_value(text, at)
        rest = at
        while at < len(text) and text[at] not in (delimiter, "\n", "\r"):
            at += 1
        value += text[rest:at]
        end = text[at : at + 2] if text[at : at + 2] == "\r\n" else text[at : at + 1]
        yield Cell(text[start:at], value), end
        if not end:
            return
        at += len(end)


def _quoted_value(text: str, at: int) -> tuple[str, int]:
    """The value of the quotes that open at `at`, and the place after their end."""
    pieces = []
    at += 1
    while True:
        close = text.find('"', at)
        if close < 0:
            raise ValueError("a quote that opens and never closes")
        pieces.append(text[at:close])
        if text[close + 1 : close + 2] != '"':
            return '"'.join(pieces), close + 1
        at = close + 2
