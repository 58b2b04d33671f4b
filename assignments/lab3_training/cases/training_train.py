"""What is asked of `train`."""


# --- train ---


def public_train__by_hand(check, np):
    """The example of the text: one step with all three examples, and a batch size of 4 does the same."""
    X, y = np.array([[1.0, 2.0, -1.0], [0.0, 1.0, 3.0]]), np.array([0, 1, 1])
    params = [(np.zeros((2, 2)), np.zeros((2, 1)))]

    def judge(result):
        ((W, b),), losses = result
        near = 1e-9 + check.slack(result[0], X)
        right_W = np.allclose(W, np.array([[0.0, -0.4], [0.0, 0.4]]), 1e-6, near)
        if np.shape(b) != (2, 1) or not right_W or not np.allclose(b, [[-0.1], [0.1]], 1e-6, near):
            return "After one step, with batch_size 3 and with 4, W should be [[0, −0.4], [0, 0.4]] and b [[−0.1], [0.1]]."
        return None if len(losses) == 1 else "One epoch should give one loss."

    for batch_size in (3, 4):
        check.outcome(
            "train",
            params,
            X,
            y,
            judge=judge,
            exact="first",
            activation="relu",
            learning_rate=0.6,
            batch_size=batch_size,
            epochs=1,
            rng=check.rng(3401),
        )


def public_train__losses(check, np):
    """Three clusters: one loss for each epoch, the mean over all the examples, and it falls."""
    rng = check.rng(3402)
    y = np.arange(90) % 3
    X = np.array([[0.0, 2.0, -2.0], [2.0, -1.0, -1.0]])[:, y] + rng.normal(0, 0.6, (2, 90))
    params = [
        (rng.normal(0, 0.5, (7, 2)), np.zeros((7, 1))),
        (rng.normal(0, 0.5, (3, 7)), np.zeros((3, 1))),
    ]

    def judge(result):
        new, losses = result
        if np.shape(losses) != (8,):
            return "The list of losses should have one number for each epoch."
        if not np.all(np.isfinite(losses)) or min(losses) <= 0:
            return "A loss is not a positive number."
        if losses[0] > 1.5:
            return (
                "The loss of the first epoch is above 1.5: a mean over the examples is lower, as soon "
                "as the steps lead downhill."
            )
        if [np.shape(W) for W, _ in new] != [(7, 2), (3, 7)]:
            return "A trained array does not have the shape that it had before."
        S = check.ref("forward")(new, X, "relu")[-1]
        left = check.ref("softmax_cross_entropy")(S, y)[0]
        if losses[-1] > 0.6 * losses[0] or left > 0.6 * losses[0]:
            return "The loss should fall clearly over the epochs."
        return None

    check.outcome(
        "train",
        params,
        X,
        y,
        judge=judge,
        activation="relu",
        learning_rate=0.1,
        batch_size=15,
        epochs=8,
        rng=check.rng(3403),
    )

    rng = check.rng(3424)
    params = [
        (rng.normal(size=shape), rng.normal(size=(shape[0], 1))) for shape in ((4, 5), (3, 4))
    ]
    X, y = rng.normal(size=(5, 15)), rng.integers(0, 3, 15)
    S = check.ref("forward")(params, X, "tanh")[-1]
    before = check.ref("softmax_cross_entropy")(S, y)[0]

    def judge_still(result):
        if np.shape(result[1]) != (4,):
            return "The list of losses should have one number for each epoch."
        if np.max(np.abs(np.asarray(result[1]) - before)) > 1e-3 * before:
            return "While the network hardly changes, each epoch's loss should be the mean over all the examples."
        return None

    check.outcome(
        "train",
        params,
        X,
        y,
        judge=judge_still,
        exact="all",
        activation="tanh",
        learning_rate=1e-7,
        batch_size=3,
        epochs=4,
        rng=check.rng(3425),
    )


