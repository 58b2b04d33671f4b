"""Errors that a user of the command line meets, and those that are nobody's work."""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Iterator


class LabkitError(Exception):
    """Something a user can mend: one sentence that says what is wrong, where, and what to do."""


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
