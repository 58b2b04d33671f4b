"""What is asked of `autoencoder_loss` and `train_autoencoder`."""


# --- autoencoder_loss ---


def public_autoencoder_loss__by_hand(check, np):
    """The example of the text, and one more network of that size, with a sigmoid."""
    encoder = (np.array([[1.0, 2.0]]), np.array([[-1.0]]))
    decoder = (np.array([[0.5], [1.5]]), np.array([[0.0], [0.0]]))
    grads = (
        (np.array([[1.5, 1.5]]), np.array([[1.5]])),
        (np.array([[0.0], [2.0]]), np.array([[-1.0], [1.5]])),
    )
    X = np.array([[1.0, 2.0], [1.0, -1.0]])
    check.values("autoencoder_loss", encoder, decoder, X, "relu", expected=(2.25, *grads))
    rng = check.rng(4106)
    encoder = (rng.normal(size=(1, 2)), rng.normal(size=(1, 1)))
    decoder = (rng.normal(size=(2, 1)), rng.normal(size=(2, 1)))
    check.values("autoencoder_loss", encoder, decoder, rng.normal(size=(2, 3)), "sigmoid")


def public_autoencoder_loss__sigmoid(check, np):
    """Five features, three sigmoid code units, seven examples."""
    rng = check.rng(4101)
    encoder = (rng.normal(size=(3, 5)), rng.normal(size=(3, 1)))
    decoder = (rng.normal(size=(5, 3)), rng.normal(size=(5, 1)))
    check.values("autoencoder_loss", encoder, decoder, rng.normal(size=(5, 7)), "sigmoid")


def public_autoencoder_loss__tanh_relu(check, np):
    """The other two activations."""
    rng = check.rng(4102)
    for activation, p, h, n in (("tanh", 7, 2, 3), ("relu", 3, 5, 11)):
        encoder = (rng.normal(size=(h, p)), rng.normal(size=(h, 1)))
        decoder = (rng.normal(size=(p, h)), rng.normal(size=(p, 1)))
        check.values("autoencoder_loss", encoder, decoder, rng.normal(size=(p, n)), activation)


def hidden_autoencoder_loss__differences(check, np):
    """All four gradients agree with central differences of the loss."""
    rng = check.rng(4103)
    X = rng.normal(size=(4, 9))
    parts = [rng.normal(size=shape) for shape in ((3, 4), (3, 1), (4, 3), (4, 1))]

    def loss(We, be, Wd, bd):
        return np.sum((Wd @ np.tanh(We @ X + be) + bd - X) ** 2) / (2 * X.shape[1])

    def gradient(i):
        return check.ref("numerical_gradient")(
            lambda part: loss(*parts[:i], part, *parts[i + 1 :]), parts[i]
        )

    wanted = [gradient(i) for i in range(4)]

    def judge(result):
        found = [*result[1], *result[2]]
        names = ("encoder's dW", "encoder's db", "decoder's dW", "decoder's db")
        near = check.slack(result, X, loss(*parts))
        if abs(result[0] - loss(*parts)) > 1e-6 * abs(loss(*parts)) + near:
            return "The loss is not the squared error of the reconstruction."
        for a, b, name in zip(found, wanted, names, strict=True):
            if np.shape(a) != np.shape(b):
                return f"The {name} does not have its parameter's shape."
            error = np.abs(a - b) / np.maximum(1e-8, np.abs(a) + np.abs(b))
            if not np.all((error <= 1e-5) | (np.abs(a - b) <= 1e-9 + near)):
                return f"The {name} is not the gradient of the loss."
        return None

    check.outcome(
        "autoencoder_loss",
        (parts[0], parts[1]),
        (parts[2], parts[3]),
        X,
        "tanh",
        judge=judge,
        exact="all",
    )


def hidden_autoencoder_loss__wide(check, np):
    """A code wider than the input, a single example, many examples."""
    rng = check.rng(4104)
    for activation, p, h, n in (("sigmoid", 3, 8, 1), ("tanh", 2, 5, 13), ("relu", 4, 6, 5)):
        encoder = (rng.normal(size=(h, p)), rng.normal(size=(h, 1)))
        decoder = (rng.normal(size=(p, h)), rng.normal(size=(p, 1)))
        check.values("autoencoder_loss", encoder, decoder, rng.normal(0.5, 2.0, (p, n)), activation)


def hidden_autoencoder_loss__whole_numbers(check, np):
    """Data that are whole numbers."""
    rng = check.rng(4105)
    for activation in ("relu", "sigmoid"):
        encoder = (rng.normal(size=(4, 3)), rng.normal(size=(4, 1)))
        decoder = (rng.normal(size=(3, 4)), rng.normal(size=(3, 1)))
        X = rng.integers(-3, 4, (3, 5))
        X[0, 0] = 3  # at least one number that is not 0
        check.values("autoencoder_loss", encoder, decoder, X, activation)


