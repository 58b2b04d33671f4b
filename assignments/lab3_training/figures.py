"""The pictures of lab 3: each function draws one, with your own functions at work in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from matplotlib.layout_engine import TightLayoutEngine
from matplotlib.ticker import LogLocator, NullFormatter

import guesses
from labdata import load_fashion_mnist

FITTED = TightLayoutEngine(rect=None)  # in one pass: "constrained" takes two, and a browser waits
plt.rcParams.update(
    {
        "figure.dpi": 100,
        "font.size": 11,
        "axes.titley": 1,
        "axes.grid": True,
        "grid.alpha": 0.3,
        "axes.axisbelow": True,
    }
)
BLACK, BLUE, ORANGE, GREY = "#000000", "#0072B2", "#D98200", "#777777"
"""These differ in grey and for colour-blind people."""
KNOWS_NOTHING = np.log(10)
NAMES = {"relu": "ReLU"}
"""Activations that the text writes otherwise than the code."""

# Losses of the four runs of Figure 1, epoch by epoch: `four_runs(again=True)` makes them anew.
RECORDED = {
    "all weights zero": [2.304, *[2.303] * 5],
    "four sigmoid layers": [2.318, 2.316, *[2.312] * 2, *[2.313] * 2],
    "a rate too long": [np.nan] * 6,
    "one that learns": [1.237, 0.679, 0.562, 0.465, 0.412, 0.354],
}


@lru_cache(maxsize=1)
def pictures() -> tuple[np.ndarray, ...]:
    """X_train, y_train, X_test, y_test: 4,000 pictures to learn from, 1,000 to test on."""
    return load_fashion_mnist(4000, 1000)


def learn(sizes, scheme, activation, *, rate, batch_size, epochs, n=2000, seed=0):
    """Train on the first n pictures; gives params, the losses, and the share right on test pictures."""
    from neuralnet import training

    names = ("initialize", "minibatches", "sgd_step", "train")
    yours = tuple(getattr(training, name).__code__ for name in names)
    settings = {"learning_rate": rate, "batch_size": batch_size, "epochs": epochs}
    return _learned(tuple(sizes), scheme, activation, tuple(settings.items()), n, seed, yours)


@lru_cache(maxsize=16)
def _learned(sizes, scheme, activation, settings, n, seed, _yours):
    """What was trained once is not trained again, as long as your functions (`_yours`) stay the same."""
    from neuralnet.training import accuracy, initialize, predict, train

    X, y, X_test, y_test = pictures()
    rng = np.random.default_rng(seed)
    start = initialize(list(sizes), rng, scheme)
    rest = {"activation": activation, "rng": rng, **dict(settings)}
    with np.errstate(over="ignore", invalid="ignore"):  # a rate that is too long is part of the lab
        params, losses = train(start, X[:, :n], y[:n], **rest)
        right = accuracy(predict(params, X_test, activation), y_test)
    return params, losses, right


@contextmanager
def replaced(name: str, other) -> Iterator[None]:
    """`other` in the place of one of the functions that `train` uses, as long as the block runs."""
    import neuralnet.backprop
    import neuralnet.training

    places = [m for m in (neuralnet.backprop, neuralnet.training) if hasattr(m, name)]
    kept = [getattr(module, name) for module in places]
    for module in places:
        setattr(module, name, other)
    try:
        yield
    finally:
        for module, function in zip(places, kept, strict=True):
            setattr(module, name, function)


def _grey_picture(ax, pixels, limit, title=""):
    shown = ax.imshow(pixels.reshape(28, 28), cmap="gray", vmin=-limit, vmax=limit)
    ax.set_title(title, fontsize=9)
    ax.axis("off")
    return shown


# ---------------------------------------------------------------- opening and end

FOUR = {
    "all weights zero": ([64] * 4, "zeros", "relu", 0.05),
    "four sigmoid layers": ([64] * 4, "xavier", "sigmoid", 0.05),
    "a rate too long": ([64] * 4, "he", "relu", 0.8),
    "one that learns": ([64] * 4, "he", "relu", 0.05),
}
LOOKS = (
    (GREY, "-", "v"),
    (BLACK, ":", "^"),
    (ORANGE, "--", "x"),
    (BLUE, "-", "o"),
)


def four_runs(again: bool = False) -> None:
    """Four runs of the same network: recorded ones, or made again by your own functions."""
    runs = RECORDED
    if again:
        runs = {}
        for name, (hidden, scheme, activation, rate) in FOUR.items():
            sizes = [784, *hidden, 10]
            _, runs[name], _ = learn(sizes, scheme, activation, rate=rate, batch_size=25, epochs=6)
    fig, ax = plt.subplots(figsize=(8, 4), layout=FITTED)
    for (name, losses), (colour, line, marker) in zip(runs.items(), LOOKS, strict=True):
        style = {"color": colour, "linestyle": line, "marker": marker, "markersize": 5}
        if np.isnan(losses[-1]):  # a curve that matplotlib leaves out
            lost = int(np.flatnonzero(np.isnan(losses))[0])
            cross = {"marker": "x", "markersize": 11, "markeredgewidth": 3, "linestyle": "none"}
            ax.plot([lost + 1], [2.75], color=colour, **cross, label=name)
            words = f"{name}: not a number from epoch {lost + 1} on"
            ax.text(lost + 1.3, 2.75, words, va="center")
            losses = losses[:lost]
        width = 7 if name == "all weights zero" else 2  # so that it shows under the other one
        known = "" if len(losses) < 6 else name
        ax.plot(range(1, len(losses) + 1), losses, **style, linewidth=width, label=known)
    ax.set(title="Four runs on 2,000 pictures", xlabel="epoch", ylabel="mean loss of the epoch")
    ax.set(ylim=(0, 3.2), xlim=(0.5, 6.5))
    ax.legend(frameon=False, loc="center right", bbox_to_anchor=(1, 0.42))
    plt.show()


# ---------------------------------------------------------------- part 1


def signals() -> None:
    """Spread of outputs, of the examples, and of gradients in ten hidden layers."""
    from neuralnet.backprop import backward
    from neuralnet.layers import forward
    from neuralnet.training import initialize

    rng = np.random.default_rng(0)
    X, dS = rng.normal(size=(100, 200)), rng.normal(size=(100, 200)) / 200
    looks = {
        ("tanh", "small"): (BLUE, ":", "o"),
        ("tanh", "xavier"): (BLUE, "-", "o"),
        ("relu", "small"): (ORANGE, ":", "s"),
        ("relu", "xavier"): (ORANGE, "--", "s"),
        ("relu", "he"): (ORANGE, "-", "s"),
        ("sigmoid", "xavier"): (BLACK, "-.", "^"),
    }
    fig, axes = plt.subplots(1, 3, figsize=(9.6, 4.8))
    for (activation, scheme), (colour, line, marker) in looks.items():
        params = initialize([100] * 12, rng, scheme)
        H = forward(params, X, activation)
        gradients = backward(params, H, dS, activation)
        style = {"color": colour, "linestyle": line, "marker": marker, "markersize": 4}
        axes[0].semilogy(range(11), [h.std() for h in H[:-1]], **style)
        axes[1].semilogy(range(11), [h.std(axis=1).mean() for h in H[:-1]], **style)
        label = f"{NAMES.get(activation, activation)}, {scheme}"
        axes[2].semilogy(range(1, 12), [g[0].std() for g in gradients], **style, label=label)
    titles = ("Forward: all outputs", "Forward: over examples", "Backward: dW")
    for ax, title in zip(axes, titles, strict=True):
        ax.set(title=title, xlabel="layer (0: the input)", ylim=(1e-7, 10))
        ax.set(yticks=[1e-6, 1e-4, 1e-2, 1], xticks=range(0, 11, 2))
    axes[0].set_ylabel("standard deviation")
    axes[2].set(ylim=(1e-15, 10), xlabel="layer (11: the scores)")
    axes[2].set(yticks=[1e-15, 1e-10, 1e-5, 1], xticks=range(1, 12, 2))
    for ax in axes:
        ax.minorticks_off()  # a hundred small ticks take longer to draw than all the curves
    fig.legend(*axes[2].get_legend_handles_labels(), ncols=3, frameon=False, loc="lower center")
    fig.subplots_adjust(left=0.085, right=0.99, top=0.93, bottom=0.28, wspace=0.27)
    plt.show()


# ---------------------------------------------------------------- parts 2 and 3


def known_by_heart(params, X, y) -> int:
    """How many of the examples have their highest score for their own class."""
    from neuralnet.layers import forward

    scores = forward(params, X, "relu")[-1]
    return sum(scores[k, i] == max(scores[:, i]) for i, k in enumerate(y))


def by_heart(losses) -> None:
    """The loss on fifty pictures, from log 10 down."""
    fig, ax = plt.subplots(figsize=(7, 3.6), layout=FITTED)
    ax.semilogy(np.arange(1, len(losses) + 1), losses, color=BLACK, linewidth=2)
    ax.axhline(KNOWS_NOTHING, color=BLUE, linestyle="--")
    look = {"color": BLUE, "ha": "right", "va": "top"}
    ax.text(len(losses), KNOWS_NOTHING * 0.8, "knowing nothing: log 10", **look)
    ax.set(
        title="Learning fifty pictures by heart", xlabel="epoch", ylabel="mean loss of the epoch"
    )
    plt.show()


def clothes(epochs: int = 20):
    """Train 784-64-10 on 2,000 pictures, one epoch at a time; draws curves and units, gives params."""
    from neuralnet.training import accuracy, initialize, predict, train

    X, y, X_test, y_test = pictures()
    X, y = X[:, :2000], y[:2000]
    seen = (X[:, :1000], y[:1000])  # as many as there are test pictures: enough for a share
    rng, history = np.random.default_rng(0), []
    params = initialize([784, 64, 10], rng, "small")
    settings = {"activation": "relu", "learning_rate": 0.1, "batch_size": 25, "epochs": 1}
    for _ in range(epochs):
        params, (loss,) = train(params, X, y, rng=rng, **settings)
        shares = [accuracy(predict(params, A, "relu"), b) for A, b in (seen, (X_test, y_test))]
        history.append((loss, *shares))
    loss, known, new = zip(*history, strict=True)
    print(f"after {epochs} epochs: loss {loss[-1]:.3f}")
    print(f"right: {known[-1]:.1%} of 1,000 training, {new[-1]:.1%} of 1,000 test pictures")
    _draw_clothes(params, loss, known, new)
    return params


def _draw_clothes(params, loss, known, new) -> None:
    fig = plt.figure(figsize=(11, 7))
    above, below = fig.subfigures(2, 1, height_ratios=[1.15, 1])
    left, right = above.subplots(1, 2)
    above.subplots_adjust(left=0.07, right=0.99, bottom=0.18, top=0.91, wspace=0.16)
    epochs = np.arange(1, len(loss) + 1)
    left.plot(epochs, loss, color=BLACK, marker="o", markersize=3)
    left.axhline(KNOWS_NOTHING, color=GREY, linestyle=":")
    left.text(
        epochs[-1], KNOWS_NOTHING - 0.2, "log 10: knowing nothing", color="#555555", ha="right"
    )
    left.set(title="Loss", xlabel="epoch", ylabel="mean loss of the epoch", ylim=(0, 2.5))
    right.plot(epochs, known, color=BLACK, marker="o", markersize=3)
    right.plot(epochs, new, color=BLUE, linestyle="--", marker="s", markersize=3)
    right.text(epochs[-1], known[-1] - 0.085, "1,000 training pictures", ha="right")
    right.text(epochs[-1], new[-1] - 0.06, "1,000 test pictures", color=BLUE, ha="right")
    right.set(title="Accuracy", xlabel="epoch", ylabel="share right", ylim=(0.4, 1))
    for ax in (left, right):
        ax.set_xticks([1, 5, 10, 15, 20])
    W = params[0][0]
    strongest = np.argsort(-np.abs(params[1][0]).sum(axis=0))[:16]
    axes = below.subplots(2, 8)
    below.subplots_adjust(left=0.02, right=0.9, bottom=0.02, top=0.8, hspace=0.34)
    limit = np.abs(W[strongest]).max() * 0.8
    for ax, unit in zip(axes.flat, strongest, strict=True):
        shown = _grey_picture(ax, W[unit], limit, f"unit {unit}")
    below.colorbar(shown, cax=below.add_axes((0.92, 0.08, 0.012, 0.68)), label="weight")
    below.suptitle("What sixteen hidden units look for")
    plt.show()


def never_shuffled() -> None:
    """The same training twice: pictures sorted by class and never shuffled, and as it should be."""
    from neuralnet.training import accuracy, initialize, predict, train

    X, y, X_test, y_test = pictures()
    order = np.argsort(y, kind="stable")
    settings = {"activation": "relu", "learning_rate": 0.1, "batch_size": 50, "epochs": 3}

    def as_they_come(n, batch_size, rng):
        return list(np.arange(n).reshape(-1, batch_size))

    def answers():
        rng = np.random.default_rng(0)
        start = initialize([784, 64, 10], rng, "he")
        params, _ = train(start, X[:, order], y[order], rng=rng, **settings)
        return predict(params, X_test, "relu")

    y_hat = answers()
    with replaced("minibatches", as_they_come):
        y_sorted = answers()
    for name, found in (("shuffled", y_hat), ("never shuffled", y_sorted)):
        counts = np.bincount(found, minlength=10)
        text = f"{accuracy(found, y_test):.3f} right; “shirt” said {counts[6]} times"
        print(f"{name:14}: {text}, “T-shirt” {counts[0]}")


# ---------------------------------------------------------------- part 4: zeros, batches


def zeros(guess=None):
    """Six hidden units from zeros and from small weights: accuracy, and the units as pictures."""
    nets = {}
    for activation, rate in (("sigmoid", 1.0), ("tanh", 0.2), ("relu", 0.2)):
        for scheme in ("zeros", "small"):
            nets[activation, scheme] = learn(
                [784, 6, 10], scheme, activation, rate=rate, batch_size=40, epochs=20
            )
    fig = plt.figure(figsize=(12, 4.2))
    left, right = fig.subfigures(1, 2, width_ratios=[1, 1.35])
    ax = left.subplots()
    left.subplots_adjust(left=0.13, right=0.97, bottom=0.13, top=0.86)
    for shift, scheme, face, hatch in ((-0.2, "zeros", "white", "//"), (0.2, "small", GREY, "")):
        heights = [nets[activation, scheme][2] for activation in ("sigmoid", "tanh", "relu")]
        places = np.arange(3) + shift
        bars = ax.bar(places, heights, 0.38, color=face, hatch=hatch, edgecolor=BLACK, label=scheme)
        ax.bar_label(bars, [f"{height:.2f}" for height in heights], fontsize=10)
    fact = nets["sigmoid", "zeros"][2]
    if (number := guesses.number(guess)) is not None:
        look = {"color": "white", "markeredgecolor": BLUE, "linestyle": "none", "label": "guess"}
        ax.plot(-0.44, number, "D", markersize=11, **look)  # beside the bar
    ax.set_xticks(range(3), ["sigmoid", "tanh", "ReLU"])
    title = "Share of test pictures right" + guesses.beside(guess, f"{fact:.2f}")
    ax.set_title(title, fontsize=11)
    ax.set(ylim=(0, 1.05), ylabel="accuracy")
    ax.legend(frameon=False, ncols=3, loc="upper left", fontsize=10)
    axes = right.subplots(2, 6)
    right.subplots_adjust(left=0.02, right=0.99, bottom=0.02, top=0.8, wspace=0.08)
    for row, scheme in zip(axes, ("zeros", "small"), strict=True):
        W = nets["sigmoid", scheme][0][0][0]
        for unit, ax in enumerate(row):
            _grey_picture(ax, W[unit], np.abs(W).max(), f"{scheme}: {unit}")
    right.suptitle("Weights of the six sigmoid units", fontsize=11, y=0.92)
    plt.show()
    return {f"{activation}, {scheme}": net for (activation, scheme), net in nets.items()}


def _descent(batch_size, rate, marks, n=1000):
    """Loss on all n pictures after each number of steps in `marks`."""
    from neuralnet.layers import forward
    from neuralnet.losses import softmax_cross_entropy
    from neuralnet.training import initialize, train

    X, y, _, _ = pictures()
    X, y = X[:, :n], y[:n]
    rng = np.random.default_rng(1)
    params = initialize([784, 32, 10], np.random.default_rng(0), "he")
    settings = {"activation": "relu", "learning_rate": rate, "batch_size": batch_size, "epochs": 1}
    losses, done, waiting = [], 0, np.array([], dtype=int)
    for mark in marks:
        while done < mark:
            waiting = waiting if len(waiting) else rng.permutation(n)
            now, waiting = np.split(waiting, [(mark - done) * batch_size])
            params, _ = train(params, X[:, now], y[now], rng=rng, **settings)
            done += -(-len(now) // batch_size)
        losses.append(softmax_cross_entropy(forward(params, X, "relu")[-1], y)[0])
    return losses


BATCHES = {1: (ORANGE, ":", "^"), 32: (BLACK, "-", "o"), 1000: (BLUE, "--", "s")}
BEST_RATES = {1: (0.02, 0.05), 32: (0.5, 0.5), 1000: (0.5, 1.0)}
"""Of eight rates from 0.005 to 1, the one with the lowest loss after 6 looks, and after 50 steps."""


def batches(guess: int | None = None) -> None:
    """Batch sizes 1, 32 and 1,000, each at its own best rate: by looks, and by steps."""
    fig, (left, right) = plt.subplots(1, 2, figsize=(11, 4.2), sharey=True)
    ends = {}
    print("             steps an epoch   loss, 6 looks   loss, 50 steps")
    for size, (colour, line, marker) in BATCHES.items():
        style = {"color": colour, "linestyle": line, "marker": marker, "markersize": 5}
        in_an_epoch = -(-1000 // size)
        rate, rate_by_steps = BEST_RATES[size]
        looks = np.arange(1, 7)
        by_looks = _descent(size, rate, looks * in_an_epoch)
        steps = np.array([1, 2, 5, 10, 20, 50])
        by_steps = _descent(size, rate_by_steps, steps)
        left.semilogy(looks, by_looks, **style, label=f"batch {size}, rate {rate:g}")
        right.loglog(steps, by_steps, **style, label=f"batch {size}, rate {rate_by_steps:g}")
        ends[size] = by_looks[-1]
        text = f"{in_an_epoch:14} {by_looks[-1]:15.3f} {by_steps[-1]:16.3f}"
        print(f"batch {size:4}   {text}")
    guesses.tell(guess, f"{min(ends, key=ends.get)}, lowest after six looks", ends)
    for axis in (left.yaxis, right.xaxis):  # a power of ten alone hardly lies in so short a range
        axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axis.set_major_formatter("{x:g}")
        axis.set_minor_formatter(NullFormatter())
    left.set(title="By looks at each picture", xlabel="epochs", ylabel="loss on all 1,000")
    right.set(title="By steps (gradient evaluations)", xlabel="steps")
    for ax in (left, right):
        ax.legend(frameon=False, loc="lower left", fontsize=10)
    fig.subplots_adjust(left=0.08, right=0.99, bottom=0.14, top=0.91, wspace=0.06)
    plt.show()


# ---------------------------------------------------------------- part 4: valleys and zig-zags

LINE_X = np.linspace(-1, 1, 41).reshape(1, -1)
WAVE = 0.6 * np.sin(6 * LINE_X) + 0.4 * LINE_X * np.cos(11 * LINE_X)


def straight(a, b):
    """Loss of the line with slope a and offset b, and its gradient."""
    from neuralnet.backprop import backward
    from neuralnet.layers import forward
    from neuralnet.losses import squared_error

    params = [(np.array([[a]]), np.array([[b]]))]
    H = forward(params, LINE_X, "tanh")
    loss, dS = squared_error(H[-1], WAVE)
    ((dW, db),) = backward(params, H, dS, "tanh")
    return loss, np.array([dW[0, 0], db[0, 0]])


def two_steps(a, b):
    """Loss of the network with hidden biases a and b, and its gradient."""
    from neuralnet.backprop import backward
    from neuralnet.layers import forward
    from neuralnet.losses import squared_error

    hidden = (np.array([[8.0], [8.0]]), np.array([[a], [b]]))
    params = [hidden, (np.array([[-0.4, -0.4]]), np.zeros((1, 1)))]
    H = forward(params, LINE_X, "tanh")
    loss, dS = squared_error(H[-1], WAVE)
    (_, db), _ = backward(params, H, dS, "tanh")
    return loss, db[:, 0]


@lru_cache(maxsize=2)
def _heights(surface, limit):
    grid = np.linspace(-limit, limit, 61)
    return grid, np.array([[surface(a, b)[0] for a in grid] for b in grid])


def _way(surface, point, rate, steps):
    way = [np.array(point, dtype=float)]
    for _ in range(int(steps)):
        way.append(way[-1] - rate * surface(*way[-1])[1])
    return np.array(way)


def _map(ax, surface, limit, names):
    grid, heights = _heights(surface, limit)
    ax.contourf(grid, grid, heights, 14, cmap="Greys", alpha=0.6)
    ax.contour(grid, grid, heights, 14, colors="white", linewidths=0.6)
    ax.set(xlabel=names[0], ylabel=names[1], xlim=(-limit, limit), ylim=(-limit, limit))
    ax.grid(False)


def _ends(loss) -> str:
    """Where a way ends, also one that has left the map for good."""
    if not np.isfinite(loss):
        return "overflows"
    return f"ends at {loss:.3f}" if loss < 100 else f"ends at {loss:.2g}"


def valleys(b1: float, b2: float, rate: float, steps: int):
    """A convex loss and one that is not, with a way downhill on each."""
    fig = Figure(figsize=(10.5, 4.8), dpi=100)
    left, right = fig.subplots(1, 2)
    fig.subplots_adjust(left=0.07, right=0.98, bottom=0.12, top=0.91)
    _map(left, straight, 2.0, ("slope w", "offset b"))
    _map(right, two_steps, 10.0, ("bias b₁", "bias b₂"))
    ends = []
    for ax, surface, start, length in (
        (left, straight, (b1 / 5, b2 / 5), 0.3 * rate / 20),
        (right, two_steps, (b1, b2), rate),
    ):
        with np.errstate(over="ignore", invalid="ignore"):  # the longest rate is one that explodes
            way = _way(surface, start, length, steps)
            ends.append(_ends(surface(*way[-1])[0]))
        ax.plot(*np.clip(way, -1e3, 1e3).T, color=BLUE, linewidth=1.8)
        ax.plot(*way[0], "o", color="white", markeredgecolor=BLACK, markersize=9)
        ax.plot(*way[-1], "*", color=ORANGE, markeredgecolor=BLACK, markersize=16)
    left.set_title(f"Convex: a straight line, {ends[0]}")
    right.set_title(f"Not convex: two units, {ends[1]}")
    return fig, f"Loss: the network {ends[1]}, the straight line {ends[0]}."


def many_starts() -> None:
    """Where 30 random starts end on the surface that is not convex."""
    starts = np.random.default_rng(0).uniform(-10, 10, size=(30, 2))
    for rate in (20.0, 300.0):
        ends = [two_steps(*_way(two_steps, start, rate, 200)[-1])[0] for start in starts]
        values, counts = np.unique(np.round(ends, 3), return_counts=True)
        text = ", ".join(f"{v:.3f} from {c}" for v, c in zip(values, counts, strict=True))
        print(f"rate {rate:3.0f}, final loss: {text} of 30 starts")


def one_sign() -> None:
    """How often a single example moves all 20 weights of a unit the same way."""
    from neuralnet.backprop import backward
    from neuralnet.layers import forward
    from neuralnet.losses import softmax_cross_entropy
    from neuralnet.training import initialize

    X, y, _, _ = pictures()
    rng = np.random.default_rng(3)
    for activation in ("sigmoid", "tanh"):
        params, same = initialize([784, 20, 20, 10], rng, "xavier"), []
        for i in range(100):
            H = forward(params, X[:, [i]], activation)
            dS = softmax_cross_entropy(H[-1], y[[i]])[1]
            dW = backward(params, H, dS, activation)[1][0]
            same.append(np.mean(np.abs(np.sign(dW).sum(axis=1)) == 20))
        print(f"{activation:8} all 20 weights of a unit get one sign: {np.mean(same):.0%} of cases")


def _inputs(count, centring):
    """Outputs of `count` sigmoid units on 2,000 examples, less `centring`, and the loss's curvatures."""
    from neuralnet.activations import sigmoid

    h = sigmoid(np.random.default_rng(5).normal(0, 2, size=(count, 2000))) - centring
    return h, np.linalg.eigvalsh(h @ h.T / 2000)


