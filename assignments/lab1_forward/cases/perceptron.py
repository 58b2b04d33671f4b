"""What is asked of `perceptron_predict`, `perceptron_train` and `xor_params`."""


# --- perceptron_predict ---


def public_perceptron_predict__sides(check, np):
    """Points on both sides of a line, and on it."""
    X = np.array([[2.0, 1.0, 1.0, -1.0, 3.0], [1.0, 3.0, 1.0, -4.0, 5.0]])
    check.values("perceptron_predict", np.array([2.0, -1.0]), -1.0, X)


def public_perceptron_predict__features(check, np):
    """Three features, and a bias that decides."""
    X = np.array([[0.5, -1.0, 0.25, 0.0], [1.0, 0.5, -2.0, 0.0], [-1.5, 2.0, 0.0, 0.0]])
    w = np.array([1.0, -0.5, 0.75])
    check.values("perceptron_predict", w, 0.3, X)
    check.values("perceptron_predict", w, -0.7, X)


def hidden_perceptron_predict__sizes(check, np):
    """Other numbers of features and examples."""
    rng = check.rng(201)
    for p, n in [(5, 7), (1, 6), (9, 1), (13, 50)]:
        w, X = rng.normal(size=p), rng.normal(size=(p, n))
        check.values("perceptron_predict", w, float(rng.normal()), X)


def hidden_perceptron_predict__whole_numbers(check, np):
    """Whole numbers, many of them exactly on the line."""
    rng = check.rng(202)
    w, X = np.array([1, -2, 3]), rng.integers(-3, 4, size=(3, 40))
    X[:, :5] = np.array([[0, 2, 1, 5, -1], [0, 1, 2, 1, 1], [0, 0, 1, -1, 1]])
    check.values("perceptron_predict", w, 0.0, X)
    check.values("perceptron_predict", w, 2.0, X)
    check.values("perceptron_predict", w, -0.5, X)


# --- perceptron_train ---


def public_perceptron_train__by_hand(check, np):
    """One epoch on four points, as worked by hand."""
    X = np.array([[-2.0, 3.0, 1.0, 3.0], [0.0, 2.0, -1.0, -2.0]])
    y = np.array([1, 0, 1, 0])

    def judge(result):
        line = np.append(np.ravel(result[0]), result[1])
        if np.shape(result[0]) != (2,) or line.shape != (3,):
            return "perceptron_train must return (w, b): w of shape (p,), b one number"
        if not np.linalg.norm(line) > 0:
            return "w and b are still all 0 (or not numbers)"
        if np.allclose(line / np.linalg.norm(line), np.array([-4, 1, 1]) / 18**0.5, atol=1e-6):
            return None
        return "The line is not the one that the rule gives: follow the table above step by step"

    check.outcome("perceptron_train", X, y, 1, judge=judge)


def public_perceptron_train__enough(check, np):
    """Enough epochs to get every example right."""
    X = np.array([[1, -2, 3, 3], [-2, -2, -2, 3]])
    y = np.array([1, 0, 1, 0])

    def judge(result):
        line = np.append(np.ravel(result[0]), result[1])
        if np.shape(result[0]) != (2,) or line.shape != (3,):
            return "perceptron_train must return (w, b): w of shape (p,), b one number"
        if not np.linalg.norm(line) > 0:
            return "w and b are still all 0 (or not numbers)"
        if np.allclose(line / np.linalg.norm(line), np.array([1, -2, -4]) / 21**0.5, atol=1e-6):
            return None
        return "The line is not the one that the rule settles on"

    check.outcome("perceptron_train", X, y, 20, judge=judge)


