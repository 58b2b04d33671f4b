"""The command line: `labkit build · check · grade · moodle · audit · bench · new`."""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from labkit import __version__
from labkit.errors import LabkitError

_PATH = click.Path(path_type=Path)
_FOUND = click.Path(path_type=Path, exists=True)


class _Group(click.Group):
    """Shows errors as one sentence; exit 2 for bad usage, 1 for a failed check."""

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except LabkitError as error:
            raise click.UsageError(str(error)) from error
        except KeyboardInterrupt:
            click.echo("\nStopped. What is done is kept: go on with --resume.", err=True)
            sys.exit(130)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="labkit")
def main() -> None:
    """Neural-network labs: build them, check your work, grade a class."""


@main.command()
@click.argument("labs", nargs=-1, metavar="[LAB]...")
@click.option("--out", type=_PATH, default=Path("dist"), show_default=True, help="Where the zips go.")
@click.option("--own-work", is_flag=True, help="Stubs for the earlier labs too, not finished modules.")
@click.option("--starter", type=_PATH, hidden=True, help="Only write the stubs, to this folder.")
def build(labs: tuple[str, ...], out: Path, own_work: bool, starter: Path | None) -> None:
    """Build student.zip, autograder.zip and gradescope.zip for each LAB (all if none is named)."""
    if starter is not None:
        from labkit.starter import write_starter

        write_starter(starter)
        return
    from labkit.build import built, deliver
    from labkit.proof import prove

    for lab in _chosen(labs):
        bundle = built(lab, own_work, say=lambda line: click.echo(line, err=True))
        proof = prove(bundle)
        for path in deliver(bundle, out):
            click.echo(f"{path}  {path.stat().st_size / 1e6:.1f} MB")
        click.echo(f"{lab.short}: {proof}")


@main.command()
@click.argument("lab")
@click.option("--path", type=_FOUND, default=Path("."), help="Folder with neuralnet/ in it; this one by default.")
@click.argument("questions", nargs=-1)
def check(lab: str, path: Path, questions: tuple[str, ...]) -> None:
    """Run a student's own public checks of LAB on the neuralnet package in a folder."""
    from labkit.labs import find

    found = find(lab)
    home = path.resolve()
    if not (home / "recorded.npz").is_file() or not (home / f"{found.name}.ipynb").is_file():
        from labkit.build import built

        home = built(found, say=lambda line: click.echo(line, err=True)).student
    command = [sys.executable, str(home / "check.py"), "--path", str(path.resolve()), *questions]
    sys.exit(subprocess.run(command, check=False).returncode)


@main.command()
@click.argument("lab")
@click.argument("submissions", type=_FOUND)
@click.option("--out", type=_PATH, required=True, help="Folder for grades, feedback and report.")
@click.option("--jobs", type=click.IntRange(min=1), help="Submissions at a time; one a core by default.")
@click.option("--scheduler", metavar="ADDRESS", help="An existing Dask cluster, as tcp://host:8786.")
@click.option("--resume", is_flag=True, help="Keep results whose submission has not changed.")
@click.option("--manual", type=_FOUND, help="CSV with marks for the written questions.")
def grade(
    lab: str,
    submissions: Path,
    out: Path,
    jobs: int | None,
    scheduler: str | None,
    resume: bool,
    manual: Path | None,
) -> None:
    """Grade SUBMISSIONS: a folder with a folder or zip each, or a Moodle or Gradescope download."""
    from labkit.delivery import grade_to

    graded = grade_to(_built(lab), submissions, out, jobs or 0, resume, scheduler, manual)
    graded.show()


@main.command()
@click.argument("lab")
@click.argument("submissions", type=_FOUND)
@click.argument("worksheet", type=_FOUND)
@click.option("--out", type=_PATH, required=True, help="Folder for worksheet.csv and feedback.zip.")
@click.option("--jobs", type=click.IntRange(min=1), help="Submissions at a time; one a core by default.")
@click.option("--resume", is_flag=True, help="Keep results whose submission has not changed.")
@click.option("--manual", type=_FOUND, help="CSV with marks for the written questions.")
def moodle(
    lab: str,
    submissions: Path,
    worksheet: Path,
    out: Path,
    jobs: int | None,
    resume: bool,
    manual: Path | None,
) -> None:
    """Grade a Moodle download and write a worksheet and a feedback zip, ready to upload."""
    from labkit.delivery import moodle_to

    moodle_to(_built(lab), submissions, worksheet, out, jobs or 0, resume, manual).show()


@main.command()
@click.argument("labs", nargs=-1, metavar="[LAB]...")
@click.option("--seeds", type=click.IntRange(min=1), default=1, show_default=True, help="How many sets of hidden inputs.")
@click.option("--mutants", is_flag=True, help="Also change the reference line by line and list what survives.")
def audit(labs: tuple[str, ...], seeds: int, mutants: bool) -> None:
    """Grade every known wrong and right version; exit 1 if the grader misses one."""
    from labkit.audit import run

    sys.exit(0 if run(_chosen(labs), seeds=seeds, mutants=mutants) else 1)


@main.command()
@click.option("--out", type=_PATH, default=Path("build/bench"), show_default=True, help="Where the JSON and the plot go.")
@click.option("--only", multiple=True, help="Only these measurements.")
@click.option("--quick", is_flag=True, help="Fewer rounds.")
def bench(out: Path, only: tuple[str, ...], quick: bool) -> None:
    """Measure, as ratios to a peer in the same run, every figure that the kit boasts of."""
    importlib.import_module("labkit.bench").run(out, only=only, quick=quick)


@main.command()
@click.argument("name")
@click.option("--into", type=_PATH, default=Path("assignments"), show_default=True, help="Folder of labs.")
def new(name: str, into: Path) -> None:
    """Make a lab of your own, such as lab6_dropout, that builds, grades and audits."""
    from labkit.new import make

    for line in make(name, into):
        click.echo(line)


def _chosen(names: tuple[str, ...]) -> list[Any]:
    from labkit.labs import available, find

    return [find(name) for name in names] if names else available()


def _built(name: str) -> Any:
    from labkit.build import built
    from labkit.labs import find

    return built(find(name), say=lambda line: click.echo(line, err=True))


@contextmanager
def progress(title: str) -> Iterator[tuple[Callable[[int], None], Callable[[Any], None]]]:
    """A progress bar on stderr, silent where that is no terminal: (begin, advance)."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
        transient=True,
    ) as bar:
        task = bar.add_task(title, total=None)
        yield (
            lambda count: bar.update(task, total=count),
            lambda result: bar.advance(task),
        )
