# %% [markdown]
# # Lab 4: Autoencoders, or what a network learns without labels
#
# ## How much of a picture is left in two numbers?
#
# A picture of 28 × 28 pixels is 784 numbers. In this lab a network has to send it through a gap of **two**, and to
# draw it again on the other side. Nobody tells it what is in a picture: its task is to give back **its own input**, and
# there is not a single label. Here is what it draws at the end for 121 pairs of numbers:

# %%
# Your functions, and the pictures of this lab (in figures.py). Nothing to write here.
import figures
import numpy as np
from explore import move

from neuralnet.activations import sigmoid
from neuralnet.autoencoder import autoencoder_loss, fine_tune, pretrain, train_autoencoder
from neuralnet.layers import dense_forward
from neuralnet.training import accuracy, initialize, predict

np.set_printoptions(precision=4, suppress=True)
figures.opening()

# %% [markdown]
# *Figure 1: a square of 11 by 11 small pictures. The first number grows to the right, the second upwards. Upper left
# are trousers, along the lower edge shirts and coats, upper right shoes, which grow into boots downwards; between them,
# one kind of garment turns into another. The picture was recorded; in Part 3 you make it with your own code and walk on
# it.*
#
# **How does a network find such an order without being told, how much of a picture survives, and what are layers worth
# that were learned in this way?** You write four functions, all in `neuralnet/autoencoder.py`:
#
# | part | function | gives | minutes |
# | --- | --- | --- | --- |
# | 1 | `autoencoder_loss` | loss and gradients of an autoencoder | 28 |
# | 2 | `train_autoencoder` | a trained encoder and decoder | 50 |
# | 3 | `pretrain` | a stack of encoders, learned layer by layer; the map | 35 |
# | 4 | `fine_tune` | a whole classifier that starts from such a stack | 45 |
# | 5, 6 | | a friend's bug, an experiment of your own | 40 |
#
# That makes about three hours and twenty minutes, best in **three sittings**: Parts 1 and 2, Part 3, the rest. The
# modules of labs 1 to 3 are in your `neuralnet` folder, finished, and you should *use* them: with them, each of the
# four functions is between five and fifteen lines. Where a cell has `guess = None`, write your guess before you run it;
# guesses are never graded.
#
# **Letters and shapes** are the lecture's: $p$ features, $n$ examples, an example is a **column**, so $X$ is
# $p \times n$, and a layer is $H = a(WX + b)$. A layer's parameters are a pair `(W, b)`, with $W$ of shape units
# $\times$ inputs and $b$ of shape units $\times\, 1$.

# %%
X_train, y_train, X_test, y_test = figures.pictures()
print(
    "training pictures", X_train.shape, " test pictures", X_test.shape, " (mean picture subtracted)"
)

# %% [markdown]
# ## Part 1. A function from the input to itself
#
# An **autoencoder** is a network of two layers. The first, the **encoder**, turns an example of $p$
# numbers into a **code** of $p_1$ numbers; the second, the **decoder**, tries to turn the code back into
# the example:
#
# $$H = a(W_e X + b_e)$$
#
# $$\hat X = W_d H + b_d$$
#
# $W_e$ is $p_1 \times p$, $W_d$ is $p \times p_1$. The code is a hidden layer, with an activation; the
# **reconstruction** $\hat X$ is linear, like the last layer of all our networks. The loss is the
# squared error of lab 2, and the truth is the input itself:
#
# $$L = \frac{1}{2n} \sum_{i=1}^{n} \sum_{j=1}^{p} \left(\hat X_{ji} - X_{ji}\right)^2$$
#
# No label occurs anywhere: this is **unsupervised** learning. If $p_1 < p$, the code is a *bottleneck*: it
# is too narrow to copy the input through, so the network has to transform the data into a lower
# dimension and lose as little as possible on the way.

