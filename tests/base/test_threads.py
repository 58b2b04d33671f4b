"""Matrix products take one thread, in this process and in those that it starts."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from labkit.base.threads import ONE_THREAD, one_thread
from labkit.student.labcheck import threads


def test_students_and_the_grader_set_the_same() -> None:
    assert set(threads.NAMES) == set(ONE_THREAD)


def test_a_choice_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ONE_THREAD:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    one_thread()
    assert {name: os.environ[name] for name in ONE_THREAD} == {**ONE_THREAD, "OMP_NUM_THREADS": "2"}


def test_a_command_sets_it_before_numpy_is_loaded(tmp_path: Path) -> None:
    code = (
        "import builtins, os, sys\n"
        "real = builtins.__import__\n"
        "def note(name, *rest, **more):\n"
        "    if name == 'numpy' and 'numpy' not in sys.modules:\n"
        "        print('threads', os.environ.get('OPENBLAS_NUM_THREADS'))\n"
        "    return real(name, *rest, **more)\n"
        "builtins.__import__ = note\n"
        "from labkit.cli import main\n"
        f"main(['check', 'lab1', {str(tmp_path)!r}])\n"  # which stops: there is no lab there
    )
    environment = {name: value for name, value in os.environ.items() if name not in ONE_THREAD}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )
    assert done.stdout.splitlines()[:1] == ["threads 1"], done.stderr
