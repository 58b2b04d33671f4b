"""What is asked of `pretrain_is_wrong`: each case holds wrong ones and a right one, in any order."""


def public_pretrain_is_wrong__friend(check, np):
    """The friend's `pretrain` is found, your own is left in peace."""
    pretrain, forward = check.ref("pretrain"), check.ref("forward")

    def friends(X, hidden_sizes, *, activation, **settings):
        if not len(hidden_sizes):
            return []
        layer = pretrain(X, hidden_sizes[:1], activation=activation, **settings)
        scores, rest = forward(layer, X, activation)[-1], hidden_sizes[1:]
        return [*layer, *friends(scores, rest, activation=activation, **settings)]

    answers = [(friends, True), (pretrain, False)]
    for i in check.rng(4901).permutation(len(answers)):
        check.values("pretrain_is_wrong", answers[i][0], expected=answers[i][1])


def hidden_pretrain_is_wrong__data(check, np):
    """All layers on the raw data, decoders for encoders, and a right one with other shuffles."""
    loss_of, initialize = check.ref("autoencoder_loss"), check.ref("initialize")
    forward = check.ref("forward")

    def stack(data, kept):
        def pretrain(X, hidden_sizes, *, activation, learning_rate, batch_size, epochs, rng):
            layers, H = [], X
            for hidden in hidden_sizes:
                pair = initialize([len(H), hidden, len(H)], rng, "xavier")
                for _ in range(epochs):
                    order = rng.random(H.shape[1]).argsort()
                    for k in range(0, len(order), batch_size):
                        _, *grads = loss_of(*pair, H[:, order[k : k + batch_size]], activation)
                        pair = [
                            (W - learning_rate * dW, b - learning_rate * db)
                            for (W, b), (dW, db) in zip(pair, grads, strict=True)
                        ]
                layers.append(pair[kept])
                H = data(X, forward(pair, H, activation)[1])
            return layers

        return pretrain

    raw = stack(lambda X, codes: X, 0)
    decoders = stack(lambda X, codes: codes, 1)
    other = stack(lambda X, codes: codes, 0)
    answers = [(raw, True), (decoders, True), (other, False)]
    for i in check.rng(4902).permutation(len(answers)):
        check.values("pretrain_is_wrong", answers[i][0], expected=answers[i][1])


def hidden_pretrain_is_wrong__third(check, np):
    """One whose third layer sees the second one's scores, and a right one in float32."""
    pretrain, forward = check.ref("pretrain"), check.ref("forward")

    def third_on_scores(X, hidden_sizes, *, activation, **settings):
        lower = pretrain(X, hidden_sizes[:2], activation=activation, **settings)
        for hidden in hidden_sizes[2:]:
            scores = forward(lower, X, activation)[-1]
            lower = [*lower, *pretrain(scores, [hidden], activation=activation, **settings)]
        return lower

    def single(X, hidden_sizes, **settings):
        layers = pretrain(X, hidden_sizes, **settings)
        return [(W.astype(np.float32), b.astype(np.float32)) for W, b in layers]

    answers = [(third_on_scores, True), (single, False)]
    for i in check.rng(4903).permutation(len(answers)):
        check.values("pretrain_is_wrong", answers[i][0], expected=answers[i][1])


def hidden_pretrain_is_wrong__activation(check, np):
    """One whose codes are always a sigmoid's, and a right one that calls itself."""
    pretrain, a = (
        check.ref("pretrain"),
        {name: check.ref(name) for name in ("tanh", "relu", "sigmoid")},
    )

    def sigmoid_codes(X, hidden_sizes, **settings):
        encoders = []
        for hidden in hidden_sizes:
            encoders += pretrain(X, [hidden], **settings)
            W, b = encoders[-1]
            X = a["sigmoid"](W @ X + b)
        return encoders

    def itself(X, hidden_sizes, *, activation, **settings):
        if len(hidden_sizes) == 0:
            return []
        ((W, b),) = pretrain(X, [hidden_sizes[0]], activation=activation, **settings)
        codes = a[activation](W @ X + b)
        return [[W, b], *itself(codes, hidden_sizes[1:], activation=activation, **settings)]

    answers = [(sigmoid_codes, True), (itself, False)]
    for i in check.rng(4904).permutation(len(answers)):
        check.values("pretrain_is_wrong", answers[i][0], expected=answers[i][1])
