"""Lab 4, what goes wrong and what may differ: autoencoders, greedy pre-training, fine-tuning.

Most mistakes in training show in one full-batch step; the others in a list of the wrong length, in
losses at a learning rate of almost 0, or in how much a few epochs of small batches achieve.
"""

# mypy: allow-untyped-defs, allow-untyped-calls, no-check-untyped-defs

import numpy as np

from labkit.catalogue import misconception, variant
from neuralnet.activations import (
    relu,
    relu_gradient,
    sigmoid,
    sigmoid_gradient,
    tanh,
    tanh_gradient,
)
from neuralnet.autoencoder import autoencoder_loss, pretrain, train_autoencoder
from neuralnet.backprop import backward, dense_backward
from neuralnet.layers import dense_forward, forward
from neuralnet.losses import softmax_cross_entropy, squared_error
from neuralnet.training import initialize, minibatches, sgd_step, train

# --- autoencoder_loss ---


@misconception(
    "autoencoder_loss",
    title="The reconstruction goes through the activation too",
    why="Many tutorials draw the decoder as the encoder's mirror image, with a sigmoid at the end.",
    hint=(
        "The decoder is linear here, like the last layer of every network in these labs. Which "
        "values can a sigmoid or a ReLU never give, and which values does X hold? Take one "
        "negative pixel and ask which reconstruction could reach it."
    ),
)
def reconstruction_activated(encoder, decoder, X, activation):
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


@misconception(
    "autoencoder_loss",
    title="The code is computed without the activation",
    why="The last layer of a network is linear, and the encoder by itself looks like a last layer.",
    hint=(
        "The encoder is a hidden layer: its output is H = a(W X + b). Without a, encoder and "
        "decoder are two matrices in a row, which one matrix could replace. Print the code for "
        "the sigmoid: do all its values lie between 0 and 1?"
    ),
)
def code_linear(encoder, decoder, X, activation):
    H = dense_forward(*encoder, X)
    loss, dX_hat = squared_error(dense_forward(*decoder, H), X)
    dW2, db2, dH = dense_backward(dX_hat, decoder[0], H)
    dW1, db1, _ = dense_backward(dH, encoder[0], X)
    return loss, (dW1, db1), (dW2, db2)


@misconception(
    "autoencoder_loss",
    title="The activation's derivative is missing on the way back to the encoder",
    why="The reconstruction is linear and needs no derivative, so none is written for the code.",
    hint=(
        "Going forward, the code passes through a. What does the chain rule ask for when the "
        "gradient passes the same point going back? Check a single weight of the encoder by "
        "central differences: the decoder's gradient will agree, the encoder's will not."
    ),
)
def code_derivative_missing(encoder, decoder, X, activation):
    _, H, X_hat = forward([encoder, decoder], X, activation)
    loss, dX_hat = squared_error(X_hat, X)
    dW2, db2, dH = dense_backward(dX_hat, decoder[0], H)
    dW1, db1, _ = dense_backward(dH, encoder[0], X)
    return loss, (dW1, db1), (dW2, db2)


@misconception(
    "autoencoder_loss",
    title="The activation's derivative is taken at z, not at the code h",
    why="Textbooks write a'(z), but these labs' gradient functions take the function value.",
    hint=(
        "The gradient functions of lab 1 want h = a(z), not z. What is the sigmoid's slope where "
        "z = 2, and what does h(1 − h) give for h = 2? With ReLU you would not notice: z > 0 "
        "exactly where h > 0."
    ),
)
def code_derivative_at_z(encoder, decoder, X, activation):
    slope = {"sigmoid": sigmoid_gradient, "tanh": tanh_gradient, "relu": relu_gradient}[activation]
    _, H, X_hat = forward([encoder, decoder], X, activation)
    loss, dX_hat = squared_error(X_hat, X)
    dW2, db2, dH = dense_backward(dX_hat, decoder[0], H)
    dW1, db1, _ = dense_backward(dH * slope(dense_forward(*encoder, X)), encoder[0], X)
    return loss, (dW1, db1), (dW2, db2)


@misconception(
    "autoencoder_loss",
    title="The sigmoid's derivative is used for every activation",
    why="The classic autoencoder has sigmoid units, and its formula is copied as it stands.",
    hint=(
        "Does it only go wrong for tanh and ReLU? h(1 − h) is the sigmoid's slope alone. What are "
        "the other two as functions of h? The argument `activation` has to choose on the way back "
        "as it does on the way forward."
    ),
)
def code_derivative_always_sigmoid(encoder, decoder, X, activation):
    _, H, X_hat = forward([encoder, decoder], X, activation)
    loss, dX_hat = squared_error(X_hat, X)
    dW2, db2, dH = dense_backward(dX_hat, decoder[0], H)
    dW1, db1, _ = dense_backward(dH * H * (1.0 - H), encoder[0], X)
    return loss, (dW1, db1), (dW2, db2)


@misconception(
    "autoencoder_loss",
    title="The error goes back through the encoder's weights instead of the decoder's",
    why="Encoder and decoder have mirrored shapes, so the wrong matrix fits without a complaint.",
    hint=(
        "Which weights carried the code to the reconstruction? The gradient returns along the "
        "same weights, transposed. The encoder's W has the right shape for it only because the "
        "two layers mirror each other: follow one code unit forward and see which numbers it "
        "meets."
    ),
)
def error_through_encoder(encoder, decoder, X, activation):
    slope = {"sigmoid": sigmoid_gradient, "tanh": tanh_gradient, "relu": relu_gradient}[activation]
    _, H, X_hat = forward([encoder, decoder], X, activation)
    loss, dX_hat = squared_error(X_hat, X)
    dW2, db2, _ = dense_backward(dX_hat, decoder[0], H)
    dW1, db1, _ = dense_backward((encoder[0] @ dX_hat) * slope(H), encoder[0], X)
    return loss, (dW1, db1), (dW2, db2)


