"""What goes wrong in `numerical_gradient`, `dense_backward` and `backward`, and what may differ and be right."""

# Written as students write, without types.
from __future__ import annotations

import numpy as np

from labkit.mistakes import mistake, variant
from neuralnet.activations import relu_gradient, sigmoid_gradient, tanh_gradient
from neuralnet.backprop import dense_backward
from neuralnet.layers import add_bias_row

# --- numerical_gradient ---


@mistake("numerical_gradient")
def numerical_gradient_forward(f, theta, h=1e-5):
    """The difference is one-sided: f(θ + h) − f(θ) over h

    Try f = θ² at θ = 3 with h = 0.1: the slope is 6, yours is 6.1. A step to one side is off by
    about h, a step to both sides only by h². What must the two points be?
    """
    theta = np.array(theta, dtype=float)
    gradient = np.zeros(theta.shape)
    for i in np.ndindex(theta.shape):
        above = theta.copy()
        above[i] += h
        gradient[i] = (f(above) - f(theta)) / h
    return gradient


@mistake("numerical_gradient")
def numerical_gradient_over_h(f, theta, h=1e-5):
    """The difference is divided by h, but the two points are 2h apart

    Try f = 5θ: the slope is 5, yours is 10. You go from θ − h to θ + h. How far is that?
    """
    theta = np.array(theta, dtype=float)
    gradient = np.zeros(theta.shape)
    for i in np.ndindex(theta.shape):
        above, below = theta.copy(), theta.copy()
        above[i] += h
        below[i] -= h
        gradient[i] = (f(above) - f(below)) / h
    return gradient


@mistake("numerical_gradient")
def numerical_gradient_second_step_short(f, theta, h=1e-5):
    """The second step starts from θ + h, so it only leads back to θ

    Try f = 5θ: the slope is 5, yours is 2.5. Print the two points at which f is called, for θ =
    1: they should lie on both sides of 1. Where does your second step start?
    """
    theta = np.array(theta, dtype=float)
    gradient = np.zeros(theta.shape)
    for i in np.ndindex(theta.shape):
        theta[i] += h
        above = f(theta)
        theta[i] -= h
        gradient[i] = (above - f(theta)) / (2 * h)
    return gradient


@mistake("numerical_gradient")
def numerical_gradient_not_restored(f, theta, h=1e-5):
    """θ is not put back: every entry stays moved

    Print θ before and after the call: it should be the same, yours has moved by h. Also, all
    later entries are then measured at a shifted point. Which step is missing at the end of each
    round?
    """
    gradient = np.zeros(theta.shape)
    for i in np.ndindex(theta.shape):
        theta[i] += h
        above = f(theta)
        theta[i] -= 2 * h
        gradient[i] = (above - f(theta)) / (2 * h)
    return gradient


@mistake("numerical_gradient")
def numerical_gradient_integer_steps(f, theta, h=1e-5):
    """With integer θ the small step is cut off

    Try θ = 3 as an integer array and print it right after adding h. What type must an array
    have so that it can hold 3.00001? The caller's θ must stay as it is.
    """
    gradient = np.zeros(np.shape(theta))
    for i in np.ndindex(np.shape(theta)):
        above, below = theta.copy(), theta.copy()
        above[i] = theta[i] + h
        below[i] = theta[i] - h
        gradient[i] = (f(above) - f(below)) / (2 * h)
    return gradient


@mistake("numerical_gradient")
def numerical_gradient_truncated(f, theta, h=1e-5):
    """With integer θ the gradient is cut to whole numbers

    Try an integer θ and f with slope 0.5: yours says 0. Print the dtype of the array in which
    you collect the gradient; it was made like θ.
    """
    gradient = np.zeros_like(theta)
    point = np.array(theta, dtype=float)
    for i in np.ndindex(point.shape):
        above, below = point.copy(), point.copy()
        above[i] += h
        below[i] -= h
        gradient[i] = (f(above) - f(below)) / (2 * h)
    return gradient


@mistake("numerical_gradient")
def numerical_gradient_relative_step(f, theta, h=1e-5):
    """The step is relative to θ, but the division is by 2h

    Try f = 5θ at θ = 2: the slope is 5, yours is 10; at θ = 0 yours is 0. How far apart are
    your two points, and what do you divide by?
    """
    theta = np.array(theta, dtype=float)
    gradient = np.zeros(theta.shape)
    for i in np.ndindex(theta.shape):
        above, below = theta.copy(), theta.copy()
        above[i] += h * abs(theta[i])
        below[i] -= h * abs(theta[i])
        gradient[i] = (f(above) - f(below)) / (2 * h)
    return gradient


@mistake("numerical_gradient")
def numerical_gradient_by_rows(f, theta, h=1e-5):
    """Whole rows are moved at once instead of single entries

    Try a 2 × 3 matrix and f = the sum of all entries: each entry has slope 1, yours says 3. How
    many entries does θ[i] have? Every single entry needs its own two calls of f.
    """
    theta = np.array(theta, dtype=float)
    gradient = np.zeros(theta.shape)
    for i in range(len(theta)):
        above, below = theta.copy(), theta.copy()
        above[i] += h
        below[i] -= h
        gradient[i] = (f(above) - f(below)) / (2 * h)
    return gradient


