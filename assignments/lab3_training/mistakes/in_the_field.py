"""Slips and styles of published code, in the functions of this lab."""

# Written as students write, without types.
from __future__ import annotations

from itertools import pairwise

import numpy as np

from labkit.mistakes import mistake, variant
from neuralnet.backprop import backward
from neuralnet.layers import forward
from neuralnet.losses import softmax, softmax_cross_entropy
from neuralnet.training import minibatches, sgd_step

# --- initialize ---


@mistake("initialize")
def initialize_zeros_is_small(sizes, rng, scheme="small"):
    """The scheme "zeros" starts with small random weights

    Print W for the scheme "zeros": it should be all 0. Follow your if chain with scheme = "zeros": where do you end
    up?
    """
    params = []
    for fan_in, units in pairwise(sizes):
        scale = {"xavier": 1 / fan_in, "he": 2 / fan_in}.get(scheme, 1e-4)
        W = np.sqrt(scale) * rng.standard_normal((units, fan_in))
        params.append((W, np.zeros((units, 1))))
    return params


@mistake("initialize")
def initialize_he_without_root(sizes, rng, scheme="small"):
    """ "he" uses the variance where the standard deviation belongs

    Print W.var() for the scheme "he" with 100 inputs: it should be near 0.02, yours is near 0.0004. If you
    multiply numbers of variance 1 by c, what is their variance then?
    """
    params = []
    for fan_in, units in pairwise(sizes):
        scale = {"zeros": 0.0, "small": 0.01, "xavier": fan_in**-0.5, "he": 2 / fan_in}[scheme]
        params.append((scale * rng.standard_normal((units, fan_in)), np.zeros((units, 1))))
    return params


@mistake("initialize")
def initialize_named_arrays(sizes, rng, scheme="small"):
    """A dict of named arrays is returned, not a list of pairs

    Print the type of your result: `forward` goes through a list of (W, b), first layer first. How many pairs
    should there be for three sizes?
    """
    params = {}
    for layer, (fan_in, units) in enumerate(pairwise(sizes), 1):
        scale = {"zeros": 0, "small": 1e-4, "xavier": 1 / fan_in, "he": 2 / fan_in}[scheme]
        params[f"W{layer}"] = np.sqrt(scale) * rng.standard_normal((units, fan_in))
        params[f"b{layer}"] = np.zeros((units, 1))
    return params


@mistake("initialize")
def initialize_glorot_even(sizes, rng, scheme="small"):
    """ "xavier" draws evenly between ±√(6/(fan_in + fan_out)), which is another rule of that name

    Print W.var() for the scheme "xavier", 300 inputs and 100 units: 1/fan_in is 0.0033, yours is near 0.005. Two
    papers and many libraries share the name: which of the two sizes does the docstring ask for?
    """
    params = []
    for fan_in, units in pairwise(sizes):
        scale = {"zeros": 0.0, "small": 0.01, "he": (2 / fan_in) ** 0.5}.get(scheme, 0.0)
        W = scale * rng.standard_normal((units, fan_in))
        if scheme == "xavier":
            limit = (6 / (fan_in + units)) ** 0.5
            W = rng.uniform(-limit, limit, (units, fan_in))
        elif scheme not in ("zeros", "small", "he"):
            raise ValueError(f"unknown scheme {scheme!r}")
        params.append((W, np.zeros((units, 1))))
    return params


@mistake("initialize")
def initialize_small_is_a_tenth(sizes, rng, scheme="small"):
    """The scheme "small" has a standard deviation of 0.1, not 0.01

    Print W.std() for a large layer with this scheme. How many zeros stand behind the point in the docstring's table,
    and how many in yours?
    """
    params = []
    for fan_in, units in pairwise(sizes):
        scales = {"zeros": 0.0, "small": 0.1, "xavier": fan_in**-0.5, "he": (2 / fan_in) ** 0.5}
        params.append((scales[scheme] * rng.standard_normal((units, fan_in)), np.zeros((units, 1))))
    return params


# --- minibatches ---


