"""The embedded Fashion-MNIST subset and its loader; CIFAR-10's loader on a tiny archive."""

from __future__ import annotations

import hashlib
import importlib.util
import io
import shutil
import sys
import tarfile
import zlib
from pathlib import Path

import numpy as np
import pytest

from labkit.student import data
from tests.conftest import missing

FOLDER = Path(__file__).parents[2] / "assignments" / "data"
FILE = FOLDER / "fashion_mnist.npz"
DEBIAN = Path("/usr/share/datasets/fashion-mnist")


@pytest.fixture(scope="module")
def arrays():
    with np.load(FILE, allow_pickle=False) as archive:
        return dict(archive)


# The file


def test_checksum_is_the_listed_one():
    lines = (FOLDER / "SHA256SUMS").read_text().splitlines()
    listed = {name: digest for digest, name in map(str.split, lines)}
    assert set(listed) == {FILE.name, "held_back.npz"}
    for name, digest in listed.items():
        assert hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() == digest


def test_the_held_back_images_are_new_and_balanced(arrays):
    """They are for the grader: a look-up in a student's folder finds none of them."""
    with np.load(FOLDER / "held_back.npz", allow_pickle=False) as stored:
        images, labels = stored["images"], stored["labels"]
    known = {image.tobytes() for part in ("train", "test") for image in arrays[f"{part}_images"]}
    assert not known & {image.tobytes() for image in images}
    assert np.bincount(labels).tolist() == [40] * 10


def test_file_is_small_enough_to_travel():
    assert FILE.stat().st_size < 4_000_000


def test_shapes_types_and_names(arrays):
    assert {name: (a.shape, a.dtype.kind) for name, a in arrays.items()} == {
        "train_images": ((8000, 28, 28), "u"),
        "train_labels": ((8000,), "u"),
        "test_images": ((1000, 28, 28), "u"),
        "test_labels": ((1000,), "u"),
        "class_names": ((10,), "U"),
    }
    assert tuple(arrays["class_names"]) == data.CLASS_NAMES


@pytest.mark.parametrize("part", ["train", "test"])
def test_every_block_of_ten_holds_every_class(arrays, part):
    blocks = arrays[f"{part}_labels"].reshape(-1, 10)
    assert (np.sort(blocks, axis=1) == np.arange(10)).all()
    assert len({tuple(block) for block in blocks}) > 50  # a label cannot be told from its place


def test_no_image_stands_twice(arrays):
    images = np.concatenate([arrays["train_images"], arrays["test_images"]])
    assert len({image.tobytes() for image in images}) == 9000


def test_script_makes_the_same_file(tmp_path, arrays):
    if not DEBIAN.is_dir():
        missing("needs Debian's dataset-fashion-mnist")
    spec = importlib.util.spec_from_file_location("maker", FOLDER / "make_fashion_mnist.py")
    assert spec is not None and spec.loader is not None
    maker = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(maker)
    maker.make(DEBIAN, tmp_path / "again.npz")
    with np.load(tmp_path / "again.npz", allow_pickle=False) as again:
        assert set(again.files) == set(arrays)
        assert all((again[name] == arrays[name]).all() for name in arrays)
    if "ng" not in zlib.ZLIB_RUNTIME_VERSION:  # zlib-ng packs the same content otherwise
        assert (tmp_path / "again.npz").read_bytes() == FILE.read_bytes()


# The loader


def test_columns_are_centred_pixels(arrays):
    X_train, y_train, X_test, y_test = data.load_fashion_mnist(path=FOLDER)
    assert (X_train.shape, y_train.shape) == ((784, 8000), (8000,))
    assert (X_test.shape, y_test.shape) == ((784, 1000), (1000,))
    assert X_train.dtype == np.float64 and y_train.dtype == np.int64
    np.testing.assert_allclose(X_train.mean(axis=1), 0, atol=1e-12)
    pixels = X_test[:, 17] + data.mean_image(FOLDER)[:, 0]
    np.testing.assert_allclose(pixels.reshape(28, 28) * 255, arrays["test_images"][17], atol=1e-9)
    assert y_test[17] == arrays["test_labels"][17]


