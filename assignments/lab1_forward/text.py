# %% [markdown]
# # Lab 1: from one perceptron to a network that recognises clothes
#
# In this lab you build the **forward pass** of a neural network: everything that happens between an
# input and the network's answer. You start with three functions of one line each, build a single
# artificial neuron and find what it cannot do, and end with a network of three layers that tells
# trousers from ankle boots on real pictures. How such a network *learns* is the topic of labs 2 and 3.
#
# **How it works.** Open the folder `neuralnet` beside this notebook. The files `activations.py`,
# `perceptron.py` and `layers.py` hold stubs: each has a docstring that says what goes in and what comes
# out, and you replace its last line by your code. Save the file, come back, run the question's check.
# The notebook picks up your change by itself; there is no need to restart it. Every function here is
# short (one to ten lines). Plan two to three hours.
#
# `grader.check("…")` runs the *public* checks of a question. About half of the points are for *hidden*
# checks of the same function on other inputs: other shapes, whole numbers, very large numbers. If you
# follow the docstring and not just the example, you will pass them.
#
# **Letters and shapes** are those of the lecture, in all five labs:
#
# | letter | shape | meaning |
# | --- | --- | --- |
# | $X$ | $p \times n$ | data: $n$ examples, one in each **column**, $p$ features each |
# | $W$ | $p_1 \times p$ | weights of a layer with $p_1$ units |
# | $b$ | $p_1 \times 1$ | biases, one a unit |
# | $H$ | $p_1 \times n$ | a layer's output, $H = a(WX + b)$ |
# | $y$ | $n$ | labels, whole numbers |
#
# Three rules for all functions: the result is made of floats even if the input is whole numbers; the
# input is never changed; any sizes work.

# %%
# Tools for the pictures. Nothing to write here.
import matplotlib.pyplot as plt
import numpy as np

from labdata import CLASS_NAMES, fashion_mnist_images, load_fashion_mnist, mean_image

plt.rcParams.update({"figure.dpi": 100, "font.size": 11, "axes.grid": True, "grid.alpha": 0.3})
BLACK, BLUE, ORANGE = "#000000", "#0072B2", "#D98200"  # differ in grey and for colour-blind people
LINES = {"sigmoid": (BLACK, "-", "o"), "tanh": (BLUE, "--", "s"), "relu": (ORANGE, "-.", "^")}

# %% [markdown]
# ## Part 1. Activation functions
#
# A unit of a network computes a weighted sum of its inputs, the **score** $z$, and sends it through an
# **activation function** $a(z)$. Without that function, two layers one after the other would still be
# one linear function, and depth would be useless. You write the three of the lecture.

# %% [markdown]
# ### `sigmoid`
#
# The sigmoid squeezes any number into $[0, 1]$, so its value can be read as "how much this unit fires":
#
# $$\sigma(z) = \frac{1}{1 + e^{-z}}$$
#
# By hand: $\sigma(0) = 1/(1+1) = 0.5$, $\;\sigma(1) = 1/(1 + 0.3679) = 0.7311$, and
# $\sigma(-1) = 1 - \sigma(1) = 0.2689$.
#
# **A trap.** For $z = -1000$ the formula asks for $e^{1000}$, which is larger than any float: NumPy warns
# and gives `inf`. But $\sigma$ can also be written as $e^{z}/(1 + e^{z})$, which is harmless exactly
# where the first form is not. Find a way to use only exponents that are zero or negative.
#
# **Open `neuralnet/activations.py` and write `sigmoid(z)`**: an array `z` of any shape goes in, an array
# of the same shape comes out.

# %%
grader.check("sigmoid")

# %% [markdown]
# Look at a few values. Beyond about 5 on either side almost nothing happens any more: keep that in mind.

# %%
from neuralnet.activations import sigmoid

scores = np.array([-1e4, -10.0, -5.0, -1.0, 0.0, 1.0, 5.0, 10.0, 1e4])
for z, h in zip(scores, sigmoid(scores), strict=True):
    print(f"sigmoid({z:8g}) = {h:.6f}   {'█' * round(30 * h)}")

# %% [markdown]
# ### `tanh`
#
# The hyperbolic tangent has the same S shape, but runs from $-1$ to $1$, so it is centred at zero:
#
# $$\tanh(z) = \frac{e^{z} - e^{-z}}{e^{z} + e^{-z}} = 2\,\sigma(2z) - 1$$
#
# It *is* a sigmoid, stretched and shifted. By hand: $\tanh(0) = 0$, and
# $\tanh(1) = (2.7183 - 0.3679)/(2.7183 + 0.3679) = 0.7616$.
#
# The same trap waits here, on both sides at once: $e^{1000}/e^{1000}$ is `inf / inf`, not a number.
#
# **Write `tanh(z)` in `neuralnet/activations.py`.** You may use what NumPy or your own `sigmoid` offer.

# %%
grader.check("tanh")

# %% [markdown]
# Is tanh really a rescaled sigmoid? Measure it: the two sides of the formula should differ by rounding only.

# %%
from neuralnet.activations import tanh

z = np.linspace(-20, 20, 1001)
print(
    f"largest |tanh(z) - (2 sigmoid(2z) - 1)| = {np.abs(tanh(z) - (2 * sigmoid(2 * z) - 1)).max():.1e}"
)

