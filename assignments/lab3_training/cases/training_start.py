"""What is asked of `initialize`, `minibatches` and `sgd_step`."""


# --- initialize ---


def public_initialize__shapes(check, np):
    """Shapes of weights and biases, and biases of 0, without naming a scheme."""
    sizes = [5, 7, 3]

    def judge(params):
        if len(params) != 2:
            return "Three sizes make two layers, so the list should hold two pairs (W, b)."
        for (W, b), p, q in zip(params, sizes[:-1], sizes[1:], strict=True):
            if np.shape(W) != (q, p):
                return "A weight matrix has the wrong shape: units × inputs is right."
            if np.shape(b) != (q, 1):
                return "The biases of a layer should be a column, units × 1."
            if not np.all(np.isfinite(W)) or np.any(np.asarray(b) != 0):
                return "All biases should be exactly 0."
            if np.unique(W).size != p * q:
                return "Some weights are equal: each should be a random number of its own."
            if np.max(np.abs(W)) > 0.1:
                return "Without a named scheme the weights should be small: 0.01 times a normal number."
        return None

    check.outcome("initialize", sizes, check.rng(3101), judge=judge)


def public_initialize__zeros(check, np):
    """The scheme "zeros": all weights and biases 0."""
    params = [(np.zeros((5, 3)), np.zeros((5, 1))), (np.zeros((2, 5)), np.zeros((2, 1)))]
    check.values("initialize", [3, 5, 2], check.rng(3102), "zeros", expected=params)


def public_initialize__small(check, np):
    """The scheme "small": spread 0.01, around 0, in every layer."""

    def judge(params):
        for (W, b), shape in zip(params, ((20, 30), (10, 20)), strict=True):
            if np.shape(W) != shape or np.shape(b) != (shape[0], 1):
                return "A weight matrix or a column of biases has the wrong shape."
            if np.any(np.asarray(b) != 0):
                return "All biases should be exactly 0."
            if np.std(W) == 0:
                return "All weights of a layer are equal."
            if abs(np.mean(W)) > 6 * max(0.01, np.std(W)) / np.sqrt(W.size):
                return "The weights should lie around 0, half of them negative."
            if abs(np.std(W) / 0.01 - 1) > 6 / np.sqrt(2 * W.size):
                way = "larger" if np.std(W) > 0.01 else "smaller"
                return f"The standard deviation of the weights should be 0.01; it is {way}."
        return None

    check.outcome("initialize", [30, 20, 10], check.rng(3103), "small", judge=judge)


def public_initialize__scaled(check, np):
    """The schemes "xavier" and "he": spread by the layer's own number of inputs."""

    def judge_with(factor):
        def judge(params):
            for (W, b), shape in zip(params, ((30, 60), (12, 30)), strict=True):
                if np.shape(W) != shape or np.shape(b) != (shape[0], 1):
                    return "A weight matrix or a column of biases has the wrong shape."
                if np.any(np.asarray(b) != 0):
                    return "All biases should be exactly 0."
                right = np.sqrt(factor / shape[1])
                if abs(np.mean(W)) > 6 * max(right, np.std(W)) / np.sqrt(W.size):
                    return "The weights should lie around 0, half of them negative."
                if abs(np.std(W) / right - 1) > 6 / np.sqrt(2 * W.size):
                    way = "large" if np.std(W) > right else "small"
                    return f"The standard deviation of a layer's weights is too {way} for its number of inputs."
            return None

        return judge

    check.outcome("initialize", [60, 30, 12], check.rng(3104), "xavier", judge=judge_with(1.0))
    check.outcome("initialize", [60, 30, 12], check.rng(3105), "he", judge=judge_with(2.0))


