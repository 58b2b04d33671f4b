"""The catalogue of misconceptions: wrong versions of the contract's functions, with name and hint.

A wrong answer that equals one of them is *named* in the feedback. The same entries audit the
grader: each must lose its own question's points and no others. Beside them stand the variants,
right answers in another style, which must get full marks.

One module per lab (`lab1`, `lab2`, …) is imported when first asked for; an instructor's own lab
brings its file through `catalogue_file`. Every decorated function stands alone: it may use `np`,
the standard library and names imported from `neuralnet`, and nests its helpers, because
`submission_files` lifts its source into a student's package.
"""

from __future__ import annotations

import ast
import importlib
import importlib.util
import inspect
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from labkit.contract import BY_NAME, PACKAGE

__all__ = [
    "Entry",
    "Variant",
    "Version",
    "catalogue_file",
    "entries",
    "for_function",
    "misconception",
    "submission_files",
    "submission_with",
    "variant",
    "variants",
]

Run = Callable[..., Any]
_R = TypeVar("_R", bound=Run)

HINT_LENGTH = 350
"""Most characters of a hint: more is not read."""


@dataclass(frozen=True)
class Version:
    """One version of one contract function, right or wrong."""

    key: str
    """The Python function's own name, unique over all labs."""
    function: str
    """The contract function (and question) that it stands in for."""
    module: str
    """The package's module that holds the function, such as "layers"."""
    lab: int
    run: Run
    """The version itself, to be called with the contract's arguments."""


@dataclass(frozen=True)
class Entry(Version):
    """A wrong version, with the words that a student reads when theirs does the same."""

    title: str
    """One plain sentence that names the mistake."""
    why: str
    """Why people make it: one or two sentences."""
    hint: str
    """What to ask, print or count to find it; never the code."""


@dataclass(frozen=True)
class Variant(Version):
    """A right version in another style: it must get full marks."""

    style: str
    """What is different about it, in a few words."""
    slow: bool = False
    """Whether it may lose what is given for speed, and that alone."""


_registry: dict[str, list[Version]] = {}
"""Versions by the name of the Python module that defines them, in the order of the file."""

_files: dict[Path, str] = {}
"""Catalogue files of instructors, with the name of the module they were loaded as."""

_own_labs: dict[str, tuple[int, Mapping[str, str]]] = {}
"""For such a module: its lab's number and, function by function, the package's module."""


def _place(function: str, defined_in: str) -> tuple[str, int]:
    """Module and lab of a function; KeyError where neither contract nor lab knows it."""
    own_lab, own_modules = _own_labs.get(defined_in, (0, {}))
    if function in own_modules:
        return own_modules[function], own_lab
    if function in BY_NAME:
        return BY_NAME[function].module, own_lab or BY_NAME[function].lab
    raise KeyError(f"{defined_in} has a version of {function!r}, which the contract does not have")


def _register(version: Version, defined_in: str) -> None:
    known = _registry.setdefault(defined_in, [])
    if any(other.key == version.key for other in known):
        raise ValueError(f"{defined_in} defines {version.key!r} twice; give one another name")
    known.append(version)


def misconception(function: str, *, title: str, why: str, hint: str) -> Callable[[_R], _R]:
    """Decorator: lists a wrong version of the contract function `function`."""

    def decorate(run: _R) -> _R:
        module, lab = _place(function, run.__module__)
        entry = Entry(run.__name__, function, module, lab, run, title, why, hint)
        _register(entry, run.__module__)
        return run

    return decorate


def variant(function: str, *, style: str, slow: bool = False) -> Callable[[_R], _R]:
    """Decorator: lists a right version of the contract function `function`.

    A `slow` one may lose what is given for speed, and that alone.
    """

    def decorate(run: _R) -> _R:
        module, lab = _place(function, run.__module__)
        version = Variant(run.__name__, function, module, lab, run, style, slow)
        _register(version, run.__module__)
        return run

    return decorate


def catalogue_file(
    path: str | Path, *, lab: int = 0, functions: Mapping[str, str] | None = None
) -> tuple[Version, ...]:
    """Loads an instructor's own `catalogue.py` and adds its versions to the catalogue.

    `lab` is the number of their lab (0: the contract's number of each function); `functions` maps
    names that the contract does not have to the package's module. Loading a file again, or another
    copy of it for the same lab, replaces what it gave before. Raises FileNotFoundError, or whatever
    the file itself raises.
    """
    path = Path(path).resolve()
    if not path.is_file():
        raise FileNotFoundError(f"no catalogue file {path}")
    _reference_folder()
    for other, loaded in list(_files.items()):
        if lab and other != path and _own_labs[loaded][0] == lab:
            del _registry[loaded], _own_labs[loaded], _files[other]
    name = _files.setdefault(path, f"labkit_catalogue_{len(_files)}")
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    _registry[name] = []
    _own_labs[name] = (lab, dict(functions or {}))
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del _registry[name], _own_labs[name], _files[path], sys.modules[name]
        raise
    return tuple(_registry[name])


def _load(lab: int) -> None:
    """Imports the catalogue module of a lab, if this package has one."""
    name = f"{__name__}.lab{lab}"
    if name in _registry or importlib.util.find_spec(name) is None:
        return
    _reference_folder()
    _registry[name] = []
    try:
        importlib.import_module(name)
    except BaseException:
        del _registry[name]
        raise


def _versions(lab: int | None) -> list[Version]:
    labs = sorted({function.lab for function in BY_NAME.values()}) if lab is None else [lab]
    for number in labs:
        _load(number)
    found = [
        version
        for known in _registry.values()
        for version in known
        if lab is None or version.lab == lab
    ]
    order = {name: place for place, name in enumerate(BY_NAME)}
    # Stable: within a function the order of the file stays.
    return sorted(found, key=lambda version: (version.lab, order.get(version.function, len(order))))


