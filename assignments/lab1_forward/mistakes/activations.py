"""What goes wrong in `sigmoid`, `tanh`, `relu`, `sigmoid_gradient`, `tanh_gradient` and `relu_gradient`, and what may differ and be right."""

# Written as students write, without types.
from __future__ import annotations

import math

import numpy as np

from labkit.mistakes import mistake, variant
from neuralnet.activations import sigmoid

# --- sigmoid ---


@mistake("sigmoid")
def sigmoid_mirrored(z):
    """The curve is mirrored: this is σ(−z)

    Which way should the curve go? Put in z = 0, then z = 10: a large z should give nearly 1, yours
    gives nearly 0. Either a sign is exchanged, that of an exponent for instance, or two branches
    are: which of your formulas is for z ≥ 0?
    """
    return 1 / (1 + np.exp(np.minimum(z, 700)))


@mistake("sigmoid")
def sigmoid_overflows(z):
    """The exponential overflows for very negative z

    The values are right, yet NumPy warns. Which number goes into the exponential for z = −10,000?
    If you use np.where: it is no guard, for it computes both of its formulas for every entry and only
    then chooses. Find a form, or a guard, in which the exponential never gets a large positive number.
    """
    return 1 / (1 + np.exp(-np.asarray(z)))


@mistake("sigmoid")
def sigmoid_infinite_fraction(z):
    """The form with e^z on top gives NaN for large z

    Print your result for z = 1,000. Top and bottom are both infinite there, and infinity over
    infinity is NaN. Each of the two textbook forms is safe on one side only: which one, for
    which sign of z?
    """
    z = np.asarray(z)
    return np.exp(z) / (1 + np.exp(z))


@mistake("sigmoid")
def sigmoid_missing_parentheses(z):
    """A pair of parentheses is missing: 1 is divided by 1 and the exponential added

    A sigmoid stays between 0 and 1. Print yours for z = 0: you get 2, where it should be 0.5.
    Division comes before addition; what exactly is your 1 divided by?
    """
    return 1 / 1 + np.exp(-np.asarray(z))


@mistake("sigmoid")
def sigmoid_clipped_too_early(z):
    """z is cut off at ±10, which is much too early

    At z = 20 the true value differs from 1 by 2 in a billion; yours by 5 in 100,000. From which
    |z| on does the exponential really overflow in float64? Try e to the 100, 500, 1,000 and
    move the limit out.
    """
    return 1 / (1 + np.exp(-np.clip(z, -10, 10)))


@mistake("sigmoid")
def sigmoid_truncated(z):
    """Whole-number inputs give a result cut to whole numbers

    Try an array of integers, such as −1, 0, 1: all your results are whole numbers. Print the
    dtype of the array that you fill. Which type must it have so that 0.73 fits?
    """
    h = np.zeros_like(z)
    h[...] = 1 / (1 + np.exp(-np.clip(z, -500, 500)))
    return h


@mistake("sigmoid")
def sigmoid_too_steep(z):
    """The curve is twice too steep: this is σ(2z)

    Compare at z = 1: the sigmoid is 0.731, yours is 0.881, which is the sigmoid at z = 2. With an
    exponential: what exactly stands in its exponent? Made from tanh: its output is shifted and
    halved; what has to happen to its input as well?
    """
    return (np.tanh(z) + 1) / 2


@mistake("sigmoid")
def sigmoid_of_absolute_value(z):
    """The formula for one sign of z is used for both

    Compare your results for z = 2 and z = −2: they are equal, but a sigmoid at −z must be 1
    minus the sigmoid at z. Working with |z| is safe; where do you bring the sign back in?
    """
    return 1 / (1 + np.exp(-np.abs(z)))


@mistake("sigmoid")
def sigmoid_changes_z(z):
    """The input array z is changed

    Print z before and after the call: it is not the same any more. Operations such as *=,
    out=z, or assigning to z[...] write into the caller's array. Make a new array instead.
    """
    np.negative(z, out=z)
    return 1 / (1 + np.exp(np.minimum(z, 500)))


