"""Back-propagation: the gradient of the loss, from the last layer to the first.

Every function goes back through one of `layers`: `dense_backward` through `dense_forward`,
`backward` through `forward`. dA is short for "the gradient of the loss with respect to A", and has
the shape of A.
"""

from collections.abc import Callable

import numpy as np

from .activations import relu_gradient, sigmoid_gradient, tanh_gradient

Layer = tuple[np.ndarray, np.ndarray]  # (W, b), or their gradients


def numerical_gradient(
    f: Callable[[np.ndarray], float], theta: np.ndarray, h: float = 1e-5
) -> np.ndarray:
    """Gradient of f at theta by central differences: slow and simple, so it can check a fast one.

        ∂f/∂θ_i ≈ (f(θ with θ_i + h) − f(θ with θ_i − h)) / 2h

    f: a function of one array (of theta's shape) that gives one number; call it as often as needed.
    theta: where to take the gradient, any shape; it comes back unchanged. Whole numbers work, too:
    count in float64, for a whole number cannot move by h.
    Returns a float64 array of theta's shape.
    """
    raise NotImplementedError("Lab 2: numerical_gradient is not written yet. Open neuralnet/backprop.py and write it there.")


def dense_backward(
    dZ: np.ndarray, W: np.ndarray, X: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Gradients of the loss through one layer's Z = W X + b.

    dZ: gradient with respect to the scores Z, p1 × n; the loss's 1/n is already in it.
    W: the layer's weights, p1 × p. X: the layer's inputs, p × n. All floats.
    Returns (dW, db, dX), each of the shape of what it belongs to: p1 × p, p1 × 1, p × n.
    """
    raise NotImplementedError("Lab 2: dense_backward is not written yet. Open neuralnet/backprop.py and write it there.")


def backward(
    params: list[Layer], H: list[np.ndarray], dS: np.ndarray, activation: str
) -> list[Layer]:
    """Gradients of the loss with respect to all weights and biases: the chain rule, backwards.

    For each layer from the last to the first: from the gradient on its scores get (dW, db) and the
    gradient on its inputs; those inputs are the layer below's H = a(Z), so times a′ entry by entry
    it is the gradient on that layer's scores.

    params: [(W, b), …], first layer first. H: what `forward` gave, [X, H1, …, S].
    dS: gradient with respect to the scores S, K × n. activation: "sigmoid", "tanh" or "relu".
    All arrays hold floats (the first of H is X, as `forward` got it).
    Returns [(dW, db), …], first layer first. Raises ValueError for another activation's name.
    """
    raise NotImplementedError("Lab 2: backward is not written yet. Open neuralnet/backprop.py and write it there.")
