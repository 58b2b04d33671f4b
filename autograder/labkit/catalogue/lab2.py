"""Lab 2, what goes wrong and what may differ: softmax, losses, and backpropagation.

Most mistakes here train a network all the same, only worse: a factor, an axis, a missing slope.
"""

# Written as students write, without types.
# mypy: allow-untyped-defs, no-check-untyped-defs

from __future__ import annotations

import math

import numpy as np

from labkit.catalogue import misconception, variant
from neuralnet.activations import relu_gradient, sigmoid_gradient, tanh_gradient
from neuralnet.backprop import dense_backward
from neuralnet.layers import add_bias_row
from neuralnet.losses import cross_entropy, softmax

# --- softmax ---


@misconception(
    "softmax",
    title="The sum runs along the rows: over the examples instead of the classes",
    why="With one row per example, axis 1 is the class axis; here an example is a column.",
    hint=(
        "Add up each column of your result: every column should give 1, but yours has rows that "
        "do. S is K × n. Along which axis do you find the K scores of one example?"
    ),
)
def softmax_over_examples(S):
    E = np.exp(S - np.max(S, axis=1, keepdims=True))
    return E / E.sum(axis=1, keepdims=True)


@misconception(
    "softmax",
    title="The sum runs over the whole matrix",
    why=(
        "A sum without an axis adds everything; for a single column it makes no difference, so "
        "small tests pass."
    ),
    hint=(
        "Add up each column of your result: every column should give 1, but yours only give 1 all "
        "together. How many separate sums do you need for n examples, and which argument of sum "
        "asks for them?"
    ),
)
def softmax_over_everything(S):
    E = np.exp(S - np.max(S))
    return E / E.sum()


@misconception(
    "softmax",
    title="The scores are not shifted, so large ones overflow to NaN",
    why="The formula is typed as it stands; it is right until a score passes 709.",
    hint=(
        "Print your result for scores 1000 and 999: infinity over infinity is NaN. Which number "
        "may you subtract from all the scores of one example without changing the probabilities? "
        "e^(s−c) is e^s times a constant."
    ),
)
def softmax_without_shift(S):
    E = np.exp(S)
    return E / E.sum(axis=0)


@misconception(
    "softmax",
    title="One shift for the whole matrix lets other columns vanish to 0/0",
    why=(
        "Subtracting the largest score of all is enough for one example; with several it is the "
        "maximum of another column."
    ),
    hint=(
        "Try one column with scores around 10,000 and another around 0. After your shift, how "
        "large is e to the scores of the second column? Each example needs the maximum of its own "
        "column."
    ),
)
def softmax_one_shift_for_all(S):
    E = np.exp(S - np.max(S))
    return E / E.sum(axis=0)


@misconception(
    "softmax",
    title=(
        "The shift uses the maximum of each row, so the scores of one example are shifted "
        "differently"
    ),
    why="The sum got the right axis, but the maximum got the other one.",
    hint=(
        "The shift must subtract the same number from all scores of one example, a column; only "
        "then does it cancel. Print the shape of your maximum: is there one for each example or "
        "one for each class?"
    ),
)
def softmax_shift_by_row(S):
    E = np.exp(S - np.max(S, axis=1, keepdims=True))
    return E / E.sum(axis=0)


@misconception(
    "softmax",
    title="The smallest score is subtracted instead of the largest",
    why="That a shift is needed is remembered, but not which way it has to go.",
    hint=(
        "After the shift, what is the largest exponent that can occur? For scores of 10,000 and "
        "−10,000 yours is 20,000. Which choice makes every exponent 0 or negative?"
    ),
)
def softmax_shift_by_minimum(S):
    E = np.exp(S - np.min(S, axis=0))
    return E / E.sum(axis=0)


@misconception(
    "softmax",
    title="The exponentials are not divided by their sum",
    why="The largest entry is already 1, which looks like a probability.",
    hint=(
        "Add up each column of your result: probabilities sum to 1. Yours sum to more. Which half "
        "of the formula e^s_k / Σ e^s_j is still missing?"
    ),
)
def softmax_not_normalised(S):
    return np.exp(S - np.max(S, axis=0))


@misconception(
    "softmax",
    title="The scores themselves are divided by their sum, without exponentials",
    why="Dividing by the sum also gives columns that sum to 1.",
    hint=(
        "Try the scores 2 and −1: you get 2 and −1, and a probability cannot be negative. What "
        "does the softmax do to each score first, so that everything is positive?"
    ),
)
def softmax_without_exponential(S):
    return S / np.sum(S, axis=0)


@misconception(
    "softmax",
    title="The division happens inside the exponential",
    why="One closing parenthesis stands too far to the right.",
    hint=(
        "Add up each column of your result: it is not 1. Read your line from the inside out: what "
        "is divided by the sum, the exponential or the score? Count the parentheses."
    ),
)
def softmax_parenthesis(S):
    return np.exp(S / np.sum(np.exp(S), axis=0))


@misconception(
    "softmax",
    title="Each score gets its own sigmoid",
    why="A sigmoid gives probabilities as well, but each class then answers yes or no by itself.",
    hint=(
        "Add up each column of your result: it is not 1. With softmax the classes compete: when "
        "one score rises, what must happen to the probabilities of the others? In yours nothing "
        "happens."
    ),
)
def softmax_is_sigmoid(S):
    return 0.5 * (1 + np.tanh(np.asarray(S) / 2))


@misconception(
    "softmax",
    title="The input array S is changed",
    why="S -= … is the shortest way to shift, but it writes into the caller's array.",
    hint=(
        "Print S before and after the call: the scores have been shifted for the caller, too. How "
        "does S -= m differ from making a new array for the difference?"
    ),
)
def softmax_changes_s(S):
    S -= np.max(S, axis=0)
    E = np.exp(S)
    return E / E.sum(axis=0)


@misconception(
    "softmax",
    title="Whole-number scores give a result cut to whole numbers",
    why=(
        "An output made like S also takes over its type, and an integer array drops every "
        "fraction on assignment."
    ),
    hint=(
        "Try integer scores such as 1, 2, 3: you get only zeros. Print the dtype of the array "
        "that you fill; it was made like S. Which type must it have so that 0.67 fits?"
    ),
)
def softmax_truncated(S):
    P = np.zeros_like(S)
    for i in range(S.shape[1]):
        e = np.exp(S[:, i] - S[:, i].max())
        P[:, i] = e / e.sum()
    return P


@misconception(
    "softmax",
    title="The scores are cut off at ±500 before the exponential",
    why="Clipping helps the sigmoid against overflow, so it is used here as well.",
    hint=(
        "Try one example with scores 1000, 1001 and 1002: yours are all equal, but only the "
        "differences should matter. Which number may you subtract from all the scores of one "
        "example, so that nothing needs to be cut off?"
    ),
)
def softmax_clipped(S):
    E = np.exp(np.clip(S, -500, 500))
    return E / E.sum(axis=0)


@misconception(
    "softmax",
    title="The largest score gets the smallest probability",
    why="The minus of the sigmoid's exponent is carried over, or the shift is the wrong way round.",
    hint=(
        "Which entry of a column is largest in S, and which in your result? They should be the "
        "same one. Look at the sign of S in the exponent."
    ),
)
def softmax_mirrored(S):
    E = np.exp(-1.0 * (S - S.min(axis=0)))
    return E / E.sum(axis=0)


@misconception(
    "softmax",
    title="The logarithm of the probabilities is returned",
    why=(
        "The log-softmax is what many libraries offer for the loss; here the probabilities are "
        "asked."
    ),
    hint=(
        "Your entries are negative, and a probability never is. Add up a column: it should give 1. "
        "Which step undoes a logarithm?"
    ),
)
def softmax_is_logarithm(S):
    S = S - 1.0 * S.max(axis=0)
    return S - np.log(np.exp(S).sum(axis=0))


@variant("softmax", style="a loop over the columns")
def softmax_by_column(S):
    P = np.zeros(S.shape)
    for i in range(S.shape[1]):
        e = np.exp(S[:, i] - max(S[:, i]))
        P[:, i] = e / sum(e)
    return P


@variant("softmax", style="through the log-sum-exp")
def softmax_by_log_sum_exp(S):
    m = S.max(axis=0, keepdims=True)
    return np.exp(S - (m + np.log(np.exp(S - m).sum(axis=0, keepdims=True))))


@variant("softmax", style="examples as rows, turned back at the end")
def softmax_turned(S):
    E = np.exp(S.T - S.T.max(axis=1, keepdims=True))
    return (E / E.sum(axis=1, keepdims=True)).T


# --- cross_entropy ---


@misconception(
    "cross_entropy",
    title="The losses are summed, not averaged",
    why="The formula for one example has no 1/n; with several, the mean is asked for.",
    hint=(
        "Give it the same example twice: a mean stays the same, yours doubles. What must a sum "
        "over n examples be divided by?"
    ),
)
def cross_entropy_summed(P, y):
    return float(-np.sum(np.log(np.maximum(P[y, np.arange(len(y))], 1e-12))))


@misconception(
    "cross_entropy",
    title="The mean is taken over all K·n entries",
    why="A one-hot product is a K × n matrix, and its mean counts the zeros as well.",
    hint=(
        "How many terms does the sum really have: one for each example, or one for each entry of "
        "P? Yours comes out K times too small."
    ),
)
def cross_entropy_over_all_entries(P, y):
    logs = np.log(np.maximum(P[y, np.arange(len(y))], 1e-12))
    return float(-np.sum(logs) / P.size)


@misconception(
    "cross_entropy",
    title="The minus sign is missing",
    why=(
        "log of a probability is negative; the minus in front that turns it into a loss is easily "
        "dropped."
    ),
    hint=(
        "A loss falls towards 0 as the network gets better. What sign has log 0.5? And yours? "
        "Minimising it as it stands would make the true class less likely."
    ),
)
def cross_entropy_negative(P, y):
    return float(np.mean(np.log(np.maximum(P[y, np.arange(len(y))], 1e-12))))


@misconception(
    "cross_entropy",
    title="The logarithm has base 10",
    why="Outside of mathematics and NumPy, log often means base 10.",
    hint=(
        "For P = 0.5 everywhere the loss should be 0.693; yours is 0.301. Which logarithm undoes "
        "the e in softmax?"
    ),
)
def cross_entropy_base_ten(P, y):
    return float(-np.mean(np.log10(np.maximum(P[y, np.arange(len(y))], 1e-12))))


