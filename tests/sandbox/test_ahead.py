"""Calls that go out together cost what each costs alone, whatever becomes of one of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from labkit.sandbox import Limits, Outcome, Worker
from labkit.sandbox.exchange import Exchange

Make = Callable[..., Worker]

BODY = """
    import os, sys, threading, time
    import numpy as np
    def sigmoid(z):
        {}
        return z * 10
"""


def ask(worker: Worker, numbers: list[Any], asked: list[int] | None = None) -> list[Outcome]:
    """What the calls `asked` of those on `numbers` give, which go out together."""
    requests = [worker.request("sigmoid", (number,)) for number in numbers]
    return [
        worker.call(
            "sigmoid",
            (numbers[index],),
            seconds=0.5,
            names=("z",),
            request=requests[index],
            then=requests[index + 1 :],
        )
        for index in (range(len(numbers)) if asked is None else asked)
    ]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many times something was sent to a worker, as the length of the list."""
    times: list[int] = []
    write = Exchange.write

    def noted(self: Exchange, pieces: Any) -> None:
        times.append(1)
        write(self, pieces)

    monkeypatch.setattr(Exchange, "write", noted)
    return times


def test_they_go_out_together(worker: Make, sent: list[int], forks: list[int]) -> None:
    made = worker(activations=BODY.format("pass"))
    assert [one.value for one in ask(made, [1, 2, 3, 4])] == [10, 20, 30, 40]
    assert len(sent) == 3  # the files, the module, the calls
    assert len(forks) == 1


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("if z == 2: os._exit(3)", "exited"),
        ("if z == 2: os.abort()", "crashed"),
        ("while z == 2: pass", "timeout"),
        ("if z == 2: raise ValueError", "raised"),
        ("if z == 2: raise SystemExit", "exited"),
        ("if z == 2: return lambda: 0", "bad_type"),
        ("if z == 2: return np.zeros(2 * 10**7)", "flooded"),
        ("if z == 2: os.write(3, b'x' * 100)", "protocol"),
        ("if z == 2: os.close(3)", "exited"),
    ],
)
def test_a_failure_costs_the_call_that_fails(worker: Make, body: str, kind: str) -> None:
    made = worker(activations=BODY.format(body))
    before, failed, *after = ask(made, [1, 2, 3, 4])
    assert before.value == 10
    assert failed.failure is not None and failed.failure.kind == kind
    assert [one.value for one in after] == [30, 40]


@pytest.mark.parametrize(
    "body",
    ["pass", "if z in (2, 3): os._exit(3)", "while z == 2: pass", "if z == 2: time.sleep(60)"],
)
def test_a_call_that_is_not_asked_for_costs_nothing(worker: Make, body: str) -> None:
    made = worker(activations=BODY.format(body))
    first, last = ask(made, [1, 2, 3, 4], asked=[0, 3])
    assert (first.value, last.value) == (10, 40)
    assert last.seconds < 0.4


def test_another_call_than_those_that_went_out(worker: Make) -> None:
    made = worker(activations=BODY.format("pass"))
    ask(made, [1, 2, 3], asked=[0])
    assert made.call("sigmoid", (7,), seconds=1).value == 70
    assert [one.value for one in ask(made, [4, 5])] == [40, 50]


def test_what_a_call_leaves_running_does_not_reach_the_next(worker: Make, forks: list[int]) -> None:
    start = "threading.Thread(target=time.sleep, args=(60,), daemon=True).start()"
    made = worker(activations=BODY.format(f"if z == 2: {start}"))
    assert [one.value for one in ask(made, [1, 2, 3])] == [10, 20, 30]
    assert len(forks) == 2


def test_each_call_has_its_own_changes_and_warnings(worker: Make) -> None:
    made = worker(activations=BODY.format("if z[0] > 1: z /= np.zeros(1)"))
    one, two, three = ask(made, [np.array([number]) for number in (1.0, 2.0, 0.0)])
    assert (one.changed, two.changed, three.changed) == ((), ("z",), ())
    assert (one.warnings, two.warnings, three.warnings) == ((), ("divide",), ())


def test_answers_larger_than_a_pipe_do_not_block(worker: Make) -> None:
    made = worker(activations=BODY.format("return np.full(10**6, z)"))
    found = ask(made, list(range(12)))
    assert [float(one.value[-1]) for one in found] == list(range(12))


def test_what_does_not_fit_goes_out_later(worker: Make, sent: list[int]) -> None:
    made = worker(activations=BODY.format("return z.sum()"))
    found = ask(made, [np.full(5000, number) for number in range(20)])
    assert [int(one.value) for one in found] == [5000 * number for number in range(20)]
    assert 4 < len(sent) < 22


def test_a_call_with_a_function_goes_alone(worker: Make) -> None:
    made = worker(backprop="def numerical_gradient(f, theta): return f(theta)")
    requests = [made.request("numerical_gradient", (abs, -n)) for n in range(3)]
    for n, request in enumerate(requests):
        found = made.call(
            "numerical_gradient", (abs, -n), seconds=1, request=request, then=requests[n + 1 :]
        )
        assert found.value == n
        assert not made.sent


def test_many_short_calls_cannot_fill_the_folder(worker: Make) -> None:
    body = "open(f'{z}', 'wb').write(bytes(1 << 19))"
    made = worker(limits=Limits(folder_mb=8), activations=BODY.format(body))
    found = ask(made, list(range(60)))
    failures = [one.failure for one in found if one.failure is not None]
    assert {(failure.kind, failure.detail) for failure in failures} == {("flooded", "files")}
    # 16 calls fill it. What ran ahead of one that fails runs again, and how much that was is a
    # matter of the machine's load: at worst the folder is full again after eight of them.
    assert 1 <= len(failures) <= 8
