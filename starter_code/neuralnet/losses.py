"""Losses: how far the network's output is from the truth, and which way is downhill."""

import numpy as np


def softmax(S: np.ndarray) -> np.ndarray:
    """Probabilities from scores, ŷ_k = e^{s_k} / Σ_j e^{s_j}, for every example by itself.

    S: scores, floats or whole numbers, K × n, an example in each column.
    Returns P, K × n; each column sums to 1.
    Finite for scores of ±10,000: subtracting the same number from all scores of an example
    changes nothing in the formula, so choose one that keeps the exponentials small.
    """
    raise NotImplementedError("Lab 2: softmax is not written yet. Open neuralnet/losses.py and write it there.")


def cross_entropy(P: np.ndarray, y: np.ndarray) -> float:
    """Cross-entropy, −log P[y_i, i], the mean over the n examples.

    P: probabilities, K × n. y: the true classes, ints 0 … K − 1, (n,). Returns one float.
    log 0 is −∞: guard it, so that a probability of 0 gives a large but finite loss (at least 20)
    and a probability of a millionth is still exact.
    """
    raise NotImplementedError("Lab 2: cross_entropy is not written yet. Open neuralnet/losses.py and write it there.")


def softmax_cross_entropy(S: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:
    """Cross-entropy of softmax(S), and its gradient with respect to the scores.

        loss = 1/n Σ_i −log P[y_i, i]  with  P = softmax(S),        dS = (P − onehot(y)) / n

    S: scores, floats or whole numbers, K × n. y: the true classes, ints 0 … K − 1, (n,).
    Returns (loss, dS): one float, and an array K × n. Finite for scores of ±10,000.
    """
    raise NotImplementedError("Lab 2: softmax_cross_entropy is not written yet. Open neuralnet/losses.py and write it there.")


def squared_error(Y_hat: np.ndarray, Y: np.ndarray) -> tuple[float, np.ndarray]:
    """Squared error, loss = 1/(2n) Σ (Ŷ − Y)², and its gradient with respect to Ŷ.

    The sum runs over all entries, n is the number of examples (columns).

    Y_hat: the network's output, p × n. Y: what it should be, p × n. Floats or whole numbers.
    Returns (loss, dY_hat): one float, and an array p × n.
    """
    raise NotImplementedError("Lab 2: squared_error is not written yet. Open neuralnet/losses.py and write it there.")