# %% [markdown]
# ### `autoencoder_loss`
#
# This is a network of two layers with a loss at its end, and you have all the parts: labs 1 and 2 gave
# you a forward pass, the squared error with its gradient, and a backward pass. What is new is only what
# they are applied to. These are imported already at the head of `autoencoder.py`; `params` and `grads` are lists with a
# pair for each layer, first layer first:
#
# | use | gives |
# | --- | --- |
# | `forward(params, X, activation)` | a list: `X`, the output of each hidden layer, the scores of the last one |
# | `squared_error(X_hat, X)` | the loss, and its gradient on `X_hat` |
# | `backward(params, H, dS, activation)` | `grads`, from what `forward` gave and the gradient on the scores |
# | `initialize(sizes, rng, scheme)` | new `params` (Parts 2 and 4) |
# | `minibatches(n, batch_size, rng)` | a shuffled epoch: a list of arrays of column numbers (Part 2) |
# | `sgd_step(params, grads, learning_rate)` | new `params`, after one step (Part 2) |
# | `train(params, X, y, …)` | `(params, losses)`; the settings by name, like those of `fine_tune` (Part 4) |
#
# **By hand.** Two features, two examples, a code of one ReLU unit:
#
# $$X = \begin{pmatrix} 1 & 2 \\ 1 & -1 \end{pmatrix} \quad W_e = \begin{pmatrix} 1 & 2 \end{pmatrix},\ b_e = -1$$
#
# $$W_d = \begin{pmatrix} 0.5 \\ 1.5 \end{pmatrix},\ b_d = \begin{pmatrix} 0 \\ 0 \end{pmatrix}$$
#
# *Forward.* The code's scores are $(2, -1)$, so $H = (2, 0)$: the second example switches the unit off. The
# reconstruction is $\hat X = \begin{pmatrix} 1 & 0 \\ 3 & 0 \end{pmatrix}$, the error
# $\hat X - X = \begin{pmatrix} 0 & -2 \\ 2 & 1 \end{pmatrix}$, and $L = \frac{1}{4}(0 + 4 + 4 + 1) = 2.25$.
#
# *Backward.* $d\hat X$ is the error divided by $n = 2$. For the decoder,
# $dW_d = d\hat X\, H^T = \begin{pmatrix} 0 \\ 2 \end{pmatrix}$ and $db_d = \begin{pmatrix} -1 \\ 1.5 \end{pmatrix}$.
# The code receives $W_d^T\, d\hat X = (1.5,\ 0.25)$ from above; the unit is off for the second example, which leaves
# $(1.5,\ 0)$. So $dW_e = (1.5,\ 1.5)$ and $db_e = 1.5$.
#
# **Write** `autoencoder_loss(encoder, decoder, X, activation)` in `neuralnet/autoencoder.py`. It returns
# three things: the loss, the encoder's $(dW, db)$ and the decoder's $(dW, db)$.

# %%
encoder = (np.array([[1.0, 2.0]]), np.array([[-1.0]]))
decoder = (np.array([[0.5], [1.5]]), np.zeros((2, 1)))
X = np.array([[1.0, 2.0], [1.0, -1.0]])
loss, (dW_e, db_e), (dW_d, db_d) = autoencoder_loss(encoder, decoder, X, "relu")
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
figures.gradient_check(autoencoder_loss)

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
# move both; the second cell below tries it.
#
# **Write** `train_autoencoder(X, hidden, *, activation, learning_rate, batch_size, epochs, rng)`. It
# returns `(encoder, decoder, losses)`.

# %%
toy = np.array([[1.0, 2, 3, -1, -2, -3], [2, 4, 6, -2, -4, -6]]) / 4  # all on one line
settings = {"activation": "tanh", "learning_rate": 0.2, "batch_size": 2, "epochs": 200}
encoder, decoder, losses = train_autoencoder(toy, 1, rng=np.random.default_rng(0), **settings)
shapes = [part.shape for part in (*encoder, *decoder)]
print("shapes", *shapes, "  expected: (1, 2) (1, 1) (2, 1) (2, 1)")
print(f"loss of the first epoch {losses[0]:.3f}, of the last {losses[-1]:.3f}: ", end="")
print("points on a line fit into one number")

# %% [markdown]
# One step with all the points, for the trap: where the decoder moves first, the encoder's step is another.

# %%
start = initialize([2, 1, 2], np.random.default_rng(0), "xavier")
_, (dW, _), _ = autoencoder_loss(*start, toy, "tanh")
once = {**settings, "batch_size": 6, "epochs": 1}
(W, _), _, _ = train_autoencoder(toy, 1, rng=np.random.default_rng(0), **once)
print("the encoder's step", (W - start[0][0]).round(5), "  expected:", (-0.2 * dW).round(5))