def entries(lab: int | None = None) -> tuple[Entry, ...]:
    """The misconceptions of one lab, or of all, in the contract's order."""
    return tuple(version for version in _versions(lab) if isinstance(version, Entry))


def variants(lab: int | None = None) -> tuple[Variant, ...]:
    """The right versions in other styles of one lab, or of all, in the contract's order."""
    return tuple(version for version in _versions(lab) if isinstance(version, Variant))


def for_function(name: str) -> tuple[Entry, ...]:
    """The misconceptions about one function; loads only its lab. Empty for an unknown name."""
    if name in BY_NAME:
        _load(BY_NAME[name].lab)
    return tuple(
        version
        for known in _registry.values()
        for version in known
        if isinstance(version, Entry) and version.function == name
    )


# --- from a version to a student's submission ---


def submission_files(version: Version, lab: int | None = None) -> dict[str, str]:
    """A student's submission that is right but for this version: path -> text.

    The reference package of all labs up to `lab` (the version's own by default), with the
    version's source under the contract's name right behind the original, so that whatever else
    in the module uses the function gets the version too.
    Raises ValueError where the version's source does not stand alone.
    """
    return submission_with([version], version.lab if lab is None else lab)


def submission_with(versions: Sequence[Version], lab: int) -> dict[str, str]:
    """As `submission_files`, with a version of each of several functions."""
    later = {function.module for function in BY_NAME.values() if function.lab > lab}
    folder = _reference_folder()
    files = {}
    for path in sorted(folder.rglob("*.py")):
        if path.stem in later:
            continue
        files[f"{PACKAGE}/{path.relative_to(folder).as_posix()}"] = path.read_text("utf-8")
    for version in versions:
        target = f"{PACKAGE}/{version.module}.py"
        if target not in files:
            raise ValueError(f"{version.key}: the reference has no module {version.module!r}")
        files[target] = _insert(files[target], version)
    return files


def _reference_folder() -> Path:
    """Folder of the reference package, which is `neuralnet` in this process from here on."""
    importlib.import_module("labkit.reference")
    package = importlib.import_module(PACKAGE)
    assert package.__file__ is not None
    return Path(package.__file__).parent


def _insert(text: str, version: Version) -> str:
    """The module's text with the version behind the function that it stands in for."""
    lines = text.splitlines()
    end = len(lines)
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef) and node.name == version.function:
            assert node.end_lineno is not None
            end = node.end_lineno
    added = _lifted_source(version).splitlines()
    return "\n".join([*lines[:end], "", "", *added, *lines[end:]]) + "\n"


def _lifted_source(version: Version) -> str:
    """Source of the version under the contract's name, with the imports that it needs."""
    path = Path(inspect.getfile(version.run))
    file = _read(path, path.stat().st_mtime_ns)
    definition = ast.parse(file.functions[version.key]).body[0]
    assert isinstance(definition, ast.FunctionDef)
    definition.decorator_list = []
    own = f"_original_{version.function}"
    names = [node for node in ast.walk(definition) if isinstance(node, ast.Name)]
    used = {node.id for node in names} - {
        node.id for node in names if isinstance(node.ctx, ast.Store)
    }
    if borrowed := used & file.others:
        raise ValueError(f"{version.key} uses {sorted(borrowed)} of its file; nest it inside")
    head = []
    for name, origin in file.imports.items():
        if name not in used:
            continue
        if origin == (f"{PACKAGE}.{version.module}", version.function):
            # Under the contract's name stands the version itself by the time it is called.
            head.append(f"{own} = {version.function}")
        elif origin == (f"{PACKAGE}.{version.module}", name):
            pass  # a neighbour in the same module
        elif isinstance(origin, tuple):
            head.append(f"from {origin[0]} import {origin[1]} as {name}")
        else:
            head.append(f"import {origin} as {name}")
    definition.name = version.function
    lifted = ast.fix_missing_locations(_Lift(version.function, own).visit(definition))
    return "\n".join([*head, "", "", ast.unparse(lifted)])


@dataclass(frozen=True)
class _File:
    """What a catalogue file holds at its top level."""

    imports: dict[str, str | tuple[str, str]]
    """Local name -> module, or (module, name)."""
    functions: dict[str, str]
    """Name -> source, without decorators."""
    others: set[str]
    """Whatever else a function could lean on, the functions' names included."""


@lru_cache(maxsize=16)
def _read(path: Path, changed: int) -> _File:
    """The file at `path`; `changed` is its time stamp, so that an edited file is read again."""
    text = path.read_text("utf-8")
    lines = text.splitlines()
    file = _File({}, {}, set())
    for node in ast.parse(text).body:
        if isinstance(node, ast.Import):
            for alias in node.names:
                file.imports[alias.asname or alias.name] = alias.name
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                file.imports[alias.asname or alias.name] = (node.module, alias.name)
        elif isinstance(node, ast.FunctionDef):
            file.functions[node.name] = "\n".join(lines[node.lineno - 1 : node.end_lineno])
            file.others.add(node.name)
        elif isinstance(node, ast.ClassDef):
            file.others.add(node.name)
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    file.others.add(target.id)
    return file


class _Lift(ast.NodeTransformer):
    """Drops annotations and docstrings; a use of the right function gets its private name."""

    def __init__(self, function: str, own: str) -> None:
        self.function = function
        self.own = own

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if node.id == self.function:
            node.id = self.own
        return node

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.annotation = None
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        if ast.get_docstring(node) is not None and len(node.body) > 1:
            del node.body[0]
        self.generic_visit(node)
        return node
