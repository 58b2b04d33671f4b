"""Finds the student's package among the files of a submission, wherever they put it.

Students hand in the lab folder, its parent, a zip of a zip, the package alone, or its modules
without a folder. What comes out is always the same: `neuralnet/…` and the Python files that lay
beside it, few and small, held in memory for the moment it takes to write or to hash them.
"""

from __future__ import annotations

import contextlib
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from labkit.intake.archives import (
    ArchiveError,
    Budget,
    File,
    Listing,
    TooLargeError,
    open_archive,
    shown,
    size_in_words,
)
from labkit.intake.copies import meant, names_meant
from labkit.lab.contract import PACKAGE
from labkit.student.labcheck import graded
from labkit.student.labcheck.graded import MAX_FILE, MAX_FILES, MAX_TOTAL

MAX_NOTEBOOK = 16 << 20
"""Bytes of a notebook, pictures and all."""
MAX_ARCHIVE = 256 << 20
"""Bytes of an archive inside a submission."""
MAX_MEMBERS = 20_000
"""Files that can matter in an archive or a folder; the package's own come on top."""
MAX_TABLE = 200_000
"""Files that an archive may hold, an installed Python and pictures among them."""
_MAX_OTHERS = 1000
ARCHIVE_DEPTH = 3
"""Archives inside archives that are opened, the submission's own zip included."""
ARCHIVES_PER_LEVEL = 8

ARCHIVE_ENDINGS = (".zip", ".tar", ".tgz", ".gz", ".rar", ".7z", ".xz", ".bz2", ".zst")
_JUNK_FILES = {"thumbs.db", "desktop.ini"}
_LITTER_FOLDERS = set(
    ".git .svn .hg .venv .env .tox .nox .cache .ipynb_checkpoints .vscode .idea .mypy_cache "
    ".pytest_cache .ruff_cache .trash .trashes .jupyter .local .config .conda .npm".split()
)


@dataclass(frozen=True)
class Clean:
    """A submission made ready: the files to write, or why there are none."""

    files: Mapping[str, bytes] = field(default_factory=dict)
    """Path in the clean folder (parts joined by `/`) -> content."""
    notebook: bytes = b""
    """The notebook that lay nearest to the package; empty where there is none."""
    notes: tuple[str, ...] = ()
    """What was chosen, renamed or left out, a sentence each."""
    status: str = "ok"
    """`ok`, `missing package`, `empty` or `unreadable`."""
    problem: str | None = None
    """Why it cannot be graded and what to do; None exactly when `status` is `ok`."""


def is_junk(path: str) -> bool:
    """Whether a path is litter of an editor or a system, hidden, or an installed library.

    A hidden folder with the package in it is none, but for those that tools make.
    """
    parts = path.lower().split("/")
    named = parts.index(PACKAGE) if PACKAGE in parts[:-1] else 0
    return (
        any(
            part in graded.JUNK_FOLDERS
            or part in _LITTER_FOLDERS
            or (part[:1] in (".", "~") and position >= named)
            for position, part in enumerate(parts)
        )
        or parts[-1] in _JUNK_FILES
        or any(part.endswith((".egg-info", ".dist-info")) for part in parts)
    )


class Sieve:
    """Which files of one submission are looked at, asked for each path in turn.

    Litter is not counted, so that a virtual environment or a folder of pictures beside the package
    does not hide it.
    """

    def __init__(self) -> None:
        self.kept = self.others = self.dropped = self.visited = 0

    def __call__(self, path: str) -> bool:
        if is_junk(path):
            return False
        lower = path.lower()
        name = lower.rpartition("/")[2]
        inside = f"/{PACKAGE}" in f"/{lower.rpartition('/')[0]}"
        if name.endswith((".py", ".ipynb", ".cfg", *ARCHIVE_ENDINGS)) or "." not in name or inside:
            self.kept += 1
            wanted = self.kept <= (2 * MAX_MEMBERS if inside else MAX_MEMBERS)
        else:
            self.others += 1
            wanted = self.others <= _MAX_OTHERS
        self.dropped += not wanted
        return wanted


