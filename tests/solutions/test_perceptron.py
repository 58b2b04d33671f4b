import numpy as np
import pytest

from neuralnet.perceptron import perceptron_predict, perceptron_train, xor_params

from .tools import assert_same, pure

CORNERS = np.array([[0, 0, 1, 1], [0, 1, 0, 1]])


def test_predict_is_one_only_above_the_line():
    y_hat = perceptron_predict(np.array([1.0, -2.0]), 1.0, np.array([[1, 2, 0], [1, 1, 1]]))
    np.testing.assert_array_equal(y_hat, [0, 1, 0])  # scores 0, 1, −1


def test_first_mistakes_by_hand():
    X, y = np.array([[1.0, 2.0], [3.0, 1.0]]), np.array([1, 0])
    w, b = perceptron_train(X, y, epochs=1)
    np.testing.assert_array_equal(w, [-1.0, 2.0])  # (0,0) + (1,3) − (2,1)
    assert b == 0.0
    assert isinstance(b, float)


@pytest.mark.parametrize("y", [[0, 0, 0, 1], [0, 1, 1, 1], [1, 1, 0, 0]])
def test_learns_what_a_line_separates(y):
    w, b = perceptron_train(CORNERS, np.array(y), epochs=20)
    np.testing.assert_array_equal(perceptron_predict(w, b, CORNERS), y)
    assert w.shape == (2,)
    assert w.dtype == np.float64


def test_separable_cloud(rng):
    X = rng.normal(size=(3, 40))
    y = (np.array([1.0, -2.0, 0.5]) @ X > 0.3).astype(int)
    w, b = pure(perceptron_train, X, y, 500)
    np.testing.assert_array_equal(pure(perceptron_predict, w, b, X), y)
    assert perceptron_train(X.astype(np.float32), y, 5)[0].dtype == np.float32


@pytest.mark.parametrize("kind", [np.uint8, np.int8, bool])
def test_labels_and_features_of_any_integer_type(kind):
    y = np.array([0, 0, 0, 1])
    w, b = perceptron_train(CORNERS, y, epochs=20)
    assert_same(perceptron_train(CORNERS, y.astype(kind), epochs=20), (w, b))
    assert_same(perceptron_train(CORNERS.astype(kind), y, epochs=20), (w, b))
    np.testing.assert_array_equal(perceptron_predict(w, b, CORNERS.astype(kind)), y)


def test_xor():
    H = CORNERS
    for W, b in pure(xor_params):
        H = (W @ H + b > 0).astype(float)
    np.testing.assert_array_equal(H, [[0, 1, 1, 0]])