# %%
grader.check("train_autoencoder")

# %% [markdown]
# ### See it: how much fits into a code?
#
# Three autoencoders, with codes of 4, 8 and 32 numbers, learn from 2,000 pictures without a label, for 15, 12 and 8
# epochs. Then they reconstruct test pictures that they have never seen. The error left is a share: 1 would be the error
# of always drawing the mean picture. Beside it is that of PCA, the *best* reconstruction that a linear map to so few
# numbers can give. (Some seconds.)

# %%
figures.reconstructions()

# %% [markdown]
# *Figure 2: eight test pictures (top row), and below them their reconstructions from codes of 4, 8 and 32 numbers, each
# row labelled with the error left and PCA's. With 4 numbers a blur is left: something broad, something narrow, a shoe;
# of the dark coat only specks. With 8, sleeves and legs begin to show, while the bag still looks like a shoe; with 32
# the outline is closer to its own. Prints, straps and folds are lost: the code keeps what many pictures share.*
#
# One hidden layer, trained for a second or two, does not beat PCA. Its merit is another one: its layers can be stacked,
# as Part 3 shows, and PCA's cannot, because two linear maps make one.
#
# ### See it: what a hidden unit looks for
#
# A unit of the first layer computes $a(w \cdot x + b)$. It has a weight for each pixel, so we can draw its weights **as
# a picture**: light where a light pixel excites the unit, dark where it holds the unit back. The input that excites it
# most looks like its weights.
#
# To see the building blocks of pictures, we train on small pieces of them, patches of $6 \times 6$ pixels, with a code
# of 8 units. Each patch has its own mean subtracted, and patches without any contrast are left out.

# %%
patch_encoder = figures.edges()

# %% [markdown]
# *Figure 3: top: examples of the patches. Middle: the units' weights before training (a learning rate of 0 shows the
# start) are random specks. Bottom: after training each unit has even light and dark areas or bars side by side: between
# them run borders, upright, level or slanted. Such a border is an **edge**, and the units differ in its place and
# direction.*
#
# Does such a unit really answer to edges? Let it look at a picture piece by piece, and draw its score $w \cdot x$ at
# each place.

# %%
figures.slide(patch_encoder)

# %% [markdown]
# *Figure 4: a picture, the weights of four units (top), and below each a map of its score on the picture: light where
# the unit is excited, dark where it is held back, medium grey where it does not care. All even areas, inside the
# garment and outside, are medium grey. The maps are light or dark along borders, each along borders of its own
# direction and kind. Hidden units can be interpreted as edge detectors. Nobody told them about edges: edges are what
# patches of pictures are best described by. Letting one small unit slide over a picture is the idea of lab 5.*

# %% [markdown] question="what_a_code_keeps"
# ### Written: what does a code keep? (5 points)
#
# (a) Suppose the code is as wide as the input, $p_1 = p$, and the activation is ReLU. Describe weights and biases with
# which the reconstruction is perfect for all inputs with values in $[0, 1]$. Has this autoencoder learned anything
# useful? What does the bottleneck have to do with it?
#
# (b) Choose one unit of Figure 4. Describe its weights in words, and explain with the formula $w \cdot x$ why its map
# is light or dark where it is, and why it is medium grey on even areas. (Each patch has its own mean subtracted.)
#
# (c) The reconstructions of Figure 2 lose the prints on shirts, but keep sleeves. Explain from the loss why.

