"""What goes wrong in `softmax`, `cross_entropy`, `softmax_cross_entropy` and `squared_error`, and what may differ and be right."""

# Written as students write, without types.
from __future__ import annotations

import math

import numpy as np

from labkit.mistakes import mistake, variant
from neuralnet.losses import cross_entropy, softmax

# --- softmax ---


@mistake("softmax")
def softmax_over_examples(S):
    """The sum runs along the rows: over the examples instead of the classes

    Add up each column of your result: every column should give 1, but yours has rows that do. S
    is K × n. Along which axis do you find the K scores of one example?
    """
    E = np.exp(S - np.max(S, axis=1, keepdims=True))
    return E / E.sum(axis=1, keepdims=True)


@mistake("softmax")
def softmax_over_everything(S):
    """The sum runs over the whole matrix

    Add up each column of your result: every column should give 1, but yours only give 1 all
    together. How many separate sums do you need for n examples, and which argument of sum asks
    for them?
    """
    E = np.exp(S - np.max(S))
    return E / E.sum()


@mistake("softmax")
def softmax_without_shift(S):
    """The scores are not shifted, so large ones overflow to NaN

    Print your result for scores 1000 and 999: infinity over infinity is NaN. Which number may
    you subtract from all the scores of one example without changing the probabilities? e^(s−c)
    is e^s times a constant.
    """
    E = np.exp(S)
    return E / E.sum(axis=0)


@mistake("softmax")
def softmax_one_shift_for_all(S):
    """One shift for the whole matrix lets other columns vanish to 0/0

    Try one column with scores around 10,000 and another around 0. After your shift, how large
    is e to the scores of the second column? Each example needs the maximum of its own column.
    """
    E = np.exp(S - np.max(S))
    return E / E.sum(axis=0)


@mistake("softmax")
def softmax_shift_by_size(S):
    """The largest |s| of each example is subtracted, not its largest score

    Try one example with the scores −4000 and −4001: the largest size is 4000, so after your shift the
    exponents are near −8000, all exponentials are 0, and 0/0 is NaN. Which number makes the largest
    exponent 0, whatever the signs?
    """
    E = np.exp(1.0 * S - np.max(np.abs(1.0 * S), axis=0))
    return E / E.sum(axis=0)


@mistake("softmax")
def softmax_shift_by_row(S):
    """The shift uses the maximum of each row, so the scores of one example are shifted differently

    The shift must subtract the same number from all scores of one example, a column; only then
    does it cancel. Print the shape of your maximum: is there one for each example or one for
    each class?
    """
    E = np.exp(S - np.max(S, axis=1, keepdims=True))
    return E / E.sum(axis=0)


@mistake("softmax")
def softmax_shift_by_minimum(S):
    """Not the largest score is subtracted, but the smallest or the mean

    After the shift, what is the largest exponent that can occur? For scores of 10,000 and
    −10,000 yours is 10,000 or more. Which choice makes every exponent 0 or negative?
    """
    E = np.exp(1.0 * S - np.min(S, axis=0))
    return E / E.sum(axis=0)


@mistake("softmax")
def softmax_not_normalised(S):
    """The exponentials are not divided by their sum

    Add up each column of your result: probabilities sum to 1. Yours sum to more. Which half of
    the formula e^s_k / Σ e^s_j is still missing?
    """
    return np.exp(S - np.max(S, axis=0))


@mistake("softmax")
def softmax_without_exponential(S):
    """The scores themselves are divided by their sum, without exponentials

    Try the scores 2 and −1: you get 2 and −1, and a probability cannot be negative. What does
    the softmax do to each score first, so that everything is positive?
    """
    return S / np.sum(S, axis=0)


@mistake("softmax")
def softmax_parenthesis(S):
    """The division happens inside the exponential

    Add up each column of your result: it is not 1. Read your line from the inside out: what is
    divided by the sum, the exponential or the score? Count the parentheses.
    """
    return np.exp(S / np.sum(np.exp(S), axis=0))


@mistake("softmax")
def softmax_is_sigmoid(S):
    """Each score gets its own sigmoid

    Add up each column of your result: it is not 1. With softmax the classes compete: when one
    score rises, what must happen to the probabilities of the others? In yours nothing happens.
    """
    return 0.5 * (1 + np.tanh(np.asarray(S) / 2))


