"""The system calls that a worker may make; every other one is refused.

A list of what is allowed, not of what is known to be harmful: a call that nobody thought of, or
that a later kernel brings, is closed until it is here. It costs no more than a list of what is
refused: the kernel keeps a table of the calls that a filter always lets through.

Runs in the grader; the program travels to the zygote as data.
"""

from __future__ import annotations

import contextlib
import functools
import os
import sys
import tempfile
from typing import Any

KNOWN_UP_TO = 462
"""The last system call that this list was drawn up with; newer ones do not exist for a worker."""

# Numbers that are the same on every architecture, for a libseccomp that does not know the name.
_NUMBERS = {
    "clone3": 435,
    "close_range": 436,
    "openat2": 437,
    "faccessat2": 439,
    "epoll_pwait2": 441,
    "futex_waitv": 449,
    "fchmodat2": 452,
    "map_shadow_stack": 453,
    "futex_wake": 454,
    "futex_wait": 455,
    "futex_requeue": 456,
    "mseal": 462,
}

ALLOWED = """
read readv pread64 preadv write writev pwrite64 pwritev lseek ftruncate close close_range
dup dup2 dup3 stat fstat lstat newfstatat statx access faccessat faccessat2
getdents64 getcwd chdir fchdir mkdir mkdirat readlink readlinkat umask
mmap munmap mprotect mremap brk
poll ppoll select pselect6 pipe pipe2 eventfd2
epoll_create1 epoll_ctl epoll_wait epoll_pwait epoll_pwait2
recvfrom getsockname getpeername getsockopt shutdown
rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigsuspend rt_sigtimedwait sigaltstack
pause alarm setitimer getitimer
futex set_robust_list set_tid_address rseq arch_prctl exit exit_group restart_syscall
nanosleep gettimeofday time times getrusage getrlimit getcpu getrandom uname
sched_yield sched_getaffinity
getpid getppid gettid getpgrp
getuid geteuid getgid getegid getresuid getresgid getgroups
""".split()

PRETENDED = ("unlink", "unlinkat", "rmdir", "fsync", "fdatasync", "msync")
"""They seem to work and do nothing.

The space that an open or mapped file holds stays where the look at the folder finds it. A folder
that lives for seconds needs no disk to have written it, and how long that takes tells of others.
"""

MISSING = (
    "clone3",  # the C library then makes threads through clone, whose flags show
    "openat2",
    "futex_waitv",
    "futex_wake",
    "futex_wait",
    "futex_requeue",
    "fchmodat2",
    "map_shadow_stack",
    "mseal",
    "membarrier",
)
"""They do not exist for a worker: whoever calls them has an older way."""

_LOW = 0xFFFFFFFF
"""The kernel reads most arguments as 32 bits; a filter sees 64, the upper ones the caller's."""
_AS_TREE = 2
"""libseccomp's order of comparisons that finds a call in a few steps."""
_THREAD = 0x00010000
_APART = 0x7E020000
"""Flags of `clone` that make namespaces."""
_TMPFILE = 0o20000000
"""A file without a name, which no look at the folder would count."""
_NEGATIVE = 1 << 31

# Each choice: by argument, the bits looked at and what they must be. A call needs one of them.
_Choice = dict[int, tuple[int, int]]


def _one_of(position: int, *values: int) -> list[_Choice]:
    return [{position: (_LOW, value)} for value in values]


def _opening(position: int) -> list[_Choice]:
    """Reading is allowed in more places than writing, and Landlock 1 and 2 let a reader empty."""
    looked_at = _TMPFILE | os.O_TRUNC | os.O_ACCMODE
    return [
        {position: (_TMPFILE | os.O_TRUNC, 0)},
        {position: (looked_at, os.O_TRUNC | os.O_WRONLY)},
        {position: (looked_at, os.O_TRUNC | os.O_RDWR)},
    ]