# %% [markdown] answer="what_a_code_keeps"
# (a) $W_e = I$, $b_e = 0$, $W_d = I$, $b_d = 0$: inputs in $[0, 1]$ pass ReLU unchanged, so $\hat X = X$ and the loss
# is 0. (Any invertible $W_e$ with a bias that keeps all scores positive, and its inverse as decoder, does the same.)
# Nothing is learned about images: the same weights copy noise. With $p_1 < p$ copying is impossible for all inputs, so
# the loss can be small only for the kind of inputs that occur: the network has to find what they have in common.
#
# (b) For example: light on the left, dark on the right, with an upright border. $w \cdot x$ is large and positive when
# the patch is light where $w$ is positive and dark where it is negative, so when the patch has the same edge at the
# same place: the map is light there. For the opposite edge (dark left, light right) the products are negative: the map
# is dark. On an even area the patch minus its mean is 0, so $w \cdot x = 0$: medium grey. Along an edge that crosses
# the unit's own at a right angle, positive and negative products cancel.
#
# (c) The loss is the mean squared error over all images and pixels. Sleeves are many pixels with a high contrast and
# occur in a large part of the images, so a code unit spent on them lowers the loss a lot. A print is different on every
# shirt and concerns few images: a unit spent on it lowers the mean hardly at all. With a few numbers only, they go to
# what is common.
#
# **Rubric** (5 points). **0**: what is seen, without a reason (*"With 4 numbers they get blurry; the unit finds
# edges."*). **2½**: the product of weights and patch (large where they look alike, negative for the opposite), and that
# $p_1 = p$ can copy (*"w · x is large where the picture is light where w is light, so the map is light at such an edge;
# with p₁ = p the weights could be the identity."*). **5**: also why an even area gives exactly 0 (its patch less its
# mean is 0), why copying teaches nothing (it copies noise, too), and that the mean of the loss rewards what is common
# (*"… on an even area the patch minus its mean is 0, so w · x is 0 whatever w is."*). (a) 2, (b) 2, (c) 1.

# %% [markdown]
# ## Part 3. Greedy layer-wise pre-training
#
# One hidden layer is a start. For a deep network, the lecture's recipe is:
#
# 1. train an autoencoder on the data $X$;
# 2. **throw away the reconstruction** (the decoder) **and the input, keep the code** $H = a(WX + b)$;
# 3. treat the code as the new data, and repeat for each layer.
#
# Each layer is finished before the next one exists, so this is called *greedy*. What is left at the end is a stack of
# encoders: a deep network from the image to a code of a code of a code, learned without a label.

# %% [markdown]
# ### `pretrain`
#
# **By hand.** 784 features and `hidden_sizes = [64, 16, 2]`. The first autoencoder is 784-64-784; its encoder's $W$ is
# $64 \times 784$. The second is trained on the first one's codes, $64 \times n$: it is 64-16-64, and its encoder's $W$
# is $16 \times 64$. The third is 16-2-16. Three encoders come back, with $W$ of $64 \times 784$, $16 \times 64$ and
# $2 \times 16$; the three decoders are gone.
#
# **What the next layer gets.** The code, so the hidden layer's output *with* its activation: it is what this layer will
# hand on for ever.
#
# **Write** `pretrain(X, hidden_sizes, *, activation, learning_rate, batch_size, epochs, rng)`. It returns the list of
# encoders, first layer first. All layers are trained with the same settings and with the same `rng`.

# %%
settings = {"activation": "sigmoid", "learning_rate": 0.05, "batch_size": 10, "epochs": 2}
stack = pretrain(X_train[:, :50], [64, 16, 2], rng=np.random.default_rng(0), **settings)
print([W.shape for W, _ in stack], "  expected: [(64, 784), (16, 64), (2, 16)]")

# %%
grader.check("pretrain")

# %% [markdown]
# ### See it: a gap of two numbers
#
# Now 784-64-2: every picture becomes two numbers, a point in a plane. We learn two layers greedily from 1,000 pictures,
# with tanh, and keep the decoders this time, so that the way back is 2-64-784. Then comes one more thing: all four
# layers are put together, 784-64-2-64-784, and trained **as one whole** for 12 epochs, with lab 2's `squared_error` and
# the picture as its own truth.
#
# Which keeps most of a picture: the best *linear* map to two numbers, the two greedy layers, or the same layers trained
# on together? *Recognised* is the share of the test pictures, drawn again from two numbers, that a classifier made with
# lab 3's functions still names rightly; last comes its share of the pictures themselves. (Some seconds.)

# %%
guess = None  # "linear", "greedy" or "whole"
figures.two_numbers(guess=guess)

# %% [markdown]
# **Not linear is not yet better.** Two greedy layers lose to a linear map: the first was trained for a code of 64, and
# never asked to make the second one's work easy. A few epochs as one whole, and the same layers beat it: three seeds
# end at 0.48, 0.48 and 0.50. The greedy *start* saves time: three random ones, trained as one whole from the beginning,
# for 18 epochs, end at 0.52, 0.53 and 0.67. It is no more than that: with 128 units, 2,000 pictures and 28 epochs
# altogether, random starts ended at 0.51, 0.45 and 0.45, greedy ones at 0.46, 0.47 and 0.47.

