"""What is asked of `train_is_wrong`: each case holds a wrong one and a right one, in any order."""


def public_train_is_wrong__friend(check, np):
    """The friend's `train` is found, your own is left in peace."""
    train = check.ref("train")

    def friends(params, X, y, *, learning_rate, batch_size, **settings):
        rate = learning_rate / min(batch_size, len(y))
        return train(params, X, y, learning_rate=rate, batch_size=batch_size, **settings)

    answers = [(friends, True), (train, False)]
    for i in check.rng(3901).permutation(len(answers)):
        check.values("train_is_wrong", answers[i][0], expected=answers[i][1])


def hidden_train_is_wrong__labels(check, np):
    """One that cuts the labels wrongly, and a right one that shuffles in another way."""
    forward, backward = check.ref("forward"), check.ref("backward")
    loss_of = check.ref("softmax_cross_entropy")

    def training(labels, order):
        def train(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
            losses = []
            for _ in range(epochs):
                shuffled = order(rng, len(y))
                for k in range(0, len(y), batch_size):
                    batch = shuffled[k : k + batch_size]
                    H = forward(params, X[:, batch], activation)
                    grads = backward(params, H, loss_of(H[-1], labels(y, batch))[1], activation)
                    pairs = zip(params, grads, strict=True)
                    params = [
                        (W - learning_rate * dW, b - learning_rate * db)
                        for (W, b), (dW, db) in pairs
                    ]
                losses.append(loss_of(forward(params, X, activation)[-1], y)[0])
            return params, losses

        return train

    cut = training(lambda y, batch: y[: len(batch)], lambda rng, n: rng.permutation(n))
    other = training(lambda y, batch: y[batch], lambda rng, n: rng.random(n).argsort()[::-1])
    answers = [(cut, True), (other, False)]
    for i in check.rng(3902).permutation(len(answers)):
        check.values("train_is_wrong", answers[i][0], expected=answers[i][1])


def hidden_train_is_wrong__epochs(check, np):
    """One that begins each epoch at the start again, and a right one in float32."""
    train = check.ref("train")

    def again_and_again(params, X, y, *, epochs, **settings):
        runs = [train(params, X, y, epochs=1, **settings) for _ in range(epochs)]
        return runs[-1][0], [losses[0] for _, losses in runs]

    def single(params, X, y, **settings):
        params = [(W.astype(np.float32), b.astype(np.float32)) for W, b in params]
        return train(params, X.astype(np.float32), y, **settings)

    answers = [(again_and_again, True), (single, False)]
    for i in check.rng(3903).permutation(len(answers)):
        check.values("train_is_wrong", answers[i][0], expected=answers[i][1])


def hidden_train_is_wrong__sum(check, np):
    """One that adds up the gradients of a batch, and a right one that loops over examples."""
    train = check.ref("train")
    forward, backward = check.ref("forward"), check.ref("backward")
    loss_of = check.ref("softmax_cross_entropy")

    def added_up(params, X, y, *, learning_rate, batch_size, **settings):
        rate = learning_rate * min(batch_size, len(y))
        return train(params, X, y, learning_rate=rate, batch_size=batch_size, **settings)

    def one_by_one(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
        losses, n = [], len(y)
        for _ in range(epochs):
            left, total = list(rng.permutation(n)), 0.0
            while left:
                batch, left = left[:batch_size], left[batch_size:]
                new = [[W.copy(), b.copy()] for W, b in params]
                for i in batch:
                    H = forward(params, X[:, i : i + 1], activation)
                    loss, dS = loss_of(H[-1], y[i : i + 1])
                    total += loss / n
                    for layer, (dW, db) in zip(
                        new, backward(params, H, dS, activation), strict=True
                    ):
                        layer[0] -= learning_rate * dW / len(batch)
                        layer[1] -= learning_rate * db / len(batch)
                params = [(W, b) for W, b in new]
            losses.append(total)
        return params, losses

    answers = [(added_up, True), (one_by_one, False)]
    for i in check.rng(3904).permutation(len(answers)):
        check.values("train_is_wrong", answers[i][0], expected=answers[i][1])
