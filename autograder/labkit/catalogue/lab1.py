"""Lab 1, what goes wrong and what may differ: activations, the perceptron, the forward pass.

The mistakes are those that course forums and issue trackers show again and again: the derivative
taken at z, the sigmoid that overflows, the perceptron's bias counted once per feature, ….
"""

# Written as students write, without types.
# mypy: allow-untyped-defs, no-check-untyped-defs

from __future__ import annotations

import math

import numpy as np

from labkit.catalogue import misconception, variant
from neuralnet.activations import relu, sigmoid, tanh
from neuralnet.layers import add_bias_row, dense_forward
from neuralnet.perceptron import perceptron_predict

# --- sigmoid ---


@misconception(
    "sigmoid",
    title="The minus sign in the exponent is missing",
    why="The formula is remembered by its shape, and e with +z looks just as good.",
    hint=(
        "Which way should the curve go? Put in z = 0, then z = 10: a large z should give nearly "
        "1. Yours gives nearly 0, so the curve is mirrored. Compare the sign of the exponent with "
        "the formula."
    ),
)
def sigmoid_mirrored(z):
    return 1 / (1 + np.exp(np.minimum(z, 700)))


@misconception(
    "sigmoid",
    title="The exponential overflows for very negative z",
    why=(
        "The textbook formula is typed as it stands. Its value is right, but e to the 10,000 is "
        "too large for a float on the way there."
    ),
    hint=(
        "The values are right, yet NumPy warns about an overflow. For z = −10,000, which number "
        "goes into the exponential, and how large is the result? Find a form, or a guard, in "
        "which the exponential never gets a large positive number."
    ),
)
def sigmoid_overflows(z):
    return 1 / (1 + np.exp(-np.asarray(z)))


@misconception(
    "sigmoid",
    title="The form with e^z on top gives NaN for large z",
    why=(
        "e^z / (1 + e^z) is the same function on paper; it is often chosen to be safe for "
        "negative z, and then breaks on the other side."
    ),
    hint=(
        "Print your result for z = 1,000. Top and bottom are both infinite there, and infinity "
        "over infinity is NaN. Each of the two textbook forms is safe on one side only: which "
        "one, for which sign of z?"
    ),
)
def sigmoid_infinite_fraction(z):
    z = np.asarray(z)
    return np.exp(z) / (1 + np.exp(z))


@misconception(
    "sigmoid",
    title="A pair of parentheses is missing: 1 is divided by 1 and the exponential added",
    why=(
        "On paper the long fraction bar holds the denominator together; in a line of code only "
        "parentheses do."
    ),
    hint=(
        "A sigmoid stays between 0 and 1. Print yours for z = 0: you get 2, where it should be "
        "0.5. Division comes before addition; what exactly is your 1 divided by?"
    ),
)
def sigmoid_missing_parentheses(z):
    return 1 / 1 + np.exp(-np.asarray(z))


@misconception(
    "sigmoid",
    title="z is cut off at ±10, which is much too early",
    why="A clip against overflow is a good idea, but the limit was picked by eye from a plot.",
    hint=(
        "At z = 20 the true value differs from 1 by 2 in a billion; yours by 5 in 100,000. From "
        "which |z| on does the exponential really overflow in float64? Try e to the 100, 500, "
        "1,000 and move the limit out."
    ),
)
def sigmoid_clipped_too_early(z):
    return 1 / (1 + np.exp(-np.clip(z, -10, 10)))


@misconception(
    "sigmoid",
    title="Whole-number inputs give a result cut to whole numbers",
    why=(
        "An output made like its input also takes over the input's type, and an integer array "
        "drops every fraction on assignment."
    ),
    hint=(
        "Try an array of integers, such as −1, 0, 1: all your results are whole numbers. Print "
        "the dtype of the array that you fill. Which type must it have so that 0.73 fits?"
    ),
)
def sigmoid_truncated(z):
    h = np.zeros_like(z)
    h[...] = 1 / (1 + np.exp(-np.clip(z, -500, 500)))
    return h


@misconception(
    "sigmoid",
    title="The rescaled tanh is twice too steep",
    why=(
        "Sigmoid and tanh are rescaled versions of each other, and the factor inside is easily "
        "lost."
    ),
    hint=(
        "Compare at z = 1: the sigmoid is 0.731, yours is 0.881, which is the sigmoid at z = 2. "
        "To turn tanh into a sigmoid you shift and halve the output. What has to happen to the "
        "input as well?"
    ),
)
def sigmoid_too_steep(z):
    return (np.tanh(z) + 1) / 2


@misconception(
    "sigmoid",
    title="The formula for one sign of z is used for both",
    why=(
        "The overflow-safe version works with |z|; after that the two signs still need different "
        "formulas."
    ),
    hint=(
        "Compare your results for z = 2 and z = −2: they are equal, but a sigmoid at −z must be 1 "
        "minus the sigmoid at z. Working with |z| is safe; where do you bring the sign back in?"
    ),
)
def sigmoid_of_absolute_value(z):
    return 1 / (1 + np.exp(-np.abs(z)))


@misconception(
    "sigmoid",
    title="The input array z is changed",
    why=(
        "Writing into z saves a line or an array, but z belongs to the caller, who will use it "
        "again."
    ),
    hint=(
        "Print z before and after the call: it is not the same any more. Operations such as *=, "
        "out=z, or assigning to z[...] write into the caller's array. Make a new array instead."
    ),
)
def sigmoid_changes_z(z):
    np.negative(z, out=z)
    return 1 / (1 + np.exp(np.minimum(z, 500)))


@misconception(
    "sigmoid",
    title="The function works for a single number only, not for an array",
    why="Python's math module has an exponential too, but it takes one number at a time.",
    hint=(
        "Call it with an array of shape (2, 3). Which library does your exponential come from? "
        "Python's math functions take one number; NumPy's take a whole array and work entry by "
        "entry."
    ),
)
def sigmoid_scalar_only(z):
    return 1 / (1 + math.exp(-z))


@variant("sigmoid", style="clips z where the exponential would overflow")
def sigmoid_clipped(z):
    return 1.0 / (1.0 + np.exp(-np.clip(z, -500, 500)))


@variant("sigmoid", style="a shifted, rescaled tanh")
def sigmoid_by_tanh(z):
    return 0.5 * (1 + np.tanh(0.5 * np.asarray(z)))


@variant("sigmoid", style="one formula per sign of z, filled in by masks")
def sigmoid_by_masks(z):
    z = np.asarray(z, dtype=float)
    h = np.empty_like(z)
    positive = z >= 0
    h[positive] = 1 / (1 + np.exp(-z[positive]))
    e = np.exp(z[~positive])
    h[~positive] = e / (1 + e)
    return h


@variant("sigmoid", style="a loop over all entries with math.exp")
def sigmoid_by_loop(z):
    z = np.asarray(z)
    h = np.zeros(z.shape)
    for place in np.ndindex(z.shape):
        if z[place] > 0:
            h[place] = 1 / (1 + math.exp(-z[place]))
        else:
            h[place] = math.exp(z[place]) / (1 + math.exp(z[place]))
    return h


# --- tanh ---


@misconception(
    "tanh",
    title="The exponentials overflow and give NaN for large |z|",
    why=(
        "The definition is typed as it stands; for large |z| its numerator and denominator both "
        "become infinite."
    ),
    hint=(
        "Print your result for z = 1,000: it is NaN, infinity over infinity, although tanh is "
        "simply 1 there. Is there a form with small exponentials only, or a NumPy function that "
        "already takes care?"
    ),
)
def tanh_overflows(z):
    z = np.asarray(z)
    return (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z))


@misconception(
    "tanh",
    title="The sigmoid is stretched in height but not in width",
    why=(
        "tanh is a rescaled sigmoid in both directions, and the factor in the input is the one "
        "that is forgotten."
    ),
    hint=(
        "Yours runs from −1 to 1, which is right, but it is too flat: at z = 1 it gives 0.46, "
        "where tanh is 0.76. Which z must go into the sigmoid so that the slope at 0 is 1?"
    ),
)
def tanh_too_flat(z):
    return 2 * sigmoid(z) - 1


@misconception(
    "tanh",
    title="The rescaled sigmoid is not shifted down by 1",
    why="After the stretch to twice the height, the shift back to the centre is easily left out.",
    hint=(
        "tanh is centred: it must be 0 at z = 0 and negative on the left. Yours is 1 at z = 0 and "
        "never negative. After doubling, the sigmoid runs from 0 to 2; what brings it to −1 … 1?"
    ),
)
def tanh_not_shifted(z):
    return 2 * sigmoid(2 * np.asarray(z))


@misconception(
    "tanh",
    title="The numerator lacks the − e^(−z)",
    why="The second half of the numerator is dropped, often when the formula is copied.",
    hint=(
        "Put in z = 0: top and bottom of the fraction should be 0 and 2. Yours are 1 and 2, so "
        "the curve runs from 0 to 1 like a sigmoid. Compare the top of your fraction with the "
        "formula."
    ),
)
def tanh_half_numerator(z):
    return sigmoid(2 * np.asarray(z))


@misconception(
    "tanh",
    title="The two terms of the numerator are swapped, so the sign is wrong",
    why="e^z and e^(−z) look alike, and the denominator does not care about their order.",
    hint=(
        "For positive z, is e^z or e^(−z) larger? So which sign should your numerator have at z = "
        "1? tanh has the sign of z; yours has the opposite one."
    ),
)
def tanh_sign_swapped(z):
    return -np.tanh(z)


