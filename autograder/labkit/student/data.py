"""Real pictures for the labs: Fashion-MNIST from the lab's own folder, CIFAR-10 from the network.

An example is a column, as everywhere in the labs: images come as p × n, and `as_volumes` gives the
same numbers as (depth, height, width, n). Needs NumPy alone.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tarfile
import tempfile
import zipfile
import zlib
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating[Any]]
Labels = npt.NDArray[np.intp]
"""As wide as an index, which in a browser is 32 bits: np.bincount takes nothing wider."""
Pixels = npt.NDArray[np.uint8]

CLASS_NAMES = (
    "T-shirt/top", "trouser", "pullover", "dress", "coat",
    "sandal", "shirt", "sneaker", "bag", "ankle boot",
)  # fmt: skip
"""Fashion-MNIST's classes; a label is an index into these."""

CIFAR10_CLASS_NAMES = (
    "airplane", "automobile", "bird", "cat", "deer",
    "dog", "frog", "horse", "ship", "truck",
)  # fmt: skip

CIFAR10_URL = "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"
CIFAR10_SHA256 = "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd"

_ARRAYS = ("train_images", "train_labels", "test_images", "test_labels")
_CIFAR10_SHAPE = (3, 32, 32)
_CIFAR10_RECORD = 1 + 3 * 32 * 32  # a label, then the red, green and blue plane


class DataError(Exception):
    """A data set cannot be had; the message says in one sentence why and what to do."""


# Fashion-MNIST


def load_fashion_mnist(
    n_train: int | None = None,
    n_test: int | None = None,
    path: str | os.PathLike[str] | None = None,
) -> tuple[Floats, Labels, Floats, Labels]:
    """`(X_train, y_train, X_test, y_test)`: the first n images of each part, all if n is None.

    There are 8000 for training and 1000 for testing.
    X is 784 × n, float64, pixels in [0, 1] less the mean image of the *whole* training part, so an
    image has the same numbers whatever n is. y is (n,), classes 0 to 9. Any first n are balanced.
    `path` is the file or its folder; without it, `data/` next to this module.
    Raises DataError if the file is missing, broken or has fewer images.
    """
    train, y_train, test, y_test = fashion_mnist_images(n_train, n_test, path)
    mean = mean_image(path)
    return (
        train.reshape(784, len(y_train)) / 255 - mean,
        y_train,
        test.reshape(784, len(y_test)) / 255 - mean,
        y_test,
    )


def fashion_mnist_images(
    n_train: int | None = None,
    n_test: int | None = None,
    path: str | os.PathLike[str] | None = None,
) -> tuple[Pixels, Labels, Pixels, Labels]:
    """The same images as they are on file, (28, 28, n) pixels 0 (black) to 255, and their labels.

    Image i is `images[:, :, i]`; arguments and errors as in `load_fashion_mnist`.
    """
    # An image stays one run of memory, as on file, though its index is the last one: X[:, batch]
    # is then ten times as fast as where a run holds one pixel of all images.
    file = _find(path)
    arrays = _read_fashion_mnist(file)
    parts: list[Any] = []
    for part, n in (("train", n_train), ("test", n_test)):
        images, labels = arrays[f"{part}_images"], arrays[f"{part}_labels"]
        n = len(labels) if n is None else n
        if not 0 <= n <= len(labels):
            raise DataError(f"{n} {part} images were asked for, but {file} has {len(labels)}.")
        parts += [np.moveaxis(images[:n].copy(), 0, -1), labels[:n].astype(np.intp)]
    return parts[0], parts[1], parts[2], parts[3]


def mean_image(path: str | os.PathLike[str] | None = None) -> Floats:
    """The mean of all training images, 784 × 1, in [0, 1]: what `load_fashion_mnist` subtracts."""
    return _mean_of(_find(path)).copy()


def as_volumes(X: Floats) -> Floats:
    """Columns of 28 × 28 images, 784 × n, as volumes (1, 28, 28, n).

    `V.reshape(-1, n)` is the way back.
    """
    return X.reshape(1, 28, 28, X.shape[-1])


def _find(path: str | os.PathLike[str] | None) -> Path:
    """The data file: at `path`, in the folder `path`, or in `data/` next to this module."""
    place = Path(__file__).resolve().parent / "data" if path is None else Path(path)
    file = place / "fashion_mnist.npz" if place.is_dir() or path is None else place
    if not file.is_file():
        raise DataError(f"{file} is missing: unpack the lab's zip again, the file is in it.")
    return file.resolve()


@lru_cache(maxsize=2)
def _read_fashion_mnist(file: Path) -> dict[str, npt.NDArray[Any]]:
    try:
        with np.load(file, allow_pickle=False) as archive:
            return {name: archive[name] for name in _ARRAYS}
    except (OSError, ValueError, KeyError, zipfile.BadZipFile, zlib.error) as error:
        message = f"{file} cannot be read: unpack the lab's zip again to get a whole copy."
        raise DataError(message) from error


