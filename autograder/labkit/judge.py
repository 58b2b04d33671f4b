"""The grader's side of `check`: the student's function runs in a worker, the judging happens here.

Each probe goes to the work as it was handed in. Where that fails, it goes once more to a fresh
worker in which the functions that stand *earlier* in the contract are the reference's, served as
calls: one mistake costs once. The better of the two counts.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from labkit import contract, paths, reference
from labkit.explain import Knowledge
from labkit.labs import Lab
from labkit.sandbox import Limits, Worker, Zygote
from labkit.student import data, labcheck
from labkit.student.labcheck import CaseRun, Check, Failure, Observation, Probe, Tried, WrongOutcome

_RECORD_BYTES = 100_000
"""Larger wrong outputs are not worth their place in a student's folder."""

_REJUDGED = (
    "Your own earlier functions made this check fail; with correct ones in their place it passes, "
    "so it counts."
)


class GraderReference:
    """The contract's functions as attributes, and the plain loops that `check.speed` is held to."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return reference.function(name)

    @staticmethod
    def plain_loop_seconds(function: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> float:
        """CPU seconds of the seven plain loops on the same call; KeyError for other functions."""
        started = time.process_time()
        {"conv_forward": _plain_conv_forward}[function](*args, **kwargs)
        return time.process_time() - started


def _plain_conv_forward(
    X: np.ndarray, W: np.ndarray, b: np.ndarray, stride: int = 1, padding: int = 0
) -> np.ndarray:
    F, D, k, _ = W.shape
    X = np.pad(X, ((0, 0), (padding, padding), (padding, padding), (0, 0)))
    height, width = (X.shape[1] - k) // stride + 1, (X.shape[2] - k) // stride + 1
    Z = np.zeros((F, height, width, X.shape[3]))
    for i in range(X.shape[3]):
        for f in range(F):
            for row in range(height):
                for column in range(width):
                    total = b[f, 0]
                    for d in range(D):
                        for u in range(k):
                            for v in range(k):
                                x = X[d, row * stride + u, column * stride + v, i]
                                total += W[f, d, u, v] * x
                    Z[f, row, column, i] = total
    return Z


class GraderCheck(Check):
    """What the judge and the recorder share: the reference, the data, the catalogue."""

    def __init__(self, lab: Lab, knowledge: Knowledge, seed: int | None = None) -> None:
        super().__init__()
        self.lab = lab
        self.knowledge = knowledge
        self._seed = lab.seed if seed is None else seed

    def expect(self, function: str, compute: Callable[[Any], Any]) -> Any:
        key = (self.case.name, len(self.case.tried))
        return self.knowledge.expected(key, lambda: compute(GraderReference()))

    def wrong(self, case: CaseRun, tried: Tried) -> Sequence[WrongOutcome]:
        return self.knowledge.wrong(case, tried.index, tried.probe)

    def ref(self, name: str) -> Callable[..., Any]:
        return reference.function(name)

    def threshold(self, name: str) -> float:
        return self.lab.thresholds[name]

    def folder(self) -> Path:
        return self.lab.folder

    def images_folder(self) -> Path:
        return paths.ASSIGNMENTS / "data"

    def library(self) -> Any:
        return data

    def seed(self) -> int:
        return self._seed


class Judge(GraderCheck):
    """Judges one submission through workers; close it when the submission is done."""

    def __init__(
        self,
        lab: Lab,
        knowledge: Knowledge,
        zygote: Zygote,
        submission: Path,
        seed: int | None = None,
    ) -> None:
        super().__init__(lab, knowledge, seed)
        self._zygote = zygote
        self._submission = submission
        self._limits = Limits(memory_mb=lab.limits.memory_mb)
        self._stack = contextlib.ExitStack()
        self._own = self._stack.enter_context(zygote.worker(submission, limits=self._limits))
        self._corrected_one: Worker | None = None
        self._exhausted: set[str] = set()
        """Ways of asking that ran out of time in this question."""
        self._slow: set[str] = set()
        """Functions that ran out of time."""
        self._spent = 0.0
        self._begun = time.monotonic()

    def __enter__(self) -> Judge:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """End the workers and everything they started."""
        self._drop_corrected()
        self._stack.close()

    def begin_question(self) -> None:
        super().begin_question()
        self._drop_corrected()
        self._exhausted = set()

    def observe(self, probe: Probe) -> Tried:
        if self._slow & set(contract.earlier(probe.function)):
            # Waiting for an endless loop once is enough: first without it.
            corrected = self._corrected(probe)
            if corrected.problem is None:
                return corrected
        else:
            corrected = None
        tried = self._ask_worker(probe, "own")
        if tried.problem is None or not self._may_be_anothers_fault(probe.function, tried):
            return tried
        corrected = corrected or self._corrected(probe)
        return corrected if corrected.problem is None else self._clearer(tried, corrected)

    def _corrected(self, probe: Probe) -> Tried:
        tried = self._ask_worker(probe, "corrected")
        if tried.problem is None:
            tried.note = _REJUDGED
        return tried

    def _clearer(self, own: Tried, corrected: Tried) -> Tried:
        """The failure to show: with earlier mistakes out of the way where there is a choice."""
        failure = own.seen.failure
        if failure is not None and corrected.seen.failure is None:
            return corrected
        return own if failure is not None else corrected

    def _ask_worker(self, probe: Probe, which: str) -> Tried:
        if which in self._exhausted or self._out_of_time():
            detail = "question" if which in self._exhausted else "total"
            seen = Observation(failure=Failure("timeout", detail=detail))
            return Tried(probe, seen, probe.problem(seen))
        args, kwargs = probe.fresh()
        worker = self._own if which == "own" else self._corrected_worker(probe.function)
        outcome = worker.call(probe.function, args, kwargs, seconds=self.lab.limits.call_seconds)
        self._spent += outcome.seconds
        failure = outcome.failure
        if failure is not None and failure.kind == "timeout":
            self._exhausted.add(which)
            self._slow.add(probe.function)
        seen = Observation(
            outcome.value,
            outcome.changed,
            tuple(kind for kind in outcome.warnings if kind in ("overflow", "invalid", "divide")),
            Failure(failure.kind, failure.type_name, failure.text, failure.where, failure.detail)
            if failure
            else None,
            outcome.seconds,
        )
        return Tried(probe, seen, probe.problem(seen))

    def _out_of_time(self) -> bool:
        """Whether the submission has had all its time; waiting counts half, as on half a CPU."""
        total = self.lab.limits.total_seconds
        return self._spent >= total or time.monotonic() - self._begun >= 2 * total

    def _corrected_worker(self, function: str) -> Worker:
        if self._corrected_one is None:
            earlier = contract.earlier(function)
            self._corrected_one = self._zygote.worker(
                self._submission,
                limits=self._limits,
                serve={name: reference.function(name) for name in earlier},
                substitute=earlier,
            ).__enter__()
        return self._corrected_one

    def _drop_corrected(self) -> None:
        if self._corrected_one is not None:
            self._corrected_one.close()
            self._corrected_one = None

    @staticmethod
    def _may_be_anothers_fault(function: str, tried: Tried) -> bool:
        """Whether an earlier function of the student's can have caused the problem."""
        failure = tried.seen.failure
        if not contract.earlier(function):
            return False
        if failure is None:
            return True
        if failure.kind == "missing":
            return False
        # An untouched stub names itself; believing it can only cost the student who forges it.
        return not (failure.kind == "not_written" and failure.detail == function)


