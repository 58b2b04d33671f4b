# %% [markdown]
# # Lab 2: Loss, gradients and backpropagation
#
# ## Which of 100,000 weights is to blame?

# %%
import figures
import numpy as np
from explore import move
from figures import relative_error

np.set_printoptions(precision=4, suppress=True)
figures.the_end()

# %% [markdown]
# *Figure 1: dots on a wavy curve and, as a line, the output of a network with 16 hidden units. After 0 steps of
# training the line has nothing to do with the dots; after 25 it has found the large wave, after 250 all
# but the ends, after 1,500 the whole curve.*
#
# A network has given a wrong answer. It has 100,000 weights. Which of them is to blame, and how much? In this lab
# you find out **how wrong** a network is, with one number called the *loss*, and **which way to change every
# weight** so that the loss goes down. The second part is called *backpropagation*, and it is what makes neural
# networks trainable at all. At the end the network of Figure 1 learns with your code. That is the claim of the
# lecture: *neural networks can approximate any function, from our inputs to our outputs.*
#
# Plan **200 minutes in three sittings**: Part 1 (60 minutes), Part 2 (75), Parts 3 to 5 (65).
#
# You write seven functions, in two files:
#
# | file | functions |
# | --- | --- |
# | `neuralnet/losses.py` | `softmax`, `cross_entropy`, `softmax_cross_entropy`, `squared_error` |
# | `neuralnet/backprop.py` | `numerical_gradient`, `dense_backward`, `backward` |
# | `neuralnet/detect_gradients.py` | `wrong_gradients`, a bonus |
#
# The modules of lab 1 are already in your `neuralnet` folder, finished. Work as before: replace the stub's last
# line by your code and run the question's check. About half of the points are for *hidden* checks of the same
# function on other inputs: other shapes, whole numbers, very large numbers. Guesses are never graded.
#
# **Notation** (the lecture's): $p$ features, $n$ examples, $K$ classes; an example is a **column**. So $X$ is $p
# \times n$, a layer is $H = a(WX + b)$ with $W$ of shape $p_1 \times p$ and $b$ of shape $p_1 \times 1$, and the
# scores $S$ of the last layer are $K \times n$. The true classes `y` are $n$ whole numbers from $0$ to $K-1$. For the
# gradient of the loss with respect to an array we write a $d$ in front: $dW$ has the shape of $W$, and its entries
# are $\partial L / \partial W_{jk}$.

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
# **A trap.** Try the formula as it stands on the same scores plus 1,000. Expect a warning and `nan`: $e^{1000}$ is
# too large for a float, NumPy gives `inf`, and `inf / inf` is not a number. Scores minus 1,000 are no better: every
# exponential is 0, and so is the sum.

# %%
for shift in (0, 1000, -1000):
    e = np.exp(np.array([2.0, 1.0, 0.1]) + shift)
    print(f"scores {shift:+5d}:", e / e.sum())

# %% [markdown]
# All three lines should be equal. Softmax does not change when you add the same number $c$ to all scores of an
# example, because $e^{s_k + c} = e^c e^{s_k}$ and the factor $e^c$ cancels. Which $c$ makes sure that no exponential
# can overflow, and that the sum is never 0? Different examples need a different $c$.
#
# **Write** `softmax` in `neuralnet/losses.py`: $S$ is $K \times n$ and so is the result; each *column* is one example
# and sums to 1.

# %%
grader.check("softmax")

# %% [markdown]
# With two classes, softmax is an old friend: it depends on the difference of the two scores only, and it *is* the
# sigmoid of that difference. Measure it; rounding should be all that is left.

# %%
from neuralnet.activations import sigmoid
from neuralnet.losses import softmax

S = np.random.default_rng(2).normal(0, 3, size=(2, 1000))
print(f"largest difference {np.abs(softmax(S)[0] - sigmoid(S[0] - S[1])).max():.1e}")

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
# **A trap.** A probability can come out as exactly 0, and $\log 0 = -\infty$. Try it: one such example among a
# thousand good ones makes the mean useless. And who multiplies logarithms by a mask of zeros and ones, to pick out
# the true class, meets $0 \cdot \log 0$. Expect `inf` and `nan`, each with a warning.

