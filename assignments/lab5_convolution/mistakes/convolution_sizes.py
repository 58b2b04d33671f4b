"""What goes wrong in `dense_parameter_count`, `conv_parameter_count` and `output_size`, and what may differ and be right."""

# Written as students write, without types.
import numpy as np

from labkit.mistakes import mistake, variant
from neuralnet.convolution import (
    output_size,
)

# --- dense_parameter_count ---


@mistake("dense_parameter_count")
def dense_count_no_bias(volume, units):
    """The biases are not counted

    Each unit computes w·x + b. How many numbers does one unit learn if it looks at a single
    pixel? Compare your count for a 1 × 1 × 1 volume and one unit.
    """
    depth, height, width = volume
    return depth * height * width * units


@mistake("dense_parameter_count")
def dense_count_bias_per_input(volume, units):
    """There is a bias for each input instead of one for each unit

    A bias is the b in W X + b, of shape p1 × 1. Which of the two numbers is p1, the inputs or
    the units? Try 12 pixels and 1 unit: how many biases can there be?
    """
    depth, height, width = volume
    inputs = depth * height * width
    return inputs * units + inputs


@mistake("dense_parameter_count")
def dense_count_one_bias(volume, units):
    """A single bias is counted for the whole layer

    One unit may need a high threshold and another a low one: b has an entry for each unit. Even
    as the extra input that is always 1, it has a weight to each of them. What is the shape of
    b?
    """
    depth, height, width = volume
    return depth * height * width * units + 1


@mistake("dense_parameter_count")
def dense_count_sides_added(volume, units):
    """The sides of the volume are added instead of multiplied

    How many pixels has an image of 32 × 32 with 3 colours? The lecture says p = 3072. Count
    what your function takes for the number of inputs.
    """
    return (sum(volume) + 1) * units


@mistake("dense_parameter_count")
def dense_count_no_depth(volume, units):
    """The depth of the volume is left out

    A colour image has three numbers for each place. Does your count change between a grey and a
    colour image of the same size? A unit of a dense layer looks at all of them.
    """
    _, height, width = volume
    return (height * width + 1) * units


@mistake("dense_parameter_count")
def dense_count_one_unit(volume, units):
    """The weights are counted for one unit only

    Does doubling the units double your count? Every unit has its own weight to every pixel.
    """
    depth, height, width = volume
    return depth * height * width + units


@variant("dense_parameter_count")
def dense_count_by_arrays(volume, units):
    """sizes of W and b as NumPy counts them"""
    inputs = int(np.prod(volume))
    W = np.broadcast_to(0.0, (units, inputs))
    b = np.broadcast_to(0.0, (units, 1))
    return W.size + b.size


# --- conv_parameter_count ---


@mistake("conv_parameter_count")
def conv_count_no_bias(depth, kernel, filters):
    """The biases are not counted

    Each filter adds one number to all of its scores. Look at the shapes of conv_forward's W and
    b: your count should be the sum of both sizes.
    """
    return depth * kernel * kernel * filters


@mistake("conv_parameter_count")
def conv_count_no_depth(depth, kernel, filters):
    """The depth of the input is left out

    A filter on a colour image looks at 5 × 5 pixels in each of the three colours. How many
    numbers does it multiply at one place? Look at the shape of W in conv_forward.
    """
    return (kernel * kernel + 1) * filters


@mistake("conv_parameter_count")
def conv_count_kernel_not_squared(depth, kernel, filters):
    """The side of the kernel is not squared

    `kernel` is the length of one side. How many pixels does a 3 × 3 kernel cover?
    """
    return (depth * kernel + 1) * filters


@mistake("conv_parameter_count")
def conv_count_bias_per_channel(depth, kernel, filters):
    """There is a bias for each channel of each filter

    A filter's products are summed over all channels into one score, and the bias is added to
    that score. What would two biases in one sum be worth? Look at the shape of b: (F, 1).
    """
    return (kernel * kernel + 1) * depth * filters


@mistake("conv_parameter_count")
def conv_count_one_bias(depth, kernel, filters):
    """A single bias is counted for the whole layer

    Every filter looks for something else and needs its own threshold. What is the shape of b in
    conv_forward?
    """
    return depth * kernel * kernel * filters + 1


@mistake("conv_parameter_count")
def conv_count_one_filter(depth, kernel, filters):
    """Only one filter's weights are counted

    A filter shares its weights with all places of the image, not with the other filters. Does
    your count double when the number of filters does?
    """
    return depth * kernel * kernel + filters


@variant("conv_parameter_count")
def conv_count_filter_by_filter(depth, kernel, filters):
    """adds up filter by filter"""
    total = 0
    for _ in range(filters):
        total += depth * kernel**2  # weights
        total += 1  # bias
    return total


# --- output_size ---


@mistake("output_size")
def size_without_first_place(size, kernel, stride, padding):
    """The + 1 for the first place is missing

    A fence of 3 gaps has 4 posts. If the kernel is as large as the image, it takes no step at
    all: at how many places has it been?
    """
    return output_size(size, kernel, stride, padding) - 1


@mistake("output_size")
def size_padding_once(size, kernel, stride, padding):
    """The padding is added at one end only

    `padding` zeros stand at both ends of the side. How long is a side of 5 with padding 2? A 3
    × 3 kernel with padding 1 and stride 1 should keep the size.
    """
    room = size + padding - kernel
    if room < 0 or room % stride:
        raise ValueError(f"{size=}, {kernel=}, {stride=} and {padding=} do not fit")
    return room // stride + 1


