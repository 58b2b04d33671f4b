# %% [markdown]
# # Lab 1: From one perceptron to a network that recognises clothes
#
# ## Who taught this thing what a boot is?

# %%
import figures
import numpy as np
from explore import move

figures.the_end()

# %% [markdown]
# *Figure 1: eighteen pictures of clothes with the answers of a small network above them: two rows with twelve
# right answers together (✓), among them an ankle boot, and a row of six mistakes (✗, bold, the true class in brackets).*
#
# Nobody wrote a rule for boots. The network is 25,818 numbers, and at the end of this lab *your* code turns
# them into these answers. You build its **forward pass**, everything that happens between an input and the
# answer: three activation functions, a perceptron that learns from its mistakes, two layers that do what one
# cannot, and a network of three layers. Then you find out what it really knows about boots. How such a
# network *learns* is the topic of labs 2 and 3.
#
# Plan **200 minutes in three sittings**: Part 1 (60 minutes), Part 2 (60), Parts 3 to 5 (80).
#
# **How it works.** What you write waits for you as stubs in the files `activations.py`, `perceptron.py`
# and `layers.py` of the folder `neuralnet`: each has a docstring that says what goes in and what comes
# out, and you replace its last line by your code. In the browser, a stub stands with its question, and a
# button checks it. In Jupyter, open the file, save it, come back, run the question's check; the notebook
# picks up your change by itself. Every function here is short (one to ten lines). (`detect_flatten.py` is
# for a bonus in Part 4.)
#
# You see the *public* checks of a question. About half of the points are for *hidden* checks of the same
# function on other inputs: other shapes, whole numbers, very large numbers. If you follow the docstring
# and not just the example, you will pass them.
#
# Now and then you are asked to **guess** before a picture is drawn. A guess is never graded; it stays `None`
# if you do not want to. Guess anyhow: a picture that contradicts you is remembered.
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
# Three rules for all functions: the input may be whole numbers, and the result is not cut to whole numbers
# for that; the input is never changed; any sizes work.

# %% [markdown]
# ## Part 1. Activation functions
#
# A unit of a network computes a weighted sum of its inputs, the **score** $z$, and sends it through an
# **activation function** $a(z)$. Without that function, two layers one after the other would still be
# one linear function, and depth would be useless. You write the three of the lecture, and the slope of each.

# %% [markdown]
# ### `relu`
#
# The rectified linear unit lets positive scores through and stops the rest:
#
# $$\operatorname{ReLU}(z) = \max(0, z)$$
#
# By hand: $\operatorname{ReLU}(-2.5) = 0$, $\;\operatorname{ReLU}(0) = 0$, $\;\operatorname{ReLU}(4) = 4$.
#
# **Write `relu(z)` in `neuralnet/activations.py`**: an array `z` of any shape goes in, an array of the
# same shape comes out. The maximum is taken entry by entry, not along an axis, and `z` stays as it is.

# %%
grader.check("relu")

# %% [markdown]
# ### `relu_gradient`
#
# Learning will need the slope of $a$ at the score $z$. The lecture's point about these three functions is
# that you need not keep $z$: **the slope is easy from the function value** $h = a(z)$, which the forward
# pass has computed anyway. So the three functions for slopes take $h$, not $z$.
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
# ### `tanh`
#
# The hyperbolic tangent is S-shaped and runs from $-1$ to $1$, so it is centred at zero:
#
# $$\tanh(z) = \frac{e^{z} - e^{-z}}{e^{z} + e^{-z}}$$
#
# By hand: $\tanh(0) = 0$, and $\tanh(1) = (2.7183 - 0.3679)/(2.7183 + 0.3679) = 0.7616$.
#
# **A trap.** The formula as it stands works until it does not. Try it on larger scores. Expect a warning of an
# overflow and, in place of the last value, `nan`, "not a number": $e^{1000}$ is larger than any float, so it
# becomes `inf`, and `inf / inf` is nothing at all. The true value is 1.

# %%
z = np.array([1.0, 100.0, 1000.0])
print((np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z)))

# %% [markdown]
# **Write `tanh(z)` in `neuralnet/activations.py`** so that it is right for every score. You may use what
# NumPy offers.

# %%
grader.check("tanh")