def clean_submission(
    listing: Listing,
    origin: str,
    modules: frozenset[str],
    budget: Budget | None = None,
    *,
    owned: bool = True,
) -> Clean:
    """The clean form of the submission whose files are in `listing`.

    `modules` are those of the lab's package; `origin` begins the sentence about a problem. One that
    is not `owned`, a folder that nobody's name is known of, may hold several students' work. What a
    student did is never raised, only what the system cannot do.
    """
    budget = budget or Budget()
    try:
        with contextlib.ExitStack() as resources:
            return _clean(listing, origin, modules, budget=budget, resources=resources, owned=owned)
    except ArchiveError as error:
        return _unusable("unreadable", f"{_head(origin)} {error}.", listing.notes)


def _unusable(status: str, sentence: str, notes: Iterable[str]) -> Clean:
    return Clean(notes=_brief(notes), status=status, problem=sentence)


def _brief(notes: Iterable[str], most: int = 12) -> tuple[str, ...]:
    """`notes` without repeats; many of them are only counted."""
    unique = list(dict.fromkeys(notes))
    if len(unique) > most:
        unique[most - 1 :] = [f"{len(unique) - most + 1} more notes of this kind are left out."]
    return tuple(unique)


# Where the package is ----------------------------------------------------------------------------


@dataclass(frozen=True)
class _Place:
    """A folder that can be the package."""

    folder: str
    """Inside its listing; empty for the root."""
    depth: int
    loose: bool
    """Whether the modules lie in a folder of another name."""
    holds: frozenset[str]
    """Contract modules in it."""
    modified: float
    level: int
    """Which listing it is in."""

    @property
    def rank(self) -> tuple[object, ...]:
        """Smaller is better: with modules, a real package, near the root, whole, recent."""
        name = self.folder.rpartition("/")[2]
        return (
            not self.holds,
            self.loose,
            self.depth,
            not self.loose and name != PACKAGE,
            -len(self.holds),
            -self.modified,
            self.folder,
            self.level,
        )


@dataclass
class _Level:
    """The files of one listing: the submission itself or an archive in it."""

    files: list[File]
    shown_as: str
    depth: int
    top: str = ""
    """The archive of the submission itself that it is in, or that it is."""


def _clean(
    listing: Listing,
    origin: str,
    modules: frozenset[str],
    *,
    budget: Budget,
    resources: contextlib.ExitStack,
    owned: bool,
) -> Clean:
    notes = list(listing.notes)
    levels = [_Level(_sensible(listing.files), "", 0)]
    failures: list[str] = []
    places = _places(levels[0].files, modules, depth=0, level=0)
    open_from = 0
    for _ in range(ARCHIVE_DEPTH):
        if any(place.holds and not place.loose for place in places):
            break
        fresh = _opened(levels[open_from:], budget, resources, notes=notes, failures=failures)
        open_from = len(levels)
        for level in fresh:
            levels.append(level)
            places += _places(level.files, modules, depth=level.depth, level=len(levels) - 1)
        if not fresh:
            break
    if not places:
        nothing = _nothing_found(levels, origin, notes, failures)
        files = [file for level in levels for file in level.files]
        return replace(nothing, notebook=_notebook(files, ""))  # its written answers can be marked
    places.sort(key=lambda place: place.rank)
    chosen = places[0]
    twins = [place for place in places[1:] if place.loose == chosen.loose and place.holds]
    if twins:
        others = ", ".join(_where(place, levels, origin) for place in twins[:3])
        others += " and more" if len(twins) > 3 else ""
        taken = _where(chosen, levels, origin)
        notes.append(
            f"The package is there {len(twins) + 1} times; the one in {taken} was graded, not"
            f" {others}."
        )
        if not owned and (several := _hand_ins([chosen, *twins], levels)):
            some = ", ".join(map(shown, several[:5])) + (" …" if len(several) > 5 else "")
            notes.append(
                f"If {some} are several students' hand-ins, put each into the folder of the class"
                " by itself: here they are taken for one student's."
            )
    return _collected(chosen, places, levels[chosen.level].files, modules=modules, notes=notes)


