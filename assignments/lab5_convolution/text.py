# ---
# jupyter:
#   jupytext:
#     formats: py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Lab 5: Convolutional networks, or layers that know what an image is
#
# All networks so far took an image as a column of numbers. They did not know which pixels are neighbours: if you shuffled
# the pixels of all images in the same way, they would learn just as well. That is a waste. In this lab a layer looks at an
# image through small windows, uses **the same weights at every place**, and gives an image-like volume back. You build
# such a layer, forward and backward, put a small convolutional network together, and let it compete with a dense network of
# the same number of parameters.
#
# You write ten functions, all in `neuralnet/convolution.py`:
#
# | part | functions |
# | --- | --- |
# | 1 | `dense_parameter_count`, `conv_parameter_count` |
# | 2 | `output_size`, `conv_forward`, `conv_backward` |
# | 3 | `max_pool_forward`, `max_pool_backward` |
# | 4 | `convnet_forward`, `convnet_loss`, `train_convnet` |
#
# The modules of labs 1 to 4 are in your `neuralnet` folder, finished. Plan for three hours; Part 2 takes the most.
#
# **Volumes.** An image is now a *volume* of numbers: width, height and **depth**, the number of values at each pixel (3 for red, green and blue).
# Every layer turns a volume into a volume. With $n$ examples we store
#
# $$X: \quad (\text{depth } D,\ \text{height},\ \text{width},\ n)$$
#
# so the last axis still counts the examples, and `X.reshape(-1, n)` gives the familiar $p \times n$.

# %%
# Tools for the pictures. Nothing to write here.
import time

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.cbook import get_sample_data
from matplotlib.patches import Polygon, Rectangle

from labdata import CLASS_NAMES, fashion_mnist_images, load_fashion_mnist, mean_image
from neuralnet.backprop import numerical_gradient
from neuralnet.convolution import (
    conv_backward,
    conv_forward,
    conv_parameter_count,
    convnet_forward,
    convnet_loss,
    dense_parameter_count,
    max_pool_backward,
    max_pool_forward,
    output_size,
    train_convnet,
)
from neuralnet.training import accuracy, initialize, predict, train

BLACK, BLUE, ORANGE, GREY = "#000000", "#0072B2", "#E69F00", "#777777"  # differ in brightness, too
plt.rcParams.update(
    {"figure.dpi": 100, "font.size": 11, "axes.spines.top": False, "axes.spines.right": False}
)
np.set_printoptions(precision=4, suppress=True)


def picture(ax, image, title="", low=None, high=None):
    """Draws a height × width array as a grey image."""
    ax.imshow(image, cmap="gray", vmin=low, vmax=high)
    ax.set_title(title, fontsize=10)
    ax.set_xticks([])
    ax.set_yticks([])
    ax.spines[:].set_visible(False)

# %% [markdown]
# ## Part 1. Why fully connected layers do not scale
#
# In a fully connected layer every unit looks at every number of its input. The images of the CIFAR-10 data set are $32 \times 32 \times 3$, so
# $p = 3072$ and **one** unit of the first layer has 3072 weights. A modest photo of $200 \times 200 \times 3$ has $p = 120{,}000$. A few thousand such units,
# and the layer has hundreds of millions of weights: too many to store, to train, and to determine from the images we have. And for all that, the layer ignores the structure of an image.

# %% [markdown]
# ### `dense_parameter_count`
#
# How many parameters, weights and biases, does a fully connected layer have on an image volume? Each unit has a weight for every number of the
# volume, and one bias.
#
# **By hand.** A volume of depth 3, height 2 and width 4 has $p = 24$ numbers. A layer of 5 units has $5 \cdot 24 = 120$ weights and 5 biases: 125.
#
# **Write** `dense_parameter_count(volume, units)`, with `volume = (depth, height, width)`.

# %%
print("small example", dense_parameter_count((3, 2, 4), 5), "  expected: 125")
print("one unit on CIFAR-10", dense_parameter_count((3, 32, 32), 1), "  expected: 3073")

# %%
grader.check("dense_parameter_count")

# %% [markdown]
# ### `conv_parameter_count`
#
# A **convolutional layer** has a few **filters**. A filter is small: it sees a window of $k \times k$ pixels, through the whole depth of the volume. It slides over the
# image and uses the same weights and the same bias everywhere. So the number of parameters does not depend on the size of the image at all.
#
# **By hand.** On a volume of depth 3, a filter with $k = 5$ has $3 \cdot 5 \cdot 5 = 75$ weights and one bias. Eight such filters: 608 parameters, for
# CIFAR-10 as for a photo with ten million pixels.
#
# **Write** `conv_parameter_count(depth, kernel, filters)`.

# %%
print("eight 5 × 5 filters on depth 3", conv_parameter_count(3, 5, 8), "  expected: 608")

# %%
grader.check("conv_parameter_count")

# %% [markdown]
# ### See it

# %%
sides = np.array([28, 32, 64, 100, 200, 500, 1000])
dense = [dense_parameter_count((3, int(side), int(side)), 64) for side in sides]
conv = [conv_parameter_count(3, 5, 64)] * len(sides)

fig, ax = plt.subplots(figsize=(7.5, 3.8), layout="constrained")
ax.loglog(sides, dense, "o-", color=BLACK, linewidth=2)
ax.loglog(sides, conv, "s--", color=BLUE, linewidth=2)
ax.text(330, 1.2e8, "fully connected,\n64 units", ha="right", va="bottom")
ax.text(
    sides[-1],
    conv[-1] * 1.5,
    "convolutional, 64 filters of 5 × 5",
    ha="right",
    va="bottom",
    color=BLUE,
)
for side in (32, 200):
    place = (side, dense_parameter_count((3, side, side), 64))
    ax.annotate(
        f"{side} × {side} × 3\np = {3 * side * side:,}",
        place,
        xytext=(8, -26),
        textcoords="offset points",
        fontsize=9,
    )