@mistake("softmax")
def softmax_changes_s(S):
    """The input array S is changed

    Print S before and after the call: the scores have been shifted for the caller, too. How
    does S -= m differ from making a new array for the difference?
    """
    S -= np.max(S, axis=0)
    E = np.exp(S)
    return E / E.sum(axis=0)


@mistake("softmax")
def softmax_truncated(S):
    """Whole-number scores give a result cut to whole numbers

    Try integer scores such as 1, 2, 3: you get only zeros. Print the dtype of the array that
    you fill; it was made like S. Which type must it have so that 0.67 fits?
    """
    P = np.zeros_like(S)
    for i in range(S.shape[1]):
        e = np.exp(S[:, i] - 1.0 * S[:, i].max())
        P[:, i] = e / e.sum()
    return P


@mistake("softmax")
def softmax_clipped(S):
    """The scores are cut off before the exponential

    Try one example with scores 1000, 1001 and 1002: yours are all equal, but only the
    differences should matter. Which number may you subtract from all the scores of one example,
    so that nothing needs to be cut off?
    """
    E = np.exp(np.clip(S, -500, 500))
    return E / E.sum(axis=0)


@mistake("softmax")
def softmax_mirrored(S):
    """The largest score gets the smallest probability

    Which entry of a column is largest in S, and which in your result? They should be the same
    one. Look at the sign of S in the exponent.
    """
    E = np.exp(-1.0 * (S - S.min(axis=0)))
    return E / E.sum(axis=0)


@mistake("softmax")
def softmax_is_logarithm(S):
    """The logarithm of the probabilities is returned

    Your entries are negative, and a probability never is. Add up a column: it should give 1.
    Which step undoes a logarithm?
    """
    S = S - 1.0 * S.max(axis=0)
    return S - np.log(np.exp(S).sum(axis=0))


@variant("softmax")
def softmax_by_column(S):
    """a loop over the columns"""
    P = np.zeros(S.shape)
    for i in range(S.shape[1]):
        e = np.exp(S[:, i] - max(S[:, i]))
        P[:, i] = e / sum(e)
    return P


@variant("softmax")
def softmax_by_log_sum_exp(S):
    """through the log-sum-exp"""
    m = S.max(axis=0, keepdims=True)
    return np.exp(S - (m + np.log(np.exp(S - m).sum(axis=0, keepdims=True))))


@variant("softmax")
def softmax_turned(S):
    """examples as rows, turned back at the end"""
    E = np.exp(S.T - S.T.max(axis=1, keepdims=True))
    return (E / E.sum(axis=1, keepdims=True)).T


# --- cross_entropy ---


@mistake("cross_entropy")
def cross_entropy_summed(P, y):
    """The losses are summed, not averaged

    Give it the same example twice: a mean stays the same, yours doubles. What must a sum over n
    examples be divided by?
    """
    return float(-np.sum(np.log(np.maximum(P[y, np.arange(len(y))], 1e-12))))


@mistake("cross_entropy")
def cross_entropy_over_all_entries(P, y):
    """The mean is taken over all K·n entries

    How many terms does the sum really have: one for each example, or one for each entry of P?
    Yours comes out K times too small.
    """
    logs = np.log(np.maximum(P[y, np.arange(len(y))], 1e-12))
    return float(-np.sum(logs) / P.size)


@mistake("cross_entropy")
def cross_entropy_negative(P, y):
    """The minus sign is missing

    A loss falls towards 0 as the network gets better. What sign has log 0.5? And yours?
    Minimising it as it stands would make the true class less likely.
    """
    return float(np.mean(np.log(np.maximum(P[y, np.arange(len(y))], 1e-12))))


@mistake("cross_entropy")
def cross_entropy_base_ten(P, y):
    """The logarithm has base 10

    For P = 0.5 everywhere the loss should be 0.693; yours is 0.301. Which logarithm undoes the
    e in softmax?
    """
    return float(-np.mean(np.log10(np.maximum(P[y, np.arange(len(y))], 1e-12))))


@mistake("cross_entropy")
def cross_entropy_base_two(P, y):
    """The logarithm has base 2

    For P = 0.5 everywhere the loss should be 0.693; yours is 1. Which logarithm undoes the e in
    softmax?
    """
    return float(-np.mean(np.log2(np.maximum(P[y, np.arange(len(y))], 1e-12))))


