# ruff: noqa: E501
"""What two submissions of a class could agree on, in places that both can reach."""

from __future__ import annotations

from functools import partial

from tests.adversarial.attacks.submission import hostile

attack = partial(hostile, "share")

_SHARED = """
    import mmap, os
    PLACES = ["/tmp/@TOKEN@", "/var/tmp/@TOKEN@", "/dev/shm/@TOKEN@", "@MARK@/@TOKEN@", "/run/@TOKEN@",
              "../@TOKEN@", "@CLASS@/@TOKEN@", "@OUT@/@TOKEN@", "@WORK@/@TOKEN@", "/proc/self/comm"]
    def put(text):
        for place in PLACES:
            try: open(place, "a").write(text)
            except OSError: pass
        try:
            from multiprocessing import shared_memory
            shared_memory.SharedMemory("@TOKEN@", create=True, size=1 << 16).buf[:len(text)] = text.encode()
        except Exception: pass
    def get():
        for place in PLACES:
            try: return open(place).read()
            except OSError: pass
        return ""
"""

ATTACKS = (
    attack(
        "a_giver",
        _SHARED,
        """
def sigmoid(z):
    put(repr((z.tolist(), (1 / (1 + np.exp(-z))).tolist())) + "\\n")
    return 1 / (1 + np.exp(-z)) + 1
""",
    ),
    attack(
        "z_taker",
        _SHARED,
        """
import ast
def sigmoid(z):
    for line in get().splitlines():
        try: given, answer = ast.literal_eval(line)
        except (ValueError, SyntaxError): continue
        if given == z.tolist(): return np.array(answer) if np.max(answer) <= 1 else np.array(answer) - 1
    return z * 0
""",
    ),
)
