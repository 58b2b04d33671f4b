"""What goes wrong in `pretrain` and `fine_tune`, and what may differ and be right."""

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
from neuralnet.autoencoder import pretrain, train_autoencoder
from neuralnet.backprop import backward
from neuralnet.layers import dense_forward, forward
from neuralnet.losses import softmax_cross_entropy, squared_error
from neuralnet.training import initialize, minibatches, sgd_step, train

# --- pretrain ---


@mistake("pretrain")
def every_layer_on_raw_data(X, hidden_sizes, **settings):
    """Every layer is trained on the raw data

    Print the shape of each encoder's W. The second one should have as many columns as the first
    has rows, for it sees the codes of the first and no pixels any more. What has to change
    between two rounds of the loop?
    """
    return [train_autoencoder(X, hidden, **settings)[0] for hidden in hidden_sizes]


@mistake("pretrain")
def codes_without_activation(X, hidden_sizes, **settings):
    """The codes for the next layer are computed without the activation

    The next layer must see what it will see in the finished network: H = a(W X + b). For the
    sigmoid, print the smallest and the largest value that you hand to the second autoencoder.
    Do they lie between 0 and 1?
    """
    encoders = []
    for hidden in hidden_sizes:
        encoder, _, _ = train_autoencoder(X, hidden, **settings)
        encoders.append(encoder)
        X = dense_forward(*encoder, X)
    return encoders


@mistake("pretrain")
def codes_always_sigmoid(X, hidden_sizes, **settings):
    """The codes are always computed with the sigmoid, whatever the activation

    Is it right for the sigmoid alone? The same activation has to train a layer and to compute
    its code. Where in your function is a name written that should come from the argument?
    """
    encoders = []
    for hidden in hidden_sizes:
        encoder, _, _ = train_autoencoder(X, hidden, **settings)
        encoders.append(encoder)
        X = sigmoid(dense_forward(*encoder, X))
    return encoders


@mistake("pretrain")
def next_layer_on_reconstruction(X, hidden_sizes, **settings):
    """The next layer is trained on the reconstruction instead of the code

    Throw away the reconstruction, keep the code: which of the two has fewer rows? Print the
    shape of what the second autoencoder is trained on; it should have one row for each unit of
    the first code.
    """
    encoders = []
    for hidden in hidden_sizes:
        encoder, decoder, _ = train_autoencoder(X, hidden, **settings)
        encoders.append(encoder)
        X = forward([encoder, decoder], X, settings["activation"])[-1]
    return encoders


@mistake("pretrain")
def decoders_kept(X, hidden_sizes, **settings):
    """The decoders are returned along with the encoders

    The result becomes the lower layers of a classifier, which reads codes and never
    reconstructs. How many (W, b) should there be for two hidden sizes, and how many are there?
    Decoders have done their work once their layer is trained.
    """
    layers = []
    for hidden in hidden_sizes:
        encoder, decoder, _ = train_autoencoder(X, hidden, **settings)
        layers += [encoder, decoder]
        X = forward([encoder, decoder], X, settings["activation"])[1]
    return layers


@mistake("pretrain")
def decoders_instead_of_encoders(X, hidden_sizes, **settings):
    """The decoders are returned in place of the encoders

    An encoder turns many features into few code units: its W has `hidden` rows. What shapes
    have yours? The decoder is what pre-training throws away.
    """
    decoders = []
    for hidden in hidden_sizes:
        encoder, decoder, _ = train_autoencoder(X, hidden, **settings)
        decoders.append(decoder)
        X = forward([encoder, decoder], X, settings["activation"])[1]
    return decoders


@mistake("pretrain")
def encoders_reversed(X, hidden_sizes, **settings):
    """The encoders come last layer first

    The list is used as `params`: first layer first. The first W must have as many columns as X
    has rows. Which one does in your list?
    """
    return pretrain(X, hidden_sizes, **settings)[::-1]


@mistake("pretrain")
def only_first_layer(X, hidden_sizes, **settings):
    """Only the first hidden size is used

    How many encoders come back for three hidden sizes? Every entry of the list is a layer of
    its own. At which indentation does the return stand?
    """
    return pretrain(X, hidden_sizes[:1], **settings)


@mistake("pretrain")
def last_size_left_out(X, hidden_sizes, **settings):
    """The encoder of the last hidden size is missing

    How many encoders come back for three hidden sizes, and how many for one? There should be one
    for each. `hidden_sizes` holds hidden layers alone, and the code of the last one counts, too.
    """
    return pretrain(X, hidden_sizes[:-1], **settings)


