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
# # Lab 4: Autoencoders, or what a network learns without labels
#
# So far every training image came with a label. Labels are expensive: somebody has to sit down and
# write them. Images without labels are everywhere. In this lab a network learns from images alone, by
# a trick: its task is to give back **its own input**. That sounds pointless, until you make the middle
# of the network narrow. Then it has to find out what matters in an image.
#
# You will see what such a network keeps of a picture, what its hidden units look for, and how the
# layers it has learned can serve as the *starting point* of a deep classifier. Then you measure
# whether that helps, and when.
#
# You write four functions, all in `neuralnet/autoencoder.py`:
#
# | part | function | gives |
# | --- | --- | --- |
# | 1 | `autoencoder_loss` | loss and gradients of an autoencoder |
# | 2 | `train_autoencoder` | a trained encoder and decoder |
# | 3 | `pretrain` | a stack of encoders, learned layer by layer |
# | 4 | `fine_tune` | a whole classifier that starts from such a stack |
#
# The modules of labs 1 to 3 are in your `neuralnet` folder, finished, and you should *use* them: with
# them, each of the four functions is between five and fifteen lines. Plan for two to three hours.
#
# **Letters and shapes** are the lecture's: $p$ features, $n$ examples, an example is a **column**, so
# $X$ is $p \times n$, and a layer is $H = a(WX + b)$. A layer's parameters are a pair `(W, b)`, with
# $W$ of shape units $\times$ inputs and $b$ of shape units $\times\, 1$.

# %%
# Tools for the pictures. Nothing to write here.
import time

import matplotlib.pyplot as plt
import numpy as np

from labdata import CLASS_NAMES, fashion_mnist_images, load_fashion_mnist, mean_image
from neuralnet.activations import sigmoid
from neuralnet.autoencoder import autoencoder_loss, fine_tune, pretrain, train_autoencoder
from neuralnet.backprop import numerical_gradient
from neuralnet.layers import dense_forward, forward
from neuralnet.training import accuracy, initialize, predict, train

BLACK, BLUE, ORANGE, GREY = "#000000", "#0072B2", "#E69F00", "#777777"  # differ in brightness, too
plt.rcParams.update(
    {"figure.dpi": 100, "font.size": 11, "axes.spines.top": False, "axes.spines.right": False}
)
np.set_printoptions(precision=4, suppress=True)


def picture(ax, pixels, title="", low=0.0, high=1.0):
    """Draws a column of pixels as a square grey image."""
    side = round(len(pixels) ** 0.5)
    ax.imshow(pixels.reshape(side, side), cmap="gray", vmin=low, vmax=high)
    ax.set_title(title, fontsize=10)
    ax.set_xticks([])
    ax.set_yticks([])
    ax.spines[:].set_visible(False)


X_train, y_train, X_test, y_test = load_fashion_mnist(2000, 1000)
mean = mean_image()
print(
    "training images",
    X_train.shape,
    " test images",
    X_test.shape,
    " (columns, the mean image subtracted)",
)

# %% [markdown]
# ## Part 1. A function from the input to itself
#
# An **autoencoder** is a network of two layers. The first, the **encoder**, turns an example of $p$
# numbers into a **code** of $h$ numbers; the second, the **decoder**, tries to turn the code back into
# the example:
#
# $$H = a(W_e X + b_e) \qquad\qquad \hat X = W_d H + b_d$$
#
# $W_e$ is $h \times p$, $W_d$ is $p \times h$. The code is a hidden layer, with an activation; the
# **reconstruction** $\hat X$ is linear, like the last layer of all our networks. The loss is the
# squared error of lab 2, and the truth is the input itself:
#
# $$L = \frac{1}{2n} \sum_{i=1}^{n} \sum_{j=1}^{p} \left(\hat X_{ji} - X_{ji}\right)^2$$
#
# No label occurs anywhere: this is **unsupervised** learning. If $h < p$, the code is a *bottleneck*: it
# is too narrow to copy the input through, so the network has to transform the data into a lower
# dimension and lose as little as possible on the way.