@misconception(
    "autoencoder_loss",
    title="The decoder uses the encoder's weights, transposed, instead of its own",
    why="Tied weights are a well-known kind of autoencoder, but not the one of this lab.",
    hint=(
        "The function is handed a decoder (W, b) of its own. Change an entry of the decoder's W "
        "and compute the loss again: does it move? If not, where do the reconstruction's weights "
        "come from?"
    ),
)
def weights_tied(encoder, decoder, X, activation):
    return autoencoder_loss(encoder, (encoder[0].T, decoder[1]), X, activation)


@misconception(
    "autoencoder_loss",
    title="Loss and gradients are summed over the examples, not averaged",
    why="The squared error is written down for one example, and the 1/n is lost on the way to n.",
    hint=(
        "Hand in the same examples twice, side by side. A mean stays as it was; does your loss "
        "double? All losses of these labs are means over the examples, so that the learning rate "
        "need not change with the batch size."
    ),
)
def reconstruction_summed(encoder, decoder, X, activation):
    n = X.shape[1]
    loss, (dW1, db1), (dW2, db2) = autoencoder_loss(encoder, decoder, X, activation)
    return n * loss, (n * dW1, n * db1), (n * dW2, n * db2)


@misconception(
    "autoencoder_loss",
    title="The gradients are sums over the batch, while the loss is a mean",
    why="The loss takes a mean in one call; the matrix products of the gradient sum silently.",
    hint=(
        "dZ Xᵀ adds up the examples' contributions. Where does the 1/n of the loss come in on the "
        "way back? Compare your gradient with central differences of your own loss: is the ratio "
        "the number of columns?"
    ),
)
def gradients_summed(encoder, decoder, X, activation):
    n = X.shape[1]
    loss, (dW1, db1), (dW2, db2) = autoencoder_loss(encoder, decoder, X, activation)
    return loss, (n * dW1, n * db1), (n * dW2, n * db2)


@misconception(
    "autoencoder_loss",
    title="The error is averaged over all entries, not over the examples",
    why="A mean over the whole array divides by p·n, and looks like the mean that was asked for.",
    hint=(
        "The sum over an example's p features stays a sum; only the n examples are averaged. By "
        "which factor does your loss differ from the expected one: is it the number of rows of X?"
    ),
)
def averaged_over_entries(encoder, decoder, X, activation):
    p = X.shape[0]
    loss, (dW1, db1), (dW2, db2) = autoencoder_loss(encoder, decoder, X, activation)
    return loss / p, (dW1 / p, db1 / p), (dW2 / p, db2 / p)


@misconception(
    "autoencoder_loss",
    title="The squared error has lost its factor 1/2",
    why="Mean squared error is often written without the half, which only tidies the derivative.",
    hint=(
        "The lab's squared error is 1/(2n) times the sum of squares; `squared_error` of lab 2 has "
        "it ready. Is everything you return exactly twice the expected value, the gradients "
        "included?"
    ),
)
def half_missing(encoder, decoder, X, activation):
    loss, (dW1, db1), (dW2, db2) = autoencoder_loss(encoder, decoder, X, activation)
    return 2 * loss, (2 * dW1, 2 * db1), (2 * dW2, 2 * db2)


@misconception(
    "autoencoder_loss",
    title="The gradients have the wrong sign",
    why="The error is taken as X − X̂, truth minus output; the loss is the same, its slope is not.",
    hint=(
        "The loss cannot tell X − X̂ from X̂ − X, its gradient can. If one reconstructed pixel is "
        "too bright, should the derivative with respect to it be positive or negative? A gradient "
        "points uphill; the minus sign belongs to the step."
    ),
)
def gradients_sign_flipped(encoder, decoder, X, activation):
    loss, (dW1, db1), (dW2, db2) = autoencoder_loss(encoder, decoder, X, activation)
    return loss, (-dW1, -db1), (-dW2, -db2)


@misconception(
    "autoencoder_loss",
    title="The decoder's gradient is built with the scores of the code instead of the code",
    why="Both arrays have the same shape, and the unactivated one is still at hand.",
    hint=(
        "dW of a layer is dZ times that layer's input, transposed. What does the decoder receive: "
        "W X + b, or a(W X + b)? Write down the decoder's forward line, and use exactly its input."
    ),
)
def decoder_gradient_from_scores(encoder, decoder, X, activation):
    loss, encoder_grad, (_, db2) = autoencoder_loss(encoder, decoder, X, activation)
    _, _, X_hat = forward([encoder, decoder], X, activation)
    _, dX_hat = squared_error(X_hat, X)
    return loss, encoder_grad, (dX_hat @ dense_forward(*encoder, X).T, db2)