@mistake("cross_entropy")
def cross_entropy_unguarded(P, y):
    """There is no guard, so a probability of 0 gives an infinite loss

    What does NumPy say to the logarithm of 0? A single such example makes the mean infinite.
    Which smallest probability could you allow, tiny enough to leave 0.000001 exact?
    """
    return float(-np.mean(np.log(P[y, np.arange(len(y))])))


@mistake("cross_entropy")
def cross_entropy_guards_the_mean(P, y):
    """The mean is guarded, not the probability of each example

    Take three examples, one with probability 0 and two with probability 1: the loss should be a third of
    what the first one costs by itself. Yours stays the same: one infinite example decides about all of
    them. On which numbers must the guard act, before or after the mean?
    """
    with np.errstate(divide="ignore"):
        loss = -np.mean(np.log(P[y, np.arange(len(y))]))
    return float(min(loss, 1000.0))


@mistake("cross_entropy")
def cross_entropy_guard_too_large(P, y):
    """The guard is so large that it changes ordinary probabilities

    For P = 0.01 the loss should be 4.605; with 0.001 added to P it is 4.510. Probabilities down
    to a millionth must stay exact. How small a guard do you need?
    """
    return float(-np.mean(np.log(P[y, np.arange(len(y))] + 1e-3)))


@mistake("cross_entropy")
def cross_entropy_guard_too_weak(P, y):
    """The guard is a bit too large: a probability of 0 costs only 16

    Compute the loss of a single example whose true class has probability 0: it should be finite
    and at least 20. How small must the guard be so that −log of it reaches 20?
    """
    return float(-np.mean(np.log(np.clip(P[y, np.arange(len(y))], 1e-7, 1))))


@mistake("cross_entropy")
def cross_entropy_picks_rows(P, y):
    """Whole rows of P are picked instead of one entry per example

    Print the shape of what you pick from P: there should be n numbers, one per example, and you
    have n × n. Which two indices name the true class of example i?
    """
    return float(-np.mean(np.log(np.maximum(P[y], 1e-12))))


@mistake("cross_entropy")
def cross_entropy_with_class_numbers(P, y):
    """The class numbers are multiplied with the logarithms, as if y were one-hot

    Print y: it holds numbers 0 … K − 1. With your product an example of class 0 costs nothing,
    and class 5 costs five times as much. How do you get at the one probability that belongs to
    class y?
    """
    return float(-np.mean(np.sum(y * np.log(np.maximum(P, 1e-12)), axis=0)))


@mistake("cross_entropy")
def cross_entropy_indices_exchanged(P, y):
    """The two indices are exchanged: P[i, y_i] instead of P[y_i, i]

    P is K × n, so which index comes first, the class or the example? With more examples than
    classes yours stops with an index error; elsewhere it may pick other entries without a word. In
    the example of the text both orders pick the same two.
    """
    return float(-np.mean(np.log(np.maximum(P[np.arange(len(y)), y], 1e-12))))


@mistake("cross_entropy")
def cross_entropy_binary(P, y):
    """The other classes add log(1 − p) terms

    How many logarithms does one example contribute? Only the true class counts: softmax has
    already made the others pay, because all of them sum to 1.
    """
    truth = np.zeros(P.shape)
    truth[y, np.arange(len(y))] = 1
    Q = np.clip(P, 1e-12, 1 - 1e-12)
    return float(-np.sum(truth * np.log(Q) + (1 - truth) * np.log(1 - Q)) / len(y))


@mistake("cross_entropy")
def cross_entropy_without_log(P, y):
    """There is no logarithm

    Compare a probability of 0.1 with one of 0.001: your loss hardly changes, while the
    cross-entropy goes from 2.3 to 6.9. Which function makes being sure and wrong so expensive?
    """
    return float(np.mean(1 - P[y, np.arange(len(y))]))


@mistake("cross_entropy")
def cross_entropy_log_of_mean(P, y):
    """The logarithm is taken of the mean instead of the mean of the logarithms

    Take two examples with true-class probabilities 1 and 0.01: the losses are 0 and 4.6, their
    mean 2.3. Yours is 0.68. In which order do the logarithm and the mean come in the formula?
    """
    return float(-np.log(max(np.mean(P[y, np.arange(len(y))]), 1e-12)))