@misconception(
    "tanh",
    title="The fraction is upside down",
    why="Numerator and denominator differ in one sign only, so they are quickly exchanged.",
    hint=(
        "tanh(0) is 0, yours divides by 0 there. And can your result ever be smaller than 1 in "
        "size? Which of the two sums, the one with plus or the one with minus, is the larger and "
        "so belongs below?"
    ),
)
def tanh_upside_down(z):
    return 1 / np.tanh(z)


@misconception(
    "tanh",
    title="This is the tangent of trigonometry, not the hyperbolic tangent",
    why="The names differ by one letter: tan and tanh.",
    hint=(
        "Plot yours from −5 to 5: it jumps at about 1.57 and repeats, while tanh rises once and "
        "stays between −1 and 1. Read the name of the function that you call letter by letter."
    ),
)
def tanh_is_tan(z):
    return np.tan(z)


@misconception(
    "tanh",
    title="Whole-number inputs give a result cut to whole numbers",
    why=(
        "An output made like its input also takes over the input's type, and an integer array "
        "drops every fraction on assignment."
    ),
    hint=(
        "Try the integers 1, 2, 3: you get only zeros. Print the dtype of the array that you "
        "fill; it was made like z. Which type must it have so that 0.76 fits?"
    ),
)
def tanh_truncated(z):
    h = np.zeros_like(z)
    h[...] = np.tanh(z)
    return h


@misconception(
    "tanh",
    title="The form with e^(2z) gives NaN for large z",
    why="The textbook fraction is multiplied out with e^z, and one exponential less looks safer.",
    hint=(
        "Print your result for z = 1,000: top and bottom are both infinite, and infinity over "
        "infinity is NaN. For which sign of z is this form safe, and what would the form with the "
        "opposite sign in the exponent do? NumPy has a function, too."
    ),
)
def tanh_infinite_fraction(z):
    e = np.exp(2 * z)
    return (e - 1) / (e + 1)


@misconception(
    "tanh",
    title="The form with e^(−2z) gives NaN for very negative z",
    why="A minus sign in the exponent feels safe, but z itself may be negative.",
    hint=(
        "Print your result for z = −1,000: top and bottom are both infinite, and infinity over "
        "infinity is NaN. For which sign of z is this form safe? NumPy has a function, too."
    ),
)
def tanh_infinite_fraction_below(z):
    e = np.exp(-2 * z)
    return (1 - e) / (1 + e)


@misconception(
    "tanh",
    title="The input array z is changed",
    why="Writing the result into z with out=z saves an array, and the values are right.",
    hint=(
        "Print z before and after the call: it is not the same any more. Operations such as *=, "
        "out=z, or assigning to z[...] write into the caller's array. Make a new array instead."
    ),
)
def tanh_changes_z(z):
    np.tanh(z, out=z)
    return z


@variant("tanh", style="a stretched and shifted sigmoid")
def tanh_by_sigmoid(z):
    return 2 * sigmoid(2 * np.asarray(z, dtype=float)) - 1


@variant("tanh", style="the definition with e^(−2|z|) and the sign put back")
def tanh_by_small_exponentials(z):
    e = np.exp(-2.0 * np.abs(z))
    return np.sign(z) * (1 - e) / (1 + e)


# --- relu ---


@misconception(
    "relu",
    title="Negative inputs are scaled down instead of set to 0",
    why=(
        "This is the leaky ReLU, a later relative; many examples on the web use it under the same "
        "name."
    ),
    hint=(
        "What should come out for z = −3? The lecture's ReLU is max(0, z), exactly 0 for all "
        "negative z. Yours lets a small part of them through."
    ),
)
def relu_leaky(z):
    return np.where(np.asarray(z) > 0, z, 0.01 * np.asarray(z))


@misconception(
    "relu",
    title="The input array z is changed",
    why=(
        "Setting the negative entries of z to 0 is short and quick, but z belongs to the caller, "
        "who will use it again."
    ),
    hint=(
        "Print z before and after the call: its negative entries are gone. Assigning to z[...] or "
        "passing out=z writes into the caller's array. Build a new array, or work on a copy."
    ),
)
def relu_changes_z(z):
    return np.maximum(z, 0, out=z)


@misconception(
    "relu",
    title="The sign is dropped, so negative inputs come back positive",
    why="Both curves have a kink at 0, and an absolute value also makes everything non-negative.",
    hint=(
        "What should come out for z = −3? Yours gives 3. A ReLU unit is off for every negative "
        "input; it does not mirror it."
    ),
)
def relu_is_absolute_value(z):
    return np.abs(z)


@misconception(
    "relu",
    title="The largest entry of each column is taken instead of comparing with 0",
    why=(
        "np.max and np.maximum differ by four letters: np.max reduces along an axis, and the 0 is "
        "read as the axis."
    ),
    hint=(
        "Compare the shapes of z and of your result: a dimension is gone. ReLU compares every "
        "entry with 0 and keeps the shape. Look up how np.max and np.maximum differ, and what "
        "their second argument means."
    ),
)
def relu_is_column_maximum(z):
    return np.max(z, 0)


@misconception(
    "relu",
    title="Only 0 and 1 come out: this is a step, not a ReLU",
    why=(
        "The condition z > 0 was written, but the value itself was left out; it is also what the "
        "gradient looks like."
    ),
    hint=(
        "What should come out for z = 2.5? ReLU passes positive inputs on unchanged; yours turns "
        "them all into 1. A comparison is only half of the function."
    ),
)
def relu_is_step(z):
    return (np.asarray(z) > 0) * 1.0


@misconception(
    "relu",
    title="Values over 1 are cut off",
    why="Sigmoid and tanh are bounded, so a bound at 1 looks natural here as well.",
    hint=(
        "What should come out for z = 7? ReLU has no upper limit, which is why it does not "
        "saturate for large z as the sigmoid does. Yours stops at 1."
    ),
)
def relu_capped(z):
    return np.clip(z, 0.0, 1.0)


@misconception(
    "relu",
    title="The negative part is kept and the positive part dropped",
    why="min and max, or < and >, were exchanged.",
    hint=(
        "Put in z = 2 and z = −2: you get 0 and −2. Say in words what a ReLU does with each, then "
        "check which of the two numbers, 0 or z, your comparison picks."
    ),
)
def relu_is_minimum(z):
    return np.minimum(z, 0)


@misconception(
    "relu",
    title="This is the smooth softplus, not the ReLU",
    why="log(1 + e^z) is known as a soft ReLU, and the plots look the same from afar.",
    hint=(
        "Look at z = 0: yours gives 0.69, where ReLU gives exactly 0. ReLU is made of two "
        "straight pieces; no exponential or logarithm is needed."
    ),
)
def relu_is_softplus(z):
    return np.logaddexp(0, z)


@misconception(
    "relu",
    title="Python's max compares whole rows instead of single entries",
    why="max(0, x) is right for one number; while looping over a matrix, x is a whole row.",
    hint=(
        "Call it with an array of shape (2, 3): the error says that the truth value of an array "
        "is ambiguous. What is one element when you loop over a matrix? NumPy has a maximum that "
        "works entry by entry, for any shape."
    ),
)
def relu_python_max(z):
    return np.array([max(0, row) for row in z])


@variant("relu", style="z times the mask z > 0")
def relu_by_mask(z):
    z = np.asarray(z)
    return z * (z > 0)


@variant("relu", style="half the sum of z and |z|")
def relu_by_absolute_value(z):
    return (np.asarray(z) + np.abs(z)) / 2


@variant("relu", style="a copy whose negative entries are set to 0")
def relu_on_copy(z):
    h = np.array(z, dtype=float)
    h[h < 0] = 0
    return h


# --- sigmoid_gradient ---


@misconception(
    "sigmoid_gradient",
    title="The sigmoid is applied to h once more, as if h were z",
    why=(
        "Most books write the derivative as a function of z; here the function value h is handed "
        "in."
    ),
    hint=(
        "The argument h is already a sigmoid's output. Take z = 0, so h = 0.5: the slope there is "
        "0.25, yours is 0.235. How many times has the sigmoid been applied by the time you "
        "multiply?"
    ),
)
def sigmoid_gradient_at_z(h):
    s = 1 / (1 + np.exp(-np.asarray(h)))
    return s * (1 - s)


@misconception(
    "sigmoid_gradient",
    title="The factor (1 − h) is missing",
    why=(
        "Only half of the product is written down; h alone also lies between 0 and 1, so it looks "
        "plausible."
    ),
    hint=(
        "A saturated unit, h near 1, has a flat curve: its slope is near 0. Yours is near 1. The "
        "slope must vanish at both ends, h = 0 and h = 1; which factor does that at 1?"
    ),
)
def sigmoid_gradient_only_h(h):
    return np.array(h, dtype=float)


@misconception(
    "sigmoid_gradient",
    title="The factor h is missing",
    why="Only half of the product is written down.",
    hint=(
        "Put in h = 0.01, far out on the left, where the curve is flat: the slope must be near 0, "
        "yours is 0.99. The slope must vanish at both ends, h = 0 and h = 1; which factor does "
        "that at 0?"
    ),
)
def sigmoid_gradient_only_one_minus_h(h):
    return 1 - np.asarray(h)


@misconception(
    "sigmoid_gradient",
    title="The sign is wrong: the gradient is negative",
    why="The two terms in (1 − h) were exchanged.",
    hint=(
        "The sigmoid rises everywhere, so what sign must its slope have? Put in h = 0.5: you get "
        "−0.25. Look at the order of the terms in your difference."
    ),
)
def sigmoid_gradient_negative(h):
    h = np.asarray(h)
    return h * (h - 1)