@mistake("numerical_gradient")
def numerical_gradient_all_at_once(f, theta, h=1e-5):
    """All entries are moved together

    Try f = the first entry of θ, with three entries: the gradient is 1, 0, 0; yours is 1, 1, 1.
    How many of the entries may move when you ask about one of them?
    """
    theta = np.array(theta, dtype=float)
    return np.full(theta.shape, (f(theta + h) - f(theta - h)) / (2 * h))


@mistake("numerical_gradient")
def numerical_gradient_of_single_numbers(f, theta, h=1e-5):
    """f gets a single number instead of the whole θ

    Print the shape of what you hand to f: it must be θ's own shape. Even when only one entry moves,
    f needs all of them: in Σ (θ − C)² each entry has its own C, in a product the others are
    factors.
    """
    theta = np.array(theta, dtype=float)
    gradient = np.zeros(theta.shape)
    for i in np.ndindex(theta.shape):
        gradient[i] = (f(theta[i] + h) - f(theta[i] - h)) / (2 * h)
    return gradient


@mistake("numerical_gradient")
def numerical_gradient_flat(f, theta, h=1e-5):
    """The gradient comes back as one long vector

    Print the shapes of θ and of your result: they should be equal. A gradient of W must fit on
    W, so that it can be subtracted from it.
    """
    theta = np.array(theta, dtype=float)
    gradient = np.zeros(theta.size)
    for k in range(theta.size):
        above, below = theta.copy(), theta.copy()
        above.flat[k] += h
        below.flat[k] -= h
        gradient[k] = (f(above) - f(below)) / (2 * h)
    return gradient


@mistake("numerical_gradient")
def numerical_gradient_negative(f, theta, h=1e-5):
    """The two calls of f are subtracted in the wrong order

    Try f = 5θ: the slope is 5, yours is −5. Where a function rises, which of f(θ + h) and f(θ −
    h) is larger?
    """
    theta = np.array(theta, dtype=float)
    gradient = np.zeros(theta.shape)
    for i in np.ndindex(theta.shape):
        above, below = theta.copy(), theta.copy()
        above[i] += h
        below[i] -= h
        gradient[i] = (f(below) - f(above)) / (2 * h)
    return gradient


@mistake("numerical_gradient")
def numerical_gradient_large_step(f, theta, h=1e-5):
    """A step size much too large is used, whatever h says

    Try f = θ³ at θ = 1: the slope is 3, yours is 3.01. Where does the argument h appear in your
    function? Large steps cut the curve short.
    """
    h = 0.1
    theta = np.array(theta, dtype=float)
    gradient = np.zeros(theta.shape)
    for i in np.ndindex(theta.shape):
        above, below = theta.copy(), theta.copy()
        above[i] += h
        below[i] -= h
        gradient[i] = (f(above) - f(below)) / (2 * h)
    return gradient


@mistake("numerical_gradient")
def numerical_gradient_tiny_step(f, theta, h=1e-5):
    """A step size much too small is used, whatever h says

    Print f(θ + h) − f(θ − h): only a few digits of it are left, the rest is rounding noise. Why
    is h = 0.00001 better than a billionth of a millionth? And where does the argument h appear?
    """
    h = 1e-15
    theta = np.array(theta, dtype=float)
    gradient = np.zeros(theta.shape)
    for i in np.ndindex(theta.shape):
        above, below = theta.copy(), theta.copy()
        above[i] += h
        below[i] -= h
        gradient[i] = (f(above) - f(below)) / (2 * h)
    return gradient


@mistake("numerical_gradient")
def numerical_gradient_backward(f, theta, h=1e-5):
    """The difference is one-sided: f(θ) and f(θ − h)

    Try f(x) = x² at x = 1 with h = 0.1: a central difference gives exactly 2. Which two points
    does the formula of central differences use, and how far are they apart?
    """
    theta = np.array(theta, dtype=float)
    gradient = np.zeros(theta.shape)
    here = f(theta.copy())
    for i in np.ndindex(theta.shape):
        below = theta.copy()
        below[i] -= h
        gradient[i] = (here - f(below)) / h
    return gradient


@mistake("numerical_gradient")
def numerical_gradient_missing_parentheses(f, theta, h=1e-5):
    """Without brackets, the difference is multiplied by h

    All your results are tiny. Python works out 8 / 2 * 4 from the left: what does it give?
    Where do brackets have to stand in the denominator?
    """
    theta = np.array(theta, dtype=float)
    gradient = np.zeros(theta.shape)
    for i in np.ndindex(theta.shape):
        above, below = theta.copy(), theta.copy()
        above[i] += h
        below[i] -= h
        gradient[i] = (f(above) - f(below)) / 2 * h
    return gradient


