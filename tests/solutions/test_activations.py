import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from neuralnet.activations import (
    relu,
    relu_gradient,
    sigmoid,
    sigmoid_gradient,
    tanh,
    tanh_gradient,
)

from .tools import assert_gradient, pure

PAIRS = [(sigmoid, sigmoid_gradient), (tanh, tanh_gradient), (relu, relu_gradient)]
ANY_SHAPE = arrays(np.float64, array_shapes(min_dims=0), elements=st.floats(-1e4, 1e4))


@pytest.mark.parametrize("a", [sigmoid, tanh, relu])
@given(z=ANY_SHAPE)
def test_any_shape_finite_without_warnings(a, z):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        h = a(z)
    assert h.shape == z.shape
    assert np.isfinite(h).all()


def test_small_table():
    z = np.array([[-2.0, 0.0, 1.0]])
    np.testing.assert_allclose(sigmoid(z), [[0.11920292, 0.5, 0.73105858]], rtol=1e-7)
    np.testing.assert_allclose(tanh(z), [[-0.96402758, 0.0, 0.76159416]], rtol=1e-7)
    np.testing.assert_array_equal(relu(z), [[0.0, 0.0, 1.0]])


def test_sigmoid_keeps_its_digits_far_left():
    np.testing.assert_allclose(sigmoid(np.array([-40.0, -700.0])), np.exp([-40.0, -700.0]))


def test_sigmoid_of_a_number_that_has_no_opposite():
    assert sigmoid(np.int8([-128])) == sigmoid(-128.0)  # int8 ends at 127


def test_tanh_is_a_rescaled_sigmoid(rng):
    z = rng.normal(size=(3, 5))
    np.testing.assert_allclose(tanh(z), 2 * sigmoid(2 * z) - 1)


@pytest.mark.parametrize(("a", "gradient"), PAIRS)
def test_gradient_from_the_function_value(a, gradient, rng):
    z = rng.normal(size=(3, 5))
    z[np.abs(z) < 0.01] = 0.5  # away from ReLU's kink
    upstream = rng.normal(size=z.shape)
    assert_gradient(lambda z: (upstream * a(z)).sum(), z, upstream * gradient(a(z)))


@pytest.mark.parametrize("function", [function for pair in PAIRS for function in pair])
def test_plain_numbers(function):
    assert function(0.5) == function(np.array([0.5]))[0]


def test_dead_unit_has_no_gradient():
    np.testing.assert_array_equal(relu_gradient(np.array([0.0, 1e-300, 3.0])), [0.0, 1.0, 1.0])


@pytest.mark.parametrize("function", [function for pair in PAIRS for function in pair])
def test_pure_and_floating(function, rng):
    z = rng.normal(size=(3, 5))
    pure(function, z)
    assert function(z.astype(np.float32)).dtype == np.float32
    for integers in (np.int64, np.int8, np.uint8):
        numbers = np.array([[0, 1, 5], [2, 3, 100]], dtype=integers)
        assert np.asarray(function(numbers)).dtype == np.float64
        if integers is np.int64 or function not in (sigmoid_gradient, tanh_gradient):
            np.testing.assert_array_equal(function(numbers), function(numbers.astype(float)))
