from itertools import pairwise

import numpy as np
import pytest

from neuralnet.activations import relu, sigmoid, tanh
from neuralnet.layers import add_bias_row, dense_forward, forward

from .tools import as_float32, dtypes, pure


def params_for(sizes, rng):
    return [
        (rng.normal(size=(units, p)), rng.normal(size=(units, 1))) for p, units in pairwise(sizes)
    ]


def test_bias_row_carries_the_bias(rng):
    W, b, X = rng.normal(size=(4, 3)), rng.normal(size=(4, 1)), rng.normal(size=(3, 5))
    X1 = pure(add_bias_row, X)
    assert X1.shape == (4, 5)
    np.testing.assert_allclose(np.hstack([W, b]) @ X1, dense_forward(W, b, X))
    assert add_bias_row(np.array([[1, 2]])).dtype == np.float64
    assert add_bias_row(as_float32(X)).dtype == np.float32


@pytest.mark.parametrize("kind", [int, np.uint8, float])
def test_dense_forward_by_hand(kind):
    X = np.array([[3, 0, 1], [1, 1, 0]], dtype=kind)
    Z = dense_forward(np.array([[1.0, 2.0], [0.0, -1.0]]), np.array([[1.0], [0.0]]), X)
    np.testing.assert_array_equal(Z, [[6, 3, 2], [-1, -1, 0]])
    assert Z.dtype == np.float64


@pytest.mark.parametrize(("name", "a"), [("sigmoid", sigmoid), ("tanh", tanh), ("relu", relu)])
def test_forward_is_linear_only_at_the_end(name, a, rng):
    params, X = params_for([3, 5, 4, 2], rng), rng.normal(size=(3, 7))
    H = [X, *pure(lambda *args: forward(*args)[1:], params, X, name)]
    assert forward(params, X, name)[0] is X
    assert [h.shape for h in H] == [(3, 7), (5, 7), (4, 7), (2, 7)]
    np.testing.assert_allclose(H[1], a(params[0][0] @ X + params[0][1]))
    np.testing.assert_allclose(H[2], a(params[1][0] @ H[1] + params[1][1]))
    np.testing.assert_allclose(H[3], params[2][0] @ H[2] + params[2][1])
    assert dtypes(forward(as_float32(params), as_float32(X), name)) == {np.dtype(np.float32)}


def test_one_layer_is_only_scores(rng):
    params, X = params_for([3, 2], rng), rng.normal(size=(3, 7))
    H = forward(params, X, "relu")
    assert len(H) == 2
    np.testing.assert_allclose(H[1], dense_forward(*params[0], X))


def test_unknown_activation(rng):
    with pytest.raises(ValueError, match=r"'step'.*sigmoid, tanh, relu"):
        forward(params_for([3, 2], rng), np.ones((3, 1)), "step")
