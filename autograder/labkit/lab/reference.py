"""The reference package, under the name `neuralnet`, in this process.

Importing this module registers it. The package is loaded from its file, and its modules through
its own folder: `sys.path` and the working directory are never asked, so a `neuralnet` folder that
lies around (a submission, for one) cannot take its place.
"""

from __future__ import annotations

import functools
import importlib
import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from labkit.base.errors import LabkitError
from labkit.base.paths import SOLUTIONS
from labkit.lab.contract import PACKAGE, Contract

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

    Raises LabkitError where the reference does not have it.
    """
    load()
    path = FOLDER / f"{module}.py"
    if not path.is_file():
        raise LabkitError(f"{path} is missing: the reference of {name} is written there.")
    home = importlib.import_module(f"{PACKAGE}.{module}")
    if not hasattr(home, name):
        raise LabkitError(f"{path} has no function {name}: write the reference there.")
    found: Callable[..., Any] = getattr(home, name)
    return found


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
