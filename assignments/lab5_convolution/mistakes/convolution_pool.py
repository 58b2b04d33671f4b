"""What goes wrong in `max_pool_forward` and `max_pool_backward`, and what may differ and be right."""

# Written as students write, without types.
import numpy as np

from labkit.mistakes import mistake, variant
from neuralnet.convolution import (
    max_pool_backward,
    max_pool_forward,
    output_size,
)

# --- max_pool_forward ---


@mistake("max_pool_forward")
def pool_by_mean(X, size, stride):
    """Each window's mean is taken instead of its largest value

    Take the window 0, 0, 0, 8: what should come out, and what do you get? Max-pooling asks
    whether a feature is there at all, not how much of it on average.
    """
    views = np.lib.stride_tricks.sliding_window_view(X, (size, size), axis=(1, 2))
    return views[:, ::stride, ::stride].mean(axis=(-2, -1))


@mistake("max_pool_forward")
def pool_stride_is_size(X, size, stride):
    """The stride is ignored: the windows never overlap

    Try size 3 with stride 2 on 7 pixels: how many windows are there? Where a window starts
    depends on the stride, how far it reaches on the size.
    """
    views = np.lib.stride_tricks.sliding_window_view(X, (size, size), axis=(1, 2))
    return 1.0 * views[:, ::size, ::size].max(axis=(-2, -1))


@mistake("max_pool_forward")
def pool_window_ignores_stride(X, size, stride):
    """The windows move by one pixel whatever the stride

    Output row r looks at rows from stride·r on. For stride 2, which pixels should the second
    output look at, and which do you slice?
    """
    height, width = (X.shape[1] - size) // stride + 1, (X.shape[2] - size) // stride + 1
    return max_pool_forward(X, size, 1)[:, :height, :width]


@mistake("max_pool_forward")
def pool_window_is_stride(X, size, stride):
    """The windows are as large as the stride, not as `size`

    A window reaches `size` pixels, also where the next one starts earlier. For size 3 and
    stride 2, which pixels belong to the first window? Print the shape of your slice.
    """
    height, width = (X.shape[1] - size) // stride + 1, (X.shape[2] - size) // stride + 1
    Z = np.zeros((X.shape[0], height, width, X.shape[3]))
    for r in range(height):
        for c in range(width):
            rows, columns = (
                slice(r * stride, r * stride + stride),
                slice(c * stride, (c + 1) * stride),
            )
            Z[:, r, c] = X[:, rows, columns].max(axis=(1, 2))
    return Z


@mistake("max_pool_forward")
def pool_over_depth(X, size, stride):
    """The maximum is taken over the depth as well, so all slices come out equal

    Are all depth slices of your output the same? Each feature map is pooled by itself. Over
    which axes should the maximum run?
    """
    Z = max_pool_forward(X, size, stride)
    return np.repeat(Z.max(axis=0, keepdims=True), len(Z), axis=0)


@mistake("max_pool_forward")
def pool_starts_at_zero(X, size, stride):
    """The maximum starts at 0, so windows of negative values give 0

    Try a window of −3, −1, −2, −5. Its largest value is −1; what do you get? With which number
    can a running maximum safely start?
    """
    return np.maximum(max_pool_forward(X, size, stride), 0.0)


@mistake("max_pool_forward")
def pool_window_one_short(X, size, stride):
    """The last row and column of each window are left out

    `a[0:2]` has two entries. Put the largest value of a window into its bottom right corner: do
    you find it?
    """
    height, width = (X.shape[1] - size) // stride + 1, (X.shape[2] - size) // stride + 1
    Z = np.zeros((X.shape[0], height, width, X.shape[3]))
    for r in range(height):
        for c in range(width):
            window = np.s_[
                :, r * stride : r * stride + size - 1, c * stride : c * stride + size - 1
            ]
            Z[:, r, c] = X[window].max(axis=(1, 2))
    return Z


@mistake("max_pool_forward")
def pool_one_window_short(X, size, stride):
    """The last row and column of windows are missing

    Is your output one row and one column too small? Size minus window counts the steps; the
    window also stood somewhere before its first step.
    """
    return max_pool_forward(X, size, stride)[:, :-1, :-1]


