"""What goes wrong in `add_bias_row`, `dense_forward` and `forward`, and what may differ and be right."""

# Written as students write, without types.
from __future__ import annotations

import numpy as np

from labkit.mistakes import mistake, variant
from neuralnet.activations import relu, sigmoid, tanh
from neuralnet.layers import add_bias_row, dense_forward

# --- add_bias_row ---


@mistake("add_bias_row")
def add_bias_row_on_top(X):
    """The row of ones comes first, but it should be last

    Print your result for a small X: where is the row of ones? The order must fit the weights:
    the bias is the last column next to W, so the ones are the last row under X.
    """
    return np.vstack([np.ones((1, X.shape[1])), X])


@mistake("add_bias_row")
def add_bias_row_as_column(X):
    """A column of ones is added instead of a row

    Print the shapes before and after: (p, n) should become (p + 1, n), and yours is (p, n + 1).
    You have added one more example. Every example should get one more feature.
    """
    return np.hstack([X, np.ones((X.shape[0], 1))])


@mistake("add_bias_row")
def add_bias_row_of_zeros(X):
    """The added row holds zeros

    What does a weight contribute when its input is 0? The fake input must always be 1, so that
    its weight, the bias, is added unchanged. Print your last row.
    """
    return np.vstack([X, np.zeros((1, X.shape[1]))])


@mistake("add_bias_row")
def add_bias_row_wrong_length(X):
    """The row of ones has p entries, but a row of X has n

    X is (p, n). How many entries has one row of X: p or n? Print X.shape for a rectangular X
    and count. Rows that are stacked must be equally long.
    """
    return np.vstack([X, np.ones((1, X.shape[0]))])


@mistake("add_bias_row")
def add_bias_row_overwrites(X):
    """The last feature is overwritten with ones

    Print the shapes before and after: (p, n) should become (p + 1, n), but yours stays (p, n).
    A real feature has been lost. The ones need a row of their own.
    """
    result = np.array(X, dtype=float)
    result[-1] = 1
    return result


@mistake("add_bias_row")
def add_bias_row_plus_one(X):
    """1 is added to every entry of X

    Print the shapes before and after: (p, n) should become (p + 1, n), but yours stays (p, n)
    and all its numbers have grown. Nothing is summed here; a row is put under the others.
    """
    return X + 1.0


@mistake("add_bias_row")
def add_bias_row_transposed(X):
    """The result is transposed: examples have become rows

    Print the shapes before and after: (p, n) should become (p + 1, n), yours is (n, p + 1). An
    example is a column in this course, before and after.
    """
    return np.hstack([X.T, np.ones((X.shape[1], 1))])


@mistake("add_bias_row")
def add_bias_row_flattened(X):
    """The matrix is flattened to one long vector

    Print the shape of your result: it has one dimension, where (p + 1, n) is wanted. Read what
    np.append does when no axis is given, or look for a function that stacks rows.
    """
    return np.append(X, np.ones(X.shape[1]))


@mistake("add_bias_row")
def add_bias_row_block(X):
    """A whole block of ones is added, not one row

    Print the shape of your result: (p + 1) × n is wanted, yours has 2p rows. How many rows of
    ones does one bias need, and how long must that row be?
    """
    return np.vstack([X, np.ones_like(X)])


@mistake("add_bias_row")
def add_bias_row_truncated(X):
    """The values of X are cut to whole numbers

    Put in an X with 0.5: it comes back as 0. Print the dtype of the array that you fill. Which
    type must it have so that 0.5 fits?
    """
    out = np.ones((len(X) + 1, X.shape[1]), dtype=int)
    out[:-1] = X
    return out


@variant("add_bias_row")
def add_bias_row_filled(X):
    """fills an empty array"""
    p, n = X.shape
    result = np.ones((p + 1, n))
    result[:p] = X
    return result


@variant("add_bias_row")
def add_bias_row_padded(X):
    """pads with a constant"""
    return np.pad(np.asarray(X, dtype=float), ((0, 1), (0, 0)), constant_values=1)


# --- dense_forward ---


@mistake("dense_forward")
def dense_forward_without_bias(W, b, X):
    """The bias b is left out

    Give it an X of zeros: every column of the result should then be b. Yours is 0. Which
    argument do you never use?
    """
    return W @ X


@mistake("dense_forward")
def dense_forward_transposed_weights(W, b, X):
    """W is transposed in the product

    Write the shapes: W is p₁ × p, X is p × n, the result p₁ × n. Do the inner sizes meet as
    they stand? Test with p₁ = 2, p = 3, n = 4; square matrices hide this.
    """
    return W.T @ X + b


