"""Each detector of the reference finds all that is wrong of its kind, and nothing else."""

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from neuralnet.autoencoder import pretrain
from neuralnet.convolution import conv_forward
from neuralnet.detect_flatten import flatten_is_wrong
from neuralnet.detect_gradients import wrong_gradients
from neuralnet.detect_padding import padding_is_wrong
from neuralnet.detect_pretrain import pretrain_is_wrong
from neuralnet.detect_train import train_is_wrong
from neuralnet.training import train

FEW = settings(max_examples=20, deadline=None)


@FEW
@given(st.integers(0, 2**32 - 1))
def test_any_other_order_of_the_pixels_is_found(seed):
    def shuffled(pictures):
        right = pictures.reshape(-1, pictures.shape[-1])
        order = np.random.default_rng(seed).permutation(len(right))
        assume(not np.array_equal(order, np.arange(len(right))))
        return right[order]

    assert flatten_is_wrong(shuffled)
    assert not flatten_is_wrong(lambda pictures: pictures.reshape(-1, pictures.shape[-1]))


@FEW
@given(st.sets(st.sampled_from(["A", "b", "x"])), st.floats(-2, 2))
def test_exactly_the_wrong_gradients_are_named(wrong, factor):
    assume(abs(factor - 1) > 0.01)

    def forward(arrays):
        return np.sin(arrays["A"] * arrays["x"]) + arrays["b"] ** 3

    def backward(dH, arrays):
        slope = np.cos(arrays["A"] * arrays["x"])
        right = {
            "A": dH * slope * arrays["x"],
            "x": (dH * slope * arrays["A"]).sum(axis=0, keepdims=True),
            "b": dH * 3 * arrays["b"] ** 2,
        }
        return {name: grad * (factor if name in wrong else 1) for name, grad in right.items()}

    shapes = {"x": (1, 5), "A": (4, 5), "b": (4, 5)}
    assert wrong_gradients(forward, backward, shapes) == sorted(wrong)


@FEW
@given(st.floats(-3, 3).filter(lambda factor: abs(factor - 1) > 0.05), st.booleans())
def test_a_rate_that_depends_on_the_batch_is_found(factor, grows):
    def other(params, X, y, *, learning_rate, batch_size, **more):
        size = min(batch_size, len(y))
        rate = learning_rate * (factor * size if grows else factor / size)
        return train(params, X, y, learning_rate=rate, batch_size=batch_size, **more)

    assert train_is_wrong(other) and not train_is_wrong(train)


@FEW
@given(st.floats(-3, 3).filter(lambda factor: abs(factor - 1) > 0.05), st.sampled_from([1, 2]))
def test_codes_of_another_size_are_found_in_any_layer(factor, height):
    def other(X, hidden_sizes, *, activation, **more):
        a = {"tanh": np.tanh, "relu": lambda z: np.maximum(z, 0)}.get(
            activation, lambda z: 1 / (1 + np.exp(-z))
        )
        encoders = []
        for i, hidden in enumerate(hidden_sizes, start=1):
            encoders += pretrain(X, [hidden], activation=activation, **more)
            W, b = encoders[-1]
            X = a(W @ X + b) * (factor if i == height else 1)
        return encoders

    assert pretrain_is_wrong(other) and not pretrain_is_wrong(pretrain)


@FEW
@given(st.tuples(*[st.integers(-1, 1)] * 4), st.sampled_from([0.0, 0.5]))
def test_any_other_frame_is_found(more, value):
    assume(any(more) or value)

    def other(X, W, b, stride=1, padding=0):
        top, bottom, left, right = (max(0, padding + (one if padding else 0)) for one in more)
        frame = ((0, 0), (top, bottom), (left, right), (0, 0))
        return conv_forward(np.pad(X, frame, constant_values=value), W, b, stride, 0)

    assert padding_is_wrong(other) and not padding_is_wrong(conv_forward)
