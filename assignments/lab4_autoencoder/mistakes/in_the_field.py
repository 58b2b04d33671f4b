"""Slips and styles of published code, in the functions of this lab."""

# Written as students write, without types.
import numpy as np

from labkit.mistakes import mistake, variant
from neuralnet.activations import relu, sigmoid, tanh
from neuralnet.autoencoder import autoencoder_loss, fine_tune, train_autoencoder
from neuralnet.backprop import backward
from neuralnet.layers import forward
from neuralnet.losses import squared_error
from neuralnet.training import initialize, minibatches, sgd_step, train

# --- autoencoder_loss ---


@mistake("autoencoder_loss")
def error_mean_of_all_entries(encoder, decoder, X, activation):
    """This is the mean over all p·n entries, without the ½: another "mean squared error"

    Loss and gradients fit each other, but not the formula: 1/(2n), with n the number of examples. By which factor,
    made of p and 2, is your loss off?
    """
    loss, (dW1, db1), (dW2, db2) = autoencoder_loss(encoder, decoder, X, activation)
    f = 2 / len(X)
    return f * loss, (f * dW1, f * db1), (f * dW2, f * db2)


@mistake("autoencoder_loss")
def code_always_sigmoid(encoder, decoder, X, activation):
    """The code is always computed with the sigmoid, whatever `activation` says

    Call it with "relu" and with "sigmoid": are loss and gradients the same? Look for the place where the argument
    `activation` is used, on the way forward and on the way back.
    """
    return autoencoder_loss(encoder, decoder, X, "sigmoid")


@mistake("autoencoder_loss")
def gradients_in_one_list(encoder, decoder, X, activation):
    """The two gradients stand in a list of their own: two results instead of three

    Print the length of what you return: the docstring promises three things, (loss, encoder_grad, decoder_grad).
    A star before a list puts its entries in its place.
    """
    loss, *grads = autoencoder_loss(encoder, decoder, X, activation)
    return loss, grads


@mistake("autoencoder_loss")
def nothing_to_compare_with(encoder, decoder, X, activation):
    """The reconstruction is compared with zeros, not with X

    What is the loss of a perfect reconstruction in yours? It should be 0. An autoencoder has no labels: which array
    is its truth?
    """
    H = forward([encoder, decoder], X, activation)
    loss, dX_hat = squared_error(H[-1], np.zeros(X.shape))
    return (loss, *backward([encoder, decoder], H, dX_hat, activation))


@mistake("autoencoder_loss")
def reconstruction_in_data_type(encoder, decoder, X, activation):
    """The reconstruction is cut to whole numbers where X holds whole numbers

    Try an X of integers: your reconstruction has no decimals. Print the dtype of the array that you fill; it was
    made like X. Which type must it have?
    """
    H = forward([encoder, decoder], X, activation)
    loss, dX_hat = squared_error(H[-1].astype(X.dtype), X)
    return (loss, *backward([encoder, decoder], H, dX_hat, activation))


# --- train_autoencoder ---


@mistake("train_autoencoder")
def autoencoder_with_momentum(X, hidden, *, activation, learning_rate, batch_size, epochs, rng):
    """Steps carry momentum from the ones before

    Train 2 epochs with all the examples in one batch, and make the same two steps by hand: the first agrees, the
    second does not. Does your step depend on anything but the present gradient?
    """
    p, n = X.shape
    params, losses = initialize([p, hidden, p], rng, "xavier"), []
    velocity = [(0 * W, 0 * b) for W, b in params]
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(n, batch_size, rng):
            loss, *grads = autoencoder_loss(*params, X[:, batch], activation)
            velocity = [
                (0.9 * vW + dW, 0.9 * vb + db)
                for (vW, vb), (dW, db) in zip(velocity, grads, strict=True)
            ]
            params = sgd_step(params, velocity, learning_rate)
            total += loss * len(batch)
        losses.append(total / n)
    return params[0], params[1], losses


@mistake("train_autoencoder")
def autoencoder_steps_lost(X, hidden, *, activation, learning_rate, batch_size, epochs, rng):
    """Training ends where it began: no step is taken, or what it gives is thrown away

    Print a weight before and after the training: they are equal. Is sgd_step called at all? It gives new layers and
    leaves the old ones alone; what do you do with what it returns?
    """
    p, n = X.shape
    encoder, decoder = initialize([p, hidden, p], rng, "xavier")
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(n, batch_size, rng):
            total += autoencoder_loss(encoder, decoder, X[:, batch], activation)[0] * len(batch)
        losses.append(total / n)
    return encoder, decoder, losses


@mistake("train_autoencoder")
def autoencoder_starts_again(X, hidden, *, activation, learning_rate, batch_size, epochs, rng):
    """Every epoch starts from new weights

    Print one weight at the beginning of each epoch: it has nothing to do with the one before. An epoch goes on
    from where the last one ended. On which side of the loop does the start belong?
    """
    p, n = X.shape
    losses = []
    encoder, decoder = initialize([p, hidden, p], rng, "xavier")
    for epoch in range(epochs):
        if epoch:
            encoder, decoder = initialize([p, hidden, p], rng, "xavier")
        total = 0.0
        for batch in minibatches(n, batch_size, rng):
            loss, *grads = autoencoder_loss(encoder, decoder, X[:, batch], activation)
            encoder, decoder = sgd_step([encoder, decoder], grads, learning_rate)
            total += loss * len(batch)
        losses.append(total / n)
    return encoder, decoder, losses


