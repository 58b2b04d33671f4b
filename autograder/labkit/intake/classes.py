"""Finds the submissions of a class in what an instructor has.

That is a folder with a folder, zip or file a submission, the zip of such a folder, or the bulk
download of Moodle, Gradescope or Canvas, packed or unpacked. Nothing of a submission is read here.
"""

from __future__ import annotations

import functools
import os
import stat
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from labkit.base.errors import LabkitError, passed_over
from labkit.intake import canvas
from labkit.intake.archives import ArchiveError, Budget, Entry, shown, zip_stream
from labkit.intake.gradescope import FOLDER, METADATA, User, read_submitters, read_times
from labkit.intake.moodle import DownloadName, parse_flat, parse_folder
from labkit.intake.package import ARCHIVE_ENDINGS, is_junk, module_of
from labkit.intake.places import (
    InZip,
    OnDisk,
    Place,
    as_text,
    entries_of,
    may_hold_work,
    starts_like_zip,
)
from labkit.lab.contract import PACKAGE

MAX_METADATA = 64 << 20

_NO_SUBMISSION = (
    *(".csv", ".xlsx", ".xls", ".ods", ".tsv", ".txt", ".md", ".rst", ".html", ".htm"),
    *(".json", ".yml", ".yaml", ".toml", ".ini", ".log", ".db", ".sqlite"),
)
"""Files that instructors keep beside submissions."""

_FLAT_NOTE = (
    "This is a Moodle download without folders: of several files of one student with the same name,"
    " Moodle keeps only one. Where a module is missing, download again with the option for folders."
)


class IntakeError(LabkitError):
    """What was given as submissions cannot be used: one sentence that says why and what to do."""


@dataclass(frozen=True)
class Moodle:
    """Where in a Moodle assignment a submission belongs."""

    id: int | None
    """Participant id, in team assignments the group's; None for the "Default group"."""
    name: str
    """As the download has it: cleaned by Moodle, perhaps shared; `Participant` if hidden."""
    flat: bool = False
    """Whether the download was without folders."""
    email: str = ""
    modified: str = ""
    """When the work came, as a worksheet words it."""
    submitted: str = ""
    """The same in ISO's form; empty where only a worksheet tells, whose clock nobody knows."""
    late: str = ""
    """How late that was, likewise; empty for in time."""
    extension: str = ""
    """Until when this person may hand in, where that is later than for others."""
    until: str = ""
    """The same in ISO's form, where a worksheet words it."""


@dataclass(frozen=True)
class Gradescope:
    """Which submission of a Gradescope export this is, and whose."""

    id: int
    users: tuple[User, ...]
    submitted: str = ""
    """When it was handed in, in ISO's form; empty where the export does not tell."""


@dataclass(frozen=True)
class Canvas:
    """Whose a submission in a Canvas download is."""

    sid: str
    """Canvas's number of the user or the group."""
    name: str
    """As the download has it: family and given name run together."""
    late: bool
    file: str
    """Canvas's number of the first file, by which it takes a page back."""


Platform = Moodle | Gradescope | Canvas


@dataclass(frozen=True)
class Found:
    """A submission that was found and not yet looked into."""

    text: str
    """What its name is made of."""
    origin: str
    """Its name as it came."""
    subject: str
    """How sentences about it begin."""
    place: Place | None
    platform: Platform | None = None
    problem: str | None = None


@dataclass
class ClassOf:
    """The submissions of a class, in order, with notes about all of them."""

    found: list[Found] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def find_class(source: Path, modules: Collection[str], leave_out: Path | None = None) -> ClassOf:
    """The submissions in `source`, but for `leave_out`, where results of an earlier run may lie.

    `modules` are those of the lab's package.

    Raises IntakeError where there are none or it cannot be read.
    """
    results = os.path.realpath(leave_out) if leave_out else ""
    if results == os.path.realpath(source):
        raise IntakeError(
            f"{source} holds the submissions, and results among them would be graded the next time:"
            " name another folder for the results."
        )
    try:
        status = source.stat()
        if stat.S_ISDIR(status.st_mode):
            result = _in_folder(source, modules, results)
        elif not stat.S_ISREG(status.st_mode):
            raise IntakeError(f"{source} is no file and no folder: give a folder or a zip.")
        elif starts_like_zip(source):
            result = _in_zip(source, modules)
        else:
            result = ClassOf([single(source)])
    except FileNotFoundError as error:
        raise IntakeError(f"{source} does not exist: give a folder or a zip.") from error
    except ArchiveError as error:
        raise IntakeError(f"{source} {error}.") from error
    except OSError as error:
        raise IntakeError(f"{source} cannot be read: {error.strerror or error}.") from error
    if not result.found:
        raise IntakeError(
            f"{source} holds no submissions: it should hold a folder or a zip for each, or be the"
            " zip that Moodle, Gradescope or Canvas gives."
        )
    return result