def zigzag(angle: float, centring: float, share: float):
    """Two weights on their way to a goal, on inputs from sigmoid units, centred or not."""
    h, curvature = _inputs(2, centring)
    goal = np.array([np.cos(np.radians(angle)), np.sin(np.radians(angle))])
    rate, way = share * 2 / curvature[-1], [np.zeros(2)]
    bowl = h @ h.T / 2000
    for _ in range(200):
        way.append(way[-1] - rate * bowl @ (way[-1] - goal))
    far = np.linalg.norm(np.array(way) - goal, axis=1)
    near = np.flatnonzero(far < 0.01)
    steps = f"{near[0]} step{'s' if near[0] > 1 else ''}" if len(near) else "more than 200 steps"
    fig = Figure(figsize=(5.2, 4.7), dpi=100)
    ax = fig.subplots()
    fig.subplots_adjust(left=0.15, right=0.97, bottom=0.12, top=0.86)
    grid = np.linspace(-1.6, 1.6, 161)
    d = np.array(np.meshgrid(grid, grid)) - goal[:, None, None]
    height = np.einsum("iyx,ij,jyx->yx", d, bowl, d)
    levels = height.max() * np.linspace(0.04, 1, 15) ** 2
    ax.contour(grid, grid, height, levels, colors=GREY, linewidths=0.7)
    ax.plot(*np.array(way[:60]).T, color=BLUE, marker="o", markersize=3, linewidth=1.4)
    ax.plot(0, 0, "o", color="white", markeredgecolor=BLACK, markersize=9)
    ax.plot(*goal, "*", color=ORANGE, markeredgecolor=BLACK, markersize=16)
    condition = curvature[-1] / curvature[0]
    ax.set(xlim=(-1.6, 1.6), ylim=(-1.6, 1.6), xlabel="weight w₁", ylabel="weight w₂")
    ax.set_title(f"centring {centring:g}, goal at {angle:g}°:\ncondition {condition:.1f}, {steps}")
    text = f"Condition number {condition:.1f}; within 1 % of the goal after {steps}."
    return fig, text


