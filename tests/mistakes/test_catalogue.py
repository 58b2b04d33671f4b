"""The catalogue: every wrong version is wrong under the contract, every variant is right.

The inputs below are a small stand-in for the labs' own cases: odd rectangles, integers, extremes,
and, for what is random, properties that hold for every correct version.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import cache, partial
from itertools import pairwise, permutations, product
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from labkit import mistakes as catalogue

from labkit.lab import contract

from labkit.lab import reference
from labkit.student import labcheck
from labkit.student.labcheck import Observation, Probe, Problem

LABS = (1, 2, 3)
ENOUGH = {1: (28, 8), 2: (28, 8), 3: (24, 8)}
"""Fewest misconceptions and variants of a lab."""

REFERENCE = SimpleNamespace(**{f.name: reference.function(f.name) for f in contract.FUNCTIONS})

ACTIVATIONS = ("sigmoid", "tanh", "relu")


def versions() -> list[catalogue.Version]:
    return [v for lab in LABS for v in (*catalogue.entries(lab), *catalogue.variants(lab))]


# --- inputs, function by function ---


def _like_reference(
    function: str, *args: Any, quiet: bool = False, rtol: float = 1e-6, **kwargs: Any
) -> Probe:
    """A call that must give the reference's values."""
    fresh = Probe(function, args, kwargs, lambda seen: None).fresh()
    wanted = getattr(REFERENCE, function)(*fresh[0], **fresh[1])
    return Probe(
        function,
        args,
        kwargs,
        lambda seen: labcheck.values_problem(seen.value, wanted, rtol),
        quiet=quiet,
    )


def _judged(function: str, judge: Callable[[Any], str | None], *args: Any, **kwargs: Any) -> Probe:
    """A call whose result `judge` faults with a sentence or accepts with None."""

    def verdict(seen: Observation) -> Problem | None:
        try:
            with np.errstate(all="ignore"):
                sentence = judge(seen.value)
        except Exception as error:
            sentence = f"of another kind ({type(error).__name__})"
        return Problem("verdict", sentence, sentence) if sentence else None

    return Probe(function, args, kwargs, verdict)


MEMORIES: list[list[Any]] = []
"""What judges of several calls remember; emptied before each version."""


def _memory() -> list[Any]:
    MEMORIES.append([])
    return MEMORIES[-1]


def _network(rng: np.random.Generator, *sizes: int) -> list[tuple[np.ndarray, np.ndarray]]:
    return [(rng.normal(size=(b, a)), rng.normal(size=(b, 1))) for a, b in pairwise(sizes)]


def _activation_probes(function: str) -> Iterator[Probe]:
    rng = np.random.default_rng(1)
    for shape in ((3, 4), (5,), (2, 3, 2)):
        yield _like_reference(function, 3 * rng.normal(size=shape))
    yield _like_reference(function, np.array([[-3, 0, 2], [1, -1, 4]]))
    extremes = np.array([[-1e4, -720.0, -30.0], [20.0, 720.0, 1e4]])
    yield _like_reference(function, extremes, quiet=True)
    yield _like_reference(function, np.array([-1e4, 0.5, -2.0, 7.5, 900.0]), quiet=True)


def _gradient_probes(function: str) -> Iterator[Probe]:
    a = reference.function(function.removesuffix("_gradient"))
    rng = np.random.default_rng(2)
    for shape in ((3, 4), (5,), (2, 3, 2)):
        yield _like_reference(function, a(2 * rng.normal(size=shape)))
    yield _like_reference(function, a(np.array([-50.0, -1.0, 0.0, 3.0, 50.0])))


def _perceptron_predict() -> Iterator[Probe]:
    rng = np.random.default_rng(3)
    for p, n in ((3, 7), (5, 4)):
        X = rng.normal(size=(p, n))
        for b in (0.7, -0.9):
            yield _like_reference("perceptron_predict", rng.normal(size=p), b, X)
    yield _like_reference("perceptron_predict", np.zeros(2), 0.0, rng.normal(size=(2, 3)))
    corners = np.array([[0, 0, 1, 1, 1], [0, 1, 0, 1, 2]])
    yield _like_reference("perceptron_predict", np.array([1, 1]), -1, corners)
    yield _like_reference("perceptron_predict", np.array([0.1, 0.2]), 0.1, corners)


