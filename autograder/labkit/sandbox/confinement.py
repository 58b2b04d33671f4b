"""What this system can confine a worker with, and what to say where it cannot.

Judged for this purpose (students' code, graded as root in a container or as an ordinary user):

- Landlock through its three system calls: no privileges, per process, survives nothing of the
  worker's; kernels 5.13 and later. The `landlock` package wraps the first versions only.
- seccomp through the system's libseccomp (`pyseccomp`): needs no privileges, closes what Landlock
  leaves open on older kernels (signals, limits and memory of other processes, sockets, programs).
- `sandlock` 0.9 does both, but asks for Landlock 6 (kernel 6.12), and as root leaves `prlimit`.
- bubblewrap, nsjail, unshare: need user namespaces or a setuid helper; containers refuse both.
- A user id of its own per worker: only for root, where it is the strongest single layer.
- resource limits, a session of its own, private folder: everywhere but on Windows.

Runs in the grader; what it gathers travels to the zygote as data.
"""

from __future__ import annotations

import contextlib
import functools
import importlib.metadata
import importlib.util
import os
import re
import site
import sys
import sysconfig
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labkit.sandbox import shared
from labkit.student.labcheck.libraries import LIBRARIES

# Numbers that are the same on every architecture, for a libseccomp that does not know the name.
_NUMBERS = {
    "pidfd_send_signal": 424,
    "io_uring_setup": 425,
    "io_uring_enter": 426,
    "io_uring_register": 427,
    "open_tree": 428,
    "move_mount": 429,
    "fsopen": 430,
    "fsconfig": 431,
    "fsmount": 432,
    "fspick": 433,
    "pidfd_open": 434,
    "clone3": 435,
    "openat2": 437,
    "pidfd_getfd": 438,
    "process_madvise": 440,
    "mount_setattr": 442,
    "quotactl_fd": 443,
    "memfd_secret": 447,
    "process_mrelease": 448,
    "set_mempolicy_home_node": 450,
    "fchmodat2": 452,
    "setxattrat": 463,
    "cachestat": 451,
    "open_tree_attr": 467,
}
_KNOWN_UP_TO = 462
"""The last system call that this list was drawn up with; newer ones do not exist for a worker."""

_DENIED_NAMES = """
fork vfork execve execveat
kill tkill tgkill rt_sigqueueinfo rt_tgsigqueueinfo pidfd_open pidfd_getfd pidfd_send_signal
ptrace process_vm_readv process_vm_writev process_madvise process_mrelease kcmp
move_pages migrate_pages set_mempolicy_home_node
setpriority sched_setparam sched_setscheduler sched_setattr sched_setaffinity ioprio_set
setpgid setsid
socket connect bind listen accept accept4 sendmsg sendmmsg recvmsg recvmmsg
flock inotify_init inotify_init1 inotify_add_watch
fadvise64 fadvise64_64 readahead mincore preadv2 pwritev2 cachestat sync_file_range vmsplice
sync syncfs fsync fdatasync splice tee copy_file_range
sysinfo statfs fstatfs ustat timer_create
io_uring_setup io_uring_enter io_uring_register
shmget shmat shmctl shmdt msgget msgsnd msgrcv msgctl semget semop semtimedop semctl
mq_open mq_unlink mq_timedsend mq_timedreceive mq_notify mq_getsetattr
memfd_create memfd_secret
mount umount umount2 pivot_root chroot unshare setns fsopen fsconfig fsmount fspick open_tree
open_tree_attr move_mount mount_setattr swapon swapoff quotactl quotactl_fd
bpf perf_event_open userfaultfd add_key request_key keyctl
setuid setgid setreuid setregid setresuid setresgid setfsuid setfsgid setgroups capset
chmod fchmod fchmodat fchmodat2 chown lchown fchown fchownat
setxattr lsetxattr fsetxattr setxattrat removexattr lremovexattr fremovexattr removexattrat
utime utimes futimesat utimensat
truncate fallocate rename renameat mknod mknodat
name_to_handle_at open_by_handle_at fanotify_init fanotify_mark
reboot kexec_load kexec_file_load init_module finit_module delete_module syslog acct
settimeofday adjtimex clock_settime clock_adjtime sethostname setdomainname
iopl ioperm personality vhangup uselib lookup_dcookie nfsservctl
"""
_DENIED = tuple(_DENIED_NAMES.split())

