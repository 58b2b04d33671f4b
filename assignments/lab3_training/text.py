# %% [markdown]
# # Lab 3: Training a network
#
# ## Why does your loss not fall?
#
# You have a network (lab 1) and its gradient (lab 2). Now it **learns**. The recipe fits in one line, with a small
# learning rate $\eta$:
#
# $$W \leftarrow W - \eta \, dW \qquad\text{again and again}$$
#
# and yet most first runs do not learn. Here are four of them, on the same pictures.

# %%
# Your functions, and the pictures of this lab (in figures.py). Nothing to write here.
import figures
import numpy as np
from explore import move

from neuralnet.layers import forward
from neuralnet.losses import softmax_cross_entropy
from neuralnet.training import accuracy, initialize, minibatches, predict, sgd_step, train

np.set_printoptions(precision=4, suppress=True)
figures.four_runs()

# %% [markdown]
# *Figure 1: the loss of four runs over six epochs; all four networks have four hidden layers of 64 units. Two lie on
# each other and never leave log 10 = 2.30: one started with all weights zero (broad grey), one made of sigmoids
# (dotted). The third (cross) took steps that were too long: its loss is not a number from the first epoch on.
# The fourth (solid) falls to 0.35. The curves were recorded; at the end of the lab you make them anew with your code.*
#
# **What is the difference between the one that learns and the three that do not?** At the end you can tell, and find
# such a fault in a run of your own. All of it lies in three choices: **where to start**, **which examples to look at**
# in each step, and **how far to step**. You write six short functions, all in `neuralnet/training.py`:
#
# | function | answers | minutes |
# | --- | --- | --- |
# | `initialize` | Where do we start? | 25 |
# | `minibatches`, `sgd_step` | Which examples are in the next step, and how do the parameters change? | 20 |
# | `train` | All of it together: the training loop | 30 |
# | `predict`, `accuracy` | How good is the result? | 17 |
# | | experiments: zeros, batches, valleys, zig-zags, depth | 60 |
# | | a friend's bug, and an experiment of your own | 43 |
#
# That makes about three hours and a quarter, best in **three sittings**: up to `train`, up to the batches, the rest.
#
# The modules of labs 1 and 2 are already in your `neuralnet` folder, finished. Work as before: replace the stub's
# last line by your code and run the question's check. About half of the points are for *hidden* checks of the same
# function on other inputs. Where a cell has `guess = None`, write your guess before you run it.
# Guesses are never graded: being wrong *before* you look is how one learns from a figure.
#
# **Letters and shapes** are the lecture's, as always: an example is a **column**, $X$ is $p \times n$, `params` is a
# list of pairs `(W, b)`, first layer first, and `y` holds $n$ classes from $0$ to $K-1$. No function changes its
# inputs. All randomness comes from the argument `rng`, a `numpy.random.Generator`: with the same seed the same things
# happen, and your results can be repeated.

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
# (A footnote on names: $1/\text{fan\_in}$ is LeCun's rule; Glorot's, which "xavier" usually means, is
# $2/(\text{fan\_in} + \text{fan\_out})$, the same where a layer has as many units as inputs.)
#
# **By hand.** Sizes `[784, 100, 10]` give two layers: $W^{(1)}$ is $100 \times 784$ with fan_in 784, so "he" has the
# standard deviation $\sqrt{2/784} = 0.0505$; $W^{(2)}$ is $10 \times 100$ with fan_in 100, so there it is
# $\sqrt{2/100} = 0.1414$.
#
# **A trap.** The table gives variances; a random generator wants a standard deviation. Try what becomes of the
# first layer's 2/784 if it is handed over as it is: expect a variance that is hundreds of times too small. And each
# layer has its own fan_in.

# %%
numbers = np.random.default_rng(0).normal(0.0, 2 / 784, 100_000)
print(f"variance {numbers.var():.2e}, wanted {2 / 784:.2e}")

# %% [markdown]
# **Write `initialize(sizes, rng, scheme)` in `neuralnet/training.py`**: it returns the list of `(W, b)`, with
# `b` a column of zeros.

# %%
for W, b in initialize([784, 100, 10], np.random.default_rng(0), "he"):
    print(f"W {W.shape}, standard deviation {W.std():.4f}; b {b.shape}, largest {np.abs(b).max()}")