@misconception(
    "autoencoder_loss",
    title="The decoder's bias gets no gradient",
    why="The bias is added last and seems to have no part in what the autoencoder learns.",
    hint=(
        "Adding a little to one entry of the decoder's b shifts that pixel in every "
        "reconstruction. Does the loss change then? So its derivative is not 0. What is the "
        "gradient of any layer's bias in terms of dZ?"
    ),
)
def decoder_bias_forgotten(encoder, decoder, X, activation):
    loss, encoder_grad, (dW2, db2) = autoencoder_loss(encoder, decoder, X, activation)
    return loss, encoder_grad, (dW2, np.zeros_like(db2))


@misconception(
    "autoencoder_loss",
    title="The gradients come decoder first",
    why="Backpropagation finds the decoder's gradient first, and they are returned as they come.",
    hint=(
        "You compute from the last layer to the first, but the function promises (loss, "
        "encoder_grad, decoder_grad). Print the shape of each returned dW beside the shape of the "
        "W it belongs to."
    ),
)
def decoder_gradient_first(encoder, decoder, X, activation):
    loss, encoder_grad, decoder_grad = autoencoder_loss(encoder, decoder, X, activation)
    return loss, decoder_grad, encoder_grad


@misconception(
    "autoencoder_loss",
    title="The bias gradients are flat vectors, not columns",
    why="A sum over an axis drops that axis, so (h, 1) quietly becomes (h,).",
    hint=(
        "A gradient has the shape of its parameter, and b is a column, p1 × 1. What would b − "
        "learning_rate · db become if db were flat: what shape does NumPy's broadcasting give it? "
        "Look for a sum that drops its axis."
    ),
)
def bias_gradients_flat(encoder, decoder, X, activation):
    loss, (dW1, db1), (dW2, db2) = autoencoder_loss(encoder, decoder, X, activation)
    return loss, (dW1, db1.ravel()), (dW2, db2.ravel())


@misconception(
    "autoencoder_loss",
    title="The loss lacks its factor 1/2, while the gradients are right",
    why="The gradient has no 2 in it, so the loss is written without one as well.",
    hint=(
        "Compare your loss with the expected one: twice as large. With central differences of "
        "your own loss your gradients would be half of what they should be. Which factor makes "
        "the 2 of the square vanish?"
    ),
)
def half_missing_in_loss(encoder, decoder, X, activation):
    loss, *grads = autoencoder_loss(encoder, decoder, X, activation)
    return 2 * loss, *grads


@misconception(
    "autoencoder_loss",
    title="The encoder's bias gets no gradient",
    why="The bias of the hidden layer is easily left out on the way back.",
    hint=(
        "Print the encoder's db: all zeros. Move one of its biases by a little and look at the "
        "loss: it changes. The sum over the examples of which matrix is the gradient of b?"
    ),
)
def encoder_bias_forgotten(encoder, decoder, X, activation):
    loss, (dW, db), decoder_grad = autoencoder_loss(encoder, decoder, X, activation)
    return loss, (dW, 0.0 * db), decoder_grad


@variant("autoencoder_loss", style="every formula written out, nothing of the earlier labs")
def autoencoder_loss_by_hand(encoder, decoder, X, activation):
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


@variant("autoencoder_loss", style="one example after the other, gradients added up")
def autoencoder_loss_by_example(encoder, decoder, X, activation):
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


@misconception(
    "train_autoencoder",
    title="Training starts from the scheme 'small' instead of 'xavier'",
    why="`small` is the default of `initialize`, and the scheme is left out of the call.",
    hint=(
        "How large are the first layer's weights before any step? The lab asks for a variance of "
        "1/fan_in; 0.01·N does not depend on the number of inputs at all. Which argument of "
        "`initialize` says so?"
    ),
)
def autoencoder_starts_small(X, hidden, *, activation, learning_rate, batch_size, epochs, rng):
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


@misconception(
    "train_autoencoder",
    title="The decoder starts as the encoder's transpose, not with weights of its own",
    why="The decoder undoes the encoder, so its mirror image looks like a natural start.",
    hint=(
        "`initialize` with three sizes gives both layers, each scaled to its own number of "
        "inputs. What are the fan-in of the encoder and of the decoder? They differ, so one "
        "matrix cannot serve both."
    ),
)
def decoder_starts_as_transpose(X, hidden, *, activation, learning_rate, batch_size, epochs, rng):
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


@misconception(
    "train_autoencoder",
    title="The random numbers come from a generator of its own, not from `rng`",
    why="A fixed seed inside the function makes runs repeatable, and hides the argument.",
    hint=(
        "Call it twice with two generators of different seeds. Are the weights the same both "
        "times? Then something else than `rng` draws them. Who calls the function decides about "
        "its randomness."
    ),
)
def autoencoder_own_generator(X, hidden, *, activation, learning_rate, batch_size, epochs, rng):
    return train_autoencoder(
        X,
        hidden,
        activation=activation,
        learning_rate=learning_rate,
        batch_size=batch_size,
        epochs=epochs,
        rng=np.random.default_rng(0),
    )


@misconception(
    "train_autoencoder",
    title="Only the encoder is trained, the decoder stays as it started",
    why="The decoder is thrown away later, so training it looks like wasted work.",
    hint=(
        "Compare the decoder that you return with the one that `initialize` gave. The encoder can "
        "only learn what a decoder can read: both take a step for each mini-batch, even if only "
        "one is kept in the end."
    ),
)
def decoder_not_trained(X, hidden, *, activation, learning_rate, batch_size, epochs, rng):
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


