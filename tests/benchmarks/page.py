"""The page of a run: the machine, the plot, every figure and what a reader must know of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from labkit.base.files import write_text
from tests.benchmarks.machine import in_a_line
from tests.benchmarks.measure import Row
from tests.benchmarks.table import cells

_COLUMNS = ("what", "ours", "peer", "ratio", "reach", "met")
_PLOT = "every ratio on a logarithmic axis, with the reach beside it"


def write(path: Path, rows: Sequence[Row], about: Mapping[str, Any], when: str, plot: str) -> None:
    """Write a run as Markdown. `plot` is the plot's path from there; empty where there is none."""
    lines = [
        "# What the kit takes, over what its peers take",
        "",
        f"Printed by `make bench` on {when} ({in_a_line(about)}). A ratio is ours over the "
        "peer's, of medians measured turn by turn in this run: less is better. Figures and ratios "
        "differ between machines and between runs: one close to its reach may miss it next time.",
        "",
        *([f"![{_PLOT}]({plot})", ""] if plot else []),
        f"| {' | '.join(_COLUMNS)} |",
        f"| {' | '.join('---' for _ in _COLUMNS)} |",
        *(line(row) for row in rows if row.ours is not None),
        "",
    ]
    for row in rows:
        if row.ours is None:
            lines.append(f"- Not measured: {row.what}: {row.note}")
        elif row.note:
            lines.append(f"- {row.what} / {row.peer_name or 'alone'}: {row.note}")
    write_text(path, "\n".join(lines).rstrip() + "\n")


def line(row: Row) -> str:
    """A figure as a row of the table."""
    return f"| {' | '.join(cells(row))} |"