@misconception(
    "sigmoid_gradient",
    title="This is the derivative of tanh",
    why=(
        "Both derivatives are polynomials in h, 1 − h² for tanh and another for the sigmoid, and "
        "they get mixed up."
    ),
    hint=(
        "Put in h = 0.5, the middle of the sigmoid: its slope there is 0.25, yours is 0.75. The "
        "formula with h squared belongs to the other activation."
    ),
)
def sigmoid_gradient_of_tanh(h):
    return 1 - np.asarray(h) ** 2


@misconception(
    "sigmoid_gradient",
    title="A pair of parentheses is missing, so everything is 0",
    why=(
        "On paper h(1 − h) shows what belongs together; in code, multiplication comes before "
        "subtraction."
    ),
    hint=(
        "Your result is 0 for every h. Do the steps in the order in which Python does them: first "
        "h times 1, then …? Where do you need parentheses?"
    ),
)
def sigmoid_gradient_missing_parentheses(h):
    h = np.asarray(h)
    return h * 1 - h


@misconception(
    "sigmoid_gradient",
    title="Sigmoids are put inside each other instead of multiplied",
    why="The formula σ(z)(1 − σ(z)) is read as a function of (1 − σ(z)), not as a product.",
    hint=(
        "In σ(z)(1 − σ(z)) the second parenthesis is a factor, not an argument. And you already "
        "have h = σ(z): which product of h and something do you need, without calling the sigmoid "
        "at all?"
    ),
)
def sigmoid_gradient_nested(h):
    return 1 / (1 + np.exp(-(1 - 1 / (1 + np.exp(-np.asarray(h))))))


@misconception(
    "sigmoid_gradient",
    title="The input array h is changed",
    why=(
        "h *= … is short, but it writes into the caller's array; the list H of the forward pass "
        "is then spoilt."
    ),
    hint=(
        "Print h before and after the call. The right numbers come back, but they also overwrite "
        "the layer's output, which backpropagation needs again. Put the product into a new array."
    ),
)
def sigmoid_gradient_changes_h(h):
    h *= 1 - h
    return h


@variant("sigmoid_gradient", style="h minus its square")
def sigmoid_gradient_difference(h):
    return h - np.square(h)


@variant("sigmoid_gradient", style="a quarter minus the squared distance from the middle")
def sigmoid_gradient_centred(h):
    return 0.25 - (np.asarray(h) - 0.5) ** 2


# --- tanh_gradient ---


@misconception(
    "tanh_gradient",
    title="tanh is applied to h once more, as if h were z",
    why=(
        "Most books write the derivative as a function of z; here the function value h is handed "
        "in."
    ),
    hint=(
        "The argument h is already an output of tanh. For a saturated unit, h = 1, the slope is "
        "0; yours is 0.42. How many times has tanh been applied by the time you square?"
    ),
)
def tanh_gradient_at_z(h):
    return 1 - np.tanh(h) ** 2


@misconception(
    "tanh_gradient",
    title="There is a plus where the derivative has a minus",
    why=(
        "The tangent of trigonometry has the derivative 1 + tan²; the hyperbolic one differs by "
        "this sign."
    ),
    hint=(
        "A saturated unit, h near 1 or −1, is flat: its slope is near 0. Yours is near 2. Which "
        "sign makes the slope vanish at both ends?"
    ),
)
def tanh_gradient_plus(h):
    return 1 + np.asarray(h) ** 2


@misconception(
    "tanh_gradient",
    title="h is not squared",
    why="The square is lost when the formula is copied.",
    hint=(
        "tanh is flat at both ends, so the slope must be 0 at h = 1 and at h = −1. Put in h = −1: "
        "yours is 2. Which power of h treats both ends alike?"
    ),
)
def tanh_gradient_not_squared(h):
    return 1 - np.asarray(h)


@misconception(
    "tanh_gradient",
    title="This is the derivative of the sigmoid",
    why=(
        "Both derivatives are polynomials in h, h(1 − h) for the sigmoid and another for tanh, "
        "and they get mixed up."
    ),
    hint=(
        "tanh is steepest in the middle, at h = 0, where its slope is 1. Put in h = 0: yours is "
        "0. The formula that you used belongs to the other activation."
    ),
)
def tanh_gradient_of_sigmoid(h):
    h = np.asarray(h)
    return h * (1 - h)


@misconception(
    "tanh_gradient",
    title="The whole difference is squared instead of h alone",
    why="In 1 − h² the exponent belongs to h; a parenthesis too many moves it.",
    hint=(
        "Put in h = −1, the flat left end of tanh: the slope there is 0, yours is 4. What exactly "
        "does the exponent in the formula belong to?"
    ),
)
def tanh_gradient_square_of_all(h):
    return (1 - np.asarray(h)) ** 2


@misconception(
    "tanh_gradient",
    title="h is doubled instead of squared",
    why="h times 2 and h to the power 2 differ by one star in Python.",
    hint=(
        "Put in h = 0.5: the slope is 0.75, yours is 0. What is the difference between * and ** "
        "in Python, and which one does the formula ask for?"
    ),
)
def tanh_gradient_doubled(h):
    return 1 - 2 * np.asarray(h)


@misconception(
    "tanh_gradient",
    title="h is turned back into z before it is squared",
    why=(
        "It feels wrong to put the output into a derivative, so the input is recovered first; but "
        "the formula wants the output."
    ),
    hint=(
        "In 1 − tanh²(z), what is squared: z, or tanh of z? And which of the two is the argument "
        "h? The value is ready to use; no inverse function is needed."
    ),
)
def tanh_gradient_inverted(h):
    return 1 - np.arctanh(h) ** 2


@misconception(
    "tanh_gradient",
    title="The input array h is changed",
    why=(
        "Squaring in place saves an array, but h belongs to the caller; the list H of the forward "
        "pass is then spoilt."
    ),
    hint=(
        "Print h before and after the call. The right numbers come back, but h itself has been "
        "overwritten, and backpropagation needs it again. Put the square into a new array."
    ),
)
def tanh_gradient_changes_h(h):
    np.multiply(h, h, out=h)
    return 1 - h


@variant("tanh_gradient", style="the product (1 − h)(1 + h)")
def tanh_gradient_factored(h):
    h = np.asarray(h)
    return (1 - h) * (1 + h)


@variant("tanh_gradient", style="a list comprehension over the flattened h")
def tanh_gradient_comprehension(h):
    h = np.asarray(h, dtype=float)
    return np.array([1.0 - x * x for x in h.ravel()]).reshape(h.shape)


# --- relu_gradient ---


@misconception(
    "relu_gradient",
    title="The ReLU gradient is 1 also where h is 0",
    why=(
        "At the kink, ≥ and > look equally good. But every dead unit has h = 0, so the case is "
        "the rule, not a rarity."
    ),
    hint=(
        "Take z = −5: what is h, and what is the slope of ReLU there? h = 0 stands for all "
        "negative inputs, not just for z = 0. Should such a unit pass a gradient on?"
    ),
)
def relu_gradient_one_at_zero(h):
    return np.where(np.asarray(h) >= 0, 1.0, 0.0)


@misconception(
    "relu_gradient",
    title="The gradient at h = 0 is one half",
    why=(
        "Halfway between the slopes 0 and 1 seems fair at the kink, but h = 0 also stands for "
        "every negative input."
    ),
    hint=(
        "Take z = −5: what is h, and what is the slope of ReLU there? h = 0 means that the unit "
        "is off, so no part of a gradient should pass."
    ),
)
def relu_gradient_half_at_zero(h):
    return np.heaviside(h, 0.5)


@misconception(
    "relu_gradient",
    title="The function itself is returned instead of its slope",
    why="Positive entries are kept and the others set to 0, which is ReLU once more.",
    hint=(
        "How steep is the line max(0, z) at z = 3, and how steep at z = 30? Yours says 3 and 30. "
        "The slope tells how fast the line rises, not how high it is."
    ),
)
def relu_gradient_is_relu(h):
    return np.maximum(h, 0.0)


@misconception(
    "relu_gradient",
    title="Dead units get a small gradient",
    why="This is the slope of the leaky ReLU, a later relative.",
    hint=(
        "Where h = 0 the lecture's ReLU is flat: a change of z changes nothing. What is the slope "
        "of a flat line? Yours lets a small part of the gradient through."
    ),
)
def relu_gradient_leaky(h):
    return np.where(np.asarray(h) > 0, 1.0, 0.01)


@misconception(
    "relu_gradient",
    title="The mask is inverted: active units get 0 and dead ones 1",
    why="The condition was written for the entries to switch off, but used for those to keep.",
    hint=(
        "Which units let a gradient through, those with h > 0 or those with h = 0? Put in h = 3: "
        "you get 0, although the line rises there with slope 1."
    ),
)
def relu_gradient_inverted(h):
    return np.where(np.asarray(h) > 0, 0.0, 1.0)


@misconception(
    "relu_gradient",
    title="This is the derivative of the sigmoid",
    why="A line copied from the function above keeps its formula.",
    hint=(
        "How steep is max(0, z) for positive z? It is a straight line, so its slope cannot depend "
        "on h. Put in h = 3: yours is −6."
    ),
)
def relu_gradient_of_sigmoid(h):
    h = np.asarray(h)
    return h * (1 - h)


@misconception(
    "relu_gradient",
    title="The input array h is changed",
    why=(
        "Setting the positive entries of h to 1 is short, but h belongs to the caller; the list H "
        "of the forward pass is then spoilt."
    ),
    hint=(
        "Print h before and after the call: the layer's outputs have become ones. Assigning to "
        "h[...] writes into the caller's array. Build the mask as a new array."
    ),
)
def relu_gradient_changes_h(h):
    h[h > 0] = 1
    return h


