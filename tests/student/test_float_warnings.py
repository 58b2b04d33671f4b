"""What NumPy says here by the processor's flags, a watched function says without them."""

from __future__ import annotations

import copy
import pickle
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from labkit.student.labcheck import float_warnings
from labkit.student.labcheck.float_warnings import Watched

INPUTS = [
    np.array([1.0, 2.0]),
    np.array([0.0, 1.0]),
    np.array([-1.0, 4.0]),
    np.array([1000.0, -1000.0]),
    np.array([1e200, -1e200]),
    np.array([np.inf, -np.inf, np.nan]),
    np.array([100.0], np.float32),
    np.array([], float),
    np.array([3, 0]),
    1e3,
    0.0,
]


def told(call: Callable[[], Any]) -> set[str]:
    """The kinds of warnings that a call gives, in NumPy's words."""
    with (
        warnings.catch_warnings(record=True) as caught,
        np.errstate(all="warn", under="ignore"),
    ):
        warnings.simplefilter("always")
        call()
    return {str(one.message) for one in caught if one.category is RuntimeWarning}


def silent(function: Any) -> Any:
    """The function as it is where there are no flags."""

    class Silent:
        nin, __name__, __doc__ = function.nin, function.__name__, function.__doc__

        def __call__(self, *args: Any, **kwargs: Any) -> Any:
            with np.errstate(all="ignore"):
                return function(*args, **kwargs)

    return Silent()


@pytest.mark.parametrize("name", float_warnings._WATCHED)
def test_it_says_what_numpy_says(name: str) -> None:
    real = getattr(np, name)
    watched = Watched(silent(real))
    pairs = [(one,) for one in INPUTS]
    if real.nin == 2:
        pairs = [(a, b) for a in INPUTS for b in (0.0, 2.0, np.float64(1e-300), np.inf, np.nan)]
    for args in pairs:
        expected = told(lambda: real(*args))  # noqa: B023
        if name == "power" and args[1] == np.inf:
            # Exactly infinite, so no overflow; with AVX-512, NumPy calls it one.
            expected.discard("overflow encountered in power")
        assert told(lambda: watched(*args)) == expected, args  # noqa: B023


def test_it_obeys_errstate_and_gives_what_numpy_gives() -> None:
    watched = Watched(silent(np.exp))
    with np.errstate(over="raise"), pytest.raises(FloatingPointError, match="overflow"):
        watched(1e3)
    with np.errstate(all="ignore"):
        assert told(lambda: None) == set()
        assert watched(np.array([0.0, 1e3])).tolist() == [1.0, np.inf]
    out, where = np.full(2, 7.0), np.array([True, False])
    assert not told(lambda: watched(np.array([0.0, 1e3]), out=out, where=where))
    assert out.tolist() == [1.0, 7.0]


def test_all_else_is_numpy_s() -> None:
    watched = Watched(np.divide)
    assert watched.nin == 2 and watched.__name__ == "divide" and repr(watched) == repr(np.divide)
    assert watched.outer([1.0], [2.0]).tolist() == [[0.5]]
    assert copy.deepcopy(watched)(1.0, 2.0) == pickle.loads(pickle.dumps(watched))(1.0, 2.0) == 0.5


def test_where_numpy_notices_nothing_is_touched(monkeypatch: pytest.MonkeyPatch) -> None:
    before = np.exp
    float_warnings.switch_on()
    assert np.exp is before
    monkeypatch.setattr(np, "exp", silent(np.exp))
    for name in float_warnings._WATCHED:  # so that all of them are put back
        monkeypatch.setattr(np, name, getattr(np, name))
    float_warnings.switch_on()
    assert isinstance(np.exp, Watched)
    assert told(lambda: np.exp(1e3)) == {"overflow encountered in exp"}
