"""What goes wrong in `autoencoder_loss` and `train_autoencoder`, and what may differ and be right."""

# Written as students write, without types.
import numpy as np

from labkit.mistakes import mistake, variant
from neuralnet.activations import (
    relu,
    relu_gradient,
    sigmoid,
    sigmoid_gradient,
    tanh,
    tanh_gradient,
)
from neuralnet.autoencoder import autoencoder_loss, train_autoencoder
from neuralnet.backprop import backward, dense_backward
from neuralnet.layers import dense_forward, forward
from neuralnet.losses import squared_error
from neuralnet.training import initialize, minibatches, sgd_step

# --- autoencoder_loss ---


@mistake("autoencoder_loss")
def reconstruction_activated(encoder, decoder, X, activation):
    """The reconstruction goes through the activation too

    The decoder is linear here, like the last layer of every network in these labs. Which values
    can a sigmoid or a ReLU never give, and which values does X hold? Take one negative pixel
    and ask which reconstruction could reach it.
    """
    a, slope = {
        "sigmoid": (sigmoid, sigmoid_gradient),
        "tanh": (tanh, tanh_gradient),
        "relu": (relu, relu_gradient),
    }[activation]
    H = a(dense_forward(*encoder, X))
    X_hat = a(dense_forward(*decoder, H))
    loss, dX_hat = squared_error(X_hat, X)
    dW2, db2, dH = dense_backward(dX_hat * slope(X_hat), decoder[0], H)
    dW1, db1, _ = dense_backward(dH * slope(H), encoder[0], X)
    return loss, (dW1, db1), (dW2, db2)


@mistake("autoencoder_loss")
def code_linear(encoder, decoder, X, activation):
    """The code is computed without the activation

    The encoder is a hidden layer: its output is H = a(W X + b). Without a, encoder and decoder
    are two matrices in a row, which one matrix could replace. Print the code for the sigmoid:
    do all its values lie between 0 and 1?
    """
    H = dense_forward(*encoder, X)
    loss, dX_hat = squared_error(dense_forward(*decoder, H), X)
    dW2, db2, dH = dense_backward(dX_hat, decoder[0], H)
    dW1, db1, _ = dense_backward(dH, encoder[0], X)
    return loss, (dW1, db1), (dW2, db2)


@mistake("autoencoder_loss")
def code_derivative_missing(encoder, decoder, X, activation):
    """The activation's derivative is missing on the way back to the encoder

    Going forward, the code passes through a. What does the chain rule ask for when the gradient
    passes the same point going back? Check a single weight of the encoder by central
    differences: the decoder's gradient will agree, the encoder's will not.
    """
    _, H, X_hat = forward([encoder, decoder], X, activation)
    loss, dX_hat = squared_error(X_hat, X)
    dW2, db2, dH = dense_backward(dX_hat, decoder[0], H)
    dW1, db1, _ = dense_backward(dH, encoder[0], X)
    return loss, (dW1, db1), (dW2, db2)


@mistake("autoencoder_loss")
def code_derivative_at_z(encoder, decoder, X, activation):
    """The activation's derivative is taken at z, not at the code h

    The gradient functions of lab 1 want h = a(z), not z. What is the sigmoid's slope where z =
    2, and what does h(1 − h) give for h = 2? With ReLU you would not notice: z > 0 exactly
    where h > 0.
    """
    slope = {"sigmoid": sigmoid_gradient, "tanh": tanh_gradient, "relu": relu_gradient}[activation]
    _, H, X_hat = forward([encoder, decoder], X, activation)
    loss, dX_hat = squared_error(X_hat, X)
    dW2, db2, dH = dense_backward(dX_hat, decoder[0], H)
    dW1, db1, _ = dense_backward(dH * slope(dense_forward(*encoder, X)), encoder[0], X)
    return loss, (dW1, db1), (dW2, db2)