@mistake("cross_entropy")
def cross_entropy_of_best_class(P, y):
    """The loss looks at the most likely class, not at the true one

    Change y: does your loss change? It should. A network that is sure of a wrong class must pay
    much; yours pays almost nothing. Which entry of each column is the one that counts?
    """
    return float(-np.mean(np.log(np.maximum(P.max(axis=0), 1e-12))))


@mistake("cross_entropy")
def cross_entropy_is_entropy(P, y):
    """This is the entropy of the prediction; the labels play no part

    Change y: does your loss change? It should. In −Σ t log p the t is the truth, 1 for the true
    class and 0 for the others. What stands in its place in your sum?
    """
    return float(-np.sum(P * np.log(np.maximum(P, 1e-12))) / P.shape[1])


@mistake("cross_entropy")
def cross_entropy_changes_p(P, y):
    """The input array P is changed

    Print P before and after the call: its zeros are gone. Guard only the numbers that you take
    the logarithm of, or work on a copy.
    """
    np.clip(P, 1e-12, 1 - 1e-12, out=P)
    return float(-np.mean(np.log(P[y, np.arange(len(y))])))


@mistake("cross_entropy")
def cross_entropy_per_example(P, y):
    """The losses of the examples are returned one by one

    Print the shape of your result: it is (n,), a number for each example. One number for all is
    wanted. Which step of the formula turns n losses into one?
    """
    return -np.log(np.maximum(P[y, np.arange(len(y))], 1e-12))


@mistake("cross_entropy")
def cross_entropy_of_softmax(P, y):
    """P goes through a softmax once more

    P already holds probabilities: its columns sum to 1. Put in a P with 1 at every true class:
    the loss should be 0, and yours is not. What do you do to P before the logarithm?
    """
    return cross_entropy(softmax(P), y)


@mistake("cross_entropy")
def cross_entropy_over_classes(P, y):
    """The sum is divided by the number of classes

    Add the same example a second time: a mean stays as it is, and yours doubles. P is K × n:
    which of the two does len(P) give?
    """
    return cross_entropy(P, y) * len(y) / len(P)


@variant("cross_entropy")
def cross_entropy_one_hot(P, y):
    """a product with the one-hot matrix, a tiny number added"""
    onehot = np.eye(P.shape[0])[:, y]
    return -np.sum(onehot * np.log(P + 1e-15)) / P.shape[1]


@variant("cross_entropy")
def cross_entropy_by_loop(P, y):
    """a loop with math.log"""
    total = 0.0
    for i, label in enumerate(y):
        total -= math.log(max(float(P[label, i]), 1e-300))
    return total / len(y)


@variant("cross_entropy")
def cross_entropy_transposed(P, y):
    """clip, then pick from the transpose"""
    rows = np.clip(P.T, 1e-12, 1.0)
    return np.mean(-np.log(rows[np.arange(len(y)), y]))


# --- softmax_cross_entropy ---


@mistake("softmax_cross_entropy")
def softmax_cross_entropy_gradient_summed(S, y):
    """dS is not divided by n

    The loss is a mean over n examples, so how much does it move when the scores of one example do?
    Give it one example, then the same one four times: each entry of dS should become a quarter,
    yours stays as it is.
    """
    P = softmax(S)
    dS = P.copy()
    dS[y, np.arange(len(y))] -= 1
    return cross_entropy(P, y), dS


@mistake("softmax_cross_entropy")
def softmax_cross_entropy_n_twice(S, y):
    """dS is divided by n twice

    Give it one example, then the same one four times: each entry of dS should become a quarter,
    yours becomes a sixteenth. How many times does 1/n stand in the loss?
    """
    n = len(y)
    P = softmax(S)
    dS = P / n
    dS[y, np.arange(n)] -= 1 / n
    return cross_entropy(P, y), dS / n


@mistake("softmax_cross_entropy")
def softmax_cross_entropy_over_all_entries(S, y):
    """dS is divided by the K·n entries instead of the n examples

    The loss has one term per example. By how many terms is it divided, and so its gradient? Take
    one example: at the true class dS should be P − 1. What is yours for K = 3, and for K = 5?
    """
    P = softmax(S)
    dS = P.copy()
    dS[y, np.arange(len(y))] -= 1
    return cross_entropy(P, y), dS / S.size