@misconception(
    "relu_gradient",
    title="h is divided by itself, and 0/0 is NaN",
    why="h / h is 1 wherever h > 0, so it looks like a short way to write the derivative.",
    hint=(
        "Print your result for h = 0: 0 divided by 0 is NaN. Ask of each entry whether it is "
        "greater than 0 instead; no division is needed."
    ),
)
def relu_gradient_divides(h):
    return h / h


@variant("relu_gradient", style="a comparison cast to float")
def relu_gradient_cast(h):
    return (np.asarray(h) > 0).astype(float)


@variant("relu_gradient", style="the Heaviside step with 0 at 0")
def relu_gradient_heaviside(h):
    return np.heaviside(h, 0)


@variant("relu_gradient", style="the mask itself, as booleans")
def relu_gradient_mask(h):
    return np.asarray(h) > 0


# --- perceptron_predict ---


@misconception(
    "perceptron_predict",
    title="A score of exactly 0 is counted as class 1",
    why="Many books use ≥ for the step; this lab asks for a score strictly over 0.",
    hint=(
        "Take w, b and x all zero, the very start of training: what should the answer be? Read "
        "the rule in the docstring once more, and look at what your comparison says about a tie."
    ),
)
def perceptron_predict_at_least_zero(w, b, X):
    return np.where(w @ X + b >= 0, 1, 0)


@misconception(
    "perceptron_predict",
    title="The bias b is left out",
    why=(
        "Without b the line still turns with w, so it looks right until the classes are not on "
        "two sides of the origin."
    ),
    hint=(
        "Give it an X of zeros, w of ones and b = 1: the score is 1, so the answer is 1. Yours is "
        "0. Which argument do you never use? Without it every line goes through the origin."
    ),
)
def perceptron_predict_without_bias(w, b, X):
    return np.where(w @ X > 0, 1, 0)


@misconception(
    "perceptron_predict",
    title="The bias is subtracted, as if it were a threshold",
    why=(
        "Older texts compare w·x with a threshold; the bias is that threshold with the opposite "
        "sign."
    ),
    hint=(
        "Give it an X of zeros and b = 1: the score w·x + b is 1, so the answer is 1. Yours is 0. "
        "A larger bias should make class 1 more likely; what does it do in yours?"
    ),
)
def perceptron_predict_threshold(w, b, X):
    return np.where(w @ X > b, 1, 0)


@misconception(
    "perceptron_predict",
    title="The classes come out as −1 and 1 instead of 0 and 1",
    why="Both conventions are common, and sign() gives the other one.",
    hint=(
        "Print the set of values in your result and compare it with the docstring's labels. With "
        "−1 in it, comparing with y, or counting mistakes, fails without any error."
    ),
)
def perceptron_predict_minus_one(w, b, X):
    return np.where(w @ X + b > 0, 1, -1)


@misconception(
    "perceptron_predict",
    title="The scores are returned, not the classes",
    why="The last step, the comparison with 0, is missing.",
    hint=(
        "Print your result: it should hold nothing but 0 and 1. You have computed w·x + b; which "
        "question about that number decides the class?"
    ),
)
def perceptron_predict_scores(w, b, X):
    return w @ X + b


@misconception(
    "perceptron_predict",
    title="The result has an extra dimension: (1, n) instead of (n,)",
    why="Making w a row matrix helps the product, but the result is then a matrix as well.",
    hint=(
        "Print the shape of your result: one example should give one number, so n examples give "
        "(n,). What are the shapes of w and X, and what does a (p,) vector times a (p, n) matrix "
        "give by itself?"
    ),
)
def perceptron_predict_row_matrix(w, b, X):
    return np.where(w.reshape(1, -1) @ X + b > 0, 1, 0)


@misconception(
    "perceptron_predict",
    title="Examples are taken as rows, but here they are columns",
    why="Most data tables have one row per example; the lecture's X has one column per example.",
    hint=(
        "Write the shapes under the product: w is (p,), X is (p, n), and the result must be (n,). "
        "Which order makes the two p's meet in the middle? Try p = 2 and n = 5."
    ),
)
def perceptron_predict_rows(w, b, X):
    return np.where(X @ w + b > 0, 1, 0)


@misconception(
    "perceptron_predict",
    title="The score is compared with 0.5 instead of 0",
    why="0.5 is the limit for a probability; the score here is not squeezed into 0 … 1.",
    hint=(
        "Take a score of 0.3: on which side of the line w·x + b = 0 does the example lie? The "
        "limit 0.5 belongs to probabilities, after a sigmoid."
    ),
)
def perceptron_predict_half(w, b, X):
    return np.where(w @ X + b > 0.5, 1, 0)


@misconception(
    "perceptron_predict",
    title="There is one answer for all examples together",
    why="A sum without an axis adds over the examples too.",
    hint=(
        "Print the shape of your result: n examples need n answers. Over which dimension of X, "
        "the features or the examples, should w·x add up?"
    ),
)
def perceptron_predict_one_answer(w, b, X):
    return int(np.sum(np.reshape(w, (-1, 1)) * X) + b > 0)


@misconception(
    "perceptron_predict",
    title="0 and 1 are exchanged",
    why=(
        "The comparison is written the other way round, or the two values are given in wrong order."
    ),
    hint=(
        "Which class do you give to an example with a large positive w·x + b? It should be 1. Look "
        "at the direction of your comparison, or at the order of the two values that you choose "
        "from."
    ),
)
def perceptron_predict_exchanged(w, b, X):
    return np.where(w @ X + b > 0, 0, 1)


@misconception(
    "perceptron_predict",
    title="The result is a column of shape (n, 1)",
    why="w is turned into a p × 1 matrix for the product with the transposed X.",
    hint=(
        "Print the shape of your result: one class for each example is wanted, (n,), without a "
        "second axis. w has the shape (p,); which product with X gives (n,) directly?"
    ),
)
def perceptron_predict_column(w, b, X):
    return (X.T @ np.reshape(w, (-1, 1)) + b > 0).astype(int)


@misconception(
    "perceptron_predict",
    title="Probabilities of a sigmoid are returned, not classes",
    why="The perceptron is mixed up with logistic regression, which has the same w·x + b inside.",
    hint=(
        "Your results lie between 0 and 1; a perceptron answers with 0 or 1 and nothing between. "
        "Its activation is a step: what does it ask of w·x + b?"
    ),
)
def perceptron_predict_sigmoid(w, b, X):
    return sigmoid(w @ X + b)


@variant("perceptron_predict", style="a loop over the examples")
def perceptron_predict_by_loop(w, b, X):
    p, n = X.shape
    answers = np.zeros(n)
    for i in range(n):
        score = b
        for j in range(p):
            score += w[j] * X[j, i]
        answers[i] = 1 if score > 0 else 0
    return answers


@variant("perceptron_predict", style="the transposed product and a Heaviside step")
def perceptron_predict_transposed(w, b, X):
    return np.heaviside(X.T @ w + b, 0)


# --- perceptron_train ---


@misconception(
    "perceptron_train",
    title="The bias is never updated",
    why=(
        "The rule is written for w; that b is a weight too, on the fake input 1, is easily "
        "forgotten."
    ),
    hint=(
        "Print b after training: it is still 0, so your line always goes through the origin. "
        "Think of the bias as the weight of an input that is always 1: what does the rule do to "
        "that weight?"
    ),
)
def perceptron_train_bias_stays(X, y, epochs):
    w, b = np.zeros(X.shape[0]), 0.0
    for _ in range(epochs):
        for i in range(X.shape[1]):
            error = y[i] - (w @ X[:, i] + b > 0)
            w = w + error * X[:, i]
    return w, b


@misconception(
    "perceptron_train",
    title="The bias is updated once per feature instead of once per example",
    why="The update of b slipped into the loop over the features, one indentation too deep.",
    hint=(
        "Train on one example with label 1 and p = 3 features: b should be 1, yours is 3. How "
        "many times is the line that changes b run per mistake? Look at its indentation."
    ),
)
def perceptron_train_bias_per_feature(X, y, epochs):
    w, b = np.zeros(X.shape[0]), 0.0
    for _ in range(epochs):
        for i in range(X.shape[1]):
            error = y[i] - (w @ X[:, i] + b > 0)
            for j in range(X.shape[0]):
                w[j] += error * X[j, i]
                b += error
    return w, b


@misconception(
    "perceptron_train",
    title="Every mistake adds the example, whatever its label",
    why=(
        "The rule is learnt from a missed example of class 1; for a false alarm the direction is "
        "the other one."
    ),
    hint=(
        "Take an example of class 0 that was answered 1: its score is too high. Should x be added "
        "to w or taken away? Write y − ŷ for both kinds of mistake and look at its sign."
    ),
)
def perceptron_train_without_label(X, y, epochs):
    w, b = np.zeros(X.shape[0]), 0.0
    for _ in range(epochs):
        for i in range(X.shape[1]):
            if (w @ X[:, i] + b > 0) != y[i]:
                w = w + X[:, i]
                b += 1.0
    return w, b


@misconception(
    "perceptron_train",
    title="The update goes the wrong way",
    why=(
        "The error was taken as answer minus label, or a minus was carried over from gradient "
        "descent."
    ),
    hint=(
        "Take a missed example of class 1: its score was too low. After your update, compute its "
        "score again: has it grown? Compare the order of label and answer in your difference with "
        "the rule."
    ),
)
def perceptron_train_wrong_way(X, y, epochs):
    w, b = np.zeros(X.shape[0]), 0.0
    for _ in range(epochs):
        for i in range(X.shape[1]):
            error = y[i] - (w @ X[:, i] + b > 0)
            w = w - error * X[:, i]
            b -= error
    return w, b