def condition_numbers() -> None:
    """Condition number and steps to 1 %, for sigmoid outputs as they are, centred, and doubled."""
    print("inputs   outputs         condition   steps to 1 %")
    for count in (2, 10, 50):
        for name, centring, scale in (
            ("as they are", 0.0, 1.0),
            ("twice as large", 0.0, 2.0),
            ("centred", 0.5, 1.0),
        ):
            h, _ = _inputs(count, centring)
            curvature, directions = np.linalg.eigh(scale**2 * h @ h.T / 2000)
            goal = np.random.default_rng(1).choice([-1.0, 1.0], size=count)
            left, shrink, steps = directions.T @ goal, 1 - curvature / curvature[-1], 0
            while np.linalg.norm(left) > 0.01 * count**0.5:
                left, steps = left * shrink, steps + 1
            print(f"{count:6}   {name:15} {curvature[-1] / curvature[0]:9.1f}   {steps:5}")


# ---------------------------------------------------------------- part 4: depth, dead units


def race() -> None:
    """Three activations with one hidden layer and with four."""
    fig, axes = plt.subplots(1, 2, figsize=(11, 4), sharey=True, layout=FITTED)
    for ax, hidden in zip(axes, ([64], [64] * 4), strict=True):
        for activation, scheme, colour, line, marker in (
            ("sigmoid", "xavier", BLACK, "-", "^"),
            ("tanh", "xavier", BLUE, "--", "o"),
            ("relu", "he", ORANGE, "-.", "s"),
        ):
            sizes = [784, *hidden, 10]
            _, losses, right = learn(sizes, scheme, activation, rate=0.05, batch_size=25, epochs=6)
            style = {"color": colour, "linestyle": line, "marker": marker, "markersize": 4}
            shown = NAMES.get(activation, activation)
            ax.plot(np.arange(1, 7), losses, **style, label=shown)
            name = f"{len(hidden)} hidden, {shown:7}"
            print(f"{name}: loss {losses[0]:.2f} … {losses[-1]:.2f}, accuracy {right:.1%}")
        ax.axhline(KNOWS_NOTHING, color=GREY, linestyle=":", linewidth=1)
        title = f"{len(hidden)} hidden layer{'s' * (len(hidden) > 1)} of 64 units"
        ax.set(title=title, xlabel="epoch", ylim=(0, 2.5))
    axes[0].set_ylabel("mean loss of the epoch")
    axes[0].legend(frameon=False)
    plt.show()


