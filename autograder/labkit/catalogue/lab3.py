"""Lab 3, what goes wrong and what may differ: initialisation, mini-batches, and training.

A network with one of these mistakes often still learns, so only the outcome of a well-chosen
small run gives it away: one full-batch step, two examples one at a time, a learning rate of 0.
"""

# Written as students write, without types.
# mypy: allow-untyped-defs, no-check-untyped-defs

from __future__ import annotations

from itertools import pairwise

import numpy as np

from labkit.catalogue import misconception, variant
from neuralnet.activations import relu_gradient, sigmoid_gradient, tanh_gradient
from neuralnet.backprop import backward, dense_backward
from neuralnet.layers import forward
from neuralnet.losses import cross_entropy, softmax, softmax_cross_entropy, squared_error
from neuralnet.training import initialize, minibatches, sgd_step

# --- initialize ---


@misconception(
    "initialize",
    title='The scheme "small" starts with weights of exactly 0',
    why="Small is taken as zero; and for linear models a start at zero is fine.",
    hint=(
        'Print W for the scheme "small": all zeros. Then all units of a layer compute the same '
        "and get the same gradient, for ever. What tells them apart?"
    ),
)
def initialize_small_is_zero(sizes, rng, scheme="small"):
    params = []
    for fan_in, units in pairwise(sizes):
        scale = {"zeros": 0, "small": 0, "xavier": 1 / fan_in, "he": 2 / fan_in}[scheme]
        W = np.sqrt(scale) * rng.standard_normal((units, fan_in))
        params.append((W, np.zeros((units, 1))))
    return params


@misconception(
    "initialize",
    title='The scheme "small" lacks its factor 0.01',
    why="Standard normal numbers already look small.",
    hint=(
        'Print the standard deviation of your W for the scheme "small": it should be 0.01 and '
        "is 1. With many inputs such weights saturate every sigmoid at once."
    ),
)
def initialize_small_is_large(sizes, rng, scheme="small"):
    params = []
    for fan_in, units in pairwise(sizes):
        scale = {"zeros": 0, "small": 1, "xavier": 1 / fan_in, "he": 2 / fan_in}[scheme]
        W = np.sqrt(scale) * rng.standard_normal((units, fan_in))
        params.append((W, np.zeros((units, 1))))
    return params


@misconception(
    "initialize",
    title="The variance is used where the standard deviation belongs",
    why=(
        "The schemes are given as variances, 1/fan_in and 2/fan_in, but numbers are scaled by a "
        "standard deviation."
    ),
    hint=(
        'Print W.var() for the scheme "xavier" with 100 inputs: it should be near 0.01, yours '
        "is near 0.0001. If you multiply numbers of variance 1 by c, what is their variance then?"
    ),
)
def initialize_without_root(sizes, rng, scheme="small"):
    params = []
    for fan_in, units in pairwise(sizes):
        scale = {"zeros": 0, "small": 0.01, "xavier": 1 / fan_in, "he": 2 / fan_in}[scheme]
        W = scale * rng.standard_normal((units, fan_in))
        params.append((W, np.zeros((units, 1))))
    return params


@misconception(
    "initialize",
    title="The scale depends on the number of outputs (fan_out) instead of inputs",
    why="Both numbers stand in the shape of W, and they are easily exchanged.",
    hint=(
        "A unit adds up fan_in terms, so that number decides how large its score gets. For sizes "
        '[100, 5] print W.var() with "xavier": it should be near 1/100; yours is near 1/5. '
        "Which one of W's two sizes is fan_in?"
    ),
)
def initialize_fan_out(sizes, rng, scheme="small"):
    params = []
    for fan_in, units in pairwise(sizes):
        scale = {"zeros": 0, "small": 1e-4, "xavier": 1 / units, "he": 2 / units}[scheme]
        W = np.sqrt(scale) * rng.standard_normal((units, fan_in))
        params.append((W, np.zeros((units, 1))))
    return params


@misconception(
    "initialize",
    title='"xavier" averages inputs and outputs: 2/(fan_in + fan_out)',
    why=(
        "This is the formula of the original paper; the lab uses the shorter one with fan_in alone."
    ),
    hint=(
        "Your formula is in the literature, but the docstring asks for another one. Print W.var() "
        'with "xavier" for sizes [100, 5] and compare it with 1/fan_in.'
    ),
)
def initialize_both_fans(sizes, rng, scheme="small"):
    params = []
    for fan_in, units in pairwise(sizes):
        xavier = 2 / (fan_in + units)
        scale = {"zeros": 0, "small": 1e-4, "xavier": xavier, "he": 2 / fan_in}[scheme]
        W = np.sqrt(scale) * rng.standard_normal((units, fan_in))
        params.append((W, np.zeros((units, 1))))
    return params


@misconception(
    "initialize",
    title='"he" has the variance 1/fan_in, the same as "xavier"',
    why="The two schemes differ by a factor of 2 only, and one line was copied from the other.",
    hint=(
        "Print W.var() times fan_in for both schemes: they should be near 1 and near 2. ReLU sets "
        "half of its inputs to 0; which factor makes up for that?"
    ),
)
def initialize_he_is_xavier(sizes, rng, scheme="small"):
    params = []
    for fan_in, units in pairwise(sizes):
        scale = {"zeros": 0, "small": 1e-4, "xavier": 1 / fan_in, "he": 1 / fan_in}[scheme]
        W = np.sqrt(scale) * rng.standard_normal((units, fan_in))
        params.append((W, np.zeros((units, 1))))
    return params


@misconception(
    "initialize",
    title="The first layer's fan_in is used for all layers",
    why="The scale was computed once, before the loop over the layers.",
    hint=(
        'For sizes [100, 4, 3] print W.var() of the second layer with "xavier": it should be '
        "near 1/4; yours is near 1/100. How many inputs has the second layer?"
    ),
)
def initialize_first_fan_in(sizes, rng, scheme="small"):
    scale = {"zeros": 0, "small": 1e-4, "xavier": 1 / sizes[0], "he": 2 / sizes[0]}[scheme]
    params = []
    for fan_in, units in pairwise(sizes):
        W = np.sqrt(scale) * rng.standard_normal((units, fan_in))
        params.append((W, np.zeros((units, 1))))
    return params


@misconception(
    "initialize",
    title='The scheme is ignored: every network starts "small"',
    why="The function was written with one scheme first, and the argument was never connected.",
    hint=(
        "Print the standard deviation of W for each of the four schemes: all the same. Look for "
        "the place where the argument `scheme` is used."
    ),
)
def initialize_always_small(sizes, rng, scheme="small"):
    params = []
    for fan_in, units in pairwise(sizes):
        params.append((0.01 * rng.standard_normal((units, fan_in)), np.zeros((units, 1))))
    return params


@misconception(
    "initialize",
    title="W is transposed: inputs × units",
    why="Books with examples in rows store W that way.",
    hint=(
        "Print the shapes for sizes [4, 3, 2]: W of the first layer should be 3 × 4, so that W X "
        "works with X being 4 × n. Which of the two sizes comes first in yours?"
    ),
)
def initialize_transposed(sizes, rng, scheme="small"):
    params = []
    for fan_in, units in pairwise(sizes):
        scale = {"zeros": 0, "small": 1e-4, "xavier": 1 / fan_in, "he": 2 / fan_in}[scheme]
        W = np.sqrt(scale) * rng.standard_normal((fan_in, units))
        params.append((W, np.zeros((units, 1))))
    return params


@misconception(
    "initialize",
    title="b is a flat vector (p₁,) instead of a column p₁ × 1",
    why=(
        "A list of p₁ numbers is a vector, after all; the column shape matters only when it is "
        "added."
    ),
    hint=(
        "Print the shape of b, and then of W X + b: NumPy lays a flat vector along the examples, "
        "not along the units. Which shape makes it spread over the columns?"
    ),
)
def initialize_flat_bias(sizes, rng, scheme="small"):
    params = []
    for fan_in, units in pairwise(sizes):
        scale = {"zeros": 0, "small": 1e-4, "xavier": 1 / fan_in, "he": 2 / fan_in}[scheme]
        W = np.sqrt(scale) * rng.standard_normal((units, fan_in))
        params.append((W, np.zeros(units)))
    return params


@misconception(
    "initialize",
    title="The biases are random too",
    why="Weights have to be random to tell the units apart, so the biases get the same treatment.",
    hint=(
        "Print b: it should be all zeros. The random weights already make the units different; "
        "what would a random bias add to that?"
    ),
)
def initialize_random_bias(sizes, rng, scheme="small"):
    params = []
    for fan_in, units in pairwise(sizes):
        scale = {"zeros": 0, "small": 1e-4, "xavier": 1 / fan_in, "he": 2 / fan_in}[scheme]
        W = np.sqrt(scale) * rng.standard_normal((units, fan_in))
        params.append((W, 0.01 * rng.standard_normal((units, 1))))
    return params


