"""What versions of lab 5's functions are asked: strides 1 to 3, paddings 0 to 2, kernels 1 to 5,
overlapping pools, ties, integers; training by its outcome and by one full-batch step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import permutations, product
from typing import Any

import numpy as np

from labkit.student import labcheck
from labkit.student.labcheck import Probe
from tests.mistakes.probing import (
    Probes,
    answers,
    full_batch_steps,
    in_order,
    one_step,
    outcome,
    raises,
    ref,
    rng,
    still,
    training,
    values,
)

ENOUGH = (40, 14, 5, 1)
"""Fewest mistakes and right versions of this lab, and of each function."""

ONLY_RAISE = {"convnet_rows_picked"}
"""Mistakes that answer none of these inputs."""


def probes_dense_parameter_count() -> Iterator[Probe]:
    for volume, units in (((3, 32, 32), 10), ((1, 5, 7), 4), ((2, 1, 1), 1), ((4, 2, 3), 6)):
        yield values("dense_parameter_count", volume, units)


def probes_conv_parameter_count() -> Iterator[Probe]:
    for depth, kernel, filters in ((3, 5, 8), (1, 3, 4), (2, 1, 1), (4, 2, 3)):
        yield values("conv_parameter_count", depth, kernel, filters)


def probes_output_size() -> Iterator[Probe]:
    for at in product((1, 3, 4, 7, 32), (1, 2, 3, 5), range(1, 4), range(3)):
        size, kernel, stride, padding = at
        room = size + 2 * padding - kernel
        fits = room >= 0 and room % stride == 0
        if fits:
            yield values("output_size", *at)
        else:
            named = dict(zip(("size", "kernel", "stride", "padding"), at, strict=True))
            yield raises("output_size", **named)

    def whole(out: Any) -> str | None:
        return None if isinstance(out, int | np.integer) else "Not an int."

    yield outcome(whole, "output_size", 7, 3, 2, 1)


# Kernel, stride, padding, and how many steps the kernel takes down and to the right.
GEOMETRIES = (
    (1, 1, 0, 2, 3),
    (1, 2, 1, 2, 3),
    (2, 1, 0, 3, 1),
    (2, 2, 1, 2, 3),
    (2, 3, 2, 3, 2),
    (3, 1, 0, 1, 3),
    (3, 1, 1, 4, 2),
    (3, 2, 0, 2, 3),
    (3, 2, 1, 3, 2),
    (3, 3, 1, 2, 1),
    (3, 3, 0, 1, 2),
    (4, 2, 2, 2, 3),
    (5, 1, 2, 2, 4),
    (5, 3, 2, 2, 1),
    (5, 2, 1, 1, 2),
)


def volumes(*seed: int) -> Iterator[tuple[Any, Any, Any, int, int, Any]]:
    """(X, W, b, stride, padding, shape of the output) for all geometries."""
    for k, stride, padding, down, right in GEOMETRIES:
        g = rng(53, k, stride, padding, *seed)
        F, D, n = (4, 2, 3) if stride == 2 else (3, 3, 5)
        X = g.normal(size=(D, k + stride * down - 2 * padding, k + stride * right - 2 * padding, n))
        W, b = g.normal(size=(F, D, k, k)), g.normal(size=(F, 1))
        yield X, W, b, stride, padding, (F, down + 1, right + 1, n)


def probes_conv_forward() -> Iterator[Probe]:
    for X, W, b, stride, padding, _ in volumes():
        yield values("conv_forward", X, W, b, stride, padding)
    yield values("conv_forward", X, W, b, stride=stride, padding=padding)
    X = rng(54).integers(0, 256, size=(2, 5, 4, 3))
    W, b = rng(55).normal(size=(2, 2, 3, 3)), rng(56).normal(size=(2, 1))
    yield values("conv_forward", X, W, b)


def probes_conv_backward() -> Iterator[Probe]:
    for X, W, _, stride, padding, shape in volumes(1):
        dZ = rng(57, *shape).normal(size=shape)
        yield values("conv_backward", dZ, X, W, stride, padding)
    X = 1.0 * rng(58).integers(-3, 4, size=(2, 5, 4, 3))
    W = 1.0 * rng(59).integers(-3, 4, size=(2, 2, 3, 3))
    yield values("conv_backward", rng(60).normal(size=(2, 3, 2, 3)), X, W)


POOLS = ((1, 1, 3, 2), (2, 2, 1, 2), (2, 1, 2, 3), (3, 2, 2, 1), (3, 1, 2, 3), (2, 3, 1, 2))
"""Size, stride, and how many steps the window takes down and to the right."""


def pooled(*seed: int) -> Iterator[tuple[Any, int, int, tuple[int, ...]]]:
    for size, stride, down, right in POOLS:
        g = rng(61, size, stride, *seed)
        X = g.normal(size=(3, size + stride * down, size + stride * right, 2))
        yield X, size, stride, (3, down + 1, right + 1, 2)


def probes_max_pool_forward() -> Iterator[Probe]:
    for X, size, stride, _ in pooled():
        yield values("max_pool_forward", X, size, stride)
        yield values("max_pool_forward", X - 5, size, stride)


def fair_shares(dZ: Any, X: Any, size: int, stride: int) -> Callable[[Any], str | None]:
    """Judges dX where pixels tie, for dZ > 0: no gradient lost, doubled or sent elsewhere."""
    least, most = np.zeros(X.shape), np.zeros(X.shape)
    for r in range(dZ.shape[1]):
        for c in range(dZ.shape[2]):
            window = np.s_[:, r * stride : r * stride + size, c * stride : c * stride + size]
            winners = X[window] == X[window].max(axis=(1, 2), keepdims=True)
            alone = winners & (winners.sum(axis=(1, 2), keepdims=True) == 1)
            most[window] += winners * dZ[:, r : r + 1, c : c + 1]
            least[window] += alone * dZ[:, r : r + 1, c : c + 1]

    def judge(dX: Any) -> str | None:
        if np.shape(dX) != X.shape or (dX < least - 1e-9).any() or (dX > most + 1e-9).any():
            return "Not to the winners."
        return None if np.allclose(dX.sum((1, 2)), dZ.sum((1, 2))) else "Lost or doubled."

    return judge


def probes_max_pool_backward() -> Iterator[Probe]:
    for X, size, stride, shape in pooled(1):
        dZ = rng(62, size, stride).normal(size=shape)
        yield values("max_pool_backward", dZ, X, size, stride)
    for X, size, stride, shape in pooled(2):
        dZ = 0.1 + rng(63, size, stride).random(size=shape)
        ties = np.maximum(np.round(X), 0.0)
        for tied in (ties, np.zeros(X.shape)):
            yield outcome(
                fair_shares(dZ, tied, size, stride),
                *("max_pool_backward", dZ, tied, size, stride),
            )


def convnet(k: int, seed: int, n: int = 5) -> tuple[Any, Any, Any]:
    g = rng(64, k, seed)
    params = {
        "conv_W": g.normal(size=(3, 2, k, k)) / k,
        "conv_b": np.array([[0.3], [-0.4], [-1.5]]),
        "dense_W": g.normal(size=(4, 3 * 2 * 3)) / 3,
        "dense_b": g.normal(size=(4, 1)),
    }
    return params, g.normal(size=(2, 4, 6, n)), g.integers(0, 4, size=n)


def probes_convnet_forward() -> Iterator[Probe]:
    for k in (1, 3, 5):
        params, X, _ = convnet(k, 1)
        yield values("convnet_forward", params, X)


def probes_convnet_loss() -> Iterator[Probe]:
    for k, n in ((1, 5), (3, 7), (5, 2)):
        yield values("convnet_loss", *convnet(k, 2, n))


def new_order(kept: list[Any], params: Any) -> str | None:
    """Judges a second run by the first: another generator leads elsewhere."""
    if not kept:
        kept.append(params)
        return None
    return None if labcheck.values_problem(params, kept.pop()) else "The same for every generator."


def probes_train_convnet() -> Iterator[Probe]:
    n = 7

    def settings(batch_size: int, epochs: int, rate: float, *seed: int) -> Any:
        made = training(batch_size, epochs, rate, "", *seed)
        del made["activation"]
        return made

    for k in (1, 3):
        params, X, y = convnet(k, 3, n)

        def loss(params: Any, batch: Any, X: Any = X, y: Any = y) -> Any:
            return ref.convnet_loss(params, X[..., list(batch)], y[list(batch)])

        judge = one_step(loss, params, n, 0.2)
        for batch_size in (n, n + 4):
            yield outcome(
                lambda out, judge=judge: judge(*out),  # type: ignore[misc]
                *("train_convnet", params, X, y),
                **settings(batch_size, 1, 0.2, 65),
            )
    there = params
    for _ in range(3):  # full batches: each step is one against the gradient where it begins
        grads = loss(there, range(n))[1]
        there = {name: there[name] - 0.2 * grads[name] for name in there}
    yield outcome(
        lambda out: "Other steps." if labcheck.values_problem(out[0], there) else None,
        *("train_convnet", params, X, y),
        **settings(n, 3, 0.2, 73),
    )
    far = full_batch_steps(loss, params, n, 2.0, 3)
    yield outcome(
        lambda out: "Other steps." if labcheck.values_problem(out[0], far) else None,
        *("train_convnet", params, X, y),
        **settings(n, 3, 2.0, 74),
    )
    before = loss(params, range(n))[0]
    yield outcome(
        lambda out: "The loss of the start." if np.isclose(out[1][0], before) else None,
        *("train_convnet", params, X, y),
        **settings(1, 1, 0.2, 75),
    )
    judge = still(params, loss(params, range(n))[0], 3)
    yield outcome(
        lambda out: judge(*out), "train_convnet", params, X, y, **settings(3, 3, 1e-9, 66)
    )
    unshuffled, _ = in_order(loss, params, n, 0.2)
    yield outcome(
        lambda out: None if labcheck.values_problem(out[0], unshuffled) else "Not shuffled.",
        *("train_convnet", params, X, y),
        **settings(1, 1, 0.2, 67),
    )
    kept: list[Any] = []
    for seed in (67, 71):
        yield outcome(
            lambda out: new_order(kept, out[0]),
            *("train_convnet", params, X, y),
            **settings(2, 1, 0.2, seed),
        )
    few, labels = X[..., :3], y[:3]
    fixed = [
        in_order(
            lambda params, batch, order=order: ref.convnet_loss(  # type: ignore[misc]
                params, few[..., [order[batch[0] % 3]]], labels[[order[batch[0] % 3]]]
            ),
            params,
            3 * 8,
            0.2,
        )[0]
        for order in permutations(range(3))
    ]
    yield outcome(
        lambda out: (
            None if all(labcheck.values_problem(out[0], end) for end in fixed) else "Same order."
        ),
        *("train_convnet", params, few, labels),
        **settings(1, 8, 0.2, 72),
    )
    # Bright halves: the label says which half of the image shines.
    many = rng(68).normal(size=(2, 4, 6, 40))
    sides = rng(69).integers(0, 2, size=40)
    many[:, :, :3] += 2.0 * sides
    many[:, :, 3:] += 2.0 * (1 - sides)

    def learnt(out: Any) -> str | None:
        S = ref.convnet_forward(out[0], many)
        return None if ref.softmax_cross_entropy(S, sides)[0] < 0.08 else "Not learnt."

    yield outcome(learnt, "train_convnet", params, many, sides, **settings(4, 5, 0.03, 70))


def probes_padding_is_wrong() -> Iterator[Probe]:
    def padded(frame: Any, **how: Any) -> Any:
        """A convolution that pads by `frame(padding)`, rows and columns before and behind."""

        def conv(X: Any, W: Any, b: Any, stride: int = 1, padding: int = 0) -> Any:
            sides = ((0, 0), frame(padding), frame(padding), (0, 0))
            return ref.conv_forward(np.pad(X, sides, **how), W, b, stride, 0)

        return conv

    def single(X: Any, W: Any, b: Any, stride: int = 1, padding: int = 0) -> Any:
        X, W, b = (np.asarray(array, dtype=np.float32) for array in (X, W, b))
        return ref.conv_forward(X, W, b, stride, padding)

    wrong = {
        "before": padded(lambda p: (2 * p, 0)),
        "behind": padded(lambda p: (0, 2 * p)),
        "edge": padded(lambda p: (p, p), mode="edge"),
        "wrapped around": padded(lambda p: (p, p), mode="wrap"),
        "ones": padded(lambda p: (p, p), constant_values=1.0),
        "not at all": padded(lambda p: (0, 0)),
        "uneven from 2 on": padded(lambda p: (p - (p > 1), p + (p > 1))),
    }
    for conv in wrong.values():
        yield answers("padding_is_wrong", True, conv)
    for conv in (ref.conv_forward, padded(lambda p: (p, p)), single):
        yield answers("padding_is_wrong", False, conv)


PROBES: dict[str, Probes] = {
    "dense_parameter_count": probes_dense_parameter_count,
    "conv_parameter_count": probes_conv_parameter_count,
    "output_size": probes_output_size,
    "conv_forward": probes_conv_forward,
    "conv_backward": probes_conv_backward,
    "max_pool_forward": probes_max_pool_forward,
    "max_pool_backward": probes_max_pool_backward,
    "convnet_forward": probes_convnet_forward,
    "convnet_loss": probes_convnet_loss,
    "train_convnet": probes_train_convnet,
    "padding_is_wrong": probes_padding_is_wrong,
}