@mistake("max_pool_forward")
def pool_height_used_for_width(X, size, stride):
    """The output's height is used for its width as well

    Pool an image of 4 rows and 6 columns: how many windows lie side by side, how many one below
    the other? Compute the two numbers from the two sides.
    """
    windows = output_size(X.shape[1], size, stride, 0)
    fitting = min(windows, output_size(X.shape[2], size, stride, 0))
    Z = np.zeros((X.shape[0], windows, windows, X.shape[3]))
    Z[:, :, :fitting] = max_pool_forward(X, size, stride)[:, :, :fitting]
    return Z


@mistake("max_pool_forward")
def pool_reshape_mixed_up(X, size, stride):
    """The blocks are cut by a reshape that mixes up the axes

    Pool the numbers 0 … 15 of a 4 × 4 image: 5, 7, 13, 15 should come out. When an axis of 6 is
    reshaped into two, do neighbouring pixels stay together in the first or the second of the
    two?
    """
    D, rows, columns, n = X.shape
    blocks = X.reshape(D, size, rows // size, size, columns // size, n)
    return 1.0 * blocks.max(axis=(1, 3))


@variant("max_pool_forward")
def max_pool_by_place(X, size, stride):
    """loop over output places"""
    D, rows, columns, n = X.shape
    Z = np.zeros((D, (rows - size) // stride + 1, (columns - size) // stride + 1, n))
    for r in range(Z.shape[1]):
        for c in range(Z.shape[2]):
            window = X[:, r * stride : r * stride + size, c * stride : c * stride + size]
            Z[:, r, c] = np.amax(window, axis=(1, 2))
    return Z


@variant("max_pool_forward")
def max_pool_sliding(X, size, stride):
    """sliding_window_view"""
    views = np.lib.stride_tricks.sliding_window_view(X, (size, size), axis=(1, 2))
    return views[:, ::stride, ::stride].max(axis=(4, 5)).astype(float)


@variant("max_pool_forward")
def max_pool_rows_then_columns(X, size, stride):
    """rows first, then columns"""
    starts = range(0, X.shape[1] - size + 1, stride)
    tall = np.stack([X[:, start : start + size].max(axis=1) for start in starts], axis=1)
    starts = range(0, X.shape[2] - size + 1, stride)
    return np.stack([1.0 * tall[:, :, s : s + size].max(axis=2) for s in starts], axis=2)


# --- max_pool_backward ---


@mistake("max_pool_backward")
def pool_ties_doubled(dZ, X, size, stride):
    """At a tie, every one of the equal pixels gets the full gradient

    Try a window of four equal pixels: raising all of them by ε raises the output by ε, not by
    4ε. Sum dX and dZ: the sums should agree. After a ReLU, windows of zeros are common.
    """
    dX = np.zeros(X.shape)
    for r in range(dZ.shape[1]):
        for c in range(dZ.shape[2]):
            window = np.s_[:, r * stride : r * stride + size, c * stride : c * stride + size]
            winners = X[window] == X[window].max(axis=(1, 2), keepdims=True)
            dX[window] += winners * dZ[:, r : r + 1, c : c + 1]
    return dX


@mistake("max_pool_backward")
def pool_ties_lost(dZ, X, size, stride):
    """At a tie, the gradient is lost

    Try a window of four equal pixels. Someone has to get the gradient: one of them, or each a
    share. Sum dX and dZ: the sums should agree.
    """
    dX = np.zeros(X.shape)
    for r in range(dZ.shape[1]):
        for c in range(dZ.shape[2]):
            window = np.s_[:, r * stride : r * stride + size, c * stride : c * stride + size]
            winners = X[window] == X[window].max(axis=(1, 2), keepdims=True)
            winners = winners & (winners.sum(axis=(1, 2), keepdims=True) == 1)
            dX[window] += winners * dZ[:, r : r + 1, c : c + 1]
    return dX


@mistake("max_pool_backward")
def pool_gradient_spread(dZ, X, size, stride):
    """The gradient is spread evenly over the window

    Wiggle a pixel that is not its window's largest: does the output move? So what is its
    gradient? Only the winner passed on its value.
    """
    dX = np.zeros(X.shape)
    for r in range(dZ.shape[1]):
        for c in range(dZ.shape[2]):
            window = np.s_[:, r * stride : r * stride + size, c * stride : c * stride + size]
            dX[window] += dZ[:, r : r + 1, c : c + 1] / size**2
    return dX


@mistake("max_pool_backward")
def pool_gradient_to_all(dZ, X, size, stride):
    """Every pixel of a window gets its full gradient

    Wiggle a pixel that is not its window's largest: does the output move? So what is its
    gradient? Only the winner passed on its value.
    """
    dX = np.zeros(X.shape)
    for r in range(dZ.shape[1]):
        for c in range(dZ.shape[2]):
            window = np.s_[:, r * stride : r * stride + size, c * stride : c * stride + size]
            dX[window] += dZ[:, r : r + 1, c : c + 1]
    return dX


@mistake("max_pool_backward")
def pool_winner_overwritten(dZ, X, size, stride):
    """A pixel that wins twice keeps the last gradient only: '=' where '+=' is needed

    Let windows overlap (size 3, stride 1 or 2) and put one very large pixel where they do. It
    wins in all of them: what should its gradient be?
    """
    D, _, _, n = X.shape
    dX = np.zeros(X.shape)
    depth, example = np.ogrid[:D, :n]
    for r in range(dZ.shape[1]):
        for c in range(dZ.shape[2]):
            window = X[:, r * stride : r * stride + size, c * stride : c * stride + size]
            u, v = np.divmod(window.reshape(D, -1, n).argmax(axis=1), size)
            dX[depth, r * stride + u, c * stride + v, example] = dZ[:, r, c]
    return dX


@mistake("max_pool_backward")
def pool_window_overwritten(dZ, X, size, stride):
    """Each window wipes out what its neighbours wrote: '=' where '+=' is needed

    Let windows overlap (size 3, stride 2). The pixel that won in the first window may lie in
    the second as well, and lose there: what is written over its gradient?
    """
    D, _, _, n = X.shape
    dX = np.zeros(X.shape)
    depth, example = np.ogrid[:D, :n]
    for r in range(dZ.shape[1]):
        for c in range(dZ.shape[2]):
            window = np.s_[:, r * stride : r * stride + size, c * stride : c * stride + size]
            u, v = np.divmod(X[window].reshape(D, -1, n).argmax(axis=1), size)
            dX[window] = 0.0
            dX[depth, r * stride + u, c * stride + v, example] = dZ[:, r, c]
    return dX


@mistake("max_pool_backward")
def pool_gradient_to_first(dZ, X, size, stride):
    """The gradient always goes to the window's top left pixel

    Who decided the output, the first pixel or the largest one? Compare X and dX for one window.
    To send the gradient back you have to find the winner again, from X.
    """
    dX = np.zeros(X.shape)
    for r in range(dZ.shape[1]):
        for c in range(dZ.shape[2]):
            dX[:, r * stride, c * stride] += dZ[:, r, c]
    return dX


@mistake("max_pool_backward")
def pool_equal_pixels_elsewhere(dZ, X, size, stride):
    """Pixels outside the window that equal its maximum get gradient too

    Put the same value into two windows far apart, largest in both. Whose gradient does each
    get? A window's gradient must stay inside it. Sum dX and dZ: the sums should agree.
    """
    dX = np.zeros(X.shape)
    Z = max_pool_forward(X, size, stride)
    for r in range(dZ.shape[1]):
        for c in range(dZ.shape[2]):
            dX += (Z[:, r : r + 1, c : c + 1] == X) * dZ[:, r : r + 1, c : c + 1]
    return dX


@mistake("max_pool_backward")
def pool_backward_ignores_stride(dZ, X, size, stride):
    """The windows move by one pixel whatever the stride

    Output (r, c) came from the window that starts at stride·r, stride·c. Its gradient must go
    back to that same window. Is all right for stride 1?
    """
    dX = np.zeros(X.shape)
    seen = np.s_[:, : dZ.shape[1] + size - 1, : dZ.shape[2] + size - 1]
    dX[seen] = max_pool_backward(dZ, X[seen], size, 1)
    return dX


@mistake("max_pool_backward")
def pool_one_winner_for_all_depths(dZ, X, size, stride):
    """Only one depth slice of a window gets its gradient

    Every depth slice is pooled by itself, so each has a winner of its own in every window. Over
    which axes do you take the maximum? Count the non-zero entries of dX.
    """
    dX = np.zeros(X.shape)
    for r in range(dZ.shape[1]):
        for c in range(dZ.shape[2]):
            window = np.s_[:, r * stride : r * stride + size, c * stride : c * stride + size]
            winners = X[window] == X[window].max(axis=(0, 1, 2))
            dX[window] += winners * dZ[:, r : r + 1, c : c + 1]
    return dX


@mistake("max_pool_backward")
def pool_winner_transposed(dZ, X, size, stride):
    """The winner's row and column are swapped

    In a 2 × 2 window, flat index 1 is the first row's second pixel. Which row and column do you
    make of it? Windows whose winner lies on the diagonal do not show the mistake.
    """
    D, _, _, n = X.shape
    dX = np.zeros(X.shape)
    depth, example = np.ogrid[:D, :n]
    for r in range(dZ.shape[1]):
        for c in range(dZ.shape[2]):
            window = X[:, r * stride : r * stride + size, c * stride : c * stride + size]
            v, u = np.divmod(window.reshape(D, -1, n).argmax(axis=1), size)
            dX[depth, r * stride + u, c * stride + v, example] += dZ[:, r, c]
    return dX


@mistake("max_pool_backward")
def pool_window_offset_forgotten(dZ, X, size, stride):
    """The winner's place in its window is taken for its place in the image

    Is dX non-zero in its top left corner only? An index inside a slice counts from where the
    slice starts. Where does the window of output (r, c) start?
    """
    D, _, _, n = X.shape
    dX = np.zeros(X.shape)
    depth, example = np.ogrid[:D, :n]
    for r in range(dZ.shape[1]):
        for c in range(dZ.shape[2]):
            window = X[:, r * stride : r * stride + size, c * stride : c * stride + size]
            u, v = np.divmod(window.reshape(D, -1, n).argmax(axis=1), size)
            dX[depth, u, v, example] += dZ[:, r, c]
    return dX


@mistake("max_pool_backward")
def pool_first_window_only(dZ, X, size, stride):
    """Only the first window is handled

    Is dX zero everywhere but in its top left corner? Count how often the body of your loop
    runs. A network still learns a little with this, so training does not show it.
    """
    first = np.zeros(dZ.shape)
    first[:, 0, 0] = dZ[:, 0, 0]
    return max_pool_backward(first, X, size, stride)


@variant("max_pool_backward")
def pool_gradient_like_input(dZ, X, size, stride):
    """a gradient of X's type"""
    return max_pool_backward(dZ, X, size, stride).astype(X.dtype)


@variant("max_pool_backward")
def max_pool_backward_ties_share(dZ, X, size, stride):
    """ties share the gradient"""
    dX = np.zeros(X.shape)
    for r in range(dZ.shape[1]):
        for c in range(dZ.shape[2]):
            window = np.s_[:, r * stride : r * stride + size, c * stride : c * stride + size]
            winners = X[window] == X[window].max(axis=(1, 2), keepdims=True)
            share = winners / winners.sum(axis=(1, 2), keepdims=True)
            dX[window] += share * dZ[:, r : r + 1, c : c + 1]
    return dX


@variant("max_pool_backward")
def max_pool_backward_last_wins(dZ, X, size, stride):
    """the last of equal pixels wins, plain loops"""
    D, height, width, n = dZ.shape
    dX = np.zeros(X.shape, dtype=float)
    for d in range(D):
        for i in range(n):
            for r in range(height):
                for c in range(width):
                    best, place = -np.inf, (0, 0)
                    for u in range(r * stride, r * stride + size):
                        for v in range(c * stride, c * stride + size):
                            if X[d, u, v, i] >= best:
                                best, place = X[d, u, v, i], (u, v)
                    dX[d, place[0], place[1], i] += dZ[d, r, c, i]
    return dX


@variant("max_pool_backward")
def max_pool_backward_add_at(dZ, X, size, stride):
    """argmax of all windows, np.add.at"""
    D, height, width, n = dZ.shape
    views = np.lib.stride_tricks.sliding_window_view(X, (size, size), axis=(1, 2))
    views = views[:, ::stride, ::stride].reshape(D, height, width, n, size * size)
    u, v = np.divmod(views.argmax(axis=-1), size)
    d, r, c, i = np.ogrid[:D, :height, :width, :n]
    dX = np.zeros(X.shape)
    np.add.at(dX, (d, r * stride + u, c * stride + v, i), dZ)
    return dX
