"""What is asked of `pretrain` and `fine_tune`."""


# --- pretrain ---


def public_pretrain__shapes(check, np):
    """One encoder for each hidden size, each on the code below it, and all of them trained."""
    X = check.rng(4301).normal(size=(7, 12))
    settings = {"activation": "tanh", "batch_size": 5, "epochs": 3}
    starts = []

    def shapes(result):
        if len(result) != 3:
            return "There should be exactly one encoder for each hidden size."
        for layer, shape in zip(result, ((5, 7), (4, 5), (2, 4)), strict=True):
            if (
                len(layer) != 2
                or np.shape(layer[0]) != shape
                or np.shape(layer[1]) != (shape[0], 1)
            ):
                return "An encoder should be a pair (W, b), with as many columns as the layer below has units."
            if not np.all(np.isfinite(layer[0])) or not np.all(np.isfinite(layer[1])):
                return "The result holds nan or inf."
        return None

    def keep(result):
        starts.append(result)
        return shapes(result)

    def judge(result):
        if sentence := shapes(result):
            return sentence
        for i, ((W, b), (W0, b0)) in enumerate(zip(result, starts[0], strict=True)):
            if np.allclose(W, W0) or np.allclose(b, b0):
                return f"{('The first', 'The second', 'The last')[i]} encoder is not trained: its W or b is where it started."
        return None

    check.outcome(
        "pretrain", X, [5, 4, 2], learning_rate=0.0, **settings, rng=check.rng(4302), judge=keep
    )
    check.outcome(
        "pretrain", X, [5, 4, 2], learning_rate=0.1, **settings, rng=check.rng(4302), judge=judge
    )


def public_pretrain__images(check, np):
    """A hundred small images: the codes keep more of them than those of untrained layers."""
    X, _, _, _ = check.data(100, 0)
    X = X.reshape(7, 4, 7, 4, 100).mean(axis=(1, 3)).reshape(49, 100)

    def left(H, wanted):
        # What the best linear decoder cannot get back from the code.
        rows = np.vstack([H, np.ones((1, H.shape[1]))])
        weights, *_ = np.linalg.lstsq(rows.T, wanted.T, rcond=None)
        return np.sum((weights.T @ rows - wanted) ** 2) / np.sum(wanted**2)

    def judge(result):
        if not all(np.all(np.isfinite(part)) for layer in result for part in layer):
            return "The result holds nan or inf."
        H1 = 1 / (1 + np.exp(-(result[0][0] @ X + result[0][1])))
        H2 = 1 / (1 + np.exp(-(result[1][0] @ H1 + result[1][1])))
        if not left(H1, X) <= check.threshold("pretrain_first_left"):
            return "The first code keeps too little of the images: is the encoder trained for all epochs?"
        if not left(H2, X) <= check.threshold("pretrain_second_left"):
            return "The second code keeps too little of the images."
        return None

    settings = {"activation": "sigmoid", "learning_rate": 0.5, "batch_size": 10, "epochs": 30}
    check.outcome("pretrain", X, [10, 6], **settings, rng=check.rng(4303), judge=judge)


def public_pretrain__codes(check, np):
    """The second layer learns from the first one's codes, and from nothing else."""
    X = check.rng(4304).normal(size=(6, 4))
    settings = {"activation": "sigmoid", "batch_size": 3, "epochs": 8}
    starts = []

    def keep(result):
        starts.append(result)
        return None

    def judge(result):
        (W1, b1), (W2, b2) = result
        if not all(np.all(np.isfinite(part)) for part in (W1, b1, W2, b2)):
            return "The result holds nan or inf."
        H = 1 / (1 + np.exp(-(W1 @ X + b1)))
        change = np.asarray(W2) - starts[0][1][0]
        # dW = dZ H^T: every row of a change is a mixture of the examples' codes. There are 4 of them, in 9 dimensions.
        basis, _ = np.linalg.qr(H)
        rest = change - change @ basis @ basis.T
        if not np.linalg.norm(change) > 1e-6:
            return "The second encoder is not trained."
        if not np.linalg.norm(rest) <= 1e-6 * np.linalg.norm(change):
            return "The second encoder was not trained on the codes a(W X + b) of the finished first one."
        return None

    check.outcome(
        "pretrain", X, [9, 5], learning_rate=0.0, **settings, rng=check.rng(4305), judge=keep
    )
    check.outcome(
        "pretrain", X, [9, 5], learning_rate=0.5, **settings, rng=check.rng(4305), judge=judge
    )