@mistake("autoencoder_loss")
def code_derivative_always_sigmoid(encoder, decoder, X, activation):
    """The sigmoid's derivative is used for every activation

    Does it only go wrong for tanh and ReLU? h(1 − h) is the sigmoid's slope alone. What are the
    other two as functions of h? The argument `activation` has to choose on the way back as it
    does on the way forward.
    """
    _, H, X_hat = forward([encoder, decoder], X, activation)
    loss, dX_hat = squared_error(X_hat, X)
    dW2, db2, dH = dense_backward(dX_hat, decoder[0], H)
    dW1, db1, _ = dense_backward(dH * H * (1.0 - H), encoder[0], X)
    return loss, (dW1, db1), (dW2, db2)


@mistake("autoencoder_loss")
def error_through_encoder(encoder, decoder, X, activation):
    """The error goes back through the encoder's weights instead of the decoder's

    Which weights carried the code to the reconstruction? The gradient returns along the same
    weights, transposed. The encoder's W has the right shape for it only because the two layers
    mirror each other: follow one code unit forward and see which numbers it meets.
    """
    slope = {"sigmoid": sigmoid_gradient, "tanh": tanh_gradient, "relu": relu_gradient}[activation]
    _, H, X_hat = forward([encoder, decoder], X, activation)
    loss, dX_hat = squared_error(X_hat, X)
    dW2, db2, _ = dense_backward(dX_hat, decoder[0], H)
    dW1, db1, _ = dense_backward((encoder[0] @ dX_hat) * slope(H), encoder[0], X)
    return loss, (dW1, db1), (dW2, db2)


@mistake("autoencoder_loss")
def weights_tied(encoder, decoder, X, activation):
    """The decoder uses the encoder's weights, transposed, instead of its own

    The function is handed a decoder (W, b) of its own. Change an entry of the decoder's W and
    compute the loss again: does it move? If not, where do the reconstruction's weights come
    from?
    """
    return autoencoder_loss(encoder, (encoder[0].T, decoder[1]), X, activation)


@mistake("autoencoder_loss")
def reconstruction_summed(encoder, decoder, X, activation):
    """Loss and gradients are summed over the examples, not averaged

    Hand in the same examples twice, side by side. A mean stays as it was; does your loss
    double? All losses of these labs are means over the examples, so that the learning rate need
    not change with the batch size.
    """
    n = X.shape[1]
    loss, (dW1, db1), (dW2, db2) = autoencoder_loss(encoder, decoder, X, activation)
    return n * loss, (n * dW1, n * db1), (n * dW2, n * db2)


@mistake("autoencoder_loss")
def gradients_summed(encoder, decoder, X, activation):
    """The gradients are sums over the batch, while the loss is a mean

    dZ Xᵀ adds up the examples' contributions. Where does the 1/n of the loss come in on the way
    back? Compare your gradient with central differences of your own loss: is the ratio the
    number of columns?
    """
    n = X.shape[1]
    loss, (dW1, db1), (dW2, db2) = autoencoder_loss(encoder, decoder, X, activation)
    return loss, (n * dW1, n * db1), (n * dW2, n * db2)


@mistake("autoencoder_loss")
def averaged_over_entries(encoder, decoder, X, activation):
    """The error is averaged over all entries, not over the examples

    The sum over an example's p features stays a sum; only the n examples are averaged. By which
    factor does your loss differ from the expected one: is it the number of rows of X?
    """
    p = X.shape[0]
    loss, (dW1, db1), (dW2, db2) = autoencoder_loss(encoder, decoder, X, activation)
    return loss / p, (dW1 / p, db1 / p), (dW2 / p, db2 / p)


@mistake("autoencoder_loss")
def half_missing(encoder, decoder, X, activation):
    """The squared error has lost its factor 1/2

    The lab's squared error is 1/(2n) times the sum of squares; `squared_error` of lab 2 has it
    ready. Is everything you return exactly twice the expected value, the gradients included?
    """
    loss, (dW1, db1), (dW2, db2) = autoencoder_loss(encoder, decoder, X, activation)
    return 2 * loss, (2 * dW1, 2 * db1), (2 * dW2, 2 * db2)