@mistake("sigmoid")
def sigmoid_scalar_only(z):
    """The function works for a single number only, not for an array

    Call it with an array of shape (2, 3). Which library does your exponential come from?
    Python's math functions take one number; NumPy's take a whole array and work entry by entry.
    """
    return 1 / (1 + math.exp(-z))


@mistake("sigmoid")
def sigmoid_where_computes_both(z):
    """np.where computes both branches for every entry, so the unsafe one still overflows

    The values are right, yet NumPy warns. np.where does not choose which formula to compute, only
    which result to keep. What goes into each exponential for z = −10,000 and for z = 10,000?
    """
    z = np.asarray(z, dtype=float)
    return np.where(z >= 0, 1 / (1 + np.exp(-z)), np.exp(z) / (1 + np.exp(z)))


@mistake("sigmoid")
def sigmoid_vectorized_type(z):
    """np.vectorize takes the type of the whole result from the first entry

    Try z = [−1000, 0, 1]: print the dtype of your result. If the first call gives a whole number
    such as 0, everything is cut to whole numbers. Give 0.0 back there, or tell np.vectorize the type.
    """

    def one(x):
        if x < -500:
            return 0
        if x > 500:
            return 1
        return 1 / (1 + math.exp(-x))

    return np.vectorize(one)(z)


@mistake("sigmoid")
def sigmoid_hard(z):
    """This is a straight line with its ends cut off, not the curved sigmoid

    Compare at z = 1 with the table: 0.731. A "hard sigmoid" is quicker to compute, but it is another
    function: where is the exponential of the formula?
    """
    return np.clip(0.2 * np.asarray(z) + 0.5, 0.0, 1.0)


@mistake("sigmoid")
def sigmoid_rounded(z):
    """The result is rounded

    Print yours for z = 1 with many digits: 0.7310585786… goes on. Rounding is for printing; a network
    computes on with all digits.
    """
    return np.round(1 / (1 + np.exp(-np.clip(z, -500, 500))), 4)


@variant("sigmoid")
def sigmoid_float32(z):
    """counts in float32"""
    z = np.asarray(z, dtype=np.float32)
    return np.float32(0.5) * (np.float32(1) + np.tanh(np.float32(0.5) * z))


@variant("sigmoid")
def sigmoid_clipped(z):
    """clips z where the exponential would overflow"""
    return 1.0 / (1.0 + np.exp(-np.clip(z, -500, 500)))


@variant("sigmoid")
def sigmoid_by_tanh(z):
    """a shifted, rescaled tanh"""
    return 0.5 * (1 + np.tanh(0.5 * np.asarray(z)))


@variant("sigmoid")
def sigmoid_by_masks(z):
    """one formula per sign of z, filled in by masks"""
    z = np.asarray(z, dtype=float)
    h = np.empty_like(z)
    positive = z >= 0
    h[positive] = 1 / (1 + np.exp(-z[positive]))
    e = np.exp(z[~positive])
    h[~positive] = e / (1 + e)
    return h


@variant("sigmoid")
def sigmoid_by_loop(z):
    """a loop over all entries with math.exp"""
    z = np.asarray(z)
    h = np.zeros(z.shape)
    for place in np.ndindex(z.shape):
        if z[place] > 0:
            h[place] = 1 / (1 + math.exp(-z[place]))
        else:
            h[place] = math.exp(z[place]) / (1 + math.exp(z[place]))
    return h


# --- tanh ---


@mistake("tanh")
def tanh_overflows(z):
    """The exponentials overflow and give NaN for large |z|

    Print your result for z = 1,000: it is NaN, infinity over infinity, although tanh is simply
    1 there. Is there a form with small exponentials only, or a NumPy function that already
    takes care?
    """
    z = np.asarray(z)
    return (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z))


@mistake("tanh")
def tanh_too_flat(z):
    """The curve is twice too flat: this is tanh(z/2)

    Yours runs from −1 to 1, which is right, but at z = 1 it gives 0.46, where tanh is 0.76. Made
    from a sigmoid: stretched in height, what about the width? Made from exponentials: compare their
    exponents with those of the formula.
    """
    return 2 * sigmoid(z) - 1