CONDITIONS: dict[str, list[_Choice]] = {
    "clone": [{0: (_THREAD | _APART, _THREAD)}],
    "open": _opening(1),
    "openat": _opening(2),
    # Renaming over a file would hide what that one holds: left are the ways that refuse, or that
    # exchange the two, which `worker` uses instead.
    "renameat2": _one_of(4, 1, 2),
    # Handles and modes. No locks, leases and hints on a file that several workers may read, no
    # signals to an owner, no larger pipes, of which a user has only so many.
    "fcntl": _one_of(1, 0, 1, 2, 3, 4, 1030),
    # Is it a terminal, and how wide; how much there is to read; without waiting; closed by exec.
    "ioctl": _one_of(1, 0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451),
    # Not those that load or drop pages of a file, which other workers read, too.
    "madvise": _one_of(2, 0, 1, 2, 4, 8, 14, 15),
    # A thread's name, a mapping's, and questions about oneself.
    "prctl": _one_of(0, 3, 15, 16, 21, 39, 0x53564D41),
    "getpgid": _one_of(0, 0),  # how processors without `getpgrp` spell it
    "prlimit64": [{0: (_LOW, 0)}],
    # A pair that nobody else holds an end of, and nothing sent to an address.
    "socketpair": _one_of(0, 1),
    "sendto": [{4: (2**64 - 1, 0)}],
    # Negative: the processor time of another process, in nanoseconds.
    "clock_gettime": [{0: (_NEGATIVE, 0)}],
    "clock_getres": [{0: (_NEGATIVE, 0)}],
    "clock_nanosleep": [{0: (_NEGATIVE, 0)}],
}
"""Calls that are allowed with some arguments only."""


@functools.cache
def filters() -> tuple[bytes, ...]:
    """The programs, ready to load; none where the system has no libseccomp."""
    if not sys.platform.startswith("linux"):
        return ()
    try:
        import pyseccomp
    except (ImportError, RuntimeError, OSError, AttributeError):
        return ()
    try:
        return (_newer_calls() + _listed_calls(pyseccomp),)
    except (OSError, ValueError):
        return ()


def _newer_calls() -> bytes:
    """The beginning of a program: no call newer than the list exists (ENOSYS)."""
    steps = (
        (0x20, 0, 0, 0),  # load the call's number
        (0x35, 0, 2, KNOWN_UP_TO + 1),  # lower: go on
        (0x35, 1, 0, 0x40000000),  # another kind of number: go on, too
        (0x06, 0, 0, 0x00050000 | 38),
    )
    return b"".join(
        code.to_bytes(2, sys.byteorder) + bytes((true, false)) + value.to_bytes(4, sys.byteorder)
        for code, true, false, value in steps
    )


def number(seccomp: Any, name: str, machine: int = 0) -> int:
    """A call's number on an architecture, by default this one; negative where it has none."""
    found = int(seccomp.resolve_syscall(machine or seccomp.Arch.NATIVE, name))
    return found if found >= 0 or machine else _NUMBERS.get(name, found)


def _listed_calls(seccomp: Any, machine: int = 0) -> bytes:
    """The list as a program: EPERM for all else, and an end for calls of another architecture."""
    program = seccomp.SyscallFilter(seccomp.ERRNO(1))
    if machine:
        program.remove_arch(seccomp.Arch.NATIVE)
        program.add_arch(machine)
    with contextlib.suppress(OSError):  # libseccomp before 2.5 asks for one number after another
        program.set_attr(seccomp.Attr.CTL_OPTIMIZE, _AS_TREE)

    def add(action: int, name: str, *conditions: Any) -> None:
        if number(seccomp, name, machine) >= 0:
            program.add_rule(action, number(seccomp, name), *conditions)

    for name in ALLOWED:
        add(seccomp.ALLOW, name)
    for name, choices in CONDITIONS.items():
        for choice in choices:
            looked_at = [
                seccomp.Arg(position, seccomp.MASKED_EQ, mask, value)
                for position, (mask, value) in choice.items()
            ]
            add(seccomp.ALLOW, name, *looked_at)
    for name in PRETENDED:
        add(seccomp.ERRNO(0), name)
    for name in MISSING:
        add(seccomp.ERRNO(38), name)
    with tempfile.TemporaryFile() as file:
        program.export_bpf(file)
        file.seek(0)
        return file.read()
