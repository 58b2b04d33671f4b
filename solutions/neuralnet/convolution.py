"""Convolutional networks: layers are volumes (depth, height, width, n), weights are shared."""

import numpy as np

from .activations import relu, relu_gradient
from .backprop import dense_backward
from .layers import dense_forward
from .losses import softmax_cross_entropy
from .training import minibatches

Params = dict[str, np.ndarray]  # conv_W, conv_b, dense_W, dense_b, or their gradients


def dense_parameter_count(volume: tuple[int, int, int], units: int) -> int:
    """Weights and biases of a fully connected layer on a whole image volume.

    volume: (depth, height, width). units: number of units in the layer. Returns an int.
    """
    # BEGIN SOLUTION
    depth, height, width = volume
    return units * (depth * height * width + 1)  # each unit sees every number, and has a bias
    # END SOLUTION


def conv_parameter_count(depth: int, kernel: int, filters: int) -> int:
    """Weights and biases of a convolutional layer; the size of the image does not matter.

    Every filter sees kernel × kernel pixels through the whole depth, and has one bias.

    depth: of the input volume. kernel: side of a filter. filters: their number. Returns an int.
    """
    # BEGIN SOLUTION
    # Shared weights: a filter is the same at every place, so the number of places does not count.
    return filters * (depth * kernel * kernel + 1)
    # END SOLUTION


def output_size(size: int, kernel: int, stride: int, padding: int) -> int:
    """Number of places a kernel takes along one side of an image.

    The first place is at the edge of the padded image, each next one `stride` further, and the last
    must end exactly at the other edge.

    size: pixels along the side. kernel: the kernel's side. padding: zeros added at both ends.
    Returns an int. Raises ValueError, naming size, kernel, stride and padding, where the kernel
    does not fit into the padded image, or does not tile it (some pixels would be left over).
    """
    # BEGIN SOLUTION
    room = size + 2 * padding - kernel  # how far the kernel can slide
    if room < 0 or room % stride:
        raise ValueError(
            f"size {size} with kernel {kernel}, stride {stride} and padding {padding} does not "
            + ("fit: the kernel is larger than the image" if room < 0 else "tile: pixels are left")
        )
    return room // stride + 1
    # END SOLUTION


# BEGIN SOLUTION
# A convolution is the same W X + b, on patches. The plain version copies what a filter sees at each
# place into a column of a matrix P, (D·k·k) × (Hh'·Ww'·n), has each filter as a row of W, and goes
#
#     forward    Z = W P + b
#     backward   dW = dZ Pᵀ,   db = dZ summed over places and examples,   dP = Wᵀ dZ
#
# as a dense layer does; then dX adds every entry of dP to the pixel that it is a copy of.
#
# What follows is that, row of places by row of places, because a whole P holds each pixel k·k times
# and is too large for the processor's cache. A row of places sees k rows of the image. Write each
# row of the image k times, shifted by one pixel each: call it a strip. The k strips that a row of
# places sees lie one after the other in memory, so they *are* its patches, with no more copying.
# So there are two steps, each with its way back: image to strips, and strips to scores.


def _strips(X: np.ndarray, k: int, stride: int, padding: int) -> np.ndarray:
    """All strips of the padded image, (rows, k, D, Ww', n)."""
    D, Hh, Ww, n = X.shape
    output_size(Hh, k, stride, padding)  # raises where the places do not fit
    width = output_size(Ww, k, stride, padding)
    rows = np.pad(X, ((0, 0), (padding, padding), (padding, padding), (0, 0))).swapaxes(0, 1)
    strips = np.empty((len(rows), k, D, width, n), dtype=np.result_type(X, 1.0))
    for j in range(k):  # n is innermost, so these copies are of long runs of memory
        strips[:, j] = rows[:, :, j : j + stride * width : stride]
    return strips