# %% [markdown]
# ### `autoencoder_loss`
#
# This is a network of two layers with a loss at its end, and you have all the parts: labs 1 and 2 gave
# you a forward pass, the squared error with its gradient, and a backward pass. What is new is only what
# they are applied to.
#
# **By hand.** Two features, two examples, a code of one ReLU unit:
#
# $$X = \begin{pmatrix} 1 & 2 \\ 1 & -1 \end{pmatrix} \quad W_e = \begin{pmatrix} 1 & 2 \end{pmatrix},\ b_e = -1
# \quad W_d = \begin{pmatrix} 0.5 \\ 1.5 \end{pmatrix},\ b_d = \begin{pmatrix} 0 \\ 0 \end{pmatrix}$$
#
# *Forward.* The code's scores are $(2, -1)$, so $H = (2, 0)$: the second example switches the unit off. The
# reconstruction is $\hat X = \begin{pmatrix} 1 & 0 \\ 3 & 0 \end{pmatrix}$, the error $\hat X - X = \begin{pmatrix} 0 & -2 \\ 2 & 1 \end{pmatrix}$, and
# $L = \frac{1}{4}(0 + 4 + 4 + 1) = 2.25$.
#
# *Backward.* $d\hat X$ is the error divided by $n = 2$. For the decoder, $dW_d = d\hat X\, H^T = \begin{pmatrix} 0 \\ 2 \end{pmatrix}$ and
# $db_d = \begin{pmatrix} -1 \\ 1.5 \end{pmatrix}$. The code receives $W_d^T\, d\hat X = (1.5,\ -0.25)$ from above; the unit is off for the second
# example, which leaves $(1.5,\ 0)$. So $dW_e = (1.5,\ 1.5)$ and $db_e = 1.5$.
#
# **Write** `autoencoder_loss(encoder, decoder, X, activation)` in `neuralnet/autoencoder.py`. It returns
# three things: the loss, the encoder's $(dW, db)$ and the decoder's $(dW, db)$.

# %%
encoder = (np.array([[1.0, 2.0]]), np.array([[-1.0]]))
decoder = (np.array([[0.5], [1.5]]), np.zeros((2, 1)))
loss, (dW_e, db_e), (dW_d, db_d) = autoencoder_loss(
    encoder, decoder, np.array([[1.0, 2.0], [1.0, -1.0]]), "relu"
)
print("loss", loss, "  expected: 2.25")
print("encoder", dW_e.ravel(), db_e.ravel(), "  expected: [1.5 1.5] [1.5]")
print("decoder", dW_d.ravel(), db_d.ravel(), "  expected: [0. 2.] [-1.   1.5]")

# %%
grader.check("autoencoder_loss")

# %% [markdown]
# ### See it: measure before you believe
#
# The habit of lab 2: compare a new backward pass with central differences, on a network small enough to do it.

# %%
rng = np.random.default_rng(1)
X = rng.normal(size=(5, 7))
parts = [rng.normal(size=shape) for shape in ((3, 5), (3, 1), (5, 3), (5, 1))]
_, encoder_grad, decoder_grad = autoencoder_loss(
    (parts[0], parts[1]), (parts[2], parts[3]), X, "sigmoid"
)
for i, (name, fast) in enumerate(
    zip(
        ("encoder W", "encoder b", "decoder W", "decoder b"),
        (*encoder_grad, *decoder_grad),
        strict=True,
    )
):

    def loss_of(part, i=i):
        We, be, Wd, bd = [*parts[:i], part, *parts[i + 1 :]]
        return autoencoder_loss((We, be), (Wd, bd), X, "sigmoid")[0]

    slow = numerical_gradient(loss_of, parts[i])
    error = np.max(np.abs(fast - slow) / (np.abs(fast) + np.abs(slow)))
    print(f"{name}: largest relative error {error:.1e}   (below 1e-6 is right)")

# %% [markdown]
# ## Part 2. Training
#
# Training goes exactly as in lab 3: in every epoch, shuffle the examples and cut them into
# mini-batches; for each mini-batch compute loss and gradients, and take one step downhill **with both
# layers**. The only differences: the loss is yours from above, and there are no labels.

