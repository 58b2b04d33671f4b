"""What is asked of `conv_forward` and `conv_backward`."""


# --- conv_forward ---


def public_conv_forward__by_hand(check, np):
    """The example of the text; then two random filters on two images."""
    X = np.array([[1.0, 2.0, 0.0], [0.0, 1.0, 3.0], [2.0, 1.0, 0.0]]).reshape(1, 3, 3, 1)
    W = np.array([[1.0, 2.0], [0.0, -1.0]]).reshape(1, 1, 2, 2)
    Z = np.array([[5.0, 0.0], [2.0, 8.0]]).reshape(1, 2, 2, 1)
    check.values("conv_forward", X, W, np.ones((1, 1)), expected=Z)
    rng = check.rng(5308)
    X, W, b = rng.normal(size=(1, 3, 3, 2)), rng.normal(size=(2, 1, 2, 2)), rng.normal(size=(2, 1))
    check.values("conv_forward", X, W, b)


def public_conv_forward__dot(check, np):
    """A single white pixel: it shows the filter, and which way round it is."""
    X = np.zeros((1, 5, 7, 1))
    X[0, 2, 3, 0] = 1.0
    W = np.arange(1.0, 10.0).reshape(1, 1, 3, 3)
    check.values("conv_forward", X, W, np.zeros((1, 1)), 1, 1)
    W = check.rng(5309).permutation(np.arange(1.0, 10.0)).reshape(1, 1, 3, 3)
    check.values("conv_forward", X, W, np.zeros((1, 1)), 1, 1)


def public_conv_forward__volumes(check, np):
    """Depth 3, two filters, four images that are wider than high; with biases."""
    rng = check.rng(5301)
    check.values(
        "conv_forward",
        rng.normal(size=(3, 5, 7, 4)),
        rng.normal(size=(2, 3, 3, 3)),
        rng.normal(size=(2, 1)),
    )


def public_conv_forward__padding(check, np):
    """A frame of one zero, and of two."""
    rng = check.rng(5302)
    W, b = rng.normal(size=(4, 2, 3, 3)), rng.normal(size=(4, 1))
    check.values("conv_forward", rng.normal(size=(2, 3, 5, 3)), W, b, 1, 1)
    check.values("conv_forward", rng.normal(size=(2, 3, 4, 3)), W, b, 1, 2)


def public_conv_forward__stride(check, np):
    """Strides 2 and 3."""
    rng = check.rng(5303)
    check.values(
        "conv_forward",
        rng.normal(size=(2, 5, 9, 3)),
        rng.normal(size=(3, 2, 3, 3)),
        rng.normal(size=(3, 1)),
        2,
        0,
    )
    check.values(
        "conv_forward",
        rng.normal(size=(1, 8, 5, 2)),
        rng.normal(size=(2, 1, 2, 2)),
        rng.normal(size=(2, 1)),
        3,
        0,
    )


def hidden_conv_forward__all_at_once(check, np):
    """Stride and padding together, all sizes different; arguments by name, too."""
    rng = check.rng(5304)
    X, W, b = rng.normal(size=(3, 5, 9, 2)), rng.normal(size=(5, 3, 3, 3)), rng.normal(size=(5, 1))
    check.values("conv_forward", X, W, b, 2, 1)
    check.values("conv_forward", X[:, :, :8, :], W, b, stride=3, padding=2)
    check.values("conv_forward", X, W, b, padding=1)


def hidden_conv_forward__kernels(check, np):
    """Kernels from 1 to 5, even ones and one that covers the whole image."""
    rng = check.rng(5305)
    for (D, H, width, n), F, k, stride, padding in (
        ((3, 4, 7, 2), 2, 1, 3, 0),
        ((2, 3, 5, 3), 3, 5, 1, 2),
        ((1, 6, 8, 2), 2, 4, 2, 1),
        ((2, 3, 3, 5), 4, 3, 1, 0),
        ((2, 8, 5, 1), 1, 2, 3, 0),
    ):
        check.values(
            "conv_forward",
            rng.normal(size=(D, H, width, n)),
            rng.normal(size=(F, D, k, k)),
            rng.normal(size=(F, 1)),
            stride,
            padding,
        )


def hidden_conv_forward__whole_numbers(check, np):
    """Images of whole numbers."""
    rng = check.rng(5306)
    for stride, padding in ((1, 1), (2, 0)):
        X = rng.integers(-4, 5, (2, 4, 6, 3))
        check.values(
            "conv_forward",
            X,
            rng.normal(size=(3, 2, 2, 2)),
            rng.normal(size=(3, 1)),
            stride,
            padding,
        )


def hidden_conv_forward__speed(check, np):
    """At least five times faster than plain loops."""
    rng = check.rng(5307)
    check.speed(
        "conv_forward",
        rng.normal(size=(3, 14, 16, 8)),
        rng.normal(size=(8, 3, 3, 3)),
        rng.normal(size=(8, 1)),
        1,
        1,
        at_least=5.0,
        than="conv_forward_plain_loops",
    )


