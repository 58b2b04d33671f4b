"""What is asked of `perceptron_predict`, `perceptron_train` and `xor_params`."""


# --- perceptron_predict ---


def public_perceptron_predict__sides(check, np):
    """Points on both sides of a line, and on it."""
    X = np.array([[2.0, 1.0, 1.0, -1.0, 3.0], [1.0, 3.0, 1.0, -4.0, 5.0]])
    check.values("perceptron_predict", np.array([2.0, -1.0]), -1.0, X)
    rng = check.rng(203)
    check.values("perceptron_predict", rng.normal(size=2), 0.4, rng.normal(size=(2, 9)))


def public_perceptron_predict__features(check, np):
    """Three features, and a bias that decides."""
    X = np.array([[0.5, -1.0, 0.25, 0.0], [1.0, 0.5, -2.0, 0.0], [-1.5, 2.0, 0.0, 0.0]])
    w = np.array([1.0, -0.5, 0.75])
    check.values("perceptron_predict", w, 0.3, X)
    check.values("perceptron_predict", w, -0.7, X)
    w, X = check.rng(204).normal(size=(2, 3, 11))
    check.values("perceptron_predict", w[:, 0], -0.2, X)


def hidden_perceptron_predict__sizes(check, np):
    """Other numbers of features and examples."""
    rng = check.rng(201)
    for p, n in [(5, 7), (1, 6), (9, 4), (60, 11), (9, 1), (13, 50)]:
        w, X = rng.normal(size=p), rng.normal(size=(p, n))
        check.values("perceptron_predict", w, float(rng.normal()), X)


def hidden_perceptron_predict__whole_numbers(check, np):
    """Whole-number inputs, many of them exactly on the line."""
    rng = check.rng(202)
    w, X = np.array([1.0, -2.0, 3.0]), rng.integers(-3, 4, size=(3, 40))
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
        line = line / np.linalg.norm(line)
        # The second line is that of a student who counts a score of exactly 0 as a 1.
        for wanted in (np.array([-4, 1, 1]) / 18**0.5, np.array([-5, -1, -1]) / 27**0.5):
            if np.allclose(line, wanted, atol=1e-6):
                return None
        return "The line is not the one that the rule gives: follow the table above step by step"

    check.outcome("perceptron_train", X, y, 1, judge=judge)


def public_perceptron_train__enough(check, np):
    """Enough epochs to get every example right."""
    X = np.array([[1, -2, 3, 3], [-2, -2, -2, 3]])
    y = np.array([1, 0, 1, 0])
    wanted = []
    for reading in (np.greater, np.greater_equal):  # a score of exactly 0 may count either way
        w, b = np.zeros(2), 0.0
        for _ in range(20):
            for x, label in zip(X.T, y, strict=True):
                error = label - int(reading(w @ x + b, 0.0))
                w, b = w + error * x, b + error
        wanted.append(np.append(w, b) / np.linalg.norm(np.append(w, b)))

    def judge(result):
        line = np.append(np.ravel(result[0]), result[1])
        if np.shape(result[0]) != (2,) or line.shape != (3,):
            return "perceptron_train must return (w, b): w of shape (p,), b one number"
        if not np.linalg.norm(line) > 0:
            return "w and b are still all 0 (or not numbers)"
        line = line / np.linalg.norm(line)
        if any(np.allclose(line, one, atol=1e-6) for one in wanted):
            return None
        return "The line is not the rule's: is every example visited, in order, in each epoch?"

    check.outcome("perceptron_train", X, y, 20, judge=judge)


def public_perceptron_train__three_features(check, np):
    """Three features, and three epochs, which are too few to get every example right."""
    X = np.array(
        [[1.0, 3.0, 1.0, 2.0, -2.5], [2.5, 3.0, 0.5, 2.5, -2.5], [-2.5, 1.5, 1.0, -0.5, -0.5]]
    )
    y = np.array([1, 0, 1, 1, 0])
    wanted = []
    for reading in (np.greater, np.greater_equal):  # a score of exactly 0 may count either way
        w, b = np.zeros(3), 0.0
        for _ in range(3):
            for x, label in zip(X.T, y, strict=True):
                error = label - int(reading(w @ x + b, 0.0))
                w, b = w + error * x, b + error
        wanted.append(np.append(w, b) / np.linalg.norm(np.append(w, b)))

    def judge(result):
        line = np.append(np.ravel(result[0]), result[1])
        if np.shape(result[0]) != (3,) or line.shape != (4,):
            return "perceptron_train must return (w, b): w of shape (p,), b one number"
        if not np.linalg.norm(line) > 0:
            return "w and b are still all 0 (or not numbers)"
        line = line / np.linalg.norm(line)
        if any(np.allclose(line, one, atol=1e-6) for one in wanted):
            return None
        return "The plane is not the rule's: is every example visited, in order, three times?"

    check.outcome("perceptron_train", X, y, 3, judge=judge)


