"""Closes the doors of a worker, each as far as this system has it. Runs in the clean process only.

Everything static is prepared once in the zygote (`Prepared`); `apply` then costs a worker less than
a millisecond or two. The order matters: the other user id first, then no-new-privileges and
Landlock, then the limits, seccomp last, because each step may need what a later one takes away.
"""

from __future__ import annotations

import ctypes
import errno
import os
import resource
import signal
import stat
import sys
import time
from typing import Any

LINUX = sys.platform.startswith("linux")

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_SECCOMP = 1, 4, 22
PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 36, 38
SECCOMP_MODE_FILTER = 2

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_FS = {
    name: 1 << bit
    for bit, name in enumerate(
        [
            "execute",
            "write_file",
            "read_file",
            "read_dir",
            "remove_dir",
            "remove_file",
            "make_char",
            "make_dir",
            "make_reg",
            "make_sock",
            "make_fifo",
            "make_block",
            "make_sym",
            "refer",
            "truncate",
            "ioctl_dev",
        ]
    )
}
_FS_BITS_BY_ABI = {1: 13, 2: 14, 3: 15, 4: 15}
_ON_FILES = _FS["execute"] | _FS["write_file"] | _FS["read_file"]
_ON_FILES |= _FS["truncate"] | _FS["ioctl_dev"]
_OWN_FOLDER = (
    "write_file read_file read_dir remove_dir remove_file make_dir make_reg refer truncate"
)

_libc: Any = ctypes.CDLL(None, use_errno=True) if os.name == "posix" else None


THREADS = 64
"""Processes and threads that a worker with a user of its own may have."""
SPARE_THREADS = 256
"""The same for an ordinary user's workers, who share what is left with all that this user runs."""
COUNT_SECONDS = 10.0


class RestrictError(OSError):
    """A restriction that was prepared could not be put in force."""


class _RulesetAttr(ctypes.Structure):
    _fields_ = (
        ("handled_access_fs", ctypes.c_uint64),
        ("handled_access_net", ctypes.c_uint64),
        ("scoped", ctypes.c_uint64),
    )


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _layout_ = "ms"
    _fields_ = (("allowed_access", ctypes.c_uint64), ("parent_fd", ctypes.c_int32))


class _Filter(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_char_p))


def _check(result: int, what: str) -> int:
    if result < 0:
        code = ctypes.get_errno()
        raise RestrictError(code, f"{what}: {os.strerror(code)}")
    return result


def prctl(option: int, *values: int) -> None:
    """`prctl(2)`; RestrictError if the kernel refuses."""
    arguments = [ctypes.c_ulong(value) for value in (*values, 0, 0, 0, 0)[:4]]
    _check(_libc.prctl(option, *arguments), f"prctl({option})")


def landlock_abi() -> int:
    """The kernel's Landlock version; 0 where it has none or keeps it off."""
    if not LINUX:
        return 0
    return max(0, int(_libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), 1)))


class Landlock:
    """An allowlist of the file system, prepared as open paths; the rest is closed."""

    def __init__(
        self, read: list[str], listed: list[str], devices: list[str], off: bool = False
    ) -> None:
        self.abi = 0 if off else landlock_abi()
        self.handled = (1 << _FS_BITS_BY_ABI.get(self.abi, 16)) - 1
        self._rules: list[_PathBeneath] = []
        if not self.abi:
            return
        for path in read:
            self._prepare(path, _FS["read_file"] | _FS["read_dir"])
        for path in listed:
            self._prepare(path, _FS["read_dir"])
        for path in devices:
            self._prepare(path, _FS["read_file"] | _FS["write_file"])

    def _prepare(self, path: str, rights: int) -> None:
        try:
            handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except OSError:
            return
        if not stat.S_ISDIR(os.fstat(handle).st_mode):
            rights &= _ON_FILES
        self._rules.append(_PathBeneath(rights & self.handled, handle))

    def restrict(self, folder: int) -> None:
        """Confines this process to the allowlist and the folder open as `folder`."""
        attributes = _RulesetAttr(self.handled)
        size = 8
        if self.abi >= 4:
            attributes.handled_access_net = 3  # bind and connect
            size = 16
        if self.abi >= 6:
            attributes.scoped = 3  # abstract sockets and signals
            size = 24
        ruleset = _check(
            _libc.syscall(
                _CREATE_RULESET, ctypes.byref(attributes), ctypes.c_size_t(size), ctypes.c_uint(0)
            ),
            "landlock_create_ruleset",
        )
        own = sum(_FS[name] for name in _OWN_FOLDER.split()) & self.handled
        add = _libc.syscall
        for rule in (*self._rules, _PathBeneath(own, folder)):
            if add(_ADD_RULE, ruleset, 1, ctypes.byref(rule), 0) < 0:
                _check(-1, "landlock_add_rule")
        _check(_libc.syscall(_RESTRICT_SELF, ruleset, 0), "landlock_restrict_self")
        os.close(ruleset)


