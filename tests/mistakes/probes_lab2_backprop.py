"""What versions of lab 2's functions are asked: odd rectangles, extremes, curved losses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

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

Arrays = dict[str, np.ndarray]
Backward = Callable[[np.ndarray, Arrays], Arrays]

ENOUGH = (28, 8, 2, 0)
"""Fewest mistakes and right versions of this lab, and of each function."""

ONLY_RAISE = {
    "cross_entropy_indices_exchanged",
    "dense_backward_dw_without_transpose",
    "softmax_cross_entropy_onehot_of_ten",
}
"""Mistakes that answer none of these inputs; squares or a single number they would."""


def _softmax() -> Iterator[Probe]:
    rng = np.random.default_rng(8)
    for K, n in ((3, 5), (4, 2), (5, 1)):
        yield values("softmax", 2 * rng.normal(size=(K, n)))
    yield values("softmax", np.array([[1, 2, 3], [0, 2, -1]]))
    yield values("softmax", np.array([[1e4, -1e4, 0.0], [-1e4, -1e4, 1.0]]))
    yield values("softmax", np.array([[9999.0, 0.0], [1e4, 1.0], [9998.0, -1.0]]))
    yield values("softmax", np.array([[800.0, 800.0], [801.0, 799.0]]))
    yield values("softmax", np.array([[-4000.0, 0.0], [-4001.0, 1.0]]))


def _cross_entropy() -> Iterator[Probe]:
    rng = np.random.default_rng(9)
    for K, n in ((3, 5), (5, 3), (10, 4)):
        P, y = rng.dirichlet(np.ones(K), n).T, rng.integers(0, K, n)
        yield values("cross_entropy", P, y)
    P = np.array([[1e-6, 0.01, 1.0], [1 - 1e-6, 0.99, 0.0]])
    yield values("cross_entropy", P, np.array([0, 0, 0]))
    alone: list[float] = []

    def judge_one(loss: Any) -> str | None:
        alone.append(loss)
        return None if np.isfinite(loss) and loss >= 20 else "not finite and at least 20"

    def judge_three(loss: Any) -> str | None:
        return None if np.isclose(loss, alone[0] / 3) else "not the mean of three"

    yield outcome(judge_one, "cross_entropy", np.array([[1.0], [0.0]]), np.array([1]))
    P = np.array([[1.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    yield outcome(judge_three, "cross_entropy", P, np.array([1, 0, 1]))


def _softmax_cross_entropy() -> Iterator[Probe]:
    rng = np.random.default_rng(10)
    for K, n in ((3, 5), (5, 3), (4, 1)):
        S, y = 2 * rng.normal(size=(K, n)), rng.integers(0, K, n)
        yield values("softmax_cross_entropy", S, y)
    S = np.array([[1, 2, 3], [0, 2, -1]])
    yield values("softmax_cross_entropy", S, np.array([0, 1, 1]))
    S = np.array([[1e4, -1e4, 3.0], [-1e4, 1e4, 2.0], [9999.0, 0.0, 1.0]])
    yield values("softmax_cross_entropy", S, np.array([2, 1, 0]))

    _, wanted = ref.softmax_cross_entropy(S, np.array([1, 0, 2]))

    def judge(result: Any) -> str | None:
        loss, dS = result
        if not (np.isfinite(loss) and loss > 5):
            return "the loss is not finite and large"
        return None if np.allclose(dS, wanted) else "another dS"

    yield outcome(judge, "softmax_cross_entropy", S, np.array([1, 0, 2]))


def _squared_error() -> Iterator[Probe]:
    rng = np.random.default_rng(11)
    for p, n in ((3, 5), (4, 2), (2, 1)):
        yield values("squared_error", rng.normal(size=(p, n)), rng.normal(size=(p, n)))
    yield values("squared_error", np.array([[1, 5, 0]]), np.array([[2, 2, 1]]))


def _numerical_gradient() -> Iterator[Probe]:
    def curved(t: Any) -> float:
        return float(np.sum(t**3) / 4 + t.flat[0] * t.flat[-1] + np.sum(np.sin(t)))

    def coupled(t: Any) -> float:
        return float(np.sum(t) ** 2 / 2 + 0.5 * t[..., 0].sum())

    rng = np.random.default_rng(12)
    like = partial(values, "numerical_gradient", rtol=1e-5)
    for shape in ((2, 3), (4,), (2, 1, 3)):
        yield like(curved, rng.normal(size=shape))
        yield like(coupled, rng.normal(size=shape), h=1e-2)
    yield like(curved, rng.normal(size=(3, 2)), 1e-2)
    yield like(curved, np.array([[1, -2, 0], [3, 2, -1]]))
    yield like(lambda t: float(np.sum(t)) / 2, np.array([2, 0, -3]))


def _dense_backward() -> Iterator[Probe]:
    rng = np.random.default_rng(13)
    for p1, p, n in ((2, 3, 4), (5, 3, 2), (3, 4, 1), (3, 3, 5)):
        yield values(
            "dense_backward",
            rng.normal(size=(p1, n)),
            rng.normal(size=(p1, p)),
            rng.normal(size=(p, n)),
        )


def _backward() -> Iterator[Probe]:
    rng = np.random.default_rng(14)
    for activation in ACTIVATIONS:
        for sizes, n in (((3, 4, 2), 5), ((3, 5, 4, 2), 6), ((4, 3), 2), ((3, 3, 3, 2), 4)):
            params, X = network(rng, *sizes), rng.normal(size=(sizes[0], n))
            H = ref.forward(params, X, activation)
            yield values("backward", params, H, rng.normal(size=H[-1].shape), activation)


def _wrong_gradients() -> Iterator[Probe]:
    dense = {"X": (6, 8), "W": (4, 6), "b": (4, 1)}

    def scores(arrays: Arrays) -> np.ndarray:
        return arrays["W"] @ arrays["X"] + arrays["b"]

    def forward(arrays: Arrays) -> np.ndarray:
        return np.tanh(scores(arrays))

    def with_slope(slope: Callable[[np.ndarray], np.ndarray], **factors: Any) -> Backward:
        """A dense layer's backward pass, its gradients times `factors`."""

        def backward(dH: np.ndarray, arrays: Arrays) -> Arrays:
            dZ = dH * slope(scores(arrays))
            right = {
                "W": dZ @ arrays["X"].T,
                "b": dZ.sum(axis=1, keepdims=True),
                "X": arrays["W"].T @ dZ,
            }
            return {name: grad * factors.get(name, 1.0) for name, grad in right.items()}

        return backward

    def smooth(Z: np.ndarray) -> np.ndarray:
        return np.asarray(1 - np.tanh(Z) ** 2)

    last = np.array([[1.0], [1.0], [1.0], [3.0]])
    for wrong, factors in (
        ([], {}),
        (["W"], {"W": 1.05}),
        (["b"], {"b": last}),
        (["X", "b"], {"X": -1.0, "b": 0.5}),
        (["W", "X", "b"], {"X": 2.0, "W": 2.0, "b": 2.0}),
    ):
        backward = with_slope(smooth, **factors)
        yield answers("wrong_gradients", wrong, forward, backward, dense)

    def kinks(arrays: Arrays) -> np.ndarray:
        Z = scores(arrays)
        return np.maximum(Z, 0) + 2 * np.abs(Z - 1) + 3 * np.abs(Z + 1)

    def kinked(Z: np.ndarray) -> np.ndarray:
        return np.asarray((Z > 0) + 2 * np.sign(Z - 1) + 3 * np.sign(Z + 1))

    yield answers("wrong_gradients", [], kinks, with_slope(kinked), dense)

    def shares(arrays: Arrays) -> np.ndarray:
        P = np.exp(arrays["S"])
        return np.asarray(P / P.sum(axis=0))

    def shared(factor: float) -> Backward:
        def backward(dH: np.ndarray, arrays: Arrays) -> Arrays:
            P = shares(arrays)
            return {"S": (factor * P * (dH - (P * dH).sum(axis=0))).astype(np.float32)}

        return backward

    yield answers("wrong_gradients", [], shares, shared(1.0), {"S": (4, 3)})
    yield answers("wrong_gradients", ["S"], shares, shared(-1.0), {"S": (4, 3)})


PROBES: dict[str, Probes] = {
    "softmax": _softmax,
    "cross_entropy": _cross_entropy,
    "softmax_cross_entropy": _softmax_cross_entropy,
    "squared_error": _squared_error,
    "numerical_gradient": _numerical_gradient,
    "dense_backward": _dense_backward,
    "backward": _backward,
    "wrong_gradients": _wrong_gradients,
}