# %% [markdown]
# ### `train_autoencoder`
#
# The start matters, as lab 3 showed: use `initialize([p, hidden, p], rng, "xavier")`, which gives the
# encoder and the decoder. Then loop. For each epoch keep the mean loss over its examples, during the
# epoch or after it.
#
# **By hand.** 2,000 images in batches of 20 make 100 steps an epoch; 30 epochs are 3,000 steps, and
# `losses` has 30 entries. With 13 examples in batches of 5 an epoch has three steps, on 5, 5 and 3
# examples. With a batch as large as the data an epoch is a single step.
#
# **A trap.** Both gradients belong to the weights as they were in the forward pass. Compute both, then
# move both.
#
# **Write** `train_autoencoder(X, hidden, *, activation, learning_rate, batch_size, epochs, rng)`. It
# returns `(encoder, decoder, losses)`.

# %%
toy = (
    np.array([[1.0, 2.0, 3.0, -1.0, -2.0, -3.0], [2.0, 4.0, 6.0, -2.0, -4.0, -6.0]]) / 4
)  # all on one line
encoder, decoder, losses = train_autoencoder(
    toy,
    1,
    activation="tanh",
    learning_rate=0.2,
    batch_size=2,
    epochs=200,
    rng=np.random.default_rng(0),
)
print(
    "shapes",
    encoder[0].shape,
    encoder[1].shape,
    decoder[0].shape,
    decoder[1].shape,
    "  expected: (1, 2) (1, 1) (2, 1) (2, 1)",
)
print(
    f"loss of the first epoch {losses[0]:.3f}, of the last {losses[-1]:.3f}: points on a line fit into one number"
)

# %%
grader.check("train_autoencoder")

# %% [markdown]
# ### See it: how much fits into a code?
#
# Three autoencoders, with codes of 4, 8 and 32 numbers, learn from 2,000 images without a label. Then they
# reconstruct test images that they have never seen. (A few seconds.)

# %%
trained = {}
for hidden in (4, 8, 32):
    trained[hidden] = train_autoencoder(
        X_train,
        hidden,
        activation="sigmoid",
        learning_rate=0.05,
        batch_size=20,
        epochs=30,
        rng=np.random.default_rng(hidden),
    )


def reconstruct(encoder, decoder, X, activation="sigmoid"):
    return forward([encoder, decoder], X, activation)[-1]


shown = [0, 1, 2, 3, 5, 7, 8, 9]
fig, axes = plt.subplots(4, len(shown), figsize=(10, 5.6), layout="constrained")
for column, i in enumerate(shown):
    picture(axes[0, column], X_test[:, i] + mean.ravel(), CLASS_NAMES[y_test[i]])
    for row, (encoder, decoder, _) in enumerate(trained.values(), start=1):
        picture(
            axes[row, column],
            reconstruct(encoder, decoder, X_test[:, i : i + 1]).ravel() + mean.ravel(),
        )
for ax, text in zip(
    axes[:, 0],
    ("original,\n784 numbers", "code of\n4 numbers", "code of\n8 numbers", "code of\n32 numbers"),
    strict=True,
):
    ax.set_ylabel(text)
fig.suptitle("Test images and what is left of them after the bottleneck")
plt.show()

# %% [markdown]
# *Figure 1: eight test images (top row), and below them their reconstructions from codes of 4, 8 and 32 numbers. With 4
# numbers only a blurred type is left: something with sleeves, a trouser, a shoe. With 8 the kind of garment is mostly right, and with 32 the outline is
# closer to its own. Prints, straps and folds are lost: the code keeps what many images share.*

# %%
U, _, _ = np.linalg.svd(X_train, full_matrices=False)
print("share of the squared error that is left on test images (1 = always the mean image)")
print("code   autoencoder   best linear map (PCA)")
for hidden, (encoder, decoder, _) in trained.items():
    left = np.sum((reconstruct(encoder, decoder, X_test) - X_test) ** 2) / np.sum(X_test**2)
    basis = U[:, :hidden]
    linear = np.sum((basis @ (basis.T @ X_test) - X_test) ** 2) / np.sum(X_test**2)
    print(f"{hidden:4}   {left:11.2f}   {linear:21.2f}")

fig, ax = plt.subplots(figsize=(7, 3.6), layout="constrained")
for (hidden, (_, _, losses)), line, colour in zip(
    trained.items(), (":", "--", "-"), (BLACK, ORANGE, BLUE), strict=True
):
    ax.plot(range(1, 31), losses, line, color=colour, linewidth=2)
    ax.text(30.4, losses[-1], f"code of {hidden}", va="center")