@misconception(
    "perceptron_train",
    title="Training ends after the first epoch",
    why="The return, or the test for an early stop, stands inside the loop over the epochs.",
    hint=(
        "Print something at the start of each epoch and ask for 5 epochs: how many lines do you "
        "see? Look at the indentation of the last lines."
    ),
)
def perceptron_train_one_epoch(X, y, epochs):
    w, b = np.zeros(X.shape[0]), 0.0
    for _ in range(min(epochs, 1)):
        for i in range(X.shape[1]):
            error = y[i] - (w @ X[:, i] + b > 0)
            w = w + error * X[:, i]
            b += error
    return w, b


@misconception(
    "perceptron_train",
    title="Training ends at the first example that is right",
    why="The early stop asks about one example, where it should ask about the whole epoch.",
    hint=(
        "When may training stop early: when one example is right, or when a whole epoch passes "
        "without a mistake? Count the mistakes of an epoch and look at the count after the inner "
        "loop."
    ),
)
def perceptron_train_stops_at_first_success(X, y, epochs):
    w, b = np.zeros(X.shape[0]), 0.0
    for _ in range(epochs):
        for i in range(X.shape[1]):
            error = y[i] - (w @ X[:, i] + b > 0)
            if error == 0:
                return w, b
            w = w + error * X[:, i]
            b += error
    return w, b


@misconception(
    "perceptron_train",
    title="Examples that are already right change w too",
    why=(
        "The update is done for every example, with the label as its sign, without asking whether "
        "there was a mistake."
    ),
    hint=(
        "Train one more epoch on data that is already separated: w should stay as it is, yours "
        "goes on growing. What should y − ŷ be for a right answer, and how large is the update "
        "then?"
    ),
)
def perceptron_train_always_updates(X, y, epochs):
    w, b = np.zeros(X.shape[0]), 0.0
    for _ in range(epochs):
        for i in range(X.shape[1]):
            sign = 2 * y[i] - 1
            w = w + sign * X[:, i]
            b += sign
    return w, b


@misconception(
    "perceptron_train",
    title="w is updated once per epoch, after all examples",
    why=(
        "Computing all answers in one product is quick, but then no example sees the updates of "
        "the ones before it."
    ),
    hint=(
        "Take two examples in a row. When the second one is answered, should w already hold the "
        "first one's update? Yours answers all of them with the same w and adds everything up at "
        "the end."
    ),
)
def perceptron_train_whole_batch(X, y, epochs):
    w, b = np.zeros(X.shape[0]), 0.0
    for _ in range(epochs):
        error = y - (w @ X + b > 0)
        w = w + X @ error
        b += np.sum(error)
    return w, b


@misconception(
    "perceptron_train",
    title="The error is measured with the score, not with the 0/1 answer",
    why="Label minus score is the rule of linear regression, which looks almost the same.",
    hint=(
        "Take label 1 and a score of 5: the answer is right, so nothing should change. Yours "
        "changes w by −4 times x. What must be compared with the label, the score or the class?"
    ),
)
def perceptron_train_with_scores(X, y, epochs):
    w, b = np.zeros(X.shape[0]), 0.0
    with np.errstate(all="ignore"):
        for _ in range(epochs):
            for i in range(X.shape[1]):
                error = y[i] - (w @ X[:, i] + b)
                w = w + error * X[:, i]
                b += error
    return w, b


@misconception(
    "perceptron_train",
    title="Examples with label 0 never change anything",
    why=(
        "The rule w + y·x is meant for labels −1 and 1, and with a label of 0 it adds nothing; or "
        "only one of the two kinds of mistakes is handled."
    ),
    hint=(
        "A perceptron can be wrong in two ways. Take an example of class 0 that was answered 1: "
        "what does your update do to w and b? A rule for labels −1 and 1 adds 0 times x. Which "
        "expression in y and ŷ is 1, 0 or −1 as needed?"
    ),
)
def perceptron_train_for_signed_labels(X, y, epochs):
    w, b = np.zeros(X.shape[0]), 0.0
    for _ in range(epochs):
        for i in range(X.shape[1]):
            if y[i] * (w @ X[:, i] + b) <= 0:
                w = w + y[i] * X[:, i]
                b += y[i]
    return w, b


@misconception(
    "perceptron_train",
    title="w does not start from zeros",
    why=(
        "Neural networks need a random start, so it seems natural here as well; a perceptron does "
        "not."
    ),
    hint=(
        "Ask for 0 epochs and print w: it should be all zeros. With another start the same rule "
        "ends at another line. A single unit has no twin to be told apart from, so nothing random "
        "is needed."
    ),
)
def perceptron_train_from_ones(X, y, epochs):
    w, b = np.ones(X.shape[0]), 0.0
    for _ in range(epochs):
        for i in range(X.shape[1]):
            error = y[i] - (w @ X[:, i] + b > 0)
            w = w + error * X[:, i]
            b += error
    return w, b


@misconception(
    "perceptron_train",
    title="The examples are shuffled, but they should be taken in order",
    why=(
        "Shuffling is a good habit in gradient descent; here the order is part of the task, so "
        "that everyone gets the same line."
    ),
    hint=(
        "Call it twice with the same data: do you get the same w? The docstring asks for the "
        "examples in the order in which they come. Other orders end at other lines."
    ),
)
def perceptron_train_shuffled(X, y, epochs):
    w, b = np.zeros(X.shape[0]), 0.0
    rng = np.random.default_rng(0)
    for _ in range(epochs):
        for i in rng.permutation(X.shape[1]):
            error = y[i] - (w @ X[:, i] + b > 0)
            w = w + error * X[:, i]
            b += error
    return w, b


@misconception(
    "perceptron_train",
    title="The label array y is changed",
    why=(
        "Turning 0 into −1 makes the rule shorter, but done in y itself it changes the caller's "
        "data."
    ),
    hint=(
        "Print y before and after the call: the zeros have become −1. Your line is right, but "
        "whoever uses y next gets a surprise. Make the new labels in an array of your own."
    ),
)
def perceptron_train_changes_y(X, y, epochs):
    y[y == 0] = -1
    w, b = np.zeros(X.shape[0]), 0.0
    for _ in range(epochs):
        for i in range(X.shape[1]):
            if (1 if w @ X[:, i] + b > 0 else -1) != y[i]:
                w = w + y[i] * X[:, i]
                b += y[i]
    return w, b


@misconception(
    "perceptron_train",
    title="b and w are returned in the wrong order",
    why="With the bias stored in front, as entry 0, it is natural to return it first.",
    hint=(
        "Print the shapes of the two things that you return: the docstring promises (w, b), first "
        "the vector with p entries, then one number."
    ),
)
def perceptron_train_swapped(X, y, epochs):
    w, b = np.zeros(X.shape[0]), 0.0
    for _ in range(epochs):
        for i in range(X.shape[1]):
            error = y[i] - (w @ X[:, i] + b > 0)
            w = w + error * X[:, i]
            b += error
    return b, w


@misconception(
    "perceptron_train",
    title="A score of exactly 0 counts as class 1",
    why="≥ and > differ only where the score is 0, but training starts there: w = 0, b = 0.",
    hint=(
        "Which class does the very first example get, while w and b are still 0? The class is 1 "
        "only where the score is greater than 0, not where it is equal. If `perceptron_predict` is "
        "right, use it."
    ),
)
def perceptron_train_at_least_zero(X, y, epochs):
    w, b = np.zeros(len(X)), 0.0
    for _ in range(epochs):
        for x, label in zip(X.T, y, strict=True):
            error = label - int(w @ x + b >= 0)
            w, b = w + error * x, b + error
    return w, b


@misconception(
    "perceptron_train",
    title="The bias moves the wrong way",
    why="A threshold would move against the weights, and a bias is minus the threshold.",
    hint=(
        "Where an example of class 1 is missed, w·x + b was too small. Does your update make b "
        "larger then? Compare the sign in the two lines for w and for b."
    ),
)
def perceptron_train_bias_wrong_way(X, y, epochs):
    w, b = np.zeros(len(X)), 0.0
    for _ in range(epochs):
        for x, label in zip(X.T, y, strict=True):
            error = label - int(w @ x + b > 0)
            w, b = w + error * x, b - error
    return w, b


@misconception(
    "perceptron_train",
    title="The weights are whole numbers, so inputs are cut",
    why="The array of zeros is made with an integer type, or takes over the type of the labels.",
    hint=(
        "Train on an example such as x = (0.5, 1.7): do your weights become 0.5 and 1.7, or 0 and "
        "1? Print the dtype of w. Which type must it have so that 0.5 fits?"
    ),
)
def perceptron_train_truncated(X, y, epochs):
    w, b = np.zeros(len(X), dtype=int), 0
    for _ in range(epochs):
        for x, label in zip(X.T, y, strict=True):
            error = int(label) - int(w @ x + b > 0)
            w, b = w + (error * x).astype(int), b + error
    return w, b


@variant("perceptron_train", style="a fake one for the bias, and an early stop")
def perceptron_train_fake_one(X, y, epochs):
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


@variant("perceptron_train", style="labels −1 and 1, rate one half, no early stop")
def perceptron_train_half_rate(X, y, epochs):
    signs = np.where(np.asarray(y) == 1, 1, -1)
    w, b = np.zeros(X.shape[0]), 0.0
    for _ in range(epochs):
        for i in range(X.shape[1]):
            answer = 1 if w @ X[:, i] + b > 0 else -1
            if answer != signs[i]:
                w = w + 0.5 * signs[i] * X[:, i]
                b = b + 0.5 * signs[i]
    return w, b


