"""Judging a submission: what it may leave out, and what a busy machine must not change."""

from __future__ import annotations

import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from labkit.lab import stubs as starter
from labkit.building.build import built
from labkit.judging.grader import Grader
from labkit.lab.lab import find
from labkit.sandbox import read_submission
from labkit.sandbox.serving import ServedTooLongError, Watchdog


def test_modules_of_earlier_labs_need_not_be_handed_in(tmp_path: Path) -> None:
    """Students have them from us; a submission of the lab's own module is whole."""
    (tmp_path / "neuralnet").mkdir()
    own = "neuralnet/training.py"
    (tmp_path / own).write_text(starter.solution_package(3)[own], encoding="utf-8")
    with Grader(built(find("lab3"))) as grader:
        result = grader.grade(tmp_path, "only_its_own", only=["train", "predict"])
    for question in result.questions:
        assert question.passed, question
        assert not [case.message for case in question.cases if case.message]


def test_completing_replaces_nothing(tmp_path: Path) -> None:
    """A module that was brought stays, also as a folder."""
    (tmp_path / "neuralnet" / "layers").mkdir(parents=True)
    (tmp_path / "neuralnet" / "layers" / "__init__.py").write_text("mine = 1")
    (tmp_path / "neuralnet" / "losses.py").write_text("mine = 2")
    brought = read_submission(tmp_path)
    given = {f"neuralnet/{name}.py": "ours = 1" for name in ("layers", "losses", "backprop")}
    completed = brought.completed(given)
    assert completed.files == brought.files | {"neuralnet/backprop.py": b"ours = 1"}
    assert completed.digest != brought.digest


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs a thread's own clock")
def test_a_served_function_pays_for_work_and_not_for_waiting() -> None:
    with Watchdog() as watchdog:
        assert watchdog.run(lambda: time.sleep(0.5), 0.2) is None
        started = threading.Event()

        def endless() -> None:
            started.set()
            while True:
                pass

        with pytest.raises(ServedTooLongError):
            watchdog.run(endless, 0.2)
        assert started.is_set()


def test_a_note_says_what_happened(tmp_path: Path) -> None:
    """Nobody is told that an earlier function spoiled a check that was never tried with it."""
    files = starter.solution_package(1)
    path = "neuralnet/activations.py"
    endless = "\n\ndef relu(z):\n    while True:\n        pass\n"
    for place, text in {**files, path: files[path] + endless}.items():
        (tmp_path / place).parent.mkdir(exist_ok=True)
        (tmp_path / place).write_text(text, encoding="utf-8")
    bundle = built(find("lab1"))
    with Grader(bundle) as grader:
        limits = replace(bundle.lab.limits, call_seconds=0.5)
        grader.lab = replace(bundle.lab, limits=limits)
        result = grader.grade(tmp_path, "endless", only=["relu", "add_bias_row"])
    relu, later = result.questions
    assert relu.score == 0 and later.passed
    assert all("ran out of time" in case.message for case in later.cases)
