"""Every limit ends a call in a Failure, soon, and the next call works."""

# ruff: noqa: E501 (submissions' lines)

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pytest

from labkit.sandbox import Limits, Outcome, Worker
from tests.processes import LINUX

Attempt = Callable[..., Outcome]
Make = Callable[..., Worker]
SHORT = Limits(wall_factor=1.0, wall_extra=0.5, memory_mb=200, file_mb=1, folder_mb=8, reply_mb=4)


def check_still_works(worker: Worker) -> None:
    assert worker.call("tanh", (4,), {}, seconds=5).value == 4


@pytest.mark.parametrize(
    ("body", "seconds", "details"),
    [
        ("while True: pass", 0.2, {"cpu", "wall"}),
        ("time.sleep(60)", 0.2, {"wall"}),
        ("import threading; threading.Event().wait()", 0.2, {"wall"}),
        ("while True:\n    try: 1 / 0\n    except BaseException: pass", 0.2, {"cpu", "wall"}),
        ("import signal\nfor n in range(1, 32):\n    try: signal.signal(n, signal.SIG_IGN)\n"
         "    except OSError: pass\nwhile True: time.sleep(1)", 0.2, {"wall"}),
        ("import re; re.match('(a+)+$', 'a' * 60 + 'b')", 0.2, {"cpu", "wall"}),
        ("10 ** 10 ** 10", 0.2, {"cpu", "wall"}),
    ],
    ids=range(7),
)  # fmt: skip
def test_time(worker: Make, forks: list[int], body: str, seconds: float, details: set[str]) -> None:
    source = "import time\ndef tanh(z): return z\ndef sigmoid(z):\n"
    source += "".join(f"    {line}\n" for line in body.splitlines())
    made = worker(limits=SHORT, activations=source)
    failure = made.call("sigmoid", (1,), {}, seconds=seconds).failure
    assert failure is not None
    assert failure.kind == "timeout"
    assert failure.detail in details
    check_still_works(made)
    assert len(forks) == 2


@pytest.mark.skipif(not LINUX, reason="CPU clocks of other processes")
def test_cpu_time_is_measured_from_outside(worker: Make) -> None:
    source = """
        import time
        import os
        time.process_time = time.perf_counter = lambda: 0.0
        def sigmoid(z):
            end = os.times().user + 0.15
            while os.times().user < end: pass
        """
    made = worker(activations=source)
    outcome = made.call("sigmoid", (1,), {}, seconds=5)
    assert outcome.failure is None
    assert outcome.seconds >= 0.1
    assert made.seconds >= outcome.seconds
    sleeping = worker(activations="import time\ndef sigmoid(z): time.sleep(0.2)")
    assert sleeping.call("sigmoid", (1,), {}, seconds=0.1).failure is None


def test_threads_that_go_on_do_not_cost_the_next_call(worker: Make, forks: list[int]) -> None:
    source = """
        import threading
        def tanh(z): return z
        def sigmoid(z):
            def burn():
                while True: pass
            threading.Thread(target=burn).start()
            return 1
        """
    made = worker(activations=source)
    assert made.call("sigmoid", (1,), {}, seconds=5).value == 1
    check_still_works(made)
    assert len(forks) == 2