print("expected: (100, 784), about 0.0505; (100, 1), 0.0")
print("          (10, 100),  about 0.1414; (10, 1),  0.0")

# %%
grader.check("initialize")

# %% [markdown]
# ### See it: signals and gradients in a deep network
#
# We send random inputs through ten hidden layers of 100 units and look at the spread of the outputs in every layer:
# over everything (left), and from example to example (middle). Then a random gradient goes back through the same
# network (right).

# %%
figures.signals()

# %% [markdown]
# *Figure 2: three panels with the spread of numbers in each layer, on logarithmic axes, for six pairs of activation and
# scheme. Left, all outputs of a layer: with "small" (dotted) they shrink tenfold and more from layer to layer, soon to
# less than the picture shows; with a scaled scheme (solid: tanh with "xavier", ReLU with "he") they stay of the same
# order of size. ReLU with "xavier" (dashed) loses a little in each layer: that is what the 2 in "he" is for. Middle,
# the spread of a unit's output over the examples: much the same, but for the sigmoid (dash-dotted). Its outputs are
# all about 0.5 and differ between units, so their overall spread stays; what *tells examples apart* shrinks in every
# layer, to less than a millionth. Right, the gradient: equally large in all layers for the scaled schemes, tiny for
# "small", and for the sigmoid it falls by a factor of a million from the last layer to the first.*

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
# (Measured: the lab's 4,000 pictures sorted by class and never shuffled, three epochs: 0.48 of the test pictures right
# instead of 0.81, and "shirt" is the answer 445 times of 1,000, "T-shirt" never. Below Figure 4 you can try it.)
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
print("expected: 5, 5 and 3 numbers; 0 to 12 in random order")

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
layer = (np.array([[1.0, -2.0]]), np.array([[0.5]]))
gradient = (np.array([[0.5, -1.0]]), np.array([[2.0]]))
new = sgd_step([layer], [gradient], 0.1)
print(new)
print("expected: W [[0.95 -1.9]] and b [[0.3]]")

# %%
grader.check("sgd_step")

# %% [markdown]
# ### `train`
#
# Now the loop. In every epoch, shuffle anew; and for each mini-batch: the scores of its examples, the loss and its
# gradient at the scores, the gradients of all parameters, one step. All the pieces are there, imported already:
#
# | call | gives |
# | --- | --- |
# | `minibatches(n, batch_size, rng)` | index arrays, one for each mini-batch of an epoch |
# | `forward(params, X, activation)` | the list `H` of all layers' outputs: the input first, the scores last |
# | `softmax_cross_entropy(S, y)` | the mean loss, and its gradient `dS` at the scores |
# | `backward(params, H, dS, activation)` | the list of pairs `(dW, db)`, first layer first |
# | `sgd_step(params, grads, learning_rate)` | the new `params` |
#
# `train` returns the trained `params` and the list `losses`, with **one number per epoch**: the mean loss of that
# epoch, either of its mini-batches as they came by, or on all examples when the epoch is over. Watch that curve: if
# it does not fall, something is wrong.
#
# **By hand.** One linear layer, two classes, three examples in one batch: $X = \begin{pmatrix} 1 & 2 & -1 \\ 0 & 1 &
# 3 \end{pmatrix}$, `y = [0, 1, 1]`, $W = 0$, $b = 0$, $\eta = 0.6$. All scores are 0, so all probabilities are $0.5$,
# the loss is $\log 2 = 0.693$, and
#
# $$dS = \frac{1}{3} \begin{pmatrix} -0.5 & 0.5 & 0.5 \\ 0.5 & -0.5 & -0.5 \end{pmatrix}$$
#
# $$dW = dS\, X^\top = \begin{pmatrix} 0 & 2/3 \\ 0 & -2/3 \end{pmatrix} \qquad
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
once = {"learning_rate": 0.6, "batch_size": 3, "epochs": 1, "rng": np.random.default_rng(0)}
params, losses = train(start, X, y, activation="relu", **once)
print("W", params[0][0].round(6).tolist(), "b", params[0][1].round(6).tolist())
print("expected: W [[0.0, -0.4], [0.0, 0.4]] b [[-0.1], [0.1]]")

# %% [markdown]
# The first trap, to try: one mini-batch of two examples. Cut `y` by its beginning, and the examples get the labels of
# others; nothing complains.

