"""The pictures of lab 5, and what they need: nothing to write here, but do look how they are made.

Whatever a picture shows is computed by *your* functions; each is imported where it is needed, so
that `import figures` works before any of them is written.
"""

from __future__ import annotations

import textwrap
import time
from functools import partial
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.cbook import get_sample_data
from matplotlib.figure import Figure
from matplotlib.layout_engine import TightLayoutEngine
from matplotlib.patches import Polygon, Rectangle

import guesses
from labdata import CLASS_NAMES, fashion_mnist_images, mean_image

BLACK, BLUE, ORANGE, GREY = "#000000", "#0072B2", "#E69F00", "#777777"  # differ in brightness, too
MARKS = tuple(zip("osDv^P", (BLUE, BLACK, ORANGE, GREY, BLUE, BLACK), strict=True))
FITTED = TightLayoutEngine(rect=None)  # in one pass: "constrained" takes two, and a browser waits
LEFT = {"x": 0.01, "ha": "left"}  # of a wide picture a phone shows the left part first
STYLE = {
    "figure.dpi": 100,
    "font.size": 11,
    "axes.titley": 1,
    "axes.spines.top": False,
    "axes.spines.right": False,
}
plt.rcParams.update(STYLE)

KERNELS = {
    "upright edges": [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]],
    "level edges": [[-1, -2, -1], [0, 0, 0], [1, 2, 1]],
    "blur": [[1 / 9, 1 / 9, 1 / 9]] * 3,
    "all edges": [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]],
}
"""Filters made by hand, 3 × 3."""


def picture(ax, image, title="", low=None, high=None):
    """Draw a height × width array as a grey image."""
    ax.imshow(image, cmap="gray", vmin=low, vmax=high)
    ax.set_title(title, fontsize=10)
    ax.set_xticks([])
    ax.set_yticks([])
    ax.spines[:].set_visible(False)


def weights(ax, kernel, title=""):
    """Draw a kernel as grey boxes, dark for negative, with its numbers in them."""
    kernel = np.asarray(kernel, dtype=float)
    size = max(1e-9, np.abs(kernel).max())
    picture(ax, kernel, title, -size, size)
    ax.spines[:].set_visible(True)
    for (r, c), weight in np.ndenumerate(kernel):
        text = "1/9" if abs(weight - 1 / 9) < 1e-12 else f"{weight:g}"
        colour = "white" if weight < 0 else "black"
        ax.text(c, r, text, ha="center", va="center", color=colour, fontsize=9)


def _too_few(rows):
    """A line for a title where no contestant has more than one seed."""
    return "\none seed each: too few to say" if max(map(len, rows)) < 2 else ""


def garment(name):
    """One of the test pictures of a class: 1 × 28 × 28 × 1, values 0 to 1."""
    _, _, pixels, labels = fashion_mnist_images(0, 100)
    which = np.flatnonzero(labels == CLASS_NAMES.index(name))[2]
    return pixels[:, :, which].reshape(1, 28, 28, 1) / 255


def photograph():
    """A portrait of Grace Hopper that comes with matplotlib, 240 × 240 × 3, values 0 to 1."""
    file = get_sample_data("grace_hopper.jpg", asfileobj=False)
    return plt.imread(file)[:480:2, 30:510:2] / 255


# The opening


def end():
    """Eight learned filters, and what each makes of one picture."""
    with np.load(Path(__file__).parent / "data" / "end.npz") as kept:
        _filters_and_maps(kept["filters"], kept["image"], kept["maps"])


def learned(params, V, title):
    """Filters of a trained ConvNet, and their maps of one picture (before the mean is taken off)."""
    from neuralnet.convolution import conv_forward, max_pool_forward

    maps = np.maximum(conv_forward(V, params["conv_W"], params["conv_b"], 1, 2), 0.0)
    image = (V + _halved(mean_image()))[0, :, :, 0]
    pooled = max_pool_forward(maps, 2, 2)[..., 0]
    _filters_and_maps(params["conv_W"][:, 0], image, maps[..., 0], pooled=pooled, title=title)


