"""What is asked of `predict` and `accuracy`."""


# --- predict ---


def public_predict__by_hand(check, np):
    """One linear layer, whose scores you can see, and a random one."""
    S = np.array([[1.0, 0.0, -1.0, 2.0], [3.0, -2.0, -4.0, 2.5], [2.0, -1.0, 0.0, 1.0]])
    check.values(
        "predict", [(S, np.zeros((3, 1)))], np.eye(4), "relu", expected=np.array([1, 0, 2, 1])
    )
    S = check.rng(3505).normal(size=(3, 4))
    check.values("predict", [(S, np.zeros((3, 1)))], np.eye(4), "relu", expected=S.argmax(axis=0))


def public_predict__hidden_layer(check, np):
    """One hidden layer, five classes, eleven examples, each activation."""
    rng = check.rng(3501)
    params = [
        (rng.normal(size=shape), rng.normal(size=(shape[0], 1))) for shape in ((7, 3), (5, 7))
    ]
    X = rng.normal(0, 2, (3, 11))
    for activation in ("sigmoid", "tanh", "relu"):
        check.values("predict", params, X, activation)


def public_predict__negative_scores(check, np):
    """All scores are negative."""
    W = np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, -1.0]])
    X = np.array([[2.0, -1.0, 0.0, 3.0, -2.0], [0.5, 1.0, -3.0, 2.0, -2.5]])
    check.values("predict", [(W, np.full((3, 1), -20.0))], X, "tanh")
    X = check.rng(3506).normal(size=(2, 9))
    check.values("predict", [(W, np.full((3, 1), -20.0))], X, "tanh")


def hidden_predict__deep(check, np):
    """Three hidden layers and many examples, each activation."""
    rng = check.rng(3502)
    shapes = ((9, 4), (7, 9), (8, 7), (5, 8))
    params = [(rng.normal(size=shape), rng.normal(size=(shape[0], 1))) for shape in shapes]
    X = rng.normal(0, 3, (4, 61))
    for activation in ("sigmoid", "tanh", "relu"):
        check.values("predict", params, X, activation)


def hidden_predict__one_example(check, np):
    """A single example, and more classes than examples."""
    rng = check.rng(3503)
    for n in (1, 2, 3):
        params = [
            (rng.normal(size=shape), rng.normal(size=(shape[0], 1))) for shape in ((6, 5), (9, 6))
        ]
        check.values("predict", params, rng.normal(size=(5, n)), "relu")


def hidden_predict__large_scores(check, np):
    """Very large scores, inputs that are whole numbers, and one class, two, four and twelve."""
    rng = check.rng(3504)
    S = rng.uniform(-1e4, 1e4, (4, 7))
    S[:, 0] = [9000.0, 9998.0, 9999.5, 9999.0]
    check.values("predict", [(S, np.zeros((4, 1)))], np.eye(7), "relu")
    for K in (1, 2, 4, 12):
        params = [
            (rng.normal(size=shape), rng.normal(size=(shape[0], 1))) for shape in ((5, 3), (K, 5))
        ]
        check.values("predict", params, rng.integers(-3, 4, (3, 30)), "tanh")


# --- accuracy ---


def public_accuracy__by_hand(check, np):
    """Three of four are right; then eight answers at random."""
    check.values("accuracy", np.array([1, 0, 2, 1]), np.array([1, 0, 1, 1]), expected=0.75)
    y_hat, y = check.rng(3603).integers(0, 3, (2, 8))
    check.values("accuracy", y_hat, y)


def public_accuracy__all_and_none(check, np):
    """All right, and none right."""
    check.values("accuracy", np.array([2, 0, 1, 0, 3]), np.array([2, 0, 1, 0, 3]), expected=1.0)
    check.values("accuracy", np.array([2, 0, 1]), np.array([0, 1, 2]), expected=0.0)
    y = check.rng(3604).permutation(7)
    check.values("accuracy", y, y, expected=1.0)
    check.values("accuracy", np.roll(y, 1), y, expected=0.0)


def hidden_accuracy__random(check, np):
    """Many examples, unequal classes."""
    rng = check.rng(3601)
    for n in (7, 31, 150):
        y = np.minimum(rng.integers(0, 10, n), 6)
        y_hat = np.where(rng.random(n) < 0.6, y, rng.integers(0, 7, n))
        check.values("accuracy", y_hat, y)


def hidden_accuracy__few(check, np):
    """A single example; the right classes in the wrong places."""
    check.values("accuracy", np.array([4]), np.array([4]), expected=1.0)
    check.values("accuracy", np.array([4]), np.array([0]), expected=0.0)
    y = check.rng(3602).permutation(9)
    check.values("accuracy", np.roll(y, 1), y, expected=0.0)
    check.values("accuracy", np.concatenate([y[:3], np.roll(y[3:], 1)]), y, expected=1 / 3)
