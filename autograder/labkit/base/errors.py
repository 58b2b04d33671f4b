"""Errors that a user of the command line meets, and those that are nobody's work."""

from __future__ import annotations

import contextlib
import errno
import traceback
from collections.abc import Iterator
from pathlib import Path


class LabkitError(Exception):
    """Something a user can mend: one sentence that says what is wrong, where, and what to do."""


def told(error: BaseException, inside: Path) -> str:
    """`FILE, line 3: NameError: …`, with the last place in a file, or a folder, that it passed."""
    places = [(frame.f_code.co_filename, n) for frame, n in traceback.walk_tb(error.__traceback__)]
    reason = f"{type(error).__name__}: {error}"
    if isinstance(error, SyntaxError) and error.filename:
        places.append((error.filename, error.lineno or 0))
        reason = error.msg
    where = [f"{file}, line {n}" for file, n in places if Path(file).is_relative_to(inside)]
    return f"{where[-1] if where else inside}: {reason}"


class CheckFailedError(LabkitError):
    """A check that a command makes has failed: exit code 1, where bad usage has 2."""


_MACHINE = (
    *(errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG, errno.EIO),
    *(errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ESTALE, errno.ETIMEDOUT),
)


def of_the_machine(error: BaseException) -> bool:
    """Whether the machine was the reason, full or worn out: the same can succeed another time."""
    return isinstance(error, MemoryError) or getattr(error, "errno", None) in _MACHINE


@contextlib.contextmanager
def passed_over() -> Iterator[None]:
    """A block in which a file that is closed or gone does not matter; the machine's state does."""
    try:
        yield
    except OSError as error:
        if of_the_machine(error):
            raise
