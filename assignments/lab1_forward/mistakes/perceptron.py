"""What goes wrong in `perceptron_predict`, `perceptron_train` and `xor_params`, and what may differ and be right."""

# Written as students write, without types.
from __future__ import annotations

import numpy as np

from labkit.mistakes import mistake, variant
from neuralnet.activations import sigmoid
from neuralnet.layers import add_bias_row
from neuralnet.perceptron import perceptron_predict

# --- perceptron_predict ---


@mistake("perceptron_predict")
def perceptron_predict_at_least_zero(w, b, X):
    """A score of exactly 0 is counted as class 1

    Take w, b and x all zero, the very start of training: what should the answer be? Read the
    rule in the docstring once more, and look at what your comparison says about a tie.
    """
    return np.where(w @ X + b >= 0, 1, 0)


@mistake("perceptron_predict")
def perceptron_predict_without_bias(w, b, X):
    """The bias b is left out

    Give it an X of zeros, w of ones and b = 1: the score is 1, so the answer is 1. Yours is 0.
    Which argument do you never use? Without it every line goes through the origin.
    """
    return np.where(w @ X > 0, 1, 0)


@mistake("perceptron_predict")
def perceptron_predict_threshold(w, b, X):
    """The bias is subtracted, as if it were a threshold

    Give it an X of zeros and b = 1: the score w·x + b is 1, so the answer is 1. Yours is 0. A
    larger bias should make class 1 more likely; what does it do in yours?
    """
    return np.where(w @ X > b, 1, 0)


@mistake("perceptron_predict")
def perceptron_predict_minus_one(w, b, X):
    """The classes come out as −1 and 1 instead of 0 and 1

    Print the set of values in your result and compare it with the docstring's labels. With −1
    in it, comparing with y, or counting mistakes, fails without any error.
    """
    return np.where(w @ X + b > 0, 1, -1)


@mistake("perceptron_predict")
def perceptron_predict_scores(w, b, X):
    """The scores are returned, not the classes

    Print your result: it should hold nothing but 0 and 1. You have computed w·x + b; which
    question about that number decides the class?
    """
    return w @ X + b


@mistake("perceptron_predict")
def perceptron_predict_row_matrix(w, b, X):
    """The result has an extra dimension: (1, n) instead of (n,)

    Print the shape of your result: one example should give one number, so n examples give (n,).
    What are the shapes of w and X, and what does a (p,) vector times a (p, n) matrix give by
    itself?
    """
    return np.where(w.reshape(1, -1) @ X + b > 0, 1, 0)


@mistake("perceptron_predict")
def perceptron_predict_rows(w, b, X):
    """Examples are taken as rows, but here they are columns

    Write the shapes under the product: w is (p,), X is (p, n), and the result must be (n,).
    Which order makes the two p's meet in the middle? Try p = 2 and n = 5.
    """
    return np.where(X @ w + b > 0, 1, 0)


@mistake("perceptron_predict")
def perceptron_predict_half(w, b, X):
    """The score is compared with 0.5 instead of 0, or rounded first

    Take a score of 0.3: on which side of the line w·x + b = 0 does the example lie? A limit of 0.5,
    and rounding, belong to probabilities, after a sigmoid.
    """
    return np.where(w @ X + b > 0.5, 1, 0)


@mistake("perceptron_predict")
def perceptron_predict_one_answer(w, b, X):
    """There is one answer for all examples together

    Print the shape of your result: n examples need n answers. Over which dimension of X, the
    features or the examples, should w·x add up?
    """
    return int(np.sum(np.reshape(w, (-1, 1)) * X) + b > 0)


@mistake("perceptron_predict")
def perceptron_predict_exchanged(w, b, X):
    """0 and 1 are exchanged

    Which class do you give to an example with a large positive w·x + b? It should be 1. Look at
    the direction of your comparison, or at the order of the two values that you choose from.
    """
    return np.where(w @ X + b > 0, 0, 1)


