"""Slips and styles of published code, in the functions of this lab."""

# Written as students write, without types.
from __future__ import annotations

import numpy as np

from labkit.mistakes import mistake, variant
from neuralnet.activations import relu_gradient, sigmoid_gradient, tanh_gradient
from neuralnet.backprop import dense_backward
from neuralnet.losses import cross_entropy, softmax

# --- softmax ---


@mistake("softmax")
def softmax_sums_in_data_type(S):
    """Floats are added into an array made like whole-number scores, which stops with an error

    Try scores of whole numbers: += into an array of integers cannot keep the decimals, and NumPy
    refuses. Print the dtype of the array that you add to; it was made like S. Which type must it have?
    """
    E = np.zeros_like(S)
    E += np.exp(S - S.max(axis=0))
    return E / E.sum(axis=0)


@mistake("softmax")
def softmax_sum_by_row(S):
    """The shift is right, but the sum runs along the rows

    Add up each column of your result: every column should give 1, but yours has rows that do. Both the maximum
    and the sum belong to one example. Which axis did you give to each?
    """
    E = np.exp(S - S.max(axis=0))
    return E / E.sum(axis=1, keepdims=True)


@mistake("softmax")
def softmax_in_rows(S):
    """The result is transposed: examples have become rows

    Print the shapes of S and of your result: they should be equal, K × n. An example is a column here,
    of scores and of probabilities alike.
    """
    E = np.exp(S.T - S.T.max(axis=1, keepdims=True))
    return E / E.sum(axis=1, keepdims=True)


@mistake("softmax")
def softmax_rounded(S):
    """The probabilities are rounded

    Print yours with many digits, and add up a column: not quite 1. Rounding is for printing; a network
    computes on with all digits.
    """
    E = np.exp(S - S.max(axis=0))
    return np.round(E / E.sum(axis=0), 4)


# --- cross_entropy ---


@mistake("cross_entropy")
def cross_entropy_guard_at_eight_digits(P, y):
    """The guard 1e-8 is too large: it shows in small probabilities, and a 0 costs only 18

    For P = 0.000001 the loss should be 13.8155; with 1e-8 added it is 13.8056. And the loss of a probability of 0
    should be at least 20. How much smaller can a guard be that float64 still sees?
    """
    return float(-np.mean(np.log(P[y, np.arange(len(y))] + 1e-8)))


@mistake("cross_entropy")
def cross_entropy_onehot_by_largest_label(P, y):
    """The one-hot labels have as many rows as the largest label asks for, not K

    Take five classes and labels 0 and 1 only: how many rows has your one-hot matrix, and how many has P?
    A batch need not hold the last class. Which array knows K?
    """
    truth = np.eye(y.max() + 1)[y].T
    return float(-np.sum(truth * np.log(P + 1e-12)) / len(y))


@mistake("cross_entropy")
def cross_entropy_onehot_of_ten(P, y):
    """The one-hot labels always have ten rows

    Print the shape of your one-hot matrix beside that of P: ten rows are right for ten classes only. How many
    classes are there, and which array knows?
    """
    truth = np.eye(10)[y].T
    return float(-np.sum(truth * np.log(P + 1e-12)) / len(y))


@mistake("cross_entropy")
def cross_entropy_halved(P, y):
    """The loss is divided by 2n instead of n

    For P = 0.5 everywhere the loss should be 0.693; yours is 0.347. By what does the formula divide the sum,
    and is there a 2 in it?
    """
    return float(-np.sum(np.log(np.maximum(P[y, np.arange(len(y))], 1e-12))) / (2 * len(y)))


@mistake("cross_entropy")
def cross_entropy_skips_zeros(P, y):
    """Examples whose true class has probability 0 cost nothing

    Which mistake is the worst a network can make? Being sure of a wrong class gives P = 0 for the right one. Leaving
    these out rewards it; the loss should be large there, at least 20.
    """
    p = P[y, np.arange(len(y))]
    return float(-np.sum(np.log(p[p > 0])) / len(y))


@mistake("cross_entropy")
def cross_entropy_nothing_returned(P, y):
    """Nothing is returned

    Print what your function gives: None. A value that is computed and has a name stays inside the function
    until a line hands it out.
    """
    _ = -np.mean(np.log(np.maximum(P[y, np.arange(len(y))], 1e-12)))


# --- softmax_cross_entropy ---