@misconception(
    "initialize",
    title="The random numbers come from a generator with a seed of its own",
    why="A fixed seed makes runs repeatable, but that is what the argument rng is for.",
    hint=(
        "Call it with two generators of different seeds: you get the same weights twice. Which "
        "generator should the numbers be drawn from? Whoever calls decides about the seed."
    ),
)
def initialize_own_seed(sizes, rng, scheme="small"):
    rng = np.random.default_rng(0)
    params = []
    for fan_in, units in pairwise(sizes):
        scale = {"zeros": 0, "small": 1e-4, "xavier": 1 / fan_in, "he": 2 / fan_in}[scheme]
        W = np.sqrt(scale) * rng.standard_normal((units, fan_in))
        params.append((W, np.zeros((units, 1))))
    return params


@misconception(
    "initialize",
    title="The random numbers come from np.random, not from rng",
    why="np.random.randn is in every older tutorial.",
    hint=(
        "Call it twice, each time with a new generator of the same seed: the weights should be "
        "equal, but yours differ. Which object must the numbers be drawn from?"
    ),
)
def initialize_global_random(sizes, rng, scheme="small"):
    params = []
    for fan_in, units in pairwise(sizes):
        scale = {"zeros": 0, "small": 1e-4, "xavier": 1 / fan_in, "he": 2 / fan_in}[scheme]
        W = np.sqrt(scale) * np.random.randn(units, fan_in)
        params.append((W, np.zeros((units, 1))))
    return params


@misconception(
    "initialize",
    title="All weights are positive: they are drawn from 0 … 1",
    why="rng.random gives numbers between 0 and 1; normal ones are spread around 0.",
    hint=(
        "Print W.mean() and W.min(): the mean should be near 0, and about half of the weights "
        "negative. Which of the generator's methods draws from a normal distribution?"
    ),
)
def initialize_positive(sizes, rng, scheme="small"):
    params = []
    for fan_in, units in pairwise(sizes):
        scale = {"zeros": 0, "small": 1e-4, "xavier": 1 / fan_in, "he": 2 / fan_in}[scheme]
        W = np.sqrt(scale) * rng.random((units, fan_in))
        params.append((W, np.zeros((units, 1))))
    return params


@misconception(
    "initialize",
    title="All units of a layer start with the same weights",
    why="One random row is drawn and repeated for each unit, or one number fills the whole matrix.",
    hint=(
        "Print W: are its rows different? Units with equal weights compute the same, get the same "
        "gradient, and stay equal. How many random numbers does a layer need?"
    ),
)
def initialize_equal_units(sizes, rng, scheme="small"):
    params = []
    for fan_in, units in pairwise(sizes):
        scale = {"zeros": 0, "small": 1e-4, "xavier": 1 / fan_in, "he": 2 / fan_in}[scheme]
        row = np.sqrt(scale) * rng.standard_normal((1, fan_in))
        params.append((np.repeat(row, units, axis=0), np.zeros((units, 1))))
    return params


@misconception(
    "initialize",
    title="The last layer is missing",
    why="Between k sizes there are k − 1 layers, and the loop counts one fewer still.",
    hint=(
        "How many pairs do you return for sizes [4, 3, 2]? There is one layer from 4 to 3 and one "
        "from 3 to 2. Write down the values that your loop runs through."
    ),
)
def initialize_without_last_layer(sizes, rng, scheme="small"):
    params = []
    for fan_in, units in pairwise(sizes[:-1]):
        scale = {"zeros": 0, "small": 1e-4, "xavier": 1 / fan_in, "he": 2 / fan_in}[scheme]
        W = np.sqrt(scale) * rng.standard_normal((units, fan_in))
        params.append((W, np.zeros((units, 1))))
    return params


@misconception(
    "initialize",
    title="The weights are drawn evenly between −s and s: a spread of s/√3 only",
    why="s stands in the table, and uniform(−s, s) looks like numbers of the size s.",
    hint=(
        "Print W.std() for a large layer and divide it by the one in the table: 0.58. How far "
        "do even draws between −1 and 1 spread, and how far do standard normal ones?"
    ),
)
def initialize_between_bounds(sizes, rng, scheme="small"):
    params = []
    for fan_in, units in pairwise(sizes):
        scales = {"zeros": 0.0, "small": 0.01, "xavier": fan_in**-0.5, "he": (2 / fan_in) ** 0.5}
        W = scales[scheme] * rng.uniform(-1.0, 1.0, (units, fan_in))
        params.append((W, np.zeros((units, 1))))
    return params


@misconception(
    "initialize",
    title='The schemes "xavier" and "he" are exchanged',
    why="Both divide by fan_in, and which of them has the 2 is easily mixed up.",
    hint=(
        'Print the variance of W times fan_in for both schemes. It should be 1 for "xavier" and '
        '2 for "he", which makes up for the half that a ReLU cuts off.'
    ),
)
def initialize_schemes_exchanged(sizes, rng, scheme="small"):
    params = []
    for fan_in, units in pairwise(sizes):
        scales = {"zeros": 0.0, "small": 0.01, "xavier": (2 / fan_in) ** 0.5, "he": fan_in**-0.5}
        W = scales[scheme] * rng.standard_normal((units, fan_in))
        params.append((W, np.zeros((units, 1))))
    return params


@variant("initialize", style="standard deviations in an if chain, rng.normal")
def initialize_by_if(sizes, rng, scheme="small"):
    params = []
    for layer in range(1, len(sizes)):
        shape = (sizes[layer], sizes[layer - 1])
        if scheme == "zeros":
            W = np.zeros(shape)
        elif scheme == "small":
            W = rng.normal(0.0, 0.01, shape)
        elif scheme == "xavier":
            W = rng.normal(0.0, sizes[layer - 1] ** -0.5, shape)
        elif scheme == "he":
            W = rng.normal(0.0, (2 / sizes[layer - 1]) ** 0.5, shape)
        else:
            raise ValueError(f"unknown scheme {scheme!r}")
        params.append((W, np.zeros((shape[0], 1))))
    return params


@variant("initialize", style="uniform draws of the same variance for xavier and he")
def initialize_uniform(sizes, rng, scheme="small"):
    params = []
    for fan_in, units in pairwise(sizes):
        if scheme in ("xavier", "he"):
            limit = np.sqrt((3 if scheme == "xavier" else 6) / fan_in)
            W = rng.uniform(-limit, limit, (units, fan_in))
        else:
            W = (0.01 if scheme == "small" else 0.0) * rng.standard_normal((units, fan_in))
        params.append((W, np.zeros((units, 1))))
    return params


@variant("initialize", style="one long draw for all layers, cut to pieces, last layer first")
def initialize_one_draw(sizes, rng, scheme="small"):
    counts = [a * b for a, b in pairwise(sizes)]
    numbers = rng.standard_normal(sum(counts))
    params = []
    for layer in range(len(counts) - 1, -1, -1):
        scale = {
            "zeros": 0.0,
            "small": 0.01,
            "xavier": np.sqrt(1 / sizes[layer]),
            "he": np.sqrt(2 / sizes[layer]),
        }[scheme]
        start = sum(counts[:layer])
        piece = numbers[start : start + counts[layer]]
        W = scale * piece.reshape(sizes[layer + 1], sizes[layer])
        params.insert(0, (W, np.zeros((sizes[layer + 1], 1))))
    return params


# --- minibatches ---


