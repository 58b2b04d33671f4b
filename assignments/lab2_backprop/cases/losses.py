"""What is asked of `softmax`, `cross_entropy`, `softmax_cross_entropy` and `squared_error`."""


# --- softmax ---


def public_softmax__by_hand(check, np):
    """Two examples by hand, with exponentials 1, 2, 3 and 2, 2, 4; then two with random scores."""
    S = np.log(np.array([[1.0, 2.0], [2.0, 2.0], [3.0, 4.0]]))
    check.values("softmax", S, expected=np.array([[1 / 6, 0.25], [1 / 3, 0.25], [0.5, 0.5]]))
    check.values("softmax", check.rng(2105).normal(0.0, 2.0, (3, 2)))


def public_softmax__rectangle(check, np):
    """Five classes, seven examples: every column by itself."""
    check.values("softmax", check.rng(2101).normal(0.0, 2.0, (5, 7)))


def public_softmax__thousands(check, np):
    """Scores in the thousands, of both signs, beside small ones."""
    small = np.array([[2.0, -0.5], [0.0, 0.25], [1.0, -1.0]])
    large = np.array([[1000.0, -3000.0], [999.0, -3001.0], [1001.5, -3004.0]])
    check.values("softmax", np.hstack([large, small]))
    centre = np.array([[1000.0, -4000.0, 0.0, 2500.0]])
    check.values("softmax", centre + check.rng(2106).uniform(-3.0, 3.0, (5, 4)))


def hidden_softmax__extreme(check, np):
    """Very large and very small scores side by side."""
    rng = check.rng(2102)
    centre = np.array([[1e4, -1e4, 0.0, -9990.0, 9990.0]])
    check.values("softmax", centre + rng.uniform(-2.0, 2.0, (3, 5)))
    S = np.array([[1e4, -1e4, 1e4], [-1e4, -1e4, 9999.0], [0.0, 1e4, 9997.0], [-5.0, 0.0, -1e4]])
    check.values("softmax", S)


def hidden_softmax__whole_numbers(check, np):
    """Whole-number scores; one, two, ten, twelve classes; a single example."""
    rng = check.rng(2103)
    check.values("softmax", rng.integers(-4, 5, (3, 11)))
    for K, n in ((1, 5), (2, 7), (10, 3), (12, 5), (7, 1)):
        check.values("softmax", rng.normal(0.0, 1.5, (K, n)))


# --- cross_entropy ---


def public_cross_entropy__by_hand(check, np):
    """The example of the text, (log 2 + log 4) / 2; then four examples with three classes."""
    P = np.array([[0.5, 0.25], [0.25, 0.25], [0.25, 0.5]])
    check.values("cross_entropy", P, np.array([0, 1]), expected=1.5 * np.log(2.0))
    P = check.rng(2204).uniform(0.05, 1.0, (3, 4))
    check.values("cross_entropy", P / P.sum(axis=0), np.array([2, 0, 1, 1]))


def public_cross_entropy__rectangle(check, np):
    """Five classes, seven examples."""
    rng = check.rng(2201)
    P = rng.uniform(0.05, 1.0, (5, 7))
    check.values("cross_entropy", P / P.sum(axis=0), rng.integers(0, 5, 7))


def public_cross_entropy__other_zeros(check, np):
    """Zeros at the classes that are not true: they do not matter."""
    P = np.array(
        [[0.0, 0.5, 0.0, 0.75, 0.0], [0.25, 0.5, 0.0, 0.0, 0.1], [0.75, 0.0, 1.0, 0.25, 0.9]]
    )
    check.values("cross_entropy", P, np.array([2, 1, 2, 0, 1]))
    P = P.copy()  # the first call's own stays as it is: known mistakes are asked with it later
    P[0, 1:] = check.rng(2205).uniform(0.05, 0.95, 4)
    check.values("cross_entropy", P, np.array([1, 0, 2, 0, 2]))


def hidden_cross_entropy__many_classes(check, np):
    """More classes than examples, then more examples than classes."""
    rng = check.rng(2202)
    for K, n in ((7, 3), (3, 13), (5, 1), (1, 4), (2, 6), (10, 7), (12, 30)):
        P = rng.uniform(0.02, 1.0, (K, n))
        check.values("cross_entropy", P / P.sum(axis=0), rng.integers(0, K, n))
    P = rng.uniform(0.02, 1.0, (12, 3))
    check.values("cross_entropy", P / P.sum(axis=0), np.array([11, 10, 0]))


def hidden_cross_entropy__small(check, np):
    """Small probabilities, down to a millionth: still exact."""
    small = np.array([1e-6, 4e-6, 3e-5, 2e-3, 0.3])
    check.values("cross_entropy", np.array([small, 1.0 - small]), np.array([0, 0, 0, 0, 0]))
    check.values("cross_entropy", np.array([[1e-6], [0.5], [0.499999]]), np.array([0]))


def hidden_cross_entropy__zero(check, np):
    """Probability 0 for the true class: large, but finite, alone and beside others."""
    alone = []  # one loss, and later those of known mistakes: each has a guard of its own

    def judge_one(loss):
        if not np.isfinite(loss):
            return "Where the true class has probability 0, the loss is not a finite number."
        alone.append(float(loss))
        if loss < 20.0:
            return "Where the true class has probability 0, the loss should be at least 20."
        return None

    def judge_three(loss):
        if not np.isfinite(loss):
            return "Where the true class has probability 0, the loss is not a finite number."
        if not np.isclose(float(loss), np.divide(alone, 3), 1e-4).any():
            return "A probability of 0 beside two of 1: the loss is not a third of what it costs alone."
        return None

    one = np.array([[0.0], [0.75], [0.25]])
    check.outcome("cross_entropy", one, np.array([0]), judge=judge_one)
    P = np.array([[1.0, 1.0, 0.0], [0.0, 0.0, 1.0], [0.0, 0.0, 0.0]])
    check.outcome("cross_entropy", P, np.array([0, 1, 1]), judge=judge_three)