# %%
figures.map_of_clothes()

# %% [markdown]
# *Figure 5: left, test pictures of five classes as points; the axes are the two code numbers. The network has never
# seen a label; the labels only choose the markers. Trousers (filled circles) lie upper left, sneakers (triangles) and
# sandals (crosses) upper right, ankle boots (plus signs) along the right edge, bags (squares) from the middle to the
# lower right, among the boots. Right, what the decoder draws for 11 × 11 codes: trousers upper left, shoes upper right,
# shirts and coats below, each turning into its neighbours. The code puts pictures that look alike close together. It
# does not know what a class is.*
#
# **Walk on it.** Move the two numbers. You start at the code of the first test picture, which is a bag; the name
# is what a classifier from lab 3 calls the drawing. Where does one garment become another? What became of the bag? And
# what is drawn where there are no test codes?

# %%
move(
    figures.walk,
    code_1=(-1, 1, 0.05), code_2=(-1, 1, 0.05),
    start=figures.code_of(0),
    shown=[figures.code_of(0), {"code_1": 0.0, "code_2": 0.0}, {"code_1": -0.9, "code_2": 0.9}],
)  # fmt: skip

# %% [markdown]
# *Figure 6: left, the 1,000 test codes as grey dots and the chosen point as a star; right, the picture that the decoder
# draws for it, with the classifier's word for it. At the code of the first test picture, a bag, a boot is drawn: two
# numbers had no room for both. In the middle of the map lies a "shirt", in the upper left corner a pair of trousers.*
#
# **Halfway between** the codes of a pair of trousers and an ankle boot lies … (a) half of each, like two slides on one
# another, (b) another garment, (c) specks?

# %%
guess = None  # "a", "b" or "c"
figures.midpoints(guess=guess)

# %% [markdown]
# *Figure 7: five drawings on the straight way from the code of a pair of trousers to that of an ankle boot, each with
# the classifier's word for it. In between lie no half trousers and half boots, but the dim outline of another garment;
# most of the 200 midpoints are called "shirt". A code does not average pixels: it averages positions on the map, and
# whatever was learned at that place is drawn.*

# %% [markdown]
# ## Part 4. The labels come last
#
# Now the supervised end. Put one more layer on top of the stack of encoders, a softmax layer with one score per class:
# *in the last layer we use the outputs*. Then train the **entire** network with the labels, all layers together. Since
# its lower layers are not random any more, but close to something useful, this is called **fine-tuning**. Pre-training
# gives the starting point; fine-tuning is the training of lab 3.

# %% [markdown]
# ### `fine_tune`
#
# **By hand.** Encoders with $W$ of $64 \times 784$ and $16 \times 64$, and 10 classes: the new layer's $W$ is
# $10 \times 16$, from `initialize` with the scheme `"small"`, and its $b$ is 0. The result has three layers, and all
# three have moved. The weights of the new layer are about 0.01, so its first scores are almost 0, all classes are about
# equally likely, and the first loss is about $\log 10 = 2.30$.
#
# **Two traps.** `classes` is an argument because a small sample may not have an example of each class. And `encoders`
# belongs to the caller, who may want to start from it again: do not append to it.
#
# **Write** `fine_tune(encoders, X, y, classes, *, activation, learning_rate, batch_size, epochs, rng)`. It returns
# `(params, losses)`, like `train`.

# %%
settings = {"activation": "sigmoid", "learning_rate": 0.1, "batch_size": 10, "epochs": 1}
few, few_y = X_train[:, :50], y_train[:50]
params, losses = fine_tune(stack, few, few_y, 10, rng=np.random.default_rng(0), **settings)
print("layers", [W.shape for W, _ in params], "  expected: [(64, 784), (16, 64), (2, 16), (10, 2)]")
print(f"first loss {losses[0]:.2f}   expected: about log 10 = {np.log(10):.2f}")

# %% [markdown]
# Try the traps: three pictures cannot have ten classes, the last layer has them all the same; and the caller's list
# is as long as it was.

