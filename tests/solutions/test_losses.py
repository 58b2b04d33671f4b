import warnings

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from neuralnet.losses import cross_entropy, softmax, softmax_cross_entropy, squared_error

from .tools import assert_gradient, pure

SCORES = st.tuples(st.integers(1, 6), st.integers(1, 5)).flatmap(
    lambda shape: arrays(np.float64, shape, elements=st.floats(-1e4, 1e4))
)


@given(SCORES)
def test_softmax_is_a_distribution_in_each_column(S):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        P = softmax(S)
    assert P.shape == S.shape
    assert (P >= 0).all()
    np.testing.assert_allclose(P.sum(axis=0), 1.0)
    np.testing.assert_allclose(softmax(S + 3.0), P, rtol=1e-9)


@given(SCORES, st.randoms(use_true_random=False))
def test_softmax_cross_entropy_finite_for_extreme_scores(S, random):
    y = np.array([random.randrange(len(S)) for _ in S.T])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        loss, dS = softmax_cross_entropy(S, y)
    assert np.isfinite(loss)
    np.testing.assert_allclose(dS.sum(axis=0), 0.0, atol=1e-12)
    if softmax(S)[y, np.arange(len(y))].min() >= 1e-6:
        np.testing.assert_allclose(loss, cross_entropy(softmax(S), y), rtol=1e-9, atol=1e-14)


def test_softmax_by_hand():
    P = softmax(np.log(np.array([[1.0, 5.0], [3.0, 5.0]])))
    np.testing.assert_allclose(P, [[0.25, 0.5], [0.75, 0.5]])


def test_cross_entropy_is_a_mean_and_guarded():
    P = np.array([[0.5, 1e-6, 1.0], [0.5, 1 - 1e-6, 0.0]])
    y = np.array([1, 0, 0])
    np.testing.assert_allclose(cross_entropy(P, y), -(np.log(0.5) + np.log(1e-6)) / 3, rtol=1e-12)
    assert 20 <= cross_entropy(P, np.array([0, 1, 1])) * 3 < 100


def test_softmax_cross_entropy_starts_near_log_classes(rng):
    loss, _ = softmax_cross_entropy(1e-3 * rng.normal(size=(10, 50)), rng.integers(10, size=50))
    np.testing.assert_allclose(loss, np.log(10), rtol=1e-3)


def test_softmax_cross_entropy_exact_at_a_millionth():
    loss, _ = softmax_cross_entropy(np.array([[0.0], [np.log(1e6 - 1)]]), np.array([0]))
    np.testing.assert_allclose(loss, np.log(1e6), rtol=1e-12)


def test_softmax_cross_entropy_gradient(rng):
    S, y = rng.normal(size=(4, 7)), rng.integers(4, size=7)
    loss, dS = pure(softmax_cross_entropy, S, y)
    np.testing.assert_allclose(loss, cross_entropy(softmax(S), y))
    assert_gradient(lambda S: softmax_cross_entropy(S, y)[0], S, dS)


def test_squared_error(rng):
    loss, dY_hat = squared_error(np.array([[1, 2], [3, 4]]), np.array([[0, 2], [3, 1]]))
    assert loss == (1 + 9) / 4
    np.testing.assert_array_equal(dY_hat, [[0.5, 0.0], [0.0, 1.5]])
    Y_hat, Y = rng.normal(size=(3, 5)), rng.normal(size=(3, 5))
    _, dY_hat = pure(squared_error, Y_hat, Y)
    assert_gradient(lambda Y_hat: squared_error(Y_hat, Y)[0], Y_hat, dY_hat)


def test_integers_and_float32(rng):
    S, y = rng.integers(-9, 9, size=(3, 5)), rng.integers(3, size=5)
    pure(softmax, S)
    pure(cross_entropy, softmax(S), y)
    np.testing.assert_array_equal(softmax(S), softmax(S.astype(float)))
    np.testing.assert_array_equal(
        softmax_cross_entropy(S, y)[1], softmax_cross_entropy(1.0 * S, y)[1]
    )
    single = S.astype(np.float32)
    assert softmax(single).dtype == np.float32
    assert softmax_cross_entropy(single, y)[1].dtype == np.float32
    assert squared_error(single, single + 1)[1].dtype == np.float32
    for loss in (softmax_cross_entropy(single, y)[0], cross_entropy(softmax(single), y)):
        assert type(loss) is float
