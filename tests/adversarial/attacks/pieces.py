# ruff: noqa: E501
"""Pieces of code that attacks have in common."""

from __future__ import annotations

from tests.adversarial.attacks.submission import ACTIVATIONS

EVERYWHERE = f"""
def everywhere(function):
    for name in {ACTIVATIONS!r}:
        globals()[name] = function
"""
"""Puts one function in the place of all of a module's."""

USE = """
import os, sys
import numpy as np
def use(text):
    space = {"__name__": "stolen", "np": np}
    try:
        exec(compile(text.replace("from .", "from neuralnet."), "stolen", "exec"), space)
    except Exception:
        return
    for name, value in space.items():
        if name in globals() and callable(value) and "NotImplementedError" not in text:
            globals()[name] = value
def read(path, **how):
    try:
        with open(os.open(path, os.O_RDONLY, **how), "rb") as file:
            return file.read(1 << 20).decode("utf-8", "replace")
    except Exception:
        return ""
"""
"""Runs stolen source in the place of the stubs."""

MARK = """
import os
def mark(text="here"):
    try:
        open("@MARK@/" + str(os.getpid()) + "-" + text, "w").close()
    except Exception:
        pass
"""

CHANNEL = """
import gc, json, os, struct, time
import numpy as np
def channel():
    return next(o for o in gc.get_objects() if type(o).__name__ == "Channel")
def frame(header, body=b"", nonce=None):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<4s16sIQ", b"NNL1", nonce or channel().nonce, len(text), len(body)) + text + body
"""
"""What code finds when it looks around in its own process."""

BOMB = """
import os, pickle
class Bomb:
    def __reduce__(self):
        return os.system, ("touch @MARK@/unpickled",)
"""