@mistake("autoencoder_loss")
def gradients_sign_flipped(encoder, decoder, X, activation):
    """The gradients have the wrong sign

    The loss cannot tell X − X̂ from X̂ − X, its gradient can. If one reconstructed pixel is too
    bright, should the derivative with respect to it be positive or negative? A gradient points
    uphill; the minus sign belongs to the step.
    """
    loss, (dW1, db1), (dW2, db2) = autoencoder_loss(encoder, decoder, X, activation)
    return loss, (-dW1, -db1), (-dW2, -db2)


@mistake("autoencoder_loss")
def decoder_gradient_from_scores(encoder, decoder, X, activation):
    """The decoder's gradient is built with the scores of the code instead of the code

    dW of a layer is dZ times that layer's input, transposed. What does the decoder receive: W X
    + b, or a(W X + b)? Write down the decoder's forward line, and use exactly its input.
    """
    loss, encoder_grad, (_, db2) = autoencoder_loss(encoder, decoder, X, activation)
    _, _, X_hat = forward([encoder, decoder], X, activation)
    _, dX_hat = squared_error(X_hat, X)
    return loss, encoder_grad, (dX_hat @ dense_forward(*encoder, X).T, db2)


@mistake("autoencoder_loss")
def decoder_bias_forgotten(encoder, decoder, X, activation):
    """The decoder's bias gets no gradient

    Adding a little to one entry of the decoder's b shifts that pixel in every reconstruction.
    Does the loss change then? So its derivative is not 0. What is the gradient of any layer's
    bias in terms of dZ?
    """
    loss, encoder_grad, (dW2, db2) = autoencoder_loss(encoder, decoder, X, activation)
    return loss, encoder_grad, (dW2, np.zeros_like(db2))


@mistake("autoencoder_loss")
def decoder_gradient_first(encoder, decoder, X, activation):
    """The gradients come decoder first

    You compute from the last layer to the first, but the function promises (loss, encoder_grad,
    decoder_grad). Print the shape of each returned dW beside the shape of the W it belongs to.
    """
    loss, encoder_grad, decoder_grad = autoencoder_loss(encoder, decoder, X, activation)
    return loss, decoder_grad, encoder_grad


@mistake("autoencoder_loss")
def bias_gradients_flat(encoder, decoder, X, activation):
    """The bias gradients are flat vectors, not columns

    A gradient has the shape of its parameter, and b is a column, p1 × 1. What would b −
    learning_rate · db become if db were flat: what shape does NumPy's broadcasting give it?
    Look for a sum that drops its axis.
    """
    loss, (dW1, db1), (dW2, db2) = autoencoder_loss(encoder, decoder, X, activation)
    return loss, (dW1, db1.ravel()), (dW2, db2.ravel())


@mistake("autoencoder_loss")
def half_missing_in_loss(encoder, decoder, X, activation):
    """The loss lacks its factor 1/2, while the gradients are right

    Compare your loss with the expected one: twice as large. With central differences of your
    own loss your gradients would be half of what they should be. Which factor makes the 2 of
    the square vanish?
    """
    loss, *grads = autoencoder_loss(encoder, decoder, X, activation)
    return 2 * loss, *grads


@mistake("autoencoder_loss")
def encoder_bias_forgotten(encoder, decoder, X, activation):
    """The encoder's bias gets no gradient

    Print the encoder's db: all zeros. Move one of its biases by a little and look at the loss:
    it changes. The sum over the examples of which matrix is the gradient of b?
    """
    loss, (dW, db), decoder_grad = autoencoder_loss(encoder, decoder, X, activation)
    return loss, (dW, 0.0 * db), decoder_grad


