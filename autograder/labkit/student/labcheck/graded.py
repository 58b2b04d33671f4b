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

KIT = frozenset({"labcheck", "check", "explore", "figures", "tests"})
"""What lies beside the package for the notebook; `labdata` may be imported, it needs only NumPy."""

_MAX_FILE = 1 << 20
_DATA = (".npz", ".npy", ".json", ".txt", ".csv")


def files_in(folder: Path) -> tuple[dict[str, bytes], list[str]]:
    """Path -> content of what counts in a student's folder, and a sentence for what is too large.

    Those are the package with small data files, and Python files beside it.
    """
    found: dict[str, bytes] = {}
    notes: list[str] = []
    for path in sorted(_candidates(folder)):
        name = path.relative_to(folder).as_posix()
        if path.stat().st_size > _MAX_FILE:
            notes.append(f"{name} is over 1 MB, which grading leaves out.")
        else:
            found[name] = path.read_bytes()
    return found, notes


def _candidates(folder: Path) -> Iterator[Path]:
    if (folder / PACKAGE).is_dir():
        for path in (folder / PACKAGE).rglob("*"):
            if path.is_file() and path.suffix in (".py", *_DATA) and _importable(folder, path):
                yield path
    for path in folder.iterdir():
        if path.is_file() and path.suffix == ".py" and path.stem.isidentifier():
            if path.stem not in KIT:
                yield path
        elif path.is_dir() and path.name not in (PACKAGE, *KIT) and (path / "__init__.py").exists():
            for inner in path.rglob("*.py"):
                if _importable(folder, inner):
                    yield inner


def _importable(folder: Path, path: Path) -> bool:
    parts = path.relative_to(folder).parts[:-1]
    return all(part.isidentifier() and part != "__pycache__" for part in parts)


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
