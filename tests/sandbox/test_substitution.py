"""Correct functions in the places of a submission's, however it refers to them."""

# ruff: noqa: E501 (submissions' lines)

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from labkit.sandbox import Worker

Make = Callable[..., Worker]
WRONG = "import numpy as np\ndef relu(z):\n    return -1\ndef tanh(z):\n    return -2\n"
SERVE = {
    "relu": lambda z: z + 10,
    "tanh": lambda z: z + 20,
    "dense_forward": lambda W, b, X: W + b + X,
}


def value(
    worker: Make, function: str, *args: Any, substitute: tuple = ("relu", "tanh"), **modules: Any
) -> Any:
    made = worker(serve=SERVE, substitute=substitute, **modules)
    outcome = made.call(function, args, {}, seconds=5)
    assert outcome.failure is None, outcome
    return outcome.value


BODIES = {
    "relative": "from .activations import relu\ndef dense_forward(x): return relu(x)",
    "absolute": "from neuralnet.activations import relu\ndef dense_forward(x): return relu(x)",
    "alias": "from .activations import relu as r\ndef dense_forward(x): return r(x)",
    "star": "from .activations import *\ndef dense_forward(x): return relu(x)",
    "module": "from . import activations\ndef dense_forward(x): return activations.relu(x)",
    "module alias": "import neuralnet.activations as a\ndef dense_forward(x): return a.relu(x)",
    "full name": "import neuralnet.activations\ndef dense_forward(x): return neuralnet.activations.relu(x)",
    "inside": "def dense_forward(x):\n    from .activations import relu\n    return relu(x)",
    "default": "from .activations import relu\ndef dense_forward(x, f=relu): return f(x)",
    "container": "from .activations import relu\nA = {'relu': [relu]}\ndef dense_forward(x): return A['relu'][0](x)",
    "their container": "from .activations import TABLE\ndef dense_forward(x): return TABLE['relu'](x)",
    "their helper": "from .activations import helper\ndef dense_forward(x): return helper(x)",
    "partial": "from functools import partial\nfrom .activations import relu\np = partial(relu)\ndef dense_forward(x): return p(x)",
    "getattr": "import neuralnet.activations as a\ndef dense_forward(x): return getattr(a, 'relu')(x)",
    "keyword": "from .activations import relu\ndef dense_forward(x): return relu(z=x)",
    "class": "from .activations import relu\nclass C:\n    f = staticmethod(relu)\ndef dense_forward(x): return C.f(x)",
}  # fmt: skip
TAIL = """
TABLE = {"relu": relu, "both": (relu, [tanh])}
def helper(z, f=relu):
    return TABLE["relu"](z)
"""
DEFINITIONS = {
    "function": WRONG + TAIL,
    "lambda": "relu = lambda z: -1\ntanh = lambda z: -2\n" + TAIL,
    "closure": "def make(a, b):\n    def f(z):\n        return a + b\n    return f\n"
    "relu, tanh = make(-1, 0), make(-2, 0)\n" + TAIL,
    "defaults": "def relu(z, slope=0, *, x=1): return -1\ndef tanh(z): return -2\n" + TAIL,
    "decorated": "import functools\ndef d(f):\n    @functools.wraps(f)\n    def g(*a, **k): return f(*a, **k)\n"
    "    return g\n@d\ndef relu(z): return -1\n@d\ndef tanh(z): return -2\n" + TAIL,
    "vectorize": "import numpy as np\nrelu = np.vectorize(lambda z: -1)\ntanh = np.vectorize(lambda z: -2)\n" + TAIL,
    "partial": "import functools\ndef f(a, z): return a\nrelu, tanh = functools.partial(f, -1), functools.partial(f, -2)\n" + TAIL,
    "instance": "class F:\n    def __call__(self, z): return -1\nrelu, tanh = F(), F()\n" + TAIL,
    "ufunc": "import numpy as np\nrelu, tanh = np.negative, np.tanh\n" + TAIL,
    "cache": "import functools\n@functools.lru_cache\ndef relu(z): return -1\ndef tanh(z): return -2\n" + TAIL,
}  # fmt: skip


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_any_way_of_referring(worker: Make, body: str) -> None:
    assert value(worker, "dense_forward", 1, activations=WRONG + TAIL, layers=body) == 11


@pytest.mark.parametrize("definition", DEFINITIONS.values(), ids=DEFINITIONS)
def test_any_way_of_defining(worker: Make, definition: str) -> None:
    layers = """
        from .activations import relu, TABLE, helper
        from neuralnet import activations
        def dense_forward(x):
            return [relu(x), TABLE["relu"](x), helper(x), activations.tanh(x), TABLE["both"][1][0](x)]
        """
    assert value(worker, "dense_forward", 1, activations=definition, layers=layers) == [
        11, 11, 11, 21, 21
    ]  # fmt: skip


