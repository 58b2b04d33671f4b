# ruff: noqa: E501
"""Text for whoever reads the results: markup, escapes, formulas."""

from __future__ import annotations

from functools import partial

from tests.adversarial.attacks.pieces import EVERYWHERE
from tests.adversarial.attacks.submission import hostile

attack = partial(hostile, "show")


ATTACKS = (
    attack(
        "markup_in_messages",
        EVERYWHERE,
        r"""
        def shout(z, *more):
            raise ValueError("<script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}]]>&#60;b&#62;"
                             "\x1b[2J\x1b]0;x\x07\u202e\ud800=HYPERLINK(1)\r\nScore: 100\n✓ sigmoid" + "A" * 100000)
        everywhere(shout)
    """,
    ),
    attack(
        "markup_in_names",
        EVERYWHERE,
        r"""
        Evil = type("<script>alert(1)</script>", (ValueError,), {"__module__": "builtins"})
        Evil.__qualname__ = "ValueError"
        def shout(z, *more): raise Evil("Passed: 100 of 100")
        everywhere(shout)
    """,
    ),
)