def hidden_pretrain__equal_sizes(check, np):
    """What a layer was trained on where shapes cannot tell, and with which activation."""
    X = check.rng(4306).normal(size=(8, 3))
    states = {}

    def keep(activation):
        def judge(result):
            states.setdefault(activation, result)
            return None

        return judge

    def compare(activation):
        a = {"tanh": np.tanh, "relu": lambda z: np.maximum(z, 0.0)}[activation]

        def judge(result):
            if [np.shape(W) for W, _ in result] != [(8, 8), (8, 8), (8, 8)]:
                return "There should be exactly one encoder for each hidden size."
            if not all(np.all(np.isfinite(part)) for layer in result for part in layer):
                return "The result holds nan or inf."
            H = X
            for which, (W, b), (W0, _) in zip(
                ("first", "second", "third"), result, states[activation], strict=True
            ):
                change = W - np.asarray(W0)
                basis, _ = np.linalg.qr(H)
                if not np.linalg.norm(change) > 1e-6:
                    return f"The {which} encoder is not trained."
                if not np.linalg.norm(change - change @ basis @ basis.T) <= 1e-6 * np.linalg.norm(
                    change
                ):
                    if which == "first":
                        return "The first encoder was not trained on the examples in X."
                    return f"The {which} encoder was not trained on the codes a(W X + b) of the finished layer below it."
                H = a(W @ H + b)
            return None

        return judge

    for activation in ("tanh", "relu"):
        settings = {"activation": activation, "batch_size": 2, "epochs": 4}
        check.outcome(
            "pretrain",
            X,
            [8, 8, 8],
            learning_rate=0.0,
            **settings,
            rng=check.rng(4307),
            judge=keep(activation),
        )
        check.outcome(
            "pretrain",
            X,
            [8, 8, 8],
            learning_rate=0.1,
            **settings,
            rng=check.rng(4307),
            judge=compare(activation),
        )

    # One step on one example changes a unit by a'(h) times what the decoder sends back: nothing where a
    # ReLU is off, and about a'(h) as much where a unit is saturated as where it is not.
    x = 3.0 * check.rng(4313).choice([-1.0, 1.0], (4, 1))
    slopes = {
        "relu": lambda h: (h > 0) * 1.0,
        "tanh": lambda h: 1 - h**2,
        "sigmoid": lambda h: h * (1 - h),
    }

    def compare_slopes(activation):
        a = {
            "relu": lambda z: np.maximum(z, 0.0),
            "tanh": np.tanh,
            "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
        }[activation]

        def judge(result):
            score = states["one", activation][0][0] @ x
            sent = np.abs(result[0][1])
            slope = slopes[activation](a(score))
            wrong = "The layers are not trained with the activation's own derivative."
            if activation == "relu":
                return wrong if np.any(sent[slope == 0] > 0) or not np.any(sent) else None
            flat, steep = (np.abs(score) > 3) & (np.abs(score) < 6), np.abs(score) < 1
            ratio = np.median((sent / slope)[flat]) / np.median((sent / slope)[steep])
            return None if 0.2 < ratio < 5 else wrong

        return judge

    def keep_one(activation):
        def judge(result):
            states.setdefault(("one", activation), result)
            return None

        return judge

    for activation in ("relu", "tanh", "sigmoid"):
        for rate, judge in ((0.0, keep_one(activation)), (0.01, compare_slopes(activation))):
            check.outcome(
                "pretrain",
                x,
                [200],
                activation=activation,
                learning_rate=rate,
                batch_size=1,
                epochs=1,
                rng=check.rng(4314),
                judge=judge,
            )


def hidden_pretrain__start(check, np):
    """Where the layers start: Xavier weights drawn anew for each, biases 0."""
    X = check.rng(4308).normal(size=(50, 4))
    settings = {"activation": "sigmoid", "learning_rate": 0.0, "batch_size": 2, "epochs": 1}
    seen = []

    def judge(result):
        if [np.shape(W) for W, _ in result] != [(50, 50), (50, 50), (30, 50)]:
            return "There should be exactly one encoder for each hidden size."
        for W, b in result:
            if np.any(b) or abs(np.std(W) * 50**0.5 - 1) > 0.12:
                return "The layers do not start from Xavier weights and biases of 0."
        if np.allclose(result[0][0], result[1][0]) or any(
            np.allclose(result[0][0], W) for W in seen
        ):
            return "Weights that should be drawn anew from rng are the same numbers again."
        return None

    def first(result):
        seen.append(result[0][0])
        return None

    check.outcome("pretrain", X, [50, 50, 30], **settings, rng=check.rng(4309), judge=judge)
    check.outcome("pretrain", X, [50, 50, 30], **settings, rng=check.rng(4309), judge=first)
    check.outcome("pretrain", X, [50, 50, 30], **settings, rng=check.rng(4310), judge=judge)


