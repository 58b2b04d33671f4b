"""What goes wrong in `initialize`, `minibatches` and `sgd_step`, and what may differ and be right."""

# Written as students write, without types.
from __future__ import annotations

from itertools import pairwise

import numpy as np

from labkit.mistakes import mistake, variant

# --- initialize ---


@mistake("initialize")
def initialize_small_is_zero(sizes, rng, scheme="small"):
    """The scheme "small" starts with weights of exactly 0

    Print W for the scheme "small": all zeros. Then all units of a layer compute the same and
    get the same gradient, for ever. What tells them apart?
    """
    params = []
    for fan_in, units in pairwise(sizes):
        scale = {"zeros": 0, "small": 0, "xavier": 1 / fan_in, "he": 2 / fan_in}[scheme]
        W = np.sqrt(scale) * rng.standard_normal((units, fan_in))
        params.append((W, np.zeros((units, 1))))
    return params


@mistake("initialize")
def initialize_small_is_large(sizes, rng, scheme="small"):
    """The scheme "small" lacks its factor 0.01

    Print the standard deviation of your W for the scheme "small": it should be 0.01 and is 1.
    With many inputs such weights saturate every sigmoid at once.
    """
    params = []
    for fan_in, units in pairwise(sizes):
        scale = {"zeros": 0, "small": 1, "xavier": 1 / fan_in, "he": 2 / fan_in}[scheme]
        W = np.sqrt(scale) * rng.standard_normal((units, fan_in))
        params.append((W, np.zeros((units, 1))))
    return params


@mistake("initialize")
def initialize_without_root(sizes, rng, scheme="small"):
    """The variance is used where the standard deviation belongs

    Print W.var() for the scheme "xavier" with 100 inputs: it should be near 0.01, yours is near
    0.0001. If you multiply numbers of variance 1 by c, what is their variance then?
    """
    params = []
    for fan_in, units in pairwise(sizes):
        scale = {"zeros": 0, "small": 0.01, "xavier": 1 / fan_in, "he": 2 / fan_in}[scheme]
        W = scale * rng.standard_normal((units, fan_in))
        params.append((W, np.zeros((units, 1))))
    return params


@mistake("initialize")
def initialize_fan_out(sizes, rng, scheme="small"):
    """The scale depends on the number of outputs (fan_out) instead of inputs

    A unit adds up fan_in terms, so that number decides how large its score gets. For sizes
    [100, 5] print W.var() with "xavier": it should be near 1/100; yours is near 1/5. Which one
    of W's two sizes is fan_in?
    """
    params = []
    for fan_in, units in pairwise(sizes):
        scale = {"zeros": 0, "small": 1e-4, "xavier": 1 / units, "he": 2 / units}[scheme]
        W = np.sqrt(scale) * rng.standard_normal((units, fan_in))
        params.append((W, np.zeros((units, 1))))
    return params


@mistake("initialize")
def initialize_both_fans(sizes, rng, scheme="small"):
    """ "xavier" averages inputs and outputs: 2/(fan_in + fan_out)

    Your formula is in the literature, but the docstring asks for another one. Print W.var()
    with "xavier" for sizes [100, 5] and compare it with 1/fan_in.
    """
    params = []
    for fan_in, units in pairwise(sizes):
        xavier = 2 / (fan_in + units)
        scale = {"zeros": 0, "small": 1e-4, "xavier": xavier, "he": 2 / fan_in}[scheme]
        W = np.sqrt(scale) * rng.standard_normal((units, fan_in))
        params.append((W, np.zeros((units, 1))))
    return params


@mistake("initialize")
def initialize_he_is_xavier(sizes, rng, scheme="small"):
    """ "he" has the variance 1/fan_in, the same as "xavier"

    Print W.var() times fan_in for both schemes: they should be near 1 and near 2. ReLU sets
    half of its inputs to 0; which factor makes up for that?
    """
    params = []
    for fan_in, units in pairwise(sizes):
        scale = {"zeros": 0, "small": 1e-4, "xavier": 1 / fan_in, "he": 1 / fan_in}[scheme]
        W = np.sqrt(scale) * rng.standard_normal((units, fan_in))
        params.append((W, np.zeros((units, 1))))
    return params