@variant("autoencoder_loss")
def autoencoder_loss_by_hand(encoder, decoder, X, activation):
    """every formula written out, nothing of the earlier labs"""
    (W1, b1), (W2, b2) = encoder, decoder
    n = X.shape[1]
    Z = W1 @ X + b1
    if activation == "sigmoid":
        H = 0.5 * (1.0 + np.tanh(0.5 * Z))
        slope = H * (1 - H)
    elif activation == "tanh":
        H = np.tanh(Z)
        slope = 1 - H**2
    else:
        H = Z * (Z > 0)
        slope = 1.0 * (Z > 0)
    error = W2 @ H + b2 - X
    dZ = (W2.T @ error) * slope / n
    encoder_grad = dZ @ X.T, dZ.sum(axis=1).reshape(-1, 1)
    decoder_grad = error @ H.T / n, error.mean(axis=1, keepdims=True)
    return np.mean(np.sum(error**2, axis=0)) / 2, encoder_grad, decoder_grad


@variant("autoencoder_loss")
def autoencoder_loss_by_example(encoder, decoder, X, activation):
    """one example after the other, gradients added up"""
    n = X.shape[1]
    total = 0.0
    sums = [np.zeros(part.shape) for layer in (encoder, decoder) for part in layer]
    for i in range(n):
        x = X[:, i : i + 1]
        H = forward([encoder, decoder], x, activation)
        loss, dS = squared_error(H[-1], x)
        total += loss / n
        grads = backward([encoder, decoder], H, dS, activation)
        for part, grad in zip(sums, [g for pair in grads for g in pair], strict=True):
            part += grad / n
    return total, (sums[0], sums[1]), (sums[2], sums[3])


# --- train_autoencoder ---


@mistake("train_autoencoder")
def autoencoder_starts_small(X, hidden, *, activation, learning_rate, batch_size, epochs, rng):
    """Training starts from the scheme 'small' instead of 'xavier'

    How large are the first layer's weights before any step? The lab asks for a variance of
    1/fan_in; 0.01·N does not depend on the number of inputs at all. Which argument of
    `initialize` says so?
    """
    p, n = X.shape
    encoder, decoder = initialize([p, hidden, p], rng)
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(n, batch_size, rng):
            loss, *grads = autoencoder_loss(encoder, decoder, X[:, batch], activation)
            encoder, decoder = sgd_step([encoder, decoder], grads, learning_rate)
            total += loss * len(batch)
        losses.append(total / n)
    return encoder, decoder, losses


@mistake("train_autoencoder")
def decoder_starts_as_transpose(X, hidden, *, activation, learning_rate, batch_size, epochs, rng):
    """The decoder starts as the encoder's transpose, not with weights of its own

    `initialize` with three sizes gives both layers, each scaled to its own number of inputs.
    What are the fan-in of the encoder and of the decoder? They differ, so one matrix cannot
    serve both.
    """
    p, n = X.shape
    ((W, b),) = initialize([p, hidden], rng, "xavier")
    encoder, decoder = (W, b), (W.T, np.zeros((p, 1)))
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(n, batch_size, rng):
            loss, *grads = autoencoder_loss(encoder, decoder, X[:, batch], activation)
            encoder, decoder = sgd_step([encoder, decoder], grads, learning_rate)
            total += loss * len(batch)
        losses.append(total / n)
    return encoder, decoder, losses


@mistake("train_autoencoder")
def autoencoder_own_generator(X, hidden, *, activation, learning_rate, batch_size, epochs, rng):
    """The random numbers come from a generator of its own, not from `rng`

    Call it twice with two generators of different seeds. Are the weights the same both times?
    Then something else than `rng` draws them. Who calls the function decides about its
    randomness.
    """
    return train_autoencoder(
        X,
        hidden,
        activation=activation,
        learning_rate=learning_rate,
        batch_size=batch_size,
        epochs=epochs,
        rng=np.random.default_rng(0),
    )


@mistake("train_autoencoder")
def decoder_not_trained(X, hidden, *, activation, learning_rate, batch_size, epochs, rng):
    """Only the encoder is trained, the decoder stays as it started

    Compare the decoder that you return with the one that `initialize` gave. The encoder can
    only learn what a decoder can read: both take a step for each mini-batch, even if only one
    is kept in the end.
    """
    p, n = X.shape
    encoder, decoder = initialize([p, hidden, p], rng, "xavier")
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(n, batch_size, rng):
            loss, grad, _ = autoencoder_loss(encoder, decoder, X[:, batch], activation)
            (encoder,) = sgd_step([encoder], [grad], learning_rate)
            total += loss * len(batch)
        losses.append(total / n)
    return encoder, decoder, losses


