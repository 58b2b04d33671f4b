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
    raise NotImplementedError("Lab 3: initialize is not written yet. Open neuralnet/training.py and write it there.")


def minibatches(n: int, batch_size: int, rng: np.random.Generator) -> list[np.ndarray]:
    """One epoch's mini-batches: the indices 0 … n − 1, shuffled and cut into pieces.

    n: number of examples. batch_size: indices in each piece; the last may be shorter (13 in fives
    are 5, 5 and 3). rng: the only source of randomness, for one shuffle.
    Returns a list of index arrays, in which every example stands exactly once.
    """
    raise NotImplementedError("Lab 3: minibatches is not written yet. Open neuralnet/training.py and write it there.")


def sgd_step(params: list[Layer], grads: list[Layer], learning_rate: float) -> list[Layer]:
    """One step downhill: W − learning_rate · dW, and the same for b, in every layer.

    params: [(W, b), …]. grads: [(dW, db), …], of the same shapes, floats. learning_rate: a
    number > 0. Returns new params; those that came in stay as they are.
    """
    raise NotImplementedError("Lab 3: sgd_step is not written yet. Open neuralnet/training.py and write it there.")


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
    raise NotImplementedError("Lab 3: train is not written yet. Open neuralnet/training.py and write it there.")


def predict(params: list[Layer], X: np.ndarray, activation: str) -> np.ndarray:
    """Class of each example: the one with the highest score.

    params: [(W, b), …]. X: examples in columns, floats or whole numbers, p × n.
    activation: "sigmoid", "tanh" or "relu". Returns an int array of classes 0 … K − 1, (n,).
    """
    raise NotImplementedError("Lab 3: predict is not written yet. Open neuralnet/training.py and write it there.")


def accuracy(y_hat: np.ndarray, y: np.ndarray) -> float:
    """Fraction of the examples whose predicted class is the true one, between 0 and 1.

    y_hat: predicted classes, (n,). y: true classes, (n,). Returns one float.
    """
    raise NotImplementedError("Lab 3: accuracy is not written yet. Open neuralnet/training.py and write it there.")
