"""What goes wrong in `padding_is_wrong`, and what may differ and be right."""

# Written as students write, without types.
from __future__ import annotations

import numpy as np

from labkit.mistakes import mistake, variant
from neuralnet.convolution import conv_forward


@mistake("padding_is_wrong")
def padding_is_wrong_always(conv):
    """Every convolution is called wrong, right ones too

    Give your detector your own `conv_forward`: it should say False. An impulse comes back as the
    kernel turned by half: is that what you compare with?
    """
    return True


@mistake("padding_is_wrong")
def padding_is_wrong_never(conv):
    """No convolution is ever called wrong

    Give your detector a function that returns an array of zeros: it should say True. What do you
    compare, and is the result of that comparison what you give back?
    """
    return False


@mistake("padding_is_wrong")
def padding_is_wrong_by_shape(conv):
    """Only the shape is looked at

    The friend's result has the right shape, too. Where in it should the kernel stand, if there is
    one bright pixel in the image?
    """
    X, W, b = np.ones((2, 5, 8, 1)), np.ones((3, 2, 3, 3)), np.zeros((3, 1))
    return any(conv(X, W, b, 1, p).shape != (3, 3 + 2 * p, 6 + 2 * p, 1) for p in (1, 2))


@mistake("padding_is_wrong")
def padding_is_wrong_middle(conv):
    """An impulse in the middle is the only image that it tries

    The pixels at the edge are 0 then, and a frame that is made of them is one of zeros by chance.
    Where should the bright pixel stand for the frame to tell something?
    """
    W, b = np.arange(1.0, 10.0).reshape(1, 1, 3, 3), np.zeros((1, 1))
    for p in (1, 2):
        X = np.zeros((1, 7, 9, 1))
        X[0, 3, 4] = 1.0
        wanted = np.zeros((1, 5 + 2 * p, 7 + 2 * p, 1))
        wanted[0, 1 + p : 4 + p, 2 + p : 5 + p, 0] = W[0, 0, ::-1, ::-1]
        found = conv(X, W, b, 1, p)
        if found.shape != wanted.shape or not np.allclose(found, wanted, atol=1e-4):
            return True
    return False


@mistake("padding_is_wrong")
def padding_is_wrong_padding_one(conv):
    """A padding of 1 is the only one that it tries

    Whoever pads 2 wrongly may pad 1 rightly: which paddings do kernels of 5 × 5 and 7 × 7 need to
    keep the size of an image?
    """
    rng = np.random.default_rng(0)
    X, W, b = rng.normal(size=(2, 5, 8, 3)), rng.normal(size=(3, 2, 3, 3)), rng.normal(size=(3, 1))
    wanted, found = conv_forward(X, W, b, 1, 1), conv(X, W, b, 1, 1)
    return wanted.shape != found.shape or not np.allclose(wanted, found, atol=1e-4)


@mistake("padding_is_wrong")
def padding_is_wrong_exact(conv):
    """It asks for the same digits to the last one

    A right convolution may compute in float32, or add up in another order. How far apart may two
    numbers be that mean the same?
    """
    rng = np.random.default_rng(1)
    for p in (1, 2):
        X, W = rng.integers(-9, 9, (2, 5, 8, 3)) / 8, rng.integers(-9, 9, (3, 2, 3, 3)) / 8
        b = np.full((3, 1), 0.1)
        wanted, found = conv_forward(X, W, b, 1, p), conv(X, W, b, 1, p)
        if wanted.shape != found.shape or np.abs(wanted - found).max() > 1e-12:
            return True
    return False


@mistake("padding_is_wrong")
def padding_is_wrong_exchanged(conv):
    """True and False are exchanged: wrong ones are called right, and right ones wrong

    Give your detector your own `conv_forward`, and then the friend's. Which answer belongs to two
    results that agree?
    """
    rng = np.random.default_rng(2)
    X, b = rng.normal(1.0, 1.0, (2, 5, 8, 3)), rng.normal(size=(3, 1))
    for padding in (1, 2):
        W = rng.normal(size=(3, 2, 3, 3))
        wanted, found = conv_forward(X, W, b, 1, padding), conv(X, W, b, 1, padding)
        if wanted.shape != found.shape or not np.allclose(wanted, found, atol=1e-4):
            return False
    return True


@variant("padding_is_wrong")
def padding_is_wrong_by_impulses(conv):
    """an impulse at every place, corners too; whole numbers"""
    W, b = np.arange(1, 10).reshape(1, 1, 3, 3) / 1.0, np.array([[0.0]])
    for padding in (1, 2):
        for row, column in np.ndindex(4, 6):
            X = np.zeros((1, 4, 6, 1), dtype=int)
            X[0, row, column] = 1
            found = conv(X, W, b, stride=1, padding=padding)
            wide = np.zeros((4 + 2 * padding + 2, 6 + 2 * padding + 2))
            wide[row + padding : row + padding + 3, column + padding : column + padding + 3] = W[
                0, 0, ::-1, ::-1
            ]
            wanted = wide[2:-2, 2:-2]
            if np.shape(found) != (1, *wanted.shape, 1):
                return True
            if np.abs(found[0, :, :, 0] - wanted).max() > 0.01:
                return True
    return False


@variant("padding_is_wrong")
def padding_is_wrong_beside_own(conv):
    """against conv_forward, strides too; errors count as wrong"""
    rng = np.random.default_rng()
    for stride, padding, k in ((1, 1, 3), (2, 2, 3), (1, 2, 5), (3, 1, 2)):
        size = (3, 1 + 3 * stride + k - 2 * padding - 1, 1 + 4 * stride + k - 2 * padding - 1, 2)
        X, W, b = rng.normal(size=size), rng.normal(size=(2, 3, k, k)), rng.normal(size=(2, 1))
        try:
            off = conv(X, W, b, stride, padding) - conv_forward(X, W, b, stride, padding)
        except ValueError:
            return np.True_
        if np.abs(off).max() > 1e-3:
            return np.True_
    return np.False_
