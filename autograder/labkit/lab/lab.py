"""A lab as its `lab.toml` describes it."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path

from labkit.base import paths
from labkit.base.errors import LabkitError
from labkit.lab import schema
from labkit.lab.contract import Contract, Function, declared
from labkit.lab.schema import Config, Limits

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
"""Not by strftime, whose words are those of whoever's computer builds."""


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
    """Points by question, in the contract's order, those of bonus questions among them."""
    written: tuple[Written, ...]
    config: Config
    """All that lab.toml says, as it says it."""

    @property
    def thresholds(self) -> dict[str, float]:
        """Numbers that cases read."""
        return self.config.thresholds

    @property
    def limits(self) -> Limits:
        """What one submission may use while it is graded."""
        return self.config.limits

    @property
    def due(self) -> str:
        """When it is to be handed in, as people read it: `Monday, 1 March 2027, 23:59 (UTC+01:00)`.

        Empty where lab.toml says nothing.
        """
        value = self.config.due
        if not isinstance(value, date):
            return value
        day = f"{_DAYS[value.weekday()]}, {value.day} {_MONTHS[value.month - 1]} {value.year}"
        if not isinstance(value, datetime):
            return day
        zone = f" ({value.tzname()})" if value.tzinfo else ""
        return f"{day}, {value:%H:%M}{zone}"

    @property
    def leaderboard(self) -> str:
        """Name of the number for Gradescope's leaderboard, if any."""
        return self.config.leaderboard

    @property
    def seed(self) -> int:
        """Of the inputs of hidden cases."""
        return self.config.seed

    @property
    def options(self) -> dict[str, bool]:
        """Optional parts of the text that are switched on or off."""
        return self.config.options

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
    def bonus(self) -> frozenset[str]:
        """Questions whose points come on top of the possible ones."""
        return frozenset(self.config.bonus)

    @property
    def possible(self) -> float:
        """Points that are graded automatically, without bonus."""
        return sum(points for name, points in self.questions.items() if name not in self.bonus)

    @classmethod
    def load(cls, folder: Path) -> Lab:
        """Read a lab from its folder; the labs that it builds on lie beside it, or are the kit's.

        Raises LabkitError with one sentence where lab.toml is missing or does not fit.
        """
        path = folder / "lab.toml"
        config = schema.read(path)
        known = [function for one in config.earlier for function in _functions_of(folder, one)]
        try:
            contract = Contract((*known, *declared(config.functions, _number(path))))
        except ValueError as error:
            raise LabkitError(f"{path}: [functions] does not fit: {error}") from None
        return cls(
            folder=folder,
            name=folder.name,
            title=config.title or folder.name,
            contract=contract,
            earlier=config.earlier,
            questions=_questions(path, config, contract),
            written=tuple(
                Written(name, one.title or name, one.points) for name, one in config.written.items()
            ),
            config=config,
        )


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
            return list(declared(schema.read(path).functions, _number(path)))
    known = [
        path.parent.name
        for path in (*folder.parent.glob("*/lab.toml"), *paths.ASSIGNMENTS.glob("*/lab.toml"))
    ]
    close = [name for name in known if name.startswith(f"{earlier}_")]
    close += difflib.get_close_matches(earlier, known, 1, 0.6)
    raise LabkitError(
        f"{folder / 'lab.toml'}: earlier names {earlier!r}, but there is no folder of that name "
        f"with a lab.toml beside this lab{f'; do you mean {close[0]!r}?' if close else '.'}"
    )


def _questions(path: Path, config: Config, contract: Contract) -> dict[str, float]:
    if not config.questions:
        raise LabkitError(f"{path}: [questions] is empty: give each function its points.")
    given = config.questions | config.bonus
    for question in given:
        if question not in contract:
            raise LabkitError(
                f"{path}: question {question!r} is no function of the contract; add it under "
                f'[functions] with its module, as in {question} = "my_module".'
            )
    total = sum(config.questions.values())
    if abs(total - 100) > 1e-9:
        raise LabkitError(f"{path}: the points of [questions] sum to {total:g}, not 100.")
    for name in config.bonus:
        if name in config.questions:
            raise LabkitError(f"{path}: {name} stands in [questions] and in [bonus]: choose one.")
    for name in config.exclude:
        if name not in given:
            raise LabkitError(
                f"{path}: [exclude] {name} is no question with checks: choose one of "
                f"{', '.join(given)}."
            )
    for name in (*given, *config.written):
        if name in schema.COLUMNS:
            raise LabkitError(
                f"{path}: {name} is a column of grades.csv or marks.csv: give the question "
                "another name."
            )
    for name in config.written:
        if name in given:
            raise LabkitError(f"{path}: {name} is a question already: call [written.{name}] else.")
    return {name: given[name] for name in contract.names if name in given}