@mistake("softmax_cross_entropy")
def softmax_cross_entropy_wrong_sign(S, y):
    """The gradient has the wrong sign

    Take a score of a wrong class: when it rises, does the loss rise or fall? So which sign must
    that entry of dS have? The minus comes later, in the step downhill.
    """
    n = len(y)
    P = softmax(S)
    dS = -P / n
    dS[y, np.arange(n)] += 1 / n
    return cross_entropy(P, y), dS


@mistake("softmax_cross_entropy")
def softmax_cross_entropy_without_labels(S, y):
    """The 1 of the true class is not subtracted

    Add up a column of dS: it should be 0, since shifting all the scores of an example changes
    nothing. Yours gives 1/n. Where do the labels enter your gradient?
    """
    P = softmax(S)
    return cross_entropy(P, y), P / len(y)


@mistake("softmax_cross_entropy")
def softmax_cross_entropy_all_minus_one(S, y):
    """1 is subtracted from every entry, not only from the true class

    Which entries of onehot(y) are 1? Print P − 1: all entries are negative, also those of the
    wrong classes, whose scores should be pushed down. From how many entries per column should
    you subtract?
    """
    P = softmax(S)
    return cross_entropy(P, y), (P - 1) / len(y)


@mistake("softmax_cross_entropy")
def softmax_cross_entropy_minus_class_numbers(S, y):
    """The class numbers themselves are subtracted instead of their one-hot columns

    A label of 7 is a name, not an amount: it says in which row the 1 of its example stands. Print
    the shapes of P and y. Which K × n matrix, with a single 1 in each column, does the formula
    subtract?
    """
    P = softmax(S)
    return cross_entropy(P, y), (P - y) / len(y)


@mistake("softmax_cross_entropy")
def softmax_cross_entropy_at_prediction(S, y):
    """1 is subtracted at the predicted class instead of the true one

    Change y: does your dS change? It should. Where must the 1 be subtracted, at the class that
    the network likes best or at the one that is right?
    """
    n = len(y)
    P = softmax(S)
    dS = P / n
    dS[P.argmax(axis=0), np.arange(n)] -= 1 / n
    return cross_entropy(P, y), dS


@mistake("softmax_cross_entropy")
def softmax_cross_entropy_loss_summed(S, y):
    """The loss is summed, not averaged

    Give it the same example twice: a mean stays the same, your loss doubles. Your gradient is that
    of the mean already. Loss and gradient must belong to the same formula.
    """
    n = len(y)
    P = softmax(S)
    dS = P / n
    dS[y, np.arange(n)] -= 1 / n
    return n * cross_entropy(P, y), dS


@mistake("softmax_cross_entropy")
def softmax_cross_entropy_gradient_of_probabilities(S, y):
    """The gradient is taken with respect to the probabilities, not the scores

    When one score rises, the probabilities of all classes move. Are there zeros in your
    gradient? dS answers "what if a score changes", so it must contain the step through softmax.
    """
    n = len(y)
    P = softmax(S)
    dP = np.zeros(P.shape)
    dP[y, np.arange(n)] = -1 / (n * np.maximum(P[y, np.arange(n)], 1e-12))
    return cross_entropy(P, y), dP


@mistake("softmax_cross_entropy")
def softmax_cross_entropy_extra_slope(S, y):
    """An extra factor P(1 − P) is in the gradient

    Where the true class has almost no probability, its dS should be near −1/n, the strongest push
    of all: yours is almost 0. In the derivation with cross-entropy the slope of the softmax cancels
    against the 1/p of the logarithm. What is left?
    """
    n = len(y)
    P = softmax(S)
    dS = P.copy()
    dS[y, np.arange(n)] -= 1
    return cross_entropy(P, y), dS * P * (1 - P) / n


@mistake("softmax_cross_entropy")
def softmax_cross_entropy_without_shift(S, y):
    """The scores are not shifted, so large ones overflow to NaN

    Print loss and dS for scores of 10,000 and −10,000. e to the 10,000 is infinite. You have
    already written a function that handles such scores.
    """
    n = len(y)
    P = np.exp(S) / np.exp(S).sum(axis=0)
    loss = -np.mean(np.log(np.maximum(P[y, np.arange(n)], 1e-12)))
    dS = P / n
    dS[y, np.arange(n)] -= 1 / n
    return float(loss), dS