def _equal_norms(backward):
    """`backward`, with every layer's gradient made as long as the last layer's."""

    def equalised(params, H, dS, activation):
        gradients = backward(params, H, dS, activation)
        goal = np.linalg.norm(gradients[-1][0])
        scales = [goal / np.linalg.norm(dW) for dW, _ in gradients]
        return [(s * dW, s * db) for s, (dW, db) in zip(scales, gradients, strict=True)]

    return equalised


def _four_sigmoid_layers():
    """Losses of the deep sigmoid network as it is and with either repair; spreads and gradients."""
    from neuralnet.backprop import backward
    from neuralnet.layers import forward
    from neuralnet.losses import softmax_cross_entropy
    from neuralnet.training import accuracy, initialize, predict, train

    X, y, X_test, y_test = pictures()
    X, y = X[:, :2000], y[:2000]
    deep = initialize([784, 64, 64, 64, 64, 10], np.random.default_rng(0), "xavier")
    H, H_test = forward(deep, X, "sigmoid"), forward(deep, X_test, "sigmoid")
    gradients = backward(deep, H, softmax_cross_entropy(H[-1], y)[1], "sigmoid")
    middle, spread = H[4].mean(axis=1, keepdims=True), H[4].std(axis=1, keepdims=True)
    top = initialize([64, 10], np.random.default_rng(1), "xavier")
    settings = {"activation": "sigmoid", "learning_rate": 0.05, "batch_size": 25, "epochs": 6}

    def outcome(start, data, test):
        params, losses = train(start, data, y, rng=np.random.default_rng(2), **settings)
        return losses, accuracy(predict(params, test, "sigmoid"), y_test)

    runs = {"as it is": outcome(deep, X, X_test)}
    with replaced("backward", _equal_norms(backward)):
        runs["gradients made equal"] = outcome(deep, X, X_test)
    runs["values spread out"] = outcome(
        top, (H[4] - middle) / spread, (H_test[4] - middle) / spread
    )
    spreads = [h.std(axis=1).mean() for h in H[1:5]]
    return runs, spreads, [np.linalg.norm(dW) for dW, _ in gradients]


