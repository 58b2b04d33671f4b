"""Lab 5, what goes wrong and what may differ: parameter counts, convolution, pooling, ConvNets.

Square images, one channel, stride 1, no padding, or pools that do not overlap hide most of these
mistakes. Pooling before or after the ReLU is the same, so neither order is one.
"""

# mypy: allow-untyped-defs, allow-untyped-calls, no-check-untyped-defs

import numpy as np

from labkit.catalogue import misconception, variant
from neuralnet.activations import relu, relu_gradient, sigmoid
from neuralnet.backprop import dense_backward
from neuralnet.convolution import (
    conv_backward,
    conv_forward,
    convnet_forward,
    convnet_loss,
    max_pool_backward,
    max_pool_forward,
    output_size,
    train_convnet,
)
from neuralnet.layers import dense_forward
from neuralnet.losses import cross_entropy, softmax, softmax_cross_entropy
from neuralnet.training import minibatches

# --- dense_parameter_count ---


@misconception(
    "dense_parameter_count",
    title="The biases are not counted",
    why="The weights are so many that the biases do not come to mind.",
    hint=(
        "Each unit computes w·x + b. How many numbers does one unit learn if it looks at a single "
        "pixel? Compare your count for a 1 × 1 × 1 volume and one unit."
    ),
)
def dense_count_no_bias(volume, units):
    depth, height, width = volume
    return depth * height * width * units


@misconception(
    "dense_parameter_count",
    title="There is a bias for each input instead of one for each unit",
    why="Weights belong to inputs, so the biases seem to do so as well.",
    hint=(
        "A bias is the b in W X + b, of shape p1 × 1. Which of the two numbers is p1, the inputs "
        "or the units? Try 12 pixels and 1 unit: how many biases can there be?"
    ),
)
def dense_count_bias_per_input(volume, units):
    depth, height, width = volume
    inputs = depth * height * width
    return inputs * units + inputs


@misconception(
    "dense_parameter_count",
    title="A single bias is counted for the whole layer",
    why="The bias is written as one letter b, or as one extra input, and so counted once.",
    hint=(
        "One unit may need a high threshold and another a low one: b has an entry for each unit. "
        "Even as the extra input that is always 1, it has a weight to each of them. What is the "
        "shape of b?"
    ),
)
def dense_count_one_bias(volume, units):
    depth, height, width = volume
    return depth * height * width * units + 1


@misconception(
    "dense_parameter_count",
    title="The sides of the volume are added instead of multiplied",
    why="A sum over the shape is as quick to write as a product.",
    hint=(
        "How many pixels has an image of 32 × 32 with 3 colours? The lecture says p = 3072. Count "
        "what your function takes for the number of inputs."
    ),
)
def dense_count_sides_added(volume, units):
    return (sum(volume) + 1) * units


@misconception(
    "dense_parameter_count",
    title="The depth of the volume is left out",
    why="An image is thought of as height times width; the colours are forgotten.",
    hint=(
        "A colour image has three numbers for each place. Does your count change between a grey "
        "and a colour image of the same size? A unit of a dense layer looks at all of them."
    ),
)
def dense_count_no_depth(volume, units):
    _, height, width = volume
    return (height * width + 1) * units


@misconception(
    "dense_parameter_count",
    title="The weights are counted for one unit only",
    why="The formula for one unit is right, and the other units are forgotten.",
    hint="Does doubling the units double your count? Every unit has its own weight to every pixel.",
)
def dense_count_one_unit(volume, units):
    depth, height, width = volume
    return depth * height * width + units


@variant("dense_parameter_count", style="sizes of W and b as NumPy counts them")
def dense_count_by_arrays(volume, units):
    inputs = int(np.prod(volume))
    W = np.broadcast_to(0.0, (units, inputs))
    b = np.broadcast_to(0.0, (units, 1))
    return W.size + b.size


# --- conv_parameter_count ---


@misconception(
    "conv_parameter_count",
    title="The biases are not counted",
    why="The formula of a kernel's size is in mind, and it holds weights alone.",
    hint=(
        "Each filter adds one number to all of its scores. Look at the shapes of conv_forward's W "
        "and b: your count should be the sum of both sizes."
    ),
)
def conv_count_no_bias(depth, kernel, filters):
    return depth * kernel * kernel * filters


@misconception(
    "conv_parameter_count",
    title="The depth of the input is left out",
    why="Filters are drawn as flat squares, and even well-known slides count them so.",
    hint=(
        "A filter on a colour image looks at 5 × 5 pixels in each of the three colours. How many "
        "numbers does it multiply at one place? Look at the shape of W in conv_forward."
    ),
)
def conv_count_no_depth(depth, kernel, filters):
    return (kernel * kernel + 1) * filters


@misconception(
    "conv_parameter_count",
    title="The side of the kernel is not squared",
    why="`kernel` is one number, and is taken for the number of the kernel's pixels.",
    hint="`kernel` is the length of one side. How many pixels does a 3 × 3 kernel cover?",
)
def conv_count_kernel_not_squared(depth, kernel, filters):
    return (depth * kernel + 1) * filters


@misconception(
    "conv_parameter_count",
    title="There is a bias for each channel of each filter",
    why="Each channel has its own slice of the filter, so it seems to have its own bias.",
    hint=(
        "A filter's products are summed over all channels into one score, and the bias is added "
        "to that score. What would two biases in one sum be worth? Look at the shape of b: (F, 1)."
    ),
)
def conv_count_bias_per_channel(depth, kernel, filters):
    return (kernel * kernel + 1) * depth * filters


@misconception(
    "conv_parameter_count",
    title="A single bias is counted for the whole layer",
    why="The bias is written as one letter b, and so counted once.",
    hint=(
        "Every filter looks for something else and needs its own threshold. What is the shape of "
        "b in conv_forward?"
    ),
)
def conv_count_one_bias(depth, kernel, filters):
    return depth * kernel * kernel * filters + 1


@misconception(
    "conv_parameter_count",
    title="Only one filter's weights are counted",
    why="The weights are shared, and that is taken to mean shared by the filters too.",
    hint=(
        "A filter shares its weights with all places of the image, not with the other filters. "
        "Does your count double when the number of filters does?"
    ),
)
def conv_count_one_filter(depth, kernel, filters):
    return depth * kernel * kernel + filters


@variant("conv_parameter_count", style="adds up filter by filter")
def conv_count_filter_by_filter(depth, kernel, filters):
    total = 0
    for _ in range(filters):
        total += depth * kernel**2  # weights
        total += 1  # bias
    return total


# --- output_size ---


@misconception(
    "output_size",
    title="The + 1 for the first place is missing",
    why="Size minus kernel counts the steps, and steps are taken for places.",
    hint=(
        "A fence of 3 gaps has 4 posts. If the kernel is as large as the image, it takes no step "
        "at all: at how many places has it been?"
    ),
)
def size_without_first_place(size, kernel, stride, padding):
    return output_size(size, kernel, stride, padding) - 1


@misconception(
    "output_size",
    title="The padding is added at one end only",
    why="`padding` is one number, so it is added once.",
    hint=(
        "`padding` zeros stand at both ends of the side. How long is a side of 5 with padding 2? "
        "A 3 × 3 kernel with padding 1 and stride 1 should keep the size."
    ),
)
def size_padding_once(size, kernel, stride, padding):
    room = size + padding - kernel
    if room < 0 or room % stride:
        raise ValueError(f"{size=}, {kernel=}, {stride=} and {padding=} do not fit")
    return room // stride + 1


@misconception(
    "output_size",
    title="The padding is ignored",
    why="The formula without padding is learnt first.",
    hint=(
        "Does your answer change with the padding? The kernel slides over the padded image, which "
        "is longer at both ends."
    ),
)
def size_padding_ignored(size, kernel, stride, padding):
    room = size - kernel
    if room < 0 or room % stride:
        raise ValueError(f"{size=}, {kernel=}, {stride=} and {padding=} do not fit")
    return room // stride + 1


@misconception(
    "output_size",
    title="Sizes that do not tile are rounded down instead of refused",
    why="Frameworks round down and drop the last pixels in silence.",
    hint=(
        "What is left over when size 6 meets kernel 3 with stride 2? Two places end at pixel 5, "
        "and the last pixel is never seen. The lab asks for a ValueError there; a remainder tells "
        "you when."
    ),
)
def size_rounded_down(size, kernel, stride, padding):
    room = size + 2 * padding - kernel
    if room < 0:
        raise ValueError(f"{size=}, {kernel=}, {stride=} and {padding=} do not fit")
    return room // stride + 1