def hidden_perceptron_train__not_separable(check, np):
    """Labels drawn at random, one to five epochs."""
    rng = check.rng(211)
    for p, n, epochs in [(4, 9, 1), (4, 9, 2), (3, 11, 5), (7, 25, 3)]:
        X, y = rng.normal(size=(p, n)), rng.integers(0, 2, size=n)
        y[0], y[1], y[-1] = 1, 0, 1

        def lines(p=p, X=X, y=y, epochs=epochs):
            wanted = []
            # A score of exactly 0 may count either way.
            for reading in (np.greater, np.greater_equal):
                w, b = np.zeros(p), 0.0
                for _ in range(epochs):
                    for x, label in zip(X.T, y, strict=True):
                        error = label - int(reading(w @ x + b, 0.0))
                        w, b = w + error * x, b + error
                wanted.append(np.append(w, b) / np.linalg.norm(np.append(w, b)))
            return wanted

        wanted = check.once(lines)

        def judge(result, p=p, wanted=wanted):
            line = np.append(np.ravel(result[0]), result[1])
            if np.shape(result[0]) != (p,) or line.shape != (p + 1,):
                return "perceptron_train must return (w, b): w of shape (p,), b one number"
            if not np.linalg.norm(line) > 0:
                return "w and b are still all 0 (or not numbers)"
            near = 1e-6 + check.slack(result[0], X)
            line = line / np.linalg.norm(line)
            if any(np.allclose(line, one, atol=near) for one in wanted):
                return None
            return "The line is not the rule's"

        check.outcome("perceptron_train", X, y, epochs, judge=judge)


def hidden_perceptron_train__separable(check, np):
    """Two classes that a line separates: every example ends up on the right side."""
    rng = check.rng(212)
    for p, n in [(2, 21), (5, 33)]:
        normal, X = rng.normal(size=p), rng.normal(size=(p, 4 * n))
        scores = normal @ X / np.linalg.norm(normal) + 0.3
        X, scores = X[:, np.abs(scores) > 0.3][:, :n], scores[np.abs(scores) > 0.3][:n]
        y = np.where(scores > 0, 1, 0)

        def right(w, b, X=X, y=y):
            return ((w @ X + b > 0) == (y == 1)).all()

        def by_the_rule(reading, epochs, X=X, y=y):
            w, b = np.zeros(len(X)), 0.0
            for _ in range(epochs):
                for x, label in zip(X.T, y, strict=True):
                    error = label - int(reading(w @ x + b, 0.0))
                    w, b = w + error * x, b + error
            return w, b

        def needed(by_the_rule=by_the_rule, right=right):
            """Epochs of the rule: no more, as each visit may be a call of another function."""
            epochs = 20
            while not all(right(*by_the_rule(r, epochs)) for r in (np.greater, np.greater_equal)):
                epochs *= 2
            return epochs

        epochs = check.once(needed)

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
        wanted = []
        for reading in (np.greater, np.greater_equal):  # a score of exactly 0 may count either way
            w, b = np.zeros(p), 0.0
            for _ in range(epochs):
                for x, label in zip(X.T, y, strict=True):
                    error = label - int(reading(w @ x + b, 0.0))
                    w, b = w + error * x, b + error
            wanted.append(np.append(w, b))

        def judge(result, p=p, wanted=wanted):
            line = np.append(np.ravel(result[0]), result[1])
            if np.shape(result[0]) != (p,) or line.shape != (p + 1,):
                return "perceptron_train must return (w, b): w of shape (p,), b one number"
            near, size = 1e-6 + check.slack(result[0], X), np.linalg.norm(line)
            for one in wanted:
                if size == 0 or not np.any(one):
                    if size == 0 and not np.any(one):
                        return None
                elif np.allclose(line / size, one / np.linalg.norm(one), atol=near):
                    return None
            return "The line is not the rule's" if size else "w and b are still all 0"

        check.outcome("perceptron_train", X, y, epochs, judge=judge)