def refuse_inside(source: Path, results: Path) -> None:
    """Raises IntakeError where results would lie in a submission: in a folder with a package."""
    real, target = Path(os.path.realpath(source)), Path(os.path.realpath(results))
    if real not in target.parents or target.parent == real:
        return
    top = target.relative_to(real).parts[0]
    if may_hold_work(real / top, top):
        raise IntakeError(
            f"{results} lies in {shown(top)}/, a submission of {source}: name another folder for "
            "the results."
        )


def single(path: Path) -> Found:
    """One submission on disk: a folder, an archive or a file; a link is one with a problem."""
    text = as_text(path.name) or "submission"
    try:
        mode = path.lstat().st_mode
    except OSError:
        mode = stat.S_IFREG  # whoever reads it is told why that cannot be
    if stat.S_ISDIR(mode):
        return Found(text, text, text + "/", OnDisk((("", path),)))
    if stat.S_ISREG(mode):
        return Found(_stem(text), text, text, OnDisk(((text, path),)))
    kind = "a link, which is not followed" if stat.S_ISLNK(mode) else "no file and no folder"
    problem = f"{shown(text)} is {kind}: put the submission itself in its place."
    return Found(_stem(text), text, text, None, problem=problem)


def _stem(name: str) -> str:
    for ending in (".tar.gz", *ARCHIVE_ENDINGS, ".ipynb", ".py"):
        if name.lower().endswith(ending) and len(name) > len(ending):
            return name[: -len(ending)]
    return name


# A folder ----------------------------------------------------------------------------------------


def _in_folder(folder: Path, modules: Collection[str], results: str) -> ClassOf:
    real = os.path.realpath(folder)
    children = [child for child in _visible(folder) if f"{real}/{child.name}" != results]
    inner = children[0] if len(children) == 1 else None
    if inner and inner.is_dir() and not inner.is_symlink():
        with passed_over():  # one that cannot be read is a submission's problem
            if wrapped := _platform_folder(_visible(inner)):
                return wrapped
    elif inner and inner.is_file() and starts_like_zip(inner):
        entries = entries_of(inner)
        if bulk := _platform_zip(inner, _tops(entries), entries):
            return bulk
    if platform := _platform_folder(children):
        return platform
    if _is_one_submission(children, modules):
        return ClassOf([single(folder.resolve())])
    result = ClassOf()
    for child in children:
        if child.suffix.lower() in _NO_SUBMISSION and not child.is_dir():
            result.notes.append(f"{shown(as_text(child.name))} is no submission; left out.")
        else:
            result.found.append(single(child))
    return result


def _visible(folder: Path) -> list[Path]:
    """The children that are no litter, in a fixed order."""
    children = [child for child in folder.iterdir() if _may_be_work(child)]
    return sorted(children, key=lambda child: (as_text(child.name).casefold(), child.name))


def _may_be_work(child: Path) -> bool:
    """Whether it is no litter, or hidden and yet somebody's work."""
    name = as_text(child.name)
    return (
        not is_junk(name)
        or may_hold_work(child, name)
        or (name.lower().endswith(ARCHIVE_ENDINGS) and not name.startswith("._"))
    )


def _is_one_submission(children: Sequence[Path], modules: Collection[str]) -> bool:
    """Whether a folder with these children is a student's own lab folder."""
    own = [
        child for child in children if module_of(as_text(child.name), modules) and child.is_file()
    ]
    return len(own) > 1 or any(
        child.name == PACKAGE and any(module_of(name, modules) for name in _names_in(child))
        for child in children
        if child.is_dir() and not child.is_symlink()
    )


def _names_in(folder: Path) -> list[str]:
    """Names in a folder; none where it cannot be read."""
    with passed_over():
        return [as_text(file.name) for file in folder.iterdir()]
    return []


def _platform_folder(children: Sequence[Path]) -> ClassOf | None:
    """The submissions of an unpacked bulk download, or None if it is none."""
    tops = {as_text(child.name): child for child in children if child.is_dir() or child.is_file()}
    files = {top for top, child in tops.items() if child.is_file()}

    def metadata() -> str:
        path = tops[METADATA]
        small = path.stat().st_size <= MAX_METADATA
        return path.read_text(encoding="utf-8", errors="replace") if small else ""

    parts = {top: [("", child)] for top, child in tops.items()}
    return _platform(parts, files, OnDisk, metadata)


# A zip -------------------------------------------------------------------------------------------

_Tops = dict[str, list[tuple[str, int]]]
"""Top-level name -> path below it (empty for a file) and number of the entry."""


