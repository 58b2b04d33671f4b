"""Ends the process early, at import, in a call, from a thread."""

from __future__ import annotations

from functools import partial

from tests.adversarial.attacks.pieces import EVERYWHERE
from tests.adversarial.attacks.submission import Attack, hostile

attack = partial(hostile, "end")

_ENDS = {
    "os_exit": "os._exit(0)",
    "sys_exit": "sys.exit(0)",
    "abort": "os.abort()",
    "segfault": "import ctypes; ctypes.string_at(0)",
    "keyboard_interrupt": "raise KeyboardInterrupt",
    "generator_exit": "raise GeneratorExit",
    "base_exception": "raise type('Passed', (BaseException,), {})('100 %')",
    "closed_handles": "os.closerange(0, 4096)",
    "no_modules": "sys.modules.clear()",
    "finalizer": "import weakref; weakref.finalize(np, os._exit, 0); del sys.modules['numpy']",
    "closed_frames": "[f.clear() for f in sys._current_frames().values()]",
}


def _endings(name: str, line: str) -> tuple[Attack, Attack]:
    """The same end at import and in a call."""
    return (
        attack(f"{name}_at_import", f"import os, sys\n{line}\n"),
        attack(
            f"{name}_in_call",
            EVERYWHERE,
            f"""
            import os, sys
            def leave(*a, **k):
                {line}
            everywhere(leave)
        """,
        ),
    )


ATTACKS = (
    *(ending for name, line in _ENDS.items() for ending in _endings(name, line)),
    attack(
        "at_exit_and_thread",
        EVERYWHERE,
        """
        import atexit, os, threading, time
        atexit.register(os._exit, 0)
        threading.Thread(target=lambda: (time.sleep(0.05), os._exit(0)), daemon=True).start()
        everywhere(lambda z, *more: time.sleep(0.1) or z)
    """,
    ),
)