def _hand_ins(places: Sequence[_Place], levels: Sequence[_Level]) -> list[str]:
    """The archives, or folders with a notebook, of which a submission consists; else nothing.

    Not where code or a notebook lies beside them, or all are versions of one by their names.
    """
    own = [file.path for file in levels[0].files if file.path.lower().endswith((".py", ".ipynb"))]
    books = {path.partition("/")[0] for path in own if path.endswith(".ipynb")}
    found = {levels[place.level].top or place.folder.partition("/")[0] for place in places}
    folders = {path.partition("/")[0] for path in own}
    stems = [names_meant(PurePosixPath(name).stem)[-1] for name in found]
    versions = all(stem.startswith(min(stems, key=len)) for stem in stems)
    whole = folders <= found and folders <= books and all("/" in path for path in own)
    return sorted(found) if whole and not versions else []


def _where(place: _Place, levels: Sequence[_Level], origin: str) -> str:
    archive = levels[place.level].shown_as
    folder = shown(place.folder + "/") if place.folder else "the top folder"
    return f"{folder} of {shown(archive)}" if archive not in ("", origin) else folder


def _sensible(files: Iterable[File]) -> list[File]:
    """`files` without junk and without virtual environments, in a fixed order."""
    kept = [file for file in files if not is_junk(file.path)]
    environments = tuple(
        file.path.rpartition("/")[0] + "/" for file in kept if file.path.endswith("/pyvenv.cfg")
    )
    if environments:
        kept = [file for file in kept if not file.path.startswith(environments)]
    return sorted(kept, key=lambda file: file.path)


def module_of(name: str, modules: Collection[str]) -> str | None:
    """The one of `modules` that a file name means, forgiving case and the marks of copies."""
    stem, dot, ending = name.rpartition(".")
    if not dot or ending.lower() != "py":
        return None
    return meant(stem, modules)


def _places(
    files: Iterable[File], modules: Collection[str], *, depth: int, level: int
) -> list[_Place]:
    """Every folder among `files` that is named like the package or holds modules of it."""
    holds: dict[str, set[str]] = {}
    newest: dict[str, float] = {}
    for file in files:
        folder, _, name = file.path.rpartition("/")
        if not name.lower().endswith(".py"):
            continue
        named = _is_package(folder)
        module = module_of(name, modules)
        if module or named:
            holds.setdefault(folder, set()).update([module] if module else [])
            newest[folder] = max(newest.get(folder, 0.0), file.modified)
    return [
        _Place(
            folder=folder,
            depth=depth + (len(folder.split("/")) if folder else 0),
            loose=not _is_package(folder),
            holds=frozenset(found),
            modified=newest[folder],
            level=level,
        )
        for folder, found in holds.items()
    ]


def _is_package(folder: str) -> bool:
    return meant(folder.rpartition("/")[2], (PACKAGE,)) is not None


def _opened(
    levels: Sequence[_Level],
    budget: Budget,
    resources: contextlib.ExitStack,
    *,
    notes: list[str],
    failures: list[str],
) -> list[_Level]:
    """The archives that lie in `levels`, opened; what cannot be opened goes to `failures`."""
    fresh = []
    for level in levels:
        candidates = [file for file in level.files if _may_be_archive(file.path)]
        candidates.sort(key=lambda file: (not _is_archive(file.path), -file.modified, file.path))
        if left := candidates[ARCHIVES_PER_LEVEL:]:
            some = ", ".join(shown(file.path) for file in left[:3])
            some += f" and {len(left) - 3} more" if len(left) > 3 else ""
            notes.append(
                f"Only {ARCHIVES_PER_LEVEL} of the files that may be archives were opened, the"
                f" newest of them; not {some}."
            )
        for file in candidates[:ARCHIVES_PER_LEVEL]:
            try:
                opened = resources.enter_context(file.open(MAX_ARCHIVE))
                inner = open_archive(opened, budget, resources, limit=MAX_TABLE, keep=Sieve())
            except ArchiveError as error:
                if _is_archive(file.path):
                    failures.append(f"{shown(file.path)} {error}.")
                continue
            notes += inner.notes
            depth = level.depth + file.path.count("/") + 1
            top = level.top or file.path
            fresh.append(_Level(_sensible(inner.files), file.path, depth, top))
    return fresh


