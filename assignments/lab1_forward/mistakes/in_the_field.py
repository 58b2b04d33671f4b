"""Slips and styles of published code, in the functions of this lab."""

# Written as students write, without types.
from __future__ import annotations

import numpy as np

from labkit.mistakes import mistake, variant
from neuralnet.activations import relu, sigmoid, tanh
from neuralnet.layers import dense_forward

# --- activations ---


@mistake("sigmoid")
def sigmoid_with_cache(z):
    """Two things are returned: the result, and z beside it

    Print the type of your result: a tuple of two, where one array is asked for. Some courses keep z
    for the way back; here the slope is computed from the function's own value.
    """
    return 1 / (1 + np.exp(-np.clip(z, -500, 500))), z


@mistake("sigmoid")
def sigmoid_minus_below(z):
    """There is a minus below the fraction bar where the formula has a plus

    Put in z = 0: the bottom should be 2, yours is 0. Between which two numbers must a sigmoid stay, and
    where does yours run off to?
    """
    e = np.exp(-np.clip(np.asarray(z, dtype=float), -500, 500))
    return 1 / np.where(e == 1, 1e-12, 1 - e)


@mistake("sigmoid")
def sigmoid_one_in_exponent(z):
    """The 1 of the denominator stands inside the exponential

    Put in z = 0: the bottom should be 2, yours is e. Which of the two terms below the bar is a power of e, and
    where does its bracket end?
    """
    return 1 / np.exp(1 - np.clip(z, -500, 500))


@mistake("tanh")
def tanh_is_sinh(z):
    """The division by e^z + e^(−z) is missing

    Put in z = 3: tanh never exceeds 1, yours is 10. The difference of the exponentials is only the upper half
    of the fraction; what stands below the bar?
    """
    return np.sinh(np.clip(z, -300, 300))


@mistake("tanh")
def tanh_without_brackets(z):
    """Brackets are missing: only e^(−z) is divided by e^z

    Put in z = 0: the formula gives 0, yours 1. Which of the operators does Python compute first, and what should
    stand above and below the bar?
    """
    z = np.clip(z, -300, 300)
    return np.exp(z) - np.exp(-z) / np.exp(z) + np.exp(-z)


@mistake("tanh")
def tanh_scaled(z):
    """This is 1.7159 tanh(2z/3), a scaled tanh of the field

    Put in a large z: tanh ends at 1, yours at 1.7. Its slope at 0 is another one, too; which function does the
    docstring ask for?
    """
    return 1.7159 * np.tanh(2.0 / 3.0 * np.asarray(z, dtype=float))


@mistake("relu")
def relu_flattened(z):
    """The result is one long row: the shape of z is lost

    Print the shapes of z and of your result. Going through all entries one by one is fine, but they have
    to go back to the places that they came from.
    """
    return np.array([max(0.0, value) for value in np.ravel(z)])


@mistake("relu")
def relu_of_largest(z):
    """The largest entry of all is compared with 0, not each one

    Print the shape of your result: a single number, where an array like z is asked for. Which function
    takes the maximum of two arrays entry by entry, and which the maximum over one array?
    """
    return np.maximum(0, np.max(z))


@mistake("relu")
def relu_asks_the_array(z):
    """An array is compared as if it were one number

    The error says that the truth value of an array is ambiguous: some entries are positive and some not, and
    Python's max and if want one answer. NumPy has functions that decide for each entry.
    """
    return max(0, z)


@mistake("relu_gradient")
def relu_gradient_asks_the_array(h):
    """An array is compared as if it were one number

    The error says that the truth value of an array is ambiguous: some entries are positive and some not, and
    an if wants one answer. A comparison of an array gives an answer for each entry; use these.
    """
    return 1.0 if h > 0 else 0.0


@mistake("sigmoid_gradient")
def sigmoid_gradient_matrix_product(h):
    """h and 1 − h are multiplied as matrices, not entry by entry

    Each slope belongs to one entry of h and to no other. Which operator multiplies entry by entry,
    and which one multiplies matrices?
    """
    return np.dot(h, 1 - np.asarray(h))


