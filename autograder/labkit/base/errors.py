"""Errors that a user of the command line meets."""

from __future__ import annotations

import traceback
from pathlib import Path


class LabkitError(Exception):
    """Something a user can mend: one sentence that says what is wrong, where, and what to do."""


def line_in(path: Path, error: BaseException) -> int:
    """The line of the file at which an error arose; 0 where it was not in that file."""
    if isinstance(error, SyntaxError) and error.filename == str(path):
        return error.lineno or 0
    lines = [
        line
        for frame, line in traceback.walk_tb(error.__traceback__)
        if frame.f_code.co_filename == str(path)
    ]
    return lines[-1] if lines else 0


class CheckFailedError(LabkitError):
    """A check that a command makes has failed: exit code 1, where bad usage has 2."""