# %%
params, _ = fine_tune(stack, few[:, :3], few_y[:3], 10, rng=np.random.default_rng(0), **settings)
print("last layer", params[-1][0].shape, "  expected: (10, 2)")
print("the caller's stack has", len(stack), "layers   expected: 3")

# %%
grader.check("fine_tune")

# %% [markdown]
# ### See it: the lecture's claim, measured
#
# *"Pre-training as a starting point raises accuracy on the task."* Let us find out whether it does. A network of
# sigmoid units gets only **200 labelled pictures**. All runs use the same labels, the same number of steps and the same
# learning rate; only the starting point differs:
#
# * **pre-trained**: `pretrain` on 1,000 pictures without labels, then `fine_tune`;
# * **random**: Xavier weights, then the same `fine_tune`;
# * **random, larger**: the Xavier weights times 4, which suits sigmoids better (their slope is at most 1/4).
#
# Every start is tried with three seeds, because one run proves nothing. First with **one** hidden layer of 24 units, 20
# epochs: will the pre-trained or the larger random weights be ahead, or neither?

# %%
guess = None  # "pre-trained", "larger" or "neither"
figures.one_layer(guess=guess)

# %% [markdown]
# *Figure 8: test accuracy of one hidden layer, a row for each starting point; each circle is one seed (seed 0 on top),
# the line their mean. All three overlap, and all means are 0.75: with one hidden layer there is no plateau, and so
# nothing to rescue.*
#
# Now with **four** hidden layers of 24 units, for 240 epochs. (Half a minute at most. In the browser the figure stops
# after 60 epochs and shows one seed.)

# %%
figures.four_layers()

# %% [markdown]
# *Figure 9: a network with four hidden layers learns from 200 labels, from three kinds of starting point; thick lines
# are means of three seeds (in the browser there is one), thin lines single runs. Left: from random Xavier weights
# (dashed) the training loss stays on a plateau at log 10 for 70 to 105 epochs, depending on the seed, before it begins
# to fall (in the browser, for all of the 60 epochs). From pre-trained weights (solid) it leaves the plateau after 15 to
# 20. From larger random weights (dash-dotted) there is no plateau at all. Right: the test accuracy follows the training
# loss.*
#
# **What this shows, and what it does not.** Pre-training rescued this network: after 60 epochs the random start still
# recognises about one picture in ten, the pre-trained one about half (0.65, 0.52 and 0.37 in three seeds; the browser
# runs the first). Lab 3 has shown what the plateau is: the small slopes of four sigmoid layers shrink the examples'
# differences on the way up and the gradient on the way down. *Starting at a good point is crucial*, as the lecture
# says. But it is not the only good point: larger random weights, chosen with the sigmoid's slope in mind, do better
# here without any pre-training (0.71 after 60 epochs), and the gap to the plain random start shrinks the longer one
# trains: in the mean of three seeds, from 0.4 after 60 epochs to 0.1 after 240. (The browser's one seed has 0.55 after
# 60.) So we have **not** shown that what the autoencoders learned from unlabelled pictures makes the network generalise
# better; we have shown that it makes it *trainable*. That is why pre-training opened the door to deep networks around
# 2006, and why networks with ReLU and He's start hardly need it.

# %% [markdown] question="read_the_measurement"
# ### Written: read the measurement (5 points)
#
# (a) Two things could make a test accuracy better: the network *fits its training examples* better or sooner
# (optimisation), or it does better on new examples *for the same fit* (generalisation). Which of the two did
# pre-training change in Figure 9? Name the curves that you compare.
#
# (b) A friend has seen the gap after 60 epochs, in the mean of three seeds, and writes in a report: "Pre-training
# raises the accuracy of neural networks by 40 percentage points." Give two reasons, with numbers from your own table,
# from the text above or from Figure 8, why this sentence is not supported.
#
# (c) Describe an experiment that would test whether pre-training helps *generalisation*. What do you vary, what do you
# keep equal, what do you compare, and which result would convince you? (Say how you make the *fit* equal.)

