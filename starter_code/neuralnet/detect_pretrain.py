"""A detector: it tells a wrong `pretrain` from a right one by the law of composition."""

from collections.abc import Callable

import numpy as np

from .activations import relu, sigmoid, tanh

Layer = tuple[np.ndarray, np.ndarray]  # (W, b)


def pretrain_is_wrong(pretrain: Callable[..., list[Layer]]) -> bool:
    """Whether `pretrain`, somebody's version of the `pretrain` in autoencoder.py, is wrong.

    It has the arguments of that one, and all that is said there is true of a right one: after
    pretrain(X, hidden_sizes, activation=…, learning_rate=…, batch_size=…, epochs=…, rng=…) the rng
    has given the first layer's draws, then the second's, and so on, with no draw between them. How
    many draws a layer takes, and for what, is its own affair: it may shuffle in another way than
    your `train_autoencoder`. It may compute in float32, about 1e-6 off after a few steps. Each
    layer by itself is right: what can be wrong is how they make a stack.

    Train on a few examples that you make here, 10,000 steps in all at most.
    Returns True if it is wrong, False if it is right.
    """
    raise NotImplementedError("Lab 4: pretrain_is_wrong is not written yet. Open neuralnet/detect_pretrain.py and write it there.")
