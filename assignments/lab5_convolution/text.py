# %% [markdown]
# # Lab 5: Convolutional networks, or layers that know what an image is
#
# ## What does a network have to forget to see?
#
# Lab 1's network named most garments, and lost a boot that was moved by two pixels. It took a picture as a column of
# numbers: it did not even know which pixels are neighbours. In this lab a layer looks at an image through small
# windows, uses **the same weights at every place**, and gives an image-like volume back. Figure 1 shows what such a
# layer had learned in one run of this lab. You build it, forward and backward, and then ask three things: does a
# network with it find the moved boot? Do its filters have to be learned at all? And where does its advantage come from?
#
# You write ten functions, all in `neuralnet/convolution.py`; the modules of labs 1 to 4 are in your `neuralnet` folder,
# finished.
#
# | part | functions | minutes |
# | --- | --- | --- |
# | 1. Why fully connected layers do not scale | `dense_parameter_count`, `conv_parameter_count` | 15 |
# | 2. The convolutional layer | `output_size`, `conv_forward`, `conv_backward` | 95 |
# | 3. Max-pooling | `max_pool_forward`, `max_pool_backward` | 30 |
# | 4. A convolutional network | `convnet_forward`, `convnet_loss`, `train_convnet` | 45 |
# | 5. to 7. What did it buy? A friend's layer; an experiment of your own | | 55 |
#
# That is four hours: take **three sittings**, the first until `conv_forward` works, the second until the end of Part 3,
# the third for the network and what it teaches. It is the longest of the five labs.
#
# **Volumes.** An image is now a *volume* of numbers: width, height and **depth**, the number of values at each pixel (3
# for red, green and blue). Every layer turns a volume into a volume. With $n$ examples we store
#
# $$X: \quad (\text{depth } D,\ \text{height},\ \text{width},\ n)$$
#
# so the last axis still counts the examples, and `X.reshape(-1, n)` gives the familiar $p \times n$.

# %%
# What the lab needs. Nothing to write here; figures.py draws the pictures.
import figures
import numpy as np
from explore import move

from labdata import CLASS_NAMES, load_fashion_mnist

# %%
from neuralnet.convolution import conv_parameter_count, dense_parameter_count

np.set_printoptions(precision=4, suppress=True)
figures.end()

# %% [markdown]
# *Figure 1: where this lab ends. Eight filters of 5 × 5 that a network learned from 2,000 pictures (top row; light is
# positive, dark negative), the picture of a bag, and what each filter makes of it (bottom row; light where the filter
# answers): the sixth answers along the bag's outline, the third at its upper edge, the seventh inside it. Nobody drew
# these filters.*

# %% [markdown]
# ## Part 1. Why fully connected layers do not scale
#
# In a fully connected layer every unit looks at every number of its input. The images of the CIFAR-10 data set are
# $32 \times 32 \times 3$, so $p = 3072$ and **one** unit of the first layer has 3072 weights. A modest photo of
# $200 \times 200 \times 3$ has $p = 120{,}000$. A few thousand such units, and the layer has hundreds of millions of
# weights: too many to store, to train, and to determine from the images we have. And for all that, the layer ignores
# the structure of an image.

# %% [markdown]
# ### `dense_parameter_count`
#
# How many parameters, weights and biases, does a fully connected layer have on an image volume? Each unit has a weight
# for every number of the volume, and one bias.
#
# **By hand.** A volume of depth 3, height 2 and width 4 has $p = 24$ numbers. A layer of 5 units has $5 \cdot 24 = 120$
# weights and 5 biases: 125.
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
# A **convolutional layer** has a few **filters**. A filter is small: it sees a window of $k \times k$ pixels, through
# the whole depth of the volume. It slides over the image and uses the same weights and the same bias everywhere. So the
# number of parameters does not depend on the size of the image at all.
#
# **By hand.** On a volume of depth 3, a filter with $k = 5$ has $3 \cdot 5 \cdot 5 = 75$ weights and one bias. Eight
# such filters: 608 parameters, for CIFAR-10 as for a photo with ten million pixels.
#
# **Write** `conv_parameter_count(depth, kernel, filters)`.

# %%
print("eight 5 × 5 filters on depth 3", conv_parameter_count(3, 5, 8), "  expected: 608")

# %%
grader.check("conv_parameter_count")

# %% [markdown]
# ### See it: two counts

# %%
for side in (28, 200, 1000):
    dense, conv = dense_parameter_count((3, side, side), 64), conv_parameter_count(3, 5, 64)
    print(f"{side} × {side} × 3: 64 units {dense:,} parameters, 64 filters of 5 × 5 {conv:,}")

# %% [markdown]
# The fully connected layer grows with the number of pixels, from 150 thousand parameters to 192 million. The
# convolutional layer has 4,864, whatever the image.

# %% [markdown]
# ## Part 2. The convolutional layer
#
# ### How many places?
#
# A window of $k$ pixels slides along a side of `size` pixels. Before that we may add a frame of `padding` zeros on both
# ends. It starts at one edge and moves `stride` pixels at a time. Then it has
#
# $$\frac{\text{size} + 2 \cdot \text{padding} - k}{\text{stride}} + 1$$
#
# places: one at the start, and one more for each stride that fits into the room that is left.

# %% [markdown]
# ### `output_size`
#
# **By hand.** Size 7, kernel 3, stride 2, no padding: $(7 - 3)/2 + 1 = 3$ places. With padding 1: $(9 - 3)/2 + 1 = 4$.
# Kernel 5, stride 1, padding 2: the size stays as it was. Size 5, kernel 5, no padding: one place.
#
# **When it does not work.** With size 7, kernel 3 and stride 3 the room of 4 pixels is not a multiple of the stride:
# the windows do not **tile** the side, some pixels at the end would be ignored. And a kernel larger than the padded
# image does not fit at all. Both are mistakes in the design of a network, and a function that rounds them away makes
# them hard to find. So raise a `ValueError` whose text names size, kernel, stride and padding, best with their values.
#
# **Write** `output_size(size, kernel, stride, padding)`. It returns an `int`.

# %%
from neuralnet.convolution import output_size

