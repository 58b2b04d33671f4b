"""The pictures of lab 1. Nothing to write here; read on if you want to know how a picture is made.

What is drawn are your own functions, so a picture appears once the functions it needs are written.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from matplotlib.layout_engine import TightLayoutEngine

import guesses
from labdata import CLASS_NAMES, fashion_mnist_images, load_fashion_mnist, mean_image

FITTED = TightLayoutEngine(rect=None)  # in one pass: "constrained" takes two, and a browser waits
plt.rcParams.update(
    {"figure.dpi": 100, "font.size": 11, "axes.titley": 1, "axes.grid": True, "grid.alpha": 0.3}
)
BLACK, BLUE, ORANGE = "#000000", "#0072B2", "#D98200"  # differ in grey and for colour-blind people

FIRST_TWELVE, SIX_MISTAKES = range(12), (12, 13, 27, 32, 34, 42)
ANSWERS = (8, 2, 1, 7, 5, 3, 6, 4, 0, 9, 0, 5, 5, 4, 4, 2, 0, 7)
"""What the network of `weights.npz` says to these eighteen: written down, as the lab opens with it."""


def trained_network():
    """The weights that come with the lab, [(W, b), (W, b), (W, b)]: 784-32-16-10, for ReLU."""
    with np.load(Path(__file__).with_name("data") / "weights.npz") as stored:
        return [(stored[f"W{i}"], stored[f"b{i}"]) for i in (1, 2, 3)]


@cache
def _test_pictures():
    _, _, pictures, labels = fashion_mnist_images(0, 1000)
    return pictures, labels


def _scores(params, pictures):
    """Scores (10, n) of pictures (28, 28, n)."""
    from neuralnet.layers import forward

    columns = pictures.reshape(784, -1) / 255 - mean_image()
    return forward(params, columns, "relu")[-1]


def _right(params, pictures):
    """For each of the 1,000 test pictures, changed somehow, whether it is recognised."""
    return _scores(params, pictures).argmax(axis=0) == _test_pictures()[1]


# The picture of the beginning and of the end


def the_end():
    """Eighteen test pictures with the trained network's answers."""
    _gallery(ANSWERS, "What the network of this lab says: twelve pictures, then six mistakes")


def recognised(params):
    """The same eighteen pictures with the answers of your own `forward`."""
    pictures, labels = _test_pictures()
    y_hat = _scores(params, pictures).argmax(axis=0)
    share = (y_hat == labels).mean()
    shown = [*FIRST_TWELVE, *SIX_MISTAKES]
    _gallery(y_hat[shown], f"Your forward pass: {share:.1%} of 1,000 test pictures recognised")


