"""Grades a whole class: many at once, each result on disk as soon as it is there, resumable."""

from __future__ import annotations

import atexit
import hashlib
import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.queues import SimpleQueue
from pathlib import Path
from typing import Any

from labkit import feedback, results
from labkit.bundle import Bundle
from labkit.grade import Grader
from labkit.intake import Submission, Submissions, open_submissions
from labkit.results import Result

Advance = Callable[[Result], None]


@dataclass(frozen=True)
class Order:
    """What a grading process needs to know: the class, the lab, where results go."""

    bundle: Bundle
    submissions: Submissions
    out: Path
    work: Path
    """Where submissions are unpacked."""
    resume: bool = False

    def result_path(self, name: str) -> Path:
        """Where a submission's result goes."""
        return self.out / "results" / f"{name}.json"

    def feedback_path(self, name: str) -> Path:
        """Where a student's page goes."""
        return self.out / "feedback" / f"{name}.html"

    def earlier(self, submission: Submission) -> Result | None:
        """The result of an earlier run over the same work with the same grader, if there is one."""
        if not self.resume:
            return None
        found = results.read(self.result_path(submission.name))
        if found is None or found.fingerprint != fingerprint(submission, self.bundle):
            return None
        return found if self.feedback_path(submission.name).is_file() else None

    def about(self, submission: Submission) -> dict[str, Any]:
        """What goes into a submission's Result beside its points."""
        return {
            "origin": submission.origin,
            "fingerprint": fingerprint(submission, self.bundle),
            "platform": submission.platform_data,
            "notes": submission.notes,
        }

    def unusable(self, submission: Submission) -> Result:
        """The result of a submission that has a problem."""
        status = f"{submission.status}: {submission.problem}"
        return results.ungraded(self.bundle.lab, submission.name, status, **self.about(submission))


def grade_class(
    bundle: Bundle,
    source: Path,
    out: Path,
    *,
    jobs: int = 0,
    resume: bool = False,
    scheduler: str | None = None,
    begin: Callable[[int], None] = lambda count: None,
    advance: Advance = lambda result: None,
) -> tuple[list[Result], tuple[str, ...]]:
    """Grade every submission in `source` into `out/results` and `out/feedback`.

    `begin` hears how many there are, `advance` each result as it comes. Gives the results in the
    order of the submissions, and sentences about the whole. Raises LabkitError where `source`
    cannot be read at all.
    """
    out.mkdir(parents=True, exist_ok=True)
    for unfinished in (*out.glob(".writing-*"), *out.glob("*/.writing-*")):  # of a run that died
        unfinished.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(prefix="labkit-class-") as work:
        # Workers run as other users, who must be able to reach their own submission in there.
        Path(work).chmod(0o711)
        submissions = open_submissions(source, Path(work), leave_out=out)
        order = Order(bundle, submissions, out, Path(work), resume)
        begin(len(submissions))
        found: dict[str, Result] = {}
        shared = results.Shared()
        for result in _grade_all(order, jobs, scheduler):
            found[result.submission] = shared(result)
            advance(result)
    return [found[name] for name in submissions.names], submissions.notes


def fingerprint(submission: Submission, bundle: Bundle) -> str:
    """The same only for the same work, graded by the same cases."""
    text = f"{submission.fingerprint} {submission.problem} {bundle.root.name}"
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def _grade_all(order: Order, jobs: int, scheduler: str | None) -> Iterator[Result]:
    count = len(order.submissions)
    if scheduler is not None:
        from labkit import cluster

        yield from cluster.grade_all(order, scheduler)
        return
    jobs = min(jobs or os.cpu_count() or 1, count)
    if jobs <= 1:
        with Grader(order.bundle) as grader:
            for index in range(count):
                yield grade_one(grader, order, index)
        return
    yield from _grade_in_processes(order, jobs)