@mistake("softmax_cross_entropy")
def softmax_cross_entropy_infinite_loss(S, y):
    """A true class of probability 0 makes the loss infinite

    Print the loss where the true class has the score −10,000 and another one 10,000. P is
    exactly 0 there in floats. What does the logarithm of 0 need?
    """
    n = len(y)
    P = softmax(S)
    dS = P / n
    dS[y, np.arange(n)] -= 1 / n
    return float(-np.mean(np.log(P[y, np.arange(n)]))), dS


@mistake("softmax_cross_entropy")
def softmax_cross_entropy_changes_s(S, y):
    """The input array S is changed

    Print S before and after the call: the scores have been shifted for the caller, too. How
    does S -= m differ from making a new array for the difference?
    """
    n = len(y)
    S -= S.max(axis=0)
    P = np.exp(S) / np.exp(S).sum(axis=0)
    dS = P / n
    dS[y, np.arange(n)] -= 1 / n
    return cross_entropy(P, y), dS


@mistake("softmax_cross_entropy")
def softmax_cross_entropy_swapped(S, y):
    """Gradient and loss are returned in the wrong order

    Print the type and the shape of both things that you return: the docstring promises (loss,
    dS), first one number, then a K × n array.
    """
    n = len(y)
    P = softmax(S)
    dS = P / n
    dS[y, np.arange(n)] -= 1 / n
    return dS, cross_entropy(P, y)


@mistake("softmax_cross_entropy")
def softmax_cross_entropy_twice(S, y):
    """The softmax is taken twice

    Try one example with scores 0 and 100, the second class being true: the loss should be
    almost 0, and yours is not. Follow S through your code: how often is it turned into
    probabilities?
    """
    P = softmax(softmax(S))
    dS = P.copy()
    dS[y, np.arange(len(y))] -= 1
    return cross_entropy(P, y), dS / len(y)


@mistake("softmax_cross_entropy")
def softmax_cross_entropy_from_scores(S, y):
    """The gradient uses the scores, not the probabilities

    Add up a column of your dS: it should give 0, because the probabilities of an example sum to
    1. Which array do you subtract the one-hot labels from?
    """
    dS = 1.0 * S
    dS[y, np.arange(len(y))] -= 1
    return cross_entropy(softmax(S), y), dS / len(y)


@mistake("softmax_cross_entropy")
def softmax_cross_entropy_true_class_only(S, y):
    """Only the true classes get a gradient

    Raise the score of a wrong class by 0.1 and see how the loss moves: the other classes count,
    too, through the sum in the softmax. Add up a column of your dS: it should give 0.
    """
    n = len(y)
    P = softmax(S)
    dS = np.zeros(P.shape)
    dS[y, np.arange(n)] = P[y, np.arange(n)] - 1
    return cross_entropy(P, y), dS / n


@mistake("softmax_cross_entropy")
def softmax_cross_entropy_over_classes(S, y):
    """The gradient is divided by the number of classes

    Every entry is off by the same factor, n/K. S is K × n: which of the two does len(S) give?
    """
    P = softmax(S)
    dS = P.copy()
    dS[y, np.arange(len(y))] -= 1
    return cross_entropy(P, y), dS / len(S)


@mistake("softmax_cross_entropy")
def softmax_cross_entropy_summed(S, y):
    """Loss and gradient are summed over the examples, not averaged

    Add the same example a second time: the mean loss stays as it is, and yours doubles. Where
    does the 1/n of the formula belong in the loss, and where in dS?
    """
    P = softmax(S)
    dS = P.copy()
    dS[y, np.arange(len(y))] -= 1
    return cross_entropy(P, y) * len(y), dS


@mistake("softmax_cross_entropy")
def softmax_cross_entropy_loss_too_late(S, y):
    """The loss is computed from P after the ones are subtracted

    Print P just before you compute the loss: are its columns still probabilities? dS = P makes
    no new array. Compute the loss first, or make a copy.
    """
    P = softmax(S)
    dS = P
    dS[y, np.arange(len(y))] -= 1
    return cross_entropy(P, y), dS / len(y)