ax.set(
    title="Parameters of a first layer on colour images",
    xlabel="side of the image in pixels",
    ylabel="weights and biases",
    ylim=(1e3, 1e9),
)
ax.set_xticks(sides, [str(side) for side in sides])
ax.minorticks_off()
plt.show()

# %% [markdown]
# *Figure 1: the number of parameters against the side of the image, both axes logarithmic. For the fully connected layer (circles) it grows with the number of pixels, from 150 thousand at
# 28 pixels to 192 million at 1,000. For the convolutional layer (squares) it stays at 4,864, whatever the image.*

# %% [markdown]
# ## Part 2. The convolutional layer
#
# ### How many places?
#
# A window of $k$ pixels slides along a side of `size` pixels. Before that we may add a frame of `padding` zeros on both ends. It starts at one edge and moves `stride` pixels at a time. Then it has
#
# $$\frac{\text{size} + 2 \cdot \text{padding} - k}{\text{stride}} + 1$$
#
# places: one at the start, and one more for each stride that fits into the room that is left.

# %% [markdown]
# ### `output_size`
#
# **By hand.** Size 7, kernel 3, stride 2, no padding: $(7 - 3)/2 + 1 = 3$ places. With padding 1: $(9 - 3)/2 + 1 = 4$. Kernel 5, stride 1, padding 2: the size stays as it was.
#
# **When it does not work.** With size 7, kernel 3 and stride 3 the room of 4 pixels is not a multiple of the stride: the windows do not **tile** the side, some pixels at the end would be ignored. And a kernel larger than the padded
# image does not fit at all. Both are mistakes in the design of a network, and a function that rounds them away makes them hard to find. So raise a `ValueError` whose text names
# size, kernel, stride and padding, best with their values.
#
# **Write** `output_size(size, kernel, stride, padding)`. It returns an `int`.

# %%
print(
    output_size(7, 3, 2, 0), output_size(7, 3, 2, 1), output_size(28, 5, 1, 2), "  expected: 3 4 28"
)
try:
    output_size(7, 3, 3, 0)
except ValueError as error:
    print("ValueError:", error)

# %%
grader.check("output_size")

# %% [markdown]
# ### See it

# %%
fig, axes = plt.subplots(1, 3, figsize=(10.5, 2.9), layout="constrained", sharey=True)
for ax, (kernel, stride, padding) in zip(axes, ((3, 2, 0), (3, 2, 1), (5, 1, 2)), strict=True):
    size = 7
    for i in range(-padding, size + padding):
        zero = i < 0 or i >= size
        ax.add_patch(
            Rectangle(
                (i, 0),
                1,
                1,
                facecolor="white" if zero else "#CCCCCC",
                edgecolor="black",
                linestyle=":" if zero else "-",
            )
        )
        if zero:
            ax.text(i + 0.5, 0.5, "0", ha="center", va="center", color=GREY)
    places = output_size(size, kernel, stride, padding)
    for place in range(places):
        start, level = place * stride - padding, -0.55 - 0.45 * place
        ax.plot(
            [start + 0.08, start + kernel - 0.08],
            [level, level],
            color=BLUE,
            linewidth=5,
            solid_capstyle="butt",
        )
    ax.set(
        title=f"kernel {kernel}, stride {stride}, padding {padding}:\n{places} places",
        xlim=(-2.2, 9.2),
        ylim=(-3.9, 1.3),
        xlabel="pixel",
    )
    ax.set_xticks([0.5, 3.5, 6.5], ["1", "4", "7"])
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
plt.show()

# %% [markdown]
# *Figure 2: three ways to slide a window along seven pixels (grey boxes); dotted boxes are padding, bars show the window at each of its places, one below the other. Left: kernel 3, stride 2, three
# places. Middle: with padding 1 there are four. Right: kernel 5, stride 1 and padding 2 give seven places, as many as there are pixels: "same" size.*

# %% [markdown]
# ### `conv_forward`
#
# Now the layer itself. At each place, each filter computes a score like any unit: weights times what it sees, plus bias. For filter $f$, row $r$, column $c$ of the output and example $i$, with stride $s$:
#
# $$Z[f, r, c, i] = b_f + \sum_{d} \sum_{u=0}^{k-1} \sum_{v=0}^{k-1} W[f, d, u, v] \; X_{\text{padded}}[d,\ s r + u,\ s c + v,\ i]$$
#
# The output is a volume again: its depth is the number of filters $F$, its height and width are the numbers of places. (Mathematicians flip the kernel first and call only that a convolution. Like all
# frameworks for neural networks, we do not flip.)
#
# **By hand.** One image of depth 1, one filter with $k = 2$, bias 1, stride 1, no padding:
#
# $$X = \begin{pmatrix} 1 & 2 & 0 \\ 0 & 1 & 3 \\ 2 & 1 & 0 \end{pmatrix} \qquad W = \begin{pmatrix} 1 & 2 \\ 0 & -1 \end{pmatrix} \qquad
# Z = \begin{pmatrix} 5 & 0 \\ 2 & 8 \end{pmatrix}$$
#
# Top left: $1 \cdot 1 + 2 \cdot 2 + 0 \cdot 0 + 1 \cdot (-1) + 1 = 5$.
#
# **How to write it.** Seven nested loops (over $i, f, r, c, d, u, v$) are a fine first version: they are the formula, and they pass **all the checks but one**. The last one asks for speed: your function must be at least five times
# faster than plain loops. The idea that gets you there: *a convolution is the same $WX + b$, on patches*. What a filter sees at one place is $D k^2$ numbers; write them as a column. All places of all images make many columns, a matrix $P$ of
# $D k^2$ rows. The filters are the rows of a matrix of $F \times D k^2$. One matrix product gives all scores. What remains is to fill $P$: loop over the $k^2$ positions *inside* the window, and take for each a slice of the whole image with steps of `stride`.
# (`np.lib.stride_tricks.sliding_window_view` with `np.einsum` or `np.tensordot` is another good way.)
#
# **Write** `conv_forward(X, W, b, stride=1, padding=0)`: $X$ is $(D, H, W, n)$, the filters are $(F, D, k, k)$, $b$ is $(F, 1)$, the result is $(F, H', W', n)$.