@misconception(
    "train_autoencoder",
    title="The encoder's gradient is taken after the decoder has already moved",
    why="Each layer is updated as soon as its gradient is known, from the last to the first.",
    hint=(
        "A gradient belongs to one point: all weights as they were in the forward pass. If the "
        "decoder moves first, the encoder's gradient belongs to a network that no forward pass "
        "has seen. Get both gradients first, then take both steps."
    ),
)
def decoder_moves_first(X, hidden, *, activation, learning_rate, batch_size, epochs, rng):
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


@misconception(
    "train_autoencoder",
    title="The step goes uphill: the gradient is added instead of subtracted",
    why="The sign is easily lost between the formula of the gradient and that of the step.",
    hint=(
        "Does the loss rise from epoch to epoch? The gradient points where the loss grows. In "
        "which direction should the step go?"
    ),
)
def autoencoder_climbs(X, hidden, *, activation, learning_rate, batch_size, epochs, rng):
    return train_autoencoder(
        X,
        hidden,
        activation=activation,
        learning_rate=-learning_rate,
        batch_size=batch_size,
        epochs=epochs,
        rng=rng,
    )


@misconception(
    "train_autoencoder",
    title="There is one loss for each mini-batch, not one for each epoch",
    why="The loss is appended where it is computed, inside the inner loop.",
    hint=(
        "How long is your list for 3 epochs of 4 mini-batches? It should hold one number an "
        "epoch: the mean of what the mini-batches lost. At which indentation does the append "
        "stand?"
    ),
)
def autoencoder_loss_per_batch(X, hidden, *, activation, learning_rate, batch_size, epochs, rng):
    p, n = X.shape
    encoder, decoder = initialize([p, hidden, p], rng, "xavier")
    losses = []
    for _ in range(epochs):
        for batch in minibatches(n, batch_size, rng):
            loss, *grads = autoencoder_loss(encoder, decoder, X[:, batch], activation)
            encoder, decoder = sgd_step([encoder, decoder], grads, learning_rate)
            losses.append(loss)
    return encoder, decoder, losses


@misconception(
    "train_autoencoder",
    title="An epoch's loss is the sum over its mini-batches, not their mean",
    why="The losses are added up in the loop, and nothing divides them afterwards.",
    hint=(
        "Each mini-batch's loss is a mean already. With a tiny learning rate nothing changes "
        "during an epoch, so the epoch's loss should be that of the whole data. Is yours that, "
        "times the number of mini-batches?"
    ),
)
def autoencoder_losses_added(X, hidden, *, activation, learning_rate, batch_size, epochs, rng):
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


@misconception(
    "train_autoencoder",
    title="Only the first mini-batch of each epoch is used",
    why="A return or a break one indentation too deep ends the inner loop after its first round.",
    hint=(
        "Count the steps: with n examples in batches of size m, an epoch takes n/m steps, rounded "
        "up. Print something for each step. An epoch shows the network every example once."
    ),
)
def autoencoder_first_batch_only(X, hidden, *, activation, learning_rate, batch_size, epochs, rng):
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


@misconception(
    "train_autoencoder",
    title="The examples are never shuffled",
    why="Slices of X are quick to write, and the autoencoder learns from them as well.",
    hint=(
        "Print the columns that go into the first mini-batch of each epoch: are they always the "
        "first ones of X? Data often come sorted by class. What is `minibatches` of lab 3 for?"
    ),
)
def autoencoder_not_shuffled(X, hidden, *, activation, learning_rate, batch_size, epochs, rng):
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


@misconception(
    "train_autoencoder",
    title="The batch's gradient is summed: the steps are too large by the number of its examples",
    why="The mean of the loss is multiplied back by the batch size to get an honest total.",
    hint=(
        "`autoencoder_loss` returns the mean gradient of the batch, and that is the gradient of "
        "the step. How does the first step change when the same examples are handed in twice? It "
        "should not."
    ),
)
def autoencoder_step_summed(X, hidden, *, activation, learning_rate, batch_size, epochs, rng):
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


@misconception(
    "train_autoencoder",
    title="The decoder is returned before the encoder",
    why="The last layer is at hand last, and the names are swapped when the parts are unpacked.",
    hint=(
        "The function promises (encoder, decoder, losses). The encoder's W has one row for each "
        "code unit. Print both shapes: which of them is hidden × p?"
    ),
)
def decoder_returned_first(X, hidden, *, activation, learning_rate, batch_size, epochs, rng):
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


@misconception(
    "train_autoencoder",
    title="Only the decoder is trained, the encoder stays as it started",
    why="The error is at the decoder's end, and its gradient is at hand first.",
    hint=(
        "Compare the encoder that you return with the one that `initialize` gave: is any entry "
        "different? It is the encoder that is kept in the end, so both have to take their step."
    ),
)
def encoder_not_trained(X, hidden, *, activation, learning_rate, batch_size, epochs, rng):
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


@misconception(
    "train_autoencoder",
    title="A last batch that is not full is never used",
    why="Batches of one size are convenient, and n is often a multiple of it.",
    hint=(
        "Count the examples of one epoch for n = 13 and batches of 5: there should be 13, yours "
        "are 10. The short batch is a batch like the others."
    ),
)
def autoencoder_short_batch_dropped(
    X, hidden, *, activation, learning_rate, batch_size, epochs, rng
):
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


@misconception(
    "train_autoencoder",
    title="Every step uses all the examples; batch_size is ignored",
    why="The loss is defined on all of X, and so it is called with all of X.",
    hint=(
        "Count the steps of one epoch with 20 examples in batches of 5: there should be 4, "
        "yours is 1. Which columns of X does your loss get?"
    ),
)
def autoencoder_full_batches(X, hidden, *, activation, learning_rate, batch_size, epochs, rng):
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


