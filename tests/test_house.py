"""The house of the package: floors in one direction, no circles, nothing about one lab."""

from __future__ import annotations

import ast
import re
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from labkit.base import paths

FLOORS = (
    "cli",
    "platforms",
    "classroom",
    "reporting",
    "building",
    "judging",
    "intake",
    "sandbox",
    "mistakes",
    "lab",
    "base",
    "student",
)
"""From the top down: a folder uses only those below it."""

LONGEST_FILE, LONGEST_FUNCTION, MOST_ARGUMENTS = 800, 80, 4
CODE = sorted(paths.PACKAGE.rglob("*.py"))
TREES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in CODE}


def module_of(path: Path) -> str:
    """`labkit.lab.lab` for its path; a package's `__init__` is the package."""
    parts = path.relative_to(paths.PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_of(path) for path in CODE}


def imports(path: Path, top_level_only: bool = False) -> set[str]:
    """The package's own modules that a file imports."""
    found: set[str] = set()
    tree = TREES[path]
    nodes = tree.body if top_level_only else ast.walk(tree)
    for node in nodes:
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                home = module_of(path).split(".")
                home = home if path.name == "__init__.py" else home[:-1]
                home = home[: len(home) - node.level + 1]
                base = ".".join([*home, *filter(None, [node.module])])
            for alias in node.names:
                full = f"{base}.{alias.name}"
                found.add(full if full in MODULES else base)
    return {name for name in found if name in MODULES and name != "labkit"}


def floor(module: str) -> int | None:
    """Number of a module's floor from the top; None for the package's own `__init__`."""
    parts = module.split(".")
    return FLOORS.index(parts[1]) if len(parts) > 1 and parts[1] in FLOORS else None


@pytest.mark.parametrize("path", CODE, ids=module_of)
def test_an_import_never_points_up(path: Path) -> None:
    """A module imports only from its own floor and those below."""
    own = floor(module_of(path))
    if own is None:
        assert path.name in ("__init__.py", "__main__.py"), f"{path} lies on no floor"
        return
    for name in imports(path):
        assert (floor(name) or 0) >= own, f"{module_of(path)} imports {name}, which is above it"


def test_there_is_no_circle() -> None:
    """No module needs itself at the end of its imports."""
    graph = {module_of(path): imports(path, top_level_only=True) for path in CODE}
    for name, needed in graph.items():
        # A package's door opens on its own rooms: they do not import it back.
        graph[name] = {other for other in needed if other != name}
    try:
        list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        raise AssertionError(f"a circle: {' → '.join(error.args[1])}") from error


def test_nothing_in_the_package_is_about_one_lab() -> None:
    """What is special about a lab lies in its folder."""
    names = {
        name
        for folder in paths.ASSIGNMENTS.glob("lab*")
        for name in re.findall(r"^def (?:public|hidden)_(\w+?)__", _cases(folder), re.M)
    }
    everyday = {"forward", "backward", "train", "predict", "accuracy", "tanh", "sigmoid"}
    for path in CODE:
        code = _without_docstrings(TREES[path])
        told = (names - everyday).intersection(re.findall(r"\w+", code))
        assert not told, f"{path} names functions of a lab"
        assert not re.search(r"\blab[1-9]\d*_?\w*\b", code.replace("lab6_dropout", "")), path


def _cases(folder: Path) -> str:
    return "\n".join(path.read_text("utf-8") for path in sorted((folder / "cases").glob("*.py")))


def _without_docstrings(tree: ast.Module) -> str:
    """The code of a file: what stands in strings at the beginning of a block explains."""
    bare = ast.parse(ast.unparse(tree))
    for node in ast.walk(bare):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            node.body = [  # type: ignore[attr-defined]
                one
                for one in body
                if not (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant))
            ] or [ast.Pass()]
    return ast.unparse(bare)


def test_files_and_functions_are_short() -> None:
    """A file can be read in one sitting, a function on one screen."""
    for path, tree in TREES.items():
        lines = len(path.read_text(encoding="utf-8").splitlines())
        assert lines <= LONGEST_FILE, f"{path} has {lines} lines"
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and node.end_lineno:
                length = node.end_lineno - node.lineno
                assert length <= LONGEST_FUNCTION, f"{path}: {node.name} has {length} lines"
                given = [one.arg for one in (*node.args.posonlyargs, *node.args.args)]
                named = [name for name in given if name not in ("self", "cls")]
                # A command's arguments are click's business: it passes them by name.
                if path.name != "cli.py":
                    assert len(named) <= MOST_ARGUMENTS, f"{path}: {node.name}({', '.join(named)})"
