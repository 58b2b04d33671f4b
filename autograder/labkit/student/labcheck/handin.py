"""Makes the zip that is handed in, and shows what grading will see of it."""

from __future__ import annotations

import contextlib
import re
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from . import graded, notebooks, running, showing
from .checking import Event
from .notebooks import Book
from .showing import Line, shown


class NotHandedIn(Exception):
    """No zip could be made: one sentence."""


def make(
    home: Path, manifest: Mapping[str, Any], *, notebook: str = "", name: str = ""
) -> tuple[Path, list[Line], bool]:
    """Write the zip, check it elsewhere; gives its path, what to say, and whether all is well.

    Raises NotHandedIn.
    """
    try:
        book = notebooks.find(home, manifest["lab"], manifest["notebook"], notebook)
    except notebooks.NotebookNotFound as error:
        raise NotHandedIn(str(error)) from None
    if not (home / graded.PACKAGE).is_dir():
        raise NotHandedIn(f"There is no folder {graded.PACKAGE} in {home}: it is what is graded.")
    found, notes = graded.files_in(home)
    files = {book.path.name: book.path.read_bytes(), **graded.used(found)}
    target = home / f"{manifest['lab']}_{_suffix(name)}.zip"
    _write(target, files)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        elsewhere = Path(folder).resolve()
        with zipfile.ZipFile(target) as archive:
            archive.extractall(elsewhere)
        try:
            events = list(running.events(home, elsewhere))
        except running.CheckStopped as error:
            raise NotHandedIn(f"{target.name} is written, but not checked. {error}") from None
    problems = [*_problems(events), *(Line("finding", note) for note in notes)]
    empty = [*_about_notebook(book)]
    shown = [
        Line("title", f"{target.name} is written: hand in this file."),
        Line("say", f"It holds {_listed(files)}."),
        *problems,
        *_points(events),
        *empty,
    ]
    return target, shown, not problems and not empty


def _suffix(name: str) -> str:
    return re.sub(r"[^\w-]+", "_", name).strip("_") or datetime.now().strftime("%Y-%m-%d_%H-%M")


def _write(target: Path, files: Mapping[str, bytes]) -> None:
    """The zip, whole or not at all."""
    half = target.with_name(f".{target.name}.half")
    try:
        with zipfile.ZipFile(half, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in files.items():
                archive.writestr(name, content)
        half.replace(target)
    except OSError as error:
        raise NotHandedIn(
            f"{target} cannot be written ({error.strerror or error}): is the folder full or "
            "write-protected?"
        ) from None
    finally:
        with contextlib.suppress(OSError):  # gone, or in a folder that can only be read
            half.unlink()


def _listed(files: Mapping[str, bytes]) -> str:
    inside = [name for name in files if name.startswith(graded.PACKAGE + "/")]
    beside = [name for name in files if name not in inside]
    own = f"{graded.PACKAGE}/ with {', '.join(name.partition('/')[2] for name in inside)}"
    return f"{beside[0]}, {own}" + "".join(f", {name}" for name in beside[1:])


def _problems(events: list[Event]) -> Iterator[Line]:
    """What grading will refuse, and the questions that fail."""
    for event in events:
        if event["kind"] == "start":
            yield from (Line("finding", sentence) for sentence in event["findings"])
        elif event["kind"] == "question" and not (event["passed"] or event["left_out"]):
            message = next(case["message"] for case in event["cases"] if not case["passed"])
            yield Line("fail", f"✗ {event['question']}")
            yield Line("say", message.partition("\n")[0])


def _points(events: list[Event]) -> Iterator[Line]:
    points = running.score(events)
    hidden = points["possible"] - points["public"]
    yield Line(
        "end",
        f"Public checks of this zip, unpacked elsewhere: {shown(points['earned'])} of "
        f"{shown(points['public'])} points. {shown(hidden)} points are decided by hidden checks.",
    )


def _about_notebook(book: Book) -> Iterator[Line]:
    if empty := book.empty_answers():
        yield Line("finding", f"Written answers still empty: {'; '.join(empty)}.")
    if notebooks.unsaved(book):
        yield Line(
            "finding",
            f"You ran cells that {book.path.name} does not hold yet: save it (Ctrl+S) and run "
            "this cell again.",
        )


def answer(home: Path, manifest: Mapping[str, Any], notebook: str, name: str) -> showing.Answer:
    """The same for a notebook's cell."""
    try:
        _, shown, good = make(home, manifest, notebook=notebook, name=name)
    except NotHandedIn as error:
        return showing.Answer([Line("finding", str(error))], good=False)
    except KeyboardInterrupt:
        return showing.Answer([Line("finding", "Stopped before it was checked.")], good=False)
    return showing.Answer(shown, good)