def hidden_pretrain__settings(check, np):
    """Epochs, batch size and learning rate count as they should, for every layer; a tuple of sizes."""
    X = check.rng(4311).normal(size=(6, 12))
    states = {}

    def keep(name):
        def judge(result):
            states.setdefault(name, [np.asarray(W) for W, _ in result])
            return None

        return judge

    def times(name, factor):
        def judge(result):
            # With a tiny learning rate steps add up: so many times the steps, so many times the way.
            # The second layer's start comes later from rng: it is the same for the same draws only.
            layers = 2 if name == "a learning rate" else 1
            for start, once, (W, _) in list(
                zip(states["start"], states["once"], result, strict=True)
            )[:layers]:
                way, change = once - start, W - start
                if not np.linalg.norm(way) > 1e-8 or not np.allclose(
                    change, factor * way, 1e-2, 1e-2 * np.max(np.abs(way))
                ):
                    return f"An encoder does not go as far as {name} should take it."
            return None

        return judge

    def ask(judge, rate, batch_size, epochs):
        settings = {
            "activation": "sigmoid",
            "learning_rate": rate,
            "batch_size": batch_size,
            "epochs": epochs,
            "exact": "first",
        }
        check.outcome("pretrain", X, (5, 4), **settings, rng=check.rng(4312), judge=judge)

    ask(keep("start"), 0.0, 12, 1)
    ask(keep("once"), 1e-5, 12, 1)
    ask(times("a learning rate", 2), 2e-5, 12, 1)
    ask(times("the number of epochs", 3), 1e-5, 12, 3)
    ask(times("the mini-batches", 4), 1e-5, 3, 1)

    # How far an upper layer goes depends on its start, which is random, and more on its settings. Over four layers
    # the mean logarithm of what it goes, beside the reference on the same codes, has a standard deviation of 0.05.
    X_high = check.rng(4315).normal(size=(60, 18))
    settings = {"activation": "tanh", "batch_size": 3, "epochs": 2}

    def as_far(result):
        H, ways = np.tanh(result[0][0] @ X_high + result[0][1]), []
        for i in range(1, 5):
            (W, b), start, usual = result[i], states["high"][i], []
            for k in (2 * i, 2 * i + 1):
                before, _ = check.ref("initialize")([60] * 3, np.random.default_rng(k), "xavier")
                after, _, _ = check.ref("train_autoencoder")(
                    H, 60, learning_rate=1e-3, **settings, rng=np.random.default_rng(k)
                )
                usual.append(np.log(np.linalg.norm(after[0] - before[0])))
            ways.append(np.log(np.linalg.norm(W - start)) - np.mean(usual))
            H = np.tanh(W @ H + b)
        if not abs(np.mean(ways)) < 0.35:
            return "The layers above the first go nearer or further than training on all codes, with the settings asked for, takes them."
        return None

    for rate, judge in ((0.0, keep("high")), (1e-3, as_far)):
        check.outcome(
            "pretrain",
            X_high,
            [60] * 5,
            learning_rate=rate,
            **settings,
            rng=check.rng(4316),
            judge=judge,
        )


# --- fine_tune ---


def public_fine_tune__learns(check, np):
    """One more layer, one loss an epoch, and it learns to tell easy classes apart."""
    rng = check.rng(4401)
    y = np.repeat([0, 1, 2], 8)  # the examples come class by class, and class 3 does not occur
    X = 0.3 * rng.normal(size=(5, 24)) + rng.normal(0.0, 1.5, (5, 4))[:, y]
    encoders = [
        (rng.normal(0.0, 0.5, (7, 5)), np.zeros((7, 1))),
        (rng.normal(0.0, 0.5, (6, 7)), np.zeros((6, 1))),
    ]

    def judge(result):
        params, losses = result
        if [np.shape(W) for W, _ in params] != [(7, 5), (6, 7), (4, 6)]:
            return "There should be the encoders and one layer more, with a row for each of the classes."
        if [np.shape(b) for _, b in params] != [(7, 1), (6, 1), (4, 1)]:
            return "Every bias should be a column."
        if np.shape(losses) != (60,):
            return "There should be exactly one loss for each epoch."
        S = check.ref("forward")(params, X, "tanh")[-1]
        if not losses[-1] < 0.5 * losses[0] or np.mean(S.argmax(axis=0) == y) < 0.95:
            return "It does not learn to tell three easy classes apart."
        return None

    settings = {"activation": "tanh", "learning_rate": 0.3, "batch_size": 5, "epochs": 60}
    check.outcome("fine_tune", encoders, X, y, 4, **settings, rng=check.rng(4402), judge=judge)