def deep_sigmoid(guess: str | None = None) -> None:
    """Why four sigmoid layers stay at log 10: spreads, gradients, and two repairs, each by itself."""
    runs, spreads, norms = _four_sigmoid_layers()
    fig, axes = plt.subplots(1, 3, figsize=(13, 4.2), layout=FITTED)
    axes[0].semilogy(range(1, 5), spreads, color=BLACK, marker="^")
    axes[0].set(title="Up: spread over examples", ylabel="standard deviation")
    axes[0].set(xlabel="hidden layer", xticks=range(1, 5))
    axes[1].semilogy(range(1, 6), norms, color=BLACK, marker="^")
    axes[1].set(title="Down: length of the gradient dW", xlabel="layer (5: the scores)")
    axes[1].set(xticks=range(1, 6), ylabel="norm")
    looks = ((BLACK, "-", "^"), (ORANGE, "--", "s"), (BLUE, "-.", "o"))
    for (name, (losses, right)), (colour, line, marker) in zip(runs.items(), looks, strict=True):
        style = {"color": colour, "linestyle": line, "marker": marker, "markersize": 4}
        axes[2].plot(range(1, 7), losses, **style, label=f"{name}: accuracy {right:.2f}")
    axes[2].set(title="Loss with either repair", xlabel="epoch", ylim=(0, 3.3))
    axes[2].legend(frameon=False, fontsize=10, loc="upper right")
    repairs = {"a": "gradients made equal", "b": "values spread out"}
    plain = runs["as it is"][1]
    helping = [key for key, name in repairs.items() if runs[name][1] > plain + 0.1]
    measured = {0: "neither", 2: "both"}.get(len(helping)) or helping[0]
    guesses.tell(guess, f"{measured}, by accuracy", ("a", "b", "both", "neither"))
    plt.show()