ax.set(
    title="Training an autoencoder",
    xlabel="epoch",
    ylabel="loss (squared error)",
    xlim=(0, 36),
    ylim=(0, None),
)
plt.show()

# %% [markdown]
# *Figure 2: the training loss of the three autoencoders over 30 epochs. All fall quickly and then slowly; a wider code ends lower. The table above compares
# them with PCA, which computes the best reconstruction that a linear map to so few numbers can give. One hidden layer, trained for a second or two,
# does not beat it. Its merit is another one: its layers can be stacked, as Part 3 shows, and PCA's cannot, because two linear maps make one.*
#
# ### See it: what a hidden unit looks for
#
# A unit of the first layer computes $a(w \cdot x + b)$. It has a weight for each pixel, so we can draw its weights **as an image**: light
# where a light pixel excites the unit, dark where it holds the unit back. The input that excites it most looks like its weights.
#
# To see the building blocks of images, we train on small pieces of them, patches of $6 \times 6$ pixels, with a code of 8 units. Each patch has its own mean subtracted,
# and patches without any contrast are left out.

# %%
pixels = fashion_mnist_images(2000, 0)[0] / 255
SIDE = 6


def patches_of(pixels, n, rng):
    """n patches with some contrast, as columns."""
    found = []
    while len(found) < n:
        row, column = rng.integers(0, 29 - SIDE, 2)
        patch = pixels[
            row : row + SIDE, column : column + SIDE, rng.integers(pixels.shape[2])
        ].ravel()
        if patch.std() > 0.25:
            found.append(4 * (patch - patch.mean()))  # times 4, so that a typical number is about 1
    return np.array(found).T


patches = patches_of(pixels, 3000, np.random.default_rng(5))
settings = {"activation": "relu", "batch_size": 50}
at_start, _, _ = train_autoencoder(
    patches, 8, learning_rate=0.0, epochs=1, **settings, rng=np.random.default_rng(1)
)
patch_encoder, _, _ = train_autoencoder(
    patches, 8, learning_rate=0.03, epochs=200, **settings, rng=np.random.default_rng(1)
)

fig, axes = plt.subplots(3, 8, figsize=(10, 4.4), layout="constrained")
for column in range(8):
    picture(axes[0, column], patches[:, column], low=-2, high=2)
    for row, (W, _) in enumerate((at_start, patch_encoder), start=1):
        size = np.abs(W[column]).max()
        picture(axes[row, column], W[column], low=-size, high=size)
axes[0, 0].set_ylabel("eight of the\npatches")
axes[1, 0].set_ylabel("weights\nat the start")
axes[2, 0].set_ylabel("weights\nafter training")
fig.suptitle("First-layer weights of eight units, each drawn as an image of 6 × 6 pixels")
plt.show()

# %% [markdown]
# *Figure 3: top: examples of the patches. Middle: the units' weights before training (a learning rate of 0 shows the start) are random specks. Bottom: after training each unit has
# even light and dark areas or bars side by side: between them run borders, upright, level or slanted. Such a border is an **edge**, and the units differ in its place and
# direction.*
#
# Does such a unit really answer to edges? Let it look at an image piece by piece, and draw its score $w \cdot x$ at each place.

# %%
garment = pixels[:, :, 7]
places = 29 - SIDE
scores = np.zeros((8, places, places))
for row, column in np.ndindex(places, places):
    patch = garment[row : row + SIDE, column : column + SIDE].reshape(-1, 1)
    scores[:, row, column] = (patch_encoder[0] @ (patch - patch.mean())).ravel()

chosen = np.argsort(-scores.max(axis=(1, 2)))[:4]
fig, axes = plt.subplots(2, 5, figsize=(9, 4), layout="constrained")
picture(axes[0, 0], garment.ravel(), "image")
axes[1, 0].axis("off")
for column, unit in enumerate(chosen, start=1):
    w = patch_encoder[0][unit]
    picture(axes[0, column], w, "weights of a unit", -np.abs(w).max(), np.abs(w).max())
    size = np.abs(scores[unit]).max()
    picture(axes[1, column], scores[unit].ravel(), "its score", -size, size)
fig.suptitle("A unit slides over an image")
plt.show()

