"""A detector: it names the wrong gradients of a layer that it cannot read."""

from collections.abc import Callable

import numpy as np

Arrays = dict[str, np.ndarray]


def wrong_gradients(
    forward: Callable[[Arrays], np.ndarray],
    backward: Callable[[np.ndarray, Arrays], Arrays],
    shapes: dict[str, tuple[int, ...]],
) -> list[str]:
    """Names of the arrays whose gradient comes out wrong in somebody's layer, in sorted order.

    A layer is two functions of a dict of floats, arrays, which they leave as it is. forward(arrays)
    gives the output H; backward(dH, arrays) gives a dict with the names and shapes of arrays: of
    each the gradient of the loss, if dH, of H's shape, is the loss's gradient with respect to H.
    A right layer may have kinks, as ReLU has, and may give its gradients in float32: relative
    errors up to 1e-5 are no fault. It is made for numbers of about 1; the forward pass is float64.

    shapes: name → shape of every array, such as {"W": (3, 5), "b": (3, 1), "X": (5, 7)}; the values
    are yours to choose. Returns a list of names, as `sorted` has them: [] for a right layer.
    """
    raise NotImplementedError("Lab 2: wrong_gradients is not written yet. Open neuralnet/detect_gradients.py and write it there.")
