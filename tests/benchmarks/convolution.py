"""The reference convolution beside PyTorch's, and beside the matrix products that it must do.

python -m tests.benchmarks.convolution ROUNDS
"""

from __future__ import annotations

import importlib.util
import json
import sys
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np

from labkit.lab import reference
from tests.benchmarks import measure
from tests.benchmarks.measure import Row, Samples, compare, missing, take_turns

SHAPES = (
    # images, depth, side, filters, kernel, padding
    (64, 3, 32, 32, 3, 1),
    (64, 32, 16, 64, 3, 1),
    (64, 1, 28, 8, 5, 0),
)
DTYPES = ("float64", "float32")
_OVER_TORCH = {"float64": 1.0, "float32": None}
_OVER_PRODUCTS = {"float64": 1.8, "float32": 1.4}


def forward_and_backward(quick: bool) -> list[Row]:
    """Forward and backward of the three shapes, one thread."""
    found: dict[str, Samples] = measure.module("convolution", 7 if quick else 25)
    rows = []
    for shape in SHAPES:
        for dtype in DTYPES:
            samples = found[label(shape, dtype)]
            what = f"convolution {label(shape, dtype)}"
            if "PyTorch" in samples:
                limit = _OVER_TORCH[dtype]
                rows.append(compare(what, "ms", samples, "ours", "PyTorch", limit, scale=1e3))
            # Whole matrices, or row by row in the cache: the peer is whichever is faster here.
            faster = min(("products", "products by row"), key=lambda s: median(samples[s]))
            rows.append(
                compare(
                    what, "ms", samples, "ours", faster, _OVER_PRODUCTS[dtype], scale=1e3,
                    peer_name="its 3 products",
                )
            )  # fmt: skip
    if not any("PyTorch" in samples for samples in found.values()):
        rows.append(missing("convolution beside PyTorch", NO_TORCH, "PyTorch"))
    return rows


NO_TORCH = (
    "PyTorch is not installed: pip install torch (in a clone: .venv/bin/uv pip install torch)."
)


def label(shape: tuple[int, ...], dtype: str) -> str:
    """How a shape is called in the table and in the JSON."""
    _, depth, side, filters, kernel, _ = shape
    return f"{depth}→{filters}, {kernel}×{kernel}, {side}×{side}, {dtype}"


def main() -> None:
    """Print the samples of every shape as JSON."""
    rounds = int(sys.argv[1])
    found = {}
    for shape in SHAPES:
        for dtype in DTYPES:
            rows = _arrays(shape, dtype)[-1].shape[1]
            sides = {
                "ours": _ours(shape, dtype),
                "products": _products(shape, dtype, 1),
                "products by row": _products(shape, dtype, rows),
            }
            if importlib.util.find_spec("torch"):
                sides["PyTorch"] = _torch(shape, dtype)
            timed = {name: timer(side) for name, side in sides.items()}
            found[label(shape, dtype)] = take_turns(timed, rounds, warmups=2)
    print(json.dumps(found))


def timer(work: Callable[[], object]) -> Callable[[], float]:
    """CPU seconds of one call; there is one thread, and others' load does not count."""

    def seconds() -> float:
        started = time.process_time()
        work()
        return time.process_time() - started

    return seconds


def _arrays(shape: tuple[int, ...], dtype: str) -> tuple[np.ndarray, ...]:
    """X, W, b and an upstream gradient, batch innermost, as the labs have them."""
    n, depth, side, filters, k, padding = shape
    rng = np.random.default_rng(0)
    out = side + 2 * padding - k + 1
    sizes = (depth, side, side, n), (filters, depth, k, k), (filters, 1), (filters, out, out, n)
    return tuple(rng.normal(size=size).astype(dtype) for size in sizes)


def _ours(shape: tuple[int, ...], dtype: str) -> Callable[[], object]:
    X, W, b, dZ = _arrays(shape, dtype)
    forward = reference.function("convolution", "conv_forward")
    backward = reference.function("convolution", "conv_backward")
    padding = shape[-1]

    def work() -> object:
        return forward(X, W, b, 1, padding), backward(dZ, X, W, 1, padding)

    assert all(part.dtype == dtype for part in (work()[0], *work()[1]))  # type: ignore[index]
    return work


def _products(shape: tuple[int, ...], dtype: str, pieces: int) -> Callable[[], object]:
    """The three products alone, in so many pieces, of matrices that lie ready."""
    _, W, _, dZ = _arrays(shape, dtype)
    rng = np.random.default_rng(1)
    F, columns = len(W), dZ[0].size // pieces
    filters = W.reshape(F, -1)
    upstream = rng.normal(size=(pieces, F, columns)).astype(dtype)
    patches = rng.normal(size=(pieces, filters.shape[1], columns)).astype(dtype)
    Z, dW, dpatches = np.empty_like(upstream), np.empty_like(filters), np.empty_like(patches)

    def work() -> object:
        for piece in range(pieces):
            np.matmul(filters, patches[piece], out=Z[piece])
            np.matmul(upstream[piece], patches[piece].T, out=dW)
            np.matmul(filters.T, upstream[piece], out=dpatches[piece])
        return None

    return work


def _torch(shape: tuple[int, ...], dtype: str) -> Callable[[], object]:
    """PyTorch with its own layout, images first."""
    import torch

    torch.set_num_threads(1)
    arrays: list[Any] = [torch.from_numpy(np.ascontiguousarray(a)) for a in _first(shape, dtype)]
    X, W, b, dZ = arrays
    for leaf in (X, W, b):
        leaf.requires_grad_(True)

    def work() -> object:
        for leaf in (X, W, b):
            leaf.grad = None
        torch.nn.functional.conv2d(X, W, b, padding=shape[-1]).backward(dZ)
        return X.grad

    return work


def _first(shape: tuple[int, ...], dtype: str) -> tuple[np.ndarray, ...]:
    X, W, b, dZ = _arrays(shape, dtype)
    return X.transpose(3, 0, 1, 2), W, b.ravel(), dZ.transpose(3, 0, 1, 2)


if __name__ == "__main__":
    main()