# %% [markdown]
# *Figure 4: an image, the weights of four units (top), and below each a map of its score on the image: light where the unit is excited, dark where it is held back, medium grey
# where it does not care. All even areas, inside the garment and outside, are medium grey. The maps are light or dark along borders, each along borders of its own direction and kind. Hidden
# units can be interpreted as edge detectors. Nobody told them about edges: edges are what patches of images are best described by. Letting one small unit
# slide over an image is the idea of lab 5.*

# %% [markdown] question="what_a_code_keeps"
# ### Written: what does a code keep?
#
# (a) Suppose the code is as wide as the input, $h = p$, and the activation is ReLU. Describe weights and biases with which the reconstruction is perfect for all inputs with
# values in $[0, 1]$. Has this autoencoder learned anything useful? What does the bottleneck have to do with it?
#
# (b) Choose one unit of Figure 4. Describe its weights in words, and explain with the formula $w \cdot x$ why its map is light or dark
# where it is, and why it is medium grey on even areas. (Each patch has its own mean subtracted.)
#
# (c) The reconstructions of Figure 1 lose the prints on shirts, but keep sleeves. Explain from the loss why.

# %% [markdown] answer="what_a_code_keeps"
# (a) $W_e = I$, $b_e = 0$, $W_d = I$, $b_d = 0$: inputs in $[0, 1]$ pass ReLU unchanged, so $\hat X = X$ and the loss is 0. (Any invertible $W_e$ with a bias that keeps all scores positive, and its inverse
# as decoder, does the same.) Nothing is learned about images: the same weights copy noise. With $h < p$ copying is impossible for all inputs, so the loss can be small
# only for the kind of inputs that occur: the network has to find what they have in common.
#
# (b) For example: light on the left, dark on the right, with an upright border. $w \cdot x$ is large and positive when the patch is light where $w$ is positive and dark where it is negative, so when the patch has the same
# edge at the same place: the map is light there. For the opposite edge (dark left, light right) the products are negative: the map is dark. On an even area the patch minus its mean is 0, so $w \cdot x = 0$:
# medium grey. Along an edge that crosses the unit's own at a right angle, positive and negative products cancel.
#
# (c) The loss is the mean squared error over all images and pixels. Sleeves are many pixels with a high contrast and occur in a large part of the images, so a code unit spent
# on them lowers the loss a lot. A print is different on every shirt and concerns few images: a unit spent on it lowers the mean hardly at all. With a few numbers only, they go to what is common.
#
# **Rubric** (5 points). (a) 2: 1 for weights that copy, with ReLU respected (positive scores), 1 for "copies anything, so nothing is learned; the bottleneck forbids it". (b) 2: 1 for the product of weights and patch being large where they
# look alike (and negative for the opposite), 1 for the even area (score 0). (c) 1: the mean over examples (or over pixels) rewards what is common or large.

# %% [markdown]
# ## Part 3. Greedy layer-wise pre-training
#
# One hidden layer is a start. For a deep network, the lecture's recipe is:
#
# 1. train an autoencoder on the data $X$;
# 2. **throw away the reconstruction** (the decoder) **and the input, keep the code** $H = a(WX + b)$;
# 3. treat the code as the new data, and repeat for each layer.
#
# Each layer is finished before the next one exists, so this is called *greedy*. What is left at the end is a stack of encoders: a deep
# network from the image to a code of a code of a code, learned without a label.

# %% [markdown]
# ### `pretrain`
#
# **By hand.** 784 features and `hidden_sizes = [64, 16, 2]`. The first autoencoder is 784-64-784; its encoder's $W$ is $64 \times 784$. The second
# is trained on the first one's codes, $64 \times n$: it is 64-16-64, and its encoder's $W$ is $16 \times 64$. The third is 16-2-16. Three encoders come back,
# with $W$ of $64 \times 784$, $16 \times 64$ and $2 \times 16$; the three decoders are gone.
#
# **A trap.** `forward` leaves the *last* layer linear. The code is a hidden layer: it needs its activation, or the second layer is trained on numbers that it will never see again.
#
# **Write** `pretrain(X, hidden_sizes, *, activation, learning_rate, batch_size, epochs, rng)`. It returns the list of encoders, first layer first. All layers
# are trained with the same settings and with the same `rng`.

