"""What is asked of `convnet_forward`, `convnet_loss` and `train_convnet`."""


# --- convnet_forward ---


def public_convnet_forward__by_hand(check, np):
    """The example of the text; then three random images."""
    params = {
        "conv_W": np.full((1, 1, 1, 1), 0.5),
        "conv_b": np.full((1, 1), -0.25),
        "dense_W": np.array([[1.0], [-1.0]]),
        "dense_b": np.array([[0.0], [0.5]]),
    }
    X = np.array([[1.0, 2.0], [3.0, 4.0]]).reshape(1, 2, 2, 1)
    check.values("convnet_forward", params, X, expected=np.array([[1.75], [-1.25]]))
    rng = check.rng(5704)
    shapes = {"conv_W": (1, 1, 1, 1), "conv_b": (1, 1), "dense_W": (2, 1), "dense_b": (2, 1)}
    params = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    check.values("convnet_forward", params, rng.normal(size=(1, 2, 2, 3)))


def public_convnet_forward__volumes(check, np):
    """Depth 2, three filters, five images that are wider than high."""
    rng = check.rng(5701)
    shapes = {"conv_W": (3, 2, 3, 3), "conv_b": (3, 1), "dense_W": (7, 18), "dense_b": (7, 1)}
    params = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    check.values("convnet_forward", params, rng.normal(size=(2, 4, 6, 5)))