@mistake("train_autoencoder")
def decoder_moves_first(X, hidden, *, activation, learning_rate, batch_size, epochs, rng):
    """The encoder's gradient is taken after the decoder has already moved

    A gradient belongs to one point: all weights as they were in the forward pass. If the
    decoder moves first, the encoder's gradient belongs to a network that no forward pass has
    seen. Get both gradients first, then take both steps.
    """
    p, n = X.shape
    encoder, decoder = initialize([p, hidden, p], rng, "xavier")
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(n, batch_size, rng):
            loss, _, grad = autoencoder_loss(encoder, decoder, X[:, batch], activation)
            (decoder,) = sgd_step([decoder], [grad], learning_rate)
            _, grad, _ = autoencoder_loss(encoder, decoder, X[:, batch], activation)
            (encoder,) = sgd_step([encoder], [grad], learning_rate)
            total += loss * len(batch)
        losses.append(total / n)
    return encoder, decoder, losses


@mistake("train_autoencoder")
def autoencoder_climbs(X, hidden, *, activation, learning_rate, batch_size, epochs, rng):
    """The step goes uphill: the gradient is added instead of subtracted

    Does the loss rise from epoch to epoch? The gradient points where the loss grows. In which
    direction should the step go?
    """
    return train_autoencoder(
        X,
        hidden,
        activation=activation,
        learning_rate=-learning_rate,
        batch_size=batch_size,
        epochs=epochs,
        rng=rng,
    )


@mistake("train_autoencoder")
def autoencoder_loss_per_batch(X, hidden, *, activation, learning_rate, batch_size, epochs, rng):
    """There is one loss for each mini-batch, not one for each epoch

    How long is your list for 3 epochs of 4 mini-batches? It should hold one number an epoch:
    the mean of what the mini-batches lost. At which indentation does the append stand?
    """
    p, n = X.shape
    encoder, decoder = initialize([p, hidden, p], rng, "xavier")
    losses = []
    for _ in range(epochs):
        for batch in minibatches(n, batch_size, rng):
            loss, *grads = autoencoder_loss(encoder, decoder, X[:, batch], activation)
            encoder, decoder = sgd_step([encoder, decoder], grads, learning_rate)
            losses.append(loss)
    return encoder, decoder, losses


@mistake("train_autoencoder")
def autoencoder_losses_added(X, hidden, *, activation, learning_rate, batch_size, epochs, rng):
    """An epoch's loss is the sum over its mini-batches, not their mean

    Each mini-batch's loss is a mean already. With a tiny learning rate nothing changes during
    an epoch, so the epoch's loss should be that of the whole data. Is yours that, times the
    number of mini-batches?
    """
    p, n = X.shape
    encoder, decoder = initialize([p, hidden, p], rng, "xavier")
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(n, batch_size, rng):
            loss, *grads = autoencoder_loss(encoder, decoder, X[:, batch], activation)
            encoder, decoder = sgd_step([encoder, decoder], grads, learning_rate)
            total += loss
        losses.append(total)
    return encoder, decoder, losses


@mistake("train_autoencoder")
def autoencoder_first_batch_only(X, hidden, *, activation, learning_rate, batch_size, epochs, rng):
    """Only the first mini-batch of each epoch is used

    Count the steps: with n examples in batches of size m, an epoch takes n/m steps, rounded up.
    Print something for each step. An epoch shows the network every example once.
    """
    n = X.shape[1]
    encoder, decoder = initialize([len(X), hidden, len(X)], rng, "xavier")
    losses = []
    for _ in range(epochs):
        for batch in minibatches(n, batch_size, rng):
            loss, *grads = autoencoder_loss(encoder, decoder, X[:, batch], activation)
            encoder, decoder = sgd_step([encoder, decoder], grads, learning_rate)
            break
        losses.append(loss)
    return encoder, decoder, losses


