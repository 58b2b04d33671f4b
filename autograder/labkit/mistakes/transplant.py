"""From a version of the catalogue to a student's submission that holds it."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from labkit.base.errors import LabkitError
from labkit.lab import stubs
from labkit.lab.contract import PACKAGE
from labkit.lab.lab import Lab
from labkit.mistakes.catalogue import Version


def submission_files(version: Version, lab: Lab) -> dict[str, str]:
    """A student's submission that is right but for this version: path -> text.

    The reference package of all labs up to `lab`, with the version's source under the contract's
    name right behind the original, so that whatever else in the module uses the function gets the
    version too. Raises LabkitError as `lifted_source` does.
    """
    return submission_with([version], lab)


def submission_with(versions: Sequence[Version], lab: Lab) -> dict[str, str]:
    """As `submission_files`, with a version of each of several functions."""
    files = stubs.sources(lab)
    for version in versions:
        target = f"{PACKAGE}/{version.module}.py"
        files[target] = _insert(files[target], version)
    return files


def _insert(text: str, version: Version) -> str:
    """The module's text with the version behind the function that it stands in for."""
    lines = text.splitlines()
    end = len(lines)
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef) and node.name == version.function:
            assert node.end_lineno is not None
            end = node.end_lineno
    added = lifted_source(version).splitlines()
    return "\n".join([*lines[:end], "", "", *added, *lines[end:]]) + "\n"


def lifted_source(version: Version) -> str:
    """Source of the version under the contract's name, with the imports that it needs.

    Raises LabkitError where it does not stand alone: it may use `np`, the standard library and
    names imported from `neuralnet`, and nests its helpers.
    """
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
        raise LabkitError(
            f"{path}, line {version.run.__code__.co_firstlineno}: {version.key} uses "
            f"{' and '.join(sorted(borrowed))} of its file, but travels alone: nest inside what it "
            "needs."
        )
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
        else:
            names = (one for one in ast.walk(node) if isinstance(one, ast.Name))
            file.others.update(one.id for one in names if isinstance(one.ctx, ast.Store))
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
