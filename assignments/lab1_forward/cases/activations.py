"""What is asked of `sigmoid`, `tanh`, `relu`, `sigmoid_gradient`, `tanh_gradient` and `relu_gradient`."""


# --- sigmoid ---


def public_sigmoid__table(check, np):
    """A small table of scores, and a random one."""
    check.values("sigmoid", np.array([[-1.0, 0.0, 1.0], [-2.5, 0.25, 4.0]]))
    check.values("sigmoid", check.rng(103).normal(0.0, 3.0, size=(2, 4)))


def public_sigmoid__large(check, np):
    """Large scores, up to 10,000, without an overflow."""
    z = np.array([[-1e4, -800.0, -40.0, 0.0], [30.0, 720.0, 9e3, 1e4]])
    check.values("sigmoid", z, no_warnings=True)
    z = check.rng(104).uniform(-1e4, 1e4, size=(3, 4))
    check.values("sigmoid", z / np.array([1.0, 30.0, 1000.0, 5000.0]), no_warnings=True)


def hidden_sigmoid__shapes(check, np):
    """Arrays of one to four dimensions."""
    rng = check.rng(101)
    for shape in [(7,), (3, 5), (5, 3, 2), (2, 3, 1, 5)]:
        check.values("sigmoid", rng.normal(0.0, 6.0, size=shape))


def hidden_sigmoid__whole_numbers(check, np):
    """Whole numbers, small and large."""
    rng = check.rng(102)
    check.values("sigmoid", np.array([0, 1, -1, 2, -3, 5, -7]))
    check.values("sigmoid", rng.integers(-9, 10, size=(3, 5)))
    check.values("sigmoid", rng.integers(-10_000, 10_001, size=(5, 3)), no_warnings=True)


# --- tanh ---


def public_tanh__table(check, np):
    """A small table of scores, and a random one."""
    check.values("tanh", np.array([[-1.0, 0.0, 1.0], [-2.5, 0.25, 4.0]]))
    check.values("tanh", check.rng(113).normal(0.0, 1.5, size=(2, 4)))


def public_tanh__whole_numbers(check, np):
    """Whole numbers: the result still has decimals."""
    check.values("tanh", np.array([0, 1, -1, 2, -2]))
    check.values("tanh", np.array([[1, -3, 2], [0, 4, -1]]))
    check.values("tanh", check.rng(114).integers(-3, 4, size=(3, 4)))


def hidden_tanh__shapes(check, np):
    """Arrays of one to four dimensions."""
    rng = check.rng(111)
    for shape in [(7,), (3, 5), (5, 3, 2), (2, 3, 1, 5)]:
        check.values("tanh", rng.normal(0.0, 3.0, size=shape))


def hidden_tanh__large(check, np):
    """Large scores, up to 10,000, without an overflow."""
    rng = check.rng(112)
    z = np.array([[-1e4, -800.0, -30.0], [25.0, 720.0, 1e4]])
    check.values("tanh", z, no_warnings=True)
    check.values("tanh", rng.integers(-10_000, 10_001, size=(5, 3)), no_warnings=True)
    z = np.array([[-1e4, 0.5, -2.0], [1.0, 300.0, -0.25]])
    check.values("tanh", z, no_warnings=True)


# --- relu ---


def public_relu__table(check, np):
    """A small table of scores, and a random one."""
    check.values("relu", np.array([[-1.0, 0.0, 1.0], [-2.5, 0.25, 4.0]]))
    check.values("relu", check.rng(123).normal(0.0, 2.0, size=(2, 4)))


def public_relu__three_dimensions(check, np):
    """An array of three dimensions."""
    z = np.array([[[-0.5, 1.5], [2.25, -3.0], [0.0, 0.125]]])
    check.values("relu", z)
    check.values("relu", check.rng(124).normal(0.0, 2.0, size=(2, 3, 2)))


def hidden_relu__shapes(check, np):
    """Arrays of one to four dimensions, with whole numbers among them."""
    rng = check.rng(121)
    for shape in [(7,), (3, 5), (5, 3, 2), (2, 3, 1, 5)]:
        check.values("relu", rng.normal(0.0, 3.0, size=shape))
    check.values("relu", rng.integers(-9, 10, size=(5, 3)))