# %% [markdown]
# ### `relu`
#
# The rectified linear unit lets positive scores through and stops the rest:
#
# $$\operatorname{ReLU}(z) = \max(0, z)$$
#
# By hand: $\operatorname{ReLU}(-2.5) = 0$, $\;\operatorname{ReLU}(0) = 0$, $\;\operatorname{ReLU}(4) = 4$.
#
# **Write `relu(z)`.** The maximum is taken entry by entry, not along an axis, and `z` stays as it is.

# %%
grader.check("relu")

# %%
from neuralnet.activations import relu

z = np.linspace(-4, 4, 401)
curves = {"sigmoid": sigmoid(z), "tanh": tanh(z), "relu": relu(z)}
places = {"sigmoid": (2.6, 0.70), "tanh": (-3.9, -0.86), "relu": (1.85, 1.55)}
fig, ax = plt.subplots(figsize=(7, 3.6))
for name, curve in curves.items():
    colour, line, _ = LINES[name]
    ax.plot(z, curve, color=colour, linestyle=line, linewidth=2.2)
    ax.text(*places[name], name, color=colour, weight="bold")
ax.axhline(0, color="0.5", linewidth=0.8)
ax.set(ylim=(-1.2, 2.2), xlabel="score z", ylabel="output a(z)", title="Three activation functions")
plt.show()

# %% [markdown]
# *Figure 1: the sigmoid (solid) rises from 0 to 1 and is 0.5 at z = 0; tanh (dashed) rises from −1 to 1
# through the origin, more steeply; ReLU (dash-dotted) is 0 left of the origin and a straight line of slope
# 1 right of it.*
#
# ### Derivatives, from the function value
#
# Learning will need the slope of $a$ at the score $z$. The lecture's point about these three functions is
# that you need not keep $z$: **the slope is easy from the function value** $h = a(z)$, which the forward
# pass has computed anyway. So the next three functions take $h$, not $z$.

# %% [markdown]
# ### `sigmoid_gradient`
#
# $$\sigma'(z) = \frac{e^{-z}}{(1 + e^{-z})^2} = h\,(1 - h) \qquad\text{with } h = \sigma(z)$$
#
# By hand: at $z = 0$ we have $h = 0.5$ and the slope is $0.5 \cdot 0.5 = 0.25$, the largest it can be. At
# $z = 5$ we have $h = 0.9933$, and the slope is only $0.9933 \cdot 0.0067 = 0.0066$.
#
# **Write `sigmoid_gradient(h)`.** If you find yourself calling `sigmoid` in it, read the paragraph above again.

# %%
grader.check("sigmoid_gradient")

# %% [markdown]
# ### `tanh_gradient`
#
# $$\tanh'(z) = 1 - h^2 \qquad\text{with } h = \tanh(z)$$
#
# By hand: at $z = 0$, $h = 0$ and the slope is $1$, four times the sigmoid's. At $z = 1$, $h = 0.7616$ and
# the slope is $1 - 0.58 = 0.42$.
#
# **Write `tanh_gradient(h)`.**

# %%
grader.check("tanh_gradient")

# %% [markdown]
# ### `relu_gradient`
#
# ReLU is a straight line on either side, so its slope is one of two numbers:
#
# $$\operatorname{ReLU}'(z) = \begin{cases} 1 & \text{where } h > 0 \\ 0 & \text{otherwise} \end{cases}$$
#
# At $z = 0$ there is a kink and no slope; by convention we take $0$. This matters more than it looks:
# *every* unit that is off has exactly $h = 0$.
#
# **Write `relu_gradient(h)`.**

# %%
grader.check("relu_gradient")

# %% [markdown]
# ### See it: where the slope dies
#
# A unit **saturates** where its curve is flat: whatever you change in front of it, nothing comes out. Below,
# the parts where the slope is under a twentieth of its largest value are hatched.

# %%
from neuralnet.activations import relu_gradient, sigmoid_gradient, tanh_gradient

PAIRS = {
    "sigmoid": (sigmoid, sigmoid_gradient),
    "tanh": (tanh, tanh_gradient),
    "relu": (relu, relu_gradient),
}
z = np.linspace(-8, 8, 1601)
fig, axes = plt.subplots(1, 3, figsize=(11, 3.4), sharex=True, layout="constrained")
for ax, (name, (a, slope)) in zip(axes, PAIRS.items(), strict=True):
    h, s = a(z), slope(a(z))
    flat = s < s.max() / 20
    top, bottom = min(h.max(), 2.0) + 0.2, h.min() - 0.2
    ax.fill_between(
        z, bottom, top, where=flat, facecolor="0.9", edgecolor="0.6", hatch="///", linewidth=0
    )
    ax.plot(z, h, color=BLACK, linewidth=2.2)
    ax.plot(z, s, color=BLUE, linestyle="--", linewidth=2.2)
    ax.set(
        ylim=(bottom, top), xlabel="score z", title=f"{name}: {flat.mean():.0%} of [−8, 8] is flat"
    )
axes[0].set_ylabel("output and slope")
places = [((-3.7, 0.6), (1.5, 0.27)), ((2.9, 0.76), (2.9, 0.12)), ((2.3, 1.7), (4.0, 0.78))]
for ax, (out, along) in zip(axes, places, strict=True):
    ax.text(*out, "output h", color=BLACK, backgroundcolor="white", size=10)
    ax.text(*along, "slope", color=BLUE, backgroundcolor="white", size=10)
fig.suptitle("Output and slope of each function; hatched: hardly any slope")
plt.show()

