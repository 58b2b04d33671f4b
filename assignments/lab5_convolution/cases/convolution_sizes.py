"""What is asked of `dense_parameter_count`, `conv_parameter_count` and `output_size`."""


# --- dense_parameter_count ---


def public_dense_parameter_count__cifar(check, np):
    """A hundred units on the images of CIFAR-10."""
    check.values("dense_parameter_count", (3, 32, 32), 100, expected=307300)
    depth, side, units = (int(i) for i in check.rng(5103).integers(2, 40, 3))
    check.values("dense_parameter_count", (depth, side, side), units)


def public_dense_parameter_count__photo(check, np):
    """A single unit on a photo of 200 × 200 × 3."""
    check.values("dense_parameter_count", (3, 200, 200), 1, expected=120001)
    sides = tuple(int(i) for i in check.rng(5104).integers(2, 200, 3))
    check.values("dense_parameter_count", sides, 1)


def hidden_dense_parameter_count__unequal(check, np):
    """Three different sides."""
    depth, height, width, units = (
        int(i) for i in check.rng(5101).choice(np.arange(2, 30), 4, replace=False)
    )
    check.values("dense_parameter_count", (depth, height, width), units)


def hidden_dense_parameter_count__deep(check, np):
    """A deep and narrow volume."""
    check.values("dense_parameter_count", (64, 7, 5), 1000)
    check.values("dense_parameter_count", (1, 1, 9), 4)


# --- conv_parameter_count ---


def public_conv_parameter_count__text(check, np):
    """The example of the text; then random sizes."""
    check.values("conv_parameter_count", 3, 5, 8, expected=608)
    check.values("conv_parameter_count", *(int(i) for i in check.rng(5105).integers(2, 20, 3)))


def public_conv_parameter_count__grey(check, np):
    """Grey images: depth 1."""
    check.values("conv_parameter_count", 1, 3, 32, expected=320)
    check.values("conv_parameter_count", 1, 3, int(check.rng(5106).integers(2, 99)))


def hidden_conv_parameter_count__unequal(check, np):
    """Three different numbers."""
    depth, kernel, filters = (
        int(i) for i in check.rng(5102).choice(np.arange(2, 12), 3, replace=False)
    )
    check.values("conv_parameter_count", depth, kernel, filters)


def hidden_conv_parameter_count__pixelwise(check, np):
    """Windows of a single pixel, and a single filter."""
    check.values("conv_parameter_count", 7, 1, 10)
    check.values("conv_parameter_count", 4, 6, 1)


# --- output_size ---


def public_output_size__text(check, np):
    """The examples of the text; then random sizes that fit."""
    check.values("output_size", 28, 5, 1, 2, expected=28)
    check.values("output_size", 7, 3, 2, 0, expected=3)
    check.values("output_size", 7, 3, 2, 1, expected=4)
    check.values("output_size", 5, 5, 1, 0, expected=1)
    rng = check.rng(5202)
    kernel, stride, places = (int(i) for i in rng.integers(2, 7, 3))
    check.values("output_size", (places - 1) * stride + kernel, kernel, stride, 0)


def public_output_size__int(check, np):
    """The result is a whole number of Python's or NumPy's, fit for a shape."""

    def judge(result):
        if isinstance(result, bool) or not isinstance(result, int | np.integer):
            return "The result is not an int, so no array can have it as a side."
        return None if result == 5 else "The number of places is wrong."

    check.outcome("output_size", 11, 3, 2, 0, judge=judge)


def public_output_size__not_tiling(check, np):
    """Sizes that do not tile: a ValueError that names size, kernel, stride and padding."""
    rng = check.rng(5203)
    other = int(rng.integers(30, 90))
    for size, kernel, stride, padding in ((17, 4, 5, 3), (2 * other, 3, 2, 1)):
        numbers = {"size": size, "kernel": kernel, "stride": stride, "padding": padding}
        mentions = [(name, str(number)) for name, number in numbers.items()]
        check.raises("output_size", *numbers.values(), error=ValueError, mentions=mentions)


def public_output_size__too_large(check, np):
    """A kernel larger than the padded image: a ValueError that names size, kernel, stride and padding."""
    rng = check.rng(5204)
    other = int(rng.integers(20, 90))
    for size, kernel, stride, padding in ((3, 8, 1, 2), (other, other + 5, 1, 2)):
        numbers = {"size": size, "kernel": kernel, "stride": stride, "padding": padding}
        mentions = [(name, str(number)) for name, number in numbers.items()]
        check.raises("output_size", *numbers.values(), error=ValueError, mentions=mentions)


def hidden_output_size__many(check, np):
    """Many sizes, kernels, strides and paddings."""
    rng = check.rng(5201)
    for _ in range(12):
        kernel, stride, places, padding = (
            int(rng.integers(a, b)) for a, b in ((2, 7), (1, 5), (2, 9), (0, 4))
        )
        if (size := (places - 1) * stride + kernel - 2 * padding) > 0:
            check.values("output_size", size, kernel, stride, padding)


def hidden_output_size__exact(check, np):
    """A kernel exactly as large as the padded image, also where the image alone is smaller."""
    check.values("output_size", 6, 6, 3, 0, expected=1)
    check.values("output_size", 3, 7, 4, 2, expected=1)
    check.values("output_size", 2, 4, 2, 2, expected=2)


def hidden_output_size__refused(check, np):
    """More sizes that do not tile."""
    for size, kernel, stride, padding in ((16, 5, 3, 4), (9, 2, 4, 0), (28, 3, 2, 1)):
        numbers = {"size": size, "kernel": kernel, "stride": stride, "padding": padding}
        mentions = [(name, str(number)) for name, number in numbers.items()]
        check.raises("output_size", *numbers.values(), error=ValueError, mentions=mentions)


def hidden_output_size__far_too_large(check, np):
    """More kernels that do not fit, by a multiple of the stride, too."""
    for size, kernel, stride, padding in ((2, 9, 7, 0), (5, 8, 3, 0), (4, 9, 1, 2)):
        numbers = {"size": size, "kernel": kernel, "stride": stride, "padding": padding}
        mentions = [(name, str(number)) for name, number in numbers.items()]
        check.raises("output_size", *numbers.values(), error=ValueError, mentions=mentions)
