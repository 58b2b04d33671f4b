"""What goes wrong in `convnet_forward`, `convnet_loss` and `train_convnet`, and what may differ and be right."""

# Written as students write, without types.
import numpy as np

from labkit.mistakes import mistake, variant
from neuralnet.activations import relu, relu_gradient, sigmoid
from neuralnet.backprop import dense_backward
from neuralnet.convolution import (
    conv_backward,
    conv_forward,
    convnet_forward,
    convnet_loss,
    max_pool_backward,
    max_pool_forward,
    train_convnet,
)
from neuralnet.layers import dense_forward
from neuralnet.losses import cross_entropy, softmax, softmax_cross_entropy
from neuralnet.training import minibatches

# --- convnet_forward ---


@mistake("convnet_forward")
def convnet_no_relu(params, X):
    """The ReLU is missing

    The order is convolution, ReLU, max-pool, dense. Print the smallest value of the pooled
    volume: after a ReLU it cannot be negative.
    """
    k = params["conv_W"].shape[-1]
    Z = conv_forward(X, params["conv_W"], params["conv_b"], 1, (k - 1) // 2)
    H = max_pool_forward(Z, 2, 2).reshape(-1, X.shape[-1])
    return dense_forward(params["dense_W"], params["dense_b"], H)


@mistake("convnet_forward")
def convnet_sigmoid(params, X):
    """The sigmoid is used where the ReLU belongs

    Print the largest value of the pooled volume. A sigmoid never exceeds 1; a ReLU lets large
    scores through as they are.
    """
    k = params["conv_W"].shape[-1]
    A = sigmoid(conv_forward(X, params["conv_W"], params["conv_b"], 1, (k - 1) // 2))
    H = max_pool_forward(A, 2, 2).reshape(-1, X.shape[-1])
    return dense_forward(params["dense_W"], params["dense_b"], H)


@mistake("convnet_forward")
def convnet_no_padding(params, X):
    """The convolution is not padded

    The ConvNet's convolution keeps height and width. Print its output's shape: how many rows
    are lost with a 3 × 3 kernel, and which padding puts them back?
    """
    A = relu(conv_forward(X, params["conv_W"], params["conv_b"]))
    H = max_pool_forward(A, 2, 2).reshape(-1, X.shape[-1])
    return dense_forward(params["dense_W"], params["dense_b"], H)


@mistake("convnet_forward")
def convnet_padding_always_one(params, X):
    """The padding is always 1, whatever the kernel

    Try a 5 × 5 or a 1 × 1 kernel: does the convolution still keep height and width? The padding
    follows from the kernel's size, (k − 1)//2.
    """
    A = relu(conv_forward(X, params["conv_W"], params["conv_b"], 1, 1))
    H = max_pool_forward(A, 2, 2).reshape(-1, X.shape[-1])
    return dense_forward(params["dense_W"], params["dense_b"], H)


@mistake("convnet_forward")
def convnet_flatten_mixes_examples(params, X):
    """Flattening mixes the examples: the volume is reshaped as if they came first

    Here the examples are the last axis. Flatten a volume in which every entry of example i is
    the number i: each column should hold one number only.
    """
    k, n = params["conv_W"].shape[-1], X.shape[-1]
    A = relu(conv_forward(X, params["conv_W"], params["conv_b"], 1, (k - 1) // 2))
    H = max_pool_forward(A, 2, 2).reshape(n, -1).T
    return dense_forward(params["dense_W"], params["dense_b"], H)


@mistake("convnet_forward")
def convnet_flatten_depth_last(params, X):
    """The volume is flattened with the depth last

    The dense layer's weights are laid out for reshape(-1, n): all of the first feature map,
    then the second. In which order do the entries of your column come?
    """
    k, n = params["conv_W"].shape[-1], X.shape[-1]
    A = relu(conv_forward(X, params["conv_W"], params["conv_b"], 1, (k - 1) // 2))
    H = max_pool_forward(A, 2, 2).transpose(1, 2, 0, 3).reshape(-1, n)
    return dense_forward(params["dense_W"], params["dense_b"], H)


@mistake("convnet_forward")
def convnet_gives_probabilities(params, X):
    """Probabilities are returned, not scores

    Do your columns sum to 1? Scores may be any numbers; the softmax comes with the loss, as it
    did in `forward`.
    """
    return softmax(convnet_forward(params, X))


@mistake("convnet_forward")
def convnet_relu_on_scores(params, X):
    """The scores go through a ReLU

    Is none of your scores negative? The last layer is linear, so that a class can be ruled out
    as well as supported.
    """
    return relu(convnet_forward(params, X))


@mistake("convnet_forward")
def convnet_no_conv_bias(params, X):
    """The convolution's bias is left out

    Change an entry of conv_b: do the scores move? There are four parameters; find out which of
    them your function never reads.
    """
    return convnet_forward({**params, "conv_b": 0 * params["conv_b"]}, X)


@mistake("convnet_forward")
def convnet_no_dense_bias(params, X):
    """The dense layer's bias is left out

    Change an entry of dense_b: do the scores move by as much? There are four parameters; find
    out which of them your function never reads.
    """
    return convnet_forward({**params, "dense_b": 0 * params["dense_b"]}, X)


@mistake("convnet_forward")
def convnet_pools_mean(params, X):
    """The mean is pooled instead of the maximum

    Take a pooled window of 0, 0, 0, 8: which value goes on? You have a function for it.
    """
    k = params["conv_W"].shape[-1]
    A = relu(conv_forward(X, params["conv_W"], params["conv_b"], 1, (k - 1) // 2))
    F, height, width, n = A.shape
    H = A.reshape(F, height // 2, 2, width // 2, 2, n).mean(axis=(2, 4)).reshape(-1, n)
    return dense_forward(params["dense_W"], params["dense_b"], H)


@mistake("convnet_forward")
def convnet_pools_first(params, X):
    """The image is pooled before the convolution

    Pooling summarises where a feature was found. What is there to find before the filters have
    looked? The order is convolution, ReLU, max-pool, dense.
    """
    k = params["conv_W"].shape[-1]
    V = max_pool_forward(X, 2, 2)
    A = relu(conv_forward(V, params["conv_W"], params["conv_b"], 1, (k - 1) // 2))
    return dense_forward(params["dense_W"], params["dense_b"], A.reshape(-1, X.shape[-1]))


@mistake("convnet_forward")
def convnet_scores_in_rows(params, X):
    """The scores come one example to a row

    Print the shape of your scores. An example is a column in these labs: K × n.
    """
    return convnet_forward(params, X).T


@variant("convnet_forward")
def convnet_forward_pool_then_relu(params, X):
    """pools before the ReLU, which gives the same"""
    k = params["conv_W"].shape[-1]
    Z = conv_forward(X, params["conv_W"], params["conv_b"], padding=k // 2)
    V = np.maximum(max_pool_forward(Z, 2, 2), 0)
    return params["dense_W"] @ V.reshape(-1, X.shape[-1]) + params["dense_b"]


@variant("convnet_forward")
def convnet_forward_by_example(params, X):
    """example by example"""
    k = params["conv_W"].shape[-1]
    columns = []
    for i in range(X.shape[-1]):
        Z = conv_forward(X[..., i : i + 1], params["conv_W"], params["conv_b"], 1, (k - 1) // 2)
        V = max_pool_forward(relu(Z), 2, 2)
        columns.append(params["dense_W"].dot(V.ravel()) + params["dense_b"].ravel())
    return np.stack(columns, axis=1)


# --- convnet_loss ---


@mistake("convnet_loss")
def convnet_relu_not_undone(params, X, y):
    """The ReLU's derivative is missing on the way back to the filters

    Write the steps of the forward pass in a column and, from the bottom up, the backward step
    of each. Which step has no partner? Where the ReLU gave 0, no gradient may pass.
    """
    k = params["conv_W"].shape[-1]
    A = relu(conv_forward(X, params["conv_W"], params["conv_b"], 1, (k - 1) // 2))
    V = max_pool_forward(A, 2, 2)
    H = V.reshape(-1, X.shape[-1])
    loss, dS = softmax_cross_entropy(dense_forward(params["dense_W"], params["dense_b"], H), y)
    dense_W, dense_b, dH = dense_backward(dS, params["dense_W"], H)
    dA = max_pool_backward(dH.reshape(V.shape), A, 2, 2)
    _, conv_W, conv_b = conv_backward(dA, X, params["conv_W"], 1, (k - 1) // 2)
    return loss, {"conv_W": conv_W, "conv_b": conv_b, "dense_W": dense_W, "dense_b": dense_b}


@mistake("convnet_loss")
def convnet_mask_from_gradient(params, X, y):
    """The ReLU's mask is taken from the gradient instead of the activations

    Which scores the ReLU let through was decided in the forward pass. Are negative gradients
    lost in your version? The mask comes from A, and is applied to dA.
    """
    k = params["conv_W"].shape[-1]
    A = relu(conv_forward(X, params["conv_W"], params["conv_b"], 1, (k - 1) // 2))
    V = max_pool_forward(A, 2, 2)
    H = V.reshape(-1, X.shape[-1])
    loss, dS = softmax_cross_entropy(dense_forward(params["dense_W"], params["dense_b"], H), y)
    dense_W, dense_b, dH = dense_backward(dS, params["dense_W"], H)
    dA = max_pool_backward(dH.reshape(V.shape), A, 2, 2)
    dZ = dA * relu_gradient(dA)
    _, conv_W, conv_b = conv_backward(dZ, X, params["conv_W"], 1, (k - 1) // 2)
    return loss, {"conv_W": conv_W, "conv_b": conv_b, "dense_W": dense_W, "dense_b": dense_b}


@mistake("convnet_loss")
def convnet_pooling_repeated(params, X, y):
    """The pooling's gradient goes to all four pixels of a window

    Only the largest pixel of a window decided its output. You have written the function that
    sends the gradient there. Do the dense layer's gradients agree, and the filters' not?
    """
    k = params["conv_W"].shape[-1]
    A = relu(conv_forward(X, params["conv_W"], params["conv_b"], 1, (k - 1) // 2))
    V = max_pool_forward(A, 2, 2)
    H = V.reshape(-1, X.shape[-1])
    loss, dS = softmax_cross_entropy(dense_forward(params["dense_W"], params["dense_b"], H), y)
    dense_W, dense_b, dH = dense_backward(dS, params["dense_W"], H)
    dA = dH.reshape(V.shape).repeat(2, axis=1).repeat(2, axis=2)
    dZ = dA * relu_gradient(A)
    _, conv_W, conv_b = conv_backward(dZ, X, params["conv_W"], 1, (k - 1) // 2)
    return loss, {"conv_W": conv_W, "conv_b": conv_b, "dense_W": dense_W, "dense_b": dense_b}


@mistake("convnet_loss")
def convnet_unflattened_depth_last(params, X, y):
    """The gradient is put back into a volume in another order than it was flattened

    Flatten a volume of different numbers and turn it back: is it the same volume? The way back
    must use the same order of axes: (depth, height, width, n).
    """
    k = params["conv_W"].shape[-1]
    A = relu(conv_forward(X, params["conv_W"], params["conv_b"], 1, (k - 1) // 2))
    V = max_pool_forward(A, 2, 2)
    F, height, width, n = V.shape
    H = V.reshape(-1, n)
    loss, dS = softmax_cross_entropy(dense_forward(params["dense_W"], params["dense_b"], H), y)
    dense_W, dense_b, dH = dense_backward(dS, params["dense_W"], H)
    dV = dH.reshape(height, width, F, n).transpose(2, 0, 1, 3)
    dZ = max_pool_backward(dV, A, 2, 2) * relu_gradient(A)
    _, conv_W, conv_b = conv_backward(dZ, X, params["conv_W"], 1, (k - 1) // 2)
    return loss, {"conv_W": conv_W, "conv_b": conv_b, "dense_W": dense_W, "dense_b": dense_b}


@mistake("convnet_loss")
def convnet_loss_summed(params, X, y):
    """Loss and gradients are summed over the examples, not averaged

    Hand in the same images twice, side by side. A mean stays as it was; does your loss double?
    For a network that knows nothing, it should be close to log K.
    """
    n = len(y)
    loss, grads = convnet_loss(params, X, y)
    return n * loss, {name: n * grad for name, grad in grads.items()}


@mistake("convnet_loss")
def convnet_gradients_summed(params, X, y):
    """The gradients are sums over the batch, while the loss is a mean

    Compare your gradients with central differences of your own loss. Are all four too large by
    the number of examples? The 1/n belongs to dS already.
    """
    n = len(y)
    loss, grads = convnet_loss(params, X, y)
    return loss, {name: n * grad for name, grad in grads.items()}


@mistake("convnet_loss")
def convnet_gradients_averaged_twice(params, X, y):
    """The gradients are divided by n twice

    Compare your gradients with central differences of your own loss. Are all four too small by
    the number of examples? Look for every place where a 1/n comes in.
    """
    n = len(y)
    loss, grads = convnet_loss(params, X, y)
    return loss, {name: grad / n for name, grad in grads.items()}


@mistake("convnet_loss")
def convnet_filters_averaged_twice(params, X, y):
    """The gradients of the convolution are divided by n once more

    Are conv_W and conv_b too small by the number of examples, while the dense layer's gradients
    are right? The 1/n of the loss travels down with dS through every layer.
    """
    loss, grads = convnet_loss(params, X, y)
    for name in ("conv_W", "conv_b"):
        grads[name] = grads[name] / len(y)
    return loss, grads


@mistake("convnet_loss")
def convnet_conv_gradients_missing(params, X, y):
    """The gradients of the convolution are missing

    Print the keys of your dict of gradients beside those of params. The filters learn as well:
    the gradient on the pooled volume goes on through pooling, ReLU and convolution.
    """
    loss, grads = convnet_loss(params, X, y)
    return loss, {name: grads[name] for name in ("dense_W", "dense_b")}


@mistake("convnet_loss")
def convnet_bias_gradients_missing(params, X, y):
    """The bias gradients are missing

    Print the keys of your dict of gradients beside those of params. Both backward functions
    hand you a db.
    """
    loss, grads = convnet_loss(params, X, y)
    return loss, {name: grads[name] for name in ("conv_W", "dense_W")}


@mistake("convnet_loss")
def convnet_gradients_renamed(params, X, y):
    """The gradients have names of their own, not those of params

    Whoever trains the network looks up grads[name] for each name in params. Print the keys of
    both dicts.
    """
    loss, grads = convnet_loss(params, X, y)
    return loss, {"d" + name: grad for name, grad in grads.items()}


@mistake("convnet_loss")
def convnet_params_overwritten(params, X, y):
    """params itself is written into

    Print params, keys and entries, before and after the call. A gradient is asked for often without
    a step: the dict and its arrays must stay as they are. Which line puts something into params, or
    writes into an array of it? What is kept on the way needs a name, or a dict, of its own.
    """
    loss, grads = convnet_loss(params, X, y)
    params.update(grads)
    return loss, params


@variant("convnet_loss")
def convnet_loss_pool_before_relu(params, X, y):
    """own softmax; pooling's winners looked up before the ReLU"""
    k, n = params["conv_W"].shape[-1], X.shape[-1]
    Z = conv_forward(X, params["conv_W"], params["conv_b"], 1, (k - 1) // 2)
    V = max_pool_forward(Z, 2, 2)
    H = relu(V).reshape(-1, n)
    S = params["dense_W"] @ H + params["dense_b"]
    P = softmax(S)
    loss = cross_entropy(P, y)
    dS = (P - (np.arange(len(P))[:, None] == y)) / n
    dV = (params["dense_W"].T @ dS).reshape(V.shape) * (V > 0)
    _, conv_W, conv_b = conv_backward(
        max_pool_backward(dV, Z, 2, 2), X, params["conv_W"], 1, (k - 1) // 2
    )
    return loss, {
        "dense_W": dS @ H.T,
        "dense_b": dS.sum(axis=1, keepdims=True),
        "conv_b": conv_b,
        "conv_W": conv_W,
    }


@variant("convnet_loss")
def convnet_loss_by_example(params, X, y):
    """one example after the other, gradients added up"""
    n = len(y)
    total, grads = 0.0, {name: np.zeros(value.shape) for name, value in params.items()}
    for i in range(n):
        loss, single = convnet_loss(params, X[..., i : i + 1], y[i : i + 1])
        total += float(loss) / n
        for name in grads:
            grads[name] += single[name] / n
    return total, grads


# --- train_convnet ---


@mistake("train_convnet")
def convnet_filters_frozen(params, X, y, *, learning_rate, batch_size, epochs, rng):
    """Only the dense layer is trained, the filters stay as they started

    Compare conv_W before and after the training. All four parameters take a step, in one loop
    over the names of params.
    """
    params, losses = dict(params), []
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(len(y), batch_size, rng):
            loss, grads = convnet_loss(params, X[..., batch], y[batch])
            for name in ("dense_W", "dense_b"):
                params[name] = params[name] - learning_rate * grads[name]
            total += loss * len(batch)
        losses.append(total / len(y))
    return params, losses


@mistake("train_convnet")
def convnet_biases_frozen(params, X, y, *, learning_rate, batch_size, epochs, rng):
    """The biases are not trained

    Compare conv_b and dense_b before and after the training. All four parameters take a step,
    in one loop over the names of params.
    """
    params, losses = dict(params), []
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(len(y), batch_size, rng):
            loss, grads = convnet_loss(params, X[..., batch], y[batch])
            for name in ("conv_W", "dense_W"):
                params[name] = params[name] - learning_rate * grads[name]
            total += loss * len(batch)
        losses.append(total / len(y))
    return params, losses


@mistake("train_convnet")
def convnet_learning_rate_ignored(params, X, y, *, learning_rate, batch_size, epochs, rng):
    """The learning rate is ignored

    Call it with a learning rate of 0: do the parameters stay as they are? The gradient gives
    the direction, the learning rate how far to go.
    """
    return train_convnet(
        params, X, y, learning_rate=1.0, batch_size=batch_size, epochs=epochs, rng=rng
    )


@mistake("train_convnet")
def convnet_climbs(params, X, y, *, learning_rate, batch_size, epochs, rng):
    """The step goes uphill: the gradient is added instead of subtracted

    Does the loss rise from epoch to epoch? The gradient points where the loss grows. In which
    direction should the step go?
    """
    return train_convnet(
        params, X, y, learning_rate=-learning_rate, batch_size=batch_size, epochs=epochs, rng=rng
    )


@mistake("train_convnet")
def convnet_step_summed(params, X, y, *, learning_rate, batch_size, epochs, rng):
    """The batch's gradient is summed: the steps are too large by the number of its examples

    `convnet_loss` returns the mean gradient of the batch, and that is the gradient of the step.
    How does the first step change when the same images are handed in twice? It should not.
    """
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(len(y), batch_size, rng):
            loss, grads = convnet_loss(params, X[..., batch], y[batch])
            rate = learning_rate * len(batch)
            params = {name: params[name] - rate * grads[name] for name in params}
            total += loss * len(batch)
        losses.append(total / len(y))
    return params, losses


@mistake("train_convnet")
def convnet_start_changed(params, X, y, *, learning_rate, batch_size, epochs, rng):
    """The caller's params are changed by the training

    Print an entry of params before and after the call. A second run from the same start has to
    be possible. Which operations make a new array, and which change the one that is there?
    """
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(len(y), batch_size, rng):
            loss, grads = convnet_loss(params, X[..., batch], y[batch])
            for name in params:
                params[name] -= learning_rate * grads[name]
            total += loss * len(batch)
        losses.append(total / len(y))
    return params, losses


@mistake("train_convnet")
def convnet_start_returned(params, X, y, *, learning_rate, batch_size, epochs, rng):
    """The starting parameters are returned, not the trained ones

    Compare what you return with what came in: is any entry different? Follow the name in your
    return line back to where it last got a value.
    """
    _, losses = train_convnet(
        params, X, y, learning_rate=learning_rate, batch_size=batch_size, epochs=epochs, rng=rng
    )
    return params, losses


@mistake("train_convnet")
def convnet_loss_per_batch(params, X, y, *, learning_rate, batch_size, epochs, rng):
    """There is one loss for each mini-batch, not one for each epoch

    How long is your list for 3 epochs of 4 mini-batches? It should hold one number an epoch:
    the mean of what the mini-batches lost. At which indentation does the append stand?
    """
    losses = []
    for _ in range(epochs):
        for batch in minibatches(len(y), batch_size, rng):
            loss, grads = convnet_loss(params, X[..., batch], y[batch])
            params = {name: params[name] - learning_rate * grads[name] for name in params}
            losses.append(loss)
    return params, losses


@mistake("train_convnet")
def convnet_single_epoch(params, X, y, *, learning_rate, batch_size, epochs, rng):
    """There is a single epoch, whatever `epochs` says

    How long is your list of losses for 3 epochs? All mini-batches together are one epoch; then
    it begins anew, with a new order.
    """
    return train_convnet(
        params, X, y, learning_rate=learning_rate, batch_size=batch_size, epochs=1, rng=rng
    )


@mistake("train_convnet")
def convnet_losses_summed(params, X, y, *, learning_rate, batch_size, epochs, rng):
    """An epoch's loss is a sum over its examples, not their mean

    Is your first loss about log K, as for a network that knows nothing, or larger by the number
    of examples? The mean does not depend on how many images there are.
    """
    params, losses = train_convnet(
        params, X, y, learning_rate=learning_rate, batch_size=batch_size, epochs=epochs, rng=rng
    )
    return params, [len(y) * loss for loss in losses]


@mistake("train_convnet")
def convnet_one_step_an_epoch(params, X, y, *, learning_rate, batch_size, epochs, rng):
    """There is one step an epoch, not one for each mini-batch

    Count the steps: n examples in batches of size m make n/m steps an epoch, rounded up. Does a
    smaller batch size make your network learn faster? It should.
    """
    losses = []
    for _ in range(epochs):
        total, sums = 0.0, {name: 0.0 * value for name, value in params.items()}
        for batch in minibatches(len(y), batch_size, rng):
            loss, grads = convnet_loss(params, X[..., batch], y[batch])
            sums = {name: sums[name] + len(batch) * grads[name] for name in sums}
            total += loss * len(batch)
        params = {name: params[name] - learning_rate / len(y) * sums[name] for name in params}
        losses.append(total / len(y))
    return params, losses


@mistake("train_convnet")
def convnet_rest_dropped(params, X, y, *, learning_rate, batch_size, epochs, rng):
    """A last mini-batch that is not full is dropped

    What happens when the batch size is larger than n? One epoch should be one step on all
    examples, and yours makes none. 13 examples in fives are 5, 5 and 3.
    """
    losses = []
    for _ in range(epochs):
        batches = [b for b in minibatches(len(y), batch_size, rng) if len(b) == batch_size]
        total, count = 0.0, 0
        for batch in batches:
            loss, grads = convnet_loss(params, X[..., batch], y[batch])
            params = {name: params[name] - learning_rate * grads[name] for name in params}
            total, count = total + loss * len(batch), count + len(batch)
        losses.append(total / max(count, 1))
    return params, losses


@mistake("train_convnet")
def convnet_not_shuffled(params, X, y, *, learning_rate, batch_size, epochs, rng):
    """The images are never shuffled

    Print the labels of the first mini-batch of each epoch: are they always the first ones of y?
    If the images come sorted by class, what does a mini-batch hold? What is `minibatches` of
    lab 3 for?
    """
    losses = []
    for _ in range(epochs):
        total = 0.0
        for start in range(0, len(y), batch_size):
            part = slice(start, start + batch_size)
            loss, grads = convnet_loss(params, X[..., part], y[part])
            params = {name: params[name] - learning_rate * grads[name] for name in params}
            total += loss * len(y[part])
        losses.append(total / len(y))
    return params, losses


@mistake("train_convnet")
def convnet_shuffled_once(params, X, y, *, learning_rate, batch_size, epochs, rng):
    """The images are shuffled once, not in every epoch

    Print the labels of the first mini-batch of each epoch: are they always the same ones? At
    which indentation are the mini-batches made?
    """
    losses = []
    batches = minibatches(len(y), batch_size, rng)
    for _ in range(epochs):
        total = 0.0
        for batch in batches:
            loss, grads = convnet_loss(params, X[..., batch], y[batch])
            params = {name: params[name] - learning_rate * grads[name] for name in params}
            total += loss * len(batch)
        losses.append(total / len(y))
    return params, losses


@mistake("train_convnet")
def convnet_own_seed(params, X, y, *, learning_rate, batch_size, epochs, rng):
    """The order comes from a seed of its own, whatever rng is

    Train with two generators of different seeds: is the result the same to the last digit?
    Which generator should the mini-batches come from?
    """
    rng = np.random.default_rng(0)
    return train_convnet(
        params, X, y, learning_rate=learning_rate, batch_size=batch_size, epochs=epochs, rng=rng
    )


@mistake("train_convnet")
def convnet_labels_shuffled_apart(params, X, y, *, learning_rate, batch_size, epochs, rng):
    """Images and labels are shuffled separately, so they no longer belong together

    Follow one image through the shuffle: does its label come along? One list of indices has to
    pick from both. With separate orders the network can only learn the classes' frequencies.
    """
    losses = []
    for _ in range(epochs):
        images, labels = X[..., rng.permutation(len(y))], y[rng.permutation(len(y))]
        total = 0.0
        for start in range(0, len(y), batch_size):
            part = slice(start, start + batch_size)
            loss, grads = convnet_loss(params, images[..., part], labels[part])
            params = {name: params[name] - learning_rate * grads[name] for name in params}
            total += loss * len(labels[part])
        losses.append(total / len(y))
    return params, losses


@mistake("train_convnet")
def convnet_labels_from_the_beginning(params, X, y, *, learning_rate, batch_size, epochs, rng):
    """Every mini-batch gets the first labels of y, whichever images it holds

    Print the labels that go with each image of a batch and look them up in y. When the batch's
    indices pick the images, what must pick their labels?
    """
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(len(y), batch_size, rng):
            loss, grads = convnet_loss(params, X[..., batch], y[: len(batch)])
            params = {name: params[name] - learning_rate * grads[name] for name in params}
            total += loss * len(batch)
        losses.append(total / len(y))
    return params, losses


@mistake("train_convnet")
def convnet_losses_before(params, X, y, *, learning_rate, batch_size, epochs, rng):
    """An epoch's loss is measured before its steps, so the last epoch shows in no loss

    Train a single epoch: the only loss is that of the start, as if nothing had been learned. On
    which side of the steps should it be measured?
    """
    losses = []
    for _ in range(epochs):
        losses.append(convnet_loss(params, X, y)[0])
        for batch in minibatches(len(y), batch_size, rng):
            _, grads = convnet_loss(params, X[..., batch], y[batch])
            params = {name: params[name] - learning_rate * grads[name] for name in params}
    return params, losses


@mistake("train_convnet")
def convnet_best_epoch(params, X, y, *, learning_rate, batch_size, epochs, rng):
    """The parameters of the epoch with the smallest loss are returned, not those of the last one

    Train with a learning rate that is too large, for 2 epochs and for 3: where the loss rises, yours
    come out alike. To choose among epochs is for whoever calls, who gets all the losses.
    """
    losses, best = [], params
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(len(y), batch_size, rng):
            loss, grads = convnet_loss(params, X[..., batch], y[batch])
            params = {name: params[name] - learning_rate * grads[name] for name in params}
            total += loss * len(batch)
        losses.append(total / len(y))
        if losses[-1] == min(losses):
            best = params
    return best, losses


@variant("train_convnet")
def train_convnet_in_place(params, X, y, *, learning_rate, batch_size, epochs, rng):
    """updates copies in place, losses measured after each epoch"""
    params = {name: np.array(value, dtype=float) for name, value in params.items()}
    losses = []
    for _ in range(epochs):
        for batch in minibatches(len(y), batch_size, rng):
            _, grads = convnet_loss(params, X[:, :, :, batch], y[batch])
            for name, grad in grads.items():
                params[name] -= learning_rate * grad
        losses.append(convnet_loss(params, X, y)[0])
    return params, losses


@variant("train_convnet")
def train_convnet_shuffled_copies(params, X, y, *, learning_rate, batch_size, epochs, rng):
    """shuffles copies of the data, plain mean of the batches' losses"""
    n = X.shape[-1]
    losses = np.zeros(epochs)
    for epoch in range(epochs):
        order = rng.permutation(n)
        images, labels = X[..., order], y[order]
        seen = []
        for start in range(0, n, batch_size):
            part = slice(start, min(start + batch_size, n))
            loss, grads = convnet_loss(params, images[..., part], labels[part])
            params = {name: value - learning_rate * grads[name] for name, value in params.items()}
            seen.append(loss)
        losses[epoch] = sum(seen) / len(seen)
    return params, losses