print(
    output_size(7, 3, 2, 0), output_size(7, 3, 2, 1), output_size(28, 5, 1, 2), " expected: 3 4 28"
)
try:
    output_size(7, 3, 3, 0)
except ValueError as error:
    print("ValueError:", error)

# %%
grader.check("output_size")

# %% [markdown]
# ### See it: windows on their way

# %%
figures.places((3, 2, 0), (3, 2, 1), (5, 1, 2))

# %% [markdown]
# *Figure 2: three ways to slide a window along seven pixels (grey boxes); dotted boxes are padding, bars show the
# window at each of its places, one below the other. Left: kernel 3, stride 2, three places. Middle: with padding 1
# there are four. Right: kernel 5, stride 1 and padding 2 give seven places, as many as there are pixels: "same" size.*

# %% [markdown]
# ### `conv_forward`
#
# Now the layer itself. At each place, each filter computes a score like any unit: weights times what it sees, plus
# bias. For filter $f$, row $r$, column $c$ of the output and example $i$, with stride $s$:
#
# $$Z[f, r, c, i] = b_f + \sum_{d} \sum_{u=0}^{k-1} \sum_{v=0}^{k-1} W[f, d, u, v] \; X_{\text{padded}}[d,\ s r + u,\ s c + v,\ i]$$
#
# The output is a volume again: its depth is the number of filters $F$, its height and width are the numbers of places.
# (Mathematicians flip the kernel first and call only that a convolution. Like all frameworks for neural networks, we do
# not flip.)
#
# **By hand.** One image of depth 1, one filter with $k = 2$, bias 1, stride 1, no padding:
#
# $$X = \begin{pmatrix} 1 & 2 & 0 \\ 0 & 1 & 3 \\ 2 & 1 & 0 \end{pmatrix} \qquad W = \begin{pmatrix} 1 & 2 \\ 0 & -1 \end{pmatrix} \qquad
# Z = \begin{pmatrix} 5 & 0 \\ 2 & 8 \end{pmatrix}$$
#
# Top left: $1 \cdot 1 + 2 \cdot 2 + 0 \cdot 0 + 1 \cdot (-1) + 1 = 5$.
#
# **How to write it.** Seven nested loops (over $i, f, r, c, d, u, v$) are a fine first version: they are the formula,
# and they pass **all the checks but one**. That one is hidden and asks for speed: your function must be at least five
# times faster than plain loops. The idea that gets you there: *a convolution is the same $WX + b$, on patches*. What a filter
# sees at one place is $D k^2$ numbers; write them as a column. All places of all images make many columns, a matrix $P$
# of $D k^2$ rows. The filters are the rows of a matrix of $F \times D k^2$. One matrix product gives all scores. What
# remains is to fill $P$: loop over the $k^2$ positions *inside* the window, and take for each a slice of the whole
# image with steps of `stride`. (`np.lib.stride_tricks.sliding_window_view` with `np.einsum` or `np.tensordot` is
# another good way.)
#
# **Write** `conv_forward(X, W, b, stride=1, padding=0)`: `X` is (depth, height, width, n), the filters `W` are
# (F, depth, k, k), `b` is (F, 1), the result is (F, height′, width′, n).

# %%
from neuralnet.convolution import conv_backward, conv_forward

X = np.array([[1.0, 2.0, 0.0], [0.0, 1.0, 3.0], [2.0, 1.0, 0.0]]).reshape(1, 3, 3, 1)
W = np.array([[1.0, 2.0], [0.0, -1.0]]).reshape(1, 1, 2, 2)
print(conv_forward(X, W, np.ones((1, 1)))[0, :, :, 0], " expected: [[5 0] [2 8]]")

# %%
grader.check("conv_forward")

# %% [markdown]
# ### Try the trap: how fast is it?
#
# Plain loops in Python do about a million products a second, and the trainings of this lab need some ten thousand
# million. How many does your function do? With one matrix product expect some hundreds of millions at least. If you see
# less than ten, all that follows will run, but with next to no data: it is worth coming back to the idea above.

# %%
figures.speed()

# %% [markdown]
# ### See it: filters made by hand
#
# Before we let filters be learned, let us make some. The photo (it comes with matplotlib) shows Grace Hopper, who wrote
# one of the first compilers. First a filter with $k = 1$ that mixes red, green and blue into grey: a volume of depth 3
# becomes one of depth 1. Then filters with $k = 3$ on the grey image.

# %%
photo = figures.photograph()
volume = photo.transpose(2, 0, 1)[
    ..., np.newaxis
]  # (height, width, depth) → (depth, height, width, 1)
grey = conv_forward(volume, np.array([0.3, 0.6, 0.1]).reshape(1, 3, 1, 1), np.zeros((1, 1)))
kernels = np.array(list(figures.KERNELS.values()), dtype=float)[:, np.newaxis]
maps = conv_forward(grey, kernels, np.zeros((4, 1)), 1, 1)
print("colour", volume.shape, "→ grey", grey.shape, "→ four maps", maps.shape)
figures.filters(photo, grey, maps)

# %% [markdown]
# *Figure 3: left, a portrait photo, in colour and as the grey image that a 1 × 1 filter makes of it. Then the results
# of four 3 × 3 filters, drawn below them. "Upright edges" answers light or dark where brightness changes from left to
# right, as along the sides of the face and of the tie, and is grey on even areas; "level edges" does so from top to
# bottom, as at the brim of the cap. "Blur" takes a mean. "All edges" leaves thin outlines only.*

# %% [markdown]
# ### Move it: a kernel of your own
#
# Rows of the kernel are called a, b, c, its columns 1, 2, 3. It starts as "upright edges". It answers where the picture
# gets lighter to the right: at the toe and along the front. What must it look like to answer at the heel? At the sole?
# What does a bias of −1 do to the map, and why would a network want that?

# %%
start = dict(a1=-1, a2=0, a3=1, b1=-2, b2=0, b3=2, c1=-1, c2=0, c3=1, bias=0, picture="ankle boot")
mirrored = dict(start, a1=1, a3=-1, b1=2, b3=-2, c1=1, c3=-1)
level = dict(start, a1=-1, a2=-2, a3=-1, b1=0, b3=0, c1=1, c2=2, c3=1)
weights = {name: (-4, 4, 1) for name in start if len(name) == 2}
move(
    figures.kernel,
    start=start,
    shown=[mirrored, level, dict(start, bias=-1)],
    **weights,
    bias=(-2, 2, 0.25),
    picture=list(CLASS_NAMES),
)