# %%
X = np.array([[1.0, 2.0, 0.0], [0.0, 1.0, 3.0], [2.0, 1.0, 0.0]]).reshape(1, 3, 3, 1)
W = np.array([[1.0, 2.0], [0.0, -1.0]]).reshape(1, 1, 2, 2)
print(conv_forward(X, W, np.ones((1, 1)))[0, :, :, 0], " expected: [[5 0] [2 8]]")

# %%
grader.check("conv_forward")

# %% [markdown]
# ### See it: how fast is it?

# %%
rng = np.random.default_rng(0)
batch, filters = rng.normal(size=(1, 28, 28, 50)), rng.normal(size=(8, 1, 5, 5))
conv_forward(batch, filters, np.zeros((8, 1)), 1, 2)
started = time.perf_counter()
conv_forward(batch, filters, np.zeros((8, 1)), 1, 2)
seconds = time.perf_counter() - started
products = 8 * 25 * 28 * 28 * 50
print(
    f"{products / 1e6:.1f} million products in {1000 * seconds:.1f} ms: {products / seconds / 1e6:.0f} million a second"
)
print(
    "Seven plain loops in Python do a few million a second; one matrix product some hundreds or thousands."
)

# %% [markdown]
# ### See it: filters made by hand
#
# Before we let filters be learned, let us make some. The photo (it comes with matplotlib) shows Grace Hopper, who wrote one of the first compilers. First a
# filter with $k = 1$ that mixes red, green and blue into grey: a volume of depth 3 becomes one of depth 1. Then filters with $k = 3$ on the grey image.

# %%
photo = plt.imread(get_sample_data("grace_hopper.jpg", asfileobj=False))[:480:2, 30:510:2] / 255
volume = photo.transpose(2, 0, 1)[
    ..., np.newaxis
]  # (height, width, depth) → (depth, height, width, 1)
grey = conv_forward(volume, np.array([0.3, 0.6, 0.1]).reshape(1, 3, 1, 1), np.zeros((1, 1)))

handmade = {
    "upright edges": [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]],
    "level edges": [[-1, -2, -1], [0, 0, 0], [1, 2, 1]],
    "blur": [[1 / 9, 1 / 9, 1 / 9]] * 3,
    "all edges": [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]],
}
kernels = np.array(list(handmade.values()), dtype=float)[:, np.newaxis]
maps = conv_forward(grey, kernels, np.zeros((4, 1)), 1, 1)
print("colour", volume.shape, "→ grey", grey.shape, "→ four maps", maps.shape)

fig, axes = plt.subplots(2, 5, figsize=(11, 4.4), layout="constrained", height_ratios=[2.4, 1])
axes[0, 0].imshow(photo)
axes[0, 0].set_title("photo, depth 3", fontsize=10)
axes[0, 0].axis("off")
picture(axes[1, 0], grey[0, :, :, 0], "grey, by a 1 × 1 filter", 0, 1)
for column, (name, kernel) in enumerate(handmade.items(), start=1):
    values = maps[column - 1, :, :, 0]
    low, high = (0, 1) if name == "blur" else (-1, 1)
    picture(axes[0, column], values, name, low, high)
    small = axes[1, column]
    picture(small, kernel, "", -np.abs(kernel).max(), np.abs(kernel).max())
    small.spines[:].set_visible(True)
    for (r, c), weight in np.ndenumerate(kernel):
        text = "1/9" if name == "blur" else f"{weight:g}"
        small.text(
            c,
            r,
            text,
            ha="center",
            va="center",
            color="white" if weight < 0 else "black",
            fontsize=9,
        )
fig.suptitle("One photo, four hand-made filters (below) and what they give (above)")
plt.show()

# %% [markdown]
# *Figure 3: left, a portrait photo, in colour and as the grey image that a 1 × 1 filter makes of it. Then the results of four 3 × 3 filters, drawn below them. "Upright edges" answers light or dark where brightness changes from
# left to right, as along the sides of the face and of the tie, and is grey on even areas; "level edges" does so from top to bottom, as at the brim of the cap. "Blur" takes a mean. "All edges" leaves thin outlines only.*

# %% [markdown]
# ### `conv_backward`
#
# The backward pass gets $dZ$, the gradient of the loss with respect to the scores, and gives those of $X$, $W$ and $b$. Two sentences contain everything:
#
# * a filter's weight is **used at every place and in every example**, so its gradient is a sum over all of them;
# * a pixel is **seen from several places and by all filters**, so its gradient is a sum over those.
#
# $$db_f = \sum_{r, c, i} dZ[f, r, c, i] \qquad
# dW[f, d, u, v] = \sum_{r, c, i} dZ[f, r, c, i]\; X_{\text{padded}}[d,\ sr + u,\ sc + v,\ i]$$
#
# $$dX_{\text{padded}}[d,\ sr + u,\ sc + v,\ i] \;\mathrel{+}=\; \sum_{f} W[f, d, u, v]\; dZ[f, r, c, i] \qquad \text{for all } r, c, u, v$$
#
# $dX$ is the part of $dX_{\text{padded}}$ that belongs to the image: the gradient of the frame is thrown away. In terms of the patches $P$: $dW$ is $dZ\,P^T$ as in a dense layer, $dP = W^T dZ$, and then every entry of
# $dP$ is *added* to the pixel that it came from.
#
# **By hand.** $X$ and $W$ as before, and $dZ = \begin{pmatrix} 1 & 0 \\ 0 & 2 \end{pmatrix}$. Then $db = 3$. $dW$ is once the top left patch plus twice the bottom right one,
# $\begin{pmatrix} 1 & 2 \\ 0 & 1 \end{pmatrix} + 2 \begin{pmatrix} 1 & 3 \\ 1 & 0 \end{pmatrix} = \begin{pmatrix} 3 & 8 \\ 2 & 1 \end{pmatrix}$. For $dX$, lay $1 \cdot W$ on the top left corner and $2 \cdot W$ on the bottom right one; they overlap in the middle, where $-1 + 2 = 1$:
#
# $$dX = \begin{pmatrix} 1 & 2 & 0 \\ 0 & 1 & 4 \\ 0 & 0 & -2 \end{pmatrix}$$
#
# **Write** `conv_backward(dZ, X, W, stride=1, padding=0)`. It returns `(dX, dW, db)`, **in this order**, of the shapes of $X$, $W$ and $b$. The $1/n$ of the loss is in $dZ$ already.