@mistake("initialize")
def initialize_first_fan_in(sizes, rng, scheme="small"):
    """The first layer's fan_in is used for all layers

    For sizes [100, 4, 3] print W.var() of the second layer with "xavier": it should be near
    1/4; yours is near 1/100. How many inputs has the second layer?
    """
    scale = {"zeros": 0, "small": 1e-4, "xavier": 1 / sizes[0], "he": 2 / sizes[0]}[scheme]
    params = []
    for fan_in, units in pairwise(sizes):
        W = np.sqrt(scale) * rng.standard_normal((units, fan_in))
        params.append((W, np.zeros((units, 1))))
    return params


@mistake("initialize")
def initialize_always_small(sizes, rng, scheme="small"):
    """The scheme is ignored: every network starts "small"

    Print the standard deviation of W for each of the four schemes: all the same. Look for the
    place where the argument `scheme` is used.
    """
    params = []
    for fan_in, units in pairwise(sizes):
        params.append((0.01 * rng.standard_normal((units, fan_in)), np.zeros((units, 1))))
    return params


@mistake("initialize")
def initialize_transposed(sizes, rng, scheme="small"):
    """W is transposed: inputs × units

    Print the shapes for sizes [4, 3, 2]: W of the first layer should be 3 × 4, so that W X
    works with X being 4 × n. Which of the two sizes comes first in yours?
    """
    params = []
    for fan_in, units in pairwise(sizes):
        scale = {"zeros": 0, "small": 1e-4, "xavier": 1 / fan_in, "he": 2 / fan_in}[scheme]
        W = np.sqrt(scale) * rng.standard_normal((fan_in, units))
        params.append((W, np.zeros((units, 1))))
    return params


@mistake("initialize")
def initialize_flat_bias(sizes, rng, scheme="small"):
    """b is a flat vector (p₁,) instead of a column p₁ × 1

    Print the shape of b, and then of W X + b: NumPy lays a flat vector along the examples, not
    along the units. Which shape makes it spread over the columns?
    """
    params = []
    for fan_in, units in pairwise(sizes):
        scale = {"zeros": 0, "small": 1e-4, "xavier": 1 / fan_in, "he": 2 / fan_in}[scheme]
        W = np.sqrt(scale) * rng.standard_normal((units, fan_in))
        params.append((W, np.zeros(units)))
    return params


@mistake("initialize")
def initialize_random_bias(sizes, rng, scheme="small"):
    """The biases are random too

    Print b: it should be all zeros. The random weights already make the units different; what
    would a random bias add to that?
    """
    params = []
    for fan_in, units in pairwise(sizes):
        scale = {"zeros": 0, "small": 1e-4, "xavier": 1 / fan_in, "he": 2 / fan_in}[scheme]
        W = np.sqrt(scale) * rng.standard_normal((units, fan_in))
        params.append((W, 0.01 * rng.standard_normal((units, 1))))
    return params


@mistake("initialize")
def initialize_own_seed(sizes, rng, scheme="small"):
    """The random numbers come from a generator with a seed of its own

    Call it with two generators of different seeds: you get the same weights twice. Which
    generator should the numbers be drawn from? Whoever calls decides about the seed.
    """
    rng = np.random.default_rng(0)
    params = []
    for fan_in, units in pairwise(sizes):
        scale = {"zeros": 0, "small": 1e-4, "xavier": 1 / fan_in, "he": 2 / fan_in}[scheme]
        W = np.sqrt(scale) * rng.standard_normal((units, fan_in))
        params.append((W, np.zeros((units, 1))))
    return params


@mistake("initialize")
def initialize_global_random(sizes, rng, scheme="small"):
    """The random numbers come from np.random, not from rng

    Call it twice, each time with a new generator of the same seed: the weights should be equal,
    but yours differ. Which object must the numbers be drawn from?
    """
    params = []
    for fan_in, units in pairwise(sizes):
        scale = {"zeros": 0, "small": 1e-4, "xavier": 1 / fan_in, "he": 2 / fan_in}[scheme]
        W = np.sqrt(scale) * np.random.randn(units, fan_in)
        params.append((W, np.zeros((units, 1))))
    return params


@mistake("initialize")
def initialize_positive(sizes, rng, scheme="small"):
    """All weights are positive: they are drawn from 0 … 1

    Print W.mean() and W.min(): the mean should be near 0, and about half of the weights
    negative. Which of the generator's methods draws from a normal distribution?
    """
    params = []
    for fan_in, units in pairwise(sizes):
        scale = {"zeros": 0, "small": 1e-4, "xavier": 1 / fan_in, "he": 2 / fan_in}[scheme]
        W = np.sqrt(scale) * rng.random((units, fan_in))
        params.append((W, np.zeros((units, 1))))
    return params