def _is_archive(path: str) -> bool:
    return path.lower().endswith(ARCHIVE_ENDINGS)


def _may_be_archive(path: str) -> bool:
    return _is_archive(path) or "." not in path.rpartition("/")[2]


# What is kept ------------------------------------------------------------------------------------


def _collected(
    chosen: _Place,
    places: Sequence[_Place],
    files: Sequence[File],
    *,
    modules: Collection[str],
    notes: list[str],
) -> Clean:
    """The clean folder's files for the package in `chosen`."""
    inside = chosen.folder + "/" if chosen.folder else ""
    base = inside if chosen.loose else inside[: -len(chosen.folder.rpartition("/")[2]) - 1]
    # A folder that the package is in is no other copy of it, though a module lies in it by mistake:
    # what the package imports lies there, too.
    other_copies = tuple(
        place.folder + "/"
        for place in places
        if place.level == chosen.level
        and place.folder
        and not inside.startswith(place.folder + "/")
    )
    wanted: dict[str, File] = {}
    if chosen.loose:
        notes.append(
            f"The modules lay outside a folder {PACKAGE}/ and were read as if they were in it."
        )
        for file in files:
            name = file.path.removeprefix(inside)
            if file.path.startswith(inside) and "/" not in name and name.lower().endswith(".py"):
                wanted[f"{PACKAGE}/{name}"] = file
    else:
        for file in files:
            if file.path.startswith(inside):
                wanted[f"{PACKAGE}/{file.path.removeprefix(inside)}"] = file
    for file in files:
        path = file.path.removeprefix(base)
        if (
            file.path.startswith(base)
            and (chosen.loose or not file.path.startswith(inside))
            and not file.path.startswith(other_copies)
            and path.lower().endswith(".py")
        ):
            wanted.setdefault(path, file)
    named = _renamed(wanted, modules, notes)
    contents = _read(named, notes)
    contents.setdefault(f"{PACKAGE}/__init__.py", b"")
    _notice_encodings(contents, notes)
    return Clean(files=contents, notebook=_notebook(files, base), notes=_brief(notes))


def _notebook(files: Sequence[File], base: str) -> bytes:
    """The notebook beside the package, or the nearest one; of several the one changed last."""
    found = [file for file in files if file.path.lower().endswith(".ipynb")]
    found.sort(
        key=lambda file: (
            not file.path.startswith(base),
            file.path.removeprefix(base).count("/"),
            -file.modified,
            file.path,
        )
    )
    for file in found[:3]:
        with contextlib.suppress(ArchiveError):
            return file.read(MAX_NOTEBOOK)
    return b""


def _renamed(
    wanted: Mapping[str, File], modules: Collection[str], notes: list[str]
) -> dict[str, File]:
    """`wanted` under names that Python can import and every file system can hold at once."""
    kept: dict[str, File] = {}
    seen: dict[str, str] = {}
    proper = {f"{PACKAGE}/{module}.py" for module in modules}
    for path in sorted(wanted, key=lambda path: (path not in proper, path.count("/"), path)):
        target = path
        folder, _, name = path.rpartition("/")
        module = module_of(name, modules)
        if folder == PACKAGE and module and path not in proper:
            target = f"{PACKAGE}/{module}.py"
            if target in kept:
                notes.append(f"{shown(path)} was left out beside {target}.")
                continue
            notes.append(f"{shown(path)} was read as {target}.")
        if not graded.counts(target):
            if reason := graded.lost(target):
                notes.append(f"{shown(path)} was left out: {reason}.")
            continue
        key = unicodedata.normalize("NFC", target).casefold()
        if key in seen:
            notes.append(f"{shown(path)} was left out: it differs from {seen[key]} only in case.")
            continue
        seen[key] = shown(target)
        kept[target] = wanted[path]
    folders = {str(parent) for path in kept for parent in PurePosixPath(path).parents}
    return {path: file for path, file in kept.items() if path not in folders}


