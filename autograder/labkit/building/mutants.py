"""Small changes to the reference package: what a grader's cases must notice.

The general mutation tools run a project's own test suite; here a mutant is a student's submission
and the suite is the grader, so a small set of operators on the syntax tree fits better.
"""

from __future__ import annotations

import ast
import copy
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass

from labkit.base.errors import LabkitError
from labkit.lab import contract, stubs
from labkit.lab.lab import Lab

EQUIVALENT = "equivalent_mutants.toml"
"""The file in a lab's folder."""

_BINARY: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
}
_COMPARE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
}
_NAMES = {"maximum": "minimum", "max": "min", "argmax": "argmin", "sum": "mean", "mean": "sum"}


@dataclass(frozen=True)
class Mutant:
    """The reference package with one small change in one function."""

    key: str
    """`function:line:operator:position`, the same as long as the function does not change."""
    function: str
    """The contract function (and question) that must notice."""
    change: str
    files: dict[str, str]


def of_lab(lab: Lab) -> list[Mutant]:
    """All mutants of a lab's own contract functions."""
    files = stubs.solution_package(lab)
    found = []
    for function in lab.functions:
        if function.name in lab.questions:
            found += list(_of_function(files, function))
    return found


def equivalent(lab: Lab) -> dict[str, str]:
    """Mutants that no case can notice, with the reason, by key, as the lab's folder has them.

    Raises LabkitError where that file is no TOML.
    """
    path = lab.folder / EQUIVALENT
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    except tomllib.TOMLDecodeError as error:
        raise LabkitError(f"{path} is not valid TOML: {error}.") from None
    return {str(key): str(reason) for key, reason in found.items()}


def _of_function(files: dict[str, str], function: contract.Function) -> Iterator[Mutant]:
    path = f"{contract.PACKAGE}/{function.module}.py"
    tree = ast.parse(files[path])
    (place,) = (
        index
        for index, node in enumerate(tree.body)
        if isinstance(node, ast.FunctionDef) and node.name == function.name
    )
    original = tree.body[place]
    assert isinstance(original, ast.FunctionDef)
    first = original.body[1] if ast.get_docstring(original) else original.body[0]
    count = sum(1 for _ in ast.walk(original))
    for position in range(count):
        changed = copy.deepcopy(original)
        node = list(ast.walk(changed))[position]
        line = getattr(node, "lineno", 0) - first.lineno
        if line < 0:
            continue
        before = _text(node)
        operator = _mutate(node)
        if operator is None:
            continue
        mutated = copy.copy(tree)
        mutated.body = [*tree.body[:place], changed, *tree.body[place + 1 :]]
        text = ast.unparse(ast.fix_missing_locations(mutated))
        yield Mutant(
            f"{function.name}:{line}:{operator}:{position}",
            function.name,
            f"{before} → {_text(node)}",
            {**files, path: text},
        )


def _text(node: ast.AST) -> str:
    try:
        return ast.unparse(node).splitlines()[0][:60]
    except (AttributeError, ValueError):
        return type(node).__name__


def _mutate(node: ast.AST) -> str | None:
    """Change a node in place; gives the operator's name, or None where none applies."""
    if isinstance(node, ast.BinOp) and type(node.op) in _BINARY:
        node.op = _BINARY[type(node.op)]()
        return "operator"
    if isinstance(node, ast.AugAssign) and type(node.op) in _BINARY:
        node.op = _BINARY[type(node.op)]()
        return "operator"
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        node.op = ast.UAdd()
        return "sign"
    if isinstance(node, ast.Compare) and type(node.ops[0]) in _COMPARE:
        node.ops[0] = _COMPARE[type(node.ops[0])]()
        return "comparison"
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        node.value = not node.value
        return "flag"
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        node.value = node.value + 1
        return "number"
    if isinstance(node, ast.Attribute) and node.attr in _NAMES:
        node.attr = _NAMES[node.attr]
        return "name"
    if isinstance(node, ast.Attribute) and node.attr == "T":
        node.attr = "real"
        return "transpose"
    return None
