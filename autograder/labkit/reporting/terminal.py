"""What the terminal shows of a graded class: tables and lines that fit 80 columns."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from labkit.judging.result import GRADED, Result
from labkit.lab.lab import Lab
from labkit.reporting import numbers
from labkit.reporting.pages import number

_SHOWN = 40
"""Rows of a class that are printed; all are in grades.csv."""

_FILES = {
    "report.html": "open this first",
    "report-anonymous.html": "to show in a lecture",
    "summary.txt": "short, for an e-mail",
    "grades.csv": "points by question",
    "questions.csv": "how hard each was",
    "mistakes.csv": "who made which",
    "similar.csv": "near-identical work",
    "results": "JSON, one a submission",
    "feedback": "a page a submission",
    "marks-template.csv": "for written answers",
    "marks.csv": "marks by hand, kept",
    "adjustments.csv": "points changed by hand",
    "due.txt": "when it was due, kept",
    "never-lower.txt": "since when no points fall",
    "canvas.csv": "import into Canvas",
    "canvas-feedback.zip": "upload to Canvas",
    "changes.csv": "every changed score",
    "written.html": "written answers to mark",
    "worksheet.csv": "upload to Moodle",
    "feedback.zip": "upload to Moodle",
    "upload.txt": "how to upload",
    "moodle-plan.csv": "who gets what in Moodle",
}
"""What the files of a graded class are for."""


def show_lines(lines: Iterable[str]) -> None:
    """Indented lines; in a terminal they break between words, elsewhere each stays whole."""
    console = Console(highlight=False)
    for line in lines:
        if console.is_terminal:
            console.print(Padding(Text(line), (0, 0, 0, 2)))
        else:
            console.print(f"  {line}", markup=False, soft_wrap=True)


def show_class(
    lab: Lab, found: Sequence[Result], *, files: Sequence[Path], summary: Sequence[str]
) -> None:
    """The scores, who needs a look, and the files that were written."""
    console = Console(highlight=False)
    console.print(f"{lab.short}: {lab.title.partition(': ')[2] or lab.title}", markup=False)
    table = Table(header_style="bold")
    table.add_column("submission", overflow="fold", max_width=34)
    table.add_column("percent", justify="right")
    table.add_column("loses points in", overflow="fold")
    for result in found[:_SHOWN]:
        if result.status == GRADED:
            lost = result.lost
            told = ", ".join(lost[:3]) + (f" and {len(lost) - 3} more" if len(lost) > 3 else "")
        else:
            by_hand = ", points by hand" if result.by_hand else ""
            told = f"{result.status.partition(':')[0]}{by_hand} (see below)"
        percent = result.shown_percent(lab)
        shown = "–" if percent is None else number(percent)
        table.add_row(Text(result.submission), shown, told)
    console.print(table)
    if len(found) > _SHOWN:
        console.print(f"… and {len(found) - _SHOWN} more in grades.csv", markup=False)
    percents = [result.percent(lab) for result in found if result.has_grade]
    if percents:
        median = number(statistics.median(percents))
        console.print(
            f"{len(percents)} of {len(found)} graded; median {median} %, "
            f"mean {statistics.mean(percents):.1f} %",
            markup=False,
        )
    if taken := numbers.taken_out(lab):
        console.print(taken.replace("`", ""), markup=False)
    if summary:
        console.print("\n[bold]Needs a look[/bold]")
        show_lines(summary[:_SHOWN])
        if len(summary) > _SHOWN:
            console.print(f"  … and {len(summary) - _SHOWN} more lines in report.html")
    console.print("\n[bold]Files[/bold]")
    width = max((len(str(path)) for path in files), default=0)
    for path in files:
        told = _FILES.get(path.name, "")
        # Beside the path where that fits, so that a path can be copied whole.
        beside = width + len(told) + 4 <= console.width
        line = f"  {path!s:<{width}}  {told}" if told and beside else f"  {path}"
        console.print(line.rstrip(), markup=False, soft_wrap=True)