@mistake("numerical_gradient")
def numerical_gradient_single_precision(f, theta, h=1e-5):
    """The steps are taken in float32, which is too coarse for them

    float32 carries about seven digits: what is left of a step of 0.00001 next to a parameter of
    100? Print the dtype of the array that you hand to f.
    """
    theta = np.array(theta, dtype=np.float32)
    gradient = np.zeros(theta.shape)
    for i in np.ndindex(theta.shape):
        here = theta[i]
        theta[i] = here + h
        above = f(theta)
        theta[i] = here - h
        below = f(theta)
        theta[i] = here
        gradient[i] = (above - below) / (2 * h)
    return gradient


@variant("numerical_gradient")
def numerical_gradient_unit_vectors(f, theta, h=1e-5):
    """unit vectors on the flattened θ"""
    theta = np.asarray(theta, dtype=float)
    steps = h * np.eye(theta.size)
    slopes = [
        (f(theta + step.reshape(theta.shape)) - f(theta - step.reshape(theta.shape))) / (2 * h)
        for step in steps
    ]
    return np.array(slopes).reshape(theta.shape)


@variant("numerical_gradient")
def numerical_gradient_in_place(f, theta, h=1e-5):
    """moves a float θ in place and puts it back"""
    work = theta if theta.dtype == np.float64 else theta.astype(float)
    gradient = np.zeros(work.shape)
    entries = np.nditer(work, flags=["multi_index"])
    for _ in entries:
        i = entries.multi_index
        kept = work[i]
        work[i] = kept + h
        above = f(work)
        work[i] = kept - h
        below = f(work)
        work[i] = kept
        gradient[i] = (above - below) / (2 * h)
    return gradient


# --- dense_backward ---


@mistake("dense_backward")
def dense_backward_dw_averaged(dZ, W, X):
    """dW is averaged over the batch again

    Compare with numerical_gradient for n = 1 and n = 4: your dW is n times too small. The
    loss's 1/n is already in dZ. How many times should it be there in the end?
    """
    return dZ @ X.T / X.shape[1], dZ.sum(axis=1, keepdims=True), W.T @ dZ


@mistake("dense_backward")
def dense_backward_db_averaged(dZ, W, X):
    """db is averaged over the batch again

    Compare with numerical_gradient for n = 1 and n = 4: your db is n times too small. The
    loss's 1/n is already in dZ. How many times should it be there in the end?
    """
    return dZ @ X.T, dZ.mean(axis=1, keepdims=True), W.T @ dZ


@mistake("dense_backward")
def dense_backward_averaged_again(dZ, W, X):
    """dW and db are averaged over the batch again

    Compare with numerical_gradient for n = 1 and n = 4: dW and db are n times too small, dX is
    right. The loss's 1/n is already in dZ. Where else do you divide by n?
    """
    n = X.shape[1]
    return dZ @ X.T / n, dZ.sum(axis=1, keepdims=True) / n, W.T @ dZ


@mistake("dense_backward")
def dense_backward_dx_averaged(dZ, W, X):
    """dX is averaged over the batch

    Each column of dX belongs to one example and depends on that column of dZ alone. What is
    there to average? The loss's 1/n is already in dZ.
    """
    return dZ @ X.T, dZ.sum(axis=1, keepdims=True), W.T @ dZ / X.shape[1]


@mistake("dense_backward")
def dense_backward_dw_transposed(dZ, W, X):
    """dW is transposed

    Print the shapes of W and dW: they must be equal, p₁ × p. dZ is p₁ × n and X is p × n. In
    which order, and with which one transposed, do the n's meet in the middle?
    """
    return X @ dZ.T, dZ.sum(axis=1, keepdims=True), W.T @ dZ


@mistake("dense_backward")
def dense_backward_db_flat(dZ, W, X):
    """db has lost a dimension: (p₁,) instead of p₁ × 1

    Print the shapes of b and db: they must be equal, p₁ × 1. A flat (p₁,) vector taken from a
    column b does not fail; it spreads into a square matrix. Which argument of sum keeps the
    dimension?
    """
    return dZ @ X.T, dZ.sum(axis=1), W.T @ dZ


@mistake("dense_backward")
def dense_backward_db_over_units(dZ, W, X):
    """db is summed over the units instead of the examples

    Print the shapes of b and db: they must be equal, p₁ × 1, one number per unit. Yours has one
    per example. Every example used the same b, so what must be added up?
    """
    return dZ @ X.T, dZ.sum(axis=0, keepdims=True), W.T @ dZ


@mistake("dense_backward")
def dense_backward_db_total(dZ, W, X):
    """db is one single sum, the same for all units

    Print db: all its entries are equal. A bias belongs to one unit, so all biases would always move
    alike. Each entry of db adds up over the examples of its own unit: over which axis, and only
    that one, should you add?
    """
    return dZ @ X.T, np.full((dZ.shape[0], 1), dZ.sum()), W.T @ dZ