def hidden_perceptron_train__pictures(check, np):
    """Dresses and trousers, from the pixels of real pictures."""
    X, y, _, _ = check.data(250, 0)
    chosen = (y == 1) | (y == 3)
    X, y = X[:, chosen], (y[chosen] == y[chosen][0]).astype(int)

    def lines():
        wanted = []
        for reading in (np.greater, np.greater_equal):  # a score of exactly 0 may count either way
            w, b = np.zeros(784), 0.0
            for _ in range(2):
                for x, label in zip(X.T, y, strict=True):
                    error = label - int(reading(w @ x + b, 0.0))
                    w, b = w + error * x, b + error
            wanted.append(np.append(w, b) / np.linalg.norm(np.append(w, b)))
        return wanted

    wanted = check.once(lines)

    def judge(result):
        line = np.append(np.ravel(result[0]), result[1])
        if np.shape(result[0]) != (784,) or line.shape != (785,):
            return "perceptron_train must return (w, b): w of shape (p,), b one number"
        if not np.linalg.norm(line) > 0:
            return "w and b are still all 0 (or not numbers)"
        near = 1e-6 + check.slack(result[0], X)
        line = line / np.linalg.norm(line)
        if any(np.allclose(line, one, atol=near) for one in wanted):
            return None
        return "The line is not the rule's"

    check.outcome("perceptron_train", X, y, 2, judge=judge)


# --- xor_params ---


def public_xor_params__table(check, np):
    """The network's answers for the four inputs; a step unit is 1 where its score is > 0."""

    def judge(params):
        if len(params) != 2:
            return "params must be a list of two layers: [(W1, b1), (W2, b2)]"
        (W1, b1), (W2, b2) = params
        units = len(W1)  # two, or more: that is no less right
        wanted = [(units, 2), (units, 1), (1, units), (1, 1)]
        shapes = [np.shape(array) for array in (W1, b1, W2, b2)]
        if shapes != wanted:
            wanted = wanted if units > 1 else [(2, 2), (2, 1), (1, 2), (1, 1)]
            return "; ".join(
                f"{name} has the shape {shape}, it should be {right}"
                for name, shape, right in zip(["W1", "b1", "W2", "b2"], shapes, wanted, strict=True)
                if shape != right
            )

        def answers(step):
            x = np.array([[0.0, 0.0, 1.0, 1.0], [0.0, 1.0, 0.0, 1.0]])
            for W, b in params:
                x = 1.0 * step(np.asarray(W, dtype=float) @ x + np.asarray(b, dtype=float), 0.0)
            return [int(answer) for answer in x[0]]

        found = answers(np.greater)
        if found == [0, 1, 1, 0]:
            return None
        names = {
            (0, 1, 1, 1): "OR",
            (0, 0, 0, 1): "AND",
            (1, 1, 1, 0): "NAND",
            (1, 0, 0, 0): "NOR",
            (1, 0, 0, 1): "the opposite of XOR",
            (0, 0, 0, 0): "0 for every input",
            (1, 1, 1, 1): "1 for every input",
        }
        told = names.get(tuple(found), "something else than XOR")
        if answers(np.greater_equal) == [0, 1, 1, 0]:
            return (
                f"A step unit gives 0 for a score of exactly 0, and so the network computes {told}"
            )
        return (
            f"The network computes {told}: work out H, then the output, for each of the four inputs"
        )

    check.outcome("xor_params", judge=judge)


def hidden_xor_params__batch(check, np):
    """Many inputs at once, in any order."""
    X = check.rng(221).integers(0, 2, size=(2, 23))
    X[:, :4] = np.array([[1, 0, 1, 0], [1, 1, 0, 0]])

    def judge(params):
        (W1, b1), (W2, b2) = [
            (np.asarray(W, dtype=float), np.asarray(b, dtype=float)) for W, b in params
        ]
        units = len(W1)  # two, or more: that is no less right
        shapes = [array.shape for array in (W1, b1, W2, b2)]
        if shapes != [(units, 2), (units, 1), (1, units), (1, 1)]:
            return "W1, b1, W2 or b2 does not have the shape that the docstring asks for"
        H = (W1 @ X + b1 > 0).astype(float)
        Y = W2 @ H + b2 > 0
        if (Y[0] == (X[0] != X[1])).all():
            return None
        return "The network does not compute XOR"

    check.outcome("xor_params", judge=judge)