@mistake("tanh_gradient")
def tanh_gradient_matrix_product(h):
    """h is multiplied with itself as a matrix, not entry by entry

    The square of the formula is that of a single number. Which operator squares every entry by itself,
    and which one multiplies matrices?
    """
    return 1 - np.dot(h, h)


@mistake("tanh_gradient")
def tanh_gradient_of_absolute(h):
    """The absolute value of h is subtracted, not its square

    Put in h = 0.5: the slope is 0.75, yours is 0.5. Both are 0 at the ends and 1 in the middle; what shape
    has the curve between?
    """
    return 1 - np.abs(h)


@mistake("tanh_gradient")
def tanh_gradient_caret(h):
    """`^` is no power in Python

    The error names bitwise_xor: that is what ^ stands for. How does Python write a power?
    """
    return 1 - np.asarray(h) ^ 2


# --- perceptron ---


@mistake("perceptron_predict")
def perceptron_predict_squeezed(w, b, X):
    """For a single example the result is a bare number: its only axis is squeezed away

    Try an X with one column and print the shape of your result: (1,) is wanted, one answer for one
    example. np.squeeze removes every axis of length 1, whichever it is.
    """
    return np.squeeze(np.where(np.reshape(w, (1, -1)) @ X + b > 0, 1, 0))


@mistake("perceptron_predict")
def perceptron_predict_bias_per_feature(w, b, X):
    """The bias is added once for every feature

    Put in an X of zeros and two features: the score should be b, yours is 2b. At which step are the products
    summed, and is b inside that sum or beside it?
    """
    return np.where(np.sum(np.reshape(w, (-1, 1)) * X + b, axis=0) > 0, 1, 0)


@mistake("perceptron_predict")
def perceptron_predict_sign(w, b, X):
    """np.sign gives −1, 0 and 1 instead of 0 and 1

    Print the set of values in your result and compare it with the docstring's labels. The step of this
    lab is 1 where the score is greater than 0, and 0 everywhere else.
    """
    return np.sign(w @ X + b)


@mistake("perceptron_train")
def perceptron_train_threshold(X, y, epochs):
    """What is returned is a threshold: the bias has the wrong sign

    Your fake input is −1, so its weight is subtracted in every score. The docstring's score is w·x + b.
    Which number must b be, if w·x − t decides the class in yours?
    """
    inputs = np.vstack([X, -np.ones((1, X.shape[1]))])
    w = np.zeros(len(inputs))
    for _ in range(epochs):
        for i in range(inputs.shape[1]):
            w = w + (y[i] - (w @ inputs[:, i] > 0)) * inputs[:, i]
    return w[:-1], w[-1]


@mistake("perceptron_train")
def perceptron_train_bias_left_in_w(X, y, epochs):
    """The bias still stands in the w that is returned, as an entry of its own

    Print the shape of w beside that of X: one entry for each row of X is asked for. With a fake one in front,
    which entry of the weights is the bias, and which are w?
    """
    inputs = np.vstack([np.ones((1, X.shape[1])), X])
    w = np.zeros(len(inputs))
    for _ in range(epochs):
        for i in range(inputs.shape[1]):
            w = w + (y[i] - (w @ inputs[:, i] > 0)) * inputs[:, i]
    return w, w[0]


@mistake("perceptron_train")
def perceptron_train_one_array(X, y, epochs):
    """w and b come back as one array, not as a pair

    Print the type of your result: the docstring promises (w, b). With the fake one as the last input, which entry
    of your array is b?
    """
    inputs = np.vstack([X, np.ones((1, X.shape[1]))])
    w = np.zeros(len(inputs))
    for _ in range(epochs):
        for i in range(inputs.shape[1]):
            w = w + (y[i] - (w @ inputs[:, i] > 0)) * inputs[:, i]
    return w


@mistake("perceptron_train")
def perceptron_train_answers_without_bias(X, y, epochs):
    """The bias is updated, but plays no part in the answers during training

    Look at the line that computes ŷ: which of the two numbers that you train does it not use? The answer
    must be the one that perceptron_predict would give at that moment.
    """
    w, b = np.zeros(X.shape[0]), 0.0
    for _ in range(epochs):
        for i in range(X.shape[1]):
            error = y[i] - (w @ X[:, i] > 0)
            w, b = w + error * X[:, i], b + error
    return w, b