# %%
dZ = np.array([[1.0, 0.0], [0.0, 2.0]]).reshape(1, 2, 2, 1)
dX, dW, db = conv_backward(dZ, X, W)
print("dX", dX.ravel(), "  expected: [ 1.  2.  0.  0.  1.  4.  0.  0. -2.]")
print("dW", dW.ravel(), "  expected: [3. 8. 2. 1.]")
print("db", db.ravel(), "  expected: [3.]")

# %%
grader.check("conv_backward")

# %% [markdown]
# ### See it: measure before you believe

# %%
rng = np.random.default_rng(2)
X, W, b, dZ = (
    rng.normal(size=shape) for shape in ((2, 5, 7, 3), (4, 2, 3, 3), (4, 1), (4, 3, 4, 3))
)
found = conv_backward(dZ, X, W, 2, 1)
slow = (
    numerical_gradient(lambda X: np.sum(dZ * conv_forward(X, W, b, 2, 1)), X),
    numerical_gradient(lambda W: np.sum(dZ * conv_forward(X, W, b, 2, 1)), W),
    numerical_gradient(lambda b: np.sum(dZ * conv_forward(X, W, b, 2, 1)), b),
)
for name, a, c in zip(("dX", "dW", "db"), found, slow, strict=True):
    print(
        f"{name}: largest relative error {np.max(np.abs(a - c) / np.maximum(1e-8, np.abs(a) + np.abs(c))):.1e}   (below 1e-6 is right)"
    )

# %% [markdown]
# ## Part 3. Max-pooling
#
# After a convolution the exact place of an edge matters less than that it is there. **Max-pooling** makes the volume smaller: it cuts each depth slice into windows and keeps the largest value of each. It has no
# parameters. Windows of 2 × 2 with stride 2 halve height and width; windows may also overlap (size 3, stride 2).

# %% [markdown]
# ### `max_pool_forward`
#
# **By hand.** One slice, and its pooling with size 2, stride 2 (left) and with size 3, stride 1 (right):
#
# $$X = \begin{pmatrix} 1 & 3 & 2 & 0 \\ 4 & 2 & 1 & 1 \\ 0 & 1 & 5 & 6 \\ 3 & 2 & 7 & 1 \end{pmatrix} \qquad
# \begin{pmatrix} 4 & 2 \\ 3 & 7 \end{pmatrix} \qquad \begin{pmatrix} 5 & 6 \\ 7 & 7 \end{pmatrix}$$
#
# **Write** `max_pool_forward(X, size, stride)`: $(D, H, W, n)$ becomes $(D, H', W', n)$, every depth slice and every example by itself. There is no padding.

# %%
X = np.array(
    [[1.0, 3.0, 2.0, 0.0], [4.0, 2.0, 1.0, 1.0], [0.0, 1.0, 5.0, 6.0], [3.0, 2.0, 7.0, 1.0]]
).reshape(1, 4, 4, 1)
print(
    max_pool_forward(X, 2, 2)[0, :, :, 0].tolist(),
    max_pool_forward(X, 3, 1)[0, :, :, 0].tolist(),
    "  expected: 4 2 3 7 and 5 6 7 7",
)

# %%
grader.check("max_pool_forward")

# %% [markdown]
# ### `max_pool_backward`
#
# A small change of a pixel changes the output only where the pixel is its window's largest. So each window hands its whole gradient to **its winner**, and the other pixels get nothing from it.
#
# **By hand.** $X$ as above, size 3, stride 1, $dZ = \begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}$. The 5 gets 1, the 6 gets 2. The 7 wins in both lower windows and gets $3 + 4 = 7$: gradients add up where windows overlap. All other pixels get 0.
#
# **A trap.** Equal values. After a ReLU many windows hold nothing but zeros. Then the window's gradient goes to one of the equal pixels, or is shared among them. It must not be lost, and it must not be given to each of them in full.
#
# **Write** `max_pool_backward(dZ, X, size, stride)`. It returns $dX$, of the shape of $X$.

# %%
dX = max_pool_backward(np.array([[1.0, 2.0], [3.0, 4.0]]).reshape(1, 2, 2, 1), X, 3, 1)
print(dX[0, :, :, 0].tolist(), "  expected: 1 at the 5, 2 at the 6, 7 at the 7")

# %%
grader.check("max_pool_backward")

# %% [markdown]
# ### See it: what pooling keeps
#
# From here on we work with images of 14 × 14 pixels: each pixel is the mean of a 2 × 2 block of the original, so that everything stays fast. (A mean over blocks is pooling, too, only a different kind.)

# %%
def halved(X):
    """Columns of 28 × 28 images as volumes of 14 × 14: the mean of each 2 × 2 block."""
    return X.reshape(1, 14, 2, 14, 2, -1).mean(axis=(2, 4))


X_all, y_all, X_more, y_more = load_fashion_mnist(8000, 1000)
V_train, y_train = halved(X_all[:, :2000]), y_all[:2000]
# Images that no network of this lab trains on: the test images, and 4,000 more so that differences of a percent can be seen.
V_test, y_test = (
    np.concatenate([halved(X_more), halved(X_all[:, 4000:])], axis=-1),
    np.concatenate([y_more, y_all[4000:]]),
)
print("training", V_train.shape, " test", V_test.shape)

