"""The pictures of lab 2. Nothing to write here; read on if you want to know how a picture is made.

What is drawn are your own functions, so a picture appears once the functions it needs are written.
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from matplotlib.layout_engine import TightLayoutEngine
from matplotlib.ticker import LogLocator

import guesses
from labdata import CLASS_NAMES, fashion_mnist_images

FITTED = TightLayoutEngine(rect=None)  # in one pass: "constrained" takes two, and a browser waits
plt.rcParams.update(
    {"figure.dpi": 100, "font.size": 11, "axes.titley": 1, "axes.grid": True, "grid.alpha": 0.3}
)
plt.rcParams["axes.axisbelow"] = True
BLACK, BLUE, ORANGE, GREY = "#000000", "#0072B2", "#D98200", "#777777"  # differ in grey, too

CURVE_X = np.linspace(-1, 1, 60).reshape(1, -1)
CURVE_Y = 0.6 * np.sin(6 * CURVE_X) + 0.4 * CURVE_X * np.cos(11 * CURVE_X)
"""The curve of Part 3, at 60 places."""


def relative_error(a, b):
    """Largest relative error |a − b| / max(1e-8, |a| + |b|) between the entries of two arrays."""
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    return float(np.max(np.abs(a - b) / np.maximum(1e-8, np.abs(a) + np.abs(b))))


# The picture of the beginning and of the end


def the_end():
    """A network with 16 hidden units after 0, 25, 250 and 1,500 steps of training."""
    from neuralnet.layers import forward

    fig, axes = _panels(2, 2)
    with np.load(Path(__file__).with_name("data") / "bending.npz") as kept:
        for ax, step in zip(axes.flat, (0, 25, 250, 1500), strict=True):
            params = [(kept[f"W{i}_{step}"], kept[f"b{i}_{step}"]) for i in (1, 2)]
            _network_on_curve(ax, forward(params, CURVE_X, "tanh")[-1])
            ax.set_title(f"after {step:,} steps")
    fig.suptitle("A network with one hidden layer bends itself onto a curve")
    plt.show()


def _panels(rows, columns):
    """A figure as wide as the text, with the curve's axes."""
    size = (7.5, 0.5 + 2.1 * rows)
    fig, axes = plt.subplots(
        rows, columns, figsize=size, sharex=True, sharey=True, squeeze=False, layout=FITTED
    )
    for ax in axes[-1]:
        ax.set_xlabel("x")
    for ax in axes[:, 0]:
        ax.set_ylabel("y")
    return fig, axes


def _network_on_curve(ax, output):
    ax.plot(CURVE_X[0], CURVE_Y[0], "o", color=GREY, ms=3)
    ax.plot(CURVE_X[0], output[0], color=BLACK, linewidth=2)
    ax.set_ylim(-1.6, 1.6)


# Part 1: losses


def scores(factor, true_class):
    """Five scores times a factor, their softmax, and the gradient for a true class."""
    from neuralnet.losses import softmax, softmax_cross_entropy

    S = factor * np.array([[1.2], [0.3], [2.2], [-0.6], [0.8]])
    true = int(true_class)
    loss, dS = softmax_cross_entropy(S, np.array([true]))
    P = softmax(S)
    figure = Figure(figsize=(7.5, 3.5))
    panels = {
        "Scores S": (S, (-4, 11)),
        "Probabilities P": (P, (0, 1.15)),
        "Gradient dS": (dS, (-1.3, 1.3)),
    }
    for i, (title, (values, limits)) in enumerate(panels.items()):
        ax = figure.add_axes((0.07 + 0.33 * i, 0.15, 0.26, 0.61))
        bars = ax.bar(range(5), values.ravel(), color="#DDDDDD", edgecolor=BLACK)
        bars[true].set(hatch="//", facecolor=ORANGE)
        ax.bar_label(bars, fmt="%.2f", padding=2, size=9)
        ax.axhline(0, color=BLACK, linewidth=1)
        ax.set(title=title, xlabel="class (true: hatched)", ylim=limits, xticks=range(5))
    heading = f"scores × {factor:g}: loss {loss:.2f}"
    figure.text(0.5, 0.91, heading, ha="center", weight="bold", size=14)
    said = f"the true class has probability {P[true, 0]:.2f}, the loss is {loss:.2f}"
    return figure, f"Scores times {factor:g}: {said}, the gradient there is {dS[true, 0]:.2f}."


