"""What the terminal shows: tables and lines that fit 80 columns, plain text elsewhere."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.progress import Progress, ProgressColumn

    from labkit.delivery import Graded

_SHOWN = 40
"""Rows of a class that are printed; all are in grades.csv."""

_FILES = {
    "report.html": "open this first",
    "grades.csv": "points by question",
    "questions.csv": "how hard each was",
    "mistakes.csv": "who made which",
    "similar.csv": "near-identical work",
    "results": "JSON, one a submission",
    "feedback": "a page a submission",
    "marks-template.csv": "for written answers",
    "worksheet.csv": "upload to Moodle",
    "feedback.zip": "upload to Moodle",
    "upload.txt": "how to upload",
}
"""What the files of a graded class are for."""


def say(line: str) -> None:
    """One line for the person at the terminal, on stderr."""
    from rich.console import Console

    Console(stderr=True, highlight=False, soft_wrap=True).print(line, markup=False)


@contextmanager
def progress(title: str) -> Iterator[tuple[Callable[[int], None], Callable[[Any], None]]]:
    """A progress bar on stderr, silent where that is no terminal: (begin, advance)."""
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn

    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    with _bar(*columns, TimeRemainingColumn()) as bar:
        task = bar.add_task(title, total=None)
        yield (
            lambda count: bar.update(task, total=count),
            lambda result: bar.advance(task),
        )


@contextmanager
def waiting(title: str) -> Iterator[None]:
    """A sign of life on stderr for work of unknown length, silent where that is no terminal."""
    from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = SpinnerColumn("line"), TextColumn("{task.description}"), TimeElapsedColumn()
    with _bar(*columns) as bar:
        bar.add_task(title, total=None)
        yield


def _bar(*columns: ProgressColumn) -> Progress:
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    return Progress(
        *columns,
        console=console,
        disable=not console.is_terminal,
        transient=True,
        redirect_stdout=False,
    )


def show_class(graded: Graded) -> None:
    """The scores, who needs a look, and the files that were written."""
    from rich.console import Console
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    from labkit.results import GRADED

    console = Console(highlight=False)
    lab, found = graded.lab, graded.results
    console.print(f"{lab.short}: {lab.title.partition(': ')[2] or lab.title}", markup=False)
    table = Table(header_style="bold")
    table.add_column("submission", overflow="fold", max_width=34)
    table.add_column("percent", justify="right")
    table.add_column("loses points in", overflow="fold")
    for result in found[:_SHOWN]:
        if result.status == GRADED:
            lost = [q.name for q in result.questions if not q.passed]
            told = ", ".join(lost[:3]) + (f" and {len(lost) - 3} more" if len(lost) > 3 else "")
        else:
            told = f"{result.status.partition(':')[0]} (see below)"
        table.add_row(Text(result.submission), f"{result.percent(lab):g}", told)
    console.print(table)
    if len(found) > _SHOWN:
        console.print(f"… and {len(found) - _SHOWN} more in grades.csv", markup=False)
    percents = [result.percent(lab) for result in found if result.status == GRADED]
    if percents:
        console.print(
            f"{len(percents)} of {len(found)} graded; median {statistics.median(percents):g} %, "
            f"mean {statistics.mean(percents):.1f} %",
            markup=False,
        )
    if graded.summary:
        console.print("\n[bold]Needs a look[/bold]")
        for line in graded.summary[:_SHOWN]:
            if console.is_terminal:
                console.print(Padding(Text(line), (0, 0, 0, 2)))
            else:
                console.print(f"  {line}", markup=False, soft_wrap=True)
        if len(graded.summary) > _SHOWN:
            console.print(f"  … and {len(graded.summary) - _SHOWN} more lines in report.html")
    console.print("\n[bold]Files[/bold]")
    width = max((len(str(path)) for path in graded.files), default=0)
    for path in graded.files:
        told = _FILES.get(path.name, "")
        # Beside the path where that fits, so that a path can be copied whole.
        beside = width + len(told) + 4 <= console.width
        line = f"  {path!s:<{width}}  {told}" if told and beside else f"  {path}"
        console.print(line.rstrip(), markup=False, soft_wrap=True)