# %% [markdown]
# ### `tanh_gradient`
#
# $$\tanh'(z) = 1 - h^2 \qquad\text{with } h = \tanh(z)$$
#
# By hand: at $z = 0$, $h = 0$ and the slope is $1$. At $z = 1$, $h = 0.7616$ and the slope is $1 - 0.58 = 0.42$.
#
# **Write `tanh_gradient(h)`.** If you find yourself calling `tanh` in it, you have an $h$ in hand already.

# %%
grader.check("tanh_gradient")

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
# **The trap again.** This time no ready function of NumPy helps. For $z = -1000$ the formula asks for
# $e^{1000}$. Try it: the value comes out right, $1/\infty = 0$, but with a warning, and what runs on a warning
# runs on luck. The other way to write it, $e^{z}/(1 + e^{z})$, is harmless exactly where the first is not, and
# gives `nan` where the first was fine.

# %%
z = np.array([-1000.0, 0.0, 1000.0])
print("1 / (1 + e^-z):  ", 1 / (1 + np.exp(-z)))
print("e^z / (1 + e^z): ", np.exp(z) / (1 + np.exp(z)))

# %% [markdown]
# Find a way to use only exponents that are zero or negative, for arrays that hold scores of both signs.
#
# **Write `sigmoid(z)`.**

# %%
grader.check("sigmoid")

# %% [markdown]
# tanh is a sigmoid, stretched and shifted: $\tanh(z) = 2\,\sigma(2z) - 1$. Measure it: the two sides should
# differ by rounding only.

# %%
from neuralnet.activations import relu, sigmoid, tanh

z = np.linspace(-20, 20, 1001)
difference = np.abs(tanh(z) - (2 * sigmoid(2 * z) - 1)).max()
print(f"largest |tanh(z) - (2 sigmoid(2z) - 1)| = {difference:.1e}")

# %% [markdown]
# ### `sigmoid_gradient`
#
# $$\sigma'(z) = \frac{e^{-z}}{(1 + e^{-z})^2} = h\,(1 - h) \qquad\text{with } h = \sigma(z)$$
#
# By hand: at $z = 0$ we have $h = 0.5$ and the slope is $0.5 \cdot 0.5 = 0.25$, the largest it can be and a
# quarter of tanh's. At $z = 5$ we have $h = 0.9933$, and the slope is only $0.9933 \cdot 0.0067 = 0.0066$.
#
# **Write `sigmoid_gradient(h)`.**

# %%
grader.check("sigmoid_gradient")

# %% [markdown]
# ### See it: where the slope dies
#
# A unit **saturates** where its curve is flat: whatever you change in front of it, nothing comes out. In the
# picture, the parts where the slope is under a twentieth of its largest value are hatched.

# %%
figures.activations()

# %% [markdown]
# *Figure 2: output (solid) and slope (dashed) of each activation function for scores from −8 to 8. The
# sigmoid's slope is a low bump, never above 0.25, and flat (hatched) beyond about ±4.4; tanh's slope reaches
# 1, but is flat beyond about ±2.2; ReLU's slope is 1 for every positive score and 0 for every negative one,
# so only the left half is flat.*
#
# **Guess.** Scores are drawn at random around 0 with a spread of 5. Which of the two S-shaped functions is
# flat more often: `"sigmoid"`, `"tanh"`, or is it the same, `"neither"`?

# %%
guess = None  # "sigmoid", "tanh" or "neither"
figures.flat_share(guess)

# %% [markdown]
# *Figure 3: share of units that are flat, for scores of spread 1 (plain bars) and 5 (hatched). At spread 1
# sigmoid and tanh are hardly ever flat; at spread 5 it is 38 % of the sigmoids and 66 % of the tanh units,
# whose steeper curve is left behind sooner. ReLU is flat for half of the scores whatever the spread.*
#
# Now the other pros and cons. *Mean output* shows whether outputs are centred at zero, *one sign* is the share
# of examples for which five units' outputs all have the same sign (or are 0).

# %%
from time import perf_counter

