"""What a call gives: values, changed arguments, warnings, failures, callbacks."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from labkit.sandbox import Outcome, Worker
from labkit.sandbox.calls import Worker as Calls

Attempt = Callable[..., Outcome]
Make = Callable[..., Worker]


def test_arguments_and_values_cross(attempt: Attempt) -> None:
    given = (np.arange(6.0).reshape(2, 3), [(np.ones(2), None)], {"k": 3, "s": "é"}, True, 1 << 200)
    outcome = attempt("return [z, *more, np.float32(1.5), 2j, float('nan')]", *given)
    assert outcome.failure is None
    np.testing.assert_array_equal(outcome.value[0], given[0])
    assert type(outcome.value[1][0]) is tuple
    assert outcome.value[2:5] == [{"k": 3, "s": "é"}, True, 1 << 200]
    assert type(outcome.value[5]) is np.float32
    assert outcome.value[6] == 2j
    assert outcome.seconds >= 0


def test_keyword_arguments(worker: Make) -> None:
    run = worker(training="def train(params, X, y, *, epochs): return epochs + X").call
    assert run("train", (1, 2, 3), {"epochs": 5}, seconds=5).value == 7


@pytest.mark.parametrize(
    ("body", "changed"),
    [
        ("z += 1", ("z",)),
        ("z[0, 0] = np.nan", ("z",)),
        ("z.shape = (3, 2)", ("z",)),
        ("more[0].append(1)", ("params (length)",)),
        ("more[0][0][1][:] = 7", ("params[0][1]",)),
        ("more[0][1] = more[0][0]", ("params[1][0]", "params[1][1]")),
        ("more[1]['W'] = 2", ("argument 3 (length)",)),
        ("more[1]['b'] -= 1", ("argument 3[b]",)),
        ("more[2][3] = 1.0", ("argument 4",)),
        ("z = z + 1; more[0].__getitem__(0)", ()),
        ("z *= 1; more[0][0][0][:] = more[0][0][0]", ()),
        ("z[1, 1] = 5; raise ValueError('x')", ("z",)),
    ],
)
def test_changed_arguments_are_reported(attempt: Attempt, body: str, changed: tuple) -> None:
    params = [(np.ones((2, 2)), np.zeros(2)), (np.ones(1), np.array([np.nan]))]
    given = (np.zeros((2, 3)), params, {"b": np.zeros(2)}, [float("nan"), *[0.0] * 9])
    outcome = attempt(body, *given, names=("z", "params"))
    expected = tuple(name.replace("[b]", "['b']") for name in changed)
    assert outcome.changed == expected
    assert params[0][1].sum() == 0  # the grader's own are never touched


def test_keyword_arguments_that_changed_have_their_names(worker: Make) -> None:
    run = worker(training="def train(params, X, y, *, grads): grads[0] *= 2").call
    assert run("train", (1, 2, 3), {"grads": [np.ones(2)]}, seconds=5).changed == ("grads[0]",)


@pytest.mark.parametrize(
    ("body", "warnings"),
    [
        ("np.exp(np.array([1e4]))", ("overflow",)),
        ("np.array([0.0]) / 0", ("invalid",)),
        ("np.log(np.zeros(1)); np.sqrt(-np.ones(1))", ("divide", "invalid")),
        ("np.exp(-np.array([1e4]))", ()),
        ("with np.errstate(over='ignore'): np.exp(np.array([1e4]))", ()),
        ("np.seterr(all='ignore'); return np.exp(np.array([1e4]))", ()),
        ("import warnings; warnings.warn('x', DeprecationWarning)", ("DeprecationWarning",)),
        (
            "import warnings\nclass Leak42(UserWarning): pass\nwarnings.warn('', Leak42)",
            ("Warning",),
        ),
    ],
)
def test_warnings_are_reported(attempt: Attempt, body: str, warnings: tuple) -> None:
    assert attempt(body).warnings == warnings


def test_the_error_state_is_numpy_s_own_again_at_the_next_call(worker: Make) -> None:
    source = """
        import numpy as np
        np.seterr(all="ignore")
        def sigmoid(z):
            return np.exp(z)
        """
    run = worker(activations=source).call
    for _ in range(2):
        assert run("sigmoid", (np.array([1e4]),), {}, seconds=5).warnings == ("overflow",)


def test_replaced_library_functions_do_not_hide_what_a_call_does(worker: Make) -> None:
    source = """
        import _thread, builtins, sys, threading, time, types, warnings
        import numpy as np
        yes = lambda *a, **k: True
        class Anything:
            def __enter__(self): return self
            def __exit__(self, *a): pass
            __init__ = __call__ = lambda self, *a, **k: None
        class Same(np.ndarray):
            def tobytes(self, *a): return np.zeros(2).tobytes()
        for name in ("allclose", "array_equal", "isclose", "all", "any", "abs"):
            setattr(np, name, yes)
        np.errstate = Anything
        for name in [n for n in dir(warnings) if callable(getattr(warnings, n)) and n[:2] != "__"]:
            setattr(warnings, name, Anything())
        sys.modules["warnings"] = types.ModuleType("warnings")
        builtins.abs = yes
        _thread._count = lambda: 0
        def sigmoid(z, parts):
            np.exp(z)
            z += 1
            parts[0] = np.ones(2).view(Same)
            return z
        """
    outcome = worker(activations=source).call(
        "sigmoid",
        (np.array([1e4, np.nan]), [np.zeros(2), np.ones(1)]),
        names=("z", "parts"),
        seconds=5,
    )
    assert outcome.failure is None
    assert outcome.changed == ("z", "parts[0]")
    assert outcome.warnings == ("overflow",)


@pytest.mark.parametrize(
    ("body", "kind", "name", "text"),
    [
        ("raise NotImplementedError('write me')", "not_written", "NotImplementedError", "write me"),
        ("raise ValueError('bad\\n\\x1b[31mred\\u202e')", "raised", "ValueError", "bad [31mred"),
        ("return np.linalg.inv(np.zeros((2, 2)))", "raised", "LinAlgError", "Singular matrix"),
        ("class Secret(KeyError): pass\nraise Secret(1)", "raised", "KeyError", "1"),
        ("class Secret(Exception): pass\nraise Secret()", "raised", "Exception", ""),
        ("sys.exit(3)", "exited", "SystemExit", "3"),
        ("raise KeyboardInterrupt", "raised", "KeyboardInterrupt", ""),
        ("return input()", "raised", "EOFError", None),
        ("return sigmoid(z)", "raised", "RecursionError", None),
        ("return z.nothing", "raised", "AttributeError", None),
        ("return open('/etc/shadow').read()", "blocked", "PermissionError", None),
        ("return (i for i in [1])", "bad_type", "generator", ""),
        ("return {1, 2}", "bad_type", "set", ""),
        ("class Mine: pass\nreturn Mine()", "bad_type", "object", ""),
        ("return np.array([None, 1])", "bad_type", "array of objects", ""),
    ],
)
def test_failures(attempt: Attempt, body: str, kind: str, name: str, text: str | None) -> None:
    failure = attempt(body).failure
    assert failure is not None
    assert (failure.kind, failure.type_name) == (kind, name)
    if text is not None:
        assert failure.text == text
    assert len(failure.text) <= 300


def test_where_it_failed(worker: Make) -> None:
    run = worker(
        layers="""
        import numpy as np
        from .activations import relu
        def dense_forward(W, b, X):
            return relu(X)
        """,
        activations="""
        import numpy as np
        def relu(z):
            return np.zeros((2, 3)) @ z
        """,
    ).call
    failure = run("dense_forward", (1, 2, np.zeros((2, 2))), {}, seconds=5).failure
    assert failure is not None
    assert failure.where == "neuralnet/activations.py line 4"


def test_a_stub_that_another_function_needs_is_named(worker: Make) -> None:
    run = worker(
        layers="""
        def dense_forward(W, b, X):
            raise NotImplementedError("dense_forward is yours to write")
        def forward(params, X, activation):
            return dense_forward(1, 2, X)
        """
    ).call
    failure = run("forward", ([], 1, "relu"), {}, seconds=5).failure
    assert failure is not None
    assert (failure.kind, failure.detail) == ("not_written", "dense_forward")


def test_missing_function_and_module(worker: Make) -> None:
    run = worker(activations="sigmoid = 3").call
    for name in ("sigmoid", "tanh", "dense_forward"):
        failure = run(name, (1,), {}, seconds=5).failure
        assert failure is not None
        assert failure.kind == "missing"
    with pytest.raises(ValueError, match="no function"):
        run("nonsense", (), {}, seconds=5)


def test_array_likes_that_equal_everything_are_only_numbers(attempt: Attempt) -> None:
    body = """
        class Right(np.ndarray):
            def __eq__(self, other): return True
            def __sub__(self, other): return 0
        return np.full((2, 2), 7.0).view(Right)
    """
    value = attempt(body).value
    assert type(value) is np.ndarray
    assert not (value == 1).any()


def test_generator_arrives_in_its_state(attempt: Attempt) -> None:
    rng = np.random.default_rng(3)
    rng.random(5)
    outcome = attempt("return z.standard_normal(4), z.permutation(9)", rng)
    np.testing.assert_array_equal(outcome.value[0], rng.standard_normal(4))
    np.testing.assert_array_equal(outcome.value[1], rng.permutation(9))


def test_functions_of_the_grader_are_called_back(attempt: Attempt) -> None:
    seen = []

    def f(theta: np.ndarray) -> float:
        seen.append(theta.copy())
        theta[:] = 99.0
        return float(theta.sum())

    outcome = attempt("x = np.ones(3); r = z(x); return r, x, z(theta=x)", f)
    assert outcome.value[0] == 297.0
    np.testing.assert_array_equal(outcome.value[1], np.ones(3))
    np.testing.assert_array_equal(seen[1], np.ones(3))


def test_errors_of_the_grader_s_functions_say_nothing(attempt: Attempt) -> None:
    def f(theta: Any) -> float:
        raise KeyError("the secret path and value")

    failure = attempt("return z(1)", f).failure
    assert failure is not None
    assert (failure.kind, failure.type_name) == ("raised", "ValueError")
    assert "secret" not in failure.text
    assert attempt("try: z(1)\nexcept ValueError: return 5", f).value == 5
    # What cannot cross is the submission's mistake; the call goes on.
    assert attempt("try: z(object())\nexcept TypeError: return 6", f).value == 6


def test_a_callback_advances_the_submission_s_generator(worker: Make) -> None:
    served = {"minibatches": lambda n, size, rng: [rng.permutation(n)]}
    source = """
        def minibatches(n, size, rng): raise NotImplementedError
        def train(params, X, y, *, rng):
            return [minibatches(6, 2, rng)[0], minibatches(6, 2, rng=rng)[0], rng.random()]
        """
    run = worker(serve=served, substitute=("minibatches",), training=source).call
    rng = np.random.default_rng(8)
    value = run("train", (1, 2, 3), {"rng": np.random.default_rng(8)}, seconds=5).value
    np.testing.assert_array_equal(value[0], rng.permutation(6))
    np.testing.assert_array_equal(value[1], rng.permutation(6))
    assert value[2] == rng.random()


def test_standard_output_goes_nowhere(attempt: Attempt, capfd: pytest.CaptureFixture) -> None:
    body = (
        "print('x' * 10**6); sys.stderr.write('y'); os.write(1, b'z'); os.write(2, b'z'); return 1"
    )
    assert attempt(body).value == 1
    assert capfd.readouterr() == ("", "")


def test_state_lasts_between_calls_but_not_between_workers(worker: Make) -> None:
    source = "count = [0]\ndef sigmoid(z):\n    count[0] += 1\n    return count[0]\n"
    first, second = worker(activations=source), worker(activations=source)
    assert [first.call("sigmoid", (0,), {}, seconds=5).value for _ in range(3)] == [1, 2, 3]
    assert second.call("sigmoid", (0,), {}, seconds=5).value == 1
    os.kill(first.pid, signal.SIGKILL)
    assert first.call("sigmoid", (0,), {}, seconds=5).value == 1


def test_arguments_that_cannot_cross_are_the_grader_s_mistake(worker: Make) -> None:
    calling: Calls = worker(activations="def sigmoid(z): return z")
    with pytest.raises(TypeError):
        calling.call("sigmoid", ({1, 2},), {}, seconds=5)
    assert calling.call("sigmoid", (1,), {}, seconds=5).value == 1