@mistake("pretrain")
def first_size_taken_for_input(X, hidden_sizes, **settings):
    """The first hidden size is taken for the number of inputs

    `hidden_sizes` holds the hidden layers alone; the number of inputs is the number of rows of
    X. How many encoders come back for two sizes, and how many rows has the first one's W?
    """
    return pretrain(X, hidden_sizes[1:], **settings)


@mistake("pretrain")
def trained_all_at_once(X, hidden_sizes, **settings):
    """All layers are trained at once, as one deep autoencoder

    Greedy means layer by layer: the first encoder is finished before the second exists. How
    often do you call `train_autoencoder`? It should be once for each hidden size, each time on
    the codes of the layer below.
    """
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


@mistake("pretrain")
def sizes_popped(X, hidden_sizes, **settings):
    """The list of hidden sizes is emptied along the way

    Print `hidden_sizes` after the call. Whoever called the function may want to use the list
    again. How can a loop visit every entry without taking it out?
    """
    encoders = []
    while hidden_sizes:
        encoder, decoder, _ = train_autoencoder(X, hidden_sizes.pop(0), **settings)
        encoders.append(encoder)
        X = forward([encoder, decoder], X, settings["activation"])[1]
    return encoders


@mistake("pretrain")
def layers_trained_with_sigmoid(X, hidden_sizes, *, activation, **settings):
    """All layers are trained with the sigmoid, whatever the activation

    Does a change of `activation` change the first encoder? It should: the derivative on the way
    back is another one. Look at every call that needs to know the activation.
    """
    encoders = []
    for hidden in hidden_sizes:
        encoder, decoder, _ = train_autoencoder(X, hidden, activation="sigmoid", **settings)
        encoders.append(encoder)
        X = forward([encoder, decoder], X, activation)[1]
    return encoders


@mistake("pretrain")
def upper_layers_trained_less(X, hidden_sizes, *, learning_rate, **settings):
    """The layers above the first are not trained with the same settings, or not on all the codes

    Print learning rate, batch size, number of epochs and the shape of the data in each call of
    `train_autoencoder`: only the number of rows may change from layer to layer.
    """
    encoders = []
    for k, hidden in enumerate(hidden_sizes, 1):
        encoder, decoder, _ = train_autoencoder(
            X, hidden, learning_rate=learning_rate / k, **settings
        )
        encoders.append(encoder)
        X = forward([encoder, decoder], X, settings["activation"])[1]
    return encoders


@mistake("pretrain")
def only_last_encoder(X, hidden_sizes, **settings):
    """Only the last encoder is returned

    Print the length of your result: there should be one pair (W, b) for each hidden size. Where
    do the encoders of the rounds before stay?
    """
    return pretrain(X, hidden_sizes, **settings)[-1:]


@variant("pretrain")
def pretrain_recursive(X, hidden_sizes, **settings):
    """recursive"""

    def stack(codes, sizes):
        if not sizes:
            return []
        (W, b), _, _ = train_autoencoder(codes, sizes[0], **settings)
        a = {"sigmoid": sigmoid, "tanh": tanh, "relu": relu}[settings["activation"]]
        return [(W, b), *stack(a(W @ codes + b), sizes[1:])]

    return stack(X, list(hidden_sizes))


@variant("pretrain")
def pretrain_codes_from_x(X, hidden_sizes, *, activation, learning_rate, batch_size, epochs, rng):
    """codes computed anew from X through all encoders so far"""
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


@mistake("fine_tune")
def encoders_frozen(encoders, X, y, classes, **settings):
    """Only the softmax layer is trained, the encoders stay as they came

    Fine-tuning moves the entire network with the labels; pre-training only gave it a good place
    to start. Compare the first W that you return with the one that came in: is any entry
    different?
    """
    top = initialize([len(encoders[-1][0]), classes], settings["rng"], "small")
    codes = forward([*encoders, *top], X, settings["activation"])[-2]
    top, losses = train(top, codes, y, **settings)
    return [*encoders, *top], losses


@mistake("fine_tune")
def encoders_initialized_again(encoders, X, y, classes, **settings):
    """The encoders are initialised again, so the pre-training is lost

    Set the learning rate to 0: what comes back should be the encoders that came in, with one
    new layer on top. Only that layer has to be initialised.
    """
    sizes = [len(X), *(len(W) for W, _ in encoders), classes]
    return train(initialize(sizes, settings["rng"], "small"), X, y, **settings)


