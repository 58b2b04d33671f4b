"""The grader's side of `check`: the student's function runs in a worker, the judging happens here.

Each case is put to the work as it was handed in. Where that fails, it is put once more to a fresh
worker in which the functions that stand *earlier* in the contract are the reference's, served as
calls: one mistake costs once. The better of the two counts.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from labkit.base import paths
from labkit.base.errors import CheckFailedError, LabkitError
from labkit.judging.differences import central_differences
from labkit.judging.knowledge import Knowledge
from labkit.judging.nested import nested_calls
from labkit.lab import stubs
from labkit.lab.bundle import PLACES
from labkit.lab.lab import Lab
from labkit.lab.reference import Reference
from labkit.sandbox import Code, Limits, Outcome, Request, Worker, Zygote
from labkit.sandbox.protocol import Message
from labkit.sandbox.serving import (
    ServedTooLongError,
    Watchdog,
    memory_limit,
    thread_seconds,
)
from labkit.student import data, labcheck
from labkit.student.labcheck import (
    NOT_KEPT,
    CaseFailed,
    CaseRun,
    Check,
    Failure,
    Observation,
    Probe,
    Tried,
    WrongOutcome,
)

_RECORD_BYTES = 100_000
"""Larger wrong outputs are not worth their place in a student's folder."""

_RESULT_MB = 16
"""Larger results are not looked at, unless a right one is about as large."""

_KEPT_MB = 64
"""Wrong results of a submission that are kept until its mistakes are named."""

_JUDGE_MB = 512
"""Memory that a case's own judge may take."""

_SERVED_CALLS = 5_000
"""So often may one call of a student's function use the grader's functions. Training a network in a
case takes a few hundred; a gradient put together from one call for each number takes more."""

_SPARED = (
    "One of your earlier functions ran out of time, so this was checked with correct ones in the "
    "places of all of them."
)

_NOT_ASKED = ("question", "total")
"""Details of a failure where time had run out before: the function was not called."""

_KEPT_FOR_AGAIN = 0.2
"""At least this part of a submission's time is for asking public cases once more, so that whoever
burns the rest in cases that are lost anyway is asked all the same."""

Verdict = Callable[[Any], "str | None"]
"""A case's own judge of a result: None, or what is wrong."""


@dataclass
class _Clock:
    """What a submission has used of its time; it runs from the first question to it."""

    seconds: float
    spent: float = 0.0
    begun: float | None = None

    def used(self) -> float:
        """Seconds of CPU, or half of those waited, as on half a CPU."""
        if self.begun is None:
            self.begun = time.monotonic()
        return max(self.spent, (time.monotonic() - self.begun) / 2)

    def out(self) -> bool:
        """Whether all is used up."""
        return self.used() >= self.seconds


