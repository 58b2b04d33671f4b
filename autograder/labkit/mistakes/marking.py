"""How a lab's `mistakes/*.py` mark their functions. A mark is only read, by `Catalogue`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

_R = TypeVar("_R", bound=Callable[..., Any])


@dataclass(frozen=True)
class Mark:
    """What a version stands in for, and how."""

    function: str
    right: bool
    slow: bool = False


def mistake(function: str) -> Callable[[_R], _R]:
    """Decorator: a wrong version of the contract function `function`."""
    _named("mistake", function)
    return _marked(Mark(function, right=False))


def variant(function: str, *, slow: bool = False) -> Callable[[_R], _R]:
    """Decorator: a right version of the contract function `function`, in another style.

    A `slow` one may lose what is given for speed, and that alone.
    """
    _named("variant", function)
    return _marked(Mark(function, right=True, slow=slow))


def _named(decorator: str, function: object) -> None:
    if not isinstance(function, str):
        raise TypeError(
            f'@{decorator} names what the version stands in for, as in @{decorator}("dropout")'
        )


def _marked(mark: Mark) -> Callable[[_R], _R]:
    def decorate(run: _R) -> _R:
        run.__dict__["mark"] = mark
        return run

    return decorate
