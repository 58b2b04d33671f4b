"""The student's files as grading sees them: which count, can be read, and what they import.

Checks run on a copy of exactly these, elsewhere: a picture, a data file or a module that lies
somewhere else is missing here as it will be missing there.
"""

from __future__ import annotations

import ast
import re
import sys
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path

from .libraries import may_import, refusal

PACKAGE = "neuralnet"

KIT = frozenset({"labcheck", "check", "explore", "figures", "guesses", "tests"})
"""What lies beside the package for the notebook; `labdata` may be imported, it needs only NumPy."""

MAX_FILE = 1 << 20
"""Bytes of one file that is kept; the largest module of a lab has a few thousand."""
MAX_TOTAL = 8 << 20
"""Bytes of all files that are kept."""
MAX_FILES = 500
MAX_PATH = 400
"""Bytes of a file's path: a worker must be able to write it below a folder of its own."""
_MAX_NAME = 100

JUNK_FOLDERS = frozenset({"__macosx", "__pycache__", "node_modules", "site-packages", "venv"})
"""What tools and systems make, in lower case."""

_DATA = ("npz", "npy", "json", "txt", "csv")


def counts(path: str) -> bool:
    """Whether a file can matter to code that runs: importable, or plain data inside the package.

    `path` begins in the folder with the package, its parts joined by `/`. Grading asks this, too.
    """
    *folders, name = path.split("/")
    stem, _, ending = name.rpartition(".")
    if _too_long(path) or not all(_importable(folder) for folder in folders):
        return False
    if ending == "py":
        return stem.isidentifier()
    return (
        path.startswith(PACKAGE + "/")
        and re.fullmatch(r"[A-Za-z0-9_][\w.-]*", name, re.ASCII) is not None
        and ending.lower() in _DATA
    )


def lost(path: str) -> str:
    """Why grading leaves a file of the package out that was meant to count; else nothing."""
    *folders, name = path.split("/")
    ending = name.rpartition(".")[2].lower()
    hidden = any(part[:1] in (".", "~") or part == "__pycache__" for part in (*folders, name))
    if not path.startswith(PACKAGE + "/") or hidden or ending not in ("py", *_DATA) or counts(path):
        return ""
    if _too_long(path):
        return "its name is too long"
    bad = next((folder for folder in folders if not _importable(folder)), name)
    if bad.lower() in JUNK_FOLDERS:
        return f"no folder {bad} is kept"
    return "name it with the letters a to z, digits and _ alone"


def importance(path: str) -> tuple[object, ...]:
    """Smaller is kept first where not all can be: modules, then data, then neighbours."""
    inside = path.startswith(PACKAGE + "/")
    return (not inside, not path.endswith(".py"), path.count("/"), path)


def _too_long(path: str) -> bool:
    sizes = [len(part.encode("utf-8", "surrogateescape")) for part in (path, *path.split("/"))]
    return sizes[0] > MAX_PATH or max(sizes[1:]) > _MAX_NAME


def _importable(folder: str) -> bool:
    return folder.isidentifier() and folder.lower() not in JUNK_FOLDERS


def files_in(folder: Path) -> tuple[dict[str, bytes], list[str]]:
    """Path -> content of what counts in a student's folder, and a sentence for what does not.

    Those are the package with small data files, and Python files beside it.
    """
    found: dict[str, bytes] = {}
    notes: list[str] = []
    left = MAX_TOTAL
    paths = {path.relative_to(folder).as_posix(): path for path in _candidates(folder)}
    for name in sorted(paths, key=importance):
        top = name.split("/")[0].removesuffix(".py")
        size = paths[name].stat().st_size
        if may_import(top):
            notes.append(
                f"{top if '/' in name else name} has the name of a module that Python or NumPy "
                "bring along, and grading imports theirs: rename it."
            )
        elif reason := lost(name):
            notes.append(f"{name} is left out in grading: {reason}.")
        elif not counts(name):
            continue
        elif size > MAX_FILE:
            notes.append(f"{name} is over 1 MB, which grading leaves out.")
        elif size > left or len(found) >= MAX_FILES:
            notes.append(
                f"{name} is left out in grading: it keeps at most {MAX_FILES} files of together "
                f"{MAX_TOTAL >> 20} MB."
            )
        else:
            left -= size
            found[name] = paths[name].read_bytes()
    return found, _brief(notes)