# %%
batch = np.array([2, 0])
print("columns", X[:, batch].T.tolist(), "have the labels", y[batch].tolist())
print("the first two labels are", y[:2].tolist())

# %%
grader.check("train")

# %% [markdown]
# ### See it: can it learn fifty pictures by heart?
#
# Before you train on much data, make sure that the network can learn *little* data perfectly. If it cannot, there is
# a bug, and more data or more epochs would only hide it. We take fifty pictures of clothes and 20 hidden units.
# Remember the first number to look at: a network that knows nothing about ten classes has the loss $\log 10 = 2.303$.

# %%
X_train, y_train, X_test, y_test = figures.pictures()
few, few_y = X_train[:, :50], y_train[:50]
start = initialize([784, 20, 10], np.random.default_rng(1), "small")
loss, _ = softmax_cross_entropy(forward(start, few, "relu")[-1], few_y)
print(f"loss at the start {loss:.4f}; log 10 = {np.log(10):.4f}")

settings = {"activation": "relu", "learning_rate": 0.1, "batch_size": 10, "epochs": 120}
learned, losses = train(start, few, few_y, rng=np.random.default_rng(2), **settings)
known = figures.known_by_heart(learned, few, few_y)
print(f"loss at the end {losses[-1]:.4f}; {known} of 50 right")
figures.by_heart(losses)

# %% [markdown]
# *Figure 3: the loss on fifty pictures, on a logarithmic axis, against the epoch. It stays at log 10 for a few epochs
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
# With X = I, the scores of one linear layer are its weights.
y_hat = predict([(S, np.zeros((3, 1)))], np.eye(4), "relu")
print("classes ", y_hat, " expected: [1 0 2 1]")
print("accuracy", accuracy(y_hat, np.array([1, 0, 1, 1])), " expected: 0.75")

# %%
grader.check("predict")

# %%
grader.check("accuracy")

# %% [markdown]
# ### See it: ten kinds of clothes
#
# Now for real: 2,000 pictures to train on, and 1,000 others to see how well the network does on what it has never seen.
# One hidden layer of 64 ReLU units, the scheme "small", batches of 25, rate 0.1. We train one epoch at a time, to
# measure the accuracy in between, on 1,000 of the training pictures and on the 1,000 others. Below the curves is what
# the hidden layer has learned: each unit has 784 weights, one for each pixel, so they can be looked at as a picture.

# %%
clothes = figures.clothes()

# %% [markdown]
# *Figure 4: above left, the loss falls from 1.9, the mean of the first epoch, to about 0.2 in 20 epochs. Above right,
# the share of pictures that the network gets right: on 1,000 training pictures it rises to over 0.95, on the test
# pictures it levels off between 0.82 and 0.84. The gap between the two curves is what the network has learned by heart
# without understanding it. Below, the weights of sixteen hidden units as small grey pictures, bright for positive and
# dark for negative. Some show outlines of a coat or a shirt, some a dark bar where trousers have a gap between the
# legs, others parts of shoes. In the corners, where nearly all pictures are black, little was learned.*
#
# **A trap to try.** What if the pictures come sorted by class, and nobody shuffles? Expect half of the answers to be
# wrong, and one class to be the favourite.

# %%
figures.never_shuffled()

# %% [markdown]
# ## Part 4. Experiments
#
# You have all the tools now. Each of the following cells checks one claim of the lecture. Read the claim, **guess
# what you will see**, and then run the cell.
#
# ### Zeros never learn to differ
#
# *"All zeros is bad: the nodes compute the same and get the same updates."* Six hidden units on pictures, 20 epochs,
# once from the scheme "zeros", once from "small", otherwise everything the same. Start with the six **sigmoid** units
# from zero: will 10 % of the test pictures be right (nothing learned), about a third, or 80 %?

# %%
guess = None  # a share between 0 and 1, say 0.1
zeros = figures.zeros(guess=guess)

# %%
for name in ("sigmoid, zeros", "sigmoid, small", "tanh, zeros", "relu, zeros"):
    params, losses, right = zeros[name]
    W = params[0][0]
    apart = max(np.abs(W[i] - W[j]).max() for i in range(6) for j in range(i))
    largest = np.abs(W).max()
    print(f"{name}: loss {losses[-1]:.3f}, units {apart:.2g} apart, largest weight {largest:.2g}")