# %%
p_true = np.full(1000, 0.9)
p_true[7] = 0.0
print("mean of -log p:", np.mean(-np.log(p_true)))
print("0 · log 0:", 0.0 * np.log(np.array(0.0)))

# %% [markdown]
# So guard the logarithm: for a probability of 0 the loss has to be finite, but still large (at least 20), and for a
# probability of one in a million it still has to be exact. And take the logarithm only of what you need.
#
# **Write** `cross_entropy` in `neuralnet/losses.py`: $P$ is $K \times n$, `y` is `(n,)`, the result is one float.

# %%
grader.check("cross_entropy")

# %%
figures.cost()

# %% [markdown]
# *Figure 2: what a prediction costs against the probability of the true class. Cross-entropy (solid) and squared
# error (dashed) are both 0 at p = 1. Towards p = 0 the cross-entropy rises ever more steeply, while the squared error
# is never above 1. (With two classes both probabilities are off by 1 − p, and half the sum of the squares is (1 − p)².)
# So a network that is certain and wrong gets a strong push from the cross-entropy, and the flat end of softmax cannot
# hide it.*

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
# $$\frac{\partial L}{\partial s_k} = P_k - [k = y]$$
#
# with $[k = y]$ equal to 1 for the true class and 0 for all others, and for the mean over $n$ examples
#
# $$dS = \frac{1}{n}\,(P - \text{onehot}(y))$$
#
# where $\text{onehot}(y)$ is $K \times n$ with a single 1 in each column, in the row of the true class. All the messy
# derivatives have cancelled. In words: *predicted minus true*. Note the $1/n$: the loss is a mean, so the gradient
# has the $1/n$ in it, here and **only here**; nothing after this point divides by $n$ again.
#
# **By hand.** One example with $P = (0.25,\ 0.25,\ 0.5)$ and true class 1: the loss is $\log 4 = 1.386$ and $dS =
# (0.25,\ -0.75,\ 0.5)$. Each column of $dS$ sums to 0: what the true class gains, the others lose.
#
# **A trap.** With scores like 10,000 and −10,000 the probability of the true class can underflow to 0, even in a
# softmax that is right. Try it: expect `inf`, and a warning.

# %%
e = np.exp(np.array([10000.0, -10000.0]) - 10000.0)  # the second class is the true one
print("P:", e / e.sum(), "  -log P of the true class:", -np.log((e / e.sum())[1]))

# %% [markdown]
# The loss has to stay finite. You can guard the logarithm, as before, or use the formula above with the scores
# shifted as in softmax.
#
# **Write** `softmax_cross_entropy` in `neuralnet/losses.py`. It returns `(loss, dS)`; `dS` is $K \times n$.

# %%
grader.check("softmax_cross_entropy")

# %% [markdown]
# ### Move it: scores, probabilities, gradient
#
# Five scores, times a factor. What happens to the probabilities when the factor grows, and what to the gradient?
# Then make class 2 the true one: what is left of the gradient when the network is certain and *right*?

# %%
move(
    figures.scores,
    factor=(0.25, 4, 0.25),
    true_class=[0, 1, 2, 3, 4],
    start={"factor": 1, "true_class": 1},
    shown=[{"factor": 0.25}, {"factor": 1}, {"factor": 4}],
)

# %% [markdown]
# *Figure 3: five scores times a factor, their softmax, and the gradient dS; the true class is hatched. Larger
# differences make softmax more certain: the highest score, of class 2, has the probability 0.27, 0.55 and 0.98 with
# the factors 0.25, 1 and 4. The gradient is the same as the probabilities, except that 1 is taken off the true
# class. A step against it raises the true score, and lowers the others the more, the more probable they were.*

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
# shape of $\theta$, whatever shape that is. The caller's $\theta$ has to come back as it was. And count in `float64`:
# try what becomes of a small step in an array of integers. Expect that nothing moves, without a word.

# %%
theta = np.array([2, 5])
theta[0] = theta[0] + 1e-5
print(theta)

