"""What is asked of `flatten_is_wrong`: each case holds wrong ones and right ones, in any order."""


def public_flatten_is_wrong__friend(check, np):
    """The fellow student's `flatten` is found, a right one with loops is left in peace."""

    def friends(pictures):
        n = pictures.shape[-1]
        return pictures.reshape(n, -1).T

    def with_loops(pictures):
        height, width, n = pictures.shape
        columns = np.zeros((height * width, n))
        for row in range(height):
            for column in range(width):
                columns[row * width + column] = pictures[row, column]
        return columns

    # The right one first: exchanged answers then fail here, and what misses the wrong one below.
    check.values("flatten_is_wrong", with_loops, expected=False)
    check.values("flatten_is_wrong", friends, expected=True)


def hidden_flatten_is_wrong__columns_for_rows(check, np):
    """One that takes the columns of a picture for its rows, and a right one in float32."""

    def columns_for_rows(pictures):
        return np.concatenate(pictures.transpose(1, 0, 2))

    def single(pictures):
        height, width, n = pictures.shape
        return pictures.astype(np.float32).reshape(height * width, n)

    answers = [(columns_for_rows, True), (single, False)]
    for i in check.rng(1902).permutation(len(answers)):
        check.values("flatten_is_wrong", answers[i][0], expected=answers[i][1])


def hidden_flatten_is_wrong__not_square(check, np):
    """One that is wrong where pictures are not square, and two right ones in other styles."""

    def turned_twice(pictures):
        height, width, n = pictures.shape
        turned = pictures.transpose(1, 0, 2).reshape(height, width, n)
        return turned.transpose(1, 0, 2).reshape(-1, n)

    def one_by_one(pictures):
        return np.array([picture.ravel() for picture in np.moveaxis(pictures, -1, 0)]).T

    def row_on_row(pictures):
        return np.vstack([1.0 * row for row in pictures])

    answers = [(turned_twice, True), (one_by_one, False), (row_on_row, False)]
    for i in check.rng(1903).permutation(len(answers)):
        check.values("flatten_is_wrong", answers[i][0], expected=answers[i][1])


def hidden_flatten_is_wrong__rows(check, np):
    """One that gives rows, one that repeats the first picture, and a right one in another memory order."""

    def a_row_each(pictures):
        return np.array([picture.flatten() for picture in np.moveaxis(pictures, -1, 0)])

    def other_order(pictures):
        flat = pictures.reshape(pictures[..., 0].size, pictures.shape[-1])
        return np.asfortranarray(flat)

    def first_everywhere(pictures):
        return np.stack([pictures[:, :, 0].ravel()] * pictures.shape[-1], axis=1)

    answers = [(a_row_each, True), (other_order, False), (first_everywhere, True)]
    for i in check.rng(1904).permutation(len(answers)):
        check.values("flatten_is_wrong", answers[i][0], expected=answers[i][1])