# %% [markdown] answer="read_the_measurement"
# (a) Optimisation. From the random start the *training* loss itself stays near log 10 = 2.30 for 70 to 105 epochs, so
# the network has not even learned its 200 examples, and the test accuracy stays at 0.10; from the pre-trained start the
# training loss falls, in the end to nearly 0. The test accuracies differ because the fits differ. The curves with an
# (almost) equal fit are the pre-trained start after 240 epochs and the larger random one after 120: there the
# pre-trained one is not better (about 0.66 against 0.71). (In the browser's 60 epochs no two fits are equal.)
#
# (b) Any two, with numbers: the gap depends on how long one trains (in the mean of three seeds it is about 0.4 after 60
# epochs, and 0.1 after 240, when the random starts have left the plateau, too); it depends on the seed (after 60 epochs
# 0.55 in the browser's, 0.18 in another one); it depends on the random start one compares with (against the larger
# weights pre-training is *worse*, after 60 epochs 0.51 against 0.71, in the browser 0.65 against 0.71); with one hidden
# layer there is no gap to speak of; it is one data set, one network and three seeds at most.
#
# (c) For example: choose for each start the settings with which it fits the training examples (training loss below
# 0.05), so that optimisation is no obstacle: larger weights or ReLU with He's start against pre-training. Keep labels,
# architecture and test set equal, use at least ten seeds, and compare test accuracies at equal training loss; repeat
# with 50, 200 and 2,000 labels. Convincing would be a higher accuracy of the pre-trained networks in nearly all seeds,
# a gap larger than the spread over seeds, and most of all if it grows when labels are few or when more unlabelled
# images are used.
#
# **Rubric** (5 points). **0**: "pre-training helps" or "does not help", no curve named. **2½**: optimisation, with the
# *training* loss as evidence, and one reason with a number for (b) (*"The random start's training loss stays at 2.3, so
# it fits worse; with one hidden layer the gap is nearly 0."*). **5**: two reasons with numbers, and in (c) an *equal
# fit* (or both starts well optimised), several seeds, what is kept equal, and the result that would convince (*"Train
# both until the training loss is 0.05, ten seeds each; I believe it if the pre-trained one wins in nearly all."*). (a)
# 2, (b) 1½, (c) 1½.

# %% [markdown]
# ## Part 5. A friend's bug
#
# A friend's `pretrain` is in your folder as `figures.friends_pretrain`. All shapes are right, the loss of every layer
# falls, and with two layers it does no worse than yours. With four it does not:

# %%
figures.friend_measured()

# %% [markdown]
# After 40 epochs, the friend's stack of four is hardly better than guessing, as if it were not pre-trained. This is the
# line:
#
# ```python
# X = forward([encoder], X, activation)[-1]  # the layer's output
# ```
#
# It sounds right, but `forward` leaves the *last* layer linear: the next layer is trained on scores that it will never
# see again, because in the finished network an activation stands between them. Shapes, losses and a stack of two show
# nothing of it. A check of Part 3 does find it, for it asks what the second layer was trained on. You can ask that,
# too: look at the *data* of the second layer. Codes of a sigmoid lie between 0 and 1.

# %%
W, b = figures.starts([24], seed=0)["pre-trained"][0]  # the first layer of your own stack
scores = dense_forward(W, b, X_train)
figures.histogram(sigmoid(scores), scores, names=("codes", "the friend's data"))

# %% [markdown]
# *Figure 10: two histograms of what the second autoencoder gets as its data. Left, codes: all between 0 and 1. Right,
# what the friend's gets: scores from about −4 to 4.*

# %% [markdown]
# ### `pretrain_is_wrong` (a bonus of 4 points)
#
# Make a **detector** of it: a function that gets any `pretrain` and says whether it is wrong. The law is
# **composition**: a stack of two must be two stacks of one, the second on the codes of the first, with one `rng` used
# throughout. Compare the candidate *with itself*: a right one may shuffle in another way than yours. Which other faults
# does the law find? Think of a `pretrain` that keeps the decoders, of one that trains every layer on `X`, of one that
# takes the sigmoid for every activation, and of a third layer.
#
# **Open `neuralnet/detect_pretrain.py` and write `pretrain_is_wrong(pretrain)`.** Imported there are the activations
# `relu(Z)`, `sigmoid(Z)` and `tanh(Z)`, but no `forward`. Its points come on top of the 100: who leaves it out can
# still have all. Hidden checks bring other wrong and other right versions; a detector that always says True, or always
# False, has no points.