# %% [markdown]
# **Write** `numerical_gradient(f, theta, h)` in `neuralnet/backprop.py`. (`np.ndindex(theta.shape)` runs over the
# indices of an array of any shape.)

# %%
grader.check("numerical_gradient")

# %% [markdown]
# ### See it: why $h = 10^{-5}$?
#
# From here on we compare two numbers $a$ and $b$ by their **relative error**, $|a - b| / \max(10^{-8}, |a| +
# |b|)$, and two arrays by the largest relative error of their entries. Take the derivative of $e^t \sin t$ at $t = 1$,
# where we know the truth.
#
# **Guess.** With $h = 10^{-10}$ instead of $10^{-5}$ the difference is `"more exact"`, `"the same"` or
# `"less exact"`?

# %%
guess = None  # "more exact", "the same" or "less exact"
figures.how_small(guess)

# %% [markdown]
# *Figure 4: relative error against the step h, for central and one-sided differences. Both fall and then rise again,
# like a U; a diamond marks h = 10⁻¹⁰, where the central difference is thousands of times less exact than at 10⁻⁵.
# On the left, h is so large that the function bends within the step; this error shrinks like h² for central
# differences, but only like h for one-sided ones. On the right, the two values agree in so many digits that
# their difference is mostly rounding. A guess is a dashed arrow.*
#
# Rule of thumb for gradient checks in this course: a relative error below $10^{-6}$ is right, above $10^{-3}$ there
# is a bug, and in between you should look closer.

# %% [markdown]
# ### Move it: a step too long, too short, or over a kink
#
# ReLU has a kink at 0. Right of it the slope is 1, but a difference whose left foot stands on the other side says
# something else. Where is the border? And what does a smaller $h$ do about it?

# %%
move(
    figures.difference,
    log10_h=(-15, -1, 0.5),
    function=["e^t sin t at 1", "ReLU near its kink"],
    log10_distance=(-7, -3, 0.5),
    start={"log10_h": -5, "log10_distance": -6},
    shown=[{"log10_h": -1}, {"log10_h": -15}, {"function": "ReLU near its kink"}],
)

# %% [markdown]
# *Figure 5: left, the function around t in units of h, with the two points of the central difference and the line
# through them; right, its relative error for every h, the chosen one as a diamond. With h = 0.1 the curve bends
# within the step, with 10⁻¹⁵ rounding
# makes it a staircase. At a distance of 10⁻⁶ from ReLU's kink, h = 10⁻⁵ gives 0.55 instead of
# 1; once h is no longer than the distance, the slope is right again. (`log10 distance` is for ReLU only.)*

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
grader.check("dense_backward")

# %% [markdown]
# ### See it: what does a gradient look like?
#
# Take the simplest classifier of images: no hidden layer, ten classes, all weights zero. Row $k$ of $dW$ has one
# number for each of the 784 pixels, so we can look at it as an image. A step of gradient descent goes *against* the
# gradient; so here is $-dW$ on 1,000 pictures of clothes (Fashion-MNIST).

# %%
from labdata import load_fashion_mnist
from neuralnet.backprop import backward, dense_backward, numerical_gradient
from neuralnet.layers import dense_forward, forward
from neuralnet.losses import softmax_cross_entropy, squared_error

X_train, y_train = load_fashion_mnist(1000, 0)[:2]
W, b = np.zeros((10, 784)), np.zeros((10, 1))
loss, dS = softmax_cross_entropy(dense_forward(W, b, X_train), y_train)
print(f"loss {loss:.4f}; log 10 is {np.log(10):.4f}")
figures.first_step(-dense_backward(dS, W, X_train)[0])

# %% [markdown]
# *Figure 6: ten small images, one for each class; bright means that the weight goes up, dark that it goes down. Each
# shows the blurred mean picture of its own class, less that of all classes: a dark gap between the legs of the trousers,
# a dark shaft above the sandals, which leave most of the picture empty. That is $dZ\,X^\top$ at work: each image is
# added with the weight "true minus predicted". Backpropagation draws what makes the class different.*

