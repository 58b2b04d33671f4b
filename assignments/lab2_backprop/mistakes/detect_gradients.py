"""What goes wrong in `wrong_gradients`, and what may differ and be right."""

# Written as students write, without types.
from __future__ import annotations

import numpy as np

from labkit.mistakes import mistake, variant
from neuralnet.backprop import numerical_gradient


@mistake("wrong_gradients")
def wrong_gradients_never(forward, backward, shapes):
    """No gradient is ever named

    Give your detector the layer of the text, which has a bug: its list must not be empty. Print the
    error of each gradient beside the limit above which you call it wrong.
    """
    return []


@mistake("wrong_gradients")
def wrong_gradients_always(forward, backward, shapes):
    """Every gradient is named, right ones too

    Mend the layer of the text and give it to your detector: the list should be empty. How large
    are the errors of its right gradients, and how small is your limit?
    """
    return sorted(shapes)


@mistake("wrong_gradients")
def wrong_gradients_right_ones(forward, backward, shapes):
    """The right gradients are named, and not the wrong ones

    Print the error of each gradient beside its name: are the names in your list those with the
    large errors? Look at the direction of your comparison.
    """
    rng = np.random.default_rng(0)
    arrays = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    dH = rng.normal(size=forward(arrays).shape)
    grads = backward(dH, arrays)
    found = []
    for name in shapes:
        slow = numerical_gradient(lambda a: np.sum(dH * forward({**arrays, name: a})), arrays[name])
        if np.abs(grads[name] - slow).max() <= 1e-4:
            found.append(name)
    return sorted(found)


@mistake("wrong_gradients")
def wrong_gradients_first(forward, backward, shapes):
    """It stops at the first wrong gradient

    One layer can have two bugs, and one bug can spoil several gradients. How many names can your
    list hold at most?
    """
    rng = np.random.default_rng(1)
    arrays = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    dH = rng.normal(size=forward(arrays).shape)
    grads = backward(dH, arrays)
    for name in sorted(shapes):
        slow = numerical_gradient(lambda a: np.sum(dH * forward({**arrays, name: a})), arrays[name])
        if np.abs(grads[name] - slow).max() > 1e-4:
            return [name]
    return []


@mistake("wrong_gradients")
def wrong_gradients_not_sorted(forward, backward, shapes):
    """The names are right, but not sorted

    The docstring asks for the order of `sorted`, in which capital letters come first. In which
    order do you go through the arrays?
    """
    rng = np.random.default_rng(2)
    arrays = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    dH = rng.normal(size=forward(arrays).shape)
    grads = backward(dH, arrays)
    found = []
    for name in sorted(shapes, reverse=True):
        slow = numerical_gradient(lambda a: np.sum(dH * forward({**arrays, name: a})), arrays[name])
        if np.abs(grads[name] - slow).max() > 1e-4:
            found.append(name)
    return found


@mistake("wrong_gradients")
def wrong_gradients_ones(forward, backward, shapes):
    """It tries a dH of ones only

    Then the loss is the plain sum of H, and there are layers whose sum never changes, such as
    shares that add up to 1: right and wrong gradients are both 0. Which dH hides nothing?
    """
    rng = np.random.default_rng(3)
    arrays = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    dH = np.ones(forward(arrays).shape)
    grads = backward(dH, arrays)
    found = []
    for name in shapes:
        slow = numerical_gradient(lambda a: np.sum(forward({**arrays, name: a})), arrays[name])
        if np.abs(grads[name] - slow).max() > 1e-4:
            found.append(name)
    return sorted(found)


@mistake("wrong_gradients")
def wrong_gradients_one_entry(forward, backward, shapes):
    """It compares a single entry of each gradient

    A gradient can be right for the first unit and wrong for the last. How many entries does each
    array have, and how many of them do you compare?
    """
    rng = np.random.default_rng(4)
    arrays = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    dH = rng.normal(size=forward(arrays).shape)
    grads = backward(dH, arrays)
    found = []
    for name in shapes:
        slow = numerical_gradient(lambda a: np.sum(dH * forward({**arrays, name: a})), arrays[name])
        if abs(grads[name].flat[0] - slow.flat[0]) > 1e-4:
            found.append(name)
    return sorted(found)


@mistake("wrong_gradients")
def wrong_gradients_coarse(forward, backward, shapes):
    """Errors of a few percent are let through

    The error of a right gradient against central differences is about 1e-8 of its size. How much
    larger is your limit, and which bug could hide below it?
    """
    rng = np.random.default_rng(5)
    arrays = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    dH = rng.normal(size=forward(arrays).shape)
    grads = backward(dH, arrays)
    found = []
    for name in shapes:
        slow = numerical_gradient(lambda a: np.sum(dH * forward({**arrays, name: a})), arrays[name])
        if np.linalg.norm(grads[name] - slow) > 0.1 * np.linalg.norm(slow):
            found.append(name)
    return sorted(found)


@mistake("wrong_gradients")
def wrong_gradients_large_step(forward, backward, shapes):
    """The step of the differences is so large that it runs over kinks

    A kink within the step makes the numerical gradient wrong, and a right layer gets the blame.
    How near to a kink do your random numbers come, and how large is your h?
    """
    rng = np.random.default_rng(2)
    arrays = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    dH = rng.normal(size=forward(arrays).shape)
    grads = backward(dH, arrays)
    found = []
    for name in shapes:
        slow = numerical_gradient(
            lambda a: np.sum(dH * forward({**arrays, name: a})), arrays[name], h=0.02
        )
        if np.abs(grads[name] - slow).max() > 0.02:
            found.append(name)
    return sorted(found)


@variant("wrong_gradients")
def wrong_gradients_by_numerical_gradient(forward, backward, shapes):
    """every entry, by numerical_gradient and the text's relative error"""
    rng = np.random.default_rng()
    arrays = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    dH = rng.normal(size=forward(arrays).shape)
    fast = backward(dH, arrays)
    found = []
    for name in shapes:

        def loss(array):
            return np.sum(dH * forward({**arrays, name: array}))

        slow = numerical_gradient(loss, arrays[name])
        error = np.linalg.norm(fast[name] - slow) / np.linalg.norm(fast[name] + slow)
        if error > 1e-4:
            found.append(name)
    return sorted(found)


@variant("wrong_gradients")
def wrong_gradients_in_place(forward, backward, shapes):
    """own differences, writing into one array and back; a tuple"""
    rng = np.random.default_rng(1)
    arrays = {name: rng.uniform(-1, 1, shape) for name, shape in shapes.items()}
    dH = rng.uniform(0.5, 1.5, forward(arrays).shape)
    grads = {name: np.array(grad, dtype=float) for name, grad in backward(dH, arrays).items()}
    wrong = []
    for name, array in arrays.items():
        for i in np.ndindex(array.shape):
            kept = array[i]
            array[i] = kept + 1e-5
            up = (dH * forward(arrays)).sum()
            array[i] = kept - 1e-5
            down = (dH * forward(arrays)).sum()
            array[i] = kept
            if abs((up - down) / 2e-5 - grads[name][i]) > 1e-4:
                wrong.append(name)
                break
    return tuple(sorted(wrong))
