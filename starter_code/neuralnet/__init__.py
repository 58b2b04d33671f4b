"""Neural networks in NumPy, one module a topic, in the order of the labs.

Letters are the lecture's: p features, n examples, K classes. An example is a column, so the data
X is p × n, the weights W are p1 × p, the biases b are p1 × 1, and a layer is H = a(W X + b).
A network's `params` is a list of (W, b), first layer first. No function changes its inputs.

Whole numbers may come in where data come in: z, h, X, Y, y, theta, scores, and the image volumes
of a forward function. Results are floats all the same: `1.0 * X` makes floats of whole numbers and
leaves float32 as it is. Weights, biases, upstream gradients, and all that a backward function or a
step is given, are floats already.

Where one way is easier to read and another is faster, a comment has the easy one first.
"""