Z = np.random.default_rng(260).normal(0, 5, size=(5, 40_000))
for a in (sigmoid, tanh, relu):
    begin = perf_counter()
    H = a(Z)
    took = perf_counter() - begin
    one_sign = (H >= 0).all(axis=0) | (H <= 0).all(axis=0)
    print(f"{a.__name__:8s} mean output {H.mean():6.3f}   one sign {one_sign.mean():4.0%}", end="")
    print(f"   {took / Z.size * 1e9:5.1f} ns a score")

# %% [markdown]
# - **Saturation.** Where a unit is flat, no gradient passes it. ReLU is flat for half of the scores, but where it
#   is not, its slope is a full 1.
# - **Zero-centred.** Only tanh's mean output is 0. The outputs of sigmoids are *all* positive, and a ReLU's are
#   never negative. A weight's gradient is (error of the unit) × (input of the weight), so if all inputs are
#   positive, all weights of a unit get gradients of one sign: they can only all grow or all shrink in one step.
#   Lab 3 shows the zig-zag path that follows, and what centring the inputs does about it.
# - **Cost.** ReLU needs no exponential, and so takes a fraction of the time. (Times vary from run to run.)
#
# ReLU has a drawback of its own: a unit whose score is negative for *every* example has slope 0 for every
# example and never changes again. It is called **dead**. You will meet dead units in lab 3.

# %% [markdown] question="sigmoid_drawbacks"
# ### Written: what is wrong with the sigmoid? (5 points)
#
# A friend builds a network of ten layers of sigmoid units, and it hardly learns.
#
# (a) Explain with the formula of the sigmoid's slope why little of a gradient arrives at the first layers.
#
# (b) The table above says that ReLU's outputs share a sign as well, and Figure 3 that half of the ReLUs are flat.
# Why is it still the sigmoid that is blamed, and not ReLU? Argue with the slopes where a unit is *on*.

# %% [markdown] answer="sigmoid_drawbacks"
# **Model answer.** (a) The slope is $h(1-h) \le 1/4$, with equality only at $z = 0$, and nearly 0 where the unit
# is saturated (h near 0 or 1). The gradient is multiplied by such a slope at every layer on its way back, so
# after ten layers at most $(1/4)^{10} \approx 10^{-6}$ of it is left before the weights are counted: the first
# layers hardly change.
#
# (b) One sign slows the steps of both alike. But a ReLU that is on has slope exactly 1: through units that are on,
# the gradient passes ten layers undiminished, and for each example about half of the units are on. *Every*
# sigmoid takes away at least three quarters of it, even at its best. (ReLU's price: a unit that is off for all
# examples is dead.)
#
# **Rubric** (5 points; (a) 2½, (b) 2½, each level by the sentence that fits best).
#
# | level | (a) | (b) |
# | --- | --- | --- |
# | 0 | "The sigmoid saturates." (a word, no slope) | "ReLU is faster to compute." |
# | half, 1 | "Its slope is at most 1/4." *or* "small factors are multiplied" | "ReLU does not saturate for positive scores." |
# | full, 2½ | "At most 1/4 a layer, multiplied ten times: a millionth is left." | "Where a ReLU is on its slope is 1, so a product of such slopes stays 1; the sigmoid's product shrinks even at its best." |

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
# **Write `perceptron_predict(w, b, X)` in `neuralnet/perceptron.py`**, for all columns of $X$ ($p \times
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
figures.line_that_learns()

# %% [markdown]
# *Figure 4: 24 pictures as points, dresses as black discs (bright middle, dark sides) and pullovers as open
# squares (bright sides). Hatched is the region where the perceptron says "dress". After one epoch it calls
# everything the same; with more epochs the line turns and shifts until, after 20 epochs, it separates all
# dresses from all pullovers.*

# %% [markdown]
# ### Move it: a line of your own
#
# Now be the learning rule yourself. What does `b` do to the line, what do `w1` and `w2`? Get all 24 points
# right (they allow little play), then set all three numbers to half of their values: what happens, and why? Then
# switch to XOR, "one or the
# other, but not both", and try to get all *four* points right.

# %%
move(
    figures.line,
    w1=(-3, 3, 0.1),
    w2=(-3, 3, 0.1),
    b=(-3, 3, 0.1),
    data=["dress or pullover", "XOR"],
    start={"w1": 1.0, "w2": -1.0, "b": 0.0},
    shown=[{}, {"w2": -2.6, "b": -0.4}, {"data": "XOR"}],
)

