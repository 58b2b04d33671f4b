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

from neuralnet.activations import relu, sigmoid
from neuralnet.autoencoder import autoencoder_loss, fine_tune, pretrain, train_autoencoder
from neuralnet.backprop import numerical_gradient
from neuralnet.layers import dense_forward, forward
from neuralnet.training import accuracy, initialize, predict, train

BLACK, BLUE, ORANGE, GREY = "#000000", "#0072B2", "#E69F00", "#777777"  # differ in brightness, too
plt.rcParams.update({"figure.dpi": 100, "font.size": 11, "axes.spines.top": False, "axes.spines.right": False})
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
print("training images", X_train.shape, " test images", X_test.shape, " (columns, the mean image subtracted)")

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

# %% [raw]
# # BEGIN QUESTION
# name: autoencoder_loss

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
loss, (dW_e, db_e), (dW_d, db_d) = autoencoder_loss(encoder, decoder, np.array([[1.0, 2.0], [1.0, -1.0]]), "relu")
print("loss", loss, "  expected: 2.25")
print("encoder", dW_e.ravel(), db_e.ravel(), "  expected: [1.5 1.5] [1.5]")
print("decoder", dW_d.ravel(), db_d.ravel(), "  expected: [0. 2.] [-1.   1.5]")

# %% [raw]
# # BEGIN TESTS

# %%
def test_autoencoder_loss_by_hand(check, np):
    """The example of the text, that you can work out by hand."""
    encoder = (np.array([[1.0, 2.0]]), np.array([[-1.0]]))
    decoder = (np.array([[0.5], [1.5]]), np.array([[0.0], [0.0]]))
    grads = ((np.array([[1.5, 1.5]]), np.array([[1.5]])), (np.array([[0.0], [2.0]]), np.array([[-1.0], [1.5]])))
    X = np.array([[1.0, 2.0], [1.0, -1.0]])
    check.values("autoencoder_loss", encoder, decoder, X, "relu", expected=(2.25, *grads))

# %%
def test_autoencoder_loss_sigmoid(check, np):
    """Five features, three sigmoid code units, seven examples."""
    rng = check.rng(4101)
    encoder = (rng.normal(size=(3, 5)), rng.normal(size=(3, 1)))
    decoder = (rng.normal(size=(5, 3)), rng.normal(size=(5, 1)))
    check.values("autoencoder_loss", encoder, decoder, rng.normal(size=(5, 7)), "sigmoid")

# %%
def test_autoencoder_loss_tanh_relu(check, np):
    """The other two activations."""
    rng = check.rng(4102)
    for activation, p, h, n in (("tanh", 7, 2, 3), ("relu", 3, 5, 11)):
        encoder = (rng.normal(size=(h, p)), rng.normal(size=(h, 1)))
        decoder = (rng.normal(size=(p, h)), rng.normal(size=(p, 1)))
        check.values("autoencoder_loss", encoder, decoder, rng.normal(size=(p, n)), activation)

# %%
# HIDDEN
def test_autoencoder_loss_differences(check, np):
    """All four gradients agree with central differences of the loss."""
    rng = check.rng(4103)
    X = rng.normal(size=(4, 9))
    parts = [rng.normal(size=shape) for shape in ((3, 4), (3, 1), (4, 3), (4, 1))]

    def loss(We, be, Wd, bd):
        return np.sum((Wd @ np.tanh(We @ X + be) + bd - X) ** 2) / (2 * X.shape[1])

    def gradient(i):
        return check.ref("numerical_gradient")(lambda part: loss(*parts[:i], part, *parts[i + 1 :]), parts[i])

    wanted = [gradient(i) for i in range(4)]

    def judge(result):
        found = [*result[1], *result[2]]
        names = ("encoder's dW", "encoder's db", "decoder's dW", "decoder's db")
        if abs(result[0] - loss(*parts)) > 1e-6 * abs(loss(*parts)):
            return "The loss is not the squared error of the reconstruction."
        for a, b, name in zip(found, wanted, names, strict=True):
            if np.shape(a) != np.shape(b):
                return f"The {name} does not have its parameter's shape."
            error = np.abs(a - b) / np.maximum(1e-8, np.abs(a) + np.abs(b))
            if not np.all((error <= 1e-5) | (np.abs(a - b) <= 1e-9)):
                return f"The {name} is not the gradient of the loss."
        return None

    check.outcome("autoencoder_loss", (parts[0], parts[1]), (parts[2], parts[3]), X, "tanh", judge=judge)

# %%
# HIDDEN
def test_autoencoder_loss_wide(check, np):
    """A code wider than the input, a single example, many examples."""
    rng = check.rng(4104)
    for activation, p, h, n in (("sigmoid", 3, 8, 1), ("tanh", 2, 5, 13), ("relu", 4, 6, 5)):
        encoder = (rng.normal(size=(h, p)), rng.normal(size=(h, 1)))
        decoder = (rng.normal(size=(p, h)), rng.normal(size=(p, 1)))
        check.values("autoencoder_loss", encoder, decoder, rng.normal(0.5, 2.0, (p, n)), activation)