@mistake("tanh")
def tanh_not_shifted(z):
    """The rescaled sigmoid is not shifted down by 1

    tanh is centred: it must be 0 at z = 0 and negative on the left. Yours is 1 at z = 0 and
    never negative. After doubling, the sigmoid runs from 0 to 2; what brings it to −1 … 1?
    """
    return 2 * sigmoid(2 * np.asarray(z))


@mistake("tanh")
def tanh_half_numerator(z):
    """The curve runs from 0 to 1: this is σ(2z), not tanh

    Put in z = 0: tanh is 0, yours is 0.5. Made from a sigmoid: its width is right; what do height
    and middle still need? Made from exponentials: put z = 0 into the numerator and compare it with
    the formula, term by term.
    """
    return sigmoid(2 * np.asarray(z))


@mistake("tanh")
def tanh_sign_swapped(z):
    """The curve is upside down: this is −tanh(z)

    tanh has the sign of z; yours has the opposite one. Put in z = 1: e^z is larger than e^(−z).
    Either the two terms of a difference are exchanged, or a sign is, inside an exponent or in
    front: follow z = 1 through your lines.
    """
    return -np.tanh(z)


@mistake("tanh")
def tanh_upside_down(z):
    """The fraction is upside down

    tanh(0) is 0, yours divides by 0 there. And can your result ever be smaller than 1 in size?
    Which of the two sums, the one with plus or the one with minus, is the larger and so belongs
    below?
    """
    return 1 / np.tanh(z)


@mistake("tanh")
def tanh_is_tan(z):
    """This is the tangent of trigonometry, not the hyperbolic tangent

    Plot yours from −5 to 5: it jumps at about 1.57 and repeats, while tanh rises once and stays
    between −1 and 1. Read the name of the function that you call letter by letter.
    """
    return np.tan(z)


@mistake("tanh")
def tanh_truncated(z):
    """Whole-number inputs give a result cut to whole numbers

    Try the integers 1, 2, 3: you get only zeros. Print the dtype of the array that you fill; it
    was made like z. Which type must it have so that 0.76 fits?
    """
    h = np.zeros_like(z)
    h[...] = np.tanh(z)
    return h


@mistake("tanh")
def tanh_infinite_fraction(z):
    """The form with e^(2z) gives NaN for large z

    Print your result for z = 1,000: top and bottom are both infinite, and infinity over
    infinity is NaN. For which sign of z is this form safe, and what would the form with the
    opposite sign in the exponent do? NumPy has a function, too.
    """
    e = np.exp(2 * z)
    return (e - 1) / (e + 1)


@mistake("tanh")
def tanh_infinite_fraction_below(z):
    """The form with e^(−2z) gives NaN for very negative z

    Print your result for z = −1,000: top and bottom are both infinite, and infinity over
    infinity is NaN. For which sign of z is this form safe? NumPy has a function, too.
    """
    e = np.exp(-2 * z)
    return (1 - e) / (1 + e)


@mistake("tanh")
def tanh_changes_z(z):
    """The input array z is changed

    Print z before and after the call: it is not the same any more. Operations such as *=,
    out=z, or assigning to z[...] write into the caller's array. Make a new array instead.
    """
    np.tanh(z, out=z)
    return z


@mistake("tanh")
def tanh_where_computes_both(z):
    """An exponential overflows for large |z|, though the values are right

    The values are right, yet NumPy warns. Which number goes into each exponential for z = −10,000,
    and for z = 10,000? If you use np.where: it is no guard, for it computes both of its formulas
    for every entry and only then chooses.
    """
    z = np.asarray(z, dtype=float)
    below, above = np.exp(2 * z), np.exp(-2 * z)
    return np.where(z >= 0, (1 - above) / (1 + above), (below - 1) / (below + 1))