def _strips_backward(
    dstrips: np.ndarray, shape: tuple[int, ...], stride: int, padding: int
) -> np.ndarray:
    """Gradient of the image, of the given shape: each pixel sums over the strips it stands in."""
    D, Hh, Ww, n = shape
    rows, k, _, width, _ = dstrips.shape
    dX = np.zeros((D, rows, Ww + 2 * padding, n), dtype=dstrips.dtype)
    for j in range(k):  # the same slices: what was copied from a pixel comes back to it
        dX[:, :, j : j + stride * width : stride] += dstrips[:, j].swapaxes(0, 1)
    return dX[:, padding : padding + Hh, padding : padding + Ww]  # the frame was no input


def _patches(strips: np.ndarray, row: int, stride: int) -> np.ndarray:
    """P of one row of places: its patches in columns, (k·k·D) × (Ww'·n); a view, not a copy."""
    _, k, D, width, n = strips.shape
    return strips[stride * row : stride * row + k].reshape(k * k * D, width * n)


def _filter_matrix(W: np.ndarray) -> np.ndarray:
    """W as F × (k·k·D): a filter in each row, its weights in the order of the patches."""
    return W.transpose(0, 2, 3, 1).reshape(len(W), -1)


def _scores(strips: np.ndarray, W: np.ndarray, b: np.ndarray, stride: int) -> np.ndarray:
    """Z = W P + b, (F, Hh', Ww', n)."""
    rows, k, _, width, n = strips.shape
    F, height = len(W), output_size(rows, k, stride, 0)
    filters = _filter_matrix(W)
    Z = np.empty((F, height, width * n), dtype=np.result_type(strips, W, b))
    for row in range(height):
        # out=: the product is written where it belongs; Z[:, row] = … would copy it there.
        np.matmul(filters, _patches(strips, row, stride), out=Z[:, row])
    Z += b[:, np.newaxis]
    return Z.reshape(F, height, width, n)


def _filter_gradients(
    dZ: np.ndarray, strips: np.ndarray, stride: int
) -> tuple[np.ndarray, np.ndarray]:
    """(dW, db) with dW = dZ Pᵀ: a filter is used at all places, so its gradient sums over them."""
    F, height, width, n = dZ.shape
    _, k, D, _, _ = strips.shape
    dZ = dZ.reshape(F, height, width * n)
    dW = sum(dZ[:, row] @ _patches(strips, row, stride).T for row in range(height))
    db = dZ.sum(axis=(1, 2))
    return dW.reshape(F, k, k, D).transpose(0, 3, 1, 2), db.reshape(F, 1)


def _scores_backward(dZ: np.ndarray, W: np.ndarray, rows: int, stride: int) -> np.ndarray:
    """Gradient of the strips of so many rows, with dP = Wᵀ dZ."""
    _, D, k, _ = W.shape
    F, height, width, n = dZ.shape
    filters = _filter_matrix(W)
    dstrips = np.zeros((rows, k, D, width, n), dtype=np.result_type(dZ, W))
    for row in range(height):
        dpatches = filters.T @ dZ[:, row].reshape(F, width * n)
        # +=, because rows of places share strips (where the stride is below k).
        dstrips[stride * row : stride * row + k] += dpatches.reshape(k, k, D, width, n)
    return dstrips


# END SOLUTION


def conv_forward(
    X: np.ndarray, W: np.ndarray, b: np.ndarray, stride: int = 1, padding: int = 0
) -> np.ndarray:
    """Scores of a convolutional layer: W·patch + b, for each filter, at each place.

    A filter slides over the image (padded with zeros) and is not flipped (cross-correlation):

        Z[f, r, c, i] = Σ_{d, u, v} W[f, d, u, v] · X[d, stride·r + u, stride·c + v, i] + b[f]

    X: image volumes, depth × height × width × examples, (D, Hh, Ww, n), floats or whole numbers.
    W: F filters of k × k through the whole depth, (F, D, k, k). b: biases, (F, 1).
    Returns (F, Hh', Ww', n) with Hh' and Ww' from `output_size`: a volume with a slice a filter.
    """
    # BEGIN SOLUTION
    strips = _strips(X, W.shape[-1], stride, padding)
    return _scores(strips, W, b, stride)
    # END SOLUTION


