"""Slips and styles of published code, in the functions of this lab."""

# Written as students write, without types.
import numpy as np

from labkit.mistakes import mistake, variant
from neuralnet.backprop import dense_backward
from neuralnet.convolution import (
    conv_backward,
    conv_forward,
    convnet_forward,
    convnet_loss,
    max_pool_backward,
    max_pool_forward,
    output_size,
    train_convnet,
)
from neuralnet.layers import dense_forward
from neuralnet.losses import softmax_cross_entropy
from neuralnet.training import minibatches

# --- sizes ---


@mistake("conv_parameter_count")
def conv_count_kernel_doubled(depth, kernel, filters):
    """The side of the kernel is doubled, not squared

    `kernel` is the length of one side. How many pixels does a 3 × 3 kernel cover: 6 or 9? Is it right for a side
    of 2 only?
    """
    return (depth * 2 * kernel + 1) * filters


@mistake("dense_parameter_count")
def dense_count_square_image(volume, units):
    """The height is taken for the width as well

    Try an image of 2 rows and 5 columns: how many pixels has it? The volume names three lengths; which of them do
    you never use?
    """
    depth, height, _ = volume
    return (depth * height * height + 1) * units


@mistake("output_size")
def size_minus_one_instead_of_error(size, kernel, stride, padding):
    """Where the sizes do not fit, −1 is returned instead of an error raised

    What does your function return for size 6, kernel 3, stride 2? The next line of a program would go on with it,
    even if something was printed. Raising stops where the reason is still known.
    """
    room = size + 2 * padding - kernel
    return room // stride + 1 if room >= 0 and room % stride == 0 else -1


@mistake("output_size")
def size_general_exception(size, kernel, stride, padding):
    """Sizes that do not fit stop with a plain Exception, not a ValueError

    The docstring names the exception that callers can catch. Whoever catches ValueError does not catch every
    Exception; which word of your raise has to change?
    """
    room = size + 2 * padding - kernel
    if room < 0 or room % stride:
        raise Exception(f"{size=}, {kernel=}, {stride=} and {padding=} do not fit")
    return room // stride + 1


@mistake("output_size")
def size_error_returned(size, kernel, stride, padding):
    """The error is returned, not raised

    Call it with a kernel that does not fit and print the type of the result: an exception that nobody stops at. One
    word makes a function stop where it is; which stands in that line of yours?
    """
    room = size + 2 * padding - kernel
    if room < 0 or room % stride:
        return ValueError(f"{size=}, {kernel=}, {stride=} and {padding=} do not fit")
    return room // stride + 1


@mistake("output_size")
def size_not_divided(size, kernel, stride, padding):
    """The stride is not used in the size

    Is it right for stride 1 and too large for 2 and 3? The window moves by `stride` pixels at a time: how many steps
    fit into the room that it has?
    """
    output_size(size, kernel, stride, padding)
    return size + 2 * padding - kernel + 1


# --- conv_forward ---


@mistake("conv_forward")
def conv_padding_always_one(X, W, b, stride=1, padding=0):
    """The padding is always 1, whatever `padding` says

    Print the shape of your padded image for padding 0 and for padding 2: always the same. Where in your function
    is the argument used?
    """
    k = W.shape[-1]
    X = np.pad(X, ((0, 0), (1, 1), (1, 1), (0, 0)))
    down, right = (X.shape[1] - k) // stride, (X.shape[2] - k) // stride
    return conv_forward(X[:, : down * stride + k, : right * stride + k], W, b, stride)


@mistake("conv_forward")
def conv_sums_in_data_type(X, W, b, stride=1, padding=0):
    """Floats are added into an array made like the image, which stops with an error for whole numbers

    Try pixels of whole numbers: += into an array of integers cannot keep the decimals, and NumPy refuses. Print
    the dtype of the array that you add to. Which type must it have, whatever X holds?
    """
    Z = np.zeros(conv_forward(X, W, b, stride, padding).shape, dtype=X.dtype)
    Z += conv_forward(X, W, b, stride, padding)
    return Z


