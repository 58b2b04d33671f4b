"""Calls a submission's functions in a worker and reads what comes back.

Nothing that a worker sends can raise here: whatever is not a well-formed answer to the call at hand
is a `Failure`, after which that worker is gone.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import select
import signal
import socket
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from labkit.sandbox import protocol
from labkit.sandbox.code import Code
from labkit.sandbox.outcome import (
    STANDARD_EXCEPTIONS,
    STANDARD_TYPES,
    STANDARD_WARNINGS,
    Failure,
    Kind,
    Limits,
    Outcome,
    SandboxError,
    first_standard,
    printable,
)
from labkit.sandbox.protocol import Decoder, Encoder, ProtocolError, TooLargeError
from labkit.sandbox.serving import (
    Arguments,
    ServedTooLongError,
    Watchdog,
    memory_limit,
    thread_seconds,
)

if TYPE_CHECKING:
    from labkit.sandbox.launch import Zygote

LINUX = sys.platform.startswith("linux")
FOLDER_SECONDS = 0.05
"""How long a submission can write before its folder is looked at."""
CHECK_SECONDS = 0.02
GRACE_SECONDS = 1.0
STARVED = 6
"""A worker that gets less than this part of a core counts as waiting, not as crowded out."""
NOTES_LIMIT = 512
FILES_LIMIT = 4096
KILLED = "killed by the system"
PATH_DEPTH = 4

_OWN_DOING = (errno.EACCES, errno.EPERM, errno.ENAMETOOLONG, errno.ELOOP, errno.ENOTDIR)
"""Why a folder may not be read that a submission made as it liked; all else is the system's."""

_MODULE = re.compile(r"[A-Za-z_][A-Za-z0-9_.]{0,79}")
_KINDS: tuple[Kind, ...] = (
    "not_written",
    "raised",
    "missing",
    "memory",
    "exited",
    "bad_type",
    "flooded",
    "blocked",
)


class _GoneError(Exception):
    """The worker closed its end."""


class _ExpiredError(Exception):
    """A limit was met: `cpu`, `wall` or `files`."""

    def __init__(self, limit: str) -> None:
        super().__init__(limit)
        self.limit = limit


class _Budget:
    """What one exchange may take, looked at whenever there is nothing to read or write."""

    def __init__(self, worker: Worker, seconds: float) -> None:
        self.worker = worker
        self.start = worker.clock()
        self.cpu = seconds
        self.looked = self.checked = time.monotonic()
        self.deadline = self.looked + worker.limits.wall(seconds)
        self.serving = worker.limits.wall(seconds)
        """CPU seconds left for functions served by the grader; they do not count otherwise."""
        self.spent = 0.0

    def used(self) -> float:
        """CPU seconds so far; what was last known once the process is gone."""
        self.spent = max(self.spent, self.worker.clock() - self.start)
        return self.spent

    def wait(self, poller: select.poll) -> int:
        """The socket's next event; _ExpiredError if a limit is met before."""
        while True:
            if time.monotonic() - self.checked > CHECK_SECONDS:
                self.check()  # also while something arrives all the time
            pause = FOLDER_SECONDS if self.worker.measured else 0.5
            pause = min(pause, max(0.004, (self.cpu - self.spent) / 2))
            events = poller.poll(pause * 1000)
            if events:
                return events[0][1]
            self.check()

    def check(self) -> None:
        now = self.checked = time.monotonic()
        if self.used() > self.cpu:
            raise _ExpiredError("cpu")
        # On a busy machine work takes long without waiting for anything.
        if now > self.deadline + STARVED * self.spent:
            raise _ExpiredError("wall")
        if now - self.looked > FOLDER_SECONDS:
            self.looked = now
            if not self.worker.folder_fits():
                raise _ExpiredError("files")