def public_fine_tune__start(check, np):
    """Where it starts: the encoders as they came, with a small random layer on top."""
    rng = check.rng(4403)
    X, y = rng.normal(size=(4, 6)), np.array([0, 2, 1, 1, 0, 6])
    encoders = [
        (rng.normal(size=(5, 4)), rng.normal(size=(5, 1))),
        (rng.normal(size=(70, 5)), rng.normal(size=(70, 1))),
    ]
    settings = {"activation": "sigmoid", "learning_rate": 0.0, "batch_size": 4, "epochs": 1}
    settings["exact"] = "first"
    seen = []

    def judge(result):
        params, losses = result
        if [np.shape(W) for W, _ in params] != [(5, 4), (70, 5), (9, 70)]:
            return "There should be the encoders and one layer more, with a row for each of the classes."
        if not all(
            np.allclose(a, b)
            for new, old in zip(params, encoders, strict=False)
            for a, b in zip(new, old, strict=True)
        ):
            return "With a learning rate of 0 the encoders do not come back as they came."
        W, b = params[-1]
        if np.any(b) or not 0.008 < np.std(W) < 0.012 or abs(np.mean(W)) > 0.002:
            return "The new layer does not start with the scheme 'small' and biases of 0."
        if not np.allclose(losses, np.log(9), 0.1):
            return "Before any step the loss is not close to log K."
        if any(np.allclose(W, other) for other in seen):
            return "Generators with different seeds give the same new layer."
        return None

    def first(result):
        seen.append(result[0][-1][0])
        return None

    check.outcome("fine_tune", encoders, X, y, 9, **settings, rng=check.rng(4404), judge=judge)
    check.outcome("fine_tune", encoders, X, y, 9, **settings, rng=check.rng(4404), judge=first)
    check.outcome("fine_tune", encoders, X, y, 9, **settings, rng=check.rng(4405), judge=judge)


def public_fine_tune__one_step(check, np):
    """A batch as large as the data: an epoch is one gradient step, for all the layers."""
    rng = check.rng(4406)
    X, y = rng.normal(size=(4, 9)), np.array([0, 1, 2, 2, 1, 0, 2, 0, 0])
    encoders = [
        (rng.normal(size=(5, 4)), rng.normal(size=(5, 1))),
        (rng.normal(size=(3, 5)), rng.normal(size=(3, 1))),
    ]
    settings = {"activation": "tanh", "batch_size": 9, "epochs": 1, "exact": "first"}
    forward, cross_entropy = check.ref("forward"), check.ref("softmax_cross_entropy")
    differences = check.ref("numerical_gradient")
    starts = []

    def keep(result):
        starts.append([part for layer in result[0] for part in layer])
        return None

    def loss(parts):
        layers = list(zip(parts[::2], parts[1::2], strict=True))
        return cross_entropy(forward(layers, X, "tanh")[-1], y)[0]

    def problem(old, new):
        for i in range(6):
            slope = differences(lambda part: loss([*old[:i], part, *old[i + 1 :]]), old[i])
            close = 1e-5 * np.max(np.abs(slope)) + 1e-8
            if np.shape(new[i]) != np.shape(old[i]) or not np.allclose(
                (old[i] - new[i]) / 2.0, slope, 1e-4, close + check.slack(new)
            ):
                return f"After one step the {'Wb'[i % 2]} of layer {i // 2 + 1} is not where one step against its gradient leads."
        return None

    def judge(result):
        return problem(starts[0], [part for layer in result[0] for part in layer])

    check.outcome(
        "fine_tune",
        encoders,
        X,
        y,
        3,
        learning_rate=0.0,
        **settings,
        rng=check.rng(4407),
        judge=keep,
    )
    check.outcome(
        "fine_tune",
        encoders,
        X,
        y,
        3,
        learning_rate=2.0,
        **settings,
        rng=check.rng(4407),
        judge=judge,
    )


