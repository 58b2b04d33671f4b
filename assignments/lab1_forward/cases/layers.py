"""What is asked of `add_bias_row`, `dense_forward` and `forward`."""


# --- add_bias_row ---


def public_add_bias_row__by_hand(check, np):
    """The example above, and a random one."""
    check.values("add_bias_row", np.array([[2.0, 0.0, 5.0], [3.0, 1.0, 4.0]]))
    check.values("add_bias_row", check.rng(302).normal(size=(2, 5)))


def public_add_bias_row__tall(check, np):
    """More features than examples, and whole numbers."""
    check.values(
        "add_bias_row", np.array([[0.5, -1.0], [2.0, 3.5], [1.0, 0.25], [-4.0, 6.0], [0.0, 7.0]])
    )
    check.values("add_bias_row", np.array([[4, -2], [0, 3], [7, 5]]))
    check.values("add_bias_row", check.rng(303).normal(size=(6, 3)))


def hidden_add_bias_row__sizes(check, np):
    """Other numbers of features and examples, one of either among them."""
    rng = check.rng(301)
    for p, n in [(3, 7), (7, 3), (1, 5), (5, 1), (4, 4)]:
        check.values("add_bias_row", rng.normal(size=(p, n)))
    check.values("add_bias_row", rng.integers(-9, 10, size=(3, 5)))


# --- dense_forward ---


def public_dense_forward__by_hand(check, np):
    """The example above, and a random one."""
    W = np.array([[1.0, 2.0], [0.0, -1.0], [3.0, 1.0]])
    X = np.array([[1.0, 0.0, 2.0, -1.0], [1.0, 3.0, 0.0, 1.0]])
    check.values("dense_forward", W, np.array([[0.5], [0.0], [-1.0]]), X, rtol=1e-5, atol=1e-5)
    rng = check.rng(313)
    W, b, X = rng.normal(size=(3, 2)), rng.normal(size=(3, 1)), rng.normal(size=(2, 5))
    check.values("dense_forward", W, b, X, rtol=1e-5, atol=1e-5)


def public_dense_forward__whole_numbers(check, np):
    """Inputs that are whole numbers, with weights and biases that are not."""
    rng = check.rng(314)
    W, b = np.array([[2.0, -1.5, 0.0], [1.25, 4.0, -3.0]]), np.array([[0.75], [-0.25]])
    X = np.array([[1, 0, -2, 5, 3], [2, 2, 1, 0, -1], [0, 3, 1, 1, 4]])
    check.values("dense_forward", W, b, X, rtol=1e-5, atol=1e-5)
    W, b, X = rng.normal(size=(4, 3)), rng.normal(size=(4, 1)), rng.integers(-4, 5, size=(3, 7))
    check.values("dense_forward", W, b, X, rtol=1e-5, atol=1e-5)


def hidden_dense_forward__sizes(check, np):
    """Other sizes: one unit, one feature, one example, as many units as features."""
    rng = check.rng(311)
    sizes = [(5, 3, 7), (3, 7, 5), (1, 4, 6), (6, 1, 3), (4, 9, 1), (4, 4, 6), (3, 3, 3)]
    for p1, p, n in sizes:
        W, b, X = rng.normal(size=(p1, p)), rng.normal(size=(p1, 1)), rng.normal(size=(p, n))
        check.values("dense_forward", W, b, X, rtol=1e-5, atol=1e-5)


def hidden_dense_forward__pictures(check, np):
    """Pixels of real pictures, as many units as pictures."""
    rng = check.rng(312)
    X = check.data(11, 0)[0]
    W, b = rng.normal(0.0, 0.05, size=(11, 784)), rng.normal(size=(11, 1))
    check.values("dense_forward", W, b, X, rtol=1e-5, atol=1e-5)


# --- forward ---


def public_forward__by_hand(check, np):
    """One hidden layer with ReLU: the example above and three more columns, and a random one."""
    params = [
        (np.array([[1.0, -1.0], [-2.0, 1.0]]), np.array([[0.5], [0.0]])),
        (np.array([[2.0, 1.0], [-1.0, 3.0], [0.0, 1.0]]), np.array([[0.0], [1.0], [-1.0]])),
    ]
    X = np.array([[2.0, -1.0, 0.0, 1.5], [1.0, 0.5, 2.0, -2.0]])
    check.values("forward", params, X, "relu", rtol=1e-5, atol=1e-5)
    rng = check.rng(324)
    params = [(rng.normal(size=(j, i)), rng.normal(size=(j, 1))) for i, j in ((2, 4), (4, 3))]
    check.values("forward", params, rng.normal(size=(2, 5)), "relu", rtol=1e-5, atol=1e-5)