def _filters_and_maps(filters, image, maps, *, pooled=None, title="Eight filters, one bag"):
    rows = [("filters,\n5 × 5", filters), (None, maps)]
    if pooled is not None:
        rows.append(("after\nmax-pool,\n7 × 7", pooled))
    fig, axes = plt.subplots(len(rows), 9, figsize=(11.5, 1.45 * len(rows) + 0.3))
    size = np.abs(filters).max()
    for row, (name, pictures) in enumerate(rows):
        if name is None:
            picture(axes[row, 0], image, "image", 0, 1)
        else:
            axes[row, 0].axis("off")
            axes[row, 0].text(0.5, 0.5, name, ha="center", va="center")
        for f, values in enumerate(pictures):
            low, high = (-size, size) if row == 0 else (0, maps.max())
            picture(axes[row, f + 1], values, f"filter {f + 1}" if row == 0 else "", low, high)
    fig.suptitle(title, **LEFT)
    fig.subplots_adjust(left=0.01, right=0.99, bottom=0.02, top=0.84, wspace=0.08, hspace=0.1)
    plt.show()


# Part 2: the convolutional layer


def places(*settings, size=7):
    """The places of a window of (kernel, stride, padding) along seven pixels."""
    from neuralnet.convolution import output_size

    fig, axes = plt.subplots(1, len(settings), figsize=(10.5, 2.9), layout=FITTED)
    for ax, (kernel, stride, padding) in zip(axes, settings, strict=True):
        count = output_size(size, kernel, stride, padding)
        for i in range(-padding, size + padding):
            zero = i < 0 or i >= size
            look = ("white", ":") if zero else ("#CCCCCC", "-")
            box = Rectangle((i, 0), 1, 1, facecolor=look[0], edgecolor="black", linestyle=look[1])
            ax.add_patch(box)
            if zero:
                ax.text(i + 0.5, 0.5, "0", ha="center", va="center", color=GREY)
        for place in range(count):
            start, level = place * stride - padding, -0.55 - 0.45 * place
            ends = [start + 0.08, start + kernel - 0.08]
            ax.plot(ends, [level] * 2, color=BLUE, linewidth=5, solid_capstyle="butt")
        ax.set(xlim=(-2.2, 9.2), ylim=(-3.9, 1.3), xlabel="pixel")
        ax.set_title(f"kernel {kernel}, stride {stride}, padding {padding}:\n{count} places")
        ax.set_xticks([0.5, 3.5, 6.5], ["1", "4", "7"])
        ax.set_yticks([])
        ax.spines["left"].set_visible(False)
    plt.show()


def filters(photo, grey, maps):
    """A photo, its grey image, and what the hand-made KERNELS give."""
    fig, axes = plt.subplots(2, 5, figsize=(11, 4.4), layout=FITTED, height_ratios=[2.4, 1])
    axes[0, 0].imshow(photo)
    axes[0, 0].set_title("photo, depth 3", fontsize=10)
    axes[0, 0].axis("off")
    picture(axes[1, 0], grey[0, :, :, 0], "grey, by a 1 × 1 filter", 0, 1)
    for column, (name, kernel) in enumerate(KERNELS.items(), start=1):
        low, high = (0, 1) if name == "blur" else (-1, 1)
        picture(axes[0, column], maps[column - 1, :, :, 0], name, low, high)
        weights(axes[1, column], kernel)
    fig.suptitle("Four hand-made filters (below), and what they give (above)", **LEFT)
    plt.show()


def _map(kernel, bias, X):
    """Feature map of one 3 × 3 kernel after ReLU, same size."""
    from neuralnet.convolution import conv_forward

    kernel = np.asarray(kernel, dtype=float).reshape(1, 1, 3, 3)
    return np.maximum(conv_forward(X, kernel, np.full((1, 1), float(bias)), 1, 1), 0.0)


def _change(new, old):
    """Distance of two maps as a share of the second's length."""
    return np.linalg.norm(new - old) / max(1e-9, np.linalg.norm(old))


