"""What is asked of `max_pool_forward` and `max_pool_backward`."""


# --- max_pool_forward ---


def public_max_pool_forward__by_hand(check, np):
    """The examples of the text; then two random images."""
    X = np.array(
        [[1.0, 3.0, 2.0, 0.0], [4.0, 2.0, 1.0, 1.0], [0.0, 1.0, 5.0, 6.0], [3.0, 2.0, 7.0, 1.0]]
    ).reshape(1, 4, 4, 1)
    check.values(
        "max_pool_forward", X, 2, 2, expected=np.array([[4.0, 2.0], [3.0, 7.0]]).reshape(1, 2, 2, 1)
    )
    check.values(
        "max_pool_forward", X, 3, 1, expected=np.array([[5.0, 6.0], [7.0, 7.0]]).reshape(1, 2, 2, 1)
    )
    check.values("max_pool_forward", check.rng(5505).normal(size=(1, 4, 4, 2)), 2, 2)


def public_max_pool_forward__volumes(check, np):
    """Depth 3, five images, wider than high; overlapping windows, too."""
    X = check.rng(5501).normal(size=(3, 4, 6, 5))
    check.values("max_pool_forward", X, 2, 2)
    check.values("max_pool_forward", X[:, :3, :5], 3, 2)


def hidden_max_pool_forward__negative(check, np):
    """Volumes with negative values only."""
    X = check.rng(5502).uniform(-5.0, -1.0, (2, 6, 4, 3))
    check.values("max_pool_forward", X, 2, 2)
    check.values("max_pool_forward", X, 2, 1)


def hidden_max_pool_forward__strides(check, np):
    """Other sizes and strides: overlapping windows, gaps between windows, one window, one pixel."""
    rng = check.rng(5503)
    for (D, H, width, n), size, stride in (
        ((2, 5, 9, 3), 3, 2),
        ((3, 5, 8, 2), 2, 3),
        ((1, 7, 10, 2), 4, 3),
        ((4, 3, 5, 1), 1, 2),
        ((2, 5, 5, 3), 5, 1),
    ):
        check.values("max_pool_forward", rng.normal(size=(D, H, width, n)), size, stride)


def hidden_max_pool_forward__whole_numbers(check, np):
    """Whole numbers, with equal ones among them."""
    X = check.rng(5504).integers(-3, 4, (3, 4, 6, 2))
    check.values("max_pool_forward", X, 2, 2)
    check.values("max_pool_forward", X, 2, 1)


# --- max_pool_backward ---


def public_max_pool_backward__by_hand(check, np):
    """The example of the text, and the same image with windows that do not overlap."""
    X = np.array(
        [[1.0, 3.0, 2.0, 0.0], [4.0, 2.0, 1.0, 1.0], [0.0, 1.0, 5.0, 6.0], [3.0, 2.0, 7.0, 1.0]]
    ).reshape(1, 4, 4, 1)
    dZ = np.array([[1.0, 2.0], [3.0, 4.0]]).reshape(1, 2, 2, 1)
    three, two = np.zeros((1, 4, 4, 1)), np.zeros((1, 4, 4, 1))
    three[0, 2, 2, 0], three[0, 2, 3, 0], three[0, 3, 2, 0] = 1.0, 2.0, 7.0
    two[0, 1, 0, 0], two[0, 0, 2, 0], two[0, 3, 0, 0], two[0, 3, 2, 0] = 1.0, 2.0, 3.0, 4.0
    check.values("max_pool_backward", dZ, X, 3, 1, expected=three)
    check.values("max_pool_backward", dZ, X, 2, 2, expected=two)
    rng = check.rng(5606)
    check.values(
        "max_pool_backward", rng.normal(size=(1, 2, 2, 2)), rng.normal(size=(1, 4, 4, 2)), 2, 2
    )


def public_max_pool_backward__large(check, np):
    """Sixteen colour images of 40 × 42: too many pixels to ask about one by one."""
    rng = check.rng(5607)
    X = rng.permutation(3 * 40 * 42 * 16).reshape(3, 40, 42, 16) / 1000 - 40.0
    check.values("max_pool_backward", rng.integers(-8, 9, (3, 20, 21, 16)) / 8, X, 2, 2)


