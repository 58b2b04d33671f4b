"""Fully connected layers: H = a(W X + b), one after the other."""

import numpy as np

from .activations import relu, sigmoid, tanh

Layer = tuple[np.ndarray, np.ndarray]  # (W, b)


def add_bias_row(X: np.ndarray) -> np.ndarray:
    """The lecture's "fake one": X with a last row of ones, so that a weight can carry the bias.

    With w and b in one row, [w b] times [x; 1] is w·x + b.

    X: examples in columns, floats or whole numbers, p × n. Returns floats, (p + 1) × n.
    """
    # BEGIN SOLUTION
    return np.vstack([1.0 * X, np.ones_like(X[:1])])  # ones like a row of X: float32 stays float32
    # END SOLUTION


def dense_forward(W: np.ndarray, b: np.ndarray, X: np.ndarray) -> np.ndarray:
    """Scores of one fully connected layer, Z = W X + b.

    W: weights, p1 × p, a row for each unit. b: biases, p1 × 1, the same for every example.
    X: inputs in columns, floats or whole numbers, p × n. Returns scores, p1 × n.
    """
    # BEGIN SOLUTION
    # Entry (j, i) is unit j's row of weights times example i's column. b is one column, so NumPy
    # repeats it for each of the n examples. (`dense_backward` in backprop.py goes the way back.)
    return W @ X + b
    # END SOLUTION


def forward(params: list[Layer], X: np.ndarray, activation: str) -> list[np.ndarray]:
    """Outputs of all layers, the input first: [X, H1, H2, …, S].

    A hidden layer is H⁽¹⁾ = a(W⁽¹⁾ X + b⁽¹⁾), the next one takes H⁽¹⁾ as its input, and so on. The
    last layer is linear, without activation: its scores S are K × n.

    params: [(W, b), …], first layer first. X: examples in columns, floats or whole numbers, p × n.
    activation: "sigmoid", "tanh" or "relu", for every hidden layer.
    Returns a list of len(params) + 1 arrays. Raises ValueError for another activation's name.
    """
    # BEGIN SOLUTION
    activations = {"sigmoid": sigmoid, "tanh": tanh, "relu": relu}
    if activation not in activations:
        raise ValueError(f"unknown activation {activation!r}: use one of {', '.join(activations)}")
    # Every layer's output is kept, not only the last one's: `backward` needs each of them, as the
    # inputs of the layer above and for a′, which is easy from the value.
    H = [X]
    for W, b in params[:-1]:
        H.append(activations[activation](dense_forward(W, b, H[-1])))
    # Scores may be any number, so no activation squeezes them: softmax makes probabilities of them.
    W, b = params[-1]
    return [*H, dense_forward(W, b, H[-1])]
    # END SOLUTION