def _gallery(answers, title):
    pictures, labels = _test_pictures()
    shown = zip([*FIRST_TWELVE, *SIX_MISTAKES], answers, strict=True)
    sheet = np.full((3 * 40, 6 * 42), np.nan)  # one sheet: eighteen axes take far longer to draw
    fig, ax = plt.subplots(figsize=(11, 5.8), layout=FITTED)
    for place, (i, said) in enumerate(shown):
        top, left = 10 + 40 * (place // 6), 7 + 42 * (place % 6)
        sheet[top : top + 28, left : left + 28] = pictures[:, :, i]
        words, weight = f"✓ {CLASS_NAMES[said]}", "normal"
        if said != labels[i]:
            words, weight = f"✗ {CLASS_NAMES[said]}\n(is: {CLASS_NAMES[labels[i]]})", "bold"
        ax.text(left + 14, top - 2, words, size=10, weight=weight, ha="center")
    ax.imshow(sheet, cmap="gray")
    ax.axis("off")
    fig.suptitle(title)
    plt.show()


# Part 1: activation functions


def _pairs():
    from neuralnet import activations as a

    return {
        "sigmoid": (a.sigmoid, a.sigmoid_gradient),
        "tanh": (a.tanh, a.tanh_gradient),
        "ReLU": (a.relu, a.relu_gradient),
    }


def activations():
    """Output and slope of the three functions; where the slope is under a twentieth, hatched."""
    z = np.linspace(-8, 8, 1601)
    fig, axes = plt.subplots(1, 3, figsize=(11, 3.6), sharex=True, layout=FITTED)
    places = [((-3.7, 0.6), (1.5, 0.27)), ((2.9, 0.76), (2.9, 0.12)), ((2.3, 1.7), (4.0, 0.78))]
    for ax, (name, (a, slope)), (out, along) in zip(axes, _pairs().items(), places, strict=True):
        h, s = a(z), slope(a(z))
        flat = s < s.max() / 20
        top, bottom = min(h.max(), 2.0) + 0.2, h.min() - 0.2
        looks = {"facecolor": "0.9", "edgecolor": "0.6", "hatch": "///", "linewidth": 0}
        ax.fill_between(z, bottom, top, where=flat, **looks)
        ax.plot(z, h, color=BLACK, linewidth=2.2)
        ax.plot(z, s, color=BLUE, linestyle="--", linewidth=2.2)
        ax.text(*out, "output h", color=BLACK, backgroundcolor="white", size=10)
        ax.text(*along, "slope", color=BLUE, backgroundcolor="white", size=10)
        title = f"{name}: {flat.mean():.0%} of [−8, 8] is flat"
        ax.set(ylim=(bottom, top), xlabel="score z", title=title)
    axes[0].set_ylabel("output and slope")
    fig.suptitle("Output and slope of each function; hatched: hardly any slope")
    plt.show()


def flat_share(guess=None):
    """Share of random scores at which each function is flat, for two spreads of the scores."""
    rng = np.random.default_rng(260)
    narrow, wide = rng.normal(0, 1, 200_000), rng.normal(0, 5, 200_000)
    fig, ax = plt.subplots(figsize=(7.5, 3.6), layout=FITTED)
    shares = {}
    for i, (name, (a, slope)) in enumerate(_pairs().items()):
        flat = [float((slope(a(z)) < slope(a(wide)).max() / 20).mean()) for z in (narrow, wide)]
        shares[name] = flat[1]
        for place, share, hatch, colour in (
            (-0.2, flat[0], "", "0.85"),
            (0.2, flat[1], "//", BLUE),
        ):
            bars = ax.bar(i + place, share, 0.38, color=colour, edgecolor=BLACK, hatch=hatch)
            ax.bar_label(bars, [f"{share:.0%}"], padding=2)
    ax.set_xticks(range(3), shares)
    ax.set(ylabel="share of flat units", ylim=(0, 0.85))
    ax.text(2.75, 0.78, "plain: spread 1\nhatched: spread 5", ha="right", va="top", size=10)
    ax.set_xlim(-0.6, 2.8)
    measured = max(("sigmoid", "tanh"), key=shares.__getitem__)
    words = ("sigmoid", "tanh", "neither")
    ax.set_title("How many units are flat?" + guesses.beside(guess, measured, words))
    plt.show()


# Part 2: the perceptron


@cache
def two_features():
    """Dresses and pullovers by two numbers each: X (2, 24), and 1 for a dress, 0 for a pullover."""
    images, labels, _, _ = fashion_mnist_images(120, 0)  # (28, 28, n), pixels 0 … 255
    chosen = (labels == 2) | (labels == 3)
    clothes, is_dress = images[:, :, chosen] / 255, (labels[chosen] == 3).astype(int)
    middle = clothes[:, 12:16].mean(axis=(0, 1))
    sides = (clothes[:, :6].mean(axis=(0, 1)) + clothes[:, -6:].mean(axis=(0, 1))) / 2
    return np.array([middle, sides]), is_dress


CORNERS, XOR = np.array([[0.0, 0.0, 1.0, 1.0], [0.0, 1.0, 0.0, 1.0]]), np.array([0, 1, 1, 0])
CLOTHES, CORNER_NAMES = ("dress (1)", "pullover (0)"), ("XOR is 1", "XOR is 0")


def _region(ax, x1, x2, answer, score):
    """Grey and hatched where `answer` (n,) is 1, with its border; |score| says how far off that is."""
    height = np.where(answer == 1, 1, -1) * (np.abs(score) + 1e-9)
    height = height.reshape(x1.shape)
    ax.contourf(x1, x2, height, [0, np.inf], colors="0.85", hatches=["//"])
    if height.min() < 0 < height.max():
        ax.contour(x1, x2, height, [0], colors=BLACK, linewidths=2)


def _points(ax, X, y, names, size=7):
    white = {"markerfacecolor": "white", "markeredgecolor": BLUE, "markeredgewidth": 1.5}
    ax.plot(*X[:, y == 1], "o", color=BLACK, markersize=size, label=names[0])
    ax.plot(*X[:, y == 0], "s", markersize=size, label=names[1], **white)


def line_that_learns():
    """The perceptron's line after 1, 2, 8 and 20 epochs on dresses and pullovers."""
    from neuralnet.perceptron import perceptron_predict, perceptron_train

    X, is_dress = two_features()
    x1, x2 = np.meshgrid(np.linspace(0, 1, 121), np.linspace(-0.05, 0.8, 121))
    grid = np.array([x1.ravel(), x2.ravel()])
    looks = {"sharex": True, "sharey": True, "layout": FITTED}
    fig, axes = plt.subplots(2, 2, figsize=(7, 6), **looks)
    for ax, epochs in zip(axes.flat, [1, 2, 8, 20], strict=True):
        w, b = perceptron_train(X, is_dress, epochs)
        wrong = int((perceptron_predict(w, b, X) != is_dress).sum())
        _region(ax, x1, x2, np.asarray(perceptron_predict(w, b, grid)), w @ grid + b)
        _points(ax, X, is_dress, CLOTHES)
        title = f"after {epochs} epoch{'s' if epochs > 1 else ''}: {wrong} wrong"
        ax.set_title(title)
    for ax in axes[1]:
        ax.set_xlabel("brightness of the middle")
    for ax in axes[:, 0]:
        ax.set_ylabel("brightness of the sides")
    axes[0, 0].legend(loc="upper left", fontsize=10, framealpha=1)
    fig.suptitle("The perceptron's line moves at every mistake")
    plt.show()


def line(w1, w2, b, data):
    """One perceptron with these weights on one of two sets of points, and how many it gets wrong."""
    from neuralnet.perceptron import perceptron_predict

    xor = data == "XOR"
    X, y = (CORNERS, XOR) if xor else two_features()
    across, up = ((-0.5, 1.5), (-0.5, 1.5)) if xor else ((0.0, 1.0), (-0.05, 0.8))
    x1, x2 = np.meshgrid(np.linspace(*across, 121), np.linspace(*up, 121))
    w, grid = np.array([w1, w2]), np.array([x1.ravel(), x2.ravel()])
    wrong = int((np.asarray(perceptron_predict(w, b, X)) != y).sum())
    figure = Figure(figsize=(4.8, 4.3))
    ax = figure.add_axes((0.17, 0.13, 0.79, 0.77))
    _region(ax, x1, x2, np.asarray(perceptron_predict(w, b, grid)), w @ grid + b)
    _points(ax, X, y, CORNER_NAMES if xor else CLOTHES, 10 if xor else 7)
    ax.legend(loc="upper right", fontsize=9, framealpha=1)
    ax.set(xlim=across, ylim=up, title=f"{wrong} of {len(y)} wrong")
    ax.locator_params(nbins=5)
    ax.set_xlabel("x₁" if xor else "brightness of the middle")
    ax.set_ylabel("x₂" if xor else "brightness of the sides")
    return figure, f"Hatched where the answer is 1; {wrong} of {len(y)} points are wrong."


def xor():
    """One perceptron that tries to learn XOR, beside the two layers of `xor_params`."""
    from neuralnet.perceptron import perceptron_predict, perceptron_train, xor_params

    (W1, b1), (W2, b2) = [(np.asarray(W), np.asarray(b)) for W, b in xor_params()]

    def layer(W, b, X):
        return np.array([perceptron_predict(w, c, X) for w, c in zip(W, b[:, 0], strict=True)])

    def two_layers(X):
        return layer(W2, b2, layer(W1, b1, X))[0]

    def to_the_border(X):
        """How near the nearest hidden unit is to another answer, of those that change the output."""
        H, scores = layer(W1, b1, X), W1 @ X + b1
        output, least = W2 @ H + b2 > 0, np.full(X.shape[1], np.abs(scores).max())
        for unit, score in enumerate(scores):
            other = H.copy()
            other[unit] = 1 - H[unit]
            decides = (W2 @ other + b2 > 0) != output
            least = np.where(decides[0], np.minimum(least, np.abs(score)), least)
        return least

    w, b = perceptron_train(CORNERS, XOR, 1000)
    x1, x2 = np.meshgrid(np.linspace(-0.5, 1.5, 121), np.linspace(-0.5, 1.5, 121))
    grid = np.array([x1.ravel(), x2.ravel()])
    fig, axes = plt.subplots(1, 2, figsize=(9, 4.2), sharey=True, layout=FITTED)
    networks = {
        "One perceptron, 1000 epochs": (lambda X: perceptron_predict(w, b, X), w @ grid + b),
        "Two layers, set by hand": (two_layers, to_the_border(grid)),
    }
    for ax, (name, (network, score)) in zip(axes, networks.items(), strict=True):
        wrong = (np.asarray(network(CORNERS)) != XOR).sum()
        _region(ax, x1, x2, np.asarray(network(grid)), score)
        _points(ax, CORNERS, XOR, CORNER_NAMES, 12)
        for corner, label in zip(CORNERS.T, XOR, strict=True):
            look = {"facecolor": "white", "linewidth": 0, "pad": 1.5}
            place = {"xytext": (0, 13), "textcoords": "offset points", "ha": "center"}
            ax.annotate(f"XOR = {label}", corner, bbox=look, size=10, **place)
        ticks = [-0.5, 0, 0.5, 1, 1.5]
        ax.set(xlabel="x₁", title=f"{name}: {wrong} of 4 wrong", xticks=ticks, yticks=ticks)
    axes[0].set_ylabel("x₂")
    plt.show()


# Part 3: layers


def vector(picture, flat):
    """A picture, its numbers one behind the other, and these put back into rows."""
    widths = {"width_ratios": [1, 2.6, 1]}
    fig, axes = plt.subplots(1, 3, figsize=(12, 3.4), layout=FITTED, gridspec_kw=widths)
    left, middle, right = axes
    left.imshow(picture, cmap="gray")
    left.set(title="28 × 28 pixels", xlabel="column", ylabel="row")
    middle.plot(flat, color=BLACK, linewidth=0.8)
    middle.axvspan(14 * 28, 15 * 28, facecolor="0.8", edgecolor=BLACK, linewidth=1)
    place = {"ha": "center", "va": "bottom", "backgroundcolor": "white", "size": 10}
    middle.annotate("row 14", (14.5 * 28, 272), **place)
    middle.set(title="the same as a vector of 784 numbers", ylim=(0, 305), xlim=(0, 783))
    middle.set(xlabel="position = 28 · row + column", ylabel="brightness, 0 to 255")
    right.imshow(flat.reshape(28, 28), cmap="gray")
    right.set(title="and back", xlabel="column", ylabel="row")
    for ax in (left, right):
        ax.grid(False)
        ax.axhline(13.5, color="white", linewidth=0.8)
        ax.axhline(14.5, color="white", linewidth=0.8)
    plt.show()


def what_a_perceptron_looks_for():
    """A perceptron learns trousers against dresses; its weights, put back into rows."""
    from neuralnet.perceptron import perceptron_predict, perceptron_train

    X, y, X_test, y_test = load_fashion_mnist(2000, 1000)
    chosen, chosen_test = np.isin(y, [1, 3]), np.isin(y_test, [1, 3])
    w, b = perceptron_train(X[:, chosen], (y[chosen] == 3).astype(int), 5)
    answers = np.asarray(perceptron_predict(w, b, X_test[:, chosen_test]))
    share = (answers == (y_test[chosen_test] == 3)).mean()
    # one pass leaves too little to a picture beside its colour bar
    fig, axes = plt.subplots(1, 3, figsize=(10, 3.7), layout="constrained")
    mean = mean_image().reshape(28, 28)
    limit = 0.6 * np.abs(w).max()  # a few weights are far larger than the others
    for ax, cls in zip(axes[:2], [1, 3], strict=True):
        ax.imshow(X[:, np.flatnonzero(y == cls)[0]].reshape(28, 28) + mean, cmap="gray")
        ax.set_title(f"class {cls}: {CLASS_NAMES[cls]}")
    shown = axes[2].imshow(w.reshape(28, 28), cmap="gray", vmin=-limit, vmax=limit)
    axes[2].set_title("the weights w")
    fig.colorbar(shown, extend="both", label="black: trouser, white: dress", shrink=0.8)
    for ax in axes:
        ax.set(xlabel="column", ylabel="row")
        ax.grid(False)
    fig.suptitle(f"Trousers or dress? {share:.1%} of {len(answers)} test pictures right")
    plt.show()


# Moving and mirroring


def moved_pictures(pictures, right=0, down=0, mirror=False):
    """Pictures (28, 28, n) pushed by whole pixels; what comes in at the border is black."""
    pictures = pictures[:, ::-1] if mirror else pictures
    out = np.zeros_like(pictures)
    into = tuple(slice(max(by, 0), 28 + min(by, 0)) for by in (down, right))
    came = tuple(slice(max(-by, 0), 28 + min(-by, 0)) for by in (down, right))
    out[into] = pictures[came]
    return out


def shift(params, guess=None):
    """Accuracy on test pictures pushed to the right by 0 to 4 pixels; the guess is for 2."""
    pictures, _ = _test_pictures()
    pixels = range(5)
    share = [_right(params, moved_pictures(pictures, right=by)).mean() * 100 for by in pixels]
    fig, ax = plt.subplots(figsize=(7, 3.8), layout=FITTED)
    ax.plot(pixels, share, color=BLACK, marker="o", markersize=8)
    for by, value in zip(pixels, share, strict=True):
        ax.annotate(f"{value:.0f}", (by, value), xytext=(7, 6), textcoords="offset points")
    ax.axhline(10, color="0.4", linestyle=":")
    ax.text(0, 12, "guessing", size=10)
    title = "Recognised, of 100 pictures, when all are pushed to the right"
    if (number := guesses.number(guess, 100)) is not None:
        look = {"color": ORANGE, "markerfacecolor": "none", "linestyle": "none", "mew": 2}
        ax.plot(2, number, "D", markersize=11, label="your guess", **look)
        ax.legend(loc="upper right")
    title += guesses.beside(guess, f"{share[2]:.0f}", high=100)
    ax.set(title=title, xlabel="pixels to the right", ylabel="recognised of 100", ylim=(0, 104))
    ax.set(xticks=pixels, xlim=(-0.2, 4.4))
    plt.show()


def mirror(params, guess=None):
    """Accuracy of each class on mirrored test pictures; a diamond over the guessed class."""
    pictures, labels = _test_pictures()
    plain = [_right(params, pictures)[labels == k].mean() for k in range(10)]
    right = _right(params, moved_pictures(pictures, mirror=True))
    share = [right[labels == k].mean() for k in range(10)]
    fig, ax = plt.subplots(figsize=(9, 4.2), layout=FITTED)
    ax.bar(range(10), share, 0.7, color="0.85", edgecolor=BLACK)
    for k, value in enumerate(share):
        above = value + 0.01 if 0 < value < 0.12 else 0.02  # not across the top of a low bar
        ax.text(k, above, f"{value:.2f}", ha="center", va="bottom", weight="bold")
    ax.plot(range(10), plain, "_", color=BLUE, markersize=26, mew=2.5, label="not mirrored")
    if (word := guesses.word(guess, CLASS_NAMES)) is not None:
        look = {"color": ORANGE, "markerfacecolor": "none", "linestyle": "none", "mew": 2}
        ax.plot(CLASS_NAMES.index(word), 1.1, "D", markersize=10, label="your guess", **look)
    worst = CLASS_NAMES[int(np.argmin(share))]
    ax.set_xticks(range(10), CLASS_NAMES, rotation=40, ha="right")
    ax.set(ylabel="share recognised", ylim=(0, 1.2))
    ax.set_title("Mirrored pictures, by class" + guesses.beside(guess, worst, CLASS_NAMES))
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1), fontsize=9)
    plt.show()


