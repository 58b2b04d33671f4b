"""Activation functions h = a(z), and their derivatives, which are easy from the value h.

All of them work entry by entry, on an array of any shape or on one number.
"""

import numpy as np


def sigmoid(z: np.ndarray) -> np.ndarray:
    """Sigmoid, σ(z) = 1 / (1 + e⁻ᶻ), entry by entry: squeezes any score into [0, 1].

    z: scores, floats or whole numbers, of any shape. Returns floats of the same shape.
    Stays finite, without overflow warnings, up to |z| = 10,000: e¹⁰⁰⁰⁰ is too large for a float,
    e⁻¹⁰⁰⁰⁰ is simply 0. The same σ(z) can also be written with eᶻ: choose by the sign of z.
    """
    # BEGIN SOLUTION
    # 1 / (1 + e⁻ᶻ) = eᶻ / (1 + eᶻ): the left form needs e⁻ᶻ and suits z ≥ 0, the right one needs
    # eᶻ and suits z < 0. Both need e to the power −|z| only, which never overflows.
    e = np.exp(-np.abs(1.0 * z))
    return np.where(z >= 0, 1.0, e) / (1.0 + e)
    # END SOLUTION


def sigmoid_gradient(h: np.ndarray) -> np.ndarray:
    """Derivative of the sigmoid, dσ/dz, from the function value h = σ(z) (not from z).

    h: values that `sigmoid` gave, floats or whole numbers, of any shape. Returns floats of the same
    shape, at most 1/4.
    """
    # BEGIN SOLUTION
    # Near h = 0 or 1 one of the factors is almost 0: a saturated unit learns almost nothing.
    return h * (1.0 - h)
    # END SOLUTION


def tanh(z: np.ndarray) -> np.ndarray:
    """Hyperbolic tangent, (eᶻ − e⁻ᶻ) / (eᶻ + e⁻ᶻ), entry by entry: into [−1, 1], centred at zero.

    z: scores, floats or whole numbers, of any shape. Returns floats of the same shape.
    Stays finite, without overflow warnings, up to |z| = 10,000. NumPy has it, too.
    """
    # BEGIN SOLUTION
    # By the formula, eᶻ alone would overflow. 1.0 * z: of small whole numbers (pixels are uint8)
    # NumPy computes in half precision, three digits.
    return np.tanh(1.0 * z)
    # END SOLUTION


def tanh_gradient(h: np.ndarray) -> np.ndarray:
    """Derivative of tanh, d tanh/dz, from the function value h = tanh(z) (not from z).

    h: values that `tanh` gave, floats or whole numbers, of any shape. Returns floats of the same
    shape, at most 1.
    """
    # BEGIN SOLUTION
    # At most 1, where the sigmoid's is at most 1/4: through many layers that makes a difference.
    return 1.0 - h**2
    # END SOLUTION


def relu(z: np.ndarray) -> np.ndarray:
    """Rectified linear unit, max(0, z), entry by entry.

    z: scores, floats or whole numbers, of any shape. Returns floats of the same shape.
    """
    # BEGIN SOLUTION
    return np.maximum(z, 0.0)  # 0.0, not 0: whole numbers become floats
    # END SOLUTION


def relu_gradient(h: np.ndarray) -> np.ndarray:
    """Derivative of ReLU from the function value h = max(0, z): 1 where h > 0, else 0.

    h: values that `relu` gave, floats or whole numbers, of any shape. Returns floats of the same
    shape. A dead unit has h = 0, so its derivative is 0, and it learns nothing.
    """
    # BEGIN SOLUTION
    # h > 0 exactly where z > 0. True becomes 1.0: of h's own kind where h has floats (float32 stays
    # float32), of float64 where it has whole numbers.
    return np.greater(h, 0).astype(np.result_type(h, 1.0))
    # END SOLUTION