@pytest.mark.parametrize(
    "broken",
    [
        "def relu(z:\n",
        "1 / 0",
        "import nothing",
        "raise SystemExit",
        None,
        "",
        "def tanh(z): return 0",
        "relu = 5\ntanh = None",
        "def relu(z): raise NotImplementedError\ndef tanh(z): raise NotImplementedError",
    ],
)
def test_missing_or_broken_modules_and_names(worker: Make, broken: str | None) -> None:
    layers = "from .activations import relu, tanh\ndef dense_forward(x): return relu(x) + tanh(x)"
    modules = {"layers": layers} | ({} if broken is None else {"activations": broken})
    assert value(worker, "dense_forward", 1, **modules) == 32


@pytest.mark.parametrize("broken", ["while True: pass", "import os; os._exit(0)"])
def test_hanging_and_crashing_modules(worker: Make, forks: list[int], broken: str) -> None:
    from labkit.sandbox import Limits

    layers = "from .activations import relu, tanh\ndef dense_forward(x): return relu(x) + tanh(x)"
    made = worker(
        limits=Limits(load_seconds=0.3, wall_factor=1, wall_extra=0.5),
        serve=SERVE, substitute=("relu", "tanh"), activations=broken, layers=layers,
    )  # fmt: skip
    assert made.call("dense_forward", (1,), {}, seconds=5).value == 32
    assert len(forks) == 2


def test_the_module_called_is_not_excused(worker: Make) -> None:
    """A module that does not import earns nothing, whatever is put in its place for others."""
    modules = {
        "activations": "def sigmoid(z): return z\ndef relu(z): return z\n1 / 0",
        "layers": "from .activations import sigmoid\ndef dense_forward(x): return sigmoid(x)",
    }
    made = worker(serve={"sigmoid": lambda z: z}, substitute=("sigmoid",), **modules)
    assert made.call("dense_forward", (4,), {}, seconds=5).value == 4
    for function in ("relu", "sigmoid"):
        failure = made.call(function, (1,), {}, seconds=5).failure
        assert failure is not None
        assert (failure.kind, failure.type_name) == ("import_failed", "ZeroDivisionError")
    lacking = worker(serve=SERVE, substitute=("relu",), layers="def dense_forward(x): return x")
    failure = lacking.call("sigmoid", (1,), {}, seconds=5).failure
    assert failure is not None
    assert failure.kind == "missing"


def test_same_module(worker: Make) -> None:
    layers = """
        def dense_forward(W, b, X): raise NotImplementedError
        def _step(params, H): return dense_forward(*params, H)
        def forward(params, X, activation): return [_step(p, X) for p in params]
        """
    made = worker(serve=SERVE, substitute=("dense_forward",), layers=layers)
    outcome = made.call("forward", ([(1, 2), (3, 4)], 5, "relu"), {}, seconds=5)
    assert outcome.value == [8, 12]


def test_the_judged_function_is_never_replaced_by_another_s_substitute(worker: Make) -> None:
    """Two names for one function: only the earlier name is served."""
    source = "def relu(z): return z * 2\ntanh = relu\n"
    made = worker(serve=SERVE, substitute=("relu",), activations=source)
    assert made.call("tanh", (3,), {}, seconds=5).value == 6
    assert made.call("relu", (3,), {}, seconds=5).value == 13


def test_functions_of_libraries_stay_theirs(worker: Make) -> None:
    source = "import numpy as np\nfrom numpy import flip as relu\ndef tanh(z): return np.flip(z)\n"
    made = worker(serve=SERVE, substitute=("relu",), activations=source)
    np.testing.assert_array_equal(
        made.call("tanh", (np.arange(3),), {}, seconds=5).value, [2, 1, 0]
    )
    assert made.call("relu", (3,), {}, seconds=5).value == 13


def test_circular_imports(worker: Make) -> None:
    modules = {
        "activations": "from . import layers\ndef relu(z): return -1\n",
        "layers": "from . import activations\ndef dense_forward(x): return activations.relu(x)",
    }
    assert value(worker, "dense_forward", 1, substitute=("relu",), **modules) == 11


def test_package_that_imports_everything(worker: Make) -> None:
    modules = {
        "__init__": "from .activations import *\nfrom .layers import *",
        "activations": WRONG,
        "layers": "import neuralnet\ndef dense_forward(x): return neuralnet.relu(x)",
    }
    assert value(worker, "dense_forward", 1, substitute=("relu",), **modules) == 11


def test_a_function_as_argument_keeps_the_submission_s_own(worker: Make) -> None:
    """A function of the submission cannot cross, so its own version of the callee runs."""
    source = """
        def numerical_gradient(f, theta, h=1e-5): return f(theta)
        def backward(x): return numerical_gradient(lambda t: t + 1, x)
        """
    served = {"numerical_gradient": lambda f, theta, h=1e-5: -1}
    made = worker(serve=served, substitute=("numerical_gradient",), backprop=source)
    assert made.call("backward", (1,), {}, seconds=5).value == 2


def test_without_substitution_nothing_is_touched(worker: Make) -> None:
    layers = "from .activations import relu\ndef dense_forward(x): return relu(x)"
    made = worker(serve=SERVE, activations=WRONG, layers=layers)
    assert made.call("dense_forward", (1,), {}, seconds=5).value == -1
