"""What was sent to Moodle, kept beside the results: a run that was killed is taken up again.

A line of JSON is appended, and on disk, before a grade is sent, and another one after the answer. A
last line that is cut off is one whose request was never sent.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from labkit.classroom.folder import hold
from labkit.platforms.moodle.worksheet import MoodleError

NAME = "moodle-journal.jsonl"


class Journal:
    """Of one assignment; `open_journal` gives it."""

    def __init__(self, file: IO[str], head: dict[str, Any], lines: list[dict[str, Any]]) -> None:
        self._file = file
        self._head = head
        self._begun = bool(lines)
        self._last: dict[str, dict[str, Any]] = {}
        self.area = 0
        """The draft area that is used for every upload; 0 for none yet."""
        self.area_files: list[tuple[str, str]] = []
        """Files (folder, name) that may lie in it."""
        for line in lines:
            self._take(line)

    def begin(self) -> None:
        """The folder is this assignment's from now on."""
        if not self._begun:
            self._begun = True
            self._write(self._head)

    def about(self, key: str) -> dict[str, Any]:
        """The last line about somebody; empty where nothing was sent."""
        return self._last.get(key, {})

    def began(self, key: str, digest: str, **more: Any) -> None:
        """A grade is about to be sent."""
        self._write({"key": key, "state": "began", "digest": digest, **more})
        os.fsync(self._file.fileno())  # what follows can be read from Moodle again

    def sent(self, key: str, digest: str, **more: Any) -> None:
        """Moodle has answered."""
        self._write({"key": key, "state": "sent", "digest": digest, **more})

    def done(self, key: str, digest: str, **more: Any) -> None:
        """What Moodle holds was read, and is what was to be sent."""
        self._write({"key": key, "state": "done", "digest": digest, **more})

    def use_area(self, area: int) -> None:
        """Another draft area, empty."""
        self._write({"area": area})

    def into_area(self, folder: str, name: str) -> None:
        """A file is about to be put into the draft area."""
        self._write({"into": [folder, name]})

    def area_is_empty(self) -> None:
        """The draft area's files were deleted."""
        self._write({"emptied": True})

    def _write(self, line: dict[str, Any]) -> None:
        self.begin()
        self._file.write(json.dumps(line) + "\n")
        self._file.flush()
        self._take(line)

    def _take(self, line: dict[str, Any]) -> None:
        if "key" in line:
            self._last[str(line["key"])] = line
        elif "area" in line:
            self.area, self.area_files = int(line["area"]), []
        elif "into" in line:
            folder, name = line["into"]
            self.area_files.append((folder, name))
        elif "emptied" in line:
            self.area_files = []


@contextmanager
def open_journal(out: Path, site: str, assignment: int) -> Iterator[Journal]:
    """The journal in `out`. Raises LabkitError where it is another assignment's, or in use.

    OSError names it where there is no room for a line.
    """
    try:
        with _opened(out, {"site": site, "assignment": assignment}) as journal:
            yield journal
    except OSError as error:
        if error.filename is None:  # the system does not tell of which file it speaks
            error.filename = str(out / NAME)
        raise


@contextmanager
def _opened(out: Path, head: dict[str, Any]) -> Iterator[Journal]:
    with (out / NAME).open("a+", encoding="utf-8", errors="replace") as file:
        hold(file, f"Another labkit is at work in {out}: wait until it is done.")
        file.seek(0)
        lines = []
        whole = 0
        for text in file.read().splitlines(keepends=True):
            try:
                line = json.loads(text) if text.endswith("\n") else None
            except ValueError:
                line = None
            if not isinstance(line, dict):
                break  # cut off
            lines.append(line)
            whole += len(text.encode())
        file.truncate(whole)
        if lines and {key: lines[0].get(key) for key in head} != head:
            raise MoodleError(
                f"{out} holds the work on assignment {lines[0].get('assignment')} of"
                f" {lines[0].get('site')}: name another folder with --out."
            )
        yield Journal(file, head, lines)