# %% [markdown]
# *Figure 5: left, bars for the share of test pictures right with six hidden units, from zeros (hatched) and from small
# weights (grey). From small weights all three activations reach about 0.8. From zeros, tanh and ReLU stay at 0.10,
# but the sigmoid reaches 0.34: more than nothing. Right, the weights of the six sigmoid units: from zeros (upper row)
# all six are exactly the same picture, from small weights (lower row) all are different. Six equal units can do only
# what one unit can.*

# %% [markdown] question="why_not_zeros"
# ### Written: why not start at zero? (5 points)
#
# (a) Explain with the formulas of forward and backward pass why the six sigmoid units of Figure 5 are equal after any
# number of steps. (b) They learn *something* all the same, while tanh units from zero learn nothing: no
# weight of theirs ever moves. Where is the difference? (Look at $\sigma(0)$ and $\tanh(0)$.) (c) Would random *biases*
# with all weights 0 break the symmetry of the sigmoids? And all weights equal to 0.5 instead of 0?

# %% [markdown] answer="why_not_zeros"
# **Model answer.** (a) By induction. Before the step, let the rows of $W^{(1)}$, the entries of $b^{(1)}$ and the
# columns of $W^{(2)}$ be equal. Then all hidden units compute the same $h$ for each example; $dH = W^{(2)\top} dS$ has
# equal rows, hence $dZ = dH \circ a'(h)$ has, hence $dW^{(1)} = dZ\,X^\top$ and $db^{(1)}$ have equal rows; and
# $dW^{(2)} = dS\,H^\top$ has equal columns because the rows of $H$ are equal. So after the step everything is equal
# again. (b) $dW^{(2)} = dS\,H^\top$ with $H = \sigma(0) = \frac12$: it is not zero, so $W^{(2)}$ moves, then $dH$ is
# not zero, and $W^{(1)}$ moves: the six learn, as one unit. With tanh (and ReLU) $H = 0$, so $dW^{(2)} = 0$, and
# $dW^{(1)} = 0$ because $W^{(2)} = 0$: no weight ever gets a gradient; only the last biases move. (c) Random biases:
# yes. The units' values differ, so the columns of $dW^{(2)}$ differ, and then the rows of $dW^{(1)}$. Weights of 0.5:
# no, the argument in (a) needs equal weights, not zero ones.
#
# **Rubric** (5 points), levels of the induction step. **0**: the claim again, or "there is no randomness" (*"With
# zeros all the nodes are the same, so they stay the same."*). **2½**: one direction of (a) with its formula, or (a)
# without the role of $W^{(2)}$'s equal columns, and one of (b), (c) (*"All units have the same h, therefore the same
# gradient dZ Xᵀ; 0.5 has the same problem."*). **5**: (a) forward, backward and the step back to the start of the
# induction (3); (b) $\sigma(0) = \frac12$ against $\tanh(0) = 0$ in $dW^{(2)} = dS\,H^\top$ (1); (c) both (1) (*"… so
# dW⁽²⁾ = dS Hᵀ is not 0 for the sigmoid, as H = ½, but it is for tanh, and then dH is 0, too."*).

# %% [markdown]
# ### Stochastic, mini-batch and batch gradient descent, side by side
#
# The same network from the same start, on 1,000 pictures: with one picture in a step, with 32, and with all 1,000.
# A step along an exact gradient may be longer than one along a noisy one, so a fair comparison gives each batch size
# **its own best learning rate** (of eight from 0.005 to 1). There are two ways to count the costs. On the left,
# **epochs**: how often has each picture been looked at? On the right, **steps**: how often was a gradient evaluated
# and the network changed?
#
# After six looks at each picture, which of the three has the lowest loss?

# %%
guess = None  # 1, 32 or 1000
figures.batches(guess=guess)

# %% [markdown]
# *Figure 6: loss on all 1,000 pictures against epochs (left) and against steps (right, both axes logarithmic) for the
# batch sizes 1 (dotted, triangles), 32 (solid, circles) and 1,000 (dashed, squares), each at the learning rate that
# is best for it; the rates are in the legends. By looks, batch size 1 is lowest (0.16) with 32 close behind (0.21; it
# jumps up once on the way, as its best rate is not far from one that is too long), and the full batch, with six steps,
# is far above (0.98). By steps the order is turned round: after 50 steps batch size 1 is still at 1.9, 32 at 0.53, and
# the full batch at 0.27.*