def test_a_prefix_is_the_same_images_and_balanced():
    X_all, y_all, *_ = data.load_fashion_mnist(path=FILE)
    X, y, X_test, y_test = data.load_fashion_mnist(137, 0, path=FILE)
    assert np.array_equal(X, X_all[:, :137]) and np.array_equal(y, y_all[:137])
    assert X_test.shape == (784, 0) and y_test.shape == (0,)
    counts = np.bincount(y, minlength=10)
    assert counts.max() - counts.min() <= 1


def test_volumes_and_columns_are_the_same_numbers():
    X = data.load_fashion_mnist(7, 3, path=FOLDER)[0]
    V = data.as_volumes(X)
    assert V.shape == (1, 28, 28, 7)
    assert (V.reshape(-1, 7) == X).all()
    images = data.fashion_mnist_images(7, 3, path=FOLDER)[0]
    assert images.shape == (28, 28, 7) and images.dtype == np.uint8
    shown = V[0] + data.mean_image(FOLDER).reshape(28, 28, 1)
    np.testing.assert_allclose(shown * 255, images, atol=1e-9)


def test_what_is_returned_may_be_changed():
    for _ in range(2):
        X, y, *_ = data.load_fashion_mnist(5, 5, path=FOLDER)
        assert not (X == -1).all()
        X[:], y[:] = -1, -1
        mean = data.mean_image(FOLDER)
        assert mean.min() >= 0
        mean[:] = -1


def test_without_a_path_the_data_lie_beside_the_module(tmp_path):
    shutil.copy(data.__file__, tmp_path / "labdata.py")
    (tmp_path / "data").mkdir()
    shutil.copy(FILE, tmp_path / "data")
    spec = importlib.util.spec_from_file_location("labdata_copy", tmp_path / "labdata.py")
    assert spec is not None and spec.loader is not None
    labdata = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(labdata)
    assert labdata.load_fashion_mnist(3, 4)[2].shape == (784, 4)
    shutil.rmtree(tmp_path / "data")
    with pytest.raises(labdata.DataError, match="is missing"):
        labdata.load_fashion_mnist(3, 4)


def test_too_many_images_and_broken_files_say_so(tmp_path):
    with pytest.raises(data.DataError, match=r"8001 train images .* has 8000\.$"):
        data.load_fashion_mnist(8001, path=FOLDER)
    (tmp_path / "fashion_mnist.npz").write_bytes(FILE.read_bytes()[:5000])
    with pytest.raises(data.DataError, match="cannot be read"):
        data.load_fashion_mnist(path=tmp_path)
    np.savez(tmp_path / "other.npz", something=np.zeros(3))
    with pytest.raises(data.DataError, match="cannot be read"):
        data.load_fashion_mnist(path=tmp_path / "other.npz")


def test_loader_needs_only_numpy_and_the_standard_library():
    tree = Path(data.__file__).read_text().splitlines()
    imported = {
        line.split()[1].split(".")[0] for line in tree if line.startswith(("import", "from"))
    }
    assert imported - set(sys.stdlib_module_names) == {"numpy"}


# CIFAR-10, from a tiny archive in its format


