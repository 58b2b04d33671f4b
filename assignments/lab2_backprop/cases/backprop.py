"""What is asked of `numerical_gradient`, `dense_backward` and `backward`."""


# --- numerical_gradient ---


def public_numerical_gradient__squares(check, np):
    """f = Σ (θ − C)² for two 2 × 3 arrays C: at θ = 0 the gradient is −2C."""
    first = np.array([[0.5, -1.0, 2.0], [1.5, 0.25, -0.75]])

    def distance_to(C):
        return lambda t: float(((t - C) ** 2).sum())

    for C in (first, check.rng(2505).uniform(-2.0, 2.0, (2, 3))):
        check.values(
            "numerical_gradient",
            distance_to(C),
            np.zeros((2, 3)),
            expected=-2.0 * C,
            rtol=1e-7,
            atol=1e-8,
        )


def public_numerical_gradient__coupled(check, np):
    """Entries that influence each other: f = θ₀² θ₁ + sin θ₂ − 2 θ₀ θ₃, at two places."""
    a, b, c, d = 1.5, -0.5, 0.75, 2.0
    theta = np.array([a, b, c, d])

    def coupled(t):
        return float(t[0] ** 2 * t[1] + np.sin(t[2]) - 2.0 * t[0] * t[3])

    expected = np.array([2 * a * b - 2 * d, a**2, np.cos(c), -2 * a])
    check.values(
        "numerical_gradient", coupled, theta, 2.0**-17, expected=expected, rtol=1e-7, atol=1e-8
    )
    a, b, c, d = theta = check.rng(2506).integers(-64, 65, 4) / 32
    expected = np.array([2 * a * b - 2 * d, a**2, np.cos(c), -2 * a])
    check.values(
        "numerical_gradient", coupled, theta, 2.0**-17, expected=expected, rtol=1e-7, atol=1e-8
    )


def public_numerical_gradient__large_h(check, np):
    """A large step, h = 0.5, on θ³ for two θ: central differences give exactly 3θ² + h²."""
    theta = np.array([[1.0, -2.0, 0.5]])

    def cubes(t):
        return float((t**3).sum())

    expected = 3.0 * theta**2 + 0.25
    check.values("numerical_gradient", cubes, theta, h=0.5, expected=expected, rtol=1e-7, atol=1e-8)
    theta = check.rng(2507).integers(-64, 65, (2, 3)) / 32
    expected = 3.0 * theta**2 + 0.25
    check.values("numerical_gradient", cubes, theta, h=0.5, expected=expected, rtol=1e-7, atol=1e-8)


def hidden_numerical_gradient__whole_numbers(check, np):
    """Whole-number θ."""
    theta = check.rng(2501).integers(-3, 4, (3, 2))
    C = check.rng(2502).uniform(0.5, 1.5, (3, 2))

    def smooth(t):
        return float((C * np.sin(0.5 * t)).sum() + 0.25 * t[0, 0] * t[2, 1])

    expected = 0.5 * C * np.cos(0.5 * theta)
    expected[0, 0] += 0.25 * theta[2, 1]
    expected[2, 1] += 0.25 * theta[0, 0]
    check.values("numerical_gradient", smooth, theta, expected=expected, rtol=1e-7, atol=1e-8)


def hidden_numerical_gradient__three_axes(check, np):
    """An array with three axes, and steps of several sizes."""
    rng = check.rng(2503)
    theta = rng.integers(-64, 65, (2, 3, 2)) / 64
    C = rng.uniform(0.5, 1.5, (2, 3, 2))

    def product(t):
        return float((C * t**3).sum() + 0.5 * t.sum() ** 2)

    for h in (2.0**-17, 0.125):
        expected = C * (3 * theta**2 + h**2) + theta.sum()
        check.values(
            "numerical_gradient", product, theta, h, expected=expected, rtol=1e-7, atol=1e-8
        )


def hidden_numerical_gradient__layer(check, np):
    """A small layer's weights."""
    rng = check.rng(2504)
    W = rng.integers(-24, 25, (3, 5)) / 16
    X = rng.normal(0.0, 0.5, (5, 7))
    C = rng.normal(0.0, 1.0, (3, 7))

    def layer(t):
        return float((C * np.tanh(t @ X)).sum())

    expected = (C * (1.0 - np.tanh(W @ X) ** 2)) @ X.T
    check.values(
        "numerical_gradient", layer, W, h=2.0**-17, expected=expected, rtol=1e-6, atol=1e-7
    )


# --- dense_backward ---


