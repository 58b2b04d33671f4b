"""Compares what a function gave with what is right, and tells the first difference."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Problem:
    """What is wrong with an observation."""

    kind: str
    sentence: str
    """One plain sentence, with shapes and numbers: for public cases."""
    general: str
    """The same without anything taken from inputs or outputs: for hidden cases."""
    hint: str = ""


def as_number_array(value: Any) -> np.ndarray | None:
    """`value` as an array of real numbers, or None if it is something else."""
    if isinstance(value, np.ndarray | np.generic | bool | int | float):
        array = np.asarray(value)
    elif isinstance(value, list | tuple):
        try:
            array = np.asarray(value)
        except ValueError:  # ragged
            return None
    else:
        return None
    return array if array.dtype.kind in "biuf" else None


FLOAT32_STEPS = 64 * float(np.finfo(np.float32).eps)
"""How far a sum in float32 may be off, as a share of the largest number that goes into it."""


_SHAPES = 6
"""So many are told of a result."""


def _leaves(value: Any) -> Iterator[np.ndarray]:
    """All arrays of numbers in nested values, single numbers among them."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for part in value:
            yield from _leaves(part)
    elif (array := as_number_array(value)) is not None:
        yield array


def largest(*values: Any) -> float:
    """The largest finite absolute number in nested values; 0 where there is none."""
    sizes = [np.abs(array[np.isfinite(array)]) for array in _leaves(values) if array.size]
    return float(max((size.max() for size in sizes if size.size), default=0.0))


def _is_float32(array: np.ndarray) -> bool:
    """Whether every entry is a float32 number: float64 fills more digits."""
    with np.errstate(all="ignore"):
        return array.dtype.kind == "f" and bool(np.all(array == array.astype(np.float32)))


def slack(value: Any, *given: Any) -> float:
    """What `value` may be off because it was computed in float32; 0 where it was not.

    It was where all its arrays hold float32 numbers (its single numbers go with them), and then it
    is relative to the scale of what was summed: the largest number in it or in `given`.
    """
    leaves = list(_leaves(value))
    arrays = [array for array in leaves if array.ndim] or leaves
    if not arrays or not all(_is_float32(array) for array in arrays):
        return 0.0
    return FLOAT32_STEPS * max(largest(value), largest(*given))


def kind_of(value: Any) -> str:
    """What a value is, as in "returned a list of 3"."""
    if value is None:
        return "None"
    if isinstance(value, np.ndarray):
        kind = {"c": "complex numbers", "O": "objects", "U": "text"}.get(value.dtype.kind, "")
        return f"an array of shape {value.shape}" + (f" with {kind}" if kind else "")
    if isinstance(value, list | tuple | dict):
        return f"a {type(value).__name__} of {len(value)}"
    if isinstance(value, complex | np.complexfloating):
        return "a complex number"
    return f"a {type(value).__name__}"


def _with_keys(value: Any) -> str:
    if not isinstance(value, dict):
        return kind_of(value)
    return f"a dict with keys {', '.join(map(str, value))[:100]}"


def shapes_in(value: Any) -> str:
    """Words about the arrays in a list, a tuple or a dict; nothing where there are none."""
    found = [str(array.shape) for array in _leaves(value) if array.ndim]
    if isinstance(value, np.ndarray) or not found:
        return ""
    more = ", …" if found[_SHAPES:] else ""
    return f", holding arrays of shapes {', '.join(found[:_SHAPES])}{more}"


