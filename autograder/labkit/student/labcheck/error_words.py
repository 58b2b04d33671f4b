"""What the words of an error say, whatever function stopped: true by the error's own text."""

from __future__ import annotations

import re

Words = tuple[str, str]
"""A plain sentence, and what to look at."""

_KNOWN: tuple[tuple[str, str, str], ...] = (
    (
        r"truth value of an array",
        "An array is asked as if it were one number",
        "if, and, or, not, max and min of Python want one yes or no, an array has one for every "
        "entry. NumPy decides entry by entry: np.where, np.maximum, a comparison as a mask.",
    ),
    (
        r"Cannot cast ufunc|same_kind",
        "Floats are put into an array of whole numbers",
        "An array made from whole numbers holds whole numbers only, and += cannot change its kind. "
        "Print the dtype of what you add into, and ask where it came from.",
    ),
    (
        r"only (length-1|size-1|0-dimensional) arrays can be converted|"
        r"must be real number, not ndarray|only integer scalar arrays",
        "A whole array is given where one number is asked for",
        "math.exp, float, int, range and an index take one number. Either go through the entries, "
        "or take NumPy's function of the same name.",
    ),
    (
        r"setting an array element with a sequence|inhomogeneous shape",
        "A place for one number gets an array, or rows of different lengths are put into one array",
        "Print the shapes of what you put together, just before the line that stops.",
    ),
    (
        r"mismatch in its core dimension|shapes .* not aligned",
        "The inner sizes of a matrix product do not fit",
        "In A @ B the columns of A are as many as the rows of B. Write both shapes beside the "
        "product, in letters: is one of the two transposed, or the order exchanged?",
    ),
    (
        r"does not have enough dimensions|input operand .* number of dimensions",
        "A matrix product gets a single number",
        "@ wants arrays; a number is multiplied with *. Print both factors' shapes.",
    ),
    (
        r"non-broadcastable output operand",
        "A larger result is added into a smaller array",
        "Print the shapes on both sides of the line that stops: which of the two has an axis, or "
        "places, that the other one lacks?",
    ),
    (
        r"could not broadcast input array",
        "An array is put into a place of another shape",
        "Print the shape of the slice on the left and of what stands on the right.",
    ),
    (
        r"operands could not be broadcast",
        "Two arrays are combined entry by entry whose shapes do not fit",
        "Shapes are compared from the last axis backwards: equal, or one of them 1. Print both, in "
        "letters of the formula.",
    ),
    (
        r"dimensions? .*concatenation axis must match|must have same number of dimensions|"
        r"along dimension \d",
        "Arrays are joined along an axis along which they do not fit",
        "Side by side they need as many rows, one above the other as many columns. Which of the "
        "two is asked for?",
    ),
    (
        r"cannot reshape array",
        "A reshape wants another number of entries than there are",
        "Multiply the sizes on both sides: which axis is missing or counted twice?",
    ),
    (
        r"boolean index did not match",
        "A mask has another shape than the array that it picks from",
        "Print the shapes of both: were the axes exchanged, or is one cut to the batch and the "
        "other not?",
    ),
    (
        r"^axis\d?:? .*out of bounds|axes don't match|repeated axis",
        "An axis is named that the array does not have",
        "Print the array's shape: it has fewer axes than the code takes for granted.",
    ),
    (
        r"out of bounds|index out of range|indexing arrays could not be broadcast|"
        r"shape mismatch: indexing",
        "An index runs past the end, or along the wrong axis",
        "Print the index and the shape just before: does the index count examples, and the axis "
        "something else?",
    ),
    (
        r"too many indices",
        "There are more indices than the array has axes",
        "Print its shape: an axis was lost before, or never there.",
    ),
    (
        r"'NoneType'|NoneType",
        "Something is used as a result that is None",
        "shuffle, sort, append and a function without `return` give None: they change what they "
        "are given. Print what you got in the line before.",
    ),
    (
        r"(not enough|too many) values to unpack|cannot unpack",
        "A result is taken apart into another number of parts than it has",
        "Print what is taken apart: how many parts does it have, and in which order?",
    ),
    (
        r"math range error|Numerical result out of range",
        "A function of the module math overflows",
        "e to a large power is too large for a float, and math stops where NumPy warns. Choose a "
        "form in which only exponents below 0 occur.",
    ),
    (
        r"division by zero",
        "Something is divided by 0",
        "Print what stands below the fraction bar: is it 0 for a single example, or for the last "
        "piece?",
    ),
    (
        r"unexpected keyword|positional argument|missing \d+ required",
        "A function is called with other arguments than it has",
        "Compare the call with the function's first line: names, number and order.",
    ),
    (
        r"(is not defined|referenced before assignment|not associated with a value)",
        "A name is used that has no value yet",
        "Is it misspelt, not imported, or set only inside an `if` or a loop that did not run?",
    ),
    (
        r"object is not (callable|subscriptable|iterable)|has no attribute|not an iterator",
        "Something is of another kind than the code takes it for",
        "Print its type just before the line that stops.",
    ),
    (
        r"indices must be integers|only integers, slices|(arrays used as indices|"
        r"IndexError: arrays) must be|cannot be interpreted as an integer|"
        r"expected a sequence of integers|'float' object",
        "A float is used where a whole number is asked for",
        "/ gives a float even where it comes out even. An index, a size or a count must be an int.",
    ),
    (
        r"can't multiply sequence|unsupported operand|can only concatenate|bad operand|"
        r"must be (list|str), not|ufunc '.*' did not contain|not supported for the input types",
        "Things are combined that are not both numbers or arrays",
        "A list, a tuple or a text stands where an array is meant: print the types of both.",
    ),
    (
        r"read-only|does not support item assignment",
        "Something is changed that cannot be changed",
        "A tuple has fixed entries, and some arrays are views that may only be read: build a new "
        "one.",
    ),
    (
        r" cannot take these arguments",
        "Another function is called with arguments that do not fit",
        "Print the shapes of all that you hand over, in the order of the function's first line: is "
        "one of them transposed, uncut, from another layer or already changed? Is one left out?",
    ),
    (
        r"maximum recursion",
        "The function calls itself without end",
        "Which line calls it again, and what should stop that?",
    ),
)

_SHAPES = re.compile(r"shapes (\([\d,]*\)) (\([\d,]*\))")


def told(text: str) -> Words | None:
    """What an error's text says, in plain words; None where it says nothing known."""
    for pattern, title, hint in _KNOWN:
        if re.search(pattern, text):
            return _lost_axis(text) or (title, hint)
    return None


def _lost_axis(text: str) -> Words | None:
    """Two shapes that differ by an axis which a sum, mean or max took away, or by a transpose."""
    found = _SHAPES.search(text)
    if "operands could not be broadcast" not in text or not found:
        return None
    # Student code words its errors as it likes: of what stands there only the digits are read.
    sizes = [tuple(map(int, re.findall(r"\d+", shape))) for shape in found.groups()]
    large, small = sorted(sizes, key=len, reverse=True)
    if (
        len(small)
        and small in [large[:i] + large[i + 1 :] for i in range(len(large))]
        and (small != large[1:])
    ):
        return (
            "An array meets one of the same shape without one of its axes",
            "A sum, mean or max along an axis takes that axis away, unless keepdims=True keeps it "
            "with length 1 (and is it the right axis?). Or does * stand where @ is meant?",
        )
    if large == small[::-1] and large != small:
        return (
            "An array meets another one that lies the other way round: transposed",
            "Examples are columns everywhere. Print both shapes: which of the two is in rows?",
        )
    return None
