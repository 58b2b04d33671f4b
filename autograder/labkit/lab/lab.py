"""A lab as its `lab.toml` describes it."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from labkit.base import paths
from labkit.base.errors import LabkitError
from labkit.lab.contract import Contract, Function, declared


@dataclass(frozen=True)
class LabLimits:
    """What one submission may use while it is graded."""

    call_seconds: float = 10.0
    """CPU seconds of one call."""
    total_seconds: float = 120.0
    """CPU seconds of a whole submission; what is left after that fails as out of time."""
    memory_mb: int = 512
    """Memory that student code may ask for, in MB."""


@dataclass(frozen=True)
class Written:
    """A written question, marked by hand beside the 100 points."""

    name: str
    title: str
    points: float


@dataclass(frozen=True)
class Lab:
    """One lab. Questions are named after the contract functions that they grade."""

    folder: Path
    name: str
    """Folder name, such as `lab1_forward`."""
    title: str
    contract: Contract
    """The functions of the labs that this one builds on, then its own."""
    earlier: tuple[str, ...]
    """Names of the labs that it builds on: students get their modules finished."""
    questions: dict[str, float]
    """Points by question, in the contract's order."""
    written: tuple[Written, ...]
    thresholds: dict[str, float]
    limits: LabLimits
    due: str = ""
    leaderboard: str = ""
    """Name of the number, kept by a case's `check.metric`, for Gradescope's leaderboard, if any."""
    seed: int = 0
    options: dict[str, Any] = field(default_factory=dict)
    """What an instructor switched on or off, such as an optional part of the text."""

    @property
    def short(self) -> str:
        """`lab1` for `lab1_forward`."""
        return self.name.split("_", 1)[0]

    @property
    def number(self) -> int:
        """1 for `lab1_forward`: labs are listed by it."""
        return int(self.short[3:])

    @property
    def text(self) -> Path:
        """The notebook as text."""
        return self.folder / "text.py"

    @cached_property
    def functions(self) -> tuple[Function, ...]:
        """The functions that students write in this lab, in order."""
        return tuple(function for function in self.contract if function.lab == self.number)

    @property
    def modules(self) -> tuple[str, ...]:
        """Modules of the package that students write in this lab."""
        return tuple(dict.fromkeys(function.module for function in self.functions))

    @property
    def possible(self) -> float:
        """Points that are graded automatically."""
        return sum(self.questions.values())

    @classmethod
    def load(cls, folder: Path) -> Lab:
        """Read a lab from its folder; the labs that it builds on lie beside it, or are the kit's.

        Raises LabkitError with one sentence where lab.toml is missing or does not fit.
        """
        path = folder / "lab.toml"
        config = _config(path)
        name = folder.name
        functions = {str(k): str(v) for k, v in config.get("functions", {}).items()}
        earlier = tuple(str(one) for one in config.get("earlier", ()))
        known = [function for one in earlier for function in _functions_of(folder, one)]
        try:
            contract = Contract((*known, *declared(functions, _number(path))))
        except ValueError as error:
            raise LabkitError(f"{path}: [functions] does not fit: {error}") from None
        return cls(
            folder=folder,
            name=name,
            title=str(config.get("title", name)),
            contract=contract,
            earlier=earlier,
            questions=_questions(path, config, contract),
            written=tuple(
                Written(key, str(value.get("title", key)), float(value.get("points", 0)))
                for key, value in config.get("written", {}).items()
            ),
            thresholds={str(k): float(v) for k, v in config.get("thresholds", {}).items()},
            limits=_limits(path, config),
            due=str(config.get("due", "")),
            leaderboard=str(config.get("leaderboard", "")),
            seed=int(config.get("seed", 0)),
            options=dict(config.get("options", {})),
        )


def _config(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise LabkitError(f"{path} is missing: every lab has a lab.toml.") from None
    except tomllib.TOMLDecodeError as error:
        raise LabkitError(f"{path} is not valid TOML: {error}.") from None


def _number(path: Path) -> int:
    found = re.fullmatch(r"lab(\d+)(_\w+)?", path.parent.name)
    if not found:
        raise LabkitError(
            f"{path.parent}: a lab's folder is called like lab6_dropout, not {path.parent.name!r}."
        )
    return int(found[1])


def _functions_of(folder: Path, earlier: str) -> list[Function]:
    """What an earlier lab declares; only its lab.toml is read."""
    for root in (folder.parent, paths.ASSIGNMENTS):
        path = root / earlier / "lab.toml"
        if path.is_file():
            functions = _config(path).get("functions", {})
            return list(declared({str(k): str(v) for k, v in functions.items()}, _number(path)))
    raise LabkitError(
        f"{folder / 'lab.toml'}: earlier names {earlier!r}, but there is no folder of that name "
        "with a lab.toml beside this lab."
    )


def _questions(path: Path, config: dict[str, Any], contract: Contract) -> dict[str, float]:
    questions = {str(k): float(v) for k, v in config.get("questions", {}).items()}
    if not questions:
        raise LabkitError(f"{path}: [questions] is empty: give each function its points.")
    for question in questions:
        if question not in contract:
            raise LabkitError(
                f"{path}: question {question!r} is no function of the contract; add it under "
                f'[functions] with its module, as in {question} = "my_module".'
            )
    total = sum(questions.values())
    if abs(total - 100) > 1e-9:
        raise LabkitError(f"{path}: the points of [questions] sum to {total:g}, not 100.")
    return {name: questions[name] for name in contract.names if name in questions}


def _limits(path: Path, config: dict[str, Any]) -> LabLimits:
    limits = config.get("limits", {})
    unknown = set(limits) - {"call_seconds", "total_seconds", "memory_mb"}
    if unknown:
        raise LabkitError(f"{path}: [limits] does not know {', '.join(sorted(unknown))}.")
    return LabLimits(**limits)