def cost():
    """Cross-entropy and squared error against the probability of the true class."""
    from neuralnet.losses import cross_entropy

    p_true = np.linspace(0.004, 1, 250)
    loss = [cross_entropy(np.array([[p], [1 - p]]), np.array([0])) for p in p_true]
    fig, ax = plt.subplots(figsize=(6.5, 3.4), layout=FITTED)
    ax.plot(p_true, loss, color=BLACK, linewidth=2)
    line = {"arrowstyle": "-"}
    ax.annotate("cross-entropy, −log p", (p_true[5], loss[5]), (0.1, 4.1), arrowprops=line)
    ax.plot(p_true, (1 - p_true) ** 2, color=BLUE, linestyle="--", linewidth=2)
    line["color"] = BLUE
    ax.annotate("squared error, (1 − p)²", (0.4, 0.36), (0.45, 1.5), color=BLUE, arrowprops=line)
    ax.plot(0.1, np.log(10), "ko")
    words = "ten classes, knowing nothing:\nlog 10 = 2.303"
    ax.annotate(words, (0.1, np.log(10)), (0.25, 2.7), arrowprops={"arrowstyle": "->"})
    ax.set(title="What a prediction costs", xlim=(0, 1.02), ylim=(0, 5.6))
    ax.set(xlabel="probability p given to the true class", ylabel="loss")
    plt.show()


# Part 2: gradients


def _wave(t):
    return float(np.exp(t[0]) * np.sin(t[0]))


def _relu(t):
    return float(max(t[0], 0.0))


WAVE_SLOPE = float(np.exp(1.0) * (np.sin(1.0) + np.cos(1.0)))
"""Of e^t sin t at t = 1, by calculus."""


def how_small(guess=None):
    """Relative error of central and one-sided differences against the step h."""
    from neuralnet.backprop import numerical_gradient

    t, steps = np.array([1.0]), 10.0 ** -np.arange(0, 13.01, 0.25)
    central = [relative_error(numerical_gradient(_wave, t, h), WAVE_SLOPE) for h in steps]
    one_sided = [relative_error((_wave(t + h) - _wave(t)) / h, WAVE_SLOPE) for h in steps]
    fig, ax = plt.subplots(figsize=(7.5, 4), layout=FITTED)
    ax.loglog(steps, central, color=BLACK, marker="o", ms=3)
    ax.loglog(steps, one_sided, color=BLUE, linestyle="--", marker="s", ms=3)
    ax.text(0.5, 2e-8, "central\ndifferences", color=BLACK)
    ax.text(4e-6, 1.5e-5, "one-sided differences", color=BLUE)
    ax.axvline(1e-5, color=GREY, linewidth=1)
    ax.text(7e-6, 2e-2, "h = 10⁻⁵", color=BLACK)
    here, there = central[20], central[40]
    measured = (
        "less exact" if there > 10 * here else "more exact" if there < here / 10 else "the same"
    )
    ax.plot([1e-10], [there], "D", color=ORANGE, ms=11, markerfacecolor="none", mew=2)
    ax.annotate("h = 10⁻¹⁰", (1e-10, there), (1e-9, 1e-10), arrowprops={"arrowstyle": "->"})
    way = {"more exact": here / 1e4, "the same": here, "less exact": here * 1e4}
    if meant := guesses.word(guess, way):
        look = {"arrowstyle": "->", "color": ORANGE, "linewidth": 2, "linestyle": "--"}
        ax.annotate("", (1e-10, way[meant]), (1e-5, here), arrowprops=look)
    ax.invert_xaxis()
    ax.minorticks_off()  # they take half of the time of a picture
    ax.set(xlabel="step h (smaller to the right)", ylabel="relative error", ylim=(1e-16, 3))
    ax.set_title("How good is a difference as a derivative?" + guesses.beside(guess, measured, way))
    plt.show()


