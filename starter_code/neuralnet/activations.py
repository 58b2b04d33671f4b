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
    raise NotImplementedError("Lab 1: sigmoid is not written yet. Open neuralnet/activations.py and write it there.")


def sigmoid_gradient(h: np.ndarray) -> np.ndarray:
    """Derivative of the sigmoid, dσ/dz, from the function value h = σ(z) (not from z).

    h: values that `sigmoid` gave, floats or whole numbers, of any shape. Returns floats of the same
    shape, at most 1/4.
    """
    raise NotImplementedError("Lab 1: sigmoid_gradient is not written yet. Open neuralnet/activations.py and write it there.")


def tanh(z: np.ndarray) -> np.ndarray:
    """Hyperbolic tangent, (eᶻ − e⁻ᶻ) / (eᶻ + e⁻ᶻ), entry by entry: into [−1, 1], centred at zero.

    z: scores, floats or whole numbers, of any shape. Returns floats of the same shape.
    Stays finite, without overflow warnings, up to |z| = 10,000. NumPy has it, too.
    """
    raise NotImplementedError("Lab 1: tanh is not written yet. Open neuralnet/activations.py and write it there.")


def tanh_gradient(h: np.ndarray) -> np.ndarray:
    """Derivative of tanh, d tanh/dz, from the function value h = tanh(z) (not from z).

    h: values that `tanh` gave, floats or whole numbers, of any shape. Returns floats of the same
    shape, at most 1.
    """
    raise NotImplementedError("Lab 1: tanh_gradient is not written yet. Open neuralnet/activations.py and write it there.")


def relu(z: np.ndarray) -> np.ndarray:
    """Rectified linear unit, max(0, z), entry by entry.

    z: scores, floats or whole numbers, of any shape. Returns floats of the same shape.
    """
    raise NotImplementedError("Lab 1: relu is not written yet. Open neuralnet/activations.py and write it there.")


def relu_gradient(h: np.ndarray) -> np.ndarray:
    """Derivative of ReLU from the function value h = max(0, z): 1 where h > 0, else 0.

    h: values that `relu` gave, floats or whole numbers, of any shape. Returns floats of the same
    shape. A dead unit has h = 0, so its derivative is 0, and it learns nothing.
    """
    raise NotImplementedError("Lab 1: relu_gradient is not written yet. Open neuralnet/activations.py and write it there.")
