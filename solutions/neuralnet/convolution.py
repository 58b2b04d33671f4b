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
    return units * (depth * height * width + 1)
    # END SOLUTION


def conv_parameter_count(depth: int, kernel: int, filters: int) -> int:
    """Weights and biases of a convolutional layer; the size of the image does not matter.

    Every filter sees kernel × kernel pixels through the whole depth, and has one bias.

    depth: of the input volume. kernel: side of a filter. filters: their number. Returns an int.
    """
    # BEGIN SOLUTION
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
    room = size + 2 * padding - kernel
    if room < 0 or room % stride:
        raise ValueError(
            f"size {size} with kernel {kernel}, stride {stride} and padding {padding} does not "
            + ("fit: the kernel is larger than the image" if room < 0 else "tile: pixels are left")
        )
    return room // stride + 1
    # END SOLUTION


# BEGIN SOLUTION
# An output row of a convolution sees k rows of the image. A "strip" is one of these rows, copied k
# times, shifted by one pixel each. The k strips that an output row sees lie one after the other in
# memory, so they *are* the matrix of its patches: k copies of the image do, where a matrix of all
# patches takes k · k, and the batch stays innermost, so that every copy is of long runs.


def _strips(X: np.ndarray, k: int, stride: int, padding: int) -> np.ndarray:
    """All strips of the padded image, (rows, k, D, Ww', n)."""
    D, _, Ww, n = X.shape
    rows = np.pad(X, ((0, 0), (padding, padding), (padding, padding), (0, 0))).swapaxes(0, 1)
    width = output_size(Ww, k, stride, padding)
    strips = np.empty((len(rows), k, D, width, n), dtype=np.result_type(X, 1.0))
    for j in range(k):
        strips[:, j] = rows[:, :, j : j + stride * width : stride]
    return strips


def _strips_backward(
    dstrips: np.ndarray, shape: tuple[int, ...], stride: int, padding: int
) -> np.ndarray:
    """Gradient of the image, of the given shape: each pixel sums over the strips it stands in."""
    D, Hh, Ww, n = shape
    rows, k, _, width, _ = dstrips.shape
    dX = np.zeros((D, rows, Ww + 2 * padding, n), dtype=dstrips.dtype)
    for j in range(k):
        dX[:, :, j : j + stride * width : stride] += dstrips[:, j].swapaxes(0, 1)
    return dX[:, padding : padding + Hh, padding : padding + Ww]


def _patches(strips: np.ndarray, row: int, stride: int) -> np.ndarray:
    """The patches that an output row sees, in columns, (k·k·D) × (Ww'·n); a view, not a copy."""
    _, k, D, width, n = strips.shape
    return strips[stride * row : stride * row + k].reshape(k * k * D, width * n)


def _filter_matrix(W: np.ndarray) -> np.ndarray:
    """Filters in rows, F × (k·k·D), their weights in the order of the patches."""
    return W.transpose(0, 2, 3, 1).reshape(len(W), -1)


def _filter_gradients(
    dZ: np.ndarray, X: np.ndarray, k: int, stride: int, padding: int
) -> tuple[np.ndarray, np.ndarray]:
    """(dW, db) of a convolutional layer: all of `conv_backward` that a first layer needs."""
    F, height, width, n = dZ.shape
    dZ = dZ.reshape(F, height, width * n)
    strips = _strips(X, k, stride, padding)
    dW = sum(dZ[:, row] @ _patches(strips, row, stride).T for row in range(height))
    db = 1.0 * dZ.sum(axis=(1, 2))
    return dW.reshape(F, k, k, -1).transpose(0, 3, 1, 2), db.reshape(F, 1)


# END SOLUTION


def conv_forward(
    X: np.ndarray, W: np.ndarray, b: np.ndarray, stride: int = 1, padding: int = 0
) -> np.ndarray:
    """Scores of a convolutional layer: W·patch + b, for each filter, at each place.

    A filter slides over the image (padded with zeros) and is not flipped (cross-correlation):

        Z[f, r, c, i] = Σ_{d, u, v} W[f, d, u, v] · X[d, stride·r + u, stride·c + v, i] + b[f]

    X: image volumes, (D, Hh, Ww, n). W: F filters, (F, D, k, k). b: biases, (F, 1).
    Returns (F, Hh', Ww', n) with Hh' and Ww' from `output_size`.
    """
    # BEGIN SOLUTION
    F, _, k, _ = W.shape
    filters = _filter_matrix(W)
    strips = _strips(X, k, stride, padding)
    _, _, _, width, n = strips.shape
    height = output_size(X.shape[1], k, stride, padding)
    Z = np.empty((F, height, width * n), dtype=np.result_type(strips, W, b))
    for row in range(height):
        np.matmul(filters, _patches(strips, row, stride), out=Z[:, row])
    Z += b[:, np.newaxis]
    return Z.reshape(F, height, width, n)
    # END SOLUTION