# %% [markdown]
# ### Predict: how long may a step be?
#
# The simplest network of all is a straight line, $\hat y = wx + b$, here from the brightness of a picture's top half
# to that of its bottom half (60 real pictures, scaled). Descent repeats $w \leftarrow w - \eta\, dw$ and $b
# \leftarrow b - \eta\, db$ with your `dense_forward`, `squared_error` and `dense_backward`. With the *rates* $\eta$
# = 0.3, 1 and 1.9 it arrives at the best line.
#
# **Guess.** And with 2.1? The loss comes down `"a little slower"`, `"stays"` where it is, or `"explodes"`?

# %%
guess = None  # "a little slower", "stays" or "explodes"
figures.rates(guess)

# %% [markdown]
# *Figure 7: the loss over 60 steps, on a logarithmic axis. With the rates 0.3, 1 and 1.9 it comes down and ends at 0.27
# or 0.28. With 2.1 it explodes: 100,000 after 60 steps, and ten times as much every 12 steps. The harm does not
# grow bit by bit. A guess is a dashed line.*

# %%
move(
    figures.bowl,
    rate=(0.05, 2.2, 0.05),
    steps=(1, 60, 1),
    w=(-4, 4, 0.5),
    b=(-3, 3, 0.5),
    start={"rate": 1, "steps": 30, **figures.START},
    shown=[{"rate": 0.05}, {"rate": 1}, {"rate": 2.1}],
)

# %% [markdown]
# *Figure 8: left, lines of equal loss over w and b, the best place as a star, and the path from the start (the large
# dot); right, the loss at each step. At 0.05 the path crawls; at 1 it is at the best b at once and walks straight on to the best w;
# near 2 it jumps from wall to wall across the valley, and beyond 2 each jump is longer than the last. The border is
# 2 / curvature, and along b the loss has curvature 1.*

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
grader.check("backward")

# %% [markdown]
# ### See it: your backpropagation against your differences
#
# Here is *the* test of every backward pass; you will want it again in labs 4 and 5. For each array of parameters it
# compares your `backward` with your `numerical_gradient`, in the order in which `backward` finds them: last layer
# first. If yours is wrong somewhere, the first bad line names the place. (With a single example $db$ is $dZ$ itself,
# so `small_network(2, examples=1)` looks at the chain, and more examples at the sums.)


# %%
def loss_with(theta, params, X, y, activation, place):
    """Loss of the network with one array replaced: place is (layer, 0 for its W or 1 for its b)."""
    changed = [list(pair) for pair in params]
    changed[place[0]][place[1]] = theta
    return softmax_cross_entropy(forward(changed, X, activation)[-1], y)[0]


# %%
def check(params, X, y, activation, h=1e-5):
    """Relative error of each gradient, last layer first: {"layer 3, dW": …}."""
    H = forward(params, X, activation)
    grads = backward(params, H, softmax_cross_entropy(H[-1], y)[1], activation)
    errors = {}
    for place in [(layer, part) for layer in reversed(range(len(params))) for part in (0, 1)]:
        theta = params[place[0]][place[1]]
        slow = numerical_gradient(lambda t: loss_with(t, params, X, y, activation, place), theta, h)
        name = f"layer {place[0] + 1}, {('dW', 'db')[place[1]]}"
        errors[name] = relative_error(grads[place[0]][place[1]], slow)
    return errors


# %%
for name, error in check(*figures.small_network(2), "tanh").items():
    print(f"{name}: relative error {error:.0e}")

# %% [markdown]
# Errors of about $10^{-8}$ and below: the two agree, although one used the chain rule and the other did not. So two that
# agree are right? Two experiments, one in which they agree and one in which they do not.
#
# **Guess.** A friend *sums* the loss over 30 pictures instead of taking the mean, and the gradient too. Will the
# gradient check notice: `"yes"` or `"no"`?

# %%
guess = None  # "yes" or "no"
figures.summed(guess)

# %% [markdown]
# *Figure 9: two lamps for a loss that is summed over 30 pictures. That of the gradient check is lit (✓): the gradient
# *is* that of the friend's loss. The second lamp is dark (✗): a network that knows nothing should start near
# log 10 = 2.30, and this one starts at 68.5, about 30 times as high.*
#
# A gradient check tells whether gradient and loss belong together. It cannot tell whether it is the loss you
# meant; that is what $\log K$ is for. Now the other way round: 15 ReLU networks and 15 tanh networks, all with the
# right gradient, checked with a step of $10^{-3}$, and the ReLU networks with $10^{-5}$, too.