def moved(right, down, mirror, picture):
    """One test picture, pushed and mirrored, beside the ten scores it gets."""
    pictures, labels = _test_pictures()
    i = int(np.flatnonzero(labels == CLASS_NAMES.index(picture))[0])
    changed = moved_pictures(pictures[:, :, i : i + 1], int(right), int(down), bool(mirror))
    scores = _scores(trained_network(), changed)[:, 0]
    winner = int(scores.argmax())
    figure = Figure(figsize=(5.3, 3.2))
    left = figure.add_axes((0.02, 0.1, 0.4, 0.76))
    left.imshow(changed[:, :, 0], cmap="gray", vmin=0, vmax=255)
    left.set(title=f"{picture}, moved", xticks=[], yticks=[])
    bars = figure.add_axes((0.63, 0.16, 0.34, 0.7))
    colours = [ORANGE if k == winner else "0.85" for k in range(10)]
    hatches = ["//" if k == winner else "" for k in range(10)]
    bars.barh(range(10), scores, color=colours, edgecolor=BLACK, hatch=hatches)
    bars.set_yticks(range(10), CLASS_NAMES)
    bars.invert_yaxis()
    bars.axvline(0, color=BLACK, linewidth=1)
    bars.set(xlim=(-25, 25), xlabel="score", title=f"answer: {CLASS_NAMES[winner]}")
    return figure, f"The {picture} is called {CLASS_NAMES[winner]}, score {scores[winner]:.1f}."