@misconception(
    "cross_entropy",
    title="The logarithm has base 2",
    why="Information theory measures entropy in bits, with base 2.",
    hint=(
        "For P = 0.5 everywhere the loss should be 0.693; yours is 1. Which logarithm undoes the "
        "e in softmax, so that the gradient becomes simple?"
    ),
)
def cross_entropy_base_two(P, y):
    return float(-np.mean(np.log2(np.maximum(P[y, np.arange(len(y))], 1e-12))))


@misconception(
    "cross_entropy",
    title="There is no guard, so a probability of 0 gives an infinite loss",
    why="On paper softmax never gives 0; in floats it does, as soon as the scores are far apart.",
    hint=(
        "What does NumPy say to the logarithm of 0? A single such example makes the mean "
        "infinite. Which smallest probability could you allow, tiny enough to leave 0.000001 "
        "exact?"
    ),
)
def cross_entropy_unguarded(P, y):
    return float(-np.mean(np.log(P[y, np.arange(len(y))])))


@misconception(
    "cross_entropy",
    title="The guard is so large that it changes ordinary probabilities",
    why="Any small number stops the infinite loss; how small it must be is another question.",
    hint=(
        "For P = 0.01 the loss should be 4.605; with 0.001 added to P it is 4.510. Probabilities "
        "down to a millionth must stay exact. How small a guard do you need?"
    ),
)
def cross_entropy_guard_too_large(P, y):
    return float(-np.mean(np.log(P[y, np.arange(len(y))] + 1e-3)))


@misconception(
    "cross_entropy",
    title="The guard is a bit too large: a probability of 0 costs only 16",
    why="1e-7 is what some libraries use for 32-bit floats.",
    hint=(
        "Compute the loss of a single example whose true class has probability 0: it should be "
        "finite and at least 20. How small must the guard be so that −log of it reaches 20?"
    ),
)
def cross_entropy_guard_too_weak(P, y):
    return float(-np.mean(np.log(np.clip(P[y, np.arange(len(y))], 1e-7, 1))))


@misconception(
    "cross_entropy",
    title="Whole rows of P are picked instead of one entry per example",
    why='P[y] looks like "the probability at y", but one index into a matrix picks whole rows.',
    hint=(
        "Print the shape of what you pick from P: there should be n numbers, one per example, and "
        "you have n × n. Which two indices name the true class of example i?"
    ),
)
def cross_entropy_picks_rows(P, y):
    return float(-np.mean(np.log(np.maximum(P[y], 1e-12))))


@misconception(
    "cross_entropy",
    title="The class numbers are multiplied with the logarithms, as if y were one-hot",
    why="The formula −Σ y log p has a one-hot y in mind; the y of this course holds class numbers.",
    hint=(
        "Print y: it holds numbers 0 … K − 1. With your product an example of class 0 costs "
        "nothing, and class 5 costs five times as much. How do you get at the one probability "
        "that belongs to class y?"
    ),
)
def cross_entropy_with_class_numbers(P, y):
    return float(-np.mean(np.sum(y * np.log(np.maximum(P, 1e-12)), axis=0)))


@misconception(
    "cross_entropy",
    title="The two indices are exchanged: P[i, y_i] instead of P[y_i, i]",
    why="With one row per example the example comes first; here examples are columns.",
    hint=(
        "P is K × n, so which index comes first, the class or the example? With more examples "
        "than classes your line fails with an index error; with fewer it picks wrong entries "
        "without a word."
    ),
)
def cross_entropy_indices_exchanged(P, y):
    return float(-np.mean(np.log(np.maximum(P[np.arange(len(y)), y], 1e-12))))


@misconception(
    "cross_entropy",
    title="The other classes add log(1 − p) terms",
    why="That is the formula for two classes with one output, or for many yes/no questions.",
    hint=(
        "How many logarithms does one example contribute? Only the true class counts: softmax has "
        "already made the others pay, because all of them sum to 1."
    ),
)
def cross_entropy_binary(P, y):
    truth = np.zeros(P.shape)
    truth[y, np.arange(len(y))] = 1
    Q = np.clip(P, 1e-12, 1 - 1e-12)
    return float(-np.sum(truth * np.log(Q) + (1 - truth) * np.log(1 - Q)) / len(y))


@misconception(
    "cross_entropy",
    title="There is no logarithm",
    why="1 minus the probability of the true class also falls as the network gets better.",
    hint=(
        "Compare a probability of 0.1 with one of 0.001: your loss hardly changes, while the "
        "cross-entropy goes from 2.3 to 6.9. Which function makes being sure and wrong so "
        "expensive?"
    ),
)
def cross_entropy_without_log(P, y):
    return float(np.mean(1 - P[y, np.arange(len(y))]))


@misconception(
    "cross_entropy",
    title="The logarithm is taken of the mean instead of the mean of the logarithms",
    why=(
        "Both orders give a number of the right size, and the same one when all probabilities are "
        "equal."
    ),
    hint=(
        "Take two examples with true-class probabilities 1 and 0.01: the losses are 0 and 4.6, "
        "their mean 2.3. Yours is 0.68. In which order do the logarithm and the mean come in the "
        "formula?"
    ),
)
def cross_entropy_log_of_mean(P, y):
    return float(-np.log(max(np.mean(P[y, np.arange(len(y))]), 1e-12)))


@misconception(
    "cross_entropy",
    title="The loss looks at the most likely class, not at the true one",
    why="The prediction and the label are confused; the labels y are then not needed at all.",
    hint=(
        "Change y: does your loss change? It should. A network that is sure of a wrong class must "
        "pay much; yours pays almost nothing. Which entry of each column is the one that counts?"
    ),
)
def cross_entropy_of_best_class(P, y):
    return float(-np.mean(np.log(np.maximum(P.max(axis=0), 1e-12))))


@misconception(
    "cross_entropy",
    title="This is the entropy of the prediction; the labels play no part",
    why="Entropy and cross-entropy differ in which of the two factors is the truth.",
    hint=(
        "Change y: does your loss change? It should. In −Σ t log p the t is the truth, 1 for the "
        "true class and 0 for the others. What stands in its place in your sum?"
    ),
)
def cross_entropy_is_entropy(P, y):
    return float(-np.sum(P * np.log(np.maximum(P, 1e-12))) / P.shape[1])


@misconception(
    "cross_entropy",
    title="The input array P is changed",
    why="Replacing the zeros in P itself is a short guard, but P belongs to the caller.",
    hint=(
        "Print P before and after the call: its zeros are gone. Guard only the numbers that you "
        "take the logarithm of, or work on a copy."
    ),
)
def cross_entropy_changes_p(P, y):
    np.clip(P, 1e-12, 1 - 1e-12, out=P)
    return float(-np.mean(np.log(P[y, np.arange(len(y))])))


@misconception(
    "cross_entropy",
    title="The losses of the examples are returned one by one",
    why=(
        "The formula for one example is right, and NumPy works it out for all; the mean is "
        "forgotten."
    ),
    hint=(
        "Print the shape of your result: it is (n,), a number for each example. One number for all "
        "is wanted. Which step of the formula turns n losses into one?"
    ),
)
def cross_entropy_per_example(P, y):
    return -np.log(np.maximum(P[y, np.arange(len(y))], 1e-12))


@misconception(
    "cross_entropy",
    title="P goes through a softmax once more",
    why="In many libraries the cross-entropy takes scores; here it takes probabilities.",
    hint=(
        "P already holds probabilities: its columns sum to 1. Put in a P with 1 at every true "
        "class: the loss should be 0, and yours is not. What do you do to P before the logarithm?"
    ),
)
def cross_entropy_of_softmax(P, y):
    return cross_entropy(softmax(P), y)


@misconception(
    "cross_entropy",
    title="The sum is divided by the number of classes",
    why="len(P) is K, the number of rows; the examples are the columns.",
    hint=(
        "Add the same example a second time: a mean stays as it is, and yours doubles. P is K × n: "
        "which of the two does len(P) give?"
    ),
)
def cross_entropy_over_classes(P, y):
    return cross_entropy(P, y) * len(y) / len(P)


@variant("cross_entropy", style="a product with the one-hot matrix, a tiny number added")
def cross_entropy_one_hot(P, y):
    onehot = np.eye(P.shape[0])[:, y]
    return -np.sum(onehot * np.log(P + 1e-15)) / P.shape[1]


@variant("cross_entropy", style="a loop with math.log")
def cross_entropy_by_loop(P, y):
    total = 0.0
    for i, label in enumerate(y):
        total -= math.log(max(float(P[label, i]), 1e-300))
    return total / len(y)


@variant("cross_entropy", style="clip, then pick from the transpose")
def cross_entropy_transposed(P, y):
    rows = np.clip(P.T, 1e-12, 1.0)
    return np.mean(-np.log(rows[np.arange(len(y)), y]))


# --- softmax_cross_entropy ---


@misconception(
    "softmax_cross_entropy",
    title="dS is not divided by n",
    why=(
        "The mean is taken in the loss; that its 1/n also belongs to the gradient is easily "
        "forgotten."
    ),
    hint=(
        "The loss is a mean over n examples, so how much does it move when the scores of one "
        "example do? Compare with numerical_gradient for n = 1 and n = 4: your ratio grows with "
        "n."
    ),
)
def softmax_cross_entropy_gradient_summed(S, y):
    P = softmax(S)
    dS = P.copy()
    dS[y, np.arange(len(y))] -= 1
    return cross_entropy(P, y), dS


@misconception(
    "softmax_cross_entropy",
    title="dS is divided by n twice",
    why="The mean is put in once per step of the derivation, and it ends up in the code two times.",
    hint=(
        "Compare with numerical_gradient for n = 1 and n = 4: your ratio shrinks with n. How many "
        "times does 1/n stand in the loss?"
    ),
)
def softmax_cross_entropy_n_twice(S, y):
    n = len(y)
    P = softmax(S)
    dS = P / n
    dS[y, np.arange(n)] -= 1 / n
    return cross_entropy(P, y), dS / n


