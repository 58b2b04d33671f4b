"""OUT: one run at a time, one lab, and nothing of people who are gone goes unsaid."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from labkit.base.errors import LabkitError, of_the_machine
from labkit.classroom.order import GO_ON, OutError
from labkit.judging import result as results
from labkit.lab.lab import Lab

LOCK = ".labkit.lock"

_WRITING = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG)
"""What only one who writes is answered."""
_CLOSED = (errno.EACCES, errno.EPERM)


@contextlib.contextmanager
def locked(out: Path) -> Iterator[None]:
    """Hold OUT for one run. Raises LabkitError where another run has it, or the system stops this.

    The system lets go of the lock when the process ends, however it ends.
    """
    try:
        _make(out)
        with _locked(out):
            yield
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


@contextlib.contextmanager
def _locked(out: Path) -> Iterator[None]:
    try:
        import fcntl
    except ImportError:  # Windows, where nothing is graded
        yield
        return
    handle = os.open(out / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LabkitError(
                f"Another labkit is grading into {out}: wait for it, or name another folder."
            ) from None
        except OSError:
            pass  # a file system without locks: nothing to hold
        yield
    finally:
        os.close(handle)


def clear_unfinished(out: Path) -> None:
    """Remove what a run that died was writing: files, and the folder of a regrade."""
    for path in (*out.glob(".writing-*"), *out.glob("*/.writing-*")):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def refuse_other_lab(out: Path, lab: Lab) -> None:
    """Raises LabkitError where OUT holds the results of another lab."""
    for path in sorted((out / "results").glob("*.json"))[:20]:
        found = results.read(path)
        if found is not None and found.lab != lab.short:
            raise LabkitError(
                f"{out} holds results of {found.lab}, not of {lab.short}: name another folder."
            )


def leftovers(out: Path, names: Sequence[str]) -> list[str]:
    """A sentence about results of people who are not in the class, if there are any."""
    known = set(names)
    gone = [path.stem for path in sorted((out / "results").glob("*.json"))]
    gone = [name for name in gone if name not in known]
    if not gone:
        return []
    who = ", ".join(gone[:8]) + (" …" if len(gone) > 8 else "")
    many = f"{len(gone)} of an earlier run" if len(gone) > 1 else "One of an earlier run"
    return [
        f"{many} handed nothing in here: {who}. Results and pages of theirs are still in {out}, "
        "and in no table."
    ]