# %% [markdown]
# *Figure 2: output (solid) and slope (dashed) of each activation function for scores from −8 to 8. The
# sigmoid's slope is a low bump, never above 0.25, and flat (hatched) beyond about ±4.3; tanh's slope reaches
# 1, but is flat beyond about ±2.2; ReLU's slope is 1 for every positive score and 0 for every negative one,
# so only the left half is flat.*
#
# Now measure the lecture's pros and cons. We feed random scores of two spreads to each function. *Flat* is the
# share of units in a hatched region, *mean output* shows whether the outputs are centred at zero, and *one
# sign* is the share of examples for which five units' outputs all have the same sign (or are 0).

# %%
from time import perf_counter

rng = np.random.default_rng(260)
print("function  spread of z   flat   mean slope   mean output   one sign   ns per score")
for name, (a, slope) in PAIRS.items():
    for spread in (1, 5):
        Z = rng.normal(0, spread, size=(5, 40_000))
        times = []
        for _ in range(5):
            start = perf_counter()
            H = a(Z)
            times.append(perf_counter() - start)
        S = slope(H)
        flat = np.less(S, S.max() / 20)
        one_sign = ((H >= 0).all(axis=0) | (H <= 0).all(axis=0)).mean()
        print(
            f"{name:8s}  {spread:11d}   {flat.mean():4.0%}   {S.mean():10.3f}"
            f"   {H.mean():11.3f}   {one_sign:8.0%}   {min(times) / Z.size * 1e9:12.1f}"
        )

# %% [markdown]
# Read the table row by row:
#
# - **Saturation.** With a spread of 5, about two fifths of the sigmoids and two thirds of the tanh units
#   are flat: no gradient passes them. ReLU is flat for half of the scores whatever the spread, but where it
#   is not, its slope is a full 1.
# - **Zero-centred.** Only tanh's mean output is 0. The sigmoid's outputs are *all* positive. A weight's gradient
#   is (error of the unit) × (input of the weight), so if all inputs are positive, all weights of a unit get
#   gradients of one sign: they can only all grow or all shrink in one step. The next picture shows what
#   follows.
# - **Cost.** ReLU needs no exponential. (The times vary from run to run.)
#
# ReLU has a drawback of its own: a unit whose score is negative for *every* example has slope 0 for every
# example and never changes again. It is called **dead**. You will meet dead units in lab 3.

# %%
def descend(inputs, targets, rate=0.35):
    """Positions (steps + 1, 2) of two weights that learn targets = w · input, one example a step."""
    path = [np.zeros(2)]
    for x, target in zip(inputs, targets, strict=True):
        path.append(path[-1] - rate * (path[-1] @ x - target) * x)
    return np.array(path)


goal = np.array([1.0, -1.0])
raw_scores = rng.normal(0, 2, size=(60, 2))
# tanh(z/2) = 2 sigmoid(z) - 1: the same outputs, but centred
two_kinds = [sigmoid(raw_scores), tanh(raw_scores / 2)]
fig, axes = plt.subplots(1, 2, figsize=(9.5, 4), sharex=True, sharey=True, layout="constrained")
for ax, name, inputs in zip(axes, ["sigmoid", "tanh"], two_kinds, strict=True):
    path = descend(inputs, inputs @ goal)
    step = np.diff(path, axis=0)
    both = (step[:, 0] * step[:, 1] > 0).mean()
    ax.plot(*path.T, color=BLACK, marker=".", linewidth=1)
    ax.plot(*path[0], "o", color=BLACK, markersize=9)
    ax.plot(*goal, "*", color=ORANGE, markeredgecolor=BLACK, markersize=17)
    ax.annotate("start", path[0], xytext=(9, 5), textcoords="offset points")
    ax.annotate("goal", goal, xytext=(0, -18), textcoords="offset points", ha="center")
    far = np.linalg.norm(path[-1] - goal)
    ax.set(xlabel="weight 1", xlim=(-0.2, 1.25), ylim=(-1.25, 0.2))
    ax.set_title(
        f"Inputs from {name} units: {both:.0%} of the steps move\nboth weights the same way; {far:.2f} to go",
        size=11,
    )
axes[0].set_ylabel("weight 2")
plt.show()

# %% [markdown]
# *Figure 3: two weights learn from the same 60 examples, starting at (0, 0); the goal is at (1, −1), so one
# weight must grow and the other shrink. Left, with inputs from sigmoid units (all positive), every step goes
# up and right or down and left, and the path zig-zags towards the goal and does not get there. Right, with
# inputs from tanh units of both signs, steps go in all directions and the path reaches the goal.*

# %% [markdown] question="sigmoid_drawbacks"
# ### Written: what is wrong with the sigmoid?
#
# A friend builds a network of ten layers of sigmoid units, and it hardly learns.
#
# (a) Explain with the formula of its slope why little of a gradient arrives at the first layers.
#
# (b) Explain, using Figure 3, what it means for the weights of a unit that all of its inputs are positive.
#
# (c) Name one activation function that helps with (a) and one that helps with (b), and for each a drawback
# that it still has.