@misconception(
    "softmax_cross_entropy",
    title="dS is divided by the K·n entries instead of the n examples",
    why="A mean over a K × n matrix divides by all of its entries.",
    hint=(
        "The loss has one term per example. By how many terms is it divided, and so its gradient? "
        "Compare with numerical_gradient: what is your ratio for K = 3, and for K = 5?"
    ),
)
def softmax_cross_entropy_over_all_entries(S, y):
    P = softmax(S)
    dS = P.copy()
    dS[y, np.arange(len(y))] -= 1
    return cross_entropy(P, y), dS / S.size


@misconception(
    "softmax_cross_entropy",
    title="The gradient has the wrong sign",
    why=(
        "Truth minus prediction feels like the direction to go; the gradient points the other "
        "way, uphill."
    ),
    hint=(
        "Take a score of a wrong class: when it rises, does the loss rise or fall? So which sign "
        "must that entry of dS have? The minus comes later, in the step downhill."
    ),
)
def softmax_cross_entropy_wrong_sign(S, y):
    n = len(y)
    P = softmax(S)
    dS = -P / n
    dS[y, np.arange(n)] += 1 / n
    return cross_entropy(P, y), dS


@misconception(
    "softmax_cross_entropy",
    title="The 1 of the true class is not subtracted",
    why="P/n already has the right shape and size.",
    hint=(
        "Add up a column of dS: it should be 0, since shifting all the scores of an example "
        "changes nothing. Yours gives 1/n. Where do the labels enter your gradient?"
    ),
)
def softmax_cross_entropy_without_labels(S, y):
    P = softmax(S)
    return cross_entropy(P, y), P / len(y)


@misconception(
    "softmax_cross_entropy",
    title="1 is subtracted from every entry, not only from the true class",
    why="A 1 without an index is spread over the whole matrix.",
    hint=(
        "Which entries of onehot(y) are 1? Print P − 1: all entries are negative, also those of "
        "the wrong classes, whose scores should be pushed down. From how many entries per column "
        "should you subtract?"
    ),
)
def softmax_cross_entropy_all_minus_one(S, y):
    P = softmax(S)
    return cross_entropy(P, y), (P - 1) / len(y)


@misconception(
    "softmax_cross_entropy",
    title="The class numbers themselves are subtracted instead of their one-hot columns",
    why="P − y runs without an error, because NumPy spreads the n labels over all rows.",
    hint=(
        "Print y and onehot(y) for three examples: which shape has each? A label of 7 is a name, "
        "not an amount. Build the K × n matrix that has a single 1 per column, and where?"
    ),
)
def softmax_cross_entropy_minus_class_numbers(S, y):
    P = softmax(S)
    return cross_entropy(P, y), (P - y) / len(y)


@misconception(
    "softmax_cross_entropy",
    title="1 is subtracted at the predicted class instead of the true one",
    why="Prediction and label are confused; once the network is right, both are the same.",
    hint=(
        "Change y: does your dS change? It should. Where must the 1 be subtracted, at the class "
        "that the network likes best or at the one that is right?"
    ),
)
def softmax_cross_entropy_at_prediction(S, y):
    n = len(y)
    P = softmax(S)
    dS = P / n
    dS[P.argmax(axis=0), np.arange(n)] -= 1 / n
    return cross_entropy(P, y), dS


@misconception(
    "softmax_cross_entropy",
    title="The loss is summed, not averaged",
    why="The gradient got its 1/n, but the loss did not.",
    hint=(
        "Give it the same example twice: a mean stays the same, your loss doubles. Loss and "
        "gradient must belong to the same formula, or the gradient check fails."
    ),
)
def softmax_cross_entropy_loss_summed(S, y):
    n = len(y)
    P = softmax(S)
    dS = P / n
    dS[y, np.arange(n)] -= 1 / n
    return n * cross_entropy(P, y), dS


@misconception(
    "softmax_cross_entropy",
    title="The gradient is taken with respect to the probabilities, not the scores",
    why="The derivative of −log p is −1/p; the way on through the softmax is still missing.",
    hint=(
        "When one score rises, the probabilities of all classes move. Are there zeros in your "
        'gradient? dS answers "what if a score changes", so it must contain the step through '
        "softmax."
    ),
)
def softmax_cross_entropy_gradient_of_probabilities(S, y):
    n = len(y)
    P = softmax(S)
    dP = np.zeros(P.shape)
    dP[y, np.arange(n)] = -1 / (n * np.maximum(P[y, np.arange(n)], 1e-12))
    return cross_entropy(P, y), dP


@misconception(
    "softmax_cross_entropy",
    title="An extra factor P(1 − P) is in the gradient",
    why=(
        "It is the slope of a sigmoid; with squared error it would be there, with softmax and "
        "cross-entropy it cancels."
    ),
    hint=(
        "Compare with numerical_gradient: where P is near 0 or 1, yours is far too small. In the "
        "derivation with cross-entropy the slope of the softmax cancels against the 1/p of the "
        "logarithm. What is left?"
    ),
)
def softmax_cross_entropy_extra_slope(S, y):
    n = len(y)
    P = softmax(S)
    dS = P.copy()
    dS[y, np.arange(n)] -= 1
    return cross_entropy(P, y), dS * P * (1 - P) / n


@misconception(
    "softmax_cross_entropy",
    title="The scores are not shifted, so large ones overflow to NaN",
    why="The softmax is written out once more inside this function, this time without its shift.",
    hint=(
        "Print loss and dS for scores of 10,000 and −10,000. e to the 10,000 is infinite. You "
        "have already written a function that handles such scores."
    ),
)
def softmax_cross_entropy_without_shift(S, y):
    n = len(y)
    P = np.exp(S) / np.exp(S).sum(axis=0)
    loss = -np.mean(np.log(np.maximum(P[y, np.arange(n)], 1e-12)))
    dS = P / n
    dS[y, np.arange(n)] -= 1 / n
    return float(loss), dS


@misconception(
    "softmax_cross_entropy",
    title="A true class of probability 0 makes the loss infinite",
    why="The softmax is safe, but its result can be exactly 0, and then comes the logarithm.",
    hint=(
        "Print the loss where the true class has the score −10,000 and another one 10,000. P is "
        "exactly 0 there in floats. What does the logarithm of 0 need?"
    ),
)
def softmax_cross_entropy_infinite_loss(S, y):
    n = len(y)
    P = softmax(S)
    dS = P / n
    dS[y, np.arange(n)] -= 1 / n
    return float(-np.mean(np.log(P[y, np.arange(n)]))), dS


@misconception(
    "softmax_cross_entropy",
    title="The input array S is changed",
    why="S -= … is the shortest way to shift, but it writes into the caller's array.",
    hint=(
        "Print S before and after the call: the scores have been shifted for the caller, too. How "
        "does S -= m differ from making a new array for the difference?"
    ),
)
def softmax_cross_entropy_changes_s(S, y):
    n = len(y)
    S -= S.max(axis=0)
    P = np.exp(S) / np.exp(S).sum(axis=0)
    dS = P / n
    dS[y, np.arange(n)] -= 1 / n
    return cross_entropy(P, y), dS


@misconception(
    "softmax_cross_entropy",
    title="Gradient and loss are returned in the wrong order",
    why="Both orders occur in libraries; this one returns the loss first.",
    hint=(
        "Print the type and the shape of both things that you return: the docstring promises "
        "(loss, dS), first one number, then a K × n array."
    ),
)
def softmax_cross_entropy_swapped(S, y):
    n = len(y)
    P = softmax(S)
    dS = P / n
    dS[y, np.arange(n)] -= 1 / n
    return dS, cross_entropy(P, y)


@misconception(
    "softmax_cross_entropy",
    title="The softmax is taken twice",
    why="The probabilities go through another function that takes the softmax itself.",
    hint=(
        "Try one example with scores 0 and 100, the second class being true: the loss should be "
        "almost 0, and yours is not. Follow S through your code: how often is it turned into "
        "probabilities?"
    ),
)
def softmax_cross_entropy_twice(S, y):
    P = softmax(softmax(S))
    dS = P.copy()
    dS[y, np.arange(len(y))] -= 1
    return cross_entropy(P, y), dS / len(y)


@misconception(
    "softmax_cross_entropy",
    title="The gradient uses the scores, not the probabilities",
    why="(P − onehot)/n and (S − onehot)/n differ in one letter.",
    hint=(
        "Add up a column of your dS: it should give 0, because the probabilities of an example sum "
        "to 1. Which array do you subtract the one-hot labels from?"
    ),
)
def softmax_cross_entropy_from_scores(S, y):
    dS = 1.0 * S
    dS[y, np.arange(len(y))] -= 1
    return cross_entropy(softmax(S), y), dS / len(y)


@misconception(
    "softmax_cross_entropy",
    title="Only the true classes get a gradient",
    why="The loss names only the true class, so the other scores seem not to matter.",
    hint=(
        "Compare with numerical_gradient: the scores of the other classes change the loss, too, "
        "through the sum in the softmax. Add up a column of your dS: it should give 0."
    ),
)
def softmax_cross_entropy_true_class_only(S, y):
    n = len(y)
    P = softmax(S)
    dS = np.zeros(P.shape)
    dS[y, np.arange(n)] = P[y, np.arange(n)] - 1
    return cross_entropy(P, y), dS / n


@misconception(
    "softmax_cross_entropy",
    title="The gradient is divided by the number of classes",
    why="len(S) is K, the number of rows; the examples are the columns.",
    hint=(
        "Compare with numerical_gradient: every entry is off by the same factor. Is it n/K? S is K "
        "× n: which of the two does len(S) give?"
    ),
)
def softmax_cross_entropy_over_classes(S, y):
    P = softmax(S)
    dS = P.copy()
    dS[y, np.arange(len(y))] -= 1
    return cross_entropy(P, y), dS / len(S)


@misconception(
    "softmax_cross_entropy",
    title="Loss and gradient are summed over the examples, not averaged",
    why="The sum is right for one example; with both of them summed, they even fit each other.",
    hint=(
        "Add the same example a second time: the mean loss stays as it is, and yours doubles. "
        "Where does the 1/n of the formula belong in the loss, and where in dS?"
    ),
)
def softmax_cross_entropy_summed(S, y):
    P = softmax(S)
    dS = P.copy()
    dS[y, np.arange(len(y))] -= 1
    return cross_entropy(P, y) * len(y), dS