@mistake("dense_backward")
def dense_backward_db_not_summed(dZ, W, X):
    """db is dZ itself: nothing is summed over the examples

    Print the shapes of b and db: they must be equal, p₁ × 1; yours is p₁ × n. One and the same
    b is used by all n examples. What happens to the gradients of something that is used n
    times?
    """
    return dZ @ X.T, np.array(dZ, dtype=float), W.T @ dZ


@mistake("dense_backward")
def dense_backward_db_zero(dZ, W, X):
    """db is always 0

    Compare db with numerical_gradient: yours is 0. If b rises a little, every score of that
    unit rises as much, in all examples. So which numbers of dZ make up db?
    """
    return dZ @ X.T, np.zeros((dZ.shape[0], 1)), W.T @ dZ


@mistake("dense_backward")
def dense_backward_dx_untransposed(dZ, W, X):
    """dX uses W as it stands, not transposed

    Write the shapes: dX is p × n, W is p₁ × p, dZ is p₁ × n. Do the inner sizes of W dZ meet?
    Forwards W leads from p to p₁; which matrix leads back?
    """
    return dZ @ X.T, dZ.sum(axis=1, keepdims=True), W @ dZ


@mistake("dense_backward")
def dense_backward_dx_turned_squares(dZ, W, X):
    """dX uses W as it stands where W is square

    With as many units as inputs both W and its transpose fit, and only one of them leads back. What
    decides in yours which one is taken? The formula for dX is the same for every size.
    """
    back = W if W.shape[0] == W.shape[1] else W.T
    return dZ @ X.T, dZ.sum(axis=1, keepdims=True), back @ dZ


@mistake("dense_backward")
def dense_backward_dw_turned_squares(dZ, W, X):
    """dW is transposed where W is square

    With as many units as inputs dW and its transpose have the same shape, and only one of them is right:
    row j of dW belongs to unit j, as row j of W does. What decides in yours which one is taken?
    """
    dW = dZ @ X.T
    square = W.shape[0] == W.shape[1]
    return dW.T if square else dW, dZ.sum(axis=1, keepdims=True), W.T @ dZ


@mistake("dense_backward")
def dense_backward_dx_transposed(dZ, W, X):
    """dX is transposed

    Print the shapes of X and dX: they must be equal, p × n; yours is n × p. An example is a
    column, also in its gradient.
    """
    return dZ @ X.T, dZ.sum(axis=1, keepdims=True), dZ.T @ W


@mistake("dense_backward")
def dense_backward_dx_first(dZ, W, X):
    """The three gradients are returned in another order

    Print the shapes of the three results in order: the docstring promises (dW, db, dX), so p₁ ×
    p, then p₁ × 1, then p × n. Which one comes first in yours?
    """
    return W.T @ dZ, dZ @ X.T, dZ.sum(axis=1, keepdims=True)


@mistake("dense_backward")
def dense_backward_with_relu(dZ, W, X):
    """The ReLU's slope is already applied to dX

    Compare dX with numerical_gradient for inputs X that have negative entries: yours is 0
    there. Z = W X + b has no activation in it. Which function is to apply the slope?
    """
    return dZ @ X.T, dZ.sum(axis=1, keepdims=True), (W.T @ dZ) * (X > 0)


@mistake("dense_backward")
def dense_backward_changes_dz(dZ, W, X):
    """The input array dZ is changed

    Print dZ before and after the call: it has become smaller. Two things to ask: how does dZ /=
    n differ from making a new array, and does dZ need another 1/n at all?
    """
    dZ /= dZ.shape[1]
    return dZ @ X.T, dZ.sum(axis=1, keepdims=True), W.T @ dZ


@mistake("dense_backward")
def dense_backward_elementwise(dZ, W, X):
    """dZ and X are multiplied entry by entry, not as matrices

    The error speaks of shapes that cannot be broadcast. dZ is p₁ × n, X is p × n, and dW must
    be p₁ × p: what happened to n? Which product adds over the examples?
    """
    return dZ * X, dZ.sum(axis=1, keepdims=True), W.T @ dZ


@mistake("dense_backward")
def dense_backward_db_row(dZ, W, X):
    """The bias gradient is a row, not a column

    Print the shapes of b and of your db: they must be the same, p1 × 1. Subtracting a row from
    a column would broadcast to a whole matrix, without any error.
    """
    return dZ @ X.T, dZ.sum(axis=1).reshape(1, -1), W.T @ dZ


@mistake("dense_backward")
def dense_backward_dx_second(dZ, W, X):
    """The results are in the wrong order: dX before db

    Print the shapes of your three results beside those of W, b and X. In which order does the
    docstring ask for them?
    """
    return dZ @ X.T, W.T @ dZ, dZ.sum(axis=1, keepdims=True)


