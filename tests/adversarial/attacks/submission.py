"""What an attack is, and what it is made of: a submission to lab 1 with code behind the stubs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

from labkit.lab import stubs as starter
from labkit.lab.contract import PACKAGE
from labkit.lab.course import find
from tests.sample_class import EMPTY_NOTEBOOK

LAB = find("lab1")
ALL = tuple(function.name for function in LAB.functions)
"""The questions of the lab."""

ACTIVATIONS = tuple(one.name for one in LAB.functions if one.module == "activations")
NOTEBOOK = f"{LAB.name}.ipynb"
Files = dict[str, str | bytes]


@dataclass(frozen=True)
class Attack:
    """One hostile submission."""

    name: str
    kind: str
    files: Mapping[str, str | bytes]
    unearned: tuple[str, ...] = ALL
    """Questions in which its honest code earns nothing; the others it may win."""
    pack: Callable[[Path, Mapping[str, str | bytes]], None] | None = None
    """Writes the submission at a path without ending; a plain zip by default."""
    ungraded: bool = False
    """Whether there is nothing to judge, so that its status must say why."""
    otter: bool = True
    """Whether `otter run` takes such a thing: it wants a zip with a notebook."""


def stubs(code: str = "", module: str = "activations", **beside: str | bytes) -> Files:
    """The stubs, with `code` at the end of one module."""
    return _with(starter.stub_package(LAB), code, module) | beside


def solved(code: str = "", module: str = "activations", **beside: str | bytes) -> Files:
    """The finished package, with `code` at the end of one module."""
    return _with(starter.solution_package(LAB), code, module) | beside


def _with(package: Mapping[str, str], code: str, module: str) -> Files:
    path = f"{PACKAGE}/{module}.py"
    found: Files = {**package, path: package[path] + "\n\n" + dedent(code)}
    found[NOTEBOOK] = EMPTY_NOTEBOOK
    return found


def hostile(
    kind: str,
    name: str,
    *code: str,
    module: str = "activations",
    beside: Mapping[str, str | bytes] | None = None,
    otter: bool = True,
    unearned: tuple[str, ...] = ALL,
) -> Attack:
    """The stubs with `code` behind them and more files beside them."""
    files = stubs("\n".join(map(dedent, code)), module) | dict(beside or {})
    return Attack(name, kind, files, unearned, otter=otter)