def make_archive(path: Path, records: dict[str, np.ndarray]) -> str:
    """An archive as CIFAR-10's, with `records` by batch; gives its SHA-256."""
    with tarfile.open(path, "w:gz") as archive:
        files = {f"{name}.bin": array.tobytes() for name, array in records.items()}
        for name, content in {**files, "batches.meta.txt": b"airplane\n"}.items():
            member = tarfile.TarInfo(f"cifar-10-batches-bin/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return hashlib.sha256(path.read_bytes()).hexdigest()


def make_records(n: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    records = rng.integers(0, 256, size=(n, 3073), dtype=np.uint8)
    records[:, 0] = rng.integers(0, 10, size=n)
    return records


@pytest.fixture
def tiny(tmp_path):
    records = {f"data_batch_{i}": make_records(3, i) for i in (2, 1, 3, 4, 5)}
    records["test_batch"] = make_records(4, 9)
    source = tmp_path / "source.tar.gz"
    return source, make_archive(source, records), records


def test_cifar10_gives_centred_volumes_in_order(tiny, tmp_path):
    source, sha256, records = tiny
    V_train, y_train, V_test, y_test = data.load_cifar10(
        tmp_path / "cache", url=source.as_uri(), sha256=sha256
    )
    assert V_train.shape == (3, 32, 32, 15) and V_test.shape == (3, 32, 32, 4)
    train = np.concatenate([records[f"data_batch_{i}"] for i in range(1, 6)])
    assert (y_train == train[:, 0]).all() and (y_test == records["test_batch"][:, 0]).all()
    np.testing.assert_allclose(V_train.mean(axis=-1), 0, atol=1e-6)
    # The green plane of an image, row by row, follows its label and its red plane.
    mean = train[:, 1:].mean(axis=0) / 255
    green = (train[7, 1 + 1024 : 1 + 2048] / 255 - mean[1024:2048]).reshape(32, 32)
    np.testing.assert_allclose(V_train[1, :, :, 7], green, atol=1e-6)


def test_cifar10_prefix_is_centred_by_the_whole_training_part(tiny, tmp_path):
    source, sha256, _ = tiny
    where = {"url": source.as_uri(), "sha256": sha256}
    all_images = data.load_cifar10(tmp_path / "cache", **where)
    some = data.load_cifar10(tmp_path / "cache", 5, 2, **where)
    assert (some[0] == all_images[0][..., :5]).all() and (some[2] == all_images[2][..., :2]).all()
    with pytest.raises(data.DataError, match="16 train images"):
        data.load_cifar10(tmp_path / "cache", 16, **where)


def test_cifar10_is_fetched_once_and_again_when_broken(tiny, tmp_path):
    source, sha256, _ = tiny
    cache = tmp_path / "cache"
    moved = source.rename(tmp_path / "moved.tar.gz")
    data.load_cifar10(cache, url=moved.as_uri(), sha256=sha256)
    assert [path.name for path in cache.iterdir()] == ["cifar-10-binary.tar.gz"]
    nowhere = (tmp_path / "nowhere").as_uri()
    data.load_cifar10(cache, url=nowhere, sha256=sha256)  # the copy in the cache
    (cache / "cifar-10-binary.tar.gz").write_bytes(b"cut short")
    with pytest.raises(data.DataError, match="could not be fetched"):
        data.load_cifar10(cache, url=nowhere, sha256=sha256)
    data.load_cifar10(cache, url=moved.as_uri(), sha256=sha256)


def test_cifar10_offline_is_one_sentence_and_leaves_nothing(tmp_path):
    url = (tmp_path / "nowhere.tar.gz").as_uri()
    with pytest.raises(data.DataError, match=f"could not be fetched from {url}: are you online"):
        data.load_cifar10(tmp_path / "cache", url=url)
    assert list((tmp_path / "cache").iterdir()) == []


def test_cifar10_keeps_nothing_with_a_wrong_checksum(tiny, tmp_path):
    source, _, _ = tiny
    with pytest.raises(data.DataError, match="wrong checksum"):
        data.load_cifar10(tmp_path / "cache", url=source.as_uri())
    assert list((tmp_path / "cache").iterdir()) == []


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda records: records.pop("test_batch"), "not CIFAR-10's binary archive"),
        (lambda records: records.update(data_batch_2=np.zeros(100, np.uint8)), "3073-byte"),
        (lambda records: records["data_batch_4"].__setitem__((0, 0), 10), "a label 10"),
    ],
)
def test_cifar10_in_another_format_says_so(tiny, tmp_path, damage, sentence):
    source, _, records = tiny
    damage(records)
    sha256 = make_archive(source, records)
    with pytest.raises(data.DataError, match=sentence):
        data.load_cifar10(tmp_path / "cache", url=source.as_uri(), sha256=sha256)


def test_cifar10_that_is_no_archive_says_so(tmp_path):
    (tmp_path / "page.html").write_bytes(b"<html>503</html>")
    sha256 = hashlib.sha256(b"<html>503</html>").hexdigest()
    with pytest.raises(data.DataError, match="not CIFAR-10's binary archive"):
        data.load_cifar10(tmp_path / "cache", url=(tmp_path / "page.html").as_uri(), sha256=sha256)


def test_no_cache_folder_can_be_made(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(data.DataError, match="choose a folder you may write to"):
        data.load_cifar10(tmp_path / "file")