@mistake("train_autoencoder")
def autoencoder_not_shuffled(X, hidden, *, activation, learning_rate, batch_size, epochs, rng):
    """The examples are shuffled once at most, not anew in every epoch

    Print the columns that go into the first mini-batch of each epoch: are they always the same
    ones? Data often come sorted by class. What is `minibatches` of lab 3 for?
    """
    p, n = X.shape
    encoder, decoder = initialize([p, hidden, p], rng, "xavier")
    losses = []
    for _ in range(epochs):
        total = 0.0
        for start in range(0, n, batch_size):
            x = X[:, start : start + batch_size]
            loss, *grads = autoencoder_loss(encoder, decoder, x, activation)
            encoder, decoder = sgd_step([encoder, decoder], grads, learning_rate)
            total += loss * x.shape[1]
        losses.append(total / n)
    return encoder, decoder, losses


@mistake("train_autoencoder")
def autoencoder_step_summed(X, hidden, *, activation, learning_rate, batch_size, epochs, rng):
    """The batch's gradient is summed: the steps are too large by the number of its examples

    `autoencoder_loss` returns the mean gradient of the batch, and that is the gradient of the
    step. How does the first step change when the same examples are handed in twice? It should
    not.
    """
    p, n = X.shape
    encoder, decoder = initialize([p, hidden, p], rng, "xavier")
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(n, batch_size, rng):
            loss, *grads = autoencoder_loss(encoder, decoder, X[:, batch], activation)
            step = learning_rate * len(batch)
            encoder, decoder = sgd_step([encoder, decoder], grads, step)
            total += loss * len(batch)
        losses.append(total / n)
    return encoder, decoder, losses


@mistake("train_autoencoder")
def decoder_returned_first(X, hidden, *, activation, learning_rate, batch_size, epochs, rng):
    """The decoder is returned before the encoder

    The function promises (encoder, decoder, losses). The encoder's W has one row for each code
    unit. Print both shapes: which of them is hidden × p?
    """
    encoder, decoder, losses = train_autoencoder(
        X,
        hidden,
        activation=activation,
        learning_rate=learning_rate,
        batch_size=batch_size,
        epochs=epochs,
        rng=rng,
    )
    return decoder, encoder, losses


@mistake("train_autoencoder")
def encoder_not_trained(X, hidden, *, activation, learning_rate, batch_size, epochs, rng):
    """Only the decoder is trained, the encoder stays as it started

    Compare the encoder that you return with the one that `initialize` gave: is any entry
    different? It is the encoder that is kept in the end, so both have to take their step.
    """
    p, n = X.shape
    encoder, decoder = initialize([p, hidden, p], rng, "xavier")
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(n, batch_size, rng):
            loss, *grads = autoencoder_loss(encoder, decoder, X[:, batch], activation)
            (decoder,) = sgd_step([decoder], grads[1:], learning_rate)
            total += loss * len(batch)
        losses.append(total / n)
    return encoder, decoder, losses


@mistake("train_autoencoder")
def autoencoder_short_batch_dropped(
    X, hidden, *, activation, learning_rate, batch_size, epochs, rng
):
    """A last batch that is not full is never used

    Count the examples of one epoch for n = 13 and batches of 5: there should be 13, yours are
    10. The short batch is a batch like the others.
    """
    p, n = X.shape
    encoder, decoder = initialize([p, hidden, p], rng, "xavier")
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(n, batch_size, rng):
            if len(batch) < min(n, batch_size):
                continue
            loss, *grads = autoencoder_loss(encoder, decoder, X[:, batch], activation)
            encoder, decoder = sgd_step([encoder, decoder], grads, learning_rate)
            total += loss * len(batch)
        losses.append(total / n)
    return encoder, decoder, losses


