import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuralnet.backprop import backward
from neuralnet.layers import forward
from neuralnet.losses import softmax_cross_entropy
from neuralnet.training import accuracy, initialize, minibatches, predict, sgd_step, train

from .tools import as_float32, assert_same, dtypes, pure


def blobs(rng, n=150, classes=3):
    """Classes on a circle, far enough apart to be learned quickly."""
    y = rng.integers(classes, size=n)
    angle = 2 * np.pi * y / classes
    return np.stack([np.cos(angle), np.sin(angle)]) + 0.2 * rng.normal(size=(2, n)), y


OPTIONS = {"activation": "relu", "learning_rate": 0.3, "batch_size": 16}


@pytest.mark.parametrize(
    ("scheme", "std"), [("zeros", 0), ("small", 0.01), ("xavier", 0.05), ("he", 0.05 * 2**0.5)]
)
def test_initialize(scheme, std, rng):
    (W, b), (W2, b2) = initialize([400, 300, 7], rng, scheme)
    assert (W.shape, b.shape, W2.shape, b2.shape) == ((300, 400), (300, 1), (7, 300), (7, 1))
    np.testing.assert_allclose(W.std(), std, rtol=0.02)
    np.testing.assert_allclose(W.mean(), 0.0, atol=std / 50)
    assert not b.any()
    assert not b2.any()


def test_initialize_by_default_and_unknown(rng):
    a, b = (initialize([5, 4, 3], np.random.default_rng(1), *scheme) for scheme in ([], ["small"]))
    assert_same(a, b)
    with pytest.raises(ValueError, match=r"'glorot'.*zeros, small, xavier, he"):
        initialize([3, 2], rng, "glorot")


@given(st.integers(1, 40), st.integers(1, 50), st.integers(0, 9))
def test_every_example_once(n, batch_size, seed):
    batches = minibatches(n, batch_size, np.random.default_rng(seed))
    assert sorted(np.concatenate(batches)) == list(range(n))
    assert all(len(batch) == batch_size for batch in batches[:-1])
    assert 1 <= len(batches[-1]) <= batch_size


def test_minibatches_are_shuffled_by_the_rng_alone(rng):
    assert [len(batch) for batch in minibatches(13, 5, rng)] == [5, 5, 3]
    first, second = minibatches(200, 200, rng)[0], minibatches(200, 200, rng)[0]
    assert not np.array_equal(first, second)
    assert not np.array_equal(first, np.arange(200))
    same = [np.concatenate(minibatches(50, 7, np.random.default_rng(3))) for _ in range(2)]
    np.testing.assert_array_equal(*same)


def test_sgd_step(rng):
    params = [(np.array([[1, 2]]), np.array([[3]]))]
    grads = [(np.array([[1, -1]]), np.array([[2]]))]
    ((W, b),) = pure(sgd_step, params, grads, 1)
    np.testing.assert_array_equal(W, [[0.0, 3.0]])
    np.testing.assert_array_equal(b, [[1.0]])
    assert dtypes([W, b]) == {np.dtype(np.float64)}
    single = sgd_step(as_float32(params), as_float32(grads), np.float64(0.1))
    assert dtypes(single) == {np.dtype(np.float32)}


@pytest.mark.parametrize("batch_size", [150, 1000])
def test_full_batch_is_one_step(batch_size, rng):
    X, y = blobs(rng)
    params = initialize([2, 5, 3], rng, "he")
    H = forward(params, X, "tanh")
    loss, dS = softmax_cross_entropy(H[-1], y)
    stepped = sgd_step(params, backward(params, H, dS, "tanh"), 0.3)
    trained, losses = train(
        params,
        X,
        y,
        activation="tanh",
        learning_rate=0.3,
        batch_size=batch_size,
        epochs=1,
        rng=rng,
    )
    np.testing.assert_allclose(losses, [loss])
    for (W, b), (W1, b1) in zip(trained, stepped, strict=True):
        np.testing.assert_allclose(W, W1, rtol=1e-10, atol=1e-14)
        np.testing.assert_allclose(b, b1, rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu"])
@pytest.mark.parametrize("batch_size", [1, 16, 150])
def test_training_learns(activation, batch_size, rng):
    X, y = blobs(rng)
    params = initialize([2, 8, 3], rng, "xavier")
    epochs = 200 if batch_size == 150 else 40
    trained, losses = train(
        params,
        X,
        y,
        activation=activation,
        learning_rate=1.0 if batch_size > 1 else 0.05,
        batch_size=batch_size,
        epochs=epochs,
        rng=rng,
    )
    assert len(losses) == epochs
    assert losses[-1] < 0.5 * losses[0]
    assert accuracy(predict(trained, X, activation), y) >= 0.97


def test_learns_xor(rng):
    X, y = np.array([[0, 0, 1, 1], [0, 1, 0, 1]]), np.array([0, 1, 1, 0])
    params, _ = train(
        initialize([2, 8, 2], rng, "xavier"),
        X,
        y,
        activation="tanh",
        learning_rate=0.5,
        batch_size=4,
        epochs=300,
        rng=rng,
    )
    np.testing.assert_array_equal(predict(params, X, "tanh"), y)


def test_every_epoch_is_shuffled_anew(rng):
    X, y = blobs(rng, n=13)
    seen = []

    class Spy:
        def __getattr__(self, name):
            def draw(*args, **kwargs):
                seen.append(getattr(rng, name)(*args, **kwargs))
                return seen[-1]

            return draw

    train(initialize([2, 3], rng), X, y, **OPTIONS, epochs=3, rng=Spy())
    assert len({tuple(order) for order in seen}) == 3


def test_zero_start_keeps_units_equal(rng):
    X, y = blobs(rng)
    ((W, _), _), _ = train(
        initialize([2, 4, 3], rng, "zeros"),
        X,
        y,
        **OPTIONS | {"activation": "sigmoid"},
        epochs=3,
        rng=rng,
    )
    np.testing.assert_array_equal(W, np.tile(W[:1], (4, 1)))


def test_pure_and_float32(rng):
    X, y = blobs(rng, n=20)
    params = initialize([2, 4, 3], rng)

    def run(params, X, y):
        return train(params, X, y, **OPTIONS, epochs=2, rng=np.random.default_rng(1))

    _, losses = pure(run, params, X, y)
    assert all(type(loss) is float for loss in losses)
    assert dtypes(run(as_float32(params), as_float32(X), y)[0]) == {np.dtype(np.float32)}
    pure(predict, params, X, "relu")
    pure(minibatches, 13, 5, rng)


def test_accuracy():
    assert accuracy(np.array([1, 2, 3, 0]), np.array([1, 2, 0, 0])) == 0.75
    assert type(accuracy(np.array([1]), np.array([1]))) is float