@mistake("conv_forward")
def conv_size_without_padding(X, W, b, stride=1, padding=0):
    """The size of the output is computed from the image before padding

    Print the output's shape for a 3 × 3 kernel with stride 1 and padding 1: it should keep height and width. Which
    of the two images does the window slide over?
    """
    k = W.shape[-1]
    height, width = (X.shape[1] - k) // stride + 1, (X.shape[2] - k) // stride + 1
    return conv_forward(X, W, b, stride, padding)[:, :height, :width]


@mistake("conv_forward")
def conv_first_bias(X, W, b, stride=1, padding=0):
    """All filters get the first filter's bias

    Set all weights to 0 and b to 1, 2, 3: the three slices of the output should be 1, 2 and 3. Yours are all 1. What
    is b[0] of an F × 1 matrix?
    """
    return conv_forward(X, W, np.full_like(b, b[0, 0]), stride, padding)


@mistake("conv_forward")
def conv_examples_before_places(X, W, b, stride=1, padding=0):
    """The examples and the places are mixed up by a reshape

    Is it right for a single example? A reshape keeps the order in which numbers lie in memory; which axis comes last
    in your flat scores, and which one does the shape that you give name last?
    """
    Z = conv_forward(X, W, b, stride, padding)
    return Z.transpose(0, 3, 1, 2).reshape(Z.shape)


# --- conv_backward ---


@mistake("conv_backward")
def conv_backward_padding_always_one(dZ, X, W, stride=1, padding=0):
    """The padding is always 1, whatever `padding` says

    Print the shape of your padded image for padding 0 and for padding 2: always the same. Where in your function
    is the argument used?
    """
    _, height, width, _ = X.shape
    k = W.shape[-1]
    framed = np.pad(X, ((0, 0), (1, 1), (1, 1), (0, 0)))
    dX, dW, db = np.zeros(framed.shape), np.zeros(W.shape), np.zeros((len(W), 1))
    for r in range(dZ.shape[1]):
        for c in range(dZ.shape[2]):
            window = np.s_[:, r * stride : r * stride + k, c * stride : c * stride + k]
            dX[window] += np.tensordot(W, dZ[:, r, c], axes=(0, 0))
            dW += np.einsum("fn,duvn->fduv", dZ[:, r, c], framed[window])
            db += dZ[:, r, c].sum(axis=1, keepdims=True)
    return dX[:, 1 : 1 + height, 1 : 1 + width], dW, db


@mistake("conv_backward")
def conv_dw_ignores_stride(dZ, X, W, stride=1, padding=0):
    """The windows of dW move by one pixel whatever the stride

    Is dX right, and dW for stride 1 only? Score (r, c) came from the window that starts at stride·r, stride·c: that
    window, and no other, belongs to dZ[:, r, c].
    """
    dX, _, db = conv_backward(dZ, X, W, stride, padding)
    k = W.shape[-1]
    framed = np.pad(X, ((0, 0), (padding, padding), (padding, padding), (0, 0)))
    seen = framed[:, : dZ.shape[1] + k - 1, : dZ.shape[2] + k - 1]
    return dX, conv_backward(dZ, seen, W)[1], db


@mistake("conv_backward")
def conv_db_of_last_place(dZ, X, W, stride=1, padding=0):
    """db holds the last place's contribution only: '=' where '+=' is needed

    The bias of a filter is added at every place, so each place has a share in db. Set all of dZ to 0 but its first
    entry: is your db 0?
    """
    dX, dW, _ = conv_backward(dZ, X, W, stride, padding)
    return dX, dW, dZ[:, -1, -1].sum(axis=1, keepdims=True)


@mistake("conv_backward")
def conv_db_for_each_place(dZ, X, W, stride=1, padding=0):
    """db is summed over the examples only: a number for each place is left

    Print the shapes of b and db: they must be equal, F × 1. A filter has one bias, and every place uses it. Over
    which axes should the sum run?
    """
    dX, dW, _ = conv_backward(dZ, X, W, stride, padding)
    return dX, dW, dZ.sum(axis=3)


