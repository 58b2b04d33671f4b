"""A class in which nothing changed since its last run: `--resume` need not open a single zip.

OUT keeps a mark of all that a run depends on and of all that it wrote: names, sizes and times of
files, as make goes by. Whatever differs, or is gone, makes the next run an ordinary one.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from labkit.base import paths
from labkit.base.files import write_json
from labkit.classroom.folder import LOCK
from labkit.lab.bundle import Bundle

_MARK = ".labkit.unchanged.json"
_OWN = (LOCK, _MARK)


@dataclass(frozen=True)
class Told:
    """What a run said at its end, beside its results."""

    submissions: Sequence[str]
    """Names, in their order."""
    summary: Sequence[str]
    files: Sequence[str]


def inputs(bundle: Bundle, submissions: Path, out: Path, options: object) -> str:
    """A mark of what a run depends on: the class, the lab, the kit, what was decided."""
    digest = hashlib.sha256(repr(options).encode())
    digest.update(bundle.fingerprint.encode())
    given = [value for value in vars(options).values() if isinstance(value, Path)]
    for root in (submissions, paths.PACKAGE, bundle.root, *given):
        digest.update(os.fsencode(root.absolute()))
        for line in _stamps(root.resolve(), out):
            digest.update(line)
    return digest.hexdigest()


def _outputs(out: Path) -> str:
    digest = hashlib.sha256()
    for line in _stamps(out):
        digest.update(line)
    return digest.hexdigest()


def _stamps(root: Path, leave_out: Path | None = None) -> Iterator[bytes]:
    """A line for each file and folder, without following links."""
    without = os.path.realpath(leave_out) if leave_out else ""
    if not root.is_dir():
        yield _stamp(str(root), b"")
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(
            name for name in folders if name != "__pycache__" and f"{folder}/{name}" != without
        )
        inner = os.path.relpath(folder, root)
        yield os.fsencode(inner)
        for name in sorted({*files, *folders} - {*_OWN}):
            yield _stamp(f"{folder}/{name}", os.fsencode(name), folder=name in folders)


def _stamp(path: str, name: bytes, *, folder: bool = False) -> bytes:
    if folder:  # what it holds is looked at; its time changes with every lock
        return b"%b/" % name
    try:
        found = os.lstat(path)
    except OSError:  # never unchanged: who reads it says what is wrong
        return os.urandom(16)
    return b"%b %d %d %o\0" % (name, found.st_size, found.st_mtime_ns, found.st_mode)


def keep(out: Path, mark: str, told: Told) -> None:
    """Note at the end of a run that these inputs gave what now lies in `out`."""
    write_json(out / _MARK, {"inputs": mark, "outputs": _outputs(out), **vars(told)})


def recall(out: Path, mark: str) -> Told | None:
    """What the last run told, if neither its inputs nor its files have changed."""
    try:
        found = json.loads((out / _MARK).read_text(encoding="utf-8"))
        if (found.pop("inputs"), found.pop("outputs")) == (mark, _outputs(out)):
            return Told(**found)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        pass
    return None
