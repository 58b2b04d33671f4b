# %% [markdown]
# # Lab 2: Loss, gradients and backpropagation
#
# In lab 1 you built a network that turns inputs into scores. Its weights were given. In this lab you find out **how
# wrong** a network is, with one number called the *loss*, and **which way to change every weight** so that the loss
# goes down. The second part is called *backpropagation*, and it is what makes neural networks trainable at all.
#
# At the end you will watch a network with one hidden layer bend itself onto a curve. That is the claim of the
# lecture: *neural networks can approximate any function, from our inputs to our outputs.*
#
# You write seven functions, in two files:
#
# | file | functions |
# | --- | --- |
# | `neuralnet/losses.py` | `softmax`, `cross_entropy`, `softmax_cross_entropy`, `squared_error` |
# | `neuralnet/backprop.py` | `numerical_gradient`, `dense_backward`, `backward` |
#
# The modules of lab 1 are already in your `neuralnet` folder, finished. Work as before: open the file, replace the
# stub's last line by your code, save, and run the question's check. About half of the points are for *hidden* checks
# of the same function on other inputs: other shapes, whole numbers, very large numbers. Plan two to three hours.
#
# **Notation** (the lecture's): $p$ features, $n$ examples, $K$ classes; an example is a **column**. So $X$ is $p
# \times n$, a layer is $H = a(WX + b)$ with $W$ of shape $p_1 \times p$ and $b$ of shape $p_1 \times 1$, and the
# scores $S$ of the last layer are $K \times n$. The true classes `y` are $n$ whole numbers from $0$ to $K-1$. For the
# gradient of the loss with respect to an array we write a $d$ in front: $dW$ has the shape of $W$, and its entries
# are $\partial L / \partial W_{jk}$.

# %%
# Tools for the pictures, and your functions. Nothing to write here.
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np

from labdata import CLASS_NAMES, load_fashion_mnist
from neuralnet.activations import sigmoid, sigmoid_gradient
from neuralnet.backprop import backward, dense_backward, numerical_gradient
from neuralnet.layers import dense_forward, forward
from neuralnet.losses import cross_entropy, softmax, softmax_cross_entropy, squared_error

plt.rcParams.update(
    {
        "figure.dpi": 100,
        "font.size": 11,
        "axes.grid": True,
        "grid.alpha": 0.3,
        "axes.axisbelow": True,
    }
)
plt.rcParams["figure.constrained_layout.use"] = True
BLACK, BLUE, ORANGE, GREY = (
    "#000000",
    "#0072B2",
    "#D98200",
    "#777777",
)  # differ in grey and for colour-blind people
np.set_printoptions(precision=4, suppress=True)

# %% [markdown]
# ## Part 1. Losses: how wrong is the network?

# %% [markdown]
# ### `softmax`: from scores to probabilities
#
# The last layer gives each example $K$ scores $s_1, \dots, s_K$, one per class. Scores may be any numbers. We would
# rather have probabilities: positive, with sum 1. **Softmax** makes them:
#
# $$\hat y_k = \frac{e^{s_k}}{\sum_j e^{s_j}}$$
#
# The exponential makes every score positive, the division makes the sum 1, and the order stays: the highest score
# gets the highest probability.
#
# **By hand.** Scores $(2,\ 1,\ 0.1)$: the exponentials are $7.389,\ 2.718,\ 1.105$ with sum $11.212$, so the
# probabilities are $0.659,\ 0.242,\ 0.099$.
#
# **A trap.** $e^{1000}$ is too large for a float: NumPy gives `inf`, and `inf / inf` is `nan`. There is a way out.
# Softmax does not change when you add the same number $c$ to all scores of an example, because $e^{s_k + c} = e^c
# e^{s_k}$ and the factor $e^c$ cancels. Which $c$ makes sure that no exponential can overflow, and that the sum is
# never 0? Different examples need a different $c$.
#
# **Write** `softmax` in `neuralnet/losses.py`: $S$ is $K \times n$ and so is the result; each *column* is one example
# and sums to 1.

# %%
scores = np.array([[2.0], [1.0], [0.1]])
print("scores       ", scores.ravel())
print("probabilities", softmax(scores).ravel(), " expected: [0.659 0.2424 0.0986]")

# %%
grader.check("softmax")

# %% [markdown]
# ### See it
#
# Left: the three scores from above, multiplied by 0.5, 1 and 3. Right: with two classes, softmax depends on the
# difference of the two scores only.