# %% [markdown] question="batch_size"
# ### Written: which batch size? (5 points)
#
# Look at Figure 6 and the printed lines. (a) Which batch size is best if looking at a picture is what costs? And if
# every step costs the same, whatever the batch size (as it nearly does on a graphics card)? Give numbers. (b) Why does
# the exact gradient of all pictures bring so little *per epoch*? (c) The best rates for batch size 1 are 0.02 (by
# looks) and 0.05 (by steps), those for 32 and 1,000 are 0.5 to 1. Why may a larger batch take longer steps, and what
# would have been unfair about one common rate of 0.05?

# %% [markdown] answer="batch_size"
# **Model answer.** (a) By looks the small batches: after six looks 1 has the lowest loss (0.16) and 32 nearly the same
# (0.21), the full batch 0.98. By steps the large ones: after 50 steps the full batch is at 0.27, 32 at 0.53, 1 at 1.9.
# (b) An epoch of full-batch descent is a single step; batch size 1 makes 1,000 in the same time. Each of them is
# inexact, but on average they point downhill (the mean of the single gradients *is* the full gradient), and 1,000
# rough steps lead further than one exact step. (c) The noise of a mean shrinks with the square root of the batch
# size. With one picture a long step follows that picture's noise, and undoes what others have learned, so the rate
# must be small; a gradient of many pictures is nearly exact, and the rate is limited by the curvature alone. A common
# rate of 0.05 is about right for size 1 and a tenth or less of what the others could take: it would make the larger
# batches look worse than they are, and their curves by steps alike, since both only creep.
#
# **Rubric** (5 points). **0**: "mini-batches are best" without a number from the figure. **2½**: both orders with
# numbers, and *many steps against one* (*"By epochs 1 wins because it makes 1,000 steps; by steps 1,000 wins, 0.27
# against 0.53."*). **5**: also why noise limits the rate, and what a common rate hides (*"… with 0.05 the full batch
# gets a twentieth of the step it can take, so the comparison is about the rate and not about the batch."*). (a) 2, (b)
# 1, (c) 2.

# %% [markdown]
# ### Valleys: convex and non-convex losses
#
# Linear models have a loss like a bowl: **convex**, with one lowest point, and gradient descent finds it from
# anywhere. With a hidden layer the surface has hills, saddles and several valleys; and the more parameters, the more
# local minima. Then *a good starting point is crucial*.
#
# To see it we need a loss with only two parameters. The data are points on a wavy curve. Left: a straight line
# $\hat y = w x + b$. Right: a network with two hidden tanh units that are steps at movable places, $\hat y = -0.4
# \tanh(8x + b_1) - 0.4 \tanh(8x + b_2)$; only $b_1$ and $b_2$ are trained. **Move the start** (and, later, the rate):
# from where do you reach 0.053, from where only 0.224, and where do you end from $b_1 = b_2$?

# %%
sliders = {"b1": (-10, 10, 0.5), "b2": (-10, 10, 0.5), "rate": [1, 5, 20, 80, 300]}
first = {"b1": -8.0, "b2": 2.5, "rate": 20, "steps": 400}
others = [{"b1": -2.5, "b2": -1.5}, {"b1": 3.5, "b2": -0.5}]
move(figures.valleys, **sliders, steps=(0, 400, 20), start=first, shown=[{}, *others])

# %% [markdown]
# *Figure 7: two maps of a loss, the brighter the lower, each with a way of gradient descent from its start (circle) to
# its end (star); the loss reached is in the title. b₁ and b₂ move both starts: the left
# one lies at a fifth of them. Left, the straight line: a single bowl, and with the rates 5, 20 and
# 80 every way ends at 0.091 (with 1 some need more than the 400 steps, with 300 the loss grows until it overflows).
# Right, the network: two equally good valleys (0.053), which are mirror images (exchange the two hidden units and you
# have the other one), and poor ones (0.224), where gradient descent stays. With b₁ = b₂ the two units are equal and
# stay so, as from zeros: the way keeps to the diagonal and ends at 0.230, worse than in any valley.*

# %%
figures.many_starts()