class GraderReference(Reference):
    """The contract's functions as attributes, and what only a grader may know beside them."""

    central_differences = staticmethod(central_differences)

    def __init__(self, knowledge: Knowledge) -> None:
        super().__init__(knowledge.lab.contract)
        self._knowledge = knowledge

    def seconds_of(self, version: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> float:
        """CPU seconds of a version in the lab's catalogue, such as plain loops, on a call."""
        started = time.process_time()
        self._knowledge.catalogue[version].run(*args, **kwargs)
        return time.process_time() - started


# What every submission of a class is asked with, kept: read-only, so that no case can change it.

_KEPT_IMAGES = 1000
"""More than these are loaded anew: they take more memory than time."""


@functools.lru_cache(maxsize=8)
def _images(folder: Path, n_train: int, n_test: int) -> tuple[np.ndarray, ...]:
    found = data.load_fashion_mnist(n_train, n_test, folder)
    for array in found:
        array.flags.writeable = False
    return found


@functools.lru_cache(maxsize=8)
def _stored(path: Path) -> dict[str, np.ndarray]:
    with np.load(path, allow_pickle=False) as stored:
        found = {key: stored[key] for key in stored.files}
    for array in found.values():
        array.flags.writeable = False
    return found


class GraderCheck(Check):
    """What the judge and the recorder share: the reference, the data, the catalogue."""

    def __init__(self, lab: Lab, knowledge: Knowledge, seed: int | None = None) -> None:
        super().__init__()
        self.lab = lab
        self.knowledge = knowledge
        self._reference = GraderReference(knowledge)
        self._seed = lab.seed if seed is None else seed

    def written_at(self, case: str, line: int) -> str:
        path = self.lab.folder / PLACES
        places = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        file, lines = places.get(case, ("", []))
        # The first line of Otter's holds its decorator.
        return f"{file} line {lines[line - 1]}" if 0 < line <= len(lines) else ""

    def expect(self, function: str, compute: Callable[[Any], Any]) -> Any:
        key = (self.case.key, len(self.case.tried))
        return self.knowledge.expected(key, lambda: compute(self._reference))

    def once(self, compute: Callable[[], Any]) -> Any:
        self.case.computed += 1
        return self.knowledge.once((self.case.key, self.case.computed), compute)

    def held_back(self, n: int) -> tuple[np.ndarray, np.ndarray]:
        stored = _stored(self.images_folder() / "held_back.npz")
        pixels = stored["images"][:n].reshape(-1, 784).T / 255
        return pixels - data.mean_image(self.images_folder()), stored["labels"][:n].astype(int)

    def wrong(self, case: CaseRun, tried: Tried) -> Sequence[WrongOutcome]:
        return self.knowledge.wrong(case, tried.index, tried.probe)

    def sound(self, case: CaseRun, tried: Tried) -> bool:
        return tried.probe.problem(self._right(case, tried)) is None

    def answer(self, case: CaseRun, tried: Tried) -> Any:
        if tried.probe.right is not None or not tried.probe.exact:
            return tried.probe.right
        return self._right(case, tried).value

    def _right(self, case: CaseRun, tried: Tried) -> Observation:
        right = self.ref(tried.probe.function)
        return self.knowledge.reference(case, tried.index, tried.probe, right)

    def outcome(
        self,
        function: str,
        *args: Any,
        judge: Verdict,
        no_warnings: bool = False,
        exact: labcheck.Exact = "",
        **kwargs: Any,
    ) -> None:
        """As everywhere, but the judge is held to limits: it computes with what a student chose."""
        held = self._held(judge)
        super().outcome(function, *args, judge=held, no_warnings=no_warnings, exact=exact, **kwargs)

    def _held(self, judge: Verdict) -> Verdict:
        def sound(result: Any) -> str | None:
            any_there, finite = _numbers(result)
            if not any_there and result is not None:
                return "The result holds no numbers."
            # Comparisons with nan are false, also those that a judge makes to find a mistake.
            return judge(result) if finite else "The result holds nan or inf."

        return sound

    def ref(self, name: str) -> Callable[..., Any]:
        found: Callable[..., Any] = getattr(self._reference, name)
        return found

    def data(self, n_train: int, n_test: int) -> tuple[np.ndarray, ...]:
        if n_train + n_test > _KEPT_IMAGES:
            return super().data(n_train, n_test)
        return _images(self.images_folder(), n_train, n_test)

    def asset(self, name: str) -> dict[str, np.ndarray]:
        try:
            return dict(_stored(self.folder() / name))
        except (OSError, ValueError):
            raise LabkitError(
                f'check.asset("{name}"): {self.lab.name}/{name} is not there, or is no .npz file '
                "of plain arrays: write it with np.savez, beside lab.toml."
            ) from None

    def threshold(self, name: str) -> float:
        if name not in self.lab.thresholds:
            raise labcheck.CaseBroken(f"[thresholds] of lab.toml has no {name!r}")
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
        files: Mapping[str, bytes],
        *,
        seed: int | None = None,
    ) -> None:
        super().__init__(lab, knowledge, seed)
        self._zygote = zygote
        # Students have the earlier labs' modules from us: who hands in only their own has them too.
        self._given = stubs.finished_modules(lab)
        self._code = Code(files).completed(self._given)
        self._limits = Limits(memory_mb=lab.limits.memory_mb)
        self._workers: dict[tuple[str, bool], Worker] = {}
        """By way of asking and whether they meet hidden cases: what a worker has seen of a hidden
        case must not reach a message of a public one, which shows the student's own words."""
        self._exhausted: dict[str, set[str]] = {}
        """Ways of asking that ran out of time, by question."""
        self._which = "own"
        self._lost: set[str] = set()
        """Earlier questions that are not right as handed in."""
        self._slow: set[str] = set()
        """Functions that ran out of time."""
        self._watchdog = Watchdog()
        self._drew = False
        """Whether the case at hand drew its inputs, so that there are others of the same kind."""
        self._by_value = True
        """Whether all that the case at hand asked for are values, which can be learned by heart."""
        self._ways: dict[str, tuple[str, str]] = {}
        """How each public case passed that can be asked again: the way, and what to say of it."""
        self._served = 0
        """Calls of the grader's own functions for the probe at hand."""
        self._helped = False
        """Whether a function in the place of an earlier one was called in the present question:
        where none was, a second run that passes tells only of what the first one had kept."""
        self._kept = 0
        """Bytes of wrong results."""
        self._clock = _Clock(lab.limits.total_seconds * (1 - _KEPT_FOR_AGAIN))

    def __enter__(self) -> Judge:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """End the workers and everything they started."""
        for way in list(self._workers):
            self._workers.pop(way).close()
        self._watchdog.close()

    def begin_question(self, name: str) -> None:
        if any(case.failed or case.tried[-1].note for case in self.cases if case.tried):
            self._lost.add(self.question)
        super().begin_question(name)
        self._helped = False
        for way in [way for way in self._workers if way[0] == "corrected"]:
            self._workers.pop(way).close()

    def run(self, case: CaseRun, body: Callable[[], None]) -> None:
        """Run a case on the work as handed in; where it fails, again with earlier functions right.

        The whole case is run again, not one call of it: its judge may compare several results.
        """
        if self._slow & set(self.lab.contract.earlier(self.question)):
            # Waiting for an endless loop once is enough: first without it.
            ways = [("corrected", _SPARED), ("own", "")]
        else:
            ways = [("own", ""), ("corrected", labcheck.REJUDGED)]
        first = self._attempt(case, body, *ways[0])
        runs = [first]
        if first.failed and (ways[0][0] == "corrected" or self._may_be_anothers_fault(first)):
            second = self._attempt(case, body, *ways[1])
            if self._helped or not _gave_something(first):
                runs.append(second)
        best = next((run for run in runs if not run.failed), None) or _clearest(runs)
        self.cases.append(best)
        if best.failed:
            problem = best.tried[-1].problem
            assert problem is not None
            raise CaseFailed(labcheck.compose(problem, (), best.hidden))
        if self._drew and self._by_value and not case.hidden:
            self._ways[case.name] = ways[len(runs) - 1]

    def run_again(self, case: CaseRun, body: Callable[[], None]) -> None:
        """Ask a public case that passed once more, with other numbers of the same kind.

        Answers to the numbers in the student's folder can be copied from it. Running out of time
        is a failure here as everywhere: it is what code does that has no answer to other numbers.
        """
        if case.name not in self._ways:
            return
        case.again = True
        run = self._attempt(case, body, *self._ways[case.name])
        if run.failed and self._ways[case.name][0] == "own" and self._may_be_anothers_fault(run):
            run = self._attempt(case, body, "corrected", labcheck.REJUDGED)
        if run.failed:
            problem = run.tried[-1].problem
            assert problem is not None
            failure = run.tried[-1].seen.failure
            if failure is None or failure.detail not in _NOT_ASKED:
                problem = replace(problem, general=f"{labcheck.BY_HEART} {problem.general}")
                run.tried[-1].problem = problem
            self.cases.append(run)
            raise CaseFailed(labcheck.compose(problem, (), True))

    def rng(self, k: int) -> np.random.Generator:
        self._drew = True
        return np.random.default_rng([k, self.seed(), 1]) if self.case.again else super().rng(k)

    def expect(self, function: str, compute: Callable[[Any], Any]) -> Any:
        wanted = super().expect(function, compute)
        self._by_value &= wanted is not None
        return wanted

    def _attempt(
        self, case: CaseRun, body: Callable[[], None], which: str, note: str = ""
    ) -> CaseRun:
        """Run a case one way; `note` is what to say where it passes."""
        self.case = CaseRun(case.name, case.title, case.hidden, again=case.again)
        self._which = which
        self._drew, self._by_value = False, True
        with contextlib.suppress(CaseFailed):
            body()
        if not self.case.failed and self.case.tried:
            self.case.tried[-1].note = note
        return self.case

    def _held(self, judge: Verdict) -> Verdict:
        judge = super()._held(judge)
        left = self._limits.wall(self.lab.limits.call_seconds)

        def limited(result: Any) -> str | None:
            nonlocal left
            started = thread_seconds()
            try:
                with memory_limit(_JUDGE_MB):
                    found: str | None = self._watchdog.run(judge, max(left, 0.0), result)
                    return found
            except ServedTooLongError:
                return "The result takes far too long to look at: is it larger than it should be?"
            finally:
                left -= thread_seconds() - started

        return limited

    def observe(self, probe: Probe) -> Tried:
        return self._ask_worker(probe, self._which)

    def _ask_worker(self, probe: Probe, which: str) -> Tried:
        # Asked again, a case has its own time: it must not suffer from those that ran out of it.
        asked = f"{self.question} again" if self.case.again else self.question
        exhausted = self._exhausted.setdefault(asked, set())
        clock = self._clock_again if self.case.again else self._clock
        if clock.out() or which in exhausted:
            detail = "question" if which in exhausted else "total"
            seen = Observation(failure=Failure("timeout", detail=detail))
            return Tried(probe, seen, probe.problem(seen))
        self._served = 0
        worker = self._worker(which, probe.function)
        key = (self.case.key, len(self.case.tried))
        started = thread_seconds()
        # No copies: what goes to another process is its own, and nothing here changes it.
        outcome = worker.call(
            probe.function,
            probe.args,
            probe.kwargs,
            seconds=self.lab.limits.call_seconds,
            names=_parameters(self.ref(probe.function)),
            request=self.knowledge.request(key, probe, worker),
            then=() if probe.timed else self.knowledge.then(key),
        )
        failure = outcome.failure
        if outcome.size > max(_RESULT_MB << 20, 2 * _size(probe.right)):
            failure = Failure("flooded", detail="reply")
            outcome = Outcome(failure=failure, seconds=outcome.seconds)
        if failure is not None and self._served > _SERVED_CALLS:
            failure = replace(failure, kind="timeout", detail="served")
        if failure is not None and failure.kind == "timeout":
            exhausted.add(which)
            self._slow.add(probe.function)
        seen = Observation(
            outcome.value,
            outcome.changed,
            tuple(kind for kind in outcome.warnings if kind in ("overflow", "invalid", "divide")),
            failure,
            outcome.seconds,
        )
        tried = Tried(probe, seen, probe.problem(seen))
        clock.spent += outcome.seconds + thread_seconds() - started  # results can be hard to read
        if tried.problem is not None:
            self._kept += outcome.size
            if self._kept > _KEPT_MB << 20:
                tried.seen = replace(seen, value=NOT_KEPT)
        return tried

    @functools.cached_property
    def _clock_again(self) -> _Clock:
        """The time for asking public cases once more: all that is left by then."""
        return _Clock(self.lab.limits.total_seconds - self._clock.used())

    @functools.cached_property
    def _changed_earlier_labs(self) -> bool:
        """Whether modules of earlier labs are other than those that came finished with the lab."""
        files = self._code.files
        return any(_text(files.get(path)) != text for path, text in self._given.items())

    def _worker(self, which: str, function: str) -> Worker:
        way = (which, self.case.hidden or self.case.again)
        if way not in self._workers:
            earlier = self.lab.contract.earlier(function) if which == "corrected" else ()
            self._workers[way] = self._zygote.worker(
                self._code,
                limits=self._limits,
                serve={name: self._counted(self.ref(name)) for name in earlier},
                substitute=earlier,
                apart=self.case.hidden or self.case.again,
            )
        return self._workers[way]

    def _counted(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, so often a probe and no more; without warnings, as a diverging training
        must not fill the grader's screen."""

        @functools.wraps(function)
        def served(*args: Any, **kwargs: Any) -> Any:
            self._served += 1
            self._helped = True
            if self._served > _SERVED_CALLS:
                raise ServedTooLongError
            with np.errstate(all="ignore"):
                return function(*args, **kwargs)

        return served

    def _may_be_anothers_fault(self, run: CaseRun) -> bool:
        """Whether an earlier function of the student's can have caused the failure.

        Public cases come before all hidden ones: what an earlier function does wrong may not have
        been seen yet.
        """
        seen = self._lost or self._changed_earlier_labs
        if not run.failed or (run.hidden and not seen):
            return False
        function, failure = run.tried[-1].probe.function, run.tried[-1].seen.failure
        earlier = set(self.lab.contract.earlier(function))
        if not self._changed_earlier_labs:  # those are right: none but this lab's can be to blame
            earlier &= set(self.lab.questions)
        if not earlier:
            return False
        module = self.lab.contract.module_of[function]
        return labcheck.may_be_anothers_fault(function, module, failure)


@functools.cache
def _parameters(function: Callable[..., Any]) -> tuple[str, ...]:
    """Names of a contract function's parameters, as the reference has them."""
    return tuple(inspect.signature(function).parameters)


def _text(content: bytes | None) -> str:
    """A module's text as the finished ones have it; nothing where it is none."""
    try:
        return stubs.finish((content or b"").decode("utf-8-sig").replace("\r\n", "\n"))
    except ValueError:
        return ""


def _clearest(runs: Sequence[CaseRun]) -> CaseRun:
    """The failure to show: with earlier mistakes out of the way, unless that only raises."""
    return min(runs, key=lambda run: (run.tried[-1].seen.failure is not None, run is runs[0]))


def _gave_something(run: CaseRun) -> bool:
    """Whether a case failed by what its last call gave or raised, and not by what stopped it."""
    failure = run.tried[-1].seen.failure
    return failure is None or failure.kind == "raised"


def _numbers(value: Any) -> tuple[bool, bool]:
    """Whether there are numbers in a result, and whether all are finite."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple) and set(map(type, value)) != {float}:
        parts = [_numbers(part) for part in value]
        return any(there for there, _ in parts), all(finite for _, finite in parts)
    if isinstance(value, np.ndarray | np.generic | float | list | tuple):
        array = np.asarray(value)
        return array.size > 0, array.dtype.kind not in "fc" or bool(np.isfinite(array).all())
    return isinstance(value, int), True


def _size(value: Any) -> int:
    """Bytes of the arrays in a right result."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        return sum(map(_size, value))
    return value.nbytes if isinstance(value, np.ndarray) else 0


class Recorder(GraderCheck):
    """Plays the student with the reference, to record what the student's folder needs.

    Each case runs twice, without a second call: right answers are kept for a class, so a case that
    asks something else each time would fault right work.
    """

    _before: CaseRun | None = None
    """The case, as it ran the first time."""
    _of_reference = False
    """Whether what a judge looks at is the reference's: it must be able to."""

    def run(self, case: CaseRun, body: Callable[[], None]) -> None:
        """Raises CheckFailedError where the case does not ask the same a second time."""
        self._asked: list[Message] = []
        self._before = None
        super().run(case, body)
        self._before, self.case = case, CaseRun(case.name, case.title, case.hidden)
        body()
        self._same(len(self.case.tried) == len(case.tried))

    def observe(self, probe: Probe) -> Tried:
        asked, index = Request(probe.function, "", *probe.fresh()).message, len(self.case.tried)
        if self._before is not None:
            self._same(index < len(self._asked) and self._asked[index] == asked)
            seen = self._before.tried[index].seen
        else:
            self._asked[index:] = [asked]  # once, also where a slow call is made again
            args, kwargs = probe.fresh()
            seen = labcheck.call(self.ref(probe.function), args, kwargs, seconds=600.0)
        self._of_reference = True
        try:
            return Tried(probe, seen, probe.problem(seen))
        finally:
            self._of_reference = False

    def _held(self, judge: Verdict) -> Verdict:
        judge = super()._held(judge)

        def able(result: Any) -> str | None:
            try:
                return judge(result)
            except Exception as error:
                if not self._of_reference or isinstance(error, labcheck.CaseBroken):
                    raise
                told = f"{type(error).__name__}: {error}"
                raise labcheck.CaseBroken(told).with_traceback(error.__traceback__) from error

        return able

    def _same(self, same: bool) -> None:
        if not same:
            name = self.case.name
            raise CheckFailedError(
                f"{self.lab.name}: {name} ({self.written_at(name, 1)}) asks something else each "
                "time it runs: take its inputs from check.rng(7), or any other number."
            )

    def record(self, arrays: list[np.ndarray]) -> dict[str, list[Any]]:
        """Expected and wrong outputs of every probe of the question that just ran, by case.

        A wrong version that is right on a probe is recorded as null: that it passes is a sign too.
        """
        found = {}
        for case in self.cases:
            if not case.hidden:
                self.case = case
                found[case.name] = [self._record(case, tried, arrays) for tried in case.tried]
        return found

    def _record(self, case: CaseRun, tried: Tried, arrays: list[np.ndarray]) -> dict[str, Any]:
        expected = self.knowledge.expected((case.name, tried.index), lambda: None)
        record: dict[str, Any] = {"expected": labcheck.pack(expected, arrays), "wrong": {}}
        if nested := self._nested(tried.probe, arrays):
            record["nested"] = nested
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

    def _nested(self, probe: Probe, arrays: list[np.ndarray]) -> list[Any]:
        """Calls of earlier functions of this lab that the reference makes for a probe."""
        own = {function.name for function in self.lab.functions}
        earlier = self.lab.contract.earlier(probe.function)
        names = tuple(name for name in earlier if name in own)
        return (
            [
                [name, *asked, labcheck.pack(value, arrays)]
                for name, asked, value in nested_calls(self.lab.contract, names, probe)
            ]
            if names
            else []
        )