@mistake("minibatches")
def minibatches_last_example_lost(n, batch_size, rng):
    """The last example never appears: the end of a slice is cut at n − 1

    Ask for 13 examples in fives: the batches should have 5, 5 and 3; yours have 5, 5 and 2. Is the end of a slice
    part of it? Then which number may the end be at most?
    """
    order = rng.permutation(n)
    ends = [min(start + batch_size, n - 1) for start in range(0, n, batch_size)]
    return [order[start:end] for start, end in zip(range(0, n, batch_size), ends, strict=True)]


@mistake("minibatches")
def minibatches_nearly_equal(n, batch_size, rng):
    """The examples are split evenly into as many pieces as there are full batches

    Ask for 13 examples in fives: the batches should have 5, 5 and 3; yours have 7 and 6. No batch may have more than
    batch_size examples. At which positions should the order be cut?
    """
    return np.array_split(rng.permutation(n), max(n // batch_size, 1))


@mistake("minibatches")
def minibatches_reshaped(n, batch_size, rng):
    """The order is reshaped, which stops with an error where a rest is left

    Ask for 13 examples in fives: 13 numbers make no table with five columns. The last batch may be shorter; which
    way to cut allows for that?
    """
    return list(rng.permutation(n).reshape(-1, batch_size))


@mistake("minibatches")
def minibatches_shuffle_returns_none(n, batch_size, rng):
    """What rng.shuffle returns is used, and it returns nothing

    The error says that None cannot be indexed. shuffle turns over the array that it is handed; permutation gives
    a new one. Which of the two do you need on the right of an equals sign?
    """
    order = rng.shuffle(np.arange(n))
    return [order[start : start + batch_size] for start in range(0, n, batch_size)]


@mistake("minibatches")
def minibatches_rest_from_elsewhere(n, batch_size, rng):
    """The last batch is cut from the wrong place

    Ask for 13 examples in fives: the third batch should start at position 10 of the order. Where does yours start?
    Put all your batches together: which examples are there twice?
    """
    order, full = rng.permutation(n), n // batch_size
    batches = [order[k * batch_size : (k + 1) * batch_size] for k in range(full)]
    return batches + ([order[n - full * batch_size :]] if n % batch_size else [])


@mistake("minibatches")
def minibatches_global_random(n, batch_size, rng):
    """The order comes from np.random, not from rng

    Call it twice, each time with a fresh generator of the same seed: the orders should agree, and do not. Which
    generator draws your numbers, and what is rng used for?
    """
    order = np.random.permutation(n)
    return [order[start : start + batch_size] for start in range(0, n, batch_size)]


@mistake("minibatches")
def minibatches_from_every_start(n, batch_size, rng):
    """A batch begins at every example, so each example is in several batches

    Ask for 13 examples in fives and count the batches: 3 are right, yours are 13. How far does the start have to
    move from one batch to the next?
    """
    order = rng.permutation(n)
    return [order[start : start + batch_size] for start in range(n)]


@mistake("minibatches")
def minibatches_first_alone(n, batch_size, rng):
    """Only the first batch is returned

    Ask for 13 examples in fives: three batches are right, yours is one. Does the `return` stand inside the loop?
    """
    order = rng.permutation(n)
    return [order[:batch_size]]


# --- sgd_step ---


@mistake("sgd_step")
def sgd_step_never_stored(params, grads, learning_rate):
    """The new arrays are never stored: the parameters come back as they were

    Print a weight before and after the step: unchanged. W = … in a loop gives a name a new array; the pair in
    params keeps the old one. Where do the new ones have to go?
    """
    return [(W * 1.0, b * 1.0) for W, b in params]


@mistake("sgd_step")
def sgd_step_nothing_returned(params, grads, learning_rate):
    """Nothing is returned

    Print what your function gives: None. New arrays that are computed stay inside the function until a line hands
    them out.
    """
    _ = [(W - learning_rate * dW, b) for (W, b), (dW, _) in zip(params, grads, strict=True)]


@mistake("sgd_step")
def sgd_step_first_layer_only(params, grads, learning_rate):
    """Only the first layer comes back

    Print the length of your result: it should be that of params. At which indentation does the return stand: does
    the loop ever get to its second round?
    """
    (W, b), (dW, db) = params[0], grads[0]
    return [(W - learning_rate * dW, b - learning_rate * db)]


# --- train ---


@mistake("train")
def train_labels_uncut(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    """The examples are cut into mini-batches, the labels are not

    Print the number of columns of a batch and the length of the labels that go with it: they should be equal. When
    X[:, batch] picks the examples, what must pick their labels?
    """
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(len(y), batch_size, rng):
            H = forward(params, X[:, batch], activation)
            loss, dS = softmax_cross_entropy(H[-1], y)
            params = sgd_step(params, backward(params, H, dS, activation), learning_rate)
            total += loss * len(batch)
        losses.append(total / len(y))
    return params, losses


@mistake("train")
def train_gradients_collected(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    """All gradients of an epoch belong to the parameters at its beginning

    When the second mini-batch is looked at, should the parameters already hold the first one's step? Look at what
    stands before your loop over the mini-batches, and what behind it: forward pass and step belong inside.
    """
    losses = []
    for _ in range(epochs):
        total, sums = 0.0, [(0 * W, 0 * b) for W, b in params]
        for batch in minibatches(len(y), batch_size, rng):
            H = forward(params, X[:, batch], activation)
            loss, dS = softmax_cross_entropy(H[-1], y[batch])
            grads = backward(params, H, dS, activation)
            sums = [(A + dW, c + db) for (A, c), (dW, db) in zip(sums, grads, strict=True)]
            total += loss * len(batch)
        params = sgd_step(params, sums, learning_rate)
        losses.append(total / len(y))
    return params, losses


@mistake("train")
def train_one_by_one(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    """Every step uses one example; batch_size is ignored

    Count the steps of one epoch with 20 examples and batch_size 5: there should be 4, yours are 20. Where does
    batch_size appear in your function?
    """
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(len(y), 1, rng):
            H = forward(params, X[:, batch], activation)
            loss, dS = softmax_cross_entropy(H[-1], y[batch])
            params = sgd_step(params, backward(params, H, dS, activation), learning_rate)
            total += loss * len(batch)
        losses.append(total / len(y))
    return params, losses


@mistake("train")
def train_rows_picked(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    """The mini-batches pick rows of X, which are features

    Print the shape of what goes into `forward`: p rows are wanted, and as many columns as the batch has examples.
    Which of the two indices of X counts the examples?
    """
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(len(y), batch_size, rng):
            H = forward(params, X[batch], activation)
            loss, dS = softmax_cross_entropy(H[-1], y[batch])
            params = sgd_step(params, backward(params, H, dS, activation), learning_rate)
            total += loss * len(batch)
        losses.append(total / len(y))
    return params, losses


@mistake("train")
def train_without_losses(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    """Only the parameters are returned, without the losses

    Print the type and the length of what you return: two things are asked for, the parameters and a list with a
    number for each epoch.
    """
    for _ in range(epochs):
        for batch in minibatches(len(y), batch_size, rng):
            H = forward(params, X[:, batch], activation)
            _, dS = softmax_cross_entropy(H[-1], y[batch])
            params = sgd_step(params, backward(params, H, dS, activation), learning_rate)
    return params


@mistake("train")
def train_draws_each_batch(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    """Every step draws its mini-batch anew: in an epoch some examples come twice, some never

    Collect the indices of one epoch and sort them: each should be there once, and the short rest is a step of its
    own. Which function of yours cuts a whole epoch into mini-batches?
    """
    losses, n = [], len(y)
    for _ in range(epochs):
        seen = []
        for _ in range(max(n // batch_size, 1)):
            batch = rng.choice(n, min(batch_size, n))
            H = forward(params, X[:, batch], activation)
            loss, dS = softmax_cross_entropy(H[-1], y[batch])
            params = sgd_step(params, backward(params, H, dS, activation), learning_rate)
            seen.append(loss)
        losses.append(float(np.mean(seen)))
    return params, losses


@mistake("train")
def train_rate_shrinks(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    """The learning rate loses a few percent with every epoch

    Print the rate in every epoch: plain gradient descent keeps it as it was given. A schedule can help, but whoever
    calls this function did not ask for one.
    """
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(len(y), batch_size, rng):
            H = forward(params, X[:, batch], activation)
            loss, dS = softmax_cross_entropy(H[-1], y[batch])
            params = sgd_step(params, backward(params, H, dS, activation), learning_rate)
            total += loss * len(batch)
        learning_rate *= 0.95
        losses.append(total / len(y))
    return params, losses


@mistake("train")
def train_loss_before_epoch(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    """An epoch's loss is measured before its steps, so the last epoch shows in no loss

    Train a single epoch: the only loss is that of the start, as if nothing had been learned. On which side of the
    steps should it be measured?
    """
    losses = []
    for _ in range(epochs):
        losses.append(softmax_cross_entropy(forward(params, X, activation)[-1], y)[0])
        for batch in minibatches(len(y), batch_size, rng):
            H = forward(params, X[:, batch], activation)
            _, dS = softmax_cross_entropy(H[-1], y[batch])
            params = sgd_step(params, backward(params, H, dS, activation), learning_rate)
    return params, losses


@mistake("train")
def train_with_weight_penalty(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    """A penalty on the weights is in the gradient

    Make one step with all the examples in one batch and compare with the gradient of softmax_cross_entropy: W ends
    closer to 0 than it should, b where it should. Which term of your dW does not come from the loss?
    """
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(len(y), batch_size, rng):
            H = forward(params, X[:, batch], activation)
            loss, dS = softmax_cross_entropy(H[-1], y[batch])
            grads = backward(params, H, dS, activation)
            pairs = zip(params, grads, strict=True)
            grads = [(dW + 1e-3 * W, db) for (W, _), (dW, db) in pairs]
            params = sgd_step(params, grads, learning_rate)
            total += loss * len(batch)
        losses.append(total / len(y))
    return params, losses


# --- predict, accuracy ---


@mistake("predict")
def predict_squeezed(params, X, activation):
    """For a single example the result is a bare number: its only axis is squeezed away

    Try an X with one column and print the shape of your result: (1,) is wanted, one class for one
    example. np.squeeze removes every axis of length 1, whichever it is.
    """
    return np.squeeze(forward(params, X, activation)[-1].argmax(axis=0))


@mistake("predict")
def predict_onehot(params, X, activation):
    """A column of zeros and ones is returned for each example, not the number of its class

    Print the shape of your result: K × n, where (n,) is asked for. A class is one whole number: the place of the
    largest score in its column.
    """
    S = forward(params, X, activation)[-1]
    return (S.max(axis=0) == S).astype(int)


@mistake("predict")
def predict_largest_probability(params, X, activation):
    """The largest probability is returned, not its class

    Print your result: it should hold class numbers 0 … K − 1, but yours lie between 0 and 1. Do you want to know
    how large the best one is, or where it stands?
    """
    return softmax(forward(params, X, activation)[-1]).max(axis=0)


@mistake("predict")
def predict_always_sigmoid(params, X, activation):
    """The hidden layers always use the sigmoid, whatever `activation` says

    Call it with "relu" and with "sigmoid" for a network with hidden units: the answers should
    not always agree. Where does the argument `activation` appear?
    """
    return np.argmax(forward(params, X, "sigmoid")[-1], axis=0)


@mistake("accuracy")
def accuracy_for_two_classes(y_hat, y):
    """This formula counts right for the classes 0 and 1 only

    Give it the class 3 and the answer 3: the accuracy is 1, and yours is 13. Which operation asks whether two
    numbers are equal, whatever they are?
    """
    y_hat, y = np.asarray(y_hat), np.asarray(y)
    return float((y @ y_hat + (1 - y) @ (1 - y_hat)) / len(y))


@variant("minibatches")
def minibatches_by_choice(n, batch_size, rng):
    """draws all without replacement, a while loop"""
    order, batches, start = rng.choice(n, size=n, replace=False), [], 0
    while start < n:
        batches.append(order[start : min(start + batch_size, n)])
        start += batch_size
    return batches


@variant("train")
def train_in_float32(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    """counts in float32 from the parameters on"""
    params = [(W.astype(np.float32), b.astype(np.float32)) for W, b in params]
    X, rate, losses = X.astype(np.float32), np.float32(learning_rate), []
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(X.shape[1], batch_size, rng):
            H = forward(params, X[:, batch], activation)
            loss, dS = softmax_cross_entropy(H[-1], y[batch])
            grads = backward(params, H, dS.astype(np.float32), activation)
            params = [
                (W - rate * dW, b - rate * db)
                for (W, b), (dW, db) in zip(params, grads, strict=True)
            ]
            total += float(loss) * len(batch)
        losses.append(total / len(y))
    return params, losses