def difference(log10_h, function, log10_distance):
    """The two points of one central difference, and its error against the step h."""
    from neuralnet.backprop import numerical_gradient

    near_kink, h = function.startswith("ReLU"), 10.0**log10_h
    f, truth = (_relu, 1.0) if near_kink else (_wave, WAVE_SLOPE)
    at = 10.0**log10_distance if near_kink else 1.0
    t, steps = np.array([at]), 10.0 ** -np.arange(1, 15.01, 0.25)
    errors = [relative_error(numerical_gradient(f, t, one), truth) for one in steps]
    slope = float(numerical_gradient(f, t, h)[0])
    error = relative_error(slope, truth)
    figure = Figure(figsize=(9, 3.5))
    left, right = figure.add_axes((0.1, 0.17, 0.36, 0.7)), figure.add_axes((0.6, 0.17, 0.37, 0.7))
    # In units of h around t, so that the picture is the same for every h.
    around = np.linspace(-3, 3, 121)
    left.plot(around, [(f(t + one * h) - f(t)) / h for one in around], color=BLUE, linewidth=2)
    ends = [(f(t + side * h) - f(t)) / h for side in (-1, 1)]
    left.plot([-1, 1], ends, color=BLACK, marker="o", linestyle="--", linewidth=1.5)
    left.set(title=f"difference {slope:.6g}, truth {truth:.6g}")
    left.set(xlabel="(place − t) / h", ylabel="(f − f(t)) / h")
    right.loglog(steps, np.maximum(errors, 1e-17), color=BLACK, marker=".")
    right.plot([h], [max(error, 1e-17)], "D", color=ORANGE, ms=11, markerfacecolor="none", mew=2)
    right.invert_xaxis()
    right.set_xticks([1e-3, 1e-6, 1e-9, 1e-12, 1e-15])
    right.minorticks_off()
    right.set(title=f"relative error {error:.1e}", ylim=(1e-17, 5))
    right.set(xlabel="step h (smaller to the right)", ylabel="relative error")
    return figure, f"h = {h:.1e}: the difference is {slope:.6g}, the truth {truth:.6g}."