# %% [markdown]
# *Figure 5: points and a line at the weights that you choose; hatched where the answer is 1, the number of wrong
# points above. `b` pushes the line, `w1` and `w2` turn it; all three halved or doubled give the same line. With
# the weights of the start (1, −1, 0) half of the 24 points are wrong, with (1, −2.6, −0.4) none. On XOR at least
# one of the four points stays wrong, whatever you do.*

# %% [markdown]
# ### `xor_params`
#
# In 1969 Minsky and Papert showed that no perceptron can compute XOR, and interest in neural networks fell for
# years. The misconception was to take this as a weakness of neural networks. It is a weakness of *one* unit. A
# second layer removes it.
#
# | $x_1$ | $x_2$ | $x_1$ XOR $x_2$ |
# | --- | --- | --- |
# | 0 | 0 | 0 |
# | 0 | 1 | 1 |
# | 1 | 0 | 1 |
# | 1 | 1 | 0 |
#
# **Write `xor_params()`**: choose, with paper and pencil (and Figure 5), weights for a network of two layers of
# step units ($1$ where the score is $> 0$, else $0$):
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
# First a single perceptron tries to learn XOR for 1,000 epochs. Then your two layers.

# %%
figures.xor()

# %% [markdown]
# *Figure 6: the four inputs of XOR, discs where it is 1 (top left and bottom right), squares where it is 0.
# Hatched is where the network answers 1. Left, one perceptron: one side of a line, and at least one corner is
# always wrong. Right, two layers: a region that holds both discs and neither square, often a diagonal band
# between two parallel lines (yours may have another shape).*

# %% [markdown] question="why_xor"
# ### Written: why one perceptron cannot compute XOR (5 points)
#
# (a) Write down the four inequalities that $w_1, w_2, b$ would have to satisfy, and show that they contradict
# each other.
#
# (b) What do the two hidden units of *your* `xor_params` compute, and why is the second layer's task then
# easy?

# %% [markdown] answer="why_xor"
# **Model answer.** (a) $b \le 0$ for (0, 0); $\;w_2 + b > 0$ for (0, 1); $\;w_1 + b > 0$ for (1, 0); $\;w_1 + w_2 + b \le 0$
# for (1, 1). Adding the second and the third gives $w_1 + w_2 + 2b > 0$, and adding the first and the fourth
# gives $w_1 + w_2 + 2b \le 0$: a contradiction.
#
# (b) For example $h_1$ = OR (weights 1, 1, bias −0.5) and $h_2$ = AND (weights 1, 1, bias −1.5). The four
# inputs become (0,0), (1,0), (1,0), (1,1), and XOR is 1 exactly for (1, 0): one line, such as $h_1 - h_2 =
# 0.5$, separates that point from the other two. The hidden layer has moved the points so that they are
# linearly separable.
#
# **Rubric** (5 points).
#
# | level | sample |
# | --- | --- |
# | 0 | "XOR is not linear, so a line cannot do it." |
# | half, 2½ | The four inequalities without a contradiction, *or* a picture: "the diagonals cross, so no line has both pairs on opposite sides"; nothing of the own units, or only their names. |
# | full, 5 | The contradiction (or the crossing diagonals, argued), *and*: "my hidden units are OR and AND; they move the four points to three places, and one line separates (1, 0) from the others." |
#
# One of (a) and (b) whole, the other half: 4.

# %% [markdown]
# ## Part 3. Layers
#
# ### From a picture to a vector
#
# The networks of labs 1 to 4 take vectors. A picture is a grid of pixels, so we **flatten** it: write its
# rows one behind the other. A picture of $28 \times 28$ pixels becomes a column of $p = 784$ numbers, and
# nothing is lost: `reshape` leads there and back.

# %%
from labdata import CLASS_NAMES, fashion_mnist_images, load_fashion_mnist, mean_image

images, labels, _, _ = fashion_mnist_images(10, 0)  # 28 × 28 × n
flat = images.reshape(-1, images.shape[-1])  # every picture becomes a column
print("pictures", images.shape, "→ columns", flat.shape)
boot = np.flatnonzero(labels == CLASS_NAMES.index("ankle boot"))[0]
figures.vector(images[:, :, boot], flat[:, boot])

