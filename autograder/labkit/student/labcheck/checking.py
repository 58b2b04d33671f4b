"""Runs the public checks on a student's files and tells what happens, event by event.

An event is a plain dict that can be written as JSON:

    start       lab, title, findings (sentences about the files)
    begin       question; case ("" while nothing of it runs)
    question    question, points, public, earned, passed, bonus, left_out, cases, printed
    end
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from . import graded
from .cases import Verdict, read_cases, run_cases
from .naming import CaseRun
from .probe import is_blank
from .recorded import Recorded

Event = dict[str, Any]

_PRINTED = 2000
"""Characters of what student code printed that are shown."""


def events(
    home: Path,
    folder: Path,
    questions: Sequence[str],
    *,
    lost: Mapping[str, str] | None = None,
    passing: Iterable[str] = (),
    tell: Callable[[Event], None] | None = None,
) -> Iterator[Event]:
    """Check the package in `folder` with the lab's checks in `home`, in this process.

    Modules of an earlier run are forgotten, so the files count and nothing else. `lost` names cases
    that ended the process before, with how, `passing` functions whose checks are known to pass;
    `tell` hears of each case before it runs.
    """
    files, notes = graded.files_in(folder)
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name,
        _elsewhere(Path(name).resolve(), files) as staged,
    ):
        graded.write_to(staged, files)
        check = _Telling(home, staged, lost)
        check.tell = tell
        check.passing.update(passing)
        broken = graded.unreadable(graded.used(files))
        yield {
            "kind": "start",
            "lab": check.manifest["lab"],
            "title": check.manifest["title"],
            "findings": [*broken.values(), *graded.refused(graded.used(files)), *notes],
        }
        with graded.Guard(staged):
            for question in questions or list(check.manifest["questions"]):
                yield {"kind": "begin", "question": question, "case": ""}
                yield from _question(check, home, question)
        yield {"kind": "end"}


def _question(check: _Telling, home: Path, question: str) -> Iterator[Event]:
    cases = read_cases(home / "tests" / f"{question}.py")
    with _captured() as printed:
        verdicts = run_cases(cases, check)
    if all(verdict.passed for verdict in verdicts):
        check.passing.add(question)
    yield _result(check.manifest, question, verdicts, printed())


def _result(
    manifest: Mapping[str, Any], question: str, verdicts: Sequence[Verdict], printed: str
) -> Event:
    worth = manifest["case_points"]
    bonus = question in manifest["bonus"]
    blank = any(is_blank(question, verdict.message) for verdict in verdicts)
    return {
        "kind": "question",
        "question": question,
        "module": manifest["modules"][question],
        "points": manifest["questions"][question],
        "public": round(sum(worth[verdict.case.name] for verdict in verdicts), 4),
        "earned": round(sum(worth[v.case.name] for v in verdicts if v.passed), 4),
        "passed": all(verdict.passed for verdict in verdicts),
        "bonus": bonus,
        "left_out": bonus and blank,
        "cases": [
            {
                "title": verdict.case.title,
                "passed": verdict.passed,
                "message": verdict.message,
                "points": worth[verdict.case.name],
            }
            for verdict in verdicts
        ],
        "printed": printed,
    }


class _Telling(Recorded):
    """Tells the parent which case it is at, should that be the last that is heard of it."""

    tell: Callable[[Event], None] | None = None

    def run(self, case: CaseRun, body: Callable[[], None]) -> None:
        if self.tell:
            self.tell({"kind": "begin", "question": self.question, "case": case.name})
        super().run(case, body)


@contextlib.contextmanager
def _elsewhere(folder: Path, files: Mapping[str, bytes]) -> Iterator[Path]:
    """Imports come from `folder`, which is also the working directory, as in grading.

    It has to be resolved: by its path the guard knows what student code asks.
    """
    tops = {name.split("/")[0].removesuffix(".py") for name in files} | {graded.PACKAGE}
    names = [name for name in sys.modules if name.split(".")[0] in tops]
    before = {name: sys.modules.pop(name) for name in names}
    path, here = list(sys.path), Path.cwd()
    bytecode, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    home = str(Path(__file__).resolve().parents[1])
    sys.path[:] = [str(folder), *(one for one in path if one not in ("", home, str(here)))]
    os.chdir(folder)
    try:
        yield folder
    finally:
        os.chdir(here)
        sys.path[:] = path
        sys.dont_write_bytecode = bytecode
        for name in [name for name in sys.modules if name.split(".")[0] in tops]:
            del sys.modules[name]
        sys.modules.update(before)


class _Capped(io.RawIOBase):
    """Keeps the first bytes that are written to it and forgets the rest."""

    def __init__(self) -> None:
        self.kept = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        data = bytes(data)
        self.kept += data[: max(0, 4 * _PRINTED - len(self.kept))]
        return len(data)


@contextlib.contextmanager
def _captured() -> Iterator[Callable[[], str]]:
    """What student code prints in the block, cut."""
    kept = _Capped()
    stream = io.TextIOWrapper(
        io.BufferedWriter(kept), encoding="utf-8", errors="replace", write_through=True
    )

    def printed() -> str:
        with contextlib.suppress(ValueError):  # student code closed it
            stream.flush()
        text = kept.kept.decode("utf-8", "replace")
        return text if len(text) <= _PRINTED else text[:_PRINTED] + " …"

    with contextlib.redirect_stdout(stream), contextlib.redirect_stderr(stream):
        yield printed
