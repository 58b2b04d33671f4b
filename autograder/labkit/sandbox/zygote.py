"""The clean process that forks the workers. Runs on its own: nothing of the grader is in it.

It is started with an empty environment, in isolated mode, without `site`; its own source and its
settings come over a socket, so that neither its arguments nor its import path lead to the grader.
It never runs a submission's code, only forks the processes that do.
"""

from __future__ import annotations

import array
import contextlib
import gc
import importlib.abc
import importlib.machinery
import json
import os
import select
import signal
import socket
import stat
import struct
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from . import restrict

FRAME = struct.Struct("<I")
PROTOCOL_FD = 3
FIRST_ROUTE_FD = 4
CLEAN_SECONDS = 0.5


class LibraryFinder(importlib.abc.MetaPathFinder):
    """Finds the few libraries that a submission may import, and nothing else beside them.

    A folder of installed packages may also hold the grader itself, so it is not on `sys.path`.
    """

    def __init__(self, folders: list[str], names: list[str]) -> None:
        self.folders = folders
        self.names = frozenset(names)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if path is None and fullname in self.names:
            return importlib.machinery.PathFinder.find_spec(fullname, self.folders, target)
        return None


def route(folders: list[str]) -> dict[str, str]:
    """Other names for folders that a worker's user could not reach by their path.

    Root's Python may lie under a folder closed to others; an open handle leads there all the same,
    and file permissions hold from there on.
    """
    routes: dict[str, str] = {}
    for folder in folders:
        if os.path.isdir(folder) and not restrict.open_to_others(folder):  # noqa: PTH112
            place = FIRST_ROUTE_FD + len(routes)
            move(os.open(folder, os.O_PATH | os.O_DIRECTORY), place)
            routes[folder] = f"/proc/self/fd/{place}"
    return routes


def move(handle: int, place: int) -> None:
    """Gives an open file the number `place`."""
    if handle != place:
        os.dup2(handle, place, inheritable=False)
        os.close(handle)


def routed(path: str, routes: dict[str, str]) -> str:
    """`path` under its folder's other name, if it has one."""
    for folder, name in routes.items():
        if path == folder or path.startswith(folder + "/"):
            return name + path[len(folder) :]
    return path


def apply_routes(routes: dict[str, str]) -> None:
    """Makes the modules loaded so far, and `sys.path`, use the other names."""
    if not routes:
        return
    sys.path[:] = [routed(path, routes) for path in sys.path]
    sys.path_importer_cache.clear()
    for module in list(sys.modules.values()):
        path = getattr(module, "__path__", None)
        if isinstance(path, list):
            path[:] = [routed(part, routes) for part in path]


@dataclass
class Newborn:
    """What a worker takes from the clean process."""

    prepared: restrict.Prepared
    root: str
    slot: int
    parent: int
    limits: dict[str, int]
    modules: dict[str, str]
    keep: int


class Forked(BaseException):
    """Raised in a new worker: it leaves every frame of the clean process behind."""

    def __init__(self, newborn: Newborn) -> None:
        super().__init__()
        self.newborn = newborn


def become_worker(newborn: Newborn) -> None:
    """Makes its folder, tells the grader where, confines this process and serves; never returns."""
    code = 71
    try:
        os.setsid()
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        null = os.open(os.devnull, os.O_RDWR)
        for standard in (0, 1, 2):
            os.dup2(null, standard)
        os.set_blocking(PROTOCOL_FD, True)
        os.umask(0o077)
        folder = own_folder(newborn)
        os.write(PROTOCOL_FD, FRAME.pack(len(folder)) + folder.encode())
        os.chdir(folder)
        prepared, keep = newborn.prepared, newborn.keep
        prepared.apply(newborn.limits, folder, slot=newborn.slot, parent=newborn.parent, keep=keep)
        os.environ.update(HOME=folder, TMPDIR=folder, MPLCONFIGDIR=folder)
        if "tempfile" in sys.modules:
            sys.modules["tempfile"].tempdir = None  # type: ignore[attr-defined]
        from . import worker

        gc.enable()
        worker.main(PROTOCOL_FD, folder, newborn.modules, prepared.layers())
        code = 0
    except BaseException as error:
        # Before a submission is read this is news for the grader, afterwards it is its own end.
        trace = error.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        place = trace.tb_lineno if trace else 0
        text = f"!{type(error).__name__}: {error} ({place})"
        with contextlib.suppress(OSError):
            os.write(PROTOCOL_FD, text.encode(errors="replace")[:300])
        code = 72
    finally:
        os._exit(code)