# %%
# HIDDEN
def test_autoencoder_loss_whole_numbers(check, np):
    """Whole numbers everywhere."""
    rng = check.rng(4105)
    for activation in ("relu", "sigmoid"):
        encoder = (rng.integers(-2, 3, (4, 3)), rng.integers(-1, 2, (4, 1)))
        decoder = (rng.integers(-2, 3, (3, 4)), rng.integers(-1, 2, (3, 1)))
        X = rng.integers(-3, 4, (3, 5))
        X[0, 0] = 3  # at least one number that is not 0
        check.values("autoencoder_loss", encoder, decoder, X, activation)

# %% [raw]
# # END TESTS

# %% [raw]
# # END QUESTION

# %% [markdown]
# ### See it: measure before you believe
#
# The habit of lab 2: compare a new backward pass with central differences, on a network small enough to do it.

# %%
rng = np.random.default_rng(1)
X = rng.normal(size=(5, 7))
parts = [rng.normal(size=shape) for shape in ((3, 5), (3, 1), (5, 3), (5, 1))]
_, encoder_grad, decoder_grad = autoencoder_loss((parts[0], parts[1]), (parts[2], parts[3]), X, "sigmoid")
for i, (name, fast) in enumerate(zip(("encoder W", "encoder b", "decoder W", "decoder b"), (*encoder_grad, *decoder_grad), strict=True)):

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

# %% [raw]
# # BEGIN QUESTION
# name: train_autoencoder

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
toy = np.array([[1.0, 2.0, 3.0, -1.0, -2.0, -3.0], [2.0, 4.0, 6.0, -2.0, -4.0, -6.0]]) / 4  # all on one line
encoder, decoder, losses = train_autoencoder(
    toy, 1, activation="tanh", learning_rate=0.2, batch_size=2, epochs=200, rng=np.random.default_rng(0)
)
print("shapes", encoder[0].shape, encoder[1].shape, decoder[0].shape, decoder[1].shape, "  expected: (1, 2) (1, 1) (2, 1) (2, 1)")
print(f"loss of the first epoch {losses[0]:.3f}, of the last {losses[-1]:.3f}: points on a line fit into one number")

# %% [raw]
# # BEGIN TESTS

# %%
def test_train_autoencoder_parts(check, np):
    """Encoder, decoder and one loss an epoch, of the right shapes; the loss falls."""
    X = check.rng(4201).normal(size=(6, 13))

    def judge(result):
        if len(result) != 3:
            return "The result should be three things: encoder, decoder and losses."
        encoder, decoder, losses = result
        if [np.shape(part) for part in encoder] != [(3, 6), (3, 1)]:
            return "The encoder should be a pair (W, b) of shapes (hidden, p) and (hidden, 1)."
        if [np.shape(part) for part in decoder] != [(6, 3), (6, 1)]:
            return "The decoder should be a pair (W, b) of shapes (p, hidden) and (p, 1)."
        if np.shape(losses) != (12,):
            return "There should be exactly one loss for each epoch."
        if not all(np.all(np.isfinite(part)) for part in (*encoder, *decoder, losses)):
            return "The result holds nan or inf."
        if not losses[-1] < 0.9 * losses[0]:
            return "The loss does not fall."
        return None

    settings = {"activation": "tanh", "learning_rate": 0.1, "batch_size": 5, "epochs": 12}
    check.outcome("train_autoencoder", X, 3, **settings, rng=check.rng(4202), judge=judge)

# %%
def test_train_autoencoder_one_step(check, np):
    """A batch as large as the data: an epoch is one gradient step, for all four arrays."""
    X = check.rng(4203).normal(size=(5, 7))
    settings = {"activation": "sigmoid", "batch_size": 9, "epochs": 1}
    (We, be), (Wd, bd) = check.ref("initialize")([5, 3, 5], check.rng(4204), "xavier")
    starts = []

    def loss(We, be, Wd, bd):
        return np.sum((Wd / (1 + np.exp(-(We @ X + be))).T.T) if False else _square(We, be, Wd, bd)) / 14

    def _square(We, be, Wd, bd):
        return (Wd @ (1 / (1 + np.exp(-(We @ X + be)))) + bd - X) ** 2

    def keep(result):
        starts.append([*result[0], *result[1]])
        return None

    def problem(parts, new):
        names = ("encoder's W", "encoder's b", "decoder's W", "decoder's b")
        for i, name in enumerate(names):
            slope = check.ref("numerical_gradient")(lambda part: loss(*parts[:i], part, *parts[i + 1 :]), parts[i])
            if np.shape(new[i]) != np.shape(parts[i]) or not np.allclose((parts[i] - new[i]) / 0.5, slope, 1e-5, 1e-7):
                return f"After one step the {name} is not W − learning_rate · dW (or the same for b)."
        return None

    def judge(result):
        new = [*result[0], *result[1]]
        found = [problem(parts, new) for parts in (starts[0], [We, be, Wd, bd])]
        return None if None in found else found[0]

    check.outcome("train_autoencoder", X, 3, learning_rate=0.0, **settings, rng=check.rng(4204), judge=keep)
    check.outcome("train_autoencoder", X, 3, learning_rate=0.5, **settings, rng=check.rng(4204), judge=judge)