@misconception(
    "softmax_cross_entropy",
    title="The loss is computed from P after the ones are subtracted",
    why="dS = P gives P a second name, so that subtracting from dS changes P as well.",
    hint=(
        "Print P just before you compute the loss: are its columns still probabilities? dS = P "
        "makes no new array. Compute the loss first, or make a copy."
    ),
)
def softmax_cross_entropy_loss_too_late(S, y):
    P = softmax(S)
    dS = P
    dS[y, np.arange(len(y))] -= 1
    return cross_entropy(P, y), dS / len(y)


@variant("softmax_cross_entropy", style="calls softmax and cross_entropy, one-hot matrix")
def softmax_cross_entropy_composed(S, y):
    P = softmax(S)
    onehot = np.eye(S.shape[0])[:, y]
    return cross_entropy(P, y), (P - onehot) / S.shape[1]


@variant("softmax_cross_entropy", style="a loop over the examples, with a guard in the logarithm")
def softmax_cross_entropy_by_loop(S, y):
    K, n = S.shape
    loss, dS = 0.0, np.zeros((K, n))
    for i in range(n):
        e = np.exp(S[:, i] - S[:, i].max())
        p = e / e.sum()
        loss -= np.log(p[y[i]] + 1e-12) / n
        for k in range(K):
            dS[k, i] = (p[k] - (k == y[i])) / n
    return loss, dS


# --- squared_error ---


@misconception(
    "squared_error",
    title="The loss lacks the factor ½, though the gradient has it",
    why="The ½ is there only to cancel the 2 of the derivative, so it looks optional.",
    hint=(
        "Compare your gradient with numerical_gradient of your loss: it is off by a factor of 2. "
        "The formula is 1/(2n) times the sum. Which of the two results misses the ½?"
    ),
)
def squared_error_loss_doubled(Y_hat, Y):
    n = Y.shape[1]
    difference = np.asarray(Y_hat, dtype=float) - Y
    return float(np.sum(difference**2) / n), difference / n


@misconception(
    "squared_error",
    title="The gradient has a factor 2 too many",
    why="The derivative of a square brings a 2; the ½ in the loss is there to cancel it.",
    hint=(
        "Compare your gradient with numerical_gradient of the loss: it is twice as large. Take "
        "the derivative of 1/(2n) times a square: what becomes of the 2 from the exponent?"
    ),
)
def squared_error_gradient_doubled(Y_hat, Y):
    n = Y.shape[1]
    difference = np.asarray(Y_hat, dtype=float) - Y
    return float(np.sum(difference**2) / (2 * n)), 2 * difference / n


@misconception(
    "squared_error",
    title="The factor ½ is missing in the loss and in the gradient",
    why="Many books define the squared error without it; the lecture has 1/(2n).",
    hint=(
        "Loss and gradient fit each other, but both are twice the expected ones. Take one "
        "example, one feature, a difference of 2: the lecture's formula gives 2, yours gives 4. "
        "Read it once more."
    ),
)
def squared_error_without_half(Y_hat, Y):
    n = Y.shape[1]
    difference = np.asarray(Y_hat, dtype=float) - Y
    return float(np.sum(difference**2) / n), 2 * difference / n


@misconception(
    "squared_error",
    title="The mean is taken over all p·n entries instead of the n examples",
    why="np.mean without an axis counts every entry of the matrix.",
    hint=(
        "Both results are p times too small, p being the number of rows. What is n here: the "
        "number of entries, or of examples? The squares of one example are summed, not averaged."
    ),
)
def squared_error_over_all_entries(Y_hat, Y):
    difference = np.asarray(Y_hat, dtype=float) - Y
    return float(np.mean(difference**2) / 2), difference / difference.size


@misconception(
    "squared_error",
    title="The division is by the number of rows, not of examples",
    why="len() of a matrix gives its rows, and in many books the rows are the examples.",
    hint=(
        "Print what you divide by for a 3 × 5 matrix: there are 5 examples, one per column. Which "
        "entry of the shape is n here?"
    ),
)
def squared_error_by_rows(Y_hat, Y):
    difference = np.asarray(Y_hat, dtype=float) - Y
    return float(np.sum(difference**2) / (2 * len(Y))), difference / len(Y)


@misconception(
    "squared_error",
    title="The loss is summed over the examples, not averaged",
    why="The 1/n was put into the gradient only.",
    hint=(
        "Give it every example twice: a mean stays the same, your loss doubles. Compare your "
        "gradient with numerical_gradient of your loss: the ratio is n."
    ),
)
def squared_error_loss_summed(Y_hat, Y):
    difference = np.asarray(Y_hat, dtype=float) - Y
    return float(np.sum(difference**2) / 2), difference / Y.shape[1]


@misconception(
    "squared_error",
    title="The gradient is not divided by n",
    why=(
        "The mean is taken in the loss; that its 1/n also belongs to the gradient is easily "
        "forgotten."
    ),
    hint=(
        "Compare your gradient with numerical_gradient of the loss for n = 1 and n = 4: the ratio "
        "grows with n. How much does a mean move when only one of its n terms does?"
    ),
)
def squared_error_gradient_summed(Y_hat, Y):
    difference = np.asarray(Y_hat, dtype=float) - Y
    return float(np.sum(difference**2) / (2 * Y.shape[1])), difference


@misconception(
    "squared_error",
    title="The gradient has the wrong sign",
    why="In the square the order of Y and Ŷ does not matter, in the gradient it does.",
    hint=(
        "Say Ŷ is too large: when it grows further, does the loss rise or fall? So which sign "
        "must the gradient have? Look at the order of the two in your difference."
    ),
)
def squared_error_wrong_sign(Y_hat, Y):
    n = Y.shape[1]
    difference = np.asarray(Y, dtype=float) - Y_hat
    return float(np.sum(difference**2) / (2 * n)), difference / n


@misconception(
    "squared_error",
    title="The differences are summed first and squared afterwards",
    why="The square and the sum change places; for a single entry it makes no difference.",
    hint=(
        "Take the differences 1 and −1: their squares sum to 2, but yours gives 0, as if the "
        "output were perfect. What comes first in Σ (Ŷ − Y)²?"
    ),
)
def squared_error_square_of_sum(Y_hat, Y):
    n = Y.shape[1]
    difference = np.asarray(Y_hat, dtype=float) - Y
    return float(np.sum(difference) ** 2 / (2 * n)), difference / n


@misconception(
    "squared_error",
    title="A square root is taken of the loss",
    why="The root mean squared error and the length of a vector have one; this loss does not.",
    hint=(
        "Take one example, one feature, a difference of 4: the formula gives 8. Yours is its "
        "root. Compare your gradient with numerical_gradient of your loss: they no longer belong "
        "together."
    ),
)
def squared_error_rooted(Y_hat, Y):
    n = Y.shape[1]
    difference = np.asarray(Y_hat, dtype=float) - Y
    return float(np.sqrt(np.sum(difference**2) / (2 * n))), difference / n


@misconception(
    "squared_error",
    title="Absolute values are summed instead of squares",
    why="Both make the differences positive.",
    hint=(
        "Take one example, one feature, a difference of 4: half its square is 8, yours is 2. What "
        "makes large errors cost much more than small ones?"
    ),
)
def squared_error_absolute(Y_hat, Y):
    n = Y.shape[1]
    difference = np.asarray(Y_hat, dtype=float) - Y
    return float(np.sum(np.abs(difference)) / (2 * n)), difference / n


@misconception(
    "squared_error",
    title="The input array Y_hat is changed",
    why="Y_hat -= Y is the shortest way to the difference, but it writes into the caller's array.",
    hint=(
        "Print Y_hat before and after the call: the network's output has been replaced. How does "
        "a -= b differ from making a new array for the difference?"
    ),
)
def squared_error_changes_y_hat(Y_hat, Y):
    n = Y.shape[1]
    Y_hat -= Y
    return float(np.sum(Y_hat**2) / (2 * n)), Y_hat / n


@misconception(
    "squared_error",
    title="Gradient and loss are returned in the wrong order",
    why="Both orders occur in libraries; this one returns the loss first.",
    hint=(
        "Print the type and the shape of both things that you return: the docstring promises "
        "(loss, dY_hat), first one number, then an array like Ŷ."
    ),
)
def squared_error_swapped(Y_hat, Y):
    n = Y.shape[1]
    difference = np.asarray(Y_hat, dtype=float) - Y
    return difference / n, float(np.sum(difference**2) / (2 * n))


@misconception(
    "squared_error",
    title="The sum is divided by 2 and then multiplied by n",
    why="Without brackets, / 2 * n is worked out from the left.",
    hint=(
        "Your loss grows with the number of examples; a mean does not. Python works out 8 / 2 * 4 "
        "from the left: what does it give? Where do brackets have to stand?"
    ),
)
def squared_error_missing_parentheses(Y_hat, Y):
    n = Y.shape[1]
    return ((Y_hat - Y) ** 2).sum() / 2 * n, (Y_hat - Y) / n


@misconception(
    "squared_error",
    title="The gradient keeps the 1/2 of the loss",
    why="The factor 1/(2n) is copied from the loss, though the square's derivative brings a 2.",
    hint=(
        "Compare with numerical_gradient: yours is half as large everywhere. What is the "
        "derivative of a square, and what becomes of the 1/2 in front of it?"
    ),
)
def squared_error_gradient_halved(Y_hat, Y):
    n = Y.shape[1]
    return ((Y_hat - Y) ** 2).sum() / (2 * n), (Y_hat - Y) / (2 * n)


@misconception(
    "squared_error",
    title="The losses of the examples are returned one by one",
    why="The sum runs over the rows only.",
    hint=(
        "Print the shape of your loss: it is (n,), a number for each example. The sum of the "
        "formula runs over all entries. Which axis did you give to sum?"
    ),
)
def squared_error_per_example(Y_hat, Y):
    n = Y.shape[1]
    return ((Y_hat - Y) ** 2).sum(axis=0) / (2 * n), (Y_hat - Y) / n