# The bug, and an experiment of your own


def columns(X):
    """Six columns of X (784, n) from all over it, each put back into 28 rows."""
    sheet = np.full((2 * 38, 3 * 38), np.nan)
    fig, ax = plt.subplots(figsize=(6, 4.2), layout=FITTED)
    for place, i in enumerate((np.linspace(0.1, 0.9, 6) * (X.shape[1] - 1)).astype(int)):
        top, left = 8 + 38 * (place // 3), 5 + 38 * (place % 3)
        sheet[top : top + 28, left : left + 28] = X[:, i].reshape(28, 28)
        ax.text(left + 14, top - 2, f"column {i}", ha="center")
    ax.imshow(sheet, cmap="gray")
    ax.axis("off")
    fig.suptitle("Columns, put back into rows")
    plt.show()


def compare(results, guess=None):
    """One row a setting; each number of `results[setting]` is a mark, their mean a line."""
    fig, ax = plt.subplots(figsize=(7.5, 1.4 + 0.6 * len(results)), layout=FITTED)
    for row, numbers in enumerate(results.values()):
        ax.plot(
            numbers, [row] * len(numbers), "o", color=BLUE, markersize=9, markerfacecolor="none"
        )
        ax.plot([np.mean(numbers)] * 2, [row - 0.3, row + 0.3], color=BLACK, linewidth=2.5)
    if (number := guesses.number(guess)) is not None:
        look = {"color": ORANGE, "markerfacecolor": "none", "mew": 2}
        ax.plot(number, len(results) - 1, "D", markersize=11, **look)
    ax.set_yticks(range(len(results)), results)
    ax.set(ylim=(len(results) - 0.4, -0.6), xlabel="share recognised")
    last = np.mean([*results.values()][-1])
    title = "Circles: parts; line: their mean; diamond: your guess"
    ax.set_title(title + guesses.beside(guess, f"{last:.3f} in the last row"))
    plt.show()