# %% [markdown]
# *Figure 4: a picture, its map of upright edges after ReLU, your kernel, and your map, with a sentence that says how
# far the two maps are apart. Turning the kernel's sign around (mirroring it) lights the edges where the picture gets
# darker to the right; the map has next to nothing in common with the first one, which is why its distance is more than
# 100 %. Laying the kernel on its side finds level edges. A bias of −1 leaves only strong edges on: 5 % of the pixels
# instead of 32 %.*

# %% [markdown]
# ### `conv_backward`
#
# The backward pass gets $dZ$, the gradient of the loss with respect to the scores, and gives those of $X$, $W$ and $b$.
# Two sentences contain everything:
#
# * a filter's weight is **used at every place and in every example**, so its gradient is a sum over all of them;
# * a pixel is **seen from several places and by all filters**, so its gradient is a sum over those.
#
# $$db_f = \sum_{r, c, i} dZ[f, r, c, i]$$
#
# $$dW[f, d, u, v] = \sum_{r, c, i} dZ[f, r, c, i]\; X_{\text{padded}}[d,\ sr + u,\ sc + v,\ i]$$
#
# and, for all $r$, $c$, $u$ and $v$,
#
# $$dX_{\text{padded}}[d,\ sr + u,\ sc + v,\ i] \;\mathrel{+}=\; \sum_{f} W[f, d, u, v]\; dZ[f, r, c, i]$$
#
# $dX$ is the part of $dX_{\text{padded}}$ that belongs to the image: the gradient of the frame is thrown away. In terms
# of the patches $P$: $dW$ is $dZ\,P^T$ as in a dense layer, $dP = W^T dZ$, and then every entry of $dP$ is *added* to
# the pixel that it came from.
#
# **By hand.** $X$ and $W$ as before, and $dZ = \begin{pmatrix} 1 & 0 \\ 0 & 2 \end{pmatrix}$. Then $db = 3$. $dW$ is
# once the top left patch plus twice the bottom right one,
# $\begin{pmatrix} 1 & 2 \\ 0 & 1 \end{pmatrix} + 2 \begin{pmatrix} 1 & 3 \\ 1 & 0 \end{pmatrix} = \begin{pmatrix} 3 & 8 \\ 2 & 1 \end{pmatrix}$.
# For $dX$, lay $1 \cdot W$ on the top left corner and $2 \cdot W$ on the bottom right one; they overlap in the middle,
# where $-1 + 2 = 1$:
#
# $$dX = \begin{pmatrix} 1 & 2 & 0 \\ 0 & 1 & 4 \\ 0 & 0 & -2 \end{pmatrix}$$
#
# **Write** `conv_backward(dZ, X, W, stride=1, padding=0)`. It returns `(dX, dW, db)`, **in this order**, of the shapes
# of $X$, $W$ and $b$. The $1/n$ of the loss is in $dZ$ already.

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
figures.worst_errors(conv_forward, conv_backward)

# %% [markdown]
# ## Part 3. Max-pooling
#
# After a convolution the exact place of an edge matters less than that it is there. **Max-pooling** makes the volume
# smaller: it cuts each depth slice into windows and keeps the largest value of each. It has no parameters. Windows of 2
# × 2 with stride 2 halve height and width; windows may also overlap (size 3, stride 2).

# %% [markdown]
# ### `max_pool_forward`
#
# **By hand.** One slice, and its pooling with size 2, stride 2 (left) and with size 3, stride 1 (right):
#
# $$X = \begin{pmatrix} 1 & 3 & 2 & 0 \\ 4 & 2 & 1 & 1 \\ 0 & 1 & 5 & 6 \\ 3 & 2 & 7 & 1 \end{pmatrix} \qquad
# \begin{pmatrix} 4 & 2 \\ 3 & 7 \end{pmatrix} \qquad \begin{pmatrix} 5 & 6 \\ 7 & 7 \end{pmatrix}$$
#
# **Write** `max_pool_forward(X, size, stride)`: (depth, height, width, n) becomes (depth, height′, width′, n), every
# depth slice and every example by itself. There is no padding.

# %%
from neuralnet.convolution import max_pool_backward, max_pool_forward

X = np.array([[1.0, 3, 2, 0], [4, 2, 1, 1], [0, 1, 5, 6], [3, 2, 7, 1]]).reshape(1, 4, 4, 1)
print("size 2, stride 2", max_pool_forward(X, 2, 2).ravel(), "  expected: [4. 2. 3. 7.]")
print("size 3, stride 1", max_pool_forward(X, 3, 1).ravel(), "  expected: [5. 6. 7. 7.]")

# %%
grader.check("max_pool_forward")

# %% [markdown]
# ### `max_pool_backward`
#
# A small change of a pixel changes the output only where the pixel is its window's largest. So each window hands its
# whole gradient to **its winner**, and the other pixels get nothing from it.
#
# **By hand.** $X$ as above, size 3, stride 1, $dZ = \begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}$. The 5 gets 1, the 6
# gets 2. The 7 wins in both lower windows and gets $3 + 4 = 7$: gradients add up where windows overlap. All other
# pixels get 0.
#
# **A trap.** Equal values. Then the window's gradient goes to one of the equal pixels, or is shared among them. It must
# not be lost, and it must not be given to each of them in full. (Our small network would not notice: its ties are
# windows of zeros behind a ReLU, which lets no gradient through to them anyway. Another network that uses your function
# may have no ReLU there.)
#
# **Write** `max_pool_backward(dZ, X, size, stride)`. It returns $dX$, of the shape of $X$.

# %%
dX = max_pool_backward(np.array([[1.0, 2.0], [3.0, 4.0]]).reshape(1, 2, 2, 1), X, 3, 1)
print(dX[0, :, :, 0].tolist(), "  expected: 1 at the 5, 2 at the 6, 7 at the 7")