@misconception(
    "squared_error",
    title="Loss and gradient are not divided by n",
    why="The sum is right for one example; with both of them summed, they even fit each other.",
    hint=(
        "Add the same example a second time: the loss of the formula stays as it is, and yours "
        "doubles. Where does the 1/n belong in the loss, and where in the gradient?"
    ),
)
def squared_error_summed(Y_hat, Y):
    return ((Y_hat - Y) ** 2).sum() / 2, 1.0 * Y_hat - Y


@variant("squared_error", style="the mean over examples of half the summed squares")
def squared_error_mean_of_sums(Y_hat, Y):
    difference = np.subtract(Y_hat, Y, dtype=float)
    return np.mean(np.sum(difference * difference, axis=0)) / 2, difference / Y.shape[1]


@variant("squared_error", style="a norm, and plain loops for the gradient")
def squared_error_by_norm(Y_hat, Y):
    p, n = Y.shape
    gradient = np.zeros((p, n))
    for j in range(p):
        for i in range(n):
            gradient[j, i] = (Y_hat[j, i] - Y[j, i]) / n
    return np.linalg.norm(Y_hat - 1.0 * Y) ** 2 / (2 * n), gradient


# --- numerical_gradient ---


@misconception(
    "numerical_gradient",
    title="The difference is one-sided: f(θ + h) − f(θ) over h",
    why="It is the definition of the derivative, and it needs only one step.",
    hint=(
        "Try f = θ² at θ = 3 with h = 0.1: the slope is 6, yours is 6.1. A step to one side is "
        "off by about h, a step to both sides only by h². What must the two points be?"
    ),
)
def numerical_gradient_forward(f, theta, h=1e-5):
    theta = np.array(theta, dtype=float)
    gradient = np.zeros(theta.shape)
    for i in np.ndindex(theta.shape):
        above = theta.copy()
        above[i] += h
        gradient[i] = (f(above) - f(theta)) / h
    return gradient


@misconception(
    "numerical_gradient",
    title="The difference is divided by h, but the two points are 2h apart",
    why="The one-sided formula has h below; with two steps the distance doubles.",
    hint="Try f = 5θ: the slope is 5, yours is 10. You go from θ − h to θ + h. How far is that?",
)
def numerical_gradient_over_h(f, theta, h=1e-5):
    theta = np.array(theta, dtype=float)
    gradient = np.zeros(theta.shape)
    for i in np.ndindex(theta.shape):
        above, below = theta.copy(), theta.copy()
        above[i] += h
        below[i] -= h
        gradient[i] = (f(above) - f(below)) / h
    return gradient


@misconception(
    "numerical_gradient",
    title="The second step starts from θ + h, so it only leads back to θ",
    why="One array is moved up by h and then down by h, but down from where?",
    hint=(
        "Try f = 5θ: the slope is 5, yours is 2.5. Print the two points at which f is called, for "
        "θ = 1: they should lie on both sides of 1. Where does your second step start?"
    ),
)
def numerical_gradient_second_step_short(f, theta, h=1e-5):
    theta = np.array(theta, dtype=float)
    gradient = np.zeros(theta.shape)
    for i in np.ndindex(theta.shape):
        theta[i] += h
        above = f(theta)
        theta[i] -= h
        gradient[i] = (above - f(theta)) / (2 * h)
    return gradient


@misconception(
    "numerical_gradient",
    title="θ is not put back: every entry stays moved",
    why="After + h and − 2h the entry stands at − h, and one more step is needed to bring it home.",
    hint=(
        "Print θ before and after the call: it should be the same, yours has moved by h. Also, "
        "all later entries are then measured at a shifted point. Which step is missing at the end "
        "of each round?"
    ),
)
def numerical_gradient_not_restored(f, theta, h=1e-5):
    gradient = np.zeros(theta.shape)
    for i in np.ndindex(theta.shape):
        theta[i] += h
        above = f(theta)
        theta[i] -= 2 * h
        gradient[i] = (above - f(theta)) / (2 * h)
    return gradient


@misconception(
    "numerical_gradient",
    title="With integer θ the small step is cut off",
    why="An array of integers cannot hold 3.00001; NumPy cuts it to 3 without a word.",
    hint=(
        "Try θ = 3 as an integer array and print it right after adding h. What type must an array "
        "have so that it can hold 3.00001? The caller's θ must stay as it is."
    ),
)
def numerical_gradient_integer_steps(f, theta, h=1e-5):
    gradient = np.zeros(np.shape(theta))
    for i in np.ndindex(np.shape(theta)):
        above, below = theta.copy(), theta.copy()
        above[i] = theta[i] + h
        below[i] = theta[i] - h
        gradient[i] = (f(above) - f(below)) / (2 * h)
    return gradient


@misconception(
    "numerical_gradient",
    title="With integer θ the gradient is cut to whole numbers",
    why="An output made like θ also takes over its type.",
    hint=(
        "Try an integer θ and f with slope 0.5: yours says 0. Print the dtype of the array in "
        "which you collect the gradient; it was made like θ."
    ),
)
def numerical_gradient_truncated(f, theta, h=1e-5):
    gradient = np.zeros_like(theta)
    point = np.array(theta, dtype=float)
    for i in np.ndindex(point.shape):
        above, below = point.copy(), point.copy()
        above[i] += h
        below[i] -= h
        gradient[i] = (f(above) - f(below)) / (2 * h)
    return gradient


@misconception(
    "numerical_gradient",
    title="The step is relative to θ, but the division is by 2h",
    why="A step in proportion to θ is a known refinement; the distance below must then change too.",
    hint=(
        "Try f = 5θ at θ = 2: the slope is 5, yours is 10; at θ = 0 yours is 0. How far apart are "
        "your two points, and what do you divide by?"
    ),
)
def numerical_gradient_relative_step(f, theta, h=1e-5):
    theta = np.array(theta, dtype=float)
    gradient = np.zeros(theta.shape)
    for i in np.ndindex(theta.shape):
        above, below = theta.copy(), theta.copy()
        above[i] += h * abs(theta[i])
        below[i] -= h * abs(theta[i])
        gradient[i] = (f(above) - f(below)) / (2 * h)
    return gradient


@misconception(
    "numerical_gradient",
    title="Whole rows are moved at once instead of single entries",
    why="A loop over len(θ) visits the rows of a matrix; for a vector these are its entries.",
    hint=(
        "Try a 2 × 3 matrix and f = the sum of all entries: each entry has slope 1, yours says 3. "
        "How many entries does θ[i] have? Every single entry needs its own two calls of f."
    ),
)
def numerical_gradient_by_rows(f, theta, h=1e-5):
    theta = np.array(theta, dtype=float)
    gradient = np.zeros(theta.shape)
    for i in range(len(theta)):
        above, below = theta.copy(), theta.copy()
        above[i] += h
        below[i] -= h
        gradient[i] = (f(above) - f(below)) / (2 * h)
    return gradient


@misconception(
    "numerical_gradient",
    title="All entries are moved together",
    why=(
        "θ + h adds h to the whole array, and the single number that comes out is used for every "
        "entry."
    ),
    hint=(
        "Try f = the first entry of θ, with three entries: the gradient is 1, 0, 0; yours is 1, "
        "1, 1. How many of the entries may move when you ask about one of them?"
    ),
)
def numerical_gradient_all_at_once(f, theta, h=1e-5):
    theta = np.array(theta, dtype=float)
    return np.full(theta.shape, (f(theta + h) - f(theta - h)) / (2 * h))


@misconception(
    "numerical_gradient",
    title="f gets a single number instead of the whole θ",
    why=(
        "The derivative rule for one variable is applied entry by entry, and f is called with "
        "that entry."
    ),
    hint=(
        "Print the shape of what you hand to f: it must be θ's own shape. Even when only one "
        "entry moves, the others have a say in f. For a sum of squares this makes no difference; "
        "for a product it does."
    ),
)
def numerical_gradient_of_single_numbers(f, theta, h=1e-5):
    theta = np.array(theta, dtype=float)
    gradient = np.zeros(theta.shape)
    for i in np.ndindex(theta.shape):
        gradient[i] = (f(theta[i] + h) - f(theta[i] - h)) / (2 * h)
    return gradient


@misconception(
    "numerical_gradient",
    title="The gradient comes back as one long vector",
    why="Flattening makes the loop simple; the way back to θ's shape is forgotten.",
    hint=(
        "Print the shapes of θ and of your result: they should be equal. A gradient of W must fit "
        "on W, so that it can be subtracted from it."
    ),
)
def numerical_gradient_flat(f, theta, h=1e-5):
    theta = np.array(theta, dtype=float)
    gradient = np.zeros(theta.size)
    for k in range(theta.size):
        above, below = theta.copy(), theta.copy()
        above.flat[k] += h
        below.flat[k] -= h
        gradient[k] = (f(above) - f(below)) / (2 * h)
    return gradient


@misconception(
    "numerical_gradient",
    title="The two calls of f are subtracted in the wrong order",
    why="The order of + h and − h is easily exchanged.",
    hint=(
        "Try f = 5θ: the slope is 5, yours is −5. Where a function rises, which of f(θ + h) and "
        "f(θ − h) is larger?"
    ),
)
def numerical_gradient_negative(f, theta, h=1e-5):
    theta = np.array(theta, dtype=float)
    gradient = np.zeros(theta.shape)
    for i in np.ndindex(theta.shape):
        above, below = theta.copy(), theta.copy()
        above[i] += h
        below[i] -= h
        gradient[i] = (f(below) - f(above)) / (2 * h)
    return gradient


@misconception(
    "numerical_gradient",
    title="A step size much too large is used, whatever h says",
    why="A step that one can see in a plot was left in the code.",
    hint=(
        "Try f = θ³ at θ = 1: the slope is 3, yours is 3.01. Where does the argument h appear in "
        "your function? Large steps cut the curve short."
    ),
)
def numerical_gradient_large_step(f, theta, h=1e-5):
    h = 0.1
    theta = np.array(theta, dtype=float)
    gradient = np.zeros(theta.shape)
    for i in np.ndindex(theta.shape):
        above, below = theta.copy(), theta.copy()
        above[i] += h
        below[i] -= h
        gradient[i] = (f(above) - f(below)) / (2 * h)
    return gradient