@mistake("perceptron_predict")
def perceptron_predict_column(w, b, X):
    """The result is a column of shape (n, 1)

    Print the shape of your result: one class for each example is wanted, (n,), without a second
    axis. w has the shape (p,); which product with X gives (n,) directly?
    """
    return (X.T @ np.reshape(w, (-1, 1)) + b > 0).astype(int)


@mistake("perceptron_predict")
def perceptron_predict_sigmoid(w, b, X):
    """Probabilities of a sigmoid are returned, not classes

    Your results lie between 0 and 1; a perceptron answers with 0 or 1 and nothing between. Its
    activation is a step: what does it ask of w·x + b?
    """
    return sigmoid(w @ X + b)


@variant("perceptron_predict")
def perceptron_predict_by_loop(w, b, X):
    """a loop over the examples"""
    p, n = X.shape
    answers = np.zeros(n)
    for i in range(n):
        score = b
        for j in range(p):
            score += w[j] * X[j, i]
        answers[i] = 1 if score > 0 else 0
    return answers


@variant("perceptron_predict")
def perceptron_predict_transposed(w, b, X):
    """the transposed product and a Heaviside step"""
    return np.heaviside(X.T @ w + b, 0)


# --- perceptron_train ---


@mistake("perceptron_train")
def perceptron_train_bias_stays(X, y, epochs):
    """The bias is never updated

    Print b after training: it is still 0, so your line always goes through the origin. Think of
    the bias as the weight of an input that is always 1: what does the rule do to that weight?
    """
    w, b = np.zeros(X.shape[0]), 0.0
    for _ in range(epochs):
        for i in range(X.shape[1]):
            error = y[i] - (w @ X[:, i] + b > 0)
            w = w + error * X[:, i]
    return w, b


@mistake("perceptron_train")
def perceptron_train_bias_per_feature(X, y, epochs):
    """The bias is updated once per feature instead of once per example

    Train on one example with label 1 and p = 3 features: b should be 1, yours is 3. How many
    times is the line that changes b run per mistake? Look at its indentation.
    """
    w, b = np.zeros(X.shape[0]), 0.0
    for _ in range(epochs):
        for i in range(X.shape[1]):
            error = y[i] - (w @ X[:, i] + b > 0)
            for j in range(X.shape[0]):
                w[j] += error * X[j, i]
                b += error
    return w, b


@mistake("perceptron_train")
def perceptron_train_without_label(X, y, epochs):
    """Every mistake adds the example, whatever its label

    Take an example of class 0 that was answered 1: its score is too high. Should x be added to
    w or taken away? Write y − ŷ for both kinds of mistake and look at its sign.
    """
    w, b = np.zeros(X.shape[0]), 0.0
    for _ in range(epochs):
        for i in range(X.shape[1]):
            if (w @ X[:, i] + b > 0) != y[i]:
                w = w + X[:, i]
                b += 1.0
    return w, b


@mistake("perceptron_train")
def perceptron_train_wrong_way(X, y, epochs):
    """The update goes the wrong way

    Take a missed example of class 1: its score was too low. After your update, compute its
    score again: has it grown? Compare the order of label and answer in your difference with the
    rule.
    """
    w, b = np.zeros(X.shape[0]), 0.0
    for _ in range(epochs):
        for i in range(X.shape[1]):
            error = y[i] - (w @ X[:, i] + b > 0)
            w = w - error * X[:, i]
            b -= error
    return w, b


@mistake("perceptron_train")
def perceptron_train_one_epoch(X, y, epochs):
    """Only one epoch counts: training ends after the first, or each one starts from zeros again

    Print w and b at the start of each epoch and ask for 5 epochs: how many lines do you see, and do
    they differ? Look at what stands inside which loop.
    """
    w, b = np.zeros(X.shape[0]), 0.0
    for _ in range(min(epochs, 1)):
        for i in range(X.shape[1]):
            error = y[i] - (w @ X[:, i] + b > 0)
            w = w + error * X[:, i]
            b += error
    return w, b


