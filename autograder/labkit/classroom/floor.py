"""`--never-lower`: what a question had before a regrade stays, in that run and in every later one.

`never-lower.txt` in OUT names the folders of history/ whose points are held fast, one a line.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from labkit.base.files import write_text
from labkit.classroom.folder import result_path
from labkit.judging import result as results
from labkit.judging.result import FULL, GRADED, QuestionResult, Result

HISTORY, NEVER_LOWER = "history", "never-lower.txt"


def read(out: Path) -> tuple[Path, ...]:
    """The folders of earlier results that hold; also those that are gone."""
    path = out / NEVER_LOWER
    if not path.is_file():
        return ()
    lines = path.read_text("utf-8", errors="replace").splitlines()
    return tuple(out / HISTORY / line.strip() for line in lines if line.strip())


def write(out: Path, folders: Iterable[Path]) -> Path:
    """Keep which folders hold; gives the file."""
    write_text(out / NEVER_LOWER, "".join(f"{folder.name}\n" for folder in folders))
    return out / NEVER_LOWER


def lost(folders: Iterable[Path]) -> list[str]:
    """A sentence about earlier results that are gone, if any are."""
    gone = [f"{HISTORY}/{folder.name}" for folder in folders if not folder.is_dir()]
    if not gone:
        return []
    return [
        f"{NEVER_LOWER} holds points of {', '.join(gone)}, which is gone, so that they may fall: "
        "put the folder back, or delete the line."
    ]


def held(folders: Iterable[Path], result: Result, excluded: Iterable[str]) -> Result:
    """A result with the points that it had before, where they were more; not of `excluded`."""
    for folder in folders:
        old = results.read(result_path(folder, result.submission))
        if old is not None:
            result = _held(old, result, frozenset(excluded))
    return result


def _held(old: Result, new: Result, excluded: frozenset[str]) -> Result:
    if old.status == GRADED and new.status != GRADED:
        note = f"The earlier grading counts. What is there now: {new.status}"
        return replace(
            old,
            notes=(*old.notes, note),
            origin=new.origin,
            platform=new.platform,
            fingerprint=new.fingerprint,
        )
    more = {
        question.name: replace(question, score=_earned(old, question))
        for question in old.questions
        if question.name not in excluded
    }
    fallen = [q.name for q in new.questions if q.name in more and more[q.name].score > q.score]
    if not fallen:
        return new
    names = ", ".join(f"`{name}`" for name in fallen)
    return replace(
        new,
        questions=tuple(more[q.name] if q.name in fallen else q for q in new.questions),
        notes=(*new.notes, f"Points of an earlier grading are kept in {names}."),
    )


def _earned(result: Result, question: QuestionResult) -> float:
    """What a question had without adjustments, which last by themselves."""
    full = result.excluded.get(question.name) == FULL and result.status == GRADED
    return question.possible if full else question.score