@variant("perceptron_train", style="calls perceptron_predict for each example")
def perceptron_train_calls_predict(X, y, epochs):
    w, b = np.zeros(X.shape[0]), 0.0
    for _ in range(epochs):
        for i in range(X.shape[1]):
            error = y[i] - perceptron_predict(w, b, X[:, i : i + 1])[0]
            w = w + error * X[:, i]
            b = b + error
    return w, b


# --- xor_params ---


@misconception(
    "xor_params",
    title="The network computes OR",
    why="XOR and OR agree on three of the four inputs; only (1, 1) tells them apart.",
    hint=(
        "Fill in the table of all four inputs by hand. At (1, 1) the answer must be 0. Which "
        "hidden unit could notice that both inputs are on, and how should the output react to it?"
    ),
)
def xor_params_or():
    return [
        (np.array([[1.0, 1.0], [1.0, 1.0]]), np.array([[-0.5], [-1.5]])),
        (np.array([[1.0, 0.0]]), np.array([[-0.5]])),
    ]


@misconception(
    "xor_params",
    title="The network computes the opposite of XOR",
    why="The signs of the output unit are exchanged, so equal inputs give 1.",
    hint=(
        "Fill in the table of all four inputs: yours gives 1 where XOR gives 0, everywhere. The "
        "hidden layer does its work; what single change of the output unit turns every answer "
        "around?"
    ),
)
def xor_params_inverted():
    return [
        (np.array([[1.0, 1.0], [1.0, 1.0]]), np.array([[-0.5], [-1.5]])),
        (np.array([[-1.0, 1.0]]), np.array([[0.5]])),
    ]


@misconception(
    "xor_params",
    title="There is only one layer",
    why=(
        "One unit is enough for AND and for OR, so it is tempting to search for the right three "
        "numbers for XOR too."
    ),
    hint=(
        "Draw the four inputs as points and try to separate the two classes with one straight "
        "line. That is all a single unit can do. How many lines do you need, and what combines "
        "them?"
    ),
)
def xor_params_one_layer():
    return [(np.array([[1.0, 1.0]]), np.array([[-0.5]]))]


@misconception(
    "xor_params",
    title="The biases are all 0",
    why="The weights get all the attention; without biases every line goes through the origin.",
    hint=(
        "Work out both hidden units for (1, 0) and for (1, 1). To tell one input on from two "
        "inputs on, a unit needs its line between the points 1 and 2. Which number moves the "
        "line?"
    ),
)
def xor_params_without_biases():
    return [
        (np.array([[1.0, 1.0], [1.0, 1.0]]), np.zeros((2, 1))),
        (np.array([[1.0, -1.0]]), np.zeros((1, 1))),
    ]


@misconception(
    "xor_params",
    title="Only one of the two inputs that should give 1 does so",
    why='One hidden unit finds "first but not second"; its mirror image is missing.',
    hint=(
        "Fill in the table of all four inputs: (1, 0) and (0, 1) must both give 1. XOR is "
        "symmetric: swap the inputs, and nothing should change. Is that true of your hidden "
        "units, taken together?"
    ),
)
def xor_params_one_sided():
    return [
        (np.array([[1.0, -1.0], [1.0, -1.0]]), np.array([[-0.5], [-0.5]])),
        (np.array([[1.0, 1.0]]), np.array([[-0.5]])),
    ]


@misconception(
    "xor_params",
    title="The weights of the output unit form a column, but W has one row per unit",
    why="Two weights are written down as a column, as they are drawn next to the hidden units.",
    hint=(
        "W of a layer has the shape (units, inputs). The output layer has one unit with two "
        "inputs. Print the shape of your second W, and try W times the (2, 4) matrix of hidden "
        "outputs."
    ),
)
def xor_params_column():
    return [
        (np.array([[1.0, 1.0], [1.0, 1.0]]), np.array([[-0.5], [-1.5]])),
        (np.array([[1.0], [-1.0]]), np.array([[-0.5]])),
    ]


@misconception(
    "xor_params",
    title="The output layer comes before the hidden layer in the list",
    why=(
        "Backwards is how one thinks about it: what must the output combine, and how do I get that?"
    ),
    hint=(
        "The list params goes the way that the data goes: first layer first. Which pair must meet "
        "the two inputs, and which gives the final answer? Print the shapes of both W in the "
        "order of your list."
    ),
)
def xor_params_reversed():
    return [
        (np.array([[1.0, -1.0]]), np.array([[-0.5]])),
        (np.array([[1.0, 1.0], [1.0, 1.0]]), np.array([[-0.5], [-1.5]])),
    ]


@variant("xor_params", style="both inputs, and at least two: the textbook's ReLU solution")
def xor_params_textbook():
    return [
        (np.array([[1, 1], [1, 1]]), np.array([[0], [-1]])),
        (np.array([[1, -2]]), np.array([[0]])),
    ]


@variant("xor_params", style="first but not second, or second but not first")
def xor_params_two_sides():
    return [
        (np.array([[2.0, -2.0], [-2.0, 2.0]]), np.array([[-1.0], [-1.0]])),
        (np.array([[2.0, 2.0]]), np.array([[-1.0]])),
    ]


@variant("xor_params", style="three hidden units, one of them idle")
def xor_params_three_units():
    return [
        (
            np.array([[1.0, 1.0], [-1.0, -1.0], [0.0, 0.0]]),
            np.array([[-0.5], [1.5], [-1.0]]),
        ),
        (np.array([[1.0, 1.0, 5.0]]), np.array([[-1.5]])),
    ]


# --- add_bias_row ---


@misconception(
    "add_bias_row",
    title="The row of ones comes first, but it should be last",
    why="Many books count the bias as weight number 0, and so put the ones on top.",
    hint=(
        "Print your result for a small X: where is the row of ones? The order must fit the "
        "weights: the bias is the last column next to W, so the ones are the last row under X."
    ),
)
def add_bias_row_on_top(X):
    return np.vstack([np.ones((1, X.shape[1])), X])


@misconception(
    "add_bias_row",
    title="A column of ones is added instead of a row",
    why="With one row per example the fake one is a column; here examples are columns.",
    hint=(
        "Print the shapes before and after: (p, n) should become (p + 1, n), and yours is (p, n + "
        "1). You have added one more example. Every example should get one more feature."
    ),
)
def add_bias_row_as_column(X):
    return np.hstack([X, np.ones((X.shape[0], 1))])


@misconception(
    "add_bias_row",
    title="The added row holds zeros",
    why="The space for the new row is made, but it is never filled with ones.",
    hint=(
        "What does a weight contribute when its input is 0? The fake input must always be 1, so "
        "that its weight, the bias, is added unchanged. Print your last row."
    ),
)
def add_bias_row_of_zeros(X):
    return np.vstack([X, np.zeros((1, X.shape[1]))])


@misconception(
    "add_bias_row",
    title="The row of ones has p entries, but a row of X has n",
    why="The first entry of the shape is taken for the number of examples.",
    hint=(
        "X is (p, n). How many entries has one row of X: p or n? Print X.shape for a rectangular "
        "X and count. Rows that are stacked must be equally long."
    ),
)
def add_bias_row_wrong_length(X):
    return np.vstack([X, np.ones((1, X.shape[0]))])


@misconception(
    "add_bias_row",
    title="The last feature is overwritten with ones",
    why="Assigning ones to the last row is easy; the matrix has to grow first.",
    hint=(
        "Print the shapes before and after: (p, n) should become (p + 1, n), but yours stays (p, "
        "n). A real feature has been lost. The ones need a row of their own."
    ),
)
def add_bias_row_overwrites(X):
    result = np.array(X, dtype=float)
    result[-1] = 1
    return result


@misconception(
    "add_bias_row",
    title="1 is added to every entry of X",
    why='"Add ones" is taken as arithmetic, where a new row is meant.',
    hint=(
        "Print the shapes before and after: (p, n) should become (p + 1, n), but yours stays (p, "
        "n) and all its numbers have grown. Nothing is summed here; a row is put under the "
        "others."
    ),
)
def add_bias_row_plus_one(X):
    return X + 1.0


@misconception(
    "add_bias_row",
    title="The result is transposed: examples have become rows",
    why=(
        "Building the matrix example by example gives one row each, and the turn back is forgotten."
    ),
    hint=(
        "Print the shapes before and after: (p, n) should become (p + 1, n), yours is (n, p + 1). "
        "An example is a column in this course, before and after."
    ),
)
def add_bias_row_transposed(X):
    return np.hstack([X.T, np.ones((X.shape[1], 1))])


@misconception(
    "add_bias_row",
    title="The matrix is flattened to one long vector",
    why="np.append without an axis flattens everything that it gets.",
    hint=(
        "Print the shape of your result: it has one dimension, where (p + 1, n) is wanted. Read "
        "what np.append does when no axis is given, or look for a function that stacks rows."
    ),
)
def add_bias_row_flattened(X):
    return np.append(X, np.ones(X.shape[1]))


@misconception(
    "add_bias_row",
    title="A whole block of ones is added, not one row",
    why="ones_like(X) makes as many rows of ones as X has.",
    hint=(
        "Print the shape of your result: (p + 1) × n is wanted, yours has 2p rows. How many rows "
        "of ones does one bias need, and how long must that row be?"
    ),
)
def add_bias_row_block(X):
    return np.vstack([X, np.ones_like(X)])