def _perceptron_train() -> Iterator[Probe]:
    def by_the_rule(X: Any, y: Any, epochs: int, at_zero: int) -> tuple[Any, float]:
        """The rule with a score of exactly 0 counted as `at_zero`: either reading is right."""
        w, b = np.zeros(len(X)), 0.0
        for _ in range(epochs):
            for x, label in zip(X.T, y, strict=True):
                score = w @ x + b
                error = label - (at_zero if score == 0 else int(score > 0))
                w, b = w + error * x, b + error
        return w, b

    def judge_line(lines: Any, result: Any) -> str | None:
        got_w, got_b = result
        for w, b in lines:
            if np.shape(got_w) != np.shape(w) or np.ndim(got_b) != 0:
                return "wrong shapes"
            line, wanted = np.append(got_w, got_b), np.append(w, b)
            lengths = np.linalg.norm(line), np.linalg.norm(wanted)
            if lengths[1] == 0:
                if lengths[0] == 0:
                    return None
            elif np.allclose(line / lengths[0], wanted / lengths[1], atol=1e-5):
                return None
        return "another line"

    rng = np.random.default_rng(4)
    for p, n, epochs in ((3, 9, 1), (3, 9, 4), (2, 8, 30), (4, 7, 2), (2, 5, 0)):
        X = rng.normal(size=(p, n)) + 0.8
        y = (rng.normal(size=p) @ X - 0.7 > 0).astype(int)
        lines = [by_the_rule(X, y, epochs, zero) for zero in (0, 1)]
        yield _judged("perceptron_train", partial(judge_line, lines), X, y, epochs)
    X, y = np.array([[0, 0, 1, 1], [0, 1, 0, 1]]), np.array([0, 1, 1, 0])
    lines = [by_the_rule(X, y, 3, zero) for zero in (0, 1)]
    yield _judged("perceptron_train", partial(judge_line, lines), X, y, 3)


def _xor_params() -> Iterator[Probe]:
    def judge(params: Any) -> str | None:
        if len(params) != 2:
            return "not two layers"
        H = np.array([[0, 0, 1, 1], [0, 1, 0, 1]])
        for W, b in [(np.asarray(W), np.asarray(b)) for W, b in params]:
            if b.shape != (W.shape[0], 1) or W.shape[1] != len(H):
                return "shapes do not fit"
            H = (W @ H + b > 0).astype(int)
        return None if H.tolist() == [[0, 1, 1, 0]] else f"not XOR: {H.tolist()}"

    yield _judged("xor_params", judge)


def _add_bias_row() -> Iterator[Probe]:
    rng = np.random.default_rng(5)
    for p, n in ((3, 5), (4, 2), (1, 6)):
        yield _like_reference("add_bias_row", rng.normal(size=(p, n)))
    yield _like_reference("add_bias_row", np.array([[1, 2, 3], [4, 5, 6]]))


def _dense_forward() -> Iterator[Probe]:
    rng = np.random.default_rng(6)
    for p1, p, n in ((2, 3, 4), (5, 3, 2), (3, 4, 1)):
        yield _like_reference(
            "dense_forward",
            rng.normal(size=(p1, p)),
            rng.normal(size=(p1, 1)),
            rng.normal(size=(p, n)),
        )
    b = np.array([[1.0], [2.0], [3.0]])
    yield _like_reference("dense_forward", np.ones((3, 2)), b, np.zeros((2, 4)))
    yield _like_reference("dense_forward", np.array([[1, -2]]), np.array([[3]]), np.eye(2))
    yield _like_reference("dense_forward", np.full((3, 2), 0.5), b, np.array([[1], [2]]))


