"""Make `fashion_mnist.npz`, the labs' subset of Fashion-MNIST, from Debian's `dataset-fashion-mnist`.

Run it with the folder of the four original `.gz` files (or none, for Debian's) and it writes the
same bytes every time:

    python make_fashion_mnist.py [SOURCE_FOLDER] [OUTPUT_FILE]

Beside it comes `held_back.npz`: the next 40 test images of each class, for the grader alone, so that
no student's folder holds the images that a trained network is measured on.

The first 800 training and the first 100 test images of each class, in the originals' order, leaving
out any image seen before (the originals repeat a few). They stand in blocks of ten with one image of
each class, so that any first n are balanced; inside a block the order is by SHA-256 of the pixels,
which is arbitrary but the same everywhere, so that a label cannot be told from its position.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import sys
import zipfile
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
DEBIAN = Path("/usr/share/datasets/fashion-mnist")
CLASS_NAMES = (
    "T-shirt/top", "trouser", "pullover", "dress", "coat",
    "sandal", "shirt", "sneaker", "bag", "ankle boot",
)  # fmt: skip
TRAIN_PER_CLASS = 800
TEST_PER_CLASS = 100
HELD_BACK_PER_CLASS = 40


def read_idx(path: Path) -> np.ndarray:
    """The array in one gzipped IDX file: two zero bytes, type, dimensions, sizes, then the bytes."""
    data = gzip.decompress(path.read_bytes())
    zeros, kind, dimensions = data[:2], data[2], data[3]
    if zeros != b"\0\0" or kind != 8:
        raise ValueError(f"{path} is not an IDX file of unsigned bytes")
    sizes = np.frombuffer(data, ">i4", dimensions, offset=4)
    return np.frombuffer(data, np.uint8, offset=4 + 4 * dimensions).reshape(sizes)


def choose(images: np.ndarray, labels: np.ndarray, per_class: int, seen: set[str]) -> np.ndarray:
    """Indices of `per_class` new images of each class, in balanced blocks; adds them to `seen`."""
    chosen: list[list[tuple[str, int]]] = [[] for _ in CLASS_NAMES]
    for index, label in enumerate(labels):
        if len(chosen[label]) == per_class:
            continue
        digest = hashlib.sha256(images[index].tobytes()).hexdigest()
        if digest not in seen:
            seen.add(digest)
            chosen[label].append((digest, index))
    blocks = (sorted(block) for block in zip(*chosen, strict=True))
    return np.array([index for block in blocks for _, index in block])


def write_npz(path: Path, arrays: dict[str, np.ndarray]) -> None:
    """`numpy.savez_compressed` without the clock: equal arrays give equal bytes."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, array in arrays.items():
            member = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            member.create_system = 3  # as on Unix, wherever this runs
            member.external_attr = 0o644 << 16
            data = io.BytesIO()
            np.lib.format.write_array(data, array, version=(1, 0), allow_pickle=False)
            archive.writestr(member, data.getvalue(), zipfile.ZIP_DEFLATED, compresslevel=9)


def make(source: Path = DEBIAN, output: Path = HERE / "fashion_mnist.npz") -> None:
    """Read the originals in `source`, write the subset to `output`."""
    seen: set[str] = set()
    arrays = {}
    for name, prefix, per_class in (
        ("train", "train", TRAIN_PER_CLASS),
        ("test", "t10k", TEST_PER_CLASS),
    ):
        images = read_idx(source / f"{prefix}-images-idx3-ubyte.gz")
        labels = read_idx(source / f"{prefix}-labels-idx1-ubyte.gz")
        indices = choose(images, labels, per_class, seen)
        arrays[f"{name}_images"] = np.ascontiguousarray(images[indices])
        arrays[f"{name}_labels"] = labels[indices]
    arrays["class_names"] = np.array(CLASS_NAMES, dtype="<U11")
    write_npz(output, arrays)
    # The originals' test part comes last: `images` and `labels` are still those.
    indices = choose(images, labels, HELD_BACK_PER_CLASS, seen)
    held_back = {"images": np.ascontiguousarray(images[indices]), "labels": labels[indices]}
    write_npz(output.with_name("held_back.npz"), held_back)


if __name__ == "__main__":
    make(*map(Path, sys.argv[1:3]))