def public_dense_backward__by_hand(check, np):
    """Two units, three inputs, four examples: by hand, then with random numbers."""
    dZ = np.array([[0.5, 0.0, -1.0, 0.0], [0.0, 2.0, 0.0, -0.5]])
    W = np.array([[1.0, 0.0, -2.0], [3.0, 1.0, 0.5]])
    X = np.array([[1.0, 2.0, 0.0, 4.0], [0.0, 1.0, 3.0, 2.0], [2.0, 0.0, 1.0, 0.0]])
    dW = np.array([[0.5, -3.0, 0.0], [2.0, 1.0, 0.0]])
    dX = np.array([[0.5, 6.0, -1.0, -1.5], [0.0, 2.0, 0.0, -0.5], [-1.0, 1.0, 2.0, -0.25]])
    check.values("dense_backward", dZ, W, X, expected=(dW, np.array([[-0.5], [1.5]]), dX))
    rng = check.rng(2607)
    dZ, W, X = rng.normal(size=(2, 4)), rng.normal(size=(2, 3)), rng.normal(size=(3, 4))
    check.values("dense_backward", dZ, W, X)


def public_dense_backward__large(check, np):
    """160 units, 400 inputs, 40 examples: too many for differences."""
    rng = check.rng(2606)
    check.values(
        "dense_backward",
        rng.normal(size=(160, 40)),
        rng.normal(size=(160, 400)),
        rng.normal(size=(400, 40)),
    )


def public_dense_backward__differences(check, np):
    """Against central differences: five inputs, three units, seven examples."""
    rng = check.rng(2601)
    W, b, X = rng.normal(size=(3, 5)), rng.normal(size=(3, 1)), rng.normal(size=(5, 7))
    dZ = rng.normal(0.0, 0.5, (3, 7))

    def loss(ref, W, b, X):
        return float((dZ * ref.dense_forward(W, b, X)).sum())

    check.gradient("dense_backward", dZ, W, X, loss=loss, at=(W, b, X))


def public_dense_backward__one_unit(check, np):
    """A single unit with many examples."""
    rng = check.rng(2602)
    check.values(
        "dense_backward",
        rng.normal(0.0, 0.5, (1, 9)),
        rng.normal(size=(1, 3)),
        rng.normal(size=(3, 9)),
    )


def hidden_dense_backward__wide(check, np):
    """More units than inputs, more inputs than examples."""
    rng = check.rng(2603)
    W, b, X = rng.normal(size=(7, 5)), rng.normal(size=(7, 1)), rng.normal(size=(5, 3))
    dZ = rng.normal(0.0, 0.5, (7, 3))

    def loss(ref, W, b, X):
        return float((dZ * ref.dense_forward(W, b, X)).sum())

    check.gradient("dense_backward", dZ, W, X, loss=loss, at=(W, b, X))


def hidden_dense_backward__one_example(check, np):
    """A single example, with few numbers and with many."""
    rng = check.rng(2604)
    for units, inputs in ((3, 5), (400, 500)):
        check.values(
            "dense_backward",
            rng.normal(size=(units, 1)),
            rng.normal(size=(units, inputs)),
            rng.normal(size=(inputs, 1)),
        )


def hidden_dense_backward__whole_values(check, np):
    """Whole values, most inputs 0, with a fractional gradient; also as many units as inputs."""
    rng = check.rng(2605)
    for units, inputs, examples in ((5, 3, 11), (170, 390, 50), (4, 4, 6), (5, 5, 5)):
        W = 1.0 * rng.integers(-3, 4, (units, inputs))
        X = 1.0 * rng.integers(-3, 4, (inputs, examples)) * rng.integers(0, 2, (inputs, examples))
        check.values("dense_backward", rng.normal(size=(units, examples)), W, X)


# --- backward ---


def public_backward__by_hand(check, np):
    """The example of the text, one sigmoid unit by hand; then a small random network."""
    params = [(np.array([[0.0]]), np.array([[0.0]])), (np.array([[3.0]]), np.array([[1.0]]))]
    H = [np.array([[2.0]]), np.array([[0.5]]), np.array([[2.5]])]
    expected = [(np.array([[1.5]]), np.array([[0.75]])), (np.array([[0.5]]), np.array([[1.0]]))]
    check.values("backward", params, H, np.array([[1.0]]), "sigmoid", expected=expected)
    rng = check.rng(2711)
    params = [(rng.normal(size=(q, p)), rng.normal(size=(q, 1))) for p, q in ((2, 3), (3, 2))]
    H = check.ref("forward")(params, rng.normal(size=(2, 4)), "sigmoid")
    check.values("backward", params, H, rng.normal(size=(2, 4)), "sigmoid")


def public_backward__large(check, np):
    """100 tanh units on 200 inputs: too many weights for differences."""
    rng = check.rng(2710)
    shapes = ((100, 200), (12, 100))
    params = [(rng.normal(0, 0.1, shape), rng.normal(0, 0.5, (shape[0], 1))) for shape in shapes]
    H = check.ref("forward")(params, rng.normal(size=(200, 60)), "tanh")
    check.values("backward", params, H, rng.normal(size=(12, 60)), "tanh")


def public_backward__no_hidden_layer(check, np):
    """A network without hidden layers: just one linear layer."""
    rng = check.rng(2701)
    params = [(rng.normal(size=(3, 5)), rng.normal(size=(3, 1)))]
    H = check.ref("forward")(params, rng.normal(size=(5, 7)), "sigmoid")
    check.values("backward", params, H, rng.normal(size=(3, 7)), "sigmoid")


