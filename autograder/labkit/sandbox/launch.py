"""Starts the zygote, the clean process that forks workers, and asks it for them."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import weakref
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from labkit.base.threads import ONE_THREAD
from labkit.sandbox import confinement
from labkit.sandbox.calls import Worker
from labkit.sandbox.code import Code
from labkit.sandbox.confinement import Confinement
from labkit.sandbox.outcome import Limits, SandboxError, ZygoteGoneError
from labkit.student.labcheck.calling import Failure

START_SECONDS = 60.0
CONTROL_SECONDS = 60.0
CPU_SECONDS = 3600
"""Of one worker, whatever becomes of the grader that measures its calls."""
LINUX = sys.platform.startswith("linux")

_SOURCES = ("protocol", "restrict", "worker", "zygote")
_BOOT = """
import fcntl, json, os, sys, types
handle = fcntl.fcntl(int(sys.argv[1]), fcntl.F_DUPFD_CLOEXEC, 64)
os.close(int(sys.argv[1]))
def exactly(size):
    data = b""
    while len(data) < size:
        part = os.read(handle, size - len(data))
        if not part: os._exit(0)
        data += part
    return data
parcel = json.loads(exactly(int.from_bytes(exactly(4), "little")))
package = types.ModuleType("_sandbox"); package.__path__ = []
sys.modules["_sandbox"] = package
try:
    class Finder:
        @staticmethod
        def find_spec(fullname, path=None, target=None):
            name = fullname.partition(".")[2]
            if fullname.startswith("_sandbox.") and name in parcel["sources"]:
                import importlib.machinery
                return importlib.machinery.ModuleSpec(fullname, Loader)
    class Loader:
        @staticmethod
        def create_module(spec): return None
        @staticmethod
        def exec_module(module):
            name = module.__name__.partition(".")[2]
            source = parcel["sources"][name]
            exec(compile(source, "<sandbox>/" + name + ".py", "exec"), vars(module))
    sys.meta_path.insert(0, Finder)
    from _sandbox import zygote
    zygote.main(handle, parcel["settings"])
except BaseException as error:
    import traceback
    text = json.dumps({"error": traceback.format_exc()[-2000:]}).encode()
    try: os.write(handle, len(text).to_bytes(4, "little") + text)
    except OSError: pass