_DENIED_ADVICE = (3, 9, 10, 11, 12, 13, *range(16, 31), 100, 101, 102, 103)
"""Advice about memory that loads or drops pages of a file, which other workers read, too."""
_TMPFILE = 0o20000000
"""A file without a name, which no look at the folder would count."""

_CLONE_THREAD = 0x00010000
_DENIED_PRCTL = (1, 4, 35, 36, 0x59616D61)  # death signal, dumpable, memory map, subreaper, ptracer
_SIGNALS = (8, 10, 15)  # F_SETOWN, F_SETSIG, F_SETOWN_EX: a signal to any process
# Locks, leases and hints on a file that several workers may read, and larger pipes, of which a user
# has only so many: one could tell or stop another.
_DENIED_FCNTL = (*_SIGNALS, 5, 6, 7, 12, 13, 14, 36, 37, 38, 1024, 1026, 1031, 1036, 1038)
_LOW = 0xFFFFFFFF
"""The kernel reads most arguments as 32 bits; a filter sees 64, the upper ones the caller's."""
_DENIED_IOCTL = (0x8901, 0x8902, 0x5412, 0x541C)  # the same for ioctl; typing into a terminal


@dataclass(frozen=True)
class Confinement:
    """What is in force for every worker of a zygote."""

    layers: tuple[str, ...]
    """Names: `limits`, `session`, `other user`, `landlock 6`, `seccomp`, …"""
    missing: tuple[str, ...]
    """What this system cannot confine, in plain words."""

    @property
    def complete(self) -> bool:
        return not self.missing

    @property
    def sentence(self) -> str:
        """One line for whoever grades."""
        if self.complete:
            return "Submissions run fully confined: " + ", ".join(self.layers) + "."
        return (
            "This system cannot keep a submission from "
            + _and(self.missing)
            + "; it runs in a separate process with "
            + _and(self.layers)
            + "."
        )

    @classmethod
    def of(cls, layers: list[str]) -> Confinement:
        """The report of a zygote's layers, as it named them."""
        abi = max((int(name[9:]) for name in layers if name.startswith("landlock ")), default=0)
        seccomp, user = "seccomp" in layers, "other user" in layers
        missing = []
        if not abi:
            yours = "reading or writing your files"
            missing.append("reading files that every user may read" if user else yours)
        if not seccomp and abi < 4:
            missing.append("using the network")
        if not seccomp and abi < 6 and not user:
            missing.append("signalling your processes")
        if not seccomp:
            missing.append("starting processes")
        return cls(tuple(layers), tuple(missing))


