"""The same promises where the grader is an ordinary user: the tests again, as one."""

# ruff: noqa: E501 (submissions' lines)

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import labkit
from labkit.building.build import built
from labkit.lab.course import find
from tests.conftest import missing
from tests.processes import ROOT

ROOT_OF_TESTS = Path(__file__).parents[2]


def python_for_all() -> str | None:
    """A Python of this version that any user can start."""
    names = [sys.executable, f"/usr/bin/python3.{sys.version_info[1]}"]
    names += [f"/usr/local/bin/python3.{sys.version_info[1]}"]
    for name in names:
        command = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", name]
        ended = subprocess.run(
            [*command, "-c", "import ctypes, sqlite3"], capture_output=True, check=False
        )
        if ended.returncode == 0 and usable(name):
            return name
    return None


def usable(name: str) -> bool:
    """Whether an ordinary user reaches the program itself (setpriv starts it while still root)."""
    from labkit.sandbox.restrict import open_to_others

    return open_to_others(name) and open_to_others(str(Path(name).resolve()))


SLOW, EXHAUSTIVE = pytest.mark.slow, pytest.mark.exhaustive


@pytest.mark.skipif(not ROOT, reason="runs already as an ordinary user")
@pytest.mark.parametrize(
    ("chosen", "least"),
    [
        pytest.param(["sandbox/test_confinement.py"], 25, id="confinement", marks=SLOW),
        pytest.param(["sandbox"], 300, id="workers", marks=SLOW),
        pytest.param(["adversarial/test_abuse.py"], 10, id="abuse", marks=EXHAUSTIVE),
        pytest.param(
            [f"adversarial/test_{name}.py" for name in ("judges", "odd", "smuggling")],
            *(50,),
            id="attacks",
            marks=EXHAUSTIVE,
        ),
        pytest.param(["adversarial/test_otter.py"], 10, id="otter", marks=EXHAUSTIVE),
    ],
)
def test_promises_hold_for_an_ordinary_user(chosen: list[str], least: int) -> None:
    """What whole classes of attacks earn then is asked in `tests/adversarial/test_corpus.py`."""
    python = python_for_all() if shutil.which("setpriv") else None
    if python is None:
        missing("no setpriv, or no Python that another user can start")
    built(find("lab1"))  # which lies in this tree, where others only read
    home = Path(subprocess.check_output(["mktemp", "-d"], text=True).strip())
    try:
        os.chown(home, 65534, 65534)
        packages = {str(Path(labkit.__file__).parents[1])}
        packages |= {entry for entry in sys.path if entry.endswith("-packages")}
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "TMPDIR": str(home),
            "PYTHONPATH": os.pathsep.join(packages),
            "PYTHONDONTWRITEBYTECODE": "1",
            "OPENBLAS_NUM_THREADS": "1",
        }
        paths = [f"tests/{path}" for path in chosen]
        ended = subprocess.run(
            ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", python, "-m", "pytest",
             "-q", "-p", "no:cacheprovider", "-rs", "--slow", f"--basetemp={home}/t", *paths],
            cwd=ROOT_OF_TESTS, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert ended.returncode == 0, ended.stdout[-6000:] + ended.stderr[-2000:]
        assert ended.stdout.count(".") > least
    finally:
        shutil.rmtree(home, ignore_errors=True)
