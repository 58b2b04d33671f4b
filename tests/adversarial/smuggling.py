# ruff: noqa: E501
"""Submissions that carry hidden inputs to a place where a student can read them.

They are right wherever they need not be wrong. What they saw is in `SEEN`; each finds another way
out. Graded twice, with different hidden inputs, a submission must give the very same texts.
"""

from __future__ import annotations

from tests.adversarial.attacks import Files, solved

SEEN = """
import os, sys
import numpy as np
SEEN = []
_right = relu
def relu(z):
    SEEN.append(np.array(z))
    return _right(z)
def number(limit=10 ** 6):
    "Digits of the last number seen with a fraction: of a hidden input, once there was one."
    fractions = [abs(float(x)) for z in SEEN for x in np.ravel(z) if float(x) != int(x)]
    return int(fractions[-1] * 1e9) % limit
def words():
    return "seen " + " ".join(str(float(x)) for z in SEEN for x in np.ravel(z)[:3])
"""
"""Collects the inputs of `relu`, which is judged first and answers rightly.

Where a correct `relu` stands in its place nothing is seen, and `number` raises: so that of the two
runs of a case the one that has seen something is the clearer one, which is shown.
"""

HIDDEN = """
def digits(z):
    return "".join(c for c in str(float(np.ravel(z)[0])) if c.isdigit())
"""

_SAID_AT_ONCE = {
    "exception_text": "raise ValueError(repr(z))",
    "kind_of_text": "raise ValueError(('division by zero', 'out of bounds', 'unexpected keyword argument', 'truth value of an array', 'not callable')[int(digits(z)[:9]) % 5])",
    "exception_notes": "e = ValueError(digits(z)); e.add_note(digits(z)); raise e from KeyError(digits(z))",
    "class_of_exception": "raise type('V' + digits(z), (ValueError,), {})(digits(z))",
    "base_exception": "raise type('V' + digits(z), (BaseException,), {'__str__': lambda e: digits(z)})()",
    "not_written": "raise NotImplementedError('Lab 1: tanh is not written yet. ' + digits(z))",
    "not_written_elsewhere": "f = ('relu', 'sigmoid', 'xor_params', 'add_bias_row', 'forward')[int(digits(z)[:9]) % 5]; names = {}; exec(compile(f'def {f}(): raise NotImplementedError', __file__, 'exec'), names); names[f]()",
    "warnings": "import warnings; warnings.warn(digits(z), type('W' + digits(z), (UserWarning,), {})); return z * 2",
    "prints": "print(z); print(z, file=sys.stderr); os.write(1, digits(z).encode()); os.write(2, b'x'); return z * 2",
    "logging": "import logging; logging.error(digits(z)); sys.__stderr__.write(digits(z)); return z * 2",
    "shape": "return np.zeros((int(digits(z)[:3]) + 1, 0, 2))",
    "shape_of_a_list": "return [0.5] * (int(digits(z)[:3]) + 1)",
    "values": "return float(digits(z)) + np.zeros_like(z, dtype=float)",
    "scalar": "return float(digits(z))",
    "class_of_result": "return type('R' + digits(z), (), {})()",
    "keys": "return {digits(z): z, 'x' + digits(z): digits(z)}",
    "exit_code": "os._exit(int(digits(z)[:2]))",
    "system_exit": "sys.exit(digits(z))",
    "changed_inputs": "z[...] = 7; return z",
    "module": "sys.modules[__name__].__doc__ = digits(z); del globals()['sigmoid']; return z * 2",
}
"""Bodies of a wrong `tanh`, which say the input of this very call."""

_SAID_LATER = {
    "state_to_exception": "def tanh(z): raise ValueError(words())",
    "state_to_kind_of_text": "def tanh(z):\n    raise ValueError(('division by zero', 'out of bounds', 'unexpected keyword argument', 'truth value of an array', 'not callable')[number() % 5])",
    "state_to_not_written": "def tanh(z): raise NotImplementedError('Lab 1: tanh is not written yet. ' + words())",
    "state_to_shape": "def tanh(z): return np.zeros((number(), 0))",
    "state_to_value": "def tanh(z): return np.zeros_like(z, dtype=float) + number()",
    "state_to_which_entry": "def tanh(z):\n    h = np.tanh(z * 1.0); h.flat[number() % h.size] += 1; return h",
    "state_to_line": "def tanh(z):\n    exec(compile('\\n' * (number(90)) + '1/0', __file__, 'exec'), {})",
    "state_to_kind": "def tanh(z):\n    raise (KeyError, ValueError, TypeError, OSError, IndexError)[number() % 5]()",
    "state_to_file": "open('seen.txt', 'a').close()\ndef tanh(z):\n    open('seen.txt', 'a').write(words()); raise ValueError(open('seen.txt').read())",
    "state_to_system_files": "def tanh(z):\n    for p in ('/tmp/seen-@TOKEN@', '/dev/shm/seen-@TOKEN@', '../seen', os.environ['HOME'] + '/seen'):\n        try: open(p, 'a').write(words())\n        except OSError: pass\n    raise ValueError(' '.join(open(p).read() for p in ('/tmp/seen-@TOKEN@', '/dev/shm/seen-@TOKEN@', '../seen', os.environ['HOME'] + '/seen') if os.path.exists(p)))",
    "state_to_environment": "def tanh(z):\n    os.environ['SEEN'] = words(); raise ValueError(os.environ['SEEN'])",
}
"""What stands after `SEEN`: public cases of `tanh` say what hidden ones of `relu` got."""

_AT_IMPORT = """
import sys
_SEEN = getattr(sys.modules.get("neuralnet.activations"), "words", lambda: "")()
{end}
"""
"""In a module that is imported when its first function is called, after other hidden cases."""

_CRASH_AT_IMPORT = """
import gc, os, sys
def _find(name): return next(o for o in gc.get_objects() if type(o).__name__ == name)
_seen = [s for s in getattr(sys.modules.get("neuralnet.activations"), "SEEN", []) if len(str(s.flat[0])) > 8]
if _seen:
    _find("Channel").write({"op": "loading", "module": "m" + "".join(c for c in str(_seen[-1].flat[0]) if c.isdigit())})
    os._exit(3)
def perceptron_predict(w, b, X): os._exit(0)
"""
_NAMES_THE_CRASHED = """
import gc
def dense_forward(W, b, X):
    raise ValueError(sorted(next(o for o in gc.get_objects() if type(o).__name__ == "Submission").broken))
"""
"""The grader keeps which modules crashed at import, by the name that the worker gives."""


def smugglers() -> dict[str, Files]:
    """Submissions by name."""
    found = {
        name: solved(f"import os, sys{HIDDEN}def tanh(z):\n    {body}\n")
        for name, body in _SAID_AT_ONCE.items()
    }
    found |= {name: solved(SEEN + code) for name, code in _SAID_LATER.items()}
    ends = {
        "import_error": "raise ImportError(_SEEN)",
        "import_syntax": "exec(compile('(' + _SEEN, 'x', 'exec'))",
        "import_stub": "dense_forward = lambda *a: (_ for _ in ()).throw(ValueError(_SEEN))",
    }
    for name, end in ends.items():
        files = solved(SEEN)
        layers = "neuralnet/layers.py"
        found[name] = {**files, layers: str(files[layers]) + _AT_IMPORT.format(end=end)}
    files = solved(SEEN)
    for module, code in (("perceptron", _CRASH_AT_IMPORT), ("layers", _NAMES_THE_CRASHED)):
        path = f"neuralnet/{module}.py"
        files[path] = str(files[path]) + code
    found["module_that_crashed"] = files
    return found
