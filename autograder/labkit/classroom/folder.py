"""OUT: one run at a time, one lab, and nothing of people who are gone goes unsaid."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from labkit.base.errors import LabkitError
from labkit.judging import result as results
from labkit.lab.lab import Lab

LOCK = ".labkit.lock"


@contextlib.contextmanager
def locked(out: Path) -> Iterator[None]:
    """Hold OUT for one run. Raises LabkitError where another run has it.

    The system lets go of the lock when the process ends, however it ends.
    """
    out.mkdir(parents=True, exist_ok=True)
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
