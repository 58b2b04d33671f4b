"""What goes wrong in `train_is_wrong`, and what may differ and be right."""

# Written as students write, without types.
from __future__ import annotations

import numpy as np

from labkit.mistakes import mistake, variant
from neuralnet.backprop import backward
from neuralnet.layers import forward
from neuralnet.losses import softmax_cross_entropy
from neuralnet.training import initialize, predict, train


@mistake("train_is_wrong")
def train_is_wrong_always(candidate):
    """Every `train` is called wrong, right ones too

    Give your detector your own `train`: it should say False. Print what you compare: which of
    your demands does a right one not meet, and does it have to?
    """
    return True


@mistake("train_is_wrong")
def train_is_wrong_at_no_time(candidate):
    """Wrong versions are called right, the friend's among them

    Does your function ever say True? Give it one that returns the params as they came. If that one
    is found, give it the friend's: what do steps of a wrong length change, and do you look at it?
    """
    return False


@mistake("train_is_wrong")
def train_is_wrong_law_alone(candidate):
    """Only the law of equal examples is tried

    A batch that holds one example seven times looks the same if its labels are mixed up, and three
    steps on it tell nothing of what many epochs do. Can the candidate learn a few random labels by
    heart?
    """
    rng = np.random.default_rng(0)
    start = initialize([4, 6, 3], rng, "xavier")
    x, y = rng.normal(size=(4, 1)), np.array([2])
    settings = {"activation": "tanh", "learning_rate": 0.3, "epochs": 1, "rng": rng}
    one, _ = candidate(start, x, y, batch_size=1, **settings)
    seven, _ = candidate(start, np.repeat(x, 7, axis=1), np.repeat(y, 7), batch_size=7, **settings)
    return not all(
        np.allclose(W, V, atol=1e-4) and np.allclose(b, c, atol=1e-4)
        for (W, b), (V, c) in zip(one, seven, strict=True)
    )


@mistake("train_is_wrong")
def train_is_wrong_by_heart_alone(candidate):
    """Steps that are too long are not found

    With steps that are too long, a network may learn a few examples by heart all the same. Which
    law holds for the length of a single step, whatever the size of the batch?
    """
    rng = np.random.default_rng(1)
    start = initialize([6, 20, 3], rng, "xavier")
    X, y = rng.normal(size=(6, 10)), rng.integers(0, 3, 10)
    settings = {"activation": "tanh", "learning_rate": 0.2, "batch_size": 5, "rng": rng}
    params, _ = candidate(start, X, y, epochs=120, **settings)
    H = forward(params, X, "tanh")
    return softmax_cross_entropy(H[-1], y)[0] > 0.05


@mistake("train_is_wrong")
def train_is_wrong_batch_of_one(candidate):
    """Steps of a wrong length are not found

    With steps that are too short, or too long, a few examples may be learned by heart all the
    same, and in batches of one there is nothing to see. Which law ties the step of a large batch
    to that of one example?
    """
    rng = np.random.default_rng(2)
    start = initialize([6, 20, 3], rng, "xavier")
    X, y = rng.normal(size=(6, 10)), rng.integers(0, 3, 10)
    settings = {"activation": "tanh", "learning_rate": 0.2, "batch_size": 1, "rng": rng}
    params, _ = candidate(start, X, y, epochs=60, **settings)
    return bool(np.any(predict(params, X, "tanh") != y))


@mistake("train_is_wrong")
def train_is_wrong_one_epoch(candidate):
    """What happens between two epochs is not seen

    A candidate that forgets there all that it has learned is not found. With how many epochs do you
    train, and does the candidate get further with more of them?
    """
    rng = np.random.default_rng(3)
    start = initialize([4, 6, 3], rng, "xavier")
    X, y = rng.normal(size=(4, 9)), rng.integers(0, 3, 9)
    H = forward(start, X, "tanh")
    grads = backward(start, H, softmax_cross_entropy(H[-1], y)[1], "tanh")
    settings = {"activation": "tanh", "learning_rate": 0.4, "batch_size": 9, "epochs": 1}
    params, _ = candidate(start, X, y, rng=rng, **settings)
    return not all(
        np.allclose(new[0], W - 0.4 * dW, atol=1e-4)
        and np.allclose(new[1], b - 0.4 * db, atol=1e-4)
        for new, (W, b), (dW, db) in zip(params, start, grads, strict=True)
    )


@mistake("train_is_wrong")
def train_is_wrong_same_draws(candidate):
    """It asks for the same shuffles as your own

    Two right versions may draw their shuffles in two ways, and then their params differ after a
    few mini-batches. What must be the same for every right one, however it shuffles?
    """
    rng = np.random.default_rng(4)
    start = initialize([6, 20, 3], rng, "xavier")
    X, y = rng.normal(size=(6, 10)), rng.integers(0, 3, 10)
    settings = {"activation": "tanh", "learning_rate": 0.2, "batch_size": 4, "epochs": 3}
    ours, _ = train(start, X, y, rng=np.random.default_rng(5), **settings)
    theirs, _ = candidate(start, X, y, rng=np.random.default_rng(5), **settings)
    return not all(
        np.allclose(W, V, atol=1e-3) for (W, _), (V, _) in zip(ours, theirs, strict=True)
    )


