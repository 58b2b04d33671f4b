"""Fully connected layers: H = a(W X + b), one after the other."""

import numpy as np

from .activations import relu, sigmoid, tanh

Layer = tuple[np.ndarray, np.ndarray]  # (W, b)


def add_bias_row(X: np.ndarray) -> np.ndarray:
    """The lecture's "fake one": X with a last row of ones, so that a weight can carry the bias.

    With w and b in one row, [w b] times [x; 1] is w·x + b.

    X: examples in columns, floats or whole numbers, p × n. Returns floats, (p + 1) × n.
    """
    raise NotImplementedError("Lab 1: add_bias_row is not written yet. Open neuralnet/layers.py and write it there.")


def dense_forward(W: np.ndarray, b: np.ndarray, X: np.ndarray) -> np.ndarray:
    """Scores of one fully connected layer, Z = W X + b.

    W: weights, p1 × p, a row for each unit. b: biases, p1 × 1, the same for every example.
    X: inputs in columns, floats or whole numbers, p × n. Returns scores, p1 × n.
    """
    raise NotImplementedError("Lab 1: dense_forward is not written yet. Open neuralnet/layers.py and write it there.")


def forward(params: list[Layer], X: np.ndarray, activation: str) -> list[np.ndarray]:
    """Outputs of all layers, the input first: [X, H1, H2, …, S].

    A hidden layer is H⁽¹⁾ = a(W⁽¹⁾ X + b⁽¹⁾), the next one takes H⁽¹⁾ as its input, and so on. The
    last layer is linear, without activation: its scores S are K × n.

    params: [(W, b), …], first layer first. X: examples in columns, floats or whole numbers, p × n.
    activation: "sigmoid", "tanh" or "relu", for every hidden layer.
    Returns a list of len(params) + 1 arrays. Raises ValueError for another activation's name.
    """
    raise NotImplementedError("Lab 1: forward is not written yet. Open neuralnet/layers.py and write it there.")
