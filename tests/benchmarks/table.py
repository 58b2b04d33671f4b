"""The table of a run, 80 columns wide, and the notes under it."""

from __future__ import annotations

from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from tests.benchmarks.measure import Row

WIDTH = 80


def show(rows: Sequence[Row], console: Console | None = None) -> None:
    """Print the figures; what was not measured follows in lines of its own."""
    console = console or Console(highlight=False)
    table = Table(box=SIMPLE_HEAD, header_style="bold", padding=(0, 1), pad_edge=False)
    table.add_column("what", overflow="fold", ratio=1)
    table.add_column("ours", justify="right", no_wrap=True)
    table.add_column("peer", overflow="fold", max_width=20)
    table.add_column("ratio", justify="right", no_wrap=True)
    table.add_column("reach", justify="right", no_wrap=True)
    table.add_column("met?", no_wrap=True)
    for row in rows:
        if row.ours is None:
            continue
        table.add_row(*cells(row))
    table.width = min(WIDTH, console.width)
    if table.row_count:
        console.print(table)
        console.print("ratio: ours over the peer's, of medians measured in turn", style="dim")
    for row in rows:
        if row.ours is None:
            line = f"Not measured: {row.what}: {row.note}"
            console.print(line, markup=False, width=WIDTH)


def cells(row: Row) -> tuple[str, ...]:
    """A figure in words: what, ours, the peer with its own, ratio, reach, whether it was met."""
    return (
        row.what,
        figure(row.ours, row.unit),
        f"{row.peer_name} {figure(row.peer, row.unit)}".strip(),
        times(row.ratio),
        row.bound or (f"≤ {times(row.reach)}" if row.reach is not None else "–"),
        {True: "yes", False: "NO", None: "–"}[row.met],
    )


def figure(value: float | None, unit: str) -> str:
    """A figure with three digits and its unit."""
    if value is None:
        return ""
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    return f"{value:.{digits}f} {unit}"


def times(ratio: float | None) -> str:
    """A ratio as people say it: 0.85, 2.1, 1/65."""
    if ratio is None:
        return "–"
    if 0 < ratio < 0.1:
        return f"1/{1 / ratio:.0f}"
    return f"{ratio:.2f}" if ratio < 10 else f"{ratio:.0f}"