@misconception(
    "numerical_gradient",
    title="A step size much too small is used, whatever h says",
    why="The smaller the step, the better, says calculus; floats with 16 digits do not agree.",
    hint=(
        "Print f(θ + h) − f(θ − h): only a few digits of it are left, the rest is rounding noise. "
        "Why is h = 0.00001 better than a billionth of a millionth? And where does the argument h "
        "appear?"
    ),
)
def numerical_gradient_tiny_step(f, theta, h=1e-5):
    h = 1e-15
    theta = np.array(theta, dtype=float)
    gradient = np.zeros(theta.shape)
    for i in np.ndindex(theta.shape):
        above, below = theta.copy(), theta.copy()
        above[i] += h
        below[i] -= h
        gradient[i] = (f(above) - f(below)) / (2 * h)
    return gradient


@misconception(
    "numerical_gradient",
    title="The difference is one-sided: f(θ) and f(θ − h)",
    why=(
        "It is the definition of the derivative from the left, and needs one call less for each"
        " entry."
    ),
    hint=(
        "Try f(x) = x² at x = 1 with h = 0.1: a central difference gives exactly 2. Which two "
        "points does the formula of central differences use, and how far are they apart?"
    ),
)
def numerical_gradient_backward(f, theta, h=1e-5):
    theta = np.array(theta, dtype=float)
    gradient = np.zeros(theta.shape)
    here = f(theta.copy())
    for i in np.ndindex(theta.shape):
        below = theta.copy()
        below[i] -= h
        gradient[i] = (here - f(below)) / h
    return gradient


@misconception(
    "numerical_gradient",
    title="Without brackets, the difference is multiplied by h",
    why="/ 2 * h is worked out from the left: divided by 2, then multiplied by h.",
    hint=(
        "All your results are tiny. Python works out 8 / 2 * 4 from the left: what does it give? "
        "Where do brackets have to stand in the denominator?"
    ),
)
def numerical_gradient_missing_parentheses(f, theta, h=1e-5):
    theta = np.array(theta, dtype=float)
    gradient = np.zeros(theta.shape)
    for i in np.ndindex(theta.shape):
        above, below = theta.copy(), theta.copy()
        above[i] += h
        below[i] -= h
        gradient[i] = (f(above) - f(below)) / 2 * h
    return gradient


@misconception(
    "numerical_gradient",
    title="The steps are taken in float32, which is too coarse for them",
    why="float32 is the usual type of networks; a step of 1e-5 is close to its rounding.",
    hint=(
        "float32 carries about seven digits: what is left of a step of 0.00001 next to a parameter "
        "of 100? Print the dtype of the array that you hand to f."
    ),
)
def numerical_gradient_single_precision(f, theta, h=1e-5):
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


@variant("numerical_gradient", style="unit vectors on the flattened θ")
def numerical_gradient_unit_vectors(f, theta, h=1e-5):
    theta = np.asarray(theta, dtype=float)
    steps = h * np.eye(theta.size)
    slopes = [
        (f(theta + step.reshape(theta.shape)) - f(theta - step.reshape(theta.shape))) / (2 * h)
        for step in steps
    ]
    return np.array(slopes).reshape(theta.shape)


@variant("numerical_gradient", style="moves a float θ in place and puts it back")
def numerical_gradient_in_place(f, theta, h=1e-5):
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


@misconception(
    "dense_backward",
    title="dW is averaged over the batch again",
    why="Many courses put 1/n here; in this one it is already in dZ, from the loss.",
    hint=(
        "Compare with numerical_gradient for n = 1 and n = 4: your dW is n times too small. The "
        "loss's 1/n is already in dZ. How many times should it be there in the end?"
    ),
)
def dense_backward_dw_averaged(dZ, W, X):
    return dZ @ X.T / X.shape[1], dZ.sum(axis=1, keepdims=True), W.T @ dZ


@misconception(
    "dense_backward",
    title="db is averaged over the batch again",
    why="Many courses put 1/n here, or a mean; in this one it is already in dZ, from the loss.",
    hint=(
        "Compare with numerical_gradient for n = 1 and n = 4: your db is n times too small. The "
        "loss's 1/n is already in dZ. How many times should it be there in the end?"
    ),
)
def dense_backward_db_averaged(dZ, W, X):
    return dZ @ X.T, dZ.mean(axis=1, keepdims=True), W.T @ dZ


@misconception(
    "dense_backward",
    title="dW and db are averaged over the batch again",
    why=(
        "In courses that leave the 1/n out of the loss gradient it stands here; here it is "
        "already in dZ."
    ),
    hint=(
        "Compare with numerical_gradient for n = 1 and n = 4: dW and db are n times too small, dX "
        "is right. The loss's 1/n is already in dZ. Where else do you divide by n?"
    ),
)
def dense_backward_averaged_again(dZ, W, X):
    n = X.shape[1]
    return dZ @ X.T / n, dZ.sum(axis=1, keepdims=True) / n, W.T @ dZ


@misconception(
    "dense_backward",
    title="dX is averaged over the batch",
    why="When every gradient gets a 1/n for good measure, this one gets it too.",
    hint=(
        "Each column of dX belongs to one example and depends on that column of dZ alone. What is "
        "there to average? The loss's 1/n is already in dZ."
    ),
)
def dense_backward_dx_averaged(dZ, W, X):
    return dZ @ X.T, dZ.sum(axis=1, keepdims=True), W.T @ dZ / X.shape[1]


@misconception(
    "dense_backward",
    title="dW is transposed",
    why="X dZᵀ multiplies the same two matrices; the order comes from books with examples in rows.",
    hint=(
        "Print the shapes of W and dW: they must be equal, p₁ × p. dZ is p₁ × n and X is p × n. "
        "In which order, and with which one transposed, do the n's meet in the middle?"
    ),
)
def dense_backward_dw_transposed(dZ, W, X):
    return X @ dZ.T, dZ.sum(axis=1, keepdims=True), W.T @ dZ


@misconception(
    "dense_backward",
    title="db has lost a dimension: (p₁,) instead of p₁ × 1",
    why="A sum along an axis removes that axis, unless told to keep it.",
    hint=(
        "Print the shapes of b and db: they must be equal, p₁ × 1. A flat (p₁,) vector taken from "
        "a column b does not fail; it spreads into a square matrix. Which argument of sum keeps "
        "the dimension?"
    ),
)
def dense_backward_db_flat(dZ, W, X):
    return dZ @ X.T, dZ.sum(axis=1), W.T @ dZ


@misconception(
    "dense_backward",
    title="db is summed over the units instead of the examples",
    why="Which axis is which is a coin toss when the shapes are not written down.",
    hint=(
        "Print the shapes of b and db: they must be equal, p₁ × 1, one number per unit. Yours has "
        "one per example. Every example used the same b, so what must be added up?"
    ),
)
def dense_backward_db_over_units(dZ, W, X):
    return dZ @ X.T, dZ.sum(axis=0, keepdims=True), W.T @ dZ


@misconception(
    "dense_backward",
    title="db is one single sum, the same for all units",
    why="A sum without an axis adds up everything.",
    hint=(
        "Print the shapes of b and db: they must be equal, p₁ × 1. Yours is a single number, so "
        "all biases would always move alike. Over which axis, and only that one, should you add?"
    ),
)
def dense_backward_db_total(dZ, W, X):
    return dZ @ X.T, np.full((dZ.shape[0], 1), dZ.sum()), W.T @ dZ


@misconception(
    "dense_backward",
    title="db is dZ itself: nothing is summed over the examples",
    why="The derivative of W X + b by b is 1, so db = dZ, as for a single example.",
    hint=(
        "Print the shapes of b and db: they must be equal, p₁ × 1; yours is p₁ × n. One and the "
        "same b is used by all n examples. What happens to the gradients of something that is "
        "used n times?"
    ),
)
def dense_backward_db_not_summed(dZ, W, X):
    return dZ @ X.T, np.array(dZ, dtype=float), W.T @ dZ


@misconception(
    "dense_backward",
    title="db is always 0",
    why="The array for db was made, but never filled; the network learns quite well without it.",
    hint=(
        "Compare db with numerical_gradient: yours is 0. If b rises a little, every score of that "
        "unit rises as much, in all examples. So which numbers of dZ make up db?"
    ),
)
def dense_backward_db_zero(dZ, W, X):
    return dZ @ X.T, np.zeros((dZ.shape[0], 1)), W.T @ dZ


@misconception(
    "dense_backward",
    title="dX uses W as it stands, not transposed",
    why="Forwards it is W X; backwards the transpose is needed, and a square W does not tell.",
    hint=(
        "Write the shapes: dX is p × n, W is p₁ × p, dZ is p₁ × n. Do the inner sizes of W dZ "
        "meet? Forwards W leads from p to p₁; which matrix leads back?"
    ),
)
def dense_backward_dx_untransposed(dZ, W, X):
    return dZ @ X.T, dZ.sum(axis=1, keepdims=True), W @ dZ


@misconception(
    "dense_backward",
    title="dX is transposed",
    why="dZᵀ W multiplies the same two matrices in the order of books with examples in rows.",
    hint=(
        "Print the shapes of X and dX: they must be equal, p × n; yours is n × p. An example is a "
        "column, also in its gradient."
    ),
)
def dense_backward_dx_transposed(dZ, W, X):
    return dZ @ X.T, dZ.sum(axis=1, keepdims=True), dZ.T @ W


@misconception(
    "dense_backward",
    title="The three gradients are returned in another order",
    why="Other courses return dX first; this one returns (dW, db, dX).",
    hint=(
        "Print the shapes of the three results in order: the docstring promises (dW, db, dX), so "
        "p₁ × p, then p₁ × 1, then p × n. Which one comes first in yours?"
    ),
)
def dense_backward_dx_first(dZ, W, X):
    return W.T @ dZ, dZ @ X.T, dZ.sum(axis=1, keepdims=True)


@misconception(
    "dense_backward",
    title="The ReLU's slope is already applied to dX",
    why=(
        "The next step backwards is the activation, but this function is for the linear part alone."
    ),
    hint=(
        "Compare dX with numerical_gradient for inputs X that have negative entries: yours is 0 "
        "there. Z = W X + b has no activation in it. Which function is to apply the slope?"
    ),
)
def dense_backward_with_relu(dZ, W, X):
    return dZ @ X.T, dZ.sum(axis=1, keepdims=True), (W.T @ dZ) * (X > 0)