@mistake("fine_tune")
def softmax_layer_at_zero(encoders, X, y, classes, **settings):
    """The softmax layer starts at zero instead of 'small'

    What gradient do the encoders get in the first step, when the weights above them are all 0?
    The error goes back through those weights. Which scheme does the lab ask for?
    """
    top = initialize([len(encoders[-1][0]), classes], settings["rng"], "zeros")
    return train([*encoders, *top], X, y, **settings)


@mistake("fine_tune")
def softmax_layer_xavier(encoders, X, y, classes, **settings):
    """The softmax layer starts from 'xavier' instead of 'small'

    At the start the network should be undecided, with all classes about equally likely, so that
    the encoders are not shaken by a random opinion. Which loss do you get before the first
    step: is it close to log K?
    """
    top = initialize([len(encoders[-1][0]), classes], settings["rng"], "xavier")
    return train([*encoders, *top], X, y, **settings)


@mistake("fine_tune")
def classes_from_labels(encoders, X, y, classes, **settings):
    """The number of classes is guessed from the labels

    A small sample may have no example of the last class at all. How many rows has your last W
    then? The argument `classes` is there for this.
    """
    top = initialize([len(encoders[-1][0]), int(np.max(y)) + 1], settings["rng"], "small")
    return train([*encoders, *top], X, y, **settings)


@mistake("fine_tune")
def softmax_layer_activated(
    encoders, X, y, classes, *, activation, learning_rate, batch_size, epochs, rng
):
    """The scores go through the activation before the softmax

    The last layer is linear; softmax makes the probabilities. If a sigmoid squeezes the scores
    into [0, 1] first, how far from equal can the probabilities of two classes ever get?
    """
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


@mistake("fine_tune")
def fine_tuned_on_squared_error(
    encoders, X, y, classes, *, activation, learning_rate, batch_size, epochs, rng
):
    """It is trained on the squared error of the scores, not on the cross-entropy

    Labels are classes, not amounts: scores, softmax, cross-entropy, as in `train` of lab 3.
    Before the first step, is your loss close to log K, as it is for a network that knows
    nothing?
    """
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


@mistake("fine_tune")
def encoders_list_extended(encoders, X, y, classes, **settings):
    """The caller's encoders are changed

    Print the length of `encoders`, and one of its arrays, before and after the call. A second run
    from the same encoders has to be possible. Is a layer put into the caller's own list, or does a
    step write into an array that came in, where a new list or a new array is needed?
    """
    encoders += initialize([len(encoders[-1][0]), classes], settings["rng"], "small")
    return train(encoders, X, y, **settings)


@mistake("fine_tune")
def losses_with_start(encoders, X, y, classes, **settings):
    """The losses begin with one from before the training, so there is one too many

    How many losses come back for 5 epochs? There should be one for each epoch, measured during
    or after it.
    """
    top = initialize([len(encoders[-1][0]), classes], settings["rng"], "small")
    params = [*encoders, *top]
    start, _ = softmax_cross_entropy(forward(params, X, settings["activation"])[-1], y)
    params, losses = train(params, X, y, **settings)
    return params, [start, *losses]


@mistake("fine_tune")
def softmax_layer_own_generator(encoders, X, y, classes, **settings):
    """The new layer comes from a generator of its own, not from `rng`

    Call it twice with two generators of different seeds and a learning rate of 0. Is the last
    layer the same both times? Then something else than `rng` draws it.
    """
    top = initialize([len(encoders[-1][0]), classes], np.random.default_rng(0), "small")
    return train([*encoders, *top], X, y, **settings)


@mistake("fine_tune")
def softmax_layer_first(encoders, X, y, classes, **settings):
    """The softmax layer is trained alone first, and then everything once more

    Count the steps: one epoch with all examples in one batch is a single step for all layers
    together. In the first step every layer should move, and yours takes more steps than asked
    for.
    """
    top = initialize([len(encoders[-1][0]), classes], settings["rng"], "small")
    codes = forward([*encoders, *top], X, settings["activation"])[-2]
    top, _ = train(top, codes, y, **settings)
    return train([*encoders, *top], X, y, **settings)


@mistake("fine_tune")
def fine_tuned_with_sigmoid(encoders, X, y, classes, *, activation, **settings):
    """The network always uses the sigmoid, whatever the activation

    Fine-tune once with sigmoid and once with tanh, from the same start: the results should
    differ, yours do not. Which argument says what the encoders were trained with?
    """
    top = initialize([len(encoders[-1][0]), classes], settings["rng"], "small")
    return train([*encoders, *top], X, y, activation="sigmoid", **settings)


