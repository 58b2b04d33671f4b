# %% [markdown]
# # Lab 3: Training a network
#
# You have a network (lab 1) and its gradient (lab 2). Now you make it **learn**. The recipe fits in one line:
#
# $$W \leftarrow W - \eta \, dW \qquad\text{again and again, with a small learning rate } \eta$$
#
# Everything interesting is in the details, and there are three: **where to start**, **which examples to look at** in
# each step, and **how far to step**. You write six short functions, all in `neuralnet/training.py`:
#
# | function | answers |
# | --- | --- |
# | `initialize` | Where do we start? |
# | `minibatches` | Which examples are used in the next step? |
# | `sgd_step` | How do the parameters change? |
# | `train` | All of it together: the training loop |
# | `predict`, `accuracy` | How good is the result? |
#
# Then you train on real pictures of clothes, and look at what the details do: identical hidden units, noisy and
# smooth descents, valleys and dead units.
#
# The modules of labs 1 and 2 are already in your `neuralnet` folder, finished. Work as before: open the file, replace
# the stub's last line by your code, save, and run the question's check. About half of the points are for *hidden*
# checks of the same function on other inputs. Plan two to three hours.
#
# **Letters and shapes** are the lecture's, as always: an example is a **column**, $X$ is $p \times n$, `params` is a
# list of pairs `(W, b)`, first layer first, and `y` holds $n$ classes from $0$ to $K-1$. No function changes its
# inputs. All randomness comes from the argument `rng`, a `numpy.random.Generator`: with the same seed the same things
# happen, and your results can be repeated.

# %%
# Tools for the pictures, and your functions. Nothing to write here.
import matplotlib.pyplot as plt
import numpy as np

from labdata import load_fashion_mnist
from neuralnet.backprop import backward
from neuralnet.layers import forward
from neuralnet.losses import softmax_cross_entropy, squared_error
from neuralnet.training import accuracy, initialize, minibatches, predict, sgd_step, train

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
# ## Part 1. Where to start
#
# ### `initialize`
#
# Gradient descent walks downhill from where it stands, so the starting point matters. The lecture's first warning:
# **all zeros is bad**. If all weights of a layer are equal, its units compute the same, get the same updates, and
# stay equal for ever: a hundred hidden units are worth no more than one. So we **break the asymmetry with small
# random values**. Biases may start at 0; the weights already tell the units apart.
#
# How small? A unit sums over all its inputs, and there are `fan_in` of them (the number of *columns* of $W$). With
# weights of variance $v$ the sum gets a variance of $\text{fan\_in} \cdot v$ times that of the inputs. To pass
# signals on at about the same size, $v$ should be $1/\text{fan\_in}$; and since ReLU throws half of the signal away,
# twice that for ReLU. You write four schemes (with $N$ a standard normal number):
#
# | scheme | weights | variance |
# | --- | --- | --- |
# | `"zeros"` | $0$ | $0$ |
# | `"small"` | $0.01 \cdot N$ | $0.0001$ |
# | `"xavier"` | $\sqrt{1 / \text{fan\_in}} \cdot N$ | $1 / \text{fan\_in}$ |
# | `"he"` | $\sqrt{2 / \text{fan\_in}} \cdot N$ | $2 / \text{fan\_in}$ |
#
# **By hand.** Sizes `[784, 100, 10]` give two layers: $W^{(1)}$ is $100 \times 784$ with fan_in 784, so "he" has the
# standard deviation $\sqrt{2/784} = 0.0505$; $W^{(2)}$ is $10 \times 100$ with fan_in 100, so there it is
# $\sqrt{2/100} = 0.1414$.
#
# **A trap.** The table gives variances; a random generator wants a standard deviation. And each layer has its own
# fan_in.
#
# **Open `neuralnet/training.py` and write `initialize(sizes, rng, scheme)`**: it returns the list of `(W, b)`, with
# `b` a column of zeros.

# %%
for W, b in initialize([784, 100, 10], np.random.default_rng(0), "he"):
    print(f"W {W.shape}, standard deviation {W.std():.4f}; b {b.shape}, largest {np.abs(b).max()}")
print("expected: (100, 784), about 0.0505, (100, 1); (10, 100), about 0.1414, (10, 1); biases 0")

# %%
grader.check("initialize")

# %% [markdown]
# ### See it: signals and gradients in a deep network
#
# We send random inputs through ten hidden layers of 100 units and look at the spread of the outputs in every layer.
# Then we send a random gradient back through the same network.