def first_step(step):
    """One image for each class: a change of the weights (10, 784)."""
    limit = np.abs(step).max()
    sheet = np.full((2 * 35, 5 * 32), np.nan)  # one sheet: ten axes take far longer to draw
    # one pass leaves too little to a picture beside its colour bar
    fig, ax = plt.subplots(figsize=(8.5, 3.7), layout="constrained")
    for k, (row, name) in enumerate(zip(step, CLASS_NAMES, strict=True)):
        top, left = 7 + 35 * (k // 5), 2 + 32 * (k % 5)
        sheet[top : top + 28, left : left + 28] = row.reshape(28, 28)
        ax.text(left + 14, top - 1.5, name, fontsize=9, ha="center")
    shown = ax.imshow(sheet, cmap="gray", vmin=-limit, vmax=limit)
    ax.axis("off")
    fig.colorbar(shown, label="change of the weight", shrink=0.8)
    fig.suptitle("The first step of gradient descent, one image for each class")
    plt.show()


def small_network(seed, examples=9):
    """A network 4-6-5-3 with random weights, examples, their classes: for gradient checks."""
    rng = np.random.default_rng(seed)
    X, y = rng.normal(size=(4, examples)), rng.integers(0, 3, examples)
    # By √p smaller weights, so that no probability comes near the guard of anybody's logarithm.
    sizes = ((6, 4), (5, 6), (3, 5))
    return [(rng.normal(0, p**-0.5, (q, p)), rng.normal(size=(q, 1))) for q, p in sizes], X, y


@cache
def _thirty_pictures():
    """Thirty real pictures, each as the means of 16 blocks, and their classes."""
    images, y, _, _ = fashion_mnist_images(30, 0)
    blocks = images.reshape(4, 7, 4, 7, 30).mean(axis=(1, 3)).reshape(16, 30) / 255
    return blocks - blocks.mean(axis=1, keepdims=True), y


def summed(guess=None):
    """Two tests of a loss that is summed instead of averaged: a gradient check, and log K."""
    from neuralnet.backprop import backward, numerical_gradient
    from neuralnet.layers import forward
    from neuralnet.losses import softmax_cross_entropy

    X, y = _thirty_pictures()
    rng = np.random.default_rng(0)
    W, b = rng.normal(0, 0.1, (10, 16)), np.zeros((10, 1))

    def summed_loss(W):  # the friend's loss and its gradient: both 30 times the mean's
        H = forward([(W, b)], X, "tanh")
        loss, dS = softmax_cross_entropy(H[-1], y)
        return len(y) * loss, H, len(y) * dS

    loss, H, dS = summed_loss(W)
    slow = numerical_gradient(lambda W: summed_loss(W)[0], W)
    error = relative_error(backward([(W, b)], H, dS, "tanh")[0][0], slow)
    lamps = {
        f"gradient check\nrelative error {error:.0e}": error < 1e-6,
        f"loss at the start\n{loss:.2f}, not log 10 = 2.30": abs(loss - np.log(10)) < 0.1,
    }
    fig, ax = plt.subplots(figsize=(7, 2.9), layout=FITTED)
    for place, (words, good) in enumerate(lamps.items()):
        look = {"facecolor": "white" if good else "0.3", "edgecolor": BLACK, "linewidth": 3}
        ax.add_patch(plt.Circle((place, 0.62), 0.24, **look))
        sign, colour = ("✓", BLACK) if good else ("✗", "white")
        ax.text(place, 0.61, sign, ha="center", va="center", size=30, color=colour)
        ax.text(place, 0.24, words, ha="center", va="top")
    ax.set(xlim=(-0.6, 1.6), ylim=(-0.1, 0.95), aspect="equal")
    ax.axis("off")
    noticed = "yes" if error > 1e-6 else "no"
    words = guesses.beside(guess, noticed, ("yes", "no"))
    ax.set_title("A loss that is summed over 30 pictures" + words)
    plt.show()


# Descent


@cache
def line_data():
    """Sixty real pictures: brightness of the top half (scaled), and of the bottom half (scaled)."""
    images, _, _, _ = fashion_mnist_images(60, 0)
    top, bottom = (half.mean(axis=(0, 1)) for half in (images[:14], images[14:]))
    x, y = (((one - one.mean()) / one.std()).reshape(1, -1) for one in (top, bottom))
    return 0.4 * x, y  # so the loss curves 6 times as much along b as along w


def _descend(rate, steps, w, b):
    """Places (steps + 1, 2) of w and b, and the loss at each, by your own functions."""
    from neuralnet.backprop import dense_backward
    from neuralnet.layers import dense_forward
    from neuralnet.losses import squared_error

    x, y = line_data()
    W, c, path, losses = np.array([[w]]), np.array([[b]]), [], []
    for _ in range(steps + 1):
        loss, dY = squared_error(dense_forward(W, c, x), y)
        path.append((W.item(), c.item()))
        losses.append(loss)
        dW, dc, _ = dense_backward(dY, W, x)
        W, c = W - rate * dW, c - rate * dc
    return np.array(path), np.array(losses)


START = {"w": -2.5, "b": 1.5}


def rates(guess=None):
    """The loss over 60 steps for three rates that arrive, and for 2.1."""
    fig, ax = plt.subplots(figsize=(7.5, 4), layout=FITTED)
    looks = {0.3: (BLACK, "-"), 1.0: (BLUE, "-."), 1.9: (GREY, ":"), 2.1: (ORANGE, "-")}
    for rate, (colour, line) in looks.items():
        losses = _descend(rate, 60, **START)[1]
        look = {"color": colour, "linestyle": line, "linewidth": 2.8 if rate > 2 else 2}
        end = f"{losses[-1]:,.{0 if losses[-1] > 100 else 2}f}"
        ax.semilogy(losses, label=f"rate {rate:g}: {end}", **look)
    first, last = losses[0], _descend(1.0, 60, **START)[1][-1]
    steps = np.arange(61)
    slow = last + (first - last) * 0.9**steps
    ways = {"a little slower": slow, "stays": np.full(61, first), "explodes": first * 1.2**steps}
    if meant := guesses.word(guess, ways):
        ax.semilogy(ways[meant], color=ORANGE, linestyle="--", linewidth=1.8)
    ax.minorticks_off()
    ax.legend(title="loss after 60 steps", loc="upper left", framealpha=1)
    ax.set(xlabel="step", ylabel="loss", xlim=(0, 60))
    measured = "explodes" if losses[-1] > 10 * first else "does not explode"
    ax.set_title("Descent on the loss of a straight line" + guesses.beside(guess, measured, ways))
    plt.show()


def bowl(rate, steps, w, b):
    """The path of w and b down the loss of a straight line, and the loss at each step."""
    path, losses = _descend(rate, int(steps), w, b)
    x, y = line_data()
    best, floor = float((x @ y.T).item() / (x @ x.T).item()), float(losses.min())
    figure = Figure(figsize=(9, 3.7))
    left, right = (
        figure.add_axes((0.08, 0.15, 0.41, 0.74)),
        figure.add_axes((0.58, 0.15, 0.4, 0.74)),
    )
    W, B = np.meshgrid(np.linspace(-4, 4, 61), np.linspace(-3, 3, 61))
    # The exact loss of a straight line, from five sums: quicker than 3,721 networks.
    loss = 0.5 * ((W - best) ** 2 * np.mean(x**2) + B**2 + np.mean((y - best * x) ** 2))
    left.contour(W, B, loss, 12, colors="0.6", linewidths=0.8)
    left.plot(*path.T, color=BLACK, marker=".", linewidth=1)
    left.plot(*path[0], "o", color=BLACK, markersize=9)
    left.plot(best, 0, "*", color=ORANGE, markeredgecolor=BLACK, markersize=17)
    left.set(xlim=(-4, 4), ylim=(-3, 3), xlabel="w", ylabel="b")
    left.set_title(f"rate {rate:g}: {int(steps)} steps")
    right.semilogy(losses, color=BLACK, marker=".")
    right.minorticks_off()
    right.set(xlim=(0, 60), ylim=(0.1, 1e5), xlabel="step", ylabel="loss")
    right.set_title(f"loss {losses[-1]:.3g}")
    return (
        figure,
        f"Rate {rate:g}: after {int(steps)} steps the loss is {losses[-1]:.3g}, at best {floor:.3g}.",
    )


# The graph of a calculation


def graph(last):
    """A Value and all it comes from as nodes, each with its value and its gradient."""
    depth, waiting = {}, [(last, 0)]
    names = {}
    while waiting:
        node, far = waiting.pop()
        depth[id(node)], names[id(node)] = max(far, depth.get(id(node), 0)), node
        waiting += [(parent, far + 1) for parent in node.parents]
    rows, place = {}, {}
    for key, far in sorted(depth.items(), key=lambda item: item[1]):
        rows[far] = rows.get(far, 0) + 1
        place[key] = (-far, -rows[far])
    place = {key: (x, y + (rows[-x] + 1) / 2) for key, (x, y) in place.items()}
    wide, high = max(depth.values()) + 1, max(rows.values())
    fig, ax = plt.subplots(figsize=(1.45 * wide + 0.6, 1.1 * high + 0.5), layout=FITTED)
    for key, node in names.items():
        for parent in node.parents:
            arrow = {"arrowstyle": "->", "color": GREY, "shrinkA": 30, "shrinkB": 36}
            if place[key][0] - place[id(parent)][0] > 1:  # around the nodes in between
                arrow["connectionstyle"] = "arc3,rad=-0.2"
            ax.annotate("", place[key], place[id(parent)], arrowprops=arrow)
        look = {"boxstyle": "round", "facecolor": "white" if node.parents else "0.88"}
        words = f"{node.name}\n{node.data:.3g}\ngradient {node.grad:.3g}"
        ax.text(*place[key], words, ha="center", va="center", size=9, bbox=look)
    ax.set(xlim=(0.5 - wide, 0.5), ylim=(-high / 2 - 0.1, high / 2 + 0.1))
    ax.set_title("Values forward, gradients backward (grey: what was given)")
    ax.axis("off")
    plt.show()


# Part 3: the curve


def start(sizes, rng):
    """Random weights; each unit of the first layer is a step up or down at its own place in x."""
    params = []
    for layer, (p, q) in enumerate(pairwise(sizes)):
        if layer == 0:
            W = rng.choice([-6.0, 6.0], (q, 1))
            places = np.linspace(-1, 1, q + 2)[1:-1].reshape(q, 1)
            params.append((W, -W * places))
        else:
            params.append((rng.normal(0, p**-0.5, (q, p)), np.zeros((q, 1))))
    return params


def fitted(fits):
    """One panel for each network in `fits`, {sizes: (params, losses)}."""
    from neuralnet.layers import forward

    columns = min(3, len(fits))
    _, axes = _panels(-(-len(fits) // columns), columns)
    for ax in axes.flat[len(fits) - columns : len(fits)]:  # the lowest ones of their columns
        ax.tick_params(labelbottom=True)
        ax.set_xlabel("x")
    for ax in axes.flat[len(fits) :]:
        ax.axis("off")
    for ax, (sizes, (params, losses)) in zip(axes.flat, fits.items(), strict=False):
        _network_on_curve(ax, forward(params, CURVE_X, "tanh")[-1])
        hidden = " + ".join(map(str, sizes[1:-1]))
        units = "unit" if hidden == "1" else "units"
        ax.set_title(f"{hidden} hidden {units}\nloss {losses[-1]:.4f}")
    plt.show()


def compare(results, guess=None):
    """One row a setting; each number of `results[setting]` is a mark (a seed), the mean a line."""
    fig, ax = plt.subplots(figsize=(7.5, 1.4 + 0.6 * len(results)), layout=FITTED)
    for row, numbers in enumerate(results.values()):
        ax.plot(numbers, [row] * len(numbers), "o", color=BLUE, ms=9, markerfacecolor="none")
        ax.plot([np.mean(numbers)] * 2, [row - 0.3, row + 0.3], color=BLACK, linewidth=2.5)
    ax.axvline(0.01, color=GREY, linestyle=":")
    measured = ""
    if (meant := guesses.word(guess, results)) is not None:
        row, measured = list(results).index(meant), f"mean {np.mean(results[meant]):.2g}"
        ax.axhspan(row - 0.42, row + 0.42, facecolor="none", edgecolor=ORANGE, linestyle="--", lw=2)
    ax.set_yticks(range(len(results)), [str(name) for name in results])
    ax.set(xscale="log", ylim=(len(results) - 0.4, -0.6))
    ax.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    ax.xaxis.set_major_formatter("{x:g}")
    ax.minorticks_off()
    ax.set_xlabel("loss between the training points (dotted: 0.01)")
    title = "Each circle is one seed; line: mean; dashed: your guess"
    ax.set_title(title + guesses.beside(guess, measured, results))
    plt.show()