@mistake("softmax_cross_entropy")
def softmax_cross_entropy_onehot_by_largest_label(S, y):
    """The one-hot labels have as many rows as the largest label asks for, not K

    Take five classes and labels 0 and 1 only: how many rows has your one-hot matrix, and how many has S?
    A batch need not hold the last class. Which array knows K?
    """
    P = softmax(S)
    return cross_entropy(P, y), (P - np.eye(y.max() + 1)[y].T) / len(y)


@mistake("softmax_cross_entropy")
def softmax_cross_entropy_onehot_of_ten(S, y):
    """The one-hot labels always have ten rows

    Print the shape of your one-hot matrix beside that of S: ten rows are right for ten classes only. How many
    classes are there, and which array knows?
    """
    P = softmax(S)
    return cross_entropy(P, y), (P - np.eye(10)[y].T) / len(y)


@mistake("softmax_cross_entropy")
def softmax_cross_entropy_only_loss(S, y):
    """Only the loss is returned, without its gradient

    Print the type of your result: the docstring promises a pair (loss, dS). Training needs the second part
    even more than the first.
    """
    return cross_entropy(softmax(S), y)


@mistake("softmax_cross_entropy")
def softmax_cross_entropy_loss_over_all_entries(S, y):
    """The loss is averaged over all K·n entries, its gradient over the n examples

    Equal scores for ten classes should cost log 10 = 2.303: yours is a tenth of that. How many terms does the
    sum really have, one for each entry or one for each example?
    """
    P = softmax(S)
    return cross_entropy(P, y) / len(P), (P - np.eye(len(P))[:, y]) / len(y)


@mistake("softmax_cross_entropy")
def softmax_cross_entropy_with_probabilities(S, y):
    """The probabilities are returned in the place of the gradient

    Add up a column of your second result: a column of dS sums to 0, yours to 1. Which entries differ between
    the probabilities and dS, and by what is everything divided?
    """
    P = softmax(S)
    return cross_entropy(P, y), P


@mistake("softmax_cross_entropy")
def softmax_cross_entropy_gradient_doubled(S, y):
    """The gradient has a factor 2 too many

    Raise one score by 0.001: the loss moves about half as far as your dS says. A factor 2 comes from the
    derivative of a square; is anything squared in the cross-entropy?
    """
    P = softmax(S)
    return cross_entropy(P, y), 2 * (P - np.eye(len(P))[:, y]) / len(y)


@mistake("softmax_cross_entropy")
def softmax_cross_entropy_one_after_division(S, y):
    """Only the probabilities are divided by n: the 1 of the true class is subtracted whole

    Add up a column of your dS: it should be 0, yours is 1/n − 1. Everything in the bracket is divided, the probabilities
    and the 1; which line of yours comes too early?
    """
    dS = softmax(S) / len(y)
    dS[y, np.arange(len(y))] -= 1
    return cross_entropy(softmax(S), y), dS


@mistake("softmax_cross_entropy")
def softmax_cross_entropy_of_sigmoids(S, y):
    """Each class has a sigmoid and a yes or no of its own: that is the binary cross-entropy

    Add up a column of your probabilities: it should be 1. Where exactly one class is true, the classes share one
    softmax, and the loss is −log of the true class alone. Which terms of yours belong to the other classes?
    """
    Q = 1 / (1 + np.exp(-np.clip(S, -500, 500)))
    T = np.eye(len(S))[:, y]
    loss = -np.sum(T * np.log(Q + 1e-12) + (1 - T) * np.log(1 - Q + 1e-12))
    return loss / len(y), (Q - T) / len(y)


# --- squared_error ---


@mistake("squared_error")
def squared_error_mean_of_all(Y_hat, Y):
    """This is the mean over all p·n entries, without the ½: another "mean squared error"

    Loss and gradient fit each other, but not the formula: 1/(2n), with n the number of examples. Take p = 3 rows
    and compare: by which factor is yours off?
    """
    difference = 1.0 * Y_hat - Y
    return float(np.mean(difference**2)), 2 * difference / difference.size


@mistake("squared_error")
def squared_error_added(Y_hat, Y):
    """Ŷ and Y are added instead of subtracted

    Put in Ŷ = Y: the loss should be 0, yours is not. What is an error, in words?
    """
    total = 1.0 * Y_hat + Y
    return float(np.sum(total**2) / (2 * Y.shape[1])), total / Y.shape[1]


@mistake("squared_error")
def squared_error_matrix_product(Y_hat, Y):
    """The errors are multiplied as matrices, so errors of different outputs are multiplied, too

    Take two outputs with the errors 1 and −1 in one example: the squares add up to 2, yours to 0. Squaring goes
    entry by entry; which operator of NumPy does?
    """
    difference = Y_hat - Y
    return float(np.sum(difference @ difference.T) / (2 * Y.shape[1])), difference / Y.shape[1]