# %%
for activation, h in (("tanh", 1e-3), ("relu", 1e-3), ("relu", 1e-5)):
    worst = [
        max(check(*figures.small_network(seed, examples=60), activation, h).values())
        for seed in range(15)
    ]
    print(f"{activation}, h = {h:g}: {sum(e > 1e-3 for e in worst)} of 15 above 1e-3")

# %% [markdown]
# With the long step six of 15 right ReLU networks look as if they had a bug, and no tanh network does. Sixty examples
# and eleven hidden units have 660 scores, and in just these six networks a step carries at least one over ReLU's kink. The
# shorter step clears them all. If a check of a ReLU network fails, try another $h$ before you search for a bug.

# %% [markdown] option="graph"
# ### If you like: the whole thing as a graph
#
# This part is not graded; plan 30 minutes. Libraries such as PyTorch do not know layers when they go backward. They
# know single operations, and remember for each number where it came from. That takes three short cells. A `Value`
# keeps its parents and, for each, the slope of the operation:


# %% option="graph"
class Value:
    def __init__(self, data, parents=(), slopes=(), name=""):
        self.data, self.grad, self.name = float(data), 0.0, name
        self.parents, self.slopes = parents, slopes

    def __add__(self, other):
        return Value(self.data + other.data, (self, other), (1.0, 1.0), "+")

    def __mul__(self, other):
        return Value(self.data * other.data, (self, other), (other.data, self.data), "·")


# %% [markdown] option="graph"
# An operation of one number has one parent. Going backward needs an order in which every value comes after all it
# is made from; then each hands its gradient, times the slope, to its parents. **Why `+=`, and not `=`?** Try $x
# \cdot x + x$ at $x = 3$ both ways.


# %% option="graph"
def tanh_of(value):
    h = float(np.tanh(value.data))
    return Value(h, (value,), (1.0 - h * h,), "tanh")


def in_order(last, found):
    if last not in found:
        for parent in last.parents:
            in_order(parent, found)
        found.append(last)
    return found


# %% option="graph"
def go_back(last):
    last.grad = 1.0
    for value in reversed(in_order(last, [])):
        for parent, slope in zip(value.parents, value.slopes, strict=True):
            parent.grad += slope * value.grad


# %% [markdown] option="graph"
# Now the network from the example by hand, $s = 3\,\sigma(0 \cdot 2 + 0) + 1$, with $\sigma(z) = \tfrac12 +
# \tfrac12 \tanh(z/2)$. Its four gradients have to be those of your `backward`.

# %% option="graph"
x, half = Value(2, name="x"), Value(0.5, name="½")
W1, b1, W2, b2 = (Value(v, name=n) for v, n in ((0, "W1"), (0, "b1"), (3, "W2"), (1, "b2")))
h = half * tanh_of(half * (W1 * x + b1)) + half
s = W2 * h + b2
go_back(s)
figures.graph(s)
params = [(np.array([[0.0]]), np.array([[0.0]])), (np.array([[3.0]]), np.array([[1.0]]))]
H = forward(params, np.array([[2.0]]), "sigmoid")
print("backward:", [(dW.item(), db.item()) for dW, db in backward(params, H, np.eye(1), "sigmoid")])
print("graph:   ", [(W1.grad, b1.grad), (W2.grad, b2.grad)])

# %% [markdown] option="graph"
# *Figure 9a: the calculation as a graph, from left to right, each node with its value and its gradient; grey nodes
# were given, the last one is s. The gradients of W1, b1, W2 and b2 are 1.5, 0.75, 0.5 and 1, those of `backward`.*
#
# Write one more operation, $e^z$, in the same three lines, and build `softmax` for two scores from it.