def kernel(**settings):
    """For `move`: nine weights a1 … c3 (rows a, b, c), a bias and a picture; the map beside the start's."""
    X = garment(settings["picture"])
    own = [[settings[f"{row}{column}"] for column in "123"] for row in "abc"]
    start, now = _map(KERNELS["upright edges"], 0.0, X), _map(own, settings["bias"], X)
    fig = Figure(figsize=(9, 2.6))
    axes = fig.subplots(1, 4)
    fig.subplots_adjust(left=0.01, right=0.99, bottom=0.03, top=0.86, wspace=0.06)
    picture(axes[0], X[0, :, :, 0], settings["picture"], 0, 1)
    picture(axes[1], start[0, :, :, 0], "map of upright edges", 0, start.max())
    weights(axes[2], own, f"your kernel, bias {settings['bias']:g}")
    picture(axes[3], now[0, :, :, 0], "your map", 0, max(1e-9, now.max()))
    return fig, (
        f"Your map differs from that of upright edges by {_change(now, start):.0%} of its length; "
        f"{np.mean(now > 0):.0%} of its pixels are on (upright edges: {np.mean(start > 0):.0%})."
    )


# Part 3: pooling


def pooling(**settings):
    """For `move`: a filter, a pool size and a shift to the right; both pooled maps."""
    from neuralnet.convolution import max_pool_forward

    size, shift = int(settings["pool"]), int(settings["shift"])
    X = garment(settings["picture"])
    maps = [_map(KERNELS[settings["filter"]], 0.0, _to_the_right(X, s)) for s in (0, shift)]
    pooled = [max_pool_forward(values, size, size) for values in maps]
    fig = Figure(figsize=(9, 2.6))
    axes = fig.subplots(1, 4)
    fig.subplots_adjust(left=0.01, right=0.99, bottom=0.03, top=0.86, wspace=0.06)
    picture(axes[0], _to_the_right(X, shift)[0, :, :, 0], f"moved by {shift}", 0, 1)
    high = max(1e-9, maps[0].max())
    picture(axes[1], maps[1][0, :, :, 0], settings["filter"], 0, high)
    side = pooled[0].shape[1]
    picture(axes[2], pooled[1][0, :, :, 0], f"pooled to {side} × {side}", 0, high)
    picture(axes[3], pooled[0][0, :, :, 0], "pooled, without the move", 0, high)
    return fig, (
        f"Windows of {size} × {size}: moving the picture by {shift} changes the pooled map by "
        f"{_change(pooled[1], pooled[0]):.0%} of its length."
    )


def _to_the_right(X, pixels):
    """Volumes moved to the right by some pixels; 0 comes in at the left."""
    moved = np.zeros_like(X)
    moved[:, :, pixels:] = X[:, :, : X.shape[2] - pixels]
    return moved


def _halved(X):
    return X.reshape(1, 14, 2, 14, 2, -1).mean(axis=(2, 4))


def moved(X, pixels):
    """Columns of 28 × 28 pictures, moved to the right by some pixels, as volumes of 14 × 14.

    Black comes in at the left; the mean image, which is taken off every picture, stays in its place.
    """
    pictures = (X + mean_image()).reshape(1, 28, 28, -1)
    return _halved(_to_the_right(pictures, pixels).reshape(784, -1) - mean_image())


# Part 4: the network


def volumes():
    """The volumes of a network with two convolutional layers, as boxes."""
    steps = (
        ("image", (1, 28, 28)),
        ("8 filters 5 × 5,\nReLU", (8, 28, 28)),
        ("max-pool 2 × 2", (8, 14, 14)),
        ("16 filters 5 × 5,\nReLU", (16, 14, 14)),
        ("max-pool 2 × 2", (16, 7, 7)),
        ("scores", (10, 1, 1)),
    )
    fig, ax = plt.subplots(figsize=(11, 4), layout=FITTED)
    x = 0.0
    for name, volume in steps:
        sides = " × ".join(str(side) for side in volume)
        x = _box(ax, x, volume, f"{name}\n{sides}\n= {np.prod(volume):,}") + 1.0
    ax.set(xlim=(-0.3, x), ylim=(-3.0, 2.8), aspect="equal")
    ax.set_title("Volumes: depth × height × width", loc="left")
    ax.axis("off")
    plt.show()


