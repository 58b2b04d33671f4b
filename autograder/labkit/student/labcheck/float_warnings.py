"""NumPy's floating-point warnings where the processor does not tell, as in a browser.

WebAssembly has no flags for an overflow, so NumPy is silent there, and a function that is told so
on every other machine would pass. Functions that overflow are wrapped: what comes out tells.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

_WATCHED = (
    "exp exp2 expm1 sinh cosh power float_power square divide true_divide log log2 log10 log1p sqrt"
).split()
_POLES = ("log", "log2", "log10", "log1p")
"""Infinite only at a pole: NumPy calls that a division by zero."""
_WORDS = {"over": "overflow", "divide": "divide by zero", "invalid": "invalid value"}


def switch_on() -> None:
    """Watch NumPy's functions in this process, where NumPy itself notices nothing."""
    with np.errstate(over="raise"):
        try:
            np.exp(np.array([1e3]))
        except FloatingPointError:
            return
    for name in _WATCHED:
        setattr(np, name, Watched(getattr(np, name)))


class Watched:
    """A function of NumPy's that warns by its result; all else about it is as it was."""

    def __init__(self, function: Any) -> None:
        self._function = function
        self.__name__, self.__doc__ = function.__name__, function.__doc__

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """What the function gives; warns or raises as `np.errstate` has it."""
        result = self._function(*args, **kwargs)
        modes: dict[str, Any] = {**np.geterr()}
        for kind in self._found(args, kwargs, result):
            text = f"{_WORDS[kind]} encountered in {self.__name__}"
            if modes[kind] == "raise":
                raise FloatingPointError(text)
            if modes[kind] == "warn":
                warnings.warn(text, RuntimeWarning, stacklevel=2)
        return result

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):  # a copy asks before it has a function
            raise AttributeError(name)
        return getattr(self._function, name)

    def __repr__(self) -> str:
        return repr(self._function)

    def _found(self, args: tuple[Any, ...], kwargs: dict[str, Any], result: Any) -> list[str]:
        value = np.asarray(result)
        if value.dtype.kind not in "fc" or np.isfinite(value).all():
            return []
        given = [np.asarray(one) for one in args[: self._function.nin]]
        asked = np.asarray(kwargs.get("where", True))
        finite, number = asked, asked
        for one in given:
            finite, number = finite & np.isfinite(one), number & ~np.isnan(one)
        found = ["invalid"] if bool((np.isnan(value) & number).any()) else []
        infinite = np.isinf(value) & finite
        pole = infinite & (given[1] == 0 if "divide" in self.__name__ else True)
        if self.__name__ in _POLES or "divide" in self.__name__:
            found += ["divide"] if bool(pole.any()) else []
            infinite = infinite & ~pole
        return found + (["over"] if bool(infinite.any()) else [])