# %% [markdown]
# Try the trap: a window of four equal pixels, whose gradient is 1. Whoever gets it, the sum must be 1; if you see 4,
# each of them got all of it.

# %%
dX = max_pool_backward(np.ones((1, 1, 1, 1)), np.full((1, 2, 2, 1), 5.0), 2, 2)
print(dX.ravel(), "sum", dX.sum(), "  expected: a sum of 1")

# %%
grader.check("max_pool_backward")

# %% [markdown]
# ### Move it: what pooling forgets
#
# A window's largest value is the same wherever in the window it stands. So pooling should forget small shifts. How
# small? Move the boot to the right, and compare the pooled map with that of the boot in its old place.

# %%
move(
    figures.pooling,
    start=dict(filter="upright edges", pool=2, shift=1, picture="ankle boot"),
    shown=[dict(filter="upright edges", pool=p, shift=2, picture="ankle boot") for p in (1, 2, 7)],
    filter=list(figures.KERNELS),
    pool=[1, 2, 4, 7],
    shift=(0, 4, 1),
    picture=list(CLASS_NAMES),
)

# %% [markdown]
# *Figure 5: a boot that was moved, the map of its upright edges, that map after max-pooling, and the pooled map of the
# boot in its old place. The sentence says how much of the pooled map a move of two pixels changes: 125 % without
# pooling, 96 % with windows of 2 × 2, 31 % with windows of 7 × 7. Pooling does forget shifts, but windows of 2 × 2
# forget very little, and large windows forget the picture as well: 4 × 4 numbers are left.*

# %% [markdown]
# ## Part 4. A convolutional network
#
# Now everything comes together:
#
# $$\begin{gathered}
# \text{volume} \;\to\; \text{convolution} \;\to\; \text{ReLU} \;\to\; \text{max-pool } 2 \times 2 \\
# \to\; \text{flatten} \;\to\; \text{fully connected} \;\to\; \text{scores}
# \end{gathered}$$
#
# The convolution has stride 1 and padding $(k-1)/2$ (with $k$ odd), so height and width stay; the pooling has size 2
# and stride 2 and halves them. The parameters are in a dict with the keys `conv_W` $(F, D, k, k)$, `conv_b` $(F, 1)$,
# `dense_W` $(K, p')$ and `dense_b` $(K, 1)$, where $p' = F \cdot \frac{\text{height}}{2} \cdot \frac{\text{width}}{2}$.
# Such a network is called a **ConvNet**.
#
# Besides what you wrote above, you have these from labs 1 to 3; `convolution.py` imports them:
#
# | call | gives |
# | --- | --- |
# | `A = relu(Z)`, `relu_gradient(A)` | max(0, Z); 1 where A is above 0, else 0 |
# | `dense_forward(W, b, X)` | the scores, $WX + b$ |
# | `softmax_cross_entropy(S, y)` | `(loss, dS)` |
# | `dense_backward(dZ, W, X)` | `(dW, db, dX)`: another order than `conv_backward` has |
# | `minibatches(n, batch_size, rng)` | an epoch's mini-batches: a list of arrays of indices |

# %% [markdown]
# ### `convnet_forward`
#
# **By hand.** One image $\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}$, one filter of a single pixel with weight 0.5
# and bias −0.25, two classes. Convolution: $\begin{pmatrix} 0.25 & 0.75 \\ 1.25 & 1.75 \end{pmatrix}$. ReLU changes
# nothing here. Pooling: 1.75. With `dense_W` $= (1, -1)^T$ and `dense_b` $= (0,\ 0.5)^T$ the scores are $1.75$ and
# $-1.25$.
#
# **Write** `convnet_forward(params, X)`. It returns the scores, $K \times n$; no softmax. Flatten with
# `reshape(-1, n)`, as above. (A helper function that also returns what happened in between will serve you in the next
# question; it goes into the same file, above the functions that use it.)

# %%
from neuralnet.convolution import convnet_forward, convnet_loss, train_convnet

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
figures.volumes()

# %% [markdown]
# *Figure 6: six boxes, from left to right the volumes in a convolutional network: the image is a flat sheet, 28 × 28
# and one deep. Each convolution makes the volume deeper (8, then 16), each pooling halves height and width. At the end
# ten scores are left. Our network below has one such pair of layers; the image enters as 1 × 14 × 14, leaves the
# convolution as 8 × 14 × 14 and the pooling as 8 × 7 × 7 = 392 numbers.*

# %% [markdown]
# ### `convnet_loss`
#
# Softmax cross-entropy on the scores, and the gradients of all four parameters. You have a backward function for every
# layer (those of labs 1 to 3 are in the table at the start of Part 4): go through the network from the end to the start.
# Undo the flattening with a reshape to the pooled volume's shape.
#
# **By hand.** The tiny network with true class 1: the scores $1.75$ and $-1.25$ give $P = (0.9526,\ 0.0474)$, so the
# loss is $-\log 0.0474 = 3.0486$ and $dS = (0.9526,\ -0.9526)$. Dense layer: $dW = 1.75 \cdot dS$, $db = dS$; back to
# the pooled value goes $1 \cdot 0.9526 + (-1)(-0.9526) = 1.9051$. Pooling sends all of it to the bottom right pixel,
# ReLU lets it through, and the filter saw a 4 there: $d\text{conv\_W} = 4 \cdot 1.9051 = 7.6206$,
# $d\text{conv\_b} = 1.9051$.
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
# From here on we work with pictures of 14 × 14: each pixel is the mean of a 2 × 2 block of the original, so that
# everything stays fast. **A trap**: `X.reshape(1, 2, 14, 2, 14, -1).mean(axis=(1, 3))` has the right shape as well, and
# lays four quarters of a picture on top of each other. No error, and a network learns from it; only it reaches 0.78
# where it should reach 0.84. A wrong reshape is silent: look at a picture.


# %%
def halved(X):
    """Columns of 28 × 28 images as volumes of 14 × 14: the mean of each 2 × 2 block."""
    return X.reshape(1, 14, 2, 14, 2, -1).mean(axis=(2, 4))