# %%
rng = np.random.default_rng(0)
X = rng.normal(size=(100, 300))
dS = rng.normal(size=(100, 300)) / 300
looks = {
    ("tanh", "small"): (BLUE, ":", "o"),
    ("tanh", "xavier"): (BLUE, "-", "o"),
    ("relu", "small"): (ORANGE, ":", "s"),
    ("relu", "xavier"): (ORANGE, "--", "s"),
    ("relu", "he"): (ORANGE, "-", "s"),
    ("sigmoid", "xavier"): (BLACK, "-.", "^"),
}
fig, (left, right) = plt.subplots(1, 2, figsize=(12.5, 4.2))
for (activation, scheme), (colour, line, marker) in looks.items():
    params = initialize([100] * 12, rng, scheme)
    H = forward(params, X, activation)
    grads = backward(params, H, dS, activation)
    style = {
        "color": colour,
        "linestyle": line,
        "marker": marker,
        "markersize": 4,
        "label": f"{activation}, {scheme}",
    }
    left.semilogy(range(11), [h.std() for h in H[:-1]], **style)
    right.semilogy(range(1, 12), [dW.std() for dW, _ in grads], **style)
left.set(
    title="Forward: spread of the outputs",
    xlabel="layer (0: the input)",
    ylabel="standard deviation",
    ylim=(1e-6, 10),
)
right.set(
    title="Backward: spread of the gradient dW",
    xlabel="layer (11: the scores)",
    ylabel="standard deviation",
    ylim=(1e-15, 1),
)
fig.legend(*right.get_legend_handles_labels(), frameon=False, loc="outside right center")
plt.show()

# %% [markdown]
# *Figure 1: two panels with the spread of numbers in each layer, on logarithmic axes, for six pairs of activation and
# scheme. Left, forward: with "small" (dotted) the outputs shrink tenfold and more from layer to layer, so that
# nothing is left after a few layers; with a scaled scheme (solid: tanh with "xavier", ReLU with "he") they stay of the
# same order of size. ReLU with "xavier" (dashed) loses a little in each layer: that is what the 2 in "he" is for. Right, backward:
# the gradients of the scaled schemes are equally large in all layers, those of "small" are tiny everywhere. The
# sigmoid (dash-dotted) keeps its outputs but not its gradient: from the last layer to the first it falls by a factor
# of a million.*

# %% [markdown]
# ## Part 2. The training loop
#
# ### `minibatches`
#
# The loss is a mean over all $n$ examples, and so is its gradient. Do we really need all of them for one step? The
# lecture has three answers:
#
# | name | examples in one step | steps in one epoch |
# | --- | --- | --- |
# | **batch** gradient descent | all $n$ | $1$ |
# | **stochastic** gradient descent (SGD) | $1$ | $n$ |
# | **mini-batch** gradient descent | a few, such as 32 | about $n / 32$ |
#
# An **epoch** is one pass through the data: every example is used exactly once. The examples are **shuffled** first,
# so that a batch is a fair sample: if the data come sorted by class, a batch of neighbours has only one class in it,
# and the network forgets all others.
#
# So we need lists of indices. **By hand**, 7 examples in threes: shuffle $0, 1, \dots, 6$ into, say, $4, 0, 6, 2, 5,
# 1, 3$, and cut: $[4, 0, 6]$, $[2, 5, 1]$, $[3]$. The last batch is short when $n$ is not a multiple of the batch
# size; it is used like the others.
#
# **Write `minibatches(n, batch_size, rng)`** in `neuralnet/training.py`: a list of index arrays (or lists).
# `rng.permutation` or `rng.shuffle` will help.

# %%
for batch in minibatches(13, 5, np.random.default_rng(0)):
    print(np.array(batch))
print("expected: three lines with 5, 5 and 3 numbers; 0 to 12 in random order")

# %%
grader.check("minibatches")

# %% [markdown]
# ### `sgd_step`
#
# The gradient points uphill, so we go against it, by the **learning rate** $\eta$ times the gradient, in every layer:
#
# $$W \leftarrow W - \eta\, dW \qquad\qquad b \leftarrow b - \eta\, db$$
#
# **By hand.** $W = (1,\ -2)$, $b = 0.5$, $dW = (0.5,\ -1)$, $db = 2$ and $\eta = 0.1$ give $W = (0.95,\ -1.9)$ and
# $b = 0.3$.
#
# **Write `sgd_step(params, grads, learning_rate)`**. It returns *new* params; the old arrays stay as they are (think
# of `W -= …`), so that you can compare, or start again.

# %%
new = sgd_step(
    [(np.array([[1.0, -2.0]]), np.array([[0.5]]))],
    [(np.array([[0.5, -1.0]]), np.array([[2.0]]))],
    0.1,
)
print(new, " expected: W [[0.95 -1.9]] and b [[0.3]]")

# %%
grader.check("sgd_step")