@misconception(
    "minibatches",
    title="The short last batch is dropped",
    why="n // batch_size counts the full batches only.",
    hint=(
        "Ask for 13 examples in fives: the batches should have 5, 5 and 3; yours have 5 and 5. "
        "Put all your batches together: which examples never appear?"
    ),
)
def minibatches_last_dropped(n, batch_size, rng):
    order = rng.permutation(n)
    return [order[k * batch_size : (k + 1) * batch_size] for k in range(n // batch_size)]


@misconception(
    "minibatches",
    title="The examples are not shuffled",
    why="Cutting 0 … n − 1 into pieces is the main work, and the shuffle is easily left out.",
    hint=(
        "Print the batches of two calls: always 0, 1, 2, … in order. If the data come sorted by "
        "class, what does each batch then contain? What is the argument rng for?"
    ),
)
def minibatches_not_shuffled(n, batch_size, rng):
    return [np.arange(start, min(start + batch_size, n)) for start in range(0, n, batch_size)]


@misconception(
    "minibatches",
    title="The examples are drawn with replacement: some come twice, some never",
    why="Drawing a random batch each time is simple, and looks random enough.",
    hint=(
        "Put all batches of one call together and sort them: every number from 0 to n − 1 should "
        "be there exactly once. Which are missing? Shuffle a deck of cards rather than roll dice."
    ),
)
def minibatches_with_replacement(n, batch_size, rng):
    sizes = [min(batch_size, n - start) for start in range(0, n, batch_size)]
    return [rng.integers(0, n, size) for size in sizes]


@misconception(
    "minibatches",
    title="The last batch is filled up with examples that were already used",
    why="Equal batches look tidier, and some libraries do fill them up.",
    hint=(
        "Ask for 13 examples in fives: the batches should have 5, 5 and 3; yours have 5, 5 and 5. "
        "Which examples are in your batches twice?"
    ),
)
def minibatches_filled_up(n, batch_size, rng):
    order = rng.permutation(n)
    return [order[np.arange(start, start + batch_size) % n] for start in range(0, n, batch_size)]


@misconception(
    "minibatches",
    title="Each batch is one example short",
    why="The end of a slice is already excluded in Python; subtracting 1 excludes one more.",
    hint=(
        "Ask for 10 examples in fives: yours have 4 and 4. Print the start and the end of each "
        "slice: is the end of a slice still part of it?"
    ),
)
def minibatches_one_short(n, batch_size, rng):
    order = rng.permutation(n)
    return [order[start : start + batch_size - 1] for start in range(0, n, batch_size)]


@misconception(
    "minibatches",
    title="Neighbouring batches share an example",
    why='The end was moved by 1 to "include the last one", but the slice had it already.',
    hint=(
        "Ask for 10 examples in fives and put the batches together: one number is there twice. "
        "Print the start and the end of each slice: which index belongs to two of them?"
    ),
)
def minibatches_overlap(n, batch_size, rng):
    order = rng.permutation(n)
    return [order[start : start + batch_size + 1] for start in range(0, n, batch_size)]


@misconception(
    "minibatches",
    title="The batches are made equally long instead of full ones and a short rest",
    why="np.array_split divides as evenly as it can.",
    hint=(
        "Ask for 13 examples in fives: the batches should have 5, 5 and 3; yours have 5, 4 and 4. "
        "All but the last should have batch_size examples. At which positions should the order be "
        "cut?"
    ),
)
def minibatches_even(n, batch_size, rng):
    return np.array_split(rng.permutation(n), -(-n // batch_size))


@misconception(
    "minibatches",
    title="The short rest is added to the last batch",
    why="A very short batch seems not worth a step of its own.",
    hint=(
        "Ask for 13 examples in fives: the batches should have 5, 5 and 3; yours have 5 and 8. No "
        "batch may have more than batch_size examples."
    ),
)
def minibatches_rest_joined(n, batch_size, rng):
    order = rng.permutation(n)
    full = max(n // batch_size, 1)
    cuts = [k * batch_size for k in range(full)] + [n]
    return [order[a:b] for a, b in pairwise(cuts)]


@misconception(
    "minibatches",
    title="Only the order of the batches is shuffled, not the examples",
    why="The pieces are cut first and shuffled afterwards.",
    hint=(
        "Print a few batches: each one holds neighbours, such as 5, 6, 7, 8, 9. If the data come "
        "sorted by class, what does each batch then contain? What should come first, cutting or "
        "shuffling?"
    ),
)
def minibatches_of_neighbours(n, batch_size, rng):
    batches = [np.arange(start, min(start + batch_size, n)) for start in range(0, n, batch_size)]
    full = batches[: n // batch_size]
    return [full[k] for k in rng.permutation(len(full))] + batches[len(full) :]


@misconception(
    "minibatches",
    title="The examples are shuffled only within their batch",
    why="The pieces are cut first, and each of them is shuffled afterwards.",
    hint=(
        "Sort each of your batches: the first one always holds 0 to batch_size − 1. If the data "
        "come sorted by class, what does it then contain? What should come first, cutting or "
        "shuffling?"
    ),
)
def minibatches_shuffled_inside(n, batch_size, rng):
    return [
        start + rng.permutation(min(batch_size, n - start)) for start in range(0, n, batch_size)
    ]


@misconception(
    "minibatches",
    title="Every call gives the same order, whatever rng is",
    why="A fixed seed makes runs repeatable, but that is what the argument rng is for.",
    hint=(
        "Call it with two generators of different seeds, and twice with the same one: always the "
        "same batches. Which generator should the order come from?"
    ),
)
def minibatches_own_seed(n, batch_size, rng):
    order = np.random.default_rng(0).permutation(n)
    return [order[start : start + batch_size] for start in range(0, n, batch_size)]


@misconception(
    "minibatches",
    title="The indices count from 1 to n",
    why="Examples are numbered from 1 in formulas; Python counts from 0.",
    hint=(
        "Print the smallest and the largest index of all your batches. With n examples, which is "
        "the last column of X in Python? Using your n as an index fails."
    ),
)
def minibatches_from_one(n, batch_size, rng):
    order = rng.permutation(n) + 1
    return [order[start : start + batch_size] for start in range(0, n, batch_size)]


@misconception(
    "minibatches",
    title="batch_size is used as the number of batches",
    why="Both numbers cut n into pieces, one says how large, the other says how many.",
    hint=(
        "Ask for 20 examples in fives: there should be 4 batches of 5; yours are 5 batches of 4. "
        "What does batch_size count?"
    ),
)
def minibatches_count_for_size(n, batch_size, rng):
    return np.array_split(rng.permutation(n), min(batch_size, n))


@misconception(
    "minibatches",
    title="An empty batch stands at the end when n is a multiple of batch_size",
    why=(
        "n // batch_size + 1 batches are right when there is a rest, and one too many when there "
        "is none."
    ),
    hint=(
        "Ask for 10 examples in fives and print the length of each batch: 5, 5 and 0. The mean "
        "loss of an empty batch is 0/0. How many batches are there if nothing is left over?"
    ),
)
def minibatches_empty_at_end(n, batch_size, rng):
    order = rng.permutation(n)
    return [order[k * batch_size : (k + 1) * batch_size] for k in range(n // batch_size + 1)]


@variant("minibatches", style="Python lists, shuffled in place")
def minibatches_lists(n, batch_size, rng):
    order = list(range(n))
    rng.shuffle(order)
    batches = []
    while order:
        batches.append([int(i) for i in order[:batch_size]])
        order = order[batch_size:]
    return batches


@variant("minibatches", style="sorts random keys and splits at multiples")
def minibatches_sorted_keys(n, batch_size, rng):
    return np.split(np.argsort(rng.random(n)), range(batch_size, n, batch_size))


# --- sgd_step ---


@misconception(
    "sgd_step",
    title="The step goes uphill: the gradient is added",
    why="An update with += looks natural; the gradient points to where the loss grows.",
    hint=(
        "The loss grows in the direction of the gradient. Which way is down? Take a parameter of "
        "1 with gradient 1 and rate 0.1: it should become 0.9, yours is 1.1."
    ),
)
def sgd_step_uphill(params, grads, learning_rate):
    return [
        (W + learning_rate * dW, b + learning_rate * db)
        for (W, b), (dW, db) in zip(params, grads, strict=True)
    ]


@misconception(
    "sgd_step",
    title="The old parameters are changed in place",
    why="W -= … is the usual short form, but it writes into the caller's arrays.",
    hint=(
        "Print the old params before and after the call: they have moved too. Whoever wants to "
        "compare before and after, or start again, cannot. How does W -= s differ from making a "
        "new W?"
    ),
)
def sgd_step_in_place(params, grads, learning_rate):
    for (W, b), (dW, db) in zip(params, grads, strict=True):
        W -= learning_rate * dW
        b -= learning_rate * db
    return params


@misconception(
    "sgd_step",
    title="The biases are not updated",
    why="The rule is written down for W; that b needs the same one is easily forgotten.",
    hint=(
        "Print each b before and after the step: unchanged. What does db tell you, and where do "
        "you use it?"
    ),
)
def sgd_step_without_bias(params, grads, learning_rate):
    return [
        (W - learning_rate * dW, np.array(b)) for (W, b), (dW, _) in zip(params, grads, strict=True)
    ]


@misconception(
    "sgd_step",
    title="The learning rate is missing in the bias update",
    why="The line for b is written from memory after the one for W.",
    hint=(
        "Use a learning rate of 0: nothing should move. Your biases do. Compare your two update "
        "lines factor by factor."
    ),
)
def sgd_step_full_bias_step(params, grads, learning_rate):
    return [
        (W - learning_rate * dW, b - db) for (W, b), (dW, db) in zip(params, grads, strict=True)
    ]


@misconception(
    "sgd_step",
    title="The learning rate is ignored: every step is a full gradient",
    why="The minus and the gradient are there, and the factor between them is left out.",
    hint=(
        "Use a learning rate of 0: nothing should move, but yours does. Where does the argument "
        "learning_rate appear in your function?"
    ),
)
def sgd_step_without_rate(params, grads, learning_rate):
    return [(W - dW, b - db) for (W, b), (dW, db) in zip(params, grads, strict=True)]


@misconception(
    "sgd_step",
    title="The gradient is divided by the learning rate",
    why="Multiplying and dividing change places; a small rate then makes a huge step.",
    hint=(
        "Halve the learning rate: the step should become half as long, yours doubles. How does "
        "the length of a step depend on the rate?"
    ),
)
def sgd_step_divided_by_rate(params, grads, learning_rate):
    return [
        (W - dW / learning_rate, b - db / learning_rate)
        for (W, b), (dW, db) in zip(params, grads, strict=True)
    ]


@misconception(
    "sgd_step",
    title="Only the steps are returned, not the new parameters",
    why="The step is computed, and the place from which it starts is left out.",
    hint=(
        "Use a learning rate of 0: you should get the old parameters back, but yours are all 0. "
        "From where does a step start?"
    ),
)
def sgd_step_only_steps(params, grads, learning_rate):
    return [(-learning_rate * dW, -learning_rate * db) for dW, db in grads]


@misconception(
    "sgd_step",
    title="Only the last layer is updated",
    why=(
        "One update was written, after the loop or for params[-1], and the other layers are "
        "carried over."
    ),
    hint=(
        "Print the first layer's W before and after the step: unchanged. How many layers have a "
        "gradient, and how many does your loop reach?"
    ),
)
def sgd_step_last_layer_only(params, grads, learning_rate):
    (W, b), (dW, db) = params[-1], grads[-1]
    return [*params[:-1], (W - learning_rate * dW, b - learning_rate * db)]


@misconception(
    "sgd_step",
    title="The gradients are scaled to length 1",
    why=(
        "Normalised steps are a known remedy against very large gradients, but this is another "
        "method."
    ),
    hint=(
        "Double all the gradients: the step should double, yours stays the same. Near the bottom "
        "the gradient gets small, and the steps should get small with it."
    ),
)
def sgd_step_normalised(params, grads, learning_rate):
    length = np.sqrt(sum(np.sum(dW**2) + np.sum(db**2) for dW, db in grads))
    return [
        (W - learning_rate * dW / length, b - learning_rate * db / length)
        for (W, b), (dW, db) in zip(params, grads, strict=True)
    ]


@misconception(
    "sgd_step",
    title="The step is multiplied onto the parameters instead of subtracted",
    why="W · (1 − rate · dW) comes from pulling W out of the formula once too often.",
    hint=(
        "Take a parameter of 0 with gradient 1 and rate 0.1: it should become −0.1, yours stays 0 "
        "for ever. How is the step combined with the parameter in the formula?"
    ),
)
def sgd_step_multiplied(params, grads, learning_rate):
    return [
        (W * (1 - learning_rate * dW), b * (1 - learning_rate * db))
        for (W, b), (dW, db) in zip(params, grads, strict=True)
    ]


@misconception(
    "sgd_step",
    title="The new parameters keep the type of the old ones, so fractions are cut off",
    why="The result is written into an array that was made like the old one.",
    hint=(
        "Try it with parameters that are whole numbers and a learning rate of 0.5, and print "
        "the type of your new W. What happens to 0.5 when it is written into an array of "
        "integers?"
    ),
)
def sgd_step_whole_numbers_only(params, grads, learning_rate):
    new = []
    for layer, grad in zip(params, grads, strict=True):
        parts = [np.empty_like(part) for part in layer]
        for part, old, slope in zip(parts, layer, grad, strict=True):
            part[:] = old - learning_rate * slope
        new.append(tuple(parts))
    return new


@misconception(
    "sgd_step",
    title="The biases go uphill: their step is added",
    why="The sign is right in the first line and lost in the second.",
    hint=(
        "Compare the two lines of your step sign by sign. Then take W all zeros and follow one "
        "bias by hand: with a positive gradient, should it grow or shrink?"
    ),
)
def sgd_step_biases_uphill(params, grads, learning_rate):
    pairs = zip(params, grads, strict=True)
    return [(W - learning_rate * dW, b + learning_rate * db) for (W, b), (dW, db) in pairs]


@variant("sgd_step", style="copies that are changed in place")
def sgd_step_on_copies(params, grads, learning_rate):
    new = []
    for layer in range(len(params)):
        W, b = np.array(params[layer][0], dtype=float), np.array(params[layer][1], dtype=float)
        W -= learning_rate * grads[layer][0]
        b -= learning_rate * grads[layer][1]
        new.append((W, b))
    return new


@variant("sgd_step", style="lists of lists, minus rate times gradient added")
def sgd_step_lists(params, grads, learning_rate):
    return [
        [p + (-learning_rate) * g for p, g in zip(layer, grad, strict=True)]
        for layer, grad in zip(params, grads, strict=True)
    ]


# --- train ---


@misconception(
    "train",
    title="The examples are shuffled only once, before the first epoch",
    why="The mini-batches are made before the loop over the epochs.",
    hint=(
        "Print the first batch of each epoch: always the same. Every epoch should see the "
        "examples in a new order. On which side of which loop is the call that makes the batches?"
    ),
)
def train_shuffled_once(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    losses, batches = [], minibatches(len(y), batch_size, rng)
    for _ in range(epochs):
        total = 0.0
        for batch in batches:
            H = forward(params, X[:, batch], activation)
            loss, dS = softmax_cross_entropy(H[-1], y[batch])
            params = sgd_step(params, backward(params, H, dS, activation), learning_rate)
            total += loss * len(batch)
        losses.append(total / len(y))
    return params, losses


@misconception(
    "train",
    title="The examples are never shuffled",
    why="Slices of X are quick to write, and the network learns from them as well.",
    hint=(
        "Print the examples of the first batch in each epoch: always the first columns of X. If "
        "the data come sorted by class, what does a batch contain? What is the argument rng for?"
    ),
)
def train_not_shuffled(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    losses = []
    for _ in range(epochs):
        total = 0.0
        for start in range(0, len(y), batch_size):
            batch = np.arange(len(y))[start : start + batch_size]
            H = forward(params, X[:, batch], activation)
            loss, dS = softmax_cross_entropy(H[-1], y[batch])
            params = sgd_step(params, backward(params, H, dS, activation), learning_rate)
            total += loss * len(batch)
        losses.append(total / len(y))
    return params, losses


@misconception(
    "train",
    title="Examples and labels no longer belong together after the shuffle",
    why="The shuffled indices are used for X, and y is cut in its old order.",
    hint=(
        "Print the labels that go with each column of a batch and look them up in y. When X[:, "
        "batch] picks the examples, what must pick their labels?"
    ),
)
def train_labels_not_shuffled(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    losses = []
    for _ in range(epochs):
        total, start = 0.0, 0
        for batch in minibatches(len(y), batch_size, rng):
            H = forward(params, X[:, batch], activation)
            loss, dS = softmax_cross_entropy(H[-1], y[start : start + len(batch)])
            params = sgd_step(params, backward(params, H, dS, activation), learning_rate)
            total += loss * len(batch)
            start += len(batch)
        losses.append(total / len(y))
    return params, losses


@misconception(
    "train",
    title="Every step uses all the examples; batch_size is ignored",
    why="The loop without batches was written first, and the argument was never connected.",
    hint=(
        "Count the steps of one epoch with 20 examples and batch_size 5: there should be 4, yours "
        "is 1. Where does batch_size appear in your function?"
    ),
)
def train_always_full_batch(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    losses = []
    for _ in range(epochs):
        H = forward(params, X, activation)
        loss, dS = softmax_cross_entropy(H[-1], y)
        params = sgd_step(params, backward(params, H, dS, activation), learning_rate)
        losses.append(loss)
    return params, losses


@misconception(
    "train",
    title="An epoch makes a single step, on one mini-batch",
    why="The inner loop over the batches is missing, or ends after its first round.",
    hint=(
        "Count the steps of one epoch with 20 examples and batch_size 5: there should be 4, yours "
        "is 1. An epoch means that every example is used once. Look at the indentation of the "
        "last lines."
    ),
)
def train_one_batch_per_epoch(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    losses = []
    for _ in range(epochs):
        batch = minibatches(len(y), batch_size, rng)[0]
        H = forward(params, X[:, batch], activation)
        loss, dS = softmax_cross_entropy(H[-1], y[batch])
        params = sgd_step(params, backward(params, H, dS, activation), learning_rate)
        losses.append(loss)
    return params, losses


@misconception(
    "train",
    title="A last batch that is not full is never used",
    why="n // batch_size counts the full batches only.",
    hint=(
        "Use 5 examples and batch_size 8: there should be one step, but your parameters do not "
        "move at all. How many batches are there, and what happens to the rest?"
    ),
)
def train_drops_short_batch(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    losses = []
    for _ in range(epochs):
        total, seen = 0.0, 0
        for batch in minibatches(len(y), batch_size, rng):
            if len(batch) < batch_size:
                continue
            H = forward(params, X[:, batch], activation)
            loss, dS = softmax_cross_entropy(H[-1], y[batch])
            params = sgd_step(params, backward(params, H, dS, activation), learning_rate)
            total += loss * len(batch)
            seen += len(batch)
        losses.append(total / max(seen, 1))
    return params, losses


@misconception(
    "train",
    title="The loss of every step is listed, not one for each epoch",
    why="The append stands in the inner loop, one indentation too deep.",
    hint=(
        "Compare len(losses) with epochs: they should be equal. How often is your append run? "
        "Collect the losses of the steps and give one mean per epoch."
    ),
)
def train_loss_per_step(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    losses = []
    for _ in range(epochs):
        for batch in minibatches(len(y), batch_size, rng):
            H = forward(params, X[:, batch], activation)
            loss, dS = softmax_cross_entropy(H[-1], y[batch])
            params = sgd_step(params, backward(params, H, dS, activation), learning_rate)
            losses.append(loss)
    return params, losses


@misconception(
    "train",
    title="The loss of an epoch is that of its last mini-batch alone",
    why="After the inner loop the variable still holds the last batch's loss.",
    hint=(
        "Train with a learning rate of 0: every epoch should give the same loss, that of all the "
        "examples. Yours jumps about. Which examples does your number come from?"
    ),
)
def train_loss_of_last_batch(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    losses = []
    for _ in range(epochs):
        for batch in minibatches(len(y), batch_size, rng):
            H = forward(params, X[:, batch], activation)
            loss, dS = softmax_cross_entropy(H[-1], y[batch])
            params = sgd_step(params, backward(params, H, dS, activation), learning_rate)
        losses.append(loss)
    return params, losses


@misconception(
    "train",
    title="The losses of the mini-batches are summed, not averaged",
    why="The running total is appended as it is.",
    hint=(
        "Train with a learning rate of 0, once with batch_size 2 and once with all examples: the "
        "losses should agree. Yours grow with the number of batches. What is a total to be "
        "divided by?"
    ),
)
def train_losses_summed(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(len(y), batch_size, rng):
            H = forward(params, X[:, batch], activation)
            loss, dS = softmax_cross_entropy(H[-1], y[batch])
            params = sgd_step(params, backward(params, H, dS, activation), learning_rate)
            total += loss
        losses.append(total)
    return params, losses


@misconception(
    "train",
    title="The losses have one entry more: the loss before training stands in front",
    why="It makes a fuller curve, but then the list no longer fits the epochs.",
    hint=(
        "Compare len(losses) with epochs: they should be equal. Entry 0 belongs to the first "
        "epoch, during it or after it, not to the time before."
    ),
)
def train_initial_loss_too(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    losses = [softmax_cross_entropy(forward(params, X, activation)[-1], y)[0]]
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(len(y), batch_size, rng):
            H = forward(params, X[:, batch], activation)
            loss, dS = softmax_cross_entropy(H[-1], y[batch])
            params = sgd_step(params, backward(params, H, dS, activation), learning_rate)
            total += loss * len(batch)
        losses.append(total / len(y))
    return params, losses


@misconception(
    "train",
    title="There is one epoch too few",
    why="Counting from 1 and leaving the end of the range out loses one round.",
    hint=(
        "Ask for 1 epoch and print len(losses) and the change of W: nothing has happened. Write "
        "down the values that your loop over the epochs runs through."
    ),
)
def train_one_epoch_short(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    losses = []
    for _ in range(1, epochs):
        total = 0.0
        for batch in minibatches(len(y), batch_size, rng):
            H = forward(params, X[:, batch], activation)
            loss, dS = softmax_cross_entropy(H[-1], y[batch])
            params = sgd_step(params, backward(params, H, dS, activation), learning_rate)
            total += loss * len(batch)
        losses.append(total / len(y))
    return params, losses


@misconception(
    "train",
    title="The hidden layers always use ReLU, whatever `activation` says",
    why="A name was typed where the argument should be handed on.",
    hint=(
        'Train once with "relu" and once with "tanh" from the same start: the results should '
        "differ, yours do not. Look at every call that needs to know the activation."
    ),
)
def train_always_relu(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(len(y), batch_size, rng):
            H = forward(params, X[:, batch], "relu")
            loss, dS = softmax_cross_entropy(H[-1], y[batch])
            params = sgd_step(params, backward(params, H, dS, "relu"), learning_rate)
            total += loss * len(batch)
        losses.append(total / len(y))
    return params, losses


@misconception(
    "train",
    title="The new parameters are thrown away: training ends where it began",
    why="The result of the step is given another name, or none, and the old params go on.",
    hint=(
        "Print the loss of each epoch: it does not fall. sgd_step gives new params and leaves the "
        "old ones alone; what do you do with what it returns?"
    ),
)
def train_result_thrown_away(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(len(y), batch_size, rng):
            H = forward(params, X[:, batch], activation)
            loss, dS = softmax_cross_entropy(H[-1], y[batch])
            sgd_step(params, backward(params, H, dS, activation), learning_rate)
            total += loss * len(batch)
        losses.append(total / len(y))
    return params, losses


@misconception(
    "train",
    title="Every step starts from the first parameters again",
    why="The new params get a new name, and the next step still takes the old name.",
    hint=(
        "Train for 1 epoch and for 10 with all the examples in one batch: you get the same "
        "network. Which parameters does the second step start from in yours?"
    ),
)
def train_restarts_each_step(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    losses, new = [], params
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(len(y), batch_size, rng):
            H = forward(params, X[:, batch], activation)
            loss, dS = softmax_cross_entropy(H[-1], y[batch])
            new = sgd_step(params, backward(params, H, dS, activation), learning_rate)
            total += loss * len(batch)
        losses.append(total / len(y))
    return new, losses


@misconception(
    "train",
    title="The caller's parameters are changed",
    why="W -= … is short, but the arrays in params belong to the caller.",
    hint=(
        "Print params before and after the call: they have been trained too. Then a second "
        "training with other settings does not start from the same point. Where are arrays "
        "changed in place?"
    ),
)
def train_changes_params(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(len(y), batch_size, rng):
            H = forward(params, X[:, batch], activation)
            loss, dS = softmax_cross_entropy(H[-1], y[batch])
            for (W, b), (dW, db) in zip(params, backward(params, H, dS, activation), strict=True):
                W -= learning_rate * dW
                b -= learning_rate * db
            total += loss * len(batch)
        losses.append(total / len(y))
    return params, losses


@misconception(
    "train",
    title="The biases are never updated",
    why="The update is written for the weights, and b is carried along as it was.",
    hint=(
        "Print each b after training: still 0. backward gives a db for every layer; where is it "
        "used?"
    ),
)
def train_biases_stay(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(len(y), batch_size, rng):
            H = forward(params, X[:, batch], activation)
            loss, dS = softmax_cross_entropy(H[-1], y[batch])
            grads = [(dW, 0 * db) for dW, db in backward(params, H, dS, activation)]
            params = sgd_step(params, grads, learning_rate)
            total += loss * len(batch)
        losses.append(total / len(y))
    return params, losses


@misconception(
    "train",
    title="Only the last layer is trained",
    why="The gradient of the last layer is the easy one, and accuracy rises with it alone.",
    hint=(
        "Print the first layer's W before and after training: unchanged. backward gives a "
        "gradient for every layer; what becomes of the others?"
    ),
)
def train_last_layer_only(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(len(y), batch_size, rng):
            H = forward(params, X[:, batch], activation)
            loss, dS = softmax_cross_entropy(H[-1], y[batch])
            grads = backward(params, H, dS, activation)
            params = [*params[:-1], *sgd_step(params[-1:], grads[-1:], learning_rate)]
            total += loss * len(batch)
        losses.append(total / len(y))
    return params, losses


@misconception(
    "train",
    title="A layer is updated before the gradient has passed through it",
    why=(
        "Updating each layer as soon as its gradient is known saves a list, but the layers below "
        "then see the new W."
    ),
    hint=(
        "Make one step by hand for two layers: the first layer's gradient goes back through W₂. "
        "The old one or the already updated one? All gradients belong to the same point, so which "
        "comes first: all gradients, or an update?"
    ),
)
def train_updates_on_the_way_back(
    params, X, y, *, activation, learning_rate, batch_size, epochs, rng
):
    slope = {"sigmoid": sigmoid_gradient, "tanh": tanh_gradient, "relu": relu_gradient}[activation]
    params, losses = list(params), []
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(len(y), batch_size, rng):
            H = forward(params, X[:, batch], activation)
            loss, dZ = softmax_cross_entropy(H[-1], y[batch])
            for layer in reversed(range(len(params))):
                W, b = params[layer]
                dW, db, _ = dense_backward(dZ, W, H[layer])
                params[layer] = (W - learning_rate * dW, b - learning_rate * db)
                dZ = (params[layer][0].T @ dZ) * slope(H[layer])
            total += loss * len(batch)
        losses.append(total / len(y))
    return params, losses


@misconception(
    "train",
    title="The step goes uphill",
    why="A minus too many: one is in sgd_step already.",
    hint=(
        "Print the loss of each epoch: it rises. Follow the sign from the loss to the new W: how "
        "many minus signs does it meet, and how many should there be?"
    ),
)
def train_uphill(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(len(y), batch_size, rng):
            H = forward(params, X[:, batch], activation)
            loss, dS = softmax_cross_entropy(H[-1], y[batch])
            params = sgd_step(params, backward(params, H, -dS, activation), learning_rate)
            total += loss * len(batch)
        losses.append(total / len(y))
    return params, losses


@misconception(
    "train",
    title="The learning rate is divided by the batch size: 1/n twice",
    why="An update with rate/n is right where gradients are sums; here they are means already.",
    hint=(
        "Make one step with 4 examples in one batch and compare with W − rate · dW: yours is 4 "
        "times too short. Where is the 1/n already in the gradient?"
    ),
)
def train_rate_over_batch_size(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(len(y), batch_size, rng):
            H = forward(params, X[:, batch], activation)
            loss, dS = softmax_cross_entropy(H[-1], y[batch])
            grads = backward(params, H, dS, activation)
            params = sgd_step(params, grads, learning_rate / len(batch))
            total += loss * len(batch)
        losses.append(total / len(y))
    return params, losses


@misconception(
    "train",
    title="The gradient of the batch is summed instead of averaged",
    why="The gradients of the examples are added up, and the division by their number is left out.",
    hint=(
        "Make one step with 4 examples in one batch and compare with W − rate · dW: yours is 4 "
        "times too long. The loss is a mean over the batch; so is its gradient."
    ),
)
def train_gradient_summed(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(len(y), batch_size, rng):
            H = forward(params, X[:, batch], activation)
            loss, dS = softmax_cross_entropy(H[-1], y[batch])
            grads = backward(params, H, dS * len(batch), activation)
            params = sgd_step(params, grads, learning_rate)
            total += loss * len(batch)
        losses.append(total / len(y))
    return params, losses


@misconception(
    "train",
    title="The mini-batch gradient is divided by all n examples, not by the batch",
    why=(
        "n stands for the number of examples in the formula; in a mini-batch it is the batch's "
        "own number."
    ),
    hint=(
        "With all the examples in one batch your step is right; with small batches it is too "
        "short. How many examples does the mean of a mini-batch run over?"
    ),
)
def train_gradient_over_all_examples(
    params, X, y, *, activation, learning_rate, batch_size, epochs, rng
):
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(len(y), batch_size, rng):
            H = forward(params, X[:, batch], activation)
            loss, dS = softmax_cross_entropy(H[-1], y[batch])
            grads = backward(params, H, dS * len(batch) / len(y), activation)
            params = sgd_step(params, grads, learning_rate)
            total += loss * len(batch)
        losses.append(total / len(y))
    return params, losses


@misconception(
    "train",
    title="Steps carry momentum from the ones before",
    why="Momentum is the usual next refinement; the task asks for plain gradient steps.",
    hint=(
        "Train 2 epochs with all the examples in one batch, and make the same two steps by hand: "
        "the first agrees, the second does not. Does your step depend on anything but the present "
        "gradient?"
    ),
)
def train_with_momentum(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    losses, velocity = [], [(0 * W, 0 * b) for W, b in params]
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(len(y), batch_size, rng):
            H = forward(params, X[:, batch], activation)
            loss, dS = softmax_cross_entropy(H[-1], y[batch])
            grads = backward(params, H, dS, activation)
            velocity = [
                (0.9 * vW + dW, 0.9 * vb + db)
                for (vW, vb), (dW, db) in zip(velocity, grads, strict=True)
            ]
            params = sgd_step(params, velocity, learning_rate)
            total += loss * len(batch)
        losses.append(total / len(y))
    return params, losses


@misconception(
    "train",
    title="The learning rate shrinks from epoch to epoch",
    why="A decaying rate is a known refinement; the task asks for plain gradient steps.",
    hint=(
        "Train 2 epochs with all the examples in one batch, and make the same two steps by hand: "
        "the first agrees, the second is too short. Print the rate of each step."
    ),
)
def train_with_decay(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    losses = []
    for epoch in range(epochs):
        total = 0.0
        for batch in minibatches(len(y), batch_size, rng):
            H = forward(params, X[:, batch], activation)
            loss, dS = softmax_cross_entropy(H[-1], y[batch])
            grads = backward(params, H, dS, activation)
            params = sgd_step(params, grads, learning_rate / (1 + epoch))
            total += loss * len(batch)
        losses.append(total / len(y))
    return params, losses


@misconception(
    "train",
    title="Weights are pulled towards 0 in every step",
    why="Other courses add weight decay to this loop; the task asks for plain gradient steps.",
    hint=(
        "Make one step with all the examples in one batch and compare with W − rate · dW: the "
        "difference is in proportion to W itself. Which term of your update does not come from "
        "the loss?"
    ),
)
def train_with_weight_decay(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(len(y), batch_size, rng):
            H = forward(params, X[:, batch], activation)
            loss, dS = softmax_cross_entropy(H[-1], y[batch])
            grads = backward(params, H, dS, activation)
            grads = [(dW + 0.1 * W, db) for (W, _), (dW, db) in zip(params, grads, strict=True)]
            params = sgd_step(params, grads, learning_rate)
            total += loss * len(batch)
        losses.append(total / len(y))
    return params, losses


@misconception(
    "train",
    title="The squared error of the scores is trained instead of the cross-entropy",
    why="The squared error is the loss that one knows best, and it has the same pieces.",
    hint=(
        "Make one step with all the examples in one batch and compare with the gradient of "
        "softmax_cross_entropy. Which loss does the docstring name? Where do you turn scores into "
        "probabilities?"
    ),
)
def train_on_squared_error(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(len(y), batch_size, rng):
            H = forward(params, X[:, batch], activation)
            loss, dS = squared_error(H[-1], np.eye(len(H[-1]))[:, y[batch]])
            params = sgd_step(params, backward(params, H, dS, activation), learning_rate)
            total += loss * len(batch)
        losses.append(total / len(y))
    return params, losses


@misconception(
    "train",
    title="The examples of a batch are drawn at random, some twice and some never",
    why="Drawing random indices for each step is stochastic, too.",
    hint=(
        "Collect the indices that one epoch uses, sort them and print them. Each should stand "
        "there exactly once. Which of your functions gives batches that see to it?"
    ),
)
def train_with_replacement(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in (
            rng.integers(0, len(y), len(b)) for b in minibatches(len(y), batch_size, rng)
        ):
            H = forward(params, X[:, batch], activation)
            loss, dS = softmax_cross_entropy(H[-1], y[batch])
            params = sgd_step(params, backward(params, H, dS, activation), learning_rate)
            total += loss * len(batch)
        losses.append(total / len(y))
    return params, losses


@misconception(
    "train",
    title="Only one epoch is trained, whatever `epochs` says",
    why="The loop over the mini-batches is the loop that one thinks of.",
    hint=(
        "Print something in each round of your loops: with 3 epochs of 4 mini-batches there "
        "should be 12 rounds. How many loops does that take?"
    ),
)
def train_single_epoch(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    losses = []
    for _ in range(1):
        total = 0.0
        for batch in minibatches(len(y), batch_size, rng):
            H = forward(params, X[:, batch], activation)
            loss, dS = softmax_cross_entropy(H[-1], y[batch])
            params = sgd_step(params, backward(params, H, dS, activation), learning_rate)
            total += loss * len(batch)
        losses.append(total / len(y))
    return params, losses


@misconception(
    "train",
    title="Training ends before its last epoch when the loss rises",
    why="Stopping early is a known remedy, but nobody asked for it here.",
    hint=(
        "With `epochs` = 30 there should be 30 losses, whatever they are. Train with a learning "
        "rate that is too large and count them. With small batches the loss may rise for an "
        "epoch and fall again."
    ),
)
def train_stops_early(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(len(y), batch_size, rng):
            H = forward(params, X[:, batch], activation)
            loss, dS = softmax_cross_entropy(H[-1], y[batch])
            params = sgd_step(params, backward(params, H, dS, activation), learning_rate)
            total += loss * len(batch)
        losses.append(total / len(y))
        if losses[-1] > min(losses):
            break
    return params, losses


@misconception(
    "train",
    title="Every epoch starts from the first parameters again",
    why="A name for the start is copied at the head of the loop over the epochs.",
    hint=(
        "Print one weight at the beginning of each epoch: always the same number. An epoch goes "
        "on from where the one before ended. What does your loop do before its first mini- "
        "batch?"
    ),
)
def train_restarts_each_epoch(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    losses, start = [], params
    for _ in range(epochs):
        total, params = 0.0, start
        for batch in minibatches(len(y), batch_size, rng):
            H = forward(params, X[:, batch], activation)
            loss, dS = softmax_cross_entropy(H[-1], y[batch])
            params = sgd_step(params, backward(params, H, dS, activation), learning_rate)
            total += loss * len(batch)
        losses.append(total / len(y))
    return params, losses


@misconception(
    "train",
    title="The parameters that come in are not used: training draws its own",
    why="A training loop begins with an initialisation in most books.",
    hint=(
        "Train for one step with a learning rate of 0: the parameters should come back as they "
        "were handed in. Who decides here where training starts?"
    ),
)
def train_from_own_start(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    sizes = [len(X), *(len(W) for W, _ in params)]
    params = initialize(sizes, rng, "small")
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(len(y), batch_size, rng):
            H = forward(params, X[:, batch], activation)
            loss, dS = softmax_cross_entropy(H[-1], y[batch])
            params = sgd_step(params, backward(params, H, dS, activation), learning_rate)
            total += loss * len(batch)
        losses.append(total / len(y))
    return params, losses


@misconception(
    "train",
    title="The order comes from a generator with a seed of its own, not from rng",
    why="A generator made inside the function makes its results repeatable.",
    hint=(
        "Train twice with two generators of different seeds: the results should differ, yours "
        "are the same. Who decides about the random numbers, the function or its caller?"
    ),
)
def train_own_seed(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    rng = np.random.default_rng(0)
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(len(y), batch_size, rng):
            H = forward(params, X[:, batch], activation)
            loss, dS = softmax_cross_entropy(H[-1], y[batch])
            params = sgd_step(params, backward(params, H, dS, activation), learning_rate)
            total += loss * len(batch)
        losses.append(total / len(y))
    return params, losses


@misconception(
    "train",
    title="The loss goes on adding from epoch to epoch",
    why="The sum is set to 0 before the loop over the epochs, not in it.",
    hint=(
        "Print the sum at the beginning of each epoch. It should be 0; yours is what the epochs "
        "before left. On which line is it set, and how often does that line run?"
    ),
)
def train_losses_never_reset(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    losses, total = [], 0.0
    for _ in range(epochs):
        for batch in minibatches(len(y), batch_size, rng):
            H = forward(params, X[:, batch], activation)
            loss, dS = softmax_cross_entropy(H[-1], y[batch])
            params = sgd_step(params, backward(params, H, dS, activation), learning_rate)
            total += loss * len(batch)
        losses.append(total / len(y))
    return params, losses


@misconception(
    "train",
    title="The mini-batches' mean losses are added and divided by the n examples",
    why="The sum over the batches is taken for a sum over the examples.",
    hint=(
        "With one batch of all n examples, your loss is the right one divided by n. What "
        "softmax_cross_entropy gives is a mean already: how many such numbers do you add in one "
        "epoch?"
    ),
)
def train_batch_means_over_n(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(len(y), batch_size, rng):
            H = forward(params, X[:, batch], activation)
            loss, dS = softmax_cross_entropy(H[-1], y[batch])
            params = sgd_step(params, backward(params, H, dS, activation), learning_rate)
            total += loss
        losses.append(total / len(y))
    return params, losses


@misconception(
    "train",
    title="The losses are sums over the examples, not means",
    why="To be added, the means become sums, and the division at the end is left out.",
    hint=(
        "Print the first loss of an untrained network with K classes: a mean is about log K, "
        "however many examples there are. Yours is n times that. What is missing after the loop "
        "over the batches?"
    ),
)
def train_losses_summed_over_examples(
    params, X, y, *, activation, learning_rate, batch_size, epochs, rng
):
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(len(y), batch_size, rng):
            H = forward(params, X[:, batch], activation)
            loss, dS = softmax_cross_entropy(H[-1], y[batch])
            params = sgd_step(params, backward(params, H, dS, activation), learning_rate)
            total += loss * len(batch)
        losses.append(total)
    return params, losses


@variant("train", style="the loss on all examples after each epoch")
def train_loss_afterwards(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    losses = []
    for _ in range(epochs):
        for batch in minibatches(X.shape[1], batch_size, rng):
            H = forward(params, X[:, batch], activation)
            _, dS = softmax_cross_entropy(H[-1], y[batch])
            params = sgd_step(params, backward(params, H, dS, activation), learning_rate)
        losses.append(cross_entropy(softmax(forward(params, X, activation)[-1]), y))
    return params, losses


@variant("train", style="shuffles X and y together and cuts slices; own copies updated in place")
def train_shuffled_copies(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    own = [(np.array(W, dtype=float), np.array(b, dtype=float)) for W, b in params]
    n, losses = X.shape[1], np.zeros(epochs)
    for epoch in range(epochs):
        order = np.argsort(rng.random(n))
        X_now, y_now = X[:, order], y[order]
        for start in range(0, n, batch_size):
            stop = min(start + batch_size, n)
            H = forward(own, X_now[:, start:stop], activation)
            loss, dS = softmax_cross_entropy(H[-1], y_now[start:stop])
            for (W, b), (dW, db) in zip(own, backward(own, H, dS, activation), strict=True):
                W -= learning_rate * dW
                b -= learning_rate * db
            losses[epoch] += loss * (stop - start) / n
    return own, losses.tolist()


@variant("train", style="the plain mean of the mini-batches' losses")
def train_mean_of_batches(params, X, y, *, activation, learning_rate, batch_size, epochs, rng):
    losses = []
    for _ in range(epochs):
        seen = []
        for batch in minibatches(len(y), batch_size, rng):
            H = forward(params, X[:, batch], activation)
            loss, dS = softmax_cross_entropy(H[-1], y[batch])
            params = sgd_step(params, backward(params, H, dS, activation), learning_rate)
            seen.append(loss)
        losses.append(float(np.mean(seen)))
    return params, losses


# --- predict ---


@misconception(
    "predict",
    title="The largest entry is searched along the examples instead of the classes",
    why="With one row per example, axis 1 is the class axis; here an example is a column.",
    hint=(
        "Print the shape of your result: n examples should give (n,), yours has one entry per "
        "class. S is K × n: along which axis do you find the K scores of one example?"
    ),
)
def predict_over_examples(params, X, activation):
    return np.argmax(forward(params, X, activation)[-1], axis=1)


@misconception(
    "predict",
    title="There is one answer for all the examples together",
    why="argmax without an axis searches the flattened matrix.",
    hint=(
        "Print the shape of your result: n examples should give (n,), yours is a single number. "
        "Which argument of argmax asks for one answer per column?"
    ),
)
def predict_without_axis(params, X, activation):
    return np.argmax(forward(params, X, activation)[-1])


@misconception(
    "predict",
    title="The largest score is returned, not its class",
    why="max and argmax differ in three letters: one gives the value, the other its place.",
    hint=(
        "Print your result: it should hold class numbers 0 … K − 1, but yours are scores. Do you "
        "want to know how large the best score is, or where it stands?"
    ),
)
def predict_best_score(params, X, activation):
    return np.max(forward(params, X, activation)[-1], axis=0)


@misconception(
    "predict",
    title="The class with the smallest score is chosen",
    why="For a loss the smallest is the best, for a score the largest.",
    hint=(
        "What does a high score say about a class? Compare your answer for one example with its "
        "column of scores."
    ),
)
def predict_worst_class(params, X, activation):
    return np.argmin(forward(params, X, activation)[-1], axis=0)


@misconception(
    "predict",
    title="The classes are counted from 1",
    why="Formulas number the classes 1 … K; in y and in Python they are 0 … K − 1.",
    hint=(
        "Print the smallest and the largest entry of your result and of y. With K classes, what "
        "is the number of the last one?"
    ),
)
def predict_from_one(params, X, activation):
    return np.argmax(forward(params, X, activation)[-1], axis=0) + 1


@misconception(
    "predict",
    title="The probabilities are returned, not the classes",
    why="The softmax was done, and the last step, choosing the largest, is missing.",
    hint=(
        "Print the shape of your result: n examples should give (n,), yours is K × n. Which one "
        "number per column is asked for?"
    ),
)
def predict_probabilities(params, X, activation):
    return softmax(forward(params, X, activation)[-1])


@misconception(
    "predict",
    title="The hidden layers always use ReLU, whatever `activation` says",
    why="A name was typed where the argument should be handed on.",
    hint=(
        'Call it with "relu" and with "sigmoid" for a network with hidden units: the answers '
        "should not always agree. Where does the argument `activation` appear?"
    ),
)
def predict_always_relu(params, X, activation):
    return np.argmax(forward(params, X, "relu")[-1], axis=0)


@misconception(
    "predict",
    title="The scores go through a ReLU before the comparison",
    why="The last layer is treated like a hidden one.",
    hint=(
        "Take an example whose scores are all negative: after a ReLU they are all 0, and class 0 "
        "always wins. What activation has the last layer?"
    ),
)
def predict_activated_scores(params, X, activation):
    return np.argmax(np.maximum(forward(params, X, activation)[-1], 0), axis=0)


@misconception(
    "predict",
    title="The largest hidden unit is taken, not the largest score",
    why="The list [X, H1, …, S] is read one place too early.",
    hint=(
        "How many different answers does your result hold, and how many classes are there? Print "
        "the shape of what you search: it should have K rows. Which entry of the list holds the "
        "scores?"
    ),
)
def predict_from_hidden_layer(params, X, activation):
    return np.argmax(forward(params, X, activation)[-2], axis=0)


@misconception(
    "predict",
    title="The result has an extra dimension: (1, n) instead of (n,)",
    why="keepdims is right for sums that are divided by; here it leaves a matrix with one row.",
    hint=(
        "Print the shapes of your result and of y: they should be equal, (n,). Comparing (1, n) "
        "with (n, 1) later gives a whole matrix without a warning. What keeps the dimension?"
    ),
)
def predict_row_matrix(params, X, activation):
    return np.argmax(forward(params, X, activation)[-1], axis=0, keepdims=True)


@misconception(
    "predict",
    title="The scores are returned, not the classes",
    why="The last output of the network is taken for its answer.",
    hint=(
        "Print the shape of your result: K × n scores. A class is one whole number for each "
        "example: the number of the row that holds the largest score of its column."
    ),
)
def predict_scores(params, X, activation):
    return forward(params, X, activation)[-1]


@misconception(
    "predict",
    title="The hidden layers are linear: the activation is left out",
    why="W X + b is repeated for all layers, as it is right for the last one.",
    hint=(
        "Compare your hidden outputs with those of `forward` for the same X. Are any of a "
        "ReLU's negative? Without an activation, all your layers together are one linear layer."
    ),
)
def predict_without_activation(params, X, activation):
    for W, b in params:
        X = W @ X + b
    return X.argmax(axis=0)


@misconception(
    "predict",
    title="The softmax runs along the examples before the comparison",
    why="Without an axis, or with the wrong one, the examples share one sum.",
    hint=(
        "Do the probabilities of one example, a column, sum to 1? Taken along the rows, an "
        "example's scores are divided by different numbers, and the largest may change. Do you "
        "need probabilities at all?"
    ),
)
def predict_softmax_over_examples(params, X, activation):
    return softmax(forward(params, X, activation)[-1].T).argmax(axis=1)


@variant("predict", style="one example at a time, through the probabilities")
def predict_by_example(params, X, activation):
    classes = []
    for i in range(X.shape[1]):
        p = softmax(forward(params, X[:, i : i + 1], activation)[-1])[:, 0]
        classes.append(int(p.argmax()))
    return np.array(classes)


@variant("predict", style="the last place of the sorted scores, as floats")
def predict_by_sorting(params, X, activation):
    S = forward(params, X, activation)[-1]
    return np.argsort(S.T, axis=1)[:, -1].astype(float)


# --- accuracy ---


@misconception(
    "accuracy",
    title="The right answers are counted, but not divided by their number",
    why="The count is the first half of a fraction.",
    hint=(
        "A fraction lies between 0 and 1. Give it three answers, all right: you get 3. What must "
        "a count be divided by?"
    ),
)
def accuracy_count(y_hat, y):
    return float(np.sum(y_hat == y))


@misconception(
    "accuracy",
    title="The result is in percent",
    why="Accuracies are usually told in percent.",
    hint=(
        "A fraction lies between 0 and 1. Give it three answers, all right: you get 100. What "
        "does the docstring ask for?"
    ),
)
def accuracy_percent(y_hat, y):
    return float(100 * np.mean(y_hat == y))


@misconception(
    "accuracy",
    title="The wrong answers are counted: this is the error rate",
    why="== and != are exchanged, or 1 minus is missing.",
    hint=(
        "Give it three answers, all right: the accuracy is 1, yours is 0. What does your "
        "comparison ask about each pair?"
    ),
)
def accuracy_error_rate(y_hat, y):
    return float(np.mean(y_hat != y))


@misconception(
    "accuracy",
    title="The result is 1 only if every answer is right, else 0",
    why="A whole-number division, or a comparison of the whole arrays, knows nothing in between.",
    hint=(
        "Give it two answers, one right and one wrong: the accuracy is 0.5, yours is 0. Do you "
        "compare entry by entry? And which division, / or //, keeps fractions?"
    ),
)
def accuracy_all_or_nothing(y_hat, y):
    return float(np.sum(y_hat == y) // len(y))


@misconception(
    "accuracy",
    title="Right answers of class 0 are not counted",
    why="A product ŷ·y counts agreements only where both are 1.",
    hint=(
        "Give it the classes 0, 0 and the answers 0, 0: both are right, yours says 0. Which "
        "operation asks whether two numbers are equal, whatever they are?"
    ),
)
def accuracy_by_product(y_hat, y):
    return float(np.mean((np.asarray(y_hat) == y) & (np.asarray(y) != 0)))


@misconception(
    "accuracy",
    title="The distance between class numbers is measured",
    why="1 minus the mean difference is right for two classes, 0 and 1, only.",
    hint=(
        "Give it the true class 5 and the answer 2: one wrong answer, so the accuracy is 0; yours "
        "is −2. Is class 2 closer to class 5 than class 0 is? The numbers are only names."
    ),
)
def accuracy_by_distance(y_hat, y):
    return float(1 - np.mean(np.abs(np.asarray(y_hat) - y)))


@misconception(
    "accuracy",
    title="An answer counts as right if its class occurs anywhere in y",
    why="`in` and np.isin look for membership, not for agreement at the same place.",
    hint=(
        "Give it the classes 0, 1 and the answers 1, 0: both are wrong, yours says 1. With what "
        "must each answer be compared: with all of y, or with one entry?"
    ),
)
def accuracy_by_membership(y_hat, y):
    return float(np.mean(np.isin(y_hat, y)))


@misconception(
    "accuracy",
    title="The count is divided by the number of classes, not of examples",
    why="Several numbers describe the data, and K is as close at hand as n.",
    hint=(
        "Give it ten answers, all right, from two classes: you get 5. Of how many answers is it a "
        "fraction?"
    ),
)
def accuracy_over_classes(y_hat, y):
    return float(np.sum(y_hat == y) / len(np.unique(y)))


@misconception(
    "accuracy",
    title="One truth value for each example is returned, not their mean",
    why="The comparison of the arrays is taken for the result.",
    hint=(
        "Print the shape of your result: it should be one number. What is the mean of True, "
        "True, False, True, when True counts as 1?"
    ),
)
def accuracy_per_example(y_hat, y):
    return y_hat == y


@misconception(
    "accuracy",
    title="The fraction is rounded",
    why="Two decimals look tidy, and more are not shown anyway.",
    hint=(
        "Try 1 right answer of 3: the result should be 0.3333…, yours is shorter. Rounding is "
        "for printing; a result is kept as it is."
    ),
)
def accuracy_rounded(y_hat, y):
    return round(float(np.mean(y_hat == y)), 2)


@variant("accuracy", style="a count over the length")
def accuracy_by_loop(y_hat, y):
    right = 0
    for a, b in zip(y_hat, y, strict=True):
        if int(a) == int(b):
            right += 1
    return right / len(y)


@variant("accuracy", style="1 minus the share of differences that are not 0")
def accuracy_by_differences(y_hat, y):
    return 1 - np.count_nonzero(np.asarray(y_hat) - np.asarray(y)) / np.size(y)