# %% [markdown]
# ## Part 3. Neural networks can approximate any function
#
# Now put it all together. We want a network that maps $x$ to a wavy curve $y(x)$. It has one input, one hidden layer
# of tanh units, and one linear output. We start from random weights and repeat: forward, loss, backward, and then
# take a small step downhill, $W \leftarrow W - \eta\, dW$. That is **gradient descent**. Everything in this loop is
# yours.


# %%
def fit(sizes, activation="tanh", steps=1500, learning_rate=0.2, seed=1):
    """Gradient descent on the squared error; gives the network and its loss at each step."""
    params, losses = figures.start(sizes, np.random.default_rng(seed)), []
    for _ in range(steps):
        H = forward(params, figures.CURVE_X, activation)
        loss, dY_hat = squared_error(H[-1], figures.CURVE_Y)
        losses.append(loss)
        for layer, (dW, db) in enumerate(backward(params, H, dY_hat, activation)):
            W, b = params[layer]
            params[layer] = (W - learning_rate * dW, b - learning_rate * db)
    return params, losses


# %%
figures.fitted(
    {(1, *hidden, 1): fit((1, *hidden, 1)) for hidden in ((1,), (2,), (4,), (16,), (10, 10))}
)

# %% [markdown]
# *Figure 10: five panels with the same wavy data, as dots, and the output of a network, as a line. With one hidden unit
# the network can only make one step. With two it makes two steps, with four it follows the large waves, and with
# sixteen the whole curve. Every hidden unit adds one smooth step, up or down, and enough steps make any curve. The
# last network has two hidden layers ("deep" learning): the same `backward` trains it without a change. Deeper is not
# better by itself: with its 141 parameters it ends at a loss of 0.0012, the single layer of 16 units with 49 at 0.0008.*
#
# "Can approximate any function" is a statement about what weights *exist*. Whether gradient descent *finds* them is
# another question, and it is the topic of lab 3.

# %% [markdown] question="two_gradients"
# ### Written: why both gradients? (4 points)
#
# A network 784-128-10 for the images of Figure 6. (a) How many parameters does it have, weights and biases? How many
# forward passes does `numerical_gradient` need for the whole gradient, and roughly how many forward passes' worth of
# work is one `backward`? (b) So why do we train with backpropagation, why do we still keep the numerical gradient,
# and what is *one* mistake that a comparison of the two cannot find?

# %% [markdown] answer="two_gradients"
# **Model answer.** (a) $128 \cdot 784 + 128 + 10 \cdot 128 + 10 = 101{,}770$ parameters; two passes each: $203{,}540$.
# One `backward` does for each layer two matrix products (for $dW$ and $dX$) where the forward pass does one, so it
# costs about two forward passes, whatever the number of parameters. (b) Backpropagation gives the same gradient about
# 100,000 times cheaper, and without the error of differences; training needs thousands of gradients. The numerical
# gradient does not use the chain rule, so it does not repeat the mistakes of a derivation: it is the independent
# check of a new backward pass, on a small network. It cannot find a loss that is not the one that was meant: summed
# instead of averaged, or of the wrong labels. The right gradient of a wrong loss passes (Figure 9).
#
# **Rubric** (4 points).
#
# | level | sample |
# | --- | --- |
# | 0 | "Backpropagation is faster." |
# | half, 2 | "101,770 parameters, so 203,540 forward passes instead of about two." (1 for either number alone) |
# | full, 4 | Also: "the slow one is kept as a check because it does not use the chain rule, *and* it cannot see a wrong loss, such as a sum instead of a mean." (3 with only one of the two) |

# %% [markdown]
# ## Part 4. Find the bug
#
# Below is a layer that you do not know yet, a *gated* layer, as it is used in large language models. A second set of
# weights decides for each output, by a sigmoid between 0 and 1, how much of it is let through:
#
# $$A = WX + b \qquad G = \sigma(VX + c) \qquad H = A \circ G$$
#
# Its backward pass gets $dH$ and returns $dW$, $db$, $dV$, $dc$, $dX$. **It has exactly one bug.** Shapes do not show
# it, and no picture does. Do not stare at it: measure. Compare each of the five gradients with your
# `numerical_gradient`, as the cell below does for $dW$. Use a loss like $\sum dH \circ H$ with a *random* $dH$: then the
# gradient of the loss with respect to $H$ is exactly $dH$.

