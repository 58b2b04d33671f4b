"""The process in which checks run: started by `running.py`, writes its events as lines of JSON."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from . import checking
from .checking import Event


def main(
    home: Path,
    folder: Path,
    questions: Sequence[str],
    *,
    lost: Mapping[str, str],
    passing: Sequence[str],
) -> int:
    """Run the checks; what student code writes to the process's own output goes nowhere."""
    sys.stdout.flush()
    out = os.fdopen(os.dup(1), "w", encoding="ascii", newline="\n")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1):
        os.dup2(nowhere, stream)

    def tell(event: Event) -> None:
        out.write(json.dumps(event) + "\n")
        out.flush()

    for event in checking.events(home, folder, questions, lost=lost, passing=passing, tell=tell):
        tell(event)
    return 0
