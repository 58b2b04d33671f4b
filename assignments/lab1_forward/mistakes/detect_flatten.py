"""What goes wrong in `flatten_is_wrong`, and what may differ and be right."""

# Written as students write, without types.
from __future__ import annotations

import numpy as np

from labkit.mistakes import mistake, variant


@mistake("flatten_is_wrong")
def flatten_is_wrong_always(flatten):
    """A right `flatten` is called wrong

    Mend the fellow student's `flatten` and give it to your detector: it should say False. Print what
    you compare: are the two sides equal, and does your function then give back what its name asks?
    """
    return True


@mistake("flatten_is_wrong")
def flatten_is_wrong_exchanged(flatten):
    """True and False are exchanged

    The question is whether `flatten` is wrong, so True means that it is. Give your detector a right
    one, and read the comparison behind your return in words: which question does it answer?
    """
    pictures = np.random.default_rng(0).random((4, 6, 5))
    columns = flatten(pictures)
    return columns.shape == (24, 5) and np.allclose(columns, pictures.reshape(24, 5), atol=1e-5)


@mistake("flatten_is_wrong")
def flatten_is_wrong_never(flatten):
    """No wrong `flatten` is found

    Give your detector a function that returns an array of zeros: it should say True. What does
    yours compare, and is the result of that comparison what you give back?
    """
    return False


@mistake("flatten_is_wrong")
def flatten_is_wrong_by_shape(flatten):
    """The fellow student's `flatten` is called right

    Its result has the right shape, so which numbers stand in a column, and which should? Then look
    at the pictures that you try: is there a second one, whose pixels could get into the column of
    the first, and would you notice it by their numbers?
    """
    pictures = np.random.default_rng(0).random((4, 6, 5))
    return flatten(pictures).shape != (24, 5)


@mistake("flatten_is_wrong")
def flatten_is_wrong_one_picture(flatten):
    """It tries a single picture

    With n = 1 there is only one column, and all pixels are in it whatever is done. How can pixels
    of different pictures get mixed up if there are no others? Try several at once.
    """
    picture = np.random.default_rng(1).random((4, 6, 1))
    columns = flatten(picture)
    if columns.shape != (24, 1):
        return True
    return not np.allclose(columns[:, 0].reshape(4, 6), picture[:, :, 0], atol=1e-5)


@mistake("flatten_is_wrong")
def flatten_is_wrong_square(flatten):
    """It tries square pictures only

    Where height and width are equal, a function may confuse the two and still be right. Write
    down the sizes that you try: are height, width and number of pictures three different numbers?
    """
    pictures = np.random.default_rng(2).random((6, 6, 4))
    columns = flatten(pictures)
    if columns.shape != (36, 4):
        return True
    return not np.allclose(columns.reshape(6, 6, 4), pictures, atol=1e-5)


@mistake("flatten_is_wrong")
def flatten_is_wrong_sums(flatten):
    """It looks which pixels are in a column, not in which order

    A sum or a sorted list does not change if the pixels of a picture trade places, nor does
    anything if all pixels of your picture are equal. Try pictures whose numbers all differ, and put
    the column back into rows: is it the picture?
    """
    pictures = np.random.default_rng(3).random((4, 6, 5))
    columns = flatten(pictures)
    if columns.shape != (24, 5):
        return True
    return not np.allclose(columns.sum(axis=0), pictures.sum(axis=(0, 1)), atol=1e-4)


@mistake("flatten_is_wrong")
def flatten_is_wrong_sorted(flatten):
    """It looks which numbers come back, not where they stand

    All pixels may be there and yet in wrong places, even in the column of another picture: sorted, or
    added up over everything, the numbers are the same. Which number must stand in which row and column?
    """
    pictures = np.random.default_rng(6).random((4, 6, 5))
    columns = flatten(pictures)
    if columns.shape != (24, 5):
        return True
    return not np.allclose(np.sort(columns, axis=None), np.sort(pictures, axis=None), atol=1e-5)


@mistake("flatten_is_wrong")
def flatten_is_wrong_first_column(flatten):
    """It looks at the first column only

    A function may get the first picture right and any other one wrong. How many columns does a right
    result have, and how many of them do you compare?
    """
    pictures = np.random.default_rng(3).random((4, 6, 5))
    columns = flatten(pictures)
    if columns.shape != (24, 5):
        return True
    return not np.allclose(columns[:, 0], pictures[:, :, 0].ravel(), atol=1e-5)


@mistake("flatten_is_wrong")
def flatten_is_wrong_exact(flatten):
    """It asks for the same digits to the last one

    A right `flatten` may compute in float32, and then 0.1 comes back as 0.100000001. How far apart
    may two numbers be that mean the same, and how far are those of the fellow student?
    """
    pictures = np.random.default_rng(4).random((4, 6, 5))
    return not np.array_equal(flatten(pictures), pictures.reshape(24, 5))


@mistake("flatten_is_wrong")
def flatten_is_wrong_known_one(flatten):
    """It knows one wrong `flatten` and no other

    Your detector compares with what the fellow student's function does. There are many ways to be
    wrong, and only one to be right: what must be true of every right result?
    """
    pictures = np.random.default_rng(5).random((4, 6, 5))
    columns = flatten(pictures)
    return columns.shape == (24, 5) and np.allclose(columns, pictures.reshape(5, 24).T, atol=1e-5)


@variant("flatten_is_wrong")
def flatten_is_wrong_by_loop(flatten):
    """a loop over the pictures, whole numbers"""
    height, width, n = 2, 3, 7
    pictures = np.arange(height * width * n).reshape(height, width, n)
    try:
        columns = np.array(flatten(pictures))
    except Exception:
        return True
    if columns.shape != (height * width, n):
        return True
    wrong = False
    for i in range(n):
        for row in range(height):
            for column in range(width):
                pixel = columns[row * width + column, i]
                wrong = wrong or abs(pixel - pictures[row, column, i]) > 0.01
    return wrong


@variant("flatten_is_wrong")
def flatten_is_wrong_one_bright_pixel(flatten):
    """one bright pixel at a time, every place of every picture"""
    height, width, n = 3, 4, 2
    for place in np.ndindex(height, width, n):
        pictures = np.zeros((height, width, n))
        pictures[place] = 1.0
        wanted = np.zeros((height * width, n))
        wanted[place[0] * width + place[1], place[2]] = 1.0
        found = flatten(pictures)
        if found.shape != wanted.shape or (np.abs(found - wanted) > 1e-3).any():
            return 1
    return 0


@variant("flatten_is_wrong")
def flatten_is_wrong_several_sizes(flatten):
    """many sizes, one of NumPy's own truth values"""
    rng = np.random.default_rng()
    right = []
    for sizes in ((1, 9, 2), (28, 28, 3), (7, 2, 30)):
        pictures = rng.normal(size=sizes)
        columns = flatten(pictures)
        right.append(
            columns.shape == (sizes[0] * sizes[1], sizes[2])
            and np.allclose(columns.reshape(sizes), pictures, 1e-4, 1e-4)
        )
    return ~np.all(right)