# %% [markdown] answer="sigmoid_drawbacks"
# (a) The slope is $h(1-h) \le 1/4$, with equality only at $z = 0$, and nearly 0 where the unit is saturated
# (h near 0 or 1). The gradient is multiplied by such a slope at every layer on its way back, so after ten
# layers at most $(1/4)^{10} \approx 10^{-6}$ of it is left before the weights are counted: the first layers
# hardly change.
#
# (b) The gradient of each weight is the unit's error times that weight's input. If all inputs are positive,
# the gradients of all the unit's weights have the sign of the error: in one step all grow or all shrink. To
# let one weight grow and another shrink takes many steps back and forth, the zig-zag of Figure 3: training is
# slow.
#
# (c) For (a): ReLU (slope 1 for every positive score; but units can die, and its outputs are not
# zero-centred), or tanh (slope up to 1; but it still saturates). For (b): tanh (zero-centred; but it
# saturates and needs exponentials).
#
# **Rubric** (5 points). (a) 2: 1 for a slope of at most 1/4 or near 0 when saturated, 1 for the product over
# layers.
#
# (b) 2: 1 for gradient = error × input and so one sign, 1 for the consequence (all up or all down, zig-zag,
# slow).
#
# (c) 1: a fitting function with a true drawback for each; ½ if one is missing.

# %% [markdown]
# ## Part 2. The perceptron
#
# The simplest neural network is a single unit with a step instead of a smooth activation: the
# **perceptron** (Rosenblatt, 1958).

# %% [markdown]
# ### `perceptron_predict`
#
# A perceptron weighs its inputs, adds a bias, and says yes or no:
#
# $$\hat{y} = \begin{cases} 1 & \text{if } w \cdot x + b > 0 \\ 0 & \text{otherwise} \end{cases}$$
#
# Geometrically, $w \cdot x + b = 0$ is a straight line (a plane, a hyperplane), and the perceptron says on
# which side of it $x$ lies. Exactly on the line the answer is $0$.
#
# By hand, with $w = (2, -1)$ and $b = -1$: for $x = (2, 1)$ the score is $4 - 1 - 1 = 2 > 0$, so $\hat y =
# 1$; for $x = (1, 3)$ it is $2 - 3 - 1 = -2$, so $\hat y = 0$; for $x = (1, 1)$ it is $0$, so $\hat y = 0$.
#
# **Open `neuralnet/perceptron.py` and write `perceptron_predict(w, b, X)`** for all columns of $X$ ($p \times
# n$) at once: `w` has shape `(p,)`, `b` is one number, and the result has shape `(n,)`.

# %%
grader.check("perceptron_predict")

# %% [markdown]
# ### `perceptron_train`
#
# Where do $w$ and $b$ come from? From mistakes. Start from $w = 0$, $b = 0$, and look at the examples one by
# one, in order. If the prediction $\hat y$ is right, change nothing. If it is wrong, move the line:
#
# $$w \leftarrow w + (y - \hat{y})\,x, \qquad b \leftarrow b + (y - \hat{y})$$
#
# $y - \hat y$ is $+1$ for a missed 1 (turn towards $x$), $-1$ for a false 1 (turn away from it), and $0$ if
# all is well. One pass over all examples is an **epoch**. One epoch by hand on four points:
#
# | $x$ | $y$ | score before | $\hat y$ | change | $w$ after | $b$ after |
# | --- | --- | --- | --- | --- | --- | --- |
# | $(-2, 0)$ | 1 | $0$ | 0 | $+x$ | $(-2, 0)$ | $1$ |
# | $(3, 2)$ | 0 | $-6 + 0 + 1 = -5$ | 0 | none | $(-2, 0)$ | $1$ |
# | $(1, -1)$ | 1 | $-2 + 0 + 1 = -1$ | 0 | $+x$ | $(-1, -1)$ | $2$ |
# | $(3, -2)$ | 0 | $-3 + 2 + 2 = 1$ | 1 | $-x$ | $(-4, 1)$ | $1$ |
#
# A second epoch gives $w = (-3, 0)$, $b = 2$, and the third $w = (-2, -1)$, $b = 3$, which gets all four
# points right.
#
# **Write `perceptron_train(X, y, epochs)`**, which returns `(w, b)`. You may stop early once an epoch makes
# no mistake. The checks compare the *line*, so a learning rate other than 1 changes nothing: it scales $w$
# and $b$ alike.

# %%
grader.check("perceptron_train")

# %% [markdown]
# ### See it: a line that learns
#
# Real pictures, two features each: how bright is the middle of the picture, and how bright are its sides? A
# dress is narrow, a pullover has sleeves at the sides. We train for more and more epochs and look at the
# line.

# %%
from neuralnet.perceptron import perceptron_predict, perceptron_train

images, labels, _, _ = fashion_mnist_images(120, 0)  # (28, 28, n), pixels 0 … 255
chosen = (labels == 2) | (labels == 3)
clothes, is_dress = images[:, :, chosen] / 255, (labels[chosen] == 3).astype(int)
middle = clothes[:, 12:16].mean(axis=(0, 1))
sides = (clothes[:, :6].mean(axis=(0, 1)) + clothes[:, -6:].mean(axis=(0, 1))) / 2
X = np.array([middle, sides])