@misconception(
    "train_autoencoder",
    title="The learning rate is divided by the batch size: 1/n twice",
    why="A mean needs a division by the number of examples, and the step gets it.",
    hint=(
        "The loss is a mean already, and so is its gradient. Make one step with all the "
        "examples by hand: W minus the learning rate times dW. By which factor is your step "
        "shorter?"
    ),
)
def autoencoder_rate_over_batch(X, hidden, *, activation, learning_rate, batch_size, epochs, rng):
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


@misconception(
    "train_autoencoder",
    title="Only one epoch is trained, whatever `epochs` says",
    why="The loop over the mini-batches is the loop that one thinks of.",
    hint=(
        "How long is your list of losses? It should hold one number for each epoch. How many "
        "loops does it take to go through all mini-batches several times?"
    ),
)
def autoencoder_single_epoch(X, hidden, *, activation, learning_rate, batch_size, epochs, rng):
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


@misconception(
    "train_autoencoder",
    title="The mini-batches come from a generator of their own, not from `rng`",
    why="The start is drawn from `rng`, and a new generator looks just as good for the order.",
    hint=(
        "Train with two generators of different seeds and print the first batches: they should "
        "differ, yours are the same. One generator, handed in by the caller, serves all random "
        "draws."
    ),
)
def autoencoder_own_order(X, hidden, *, activation, learning_rate, batch_size, epochs, rng):
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


@variant("train_autoencoder", style="updates copies in place, losses measured after each epoch")
def train_autoencoder_in_place(X, hidden, *, activation, learning_rate, batch_size, epochs, rng):
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


@variant("train_autoencoder", style="own shuffle, plain mean of the batches' losses, arrays")
def train_autoencoder_own_shuffle(X, hidden, *, activation, learning_rate, batch_size, epochs, rng):
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


# --- pretrain ---


@misconception(
    "pretrain",
    title="Every layer is trained on the raw data",
    why="The loop goes over the sizes, and X stays X.",
    hint=(
        "Print the shape of each encoder's W. The second one should have as many columns as the "
        "first has rows, for it sees the codes of the first and no pixels any more. What has to "
        "change between two rounds of the loop?"
    ),
)
def every_layer_on_raw_data(X, hidden_sizes, **settings):
    return [train_autoencoder(X, hidden, **settings)[0] for hidden in hidden_sizes]


@misconception(
    "pretrain",
    title="The codes for the next layer are computed without the activation",
    why="W X + b is the encoder's only visible formula; the activation is applied elsewhere.",
    hint=(
        "The next layer must see what it will see in the finished network: H = a(W X + b). For "
        "the sigmoid, print the smallest and the largest value that you hand to the second "
        "autoencoder. Do they lie between 0 and 1?"
    ),
)
def codes_without_activation(X, hidden_sizes, **settings):
    encoders = []
    for hidden in hidden_sizes:
        encoder, _, _ = train_autoencoder(X, hidden, **settings)
        encoders.append(encoder)
        X = dense_forward(*encoder, X)
    return encoders


@misconception(
    "pretrain",
    title="The codes are always computed with the sigmoid, whatever the activation",
    why="Stacked autoencoders are mostly shown with sigmoid units, and the name gets hard-coded.",
    hint=(
        "Is it right for the sigmoid alone? The same activation has to train a layer and to "
        "compute its code. Where in your function is a name written that should come from the "
        "argument?"
    ),
)
def codes_always_sigmoid(X, hidden_sizes, **settings):
    encoders = []
    for hidden in hidden_sizes:
        encoder, _, _ = train_autoencoder(X, hidden, **settings)
        encoders.append(encoder)
        X = sigmoid(dense_forward(*encoder, X))
    return encoders


@misconception(
    "pretrain",
    title="The next layer is trained on the reconstruction instead of the code",
    why="The reconstruction is the autoencoder's output, and outputs feed the next layer.",
    hint=(
        "Throw away the reconstruction, keep the code: which of the two has fewer rows? Print the "
        "shape of what the second autoencoder is trained on; it should have one row for each unit "
        "of the first code."
    ),
)
def next_layer_on_reconstruction(X, hidden_sizes, **settings):
    encoders = []
    for hidden in hidden_sizes:
        encoder, decoder, _ = train_autoencoder(X, hidden, **settings)
        encoders.append(encoder)
        X = forward([encoder, decoder], X, settings["activation"])[-1]
    return encoders


@misconception(
    "pretrain",
    title="The decoders are returned along with the encoders",
    why="`train_autoencoder` gives both, and both look worth keeping.",
    hint=(
        "The result becomes the lower layers of a classifier, which reads codes and never "
        "reconstructs. How many (W, b) should there be for two hidden sizes, and how many are "
        "there? Decoders have done their work once their layer is trained."
    ),
)
def decoders_kept(X, hidden_sizes, **settings):
    layers = []
    for hidden in hidden_sizes:
        encoder, decoder, _ = train_autoencoder(X, hidden, **settings)
        layers += [encoder, decoder]
        X = forward([encoder, decoder], X, settings["activation"])[1]
    return layers


