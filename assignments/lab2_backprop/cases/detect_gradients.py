"""What is asked of `wrong_gradients`: each case holds wrong layers and right ones, in any order."""


def public_wrong_gradients__gate(check, np):
    """A gate with the bug of the text is found, the mended one is left in peace."""
    shapes = {"w": (3, 1), "b": (3, 1), "v": (3, 1), "c": (3, 1), "X": (3, 7)}

    def both(arrays):
        w, b, v, c, X = (arrays[name] for name in shapes)
        return w * X + b, 1 / (1 + np.exp(-(v * X + c)))

    def gate(arrays):
        A, G = both(arrays)
        return A * G

    def gradients(dH, arrays, value_of_the_sigmoid):
        A, G = both(arrays)
        X, S = arrays["X"], value_of_the_sigmoid(A, G)
        dA, dZ = dH * G, dH * A * S * (1 - S)
        found = {"w": dA * X, "b": dA, "v": dZ * X, "c": dZ}
        found = {name: np.sum(found[name], axis=1).reshape(3, 1) for name in found}
        return {**found, "X": dA * arrays["w"] + dZ * arrays["v"]}

    def with_bug(dH, arrays):
        return gradients(dH, arrays, lambda A, G: A)

    def mended(dH, arrays):
        return gradients(dH, arrays, lambda A, G: G)

    answers = [(with_bug, ["X", "c", "v"]), (mended, [])]
    for i in check.rng(2901).permutation(len(answers)):
        check.values("wrong_gradients", gate, answers[i][0], shapes, expected=answers[i][1])


def hidden_wrong_gradients__two_bugs(check, np):
    """A layer with two bugs, and a right one with kinks."""
    shapes = {"X": (6, 8), "W": (4, 6), "b": (4, 1)}

    def smooth(arrays):
        return np.tanh(arrays["W"] @ arrays["X"] + arrays["b"])

    def mean_and_sign(dH, arrays):
        dZ = dH * (1 - smooth(arrays) ** 2)
        db = dZ.mean(axis=1, keepdims=True)
        return {"W": dZ @ arrays["X"].T, "b": db, "X": -arrays["W"].T @ dZ}

    def with_kinks(arrays):
        Z = arrays["W"] @ arrays["X"] + arrays["b"]
        return np.maximum(Z, 0) + 2 * np.abs(Z - 1)

    def right(dH, arrays):
        Z = arrays["W"] @ arrays["X"] + arrays["b"]
        dZ = dH * ((Z > 0) + 2 * np.sign(Z - 1))
        db = dZ.sum(axis=1, keepdims=True)
        return {"b": db, "X": arrays["W"].T @ dZ, "W": dZ @ arrays["X"].T}

    answers = [(smooth, mean_and_sign, ["X", "b"]), (with_kinks, right, [])]
    for i in check.rng(2902).permutation(len(answers)):
        forward, backward, wrong = answers[i]
        check.values("wrong_gradients", forward, backward, shapes, expected=wrong)


def hidden_wrong_gradients__shares(check, np):
    """Columns made into shares of 1, with a gradient twice too large, and a right one."""
    shapes = {"S": (5, 4), "t": (5, 1)}

    def shares(arrays):
        P = np.exp(arrays["S"])
        return P / P.sum(axis=0) + np.sin(arrays["t"])

    def right(dH, arrays):
        P = shares({**arrays, "t": np.zeros((5, 1))})
        dt = np.cos(arrays["t"]) * dH.sum(axis=1, keepdims=True)
        return {"S": P * (dH - (P * dH).sum(axis=0)), "t": dt}

    def twice(dH, arrays):
        found = right(dH, arrays)
        return {"S": 2 * found["S"], "t": found["t"]}

    answers = [(twice, ["S"]), (right, [])]
    for i in check.rng(2903).permutation(len(answers)):
        check.values("wrong_gradients", shares, answers[i][0], shapes, expected=answers[i][1])


def hidden_wrong_gradients__small(check, np):
    """A bias wrong for one unit alone, a slope of 0.95 for 1, and a right layer in float32."""
    shapes = {"W": (3, 2, 4), "b": (3, 4)}

    def layer(arrays):
        return np.einsum("idj,idj->ij", arrays["W"], arrays["W"]) / 2 + np.sin(arrays["b"])

    def right(dH, arrays):
        dW = dH[:, None, :] * arrays["W"]
        return {"W": dW.astype(np.float32), "b": (dH * np.cos(arrays["b"])).astype(np.float32)}

    def last_bias(dH, arrays):
        db = dH * np.cos(arrays["b"])
        db[-1] = db[-1] / 3
        return {"W": dH[:, None, :] * arrays["W"], "b": db}

    def less(dH, arrays):
        found = right(dH, arrays)
        return {"W": 0.95 * found["W"], "b": found["b"]}

    answers = [(last_bias, ["b"]), (less, ["W"]), (right, [])]
    for i in check.rng(2904).permutation(len(answers)):
        check.values("wrong_gradients", layer, answers[i][0], shapes, expected=answers[i][1])