class Recorder(GraderCheck):
    """Plays the student with the reference, to record what the student's folder needs."""

    def observe(self, probe: Probe) -> Tried:
        args, kwargs = probe.fresh()
        seen = labcheck.call(reference.function(probe.function), args, kwargs, seconds=600.0)
        return Tried(probe, seen, probe.problem(seen))

    def record(self, arrays: list[np.ndarray]) -> dict[str, list[Any]]:
        """Expected and wrong outputs of every probe of the question that just ran, by case.

        A wrong version that is right on a probe is recorded as null: that it passes is a sign too.
        """
        return {
            case.name: [self._record(case, tried, arrays) for tried in case.tried]
            for case in self.cases
            if not case.hidden
        }

    def _record(self, case: CaseRun, tried: Tried, arrays: list[np.ndarray]) -> dict[str, Any]:
        expected = self.knowledge.expected((case.name, tried.index), lambda: None)
        record: dict[str, Any] = {"expected": labcheck.pack(expected, arrays), "wrong": {}}
        for outcome in self.wrong(case, tried):
            tree = None
            if outcome.problem is not None:
                own: list[np.ndarray] = []
                try:
                    labcheck.pack_observation(outcome.seen, own)
                except (TypeError, ValueError):
                    continue
                if sum(array.nbytes for array in own) > _RECORD_BYTES:
                    continue
                tree = labcheck.pack_observation(outcome.seen, arrays)
            record["wrong"][outcome.explanation.key] = tree
        return record