def _in_zip(archive: Path, modules: Collection[str]) -> ClassOf:
    archive = archive.resolve()
    try:
        entries = entries_of(archive)
    except ArchiveError:
        return ClassOf([single(archive)])
    tops = _tops(entries)
    if bulk := _platform_zip(archive, tops, entries):
        return bulk
    for _ in range(3):  # a class that somebody zipped by hand, perhaps with the folder around it
        holders = [top for top, members in tops.items() if _looks_like_work(top, members, modules)]
        at_top = PACKAGE in tops or any(
            module_of(top, modules) for top, members in tops.items() if members[0][0] == ""
        )
        if len(holders) > 1 and not at_top:
            return _plain_class(archive, tops)
        if len(tops) != 1 or at_top:
            break
        (members,) = tops.values()
        if members[0][0] == "":
            break
        tops = _split(members)
    return ClassOf([single(archive)])


def _tops(entries: Iterable[Entry]) -> _Tops:
    members = [(entry.path, n) for n, entry in enumerate(entries) if entry.path]
    return _split(members)


def _split(members: Iterable[tuple[str, int]]) -> _Tops:
    """Members by the first part of their path, litter left out, in a fixed order."""
    tops: _Tops = {}
    for path, number in members:
        top, _, rest = path.partition("/")
        hidden_zip = not rest and top.lower().endswith(ARCHIVE_ENDINGS) and top[:2] != "._"
        if not is_junk(top) or hidden_zip or (rest and not is_junk(path)):
            tops.setdefault(top, []).append((rest, number))
    return dict(sorted(tops.items(), key=lambda item: (item[0].casefold(), item[0])))


def _looks_like_work(
    top: str, members: Sequence[tuple[str, int]], modules: Collection[str]
) -> bool:
    """Whether a top-level entry may be one student's: an archive, or a folder with modules."""
    if members[0][0] == "":
        return top.lower().endswith(ARCHIVE_ENDINGS)
    return any(
        path.lower().endswith(".zip") or module_of(path.rpartition("/")[2], modules)
        for path, _ in members
    )


def _plain_class(archive: Path, tops: _Tops) -> ClassOf:
    result = ClassOf()
    for top, members in tops.items():
        is_file = members[0][0] == ""
        if is_file and top.lower().endswith(_NO_SUBMISSION):
            result.notes.append(f"{shown(top)} is no submission; left out.")
            continue
        inner = tuple((path or top, number) for path, number in members)
        text, subject = (_stem(top), top) if is_file else (top, top + "/")
        result.found.append(Found(text, top, subject, InZip(archive, inner)))
    return result


def _platform_zip(archive: Path, tops: _Tops, entries: Sequence[Entry]) -> ClassOf | None:
    """The submissions of a bulk download, perhaps with a folder around it; None if it is none."""
    for _ in range(2):
        files = {top for top, members in tops.items() if not members[0][0]}
        place = functools.partial(InZip, archive)
        metadata = functools.partial(_metadata, archive, tops, entries)
        if found := _platform(tops, files, place, metadata):
            return found
        if len(tops) != 1 or files:
            return None
        (members,) = tops.values()
        tops = _split(members)
    return None


def _metadata(archive: Path, tops: _Tops, entries: Sequence[Entry]) -> str:
    entry = entries[tops[METADATA][-1][1]]
    try:
        with archive.open("rb") as file:
            data = b"".join(zip_stream(file, entry, Budget(), MAX_METADATA))
    except ArchiveError:
        return ""
    return data.decode("utf-8", "replace")


# A bulk download, packed or unpacked --------------------------------------------------------------

_Part = TypeVar("_Part", Path, int)


def _platform(
    tops: Mapping[str, Sequence[tuple[str, _Part]]],
    files: Collection[str],
    place: Callable[[tuple[tuple[str, _Part], ...]], Place],
    metadata: Callable[[], str],
) -> ClassOf | None:
    """The submissions of a bulk download, or None if it is none.

    `tops` has what lies at each top-level name, with the paths below it (empty for a file, and for
    a folder on disk); those in `files` are no folders. `metadata` reads Gradescope's file, which is
    among them then.
    """
    folders = [top for top in tops if top not in files]
    lone = [top for top in tops if top in files]
    if names := _moodle_names(folders, lone):
        parts: dict[str, list[tuple[str, _Part]]] = {}
        for top, name in names.items():
            own = [(path or name.rest, part) for path, part in tops[top]]
            parts.setdefault(_key(name), []).extend(own)
        places = {key: place(tuple(found)) for key, found in parts.items()}
        return _moodle_class(names, places, tops)
    if canvas := _canvas_names(folders, lone):
        parts = {}
        for top, one in canvas.items():
            parts.setdefault(str(one.user), []).append((one.rest, tops[top][-1][1]))
        places = {key: place(tuple(found)) for key, found in parts.items()}
        return _canvas_class(canvas, places, tops)
    work = [top for top in folders if FOLDER.fullmatch(top)]
    if METADATA in files or (work and work == folders):
        text = metadata() if METADATA in files else ""
        return _gradescope_class({top: place(tuple(tops[top])) for top in work}, tops, text)
    return None