@mistake("squared_error")
def squared_error_loss_by_rows(Y_hat, Y):
    """The loss is divided by the number of rows, the gradient by that of the examples

    Give it every example twice: a mean stays the same, your loss doubles. len(Y) counts the rows; which entry
    of the shape is n here?
    """
    difference = Y_hat - Y
    return float(np.sum(difference**2) / (2 * len(Y))), difference / Y.shape[1]


@mistake("squared_error")
def squared_error_with_slope(Y_hat, Y):
    """The slope of a sigmoid is in the gradient, though Ŷ is linear

    Take one example with Ŷ = 1 and Y = 0: the gradient should be 1, yours is 0. Where an output unit has an
    activation, its slope comes in; which activation has it here?
    """
    n = Y.shape[1]
    difference = Y_hat - Y
    return float(np.sum(difference**2) / (2 * n)), difference * Y_hat * (1 - Y_hat) / n


# --- numerical_gradient ---


@mistake("numerical_gradient")
def numerical_gradient_in_place_on_integers(f, theta, h=1e-5):
    """θ is moved in place, and with integer θ the small step is cut off

    Try θ = 3 as an integer array and print it right after you put 3.00001 into it: it is 3 again, so both calls
    of f see the same. The gradient array was made like θ, too. Which type must both have?
    """
    gradient = np.zeros_like(theta)
    for i in np.ndindex(theta.shape):
        kept = theta[i]
        theta[i] = kept + h
        above = f(theta)
        theta[i] = kept - h
        below = f(theta)
        theta[i] = kept
        gradient[i] = (above - below) / (2 * h)
    return gradient


@mistake("numerical_gradient")
def numerical_gradient_fourth_order(f, theta, h=1e-5):
    """This is finer than the central difference with the h that is given

    Try f = θ³ at θ = 1 with h = 0.5: the central difference gives 3.25, yours 3. That is closer to the slope,
    but the formula of the text is checked as it stands. Print the points at which f is called: are they two,
    θ + h and θ − h, with the h that was handed in?
    """
    theta = np.array(theta, dtype=float)
    gradient = np.zeros(theta.shape)
    for i in np.ndindex(theta.shape):
        at = []
        for step in (-2 * h, -h, h, 2 * h):
            point = theta.copy()
            point[i] += step
            at.append(f(point))
        gradient[i] = (at[0] - 8 * at[1] + 8 * at[2] - at[3]) / (12 * h)
    return gradient


@mistake("numerical_gradient")
def numerical_gradient_copied_once(f, theta, h=1e-5):
    """The copies are made once, before the loop, so entries that were moved stay moved

    Print both points in the second round: the first entry is still moved in them. A gradient asks what happens
    when one entry moves alone. On which side of the loop does the copy belong?
    """
    theta = np.array(theta, dtype=float)
    above, below = theta.copy(), theta.copy()
    gradient = np.zeros(theta.shape)
    for i in np.ndindex(theta.shape):
        above[i] += h
        below[i] -= h
        gradient[i] = (f(above) - f(below)) / (2 * h)
    return gradient


@mistake("numerical_gradient")
def numerical_gradient_sees_no_step(f, theta, h=1e-5):
    """f sees no step: every slope comes out as 0

    Print the points at which f is called. Are they equal, because two names stand for one array? Or is the
    step an imaginary one, which an f of real numbers drops? Central differences take two real points.
    """
    theta = np.array(theta, dtype=float)
    gradient = np.zeros(theta.shape)
    for i in np.ndindex(theta.shape):
        theta[i] += h
        theta[i] -= h
        gradient[i] = (f(theta) - f(theta)) / (2 * h)
    return gradient


@mistake("numerical_gradient")
def numerical_gradient_left_below(f, theta, h=1e-5):
    """θ is not put back after the second step: every entry stays below where it was

    Print θ after the first entry is done. All other entries' slopes are asked at a place that is not θ: only where
    entries influence each other does it show.
    """
    theta = np.array(theta, dtype=float)
    gradient = np.zeros(theta.shape)
    for i in np.ndindex(theta.shape):
        here = theta[i]
        theta[i] = here + h
        above = f(theta)
        theta[i] = here - h
        gradient[i] = (above - f(theta)) / (2 * h)
    return gradient