# %% [markdown]
# ### `train`
#
# Now the loop. In every epoch, shuffle anew; and for each mini-batch: the scores of its examples, the loss and its
# gradient at the scores, the gradients of all parameters, one step. All the pieces are there: `minibatches`,
# `forward`, `softmax_cross_entropy`, `backward`, `sgd_step`.
#
# `train` returns the trained `params` and the list `losses`, with **one number per epoch**: the mean loss of that
# epoch, either of its mini-batches as they came by, or on all examples when the epoch is over. Watch that curve: if
# it does not fall, something is wrong.
#
# **By hand.** One linear layer, two classes, three examples in one batch: $X = \begin{pmatrix} 1 & 2 & -1 \\ 0 & 1 &
# 3 \end{pmatrix}$, `y = [0, 1, 1]`, $W = 0$, $b = 0$, $\eta = 0.6$. All scores are 0, so all probabilities are $0.5$,
# the loss is $\log 2 = 0.693$, and
#
# $$dS = \frac{1}{3} \begin{pmatrix} -0.5 & 0.5 & 0.5 \\ 0.5 & -0.5 & -0.5 \end{pmatrix} \qquad
# dW = dS\, X^\top = \begin{pmatrix} 0 & 2/3 \\ 0 & -2/3 \end{pmatrix} \qquad
# db = \begin{pmatrix} 1/6 \\ -1/6 \end{pmatrix}$$
#
# so that one step leads to $W = \begin{pmatrix} 0 & -0.4 \\ 0 & 0.4 \end{pmatrix}$ and $b = \begin{pmatrix} -0.1 \\
# 0.1 \end{pmatrix}$.
#
# **Traps.** `y` has to be cut with the same indices as the columns of `X`. All gradients of a step belong to the
# same, old parameters. No tricks: plain gradient steps with the same learning rate throughout.
#
# **Write `train(params, X, y, *, activation, learning_rate, batch_size, epochs, rng)`.** (The `*` means that what
# follows it has to be named in a call, as below.)

# %%
X, y = np.array([[1.0, 2.0, -1.0], [0.0, 1.0, 3.0]]), np.array([0, 1, 1])
start = [(np.zeros((2, 2)), np.zeros((2, 1)))]
params, losses = train(
    start,
    X,
    y,
    activation="relu",
    learning_rate=0.6,
    batch_size=3,
    epochs=1,
    rng=np.random.default_rng(0),
)
print("W", params[0][0].round(6).tolist(), "b", params[0][1].round(6).tolist())
print("expected: W [[0.0, -0.4], [0.0, 0.4]] b [[-0.1], [0.1]]")

# %%
grader.check("train")

# %% [markdown]
# ### See it: can it learn fifty pictures by heart?
#
# Before you train on much data, make sure that the network can learn *little* data perfectly. If it cannot, there is
# a bug, and more data or more epochs would only hide it. We take fifty pictures of clothes and 20 hidden units.
# Remember the first number to look at: a network that knows nothing about ten classes has the loss $\log 10 = 2.303$.

# %%
X_train, y_train, X_test, y_test = load_fashion_mnist(4000, 1000)
few, few_y = X_train[:, :50], y_train[:50]
params = initialize([784, 20, 10], np.random.default_rng(1), "small")
print(
    f"loss at the start {softmax_cross_entropy(forward(params, few, 'relu')[-1], few_y)[0]:.4f}; log 10 = {np.log(10):.4f}"
)
learned, losses = train(
    params,
    few,
    few_y,
    activation="relu",
    learning_rate=0.1,
    batch_size=10,
    epochs=120,
    rng=np.random.default_rng(2),
)
S = forward(learned, few, "relu")[-1]
print(f"loss at the end {losses[-1]:.4f}; {np.sum(S.argmax(axis=0) == few_y)} of 50 pictures right")

fig, ax = plt.subplots(figsize=(7, 3.6))
ax.semilogy(np.arange(1, 121), losses, color=BLACK, linewidth=2)
ax.axhline(np.log(10), color=BLUE, linestyle="--")
ax.text(120, np.log(10) * 0.75, "knowing nothing: log 10", color=BLUE, ha="right")
ax.set(title="Learning fifty pictures by heart", xlabel="epoch", ylabel="loss (mean of the epoch)")
plt.show()

# %% [markdown]
# *Figure 2: the loss on fifty pictures, on a logarithmic axis, against the epoch. It stays at log 10 for a few epochs
# while the small weights grow, and then falls steadily to about 0.01: all fifty pictures are known by heart.*

# %% [markdown]
# ## Part 3. How good is it?
#
# ### `predict` and `accuracy`
#
# The loss is for the gradient; people want to know how often the network is right. The predicted class is the one
# with the **highest score** (softmax keeps the order, so we do not need the probabilities), and the **accuracy** is
# the fraction of the examples where it is the true class.
#
# **By hand.** Scores $S = \begin{pmatrix} 1 & 0 & -1 & 2 \\ 3 & -2 & -4 & 2.5 \\ 2 & -1 & 0 & 1 \end{pmatrix}$: the
# highest in each column are in the rows $1, 0, 2, 1$. If the true classes are $1, 0, 1, 1$, three of four are right,
# and the accuracy is $0.75$.
#
# **Write `predict(params, X, activation)`**, which returns $n$ classes, shape `(n,)`, **and `accuracy(y_hat, y)`**,
# which returns one number between 0 and 1.