@mistake("perceptron_train")
def perceptron_train_stops_at_first_success(X, y, epochs):
    """Training, or each epoch, ends at the first example that is right

    When may training stop early: when one example is right, or when a whole epoch passes
    without a mistake? Count the mistakes of an epoch and look at the count after the inner
    loop.
    """
    w, b = np.zeros(X.shape[0]), 0.0
    for _ in range(epochs):
        for i in range(X.shape[1]):
            error = y[i] - (w @ X[:, i] + b > 0)
            if error == 0:
                return w, b
            w = w + error * X[:, i]
            b += error
    return w, b


@mistake("perceptron_train")
def perceptron_train_over_features(X, y, epochs):
    """The inner loop counts features, not examples

    Print how many examples an epoch visits: it should be n, yours are p. Which of the two numbers in
    X.shape counts the examples, if each of them is a column?
    """
    w, b = np.zeros(X.shape[0]), 0.0
    for _ in range(epochs):
        for i in range(X.shape[0]):
            answer = int(w @ X[:, i] + b > 0)
            error = y[i] - answer
            w, b = w + error * X[:, i], b + error
    return w, b


@mistake("perceptron_train")
def perceptron_train_returns_in_loop(X, y, epochs):
    """Only the first example is visited

    Print i at every visit: 0 1 2 3 is asked for in an epoch of four. At which indentation does the
    return stand: does your inner loop ever get to its second round?
    """
    w, b = np.zeros(X.shape[0]), 0.0
    error = y[0] - int(w @ X[:, 0] + b > 0)
    return w + error * X[:, 0], b + error


@mistake("perceptron_train")
def perceptron_train_ignores_epochs(X, y, epochs):
    """`epochs` does not decide how long training goes on

    Ask for one epoch on the four points of the table and compare with its last row: yours has gone
    further. Where does your code use the argument `epochs`? Training may end before that many, but
    not after.
    """
    w, b = np.zeros(X.shape[0]), 0.0
    for _ in range(100):
        mistakes = 0
        for i in range(X.shape[1]):
            error = y[i] - (w @ X[:, i] + b > 0)
            w, b = w + error * X[:, i], b + error
            mistakes += error != 0
        if mistakes == 0:
            break
    return w, b


@mistake("perceptron_train")
def perceptron_train_one_epoch_less(X, y, epochs):
    """There is one epoch too few

    Ask for one epoch: w and b are still 0, so none has run. How often does a loop over range(3) run,
    and how often one over range(1, 3)?
    """
    w, b = np.zeros(X.shape[0]), 0.0
    for _ in range(epochs - 1):
        for i in range(X.shape[1]):
            error = y[i] - (w @ X[:, i] + b > 0)
            w, b = w + error * X[:, i], b + error
    return w, b


@mistake("perceptron_train")
def perceptron_train_one_epoch_more(X, y, epochs):
    """There is one epoch too many

    Ask for one epoch on the four points of the table: you get the line of the second. How often does
    your outer loop run for epochs = 1, and for 0?
    """
    w, b = np.zeros(X.shape[0]), 0.0
    for _ in range(epochs + 1):
        for i in range(X.shape[1]):
            error = y[i] - (w @ X[:, i] + b > 0)
            w, b = w + error * X[:, i], b + error
    return w, b


@mistake("perceptron_train")
def perceptron_train_loops_exchanged(X, y, epochs):
    """The loops are exchanged: each example has all its epochs before the next one is visited

    Print i at every visit, for two epochs and four examples: 0 1 2 3 0 1 2 3 is asked for. Which of
    your two loops should be the inner one?
    """
    w, b = np.zeros(X.shape[0]), 0.0
    for i in range(X.shape[1]):
        for _ in range(epochs):
            error = y[i] - (w @ X[:, i] + b > 0)
            w, b = w + error * X[:, i], b + error
    return w, b