def _and(parts: tuple[str, ...]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


@functools.cache
def filters() -> tuple[bytes, ...]:
    """The seccomp programs, ready to load; none where the system has no libseccomp."""
    if not sys.platform.startswith("linux"):
        return ()
    try:
        import pyseccomp
    except (ImportError, RuntimeError, OSError, AttributeError):
        return ()
    try:
        return (_newer_calls(), _denials(pyseccomp))
    except (OSError, ValueError):
        return ()


def _newer_calls() -> bytes:
    """A program that lets no system call newer than the list exist (ENOSYS)."""
    steps = (
        (0x20, 0, 0, 0),  # load the call's number
        (0x35, 0, 2, _KNOWN_UP_TO + 1),  # lower: allowed
        (0x35, 1, 0, 0x40000000),  # another kind of number: the other program's business
        (0x06, 0, 0, 0x00050000 | 38),
        (0x06, 0, 0, 0x7FFF0000),
    )
    return b"".join(
        code.to_bytes(2, sys.byteorder) + bytes((true, false)) + value.to_bytes(4, sys.byteorder)
        for code, true, false, value in steps
    )


def _denials(seccomp: Any) -> bytes:
    """The deny list as a program: EPERM, or ENOSYS where callers have an older way."""
    program = seccomp.SyscallFilter(seccomp.ALLOW)
    refuse, unknown = seccomp.ERRNO(1), seccomp.ERRNO(38)

    def add(action: int, name: str, *conditions: Any) -> None:
        number = seccomp.resolve_syscall(seccomp.Arch.NATIVE, name)
        if number < 0:
            number = _NUMBERS.get(name, -1)
        if 0 <= number <= _KNOWN_UP_TO:
            program.add_rule(action, number, *conditions)

    for name in _DENIED:
        add(refuse, name)
    add(unknown, "clone3")  # the C library then makes threads through clone, whose flags show
    add(unknown, "openat2")
    add(refuse, "clone", seccomp.Arg(0, seccomp.MASKED_EQ, _CLONE_THREAD, 0))
    add(refuse, "prlimit64", seccomp.Arg(0, seccomp.NE, 0))
    for option in _DENIED_PRCTL:
        add(refuse, "prctl", seccomp.Arg(0, seccomp.MASKED_EQ, _LOW, option))
    for command in _DENIED_FCNTL:
        add(refuse, "fcntl", seccomp.Arg(1, seccomp.MASKED_EQ, _LOW, command))
    for request in _DENIED_IOCTL:
        add(refuse, "ioctl", seccomp.Arg(1, seccomp.MASKED_EQ, _LOW, request))
    for advice in _DENIED_ADVICE:
        add(refuse, "madvise", seccomp.Arg(2, seccomp.MASKED_EQ, _LOW, advice))
    # Removing seems to work and does nothing: the space that an open or mapped file holds stays
    # where the look at the folder finds it. Renaming over a file would hide it as well: left are
    # the ways that refuse, or that exchange the two, which `worker` uses instead.
    pretend = seccomp.ERRNO(0)
    for name in ("unlink", "unlinkat", "rmdir"):
        add(pretend, name)
    add(refuse, "renameat2", seccomp.Arg(4, seccomp.MASKED_EQ, 3, 0))
    for name, position in (("open", 1), ("openat", 2)):
        add(refuse, name, seccomp.Arg(position, seccomp.MASKED_EQ, _TMPFILE, _TMPFILE))
    for name in ("clock_gettime", "clock_getres", "clock_nanosleep"):
        # Negative: the processor time of another process, in nanoseconds.
        add(refuse, name, seccomp.Arg(0, seccomp.MASKED_EQ, 1 << 31, 1 << 31))
    # Reading is allowed in more places than writing, and before Landlock 3 emptying a file while
    # opening it to read counted as reading.
    empty = os.O_TRUNC | os.O_ACCMODE
    for name, position in (("open", 1), ("openat", 2)):
        flags = seccomp.Arg(position, seccomp.MASKED_EQ, empty, os.O_TRUNC | os.O_RDONLY)
        add(refuse, name, flags)
    with tempfile.TemporaryFile() as file:
        program.export_bpf(file)
        file.seek(0)
        return file.read()


@dataclass(frozen=True)
class Libraries:
    """Where the allowed libraries are: folders to search, top-level names, paths to open."""

    folders: tuple[str, ...]
    names: tuple[str, ...]
    paths: tuple[str, ...]


@functools.cache
def libraries() -> Libraries:
    """The allowed libraries that are installed, with their dependencies."""
    folders: dict[str, None] = {}
    names: set[str] = set()
    paths: set[str] = set()
    pending, seen = list(LIBRARIES), set()
    while pending:
        project = pending.pop()
        key = re.sub(r"[-_.]+", "-", project).lower()
        if key in seen:
            continue
        seen.add(key)
        try:
            found = importlib.metadata.distribution(project)
        except importlib.metadata.PackageNotFoundError:
            _without_metadata(project, folders, names, paths)
            continue
        pending += [
            match[0]
            for line in found.requires or ()
            if "extra ==" not in line and (match := re.match(r"[\w.-]+", line))
        ]
        root = str(found.locate_file(""))
        folders[str(Path(root).resolve())] = None
        record = found.read_text("RECORD") or ""
        tops = {line.partition(",")[0].partition("/")[0] for line in record.splitlines()}
        for top in tops - {"", "..", "__pycache__"}:
            paths.add(str((Path(root) / top).resolve()))
            if not top.endswith((".dist-info", ".libs", ".pth")):
                names.add(top.split(".")[0])
        if not record:
            _without_metadata(project, folders, names, paths)
    return Libraries(tuple(folders), tuple(sorted(names)), tuple(sorted(paths)))


def _without_metadata(
    project: str, folders: dict[str, None], names: set[str], paths: set[str]
) -> None:
    """The same for a package whose metadata lists no files: a distribution's own, say."""
    name = project.replace("-", "_")
    try:
        spec = importlib.util.find_spec(name)
    except (ImportError, ValueError):
        return
    if spec is None or not spec.origin:
        return
    origin = Path(spec.origin).resolve()
    package = origin.parent if spec.submodule_search_locations else origin
    folders[str(package.parent)] = None
    names.add(name)
    paths.add(str(package))
    libs = package.parent / f"{name}.libs"
    if libs.exists():
        paths.add(str(libs))


@functools.cache
def standard_library() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Folders of the standard library, and what of them a worker may read.

    Entry by entry, because installed packages, the grader perhaps among them, can lie within.
    """
    base = {"installed_base": sys.base_prefix, "base": sys.base_prefix}
    base |= {"platbase": sys.base_exec_prefix, "installed_platbase": sys.base_exec_prefix}
    folders = dict.fromkeys(
        os.path.realpath(sysconfig.get_path(name, vars=base)) for name in ("stdlib", "platstdlib")
    )
    left_out = {"site-packages", "dist-packages", "test", "idlelib", "lib2to3", "ensurepip"}
    installed = {os.path.realpath(path) for path in site.getsitepackages()}
    paths = [
        str(entry)
        for folder in folders
        if Path(folder).is_dir()
        for entry in Path(folder).iterdir()
        if entry.name not in left_out and str(entry) not in installed
        if not entry.name.startswith("config-")  # what Python is built with
    ]
    return tuple(folders), tuple(sorted(paths))


@functools.cache
def shared_libraries() -> tuple[str, ...]:
    """The system's libraries that Python, its extension modules and the allowed ones need."""
    try:
        maps = Path("/proc/self/maps").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ()
    loaded = {line[line.index("/") :] for line in maps.splitlines() if "/" in line}
    system = {path for path in loaded if ".so" in path and re.match(r"/(usr/)?lib", path)}
    system = {path for path in system if not re.search(r"/python3|-packages", path)}
    folders = sorted({str(Path(path).parent) for path in system})
    dynamic = [path for path in standard_library()[1] if Path(path).name == "lib-dynload"]
    own = [sys.executable, *shared.binaries([*dynamic, *libraries().paths])]
    found = set(shared.closure(own, folders))
    # What only the C library itself asks for, when a thread ends or a name is looked up.
    for name in ("libgcc_s.so.1", "libnss_files.so.2"):
        found |= {f"{folder}/{name}" for folder in folders if Path(folder, name).is_file()}
    return (*sorted(found), "/etc/ld.so.cache")


def settings() -> dict[str, Any]:
    """All of the above as data for the zygote."""
    found = libraries()
    standard, entries = standard_library()
    return {
        "filters": [code.hex() for code in filters()],
        "folders": list(found.folders),
        "names": list(found.names),
        "read": [
            *entries,
            *found.paths,
            *shared_libraries(),
            "/usr/share/fonts",
            "/usr/share/zoneinfo",
            "/etc/localtime",
        ],
        "list": [*standard, *found.folders],
        "devices": ["/dev/null", "/dev/zero", "/dev/urandom", "/dev/random", "/dev/full"],
        "no_landlock": False,  # tests look at what the other layers do alone
        "routed": [*standard, *found.folders],
    }


def read_all() -> None:
    """Reads the beginning of every file that workers may open, and has the system keep the rest.

    A file that nobody had read tells by its time of access, and by how long it takes to come,
    whether a worker before has read it. After this, none of them does.
    """
    for top in settings()["read"]:
        folders = os.walk(top) if Path(top).is_dir() else [("", [], [top])]
        for folder, _, names in folders:
            for name in names:
                _read(f"{folder}/{name}" if folder else name)


def _read(path: str) -> None:
    with contextlib.suppress(OSError):
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        try:
            if os.pread(handle, 1, 0) and hasattr(os, "posix_fadvise"):
                os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_WILLNEED)
        finally:
            os.close(handle)
