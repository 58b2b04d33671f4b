"""Code that takes what it can get: each case fails alone, with the limit that it met in words."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from labkit.judging.grader import Grader
from labkit.judging.result import GRADED
from tests.adversarial.arena import quick_bundle
from tests.adversarial.attacks import solved
from tests.packing import encoded
from tests.processes import LINUX, children, descendants

pytestmark = pytest.mark.skipif(not LINUX, reason="limits of Linux")

TIME, WAITED = "used up the processor time", "waited for longer"
MEMORY, MORE = "asked for more memory", "wrote more data than the limit"
FILES, NOT_ALLOWED = "wrote more data to files", "not allowed while grading"
CRASHED, ENDED, ERROR = "crashed the Python process", "ended the Python process", "with an error"
NOT_NUMBERS = "not made of numbers and arrays"

QUICK = {
    "endless_loop": ("while True: pass", TIME),
    "endless_sleep": ("time.sleep(600)", WAITED),
    "recursion": ("return tanh(tanh(z))", "(RecursionError)"),
    "memory_at_once": ("return bytearray(10 ** 11)", MEMORY),
    "memory_bit_by_bit": ("x = []\nwhile True: x.append(bytearray(1 << 22))", f"{MEMORY}|{TIME}"),
    "fork_bomb": ("while True: os.fork()", NOT_ALLOWED),
    "huge_result": ("return np.zeros(3 * 10 ** 7)", MORE),
    "result_without_end": ("import itertools\nreturn itertools.count()", NOT_NUMBERS),
    "end_of_input": ("return input()", "(EOFError)"),
    "segmentation_fault": ("import ctypes\nctypes.string_at(0)", CRASHED),
    "exit": ("os._exit(0)", ENDED),
    "large_files": (
        "for n in range(12): open(f'f{n}', 'wb').write(bytes(12 << 20))\ntime.sleep(60)",
        FILES,
    ),
}
SLOW = {
    "loop_that_swallows": (
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass", TIME),
    "signals_ignored": (
        "for n in range(1, 65):\n    try: signal.signal(n, signal.SIG_IGN)\n"
        "    except OSError: pass\n"
        "while True: pass", TIME),
    "endless_pattern": ("import re\nre.match(r'(a+)+$', 'a' * 60 + 'b')", TIME),
    "endless_product": ("return 9 ** (9 ** 9)", TIME),
    "endless_numpy": ("a = np.ones((1500, 1500))\nwhile True: a = a @ a * 1e-9", TIME),
    "endless_lock": ("import threading\nl = threading.Lock()\nl.acquire(); l.acquire()", WAITED),
    "reads_the_grader_s_line": ("os.read(3, 1)", WAITED),
    "waits_for_itself": ("r, w = os.pipe()\nos.read(r, 1)", WAITED),
    "deep_recursion": (
        "sys.setrecursionlimit(10 ** 9)\nx = []\nfor _ in range(10 ** 6): x = [x]\nrepr(x)",
        f"{CRASHED}|{TIME}"),
    "thread_bomb": (
        "import threading\nwhile True: threading.Thread(target=time.sleep, args=(60,)).start()",
        ERROR),
    "one_large_file": ("open('x', 'wb').write(bytes(1 << 25))", ERROR),
    "many_files": ("for n in range(10 ** 6): open(f'f{n}', 'w').close()", f"{FILES}|{TIME}"),
    "unlinked_files": (
        "keep = []\nwhile True:\n    f = open('x', 'wb'); os.unlink('x'); f.write(bytes(1 << 20))\n"
        "    keep.append(f)", ERROR),
    "output_flood": ("while True: print('x' * 10 ** 6)", TIME),
    "warning_flood": (
        "import warnings\nwhile True: warnings.warn(str(time.time()) * 1000)", TIME),
    "list_of_lists": ("return [[0.5]] * 300_000", NOT_NUMBERS),
    "huge_text": ("return 'x' * (2 * 10 ** 8)", MORE),
    "slow_conversion": (
        "class S(np.ndarray):\n    def __array_finalize__(self, other):\n        while True: pass\n"
        "return np.zeros(3).view(S)", TIME),
    "endless_finalizer": (
        "class S:\n    def __del__(self):\n        while True: pass\nS()\nreturn z", TIME),
    "killed_by_alarm": (
        "signal.setitimer(signal.ITIMER_REAL, 0.05)\nwhile True: pass", "out of time"),
    "aborted": ("os.abort()", CRASHED),
}  # fmt: skip
"""Body of `tanh`, and words that its message must hold; where two limits are close, of either."""


@pytest.fixture(scope="module")
def grader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Grader]:
    """A grader with little patience."""
    with Grader(quick_bundle(tmp_path_factory.mktemp("lab"), seconds=0.5)) as started:
        yield started


def _graded(grader: Grader, files: dict[str, str | bytes]) -> dict[str, tuple[float, str]]:
    """Points and the first message of each question; nothing of it may go on."""
    result = grader.grade(encoded(files), "submission")
    assert result.status == GRADED
    assert descendants(grader.zygote.pid) == set()
    return {
        question.name: (question.score, question.cases[0].message) for question in result.questions
    }


@pytest.mark.parametrize(
    ("body", "words"),
    [
        *(pytest.param(*row, id=name) for name, row in QUICK.items()),
        *(pytest.param(*row, id=name, marks=pytest.mark.exhaustive) for name, row in SLOW.items()),
    ],
)
def test_abuse_costs_its_question_alone(grader: Grader, body: str, words: str) -> None:
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    code = f"import os, signal, sys, time\ndef tanh(z):\n{lines}"
    found = _graded(grader, solved(code))
    assert any(choice in found["tanh"][1] for choice in words.split("|"))
    assert found["tanh"][0] == 0
    assert found["sigmoid"][0] == 40
    assert found["dense_forward"][0] == 30


@pytest.mark.parametrize(
    ("line", "words"),
    [
        pytest.param("while True: pass", TIME, marks=pytest.mark.exhaustive, id="endless"),
        pytest.param(
            "import time; time.sleep(600)", WAITED, marks=pytest.mark.exhaustive, id="asleep"
        ),
        pytest.param("import os; os.abort()", "cannot be imported", id="aborted"),
        pytest.param("x = bytearray(10 ** 11)", "(MemoryError)", id="memory"),
    ],
)
def test_abuse_at_import_costs_its_module_alone(grader: Grader, line: str, words: str) -> None:
    found = _graded(grader, solved(line, "layers"))
    assert words in found["dense_forward"][1]
    assert {name: points for name, (points, _) in found.items()} == {
        "sigmoid": 40,
        "tanh": 30,
        "dense_forward": 0,
    }


def test_the_grader_has_no_defunct_children(grader: Grader) -> None:
    """Workers that ended by themselves are collected."""
    _graded(grader, solved("import os\ndef tanh(z): os._exit(3)\n"))
    before = children(os.getpid())
    _graded(grader, solved("import os\ndef tanh(z): os.abort()\n"))
    assert children(os.getpid()) == before
    assert children(grader.zygote.pid) == set()