def conv_backward(
    dZ: np.ndarray, X: np.ndarray, W: np.ndarray, stride: int = 1, padding: int = 0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Gradients of the loss through `conv_forward`.

    Every place uses the same filter, so the filter's gradient sums over places and examples; a
    pixel is seen from several places, so its gradient sums over those.

    dZ: gradient with respect to the scores, (F, Hh', Ww', n); the loss's 1/n is already in it.
    X: the layer's inputs, (D, Hh, Ww, n). W: its filters, (F, D, k, k). All floats.
    Returns (dX, dW, db), in this order, of the shapes of X, W and b = (F, 1).
    """
    # BEGIN SOLUTION
    # The strips are made again, and thrown away before those of the gradient take their place.
    dW, db = _filter_gradients(dZ, _strips(X, W.shape[-1], stride, padding), stride)
    dstrips = _scores_backward(dZ, W, X.shape[1] + 2 * padding, stride)
    return _strips_backward(dstrips, X.shape, stride, padding), dW, db
    # END SOLUTION


# BEGIN SOLUTION
def _pixels(X: np.ndarray, size: int, stride: int) -> list[np.ndarray]:
    """Views of X for pooling: the first pixel of every window, the second of every window, …"""
    height = stride * output_size(X.shape[1], size, stride, 0)
    width = stride * output_size(X.shape[2], size, stride, 0)
    return [
        X[:, i : i + height : stride, j : j + width : stride]
        for i in range(size)
        for j in range(size)
    ]


# END SOLUTION


def max_pool_forward(X: np.ndarray, size: int, stride: int) -> np.ndarray:
    """Largest value of each window of size × size pixels, in every depth slice by itself.

    X: image volumes, (D, Hh, Ww, n), floats or whole numbers. size: the window's side. stride: from
    a window to the next; below `size` the windows overlap.
    Returns (D, Hh', Ww', n) with Hh' and Ww' from `output_size` without padding.
    """
    # BEGIN SOLUTION
    # The plain way visits every window and takes its max. But there are many windows, and only
    # size · size pixels in each: take the first pixel of all windows, then the larger of it and the
    # second, and so on.
    first, *others = _pixels(X, size, stride)
    Z = 1.0 * first  # a copy: the views are the caller's own pixels
    for x in others:
        np.maximum(Z, x, out=Z)
    return Z
    # END SOLUTION


# BEGIN SOLUTION
def _give_to_winners(
    dZ: np.ndarray, X: np.ndarray, Z: np.ndarray, *, size: int, stride: int
) -> np.ndarray:
    """`max_pool_backward` for one who still has Z = max_pool_forward(X, size, stride)."""
    dX = np.zeros(X.shape, dtype=dZ.dtype)
    open_windows = np.ones(Z.shape, dtype=bool)  # those whose gradient no pixel has taken yet
    for x, dx in zip(_pixels(X, size, stride), _pixels(dX, size, stride), strict=True):
        wins = open_windows & (x == Z)  # of equal largest pixels the first takes it all
        dx += dZ * wins  # dx is a view, so this adds to dX; overlapping windows add up there
        open_windows ^= wins
    return dX


# END SOLUTION


def max_pool_backward(dZ: np.ndarray, X: np.ndarray, size: int, stride: int) -> np.ndarray:
    """Gradient of the loss through `max_pool_forward`: each window's goes to its largest pixel.

    A pixel that wins in several overlapping windows gets the sum of their gradients. Where a window
    has equal largest pixels, its gradient goes to one of them, or is shared: never to each in full.

    dZ: gradient with respect to the outputs, (D, Hh', Ww', n). X: the inputs, (D, Hh, Ww, n). All
    floats. Returns dX, of X's shape.
    """
    # BEGIN SOLUTION
    Z = max_pool_forward(X, size, stride)
    return _give_to_winners(dZ, X, Z, size=size, stride=stride)
    # END SOLUTION


# BEGIN SOLUTION
def _convnet_layers(params: Params, X: np.ndarray) -> list[np.ndarray]:
    """What every step gives, for the way back: strips, convolution, max-pool, H, scores.

    H is ReLU and flattened. ReLU comes after pooling, where it gives the same on a quarter of the
    pixels: max(0, max x) = max max(0, x).
    """
    k = params["conv_W"].shape[-1]
    strips = _strips(X, k, 1, (k - 1) // 2)
    Z = _scores(strips, params["conv_W"], params["conv_b"], 1)
    V = max_pool_forward(Z, 2, 2)
    H = relu(V).reshape(-1, X.shape[-1])
    return [strips, Z, V, H, dense_forward(params["dense_W"], params["dense_b"], H)]


# END SOLUTION


def convnet_forward(params: Params, X: np.ndarray) -> np.ndarray:
    """Scores of a small ConvNet: convolution → ReLU → max-pool → fully connected.

    The convolution has stride 1 and padding (k − 1)//2, which keeps height and width (k is odd);
    the pooling has size 2 and stride 2, and halves them (they are even); the volume is flattened to
    features × n by `reshape(-1, n)`.

    params: {"conv_W": (F, D, k, k), "conv_b": (F, 1), "dense_W": (K, F·Hh/2·Ww/2),
    "dense_b": (K, 1)}. X: image volumes, (D, Hh, Ww, n), floats or whole numbers.
    Returns scores, K × n.
    """
    # BEGIN SOLUTION
    *_, S = _convnet_layers(params, X)
    return S
    # END SOLUTION


def convnet_loss(params: Params, X: np.ndarray, y: np.ndarray) -> tuple[float, Params]:
    """Softmax cross-entropy of the ConvNet's scores, and the gradients of all parameters.

    params: as for `convnet_forward`. X: image volumes, (D, Hh, Ww, n), floats or whole numbers.
    y: true classes, (n,).
    Returns (loss, grads): one float, and a dict with the keys of params, each gradient of the shape
    of its parameter.
    """
    # BEGIN SOLUTION
    strips, Z, V, H, S = _convnet_layers(params, X)
    loss, dS = softmax_cross_entropy(S, y)
    # From here each line goes back through one line of `_convnet_layers`, the last one first.
    dense_W, dense_b, dH = dense_backward(dS, params["dense_W"], H)
    dV = (dH * relu_gradient(H)).reshape(V.shape)  # what was flattened is a volume again
    # The plain way on is max_pool_backward(dV, Z, 2, 2), then conv_backward. Their helpers do the
    # same with what is at hand already, and without dX: nobody needs the gradient on the images.
    dZ = _give_to_winners(dV, Z, V, size=2, stride=2)
    conv_W, conv_b = _filter_gradients(dZ, strips, 1)
    return loss, {"conv_W": conv_W, "conv_b": conv_b, "dense_W": dense_W, "dense_b": dense_b}
    # END SOLUTION


def train_convnet(
    params: Params,
    X: np.ndarray,
    y: np.ndarray,
    *,
    learning_rate: float,
    batch_size: int,
    epochs: int,
    rng: np.random.Generator,
) -> tuple[Params, list[float]]:
    """Train the ConvNet by mini-batch gradient descent, as `train` does for dense networks.

    params: as for `convnet_forward`. X: image volumes, (D, Hh, Ww, n), floats or whole numbers.
    y: true classes, (n,). learning_rate, batch_size, epochs: numbers. rng: the only source of
    randomness; as in `train` it is used for nothing but each epoch's shuffle.
    Returns (params, losses): new params, and a list with the mean loss of each epoch.
    """
    # BEGIN SOLUTION
    n = len(y)
    rate = float(learning_rate)
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(n, batch_size, rng):
            loss, grads = convnet_loss(params, X[..., batch], y[batch])
            params = {name: params[name] - rate * grads[name] for name in params}
            total += loss * len(batch)
        losses.append(total / n)
    return params, losses
    # END SOLUTION