@mistake("perceptron_train")
def perceptron_train_stops_after_last(X, y, epochs):
    """Training ends once the last example of an epoch is right, though others were not

    Training may stop after an epoch without a mistake. What does your condition look at: all examples
    of the epoch, or the one that the inner loop left behind?
    """
    w, b = np.zeros(X.shape[0]), 0.0
    for _ in range(epochs):
        for i in range(X.shape[1]):
            error = y[i] - (w @ X[:, i] + b > 0)
            w, b = w + error * X[:, i], b + error
        if error == 0:
            break
    return w, b


@mistake("perceptron_train")
def perceptron_train_signed_count(X, y, epochs):
    """Mistakes of the two kinds cancel each other in the count, and training ends too early

    A missed 1 counts +1 in yours and a false 1 counts −1: an epoch with one of each adds up to 0.
    What must be added for a mistake, whichever way it goes?
    """
    w, b = np.zeros(X.shape[0]), 0.0
    for _ in range(epochs):
        before = b
        for i in range(X.shape[1]):
            error = y[i] - (w @ X[:, i] + b > 0)
            w, b = w + error * X[:, i], b + error
        if b == before:
            break
    return w, b


@mistake("perceptron_train")
def perceptron_train_always_updates(X, y, epochs):
    """Examples that are already right change w too

    Train one more epoch on data that is already separated: w should stay as it is, yours goes
    on growing. What should y − ŷ be for a right answer, and how large is the update then?
    """
    w, b = np.zeros(X.shape[0]), 0.0
    for _ in range(epochs):
        for i in range(X.shape[1]):
            sign = 2 * y[i] - 1
            w = w + sign * X[:, i]
            b += sign
    return w, b


@mistake("perceptron_train")
def perceptron_train_whole_batch(X, y, epochs):
    """All examples of an epoch are answered with the same w

    Take two examples in a row. When the second one is answered, should w already hold the first
    one's update? Look where you compute the answers: before the loop over the examples, for all at
    once, or in it, one by one?
    """
    w, b = np.zeros(X.shape[0]), 0.0
    for _ in range(epochs):
        error = y - (w @ X + b > 0)
        w = w + X @ error
        b += np.sum(error)
    return w, b


@mistake("perceptron_train")
def perceptron_train_with_scores(X, y, epochs):
    """The error is measured with the score, not with the 0/1 answer

    Take label 1 and a score of 5: the answer is right, so nothing should change. Yours changes
    w by −4 times x. What must be compared with the label, the score or the class?
    """
    w, b = np.zeros(X.shape[0]), 0.0
    with np.errstate(all="ignore"):
        for _ in range(epochs):
            for i in range(X.shape[1]):
                error = y[i] - (w @ X[:, i] + b)
                w = w + error * X[:, i]
                b += error
    return w, b


@mistake("perceptron_train")
def perceptron_train_for_signed_labels(X, y, epochs):
    """Examples with label 0 never change anything

    A perceptron can be wrong in two ways. Take an example of class 0 that was answered 1: what
    does your update do to w and b? A rule for labels −1 and 1 adds 0 times x. Which expression
    in y and ŷ is 1, 0 or −1 as needed?
    """
    w, b = np.zeros(X.shape[0]), 0.0
    for _ in range(epochs):
        for i in range(X.shape[1]):
            if y[i] * (w @ X[:, i] + b) <= 0:
                w = w + y[i] * X[:, i]
                b += y[i]
    return w, b


@mistake("perceptron_train")
def perceptron_train_from_ones(X, y, epochs):
    """w does not start from zeros

    Ask for 0 epochs and print w: it should be all zeros. With another start the same rule ends
    at another line. A single unit has no twin to be told apart from, so nothing random is
    needed.
    """
    w, b = np.ones(X.shape[0]), 0.0
    for _ in range(epochs):
        for i in range(X.shape[1]):
            error = y[i] - (w @ X[:, i] + b > 0)
            w = w + error * X[:, i]
            b += error
    return w, b


@mistake("perceptron_train")
def perceptron_train_shuffled(X, y, epochs):
    """The examples are shuffled, but they should be taken in order

    Call it twice with the same data: do you get the same w? The docstring asks for the examples
    in the order in which they come. Other orders end at other lines.
    """
    w, b = np.zeros(X.shape[0]), 0.0
    rng = np.random.default_rng(0)
    for _ in range(epochs):
        for i in rng.permutation(X.shape[1]):
            error = y[i] - (w @ X[:, i] + b > 0)
            w = w + error * X[:, i]
            b += error
    return w, b