# %%
stack = pretrain(
    X_train[:, :50],
    [64, 16, 2],
    activation="sigmoid",
    learning_rate=0.05,
    batch_size=10,
    epochs=2,
    rng=np.random.default_rng(0),
)
print([W.shape for W, _ in stack], "  expected: [(64, 784), (16, 64), (2, 16)]")

# %%
grader.check("pretrain")

# %% [markdown]
# ### See it: a map of clothes
#
# With a stack 784-32-2 every image becomes two numbers, and two numbers are a point in a plane. The network has never seen a label; we use the labels
# only to choose the markers. (A few seconds.)

# %%
map_stack = pretrain(
    X_train,
    [32, 2],
    activation="sigmoid",
    learning_rate=0.05,
    batch_size=20,
    epochs=50,
    rng=np.random.default_rng(0),
)
points = X_test
for W, b in map_stack:
    points = sigmoid(dense_forward(W, b, points))

fig, ax = plt.subplots(figsize=(7.6, 5.4), layout="constrained")
looks = {
    1: ("o", BLUE, BLUE),
    7: ("^", BLACK, "none"),
    5: ("x", ORANGE, ORANGE),
    8: ("s", GREY, "none"),
    9: ("+", BLACK, BLACK),
}
for k, (marker, edge, face) in looks.items():
    x, y = points[:, y_test == k]
    ax.scatter(
        x,
        y,
        marker=marker,
        s=26,
        color=edge,
        facecolors=face if marker in "o^s" else None,
        linewidths=1,
        label=CLASS_NAMES[k],
    )
ax.set(
    title="Codes of 500 test images, learned without labels",
    xlabel="first code unit",
    ylabel="second code unit",
)
ax.legend(frameon=False, markerscale=1.4)
plt.show()

# %% [markdown]
# *Figure 5: test images of five classes as points; the axes are the two units of the second code. Trousers (filled circles) lie by themselves on the right, bags (squares)
# mostly on the left, ankle boots (plus signs) between. Sneakers (triangles) and sandals (crosses) share the top: both are flat and low. The code puts images that
# look alike close together. It does not know what a class is.*

# %% [markdown]
# ## Part 4. The labels come last
#
# Now the supervised end. Put one more layer on top of the stack of encoders, a softmax layer with one score per class: *in the last layer
# we use the outputs*. Then train the **entire** network with the labels, all layers together. Since its lower layers are not random any more, but close to something useful,
# this is called **fine-tuning**. Pre-training gives the starting point; fine-tuning is the training of lab 3.

# %% [markdown]
# ### `fine_tune`
#
# **By hand.** Encoders with $W$ of $64 \times 784$ and $16 \times 64$, and 10 classes: the new layer's $W$ is $10 \times 16$, from `initialize` with the scheme `"small"`, and
# its $b$ is 0. The result has three layers, and all three have moved. The weights of the new layer are about 0.01, so its first scores are almost 0, all classes are about equally likely, and
# the first loss is about $\log 10 = 2.30$.
#
# **Two traps.** `classes` is an argument because a small sample may not have an example of each class. And `encoders` belongs to the caller, who may want to start from it again: do not append to it.
#
# **Write** `fine_tune(encoders, X, y, classes, *, activation, learning_rate, batch_size, epochs, rng)`. It returns `(params, losses)`, like `train`.

# %%
params, losses = fine_tune(
    stack, X_train[:, :50], y_train[:50], 10,
    activation="sigmoid", learning_rate=0.1, batch_size=10, epochs=1, rng=np.random.default_rng(0),
)  # fmt: skip
print("layers", [W.shape for W, _ in params], "  expected: [(64, 784), (16, 64), (2, 16), (10, 2)]")
print(f"first loss {losses[0]:.2f}   expected: about log 10 = {np.log(10):.2f}")

# %%
grader.check("fine_tune")

# %% [markdown]
# ### See it: the lecture's claim, measured
#
# *"Pre-training as a starting point raises accuracy on the task."* Let us find out whether it does. A deep network of **four** hidden layers of 64 sigmoid units gets only **200 labelled images**. All runs
# use the same labels, the same number of steps and the same learning rate; only the starting point differs:
#
# * **pre-trained**: `pretrain` on 2,000 images without labels, then `fine_tune`;
# * **random**: Xavier weights, then the same `fine_tune`;
# * **random, larger**: the Xavier weights times 4, which suits sigmoids better (their slope is at most 1/4).
#
# Every start is tried with three seeds, because one run proves nothing. (Half a minute at most.)