_, _, pixels, labels = fashion_mnist_images(0, 100)
boot = pixels[:, :, np.flatnonzero(labels == 9)[2]].reshape(1, 28, 28, 1) / 255
edges = np.maximum(conv_forward(boot, kernels[[0]], np.zeros((1, 1)), 1, 1), 0.0)
shifted = np.roll(edges, 1, axis=2)
fig, axes = plt.subplots(2, 5, figsize=(10.5, 4.6), layout="constrained")
picture(axes[0, 0], boot[0, :, :, 0], "image", 0, 1)
axes[1, 0].axis("off")
for row, (name, values) in enumerate(
    (("upright edges", edges), ("one pixel to the right", shifted))
):
    picture(axes[row, 1], values[0, :, :, 0], name, 0, edges.max())
    for column, size in enumerate((2, 4, 7), start=2):
        pooled = max_pool_forward(values, size, size)
        picture(
            axes[row, column],
            pooled[0, :, :, 0],
            f"max-pool {size} × {size}: {pooled.shape[1]} × {pooled.shape[2]}",
            0,
            edges.max(),
        )
fig.suptitle("Upright edges of an ankle boot, pooled with growing windows")
plt.show()
for size in (1, 2, 4, 7):
    a, c = max_pool_forward(edges, size, size), max_pool_forward(shifted, size, size)
    print(
        f"windows of {size} × {size}: a shift by one pixel changes {np.linalg.norm(a - c) / np.linalg.norm(a):.0%}"
    )

# %% [markdown]
# *Figure 4: an ankle boot, the map of its upright edges after ReLU (28 × 28), and below it the same map one pixel further right, each pooled to 14 × 14, 7 × 7 and 4 × 4. The larger the windows, the coarser the map, and the more alike are the upper and the lower row: pooling
# forgets small shifts. The printed numbers say by how much the pooled maps differ.*

# %% [markdown]
# ## Part 4. A convolutional network
#
# Now everything comes together:
#
# $$\text{volume} \;\to\; \text{convolution} \;\to\; \text{ReLU} \;\to\; \text{max-pool } 2 \times 2 \;\to\; \text{flatten} \;\to\; \text{fully connected} \;\to\; \text{scores}$$
#
# The convolution has stride 1 and padding $(k-1)/2$ (with $k$ odd), so height and width stay; the pooling has size 2 and stride 2 and halves them. The parameters are in a dict with the keys `conv_W` $(F, D, k, k)$, `conv_b` $(F, 1)$,
# `dense_W` $(K, p')$ and `dense_b` $(K, 1)$, where $p' = F \cdot \frac{\text{height}}{2} \cdot \frac{\text{width}}{2}$.

# %% [markdown]
# ### `convnet_forward`
#
# **By hand.** One image $\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}$, one filter of a single pixel with weight 0.5 and bias −0.25, two classes. Convolution: $\begin{pmatrix} 0.25 & 0.75 \\ 1.25 & 1.75 \end{pmatrix}$. ReLU changes
# nothing here. Pooling: 1.75. With `dense_W` $= (1, -1)^T$ and `dense_b` $= (0,\ 0.5)^T$ the scores are $1.75$ and $-1.25$.
#
# **Write** `convnet_forward(params, X)`. It returns the scores, $K \times n$; no softmax. Flatten with `reshape(-1, n)`, as above. (A helper function that also returns what happened in between will serve you in the next question.)

# %%
tiny = {
    "conv_W": np.full((1, 1, 1, 1), 0.5),
    "conv_b": np.full((1, 1), -0.25),
    "dense_W": np.array([[1.0], [-1.0]]),
    "dense_b": np.array([[0.0], [0.5]]),
}
tiny_image = np.array([[1.0, 2.0], [3.0, 4.0]]).reshape(1, 2, 2, 1)
print("scores", convnet_forward(tiny, tiny_image).ravel(), "  expected: [ 1.75 -1.25]")

# %%
grader.check("convnet_forward")

# %% [markdown]
# ### See it: a volume on its way through the network

# %%
def box(ax, x, volume, label, scale=0.1, slant=0.45):
    """Draws a volume (depth, height, width) as a box in oblique view, its front face centred on y = 0."""
    depth, height, width = (scale * side for side in volume)
    depth, height = max(depth, 0.05), max(height, 0.05)
    dx, dy, y = slant * width, slant * width, -height / 2
    faces = (
        ([(x, y), (x + depth, y), (x + depth, y + height), (x, y + height)], "#BBBBBB"),
        (
            [
                (x, y + height),
                (x + depth, y + height),
                (x + depth + dx, y + height + dy),
                (x + dx, y + height + dy),
            ],
            "#E6E6E6",
        ),
        (
            [
                (x + depth, y),
                (x + depth + dx, y + dy),
                (x + depth + dx, y + height + dy),
                (x + depth, y + height),
            ],
            "#8C8C8C",
        ),
    )
    for corners, colour in faces:
        ax.add_patch(Polygon(corners, facecolor=colour, edgecolor="black", linewidth=0.8))
    ax.text(x + (depth + dx) / 2, -1.7, label, ha="center", va="top", fontsize=10)
    return x + depth + dx


steps = [
    ("image", (1, 28, 28)),
    ("8 filters 5 × 5,\nReLU", (8, 28, 28)),
    ("max-pool 2 × 2", (8, 14, 14)),
    ("16 filters 5 × 5,\nReLU", (16, 14, 14)),
    ("max-pool 2 × 2", (16, 7, 7)),
    ("scores", (10, 1, 1)),
]
fig, ax = plt.subplots(figsize=(11, 4), layout="constrained")
x = 0.0
for name, volume in steps:
    x = (
        box(
            ax, x, volume, f"{name}\n{volume[0]} × {volume[1]} × {volume[2]}\n= {np.prod(volume):,}"
        )
        + 1.0
    )
ax.set(
    title="Volumes (depth × height × width) in a network of two convolutional layers",
    xlim=(-0.3, x),
    ylim=(-3.0, 2.8),
    aspect="equal",
)
ax.axis("off")
plt.show()