def hidden_initialize__large_xavier(check, np):
    """Larger layers with "xavier": variance 1/fan_in."""

    def judge(params):
        for (W, b), shape in zip(params, ((120, 250), (300, 120), (8, 300)), strict=True):
            if np.shape(W) != shape or np.shape(b) != (shape[0], 1):
                return "A weight matrix or a column of biases has the wrong shape."
            if np.any(np.asarray(b) != 0):
                return "All biases should be exactly 0."
            right = shape[1] ** -0.5
            if abs(np.mean(W)) > 6 * max(right, np.std(W)) / np.sqrt(W.size):
                return "The weights should lie around 0, half of them negative."
            if abs(np.std(W) / right - 1) > 6 / np.sqrt(2 * W.size):
                way = "larger" if np.std(W) > right else "smaller"
                return f"With the scheme xavier the variance of the weights should be 1 / fan_in; it is {way}."
        return None

    check.outcome("initialize", [250, 120, 300, 8], check.rng(3106), "xavier", judge=judge)
    check.outcome("initialize", [250, 120, 300, 8], check.rng(3107), scheme="xavier", judge=judge)


def hidden_initialize__large_he(check, np):
    """Larger layers with "he": variance 2/fan_in; and "small" again."""

    def judge_with(deviation):
        def judge(params):
            for (W, b), shape in zip(params, ((180, 300), (9, 180)), strict=True):
                if np.shape(W) != shape or np.shape(b) != (shape[0], 1):
                    return "A weight matrix or a column of biases has the wrong shape."
                if np.any(np.asarray(b) != 0):
                    return "All biases should be exactly 0."
                right = deviation(shape[1])
                if abs(np.mean(W)) > 6 * max(right, np.std(W)) / np.sqrt(W.size):
                    return "The weights should lie around 0, half of them negative."
                if abs(np.std(W) / right - 1) > 6 / np.sqrt(2 * W.size):
                    way = "larger" if np.std(W) > right else "smaller"
                    return (
                        f"With this scheme the spread of the weights is {way} than the table says."
                    )
            return None

        return judge

    check.outcome(
        "initialize",
        [300, 180, 9],
        check.rng(3108),
        "he",
        judge=judge_with(lambda n: np.sqrt(2 / n)),
    )
    check.outcome(
        "initialize", [300, 180, 9], check.rng(3109), "small", judge=judge_with(lambda n: 0.01)
    )


def hidden_initialize__every_unit(check, np):
    """Every weight of every unit and layer is a random number of its own."""

    def judge(params):
        matrices = [np.asarray(W) for W, _ in params]
        if [W.shape for W in matrices] != [(11, 11), (11, 11), (11, 11)]:
            return "A weight matrix has the wrong shape: units × inputs is right."
        if any(np.unique(W).size != W.size for W in matrices):
            return "Some weights of a layer are equal: each should be a random number of its own."
        if (
            np.intersect1d(matrices[0], matrices[1]).size
            or np.intersect1d(matrices[1], matrices[2]).size
        ):
            return "Two layers start with the same random numbers."
        return None

    for k, scheme in ((3110, "small"), (3111, "xavier"), (3112, "he")):
        check.outcome("initialize", [11, 11, 11, 11], check.rng(k), scheme, judge=judge)


def hidden_initialize__uses_rng(check, np):
    """The random numbers come from the generator that is passed in."""
    kept = []

    def keep(params):
        kept.append(np.concatenate([np.ravel(W) for W, _ in params]))

    def judge_same(params):
        if np.array_equal(first, np.concatenate([np.ravel(W) for W, _ in params])):
            return None
        return "Two generators with the same seed gave different weights: something besides `rng` decides."

    def judge_other(params):
        # `kept` also holds what a known mistake gave before, which may draw by another seed.
        weights = np.concatenate([np.ravel(W) for W, _ in params])
        alike = [before for before in [first, *kept] if before.shape == weights.shape]
        if any(np.any(before == weights) for before in alike):
            return "Two generators with different seeds gave the same weights."
        return None

    for k, scheme in ((3113, "small"), (3114, "xavier"), (3115, "he")):
        check.outcome("initialize", [5, 9, 3], check.rng(k), scheme, judge=keep)
        first = kept[-1]
        check.outcome("initialize", [5, 9, 3], check.rng(k + 10), scheme, judge=judge_other)
        check.outcome("initialize", [5, 9, 3], check.rng(k), scheme, judge=judge_same)


# --- minibatches ---