@mistake("tanh")
def tanh_vectorized_type(z):
    """np.vectorize takes the type of the whole result from the first entry

    Try z = [−1000, 0, 1]: print the dtype of your result. If the first call gives a whole number
    such as −1, everything is cut to whole numbers. Give −1.0 back there, or tell np.vectorize the type.
    """

    def one(x):
        if x < -300:
            return -1
        if x > 300:
            return 1
        return math.tanh(x)

    return np.vectorize(one)(z)


@mistake("tanh")
def tanh_clipped_too_early(z):
    """z is cut off much too early

    At z = 4 tanh is 0.99933; where do you cut z off, and what is tanh there? From which |z| on does
    the exponential really overflow in float64? Try e to the 100, 500, 700 and move the limit out.
    """
    z = np.clip(z, -2.0, 2.0)
    return (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z))


@variant("tanh")
def tanh_by_sigmoid(z):
    """a stretched and shifted sigmoid"""
    return 2 * sigmoid(2 * np.asarray(z, dtype=float)) - 1


@variant("tanh")
def tanh_by_small_exponentials(z):
    """the definition with e^(−2|z|) and the sign put back"""
    e = np.exp(-2.0 * np.abs(z))
    return np.sign(z) * (1 - e) / (1 + e)


# --- relu ---


@mistake("relu")
def relu_leaky(z):
    """Negative inputs are scaled down instead of set to 0

    What should come out for z = −3? The lecture's ReLU is max(0, z), exactly 0 for all negative
    z. Yours lets a small part of them through.
    """
    return np.where(np.asarray(z) > 0, z, 0.01 * np.asarray(z))


@mistake("relu")
def relu_changes_z(z):
    """The input array z is changed

    Print z before and after the call: its negative entries are gone. Assigning to z[...] or
    passing out=z writes into the caller's array. Build a new array, or work on a copy.
    """
    return np.maximum(z, 0, out=z)


@mistake("relu")
def relu_is_absolute_value(z):
    """The sign is dropped, so negative inputs come back positive

    What should come out for z = −3? Yours gives 3. A ReLU unit is off for every negative input;
    it does not mirror it.
    """
    return np.abs(z)


@mistake("relu")
def relu_is_column_maximum(z):
    """The largest entry of each column is taken instead of comparing with 0

    Compare the shapes of z and of your result: a dimension is gone. ReLU compares every entry
    with 0 and keeps the shape. Look up how np.max and np.maximum differ, and what their second
    argument means.
    """
    return np.max(z, 0)


@mistake("relu")
def relu_is_step(z):
    """Only 0 and 1 come out: this is a step, not a ReLU

    What should come out for z = 2.5? ReLU passes positive inputs on unchanged; yours turns them
    all into 1. A comparison is only half of the function.
    """
    return (np.asarray(z) > 0) * 1.0


@mistake("relu")
def relu_capped(z):
    """Values over 1 are cut off

    What should come out for z = 7? ReLU has no upper limit, which is why it does not saturate
    for large z as the sigmoid does. Yours stops at 1.
    """
    return np.clip(z, 0.0, 1.0)


@mistake("relu")
def relu_is_minimum(z):
    """The negative part is kept and the positive part dropped

    Put in z = 2 and z = −2: you get 0 and −2. Say in words what a ReLU does with each, then
    check which of the two numbers, 0 or z, your comparison picks.
    """
    return np.minimum(z, 0)


@mistake("relu")
def relu_is_softplus(z):
    """This is the smooth softplus, not the ReLU

    Look at z = 0: yours gives 0.69, where ReLU gives exactly 0. ReLU is made of two straight
    pieces; no exponential or logarithm is needed.
    """
    return np.logaddexp(0, z)


@mistake("relu")
def relu_python_max(z):
    """Whole rows are compared instead of single entries

    Call it with an array of shape (2, 3): the error says that the truth value of an array is
    ambiguous. What is one element when you loop over a matrix? NumPy has a maximum that works
    entry by entry, for any shape.
    """
    return np.array([max(0, row) for row in z])


