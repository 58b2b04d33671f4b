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
    # BEGIN SOLUTION
    # All numbers differ, and so do the three sizes: nothing can be exchanged and look the same.
    height, width, n = 3, 5, 4
    pictures = np.linspace(0.0, 1.0, height * width * n).reshape(height, width, n)
    columns = flatten(pictures)
    if np.shape(columns) != (height * width, n):
        return True
    # Back into rows, a column must be its picture, but for rounding.
    back = np.reshape(columns, (height, width, n))
    return not np.allclose(back, pictures, atol=1e-5)
    # END SOLUTION