def _forward() -> Iterator[Probe]:
    rng = np.random.default_rng(7)
    for activation in ACTIVATIONS:
        for sizes, n in (((3, 4, 2), 5), ((3, 5, 4, 2), 6), ((4, 3), 2)):
            X = rng.normal(size=(sizes[0], n))
            yield _like_reference("forward", _network(rng, *sizes), X, activation)
    X = np.zeros((3, 2), dtype=int)
    yield _like_reference("forward", _network(rng, 3, 4, 2), X, "sigmoid")


def _softmax() -> Iterator[Probe]:
    rng = np.random.default_rng(8)
    for K, n in ((3, 5), (4, 2), (5, 1)):
        yield _like_reference("softmax", 2 * rng.normal(size=(K, n)))
    yield _like_reference("softmax", np.array([[1, 2, 3], [0, 2, -1]]))
    yield _like_reference("softmax", np.array([[1e4, -1e4, 0.0], [-1e4, -1e4, 1.0]]))
    yield _like_reference("softmax", np.array([[9999.0, 0.0], [1e4, 1.0], [9998.0, -1.0]]))
    yield _like_reference("softmax", np.array([[800.0, 800.0], [801.0, 799.0]]))


def _cross_entropy() -> Iterator[Probe]:
    rng = np.random.default_rng(9)
    for K, n in ((3, 5), (5, 3), (10, 4)):
        P, y = rng.dirichlet(np.ones(K), n).T, rng.integers(0, K, n)
        yield _like_reference("cross_entropy", P, y)
    P = np.array([[1e-6, 0.01, 1.0], [1 - 1e-6, 0.99, 0.0]])
    yield _like_reference("cross_entropy", P, np.array([0, 0, 0]))
    yield _judged(
        "cross_entropy",
        lambda loss: None if np.isfinite(loss) and loss >= 20 else "not finite and at least 20",
        np.array([[1.0], [0.0]]),
        np.array([1]),
    )


def _softmax_cross_entropy() -> Iterator[Probe]:
    rng = np.random.default_rng(10)
    for K, n in ((3, 5), (5, 3), (4, 1)):
        S, y = 2 * rng.normal(size=(K, n)), rng.integers(0, K, n)
        yield _like_reference("softmax_cross_entropy", S, y)
    S = np.array([[1, 2, 3], [0, 2, -1]])
    yield _like_reference("softmax_cross_entropy", S, np.array([0, 1, 1]))
    S = np.array([[1e4, -1e4, 3.0], [-1e4, 1e4, 2.0], [9999.0, 0.0, 1.0]])
    yield _like_reference("softmax_cross_entropy", S, np.array([2, 1, 0]))

    _, wanted = REFERENCE.softmax_cross_entropy(S, np.array([1, 0, 2]))

    def judge(result: Any) -> str | None:
        loss, dS = result
        if not (np.isfinite(loss) and loss > 5):
            return "the loss is not finite and large"
        return None if np.allclose(dS, wanted) else "another dS"

    yield _judged("softmax_cross_entropy", judge, S, np.array([1, 0, 2]))


def _squared_error() -> Iterator[Probe]:
    rng = np.random.default_rng(11)
    for p, n in ((3, 5), (4, 2), (2, 1)):
        yield _like_reference("squared_error", rng.normal(size=(p, n)), rng.normal(size=(p, n)))
    yield _like_reference("squared_error", np.array([[1, 5, 0]]), np.array([[2, 2, 1]]))


def _numerical_gradient() -> Iterator[Probe]:
    def curved(t: Any) -> float:
        return float(np.sum(t**3) / 4 + t.flat[0] * t.flat[-1] + np.sum(np.sin(t)))

    def coupled(t: Any) -> float:
        return float(np.sum(t) ** 2 / 2 + 0.5 * t[..., 0].sum())

    rng = np.random.default_rng(12)
    like = partial(_like_reference, "numerical_gradient", rtol=1e-5)
    for shape in ((2, 3), (4,), (2, 1, 3)):
        yield like(curved, rng.normal(size=shape))
        yield like(coupled, rng.normal(size=shape), h=1e-2)
    yield like(curved, rng.normal(size=(3, 2)), 1e-2)
    yield like(curved, np.array([[1, -2, 0], [3, 2, -1]]))
    yield like(lambda t: float(np.sum(t)) / 2, np.array([2, 0, -3]))


