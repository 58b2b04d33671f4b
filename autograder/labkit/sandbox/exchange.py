"""One request to a worker and what comes back.

Nothing that a worker sends can raise here: whatever is not a well-formed answer to the call at hand
is a `Failure`, after which that worker is gone.
"""

from __future__ import annotations

import os
import re
import select
import signal
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from labkit.sandbox import protocol
from labkit.sandbox.outcome import (
    STANDARD_EXCEPTIONS,
    STANDARD_TYPES,
    STANDARD_WARNINGS,
    Outcome,
    SandboxError,
    first_standard,
    printable,
)
from labkit.sandbox.protocol import Decoder, Encoder, ProtocolError, TooLargeError
from labkit.sandbox.serving import (
    Arguments,
    ServedTooLongError,
    memory_limit,
    thread_seconds,
)
from labkit.student.labcheck.calling import Failure, Kind

if TYPE_CHECKING:
    from labkit.sandbox.calls import Worker

FOLDER_SECONDS = 0.05
"""How long a submission can write before its folder is looked at."""
CHECK_SECONDS = 0.02
GRACE_SECONDS = 1.0
STARVED = 6
"""A worker that gets less than this part of a core counts as waiting, not as crowded out."""
SKIP_SECONDS = 0.1
"""How long the answer to a call is waited for that nobody wants any more."""
NOTES_LIMIT = 512
KILLED = "killed by the system"
PATH_DEPTH = 4

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


class GoneError(Exception):
    """The worker closed its end."""


class ExpiredError(Exception):
    """A limit was met: `cpu`, `wall` or `files`."""

    def __init__(self, limit: str) -> None:
        super().__init__(limit)
        self.limit = limit


class Budget:
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
        """The socket's next event; ExpiredError if a limit is met before."""
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
            raise ExpiredError("cpu")
        # On a busy machine work takes long without waiting for anything.
        if now > self.deadline + STARVED * self.spent:
            raise ExpiredError("wall")
        if now - self.looked > FOLDER_SECONDS:
            self.looked = now
            if not self.worker.folder_fits():
                raise ExpiredError("files")


class Exchange:
    """One request and its answer; any trouble ends the worker and becomes a Failure."""

    def __init__(self, worker: Worker) -> None:
        self.worker = worker
        self.importing: list[str] = []
        self.notes = 0
        self.died = False
        self.refusal = ""
        self.nonce = b""
        self.inbox = worker.inbox
        self.budget: Budget
        self.header: dict[str, Any] = {}
        self.body = bytearray()

    def setup(self, header: dict[str, Any], buffers: list[protocol.Buffer]) -> Failure | None:
        """Hands the submission's files over; what goes wrong here is never its own doing."""
        failure = self.exchange(protocol.Message(header, buffers), 30.0)
        if failure is None and self.header.get("op") != "done":
            self.refusal = printable(self.header.get("text")) or "it could not write the files"
            self.worker.stop()
            return Failure("protocol")
        return failure

    def load(self, module: str) -> Failure | None:
        request = protocol.Message({"op": "load", "module": module})
        failure = self.exchange(request, self.worker.limits.load_seconds)
        if failure is not None or self.header.get("op") == "done":
            return failure
        failure = self.error(module)
        if failure.kind in ("exited", "memory", "missing"):
            return failure
        detail = failure.detail if failure.kind == "not_written" else ""
        if failure.kind == "raised" and self.header.get("absent") == f"neuralnet.{module}":
            return replace(failure, kind="missing", type_name="", text="", module=module)
        return replace(failure, kind="import_failed", detail=detail, module=module)

    def skip(self) -> bool:
        """Reads the answer to the call that went out first, which is not wanted any more.

        Whether it came at once: no limit of a call's is used up for it.
        """
        return self.exchange(None, SKIP_SECONDS) is None

    def exchange(self, message: protocol.Message | None, seconds: float) -> Failure | None:
        """Sends a request and reads up to its answer, serving callbacks on the way.

        Without a message, the answer is that to the call that went out first.
        """
        worker = self.worker
        self.budget = Budget(worker, seconds)
        try:
            if message is None:
                _, self.nonce = worker.sent.popleft()
            else:
                self.nonce = os.urandom(protocol.NONCE_BYTES)
                self.inbox.clear()
                self.write([*message.frame(self.nonce), *self.ahead()])
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
            if worker.may_have_written() and not worker.folder_fits():
                raise ExpiredError("files")
            if self.header.get("threads") or (self.inbox.ahead and not worker.sent):
                worker.suspect = True  # something of it goes on
            return None
        except ExpiredError as error:
            kind: Kind = "flooded" if error.limit == "files" else "timeout"
            failure = Failure(kind, detail=error.limit)
        except GoneError:
            return self.ended()
        except TooLargeError:
            failure = Failure("flooded", detail="reply")
        except ProtocolError:
            failure = Failure("protocol")
        except MemoryError as error:  # the reply's size is within its limit
            worker.stop()
            raise SandboxError("The grader itself is out of memory.") from error
        except BaseException:
            worker.stop()
            raise
        self.died = True
        self.budget.used()
        worker.stop()
        return failure

    def ended(self) -> Failure:
        """The worker closed its end: how it ended."""
        worker = self.worker
        self.died = True
        self.budget.used()
        status = worker.stop(GRACE_SECONDS)
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

    def ahead(self) -> Sequence[protocol.Buffer]:
        """What goes out together with a request: nothing, but for calls."""
        return ()

    def write(self, pieces: Sequence[protocol.Buffer]) -> None:
        channel = self.worker.channel
        assert channel is not None
        poller: select.poll | None = None
        for piece in pieces:
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
                    raise GoneError from None

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
        channel = self.worker.channel
        assert channel is not None
        while True:
            self.budget.wait(self.worker.poller)
            try:
                count = channel.recv_into(target)
            except BlockingIOError:
                continue
            except OSError:
                count = 0
            if not count:
                raise GoneError
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
        if name in self.worker.substitute:
            return self.worker.served[name]
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
        watchdog = self.worker.watchdog
        served = name in self.worker.substitute
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
            raise ExpiredError("wall") from None
        except OSError:
            raise  # no thread, no handle: nothing that its arguments did
        except Exception:
            encoder = Encoder()
            answer = {"op": "error", "text": f"{label} cannot take these arguments"}
        self.budget.deadline += time.monotonic() - began
        self.budget.serving -= thread_seconds() - used
        if self.budget.serving < 0:
            raise ExpiredError("wall")
        self.write(protocol.pack(self.nonce, answer, encoder.buffers))

    def error(self, module: str) -> Failure:
        """The Failure that an error answer describes; ProtocolError's if it describes none."""
        header = self.header
        kind = header.get("kind")
        if header.get("op") != "error" or kind not in _KINDS:
            self.worker.stop()
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
        known = isinstance(function, str) and function in self.worker.zygote.modules
        return f"{file} line {line}", str(function) if known else ""