@mistake("numerical_gradient")
def numerical_gradient_over_h_squared(f, theta, h=1e-5):
    """The difference is divided by h², not by 2h

    Try f = 5θ: the slope is 5, yours is a million. What is the distance of the two points, θ + h and θ − h?
    """
    theta = np.array(theta, dtype=float)
    gradient = np.zeros(theta.shape)
    for i in np.ndindex(theta.shape):
        above, below = theta.copy(), theta.copy()
        above[i] += h
        below[i] -= h
        gradient[i] = (f(above) - f(below)) / h**2
    return gradient


@mistake("numerical_gradient")
def numerical_gradient_half_steps(f, theta, h=1e-5):
    """The points are h/2 away, but the division is by 2h

    Try f = 5θ: the slope is 5, yours is 2.5. How far apart are your two points, and what do you divide by?
    """
    theta = np.array(theta, dtype=float)
    gradient = np.zeros(theta.shape)
    for i in np.ndindex(theta.shape):
        above, below = theta.copy(), theta.copy()
        above[i] += h / 2
        below[i] -= h / 2
        gradient[i] = (f(above) - f(below)) / (2 * h)
    return gradient


# --- dense_backward ---


@mistake("dense_backward")
def dense_backward_all_averaged(dZ, W, X):
    """All three gradients are divided by n once more

    Compare with numerical_gradient for n = 1 and n = 4: all of yours are n times too small. The loss's 1/n is
    already in dZ. How many times should it be there in the end?
    """
    return tuple(grad / X.shape[1] for grad in dense_backward(dZ, W, X))


@mistake("dense_backward")
def dense_backward_dx_through_dw(dZ, W, X):
    """dX goes back through dW instead of W

    Which matrix made Z out of X? The gradient returns through the same one, transposed. dW has its shape, which
    is why nothing complains.
    """
    dW, db, _ = dense_backward(dZ, W, X)
    return dW, db, dW.T @ dZ


@mistake("dense_backward")
def dense_backward_last_example(dZ, W, X):
    """Only the last example counts in dW and db: '=' where '+=' is needed

    Compare for n = 1 and n = 4: right for one example only. Every example used the same W and b, so their
    contributions add up; what does your loop do with the earlier ones?
    """
    dW, db, _ = dense_backward(dZ[:, -1:], W, X[:, -1:])
    return dW, db, W.T @ dZ


@mistake("dense_backward")
def dense_backward_db_one_number(dZ, W, X):
    """db is a single number instead of one for each unit

    Print the shapes of b and of your db: p₁ × 1 is wanted, yours has no axis at all. Over which axis should
    the sum run, and what keeps the other?
    """
    return dZ @ X.T, np.sum(dZ), W.T @ dZ


@mistake("dense_backward")
def dense_backward_dw_without_transpose(dZ, W, X):
    """dW multiplies X and dZ without a transpose, so the sizes do not fit

    Write the shapes: X is p × n, dZ is p₁ × n, and dW must be p₁ × p. Between which two matrices do the n's meet,
    and which of them has to be turned?
    """
    return X @ dZ, dZ.sum(axis=1, keepdims=True), W.T @ dZ


# --- backward ---


@mistake("backward")
def backward_slope_at_scores_alone(params, H, dS, activation):
    """The slope stands at the scores alone, and the hidden layers get none

    Which layers have an activation? The last one is linear, and each hidden one comes in on the way back: follow dS
    through your loop and mark where the slope is multiplied.
    """
    slope = {"sigmoid": sigmoid_gradient, "tanh": tanh_gradient, "relu": relu_gradient}[activation]
    grads, dZ = [], dS * slope(H[-1])
    for (W, _), h in zip(reversed(params), reversed(H[:-1]), strict=True):
        dW, db, dZ = dense_backward(dZ, W, h)
        grads.insert(0, (dW, db))
    return grads


@mistake("backward")
def backward_last_layer_only(params, H, dS, activation):
    """Only the last layer gets a gradient

    How many pairs do you return, and how many has params? The gradient goes on through W to the layer before, and
    so on down to the first. Which loop does that take?
    """
    dW, db, _ = dense_backward(dS, params[-1][0], H[-2])
    return [(dW, db)]


@mistake("backward")
def backward_flat_list(params, H, dS, activation):
    """The gradients stand one after the other, not in pairs

    Print the length of your list: it is twice that of params. Each layer has a pair (W, b), so each entry of the
    result is a pair (dW, db).
    """
    slope = {"sigmoid": sigmoid_gradient, "tanh": tanh_gradient, "relu": relu_gradient}[activation]
    grads, dZ = [], dS
    for layer in reversed(range(len(params))):
        dW, db, dH = dense_backward(dZ, params[layer][0], H[layer])
        grads = [dW, db, *grads]
        dZ = dH * slope(H[layer])
    return grads