@mistake("dense_forward")
def dense_forward_turned_squares(W, b, X):
    """W is transposed where it is square

    Wherever W has as many units as features, both W and its transpose fit, and only one of them is right:
    unit j's weights are row j. What decides in yours whether W is turned? The formula never does it.
    """
    if W.shape[0] == W.shape[1]:
        W = W.T
    return W @ X + b


@mistake("dense_forward")
def dense_forward_wrong_order(W, b, X):
    """The product is in the wrong order: X W instead of W X

    Write the shapes: W is p₁ × p, X is p × n, the result p₁ × n. In which order do the two p's
    stand next to each other? Test with p₁ = 2, p = 3, n = 4.
    """
    return X @ W + b


@mistake("dense_forward")
def dense_forward_row_examples(W, b, X):
    """The result is transposed: one row per example

    Print the shape of your result: p₁ × n is wanted, yours is n × p₁. An example is a column
    here, of X and of the result alike. The numbers themselves are right.
    """
    return X.T @ W.T + b.T


@mistake("dense_forward")
def dense_forward_bias_along_examples(W, b, X):
    """b lies along the examples instead of along the units

    Row 1 of the result belongs to unit 1, so b[0] must be added to all of row 1. Print b.shape:
    a p₁ × 1 column is spread over the columns by itself, without any reshaping.
    """
    return W @ X + b.ravel()


@mistake("dense_forward")
def dense_forward_first_bias(W, b, X):
    """All units get the first unit's bias

    Give it an X of zeros and b = 1, 2, 3: the rows of the result should be 1, 2 and 3. Yours
    are all 1. What is b[0] of a p₁ × 1 matrix?
    """
    return W @ X + b[0]


@mistake("dense_forward")
def dense_forward_minus_bias(W, b, X):
    """The bias is subtracted

    Give it an X of zeros: every column of the result should then be b. Yours is −b. Compare the
    sign with the formula.
    """
    return W @ X - b


@mistake("dense_forward")
def dense_forward_with_relu(W, b, X):
    """The activation is already applied inside the layer's linear part

    Can your result be negative? W X + b can. The activation is put on by the function that
    calls this one, and the last layer gets none at all.
    """
    return np.maximum(W @ X + b, 0)


@mistake("dense_forward")
def dense_forward_first_example(W, b, X):
    """Only the first example is computed

    Print the shape of your result: n examples should give n columns, yours has one. The matrix
    product handles all columns at once when it gets the whole X.
    """
    return W @ X[:, :1] + b


@mistake("dense_forward")
def dense_forward_elementwise(W, b, X):
    """W and X are multiplied entry by entry, not as matrices

    The error speaks of shapes that cannot be broadcast. W is p₁ × p and X is p × n: each unit
    has to add up p products per example. Which operator of Python is the matrix product?
    """
    return W * X + b


@mistake("dense_forward")
def dense_forward_bias_per_feature(W, b, X):
    """The bias is added once for every feature

    Count how often b is added to one entry of Z: it should be once, whatever p is. Put in W = 0
    and look at Z: is it b, or p times b? Look at the indentation.
    """
    return W @ X + W.shape[1] * b


@mistake("dense_forward")
def dense_forward_truncated(W, b, X):
    """The result is cut to whole numbers where X holds whole numbers

    Call it with an X of integers and W with 0.5: all your results are whole numbers. Print the
    dtype of the array that you fill. Which type must it have so that 0.5 fits?
    """
    Z = np.zeros((len(W), X.shape[1]), dtype=X.dtype)
    Z[:] = W @ X + b
    return Z


@mistake("dense_forward")
def dense_forward_sums_in_data_type(W, b, X):
    """Floats are added into an array made like whole-number data, which stops with an error

    Try an X of whole numbers: += into an array of integers cannot keep the decimals, and NumPy
    refuses. Print the dtype of the array that you add to; it was made like X. Which type must it have?
    """
    Z = np.zeros((len(W), X.shape[1]), dtype=X.dtype)
    for j in range(X.shape[0]):
        Z += np.outer(W[:, j], X[j])
    return Z + b


@mistake("dense_forward")
def dense_forward_rounded(W, b, X):
    """The scores are rounded

    Print yours with many digits beside the plain product plus b. Rounding is for printing; a network computes on
    with all digits.
    """
    return np.round(W @ X + b, 2)