# --- train_autoencoder ---


def public_train_autoencoder__parts(check, np):
    """Encoder, decoder and one loss an epoch, of the right shapes; the loss falls."""
    X = check.rng(4201).normal(size=(6, 13))

    def judge(result):
        if len(result) != 3:
            return "The result should be three things: encoder, decoder and losses."
        encoder, decoder, losses = result
        if [np.shape(part) for part in encoder] != [(3, 6), (3, 1)]:
            return "The encoder should be a pair (W, b) of shapes (hidden, p) and (hidden, 1)."
        if [np.shape(part) for part in decoder] != [(6, 3), (6, 1)]:
            return "The decoder should be a pair (W, b) of shapes (p, hidden) and (p, 1)."
        if np.shape(losses) != (12,):
            return "There should be exactly one loss for each epoch."
        if not all(np.all(np.isfinite(part)) for part in (*encoder, *decoder, losses)):
            return "The result holds nan or inf."
        if not losses[-1] < 0.9 * losses[0]:
            return "The loss does not fall."
        return None

    settings = {"activation": "tanh", "learning_rate": 0.1, "batch_size": 5, "epochs": 12}
    check.outcome("train_autoencoder", X, 3, **settings, rng=check.rng(4202), judge=judge)


def public_train_autoencoder__one_step(check, np):
    """A batch as large as the data: an epoch is one gradient step, for all four arrays."""
    X = check.rng(4203).normal(size=(5, 7))
    settings = {"activation": "sigmoid", "batch_size": 9, "epochs": 1, "exact": "first"}
    differences = check.ref("numerical_gradient")
    starts = []

    def loss(We, be, Wd, bd):
        H = 1 / (1 + np.exp(-(We @ X + be)))
        return np.sum((Wd @ H + bd - X) ** 2) / (2 * X.shape[1])

    def keep(result):
        starts.append([*result[0], *result[1]])
        return None

    def problem(old, new):
        for i, name in enumerate(("encoder's W", "encoder's b", "decoder's W", "decoder's b")):
            slope = differences(lambda part: loss(*old[:i], part, *old[i + 1 :]), old[i])
            if np.shape(new[i]) != np.shape(old[i]) or not np.allclose(
                (old[i] - new[i]) / 0.5, slope, 1e-5, 1e-7 + 4 * check.slack(new)
            ):
                return (
                    f"After one step the {name} is not where one step against its gradient leads."
                )
        return None

    def judge(result):
        return problem(starts[0], [*result[0], *result[1]])

    check.outcome(
        "train_autoencoder", X, 3, learning_rate=0.0, **settings, rng=check.rng(4204), judge=keep
    )
    check.outcome(
        "train_autoencoder", X, 3, learning_rate=0.5, **settings, rng=check.rng(4204), judge=judge
    )


def public_train_autoencoder__images(check, np):
    """A hundred small images: eight numbers keep most of each."""
    X, _, _, _ = check.data(100, 0)
    X = X.reshape(7, 4, 7, 4, 100).mean(axis=(1, 3)).reshape(49, 100)

    def judge(result):
        (We, be), (Wd, bd), losses = result
        X_hat = Wd @ (1 / (1 + np.exp(-(We @ X + be)))) + bd
        left = np.sum((X_hat - X) ** 2) / np.sum(X**2)
        if not losses[-1] <= check.threshold("autoencoder_loss_falls") * losses[0]:
            return "On real images the loss does not fall far enough."
        if not left <= check.threshold("autoencoder_error_left"):
            return "The encoder and decoder that come back reconstruct real images badly."
        return None

    settings = {"activation": "sigmoid", "learning_rate": 0.5, "batch_size": 20, "epochs": 40}
    check.outcome("train_autoencoder", X, 8, **settings, rng=check.rng(4205), judge=judge)