@misconception(
    "dense_backward",
    title="The input array dZ is changed",
    why="dZ /= n writes into the caller's array; and the 1/n is already in dZ.",
    hint=(
        "Print dZ before and after the call: it has become smaller. Two things to ask: how does "
        "dZ /= n differ from making a new array, and does dZ need another 1/n at all?"
    ),
)
def dense_backward_changes_dz(dZ, W, X):
    dZ /= dZ.shape[1]
    return dZ @ X.T, dZ.sum(axis=1, keepdims=True), W.T @ dZ


@misconception(
    "dense_backward",
    title="dZ and X are multiplied entry by entry, not as matrices",
    why=(
        "In a formula two matrices side by side mean a matrix product; the star in Python means "
        "entry by entry."
    ),
    hint=(
        "The error speaks of shapes that cannot be broadcast. dZ is p₁ × n, X is p × n, and dW "
        "must be p₁ × p: what happened to n? Which product adds over the examples?"
    ),
)
def dense_backward_elementwise(dZ, W, X):
    return dZ * X, dZ.sum(axis=1, keepdims=True), W.T @ dZ


@misconception(
    "dense_backward",
    title="The bias gradient is a row, not a column",
    why="reshape(1, -1), or a sum that is turned round: the values are right, their shape is not.",
    hint=(
        "Print the shapes of b and of your db: they must be the same, p1 × 1. Subtracting a row "
        "from a column would broadcast to a whole matrix, without any error."
    ),
)
def dense_backward_db_row(dZ, W, X):
    return dZ @ X.T, dZ.sum(axis=1).reshape(1, -1), W.T @ dZ


@misconception(
    "dense_backward",
    title="The results are in the wrong order: dX before db",
    why="Both factors of the product come to mind first, the bias last.",
    hint=(
        "Print the shapes of your three results beside those of W, b and X. In which order does "
        "the docstring ask for them?"
    ),
)
def dense_backward_dx_second(dZ, W, X):
    return dZ @ X.T, W.T @ dZ, dZ.sum(axis=1, keepdims=True)


@variant("dense_backward", style="loops over examples")
def dense_backward_loops(dZ, W, X):
    dW, db, dX = np.zeros(W.shape), np.zeros((W.shape[0], 1)), np.zeros(X.shape)
    for i in range(X.shape[1]):
        dW += np.outer(dZ[:, i], X[:, i])
        db[:, 0] += dZ[:, i]
        dX[:, i] = dZ[:, i] @ W
    return dW, db, dX


@variant("dense_backward", style="einsum, and a product with ones for db")
def dense_backward_einsum(dZ, W, X):
    dW = np.einsum("un,pn->up", dZ, X)
    return dW, dZ @ np.ones((dZ.shape[1], 1)), np.einsum("up,un->pn", W, dZ)


@variant("dense_backward", style="dW and db in one product, by the fake one")
def dense_backward_fake_one(dZ, W, X):
    both = dZ @ add_bias_row(X).T
    return both[:, :-1], both[:, -1:], (dZ.T @ W).T


# --- backward ---


@misconception(
    "backward",
    title="The slope of the activation is left out",
    why=(
        "The matrix products are all there, and a network still learns something without the slope."
    ),
    hint=(
        "Compare with numerical_gradient: only the last layer is right. On the way back from H1 "
        "to W₁X + b₁ you pass the activation. By what must the gradient be multiplied there, "
        "entry by entry?"
    ),
)
def backward_without_slope(params, H, dS, activation):
    grads, dZ = [], dS
    for layer in reversed(range(len(params))):
        dW, db, dZ = dense_backward(dZ, params[layer][0], H[layer])
        grads.insert(0, (dW, db))
    return grads


@misconception(
    "backward",
    title="The slope is taken at the wrong layer's output",
    why="H has one entry more than params, so the indices are easily off by one.",
    hint=(
        "Print the shapes of the gradient and of the H that you multiply it by: they must be "
        "equal. The gradient with respect to a layer's input belongs to which entry of [X, H1, …, "
        "S]?"
    ),
)
def backward_slope_at_wrong_layer(params, H, dS, activation):
    slope = {"sigmoid": sigmoid_gradient, "tanh": tanh_gradient, "relu": relu_gradient}[activation]
    grads, dZ = [], dS
    for layer in reversed(range(len(params))):
        dW, db, dH = dense_backward(dZ, params[layer][0], H[layer])
        grads.insert(0, (dW, db))
        if layer > 0:
            dZ = dH * slope(H[layer - 1])
    return grads


@misconception(
    "backward",
    title="The last layer gets the slope of the activation, though it is linear",
    why="The loop treats all layers alike, but the scores S have no activation.",
    hint=(
        "Compare with numerical_gradient: already the last layer's dW is wrong. S = W H + b has "
        "no activation on it. So what must dS be multiplied by before the first dense step?"
    ),
)
def backward_slope_at_scores(params, H, dS, activation):
    slope = {"sigmoid": sigmoid_gradient, "tanh": tanh_gradient, "relu": relu_gradient}[activation]
    grads, dH = [], dS
    for layer in reversed(range(len(params))):
        dW, db, dH = dense_backward(dH * slope(H[layer + 1]), params[layer][0], H[layer])
        grads.insert(0, (dW, db))
    return grads


@misconception(
    "backward",
    title="The slope is taken of h as if it were z",
    why=(
        "H holds the outputs a(z), but the derivative is written as a function of z, so the "
        "activation is applied twice."
    ),
    hint=(
        "H holds values after the activation, and your slope functions ask for exactly that. Do "
        "you apply the activation to H once more before? Take a sigmoid unit with h = 0.5: its "
        "slope is 0.25."
    ),
)
def backward_slope_of_activated(params, H, dS, activation):
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


@misconception(
    "backward",
    title="The sigmoid's slope is used for every activation",
    why="The function was written with one activation first, and the argument was never connected.",
    hint=(
        'Compare with numerical_gradient for each activation: only "sigmoid" is right. For '
        "ReLU, what is the slope where h = 3? Look for the place where the argument `activation` "
        "is used."
    ),
)
def backward_always_sigmoid(params, H, dS, activation):
    grads, dZ = [], dS
    for layer in reversed(range(len(params))):
        dW, db, dH = dense_backward(dZ, params[layer][0], H[layer])
        grads.insert(0, (dW, db))
        if layer > 0:
            dZ = dH * sigmoid_gradient(H[layer])
    return grads


@misconception(
    "backward",
    title="The mask looks at the sign of the gradient, not of the layer's output",
    why="Both have the same shape and their names differ by one letter: dH > 0 and H > 0.",
    hint=(
        "Which units pass a gradient on, those that were on in the forward pass, or those whose "
        "gradient is positive? A negative gradient is as good as a positive one. Which array must "
        "be compared with 0?"
    ),
)
def backward_mask_on_gradient(params, H, dS, activation):
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


@misconception(
    "backward",
    title="The slope replaces the gradient instead of being multiplied with it",
    why="An = where a multiplication belongs: what came from the layers above is overwritten.",
    hint=(
        "Double dS: every gradient should double. Do those of the first layer? In the chain rule "
        "each step multiplies what has come from above; what happens to dH in yours?"
    ),
)
def backward_slope_replaces_gradient(params, H, dS, activation):
    slope = {"sigmoid": sigmoid_gradient, "tanh": tanh_gradient, "relu": relu_gradient}[activation]
    grads, dZ = [], dS
    for layer in reversed(range(len(params))):
        dW, db, _ = dense_backward(dZ, params[layer][0], H[layer])
        grads.insert(0, (dW, db))
        if layer > 0:
            dZ = slope(H[layer])
    return grads


@misconception(
    "backward",
    title="The gradients are listed last layer first",
    why="They are found in that order; the list must be turned around at the end.",
    hint=(
        "Print the shape of W and of dW, layer by layer, side by side: they must be equal. In "
        "which order do you compute the layers, and in which order does params list them?"
    ),
)
def backward_last_layer_first(params, H, dS, activation):
    slope = {"sigmoid": sigmoid_gradient, "tanh": tanh_gradient, "relu": relu_gradient}[activation]
    grads, dZ = [], dS
    for layer in reversed(range(len(params))):
        dW, db, dH = dense_backward(dZ, params[layer][0], H[layer])
        grads.append((dW, db))
        if layer > 0:
            dZ = dH * slope(H[layer])
    return grads


@misconception(
    "backward",
    title="The first layer gets no gradient",
    why="The end of the range is excluded in Python, so a loop down to 0 stops at 1.",
    hint=(
        "How many pairs do you return, and how many has params? Print the layer's index in each "
        "round: does it reach 0?"
    ),
)
def backward_stops_early(params, H, dS, activation):
    slope = {"sigmoid": sigmoid_gradient, "tanh": tanh_gradient, "relu": relu_gradient}[activation]
    grads, dZ = [], dS
    for layer in range(len(params) - 1, 0, -1):
        dW, db, dH = dense_backward(dZ, params[layer][0], H[layer])
        grads.insert(0, (dW, db))
        dZ = dH * slope(H[layer])
    return grads


@misconception(
    "backward",
    title="All db are 0",
    why="The weights get all the attention, and a network learns quite well without its biases.",
    hint=(
        "Compare each db with numerical_gradient: yours are 0. A bias has a gradient just like a "
        "weight, and dense_backward has already computed it."
    ),
)
def backward_without_db(params, H, dS, activation):
    slope = {"sigmoid": sigmoid_gradient, "tanh": tanh_gradient, "relu": relu_gradient}[activation]
    grads, dZ = [], dS
    for layer in reversed(range(len(params))):
        dW, db, dH = dense_backward(dZ, params[layer][0], H[layer])
        grads.insert(0, (dW, np.zeros_like(db)))
        if layer > 0:
            dZ = dH * slope(H[layer])
    return grads