def _shape_hint(got: tuple[int, ...], expected: tuple[int, ...]) -> str:
    if got == expected[::-1]:
        return "It looks transposed: an example is a column."
    if not got:
        return "One number came back where a whole array is expected: was everything added up?"
    if not expected:
        return "A single number is expected: is a sum or a mean over all entries still missing?"
    if len(got) < len(expected):
        if got in [expected[:i] + expected[i + 1 :] for i in range(len(expected))]:
            return "An axis is missing: a sum or mean drops its axis unless keepdims=True."
        if np.prod(got) == np.prod(expected):
            if len(got) == 1:
                return "All entries in one long row: the result should keep the shape of its input."
            return "The entries are there, but axes are missing: is an axis of length 1 dropped?"
        return (
            "Dimensions are missing: does an index or a mask pick only some of the entries, or "
            "does a function such as np.append, called without an axis, make one long row?"
        )
    if len(got) == len(expected) and 0 in got and 0 not in expected:
        return "An axis has become empty: a slice such as [p:-p] holds nothing where p is 0."
    if len(got) == len(expected) + 1 and np.prod(got) == np.prod(expected):
        return "There is an axis of length 1 too many: take it away, or index without a slice."
    if len(got) == len(expected) == 2 and (got[0] - expected[0], got[1] - expected[1]) == (1, 0):
        return "One row too many: is a bias row still in it?"
    return (
        "Write the shape of every factor beside it and see which product gives the expected shape."
    )


def _size_hint(got: np.ndarray, expected: np.ndarray, wrong: tuple[int, ...]) -> str:
    """What the pattern of the error usually means; `wrong` is where the first wrong entry is."""
    mask = np.abs(expected) > 1e-12
    if not mask.any():
        return "The expected result is zero here."
    count = expected.size == 1 and bool(np.all(expected == np.round(expected)))
    if np.allclose(got, expected, rtol=1e-3, atol=1e-6) and not count:
        return (
            "Very close, but not exact: is something rounded, counted in float32, guarded with too "
            "large a number, or only approximated?"
        )
    ratio = got[mask] / expected[mask]
    factor = float(ratio.flat[0])
    if np.allclose(ratio, factor, rtol=1e-4) and np.allclose(got[~mask], 0):
        if np.isclose(factor, -1, rtol=1e-4):
            return "Every entry has the wrong sign." if got.size > 1 else "Its sign is wrong."
        if abs(factor) < 1e-12:
            return "Every entry is 0." if got.size > 1 else ""
        told = f"{'Every entry' if got.size > 1 else 'It'} is {factor:.4g} times the expected one"
        if _is_round(factor):
            return f"{told}: look for a missing or doubled factor (1/n, 1/2, a count)."
        if got.size > 1:  # a single number is some factor off in any case
            return f"{told}."
    offset = got - expected
    if offset.size > 1 and np.allclose(offset, offset.flat[0], rtol=1e-4):
        return (
            f"Every entry is off by {float(offset.flat[0]):.4g}: is a term missing or added twice?"
        )
    if got.ndim == 2 and got.shape[0] == got.shape[1] and np.allclose(got, expected.T):
        return "It is the transpose of the expected result."
    share = float(np.mean(~np.isclose(got, expected, rtol=1e-5, atol=1e-9)))
    if share < 0.5 and got.size > 1:
        told = f"{share:.0%}" if share >= 0.01 else "Fewer than 1%"
        return f"{told} of the entries differ: look at what these have in common."
    where = f"entry [{', '.join(map(str, wrong))}]" if wrong else "it"
    return f"Work {where} out by hand and print each step of your function beside it."


def _is_round(factor: float) -> bool:
    """Whether a factor is a whole number or one over it, as a count or its reciprocal is.

    Not a large one: among many, some quotient is a whole number by chance.
    """
    if factor < 0:
        return False
    larger = max(factor, 1 / factor)
    return 1.5 < larger < 100 and bool(np.isclose(larger, round(larger), rtol=1e-4, atol=0))


def _where_text(name: str) -> str:
    return f" ({name})" if name else ""