# --- softmax_cross_entropy ---


def public_softmax_cross_entropy__by_hand(check, np):
    """Two examples that you can work out by hand; then two with random scores."""
    S = np.log(np.array([[1.0, 1.0], [1.0, 2.0], [2.0, 1.0]]))
    dS = np.array([[0.125, 0.125], [0.125, -0.25], [-0.25, 0.125]])
    check.values("softmax_cross_entropy", S, np.array([2, 1]), expected=(np.log(2.0), dS))
    S = check.rng(2305).normal(0.0, 1.5, (3, 2))
    check.values("softmax_cross_entropy", S, np.array([0, 2]))


def public_softmax_cross_entropy__many(check, np):
    """Twelve classes, 1,500 examples: too many for differences; then five classes, seven examples."""
    rng = check.rng(2301)
    check.values(
        "softmax_cross_entropy", rng.normal(0.0, 1.5, (12, 1500)), rng.integers(0, 12, 1500)
    )
    check.values("softmax_cross_entropy", rng.normal(0.0, 1.5, (5, 7)), rng.integers(0, 5, 7))


def public_softmax_cross_entropy__knows_nothing(check, np):
    """Equal, then nearly equal scores for ten classes: the loss is close to log 10."""
    check.values("softmax_cross_entropy", np.full((10, 3), 0.5), np.array([7, 0, 7]))
    S = 0.5 + 0.1 * check.rng(2306).normal(size=(10, 3))
    check.values("softmax_cross_entropy", S, np.array([7, 0, 7]))


def hidden_softmax_cross_entropy__more_classes(check, np):
    """More classes than examples, a single example, improbable true classes."""
    rng = check.rng(2302)
    for K, n in ((7, 3), (5, 1), (3, 13), (1, 4), (2, 6), (12, 9)):
        check.values("softmax_cross_entropy", rng.uniform(-5.0, 5.0, (K, n)), rng.integers(0, K, n))
    S = np.array([[-6.5, 0.0, -9.0], [6.5, -4.0, 2.0], [-6.5, 9.0, 4.0]])
    check.values("softmax_cross_entropy", S, np.array([0, 1, 0]))


def hidden_softmax_cross_entropy__extreme(check, np):
    """Very large and very small scores."""
    rng = check.rng(2303)
    S = np.array([[1e4, -1e4, 0.0, 9990.0, -9995.0]]) + rng.uniform(-2.0, 2.0, (3, 5))
    S[0, 0], S[1, 0] = -1e4, 1e4
    check.values("softmax_cross_entropy", S, np.array([1, 0, 2, 1, 2]))

    def judge(result):
        loss, dS = result
        if not np.isfinite(loss):
            return "With scores of ±10,000 the loss is not a finite number."
        if np.shape(dS) != (3, 2):
            return "The gradient must be K × n."
        if not np.all(np.isfinite(dS)):
            return "With scores of ±10,000 the gradient is not finite everywhere."
        if loss < 6.9:
            return "An example whose true class has no chance has to cost more."
        off = np.max(np.abs(np.asarray(dS)[:, 0] - np.array([0.25, -0.25, 0.0])))
        if off > 1e-6 + check.slack(dS):
            return "With scores of ±10,000 the gradient of another example is wrong."
        return None

    S = np.array([[1e4, 1e4], [1e4, -1e4], [-1e4, 0.0]])
    check.outcome("softmax_cross_entropy", S, np.array([1, 1]), judge=judge)


def hidden_softmax_cross_entropy__column(check, np):
    """Scores with whole values, and classes of which the last does not occur."""
    rng = check.rng(2304)
    S = 1.0 * rng.integers(-3, 4, (3, 11))
    check.values("softmax_cross_entropy", S, rng.integers(0, 3, 11))
    check.values("softmax_cross_entropy", rng.normal(size=(12, 8)), rng.integers(0, 4, 8))


# --- squared_error ---


def public_squared_error__by_hand(check, np):
    """Two outputs, three examples: by hand, then with random numbers."""
    Y_hat = np.array([[1.0, 4.0, 0.0], [2.0, 2.0, 6.0]])
    Y = np.array([[3.0, 3.0, 0.0], [2.0, 5.0, 3.0]])
    dY_hat = np.array([[-2.0, 1.0, 0.0], [0.0, -3.0, 3.0]]) / 3.0
    check.values("squared_error", Y_hat, Y, expected=(23.0 / 6.0, dY_hat))
    rng = check.rng(2405)
    check.values("squared_error", rng.normal(size=(2, 3)), rng.normal(size=(2, 3)))


def public_squared_error__rectangle(check, np):
    """Three outputs, seven examples."""
    rng = check.rng(2401)
    check.values("squared_error", rng.normal(0.0, 1.0, (3, 7)), rng.normal(0.0, 1.0, (3, 7)))


def hidden_squared_error__one_example(check, np):
    """One example with many outputs."""
    rng = check.rng(2402)
    check.values("squared_error", rng.normal(1.0, 2.0, (7, 1)), rng.normal(0.0, 2.0, (7, 1)))


def hidden_squared_error__whole_numbers(check, np):
    """Truths that are whole numbers."""
    rng = check.rng(2403)
    check.values("squared_error", rng.normal(0.0, 3.0, (5, 3)), rng.integers(-5, 6, (5, 3)))


def hidden_squared_error__one_output(check, np):
    """One output, many examples."""
    rng = check.rng(2404)
    check.values("squared_error", rng.normal(0.0, 1.0, (1, 11)), rng.normal(0.5, 1.0, (1, 11)))