@mistake("initialize")
def initialize_equal_units(sizes, rng, scheme="small"):
    """All units of a layer start with the same weights

    Print W: are its rows different? Units with equal weights compute the same, get the same
    gradient, and stay equal. How many random numbers does a layer need?
    """
    params = []
    for fan_in, units in pairwise(sizes):
        scale = {"zeros": 0, "small": 1e-4, "xavier": 1 / fan_in, "he": 2 / fan_in}[scheme]
        row = np.sqrt(scale) * rng.standard_normal((1, fan_in))
        params.append((np.repeat(row, units, axis=0), np.zeros((units, 1))))
    return params


@mistake("initialize")
def initialize_without_last_layer(sizes, rng, scheme="small"):
    """The last layer is missing

    How many pairs do you return for sizes [4, 3, 2]? There is one layer from 4 to 3 and one
    from 3 to 2. Write down the values that your loop runs through.
    """
    params = []
    for fan_in, units in pairwise(sizes[:-1]):
        scale = {"zeros": 0, "small": 1e-4, "xavier": 1 / fan_in, "he": 2 / fan_in}[scheme]
        W = np.sqrt(scale) * rng.standard_normal((units, fan_in))
        params.append((W, np.zeros((units, 1))))
    return params


@mistake("initialize")
def initialize_between_bounds(sizes, rng, scheme="small"):
    """The weights are drawn evenly between −s and s: a spread of s/√3 only

    Print W.std() for a large layer and divide it by the one in the table: 0.58. How far do even
    draws between −1 and 1 spread, and how far do standard normal ones?
    """
    params = []
    for fan_in, units in pairwise(sizes):
        scales = {"zeros": 0.0, "small": 0.01, "xavier": fan_in**-0.5, "he": (2 / fan_in) ** 0.5}
        W = scales[scheme] * rng.uniform(-1.0, 1.0, (units, fan_in))
        params.append((W, np.zeros((units, 1))))
    return params


@mistake("initialize")
def initialize_schemes_exchanged(sizes, rng, scheme="small"):
    """The schemes "xavier" and "he" are exchanged

    Print the variance of W times fan_in for both schemes. It should be 1 for "xavier" and 2 for
    "he", which makes up for the half that a ReLU cuts off.
    """
    params = []
    for fan_in, units in pairwise(sizes):
        scales = {"zeros": 0.0, "small": 0.01, "xavier": (2 / fan_in) ** 0.5, "he": fan_in**-0.5}
        W = scales[scheme] * rng.standard_normal((units, fan_in))
        params.append((W, np.zeros((units, 1))))
    return params


@variant("initialize")
def initialize_by_if(sizes, rng, scheme="small"):
    """standard deviations in an if chain, rng.normal"""
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


@variant("initialize")
def initialize_uniform(sizes, rng, scheme="small"):
    """uniform draws of the same variance for xavier and he"""
    params = []
    for fan_in, units in pairwise(sizes):
        if scheme in ("xavier", "he"):
            limit = np.sqrt((3 if scheme == "xavier" else 6) / fan_in)
            W = rng.uniform(-limit, limit, (units, fan_in))
        else:
            W = (0.01 if scheme == "small" else 0.0) * rng.standard_normal((units, fan_in))
        params.append((W, np.zeros((units, 1))))
    return params


@variant("initialize")
def initialize_one_draw(sizes, rng, scheme="small"):
    """one long draw for all layers, cut to pieces, last layer first"""
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


