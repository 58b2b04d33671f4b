"""What may stand in a `lab.toml`: every table, every key, what it takes.

pydantic checks it, so that whatever an instructor writes gets one sentence: file, key, what is
wrong, what is allowed.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic.types import StringConstraints

from labkit.base.errors import LabkitError

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,79}$")]
Points = Annotated[float, Field(gt=0, le=1_000_000, allow_inf_nan=False)]
Number = Annotated[float, Field(allow_inf_nan=False)]

COLUMNS = frozenset(
    "submission total possible percent status name email sid origin version".split()
)
"""Of grades.csv and marks.csv, beside those of questions."""


def read_time(text: str) -> datetime | date:
    """A time in ISO's form, or a day, which has no time. ValueError for anything else."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return datetime.fromisoformat(text.strip())


class _Table(BaseModel):
    """A table: unknown keys are mistakes, text is no number."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Limits(_Table):
    """[limits]: what one submission may use while it is graded."""

    call_seconds: Annotated[float, Field(gt=0, le=3600, allow_inf_nan=False)] = 10.0
    """CPU seconds of one call."""
    total_seconds: Annotated[float, Field(gt=0, le=86_400, allow_inf_nan=False)] = 120.0
    """CPU seconds of a whole submission; what is left after that fails as out of time."""
    memory_mb: Annotated[int, Field(ge=64, le=65_536)] = 512
    """Memory that student code may ask for, in MB."""


class Written(_Table):
    """[written.NAME]: a question marked by hand, beside the 100 points."""

    title: str = ""
    points: Points


class Late(_Table):
    """[late]: what lateness costs; nothing is taken off without this table."""

    grace_minutes: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.0
    percent_a_day: Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)] = 0.0
    """Percent of the points earned, for each day begun."""
    most_percent: Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)] = 100.0
    """The cap on what lateness takes."""
    extensions: dict[str, datetime | date | str] = Field(default_factory=dict)
    """A later due date for single students, by email, sid or submission."""


class Moodle(_Table):
    """[moodle]: how grades are written there."""

    scale: dict[str, Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]] = Field(
        default_factory=dict
    )
    """For an assignment with a scale: its words, each with the percent from which it is given."""


class Config(_Table):
    """A whole `lab.toml`."""

    title: str = ""
    about: str = ""
    """What students will build, in one line for the course's page."""
    minutes: Annotated[int, Field(ge=0, le=10_000)] = 0
    """How long a student needs."""
    earlier: tuple[Name, ...] = Field(default=(), strict=False)
    """Labs whose finished modules come with this one, in order."""
    due: datetime | date | str = ""
    """When it is to be handed in, as 2027-03-01T23:59:00+01:00; empty where nobody says."""
    leaderboard: str = ""
    """Name of the number, kept by a case's `check.metric`, for Gradescope's leaderboard."""
    hidden_visibility: Literal["visible", "after_due_date", "after_published"] = "visible"
    """When Gradescope shows what hidden checks say."""
    seed: Annotated[int, Field(ge=0)] = 0
    """Of the inputs of hidden cases."""
    client: Literal["labcheck", "otter"] = "labcheck"
    """What runs the checks in the notebook: the kit's own, or Otter's (a heavier install)."""
    functions: dict[Name, Name] = Field(default_factory=dict)
    """What students write, in order, and the module of each."""
    questions: dict[Name, Points] = Field(default_factory=dict)
    """Points of each function; they sum to 100."""
    bonus: dict[Name, Points] = Field(default_factory=dict)
    """Points of functions beside the 100: who leaves them out can still have all."""
    exclude: dict[Name, Literal["full", "out"]] = Field(default_factory=dict)
    """Faulty questions: full points for everybody, or out of the sum."""
    limits: Limits = Limits()
    written: dict[Name, Written] = Field(default_factory=dict)
    thresholds: dict[Name, Number] = Field(default_factory=dict)
    late: Late | None = None
    moodle: Moodle = Moodle()
    options: dict[Name, bool] = Field(default_factory=dict)
    """Optional parts of the text, by the name that its cells carry."""

    @field_validator("due")
    @classmethod
    def _is_a_time(cls, due: datetime | date | str) -> datetime | date | str:
        try:
            return read_time(due) if isinstance(due, str) and due else due
        except ValueError:
            raise ValueError("should be a time like 2027-03-01T23:59:00+01:00") from None