# %% [markdown]
# *Figure 5: six boxes, from left to right the volumes in a convolutional network: the image is a flat sheet, 28 × 28 and one deep. Each convolution makes the volume deeper (8, then 16), each pooling halves height and width. At the end
# ten scores are left. Our network below has one such pair of layers; the image enters as 1 × 14 × 14, leaves the convolution as 8 × 14 × 14 and the pooling as 8 × 7 × 7 = 392 numbers.*

# %% [markdown]
# ### `convnet_loss`
#
# Softmax cross-entropy on the scores, and the gradients of all four parameters. You have a backward function for every layer: go through the network from the end to the start. Undo the flattening with a reshape to the pooled volume's shape.
#
# **By hand.** The tiny network with true class 1: the scores $1.75$ and $-1.25$ give $P = (0.9526,\ 0.0474)$, so the loss is $-\log 0.0474 = 3.0486$ and $dS = (0.9526,\ -0.9526)$. Dense layer: $dW = 1.75 \cdot dS$, $db = dS$; back to the
# pooled value goes $1 \cdot 0.9526 + (-1)(-0.9526) = 1.9051$. Pooling sends all of it to the bottom right pixel, ReLU lets it through, and the filter saw a 4 there: $d\text{conv\_W} = 4 \cdot 1.9051 = 7.6206$, $d\text{conv\_b} = 1.9051$.
#
# **Write** `convnet_loss(params, X, y)`. It returns `(loss, grads)`; `grads` is a dict with the keys of `params`.

# %%
loss, grads = convnet_loss(tiny, tiny_image, np.array([1]))
print(f"loss {loss:.4f}   expected: 3.0486")
print({name: grad.ravel().round(4).tolist() for name, grad in grads.items()})
print("expected: conv_W 7.6206, conv_b 1.9051, dense_W 1.667 -1.667, dense_b 0.9526 -0.9526")

# %%
grader.check("convnet_loss")

# %% [markdown]
# ### See it: does it start sanely?
#
# Two questions to ask of every new network before training it in earnest. Is the loss at the start about $\log 10 = 2.30$, as for a network that knows nothing? And does it agree with central differences in a few parameters?

