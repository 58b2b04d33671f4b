"""The command line.

`labkit build · site · check · grade · regrade · gradebook · moodle · audit · new`.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from labkit import __version__
from labkit.base.errors import CheckFailedError, LabkitError
from labkit.base.progress import waiting
from labkit.base.threads import one_thread

_FOLDER = click.Path(path_type=Path, file_okay=False)
_FOUND = click.Path(path_type=Path, exists=True)
_STUDENT = click.Path(path_type=Path, exists=True, file_okay=False)
_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
_TARGET = click.Path(path_type=Path, dir_okay=False)
_COUNT = click.IntRange(min=1)


@contextmanager
def _tidy_when_ended() -> Iterator[None]:
    """A closed terminal and a plain `kill` end a command as Control-C does: nothing stays in /tmp.

    What somebody chose to ignore (nohup) stays ignored.
    """
    names = [name for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    if threading.current_thread() is not threading.main_thread():
        names = []
    before = {getattr(signal, name): signal.getsignal(getattr(signal, name)) for name in names}
    changed = [number for number, handler in before.items() if handler == signal.SIG_DFL]
    for number in changed:
        signal.signal(number, signal.default_int_handler)
    try:
        yield
    finally:
        for number in changed:
            signal.signal(number, signal.SIG_DFL)


class _Group(click.Group):
    """Shows errors as one sentence; exit 2 for bad usage, 1 for a failed check."""

    def list_commands(self, context: click.Context) -> list[str]:
        return list(self.commands)  # in the order of this file, not of the alphabet

    def invoke(self, context: click.Context) -> Any:
        try:
            with _tidy_when_ended():
                return super().invoke(context)
        except CheckFailedError as error:
            raise click.ClickException(_filled(error)) from error  # exit 1
        except LabkitError as error:
            raise click.UsageError(_filled(error)) from error  # exit 2
        except BrokenPipeError:
            raise  # the reader has gone: click's business
        except OSError as error:
            if error.filename is None:
                raise
            raise click.UsageError(f"{error.filename}: {error.strerror or error}.") from error
        except KeyboardInterrupt:
            line = "What is done is kept: grade and moodle go on with --resume, regrade by itself."
            click.echo(f"\nStopped. {line}", err=True)
            sys.exit(130)


def _filled(error: Exception) -> str:
    """The sentence of an error; in a terminal its lines break between words."""
    text = str(error)
    if not sys.stderr.isatty():
        return text
    prefix = "Error: "  # click's
    width = max(40, min(shutil.get_terminal_size().columns, 100))
    return textwrap.fill(
        prefix + text, width, break_long_words=False, break_on_hyphens=False
    ).removeprefix(prefix)


@click.group(
    cls=_Group,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
)
@click.version_option(__version__, prog_name="labkit")
def main() -> None:
    """Neural-network labs: build them, check your work, grade a class.

    LAB is lab1 … lab5, or a lab of your own.
    """
    one_thread()


def _decided(command: Callable[..., None]) -> Callable[..., None]:
    """The options by which an instructor decides about grades; OUT keeps what they gave."""
    for option in (
        click.option(
            "--due",
            metavar="TIME",
            help='When it was due, as 2027-03-01T23:59. Else lab.toml tells; "" takes it back.',
        ),
        click.option(
            "--adjust", type=_FILE, help="CSV with points to give or take, and why; 0 takes back."
        ),
        click.option(
            "--manual", type=_FILE, help="CSV with marks for the written questions; - takes back."
        ),
    ):
        command = option(command)
    return command


@main.command()
@click.argument("labs", nargs=-1, metavar="[LAB]...")
@click.option(
    "--out", type=_FOLDER, default=Path("dist"), show_default=True, help="Where the zips go."
)
@click.option(
    "--own-work", is_flag=True, help="Stubs for the earlier labs too, not finished modules."
)
@click.option("--starter", type=_FOLDER, hidden=True, help="Only write the stubs, to this folder.")
def build(labs: tuple[str, ...], out: Path, own_work: bool, starter: Path | None) -> None:
    """Build each LAB (all if none is named) into OUT/LAB.

    student.zip is for students, gradescope.zip for Gradescope, autograder.zip for Otter. Proves
    that the solution earns everything and the stubs nothing, and that student.zip gives nothing
    away.
    """
    if starter is not None:
        from labkit.lab.course import available
        from labkit.lab.stubs import write_starter

        write_starter(starter, available())
        return
    from labkit.building import repeated
    from labkit.building.build import deliver
    from labkit.building.proof import proved
    from labkit.lab.course import find_all

    chosen = find_all(labs)
    _writable(out)
    ready = proved(chosen, own_work)
    for lab in chosen:
        with waiting(f"building {lab.short}"):
            bundle, proof = next(ready)
            files = deliver(bundle, out)
        for path in files:
            click.echo(f"{path}  {path.stat().st_size / 1e6:.1f} MB")
        click.echo(f"{lab.short}: {proof}")
        for line in repeated.differences(lab):
            click.echo(line, err=True)


@main.command()
@click.argument("labs", nargs=-1, metavar="[LAB]...")
@click.option("--out", type=_FOLDER, required=True, help="Folder to put on a web server.")
@click.option(
    "--pyodide",
    metavar="URL|DIR",
    help="Where browsers get Python: an address, or a release to serve beside the pages.",
)
def site(labs: tuple[str, ...], out: Path, pyodide: str | None) -> None:
    """Write the labs as pages to work through in a browser.

    Any static web server can serve OUT. Students install nothing; their work stays in their browser
    until they download it, as the zip that the notebook would make.
    """
    from labkit.building.proof import proved
    from labkit.building.site import write
    from labkit.lab.course import find_all

    chosen = find_all(labs)
    _writable(out)
    ready = proved(chosen)
    bundles = []
    for lab in chosen:
        with waiting(f"building {lab.short}"):
            bundles.append(next(ready)[0])
    for line in write(bundles, out, pyodide):
        click.echo(line)


@main.command()
@click.argument("lab")
@click.argument("questions", nargs=-1, metavar="[QUESTION]...")
@click.option(
    "--path",
    type=_STUDENT,
    default=Path(),
    help="Folder with neuralnet/ in it; this one by default.",
)
def check(lab: str, path: Path, questions: tuple[str, ...]) -> None:
    """Run the checks of LAB that students can see.

    Exit 1 if one fails.
    """
    from labkit.lab.course import folder_of

    name, home = folder_of(lab).name, path.resolve()
    if not (home / "recorded.npz").is_file() or not (home / f"{name}.ipynb").is_file():
        home = _built(lab).student
    command = [sys.executable, str(home / "check.py"), "--path", str(path.resolve()), *questions]
    sys.exit(subprocess.run(command, check=False).returncode)


@main.command()
@click.argument("lab")
@click.argument("submissions", type=_FOUND)
@click.option("--out", type=_FOLDER, required=True, help="Folder for grades, feedback and report.")
@click.option(
    "--jobs", type=_COUNT, metavar="N", help="Submissions at a time; one a core by default."
)
@click.option(
    "--scheduler", metavar="ADDRESS", help="An existing Dask cluster, as tcp://host:8786."
)
@click.option("--resume", is_flag=True, help="Keep results whose submission has not changed.")
@click.option("--only", multiple=True, metavar="NAME", help="Grade this one (or several) again.")
@click.option("--anonymous", is_flag=True, help="Also a report without names, for a lecture.")
@_decided
def grade(
    lab: str,
    submissions: Path,
    out: Path,
    jobs: int | None,
    scheduler: str | None,
    resume: bool,
    only: tuple[str, ...],
    anonymous: bool,
    manual: Path | None,
    adjust: Path | None,
    due: str | None,
) -> None:
    """Grade a class.

    SUBMISSIONS is a folder with a folder or a zip for each student, or the zip that Moodle's,
    Canvas's or Gradescope's download gives. OUT gets report.html (open that first), grades.csv,
    a feedback page and a result for each student.
    """
    from labkit.classroom.grade import Options, grade_to
    from labkit.intake import refuse_inside
    from labkit.platforms import canvas

    refuse_inside(submissions, out)
    _writable(out)
    options = Options(
        jobs=jobs or 0,
        resume=resume,
        scheduler=scheduler,
        only=only,
        anonymous=anonymous,
        manual=manual,
        adjust=adjust,
        due=due or "",
        forget_due=due == "",
    )
    grade_to(_built(lab), submissions, out, options, deliver=canvas.deliver).show()


@main.command()
@click.argument("lab")
@click.argument("submissions", type=_FOUND)
@click.option("--out", type=_FOLDER, required=True, help="Folder that the class was graded into.")
@click.option(
    "--jobs", type=_COUNT, metavar="N", help="Submissions at a time; one a core by default."
)
@click.option(
    "--never-lower",
    is_flag=True,
    help="No question falls below what it had, now and in later runs.",
)
@_decided
def regrade(
    lab: str,
    submissions: Path,
    out: Path,
    jobs: int | None,
    never_lower: bool,
    manual: Path | None,
    adjust: Path | None,
    due: str | None,
) -> None:
    """Grade a class again and list every changed score.

    After a case, a threshold, the kit or a submission changed. The old results stay in OUT/history;
    OUT/changes.csv tells submission, question, case, old and new points, and why.
    """
    from labkit.classroom.grade import Options
    from labkit.classroom.regrade import regrade as run
    from labkit.platforms import canvas

    _writable(out)
    options = Options(
        jobs=jobs or 0, manual=manual, adjust=adjust, due=due or "", forget_due=due == ""
    )
    graded, _ = run(
        _built(lab), submissions, out, options, never_lower=never_lower, deliver=canvas.deliver
    )
    graded.show()


@main.command()
@click.argument("graded", type=_STUDENT, nargs=-1, required=True, metavar="OUT...")
@click.option("--csv", "csv_file", type=_TARGET, required=True, help="One row a person.")
@click.option("--xlsx", type=_TARGET, help="The same as an Excel workbook.")
@click.option("--canvas", type=_TARGET, help="CSV for Canvas's gradebook import.")
@click.option("--blackboard", type=_TARGET, help="CSV for Blackboard's Grade Center.")
@click.option("--mistakes", type=_TARGET, help="CSV of the class's mistakes over all labs.")
@click.option("--people", type=_FILE, help="List of the course, such as Canvas's gradebook export.")
@click.option(
    "--weight", "weights", multiple=True, metavar="LAB=N", help="In the mean; 1 by default."
)
@click.option(
    "--drop-lowest",
    type=click.IntRange(min=0),
    default=0,
    metavar="N",
    help="Leave everybody's N lowest labs out of the mean.",
)
def gradebook(
    graded: tuple[Path, ...],
    csv_file: Path,
    xlsx: Path | None,
    canvas: Path | None,
    blackboard: Path | None,
    mistakes: Path | None,
    people: Path | None,
    weights: tuple[str, ...],
    drop_lowest: int,
) -> None:
    """Join several graded labs into one file.

    One row a person, joined by email or student id. A lab that is missing counts 0 in the mean.
    With --people, who handed nothing in has a row, too, and Canvas's numbers are joined to the
    rest.
    """
    from labkit.classroom import gradebook as books
    from labkit.reporting.terminal import show_lines

    wanted = (csv_file, xlsx, canvas, blackboard, mistakes)
    written = [path for path in wanted if path is not None]
    books.refuse_sources(written, graded, people)
    book = books.read(graded, people)
    weighed = dict.fromkeys(book.labs, 1.0) | _weights(weights, book.labs)
    rows = books.table(book, weighed, drop_lowest)
    # Before anything is written: it reads what may not be there.
    made = books.mistakes(graded) if mistakes is not None else []
    books.write_csv(csv_file, rows)
    if canvas is not None:
        books.write_csv(canvas, books.for_canvas(book))
    if blackboard is not None:
        books.write_csv(blackboard, books.for_blackboard(book))
    if mistakes is not None:
        books.write_csv(mistakes, made)
    if xlsx is not None:
        books.write_xlsx(xlsx, rows)
    people_told = "1 person" if len(book.people) == 1 else f"{len(book.people)} people"
    click.echo(f"{people_told}, {', '.join(book.labs)}.")
    frequent = [f"{row[4]} of {row[5]} in {row[0]}, {row[1]}: {row[3]}" for row in made[1:6]]
    show_lines([*frequent, *book.remarks])
    for path in written:
        click.echo(f"  {path}")


def _weights(given: tuple[str, ...], labs: list[str]) -> dict[str, float]:
    from labkit.base.spreadsheet import read_number

    found = {}
    for text in given:
        lab, _, number = text.partition("=")
        weight = read_number(number)
        if lab not in labs or weight is None or weight < 0:
            raise LabkitError(
                f"--weight {text} is not of the form {labs[0]}=2, with a lab of these folders "
                f"({', '.join(labs)}) and a number from 0 on."
            )
        found[lab] = weight
    return found


@main.command()
@click.argument("lab")
@click.argument("submissions", type=_FOUND, required=False)
@click.argument("worksheet", type=_FILE, required=False)
@click.option("--url", metavar="URL", help="Address of the Moodle to fetch from, without files.")
@click.option("--assignment", type=_COUNT, metavar="ID", help="The assignment's number there.")
@click.option(
    "--out", type=_FOLDER, required=True, help="Folder for what goes back, and for the results."
)
@click.option("--push", is_flag=True, help="With --url: write to Moodle, not only show.")
@click.option("--release", is_flag=True, help="With --push: release the grades to students.")
@click.option(
    "--replace",
    is_flag=True,
    help="With --url: overwrite also what was changed in Moodle after a push.",
)
@click.option("--drafts", is_flag=True, help="With --url: also what is not handed in yet.")
@click.option(
    "--token-file", type=_FILE, help="File of mode 600 with the token; else MOODLE_TOKEN."
)
@click.option(
    "--jobs", type=_COUNT, metavar="N", help="Submissions at a time; one a core by default."
)
@click.option("--resume", is_flag=True, help="Keep results whose submission has not changed.")
@_decided
def moodle(
    lab: str,
    submissions: Path | None,
    worksheet: Path | None,
    url: str | None,
    assignment: int | None,
    out: Path,
    push: bool,
    release: bool,
    replace: bool,
    drafts: bool,
    token_file: Path | None,
    jobs: int | None,
    resume: bool,
    manual: Path | None,
    adjust: Path | None,
    due: str | None,
) -> None:
    """Grade a Moodle assignment, by files or over its web services.

    By files: SUBMISSIONS is the zip of "Download all submissions", WORKSHEET the assignment's
    grading worksheet. OUT/upload.txt says what to do with the files that are written.

    Over web services: --url and --assignment, with a token in MOODLE_TOKEN. Shows what it would
    write, and what it would replace; --push writes grades, comments and pages. Whoever is changed
    in Moodle by hand after that is left alone and named, unless --replace is given.
    """
    from labkit.classroom.grade import Options

    options = Options(
        jobs=jobs or 0,
        resume=resume,
        manual=manual,
        adjust=adjust,
        due=due or "",
        forget_due=due == "",
    )
    if url is not None or assignment is not None:
        from labkit.platforms.moodle.live.by_services import Live, live_to
        from labkit.platforms.moodle.live.service import read_token

        if submissions is not None:
            raise click.UsageError("Give files or --url, not both.")
        if url is None or assignment is None:
            raise click.UsageError("--url and --assignment go together: give both.")
        live = Live(url, read_token(token_file), assignment, push, release, drafts, replace)
        _writable(out)
        live_to(_built(lab), live, out, options).show()
        return
    from labkit.platforms.moodle.by_files import moodle_to

    if submissions is None or worksheet is None:
        raise click.UsageError("Give SUBMISSIONS and WORKSHEET, or --url and --assignment.")
    if push or release or replace or drafts or token_file:
        raise click.UsageError(
            "--push, --release, --replace, --drafts and --token-file need --url."
        )
    _writable(out)
    moodle_to(_built(lab), submissions, worksheet, out=out, options=options).show()


@main.command()
@click.argument("labs", nargs=-1, metavar="[LAB]...")
@click.option(
    "--seeds",
    type=_COUNT,
    metavar="N",
    default=1,
    show_default=True,
    help="How many sets of hidden inputs.",
)
@click.option("--mutants", is_flag=True, help="Also change the reference line by line.")
def audit(labs: tuple[str, ...], seeds: int, mutants: bool) -> None:
    """Grade all known wrong and right versions.

    Exit 1 if a wrong one costs nothing or another question too, if a right one loses points, or if
    fewer than 95 % of the wrong ones are named.
    """
    from labkit.building.audit import run
    from labkit.lab.course import find_all

    sys.exit(0 if run(find_all(labs), seeds=seeds, mutants=mutants) else 1)


@main.command()
@click.argument("name")
def new(name: str) -> None:
    """Make a lab of your own, such as lab6_dropout.

    Five small files that build, grade and audit at once; docs/own-lab.md tells how to go on.
    """
    from labkit.building.new import make

    for line in make(name):
        click.echo(line)


def _built(name: str) -> Any:
    from labkit.building.proof import proved
    from labkit.lab.course import find

    lab = find(name)
    with waiting(f"building {lab.short}"):
        return next(proved([lab]))[0]


def _writable(out: Path) -> None:
    """Refuse a folder that cannot be written before the long work, not after it."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=out):
            pass
    except OSError as error:
        raise LabkitError(
            f"--out {out} cannot be written ({error.strerror}): name another folder."
        ) from error