def _numbers_problem(
    got: Any, expected: np.ndarray, close: Callable[[np.ndarray, np.ndarray], np.ndarray], name: str
) -> Problem | None:
    if got is None:
        return Problem(
            "none",
            f"The function returned None{_where_text(name)}.",
            "The function returned None.",
            "Is a `return` missing?",
        )
    array = as_number_array(got)
    if array is None:
        return Problem(
            "type",
            f"The function returned {kind_of(got)}{_where_text(name)}, expected an array of "
            f"numbers of shape {expected.shape}.",
            "The result is of the wrong type.",
        )
    if expected.ndim == 0 and array.size == 1:
        array = array.reshape(())
    if array.shape != expected.shape:
        return Problem(
            "shape",
            f"The result has shape {array.shape}{_where_text(name)}, expected {expected.shape}.",
            "The result has the wrong shape.",
            _shape_hint(array.shape, expected.shape),
        )
    given, array = array, array.astype(np.float64)
    wanted = expected.astype(np.float64)
    finite = np.isfinite(array) | ~np.isfinite(wanted)
    if not finite.all():
        index = tuple(int(i) for i in np.argwhere(~finite)[0])
        return Problem(
            "not_finite",
            f"{_entry(index)}{_where_text(name)} is {array[index]}, expected "
            f"{_number(wanted[index])}.",
            "The result holds nan or inf.",
            "Something overflowed, or 0 was divided by 0 or put into a logarithm.",
        )
    with np.errstate(all="ignore"):
        good = close(given, wanted)
    if good.all():
        return None
    index = tuple(int(i) for i in np.argwhere(~good)[0])
    if expected.dtype == bool and not index:
        return _yes_or_no(bool(expected), name)
    with np.errstate(all="ignore"):
        hint = _size_hint(array, wanted, index)
    found, right = _apart(float(array[index]), float(wanted[index]))
    return Problem(
        "values",
        f"{_entry(index)}{_where_text(name)} is {found}, expected {right}.",
        "The result has the right shape but wrong values.",
        hint,
    )


def _yes_or_no(expected: bool, name: str) -> Problem:
    """One truth value for the other: which one tells nothing that student code chose."""
    sentence = f"The result{_where_text(name)} should be {expected} here."
    return Problem("values", sentence, sentence)


def _entry(index: tuple[int, ...]) -> str:
    return f"Entry [{', '.join(map(str, index))}] of the result" if index else "The result"


def _number(value: Any) -> str:
    return f"{float(value):.6g}"


def _stacked(got: Any, expected: Sequence[Any]) -> bool:
    """Whether an array stands for a list: one axis more than the items, which are all alike."""
    shapes = {np.shape(part) for part in expected if not isinstance(part, list | tuple | dict)}
    return (
        isinstance(got, np.ndarray)
        and len(shapes) == 1
        and got.shape[:1] == (len(expected),)
        and got.ndim == 1 + len(next(iter(shapes)))
    )


def _apart(a: float, b: float) -> tuple[str, str]:
    """Two different numbers with as many digits as it takes to see that they differ."""
    for digits in (6, 9, 12, 17):
        texts = f"{a:.{digits}g}", f"{b:.{digits}g}"
        if texts[0] != texts[1]:
            break
    return texts


def _tree_problem(
    got: Any,
    expected: Any,
    close: Callable[[np.ndarray, np.ndarray], np.ndarray],
    name: str = "",
    *,
    names: Sequence[str] = (),
) -> Problem | None:
    """The first difference between nested values, or None; `names` are those of a tuple's items."""
    if isinstance(expected, dict):
        if not isinstance(got, dict) or set(got) != set(expected):
            return Problem(
                "structure",
                f"The function returned {_with_keys(got)}{_where_text(name)}, expected a dict with "
                f"keys {', '.join(map(str, expected))}.",
                "The result has the wrong structure.",
            )
        parts: list[tuple[Any, Any, str]] = [
            (got[key], expected[key], f"{name}[{key!r}]" if name else str(key)) for key in expected
        ]
    elif isinstance(expected, list | tuple):
        if not isinstance(got, list | tuple) and not _stacked(got, expected):
            return Problem(
                "structure",
                f"The function returned {kind_of(got)}{_where_text(name)}, expected a "
                f"{type(expected).__name__} of {len(expected)}.",
                "The result has the wrong structure.",
                "Is a `return` missing?" if got is None else "",
            )
        if len(got) != len(expected):
            return Problem(
                "structure",
                f"The function returned {kind_of(got)}{_where_text(name)}, expected a "
                f"{type(expected).__name__} of {len(expected)}.",
                "The result has the wrong number of items.",
            )
        parts = [
            (a, b, f"{name}[{i}]" if name else names[i] if i < len(names) else f"item {i}")
            for i, (a, b) in enumerate(zip(got, expected, strict=True))
        ]
    elif isinstance(expected, str):
        return _text_problem(got, expected, name)
    else:
        return _numbers_problem(got, np.asarray(expected), close, name)
    for a, b, part in parts:
        if problem := _tree_problem(a, b, close, part):
            return problem
    return None