# %%
fig, (left, right) = plt.subplots(1, 2, figsize=(9, 3.2))
for i, (factor, hatch, colour) in enumerate(
    [(0.5, "//", "#DDDDDD"), (1, "", ORANGE), (3, "..", BLUE)]
):
    P = softmax(factor * scores).ravel()
    bars = left.bar(
        np.arange(3) + 0.27 * (i - 1), P, 0.25, color=colour, edgecolor="black", hatch=hatch
    )
    left.bar_label(bars, fmt="%.2f", fontsize=8)
    bars.set_label(f"scores × {factor}")
left.set(title="Softmax of the scores (2, 1, 0.1)", ylabel="probability", ylim=(0, 1.08))
left.set_xticks(range(3), ["class 0", "class 1", "class 2"])
left.legend(frameon=False)

difference = np.linspace(-6, 6, 41)
P = softmax(np.array([difference, np.zeros_like(difference)]))
right.plot(difference, P[0], color=BLUE)
right.plot(difference, P[1], color=ORANGE, linestyle="--")
right.plot(difference[::4], sigmoid(difference[::4]), "o", color=BLACK, mfc="none")
right.text(1.8, 0.7, "line: class 0\n○: sigmoid of lab 1", fontsize=9, va="top")
right.text(-5.9, 0.92, "class 1", fontsize=9, va="top")
right.set(
    title="Softmax of two classes",
    xlabel="score of class 0 − score of class 1",
    ylabel="probability",
)
plt.show()

# %% [markdown]
# *Figure 1: left: larger differences between the scores make softmax more certain: class 0 goes from 0.50 to 0.95.
# Right: with two classes the probability of class 0 is an S-shaped curve, and it is exactly the sigmoid of the
# difference of the scores. Softmax is the sigmoid for more than two classes.*

# %% [markdown]
# ### `cross_entropy`: how wrong?
#
# If the true class of example $i$ is $y_i$, only one of its probabilities matters: the one it gave to the truth,
# $P_{y_i, i}$. The **cross-entropy** is the mean of minus its logarithm:
#
# $$L = \frac{1}{n} \sum_{i=1}^{n} -\log P_{y_i,\,i}$$
#
# It is 0 if the network is certain and right, and grows without limit if it is certain and wrong. A network that
# knows nothing and gives each of $K$ classes $1/K$ has the loss $\log K$: for ten classes 2.303. Remember that
# number; it tells you at a glance whether a training run starts sanely.
#
# **By hand.** Three classes, two examples, $P = \begin{pmatrix} 0.5 & 0.25 \\ 0.25 & 0.25 \\ 0.25 & 0.5
# \end{pmatrix}$ and `y = [0, 1]`. The truth got $0.5$ and $0.25$, so $L = \frac{1}{2}(0.693 + 1.386) = 1.040$.
#
# **A trap.** A probability can come out as exactly 0, and $\log 0 = -\infty$. One infinite example makes the mean
# useless. So guard the logarithm: for a probability of 0 the loss has to be finite, but still large (at least 20),
# and for a probability of one in a million it still has to be exact. And take the logarithm only of what you need: $0
# \cdot \log 0$ is `nan` in floating point.
#
# **Write** `cross_entropy` in `neuralnet/losses.py`: $P$ is $K \times n$, `y` is `(n,)`, the result is one float.

# %%
P = np.array([[0.5, 0.25], [0.25, 0.25], [0.25, 0.5]])
print("loss", cross_entropy(P, np.array([0, 1])), " expected: 1.0397")
print("ten classes, knowing nothing:", cross_entropy(np.full((10, 4), 0.1), np.array([3, 0, 9, 3])))

# %%
grader.check("cross_entropy")

# %% [markdown]
# ### See it

# %%
p_true = np.linspace(0.004, 1, 250)
loss = [cross_entropy(np.array([[p], [1 - p]]), np.array([0])) for p in p_true]
fig, ax = plt.subplots(figsize=(6.5, 3.4))
ax.plot(p_true, loss, color=BLACK, linewidth=2)
ax.annotate(
    "cross-entropy, −log p", (p_true[5], loss[5]), (0.1, 4.1), arrowprops={"arrowstyle": "-"}
)
ax.plot(p_true, (1 - p_true) ** 2, color=BLUE, linestyle="--", linewidth=2)
ax.text(0.02, 0.08, "squared error, (1 − p)²", color=BLUE)
ax.plot(0.1, np.log(10), "ko")
ax.annotate(
    "ten classes, knowing nothing:\nlog 10 = 2.303",
    (0.1, np.log(10)),
    (0.25, 2.7),
    arrowprops={"arrowstyle": "->"},
)
ax.set(
    title="What a prediction costs",
    xlabel="probability p given to the true class",
    ylabel="loss",
    xlim=(0, 1.02),
    ylim=(0, 5.6),
)
plt.show()