# %%
S = np.array([[1.0, 0.0, -1.0, 2.0], [3.0, -2.0, -4.0, 2.5], [2.0, -1.0, 0.0, 1.0]])
y_hat = predict(
    [(S, np.zeros((3, 1)))], np.eye(4), "relu"
)  # with X = I, the scores of one linear layer are its weights
print("classes ", y_hat, " expected: [1 0 2 1]")
print("accuracy", accuracy(y_hat, np.array([1, 0, 1, 1])), " expected: 0.75")

# %%
grader.check("predict")

# %%
grader.check("accuracy")

# %% [markdown]
# ### See it: ten kinds of clothes
#
# Now for real: 4,000 pictures to train on, and 1,000 others to see how well the network does on what it has never
# seen. One hidden layer of 64 ReLU units, the scheme "small", batches of 50. We train one epoch at a time, so that we
# can measure the accuracy in between.

# %%
def watch(sizes, scheme, activation, learning_rate, batch_size, epochs, seed=0, n=4000):
    """Train on the first n pictures, epoch by epoch; gives params, losses and both accuracies after each epoch."""
    rng = np.random.default_rng(seed)
    params, losses, train_accuracy, test_accuracy = initialize(sizes, rng, scheme), [], [], []
    for _ in range(epochs):
        params, loss = train(
            params,
            X_train[:, :n],
            y_train[:n],
            activation=activation,
            learning_rate=learning_rate,
            batch_size=batch_size,
            epochs=1,
            rng=rng,
        )
        losses += loss
        train_accuracy.append(accuracy(predict(params, X_train[:, :n], activation), y_train[:n]))
        test_accuracy.append(accuracy(predict(params, X_test, activation), y_test))
    return params, losses, train_accuracy, test_accuracy


clothes, losses, train_accuracy, test_accuracy = watch([784, 64, 10], "small", "relu", 0.1, 50, 25)
print(
    f"after 25 epochs: loss {losses[-1]:.3f}, right on training pictures {train_accuracy[-1]:.1%}, on test pictures {test_accuracy[-1]:.1%}"
)

fig, (left, right) = plt.subplots(1, 2, figsize=(10, 3.8))
epochs = np.arange(1, 26)
left.plot(epochs, losses, color=BLACK, marker="o", markersize=3)
left.axhline(np.log(10), color=GREY, linestyle=":")
left.text(25, np.log(10) - 0.13, "log 10: knowing nothing", color=GREY, ha="right")
left.set(title="Loss", xlabel="epoch", ylabel="mean loss of the epoch", ylim=(0, 2.5))
right.plot(epochs, train_accuracy, color=BLACK, marker="o", markersize=3)
right.plot(epochs, test_accuracy, color=BLUE, linestyle="--", marker="s", markersize=3)
right.text(25, train_accuracy[-1] + 0.02, "training pictures", ha="right")
right.text(25, test_accuracy[-1] - 0.05, "test pictures", color=BLUE, ha="right")
right.set(title="Accuracy", xlabel="epoch", ylabel="fraction right", ylim=(0.4, 1))
plt.show()

# %% [markdown]
# *Figure 3: left, the loss falls from 1.9, the mean of the first epoch, to about 0.25 in 25 epochs. Right, the
# fraction of pictures that the network gets right: on the training pictures it rises to over 0.9, on the test
# pictures it levels off at about 0.84. The gap between the two curves is what the network has learned by heart
# without understanding it.*
#
# What has the hidden layer learned? Each hidden unit has 784 weights, one for each pixel, so we can look at them as
# pictures.

# %%
W = clothes[0][0]
strongest = np.argsort(-np.abs(clothes[1][0]).sum(axis=0))[:16]
fig, axes = plt.subplots(2, 8, figsize=(10, 2.9))
limit = np.abs(W[strongest]).max() * 0.8
for ax, unit in zip(axes.flat, strongest, strict=True):
    shown = ax.imshow(W[unit].reshape(28, 28), cmap="gray", vmin=-limit, vmax=limit)
    ax.set_title(f"unit {unit}", fontsize=9)
    ax.axis("off")
fig.colorbar(shown, ax=axes, label="weight", shrink=0.9)
fig.suptitle("What sixteen hidden units look for")
plt.show()

# %% [markdown]
# *Figure 4: the weights of sixteen hidden units as small grey pictures, bright for positive and dark for negative.
# Some show outlines of a coat or a shirt, some a dark bar where trousers have a gap between the legs, others parts of
# shoes. Around the edge, where all pictures are black, nothing was learned, and the weights are small.*