def public_perceptron_train__three_features(check, np):
    """Three epochs on three features that no plane separates."""
    X = np.array(
        [[1.0, 3.0, 1.0, 2.0, -2.5], [2.5, 3.0, 0.5, 2.5, -2.5], [-2.5, 1.5, 1.0, -0.5, -0.5]]
    )
    y = np.array([1, 0, 1, 1, 0])

    def judge(result):
        line = np.append(np.ravel(result[0]), result[1])
        if np.shape(result[0]) != (3,) or line.shape != (4,):
            return "perceptron_train must return (w, b): w of shape (p,), b one number"
        if not np.linalg.norm(line) > 0:
            return "w and b are still all 0 (or not numbers)"
        if np.allclose(line / np.linalg.norm(line), np.array([5, 5, -5, -4]) / 91**0.5, atol=1e-6):
            return None
        return "The plane is not the one that three epochs of the rule give"

    check.outcome("perceptron_train", X, y, 3, judge=judge)


def hidden_perceptron_train__not_separable(check, np):
    """Labels that no plane separates, one to five epochs."""
    rng = check.rng(211)
    for p, n, epochs in [(4, 9, 1), (4, 9, 2), (3, 11, 5), (7, 25, 3)]:
        X, y = rng.normal(size=(p, n)), rng.integers(0, 2, size=n)
        y[0], y[1], y[-1] = 1, 0, 1
        w, b = check.ref("perceptron_train")(X, y, epochs)
        expected = np.append(w, b)

        def judge(result, p=p, expected=expected):
            line = np.append(np.ravel(result[0]), result[1])
            if np.shape(result[0]) != (p,) or line.shape != (p + 1,):
                return "perceptron_train must return (w, b): w of shape (p,), b one number"
            if not np.linalg.norm(line) > 0:
                return "w and b are still all 0 (or not numbers)"
            line, wanted = line / np.linalg.norm(line), expected / np.linalg.norm(expected)
            return None if np.allclose(line, wanted, atol=1e-6) else "The line is not the rule's"

        check.outcome("perceptron_train", X, y, epochs, judge=judge)


def hidden_perceptron_train__separable(check, np):
    """Two classes that a line separates: every example ends up on the right side."""
    rng = check.rng(212)
    for p, n in [(2, 21), (5, 33)]:
        normal, X = rng.normal(size=p), rng.normal(size=(p, 4 * n))
        scores = normal @ X / np.linalg.norm(normal) + 0.3
        X, scores = X[:, np.abs(scores) > 0.3][:, :n], scores[np.abs(scores) > 0.3][:n]
        y = np.where(scores > 0, 1, 0)
        epochs = 20  # no more than the rule needs: each visit may be a call of another function

        def right(w, b, X=X, y=y):
            return ((w @ X + b > 0) == (y == 1)).all()

        while not right(*check.ref("perceptron_train")(X, y, epochs)):
            epochs *= 2

        def judge(result, X=X, right=right):
            w, b = np.asarray(result[0]), float(np.ravel(result[1])[0])
            if w.shape != (len(X),) or np.size(result[1]) != 1:
                return "perceptron_train must return (w, b): w of shape (p,), b one number"
            return None if right(w, b) else "Some examples are still on the wrong side of the line"

        check.outcome("perceptron_train", X, y, epochs, judge=judge)