def _dense_backward() -> Iterator[Probe]:
    rng = np.random.default_rng(13)
    for p1, p, n in ((2, 3, 4), (5, 3, 2), (3, 4, 1)):
        yield _like_reference(
            "dense_backward",
            rng.normal(size=(p1, n)),
            rng.normal(size=(p1, p)),
            rng.normal(size=(p, n)),
        )


def _backward() -> Iterator[Probe]:
    rng = np.random.default_rng(14)
    for activation in ACTIVATIONS:
        for sizes, n in (((3, 4, 2), 5), ((3, 5, 4, 2), 6), ((4, 3), 2)):
            params, X = _network(rng, *sizes), rng.normal(size=(sizes[0], n))
            H = REFERENCE.forward(params, X, activation)
            yield _like_reference("backward", params, H, rng.normal(size=H[-1].shape), activation)


def _initialize() -> Iterator[Probe]:
    sizes = [60, 50, 40, 7]

    def judge(scheme: str, first: list[Any] | None, result: Any) -> str | None:
        if len(result) != len(sizes) - 1:
            return "wrong number of layers"
        for (W, b), (fan_in, units) in zip(result, pairwise(sizes), strict=True):
            if W.shape != (units, fan_in) or b.shape != (units, 1):
                return "wrong shapes"
            if np.any(b):
                return "biases are not 0"
            deviation = {"zeros": 0, "small": 0.01, "xavier": fan_in**-0.5}
            wanted = deviation.get(scheme, (2 / fan_in) ** 0.5)
            if abs(np.sqrt(np.mean(W**2)) - wanted) > 0.18 * wanted:
                return "wrong spread"
            if abs(W.mean()) > 5 * wanted / np.sqrt(W.size):
                return "not centred"
            if scheme != "zeros" and len(np.unique(W, axis=0)) < units:
                return "equal units"
        if first is None:
            return None
        first.append(result[0][0])
        if len(first) < 2:
            return None
        return "does not depend on rng" if np.array_equal(*first) else None

    for scheme in ("zeros", "small", "xavier", "he"):
        rng = np.random.default_rng(15)
        yield _judged("initialize", partial(judge, scheme, None), sizes, rng, scheme)
    seen = _memory()
    yield _judged("initialize", partial(judge, "small", seen), sizes, np.random.default_rng(16))
    yield _judged("initialize", partial(judge, "small", seen), sizes, np.random.default_rng(17))
    again = _memory()

    def judge_again(result: Any) -> str | None:
        again.append(result[0][0])
        if len(again) < 2:
            return None
        return None if np.array_equal(*again) else "not from rng alone"

    for _ in range(2):
        yield _judged("initialize", judge_again, sizes, np.random.default_rng(18), "he")


def _minibatches() -> Iterator[Probe]:
    def judge(n: int, size: int, first: list[Any], result: Any) -> str | None:
        lengths = [len(batch) for batch in result]
        if lengths != [min(size, n - start) for start in range(0, n, size)]:
            return f"lengths {lengths}"
        order = [int(i) for batch in result for i in batch]
        if sorted(order) != list(range(n)):
            return "not every example once"
        if n >= 40:
            if sum(b == a + 1 for a, b in pairwise(order)) > n // 4:
                return "neighbours stay together"
            if sorted(order[:size]) == list(range(size)):
                return "the first batch holds the first examples"
            first.append(order)
            if len(first) == 2:
                return "does not depend on rng" if first[0] == first[1] else None
        return None

    for n, size in ((13, 5), (10, 5), (4, 8), (5, 1), (7, 7), (20, 5)):
        rng = np.random.default_rng(n)
        yield _judged("minibatches", partial(judge, n, size, []), n, size, rng)
    seen = _memory()
    for seed in (19, 20):
        rng = np.random.default_rng(seed)
        yield _judged("minibatches", partial(judge, 43, 8, seen), 43, 8, rng)