X_all, y_all, X_more, y_more = load_fashion_mnist(8000, 1000)
V_train, y_train = halved(X_all[:, :2000]), y_all[:2000]  # to learn from
V_choose, y_choose = halved(X_all[:, 2000:4000]), y_all[2000:4000]  # to choose a learning rate by
X_test = np.concatenate([X_more, X_all[:, 4000:]], axis=1)  # to judge by, and for nothing else
V_test, y_test = halved(X_test), np.concatenate([y_more, y_all[4000:]])
print("training", V_train.shape, " choosing", V_choose.shape, " judging", V_test.shape)

# %% [markdown]
# Two questions to ask of every new network before training it in earnest. Is the loss at the start about
# $\log 10 = 2.30$, as for a network that knows nothing? And does it agree with central differences in a few parameters?

# %%
start = figures.convnet_params((1, 14, 14), 8, 5, 10, np.random.default_rng(0))
some, labels = V_train[..., :50], y_train[:50]
loss, _ = convnet_loss({**start, "dense_W": 0.01 * start["dense_W"]}, some, labels)
print(f"loss with tiny dense weights {loss:.3f}   expected: about {np.log(10):.3f}")
figures.some_gradients(start, some, labels)

# %% [markdown]
# ### `train_convnet`
#
# Training is the same as ever: in each epoch shuffle and cut into mini-batches (`minibatches` of lab 3 does both), and
# for each of them compute loss and gradients, and take a step against each gradient. Only the parameters are a dict now.
#
# **By hand.** One step of the tiny network with learning rate 0.1: `conv_W` goes from 0.5 to
# $0.5 - 0.1 \cdot 7.6206 = -0.2621$, `conv_b` from −0.25 to −0.4405, `dense_W` to $(0.8333,\ -0.8333)$, `dense_b` to
# $(-0.0953,\ 0.5953)$.
#
# **A trap.** `params` belongs to the caller: build new arrays, and a new dict. The last line of the cell below tries
# it.
#
# **Write** `train_convnet(params, X, y, *, learning_rate, batch_size, epochs, rng)`. It returns `(params, losses)`,
# with the mean loss of each epoch.

# %%
how = dict(learning_rate=0.1, batch_size=1, epochs=1, rng=np.random.default_rng(0))
stepped, _ = train_convnet(tiny, tiny_image, np.array([1]), **how)
print({name: value.ravel().round(4).tolist() for name, value in stepped.items()})
print("expected: conv_W -0.2621, conv_b -0.4405, dense_W 0.8333 -0.8333, dense_b -0.0953 0.5953")
print("the caller's conv_W is still", tiny["conv_W"].item(), "  expected: 0.5")

# %%
grader.check("train_convnet")

# %% [markdown]
# ### See it: overfit a few images first
#
# One more check that costs a second: a network that is put together correctly can learn 50 images by heart. If it
# cannot, there is a bug, and no amount of data will help.

# %%
from neuralnet.training import accuracy

quick = figures.is_quick()
how = dict(learning_rate=0.1, batch_size=10, epochs=60 if quick else 3)
memorised, losses = train_convnet(start, some, labels, **how, rng=np.random.default_rng(1))
share = accuracy(convnet_forward(memorised, some).argmax(axis=0), labels)
print(f"loss {losses[0]:.2f} → {losses[-1]:.4f}, right on the same 50 images: {share:.0%}")

# %% [markdown]
# ## Part 5. What did it buy?
#
# A contest on 2,000 training pictures of 14 × 14 pixels, judged on 5,000 that were not trained on. Both networks have
# **almost exactly the same number of parameters**:
#
# * the ConvNet: 8 filters of 5 × 5, then 8 · 7 · 7 = 392 numbers into 10 scores;
# * the dense network: 196 pixels, 20 hidden ReLU units, 10 scores.
#
# Both learn for 9 epochs, and start at the rate 0.3. That is a good rate for either of them: of five rates it was the
# best for the ConvNet, and within 0.1 percentage points of the best for the dense network, on pictures kept for
# choosing. At a common rate of 0.1 both do worse (0.821 and 0.795), and the lead looks larger than it is: a comparison
# has to give everyone a good rate, as lab 3 found with batches. Three seeds each: about ten
# seconds, up to a minute in the browser.

# %%
size = conv_parameter_count(1, 5, 8) + dense_parameter_count((8, 7, 7), 10)
dense_size = dense_parameter_count((1, 14, 14), 20) + dense_parameter_count((20, 1, 1), 10)
print(f"parameters: ConvNet {size}, dense {dense_size}")

few = slice(None if quick else 100)  # plain loops are too slow for more
parts = ((V_train, y_train), (V_choose, y_choose), (V_test, y_test))
contest = figures.Contest(*((V[..., few], y[few]) for V, y in parts), quick=quick)
seeds = range(3 if quick else 1)

# %%
convnets = [contest.convnet(seed) for seed in seeds]
denses = [contest.dense(seed) for seed in seeds]
results = {
    "ConvNet": [contest.share(net) for net in convnets],
    "dense network": [contest.share(net) for net in denses],
}
for name, shares in results.items():
    print(f"{name:14}", np.round(shares, 3), f"mean {np.mean(shares):.3f}")

# %% [markdown]
# The ConvNet is better by 1.7 percentage points, and its worst seed beats the dense network's best. That is
# a small prize. Look at what it has learned before we ask what the prize was for.

# %%
bag = V_test[..., np.flatnonzero(y_test == 8)[3]][..., np.newaxis]
figures.learned(convnets[-1], bag, "Your learned filters, and their maps of a bag")

# %% [markdown]
# *Figure 7: eight filters that your network learned, the image, its feature map for each filter after ReLU (middle row)
# and after max-pooling (bottom row). The filters are less tidy than those made by hand, but no two maps are alike. The
# pooled maps are what the last layer sees: 8 × 7 × 7 = 392 numbers, each with a place.*
#
# ### Predict: does it find the moved boot?
#
# Move 1,000 of the test pictures two pixels, of 28, to the right. The dense network falls from 0.83 (on these 1,000) to
# 0.56. What is left of the ConvNet's 0.85? Its filters slide over the whole picture, and it pools. Write your guess as a share, such
# as 0.75; nobody grades it.

# %%
guess = None  # the ConvNet's share at two pixels, such as 0.75