def dead_units() -> None:
    """Units of the second layer that are 0 on every training picture, by learning rate."""
    from neuralnet.layers import forward

    rates, dead, shares = (0.05, 0.4, 0.8, 1.0), [], []
    for rate in rates:
        params, _, right = learn(
            [784, 64, 64, 10], "he", "relu", rate=rate, batch_size=25, epochs=3, seed=1
        )
        H = forward(params, pictures()[0][:, :2000], "relu")
        dead.append(int(np.sum(H[2].max(axis=1) == 0)))
        shares.append(right)
    fig, ax = plt.subplots(figsize=(7, 3.6), layout=FITTED)
    bars = ax.bar([str(rate) for rate in rates], dead, color=GREY, edgecolor=BLACK)
    words = [f"{d} dead\naccuracy {a:.0%}" for d, a in zip(dead, shares, strict=True)]
    ax.bar_label(bars, words, padding=2)
    ax.set(title="Dead units after 3 epochs, of 64 in the second layer", ylim=(0, 84))
    ax.set(xlabel="learning rate", ylabel="units that are always 0")
    plt.show()


# ---------------------------------------------------------------- the playground

STEPS = 600


@lru_cache(maxsize=1)
def two_spirals():
    """200 points on two arms that wind around each other, as columns, and their classes."""
    rng, t = np.random.default_rng(0), np.linspace(0.3, 1, 100)
    arms = [3 * np.pi * t, 3 * np.pi * t + np.pi]
    points = [2 * t * np.array([np.cos(a), np.sin(a)]) for a in arms]
    return np.hstack(points) + rng.normal(0, 0.05, (2, 200)), np.repeat([0, 1], 100)