@misconception(
    "backward",
    title="All gradients are divided by n again",
    why="Many courses put 1/n here; in this one it is already in dS, from the loss.",
    hint=(
        "Compare with numerical_gradient for n = 1 and n = 4: yours are n times too small. The "
        "loss's 1/n is already in dS. How many times should it be there in the end?"
    ),
)
def backward_averaged_again(params, H, dS, activation):
    slope = {"sigmoid": sigmoid_gradient, "tanh": tanh_gradient, "relu": relu_gradient}[activation]
    grads, dZ = [], dS
    for layer in reversed(range(len(params))):
        dW, db, dH = dense_backward(dZ, params[layer][0], H[layer])
        grads.insert(0, (dW / dS.shape[1], db / dS.shape[1]))
        if layer > 0:
            dZ = dH * slope(H[layer])
    return grads


@misconception(
    "backward",
    title="Each step back divides by n once more",
    why=(
        "The 1/n of the mean is put into every layer, while it belongs in once, and dS has it "
        "already."
    ),
    hint=(
        "Compare with numerical_gradient layer by layer: the last one is right, the one before is "
        "n times too small, the next n² times. Where in your loop do you divide by n?"
    ),
)
def backward_averaged_per_layer(params, H, dS, activation):
    slope = {"sigmoid": sigmoid_gradient, "tanh": tanh_gradient, "relu": relu_gradient}[activation]
    grads, dZ = [], dS
    for layer in reversed(range(len(params))):
        dW, db, dH = dense_backward(dZ, params[layer][0], H[layer])
        grads.insert(0, (dW, db))
        if layer > 0:
            dZ = dH * slope(H[layer]) / dS.shape[1]
    return grads


@misconception(
    "backward",
    title="The gradient is sent back through dW instead of W",
    why=(
        "The two names differ by one letter and the two matrices have the same shape, so nothing "
        "fails."
    ),
    hint=(
        "Compare with numerical_gradient: the last layer is right, the ones before are not. Which "
        "matrix made the scores out of the layer's input in the forward pass? The same one leads "
        "back, transposed."
    ),
)
def backward_through_dw(params, H, dS, activation):
    slope = {"sigmoid": sigmoid_gradient, "tanh": tanh_gradient, "relu": relu_gradient}[activation]
    grads, dZ = [], dS
    for layer in reversed(range(len(params))):
        dW, db, _ = dense_backward(dZ, params[layer][0], H[layer])
        grads.insert(0, (dW, db))
        if layer > 0:
            dZ = (dW.T @ dZ) * slope(H[layer])
    return grads


@misconception(
    "backward",
    title="dW uses the layer's output where its input belongs",
    why="H has one entry more than params, so the indices are easily off by one.",
    hint=(
        "Print the shapes of W and dW, layer by layer: they must be equal. Layer 1 turns X into "
        "H1: which of the two does its dW contain? Where does layer 1's input stand in the list "
        "H?"
    ),
)
def backward_with_layer_output(params, H, dS, activation):
    slope = {"sigmoid": sigmoid_gradient, "tanh": tanh_gradient, "relu": relu_gradient}[activation]
    grads, dZ = [], dS
    for layer in reversed(range(len(params))):
        dW, db, dH = dense_backward(dZ, params[layer][0], H[layer + 1])
        grads.insert(0, (dW, db))
        if layer > 0:
            dZ = dH * slope(H[layer])
    return grads


@misconception(
    "backward",
    title="The slope is applied twice",
    why=(
        "Once after the dense step and once more at the start of the next round: each looks right "
        "by itself."
    ),
    hint=(
        "Compare with numerical_gradient: for ReLU all is well, for sigmoid the first layer is "
        "too small. 1 times 1 is 1, but 0.25 times 0.25 is not 0.25. How many times do you "
        "multiply by the slope per layer?"
    ),
)
def backward_slope_twice(params, H, dS, activation):
    slope = {"sigmoid": sigmoid_gradient, "tanh": tanh_gradient, "relu": relu_gradient}[activation]
    grads, dZ = [], dS
    for layer in reversed(range(len(params))):
        dW, db, dH = dense_backward(dZ, params[layer][0], H[layer])
        grads.insert(0, (dW, db))
        if layer > 0:
            dZ = dH * slope(H[layer]) * slope(H[layer])
    return grads


@misconception(
    "backward",
    title="The list H is emptied",
    why=(
        "pop() hands out the layers from the last to the first, just as they are needed, but "
        "removes them."
    ),
    hint=(
        "Print len(H) before and after the call. The caller still needs this list. How can you go "
        "through it backwards without taking anything out?"
    ),
)
def backward_empties_h(params, H, dS, activation):
    slope = {"sigmoid": sigmoid_gradient, "tanh": tanh_gradient, "relu": relu_gradient}[activation]
    grads, dZ = [], dS
    H.pop()
    for W, _ in reversed(params):
        h = H.pop()
        dW, db, dH = dense_backward(dZ, W, h)
        grads.insert(0, (dW, db))
        dZ = dH * slope(h)
    return grads


@misconception(
    "backward",
    title="tanh gets ReLU's slope",
    why="An if for the sigmoid and an else for the rest: tanh ends up in the else.",
    hint=(
        'Compare with numerical_gradient for each activation: only "tanh" is wrong. Follow your if '
        'and else with activation = "tanh": where do you end up?'
    ),
)
def backward_tanh_falls_through(params, H, dS, activation):
    slope = sigmoid_gradient if activation == "sigmoid" else relu_gradient
    grads, dZ = [], dS
    for layer in reversed(range(len(params))):
        dW, db, dH = dense_backward(dZ, params[layer][0], H[layer])
        grads.insert(0, (dW, db))
        dZ = dH * slope(H[layer])
    return grads


@misconception(
    "backward",
    title="ReLU's slope is used for every activation",
    why="The function was written with one activation first, and the argument was never connected.",
    hint=(
        'Compare with numerical_gradient for each activation: only "relu" is right. Look for the '
        "place where the argument `activation` is used."
    ),
)
def backward_always_relu(params, H, dS, activation):
    grads, dZ = [], dS
    for layer in reversed(range(len(params))):
        dW, db, dH = dense_backward(dZ, params[layer][0], H[layer])
        grads.insert(0, (dW, db))
        dZ = dH * relu_gradient(H[layer])
    return grads


@misconception(
    "backward",
    title="The gradient is multiplied by h, not by the slope a′",
    why="H is at hand, and the derivative is computed from it; the call itself is forgotten.",
    hint=(
        "Compare with numerical_gradient. The chain rule asks for the derivative of the "
        "activation, which is a function of h but not h itself. For a ReLU with h = 3, what is "
        "it?"
    ),
)
def backward_times_h(params, H, dS, activation):
    grads, dZ = [], dS
    for layer in reversed(range(len(params))):
        dW, db, dH = dense_backward(dZ, params[layer][0], H[layer])
        grads.insert(0, (dW, db))
        dZ = dH * H[layer]
    return grads


@misconception(
    "backward",
    title="The bias gradients are flat",
    why="A sum along an axis drops that axis.",
    hint=(
        "Print the shapes of b and of your db: they must be the same, p1 × 1. Subtracting a flat "
        "array from a column would broadcast to a whole matrix, without any error."
    ),
)
def backward_db_flat(params, H, dS, activation):
    slope = {"sigmoid": sigmoid_gradient, "tanh": tanh_gradient, "relu": relu_gradient}[activation]
    grads, dZ = [], dS
    for layer in reversed(range(len(params))):
        dW, db, dH = dense_backward(dZ, params[layer][0], H[layer])
        grads.insert(0, (dW, db.ravel()))
        dZ = dH * slope(H[layer])
    return grads


@misconception(
    "backward",
    title="Each pair is in the wrong order: (db, dW)",
    why="The bias gradient is the easier one, and comes first to mind.",
    hint=(
        "Print the shapes of the two entries of a pair beside those of W and b. `params` holds (W, "
        "b), so the gradients come in the same order."
    ),
)
def backward_pairs_swapped(params, H, dS, activation):
    slope = {"sigmoid": sigmoid_gradient, "tanh": tanh_gradient, "relu": relu_gradient}[activation]
    grads, dZ = [], dS
    for layer in reversed(range(len(params))):
        dW, db, dH = dense_backward(dZ, params[layer][0], H[layer])
        grads.insert(0, (db, dW))
        dZ = dH * slope(H[layer])
    return grads


@misconception(
    "backward",
    title="dX is handed out with every layer",
    why="`dense_backward` gives three results, and all three are put into the list.",
    hint=(
        "Each entry of your list has three arrays; what is asked is a pair (dW, db), one for each "
        "(W, b). What is the third one needed for, and who needs it?"
    ),
)
def backward_with_dx(params, H, dS, activation):
    slope = {"sigmoid": sigmoid_gradient, "tanh": tanh_gradient, "relu": relu_gradient}[activation]
    grads, dZ = [], dS
    for layer in reversed(range(len(params))):
        dW, db, dH = dense_backward(dZ, params[layer][0], H[layer])
        grads.insert(0, (dW, db, dH))
        dZ = dH * slope(H[layer])
    return grads


@misconception(
    "backward",
    title="Only the topmost hidden layer gets its slope",
    why="The slope stands before the loop, where it is right for networks with one hidden layer.",
    hint=(
        "Compare with numerical_gradient for three layers: the last two are right, the first is "
        "not. At how many layers does your gradient pass an activation, and how often do you "
        "multiply by a slope?"
    ),
)
def backward_slope_once(params, H, dS, activation):
    slope = {"sigmoid": sigmoid_gradient, "tanh": tanh_gradient, "relu": relu_gradient}[activation]
    grads, dZ = [], dS
    for layer in reversed(range(len(params))):
        dW, db, dH = dense_backward(dZ, params[layer][0], H[layer])
        grads.insert(0, (dW, db))
        dZ = dH * slope(H[layer]) if layer == len(params) - 1 else dH
    return grads


@variant("backward", style="a helper that calls itself for the layers below")
def backward_recursive(params, H, dS, activation):
    slope = {"sigmoid": sigmoid_gradient, "tanh": tanh_gradient, "relu": relu_gradient}[activation]

    def below(layer, dZ):
        dW, db, dH = dense_backward(dZ, params[layer][0], H[layer])
        earlier = below(layer - 1, dH * slope(H[layer])) if layer > 0 else []
        return [*earlier, (dW, db)]

    return below(len(params) - 1, dS)


@variant("backward", style="all in NumPy, lists filled by index")
def backward_plain_numpy(params, H, dS, activation):
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