def hidden_perceptron_train__few_ones(check, np):
    """Few examples of label 1; the first of them meets a score of 0."""
    rng = check.rng(213)
    for p, n, epochs in [(1, 7, 1), (2, 8, 2), (6, 5, 1)]:
        X, y = rng.normal(size=(p, n)), np.zeros(n, dtype=int)
        y[0] = y[n // 2] = 1
        w, b = check.ref("perceptron_train")(X, y, epochs)
        expected = np.append(w, b)

        def judge(result, p=p, expected=expected):
            line = np.append(np.ravel(result[0]), result[1])
            if np.shape(result[0]) != (p,) or line.shape != (p + 1,):
                return "perceptron_train must return (w, b): w of shape (p,), b one number"
            if not np.linalg.norm(line) > 0:
                return "w and b are still all 0 (or not numbers)"
            line, wanted = line / np.linalg.norm(line), expected / np.linalg.norm(expected)
            return None if np.allclose(line, wanted, atol=1e-6) else "The line is not the rule's"

        check.outcome("perceptron_train", X, y, epochs, judge=judge)


def hidden_perceptron_train__pictures(check, np):
    """Dresses and trousers, from the pixels of real pictures."""
    X, y, _, _ = check.data(250, 0)
    chosen = (y == 1) | (y == 3)
    X, y = X[:, chosen], (y[chosen] == y[chosen][0]).astype(int)
    w, b = check.ref("perceptron_train")(X, y, 2)
    expected = np.append(w, b)

    def judge(result):
        line = np.append(np.ravel(result[0]), result[1])
        if np.shape(result[0]) != (784,) or line.shape != (785,):
            return "perceptron_train must return (w, b): w of shape (p,), b one number"
        if not np.linalg.norm(line) > 0:
            return "w and b are still all 0 (or not numbers)"
        line, wanted = line / np.linalg.norm(line), expected / np.linalg.norm(expected)
        return None if np.allclose(line, wanted, atol=1e-6) else "The line is not the rule's"

    check.outcome("perceptron_train", X, y, 2, judge=judge)


# --- xor_params ---


def public_xor_params__table(check, np):
    """The network's answers for the four inputs."""

    def judge(params):
        if len(params) != 2:
            return "params must be a list of two layers: [(W1, b1), (W2, b2)]"
        units = [2, len(params[0][0]), 1]
        for layer, (W, b) in enumerate(params):
            if np.shape(W) != (units[layer + 1], units[layer]) or np.shape(b) != (
                units[layer + 1],
                1,
            ):
                return "The shapes do not fit: W1 is 2 × 2, b1 2 × 1, W2 1 × 2 and b2 1 × 1"
        answers = []
        at_least = []
        for x in ([0, 0], [0, 1], [1, 0], [1, 1]):
            x0 = x
            for W, b in params:
                x = [float(np.dot(row, x) + bias[0] > 0) for row, bias in zip(W, b, strict=True)]
                x0 = [float(np.dot(row, x0) + bias[0] >= 0) for row, bias in zip(W, b, strict=True)]
            answers += x
            at_least += x0
        if [0, 1, 1, 0] in (answers, at_least):
            return None
        if answers == [1, 0, 0, 1]:
            return "The network computes the opposite of XOR: 1 where both inputs are equal"
        names = {(0, 1, 1, 1): "OR", (0, 0, 0, 1): "AND", (1, 1, 1, 0): "NAND", (1, 0, 0, 0): "NOR"}
        if tuple(answers) in names:
            return f"The network computes {names[tuple(answers)]}, not XOR"
        return "The network does not compute XOR: work out H, then the output, for each of the four inputs"

    check.outcome("xor_params", judge=judge)


def hidden_xor_params__batch(check, np):
    """Many inputs at once, in any order."""
    X = check.rng(221).integers(0, 2, size=(2, 23))
    X[:, :4] = np.array([[1, 0, 1, 0], [1, 1, 0, 0]])

    def judge(params):
        (W1, b1), (W2, b2) = [
            (np.asarray(W, dtype=float), np.asarray(b, dtype=float)) for W, b in params
        ]
        if W1.ndim != 2 or b1.shape != (len(W1), 1) or b2.shape != (1, 1):
            return "The shapes do not fit: W1 is 2 × 2, b1 2 × 1, W2 1 × 2 and b2 1 × 1"
        for step in (np.greater, np.greater_equal):  # a score of exactly 0 may count either way
            H = step(W1 @ X + b1, 0).astype(float)
            Y = step(W2 @ H + b2, 0)
            if Y.shape == (1, 23) and (Y[0] == (X[0] != X[1])).all():
                return None
        return "The network does not compute XOR"

    check.outcome("xor_params", judge=judge)