def spiral(scheme: str, activation: str, rate: float, batch: int):
    """A network 2-16-16-2 after 600 steps on two spirals: its regions and its loss."""
    from neuralnet.layers import forward
    from neuralnet.training import accuracy, initialize, predict, train

    X, y = two_spirals()
    rng, epochs = np.random.default_rng(0), STEPS * batch // 200
    settings = {"learning_rate": rate, "batch_size": batch, "epochs": epochs}
    start = initialize([2, 16, 16, 2], rng, scheme)
    with np.errstate(over="ignore", invalid="ignore"):
        params, losses = train(start, X, y, activation=activation, rng=rng, **settings)
        right = accuracy(predict(params, X, activation), y)
        grid = np.linspace(-2.3, 2.3, 61)
        places = np.array([g.ravel() for g in np.meshgrid(grid, grid)])
        S = forward(params, places, activation)[-1]
    fig = Figure(figsize=(9, 4.2), dpi=100)
    left, ax = fig.subplots(1, 2)
    fig.subplots_adjust(left=0.07, right=0.98, bottom=0.13, top=0.9)
    left.contourf(grid, grid, (S[1] > S[0]).reshape(61, 61), 1, colors=("white", "0.75"))
    for k, marker, face in ((0, "o", ORANGE), (1, "^", BLUE)):
        left.plot(*X[:, y == k], marker, color=face, markersize=4.5, markeredgecolor=BLACK)
    left.set(title=f"{right:.0%} of 200 points right", xlabel="x₁", ylabel="x₂")
    left.grid(False)
    ax.plot(np.arange(1, epochs + 1) * STEPS / epochs, losses, color=BLACK)
    ax.axhline(np.log(2), color=GREY, linestyle=":")
    ax.set(title="Loss (dotted: log 2)", xlabel="steps", ylim=(0, 1.2), xlim=(0, STEPS))
    text = f"{scheme}, {activation}, rate {rate:g}, batch {batch}: {right:.2f} right"
    return fig, f"{text} after {STEPS} steps."