# %%
moved = {"ConvNet": [], "dense network": []}
for shift in range(5):
    V = figures.moved(X_test[:, few][:, :1000], shift)
    moved["ConvNet"].append([contest.share(net, V) for net in convnets])
    moved["dense network"].append([contest.share(net, V) for net in denses])
figures.shift({name: np.transpose(shares) for name, shares in moved.items()}, guess=guess)

# %% [markdown]
# *Figure 8: share right against the number of pixels by which 1,000 test pictures were moved to the right: the mean of
# three seeds (thick lines with marks, that of the dense network dashed), and each seed (thin lines). At two pixels the
# ConvNet has fallen from 0.85 to 0.64, the dense network from 0.83 to 0.56; at four a third is left of both. The
# ConvNet is a little less lost, but it is lost.*
#
# A filter that slides gives a map that moves *along with* the picture. It does not forget the place; that is left to
# pooling, and Figure 5 showed how little windows of 2 × 2 forget. Behind them stands a fully connected layer that has
# one weight for each place. A network that shall not mind shifts needs more pooling, or more layers, or must be shown
# shifted pictures (Part 7).
#
# ### Predict: do the filters have to be learned?
#
# Leave the filters as they were drawn at the start, at random, and let only the last layer learn. What share will be
# right? With learned ones it is 0.84; somebody who guesses has 0.10.

# %%
guess = None  # the share with random filters, such as 0.50

# %% [markdown]
# What the last layer sees comes out of your own `conv_forward` and `max_pool_forward`; the layer behind them is trained
# as in lab 3 (`Contest.last_layer` in `figures.py`). How large a step is good depends on the filters,
# so each run takes the better of two rates, 0.1 and 0.8, on the 2,000 pictures kept for choosing.


# %%
def start_filters(seed):
    return figures.convnet_params((1, 14, 14), 8, 5, 10, np.random.default_rng(seed))["conv_W"]


frozen = [contest.last_layer(start_filters(seed), seed) for seed in seeds]
three = {**results, "ConvNet, random filters": frozen}
figures.compare(three, title="What does learning the filters buy?", guess=guess)

# %% [markdown]
# *Figure 9: share right of the new pictures for each of three seeds (marks) and their mean (bar); mind that the axis
# does not start at 0. With filters that were never trained the ConvNet has 0.831 right, one percentage point more than
# the dense network, all of whose weights are trained (0.821). Learning the filters buys less than another point
# (0.838). So a good part of the prize is for sliding alone, with filters that nobody chose. (At the one rate 0.1 for
# all, random filters have 0.79 right and learned ones 0.82: the same experiment would have "shown" that learning them
# is worth three points.)*
#
# ### Predict: who minds shuffled pixels?
#
# So what is the prize for? The pixels of all pictures, training and test, are exchanged by one fixed random
# permutation. Every picture still holds the same numbers, but neighbours are no longer neighbours. Both networks are
# trained again. Who loses by it? (And why are four contestants needed to tell: what would you not know without the
# dense network on shuffled pixels?)

# %%
guess = None  # "convnet", "dense", "both" or "neither"

# %%
order = np.random.default_rng(9).permutation(196)
exchanged = [(V.reshape(196, -1)[order].reshape(V.shape)[..., few], y[few]) for V, y in parts]
shuffled = figures.Contest(*exchanged, quick=quick)
four = {
    **results,
    "ConvNet, shuffled pixels": [shuffled.share(shuffled.convnet(seed)) for seed in seeds],
    "dense network, shuffled pixels": [shuffled.share(shuffled.dense(seed)) for seed in seeds],
}

# %%
figures.shuffle(four, guess=guess)

# %% [markdown]
# *Figure 10: the four contestants, each of three seeds (marks) and the mean (bar); the axis does not start at 0. On
# shuffled pixels the ConvNet falls from 0.838 to 0.822: its best seed there is below its worst on real pictures. It has
# lost its lead. The dense network, with 0.821 and 0.821, does not care. So the lead came from what the layer assumes
# about images: that neighbouring pixels belong together, and that what is worth seeing at one place is worth seeing at
# another. This is what the ConvNet forgets in order to see: weights of its own for each place. Where the assumption
# fails, it gains nothing by it.*

# %% [markdown] question="why_convolution"
# ### Written: why does it work better? (5 points)
#
# (a) In the contest the dense network did not mind the shuffled pixels. Explain why the permutation makes no difference
# to it, using $WX + b$ and what happens to the columns of $W$. (Its single seeds in Figure 10 differ a little between
# the two. Why?)
#
# (b) The ConvNet did mind. Which two assumptions about images are built into a convolutional layer, and what does
# shuffling do to each?
#
# (c) Give an example of data in the form of a table or a vector for which a convolutional layer would be a bad choice,
# and one other than photos for which it would be a good choice. Give a reason for each.

# %% [markdown] answer="why_convolution"
# (a) A score of the first layer is $\sum_j W_{kj} x_j + b_k$. If the pixels are permuted, the network whose columns of
# $W$ are permuted in the same way computes the same sums, and so the same function. The starting weights are drawn
# independently for all columns, so a permuted start is as likely as the original one, and gradient descent on permuted
# pixels does the same thing with permuted weights. The accuracies differ a little because with the same seed the same
# random numbers now meet other pixels: it is like another seed.
#
# (b) *Locality*: what is worth computing can be computed from a small window, because neighbouring pixels belong
# together. After shuffling, a window holds 25 unrelated pixels, and no edge is in it. *The same weights everywhere*
# (shared weights, translation): a pattern that is useful at one place is useful at the others. After shuffling, no
# pattern looks the same at two places, so one filter has to serve unrelated purposes. (Pooling, which takes
# neighbouring places as alike, suffers as well.)
#
# (c) Bad: a table with age, income, height …: the order of the columns is arbitrary, neighbours mean nothing, and a
# weight for age makes no sense for income. Good: sound, a time series or an ECG (neighbouring moments belong together,
# and an event looks the same whenever it occurs), a text or a DNA sequence, a game board, a map of the weather.
#
# **Rubric** (5 points: (a) 2, (b) 2, (c) 1; half points are fine).
#
# * **0**: "Convolution sees edges", "it has fewer parameters", with no word on what shuffling changes. (Both networks
#   have the same number of parameters.)
# * **2½**: (a) is there: permute the columns of $W$ in the same way, and the network is the same function; or both
#   assumptions of (b) are named, but what shuffling does to them is not. *"The dense network just gets its columns in
#   another order. The ConvNet needs neighbours."*
# * **5**: (a) the same function with permuted columns (1), and the start is drawn at random, so that it is like another
#   seed (1); (b) locality and shared weights, each with what shuffling does to it (1 each); (c) two examples with a
#   reason (½ each). *"… a window now holds 25 unrelated pixels, so no window holds an edge, and a pattern that is found
#   at one place looks different at every other, so sharing weights forces one filter to do unrelated things."*