@mistake("perceptron_train")
def perceptron_train_breaks_at_mistake(X, y, epochs):
    """An epoch ends at its first mistake

    Print i at every update: never more than one in an epoch. After an update the rule goes on with
    the next example; what does your break leave?
    """
    w, b = np.zeros(X.shape[0]), 0.0
    for _ in range(epochs):
        for i in range(X.shape[1]):
            error = y[i] - (w @ X[:, i] + b > 0)
            if error != 0:
                w, b = w + error * X[:, i], b + error
                break
    return w, b


@mistake("perceptron_train")
def perceptron_train_one_example(X, y, epochs):
    """An epoch looks at one example only

    Count how often your function computes an answer: it should be n times in each epoch, yours does it
    once. An epoch means that every example has its turn.
    """
    w, b = np.zeros(X.shape[0]), 0.0
    for turn in range(epochs):
        i = turn % X.shape[1]
        error = y[i] - (w @ X[:, i] + b > 0)
        w, b = w + error * X[:, i], b + error
    return w, b


@mistake("perceptron_train")
def perceptron_train_normalised(X, y, epochs):
    """w is scaled to length 1 after an update

    Take a missed example by hand: w becomes w + x, whatever its length. Scaling w alone changes the line,
    because b keeps its size. Which step of yours is not in the rule?
    """
    w, b = np.zeros(X.shape[0]), 0.0
    for _ in range(epochs):
        for i in range(X.shape[1]):
            error = y[i] - (w @ X[:, i] + b > 0)
            if error != 0:
                w, b = w + error * X[:, i], b + error
                w = w / max(np.linalg.norm(w), 1e-12)
    return w, b


@mistake("perceptron_train")
def perceptron_train_with_sigmoid(X, y, epochs):
    """The error is measured with a sigmoid, not with the 0/1 answer

    Take an example that is answered right: nothing should change, yours moves w a little. A perceptron's answer
    is 0 or 1 and nothing between; what must be compared with the label?
    """
    w, b = np.zeros(X.shape[0]), 0.0
    for _ in range(epochs):
        for i in range(X.shape[1]):
            error = y[i] - 0.5 * (1 + np.tanh((w @ X[:, i] + b) / 2))
            w, b = w + error * X[:, i], b + error
    return w, b


@mistake("perceptron_train")
def perceptron_train_with_sign(X, y, epochs):
    """The answers during training are −1, 0 and 1, while the labels are 0 and 1

    Take an example of class 0 that is answered right, with −1 in yours: y − ŷ is 1, and w moves. Which two
    answers must the step give, so that a right one changes nothing?
    """
    w, b = np.zeros(X.shape[0]), 0.0
    for _ in range(epochs):
        for i in range(X.shape[1]):
            error = y[i] - np.sign(w @ X[:, i] + b)
            w, b = w + error * X[:, i], b + error
    return w, b


@mistake("perceptron_train")
def perceptron_train_rate_on_weights_only(X, y, epochs):
    """w moves at another rate than b

    Compare your two update lines factor by factor. Any one rate gives the same line as the rule; two
    different ones do not, for the bias is the weight of an input that is always 1.
    """
    w, b = np.zeros(X.shape[0]), 0.0
    for _ in range(epochs):
        for i in range(X.shape[1]):
            error = y[i] - (w @ X[:, i] + b > 0)
            w, b = w + 0.1 * error * X[:, i], b + error
    return w, b


# --- layers ---


@mistake("dense_forward")
def dense_forward_bias_twice(W, b, X):
    """The bias is added twice

    Put in X = 0: the result should be b in every column, yours is 2b. Follow b through your lines: where
    does it come in, and where once more?
    """
    return W @ X + 2 * b


@mistake("dense_forward")
def dense_forward_one_sum(W, b, X):
    """All units get the same sum: that of all products, whatever their row of W

    Print W X and your result without b: its rows are all the same. Each unit has a row of W of its own; over which
    axis may the products be added up?
    """
    return np.sum(W @ X, axis=0, keepdims=True) + b