def _read(named: Mapping[str, File], notes: list[str]) -> dict[str, bytes]:
    """The contents, as far as the limits reach: modules first, data next, neighbours last."""
    contents: dict[str, bytes] = {}
    left = MAX_TOTAL
    for path in sorted(named, key=graded.importance):
        if len(contents) >= MAX_FILES or left <= 0:
            notes.append("Not all of its files were kept: it holds more than a lab needs.")
            break
        try:
            content = named[path].read(min(MAX_FILE, left))
        except TooLargeError:
            notes.append(
                f"{shown(path)} is over {size_in_words(MAX_FILE)} and was left out."
                if left >= MAX_FILE
                else f"{shown(path)} was left out: beside the rest it is more than a lab needs."
            )
            continue
        except ArchiveError as error:
            if path.startswith(PACKAGE + "/") and path.endswith(".py"):
                raise ArchiveError(f"holds {shown(path)}, which {error}") from error
            notes.append(f"{shown(path)} {error}; left out.")
            continue
        left -= len(content)
        contents[path] = content
    return contents


def _notice_encodings(contents: Mapping[str, bytes], notes: list[str]) -> None:
    for path, content in contents.items():
        if path.endswith(".py") and content[:2] in (b"\xff\xfe", b"\xfe\xff"):
            notes.append(
                f"{shown(path)} is saved as UTF-16, which Python cannot import: use UTF-8."
            )


def _nothing_found(
    levels: Sequence[_Level], origin: str, notes: Iterable[str], failures: Sequence[str]
) -> Clean:
    """Says as exactly as possible why there is no package."""
    archives = {level.shown_as for level in levels}
    files = [file.path for level in levels for file in level.files if file.path not in archives]
    if failures:
        return _unusable("unreadable", _about(origin, failures[0]), notes)
    name = _head(origin)
    about = [note for note in notes if re.search(rf"\b{PACKAGE}\b", note)]
    if lost := [note.rstrip(".").removesuffix("; left out") for note in about]:
        more = f" and {len(lost) - 1} more" if len(lost) > 1 else ""
        sentence = (
            f"{name} holds nothing in {PACKAGE}/ that can be graded ({lost[0]}{more}): hand in the"
            " whole lab folder as one zip, the files themselves."
        )
        return _unusable("missing package" if files else "empty", sentence, notes)
    if not files:
        sentence = f"{name} holds no files: hand in the whole lab folder as one zip."
        return _unusable("empty", sentence, notes)
    notebooks = [path for path in files if path.lower().endswith(".ipynb")]
    found = shown((notebooks or files)[0].rpartition("/")[2])
    if len(files) > 1:
        found += f" and {len(files) - 1} other file{'s' if len(files) > 2 else ''}"
    if files == [origin] and not notebooks:
        sentence = (
            f"{name} is a single file, no folder {PACKAGE}/ with the code that is graded: hand in"
            " the whole lab folder as one zip."
        )
        return _unusable("missing package", sentence, notes)
    what = "a notebook but" if notebooks else "files but"
    sentence = (
        f"{name} holds {what} no folder {PACKAGE}/ with the code that is graded (found: {found}):"
        " hand in the whole lab folder as one zip."
    )
    return _unusable("missing package", sentence, notes)


def _about(origin: str, failure: str) -> str:
    """`failure` begins with a file's name; a submission that is that file says it once."""
    return failure if failure.startswith(shown(origin) + " ") else f"{_head(origin)}: {failure}"


def _head(origin: str) -> str:
    return shown(origin, 100)