# %% [markdown]
# ### Volumes by hand
#
# A network for CIFAR-10 takes volumes of depth 3, height 32 and width 32. Its layers: (1) 16 filters of 5 × 5, stride
# 1, padding 2, ReLU; (2) max-pool, size 2, stride 2; (3) 32 filters of 3 × 3, stride 1, padding 1, ReLU; (4) max-pool,
# size 2, stride 2; (5) fully connected to 10 scores.
#
# Find the volumes after layers (1) to (4) on paper and put them here, each as `(depth, height, width)`. Your own
# `output_size` says whether they agree.

# %%
mine = [None, None, None, None]  # after layers (1) to (4)
figures.own_volumes(mine)

# %% [markdown] question="volumes_by_hand"
# ### Written: volumes by hand (5 points)
#
# (a) Give the volume after each of the five layers, and the number of parameters of each layer.
#
# (b) Which layer has the most parameters? By what factor would its number grow if the images were 64 × 64, and what
# happens to layers (1) and (3)?
#
# (c) How many pixels of the image, at most, can influence *one* number of the volume after layer (3)? Give the side of
# that square and how you found it.

# %% [markdown] answer="volumes_by_hand"
# (a) (1) 16 × 32 × 32, $16 \cdot (3 \cdot 25 + 1) = 1216$ parameters. (2) 16 × 16 × 16, none. (3) 32 × 16 × 16,
# $32 \cdot (16 \cdot 9 + 1) = 4640$. (4) 32 × 8 × 8, none. (5) 10 scores from 2048 numbers,
# $10 \cdot (2048 + 1) = 20{,}490$.
#
# (b) The fully connected one. With 64 × 64 images layer (4) gives 32 × 16 × 16 = 8192 numbers, four times as many:
# $10 \cdot 8193 = 81{,}930$ parameters, a factor of almost 4. Layers (1) and (3) keep exactly their number: it does not
# depend on the image's size.
#
# (c) Going back: one number after (3) sees 3 × 3 numbers after (2). Each of those is the maximum of 2 × 2 numbers after
# (1), together 6 × 6. Each of those sees 5 × 5 pixels: six places with stride 1 cover $6 + 5 - 1 = 10$ pixels. So a
# square of 10 × 10 pixels (through all three colours).
#
# **Rubric** (5 points: (a) 2, (b) 1½, (c) 1½).
#
# * **0**: Volumes without the depth, or parameters that grow with the image for a convolutional layer.
# * **2½**: (a) with all volumes (1) and the parameters (1, ½ if the biases are missing), and ½ for the fully connected
#   layer of (b). *"Layer 5 has the most, 20,490."*
# * **5**: also about 4 (½) and the unchanged convolutions (½) in (b), and 10 × 10 with the way there in (c) (1½; ¾ for
#   a right way with one slip). *"3 × 3 after (2) are 6 × 6 after (1), and six places of a 5 × 5 window cover 10
#   pixels."*

# %% [markdown]
# ## Part 6. A friend's convolution
#
# A friend hands you this layer, forward and backward. (To keep it short it is built on yours; the mistake would be the
# same in plain loops.)


# %%
def friends_conv(X, W, b, stride=1, padding=0):
    p = 2 * padding  # padding on both sides
    return conv_forward(np.pad(X, ((0, 0), (p, 0), (p, 0), (0, 0))), W, b, stride, 0)


def friends_backward(dZ, X, W, stride=1, padding=0):
    p = 2 * padding
    dX, dW, db = conv_backward(dZ, np.pad(X, ((0, 0), (p, 0), (p, 0), (0, 0))), W, stride, 0)
    return dX[:, p:, p:], dW, db


# %% [markdown]
# "It is right", says the friend, "I tested everything this course taught me":
#
# * the shape is right, and so is the gradient check (the next cell);
# * the loss starts at $\log 10$, and 50 pictures are learned by heart;
# * trained as in Part 5 with this layer instead of yours, the ConvNet has 0.832, 0.837 and 0.834 of the new pictures
#   right, with yours 0.836, 0.839 and 0.837: a third of a percentage point apart; the friend's seeds lie half a one apart.

# %%
figures.worst_errors(friends_conv, friends_backward)

# %% [markdown]
# All right, it says. But now the friend is given a *finished* network, your own from Part 5, and runs it with the friend's
# layer. (The scores of either layer go through your `convnet_forward`, behind filters that change nothing.)

# %%
through = {"conv_W": np.eye(8).reshape(8, 8, 1, 1), "conv_b": np.zeros((8, 1))}
for name, layer in (("your layer", conv_forward), ("the friend's", friends_conv)):
    Z = layer(V_test[..., few][..., :2000], convnets[0]["conv_W"], convnets[0]["conv_b"], 1, 2)
    print(f"{name:13} share right {contest.share({**convnets[0], **through}, Z):.3f}")

# %% [markdown]
# A network *trained* with the wrong layer gets used to it, and that is why no test of learning can see it: gradients
# that agree with a wrong function are right gradients of it. The mistake shows when two people's layers have to mean
# the same. The tool that finds it is as old as signal processing: an **impulse**. Give the layer a single bright pixel,
# and it must answer with its kernel, turned by half, around that pixel. Why turned by half? (Which weight meets the
# pixel when the window stands one place further left?)

# %%
figures.impulse({"your layer": conv_forward, "the friend's": friends_conv})

