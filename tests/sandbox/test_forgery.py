"""A submission writes what it likes to the grader: nothing raises, nothing gets mixed up."""

# ruff: noqa: E501 (submissions' lines)

from __future__ import annotations

import os
import random
import socket
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from labkit.sandbox import Code, Limits, Outcome, Worker, protocol
from labkit.sandbox.exchange import Call, Request
from labkit.sandbox.serving import Watchdog

Attempt = Callable[..., Outcome]
Make = Callable[..., Worker]
SHORT = Limits(wall_factor=1.0, wall_extra=0.4, reply_mb=1, load_seconds=0.5)

# What a submission finds when it looks around: the channel with the nonce of this very call.
PREAMBLE = """
import gc, json, os, struct, threading, time
import numpy as np
def channel():
    return next(o for o in gc.get_objects() if type(o).__name__ == "Channel")
def frame(header, body=b"", nonce=None, magic=b"NNL1", size=None):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<4s16sIQ", magic, nonce or channel().nonce, len(text),
                       len(body) if size is None else size) + text + body
def tanh(z): return z
def sigmoid(z):
"""

PROTOCOL = [
    "os.write(3, b'x' * 100); time.sleep(60)",
    "os.write(3, os.urandom(10000)); time.sleep(60)",
    "os.write(3, frame({'op': 'value', 'value': None}, nonce=b'0' * 16)); time.sleep(60)",
    "os.write(3, frame({'op': 'value', 'value': None}, magic=b'NNL2')); time.sleep(60)",
    "os.write(3, frame(b'[' * 100000)); time.sleep(60)",
    "os.write(3, frame(b'[]')); time.sleep(60)",
    "os.write(3, frame(b'{}')); time.sleep(60)",
    "os.write(3, frame({'op': 5})); time.sleep(60)",
    "os.write(3, frame({'op': 'value', 'value': 7})); time.sleep(60)",
    "os.write(3, frame({'op': 'value', 'value': ['a', '|O', [1], 'C']}, bytes(8))); time.sleep(60)",
    "os.write(3, frame({'op': 'value', 'value': ['a', '<f8', [99], 'C']}, bytes(8))); time.sleep(60)",
    "os.write(3, frame({'op': 'value', 'value': None}, bytes(8))); time.sleep(60)",
    "os.write(3, frame({'op': 'value', 'value': ['k', '0']})); time.sleep(60)",
    "os.write(3, frame({'op': 'value', 'value': None, 'changed': 5})); time.sleep(60)",
    "os.write(3, frame({'op': 'value', 'value': None, 'changed': [[0, 99]]})); time.sleep(60)",
    "os.write(3, frame({'op': 'value', 'value': None, 'changed': [[0, 'x']]})); time.sleep(60)",
    "os.write(3, frame({'op': 'value', 'value': None, 'warnings': {}})); time.sleep(60)",
    "os.write(3, frame({'op': 'error', 'kind': 'passed'})); time.sleep(60)",
    "os.write(3, frame({'op': 'error', 'kind': ['raised']})); time.sleep(60)",
    "os.write(3, frame({'op': 'callback', 'name': '0', 'nodes': []})); time.sleep(60)",
    "os.write(3, frame({'op': 'callback', 'name': 'run', 'nodes': [None, None]})); time.sleep(60)",
    "os.write(3, frame({'op': 'callback', 'name': ['x'], 'nodes': [None, None]})); time.sleep(60)",
    "os.write(3, frame({'op': 'callback', 'name': '__init__', 'nodes': [['t', []], ['d', []]]})); time.sleep(60)",
    "os.write(3, frame({'op': 'loading', 'module': 5})); time.sleep(60)",
    "os.write(3, frame({'op': 'loading', 'module': '../x'})); time.sleep(60)",
    "while True: os.write(3, frame({'op': 'loading', 'module': 'x'}))",
]  # fmt: skip


def forger(worker: Make, body: str, limits: Limits = SHORT) -> Worker:
    source = PREAMBLE + "".join(f"    {line}\n" for line in body.splitlines())
    return worker(limits=limits, activations=source)