# %% [markdown]
# With the rate 20, two thirds of the starts end well and a third in a poor valley. With 300 none ends in a valley at
# all: the steps are longer than the valleys are wide. They leave the map, for a plain far outside where both units are
# flat and no slope leads back. Its loss, 0.117, is even lower than that of the poor valleys, but the training is over.
#
# ### Why the sigmoid zig-zags, and what centring buys
#
# The outputs of sigmoid units are all positive. Now take a unit of the *next* layer, with score $z = w \cdot h + b$.
# For one example its gradient is $dw = dz \cdot h$, and with $h > 0$ **all entries of $dw$ have the same sign**, that
# of $dz$. A single example can move all its weights up or all down, but never some up and others down. First we
# count, in a network with two hidden layers, how often a single example moves all 20 weights of a unit the same way.

# %%
figures.one_sign()

# %% [markdown]
# How much does that cost? It depends on **where the goal is**. Two weights learn on 2,000 outputs of two sigmoid
# units, with the gradient of all examples. *Angle* turns the goal (45°: both weights must grow; −45°: one up, one
# down), *centring* is what we subtract from the outputs (0.5 makes them like tanh's, at half the size), and *share* is
# the rate, as a share of the largest one that does not explode.

# %%
sliders = {"angle": (-90, 90, 15), "centring": (0, 0.5, 0.05), "share": (0.05, 0.95, 0.05)}
first = {"angle": -45, "centring": 0.0, "share": 0.5}
others = [{"angle": 45}, {"angle": 0, "share": 0.9}, {"angle": 0, "centring": 0.5}]
move(figures.zigzag, **sliders, start=first, shown=others)

# %% [markdown]
# *Figure 8: the way of two weights from (0, 0) (circle) to the goal (star) over the contours of the loss; the titles
# give the condition number, the largest curvature over the smallest, and the steps until 1 % of the distance is left.
# Uncentred, the loss is a long valley at −45° (condition 6.4): with the goal at 45°, across the valley, one step of
# share 0.5 is enough; with the goal at 0° and a share near 1, the way zig-zags across the valley while it creeps along
# it. Centred, the valley is nearly a round bowl (condition 1.1), and two steps of share 0.5 lead anywhere.*
#
# So it is no law that positive inputs are slow. They share a direction (their mean); its curvature sets the largest
# stable rate, and all other directions crawl at that rate. The more inputs, the worse. **Centring** removes the shared
# direction. **Stretching** the outputs does nothing of the kind: multiplying all inputs by $c$ is *exactly* the same as
# multiplying the rate by $c^2$. The table shows it: full-batch steps until 1 % of the distance is left, each row at its
# own rate, 1 over the largest curvature.

# %%
figures.condition_numbers()

# %% [markdown]
# ### Which activation learns faster, and how deep?
#
# *"ReLU converges faster."* We measure it: the three activations, with one hidden layer and with four ("deep"
# learning), on 2,000 pictures. Sigmoid and tanh start with "xavier", ReLU with "he"; everything else is the same.

# %%
figures.race()

# %% [markdown]
# *Figure 9: loss against epochs for three activations. Left, one hidden layer: ReLU (dash-dotted) and tanh (dashed) are
# down to 0.77 after two epochs, the sigmoid (solid) is still at 0.94 after six. Right, four hidden layers: ReLU is
# fastest, tanh close behind, and the sigmoid stays at log 10 (dotted line) all the time. Depth helps to fit the
# training pictures (ReLU: 0.35 instead of 0.45); of new ones, with so few to learn from, tanh recognises two in a
# hundred more, and ReLU three in a hundred fewer.*
#
# ### One culprit, or two?
#
# Why do four layers of sigmoids stay at log 10? Two suspects: the **gradient** that arrives at the lower layers is too
# small, or the **values** that arrive at the top hardly differ between examples. We try a repair for each, by itself:
# (a) every layer's gradient is stretched to the length of the last layer's; (b) the lower layers are frozen, never
# trained at all, and each unit of the fourth layer is centred and scaled to spread 1 over the examples. What helps:
# "a", "b", "both" or "neither"?

# %%
guess = None  # "a", "b", "both" or "neither"
figures.deep_sigmoid(guess=guess)