# %% [markdown]
# *Figure 11: a kernel with the weights 1 to 9; one bright pixel in the middle of 7 × 7; what your layer makes of it
# with padding 1: the kernel turned by half, around the place of the pixel (framed); and what the friend's layer makes
# of it.*
#
# **Find it.** What does the friend's layer do? Then mend both functions above, and run this part again: both layers must
# have the same share right, the two pictures on the right of Figure 11 must be equal, and the relative errors must be
# as small as before. (`friends_backward` pads the images as well, and has to take off again exactly what it added.)

# %% [markdown]
# ### `padding_is_wrong` (a bonus of 4 points)
#
# Make a **detector** of it: a function that gets any `conv`, with the arguments of `conv_forward`, and says whether it
# pads wrongly. The friend's must be found, yours and every other right one left in peace. Does an impulse in the middle
# find *every* wrong padding? Try `at=(0, 0)` in Figure 11, an impulse in the corner, and think of a friend who fills the
# frame by repeating the edge instead of with zeros, or who pads 1 rightly and 2 wrongly.
#
# **Open `neuralnet/detect_padding.py` and write `padding_is_wrong(conv)`.** Its points come on top of the 100: who
# leaves it out can still have all. Hidden checks bring other wrong and other right versions; a detector that always
# says True, or always False, has no points.

# %%
grader.check("padding_is_wrong")

# %% [markdown]
# ## Part 7. An experiment of your own
#
# Ask one question whose answer you do not know, and answer it with numbers. Two that fit:
#
# * **A filter bank of your own.** Eight kernels made by hand stay as they are, and only the last layer learns
#   (`contest.last_layer`). Do they beat eight random ones (0.831), do they beat learned ones (0.838)?
# * **Shifted pictures to learn from.** `figures.moved(X_all[:, :2000], 2)` are the training pictures, two pixels to the
#   right. What share do both networks have right, at no shift and at two, if each training picture is moved by a number
#   of pixels of its own? (With 0 to 4 pixels and two seeds we saw the ConvNet's 0.64 at two pixels become 0.82, and its
#   0.84 at none become 0.79.)
#
# The cells below are a template that runs. Change them; keep the order.
#
# **1. Question and guess.** Write them into the next cell, before you run the others.

# %%
# My question:
# My guess:
# This result would refute it:

# %% [markdown]
# **2. What varies, and what stays.** One thing varies; all that stays is written down.

# %%
upright, slanted = figures.KERNELS["upright edges"], [[0, 1, 2], [-1, 0, 1], [-2, -1, 0]]
edges = np.array([np.rot90(k, turn) for k in (upright, slanted) for turn in range(4)], dtype=float)
plan = {
    "varies": {
        "edges in eight directions": edges[:, np.newaxis],
        "blur": np.ones((8, 1, 3, 3)) / 9,
    },
    "stays": "2,000 pictures, 9 epochs, the better of two rates on 2,000 others",
    "seeds": seeds,
}

# %% [markdown]
# **3. Run it**, with at least three seeds, in under a minute. The baseline is in the same dict: the random filters of
# Part 5.

# %%
outcome = {"random filters": frozen}
for name, bank in plan["varies"].items():
    outcome[name] = [contest.last_layer(bank, seed) for seed in plan["seeds"]]

# %% [markdown]
# **4. One figure**, each seed a mark.

# %%
figures.compare(outcome, title="Filter banks that stay; only the last layer learns")

# %% [markdown]
# *Figure 12: share right of the 5,000 new pictures for three filter banks, each seed a mark, the mean a bar. Of the
# template: edges in eight directions have 0.83 right, random filters 0.83, too, and eight equal blurs 0.725.*

# %% [markdown] question="experiment"
# ### Written: your experiment (6 points)
#
# **5. Three sentences**, behind one line with your question, your guess and the result that would have refuted it: what
# you *found* (with numbers and their spread over seeds), what this does *not* show, and what you would do *next*.

# %% [markdown] answer="experiment"
# *An answer that would get full marks.* Question: do eight hand-made edge filters do as well as eight learned ones?
# Guess: yes; refuted if every seed with hand-made filters is below every seed with learned ones. Found: with edges in
# eight directions the network has 0.831 right of 5,000 new pictures (three seeds, 0.828 to 0.833), with learned filters
# 0.838 (0.836 to 0.839), so the guess is refuted; and random filters, with 0.831 (0.828 to 0.835), are as good as the
# edges. Not shown: that this holds for other pictures, larger filters or more than one layer, and the rate was chosen
# among two only. Next: the same with two filters instead of eight, where each has to count.
#
# **Rubric** (6 points).
#
# * **0**: no run of one's own, or a claim without a number. *"Edges work better because the network sees shapes."*
# * **2**: it runs, there is one number, and a claim. *"My filters reach 0.84, so they are good."*
# * **4**: a baseline and the spread over at least three seeds, and a claim no wider than they allow. *"0.828 to 0.833
#   against 0.828 to 0.835 with random ones: I see no difference."*
# * **6**: also says beforehand which result would refute the guess, and judges by pictures kept aside (nothing was
#   chosen by the pictures it is judged on). *The sample answer above.*

# %% [markdown]
# ### If you are online: colour images
#
# Your functions take volumes of any depth, so colour images need no change. `labdata.load_cifar10` fetches CIFAR-10
# once (170 MB), images of $32 \times 32 \times 3$ in ten classes. This cell is switched off; it takes a few minutes,
# and guessing gives 0.1.

# %%
ONLINE = False
if ONLINE:
    from labdata import load_cifar10

    V, y, V_new, y_new = load_cifar10(n_train=5000, n_test=1000)
    colour = figures.convnet_params((3, 32, 32), 16, 5, 10, np.random.default_rng(0))
    colour, losses = train_convnet(
        colour, V, y, learning_rate=0.02, batch_size=50, epochs=10, rng=np.random.default_rng(1)
    )
    print("CIFAR-10, new images:", accuracy(convnet_forward(colour, V_new).argmax(axis=0), y_new))

# %% [markdown]
# ## You can now …
#
# * build a layer that looks through windows, forward and backward, and a network that learns its own filters;
# * say what such a layer assumes about its data, and test whether the data keep the promise;
# * distrust a layer that passes every test of learning, and a comparison in which not everyone had a good learning
#   rate.
