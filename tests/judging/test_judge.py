"""Judging a submission: what it may leave out, and what a busy machine must not change."""

from __future__ import annotations

import sys
import threading
import time
from contextlib import closing
from dataclasses import replace

import pytest

from labkit.building.build import built
from labkit.judging import judge
from labkit.judging.grader import Grader
from labkit.judging.judge import Recorder
from labkit.judging.result import QuestionResult
from labkit.lab import stubs
from labkit.lab.course import find
from labkit.sandbox import Code
from labkit.sandbox.serving import ServedTooLongError, Watchdog
from labkit.student import labcheck
from labkit.student.labcheck import BY_HEART, Probe, Tried
from tests import sample_class
from tests.packing import encoded


@pytest.mark.slow
def test_modules_of_earlier_labs_need_not_be_handed_in() -> None:
    """Students have them from us; a submission of the lab's own module is whole."""
    lab, own = find("lab3"), "neuralnet/training.py"
    files = {own: stubs.solution_package(lab)[own].encode()}
    with Grader(built(lab)) as grader:
        result = grader.grade(files, "only_its_own", only=["train", "predict"])
    for question in result.questions:
        assert question.passed, question
        assert not [case.message for case in question.cases if case.message]


@pytest.mark.slow
@pytest.mark.parametrize("changed", [False, True])
def test_only_what_can_be_to_blame_is_put_right(
    changed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first function of a lab is asked once, unless a module of an earlier lab is another."""
    lab = find("lab2")
    files = dict(stubs.solution_package(lab))
    files["neuralnet/losses.py"] += "\n\ndef softmax(S):\n    return S * 0.0\n"
    if changed:
        files["neuralnet/layers.py"] += "\n\ndef flatten(images):\n    return images\n"
    ways = set()
    attempt = judge.Judge._attempt

    def watched(self, case, body, which, note=""):  # type: ignore[no-untyped-def]
        ways.add(which)
        return attempt(self, case, body, which, note)

    monkeypatch.setattr(judge.Judge, "_attempt", watched)
    with Grader(built(lab)) as grader:
        (question,) = grader.grade(encoded(files), "one", only=["softmax"]).questions
    assert not question.score
    assert ways == ({"own", "corrected"} if changed else {"own"})


def test_what_is_kept_between_calls_is_not_the_fault_of_an_earlier_function() -> None:
    """A fresh process has nothing kept: that it passes there excuses nobody."""
    lab = find("lab1")
    files = dict(stubs.solution_package(lab))
    files["neuralnet/perceptron.py"] += (
        "\n\nright, kept = perceptron_train, []\n"
        "def perceptron_train(X, y, *args, **kwargs):\n"
        "    kept.append(X)\n"
        "    w, b = right(X, y, *args, **kwargs)\n"
        "    return (w, b) if len(kept) < 3 else (w + 1.0, b)\n"
    )
    with Grader(built(lab)) as grader:
        (question,) = grader.grade(encoded(files), "one", only=["perceptron_train"]).questions
    assert question.score < question.possible
    assert not any(labcheck.REJUDGED in case.message for case in question.cases)


def test_large_wrong_results_are_let_go_of_and_cost_what_they_cost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What student code returns must not fill the grader; of what is gone nothing is told."""
    lab = find("lab1")
    files = dict(stubs.solution_package(lab))
    files["neuralnet/activations.py"] += "\n\ndef relu(z):\n    return np.minimum(z, 0)\n"
    found = []
    with Grader(built(lab)) as grader:
        for room in (64, 0):
            monkeypatch.setattr(judge, "_KEPT_MB", room)
            (question,) = grader.grade(encoded(files), "one", only=["relu"]).questions
            found.append(question)
    kept, gone = found
    assert kept.score == gone.score < kept.possible
    assert {len(case.named) for case in kept.cases if not case.passed} == {1}
    assert not any(case.named for case in gone.cases)
    assert all(case.message for case in gone.cases if not case.passed)


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
    with closing(Watchdog()) as watchdog:
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
    with Grader(built(lab)) as grader:
        _limit(grader, call_seconds=0.5)
        result = grader.grade(encoded(files), "endless", only=["relu", "add_bias_row"])
    relu, later = result.questions
    assert relu.score == 0 and later.passed
    assert all("ran out of time" in case.message for case in later.cases)


def _limit(grader: Grader, **seconds: float) -> None:
    """Give the grader's lab other limits of time."""
    limits = grader.lab.limits.model_copy(update=seconds)
    config = grader.lab.config.model_copy(update={"limits": limits})
    grader.lab = replace(grader.lab, config=config)


class _Listening(Recorder):
    """Hears with which arrays the public cases call."""

    def __init__(self, grader: Grader) -> None:
        super().__init__(grader.lab, grader.knowledge)
        self.heard: set[bytes] = set()

    def observe(self, probe: Probe) -> Tried:
        if not self.case.hidden:
            self.heard.add(probe.args[0].tobytes())
        return super().observe(probe)


BY_HEART_ALONE = """
_right, _known = relu, {known!r}
def relu(z):
    while z.tobytes() not in _known: {instead}
    return _right(z)
"""


def _earned(question: QuestionResult) -> list[bool]:
    """What became of the public cases."""
    return [case.passed for case in question.cases if not case.hidden]


@pytest.mark.slow
@pytest.mark.parametrize("instead", ["return None", "pass"])
@pytest.mark.parametrize("kept", [0.2, 0.95], ids=["in time", "out of time by then"])
def test_answers_by_heart_earn_nothing_however_long_other_numbers_take(
    monkeypatch: pytest.MonkeyPatch, instead: str, kept: float
) -> None:
    """Hidden cases are lost anyway: time burned in them buys nothing for the public ones."""
    monkeypatch.setattr(judge, "_KEPT_FOR_AGAIN", kept)
    lab = find("lab1")
    files = stubs.solution_package(lab)
    with Grader(built(lab)) as grader:
        listening = _Listening(grader)
        labcheck.run_questions([q.cases for q in grader.questions if q.name == "relu"], listening)
        known = BY_HEART_ALONE.format(known=listening.heard, instead=instead)
        files["neuralnet/activations.py"] += known
        _limit(grader, call_seconds=0.5, total_seconds=10.0)
        (relu,) = grader.grade(encoded(files), "by_heart", only=["relu"]).questions
    assert _earned(relu) == [False, False]
    assert relu.cases[0].message.startswith(BY_HEART)


@pytest.mark.slow
def test_who_runs_out_of_time_keeps_what_was_earned_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """There is time left to ask public cases once more, whatever the others took."""
    monkeypatch.setattr(judge, "_KEPT_FOR_AGAIN", 0.9)
    lab = find("lab1")
    files = sample_class.endless(lab, stubs.solution_package(lab), "sigmoid")
    with Grader(built(lab)) as grader:
        _limit(grader, call_seconds=2.5, total_seconds=20.0)
        result = grader.grade(encoded(files), "endless", only=["relu", "sigmoid"])
    relu, sigmoid = result.questions
    assert _earned(relu) == [True, True] and _earned(sigmoid) == [False, False]
    assert not any(case.passed for case in relu.cases if case.hidden)
