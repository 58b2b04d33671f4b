"""Ends a call of student code that takes too long, on every system.

Signals (`setitimer`) are not to be had on Windows, nor outside the main thread. So a thread watches
the clock and raises `OutOfTime` in the caller's, again and again until it is out: code that catches
everything catches it only once. Where there are no threads, in the browser, Python's monitoring
looks at the clock at every jump and call. A call that not even that ends (one long step in C) ends
the process: its parent says so.
"""

from __future__ import annotations

import ctypes
import os
import sys
import threading
import time
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

_T = TypeVar("_T")

WALL_FACTOR, WALL_EXTRA = 3.0, 2.0
"""Wall seconds that go with CPU seconds."""

LOAD_SECONDS = 20.0
"""CPU seconds that importing a module may take."""

HOPELESS = 113
"""Exit code of a process that could not be stopped otherwise."""

_AGAIN = 0.2
_PATIENCE = 5.0
"""Seconds after which a call that takes no notice ends the process."""

_EVENTS_A_LOOK = 256
"""Jumps and calls between two looks at the clock, in the browser."""


class OutOfTime(BaseException):
    """A call ran longer than it may; no Exception, so that student code does not swallow it."""


def wall(seconds: float) -> float:
    """Wall seconds that go with a limit of CPU seconds."""
    return WALL_FACTOR * seconds + WALL_EXTRA


def limited(body: Callable[[], _T], seconds: float) -> _T:
    """What `body` gives; raises OutOfTime once it has had `seconds` of CPU time."""
    watch: _Watch = _Monitoring(seconds) if sys.platform == "emscripten" else _Thread(seconds)
    watch.start()
    try:
        try:
            value = body()
        finally:
            watch.stop()
    except OutOfTime:
        watch.stop()
    if watch.fired:
        raise OutOfTime
    return value


class _Watch(Protocol):
    fired: bool

    def start(self) -> None: ...
    def stop(self) -> None: ...


class _Clock:
    """How long a call has been running, in CPU and wall seconds."""

    def __init__(self, seconds: float, wall_seconds: float = 0.0) -> None:
        self._cpu = time.process_time() + seconds
        self._wall = time.monotonic() + (wall_seconds or wall(seconds))

    def left(self) -> float:
        """Seconds that it may certainly still run."""
        return min(self._cpu - time.process_time(), self._wall - time.monotonic())


class _Thread:
    """A thread that raises in the one that started it."""

    def __init__(self, seconds: float) -> None:
        self.fired = False
        self._seconds = seconds
        self._watched = threading.get_ident()
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._done = False

    def start(self) -> None:
        self._clock = _Clock(self._seconds)
        threading.Thread(target=self._run, daemon=True).start()

    def stop(self) -> None:
        while True:
            try:
                with self._lock:
                    self._done = True
                interrupt(self._watched, None)
                self._over.set()
                return
            except OutOfTime:  # it came just now
                continue

    def _run(self) -> None:
        while (left := self._clock.left()) > 0:
            if self._over.wait(max(left, 0.01)):
                return
        gives_up = time.monotonic() + _PATIENCE
        while time.monotonic() < gives_up:
            with self._lock:
                if self._done:
                    return
                self.fired = True
                interrupt(self._watched, OutOfTime)
            if self._over.wait(_AGAIN):
                return
        os._exit(HOPELESS)


def interrupt(thread: int, kind: type[BaseException] | None) -> None:
    """Have a thread raise at its next step; None takes back what it has not raised yet."""
    error = ctypes.py_object(kind) if kind else None
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), error)


class _Monitoring:
    """Python's monitoring (3.12 and newer); without it nothing watches."""

    def __init__(self, seconds: float) -> None:
        self.fired = False
        self._seconds = seconds
        self._monitoring: Any = getattr(sys, "monitoring", None)
        self._seen = 0

    def start(self) -> None:
        # CPU time is not to be had there, and a student waits before the page: wall time it is.
        self._clock = _Clock(self._seconds, wall_seconds=self._seconds)
        if self._monitoring is None:
            return
        events = self._monitoring.events
        tool = self._monitoring.DEBUGGER_ID
        self._monitoring.use_tool_id(tool, "labcheck")
        for event in (events.JUMP, events.PY_START):
            self._monitoring.register_callback(tool, event, self._look)
        self._monitoring.set_events(tool, events.JUMP | events.PY_START)

    def stop(self) -> None:
        tool = self._monitoring and self._monitoring.DEBUGGER_ID
        if self._monitoring is not None and self._monitoring.get_tool(tool) == "labcheck":
            self._monitoring.set_events(tool, 0)
            self._monitoring.free_tool_id(tool)

    def _look(self, code: Any, *_: Any) -> None:
        self._seen += 1
        if (self.fired or self._seen % _EVENTS_A_LOOK == 0) and self._clock.left() <= 0:
            if code.co_filename == __file__:
                return
            self.fired = True
            raise OutOfTime