@mistake("relu")
def relu_capped_at_six(z):
    """Values over 6 are cut off: this is ReLU6

    What should come out for z = 7? The lecture's ReLU is max(0, z) and has no upper limit; the one
    with a cap at 6 is another function, made for phones.
    """
    return np.minimum(np.maximum(z, 0.0), 6.0)


@mistake("relu")
def relu_vectorized_type(z):
    """The result is cut to whole numbers

    Print the dtype of your result. Ways to get there: an array of integers is filled (see how it
    was made), the result is turned into integers, or np.vectorize is used, which takes the type of
    everything from its first answer: a 0 without a decimal point makes all of it whole numbers.
    """
    return np.vectorize(lambda x: x if x > 0 else 0)(z)


@mistake("relu")
def relu_is_elu(z):
    """Negative inputs give e^z − 1 instead of 0

    What should come out for z = −3? The lecture's ReLU is exactly 0 for all negative z; yours is the
    ELU, which goes down to −1.
    """
    return np.where(np.asarray(z) > 0, z, np.expm1(np.minimum(z, 0)))


@mistake("relu")
def relu_is_swish(z):
    """z is multiplied by its sigmoid: that is the SiLU, not the ReLU

    What should come out for z = −1? max(0, −1) is 0; yours is −0.27. ReLU switches, it does not fade.
    """
    return np.asarray(z) * (0.5 + 0.5 * np.tanh(0.5 * np.asarray(z)))


@mistake("relu")
def relu_deletes_negatives(z):
    """The negative entries are left out instead of set to 0

    Compare the shapes of z and of your result: entries are gone. A mask in square brackets picks;
    ReLU keeps every place and puts a 0 where z is negative.
    """
    z = np.asarray(z)
    return z[z > 0]


@variant("relu")
def relu_by_mask(z):
    """z times the mask z > 0"""
    z = np.asarray(z)
    return z * (z > 0)


@variant("relu")
def relu_by_absolute_value(z):
    """half the sum of z and |z|"""
    return (np.asarray(z) + np.abs(z)) / 2


@variant("relu")
def relu_on_copy(z):
    """a copy whose negative entries are set to 0"""
    h = np.array(z, dtype=float)
    h[h < 0] = 0
    return h


# --- sigmoid_gradient ---


@mistake("sigmoid_gradient")
def sigmoid_gradient_at_z(h):
    """The sigmoid is applied to h once more, as if h were z

    The argument h is already a sigmoid's output. Take z = 0, so h = 0.5: the slope there is
    0.25, yours is 0.235. How many times has the sigmoid been applied by the time you multiply?
    """
    s = 1 / (1 + np.exp(-np.asarray(h)))
    return s * (1 - s)


@mistake("sigmoid_gradient")
def sigmoid_gradient_only_h(h):
    """The factor (1 − h) is missing

    A saturated unit, h near 1, has a flat curve: its slope is near 0. Yours is near 1. The
    slope must vanish at both ends, h = 0 and h = 1; which factor does that at 1?
    """
    return np.array(h, dtype=float)


@mistake("sigmoid_gradient")
def sigmoid_gradient_only_one_minus_h(h):
    """The factor h is missing

    Put in h = 0.01, far out on the left, where the curve is flat: the slope must be near 0,
    yours is 0.99. The slope must vanish at both ends, h = 0 and h = 1; which factor does that
    at 0?
    """
    return 1 - np.asarray(h)


@mistake("sigmoid_gradient")
def sigmoid_gradient_negative(h):
    """The sign is wrong: the gradient is negative

    The sigmoid rises everywhere, so what sign must its slope have? Put in h = 0.5: you get
    −0.25. Look at the order of the terms in your difference.
    """
    h = np.asarray(h)
    return h * (h - 1)


@mistake("sigmoid_gradient")
def sigmoid_gradient_of_tanh(h):
    """This is the derivative of tanh

    Put in h = 0.5, the middle of the sigmoid: its slope there is 0.25, yours is 0.75. The
    formula with h squared belongs to the other activation.
    """
    return 1 - np.asarray(h) ** 2