class Worker:
    """A confined process with one submission in it. Use it as a context manager or `close` it.

    After a timeout or a crash the next call starts a new one by itself.
    """

    def __init__(
        self,
        zygote: Zygote,
        code: Code,
        *,
        limits: Limits,
        serve: dict[str, Callable[..., Any]],
        substitute: tuple[str, ...],
        apart: bool = False,
    ) -> None:
        self.code = code
        self.apart = apart
        self.limits = limits
        self._zygote = zygote
        self._serve = serve
        self._substitute = substitute
        self._plotting = code.mentions_plotting
        self._socket: socket.socket | None = None
        self._poller = select.poll()
        self.inbox = protocol.Inbox()
        self._pid = 0
        self._generation = 0
        self._folder = ""
        self._loaded: set[str] = set()
        self._failed: dict[str, Failure] = {}
        self._spent_before = 0.0
        self._last_clock = 0.0
        self._watchdog = Watchdog()
        self._suspect = False
        self._killed = False

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        channel: socket.socket | None = getattr(self, "_socket", None)
        if channel is not None:
            channel.close()
            self._zygote.abandon(self._pid, self._generation, self._folder)
        if hasattr(self, "_watchdog"):
            self._watchdog.stop()

    @property
    def pid(self) -> int:
        """The process's id; 0 if there is none."""
        return self._pid

    @property
    def measured(self) -> bool:
        """Whether CPU time can be read from outside."""
        return LINUX

    @property
    def seconds(self) -> float:
        """CPU seconds so far, over all restarts; 0 where the system does not tell."""
        return self._spent_before + self.clock()

    def clock(self) -> float:
        """CPU seconds of the present process, by its own clock read from outside."""
        if self._pid and LINUX:
            with contextlib.suppress(OSError):
                self._last_clock = max(self._last_clock, time.clock_gettime((~self._pid << 3) | 2))
        return self._last_clock

    def folder_fits(self) -> bool:
        """Whether the private folder is within its size and number of files."""
        total = count = 0
        pending = [self._folder]
        while pending:
            try:
                with os.scandir(pending.pop()) as entries:
                    for entry in entries:
                        count += 1
                        if entry.is_dir(follow_symlinks=False):
                            pending.append(entry.path)
                        else:
                            total += entry.stat(follow_symlinks=False).st_blocks * 512
                        if count > FILES_LIMIT or total > self.limits.folder_mb << 20:
                            return False
            except FileNotFoundError:
                continue
            except OSError as error:
                if error.errno in _OWN_DOING:
                    return False
                raise SandboxError(f"A worker's folder cannot be looked at: {error}.") from error
        return True

    def call(
        self,
        function: str,
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
        *,
        seconds: float,
        names: Sequence[str] = (),
    ) -> Outcome:
        """Calls the submission's `function` with copies of the arguments.

        `seconds` limits the worker's CPU time. `names` are the positional parameters' names, for
        `Outcome.changed`. Raises ValueError for a function that the module table lacks and
        TypeError for arguments that cannot cross; anything else is in the Outcome.
        """
        module = self._zygote.modules.get(function)
        if module is None:
            raise ValueError(f"The contract has no function {function}.")
        exchange = _Call(
            self, function, module, args=args, kwargs=dict(kwargs or {}), names=tuple(names)
        )
        loading = 0.0
        for _ in range(3):
            if not self._ready(module):
                before = self.seconds
                failure = self._prepare(module)
                loading += self.seconds - before
                if failure is not None:
                    return Outcome(failure=failure, loading=loading)
            outcome = exchange.run(seconds)
            if outcome is not None and self._spared(outcome.failure):
                continue
            if outcome is not None:
                return replace(outcome, loading=loading) if loading else outcome
        raise SandboxError("The process that runs submissions ended twice during one call.")

    def close(self) -> None:
        """Ends the process and everything that it started."""
        self._stop()
        self._watchdog.close()

    # Starting and loading -------------------------------------------------------------------------

    def _ready(self, module: str) -> bool:
        """Whether `module` can be called right away."""
        if module not in self._loaded or module in self._broken():
            return False
        return not self._suspect and self._quiet()

    def _prepare(self, module: str) -> Failure | None:
        """Has a process with `module` imported, or tells why there cannot be one."""
        digest = self.code.digest
        for _ in range(len(set(self._zygote.modules.values())) + 4):
            known = self._failed.get(module) or self._broken().get(module)
            if known is not None:
                return known
            if self._socket is not None and (self._suspect or not self._quiet()):
                self._stop()
            if self._socket is None:
                self._start()
            if self._socket is None:  # the clean process ended meanwhile; there is a new one
                continue
            if module in self._loaded:
                return None
            exchange = _Exchange(self)
            failure = exchange.load(module)
            if failure is None:
                self._loaded.add(module)
                return None
            if self._generation != self._zygote.generation or self._spared(failure):
                continue
            if failure.kind in ("timeout", "crashed", "exited", "memory", "protocol", "flooded"):
                detail = failure.detail or failure.kind
                failure = replace(failure, kind="import_failed", detail=detail, module=module)
            if not exchange.died:
                self._failed[module] = failure
                return failure
            # It hung or took the process along: the innermost module being imported is to blame,
            # and whoever needs that one fails, or gets substitutes for it, without running it.
            guilty = exchange.importing[-1] if exchange.importing else module
            failure = replace(failure, module=guilty)
            self._zygote.broken[digest, self.apart, guilty] = failure
            if guilty == module:
                return failure
        return Failure("import_failed", detail="crashed", module=module)

    def _spared(self, failure: Failure | None) -> bool:
        """Whether to try once more: no submission can have the system kill it, but where memory
        runs out on the machine, the system may kill any process."""
        if failure is None or failure.detail != KILLED or self._killed:
            return False
        self._killed = True
        return True

    def _broken(self) -> dict[str, Failure]:
        """Modules not to be tried: what is found apart stays there, the rest holds for all."""
        return {
            name: failure
            for (digest, apart, name), failure in self._zygote.broken.items()
            if digest == self.code.digest and apart <= self.apart
        }

    def _start(self) -> None:
        self._socket, self._pid, self._generation, self._folder = self._zygote.fork(
            self.limits, self._plotting, max(map(len, self.code.files.values()), default=0)
        )
        self._socket.setblocking(False)
        self._poller = select.poll()
        self._poller.register(self._socket, select.POLLIN)
        self._loaded.clear()
        self._last_clock = 0.0
        self._suspect = False
        files = self.code.files
        header = {
            "op": "setup",
            "files": [[path, len(content)] for path, content in files.items()],
            "reply": self.limits.reply_mb << 20,
            "substitute": list(self._substitute),
            "broken": list(self._broken()),
        }
        exchange = _Exchange(self)
        failure = exchange.setup(header, list(files.values()))
        if failure is not None and self._generation == self._zygote.generation:
            raise SandboxError(f"A worker did not start: {exchange.refusal or failure}")

    def _quiet(self) -> bool:
        """Whether the worker is alive and has written nothing that was not asked for."""
        assert self._socket is not None
        try:
            self._socket.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return True
        except OSError:
            pass
        return False

    def _stop(self, grace: float = 0.0) -> int | None:
        """Ends the process; its wait status if it had ended by itself."""
        if self._socket is None:
            return None
        self._spent_before += self.clock()
        self._last_clock = 0.0
        self._socket.close()
        self._socket = None
        pid, self._pid = self._pid, 0
        self._loaded.clear()
        return self._zygote.finish(pid, self._generation, grace, self._folder)


