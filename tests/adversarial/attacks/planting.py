"""Files beside the code that something may read or import: results, tests, modules, notebooks."""

from __future__ import annotations

import json
from functools import partial

from tests.adversarial.attacks.pieces import EVERYWHERE
from tests.adversarial.attacks.submission import ALL, NOTEBOOK, hostile

attack = partial(hostile, "plant")

_TRAP = 'open("@MARK@/imported-" + __name__.replace("/", "_"), "w").close()\n'
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

_OTTER_LOG = b"cos\nsystem\n(S'touch @MARK@/unpickled'\ntR.\n" * 2
"""Two pickles as Otter's own log has them, which touch a file when they are loaded (they are of
protocol 0, so that they are text)."""

_RESULTS = json.dumps(
    {"score": 100, "tests": [{"name": n, "score": 100, "max_score": 100} for n in ALL]}
)

_GRADES = f"submission,{','.join(ALL)},total,percent\nx,{','.join('100' for _ in ALL)},100,100\n"

_SHADOWS = (
    "numpy json sitecustomize usercustomize labkit otter neuralnet dill nbformat pandas yaml "
    "jinja2 conftest check labcheck labdata nbclient pickle zipfile _sandbox"
).split()

_CELLS = [
    {"cell_type": "code", "source": source, "metadata": {}, "outputs": [], "execution_count": 1}
    for source in (
        _TRAP,
        "!touch @MARK@/shell",
        "import otter; otter.Notebook.check = None",
        "from labkit import otter_plugin; otter_plugin.Session = None",
    )
]

_KERNEL = {"name": "evil", "display_name": "x", "language": "python"}

_PASSING = {"cases": [{"code": ">>> True\nTrue", "hidden": False, "locked": False}]}

_OWN_TESTS = {
    name: {
        "name": name,
        "points": 100,
        "suites": [{**_PASSING, "scored": True, "type": "doctest"}],
    }
    for name in ALL
}

ATTACKS = (
    attack(
        "results",
        beside={
            "results.json": _RESULTS,
            "results/results.json": _RESULTS,
            "results.pkl": _OTTER_LOG,
            "results/results.pkl": _OTTER_LOG,
            "grades.csv": _GRADES,
            ".OTTER_LOG": _OTTER_LOG,
            "otter_config.json": '{"points_possible": 1, "show_hidden": true, "plugins": []}',
            "submission_metadata.json": '{"id": 1, "score": 100}',
            "marks.csv": _GRADES,
            "neuralnet/results.json": _RESULTS,
            "neuralnet/.OTTER_LOG": _OTTER_LOG,
        },
    ),
    attack("otter_log", beside={".OTTER_LOG": _OTTER_LOG}),
    attack(
        "tests",
        beside={
            **{
                f"{folder}/{name}.py": _FAKE_TEST.format(name=name)
                for name in ALL
                for folder in (
                    "tests",
                    "labs/lab1_forward/tests",
                    "source/tests",
                    "neuralnet/tests",
                )
            },
            "labs/lab1_forward/lab.toml": "[questions]\nsigmoid = 100\n",
            "lab.toml": "[questions]\nsigmoid = 100\n[limits]\ncall_seconds = 9999\n",
            "conftest.py": _TRAP,
            "tests/conftest.py": _TRAP,
        },
    ),
    attack(
        "modules",
        beside={
            **{f"{name}.py": _TRAP for name in _SHADOWS},
            **{
                f"{name}/__init__.py": _TRAP
                for name in ("labkit", "otter", "ipykernel", "traitlets", "numpy")
            },
            "labkit/judging/otter_plugin.py": _TRAP,
            "evil.pth": "import os; os.system('touch @MARK@/pth')\n",
            "setup.py": _TRAP,
            "pyproject.toml": "[build-system]\nrequires = []\n",
        },
        otter=False,
    ),
    attack(
        "modules_in_the_package",
        beside={
            f"neuralnet/{name}.py": "raise SystemExit\n"
            for name in ("numpy", "json", "os", "__main__", "sys")
        },
    ),
    attack(
        "compiled_modules",
        beside={
            "neuralnet/__pycache__/activations.cpython-311.pyc": b"\xa7\r\r\n"
            + bytes(12)
            + b"junk",
            "neuralnet/activations.pyc": b"\xa7\r\r\n" + bytes(12),
            "neuralnet/layers.so": b"\x7fELF",
            "neuralnet/activations.cpython-311-x86_64-linux-gnu.so": b"\x7fELF",
        },
    ),
    attack(
        "jupyter",
        beside={
            **{
                f"{folder}jupyter_{name}config.{ending}": _TRAP if ending == "py" else '{"x": 1}'
                for folder in ("", ".jupyter/")
                for name in ("", "nbconvert_", "notebook_", "server_", "client_")
                for ending in ("py", "json")
            },
            "ipython_config.py": _TRAP,
            "ipython_kernel_config.py": _TRAP,
            "profile_default/startup/00.py": _TRAP,
            ".ipython/profile_default/startup/00.py": _TRAP,
            "kernels/python3/kernel.json": json.dumps(
                {"argv": ["touch", "@MARK@/kernel"], "display_name": "x"}
            ),
            ".local/share/jupyter/kernels/python3/kernel.json": json.dumps(
                {"argv": ["touch", "@MARK@/kernel"], "display_name": "x", "language": "python"}
            ),
            "matplotlibrc": "backend: evil\n",
            ".env": "PYTHONPATH=.\n",
            ".netrc": "x",
        },
    ),
    attack(
        "notebook_cells",
        beside={
            NOTEBOOK: json.dumps(
                {
                    "cells": _CELLS,
                    "nbformat": 4,
                    "nbformat_minor": 5,
                    "metadata": {
                        "kernelspec": _KERNEL,
                        "otter": {"tests": _OWN_TESTS, "OK_FORMAT": True},
                    },
                }
            )
        },
    ),
    # Stock Otter ends on this one before it has loaded any plugin.
    attack(
        "odd_metadata",
        beside={
            NOTEBOOK: json.dumps(
                {
                    "cells": _CELLS,
                    "nbformat": 4,
                    "nbformat_minor": 5,
                    "metadata": {
                        "kernelspec": _KERNEL,
                        "otter": {"tests": list(ALL), "OK_FORMAT": True},
                    },
                }
            )
        },
        otter=False,
    ),
    attack(
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
    ),
)