fig, axes = plt.subplots(1, 4, figsize=(13, 3.7), sharex=True, sharey=True, layout="constrained")
for ax, epochs in zip(axes, [1, 2, 8, 20], strict=True):
    w, b = perceptron_train(X, is_dress, epochs)
    wrong = int((perceptron_predict(w, b, X) != is_dress).sum())
    ax.plot(*X[:, is_dress == 1], "o", color=BLACK, markersize=7, label="dress (1)")
    ax.plot(
        *X[:, is_dress == 0],
        "s",
        markerfacecolor="white",
        markeredgecolor=BLUE,
        markersize=7,
        label="pullover (0)",
    )
    x1, x2 = np.meshgrid(np.linspace(0, 1, 201), np.linspace(-0.05, 0.8, 201))
    region = perceptron_predict(w, b, np.array([x1.ravel(), x2.ravel()])).reshape(x1.shape)
    ax.contourf(x1, x2, region, levels=[0.5, 1.5], colors="0.85", zorder=0)
    ax.contour(x1, x2, region, levels=[0.5], colors=BLACK, linewidths=2)
    ax.set(
        title=f"after {epochs} epoch{'s' if epochs > 1 else ''}: {wrong} wrong",
        xlabel="brightness of the middle",
    )
axes[0].set_ylabel("brightness of the sides")
axes[0].legend(loc="upper left", fontsize=9, framealpha=1)
fig.suptitle("The perceptron's decision line moves at every mistake")
plt.show()

# %% [markdown]
# *Figure 4: 24 pictures as points, dresses as black discs (bright middle, dark sides) and pullovers as open
# squares (bright sides). The grey region is where the perceptron says "dress". After one epoch it calls
# everything the same; with more epochs the line turns and shifts until, after 20 epochs, it separates all
# dresses from all pullovers.*

# %% [markdown]
# ### `xor_params`
#
# In 1969 Minsky and Papert showed that no perceptron can compute XOR, "one or the other, but not both", and
# interest in neural networks fell for years. The misconception was to take this as a weakness of neural
# networks. It is a weakness of *one* unit. A second layer removes it.
#
# | $x_1$ | $x_2$ | $x_1$ XOR $x_2$ | $x_1$ OR $x_2$ | $x_1$ AND $x_2$ |
# | --- | --- | --- | --- | --- |
# | 0 | 0 | 0 | 0 | 0 |
# | 0 | 1 | 1 | 1 | 0 |
# | 1 | 0 | 1 | 1 | 0 |
# | 1 | 1 | 0 | 1 | 1 |
#
# Each of the last two columns can be computed by one perceptron. For example NOR (neither of the two), by
# hand: with $w = (-1, -1)$ and $b = 0.5$ the scores of the four rows are $0.5, -0.5, -0.5, -1.5$, so only the
# first is 1.
#
# **Write `xor_params()`**: choose, with paper and pencil, weights for a network of two layers of step units
# ($1$ where the score is $> 0$, else $0$):
#
# $$H = \operatorname{step}(W^{(1)} X + b^{(1)}), \qquad \hat{Y} = \operatorname{step}(W^{(2)} H + b^{(2)})$$
#
# Return the list `[(W1, b1), (W2, b2)]` with `W1` $2 \times 2$, `b1` $2 \times 1$, `W2` $1 \times 2$, `b2` $1
# \times 1$. There are many right answers.

# %%
grader.check("xor_params")

# %% [markdown]
# ### See it: two lines make a region
#
# First a single perceptron tries to learn XOR, for as long as you like. Then your two layers.

# %%
from neuralnet.perceptron import xor_params

corners = np.array([[0.0, 0.0, 1.0, 1.0], [0.0, 1.0, 0.0, 1.0]])
xor = np.array([0, 1, 1, 0])
x1, x2 = np.meshgrid(np.linspace(-0.5, 1.5, 301), np.linspace(-0.5, 1.5, 301))
grid = np.array([x1.ravel(), x2.ravel()])


def step_network(params, X):
    """Output (n,) of layers of step units."""
    for W, b in params:
        X = np.array([perceptron_predict(w, bias, X) for w, bias in zip(W, b[:, 0], strict=True)])
    return X[0]


w, b = perceptron_train(corners, xor, 1000)
alone = perceptron_predict(w, b, corners)
fig, axes = plt.subplots(1, 2, figsize=(9, 4.2), sharey=True, layout="constrained")
for ax, region, title in [
    (
        axes[0],
        perceptron_predict(w, b, grid),
        f"One perceptron, 1000 epochs: {(alone != xor).sum()} of 4 wrong",
    ),
    (
        axes[1],
        step_network(xor_params(), grid),
        f"Two layers, set by hand: {(step_network(xor_params(), corners) != xor).sum()} of 4 wrong",
    ),
]:
    ax.contourf(x1, x2, region.reshape(x1.shape), levels=[0.5, 1.5], colors="0.85", hatches=["//"])
    if region.min() != region.max():
        ax.contour(x1, x2, region.reshape(x1.shape), levels=[0.5], colors=BLACK, linewidths=2)
    ax.plot(*corners[:, xor == 1], "o", color=BLACK, markersize=12)
    ax.plot(
        *corners[:, xor == 0], "s", markerfacecolor="white", markeredgecolor=BLACK, markersize=12
    )
    for corner, label in zip(corners.T, xor, strict=True):
        ax.annotate(
            f"XOR = {label}",
            corner,
            xytext=(0, 13),
            textcoords="offset points",
            ha="center",
            bbox={"facecolor": "white", "linewidth": 0, "pad": 1.5},
            size=10,
        )
    ax.set(
        xlabel="$x_1$", title=title, xticks=[-0.5, 0, 0.5, 1, 1.5], yticks=[-0.5, 0, 0.5, 1, 1.5]
    )