# %%
FEW, EVERY = 200, 20
X_few, y_few = X_train[:, :FEW], y_train[:FEW]
same = {"activation": "sigmoid", "learning_rate": 1.0, "batch_size": 20}


def learning_curve(start, seed, epochs):
    """Training loss after every epoch, and test accuracy after every EVERY epochs, from a starting point."""
    rng = np.random.default_rng(seed)
    params, losses = fine_tune(start, X_few, y_few, 10, **same, epochs=EVERY, rng=rng)
    accuracies = [accuracy(predict(params, X_test, "sigmoid"), y_test)]
    while len(losses) < epochs:
        params, more = train(params, X_few, y_few, **same, epochs=EVERY, rng=rng)
        losses = [*losses, *more]
        accuracies.append(accuracy(predict(params, X_test, "sigmoid"), y_test))
    return losses, accuracies


def starting_points(sizes, seed):
    pretrained = pretrain(
        X_train,
        sizes,
        activation="sigmoid",
        learning_rate=0.05,
        batch_size=20,
        epochs=10,
        rng=np.random.default_rng(seed),
    )
    random = initialize([784, *sizes], np.random.default_rng(seed), "xavier")
    return {
        "pre-trained": pretrained,
        "random": random,
        "random, larger": [(4 * W, b) for W, b in random],
    }


started = time.perf_counter()
curves = {}
for seed in range(3):
    for name, start in starting_points([64, 64, 64, 64], seed).items():
        curves.setdefault(name, []).append(
            learning_curve(start, 100 + seed, 120 if name == "random, larger" else 240)
        )
print(f"{time.perf_counter() - started:.0f} seconds")