def public_forward__one_layer(check, np):
    """A single layer is linear."""
    params = [(np.array([[1.0, -2.0, 0.5], [-3.0, 1.0, 2.0]]), np.array([[0.25], [-1.0]]))]
    X = np.array(
        [[1.0, -1.0, 2.0, 0.0, 3.0], [0.5, 2.0, -1.0, 1.0, 0.0], [2.0, 0.0, 1.0, -4.0, 1.0]]
    )
    for activation in ("sigmoid", "tanh", "relu"):
        check.values("forward", params, X, activation, rtol=1e-5, atol=1e-5)
    rng = check.rng(325)
    params = [(rng.normal(size=(4, 3)), rng.normal(size=(4, 1)))]
    check.values("forward", params, X, "tanh", rtol=1e-5, atol=1e-5)


def public_forward__two_hidden(check, np):
    """Two hidden layers, with each of the activation functions."""
    from itertools import pairwise

    rng = check.rng(321)
    sizes = [3, 5, 4, 2]
    params = [(rng.normal(size=(j, i)), rng.normal(size=(j, 1))) for i, j in pairwise(sizes)]
    X = rng.normal(size=(3, 7))
    for activation in ("sigmoid", "tanh", "relu"):
        check.values("forward", params, X, activation, rtol=1e-5, atol=1e-5)


def hidden_forward__sizes(check, np):
    """One to five layers of other sizes, one unit and one example among them."""
    from itertools import pairwise

    rng = check.rng(322)
    for sizes, n in [
        ([4, 3], 9),
        ([4, 4, 4, 3], 6),
        ([5, 7, 3], 1),
        ([2, 9, 1, 6], 5),
        ([7, 3, 5, 2, 4, 3], 8),
    ]:
        params = [(rng.normal(size=(j, i)), rng.normal(size=(j, 1))) for i, j in pairwise(sizes)]
        X = rng.normal(size=(sizes[0], n))
        for activation in ("sigmoid", "tanh", "relu"):
            check.values("forward", params, X, activation, rtol=1e-5, atol=1e-5)


def hidden_forward__whole_numbers(check, np):
    """Inputs that are whole numbers, and weights and biases whose values are."""
    from itertools import pairwise

    rng = check.rng(323)
    sizes = [3, 4, 5, 2]
    params = [
        (1.0 * rng.integers(-2, 3, size=(j, i)), 1.0 * rng.integers(-2, 3, size=(j, 1)))
        for i, j in pairwise(sizes)
    ]
    X = rng.integers(-3, 4, size=(3, 7))
    for activation in ("sigmoid", "tanh", "relu"):
        check.values("forward", params, X, activation, rtol=1e-5, atol=1e-5)
        check.values("forward", params[1:2], X[[0, 1, 2, 0]], activation, rtol=1e-5, atol=1e-5)


def hidden_forward__pictures(check, np):
    """All outputs of the trained network for real pictures."""
    stored = check.asset("weights.npz")
    params = [(stored[f"W{i}"].astype(float), stored[f"b{i}"].astype(float)) for i in (1, 2, 3)]
    X = check.data(0, 13)[2]
    for activation in ("relu", "tanh"):
        check.values("forward", params, X, activation, rtol=1e-5, atol=1e-5)
    check.values("forward", params[:2], X, "sigmoid", rtol=1e-5, atol=1e-5)


def hidden_forward__accuracy(check, np):
    """The trained network recognises real pictures."""
    stored = check.asset("weights.npz")
    params = [(stored[f"W{i}"].astype(float), stored[f"b{i}"].astype(float)) for i in (1, 2, 3)]
    _, _, X, y = check.data(0, 250)
    least = check.threshold("forward_accuracy")

    def judge(H):
        if len(H) != 4 or np.shape(H[-1]) != (10, 250):
            return "The list must hold X, the hidden layers and the scores (K × n)"
        if np.mean(np.argmax(H[-1], axis=0) == y) >= least:
            return None
        return "The trained network recognises fewer pictures than it should"

    check.outcome("forward", params, X, "relu", judge=judge)