axes[0].set_ylabel("$x_2$")
plt.show()

# %% [markdown]
# *Figure 5: the four inputs of XOR, discs where it is 1 (top left and bottom right), squares where it is 0.
# Hatched is where the network answers 1. Left, one perceptron: one side of a line, and at least one corner is
# always wrong (here the line runs through two corners, which get 0). Right, two layers: a diagonal band
# between two parallel lines that holds both discs and neither square (yours may have another shape).*

# %% [markdown] question="why_xor"
# ### Written: why one perceptron cannot compute XOR
#
# (a) Write down the four inequalities that $w_1, w_2, b$ would have to satisfy, and show that they contradict
# each other.
#
# (b) What do the two hidden units of *your* `xor_params` compute, and why is the second layer's task then
# easy?
#
# (c) What was the misconception about the perceptron's weakness, in one or two sentences?

# %% [markdown] answer="why_xor"
# (a) $b \le 0$ for (0, 0); $\;w_2 + b > 0$ for (0, 1); $\;w_1 + b > 0$ for (1, 0); $\;w_1 + w_2 + b \le 0$
# for (1, 1). Adding the second and the third gives $w_1 + w_2 + 2b > 0$, and adding the first and the fourth
# gives $w_1 + w_2 + 2b \le 0$: a contradiction.
#
# (b) For example $h_1$ = OR (weights 1, 1, bias −0.5) and $h_2$ = AND (weights 1, 1, bias −1.5). The four
# inputs become (0,0), (1,0), (1,0), (1,1), and XOR is 1 exactly for (1, 0): one line, such as $h_1 - h_2 =
# 0.5$, separates that point from the other two. The hidden layer has moved the points so that they are
# linearly separable.
#
# (c) That neural networks as such cannot compute XOR, or anything not linearly separable. Only a single unit
# cannot: one hidden layer is enough. (What was missing in 1969 was a way to *train* the hidden layer:
# backpropagation, lab 2.)
#
# **Rubric** (5 points). (a) 2: 1 for the four inequalities, 1 for the contradiction; a clear geometric
# argument (the diagonals cross, so no line has both pairs on opposite sides) earns both, too. (b) 2: 1 for
# what each of the student's own units computes, 1 for linearly separable afterwards. (c) 1.

# %% [markdown]
# ## Part 3. Layers
#
# ### From a picture to a vector
#
# The networks of labs 1 to 4 take vectors. A picture is a grid of pixels, so we **flatten** it: write its
# rows one behind the other. A picture of $28 \times 28$ pixels becomes a column of $p = 784$ numbers, and
# nothing is lost: `reshape` leads there and back.

# %%
images, labels, _, _ = fashion_mnist_images(10, 0)
flat = images.reshape(-1, images.shape[-1])  # every picture becomes a column
print("pictures", images.shape, "→ columns", flat.shape)
boot = int(np.flatnonzero(labels == 9)[0])
back = flat[:, boot].reshape(28, 28)
print("the way back gives the same picture:", (back == images[:, :, boot]).all())

fig, (left, middle, right) = plt.subplots(
    1, 3, figsize=(12, 3.4), layout="constrained", gridspec_kw={"width_ratios": [1, 2.6, 1]}
)
left.imshow(images[:, :, boot], cmap="gray")
left.set(title="28 × 28 pixels", xlabel="column", ylabel="row")
middle.plot(flat[:, boot], color=BLACK, linewidth=0.8)
middle.axvspan(14 * 28, 15 * 28, facecolor="0.8", edgecolor=BLACK, linewidth=1)
middle.annotate(
    "row 14", (14.5 * 28, 272), ha="center", va="bottom", backgroundcolor="white", size=10
)
middle.set(
    title="the same as a vector of 784 numbers",
    xlabel="position = 28 · row + column",
    ylabel="brightness, 0 to 255",
    ylim=(0, 305),
    xlim=(0, 783),
)
right.imshow(back, cmap="gray")
right.set(title="and back", xlabel="column", ylabel="row")
for ax in (left, right):
    ax.grid(False)
    ax.axhline(13.5, color="white", linewidth=0.8)
    ax.axhline(14.5, color="white", linewidth=0.8)
plt.show()

# %% [markdown]
# *Figure 6: left, an ankle boot of 28 × 28 grey pixels, with row 14 between two white lines. Middle, its 784
# brightness values one behind the other, a jagged curve between 0 and 255: each group of 28 is the profile of
# one row; row 14 is shaded. Right, the vector put back into rows: the same boot.*
#
# The network no longer knows that two pixels are neighbours: to it, position 405 and position 433 are as far
# apart as any two features, though one lies right above the other. Lab 5 is about what can be gained by not
# forgetting that.
#
# Even your perceptron can work with pixels. Here it learns to tell dresses from trousers; its weights, put
# back into rows, are a picture of what it looks for.

# %%
X_train, y_train, X_test, y_test = load_fashion_mnist(
    2000, 1000
)  # columns, centred: the mean picture is subtracted
chosen, chosen_test = np.isin(y_train, [1, 3]), np.isin(y_test, [1, 3])
w, b = perceptron_train(X_train[:, chosen], (y_train[chosen] == 3).astype(int), 5)
right_share = (
    perceptron_predict(w, b, X_test[:, chosen_test]) == (y_test[chosen_test] == 3)
).mean()
print(f"{right_share:.1%} of {chosen_test.sum()} test pictures right (guessing: 50 %)")