def hidden_relu__small_and_large(check, np):
    """Very small and very large scores."""
    rng = check.rng(122)
    z = np.array([[-1e4, 1e-5, -1e-5], [1e4, 37.5, -0.75]])
    check.values("relu", z, atol=1e-12, no_warnings=True)
    check.values("relu", rng.uniform(-1e4, 1e4, size=(3, 7)), no_warnings=True)


# --- sigmoid_gradient ---


def public_sigmoid_gradient__table(check, np):
    """A small table of function values, and a random one."""
    check.values("sigmoid_gradient", np.array([[0.5, 0.7311, 0.9933], [0.25, 0.1, 0.01]]))
    check.values("sigmoid_gradient", check.rng(133).uniform(0.0, 1.0, size=(2, 4)))


def public_sigmoid_gradient__saturated(check, np):
    """Units that are fully on or off."""
    check.values("sigmoid_gradient", np.array([[0.0, 1.0, 0.0], [1.0, 0.999, 0.001]]))
    h = check.rng(134).choice([0.0, 1.0, 0.998, 0.0015, 1e-5], size=(3, 5))
    check.values("sigmoid_gradient", h)


def hidden_sigmoid_gradient__shapes(check, np):
    """Arrays of one to four dimensions, with whole numbers among them."""
    rng = check.rng(131)
    for shape in [(7,), (3, 5), (5, 3, 2), (2, 3, 1, 5)]:
        check.values("sigmoid_gradient", rng.uniform(0.0, 1.0, size=shape))
    check.values("sigmoid_gradient", rng.integers(0, 2, size=(3, 5)))


# --- tanh_gradient ---


def public_tanh_gradient__table(check, np):
    """A small table of function values, and a random one."""
    check.values("tanh_gradient", np.array([[0.0, 0.7616, -0.5], [0.25, -0.9, 0.99]]))
    check.values("tanh_gradient", check.rng(143).uniform(-1.0, 1.0, size=(2, 4)))


def hidden_tanh_gradient__saturated(check, np):
    """Units that are fully on or off."""
    check.values("tanh_gradient", np.array([[-1.0, 1.0, 0.999], [0.0, -0.999, 1.0]]))
    check.values("tanh_gradient", np.array([-1, 0, 1, 1, -1]))


def hidden_tanh_gradient__shapes(check, np):
    """Arrays of one to four dimensions."""
    rng = check.rng(141)
    for shape in [(7,), (3, 5), (5, 3, 2), (2, 3, 1, 5)]:
        check.values("tanh_gradient", rng.uniform(-1.0, 1.0, size=shape))


# --- relu_gradient ---


def public_relu_gradient__table(check, np):
    """A small table of function values, and a random one."""
    check.values("relu_gradient", np.array([[0.5, 0.0, 3.0], [1.0, 0.25, 0.0]]))
    h = check.rng(153).normal(0.0, 2.0, size=(3, 4))
    check.values("relu_gradient", np.maximum(h, 0.0))


def public_relu_gradient__small_and_large(check, np):
    """Values close to zero are still positive, and large ones have the same slope."""
    check.values("relu_gradient", np.array([[1e-12, 0.0, 1e4], [40.0, 1e-3, 2.0]]))
    h = check.rng(154).choice([0.0, 1e-12, 2e-4, 0.7, 30.0, 1e4], size=(3, 5))
    check.values("relu_gradient", h)


def hidden_relu_gradient__shapes(check, np):
    """Arrays of one to four dimensions, with whole numbers among them."""
    rng = check.rng(151)
    for shape in [(9,), (3, 5), (5, 3, 2), (2, 3, 1, 5)]:
        h = rng.normal(0.0, 2.0, size=shape)
        h[h < 0] = 0.0
        h.flat[0], h.flat[-1] = 0.0, 0.75
        check.values("relu_gradient", h)
    check.values("relu_gradient", rng.integers(0, 3, size=(3, 7)))