@variant("dense_backward")
def dense_backward_loops(dZ, W, X):
    """loops over examples"""
    dW, db, dX = np.zeros(W.shape), np.zeros((W.shape[0], 1)), np.zeros(X.shape)
    for i in range(X.shape[1]):
        dW += np.outer(dZ[:, i], X[:, i])
        db[:, 0] += dZ[:, i]
        dX[:, i] = dZ[:, i] @ W
    return dW, db, dX


@variant("dense_backward")
def dense_backward_einsum(dZ, W, X):
    """einsum, and a product with ones for db"""
    dW = np.einsum("un,pn->up", dZ, X)
    return dW, dZ @ np.ones((dZ.shape[1], 1)), np.einsum("up,un->pn", W, dZ)


@variant("dense_backward")
def dense_backward_fake_one(dZ, W, X):
    """dW and db in one product, by the fake one"""
    both = dZ @ add_bias_row(X).T
    return both[:, :-1], both[:, -1:], (dZ.T @ W).T


# --- backward ---


@mistake("backward")
def backward_without_slope(params, H, dS, activation):
    """The slope of the activation is left out

    Compare with numerical_gradient: only the last layer is right. On the way back from H1 to
    W₁X + b₁ you pass the activation. By what must the gradient be multiplied there, entry by
    entry?
    """
    grads, dZ = [], dS
    for layer in reversed(range(len(params))):
        dW, db, dZ = dense_backward(dZ, params[layer][0], H[layer])
        grads.insert(0, (dW, db))
    return grads


@mistake("backward")
def backward_slope_at_wrong_layer(params, H, dS, activation):
    """The slope is taken at the wrong layer's output

    Print the shapes of the gradient and of the H that you multiply it by: they must be equal.
    The gradient with respect to a layer's input belongs to which entry of [X, H1, …, S]?
    """
    slope = {"sigmoid": sigmoid_gradient, "tanh": tanh_gradient, "relu": relu_gradient}[activation]
    grads, dZ = [], dS
    for layer in reversed(range(len(params))):
        dW, db, dH = dense_backward(dZ, params[layer][0], H[layer])
        grads.insert(0, (dW, db))
        if layer > 0:
            dZ = dH * slope(H[layer - 1])
    return grads


@mistake("backward")
def backward_slope_one_too_late(params, H, dS, activation):
    """The slope is taken at an H that stands one too late in the list

    Print the shapes of dH and of the H that you take the slope of: they must be equal. dH belongs
    to the input of the layer that you have just gone through. In the example by hand that input is
    0.5, and your slope is that of 2.5.
    """
    slope = {"sigmoid": sigmoid_gradient, "tanh": tanh_gradient, "relu": relu_gradient}[activation]
    grads, dZ = [], dS
    for layer in reversed(range(len(params))):
        dW, db, dH = dense_backward(dZ, params[layer][0], H[layer])
        grads.insert(0, (dW, db))
        if layer > 0:
            dZ = dH * slope(H[layer + 1])
    return grads


@mistake("backward")
def backward_slope_of_z(params, H, dS, activation):
    """z is put in where the slopes of lab 1 ask for the value h = a(z)

    In the example by hand the hidden unit has z = 0 and h = 0.5, and its slope is 0.25. What does
    sigmoid_gradient give for 0, and what for 0.5? Which of the two has `forward` kept in H?
    """
    slope = {"sigmoid": sigmoid_gradient, "tanh": tanh_gradient, "relu": relu_gradient}[activation]
    grads, dZ = [], dS
    for layer in reversed(range(len(params))):
        dW, db, dH = dense_backward(dZ, params[layer][0], H[layer])
        grads.insert(0, (dW, db))
        if layer > 0:
            W, b = params[layer - 1]
            dZ = dH * slope(W @ H[layer - 1] + b)
    return grads


@mistake("backward")
def backward_slope_at_scores(params, H, dS, activation):
    """The last layer gets the slope of the activation, though it is linear

    Compare with numerical_gradient: already the last layer's dW is wrong. S = W H + b has no
    activation on it. So what must dS be multiplied by before the first dense step?
    """
    slope = {"sigmoid": sigmoid_gradient, "tanh": tanh_gradient, "relu": relu_gradient}[activation]
    grads, dH = [], dS
    for layer in reversed(range(len(params))):
        dW, db, dH = dense_backward(dH * slope(H[layer + 1]), params[layer][0], H[layer])
        grads.insert(0, (dW, db))
    return grads


@mistake("backward")
def backward_slope_of_activated(params, H, dS, activation):
    """The slope is taken of h as if it were z

    H holds values after the activation, and your slope functions ask for exactly that. Do you
    apply the activation to H once more before? Take a sigmoid unit with h = 0.5: its slope is
    0.25.
    """

    def slope(h):
        if activation == "sigmoid":
            s = 1 / (1 + np.exp(-h))
            return s * (1 - s)
        if activation == "tanh":
            return 1 - np.tanh(h) ** 2
        return 1.0 * (h > 0)

    grads, dZ = [], dS
    for layer in reversed(range(len(params))):
        dW, db, dH = dense_backward(dZ, params[layer][0], H[layer])
        grads.insert(0, (dW, db))
        if layer > 0:
            dZ = dH * slope(H[layer])
    return grads


