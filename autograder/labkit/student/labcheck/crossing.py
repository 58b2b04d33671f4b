"""What may come back from student code: numbers, arrays, text, and lists, tuples, dicts of them.

In grading a result crosses from one process to another, and nothing else crosses. Here it stays in
one process, so the same rule is applied by hand: what passes here passes there.
"""

from __future__ import annotations

from typing import Any

import numpy as np

_DEPTH = 32
_NODES = 200_000
_LETTERS = 4
"""Of a text, or digits of an integer, in the place of a value."""
_BYTES = 128 << 20
"""Of all arrays together."""
_INTEGER_BITS = 1 << 13
_PACK_FROM = 8
"""So many plain numbers of one kind count as one value."""
_KINDS = {"O": "objects", "U": "strings", "T": "strings", "S": "bytes", "V": "records"}


class CannotCross(TypeError):
    """A value that grading refuses; the text says what it is."""


class TooMuch(ValueError):
    """A value of more bytes than grading takes."""


def crossed(value: Any) -> Any:
    """`value` as the grader sees it; raises CannotCross or TooMuch."""
    return _Crossing().value(value, 0)


class _Crossing:
    def __init__(self) -> None:
        self.nodes = self.size = 0

    def value(self, value: Any, depth: int) -> Any:
        self.nodes += 1
        self.room(0)
        if value is None or isinstance(value, bool | float | complex):
            return value
        if isinstance(value, int):
            if int.bit_length(value) > _INTEGER_BITS:
                raise CannotCross("too large an integer")
            self.spell(int.bit_length(value) // 4)
            return value
        if isinstance(value, str):
            self.spell(str.__len__(value))
            return str.__str__(value)
        if isinstance(value, np.ndarray):
            return self.array(np.asarray(value))
        if isinstance(value, np.generic):
            self.array(np.asarray(value))
            return value
        if depth >= _DEPTH:
            raise CannotCross("nesting deeper than 32 levels")
        if isinstance(value, list | tuple):
            return self.sequence(value, depth)
        if isinstance(value, dict):
            self.room(dict.__len__(value))
            if not all(type(key) is str for key in dict.keys(value)):
                raise CannotCross("dict with keys that are not strings")
            for key in dict.keys(value):
                self.spell(len(key))
            return {key: self.value(one, depth + 1) for key, one in dict.items(value)}
        if isinstance(value, np.random.Generator):
            return value
        raise CannotCross(type(value).__name__)

    def sequence(self, value: list[Any] | tuple[Any, ...], depth: int) -> Any:
        kind: Any = list if isinstance(value, list) else tuple
        items = list(kind.__iter__(value))
        if len(items) >= _PACK_FROM and _packed(items):
            self.grow(8 * len(items))
            return kind(items)
        self.room(len(items))
        return kind(self.value(one, depth + 1) for one in items)

    def array(self, array: np.ndarray) -> np.ndarray:
        if array.dtype.kind not in "biufc":
            raise CannotCross(f"array of {_KINDS.get(array.dtype.kind, 'dates')}")
        self.grow(array.nbytes)
        return array

    def spell(self, letters: int) -> None:
        self.nodes += letters // _LETTERS
        if self.nodes > _NODES:
            raise TooMuch

    def room(self, count: int) -> None:
        if self.nodes + count > _NODES:
            raise CannotCross("too many values")

    def grow(self, size: int) -> None:
        self.size += size
        if self.size > _BYTES:
            raise TooMuch


def _packed(items: list[Any]) -> bool:
    """Whether all are plain floats, or plain integers of 64 bits."""
    kinds = set(map(type, items))
    if kinds == {float}:
        return True
    return kinds == {int} and min(items) >= -(1 << 63) and max(items) < 1 << 63
