"""What goes wrong in `pretrain_is_wrong`, and what may differ and be right."""

# Written as students write, without types.
from __future__ import annotations

import numpy as np

from labkit.mistakes import mistake, variant
from neuralnet.activations import relu, sigmoid, tanh
from neuralnet.autoencoder import pretrain


@mistake("pretrain_is_wrong")
def pretrain_is_wrong_always(candidate):
    """A right `pretrain` is called wrong, too

    Give your detector your own `pretrain`: it should say False. Do both sides of your comparison
    begin with a generator of the same seed, and does one generator go through all layers?
    """
    return True


@mistake("pretrain_is_wrong")
def pretrain_is_wrong_all_right(candidate):
    """The friend's `pretrain` is called right

    It should be called wrong, and so should one whose layers hold nothing but zeros. What do you
    compare, do the two sides differ for these, and what do you give back when they do?
    """
    return False


@mistake("pretrain_is_wrong")
def pretrain_is_wrong_by_shape(candidate):
    """Number and shapes of the layers do not tell: they are right in the friend's stack, too

    What should the numbers in the second layer be, if it has learned from the codes of the first?
    Compare them with layers that have learned from these codes for certain.
    """
    X = np.random.default_rng(0).normal(size=(7, 9))
    settings = {"activation": "sigmoid", "learning_rate": 0.1, "batch_size": 4, "epochs": 1}
    stack = candidate(X, [5, 3], rng=np.random.default_rng(1), **settings)
    return [np.shape(W) for W, _ in stack] != [(5, 7), (3, 5)]


@mistake("pretrain_is_wrong")
def pretrain_is_wrong_exchanged(candidate):
    """True and False are exchanged: wrong ones are called right, and right ones wrong

    Give your detector your own `pretrain`, and then the friend's. Which answer belongs to a
    comparison whose two sides agree?
    """
    X = np.random.default_rng(14).normal(size=(6, 8))
    for name, a in (("sigmoid", sigmoid), ("tanh", tanh), ("relu", relu)):
        settings = {"activation": name, "learning_rate": 0.3, "batch_size": 3, "epochs": 2}
        stack = candidate(X, [5, 4, 3], rng=np.random.default_rng(15), **settings)
        H, rng = X, np.random.default_rng(15)
        for units, (W, b) in zip([5, 4, 3], stack, strict=True):
            ((V, _),) = candidate(H, [units], rng=rng, **settings)
            if np.shape(V) != np.shape(W) or not np.allclose(W, V, atol=1e-4):
                return False
            if np.shape(W) != (units, len(H)):
                return False
            H = a(W @ H + b)
    return True


@mistake("pretrain_is_wrong")
def pretrain_is_wrong_on_scores(candidate):
    """The friend's `pretrain` is called right, and a right one is called wrong

    Your comparison comes out for the friend's stack as it should for your own. What is the next
    layer trained on in it, scores or codes? And which answer belongs to two sides that agree?
    """
    X = np.random.default_rng(16).normal(size=(6, 8))
    for name in ("sigmoid", "tanh", "relu"):
        settings = {"activation": name, "learning_rate": 0.3, "batch_size": 3, "epochs": 2}
        stack = candidate(X, [5, 4, 3], rng=np.random.default_rng(17), **settings)
        H, rng = X, np.random.default_rng(17)
        for units, (W, b) in zip([5, 4, 3], stack, strict=True):
            ((V, _),) = candidate(H, [units], rng=rng, **settings)
            if np.shape(W) != (units, len(H)) or not np.allclose(W, V, atol=1e-4):
                return True
            H = W @ H + b
    return False


@mistake("pretrain_is_wrong")
def pretrain_is_wrong_two_layers(candidate):
    """A stack of two layers is tried, and no higher one

    What happens from the first layer to the second need not happen from the second to the third.
    How many layers does your stack have?
    """
    X = np.random.default_rng(2).normal(size=(7, 9))
    for name, a in (("sigmoid", sigmoid), ("tanh", tanh), ("relu", relu)):
        settings = {"activation": name, "learning_rate": 0.3, "batch_size": 4, "epochs": 2}
        first, second = candidate(X, [5, 3], rng=np.random.default_rng(3), **settings)
        rng = np.random.default_rng(3)
        ((W, b),) = candidate(X, [5], rng=rng, **settings)
        if np.shape(W) != (5, 7):
            return True
        ((V, _),) = candidate(a(W @ X + b), [3], rng=rng, **settings)
        if np.shape(second[0]) != np.shape(V) or not np.allclose(second[0], V, atol=1e-4):
            return True
        if not np.allclose(first[0], W, atol=1e-4):
            return True
    return False


