"""What a call into a submission gives back, and the limits that it runs under."""

from __future__ import annotations

import builtins
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from labkit.base.errors import LabkitError
from labkit.student.labcheck.calling import Failure
from labkit.student.labcheck.limits import LOAD_SECONDS, WALL_EXTRA, WALL_FACTOR

TEXT_LIMIT = 300


class SandboxError(LabkitError):
    """The sandbox cannot work here or now; never a submission's doing."""


class ZygoteGoneError(Exception):
    """The clean process closed its end."""


STANDARD_EXCEPTIONS = frozenset(
    name
    for name, value in vars(builtins).items()
    if isinstance(value, type) and issubclass(value, BaseException)
) | {"AxisError", "LinAlgError", "JSONDecodeError"}
"""Exception names that may be shown: the language's own and NumPy's, none of a student's."""

STANDARD_WARNINGS = (
    frozenset({"overflow", "underflow", "invalid", "divide"})
    | {
        name
        for name, value in vars(builtins).items()
        if isinstance(value, type) and issubclass(value, Warning)
    }
    | {"ComplexWarning", "VisibleDeprecationWarning", "RankWarning", "IntegrationWarning"}
)

_TYPE_NAMES = (
    "generator map filter zip range enumerate reversed set frozenset bytes bytearray memoryview "
    "function builtin_function_or_method method module type object dict_keys dict_values "
    "dict_items list_iterator tuple_iterator iterator partial deque slice ellipsis coroutine "
    "vectorize ufunc Generator RandomState nditer ndenumerate flatiter broadcast dtype "
    "Fraction Decimal Path PosixPath TextIOWrapper Figure Axes DataFrame Series "
    "callable_iterator property str_ bytes_ datetime64 timedelta64 void object_ "
    "int float complex bool str list tuple dict ndarray NoneType"
)
STANDARD_TYPES = (STANDARD_EXCEPTIONS | frozenset(_TYPE_NAMES.split())) | {
    "array of objects",
    "array of strings",
    "array of bytes",
    "array of dates",
    "array of records",
    "dict with keys that are not strings",
    "nesting deeper than 32 levels",
    "too many values",
    "too large an integer",
}
"""Type names that may be shown for a result of the wrong type."""


@dataclass(frozen=True)
class Limits:
    """Limits of one worker. Seconds are CPU seconds unless they say otherwise."""

    memory_mb: int = 512
    """Address space beyond what an empty worker has."""
    file_mb: int = 16
    """Size of any one file that the submission writes."""
    folder_mb: int = 32
    """Size of the worker's private folder, looked at while a call runs."""
    open_files: int = 64
    load_seconds: float = LOAD_SECONDS
    """Importing one of the submission's modules."""
    wall_factor: float = WALL_FACTOR
    wall_extra: float = WALL_EXTRA
    reply_mb: int = 128
    """Size of a result."""
    callback_mb: int = 512
    """Memory that a function served by the grader may take."""
    arguments_mb: int = 64
    """Size of the arguments that it may be called with."""

    def wall(self, seconds: float) -> float:
        """Wall seconds that go with a CPU limit of `seconds`."""
        return self.wall_factor * seconds + self.wall_extra


@dataclass(frozen=True)
class Outcome:
    """What came of one call."""

    value: Any = None
    changed: tuple[str, ...] = ()
    """The arguments that the call changed, such as `X`, `params[0][1]` or `params (length)`."""
    warnings: tuple[str, ...] = ()
    """Kinds of NumPy's floating-point warnings (`overflow`, `invalid`, `divide`) and the names of
    other warnings' categories, each once, sorted."""
    failure: Failure | None = None
    seconds: float = 0.0
    """CPU seconds of the worker, its import of the module not included."""
    size: int = field(default=0, compare=False)
    """Bytes of the value on its way."""
    loading: float = field(default=0.0, compare=False)
    """CPU seconds of the import that this call had to wait for."""


def printable(text: object, limit: int = TEXT_LIMIT) -> str:
    """One line of at most `limit` printable characters; anything but a string gives nothing."""
    if not isinstance(text, str):
        return ""
    kept = "".join(
        " " if character.isspace() else character
        for character in text[: 4 * limit]
        if character.isspace() or unicodedata.category(character)[0] not in "CZ"
    )
    line = " ".join(kept.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def first_standard(names: object, standard: Iterable[str], otherwise: str) -> str:
    """The first of `names` (the worker's claim) that stands in the fixed list."""
    if isinstance(names, list):
        for name in names[:32]:
            if isinstance(name, str) and name in standard:
                return name
    return otherwise