@mistake("sigmoid_gradient")
def sigmoid_gradient_missing_parentheses(h):
    """A pair of parentheses is missing, so everything is 0

    Your result is 0 for every h. Do the steps in the order in which Python does them: first h
    times 1, then …? Where do you need parentheses?
    """
    h = np.asarray(h)
    return h * 1 - h


@mistake("sigmoid_gradient")
def sigmoid_gradient_nested(h):
    """Sigmoids are put inside each other instead of multiplied

    In σ(z)(1 − σ(z)) the second parenthesis is a factor, not an argument. And you already have
    h = σ(z): which product of h and something do you need, without calling the sigmoid at all?
    """
    return 1 / (1 + np.exp(-(1 - 1 / (1 + np.exp(-np.asarray(h))))))


@mistake("sigmoid_gradient")
def sigmoid_gradient_changes_h(h):
    """The input array h is changed

    Print h before and after the call. The right numbers come back, but they also overwrite the
    layer's output, which backpropagation needs again. Put the product into a new array.
    """
    h *= 1 - h
    return h


@variant("sigmoid_gradient")
def sigmoid_gradient_difference(h):
    """h minus its square"""
    return h - np.square(h)


@variant("sigmoid_gradient")
def sigmoid_gradient_centred(h):
    """a quarter minus the squared distance from the middle"""
    return 0.25 - (np.asarray(h) - 0.5) ** 2


# --- tanh_gradient ---


@mistake("tanh_gradient")
def tanh_gradient_at_z(h):
    """tanh is applied to h once more, as if h were z

    The argument h is already an output of tanh. For a saturated unit, h = 1, the slope is 0;
    yours is 0.42. How many times has tanh been applied by the time you square?
    """
    return 1 - np.tanh(h) ** 2


@mistake("tanh_gradient")
def tanh_gradient_plus(h):
    """There is a plus where the derivative has a minus

    A saturated unit, h near 1 or −1, is flat: its slope is near 0. Yours is near 2. Which sign
    makes the slope vanish at both ends?
    """
    return 1 + np.asarray(h) ** 2


@mistake("tanh_gradient")
def tanh_gradient_not_squared(h):
    """h is not squared

    tanh is flat at both ends, so the slope must be 0 at h = 1 and at h = −1. Put in h = −1:
    yours is 2. Which power of h treats both ends alike?
    """
    return 1 - np.asarray(h)


@mistake("tanh_gradient")
def tanh_gradient_of_sigmoid(h):
    """This is the derivative of the sigmoid

    tanh is steepest in the middle, at h = 0, where its slope is 1. Put in h = 0: yours is 0.
    The formula that you used belongs to the other activation.
    """
    h = np.asarray(h)
    return h * (1 - h)


@mistake("tanh_gradient")
def tanh_gradient_square_of_all(h):
    """The whole difference is squared instead of h alone

    Put in h = −1, the flat left end of tanh: the slope there is 0, yours is 4. What exactly
    does the exponent in the formula belong to?
    """
    return (1 - np.asarray(h)) ** 2


@mistake("tanh_gradient")
def tanh_gradient_doubled(h):
    """h is doubled instead of squared

    Put in h = 0.5: the slope is 0.75, yours is 0. What is the difference between * and ** in
    Python, and which one does the formula ask for?
    """
    return 1 - 2 * np.asarray(h)


@mistake("tanh_gradient")
def tanh_gradient_inverted(h):
    """h is turned back into z before it is squared

    In 1 − tanh²(z), what is squared: z, or tanh of z? And which of the two is the argument h?
    The value is ready to use; no inverse function is needed.
    """
    return 1 - np.arctanh(h) ** 2


@mistake("tanh_gradient")
def tanh_gradient_changes_h(h):
    """The input array h is changed

    Print h before and after the call. The right numbers come back, but h itself has been
    overwritten, and backpropagation needs it again. Put the square into a new array.
    """
    np.multiply(h, h, out=h)
    return 1 - h


@variant("tanh_gradient")
def tanh_gradient_factored(h):
    """the product (1 − h)(1 + h)"""
    h = np.asarray(h)
    return (1 - h) * (1 + h)