@mistake("dense_forward")
def dense_forward_with_tanh(W, b, X):
    """The tanh is already applied inside the layer's linear part

    Is any entry of your result larger than 1? W X + b can be. The activation is put on by the function
    that calls this one, and the last layer gets none at all.
    """
    return np.tanh(W @ X + b)


@mistake("dense_forward")
def dense_forward_with_sigmoid(W, b, X):
    """The sigmoid is already applied inside the layer's linear part

    Do all entries of your result lie between 0 and 1? Those of W X + b need not. The activation is put on by the
    function that calls this one, and the last layer gets none at all.
    """
    return sigmoid(W @ X + b)


@mistake("dense_forward")
def dense_forward_into_bias(W, b, X):
    """The product is added into b itself

    The error says that the shapes cannot be broadcast: b is p₁ × 1, and += cannot make it wider. It would
    also change the caller's b. What makes a new array out of two?
    """
    b += W @ X
    return b


@mistake("forward")
def forward_scores_of_all(params, X, activation):
    """The list holds each layer twice: before its activation and after it

    Print the length of your list: it should be one longer than params. The scores of a hidden layer are
    needed on the way to its output only; which entries does the docstring ask for?
    """
    a = {"sigmoid": sigmoid, "tanh": tanh, "relu": relu}[activation]
    H = [X]
    for W, b in params[:-1]:
        Z = dense_forward(W, b, H[-1])
        H += [Z, a(Z)]
    return [*H, dense_forward(*params[-1], H[-1])]


@mistake("forward")
def forward_in_rows(params, X, activation):
    """Examples are rows in every entry of the list

    Print the shape of your first entry beside that of X: it is turned. In these labs an example is a column
    from the first layer to the last.
    """
    a = {"sigmoid": sigmoid, "tanh": tanh, "relu": relu}[activation]
    H = [X]
    for W, b in params[:-1]:
        H.append(a(dense_forward(W, b, H[-1])))
    H.append(dense_forward(*params[-1], H[-1]))
    return [h.T for h in H]


@mistake("forward")
def forward_always_tanh(params, X, activation):
    """The hidden layers always use tanh, whatever `activation` says

    Call it with "relu" and with "tanh": do you get different lists? Look for the place where
    the argument `activation` is used. How do you get from its name to the function?
    """
    H = [X]
    for W, b in params[:-1]:
        H.append(np.tanh(dense_forward(W, b, H[-1])))
    return [*H, dense_forward(*params[-1], H[-1])]


@mistake("forward")
def forward_returns_in_loop(params, X, activation):
    """The list is returned after the first layer

    How many entries has your list for three layers? It should have four. At which indentation does the
    return stand: does the loop ever get to its second round?
    """
    a = {"sigmoid": sigmoid, "tanh": tanh, "relu": relu}[activation]
    Z = dense_forward(*params[0], X)
    return [X, Z if len(params) == 1 else a(Z)]


@mistake("forward")
def forward_sigmoid_falls_through(params, X, activation):
    """The sigmoid falls through to ReLU

    Call it with "sigmoid" and look at H1: it holds numbers larger than 1, which a sigmoid never gives. Follow
    your if and else with activation = "sigmoid": where do you end up?
    """
    a = tanh if activation == "tanh" else relu
    H = [X]
    for W, b in params[:-1]:
        H.append(a(dense_forward(W, b, H[-1])))
    return [*H, dense_forward(*params[-1], H[-1])]


@variant("forward")
def forward_in_float32(params, X, activation):
    """counts in float32 from the input on"""
    a = {"sigmoid": sigmoid, "tanh": np.tanh, "relu": relu}[activation]
    H = [X.astype(np.float32)]
    for layer, (W, b) in enumerate(params, 1):
        Z = W.astype(np.float32) @ H[-1] + b.astype(np.float32)
        H.append(Z if layer == len(params) else a(Z))
    return H


@variant("sigmoid")
def sigmoid_by_log_sum(z):
    """minus the logarithm of the sum, exponentiated"""
    return np.exp(-np.logaddexp(0, -np.asarray(z, dtype=float)))