# %% [markdown]
# *Figure 2: both losses are 0 at p = 1. Towards p = 0 the cross-entropy rises ever more steeply, while the squared
# error stays below 1. So a network that is certain and wrong gets a strong push from the cross-entropy, and the flat
# end of softmax cannot hide it.*

# %% [markdown]
# ### `softmax_cross_entropy`: which way is downhill?
#
# To improve the network we need to know how the loss changes when a score changes. For an example with true class
# $y$, put softmax into the logarithm:
#
# $$L = -\log \frac{e^{s_y}}{\sum_j e^{s_j}} = -s_y + \log \sum_j e^{s_j}$$
#
# Now take the derivative with respect to the score $s_k$. The first term gives $-1$ for the true class and 0 for all
# others. The second gives $e^{s_k} / \sum_j e^{s_j}$, and that is the probability of class $k$ itself. So
#
# $$\frac{\partial L}{\partial s_k} = P_k - [k = y] \qquad\text{and for the mean over $n$ examples}\qquad
# dS = \frac{1}{n}\,(P - \text{onehot}(y))$$
#
# where $\text{onehot}(y)$ is $K \times n$ with a single 1 in each column, in the row of the true class. All the messy
# derivatives have cancelled. In words: *predicted minus true*. Note the $1/n$: the loss is a mean, so the gradient
# has the $1/n$ in it, here and **only here**; nothing after this point divides by $n$ again.
#
# **By hand.** One example with $P = (0.25,\ 0.25,\ 0.5)$ and true class 1: the loss is $\log 4 = 1.386$ and $dS =
# (0.25,\ -0.75,\ 0.5)$. Each column of $dS$ sums to 0: what the true class gains, the others lose.
#
# **A trap.** With scores like 10,000 and −10,000 the probability of the true class can underflow to 0. The loss has
# to stay finite. You can guard the logarithm, as before, or use the formula above with the scores shifted as in
# softmax.
#
# **Write** `softmax_cross_entropy` in `neuralnet/losses.py`. It returns `(loss, dS)`; `dS` is $K \times n$.

# %%
S = np.log(np.array([[1.0], [1.0], [2.0]]))
loss, dS = softmax_cross_entropy(S, np.array([1]))
print("loss", loss, " expected: 1.3863")
print("dS  ", dS.ravel(), " expected: [0.25 -0.75 0.5]")

# %%
grader.check("softmax_cross_entropy")

# %% [markdown]
# ### See it

# %%
S = np.array([[1.2], [0.3], [2.2], [-0.6], [0.8]])
loss, dS = softmax_cross_entropy(S, np.array([1]))
fig, axes = plt.subplots(1, 2, figsize=(9, 3), sharey=True)
for ax, values, title in zip(
    axes, (softmax(S), dS), ("Probabilities P", "Gradient dS = P − onehot(y)"), strict=True
):
    bars = ax.bar(
        range(5), values.ravel(), color=["#DDDDDD", ORANGE] + ["#DDDDDD"] * 3, edgecolor="black"
    )
    bars[1].set_hatch("//")
    ax.bar_label(bars, fmt="%.2f", padding=2)
    ax.axhline(0, color="black", linewidth=1, linestyle="-")
    ax.set(title=title, xlabel="class (hatched: the true one)", ylim=(-1.2, 0.8))
axes[0].set_ylabel("value")
plt.show()

# %% [markdown]
# *Figure 3: one example with five classes; class 1 is true, but class 2 has the highest probability. The gradient is
# the same as the probabilities, except that 1 is taken off the true class. A step against the gradient raises the
# score of the true class, and lowers the others the more, the more probable they were.*

# %% [markdown]
# ### `squared_error`: for numbers instead of classes
#
# Classes want cross-entropy. When the network should output *numbers* (a price, a temperature, or in lab 4 an image),
# the usual loss is the squared error,
#
# $$L = \frac{1}{2n} \sum_{\text{all entries}} (\hat Y - Y)^2
# \qquad\text{with gradient}\qquad d\hat Y = \frac{1}{n}\,(\hat Y - Y).$$
#
# The sum runs over *all* entries, but $n$ is the number of examples (columns) only. The 2 is there to cancel the one
# from the derivative. Again it is *predicted minus true*, and again the $1/n$ is already in it.
#
# **By hand.** $\hat Y = (1,\ 4)$, $Y = (3,\ 3)$, two examples: $L = \frac{1}{4}(4 + 1) = 1.25$ and $d\hat Y = (-1,\
# 0.5)$.
#
# **Write** `squared_error` in `neuralnet/losses.py`. It returns `(loss, dY_hat)`; both arrays are $p \times n$.

