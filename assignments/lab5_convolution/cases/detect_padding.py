"""What is asked of `padding_is_wrong`: each case holds wrong ones and a right one, in any order."""


def public_padding_is_wrong__friend(check, np):
    """The friend's convolution is found, your own is left in peace."""
    conv_forward = check.ref("conv_forward")

    def friends(X, W, b, stride=1, padding=0):
        p = 2 * padding
        return conv_forward(np.pad(X, ((0, 0), (p, 0), (p, 0), (0, 0))), W, b, stride, 0)

    answers = [(friends, True), (conv_forward, False)]
    for i in check.rng(5901).permutation(len(answers)):
        check.values("padding_is_wrong", answers[i][0], expected=answers[i][1])


def hidden_padding_is_wrong__edges(check, np):
    """A frame that repeats the edge, one with the image's mean, and a right one with plain loops."""
    conv_forward = check.ref("conv_forward")

    def repeated(X, W, b, stride=1, padding=0):
        frame = ((0, 0), (padding, padding), (padding, padding), (0, 0))
        return conv_forward(np.pad(X, frame, mode="edge"), W, b, stride, 0)

    def filled(X, W, b, stride=1, padding=0):
        frame = ((0, 0), (padding, padding), (padding, padding), (0, 0))
        mean = X.mean(axis=(1, 2), keepdims=True)
        return conv_forward(np.pad(X - mean, frame) + mean, W, b, stride, 0)

    def plain_loops(X, W, b, stride=1, padding=0):
        _, rows, columns, n = X.shape
        k = W.shape[2]
        up, across = ((size + 2 * padding - k) // stride + 1 for size in (rows, columns))
        Z = np.zeros((len(W), up, across, n))
        for i, j, u, v in np.ndindex(up, across, k, k):
            row, column = i * stride + u - padding, j * stride + v - padding
            if 0 <= row < rows and 0 <= column < columns:
                Z[:, i, j] += W[:, :, u, v] @ X[:, row, column]
        return Z + b[:, :, None, None]

    answers = [(repeated, True), (filled, True), (plain_loops, False)]
    for i in check.rng(5902).permutation(len(answers)):
        check.values("padding_is_wrong", answers[i][0], expected=answers[i][1])


def hidden_padding_is_wrong__shape(check, np):
    """One that does not pad at all, and a right one in float32."""
    conv_forward = check.ref("conv_forward")

    def none_at_all(X, W, b, stride=1, padding=0):
        return conv_forward(X, W, b, stride, 0 * padding)

    def single(X, W, b, stride=1, padding=0):
        X, W, b = (np.asarray(array, dtype=np.float32) for array in (X, W, b))
        return conv_forward(X, W, b, stride, padding)

    answers = [(none_at_all, True), (single, False)]
    for i in check.rng(5903).permutation(len(answers)):
        check.values("padding_is_wrong", answers[i][0], expected=answers[i][1])


def hidden_padding_is_wrong__wide(check, np):
    """One that is uneven from a padding of 2 on, and a right one that writes into zeros."""
    conv_forward = check.ref("conv_forward")

    def uneven(X, W, b, stride=1, padding=0):
        more = int(padding > 1)
        frame = (padding - more, padding + more)
        return conv_forward(np.pad(X, ((0, 0), frame, frame, (0, 0))), W, b, stride, 0)

    def into_zeros(X, W, b, stride=1, padding=0):
        D, rows, columns, n = X.shape
        framed = np.zeros((D, rows + 2 * padding, columns + 2 * padding, n))
        framed[:, padding : padding + rows, padding : padding + columns] = X
        return conv_forward(framed, W, b, stride, 0)

    answers = [(uneven, True), (into_zeros, False)]
    for i in check.rng(5904).permutation(len(answers)):
        check.values("padding_is_wrong", answers[i][0], expected=answers[i][1])