def _grade_in_processes(order: Order, jobs: int) -> Iterator[Result]:
    """A pool of graders. If one of them dies, its submission is tried once more, alone."""
    waiting = list(range(len(order.submissions)))
    while waiting:
        pending: dict[Future[Result], int] = {}
        started: list[int] = []
        with _pool(order, jobs) as pool:
            try:
                for index in waiting:
                    pending[pool.submit(_grade_in_pool, index)] = index
                    started.append(index)
                    if len(pending) >= 2 * jobs:
                        yield from _collect(pending)
                while pending:
                    yield from _collect(pending)
            except BrokenProcessPool:
                pass
        suspects = sorted(pending.values())
        waiting = [index for index in waiting if index not in set(started)]
        for index in suspects:
            yield _grade_alone(order, index)


def _collect(pending: dict[Future[Result], int]) -> Iterator[Result]:
    done, _ = wait(pending, return_when=FIRST_COMPLETED)
    for future in done:
        result = future.result()  # BrokenProcessPool: the submission stays in `pending`
        del pending[future]
        yield result


def _grade_alone(order: Order, index: int) -> Result:
    try:
        with _pool(order, 1) as pool:
            return pool.submit(_grade_in_pool, index).result()
    except BrokenProcessPool:
        result = results.ungraded(
            order.bundle.lab,
            order.submissions.names[index],
            "failed: the grading process died on this submission; look at it by hand",
        )
        return keep(order, result)


# ---------------------------------------------------------------- inside a grading process

_grader: Grader | None = None
_order: Order | None = None


@contextmanager
def _pool(order: Order, jobs: int) -> Iterator[ProcessPoolExecutor]:
    context = multiprocessing.get_context("spawn")
    cores = context.SimpleQueue()
    for allowed in _cores(jobs):
        cores.put(allowed)
    pool = ProcessPoolExecutor(
        jobs, mp_context=context, initializer=_start, initargs=(order, os.getpid(), cores)
    )
    try:
        yield pool
    except BaseException:
        # Ctrl-C above all: no waiting for what is being graded; a zygote clears up by itself.
        for process in list((pool._processes or {}).values()):
            process.kill()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _cores(jobs: int) -> list[set[int]]:
    """The cores that each grading process may use: one each, where there are enough.

    A grader and its workers take turns; on one core they wake each other without waiting for it.
    """
    if not hasattr(os, "sched_getaffinity"):
        return [set()] * jobs
    cores = sorted(os.sched_getaffinity(0))
    return [{core} for core in cores[:jobs]] if 1 < jobs <= len(cores) else [set(cores)] * jobs


def _start(order: Order, parent: int, cores: SimpleQueue[set[int]]) -> None:
    """Get a grading process ready; it ends by itself when its parent is gone."""
    global _grader, _order
    if allowed := cores.get():
        os.sched_setaffinity(0, allowed)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides
    threading.Thread(target=_watch, args=(order, parent), daemon=True).start()
    atexit.register(_clear_up, order, parent)
    _order = order
    _grader = Grader(order.bundle)


def _watch(order: Order, parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1.0)
    if _grader is not None:
        _grader.zygote.close()
    _clear_up(order, parent)
    os._exit(1)


def _clear_up(order: Order, parent: int) -> None:
    """Remove what submissions were unpacked into, if the parent is gone and cannot do it."""
    if os.getppid() != parent:
        shutil.rmtree(order.work, ignore_errors=True)


def _grade_in_pool(index: int) -> Result:
    assert _grader is not None and _order is not None
    return grade_one(_grader, _order, index)


def grade_one(grader: Grader, order: Order, index: int) -> Result:
    """Grade one submission and write its files; never raises for what is in the submission."""
    name = order.submissions.names[index]
    try:
        submission = order.submissions[index]
        if earlier := order.earlier(submission):
            return earlier
        if submission.problem:
            result = order.unusable(submission)
        else:
            with submission.prepare() as folder:
                result = grader.grade(folder, name, **order.about(submission))
    except Exception as error:
        print(f"{name}: {type(error).__name__}: {error}", file=sys.stderr)
        status = "failed: the grader itself stopped on this submission; look at it by hand"
        result = results.ungraded(grader.lab, name, status)  # no fingerprint: a rerun tries again
    return keep(order, result)


def keep(order: Order, result: Result) -> Result:
    feedback.write(order.feedback_path(result.submission), result, order.bundle.lab)
    results.write(order.result_path(result.submission), result, order.bundle.lab)
    return result