@mistake("train_autoencoder")
def autoencoder_short_batch_skipped(
    X, hidden, *, activation, learning_rate, batch_size, epochs, rng
):
    """A batch that is not full is never used, not even where it is the only one

    Count the examples of one epoch for n = 13 and batches of 5, and then of 20: there should be 13
    both times. The short batch is a batch like the others.
    """
    p, n = X.shape
    encoder, decoder = initialize([p, hidden, p], rng, "xavier")
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(n, batch_size, rng):
            if len(batch) < batch_size:
                continue
            loss, *grads = autoencoder_loss(encoder, decoder, X[:, batch], activation)
            encoder, decoder = sgd_step([encoder, decoder], grads, learning_rate)
            total += loss * len(batch)
        losses.append(total / n)
    return encoder, decoder, losses


@mistake("train_autoencoder")
def autoencoder_full_batches(X, hidden, *, activation, learning_rate, batch_size, epochs, rng):
    """Every step uses all the examples; batch_size is ignored

    Count the steps of one epoch with 20 examples in batches of 5: there should be 4, yours is
    1. Which columns of X does your loss get?
    """
    p, n = X.shape
    encoder, decoder = initialize([p, hidden, p], rng, "xavier")
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(n, n, rng):
            loss, *grads = autoencoder_loss(encoder, decoder, X[:, batch], activation)
            encoder, decoder = sgd_step([encoder, decoder], grads, learning_rate)
            total += loss * len(batch)
        losses.append(total / n)
    return encoder, decoder, losses


@mistake("train_autoencoder")
def autoencoder_rate_over_batch(X, hidden, *, activation, learning_rate, batch_size, epochs, rng):
    """The learning rate is divided by the batch size: 1/n twice

    The loss is a mean already, and so is its gradient. Make one step with all the examples by
    hand: W minus the learning rate times dW. By which factor is your step shorter?
    """
    p, n = X.shape
    encoder, decoder = initialize([p, hidden, p], rng, "xavier")
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(n, batch_size, rng):
            loss, *grads = autoencoder_loss(encoder, decoder, X[:, batch], activation)
            encoder, decoder = sgd_step([encoder, decoder], grads, learning_rate / len(batch))
            total += loss * len(batch)
        losses.append(total / n)
    return encoder, decoder, losses


@mistake("train_autoencoder")
def autoencoder_single_epoch(X, hidden, *, activation, learning_rate, batch_size, epochs, rng):
    """Only one epoch is trained, whatever `epochs` says

    How long is your list of losses? It should hold one number for each epoch. How many loops
    does it take to go through all mini-batches several times?
    """
    p, n = X.shape
    encoder, decoder = initialize([p, hidden, p], rng, "xavier")
    losses = []
    for _ in range(1):
        total = 0.0
        for batch in minibatches(n, batch_size, rng):
            loss, *grads = autoencoder_loss(encoder, decoder, X[:, batch], activation)
            encoder, decoder = sgd_step([encoder, decoder], grads, learning_rate)
            total += loss * len(batch)
        losses.append(total / n)
    return encoder, decoder, losses


@mistake("train_autoencoder")
def autoencoder_own_order(X, hidden, *, activation, learning_rate, batch_size, epochs, rng):
    """The mini-batches come from a generator of their own, not from `rng`

    Train with two generators of different seeds and print the first batches: they should
    differ, yours are the same. One generator, handed in by the caller, serves all random draws.
    """
    p, n = X.shape
    encoder, decoder = initialize([p, hidden, p], rng, "xavier")
    losses, rng = [], np.random.default_rng(0)
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(n, batch_size, rng):
            loss, *grads = autoencoder_loss(encoder, decoder, X[:, batch], activation)
            encoder, decoder = sgd_step([encoder, decoder], grads, learning_rate)
            total += loss * len(batch)
        losses.append(total / n)
    return encoder, decoder, losses


