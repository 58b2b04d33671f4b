"""Neural networks in NumPy, one module a topic, in the order of the labs.

Letters are the lecture's: p features, n examples, K classes. An example is a column, so the data
X is p × n, the weights W are p1 × p, the biases b are p1 × 1, and a layer is H = a(W X + b).
A network's `params` is a list of (W, b), first layer first. No function changes its inputs.
Results are floats, also for integer inputs: `1.0 * X` makes floats of integers and leaves
float32 as it is.
"""
