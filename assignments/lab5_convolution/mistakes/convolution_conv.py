"""What goes wrong in `conv_forward` and `conv_backward`, and what may differ and be right."""

# Written as students write, without types.
import numpy as np

from labkit.mistakes import mistake, variant
from neuralnet.convolution import (
    conv_backward,
    conv_forward,
    output_size,
)

# --- conv_forward ---


@mistake("conv_forward")
def kernel_flipped(X, W, b, stride=1, padding=0):
    """The kernel is flipped: this is the mathematicians' convolution

    Convolution layers slide the kernel as it is (cross-correlation). Try an image that is 0 but
    for a single 1: which picture of the kernel comes out, and which should?
    """
    return conv_forward(X, W[:, :, ::-1, ::-1], b, stride, padding)


@mistake("conv_forward")
def kernel_transposed(X, W, b, stride=1, padding=0):
    """The kernel's rows and columns are swapped

    W[f, d, u, v] meets the pixel u rows down and v columns to the right. Try a kernel with a
    single 1 in its first row, last column: from which pixel should each score be copied?
    """
    return conv_forward(X, W.transpose(0, 1, 3, 2), b, stride, padding)


@mistake("conv_forward")
def conv_bias_missing(X, W, b, stride=1, padding=0):
    """The bias is not added

    Set all weights to 0: what should every score of filter f be? Print yours.
    """
    return conv_forward(X, W, 0 * b, stride, padding)


@mistake("conv_forward")
def bias_in_every_product(X, W, b, stride=1, padding=0):
    """The bias is added to every product before the sum

    Set all weights to 0: each score should be b, once. Is yours b times the number of weights
    of a filter? The bias joins after the sum.
    """
    return conv_forward(X, W, W[0].size * b, stride, padding)


@mistake("conv_forward")
def bias_for_each_channel(X, W, b, stride=1, padding=0):
    """The bias is added once for each channel

    Is it right for images of one channel, and too much by a multiple of b for deeper ones? A
    filter has one bias, whatever the depth: add it after the channels have been summed.
    """
    return conv_forward(X, W, X.shape[0] * b, stride, padding)


@mistake("conv_forward")
def conv_padding_ignored(X, W, b, stride=1, padding=0):
    """The padding is ignored

    Print the output's shape for a 3 × 3 kernel with stride 1 and padding 1: it should keep
    height and width. Is `padding` used anywhere in your function?
    """
    k = W.shape[-1]
    down, right = (X.shape[1] - k) // stride, (X.shape[2] - k) // stride
    return conv_forward(X[:, : down * stride + k, : right * stride + k], W, b, stride)


@mistake("conv_forward")
def padding_on_one_side(X, W, b, stride=1, padding=0):
    """Zeros are added on the top and left only

    Print a padded image of ones. There should be a frame of zeros on all four sides. How many
    rows does it gain from padding 1?
    """
    k = W.shape[-1]
    X = np.pad(X, ((0, 0), (padding, 0), (padding, 0), (0, 0)))
    down, right = (X.shape[1] - k) // stride, (X.shape[2] - k) // stride
    return conv_forward(X[:, : down * stride + k, : right * stride + k], W, b, stride)


@mistake("conv_forward")
def image_in_corner_of_frame(X, W, b, stride=1, padding=0):
    """The image lies in the corner of its frame of zeros instead of the middle

    Is the shape right and every score shifted? With padding 1, at which row and column of the
    padded image should the first pixel lie?
    """
    D, height, width, n = X.shape
    frame = np.zeros((D, height + 2 * padding, width + 2 * padding, n))
    frame[:, :height, :width] = X
    return conv_forward(frame, W, b, stride)


