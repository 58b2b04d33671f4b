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
    # BEGIN SOLUTION
    theta = np.array(theta, dtype=np.float64)  # a copy: the caller's array stays as it is
    gradient = np.empty_like(theta)
    # Both sides of the point, because the error of a one-sided difference shrinks with h, and this
    # one's with h². A tiny h is worse again: f(θ + h) and f(θ − h) then differ in few digits only.
    for i in np.ndindex(theta.shape):
        here = theta[i]
        theta[i] = here + h
        above = float(f(theta))
        theta[i] = here - h
        below = float(f(theta))
        theta[i] = here  # back to where it was: one entry moves at a time
        gradient[i] = (above - below) / (2 * h)
    return gradient
    # END SOLUTION


def dense_backward(
    dZ: np.ndarray, W: np.ndarray, X: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Gradients of the loss through one layer's Z = W X + b.

    dZ: gradient with respect to the scores Z, p1 × n; the loss's 1/n is already in it.
    W: the layer's weights, p1 × p. X: the layer's inputs, p × n. All floats.
    Returns (dW, db, dX), each of the shape of what it belongs to: p1 × p, p1 × 1, p × n.
    """
    # BEGIN SOLUTION
    # Forward: Z = W X + b. What is used several times gets the sum of what comes back from each
    # use: W and b are used by every example, an input by every unit.
    dW = dZ @ X.T  # (p1 × n)(n × p): the sum over examples is in the product
    db = dZ.sum(axis=1, keepdims=True)  # no mean: the 1/n is in dZ
    dX = W.T @ dZ  # (p × p1)(p1 × n): the sum over units
    return dW, db, dX
    # END SOLUTION


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
    # BEGIN SOLUTION
    gradients = {"sigmoid": sigmoid_gradient, "tanh": tanh_gradient, "relu": relu_gradient}
    if activation not in gradients:
        raise ValueError(f"unknown activation {activation!r}: use one of {', '.join(gradients)}")
    grads = []
    dZ = dS  # the last layer has no activation: the gradient on its output is that on its scores
    for layer in range(len(params) - 1, 0, -1):
        W, _ = params[layer]
        dW, db, dH = dense_backward(dZ, W, H[layer])  # H[layer] is what this layer was given
        grads.append((dW, db))
        dZ = dH * gradients[activation](H[layer])  # forward: H = a(Z), entry by entry
    # The first layer is dense_backward(dZ, W, X), too, but without dX: nobody needs the gradient on
    # the data, and its product is one of the largest.
    grads.append((dZ @ H[0].T, dZ.sum(axis=1, keepdims=True)))
    return grads[::-1]  # found last layer first
    # END SOLUTION
