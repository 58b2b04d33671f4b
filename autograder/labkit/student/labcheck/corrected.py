"""Earlier functions made right for one call, as far as their right answers are recorded."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import FunctionType
from typing import Any, NamedTuple

import numpy as np

from .comparing import as_number_array
from .graded import PACKAGE


class Mark(NamedTuple):
    """What is kept of a call's arguments to know them again.

    A training's hundreds of calls, kept whole, would be larger than all of the lab's images.
    """

    form: str
    """Shapes, words and how they are nested."""
    sums: list[float]
    """Of each array two weighted sums."""
    sizes: list[float]
    """Of each sum that of the absolute numbers."""


class Recording(NamedTuple):
    """A call with right arguments, and its right value."""

    mark: Mark
    value: Callable[[], Any]


def mark(args: Sequence[Any], kwargs: Mapping[str, Any]) -> Mark | None:
    """The mark of a call's arguments; None where one cannot be kept, such as a generator."""
    arrays: list[np.ndarray] = []
    try:
        form = _form([*args, *kwargs.values()], arrays)
    except TypeError:
        return None
    sums, sizes = [], []
    for array in arrays:
        places = np.arange(array.size)
        numbers = array.astype(np.float64).ravel()
        with np.errstate(all="ignore"):  # nan and inf are the student's affair
            sums += [float(f"{numbers @ wave(places):.9g}") for wave in (np.cos, np.sin)]
            sizes += [float(f"{np.abs(numbers).sum():.2g}")] * 2
    return Mark(form, sums, sizes)


def _form(value: Any, arrays: list[np.ndarray]) -> str:
    """How a value is nested; its arrays of numbers are appended to `arrays`."""
    if (array := as_number_array(value)) is not None:
        arrays.append(array)
        return str(array.shape)
    if isinstance(value, dict):
        return f"{{{' '.join(f'{key}: {_form(value[key], arrays)}' for key in sorted(value))}}}"
    if isinstance(value, list | tuple):
        return f"[{' '.join(_form(part, arrays) for part in value)}]"
    if value is None or isinstance(value, str):
        return repr(value)
    raise TypeError(f"cannot mark {type(value).__name__}")


@contextmanager
def corrected(calls: dict[str, tuple[str, list[Recording]]]) -> Iterator[None]:
    """Within the block the student's functions give what was recorded; `calls` by their names.

    Each name comes with its module. Arguments that are not among the recorded ones go to the
    student's own function.
    """
    changed: list[tuple[dict[str, Any], str, Any]] = []
    for name, (module, recorded) in calls.items():
        home = sys.modules.get(f"{PACKAGE}.{module}")
        own = getattr(home, name, None)
        if not isinstance(own, FunctionType):
            continue
        served = _served(own, recorded)
        for holder in list(sys.modules.values()):
            if getattr(holder, "__name__", "").split(".")[0] != PACKAGE:
                continue
            for key, value in list(vars(holder).items()):
                if value is own:
                    changed.append((vars(holder), key, own))
                    vars(holder)[key] = served
    try:
        yield
    finally:
        for space, key, own in changed:
            space[key] = own


def _served(own: Callable[..., Any], recorded: Sequence[Recording]) -> Callable[..., Any]:
    by_form: dict[str, list[Recording]] = {}
    for one in recorded:
        by_form.setdefault(one.mark.form, []).append(one)

    @functools.cache
    def known(form: str) -> tuple[np.ndarray, np.ndarray]:
        found = [one.mark for one in by_form[form]]
        sizes = np.array([one.sizes for one in found])
        # Steps in single precision, or in another order, lead to nearly the same arguments.
        return np.array([one.sums for one in found]), 1e-6 * sizes + 1e-10

    def served(*args: Any, **kwargs: Any) -> Any:
        asked = mark(args, kwargs)
        if asked is not None and asked.form in by_form:
            sums, near = known(asked.form)
            with np.errstate(all="ignore"):
                off = (np.abs(sums - np.array(asked.sums)) / near).max(axis=1, initial=0.0)
            best = int(np.where(np.isnan(off), np.inf, off).argmin())
            if off[best] <= 1:
                return by_form[asked.form][best].value()
        return own(*args, **kwargs)

    return served
