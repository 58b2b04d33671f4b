"""Starts the process in which checks run, and tells what came of it, whatever becomes of it.

A case that takes the process along (a crash, a step that cannot be stopped) fails, and the others
are judged in a new one, as in grading.
"""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from . import checking
from .checking import Event
from .limits import HOPELESS, LOAD_SECONDS, wall
from .recorded import TWICE, Recorded

_GRACE = 30.0
"""Seconds of silence beyond what the limits allow, until the process is ended."""


class CheckStopped(Exception):
    """The checks could not run: one sentence."""


def events(
    home: Path, folder: Path, questions: Sequence[str] = (), passing: Iterable[str] = ()
) -> Iterator[Event]:
    """The events of checking the package in `folder` with the checks of `home`, in a new process.

    `passing` are functions whose checks are known to pass. In the browser, where there are no
    processes, it is this one. Raises CheckStopped.
    """
    if sys.platform == "emscripten":
        yield from checking.events(home, folder, questions, passing=passing)
        return
    known = set(passing)
    manifest = Recorded(home).manifest
    silence = wall(manifest["limits"]["call_seconds"]) + wall(LOAD_SECONDS) + _GRACE
    left = list(questions or manifest["questions"])
    lost: dict[str, str] = {}
    started = False
    while left:
        at = ""
        with _Child(home, folder, left, lost=lost, passing=known) as child:
            for event in child.events(silence):
                if event["kind"] == "begin":
                    at = event["case"] or at
                elif event["kind"] == "question":
                    left.remove(event["question"])
                    known |= {event["question"]} if event["passed"] else set()
                if event["kind"] != "end" and not (event["kind"] == "start" and started):
                    yield event
                started = started or event["kind"] == "start"
            if left:
                if not at or lost.get(at, "").endswith(TWICE):
                    raise CheckStopped(child.last_words())
                how = "timeout" if child.hopeless else "crashed"
                lost[at] = how + TWICE if at in lost else how
    yield {"kind": "end"}


class _Child:
    """One process that checks."""

    def __init__(
        self,
        home: Path,
        folder: Path,
        questions: Sequence[str],
        *,
        lost: dict[str, str],
        passing: Iterable[str],
    ) -> None:
        self.hopeless = False
        self._command = [
            *(sys.executable, str(home / "check.py"), "--json", "--path", str(folder)),
            *(f"--lost={case}={how}" for case, how in lost.items()),
            *(f"--passing={name}" for name in sorted(passing)),
            *questions,
        ]
        self._stderr: IO[bytes]

    def __enter__(self) -> _Child:
        self._stderr = tempfile.TemporaryFile()
        self._process = subprocess.Popen(
            self._command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        self._stderr.close()

    def events(self, silence: float) -> Iterator[Event]:
        """What it tells, until it ends; ended here after `silence` seconds without a word."""
        lines: queue.Queue[bytes | None] = queue.Queue()
        threading.Thread(target=self._read, args=(lines,), daemon=True).start()
        while True:
            try:
                line = lines.get(timeout=silence)
            except queue.Empty:
                self.hopeless = True
                return
            if line is None:
                break
            yield json.loads(line)
        self.hopeless = self._process.wait() == HOPELESS

    def _read(self, lines: queue.Queue[bytes | None]) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            lines.put(line)
        lines.put(None)

    def last_words(self) -> str:
        """Why it could not run at all."""
        self._stderr.seek(0)
        text = self._stderr.read().decode("utf-8", "replace").strip().splitlines()
        told = f" ({text[-1][:300]})" if text else ""
        return (
            f"The checks could not run{told}. Unpack a fresh copy of the lab and put your "
            "neuralnet folder into it; install its requirements.txt."
        )


def score(found: Sequence[Event]) -> dict[str, Any]:
    """Points of the public checks: earned, public, possible; a bonus left out does not count."""
    questions = [event for event in found if event["kind"] == "question" and not event["left_out"]]
    return {
        "earned": round(sum(event["earned"] for event in questions), 4),
        "public": round(sum(event["public"] for event in questions), 4),
        "possible": round(sum(event["points"] for event in questions), 4),
        "passed": all(event["passed"] for event in questions),
    }
