import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from neuralnet.backprop import backward, dense_backward, numerical_gradient
from neuralnet.layers import dense_forward, forward
from neuralnet.losses import softmax_cross_entropy

from .test_layers import params_for
from .tools import as_float32, assert_gradient, assert_same, dtypes, pure


@given(arrays(np.float64, array_shapes(min_dims=0, max_side=4), elements=st.floats(-9, 9)))
def test_numerical_gradient_of_any_shape(theta):
    gradient = numerical_gradient(lambda t: (t**2).sum(), theta)
    assert gradient.shape == theta.shape
    np.testing.assert_allclose(gradient, 2 * theta, atol=1e-8)


def test_numerical_gradient_of_integers():
    theta = np.array([[1, 2, 3], [4, 5, 6]])
    gradient = pure(numerical_gradient, lambda t: (t**3).sum(), theta)
    np.testing.assert_allclose(gradient, 3 * theta**2, rtol=1e-8)


def test_numerical_gradient_of_single_precision():
    gradient = numerical_gradient(lambda t: (t**2).sum(), np.float32([1.0, 3.0]))
    assert gradient.dtype == np.float64
    np.testing.assert_allclose(gradient, [2.0, 6.0], rtol=1e-6)


def test_numerical_gradient_never_writes_to_theta():
    theta = np.array([1.0, 2.0])
    theta.flags.writeable = False
    np.testing.assert_allclose(numerical_gradient(np.sum, theta), [1.0, 1.0])


def test_numerical_gradient_where_f_gives_its_argument_back():
    assert numerical_gradient(lambda t: t, np.array(3.0)) == pytest.approx(1.0)


def test_dense_backward(rng):
    W, b, X = rng.normal(size=(4, 3)), rng.normal(size=(4, 1)), rng.normal(size=(3, 5))
    upstream = rng.normal(size=(4, 5))
    dW, db, dX = pure(dense_backward, upstream, W, X)
    assert_gradient(lambda W: (upstream * dense_forward(W, b, X)).sum(), W, dW)
    assert_gradient(lambda b: (upstream * dense_forward(W, b, X)).sum(), b, db)
    assert_gradient(lambda X: (upstream * dense_forward(W, b, X)).sum(), X, dX)


def test_data_of_whole_numbers(rng):
    """X is data, also in a backward function: `train` hands on what it was given."""
    params, dS = params_for([3, 5, 4], rng), rng.normal(size=(4, 7))
    for kind in (np.int64, np.uint8):
        X = rng.integers(0, 9, size=(3, 7)).astype(kind)
        grads, expected = (
            backward(params, forward(params, data, "tanh"), dS, "tanh")
            for data in (X, X.astype(float))
        )
        assert_same(grads, expected)
        assert_same(
            dense_backward(params[0][0] @ X, params[0][0], X),
            dense_backward(params[0][0] @ X, params[0][0], X.astype(float)),
        )


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu"])
@pytest.mark.parametrize("sizes", [[3, 4], [3, 5, 4], [3, 6, 5, 4]])
def test_backward(activation, sizes, rng):
    params, X = params_for(sizes, rng), rng.normal(size=(3, 7))
    H = forward(params, X, activation)
    upstream = rng.normal(size=(4, 7))
    grads = pure(backward, params, H, upstream, activation)
    assert len(grads) == len(params)
    for layer, (dW, db) in enumerate(grads):
        W, b = params[layer]

        def loss(W, b, layer=layer):
            changed = [*params[:layer], (W, b), *params[layer + 1 :]]
            return (upstream * forward(changed, X, activation)[-1]).sum()

        assert_gradient(lambda W, b=b, loss=loss: loss(W, b), W, dW)
        assert_gradient(lambda b, W=W, loss=loss: loss(W, b), b, db)
    single = backward(as_float32(params), as_float32(H), as_float32(upstream), activation)
    assert dtypes(single) == {np.dtype(np.float32)}


def test_backward_of_the_loss(rng):
    params, X, y = params_for([3, 5, 4], rng), rng.normal(size=(3, 7)), rng.integers(4, size=7)
    H = forward(params, X, "tanh")
    _, dS = softmax_cross_entropy(H[-1], y)
    (dW, _), _ = backward(params, H, dS, "tanh")
    W, b = params[0]
    assert_gradient(
        lambda W: softmax_cross_entropy(forward([(W, b), params[1]], X, "tanh")[-1], y)[0], W, dW
    )


def test_unknown_activation(rng):
    with pytest.raises(ValueError, match=r"'step'.*sigmoid, tanh, relu"):
        backward(
            params_for([3, 2], rng), [np.ones((3, 1)), np.ones((2, 1))], np.ones((2, 1)), "step"
        )
