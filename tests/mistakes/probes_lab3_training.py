"""What versions of lab 3's functions are asked: where it is random, what every right one does."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import pairwise, permutations, product
from typing import Any

import numpy as np

from labkit.student import labcheck
from labkit.student.labcheck import Probe
from tests.mistakes.probing import (
    ACTIVATIONS,
    Probes,
    answers,
    network,
    outcome,
    ref,
    values,
)

ENOUGH = (24, 8, 2, 0)
"""Fewest mistakes and right versions of this lab, and of each function."""

ONLY_RAISE = {"minibatches_shuffle_returns_none", "train_rows_picked"}
"""Mistakes that answer none of these inputs."""


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
        yield outcome(partial(judge, scheme, None), "initialize", sizes, rng, scheme)
    seen: list[Any] = []
    yield outcome(partial(judge, "small", seen), "initialize", sizes, np.random.default_rng(16))
    yield outcome(partial(judge, "small", seen), "initialize", sizes, np.random.default_rng(17))
    again: list[Any] = []

    def judge_again(result: Any) -> str | None:
        again.append(result[0][0])
        if len(again) < 2:
            return None
        return None if np.array_equal(*again) else "not from rng alone"

    for _ in range(2):
        yield outcome(judge_again, "initialize", sizes, np.random.default_rng(18), "he")


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
        yield outcome(partial(judge, n, size, []), "minibatches", n, size, rng)
    seen: list[Any] = []
    for seed in (19, 20):
        rng = np.random.default_rng(seed)
        yield outcome(partial(judge, 43, 8, seen), "minibatches", 43, 8, rng)
    again: list[Any] = []

    def judge_again(result: Any) -> str | None:
        again.append(np.concatenate(result))
        if len(again) < 2:
            return None
        return None if np.array_equal(*again) else "not from rng alone"

    for _ in range(2):
        yield outcome(judge_again, "minibatches", 43, 8, np.random.default_rng(26))


def _sgd_step() -> Iterator[Probe]:
    rng = np.random.default_rng(21)
    for sizes in ((3, 4, 2), (4, 3)):
        for rate in (0.1, 2.5):
            params, grads = network(rng, *sizes), network(rng, *sizes)
            yield values("sgd_step", params, grads, rate)
    whole = [tuple(1.0 * rng.integers(-3, 4, shape) for shape in ((2, 3), (2, 1)))]
    yield values("sgd_step", whole, whole, 0.125)


def _train() -> Iterator[Probe]:
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
        start = network(rng, 4, 5, 3)
        yield outcome(
            partial(judge_steps, *full_batch_steps(start, X, y, activation, 0.3, epochs)),
            "train",
            start,
            X,
            y,
            activation=activation,
            learning_rate=0.3,
            batch_size=size,
            epochs=epochs,
            rng=np.random.default_rng(23),
        )

    # From 0 with long steps: the loss rises, then falls, then rises.
    far = np.array([[-4.0, 5, 4, -5, 5], [5, -2, -5, 1, -5], [4, -4, -4, 0, 2]])
    labels, zero = np.array([0, 1, 2, 1, 0]), [(np.zeros((3, 3)), np.zeros((3, 1)))]
    yield outcome(
        partial(judge_steps, *full_batch_steps(zero, far, labels, "tanh", 1.0, 6)),
        "train",
        zero,
        far,
        labels,
        activation="tanh",
        learning_rate=1.0,
        batch_size=5,
        epochs=6,
        rng=np.random.default_rng(40),
    )

    start = network(rng, 4, 5, 3)
    loss, _ = ref.softmax_cross_entropy(ref.forward(start, X, "tanh")[-1], y)

    def judge_standing(result: Any) -> str | None:
        """A step of nearly nothing: every epoch has the loss of the start."""
        if len(result[1]) != 4:
            return "wrong number of losses"
        return None if np.allclose(result[1], loss) else "not the mean loss of the epoch"

    yield outcome(
        judge_standing,
        "train",
        start,
        X,
        y,
        activation="tanh",
        learning_rate=1e-12,
        batch_size=2,
        epochs=4,
        rng=np.random.default_rng(24),
    )

    yield outcome(
        lambda result: "the loss of the start" if np.isclose(result[1][0], loss) else None,
        "train",
        start,
        X,
        y,
        activation="tanh",
        learning_rate=0.5,
        batch_size=1,
        epochs=1,
        rng=np.random.default_rng(27),
    )

    # One point with two labels and long steps: the loss goes up and down.
    yield outcome(
        lambda result: None if len(result[1]) == 30 else "wrong number of losses",
        "train",
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
    start, X3, y3 = network(rng, 4, 3), rng.normal(size=(4, 3)), np.array([2, 0, 1])

    def one_at_a_time(params: Any, order: tuple[int, ...]) -> Any:
        for i in order:
            H = ref.forward(params, X3[:, [i]], "relu")
            _, dS = ref.softmax_cross_entropy(H[-1], y3[[i]])
            params = ref.sgd_step(params, ref.backward(params, H, dS, "relu"), 0.4)
        return params

    orders = list(permutations(range(3)))
    ways = {pair: one_at_a_time(start, pair[0] + pair[1])[0][0] for pair in product(orders, orders)}
    seen: list[Any] = []

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
        yield outcome(
            partial(judge_orders, run == runs - 1),
            "train",
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
        for sizes, n in (((3, 6, 4), 7), ((4, 3), 5), ((5, 4, 2), 1)):
            X = 2 * rng.normal(size=(sizes[0], n))
            yield values("predict", network(rng, *sizes), X, activation)
    W, b = np.array([[1.0], [2.0], [-1.0]]), np.array([[-9.0], [-8.0], [-7.0]])
    yield values("predict", [(W, b)], np.array([[1.0, -2.0, 0.5]]), "relu")


def _accuracy() -> Iterator[Probe]:
    rng = np.random.default_rng(26)
    for K, n in ((3, 10), (10, 7), (2, 5)):
        y = rng.integers(0, K, n)
        yield values("accuracy", np.where(rng.random(n) < 0.5, y, (y + 1) % K), y)
    yield values("accuracy", np.array([0, 1, 2, 0]), np.array([0, 1, 2, 0]))
    yield values("accuracy", np.array([1, 0]), np.array([0, 1]))


def _train_is_wrong() -> Iterator[Probe]:
    def stepping(rate: Any = None, cut: bool = False, forgets: bool = False) -> Any:
        def train(params: Any, X: Any, y: Any, **settings: Any) -> Any:
            given, size = settings, min(settings["batch_size"], len(y))
            if rate is not None:
                given = {**settings, "learning_rate": settings["learning_rate"] * rate(size)}
            if forgets:
                return ref.train(params, X, y, **{**given, "epochs": 1})
            losses: list[float] = []
            for _ in range(given["epochs"]):
                labels = y[settings["rng"].permutation(len(y))] if cut else y
                params, more = ref.train(params, X, labels, **{**given, "epochs": 1})
                losses += more
            return params, losses

        return train

    def shuffling(params: Any, X: Any, y: Any, *, rng: Any, **settings: Any) -> Any:
        order = rng.permutation(len(y))
        return ref.train(params, X[:, order], y[order], rng=rng, **settings)

    def single(params: Any, X: Any, y: Any, **settings: Any) -> Any:
        params = [(W.astype(np.float32), b.astype(np.float32)) for W, b in params]
        return ref.train(params, X.astype(np.float32), y, **settings)

    wrong = {
        "divided again": stepping(lambda size: 1 / size),
        "added up": stepping(lambda size: size),
        "labels of others": stepping(cut=True),
        "one epoch": stepping(forgets=True),
        "uphill": stepping(lambda size: -1.0),
    }
    for train in wrong.values():
        yield answers("train_is_wrong", True, train)
    for train in (ref.train, stepping(), shuffling, single):
        yield answers("train_is_wrong", False, train)


PROBES: dict[str, Probes] = {
    "initialize": _initialize,
    "minibatches": _minibatches,
    "sgd_step": _sgd_step,
    "train": _train,
    "predict": _predict,
    "accuracy": _accuracy,
    "train_is_wrong": _train_is_wrong,
}
