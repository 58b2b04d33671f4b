"""What goes wrong in `predict` and `accuracy`, and what may differ and be right."""

# Written as students write, without types.
from __future__ import annotations

import numpy as np

from labkit.mistakes import mistake, variant
from neuralnet.layers import forward
from neuralnet.losses import softmax

# --- predict ---


@mistake("predict")
def predict_over_examples(params, X, activation):
    """The largest entry is searched along the examples instead of the classes

    Print the shape of your result: n examples should give (n,), yours has one entry per class.
    S is K × n: along which axis do you find the K scores of one example?
    """
    return np.argmax(forward(params, X, activation)[-1], axis=1)


@mistake("predict")
def predict_without_axis(params, X, activation):
    """There is one answer for all the examples together

    Print the shape of your result: n examples should give (n,), yours is a single number. Which
    argument of argmax asks for one answer per column?
    """
    return np.argmax(forward(params, X, activation)[-1])


@mistake("predict")
def predict_best_score(params, X, activation):
    """The largest score is returned, not its class

    Print your result: it should hold class numbers 0 … K − 1, but yours are scores. Do you want
    to know how large the best score is, or where it stands?
    """
    return np.max(forward(params, X, activation)[-1], axis=0)


@mistake("predict")
def predict_worst_class(params, X, activation):
    """The class with the smallest score is chosen

    What does a high score say about a class? Compare your answer for one example with its
    column of scores.
    """
    return np.argmin(forward(params, X, activation)[-1], axis=0)


@mistake("predict")
def predict_from_one(params, X, activation):
    """The classes are counted from 1

    Print the smallest and the largest entry of your result and of y. With K classes, what is
    the number of the last one?
    """
    return np.argmax(forward(params, X, activation)[-1], axis=0) + 1


@mistake("predict")
def predict_probabilities(params, X, activation):
    """The probabilities are returned, not the classes

    Print the shape of your result: n examples should give (n,), yours is K × n. Which one
    number per column is asked for?
    """
    return softmax(forward(params, X, activation)[-1])


@mistake("predict")
def predict_always_relu(params, X, activation):
    """The hidden layers always use ReLU, whatever `activation` says

    Call it with "relu" and with "sigmoid" for a network with hidden units: the answers should
    not always agree. Where does the argument `activation` appear?
    """
    return np.argmax(forward(params, X, "relu")[-1], axis=0)


@mistake("predict")
def predict_activated_scores(params, X, activation):
    """The scores go through a ReLU before the comparison

    Take an example whose scores are all negative: after a ReLU they are all 0, and class 0
    always wins. What activation has the last layer?
    """
    return np.argmax(np.maximum(forward(params, X, activation)[-1], 0), axis=0)


@mistake("predict")
def predict_from_hidden_layer(params, X, activation):
    """The largest hidden unit is taken, not the largest score

    How many different answers does your result hold, and how many classes are there? Print the
    shape of what you search: it should have K rows. Which entry of the list holds the scores?
    """
    return np.argmax(forward(params, X, activation)[-2], axis=0)


@mistake("predict")
def predict_from_input(params, X, activation):
    """The largest input is taken, not the largest score

    How many different answers does your result hold, and how many classes are there? Print the
    length of the list that `forward` gives, and the shape of the entry that you search: of which
    layer is it?
    """
    return np.argmax(forward(params, X, activation)[0], axis=0)


@mistake("predict")
def predict_without_sign(params, X, activation):
    """The score that is farthest from 0 is taken, also where it is negative

    Take an example with the scores 1 and −2: the higher one is 1, so the class is 0; yours is 1.
    What does your function do to the scores before it compares them?
    """
    return np.argmax(np.abs(forward(params, X, activation)[-1]), axis=0)


@mistake("predict")
def predict_row_matrix(params, X, activation):
    """The result has an extra dimension: (1, n) instead of (n,)

    Print the shapes of your result and of y: they should be equal, (n,). Comparing (1, n) with
    (n, 1) later gives a whole matrix without a warning. What keeps the dimension?
    """
    return np.argmax(forward(params, X, activation)[-1], axis=0, keepdims=True)


@mistake("predict")
def predict_scores(params, X, activation):
    """The scores are returned, not the classes

    Print the shape of your result: K × n scores. A class is one whole number for each example:
    the number of the row that holds the largest score of its column.
    """
    return forward(params, X, activation)[-1]


@mistake("predict")
def predict_without_activation(params, X, activation):
    """The hidden layers are linear: the activation is left out

    Compare your hidden outputs with those of `forward` for the same X. Are any of a ReLU's
    negative? Without an activation, all your layers together are one linear layer.
    """
    for W, b in params:
        X = W @ X + b
    return X.argmax(axis=0)