@mistake("perceptron_train")
def perceptron_train_changes_y(X, y, epochs):
    """The label array y is changed

    Print y before and after the call: the zeros have become −1. Your line is right, but whoever
    uses y next gets a surprise. Make the new labels in an array of your own.
    """
    y[y == 0] = -1
    w, b = np.zeros(X.shape[0]), 0.0
    for _ in range(epochs):
        for i in range(X.shape[1]):
            if (1 if w @ X[:, i] + b > 0 else -1) != y[i]:
                w = w + y[i] * X[:, i]
                b += y[i]
    return w, b


@mistake("perceptron_train")
def perceptron_train_swapped(X, y, epochs):
    """b and w are returned in the wrong order

    Print the shapes of the two things that you return: the docstring promises (w, b), first the
    vector with p entries, then one number.
    """
    w, b = np.zeros(X.shape[0]), 0.0
    for _ in range(epochs):
        for i in range(X.shape[1]):
            error = y[i] - (w @ X[:, i] + b > 0)
            w = w + error * X[:, i]
            b += error
    return b, w


@mistake("perceptron_train")
def perceptron_train_bias_wrong_way(X, y, epochs):
    """The bias moves the wrong way

    Where an example of class 1 is missed, w·x + b was too small. Does your update make b larger
    then? Compare the sign in the two lines for w and for b.
    """
    w, b = np.zeros(len(X)), 0.0
    for _ in range(epochs):
        for x, label in zip(X.T, y, strict=True):
            error = label - int(w @ x + b > 0)
            w, b = w + error * x, b - error
    return w, b


@mistake("perceptron_train")
def perceptron_train_truncated(X, y, epochs):
    """Inputs are cut to whole numbers

    Train on an example such as x = (0.5, 1.7): do your weights become 0.5 and 1.7, or 0 and 1?
    Print the dtypes of w and of your X. Which type must both have so that 0.5 fits?
    """
    w, b = np.zeros(len(X), dtype=int), 0
    for _ in range(epochs):
        for x, label in zip(X.T, y, strict=True):
            error = int(label) - int(w @ x + b > 0)
            w, b = w + (error * x).astype(int), b + error
    return w, b


@variant("perceptron_train")
def perceptron_train_fake_one(X, y, epochs):
    """a fake one for the bias, and an early stop"""
    inputs = add_bias_row(X)
    weights = np.zeros(len(inputs))
    for _ in range(epochs):
        mistakes = 0
        for x, label in zip(inputs.T, y, strict=True):
            answer = int(weights @ x > 0)
            if answer != label:
                mistakes += 1
                weights += (int(label) - answer) * x
        if mistakes == 0:
            break
    return weights[:-1], float(weights[-1])


@variant("perceptron_train")
def perceptron_train_half_rate(X, y, epochs):
    """labels −1 and 1, rate one half, no early stop"""
    signs = np.where(np.asarray(y) == 1, 1, -1)
    w, b = np.zeros(X.shape[0]), 0.0
    for _ in range(epochs):
        for i in range(X.shape[1]):
            answer = 1 if w @ X[:, i] + b > 0 else -1
            if answer != signs[i]:
                w = w + 0.5 * signs[i] * X[:, i]
                b = b + 0.5 * signs[i]
    return w, b


@variant("perceptron_train")
def perceptron_train_calls_predict(X, y, epochs):
    """calls perceptron_predict for each example"""
    w, b = np.zeros(X.shape[0]), 0.0
    for _ in range(epochs):
        for i in range(X.shape[1]):
            error = y[i] - perceptron_predict(w, b, X[:, i : i + 1])[0]
            w = w + error * X[:, i]
            b = b + error
    return w, b


