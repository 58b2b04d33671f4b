"""Make `end.npz`: what the opening picture of lab 5 shows, eight learned filters and their maps of a bag.

The picture stands before the first function is written, so it cannot be drawn with the student's
own. Run it from the repository:

    python assignments/lab5_convolution/make_end.py

The network is the text's ConvNet with seed 3, trained for 15 epochs instead of 9; some seconds. Stored as
float32 (10 kB).
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(ROOT / "solutions"), str(ROOT / "autograder" / "labkit" / "student")]

from data import load_fashion_mnist, mean_image

from neuralnet.convolution import conv_forward, train_convnet

BAG = 8


def halved(X: np.ndarray) -> np.ndarray:
    return X.reshape(1, 14, 2, 14, 2, -1).mean(axis=(2, 4))


def main() -> None:
    """Train, and store filters, a picture and its maps."""
    data = ROOT / "assignments" / "data"
    X, y, X_test, y_test = load_fashion_mnist(2000, 1000, path=data)
    rng = np.random.default_rng(3)
    params = {
        "conv_W": rng.normal(0.0, np.sqrt(2 / 25), (8, 1, 5, 5)),
        "conv_b": np.zeros((8, 1)),
        "dense_W": rng.normal(0.0, np.sqrt(1 / 392), (10, 392)),
        "dense_b": np.zeros((10, 1)),
    }
    rng = np.random.default_rng(103)
    for rate, epochs in ((0.3, 12), (0.06, 3)):
        params, _ = train_convnet(
            params, halved(X), y, learning_rate=rate, batch_size=20, epochs=epochs, rng=rng
        )
    bag = X_test[:, np.flatnonzero(y_test == BAG)[3]][:, np.newaxis]
    maps = np.maximum(conv_forward(halved(bag), params["conv_W"], params["conv_b"], 1, 2), 0.0)
    arrays = {
        "filters": params["conv_W"][:, 0],
        "image": halved(bag + mean_image(data))[0, :, :, 0],
        "maps": maps[..., 0],
    }
    np.savez(HERE / "end.npz", **{name: a.astype(np.float32) for name, a in arrays.items()})


if __name__ == "__main__":
    main()