# %% [markdown]
# *Figure 7: left, an ankle boot of 28 × 28 grey pixels, with row 14 between two white lines. Middle, its 784
# brightness values one behind the other, a jagged curve between 0 and 255: each group of 28 is the profile of
# one row; row 14 is shaded. Right, the vector put back into rows: the same boot.*
#
# The network no longer knows that two pixels are neighbours: to it, position 405 and position 433 are as far
# apart as any two features, though one lies right above the other. Keep that in mind for the end of this lab.
#
# Even your perceptron can work with pixels. Here it learns to tell dresses from trousers; its weights, put
# back into rows, are a picture of what it looks for.

# %%
figures.what_a_perceptron_looks_for()

# %% [markdown]
# *Figure 8: a pair of trousers, a dress, and the perceptron's 784 weights as a picture. A bright stripe
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
# **Write `add_bias_row(X)` in `neuralnet/layers.py`**: $p \times n$ in, $(p + 1) \times n$ out, as
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
from neuralnet.layers import add_bias_row, dense_forward, forward

X_test, y_test = load_fashion_mnist(0, 1000)[2:]  # columns, less the mean picture
rng = np.random.default_rng(260)
W, b = rng.normal(size=(16, 784)), rng.normal(size=(16, 1))
with_fake_one = np.hstack([W, b]) @ add_bias_row(X_test)
print(f"largest difference {np.abs(dense_forward(W, b, X_test) - with_fake_one).max():.1e}")

# %% [markdown]
# ### `forward`
#
# A network is layers one after the other; each takes the output of the one before:
#
# $$H^{(1)} = a\!\left(W^{(1)} X + b^{(1)}\right), \qquad H^{(2)} = a\!\left(W^{(2)} H^{(1)} + b^{(2)}\right), \qquad \ldots$$
#
# $$S = W^{(L)} H^{(L-1)} + b^{(L)}$$
#
# The last layer is **linear**: its $K$ **scores** are the answer, one a class, and the class with the highest
# score is the prediction $\hat y$. (The lecture's slide writes $a(\ldots)$ around the last layer, too. We leave
# it out, as lab 2 makes probabilities of the scores themselves.) By hand, with ReLU, one example,
# $(2, 1)$, and one hidden layer of two units:
#
# $$W^{(1)} X + b^{(1)} = \begin{pmatrix} 1 & -1 \\ -2 & 1 \end{pmatrix} \begin{pmatrix} 2 \\ 1 \end{pmatrix} + \begin{pmatrix} 0.5 \\ 0 \end{pmatrix}
# = \begin{pmatrix} 1.5 \\ -3 \end{pmatrix}$$
#
# $$H^{(1)} = \operatorname{ReLU} \begin{pmatrix} 1.5 \\ -3 \end{pmatrix} = \begin{pmatrix} 1.5 \\ 0 \end{pmatrix}$$
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
# ### See it: real pictures, recognised
#
# `weights.npz` holds a network of three layers, 784-32-16-10 with ReLU, trained on 8000 pictures with the
# code that you will have written by the end of lab 3. Your `forward` is all it takes to use it, on pictures
# it has never seen.

# %%
params = figures.trained_network()
figures.recognised(params)
print(sum(W.size + b.size for W, b in params), "weights and biases")

# %% [markdown]
# *Figure 9: the eighteen pictures of Figure 1 again, now with the answers of your own forward pass: the same.
# It recognises 85.8 % of 1,000 test pictures; guessing would be right for 10 %.*
#
# Who is taken for whom? There are 100 test pictures of each class; here are all confusions of ten or more. The
# network has most trouble among pullover, coat, shirt and T-shirt, which look alike at this size, and none
# that large with trousers, bags or shoes. The last line is about our last layer, which is linear: a ReLU
# around it would have changed no answer at all.

# %%
S = forward(params, X_test, "relu")[-1]
y_hat = S.argmax(axis=0)
counts = np.zeros((10, 10), dtype=int)
np.add.at(counts, (y_test, y_hat), 1)
for true, said in np.argwhere((counts >= 10) & ~np.eye(10, dtype=bool)):
    print(f"{counts[true, said]} of 100 {CLASS_NAMES[true]}s are called {CLASS_NAMES[said]}")
