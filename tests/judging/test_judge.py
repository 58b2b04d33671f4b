"""Judging a submission: what it may leave out, and what a busy machine must not change."""

from __future__ import annotations

import sys
import threading
import time
from dataclasses import replace

import pytest

from labkit.building.build import built
from labkit.judging.grader import Grader
from labkit.lab import stubs
from labkit.lab.course import find
from labkit.sandbox import Code
from labkit.sandbox.serving import ServedTooLongError, Watchdog
from tests import sample_class
from tests.packing import encoded


def test_modules_of_earlier_labs_need_not_be_handed_in() -> None:
    """Students have them from us; a submission of the lab's own module is whole."""
    lab, own = find("lab3"), "neuralnet/training.py"
    files = {own: stubs.solution_package(lab)[own].encode()}
    with Grader(built(lab)) as grader:
        result = grader.grade(files, "only_its_own", only=["train", "predict"])
    for question in result.questions:
        assert question.passed, question
        assert not [case.message for case in question.cases if case.message]


def test_completing_replaces_nothing() -> None:
    """A module that was brought stays, also as a folder."""
    brought = Code(
        {"neuralnet/layers/__init__.py": b"mine = 1", "neuralnet/losses.py": b"mine = 2"}
    )
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


def test_a_note_says_what_happened() -> None:
    """Nobody is told that an earlier function spoiled a check that was never tried with it."""
    lab = find("lab1")
    files = sample_class.endless(lab, stubs.solution_package(lab), "relu")
    bundle = built(lab)
    with Grader(bundle) as grader:
        limits = bundle.lab.limits.model_copy(update={"call_seconds": 0.5})
        config = bundle.lab.config.model_copy(update={"limits": limits})
        grader.lab = replace(bundle.lab, config=config)
        result = grader.grade(encoded(files), "endless", only=["relu", "add_bias_row"])
    relu, later = result.questions
    assert relu.score == 0 and later.passed
    assert all("ran out of time" in case.message for case in later.cases)
