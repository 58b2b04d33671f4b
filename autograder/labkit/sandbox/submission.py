"""Reads the files of a submission that a worker needs, and nothing that they point to."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

PACKAGE = "neuralnet"
TOTAL_LIMIT = 32 << 20
FILE_LIMIT = 8 << 20
COUNT_LIMIT = 400
LOOKED_AT_LIMIT = 4000
DEPTH_LIMIT = 4

_SKIPPED_FOLDERS = frozenset(
    ["__pycache__", "node_modules", "venv", "env", "dist", "build", "tests"]
)
_SUPPORT = frozenset([".py", ".npz", ".npy", ".csv", ".txt", ".json", ".toml", ".png"])
_NAME = re.compile(r"[^\x00-\x1f/\\]{1,120}")


@dataclass(frozen=True)
class Submission:
    """A submission's files as they were when first read: the worker gets a copy of these."""

    files: dict[str, bytes] = field(repr=False)
    """Content by path, `neuralnet/layers.py`."""
    digest: str
    left_out: tuple[str, ...] = ()
    """Paths of the package that were left out: links, too large, too many."""

    @property
    def mentions_plotting(self) -> bool:
        return any(
            b"matplotlib" in content or b"pylab" in content
            for path, content in self.files.items()
            if path.endswith(".py")
        )

    def lines(self, path: str) -> int:
        """Number of lines of a file; 0 if there is no such file."""
        content = self.files.get(path)
        return 0 if content is None else len(content.splitlines()) + 1

    def completed(self, modules: Mapping[str, str]) -> Submission:
        """The same with those of `modules` (text by path) that it does not bring itself."""
        brought = {path.removesuffix(".py").removesuffix("/__init__") for path in self.files}
        missing = {
            path: text.encode()
            for path, text in modules.items()
            if path.removesuffix(".py") not in brought
        }
        files = self.files | missing
        return replace(self, files=files, digest=_digest(files))


def read_submission(folder: Path) -> Submission:
    """The package of a submission and the small files beside it. Links are not followed.

    Raises FileNotFoundError if `folder` is not a folder.
    """
    if not folder.is_dir():
        raise FileNotFoundError(f"{folder} is not a folder with a submission.")
    files: dict[str, bytes] = {}
    left_out: list[str] = []
    total = 0
    root = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        found = list(_walk(root))
        found.sort(key=lambda item: (not item[0].startswith(PACKAGE + "/"), item[0]))
        for path, regular, size in found:
            fits = regular and size <= FILE_LIMIT and total + size <= TOTAL_LIMIT
            if not fits or len(files) >= COUNT_LIMIT:
                left_out.append(path)
                continue
            content = _content(root, path)
            if content is None:
                left_out.append(path)
                continue
            total += len(content)
            files[path] = content
    finally:
        os.close(root)
    own = tuple(path for path in left_out if path.startswith(PACKAGE + "/"))
    return Submission(files, _digest(files), own[:20])


def _digest(files: Mapping[str, bytes]) -> str:
    summary = hashlib.sha256()
    for path in sorted(files):
        summary.update(f"{path!r} {len(files[path])}\n".encode(errors="replace"))
        summary.update(files[path])
    return summary.hexdigest()


def _walk(root: int) -> Iterator[tuple[str, bool, int]]:
    """Path, whether a plain file, and size, of what may be wanted."""
    pending = [("", 0)]
    looked_at = 0
    while pending:
        prefix, depth = pending.pop()
        try:
            handle = _open(root, prefix or ".", os.O_DIRECTORY)
        except OSError:
            continue
        try:
            names = sorted(os.listdir(handle))  # noqa: PTH208
            for name in names:
                looked_at += 1
                if looked_at > LOOKED_AT_LIMIT:
                    return
                if not _NAME.fullmatch(name) or name.startswith("."):
                    continue
                try:
                    about = os.stat(name, dir_fd=handle, follow_symlinks=False)
                except OSError:
                    continue
                path = prefix + name
                if stat.S_ISDIR(about.st_mode):
                    if name not in _SKIPPED_FOLDERS and depth < DEPTH_LIMIT:
                        pending.append((path + "/", depth + 1))
                elif path.startswith(PACKAGE + "/"):
                    if not name.endswith((".pyc", ".pyo")):
                        yield path, stat.S_ISREG(about.st_mode), about.st_size
                elif stat.S_ISREG(about.st_mode) and Path(name).suffix.lower() in _SUPPORT:
                    yield path, True, about.st_size
        finally:
            os.close(handle)


def _open(root: int, path: str, flags: int) -> int:
    """Opens a path below `root`, none of whose parts may be a link."""
    handle = root
    parts = [part for part in path.split("/") if part]
    try:
        for index, part in enumerate(parts):
            last = index == len(parts) - 1
            mode = flags if last else os.O_DIRECTORY
            following = os.open(
                part, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | mode, dir_fd=handle
            )
            if handle != root:
                os.close(handle)
            handle = following
    except OSError:
        if handle != root:
            os.close(handle)
        raise
    return handle


def _content(root: int, path: str) -> bytes | None:
    try:
        handle = _open(root, path, 0)
    except OSError:
        return None
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            return None
        content = file.read(FILE_LIMIT + 1)
    return content if len(content) <= FILE_LIMIT else None