@misconception(
    "output_size",
    title="Sizes that do not tile are rounded up instead of refused",
    why="Some frameworks' 'same' padding rounds up.",
    hint=(
        "A last place that starts inside the image but ends outside it has no pixels to look at. "
        "The lab asks for a ValueError when the last place does not end exactly at the edge."
    ),
)
def size_rounded_up(size, kernel, stride, padding):
    room = size + 2 * padding - kernel
    if room < 0:
        raise ValueError(f"{size=}, {kernel=}, {stride=} and {padding=} do not fit")
    return -(-room // stride) + 1


@misconception(
    "output_size",
    title="A kernel larger than the image is not refused",
    why="The check for a remainder is there, and Python's remainder of a negative number can be 0.",
    hint=(
        "What does your function say to size 3, kernel 5, no padding? A number of places that is "
        "0 or negative makes no sense. Which inequality should hold before anything is divided?"
    ),
)
def size_kernel_too_large(size, kernel, stride, padding):
    room = size + 2 * padding - kernel
    if room % stride:
        raise ValueError(f"{size=}, {kernel=}, {stride=} and {padding=} do not tile")
    return room // stride + 1


@misconception(
    "output_size",
    title="A kernel exactly as large as the padded image is refused",
    why="`<` and `<=` are easily swapped in the check.",
    hint=(
        "Size 3 and kernel 3, no padding: the kernel fits in exactly one place. Does your "
        "function agree?"
    ),
)
def size_exact_fit_refused(size, kernel, stride, padding):
    room = size + 2 * padding - kernel
    if room <= 0 or room % stride:
        raise ValueError(f"{size=}, {kernel=}, {stride=} and {padding=} do not fit")
    return room // stride + 1


@misconception(
    "output_size",
    title="The kernel is compared with the image before padding",
    why="The check is written first, when the padding is not yet in mind.",
    hint=(
        "Size 3, kernel 5, padding 1: the padded side is 5 long, so the kernel fits once. Which "
        "length should the kernel be compared with?"
    ),
)
def size_kernel_against_unpadded(size, kernel, stride, padding):
    room = size + 2 * padding - kernel
    if kernel > size or room % stride:
        raise ValueError(f"{size=}, {kernel=}, {stride=} and {padding=} do not fit")
    return room // stride + 1


@misconception(
    "output_size",
    title="The result is a float: '/' where '//' is needed",
    why="The formula is written with a fraction bar, and the result looks whole.",
    hint=(
        "Ask NumPy for an array of that many rows: the side of an array cannot be 3.0. Which of "
        "Python's two divisions gives an int?"
    ),
)
def size_as_float(size, kernel, stride, padding):
    return output_size(size, kernel, stride, padding) / 1


@misconception(
    "output_size",
    title="The ValueError does not name size, kernel, stride and padding",
    why="Raising is what counts, and the text is left for later.",
    hint=(
        "Whoever meets this error deep in a network needs to know which sizes do not go together. "
        "Put size, kernel, stride and padding into the text."
    ),
)
def size_error_without_numbers(size, kernel, stride, padding):
    room = size + 2 * padding - kernel
    if room < 0 or room % stride:
        raise ValueError("the kernel does not fit the image")
    return room // stride + 1


@misconception(
    "output_size",
    title="Sizes that do not fit stop with an AssertionError, not a ValueError",
    why="assert is the shortest way to stop, and much published course code uses it here.",
    hint=(
        "An assert is for mistakes of the programmer and vanishes under `python -O`. For "
        "arguments that do not go together, the docstring names the exception that callers can "
        "catch."
    ),
)
def size_asserted(size, kernel, stride, padding):
    room = size + 2 * padding - kernel
    text = f"{size=}, {kernel=}, {stride=} and {padding=} do not fit"
    if room < 0 or room % stride:
        raise AssertionError(text)
    return room // stride + 1


@misconception(
    "output_size",
    title="Where the sizes do not fit, None is returned instead of an error raised",
    why="A printed message, or no else branch at all, looks like enough.",
    hint=(
        "What does your function return for size 6, kernel 3, stride 2? The next line of a "
        "program would go on with it. Raising stops where the reason is still known."
    ),
)
def size_none_instead_of_error(size, kernel, stride, padding):
    room = size + 2 * padding - kernel
    if room >= 0 and room % stride == 0:
        return room // stride + 1
    return None


@misconception(
    "output_size",
    title="The + 1 is added before dividing by the stride",
    why="For stride 1 it makes no difference, and the brackets move.",
    hint=(
        "Is it right for stride 1 and wrong for 2 and 3? Divide first: that gives the number of "
        "steps. Then add the place where the kernel started."
    ),
)
def size_plus_one_divided(size, kernel, stride, padding):
    room = size + 2 * padding - kernel
    if room < 0 or room % stride:
        raise ValueError(f"{size=}, {kernel=}, {stride=} and {padding=} do not fit")
    return (room + 1) // stride


@variant("output_size", style="lists the places where the kernel starts")
def size_by_listing_places(size, kernel, stride, padding):
    starts = [
        start
        for start in range(-padding, size + padding, stride)
        if start + kernel <= size + padding
    ]
    if not starts or starts[-1] + kernel != size + padding:
        raise ValueError(
            f"A kernel of {kernel} with stride {stride} does not tile a side of {size} pixels "
            f"with padding {padding}."
        )
    return len(starts)


@variant("output_size", style="divmod")
def size_by_divmod(size, kernel, stride, padding):
    steps, left = divmod(size - kernel + 2 * padding, stride)
    if steps < 0 or left != 0:
        raise ValueError(f"({size} - {kernel} + 2 * {padding}) / {stride} + 1 is no place count")
    return int(steps + 1)


@variant("output_size", style="the error names everything in words, without the values")
def size_refused_in_words(size, kernel, stride, padding):
    room = size - kernel + 2 * padding
    if room < 0 or room % stride != 0:
        raise ValueError("This kernel does not fit the size with that Stride and Padding.")
    return 1 + room // stride


# --- conv_forward ---


@misconception(
    "conv_forward",
    title="The kernel is flipped: this is the mathematicians' convolution",
    why="The definition in textbooks of signal processing turns the kernel by 180 degrees.",
    hint=(
        "Convolution layers slide the kernel as it is (cross-correlation). Try an image that is 0 "
        "but for a single 1: which picture of the kernel comes out, and which should?"
    ),
)
def kernel_flipped(X, W, b, stride=1, padding=0):
    return conv_forward(X, W[:, :, ::-1, ::-1], b, stride, padding)


@misconception(
    "conv_forward",
    title="The kernel's rows and columns are swapped",
    why="Row and column indices are easily exchanged in the inner loops or in a reshape.",
    hint=(
        "W[f, d, u, v] meets the pixel u rows down and v columns to the right. Try a kernel with "
        "a single 1 in its first row, last column: from which pixel should each score be copied?"
    ),
)
def kernel_transposed(X, W, b, stride=1, padding=0):
    return conv_forward(X, W.transpose(0, 1, 3, 2), b, stride, padding)


@misconception(
    "conv_forward",
    title="The bias is not added",
    why="The sums over patches take all the attention.",
    hint="Set all weights to 0: what should every score of filter f be? Print yours.",
)
def conv_bias_missing(X, W, b, stride=1, padding=0):
    return conv_forward(X, W, 0 * b, stride, padding)


@misconception(
    "conv_forward",
    title="The bias is added to every product before the sum",
    why="It is added inside the sum, one bracket too early.",
    hint=(
        "Set all weights to 0: each score should be b, once. Is yours b times the number of "
        "weights of a filter? The bias joins after the sum."
    ),
)
def bias_in_every_product(X, W, b, stride=1, padding=0):
    return conv_forward(X, W, W[0].size * b, stride, padding)


@misconception(
    "conv_forward",
    title="The bias is added once for each channel",
    why="The channels are convolved one by one, each with its bias, and then summed.",
    hint=(
        "Is it right for images of one channel, and too much by a multiple of b for deeper ones? "
        "A filter has one bias, whatever the depth: add it after the channels have been summed."
    ),
)
def bias_for_each_channel(X, W, b, stride=1, padding=0):
    return conv_forward(X, W, X.shape[0] * b, stride, padding)


@misconception(
    "conv_forward",
    title="The padding is ignored",
    why="Everything works without it, until a case asks for it.",
    hint=(
        "Print the output's shape for a 3 × 3 kernel with stride 1 and padding 1: it should keep "
        "height and width. Is `padding` used anywhere in your function?"
    ),
)
def conv_padding_ignored(X, W, b, stride=1, padding=0):
    k = W.shape[-1]
    down, right = (X.shape[1] - k) // stride, (X.shape[2] - k) // stride
    return conv_forward(X[:, : down * stride + k, : right * stride + k], W, b, stride)


@misconception(
    "conv_forward",
    title="Zeros are added on the top and left only",
    why="A single number of zeros per axis is given, where two ends need one each.",
    hint=(
        "Print a padded image of ones. There should be a frame of zeros on all four sides. How "
        "many rows does it gain from padding 1?"
    ),
)
def padding_on_one_side(X, W, b, stride=1, padding=0):
    k = W.shape[-1]
    X = np.pad(X, ((0, 0), (padding, 0), (padding, 0), (0, 0)))
    down, right = (X.shape[1] - k) // stride, (X.shape[2] - k) // stride
    return conv_forward(X[:, : down * stride + k, : right * stride + k], W, b, stride)


@misconception(
    "conv_forward",
    title="The image lies in the corner of its frame of zeros instead of the middle",
    why="The larger array of zeros is filled from index 0 on.",
    hint=(
        "Is the shape right and every score shifted? With padding 1, at which row and column of "
        "the padded image should the first pixel lie?"
    ),
)
def image_in_corner_of_frame(X, W, b, stride=1, padding=0):
    D, height, width, n = X.shape
    frame = np.zeros((D, height + 2 * padding, width + 2 * padding, n))
    frame[:, :height, :width] = X
    return conv_forward(frame, W, b, stride)


@misconception(
    "conv_forward",
    title="The last two axes are padded: width and examples",
    why="In most frameworks height and width are the last two axes; here the examples are last.",
    hint=(
        "Print the padded shape. Does it have more examples than came in? Here a volume is "
        "(depth, height, width, n): which two axes should grow?"
    ),
)
def padding_on_last_axes(X, W, b, stride=1, padding=0):
    k = W.shape[-1]
    X = np.pad(X, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    down, right = (X.shape[1] - k) // stride, (X.shape[2] - k) // stride
    return conv_forward(X[:, : down * stride + k, : right * stride + k], W, b, stride)


@misconception(
    "conv_forward",
    title="The image is padded by repeating its edge, not by zeros",
    why="np.pad knows many modes, and repeated edges look more natural in a picture.",
    hint=(
        "Print the padded version of an image of ones: what stands in the frame? Only the scores "
        "near the border differ, don't they?"
    ),
)
def padding_repeats_edge(X, W, b, stride=1, padding=0):
    X = np.pad(X, ((0, 0), (padding, padding), (padding, padding), (0, 0)), mode="edge")
    return conv_forward(X, W, b, stride)


@misconception(
    "conv_forward",
    title="The window moves by one pixel whatever the stride",
    why="The output's size uses the stride, and the window starts at the loop's index itself.",
    hint=(
        "Output row r looks at rows from stride·r on. For stride 2, which pixels should the "
        "second score look at, and which do you slice? With stride 1 nothing shows."
    ),
)
def window_ignores_stride(X, W, b, stride=1, padding=0):
    height = output_size(X.shape[1], W.shape[-1], stride, padding)
    width = output_size(X.shape[2], W.shape[-1], stride, padding)
    return conv_forward(X, W, b, 1, padding)[:, :height, :width]


@misconception(
    "conv_forward",
    title="The stride is ignored altogether: there is a score at every pixel",
    why="Everything is written for stride 1 first, and the argument is never used.",
    hint=(
        "Compare the shape of your output with output_size for stride 2. The stride belongs in two "
        "places: the number of scores, and where each window starts."
    ),
)
def conv_stride_ignored(X, W, b, stride=1, padding=0):
    return conv_forward(X, W, b, 1, padding)


@misconception(
    "conv_forward",
    title="The loop over the output takes steps of the stride, so most scores stay 0",
    why="The stride is put into the range of the loop that runs over output places.",
    hint=(
        "Print one output channel for stride 2: are whole rows and columns zero? The loop has to "
        "fill every output place; the stride tells where in the image each place looks."
    ),
)
def outputs_skipped(X, W, b, stride=1, padding=0):
    height = output_size(X.shape[1], W.shape[-1], stride, padding)
    width = output_size(X.shape[2], W.shape[-1], stride, padding)
    Z = np.zeros((len(W), height, width, X.shape[3]))
    scores = conv_forward(X, W, b, 1, padding)
    Z[:, ::stride, ::stride] = scores[:, :height:stride, :width:stride]
    return Z


@misconception(
    "conv_forward",
    title="The stride is applied to the rows but not to the columns",
    why="One line is copied for the second axis and not changed everywhere.",
    hint=(
        "Test an image of one row and one of one column with stride 2. Which of the two goes "
        "wrong? Both axes need the same formula for where a window starts."
    ),
)
def stride_on_rows_only(X, W, b, stride=1, padding=0):
    width = output_size(X.shape[2], W.shape[-1], stride, padding)
    return conv_forward(X, W, b, 1, padding)[:, ::stride, :width]


@misconception(
    "conv_forward",
    title="Only the first channel is used",
    why="Pictures of convolution show one flat image and one flat kernel.",
    hint=(
        "Set the first channel of an image to 0: do the other channels still change your scores? "
        "A score sums over depth, rows and columns."
    ),
)
def first_channel_only(X, W, b, stride=1, padding=0):
    return conv_forward(X[:1], W[:, :1], b, stride, padding)


@misconception(
    "conv_forward",
    title="Only the last channel is left: '=' where '+=' is needed in the loop over the depth",
    why="Each channel's sum is assigned, and replaces the sum of the channel before.",
    hint=(
        "Set the last channel of an image to 0: is every score just the bias? A score sums over "
        "depth, rows and columns."
    ),
)
def last_channel_only(X, W, b, stride=1, padding=0):
    return conv_forward(X[-1:], W[:, -1:], b, stride, padding)


@misconception(
    "conv_forward",
    title="The products are averaged instead of summed",
    why="A filter is thought of as a weighted mean, as when blurring a picture.",
    hint=(
        "Take a 1 × 1 × 1 kernel and a 3 × 3 kernel of ones on an image of ones: the scores "
        "should be 1 and 9 (for depth 1). Which do you get?"
    ),
)
def products_averaged(X, W, b, stride=1, padding=0):
    return conv_forward(X, W / W[0].size, b, stride, padding)


@misconception(
    "conv_forward",
    title="Patches and filters are flattened in different orders",
    why="Patches are stacked pixel by pixel with the depth last, filters have the depth first.",
    hint=(
        "For the product of two flat vectors, entry i of both must belong to the same channel, "
        "row and column. Is it right for depth 1 and wrong for deeper images? Write down the "
        "order of the axes of both before each reshape."
    ),
)
def flattened_in_different_orders(X, W, b, stride=1, padding=0):
    return conv_forward(X, W.transpose(0, 2, 3, 1).reshape(W.shape), b, stride, padding)


@misconception(
    "conv_forward",
    title="The output's height is used for its width as well",
    why="Test images are square, so one size seems to do.",
    hint=(
        "Try an image of 4 rows and 7 columns. Which shape comes out, and which should? Height "
        "and width each need their own size."
    ),
)
def height_used_for_width(X, W, b, stride=1, padding=0):
    scores = conv_forward(X, W, b, stride, padding)
    F, height, width, n = scores.shape
    Z = np.zeros((F, height, height, n))
    Z[:, :, :width] = scores[:, :, :height]
    return Z


@misconception(
    "conv_forward",
    title="Height and width of the output are swapped",
    why="Pictures are often described as width × height, and square ones do not tell.",
    hint=(
        "Hand in an image of 3 rows and 5 columns with a filter of one pixel: the output should "
        "have 3 rows and 5 columns as well. Print its shape."
    ),
)
def conv_rows_and_columns_swapped(X, W, b, stride=1, padding=0):
    return conv_forward(X, W, b, stride, padding).swapaxes(1, 2)


@misconception(
    "conv_forward",
    title="The ReLU is applied already",
    why="Convolution and ReLU come as a pair in every drawing of a ConvNet.",
    hint=(
        "Are all of your negative scores 0? conv_forward gives the scores, Z = W·patch + b; the "
        "activation is a step of its own, as with dense layers."
    ),
)
def conv_with_relu(X, W, b, stride=1, padding=0):
    return np.maximum(conv_forward(X, W, b, stride, padding), 0.0)


@misconception(
    "conv_forward",
    title="The examples come first in the output",
    why="Most frameworks put the examples first.",
    hint=(
        "Print the output's shape. In these labs a volume is (depth, height, width, n), so that "
        "reshape(-1, n) makes columns of examples."
    ),
)
def examples_first(X, W, b, stride=1, padding=0):
    return conv_forward(X, W, b, stride, padding).transpose(3, 0, 1, 2)


@misconception(
    "conv_forward",
    title="The result takes the image's type, so whole-number images give truncated scores",
    why="zeros_like(X), or zeros with X's dtype, makes an array of integers for integer pixels.",
    hint=(
        "Hand in pixels 0 … 255 as integers and weights like 0.3: do you get whole numbers? Print "
        "the dtype of the array that you fill."
    ),
)
def scores_truncated(X, W, b, stride=1, padding=0):
    return conv_forward(X, W, b, stride, padding).astype(X.dtype)


@variant("conv_forward", style="seven plain loops", slow=True)
def conv_forward_plain_loops(X, W, b, stride=1, padding=0):
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


@variant("conv_forward", style="loop over output places, tensordot")
def conv_forward_by_place(X, W, b, stride=1, padding=0):
    X = np.pad(X, ((0, 0), (padding, padding), (padding, padding), (0, 0)))
    F, _, k, _ = W.shape
    height, width = (X.shape[1] - k) // stride + 1, (X.shape[2] - k) // stride + 1
    Z = np.zeros((F, height, width, X.shape[3]))
    for r in range(height):
        for c in range(width):
            patch = X[:, r * stride : r * stride + k, c * stride : c * stride + k]
            Z[:, r, c] = np.tensordot(W, patch, axes=3) + b
    return Z


@variant("conv_forward", style="sliding_window_view and einsum")
def conv_forward_einsum(X, W, b, stride=1, padding=0):
    k = W.shape[2]
    X = np.pad(X, [(0, 0), (padding, padding), (padding, padding), (0, 0)])
    views = np.lib.stride_tricks.sliding_window_view(X, (k, k), axis=(1, 2))
    views = views[:, ::stride, ::stride]
    return np.einsum("fduv,drcnuv->frcn", W, views) + b.reshape(-1, 1, 1, 1)


@variant("conv_forward", style="loop over the kernel's pixels, other summation order")
def conv_forward_by_offset(X, W, b, stride=1, padding=0):
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


@misconception(
    "conv_backward",
    title="db is averaged instead of summed",
    why="The bias is the same everywhere, so its gradient seems to be a mean.",
    hint=(
        "Raise one filter's bias by a little: every one of its scores, at all places and in all "
        "examples, moves. Do their effects on the loss add up, or do they average? The 1/n of the "
        "loss is in dZ already."
    ),
)
def conv_db_averaged(dZ, X, W, stride=1, padding=0):
    dX, dW, db = conv_backward(dZ, X, W, stride, padding)
    return dX, dW, db / dZ[0].size


@misconception(
    "conv_backward",
    title="db is a flat vector, not a column",
    why="A sum over several axes drops them all, so (F, 1) becomes (F,).",
    hint=(
        "A gradient has the shape of its parameter: b is (F, 1). What would b − learning_rate · "
        "db become with a flat db? Print the shapes."
    ),
)
def conv_db_flat(dZ, X, W, stride=1, padding=0):
    dX, dW, db = conv_backward(dZ, X, W, stride, padding)
    return dX, dW, db[:, 0]


@misconception(
    "conv_backward",
    title="dW and db are divided by n once more",
    why="Gradients are averages over the batch, so a 1/n seems to be due here.",
    hint=(
        "The loss is a mean, and its 1/n came down with dZ. Does your dX agree with central "
        "differences while dW is smaller by the number of examples?"
    ),
)
def conv_gradients_averaged_again(dZ, X, W, stride=1, padding=0):
    n = X.shape[3]
    dX, dW, db = conv_backward(dZ, X, W, stride, padding)
    return dX, dW / n, db / n


@misconception(
    "conv_backward",
    title="All three gradients are divided by n once more",
    why="Gradients are averages over the batch, so a 1/n seems to be due here.",
    hint=(
        "The loss is a mean, and its 1/n came down with dZ. Are all your gradients smaller than "
        "central differences by the number of examples, and right for a single one?"
    ),
)
def conv_all_gradients_averaged_again(dZ, X, W, stride=1, padding=0):
    return tuple(grad / X.shape[3] for grad in conv_backward(dZ, X, W, stride, padding))


@misconception(
    "conv_backward",
    title="dW is averaged over the places instead of summed",
    why="The same weights are used at all places, so the mean over places looks fair.",
    hint=(
        "Every place that uses a weight contributes to its gradient, and contributions add: that "
        "is the chain rule for a shared weight. Is your dW too small by the number of output "
        "places?"
    ),
)
def conv_dw_averaged_over_places(dZ, X, W, stride=1, padding=0):
    dX, dW, db = conv_backward(dZ, X, W, stride, padding)
    return dX, dW / (dZ.shape[1] * dZ.shape[2]), db


@misconception(
    "conv_backward",
    title="dX still has the padding around it",
    why="The gradient is collected in an array of the padded size, and returned as it is.",
    hint=(
        "dX has the shape of X. The frame of zeros is no input of the layer: cut off what belongs "
        "to it. Print both shapes for padding 1."
    ),
)
def conv_dx_keeps_padding(dZ, X, W, stride=1, padding=0):
    X = np.pad(X, ((0, 0), (padding, padding), (padding, padding), (0, 0)))
    return conv_backward(dZ, X, W, stride)


@misconception(
    "conv_backward",
    title="Without padding, dX is cut down to nothing",
    why="A slice from p to −p crops a frame of width p, but for p = 0 it means from 0 to 0.",
    hint=(
        "Is it right with padding and empty without? Print `list(range(5))[0:-0]`. An end that "
        "counts from the front works for every padding."
    ),
)
def conv_dx_cut_to_nothing(dZ, X, W, stride=1, padding=0):
    X = np.pad(X, ((0, 0), (padding, padding), (padding, padding), (0, 0)))
    dX, dW, db = conv_backward(dZ, X, W, stride)
    return dX[:, padding:-padding, padding:-padding], dW, db


@misconception(
    "conv_backward",
    title="dX is cut from the corner of the padded gradient, not from its middle",
    why="Slicing up to X's height and width gives the right shape at once.",
    hint=(
        "Is dX shifted? In the padded image, X starts `padding` rows down and `padding` columns "
        "to the right, so its gradient starts there, too."
    ),
)
def conv_dx_cut_from_corner(dZ, X, W, stride=1, padding=0):
    _, height, width, _ = X.shape
    X = np.pad(X, ((0, 0), (padding, padding), (padding, padding), (0, 0)))
    dX, dW, db = conv_backward(dZ, X, W, stride)
    return dX[:, :height, :width], dW, db


@misconception(
    "conv_backward",
    title="dX is computed with the kernel turned by 180 degrees where it should not be",
    why=(
        "The well-known formula turns the kernel for a full convolution of dZ. Adding to windows, "
        "or sliding the kernel unturned over dZ, mixes that up by one flip."
    ),
    hint=(
        "Let a single entry of dZ be 1 and the rest 0: dX should then show the kernel exactly as "
        "it lay on the image there. Is yours upside down? Going back along the forward pass's own "
        "window needs no flip; sliding a kernel over dZ does."
    ),
)
def conv_dx_kernel_flipped(dZ, X, W, stride=1, padding=0):
    _, dW, db = conv_backward(dZ, X, W, stride, padding)
    dX, _, _ = conv_backward(dZ, X, W[:, :, ::-1, ::-1], stride, padding)
    return dX, dW, db


@misconception(
    "conv_backward",
    title="dW comes out turned by 180 degrees",
    why="Unlike a convolution, a cross-correlation depends on which array slides over which.",
    hint=(
        "Let a single entry of dZ be 1 and the rest 0: dW should then be the patch of X that lies "
        "under the kernel there, the right way up. Is yours turned around?"
    ),
)
def conv_dw_flipped(dZ, X, W, stride=1, padding=0):
    dX, dW, db = conv_backward(dZ, X, W, stride, padding)
    return dX, dW[:, :, ::-1, ::-1], db


@misconception(
    "conv_backward",
    title="Where windows overlap, dX keeps the last one only: '=' where '+=' is needed",
    why="Each window's gradient is assigned, and the next window writes over the shared pixels.",
    hint=(
        "A pixel that lies in several windows influences several scores. What happens to the "
        "first window's share when the next one is written? Compare stride = kernel, where "
        "nothing overlaps, with stride 1."
    ),
)
def conv_dx_overwritten(dZ, X, W, stride=1, padding=0):
    _, dW, db = conv_backward(dZ, X, W, stride, padding)
    D, height, width, n = X.shape
    k = W.shape[-1]
    dX = np.zeros((D, height + 2 * padding, width + 2 * padding, n))
    for r in range(dZ.shape[1]):
        for c in range(dZ.shape[2]):
            window = np.s_[:, r * stride : r * stride + k, c * stride : c * stride + k]
            dX[window] = np.tensordot(W, dZ[:, r, c], axes=(0, 0))
    return dX[:, padding : padding + height, padding : padding + width], dW, db


@misconception(
    "conv_backward",
    title="dX loses contributions: `+=` with arrays of indices adds to a pixel only once",
    why="It looks like a loop of `+=`, but NumPy adds first and writes the results back after.",
    hint=(
        "Take three zeros a and do a[[1, 1]] += 1: is a[1] 2? A pixel that is in your index arrays "
        "several times keeps one contribution. Look up how NumPy adds at repeated indices."
    ),
)
def conv_dx_index_arrays(dZ, X, W, stride=1, padding=0):
    _, dW, db = conv_backward(dZ, X, W, stride, padding)
    D, height, width, n = X.shape
    k = W.shape[-1]
    u, v, r, c = np.ix_(range(k), range(k), range(dZ.shape[1]), range(dZ.shape[2]))
    dX = np.zeros((D, height + 2 * padding, width + 2 * padding, n))
    dX[:, stride * r + u, stride * c + v] += np.einsum("fduv,frcn->duvrcn", W, dZ)
    return dX[:, padding : padding + height, padding : padding + width], dW, db


@misconception(
    "conv_backward",
    title="dW holds the last place's contribution only: '=' where '+=' is needed",
    why="The gradient is assigned in the loop over places, and each round replaces the one before.",
    hint=(
        "The filter is used at every place, so each place has a share in dW. Set all of dZ to 0 "
        "but its first entry: is your dW 0?"
    ),
)
def conv_dw_overwritten(dZ, X, W, stride=1, padding=0):
    dX, _, db = conv_backward(dZ, X, W, stride, padding)
    last = np.zeros(dZ.shape)
    last[:, -1, -1] = dZ[:, -1, -1]
    _, dW, _ = conv_backward(last, X, W, stride, padding)
    return dX, dW, db


@misconception(
    "conv_backward",
    title="The windows move by one pixel whatever the stride",
    why="The forward pass has the stride, but it is forgotten when the loop is written again.",
    hint=(
        "Is everything right for stride 1? Score (r, c) came from the window that starts at "
        "stride·r, stride·c. Its gradient must go back to that same window."
    ),
)
def conv_backward_ignores_stride(dZ, X, W, stride=1, padding=0):
    _, height, width, _ = X.shape
    k = W.shape[-1]
    X = np.pad(X, ((0, 0), (padding, padding), (padding, padding), (0, 0)))
    dX = np.zeros(X.shape)
    seen = np.s_[:, : dZ.shape[1] + k - 1, : dZ.shape[2] + k - 1]
    dX[seen], dW, db = conv_backward(dZ, X[seen], W)
    return dX[:, padding : padding + height, padding : padding + width], dW, db


@misconception(
    "conv_backward",
    title="The gradients are returned as (dW, db, dX), in the order of the dense layer",
    why="`dense_backward` returns them in that order.",
    hint=(
        "Here the order is (dX, dW, db). Print the shapes of what you return beside those of X, W "
        "and b."
    ),
)
def conv_gradients_in_dense_order(dZ, X, W, stride=1, padding=0):
    dX, dW, db = conv_backward(dZ, X, W, stride, padding)
    return dW, db, dX


@misconception(
    "conv_backward",
    title="dX and dW take the types of X and W, so whole-number inputs give truncated gradients",
    why="zeros_like(X) makes an array of integers for integer pixels.",
    hint=(
        "Hand in X and W of integers and a dZ of fractions: do you get whole numbers? Print the "
        "dtypes of the arrays that you add to."
    ),
)
def conv_gradients_truncated(dZ, X, W, stride=1, padding=0):
    dX, dW, db = conv_backward(dZ, X, W, stride, padding)
    return dX.astype(X.dtype), dW.astype(W.dtype), db


@variant("conv_backward", style="adds to windows, place by place and filter by filter")
def conv_backward_by_place(dZ, X, W, stride=1, padding=0):
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


@variant("conv_backward", style="dX by sliding the turned kernel over a spread and padded dZ")
def conv_backward_full_correlation(dZ, X, W, stride=1, padding=0):
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


@variant("conv_backward", style="indices of all patches, np.add.at")
def conv_backward_add_at(dZ, X, W, stride=1, padding=0):
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


# --- max_pool_forward ---


@misconception(
    "max_pool_forward",
    title="Each window's mean is taken instead of its largest value",
    why="Average pooling is the other common kind.",
    hint=(
        "Take the window 0, 0, 0, 8: what should come out, and what do you get? Max-pooling asks "
        "whether a feature is there at all, not how much of it on average."
    ),
)
def pool_by_mean(X, size, stride):
    views = np.lib.stride_tricks.sliding_window_view(X, (size, size), axis=(1, 2))
    return views[:, ::stride, ::stride].mean(axis=(-2, -1))


@misconception(
    "max_pool_forward",
    title="The stride is ignored: the windows never overlap",
    why="Pooling is nearly always 2 × 2 with stride 2, so size and stride are one number.",
    hint=(
        "Try size 3 with stride 2 on 7 pixels: how many windows are there? Where a window starts "
        "depends on the stride, how far it reaches on the size."
    ),
)
def pool_stride_is_size(X, size, stride):
    views = np.lib.stride_tricks.sliding_window_view(X, (size, size), axis=(1, 2))
    return 1.0 * views[:, ::size, ::size].max(axis=(-2, -1))


@misconception(
    "max_pool_forward",
    title="The windows move by one pixel whatever the stride",
    why="The output's size uses the stride, and the window starts at the loop's index itself.",
    hint=(
        "Output row r looks at rows from stride·r on. For stride 2, which pixels should the "
        "second output look at, and which do you slice?"
    ),
)
def pool_window_ignores_stride(X, size, stride):
    height, width = (X.shape[1] - size) // stride + 1, (X.shape[2] - size) // stride + 1
    return max_pool_forward(X, size, 1)[:, :height, :width]


@misconception(
    "max_pool_forward",
    title="The windows are as large as the stride, not as `size`",
    why="The end of a window is taken as the start of the next.",
    hint=(
        "A window reaches `size` pixels, also where the next one starts earlier. For size 3 and "
        "stride 2, which pixels belong to the first window? Print the shape of your slice."
    ),
)
def pool_window_is_stride(X, size, stride):
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


@misconception(
    "max_pool_forward",
    title="The maximum is taken over the depth as well, so all slices come out equal",
    why="The window is sliced from the whole volume, and max takes all that is in it.",
    hint=(
        "Are all depth slices of your output the same? Each feature map is pooled by itself. Over "
        "which axes should the maximum run?"
    ),
)
def pool_over_depth(X, size, stride):
    Z = max_pool_forward(X, size, stride)
    return np.repeat(Z.max(axis=0, keepdims=True), len(Z), axis=0)


@misconception(
    "max_pool_forward",
    title="The maximum starts at 0, so windows of negative values give 0",
    why="The output begins as zeros and keeps the larger value, as if nothing were below 0.",
    hint=(
        "Try a window of −3, −1, −2, −5. Its largest value is −1; what do you get? With which "
        "number can a running maximum safely start?"
    ),
)
def pool_starts_at_zero(X, size, stride):
    return np.maximum(max_pool_forward(X, size, stride), 0.0)


@misconception(
    "max_pool_forward",
    title="The last row and column of each window are left out",
    why="The end of a slice is not part of it, and a − 1 too many is written.",
    hint=(
        "`a[0:2]` has two entries. Put the largest value of a window into its bottom right "
        "corner: do you find it?"
    ),
)
def pool_window_one_short(X, size, stride):
    height, width = (X.shape[1] - size) // stride + 1, (X.shape[2] - size) // stride + 1
    Z = np.zeros((X.shape[0], height, width, X.shape[3]))
    for r in range(height):
        for c in range(width):
            window = np.s_[
                :, r * stride : r * stride + size - 1, c * stride : c * stride + size - 1
            ]
            Z[:, r, c] = X[window].max(axis=(1, 2))
    return Z


@misconception(
    "max_pool_forward",
    title="The last row and column of windows are missing",
    why="The + 1 of the output's size is forgotten.",
    hint=(
        "Is your output one row and one column too small? Size minus window counts the steps; the "
        "window also stood somewhere before its first step."
    ),
)
def pool_one_window_short(X, size, stride):
    return max_pool_forward(X, size, stride)[:, :-1, :-1]


@misconception(
    "max_pool_forward",
    title="The output's height is used for its width as well",
    why="The images at hand are square, so one number of windows serves for both sides.",
    hint=(
        "Pool an image of 4 rows and 6 columns: how many windows lie side by side, how many one "
        "below the other? Compute the two numbers from the two sides."
    ),
)
def pool_height_used_for_width(X, size, stride):
    windows = output_size(X.shape[1], size, stride, 0)
    fitting = min(windows, output_size(X.shape[2], size, stride, 0))
    Z = np.zeros((X.shape[0], windows, windows, X.shape[3]))
    Z[:, :, :fitting] = max_pool_forward(X, size, stride)[:, :, :fitting]
    return Z


@misconception(
    "max_pool_forward",
    title="The blocks are cut by a reshape that mixes up the axes",
    why=(
        "Splitting an axis by reshape works only with the block index first and the pixel in it "
        "second."
    ),
    hint=(
        "Pool the numbers 0 … 15 of a 4 × 4 image: 5, 7, 13, 15 should come out. When an axis of "
        "6 is reshaped into two, do neighbouring pixels stay together in the first or the second "
        "of the two?"
    ),
)
def pool_reshape_mixed_up(X, size, stride):
    D, rows, columns, n = X.shape
    blocks = X.reshape(D, size, rows // size, size, columns // size, n)
    return 1.0 * blocks.max(axis=(1, 3))


@variant("max_pool_forward", style="loop over output places")
def max_pool_by_place(X, size, stride):
    D, rows, columns, n = X.shape
    Z = np.zeros((D, (rows - size) // stride + 1, (columns - size) // stride + 1, n))
    for r in range(Z.shape[1]):
        for c in range(Z.shape[2]):
            window = X[:, r * stride : r * stride + size, c * stride : c * stride + size]
            Z[:, r, c] = np.amax(window, axis=(1, 2))
    return Z


@variant("max_pool_forward", style="sliding_window_view")
def max_pool_sliding(X, size, stride):
    views = np.lib.stride_tricks.sliding_window_view(X, (size, size), axis=(1, 2))
    return views[:, ::stride, ::stride].max(axis=(4, 5)).astype(float)


@variant("max_pool_forward", style="rows first, then columns")
def max_pool_rows_then_columns(X, size, stride):
    starts = range(0, X.shape[1] - size + 1, stride)
    tall = np.stack([X[:, start : start + size].max(axis=1) for start in starts], axis=1)
    starts = range(0, X.shape[2] - size + 1, stride)
    return np.stack([1.0 * tall[:, :, s : s + size].max(axis=2) for s in starts], axis=2)


# --- max_pool_backward ---


@misconception(
    "max_pool_backward",
    title="At a tie, every one of the equal pixels gets the full gradient",
    why="A mask of all pixels that equal the maximum is the shortest way to find the winner.",
    hint=(
        "Try a window of four equal pixels: raising all of them by ε raises the output by ε, not "
        "by 4ε. Sum dX and dZ: the sums should agree. After a ReLU, windows of zeros are common."
    ),
)
def pool_ties_doubled(dZ, X, size, stride):
    dX = np.zeros(X.shape)
    for r in range(dZ.shape[1]):
        for c in range(dZ.shape[2]):
            window = np.s_[:, r * stride : r * stride + size, c * stride : c * stride + size]
            winners = X[window] == X[window].max(axis=(1, 2), keepdims=True)
            dX[window] += winners * dZ[:, r : r + 1, c : c + 1]
    return dX


@misconception(
    "max_pool_backward",
    title="At a tie, the gradient is lost",
    why=(
        "A winner is taken to be the only pixel that equals the maximum, or one larger than all "
        "others."
    ),
    hint=(
        "Try a window of four equal pixels. Someone has to get the gradient: one of them, or each "
        "a share. Sum dX and dZ: the sums should agree."
    ),
)
def pool_ties_lost(dZ, X, size, stride):
    dX = np.zeros(X.shape)
    for r in range(dZ.shape[1]):
        for c in range(dZ.shape[2]):
            window = np.s_[:, r * stride : r * stride + size, c * stride : c * stride + size]
            winners = X[window] == X[window].max(axis=(1, 2), keepdims=True)
            winners = winners & (winners.sum(axis=(1, 2), keepdims=True) == 1)
            dX[window] += winners * dZ[:, r : r + 1, c : c + 1]
    return dX


@misconception(
    "max_pool_backward",
    title="The gradient is spread evenly over the window",
    why="That is the gradient of average pooling.",
    hint=(
        "Wiggle a pixel that is not its window's largest: does the output move? So what is its "
        "gradient? Only the winner passed on its value."
    ),
)
def pool_gradient_spread(dZ, X, size, stride):
    dX = np.zeros(X.shape)
    for r in range(dZ.shape[1]):
        for c in range(dZ.shape[2]):
            window = np.s_[:, r * stride : r * stride + size, c * stride : c * stride + size]
            dX[window] += dZ[:, r : r + 1, c : c + 1] / size**2
    return dX


@misconception(
    "max_pool_backward",
    title="Every pixel of a window gets its full gradient",
    why="Undoing the pooling looks like blowing the small image up to the old size.",
    hint=(
        "Wiggle a pixel that is not its window's largest: does the output move? So what is its "
        "gradient? Only the winner passed on its value."
    ),
)
def pool_gradient_to_all(dZ, X, size, stride):
    dX = np.zeros(X.shape)
    for r in range(dZ.shape[1]):
        for c in range(dZ.shape[2]):
            window = np.s_[:, r * stride : r * stride + size, c * stride : c * stride + size]
            dX[window] += dZ[:, r : r + 1, c : c + 1]
    return dX


@misconception(
    "max_pool_backward",
    title="A pixel that wins twice keeps the last gradient only: '=' where '+=' is needed",
    why="With 2 × 2 windows and stride 2 no pixel is in two windows, and '=' does.",
    hint=(
        "Let windows overlap (size 3, stride 1 or 2) and put one very large pixel where they do. "
        "It wins in all of them: what should its gradient be?"
    ),
)
def pool_winner_overwritten(dZ, X, size, stride):
    D, _, _, n = X.shape
    dX = np.zeros(X.shape)
    depth, example = np.ogrid[:D, :n]
    for r in range(dZ.shape[1]):
        for c in range(dZ.shape[2]):
            window = X[:, r * stride : r * stride + size, c * stride : c * stride + size]
            u, v = np.divmod(window.reshape(D, -1, n).argmax(axis=1), size)
            dX[depth, r * stride + u, c * stride + v, example] = dZ[:, r, c]
    return dX


@misconception(
    "max_pool_backward",
    title="Each window wipes out what its neighbours wrote: '=' where '+=' is needed",
    why="The whole window is assigned, its zeros included, over pixels that it shares.",
    hint=(
        "Let windows overlap (size 3, stride 2). The pixel that won in the first window may lie "
        "in the second as well, and lose there: what is written over its gradient?"
    ),
)
def pool_window_overwritten(dZ, X, size, stride):
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


@misconception(
    "max_pool_backward",
    title="The gradient always goes to the window's top left pixel",
    why="Copying dZ to every stride-th pixel gives an array of the right shape at once.",
    hint=(
        "Who decided the output, the first pixel or the largest one? Compare X and dX for one "
        "window. To send the gradient back you have to find the winner again, from X."
    ),
)
def pool_gradient_to_first(dZ, X, size, stride):
    dX = np.zeros(X.shape)
    for r in range(dZ.shape[1]):
        for c in range(dZ.shape[2]):
            dX[:, r * stride, c * stride] += dZ[:, r, c]
    return dX


@misconception(
    "max_pool_backward",
    title="Pixels outside the window that equal its maximum get gradient too",
    why="The maximum is compared with the whole image instead of its own window.",
    hint=(
        "Put the same value into two windows far apart, largest in both. Whose gradient does each "
        "get? A window's gradient must stay inside it. Sum dX and dZ: the sums should agree."
    ),
)
def pool_equal_pixels_elsewhere(dZ, X, size, stride):
    dX = np.zeros(X.shape)
    Z = max_pool_forward(X, size, stride)
    for r in range(dZ.shape[1]):
        for c in range(dZ.shape[2]):
            dX += (Z[:, r : r + 1, c : c + 1] == X) * dZ[:, r : r + 1, c : c + 1]
    return dX


@misconception(
    "max_pool_backward",
    title="The windows move by one pixel whatever the stride",
    why="The forward pass has the stride, but it is forgotten when the loop is written again.",
    hint=(
        "Output (r, c) came from the window that starts at stride·r, stride·c. Its gradient must "
        "go back to that same window. Is all right for stride 1?"
    ),
)
def pool_backward_ignores_stride(dZ, X, size, stride):
    dX = np.zeros(X.shape)
    seen = np.s_[:, : dZ.shape[1] + size - 1, : dZ.shape[2] + size - 1]
    dX[seen] = max_pool_backward(dZ, X[seen], size, 1)
    return dX


@misconception(
    "max_pool_backward",
    title="Only one depth slice of a window gets its gradient",
    why="The winner is looked for in the whole volume under the window.",
    hint=(
        "Every depth slice is pooled by itself, so each has a winner of its own in every window. "
        "Over which axes do you take the maximum? Count the non-zero entries of dX."
    ),
)
def pool_one_winner_for_all_depths(dZ, X, size, stride):
    dX = np.zeros(X.shape)
    for r in range(dZ.shape[1]):
        for c in range(dZ.shape[2]):
            window = np.s_[:, r * stride : r * stride + size, c * stride : c * stride + size]
            winners = X[window] == X[window].max(axis=(0, 1, 2))
            dX[window] += winners * dZ[:, r : r + 1, c : c + 1]
    return dX


@misconception(
    "max_pool_backward",
    title="The winner's row and column are swapped",
    why="argmax gives one flat number, and turning it into two is easily done the wrong way round.",
    hint=(
        "In a 2 × 2 window, flat index 1 is the first row's second pixel. Which row and column do "
        "you make of it? Windows whose winner lies on the diagonal do not show the mistake."
    ),
)
def pool_winner_transposed(dZ, X, size, stride):
    D, _, _, n = X.shape
    dX = np.zeros(X.shape)
    depth, example = np.ogrid[:D, :n]
    for r in range(dZ.shape[1]):
        for c in range(dZ.shape[2]):
            window = X[:, r * stride : r * stride + size, c * stride : c * stride + size]
            v, u = np.divmod(window.reshape(D, -1, n).argmax(axis=1), size)
            dX[depth, r * stride + u, c * stride + v, example] += dZ[:, r, c]
    return dX


@misconception(
    "max_pool_backward",
    title="The winner's place in its window is taken for its place in the image",
    why="argmax counts from the window's own corner, and that offset is not added.",
    hint=(
        "Is dX non-zero in its top left corner only? An index inside a slice counts from where "
        "the slice starts. Where does the window of output (r, c) start?"
    ),
)
def pool_window_offset_forgotten(dZ, X, size, stride):
    D, _, _, n = X.shape
    dX = np.zeros(X.shape)
    depth, example = np.ogrid[:D, :n]
    for r in range(dZ.shape[1]):
        for c in range(dZ.shape[2]):
            window = X[:, r * stride : r * stride + size, c * stride : c * stride + size]
            u, v = np.divmod(window.reshape(D, -1, n).argmax(axis=1), size)
            dX[depth, u, v, example] += dZ[:, r, c]
    return dX


@misconception(
    "max_pool_backward",
    title="Only the first window is handled",
    why="The return stands one indentation too deep, inside the loop.",
    hint=(
        "Is dX zero everywhere but in its top left corner? Count how often the body of your loop "
        "runs. A network still learns a little with this, so training does not show it."
    ),
)
def pool_first_window_only(dZ, X, size, stride):
    first = np.zeros(dZ.shape)
    first[:, 0, 0] = dZ[:, 0, 0]
    return max_pool_backward(first, X, size, stride)


@misconception(
    "max_pool_backward",
    title="dX takes X's type, so whole-number inputs give truncated gradients",
    why="zeros_like(X) makes an array of integers for integer pixels.",
    hint=(
        "Hand in an X of integers and a dZ of fractions: do you get whole numbers? Print the "
        "dtype of the array that you add to."
    ),
)
def pool_gradient_truncated(dZ, X, size, stride):
    return max_pool_backward(dZ, X, size, stride).astype(X.dtype)


@variant("max_pool_backward", style="ties share the gradient")
def max_pool_backward_ties_share(dZ, X, size, stride):
    dX = np.zeros(X.shape)
    for r in range(dZ.shape[1]):
        for c in range(dZ.shape[2]):
            window = np.s_[:, r * stride : r * stride + size, c * stride : c * stride + size]
            winners = X[window] == X[window].max(axis=(1, 2), keepdims=True)
            share = winners / winners.sum(axis=(1, 2), keepdims=True)
            dX[window] += share * dZ[:, r : r + 1, c : c + 1]
    return dX


@variant("max_pool_backward", style="the last of equal pixels wins, plain loops")
def max_pool_backward_last_wins(dZ, X, size, stride):
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


@variant("max_pool_backward", style="argmax of all windows, np.add.at")
def max_pool_backward_add_at(dZ, X, size, stride):
    D, height, width, n = dZ.shape
    views = np.lib.stride_tricks.sliding_window_view(X, (size, size), axis=(1, 2))
    views = views[:, ::stride, ::stride].reshape(D, height, width, n, size * size)
    u, v = np.divmod(views.argmax(axis=-1), size)
    d, r, c, i = np.ogrid[:D, :height, :width, :n]
    dX = np.zeros(X.shape)
    np.add.at(dX, (d, r * stride + u, c * stride + v, i), dZ)
    return dX


# --- convnet_forward ---


@misconception(
    "convnet_forward",
    title="The ReLU is missing",
    why="Max-pooling is not linear either, so nothing seems to be lacking.",
    hint=(
        "The order is convolution, ReLU, max-pool, dense. Print the smallest value of the pooled "
        "volume: after a ReLU it cannot be negative."
    ),
)
def convnet_no_relu(params, X):
    k = params["conv_W"].shape[-1]
    Z = conv_forward(X, params["conv_W"], params["conv_b"], 1, (k - 1) // 2)
    H = max_pool_forward(Z, 2, 2).reshape(-1, X.shape[-1])
    return dense_forward(params["dense_W"], params["dense_b"], H)


@misconception(
    "convnet_forward",
    title="The sigmoid is used where the ReLU belongs",
    why="The earlier labs began with the sigmoid.",
    hint=(
        "Print the largest value of the pooled volume. A sigmoid never exceeds 1; a ReLU lets "
        "large scores through as they are."
    ),
)
def convnet_sigmoid(params, X):
    k = params["conv_W"].shape[-1]
    A = sigmoid(conv_forward(X, params["conv_W"], params["conv_b"], 1, (k - 1) // 2))
    H = max_pool_forward(A, 2, 2).reshape(-1, X.shape[-1])
    return dense_forward(params["dense_W"], params["dense_b"], H)


@misconception(
    "convnet_forward",
    title="The convolution is not padded",
    why="The default padding of conv_forward is 0.",
    hint=(
        "The ConvNet's convolution keeps height and width. Print its output's shape: how many "
        "rows are lost with a 3 × 3 kernel, and which padding puts them back?"
    ),
)
def convnet_no_padding(params, X):
    A = relu(conv_forward(X, params["conv_W"], params["conv_b"]))
    H = max_pool_forward(A, 2, 2).reshape(-1, X.shape[-1])
    return dense_forward(params["dense_W"], params["dense_b"], H)


@misconception(
    "convnet_forward",
    title="The padding is always 1, whatever the kernel",
    why="1 is right for 3 × 3 kernels, and those are used everywhere.",
    hint=(
        "Try a 5 × 5 or a 1 × 1 kernel: does the convolution still keep height and width? The "
        "padding follows from the kernel's size, (k − 1)//2."
    ),
)
def convnet_padding_always_one(params, X):
    A = relu(conv_forward(X, params["conv_W"], params["conv_b"], 1, 1))
    H = max_pool_forward(A, 2, 2).reshape(-1, X.shape[-1])
    return dense_forward(params["dense_W"], params["dense_b"], H)


@misconception(
    "convnet_forward",
    title="Flattening mixes the examples: the volume is reshaped as if they came first",
    why="reshape(n, −1) is the usual way where the examples are the first axis.",
    hint=(
        "Here the examples are the last axis. Flatten a volume in which every entry of example i "
        "is the number i: each column should hold one number only."
    ),
)
def convnet_flatten_mixes_examples(params, X):
    k, n = params["conv_W"].shape[-1], X.shape[-1]
    A = relu(conv_forward(X, params["conv_W"], params["conv_b"], 1, (k - 1) // 2))
    H = max_pool_forward(A, 2, 2).reshape(n, -1).T
    return dense_forward(params["dense_W"], params["dense_b"], H)


@misconception(
    "convnet_forward",
    title="The volume is flattened with the depth last",
    why="Images on disk have their colours last, and the axes are moved before flattening.",
    hint=(
        "The dense layer's weights are laid out for reshape(-1, n): all of the first feature map, "
        "then the second. In which order do the entries of your column come?"
    ),
)
def convnet_flatten_depth_last(params, X):
    k, n = params["conv_W"].shape[-1], X.shape[-1]
    A = relu(conv_forward(X, params["conv_W"], params["conv_b"], 1, (k - 1) // 2))
    H = max_pool_forward(A, 2, 2).transpose(1, 2, 0, 3).reshape(-1, n)
    return dense_forward(params["dense_W"], params["dense_b"], H)


@misconception(
    "convnet_forward",
    title="Probabilities are returned, not scores",
    why="The softmax is drawn as the network's last layer.",
    hint=(
        "Do your columns sum to 1? Scores may be any numbers; the softmax comes with the loss, as "
        "it did in `forward`."
    ),
)
def convnet_gives_probabilities(params, X):
    return softmax(convnet_forward(params, X))


@misconception(
    "convnet_forward",
    title="The scores go through a ReLU",
    why="Every layer so far was followed by one.",
    hint=(
        "Is none of your scores negative? The last layer is linear, so that a class can be ruled "
        "out as well as supported."
    ),
)
def convnet_relu_on_scores(params, X):
    return relu(convnet_forward(params, X))


@misconception(
    "convnet_forward",
    title="The convolution's bias is left out",
    why="Biases often start at 0, and then it makes no difference.",
    hint=(
        "Change an entry of conv_b: do the scores move? There are four parameters; find out which "
        "of them your function never reads."
    ),
)
def convnet_no_conv_bias(params, X):
    return convnet_forward({**params, "conv_b": 0 * params["conv_b"]}, X)


@misconception(
    "convnet_forward",
    title="The dense layer's bias is left out",
    why="Biases often start at 0, and then it makes no difference.",
    hint=(
        "Change an entry of dense_b: do the scores move by as much? There are four parameters; "
        "find out which of them your function never reads."
    ),
)
def convnet_no_dense_bias(params, X):
    return convnet_forward({**params, "dense_b": 0 * params["dense_b"]}, X)


@misconception(
    "convnet_forward",
    title="The mean is pooled instead of the maximum",
    why="Average pooling is the other common kind, and a reshape and a mean are quickly written.",
    hint="Take a pooled window of 0, 0, 0, 8: which value goes on? You have a function for it.",
)
def convnet_pools_mean(params, X):
    k = params["conv_W"].shape[-1]
    A = relu(conv_forward(X, params["conv_W"], params["conv_b"], 1, (k - 1) // 2))
    F, height, width, n = A.shape
    H = A.reshape(F, height // 2, 2, width // 2, 2, n).mean(axis=(2, 4)).reshape(-1, n)
    return dense_forward(params["dense_W"], params["dense_b"], H)


@misconception(
    "convnet_forward",
    title="The image is pooled before the convolution",
    why="The shapes fit just as well in that order.",
    hint=(
        "Pooling summarises where a feature was found. What is there to find before the filters "
        "have looked? The order is convolution, ReLU, max-pool, dense."
    ),
)
def convnet_pools_first(params, X):
    k = params["conv_W"].shape[-1]
    V = max_pool_forward(X, 2, 2)
    A = relu(conv_forward(V, params["conv_W"], params["conv_b"], 1, (k - 1) // 2))
    return dense_forward(params["dense_W"], params["dense_b"], A.reshape(-1, X.shape[-1]))


@misconception(
    "convnet_forward",
    title="The scores come one example to a row",
    why="Most frameworks give n × K.",
    hint="Print the shape of your scores. An example is a column in these labs: K × n.",
)
def convnet_scores_in_rows(params, X):
    return convnet_forward(params, X).T


@variant("convnet_forward", style="pools before the ReLU, which gives the same")
def convnet_forward_pool_then_relu(params, X):
    k = params["conv_W"].shape[-1]
    Z = conv_forward(X, params["conv_W"], params["conv_b"], padding=k // 2)
    V = np.maximum(max_pool_forward(Z, 2, 2), 0)
    return params["dense_W"] @ V.reshape(-1, X.shape[-1]) + params["dense_b"]


@variant("convnet_forward", style="example by example")
def convnet_forward_by_example(params, X):
    k = params["conv_W"].shape[-1]
    columns = []
    for i in range(X.shape[-1]):
        Z = conv_forward(X[..., i : i + 1], params["conv_W"], params["conv_b"], 1, (k - 1) // 2)
        V = max_pool_forward(relu(Z), 2, 2)
        columns.append(params["dense_W"].dot(V.ravel()) + params["dense_b"].ravel())
    return np.stack(columns, axis=1)


# --- convnet_loss ---


@misconception(
    "convnet_loss",
    title="The ReLU's derivative is missing on the way back to the filters",
    why="Pooling has just picked the winners, and the ReLU between is overlooked.",
    hint=(
        "Write the steps of the forward pass in a column and, from the bottom up, the backward "
        "step of each. Which step has no partner? Where the ReLU gave 0, no gradient may pass."
    ),
)
def convnet_relu_not_undone(params, X, y):
    k = params["conv_W"].shape[-1]
    A = relu(conv_forward(X, params["conv_W"], params["conv_b"], 1, (k - 1) // 2))
    V = max_pool_forward(A, 2, 2)
    H = V.reshape(-1, X.shape[-1])
    loss, dS = softmax_cross_entropy(dense_forward(params["dense_W"], params["dense_b"], H), y)
    dense_W, dense_b, dH = dense_backward(dS, params["dense_W"], H)
    dA = max_pool_backward(dH.reshape(V.shape), A, 2, 2)
    _, conv_W, conv_b = conv_backward(dA, X, params["conv_W"], 1, (k - 1) // 2)
    return loss, {"conv_W": conv_W, "conv_b": conv_b, "dense_W": dense_W, "dense_b": dense_b}


@misconception(
    "convnet_loss",
    title="The ReLU's mask is taken from the gradient instead of the activations",
    why="relu_gradient is applied to the array at hand, which is the gradient.",
    hint=(
        "Which scores the ReLU let through was decided in the forward pass. Are negative "
        "gradients lost in your version? The mask comes from A, and is applied to dA."
    ),
)
def convnet_mask_from_gradient(params, X, y):
    k = params["conv_W"].shape[-1]
    A = relu(conv_forward(X, params["conv_W"], params["conv_b"], 1, (k - 1) // 2))
    V = max_pool_forward(A, 2, 2)
    H = V.reshape(-1, X.shape[-1])
    loss, dS = softmax_cross_entropy(dense_forward(params["dense_W"], params["dense_b"], H), y)
    dense_W, dense_b, dH = dense_backward(dS, params["dense_W"], H)
    dA = max_pool_backward(dH.reshape(V.shape), A, 2, 2)
    dZ = dA * relu_gradient(dA)
    _, conv_W, conv_b = conv_backward(dZ, X, params["conv_W"], 1, (k - 1) // 2)
    return loss, {"conv_W": conv_W, "conv_b": conv_b, "dense_W": dense_W, "dense_b": dense_b}


@misconception(
    "convnet_loss",
    title="The pooling's gradient goes to all four pixels of a window",
    why="Repeating dZ twice in both directions gives an array of the right shape at once.",
    hint=(
        "Only the largest pixel of a window decided its output. You have written the function "
        "that sends the gradient there. Do the dense layer's gradients agree, and the filters' "
        "not?"
    ),
)
def convnet_pooling_repeated(params, X, y):
    k = params["conv_W"].shape[-1]
    A = relu(conv_forward(X, params["conv_W"], params["conv_b"], 1, (k - 1) // 2))
    V = max_pool_forward(A, 2, 2)
    H = V.reshape(-1, X.shape[-1])
    loss, dS = softmax_cross_entropy(dense_forward(params["dense_W"], params["dense_b"], H), y)
    dense_W, dense_b, dH = dense_backward(dS, params["dense_W"], H)
    dA = dH.reshape(V.shape).repeat(2, axis=1).repeat(2, axis=2)
    dZ = dA * relu_gradient(A)
    _, conv_W, conv_b = conv_backward(dZ, X, params["conv_W"], 1, (k - 1) // 2)
    return loss, {"conv_W": conv_W, "conv_b": conv_b, "dense_W": dense_W, "dense_b": dense_b}


@misconception(
    "convnet_loss",
    title="The gradient is put back into a volume in another order than it was flattened",
    why="The reshape back is written for volumes with the depth last.",
    hint=(
        "Flatten a volume of different numbers and turn it back: is it the same volume? The way "
        "back must use the same order of axes: (depth, height, width, n)."
    ),
)
def convnet_unflattened_depth_last(params, X, y):
    k = params["conv_W"].shape[-1]
    A = relu(conv_forward(X, params["conv_W"], params["conv_b"], 1, (k - 1) // 2))
    V = max_pool_forward(A, 2, 2)
    F, height, width, n = V.shape
    H = V.reshape(-1, n)
    loss, dS = softmax_cross_entropy(dense_forward(params["dense_W"], params["dense_b"], H), y)
    dense_W, dense_b, dH = dense_backward(dS, params["dense_W"], H)
    dV = dH.reshape(height, width, F, n).transpose(2, 0, 1, 3)
    dZ = max_pool_backward(dV, A, 2, 2) * relu_gradient(A)
    _, conv_W, conv_b = conv_backward(dZ, X, params["conv_W"], 1, (k - 1) // 2)
    return loss, {"conv_W": conv_W, "conv_b": conv_b, "dense_W": dense_W, "dense_b": dense_b}


@misconception(
    "convnet_loss",
    title="Loss and gradients are summed over the examples, not averaged",
    why="The loss is written down for one example, and the 1/n is lost on the way to n.",
    hint=(
        "Hand in the same images twice, side by side. A mean stays as it was; does your loss "
        "double? For a network that knows nothing, it should be close to log K."
    ),
)
def convnet_loss_summed(params, X, y):
    n = len(y)
    loss, grads = convnet_loss(params, X, y)
    return n * loss, {name: n * grad for name, grad in grads.items()}


@misconception(
    "convnet_loss",
    title="The gradients are sums over the batch, while the loss is a mean",
    why="P − onehot is the gradient for one example; the 1/n of the mean is left out.",
    hint=(
        "Compare your gradients with central differences of your own loss. Are all four too large "
        "by the number of examples? The 1/n belongs to dS already."
    ),
)
def convnet_gradients_summed(params, X, y):
    n = len(y)
    loss, grads = convnet_loss(params, X, y)
    return loss, {name: n * grad for name, grad in grads.items()}


@misconception(
    "convnet_loss",
    title="The gradients are divided by n twice",
    why="softmax_cross_entropy has done it already, and it is done again at the end.",
    hint=(
        "Compare your gradients with central differences of your own loss. Are all four too small "
        "by the number of examples? Look for every place where a 1/n comes in."
    ),
)
def convnet_gradients_averaged_twice(params, X, y):
    n = len(y)
    loss, grads = convnet_loss(params, X, y)
    return loss, {name: grad / n for name, grad in grads.items()}


@misconception(
    "convnet_loss",
    title="The gradients of the convolution are divided by n once more",
    why="The dense layer's 1/n is already in dS, and the convolution's seems to be still due.",
    hint=(
        "Are conv_W and conv_b too small by the number of examples, while the dense layer's "
        "gradients are right? The 1/n of the loss travels down with dS through every layer."
    ),
)
def convnet_filters_averaged_twice(params, X, y):
    loss, grads = convnet_loss(params, X, y)
    for name in ("conv_W", "conv_b"):
        grads[name] = grads[name] / len(y)
    return loss, grads


@misconception(
    "convnet_loss",
    title="The gradients of the convolution are missing",
    why="Backpropagation stops at the dense layer.",
    hint=(
        "Print the keys of your dict of gradients beside those of params. The filters learn as "
        "well: the gradient on the pooled volume goes on through pooling, ReLU and convolution."
    ),
)
def convnet_conv_gradients_missing(params, X, y):
    loss, grads = convnet_loss(params, X, y)
    return loss, {name: grads[name] for name in ("dense_W", "dense_b")}


@misconception(
    "convnet_loss",
    title="The bias gradients are missing",
    why="The gradients of the weights are the ones that formulas are written for.",
    hint=(
        "Print the keys of your dict of gradients beside those of params. Both backward functions "
        "hand you a db."
    ),
)
def convnet_bias_gradients_missing(params, X, y):
    loss, grads = convnet_loss(params, X, y)
    return loss, {name: grads[name] for name in ("conv_W", "dense_W")}


@misconception(
    "convnet_loss",
    title="The gradients have names of their own, not those of params",
    why="A gradient is called dW in every formula.",
    hint=(
        "Whoever trains the network looks up grads[name] for each name in params. Print the keys "
        "of both dicts."
    ),
)
def convnet_gradients_renamed(params, X, y):
    loss, grads = convnet_loss(params, X, y)
    return loss, {"d" + name: grad for name, grad in grads.items()}


@misconception(
    "convnet_loss",
    title="The gradients are written into params itself",
    why="`grads = params` looks like a fresh start and is a second name for the same dict.",
    hint=(
        "Print an entry of params before and after the call. A gradient is asked for often "
        "without a step: the parameters must stay as they are. Which line makes a new dict?"
    ),
)
def convnet_params_overwritten(params, X, y):
    loss, grads = convnet_loss(params, X, y)
    params.update(grads)
    return loss, params


@variant("convnet_loss", style="own softmax; pooling's winners looked up before the ReLU")
def convnet_loss_pool_before_relu(params, X, y):
    k, n = params["conv_W"].shape[-1], X.shape[-1]
    Z = conv_forward(X, params["conv_W"], params["conv_b"], 1, (k - 1) // 2)
    V = max_pool_forward(Z, 2, 2)
    H = relu(V).reshape(-1, n)
    S = params["dense_W"] @ H + params["dense_b"]
    P = softmax(S)
    loss = cross_entropy(P, y)
    dS = (P - (np.arange(len(P))[:, None] == y)) / n
    dV = (params["dense_W"].T @ dS).reshape(V.shape) * (V > 0)
    _, conv_W, conv_b = conv_backward(
        max_pool_backward(dV, Z, 2, 2), X, params["conv_W"], 1, (k - 1) // 2
    )
    return loss, {
        "dense_W": dS @ H.T,
        "dense_b": dS.sum(axis=1, keepdims=True),
        "conv_b": conv_b,
        "conv_W": conv_W,
    }


@variant("convnet_loss", style="one example after the other, gradients added up")
def convnet_loss_by_example(params, X, y):
    n = len(y)
    total, grads = 0.0, {name: np.zeros(value.shape) for name, value in params.items()}
    for i in range(n):
        loss, single = convnet_loss(params, X[..., i : i + 1], y[i : i + 1])
        total += float(loss) / n
        for name in grads:
            grads[name] += single[name] / n
    return total, grads


# --- train_convnet ---


@misconception(
    "train_convnet",
    title="Only the dense layer is trained, the filters stay as they started",
    why="The step is written for the last layer, or for the names that are remembered.",
    hint=(
        "Compare conv_W before and after the training. All four parameters take a step, in one "
        "loop over the names of params."
    ),
)
def convnet_filters_frozen(params, X, y, *, learning_rate, batch_size, epochs, rng):
    params, losses = dict(params), []
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(len(y), batch_size, rng):
            loss, grads = convnet_loss(params, X[..., batch], y[batch])
            for name in ("dense_W", "dense_b"):
                params[name] = params[name] - learning_rate * grads[name]
            total += loss * len(batch)
        losses.append(total / len(y))
    return params, losses


@misconception(
    "train_convnet",
    title="The biases are not trained",
    why="The step is written for the weights, and the biases are forgotten.",
    hint=(
        "Compare conv_b and dense_b before and after the training. All four parameters take a "
        "step, in one loop over the names of params."
    ),
)
def convnet_biases_frozen(params, X, y, *, learning_rate, batch_size, epochs, rng):
    params, losses = dict(params), []
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(len(y), batch_size, rng):
            loss, grads = convnet_loss(params, X[..., batch], y[batch])
            for name in ("conv_W", "dense_W"):
                params[name] = params[name] - learning_rate * grads[name]
            total += loss * len(batch)
        losses.append(total / len(y))
    return params, losses


@misconception(
    "train_convnet",
    title="The learning rate is ignored",
    why="The gradient itself is subtracted.",
    hint=(
        "Call it with a learning rate of 0: do the parameters stay as they are? The gradient "
        "gives the direction, the learning rate how far to go."
    ),
)
def convnet_learning_rate_ignored(params, X, y, *, learning_rate, batch_size, epochs, rng):
    return train_convnet(
        params, X, y, learning_rate=1.0, batch_size=batch_size, epochs=epochs, rng=rng
    )


@misconception(
    "train_convnet",
    title="The step goes uphill: the gradient is added instead of subtracted",
    why="The sign is easily lost between the formula of the gradient and that of the step.",
    hint=(
        "Does the loss rise from epoch to epoch? The gradient points where the loss grows. In "
        "which direction should the step go?"
    ),
)
def convnet_climbs(params, X, y, *, learning_rate, batch_size, epochs, rng):
    return train_convnet(
        params, X, y, learning_rate=-learning_rate, batch_size=batch_size, epochs=epochs, rng=rng
    )


@misconception(
    "train_convnet",
    title="The batch's gradient is summed: the steps are too large by the number of its examples",
    why="The mean of the loss is multiplied back by the batch size to get an honest total.",
    hint=(
        "`convnet_loss` returns the mean gradient of the batch, and that is the gradient of the "
        "step. How does the first step change when the same images are handed in twice? It should "
        "not."
    ),
)
def convnet_step_summed(params, X, y, *, learning_rate, batch_size, epochs, rng):
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(len(y), batch_size, rng):
            loss, grads = convnet_loss(params, X[..., batch], y[batch])
            rate = learning_rate * len(batch)
            params = {name: params[name] - rate * grads[name] for name in params}
            total += loss * len(batch)
        losses.append(total / len(y))
    return params, losses


@misconception(
    "train_convnet",
    title="The caller's params are changed by the training",
    why="`-=` on an array, or an assignment to params[name], works on what the caller holds.",
    hint=(
        "Print an entry of params before and after the call. A second run from the same start has "
        "to be possible. Which operations make a new array, and which change the one that is "
        "there?"
    ),
)
def convnet_start_changed(params, X, y, *, learning_rate, batch_size, epochs, rng):
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(len(y), batch_size, rng):
            loss, grads = convnet_loss(params, X[..., batch], y[batch])
            for name in params:
                params[name] -= learning_rate * grads[name]
            total += loss * len(batch)
        losses.append(total / len(y))
    return params, losses


@misconception(
    "train_convnet",
    title="The starting parameters are returned, not the trained ones",
    why="The trained parameters have another name than the ones that are returned.",
    hint=(
        "Compare what you return with what came in: is any entry different? Follow the name in "
        "your return line back to where it last got a value."
    ),
)
def convnet_start_returned(params, X, y, *, learning_rate, batch_size, epochs, rng):
    _, losses = train_convnet(
        params, X, y, learning_rate=learning_rate, batch_size=batch_size, epochs=epochs, rng=rng
    )
    return params, losses


@misconception(
    "train_convnet",
    title="There is one loss for each mini-batch, not one for each epoch",
    why="The loss is appended where it is computed, inside the inner loop.",
    hint=(
        "How long is your list for 3 epochs of 4 mini-batches? It should hold one number an "
        "epoch: the mean of what the mini-batches lost. At which indentation does the append "
        "stand?"
    ),
)
def convnet_loss_per_batch(params, X, y, *, learning_rate, batch_size, epochs, rng):
    losses = []
    for _ in range(epochs):
        for batch in minibatches(len(y), batch_size, rng):
            loss, grads = convnet_loss(params, X[..., batch], y[batch])
            params = {name: params[name] - learning_rate * grads[name] for name in params}
            losses.append(loss)
    return params, losses


@misconception(
    "train_convnet",
    title="There is a single epoch, whatever `epochs` says",
    why="The loop over the mini-batches is written, the one around it forgotten.",
    hint=(
        "How long is your list of losses for 3 epochs? All mini-batches together are one epoch; "
        "then it begins anew, with a new order."
    ),
)
def convnet_single_epoch(params, X, y, *, learning_rate, batch_size, epochs, rng):
    return train_convnet(
        params, X, y, learning_rate=learning_rate, batch_size=batch_size, epochs=1, rng=rng
    )


@misconception(
    "train_convnet",
    title="An epoch's loss is a sum over its examples, not their mean",
    why="Each mini-batch's loss times its size is added up, and the division by n is forgotten.",
    hint=(
        "Is your first loss about log K, as for a network that knows nothing, or larger by the "
        "number of examples? The mean does not depend on how many images there are."
    ),
)
def convnet_losses_summed(params, X, y, *, learning_rate, batch_size, epochs, rng):
    params, losses = train_convnet(
        params, X, y, learning_rate=learning_rate, batch_size=batch_size, epochs=epochs, rng=rng
    )
    return params, [len(y) * loss for loss in losses]


@misconception(
    "train_convnet",
    title="There is one step an epoch: the mini-batches' gradients are only collected",
    why="The step stands behind the inner loop, after the gradients have been added up.",
    hint=(
        "Count the steps: n examples in batches of size m make n/m steps an epoch, rounded up. "
        "Does a smaller batch size make your network learn faster? It should."
    ),
)
def convnet_one_step_an_epoch(params, X, y, *, learning_rate, batch_size, epochs, rng):
    losses = []
    for _ in range(epochs):
        total, sums = 0.0, {name: 0.0 * value for name, value in params.items()}
        for batch in minibatches(len(y), batch_size, rng):
            loss, grads = convnet_loss(params, X[..., batch], y[batch])
            sums = {name: sums[name] + len(batch) * grads[name] for name in sums}
            total += loss * len(batch)
        params = {name: params[name] - learning_rate / len(y) * sums[name] for name in params}
        losses.append(total / len(y))
    return params, losses


@misconception(
    "train_convnet",
    title="A last mini-batch that is not full is dropped",
    why="The number of steps is n // batch_size, and the rest falls away.",
    hint=(
        "What happens when the batch size is larger than n? One epoch should be one step on all "
        "examples, and yours makes none. 13 examples in fives are 5, 5 and 3."
    ),
)
def convnet_rest_dropped(params, X, y, *, learning_rate, batch_size, epochs, rng):
    losses = []
    for _ in range(epochs):
        batches = [b for b in minibatches(len(y), batch_size, rng) if len(b) == batch_size]
        total, count = 0.0, 0
        for batch in batches:
            loss, grads = convnet_loss(params, X[..., batch], y[batch])
            params = {name: params[name] - learning_rate * grads[name] for name in params}
            total, count = total + loss * len(batch), count + len(batch)
        losses.append(total / max(count, 1))
    return params, losses


@misconception(
    "train_convnet",
    title="The images are never shuffled",
    why="Slices of X are quick to write, and the network learns from them as well.",
    hint=(
        "Print the labels of the first mini-batch of each epoch: are they always the first ones "
        "of y? If the images come sorted by class, what does a mini-batch hold? What is "
        "`minibatches` of lab 3 for?"
    ),
)
def convnet_not_shuffled(params, X, y, *, learning_rate, batch_size, epochs, rng):
    losses = []
    for _ in range(epochs):
        total = 0.0
        for start in range(0, len(y), batch_size):
            part = slice(start, start + batch_size)
            loss, grads = convnet_loss(params, X[..., part], y[part])
            params = {name: params[name] - learning_rate * grads[name] for name in params}
            total += loss * len(y[part])
        losses.append(total / len(y))
    return params, losses


@misconception(
    "train_convnet",
    title="The images are shuffled once, not in every epoch",
    why="The mini-batches are made before the loop over the epochs.",
    hint=(
        "Print the labels of the first mini-batch of each epoch: are they always the same ones? At "
        "which indentation are the mini-batches made?"
    ),
)
def convnet_shuffled_once(params, X, y, *, learning_rate, batch_size, epochs, rng):
    losses = []
    batches = minibatches(len(y), batch_size, rng)
    for _ in range(epochs):
        total = 0.0
        for batch in batches:
            loss, grads = convnet_loss(params, X[..., batch], y[batch])
            params = {name: params[name] - learning_rate * grads[name] for name in params}
            total += loss * len(batch)
        losses.append(total / len(y))
    return params, losses


@misconception(
    "train_convnet",
    title="The order comes from a seed of its own, whatever rng is",
    why="A fixed seed makes runs repeatable, but that is what the argument rng is for.",
    hint=(
        "Train with two generators of different seeds: is the result the same to the last digit? "
        "Which generator should the mini-batches come from?"
    ),
)
def convnet_own_seed(params, X, y, *, learning_rate, batch_size, epochs, rng):
    rng = np.random.default_rng(0)
    return train_convnet(
        params, X, y, learning_rate=learning_rate, batch_size=batch_size, epochs=epochs, rng=rng
    )


@misconception(
    "train_convnet",
    title="Images and labels are shuffled separately, so they no longer belong together",
    why="X and y are shuffled in two calls, each with its own random order.",
    hint=(
        "Follow one image through the shuffle: does its label come along? One list of indices has "
        "to pick from both. With separate orders the network can only learn the classes' "
        "frequencies."
    ),
)
def convnet_labels_shuffled_apart(params, X, y, *, learning_rate, batch_size, epochs, rng):
    losses = []
    for _ in range(epochs):
        images, labels = X[..., rng.permutation(len(y))], y[rng.permutation(len(y))]
        total = 0.0
        for start in range(0, len(y), batch_size):
            part = slice(start, start + batch_size)
            loss, grads = convnet_loss(params, images[..., part], labels[part])
            params = {name: params[name] - learning_rate * grads[name] for name in params}
            total += loss * len(labels[part])
        losses.append(total / len(y))
    return params, losses


@variant("train_convnet", style="updates copies in place, losses measured after each epoch")
def train_convnet_in_place(params, X, y, *, learning_rate, batch_size, epochs, rng):
    params = {name: np.array(value, dtype=float) for name, value in params.items()}
    losses = []
    for _ in range(epochs):
        for batch in minibatches(len(y), batch_size, rng):
            _, grads = convnet_loss(params, X[:, :, :, batch], y[batch])
            for name, grad in grads.items():
                params[name] -= learning_rate * grad
        losses.append(convnet_loss(params, X, y)[0])
    return params, losses


@variant("train_convnet", style="shuffles copies of the data, plain mean of the batches' losses")
def train_convnet_shuffled_copies(params, X, y, *, learning_rate, batch_size, epochs, rng):
    n = X.shape[-1]
    losses = np.zeros(epochs)
    for epoch in range(epochs):
        order = rng.permutation(n)
        images, labels = X[..., order], y[order]
        seen = []
        for start in range(0, n, batch_size):
            part = slice(start, min(start + batch_size, n))
            loss, grads = convnet_loss(params, images[..., part], labels[part])
            params = {name: value - learning_rate * grads[name] for name, value in params.items()}
            seen.append(loss)
        losses[epoch] = sum(seen) / len(seen)
    return params, losses