@mistake("minibatches")
def minibatches_last_dropped(n, batch_size, rng):
    """The short last batch is dropped

    Ask for 13 examples in fives: the batches should have 5, 5 and 3; yours have 5 and 5. Put
    all your batches together: which examples never appear?
    """
    order = rng.permutation(n)
    return [order[k * batch_size : (k + 1) * batch_size] for k in range(n // batch_size)]


@mistake("minibatches")
def minibatches_last_start_lost(n, batch_size, rng):
    """The last batch is missing, whether it is short or full

    Ask for 13 examples in fives: the batches should have 5, 5 and 3; yours have 5 and 5. With 10 in
    fives one of two is left. Print the starts that your loop runs through: which one is missing?
    """
    order = np.argsort(rng.random(n))
    return [order[start : start + batch_size] for start in range(0, n - batch_size, batch_size)]


@mistake("minibatches")
def minibatches_not_shuffled(n, batch_size, rng):
    """The indices come in their old order

    Print the batches of two calls: always 0, 1, 2, … in order. If the data come sorted by
    class, what does each batch then contain? What is the argument rng for?
    """
    return [np.arange(start, min(start + batch_size, n)) for start in range(0, n, batch_size)]


@mistake("minibatches")
def minibatches_with_replacement(n, batch_size, rng):
    """Each batch is drawn for itself: some examples come twice, some never

    Put all batches of one call together and sort them: every number from 0 to n − 1 should be
    there exactly once. Which are missing? Shuffle a deck of cards rather than roll dice.
    """
    sizes = [min(batch_size, n - start) for start in range(0, n, batch_size)]
    return [rng.integers(0, n, size) for size in sizes]


@mistake("minibatches")
def minibatches_filled_up(n, batch_size, rng):
    """The last batch is filled up with examples that were already used

    Ask for 13 examples in fives: the batches should have 5, 5 and 3; yours have 5, 5 and 5.
    Which examples are in your batches twice?
    """
    order = rng.permutation(n)
    return [order[np.arange(start, start + batch_size) % n] for start in range(0, n, batch_size)]


@mistake("minibatches")
def minibatches_one_short(n, batch_size, rng):
    """Each batch is one example short

    Ask for 10 examples in fives: yours have 4 and 4. Print the start and the end of each slice:
    is the end of a slice still part of it?
    """
    order = rng.permutation(n)
    return [order[start : start + batch_size - 1] for start in range(0, n, batch_size)]


@mistake("minibatches")
def minibatches_overlap(n, batch_size, rng):
    """Neighbouring batches share an example

    Ask for 10 examples in fives and put the batches together: one number is there twice. Print
    the start and the end of each slice: which index belongs to two of them?
    """
    order = rng.permutation(n)
    return [order[start : start + batch_size + 1] for start in range(0, n, batch_size)]


@mistake("minibatches")
def minibatches_even(n, batch_size, rng):
    """The batches are made equally long instead of full ones and a short rest

    Ask for 13 examples in fives: the batches should have 5, 5 and 3; yours have 5, 4 and 4. All
    but the last should have batch_size examples. At which positions should the order be cut?
    """
    return np.array_split(rng.permutation(n), -(-n // batch_size))


@mistake("minibatches")
def minibatches_rest_joined(n, batch_size, rng):
    """The short rest is added to the last batch

    Ask for 13 examples in fives: the batches should have 5, 5 and 3; yours have 5 and 8. No
    batch may have more than batch_size examples.
    """
    order = rng.permutation(n)
    full = max(n // batch_size, 1)
    cuts = [k * batch_size for k in range(full)] + [n]
    return [order[a:b] for a, b in pairwise(cuts)]


@mistake("minibatches")
def minibatches_of_neighbours(n, batch_size, rng):
    """Only the order of the batches is shuffled, not the examples

    Print a few batches: each one holds neighbours, such as 5, 6, 7, 8, 9. If the data come
    sorted by class, what does each batch then contain? What should come first, cutting or
    shuffling?
    """
    batches = [np.arange(start, min(start + batch_size, n)) for start in range(0, n, batch_size)]
    full = batches[: n // batch_size]
    return [full[k] for k in rng.permutation(len(full))] + batches[len(full) :]


@mistake("minibatches")
def minibatches_shuffled_inside(n, batch_size, rng):
    """The examples are shuffled only within their batch

    Sort each of your batches: the first one always holds 0 to batch_size − 1. If the data come
    sorted by class, what does it then contain? What should come first, cutting or shuffling?
    """
    return [
        start + rng.permutation(min(batch_size, n - start)) for start in range(0, n, batch_size)
    ]


@mistake("minibatches")
def minibatches_own_seed(n, batch_size, rng):
    """Every call gives the same order, whatever rng is

    Call it with two generators of different seeds, and twice with the same one: always the same
    batches. Which generator should the order come from?
    """
    order = np.random.default_rng(0).permutation(n)
    return [order[start : start + batch_size] for start in range(0, n, batch_size)]


@mistake("minibatches")
def minibatches_from_one(n, batch_size, rng):
    """The indices count from 1 to n

    Print the smallest and the largest index of all your batches. With n examples, which is the
    last column of X in Python? Using your n as an index fails.
    """
    order = rng.permutation(n) + 1
    return [order[start : start + batch_size] for start in range(0, n, batch_size)]


@mistake("minibatches")
def minibatches_count_for_size(n, batch_size, rng):
    """batch_size is used as the number of batches

    Ask for 20 examples in fives: there should be 4 batches of 5; yours are 5 batches of 4. What
    does batch_size count?
    """
    return np.array_split(rng.permutation(n), min(batch_size, n))


@mistake("minibatches")
def minibatches_empty_at_end(n, batch_size, rng):
    """An empty batch stands at the end when n is a multiple of batch_size

    Ask for 10 examples in fives and print the length of each batch: 5, 5 and 0. The mean loss
    of an empty batch is 0/0. How many batches are there if nothing is left over?
    """
    order = rng.permutation(n)
    return [order[k * batch_size : (k + 1) * batch_size] for k in range(n // batch_size + 1)]


@variant("minibatches")
def minibatches_lists(n, batch_size, rng):
    """Python lists, shuffled in place"""
    order = list(range(n))
    rng.shuffle(order)
    batches = []
    while order:
        batches.append([int(i) for i in order[:batch_size]])
        order = order[batch_size:]
    return batches


@variant("minibatches")
def minibatches_sorted_keys(n, batch_size, rng):
    """sorts random keys and splits at multiples"""
    return np.split(np.argsort(rng.random(n)), range(batch_size, n, batch_size))


# --- sgd_step ---


@mistake("sgd_step")
def sgd_step_uphill(params, grads, learning_rate):
    """The step goes uphill: the gradient is added

    The loss grows in the direction of the gradient. Which way is down? Take a parameter of 1
    with gradient 1 and rate 0.1: it should become 0.9, yours is 1.1.
    """
    return [
        (W + learning_rate * dW, b + learning_rate * db)
        for (W, b), (dW, db) in zip(params, grads, strict=True)
    ]


@mistake("sgd_step")
def sgd_step_in_place(params, grads, learning_rate):
    """The old parameters are changed in place

    Print the old params before and after the call: they have moved too. Whoever wants to
    compare before and after, or start again, cannot. Which of your lines writes into an array that
    is there already, or into an entry of the list params, instead of making a new one?
    """
    for (W, b), (dW, db) in zip(params, grads, strict=True):
        W -= learning_rate * dW
        b -= learning_rate * db
    return params


@mistake("sgd_step")
def sgd_step_without_bias(params, grads, learning_rate):
    """The biases are not updated

    Print each b before and after the step: unchanged. What does db tell you, and where do you
    use it?
    """
    return [
        (W - learning_rate * dW, np.array(b)) for (W, b), (dW, _) in zip(params, grads, strict=True)
    ]


@mistake("sgd_step")
def sgd_step_full_bias_step(params, grads, learning_rate):
    """The learning rate is missing in the bias update

    Use a learning rate of 0: nothing should move. Your biases do. Compare your two update lines
    factor by factor.
    """
    return [
        (W - learning_rate * dW, b - db) for (W, b), (dW, db) in zip(params, grads, strict=True)
    ]


@mistake("sgd_step")
def sgd_step_without_rate(params, grads, learning_rate):
    """The learning rate is ignored: every step is a full gradient

    Use a learning rate of 0: nothing should move, but yours does. Where does the argument
    learning_rate appear in your function?
    """
    return [(W - dW, b - db) for (W, b), (dW, db) in zip(params, grads, strict=True)]


@mistake("sgd_step")
def sgd_step_divided_by_rate(params, grads, learning_rate):
    """The gradient is divided by the learning rate

    Halve the learning rate: the step should become half as long, yours doubles. How does the
    length of a step depend on the rate?
    """
    return [
        (W - dW / learning_rate, b - db / learning_rate)
        for (W, b), (dW, db) in zip(params, grads, strict=True)
    ]


@mistake("sgd_step")
def sgd_step_only_steps(params, grads, learning_rate):
    """Only the steps are returned, not the new parameters

    Use a learning rate of 0: you should get the old parameters back, but yours are all 0. From
    where does a step start?
    """
    return [(-learning_rate * dW, -learning_rate * db) for dW, db in grads]


@mistake("sgd_step")
def sgd_step_last_layer_only(params, grads, learning_rate):
    """Only the last layer is updated

    Print the first layer's W before and after the step: unchanged. How many layers have a
    gradient, and how many does your loop reach?
    """
    (W, b), (dW, db) = params[-1], grads[-1]
    return [*params[:-1], (W - learning_rate * dW, b - learning_rate * db)]


@mistake("sgd_step")
def sgd_step_normalised(params, grads, learning_rate):
    """The gradients are scaled to length 1

    Double all the gradients: the step should double, yours stays the same. Near the bottom the
    gradient gets small, and the steps should get small with it.
    """
    length = np.sqrt(sum(np.sum(dW**2) + np.sum(db**2) for dW, db in grads))
    return [
        (W - learning_rate * dW / length, b - learning_rate * db / length)
        for (W, b), (dW, db) in zip(params, grads, strict=True)
    ]


@mistake("sgd_step")
def sgd_step_gradients_exchanged(params, grads, learning_rate):
    """dW and db are exchanged: W takes the step of b

    Print the shapes of what you subtract from W and from b. A gradient has the shape of its own
    parameter, but NumPy spreads a column over a matrix without a word. In which order do the two
    stand in a pair of grads?
    """
    return [
        (W - learning_rate * db, b - learning_rate * dW)
        for (W, b), (dW, db) in zip(params, grads, strict=True)
    ]


@mistake("sgd_step")
def sgd_step_shrinks(params, grads, learning_rate):
    """The parameters themselves are subtracted, not their gradients

    Use gradients of 0: nothing should move, but yours shrinks by the same share everywhere. Where
    do dW and db stand in your lines?
    """
    return [(W - learning_rate * W, b - learning_rate * b) for W, b in params]


@mistake("sgd_step")
def sgd_step_weights_shrink(params, grads, learning_rate):
    """W itself is subtracted, not its gradient

    Use gradients of 0: nothing should move, but your W shrinks by the same share everywhere.
    Compare your line for W with your line for b, factor by factor.
    """
    pairs = zip(params, grads, strict=True)
    return [(W - learning_rate * W, b - learning_rate * db) for (W, b), (_, db) in pairs]


@mistake("sgd_step")
def sgd_step_multiplied(params, grads, learning_rate):
    """The step is multiplied onto the parameters instead of subtracted

    Take a parameter of 0 with gradient 1 and rate 0.1: it should become −0.1, yours stays 0 for
    ever. How is the step combined with the parameter in the formula?
    """
    return [
        (W * (1 - learning_rate * dW), b * (1 - learning_rate * db))
        for (W, b), (dW, db) in zip(params, grads, strict=True)
    ]


@variant("sgd_step")
def sgd_step_like_parameters(params, grads, learning_rate):
    """arrays made like the parameters"""
    new = []
    for layer, grad in zip(params, grads, strict=True):
        parts = [np.empty_like(part) for part in layer]
        for part, old, slope in zip(parts, layer, grad, strict=True):
            part[:] = old - learning_rate * slope
        new.append(tuple(parts))
    return new


@mistake("sgd_step")
def sgd_step_biases_uphill(params, grads, learning_rate):
    """The biases go uphill: their step is added

    Compare the two lines of your step sign by sign. Then take W all zeros and follow one bias
    by hand: with a positive gradient, should it grow or shrink?
    """
    pairs = zip(params, grads, strict=True)
    return [(W - learning_rate * dW, b + learning_rate * db) for (W, b), (dW, db) in pairs]


@variant("sgd_step")
def sgd_step_on_copies(params, grads, learning_rate):
    """copies that are changed in place"""
    new = []
    for layer in range(len(params)):
        W, b = np.array(params[layer][0], dtype=float), np.array(params[layer][1], dtype=float)
        W -= learning_rate * grads[layer][0]
        b -= learning_rate * grads[layer][1]
        new.append((W, b))
    return new


@variant("sgd_step")
def sgd_step_lists(params, grads, learning_rate):
    """lists of lists, minus rate times gradient added"""
    return [
        [p + (-learning_rate) * g for p, g in zip(layer, grad, strict=True)]
        for layer, grad in zip(params, grads, strict=True)
    ]