def _box(ax, x, volume, label):
    """Draw a volume in oblique view, its front face centred on y = 0; returns its right end."""
    depth, height, width = (0.1 * side for side in volume)
    depth, height, slant, y = max(depth, 0.05), max(height, 0.05), 0.45 * width, -height / 2
    front = [(x, y), (x + depth, y), (x + depth, y + height), (x, y + height)]
    back = [(u + slant, v + slant) for u, v in front]
    top, side = [front[3], front[2], back[2], back[3]], [front[1], back[1], back[2], front[2]]
    for corners, colour in ((front, "#BBBBBB"), (top, "#E6E6E6"), (side, "#8C8C8C")):
        ax.add_patch(Polygon(corners, facecolor=colour, edgecolor="black", linewidth=0.8))
    ax.text(x + (depth + slant) / 2, -1.7, label, ha="center", va="top", fontsize=10)
    return x + depth + slant


def compare(results, *, title, guess=None, at=-1):
    """Shares right of several contestants: each seed a mark, the mean a bar.

    results: {name: [share of each seed]}. guess: a share for the contestant number `at`, a dashed
    line, or an arrow at the edge where the axis would have to reach too far.
    """
    fig, ax = plt.subplots(figsize=(max(6, 2 * len(results)), 4), layout=FITTED)
    for place, shares in enumerate(results.values()):
        marker, colour = MARKS[place % len(MARKS)]
        spread = np.linspace(-0.15, 0.15, len(shares)) if len(shares) > 1 else 0.0
        look = {"facecolors": "none", "edgecolors": colour, "linewidths": 1.8}
        ax.scatter(place + spread, shares, marker=marker, s=60, **look)
        ax.plot([place - 0.22, place + 0.22], [np.mean(shares)] * 2, color=BLACK, linewidth=2.5)
        ax.text(place + 0.26, np.mean(shares), f"{np.mean(shares):.3f}", va="center")
    _draw_guess(ax, range(len(results))[at], guess, np.concatenate([*results.values()]))
    told = guesses.beside(guess, f"{np.mean([*results.values()][at]):.3f}")
    ax.set_title(title + _too_few(results.values()) + told, loc="left")
    ax.set(ylabel="share right of the new pictures", xlim=(-0.5, len(results) - 0.3))
    parts = [name.replace(", ", ",\n").splitlines() for name in results]
    names = ["\n".join(textwrap.fill(part, 17) for part in name) for name in parts]
    ax.set_xticks(range(len(results)), names)
    plt.show()
    for name, shares in results.items():
        rest = f"lowest {min(shares):.3f}   highest {max(shares):.3f}"
        print(f"{name:32} mean {np.mean(shares):.3f}   {rest}")


def _draw_guess(ax, place, guess, shares):
    """Draw a guess at a contestant's place, if it is a share."""
    number, (low, high) = guesses.number(guess), ax.get_ylim()
    if number is None:
        return
    look, words = {"color": BLACK, "linewidth": 1.5}, "your guess"
    if abs(number - np.mean(shares)) <= 1.5 * np.ptp(shares):
        ax.plot([place - 0.4, place + 0.22], [number] * 2, "--", label=words, **look)
        ax.legend()
        return
    up, room = number > high, 0.2 * (high - low)
    ends = (high, high + room) if up else (low, low - room)
    arrow = {"arrowstyle": "-|>", **look}
    ax.annotate("", (place, ends[1]), (place, ends[0]), arrowprops=arrow)
    ax.text(place - 0.06, np.mean(ends), words, ha="right", va="center")
    ax.set_ylim(min(low, ends[1]), max(high, ends[1]))