def _sgd_step() -> Iterator[Probe]:
    rng = np.random.default_rng(21)
    for sizes in ((3, 4, 2), (4, 3)):
        for rate in (0.1, 2.5):
            params, grads = _network(rng, *sizes), _network(rng, *sizes)
            yield _like_reference("sgd_step", params, grads, rate)
    whole = [tuple(1.0 * rng.integers(-3, 4, shape) for shape in ((2, 3), (2, 1)))]
    yield _like_reference("sgd_step", whole, whole, 0.125)


def _train() -> Iterator[Probe]:
    ref = REFERENCE
    rng = np.random.default_rng(22)

    def full_batch_steps(
        params: Any, X: Any, y: Any, activation: str, rate: float, epochs: int
    ) -> tuple[Any, list[float]]:
        """With full batches every step is known; the losses stand before and after each."""
        losses = []
        for _ in range(epochs):
            H = ref.forward(params, X, activation)
            loss, dS = ref.softmax_cross_entropy(H[-1], y)
            params = ref.sgd_step(params, ref.backward(params, H, dS, activation), rate)
            losses.append(loss)
        last, _ = ref.softmax_cross_entropy(ref.forward(params, X, activation)[-1], y)
        return params, [*losses, last]

    def judge_steps(params: Any, losses: list[float], result: Any) -> str | None:
        if len(result[1]) != len(losses) - 1:
            return "wrong number of losses"
        if labcheck.values_problem(result[0], params):
            return "other steps"
        either = zip(result[1], losses[:-1], losses[1:], strict=True)
        fits = all(np.isclose(x, before) or np.isclose(x, after) for x, before, after in either)
        return None if fits else "another loss"

    X, y = rng.normal(size=(4, 6)), np.array([0, 2, 1, 1, 0, 2])
    for activation, epochs, size in product(ACTIVATIONS, (1, 3), (6, 9)):
        start = _network(rng, 4, 5, 3)
        yield _judged(
            "train",
            partial(judge_steps, *full_batch_steps(start, X, y, activation, 0.3, epochs)),
            start,
            X,
            y,
            activation=activation,
            learning_rate=0.3,
            batch_size=size,
            epochs=epochs,
            rng=np.random.default_rng(23),
        )

    start = _network(rng, 4, 5, 3)
    loss, _ = ref.softmax_cross_entropy(ref.forward(start, X, "tanh")[-1], y)

    def judge_standing(result: Any) -> str | None:
        """A step of nearly nothing: every epoch has the loss of the start."""
        if len(result[1]) != 4:
            return "wrong number of losses"
        return None if np.allclose(result[1], loss) else "not the mean loss of the epoch"

    yield _judged(
        "train",
        judge_standing,
        start,
        X,
        y,
        activation="tanh",
        learning_rate=1e-12,
        batch_size=2,
        epochs=4,
        rng=np.random.default_rng(24),
    )

    # One point with two labels and long steps: the loss goes up and down.
    yield _judged(
        "train",
        lambda result: None if len(result[1]) == 30 else "wrong number of losses",
        [(np.zeros((2, 1)), np.zeros((2, 1)))],
        np.ones((1, 2)),
        np.array([0, 1]),
        activation="relu",
        learning_rate=1.0,
        batch_size=1,
        epochs=30,
        rng=np.random.default_rng(29),
    )

    # Three examples, one at a time: the result tells the order in which they came.
    start, X3, y3 = _network(rng, 4, 3), rng.normal(size=(4, 3)), np.array([2, 0, 1])

    def one_at_a_time(params: Any, order: tuple[int, ...]) -> Any:
        for i in order:
            H = ref.forward(params, X3[:, [i]], "relu")
            _, dS = ref.softmax_cross_entropy(H[-1], y3[[i]])
            params = ref.sgd_step(params, ref.backward(params, H, dS, "relu"), 0.4)
        return params

    orders = list(permutations(range(3)))
    ways = {pair: one_at_a_time(start, pair[0] + pair[1])[0][0] for pair in product(orders, orders)}
    seen = _memory()

    def judge_orders(last: bool, result: Any) -> str | None:
        found = [way for way, W in ways.items() if np.allclose(W, result[0][0][0])]
        if not found:
            return "not one step for each example"
        seen.append(found[0])
        if not last:
            return None
        if len({first for first, _ in seen}) == 1:
            return "always the same order"
        return None if any(a != b for a, b in seen) else "the same order in every epoch"

    runs = 8
    for run in range(runs):
        yield _judged(
            "train",
            partial(judge_orders, run == runs - 1),
            start,
            X3,
            y3,
            activation="relu",
            learning_rate=0.4,
            batch_size=1,
            epochs=2,
            rng=np.random.default_rng(30 + run),
        )


