"""What the tests of the reference share: differencing of their own, and purity."""

import copy
from collections.abc import Callable
from typing import Any

import numpy as np


def assert_gradient(f: Callable[[np.ndarray], float], at: np.ndarray, gradient: np.ndarray) -> None:
    """`gradient` is f's at `at`, by central differences in float64, to a relative 1e-5."""
    at = at.astype(np.float64)
    assert gradient.shape == at.shape
    expected = np.empty_like(at)
    for i in np.ndindex(at.shape):
        step = np.zeros_like(at)
        step[i] = 1e-5
        expected[i] = (f(at + step) - f(at - step)) / 2e-5
    size = np.maximum(1e-8, np.abs(expected) + np.abs(gradient))
    assert (np.abs(expected - gradient) / size).max() <= 1e-5


def pure(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """The function's result, after asserting that its inputs are as before and not aliased."""
    before = copy.deepcopy((args, kwargs))
    result = function(*args, **kwargs)
    assert_same((args, kwargs), before)
    again = function(*args, **kwargs)
    for array in arrays(again):
        array += 1  # writing into one result must change neither another result nor an input
    assert_same((args, kwargs), before)
    return result


def arrays(value: Any) -> list[np.ndarray]:
    """All arrays inside nested lists, tuples and dicts that can be written to."""
    if isinstance(value, np.ndarray):
        return [value]
    if isinstance(value, dict):
        return arrays(list(value.values()))
    if isinstance(value, list | tuple):
        return [array for item in value for array in arrays(item)]
    return []


def assert_same(a: Any, b: Any) -> None:
    """Equal structure and equal values, exactly."""
    if isinstance(a, np.ndarray):
        np.testing.assert_array_equal(a, b)
        assert a.dtype == b.dtype
    elif isinstance(a, dict):
        assert a.keys() == b.keys()
        assert_same(list(a.values()), list(b.values()))
    elif isinstance(a, list | tuple):
        assert len(a) == len(b)
        for x, y in zip(a, b, strict=True):
            assert_same(x, y)


def dtypes(value: Any) -> set[np.dtype[Any]]:
    return {array.dtype for array in arrays(value)}


def as_float32(value: Any) -> Any:
    """The same nested value with float32 arrays."""
    if isinstance(value, np.ndarray):
        return value.astype(np.float32)
    if isinstance(value, dict):
        return {key: as_float32(item) for key, item in value.items()}
    return type(value)(as_float32(item) for item in value)