@mistake("backward")
def backward_always_sigmoid(params, H, dS, activation):
    """The sigmoid's slope is used for every activation

    Compare with numerical_gradient for each activation: only "sigmoid" is right. For ReLU, what
    is the slope where h = 3? Look for the place where the argument `activation` is used.
    """
    grads, dZ = [], dS
    for layer in reversed(range(len(params))):
        dW, db, dH = dense_backward(dZ, params[layer][0], H[layer])
        grads.insert(0, (dW, db))
        if layer > 0:
            dZ = dH * sigmoid_gradient(H[layer])
    return grads


@mistake("backward")
def backward_mask_on_gradient(params, H, dS, activation):
    """The mask looks at the sign of the gradient, not of the layer's output

    Which units pass a gradient on, those that were on in the forward pass, or those whose
    gradient is positive? A negative gradient is as good as a positive one. Which array must be
    compared with 0?
    """
    grads, dZ = [], dS
    for layer in reversed(range(len(params))):
        dW, db, dH = dense_backward(dZ, params[layer][0], H[layer])
        grads.insert(0, (dW, db))
        if layer == 0:
            break
        if activation == "sigmoid":
            dZ = dH * sigmoid_gradient(H[layer])
        elif activation == "tanh":
            dZ = dH * tanh_gradient(H[layer])
        else:
            dZ = dH * (dH > 0)
    return grads


@mistake("backward")
def backward_slope_replaces_gradient(params, H, dS, activation):
    """The slope replaces the gradient instead of being multiplied with it

    Double dS: every gradient should double. Do those of the first layer? In the chain rule each
    step multiplies what has come from above; what happens to dH in yours?
    """
    slope = {"sigmoid": sigmoid_gradient, "tanh": tanh_gradient, "relu": relu_gradient}[activation]
    grads, dZ = [], dS
    for layer in reversed(range(len(params))):
        dW, db, _ = dense_backward(dZ, params[layer][0], H[layer])
        grads.insert(0, (dW, db))
        if layer > 0:
            dZ = slope(H[layer])
    return grads


@mistake("backward")
def backward_last_layer_first(params, H, dS, activation):
    """The gradients are listed last layer first

    Print the shape of W and of dW, layer by layer, side by side: they must be equal. In which
    order do you compute the layers, and in which order does params list them?
    """
    slope = {"sigmoid": sigmoid_gradient, "tanh": tanh_gradient, "relu": relu_gradient}[activation]
    grads, dZ = [], dS
    for layer in reversed(range(len(params))):
        dW, db, dH = dense_backward(dZ, params[layer][0], H[layer])
        grads.append((dW, db))
        if layer > 0:
            dZ = dH * slope(H[layer])
    return grads


@mistake("backward")
def backward_stops_early(params, H, dS, activation):
    """The first layer gets no gradient

    How many pairs do you return, and how many has params? Print the layer's index in each
    round: does it reach 0?
    """
    slope = {"sigmoid": sigmoid_gradient, "tanh": tanh_gradient, "relu": relu_gradient}[activation]
    grads, dZ = [], dS
    for layer in range(len(params) - 1, 0, -1):
        dW, db, dH = dense_backward(dZ, params[layer][0], H[layer])
        grads.insert(0, (dW, db))
        dZ = dH * slope(H[layer])
    return grads


@mistake("backward")
def backward_without_db(params, H, dS, activation):
    """All db are 0

    Compare each db with numerical_gradient: yours are 0. A bias has a gradient just like a
    weight, and dense_backward has already computed it.
    """
    slope = {"sigmoid": sigmoid_gradient, "tanh": tanh_gradient, "relu": relu_gradient}[activation]
    grads, dZ = [], dS
    for layer in reversed(range(len(params))):
        dW, db, dH = dense_backward(dZ, params[layer][0], H[layer])
        grads.insert(0, (dW, np.zeros_like(db)))
        if layer > 0:
            dZ = dH * slope(H[layer])
    return grads


@mistake("backward")
def backward_averaged_again(params, H, dS, activation):
    """All gradients are divided by n again

    Compare with numerical_gradient for n = 1 and n = 4: yours are n times too small. The loss's
    1/n is already in dS. How many times should it be there in the end?
    """
    slopes = {"sigmoid": sigmoid_gradient, "tanh": tanh_gradient, "relu": relu_gradient}
    if activation not in slopes:
        raise ValueError(f"no activation {activation}")
    slope = slopes[activation]
    grads, dZ = [], dS
    for layer in reversed(range(len(params))):
        dW, db, dH = dense_backward(dZ, params[layer][0], H[layer])
        grads.insert(0, (dW / dS.shape[1], db / dS.shape[1]))
        if layer > 0:
            dZ = dH * slope(H[layer])
    return grads