@pytest.mark.parametrize(
    "body",
    [
        "x = np.ones((10**5, 10**4)); return 1",
        "x = []\nwhile True: x.append(np.ones(10**6))",
        "x = 'x'\nwhile True: x += x",
        "x = bytearray(10**12)",
    ],
)
@pytest.mark.skipif(not LINUX, reason="address space limit")
def test_memory(worker: Make, body: str) -> None:
    source = "import numpy as np\ndef tanh(z): return z\ndef sigmoid(z):\n"
    source += "".join(f"    {line}\n" for line in body.splitlines())
    made = worker(limits=SHORT, activations=source)
    failure = made.call("sigmoid", (1,), {}, seconds=5).failure
    assert failure is not None
    assert failure.kind == "memory"
    check_still_works(made)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("return np.zeros(10**6)", "flooded"),
        ("return np.broadcast_to(0.0, (10**6, 10**6))", "flooded"),
        ("return 'x' * (5 << 20)", "flooded"),
        ("return [[0]] * 10**6", "bad_type"),
        ("return {str(i): [i] for i in range(10**5 + 1)}", "flooded"),
        ("x = []; x.append(x); return x", "bad_type"),
        ("x = []\nfor _ in range(100): x = [x]\nreturn x", "bad_type"),
        ("x = 0\nfor _ in range(40): x = [x, x]\nreturn x", "bad_type"),
        ("import itertools; return itertools.count()", "bad_type"),
        ("return 1 << 10**6", "bad_type"),
        (
            "class L(list):\n    def __iter__(self):\n        while True: yield 1\nreturn L([1])",
            None,
        ),
    ],
)
def test_results_without_end(attempt: Attempt, body: str, kind: str | None) -> None:
    outcome = attempt(body, limits=SHORT)
    assert (outcome.failure.kind if outcome.failure else None) == kind


def test_large_results_and_arguments_cross(attempt: Attempt) -> None:
    value = attempt("return z, list(range(10**5)), [0.5] * 10**5", np.ones((1000, 4000))).value
    assert value[0].sum() == 4_000_000
    assert value[1] == list(range(10**5))


@pytest.mark.parametrize(
    "body",
    [
        "with open('f', 'wb') as f: f.write(bytes(2 << 20))",
        "f = os.open('f', os.O_WRONLY | os.O_CREAT); os.ftruncate(f, 1 << 40)",
        "x = [open('f', 'w') for _ in range(100)]",
        "import threading\nfor _ in range(2000): threading.Thread(target=time.sleep, args=(9,)).start()",
    ],
)
@pytest.mark.skipif(not LINUX, reason="limits of Linux")
def test_files_and_threads(attempt: Attempt, body: str) -> None:
    failure = attempt(body, limits=SHORT).failure
    assert failure is not None
    assert failure.kind in ("raised", "memory", "blocked")
    assert failure.type_name in ("OSError", "RuntimeError", "MemoryError", "PermissionError")


@pytest.mark.parametrize(
    "body",
    [
        "for i in range(10**6):\n    with open(f'f{i}', 'wb') as f: f.write(bytes(1 << 20))",
        "for i in range(10**7): os.mkdir(f'd{i}')",
    ],
)
def test_the_folder_has_a_size(worker: Make, body: str) -> None:
    source = "import os\ndef tanh(z): return z\ndef sigmoid(z):\n"
    source += "".join(f"    {line}\n" for line in body.splitlines())
    made = worker(limits=Limits(folder_mb=8), activations=source)
    failure = made.call("sigmoid", (1,), {}, seconds=5).failure
    assert failure is not None
    assert (failure.kind, failure.detail) == ("flooded", "files")
    check_still_works(made)


@pytest.mark.parametrize(
    ("body", "kind", "detail"),
    [
        ("import ctypes; ctypes.string_at(0)", "crashed", "SIGSEGV"),
        ("os.abort()", "crashed", None),
        ("os._exit(5)", "exited", "exit code 5"),
        ("import atexit; atexit.register(time.sleep, 60); os._exit(0)", "exited", "exit code 0"),
        ("import sys; sys.setrecursionlimit(10**9)\nf = lambda f: f(f)\nf(f)", None, None),
        ("x = ()\nfor _ in range(10**6): x = (x,)\nrepr(x)", None, None),
        ("os.closerange(0, 100)", None, None),
        ("os.close(3); time.sleep(60)", "protocol", ""),
    ],
)
def test_deaths(worker: Make, body: str, kind: str | None, detail: str | None) -> None:
    source = "import os, time\ndef tanh(z): return z\ndef sigmoid(z):\n"
    source += "".join(f"    {line}\n" for line in body.splitlines())
    made = worker(limits=SHORT, activations=source)
    failure = made.call("sigmoid", (1,), {}, seconds=0.7).failure
    assert failure is not None
    if kind is not None:
        assert failure.kind == kind
    if detail is not None:
        assert failure.detail == detail
    check_still_works(made)