# %% [markdown]
# ## Part 4. Experiments
#
# You have all the tools now. Each of the following cells checks one claim of the lecture. Read the claim, guess what
# you will see, and then run the cell.
#
# ### Zeros never learn to differ
#
# *"All zeros is bad: the nodes compute the same and get the same updates."* Six hidden sigmoid units on pictures,
# once from the scheme "zeros", once from "small", otherwise everything the same.

# %%
networks = {}
for scheme in ("zeros", "small"):
    networks[scheme], losses, _, test = watch([784, 6, 10], scheme, "sigmoid", 0.5, 20, 20, n=2000)
    W = networks[scheme][0][0]
    difference = max(np.abs(W[i] - W[j]).max() for i in range(6) for j in range(i))
    print(
        f"{scheme:5}: loss {losses[-1]:.3f}, accuracy {test[-1]:.1%}, largest difference between two units {difference:.1e}"
    )

fig, axes = plt.subplots(2, 6, figsize=(9, 3.5))
for row, (scheme, params) in zip(axes, networks.items(), strict=True):
    W = params[0][0]
    limit = np.abs(W).max()
    for unit, ax in enumerate(row):
        ax.imshow(W[unit].reshape(28, 28), cmap="gray", vmin=-limit, vmax=limit)
        ax.set_title(f"{scheme}: unit {unit}", fontsize=9)
        ax.axis("off")
fig.suptitle("Weights of six hidden units after training")
plt.show()

# %% [markdown]
# *Figure 5: two rows of six small pictures, the weights of the hidden units after training. In the upper row (start
# "zeros") all six are exactly the same picture; in the lower row (start "small") all are different. Six equal units
# can do only what one unit can, and the accuracy shows it.*

# %% [markdown] question="why_not_zeros"
# **Question.** (a) Explain with the formulas of forward and backward pass why the six units of the upper row are
# equal after any number of steps. (b) Would random *biases* with all weights 0 break the symmetry? And all weights
# equal to 0.5 instead of 0? (c) Why are zero biases harmless?

# %% [markdown] answer="why_not_zeros"
# **Model answer.** (a) If the rows of $W^{(1)}$ and the entries of $b^{(1)}$ are equal, all hidden units compute the
# same value $h$ for each example. If also the columns of $W^{(2)}$ are equal, then $dH = W^{(2)\top} dS$ has equal
# rows, hence $dZ = dH \circ a'(h)$ has equal rows, hence $dW^{(1)} = dZ\,X^\top$ and $db^{(1)}$ have equal rows; and
# $dW^{(2)} = dS\,H^\top$ has equal columns because the rows of $H$ are equal. So after the step everything is equal
# again, and by induction for ever. (b) Random biases: yes, in principle. The units' values $h$ differ, so the columns
# of $dW^{(2)}$ differ after the first step, and then the rows of $dW^{(1)}$. (It is a poor start all the same: at
# first no unit depends on the input.) All weights 0.5: no, the argument in (a) needs equal weights, not zero ones.
# (c) The random weights already make the units' values and gradients different, so the biases become different from
# the first step on.
#
# **Rubric** (5 points). (a) 3: equal values in the forward pass (1), equal gradients in the backward pass, with the
# role of the equal columns of $W^{(2)}$ (1), hence equal after each step (1). (b) 1: 0.5 does not help, random biases
# do (accept "yes, but slowly"). (c) 1: the asymmetry of the weights is enough.

# %% [markdown]
# ### Stochastic, mini-batch and batch gradient descent, side by side
#
# The same network, the same start, the same learning rate 0.05, on 1,000 pictures: once with one picture in a step,
# once with 32, once with all 1,000. There are two ways to count the costs. On the left, **epochs**: how often has
# each picture been looked at? On the right, **steps**: how often was a gradient evaluated and the network changed?