@mistake("train_autoencoder")
def autoencoder_loss_of_last_batch(
    X, hidden, *, activation, learning_rate, batch_size, epochs, rng
):
    """The loss of an epoch is that of its last mini-batch alone

    Train with a learning rate of 0: every epoch should give the same loss, that of all the examples. Yours jumps
    about. Which examples does your number come from?
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


# --- pretrain ---


@mistake("pretrain")
def codes_without_bias(X, hidden_sizes, **settings):
    """The codes for the next layer are computed without the bias

    The next layer must see what it will see in the finished network: H = a(W X + b). Compare your codes with the
    hidden layer of `forward`: by how much is each row off before the activation?
    """
    a = {"sigmoid": sigmoid, "tanh": tanh, "relu": relu}[settings["activation"]]
    encoders = []
    for hidden in hidden_sizes:
        encoder, _, _ = train_autoencoder(X, hidden, **settings)
        encoders.append(encoder)
        X = a(encoder[0] @ X)
    return encoders


@mistake("pretrain")
def weights_without_biases(X, hidden_sizes, **settings):
    """Only the weights of each layer are returned, without the biases

    Print the first entry of your result: a matrix, where a pair (W, b) is asked for. The stack becomes the lower
    layers of a network, and these have biases.
    """
    encoders = []
    for hidden in hidden_sizes:
        encoder, decoder, _ = train_autoencoder(X, hidden, **settings)
        encoders.append(encoder[0])
        X = forward([encoder, decoder], X, settings["activation"])[1]
    return encoders


# --- fine_tune ---


@mistake("fine_tune")
def softmax_layer_of_ten(encoders, X, y, classes, **settings):
    """The softmax layer always has ten units

    Print the shape of your last W for three classes: it should have three rows. The argument `classes` is there for
    this; ten is right for these pictures only.
    """
    return fine_tune(encoders, X, y, 10, **settings)


@mistake("fine_tune")
def fine_tuned_without_losses(encoders, X, y, classes, **settings):
    """Only the parameters are returned, without the losses

    Print the length of what you return: the docstring promises a pair (params, losses). `train` hands you both.
    """
    return fine_tune(encoders, X, y, classes, **settings)[0]


@mistake("fine_tune")
def softmax_layer_alone(encoders, X, y, classes, **settings):
    """Only the softmax layer is trained, and only it is returned

    How many pairs do you return, and how many layers has the network? Fine-tuning trains the encoders together with
    the new layer, and the whole network is the result.
    """
    top = initialize([len(encoders[-1][0]), classes], settings["rng"], "small")
    codes = forward([*encoders, *top], X, settings["activation"])[-2]
    return train(top, codes, y, **settings)


@mistake("train_autoencoder")
def autoencoder_starts_he(X, hidden, *, activation, learning_rate, batch_size, epochs, rng):
    """Training starts from the scheme 'he' instead of 'xavier'

    'he' is made for ReLU, which silences half of the units: for a sigmoid code its scores are too spread out. Train
    with a learning rate of 0 and print W.std() of both layers.
    """
    p, n = X.shape
    encoder, decoder = initialize([p, hidden, p], rng, "he")
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
def autoencoder_layers_in_a_list(X, hidden, **settings):
    """Encoder and decoder are returned in one list: two results instead of three

    Print the length of what you return: encoder, decoder and losses are three things.
    """
    encoder, decoder, losses = train_autoencoder(X, hidden, **settings)
    return [encoder, decoder], losses


@mistake("pretrain")
def encoders_with_losses(X, hidden_sizes, *, activation, **settings):
    """The losses are returned beside the encoders

    Print the length of what you return for three hidden sizes: three encoders are right, yours are two things. The
    losses of the layers are nobody's here.
    """
    encoders, losses = [], []
    for hidden in hidden_sizes:
        encoder, decoder, falling = train_autoencoder(X, hidden, activation=activation, **settings)
        encoders.append(encoder)
        losses.append(falling)
        X = forward([encoder, decoder], X, activation)[1]
    return encoders, losses


@mistake("pretrain")
def codes_always_relu(X, hidden_sizes, *, activation, **settings):
    """The codes for the next layer always go through a ReLU, whatever `activation` says

    Print the codes that the second layer gets for "tanh": a tanh has negative values, yours have none.
    """
    encoders = []
    for hidden in hidden_sizes:
        encoder, _, _ = train_autoencoder(X, hidden, activation=activation, **settings)
        encoders.append(encoder)
        X = relu(encoder[0] @ X + encoder[1])
    return encoders


@mistake("fine_tune")
def softmax_layer_he(encoders, X, y, classes, **settings):
    """The softmax layer starts from 'he' instead of 'small'

    At the start all classes should be about equally likely. Which loss do you get before the first step: is it close
    to log K?
    """
    top = initialize([len(encoders[-1][0]), classes], settings["rng"], "he")
    return train([*encoders, *top], X, y, **settings)


@mistake("fine_tune")
def last_encoder_replaced(encoders, X, y, classes, **settings):
    """The softmax layer takes the place of the last encoder instead of standing on it

    Print the number of layers before and after: there should be one more than encoders came in.
    """
    top = initialize([encoders[-1][0].shape[1], classes], settings["rng"], "small")
    return train([*encoders[:-1], *top], X, y, **settings)


@variant("autoencoder_loss")
def autoencoder_loss_in_float32(encoder, decoder, X, activation):
    """counts in float32 from the parameters on"""
    layers = [tuple(part.astype(np.float32) for part in layer) for layer in (encoder, decoder)]
    H = forward(layers, X.astype(np.float32), activation)
    d = H[-1] - H[0]
    n = np.float32(X.shape[1])
    grads = backward(layers, H, d / n, activation)
    return np.sum(d * d) / (2 * n), grads[0], grads[1]