def public_backward__tanh(check, np):
    """One hidden layer of tanh units."""
    rng = check.rng(2702)
    params = [(rng.normal(0, 0.6, (q, p)), rng.normal(0, 0.6, (q, 1))) for p, q in ((5, 3), (3, 2))]
    H = check.ref("forward")(params, rng.normal(size=(5, 7)), "tanh")
    check.values("backward", params, H, rng.normal(size=(2, 7)), "tanh")


def public_backward__relu(check, np):
    """One hidden layer of ReLU units; one of them is dead."""
    rng = check.rng(2703)
    params = [(rng.normal(size=(q, p)), rng.normal(size=(q, 1))) for p, q in ((3, 5), (5, 2))]
    params[0][1][2] = -50.0
    H = check.ref("forward")(params, rng.normal(size=(3, 9)), "relu")
    check.values("backward", params, H, rng.normal(size=(2, 9)), "relu")


def public_backward__two_hidden(check, np):
    """Two hidden layers of sigmoid units."""
    rng = check.rng(2704)
    shapes = ((5, 7), (7, 3), (3, 2))
    params = [(rng.normal(size=(q, p)), rng.normal(size=(q, 1))) for p, q in shapes]
    H = check.ref("forward")(params, rng.normal(size=(5, 9)), "sigmoid")
    check.values("backward", params, H, rng.normal(0, 2.0, (2, 9)), "sigmoid")


def hidden_backward__differences_tanh(check, np):
    """Against central differences: two hidden layers of tanh units."""
    rng = check.rng(2705)
    shapes = ((3, 5), (5, 4), (4, 2))
    params = [(rng.normal(0, 0.6, (q, p)), rng.normal(0, 0.6, (q, 1))) for p, q in shapes]
    X, dS = rng.normal(size=(3, 7)), rng.normal(size=(2, 7))

    def differences(ref):
        def loss_moved(layer, part, place, by):
            moved = [[W.copy(), b.copy()] for W, b in params]
            moved[layer][part][place] += by
            return float((dS * ref.forward(moved, X, "tanh")[-1]).sum())

        def slope(layer, part, place):
            up, down = (loss_moved(layer, part, place, by) for by in (1e-5, -1e-5))
            return (up - down) / 2e-5

        return [
            tuple(
                np.array([slope(k, part, place) for place in np.ndindex(*a.shape)]).reshape(a.shape)
                for part, a in enumerate(pair)
            )
            for k, pair in enumerate(params)
        ]

    H = check.ref("forward")(params, X, "tanh")
    check.values("backward", params, H, dS, "tanh", expected=differences, rtol=2e-5, atol=1e-8)


def hidden_backward__deep_relu(check, np):
    """Three hidden layers of ReLU units."""
    rng = check.rng(2706)
    shapes = ((5, 9), (9, 7), (7, 6), (6, 3))
    params = [(rng.normal(0, 0.5, (q, p)), rng.normal(0.2, 0.5, (q, 1))) for p, q in shapes]
    H = check.ref("forward")(params, rng.normal(size=(5, 11)), "relu")
    check.values("backward", params, H, rng.normal(size=(3, 11)), "relu")


def hidden_backward__one_example(check, np):
    """A single example, two hidden layers of one size, each activation."""
    rng = check.rng(2707)
    shapes = ((3, 7), (7, 7), (7, 2))
    for activation in ("sigmoid", "tanh", "relu"):
        params = [(rng.normal(size=(q, p)), rng.normal(size=(q, 1))) for p, q in shapes]
        params[1][1][0] = 3.0
        H = check.ref("forward")(params, rng.normal(size=(3, 1)), activation)
        check.values("backward", params, H, rng.normal(size=(2, 1)), activation)


def hidden_backward__whole_values(check, np):
    """Weights and inputs with whole values."""
    rng = check.rng(2708)
    shapes = ((5, 7), (7, 3))
    params = [
        (1.0 * rng.integers(-2, 3, (q, p)), 1.0 * rng.integers(-2, 3, (q, 1))) for p, q in shapes
    ]
    X = 1.0 * rng.integers(-2, 3, (5, 9))
    H = check.ref("forward")(params, X, "relu")
    check.values("backward", params, H, rng.normal(size=(3, 9)), "relu")


def hidden_backward__cross_entropy(check, np):
    """With the gradient of a real loss, one hidden layer of sigmoid units."""
    rng = check.rng(2709)
    params = [(rng.normal(size=(q, p)), rng.normal(size=(q, 1))) for p, q in ((7, 5), (5, 3))]
    H = check.ref("forward")(params, rng.normal(size=(7, 4)), "sigmoid")
    P = np.exp(H[-1])
    dS = P / P.sum(axis=0)
    dS[rng.integers(0, 3, 4), np.arange(4)] -= 1.0
    check.values("backward", params, H, dS / 4, "sigmoid")
