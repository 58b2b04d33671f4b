"""Signs of life in the terminal, silent where that is none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.progress import Progress, ProgressColumn


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
