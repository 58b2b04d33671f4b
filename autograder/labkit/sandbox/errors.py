"""Errors of the sandbox's own machinery; none of them is ever a submission's doing."""

from __future__ import annotations


class SandboxError(RuntimeError):
    """The sandbox cannot work here."""


class ZygoteGoneError(Exception):
    """The clean process closed its end."""
