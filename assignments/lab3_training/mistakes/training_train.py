"""What goes wrong in `train`, and what may differ and be right."""

# Written as students write, without types.
from __future__ import annotations

import numpy as np

from labkit.mistakes import mistake, variant
from neuralnet.activations import relu_gradient, sigmoid_gradient, tanh_gradient
from neuralnet.backprop import backward, dense_backward
from neuralnet.layers import forward
from neuralnet.losses import cross_entropy, softmax, softmax_cross_entropy, squared_error
from neuralnet.training import initialize, minibatches, sgd_step

# --- train ---


@mistake("train")
def train_shuffled_once(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    """The examples are shuffled only once, before the first epoch

    Print the first batch of each epoch: always the same. Every epoch should see the examples in
    a new order. On which side of which loop is the call that makes the batches?
    """
    losses, batches = [], minibatches(len(y), batch_size, rng)
    for _ in range(epochs):
        total = 0.0
        for batch in batches:
            H = forward(params, X[:, batch], activation)
            loss, dS = softmax_cross_entropy(H[-1], y[batch])
            params = sgd_step(params, backward(params, H, dS, activation), learning_rate)
            total += loss * len(batch)
        losses.append(total / len(y))
    return params, losses


@mistake("train")
def train_not_shuffled(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    """The examples are never shuffled

    Print the examples of the first batch in each epoch: always the first columns of X. If the
    data come sorted by class, what does a batch contain? What is the argument rng for?
    """
    losses = []
    for _ in range(epochs):
        total = 0.0
        for start in range(0, len(y), batch_size):
            batch = np.arange(len(y))[start : start + batch_size]
            H = forward(params, X[:, batch], activation)
            loss, dS = softmax_cross_entropy(H[-1], y[batch])
            params = sgd_step(params, backward(params, H, dS, activation), learning_rate)
            total += loss * len(batch)
        losses.append(total / len(y))
    return params, losses


@mistake("train")
def train_labels_not_shuffled(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    """Examples and labels no longer belong together after the shuffle

    Print the labels that go with each column of a batch and look them up in y. When X[:, batch]
    picks the examples, what must pick their labels?
    """
    losses = []
    for _ in range(epochs):
        total, start = 0.0, 0
        for batch in minibatches(len(y), batch_size, rng):
            H = forward(params, X[:, batch], activation)
            loss, dS = softmax_cross_entropy(H[-1], y[start : start + len(batch)])
            params = sgd_step(params, backward(params, H, dS, activation), learning_rate)
            total += loss * len(batch)
            start += len(batch)
        losses.append(total / len(y))
    return params, losses


@mistake("train")
def train_labels_from_the_beginning(
    params, X, y, *, activation, learning_rate, batch_size, epochs, rng
):
    """Every mini-batch gets the first labels of y, whichever examples it holds

    Print the labels that go with each column of a batch and look them up in y. When X[:, batch]
    picks the examples, what must pick their labels?
    """
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


@mistake("train")
def train_all_in_each_round(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    """Each step of an epoch uses all the examples, not its mini-batch

    Print the number of columns that go into `forward`: with 20 examples and batch_size 5 it should
    be 5 in each of the 4 rounds; yours is 20. What do you do with the indices of the mini-batch?
    """
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(len(y), batch_size, rng):
            H = forward(params, X, activation)
            loss, dS = softmax_cross_entropy(H[-1], y)
            params = sgd_step(params, backward(params, H, dS, activation), learning_rate)
            total += loss * len(batch)
        losses.append(total / len(y))
    return params, losses


@mistake("train")
def train_always_full_batch(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    """Every step uses all the examples; batch_size is ignored

    Count the steps of one epoch with 20 examples and batch_size 5: there should be 4, yours is
    1. Where does batch_size appear in your function?
    """
    losses = []
    for _ in range(epochs):
        H = forward(params, X, activation)
        loss, dS = softmax_cross_entropy(H[-1], y)
        params = sgd_step(params, backward(params, H, dS, activation), learning_rate)
        losses.append(loss)
    return params, losses


@mistake("train")
def train_one_batch_per_epoch(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    """An epoch makes a single step, on one mini-batch

    Count the steps of one epoch with 20 examples and batch_size 5: there should be 4, yours is
    1. An epoch means that every example is used once. Look at the indentation of the last
    lines.
    """
    losses = []
    for _ in range(epochs):
        batch = minibatches(len(y), batch_size, rng)[0]
        H = forward(params, X[:, batch], activation)
        loss, dS = softmax_cross_entropy(H[-1], y[batch])
        params = sgd_step(params, backward(params, H, dS, activation), learning_rate)
        losses.append(loss)
    return params, losses


@mistake("train")
def train_drops_short_batch(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    """A last batch that is not full is never used

    Use 5 examples and batch_size 8: there should be one step, but your parameters do not move
    at all. How many batches are there, and what happens to the rest?
    """
    losses = []
    for _ in range(epochs):
        total, seen = 0.0, 0
        for batch in minibatches(len(y), batch_size, rng):
            if len(batch) < batch_size:
                continue
            H = forward(params, X[:, batch], activation)
            loss, dS = softmax_cross_entropy(H[-1], y[batch])
            params = sgd_step(params, backward(params, H, dS, activation), learning_rate)
            total += loss * len(batch)
            seen += len(batch)
        losses.append(total / max(seen, 1))
    return params, losses


@mistake("train")
def train_loss_per_step(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    """The loss of every step is listed, not one for each epoch

    Compare len(losses) with epochs: they should be equal. How often is your append run? Collect
    the losses of the steps and give one mean per epoch.
    """
    losses = []
    for _ in range(epochs):
        for batch in minibatches(len(y), batch_size, rng):
            H = forward(params, X[:, batch], activation)
            loss, dS = softmax_cross_entropy(H[-1], y[batch])
            params = sgd_step(params, backward(params, H, dS, activation), learning_rate)
            losses.append(loss)
    return params, losses


@mistake("train")
def train_loss_of_last_batch(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    """The loss of an epoch is that of its last mini-batch alone

    Train with a learning rate of 0: every epoch should give the same loss, that of all the
    examples. Yours jumps about. Which examples does your number come from?
    """
    losses = []
    for _ in range(epochs):
        for batch in minibatches(len(y), batch_size, rng):
            H = forward(params, X[:, batch], activation)
            loss, dS = softmax_cross_entropy(H[-1], y[batch])
            params = sgd_step(params, backward(params, H, dS, activation), learning_rate)
        losses.append(loss)
    return params, losses


@mistake("train")
def train_losses_summed(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    """The losses of the mini-batches are summed, not averaged

    Train with a learning rate of 0, once with batch_size 2 and once with all examples: the
    losses should agree. Yours grow with the number of batches. What is a total to be divided
    by?
    """
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(len(y), batch_size, rng):
            H = forward(params, X[:, batch], activation)
            loss, dS = softmax_cross_entropy(H[-1], y[batch])
            params = sgd_step(params, backward(params, H, dS, activation), learning_rate)
            total += loss
        losses.append(total)
    return params, losses


@mistake("train")
def train_initial_loss_too(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    """The losses have one entry more: the loss before training stands in front

    Compare len(losses) with epochs: they should be equal. Entry 0 belongs to the first epoch,
    during it or after it, not to the time before.
    """
    losses = [softmax_cross_entropy(forward(params, X, activation)[-1], y)[0]]
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(len(y), batch_size, rng):
            H = forward(params, X[:, batch], activation)
            loss, dS = softmax_cross_entropy(H[-1], y[batch])
            params = sgd_step(params, backward(params, H, dS, activation), learning_rate)
            total += loss * len(batch)
        losses.append(total / len(y))
    return params, losses


@mistake("train")
def train_one_epoch_short(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    """There is one epoch too few

    Ask for 1 epoch and print len(losses) and the change of W: nothing has happened. Write down
    the values that your loop over the epochs runs through.
    """
    losses = []
    for _ in range(1, epochs):
        total = 0.0
        for batch in minibatches(len(y), batch_size, rng):
            H = forward(params, X[:, batch], activation)
            loss, dS = softmax_cross_entropy(H[-1], y[batch])
            params = sgd_step(params, backward(params, H, dS, activation), learning_rate)
            total += loss * len(batch)
        losses.append(total / len(y))
    return params, losses


@mistake("train")
def train_always_relu(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    """The hidden layers always use ReLU, whatever `activation` says

    Train once with "relu" and once with "tanh" from the same start: the results should differ,
    yours do not. Look at every call that needs to know the activation.
    """
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(len(y), batch_size, rng):
            H = forward(params, X[:, batch], "relu")
            loss, dS = softmax_cross_entropy(H[-1], y[batch])
            params = sgd_step(params, backward(params, H, dS, "relu"), learning_rate)
            total += loss * len(batch)
        losses.append(total / len(y))
    return params, losses


@mistake("train")
def train_result_thrown_away(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    """The new parameters are thrown away: training ends where it began

    Print the loss of each epoch: it does not fall. sgd_step gives new params and leaves the old
    ones alone; what do you do with what it returns?
    """
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(len(y), batch_size, rng):
            H = forward(params, X[:, batch], activation)
            loss, dS = softmax_cross_entropy(H[-1], y[batch])
            sgd_step(params, backward(params, H, dS, activation), learning_rate)
            total += loss * len(batch)
        losses.append(total / len(y))
    return params, losses


@mistake("train")
def train_restarts_each_step(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    """Every step starts from the first parameters again

    Train for 1 epoch and for 10 with all the examples in one batch: you get the same network.
    Which parameters does the second step start from in yours?
    """
    losses, new = [], params
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(len(y), batch_size, rng):
            H = forward(params, X[:, batch], activation)
            loss, dS = softmax_cross_entropy(H[-1], y[batch])
            new = sgd_step(params, backward(params, H, dS, activation), learning_rate)
            total += loss * len(batch)
        losses.append(total / len(y))
    return new, losses


@mistake("train")
def train_changes_params(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    """The caller's parameters are changed

    Print params before and after the call: they have been trained too. Then a second training
    with other settings does not start from the same point. Where are arrays changed in place?
    """
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(len(y), batch_size, rng):
            H = forward(params, X[:, batch], activation)
            loss, dS = softmax_cross_entropy(H[-1], y[batch])
            for (W, b), (dW, db) in zip(params, backward(params, H, dS, activation), strict=True):
                W -= learning_rate * dW
                b -= learning_rate * db
            total += loss * len(batch)
        losses.append(total / len(y))
    return params, losses


@mistake("train")
def train_biases_stay(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    """The biases are never updated

    Print each b after training: still 0. backward gives a db for every layer; where is it used?
    """
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(len(y), batch_size, rng):
            H = forward(params, X[:, batch], activation)
            loss, dS = softmax_cross_entropy(H[-1], y[batch])
            grads = [(dW, 0 * db) for dW, db in backward(params, H, dS, activation)]
            params = sgd_step(params, grads, learning_rate)
            total += loss * len(batch)
        losses.append(total / len(y))
    return params, losses


@mistake("train")
def train_last_layer_only(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    """Only the last layer is trained

    Print the first layer's W before and after training: unchanged. backward gives a gradient
    for every layer; what becomes of the others?
    """
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(len(y), batch_size, rng):
            H = forward(params, X[:, batch], activation)
            loss, dS = softmax_cross_entropy(H[-1], y[batch])
            grads = backward(params, H, dS, activation)
            params = [*params[:-1], *sgd_step(params[-1:], grads[-1:], learning_rate)]
            total += loss * len(batch)
        losses.append(total / len(y))
    return params, losses


@mistake("train")
def train_updates_on_the_way_back(
    params, X, y, *, activation, learning_rate, batch_size, epochs, rng
):
    """A layer is updated before the gradient has passed through it

    Make one step by hand for two layers: the first layer's gradient goes back through W₂. The
    old one or the already updated one? All gradients belong to the same point, so which comes
    first: all gradients, or an update?
    """
    slope = {"sigmoid": sigmoid_gradient, "tanh": tanh_gradient, "relu": relu_gradient}[activation]
    params, losses = list(params), []
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(len(y), batch_size, rng):
            H = forward(params, X[:, batch], activation)
            loss, dZ = softmax_cross_entropy(H[-1], y[batch])
            for layer in reversed(range(len(params))):
                W, b = params[layer]
                dW, db, _ = dense_backward(dZ, W, H[layer])
                params[layer] = (W - learning_rate * dW, b - learning_rate * db)
                dZ = (params[layer][0].T @ dZ) * slope(H[layer])
            total += loss * len(batch)
        losses.append(total / len(y))
    return params, losses


@mistake("train")
def train_uphill(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    """The step goes uphill

    Print the loss of each epoch: it rises. Follow the sign from the loss to the new W: how many
    minus signs does it meet, and how many should there be?
    """
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(len(y), batch_size, rng):
            H = forward(params, X[:, batch], activation)
            loss, dS = softmax_cross_entropy(H[-1], y[batch])
            params = sgd_step(params, backward(params, H, -dS, activation), learning_rate)
            total += loss * len(batch)
        losses.append(total / len(y))
    return params, losses


@mistake("train")
def train_rate_over_batch_size(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    """The learning rate is divided by the batch size: 1/n twice

    Make one step with 4 examples in one batch and compare with W − rate · dW: yours is 4 times
    too short. Where is the 1/n already in the gradient?
    """
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(len(y), batch_size, rng):
            H = forward(params, X[:, batch], activation)
            loss, dS = softmax_cross_entropy(H[-1], y[batch])
            grads = backward(params, H, dS, activation)
            params = sgd_step(params, grads, learning_rate / len(batch))
            total += loss * len(batch)
        losses.append(total / len(y))
    return params, losses


@mistake("train")
def train_gradient_summed(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    """The gradient of the batch is summed instead of averaged

    Make one step with 4 examples in one batch and compare with W − rate · dW: yours is 4 times
    too long. The loss is a mean over the batch; so is its gradient.
    """
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(len(y), batch_size, rng):
            H = forward(params, X[:, batch], activation)
            loss, dS = softmax_cross_entropy(H[-1], y[batch])
            grads = backward(params, H, dS * len(batch), activation)
            params = sgd_step(params, grads, learning_rate)
            total += loss * len(batch)
        losses.append(total / len(y))
    return params, losses


@mistake("train")
def train_gradient_over_all_examples(
    params, X, y, *, activation, learning_rate, batch_size, epochs, rng
):
    """The mini-batch gradient is divided by all n examples, not by the batch

    With all the examples in one batch your step is right; with small batches it is too short.
    How many examples does the mean of a mini-batch run over?
    """
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(len(y), batch_size, rng):
            H = forward(params, X[:, batch], activation)
            loss, dS = softmax_cross_entropy(H[-1], y[batch])
            grads = backward(params, H, dS * len(batch) / len(y), activation)
            params = sgd_step(params, grads, learning_rate)
            total += loss * len(batch)
        losses.append(total / len(y))
    return params, losses


@mistake("train")
def train_with_momentum(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    """Steps carry momentum from the ones before

    Train 2 epochs with all the examples in one batch, and make the same two steps by hand: the
    first agrees, the second does not. Does your step depend on anything but the present
    gradient?
    """
    losses, velocity = [], [(0 * W, 0 * b) for W, b in params]
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(len(y), batch_size, rng):
            H = forward(params, X[:, batch], activation)
            loss, dS = softmax_cross_entropy(H[-1], y[batch])
            grads = backward(params, H, dS, activation)
            velocity = [
                (0.9 * vW + dW, 0.9 * vb + db)
                for (vW, vb), (dW, db) in zip(velocity, grads, strict=True)
            ]
            params = sgd_step(params, velocity, learning_rate)
            total += loss * len(batch)
        losses.append(total / len(y))
    return params, losses


@mistake("train")
def train_with_decay(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    """The learning rate shrinks from epoch to epoch

    Train 2 epochs with all the examples in one batch, and make the same two steps by hand: the
    first agrees, the second is too short. Print the rate of each step.
    """
    losses = []
    for epoch in range(epochs):
        total = 0.0
        for batch in minibatches(len(y), batch_size, rng):
            H = forward(params, X[:, batch], activation)
            loss, dS = softmax_cross_entropy(H[-1], y[batch])
            grads = backward(params, H, dS, activation)
            params = sgd_step(params, grads, learning_rate / (1 + epoch))
            total += loss * len(batch)
        losses.append(total / len(y))
    return params, losses


@mistake("train")
def train_with_weight_decay(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    """Weights are pulled towards 0 in every step

    Make one step with all the examples in one batch and compare with W − rate · dW: the
    difference is in proportion to W itself. Which term of your update does not come from the
    loss?
    """
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(len(y), batch_size, rng):
            H = forward(params, X[:, batch], activation)
            loss, dS = softmax_cross_entropy(H[-1], y[batch])
            grads = backward(params, H, dS, activation)
            grads = [(dW + 0.1 * W, db) for (W, _), (dW, db) in zip(params, grads, strict=True)]
            params = sgd_step(params, grads, learning_rate)
            total += loss * len(batch)
        losses.append(total / len(y))
    return params, losses


@mistake("train")
def train_on_squared_error(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    """The squared error of the scores is trained instead of the cross-entropy

    Make one step with all the examples in one batch and compare with the gradient of
    softmax_cross_entropy. Which loss does the docstring name? Where do you turn scores into
    probabilities?
    """
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(len(y), batch_size, rng):
            H = forward(params, X[:, batch], activation)
            loss, dS = squared_error(H[-1], np.eye(len(H[-1]))[:, y[batch]])
            params = sgd_step(params, backward(params, H, dS, activation), learning_rate)
            total += loss * len(batch)
        losses.append(total / len(y))
    return params, losses


@mistake("train")
def train_with_replacement(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    """The examples of a batch are drawn at random, some twice and some never

    Collect the indices that one epoch uses, sort them and print them. Each should stand there
    exactly once. Which of your functions gives batches that see to it?
    """
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in (
            rng.integers(0, len(y), len(b)) for b in minibatches(len(y), batch_size, rng)
        ):
            H = forward(params, X[:, batch], activation)
            loss, dS = softmax_cross_entropy(H[-1], y[batch])
            params = sgd_step(params, backward(params, H, dS, activation), learning_rate)
            total += loss * len(batch)
        losses.append(total / len(y))
    return params, losses


@mistake("train")
def train_single_epoch(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    """Only one epoch is trained, whatever `epochs` says

    Print something in each round of your loops: with 3 epochs of 4 mini-batches there should be
    12 rounds. How many loops does that take?
    """
    losses = []
    for _ in range(1):
        total = 0.0
        for batch in minibatches(len(y), batch_size, rng):
            H = forward(params, X[:, batch], activation)
            loss, dS = softmax_cross_entropy(H[-1], y[batch])
            params = sgd_step(params, backward(params, H, dS, activation), learning_rate)
            total += loss * len(batch)
        losses.append(total / len(y))
    return params, losses


@mistake("train")
def train_stops_early(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    """Training ends before its last epoch when the loss rises

    With `epochs` = 30 there should be 30 losses, whatever they are. Train with a learning rate
    that is too large and count them. With small batches the loss may rise for an epoch and fall
    again.
    """
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(len(y), batch_size, rng):
            H = forward(params, X[:, batch], activation)
            loss, dS = softmax_cross_entropy(H[-1], y[batch])
            params = sgd_step(params, backward(params, H, dS, activation), learning_rate)
            total += loss * len(batch)
        losses.append(total / len(y))
        if losses[-1] > min(losses):
            break
    return params, losses


@mistake("train")
def train_best_epoch(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    """The parameters of the epoch with the smallest loss are returned, not those of the last one

    Train with a learning rate that is too large, for 2 epochs and for 3: where the loss rises, yours
    come out alike. To choose among epochs is for whoever calls, who gets all the losses.
    """
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


@mistake("train")
def train_rate_halved(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    """The learning rate is halved in an epoch whose loss rises

    Print the rate in every epoch, with one that is too large at the start: plain gradient descent
    keeps it as it was given, whatever the loss does.
    """
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(len(y), batch_size, rng):
            H = forward(params, X[:, batch], activation)
            loss, dS = softmax_cross_entropy(H[-1], y[batch])
            params = sgd_step(params, backward(params, H, dS, activation), learning_rate)
            total += loss * len(batch)
        losses.append(total / len(y))
        if losses[-1] > min(losses[-2:]):
            learning_rate /= 2
    return params, losses


@mistake("train")
def train_loss_times_batch_size(
    params, X, y, *, activation, learning_rate, batch_size, epochs, rng
):
    """A short batch's loss is weighted with batch_size, not with the examples that it holds

    Train on 13 equal examples in fives with a learning rate of 0: the loss should be that of one of
    them, yours is larger by 15/13. How many examples has the last batch?
    """
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(len(y), batch_size, rng):
            H = forward(params, X[:, batch], activation)
            loss, dS = softmax_cross_entropy(H[-1], y[batch])
            params = sgd_step(params, backward(params, H, dS, activation), learning_rate)
            total += loss * batch_size
        losses.append(total / len(y))
    return params, losses


@mistake("train")
def train_restarts_each_epoch(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    """Every epoch starts from the first parameters again

    Print one weight at the beginning of each epoch: always the same number. An epoch goes on
    from where the one before ended. What does your loop do before its first mini- batch?
    """
    losses, start = [], params
    for _ in range(epochs):
        total, params = 0.0, start
        for batch in minibatches(len(y), batch_size, rng):
            H = forward(params, X[:, batch], activation)
            loss, dS = softmax_cross_entropy(H[-1], y[batch])
            params = sgd_step(params, backward(params, H, dS, activation), learning_rate)
            total += loss * len(batch)
        losses.append(total / len(y))
    return params, losses


@mistake("train")
def train_from_own_start(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    """The parameters that come in are not used: training draws its own

    Train for one step with a learning rate of 0: the parameters should come back as they were
    handed in. Who decides here where training starts?
    """
    sizes = [len(X), *(len(W) for W, _ in params)]
    params = initialize(sizes, rng, "small")
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(len(y), batch_size, rng):
            H = forward(params, X[:, batch], activation)
            loss, dS = softmax_cross_entropy(H[-1], y[batch])
            params = sgd_step(params, backward(params, H, dS, activation), learning_rate)
            total += loss * len(batch)
        losses.append(total / len(y))
    return params, losses


@mistake("train")
def train_own_seed(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    """The order comes from a generator with a seed of its own, not from rng

    Train twice with two generators of different seeds: the results should differ, yours are the
    same. Who decides about the random numbers, the function or its caller?
    """
    rng = np.random.default_rng(0)
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(len(y), batch_size, rng):
            H = forward(params, X[:, batch], activation)
            loss, dS = softmax_cross_entropy(H[-1], y[batch])
            params = sgd_step(params, backward(params, H, dS, activation), learning_rate)
            total += loss * len(batch)
        losses.append(total / len(y))
    return params, losses


@mistake("train")
def train_losses_never_reset(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    """The loss goes on adding from epoch to epoch

    Print the sum at the beginning of each epoch. It should be 0; yours is what the epochs
    before left. On which line is it set, and how often does that line run?
    """
    losses, total = [], 0.0
    for _ in range(epochs):
        for batch in minibatches(len(y), batch_size, rng):
            H = forward(params, X[:, batch], activation)
            loss, dS = softmax_cross_entropy(H[-1], y[batch])
            params = sgd_step(params, backward(params, H, dS, activation), learning_rate)
            total += loss * len(batch)
        losses.append(total / len(y))
    return params, losses


@mistake("train")
def train_batch_means_over_n(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    """The mini-batches' mean losses are added and divided by the n examples

    With one batch of all n examples, your loss is the right one divided by n. What
    softmax_cross_entropy gives is a mean already: how many such numbers do you add in one
    epoch?
    """
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(len(y), batch_size, rng):
            H = forward(params, X[:, batch], activation)
            loss, dS = softmax_cross_entropy(H[-1], y[batch])
            params = sgd_step(params, backward(params, H, dS, activation), learning_rate)
            total += loss
        losses.append(total / len(y))
    return params, losses


@mistake("train")
def train_losses_summed_over_examples(
    params, X, y, *, activation, learning_rate, batch_size, epochs, rng
):
    """The losses are sums over the examples, not means

    Print the first loss of an untrained network with K classes: a mean is about log K, however
    many examples there are. Yours is n times that. What is missing after the loop over the
    batches?
    """
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(len(y), batch_size, rng):
            H = forward(params, X[:, batch], activation)
            loss, dS = softmax_cross_entropy(H[-1], y[batch])
            params = sgd_step(params, backward(params, H, dS, activation), learning_rate)
            total += loss * len(batch)
        losses.append(total)
    return params, losses


@variant("train")
def train_loss_afterwards(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    """the loss on all examples after each epoch"""
    losses = []
    for _ in range(epochs):
        for batch in minibatches(X.shape[1], batch_size, rng):
            H = forward(params, X[:, batch], activation)
            _, dS = softmax_cross_entropy(H[-1], y[batch])
            params = sgd_step(params, backward(params, H, dS, activation), learning_rate)
        losses.append(cross_entropy(softmax(forward(params, X, activation)[-1]), y))
    return params, losses


@variant("train")
def train_shuffled_copies(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    """shuffles X and y together and cuts slices; own copies updated in place"""
    own = [(np.array(W, dtype=float), np.array(b, dtype=float)) for W, b in params]
    n, losses = X.shape[1], np.zeros(epochs)
    for epoch in range(epochs):
        order = np.argsort(rng.random(n))
        X_now, y_now = X[:, order], y[order]
        for start in range(0, n, batch_size):
            stop = min(start + batch_size, n)
            H = forward(own, X_now[:, start:stop], activation)
            loss, dS = softmax_cross_entropy(H[-1], y_now[start:stop])
            for (W, b), (dW, db) in zip(own, backward(own, H, dS, activation), strict=True):
                W -= learning_rate * dW
                b -= learning_rate * db
            losses[epoch] += loss * (stop - start) / n
    return own, losses.tolist()


@variant("train")
def train_mean_of_batches(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    """the plain mean of the mini-batches' losses"""
    losses = []
    for _ in range(epochs):
        seen = []
        for batch in minibatches(len(y), batch_size, rng):
            H = forward(params, X[:, batch], activation)
            loss, dS = softmax_cross_entropy(H[-1], y[batch])
            params = sgd_step(params, backward(params, H, dS, activation), learning_rate)
            seen.append(loss)
        losses.append(float(np.mean(seen)))
    return params, losses