# %% [markdown]
# *Figure 10: four layers of 64 sigmoids before training, and their losses. Left: the spread of a unit's output over the
# examples shrinks about fourfold a layer on the way up, from 0.07 to 0.001. Middle: the gradient shrinks on the way
# down, from 0.58 at the scores to 0.005. Right, the loss as it is (solid) stays at log 10; with the gradients made
# equal (dashed) it falls to 1.4 (accuracy 0.50), and with the lower layers frozen and the values spread out
# (dash-dotted) to 0.79 (accuracy 0.73). So either repair alone helps, and neither suspect alone is the whole truth. It
# is one fact seen from two sides: the same small slopes (at most 1/4) shrink the examples' differences on the way up
# and the gradient on the way down.*
#
# ### Dead units
#
# The price of ReLU: a unit whose score is negative for *every* example has the output 0, hence the gradient 0, hence
# its weights never change again. It is **dead** (unless the layers before it happen to move its inputs). One step
# that is too long can do it. We train a network with two hidden layers with four learning rates, and count the units
# of the second layer whose output is 0 on all training pictures.

# %%
figures.dead_units()

# %% [markdown]
# *Figure 11: number of dead units, out of 64, for four learning rates. With 0.05 there are none, with 0.4 hardly
# any; with 0.8 about a quarter of them are dead and the accuracy has fallen; with 1.0 most are, and the network only
# guesses.*
#
# ### Turn all the knobs
#
# Two spirals, 200 points, a network 2-16-16-2, always 600 steps. Scheme, activation, rate and batch size are yours.
# Find a setting that learns nothing, one that learns half, one that gets all points right; then change *one* knob of
# the good one until it breaks.

# %%
choices = {
    "scheme": ["he", "xavier", "small", "zeros"],
    "activation": ["relu", "tanh", "sigmoid"],
    "rate": [0.01, 0.03, 0.1, 0.3, 1.0],
    "batch": [1, 20, 200],
}
first = {"scheme": "he", "activation": "relu", "rate": 0.3, "batch": 20}
others = [{"scheme": "xavier", "activation": "sigmoid"}, {"batch": 1}]
move(figures.spiral, **choices, start=first, shown=[{}, *others])

# %% [markdown]
# *Figure 12: left, two spirals of points (circles and triangles) and the regions that the network assigns to them,
# white and grey; right, its loss against the steps, log 2 dotted. With "he", ReLU, rate 0.3 and batches of 20 all
# points are right; with sigmoids from "xavier" hardly more than half; with batches of one point the same rate is too
# long, and the network ends up guessing. With that batch size, try a shorter one.*

# %% [markdown]
# ## Part 5. A friend's bug
#
# A friend trains the network of Figure 4 with their own `train`, and says: *"It works, it only needs more epochs."*
# It is in your folder as `figures.friends_train`. Their gradient check passes, the loss starts at log 10, and it
# falls. Give it the test that no right `train` fails: fifty pictures by heart.

# %%
for name, someone in (("yours", train), ("the friend's", figures.friends_train)):
    params, losses = someone(start, few, few_y, rng=np.random.default_rng(2), **settings)
    right = np.sum(predict(params, few, "relu") == few_y)
    print(f"{name:13} by heart: loss {losses[0]:.3f} … {losses[-1]:.3f}, {right} of 50 right")

# %% [markdown]
# (On 2,000 pictures, as in Figure 4, the friend's gets 0.46 of the test pictures right after 20 epochs instead of
# 0.84; from "he" it even gets 0.74. That looks like a slow network, not like a bug.) The line behind it, with the
# friend's reason:
#
# ```python
# # the loss is a mean, so divide
# params = sgd_step(params, grads, learning_rate / len(batch))
# ```
#
# What is wrong? The loss *is* a mean already, and so is its gradient: dividing again makes the step 25 times shorter
# for batches of 25, and every comparison of batch sizes meaningless. All checks of a gradient are blind to it, because
# the gradient is right. So we need a new kind of check: a **law** that every right `train` obeys, whatever the numbers.
#
# *A batch that holds one example seven times must step exactly like that example alone.* (The mean of seven equal
# losses is the loss.)

# %% [markdown]
# ### `train_is_wrong` (a bonus of 4 points)
#
# Make the law a **detector**: a function of any `train`, which gets a whole function as its argument, trains on a few
# examples of its own, and answers True or False. The friend's must be found, yours and every other right one left in
# peace, however it shuffles. Which faults would the law alone miss? Think of a `train` that cuts the labels wrongly,
# `y[:len(batch)]`: in a batch of equal examples nobody sees it. Learning a few *random* examples by heart does, so use
# both.
#
# **Open `neuralnet/detect_train.py` and write `train_is_wrong(train)`.** Its points come on top of the 100: who
# leaves it out can still have all. Hidden checks bring other wrong and other right versions; a detector that always
# says True, or always False, has no points.