def hidden_fine_tune__epochs(check, np):
    """Every epoch uses every example once, and its loss is the mean over the examples."""
    rng = check.rng(4408)
    X, rate = rng.normal(size=(3, 15)), 1e-5

    def trial(activation, encoders, classes):
        y = rng.integers(0, classes, 15)
        starts = []

        def keep(result):
            starts.append([(W, b) for W, b in result[0]])
            loss = check.ref("softmax_cross_entropy")(
                check.ref("forward")(starts[-1], X, activation)[-1], y
            )[0]
            if np.shape(result[1]) != (2,):
                return "There should be exactly one loss for each epoch."
            if not np.allclose(result[1], loss, 1e-6, check.slack(result[0], X, loss)):
                return "With a learning rate of 0 the losses are not the mean loss, over all examples, of the layers that come back, with the activation asked for."
            return None

        def judge(result):
            # With a tiny learning rate the gradient stays what it was: six steps add up to six times it.
            old, new = starts[0], result[0]
            lost = check.slack(new) / rate  # float32 keeps little of so small a step
            H = check.ref("forward")(old, X, activation)
            dS = check.ref("softmax_cross_entropy")(H[-1], y)[1]
            for before, after, grad in zip(
                old, new, check.ref("backward")(old, H, dS, activation), strict=True
            ):
                for a, b, slope in zip(before, after, grad, strict=True):
                    near = 1e-2 * np.max(np.abs(slope)) + lost
                    if not np.allclose((a - b) / rate, 6 * slope, 1e-2, near):
                        return "Two epochs of three mini-batches do not add up to six steps over all examples and layers."
            return None

        settings = {"activation": activation, "batch_size": 5, "epochs": 2}
        check.outcome(
            "fine_tune",
            encoders,
            X,
            y,
            classes,
            learning_rate=0.0,
            **settings,
            rng=check.rng(4409),
            judge=keep,
            exact="all",
        )
        check.outcome(
            "fine_tune",
            encoders,
            X,
            y,
            classes,
            learning_rate=rate,
            **settings,
            rng=check.rng(4409),
            judge=judge,
            exact="first",
        )

    trial("relu", [(rng.normal(size=(6, 3)), rng.normal(size=(6, 1)))], 5)
    trial(
        "sigmoid",
        [
            (rng.normal(size=(4, 3)), rng.normal(size=(4, 1))),
            (rng.normal(size=(6, 4)), rng.normal(size=(6, 1))),
        ],
        12,
    )

    # All examples in every step, and long ones: for these numbers the loss rises at first, is below 0.01 after 13
    # epochs, and a small difference at the start grows tenfold.
    draw = np.random.default_rng(79)
    encoder = (draw.normal(size=(24, 4)), draw.normal(size=(24, 1)))
    few, labels, start = draw.normal(size=(4, 5)), np.array([0, 1, 2, 1, 0]), []
    forward, cross_entropy = check.ref("forward"), check.ref("softmax_cross_entropy")

    def keep_start(result):
        start.append([(W, b) for W, b in result[0]])
        return None

    def judge_long(epochs):
        def judge(result):
            layers, passed = start[-1], []
            for _ in range(epochs):
                H = forward(layers, few, "tanh")
                loss, dS = cross_entropy(H[-1], labels)
                grads = check.ref("backward")(layers, H, dS, "tanh")
                layers = check.ref("sgd_step")(layers, grads, 2.0)
                passed.append((loss, cross_entropy(forward(layers, few, "tanh")[-1], labels)[0]))
            near = 1e-8 + 100 * check.slack(result[0])
            if np.shape(result[1]) != (epochs,):
                return "There should be exactly one loss for each epoch, also where it rises."
            for new, right in zip(result[0], layers, strict=True):
                if not all(np.allclose(a, b, 1e-6, near) for a, b in zip(new, right, strict=True)):
                    return "Long steps with all examples lead elsewhere: all epochs count, with one rate, whatever the loss does."
            if np.any(np.abs(np.reshape(result[1], (-1, 1)) - passed).min(axis=1) > 1e-6 + near):
                return "With a batch_size above n, a loss is neither that before its step nor that after it."
            return None

        return judge

    for rate, epochs, judge in (
        (0.0, 3, keep_start),  # with as many draws, in whatever order they come
        (2.0, 3, judge_long(3)),
        (0.0, 30, keep_start),
        (2.0, 30, judge_long(30)),
    ):
        check.outcome(
            "fine_tune",
            [encoder],
            few,
            labels,
            3,
            activation="tanh",
            learning_rate=rate,
            batch_size=8,
            epochs=epochs,
            rng=check.rng(4417),
            judge=judge,
            exact="first",
        )

    def judge_first(result):
        if not result[1][0] < 0.9 * np.log(3.0):
            return "The first loss should belong to the first epoch, not to the time before it."
        return None

    # All of one class: a few steps are enough to know it.
    check.outcome(
        "fine_tune",
        [encoder],
        few,
        np.ones(5, dtype=int),
        3,
        activation="tanh",
        learning_rate=0.2,
        batch_size=1,
        epochs=2,
        rng=check.rng(4418),
        judge=judge_first,
    )