"""


class Zygote:
    """A clean process that forks confined workers. Use it as a context manager or `close` it.

    One thread at a time talks to it; several threads may share it. It belongs to the process that
    started it.
    """

    def __init__(self, modules: Mapping[str, str]) -> None:
        if os.name != "posix":
            raise SandboxError(
                "Grading runs submissions in forked processes, which this system does not have: "
                "use Linux, macOS or the Windows Subsystem for Linux."
            )
        self.modules = dict(modules)
        self._lock = threading.Lock()
        self._abandoned: list[tuple[int, int, str]] = []
        self._owner = os.getpid()
        self._closed = False
        self.broken: dict[tuple[str, bool, str], Failure] = {}
        """Modules that hung or crashed while being imported: they are not tried again. By the
        submission's digest, whether its worker was apart, and name, which is the worker's word."""
        self._process: subprocess.Popen[bytes] | None = None
        self._finalizer: weakref.finalize[Any, Zygote] | None = None
        self.generation = 0
        self._launch()

    @classmethod
    def start(cls, modules: Mapping[str, str]) -> Zygote:
        """Starts the clean process; about a third of a second, once.

        `modules` tells the module of each function that may be called. Raises SandboxError where
        this system cannot run one.
        """
        return cls(modules)

    def __enter__(self) -> Zygote:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def confinement(self) -> Confinement:
        """What is in force for every worker, and what this system cannot confine."""
        return self._confinement

    @property
    def pid(self) -> int:
        """The clean process's id."""
        assert self._process is not None
        return self._process.pid

    def worker(
        self,
        code: Code,
        *,
        limits: Limits | None = None,
        serve: Mapping[str, Callable[..., Any]] | None = None,
        substitute: Sequence[str] = (),
        apart: bool = False,
    ) -> Worker:
        """A worker for a submission's code.

        It is forked at its first call. Each function named in `substitute` is replaced, wherever
        the submission uses it, by a call of `serve[name]` here in the grader. Nothing that a
        worker `apart` does reaches the submission's other workers.
        """
        serve = dict(serve or {})
        for name in substitute:
            if name not in serve or name not in self.modules:
                raise ValueError(f"There is nothing to substitute for {name}.")
        return Worker(
            self,
            code,
            limits=limits or Limits(),
            serve=serve,
            substitute=tuple(substitute),
            apart=apart,
        )

    def close(self) -> None:
        """Ends the clean process with all its workers and removes what they left."""
        with self._lock:
            self._closed = True
            if self._finalizer is not None:
                self._finalizer()
                self._finalizer = None

    def _launch(self) -> None:
        root = _private_root()
        mine, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        environment = {
            "PATH": "/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "LC_ALL": "C.UTF-8",
            "HOME": root,
            "TMPDIR": root,
            "MPLBACKEND": "Agg",
            "MPLCONFIGDIR": root,
            **ONE_THREAD,
        }
        if sys.platform == "darwin":
            environment["OBJC_DISABLE_INITIALIZE_FORK_SAFETY"] = "YES"
        for name in ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"):
            if name in os.environ:
                environment[name] = os.environ[name]
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _BOOT, str(theirs.fileno())],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environment,
            cwd=root,
            close_fds=True,
            pass_fds=(theirs.fileno(),),
            start_new_session=True,
        )
        theirs.close()
        self._process, self._control, self._root = process, mine, root
        self._finalizer = weakref.finalize(self, _end, process, mine, root, os.getpid())
        here = Path(__file__).parent
        parcel = {
            "sources": {
                name: (here / f"{name}.py").read_text(encoding="utf-8") for name in _SOURCES
            },
            "settings": {
                **confinement.settings(),
                "root": root,
                "parent": os.getpid(),
                "modules": self.modules,
                "plot_cache": str(_plot_cache(root)),
            },
        }
        text = json.dumps(parcel).encode()
        try:
            self._control.settimeout(START_SECONDS)
            self._control.sendall(len(text).to_bytes(4, "little") + text)
            answer = self._answer()
        except (ZygoteGoneError, OSError) as error:
            self._finalizer()
            raise SandboxError("The process that runs submissions did not start.") from error
        if "error" in answer:
            self._finalizer()
            raise SandboxError(f"The process that runs submissions failed: {answer['error']}")
        self._control.settimeout(CONTROL_SECONDS)
        self._confinement = Confinement.of(answer["layers"])
        self.generation += 1
        if LINUX and not any(layer.startswith("landlock") for layer in answer["layers"]):
            _close_memory()

    def _answer(self) -> dict[str, Any]:
        size = int.from_bytes(self._exactly(4), "little")
        answer = json.loads(self._exactly(size))
        assert isinstance(answer, dict)
        return answer

    def _exactly(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            part = self._control.recv(size - len(data))
            if not part:
                raise ZygoteGoneError
            data += part
        return data

    def _ask(self, request: dict[str, Any], handles: Sequence[int] = ()) -> dict[str, Any]:
        """One request; ZygoteGoneError if the clean process has ended."""
        if os.getpid() != self._owner:
            raise SandboxError("A zygote serves only the process that started it: start another.")
        if self._closed:
            raise SandboxError("This zygote is closed.")
        text = json.dumps(request).encode()
        message = len(text).to_bytes(4, "little")
        try:
            if handles:
                socket.send_fds(self._control, [message], list(handles))
            else:
                self._control.sendall(message)
            self._control.sendall(text)
            return self._answer()
        except (OSError, ValueError) as error:
            raise ZygoteGoneError from error

    def fork(
        self, limits: Limits, plotting: bool, largest: int = 0
    ) -> tuple[socket.socket, int, int, str]:
        """A new worker's socket, process id, zygote generation and folder.

        `largest` is the size of the submission's largest file, which the worker writes there.
        """
        request = {
            "op": "fork",
            "plotting": plotting,
            "limits": {
                "memory": limits.memory_mb << 20,
                "file": max(limits.file_mb << 20, largest),
                "open": limits.open_files,
                "cpu": CPU_SECONDS,
            },
        }
        with self._lock:
            self._finish_abandoned()
            for attempt in (1, 2):
                mine, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
                try:
                    answer = self._ask(request, [theirs.fileno()])
                except ZygoteGoneError:
                    mine.close()
                    if attempt == 2:
                        raise SandboxError(
                            "The process that runs submissions ended twice in a row."
                        ) from None
                    self._revive()
                    continue
                except BaseException:
                    mine.close()
                    raise
                finally:
                    theirs.close()
                if "error" in answer:
                    mine.close()
                    raise SandboxError(f"No worker could be started: {answer['error']}")
                pid = answer["pid"]
                try:
                    return mine, pid, self.generation, _folder_of(mine)
                except (OSError, SandboxError) as error:
                    mine.close()
                    self._finish(pid, self.generation, 0.0, "")
                    raise SandboxError(f"A worker did not start: {error}") from error
        raise AssertionError

    def finish(self, pid: int, generation: int, grace: float, folder: str) -> int | None:
        """Ends a worker and removes its folder; its wait status if it had ended before."""
        with self._lock:
            status = self._finish(pid, generation, grace, folder)
            self._finish_abandoned()
        return status

    def abandon(self, pid: int, generation: int, folder: str) -> None:
        """Ends a worker that was forgotten, now or with the next request.

        Called from a finalizer, which can run in the middle of anything, a request included.
        """
        self._abandoned.append((pid, generation, folder))
        if self._lock.acquire(blocking=False):
            try:
                self._finish_abandoned()
            finally:
                self._lock.release()

    def _finish(self, pid: int, generation: int, grace: float, folder: str) -> int | None:
        if self._closed or os.getpid() != self._owner or generation != self.generation:
            return None
        try:
            answer = self._ask({"op": "finish", "pid": pid, "grace": grace, "folder": folder})
        except ZygoteGoneError:
            self._revive()
            return None
        status = answer.get("status")
        return status if isinstance(status, int) else None

    def _finish_abandoned(self) -> None:
        while self._abandoned:
            pid, generation, folder = self._abandoned.pop()
            self._finish(pid, generation, 0.0, folder)

    def _revive(self) -> None:
        if self._finalizer is not None:
            self._finalizer()
        self._launch()


def _folder_of(channel: socket.socket) -> str:
    """The folder that a new worker made for itself, as it says before it is confined.

    Raises SandboxError where it could not make one, OSError where it does not answer.
    """
    channel.settimeout(CONTROL_SECONDS)
    head = _received(channel, 4)
    if head[:1] == b"!":
        raise SandboxError((head + channel.recv(300)).decode(errors="replace")[1:])
    size = int.from_bytes(head, "little")
    if not 0 < size < 4096:
        raise SandboxError("it gave no folder")
    return _received(channel, size).decode()


def _received(channel: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        part = channel.recv(size - len(data))
        if not part:
            raise SandboxError("it ended at once")
        data += part
    return data


def _private_root() -> str:
    """A new folder for the workers' folders, which they can pass through but not list."""
    from labkit.sandbox.restrict import open_to_others

    base = tempfile.gettempdir()
    root = LINUX and os.geteuid() == 0
    if root and not open_to_others(base):
        base = next((path for path in ("/tmp", "/var/tmp") if open_to_others(path)), base)
    folder = os.path.realpath(tempfile.mkdtemp(prefix=f"labkit-sandbox-{os.getpid()}-", dir=base))
    Path(folder).chmod(0o711 if root else 0o300)
    return folder


def _plot_cache(root: str) -> Path:
    """Where matplotlib's list of fonts is kept from one grading to the next."""
    try:
        base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
        folder = Path(base) / "labkit" / "matplotlib"
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, RuntimeError):
        return Path(root)
    return folder if os.access(folder, os.W_OK) else Path(root)


def _close_memory() -> None:
    """Closes this process's memory and environment to others of the same user."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)


def _end(process: subprocess.Popen[bytes], control: socket.socket, root: str, owner: int) -> None:
    """Closes the zygote's socket, waits for its end and removes its folder."""
    control.close()
    if os.getpid() != owner:
        return
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if Path(root).exists():
        from labkit.sandbox.zygote import remove_tree

        if not remove_tree(root, time.monotonic() + 60):
            shutil.rmtree(root, ignore_errors=True)
