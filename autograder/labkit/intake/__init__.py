"""Turns what an instructor has into clean submissions.

    for submission in open_submissions(Path("downloads.zip"), workdir):
        if submission.problem:
            ...                                   # one sentence: what, where, what to do
        else:
            with submission.prepare() as folder:  # folder/neuralnet/… and little else
                ...

A submission is hostile until shown otherwise: nothing of it is executed or imported here, no link
is followed, no claim of a header believed, and whatever is wrong with one never stops the others.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, overload

from labkit.intake.archives import ArchiveError, Budget, Listing, shown
from labkit.intake.classes import (
    ClassOf,
    Found,
    Gradescope,
    IntakeError,
    Moodle,
    Platform,
    find_class,
    single,
)
from labkit.intake.gradescope import User
from labkit.intake.naming import safe_name, unique_names
from labkit.intake.package import Clean, clean_submission
from labkit.intake.places import Place

__all__ = [
    "Gradescope",
    "IntakeError",
    "Moodle",
    "Platform",
    "Submission",
    "Submissions",
    "User",
    "open_submissions",
    "safe_name",
    "single_submission",
]

OK = "ok"
"""Status of a submission that can be graded."""


@dataclass(frozen=True)
class Submission:
    """One submission, looked into but not unpacked. Small, and can be pickled."""

    name: str
    """Safe, short, unique in its class, the same in every run; a file name without an ending."""
    origin: str
    """Its name as it came."""
    platform: Platform | None
    """Where in Moodle or Gradescope it belongs."""
    status: str
    """`ok`, or why there is nothing to grade: `missing package`, `empty`, `unreadable`."""
    problem: str | None
    """The same as one sentence, with what to do; None exactly when `status` is `ok`."""
    notes: tuple[str, ...]
    """What was chosen, renamed or left out, a sentence each."""
    fingerprint: str
    """A hash of everything in it that can change its grade."""
    place: Place | None
    subject: str
    workdir: Path

    @property
    def label(self) -> str:
        """Whose it is, for people: names where the platform gave some, else its own name."""
        if isinstance(self.platform, Gradescope):
            who = ", ".join(user.name or user.email for user in self.platform.users)
            return who.strip(" ,") or self.name
        if isinstance(self.platform, Moodle):
            hidden = self.platform.name == "Participant"
            return f"Participant {self.platform.id}" if hidden else self.platform.name
        return self.name

    @property
    def platform_data(self) -> dict[str, Any]:
        """`platform` as plain data for JSON: its fields and `kind`; empty without a platform."""
        if self.platform is None:
            return {}
        return {"kind": type(self.platform).__name__.lower()} | asdict(self.platform)

    @contextlib.contextmanager
    def prepare(self, workdir: Path | None = None) -> Iterator[Path]:
        """A fresh folder with the student's `neuralnet/` and its neighbours, removed afterwards.

        It lies in `workdir` (default: the one that the submission was opened with), is readable by
        everyone and has short names. Raises IntakeError for a submission with a problem, also one
        that arose since it was looked into.
        """
        clean = Clean(problem=self.problem) if self.problem else _look(self)
        if clean.problem:
            raise IntakeError(clean.problem)
        parent = workdir or self.workdir
        parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix="sub-", dir=parent))
        try:
            folder.chmod(0o755)
            for path, content in clean.files.items():
                _write(folder, path, content)
            yield folder
        finally:
            _remove(folder)


class Submissions(Sequence[Submission]):
    """The submissions of a class in a fixed order; each is looked into when it is asked for."""

    def __init__(self, found: ClassOf, workdir: Path) -> None:
        self.notes = tuple(found.notes)
        """Sentences about the whole: files that are no submissions, what Moodle leaves out."""
        self.names = tuple(
            unique_names(
                [one.text for one in found.found], _distinct([one.origin for one in found.found])
            )
        )
        """The submissions' names, without looking into any."""
        self.platforms = tuple(one.platform for one in found.found)
        """Where in Moodle or Gradescope each belongs, likewise."""
        self._found = tuple(found.found)
        self._workdir = workdir

    def __len__(self) -> int:
        return len(self._found)

    @overload
    def __getitem__(self, index: int) -> Submission: ...
    @overload
    def __getitem__(self, index: slice) -> list[Submission]: ...
    def __getitem__(self, index: int | slice) -> Submission | list[Submission]:
        if isinstance(index, slice):
            return [self[n] for n in range(*index.indices(len(self)))]
        return _submission(self._found[index], self.names[index], self._workdir)

    def files(self, index: int) -> Mapping[str, bytes]:
        """What `prepare` would unpack of one, path to content, in memory alone.

        Raises IntakeError for a submission with a problem.
        """
        found = self._found[index]
        if found.problem:
            raise IntakeError(found.problem)
        clean = _look(_unseen(found, self.names[index], self._workdir))
        if clean.problem:
            raise IntakeError(clean.problem)
        return clean.files


