"""Grades submissions in several processes, each with a warm grader of its own."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing.queues import SimpleQueue

from labkit.classroom.folder import OutError
from labkit.classroom.order import Order
from labkit.intake import Submission
from labkit.judging.grader import BrokenCaseError, Grader
from labkit.judging.result import Result

Graded = tuple[Submission, Result]

_PAUSE_SECONDS = 1.5
_LOOK_SECONDS = 0.2
"""How long a Ctrl-C waits while nothing else happens."""


def grade_here(order: Order, submissions: Iterable[Submission]) -> Iterator[Graded]:
    """Grade one submission after another in this process."""
    grader: Grader | None = None
    try:
        for submission in submissions:
            result = order.settled(submission)
            if result is None:
                grader = grader or Grader(order.bundle)
                result = _grade(grader, order, submission)
            yield submission, result
    finally:
        if grader is not None:
            grader.close()


def grade_in_processes(
    order: Order, submissions: Iterable[Submission], jobs: int
) -> Iterator[Graded]:
    """A pool of graders. If one of them dies, its submission is tried once more, alone."""
    with _interrupts() as look:
        yield from _in_processes(order, iter(submissions), jobs, look)


def _in_processes(
    order: Order, left: Iterator[Submission], jobs: int, look: Callable[[], None]
) -> Iterator[Graded]:
    more = True
    while more:
        pending: dict[Future[Result], Submission] = {}
        asked: Submission | None = None
        with _pool(order, jobs) as pool:
            try:
                for submission in left:
                    look()
                    settled = order.settled(submission)
                    if settled is not None:
                        yield submission, settled
                        continue
                    asked = submission
                    pending[pool.submit(_grade_in_pool, submission)] = submission
                    asked = None
                    if len(pending) >= 2 * jobs:
                        yield from _collect(pending, look)
                while pending:
                    yield from _collect(pending, look)
                more = False
            except BrokenProcessPool:
                pass  # those that were being graded are in `pending`
        for suspect in (*pending.values(), *([asked] if asked else [])):
            yield suspect, _grade_alone(order, suspect, look)


@contextmanager
def _interrupts() -> Iterator[Callable[[], None]]:
    """Ctrl-C is noted, and raised where the caller looks for it.

    Raised wherever the main thread happens to be, it gets lost in a destructor (then the class goes
    on) or among the pool's own locks. A second Ctrl-C is raised at once.
    """
    if threading.current_thread() is not threading.main_thread():
        yield lambda: None
        return
    asked = threading.Event()

    def note(*_: object) -> None:
        asked.set()
        signal.signal(signal.SIGINT, before)

    def look() -> None:
        if asked.is_set():
            raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, note)
    try:
        yield look
        look()
    finally:
        signal.signal(signal.SIGINT, before)


def _first_of(waiting: Iterable[Future[Result]], look: Callable[[], None]) -> set[Future[Result]]:
    """Those that are done, as soon as there is one."""
    while True:
        done, _ = wait(waiting, timeout=_LOOK_SECONDS, return_when=FIRST_COMPLETED)
        look()
        if done:
            return done


def _collect(
    pending: dict[Future[Result], Submission], look: Callable[[], None]
) -> Iterator[Graded]:
    for future in _first_of(pending, look):
        result = future.result()  # BrokenProcessPool: the submission stays in `pending`
        yield pending.pop(future), result


def _grade_alone(order: Order, submission: Submission, look: Callable[[], None]) -> Result:
    try:
        with _pool(order, 1) as pool:
            future = pool.submit(_grade_in_pool, submission)
            _first_of([future], look)
            return future.result()
    except BrokenProcessPool:
        return order.failed(
            submission, "the grading process died on this submission; grade it again"
        )


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
    threading.Thread(target=_watch, args=(parent,), daemon=True).start()
    _order = order
    _grader = Grader(order.bundle)


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1.0)
    if _grader is not None:
        _grader.close()
    os._exit(1)


def _grade_in_pool(submission: Submission) -> Result:
    assert _grader is not None and _order is not None
    return _grade(_grader, _order, submission)


def _grade(grader: Grader, order: Order, submission: Submission) -> Result:
    """Grade one submission and write its files; never raises for what is in the submission.

    What stops the grader itself may pass: a full disk that another submission is being cleared
    from, no memory for a moment. So it is tried once more. Raises OSError where OUT cannot be
    written.
    """
    for pause in (_PAUSE_SECONDS, 0.0):
        try:
            return order.keep(order.grade(grader, submission))
        except OutError:
            raise
        except BrokenCaseError as error:
            return order.failed(submission, str(error))
        except Exception as error:
            print(f"{submission.name}: {type(error).__name__}: {error}", file=sys.stderr)
            time.sleep(pause)
    return order.failed(submission, "the grader itself stopped on this submission; grade it again")
