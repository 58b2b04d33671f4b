"""A detector: it tells a wrong `flatten` from a right one by what it does, without reading it."""

from collections.abc import Callable

import numpy as np


def flatten_is_wrong(flatten: Callable[[np.ndarray], np.ndarray]) -> bool:
    """Whether `flatten`, somebody's function for putting pictures into columns, is wrong.

    A right flatten(pictures) takes floats or whole numbers, height × width × n, of any sizes from 1
    on, and gives (height · width) × n: column i is picture i, its first row of pixels on top, then
    its second row, and so on. It may compute in float32, which is about 1e-7 of a number off. A
    wrong one gives something else for some pictures, or stops with an error.

    Call it on pictures that you make here, with at most a million numbers.
    Returns True if it is wrong, False if it is right.
    """
    raise NotImplementedError("Lab 1: flatten_is_wrong is not written yet. Open neuralnet/detect_flatten.py and write it there.")
