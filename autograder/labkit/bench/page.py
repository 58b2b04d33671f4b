"""The page of a run: the machine, the plot, every figure and what a reader must know of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from labkit.atomic import write_text
from labkit.bench.measure import Row
from labkit.bench.table import figure, times

_COLUMNS = ("what", "ours", "peer", "ratio", "reach", "met")
_MET = {True: "yes", False: "**no**", None: "–"}
_PLOT = "every ratio on a logarithmic axis, with the reach beside it"


def write(path: Path, rows: Sequence[Row], about: Mapping[str, Any], when: str, plot: str) -> None:
    """Write a run as Markdown. `plot` is the plot's path from there; empty where there is none."""
    lines = [
        "# What the kit takes, over what its peers take",
        "",
        f"Printed by `labkit bench` on {when} ({described(about)}). A ratio is ours over the "
        "peer's, of medians measured turn by turn in this run: less is better. Figures differ from "
        "one machine to the next, and by a tenth from one run to the next; ratios differ less.",
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
    cells = (
        row.what,
        figure(row.ours, row.unit),
        f"{row.peer_name} {figure(row.peer, row.unit)}".strip(),
        times(row.ratio),
        row.bound or (f"≤ {times(row.reach)}" if row.reach is not None else "–"),
        _MET[row.met],
    )
    return f"| {' | '.join(cells)} |"


def described(about: Mapping[str, Any]) -> str:
    """A machine in a line."""
    versions = ("python", "numpy", "otter", "torch")
    parts = [about.get("cpu"), f"{about.get('cores')} cores", about.get("system")]
    parts += [f"{name} {about[name]}" for name in versions if about.get(name)]
    return ", ".join(map(str, parts))
