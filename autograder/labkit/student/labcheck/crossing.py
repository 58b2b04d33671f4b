"""What may come back from student code: numbers, arrays, text, and lists, tuples, dicts of them.

In grading a result crosses from one process to another, and nothing else crosses. Here it stays in
one process, so the same rule is applied by hand: what passes here passes there.
"""

from __future__ import annotations

from typing import Any

import numpy as np

_DEPTH = 32
_NODES = 200_000
_LARGEST = 128 << 20
_KINDS = {"O": "objects", "U": "strings", "T": "strings", "S": "bytes", "V": "records"}


class CannotCross(TypeError):
    """A value that grading refuses; the text says what it is."""


def crossed(value: Any) -> Any:
    """`value` as the grader sees it; raises CannotCross."""
    return _Crossing().value(value, 0)


class _Crossing:
    def __init__(self) -> None:
        self.nodes = 0

    def value(self, value: Any, depth: int) -> Any:
        self.nodes += 1
        if self.nodes > _NODES:
            raise CannotCross("too many values")
        if value is None or isinstance(value, bool | int | float | complex):
            return value
        if isinstance(value, str):
            return str.__str__(value)
        if isinstance(value, np.ndarray):
            return self.array(np.asarray(value))
        if isinstance(value, np.generic):
            self.array(np.asarray(value))
            return value
        if depth >= _DEPTH:
            raise CannotCross("nesting deeper than 32 levels")
        if isinstance(value, list | tuple):
            kind = list if isinstance(value, list) else tuple
            return kind(self.value(one, depth + 1) for one in kind.__iter__(value))  # type: ignore[arg-type]
        if isinstance(value, dict):
            if not all(type(key) is str for key in dict.keys(value)):
                raise CannotCross("dict with keys that are not strings")
            return {key: self.value(one, depth + 1) for key, one in dict.items(value)}
        if isinstance(value, np.random.Generator):
            return value
        raise CannotCross(type(value).__name__)

    def array(self, array: np.ndarray) -> np.ndarray:
        if array.dtype.kind not in "biufc":
            raise CannotCross(f"array of {_KINDS.get(array.dtype.kind, 'dates')}")
        if array.nbytes > _LARGEST:
            raise CannotCross("far too large an array")
        return array