@variant("tanh_gradient")
def tanh_gradient_comprehension(h):
    """a list comprehension over the flattened h"""
    h = np.asarray(h, dtype=float)
    return np.array([1.0 - x * x for x in h.ravel()]).reshape(h.shape)


# --- relu_gradient ---


@mistake("relu_gradient")
def relu_gradient_one_at_zero(h):
    """The ReLU gradient is 1 also where h is 0

    Take z = −5: what is h, and what is the slope of ReLU there? h = 0 stands for all negative
    inputs, not just for z = 0. Should such a unit pass a gradient on?
    """
    return np.where(np.asarray(h) >= 0, 1.0, 0.0)


@mistake("relu_gradient")
def relu_gradient_half_at_zero(h):
    """The gradient at h = 0 is one half

    Take z = −5: what is h, and what is the slope of ReLU there? h = 0 means that the unit is
    off, so no part of a gradient should pass.
    """
    return np.heaviside(h, 0.5)


@mistake("relu_gradient")
def relu_gradient_is_relu(h):
    """The function itself is returned instead of its slope

    How steep is the line max(0, z) at z = 3, and how steep at z = 30? Yours says 3 and 30. The
    slope tells how fast the line rises, not how high it is.
    """
    return np.maximum(h, 0.0)


@mistake("relu_gradient")
def relu_gradient_leaky(h):
    """Dead units get a small gradient

    Where h = 0 the lecture's ReLU is flat: a change of z changes nothing. What is the slope of
    a flat line? Yours lets a small part of the gradient through.
    """
    return np.where(np.asarray(h) > 0, 1.0, 0.01)


@mistake("relu_gradient")
def relu_gradient_inverted(h):
    """The mask is inverted: active units get 0 and dead ones 1

    Which units let a gradient through, those with h > 0 or those with h = 0? Put in h = 3: you
    get 0, although the line rises there with slope 1.
    """
    return np.where(np.asarray(h) > 0, 0.0, 1.0)


@mistake("relu_gradient")
def relu_gradient_of_sigmoid(h):
    """This is the derivative of the sigmoid

    How steep is max(0, z) for positive z? It is a straight line, so its slope cannot depend on
    h. Put in h = 3: yours is −6.
    """
    h = np.asarray(h)
    return h * (1 - h)


@mistake("relu_gradient")
def relu_gradient_changes_h(h):
    """The input array h is changed

    Print h before and after the call: the layer's outputs have become ones. Assigning to h[...]
    writes into the caller's array. Build the mask as a new array.
    """
    h[h > 0] = 1
    return h


@mistake("relu_gradient")
def relu_gradient_divides(h):
    """h is divided by itself, and 0/0 is NaN

    Print your result for h = 0: 0 divided by 0 is NaN. Ask of each entry whether it is greater
    than 0 instead; no division is needed.
    """
    return h / h


@mistake("relu_gradient")
def relu_gradient_at_least_one(h):
    """Only units with h of 1 or more count as active

    Take h = 0.5: the unit is on, and the line rises with slope 1. Yours says 0. Which units are off,
    those below 1 or those at 0? Turning h into a whole number drops everything between.
    """
    return (np.asarray(h).astype(int) > 0).astype(float)


@mistake("relu_gradient")
def relu_gradient_above_a_threshold(h):
    """Small positive values of h count as 0

    Take h = 1e-12: the unit is on, however little, and the line rises there with slope 1. Yours says 0.
    With what do you compare h? A guard against rounding is not needed: a unit that is off has exactly 0.
    """
    return np.where(np.asarray(h) > 1e-8, 1.0, 0.0)


@variant("relu_gradient")
def relu_gradient_cast(h):
    """a comparison cast to float"""
    return (np.asarray(h) > 0).astype(float)


@variant("relu_gradient")
def relu_gradient_heaviside(h):
    """the Heaviside step with 0 at 0"""
    return np.heaviside(h, 0)


@variant("relu_gradient")
def relu_gradient_mask(h):
    """the mask itself, as booleans"""
    return np.asarray(h) > 0