def conv_backward(
    dZ: np.ndarray, X: np.ndarray, W: np.ndarray, stride: int = 1, padding: int = 0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Gradients of the loss through `conv_forward`.

    Every place uses the same filter, so the filter's gradient sums over places and examples; a
    pixel is seen from several places, so its gradient sums over those.

    dZ: gradient with respect to the scores, (F, Hh', Ww', n); the loss's 1/n is already in it.
    X: the layer's inputs, (D, Hh, Ww, n). W: its filters, (F, D, k, k).
    Returns (dX, dW, db), in this order, of the shapes of X, W and b = (F, 1).
    """
    # BEGIN SOLUTION
    F, D, k, _ = W.shape
    _, height, width, n = dZ.shape
    filters = _filter_matrix(W)
    dW, db = _filter_gradients(dZ, X, k, stride, padding)
    dstrips = np.zeros((X.shape[1] + 2 * padding, k, D, width, n), dtype=dW.dtype)
    for row in range(height):
        dpatches = filters.T @ dZ[:, row].reshape(F, width * n)
        dstrips[stride * row : stride * row + k] += dpatches.reshape(k, k, D, width, n)
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

    X: image volumes, (D, Hh, Ww, n). size: the window's side. stride: from a window to the next;
    below `size` the windows overlap.
    Returns (D, Hh', Ww', n) with Hh' and Ww' from `output_size` without padding.
    """
    # BEGIN SOLUTION
    Z, *others = _pixels(X, size, stride)
    for x in others:
        Z = np.maximum(Z, x)
    return 1.0 * Z
    # END SOLUTION


def max_pool_backward(dZ: np.ndarray, X: np.ndarray, size: int, stride: int) -> np.ndarray:
    """Gradient of the loss through `max_pool_forward`: each window's goes to its largest pixel.

    A pixel that wins in several overlapping windows gets the sum of their gradients. Where a window
    has equal largest pixels, its gradient goes to one of them, or is shared: never to each in full.

    dZ: gradient with respect to the outputs, (D, Hh', Ww', n). X: the inputs, (D, Hh, Ww, n).
    Returns dX, of X's shape.
    """
    # BEGIN SOLUTION
    dX = np.zeros(X.shape, dtype=np.result_type(X, dZ, 1.0))
    Z = max_pool_forward(X, size, stride)
    left = 1.0 * dZ  # what is not yet given away: of equal pixels the first takes it all
    for x, dx in zip(_pixels(X, size, stride), _pixels(dX, size, stride), strict=True):
        won = left * (x == Z)
        dx += won
        left -= won
    return dX
    # END SOLUTION


def convnet_forward(params: Params, X: np.ndarray) -> np.ndarray:
    """Scores of a small ConvNet: convolution → ReLU → max-pool → fully connected.

    The convolution has stride 1 and padding (k − 1)//2, which keeps height and width (k is odd);
    the pooling has size 2 and stride 2, and halves them (they are even); the volume is flattened to
    features × n by `reshape(-1, n)`.

    params: {"conv_W": (F, D, k, k), "conv_b": (F, 1), "dense_W": (K, F·Hh/2·Ww/2),
    "dense_b": (K, 1)}. X: image volumes, (D, Hh, Ww, n). Returns scores, K × n.
    """
    # BEGIN SOLUTION
    _, _, _, S = _convnet_layers(params, X)
    return S
    # END SOLUTION


# BEGIN SOLUTION
def _convnet_layers(params: Params, X: np.ndarray) -> list[np.ndarray]:
    """What every layer gives: convolution, max-pool, ReLU and flattened, scores.

    ReLU comes after pooling, where it is the same, max(0, max x) = max max(0, x), on a quarter of
    the pixels.
    """
    k = params["conv_W"].shape[-1]
    Z = conv_forward(X, params["conv_W"], params["conv_b"], 1, (k - 1) // 2)
    V = max_pool_forward(Z, 2, 2)
    H = relu(V).reshape(-1, X.shape[-1])
    return [Z, V, H, dense_forward(params["dense_W"], params["dense_b"], H)]


# END SOLUTION


def convnet_loss(params: Params, X: np.ndarray, y: np.ndarray) -> tuple[float, Params]:
    """Softmax cross-entropy of the ConvNet's scores, and the gradients of all parameters.

    params: as for `convnet_forward`. X: image volumes, (D, Hh, Ww, n). y: true classes, (n,).
    Returns (loss, grads): one float, and a dict with the keys of params, each gradient of the shape
    of its parameter.
    """
    # BEGIN SOLUTION
    k = params["conv_W"].shape[-1]
    Z, V, H, S = _convnet_layers(params, X)
    loss, dS = softmax_cross_entropy(S, y)
    dense_W, dense_b, dH = dense_backward(dS, params["dense_W"], H)
    dV = (dH * relu_gradient(H)).reshape(V.shape)
    dZ = max_pool_backward(dV, Z, 2, 2)
    conv_W, conv_b = _filter_gradients(dZ, X, k, 1, (k - 1) // 2)
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

    params: as for `convnet_forward`. X: image volumes, (D, Hh, Ww, n). y: true classes, (n,).
    learning_rate, batch_size, epochs: numbers. rng: the only source of randomness.
    Returns (params, losses): new params, and a list with the mean loss of each epoch.
    """
    # BEGIN SOLUTION
    n = len(y)
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(n, batch_size, rng):
            loss, grads = convnet_loss(params, X[..., batch], y[batch])
            params = {name: params[name] - float(learning_rate) * grads[name] for name in params}
            total += loss * len(batch)
        losses.append(total / n)
    return params, losses
    # END SOLUTION