@mistake("backward")
def backward_averaged_per_layer(params, H, dS, activation):
    """Each step back divides by n once more

    Compare with numerical_gradient layer by layer: the last one is right, the one before is n
    times too small, the next n² times. Where in your loop do you divide by n?
    """
    slopes = {"sigmoid": sigmoid_gradient, "tanh": tanh_gradient, "relu": relu_gradient}
    if activation not in slopes:
        raise ValueError(f"no activation {activation}")
    slope = slopes[activation]
    grads, dZ = [], dS
    for layer in reversed(range(len(params))):
        dW, db, dH = dense_backward(dZ, params[layer][0], H[layer])
        grads.insert(0, (dW, db))
        if layer > 0:
            dZ = dH * slope(H[layer]) / dS.shape[1]
    return grads


@mistake("backward")
def backward_through_dw(params, H, dS, activation):
    """The gradient is sent back through dW instead of W

    Compare with numerical_gradient: the last layer is right, the ones before are not. Which
    matrix made the scores out of the layer's input in the forward pass? The same one leads
    back, transposed.
    """
    slope = {"sigmoid": sigmoid_gradient, "tanh": tanh_gradient, "relu": relu_gradient}[activation]
    grads, dZ = [], dS
    for layer in reversed(range(len(params))):
        dW, db, _ = dense_backward(dZ, params[layer][0], H[layer])
        grads.insert(0, (dW, db))
        if layer > 0:
            dZ = (dW.T @ dZ) * slope(H[layer])
    return grads


@mistake("backward")
def backward_with_layer_output(params, H, dS, activation):
    """dW uses the layer's output where its input belongs

    Print the shapes of W and dW, layer by layer: they must be equal. Layer 1 turns X into H1:
    which of the two does its dW contain? Where does layer 1's input stand in the list H?
    """
    slope = {"sigmoid": sigmoid_gradient, "tanh": tanh_gradient, "relu": relu_gradient}[activation]
    grads, dZ = [], dS
    for layer in reversed(range(len(params))):
        dW, db, dH = dense_backward(dZ, params[layer][0], H[layer + 1])
        grads.insert(0, (dW, db))
        if layer > 0:
            dZ = dH * slope(H[layer])
    return grads


@mistake("backward")
def backward_slope_twice(params, H, dS, activation):
    """The slope is applied twice

    Compare with numerical_gradient: for ReLU all is well, for sigmoid the first layer is too
    small. 1 times 1 is 1, but 0.25 times 0.25 is not 0.25. How many times do you multiply by
    the slope per layer?
    """
    slope = {"sigmoid": sigmoid_gradient, "tanh": tanh_gradient, "relu": relu_gradient}[activation]
    grads, dZ = [], dS
    for layer in reversed(range(len(params))):
        dW, db, dH = dense_backward(dZ, params[layer][0], H[layer])
        grads.insert(0, (dW, db))
        if layer > 0:
            dZ = dH * slope(H[layer]) * slope(H[layer])
    return grads


@mistake("backward")
def backward_empties_h(params, H, dS, activation):
    """The list H is emptied

    Print len(H) before and after the call. The caller still needs this list. How can you go
    through it backwards without taking anything out?
    """
    slope = {"sigmoid": sigmoid_gradient, "tanh": tanh_gradient, "relu": relu_gradient}[activation]
    grads, dZ = [], dS
    H.pop()
    for W, _ in reversed(params):
        h = H.pop()
        dW, db, dH = dense_backward(dZ, W, h)
        grads.insert(0, (dW, db))
        dZ = dH * slope(h)
    return grads


@mistake("backward")
def backward_tanh_falls_through(params, H, dS, activation):
    """tanh gets ReLU's slope

    Compare with numerical_gradient for each activation: only "tanh" is wrong. Follow your if
    and else with activation = "tanh": where do you end up?
    """
    slope = sigmoid_gradient if activation == "sigmoid" else relu_gradient
    grads, dZ = [], dS
    for layer in reversed(range(len(params))):
        dW, db, dH = dense_backward(dZ, params[layer][0], H[layer])
        grads.insert(0, (dW, db))
        dZ = dH * slope(H[layer])
    return grads


@mistake("backward")
def backward_always_relu(params, H, dS, activation):
    """ReLU's slope is used for every activation

    Compare with numerical_gradient for each activation: only "relu" is right. Look for the
    place where the argument `activation` is used.
    """
    grads, dZ = [], dS
    for layer in reversed(range(len(params))):
        dW, db, dH = dense_backward(dZ, params[layer][0], H[layer])
        grads.insert(0, (dW, db))
        dZ = dH * relu_gradient(H[layer])
    return grads


@mistake("backward")
def backward_times_h(params, H, dS, activation):
    """The gradient is multiplied by h, not by the slope a′

    Compare with numerical_gradient. The chain rule asks for the derivative of the activation,
    which is a function of h but not h itself. For a ReLU with h = 3, what is it?
    """
    grads, dZ = [], dS
    for layer in reversed(range(len(params))):
        dW, db, dH = dense_backward(dZ, params[layer][0], H[layer])
        grads.insert(0, (dW, db))
        dZ = dH * H[layer]
    return grads