@mistake("output_size")
def size_padding_ignored(size, kernel, stride, padding):
    """The padding is ignored

    Does your answer change with the padding? The kernel slides over the padded image, which is
    longer at both ends.
    """
    room = size - kernel
    if room < 0 or room % stride:
        raise ValueError(f"{size=}, {kernel=}, {stride=} and {padding=} do not fit")
    return room // stride + 1


@mistake("output_size")
def size_rounded_down(size, kernel, stride, padding):
    """Sizes that do not tile are rounded down instead of refused

    What is left over when size 6 meets kernel 3 with stride 2? Two places end at pixel 5, and
    the last pixel is never seen. The lab asks for a ValueError there; a remainder tells you
    when.
    """
    room = size + 2 * padding - kernel
    if room < 0:
        raise ValueError(f"{size=}, {kernel=}, {stride=} and {padding=} do not fit")
    return room // stride + 1


@mistake("output_size")
def size_rounded_up(size, kernel, stride, padding):
    """Sizes that do not tile are rounded up instead of refused

    A last place that starts inside the image but ends outside it has no pixels to look at. The
    lab asks for a ValueError when the last place does not end exactly at the edge.
    """
    room = size + 2 * padding - kernel
    if room < 0:
        raise ValueError(f"{size=}, {kernel=}, {stride=} and {padding=} do not fit")
    return -(-room // stride) + 1


@mistake("output_size")
def size_kernel_too_large(size, kernel, stride, padding):
    """A kernel larger than the image is not refused

    What does your function say to size 3, kernel 5, no padding? A number of places that is 0 or
    negative makes no sense. Which inequality should hold before anything is divided?
    """
    room = size + 2 * padding - kernel
    if room % stride:
        raise ValueError(f"{size=}, {kernel=}, {stride=} and {padding=} do not tile")
    return room // stride + 1


@mistake("output_size")
def size_exact_fit_refused(size, kernel, stride, padding):
    """A kernel exactly as large as the padded image is refused

    Size 3 and kernel 3, no padding: the kernel fits in exactly one place. Does your function
    agree?
    """
    room = size + 2 * padding - kernel
    if room <= 0 or room % stride:
        raise ValueError(f"{size=}, {kernel=}, {stride=} and {padding=} do not fit")
    return room // stride + 1


@mistake("output_size")
def size_kernel_against_unpadded(size, kernel, stride, padding):
    """The kernel is compared with the image before padding

    Size 3, kernel 5, padding 1: the padded side is 5 long, so the kernel fits once. Which
    length should the kernel be compared with?
    """
    room = size + 2 * padding - kernel
    if kernel > size or room % stride:
        raise ValueError(f"{size=}, {kernel=}, {stride=} and {padding=} do not fit")
    return room // stride + 1


@mistake("output_size")
def size_as_float(size, kernel, stride, padding):
    """The result is a float: '/' where '//' is needed

    Ask NumPy for an array of that many rows: the side of an array cannot be 3.0. Which of
    Python's two divisions gives an int?
    """
    return output_size(size, kernel, stride, padding) / 1


@mistake("output_size")
def size_error_without_numbers(size, kernel, stride, padding):
    """The ValueError does not name size, kernel, stride and padding

    Whoever meets this error deep in a network needs to know which sizes do not go together. Put
    size, kernel, stride and padding into the text.
    """
    room = size + 2 * padding - kernel
    if room < 0 or room % stride:
        raise ValueError("the kernel does not fit the image")
    return room // stride + 1


@mistake("output_size")
def size_asserted(size, kernel, stride, padding):
    """Sizes that do not fit stop with an AssertionError, not a ValueError

    An assert is for mistakes of the programmer and vanishes under `python -O`. For arguments
    that do not go together, the docstring names the exception that callers can catch.
    """
    room = size + 2 * padding - kernel
    text = f"{size=}, {kernel=}, {stride=} and {padding=} do not fit"
    if room < 0 or room % stride:
        raise AssertionError(text)
    return room // stride + 1


@mistake("output_size")
def size_none_instead_of_error(size, kernel, stride, padding):
    """Where the sizes do not fit, None is returned instead of an error raised

    What does your function return for size 6, kernel 3, stride 2? The next line of a program
    would go on with it. Raising stops where the reason is still known.
    """
    room = size + 2 * padding - kernel
    if room >= 0 and room % stride == 0:
        return room // stride + 1
    return None


@mistake("output_size")
def size_plus_one_divided(size, kernel, stride, padding):
    """The + 1 is added before dividing by the stride

    Is it right for stride 1 and wrong for 2 and 3? Divide first: that gives the number of
    steps. Then add the place where the kernel started.
    """
    room = size + 2 * padding - kernel
    if room < 0 or room % stride:
        raise ValueError(f"{size=}, {kernel=}, {stride=} and {padding=} do not fit")
    return (room + 1) // stride


@variant("output_size")
def size_by_listing_places(size, kernel, stride, padding):
    """lists the places where the kernel starts"""
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


@variant("output_size")
def size_by_divmod(size, kernel, stride, padding):
    """divmod"""
    steps, left = divmod(size - kernel + 2 * padding, stride)
    if steps < 0 or left != 0:
        raise ValueError(f"({size} - {kernel} + 2 * {padding}) / {stride} + 1 is no place count")
    return int(steps + 1)


@variant("output_size")
def size_refused_in_words(size, kernel, stride, padding):
    """the error names everything in words, without the values"""
    room = size - kernel + 2 * padding
    if room < 0 or room % stride != 0:
        raise ValueError("This kernel does not fit the size with that Stride and Padding.")
    return 1 + room // stride