def shift(shares, *, guess=None):
    """Share right against the shift: {name: one row a network, one column a shift of 0, 1, 2 …}."""
    fig, ax = plt.subplots(figsize=(7, 4), layout=FITTED)
    lines = ("-", "--", "-.", ":")
    for (name, rows), (marker, colour), line in zip(shares.items(), MARKS, lines, strict=False):
        rows, look = np.asarray(rows), {"color": colour, "linestyle": line}
        ax.plot(rows.mean(axis=0), marker=marker, linewidth=2, label=name, **look)
        ax.plot(rows.T, linewidth=1, alpha=0.4, **look)
    if (number := guesses.number(guess)) is not None:
        look = {"mfc": "none", "mec": BLACK, "linestyle": "none", "label": "your guess"}
        ax.plot(2, number, "D", markersize=10, **look)
    fact = np.mean([row[2] for row in next(iter(shares.values()))])
    title = "The same test pictures, moved to the right"
    told = guesses.beside(guess, f"{fact:.3f}")
    ax.set_title(title + _too_few(shares.values()) + told, loc="left")
    ax.set(xlabel="shift in pixels (of 28)", ylabel="share right", ylim=(0, 1))
    ax.set_xticks(range(rows.shape[1]))
    ax.legend()
    plt.show()
    for name, rows in shares.items():
        print(f"{name:16} mean at each shift", np.mean(rows, axis=0).round(3))


def shuffle(results, *, guess=None):
    """The four contestants; below, who loses by the shuffling, and what was guessed.

    A contestant loses where its best seed on shuffled pixels is below its worst on real pictures.
    """
    conv, dense, conv_shuffled, dense_shuffled = results.values()
    losers = [
        name
        for name, plain, other in (
            ("convnet", conv, conv_shuffled),
            ("dense", dense, dense_shuffled),
        )
        if max(other) < min(plain)
    ]
    fact = {0: "neither", 2: "both"}.get(len(losers)) or losers[0]
    seeds = f", {len(conv)} seeds" if len(conv) > 1 else ""
    compare(results, title=f"About 4,140 parameters each{seeds}")
    if not seeds:
        fact += " by one seed: too few to say"
    print(f"loses by shuffling: {fact}")
    guesses.tell(guess, fact, ("convnet", "dense", "both", "neither"))


def impulse(layers, *, at=(3, 3)):
    """What layers {name: function} make of one bright pixel: 7 × 7, kernel 1 … 9, padding 1."""
    dot = np.zeros((1, 7, 7, 1))
    dot[0, at[0], at[1], 0] = 1.0
    W = np.arange(1.0, 10.0).reshape(1, 1, 3, 3)
    shown = {"kernel": W[0, 0], "one bright pixel": dot[0, :, :, 0]}
    for name, layer in layers.items():
        shown[name] = layer(dot, W, np.zeros((1, 1)), 1, 1)[0, :, :, 0]
    fig, axes = plt.subplots(1, len(shown), figsize=(3 * len(shown) - 1, 3.2))
    for ax, (name, values) in zip(axes, shown.items(), strict=True):
        high = max(1e-9, values.max())
        picture(ax, values, name, 0, high)
        ax.spines[:].set_visible(True)
        for (r, c), value in np.ndenumerate(values):
            if value:
                colour = "black" if value > 0.4 * high else "white"
                ax.text(c, r, f"{value:g}", ha="center", va="center", fontsize=9, color=colour)
        if name == "kernel":
            continue
        for colour, width in ((BLACK, 5), ("white", 2)):  # seen on dark and on light
            where = (at[1] - 0.5, at[0] - 0.5)
            ax.add_patch(Rectangle(where, 1, 1, fill=False, edgecolor=colour, linewidth=width))
    fig.suptitle("Where does the kernel land?", **LEFT)
    fig.subplots_adjust(left=0.02, right=0.98, bottom=0.03, top=0.8, wspace=0.12)
    plt.show()


# What the pictures measure


def speed():
    """Say how many products a second your `conv_forward` does."""
    from neuralnet.convolution import conv_forward

    rng = np.random.default_rng(0)
    X, W, b = rng.normal(size=(1, 28, 28, 50)), rng.normal(size=(8, 1, 5, 5)), np.zeros((8, 1))
    conv_forward(X, W, b, 1, 2)
    started = time.perf_counter()
    products = conv_forward(X, W, b, 1, 2).size * W[0].size
    seconds = time.perf_counter() - started
    print(
        f"{products / 1e6:.1f} million products in {1000 * seconds:.1f} ms: "
        f"{products / seconds / 1e6:.0f} million a second"
    )