print("test accuracy, mean (lowest to highest of three seeds)")
print(f"{'epochs':20}{'60':>20}{'120':>20}{'240':>20}")
for name, runs in curves.items():
    cells = [
        [
            accuracies[epoch // EVERY - 1]
            for _, accuracies in runs
            if len(accuracies) >= epoch // EVERY
        ]
        for epoch in (60, 120, 240)
    ]
    print(
        f"{name:20}"
        + "".join(
            (f"{np.mean(c):.2f} ({min(c):.2f}–{max(c):.2f})" if c else "not run").rjust(20)
            for c in cells
        )
    )

# %%
LOOKS = {"pre-trained": (BLUE, "-"), "random": (BLACK, "--"), "random, larger": (ORANGE, "-.")}
fig, (left, right) = plt.subplots(1, 2, figsize=(10.5, 4), layout="constrained")
for name, runs in curves.items():
    colour, line = LOOKS[name]
    for losses, accuracies in runs:
        left.plot(losses, color=colour, linestyle=line, alpha=0.25, linewidth=1)
        epochs = EVERY * np.arange(1, len(accuracies) + 1)
        right.plot(epochs, accuracies, color=colour, linestyle=line, alpha=0.25, linewidth=1)
    left.plot(
        np.mean([losses for losses, _ in runs], axis=0),
        color=colour,
        linestyle=line,
        linewidth=2.5,
        label=name,
    )
    right.plot(
        epochs,
        np.mean([accuracies for _, accuracies in runs], axis=0),
        color=colour,
        linestyle=line,
        linewidth=2.5,
        label=name,
    )
left.axhline(np.log(10), color=GREY, linewidth=1)
left.text(240, np.log(10) + 0.05, "log 10: knows nothing", ha="right", fontsize=9)
left.set(
    title="Loss on the 200 labelled images",
    xlabel="epoch of fine-tuning",
    ylabel="loss (cross-entropy)",
    xlim=(0, 240),
    ylim=(0, 2.7),
)
right.set(
    title="Accuracy on 1,000 test images",
    xlabel="epoch of fine-tuning",
    ylabel="share recognised",
    xlim=(0, 240),
    ylim=(0, 0.85),
)
right.legend(frameon=False, loc="lower right")
plt.show()

# %% [markdown]
# *Figure 6: a network with four hidden layers learns from 200 labels, from three kinds of starting point; thick lines are means of three seeds, thin lines single runs. Left: from random Xavier weights
# (dashed) the training loss stays on a plateau at log 10 for about a hundred epochs, before it begins to fall. From pre-trained weights (solid) it leaves the plateau after
# about fifteen. From larger random weights (dash-dotted) there is no plateau at all. Right: the test accuracy follows the training loss.*
#
# **What this shows, and what it does not.** Pre-training rescued this network: after 60 epochs the random start still recognises about one image in ten, the pre-trained one more than half. The
# reason is in the left panel: with four layers of sigmoids and Xavier weights hardly any gradient arrives at the first layer, and training
# stands still. *Starting at a good point is crucial*, as the lecture says. But it is not the only good point: larger random weights, chosen with the sigmoid's slope in mind, do better here
# without any pre-training, and the gap to the plain random start shrinks the longer one trains. So we have **not** shown that what the
# autoencoders learned from unlabelled images makes the network generalise better; we have shown that it makes it *trainable*. That is why pre-training
# opened the door to deep networks around 2006, and why networks with ReLU and He's start hardly need it.
#
# With a single hidden layer there is no plateau, and so there is nothing to rescue:

# %%
for name, start in starting_points([64], 0).items():
    losses, accuracies = learning_curve(start, 100, epochs=120)
    print(
        f"one hidden layer, {name:15} accuracy after 20 epochs {accuracies[0]:.2f}, after 120 epochs {accuracies[-1]:.2f}"
    )

# %% [markdown] question="read_the_measurement"
# ### Written: read the measurement
#
# (a) Two things could make a test accuracy better: the network *fits its training examples* better or sooner (optimisation), or it does better on new examples *for the same fit*
# (generalisation). Which of the two did pre-training change in Figure 6? Name the curves that you compare.
#
# (b) A friend writes in a report: "Pre-training raises the accuracy of neural networks by 40 percentage points." Give two reasons, with numbers from your own table or from the last cell, why this sentence is not supported.
#
# (c) Describe an experiment that would test whether pre-training helps *generalisation*. What do you vary, what do you keep equal, what do you compare, and which result would convince you?

# %% [markdown] answer="read_the_measurement"
# (a) Optimisation. From the random start the *training* loss itself stays near log 10 = 2.30 for about a hundred epochs, so the network has not even learned its 200 examples, and the test accuracy stays at 0.10; from the pre-trained start the training
# loss falls to nearly 0. The test accuracies differ because the fits differ. The curves with an (almost) equal fit are the pre-trained and the larger random start after 120 epochs or more: there the pre-trained one is not better (about 0.66 against 0.73).
#
# (b) Any two, with numbers: the gap depends on how long one trains (with these settings it is about 0.51 after 120 epochs, and 0.08 after 240, when the random starts have left the plateau, too); it depends on the random start one compares with (against the larger weights pre-training is *worse*, about 0.66 against 0.73); with one hidden layer
# there is no gap to speak of; it is one data set, one network and three seeds.
#
# (c) For example: choose for each start the settings with which it fits the training examples (training loss below 0.05), so that optimisation is no obstacle: larger weights or ReLU with He's start against pre-training. Keep labels, architecture and test set equal, use at least ten seeds, and compare test accuracies at equal
# training loss; repeat with 50, 200 and 2,000 labels. Convincing would be a higher accuracy of the pre-trained networks in nearly all seeds, a gap larger than the spread over seeds, and most of all if it grows when labels are few or when more unlabelled images are used.
#
# **Rubric** (5 points). (a) 2: 1 for optimisation, 1 for evidence from the *training* loss (or from the comparison of starts with equal fit). (b) 1½: ¾ each for a reason with a number. (c) 1½: ½ for equal fit (or both well optimised), ½ for what
# is kept equal and several seeds, ½ for the comparison and the result that would convince.

# %% [markdown]
# ## What you have now
#
# * A network that learns from images alone: its task is its own input, and the bottleneck makes it find what images have in common.
# * Hidden units that turned out to be edge detectors, and codes that put similar images close together.
# * A deep stack, built layer by layer and then trained as a whole, and a measurement of what that is good for.
#
# One thing should bother you. Each unit of the first layer looked at all 784 pixels, and would not recognise a sleeve that is three pixels further left. The small patch units of Figure 4
# did better when they *slid over* the image. In lab 5 that becomes a layer.
