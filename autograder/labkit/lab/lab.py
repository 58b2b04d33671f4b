"""A lab as its `lab.toml` describes it."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from labkit import contract, paths
from labkit.errors import LabkitError


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
    modules: tuple[str, ...]
    """Modules of the package that students write in this lab."""
    questions: dict[str, float]
    """Points by question, in the contract's order."""
    written: tuple[Written, ...]
    thresholds: dict[str, float]
    limits: LabLimits
    due: str = ""
    leaderboard: str = ""
    """Name of the number, kept by a case's `check.metric`, for Gradescope's leaderboard, if any."""
    seed: int = 0
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def short(self) -> str:
        """`lab1` for `lab1_forward`."""
        return self.name.split("_", 1)[0]

    @property
    def number(self) -> int:
        """1 for `lab1_forward`."""
        return int(self.short[3:])

    @property
    def master(self) -> Path:
        """The master notebook as text."""
        return self.folder / f"{self.name}.py"

    @property
    def possible(self) -> float:
        """Points that are graded automatically."""
        return sum(self.questions.values())

    @classmethod
    def load(cls, folder: Path) -> Lab:
        """Read a lab from its folder.

        Raises LabkitError with one sentence where lab.toml is missing or does not fit.
        """
        path = folder / "lab.toml"
        try:
            config = tomllib.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise LabkitError(f"{path} is missing: every lab has a lab.toml.") from None
        except tomllib.TOMLDecodeError as error:
            raise LabkitError(f"{path} is not valid TOML: {error}.") from None
        name = str(config.get("name", folder.name))
        if not re.fullmatch(r"lab\d+(_\w+)?", name):
            raise LabkitError(f"{path}: name must look like lab6_dropout, got {name!r}.")
        number = int(re.findall(r"\d+", name)[0])
        functions = config.get("functions", {})
        for function, module in functions.items():
            try:
                contract.extend(function, str(module), number)
            except ValueError as error:
                raise LabkitError(f"{path}: [functions] does not fit: {error}") from None
        questions = {str(k): float(v) for k, v in config.get("questions", {}).items()}
        if not questions:
            raise LabkitError(f"{path}: [questions] is empty: give each function its points.")
        for question in questions:
            if question not in contract.BY_NAME:
                raise LabkitError(
                    f"{path}: question {question!r} is no function of the contract; add it under "
                    f'[functions] with its module, as in {question} = "my_module".'
                )
        order = {name: i for i, name in enumerate(contract.BY_NAME)}
        questions = dict(sorted(questions.items(), key=lambda item: order[item[0]]))
        total = sum(questions.values())
        if abs(total - 100) > 1e-9:
            raise LabkitError(f"{path}: the points of [questions] sum to {total:g}, not 100.")
        limits = config.get("limits", {})
        unknown = set(limits) - {"call_seconds", "total_seconds", "memory_mb"}
        if unknown:
            raise LabkitError(f"{path}: [limits] does not know {', '.join(sorted(unknown))}.")
        return cls(
            folder=folder,
            name=name,
            title=str(config.get("title", name)),
            modules=tuple(config.get("modules", ())) or tuple(dict.fromkeys(functions.values())),
            questions=questions,
            written=tuple(
                Written(key, str(value.get("title", key)), float(value.get("points", 0)))
                for key, value in config.get("written", {}).items()
            ),
            thresholds={str(k): float(v) for k, v in config.get("thresholds", {}).items()},
            limits=LabLimits(**limits),
            due=str(config.get("due", "")),
            leaderboard=str(config.get("leaderboard", "")),
            seed=int(config.get("seed", 0)),
            extra=config,
        )


def roots() -> list[Path]:
    """Folders that hold labs: the kit's own and `assignments/` in the working directory."""
    here = Path.cwd() / "assignments"
    return [paths.ASSIGNMENTS] + ([here] if here.is_dir() and here != paths.ASSIGNMENTS else [])


def available() -> list[Lab]:
    """All labs, by number."""
    folders = [
        folder
        for root in roots()
        for folder in root.glob("lab*")
        if (folder / "lab.toml").is_file()
    ]
    # In order, because functions of own labs join the contract as they are met.
    return [Lab.load(folder) for folder in sorted(folders, key=_by_number)]


def _by_number(folder: Path) -> tuple[int, str]:
    number = re.match(r"lab(\d+)", folder.name)
    return int(number[1]) if number else 0, folder.name


def find(name: str) -> Lab:
    """The lab called `name`, by its short or its whole name.

    Raises LabkitError where there is none.
    """
    labs = available()
    for lab in labs:
        if name in (lab.short, lab.name):
            return lab
    raise LabkitError(
        f"There is no lab {name!r}; choose one of {', '.join(lab.short for lab in labs)}."
    )
