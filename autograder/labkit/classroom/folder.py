"""OUT: where what lies, one run at a time, one lab, and nothing of people who are gone unsaid."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

from labkit.base.errors import LabkitError, of_the_machine
from labkit.judging import result as results
from labkit.judging.result import Result
from labkit.lab.lab import Lab
from labkit.reporting import feedback

LOCK = ".labkit.lock"
GO_ON = "run the same command again (grade and moodle with --resume); what was graded is kept."

_WRITING = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG)
"""What only one who writes is answered."""
_CLOSED = (errno.EACCES, errno.EPERM)


class OutError(LabkitError):
    """OUT cannot be written: the class stops, and what is graded is kept."""

    def __init__(self, out: str, why: str) -> None:
        super().__init__(out, why)
        self.out, self.why = out, why

    def __str__(self) -> str:
        return f"{self.out} cannot be written ({self.why}): make room there and {GO_ON}"


def result_files(out: Path) -> list[Path]:
    """Everybody's results."""
    return sorted((out / "results").glob("*.json"))


def result_path(out: Path, name: str) -> Path:
    """A submission's result."""
    return out / "results" / f"{name}.json"


def page_path(out: Path, name: str) -> Path:
    """A student's page."""
    return out / "feedback" / f"{name}.html"


def write(out: Path, result: Result, lab: Lab) -> Result:
    """Write both; the page first, because a result that is there is not written again."""
    feedback.write(page_path(out, result.submission), result, lab)
    results.write(result_path(out, result.submission), result, lab)
    return result


@contextlib.contextmanager
def locked(out: Path) -> Iterator[None]:
    """Hold OUT for one run. Raises LabkitError where another has it, or the system stops this."""
    try:
        _make(out)
        handle = os.open(out / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            wait = "wait for it, or name another folder"
            hold(handle, f"Another labkit is grading into {out}: {wait}.")
            yield
        finally:
            os.close(handle)
    except OSError as error:
        if told := _told(error, out):
            raise told from error
        raise


def _make(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        error.filename = str(out)  # a folder that it lies in may be the reason
        raise


def _told(error: OSError, out: Path) -> LabkitError | None:
    """What a run stopped on: OUT, or what is written elsewhere, or what it reads, or the machine.

    None where nobody can tell.
    """
    place, why = str(error.filename or ""), error.strerror or str(error)
    inside = Path(place).absolute().is_relative_to(out.absolute())
    ours = of_the_machine(error) or error.errno in _CLOSED
    if error.errno in _WRITING or (place and inside and ours):
        return OutError(place or str(out), why)
    if place and not inside:
        return LabkitError(f"{place} cannot be read ({why}): mend that and {GO_ON}")
    if ours:
        return LabkitError(f"The machine stopped this run ({why}): mend that and {GO_ON}")
    return None


def hold(file: int | IO[str], busy: str) -> None:
    """Lock an open file until it is closed or the process ends, however that ends.

    Raises LabkitError, which says `busy`, where another run has it.
    """
    try:
        import fcntl
    except ImportError:  # Windows, where nothing is graded
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise LabkitError(busy) from None
    except OSError:
        pass  # a file system without locks: nothing to hold


def clear_unfinished(out: Path) -> None:
    """Remove what a run that died was writing: files, and the folder of a regrade."""
    for path in (*out.glob(".writing-*"), *out.glob("*/.writing-*")):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def refuse_other_lab(out: Path, lab: Lab) -> None:
    """Raises LabkitError where OUT holds the results of another lab."""
    for path in result_files(out)[:20]:
        found = results.read(path)
        if found is not None and found.lab != lab.short:
            raise LabkitError(
                f"{out} holds results of {found.lab}, not of {lab.short}: name another folder."
            )


def leftovers(out: Path, names: Sequence[str]) -> list[str]:
    """A sentence about results of people who are not in the class, if there are any."""
    gone = sorted({path.stem for path in result_files(out)} - {*names})
    if not gone:
        return []
    who = ", ".join(gone[:8]) + (" …" if len(gone) > 8 else "")
    many = f"{len(gone)} of an earlier run" if len(gone) > 1 else "One of an earlier run"
    return [
        f"{many} handed nothing in here: {who}. Results and pages of theirs are still in {out}, "
        "and in no table."
    ]