@variant("softmax_cross_entropy")
def softmax_cross_entropy_composed(S, y):
    """calls softmax and cross_entropy, one-hot matrix"""
    P = softmax(S)
    onehot = np.eye(S.shape[0])[:, y]
    return cross_entropy(P, y), (P - onehot) / S.shape[1]


@variant("softmax_cross_entropy")
def softmax_cross_entropy_by_loop(S, y):
    """a loop over the examples, with a guard in the logarithm"""
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


@mistake("squared_error")
def squared_error_loss_doubled(Y_hat, Y):
    """The loss lacks the factor ½, though the gradient has it

    Raise one entry of Ŷ by 0.001: your loss moves about twice as far as your gradient says. The
    formula is 1/(2n) times the sum. Which of the two results misses the ½?
    """
    n = Y.shape[1]
    difference = np.asarray(Y_hat, dtype=float) - Y
    return float(np.sum(difference**2) / n), difference / n


@mistake("squared_error")
def squared_error_gradient_doubled(Y_hat, Y):
    """The gradient has a factor 2 too many

    Raise one entry of Ŷ by 0.001: the loss moves about half as far as your gradient says. Take the
    derivative of 1/(2n) times a square: what becomes of the 2 from the exponent?
    """
    n = Y.shape[1]
    difference = np.asarray(Y_hat, dtype=float) - Y
    return float(np.sum(difference**2) / (2 * n)), 2 * difference / n


@mistake("squared_error")
def squared_error_without_half(Y_hat, Y):
    """The factor ½ is missing in the loss and in the gradient

    Loss and gradient fit each other, but both are twice the expected ones. Take one example,
    one feature, a difference of 2: the lecture's formula gives 2, yours gives 4. Read it once
    more.
    """
    n = Y.shape[1]
    difference = np.asarray(Y_hat, dtype=float) - Y
    return float(np.sum(difference**2) / n), 2 * difference / n


@mistake("squared_error")
def squared_error_over_all_entries(Y_hat, Y):
    """The mean is taken over all p·n entries instead of the n examples

    Both results are p times too small, p being the number of rows. What is n here: the number
    of entries, or of examples? The squares of one example are summed, not averaged.
    """
    difference = np.asarray(Y_hat, dtype=float) - Y
    return float(np.mean(difference**2) / 2), difference / difference.size


@mistake("squared_error")
def squared_error_by_rows(Y_hat, Y):
    """The division is by the number of rows, not of examples

    Print what you divide by for a 3 × 5 matrix: there are 5 examples, one per column. Which
    entry of the shape is n here?
    """
    difference = np.asarray(Y_hat, dtype=float) - Y
    return float(np.sum(difference**2) / (2 * len(Y))), difference / len(Y)


@mistake("squared_error")
def squared_error_loss_summed(Y_hat, Y):
    """The loss is summed over the examples, not averaged

    Give it every example twice: a mean stays the same, your loss doubles. Your gradient is that of
    the mean already. Loss and gradient must belong to the same formula.
    """
    difference = np.asarray(Y_hat, dtype=float) - Y
    return float(np.sum(difference**2) / 2), difference / Y.shape[1]


@mistake("squared_error")
def squared_error_gradient_summed(Y_hat, Y):
    """The gradient is not divided by n

    Give it one example, then the same one four times: each entry of the gradient should become a
    quarter, yours stays as it is. How much does a mean move when only one of its n terms does?
    """
    difference = np.asarray(Y_hat, dtype=float) - Y
    return float(np.sum(difference**2) / (2 * Y.shape[1])), difference


@mistake("squared_error")
def squared_error_wrong_sign(Y_hat, Y):
    """The gradient has the wrong sign

    Say Ŷ is too large: when it grows further, does the loss rise or fall? So which sign must
    the gradient have? Look at the order of the two in your difference.
    """
    n = Y.shape[1]
    difference = np.asarray(Y, dtype=float) - Y_hat
    return float(np.sum(difference**2) / (2 * n)), difference / n


@mistake("squared_error")
def squared_error_square_of_sum(Y_hat, Y):
    """The differences are summed first and squared afterwards

    Take the differences 1 and −1: their squares sum to 2, but yours gives 0, as if the output
    were perfect. What comes first in Σ (Ŷ − Y)²?
    """
    n = Y.shape[1]
    difference = np.asarray(Y_hat, dtype=float) - Y
    return float(np.sum(difference) ** 2 / (2 * n)), difference / n


