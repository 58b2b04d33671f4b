"""Errors that a user of the command line meets."""

from __future__ import annotations


class LabkitError(Exception):
    """Something a user can mend: one sentence that says what is wrong, where, and what to do."""


class CheckFailedError(LabkitError):
    """A check that a command makes has failed: exit code 1, where bad usage has 2."""