# %%
loss, dY_hat = squared_error(np.array([[1.0, 4.0]]), np.array([[3.0, 3.0]]))
print("loss", loss, " expected: 1.25")
print("dY_hat", dY_hat, " expected: [[-1.  0.5]]")

# %%
grader.check("squared_error")

# %% [markdown]
# ## Part 2. Gradients: which way should every weight go?

# %% [markdown]
# ### `numerical_gradient`: a gradient you can trust
#
# Soon you will derive gradients by the chain rule, and it is easy to slip. So first build a tool that finds *any*
# gradient without thinking: change one number a little and look at what the function does. For a function $f$ of an
# array $\theta$, and one entry $\theta_i$ at a time,
#
# $$\frac{\partial f}{\partial \theta_i} \approx
# \frac{f(\theta \text{ with } \theta_i + h) - f(\theta \text{ with } \theta_i - h)}{2h}$$
#
# These are **central differences**. They are slow (two calls of $f$ per entry) and simple, so they are ideal to check
# a fast and complicated gradient.
#
# **By hand.** $f(\theta) = \theta_1^2 + 3\theta_2$ at $\theta = (2,\ 5)$ with $h = 0.1$. For the first entry:
# $f(2.1,\ 5) = 19.41$, $f(1.9,\ 5) = 18.61$, and $0.80 / 0.2 = 4$. For the second: $f(2,\ 5.1) = 19.3$, $f(2,\ 4.9) =
# 18.7$, and $0.6 / 0.2 = 3$. The gradient is $(4,\ 3)$.
#
# **Traps.** Change *one* entry at a time, and put it back before you go on to the next. Give $f$ an array of the
# shape of $\theta$, whatever shape that is. The caller's $\theta$ has to come back as it was. And if $\theta$ holds
# integers, $2 + 0.00001$ stored into an integer array is 2: count in `float64`.
#
# **Write** `numerical_gradient(f, theta, h)` in `neuralnet/backprop.py`. (`np.ndindex(theta.shape)` runs over the
# indices of an array of any shape.)

# %%
theta = np.array([2.0, 5.0])
print(numerical_gradient(lambda t: t[0] ** 2 + 3 * t[1], theta), " expected: [4. 3.]")
print(theta, " expected: [2. 5.], as before")

# %%
grader.check("numerical_gradient")

# %% [markdown]
# ### See it: why $h = 10^{-5}$?
#
# A smaller $h$ should be better, should it not? Let us take the derivative of $e^t \sin t$ at $t = 1$, where we know
# the truth, with $h$ from 1 down to $10^{-13}$. From here on we compare two gradients $a$ and $b$ by their **relative
# error**, $|a - b| / \max(10^{-8}, |a| + |b|)$.

# %%
def relative_error(a, b):
    """Largest relative error between the entries of two arrays."""
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    return np.max(np.abs(a - b) / np.maximum(1e-8, np.abs(a) + np.abs(b)))


def g(t):
    return float(np.exp(t[0]) * np.sin(t[0]))


t = np.array([1.0])
truth = np.exp(1.0) * (np.sin(1.0) + np.cos(1.0))
steps = 10.0 ** -np.arange(0, 13.01, 0.25)
central = [relative_error(numerical_gradient(g, t, h), truth) for h in steps]
one_sided = [relative_error((g(t + h) - g(t)) / h, truth) for h in steps]

fig, ax = plt.subplots(figsize=(7.5, 4))
ax.loglog(steps, central, color=BLACK, marker="o", ms=3)
ax.loglog(steps, one_sided, color=BLUE, linestyle="--", marker="s", ms=3)
ax.text(0.5, 2e-8, "central\ndifferences", color=BLACK)
ax.text(4e-6, 1.5e-5, "one-sided differences", color=BLUE)
ax.axvline(1e-5, color="grey", linewidth=1, linestyle="-")
ax.text(7e-6, 2e-2, "h = 10⁻⁵", color=BLACK)
ax.text(4e-10, 1e-10, "rounding error:\nthe smaller h, the larger", fontsize=9)
ax.invert_xaxis()
ax.set(
    title="How good is a difference as a derivative?",
    xlabel="step h (smaller to the right)",
    ylabel="relative error",
)
plt.show()
print(f"at h = 1e-5: central {central[20]:.1e}, one-sided {one_sided[20]:.1e}")