@mistake("train_autoencoder")
def autoencoder_losses_before(X, hidden, *, activation, learning_rate, batch_size, epochs, rng):
    """An epoch's loss is measured before its steps, so the last epoch shows in no loss

    Train a single epoch: the only loss is that of the start, as if nothing had been learned. On
    which side of the steps should it be measured?
    """
    p, n = X.shape
    encoder, decoder = initialize([p, hidden, p], rng, "xavier")
    losses = []
    for _ in range(epochs):
        losses.append(autoencoder_loss(encoder, decoder, X, activation)[0])
        for batch in minibatches(n, batch_size, rng):
            _, *grads = autoencoder_loss(encoder, decoder, X[:, batch], activation)
            encoder, decoder = sgd_step([encoder, decoder], grads, learning_rate)
    return encoder, decoder, losses


@mistake("train_autoencoder")
def autoencoder_loss_times_batch_size(
    X, hidden, *, activation, learning_rate, batch_size, epochs, rng
):
    """A short batch's loss is weighted with batch_size, not with the examples that it holds

    Train on 13 equal examples in fives with a learning rate of 0: the loss should be that of one of
    them, yours is larger by 15/13. How many examples has the last batch?
    """
    p, n = X.shape
    encoder, decoder = initialize([p, hidden, p], rng, "xavier")
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(n, batch_size, rng):
            loss, *grads = autoencoder_loss(encoder, decoder, X[:, batch], activation)
            encoder, decoder = sgd_step([encoder, decoder], grads, learning_rate)
            total += loss * batch_size
        losses.append(total / n)
    return encoder, decoder, losses


@mistake("train_autoencoder")
def autoencoder_best_epoch(X, hidden, *, activation, learning_rate, batch_size, epochs, rng):
    """The layers of the epoch with the smallest loss are returned, not those of the last one

    Train with a learning rate that is too large, for 2 epochs and for 3: where the loss rises, yours
    come out alike. To choose among epochs is for whoever calls, who gets all the losses.
    """
    p, n = X.shape
    encoder, decoder = initialize([p, hidden, p], rng, "xavier")
    losses, best = [], (encoder, decoder)
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(n, batch_size, rng):
            loss, *grads = autoencoder_loss(encoder, decoder, X[:, batch], activation)
            encoder, decoder = sgd_step([encoder, decoder], grads, learning_rate)
            total += loss * len(batch)
        losses.append(total / n)
        if losses[-1] == min(losses):
            best = (encoder, decoder)
    return *best, losses


@variant("train_autoencoder")
def train_autoencoder_in_place(X, hidden, *, activation, learning_rate, batch_size, epochs, rng):
    """updates copies in place, losses measured after each epoch"""
    n = X.shape[1]
    layers = initialize([X.shape[0], hidden, X.shape[0]], rng, "xavier")
    layers = [(W.copy(), b.copy()) for W, b in layers]
    losses = []
    for _ in range(epochs):
        for batch in minibatches(n, batch_size, rng):
            H = forward(layers, X[:, batch], activation)
            _, dS = squared_error(H[-1], X[:, batch])
            for (W, b), (dW, db) in zip(layers, backward(layers, H, dS, activation), strict=True):
                W -= learning_rate * dW
                b -= learning_rate * db
        losses.append(autoencoder_loss(*layers, X, activation)[0])
    return layers[0], layers[1], losses


@variant("train_autoencoder")
def train_autoencoder_own_shuffle(X, hidden, *, activation, learning_rate, batch_size, epochs, rng):
    """own shuffle, plain mean of the batches' losses, arrays"""
    n = X.shape[1]
    (W1, b1), (W2, b2) = initialize([len(X), hidden, len(X)], rng, "xavier")
    losses = np.zeros(epochs)
    order = np.arange(n)
    for epoch in range(epochs):
        rng.shuffle(order)
        seen = []
        for start in range(0, n, batch_size):
            x = X[:, order[start : start + batch_size]]
            loss, (dW1, db1), (dW2, db2) = autoencoder_loss((W1, b1), (W2, b2), x, activation)
            W1, b1 = W1 - learning_rate * dW1, b1 - learning_rate * db1
            W2, b2 = W2 - learning_rate * dW2, b2 - learning_rate * db2
            seen.append(loss)
        losses[epoch] = np.mean(seen)
    return [W1, b1], [W2, b2], losses
