import numpy as np
import pytest

from neuralnet.activations import sigmoid, tanh
from neuralnet.autoencoder import autoencoder_loss, fine_tune, pretrain, train_autoencoder
from neuralnet.training import accuracy, initialize, predict

from .test_layers import params_for
from .test_training import blobs
from .tools import as_float32, assert_gradient, assert_same, dtypes, pure

OPTIONS = {"activation": "tanh", "learning_rate": 0.1, "batch_size": 8}


def test_loss_by_the_formula(rng):
    encoder, decoder = params_for([5, 3, 5], rng)
    X = rng.normal(size=(5, 7))
    code = tanh(encoder[0] @ X + encoder[1])
    expected = ((decoder[0] @ code + decoder[1] - X) ** 2).sum() / 14
    np.testing.assert_allclose(autoencoder_loss(encoder, decoder, X, "tanh")[0], expected)


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu"])
def test_gradients(activation, rng):
    encoder, decoder = params_for([5, 3, 5], rng)
    X = rng.normal(size=(5, 7))
    _, (dW, db), (dW2, db2) = pure(autoencoder_loss, encoder, decoder, X, activation)

    def loss(W=encoder[0], b=encoder[1], W2=decoder[0], b2=decoder[1]):
        return autoencoder_loss((W, b), (W2, b2), X, activation)[0]

    assert_gradient(lambda W: loss(W=W), encoder[0], dW)
    assert_gradient(lambda b: loss(b=b), encoder[1], db)
    assert_gradient(lambda W2: loss(W2=W2), decoder[0], dW2)
    assert_gradient(lambda b2: loss(b2=b2), decoder[1], db2)


def low_dimensional(rng, n=60):
    """Five features that are really two."""
    return rng.normal(size=(5, 2)) @ rng.normal(size=(2, n))


def test_two_units_are_enough_for_two_dimensions(rng):
    X = 0.3 * low_dimensional(rng)
    encoder, decoder, losses = train_autoencoder(X, 2, **OPTIONS, epochs=300, rng=rng)
    assert (encoder[0].shape, decoder[0].shape) == ((2, 5), (5, 2))
    assert len(losses) == 300
    assert losses[-1] < 0.1 * losses[0]


def test_starts_from_xavier(rng):
    X = low_dimensional(rng)
    options = OPTIONS | {"learning_rate": 0.0}
    encoder, decoder, _ = train_autoencoder(X, 3, **options, epochs=1, rng=np.random.default_rng(5))
    assert_same([encoder, decoder], initialize([5, 3, 5], np.random.default_rng(5), "xavier"))


def test_pretrain_feeds_each_code_to_the_next_layer(rng):
    X = low_dimensional(rng)
    options = OPTIONS | {"activation": "sigmoid"}
    encoders = pretrain(X, [4, 3], **options, epochs=2, rng=np.random.default_rng(5))
    assert [W.shape for W, _ in encoders] == [(4, 5), (3, 4)]
    again = np.random.default_rng(5)
    first, _, _ = train_autoencoder(X, 4, **options, epochs=2, rng=again)
    code = sigmoid(first[0] @ X + first[1])
    second, _, _ = train_autoencoder(code, 3, **options, epochs=2, rng=again)
    for (W, b), (W1, b1) in zip(encoders, [first, second], strict=True):
        np.testing.assert_allclose(W, W1)
        np.testing.assert_allclose(b, b1)


def test_fine_tune_trains_all_layers(rng):
    X, y = blobs(rng)
    encoders = pretrain(X, [6, 5], **OPTIONS, epochs=3, rng=rng)
    params, losses = fine_tune(encoders, X, y, 4, **OPTIONS, epochs=60, rng=rng)
    assert [W.shape for W, _ in params] == [(6, 2), (5, 6), (4, 5)]
    assert len(losses) == 60
    assert accuracy(predict(params, X, "tanh"), y) >= 0.97
    for (W, b), (W0, b0) in zip(params, encoders, strict=False):
        assert np.abs(W - W0).max() > 1e-3
        assert np.abs(b - b0).max() > 1e-3


def test_fine_tune_starts_the_softmax_layer_small(rng):
    X, y = blobs(rng)
    encoders = params_for([2, 5], rng)
    options = OPTIONS | {"learning_rate": 0.0}
    params, _ = fine_tune(encoders, X, y, 3, **options, epochs=1, rng=np.random.default_rng(5))
    assert_same(params, encoders + initialize([5, 3], np.random.default_rng(5), "small"))


def test_pure_and_float32(rng):
    X, y = blobs(rng, n=20)
    encoders = params_for([2, 4, 3], rng)

    def tune(encoders, X, y):
        return fine_tune(encoders, X, y, 3, **OPTIONS, epochs=1, rng=np.random.default_rng(1))

    def stack(X, sizes):
        return pretrain(X, sizes, **OPTIONS, epochs=1, rng=np.random.default_rng(1))

    pure(tune, encoders, X, y)
    pure(stack, X, [4, 3])
    encoder, decoder = params_for([2, 3, 2], rng)
    _, *grads = autoencoder_loss(*as_float32([encoder, decoder]), as_float32(X), "relu")
    assert dtypes(grads) == {np.dtype(np.float32)}
