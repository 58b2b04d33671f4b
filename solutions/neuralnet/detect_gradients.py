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
    # BEGIN SOLUTION
    draw, tries = np.random.default_rng(12).normal, 3
    wrong = dict.fromkeys(shapes, 0)
    for _ in range(tries):
        arrays = {name: draw(size=shape) for name, shape in shapes.items()}
        # With a random dH the loss Σ dH ∘ H has a slope that no symmetry of the layer can hide.
        dH = draw(size=np.shape(forward(arrays)))
        grads = backward(dH, arrays)
        for name, value in arrays.items():
            # Not entry by entry: one step in a random direction moves all of them, and the loss
            # must change by Σ gradient ∘ direction.
            step = 1e-5 * draw(size=value.shape)
            up, down = (
                forward({**arrays, name: value + step}),
                forward({**arrays, name: value - step}),
            )
            parts = 2 * grads[name] * step
            off = abs(np.sum(dH * (up - down)) - parts.sum())
            wrong[name] += bool(off > 1e-4 * np.abs(parts).sum() + 1e-9)
    # A kink within a step can spoil one try of a right layer; a bug spoils nearly all.
    return sorted(name for name, count in wrong.items() if count > tries / 2)
    # END SOLUTION