# Moodle ------------------------------------------------------------------------------------------


def _moodle_names(folders: Iterable[str], files: Iterable[str]) -> dict[str, DownloadName]:
    """What Moodle's names among top-level entries say; empty if most entries are not Moodle's."""
    parsed = {top: parse_folder(top) for top in folders} | {top: parse_flat(top) for top in files}
    names = {top: name for top, name in parsed.items() if name}
    return names if 2 * len(names) >= len(parsed) else {}


def _key(name: DownloadName) -> str:
    """Equal for what one participant (or team) handed in: the id tells, never the name."""
    return f"{name.subtype} {name.id if name.id is not None else name.name}"


def _moodle_class(
    names: dict[str, DownloadName], places: dict[str, Place], tops: Iterable[str]
) -> ClassOf:
    result = ClassOf()
    for top in sorted(set(tops) - names.keys()):
        result.notes.append(f"{shown(top)} is no submission of this download; left out.")
    if any(name.subtype == "feedback" for name in names.values()):
        result.notes.append("Feedback files in it are no submissions; left out.")
    firsts: dict[str, tuple[str, DownloadName]] = {}
    for top, name in sorted(names.items()):
        if name.subtype == "submission":
            firsts.setdefault(_key(name), (top, name))
    in_order = sorted(firsts.items(), key=lambda item: (item[1][1].id or 0, item[0]))
    for key, (top, name) in in_order:
        number = "team" if name.id is None else str(name.id)
        result.found.append(
            Found(
                text=f"{name.name[:60]}_{number}",
                origin=f"{name.name}_{number}" if name.rest else top,
                subject=f"The submission of {shown(name.name, 40)} (id {number})",
                place=places[key],
                platform=Moodle(name.id, name.name, flat=bool(name.rest)),
            )
        )
    if any(name.rest for name in names.values()):
        result.notes.append(_FLAT_NOTE)
    return result


# Canvas ------------------------------------------------------------------------------------------


def _canvas_names(folders: Iterable[str], files: Iterable[str]) -> dict[str, canvas.CanvasName]:
    """What Canvas's names among top-level files say; empty unless most entries are Canvas's."""
    parsed = {top: canvas.parse(top) for top in files}
    names = {top: name for top, name in parsed.items() if name}
    return names if 2 * len(names) > len(parsed) + len(list(folders)) else {}


def _canvas_class(
    names: Mapping[str, canvas.CanvasName], places: Mapping[str, Place], tops: Iterable[str]
) -> ClassOf:
    result = ClassOf()
    for top in sorted(set(tops) - names.keys()):
        result.notes.append(f"{shown(top)} is no submission of this download; left out.")
    firsts: dict[str, tuple[str, canvas.CanvasName]] = {}
    for top, name in sorted(names.items()):
        firsts.setdefault(str(name.user), (top, name))
    for user, (top, name) in sorted(firsts.items(), key=lambda item: item[1][0]):
        result.found.append(
            Found(
                text=f"{name.name[:60]}_{user}",
                origin=top,
                subject=f"The submission of {shown(name.name, 40)} (Canvas user {user})",
                place=places[user],
                platform=Canvas(user, name.name, name.late, str(name.file)),
            )
        )
    return result


# Gradescope --------------------------------------------------------------------------------------


def _gradescope_class(places: dict[str, Place], tops: Iterable[str], metadata: str) -> ClassOf:
    result = ClassOf()
    users: dict[str, tuple[User, ...]] = {}
    try:
        users = read_submitters(metadata)
    except ValueError as error:
        result.notes.append(f"{METADATA} is {error}, so the submissions have numbers but no names.")
    else:
        if not users:
            result.notes.append(f"{METADATA} names nobody, so the submissions have only numbers.")
    for top in sorted(set(tops) - places.keys() - {METADATA}):
        result.notes.append(f"{shown(top)} is no submission of this export; left out.")
    times = read_times(metadata)
    named = {name for name in users if FOLDER.fullmatch(name)}
    for name in sorted(places.keys() | named, key=lambda name: int(name.rpartition("_")[2])):
        number = int(name.rpartition("_")[2])
        people = users.get(name, ())
        who = ", ".join(user.name for user in people if user.name)
        subject = f"{name} ({shown(who, 40)})" if who else name
        problem = None
        if name not in places:
            problem = f"{subject} is named in {METADATA}, but the export has no files of it."
        result.found.append(
            Found(
                name,
                name,
                subject,
                places.get(name),
                Gradescope(number, people, times.get(name, "")),
                problem,
            )
        )
    return result
