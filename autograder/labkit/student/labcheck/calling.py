"""Calls a function in this process and tells what it did."""

from __future__ import annotations

import contextlib
import copy
import inspect
import re
import time
import warnings
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from .crossing import CannotCross, TooMuch, crossed
from .graded import PACKAGE
from .limits import OutOfTime, limited

Kind = Literal[
    "not_written",
    "raised",
    "missing",
    "import_failed",
    "timeout",
    "memory",
    "crashed",
    "exited",
    "flooded",
    "bad_type",
    "protocol",
    "blocked",
]


@dataclass(frozen=True)
class Failure:
    """Why a call gave no value.

    `text` is what the submission chose to say (an exception's message): whoever shows it decides
    whether it may be seen. From a worker it comes cut and made printable, and every other field
    holds only names from fixed lists and numbers that were checked.
    """

    kind: Kind
    type_name: str = ""
    """An exception's or a type's standard name, or the nearest standard ancestor's."""
    text: str = ""
    where: str = ""
    """`neuralnet/layers.py line 12`: the innermost line of the submission, if known."""
    detail: str = ""
    """Which limit was met (`cpu`, `wall`, `files`), the signal (`SIGSEGV`), the contract
    function that is not written, or how an import ended."""
    module: str = ""
    """The module whose import failed."""

    def __str__(self) -> str:
        parts = [self.kind, self.type_name, self.detail, self.where]
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True)
class Observation:
    """What one call did."""

    value: Any = None
    changed: tuple[str, ...] = ()
    """Arguments that the call changed."""
    warnings: tuple[str, ...] = ()
    """NumPy's kinds of floating-point warnings (overflow, invalid, divide) that it gave."""
    failure: Failure | None = None
    seconds: float = 0.0
    deprecated: tuple[str, ...] = ()
    """What it used that a later NumPy refuses."""


NOT_KEPT = object()
"""In the place of a wrong result that is too large to be kept until it is explained."""


def student_failure(
    error: BaseException, kind: Kind = "raised", given: Collection[str] = ()
) -> Failure:
    """How an exception of the student's code is told to its author."""
    if isinstance(error, NotImplementedError):
        text = str(error)
        name = re.match(r"Lab \d+: (\w+) is not", text)
        return Failure("not_written", text=text, detail=name[1] if name else "")
    if isinstance(error, MemoryError):
        return Failure("memory")
    where = ""
    text = str(error)
    if isinstance(error, SyntaxError) and error.filename:
        where = f"{_shown(Path(error.filename))} line {error.lineno}"
        text = error.msg
    else:
        trace = error.__traceback__
        places = []
        while trace is not None:
            source = Path(trace.tb_frame.f_code.co_filename)
            if PACKAGE in source.parts:
                own = source.stem not in given
                places.append((own, f"{_shown(source)} line {trace.tb_lineno}"))
            trace = trace.tb_next
        # The student's own line, not one of a finished module that it called.
        own_places = [place for own, place in places if own] or [place for _, place in places]
        where = own_places[-1] if own_places else ""
    # NumPy's own kinds of errors are private: told as the ones of Python that they are.
    known = (base.__name__ for base in type(error).__mro__ if base.__module__ == "builtins")
    return Failure(kind, next(known), text.strip()[:300], where)


def _shown(path: Path) -> str:
    """A file of the package from the package on."""
    if PACKAGE not in path.parts:
        return path.name
    return "/".join(path.parts[len(path.parts) - path.parts[::-1].index(PACKAGE) - 1 :])


def call(
    function: Callable[..., Any],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    seconds: float,
    *,
    given: Collection[str] = (),
) -> Observation:
    """Call a function in this process, for at most `seconds` of CPU time, and tell what it did.

    `given` names modules of the package that came finished: an error is told at a line of others.
    """
    before = copy.deepcopy([a for a in (*args, *kwargs.values()) if not callable(a)])
    started = time.process_time()
    names = [*_parameters(function, len(args)), *kwargs]
    with noticing() as caught:
        value, failure = attempt(lambda: function(*args, **kwargs), seconds, given)
    if failure is not None:
        return Observation(failure=failure, deprecated=deprecations(caught))
    seconds_used = time.process_time() - started
    after = [a for a in (*args, *kwargs.values()) if not callable(a)]
    kept = [n for n, a in zip(names, (*args, *kwargs.values()), strict=True) if not callable(a)]
    changed = tuple(
        name for name, a, b in zip(kept, before, after, strict=True) if not _identical(a, b)
    )
    kinds = tuple(
        sorted(
            {
                kind
                for item in caught
                if issubclass(item.category, RuntimeWarning)
                for kind in ("overflow", "invalid", "divide")
                if str(item.message).startswith(kind)  # "invalid value encountered in divide"
            }
        )
    )
    return Observation(value, changed, kinds, seconds=seconds_used, deprecated=deprecations(caught))


def attempt(
    body: Callable[[], Any], seconds: float, given: Collection[str] = (), kind: Kind = "raised"
) -> tuple[Any, Failure | None]:
    """What `body` gives, or why it gives nothing; `kind` is what an ordinary error counts as."""
    try:
        return limited(lambda: crossed(body()) if kind == "raised" else body(), seconds), None
    except OutOfTime:
        return None, Failure("timeout" if kind == "raised" else kind, detail="cpu")
    except CannotCross as error:
        return None, Failure("bad_type", str(error))
    except TooMuch:
        return None, Failure("flooded")
    except SystemExit:
        return None, Failure("exited")
    except Exception as error:
        return None, student_failure(error, kind, given)


@contextlib.contextmanager
def noticing() -> Iterator[list[warnings.WarningMessage]]:
    """Collects the warnings of a block, each of them, with NumPy's at their defaults."""
    with (
        warnings.catch_warnings(record=True) as caught,
        np.errstate(over="warn", divide="warn", invalid="warn", under="ignore"),
    ):
        warnings.simplefilter("always")
        yield caught


def deprecations(caught: Sequence[warnings.WarningMessage]) -> tuple[str, ...]:
    """What was used in the package that a later NumPy refuses: place and words, each once."""
    kinds = (DeprecationWarning, np.exceptions.VisibleDeprecationWarning)
    found = []
    for item in caught:
        path = Path(item.filename)
        if issubclass(item.category, kinds) and PACKAGE in path.parts:
            words = " ".join(str(item.message).split())
            found.append(f"{_shown(path)} line {item.lineno}: {words[:200]}")
    return tuple(dict.fromkeys(found))


def _parameters(function: Callable[..., Any], count: int) -> list[str]:
    """Names of the first `count` parameters, as far as the function tells them."""
    try:
        told = list(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        told = []
    return [told[i] if i < len(told) else f"argument {i + 1}" for i in range(count)]


def _identical(a: Any, b: Any) -> bool:
    if isinstance(a, np.random.Generator):
        return True
    if type(a) is not type(b):
        return False
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(_identical(x, y) for x, y in zip(a, b, strict=True))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(_identical(a[key], b[key]) for key in a)
    if isinstance(a, np.ndarray) and isinstance(b, np.ndarray):
        if a.shape != b.shape or a.dtype != b.dtype:
            return False
        if a.tobytes() == b.tobytes():
            return True
        # Rounding is no change: x + h - 2h + h may differ from x in its last digits.
        return a.dtype.kind == "f" and np.allclose(a, b, rtol=1e-14, atol=1e-14, equal_nan=True)
    return bool(a == b)
