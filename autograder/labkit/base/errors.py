"""Errors that a user of the command line meets."""

from __future__ import annotations

import traceback
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