def _text_problem(got: Any, expected: str, name: str) -> Problem | None:
    if got == expected and isinstance(got, str):
        return None
    found = repr(got)[:40] if isinstance(got, str) else kind_of(got)
    return Problem(
        "text",
        f"The result{_where_text(name)} is {found}, expected {expected!r}.",
        "The result holds another word than the right one.",
    )


def values_problem(
    got: Any,
    expected: Any,
    rtol: float = 1e-6,
    atol: float = 1e-9,
    *,
    given: Any = (),
    names: Sequence[str] = (),
) -> Problem | None:
    """The first difference in structure, shape or value, or None where `got` is right.

    `given` is what it was computed from, for the scale of float32 (see `slack`); `names` are what
    the items of a tuple are called.
    """
    coarse = _coarse(got, expected, given)

    def close(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        allowed = atol + rtol * np.abs(b)
        good = (np.abs(a - b) <= allowed) | (a == b)  # equal infinities
        return np.asarray(good if good.all() else good | (np.abs(a - b) <= allowed + coarse(a)))

    return _tree_problem(got, expected, close, names=names)


def gradient_problem(
    got: Any, expected: Any, limit: float = 1e-5, *, given: Any = (), names: Sequence[str] = ()
) -> Problem | None:
    """As `values_problem`, by relative error |a - b| / max(1e-8, |a| + |b|)."""
    coarse = _coarse(got, expected, given)

    def close(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        error = np.abs(a - b) / np.maximum(1e-8, np.abs(a) + np.abs(b))
        # Central differences of order-one losses carry about 1e-10 of rounding noise.
        good = (error <= limit) | (np.abs(a - b) <= 1e-9)
        return np.asarray(good if good.all() else good | (np.abs(a - b) <= 1e-9 + coarse(a)))

    return _tree_problem(got, expected, close, names=names)


def _coarse(got: Any, expected: Any, given: Any) -> Callable[[np.ndarray], float]:
    """The slack of one array in a result; single numbers beside float32 arrays share theirs."""

    @functools.cache  # looked at only where a result is not right without it
    def scale() -> tuple[float, bool]:
        if any(array.dtype.kind != "f" for array in _leaves(expected)):
            return 0.0, False  # counts and classes are whole
        arrays = [array for array in _leaves(got) if array.ndim]
        beside = any(array.dtype.kind == "f" and _is_float32(array) for array in arrays)
        return FLOAT32_STEPS * max(largest(expected), largest(given)), beside

    def coarse(array: np.ndarray) -> float:
        size, beside = scale()
        return size if (beside and not array.ndim) or _is_float32(array) else 0.0

    return coarse


def same(a: Any, b: Any) -> bool:
    """Whether two results are the same answer: nan equals nan, and lists equal tuples."""
    if isinstance(a, dict) or isinstance(b, dict):
        return (
            isinstance(a, dict)
            and isinstance(b, dict)
            and a.keys() == b.keys()
            and all(same(a[key], b[key]) for key in a)
        )
    first, second = as_number_array(a), as_number_array(b)
    if first is not None and second is not None:
        return first.shape == second.shape and bool(
            np.allclose(
                first.astype(np.float64), second.astype(np.float64), 1e-6, 1e-10, equal_nan=True
            )
        )
    if isinstance(a, list | tuple) and isinstance(b, list | tuple):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b, strict=True))
    return type(a) is type(b) and (a is None or (isinstance(a, str) and a == b))