@misconception(
    "pretrain",
    title="The decoders are returned in place of the encoders",
    why="The parts that `train_autoencoder` returns are unpacked in the wrong order.",
    hint=(
        "An encoder turns many features into few code units: its W has `hidden` rows. What shapes "
        "have yours? The decoder is what pre-training throws away."
    ),
)
def decoders_instead_of_encoders(X, hidden_sizes, **settings):
    decoders = []
    for hidden in hidden_sizes:
        encoder, decoder, _ = train_autoencoder(X, hidden, **settings)
        decoders.append(decoder)
        X = forward([encoder, decoder], X, settings["activation"])[1]
    return decoders


@misconception(
    "pretrain",
    title="The encoders come last layer first",
    why="Each new encoder is put in front of the list, as if it were the network's top.",
    hint=(
        "The list is used as `params`: first layer first. The first W must have as many columns "
        "as X has rows. Which one does in your list?"
    ),
)
def encoders_reversed(X, hidden_sizes, **settings):
    return pretrain(X, hidden_sizes, **settings)[::-1]


@misconception(
    "pretrain",
    title="Only the first hidden size is used",
    why="The function returns at the end of the first round of its loop.",
    hint=(
        "How many encoders come back for three hidden sizes? Every entry of the list is a layer "
        "of its own. At which indentation does the return stand?"
    ),
)
def only_first_layer(X, hidden_sizes, **settings):
    return pretrain(X, hidden_sizes[:1], **settings)


@misconception(
    "pretrain",
    title="The first hidden size is taken for the number of inputs",
    why="Lists of layer sizes often begin with the input, as `initialize` has them.",
    hint=(
        "`hidden_sizes` holds the hidden layers alone; the number of inputs is the number of rows "
        "of X. How many encoders come back for two sizes, and how many rows has the first one's W?"
    ),
)
def first_size_taken_for_input(X, hidden_sizes, **settings):
    return pretrain(X, hidden_sizes[1:], **settings)


@misconception(
    "pretrain",
    title="All layers are trained at once, as one deep autoencoder",
    why="A deep autoencoder is one network and one training run, so it looks like the same thing.",
    hint=(
        "Greedy means layer by layer: the first encoder is finished before the second exists. How "
        "often do you call `train_autoencoder`? It should be once for each hidden size, each time "
        "on the codes of the layer below."
    ),
)
def trained_all_at_once(X, hidden_sizes, **settings):
    activation, rng = settings["activation"], settings["rng"]
    sizes = [len(X), *hidden_sizes]
    layers = initialize([*sizes, *sizes[-2::-1]], rng, "xavier")
    for _ in range(settings["epochs"]):
        for batch in minibatches(X.shape[1], settings["batch_size"], rng):
            H = forward(layers, X[:, batch], activation)
            _, dS = squared_error(H[-1], X[:, batch])
            grads = backward(layers, H, dS, activation)
            layers = sgd_step(layers, grads, settings["learning_rate"])
    return layers[: len(hidden_sizes)]


@misconception(
    "pretrain",
    title="The list of hidden sizes is emptied along the way",
    why="Popping the sizes one by one makes a neat loop, and the list belongs to the caller.",
    hint=(
        "Print `hidden_sizes` after the call. Whoever called the function may want to use the "
        "list again. How can a loop visit every entry without taking it out?"
    ),
)
def sizes_popped(X, hidden_sizes, **settings):
    encoders = []
    while hidden_sizes:
        encoder, decoder, _ = train_autoencoder(X, hidden_sizes.pop(0), **settings)
        encoders.append(encoder)
        X = forward([encoder, decoder], X, settings["activation"])[1]
    return encoders


@misconception(
    "pretrain",
    title="All layers are trained with the sigmoid, whatever the activation",
    why="Stacked autoencoders are mostly shown with sigmoid units, and the name gets hard-coded.",
    hint=(
        "Does a change of `activation` change the first encoder? It should: the derivative on "
        "the way back is another one. Look at every call that needs to know the activation."
    ),
)
def layers_trained_with_sigmoid(X, hidden_sizes, *, activation, **settings):
    encoders = []
    for hidden in hidden_sizes:
        encoder, decoder, _ = train_autoencoder(X, hidden, activation="sigmoid", **settings)
        encoders.append(encoder)
        X = forward([encoder, decoder], X, activation)[1]
    return encoders


@misconception(
    "pretrain",
    title="Only the last encoder is returned",
    why="The variable of the loop holds one encoder, and the last one is left at the end.",
    hint=(
        "Print the length of your result: there should be one pair (W, b) for each hidden size. "
        "Where do the encoders of the rounds before stay?"
    ),
)
def only_last_encoder(X, hidden_sizes, **settings):
    return pretrain(X, hidden_sizes, **settings)[-1:]


@variant("pretrain", style="recursive")
def pretrain_recursive(X, hidden_sizes, **settings):
    def stack(codes, sizes):
        if not sizes:
            return []
        (W, b), _, _ = train_autoencoder(codes, sizes[0], **settings)
        a = {"sigmoid": sigmoid, "tanh": tanh, "relu": relu}[settings["activation"]]
        return [(W, b), *stack(a(W @ codes + b), sizes[1:])]

    return stack(X, list(hidden_sizes))


@variant("pretrain", style="codes computed anew from X through all encoders so far")
def pretrain_codes_from_x(X, hidden_sizes, *, activation, learning_rate, batch_size, epochs, rng):
    encoders = []
    for hidden in hidden_sizes:
        codes = X
        for W, b in encoders:
            # The last layer of `forward` is linear: a second one makes the first a hidden layer.
            codes = forward([(W, b), (np.eye(len(W)), np.zeros((len(W), 1)))], codes, activation)[1]
        trained = train_autoencoder(
            codes,
            hidden,
            activation=activation,
            learning_rate=learning_rate,
            batch_size=batch_size,
            epochs=epochs,
            rng=rng,
        )
        encoders.append(trained[0])
    return encoders