mean = mean_image().reshape(28, 28)
fig, axes = plt.subplots(1, 3, figsize=(10, 3.4), layout="constrained")
for ax, cls in zip(axes, [1, 3], strict=False):
    ax.imshow(X_train[:, np.flatnonzero(y_train == cls)[0]].reshape(28, 28) + mean, cmap="gray")
    ax.set(title=f"class {cls}: {CLASS_NAMES[cls]}", xlabel="column", ylabel="row")
limit = np.abs(w).max()
shown = axes[2].imshow(w.reshape(28, 28), cmap="gray", vmin=-limit, vmax=limit)
axes[2].set(title="the weights w", xlabel="column", ylabel="row")
fig.colorbar(shown, label="black: trouser, white: dress", shrink=0.8)
for ax in axes:
    ax.grid(False)
plt.show()

# %% [markdown]
# *Figure 7: a pair of trousers, a dress, and the perceptron's 784 weights as a picture. A bright stripe
# (dress) stands in the middle below the waist, where trousers have a gap between the legs; dark patches
# (trouser) lie on the legs and hips.*

# %% [markdown]
# ### `add_bias_row`
#
# The bias is a nuisance in formulas. The lecture's trick is the **"fake one"**: pretend that every example
# has one more feature, which is always 1. Then the bias is simply the weight of that feature:
#
# $$\begin{pmatrix} W & b \end{pmatrix} \begin{pmatrix} X \\ 1 \cdots 1 \end{pmatrix} = W X + b$$
#
# By hand, with two features and three examples:
#
# $$X = \begin{pmatrix} 2 & 0 & 5 \\ 3 & 1 & 4 \end{pmatrix} \quad\longrightarrow\quad
# \begin{pmatrix} 2 & 0 & 5 \\ 3 & 1 & 4 \\ 1 & 1 & 1 \end{pmatrix}$$
#
# **Open `neuralnet/layers.py` and write `add_bias_row(X)`**: $p \times n$ in, $(p + 1) \times n$ out, as
# floats.

# %%
grader.check("add_bias_row")

# %% [markdown]
# ### `dense_forward`
#
# In a **fully connected** (dense) layer each of the $p_1$ units sees all $p$ inputs and has its own weights,
# one row of $W$. All units and all examples at once are one matrix product:
#
# $$Z = W X + b \qquad (p_1 \times n) = (p_1 \times p)(p \times n) + (p_1 \times 1)$$
#
# The column $b$ is added to *every* column of $W X$; NumPy's broadcasting does that by itself when `b` is
# $p_1 \times 1$. By hand:
#
# $$\begin{pmatrix} 1 & 2 \\ 0 & -1 \\ 3 & 1 \end{pmatrix}
# \begin{pmatrix} 1 & 0 & 2 & -1 \\ 1 & 3 & 0 & 1 \end{pmatrix} + \begin{pmatrix} 0.5 \\ 0 \\ -1 \end{pmatrix}
# = \begin{pmatrix} 3.5 & 6.5 & 2.5 & 1.5 \\ -1 & -3 & 0 & -1 \\ 3 & 2 & 5 & -3 \end{pmatrix}$$
#
# **Write `dense_forward(W, b, X)`.** No activation yet: these are the scores.

# %%
grader.check("dense_forward")

# %% [markdown]
# With the fake one, the same layer is a single product. Both ways should agree to rounding:

# %%
from neuralnet.layers import add_bias_row, dense_forward

rng = np.random.default_rng(260)
W, b = rng.normal(size=(16, 784)), rng.normal(size=(16, 1))
with_bias = dense_forward(W, b, X_test)
with_fake_one = np.hstack([W, b]) @ add_bias_row(X_test)
print("shapes", with_bias.shape, with_fake_one.shape)
print(f"largest difference {np.abs(with_bias - with_fake_one).max():.1e}")

# %% [markdown]
# ### `forward`
#
# A network is layers one after the other; each takes the output of the one before:
#
# $$H^{(1)} = a\!\left(W^{(1)} X + b^{(1)}\right), \qquad H^{(2)} = a\!\left(W^{(2)} H^{(1)} + b^{(2)}\right), \qquad \ldots, \qquad
# S = W^{(L)} H^{(L-1)} + b^{(L)}$$
#
# The last layer is **linear**: its $K$ **scores** are the answer, one a class, and the class with the highest
# score is the prediction $\hat y$. (Lab 2 makes probabilities of them.) By hand, with ReLU, one example and
# one hidden layer of two units:
#
# $$X = \begin{pmatrix} 2 \\ 1 \end{pmatrix}, \quad
# W^{(1)} X + b^{(1)} = \begin{pmatrix} 1 & -1 \\ -2 & 1 \end{pmatrix} \begin{pmatrix} 2 \\ 1 \end{pmatrix} + \begin{pmatrix} 0.5 \\ 0 \end{pmatrix}
# = \begin{pmatrix} 1.5 \\ -3 \end{pmatrix}, \quad H^{(1)} = \begin{pmatrix} 1.5 \\ 0 \end{pmatrix}$$
#
# $$S = \begin{pmatrix} 2 & 1 \\ -1 & 3 \\ 0 & 1 \end{pmatrix} \begin{pmatrix} 1.5 \\ 0 \end{pmatrix} + \begin{pmatrix} 0 \\ 1 \\ -1 \end{pmatrix}
# = \begin{pmatrix} 3 \\ -0.5 \\ -1 \end{pmatrix} \quad\Rightarrow\quad \hat y = 0$$
#
# **Write `forward(params, X, activation)`.** It returns the list `[X, H1, …, S]` of *all* outputs, because
# learning will need them: one more entry than there are layers. With a single layer that is `[X, S]`.
# `activation` is `"sigmoid"`, `"tanh"` or `"relu"`.