@mistake("perceptron_train")
def perceptron_train_random_start(X, y, epochs):
    """Training starts from random weights instead of zeros

    Call it with epochs = 0: w should be all zeros. Where do your numbers come from? A perceptron has
    no hidden units that need telling apart, so zeros are a good start, and everybody gets the same line.
    """
    rng = np.random.default_rng(0)
    w, b = rng.normal(size=X.shape[0]), 0.0
    for _ in range(epochs):
        for i in range(X.shape[1]):
            error = y[i] - (w @ X[:, i] + b > 0)
            w, b = w + error * X[:, i], b + error
    return w, b


@mistake("perceptron_train")
def perceptron_train_bias_from_one(X, y, epochs):
    """The bias starts at 1 instead of 0

    Call it with epochs = 0: w and b should both be zero; print them. With the "fake one" it is the
    input that is 1, and the weight of it starts at 0 like all others.
    """
    w, b = np.zeros(X.shape[0]), 1.0
    for _ in range(epochs):
        for i in range(X.shape[1]):
            error = y[i] - (w @ X[:, i] + b > 0)
            w, b = w + error * X[:, i], b + error
    return w, b


@mistake("perceptron_train")
def perceptron_train_column_of_weights(X, y, epochs):
    """w comes back as a column (p, 1) instead of (p,)

    Print the shape of w: one number for each feature is wanted, without a second axis. A column is
    handy inside a product; take the second axis away before you return it.
    """
    w, b = np.zeros((X.shape[0], 1)), 0.0
    for _ in range(epochs):
        for i in range(X.shape[1]):
            x = X[:, i].reshape(-1, 1)
            error = y[i] - float((w.T @ x).item() + b > 0)
            w, b = w + error * x, b + error
    return w, b


@mistake("perceptron_train")
def perceptron_train_weights_like_data(X, y, epochs):
    """w is made like X, so whole-number data make whole-number weights

    Try data of whole numbers and print the dtype of w: adding a float to it stops with an error.
    Which type must w have, whatever X holds?
    """
    w, b = np.zeros_like(X[:, 0]), 0.0
    for _ in range(epochs):
        for i in range(X.shape[1]):
            error = float(y[i]) - float(w @ X[:, i] + b > 0)
            w += error * X[:, i]
            b += error
    return w, b


@variant("perceptron_train")
def perceptron_train_zero_counts_as_one(X, y, epochs):
    """counts a score of exactly 0 as a 1 while training"""
    w, b = np.zeros(X.shape[0]), 0.0
    for _ in range(epochs):
        for i in range(X.shape[1]):
            error = y[i] - (w @ X[:, i] + b >= 0)
            w, b = w + error * X[:, i], b + error
    return w, b


@variant("perceptron_train")
def perceptron_train_float32(X, y, epochs):
    """counts in float32"""
    X = X.astype(np.float32)
    w, b = np.zeros(X.shape[0], np.float32), np.float32(0)
    for _ in range(epochs):
        for i in range(X.shape[1]):
            error = np.float32(y[i]) - np.float32(w @ X[:, i] + b > 0)
            w, b = w + error * X[:, i], b + error
    return w, b


# --- xor_params ---


@mistake("xor_params")
def xor_params_or():
    """The network computes OR

    Fill in the table of all four inputs by hand. At (1, 1) the answer must be 0. Which hidden
    unit could notice that both inputs are on, and how should the output react to it?
    """
    return [
        (np.array([[1.0, 1.0], [1.0, 1.0]]), np.array([[-0.5], [-1.5]])),
        (np.array([[1.0, 0.0]]), np.array([[-0.5]])),
    ]


@mistake("xor_params")
def xor_params_inverted():
    """The network computes the opposite of XOR

    Fill in the table of all four inputs: yours gives 1 where XOR gives 0, everywhere. The
    hidden layer does its work; what single change of the output unit turns every answer around?
    """
    return [
        (np.array([[1.0, 1.0], [1.0, 1.0]]), np.array([[-0.5], [-1.5]])),
        (np.array([[-1.0, 1.0]]), np.array([[0.5]])),
    ]