def _brief(notes: list[str], most: int = 12) -> list[str]:
    """`notes` without repeats; of many only the first."""
    unique = list(dict.fromkeys(notes))
    if len(unique) > most:
        unique[most - 1 :] = [f"{len(unique) - most + 1} more files are left out in grading."]
    return unique


def _candidates(folder: Path) -> Iterator[Path]:
    """Files of the package, and Python files beside it that are the student's own."""
    if (folder / PACKAGE).is_dir():
        yield from (path for path in (folder / PACKAGE).rglob("*") if path.is_file())
    for path in folder.iterdir():
        if path.is_file() and path.suffix == ".py" and path.stem not in KIT:
            yield path
        elif path.is_dir() and path.name not in (PACKAGE, *KIT) and (path / "__init__.py").exists():
            yield from path.rglob("*.py")


def write_to(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write `files` below `folder`, as grading does before it imports the package."""
    for name, content in files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    (folder / PACKAGE / "__init__.py").touch()


def used(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Those of `files` that are the package, or that it imports, directly or by others."""
    names = {name for name in files if name.startswith(PACKAGE + "/")}
    waiting = list(names)
    while waiting:
        for module, _ in _imports(waiting.pop(), files):
            top = module.split(".")[0]
            for name in files:
                if (name == f"{top}.py" or name.startswith(f"{top}/")) and name not in names:
                    names.add(name)
                    waiting.append(name)
    return {name: files[name] for name in sorted(names)}


def unreadable(files: Mapping[str, bytes]) -> dict[str, str]:
    """A sentence for each file that is no Python: file, line, message."""
    found = {}
    for name, content in files.items():
        if not name.endswith(".py"):
            continue
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                compile(content, name, "exec", dont_inherit=True)
        except SyntaxError as error:
            if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
                found[name] = f"{name} is saved as UTF-16: save it as UTF-8."
                continue
            line = f", line {error.lineno}" if error.lineno else ""
            text = f": {error.text.strip()[:80]}" if error.text and error.text.strip() else ""
            found[name] = f"{name}{line}: {type(error).__name__}: {error.msg}{text}"
        except (ValueError, RecursionError, MemoryError, OverflowError) as error:
            utf16 = content[:2] in (b"\xff\xfe", b"\xfe\xff")
            why = "is saved as UTF-16: save it as UTF-8" if utf16 else f"cannot be read: {error}"
            found[name] = f"{name} {why}."
    return found


def refused(files: Mapping[str, bytes]) -> list[str]:
    """A sentence for each module that grading does not have and a file imports."""
    beside = {re.split(r"[./]", name)[0] for name in files}
    found = []
    for name in files:
        for module, line in _imports(name, files):
            top = module.split(".")[0]
            if top not in beside and not may_import(top):
                found.append(f"{name}, line {line}: {refusal(top)}")
    return list(dict.fromkeys(found))


def _imports(name: str, files: Mapping[str, bytes]) -> Iterator[tuple[str, int]]:
    """Modules that a file imports by their whole names, with the line."""
    if not name.endswith(".py"):
        return
    try:
        tree = ast.parse(files[name])
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for one in node.names:
                yield one.name, node.lineno
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module, node.lineno
        elif isinstance(node, ast.ImportFrom) and node.level > name.count("/"):
            for one in node.names:  # `from .. import helper`
                yield node.module or one.name, node.lineno


class Guard:
    """Refuses what grading does not have, at the moment when student code imports it."""

    def __init__(self, folder: Path) -> None:
        self._folder = str(folder)

    def __enter__(self) -> Guard:
        sys.meta_path.insert(0, self)
        return self

    def __exit__(self, *_: object) -> None:
        sys.meta_path.remove(self)

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        top = name.partition(".")[0]
        if path is not None or may_import(top) or not self._asked_by_student():
            return
        folder = Path(self._folder)
        if not (folder / f"{top}.py").exists() and not (folder / top).is_dir():
            raise ModuleNotFoundError(refusal(top), name=name)

    def _asked_by_student(self) -> bool:
        frame = sys._getframe(2)
        while frame is not None and "importlib" in frame.f_code.co_filename:
            frame = frame.f_back  # type: ignore[assignment]
        return frame is not None and frame.f_code.co_filename.startswith(self._folder)
