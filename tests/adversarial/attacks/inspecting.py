# ruff: noqa: E501
"""Looks for what is expected: in frames, in memory, by asking the reference."""

from __future__ import annotations

from functools import partial

from tests.adversarial.attacks.pieces import CHANNEL, EVERYWHERE
from tests.adversarial.attacks.submission import ALL, hostile

attack = partial(hostile, "inspect")


ATTACKS = (
    attack(
        "frames",
        EVERYWHERE,
        """
        import sys
        def search(z, *more):
            frame = sys._getframe()
            while frame is not None:
                for name, value in list(frame.f_locals.items()) + list(frame.f_globals.items()):
                    if isinstance(value, np.ndarray) and value is not z and value.shape == np.shape(z):
                        return value
                    if "expected" in name or "wanted" in name: return value
                frame = frame.f_back
        everywhere(search)
    """,
    ),
    attack(
        "garbage_collector",
        EVERYWHERE,
        """
        import gc
        def search(z, *more):
            gc.unfreeze()
            for value in gc.get_objects():
                if isinstance(value, dict):
                    for key in ("expected", "wanted", "answer", "value"):
                        if isinstance(value.get(key), np.ndarray): return value[key]
            for value in gc.get_objects():
                for part in gc.get_referents(value):
                    if type(part) is np.ndarray and part is not z and part.shape == np.shape(z):
                        return part
        everywhere(search)
    """,
    ),
    attack(
        "asks_for_the_reference",
        CHANNEL,
        EVERYWHERE,
        f"""
        def ask(z, *more):
            for name in ("0", "1", "reference", "expected", "", *{ALL!r}):
                try: return channel().callback(name, (z,), {{}})
                except Exception: pass
        everywhere(ask)
    """,
    ),
    attack(
        "later_function_by_name",
        CHANNEL,
        """
        def tanh(z): return channel().callback("tanh", (z,), {})
        def relu(z): return channel().callback("forward", ([(np.eye(len(z)), 0)] * 2, z, "relu"), {})[1]
    """,
    ),
    attack(
        "memory_through_ctypes",
        EVERYWHERE,
        """
        import ctypes
        def scan(z, *more):
            base = np.asarray(z).ctypes.data
            for step in range(8, 1 << 22, 8):
                raw = ctypes.string_at(base + step, np.asarray(z).nbytes)
                found = np.frombuffer(raw, dtype=float)
                if np.all(np.isfinite(found)) and np.all(np.abs(found) <= 1) and found.any():
                    return found.reshape(np.shape(z))
        everywhere(scan)
    """,
    ),
    attack(
        "keeps_what_is_served",
        """
        import ast
        from . import activations as me
        def keep(name, z):
            try:
                answer = getattr(me, name)(z)
                if answer is not None: open("kept", "a").write(repr((z.tolist(), answer.tolist())) + "\\n")
            except Exception: pass
        def kept(z):
            try: lines = open("kept").read().splitlines()
            except OSError: lines = []
            for given, answer in map(ast.literal_eval, lines):
                if given == z.tolist(): return np.array(answer)
        def sigmoid(z): return kept(z)
        def tanh(z):
            keep("sigmoid", z)
            return kept(z)
        def relu(z):
            for name in ("sigmoid", "tanh"): keep(name, z)
            return kept(z)
    """,
    ),
)