# --- fine_tune ---


@misconception(
    "fine_tune",
    title="Only the softmax layer is trained, the encoders stay as they came",
    why="The encoders are trained already, and the labels concern the last layer alone.",
    hint=(
        "Fine-tuning moves the entire network with the labels; pre-training only gave it a good "
        "place to start. Compare the first W that you return with the one that came in: is any "
        "entry different?"
    ),
)
def encoders_frozen(encoders, X, y, classes, **settings):
    top = initialize([len(encoders[-1][0]), classes], settings["rng"], "small")
    codes = forward([*encoders, *top], X, settings["activation"])[-2]
    top, losses = train(top, codes, y, **settings)
    return [*encoders, *top], losses


@misconception(
    "fine_tune",
    title="The encoders are initialised again, so the pre-training is lost",
    why="One call of `initialize` with all sizes makes the whole network in one go.",
    hint=(
        "Set the learning rate to 0: what comes back should be the encoders that came in, with "
        "one new layer on top. Only that layer has to be initialised."
    ),
)
def encoders_initialized_again(encoders, X, y, classes, **settings):
    sizes = [len(X), *(len(W) for W, _ in encoders), classes]
    return train(initialize(sizes, settings["rng"], "small"), X, y, **settings)


@misconception(
    "fine_tune",
    title="The softmax layer starts at zero instead of 'small'",
    why="Softmax regression alone may start at zero, and so it does here.",
    hint=(
        "What gradient do the encoders get in the first step, when the weights above them are all "
        "0? The error goes back through those weights. Which scheme does the lab ask for?"
    ),
)
def softmax_layer_at_zero(encoders, X, y, classes, **settings):
    top = initialize([len(encoders[-1][0]), classes], settings["rng"], "zeros")
    return train([*encoders, *top], X, y, **settings)


@misconception(
    "fine_tune",
    title="The softmax layer starts from 'xavier' instead of 'small'",
    why="The autoencoders started from Xavier weights, and the call is copied.",
    hint=(
        "At the start the network should be undecided, with all classes about equally likely, so "
        "that the encoders are not shaken by a random opinion. Which loss do you get before the "
        "first step: is it close to log K?"
    ),
)
def softmax_layer_xavier(encoders, X, y, classes, **settings):
    top = initialize([len(encoders[-1][0]), classes], settings["rng"], "xavier")
    return train([*encoders, *top], X, y, **settings)


@misconception(
    "fine_tune",
    title="The number of classes is guessed from the labels",
    why="The largest label plus one is K, as long as the last class occurs.",
    hint=(
        "A small sample may have no example of the last class at all. How many rows has your last "
        "W then? The argument `classes` is there for this."
    ),
)
def classes_from_labels(encoders, X, y, classes, **settings):
    top = initialize([len(encoders[-1][0]), int(np.max(y)) + 1], settings["rng"], "small")
    return train([*encoders, *top], X, y, **settings)


@misconception(
    "fine_tune",
    title="The scores go through the activation before the softmax",
    why="The new layer is appended to a stack in which every layer has an activation.",
    hint=(
        "The last layer is linear; softmax makes the probabilities. If a sigmoid squeezes the "
        "scores into [0, 1] first, how far from equal can the probabilities of two classes ever "
        "get?"
    ),
)
def softmax_layer_activated(
    encoders, X, y, classes, *, activation, learning_rate, batch_size, epochs, rng
):
    a, slope = {
        "sigmoid": (sigmoid, sigmoid_gradient),
        "tanh": (tanh, tanh_gradient),
        "relu": (relu, relu_gradient),
    }[activation]
    params = [*encoders, *initialize([len(encoders[-1][0]), classes], rng, "small")]
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(len(y), batch_size, rng):
            H = forward(params, X[:, batch], activation)
            S = a(H[-1])
            loss, dS = softmax_cross_entropy(S, y[batch])
            grads = backward(params, H, dS * slope(S), activation)
            params = sgd_step(params, grads, learning_rate)
            total += loss * len(batch)
        losses.append(total / len(y))
    return params, losses


@misconception(
    "fine_tune",
    title="It is trained on the squared error of the scores, not on the cross-entropy",
    why="The autoencoders were trained on the squared error, and the loop is copied.",
    hint=(
        "Labels are classes, not amounts: scores, softmax, cross-entropy, as in `train` of lab 3. "
        "Before the first step, is your loss close to log K, as it is for a network that knows "
        "nothing?"
    ),
)
def fine_tuned_on_squared_error(
    encoders, X, y, classes, *, activation, learning_rate, batch_size, epochs, rng
):
    params = [*encoders, *initialize([len(encoders[-1][0]), classes], rng, "small")]
    onehot = np.eye(classes)[:, y]
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(len(y), batch_size, rng):
            H = forward(params, X[:, batch], activation)
            loss, dS = squared_error(H[-1], onehot[:, batch])
            params = sgd_step(params, backward(params, H, dS, activation), learning_rate)
            total += loss * len(batch)
        losses.append(total / len(y))
    return params, losses