@pytest.mark.parametrize("body", PROTOCOL)
def test_malformed_answers(worker: Make, body: str) -> None:
    made = forger(worker, body)
    failure = made.call("sigmoid", (1,), {}, seconds=2).failure
    assert failure is not None
    assert failure.kind == "protocol"
    assert made.call("tanh", (6,), {}, seconds=2).value == 6


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("os.write(3, frame({}, size=1 << 60)); time.sleep(60)", "flooded"),
        ("os.write(3, frame({}, size=2 << 20)); time.sleep(60)", "flooded"),
        ("os.write(3, frame({}, size=1000)); time.sleep(60)", "timeout"),
        ("data = frame({'op': 'value', 'value': None})\n"
         "for byte in data:\n    os.write(3, bytes([byte])); time.sleep(0.05)", "timeout"),
        ("while True: os.write(3, frame({'op': 'loading', 'module': 'x'})[:40]); time.sleep(.01)",
         "protocol"),
        ("os.close(3); os._exit(0)", "exited"),
    ],
)  # fmt: skip
def test_answers_without_end(worker: Make, body: str, kind: str) -> None:
    made = forger(worker, body)
    failure = made.call("sigmoid", (1,), {}, seconds=0.5).failure
    assert failure is not None
    assert failure.kind == kind
    assert made.call("tanh", (6,), {}, seconds=2).value == 6


@pytest.mark.parametrize(
    "body",
    [
        # A well-formed answer of its own is an answer: what follows it is found out.
        "os.write(3, frame({'op': 'value', 'value': 'mine'})); return 'second'",
        "os.write(3, frame({'op': 'value', 'value': 'mine'}) + b'more'); time.sleep(60)",
        "os.write(3, frame({'op': 'value', 'value': 'mine'}) * 3); os._exit(0)",
        "def later():\n    time.sleep(0.2); os.write(3, frame({'op': 'value', 'value': 'late'}))\n"
        "threading.Thread(target=later).start(); return 'mine'",
        "os.write(3, frame({'op': 'value', 'value': 'mine'})); time.sleep(60)",
    ],
)
def test_one_answer_is_never_the_next_call_s(worker: Make, body: str) -> None:
    made = forger(worker, body)
    assert made.call("sigmoid", (1,), {}, seconds=2).value == "mine"
    for number in range(3):
        outcome = made.call("tanh", (number,), {}, seconds=2)
        # Busy with its own answer, it may miss one call; never does that call get another's.
        assert outcome.value == number or outcome.failure is not None
    assert made.call("tanh", (6,), {}, seconds=2).value == 6


def test_answers_cannot_be_written_ahead(worker: Make) -> None:
    body = "\n".join(
        [
            "old = channel().nonce",
            "def ahead():",
            "    for _ in range(200): os.write(3, frame({'op': 'value', 'value': 'forged'}, nonce=old))",
            "threading.Thread(target=ahead).start()",
            "return 1",
        ]
    )
    made = forger(worker, body)
    made.call("sigmoid", (1,), {}, seconds=2)
    values = [made.call("tanh", (6,), {}, seconds=2).value for _ in range(3)]
    assert "forged" not in values
    assert values[-1] == 6


def test_forged_reports_show_nothing_of_the_submission_s_choice(worker: Make) -> None:
    body = (
        "h = {'op': 'error', 'kind': 'raised', 'names': ['Leak42', 5, 'ValueError'], 'text': 'a\\x00' * 5000,"
        "'file': '/etc/passwd', 'line': 3, 'function': 'leak', 'warnings': ['Leak42'], 'changed': []}\n"
        "os.write(3, frame(h)); time.sleep(60)"
    )
    outcome = forger(worker, body).call("sigmoid", (1,), {}, seconds=2)
    assert outcome.failure is not None
    assert outcome.failure.type_name == "ValueError"
    assert outcome.failure.where == ""
    assert outcome.failure.detail == ""
    assert len(outcome.failure.text) <= 300
    assert "\x00" not in outcome.failure.text
    assert outcome.warnings == ("Warning",)


def test_import_notes_cannot_be_forged_to_blame_others(worker: Make) -> None:
    source = (
        PREAMBLE
        + "    return 1\nos.write(3, frame({'op': 'loading', 'module': 'layers'}))\nos._exit(0)\n"
    )
    made = worker(limits=SHORT, activations=source, layers="def dense_forward(x): return x")
    failure = made.call("sigmoid", (1,), {}, seconds=2).failure
    assert failure is not None
    assert failure.kind == "import_failed"