class Request:
    """A call of a contract function as it crosses: packed once, for a whole class."""

    def __init__(
        self, function: str, module: str, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> None:
        self.module = module
        self.passed: dict[str, Callable[..., Any]] = {}
        """The functions among the arguments, which the grader serves, by the names they go by."""
        encoder = Encoder(function_id=self._register)
        nodes = [encoder.node(args), encoder.node(kwargs)]
        header = {"op": "call", "module": module, "function": function, "nodes": nodes}
        self.message = protocol.Message(header, encoder.buffers)

    @property
    def size(self) -> int:
        """Bytes on their way."""
        return self.message.size

    def _register(self, function: Callable[..., Any]) -> str:
        name = str(len(self.passed))
        self.passed[name] = function
        return name


class Call(Exchange):
    """One call of a contract function."""

    def __init__(
        self,
        worker: Worker,
        request: Request,
        *,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        names: tuple[str, ...],
        then: Sequence[Request] = (),
    ) -> None:
        super().__init__(worker)
        self.request, self.then = request, then
        self.args, self.kwargs, self.names = args, kwargs, names

    def functions(self, name: str) -> Callable[..., Any] | None:
        return self.request.passed.get(name) or super().functions(name)

    def ahead(self) -> Sequence[protocol.Buffer]:
        worker = self.worker
        if self.request.passed or worker.substitute:
            return ()  # its answer comes after answers of ours
        frames: list[protocol.Buffer] = []
        room = worker.room
        for request in self.then:
            room -= request.size
            if request.passed or request.module != self.request.module or room < 0:
                break
            nonce = os.urandom(protocol.NONCE_BYTES)
            worker.sent.append((request, nonce))
            frames += request.message.frame(nonce)
        return [b"".join(frames)]

    def run(self, seconds: float) -> Outcome | None:
        """The outcome; None if the clean process ended, and the worker with it."""
        worker = self.worker
        self.importing, self.notes, self.died = [], 0, False
        failure = self.exchange(None if worker.sent else self.request.message, seconds)
        used = self.budget.spent
        if failure is None and worker.suspect:
            worker.stop()  # not in the next call's time, and not between the calls
        if failure is None and self.header.get("op") == "value":
            decoder, size = Decoder(self.body), len(self.body)
            try:
                value = decoder.value(self.header.get("value"))
                decoder.finish()
                return Outcome(value, self.changed(), self.warned(), None, used, size)
            except (ProtocolError, ValueError, TypeError, OverflowError, RecursionError):
                worker.stop()
                failure = Failure("protocol")
            except MemoryError:
                failure = Failure("flooded", detail="reply")
        elif failure is None:
            failure = self.error(self.request.module)
            try:
                return Outcome(None, self.changed(), self.warned(), failure, used)
            except ProtocolError:
                worker.stop()
                failure = Failure("protocol")
        elif self.died and worker.generation != worker.zygote.generation:
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


__all__ = ["Call", "Exchange", "Request"]
