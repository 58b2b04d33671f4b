"""Training: where to start, which examples to look at, and how far to step."""

from itertools import pairwise

import numpy as np

from .backprop import backward
from .layers import forward
from .losses import softmax_cross_entropy

Layer = tuple[np.ndarray, np.ndarray]  # (W, b), or their gradients


def initialize(sizes: list[int], rng: np.random.Generator, scheme: str = "small") -> list[Layer]:
    """Starting weights and biases of a network; all biases are 0.

    All-zero weights are a bad start: units that compute the same get the same updates. Independent
    normal draws break the symmetry. The schemes differ in their standard deviation, where fan_in
    is the number of inputs of the layer (W's columns):

        "zeros"   all weights 0
        "small"   0.01
        "xavier"  √(1 / fan_in)
        "he"      √(2 / fan_in)

    sizes: units of each layer, the input first: [p, p1, …, K]. rng: the only source of randomness,
    from which all weights are drawn.
    Returns [(W, b), …], first layer first. Raises ValueError for another scheme's name.
    """
    # BEGIN SOLUTION
    # A score sums fan_in products, so its variance grows with fan_in: dividing by it keeps the
    # scores about as large as the inputs. ReLU silences half of the units, hence the 2 in "he".
    params = []
    for fan_in, units in pairwise(sizes):
        scales = {"zeros": 0.0, "small": 0.01, "xavier": fan_in**-0.5, "he": (2 / fan_in) ** 0.5}
        if scheme not in scales:
            raise ValueError(f"unknown scheme {scheme!r}: use one of {', '.join(scales)}")
        # Zeros are drawn, too (0 · N), so that all schemes leave the rng at the same place.
        W = rng.normal(0.0, scales[scheme], size=(units, fan_in))
        params.append((W, np.zeros((units, 1))))  # W breaks the symmetry: b need not
    return params
    # END SOLUTION


def minibatches(n: int, batch_size: int, rng: np.random.Generator) -> list[np.ndarray]:
    """One epoch's mini-batches: the indices 0 … n − 1, shuffled and cut into pieces.

    n: number of examples. batch_size: indices in each piece; the last may be shorter (13 in fives
    are 5, 5 and 3). rng: the only source of randomness, for one shuffle.
    Returns a list of index arrays, in which every example stands exactly once.
    """
    # BEGIN SOLUTION
    # Indices, not examples: the same ones pick from X and from y, and nothing large is shuffled.
    order = rng.permutation(n)
    return [order[start : start + batch_size] for start in range(0, n, batch_size)]
    # END SOLUTION


def sgd_step(params: list[Layer], grads: list[Layer], learning_rate: float) -> list[Layer]:
    """One step downhill: W − learning_rate · dW, and the same for b, in every layer.

    params: [(W, b), …]. grads: [(dW, db), …], of the same shapes, floats. learning_rate: a
    number > 0. Returns new params; those that came in stay as they are.
    """
    # BEGIN SOLUTION
    # Minus, for the gradient points uphill. W -= … would be shorter, and write into the caller's W.
    rate = float(learning_rate)  # one of NumPy's own numbers would make float64 of float32
    return [(W - rate * dW, b - rate * db) for (W, b), (dW, db) in zip(params, grads, strict=True)]
    # END SOLUTION


def train(
    params: list[Layer],
    X: np.ndarray,
    y: np.ndarray,
    *,
    activation: str,
    learning_rate: float,
    batch_size: int,
    epochs: int,
    rng: np.random.Generator,
) -> tuple[list[Layer], list[float]]:
    """Train a classifier by mini-batch gradient descent on the softmax cross-entropy.

    In every epoch shuffle anew, and for each mini-batch: forward, loss, backward, one step.
    batch_size 1 is stochastic gradient descent; from batch_size = n on it is (full) batch gradient
    descent, one step an epoch.

    params: where to start, [(W, b), …]. X: examples in columns, floats or whole numbers, p × n.
    y: true classes, (n,). activation: "sigmoid", "tanh" or "relu". learning_rate, batch_size,
    epochs: numbers. rng: the only source of randomness; it is used for nothing but each epoch's
    shuffle, by `minibatches`, one epoch after the other.
    Returns (params, losses): new params, and a list with the mean loss of each epoch.
    """
    # BEGIN SOLUTION
    n = len(y)
    # The plain way is X[:, batch] for each batch, but a column's numbers lie far apart in memory.
    # Turned once, an example is one run of memory, and examples[batch].T is the same, only faster.
    examples = np.ascontiguousarray(X.T)
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(n, batch_size, rng):
            H = forward(params, examples[batch].T, activation)
            loss, dS = softmax_cross_entropy(H[-1], y[batch])
            params = sgd_step(params, backward(params, H, dS, activation), learning_rate)
            total += loss * len(batch)  # the last batch may be short: its mean counts for less
        losses.append(total / n)
    return params, losses
    # END SOLUTION


def predict(params: list[Layer], X: np.ndarray, activation: str) -> np.ndarray:
    """Class of each example: the one with the highest score.

    params: [(W, b), …]. X: examples in columns, floats or whole numbers, p × n.
    activation: "sigmoid", "tanh" or "relu". Returns an int array of classes 0 … K − 1, (n,).
    """
    # BEGIN SOLUTION
    # Without softmax: it keeps the order of the scores, so the largest one wins either way.
    return forward(params, X, activation)[-1].argmax(axis=0)
    # END SOLUTION


def accuracy(y_hat: np.ndarray, y: np.ndarray) -> float:
    """Fraction of the examples whose predicted class is the true one, between 0 and 1.

    y_hat: predicted classes, (n,). y: true classes, (n,). Returns one float.
    """
    # BEGIN SOLUTION
    return float(np.mean(y_hat == y))
    # END SOLUTION
