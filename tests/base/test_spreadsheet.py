"""What is written is read again as it was, a row a row."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from labkit.base.spreadsheet import plain, to_csv, unplain

cells = st.text() | st.text('\r\n",;=', max_size=4)


@given(st.lists(st.lists(cells, min_size=1, max_size=3), max_size=3))
@example([["a\rb", "c"], ["a\nb", "c"], ["a\r\nb", "\r"], [""]])
def test_no_cell_ends_its_row(rows: list[list[str]]) -> None:
    text = to_csv(rows)
    assert list(csv.reader(io.StringIO(text, newline=""))) == [[*map(plain, row)] for row in rows]
    assert len(list(csv.reader(io.StringIO(text, newline=None)))) == len(rows)


@pytest.mark.parametrize("cell", ["=1+1", "+x", "-x", "@x", "\tx", "\rx"])
def test_no_cell_is_a_formula(cell: str) -> None:
    assert plain(cell) == "'" + cell
    assert plain("-1.5") == "-1.5" and plain(-1.5) == -1.5


@given(cells | st.text("'=-1", max_size=4))
def test_only_what_was_added_is_taken_away(cell: str) -> None:
    """A cell that a person begins with an apostrophe and a formula's sign is the one exception."""
    if not cell.startswith(("'=", "'+", "'-", "'@", "'\t", "'\r")):
        assert unplain(plain(cell)) == cell
    assert plain(unplain(cell)) == plain(cell)
    assert unplain("'t Hooft") == "'t Hooft" and unplain("'-1.5") == "'-1.5"