def test_a_worker_that_does_not_read_is_not_waited_for(worker: Make) -> None:
    ask = "os.write(3, frame({'op': 'callback', 'name': '0', 'nodes': [['t', []], ['d', []]]}))"
    made = forger(worker, f"{ask}; time.sleep(60)", Limits(wall_factor=1.0, wall_extra=0.3))
    outcome = made.call("sigmoid", (lambda: np.zeros(10**6),), {}, seconds=0.3)
    assert outcome.failure is not None
    assert outcome.failure.kind == "timeout"
    assert made.call("tanh", (6,), {}, seconds=2).value == 6


def test_callbacks_reach_only_what_is_served(worker: Make) -> None:
    called = []
    served = {"relu": lambda z: called.append(z) or z, "tanh": lambda z: called.append("tanh") or z}
    body = """
        channel = next(o for o in gc.get_objects() if type(o).__name__ == "Channel")
        got = [channel.callback("relu", (1,), {})]
        for name in ("tanh", "0", "call", "os.system", ""):
            try: got.append(channel.callback(name, (1,), {}))
            except BaseException as error: got.append(type(error).__name__)
        return got
    """
    source = "import gc\ndef relu(z): pass\ndef sigmoid(z):\n" + "\n".join(
        "    " + line.strip("\n") for line in body.splitlines()
    ).replace("    " * 3, "    ")
    made = worker(limits=SHORT, serve=served, substitute=("relu",), activations=source)
    made.call("sigmoid", (1,), {}, seconds=2)
    assert called == [1]


class FakeWorker:
    """Just enough of a Worker for an exchange with bytes that nobody checked."""

    def __init__(self, channel: socket.socket) -> None:
        import select

        self.channel: socket.socket | None = channel
        channel.setblocking(False)
        self.poller = select.poll()
        self.poller.register(channel, select.POLLIN)
        self.inbox = protocol.Inbox()
        self.sent: list[object] = []
        self.limits = SHORT
        self.measured = False
        self.left = 10.0
        self.code = Code({})
        self.substitute: tuple[str, ...] = ()
        self.watchdog = Watchdog()
        self.suspect = False
        self.generation = 0
        self.zygote = type("Z", (), {"generation": 0, "modules": {"f": "m"}})()

    def clock(self) -> float:
        return 0.0

    def may_have_written(self) -> bool:
        return False

    def folder_fits(self) -> bool:
        return True

    def stop(self, grace: float = 0.0) -> int | None:
        return 0


def mutated(data: bytes, rng: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        action = rng.randrange(4)
        place = rng.randrange(len(changed)) if changed else 0
        if action == 0 and changed:
            changed[place] = rng.randrange(256)
        elif action == 1:
            changed[place:place] = rng.randbytes(rng.randint(1, 8))
        elif action == 2:
            del changed[place : place + rng.randint(1, 8)]
        else:
            changed[place:place] = rng.choice(
                [b"[", b"]", b'"a"', b"-1", b"1e9", b"null", b"{", b","]
            )
    return bytes(changed)


def test_any_answer_becomes_an_outcome() -> None:
    """Thousands of damaged answers: an Outcome each, never an exception."""
    rng = random.Random(7)
    encoder = protocol.Encoder()
    node = encoder.node(
        [np.ones((2, 3)), {"a": 1.5, "b": (None, True, 7)}, np.random.default_rng(1), [0.5] * 9]
    )
    headers = [
        {
            "op": "value",
            "value": node,
            "changed": [[0, 0]],
            "warnings": ["overflow"],
            "threads": False,
        },
        {
            "op": "error",
            "kind": "raised",
            "names": ["ValueError"],
            "text": "x",
            "file": "a",
            "line": 1,
        },
        {"op": "callback", "name": "0", "nodes": [["t", []], ["d", []]]},
    ]
    kinds = set()
    for number in range(1500):
        ours, theirs = socket.socketpair()
        with ours, theirs:
            worker: Any = FakeWorker(ours)
            request = Request("f", "m", (len,), {})
            call = Call(worker, request, args=(len,), kwargs={}, names=())
            real = os.urandom
            try:
                os.urandom = lambda size: b"n" * size  # type: ignore[assignment]
                frame = b"".join(protocol.pack(b"n" * 16, headers[number % 3], encoder.buffers))
                theirs.sendall(mutated(frame, rng))
                theirs.shutdown(socket.SHUT_WR)
                outcome = call.run(0.5)
            finally:
                os.urandom = real
            assert isinstance(outcome, Outcome)
            kinds.add(outcome.failure.kind if outcome.failure else "value")
    assert {"value", "protocol", "raised"} <= kinds