def _predict() -> Iterator[Probe]:
    rng = np.random.default_rng(25)
    for activation in ACTIVATIONS:
        for sizes, n in (((3, 6, 4), 7), ((4, 3), 5)):
            X = 2 * rng.normal(size=(sizes[0], n))
            yield _like_reference("predict", _network(rng, *sizes), X, activation)
    W, b = np.array([[1.0], [2.0], [-1.0]]), np.array([[-9.0], [-8.0], [-7.0]])
    yield _like_reference("predict", [(W, b)], np.array([[1.0, -2.0, 0.5]]), "relu")


def _accuracy() -> Iterator[Probe]:
    rng = np.random.default_rng(26)
    for K, n in ((3, 10), (10, 7), (2, 5)):
        y = rng.integers(0, K, n)
        yield _like_reference("accuracy", np.where(rng.random(n) < 0.5, y, (y + 1) % K), y)
    yield _like_reference("accuracy", np.array([0, 1, 2, 0]), np.array([0, 1, 2, 0]))
    yield _like_reference("accuracy", np.array([1, 0]), np.array([0, 1]))


PROBES: dict[str, Callable[[], Iterator[Probe]]] = {
    **{name: partial(_activation_probes, name) for name in ACTIVATIONS},
    **{f"{name}_gradient": partial(_gradient_probes, f"{name}_gradient") for name in ACTIVATIONS},
    "perceptron_predict": _perceptron_predict,
    "perceptron_train": _perceptron_train,
    "xor_params": _xor_params,
    "add_bias_row": _add_bias_row,
    "dense_forward": _dense_forward,
    "forward": _forward,
    "softmax": _softmax,
    "cross_entropy": _cross_entropy,
    "softmax_cross_entropy": _softmax_cross_entropy,
    "squared_error": _squared_error,
    "numerical_gradient": _numerical_gradient,
    "dense_backward": _dense_backward,
    "backward": _backward,
    "initialize": _initialize,
    "minibatches": _minibatches,
    "sgd_step": _sgd_step,
    "train": _train,
    "predict": _predict,
    "accuracy": _accuracy,
}


@cache
def probes_of(function: str) -> list[Probe]:
    return list(PROBES[function]())


def run_probes(
    function: str, run: Callable[..., Any]
) -> tuple[list[Observation], list[Problem | None]]:
    """What a version does on the inputs of its function, and what is wrong with that."""
    for memory in MEMORIES:
        memory.clear()
    seen, problems = [], []
    for probe in probes_of(function):
        args, kwargs = probe.fresh()
        seen.append(labcheck.call(run, args, kwargs, seconds=20.0))
        problems.append(probe.problem(seen[-1]))
    return seen, problems


@cache
def outcome(version: catalogue.Version) -> tuple[list[Observation], list[Problem | None]]:
    return run_probes(version.function, version.run)


def same_observation(a: Observation, b: Observation) -> bool:
    if a.failure or b.failure:
        return a.failure is not None and b.failure is not None and a.failure.text == b.failure.text
    return a.changed == b.changed and a.warnings == b.warnings and labcheck.same(a.value, b.value)


# --- what the versions do ---


