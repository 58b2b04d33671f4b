"""The pictures of lab 4: each function draws one, with your own functions at work in it."""

from __future__ import annotations

import sys
from functools import lru_cache
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from matplotlib.layout_engine import TightLayoutEngine
from matplotlib.patches import Rectangle

import guesses
from labdata import CLASS_NAMES, fashion_mnist_images, load_fashion_mnist, mean_image

BLACK, BLUE, ORANGE, GREY = "#000000", "#0072B2", "#D98200", "#777777"
"""These differ in grey and for colour-blind people."""
FITTED = TightLayoutEngine(rect=None)  # in one pass: "constrained" takes two, and a browser waits
plt.rcParams.update(
    {
        "figure.dpi": 100,
        "font.size": 11,
        "axes.titley": 1,
        "axes.spines.top": False,
        "axes.spines.right": False,
    }
)
TICKS = np.linspace(-1, 1, 11)


@lru_cache(maxsize=1)
def pictures() -> tuple[np.ndarray, ...]:
    """X_train, y_train, X_test, y_test: 2,000 pictures to learn from, 1,000 to test on."""
    return load_fashion_mnist(2000, 1000)


def draw(ax, pixels, title="", low=0.0, high=1.0) -> None:
    """A column of pixels as a square grey picture."""
    side = round(len(pixels) ** 0.5)
    ax.imshow(pixels.reshape(side, side), cmap="gray", vmin=low, vmax=high)
    ax.set_title(title, fontsize=10)
    ax.set_xticks([])
    ax.set_yticks([])
    ax.spines[:].set_visible(False)