def is_quick():
    """Whether your layers are fast enough for the contests; says so where they are not."""
    from neuralnet.convolution import convnet_loss

    params = convnet_params((1, 14, 14), 8, 5, 10, np.random.default_rng(0))
    started = time.perf_counter()
    convnet_loss(params, np.zeros((1, 14, 14, 50)), np.zeros(50, dtype=int))
    quick = time.perf_counter() - started < 0.5  # plain loops take some seconds
    if not quick:
        print(
            "Your convolution runs on plain loops, so what you measure from here on comes from 100\n"
            "pictures and one seed: too few to say anything. What the texts and captions tell\n"
            "comes from 2,000 pictures to learn from, 5,000 to judge by, and three seeds."
        )
    return quick


def worst_errors(forward, backward):
    """Compare a layer's gradients with central differences, at stride 2 and padding 1."""
    from neuralnet.backprop import numerical_gradient

    rng = np.random.default_rng(2)
    X, W, b = (rng.normal(size=shape) for shape in ((2, 5, 7, 3), (4, 2, 3, 3), (4, 1)))
    dZ = rng.normal(size=forward(X, W, b, 2, 1).shape)
    slow = (
        numerical_gradient(lambda X: np.sum(dZ * forward(X, W, b, 2, 1)), X),
        numerical_gradient(lambda W: np.sum(dZ * forward(X, W, b, 2, 1)), W),
        numerical_gradient(lambda b: np.sum(dZ * forward(X, W, b, 2, 1)), b),
    )
    for name, a, c in zip(("dX", "dW", "db"), backward(dZ, X, W, 2, 1), slow, strict=True):
        error = np.max(np.abs(a - c) / np.maximum(1e-8, np.abs(a) + np.abs(c)))
        print(f"{name}: largest relative error {error:.1e}   (below 1e-6 is right)")