@pytest.mark.parametrize("name", [f.name for f in contract.FUNCTIONS if f.lab in LABS])
def test_reference_is_right(name: str) -> None:
    _, problems = run_probes(name, reference.function(name))
    assert problems == [None] * len(problems)


@pytest.mark.parametrize(
    "entry", [e for lab in LABS for e in catalogue.entries(lab)], ids=lambda e: e.key
)
def test_misconception_is_wrong(entry: catalogue.Entry) -> None:
    _, problems = outcome(entry)
    assert any(problems), f"{entry.key} is right on every input"


@pytest.mark.parametrize(
    "other", [v for lab in LABS for v in catalogue.variants(lab)], ids=lambda v: v.key
)
def test_variant_is_right(other: catalogue.Variant) -> None:
    _, problems = outcome(other)
    assert problems == [None] * len(problems)


@pytest.mark.parametrize("name", [f.name for f in contract.FUNCTIONS if f.lab in LABS])
def test_misconceptions_of_a_function_differ(name: str) -> None:
    found = [(entry.key, outcome(entry)[0]) for entry in catalogue.for_function(name)]
    for place, (key, seen) in enumerate(found):
        for other, others in found[:place]:
            alike = all(same_observation(a, b) for a, b in zip(seen, others, strict=True))
            assert not alike, f"{key} and {other} do the same"


# --- what the entries say ---


def test_keys_are_unique() -> None:
    keys = [v.key for v in (*catalogue.entries(), *catalogue.variants())]
    assert sorted(keys) == sorted(set(keys))


@pytest.mark.parametrize("lab", LABS)
def test_enough_of_each(lab: int) -> None:
    misconceptions, variants = ENOUGH[lab]
    assert len(catalogue.entries(lab)) >= misconceptions
    assert len(catalogue.variants(lab)) >= variants
    for function in contract.of_lab(lab):
        assert len(catalogue.for_function(function.name)) >= 2, function.name


def test_words_are_plain() -> None:
    blame = re.compile(r"\b(forgot|careless|stupid|silly|obviously|trivial|dumb)\b")
    code = re.compile(r"np\.\w+\(|\blambda\b|\bdef \w+\(|\breturn [a-z]\w*[\[(]|@ \w")
    titles = set()
    for entry in catalogue.entries():
        assert 10 <= len(entry.title) <= 110, entry.key
        assert 40 <= len(entry.hint) <= catalogue.HINT_LENGTH, (entry.key, len(entry.hint))
        assert 20 <= len(entry.why) <= 250, entry.key
        assert not entry.title.endswith("."), entry.key
        assert entry.hint[-1] in ".?" and entry.why[-1] in ".?", entry.key
        text = f"{entry.title} {entry.why} {entry.hint}"
        assert "\n" not in text and "  " not in text, entry.key
        assert not blame.search(text.lower()), entry.key
        assert not code.search(entry.hint), entry.key
        assert (entry.function, entry.title) not in titles, entry.key
        titles.add((entry.function, entry.title))


def test_message_is_shown_whole() -> None:
    problem = Problem("values", "s", "g")
    for entry in catalogue.entries():
        told = labcheck.Explanation(entry.key, entry.title, entry.hint)
        assert entry.hint in labcheck.compose(problem, [told], hidden=True), entry.key


# --- a version as a student's submission ---


def test_submission_is_the_reference_but_for_one_function() -> None:
    (entry,) = [e for e in catalogue.entries(2) if e.key == "backward_without_slope"]
    files = catalogue.submission_files(entry)
    folder = reference.FOLDER
    changed = [p for p, text in files.items() if text != (folder.parent / p).read_text("utf-8")]
    assert changed == ["neuralnet/backprop.py"]
    assert "neuralnet/training.py" not in files
    assert "neuralnet/training.py" in catalogue.submission_files(entry, lab=3)
    text = files["neuralnet/backprop.py"]
    assert text.count("def backward(") == 2