# ---------------------------------------------------------------- parts 5 and 6


def friends_train(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    """A friend's `train`: the same as yours, but for the line that the text shows."""
    from neuralnet.training import train

    settings = {"learning_rate": learning_rate / min(batch_size, len(y)), "batch_size": batch_size}
    return train(params, X, y, activation=activation, epochs=epochs, rng=rng, **settings)


def compare(results: dict[str, list[float]], measure: str = "accuracy on pictures kept aside"):
    """One row for each name: every seed a mark, their mean a line; prints mean, lowest, highest."""
    fig, ax = plt.subplots(figsize=(7.5, 1.3 + 0.5 * len(results)), layout=FITTED)
    for row, (name, values) in enumerate(results.items()):
        ax.plot(values, [row] * len(values), "o", color=BLUE, markerfacecolor="none", markersize=9)
        ax.plot([np.mean(values)] * 2, [row - 0.25, row + 0.25], color=BLACK, linewidth=2)
        spread = f"lowest {min(values):.3f}, highest {max(values):.3f}"
        print(f"{name:14} mean {np.mean(values):.3f}, {spread}, {len(values)} seeds")
    ax.set_yticks(range(len(results)), list(results))
    ax.invert_yaxis()
    ax.set(title="Each circle one seed, the line their mean", xlabel=measure)
    plt.show()
