"""The reference package, under the name `neuralnet`, in this process.

Importing this module registers it. The package is loaded from its file, and its modules through
its own folder: `sys.path` and the working directory are never asked, so a `neuralnet` folder that
lies around (a submission, for one) cannot take its place.
"""

from __future__ import annotations

import ast
import functools
import importlib
import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from labkit.base.errors import LabkitError, told
from labkit.base.paths import SOLUTIONS
from labkit.lab import course
from labkit.lab.contract import PACKAGE, Contract
from labkit.lab.lab import Lab

FOLDER = (SOLUTIONS / PACKAGE).resolve()
"""Where the reference package lies: in the checkout, or packaged with labkit."""


def load() -> ModuleType:
    """The reference package; its modules are imported when they are first asked for.

    Raises LabkitError where another `neuralnet` is already loaded: names bound from it would
    go on pointing at it, so replacing it halfway would mix the two.
    """
    _refuse_foreign()
    if PACKAGE in sys.modules:
        return sys.modules[PACKAGE]
    spec = importlib.util.spec_from_file_location(
        PACKAGE, FOLDER / "__init__.py", submodule_search_locations=[str(FOLDER)]
    )
    if spec is None or spec.loader is None or not (FOLDER / "__init__.py").is_file():
        raise LabkitError(f"The reference package is not at {FOLDER}. Install labkit again.")
    package = importlib.util.module_from_spec(spec)
    sys.modules[PACKAGE] = package
    try:
        spec.loader.exec_module(package)
    except BaseException:
        del sys.modules[PACKAGE]
        raise
    return package


@functools.cache
def function(module: str, name: str) -> Callable[..., Any]:
    """The reference's version of a contract function.

    Raises LabkitError where the reference does not have it, or cannot be imported.
    """
    load()
    path = FOLDER / f"{module}.py"
    if not path.is_file():
        raise LabkitError(f"{path} is missing: the reference of {name} is written there.")
    try:
        home = importlib.import_module(f"{PACKAGE}.{module}")
    except Exception as error:
        raise LabkitError(f"{told(error, FOLDER)}. Mend the reference there.") from error
    if not hasattr(home, name):
        raise LabkitError(f"{path} has no function {name}: write the reference there.")
    found: Callable[..., Any] = getattr(home, name)
    return found


def check(lab: Lab) -> None:
    """Raises LabkitError where what students write in a lab has no sound reference.

    It can be imported, and needs no module that does not come with the lab.
    """
    for one in lab.functions:
        function(one.module, one.name)
    for path in (FOLDER / f"{module}.py" for module in lab.modules):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            line = getattr(node, "lineno", 0)
            for needed in _needed(node) - set(lab.contract.modules):
                owners = [one.name for one in course.available() if needed in one.modules]
                do = (
                    f"belongs to {owners[0]}: add it to earlier"
                    if owners
                    else "belongs to no lab: add what it defines to [functions]"
                )
                raise LabkitError(
                    f"{path}, line {line}: {PACKAGE}.{needed} {do} in "
                    f"{lab.folder / 'lab.toml'}, or students do not have it."
                )


def _needed(node: ast.AST) -> set[str]:
    """Modules of the package that a statement imports."""
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom):
        home = ".".join(filter(None, [PACKAGE if node.level else "", node.module]))
        names = [home, *(f"{home}.{alias.name}" for alias in node.names)]
    else:
        return set()
    found = {name.split(".")[1] for name in names if name.startswith(f"{PACKAGE}.")}
    return {name for name in found if (FOLDER / f"{name}.py").is_file()}


class Reference:
    """A contract's functions as attributes: `Reference(contract).sigmoid(z)`."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("_") or name not in self._contract:
            raise AttributeError(f"the contract has no function {name!r}")
        return function(self._contract[name].module, name)

    def __dir__(self) -> list[str]:
        return list(self._contract.names)


def _refuse_foreign() -> None:
    """LabkitError if anything of `neuralnet` in this process is not the reference's."""
    for name, module in list(sys.modules.items()):
        if name != PACKAGE and not name.startswith(f"{PACKAGE}."):
            continue
        origin = getattr(module, "__file__", None)
        if origin is None or Path(origin).resolve().parent != FOLDER:
            raise LabkitError(
                f"Another package named {PACKAGE} is already loaded, from {origin}. "
                f"Run labkit in a process of its own."
            )


load()