def open_submissions(
    source: Path, workdir: Path | None = None, *, leave_out: Path | None = None
) -> Submissions:
    """The submissions in `source`, in a fixed order.

    `source` is a folder with one folder, zip, notebook or module a submission, or the zip that
    Moodle's "Download all submissions" (with or without folders) or Gradescope's "Download
    submissions" gives, packed or unpacked. `workdir` is where `prepare` unpacks (default: the
    system's temporary folder). `leave_out` is where results go: it may lie in `source`, but must
    not be it. Raises IntakeError if there is nothing of that kind; a broken submission never
    raises, it has a `problem`.
    """
    return Submissions(find_class(source.absolute(), leave_out), _workdir(workdir))


def single_submission(path: Path, workdir: Path | None = None, subject: str = "") -> Submission:
    """The submission that is the folder, zip or file `path`; whatever is wrong is a `problem`.

    `subject` begins the sentence about it, where the name of `path` says nothing to its author.
    """
    path = path.absolute()
    found = single(path.resolve() if path.is_symlink() else path)
    found = replace(found, subject=subject or found.subject)
    return _submission(found, safe_name(found.text), _workdir(workdir))


def _workdir(workdir: Path | None) -> Path:
    return (workdir or Path(tempfile.gettempdir())).absolute()


def _distinct(origins: list[str]) -> list[str]:
    """`origins`, numbered where they repeat, as names that are no UTF-8 may."""
    seen: Counter[str] = Counter()
    result = []
    for origin in origins:
        result.append(f"{origin}\0{seen[origin]}" if seen[origin] else origin)
        seen[origin] += 1
    return result


def _unseen(found: Found, name: str, workdir: Path) -> Submission:
    """A submission that nobody has looked into."""
    return Submission(
        name=name,
        origin=found.origin,
        platform=found.platform,
        status="unreadable" if found.problem else OK,
        problem=found.problem,
        notes=(),
        fingerprint="",
        place=found.place,
        subject=found.subject,
        workdir=workdir,
    )


def _submission(found: Found, name: str, workdir: Path) -> Submission:
    blank = _unseen(found, name, workdir)
    clean = Clean(status=blank.status, problem=found.problem) if found.problem else _look(blank)
    return replace(
        blank,
        status=clean.status,
        problem=clean.problem,
        notes=clean.notes,
        fingerprint=clean.fingerprint,
    )


def _look(submission: Submission) -> Clean:
    """The clean form of a submission, read now."""
    budget = Budget()
    try:
        if submission.place is None:
            return clean_submission(Listing(), submission.subject, budget)
        with submission.place.opened(budget) as listing:
            return clean_submission(listing, submission.subject, budget)
    except ArchiveError as error:
        words = str(error)
    except Exception as error:  # whatever a stranger managed, the class goes on
        words = f"cannot be read ({type(error).__name__}): look at the file itself"
    sentence = f"{shown(submission.subject, 100)} {words}."
    return Clean(status="unreadable", problem=sentence)


def _write(folder: Path, path: str, content: bytes) -> None:
    """Write one file below `folder`, readable by everyone whatever the umask says."""
    target = folder
    for part in path.split("/")[:-1]:
        target /= part
        if not target.is_dir():
            target.mkdir()
            target.chmod(0o755)
    target /= path.rpartition("/")[2]
    with target.open("xb") as file:
        file.write(content)
    target.chmod(0o644)


def _remove(folder: Path) -> None:
    """Remove a folder, whatever a student's code did to its permissions."""
    try:
        shutil.rmtree(folder)
    except OSError:
        for root, _, _ in os.walk(folder):
            with contextlib.suppress(OSError):
                Path(root).chmod(stat.S_IRWXU)
        shutil.rmtree(folder, ignore_errors=True)
