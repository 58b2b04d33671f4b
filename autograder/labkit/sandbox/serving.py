"""Runs a function of the grader's on behalf of a submission, within limits of time and memory.

The arguments are the submission's choice: a size of a million squared, or epochs without end.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from labkit.student.labcheck.limits import interrupt

LINUX = sys.platform.startswith("linux")
LOOK_SECONDS = 0.1


class ServedTooLongError(BaseException):
    """Raised inside a served function that takes too long; no handler of errors catches it."""


def thread_seconds(thread: int | None = None) -> float:
    """CPU seconds of a thread of this process, the calling one by default.

    Functions of the grader's never wait, and a busy machine must not cost a submission its grade.
    Where the system does not tell another thread's, wall seconds.
    """
    if hasattr(time, "pthread_getcpuclockid"):
        clock = time.pthread_getcpuclockid(thread or threading.get_ident())
        return time.clock_gettime(clock)
    return time.monotonic()


class Watchdog:
    """Interrupts a function of this process that runs past its deadline.

    It raises `ServedTooLongError` in the thread at its next bytecode, which ends any loop of
    Python's; a single NumPy operation is bounded by the memory that it may take.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._deadline = 0.0
        self._target = 0
        self._sent = False
        self._closed = threading.Event()

    def run(
        self, function: Callable[..., Any], seconds: float, /, *args: Any, **kwargs: Any
    ) -> Any:
        """What `function` gives; ServedTooLongError after `seconds` (see `thread_seconds`)."""
        if self._thread is None:
            thread = threading.Thread(target=self._watch, name="served", daemon=True)
            try:
                thread.start()
            except RuntimeError as error:  # the system's doing, not the function's
                raise OSError(errno.EAGAIN, "no thread can be started") from error
            self._thread = thread
        with self._lock:
            self._deadline = thread_seconds() + seconds
            self._sent = False
            self._target = threading.get_ident()
        late = False
        try:
            return function(*args, **kwargs)
        except ServedTooLongError:
            late = True
        finally:
            while self._target:
                try:
                    with self._lock:
                        self._target = 0
                except ServedTooLongError:
                    late = True
            if self._sent and not late:
                # Not arrived yet: taken back. Only then, as it makes Python look for news at every
                # step until another thread runs.
                interrupt(threading.get_ident(), None)
        raise ServedTooLongError

    def stop(self) -> None:
        """Has the thread end, without waiting for it."""
        self._closed.set()

    def close(self) -> None:
        """Ends the thread."""
        self._closed.set()
        if self._thread is not None:
            self._thread.join(5)
            self._thread = None

    def _watch(self) -> None:
        while not self._closed.wait(LOOK_SECONDS):
            with self._lock:
                if self._target and thread_seconds(self._target) > self._deadline:
                    interrupt(self._target, ServedTooLongError)
                    self._sent = True
                    self._target = 0


class Arguments:
    """What a served function gets: the submission's values, fit to be multiplied in little time.

    Nothing can interrupt a product of matrices. It goes to BLAS only where its numbers are floats
    (whole or half-precision ones take a hundred times as long), and all together are bounded.
    """

    def __init__(self, megabytes: int) -> None:
        self.left = megabytes << 20

    def fit(self, value: Any) -> Any:
        """`value` with its matrices as floats, their values kept; ValueError if it is too large.

        Vectors stay: class indices are whole numbers.
        """
        if isinstance(value, list | tuple):
            return type(value)(self.fit(item) for item in value)
        if isinstance(value, dict):
            return {key: self.fit(item) for key, item in value.items()}
        if not isinstance(value, np.ndarray):
            return value
        slow = value.ndim > 1 and value.dtype.char not in "fdFD"
        self.left -= 8 * value.size if slow else value.nbytes
        if self.left < 0:
            raise ValueError("too large")
        return value.astype(np.float64) if slow else value


_limited = threading.Lock()
_inside = 0
_outside: tuple[int, int] = (-1, -1)


@contextlib.contextmanager
def memory_limit(megabytes: int) -> Iterator[None]:
    """Lets this process take at most so much memory more (Linux); MemoryError beyond it.

    The limit is the process's: where threads overlap, the first sets it and the last takes it back.
    """
    if not LINUX:
        yield
        return
    import resource

    global _inside, _outside
    with _limited:
        _inside += 1
        if _inside == 1:
            _outside = soft, hard = resource.getrlimit(resource.RLIMIT_AS)
            with open("/proc/self/statm", "rb") as file:  # noqa: PTH123
                size = int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
            wanted = size + (megabytes << 20)
            if soft != resource.RLIM_INFINITY:
                wanted = min(wanted, soft)
            resource.setrlimit(resource.RLIMIT_AS, (wanted, hard))
    try:
        yield
    finally:
        with _limited:
            _inside -= 1
            if not _inside:
                resource.setrlimit(resource.RLIMIT_AS, _outside)