@misconception(
    "add_bias_row",
    title="The values of X are cut to whole numbers",
    why="The array that is filled was made with an integer type.",
    hint=(
        "Put in an X with 0.5: it comes back as 0. Print the dtype of the array that you fill. "
        "Which type must it have so that 0.5 fits?"
    ),
)
def add_bias_row_truncated(X):
    out = np.ones((len(X) + 1, X.shape[1]), dtype=int)
    out[:-1] = X
    return out


@variant("add_bias_row", style="fills an empty array")
def add_bias_row_filled(X):
    p, n = X.shape
    result = np.ones((p + 1, n))
    result[:p] = X
    return result


@variant("add_bias_row", style="pads with a constant")
def add_bias_row_padded(X):
    return np.pad(np.asarray(X, dtype=float), ((0, 1), (0, 0)), constant_values=1)


# --- dense_forward ---


@misconception(
    "dense_forward",
    title="The bias b is left out",
    why=(
        "W X is the large part of the formula, and b of zeros, as at the start of training, hides "
        "the slip."
    ),
    hint=(
        "Give it an X of zeros: every column of the result should then be b. Yours is 0. Which "
        "argument do you never use?"
    ),
)
def dense_forward_without_bias(W, b, X):
    return W @ X


@misconception(
    "dense_forward",
    title="W is transposed in the product",
    why="With W stored as inputs × units the transpose is right; here W is units × inputs.",
    hint=(
        "Write the shapes: W is p₁ × p, X is p × n, the result p₁ × n. Do the inner sizes meet as "
        "they stand? Test with p₁ = 2, p = 3, n = 4; square matrices hide this."
    ),
)
def dense_forward_transposed_weights(W, b, X):
    return W.T @ X + b


@misconception(
    "dense_forward",
    title="The product is in the wrong order: X W instead of W X",
    why=(
        "With one row per example, X comes first; in the lecture an example is a column and W "
        "comes first."
    ),
    hint=(
        "Write the shapes: W is p₁ × p, X is p × n, the result p₁ × n. In which order do the two "
        "p's stand next to each other? Test with p₁ = 2, p = 3, n = 4."
    ),
)
def dense_forward_wrong_order(W, b, X):
    return X @ W + b


@misconception(
    "dense_forward",
    title="The result is transposed: one row per example",
    why="This is the formula of books that keep examples in rows.",
    hint=(
        "Print the shape of your result: p₁ × n is wanted, yours is n × p₁. An example is a "
        "column here, of X and of the result alike. The numbers themselves are right."
    ),
)
def dense_forward_row_examples(W, b, X):
    return X.T @ W.T + b.T


@misconception(
    "dense_forward",
    title="b lies along the examples instead of along the units",
    why="A flat vector is broadcast along the last dimension, and b was flattened or transposed.",
    hint=(
        "Row 1 of the result belongs to unit 1, so b[0] must be added to all of row 1. Print "
        "b.shape: a p₁ × 1 column is spread over the columns by itself, without any reshaping."
    ),
)
def dense_forward_bias_along_examples(W, b, X):
    return W @ X + b.ravel()


@misconception(
    "dense_forward",
    title="All units get the first unit's bias",
    why=(
        "b[0] looks like a way to turn the p₁ × 1 matrix into plain numbers, but it is only its "
        "first row."
    ),
    hint=(
        "Give it an X of zeros and b = 1, 2, 3: the rows of the result should be 1, 2 and 3. "
        "Yours are all 1. What is b[0] of a p₁ × 1 matrix?"
    ),
)
def dense_forward_first_bias(W, b, X):
    return W @ X + b[0]


@misconception(
    "dense_forward",
    title="The bias is subtracted",
    why="A unit with a threshold subtracts it; the bias is that threshold with the opposite sign.",
    hint=(
        "Give it an X of zeros: every column of the result should then be b. Yours is −b. Compare "
        "the sign with the formula."
    ),
)
def dense_forward_minus_bias(W, b, X):
    return W @ X - b


@misconception(
    "dense_forward",
    title="The activation is already applied inside the layer's linear part",
    why="A layer is a(W X + b), but this function is only the part in the parentheses.",
    hint=(
        "Can your result be negative? W X + b can. The activation is put on by the function that "
        "calls this one, and the last layer gets none at all."
    ),
)
def dense_forward_with_relu(W, b, X):
    return np.maximum(W @ X + b, 0)


@misconception(
    "dense_forward",
    title="Only the first example is computed",
    why="The formula for one example x is used, and x is taken as the first column.",
    hint=(
        "Print the shape of your result: n examples should give n columns, yours has one. The "
        "matrix product handles all columns at once when it gets the whole X."
    ),
)
def dense_forward_first_example(W, b, X):
    return W @ X[:, :1] + b


@misconception(
    "dense_forward",
    title="W and X are multiplied entry by entry, not as matrices",
    why=(
        "In a formula two matrices side by side mean a matrix product; the star in Python means "
        "entry by entry."
    ),
    hint=(
        "The error speaks of shapes that cannot be broadcast. W is p₁ × p and X is p × n: each "
        "unit has to add up p products per example. Which operator of Python is the matrix "
        "product?"
    ),
)
def dense_forward_elementwise(W, b, X):
    return W * X + b


@misconception(
    "dense_forward",
    title="The bias is added once for every feature",
    why="In a loop, the line that adds b stands one level too deep.",
    hint=(
        "Count how often b is added to one entry of Z: it should be once, whatever p is. Put in W"
        " = 0 and look at Z: is it b, or p times b? Look at the indentation."
    ),
)
def dense_forward_bias_per_feature(W, b, X):
    return W @ X + W.shape[1] * b


@misconception(
    "dense_forward",
    title="The result is cut to whole numbers where X holds whole numbers",
    why="The array that is filled takes over the type of X.",
    hint=(
        "Call it with an X of integers and W with 0.5: all your results are whole numbers. Print "
        "the dtype of the array that you fill. Which type must it have so that 0.5 fits?"
    ),
)
def dense_forward_truncated(W, b, X):
    Z = np.zeros((len(W), X.shape[1]), dtype=X.dtype)
    Z[:] = W @ X + b
    return Z


@variant("dense_forward", style="the fake one: [W b] times X with a row of ones")
def dense_forward_fake_one(W, b, X):
    return np.hstack([W, b]) @ add_bias_row(X)


@variant("dense_forward", style="three plain loops")
def dense_forward_loops(W, b, X):
    Z = np.zeros((W.shape[0], X.shape[1]))
    for unit in range(W.shape[0]):
        for i in range(X.shape[1]):
            total = b[unit, 0]
            for j in range(W.shape[1]):
                total = total + W[unit, j] * X[j, i]
            Z[unit, i] = total
    return Z


@variant("dense_forward", style="einsum")
def dense_forward_einsum(W, b, X):
    return np.einsum("up,pn->un", W, X) + b


@variant("dense_forward", style="examples as rows, turned back at the end")
def dense_forward_turned(W, b, X):
    return (X.T @ W.T + b.T).T


# --- forward ---


@misconception(
    "forward",
    title="The activation is applied to the last layer too",
    why=(
        "The loop treats all layers alike; the last one is the exception, because its scores must "
        "stay free."
    ),
    hint=(
        "Can your last entry hold a score of 5, or of −5? It should: the last layer is linear. "
        "Which layers does the activation belong to, and how does your loop know that it is at "
        "the last one?"
    ),
)
def forward_activates_scores(params, X, activation):
    a = {"sigmoid": sigmoid, "tanh": tanh, "relu": relu}[activation]
    H = [X]
    for W, b in params:
        H.append(a(dense_forward(W, b, H[-1])))
    return H


@misconception(
    "forward",
    title="X is missing at the front of the list",
    why=(
        "X is not computed here, so it does not feel like part of the result; the backward pass "
        "will need it."
    ),
    hint=(
        "How long is your list for two layers? It should be [X, H1, S], one longer than params. "
        "Each layer's gradient needs the layer's input, and X is the first layer's."
    ),
)
def forward_without_x(params, X, activation):
    a = {"sigmoid": sigmoid, "tanh": tanh, "relu": relu}[activation]
    H = [X]
    for W, b in params[:-1]:
        H.append(a(dense_forward(W, b, H[-1])))
    W, b = params[-1]
    H.append(dense_forward(W, b, H[-1]))
    return H[1:]


@misconception(
    "forward",
    title="Only the scores are returned, not the whole list",
    why=(
        "For a prediction the scores are enough; the backward pass needs every layer's output as "
        "well."
    ),
    hint=(
        "Print the type of your result: a list [X, H1, …, S] is wanted. Collect each layer's "
        "output as you go, so that nothing has to be computed twice later."
    ),
)
def forward_scores_only(params, X, activation):
    a = {"sigmoid": sigmoid, "tanh": tanh, "relu": relu}[activation]
    H = X
    for W, b in params[:-1]:
        H = a(dense_forward(W, b, H))
    W, b = params[-1]
    return dense_forward(W, b, H)


@misconception(
    "forward",
    title="No layer has an activation",
    why="The linear part is there, and the network runs without the activation as well.",
    hint=(
        "Compare your H1 with a(W X + b): for ReLU it should hold no negative numbers. Without "
        "activations, what is a linear layer on top of a linear layer? Just another linear layer."
    ),
)
def forward_linear(params, X, activation):
    H = [X]
    for W, b in params:
        H.append(dense_forward(W, b, H[-1]))
    return H


