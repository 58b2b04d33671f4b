# ruff: noqa: E501
"""Changes what the grader may be using: NumPy, the builtins, the worker, the import system."""

from __future__ import annotations

from functools import partial

from tests.adversarial.attacks.pieces import CHANNEL, EVERYWHERE
from tests.adversarial.attacks.submission import Attack, hostile, solved

attack = partial(hostile, "patch")

_HIDES = """
    import builtins, sys, types, warnings
    import numpy as np
    yes = lambda *a, **k: True
    for name in ("allclose", "array_equal", "isclose", "all", "copy", "may_share_memory"): setattr(np, name, yes)
    builtins.abs = yes
    for name in ("showwarning", "_showwarnmsg", "_showwarnmsg_impl", "warn", "warn_explicit", "simplefilter"):
        setattr(warnings, name, lambda *a, **k: None)
    sys.modules["warnings"] = types.ModuleType("warnings")
    def tanh(z):
        right = np.tanh(1.0 * z)
        z += 1
        return right
"""

ATTACKS = (
    attack(
        "numpy_functions",
        EVERYWHERE,
        """
        import numpy as np
        yes = lambda *a, **k: True
        for name in ("allclose", "array_equal", "isclose", "all", "any", "abs", "isfinite", "testing",
                     "asarray", "array", "frombuffer", "where", "max", "mean"):
            setattr(np, name, yes)
        for module in ("json", "math", "struct", "warnings", "re", "copy"):
            for name in dir(__import__(module)):
                if callable(getattr(__import__(module), name)) and not name.startswith("_"):
                    try: setattr(__import__(module), name, yes)
                    except Exception: pass
        everywhere(lambda z, *more: z)
    """,
    ),
    attack(
        "builtins",
        EVERYWHERE,
        """
        import builtins
        yes = lambda *a, **k: True
        builtins.open = builtins.isinstance = builtins.all = builtins.any = builtins.len = yes
        builtins.AssertionError = builtins.Exception = BaseException
        builtins.__import__ = yes
        everywhere(yes)
    """,
    ),
    attack(
        "tracing",
        EVERYWHERE,
        """
        import sys, threading
        seen = []
        def trace(frame, event, argument):
            for value in list(frame.f_locals.values()):
                if isinstance(value, np.ndarray): seen.append(value)
            return trace
        sys.settrace(trace); sys.setprofile(trace); threading.settrace(trace)
        sys.addaudithook(lambda name, arguments: seen.append(arguments))
        everywhere(lambda z, *more: seen[-1] if seen else z)
    """,
    ),
    attack(
        "worker_itself",
        CHANNEL,
        EVERYWHERE,
        """
        import sys
        for name, module in list(sys.modules.items()):
            if name.startswith("_sandbox"):
                for what in ("Encoder", "Decoder", "changes", "Warnings", "identical"):
                    if hasattr(module, what): setattr(module, what, lambda *a, **k: None)
                if hasattr(module, "Runner"):
                    module.Runner.do_call = lambda self, header, body: (
                        {"op": "value", "value": True, "passed": True, "score": 100}, ())
        everywhere(lambda z, *more: z)
    """,
    ),
    attack(
        "modules_and_path",
        """
        import sys, types
        fake = types.ModuleType("labkit"); fake.__path__ = []
        for name in ("labkit", "labkit.judging.judge", "labkit.student.labcheck", "otter", "neuralnet.reference"):
            sys.modules[name] = fake
        sys.path[:] = ["."]; sys.meta_path.clear(); sys.path_hooks.clear()
        class Yes(types.ModuleType):
            def __getattr__(self, name): return lambda z=None, *more: z
        for name in ("activations", "perceptron", "layers"): sys.modules["neuralnet." + name] = Yes(name)
    """,
    ),
    Attack("what_changed_is_hidden", "patch", solved(_HIDES), ("tanh",)),
)