@variant("dense_forward")
def dense_forward_fake_one(W, b, X):
    """the fake one: [W b] times X with a row of ones"""
    return np.hstack([W, b]) @ add_bias_row(X)


@variant("dense_forward")
def dense_forward_loops(W, b, X):
    """three plain loops"""
    Z = np.zeros((W.shape[0], X.shape[1]))
    for unit in range(W.shape[0]):
        for i in range(X.shape[1]):
            total = b[unit, 0]
            for j in range(W.shape[1]):
                total = total + W[unit, j] * X[j, i]
            Z[unit, i] = total
    return Z


@variant("dense_forward")
def dense_forward_einsum(W, b, X):
    """einsum"""
    return np.einsum("up,pn->un", W, X) + b


@variant("dense_forward")
def dense_forward_turned(W, b, X):
    """examples as rows, turned back at the end"""
    return (X.T @ W.T + b.T).T


# --- forward ---


@mistake("forward")
def forward_activates_scores(params, X, activation):
    """The activation is applied to the last layer too

    Can your last entry hold a score of 5, or of −5? It should: the last layer is linear. Which
    layers does the activation belong to, and how does your loop know that it is at the last
    one?
    """
    a = {"sigmoid": sigmoid, "tanh": tanh, "relu": relu}[activation]
    H = [X]
    for W, b in params:
        H.append(a(dense_forward(W, b, H[-1])))
    return H


@mistake("forward")
def forward_without_x(params, X, activation):
    """X is missing at the front of the list

    How long is your list for two layers? It should be [X, H1, S], one longer than params. Each
    layer's gradient needs the layer's input, and X is the first layer's.
    """
    a = {"sigmoid": sigmoid, "tanh": tanh, "relu": relu}[activation]
    H = [X]
    for W, b in params[:-1]:
        H.append(a(dense_forward(W, b, H[-1])))
    W, b = params[-1]
    H.append(dense_forward(W, b, H[-1]))
    return H[1:]


@mistake("forward")
def forward_scores_only(params, X, activation):
    """Only the scores are returned, not the whole list

    Print the type of your result: a list [X, H1, …, S] is wanted. Collect each layer's output
    as you go, so that nothing has to be computed twice later.
    """
    a = {"sigmoid": sigmoid, "tanh": tanh, "relu": relu}[activation]
    H = X
    for W, b in params[:-1]:
        H = a(dense_forward(W, b, H))
    W, b = params[-1]
    return dense_forward(W, b, H)


@mistake("forward")
def forward_linear(params, X, activation):
    """No layer has an activation

    Compare your H1 with a(W X + b): for ReLU it should hold no negative numbers. Without
    activations, what is a linear layer on top of a linear layer? Just another linear layer.
    """
    H = [X]
    for W, b in params:
        H.append(dense_forward(W, b, H[-1]))
    return H


@mistake("forward")
def forward_always_sigmoid(params, X, activation):
    """The hidden layers always use the sigmoid, whatever `activation` says

    Call it with "relu" and with "sigmoid": do you get different lists? Look for the place where
    the argument `activation` is used. How do you get from its name to the function?
    """
    H = [X]
    for W, b in params[:-1]:
        H.append(sigmoid(dense_forward(W, b, H[-1])))
    W, b = params[-1]
    H.append(dense_forward(W, b, H[-1]))
    return H


@mistake("forward")
def forward_tanh_falls_through(params, X, activation):
    """tanh falls through to ReLU

    Call it with "tanh" and look at H1: it holds no negative numbers, though tanh has them.
    Follow your if and else with activation = "tanh": where do you end up?
    """
    a = sigmoid if activation == "sigmoid" else relu
    H = [X]
    for W, b in params[:-1]:
        H.append(a(dense_forward(W, b, H[-1])))
    W, b = params[-1]
    H.append(dense_forward(W, b, H[-1]))
    return H


@mistake("forward")
def forward_x_everywhere(params, X, activation):
    """Every layer gets X instead of the output of the layer before it

    The second layer computes a(W₂ H₁ + b₂). What is the input of the layer in your loop the
    second time round? With layers of different sizes the product cannot even be formed.
    """
    a = {"sigmoid": sigmoid, "tanh": tanh, "relu": relu}[activation]
    H = [X]
    for W, b in params[:-1]:
        H.append(a(dense_forward(W, b, X)))
    W, b = params[-1]
    H.append(dense_forward(W, b, X))
    return H