def public_minibatches__sizes(check, np):
    """13 examples in fives: 5, 5 and 3, every example once."""

    def judge(batches):
        if [len(batch) for batch in batches] != [5, 5, 3]:
            return "13 examples in fives should give batches of 5, 5 and 3."
        if any(isinstance(batch, tuple) for batch in batches):
            return "A batch should be an array or a list: y[(2, 0)] asks for row 2, column 0."
        if any(np.asarray(batch).dtype.kind not in "iu" for batch in batches):
            return "The indices should be whole numbers (of an integer type), to pick columns with."
        if sorted(int(i) for batch in batches for i in batch) != list(range(13)):
            return "Every index from 0 to n − 1 should stand in exactly one batch."
        return None

    check.outcome("minibatches", 13, 5, check.rng(3201), judge=judge)


def public_minibatches__no_rest(check, np):
    """12 examples in fours: three full batches."""

    def judge(batches):
        if [len(batch) for batch in batches] != [4, 4, 4]:
            return "12 examples in fours should give three batches of 4."
        if sorted(int(i) for batch in batches for i in batch) != list(range(12)):
            return "Every index from 0 to n − 1 should stand in exactly one batch."
        return None

    check.outcome("minibatches", 12, 4, check.rng(3202), judge=judge)


def public_minibatches__shuffled(check, np):
    """60 examples in tens: shuffled, not in order."""

    def judge(batches):
        order = np.concatenate([np.asarray(batch) for batch in batches])
        if sorted(order.tolist()) != list(range(60)):
            return "Every index from 0 to n − 1 should stand in exactly one batch."
        if np.array_equal(order, np.arange(60)):
            return "The examples are not shuffled."
        if np.count_nonzero(np.abs(np.diff(order)) == 1) > 30:
            return "Neighbours stay together: shuffle the examples, not only the batches."
        if np.corrcoef(order, np.arange(60))[0, 1] > 0.75:
            return "The examples are hardly mixed: early ones are still in early batches."
        return None

    check.outcome("minibatches", 60, 10, check.rng(3203), judge=judge)


def hidden_minibatches__extreme_sizes(check, np):
    """Batches of one example, of all, and of more than there are."""

    def judge_with(n, sizes):
        def judge(batches):
            if [len(batch) for batch in batches] != sizes:
                return "For this batch size the batches have the wrong lengths."
            if sorted(int(i) for batch in batches for i in batch) != list(range(n)):
                return "Every index from 0 to n − 1 should stand in exactly one batch."
            return None

        return judge

    for k, n, batch_size, sizes in (
        (3204, 7, 1, [1] * 7),
        (3205, 9, 9, [9]),
        (3206, 7, 10, [7]),
        (3207, 11, 10, [10, 1]),
        (3208, 1, 3, [1]),
    ):
        check.outcome("minibatches", n, batch_size, check.rng(k), judge=judge_with(n, sizes))


def hidden_minibatches__many(check, np):
    """Many examples in batches of odd sizes."""

    def judge_with(n, batch_size):
        def judge(batches):
            sizes = [len(batch) for batch in batches]
            if any(isinstance(batch, tuple) for batch in batches):
                return "A batch should be an array or a list: y[(2, 0)] asks for row 2, column 0."
            if any(np.asarray(batch).dtype.kind not in "iu" for batch in batches):
                return "The indices should be whole numbers (of an integer type), to pick columns with."
            if sizes != [min(batch_size, n - start) for start in range(0, n, batch_size)]:
                return "All batches but the last should be full, and no example left out."
            if sorted(int(i) for batch in batches for i in batch) != list(range(n)):
                return "Every index from 0 to n − 1 should stand in exactly one batch."
            return None

        return judge

    for k, n, batch_size in ((3209, 101, 8), (3210, 96, 12), (3211, 250, 33)):
        check.outcome("minibatches", n, batch_size, check.rng(k), judge=judge_with(n, batch_size))


def hidden_minibatches__mixed(check, np):
    """Every batch is a mixture of all examples."""

    def judge(batches):
        order = np.concatenate([np.asarray(batch) for batch in batches])
        if sorted(order.tolist()) != list(range(300)):
            return "Every index from 0 to n − 1 should stand in exactly one batch."
        if np.count_nonzero(np.abs(np.diff(order)) == 1) > 150:
            return "Neighbours stay together: shuffle the examples, not only the batches."
        if abs(np.corrcoef(order, np.arange(300))[0, 1]) > 0.4:
            return "The examples are hardly mixed: early ones are still in early batches."
        return None

    check.outcome("minibatches", 300, 25, check.rng(3212), judge=judge)
    check.outcome("minibatches", 300, 64, check.rng(3213), judge=judge)


