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
    raise NotImplementedError("Lab 5: dense_parameter_count is not written yet. Open neuralnet/convolution.py and write it there.")


def conv_parameter_count(depth: int, kernel: int, filters: int) -> int:
    """Weights and biases of a convolutional layer; the size of the image does not matter.

    Every filter sees kernel × kernel pixels through the whole depth, and has one bias.

    depth: of the input volume. kernel: side of a filter. filters: their number. Returns an int.
    """
    raise NotImplementedError("Lab 5: conv_parameter_count is not written yet. Open neuralnet/convolution.py and write it there.")


def output_size(size: int, kernel: int, stride: int, padding: int) -> int:
    """Number of places a kernel takes along one side of an image.

    The first place is at the edge of the padded image, each next one `stride` further, and the last
    must end exactly at the other edge.

    size: pixels along the side. kernel: the kernel's side. padding: zeros added at both ends.
    Returns an int. Raises ValueError, naming size, kernel, stride and padding, where the kernel
    does not fit into the padded image, or does not tile it (some pixels would be left over).
    """
    raise NotImplementedError("Lab 5: output_size is not written yet. Open neuralnet/convolution.py and write it there.")


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
    raise NotImplementedError("Lab 5: conv_forward is not written yet. Open neuralnet/convolution.py and write it there.")


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
    raise NotImplementedError("Lab 5: conv_backward is not written yet. Open neuralnet/convolution.py and write it there.")


def max_pool_forward(X: np.ndarray, size: int, stride: int) -> np.ndarray:
    """Largest value of each window of size × size pixels, in every depth slice by itself.

    X: image volumes, (D, Hh, Ww, n), floats or whole numbers. size: the window's side. stride: from
    a window to the next; below `size` the windows overlap.
    Returns (D, Hh', Ww', n) with Hh' and Ww' from `output_size` without padding.
    """
    raise NotImplementedError("Lab 5: max_pool_forward is not written yet. Open neuralnet/convolution.py and write it there.")


def max_pool_backward(dZ: np.ndarray, X: np.ndarray, size: int, stride: int) -> np.ndarray:
    """Gradient of the loss through `max_pool_forward`: each window's goes to its largest pixel.

    A pixel that wins in several overlapping windows gets the sum of their gradients. Where a window
    has equal largest pixels, its gradient goes to one of them, or is shared: never to each in full.

    dZ: gradient with respect to the outputs, (D, Hh', Ww', n). X: the inputs, (D, Hh, Ww, n). All
    floats. Returns dX, of X's shape.
    """
    raise NotImplementedError("Lab 5: max_pool_backward is not written yet. Open neuralnet/convolution.py and write it there.")


def convnet_forward(params: Params, X: np.ndarray) -> np.ndarray:
    """Scores of a small ConvNet: convolution → ReLU → max-pool → fully connected.

    The convolution has stride 1 and padding (k − 1)//2, which keeps height and width (k is odd);
    the pooling has size 2 and stride 2, and halves them (they are even); the volume is flattened to
    features × n by `reshape(-1, n)`.

    params: {"conv_W": (F, D, k, k), "conv_b": (F, 1), "dense_W": (K, F·Hh/2·Ww/2),
    "dense_b": (K, 1)}. X: image volumes, (D, Hh, Ww, n), floats or whole numbers.
    Returns scores, K × n.
    """
    raise NotImplementedError("Lab 5: convnet_forward is not written yet. Open neuralnet/convolution.py and write it there.")


def convnet_loss(params: Params, X: np.ndarray, y: np.ndarray) -> tuple[float, Params]:
    """Softmax cross-entropy of the ConvNet's scores, and the gradients of all parameters.

    params: as for `convnet_forward`. X: image volumes, (D, Hh, Ww, n), floats or whole numbers.
    y: true classes, (n,).
    Returns (loss, grads): one float, and a dict with the keys of params, each gradient of the shape
    of its parameter.
    """
    raise NotImplementedError("Lab 5: convnet_loss is not written yet. Open neuralnet/convolution.py and write it there.")


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
    raise NotImplementedError("Lab 5: train_convnet is not written yet. Open neuralnet/convolution.py and write it there.")