@pytest.mark.slow
def test_served_functions_are_bounded(worker: Make) -> None:
    def slow(epochs: int) -> int:
        while True:
            time.sleep(0.001)

    def large(size: int) -> np.ndarray:
        return np.ones((size, size))

    source = """
        def perceptron_train(*a): pass
        def dense_forward(*a): pass
        def forward(kind):
            from .perceptron import perceptron_train
            if kind: return perceptron_train(10**9)
            try: return dense_forward(10**5)
            except ValueError: return 'refused'
        """
    made = worker(
        limits=Limits(wall_factor=1.0, wall_extra=0.3, callback_mb=100, reply_mb=4),
        serve={"perceptron_train": slow, "dense_forward": large},
        substitute=("perceptron_train", "dense_forward"),
        layers=source,
        perceptron="",
    )
    failure = made.call("forward", (1,), {}, seconds=0.3).failure
    assert failure is not None
    assert failure.kind == "timeout"
    if LINUX:
        assert made.call("forward", (0,), {}, seconds=0.3).value == "refused"
    assert np.ones((100, 100)).sum() == 10_000


def test_served_functions_multiply_floats_of_bounded_size(worker: Make) -> None:
    """A product of whole or half-precision matrices takes minutes that nothing can interrupt."""
    source = """
        import numpy as np
        def dense_forward(*a): pass
        def forward(kind, rows):
            a = np.ones((rows, 500), kind)
            try: return float(dense_forward(a, y=[a.T])[0, 0])
            except ValueError: return 'refused'
        """
    kinds = []

    def multiply(a: np.ndarray, y: list[np.ndarray]) -> np.ndarray:
        kinds.append((a.dtype.char, y[0].dtype.char))
        return a @ y[0]

    made = worker(
        limits=Limits(arguments_mb=1),
        serve={"dense_forward": multiply},
        substitute=("dense_forward",),
        layers=source,
    )
    for kind in ("int8", "float16", "bool", "float32", "float64", "int64"):
        assert made.call("forward", (kind, 20), {}, seconds=5).value == 500
        assert made.call("forward", (kind, 400), {}, seconds=5).value == "refused"
    assert kinds == [(char, char) for char in "dddfdd"]


def test_so_do_functions_that_are_passed(worker: Make, capfd: pytest.CaptureFixture[str]) -> None:
    source = """
        import numpy as np
        def forward(f, rows):
            a = np.full((rows, 500), 1000, 'int64')
            try: return float(f(a)[0, 0])
            except ValueError: return 'refused'
        """
    kinds = []

    def multiply(a: np.ndarray) -> np.ndarray:
        kinds.append(a.dtype.char)
        return np.exp(a @ a.T)

    made = worker(limits=Limits(arguments_mb=1), layers=source)
    assert made.call("forward", (multiply, 20), {}, seconds=5).value == np.inf
    assert made.call("forward", (multiply, 400), {}, seconds=5).value == "refused"
    assert kinds == ["d"]
    assert "overflow" not in capfd.readouterr().err  # nor does a loss that diverges fill the screen


def test_callbacks_without_end_are_timed(attempt: Attempt) -> None:
    failure = attempt("while True: z(1)", lambda x: x, limits=SHORT, seconds=0.3).failure
    assert failure is not None
    assert failure.kind == "timeout"


def test_private_folder_is_fresh_and_removed(attempt: Attempt) -> None:
    outcome = attempt(
        "open('x', 'w').write('y'); return os.getcwd(), os.environ['HOME'], os.listdir()"
    )
    cwd, home, names = outcome.value
    assert cwd == home
    assert sorted(names) == ["neuralnet", "x"]