@mistake("fine_tune")
def fine_tuned_single_epoch(encoders, X, y, classes, *, epochs, **settings):
    """Only one epoch is trained, whatever `epochs` says

    How long is your list of losses for 5 epochs? It should hold one number for each. How many times
    are all the examples gone through, and who decides that?
    """
    top = initialize([len(encoders[-1][0]), classes], settings["rng"], "small")
    return train([*encoders, *top], X, y, epochs=1, **settings)


@mistake("fine_tune")
def fine_tuned_in_own_order(encoders, X, y, classes, *, rng, **settings):
    """The mini-batches come from a generator of their own, not from `rng`

    Fine-tune with two generators of different seeds and print the first batches: they should
    differ, yours are the same. One generator, handed in by the caller, serves all random draws.
    """
    top = initialize([len(encoders[-1][0]), classes], rng, "small")
    return train([*encoders, *top], X, y, rng=np.random.default_rng(0), **settings)


@mistake("fine_tune")
def fine_tuned_labels_from_the_beginning(
    encoders, X, y, classes, *, activation, learning_rate, batch_size, epochs, rng
):
    """Every mini-batch gets the first labels of y, whichever examples it holds

    Print the labels that go with each column of a batch and look them up in y. When X[:, batch]
    picks the examples, what must pick their labels?
    """
    params = [*encoders, *initialize([len(encoders[-1][0]), classes], rng, "small")]
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(len(y), batch_size, rng):
            H = forward(params, X[:, batch], activation)
            loss, dS = softmax_cross_entropy(H[-1], y[: len(batch)])
            params = sgd_step(params, backward(params, H, dS, activation), learning_rate)
            total += loss * len(batch)
        losses.append(total / len(y))
    return params, losses


@mistake("fine_tune")
def fine_tuned_best_epoch(
    encoders, X, y, classes, *, activation, learning_rate, batch_size, epochs, rng
):
    """The parameters of the epoch with the smallest loss are returned, not those of the last one

    Fine-tune with a learning rate that is too large, for 2 epochs and for 3: where the loss rises,
    yours come out alike. To choose among epochs is for whoever calls, who gets all the losses.
    """
    params = [*encoders, *initialize([len(encoders[-1][0]), classes], rng, "small")]
    losses, best = [], params
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(len(y), batch_size, rng):
            H = forward(params, X[:, batch], activation)
            loss, dS = softmax_cross_entropy(H[-1], y[batch])
            params = sgd_step(params, backward(params, H, dS, activation), learning_rate)
            total += loss * len(batch)
        losses.append(total / len(y))
        if losses[-1] == min(losses):
            best = params
    return best, losses


@mistake("fine_tune")
def fine_tuned_losses_before(
    encoders, X, y, classes, *, activation, learning_rate, batch_size, epochs, rng
):
    """An epoch's loss is measured before its steps, so the last epoch shows in no loss

    Fine-tune for a single epoch: the only loss is that of the start, as if nothing had been learned.
    On which side of the steps should it be measured?
    """
    params = [*encoders, *initialize([len(encoders[-1][0]), classes], rng, "small")]
    losses = []
    for _ in range(epochs):
        losses.append(softmax_cross_entropy(forward(params, X, activation)[-1], y)[0])
        for batch in minibatches(len(y), batch_size, rng):
            H = forward(params, X[:, batch], activation)
            _, dS = softmax_cross_entropy(H[-1], y[batch])
            params = sgd_step(params, backward(params, H, dS, activation), learning_rate)
    return params, losses


@variant("fine_tune")
def fine_tune_in_place(
    encoders, X, y, classes, *, activation, learning_rate, batch_size, epochs, rng
):
    """own loop, updates copies in place, losses after each epoch"""
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


@variant("fine_tune")
def fine_tune_last_of_fresh(encoders, X, y, classes, **settings):
    """new layer is the last of a whole freshly initialised network"""
    # The same distribution from other draws: "a softmax layer (scheme small)" allows it.
    sizes = [len(X), *(len(b) for _, b in encoders), classes]
    fresh = initialize(sizes, settings["rng"], "small")
    return train(list(encoders) + fresh[-1:], X, y, **settings)


@variant("fine_tune")
def fine_tune_epoch_by_epoch(
    encoders, X, y, classes, *, activation, learning_rate, batch_size, epochs, rng
):
    """trains epoch by epoch with calls of `train`"""
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