# %%
def convnet_params(volume, filters, kernel, classes, rng):
    """Starting parameters: He's scheme for the filters, small weights for the dense layer, biases 0."""
    depth, height, width = volume
    numbers = filters * (height // 2) * (width // 2)
    return {
        "conv_W": rng.normal(
            0.0, np.sqrt(2 / (depth * kernel**2)), (filters, depth, kernel, kernel)
        ),
        "conv_b": np.zeros((filters, 1)),
        "dense_W": rng.normal(0.0, np.sqrt(1 / numbers), (classes, numbers)),
        "dense_b": np.zeros((classes, 1)),
    }


start = convnet_params((1, 14, 14), 8, 5, 10, np.random.default_rng(0))
some, labels = V_train[..., :50], y_train[:50]
loss, grads = convnet_loss({**start, "dense_W": 0.01 * start["dense_W"]}, some, labels)
print(f"loss with tiny dense weights {loss:.3f}   expected: about {np.log(10):.3f}")

started = time.perf_counter()
loss, grads = convnet_loss(start, some, labels)
quick = time.perf_counter() - started < 0.25  # plain loops take some seconds
for name, index in (
    ("conv_W", (3, 0, 2, 1)),
    ("conv_b", (5, 0)),
    ("dense_W", (7, 100)),
    ("dense_b", (2, 0)),
):
    step = np.zeros_like(start[name])
    step[index] = 1e-5
    above, below = (
        convnet_loss({**start, name: start[name] + sign * step}, some, labels)[0]
        for sign in (1, -1)
    )
    print(
        f"{name:8}{index!s:14} gradient {grads[name][index]: .6f}, central difference {(above - below) / 2e-5: .6f}"
    )

# %% [markdown]
# ### `train_convnet`
#
# Training is the same as ever: in each epoch shuffle, cut into mini-batches, compute loss and gradients, take a step against each gradient. Only the parameters are a dict now.
#
# **By hand.** One step of the tiny network with learning rate 0.1: `conv_W` goes from 0.5 to $0.5 - 0.1 \cdot 7.6206 = -0.2621$, `conv_b` from −0.25 to −0.4405, `dense_W` to $(0.8333,\ -0.8333)$, `dense_b` to $(-0.0953,\ 0.5953)$.
#
# **A trap.** `params` belongs to the caller: build new arrays, and a new dict.
#
# **Write** `train_convnet(params, X, y, *, learning_rate, batch_size, epochs, rng)`. It returns `(params, losses)`, with the mean loss of each epoch.

# %%
stepped, _ = train_convnet(
    tiny,
    tiny_image,
    np.array([1]),
    learning_rate=0.1,
    batch_size=1,
    epochs=1,
    rng=np.random.default_rng(0),
)
print({name: value.ravel().round(4).tolist() for name, value in stepped.items()})
print("expected: conv_W -0.2621, conv_b -0.4405, dense_W 0.8333 -0.8333, dense_b -0.0953 0.5953")

# %%
grader.check("train_convnet")

# %% [markdown]
# ### See it: overfit a few images first
#
# One more check that costs a second: a network that is put together correctly can learn 50 images by heart. If it cannot, there is a bug, and no amount of data will help.

# %%
if not quick:
    print(
        "Your convolution runs on plain loops: this and the next part run with next to no data. Make it faster to see what they show."
    )
memorised, losses = train_convnet(
    start,
    some,
    labels,
    learning_rate=0.1,
    batch_size=10,
    epochs=60 if quick else 3,
    rng=np.random.default_rng(1),
)
print(
    f"loss {losses[0]:.2f} → {losses[-1]:.4f}, accuracy on the same 50 images {accuracy(convnet_forward(memorised, some).argmax(axis=0), labels):.0%}"
)

# %% [markdown]
# ### See it: against a dense network of the same size
#
# Now a fair contest on 2,000 training images of 14 × 14 pixels. Both networks get the same images, the same number of epochs and the same learning rates (0.1, at the end 0.02), and have **almost exactly the same number of parameters**:
#
# * the ConvNet: 8 filters of 5 × 5, then 8 · 7 · 7 = 392 numbers into 10 scores;
# * the dense network: 196 pixels, 20 hidden ReLU units, 10 scores.
#
# A third contestant tests the explanation: the **same ConvNet on shuffled pixels**. The pixels of all images are exchanged by one fixed random permutation. Every image still holds the same numbers, but neighbours are no longer neighbours. We use four
# seeds, and judge on 5,000 images that were not trained on. (About 20 seconds.)

# %%
conv_size = conv_parameter_count(1, 5, 8) + dense_parameter_count((8, 7, 7), 10)
dense_size = dense_parameter_count((1, 14, 14), 20) + dense_parameter_count((20, 1, 1), 10)
print(f"parameters: ConvNet {conv_size}, dense {dense_size}")

PLAN = ((0.1, 16), (0.02, 4)) if quick else ((0.1, 1),)  # learning rate, epochs
SEEDS = range(4 if quick else 1)
if not quick:
    V_train, y_train, V_test, y_test = (
        V_train[..., :100],
        y_train[:100],
        V_test[..., :100],
        y_test[:100],
    )


def train_both_phases(train_phase, params, seed):
    rng = np.random.default_rng(seed)
    for rate, epochs in PLAN:
        params, _ = train_phase(params, learning_rate=rate, batch_size=20, epochs=epochs, rng=rng)
    return params


def convnet_run(V, V_new, seed):
    first = convnet_params((1, 14, 14), 8, 5, 10, np.random.default_rng(seed))
    params = train_both_phases(
        lambda params, **how: train_convnet(params, V, y_train, **how), first, 100 + seed
    )
    return params, accuracy(convnet_forward(params, V_new).argmax(axis=0), y_test)


def dense_run(V, V_new, seed):
    first = initialize([196, 20, 10], np.random.default_rng(seed), "he")
    columns = V.reshape(196, -1)
    params = train_both_phases(
        lambda params, **how: train(params, columns, y_train, activation="relu", **how),
        first,
        100 + seed,
    )
    return params, accuracy(predict(params, V_new.reshape(196, -1), "relu"), y_test)


order = np.random.default_rng(9).permutation(196)


def shuffled(V):
    return V.reshape(196, -1)[order].reshape(V.shape)


started = time.perf_counter()
results = {
    "ConvNet": [],
    "dense network": [],
    "ConvNet,\nshuffled pixels": [],
    "dense network,\nshuffled pixels": [],
}
for seed in SEEDS:
    learned, share = convnet_run(V_train, V_test, seed)
    results["ConvNet"].append(share)
    results["dense network"].append(dense_run(V_train, V_test, seed)[1])
    results["ConvNet,\nshuffled pixels"].append(
        convnet_run(shuffled(V_train), shuffled(V_test), seed)[1]
    )
    results["dense network,\nshuffled pixels"].append(
        dense_run(shuffled(V_train), shuffled(V_test), seed)[1]
    )
print(f"{time.perf_counter() - started:.0f} seconds")
for name, shares in results.items():
    print(
        f"{name.replace(chr(10), ' '):32} mean {np.mean(shares):.3f}   lowest {min(shares):.3f}   highest {max(shares):.3f}"
    )

# %%
fig, ax = plt.subplots(figsize=(8, 4), layout="constrained")
for place, (marker, colour, shares) in enumerate(
    zip("osDv", (BLUE, BLACK, ORANGE, GREY), results.values(), strict=True)
):
    ax.plot([place - 0.22, place + 0.22], [np.mean(shares)] * 2, color="black", linewidth=2.5)
    ax.scatter(
        place + np.linspace(-0.15, 0.15, len(shares)),
        shares,
        marker=marker,
        s=60,
        facecolors="none",
        edgecolors=colour,
        linewidths=1.8,
    )
    ax.text(place + 0.26, np.mean(shares), f"{np.mean(shares):.3f}", va="center")
ax.set(
    title="Four seeds, about 4,140 parameters each",
    ylabel="accuracy on 5,000 new images",
    xlim=(-0.5, 3.7),
)
ax.set_xticks(range(4), results)
plt.show()

# %% [markdown]
# *Figure 6: accuracy of each of four seeds (markers) and the mean (bar); mind that the axis does not start at 0. The ConvNet is about two percentage points above the dense network, and its worst seed is above the dense network's best. On shuffled pixels the
# ConvNet loses that advantage and does about as well as a dense network, which does not care whether pixels are shuffled. So the gain came from what the layer assumes about images: that neighbouring pixels belong together, and that what is worth seeing at one place is worth seeing at all.*

# %% [markdown]
# ### See it: what the filters learned

# %%
fig, axes = plt.subplots(3, 9, figsize=(11.5, 4.3), layout="constrained")
example = V_test[..., np.flatnonzero(y_test == 8)[3]][..., np.newaxis]
maps = np.maximum(conv_forward(example, learned["conv_W"], learned["conv_b"], 1, 2), 0.0)
pooled = max_pool_forward(maps, 2, 2)
size = np.abs(learned["conv_W"]).max()
picture(axes[1, 0], (example + halved(mean_image()))[0, :, :, 0], "image", 0, 1)
for ax, text in ((axes[0, 0], "filters,\n5 × 5"), (axes[2, 0], "after\nmax-pool,\n7 × 7")):
    ax.axis("off")
    ax.text(0.5, 0.5, text, ha="center", va="center")
for f in range(8):
    picture(axes[0, f + 1], learned["conv_W"][f, 0], f"filter {f + 1}", -size, size)
    picture(axes[1, f + 1], maps[f, :, :, 0], "", 0, maps.max())
    picture(axes[2, f + 1], pooled[f, :, :, 0], "", 0, maps.max())
fig.suptitle(f"Learned filters, and their feature maps for one image ({CLASS_NAMES[8]})")
plt.show()

# %% [markdown]
# *Figure 7: eight learned filters (top row; light is positive, dark negative), the image, its feature map for each filter after ReLU (middle row) and after max-pooling (bottom row). The filters are less tidy than those made by hand,
# but no two maps are alike: some are light along the upright sides of the bag, some along its lower edge, some in the dark space under the handle. The pooled maps are what the last layer sees: 8 × 7 × 7 = 392 numbers.*
#
# ### If you are online: colour images
#
# Your functions take volumes of any depth, so colour images need no change. `labdata.load_cifar10` fetches CIFAR-10 once (170 MB), images of $32 \times 32 \times 3$ in ten classes. This
# cell is switched off; expect about 0.4 to 0.5 with so few images and a single convolutional layer (guessing: 0.1), after a few minutes.

# %%
ONLINE = False
if ONLINE:
    from labdata import load_cifar10

    V, y, V_new, y_new = load_cifar10(n_train=5000, n_test=1000)
    colour = convnet_params((3, 32, 32), 16, 5, 10, np.random.default_rng(0))
    colour, losses = train_convnet(
        colour, V, y, learning_rate=0.02, batch_size=50, epochs=10, rng=np.random.default_rng(1)
    )
    print("CIFAR-10, new images:", accuracy(convnet_forward(colour, V_new).argmax(axis=0), y_new))

# %% [markdown] question="why_convolution"
# ### Written: why does it work better?
#
# (a) In the contest the dense network did not mind the shuffled pixels. Explain why the permutation makes no difference to it, using $WX + b$ and what happens to the columns of $W$. (Its accuracies in Figure 6 differ a little between the two. Why?)
#
# (b) The ConvNet did mind. Which two assumptions about images are built into a convolutional layer, and what does shuffling do to each?
#
# (c) Give an example of data in the form of a table or a vector for which a convolutional layer would be a bad choice, and one other than photos for which it would be a good choice. Give a reason for each.

# %% [markdown] answer="why_convolution"
# (a) A score of the first layer is $\sum_j W_{kj} x_j + b_k$. If the pixels are permuted, the network whose columns of $W$ are permuted in the same way computes the same sums, and so the same function. The starting weights are drawn independently for all columns, so a permuted
# start is as likely as the original one, and gradient descent on permuted pixels does the same thing with permuted weights. The accuracies differ a little because with the same seed the same random numbers now meet other pixels: it is like another seed.
#
# (b) *Locality*: what is worth computing can be computed from a small window, because neighbouring pixels belong together. After shuffling, a window holds 25 unrelated pixels, and no edge is in it. *The same weights everywhere* (shared weights, translation): a pattern that is useful at one place
# is useful at the others. After shuffling, no pattern looks the same at two places, so one filter has to serve unrelated purposes. (Pooling, which takes neighbouring places as alike, suffers as well.)
#
# (c) Bad: a table with age, income, height …: the order of the columns is arbitrary, neighbours mean nothing, and a weight for age makes no sense for income. Good: sound, a time series or an ECG (neighbouring moments belong together, and an event looks the same whenever it occurs), a text or a
# DNA sequence, a game board, a map of the weather.
#
# **Rubric** (5 points). (a) 2: 1 for permuting the columns of $W$ giving the same function, 1 for the start being random, so that another seed would differ as much. (b) 2: 1 for each assumption with the effect of shuffling on it. (c) 1: ½ for each example with a reason.

# %% [markdown] question="volumes_by_hand"
# ### Written: volumes by hand
#
# A network for CIFAR-10 takes volumes of depth 3, height 32 and width 32. Its layers: (1) 16 filters of 5 × 5, stride 1, padding 2, ReLU; (2) max-pool, size 2, stride 2; (3) 32 filters of 3 × 3, stride 1, padding 1, ReLU; (4) max-pool, size 2, stride 2; (5) fully connected to 10 scores.
#
# (a) Give the volume after each layer, and the number of parameters of each layer. (b) Which layer has the most parameters? By what factor would its number grow if the images were 64 × 64, and what happens to layers (1) and (3)?
# (c) How many pixels of the image, at most, can influence *one* number of the volume after layer (3)? Give the side of that square and how you found it.

# %% [markdown] answer="volumes_by_hand"
# (a) (1) 16 × 32 × 32, $16 \cdot (3 \cdot 25 + 1) = 1216$ parameters. (2) 16 × 16 × 16, none. (3) 32 × 16 × 16, $32 \cdot (16 \cdot 9 + 1) = 4640$. (4) 32 × 8 × 8, none. (5) 10 scores from 2048 numbers, $10 \cdot (2048 + 1) = 20{,}490$.
#
# (b) The fully connected one. With 64 × 64 images layer (4) gives 32 × 16 × 16 = 8192 numbers, four times as many: $10 \cdot 8193 = 81{,}930$ parameters, a factor of almost 4. Layers (1) and (3) keep exactly their number: it does not depend on the image's size.
#
# (c) Going back: one number after (3) sees 3 × 3 numbers after (2). Each of those is the maximum of 2 × 2 numbers after (1), together 6 × 6. Each of those sees 5 × 5 pixels: six places with stride 1 cover $6 + 5 - 1 = 10$ pixels. So a square of 10 × 10 pixels (through all three colours).
#
# **Rubric** (5 points). (a) 2: 1 for all volumes (½ with one slip), 1 for all parameter counts (½ if the biases are missing). (b) 1½: ½ for the layer, ½ for about 4, ½ for the unchanged convolutions. (c) 1½: 1½ for 10 × 10 with the way there, ¾ for a right way with one slip.

# %% [markdown]
# ## What you have now
#
# * A convolutional layer and a pooling layer, forward and backward, checked against central differences.
# * A network that learns its own filters from images, and beats a dense network of the same size because it knows what an image is.
# * With labs 1 to 4: every part of a neural network, written by you. The large frameworks do the same, on faster hardware and with the backward passes put together for you.
