"""Losses: how far the network's output is from the truth, and which way is downhill."""

import numpy as np


def softmax(S: np.ndarray) -> np.ndarray:
    """Probabilities from scores, ŷ_k = e^{s_k} / Σ_j e^{s_j}, for every example by itself.

    S: scores, floats or whole numbers, K × n, an example in each column.
    Returns P, K × n; each column sums to 1.
    Finite for scores of ±10,000: subtracting the same number from all scores of an example
    changes nothing in the formula, so choose one that keeps the exponentials small.
    """
    # BEGIN SOLUTION
    # The largest score of each column becomes 0, so every exponential is at most 1, and the sum is
    # at least 1: nothing overflows, and nothing is divided by 0. 1.0 *, because the difference is
    # negative, and some kinds of whole numbers have no negative ones.
    E = np.exp(S - 1.0 * S.max(axis=0))
    return E / E.sum(axis=0)
    # END SOLUTION


def cross_entropy(P: np.ndarray, y: np.ndarray) -> float:
    """Cross-entropy, −log P[y_i, i], the mean over the n examples.

    P: probabilities, K × n. y: the true classes, ints 0 … K − 1, (n,). Returns one float.
    log 0 is −∞: guard it, so that a probability of 0 gives a large but finite loss (at least 20)
    and a probability of a millionth is still exact.
    """
    # BEGIN SOLUTION
    P_true = P[y, np.arange(len(y))]  # pairs of indices: example i's own row y[i], not all rows
    return float(-np.log(np.maximum(P_true, 1e-12)).mean())  # −log 1e-12 is 27.6
    # END SOLUTION


def softmax_cross_entropy(S: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:
    """Cross-entropy of softmax(S), and its gradient with respect to the scores.

        loss = 1/n Σ_i −log P[y_i, i]  with  P = softmax(S),        dS = (P − onehot(y)) / n

    S: scores, floats or whole numbers, K × n. y: the true classes, ints 0 … K − 1, (n,).
    Returns (loss, dS): one float, and an array K × n. Finite for scores of ±10,000.
    """
    # BEGIN SOLUTION
    # The plain way is cross_entropy(softmax(S), y), but a tiny P may be rounded to 0, which has no
    # log. log P_k = s_k − log Σ_j e^{s_j} never computes the tiny P.
    true = y, np.arange(len(y))
    S = S - 1.0 * S.max(axis=0)
    log_P = S - np.log(np.exp(S).sum(axis=0))
    # The gradient is so short because log and exp cancel. A step against it pushes every wrong
    # class's score down by its probability, and the true class's up by what it lacks.
    dS = np.exp(log_P)
    dS[true] -= 1.0
    return float(-log_P[true].mean()), dS / len(y)  # the loss is a mean, so 1/n belongs to dS, too
    # END SOLUTION


def squared_error(Y_hat: np.ndarray, Y: np.ndarray) -> tuple[float, np.ndarray]:
    """Squared error, loss = 1/(2n) Σ (Ŷ − Y)², and its gradient with respect to Ŷ.

    The sum runs over all entries, n is the number of examples (columns).

    Y_hat: the network's output, p × n. Y: what it should be, p × n. Floats or whole numbers.
    Returns (loss, dY_hat): one float, and an array p × n.
    """
    # BEGIN SOLUTION
    n = Y.shape[1]
    difference = 1.0 * Y_hat - Y
    # The 1/2 is there to cancel the 2 of the square's derivative.
    return float((difference**2).sum() / (2 * n)), difference / n
    # END SOLUTION