def load_filter(code: bytes) -> None:
    """Loads a seccomp program (classic BPF)."""
    program = _Filter(len(code) // 8, code)
    _check(
        _libc.prctl(
            PR_SET_SECCOMP,
            ctypes.c_ulong(SECCOMP_MODE_FILTER),
            ctypes.byref(program),
            ctypes.c_ulong(0),
            ctypes.c_ulong(0),
        ),
        "seccomp",
    )


def open_to_others(path: str) -> bool:
    """Whether every folder on the way to `path` lets any user pass."""
    path = os.path.realpath(path)
    while True:
        if os.path.isdir(path) and not os.stat(path).st_mode & stat.S_IXOTH:  # noqa: PTH112, PTH116
            return False
        parent = os.path.dirname(path)  # noqa: PTH120
        if parent == path:
            return True
        path = parent


def free_uids() -> tuple[int, int]:
    """First and number of the user ids that this process's workers take.

    High ids that no account has; each zygote its own range, by its process id. A container that
    maps few ids leaves the top of what it maps; (0, 0) where there is nothing to choose from.
    """
    try:
        with open("/proc/self/uid_map", encoding="ascii") as file:  # noqa: PTH123
            ranges = [[int(part) for part in line.split()] for line in file]
        top = max(first + count for first, _, count in ranges)
    except (OSError, ValueError):
        top = 1 << 32
    if top < 30_000:
        return 0, 0
    if top > 1 << 31:
        return (1 << 30) + (os.getpid() % (1 << 21)) * 256, 256
    span = 64
    slots = max(1, min(400, (top - 20_000) // span))
    return max(1, top - 600 - span * (1 + os.getpid() % slots)), span


class Prepared:
    """All restrictions of this system, ready to be applied to a freshly forked worker."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self.filters: list[bytes] = settings["filters"]
        self.landlock = Landlock(
            settings["read"],
            settings["list"],
            settings["devices"],
            off=bool(settings["no_landlock"]),
        )
        self.uids = free_uids() if LINUX and os.geteuid() == 0 else (0, 0)
        self.root = self.uids[1] > 0
        self.threads = 0
        self._counted = -COUNT_SECONDS
        self.trying = ""
        self.last_handle = min(65536, os.sysconf("SC_OPEN_MAX"))

    def layers(self) -> list[str]:
        """Names of what `apply` puts in force."""
        names = ["limits", "session"]
        if LINUX:
            names.append("dies with its parent")
        if self.root:
            names.append("other user")
        if self.landlock.abi:
            names.append(f"landlock {self.landlock.abi}")
        if self.filters:
            names.append("seccomp")
        return names

    def apply(
        self, limits: dict[str, int], folder: str, *, slot: int, parent: int, keep: int
    ) -> None:
        """Confines this process for good; RestrictError if anything promised does not hold.

        Handles from `keep` on are closed.
        """
        size = memory_size()
        self.trying = ""
        opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        if self.root:
            self.trying = "user"
            self._become(self.uids[0] + slot)
            self.trying = ""
        if LINUX:
            prctl(PR_SET_DUMPABLE, 0)
            prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() != parent:
                raise RestrictError(errno.ESRCH, "the zygote is gone")
            prctl(PR_SET_NO_NEW_PRIVS, 1)
        if self.landlock.abi:
            self.trying = "landlock"
            self.landlock.restrict(opened)
            self.trying = ""
        os.closerange(keep, self.last_handle)
        set_limits(limits, size, THREADS if self.root else self.threads)
        self.trying = "seccomp" if self.filters else ""
        for code in self.filters:
            load_filter(code)

    def count_threads(self) -> None:
        """Before a fork: how many processes and threads this user may come to have by a worker's.

        The limit is the user's, not the process's, and threads are so cheap that a worker without
        one can take every process number of the system.
        """
        if LINUX and not self.root and time.monotonic() - self._counted > COUNT_SECONDS:
            count = user_threads()
            self.threads = count and count + SPARE_THREADS
            self._counted = time.monotonic()

    def probe(self, folder: str, place: int, keep: int) -> None:
        """Tries all of it in a process of its own and gives up the layers that do not work here.

        A container may refuse a call whose kernel has it. What is given up is not in `layers`; what
        stays must then hold for every worker. `place` is a handle's number that is free.
        """
        limits = {"memory": 1 << 30, "file": 1 << 20, "open": 64, "cpu": 60}
        self.count_threads()
        for _ in range(4):
            reader, writer = os.pipe()
            parent = os.getpid()
            pid = os.fork()
            if pid == 0:
                os.dup2(writer, place)
                try:
                    self.apply(limits, folder, slot=0, parent=parent, keep=keep)
                except BaseException:
                    os.write(place, (self.trying or "-").encode())
                finally:
                    os._exit(0)
            os.close(writer)
            failed = os.read(reader, 100).decode()
            os.close(reader)
            os.waitpid(pid, 0)
            if failed == "user":
                self.root = False
            elif failed == "landlock":
                self.landlock.abi = 0
            elif failed == "seccomp":
                self.filters = []
            else:
                return

    def _become(self, user: int) -> None:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
        if os.getresuid() != (user,) * 3 or os.getresgid() != (user,) * 3 or os.getgroups():
            raise RestrictError(errno.EPERM, "the user id did not change")
        try:
            os.setresuid(0, 0, 0)
        except PermissionError:
            return
        raise RestrictError(errno.EPERM, "the user id can be changed back")


def memory_size() -> int:
    """Bytes of address space that this process has; 0 where the system does not tell."""
    if not LINUX:
        return 0
    try:
        with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123
            return int(file.read().split()[0]) * resource.getpagesize()
    except (OSError, ValueError):
        return 0


def user_threads() -> int:
    """Processes and threads of this user, as the kernel counts them, other containers' too.

    Found by trying in a process of its own: the smallest limit that lets one more be started;
    0 where that fails.
    """
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            low, high = 0, 1 << 22
            hard = resource.getrlimit(resource.RLIMIT_NPROC)[1]
            if hard != resource.RLIM_INFINITY:
                high = min(high, hard)
            while high - low > 1:
                middle = (low + high) // 2
                resource.setrlimit(resource.RLIMIT_NPROC, (middle, hard))
                try:
                    child = os.fork()
                except OSError:
                    low = middle
                    continue
                if child == 0:
                    os._exit(0)
                os.waitpid(child, 0)
                high = middle
            os.write(writer, str(high).encode())
        finally:
            os._exit(0)
    os.close(writer)
    try:
        return int(os.read(reader, 20) or b"0")
    finally:
        os.close(reader)
        os.waitpid(pid, 0)


def set_limits(limits: dict[str, int], size: int, threads: int) -> None:
    """Sets this process's resource limits, soft and hard; `size` is what it has already.

    `threads` is how many processes and threads its user may have; 0 for no limit.
    """

    def cap(what: int, value: int) -> None:
        hard = resource.getrlimit(what)[1]
        if hard != resource.RLIM_INFINITY:
            value = min(value, hard)
        try:
            resource.setrlimit(what, (value, value))
        except (ValueError, OSError):
            if LINUX:
                raise

    if size:
        cap(resource.RLIMIT_AS, size + limits["memory"])
    cap(resource.RLIMIT_CPU, limits["cpu"])
    cap(resource.RLIMIT_FSIZE, limits["file"])
    cap(resource.RLIMIT_NOFILE, limits["open"])
    cap(resource.RLIMIT_CORE, 0)
    if threads:
        cap(resource.RLIMIT_NPROC, threads)
    if LINUX:
        cap(resource.RLIMIT_MSGQUEUE, 0)
        cap(resource.RLIMIT_MEMLOCK, 64 << 10)
        cap(resource.RLIMIT_SIGPENDING, 256)