class _Exchange:
    """One request and its answer; any trouble ends the worker and becomes a Failure."""

    def __init__(self, worker: Worker) -> None:
        self.worker = worker
        self.importing: list[str] = []
        self.notes = 0
        self.died = False
        self.refusal = ""
        self.nonce = b""
        self.inbox = worker.inbox
        self.budget: _Budget
        self.header: dict[str, Any] = {}
        self.body = bytearray()

    def setup(self, header: dict[str, Any], buffers: list[protocol.Buffer]) -> Failure | None:
        """Hands the submission's files over; what goes wrong here is never its own doing."""
        failure = self.exchange(header, buffers, 30.0)
        if failure is None and self.header.get("op") != "done":
            self.refusal = printable(self.header.get("text")) or "it could not write the files"
            self.worker._stop()
            return Failure("protocol")
        return failure

    def load(self, module: str) -> Failure | None:
        failure = self.exchange(
            {"op": "load", "module": module}, (), self.worker.limits.load_seconds
        )
        if failure is not None or self.header.get("op") == "done":
            return failure
        failure = self.error(module)
        if failure.kind in ("exited", "memory", "missing"):
            return failure
        detail = failure.detail if failure.kind == "not_written" else ""
        if failure.kind == "raised" and self.header.get("absent") == f"neuralnet.{module}":
            return replace(failure, kind="missing", type_name="", text="", module=module)
        return replace(failure, kind="import_failed", detail=detail, module=module)

    def exchange(
        self,
        header: dict[str, Any],
        buffers: Sequence[protocol.Buffer],
        seconds: float,
    ) -> Failure | None:
        """Sends a request and reads up to its answer, serving callbacks on the way."""
        worker = self.worker
        self.nonce = os.urandom(protocol.NONCE_BYTES)
        self.inbox.clear()
        self.budget = _Budget(worker, seconds)
        try:
            self.send(header, buffers)
            self.receive()
            while self.header.get("op") in ("callback", "loading", "loaded"):
                self.notes += 1
                if self.header["op"] == "callback":
                    self.notes = 0
                    self.serve()
                else:
                    self.note()
                self.receive()
            self.budget.used()
            if not worker.folder_fits():  # many short calls can fill it, too
                raise _ExpiredError("files")
            if self.header.get("threads") or self.inbox.ahead:
                worker._suspect = True  # something of it goes on
            return None
        except _ExpiredError as error:
            kind: Kind = "flooded" if error.limit == "files" else "timeout"
            failure = Failure(kind, detail=error.limit)
        except _GoneError:
            return self.ended()
        except TooLargeError:
            failure = Failure("flooded", detail="reply")
        except ProtocolError:
            failure = Failure("protocol")
        except MemoryError as error:  # the reply's size is within its limit
            worker._stop()
            raise SandboxError("The grader itself is out of memory.") from error
        except BaseException:
            worker._stop()
            raise
        self.died = True
        self.budget.used()
        worker._stop()
        return failure

    def ended(self) -> Failure:
        """The worker closed its end: how it ended."""
        worker = self.worker
        self.died = True
        self.budget.used()
        status = worker._stop(GRACE_SECONDS)
        if status is None:
            return Failure("protocol")
        if os.WIFEXITED(status):
            return Failure("exited", detail=f"exit code {os.WEXITSTATUS(status)}")
        number = os.WTERMSIG(status)
        try:
            name = signal.Signals(number).name
        except ValueError:
            name = f"signal {number}"
        if name in ("SIGXCPU", "SIGALRM", "SIGVTALRM", "SIGPROF"):
            return Failure("timeout", detail=name)
        if name == "SIGKILL":
            return Failure("memory", detail=KILLED)
        return Failure("crashed", detail=name)

    # Bytes ----------------------------------------------------------------------------------------

    def send(self, header: dict[str, Any], buffers: Sequence[protocol.Buffer]) -> None:
        channel = self.worker._socket
        assert channel is not None
        poller: select.poll | None = None
        for piece in protocol.pack(self.nonce, header, buffers):
            view = memoryview(piece).cast("B")
            while view:
                try:
                    view = view[channel.send(view, getattr(socket, "MSG_NOSIGNAL", 0)) :]
                except BlockingIOError:
                    if poller is None:
                        poller = select.poll()
                        poller.register(channel, select.POLLOUT)
                    self.budget.wait(poller)
                except OSError:
                    raise _GoneError from None

    def receive(self) -> None:
        """Reads one frame of this exchange into `header` and `body`."""
        prefix = self.inbox.exactly(protocol.PREFIX.size, self.some)
        if prefix[:1] == b"!":
            text = bytes(prefix[1:]) + bytes(self.inbox.ahead[:300])
            self.refusal = printable(text.decode(errors="replace"))
        nonce, header, body = protocol.unpack_prefix(prefix)
        if nonce != self.nonce:
            raise ProtocolError("not an answer to this")
        if body > (self.worker.limits.reply_mb << 20) + 4096:
            raise TooLargeError
        self.header = protocol.unpack_header(self.inbox.exactly(header, self.some))
        self.body = self.inbox.exactly(body, self.some)

    def some(self, target: memoryview) -> int:
        """Receives into `target` what has arrived, at least one byte, within the budget."""
        channel = self.worker._socket
        assert channel is not None
        while True:
            self.budget.wait(self.worker._poller)
            try:
                count = channel.recv_into(target)
            except BlockingIOError:
                continue
            except OSError:
                count = 0
            if not count:
                raise _GoneError
            return count

    # Messages -------------------------------------------------------------------------------------

    def note(self) -> None:
        """A module's import began or ended."""
        name = self.header.get("module")
        if self.notes > NOTES_LIMIT or not isinstance(name, str) or not _MODULE.fullmatch(name):
            raise ProtocolError("not a note")
        if self.header["op"] == "loading":
            self.importing.append(name)
        elif self.importing and self.importing[-1] == name:
            self.importing.pop()

    def functions(self, name: str) -> Callable[..., Any] | None:
        """The grader's function behind a name that the worker gave."""
        if name in self.worker._substitute:
            return self.worker._serve[name]
        return None

    def serve(self) -> None:
        """Runs one of the grader's functions for the worker and sends what it gave."""
        name = self.header.get("name")
        function = self.functions(name) if isinstance(name, str) else None
        nodes = self.header.get("nodes")
        if function is None or not isinstance(nodes, list) or len(nodes) != 2:
            raise ProtocolError("not a callback")
        decoder = Decoder(self.body)
        try:
            args, kwargs = (decoder.value(node) for node in nodes)
        except MemoryError:
            raise TooLargeError from None
        decoder.finish()
        if not isinstance(args, tuple) or not isinstance(kwargs, dict):
            raise ProtocolError("not arguments")
        self.body = bytearray()
        began, used = time.monotonic(), thread_seconds()
        self.budget.check()
        watchdog = self.worker._watchdog
        served = name in self.worker._substitute
        label = f"{name} of the course" if served else "the function passed"
        try:
            # A training that diverges must not fill the grader's screen.
            with memory_limit(self.worker.limits.callback_mb), np.errstate(all="ignore"):
                args, kwargs = Arguments(self.worker.limits.arguments_mb).fit((args, kwargs))
                value = watchdog.run(function, self.budget.serving, *args, **kwargs)
            encoder = Encoder(self.worker.limits.reply_mb << 20)
            answer = {"op": "value", "value": encoder.node(value)}
            answer["states"] = [
                protocol.generator_node(encoder, generator)[2] for generator in decoder.generators
            ]
        except ServedTooLongError:
            raise _ExpiredError("wall") from None
        except OSError:
            raise  # no thread, no handle: nothing that its arguments did
        except (Exception, RecursionError):
            encoder = Encoder()
            answer = {"op": "error", "text": f"{label} cannot take these arguments"}
        self.budget.deadline += time.monotonic() - began
        self.budget.serving -= thread_seconds() - used
        if self.budget.serving < 0:
            raise _ExpiredError("wall")
        self.send(answer, encoder.buffers)

    def error(self, module: str) -> Failure:
        """The Failure that an error answer describes; ProtocolError's if it describes none."""
        header = self.header
        kind = header.get("kind")
        if header.get("op") != "error" or kind not in _KINDS:
            self.worker._stop()
            self.died = True
            return Failure("protocol")
        if kind == "bad_type":
            name = first_standard(header.get("names"), STANDARD_TYPES - {"object"}, "object")
            return Failure(kind, type_name=name)
        if kind == "flooded":
            return Failure(kind, detail="reply")
        if kind == "missing":
            return Failure(kind, module=module)
        where, function = self.place()
        return Failure(
            kind,
            type_name=first_standard(header.get("names"), STANDARD_EXCEPTIONS, "Exception"),
            text=printable(header.get("text")),
            where=where,
            detail=function if kind == "not_written" else "",
        )

    def place(self) -> tuple[str, str]:
        """`neuralnet/layers.py line 12` and the contract function there, if they exist."""
        file, line = self.header.get("file"), self.header.get("line")
        if not isinstance(file, str) or type(line) is not int:
            return "", ""
        lines = self.worker.code.lines(file)
        if not 0 < line <= lines or printable(file, 120) != file:
            return "", ""
        function = self.header.get("function")
        known = isinstance(function, str) and function in self.worker._zygote.modules
        return f"{file} line {line}", str(function) if known else ""


