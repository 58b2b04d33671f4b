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
    # BEGIN SOLUTION
    X = np.random.default_rng(41).normal(size=(6, 8))
    sizes = [5, 4, 3]
    for name, a in (("sigmoid", sigmoid), ("tanh", tanh), ("relu", relu)):
        settings = {"activation": name, "learning_rate": 0.3, "batch_size": 3, "epochs": 2}
        stack = pretrain(X, sizes, rng=np.random.default_rng(7), **settings)
        if len(stack) != len(sizes):
            return True
        # A stack of three must be three stacks of one, each on the codes of the one before, if one
        # rng goes through all of them.
        H, rng = X, np.random.default_rng(7)
        for units, (W, b) in zip(sizes, stack, strict=True):
            ((V, c),) = pretrain(H, [units], rng=rng, **settings)
            if np.shape(W) != (units, len(H)) or np.shape(b) != (units, 1):
                return True
            if not (np.allclose(W, V, atol=1e-4) and np.allclose(b, c, atol=1e-4)):
                return True
            H = a(V @ H + c)
    return False
    # END SOLUTION