def hidden_train_autoencoder__start(check, np):
    """Where it starts: Xavier weights of its own for each layer, biases 0, drawn from rng."""
    X = check.rng(4206).normal(size=(60, 5))
    settings = {"activation": "tanh", "learning_rate": 0.0, "batch_size": 5, "epochs": 1}
    seen = []

    def judge(result):
        (We, be), (Wd, bd), _ = result
        if np.shape(We) != (40, 60) or np.shape(Wd) != (60, 40) or np.any(be) or np.any(bd):
            return "At the start the weights have the wrong shapes, or the biases are not 0."
        for W in (We, Wd):
            if abs(np.std(W) * np.shape(W)[1] ** 0.5 - 1) > 0.1 or abs(np.mean(W)) > 0.1 * np.std(
                W
            ):
                return "The weights do not start with the scheme 'xavier' in both layers."
        if np.allclose(We, np.transpose(Wd)):
            return "Encoder and decoder start from the same numbers."
        if any(np.allclose(We, other) for other in seen):
            return "Generators with different seeds give the same start."
        return None

    def first(result):
        sentence = judge(result)
        seen.append(result[0][0])
        return sentence

    for activation in ("relu", "sigmoid"):
        other = {**settings, "activation": activation}
        check.outcome("train_autoencoder", X, 40, **other, rng=check.rng(4207), judge=judge)
    check.outcome("train_autoencoder", X, 40, **settings, rng=check.rng(4207), judge=judge)
    check.outcome("train_autoencoder", X, 40, **settings, rng=check.rng(4207), judge=first)
    check.outcome("train_autoencoder", X, 40, **settings, rng=check.rng(4208), judge=judge)


def hidden_train_autoencoder__epochs(check, np):
    """Every epoch uses every example once, and its loss is the mean over the examples."""
    X = check.rng(4209).normal(size=(7, 12))
    settings = {"activation": "relu", "batch_size": 4, "epochs": 2}
    starts, rate = [], 1e-5

    def keep(result):
        starts.append((tuple(result[0]), tuple(result[1])))
        loss = check.ref("autoencoder_loss")(*starts[-1], X, "relu")[0]
        if np.shape(result[2]) != (2,):
            return "There should be exactly one loss for each epoch."
        if not np.allclose(result[2], loss, 1e-6, check.slack(result[:2], X, loss)):
            return "With a learning rate of 0 the losses are not the mean loss, over all examples, of the layers that come back, with the activation asked for."
        return None

    def judge(result):
        lost = check.slack(result[:2]) / rate  # float32 keeps little of so small a step
        # With a tiny learning rate the gradient stays what it was: six steps add up to six times it.
        _, *grads = check.ref("autoencoder_loss")(*starts[0], X, "relu")
        for before, after, grad in zip(starts[0], result, grads, strict=False):
            for a, b, slope in zip(before, after, grad, strict=True):
                near = 1e-3 * np.max(np.abs(slope)) + lost
                if not np.allclose((a - b) / rate, 6 * slope, 1e-3, near):
                    return "Two epochs of three mini-batches do not add up to six steps over all examples."
        return None

    check.outcome(
        "train_autoencoder",
        X,
        4,
        learning_rate=0.0,
        **settings,
        rng=check.rng(4210),
        judge=keep,
        exact="all",
    )
    check.outcome(
        "train_autoencoder",
        X,
        4,
        learning_rate=rate,
        **settings,
        rng=check.rng(4210),
        judge=judge,
        exact="first",
    )

    # All examples in every step, from the same start: with a rate of 2.5 the loss rises in each epoch, with 0.5 it
    # is below 0.01 after 5. Over 200 seeds a small difference at the start grows 30-fold at most.
    X_long = 0.3 + 0.015 * check.rng(4216).normal(size=(5, 6))
    settings = {"activation": "sigmoid", "batch_size": 8}
    start = []

    def keep_start(result):
        start.append((tuple(result[0]), tuple(result[1])))
        return None

    def judge_long(rate, epochs):
        def judge(result):
            layers, passed = start[-1], []
            for _ in range(epochs):
                loss, *grads = check.ref("autoencoder_loss")(*layers, X_long, "sigmoid")
                layers = check.ref("sgd_step")(layers, grads, rate)
                after = check.ref("autoencoder_loss")(*layers, X_long, "sigmoid")[0]
                passed.append((loss, after))
            near = 1e-8 + 100 * check.slack(result[:2])
            if np.shape(result[2]) != (epochs,):
                return "There should be exactly one loss for each epoch, also where it rises."
            for new, right in zip(result, layers, strict=False):
                if not all(np.allclose(a, b, 1e-6, near) for a, b in zip(new, right, strict=True)):
                    return "Steps with all examples lead elsewhere: all epochs count, with one rate, whatever the loss does."
            seen, near = np.reshape(result[2], (-1, 1)), near + 1e-6 * np.array(passed)
            if not np.all((np.abs(seen - passed) < near).any(axis=1)):
                return "With a batch_size above n, a loss is neither that before its step nor that after it."
            return None

        return judge

    for rate, epochs, judge in (
        (0.0, 3, keep_start),  # with as many draws, in whatever order they come
        (2.5, 3, judge_long(2.5, 3)),
        (0.0, 30, keep_start),
        (0.5, 30, judge_long(0.5, 30)),
    ):
        check.outcome(
            "train_autoencoder",
            X_long,
            2,
            learning_rate=rate,
            epochs=epochs,
            **settings,
            rng=check.rng(4217),
            judge=judge,
            exact="first",
        )

    # Thirteen equal examples: as many steps nearly fit them, so the first loss is far below the start's.
    x = 1.0 + 0.1 * check.rng(4218).normal(size=(5, 1))
    alone = []

    def judge_still(result):
        alone.append(check.ref("autoencoder_loss")(result[0], result[1], x, "tanh")[0])
        if not np.allclose(result[2], alone[-1], 1e-6, check.slack(result[:2], x)):
            return "Thirteen equal examples in fives, learning rate 0: a loss is not that of one of them."
        return None

    def judge_first(result):
        if not result[2][0] < 0.9 * alone[0]:
            return "The first loss should belong to the first epoch, not to the time before it."
        return None

    for rate, batch_size, judge in ((0.0, 5, judge_still), (0.05, 1, judge_first)):
        check.outcome(
            "train_autoencoder",
            np.repeat(x, 13, axis=1),
            3,
            activation="tanh",
            learning_rate=rate,
            batch_size=batch_size,
            epochs=2,
            rng=check.rng(4219),
            judge=judge,
        )


