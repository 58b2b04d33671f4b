"""The earlier functions that the reference calls for a probe are kept, but for large results."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest

from labkit.judging.nested import nested_calls
from labkit.lab.course import find
from labkit.lab.reference import Reference
from labkit.student.labcheck import Probe, mark

CONTRACT = find("lab1").contract
EARLIER = ("sigmoid", "tanh", "relu", "dense_forward")


def forward(layers: int, width: int = 3, activation: str = "tanh") -> Probe:
    """A probe of a network of so many layers, all `width` wide, that is asked two examples."""
    rng = np.random.default_rng(layers)
    params = [(rng.normal(size=(width, width)), rng.normal(size=(width, 1)))] * layers
    args = (params, rng.normal(size=(width, 2)), activation)
    return Probe("forward", args, {}, lambda seen: None)


def names(calls: list[Any]) -> list[str]:
    return [name for name, *_ in calls]


def test_every_call_is_kept_in_order_with_what_it_gave() -> None:
    probe = forward(3)
    calls = nested_calls(CONTRACT, EARLIER, probe)
    assert names(calls) == ["dense_forward", "tanh"] * 2 + ["dense_forward"]
    _, H1, H2, S = Reference(CONTRACT).forward(*probe.args)
    (W, b), X = probe.args[0][0], probe.args[1]
    assert calls[0][1] == mark((W, b, X), {})
    for (_, _, value), expected in zip(calls[1::2], (H1, H2), strict=True):
        np.testing.assert_array_equal(value, expected)
    assert calls[4][1] == mark((W, b, H2), {})
    np.testing.assert_array_equal(calls[4][2], S)


def test_only_what_is_asked_for_is_kept() -> None:
    assert names(nested_calls(CONTRACT, ("tanh", "relu"), forward(2))) == ["tanh"]
    assert nested_calls(CONTRACT, ("relu",), forward(2)) == []


def test_of_very_many_calls_the_first_are_kept_in_single_precision() -> None:
    few, many = (nested_calls(CONTRACT, EARLIER, forward(layers)) for layers in (40, 600))
    assert names(few) == ["dense_forward", "tanh"] * 39 + ["dense_forward"]
    assert {value.dtype for *_, value in few} == {np.dtype(np.float64)}
    assert names(many) == ["dense_forward", "tanh"] * 500
    assert {value.dtype for *_, value in many} == {np.dtype(np.float32)}


@pytest.mark.slow
def test_a_call_with_a_large_result_is_left_out() -> None:
    assert names(nested_calls(CONTRACT, EARLIER, forward(2, width=80))) == [
        *("dense_forward", "tanh", "dense_forward"),
    ]
    assert nested_calls(CONTRACT, EARLIER, forward(2, width=2_600)) == []


def test_where_the_right_answer_is_an_error_there_is_nothing_to_keep() -> None:
    probe = forward(2, activation="softplus")
    with pytest.raises(ValueError, match="softplus"):
        Reference(CONTRACT).forward(*probe.args)
    assert nested_calls(CONTRACT, EARLIER, probe) == []


@pytest.mark.parametrize("activation", ["tanh", "softplus"])
def test_the_reference_is_itself_again(activation: str) -> None:
    spaces = {
        name: dict(vars(module))
        for name, module in sys.modules.items()
        if name.partition(".")[0] == "neuralnet"
    }
    nested_calls(CONTRACT, EARLIER, forward(2, activation=activation))
    assert any("dense_forward" in space for space in spaces.values())
    for name, space in spaces.items():
        for key, value in space.items():
            assert vars(sys.modules[name])[key] is value, (name, key)