# %% [markdown]
# *Figure 4: both errors fall and then rise again, like a U. On the left, $h$ is so large that the function bends
# within the step; this error shrinks like $h^2$ for central differences, but only like $h$ for one-sided ones. On the
# right, $f(\theta + h)$ and $f(\theta - h)$ agree in so many digits that their difference is mostly rounding error.
# Around $h = 10^{-5}$ central differences are at their best, with about eleven correct digits; one-sided differences
# never get there.*
#
# Rule of thumb for gradient checks in this course: a relative error below $10^{-6}$ is right, above $10^{-3}$ there
# is a bug, and in between you should look closer.

# %% [markdown]
# ### `dense_backward`: backwards through one layer
#
# A layer computes $Z = WX + b$. Suppose that somebody hands us $dZ$: how the loss changes with each entry of $Z$.
# What are $dW$, $db$ and $dX$?
#
# Look at one entry, $Z_{ji} = \sum_k W_{jk} X_{ki} + b_j$. The weight $W_{jk}$ acts on $Z_{ji}$ with factor $X_{ki}$,
# for *every* example $i$, so all examples contribute and are added up: $dW_{jk} = \sum_i dZ_{ji} X_{ki}$. In the same
# way the bias $b_j$ acts with factor 1 on every example, and the input $X_{ki}$ acts with factor $W_{jk}$ on every
# unit $j$. As matrices:
#
# $$dW = dZ\, X^\top \qquad\quad db = \text{sum of the columns of } dZ \qquad\quad dX = W^\top dZ$$
#
# Let the shapes guide you: $dW$ has to be $p_1 \times p$, and there is only one way to make that from $dZ$ ($p_1
# \times n$) and $X$ ($p \times n$). And note: **no** division by $n$. The $1/n$ came in with $dS$ and is still there.
#
# **By hand.** One unit, two inputs, two examples: $W = (3,\ -1)$, $X = \begin{pmatrix} 1 & 2 \\ 0 & 5 \end{pmatrix}$,
# $dZ = (0.5,\ -1)$. Then $dW = (0.5 \cdot 1 - 1 \cdot 2,\ \ 0.5 \cdot 0 - 1 \cdot 5) = (-1.5,\ -5)$, $\ db = -0.5$,
# and $dX = \begin{pmatrix} 1.5 & -3 \\ -0.5 & 1 \end{pmatrix}$.
#
# **Write** `dense_backward` in `neuralnet/backprop.py`. It returns `(dW, db, dX)`, each of the shape of what it
# belongs to; so `db` is $p_1 \times 1$.

# %%
W, X, dZ = np.array([[3.0, -1.0]]), np.array([[1.0, 2.0], [0.0, 5.0]]), np.array([[0.5, -1.0]])
for name, gradient in zip(("dW", "db", "dX"), dense_backward(dZ, W, X), strict=True):
    print(name, gradient.tolist())
print("expected: [[-1.5, -5.0]], [[-0.5]], [[1.5, -3.0], [-0.5, 1.0]]")

# %%
grader.check("dense_backward")

# %% [markdown]
# ### See it: what does a gradient look like?
#
# Take the simplest classifier of images: no hidden layer, ten classes, all weights zero. Row $k$ of $dW$ has one
# number for each of the 784 pixels, so we can look at it as an image. A step of gradient descent goes *against* the
# gradient; so here is $-dW$ on 1,000 pictures of clothes (Fashion-MNIST).

# %%
X_train, y_train = load_fashion_mnist(1000, 0)[:2]
W, b = np.zeros((10, 784)), np.zeros((10, 1))
loss, dS = softmax_cross_entropy(dense_forward(W, b, X_train), y_train)
dW, db, dX = dense_backward(dS, W, X_train)
print(f"loss {loss:.4f}; log 10 is {np.log(10):.4f}")

fig, axes = plt.subplots(2, 5, figsize=(8.5, 3.9))
limit = np.abs(dW).max()
for ax, row, name in zip(axes.flat, -dW, CLASS_NAMES, strict=True):
    picture = ax.imshow(row.reshape(28, 28), cmap="gray", vmin=-limit, vmax=limit)
    ax.set_title(name, fontsize=9)
    ax.axis("off")
fig.colorbar(picture, ax=axes, label="change of the weight", shrink=0.8)
fig.suptitle("The first step of gradient descent, one image for each class")
plt.show()