print("answers that a ReLU on the scores changes:", (relu(S).argmax(axis=0) != y_hat).sum())

# %% [markdown]
# ### What does it know about boots?
#
# 86 of 100. It seems to know what a boot looks like. Does it?
#
# **Guess.** Every test picture is pushed two pixels to the right; a person would hardly notice. How many of 100
# will still be recognised?

# %%
guess = None  # a number from 0 to 100
figures.shift(params, guess)

# %% [markdown]
# *Figure 10: pictures recognised of 100 against the number of pixels by which all were pushed to the right: 86 as
# they are, then 75, 56, 37 and 29. The dotted line is guessing, 10. If you made a guess, an open diamond shows it.*
#
# **Guess.** Now each picture is mirrored, left for right. Which class suffers most: `"bag"`, `"pullover"` or
# `"ankle boot"`?

# %%
guess = None  # "bag", "pullover" or "ankle boot"
figures.mirror(params, guess)

# %% [markdown]
# *Figure 11: share of mirrored test pictures recognised, by class; short dashes show the share before. Pullovers
# (0.82) and bags (0.90), which are about symmetric, suffer little, and coats even gain. Of the ankle boots none is
# recognised any more, of the sneakers 9 in 100: all shoes of this collection point the same way. An open diamond
# stands above the class of your guess.*

# %% [markdown]
# ### Move it: a picture on its way out
#
# Push one picture about and watch its ten scores. When does the winner change, and who wins then?

# %%
move(
    figures.moved,
    right=(-4, 4, 1),
    down=(-4, 4, 1),
    mirror=False,
    picture=["ankle boot", *CLASS_NAMES[:9]],
    shown=[{}, {"right": 3}, {"mirror": True}],
)

# %% [markdown]
# *Figure 12: a test picture, pushed and mirrored as you choose, beside its ten scores as bars; the winner is
# hatched and named in the title. Three pixels
# to the right make this boot a sandal, and in the mirror it is a bag.*
#
# So the network does not know a *shape*. It knows which of the 784 positions are bright in a boot of this
# collection. An accuracy is a number about pictures *like the ones that were tested*, and about no others. Lab 5
# asks what a layer that slides over the picture can do about it.

# %% [markdown]
# ## Part 4. Find the bug
#
# A fellow student has written a `flatten` of their own and reports: "The weights that come with this lab are
# broken." Here is the function, and the accuracy with it.

# %%
_, _, pictures, y_test = fashion_mnist_images(0, 1000)  # 28 × 28 × 1000


def flatten(pictures):
    """Pictures, height × width × n, as columns, (height · width) × n."""
    n = pictures.shape[-1]
    return pictures.reshape(n, -1).T


def accuracy_with(flatten):
    S = forward(params, flatten(pictures) / 255 - mean_image(), "relu")[-1]
    return (S.argmax(axis=0) == y_test).mean()


# %%
print("shape", flatten(pictures).shape, "  accuracy", accuracy_with(flatten))

# %% [markdown]
# The shape is right, there is no error message, and 10 % is guessing. The weights are not broken: Figure 9 used
# them. So every column holds 784 pixels, but of what? None of the tools you have used on functions so far, shapes
# and errors, can see it. The right tool is a **look**: put a column back into 28 rows and draw it. It has to be a
# picture of the set. `figures.columns` does so; here with the columns of Part 3.

# %%
figures.columns(flat)

# %% [markdown]
# *Figure 13: six columns, put back into rows: six pieces of clothing.*
#
# Two things to do for yourself, in the cell below: they have no points, but whoever has done both knows what the
# bonus has to find.
#
# 1. Look at the columns of `flatten(pictures)` in the same way. What do you see instead of a piece of clothing, and
#    where in the array do these numbers lie?
# 2. Mend a copy of `flatten`; its accuracy is 0.858 again.

# %%
# Your look at `flatten(pictures)` and the mended copy:

# %% [markdown]
# ### `flatten_is_wrong` (a bonus of 4 points)
#
# A look is for people. Make it a **detector** that looks by itself: it gets *any* function of this kind as its
# argument, calls it on pictures that it makes itself, and says whether it is wrong. It cannot read the function, only
# call it. Your fellow student's must be found, a colleague's with loops, which is right, left in peace. Then the traps.
# Which wrong version goes unnoticed as long as your pictures are square? Which as long as there is only one? And
# a right one may compute in float32.
#
# **Open `neuralnet/detect_flatten.py` and write `flatten_is_wrong(flatten)`.** Its points come on top of the 100: who
# leaves it out can still have all. Hidden checks bring other wrong and other right versions; a detector that always
# says `True`, or always `False`, has no points.

# %%
grader.check("flatten_is_wrong")

# %% [markdown]
# ## Part 5. An experiment of your own
#
# The network knows positions. What else does it hang on? Change the test pictures, or bring your own: draw 28 × 28
# pixels, or photograph and shrink, at least 20 pictures a class. A fact to start from: with the mean picture not
# subtracted, 62 % are recognised. Darker, covered, noisy, turned, thicker?
#
# The four cells are a template that runs: fill in your own question. Write question and guess *before* you run the
# rest, and say which result would prove your guess wrong.

# %%
question = "Which half of a picture matters more, the top or the bottom?"
guess, wrong_if = None, "…"  # a share for the last setting; the result that would refute you

# %%
top, bottom = pictures.copy(), pictures.copy()
top[:14], bottom[14:] = 0, 0
settings = {"as they are": pictures, "top half black": top, "bottom half black": bottom}

# %%
parts = np.arange(1000).reshape(5, 200)  # five parts, to see how much chance there is in a share
results = {}
for name, changed in settings.items():
    S = forward(params, changed.reshape(784, -1) / 255 - mean_image(), "relu")[-1]
    right = S.argmax(axis=0) == y_test
    results[name] = [right[part].mean() for part in parts]
    print(f"{name:18s} {right.mean():.3f}")

# %%
figures.compare(results, guess)

# %% [markdown]
# *Figure 14: share recognised, one row a setting; a circle is one fifth of the test pictures, the line their mean, a
# diamond the guess. In the template's example the shares of the three settings, 0.858, 0.226 and 0.545, lie much
# further apart than the circles of each.*

# %% [markdown] question="experiment"
# ### Written: your experiment (6 points)
#
# Give (1) your question, your guess, and the result that would have refuted it, (2) what you varied and what
# stayed the same, (3) the numbers, with their spread, beside those of the unchanged pictures, and then three
# sentences: (4) what you found, (5) what your numbers do *not* show, (6) what you would try next.

# %% [markdown] answer="experiment"
# **Model answer** (one of many). (1) Do covered pictures suffer more at the top or the bottom? Guess: bottom 0.3;
# wrong if the bottom's share is above the top's in every part. (2) Rows 0 to 13 or 14 to 27 black; network, pictures,
# mean as before. (3) As they are 0.858, top black 0.226, bottom black 0.545; over five parts of 200 the first goes from 0.80 to 0.89, the
# others from 0.21 to 0.24 and from 0.49 to 0.58. (4) The top half matters more: my guess is refuted. (5) It does not show that the *shape* at the top is
# what matters: a black half also moves all scores, as nothing like it was in training. (6) Grey instead of black,
# at the mean picture's brightness.
#
# **Rubric** (6 points).
#
# | level | sample |
# | --- | --- |
# | 0 | Nothing was run, or the template's example is handed in as it is. |
# | 2 | It runs, one number, a claim: "with noise only 40 % are right, so the network is sensitive to noise." |
# | 4 | Baseline and spread, and a claim no wider than they allow: "0.86 as they are, 0.40 to 0.46 over five parts with this noise; for these pictures this noise halves the share." |
# | 6 | Also says beforehand which result would refute the guess, and judges by pictures that were kept aside (not those on which the change was chosen). |

# %% [markdown]
# ## You can now …
#
# - write a forward pass, by hand and in NumPy, and say what each of its shapes means;
# - say why one unit cannot do what two layers can, and why a flat slope will be trouble for learning;
# - distrust an accuracy until you know on which pictures it was measured.
#
# Where did `weights.npz` come from? From a loss, its gradient, and many small steps downhill: labs 2 and 3.