# %%
grader.check("pretrain_is_wrong")

# %% [markdown]
# ## Part 6. An experiment of your own
#
# *Does pre-training ever win?* Vary the labels, the depth, or the start, and compare accuracies at **equal training
# loss**, so that a start which only trains faster is not taken for one that knows more. Or ask something about codes:
# of one class only, of another size, with another activation. **Judge by pictures kept aside**: here the second
# thousand of the training pictures, which neither `pretrain` nor `fine_tune` sees. The test pictures are for one look
# at the very end.
#
# **Before you run anything**, write down, as (a) of your answer below Figure 11: your question; your guess; which
# result would *refute* your guess.

# %%
# 1. What varies (names of figures.starts), and what stays the same.
varies = ("pre-trained", "random", "random, larger")
stays = {"sizes": [24], "labels": 100, "until_loss": 0.05}
seeds = range(3)

# %%
# 2. Run everything with each seed. Keep it under a minute.
results = {name: [] for name in varies}
X, y = X_train[:, : stays["labels"]], y_train[: stays["labels"]]
settings = {**figures.SAME, "epochs": 1}
for seed in seeds:
    for name in varies:
        start, rng = figures.starts(stays["sizes"], seed)[name], np.random.default_rng(seed)
        params, _ = fine_tune(start, X, y, 10, rng=rng, **settings)
        params, epochs = figures.until(params, X, y, stays["until_loss"], rng=rng)
        y_hat = predict(params, X_train[:, 1000:], "sigmoid")
        results[name].append(accuracy(y_hat, y_train[1000:]))

# %%
# 3. One figure: every seed a mark.
figures.compare(results)

# %% [markdown]
# *Figure 11: accuracy on 1,000 pictures kept aside, one row for each start; each circle is one seed (seed 0 on top),
# the line their mean. In the template, with one hidden layer, 100 labels and equal training loss, pre-trained and plain
# random starts overlap; the larger weights, which did best with four layers, have the lowest mean here, but overlap,
# too.*

# %% [markdown] question="experiment"
# ### Written: your experiment (6 points)
#
# (a) Your question, your guess, and the result that would have refuted it, as you wrote them before the run. (b) What
# varied, what stayed, how many seeds; the numbers of your figure. (c) Three sentences: what you found, what you have
# *not* shown, what you would try next.

# %% [markdown] answer="experiment"
# **Example of a full answer.** (a) Does pre-training win with 100 labels and one hidden layer? My guess: yes, by more
# than the seeds differ. It is refuted if the rows overlap. (b) Start: pre-trained on 1,000 pictures, Xavier, or Xavier
# times 4. 24 units, 100 labels, trained until the training loss is below 0.05, seeds 0 to 2. Means 0.752 (0.747 to
# 0.755), 0.752 (0.745 to 0.756) and 0.747 (0.747 to 0.748). (c) The rows overlap, so my guess is refuted for this
# network. I have not shown that it is so with fewer labels or more unlabelled pictures. Next I would take 20
# labels, 6,000 unlabelled pictures and ten seeds.
#
# **Rubric** (6 points). **0**: nothing was run. **2**: it runs, there is one number and a claim (*"Pre-training has
# 0.752, it is better."*). **4**: a baseline and the spread over at least three seeds, and no claim wider than they
# allow (*"Means 0.752 and 0.747, the seeds overlap: no difference shown."*). **6**: also says beforehand which result
# would refute the guess, and judges by pictures kept aside (*"… refuted if the rows overlap; judged on pictures that
# neither stage has seen, at equal training loss."*). 1, 3 and 5 for what lies between.

# %% [markdown]
# ## You can now …
#
# - You can now make a network learn **from pictures alone**, and say what its code keeps, and what it loses.
# - You can now **stack** layers that were learned one by one, walk on the map of their codes, and fine-tune the whole
#   with a few labels.
# - You can now **read a claim like a referee**: equal fit, a fair baseline, more than one seed.
#
# One thing should bother you. Each unit of the first layer looked at all 784 pixels, and would not recognise a sleeve
# that is three pixels further left. The small patch units of Figure 4 did better when they *slid over* the picture. In
# lab 5 that becomes a layer.