@mistake("forward")
def forward_hidden_from_x(params, X, activation):
    """Every hidden layer gets X instead of the output of the layer before it

    With one hidden layer nobody notices. Take two: H2 is a(W₂ H₁ + b₂). What is the input of the layer
    in your loop the second time round?
    """
    a = {"sigmoid": sigmoid, "tanh": tanh, "relu": relu}[activation]
    H = [X]
    for W, b in params[:-1]:
        H.append(a(dense_forward(W, b, X)))
    return [*H, dense_forward(*params[-1], H[-1])]


@mistake("forward")
def forward_stores_linear_part(params, X, activation):
    """The list holds the hidden layers before their activation

    Look at H1 for "sigmoid": all its entries should lie between 0 and 1. Yours hold the values
    before the sigmoid. Which of the two does the next layer, and the gradient, need?
    """
    a = {"sigmoid": sigmoid, "tanh": tanh, "relu": relu}[activation]
    stored, h = [X], X
    for W, b in params:
        z = dense_forward(W, b, h)
        stored.append(z)
        h = a(z)
    return stored


@mistake("forward")
def forward_activates_x(params, X, activation):
    """The activation is applied to the input X as well

    The first layer is a(W₁ X + b₁), with X as it came. Compare the first entry of your list,
    and what you multiply by W₁, with X: are they the same?
    """
    a = {"sigmoid": sigmoid, "tanh": tanh, "relu": relu}[activation]
    H = [X]
    for W, b in params:
        H.append(dense_forward(W, b, a(H[-1])))
    return [X, *(a(h) for h in H[1:-1]), H[-1]]


@mistake("forward")
def forward_stops_early(params, X, activation):
    """The last layer is never computed

    How many entries has your list for two layers? [X, H1, S] has three. How many rows has its
    last entry: as many as there are classes? Which pair of params do you never use?
    """
    a = {"sigmoid": sigmoid, "tanh": tanh, "relu": relu}[activation]
    H = [X]
    for W, b in params[:-1]:
        H.append(a(dense_forward(W, b, H[-1])))
    return H


@mistake("forward")
def forward_softmax_scores(params, X, activation):
    """The last layer is turned into probabilities

    Add up a column of your last entry: it gives 1, so these are probabilities. The list should
    end with the plain scores S; softmax has its own function in the next lab.
    """
    a = {"sigmoid": sigmoid, "tanh": tanh, "relu": relu}[activation]
    H = [X]
    for W, b in params[:-1]:
        H.append(a(dense_forward(W, b, H[-1])))
    W, b = params[-1]
    S = dense_forward(W, b, H[-1])
    e = np.exp(S - S.max(axis=0))
    H.append(e / e.sum(axis=0))
    return H


@mistake("forward")
def forward_hidden_without_bias(params, X, activation):
    """Only the last layer gets its bias

    Give it an X of zeros: H1 should be a(b₁) in every column. Is it? Check that each layer, not
    only the last, uses both parts of its pair (W, b).
    """
    a = {"sigmoid": sigmoid, "tanh": tanh, "relu": relu}[activation]
    H = [X]
    for W, b in params[:-1]:
        H.append(a(dense_forward(W, np.zeros_like(b), H[-1])))
    W, b = params[-1]
    H.append(dense_forward(W, b, H[-1]))
    return H


@mistake("forward")
def forward_without_bias(params, X, activation):
    """The biases are left out in every layer

    Put in X = 0: the scores should not be 0, for the biases are still there. Where in your loop
    is b used? `dense_forward` does both steps.
    """
    a = {"sigmoid": sigmoid, "tanh": tanh, "relu": relu}[activation]
    H = [X]
    for W, _ in params[:-1]:
        H.append(a(W @ H[-1]))
    return [*H, params[-1][0] @ H[-1]]


@mistake("forward")
def forward_scores_without_bias(params, X, activation):
    """The last layer's bias is left out

    All your hidden layers are right. For the last one, compare your S with W H + b by hand: by
    how much is each row off? Linear means without activation, not without bias.
    """
    a = {"sigmoid": sigmoid, "tanh": tanh, "relu": relu}[activation]
    H = [X]
    for W, b in params[:-1]:
        H.append(a(dense_forward(W, b, H[-1])))
    return [*H, params[-1][0] @ H[-1]]