# %%
from neuralnet.activations import sigmoid_gradient


def gated_forward(W, b, V, c, X):
    A = dense_forward(W, b, X)
    G = sigmoid(dense_forward(V, c, X))
    return A, G, A * G


# %%
def gated_backward(dH, W, b, V, c, X):
    A, G, H = gated_forward(W, b, V, c, X)
    dA = dH * G
    dG = dH * A
    dZ = dG * sigmoid_gradient(A)
    dW, db, dX_values = dense_backward(dA, W, X)
    dV, dc, dX_gate = dense_backward(dZ, V, X)
    return dW, db, dV, dc, dX_values + dX_gate


# %%
rng = np.random.default_rng(3)
W, b, V, c, X = (rng.normal(size=shape) for shape in ((3, 5), (3, 1), (3, 5), (3, 1), (5, 7)))
dH = rng.normal(size=(3, 7))
dW, db, dV, dc, dX = gated_backward(dH, W, b, V, c, X)

slow = numerical_gradient(lambda W: np.sum(dH * gated_forward(W, b, V, c, X)[-1]), W)
print(f"dW: relative error {relative_error(dW, slow):.0e}")

# %% [markdown]
# Check the other four in the next cell, and repair a copy of `gated_backward` there.

# %%
# Your experiments: check db, dV, dc and dX here, repair a copy of gated_backward.

# %% [markdown] question="find_the_bug"
# ### Written: find the bug in a backward pass (6 points)
#
# (a) Give the relative error that you measured for each of the five gradients. (b) What do the wrong ones have in
# common, and which lines does that leave? (c) Which line is wrong, what should it say, and why? (d) How do you know
# that your repair is right?

# %% [markdown] answer="find_the_bug"
# **Model answer.** (a) $dW$ and $db$: about $10^{-9}$ or below, right. $dV$, $dc$ and $dX$: relative errors of order
# 1, wrong. (b) Everything that depends on the gate path ($G$, $V$, $c$) is wrong; $dX$ is wrong because it is the sum
# of both paths. The path through $A$ is right. That leaves the lines that compute `dG`, `dZ` and the second
# `dense_backward`. (c) `dZ = dG * sigmoid_gradient(A)` is wrong: the derivative of the gate's sigmoid has to be taken
# at the gate's own value, `sigmoid_gradient(G)`, since $G = \sigma(\cdot)$ and `sigmoid_gradient` wants the function
# value. $A$ has never been through a sigmoid. (d) With `G` all five relative errors are below $10^{-7}$.
#
# **Rubric** (6 points).
#
# | level | sample |
# | --- | --- |
# | 0 | "The sigmoid's gradient looks wrong." (nothing measured, no line) |
# | 2 | The right line with its repair, found by reading: nothing measured in (a). |
# | half, 3 | Some gradients measured, the line repaired without a reason: "with G the error of dV is small." |
# | full, 6 | All five errors before (2) and after (1); "wrong are exactly those on the gate path" (1); the line, with the reason: "sigmoid_gradient wants the value that came out of the sigmoid, and that is G" (2). |

# %% [markdown]
# ### `wrong_gradients` (a bonus of 4 points)
#
# Go one step further and make the search a **detector**. It gets *any* layer as two functions of a dict of arrays:
# `forward(arrays)` gives $H$, and `backward(dH, arrays)` gives a dict of gradients with the same names. `shapes` names
# the arrays and their shapes, such as `{"W": (3, 5), "b": (3, 1), …}`. The detector tries the layer on random numbers of
# its own and returns the names of the wrong gradients, sorted, such as `["W", "b"]`. It has to find two bugs in one
# layer, and to leave a right layer in peace, even one with kinks.
#
# **Open `neuralnet/detect_gradients.py` and write `wrong_gradients(forward, backward, shapes)`**; to use your
# `numerical_gradient` there, import it first: `from .backprop import numerical_gradient`. Its points come on
# top of the 100: who leaves it out can still have all. Hidden checks bring other layers, wrong and right; to name all
# gradients always, or none ever, has no points.