@mistake("pretrain_is_wrong")
def pretrain_is_wrong_sigmoid_only(candidate):
    """Only the sigmoid is tried

    A candidate may use the sigmoid whatever it is asked for: with sigmoids nobody can see it. Which
    other activations does `pretrain` know?
    """
    X = np.random.default_rng(4).normal(size=(7, 9))
    settings = {"activation": "sigmoid", "learning_rate": 0.3, "batch_size": 4, "epochs": 2}
    stack = candidate(X, [6, 5, 3], rng=np.random.default_rng(5), **settings)
    H, rng = X, np.random.default_rng(5)
    for units, (W, _) in zip([6, 5, 3], stack, strict=True):
        ((V, c),) = candidate(H, [units], rng=rng, **settings)
        if np.shape(V) != (units, len(H)) or np.shape(W) != np.shape(V):
            return True
        if not np.allclose(W, V, atol=1e-4):
            return True
        H = sigmoid(V @ H + c)
    return False


@mistake("pretrain_is_wrong")
def pretrain_is_wrong_same_draws(candidate):
    """It asks for the same shuffles as your own

    A right version may draw its shuffles in another way, and then its weights differ from yours a
    little. Which law compares a candidate with itself instead?
    """
    X = np.random.default_rng(6).normal(size=(7, 9))
    for name in ("sigmoid", "tanh", "relu"):
        settings = {"activation": name, "learning_rate": 0.3, "batch_size": 4, "epochs": 2}
        theirs = candidate(X, [6, 5, 3], rng=np.random.default_rng(7), **settings)
        ours = pretrain(X, [6, 5, 3], rng=np.random.default_rng(7), **settings)
        for (W, _), (V, _) in zip(theirs, ours, strict=True):
            if np.shape(W) != np.shape(V) or not np.allclose(W, V, atol=1e-4):
                return True
    return False


@mistake("pretrain_is_wrong")
def pretrain_is_wrong_exact(candidate):
    """It asks for the same digits to the last one

    A right version may compute in float32, and its codes then differ from yours in the seventh
    digit. How far apart may two numbers be that mean the same?
    """
    X = np.random.default_rng(8).normal(size=(7, 9))
    for name, a in (("sigmoid", sigmoid), ("tanh", tanh), ("relu", relu)):
        settings = {"activation": name, "learning_rate": 0.3, "batch_size": 4, "epochs": 2}
        stack = candidate(X, [6, 5, 3], rng=np.random.default_rng(9), **settings)
        H, rng = X, np.random.default_rng(9)
        for units, (W, b) in zip([6, 5, 3], stack, strict=True):
            ((V, _),) = candidate(H, [units], rng=rng, **settings)
            if np.shape(V) != (units, len(H)) or not np.array_equal(W, V):
                return True
            H = a(W @ H + b)
    return False


@variant("pretrain_is_wrong")
def pretrain_is_wrong_by_span(candidate):
    """what the training changed in a layer must be made of its data; no composition"""
    rng = np.random.default_rng(10)
    for name, a in {"relu": relu, "tanh": tanh, "sigmoid": sigmoid}.items():
        X = rng.normal(size=(9, 3))
        runs = []
        for rate in (0.0, 0.2):
            settings = dict(activation=name, learning_rate=rate, batch_size=2, epochs=3)
            runs.append(candidate(X, [8, 7, 6], rng=np.random.default_rng(11), **settings))
        H = X
        for (start, _), (W, b) in zip(*runs, strict=True):
            if np.shape(W)[1] != len(H):
                return True
            change = W - start
            basis, _ = np.linalg.qr(H)
            if np.linalg.norm(change - change @ basis @ basis.T) > 1e-4 * np.linalg.norm(change):
                return True
            H = a(W @ H + b)
    return False


@variant("pretrain_is_wrong")
def pretrain_is_wrong_layer_on_top(candidate):
    """one layer more on top of a stack, for each height; errors count as wrong"""
    try:
        X = np.random.default_rng(12).uniform(-1, 1, (5, 7))
        for name, a in (("tanh", tanh), ("sigmoid", sigmoid)):
            settings = dict(activation=name, learning_rate=0.5, batch_size=7, epochs=4)
            for height in (1, 2, 3):
                sizes, rng = [6, 4, 3, 2][:height], np.random.default_rng(13)
                H = X
                for W, b in candidate(X, sizes, rng=rng, **settings):
                    H = a(W @ H + b)
                top = candidate(H, [2], rng=rng, **settings)[0]
                whole = candidate(X, [*sizes, 2], rng=np.random.default_rng(13), **settings)[-1]
                if any(np.abs(p - q).max() > 1e-3 for p, q in zip(top, whole, strict=True)):
                    return True
        return False
    except ValueError:
        return True
