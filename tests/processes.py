"""This system, and what runs on it: seen through /proc."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path

LINUX = sys.platform.startswith("linux")
ROOT = LINUX and os.geteuid() == 0


def children(parent: int) -> set[int]:
    """Processes of one parent, defunct ones too."""
    return {pid for pid, above in _parents().items() if above == parent}


def descendants(parent: int) -> set[int]:
    """Everything below a process."""
    parents = _parents()
    found: set[int] = set()
    while fresh := {pid for pid, above in parents.items() if above in {parent, *found}} - found:
        found |= fresh
    return found


def _parents() -> dict[int, int]:
    """The parent of every process."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            with suppress(OSError, ValueError, IndexError):  # it may end while it is read
                found[int(entry.name)] = int(
                    (entry / "stat").read_text().rpartition(")")[2].split()[1]
                )
    return found