# %%
grader.check("wrong_gradients")

# %% [markdown]
# ## Part 5. An experiment of your own
#
# Find the smallest network that follows a curve of your own: a loss of 0.01 *between* the training points, where it
# was not trained. Width, depth, activation: what counts? Take the template's question apart, or a curve with a jump, a kink or a
# faster wave. Write question and guess *before* you run the rest, and say which result would prove your guess wrong.
# Where a loss becomes `nan`, the rate is too high for that network, as in Figure 8: halve it and double the steps, for
# all settings alike.

# %%
question = "How many hidden units does this curve need for a loss of 0.01 between the points?"
guess, wrong_if = None, "…"  # a name in `settings`; the result that would refute you

# %%
settings = {
    "2 units": (1, 2, 1),
    "4 units": (1, 4, 1),
    "8 units": (1, 8, 1),
    "4 + 4 units": (1, 4, 4, 1),
}
seeds, steps, rate, activation = (1, 2, 3), 1000, 0.1, "tanh"  # the same for all settings


def curve(x):
    return 0.6 * np.sin(6 * x) + 0.4 * x * np.cos(11 * x)


# %%
figures.CURVE_Y = curve(figures.CURVE_X)  # what `fit` trains on
between = (figures.CURVE_X[:, 1:] + figures.CURVE_X[:, :-1]) / 2
results = {}
for name, sizes in settings.items():
    fits = [fit(sizes, activation, steps, rate, seed)[0] for seed in seeds]
    outputs = [forward(params, between, activation)[-1] for params in fits]
    results[name] = [squared_error(output, curve(between))[0] for output in outputs]
    print(f"{name:12s}", np.array(results[name]))

# %%
figures.compare(results, guess)

# %% [markdown]
# *Figure 11: loss between the training points, one row a setting, on a logarithmic axis; a circle is one seed, the line
# their mean, dotted the goal of 0.01, dashed the guess. In the template's example 2 units stay at 0.063 for each
# seed; with 4, 8 and 4 + 4 units all seeds are below 0.01, and their circles overlap.*

# %% [markdown] question="experiment"
# ### Written: your experiment (6 points)
#
# Give (1) your question, your guess, and the result that would have refuted it, (2) what you varied and what
# stayed the same, (3) the numbers for at least three seeds, beside those of a network to compare with, and then three
# sentences: (4) what you found, (5) what your numbers do *not* show, (6) what you would try next.

# %% [markdown] answer="experiment"
# **Model answer** (one of many). (1) How many hidden units does the template's curve need for 0.01 between the points?
# Guess: 8; refuted if 4 are below 0.01 for all seeds. (2) Hidden units 2, 4, 8 and 4 + 4; curve, 60 training points, 1,000
# steps, rate 0.1, tanh stay. (3) 2 units 0.063 for each; 4 units 0.0090, 0.0081, 0.0096; 8 units 0.0083, 0.0062, 0.0093;
# 4 + 4 units 0.0085, 0.0091, 0.0090. (4) 4 units are enough, 2 are not: my guess is refuted. (5) It does not show that 4
# units are enough for other curves, nor that 3 are not, and 8 might be better after more steps. (6) 3 units, and all of
# them for 10,000 steps.
#
# **Rubric** (6 points).
#
# | level | sample |
# | --- | --- |
# | 0 | Nothing was run, or the template's example is handed in as it is. |
# | 2 | It runs, one number, a claim: "8 units have 0.006, so 8 units are enough." |
# | 4 | A network to compare with and the spread over seeds, and a claim no wider than they allow: "4 units are below 0.01 for all three seeds, 2 units for none; after 1,000 steps, for this curve." |
# | 6 | Also says beforehand which result would refute the guess, and judges by points that were kept aside (between the training points, and not used to choose the setting). |

# %% [markdown]
# ## You can now …
#
# - say how wrong a network is with one number, and what that number should be before anything is learned;
# - give every weight its share of the blame, by going back through the network once;
# - check a gradient that somebody wrote, and say what such a check cannot see.
#
# In lab 3 you will train on images: where to start, which examples to look at, how far to step.
