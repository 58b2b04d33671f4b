"""An epoch of training beside PyTorch's: the dense network and the ConvNet of the labs.

    python -m tests.benchmarks.epochs ROUNDS IMAGES

The peer has the same start, layers, mini-batches and kind of numbers, and PyTorch's own layout and
optimiser; its images lie ready as it likes them. Both must end with the same loss.
"""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from labkit.base import paths
from labkit.lab import reference
from labkit.student import data
from tests.benchmarks import measure
from tests.benchmarks.convolution import NO_TORCH, timer
from tests.benchmarks.measure import Row, Samples, compare, missing, take_turns

NETWORKS = {"784-128-10": "dense network", "8 filters 5×5": "ConvNet"}
_BATCH = 64
_RATE = 0.05


def against_torch(quick: bool) -> list[Row]:
    """One epoch of each network, float64 as in the labs, one thread."""
    images = 1024 if quick else 4096
    found: dict[str, Samples] = measure.module("epochs", 3 if quick else 9, images)
    rows = []
    for network, samples in found.items():
        what = f"epoch, {NETWORKS[network]} {network}"
        if "PyTorch" not in samples:
            rows.append(missing(what, NO_TORCH, "PyTorch"))
            continue
        note = f"{images} images, batch {_BATCH}, float64, one thread, CPU time."
        rows.append(compare(what, "ms", samples, "ours", "PyTorch", 1.0, scale=1e3, note=note))
    return rows


def main() -> None:
    """Print the samples of both networks as JSON."""
    rounds, images = int(sys.argv[1]), int(sys.argv[2])
    X, y, _, _ = data.load_fashion_mnist(images, 0, paths.ASSIGNMENTS / "data")
    found = {}
    for network, pair in zip(NETWORKS, (_dense(X, y), _convnet(X, y)), strict=True):
        ours, peer = pair
        sides = {"ours": ours} | ({"PyTorch": peer} if peer is not None else {})
        losses = [side() for side in sides.values()]
        assert np.allclose(losses, losses[0], rtol=1e-6), losses
        timed = {name: timer(side) for name, side in sides.items()}
        found[network] = take_turns(timed, rounds, warmups=0)
    print(json.dumps(found))


Epoch = Callable[[], float]


def _dense(X: np.ndarray, y: np.ndarray) -> tuple[Epoch, Epoch | None]:
    rng = np.random.default_rng(0)
    params = [
        (rng.normal(size=(j, i)) * np.sqrt(2 / i), np.zeros((j, 1)))
        for i, j in ((784, 128), (128, 10))
    ]

    def ours() -> float:
        train = reference.function("training", "train")
        _, losses = train(params, X, y, activation="relu", **_settings())
        return float(losses[-1])

    if not importlib.util.find_spec("torch"):
        return ours, None
    from torch import nn

    images = np.ascontiguousarray(X.T)

    def peer() -> float:
        model = nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10)).double()
        _give(model, [array for layer in params for array in layer])
        return _torch_epoch(model, images, y)

    return ours, peer


def _convnet(X: np.ndarray, y: np.ndarray) -> tuple[Epoch, Epoch | None]:
    rng = np.random.default_rng(0)
    params = {
        "conv_W": rng.normal(size=(8, 1, 5, 5)) * np.sqrt(2 / 25),
        "conv_b": np.zeros((8, 1)),
        "dense_W": rng.normal(size=(10, 8 * 14 * 14)) * np.sqrt(1 / (8 * 14 * 14)),
        "dense_b": np.zeros((10, 1)),
    }
    volumes = data.as_volumes(X)

    def ours() -> float:
        train = reference.function("convolution", "train_convnet")
        _, losses = train(params, volumes, y, **_settings())
        return float(losses[-1])

    if not importlib.util.find_spec("torch"):
        return ours, None
    from torch import nn

    images = np.ascontiguousarray(volumes.transpose(3, 0, 1, 2))

    def peer() -> float:
        layers = [nn.Conv2d(1, 8, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten()]
        model = nn.Sequential(*layers, nn.Linear(8 * 14 * 14, 10)).double()
        _give(model, list(params.values()))
        return _torch_epoch(model, images, y)

    return ours, peer


def _settings() -> dict[str, Any]:
    rng = np.random.default_rng(1)
    return {"learning_rate": _RATE, "batch_size": _BATCH, "epochs": 1, "rng": rng}


def _give(model: Any, arrays: list[np.ndarray]) -> None:
    """Start PyTorch's model from our parameters."""
    import torch

    with torch.no_grad():
        for parameter, array in zip(model.parameters(), arrays, strict=True):
            parameter.copy_(torch.from_numpy(array.reshape(parameter.shape)))


def _torch_epoch(model: Any, images: np.ndarray, labels: np.ndarray) -> float:
    """One epoch by PyTorch; gives its mean loss."""
    import torch

    torch.set_num_threads(1)
    X, y = torch.from_numpy(images), torch.from_numpy(labels)
    optimiser = torch.optim.SGD(model.parameters(), lr=_RATE)
    total = 0.0
    order = torch.from_numpy(np.random.default_rng(1).permutation(len(y)))
    for batch in order.split(_BATCH):
        optimiser.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(X[batch]), y[batch])
        loss.backward()
        optimiser.step()
        total += float(loss.detach()) * len(batch)
    return total / len(y)


if __name__ == "__main__":
    main()
