"""Autoencoders: a network that learns its own input, and a good start for a deep one."""

import numpy as np

from .backprop import backward
from .layers import forward
from .losses import squared_error
from .training import initialize, minibatches, sgd_step, train

Layer = tuple[np.ndarray, np.ndarray]  # (W, b), or their gradients


def autoencoder_loss(
    encoder: Layer, decoder: Layer, X: np.ndarray, activation: str
) -> tuple[float, Layer, Layer]:
    """Squared error of an autoencoder's reconstruction, and the gradients of both layers.

    The code is H = a(W X + b) with the encoder's W and b, the reconstruction X̂ = W H + b with the
    decoder's is linear, and the truth is the input itself: loss = 1/(2n) Σ (X̂ − X)².

    encoder: (W, b) with W p1 × p, b p1 × 1. decoder: (W, b) with W p × p1, b p × 1.
    X: examples in columns, floats or whole numbers, p × n. activation: "sigmoid", "tanh" or "relu".
    Returns (loss, encoder_grad, decoder_grad): one float, and (dW, db) of each layer.
    """
    # BEGIN SOLUTION
    # An autoencoder is a network of two layers, whose last one is linear as always: nothing new but
    # the loss, and that X is its own truth.
    params = [encoder, decoder]
    H = forward(params, X, activation)
    loss, dX_hat = squared_error(H[-1], X)
    encoder_grad, decoder_grad = backward(params, H, dX_hat, activation)
    return loss, encoder_grad, decoder_grad
    # END SOLUTION


def train_autoencoder(
    X: np.ndarray,
    hidden: int,
    *,
    activation: str,
    learning_rate: float,
    batch_size: int,
    epochs: int,
    rng: np.random.Generator,
) -> tuple[Layer, Layer, list[float]]:
    """Train an autoencoder with `hidden` code units by mini-batch gradient descent.

    It starts from `initialize([p, hidden, p], rng, "xavier")`, and goes on like `train`, with its
    own loss and without labels: X is its own truth.

    X: examples in columns, floats or whole numbers, p × n. hidden: number of units in the code.
    The rest as in `train`. rng draws the start first, then each epoch's shuffle, as `train` does.
    Returns (encoder, decoder, losses): two (W, b), and a list with the mean loss of each epoch.
    """
    # BEGIN SOLUTION
    p, n = X.shape
    # Not "small": the encoder's gradient comes through the decoder's weights, and while those are
    # almost 0, it is, too.
    encoder, decoder = initialize([p, hidden, p], rng, "xavier")
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(n, batch_size, rng):
            loss, *grads = autoencoder_loss(encoder, decoder, X[:, batch], activation)
            encoder, decoder = sgd_step([encoder, decoder], grads, learning_rate)
            total += loss * len(batch)  # a sum over examples, for the last batch may be short
        losses.append(total / n)
    return encoder, decoder, losses
    # END SOLUTION


def pretrain(
    X: np.ndarray,
    hidden_sizes: list[int],
    *,
    activation: str,
    learning_rate: float,
    batch_size: int,
    epochs: int,
    rng: np.random.Generator,
) -> list[Layer]:
    """Greedy layer-wise pre-training: a stack of encoders, each trained on the codes below it.

    Train an autoencoder on X, throw its decoder away, keep the encoder; its codes H = a(W X + b)
    are the next autoencoder's data; repeat for each layer. No labels are needed.

    X: examples in columns, floats or whole numbers, p × n. hidden_sizes: units of each layer, first
    layer first. The rest as in `train_autoencoder`, for every layer. The one rng goes from layer to
    layer: the first layer's start and shuffles, then the second's.
    Returns the encoders, [(W, b), …], one for each entry of hidden_sizes.
    """
    # BEGIN SOLUTION
    # Greedy: a layer that is trained is not touched again, so each problem is as easy as the first.
    encoders = []
    for hidden in hidden_sizes:
        encoder, decoder, _ = train_autoencoder(
            X,
            hidden,
            activation=activation,
            learning_rate=learning_rate,
            batch_size=batch_size,
            epochs=epochs,
            rng=rng,
        )
        encoders.append(encoder)
        # The code is the next layer's input. It comes from `forward` of both layers, because the
        # last one that `forward` is given has no activation.
        _, X, _ = forward([encoder, decoder], X, activation)
    return encoders
    # END SOLUTION


def fine_tune(
    encoders: list[Layer],
    X: np.ndarray,
    y: np.ndarray,
    classes: int,
    *,
    activation: str,
    learning_rate: float,
    batch_size: int,
    epochs: int,
    rng: np.random.Generator,
) -> tuple[list[Layer], list[float]]:
    """Put a softmax layer on pre-trained encoders, and train the entire network with the labels.

    The new last layer, from the top code's units to the `classes` scores, starts from `initialize`
    with scheme "small"; then all layers are trained together, as in `train`.

    encoders: [(W, b), …] from `pretrain`. X: examples in columns, floats or whole numbers, p × n.
    y: true classes, (n,). classes: K, their number. The rest as in `train`. rng draws the softmax
    layer's weights first, then each epoch's shuffle.
    Returns (params, losses): len(encoders) + 1 layers, and the mean loss of each epoch.
    """
    # BEGIN SOLUTION
    # Only the start is special: encoders and softmax layer are one network, and `train` trains all
    # layers of a network.
    top_units = len(encoders[-1][0])  # rows of the top W
    params = [*encoders, *initialize([top_units, classes], rng, "small")]
    return train(
        params,
        X,
        y,
        activation=activation,
        learning_rate=learning_rate,
        batch_size=batch_size,
        epochs=epochs,
        rng=rng,
    )
    # END SOLUTION