@mistake("squared_error")
def squared_error_rooted(Y_hat, Y):
    """A square root is taken of the loss

    Take one example, one feature, a difference of 4: the formula gives 8. Yours is its root. Your
    gradient is that of the formula, so the two do not belong together.
    """
    n = Y.shape[1]
    difference = np.asarray(Y_hat, dtype=float) - Y
    return float(np.sqrt(np.sum(difference**2) / (2 * n))), difference / n


@mistake("squared_error")
def squared_error_absolute(Y_hat, Y):
    """Absolute values are summed instead of squares

    Take one example, one feature, a difference of 4: half its square is 8, yours is 2. What
    makes large errors cost much more than small ones?
    """
    n = Y.shape[1]
    difference = np.asarray(Y_hat, dtype=float) - Y
    return float(np.sum(np.abs(difference)) / (2 * n)), difference / n


@mistake("squared_error")
def squared_error_changes_y_hat(Y_hat, Y):
    """The input array Y_hat is changed

    Print Y_hat before and after the call: the network's output has been replaced. How does a -=
    b differ from making a new array for the difference?
    """
    n = Y.shape[1]
    Y_hat -= Y
    return float(np.sum(Y_hat**2) / (2 * n)), Y_hat / n


@mistake("squared_error")
def squared_error_swapped(Y_hat, Y):
    """Gradient and loss are returned in the wrong order

    Print the type and the shape of both things that you return: the docstring promises (loss,
    dY_hat), first one number, then an array like Ŷ.
    """
    n = Y.shape[1]
    difference = np.asarray(Y_hat, dtype=float) - Y
    return difference / n, float(np.sum(difference**2) / (2 * n))


@mistake("squared_error")
def squared_error_missing_parentheses(Y_hat, Y):
    """The sum is divided by 2 and then multiplied by n

    Your loss grows with the number of examples; a mean does not. Python works out 8 / 2 * 4
    from the left: what does it give? Where do brackets have to stand?
    """
    n = Y.shape[1]
    return ((Y_hat - Y) ** 2).sum() / 2 * n, (Y_hat - Y) / n


@mistake("squared_error")
def squared_error_gradient_halved(Y_hat, Y):
    """The gradient keeps the 1/2 of the loss

    Raise one entry of Ŷ by 0.001: the loss moves about twice as far as your gradient says. What is
    the derivative of a square, and what becomes of the 1/2 in front of it?
    """
    n = Y.shape[1]
    return ((Y_hat - Y) ** 2).sum() / (2 * n), (Y_hat - Y) / (2 * n)


@mistake("squared_error")
def squared_error_per_example(Y_hat, Y):
    """The losses of the examples are returned one by one

    Print the shape of your loss: it is (n,), a number for each example. The sum of the formula
    runs over all entries. Which axis did you give to sum?
    """
    n = Y.shape[1]
    return ((Y_hat - Y) ** 2).sum(axis=0) / (2 * n), (Y_hat - Y) / n


@mistake("squared_error")
def squared_error_summed(Y_hat, Y):
    """Loss and gradient are not divided by n

    Add the same example a second time: the loss of the formula stays as it is, and yours
    doubles. Where does the 1/n belong in the loss, and where in the gradient?
    """
    return ((Y_hat - Y) ** 2).sum() / 2, 1.0 * Y_hat - Y


@variant("squared_error")
def squared_error_mean_of_sums(Y_hat, Y):
    """the mean over examples of half the summed squares"""
    difference = np.subtract(Y_hat, Y, dtype=float)
    return np.mean(np.sum(difference * difference, axis=0)) / 2, difference / Y.shape[1]


@variant("squared_error")
def squared_error_by_norm(Y_hat, Y):
    """a norm, and plain loops for the gradient"""
    p, n = Y.shape
    gradient = np.zeros((p, n))
    for j in range(p):
        for i in range(n):
            gradient[j, i] = (Y_hat[j, i] - Y[j, i]) / n
    return np.linalg.norm(Y_hat - 1.0 * Y) ** 2 / (2 * n), gradient
