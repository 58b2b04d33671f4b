"""A detector: it tells a wrong `train` from a right one by laws that every right one obeys."""

from collections.abc import Callable
from typing import Any

import numpy as np

from .layers import forward
from .losses import softmax_cross_entropy


def train_is_wrong(train: Callable[..., Any]) -> bool:
    """Whether `train`, somebody's version of the `train` in training.py, is wrong.

    It has the arguments of that `train`, and all that is said there is true of a right one:
    train(params, X, y, activation=…, learning_rate=…, batch_size=…, epochs=…, rng=…) gives
    (params, losses). It may shuffle in a way of its own, so that no two right ones give the same
    params from mini-batches; it may measure a loss before or after a step, and compute in float32.
    Without mini-batches, params of two right ones agree to about 1e-5 after a few steps.

    Train on a few examples that you make here, 10,000 steps in all at most.
    Returns True if it is wrong, False if it is right.
    """
    # BEGIN SOLUTION
    draw = np.random.default_rng(31)
    X, y = draw.normal(size=(5, 10)), draw.integers(0, 3, 10)
    sizes = ((8, 5), (3, 8))
    start = [(draw.normal(size=size) / 2, draw.normal(size=(size[0], 1)) / 2) for size in sizes]
    # The law: seven times the same example have its mean loss and its gradient, so its steps.
    few = {"activation": "tanh", "learning_rate": 0.5, "epochs": 3, "rng": draw}
    alone, _ = train(start, X[:, :1], y[:1], batch_size=1, **few)
    seven, _ = train(start, X[:, [0] * 7], y[[0] * 7], batch_size=7, **few)
    for layer, other in zip(alone, seven, strict=True):
        for part, same in zip(layer, other, strict=True):
            if not np.allclose(part, same, atol=1e-4):
                return True
    # What a batch of equal examples cannot show: random labels must be learned by heart.
    by_heart = {"activation": "tanh", "learning_rate": 0.5, "epochs": 80, "rng": draw}
    params, _ = train(start, X, y, batch_size=4, **by_heart)
    loss, _ = softmax_cross_entropy(forward(params, X, "tanh")[-1], y)
    return not loss < 0.1
    # END SOLUTION