@misconception(
    "forward",
    title="The hidden layers always use the sigmoid, whatever `activation` says",
    why="The function was written with one activation first, and the argument was never connected.",
    hint=(
        'Call it with "relu" and with "sigmoid": do you get different lists? Look for the '
        "place where the argument `activation` is used. How do you get from its name to the "
        "function?"
    ),
)
def forward_always_sigmoid(params, X, activation):
    H = [X]
    for W, b in params[:-1]:
        H.append(sigmoid(dense_forward(W, b, H[-1])))
    W, b = params[-1]
    H.append(dense_forward(W, b, H[-1]))
    return H


@misconception(
    "forward",
    title="tanh falls through to ReLU",
    why=(
        "An if for the sigmoid and an else for everything else forgets that there are three "
        "activations."
    ),
    hint=(
        'Call it with "tanh" and look at H1: it holds no negative numbers, though tanh has '
        'them. Follow your if and else with activation = "tanh": where do you end up?'
    ),
)
def forward_tanh_falls_through(params, X, activation):
    a = sigmoid if activation == "sigmoid" else relu
    H = [X]
    for W, b in params[:-1]:
        H.append(a(dense_forward(W, b, H[-1])))
    W, b = params[-1]
    H.append(dense_forward(W, b, H[-1]))
    return H


@misconception(
    "forward",
    title="Every layer gets X instead of the output of the layer before it",
    why="The formula W X + b is copied for each layer, with its X.",
    hint=(
        "The second layer computes a(W₂ H₁ + b₂). What is the input of the layer in your loop the "
        "second time round? With layers of different sizes the product cannot even be formed."
    ),
)
def forward_x_everywhere(params, X, activation):
    a = {"sigmoid": sigmoid, "tanh": tanh, "relu": relu}[activation]
    H = [X]
    for W, b in params[:-1]:
        H.append(a(dense_forward(W, b, X)))
    W, b = params[-1]
    H.append(dense_forward(W, b, X))
    return H


@misconception(
    "forward",
    title="The list holds the hidden layers before their activation",
    why=(
        "Two things are computed per layer, W H + b and its activation, and the first one was "
        "stored."
    ),
    hint=(
        'Look at H1 for "sigmoid": all its entries should lie between 0 and 1. Yours hold the '
        "values before the sigmoid. Which of the two does the next layer, and the gradient, need?"
    ),
)
def forward_stores_linear_part(params, X, activation):
    a = {"sigmoid": sigmoid, "tanh": tanh, "relu": relu}[activation]
    stored, h = [X], X
    for W, b in params:
        z = dense_forward(W, b, h)
        stored.append(z)
        h = a(z)
    return stored


@misconception(
    "forward",
    title="The activation is applied to the input X as well",
    why="Each layer starts by activating what it gets, and the first layer gets X.",
    hint=(
        "The first layer is a(W₁ X + b₁), with X as it came. Compare the first entry of your "
        "list, and what you multiply by W₁, with X: are they the same?"
    ),
)
def forward_activates_x(params, X, activation):
    a = {"sigmoid": sigmoid, "tanh": tanh, "relu": relu}[activation]
    H = [X]
    for W, b in params:
        H.append(dense_forward(W, b, a(H[-1])))
    return [X, *(a(h) for h in H[1:-1]), H[-1]]


@misconception(
    "forward",
    title="The last layer is never computed",
    why=(
        "The loop leaves out the last layer, because it has no activation, and the line for it "
        "after the loop is missing."
    ),
    hint=(
        "How many entries has your list for two layers? [X, H1, S] has three. How many rows has "
        "its last entry: as many as there are classes? Which pair of params do you never use?"
    ),
)
def forward_stops_early(params, X, activation):
    a = {"sigmoid": sigmoid, "tanh": tanh, "relu": relu}[activation]
    H = [X]
    for W, b in params[:-1]:
        H.append(a(dense_forward(W, b, H[-1])))
    return H


@misconception(
    "forward",
    title="The last layer is turned into probabilities",
    why=(
        "Classification ends with a softmax, but here the loss takes care of it: this function "
        "stops at the scores."
    ),
    hint=(
        "Add up a column of your last entry: it gives 1, so these are probabilities. The list "
        "should end with the plain scores S; softmax has its own function in the next lab."
    ),
)
def forward_softmax_scores(params, X, activation):
    a = {"sigmoid": sigmoid, "tanh": tanh, "relu": relu}[activation]
    H = [X]
    for W, b in params[:-1]:
        H.append(a(dense_forward(W, b, H[-1])))
    W, b = params[-1]
    S = dense_forward(W, b, H[-1])
    e = np.exp(S - S.max(axis=0))
    H.append(e / e.sum(axis=0))
    return H


@misconception(
    "forward",
    title="Only the last layer gets its bias",
    why="The hidden layers are written out as a(W H), and b is remembered at the end.",
    hint=(
        "Give it an X of zeros: H1 should be a(b₁) in every column. Is it? Check that each layer, "
        "not only the last, uses both parts of its pair (W, b)."
    ),
)
def forward_hidden_without_bias(params, X, activation):
    a = {"sigmoid": sigmoid, "tanh": tanh, "relu": relu}[activation]
    H = [X]
    for W, b in params[:-1]:
        H.append(a(dense_forward(W, np.zeros_like(b), H[-1])))
    W, b = params[-1]
    H.append(dense_forward(W, b, H[-1]))
    return H


@misconception(
    "forward",
    title="The biases are left out in every layer",
    why="The products carry the idea; adding b is the small step that is forgotten.",
    hint=(
        "Put in X = 0: the scores should not be 0, for the biases are still there. Where in your "
        "loop is b used? `dense_forward` does both steps."
    ),
)
def forward_without_bias(params, X, activation):
    a = {"sigmoid": sigmoid, "tanh": tanh, "relu": relu}[activation]
    H = [X]
    for W, _ in params[:-1]:
        H.append(a(W @ H[-1]))
    return [*H, params[-1][0] @ H[-1]]


@misconception(
    "forward",
    title="The last layer's bias is left out",
    why="The last layer is written by itself, behind the loop, and only its product is remembered.",
    hint=(
        "All your hidden layers are right. For the last one, compare your S with W H + b by hand: "
        "by how much is each row off? Linear means without activation, not without bias."
    ),
)
def forward_scores_without_bias(params, X, activation):
    a = {"sigmoid": sigmoid, "tanh": tanh, "relu": relu}[activation]
    H = [X]
    for W, b in params[:-1]:
        H.append(a(dense_forward(W, b, H[-1])))
    return [*H, params[-1][0] @ H[-1]]


@misconception(
    "forward",
    title="The bias is added behind the activation",
    why="A closing bracket stands too early: a(W X) + b looks much like a(W X + b).",
    hint=(
        "With ReLU and a negative bias, your H1 holds negative numbers, which a ReLU never gives. "
        "Count the brackets: what is the activation applied to?"
    ),
)
def forward_bias_after_activation(params, X, activation):
    a = {"sigmoid": sigmoid, "tanh": tanh, "relu": relu}[activation]
    H = [X]
    for W, b in params[:-1]:
        H.append(a(W @ H[-1]) + b)
    return [*H, dense_forward(*params[-1], H[-1])]


@misconception(
    "forward",
    title="The hidden layers always use ReLU, whatever `activation` says",
    why="The function was written with one activation first, and the argument was never connected.",
    hint=(
        'Call it with "relu" and with "tanh": do you get different lists? Look for the place where '
        "the argument `activation` is used. How do you get from its name to the function?"
    ),
)
def forward_always_relu(params, X, activation):
    H = [X]
    for W, b in params[:-1]:
        H.append(relu(dense_forward(W, b, H[-1])))
    return [*H, dense_forward(*params[-1], H[-1])]


@misconception(
    "forward",
    title="Only the first layer has an activation",
    why=(
        "The first layer is written by itself, and the loop over the rest leaves the activation"
        " out."
    ),
    hint=(
        "Call it with three layers and ReLU, and look at H2: it should hold no negative numbers. "
        "Which layers are hidden, and which is the only one that is linear?"
    ),
)
def forward_first_activated_only(params, X, activation):
    a = {"sigmoid": sigmoid, "tanh": tanh, "relu": relu}[activation]
    H = [X]
    for layer, (W, b) in enumerate(params):
        Z = dense_forward(W, b, H[-1])
        H.append(a(Z) if layer == 0 and len(params) > 1 else Z)
    return H


@misconception(
    "forward",
    title="The list is in the wrong order: scores first",
    why="Backpropagation runs from the end, so the list is turned round, or filled at its front.",
    hint=(
        "Print the shape of each entry of your list. The first should be X itself, the last the "
        "scores. Do you add new layers at the front, or turn the list round at the end?"
    ),
)
def forward_reversed(params, X, activation):
    a = {"sigmoid": sigmoid, "tanh": tanh, "relu": relu}[activation]
    H = [X]
    for W, b in params[:-1]:
        H.append(a(dense_forward(W, b, H[-1])))
    return [*H, dense_forward(*params[-1], H[-1])][::-1]


@misconception(
    "forward",
    title="Only the first two layers are computed",
    why="The network of the picture has one hidden layer, and is written down line by line.",
    hint=(
        "How many entries has your list for four layers? It should have five: X and one for each "
        "layer. Which part of your code knows how long `params` is? A loop does."
    ),
)
def forward_two_layers(params, X, activation):
    a = {"sigmoid": sigmoid, "tanh": tanh, "relu": relu}[activation]
    if len(params) == 1:
        return [X, dense_forward(*params[0], X)]
    H1 = a(dense_forward(*params[0], X))
    return [X, H1, dense_forward(*params[1], H1)]


@variant("forward", style="calls itself for all layers but the last")
def forward_recursive(params, X, activation):
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


@variant("forward", style="all in NumPy, an index for the layer")
def forward_plain_numpy(params, X, activation):
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
