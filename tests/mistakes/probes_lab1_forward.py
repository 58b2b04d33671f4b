"""What versions of lab 1's functions are asked: odd rectangles, integers, extremes."""

from __future__ import annotations

from collections.abc import Iterator
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

ENOUGH = (28, 8, 2, 0)
"""Fewest mistakes and right versions of this lab, and of each function."""

ONLY_RAISE = {
    "add_bias_row_wrong_length",
    "dense_forward_wrong_order",
    "sigmoid_scalar_only",
    "perceptron_predict_rows",
    "relu_asks_the_array",
    "relu_gradient_asks_the_array",
    "tanh_gradient_caret",
}
"""Mistakes that answer none of these inputs; squares or a single number they would."""


def _activation_probes(function: str) -> Iterator[Probe]:
    rng = np.random.default_rng(1)
    for shape in ((3, 4), (5,), (2, 3, 2)):
        yield values(function, 3 * rng.normal(size=shape))
    yield values(function, np.array([[-3, 0, 2], [1, -1, 4]]))
    extremes = np.array([[-1e4, -720.0, -30.0], [20.0, 720.0, 1e4]])
    yield values(function, extremes, quiet=True)
    yield values(function, np.array([-1e4, 0.5, -2.0, 7.5, 900.0]), quiet=True)


def _gradient_probes(function: str) -> Iterator[Probe]:
    a = getattr(ref, function.removesuffix("_gradient"))
    rng = np.random.default_rng(2)
    for shape in ((3, 4), (5,), (2, 3, 2)):
        yield values(function, a(2 * rng.normal(size=shape)))
    yield values(function, a(np.array([-50.0, -1.0, 0.0, 3.0, 50.0])))
    yield values(function, np.array([0.0, 1e-12, 0.5, 1.0]))


def _perceptron_predict() -> Iterator[Probe]:
    rng = np.random.default_rng(3)
    for p, n in ((3, 7), (5, 4), (2, 1)):
        X = rng.normal(size=(p, n))
        for b in (0.7, -0.9):
            yield values("perceptron_predict", rng.normal(size=p), b, X)
    yield values("perceptron_predict", np.zeros(2), 0.0, rng.normal(size=(2, 3)))
    corners = np.array([[0, 0, 1, 1, 1], [0, 1, 0, 1, 2]])
    yield values("perceptron_predict", np.array([1, 1]), -1, corners)
    yield values("perceptron_predict", np.array([0.1, 0.2]), 0.1, corners)


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
        yield outcome(partial(judge_line, lines), "perceptron_train", X, y, epochs)
    by_hand = np.array([[-2.0, 3.0, 1.0, 3.0], [0.0, 2.0, -1.0, -2.0]]), np.array([1, 0, 1, 0])
    corners = np.array([[0, 0, 1, 1], [0, 1, 0, 1]]), np.array([0, 1, 1, 0])
    mixed = rng.normal(size=(3, 9)), np.array([1, 0, 0, 1, 1, 0, 1, 0, 1])
    for (X, y), epochs in ((by_hand, 1), (by_hand, 2), (corners, 3), (mixed, 2), (mixed, 4)):
        lines = [by_the_rule(X, y, epochs, zero) for zero in (0, 1)]
        yield outcome(partial(judge_line, lines), "perceptron_train", X, y, epochs)


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

    yield outcome(judge, "xor_params")


def _add_bias_row() -> Iterator[Probe]:
    rng = np.random.default_rng(5)
    for p, n in ((3, 5), (4, 2), (1, 6)):
        yield values("add_bias_row", rng.normal(size=(p, n)))
    yield values("add_bias_row", np.array([[1, 2, 3], [4, 5, 6]]))


def _dense_forward() -> Iterator[Probe]:
    rng = np.random.default_rng(6)
    for p1, p, n in ((2, 3, 4), (5, 3, 2), (3, 4, 1), (3, 3, 5)):
        yield values(
            "dense_forward",
            rng.normal(size=(p1, p)),
            rng.normal(size=(p1, 1)),
            rng.normal(size=(p, n)),
        )
    b = np.array([[1.0], [2.0], [3.0]])
    yield values("dense_forward", np.ones((3, 2)), b, np.zeros((2, 4)))
    yield values("dense_forward", np.array([[1, -2]]), np.array([[3]]), np.eye(2))
    yield values("dense_forward", np.full((3, 2), 0.5), b, np.array([[1], [2]]))


def _forward() -> Iterator[Probe]:
    rng = np.random.default_rng(7)
    for activation in ACTIVATIONS:
        for sizes, n in (((3, 4, 2), 5), ((3, 5, 4, 2), 6), ((4, 3), 2), ((3, 3, 3, 2), 4)):
            X = rng.normal(size=(sizes[0], n))
            yield values("forward", network(rng, *sizes), X, activation)
    X = np.zeros((3, 2), dtype=int)
    yield values("forward", network(rng, 3, 4, 2), X, "sigmoid")


def _flatten_is_wrong() -> Iterator[Probe]:
    def right(pictures: np.ndarray) -> np.ndarray:
        return pictures.reshape(-1, pictures.shape[-1])

    def square_alone(pictures: np.ndarray) -> np.ndarray:
        height, width, n = pictures.shape
        return right(pictures.transpose(1, 0, 2).reshape(height, width, n).transpose(1, 0, 2))

    wrong = {
        "n first": lambda pictures: pictures.reshape(pictures.shape[-1], -1).T,
        "columns for rows": lambda pictures: right(pictures.transpose(1, 0, 2)),
        "only square ones right": square_alone,
        "pictures as rows": lambda pictures: right(pictures).T,
        "upside down": lambda pictures: right(pictures[::-1]),
        "another order of pictures": lambda pictures: right(pictures[:, :, ::-1]),
        "the first picture everywhere": lambda pictures: right(
            np.repeat(pictures[:, :, :1], pictures.shape[-1], axis=2)
        ),
        "nothing": lambda pictures: 0 * right(pictures),
    }
    for flatten in wrong.values():
        yield answers("flatten_is_wrong", True, flatten)
    yield answers("flatten_is_wrong", False, right)
    yield answers("flatten_is_wrong", False, lambda pictures: right(pictures).astype(np.float32))


PROBES: dict[str, Probes] = {
    **{name: partial(_activation_probes, name) for name in ACTIVATIONS},
    **{f"{name}_gradient": partial(_gradient_probes, f"{name}_gradient") for name in ACTIVATIONS},
    "perceptron_predict": _perceptron_predict,
    "perceptron_train": _perceptron_train,
    "xor_params": _xor_params,
    "add_bias_row": _add_bias_row,
    "dense_forward": _dense_forward,
    "forward": _forward,
    "flatten_is_wrong": _flatten_is_wrong,
}