def hidden_minibatches__uses_rng(check, np):
    """The order comes from the generator that is passed in."""
    kept = []

    def keep(batches):
        kept.append([int(i) for batch in batches for i in batch])

    def judge_same(batches):
        if [int(i) for batch in batches for i in batch] == first:
            return None
        return "Two generators with the same seed gave different batches: something besides `rng` decides."

    def judge_other(batches):
        # `kept` also holds what a known mistake gave before, which may draw by another seed.
        if [int(i) for batch in batches for i in batch] in [first, *kept]:
            return "Two generators with different seeds gave the same batches."
        return None

    check.outcome("minibatches", 40, 8, check.rng(3214), judge=keep)
    first = kept[-1]
    check.outcome("minibatches", 40, 8, check.rng(3215), judge=judge_other)
    check.outcome("minibatches", 40, 8, check.rng(3214), judge=judge_same)


# --- sgd_step ---


def public_sgd_step__by_hand(check, np):
    """The example of the text, and a second layer."""
    params = [
        (np.array([[1.0, -2.0]]), np.array([[0.5]])),
        (np.array([[4.0], [0.0], [-1.0]]), np.zeros((3, 1))),
    ]
    grads = [
        (np.array([[0.5, -1.0]]), np.array([[2.0]])),
        (np.array([[-10.0], [1.0], [0.0]]), np.array([[1.0], [0.0], [-3.0]])),
    ]
    expected = [
        (np.array([[0.95, -1.9]]), np.array([[0.3]])),
        (np.array([[5.0], [-0.1], [-1.0]]), np.array([[-0.1], [0.0], [0.3]])),
    ]
    check.values("sgd_step", params, grads, 0.1, expected=expected)
    rng = check.rng(3305)
    params, grads = (
        [
            (rng.normal(size=(1, 2)), rng.normal(size=(1, 1))),
            (rng.normal(size=(3, 1)), rng.normal(size=(3, 1))),
        ]
        for _ in range(2)
    )
    check.values("sgd_step", params, grads, 0.1)


def public_sgd_step__three_layers(check, np):
    """Three layers."""
    rng = check.rng(3301)
    shapes = ((5, 3), (2, 5), (4, 2))
    params = [(rng.normal(size=shape), rng.normal(size=(shape[0], 1))) for shape in shapes]
    grads = [(rng.normal(size=shape), rng.normal(size=(shape[0], 1))) for shape in shapes]
    check.values("sgd_step", params, grads, 0.25)


def public_sgd_step__one_layer(check, np):
    """A single layer and a large learning rate."""
    rng = check.rng(3302)
    params = [(rng.normal(size=(3, 7)), rng.normal(size=(3, 1)))]
    grads = [(rng.normal(size=(3, 7)), rng.normal(size=(3, 1)))]
    check.values("sgd_step", params, grads, 3.0)


def hidden_sgd_step__whole_values(check, np):
    """Parameters and gradients with whole values, and a whole number as the rate."""
    rng = check.rng(3303)
    shapes = ((3, 5), (4, 3))
    params, grads = (
        [
            (1.0 * rng.integers(-3, 4, shape), 1.0 * rng.integers(-3, 4, (shape[0], 1)))
            for shape in shapes
        ]
        for _ in range(2)
    )
    check.values("sgd_step", params, grads, 0.125)
    check.values("sgd_step", params, grads, 2)


def hidden_sgd_step__small_rate(check, np):
    """Small and large learning rates, four layers."""
    rng = check.rng(3304)
    shapes = ((7, 5), (3, 7), (6, 3), (2, 6))
    params = [(rng.normal(size=shape), rng.normal(size=(shape[0], 1))) for shape in shapes]
    grads = [(rng.normal(0, 3, shape), rng.normal(0, 3, (shape[0], 1))) for shape in shapes]
    grads[2] = (np.zeros((6, 3)), np.zeros((6, 1)))
    for rate in (1e-3, 0.7, 11.0):
        check.values("sgd_step", params, grads, rate)