@mistake("conv_forward")
def padding_on_last_axes(X, W, b, stride=1, padding=0):
    """The last two axes are padded: width and examples

    Print the padded shape. Does it have more examples than came in? Here a volume is (depth,
    height, width, n): which two axes should grow?
    """
    k = W.shape[-1]
    X = np.pad(X, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    down, right = (X.shape[1] - k) // stride, (X.shape[2] - k) // stride
    return conv_forward(X[:, : down * stride + k, : right * stride + k], W, b, stride)


@mistake("conv_forward")
def padding_repeats_edge(X, W, b, stride=1, padding=0):
    """The image is padded by repeating its edge, not by zeros

    Print the padded version of an image of ones: what stands in the frame? Only the scores near
    the border differ, don't they?
    """
    X = np.pad(X, ((0, 0), (padding, padding), (padding, padding), (0, 0)), mode="edge")
    return conv_forward(X, W, b, stride)


@mistake("conv_forward")
def window_ignores_stride(X, W, b, stride=1, padding=0):
    """The window moves by one pixel whatever the stride

    Output row r looks at rows from stride·r on. For stride 2, which pixels should the second
    score look at, and which do you slice? With stride 1 nothing shows.
    """
    height = output_size(X.shape[1], W.shape[-1], stride, padding)
    width = output_size(X.shape[2], W.shape[-1], stride, padding)
    return conv_forward(X, W, b, 1, padding)[:, :height, :width]


@mistake("conv_forward")
def conv_stride_ignored(X, W, b, stride=1, padding=0):
    """The stride is ignored altogether: there is a score at every pixel

    Compare the shape of your output with output_size for stride 2. The stride belongs in two
    places: the number of scores, and where each window starts.
    """
    return conv_forward(X, W, b, 1, padding)


@mistake("conv_forward")
def outputs_skipped(X, W, b, stride=1, padding=0):
    """The loop over the output takes steps of the stride, so most scores stay 0

    Print one output channel for stride 2: are whole rows and columns zero? The loop has to fill
    every output place; the stride tells where in the image each place looks.
    """
    height = output_size(X.shape[1], W.shape[-1], stride, padding)
    width = output_size(X.shape[2], W.shape[-1], stride, padding)
    Z = np.zeros((len(W), height, width, X.shape[3]))
    scores = conv_forward(X, W, b, 1, padding)
    Z[:, ::stride, ::stride] = scores[:, :height:stride, :width:stride]
    return Z


@mistake("conv_forward")
def stride_on_rows_only(X, W, b, stride=1, padding=0):
    """The stride is applied to the rows but not to the columns

    Test an image of one row and one of one column with stride 2. Which of the two goes wrong?
    Both axes need the same formula for where a window starts.
    """
    width = output_size(X.shape[2], W.shape[-1], stride, padding)
    return conv_forward(X, W, b, 1, padding)[:, ::stride, :width]


@mistake("conv_forward")
def first_channel_only(X, W, b, stride=1, padding=0):
    """Only the first channel is used

    Set the first channel of an image to 0: do the other channels still change your scores? A
    score sums over depth, rows and columns.
    """
    return conv_forward(X[:1], W[:, :1], b, stride, padding)


@mistake("conv_forward")
def last_channel_only(X, W, b, stride=1, padding=0):
    """Only the last channel is left: '=' where '+=' is needed in the loop over the depth

    Set the last channel of an image to 0: is every score just the bias? A score sums over
    depth, rows and columns.
    """
    return conv_forward(X[-1:], W[:, -1:], b, stride, padding)


@mistake("conv_forward")
def products_averaged(X, W, b, stride=1, padding=0):
    """The products are averaged instead of summed

    Take a 1 × 1 × 1 kernel and a 3 × 3 kernel of ones on an image of ones: the scores should be
    1 and 9 (for depth 1). Which do you get?
    """
    return conv_forward(X, W / W[0].size, b, stride, padding)


@mistake("conv_forward")
def flattened_in_different_orders(X, W, b, stride=1, padding=0):
    """Patches and filters are flattened in different orders

    For the product of two flat vectors, entry i of both must belong to the same channel, row
    and column. Is it right for depth 1 and wrong for deeper images? Write down the order of the
    axes of both before each reshape.
    """
    return conv_forward(X, W.transpose(0, 2, 3, 1).reshape(W.shape), b, stride, padding)


@mistake("conv_forward")
def patches_in_another_order(X, W, b, stride=1, padding=0):
    """The patches go by row, column and channel, the filters by channel, row and column

    Entry i of a patch and entry i of a flat filter must belong to the same channel, row and
    column. Is it right for depth 1 and wrong for deeper images? Write down the order of the axes
    of both before each reshape.
    """
    F, D, k, _ = W.shape
    return conv_forward(X, W.reshape(F, k, k, D).transpose(0, 3, 1, 2), b, stride, padding)


@mistake("conv_forward")
def height_used_for_width(X, W, b, stride=1, padding=0):
    """The output's height is used for its width as well

    Try an image of 4 rows and 7 columns. Which shape comes out, and which should? Height and
    width each need their own size.
    """
    scores = conv_forward(X, W, b, stride, padding)
    F, height, width, n = scores.shape
    Z = np.zeros((F, height, height, n))
    Z[:, :, :width] = scores[:, :, :height]
    return Z


@mistake("conv_forward")
def conv_rows_and_columns_swapped(X, W, b, stride=1, padding=0):
    """Height and width of the output are swapped

    Hand in an image of 3 rows and 5 columns with a filter of one pixel: the output should have
    3 rows and 5 columns as well. Print its shape.
    """
    return conv_forward(X, W, b, stride, padding).swapaxes(1, 2)


@mistake("conv_forward")
def conv_with_relu(X, W, b, stride=1, padding=0):
    """The ReLU is applied already

    Are all of your negative scores 0? conv_forward gives the scores, Z = W·patch + b; the
    activation is a step of its own, as with dense layers.
    """
    return np.maximum(conv_forward(X, W, b, stride, padding), 0.0)


@mistake("conv_forward")
def examples_first(X, W, b, stride=1, padding=0):
    """The examples come first in the output

    Print the output's shape. In these labs a volume is (depth, height, width, n), so that
    reshape(-1, n) makes columns of examples.
    """
    return conv_forward(X, W, b, stride, padding).transpose(3, 0, 1, 2)


@mistake("conv_forward")
def scores_truncated(X, W, b, stride=1, padding=0):
    """The result takes the image's type, so whole-number images give truncated scores

    Hand in pixels 0 … 255 as integers and weights like 0.3: do you get whole numbers? Print the
    dtype of the array that you fill.
    """
    return conv_forward(X, W, b, stride, padding).astype(X.dtype)


@variant("conv_forward", slow=True)
def conv_forward_plain_loops(X, W, b, stride=1, padding=0):
    """seven plain loops"""
    D, rows, columns, n = X.shape
    F, _, k, _ = W.shape
    height = (rows + 2 * padding - k) // stride + 1
    width = (columns + 2 * padding - k) // stride + 1
    Z = np.zeros((F, height, width, n))
    for i in range(n):
        for f in range(F):
            for r in range(height):
                for c in range(width):
                    total = float(b[f, 0])
                    for d in range(D):
                        for u in range(k):
                            for v in range(k):
                                row, column = stride * r + u - padding, stride * c + v - padding
                                if 0 <= row < rows and 0 <= column < columns:
                                    total += W[f, d, u, v] * X[d, row, column, i]
                    Z[f, r, c, i] = total
    return Z


@variant("conv_forward")
def conv_forward_by_place(X, W, b, stride=1, padding=0):
    """loop over output places, tensordot"""
    X = np.pad(X, ((0, 0), (padding, padding), (padding, padding), (0, 0)))
    F, _, k, _ = W.shape
    height, width = (X.shape[1] - k) // stride + 1, (X.shape[2] - k) // stride + 1
    Z = np.zeros((F, height, width, X.shape[3]))
    for r in range(height):
        for c in range(width):
            patch = X[:, r * stride : r * stride + k, c * stride : c * stride + k]
            Z[:, r, c] = np.tensordot(W, patch, axes=3) + b
    return Z


@variant("conv_forward")
def conv_forward_einsum(X, W, b, stride=1, padding=0):
    """sliding_window_view and einsum"""
    k = W.shape[2]
    X = np.pad(X, [(0, 0), (padding, padding), (padding, padding), (0, 0)])
    views = np.lib.stride_tricks.sliding_window_view(X, (k, k), axis=(1, 2))
    views = views[:, ::stride, ::stride]
    return np.einsum("fduv,drcnuv->frcn", W, views) + b.reshape(-1, 1, 1, 1)


@variant("conv_forward")
def conv_forward_by_offset(X, W, b, stride=1, padding=0):
    """loop over the kernel's pixels, other summation order"""
    D, rows, columns, n = X.shape
    F, _, k, _ = W.shape
    padded = np.zeros((D, rows + 2 * padding, columns + 2 * padding, n))
    padded[:, padding : padding + rows, padding : padding + columns] = X
    height = (padded.shape[1] - k) // stride + 1
    width = (padded.shape[2] - k) // stride + 1
    Z = np.zeros((F, height, width, n)) + b[:, :, None, None]
    for u in reversed(range(k)):
        for v in reversed(range(k)):
            part = padded[:, u::stride, v::stride][:, :height, :width]
            Z += np.tensordot(W[:, :, u, v], part, axes=1)
    return Z


# --- conv_backward ---


@mistake("conv_backward")
def conv_db_averaged(dZ, X, W, stride=1, padding=0):
    """db is averaged instead of summed

    Raise one filter's bias by a little: every one of its scores, at all places and in all
    examples, moves. Do their effects on the loss add up, or do they average? The 1/n of the
    loss is in dZ already.
    """
    dX, dW, db = conv_backward(dZ, X, W, stride, padding)
    return dX, dW, db / dZ[0].size


@mistake("conv_backward")
def conv_db_flat(dZ, X, W, stride=1, padding=0):
    """db is a flat vector, not a column

    A gradient has the shape of its parameter: b is (F, 1). What would b − learning_rate · db
    become with a flat db? Print the shapes.
    """
    dX, dW, db = conv_backward(dZ, X, W, stride, padding)
    return dX, dW, db[:, 0]


@mistake("conv_backward")
def conv_gradients_averaged_again(dZ, X, W, stride=1, padding=0):
    """dW and db are divided by n once more

    The loss is a mean, and its 1/n came down with dZ. Does your dX agree with central
    differences while dW is smaller by the number of examples?
    """
    n = X.shape[3]
    dX, dW, db = conv_backward(dZ, X, W, stride, padding)
    return dX, dW / n, db / n


@mistake("conv_backward")
def conv_all_gradients_averaged_again(dZ, X, W, stride=1, padding=0):
    """All three gradients are divided by n once more

    The loss is a mean, and its 1/n came down with dZ. Are all your gradients smaller than
    central differences by the number of examples, and right for a single one?
    """
    return tuple(grad / X.shape[3] for grad in conv_backward(dZ, X, W, stride, padding))


@mistake("conv_backward")
def conv_dw_averaged_over_places(dZ, X, W, stride=1, padding=0):
    """dW is averaged over the places instead of summed

    Every place that uses a weight contributes to its gradient, and contributions add: that is
    the chain rule for a shared weight. Is your dW too small by the number of output places?
    """
    dX, dW, db = conv_backward(dZ, X, W, stride, padding)
    return dX, dW / (dZ.shape[1] * dZ.shape[2]), db


@mistake("conv_backward")
def conv_dx_keeps_padding(dZ, X, W, stride=1, padding=0):
    """dX still has the padding around it

    dX has the shape of X. The frame of zeros is no input of the layer: cut off what belongs to
    it. Print both shapes for padding 1.
    """
    X = np.pad(X, ((0, 0), (padding, padding), (padding, padding), (0, 0)))
    return conv_backward(dZ, X, W, stride)


@mistake("conv_backward")
def conv_dx_cut_to_nothing(dZ, X, W, stride=1, padding=0):
    """Without padding, dX is cut down to nothing

    Is it right with padding and empty without? Print `list(range(5))[0:-0]`. An end that counts
    from the front works for every padding.
    """
    X = np.pad(X, ((0, 0), (padding, padding), (padding, padding), (0, 0)))
    dX, dW, db = conv_backward(dZ, X, W, stride)
    return dX[:, padding:-padding, padding:-padding], dW, db


@mistake("conv_backward")
def conv_dx_cut_from_corner(dZ, X, W, stride=1, padding=0):
    """dX is cut from the corner of the padded gradient, not from its middle

    Is dX shifted? In the padded image, X starts `padding` rows down and `padding` columns to
    the right, so its gradient starts there, too.
    """
    _, height, width, _ = X.shape
    X = np.pad(X, ((0, 0), (padding, padding), (padding, padding), (0, 0)))
    dX, dW, db = conv_backward(dZ, X, W, stride)
    return dX[:, :height, :width], dW, db


@mistake("conv_backward")
def conv_dx_kernel_flipped(dZ, X, W, stride=1, padding=0):
    """dX is computed with the kernel turned by 180 degrees where it should not be

    Let a single entry of dZ be 1 and the rest 0: dX should then show the kernel exactly as it
    lay on the image there. Is yours upside down? Going back along the forward pass's own window
    needs no flip; sliding a kernel over dZ does.
    """
    _, dW, db = conv_backward(dZ, X, W, stride, padding)
    dX, _, _ = conv_backward(dZ, X, W[:, :, ::-1, ::-1], stride, padding)
    return dX, dW, db


@mistake("conv_backward")
def conv_dw_flipped(dZ, X, W, stride=1, padding=0):
    """dW comes out turned by 180 degrees

    Let a single entry of dZ be 1 and the rest 0: dW should then be the patch of X that lies
    under the kernel there, the right way up. Is yours turned around?
    """
    dX, dW, db = conv_backward(dZ, X, W, stride, padding)
    return dX, dW[:, :, ::-1, ::-1], db


@mistake("conv_backward")
def conv_dx_overwritten(dZ, X, W, stride=1, padding=0):
    """Where windows overlap, dX keeps the last one only: '=' where '+=' is needed

    A pixel that lies in several windows influences several scores. What happens to the first
    window's share when the next one is written? Compare stride = kernel, where nothing
    overlaps, with stride 1.
    """
    _, dW, db = conv_backward(dZ, X, W, stride, padding)
    D, height, width, n = X.shape
    k = W.shape[-1]
    dX = np.zeros((D, height + 2 * padding, width + 2 * padding, n))
    for r in range(dZ.shape[1]):
        for c in range(dZ.shape[2]):
            window = np.s_[:, r * stride : r * stride + k, c * stride : c * stride + k]
            dX[window] = np.tensordot(W, dZ[:, r, c], axes=(0, 0))
    return dX[:, padding : padding + height, padding : padding + width], dW, db


@mistake("conv_backward")
def conv_dx_index_arrays(dZ, X, W, stride=1, padding=0):
    """dX loses contributions: a pixel keeps that of one place in its windows only

    Do you add to a pixel, or write over what another place of the window left there? With arrays
    of indices, += adds only once, too: take three zeros a and do a[[1, 1]] += 1; is a[1] 2?
    """
    _, dW, db = conv_backward(dZ, X, W, stride, padding)
    D, height, width, n = X.shape
    k = W.shape[-1]
    u, v, r, c = np.ix_(range(k), range(k), range(dZ.shape[1]), range(dZ.shape[2]))
    dX = np.zeros((D, height + 2 * padding, width + 2 * padding, n))
    dX[:, stride * r + u, stride * c + v] += np.einsum("fduv,frcn->duvrcn", W, dZ)
    return dX[:, padding : padding + height, padding : padding + width], dW, db


@mistake("conv_backward")
def conv_dw_overwritten(dZ, X, W, stride=1, padding=0):
    """dW holds the last place's contribution only: '=' where '+=' is needed

    The filter is used at every place, so each place has a share in dW. Set all of dZ to 0 but
    its first entry: is your dW 0?
    """
    dX, _, db = conv_backward(dZ, X, W, stride, padding)
    last = np.zeros(dZ.shape)
    last[:, -1, -1] = dZ[:, -1, -1]
    _, dW, _ = conv_backward(last, X, W, stride, padding)
    return dX, dW, db


@mistake("conv_backward")
def conv_backward_ignores_stride(dZ, X, W, stride=1, padding=0):
    """The windows move by one pixel whatever the stride

    Is everything right for stride 1? Score (r, c) came from the window that starts at stride·r,
    stride·c. Its gradient must go back to that same window.
    """
    _, height, width, _ = X.shape
    k = W.shape[-1]
    X = np.pad(X, ((0, 0), (padding, padding), (padding, padding), (0, 0)))
    dX = np.zeros(X.shape)
    seen = np.s_[:, : dZ.shape[1] + k - 1, : dZ.shape[2] + k - 1]
    dX[seen], dW, db = conv_backward(dZ, X[seen], W)
    return dX[:, padding : padding + height, padding : padding + width], dW, db


@mistake("conv_backward")
def conv_gradients_in_dense_order(dZ, X, W, stride=1, padding=0):
    """The gradients are returned as (dW, db, dX), in the order of the dense layer

    Here the order is (dX, dW, db). Print the shapes of what you return beside those of X, W and
    b.
    """
    dX, dW, db = conv_backward(dZ, X, W, stride, padding)
    return dW, db, dX


@variant("conv_backward")
def conv_gradients_like_inputs(dZ, X, W, stride=1, padding=0):
    """gradients of the types of X and W"""
    dX, dW, db = conv_backward(dZ, X, W, stride, padding)
    return dX.astype(X.dtype), dW.astype(W.dtype), db


@variant("conv_backward")
def conv_backward_by_place(dZ, X, W, stride=1, padding=0):
    """adds to windows, place by place and filter by filter"""
    F, _, k, _ = W.shape
    _, rows, columns, _ = X.shape
    padded = np.pad(X, ((0, 0), (padding, padding), (padding, padding), (0, 0)))
    dX, dW, db = np.zeros(padded.shape), np.zeros(W.shape), np.zeros((F, 1))
    for f in range(F):
        for r in range(dZ.shape[1]):
            for c in range(dZ.shape[2]):
                window = np.s_[:, r * stride : r * stride + k, c * stride : c * stride + k]
                dX[window] += W[f][..., None] * dZ[f, r, c]
                dW[f] += padded[window] @ dZ[f, r, c]
                db[f] += dZ[f, r, c].sum()
    return dX[:, padding : padding + rows, padding : padding + columns], dW, db


@variant("conv_backward")
def conv_backward_full_correlation(dZ, X, W, stride=1, padding=0):
    """dX by sliding the turned kernel over a spread and padded dZ"""
    F, D, k, _ = W.shape
    _, rows, columns, n = X.shape
    spread = np.zeros((F, rows + 2 * padding + k - 1, columns + 2 * padding + k - 1, n))
    height, width = dZ.shape[1], dZ.shape[2]
    spread[
        :,
        k - 1 : k + (height - 1) * stride : stride,
        k - 1 : k + (width - 1) * stride : stride,
    ] = dZ
    turned = W[:, :, ::-1, ::-1].transpose(1, 0, 2, 3)
    dX = conv_forward(spread, turned, np.zeros((D, 1)))
    padded = np.pad(X, ((0, 0), (padding, padding), (padding, padding), (0, 0)))
    views = np.lib.stride_tricks.sliding_window_view(padded, (k, k), axis=(1, 2))
    dW = np.einsum("frcn,drcnuv->fduv", dZ, views[:, ::stride, ::stride])
    db = dZ.reshape(F, -1).sum(axis=1)[:, None]
    return dX[:, padding : padding + rows, padding : padding + columns], dW, db


@variant("conv_backward")
def conv_backward_add_at(dZ, X, W, stride=1, padding=0):
    """indices of all patches, np.add.at"""
    F, _, k, _ = W.shape
    _, rows, columns, _ = X.shape
    height, width = dZ.shape[1:3]
    padded = np.pad(1.0 * X, ((0, 0), (padding,) * 2, (padding,) * 2, (0, 0)))
    row = stride * np.arange(height)[:, None] + np.arange(k)
    column = stride * np.arange(width)[:, None] + np.arange(k)
    at = (slice(None), row[:, None, :, None], column[None, :, None, :])  # D, h, w, k, k, n
    dX = np.zeros_like(padded)
    np.add.at(dX, at, np.einsum("fduv,frcn->drcuvn", W, dZ))
    dW = np.einsum("drcuvn,frcn->fduv", padded[at], dZ)
    crop = np.s_[:, padding : padding + rows, padding : padding + columns]
    return dX[crop], dW, np.sum(dZ, axis=(1, 2, 3)).reshape(F, 1)