def check_lifted(versions: list[catalogue.Version]) -> list[str]:
    """Keys of the versions that behave otherwise as submissions; swaps `neuralnet` on the way."""
    original = {n: m for n, m in sys.modules.items() if n.split(".")[0] == contract.PACKAGE}
    sys.dont_write_bytecode = True
    wrong = []
    for version in versions:
        with tempfile.TemporaryDirectory() as folder:
            for path, text in catalogue.submission_files(version).items():
                target = Path(folder, path)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(text, "utf-8")
                assert "labkit" not in text, version.key
            probes = probes_of(version.function)
            for name in original:
                sys.modules.pop(name, None)
            sys.path.insert(0, folder)
            try:
                module = __import__(f"neuralnet.{version.module}", fromlist=["_"])
                assert str(module.__file__).startswith(folder)
                run = getattr(module, version.function)
                seen = []
                for probe in probes:
                    args, kwargs = probe.fresh()
                    seen.append(labcheck.call(run, args, kwargs, seconds=20.0))
            finally:
                sys.path.remove(folder)
                for name in list(sys.modules):
                    if name.split(".")[0] == contract.PACKAGE:
                        del sys.modules[name]
                sys.modules.update(original)
            drawn_anew = "global_random" in version.key
            if not drawn_anew and not all(map(same_observation, seen, outcome(version)[0])):
                wrong.append(version.key)
    return wrong


def test_submissions_behave_as_their_versions() -> None:
    code = "import json, test_catalogue as t; print(json.dumps(t.check_lifted(t.versions())))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == []


# --- an instructor's own catalogue file ---

OWN = '''
import numpy as np
from neuralnet.activations import sigmoid
from labkit.mistakes import misconception


@misconception("sigmoid", title="Twice the sigmoid", why="It is an example.", hint="Halve it.")
def own_twice(z):
    """Uses the right function under the very name that it takes the place of."""
    def double(x: int) -> int:
        return 2 * x

    return double(sigmoid(z))


@misconception("swish", title="Not a swish", why="It is an example.", hint="Look it up.")
def own_swish(z):
    return helper(z)


def helper(z):
    return z
'''


@pytest.fixture
def own_file(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "catalogue.py"
    path.write_text(OWN, "utf-8")
    yield path
    name = catalogue._files.pop(path.resolve(), "")
    catalogue._registry.pop(name, None)
    catalogue._own_labs.pop(name, None)


def test_own_file_joins_the_catalogue(own_file: Path) -> None:
    before = len(catalogue.for_function("sigmoid"))
    for _ in range(2):  # loading twice replaces
        catalogue.catalogue_file(own_file, lab=6, functions={"swish": "gates"})
    assert [e.key for e in catalogue.entries(6)] == ["own_twice", "own_swish"]
    assert len(catalogue.for_function("sigmoid")) == before + 1
    assert catalogue.for_function("swish")[0].module == "gates"
    assert "own_twice" not in {e.key for e in catalogue.entries(1)}


def test_lifted_source_can_call_what_it_replaces(own_file: Path) -> None:
    twice, _ = catalogue.catalogue_file(own_file, lab=1, functions={"swish": "gates"})
    text = catalogue.submission_files(twice)["neuralnet/activations.py"]
    names: dict[str, Any] = {}
    exec(text, names)
    assert names["sigmoid"](np.zeros(3)).tolist() == [1.0, 1.0, 1.0]


def test_source_that_does_not_stand_alone_is_refused(own_file: Path) -> None:
    own_file.write_text(OWN.replace('"swish"', '"relu"'), "utf-8")
    _, leaning = catalogue.catalogue_file(own_file, lab=1)
    with pytest.raises(ValueError, match="helper"):
        catalogue.submission_files(leaning)


def test_unknown_function_is_refused(own_file: Path) -> None:
    with pytest.raises(KeyError, match="swish"):
        catalogue.catalogue_file(own_file)
    assert catalogue.entries(6) == ()


def test_missing_file_and_unknown_names() -> None:
    with pytest.raises(FileNotFoundError):
        catalogue.catalogue_file("nowhere/catalogue.py")
    assert catalogue.for_function("nothing") == ()
    assert catalogue.entries(99) == ()