def strip(ax, columns, *, name, titles=(), low=0.0, high=1.0) -> None:
    """Columns of pixels as square grey pictures side by side, in one axes: that is quick to draw."""
    side = round(len(columns) ** 0.5)
    gap = max(1, side // 14)
    tiles = columns.T.reshape(-1, side, side)
    tiles = np.pad(tiles, ((0, 0), (0, 0), (0, gap)), constant_values=np.nan)  # nan stays white
    ax.imshow(np.hstack(list(tiles)), cmap="gray", vmin=low, vmax=high)
    lefts = (side + gap) * np.arange(len(tiles)) - 0.5
    for left in lefts:
        ax.add_patch(Rectangle((left, -0.5), side, side, fill=False, edgecolor=GREY, lw=0.6))
    for left, title in zip(lefts, titles, strict=False):
        ax.text(left + side / 2, -0.5 - 0.06 * side, title, ha="center", fontsize=10)
    ax.set(xticks=[], yticks=[], ylabel=name)
    ax.spines[:].set_visible(False)


def error_left(X_hat, X) -> float:
    """Share of the squared error that is left; 1 is that of always the mean picture."""
    return float(np.sum((X_hat - X) ** 2) / np.sum(X**2))


@lru_cache(maxsize=1)
def _principal(most: int = 32) -> np.ndarray:
    """The first principal directions of the training pictures, the strongest first.

    A few more directions than that are multiplied by XXᵀ again and again, until they are the
    strongest ones; `svd` of all pictures finds all 784, and takes many times as long.
    """
    X = pictures()[0]
    rows, basis = np.ascontiguousarray(X), np.random.default_rng(0).normal(size=(784, most + 8))
    for _ in range(6):
        basis = np.asfortranarray(basis)  # where a direction lies in one piece, products are quick
        basis = np.linalg.qr(rows @ (basis.T @ X).T)[0]
    return (basis @ np.linalg.svd(basis.T @ X, full_matrices=False)[0])[:, :most]


def best_linear(k: int) -> tuple[float, np.ndarray]:
    """PCA's reconstruction of the test pictures from k numbers, the best a linear map can: error, X̂."""
    X_test, basis = pictures()[2], _principal()[:, :k]
    X_hat = basis @ (basis.T @ X_test)
    return error_left(X_hat, X_test), X_hat


@lru_cache(maxsize=1)
def judge():
    """A classifier of pictures, made with lab 3's functions: 784-32-10, 2,000 pictures, 4 epochs."""
    from neuralnet.training import initialize, train

    X, y, _, _ = pictures()
    rng = np.random.default_rng(0)
    settings = {"activation": "relu", "learning_rate": 0.1, "batch_size": 20, "epochs": 4}
    return train(initialize([784, 32, 10], rng, "he"), X, y, rng=rng, **settings)[0]


def called(X) -> np.ndarray:
    """What the classifier of lab 3 calls each picture."""
    from neuralnet.training import predict

    return predict(judge(), X, "relu")


# ---------------------------------------------------------------- opening


def opening() -> None:
    """The map at the end of the lab, as it was recorded."""
    grid = plt.imread(Path(__file__).resolve().parent / "data" / "map.png")
    _show_grid(grid[..., 0] if grid.ndim == 3 else grid)


def grid_of(decode) -> np.ndarray:
    """The pictures of 11 × 11 codes as one: code 1 to the right, code 2 upwards."""
    codes = np.array([(a, b) for b in TICKS[::-1] for a in TICKS]).T
    tiles = np.clip(decode(codes) + mean_image(), 0, 1).T.reshape(11, 11, 28, 28)
    return tiles.transpose(0, 2, 1, 3).reshape(308, 308)


def _show_grid(grid) -> None:
    fig, ax = plt.subplots(figsize=(6.6, 6.6), layout=FITTED)
    ax.imshow(grid, cmap="gray", vmin=0, vmax=1, extent=(-1.1, 1.1, -1.1, 1.1))
    ax.set(xlabel="first number", ylabel="second number", title="Pictures made of two numbers")
    plt.show()


# ---------------------------------------------------------------- parts 1 and 2


def gradient_check(autoencoder_loss) -> None:
    """Your gradients against central differences, part by part."""
    from neuralnet.backprop import numerical_gradient

    rng = np.random.default_rng(1)
    X = rng.normal(size=(5, 7))
    parts = [rng.normal(size=shape) for shape in ((3, 5), (3, 1), (5, 3), (5, 1))]
    _, above, below = autoencoder_loss(tuple(parts[:2]), tuple(parts[2:]), X, "sigmoid")
    names = ("encoder W", "encoder b", "decoder W", "decoder b")
    for i, (name, fast) in enumerate(zip(names, (*above, *below), strict=True)):

        def loss_of(part, i=i):
            W_e, b_e, W_d, b_d = [*parts[:i], part, *parts[i + 1 :]]
            return autoencoder_loss((W_e, b_e), (W_d, b_d), X, "sigmoid")[0]

        slow = numerical_gradient(loss_of, parts[i])
        error = np.max(np.abs(fast - slow) / (np.abs(fast) + np.abs(slow)))
        print(f"{name}: largest relative error {error:.1e}   (below 1e-6 is right)")


EPOCHS = {4: 15, 8: 12, 32: 8}
"""For each size of the code: a small one is quick to train, but needs more epochs."""


def reconstructions() -> None:
    """Test pictures, and what is left of them after codes of some sizes."""
    from neuralnet.autoencoder import train_autoencoder
    from neuralnet.layers import forward

    X, _, X_test, y_test = pictures()
    shown, mean = [0, 1, 2, 3, 5, 7, 8, 9], mean_image()
    rows = [("original,\n784 numbers", X_test)]
    for k, epochs in EPOCHS.items():
        rng = np.random.default_rng(k)
        settings = {"activation": "sigmoid", "learning_rate": 0.1, "batch_size": 20}
        encoder, decoder, losses = train_autoencoder(X, k, rng=rng, epochs=epochs, **settings)
        X_hat = forward([encoder, decoder], X_test, "sigmoid")[-1]
        left, linear = error_left(X_hat, X_test), best_linear(k)[0]
        rows.append((f"code of {k}:\n{left:.2f} left\n(PCA {linear:.2f})", X_hat))
        print(f"code of {k:2}: loss {losses[0]:.1f} … {losses[-1]:.1f}")
        print(f"    error left {left:.2f}, PCA's {linear:.2f}")
    fig, axes = plt.subplots(len(rows), 1, figsize=(10, 5.6))
    fig.subplots_adjust(left=0.1, right=0.99, bottom=0.01, top=0.88, hspace=0.06)
    for ax, (name, X_hat) in zip(axes, rows, strict=True):
        titles = [CLASS_NAMES[y_test[i]] for i in shown] if X_hat is X_test else ()
        strip(ax, X_hat[:, shown] + mean, name=name, titles=titles)
    fig.suptitle("Test pictures and what is left of them after the bottleneck")
    plt.show()


SIDE = 6


@lru_cache(maxsize=1)
def _patches() -> np.ndarray:
    """3,000 patches of 6 × 6 pixels with some contrast, each with its own mean subtracted."""
    pixels, rng = fashion_mnist_images(2000, 0)[0], np.random.default_rng(5)
    row, column = rng.integers(0, 29 - SIDE, size=(2, 9000))
    windows = np.lib.stride_tricks.sliding_window_view(pixels, (SIDE, SIDE), axis=(0, 1))
    patches = windows[row, column, rng.integers(pixels.shape[2], size=9000)] / 255
    patches = patches.reshape(9000, SIDE * SIDE).T
    patches = patches[:, patches.std(axis=0) > 0.25][:, :3000]
    return 4 * (patches - patches.mean(axis=0))  # so that a typical number is about 1


def edges():
    """Train eight units on patches; draws patches, weights before and after; gives the encoder."""
    from neuralnet.autoencoder import train_autoencoder

    patches, encoders = _patches(), []
    for rate, epochs in ((0.0, 1), (0.05, 60)):
        settings = {"learning_rate": rate, "epochs": epochs, "batch_size": 50}
        rng = np.random.default_rng(1)
        encoders.append(train_autoencoder(patches, 8, activation="relu", rng=rng, **settings)[0])
    fig, axes = plt.subplots(3, 1, figsize=(10, 4.4))
    fig.subplots_adjust(left=0.08, right=0.99, bottom=0.01, top=0.9, hspace=0.2)
    strip(axes[0], patches[:, :8], name="eight\npatches", low=-2, high=2)
    for ax, (W, _), name in zip(axes[1:], encoders, ("at the\nstart", "trained"), strict=True):
        scaled = (W / np.abs(W).max(axis=1, keepdims=True)).T
        titles = [f"unit {unit}" for unit in range(8)] if name == "trained" else ()
        strip(ax, scaled, name=name, titles=titles, low=-1)
    fig.suptitle("Eight patches, and the weights of eight units, as pictures of 6 × 6 pixels")
    plt.show()
    return encoders[-1]


def slide(encoder) -> None:
    """Where on a picture four of the units are excited, and where they are held back."""
    garment, places = fashion_mnist_images(2000, 0)[0][:, :, 7] / 255, 29 - SIDE
    scores = np.zeros((8, places, places))
    for row, column in np.ndindex(places, places):
        patch = garment[row : row + SIDE, column : column + SIDE].reshape(-1, 1)
        scores[:, row, column] = (encoder[0] @ (patch - patch.mean())).ravel()
    chosen = np.argsort(-scores.max(axis=(1, 2)))[:4]
    # square pictures shrink in the first pass: their words need a second
    fig, axes = plt.subplots(2, 5, figsize=(9, 4), layout="constrained")
    draw(axes[0, 0], garment.ravel(), "picture")
    axes[1, 0].axis("off")
    for column, unit in enumerate(chosen, start=1):
        w, size = encoder[0][unit], np.abs(scores[unit]).max()
        draw(axes[0, column], w, f"weights, unit {unit}", -np.abs(w).max(), np.abs(w).max())
        draw(axes[1, column], scores[unit].ravel(), "its score", -size, size)
    fig.suptitle("Four units slide over a picture")
    plt.show()


# ---------------------------------------------------------------- part 3: the map


def up(stack, X, activation):
    """The code of a code of … of X."""
    from neuralnet import activations
    from neuralnet.layers import dense_forward

    for W, b in stack:
        X = getattr(activations, activation)(dense_forward(W, b, X))
    return X


def make_map(seed: int = 0):
    """Two greedy autoencoders, 784-64 and 64-2, and then the whole trained on; both as 4 layers."""
    from neuralnet.autoencoder import train_autoencoder

    return _make_map(seed, train_autoencoder.__code__)


@lru_cache(maxsize=2)
def _make_map(seed, _code):
    """`_code` is that of train_autoencoder: when you change it, the map is made anew."""
    from neuralnet.autoencoder import train_autoencoder
    from neuralnet.backprop import backward
    from neuralnet.layers import forward
    from neuralnet.losses import squared_error
    from neuralnet.training import minibatches, sgd_step

    X, rng = pictures()[0][:, :1000], np.random.default_rng(seed)
    settings = {"activation": "tanh", "learning_rate": 0.02, "rng": rng}
    first, last, _ = train_autoencoder(X, 64, batch_size=10, epochs=6, **settings)
    codes = up([first], X, "tanh")
    second, third, _ = train_autoencoder(codes, 2, batch_size=10, epochs=20, **settings)
    greedy = layers = [first, second, third, last]
    for rate in [0.02] * 8 + [0.005] * 4:
        for columns in minibatches(X.shape[1], 10, rng):
            outputs = forward(layers, X[:, columns], "tanh")
            _, d_out = squared_error(outputs[-1], X[:, columns])
            layers = sgd_step(layers, backward(layers, outputs, d_out, "tanh"), rate)
    return greedy, layers


def _decode(codes):
    from neuralnet.layers import forward

    return forward(make_map()[1][2:], codes, "tanh")[-1]


def two_numbers(guess: str | None = None) -> None:
    """What is left of the error with two numbers: the best linear map, greedy layers, the whole."""
    from neuralnet.layers import forward

    _, _, X_test, y_test = pictures()
    kept = {"linear": best_linear(2)[1]}
    for name, layers in zip(("greedy", "whole"), make_map(), strict=True):
        kept[name] = forward(layers, X_test, "tanh")[-1]
    print(f"{'':14}{'error left':>10}{'recognised':>12}")
    for name, X_hat in {**kept, "the pictures": X_test}.items():
        share = np.mean(called(X_hat) == y_test)
        print(f"{name:14}{error_left(X_hat, X_test):10.2f}{share:12.2f}")
    best = min(kept, key=lambda name: error_left(kept[name], X_test))
    guesses.tell(guess, f"{best}\n(it has the least error left)", kept)


def map_of_clothes() -> None:
    """The codes of test pictures of five classes, and what the decoder makes of 11 × 11 codes."""
    _, _, X_test, y_test = pictures()
    x, y = up(make_map()[1][:2], X_test, "tanh")
    # square pictures shrink in the first pass: their words need a second
    fig, (left, right) = plt.subplots(1, 2, figsize=(12, 6), layout="constrained")
    for k, (marker, edge, face) in MARKERS.items():
        own, faces = y_test == k, {"facecolors": face} if marker in "o^s" else {}
        style = {"marker": marker, "s": 26, "color": edge, "linewidths": 1, **faces}
        left.scatter(x[own], y[own], label=CLASS_NAMES[k], **style)
    left.set(title="Codes of 500 test pictures", xlabel="code 1", ylabel="code 2")
    left.set(xlim=(-1.1, 1.1), ylim=(-1.1, 1.1), aspect="equal")
    left.legend(frameon=False, ncols=3, loc="upper center", bbox_to_anchor=(0.5, -0.1))
    right.imshow(grid_of(_decode), cmap="gray", vmin=0, vmax=1, extent=(-1.1, 1.1, -1.1, 1.1))
    right.set(title="What the decoder draws for each code", xlabel="code 1", ylabel="code 2")
    plt.show()


MARKERS = {
    1: ("o", BLUE, BLUE),
    7: ("^", BLACK, "none"),
    5: ("x", ORANGE, ORANGE),
    8: ("s", GREY, "none"),
    9: ("+", BLACK, BLACK),
}


def code_of(i: int) -> dict[str, float]:
    """Where test picture i lies on the map, to a twentieth."""
    a, b = up(make_map()[1][:2], pictures()[2][:, [i]], "tanh").ravel()
    return {"code_1": round(float(a) * 20) / 20, "code_2": round(float(b) * 20) / 20}


def walk(code_1: float, code_2: float):
    """A point of the map among the test codes, and the picture that the decoder draws for it."""
    _, _, X_test, y_test = pictures()
    x, y = up(make_map()[1][:2], X_test, "tanh")
    picture = _decode(np.array([[code_1], [code_2]]))
    name = CLASS_NAMES[called(picture)[0]]
    fig = Figure(figsize=(5.2, 3.3), dpi=100)
    left, right = fig.subplots(1, 2)
    fig.subplots_adjust(left=0.14, right=0.98, bottom=0.17, top=0.86, wspace=0.1)
    left.scatter(x, y, s=5, color=GREY)
    left.plot(code_1, code_2, "*", color=ORANGE, markeredgecolor=BLACK, markersize=17)
    left.set(xlim=(-1.1, 1.1), ylim=(-1.1, 1.1), xlabel="code 1", ylabel="code 2")
    left.set_title("1,000 test codes", fontsize=10)
    draw(right, picture.ravel() + mean_image().ravel(), f"“{name}”")
    near = np.argsort((x - code_1) ** 2 + (y - code_2) ** 2)[:20]
    most = CLASS_NAMES[np.bincount(y_test[near], minlength=10).argmax()]
    return fig, f"At ({code_1:g}, {code_2:g}) lies “{name}”; most of the 20 nearest codes: {most}."


def midpoints(guess: str | None = None, one: int = 1, other: int = 9) -> None:
    """From a picture of one class to one of another, in code; and what 200 midpoints are called."""
    _, _, X_test, y_test = pictures()
    codes, rng = up(make_map()[1][:2], X_test, "tanh"), np.random.default_rng(9)
    starts, ends = (rng.choice(np.flatnonzero(y_test == k), 200) for k in (one, other))
    middle = _decode((codes[:, starts] + codes[:, ends]) / 2)
    counts = np.bincount(called(middle), minlength=10)
    way = np.array(
        [(1 - t) * codes[:, starts[0]] + t * codes[:, ends[0]] for t in np.linspace(0, 1, 5)]
    )
    steps = _decode(way.T)
    fig, axes = plt.subplots(1, 5, figsize=(10, 2.7), layout=FITTED)
    for ax, pixels, k, t in zip(axes, steps.T, called(steps), (0, 25, 50, 75, 100), strict=True):
        draw(ax, pixels + mean_image().ravel(), f"{t} %: “{CLASS_NAMES[k]}”")
    fig.suptitle(f"On the straight way from {CLASS_NAMES[one]} to {CLASS_NAMES[other]}")
    plt.show()
    order = [k for k in np.argsort(-counts, kind="stable") if counts[k]]
    told = ", ".join(f"“{CLASS_NAMES[k]}” {counts[k]}" for k in order)
    print(f"200 midpoints {CLASS_NAMES[one]} – {CLASS_NAMES[other]}")
    print(f"are called {told}")
    neither = 200 - counts[one] - counts[other]
    fact = "b, another garment" if neither > 100 else "look at the pictures"
    why = f"{neither} of 200 are called neither of the two"
    guesses.tell(guess, f"{fact}\n({why})", ("a", "b", "c"))


# ---------------------------------------------------------------- part 4: the claim

FEW, EVERY = 200, 20
FOUR = [24] * 4
BROWSER = sys.platform == "emscripten"
SAME = {"activation": "sigmoid", "learning_rate": 1.0, "batch_size": 20}


GREEDY = {"activation": "sigmoid", "learning_rate": 0.05, "batch_size": 10, "epochs": 10}


def unlabelled() -> np.ndarray:
    """The 1,000 pictures that stacks are pre-trained on."""
    return pictures()[0][:, :1000]


@lru_cache(maxsize=16)
def _first_layer(size, seed, _code):
    """The first layer of every stack of this seed, and the state of the rng when it was finished.

    `_code` is that of pretrain: when you change it, the layer is made anew.
    """
    from neuralnet.autoencoder import pretrain

    rng = np.random.default_rng(seed)
    (layer,) = pretrain(unlabelled(), [size], rng=rng, **GREEDY)
    return layer, rng.bit_generator.state


def stack(sizes, seed, grow) -> list:
    """The layers of a stack: its first by your pretrain, the others by `grow` from what comes after it.

    A stack is its first layer, and a stack on that one's codes, with one rng throughout: so all of
    one seed can share the first layer, which takes most of the time.
    """
    from neuralnet.autoencoder import pretrain

    layer, state = _first_layer(sizes[0], seed, pretrain.__code__)
    rng = np.random.default_rng()
    rng.bit_generator.state = state
    return [layer, *(grow(layer, sizes[1:], rng) if len(sizes) > 1 else [])]


@lru_cache(maxsize=16)
def _pretrained(sizes, seed, _code):
    """`_code` is that of pretrain: when you change it, the layers are made anew."""
    from neuralnet.autoencoder import pretrain

    def grow(layer, sizes, rng):
        return pretrain(up([layer], unlabelled(), "sigmoid"), list(sizes), rng=rng, **GREEDY)

    return tuple(stack(sizes, seed, grow))


def starts(sizes, seed) -> dict:
    """Three kinds of starting point for hidden layers of `sizes`."""
    from neuralnet.autoencoder import pretrain
    from neuralnet.training import initialize

    random = initialize([784, *sizes], np.random.default_rng(seed), "xavier")
    return {
        "pre-trained": list(_pretrained(tuple(sizes), seed, pretrain.__code__)),
        "random": random,
        "random, larger": [(4 * W, b) for W, b in random],
    }


def _curve(start, seed, epochs, every=EVERY):
    """Losses of fine-tuning with 200 labels, and test accuracies after every so many epochs."""
    from neuralnet.autoencoder import fine_tune
    from neuralnet.training import accuracy, predict, train

    X, y, X_test, y_test = pictures()
    few, rng, marks = (X[:, :FEW], y[:FEW]), np.random.default_rng(seed), []
    params, losses = fine_tune(start, *few, 10, **SAME, epochs=every, rng=rng)
    while True:
        marks.append(accuracy(predict(params, X_test, "sigmoid"), y_test))
        if len(losses) >= epochs:
            return losses, marks
        params, more = train(params, *few, **SAME, epochs=every, rng=rng)
        losses = [*losses, *more]


def one_layer(guess: str | None = None) -> None:
    """One hidden layer, 200 labels, 20 epochs: three starts, three seeds."""
    results: dict[str, list[float]] = {}
    for seed in range(3):
        for name, start in starts([24], seed).items():
            results.setdefault(name, []).append(_curve(start, 100 + seed, 20, 20)[1][-1])
    compare(results, "accuracy on 1,000 test pictures")
    ours, larger = results["pre-trained"], results["random, larger"]
    gap, fact = abs(np.mean(ours) - np.mean(larger)), "neither"
    if min(ours) > max(larger) or min(larger) > max(ours):
        fact = "pre-trained" if np.mean(ours) > np.mean(larger) else "larger"
    rows = "their rows overlap" if fact == "neither" else "their rows lie apart"
    why = f"{rows}, their means differ by {gap:.3f}"
    guesses.tell(guess, f"{fact}\n({why})", ("pre-trained", "larger", "neither"))


def four_layers() -> None:
    """Four hidden layers, 200 labels, three starts: loss and accuracy by epoch.

    Three seeds and up to 240 epochs; one seed and 60 epochs in the browser, where Python takes
    several times as long.
    """
    curves: dict[str, list] = {}
    seeds, most = range(1 if BROWSER else 3), 60 if BROWSER else 240
    for seed in seeds:
        for name, start in starts(FOUR, seed).items():
            epochs = min(most, 120 if name == "random, larger" else 240)
            curves.setdefault(name, []).append(_curve(start, 100 + seed, epochs))
    if len(seeds) == 1:
        print("One seed, 60 epochs: the rest would take")
        print("a minute here. In Jupyter there are")
        print("three seeds and 240 epochs.")
    else:
        print(f"mean (lowest–highest) of {len(seeds)} seeds")
    for mark in (60, 120, 240):
        if mark <= most:
            print(f"test accuracy after {mark} epochs")
        for name, runs in curves.items():
            found = [m[mark // EVERY - 1] for _, m in runs if len(m) >= mark // EVERY]
            span = f" ({min(found):.2f}–{max(found):.2f})" if len(found) > 1 else ""
            if found:
                print(f"  {name:15} {np.mean(found):.2f}{span}")
    looks = ((BLUE, "-"), (BLACK, "--"), (ORANGE, "-."))
    fig, (left, right) = plt.subplots(1, 2, figsize=(10.5, 4), layout=FITTED)
    for (name, runs), (colour, line) in zip(curves.items(), looks, strict=True):
        thin, thick = {"alpha": 0.3, "linewidth": 1}, {"linewidth": 2.5}
        marks = EVERY * np.arange(1, len(runs[0][1]) + 1)
        mean = [np.mean(parts, axis=0) for parts in zip(*runs, strict=True)]
        for (losses, shares), style in (*((run, thin) for run in runs), (mean, thick)):
            label = name if style is thick else None
            left.plot(losses, line, color=colour, label=label, **style)
            right.plot(marks, shares, line, color=colour, label=label, **style)
    left.axhline(np.log(10), color=GREY, linewidth=1)
    low = {"ha": "right", "va": "top", "fontsize": 9}  # below: the curves lie on the line and above
    left.text(most, np.log(10) - 0.03, "log 10: knows nothing", **low)
    left.set(title="Loss on the 200 labelled pictures", ylabel="cross-entropy", ylim=(0, 3.1))
    right.set(title="Accuracy on 1,000 test pictures", ylabel="share recognised", ylim=(0, 0.9))
    for ax in (left, right):
        ax.set(xlabel="epoch of fine-tuning", xlim=(0, most))
        look = {"ncols": 3, "fontsize": 10, "columnspacing": 0.8, "handlelength": 2.4}
        ax.legend(frameon=False, loc="upper center", **look)  # above the lines, wherever they go
    plt.show()


# ---------------------------------------------------------------- parts 5 and 6


def friends_pretrain(X, hidden_sizes, *, activation, rng, **settings):
    """A friend's `pretrain`: the same as yours, but for the line that the text shows."""
    from neuralnet.autoencoder import pretrain
    from neuralnet.layers import forward

    if not hidden_sizes:
        return []
    layer = pretrain(X, hidden_sizes[:1], activation=activation, rng=rng, **settings)
    scores = forward(layer, X, activation)[-1]
    rest = hidden_sizes[1:]
    return [*layer, *friends_pretrain(scores, rest, activation=activation, rng=rng, **settings)]


def friend_measured() -> None:
    """Your `pretrain` and the friend's: accuracy with 200 labels, for two layers and for four.

    Two seeds; one in the browser.
    """
    from neuralnet.layers import forward

    def grow(layer, sizes, rng):
        scores = forward([layer], unlabelled(), "sigmoid")[-1]
        return friends_pretrain(scores, sizes, rng=rng, **GREEDY)

    seeds = range(1 if BROWSER else 2)
    stacks = {
        "yours": [starts(FOUR, seed)["pre-trained"] for seed in seeds],
        "the friend's": [stack(FOUR, seed, grow) for seed in seeds],
    }
    for depth, epochs in ((2, 20), (4, 40)):
        print(f"{depth} layers, {epochs} epochs: test accuracy")
        for name, found in stacks.items():
            shares = [
                f"{_curve(layers[:depth], 100 + seed, epochs, epochs)[1][-1]:.2f}"
                for seed, layers in zip(seeds, found, strict=True)
            ]
            print(f"  {name:13} {' and '.join(shares)}")


def histogram(*data, names) -> None:
    """Histograms of the numbers that an autoencoder gets as its data, one panel each."""
    fig, axes = plt.subplots(1, len(data), figsize=(10, 3.2), layout=FITTED, sharex=True)
    for ax, numbers, name in zip(axes, data, names, strict=True):
        look = {"histtype": "stepfilled", "facecolor": "0.7", "edgecolor": BLACK}  # one quick shape
        ax.hist(np.ravel(numbers), bins=np.linspace(-5, 5, 81), **look)
        title = f"{name}: {np.min(numbers):.1f} … {np.max(numbers):.1f}"
        ax.set(title=title, xlabel="value", ylabel="how many")
    plt.show()


def until(params, X, y, loss, *, rng, most=400):
    """Train in blocks of ten epochs until the loss on X, y is below `loss`; params and epochs."""
    from neuralnet.training import train

    epochs, losses = 0, [np.inf]
    while losses[-1] >= loss and epochs < most:
        params, losses = train(params, X, y, **SAME, epochs=10, rng=rng)
        epochs += 10
    return params, epochs


def compare(results: dict[str, list[float]], measure: str = "accuracy on pictures kept aside"):
    """One row for each name: every seed a mark, their mean a line; prints mean, lowest, highest.

    The seeds stand one below the other, so that equal values do not cover each other.
    """
    fig, ax = plt.subplots(figsize=(7.5, 1.3 + 0.5 * len(results)), layout=FITTED)
    counts = " or ".join(str(count) for count in sorted({len(v) for v in results.values()}))
    width = max(len(name) for name in (*results, f"{counts} seeds"))
    print(f"{counts + ' seeds':{width}}   mean  lowest highest")
    for row, (name, values) in enumerate(results.items()):
        apart = (np.arange(len(values)) - (len(values) - 1) / 2) * 0.3 / max(1, len(values) - 1)
        ax.plot(values, row + apart, "o", color=BLUE, markerfacecolor="none", markersize=9)
        ax.plot([np.mean(values)] * 2, [row - 0.25, row + 0.25], color=BLACK, linewidth=2)
        print(f"{name:{width}}  {np.mean(values):.3f}   {min(values):.3f}   {max(values):.3f}")
    ax.set_yticks(range(len(results)), list(results))
    ax.invert_yaxis()
    ax.set(title="Each circle one seed, the line their mean", xlabel=measure)
    plt.show()