@mistake("xor_params")
def xor_params_one_layer():
    """There is only one layer

    Draw the four inputs as points and try to separate the two classes with one straight line.
    That is all a single unit can do. How many lines do you need, and what combines them?
    """
    return [(np.array([[1.0, 1.0]]), np.array([[-0.5]]))]


@mistake("xor_params")
def xor_params_without_biases():
    """The biases are all 0

    Work out both hidden units for (1, 0) and for (1, 1). To tell one input on from two inputs
    on, a unit needs its line between the points 1 and 2. Which number moves the line?
    """
    return [
        (np.array([[1.0, 1.0], [1.0, 1.0]]), np.zeros((2, 1))),
        (np.array([[1.0, -1.0]]), np.zeros((1, 1))),
    ]


@mistake("xor_params")
def xor_params_one_sided():
    """Only one of the two inputs that should give 1 does so

    Fill in the table of all four inputs: (1, 0) and (0, 1) must both give 1. XOR is symmetric:
    swap the inputs, and nothing should change. Is that true of your hidden units, taken
    together?
    """
    return [
        (np.array([[1.0, -1.0], [1.0, -1.0]]), np.array([[-0.5], [-0.5]])),
        (np.array([[1.0, 1.0]]), np.array([[-0.5]])),
    ]


@mistake("xor_params")
def xor_params_column():
    """The weights of the output unit form a column, but W has one row per unit

    W of a layer has the shape (units, inputs). The output layer has one unit with two inputs.
    Print the shape of your second W, and try W times the (2, 4) matrix of hidden outputs.
    """
    return [
        (np.array([[1.0, 1.0], [1.0, 1.0]]), np.array([[-0.5], [-1.5]])),
        (np.array([[1.0], [-1.0]]), np.array([[-0.5]])),
    ]


@mistake("xor_params")
def xor_params_reversed():
    """The output layer comes before the hidden layer in the list

    The list params goes the way that the data goes: first layer first. Which pair must meet the
    two inputs, and which gives the final answer? Print the shapes of both W in the order of
    your list.
    """
    return [
        (np.array([[1.0, -1.0]]), np.array([[-0.5]])),
        (np.array([[1.0, 1.0], [1.0, 1.0]]), np.array([[-0.5], [-1.5]])),
    ]


@variant("xor_params")
def xor_params_textbook():
    """both inputs, and at least two: the textbook's ReLU solution"""
    return [
        (np.array([[1, 1], [1, 1]]), np.array([[0], [-1]])),
        (np.array([[1, -2]]), np.array([[0]])),
    ]


@variant("xor_params")
def xor_params_two_sides():
    """first but not second, or second but not first"""
    return [
        (np.array([[2.0, -2.0], [-2.0, 2.0]]), np.array([[-1.0], [-1.0]])),
        (np.array([[2.0, 2.0]]), np.array([[-1.0]])),
    ]


@variant("xor_params")
def xor_params_three_units():
    """three hidden units, one of them idle"""
    return [
        (
            np.array([[1.0, 1.0], [-1.0, -1.0], [0.0, 0.0]]),
            np.array([[-0.5], [1.5], [-1.0]]),
        ),
        (np.array([[1.0, 1.0, 5.0]]), np.array([[-1.5]])),
    ]


@mistake("xor_params")
def xor_params_needs_step_of_zero(*args):
    """The network needs step(0) = 1: as it is, it computes AND

    Work out the scores by hand: some are exactly 0. The step unit gives 1 only where its score is
    > 0, as in perceptron_predict and in the figure. Move the thresholds between the whole numbers.
    """
    W1, b1 = np.array([[1.0, 1.0], [-1.0, -1.0]]), np.array([[-1.0], [1.0]])
    return [(W1, b1), (np.array([[1.0, 1.0]]), np.array([[-2.0]]))]


@variant("xor_params")
def xor_params_lists():
    """nested lists instead of arrays"""
    return [([[1, 1], [-1, -1]], [[-0.5], [1.5]]), ([[1, 1]], [[-1.5]])]
