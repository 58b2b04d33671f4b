"""Make `bending.npz`: a network on its way onto a curve, for the picture that lab 2 opens with.

The picture stands before anything is written in that lab, so the weights come with it. Run it from
the repository with `neuralnet` (solutions/) and `data` (autograder/labkit/student/) found here:

    python assignments/lab2_backprop/make_bending.py

1-16-1, tanh, full-batch descent with rate 0.2, as in the lab's Part 3; a second or two.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(ROOT / "solutions"), str(ROOT / "autograder" / "labkit" / "student")]

from neuralnet.backprop import backward
from neuralnet.layers import forward
from neuralnet.losses import squared_error

STEPS, RATE = (0, 25, 250, 1500), 0.2


def main() -> None:
    """Train, keep the weights at four moments, and print the losses of what is kept."""
    sys.modules["labdata"] = __import__("data")
    sys.path.insert(0, str(HERE))
    from figures import CURVE_X, CURVE_Y, start

    params = start([1, 16, 1], np.random.default_rng(1))
    kept = {}
    for step in range(STEPS[-1] + 1):
        H = forward(params, CURVE_X, "tanh")
        loss, slope = squared_error(H[-1], CURVE_Y)
        if step in STEPS:
            (W1, b1), (W2, b2) = params
            kept |= {f"W1_{step}": W1, f"b1_{step}": b1, f"W2_{step}": W2, f"b2_{step}": b2}
            print(f"step {step}: loss {loss:.4f}")
        grads = backward(params, H, slope, "tanh")
        params = [
            (W - RATE * dW, b - RATE * db) for (W, b), (dW, db) in zip(params, grads, strict=True)
        ]
    np.savez(HERE / "bending.npz", **kept)


if __name__ == "__main__":
    main()
