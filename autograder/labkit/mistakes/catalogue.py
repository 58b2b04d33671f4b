"""Reads the mistakes and variants of a lab from its folder."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from labkit.base.errors import LabkitError, told
from labkit.lab import reference
from labkit.lab.contract import Contract
from labkit.lab.lab import Lab
from labkit.mistakes.marking import Mark

Run = Callable[..., Any]

HINT_LENGTH = 350
"""Most characters of a hint: more is not read."""


@dataclass(frozen=True)
class Version:
    """One version of one contract function, right or wrong."""

    key: str
    """The Python function's own name, unique in its lab."""
    function: str
    """The contract function (and question) that it stands in for."""
    module: str
    """The package's module that holds the function, such as "layers"."""
    run: Run
    """The version itself, to be called with the contract's arguments."""


@dataclass(frozen=True)
class Mistake(Version):
    """A wrong version, with the words that a student reads when theirs does the same."""

    title: str
    """One plain sentence that names the mistake."""
    hint: str
    """What to ask, print or count to find it; never the code."""


@dataclass(frozen=True)
class Variant(Version):
    """A right version in another style: it must get full marks."""

    style: str
    """What is different about it, in a few words."""
    slow: bool = False
    """Whether it may lose what is given for speed, and that alone."""


@dataclass(frozen=True)
class Catalogue:
    """The versions of a lab's functions, in the contract's order, then in that of the files."""

    versions: tuple[Version, ...]

    @classmethod
    def of(cls, lab: Lab) -> Catalogue:
        """Read `mistakes/*.py` in a lab's folder; empty where there are none.

        Raises LabkitError, with file and function, for what does not fit.
        """
        files = sorted((lab.folder / "mistakes").glob("*.py"))
        found = [_version(*one, lab.contract) for path in files for one in _marked_in(path)]
        known: dict[str, Version] = {}
        for version in found:
            if version.key in known:
                raise LabkitError(
                    f"{lab.folder / 'mistakes'} defines {version.key!r} twice: rename one of them."
                )
            known[version.key] = version
        order = {name: place for place, name in enumerate(lab.contract.names)}
        return cls(tuple(sorted(found, key=lambda version: order[version.function])))

    @cached_property
    def mistakes(self) -> tuple[Mistake, ...]:
        """The wrong versions."""
        return tuple(version for version in self.versions if isinstance(version, Mistake))

    @cached_property
    def variants(self) -> tuple[Variant, ...]:
        """The right versions."""
        return tuple(version for version in self.versions if isinstance(version, Variant))

    def __getitem__(self, key: str) -> Version:
        """The version called `key`; KeyError where there is none."""
        return self._by_key[key]

    @cached_property
    def _by_key(self) -> dict[str, Version]:
        return {version.key: version for version in self.versions}

    def about(self, function: str) -> tuple[Mistake, ...]:
        """The mistakes about one function."""
        return self._about.get(function, ())

    @cached_property
    def _about(self) -> dict[str, tuple[Mistake, ...]]:
        names = dict.fromkeys(one.function for one in self.mistakes)
        return {name: tuple(one for one in self.mistakes if one.function == name) for name in names}


def _version(path: Path, run: Run, mark: Mark, contract: Contract) -> Version:
    where = f"{path}: {run.__name__}"
    if mark.function not in contract:
        raise LabkitError(
            f"{where} stands in for {mark.function!r}, which is no function of this lab: look at "
            "[functions] in lab.toml."
        )
    place = (run.__name__, mark.function, contract[mark.function].module, run)
    title, _, rest = (inspect.getdoc(run) or "").partition("\n\n")
    title, hint = " ".join(title.split()), " ".join(rest.split())
    if not title:
        raise LabkitError(f"{where} has no docstring: its first paragraph is what students read.")
    if mark.right:
        return Variant(*place, f"{title} {hint}".strip(), mark.slow)
    return Mistake(*place, title, hint)


def _marked_in(path: Path) -> list[tuple[Path, Run, Mark]]:
    return [(path, run, run.__dict__["mark"]) for run in _functions(path, path.stat().st_mtime_ns)]


@lru_cache(maxsize=64)
def _functions(path: Path, changed: int) -> tuple[Run, ...]:
    """The marked functions of a file; `changed` is its time, so that an edited one is read again.

    The file is executed under a name of its own, which no import can meet.
    """
    reference.load()
    source = path.read_text(encoding="utf-8")
    names = re.findall(r"^def (\w+)\(", source, re.MULTILINE)
    if twice := [name for name in names if names.count(name) > 1]:
        raise LabkitError(f"{path} defines {twice[0]!r} twice: rename one of them.")
    namespace: dict[str, Any] = {"__name__": f"mistakes.{path.stem}", "__file__": str(path)}
    try:
        exec(compile(source, str(path), "exec"), namespace)
    except Exception as error:
        raise LabkitError(f"{told(error, path)}. Mend that file.") from error
    found = [
        value
        for value in namespace.values()
        if inspect.isfunction(value) and value.__code__.co_filename == str(path)
    ]
    for run in found:
        if not isinstance(run.__dict__.get("mark"), Mark):
            raise LabkitError(
                f"{path}, line {run.__code__.co_firstlineno}: {run.__name__} is no version: write "
                f'@mistake("…") or @variant("…") above it, or nest it in the one that uses it.'
            )
    return tuple(found)