def public_train__steps(check, np):
    """Seven equal examples in threes, two epochs: six equal steps."""
    X, y = np.array([[1.0], [0.5]])[:, np.zeros(7, dtype=int)], np.ones(7, dtype=int)
    params = [(np.array([[0.5, 0.0], [0.0, -1.0], [0.25, 0.25]]), np.zeros((3, 1)))]
    expected_W = [
        [-0.0790126864, -0.2895063432],
        [1.1146825586, -0.4426587207],
        [-0.2856698722, -0.0178349361],
    ]

    def judge(result):
        (W, b) = result[0][0]
        expected_b = np.array(expected_W)[:, :1] - params[0][0][:, :1]
        near = 1e-8 + 6 * check.slack(result[0])
        if np.allclose(W, expected_W, 1e-6, near) and np.allclose(b, expected_b, 1e-6, near):
            return None
        return "Seven equal examples in threes make three equal steps in each epoch; yours end elsewhere."

    check.outcome(
        "train",
        params,
        X,
        y,
        judge=judge,
        exact="first",
        activation="relu",
        learning_rate=0.5,
        batch_size=3,
        epochs=2,
        rng=check.rng(3404),
    )


def public_train__every_example(check, np):
    """Every example once an epoch, in a new order each time; tiny steps add up to the gradient."""
    from itertools import permutations

    rng = check.rng(3405)
    shapes = ((4, 5), (3, 4))
    params = [(rng.normal(0, 0.7, shape), rng.normal(0, 0.3, (shape[0], 1))) for shape in shapes]
    X, y = rng.normal(size=(5, 12)), rng.integers(0, 3, 12)
    H = check.ref("forward")(params, X, "tanh")
    grads = check.ref("backward")(
        params, H, check.ref("softmax_cross_entropy")(H[-1], y)[1], "tanh"
    )

    def judge_with(steps):
        def judge(result):
            lost = check.slack(result[0]) / 1e-5  # float32 keeps little of so small a step
            for old, new, grad in zip(params, result[0], grads, strict=True):
                for part in (0, 1):
                    moved = (old[part] - np.asarray(new[part])) / 1e-5
                    if np.shape(new[part]) != np.shape(old[part]):
                        return "A trained array does not have the shape that it had before."
                    allowed = 1e-3 * np.max(np.abs(steps * grad[part])) + lost
                    if np.max(np.abs(moved - steps * grad[part])) > allowed:
                        return (
                            "The steps do not add up to the gradient of all the examples, each once an "
                            "epoch and with its own label."
                        )
            return None

        return judge

    for batch_size, epochs in ((1, 2), (4, 3)):
        check.outcome(
            "train",
            params,
            X,
            y,
            judge=judge_with(12 // batch_size * epochs),
            exact="first",
            activation="tanh",
            learning_rate=1e-5,
            batch_size=batch_size,
            epochs=epochs,
            rng=check.rng(3406),
        )

    few, labels = X[:, :3], np.array([0, 1, 2])

    def ends_after(epochs):
        """The first layer's weights for every order of three single steps, kept in all epochs."""
        ends = []
        for order in permutations(range(3)):
            layers = params
            for i in order * epochs:
                H = check.ref("forward")(layers, few[:, [i]], "tanh")
                dS = check.ref("softmax_cross_entropy")(H[-1], labels[[i]])[1]
                pairs = zip(layers, check.ref("backward")(layers, H, dS, "tanh"), strict=True)
                layers = [(W - 0.4 * dW, b - 0.4 * db) for (W, b), (dW, db) in pairs]
            ends.append(layers[0][0])
        return ends

    after_one, after_nine = check.once(lambda: (ends_after(1), ends_after(9)))

    def judge_one_by_one(result):
        W = np.asarray(result[0][0][0])
        near = 1e-8 + 20 * check.slack(W)
        if any(np.allclose(W, end, 1e-6, near) for end in after_one):
            return None
        return "With batches of one example, an epoch of three should be one step for each of them."

    def judge_fresh(result):
        W = np.asarray(result[0][0][0])
        near = 1e-10 + 20 * check.slack(W)
        if any(np.allclose(W, end, 1e-7, near) for end in after_nine):
            return "The examples come in the same order in every epoch."
        return None

    for epochs, judge in ((1, judge_one_by_one), (9, judge_fresh)):
        check.outcome(
            "train",
            params,
            few,
            labels,
            judge=judge,
            activation="tanh",
            learning_rate=0.4,
            batch_size=1,
            epochs=epochs,
            rng=check.rng(3426),
        )


def public_train__learns_xor(check, np):
    """Four clusters in the XOR pattern, which no perceptron can separate: nearly all are learned."""
    rng = check.rng(3407)
    corner = np.arange(120) % 4
    X = np.array([[1.0, 1.0, -1.0, -1.0], [1.0, -1.0, 1.0, -1.0]])[:, corner] + rng.normal(
        0, 0.25, (2, 120)
    )
    y = np.isin(corner, [1, 2]).astype(int)
    params = [
        (rng.normal(size=(8, 2)), np.zeros((8, 1))),
        (rng.normal(0, 0.4, (2, 8)), np.zeros((2, 1))),
    ]
    least = check.threshold("xor_accuracy")

    def judge(result):
        if [np.shape(W) for W, _ in result[0]] != [(8, 2), (2, 8)]:
            return "A trained array does not have the shape that it had before."
        S = check.ref("forward")(result[0], X, "tanh")[-1]
        if np.mean(np.argmax(S, axis=0) == y) >= least:
            return None
        return "The trained network tells too few of the points apart."

    check.outcome(
        "train",
        params,
        X,
        y,
        judge=judge,
        activation="tanh",
        learning_rate=0.3,
        batch_size=10,
        epochs=20,
        rng=check.rng(3408),
    )


def hidden_train__one_step(check, np):
    """One step with all examples: all weights and biases, for networks of one to three layers."""
    rng = check.rng(3409)

    def judge_with(params, X, y, activation):
        H = check.ref("forward")(params, X, activation)
        dS = check.ref("softmax_cross_entropy")(H[-1], y)[1]
        grads = check.ref("backward")(params, H, dS, activation)

        def judge(result):
            if len(result[0]) != len(params):
                return "The trained parameters should have as many layers as before."
            near = 1e-9 + check.slack(result[0], X)
            for old, new, grad in zip(params, result[0], grads, strict=True):
                for part, name in enumerate(("weights", "biases")):
                    right = old[part] - 0.75 * grad[part]
                    if np.shape(new[part]) != right.shape or not np.allclose(
                        new[part], right, 1e-6, near
                    ):
                        return (
                            "After one step with all examples, the "
                            + name
                            + " of a layer are wrong."
                        )
            return None

        return judge

    three, two, one = ((6, 5), (4, 6), (3, 4)), ((7, 5), (12, 7)), ((3, 5),)
    for activation, shapes, batch_size in (
        ("tanh", three, 11),
        ("sigmoid", three, 50),
        ("relu", three, 11),
        ("tanh", two, 50),
        ("sigmoid", two, 11),
        ("relu", two, 12),
        ("tanh", one, 11),
        ("sigmoid", one, 12),
        ("relu", one, 50),
    ):
        params = [
            (rng.normal(0, 0.8, shape), rng.normal(0, 0.5, (shape[0], 1))) for shape in shapes
        ]
        X, y = rng.normal(size=(5, 11)), rng.integers(0, shapes[-1][0], 11)
        check.outcome(
            "train",
            params,
            X,
            y,
            judge=judge_with(params, X, y, activation),
            exact="first",
            activation=activation,
            learning_rate=0.75,
            batch_size=batch_size,
            epochs=1,
            rng=check.rng(3410),
        )


def hidden_train__number_of_steps(check, np):
    """The number and the length of the steps, for several batch sizes; also where the loss rises or is small."""
    rng = check.rng(3411)
    x, label = rng.normal(size=(3, 1)), 1
    start = [(rng.normal(size=shape), rng.normal(size=(shape[0], 1))) for shape in ((5, 3), (4, 5))]

    def judge_with(steps):
        params = start
        for _ in range(steps):
            H = check.ref("forward")(params, x, "sigmoid")
            dS = check.ref("softmax_cross_entropy")(H[-1], np.array([label]))[1]
            moves = check.ref("backward")(params, H, dS, "sigmoid")
            params = [
                [a - 0.3 * m for a, m in zip(*pair, strict=True)]
                for pair in zip(params, moves, strict=True)
            ]

        def judge(result):
            for new, right in zip(result[0], params, strict=True):
                for a, b in zip(new, right, strict=True):
                    if not np.allclose(a, b, 1e-6, 1e-9 + steps * check.slack(result[0])):
                        return (
                            "On equal examples, an epoch makes too many, too few, or wrong steps."
                        )
            return None

        return judge

    for n, batch_size, epochs, steps in ((13, 5, 1, 3), (12, 4, 2, 6), (5, 1, 2, 10), (9, 9, 3, 3)):
        check.outcome(
            "train",
            start,
            np.repeat(x, n, axis=1),
            np.full(n, label),
            judge=judge_with(steps),
            exact="first",
            activation="sigmoid",
            learning_rate=0.3,
            batch_size=batch_size,
            epochs=epochs,
            rng=check.rng(3412),
        )

    # From 0 with all the examples in every step, and long ones: the loss rises at first, is below 0.01 after
    # 13 epochs, and a small difference at the start grows twelvefold at most.
    X = np.array([[-4.0, 5, 4, -5, 5], [5, -2, -5, 1, -5], [4, -4, -4, 0, 2]])
    y, zero = np.array([0, 1, 2, 1, 0]), [(np.zeros((3, 3)), np.zeros((3, 1)))]

    def after(epochs):
        loss_of, params, losses = check.ref("softmax_cross_entropy"), zero, []
        for _ in range(epochs):
            H = check.ref("forward")(params, X, "tanh")
            loss, dS = loss_of(H[-1], y)
            grads = check.ref("backward")(params, H, dS, "tanh")
            params = check.ref("sgd_step")(params, grads, 1.0)
            losses.append((loss, loss_of(check.ref("forward")(params, X, "tanh")[-1], y)[0]))
        return [*params[0], np.array(losses)]

    def judge_long(wanted):
        W, b, passed = wanted

        def judge(result):
            (V, c), near = result[0][0], 1e-8 + 100 * check.slack(result[0])
            if np.shape(result[1]) != (len(passed),):
                return "There should be one loss for each epoch, also where it rises for a while."
            if not np.allclose(V, W, 1e-6, near) or not np.allclose(c, b, 1e-6, near):
                return "Long steps with all examples lead elsewhere: all epochs count, with one rate, whatever the loss does."
            if np.any(np.abs(np.reshape(result[1], (-1, 1)) - passed).min(axis=1) > 1e-6 + near):
                return "With a batch_size above n, a loss is neither that before its step nor that after it."
            return None

        return judge

    for wanted in check.once(lambda: [after(3), after(30)]):
        check.outcome(
            "train",
            zero,
            X,
            y,
            judge=judge_long(wanted),
            exact="first",
            activation="tanh",
            learning_rate=1.0,
            batch_size=8,
            epochs=len(wanted[-1]),
            rng=check.rng(3440),
        )


def hidden_train__fresh_order(check, np):
    """Which examples make a batch, in random order, by the generator: each activation, one to three layers."""
    forward, backward = check.ref("forward"), check.ref("backward")
    loss_and_gradient = check.ref("softmax_cross_entropy")

    def end_of(params, X, y, activation):
        """The first layer's weights after steps of one example each, in their old order."""
        for i in range(len(y)):
            one, label = X[:, [i]], y[[i]]
            layers = forward(params, one, activation)
            moves = backward(params, layers, loss_and_gradient(layers[-1], label)[1], activation)
            params = [
                (W - 0.4 * dW, b - 0.4 * db) for (W, b), (dW, db) in zip(params, moves, strict=True)
            ]
        return params[0][0]

    def close(a, b):
        return np.allclose(a, b, 1e-7, 1e-10 + 20 * check.slack(a))

    def ask(start, activation, seed):
        settings = {"activation": activation, "learning_rate": 0.4, "batch_size": 1}
        kept = []

        def judge_first(result):
            kept.append(np.asarray(result[0][0][0]))
            if close(kept[-1], start[0][0]):
                return "The parameters have not changed."
            if close(kept[-1], in_order):
                return "In the first epoch the examples come in their old order."
            return None

        def judge_again(result):
            if close(result[0][0][0], kept[0]):
                return None
            return "Two generators with the same seed gave different results: something besides `rng` decides."

        def judge_other(result):
            if not close(result[0][0][0], kept[0]):
                return None
            return "Two generators with different seeds gave the same result."

        in_order = check.once(lambda: end_of(start, X, y, activation))
        for k, judge in ((seed, judge_first), (seed, judge_again), (seed + 8, judge_other)):
            check.outcome("train", start, X, y, judge=judge, epochs=1, rng=check.rng(k), **settings)

    rng = check.rng(3413)
    X, y = rng.normal(size=(4, 9)), np.arange(9) % 3
    for layers in (1, 2, 3):
        sizes = [*[4, 6, 5, 3][:layers], 3]
        for k, activation in enumerate(("relu", "tanh", "sigmoid")):
            start = [
                (rng.normal(0, 0.6, (q, p)), rng.uniform(0.2, 0.6, (q, 1)))
                for p, q in zip(sizes, sizes[1:], strict=False)
            ]
            ask(start, activation, 3430 + 30 * layers + 10 * k)

    # Four examples in threes: an epoch is a step with three of them, then one with the fourth.
    start = [(rng.normal(size=(3, 4)), rng.normal(size=(3, 1)))]
    few, labels = X[:, :4], np.array([0, 1, 2, 1])

    def after_an_epoch(starts):
        ends = []
        for params in starts:
            for last in range(4):
                layers = params
                for batch in ([i for i in range(4) if i != last], [last]):
                    H = forward(layers, few[:, batch], "tanh")
                    grads = backward(layers, H, loss_and_gradient(H[-1], labels[batch])[1], "tanh")
                    layers = check.ref("sgd_step")(layers, grads, 0.4)
                ends.append(layers)
        return ends

    def two_epochs():
        one = after_an_epoch([start])
        return one, after_an_epoch(one)

    def judge_batches(ends):
        def judge(result):
            ((W, b),) = result[0]
            near = 1e-9 + 40 * check.slack(result[0], few)
            for ((V, c),) in ends:
                if np.allclose(W, V, 1e-6, near) and np.allclose(b, c, 1e-6, near):
                    return None
            return "Four examples in threes: the epochs do not lead where a step with three of them and then one with the fourth lead."

        return judge

    for epochs, ends in enumerate(check.once(two_epochs), 1):
        for k in range(5):
            check.outcome(
                "train",
                start,
                few,
                labels,
                judge=judge_batches(ends),
                activation="tanh",
                learning_rate=0.4,
                batch_size=3,
                epochs=epochs,
                rng=check.rng(3450 + k),
            )


def hidden_train__loss_values(check, np):
    """A loss belongs to its own epoch, and a short batch counts for what it is."""
    rng = check.rng(3416)
    params = [
        (rng.normal(size=shape), rng.normal(size=(shape[0], 1))) for shape in ((4, 5), (3, 4))
    ]
    X, y = rng.normal(size=(5, 15)), rng.integers(0, 3, 15)

    def loss_of(params, X, y, activation):
        return check.ref("softmax_cross_entropy")(
            check.ref("forward")(params, X, activation)[-1], y
        )[0]

    before = loss_of(params, X, y, "tanh")

    def judge_one(result):
        after = loss_of(result[0], X, y, "tanh")
        if np.shape(result[1]) != (1,):
            return "The list of losses should have one number for each epoch."
        near = 1e-6 + check.slack(result[0], X, before)
        if min(abs(result[1][0] - before), abs(result[1][0] - after)) > near:
            return "After one step, the loss is neither that before the step nor that after it."
        return None

    check.outcome(
        "train",
        params,
        X,
        y,
        judge=judge_one,
        activation="tanh",
        learning_rate=0.2,
        batch_size=15,
        epochs=1,
        rng=check.rng(3418),
    )

    def judge_short(result):
        if np.shape(result[1]) != (2,):
            return "The list of losses should have one number for each epoch."
        if np.max(np.abs(np.asarray(result[1]) - alike)) > 1e-3 * alike:
            return "Thirteen equal examples in fives, tiny steps: an epoch's loss is not that of one of them."
        return None

    alike = loss_of(params, X[:, :1], y[:1], "tanh")
    check.outcome(
        "train",
        params,
        np.repeat(X[:, :1], 13, axis=1),
        np.repeat(y[:1], 13),
        judge=judge_short,
        exact="all",
        activation="tanh",
        learning_rate=1e-7,
        batch_size=5,
        epochs=2,
        rng=check.rng(3445),
    )

    y = np.arange(45) % 3
    X = np.array([[0.0, 3.0, -3.0], [3.0, -2.0, -2.0]])[:, y] + rng.normal(0, 0.4, (2, 45))
    zero = [(np.zeros((3, 2)), np.zeros((3, 1)))]

    def judge_first(result):
        if np.shape(result[1]) != (2,) or not np.all(np.isfinite(result[1])):
            return "The list of losses should have one number for each epoch."
        if result[1][0] > 0.9 * np.log(3.0):
            return "The first loss should belong to the first epoch, not to the time before it."
        return None

    check.outcome(
        "train",
        zero,
        X,
        y,
        judge=judge_first,
        activation="relu",
        learning_rate=0.1,
        batch_size=1,
        epochs=2,
        rng=check.rng(3419),
    )

    def judge_bounce(result):
        if np.shape(result[1]) != (30,):
            return (
                "There should be one number for each epoch, also where the loss rises for a while."
            )
        return None

    # One point with both labels and long steps: the loss goes up and down.
    check.outcome(
        "train",
        zero,
        np.ones((2, 2)),
        np.array([0, 1]),
        judge=judge_bounce,
        activation="relu",
        learning_rate=1.0,
        batch_size=1,
        epochs=30,
        rng=check.rng(3423),
    )


def hidden_train__images(check, np):
    """Small real pictures: the accuracy on pictures that were not trained on."""
    X, y, _, _ = check.data(700, 0)
    X_test, y_test = check.held_back(400)
    X, X_test = check.once(
        lambda X=X, X_test=X_test: [
            V.reshape(14, 2, 14, 2, -1).mean(axis=(1, 3)).reshape(196, -1) for V in (X, X_test)
        ]
    )
    rng = check.rng(3420)
    params = [
        (rng.normal(0, np.sqrt(2 / 196), (24, 196)), np.zeros((24, 1))),
        (rng.normal(0, np.sqrt(2 / 24), (10, 24)), np.zeros((10, 1))),
    ]
    least = check.threshold("image_accuracy")
    reached = []

    def judge(result):
        if [np.shape(W) for W, _ in result[0]] != [(24, 196), (10, 24)]:
            return "A trained array does not have the shape that it had before."
        S = check.ref("forward")(result[0], X_test, "relu")[-1]
        reached.append(np.mean(np.argmax(S, axis=0) == y_test))
        if reached[-1] >= least:
            return None
        return "The trained network recognises too few of the pictures."

    check.outcome(
        "train",
        params,
        X,
        y,
        judge=judge,
        activation="relu",
        learning_rate=0.2,
        batch_size=50,
        epochs=10,
        rng=check.rng(3421),
    )
    check.metric("train", reached[0])