def some_gradients(params, V, y):
    """Compare one gradient of each parameter of a ConvNet with central differences."""
    from neuralnet.convolution import convnet_loss

    _, grads = convnet_loss(params, V, y)
    for name, value in params.items():
        index = tuple(side // 2 for side in value.shape)
        step = np.zeros_like(value)
        step[index] = 1e-5
        above, below = (
            convnet_loss({**params, name: value + change}, V, y)[0] for change in (step, -step)
        )
        slow = (above - below) / 2e-5
        print(f"{name:8} gradient {grads[name][index]: .6f}, central difference {slow: .6f}")


def convnet_params(volume, filters, kernel, classes, rng):
    """Starting parameters: He's scheme for the filters, small weights for the dense layer, biases 0."""
    depth, height, width = volume
    numbers, shape = filters * (height // 2) * (width // 2), (filters, depth, kernel, kernel)
    return {
        "conv_W": rng.normal(0.0, np.sqrt(2 / (depth * kernel**2)), shape),
        "conv_b": np.zeros((filters, 1)),
        "dense_W": rng.normal(0.0, np.sqrt(1 / numbers), (classes, numbers)),
        "dense_b": np.zeros((classes, 1)),
    }


class Contest:
    """Pictures of 14 × 14 to learn from, to choose by and to judge by, and contestants for them.

    learn, choose, judge: each (volumes, labels). quick: without it, one epoch, as for plain loops.
    Every training takes 7 epochs at its rate and 2 at a fifth of it, in batches of 20.
    """

    def __init__(self, learn, choose, judge, *, quick=True):
        self.learn, self.choose, self.judge = learn, choose, judge
        self._kept = (None, [])  # what was seen through the last filters: seeds often share them
        self.phases = ((1.0, 7), (0.2, 2)) if quick else ((1.0, 1),)

    def _in_phases(self, train_phase, params, seed, rate):
        rng = np.random.default_rng(100 + seed)
        for part, epochs in self.phases:
            how = {"learning_rate": part * rate, "batch_size": 20, "epochs": epochs, "rng": rng}
            params, _ = train_phase(params, **how)
        return params

    def convnet(self, seed, rate=0.3):
        """A trained ConvNet: 8 filters of 5 × 5, then 10 scores."""
        from neuralnet.convolution import train_convnet

        first = convnet_params((1, 14, 14), 8, 5, 10, np.random.default_rng(seed))
        return self._in_phases(partial(_swapped, train_convnet, *self.learn), first, seed, rate)

    def dense(self, seed, rate=0.3):
        """A trained dense network: 196 pixels, 20 ReLU units, 10 scores."""
        from neuralnet.training import initialize, train

        V, y = self.learn
        first = initialize([196, 20, 10], np.random.default_rng(seed), "he")
        learn = partial(_swapped, partial(train, activation="relu"), V.reshape(196, -1), y)
        return self._in_phases(learn, first, seed, rate)

    def last_layer(self, W, seed, rates=(0.1, 0.8)):
        """Share right where the filters W (8, 1, k, k) stay and only the last layer learns.

        How large a step is good depends on the filters: the best of the rates on the pictures kept
        for choosing counts.
        """
        from neuralnet.training import accuracy, predict, train

        F, F_choose, F_judge = self._seen_by(W)
        start = np.random.default_rng(seed).normal(0.0, np.sqrt(1 / len(F)), (10, len(F)))
        learn = partial(_swapped, partial(train, activation="relu"), F, self.learn[1])
        nets = [self._in_phases(learn, [(start, np.zeros((10, 1)))], seed, rate) for rate in rates]
        shares = [accuracy(predict(net, F_choose, "relu"), self.choose[1]) for net in nets]
        best = nets[int(np.argmax(shares))]
        return accuracy(predict(best, F_judge, "relu"), self.judge[1])

    def _seen_by(self, W):
        """What the last layer sees of the pictures to learn from, to choose by and to judge by."""
        from neuralnet.convolution import conv_forward

        key = (W.tobytes(), conv_forward.__code__)  # when you change your layer, it sees anew
        if self._kept[0] != key:
            self._kept = (key, [_seen(W, V) for V, _ in (self.learn, self.choose, self.judge)])
        return self._kept[1]

    def share(self, net, V=None):
        """Share right of the pictures to judge by, or of other volumes V with the same first labels."""
        from neuralnet.convolution import convnet_forward
        from neuralnet.training import accuracy, predict

        V = self.judge[0] if V is None else V
        y = self.judge[1][: V.shape[-1]]
        if isinstance(net, dict):
            return accuracy(convnet_forward(net, V).argmax(axis=0), y)
        return accuracy(predict(net, V.reshape(196, -1), "relu"), y)


def _swapped(train, X, y, params, **how):
    """`train` with the parameters last, so that the rest can be fixed beforehand."""
    return train(params, X, y, **how)


def _seen(W, V):
    """What the last layer of a ConvNet with the filters W sees: pooled maps after ReLU, in columns."""
    from neuralnet.convolution import conv_forward, max_pool_forward

    maps = conv_forward(V, W, np.zeros((len(W), 1)), 1, W.shape[-1] // 2)
    return np.maximum(max_pool_forward(maps, 2, 2), 0.0).reshape(-1, V.shape[-1])


# Volumes by hand


def own_volumes(mine):
    """Say for each of four volumes whether it agrees with what your own `output_size` gives."""
    from neuralnet.convolution import output_size

    side = 32
    layers = ((16, 5, 1, 2), (None, 2, 2, 0), (32, 3, 1, 1), (None, 2, 2, 0))
    depth = 3
    for number, (kinds, volume) in enumerate(zip(layers, mine, strict=True), start=1):
        filters, *window = kinds
        side, depth = output_size(side, *window), filters or depth
        if volume is None:
            print(f"layer {number}: no volume yet")
        else:
            agrees = tuple(volume) == (depth, side, side)
            print(f"layer {number}: {volume} {'agrees' if agrees else 'does NOT agree'}")