# %%
n = 1000
begin = initialize([784, 32, 10], np.random.default_rng(0), "he")
fig, (left, right) = plt.subplots(1, 2, figsize=(11, 4), sharey=True)
for batch_size, epochs, colour, line, marker in (
    (1, 6, ORANGE, ":", "^"),
    (32, 60, BLACK, "-", "o"),
    (n, 200, BLUE, "--", "s"),
):
    _, losses = train(
        begin,
        X_train[:, :n],
        y_train[:n],
        activation="relu",
        learning_rate=0.05,
        batch_size=batch_size,
        epochs=epochs,
        rng=np.random.default_rng(1),
    )
    steps = -(-n // batch_size)
    seen = np.arange(1, epochs + 1)
    style = {
        "color": colour,
        "linestyle": line,
        "marker": marker,
        "markersize": 4,
        "markevery": max(1, epochs // 15),
    }
    left.loglog(seen, losses, **style, label=f"batch size {batch_size}")
    right.loglog(seen * steps, losses, **style)
    print(
        f"batch size {batch_size:4}: {steps:4} steps in an epoch; loss "
        + ", ".join(f"{losses[e - 1]:.3f} in epoch {e}" for e in sorted({1, 6, epochs}))
    )
left.legend(frameon=False)
left.set(title="Loss by epochs (work)", xlabel="epochs", ylabel="mean loss of the epoch")
right.set(title="Loss by steps (gradient evaluations)", xlabel="steps")
plt.show()

# %% [markdown]
# *Figure 6: loss against epochs (left) and against steps (right) for the batch sizes 1 (dotted, triangles), 32
# (solid, circles) and 1000 (dashed, squares), both axes logarithmic. By epochs, batch size 1 is lowest and the full
# batch far behind: it needs a hundred epochs where the mini-batches need five. By steps the order is turned round:
# batch size 1 needs the most, and 32 and 1000 lie almost on each other (only almost: a point is the mean loss of an
# epoch, which for 32 are the 32 steps that lead to it).*

# %% [markdown] question="batch_size"
# **Question.** Look at Figure 6 and the printed lines. (a) Which batch size is best if looking at a picture is what
# costs? And if every step costs the same, whatever the batch size (as it nearly does on a graphics card)? (b) Why
# does one step with all pictures bring so much less *per epoch*, though its gradient is the exact one? (c) In the
# right panel the curves of 32 and 1,000 lie almost on each other. What does that tell about the gradient of 32
# pictures, and why are mini-batches the usual choice?

# %% [markdown] answer="batch_size"
# **Model answer.** (a) Per epoch the smallest batches are best: after 6 looks at each picture, batch size 1 has by
# far the lowest loss, the full batch has hardly moved. Per step it is the other way round: a step with many pictures
# is at least as good as one with few, as its gradient is less noisy. (b) An epoch of full-batch descent is a single
# step of length $\eta$ times the gradient; batch size 1 makes 1,000 steps in the same time. Each of them is inexact,
# but on average they point downhill (the mean of the single gradients *is* the full gradient), and 1,000 rough steps
# lead further than one exact step. (c) The mean gradient of 32 random pictures already points nearly where the mean
# of all 1,000 does (the noise of a mean shrinks with the square root of the batch size), so a step with 1,000
# pictures costs 30 times as much and brings hardly more. Mini-batches are nearly as good as the better extreme on
# either axis, and a matrix product over 32 columns uses the computer far better than 32 single ones.
#
# **Rubric** (5 points). (a) 2: one point for each way of counting, read from the figure. (b) 2: many steps against
# one step in an epoch (1), small-batch gradients point downhill on average (1). (c) 1: 32 pictures are a good sample
# of all, at a fraction of the work.

# %% [markdown]
# ### Valleys: convex and non-convex losses
#
# Linear models have a loss like a bowl: **convex**, with one lowest point, and gradient descent finds it from
# anywhere. With a hidden layer the surface has hills, saddles and several valleys; and the more parameters, the more
# local minima. Then *a good starting point is crucial*.
#
# To see it we need a loss with only two parameters. The data are points on a wavy curve. Left: a straight line
# $\hat y = w x + b$. Right: a network with two hidden tanh units that are steps at movable places, $\hat y = -0.4
# \tanh(8x + b_1) - 0.4 \tanh(8x + b_2)$; only $b_1$ and $b_2$ are trained.

# %%
x = np.linspace(-1, 1, 41).reshape(1, -1)
wave = 0.6 * np.sin(6 * x) + 0.4 * x * np.cos(11 * x)


def straight(a, b):
    """Loss of the line with slope a and offset b, and its gradient."""
    params = [(np.array([[a]]), np.array([[b]]))]
    H = forward(params, x, "tanh")
    loss, dS = squared_error(H[-1], wave)
    ((dW, db),) = backward(params, H, dS, "tanh")
    return loss, np.array([dW[0, 0], db[0, 0]])


def two_steps(a, b):
    """Loss of the network with hidden biases a and b, and its gradient."""
    params = [
        (np.array([[8.0], [8.0]]), np.array([[a], [b]])),
        (np.array([[-0.4, -0.4]]), np.zeros((1, 1))),
    ]
    H = forward(params, x, "tanh")
    loss, dS = squared_error(H[-1], wave)
    (_, db), _ = backward(params, H, dS, "tanh")
    return loss, db[:, 0]


def descend(surface, point, learning_rate, steps):
    """Way of plain gradient descent from a starting point."""
    way = [np.array(point, dtype=float)]
    for _ in range(steps):
        way.append(way[-1] - learning_rate * surface(*way[-1])[1])
    return np.array(way)


fig, axes = plt.subplots(1, 2, figsize=(11, 4.8))
scenes = (
    (
        straight,
        2.0,
        "Convex: a straight line",
        ("slope w", "offset b"),
        0.3,
        200,
        [(-1.7, 1.5), (1.6, 1.2), (1.3, -1.6), (-1.5, -1.0)],
    ),
    (
        two_steps,
        10.0,
        "Not convex: two hidden units",
        ("bias b₁", "bias b₂"),
        20.0,
        400,
        [(-8, 2.5), (-2.5, -1.5), (1.0, 4.5), (3.5, -0.7), (8.5, -8.0)],
    ),
)
for ax, (surface, limit, title, names, rate, steps, starts) in zip(axes, scenes, strict=True):
    grid = np.linspace(-limit, limit, 61)
    heights = np.array([[surface(a, b)[0] for a in grid] for b in grid])
    ax.contourf(grid, grid, heights, 14, cmap="Greys", alpha=0.6)
    ax.contour(grid, grid, heights, 14, colors="white", linewidths=0.6)
    for point in starts:
        way = descend(surface, point, rate, steps)
        ax.plot(*way.T, color=BLUE, linewidth=1.8)
        ax.plot(*way[0], "o", color="white", markeredgecolor=BLACK, markersize=8)
        ax.plot(*way[-1], "*", color=ORANGE, markeredgecolor=BLACK, markersize=15)
        ax.annotate(
            f"{surface(*way[-1])[0]:.3f}",
            way[-1],
            xytext=(0, -20),
            textcoords="offset points",
            ha="center",
            fontsize=9,
            weight="bold",
        )
    ax.set(
        title=title, xlabel=names[0], ylabel=names[1], xlim=(-limit, limit), ylim=(-limit, limit)
    )
    ax.grid(False)
plt.show()

# %% [markdown]
# *Figure 7: two maps of a loss, the brighter the lower, with ways of gradient descent from several starts (circles)
# to their ends (stars, with the loss reached). Left, the straight line: a single bowl, and all four ways end at the
# same point. Right, the network: two ways each end in two equally good valleys (0.053), which are mirror images:
# exchange the two hidden units and you have the other one. One start ends in a third, poor valley (0.224), and
# gradient descent stays there.*

# %% [markdown]
# ### Why the sigmoid zig-zags
#
# The outputs of sigmoid units are all positive. Now take a unit of the *next* layer, with score $z = w \cdot h + b$.
# For one example its gradient is $dw = dz \cdot h$, and with $h > 0$ **all entries of $dw$ have the same sign**, that
# of $dz$. So in one step all its weights can go up or all down, but never some up and others down; if that is what is
# needed, it takes a zig-zag. Outputs of tanh are centred around zero and have no such problem. First we count, in a
# network with two hidden layers, how often all weights of a unit in the second one get the same sign from a single
# example.

# %%
rng = np.random.default_rng(3)
for activation in ("sigmoid", "tanh"):
    params = initialize([784, 20, 20, 10], rng, "xavier")
    one_sign = []
    for i in range(100):
        H = forward(params, X_train[:, [i]], activation)
        dS = softmax_cross_entropy(H[-1], y_train[[i]])[1]
        dW = backward(params, H, dS, activation)[1][0]
        one_sign.append(np.mean(np.abs(np.sign(dW).sum(axis=1)) == 20))
    print(
        f"{activation:8} all 20 weights of a unit get the same sign: {np.mean(one_sign):.0%} of the cases"
    )

# %%
fig, axes = plt.subplots(1, 2, figsize=(10, 4.2), sharex=True, sharey=True)
axes[0].set_xticks(np.arange(-0.5, 1.6, 0.5))
inputs = np.random.default_rng(5).uniform(0.2, 1.0, (2, 60))
target = np.array([[1.0, -1.0]])
for ax, (h, title) in zip(
    axes,
    (
        (inputs, "Inputs all positive, like a sigmoid's"),
        (inputs - 0.6, "Inputs centred at 0, like tanh's"),
    ),
    strict=True,
):
    y_line = target @ h
    grid = np.linspace(-0.6, 1.6, 60)
    heights = [[squared_error(np.array([[a, b]]) @ h, y_line)[0] for a in grid] for b in grid - 1.0]
    ax.contour(grid, grid - 1.0, heights, 12, colors=GREY, linewidths=0.7)
    params, way = [(np.array([[0.0, 0.0]]), np.zeros((1, 1)))], [np.zeros(2)]
    for i in range(60):
        H = forward(params, h[:, [i]], "tanh")
        dS = squared_error(H[-1], y_line[:, [i]])[1]
        ((dW, _),) = backward(params, H, dS, "tanh")
        params = sgd_step(params, [(dW, np.zeros((1, 1)))], 0.9)
        way.append(params[0][0][0])
    ax.plot(*np.array(way).T, color=BLUE, marker="o", markersize=3, linewidth=1.4)
    ax.plot(0, 0, "o", color="white", markeredgecolor=BLACK, markersize=9)
    ax.plot(*target[0], "*", color=ORANGE, markeredgecolor=BLACK, markersize=16)
    ax.set(title=title, xlabel="weight w₁", ylabel="weight w₂")
plt.show()

# %% [markdown]
# *Figure 8: a unit with two weights learns to compute $h_1 - h_2$, one example at a time, from (0, 0) (circle) to (1,
# −1) (star); thin lines are the loss. Left, with positive inputs, each step goes up-right or down-left, both weights
# up or both down, so that the way to the lower right is a zig-zag with long detours. Right, with centred inputs, the
# way is almost straight.*

# %% [markdown]
# ### Which activation learns faster, and how deep?
#
# *"ReLU converges faster."* We measure it: the three activations, with one hidden layer and with four ("deep"
# learning), on 2,000 pictures. Sigmoid and tanh start with "xavier", ReLU with "he"; everything else is the same.

# %%
fig, axes = plt.subplots(1, 2, figsize=(11, 4), sharey=True)
for ax, hidden in zip(axes, ([64], [64, 64, 64, 64]), strict=True):
    for activation, scheme, colour, line, marker in (
        ("sigmoid", "xavier", BLACK, "-", "^"),
        ("tanh", "xavier", BLUE, "--", "o"),
        ("relu", "he", ORANGE, "-.", "s"),
    ):
        _, losses, _, test = watch([784, *hidden, 10], scheme, activation, 0.05, 25, 10, n=2000)
        ax.plot(
            np.arange(1, 11),
            losses,
            color=colour,
            linestyle=line,
            marker=marker,
            markersize=4,
            label=activation,
        )
        print(
            f"{len(hidden)} hidden, {activation:7}: loss {losses[0]:.2f} in epoch 1, {losses[-1]:.2f} in epoch 10, accuracy {test[-1]:.1%}"
        )
    ax.axhline(np.log(10), color=GREY, linestyle=":", linewidth=1)
    ax.set(
        title=f"{len(hidden)} hidden layer{'s' * (len(hidden) > 1)} of 64 units",
        xlabel="epoch",
        ylim=(0, 2.5),
    )
axes[0].set_ylabel("mean loss of the epoch")
axes[0].legend(frameon=False)
plt.show()

# %% [markdown]
# *Figure 9: loss against epochs for three activations. Left, one hidden layer: ReLU (dash-dotted) and tanh (dashed) are
# down to 0.75 after two epochs, the sigmoid (solid) needs ten. Right, four hidden layers: ReLU is fastest, tanh close
# behind, and the sigmoid stays at log 10 (dotted line) all the time, because its gradient dies on the way to the first
# layer: Figure 1. Depth helps to fit the training pictures (ReLU: 0.21 instead of 0.35) but hardly, with so few pictures,
# to recognise new ones.*

# %% [markdown]
# ### Dead units
#
# The price of ReLU: a unit whose score is negative for *every* example has the output 0, hence the gradient 0, hence
# its weights never change again. It is **dead** (unless the layers before it happen to move its inputs). One step that is too long can do it. We train a network with two hidden
# layers with four learning rates, and count the units of the second layer whose output is 0 on all training pictures.

# %%
rates, dead, right_share = (0.05, 0.4, 0.8, 1.0), [], []
for rate in rates:
    params, _, _, test = watch([784, 64, 64, 10], "he", "relu", rate, 25, 5, seed=1, n=2000)
    H2 = forward(params, X_train[:, :2000], "relu")[2]
    dead.append(int(np.sum(H2.max(axis=1) == 0)))
    right_share.append(test[-1])

fig, ax = plt.subplots(figsize=(7, 3.6))
bars = ax.bar([str(rate) for rate in rates], dead, color=GREY, edgecolor="black")
ax.bar_label(
    bars,
    [f"{count} dead\naccuracy {share:.0%}" for count, share in zip(dead, right_share, strict=True)],
    padding=2,
)
ax.set(
    title="Dead units after 5 epochs, of 64 in the second layer",
    xlabel="learning rate",
    ylabel="units that are always 0",
    ylim=(0, 80),
)
plt.show()

# %% [markdown]
# *Figure 10: number of dead units, out of 64, for four learning rates. With 0.05 and 0.4 there are none; with 0.8
# half of them are dead and the accuracy has collapsed; with 1.0 nearly all are, and the network only guesses.*

# %% [markdown]
# ## What you have now
#
# A training loop, and an eye for what to check before you believe it: the loss starts at $\log K$, fifty pictures can
# be learned by heart, the loss falls, the accuracy on *new* pictures is what counts. In lab 4 a network learns from
# pictures without any labels, and gives you a better place to start.