@lru_cache(maxsize=2)
def _mean_of(file: Path) -> Floats:
    images = _read_fashion_mnist(file)["train_images"]
    mean: Floats = images.reshape(len(images), -1).mean(axis=0)[:, np.newaxis] / 255
    return mean


# CIFAR-10


def load_cifar10(
    cache: str | os.PathLike[str] | None = None,
    n_train: int | None = None,
    n_test: int | None = None,
    *,
    url: str = CIFAR10_URL,
    sha256: str = CIFAR10_SHA256,
) -> tuple[Floats, Labels, Floats, Labels]:
    """`(V_train, y_train, V_test, y_test)`: CIFAR-10's colour images as volumes (3, 32, 32, n).

    The first n of each part (all 50,000 and 10,000 if None), float32 because all of them take
    0.7 GB; pixels in [0, 1] less the mean image of the whole training part. The archive (170 MB) is
    fetched once into the folder `cache` (without it, `~/.cache/neural-network-labs`) and checked
    against `sha256` each time; its bytes are read as they are, nothing is unpickled.
    Raises DataError if it cannot be fetched or is not what it should be.
    """
    folder = Path(cache) if cache is not None else Path.home() / ".cache" / "neural-network-labs"
    archive = folder / "cifar-10-binary.tar.gz"
    if not archive.is_file() or _sha256(archive) != sha256:
        _download(url, archive, sha256)
    train, y_train, test, y_test = _read_cifar10(archive)
    # Summed in float64, and without a float copy of all the images.
    mean = (train.mean(axis=0, dtype=np.float64) / 255).astype(np.float32)
    parts: list[Any] = []
    for name, images, labels, n in (
        ("train", train, y_train, n_train),
        ("test", test, y_test, n_test),
    ):
        n = len(labels) if n is None else n
        if not 0 <= n <= len(labels):
            raise DataError(f"{n} {name} images were asked for, but CIFAR-10 has {len(labels)}.")
        columns = np.ascontiguousarray(images[:n].T).astype(np.float32)
        columns /= 255
        columns -= mean[:, np.newaxis]
        parts += [columns.reshape(*_CIFAR10_SHAPE, n), labels[:n].astype(np.intp)]
    return parts[0], parts[1], parts[2], parts[3]


def _download(url: str, target: Path, sha256: str) -> None:
    """Fetch `url` to `target`; the file appears there whole and checked, or not at all."""
    import http.client  # here: every grading and every page imports this module, and none fetches
    import urllib.request

    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=target.name, suffix=".part", dir=target.parent)
    except OSError as error:
        message = f"CIFAR-10 cannot be kept in {target.parent}: choose a folder you may write to."
        raise DataError(message) from error
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            try:
                with urllib.request.urlopen(url, timeout=60) as response:
                    _copy(response, file)
            except (OSError, ValueError, http.client.HTTPException) as error:
                raise DataError(
                    f"CIFAR-10 could not be fetched from {url}: are you online? "
                    f"You may also put the file at {target} yourself."
                ) from error
        if _sha256(part) != sha256:
            raise DataError(
                f"What came from {url} is not CIFAR-10 (wrong checksum): try again later."
            )
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _copy(response: Any, file: Any) -> None:
    """Copy a download to a file, with a line of progress where someone is watching."""
    size = int(response.headers.get("Content-Length") or 0)
    done = 0
    while chunk := response.read(1 << 20):
        file.write(chunk)
        done += len(chunk)
        if size and sys.stderr.isatty():
            print(f"\rCIFAR-10: {done / size:4.0%} of {size / 1e6:.0f} MB", end="", file=sys.stderr)
    if size and sys.stderr.isatty():
        print(file=sys.stderr)


def _sha256(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while chunk := stream.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def _read_cifar10(archive: Path) -> tuple[Pixels, Pixels, Pixels, Pixels]:
    """Pixels n × 3072 and labels (n,) of the training batches, in order, and of the test batch."""
    batches: dict[str, Pixels] = {}
    try:
        with tarfile.open(archive, "r:gz") as files:
            for member in files:
                name = Path(member.name).name
                stream = files.extractfile(member) if name.endswith(".bin") else None
                if stream is not None:
                    data = np.frombuffer(stream.read(), np.uint8)
                    batches[name] = data.reshape(-1, _CIFAR10_RECORD)
        test = batches.pop("test_batch.bin")
        train = np.concatenate([batches[name] for name in sorted(batches)])
        largest_label = max(train[:, 0].max(), test[:, 0].max())
    except (tarfile.TarError, zlib.error, EOFError, OSError, ValueError, KeyError) as error:
        message = (
            f"{archive} is not CIFAR-10's binary archive: it needs batches of 3073-byte records."
        )
        raise DataError(message) from error
    if largest_label >= len(CIFAR10_CLASS_NAMES):
        raise DataError(f"{archive} has a label {largest_label}, but CIFAR-10's are 0 to 9.")
    return train[:, 1:], train[:, 0], test[:, 1:], test[:, 0]