def hidden_train_autoencoder__shuffle(check, np):
    """Every epoch goes through the mini-batches in an order of its own, drawn from rng."""
    X = check.rng(4211).normal(size=(5, 4))
    settings = {"activation": "tanh", "batch_size": 3}
    loss_and_grads, step = check.ref("autoencoder_loss"), check.ref("sgd_step")
    plans = [([i for i in range(4) if i != last], [last]) for last in range(4)]
    first = []

    def after(layers, plan):
        for batch in plan:
            _, *grads = loss_and_grads(*layers, X[:, batch], "tanh")
            layers = step(layers, grads, 0.3)
        return layers

    def close(a, b):
        return all(
            np.allclose(p, q, 1e-5, 1e-6)  # another order is further off than a gradient in float32
            for x, y in zip(a, b, strict=True)
            for p, q in zip(x, y, strict=True)
        )

    def keep_in(states):
        def keep(result):
            states[0] = [((tuple(result[0]), tuple(result[1])), ())]
            return None

        return keep

    def judge_of(states, epochs):
        def judge(result):
            for layers, orders in states[epochs - 1]:
                for plan in plans:
                    if close(after(layers, plan), result[:2]):
                        states.setdefault(epochs, []).append((result[:2], (*orders, plan)))
                        if epochs == 7 and all(order == plan for order in orders):
                            return "Every epoch takes the examples in the same order: shuffle anew each time."
                        if (*orders, plan) == tuple(first):
                            return "Two generators with different seeds give the same order in every epoch."
                        return None
            return "The layers are not where the epochs lead: each has a mini-batch of 3 and one of 1 of the four examples, in an order that rng alone decides."

        return judge

    for k in (4212, 4215):
        states = {}
        check.outcome(
            "train_autoencoder",
            X,
            3,
            learning_rate=0.0,
            epochs=1,
            **settings,
            rng=check.rng(k),
            judge=keep_in(states),
        )
        for epochs in range(1, 8):
            check.outcome(
                "train_autoencoder",
                X,
                3,
                learning_rate=0.3,
                epochs=epochs,
                **settings,
                rng=check.rng(k),
                judge=judge_of(states, epochs),
            )
            orders = states[epochs][0][1]
            if first and orders[-1] != first[epochs - 1]:
                return
        first += orders


def hidden_train_autoencoder__whole_numbers(check, np):
    """Whole-number data and a whole-number learning rate."""
    X = check.rng(4213).integers(-2, 3, (3, 8))

    def judge(result):
        (We, be), (Wd, bd), losses = result
        H = 1 / (1 + np.exp(-(We @ X + be)))
        loss = np.sum((Wd @ H + bd - X) ** 2) / 16
        if np.shape(losses) != (60,):
            return "There should be exactly one loss for each epoch, also where it rises."
        if not loss < 0.5 * losses[0]:
            return "With whole numbers it does not learn."
        if not abs(loss - losses[-1]) < 0.1 * losses[0]:
            return "The last loss does not belong to the encoder and decoder that come back."
        return None

    settings = {"activation": "sigmoid", "learning_rate": 1, "batch_size": 8, "epochs": 60}
    check.outcome("train_autoencoder", X, 6, **settings, rng=check.rng(4214), judge=judge)