@misconception(
    "fine_tune",
    title="The softmax layer is appended to the caller's own list of encoders",
    why="append is the shortest way to put a layer on top, and it changes the list that came in.",
    hint=(
        "Print the length of `encoders`, and one of its arrays, before and after the call. A "
        "second run from the same encoders has to be possible. How do you make a longer list "
        "without touching the old one?"
    ),
)
def encoders_list_extended(encoders, X, y, classes, **settings):
    encoders += initialize([len(encoders[-1][0]), classes], settings["rng"], "small")
    return train(encoders, X, y, **settings)


@misconception(
    "fine_tune",
    title="The losses begin with one from before the training, so there is one too many",
    why="A learning curve looks complete when it starts with the untrained network.",
    hint=(
        "How many losses come back for 5 epochs? There should be one for each epoch, measured "
        "during or after it."
    ),
)
def losses_with_start(encoders, X, y, classes, **settings):
    top = initialize([len(encoders[-1][0]), classes], settings["rng"], "small")
    params = [*encoders, *top]
    start, _ = softmax_cross_entropy(forward(params, X, settings["activation"])[-1], y)
    params, losses = train(params, X, y, **settings)
    return params, [start, *losses]


@misconception(
    "fine_tune",
    title="The new layer comes from a generator of its own, not from `rng`",
    why="A fixed seed inside the function makes runs repeatable, and hides the argument.",
    hint=(
        "Call it twice with two generators of different seeds and a learning rate of 0. Is the "
        "last layer the same both times? Then something else than `rng` draws it."
    ),
)
def softmax_layer_own_generator(encoders, X, y, classes, **settings):
    top = initialize([len(encoders[-1][0]), classes], np.random.default_rng(0), "small")
    return train([*encoders, *top], X, y, **settings)


@misconception(
    "fine_tune",
    title="The softmax layer is trained alone first, and then everything once more",
    why="A new layer on finished ones is often warmed up before the whole network moves.",
    hint=(
        "Count the steps: one epoch with all examples in one batch is a single step for all "
        "layers together. In the first step every layer should move, and yours takes more steps "
        "than asked for."
    ),
)
def softmax_layer_first(encoders, X, y, classes, **settings):
    top = initialize([len(encoders[-1][0]), classes], settings["rng"], "small")
    codes = forward([*encoders, *top], X, settings["activation"])[-2]
    top, _ = train(top, codes, y, **settings)
    return train([*encoders, *top], X, y, **settings)


@misconception(
    "fine_tune",
    title="The network always uses the sigmoid, whatever the activation",
    why="The encoders of the examples were trained with sigmoid units.",
    hint=(
        "Fine-tune once with sigmoid and once with tanh, from the same start: the results "
        "should differ, yours do not. Which argument says what the encoders were trained with?"
    ),
)
def fine_tuned_with_sigmoid(encoders, X, y, classes, *, activation, **settings):
    top = initialize([len(encoders[-1][0]), classes], settings["rng"], "small")
    return train([*encoders, *top], X, y, activation="sigmoid", **settings)


@misconception(
    "fine_tune",
    title="The mini-batches come from a generator of their own, not from `rng`",
    why="The new layer is drawn from `rng`, and a new generator looks just as good for the order.",
    hint=(
        "Fine-tune with two generators of different seeds and print the first batches: they "
        "should differ, yours are the same. One generator, handed in by the caller, serves all "
        "random draws."
    ),
)
def fine_tuned_in_own_order(encoders, X, y, classes, *, rng, **settings):
    top = initialize([len(encoders[-1][0]), classes], rng, "small")
    return train([*encoders, *top], X, y, rng=np.random.default_rng(0), **settings)


@variant("fine_tune", style="own loop, updates copies in place, losses after each epoch")
def fine_tune_in_place(
    encoders, X, y, classes, *, activation, learning_rate, batch_size, epochs, rng
):
    params = [(1.0 * W, 1.0 * b) for W, b in encoders]
    top = initialize([encoders[-1][0].shape[0], classes], rng, "small")[0]
    params.append((np.array(top[0]), np.zeros((classes, 1))))
    losses = []
    for _ in range(epochs):
        for batch in minibatches(X.shape[1], batch_size, rng):
            H = forward(params, X[:, batch], activation)
            _, dS = softmax_cross_entropy(H[-1], y[batch])
            for (W, b), (dW, db) in zip(params, backward(params, H, dS, activation), strict=True):
                W -= learning_rate * dW
                b -= learning_rate * db
        losses.append(softmax_cross_entropy(forward(params, X, activation)[-1], y)[0])
    return params, losses


@variant("fine_tune", style="new layer is the last of a whole freshly initialised network")
def fine_tune_last_of_fresh(encoders, X, y, classes, **settings):
    # The same distribution from other draws: "a softmax layer (scheme small)" allows it.
    sizes = [len(X), *(len(b) for _, b in encoders), classes]
    fresh = initialize(sizes, settings["rng"], "small")
    return train(list(encoders) + fresh[-1:], X, y, **settings)


@variant("fine_tune", style="trains epoch by epoch with calls of `train`")
def fine_tune_epoch_by_epoch(
    encoders, X, y, classes, *, activation, learning_rate, batch_size, epochs, rng
):
    params = list(encoders) + initialize([len(encoders[-1][1]), classes], rng)
    losses = []
    for _ in range(epochs):
        params, loss = train(
            params,
            X,
            y,
            activation=activation,
            learning_rate=learning_rate,
            batch_size=batch_size,
            epochs=1,
            rng=rng,
        )
        losses += list(loss)
    return params, losses