def read(path: Path) -> Config:
    """The `lab.toml` at `path`. Raises LabkitError: file, key, what is wrong, what is allowed."""
    try:
        text = path.read_text(encoding="utf-8-sig")  # some editors mark it
    except FileNotFoundError:
        raise LabkitError(f"{path} is missing: every lab has a lab.toml.") from None
    except UnicodeDecodeError:
        raise LabkitError(f"{path} is not UTF-8: save it again as UTF-8.") from None
    except OSError as error:
        raise LabkitError(f"{path} cannot be read: {error.strerror or error}.") from error
    try:
        found = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise LabkitError(f"{path} is not valid TOML: {error}.") from None
    found = {key: value for key, value in found.items() if key != "name"}  # of older folders
    thresholds = found.get("thresholds")  # the last table of most: what is appended falls into it
    for key in thresholds if isinstance(thresholds, dict) else ():
        if key in Config.model_fields:
            raise LabkitError(f"{path}: {_above(key)}")
    try:
        return Config.model_validate(found)
    except (ValidationError, RecursionError) as error:
        raise LabkitError(f"{path}: {_sentence(error)}") from None


def _sentence(error: ValidationError | RecursionError) -> str:
    """The first thing that is wrong."""
    if isinstance(error, RecursionError):
        return "it is nested far too deep."
    first = error.errors(include_url=False)[0]
    place = [str(part) for part in first["loc"] if part != "[key]"]
    # A date that may be written in several ways has an error for each: the key is enough.
    place = [part for part in place if part not in ("datetime", "date", "str")]
    where = _place(place)
    if first["type"] == "missing":
        return f"{where} is missing: write it there."
    if first["type"] == "extra_forbidden":
        if place[-1] in Config.model_fields:
            return _above(place[-1])
        close = difflib.get_close_matches(place[-1], _known(place), 1, 0.6)
        hint = (
            f"; do you mean {close[0]}?" if close else f": {', '.join(_known(place))} may be there."
        )
        return f"{where} is not known{hint}"
    given = first["input"]
    shown = "a table" if isinstance(given, Mapping) else repr(given)[:40]
    wanted = str(first["msg"]).removeprefix("Input ").removeprefix("Value error, ")
    if first["type"] == "string_pattern_mismatch":
        wanted = "should be a name that Python can use: letters, digits and _, no digit first"
    if first["type"] == "tuple_type":
        wanted = "should be a list" + (f': ["{given}"]' if isinstance(given, str) else " of names")
    return f"{where} is {shown}, but {wanted}."


def _above(key: str) -> str:
    return f"{key} belongs above the first table, the first line in brackets."


def _place(parts: list[str]) -> str:
    """`[limits] call_seconds` for its path."""
    if len(parts) == 1:
        return f"[{parts[0]}]" if parts[0] in _tables() else parts[0]
    return f"[{'.'.join(parts[:-1])}] {parts[-1]}"


def _tables() -> set[str]:
    tables = {"functions", "questions", "bonus", "exclude", "limits", "written", "thresholds"}
    return tables | {"late", "moodle", "options"}


def _known(parts: list[str]) -> list[str]:
    """The keys that may stand where the last of `parts` stands."""
    model: Any = Config
    homes = {"limits": Limits, "late": Late, "moodle": Moodle, "written": Written}
    if len(parts) > 1 and re.fullmatch(r"\w+", parts[0]):
        model = homes.get(parts[0], Config)
    return list(model.model_fields)