# %% [markdown]
# *Figure 5: ten small images, one for each class; bright means that the weight goes up, dark that it goes down. Each
# shows a blurred picture of its own class, brighter than the mean of all images. That is $dZ\,X^\top$ at work: each
# image is added with the weight "true minus predicted". Backpropagation draws what the class looks like.*

# %% [markdown]
# ### `backward`: backwards through the whole network
#
# A network is a chain of layers, and the chain rule goes along it, from the loss to the first layer:
#
# | forward, first to last | backward, last to first |
# | --- | --- |
# | $Z^{(l)} = W^{(l)} H^{(l-1)} + b^{(l)}$ | from $dZ^{(l)}$ get $dW^{(l)}$, $db^{(l)}$ and $dH^{(l-1)}$: `dense_backward` |
# | $H^{(l)} = a(Z^{(l)})$ | $dZ^{(l)} = dH^{(l)} \circ a'(Z^{(l)})$, entry by entry |
#
# Here $H^{(0)} = X$, and $\circ$ multiplies entry by entry. Three things to keep in mind:
#
# * The last layer is linear, it has no activation: its $dZ$ is $dS$ itself.
# * The derivatives of lab 1 (`sigmoid_gradient`, …) take the function **value** $h = a(z)$, and that is what `forward` has kept for you:
#   `H` is the list $[X, H^{(1)}, \dots, S]$.
# * The input of layer $l$ is $H^{(l-1)}$. With the list above, the layer at position `l` of `params` (from 0) has the input `H[l]`.
#
# **By hand.** One input, one hidden sigmoid unit, one output: $x = 2$, $W^{(1)} = 0$, $b^{(1)} = 0$, $W^{(2)} = 3$,
# $b^{(2)} = 1$. Forward: $z = 0$, $h = \sigma(0) = 0.5$, $s = 2.5$. Say $dS = 1$. Backward: $dW^{(2)} = 1 \cdot 0.5 =
# 0.5$, $db^{(2)} = 1$, $dH = 3 \cdot 1 = 3$, $dZ = 3 \cdot 0.5\,(1 - 0.5) = 0.75$, $dW^{(1)} = 0.75 \cdot 2 = 1.5$,
# $db^{(1)} = 0.75$.
#
# **Write** `backward` in `neuralnet/backprop.py`. It returns a list of `(dW, db)`, *first* layer first, although you
# compute them last layer first.

# %%
params = [(np.array([[0.0]]), np.array([[0.0]])), (np.array([[3.0]]), np.array([[1.0]]))]
H = forward(params, np.array([[2.0]]), "sigmoid")
for dW, db in backward(params, H, np.array([[1.0]]), "sigmoid"):
    print("dW", dW.tolist(), "db", db.tolist())
print("expected: dW [[1.5]] db [[0.75]], then dW [[0.5]] db [[1.0]]")

# %%
grader.check("backward")

# %% [markdown]
# ### See it: your backpropagation against your differences
#
# Here is a network with two hidden layers and its loss on nine examples. For each array of parameters we compare your
# `backward` with your `numerical_gradient`. This is *the* test of every backward pass; you will want it again in labs
# 4 and 5.

# %%
rng = np.random.default_rng(2)
X, y = rng.normal(size=(4, 9)), rng.integers(0, 3, 9)
params = [(rng.normal(size=(q, p)), rng.normal(size=(q, 1))) for p, q in ((4, 6), (6, 5), (5, 3))]


def loss_with(theta, layer, part):
    """Loss of the network with one array replaced: part 0 is that layer's W, part 1 its b."""
    changed = [list(pair) for pair in params]
    changed[layer][part] = theta
    return softmax_cross_entropy(forward(changed, X, "tanh")[-1], y)[0]


H = forward(params, X, "tanh")
loss, dS = softmax_cross_entropy(H[-1], y)
grads = backward(params, H, dS, "tanh")
for layer in range(3):
    for part, name in enumerate("Wb"):
        slow = numerical_gradient(lambda theta: loss_with(theta, layer, part), params[layer][part])
        error = relative_error(grads[layer][part], slow)
        print(f"layer {layer + 1}, d{name}: relative error {error:.1e}")

# %% [markdown]
# Errors of $10^{-7}$ and below: the two agree, although one used the chain rule and the other did not.

# %% [markdown]
# ## Part 3. Neural networks can approximate any function
#
# Now put it all together. We want a network that maps $x$ to a wavy curve $y(x)$. It has one input, one hidden layer
# of tanh units, and one linear output. We start from random weights and repeat: forward, loss, backward, and then
# take a small step downhill, $W \leftarrow W - \eta\, dW$ with a small *learning rate* $\eta$. That is **gradient
# descent**. Everything in this loop is yours.

