"""Make `weights.npz`: a small network trained on the embedded Fashion-MNIST training images.

Lab 1 only runs networks forward, so it is handed weights that lab 3's training code found. Run it
from the repository with `neuralnet` (solutions/) and `data` (autograder/labkit/student/) found here:

    python assignments/lab1_forward/make_weights.py

784-32-16-10, ReLU, He start, learning rate 0.05, batches of 64, 30 epochs; about 3 seconds. Weights
are stored as float32 (105 kB). Another BLAS may round differently and so give slightly other weights;
the accuracy printed at the end is 0.855 to 0.865.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(ROOT / "solutions"), str(ROOT / "autograder" / "labkit" / "student")]

from data import load_fashion_mnist

from neuralnet.training import accuracy, initialize, predict, train

SIZES = [784, 32, 16, 10]


def main() -> None:
    """Train, store, and print the accuracy of what is stored."""
    X_train, y_train, X_test, y_test = load_fashion_mnist(path=ROOT / "assignments" / "data")
    rng = np.random.default_rng(1)
    params, losses = train(
        initialize(SIZES, rng, "he"),
        X_train,
        y_train,
        activation="relu",
        learning_rate=0.05,
        batch_size=64,
        epochs=30,
        rng=rng,
    )
    stored = [(W.astype(np.float32), b.astype(np.float32)) for W, b in params]
    arrays = {}
    for layer, (W, b) in enumerate(stored, start=1):
        arrays |= {f"W{layer}": W, f"b{layer}": b}
    np.savez(HERE / "weights.npz", **arrays)
    test_accuracy = accuracy(predict(stored, X_test, "relu"), y_test)
    print(f"training loss {losses[-1]:.3f}, accuracy on test images {test_accuracy:.3f}")


if __name__ == "__main__":
    main()