@mistake("forward")
def forward_bias_after_activation(params, X, activation):
    """The bias is added behind the activation

    With ReLU and a negative bias, your H1 holds negative numbers, which a ReLU never gives.
    Count the brackets: what is the activation applied to?
    """
    a = {"sigmoid": sigmoid, "tanh": tanh, "relu": relu}[activation]
    H = [X]
    for W, b in params[:-1]:
        H.append(a(W @ H[-1]) + b)
    return [*H, dense_forward(*params[-1], H[-1])]


@mistake("forward")
def forward_always_relu(params, X, activation):
    """The hidden layers always use ReLU, whatever `activation` says

    Call it with "relu" and with "tanh": do you get different lists? Look for the place where
    the argument `activation` is used. How do you get from its name to the function?
    """
    H = [X]
    for W, b in params[:-1]:
        H.append(relu(dense_forward(W, b, H[-1])))
    return [*H, dense_forward(*params[-1], H[-1])]


@mistake("forward")
def forward_relu_everywhere(params, X, activation):
    """Every layer gets ReLU, the last one too and whatever `activation` says

    Two things to find. Can your last entry hold a score of −5? It should: the last layer is linear. And
    call it with "relu" and with "tanh": do you get different lists?
    """
    H = [X]
    for W, b in params:
        H.append(relu(dense_forward(W, b, H[-1])))
    return H


@mistake("forward")
def forward_first_activated_only(params, X, activation):
    """Only the first layer has an activation

    Call it with three layers and ReLU, and look at H2: it should hold no negative numbers.
    Which layers are hidden, and which is the only one that is linear?
    """
    a = {"sigmoid": sigmoid, "tanh": tanh, "relu": relu}[activation]
    H = [X]
    for layer, (W, b) in enumerate(params):
        Z = dense_forward(W, b, H[-1])
        H.append(a(Z) if layer == 0 and len(params) > 1 else Z)
    return H


@mistake("forward")
def forward_reversed(params, X, activation):
    """The list is in the wrong order: scores first

    Print the shape of each entry of your list. The first should be X itself, the last the
    scores. Do you add new layers at the front, or turn the list round at the end?
    """
    a = {"sigmoid": sigmoid, "tanh": tanh, "relu": relu}[activation]
    H = [X]
    for W, b in params[:-1]:
        H.append(a(dense_forward(W, b, H[-1])))
    return [*H, dense_forward(*params[-1], H[-1])][::-1]


@mistake("forward")
def forward_two_layers(params, X, activation):
    """Only the first two layers are computed

    How many entries has your list for four layers? It should have five: X and one for each
    layer. Which part of your code knows how long `params` is? A loop does.
    """
    a = {"sigmoid": sigmoid, "tanh": tanh, "relu": relu}[activation]
    if len(params) == 1:
        return [X, dense_forward(*params[0], X)]
    H1 = a(dense_forward(*params[0], X))
    return [X, H1, dense_forward(*params[1], H1)]


@mistake("forward")
def forward_turned_squares(params, X, activation):
    """W is transposed where it is square

    Wherever a layer has as many units as inputs, both W and its transpose fit, and only one of them is
    right. What decides in yours whether W is turned? H = a(W X + b) never does it.
    """
    activations = {"sigmoid": sigmoid, "tanh": tanh, "relu": relu}
    if activation not in activations:
        raise ValueError(f"no activation {activation}")
    H = [X]
    for layer, (W, b) in enumerate(params, 1):
        Z = (W.T if W.shape[0] == W.shape[1] else W) @ H[-1] + b
        H.append(Z if layer == len(params) else activations[activation](Z))
    return H


@variant("forward")
def forward_recursive(params, X, activation):
    """calls itself for all layers but the last"""

    def hidden(layers):
        if not layers:
            return [X]
        before = hidden(layers[:-1])
        z = dense_forward(*layers[-1], before[-1])
        if activation == "sigmoid":
            return [*before, sigmoid(z)]
        return [*before, tanh(z) if activation == "tanh" else relu(z)]

    H = hidden(list(params[:-1]))
    return [*H, dense_forward(*params[-1], H[-1])]


@variant("forward")
def forward_plain_numpy(params, X, activation):
    """all in NumPy, an index for the layer"""
    H = [np.array(X, dtype=float)]
    for layer in range(len(params)):
        W, b = params[layer]
        Z = np.dot(W, H[layer]) + b
        if layer < len(params) - 1:
            if activation == "relu":
                Z[Z < 0] = 0.0
            elif activation == "tanh":
                Z = np.tanh(Z)
            else:
                Z = 0.5 + 0.5 * np.tanh(Z / 2)
        H.append(Z)
    return H