# %%
x = np.linspace(-1, 1, 60).reshape(1, -1)
curve = 0.6 * np.sin(6 * x) + 0.4 * x * np.cos(11 * x)


def start(sizes, rng):
    """Random weights; each unit of the first layer is a step up or down at its own place on the x axis."""
    params = []
    for layer, (p, q) in enumerate(pairwise(sizes)):
        if layer == 0:
            W = rng.choice([-6.0, 6.0], (q, 1))
            places = np.linspace(-1, 1, q + 2)[1:-1].reshape(q, 1)
            params.append((W, -W * places))
        else:
            params.append((rng.normal(0, p**-0.5, (q, p)), np.zeros((q, 1))))
    return params


def fit(sizes, steps=6000, learning_rate=0.05, seed=1):
    """Gradient descent on the squared error; gives the network and its loss at each step."""
    params = start(sizes, np.random.default_rng(seed))
    losses = []
    for _ in range(steps):
        H = forward(params, x, "tanh")
        loss, dY_hat = squared_error(H[-1], curve)
        losses.append(loss)
        for layer, (dW, db) in enumerate(backward(params, H, dY_hat, "tanh")):
            W, b = params[layer]
            params[layer] = (W - learning_rate * dW, b - learning_rate * db)
    return params, losses


widths = [1, 2, 4, 16]
fits = {width: fit([1, width, 1]) for width in widths}

# %%
fig, axes = plt.subplots(1, 4, figsize=(11, 2.9), sharey=True)
for ax, width in zip(axes, widths, strict=True):
    params, losses = fits[width]
    ax.plot(x[0], curve[0], "o", color="grey", ms=3, label="data")
    ax.plot(x[0], forward(params, x, "tanh")[-1][0], color=BLACK, linestyle="-", label="network")
    ax.set(title=f"{width} hidden unit{'s' * (width > 1)}\nloss {losses[-1]:.4f}", xlabel="x")
axes[0].set_ylabel("y")
axes[0].legend(frameon=False, loc="lower left", borderpad=0, handlelength=1.2)
plt.show()

# %% [markdown]
# *Figure 6: four panels with the same wavy data, as dots, and the output of a network, as a line. With one hidden
# unit the network can only make one step. With two it makes two steps, with four it follows the large waves, and with
# sixteen the whole curve. Every hidden unit adds one smooth step, up or down, and enough steps make any curve.*

# %%
fits_deep = fit([1, 10, 10, 1])
fig, ax = plt.subplots(figsize=(7.5, 4))
looks = [(BLACK, "-"), (BLUE, "--"), (ORANGE, "-."), (BLACK, ":")]
for (width, (_, losses)), (colour, line) in zip(fits.items(), looks, strict=True):
    ax.loglog(np.arange(1, 6001), losses, color=colour, linestyle=line, linewidth=2)
    ax.text(6400, losses[-1], f"{width} hidden unit{'s' * (width > 1)}", va="top", fontsize=9)
ax.loglog(np.arange(1, 6001), fits_deep[1], color=GREY, linestyle="-", linewidth=1.2)
ax.text(6400, fits_deep[1][-1], "two hidden layers, 10 + 10", va="bottom", fontsize=9)
ax.set(
    title="Plain gradient descent on the curve",
    xlabel="step",
    ylabel="loss (squared error)",
    xlim=(1, 6000),
)
plt.show()

# %% [markdown]
# *Figure 7: the loss of five networks against the number of steps, both axes logarithmic. All go down, fast at first
# and then more slowly, with long flat stretches. Wider networks end lower. The thin grey line is a network with two
# hidden layers of 10 units ("deep" learning): the same `backward` trains it without a change. Deeper is not better by
# itself: with its 141 parameters it ends about where the single layer of 16 units does, which has 49.*
#
# "Can approximate any function" is a statement about what weights *exist*. Whether gradient descent *finds* them is
# another question, and it is the topic of lab 3.

# %% [markdown]
# ## Part 4. Find the bug
#
# Below is a layer that you do not know yet, a *gated* layer, as it is used in large language models. A second set of
# weights decides for each output, by a sigmoid between 0 and 1, how much of it is let through:
#
# $$A = WX + b \qquad G = \sigma(VX + c) \qquad H = A \circ G$$
#
# Its backward pass gets $dH$ and returns $dW$, $db$, $dV$, $dc$, $dX$. **It has exactly one bug.** Do not stare at
# it: measure. Compare each of the five gradients with your `numerical_gradient`, as the cell below does for $dW$. Use
# a loss like $\sum dH \circ H$ with a *random* $dH$: then the gradient of the loss with respect to $H$ is exactly
# $dH$.