def hidden_fine_tune__shuffle(check, np):
    """Every epoch goes through the mini-batches in an order of its own, drawn from rng."""
    rng = check.rng(4410)
    X, y = rng.normal(size=(5, 4)), np.array([0, 1, 2, 1])
    encoders = [(rng.normal(size=(6, 5)), rng.normal(size=(6, 1)))]
    plans = [([i for i in range(4) if i != last], [last]) for last in range(4)]
    first = []
    forward, cross_entropy = check.ref("forward"), check.ref("softmax_cross_entropy")
    backward, step = check.ref("backward"), check.ref("sgd_step")

    def after(layers, plan):
        for batch in plan:
            H = forward(layers, X[:, batch], "tanh")
            _, dS = cross_entropy(H[-1], y[batch])
            layers = step(layers, backward(layers, H, dS, "tanh"), 0.5)
        return layers

    def close(a, b):
        return all(
            np.allclose(p, q, 1e-7, 1e-9 + 20 * check.slack(list(b)))
            for x, y in zip(a, b, strict=True)
            for p, q in zip(x, y, strict=True)
        )

    def keep_in(states):
        def keep(result):
            states[0] = [([(W, b) for W, b in result[0]], ())]
            return None

        return keep

    def judge_of(states, epochs):
        def judge(result):
            for layers, orders in states[epochs - 1]:
                for plan in plans:
                    if close(after(layers, plan), result[0]):
                        states.setdefault(epochs, []).append(
                            ([(W, b) for W, b in result[0]], (*orders, plan))
                        )
                        if epochs == 7 and all(order == plan for order in orders):
                            return "Every epoch takes the examples in the same order: shuffle anew each time."
                        if (*orders, plan) == tuple(first):
                            return "Two generators with different seeds give the same order in every epoch."
                        return None
            return "The layers are not where the epochs lead: each has a mini-batch of 3 and one of 1 of the four examples, in an order that rng alone decides."

        return judge

    settings = {"activation": "tanh", "batch_size": 3}
    for k in (4411, 4414):
        states = {}
        check.outcome(
            "fine_tune",
            encoders,
            X,
            y,
            3,
            learning_rate=0.0,
            epochs=1,
            **settings,
            rng=check.rng(k),
            judge=keep_in(states),
        )
        for epochs in range(1, 8):
            check.outcome(
                "fine_tune",
                encoders,
                X,
                y,
                3,
                learning_rate=0.5,
                epochs=epochs,
                **settings,
                rng=check.rng(k),
                judge=judge_of(states, epochs),
            )
            orders = states[epochs][0][1]
            if first and orders[-1] != first[epochs - 1]:
                return
        first += orders


def hidden_fine_tune__images(check, np):
    """Small real images: the whole network learns, and recognises images it has not seen."""
    X, y, _, _ = check.data(400, 0)
    X_test, y_test = check.held_back(400)
    X, X_test = check.once(
        lambda X=X, X_test=X_test: [
            V.reshape(14, 2, 14, 2, -1).mean(axis=(1, 3)).reshape(196, -1) for V in (X, X_test)
        ]
    )
    rng = check.rng(4412)
    encoders = [
        (rng.normal(0.0, 196**-0.5, (12, 196)), np.zeros((12, 1))),
        (rng.normal(0.0, 12**-0.5, (12, 12)), np.zeros((12, 1))),
    ]

    def judge(result):
        if [np.shape(W) for W, _ in result[0]] != [(12, 196), (12, 12), (10, 12)]:
            return "There should be the encoders and one layer more, with a row for each of the classes."
        S = check.ref("forward")(result[0], X_test, "tanh")[-1]
        if not np.mean(S.argmax(axis=0) == y_test) >= check.threshold("fine_tune_accuracy"):
            return "On real images the fine-tuned network recognises too few."
        return None

    settings = {"activation": "tanh", "learning_rate": 0.2, "batch_size": 20, "epochs": 20}
    check.outcome("fine_tune", encoders, X, y, 10, **settings, rng=check.rng(4413), judge=judge)