# %%
grader.check("train_is_wrong")

# %% [markdown]
# ## Part 6. An experiment of your own
#
# *Which learning rate is best for a network of your own?* Choose a width, a depth, an activation, and find its best
# rate after three epochs on 2,000 pictures. **Choose by the 1,000 pictures kept aside** (the last of the 4,000): they
# are for choosing. The test pictures are for one look at the very end, because what you choose by no longer measures
# anything. You may ask another question of the same kind instead: which scheme, which batch size, how deep.
#
# **Before you run anything**, write down here: your question; your guess; which result would *refute* your guess.

# %%
# 1. What varies, and what stays the same.
varies = {"rate 0.05": 0.05, "rate 0.2": 0.2, "rate 0.8": 0.8}
stays = {"activation": "relu", "batch_size": 50, "epochs": 3}
sizes, scheme, seeds = [784, 64, 10], "he", range(3)

# %%
# 2. Run everything with each seed. Keep it under a minute.
results = {name: [] for name in varies}
for name, rate in varies.items():
    for seed in seeds:
        rng = np.random.default_rng(seed)
        begin = initialize(sizes, rng, scheme)
        rest = {**stays, "rng": rng, "learning_rate": rate}
        params, _ = train(begin, X_train[:, :2000], y_train[:2000], **rest)
        y_hat = predict(params, X_train[:, 3000:], stays["activation"])
        results[name].append(accuracy(y_hat, y_train[3000:]))

# %%
# 3. One figure: every seed a mark.
figures.compare(results)

# %% [markdown]
# *Figure 13: accuracy on 1,000 pictures kept aside, one row for each setting; each circle is one seed, the line their
# mean. The template's three rates: 0.05 lies below both others with every seed; 0.2 and 0.8 overlap.*

# %% [markdown] question="experiment"
# ### Written: your experiment (6 points)
#
# (a) Your question, your guess, and the result that would have refuted it, as you wrote them before the run. (b) What
# varied, what stayed, how many seeds; the numbers of your figure. (c) Three sentences: what you found, what you have
# *not* shown, what you would try next.

# %% [markdown] answer="experiment"
# **Example of a full answer.** (a) Which rate is best for 784-64-10 with ReLU after three epochs? My guess: 0.05, the
# rate of the lab. It is refuted if another rate is better in every one of the seeds. (b) Rates 0.05, 0.2 and 0.8; "he",
# batches of 50, 2,000 pictures, seeds 0 to 2 stay. Means about 0.75, 0.80 and 0.80 on 1,000 pictures kept aside; the
# lowest of 0.2 is above the highest of 0.05. (c) 0.05 is too short for three epochs, so my guess is refuted. I have not
# shown whether 0.2 or 0.8 is better: their seeds overlap; nor that it holds for more epochs. Next I would take ten
# seeds for 0.2, 0.4 and 0.8, and twenty epochs.
#
# **Rubric** (6 points). **0**: nothing was run. **2**: it runs, there is one number and a claim (*"Rate 0.8 is the
# best, it has 0.808."*). **4**: a baseline and the spread over at least three seeds, and no claim wider than they allow
# (*"0.2 beats 0.05 in all three seeds; 0.2 and 0.8 overlap."*). **6**: also says beforehand which result would refute
# the guess, and judges by pictures kept aside (*"… refuted if any rate beats 0.05 with every seed; chosen on the last
# 1,000 training pictures, the test pictures seen once."*). 1, 3 and 5 for what lies between.

# %% [markdown]
# ## You can now …
#
# Make the first figure again, with your own code this time.

# %%
figures.four_runs(again=True)

# %% [markdown]
# *Figure 14: the four runs of Figure 1, trained with your functions.*
#
# - You can now **train** a network, and say for each of these four runs why it falls or does not.
# - You can now **check a run before you believe it**: log K at the start, fifty pictures by heart, the spreads in each
#   layer, the rate.
# - You can now **compare** settings fairly: each at its own best rate, over several seeds, on pictures kept aside.