@mistake("conv_backward")
def conv_last_example(dZ, X, W, stride=1, padding=0):
    """Only the last example counts in dW and db: '=' where '+=' is needed

    Compare for n = 1 and n = 4: right for one example only. Every example used the same filters, so their
    contributions add up; what does your loop do with the earlier ones?
    """
    dX, _, _ = conv_backward(dZ, X, W, stride, padding)
    _, dW, db = conv_backward(dZ[..., -1:], X[..., -1:], W, stride, padding)
    return dX, dW, db


@mistake("conv_backward")
def conv_dw_first(dZ, X, W, stride=1, padding=0):
    """The gradients are returned as (dW, dX, db)

    Here the order is (dX, dW, db). Print the shapes of what you return beside those of X, W and b.
    """
    dX, dW, db = conv_backward(dZ, X, W, stride, padding)
    return dW, dX, db


# --- pooling ---


@mistake("max_pool_forward")
def pool_always_two(X, size, stride):
    """The windows are always 2 × 2 with stride 2

    Try size 3: how many pixels has your first window? Where in your function are the arguments `size` and `stride`
    used?
    """
    return max_pool_forward(X[:, : X.shape[1] // 2 * 2, : X.shape[2] // 2 * 2], 2, 2)


@mistake("max_pool_forward")
def pool_size_and_stride_exchanged(X, size, stride):
    """Size and stride are exchanged: windows start at multiples of the size and are as long as the stride

    With size 2 and stride 2 nothing shows. Try size 3 with stride 1: where should the second window start, and how
    far should it reach?
    """
    height, width = (X.shape[1] - size) // stride + 1, (X.shape[2] - size) // stride + 1
    Z = np.zeros((X.shape[0], height, width, X.shape[3]))
    for r in range(height):
        for c in range(width):
            window = X[:, r * size : r * size + stride, c * size : c * size + stride]
            if window.size:
                Z[:, r, c] = window.max(axis=(1, 2))
    return Z


@mistake("max_pool_forward")
def pool_over_everything(X, size, stride):
    """A window has one maximum for all depths and examples together

    Are all depth slices and all examples of your output equal? Each feature map of each example is pooled by itself.
    Over which axes should the maximum run?
    """
    Z = max_pool_forward(X, size, stride)
    return np.broadcast_to(Z.max(axis=(0, 3), keepdims=True), Z.shape).copy()


@mistake("max_pool_forward")
def pool_over_examples(X, size, stride):
    """The maximum is taken over the examples as well

    Are all examples of your output equal? Each picture is pooled by itself. Over which axes should the maximum run?
    """
    Z = max_pool_forward(X, size, stride)
    return np.repeat(Z.max(axis=3, keepdims=True), Z.shape[3], axis=3)


@mistake("max_pool_forward")
def pool_by_minimum(X, size, stride):
    """Each window's smallest value is taken instead of its largest

    Take the window 0, 0, 0, 8: what should come out, and what do you get? Max-pooling asks whether a feature is
    there at all.
    """
    return -max_pool_forward(-1.0 * X, size, stride)


@mistake("max_pool_forward")
def pool_by_sum(X, size, stride):
    """Each window's sum is taken instead of its largest value

    Take the window 1, 1, 1, 8: what should come out, and what do you get? Max-pooling asks whether a feature is
    there at all, not how often.
    """
    views = np.lib.stride_tricks.sliding_window_view(X, (size, size), axis=(1, 2))
    return 1.0 * views[:, ::stride, ::stride].sum(axis=(-2, -1))


@mistake("max_pool_forward")
def pool_rows_and_columns_swapped(X, size, stride):
    """Height and width of the output are swapped

    Pool an image of 4 rows and 6 columns with size 2 and stride 2: the output should have 2 rows and 3 columns.
    Print its shape.
    """
    return max_pool_forward(X, size, stride).swapaxes(1, 2)


@mistake("max_pool_backward")
def pool_gradient_of_ones(dZ, X, size, stride):
    """The winners are marked, but dZ is not handed on to them

    Double dZ: dX should double, yours stays as it is. Finding the winner is half of the work; what does it get?
    """
    return max_pool_backward(np.ones_like(dZ), X, size, stride)


@mistake("max_pool_backward")
def pool_first_row_of_windows(dZ, X, size, stride):
    """Only the first row of windows is handled

    Is dX zero below its first rows? At which indentation does the return stand: does the outer loop ever get to its
    second round?
    """
    first = np.zeros(dZ.shape)
    first[:, 0] = dZ[:, 0]
    return max_pool_backward(first, X, size, stride)


@mistake("max_pool_backward")
def pool_backward_always_two(dZ, X, size, stride):
    """The windows are always 2 × 2 with stride 2

    Try size 3: which pixels does your first window hold? Where in your function are the arguments `size` and
    `stride` used?
    """
    dX = np.zeros(X.shape)
    for r in range(dZ.shape[1]):
        for c in range(dZ.shape[2]):
            window = np.s_[:, 2 * r : 2 * r + 2, 2 * c : 2 * c + 2]
            if X[window].size:
                winners = X[window] == X[window].max(axis=(1, 2), keepdims=True)
                dX[window] += winners * dZ[:, r : r + 1, c : c + 1]
    return dX


@mistake("max_pool_backward")
def pool_backward_places_swapped(dZ, X, size, stride):
    """The gradient goes to the window at (c, r) instead of (r, c)

    Put the largest pixel of a 4 × 6 image into its last column: does dX show it in the last row? Which of the two
    loops counts the rows of windows?
    """
    D, height, width, n = dZ.shape
    dX = np.zeros(X.shape)
    depth, example = np.indices((D, n))
    for r in range(height):
        for c in range(width):
            window = X[:, r * stride : r * stride + size, c * stride : c * stride + size]
            u, v = np.divmod(window.reshape(D, -1, n).argmax(axis=1), size)
            row, column = c * stride + u, r * stride + v
            inside = (row < X.shape[1]) & (column < X.shape[2])
            at = depth[inside], row[inside], column[inside], example[inside]
            dX[at] += dZ[:, r, c][inside]
    return dX


@mistake("max_pool_backward")
def pool_backward_starts_at_size(dZ, X, size, stride):
    """The windows start at multiples of the size, not of the stride

    With size = stride nothing shows. Try size 3 with stride 2: where did the second window of the forward pass
    start? Its gradient must go back to that same window.
    """
    dX = np.zeros(X.shape)
    for r in range(dZ.shape[1]):
        for c in range(dZ.shape[2]):
            window = np.s_[:, r * size : r * size + size, c * size : c * size + size]
            if X[window].size:
                winners = X[window] == X[window].max(axis=(1, 2), keepdims=True)
                dX[window] += winners * dZ[:, r : r + 1, c : c + 1]
    return dX


@mistake("max_pool_backward")
def pool_window_overwritten_with_ties(dZ, X, size, stride):
    """Each window is assigned as a whole: it wipes out its neighbours' gradients, and ties get it in full

    Two things to look at: '=' where windows overlap and '+=' is needed, and a window of equal pixels, where your
    mask has several winners. With 2 × 2 windows and random numbers neither shows.
    """
    dX = np.zeros(X.shape)
    for r in range(dZ.shape[1]):
        for c in range(dZ.shape[2]):
            window = np.s_[:, r * stride : r * stride + size, c * stride : c * stride + size]
            winners = X[window] == X[window].max(axis=(1, 2), keepdims=True)
            dX[window] = winners * dZ[:, r : r + 1, c : c + 1]
    return dX


@mistake("max_pool_backward")
def pool_gradient_to_smallest(dZ, X, size, stride):
    """The gradient goes to each window's smallest pixel

    Print X beside dX for one window: which pixel decided the output, and at which one does the gradient stand?
    """
    return max_pool_backward(dZ, -X, size, stride)


# --- the network ---


@mistake("convnet_forward")
def convnet_kernel_flipped(params, X):
    """The kernel is flipped: this is the mathematicians' convolution

    Your conv_forward slides the kernel as it is. Which function computes the convolution here, and does it turn
    the kernel by 180 degrees?
    """
    return convnet_forward({**params, "conv_W": params["conv_W"][:, :, ::-1, ::-1]}, X)


@mistake("convnet_forward")
def convnet_with_cache(params, X):
    """Two things are returned: the scores, and something beside them

    Print the type of your result: a tuple, where one array of scores is asked for. What the way back needs, it
    computes itself.
    """
    return convnet_forward(params, X), X


@mistake("convnet_forward")
def convnet_flattened_depth_first(params, X):
    """The volume is flattened in another order than reshape(-1, n) has

    Flatten a volume of two slices by hand: the whole first slice comes first, row by row, then the second. In yours
    the depth runs fastest, as with order="F". The loss falls all the same; the weights just belong to other pixels.
    """
    k = params["conv_W"].shape[-1]
    Z = conv_forward(X, params["conv_W"], params["conv_b"], 1, (k - 1) // 2)
    V = max_pool_forward(np.maximum(Z, 0), 2, 2).reshape(-1, X.shape[-1], order="F")
    return dense_forward(params["dense_W"], params["dense_b"], V)


@mistake("convnet_loss")
def convnet_gradients_in_list(params, X, y):
    """The gradients stand in a list, not in a dict with the keys of params

    Whoever trains the network looks up grads[name] for each name in params. Print the type of what you return
    beside that of params.
    """
    loss, grads = convnet_loss(params, X, y)
    return loss, [grads[name] for name in ("conv_W", "conv_b", "dense_W", "dense_b")]


@mistake("convnet_loss")
def convnet_unpacks_like_dense(params, X, y):
    """The three results of conv_backward are unpacked in the order of dense_backward

    Print the shapes of grads beside those of params: conv_W's gradient has the shape of the images. conv_backward
    gives (dX, dW, db), dense_backward (dW, db, dX).
    """
    loss, grads = convnet_loss(params, X, y)
    k = params["conv_W"].shape[-1]
    Z = conv_forward(X, params["conv_W"], params["conv_b"], 1, (k - 1) // 2)
    V = max_pool_forward(np.maximum(Z, 0), 2, 2)
    H = V.reshape(-1, X.shape[-1])
    _, dS = softmax_cross_entropy(dense_forward(params["dense_W"], params["dense_b"], H), y)
    dV = (params["dense_W"].T @ dS).reshape(V.shape)
    dZ = max_pool_backward(dV, np.maximum(Z, 0), 2, 2) * (Z > 0)
    dX, dW, _ = conv_backward(dZ, X, params["conv_W"], 1, (k - 1) // 2)
    return loss, {**grads, "conv_W": dX, "conv_b": dW}


@mistake("convnet_loss")
def convnet_key_in_small_letters(params, X, y):
    """The gradient of conv_W has a key of another spelling: conv_w

    Whoever trains the network looks up grads[name] for each name in params. Print the keys of both dicts.
    """
    loss, grads = convnet_loss(params, X, y)
    return loss, {"conv_w" if name == "conv_W" else name: grad for name, grad in grads.items()}


@mistake("convnet_loss")
def convnet_keys_in_small_letters(params, X, y):
    """Two keys are spelt in small letters: conv_w and dense_w

    Whoever trains the network looks up grads[name] for each name in params. Print the keys of both dicts.
    """
    loss, grads = convnet_loss(params, X, y)
    return loss, {name.lower(): grad for name, grad in grads.items()}


@mistake("convnet_loss")
def convnet_dense_bias_not_summed(params, X, y):
    """The gradient of dense_b is not summed over the examples

    Print its shape beside that of dense_b: it has a column for each example. Every example used the same biases.
    Is it right for a single example?
    """
    loss, grads = convnet_loss(params, X, y)
    _, dS = softmax_cross_entropy(convnet_forward(params, X), y)
    return loss, {**grads, "dense_b": dS}


@mistake("convnet_loss")
def convnet_unflattened_transposed(params, X, y):
    """The examples are mixed up where the gradient is put back into a volume

    Is it right for a single example? Flatten a volume of different numbers and turn it back in the way in which you
    turn the gradient back: is it the same volume? Print the shape of what goes into that reshape.
    """
    k = params["conv_W"].shape[-1]
    A = np.maximum(conv_forward(X, params["conv_W"], params["conv_b"], 1, (k - 1) // 2), 0)
    V = max_pool_forward(A, 2, 2)
    H = V.reshape(-1, X.shape[-1])
    loss, dS = softmax_cross_entropy(dense_forward(params["dense_W"], params["dense_b"], H), y)
    dense_W, dense_b, dH = dense_backward(dS, params["dense_W"], H)
    dZ = max_pool_backward(dH.T.reshape(V.shape), A, 2, 2) * (A > 0)
    _, conv_W, conv_b = conv_backward(dZ, X, params["conv_W"], 1, (k - 1) // 2)
    return loss, {"conv_W": conv_W, "conv_b": conv_b, "dense_W": dense_W, "dense_b": dense_b}


@mistake("convnet_loss")
def convnet_only_loss(params, X, y):
    """Only the loss is returned, without its gradients

    Print the type of your result: the docstring promises a pair (loss, grads). Training needs the second part
    even more than the first.
    """
    return convnet_loss(params, X, y)[0]


@mistake("train_convnet")
def convnet_without_losses(params, X, y, **settings):
    """Only the parameters are returned, without the losses

    Print the type of what you return: the docstring promises a pair (params, losses), with one loss for each epoch.
    """
    return train_convnet(params, X, y, **settings)[0]


@mistake("train_convnet")
def convnet_loss_of_last_batch(params, X, y, *, learning_rate, batch_size, epochs, rng):
    """The loss of an epoch is that of its last mini-batch alone

    Train with a learning rate of 0: every epoch should give the same loss, that of all the images. Yours jumps
    about. Which images does your number come from?
    """
    losses = []
    for _ in range(epochs):
        for batch in minibatches(len(y), batch_size, rng):
            loss, grads = convnet_loss(params, X[..., batch], y[batch])
            params = {name: params[name] - learning_rate * grads[name] for name in params}
        losses.append(loss)
    return params, losses


@mistake("train_convnet")
def convnet_rate_over_batch_size(params, X, y, *, learning_rate, batch_size, epochs, rng):
    """The learning rate is divided by the batch size: 1/n twice

    Make one step with all images in one batch and compare with the gradient of convnet_loss: yours is too short, by
    the number of images. Is the 1/n not in that gradient already?
    """
    return train_convnet(
        params,
        X,
        y,
        learning_rate=learning_rate / batch_size,
        batch_size=batch_size,
        epochs=epochs,
        rng=rng,
    )


@mistake("train_convnet")
def convnet_with_momentum(params, X, y, *, learning_rate, batch_size, epochs, rng):
    """Steps carry momentum from the ones before

    Train two epochs with all images in one batch, and make the same two steps by hand: the first agrees, the second
    does not. Does your step depend on anything but the present gradient?
    """
    losses, velocity = [], {name: 0.0 for name in params}
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(len(y), batch_size, rng):
            loss, grads = convnet_loss(params, X[..., batch], y[batch])
            velocity = {k: 0.9 * velocity[k] - learning_rate * grads[k] for k in params}
            params = {name: params[name] + velocity[name] for name in params}
            total += loss * len(batch)
        losses.append(total / len(y))
    return params, losses


@mistake("train_convnet")
def convnet_with_decay(params, X, y, *, learning_rate, batch_size, epochs, rng):
    """The learning rate shrinks from epoch to epoch

    Train two epochs with all images in one batch, and make the same two steps by hand: the first agrees, the second
    is too short. Print the rate of each step.
    """
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(len(y), batch_size, rng):
            loss, grads = convnet_loss(params, X[..., batch], y[batch])
            params = {name: params[name] - learning_rate * grads[name] for name in params}
            total += loss * len(batch)
        losses.append(total / len(y))
        learning_rate = 0.9 * learning_rate
    return params, losses


@mistake("train_convnet")
def convnet_rows_picked(params, X, y, *, learning_rate, batch_size, epochs, rng):
    """The mini-batches pick along the first axis, which is the depth

    Print the shapes of X and of X[batch]: along which axis do the images lie, and which axis has changed its size?
    """
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(len(y), batch_size, rng):
            loss, grads = convnet_loss(params, X[batch], y[batch])
            params = {name: params[name] - learning_rate * grads[name] for name in params}
            total += loss * len(batch)
        losses.append(total / len(y))
    return params, losses


@mistake("train_convnet")
def convnet_step_behind_the_loop(params, X, y, *, learning_rate, batch_size, epochs, rng):
    """Only the last mini-batch of an epoch makes a step

    Count the steps of an epoch: 13 examples in fives make three. At which indentation does the line stand that makes
    the step?
    """
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(len(y), batch_size, rng):
            loss, grads = convnet_loss(params, X[..., batch], y[batch])
            total += loss * len(batch)
        params = {name: params[name] - learning_rate * grads[name] for name in params}
        losses.append(total / len(y))
    return params, losses


@mistake("train_convnet")
def convnet_labels_stay(params, X, y, *, learning_rate, batch_size, epochs, rng):
    """The images are shuffled and the labels are not, so they no longer belong together

    Follow one image through the shuffle: does its label come along? One list of indices has to pick from both.
    """
    losses = []
    for _ in range(epochs):
        images = X[..., rng.permutation(len(y))]
        total = 0.0
        for start in range(0, len(y), batch_size):
            part = slice(start, start + batch_size)
            loss, grads = convnet_loss(params, images[..., part], y[part])
            params = {name: params[name] - learning_rate * grads[name] for name in params}
            total += loss * len(y[part])
        losses.append(total / len(y))
    return params, losses


@mistake("train_convnet")
def convnet_labels_left_behind(params, X, y, *, learning_rate, batch_size, epochs, rng):
    """The labels keep their old order while the images are shuffled again and again

    Follow one image through the shuffle: does its label come along? One list of indices has to pick from both.
    """
    losses = []
    for _ in range(epochs):
        X = X[..., rng.permutation(len(y))]
        total = 0.0
        for start in range(0, len(y), batch_size):
            part = slice(start, start + batch_size)
            loss, grads = convnet_loss(params, X[..., part], y[part])
            params = {name: params[name] - learning_rate * grads[name] for name in params}
            total += loss * len(y[part])
        losses.append(total / len(y))
    return params, losses


@variant("conv_forward")
def conv_forward_one_product(X, W, b, stride=1, padding=0):
    """all patches in one matrix, one product"""
    D, rows, columns, n = X.shape
    F, _, k, _ = W.shape
    framed = np.pad(X, ((0, 0), (padding, padding), (padding, padding), (0, 0)))
    height = (rows + 2 * padding - k) // stride + 1
    width = (columns + 2 * padding - k) // stride + 1
    patches = np.empty((D, k, k, height, width, n))
    for u in range(k):
        for v in range(k):
            rows_seen = slice(u, u + stride * height, stride)
            patches[:, u, v] = framed[:, rows_seen, v : v + stride * width : stride]
    return (W.reshape(F, -1) @ patches.reshape(D * k * k, -1) + b).reshape(F, height, width, n)


@variant("max_pool_forward")
def max_pool_from_minus_infinity(X, size, stride):
    """a running maximum that starts at minus infinity"""
    height, width = (X.shape[1] - size) // stride + 1, (X.shape[2] - size) // stride + 1
    Z = np.full((X.shape[0], height, width, X.shape[3]), -np.inf)
    for u in range(size):
        for v in range(size):
            rows = slice(u, u + stride * height, stride)
            Z = np.maximum(Z, X[:, rows, v : v + stride * width : stride])
    return Z


@variant("max_pool_backward")
def max_pool_backward_one_by_one(dZ, X, size, stride):
    """four plain loops, an array made like X"""
    dX = np.zeros_like(X)
    D, height, width, n = dZ.shape
    for d in range(D):
        for i in range(n):
            for r in range(height):
                for c in range(width):
                    rows = slice(r * stride, r * stride + size)
                    window = X[d, rows, c * stride : c * stride + size, i]
                    u, v = np.unravel_index(np.argmax(window), window.shape)
                    dX[d, r * stride + u, c * stride + v, i] += dZ[d, r, c, i]
    return dX