@mistake("backward")
def backward_always_tanh(params, H, dS, activation):
    """The slope of tanh is used for every activation

    Compare with numerical_gradient for each activation: only "tanh" is right. Look for the
    place where the argument `activation` is used.
    """
    grads, dZ = [], dS
    for layer in reversed(range(len(params))):
        dW, db, dH = dense_backward(dZ, params[layer][0], H[layer])
        grads.insert(0, (dW, db))
        dZ = dH * tanh_gradient(H[layer])
    return grads


@mistake("backward")
def backward_slope_of_gradient(params, H, dS, activation):
    """The slope is computed from the gradient instead of the layer's output

    What do the slope functions ask for? The value h that the layer gave in the forward pass. Which array do you
    hand them, and where does the right one stand in the list H?
    """
    slope = {"sigmoid": sigmoid_gradient, "tanh": tanh_gradient, "relu": relu_gradient}[activation]
    grads, dZ = [], dS
    for layer in reversed(range(len(params))):
        dW, db, dH = dense_backward(dZ, params[layer][0], H[layer])
        grads.insert(0, (dW, db))
        dZ = dH * slope(dH)
    return grads


@mistake("backward")
def backward_negative(params, H, dS, activation):
    """All gradients have the wrong sign

    Compare with numerical_gradient: the sizes are right, the signs are not. The minus of gradient descent belongs
    to the step; dS is handed in with the sign that it needs.
    """
    slope = {"sigmoid": sigmoid_gradient, "tanh": tanh_gradient, "relu": relu_gradient}[activation]
    grads, dZ = [], -dS
    for layer in reversed(range(len(params))):
        dW, db, dH = dense_backward(dZ, params[layer][0], H[layer])
        grads.insert(0, (dW, db))
        dZ = dH * slope(H[layer])
    return grads


@mistake("backward")
def backward_changes_h(params, H, dS, activation):
    """The outputs in H are changed into slopes

    Print H[1] before and after the call. The right gradients come back, but whoever looks at H next finds slopes
    in the place of outputs. Put the slope into an array of its own.
    """
    slope = {"sigmoid": sigmoid_gradient, "tanh": tanh_gradient, "relu": relu_gradient}[activation]
    grads, dZ = [], dS
    for layer in reversed(range(len(params))):
        dW, db, dH = dense_backward(dZ, params[layer][0], H[layer])
        grads.insert(0, (dW, db))
        if layer > 0:
            H[layer][...] = slope(H[layer])
            dZ = dH * H[layer]
    return grads


@mistake("backward")
def backward_named_arrays(params, H, dS, activation):
    """A dict of named gradients is returned, not a list of pairs

    Print the type of your result: a step goes through a list of (dW, db) beside that of (W, b). How many pairs
    should there be for three layers?
    """
    slope = {"sigmoid": sigmoid_gradient, "tanh": tanh_gradient, "relu": relu_gradient}[activation]
    grads, dZ = {}, dS
    for layer in reversed(range(len(params))):
        grads[f"dW{layer}"], grads[f"db{layer}"], dH = dense_backward(
            dZ, params[layer][0], H[layer]
        )
        dZ = dH * slope(H[layer])
    return grads


@variant("softmax_cross_entropy")
def softmax_cross_entropy_by_log_sum_exp(S, y):
    """the log-sum-exp for the loss, a gradient changed in place, a list"""
    n = S.shape[1]
    m = S.max(axis=0)
    log_sum = m + np.log(np.exp(S - m).sum(axis=0))
    dS = np.exp(S - log_sum)
    dS[y, np.arange(n)] -= 1
    dS /= n
    return [np.mean(log_sum - S[y, np.arange(n)]), dS]


@variant("cross_entropy")
def cross_entropy_nan_to_num(P, y):
    """an infinite loss made a very large number"""
    with np.errstate(divide="ignore"):
        return -np.mean(np.nan_to_num(np.log(P[y, np.arange(len(y))])))


@variant("dense_backward")
def dense_backward_like_arguments(dZ, W, X):
    """arrays made like W and X, filled in a loop"""
    dW, dX, db = np.zeros_like(W), np.zeros_like(X), np.zeros((len(W), 1))
    for i in range(dZ.shape[1]):
        z = dZ[:, [i]]
        dW += z @ X[:, [i]].T
        db += z
        dX[:, [i]] = W.T @ z
    return dW, db, dX
