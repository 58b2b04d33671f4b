"""A detector: it tells whether a convolution pads its input as it should."""

from collections.abc import Callable

import numpy as np


def padding_is_wrong(conv: Callable[..., np.ndarray]) -> bool:
    """Whether `conv`, somebody's version of the `conv_forward` in convolution.py, pads wrongly.

    It has the arguments of that one, conv(X, W, b, stride=1, padding=0), and is right without
    padding. A right one is right with any padding, too: `padding` rows and columns of zeros on each
    of the four sides. It may compute in float32, about 1e-6 of a number off. A wrong one pads in
    another way, by the same amount or not.

    Call it on volumes that you make here, D × H × W × n, not much larger than 8 × 30 × 30 × 8, with
    sizes that stride and kernel tile. Returns True if it is wrong, False if it is right.
    """
    # BEGIN SOLUTION
    draw = np.random.default_rng(51).normal
    X, W, b = draw(size=(2, 6, 9, 3)), draw(size=(4, 2, 3, 3)), draw(size=(4, 1))
    for padding in (1, 2, 3):
        # The law: to pad is to put a frame of zeros around, and to convolve that without padding.
        sides = (padding, padding)
        framed = np.pad(X, ((0, 0), sides, sides, (0, 0)))
        wanted, found = conv(framed, W, b, 1, 0), conv(X, W, b, 1, padding)
        if np.shape(found) != np.shape(wanted) or not np.allclose(found, wanted, atol=1e-4):
            return True
    return False
    # END SOLUTION