@mistake("backward")
def backward_db_flat(params, H, dS, activation):
    """The bias gradients are flat

    Print the shapes of b and of your db: they must be the same, p1 × 1. Subtracting a flat
    array from a column would broadcast to a whole matrix, without any error.
    """
    slope = {"sigmoid": sigmoid_gradient, "tanh": tanh_gradient, "relu": relu_gradient}[activation]
    grads, dZ = [], dS
    for layer in reversed(range(len(params))):
        dW, db, dH = dense_backward(dZ, params[layer][0], H[layer])
        grads.insert(0, (dW, db.ravel()))
        dZ = dH * slope(H[layer])
    return grads


@mistake("backward")
def backward_pairs_swapped(params, H, dS, activation):
    """Each pair is in the wrong order: (db, dW)

    Print the shapes of the two entries of a pair beside those of W and b. `params` holds (W,
    b), so the gradients come in the same order.
    """
    slope = {"sigmoid": sigmoid_gradient, "tanh": tanh_gradient, "relu": relu_gradient}[activation]
    grads, dZ = [], dS
    for layer in reversed(range(len(params))):
        dW, db, dH = dense_backward(dZ, params[layer][0], H[layer])
        grads.insert(0, (db, dW))
        dZ = dH * slope(H[layer])
    return grads


@mistake("backward")
def backward_with_dx(params, H, dS, activation):
    """dX is handed out with every layer

    Each entry of your list has three arrays; what is asked is a pair (dW, db), one for each (W,
    b). What is the third one needed for, and who needs it?
    """
    slope = {"sigmoid": sigmoid_gradient, "tanh": tanh_gradient, "relu": relu_gradient}[activation]
    grads, dZ = [], dS
    for layer in reversed(range(len(params))):
        dW, db, dH = dense_backward(dZ, params[layer][0], H[layer])
        grads.insert(0, (dW, db, dH))
        dZ = dH * slope(H[layer])
    return grads


@mistake("backward")
def backward_slope_once(params, H, dS, activation):
    """Only the topmost hidden layer gets its slope

    Compare with numerical_gradient for three layers: the last two are right, the first is not.
    At how many layers does your gradient pass an activation, and how often do you multiply by a
    slope?
    """
    slope = {"sigmoid": sigmoid_gradient, "tanh": tanh_gradient, "relu": relu_gradient}[activation]
    grads, dZ = [], dS
    for layer in reversed(range(len(params))):
        dW, db, dH = dense_backward(dZ, params[layer][0], H[layer])
        grads.insert(0, (dW, db))
        dZ = dH * slope(H[layer]) if layer == len(params) - 1 else dH
    return grads


@mistake("backward")
def backward_turned_squares(params, H, dS, activation):
    """The gradient goes back through W as it stands where W is square

    Where a layer has as many units as inputs, both W and its transpose fit, and only one of them leads
    back. What decides in yours which one is taken? `dense_backward` does the step for every size.
    """
    slopes = {"sigmoid": sigmoid_gradient, "tanh": tanh_gradient, "relu": relu_gradient}
    if activation not in slopes:
        raise ValueError(f"no activation {activation}")
    grads, dZ = [], dS
    for layer in reversed(range(len(params))):
        W = params[layer][0]
        grads.insert(0, (dZ @ H[layer].T, dZ.sum(axis=1, keepdims=True)))
        dZ = ((W if W.shape[0] == W.shape[1] else W.T) @ dZ) * slopes[activation](H[layer])
    return grads


@variant("backward")
def backward_recursive(params, H, dS, activation):
    """a helper that calls itself for the layers below"""
    slope = {"sigmoid": sigmoid_gradient, "tanh": tanh_gradient, "relu": relu_gradient}[activation]

    def below(layer, dZ):
        dW, db, dH = dense_backward(dZ, params[layer][0], H[layer])
        earlier = below(layer - 1, dH * slope(H[layer])) if layer > 0 else []
        return [*earlier, (dW, db)]

    return below(len(params) - 1, dS)


@variant("backward")
def backward_plain_numpy(params, H, dS, activation):
    """all in NumPy, lists filled by index"""
    count = len(params)
    dWs, dbs = [None] * count, [None] * count
    dZ = np.array(dS, dtype=float)
    for layer in range(count - 1, -1, -1):
        dWs[layer] = np.dot(dZ, H[layer].T)
        dbs[layer] = np.sum(dZ, axis=1).reshape(-1, 1)
        if layer:
            dZ = np.dot(params[layer][0].T, dZ)
            if activation == "relu":
                dZ[H[layer] <= 0] = 0
            elif activation == "tanh":
                dZ *= 1 - H[layer] * H[layer]
            else:
                dZ *= H[layer] - H[layer] ** 2
    return list(zip(dWs, dbs, strict=True))
