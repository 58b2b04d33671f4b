"""Earlier functions made right for one call, as far as their right answers are recorded."""

from __future__ import annotations

import copy
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FunctionType
from typing import Any

from .comparing import same
from .graded import PACKAGE

Recording = tuple[tuple[Any, ...], dict[str, Any], Any]


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
    def served(*args: Any, **kwargs: Any) -> Any:
        for wanted, words, value in recorded:
            if same(list(args), list(wanted)) and same(kwargs, words):
                return copy.deepcopy(value)
        return own(*args, **kwargs)

    return served
