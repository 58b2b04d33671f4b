"""Where the files of one submission lie: on disk, or in the zip of a whole class.

A place is small and can be pickled, so a submission can be prepared in another process; it is
opened only for the moment it is needed.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import IO

from labkit.base.errors import of_the_machine, passed_over
from labkit.intake.archives import (
    CHUNK,
    ArchiveError,
    Budget,
    Entry,
    File,
    Listing,
    TooLargeError,
    clean_path,
    shown,
    size_in_words,
    zip_entries,
    zip_listing,
)
from labkit.intake.package import Sieve, is_junk
from labkit.lab.contract import PACKAGE

MAX_DEPTH = 200
"""Folders inside folders that are looked into."""
MAX_VISITED = 200_000
"""Files and folders that are looked at."""
MAX_CLASS_MEMBERS = 1_000_000
"""Files that the zip of a whole class may hold."""


@dataclass(frozen=True)
class OnDisk:
    """Files and folders of a file system, each under the path it is to have."""

    parts: tuple[tuple[str, Path], ...]

    @contextlib.contextmanager
    def opened(self, budget: Budget) -> Iterator[Listing]:
        """The listing. Links are never followed, neither to files nor to folders."""
        listing = Listing()
        sieve = Sieve()
        for inner, path in self.parts:
            _walk(path, inner, listing, sieve, budget=budget, depth=0)
        if sieve.dropped:
            listing.notes.append("Not all of its files were looked at: it holds too many.")
        yield listing


def _walk(
    path: Path, inner: str, listing: Listing, sieve: Sieve, *, budget: Budget, depth: int
) -> None:
    if sieve.visited > MAX_VISITED:
        sieve.dropped += 1
        return
    sieve.visited += 1
    if depth > MAX_DEPTH:
        words = f"What lies more than {MAX_DEPTH} folders deep was not looked at."
        listing.notes.append(words)
        return
    try:
        status = path.lstat()
        if stat.S_ISDIR(status.st_mode):
            # The package first: whatever lies beside it may be too much to look at.
            for child in sorted(path.iterdir(), key=lambda one: (one.name != PACKAGE, one)):
                joined = f"{inner}/{as_text(child.name)}" if inner else as_text(child.name)
                if not is_junk(joined) or may_hold_work(child, joined):
                    _walk(child, joined, listing, sieve, budget=budget, depth=depth + 1)
            return
    except OSError as error:
        if of_the_machine(error):
            raise
        if depth == 0:
            raise ArchiveError(f"cannot be read ({_why(error)}), so look at it yourself") from error
        listing.notes.append(f"{shown(inner)} cannot be read ({_why(error)}); left out.")
        return
    cleaned = clean_path(inner)
    if not stat.S_ISREG(status.st_mode):
        kind = "a link" if stat.S_ISLNK(status.st_mode) else "no regular file"
        listing.notes.append(f"{shown(inner)} is {kind}; left out.")
    elif cleaned and (sieve(cleaned) or depth == 0):
        stream = partial(_stream, path, budget)
        listing.files.append(
            File(
                cleaned,
                status.st_size,
                status.st_mtime,
                lambda limit: b"".join(stream(limit)),
                partial(_opened, path),
            )
        )


def may_hold_work(folder: Path, inner: str) -> bool:
    """Whether a hidden folder holds the package: some people's names begin with dots."""
    if folder.is_symlink() or not folder.is_dir():
        return False
    with passed_over():
        children = [folder, *folder.iterdir()]
        return any(
            (child / PACKAGE).is_dir()
            and not is_junk(f"{inner}/{'' if child is folder else child.name + '/'}{PACKAGE}/x.py")
            for child in children
            if not child.is_symlink()
        )
    return False


def _stream(path: Path, budget: Budget, limit: int) -> Iterator[bytes]:
    """The bytes of a regular file, without following a link or waiting for a pipe."""
    total = 0
    try:
        with _opened(path) as file:
            while piece := file.read(CHUNK):
                total += len(piece)
                budget.spend(len(piece))
                if total > limit:
                    raise TooLargeError(f"is larger than {size_in_words(limit)}")
                yield piece
    except OSError as error:
        if of_the_machine(error):
            raise
        raise ArchiveError(f"cannot be read ({_why(error)})") from error


def _opened(path: Path, _limit: int = 0) -> IO[bytes]:
    """The open file; ArchiveError if it is none or cannot be opened."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        handle = os.open(path, flags | getattr(os, "O_BINARY", 0))
    except OSError as error:
        if of_the_machine(error):
            raise
        raise ArchiveError(f"cannot be read ({_why(error)}), so look at it yourself") from error
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise ArchiveError("is no regular file")
    return os.fdopen(handle, "rb")


def as_text(name: str) -> str:
    """A file's name as text; bytes that are no UTF-8 become question marks."""
    return name.encode("utf-8", "replace").decode()


def _why(error: OSError) -> str:
    return (error.strerror or "unknown error").lower()


@dataclass(frozen=True)
class InZip:
    """Some entries of the zip of a whole class, each under the path it is to have."""

    archive: Path
    members: tuple[tuple[str, int], ...]
    """Path inside the submission, and the entry's number in the zip's table of contents."""

    @contextlib.contextmanager
    def opened(self, budget: Budget) -> Iterator[Listing]:
        """The listing; its files can be read while the context lasts."""
        entries = entries_of(self.archive)
        sieve = Sieve()
        members = [(path, entries[n]) for path, n in self.members if sieve(path)]
        with self.archive.open("rb") as file:
            yield zip_listing(file, members, budget)


Place = OnDisk | InZip


def entries_of(archive: Path) -> tuple[Entry, ...]:
    """The table of contents of the zip of a class, read once for all its submissions.

    Raises ArchiveError if it is no zip or broken, OSError if it cannot be opened.
    """
    status = archive.stat()
    return _entries(archive, status.st_size, status.st_mtime_ns)


@lru_cache(maxsize=2)
def _entries(archive: Path, size: int, modified: int) -> tuple[Entry, ...]:
    with archive.open("rb") as file:
        return tuple(zip_entries(file, limit=MAX_CLASS_MEMBERS))


def starts_like_zip(path: Path) -> bool:
    """Whether a regular file begins as a zip does, an empty zip included."""
    with (
        passed_over(),
        os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)), "rb") as file,
    ):
        return _magic(file)
    return False


def _magic(file: IO[bytes]) -> bool:
    return stat.S_ISREG(os.fstat(file.fileno()).st_mode) and file.read(4) in (
        b"PK\3\4",
        b"PK\5\6",
    )