def own_folder(newborn: Newborn) -> str:
    """A private folder, under a name that nobody else can guess.

    What Landlock does not close, `stat` above all, would tell a neighbour the sizes and times of
    what lies in it. The name does not count workers either: ending one is a way of counting.
    """
    folder = f"{newborn.root}/w{os.urandom(12).hex()}"
    os.mkdir(folder, 0o700)  # noqa: PTH102
    if newborn.prepared.root:
        user = newborn.prepared.uids[0] + newborn.slot
        os.chown(folder, user, user)
    return folder


class Server:
    """Forks workers, ends them and clears up after them, on request."""

    def __init__(self, control: socket.socket, settings: dict[str, Any]) -> None:
        self.control = control
        self.root = settings["root"]
        self.settings = settings
        self.prepared = restrict.Prepared(settings)
        self.workers: dict[int, int] = {}
        """Process id -> slot. Nothing here tells one worker where another lives."""
        self.cleaners: set[int] = set()
        self.routes = 0
        self.plotting = False

    def serve(self) -> None:
        """Answers until the grader goes away."""
        poller = select.poll()
        poller.register(self.control, select.POLLIN)
        while True:
            # The socket closes with the grader, unless a process that it forked keeps it open.
            while not poller.poll(50 if self.cleaners else 2000):
                self.reap_cleaners()
                if os.getppid() != self.settings["parent"]:
                    return
            request, handles = self.receive()
            if request is None:
                return
            try:
                answer = getattr(self, f"do_{request['op']}")(request, handles)
            except OSError as error:
                answer = {"error": f"{type(error).__name__}: {error}"}
            finally:
                for handle in handles:
                    os.close(handle)
            self.send(answer)

    def receive(self) -> tuple[dict[str, Any] | None, list[int]]:
        room = socket.CMSG_SPACE(4)
        data, extra, _, _ = self.control.recvmsg(FRAME.size, room)
        handles: list[int] = []
        for level, kind, content in extra:
            if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                handles += array.array("i", content[: len(content) // 4 * 4])
        while 0 < len(data) < FRAME.size:
            data += self.control.recv(FRAME.size - len(data))
        if not data:
            return None, handles
        size = FRAME.unpack(data)[0]
        text = bytearray()
        while len(text) < size:
            part = self.control.recv(size - len(text))
            if not part:
                return None, handles
            text += part
        return json.loads(text), handles

    def send(self, answer: dict[str, Any]) -> None:
        text = json.dumps(answer).encode()
        self.control.sendall(FRAME.pack(len(text)) + text)

    def do_fork(self, request: dict[str, Any], handles: list[int]) -> dict[str, Any]:
        """A new worker on the socket that came with the request; in the worker, raises Forked.

        It makes its folder itself and tells the grader alone where: what is not in this process's
        memory, no later worker can find in its own.
        """
        if request["plotting"] and not self.plotting:
            self.import_plotting()
        used = set(self.workers.values())
        slot = next(number for number in range(len(used) + 1) if number not in used)
        if self.prepared.root and slot >= self.prepared.uids[1]:
            return {"error": "too many workers at once"}
        parent = os.getpid()
        self.prepared.count_threads()
        pid = os.fork()
        if pid == 0:
            os.dup2(handles[0], PROTOCOL_FD)
            raise Forked(self.newborn(request, slot, parent))
        self.workers[pid] = slot
        return {"pid": pid}

    def newborn(self, request: dict[str, Any], slot: int, parent: int) -> Newborn:
        """What a worker needs to know; all else of this process is let go."""
        newborn = Newborn(
            prepared=self.prepared,
            root=self.root,
            slot=slot,
            parent=parent,
            limits=request["limits"],
            modules=self.settings["modules"],
            keep=FIRST_ROUTE_FD + self.routes,
        )
        self.settings.clear()
        vars(self).clear()
        return newborn

    def do_finish(self, request: dict[str, Any], _: list[int]) -> dict[str, Any]:
        """Ends a worker and whatever it started; how it had ended, if it had."""
        pid = request["pid"]
        status = ended(pid)
        until = time.monotonic() + request.get("grace", 0)
        while status is None and time.monotonic() < until:
            time.sleep(0.002)
            status = ended(pid)
        kill(pid)
        del self.workers[pid]
        self.kill_strays()
        if request["folder"]:
            self.remove(request["folder"])
        return {"status": status}

    def kill_strays(self) -> None:
        """Ends processes that a worker left and that fell to this one, the subreaper."""
        if not restrict.LINUX or self.prepared.filters:
            return  # nothing to look with, or seccomp let no process be started
        for _ in range(1000):
            strays = children() - self.workers.keys() - self.cleaners
            if not strays:
                return
            for pid in strays:
                with contextlib.suppress(OSError):
                    os.kill(pid, signal.SIGKILL)
                    os.waitpid(pid, 0)

    def remove(self, folder: str) -> None:
        """Removes a worker's folder; a very large one goes on being removed aside."""
        self.reap_cleaners()
        if remove_tree(folder, time.monotonic() + CLEAN_SECONDS):
            return
        pid = os.fork()
        if pid == 0:
            try:
                self.control.close()
                remove_tree(folder, time.monotonic() + 600)
            finally:
                os._exit(0)
        self.cleaners.add(pid)

    def reap_cleaners(self) -> None:
        for pid in list(self.cleaners):
            with contextlib.suppress(ChildProcessError):
                if os.waitpid(pid, os.WNOHANG)[0]:
                    self.cleaners.discard(pid)

    def import_plotting(self) -> None:
        """Imports matplotlib here, once, for every worker that will need it."""
        self.plotting = True
        os.environ["MPLCONFIGDIR"] = self.settings["plot_cache"]
        try:
            import matplotlib
            import matplotlib.pyplot
        except Exception:
            return
        finally:
            os.environ["MPLCONFIGDIR"] = self.root
        for name in ("get_configdir", "get_cachedir"):
            with contextlib.suppress(AttributeError):
                getattr(matplotlib, name).cache_clear()
        gc.collect()
        gc.freeze()

    def stop(self) -> None:
        """Ends everything and leaves nothing behind."""
        for pid in list(self.workers):
            with contextlib.suppress(OSError):
                self.do_finish({"pid": pid, "folder": ""}, [])
        for pid in self.cleaners:
            with contextlib.suppress(OSError):
                os.waitpid(pid, 0)
        remove_tree(self.root, time.monotonic() + 600)


def children() -> set[int]:
    """Processes whose parent is this one (Linux)."""
    own = os.getpid()
    found = set()
    for name in os.listdir("/proc"):  # noqa: PTH208
        if name.isdecimal():
            with contextlib.suppress(OSError, ValueError, IndexError):
                with open(f"/proc/{name}/stat", "rb") as file:  # noqa: PTH123
                    line = file.read()
                if int(line.rpartition(b")")[2].split()[1]) == own:
                    found.add(int(name))
    return found


def remove_tree(top: str, until: float) -> bool:
    """Removes a folder that a submission filled as it liked; False if time ran out first.

    Folders inside are opened up and moved to the top before they are emptied, so neither their
    permissions nor their depth matter, and links are never followed.
    """
    token = os.urandom(6).hex()
    number = 0
    pending = [top]
    try:
        while pending:
            folder = pending[-1]
            os.chmod(folder, 0o700)  # noqa: PTH101
            handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            found = []
            try:
                for name in os.listdir(handle):  # noqa: PTH208
                    if time.monotonic() > until:
                        return False
                    if not stat.S_ISDIR(os.lstat(name, dir_fd=handle).st_mode):
                        os.unlink(name, dir_fd=handle)
                        continue
                    with contextlib.suppress(OSError):
                        os.rmdir(name, dir_fd=handle)
                        continue
                    number += 1
                    there = f"{top}/{token}{number}"
                    os.chmod(name, 0o700, dir_fd=handle)
                    os.rename(name, there, src_dir_fd=handle)
                    found.append(there)
            finally:
                os.close(handle)
            if folder != top or not found:
                os.rmdir(folder)  # noqa: PTH106
                pending.pop()
            pending += found
    except FileNotFoundError:
        return not os.path.lexists(top)
    except OSError:
        return False
    return True


def ended(pid: int) -> int | None:
    """The wait status of a child that has ended, which may stay unreaped; None if it runs."""
    if hasattr(os, "waitid"):
        # Unreaped, its number cannot belong to another process when its group is killed.
        news = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT | os.WNOHANG)
        if news is None:
            return None
        return news.si_status << 8 if news.si_code == os.CLD_EXITED else news.si_status
    done, status = os.waitpid(pid, os.WNOHANG)
    return status if done else None


def kill(pid: int) -> None:
    """Kills a worker's process group and the worker, and reaps it."""
    for end in (os.killpg, os.kill):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            end(pid, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, 0)


def main(handle: int, settings: dict[str, Any]) -> None:
    """Serves on the socket `handle` until it closes."""
    newborn = serve(handle, settings)
    del settings
    if newborn is not None:
        become_worker(newborn)


def serve(handle: int, settings: dict[str, Any]) -> Newborn | None:
    """Serves until the socket closes; in a worker, what it needs, once all else is let go."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.dont_write_bytecode = True
    root = settings["root"]
    os.chdir(root)
    settings["filters"] = [bytes.fromhex(code) for code in settings["filters"]]
    control = socket.socket(fileno=handle)
    move(os.open(os.devnull, os.O_RDONLY), PROTOCOL_FD)  # kept free for the workers
    routes: dict[str, str] = {}
    if restrict.LINUX:
        restrict.prctl(restrict.PR_SET_DUMPABLE, 0)
        restrict.prctl(restrict.PR_SET_CHILD_SUBREAPER, 1)
        if os.geteuid() == 0:
            routes = route(settings["routed"])
    apply_routes(routes)
    folders = [routed(folder, routes) for folder in settings["folders"]]
    # Before the path finder: a submission's folder comes last on `sys.path`.
    place = sys.meta_path.index(importlib.machinery.PathFinder)
    sys.meta_path.insert(place, LibraryFinder(folders, settings["names"]))
    import numpy
    import numpy.random

    from . import worker

    # What found this program's own modules is not needed any more, nor are their sources.
    sys.meta_path[:] = [finder for finder in sys.meta_path if finder.__module__ != "__main__"]
    vars(sys.modules["__main__"]).pop("parcel", None)
    del numpy, worker
    server = Server(control, settings)
    server.prepared.probe(root, PROTOCOL_FD, FIRST_ROUTE_FD + len(routes))
    server.routes = len(routes)
    gc.collect()
    gc.freeze()
    gc.disable()
    server.send({"layers": server.prepared.layers(), "python": sys.version_info[:3]})
    try:
        server.serve()
    except Forked as forked:
        return forked.newborn
    except (OSError, ValueError):
        pass
    except BaseException:
        server.stop()
        raise
    server.stop()
    return None