def hidden_convnet_forward__kernels(check, np):
    """Kernels of 1, 5 and 3 pixels, the parameters in another order, a single image."""
    rng = check.rng(5702)
    for (D, H, width, n), F, k, K in (
        ((3, 6, 4, 2), 2, 1, 3),
        ((1, 4, 8, 3), 4, 5, 2),
        ((2, 2, 6, 1), 5, 3, 7),
        ((3, 4, 2, 6), 2, 3, 12),
    ):
        shapes = {
            "dense_b": (K, 1),
            "dense_W": (K, F * H * width // 4),
            "conv_b": (F, 1),
            "conv_W": (F, D, k, k),
        }
        params = {name: rng.normal(size=shape) for name, shape in shapes.items()}
        check.values("convnet_forward", params, rng.normal(size=(D, H, width, n)))


def hidden_convnet_forward__negative(check, np):
    """Filters that hardly ever fire, and images of whole numbers."""
    rng = check.rng(5703)
    shapes = {"conv_W": (3, 1, 3, 3), "conv_b": (3, 1), "dense_W": (5, 18), "dense_b": (5, 1)}
    params = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    X = rng.integers(-3, 4, (1, 4, 6, 3))
    check.values("convnet_forward", params, X)
    check.values("convnet_forward", {**params, "conv_b": params["conv_b"] - 12.0}, X)


# --- convnet_loss ---


def public_convnet_loss__by_hand(check, np):
    """The example of the text; then three random images."""
    params = {
        "conv_W": np.full((1, 1, 1, 1), 0.5),
        "conv_b": np.full((1, 1), -0.25),
        "dense_W": np.array([[1.0], [-1.0]]),
        "dense_b": np.array([[0.0], [0.5]]),
    }
    X = np.array([[1.0, 2.0], [3.0, 4.0]]).reshape(1, 2, 2, 1)
    wrong = 1 / (1 + np.exp(-3.0))
    grads = {
        "conv_W": np.full((1, 1, 1, 1), 8 * wrong),
        "conv_b": np.full((1, 1), 2 * wrong),
        "dense_W": np.array([[1.75 * wrong], [-1.75 * wrong]]),
        "dense_b": np.array([[wrong], [-wrong]]),
    }
    check.values("convnet_loss", params, X, np.array([1]), expected=(-np.log(1 - wrong), grads))
    rng = check.rng(5804)
    shapes = {"conv_W": (1, 1, 1, 1), "conv_b": (1, 1), "dense_W": (2, 1), "dense_b": (2, 1)}
    params = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    check.values("convnet_loss", params, rng.normal(size=(1, 2, 2, 3)), np.array([1, 0, 1]))


def public_convnet_loss__volumes(check, np):
    """Several filters and images, wider than high; then twelve classes and 7,000 weights."""
    rng = check.rng(5801)
    for (D, H, width, n), F, K in (((2, 4, 6, 5), 3, 7), ((1, 16, 18, 10), 8, 12)):
        shapes = {
            "conv_W": (F, D, 3, 3),
            "conv_b": (F, 1),
            "dense_W": (K, F * H * width // 4),
            "dense_b": (K, 1),
        }
        params = {name: 0.5 * rng.normal(size=shape) for name, shape in shapes.items()}
        params["dense_W"] *= 0.5 if K == 7 else 0.1
        check.values(
            "convnet_loss", params, rng.normal(size=(D, H, width, n)), rng.integers(0, K, n)
        )


def hidden_convnet_loss__differences(check, np):
    """All four gradients agree with central differences of the loss."""
    rng = check.rng(5802)
    shapes = {"conv_W": (2, 1, 3, 3), "conv_b": (2, 1), "dense_W": (3, 12), "dense_b": (3, 1)}
    params = {name: 0.5 * rng.normal(size=shape) for name, shape in shapes.items()}
    params["dense_W"] *= 0.6
    X, y = rng.normal(size=(1, 4, 6, 7)), rng.integers(0, 3, 7)
    forward, cross_entropy = check.ref("convnet_forward"), check.ref("softmax_cross_entropy")
    differences = check.ref("numerical_gradient")

    def loss(params):
        return cross_entropy(forward(params, X), y)[0]

    wanted = check.once(
        lambda: {
            name: differences(lambda part, name=name: loss({**params, name: part}), params[name])
            for name in params
        }
    )

    def judge(result):
        near = check.slack(result, X, params)
        if abs(result[0] - loss(params)) > 1e-6 * loss(params) + near:
            return "The loss is not the softmax cross-entropy of the network's scores."
        if set(result[1]) != set(params):
            return "The gradients should be a dict with the keys of params."
        for name, b in wanted.items():
            a = result[1][name]
            if np.shape(a) != b.shape:
                return f"The gradient of {name} does not have its shape."
            error = np.abs(a - b) / np.maximum(1e-8, np.abs(a) + np.abs(b))
            if not np.all((error <= 1e-5) | (np.abs(a - b) <= 1e-9 + near)):
                return f"The gradient of {name} is not that of the loss."
        return None

    check.outcome("convnet_loss", params, X, y, judge=judge)


def hidden_convnet_loss__kernels(check, np):
    """Kernels of 5 and 1 pixels, colour images, a single image, filters that do not fire."""
    rng = check.rng(5803)
    for (D, H, width, n), F, k, K, shift in (
        ((1, 4, 8, 3), 4, 5, 2, 0.0),
        ((3, 6, 4, 2), 2, 1, 5, 0.0),
        ((2, 2, 4, 1), 3, 3, 3, 0.0),
        ((1, 4, 2, 4), 3, 3, 3, -2.5),
    ):
        shapes = {
            "dense_b": (K, 1),
            "dense_W": (K, F * H * width // 4),
            "conv_b": (F, 1),
            "conv_W": (F, D, k, k),
        }
        params = {name: 0.4 * rng.normal(size=shape) for name, shape in shapes.items()}
        params["conv_b"] += shift
        params["dense_W"] *= 0.4
        check.values(
            "convnet_loss", params, rng.normal(size=(D, H, width, n)), rng.integers(0, K, n)
        )


# --- train_convnet ---


def public_train_convnet__by_hand(check, np):
    """The example of the text: one step."""
    params = {
        "conv_W": np.full((1, 1, 1, 1), 0.5),
        "conv_b": np.full((1, 1), -0.25),
        "dense_W": np.array([[1.0], [-1.0]]),
        "dense_b": np.array([[0.0], [0.5]]),
    }
    X = np.array([[1.0, 2.0], [3.0, 4.0]]).reshape(1, 2, 2, 1)
    wrong = 1 / (1 + np.exp(-3.0))
    wanted = {
        "conv_W": np.full((1, 1, 1, 1), 0.5 - 0.8 * wrong),
        "conv_b": np.full((1, 1), -0.25 - 0.2 * wrong),
        "dense_W": np.array([[1.0 - 0.175 * wrong], [-1.0 + 0.175 * wrong]]),
        "dense_b": np.array([[-0.1 * wrong], [0.5 + 0.1 * wrong]]),
    }

    def judge(result):
        new, losses = result
        if set(new) != set(params):
            return "The new parameters should be a dict with the keys of params."
        for name, value in wanted.items():
            if np.shape(new[name]) != value.shape:
                return f"{name} does not have its shape any more."
            if not np.allclose(new[name], value, 1e-6, 1e-9 + check.slack(new)):
                return f"After one step {name} is not where one step against its gradient leads."
        return (
            None if np.shape(losses) == (1,) else "There should be exactly one loss for each epoch."
        )

    settings = {"learning_rate": 0.1, "batch_size": 1, "epochs": 1}
    check.outcome(
        "train_convnet",
        params,
        X,
        np.array([1]),
        **settings,
        rng=check.rng(5901),
        judge=judge,
        exact="first",
    )


def public_train_convnet__bars(check, np):
    """It learns to tell upright bars from level ones, which come one kind after the other."""
    rng = check.rng(5902)
    X, y = 0.1 * rng.normal(size=(1, 6, 6, 11)), np.repeat([0, 1], [5, 6])
    for i in range(11):
        place = rng.integers(0, 6)
        X[(0, slice(None), place, i) if y[i] == 0 else (0, place, slice(None), i)] += 1.0
    shapes = {"conv_W": (4, 1, 3, 3), "conv_b": (4, 1), "dense_W": (2, 36), "dense_b": (2, 1)}
    params = {name: 0.3 * rng.normal(size=shape) for name, shape in shapes.items()}

    def judge(result):
        new, losses = result
        if np.shape(losses) != (30,) or not np.all(np.isfinite(losses)):
            return "There should be exactly one finite loss for each epoch."
        for name, old in params.items():
            if np.shape(new[name]) != old.shape or np.allclose(new[name], old, 1e-3, 1e-4):
                return f"{name} is not trained."
        S = check.ref("dense_forward")  # of the earlier labs: a student's folder has no other
        V = np.pad(X, ((0, 0), (1, 1), (1, 1), (0, 0)))
        Z = sum(
            np.einsum("fd,dijn->fijn", new["conv_W"][:, :, i, j], V[:, i : i + 6, j : j + 6])
            for i in range(3)
            for j in range(3)
        ) + np.reshape(new["conv_b"], (4, 1, 1, 1))
        H = np.maximum(Z, 0.0).reshape(4, 3, 2, 3, 2, 11).max(axis=(2, 4)).reshape(36, 11)
        left = check.ref("softmax_cross_entropy")(S(new["dense_W"], new["dense_b"], H), y)[0]
        if not max(losses[-1], left) < check.threshold("bars_loss_falls") * losses[0]:
            return "The loss does not fall as far as it should."
        return None

    settings = {"learning_rate": 0.2, "batch_size": 4, "epochs": 30}
    check.outcome("train_convnet", params, X, y, **settings, rng=check.rng(5903), judge=judge)


def hidden_train_convnet__one_step(check, np):
    """A batch as large as the data, or larger: an epoch is one step, long or short; a loss belongs to its epoch."""
    rng = check.rng(5904)
    shapes = {"dense_W": (12, 18), "conv_W": (3, 2, 3, 3), "dense_b": (12, 1), "conv_b": (3, 1)}
    params = {name: 0.5 * rng.normal(size=shape) for name, shape in shapes.items()}
    params["dense_W"] *= 0.4
    X, y = rng.normal(size=(2, 4, 6, 5)), rng.integers(0, 12, 5)
    loss_and_grads = check.ref("convnet_loss")

    def judge_of(epochs):
        def judge(result):
            wanted, passed = params, []
            for _ in range(epochs):
                loss, grads = loss_and_grads(wanted, X, y)
                wanted = {name: wanted[name] - 0.1 * grads[name] for name in wanted}
                passed.append((loss, loss_and_grads(wanted, X, y)[0]))
            new, losses = result
            for name, value in wanted.items():
                if np.shape(new[name]) != value.shape or not np.allclose(
                    new[name], value, 1e-6, 1e-9 + 3 * check.slack(new)
                ):
                    return f"{name} is not where one step an epoch against its gradient leads."
            if np.shape(losses) != (epochs,):
                return "There should be exactly one loss for each epoch."
            for seen, allowed in zip(losses, passed, strict=True):
                if not np.isclose(seen, allowed, 1e-6, 3 * check.slack(new, X)).any():
                    return "An epoch's loss is neither that before the step nor that after it."
            return None

        return judge

    for epochs, batch_size in ((1, 5), (3, 8)):
        settings = {"learning_rate": 0.1, "batch_size": batch_size, "epochs": epochs}
        check.outcome(
            "train_convnet",
            params,
            X,
            y,
            **settings,
            rng=check.rng(5905),
            judge=judge_of(epochs),
            exact="first",
        )

    def mean_loss(result):
        # With a tiny learning rate nothing changes, so every epoch's loss is that of all examples.
        if np.shape(result[1]) != (3,):
            return "There should be exactly one loss for each epoch."
        if not np.allclose(result[1], loss_and_grads(params, X[..., :4], y[:4])[0], 1e-3):
            return "An epoch's loss is not the mean over its examples."
        return None

    settings = {"learning_rate": 1e-9, "batch_size": 2, "epochs": 3}
    check.outcome(
        "train_convnet",
        params,
        X[..., :4],
        y[:4],
        **settings,
        rng=check.rng(5910),
        judge=mean_loss,
    )

    def judge_first(result):
        if not result[1][0] < 0.9 * loss_and_grads(params, X, ones)[0]:
            return "The first loss should belong to the first epoch, not to the time before it."
        return None

    # All of one class: a few steps are enough to know it.
    ones = np.ones(5, dtype=int)
    settings = {"learning_rate": 0.1, "batch_size": 1, "epochs": 2}
    check.outcome(
        "train_convnet", params, X, ones, **settings, rng=check.rng(5913), judge=judge_first
    )

    # All images in every step, and long ones: for these numbers the loss rises at first, is below 0.01 after 15
    # epochs, and a small difference at the start grows twelvefold.
    draw = np.random.default_rng(213)
    shapes = {"conv_W": (3, 1, 3, 3), "conv_b": (3, 1), "dense_W": (3, 18), "dense_b": (3, 1)}
    start = {name: 0.5 * draw.normal(size=shape) for name, shape in shapes.items()}
    start["dense_W"] *= 0.4
    few, labels = draw.normal(size=(1, 4, 6, 5)), np.array([0, 1, 2, 1, 0])

    def after(epochs):
        found = start
        for _ in range(epochs):
            _, grads = loss_and_grads(found, few, labels)
            found = {name: found[name] - 0.5 * grads[name] for name in found}
        return found

    def judge_long(wanted, epochs):
        def judge(result):
            near = 1e-8 + 100 * check.slack(result[0])
            if np.shape(result[1]) != (epochs,):
                return "There should be exactly one loss for each epoch, also where it rises."
            if not all(np.allclose(result[0][name], wanted[name], 1e-6, near) for name in wanted):
                return "Long steps with all images lead elsewhere: all epochs count, with one rate, whatever the loss does."
            return None

        return judge

    for epochs, wanted in zip((3, 30), check.once(lambda: [after(3), after(30)]), strict=True):
        check.outcome(
            "train_convnet",
            start,
            few,
            labels,
            learning_rate=0.5,
            batch_size=8,
            epochs=epochs,
            rng=check.rng(5914),
            judge=judge_long(wanted, epochs),
            exact="first",
        )


def hidden_train_convnet__shuffle(check, np):
    """Mini-batches of three and one of four examples; a new order every epoch, by the generator."""
    rng = check.rng(5906)
    shapes = {"conv_W": (2, 1, 3, 3), "conv_b": (2, 1), "dense_W": (3, 4), "dense_b": (3, 1)}
    params = {name: 0.5 * rng.normal(size=shape) for name, shape in shapes.items()}
    X, y = rng.normal(size=(1, 2, 4, 4)), np.array([0, 1, 2, 1])
    loss_and_grads = check.ref("convnet_loss")

    def ask(start, epochs, batch_size, seed, judge):
        settings = {"learning_rate": 0.2, "batch_size": batch_size, "epochs": epochs}
        check.outcome("train_convnet", start, X, y, **settings, rng=check.rng(seed), judge=judge)

    def step(params, batch):
        _, grads = loss_and_grads(params, X[..., batch], y[batch])
        return {name: params[name] - 0.2 * grads[name] for name in params}

    def after_an_epoch(starts):
        """Where the epochs can lead: any of the four examples may be the last."""
        return [
            step(step(start, [i for i in range(4) if i != last]), [last])
            for start in starts
            for last in range(4)
        ]

    ends = {0: [params]}

    def judge_of(epochs):
        def judge(result):
            new, losses = result
            if not any(
                all(
                    np.allclose(new[name], end[name], 1e-7, 1e-9 + 9 * check.slack(new))
                    for name in end
                )
                for end in ends[epochs]
            ):
                return "The steps of an epoch do not belong to mini-batches of 3 and 1 of the four examples, in any order."
            if np.shape(losses) != (epochs,):
                return "There should be exactly one loss for each epoch."
            return None

        return judge

    for epochs in (1, 2):
        ends[epochs] = check.once(lambda epochs=epochs: after_an_epoch(ends[epochs - 1]))
        ask(params, epochs, 3, 5907, judge_of(epochs))

    # Eleven examples in pairs: no two orders that come by chance lead to the same place.
    X, y = rng.normal(size=(1, 2, 4, 11)), np.arange(11) % 3
    kept = {}

    def same(result, name):
        near = 1e-9 + 9 * check.slack(result[0])
        return all(np.allclose(result[0][key], kept[name][key], 1e-7, near) for key in params)

    def keep(name):
        def judge(result):
            kept.setdefault(name, {key: np.array(result[0][key], dtype=float) for key in params})
            return None

        return judge

    def judge_again(result):
        if same(result, "first"):
            return None
        return "Two generators with the same seed gave different results: something besides `rng` decides."

    def judge_other(result):
        if same(result, "first"):
            return "Two generators with different seeds gave the same result."
        return None

    def judge_fresh(result):
        if same(result, "repeated"):
            return "Every epoch takes the examples in the same order: shuffle anew each time."
        return None

    ask(params, 1, 2, 5911, keep("first"))
    ask(params, 1, 2, 5911, judge_again)
    ask(params, 1, 2, 5912, judge_other)
    # One epoch, then one that starts where that ended and takes the same order again.
    ask(kept["first"], 1, 2, 5911, keep("repeated"))
    ask(params, 2, 2, 5911, judge_fresh)


def hidden_train_convnet__images(check, np):
    """Small real images, a few epochs: it recognises images it has not seen."""
    X, y, _, _ = check.data(100, 0)
    X_test, y_test = check.held_back(400)
    X, X_test = check.once(
        lambda X=X, X_test=X_test: [
            V.reshape(1, 28, 28, -1)[:, 2:26, 2:26].reshape(1, 8, 3, 8, 3, -1).mean(axis=(2, 4))
            for V in (X, X_test)
        ]
    )
    rng = check.rng(5908)
    params = {
        "conv_W": rng.normal(0.0, (2 / 9) ** 0.5, (3, 1, 3, 3)),
        "conv_b": np.zeros((3, 1)),
        "dense_W": rng.normal(0.0, 48**-0.5, (10, 48)),
        "dense_b": np.zeros((10, 1)),
    }

    reached = []

    def judge(result):
        new, losses = result
        if any(np.shape(new[name]) != old.shape for name, old in params.items()):
            return "A trained array does not have the shape that it had before."
        left = check.ref("softmax_cross_entropy")(check.ref("convnet_forward")(new, X), y)[0]
        share = np.mean(check.ref("convnet_forward")(new, X_test).argmax(axis=0) == y_test)
        reached.append(share)
        if not max(losses[-1], left) < check.threshold("convnet_loss_falls") * losses[0]:
            return "On real images the loss does not fall far enough."
        if not share >= check.threshold("convnet_accuracy"):
            return "The trained network recognises too few images that it has not seen."
        return None

    settings = {"learning_rate": 0.2, "batch_size": 5, "epochs": 4}
    check.outcome("train_convnet", params, X, y, **settings, rng=check.rng(5909), judge=judge)
    check.metric("accuracy", reached[0])