# %%
def gated_forward(W, b, V, c, X):
    A = dense_forward(W, b, X)
    G = sigmoid(dense_forward(V, c, X))
    return A, G, A * G


def gated_backward(dH, W, b, V, c, X):
    A, G, H = gated_forward(W, b, V, c, X)
    dA = dH * G
    dG = dH * A
    dZ = dG * sigmoid_gradient(A)
    dW, db, dX_values = dense_backward(dA, W, X)
    dV, dc, dX_gate = dense_backward(dZ, V, X)
    return dW, db, dV, dc, dX_values + dX_gate


rng = np.random.default_rng(3)
W, b, V, c, X = (rng.normal(size=shape) for shape in ((3, 5), (3, 1), (3, 5), (3, 1), (5, 7)))
dH = rng.normal(size=(3, 7))
dW, db, dV, dc, dX = gated_backward(dH, W, b, V, c, X)

slow = numerical_gradient(lambda W: np.sum(dH * gated_forward(W, b, V, c, X)[-1]), W)
print(f"dW: relative error {relative_error(dW, slow):.1e}")

# %%
# Your experiments: check db, dV, dc and dX here, then repair a copy of gated_backward.

# %% [markdown] question="find_the_bug"
# **Question.** (a) Give the relative error that you measured for each of the five gradients. (b) What do the wrong
# ones have in common, and which lines does that leave? (c) Which line is wrong, what should it say, and why? (d) How
# do you know that your repair is right?

# %% [markdown] answer="find_the_bug"
# **Model answer.** (a) $dW$ and $db$: about $10^{-9}$ or below, right. $dV$, $dc$ and $dX$: relative errors of order
# 1, wrong. (b) Everything that depends on the gate path ($G$, $V$, $c$) is wrong; $dX$ is wrong because it is the sum
# of both paths. The path through $A$ is right. That leaves the lines that compute `dG`, `dZ` and the second
# `dense_backward`. (c) `dZ = dG * sigmoid_gradient(A)` is wrong: the derivative of the gate's sigmoid has to be taken
# at the gate's own value, `sigmoid_gradient(G)`, since $G = \sigma(\cdot)$ and `sigmoid_gradient` wants the function
# value. $A$ has never been through a sigmoid. (d) With `G` all five relative errors are below $10^{-7}$.
#
# **Rubric** (6 points). 2: errors measured for all five gradients with the student's own `numerical_gradient` (1 if
# only some). 1: sees that the wrong ones are exactly those on the gate path. 2: names the line and repairs it, with
# the reason (1 for the right line without the reason). 1: shows that all five errors are small after the repair. A
# line found by reading alone, with nothing measured in (a), earns at most 2 points in all.

# %% [markdown] question="two_gradients"
# **Question.** A network 784-128-10 for the images of Figure 5. (a) How many parameters does it have, weights and
# biases? (b) How many forward passes does `numerical_gradient` need for the whole gradient? Roughly how many forward
# passes' worth of work is one `backward`? (c) So why do we train with backpropagation, and why do we still keep the
# numerical gradient?

# %% [markdown] answer="two_gradients"
# **Model answer.** (a) $128 \cdot 784 + 128 + 10 \cdot 128 + 10 = 101{,}770$. (b) Two per parameter: $203{,}540$. One
# `backward` does for each layer two matrix products (for $dW$ and $dX$) where the forward pass does one, so it costs
# about two forward passes, whatever the number of parameters. (c) Backpropagation gives the same gradient about
# 100,000 times cheaper, and without the error of differences; training needs thousands of gradients. The numerical
# gradient does not use the chain rule, so it does not repeat the mistakes of a derivation: it is the independent
# check of a new backward pass, on a small network, with few numbers.
#
# **Rubric** (4 points). 1: 101,770 (half for forgetting the biases). 1: two forward passes per parameter, about
# 200,000. 1: `backward` costs a small constant number of forward passes (any of 1 to 4 accepted with a reason). 1:
# training by the fast one, checking by the simple and independent one.

# %% [markdown]
# ## What you have now
#
# * `softmax` and `cross_entropy` turn scores into one number that says how wrong the network is, and *predicted minus true* is its gradient.
# * `backward` turns that gradient into one for every weight, at the price of about two forward passes.
# * `numerical_gradient` tells you whether to believe it.
#
# In lab 3 you will train on images: where to start, which examples to look at, how far to step.
