# ruff: noqa: E501
"""Writes messages of the sandbox itself: replies, verdicts, noise on every handle."""

from __future__ import annotations

from functools import partial
from typing import Any

from tests.adversarial.attacks.pieces import CHANNEL, EVERYWHERE
from tests.adversarial.attacks.submission import Attack, hostile

attack = partial(hostile, "forge")

_IMPOSSIBLE: dict[str, list[Any]] = {
    "shape": ["a", "<f8", [1 << 47, 0, 1 << 47], "C"],
    "generator": [
        "g",
        "MT19937",
        [
            "d",
            [
                ["bit_generator", "MT19937"],
                ["state", ["d", [["key", ["a", "<u4", [624], "C"]], ["pos", ["i", "0xf4240"]]]]],
            ],
        ],
    ],
}


def _impossible(name: str, node: list[Any]) -> tuple[Attack, Attack]:
    """A header that no value has, as a reply and as the argument of a callback."""
    body = "bytes(2496)" if name == "generator" else "b''"
    return (
        attack(
            f"impossible_{name}",
            CHANNEL,
            EVERYWHERE,
            f"""
            def shout(z, *more):
                os.write(3, frame({{"op": "value", "value": {node!r}}}, {body}))
                time.sleep(60)
            everywhere(shout)
        """,
        ),
        attack(
            f"impossible_{name}_in_callback",
            CHANNEL,
            f"""
            def tanh(z):
                os.write(3, frame({{"op": "callback", "name": "sigmoid",
                    "nodes": [["t", [{node!r}]], ["d", []]]}}, {body}))
                time.sleep(60)
        """,
        ),
    )


ATTACKS = (
    attack(
        "every_handle",
        CHANNEL,
        EVERYWHERE,
        """
        def shout(z=None, *more):
            for handle in range(256):
                for text in (b'{"op": "value", "value": true}', b'{"passed": true, "score": 100}'):
                    try: os.write(handle, frame(text)); os.write(handle, text + b"\\n")
                    except OSError: pass
            return z
        shout(); everywhere(shout)
    """,
    ),
    attack(
        "without_the_nonce",
        CHANNEL,
        EVERYWHERE,
        """
        def shout(z, *more):
            for _ in range(50): os.write(3, frame({"op": "value", "value": ["f", "0x1p-1"]}, nonce=bytes(16)))
            return z
        everywhere(shout)
    """,
    ),
    attack(
        "replies_ahead",
        CHANNEL,
        EVERYWHERE,
        """
        import threading
        def ahead(nonce):
            for _ in range(200): os.write(3, frame({"op": "value", "value": ["f", "0x1p-1"]}, nonce=nonce))
        def shout(z, *more):
            threading.Thread(target=ahead, args=(channel().nonce,), daemon=True).start()
            return z
        everywhere(shout)
    """,
    ),
    attack(
        "two_replies",
        CHANNEL,
        EVERYWHERE,
        """
        def shout(z, *more):
            os.write(3, frame({"op": "value", "value": None}) * 3)
            return z
        everywhere(shout)
    """,
    ),
    attack(
        "verdicts",
        CHANNEL,
        EVERYWHERE,
        """
        def shout(z, *more):
            for header in ({"op": "passed"}, {"op": "value", "value": True, "passed": True},
                           {"op": "error", "kind": "passed"}, {"op": "done"}, {"op": "result"}):
                os.write(3, frame(header))
        everywhere(shout)
    """,
    ),
    *(forged for name, node in _IMPOSSIBLE.items() for forged in _impossible(name, node)),
    attack(
        "notes_without_end",
        CHANNEL,
        EVERYWHERE,
        """
        def shout(z, *more):
            while True: os.write(3, frame({"op": "loading", "module": "layers"}))
        everywhere(shout)
    """,
    ),
    attack("noise", "import os\nfor _ in range(100): os.write(3, os.urandom(65536))\n"),
)
