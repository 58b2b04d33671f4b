"""Importing a submission: one bad module costs what needs it, and nothing can be shadowed."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable

import numpy as np
import pytest

from labkit.sandbox import Failure, Limits, Worker

Make = Callable[..., Worker]
GOOD = "def sigmoid(z): return z\n"
QUICK = Limits(load_seconds=0.3, wall_factor=1.0, wall_extra=0.9)


def failure_of(worker: Worker, function: str) -> Failure | None:
    return worker.call(function, (1,), {}, seconds=5).failure


@pytest.mark.parametrize(
    ("source", "name", "where"),
    [
        ("def f(:\n", "SyntaxError", 1),
        ("\n\nraise ValueError('at import')", "ValueError", 3),
        ("import nothing_like_this", "ModuleNotFoundError", 1),
        ("from .activations import swish", "ImportError", 1),
        (b"x = 'caf\xe9'\n", "SyntaxError", 1),
        ("def f():\n  x = 1\n\ty = 2\n", "TabError", 3),
        ("1 / 0", "ZeroDivisionError", 1),
        (b"x = '\0'\n", "SyntaxError" if sys.version_info >= (3, 11, 4) else "ValueError", None),
        ("(" * 300 + ")" * 300, "SyntaxError", None),
    ],
)
def test_failing_import_costs_its_own_calls(
    worker: Make, forks: list[int], source: str | bytes, name: str, where: int | None
) -> None:
    made = worker(layers=source, activations=GOOD)
    for _ in range(2):
        failure = failure_of(made, "dense_forward")
        assert failure is not None
        assert (failure.kind, failure.type_name) == ("import_failed", name)
        if where:
            assert failure.where == f"neuralnet/layers.py line {where}"
    assert failure_of(made, "sigmoid") is None
    assert len(forks) == 1


@pytest.mark.parametrize("source", [b"\xef\xbb\xbf" + GOOD.encode(), GOOD.replace("\n", "\r\n")])
def test_byte_order_mark_and_windows_line_ends(worker: Make, source: str | bytes) -> None:
    assert failure_of(worker(activations=source), "sigmoid") is None


@pytest.mark.parametrize(
    ("source", "detail"),
    [
        ("while True: pass", ""),
        ("import time; time.sleep(60)", "wall"),
        ("import os; os._exit(0)", "exit code 0"),
        ("import ctypes; ctypes.string_at(0)", "SIGSEGV"),
        ("import os; os.abort()", "SIG"),
        ("import neuralnet.layers\ndef f():\n    f()\nx = [0]\nwhile True: x += x", ""),
    ],
)
def test_module_that_hangs_or_crashes_is_imported_once(
    worker: Make, forks: list[int], source: str, detail: str
) -> None:
    made = worker(limits=QUICK, layers=source, activations=GOOD)
    for _ in range(3):
        failure = failure_of(made, "dense_forward")
        assert failure is not None
        assert failure.kind in ("import_failed", "memory")
        assert failure.detail.startswith(detail)
    assert failure_of(made, "sigmoid") is None
    assert len(forks) <= 2


def test_who_imports_a_hanging_module_fails_without_hanging_again(
    worker: Make, forks: list[int]
) -> None:
    modules = {
        "activations": "while True: pass",
        "layers": "from .activations import relu\ndef dense_forward(x): return x",
        "losses": "import neuralnet.layers\ndef softmax(x): return x",
        "perceptron": "def perceptron_train(x): return x",
    }
    made = worker(limits=QUICK, **modules)
    failure = failure_of(made, "softmax")
    assert failure is not None
    assert failure.kind == "import_failed"
    assert failure_of(made, "dense_forward") is not None
    failure = failure_of(made, "sigmoid")
    assert failure in [
        Failure("import_failed", detail=limit, module="activations") for limit in ("cpu", "wall")
    ]
    assert failure_of(made, "perceptron_train") is None
    assert len(forks) == 2  # hung once
    # A second worker of the same submission knows it from the start.
    again = worker(limits=QUICK, **modules)
    assert failure_of(again, "dense_forward") is not None
    assert len(forks) == 3


@pytest.mark.parametrize(
    "init",
    ["raise RuntimeError", "syntax error", "import sys; sys.exit()", "while True: pass",
     "from .layers import *", "import os; os._exit(1)", "import nothing"],
)  # fmt: skip
def test_broken_package_file_leaves_its_modules_usable(worker: Make, init: str) -> None:
    made = worker(limits=QUICK, __init__=init, activations=GOOD, layers="1 / 0")
    assert failure_of(made, "sigmoid") is None
    assert made.call("sigmoid", (5,), {}, seconds=5).value == 5


def test_package_file_that_works_is_run(worker: Make) -> None:
    made = worker(
        __init__="SCALE = 3\nfrom .activations import sigmoid\n",
        activations="import neuralnet\ndef sigmoid(z): return neuralnet.SCALE * z",
    )
    assert made.call("sigmoid", (5,), {}, seconds=5).value == 15


def test_both_import_styles_and_lazy_imports(worker: Make) -> None:
    made = worker(
        activations=GOOD,
        layers="from neuralnet.activations import sigmoid\ndef dense_forward(x): return sigmoid(x)",
        losses="def softmax(x):\n    from .layers import dense_forward as d\n    return d(x) + 1",
    )
    assert made.call("softmax", (1,), {}, seconds=5).value == 2
    assert made.call("dense_forward", (1,), {}, seconds=5).value == 1


def test_planted_modules_shadow_nothing(worker: Make) -> None:
    planted = ("numpy", "json", "typing", "colorsys", "matplotlib", "packaging", "labkit", "os")
    files = {f"{name}.py": "raise SystemExit('planted')" for name in planted}
    files["numpy/__init__.py"] = files["otter/__init__.py"] = "raise SystemExit('planted')"
    files["mine.py"] = "VALUE = 4"
    source = """
        import colorsys, json, typing, os, packaging, mine
        import numpy as np
        import numpy.fft
        def sigmoid(z):
            import matplotlib, statistics
            return np.ones(2) * mine.VALUE
        """
    outcome = worker(files=files, activations=source).call("sigmoid", (1,), {}, seconds=20)
    assert outcome.failure is None
    np.testing.assert_array_equal(outcome.value, [4, 4])


@pytest.mark.parametrize(
    "name", ["labkit", "otter", "pytest", "pip", "jupytext", "_sandbox.zygote_"]
)
def test_the_grader_s_modules_cannot_be_imported(worker: Make, name: str) -> None:
    failure = failure_of(worker(activations=f"import {name}"), "sigmoid")
    assert failure is not None
    assert failure.type_name in ("ModuleNotFoundError", "ImportError")


def test_the_standard_library_can_be_imported(worker: Make) -> None:
    names = "fractions decimal sqlite3 csv pickle copy itertools functools dataclasses logging "
    names += (
        "unittest multiprocessing asyncio zipfile lzma bz2 hashlib numpy.testing numpy.polynomial"
    )
    source = "".join(f"import {name}\n" for name in names.split()) + GOOD
    outcome = worker(activations=source).call("sigmoid", (1,), {}, seconds=5)
    assert outcome.failure is None


def test_pictures_can_be_drawn(worker: Make) -> None:
    pytest.importorskip("matplotlib")
    source = """
        import sys
        was_there = "matplotlib.pyplot" in sys.modules
        import matplotlib.pyplot as plt
        import numpy as np
        plt.plot([1, 2], label="$a^2$"); plt.title("é"); plt.legend(); plt.show()
        def sigmoid(z):
            fig, ax = plt.subplots()
            ax.imshow(np.zeros((3, 3)))
            fig.savefig("figure.png"); fig.savefig("figure.pdf")
            import os
            return os.path.getsize("figure.png") > 1000, was_there
        """
    made = worker(activations=source)
    outcome = made.call("sigmoid", (1,), {}, seconds=20)
    assert outcome.failure is None
    assert outcome.value == (True, True)  # the library was there when the worker began


def test_data_beside_the_package_can_be_read(worker: Make) -> None:
    source = "import numpy as np\ndef sigmoid(z): return np.loadtxt('data/table.txt')"
    made = worker(files={"data/table.txt": "1 2 3\n"}, activations=source)
    np.testing.assert_array_equal(made.call("sigmoid", (1,), {}, seconds=5).value, [1, 2, 3])


def test_a_large_file_reaches_the_worker(worker: Make) -> None:
    source = GOOD + f"DATA = '{'x' * (9 << 20)}'\ndef tanh(z): return len(DATA)\n"
    made = worker(limits=Limits(file_mb=1), activations=source)
    assert made.call("tanh", (1,), {}, seconds=5).value == 9 << 20


def test_what_a_worker_writes_over_its_code_is_gone_with_it(worker: Make) -> None:
    source = (
        "with open('neuralnet/activations.py') as file: text = file.read()\n"
        "open('neuralnet/activations.py', 'w').write('x')\ndef sigmoid(z): return text\n"
    )
    made = worker(activations=source)
    assert made.call("sigmoid", (1,), {}, seconds=5).value == source
    os.kill(made.pid, signal.SIGKILL)
    assert made.call("sigmoid", (1,), {}, seconds=5).value == source
