"""Calls a function in this process and tells what it did."""

from __future__ import annotations

import contextlib
import copy
import inspect
import re
import signal
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Failure:
    """Why a call gave no value; kinds as in the grader's worker."""

    kind: str
    type_name: str = ""
    text: str = ""
    where: str = ""
    detail: str = ""


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


def student_failure(error: BaseException, kind: str = "raised") -> Failure:
    """How an exception of the student's code is told to its author."""
    if isinstance(error, NotImplementedError):
        text = str(error)
        name = re.match(r"Lab \d+: (\w+) is not", text)
        return Failure("not_written", text=text, detail=name[1] if name else "")
    where = ""
    if isinstance(error, SyntaxError) and error.filename:
        where = f"{Path(error.filename).name} line {error.lineno}"
        text = error.msg
    else:
        text = str(error)
        trace = error.__traceback__
        while trace is not None:
            source = Path(trace.tb_frame.f_code.co_filename)
            if source.parent.name == "neuralnet":
                where = f"neuralnet/{source.name} line {trace.tb_lineno}"
            trace = trace.tb_next
    return Failure(kind, type(error).__name__, text.strip()[:300], where)


@contextlib.contextmanager
def _deadline(seconds: float) -> Iterator[None]:
    """Raise TimeoutError in the block after `seconds`, where the system can."""
    if (
        not hasattr(signal, "setitimer")
        or threading.current_thread() is not threading.main_thread()
    ):
        yield
        return

    def stop(signum: int, frame: Any) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def call(
    function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], seconds: float
) -> Observation:
    """Call a function in this process and tell what it did."""
    before = copy.deepcopy([a for a in (*args, *kwargs.values()) if not callable(a)])
    started = time.process_time()
    names = [*_parameters(function, len(args)), *kwargs]
    with (
        warnings.catch_warnings(record=True) as caught,
        np.errstate(over="warn", divide="warn", invalid="warn", under="ignore"),
    ):
        warnings.simplefilter("always")
        try:
            with _deadline(seconds):
                value = function(*args, **kwargs)
        except TimeoutError:
            return Observation(failure=Failure("timeout"))
        except RecursionError as error:
            return Observation(failure=student_failure(error))
        except Exception as error:
            return Observation(failure=student_failure(error))
        except SystemExit:
            return Observation(failure=Failure("exited"))
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
                if kind in str(item.message)
            }
        )
    )
    return Observation(value, changed, kinds, seconds=seconds_used)


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