class _Call(_Exchange):
    """One call of a contract function."""

    def __init__(
        self,
        worker: Worker,
        function: str,
        module: str,
        *,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        names: tuple[str, ...],
    ) -> None:
        super().__init__(worker)
        self.module = module
        self.args, self.kwargs, self.names = args, kwargs, names
        self.passed: dict[str, Callable[..., Any]] = {}
        self.encoder = Encoder(function_id=self.register)
        nodes = [self.encoder.node(args), self.encoder.node(kwargs)]
        self.request = {"op": "call", "module": module, "function": function, "nodes": nodes}

    def register(self, function: Callable[..., Any]) -> str:
        name = str(len(self.passed))
        self.passed[name] = function
        return name

    def functions(self, name: str) -> Callable[..., Any] | None:
        return self.passed.get(name) or super().functions(name)

    def run(self, seconds: float) -> Outcome | None:
        """The outcome; None if the clean process ended, and the worker with it."""
        worker = self.worker
        self.importing, self.notes, self.died = [], 0, False
        failure = self.exchange(self.request, self.encoder.buffers, seconds)
        used = self.budget.spent
        if failure is None and worker._suspect:
            worker._stop()  # not in the next call's time, and not between the calls
        if failure is None and self.header.get("op") == "value":
            decoder = Decoder(self.body)
            try:
                value = decoder.value(self.header.get("value"))
                decoder.finish()
                return Outcome(value, self.changed(), self.warned(), None, used)
            except (ProtocolError, ValueError, TypeError, OverflowError, RecursionError):
                worker._stop()
                failure = Failure("protocol")
            except MemoryError:
                failure = Failure("flooded", detail="reply")
        elif failure is None:
            failure = self.error(self.module)
            try:
                return Outcome(None, self.changed(), self.warned(), failure, used)
            except ProtocolError:
                worker._stop()
                failure = Failure("protocol")
        elif self.died and worker._generation != worker._zygote.generation:
            return None
        return Outcome(failure=failure, seconds=used)

    def warned(self) -> tuple[str, ...]:
        kinds = self.header.get("warnings", [])
        if not isinstance(kinds, list) or len(kinds) > 64:
            raise ProtocolError("not a list of warnings")
        names = {first_standard([kind], STANDARD_WARNINGS, "Warning") for kind in kinds}
        return tuple(sorted(names))

    def changed(self) -> tuple[str, ...]:
        """The paths that the worker says were changed, as far as the arguments have them."""
        paths = self.header.get("changed", [])
        if not isinstance(paths, list) or len(paths) > 64:
            raise ProtocolError("not a list of paths")
        return tuple(dict.fromkeys(self.path(path) for path in paths))

    def path(self, path: Any) -> str:
        if not isinstance(path, list) or len(path) < 2 or path[0] not in (0, 1):
            raise ProtocolError("not a path")
        value: Any = self.kwargs if path[0] is True or path[0] == 1 else self.args
        text = ""
        for depth, step in enumerate(path[1:]):
            if step == "length" and depth == len(path) - 2 and not isinstance(value, Mapping):
                return f"{text} (length)"
            if isinstance(value, Mapping) and isinstance(step, str):
                if step not in value:
                    if step == "length":
                        return f"{text} (length)"
                    raise ProtocolError("not a path")
                text = step if depth == 0 else f"{text}[{step!r}]" if depth < PATH_DEPTH else text
            elif isinstance(value, list | tuple) and type(step) is int and 0 <= step < len(value):
                if depth == 0:
                    text = self.names[step] if step < len(self.names) else f"argument {step + 1}"
                elif depth < PATH_DEPTH:
                    text += f"[{step}]"
            else:
                raise ProtocolError("not a path")
            value = value[step]
        return text


__all__ = ["Worker"]
