"""The perceptron: the simplest neural network, and the way around what it cannot do."""

import numpy as np

Layer = tuple[np.ndarray, np.ndarray]  # (W, b)


def perceptron_predict(w: np.ndarray, b: float, X: np.ndarray) -> np.ndarray:
    """Class of each example: 1 where w·x + b > 0, else 0.

    w: weights, one for each feature, (p,). b: bias, one number. X: examples in columns, floats or
    whole numbers, p × n. Returns an int array of 0 and 1, one for each example, (n,).
    """
    # BEGIN SOLUTION
    # w·x + b = 0 is a line (in p dimensions, a hyperplane): it cuts the examples into two sides.
    return (w @ X + b > 0).astype(int)
    # END SOLUTION


def perceptron_train(X: np.ndarray, y: np.ndarray, epochs: int) -> tuple[np.ndarray, float]:
    """Weights and bias learned by the perceptron rule with rate 1.

    Start from w = 0 and b = 0 and visit the examples in order, `epochs` times. For each example
    with label y and prediction ŷ (both 0 or 1):

        w ← w + (y − ŷ) x,        b ← b + (y − ŷ)

    so only a mistake changes anything. Training may stop after an epoch without a mistake.

    X: examples in columns, floats or whole numbers, p × n. y: labels 0 or 1, (n,). epochs: how
    often to visit all. Returns (w, b): w is (p,), b is one float.
    """
    # BEGIN SOLUTION
    # Any other rate would scale w and b alike, and so draw the same line.
    w, b = np.zeros(len(X), dtype=np.result_type(X, 1.0)), 0.0
    for _ in range(epochs):
        mistakes = 0
        for x, label in zip(X.T, y, strict=True):
            # −1, 0 or 1; a float, for labels and pixels may be of a kind that has no −1.
            error = float(label) - float(w @ x + b > 0)
            w, b = w + error * x, b + error
            mistakes += error != 0
        if mistakes == 0:
            break  # the next epoch would see the same w and b, and change nothing either
    return w, b
    # END SOLUTION


def xor_params() -> list[Layer]:
    """Hand-set weights of a two-layer network of step units that computes XOR.

    A step unit gives 1 where its score is > 0, else 0, like the perceptron. One perceptron draws
    one line and cannot separate XOR; a hidden layer of two can prepare what the last unit needs:
    x1 XOR x2 means "at least one of them, but not both".

    Returns params [(W1, b1), (W2, b2)] with W1 2 × 2, b1 2 × 1, W2 1 × 2, b2 1 × 1. With X 2 × n:
    H = step(W1 X + b1), and step(W2 H + b2) is 1 exactly where one of the two inputs is 1.
    """
    # BEGIN SOLUTION
    # x1 + x2 is 0, 1 or 2. The thresholds lie halfway between, so no score is ever exactly 0.
    W1, b1 = np.array([[1.0, 1.0], [1.0, 1.0]]), np.array([[-0.5], [-1.5]])  # x1 OR x2, x1 AND x2
    W2, b2 = np.array([[1.0, -1.0]]), np.array([[-0.5]])  # OR, but not AND
    return [(W1, b1), (W2, b2)]
    # END SOLUTION