@mistake("predict")
def predict_softmax_over_examples(params, X, activation):
    """The softmax runs along the examples before the comparison

    Do the probabilities of one example, a column, sum to 1? Taken along the rows, an example's
    scores are divided by different numbers, and the largest may change. Do you need
    probabilities at all?
    """
    return softmax(forward(params, X, activation)[-1].T).argmax(axis=1)


@variant("predict")
def predict_by_example(params, X, activation):
    """one example at a time, through the probabilities"""
    classes = []
    for i in range(X.shape[1]):
        p = softmax(forward(params, X[:, i : i + 1], activation)[-1])[:, 0]
        classes.append(int(p.argmax()))
    return np.array(classes)


@variant("predict")
def predict_by_sorting(params, X, activation):
    """the last place of the sorted scores, as floats"""
    S = forward(params, X, activation)[-1]
    return np.argsort(S.T, axis=1)[:, -1].astype(float)


# --- accuracy ---


@mistake("accuracy")
def accuracy_count(y_hat, y):
    """The right answers are counted, but not divided by their number

    A fraction lies between 0 and 1. Give it three answers, all right: you get 3. What must a
    count be divided by?
    """
    return float(np.sum(y_hat == y))


@mistake("accuracy")
def accuracy_percent(y_hat, y):
    """The result is in percent

    A fraction lies between 0 and 1. Give it three answers, all right: you get 100. What does
    the docstring ask for?
    """
    return float(100 * np.mean(y_hat == y))


@mistake("accuracy")
def accuracy_error_rate(y_hat, y):
    """The wrong answers are counted: this is the error rate

    Give it three answers, all right: the accuracy is 1, yours is 0. What does your comparison
    ask about each pair?
    """
    return float(np.mean(y_hat != y))


@mistake("accuracy")
def accuracy_all_or_nothing(y_hat, y):
    """The result is 1 only if every answer is right, else 0

    Give it two answers, one right and one wrong: the accuracy is 0.5, yours is 0. Do you
    compare entry by entry? And which division, / or //, keeps fractions?
    """
    return float(np.sum(y_hat == y) // len(y))


@mistake("accuracy")
def accuracy_by_product(y_hat, y):
    """Right answers of class 0 are not counted

    Give it the classes 0, 0 and the answers 0, 0: both are right, yours says 0. Which operation
    asks whether two numbers are equal, whatever they are?
    """
    return float(np.mean((np.asarray(y_hat) == y) & (np.asarray(y) != 0)))


@mistake("accuracy")
def accuracy_by_distance(y_hat, y):
    """The distance between class numbers is measured

    Give it the true class 5 and the answer 2: one wrong answer, so the accuracy is 0; yours is
    −2. Is class 2 closer to class 5 than class 0 is? The numbers are only names.
    """
    return float(1 - np.mean(np.abs(np.asarray(y_hat) - y)))


@mistake("accuracy")
def accuracy_by_membership(y_hat, y):
    """An answer counts as right if its class occurs anywhere in y

    Give it the classes 0, 1 and the answers 1, 0: both are wrong, yours says 1. With what must
    each answer be compared: with all of y, or with one entry?
    """
    return float(np.mean(np.isin(y_hat, y)))


@mistake("accuracy")
def accuracy_over_classes(y_hat, y):
    """The count is divided by the number of classes, not of examples

    Give it ten answers, all right, from two classes: you get 5. Of how many answers is it a
    fraction?
    """
    return float(np.sum(y_hat == y) / len(np.unique(y)))


@mistake("accuracy")
def accuracy_per_example(y_hat, y):
    """One truth value for each example is returned, not their mean

    Print the shape of your result: it should be one number. What is the mean of True, True,
    False, True, when True counts as 1?
    """
    return y_hat == y


@mistake("accuracy")
def accuracy_rounded(y_hat, y):
    """The fraction is rounded

    Try 1 right answer of 3: the result should be 0.3333…, yours is shorter. Rounding is for
    printing; a result is kept as it is.
    """
    return round(float(np.mean(y_hat == y)), 2)


@variant("accuracy")
def accuracy_by_loop(y_hat, y):
    """a count over the length"""
    right = 0
    for a, b in zip(y_hat, y, strict=True):
        if int(a) == int(b):
            right += 1
    return right / len(y)


@variant("accuracy")
def accuracy_by_differences(y_hat, y):
    """1 minus the share of differences that are not 0"""
    return 1 - np.count_nonzero(np.asarray(y_hat) - np.asarray(y)) / np.size(y)