# --- conv_backward ---


def public_conv_backward__by_hand(check, np):
    """The example of the text; then two random filters on two images."""
    X = np.array([[1.0, 2.0, 0.0], [0.0, 1.0, 3.0], [2.0, 1.0, 0.0]]).reshape(1, 3, 3, 1)
    W = np.array([[1.0, 2.0], [0.0, -1.0]]).reshape(1, 1, 2, 2)
    dZ = np.array([[1.0, 0.0], [0.0, 2.0]]).reshape(1, 2, 2, 1)
    dX = np.array([[1.0, 2.0, 0.0], [0.0, 1.0, 4.0], [0.0, 0.0, -2.0]]).reshape(1, 3, 3, 1)
    dW = np.array([[3.0, 8.0], [2.0, 1.0]]).reshape(1, 1, 2, 2)
    check.values("conv_backward", dZ, X, W, expected=(dX, dW, np.array([[3.0]])))
    rng = check.rng(5406)
    dZ, X, W = (
        rng.normal(size=(2, 2, 2, 2)),
        rng.normal(size=(1, 3, 3, 2)),
        rng.normal(size=(2, 1, 2, 2)),
    )
    check.values("conv_backward", dZ, X, W)


def public_conv_backward__large(check, np):
    """Twenty-four colour images of 20 × 26: too many pixels to ask about one by one."""
    rng = check.rng(5407)
    shapes = ((4, 20, 26, 24), (3, 20, 26, 24), (4, 3, 3, 3))
    dZ, X, W = (rng.integers(-8, 9, shape) / 8 for shape in shapes)
    check.values("conv_backward", dZ, X, W, 1, 1)


def public_conv_backward__volumes(check, np):
    """Depth 2, three filters, several images: central differences, without padding."""
    rng = check.rng(5401)
    X, W, b, dZ = (
        rng.normal(size=shape) for shape in ((2, 4, 5, 2), (3, 2, 3, 3), (3, 1), (3, 2, 3, 2))
    )
    check.gradient(
        "conv_backward",
        dZ,
        X,
        W,
        loss=lambda ref, X, W, b: np.sum(dZ * ref.conv_forward(X, W, b)),
        at=(X, W, b),
    )


def public_conv_backward__stride_padding(check, np):
    """Stride 2 and padding 1 together."""
    rng = check.rng(5402)
    X, W, b, dZ = (
        rng.normal(size=shape) for shape in ((2, 3, 7, 3), (2, 2, 3, 3), (2, 1), (2, 2, 4, 3))
    )
    check.gradient(
        "conv_backward",
        dZ,
        X,
        W,
        2,
        1,
        loss=lambda ref, X, W, b: np.sum(dZ * ref.conv_forward(X, W, b, 2, 1)),
        at=(X, W, b),
    )


def hidden_conv_backward__overlap(check, np):
    """A large kernel with much padding, where every pixel is seen from many places."""
    rng = check.rng(5403)
    X, W, b, dZ = (
        rng.normal(size=shape) for shape in ((1, 3, 4, 2), (2, 1, 5, 5), (2, 1), (2, 3, 4, 2))
    )
    check.gradient(
        "conv_backward",
        dZ,
        X,
        W,
        1,
        2,
        loss=lambda ref, X, W, b: np.sum(dZ * ref.conv_forward(X, W, b, 1, 2)),
        at=(X, W, b),
    )


def hidden_conv_backward__kernels(check, np):
    """Even kernels, a kernel of one pixel, strides that leave pixels unseen; arguments by name."""
    rng = check.rng(5404)
    for (D, H, width, n), F, k, stride, padding in (
        ((2, 4, 6, 1), 3, 4, 2, 1),
        ((3, 4, 7, 2), 2, 1, 3, 0),
        ((1, 8, 5, 3), 2, 2, 3, 0),
    ):
        rows, columns = ((side + 2 * padding - k) // stride + 1 for side in (H, width))
        X, W, b = (
            rng.normal(size=(D, H, width, n)),
            rng.normal(size=(F, D, k, k)),
            rng.normal(size=(F, 1)),
        )
        dZ = rng.normal(size=(F, rows, columns, n))
        check.gradient(
            "conv_backward",
            dZ,
            X,
            W,
            loss=lambda ref, X, W, b, dZ=dZ, s=stride, p=padding: np.sum(
                dZ * ref.conv_forward(X, W, b, s, p)
            ),
            at=(X, W, b),
            stride=stride,
            padding=padding,
        )


def hidden_conv_backward__whole_values(check, np):
    """Arrays with whole values."""
    rng = check.rng(5405)
    X, W, dZ = (
        1.0 * rng.integers(-3, 4, (2, 3, 5, 2)),
        1.0 * rng.integers(-2, 3, (3, 2, 2, 2)),
        1.0 * rng.integers(-2, 3, (3, 4, 6, 2)),
    )
    check.values("conv_backward", dZ + 0.5, X, W, 1, 1)
    check.values("conv_backward", dZ, X, W, 1, 1)