def public_max_pool_backward__volumes(check, np):
    """Depth 2, three images, wider than high: central differences."""
    rng = check.rng(5601)
    X, dZ = rng.permutation(144).reshape(2, 4, 6, 3) / 20 - 3.0, rng.normal(size=(2, 2, 3, 3))
    check.gradient(
        "max_pool_backward",
        dZ,
        X,
        2,
        2,
        loss=lambda ref, X: np.sum(dZ * ref.max_pool_forward(X, 2, 2)),
        at=(X,),
    )


def public_max_pool_backward__overlap(check, np):
    """Windows that overlap."""
    rng = check.rng(5602)
    X, dZ = rng.permutation(140).reshape(2, 5, 7, 2) / 20 - 3.0, rng.normal(size=(2, 2, 3, 2))
    check.gradient(
        "max_pool_backward",
        dZ,
        X,
        3,
        2,
        loss=lambda ref, X: np.sum(dZ * ref.max_pool_forward(X, 3, 2)),
        at=(X,),
    )


def hidden_max_pool_backward__strides(check, np):
    """Other sizes and strides: much overlap, gaps between windows, one window."""
    rng = check.rng(5603)
    for (D, H, width, n), size, stride in (
        ((1, 4, 6, 3), 3, 1),
        ((3, 5, 8, 1), 2, 3),
        ((2, 5, 3, 2), 2, 1),
        ((3, 4, 4, 2), 4, 2),
    ):
        X = rng.permutation(D * H * width * n).reshape(D, H, width, n) / 10 - 4.0
        dZ = rng.normal(size=(D, (H - size) // stride + 1, (width - size) // stride + 1, n))
        check.gradient(
            "max_pool_backward",
            dZ,
            X,
            size,
            stride,
            loss=lambda ref, X, dZ=dZ, size=size, stride=stride: np.sum(
                dZ * ref.max_pool_forward(X, size, stride)
            ),
            at=(X,),
        )


def hidden_max_pool_backward__ties(check, np):
    """Equal largest pixels: a window's gradient is neither lost nor doubled."""
    rng = check.rng(5604)
    X = rng.integers(0, 2, (3, 4, 6, 5)).astype(float)
    X[:, :2, :2, 0] = 0.0  # a window of zeros, as after a ReLU
    dZ = rng.normal(size=(3, 2, 3, 5)) + 3.0

    def judge(dX):
        if np.shape(dX) != X.shape:
            return "The gradient does not have the shape of X."
        for row, column in np.ndindex(2, 3):
            window = np.s_[:, 2 * row : 2 * row + 2, 2 * column : 2 * column + 2]
            largest = X[window] == X[window].max(axis=(1, 2), keepdims=True)
            near = 1e-9 + check.slack(dX)
            if np.any(np.abs(dX[window][~largest]) > 1e-12):
                return "A pixel that is not its window's largest gets gradient."
            total = dX[window].sum(axis=(1, 2)) / dZ[:, row, column]
            if np.any(total > 1 + near):
                return "Where pixels are equal, the window's gradient is given more than once."
            if np.any(total < 1 - near):
                return "Where pixels are equal, some of the window's gradient is lost."
        return None

    check.outcome("max_pool_backward", dZ, X, 2, 2, judge=judge)


def hidden_max_pool_backward__whole_values(check, np):
    """Whole values; the same values in different windows; the gradient of one window is 0."""
    rng = check.rng(5605)
    # Every window of 2 × 2 holds 1, 2, 3 and 4 in an order of its own.
    blocks = np.array([rng.permutation(4) + 1 for _ in range(36)]).reshape(2, 3, 2, 3, 2, 2)
    X = 1.0 * blocks.transpose(0, 1, 4, 2, 5, 3).reshape(2, 6, 4, 3)
    dZ = 1.0 * rng.integers(-3, 4, (2, 3, 2, 3))
    dZ[0, 0, 0, 0] = 0
    check.values("max_pool_backward", dZ + 0.5, X, 2, 2)
    check.values("max_pool_backward", dZ, X, 2, 2)
    check.values("max_pool_backward", dZ[:, :1, :, 1:2], X[:, :2, :, 1:2], 2, 2)
