"""Turns what an instructor has into clean submissions.

    for submission in open_submissions(Path("downloads.zip"), modules):
        if submission.problem:
            ...                # one sentence: what, where, what to do
        else:
            submission.files   # neuralnet/… and little else: path -> content

A submission is hostile until shown otherwise: nothing of it is executed or imported here, no link
is followed, no claim of a header believed, and whatever is wrong with one never stops the others.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, overload

from labkit.base.errors import of_the_machine
from labkit.intake.archives import ArchiveError, Budget, Listing, shown
from labkit.intake.classes import (
    Canvas,
    ClassOf,
    Found,
    Gradescope,
    IntakeError,
    Moodle,
    Platform,
    find_class,
    refuse_inside,
    single,
)
from labkit.intake.gradescope import User
from labkit.intake.package import Clean, clean_submission
from labkit.intake.safe_names import safe_name, unique_names

__all__ = [
    "Canvas",
    "Gradescope",
    "IntakeError",
    "Moodle",
    "Platform",
    "Submission",
    "Submissions",
    "User",
    "open_submissions",
    "refuse_inside",
    "safe_name",
    "single_submission",
]


@dataclass(frozen=True)
class Submission:
    """One submission, opened: whose it is and its code, in memory. Can be pickled."""

    name: str
    """Safe, short, unique in its class, the same in every run; a file name without an ending."""
    origin: str
    """Its name as it came."""
    platform: Platform | None
    """Where in Moodle, Gradescope or Canvas it belongs."""
    status: str
    """`ok`, or why not: `missing package`, `empty`, `unreadable`, or `failed`, of the machine's."""
    problem: str | None
    """The same as one sentence, with what to do; None exactly when `status` is `ok`."""
    notes: tuple[str, ...]
    """What was chosen, renamed or left out, a sentence each."""
    files: Mapping[str, bytes] = field(repr=False)
    """The student's `neuralnet/` and its neighbours, path -> content; empty with a problem."""

    notebook: bytes = field(default=b"", repr=False)
    """The student's notebook, with the written answers; empty where there is none."""

    @cached_property
    def version(self) -> str:
        """Equal for the same code and the same notebook."""
        return hashlib.sha256(self.fingerprint.encode() + self.notebook).hexdigest()[:16]

    @cached_property
    def fingerprint(self) -> str:
        """A hash of everything in it that can change its grade."""
        digest = hashlib.sha256(f"{self.status}\0{self.problem}\0".encode("utf-8", "replace"))
        for path, content in sorted(self.files.items()):
            digest.update(path.encode() + b"\0" + hashlib.sha256(content).digest())
        return digest.hexdigest()

    @property
    def platform_data(self) -> dict[str, Any]:
        """`platform` as plain data for JSON: its fields and `kind`; empty without a platform."""
        if self.platform is None:
            return {}
        return {"kind": type(self.platform).__name__.lower()} | asdict(self.platform)


class Submissions(Sequence[Submission]):
    """The submissions of a class in a fixed order; each is opened whenever it is asked for.

    So ask once: what a class costs is opening its submissions.
    """

    def __init__(self, found: ClassOf, modules: Collection[str]) -> None:
        self.notes = tuple(found.notes)
        """Sentences about the whole: files that are no submissions, what Moodle leaves out."""
        self.names = tuple(
            unique_names(
                [one.text for one in found.found], _distinct([one.origin for one in found.found])
            )
        )
        """The submissions' names, without opening any."""
        self.platforms = tuple(one.platform for one in found.found)
        """Where in Moodle, Gradescope or Canvas each belongs, likewise."""
        self.origins = tuple(one.origin for one in found.found)
        """Their names as they came."""
        self._found = tuple(found.found)
        self._modules = frozenset(modules)

    def told(self, platforms: Sequence[Platform | None]) -> Submissions:
        """The same submissions, with what else is known of where each belongs, in their order."""
        class_of = ClassOf(
            [replace(one, platform=p) for one, p in zip(self._found, platforms, strict=True)],
            list(self.notes),
        )
        return Submissions(class_of, self._modules)

    def __len__(self) -> int:
        return len(self._found)

    @overload
    def __getitem__(self, index: int) -> Submission: ...
    @overload
    def __getitem__(self, index: slice) -> list[Submission]: ...
    def __getitem__(self, index: int | slice) -> Submission | list[Submission]:
        if isinstance(index, slice):
            return [self[n] for n in range(*index.indices(len(self)))]
        found = self._found[index]
        owned = found.platform is not None or not found.subject.endswith("/")
        return _opened(found, self.names[index], self._modules, owned=owned)


def open_submissions(
    source: Path, modules: Collection[str], *, leave_out: Path | None = None
) -> Submissions:
    """The submissions in `source`, in a fixed order.

    `source` is a folder with one folder, zip, notebook or module a submission, or the zip that
    Moodle's "Download all submissions" (with or without folders), Canvas's or Gradescope's
    "Download submissions" gives, packed or unpacked. `modules` are those of the lab's package, by
    which code is known. `leave_out` is where results go: it may lie in `source`, but must not be
    it. Raises IntakeError if there is nothing of that kind; a broken submission never raises, it
    has a `problem`.
    """
    return Submissions(find_class(source.absolute(), frozenset(modules), leave_out), modules)


def single_submission(path: Path, modules: Collection[str], subject: str = "") -> Submission:
    """The submission that is the folder, zip or file `path`; whatever is wrong is a `problem`.

    `subject` begins the sentence about it, where the name of `path` says nothing to its author.
    """
    path = path.absolute()
    found = single(path.resolve() if path.is_symlink() else path)
    found = replace(found, subject=subject or found.subject)
    return _opened(found, safe_name(found.text), frozenset(modules))


def _distinct(origins: list[str]) -> list[str]:
    """`origins`, numbered where they repeat, as names that are no UTF-8 may."""
    seen: Counter[str] = Counter()
    result = []
    for origin in origins:
        result.append(f"{origin}\0{seen[origin]}" if seen[origin] else origin)
        seen[origin] += 1
    return result


def _opened(found: Found, name: str, modules: frozenset[str], *, owned: bool = True) -> Submission:
    """A submission, read now."""
    if found.problem:
        clean = Clean(status="unreadable", problem=found.problem)
    else:
        clean = _look(found, modules, owned=owned)
    return Submission(
        name=name,
        origin=found.origin,
        platform=found.platform,
        status=clean.status,
        problem=clean.problem,
        notes=clean.notes,
        files=clean.files,
        notebook=clean.notebook,
    )


def _look(found: Found, modules: frozenset[str], *, owned: bool) -> Clean:
    """The clean form of what was found."""
    budget = Budget()
    try:
        if found.place is None:
            return clean_submission(Listing(), found.subject, modules, budget)
        with found.place.opened(budget) as listing:
            return clean_submission(listing, found.subject, modules, budget, owned=owned)
    except ArchiveError as error:
        words = str(error)
    except Exception as error:  # whatever a stranger managed, the class goes on
        if of_the_machine(error):
            why = (getattr(error, "strerror", None) or "no memory").lower()
            words = f"could not be read on the grader's machine ({why}); grade it again"
            return Clean(status="failed", problem=f"{shown(found.subject, 100)} {words}.")
        words = f"cannot be read ({type(error).__name__}): look at the file itself"
    return Clean(status="unreadable", problem=f"{shown(found.subject, 100)} {words}.")