@mistake("train_is_wrong")
def train_is_wrong_falling_loss(candidate):
    """A loss that falls is taken for a proof

    The friend's loss falls as well, only slowly, and losses are numbers that the candidate tells
    you. How far should it fall on a few examples, and what do the params say of them?
    """
    rng = np.random.default_rng(6)
    start = initialize([6, 20, 3], rng, "xavier")
    X, y = rng.normal(size=(6, 10)), rng.integers(0, 3, 10)
    settings = {"activation": "tanh", "learning_rate": 0.05, "batch_size": 10, "epochs": 20}
    _, losses = candidate(start, X, y, rng=rng, **settings)
    return not losses[-1] < losses[0]


@mistake("train_is_wrong")
def train_is_wrong_exchanged(candidate):
    """True and False are exchanged: wrong ones are called right, and right ones wrong

    Give your detector your own `train`, and then the friend's. Which answer belongs to a comparison
    whose two sides agree, and which to examples that are learned by heart?
    """
    rng = np.random.default_rng(9)
    start = initialize([4, 12, 3], rng, "xavier")
    X, y = rng.normal(size=(4, 9)), rng.integers(0, 3, 9)
    settings = {"activation": "tanh", "learning_rate": 0.4, "rng": rng}
    one, _ = candidate(start, X[:, :1], y[:1], batch_size=1, epochs=1, **settings)
    seven, _ = candidate(start, X[:, [0] * 7], y[[0] * 7], batch_size=7, epochs=1, **settings)
    params, _ = candidate(start, X, y, batch_size=3, epochs=200, **settings)
    by_heart = np.all(predict(params, X, "tanh") == y)
    return by_heart and all(
        np.allclose(W, V, atol=1e-4) and np.allclose(b, c, atol=1e-4)
        for (W, b), (V, c) in zip(one, seven, strict=True)
    )


@mistake("train_is_wrong")
def train_is_wrong_law_exchanged(candidate):
    """True and False are exchanged: who obeys the law of equal examples is called wrong

    Give your detector your own `train`, and then the friend's. Which answer belongs to two sides
    that agree? Then look at what a batch of equal examples cannot show.
    """
    rng = np.random.default_rng(10)
    start = initialize([4, 6, 3], rng, "xavier")
    x, y = rng.normal(size=(4, 1)), np.array([2])
    settings = {"activation": "tanh", "learning_rate": 0.3, "epochs": 1, "rng": rng}
    one, _ = candidate(start, x, y, batch_size=1, **settings)
    seven, _ = candidate(start, np.repeat(x, 7, axis=1), np.repeat(y, 7), batch_size=7, **settings)
    return all(
        np.allclose(W, V, atol=1e-4) and np.allclose(b, c, atol=1e-4)
        for (W, b), (V, c) in zip(one, seven, strict=True)
    )


@variant("train_is_wrong")
def train_is_wrong_by_value(candidate):
    """a full-batch step by value, ReLU units, and ten examples by heart"""
    rng = np.random.default_rng(7)
    start = initialize([5, 30, 4], rng, "he")
    X, y = rng.normal(size=(5, 10)), rng.integers(0, 4, 10)
    H = forward(start, X, "relu")
    grads = backward(start, H, softmax_cross_entropy(H[-1], y)[1], "relu")
    settings = {"activation": "relu", "learning_rate": 0.1, "rng": rng}
    params, _ = candidate(start, X, y, batch_size=20, epochs=1, **settings)
    for (W, b), (V, c), (dW, db) in zip(params, start, grads, strict=True):
        if np.abs(W - (V - 0.1 * dW)).max() > 1e-4 or np.abs(b - (c - 0.1 * db)).max() > 1e-4:
            return True
    params, losses = candidate(start, X, y, batch_size=3, epochs=200, **settings)
    return bool((predict(params, X, "relu") != y).any() or losses[-1] > 0.2)


@variant("train_is_wrong")
def train_is_wrong_in_one_expression(candidate):
    """the law and learning by heart, errors count as wrong, 1 and 0"""
    try:
        rng = np.random.default_rng(8)
        start = initialize([4, 12, 12, 2], rng, "xavier")
        x, y = rng.normal(size=(4, 1)), np.array([1])
        settings = dict(activation="sigmoid", learning_rate=1.0, rng=rng)
        a = candidate(start, x, y, batch_size=1, epochs=2, **settings)[0]
        b = candidate(start, x.repeat(7, 1), y.repeat(7), batch_size=7, epochs=2, **settings)[0]
        gap = max(
            np.abs(p - q).max()
            for one, two in zip(a, b, strict=True)
            for p, q in zip(one, two, strict=False)
        )
        X, y = rng.normal(size=(4, 8)), np.array([0, 1] * 4)
        settings = dict(activation="tanh", learning_rate=0.3, rng=rng)
        c = candidate(start, X, y, batch_size=2, epochs=200, **settings)[0]
        return int(gap > 1e-3 or (predict(c, X, "tanh") != y).any())
    except Exception:
        return 1
