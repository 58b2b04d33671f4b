"""Calls a submission's functions in a worker, which it starts, ends and starts again."""

from __future__ import annotations

import collections
import contextlib
import errno
import os
import select
import socket
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from labkit.sandbox import protocol
from labkit.sandbox.code import Code
from labkit.sandbox.exchange import KILLED, Call, Exchange, Request
from labkit.sandbox.outcome import Limits, Outcome, SandboxError
from labkit.sandbox.serving import Watchdog
from labkit.student.labcheck.calling import Failure

if TYPE_CHECKING:
    from labkit.sandbox.launch import Zygote

LINUX = sys.platform.startswith("linux")
FILES_LIMIT = 4096
WRITING_SECONDS = 0.002
"""CPU seconds in which a worker cannot write more than a few megabytes, or a few hundred files."""

_OWN_DOING = (errno.EACCES, errno.EPERM, errno.ENAMETOOLONG, errno.ELOOP, errno.ENOTDIR)
"""Why a folder may not be read that a submission made as it liked; all else is the system's."""


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
        self.zygote = zygote
        self.served = serve
        self.substitute = substitute
        self._plotting = code.mentions_plotting
        self.channel: socket.socket | None = None
        self.poller = select.poll()
        self.inbox = protocol.Inbox()
        self.sent: collections.deque[tuple[Request, bytes]] = collections.deque()
        """Calls that went out before they were asked for, with their nonces."""
        self.room = 0
        """Bytes that may go out ahead: what fits while the worker is busy with an answer."""
        self._pid = 0
        self.generation = 0
        self._folder = ""
        self._loaded: set[str] = set()
        self._failed: dict[str, Failure] = {}
        self._spent_before = 0.0
        self._last_clock = self._looked = 0.0
        self.watchdog = Watchdog()
        self.suspect = False
        self._killed = False

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        channel: socket.socket | None = getattr(self, "channel", None)
        if channel is not None:
            channel.close()
            self.zygote.abandon(self._pid, self.generation, self._folder)
        if hasattr(self, "watchdog"):
            self.watchdog.stop()

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

    def may_have_written(self) -> bool:
        """Whether it ran long enough, in one call or in many, to write more than a little."""
        if not LINUX or self._last_clock - self._looked > WRITING_SECONDS:
            self._looked = self._last_clock
            return True
        return False

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
        request: Request | None = None,
        then: Sequence[Request] = (),
    ) -> Outcome:
        """Calls the submission's `function` with copies of the arguments.

        `seconds` limits the worker's CPU time. `names` are the positional parameters' names, for
        `Outcome.changed`. Raises ValueError for a function that the module table lacks and
        TypeError for arguments that cannot cross; anything else is in the Outcome.

        `request` is the call as `request` packed it. The calls `then`, of functions of the same
        module, are the next ones if all goes well: they may go out together with this one.
        """
        request = request or self.request(function, args, kwargs)
        module = request.module
        kwargs = dict(kwargs or {})
        exchange = Call(self, request, args=args, kwargs=kwargs, names=tuple(names), then=then)
        self._catch_up(request)
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

    def request(
        self, function: str, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Request:
        """A call, packed; raises as `call` does."""
        module = self.zygote.modules.get(function)
        if module is None:
            raise ValueError(f"The contract has no function {function}.")
        return Request(function, module, args, dict(kwargs or {}))

    def close(self) -> None:
        """Ends the process and everything that it started."""
        self.stop()
        self.watchdog.close()

    # Starting and loading -------------------------------------------------------------------------

    def _ready(self, module: str) -> bool:
        """Whether `module` can be called right away."""
        if module not in self._loaded or module in self._broken():
            return False
        return bool(self.sent) or (not self.suspect and self._quiet())

    def _catch_up(self, request: Request) -> None:
        """Has the answer to `request` be the next to come, if it went out before."""
        while self.sent and self.sent[0][0] is not request:
            if not Exchange(self).skip() or self.suspect:
                self.stop()

    def _prepare(self, module: str) -> Failure | None:
        """Has a process with `module` imported, or tells why there cannot be one."""
        digest = self.code.digest
        for _ in range(len(set(self.zygote.modules.values())) + 4):
            known = self._failed.get(module) or self._broken().get(module)
            if known is not None:
                return known
            if self.channel is not None and (self.suspect or not self._quiet()):
                self.stop()
            if self.channel is None:
                self._start()
            if self.channel is None:  # the clean process ended meanwhile; there is a new one
                continue
            if module in self._loaded:
                return None
            exchange = Exchange(self)
            failure = exchange.load(module)
            if failure is None:
                self._loaded.add(module)
                return None
            if self.generation != self.zygote.generation or self._spared(failure):
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
            self.zygote.broken[digest, self.apart, guilty] = failure
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
            for (digest, apart, name), failure in self.zygote.broken.items()
            if digest == self.code.digest and apart <= self.apart
        }

    def _start(self) -> None:
        self.channel, self._pid, self.generation, self._folder = self.zygote.fork(
            self.limits, self._plotting, max(map(len, self.code.files.values()), default=0)
        )
        self.channel.setblocking(False)
        self.room = self.channel.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF) // 4
        self.poller = select.poll()
        self.poller.register(self.channel, select.POLLIN)
        self._loaded.clear()
        self._last_clock = self._looked = 0.0
        self.suspect = False
        files = self.code.files
        header = {
            "op": "setup",
            "files": [[path, len(content)] for path, content in files.items()],
            "reply": self.limits.reply_mb << 20,
            "substitute": list(self.substitute),
            "broken": list(self._broken()),
        }
        exchange = Exchange(self)
        failure = exchange.setup(header, list(files.values()))
        if failure is not None and self.generation == self.zygote.generation:
            raise SandboxError(f"A worker did not start: {exchange.refusal or failure}")

    def _quiet(self) -> bool:
        """Whether the worker is alive and has written nothing that was not asked for."""
        assert self.channel is not None
        try:
            self.channel.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return True
        except OSError:
            pass
        return False

    def stop(self, grace: float = 0.0) -> int | None:
        """Ends the process; its wait status if it had ended by itself."""
        if self.channel is None:
            return None
        self._spent_before += self.clock()
        self._last_clock = self._looked = 0.0
        self.channel.close()
        self.channel = None
        self.sent.clear()
        pid, self._pid = self._pid, 0
        self._loaded.clear()
        return self.zygote.finish(pid, self.generation, grace, self._folder)


__all__ = ["Worker"]
