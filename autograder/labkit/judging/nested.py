"""Which earlier functions the reference calls to answer a probe, and what they gave it.

They travel to the student's folder as outputs on public inputs, so that its checks can do what the
grader does with functions of its own: ask again with correct ones where an earlier one is wrong.
"""

from __future__ import annotations

import copy
import functools
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from labkit.lab.contract import PACKAGE, Contract
from labkit.lab.reference import Reference
from labkit.student.labcheck import Mark, Probe, mark

Call = tuple[str, Mark, Any]

_CALLS = 1_000
"""More than the steps of any training that a public case asks for."""

_LONG = 100
"""Of more calls than this, single precision is kept: they lead to nearly the same place."""

_NUMBERS = 5_000
"""Numbers in the result of a call that is kept."""


def nested_calls(contract: Contract, names: tuple[str, ...], probe: Probe) -> list[Call]:
    """The calls of the functions `names` that the reference makes for `probe`, but large ones."""
    calls: list[Call] = []
    args, kwargs = probe.fresh()
    if any(map(callable, (*args, *kwargs.values()))):
        return []  # most would be calls that a function passed makes, which is right anyway
    with _traced(contract, names, calls), np.errstate(all="ignore"):
        try:
            getattr(Reference(contract), probe.function)(*args, **kwargs)
        except Exception:  # the right answer may be an error
            return []
    if len(calls) > _LONG:
        return [(name, asked, _single(value)) for name, asked, value in calls]
    return calls


@contextmanager
def _traced(contract: Contract, names: tuple[str, ...], calls: list[Call]) -> Iterator[None]:
    reference = Reference(contract)
    originals = {getattr(reference, name): name for name in names}
    modules = [one for name, one in sys.modules.items() if name.split(".")[0] == PACKAGE]
    replaced = [
        (vars(module), key, value)
        for module in modules
        for key, value in list(vars(module).items())
        if callable(value) and isinstance(value, type(_traced)) and value in originals
    ]
    for space, key, value in replaced:
        space[key] = _noting(originals[value], value, calls)
    try:
        yield
    finally:
        for space, key, value in replaced:
            space[key] = value


def _noting(name: str, function: Callable[..., Any], calls: list[Call]) -> Callable[..., Any]:
    @functools.wraps(function)
    def noted(*args: Any, **kwargs: Any) -> Any:
        asked = mark(args, kwargs) if len(calls) < _CALLS else None
        value = function(*args, **kwargs)
        if asked is not None and _size(value) <= _NUMBERS:
            calls.append((name, asked, copy.deepcopy(value)))
        return value

    return noted


def _single(value: Any) -> Any:
    """A value with its arrays in single precision."""
    if isinstance(value, list | tuple):
        return type(value)(map(_single, value))
    if isinstance(value, dict):
        return {key: _single(part) for key, part in value.items()}
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        return value.astype(np.float32)
    return value


def _size(value: Any) -> float:
    """How many numbers there are in a value; infinitely many where it cannot be kept."""
    if isinstance(value, list | tuple):
        return sum(map(_size, value))
    if isinstance(value, dict):
        return sum(map(_size, value.values()))
    if value is None or isinstance(value, bool | int | float | str | np.generic):
        return 1
    if isinstance(value, np.ndarray) and value.dtype.kind in "biuf":
        return value.size
    return float("inf")