# %%
grader.check("forward")

# %% [markdown]
# ### See it: a nudge through ten layers
#
# Now you can measure what Part 1 only argued. Take ten layers of 50 units with random weights, nudge the
# input a tiny bit, and see how much of the nudge is left in each layer. (On its way back, a gradient meets
# the same slopes and is damped in the same way.)

# %%
from neuralnet.layers import forward

rng = np.random.default_rng(261)
deep = [(rng.normal(0, (2 / 50) ** 0.5, size=(50, 50)), np.zeros((50, 1))) for _ in range(11)]
X = rng.normal(size=(50, 200))
nudge = 1e-6 * rng.normal(size=X.shape)
fig, ax = plt.subplots(figsize=(7.5, 4))
for name, (colour, line, marker) in LINES.items():
    before, after = forward(deep, X, name), forward(deep, X + nudge, name)
    left = [
        np.linalg.norm(b - a) / np.linalg.norm(nudge)
        for a, b in zip(before[:11], after[:11], strict=True)
    ]
    ax.semilogy(left, color=colour, linestyle=line, marker=marker, linewidth=2)
    ax.annotate(
        f"{name}: {left[-1]:.1g}",
        (10, left[-1]),
        xytext=(9, {"tanh": 4, "relu": -12}.get(name, -4)),
        textcoords="offset points",
        color=colour,
        weight="bold",
    )
ax.set(
    xlabel="hidden layer (0 is the input)",
    ylabel="share of the nudge that is left",
    xlim=(-0.3, 14),
    ylim=(3e-6, 8),
    title="A small change on its way through ten layers",
    xticks=range(11),
)
plt.show()

# %% [markdown]
# *Figure 8: share of a small change of the input that is left after each of ten hidden layers, on a
# logarithmic scale. With ReLU and tanh about all of it arrives; with the sigmoid it falls in a straight line,
# to about a hundred-thousandth.*
#
# ### See it: real pictures, recognised
#
# `weights.npz` holds a network of three layers, 784-32-16-10 with ReLU, trained on 8000 pictures with the
# code that you will have written by the end of lab 3. Your `forward` is all it takes to use it, on pictures
# it has never seen.

# %%
trained = np.load("data/weights.npz")
params = [
    (trained["W1"], trained["b1"]),
    (trained["W2"], trained["b2"]),
    (trained["W3"], trained["b3"]),
]
S = forward(params, X_test, "relu")[-1]
y_hat = S.argmax(axis=0)
print(f"{(y_hat == y_test).mean():.1%} of {len(y_test)} test pictures recognised (guessing: 10 %)")

fig, axes = plt.subplots(3, 6, figsize=(11, 6.4), layout="constrained")
mistakes = np.flatnonzero(y_hat != y_test)[:6]
for ax, i in zip(axes.flat, [*range(12), *mistakes], strict=True):
    ax.imshow(X_test[:, i].reshape(28, 28) + mean, cmap="gray")
    ax.set_xticks([])
    ax.set_yticks([])
    if y_hat[i] == y_test[i]:
        ax.set_title(f"✓ {CLASS_NAMES[y_hat[i]]}", size=10)
    else:
        ax.set_title(
            f"✗ {CLASS_NAMES[y_hat[i]]}\n(is: {CLASS_NAMES[y_test[i]]})", size=10, weight="bold"
        )
fig.suptitle("Predicted classes: the first 12 test pictures, and 6 mistakes below")
plt.show()

# %% [markdown]
# *Figure 9: eighteen pictures of clothes with the network's answers above them. Two rows with the first
# twelve test pictures, all right (✓), and a row of six mistakes (✗, bold, the true class in brackets), some
# of which a person could make, too.*

# %%
confusion = np.zeros((10, 10), dtype=int)
np.add.at(confusion, (y_test, y_hat), 1)
fig, ax = plt.subplots(figsize=(7.6, 6.6), layout="constrained")
ax.imshow(confusion, cmap="Greys", vmin=0, vmax=100)
for row, column in np.ndindex(10, 10):
    if confusion[row, column]:
        ax.text(
            column,
            row,
            confusion[row, column],
            ha="center",
            va="center",
            size=9,
            color="white" if confusion[row, column] > 55 else "black",
        )
ax.set(
    xlabel="predicted class",
    ylabel="true class",
    title="Who is taken for whom (100 test pictures of each class)",
)
ax.set_xticks(range(10), CLASS_NAMES, rotation=45, ha="right")
ax.set_yticks(range(10), CLASS_NAMES)
ax.grid(False)
plt.show()

# %% [markdown]
# *Figure 10: a table of ten true classes (rows) by ten predicted classes (columns); darker means more. The
# diagonal, right answers, is dark. The largest numbers beside it are among shirt, T-shirt, pullover and coat,
# which look alike at 28 × 28 pixels; trousers and bags are hardly ever mistaken.*
#
# That is the forward pass. Where did `weights.npz` come from? From a loss, its gradient, and many small steps
# downhill: labs 2 and 3.
