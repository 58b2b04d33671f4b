"""What the filter of system calls says to every number, by itself and in a worker."""

# ruff: noqa: E501 (submissions' lines)

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

import pytest

from labkit.sandbox import Outcome, Zygote, syscalls
from tests.processes import LINUX

if not LINUX:
    pytest.skip("a filter of Linux", allow_module_level=True)
seccomp: Any = pytest.importorskip("pyseccomp", exc_type=ImportError)

Attempt = Callable[..., Outcome]

ALLOW, KILL, ERROR = 0x7FFF0000, 0x00000000, 0x00050000
EPERM, ENOSYS = ERROR | 1, ERROR | 38
NUMBERS = range(601)
MACHINES = {"x86_64": seccomp.Arch.X86_64, "aarch64": seccomp.Arch.AARCH64}
HERE = MACHINES.get(os.uname().machine, 0)
if not HERE:
    pytest.skip("an architecture without numbers here", allow_module_level=True)
PROGRAMS = {"here": 0} | MACHINES

_TRAPS = (335, 336) if os.uname().machine == "x86_64" else ()
"""The kernel's own returns from a probe: no filter is asked, and anyone else's call ends in SIGILL."""

DANGEROUS = """
fork vfork execve execveat kill tkill tgkill rt_sigqueueinfo rt_tgsigqueueinfo pidfd_open pidfd_getfd
pidfd_send_signal ptrace process_vm_readv process_vm_writev process_madvise process_mrelease kcmp
move_pages migrate_pages mbind set_mempolicy setpriority sched_setparam sched_setscheduler sched_setattr
sched_setaffinity ioprio_set setpgid setsid socket connect bind listen accept accept4 sendmsg sendmmsg
recvmsg recvmmsg setsockopt flock inotify_init inotify_init1 inotify_add_watch fanotify_init fanotify_mark
fadvise64 readahead mincore preadv2 pwritev2 cachestat sync_file_range vmsplice splice tee sendfile
copy_file_range sync syncfs sysinfo statfs fstatfs ustat timer_create io_setup io_submit io_destroy
io_uring_setup io_uring_enter io_uring_register shmget shmat shmctl msgget msgsnd msgrcv semget semop
mq_open mq_unlink memfd_create memfd_secret mlock mlockall mount umount2 pivot_root chroot unshare setns
fsopen fsconfig fsmount fspick open_tree move_mount mount_setattr statmount listmount swapon quotactl bpf
perf_event_open userfaultfd add_key request_key keyctl setuid setgid setreuid setregid setresuid setresgid
setfsuid setfsgid setgroups capset chmod fchmod fchmodat chown lchown fchown fchownat setxattr lsetxattr
fsetxattr removexattr utime utimes futimesat utimensat truncate fallocate rename renameat link linkat symlink
symlinkat mknod mknodat name_to_handle_at open_by_handle_at reboot kexec_load init_module finit_module
delete_module syslog acct settimeofday adjtimex clock_settime clock_adjtime sethostname setdomainname iopl
ioperm modify_ldt personality vhangup seccomp landlock_create_ruleset landlock_restrict_self get_robust_list
""".split()
"""What must never be allowed, with any argument."""


def answer(program: bytes, number: int, arguments: tuple[int, ...] = (), machine: int = 0) -> int:
    """What a filter says to a call, by the rules of the kernel's machine for filters."""
    data = number.to_bytes(4, sys.byteorder) + (machine or HERE).to_bytes(4, sys.byteorder)
    data += bytes(8)  # where it was called from
    for value in (*arguments, *[0] * 6)[:6]:
        data += (value & (1 << 64) - 1).to_bytes(8, sys.byteorder)
    steps = [program[at : at + 8] for at in range(0, len(program), 8)]
    value = at = 0
    while True:
        step = steps[at]
        code, operand = (int.from_bytes(part, sys.byteorder) for part in (step[:2], step[4:]))
        at += 1
        match code:
            case 0x20:
                value = int.from_bytes(data[operand : operand + 4], sys.byteorder)
            case 0x05:
                at += operand
            case 0x15 | 0x25 | 0x35 | 0x45:
                holds = {
                    0x15: value == operand,
                    0x25: value > operand,
                    0x35: value >= operand,
                    0x45: bool(value & operand),
                }[code]
                at += step[2 if holds else 3]
            case 0x54:
                value &= operand
            case 0x06:
                return operand
            case _:
                raise AssertionError(f"a step of code {code:#x}")


def program_for(machine: int) -> bytes:
    """What is loaded here, or would be on another machine."""
    if not machine:
        return syscalls.filters()[0]
    return syscalls._newer_calls() + syscalls._listed_calls(seccomp, machine)


def numbers(names: Any, machine: int) -> dict[int, str]:
    """The calls of an architecture among `names`."""
    found = {syscalls.number(seccomp, name, machine): name for name in names}
    return {number: name for number, name in found.items() if number >= 0}


@pytest.mark.parametrize("machine", PROGRAMS.values(), ids=PROGRAMS)
def test_every_number_is_refused_but_those_on_the_list(machine: int) -> None:
    program = program_for(machine)
    allowed = numbers(syscalls.ALLOWED, machine)
    conditional = numbers(syscalls.CONDITIONS, machine)
    pretended = numbers(syscalls.PRETENDED, machine)
    absent = numbers(syscalls.MISSING, machine)
    assert len(allowed) > 70
    assert {"openat", "clone", "fcntl", "ioctl", "madvise"} <= set(conditional.values())
    for number in NUMBERS:
        said = answer(program, number, machine=machine)
        if number in allowed:
            assert said == ALLOW, allowed[number]
        elif number in pretended:
            assert said == ERROR, pretended[number]
        elif number in absent or number > syscalls.KNOWN_UP_TO:
            assert said == ENOSYS, number
        elif number not in conditional:
            assert said == EPERM, number


@pytest.mark.parametrize("machine", PROGRAMS.values(), ids=PROGRAMS)
def test_nothing_known_to_be_dangerous_is_on_the_list(machine: int) -> None:
    program = program_for(machine)
    known = numbers(DANGEROUS, machine)
    assert len(known) > 120
    for number, name in known.items():
        for value in (0, 1, 0x10000, 1 << 32, 2**64 - 1):
            assert answer(program, number, (value,) * 6, machine) == EPERM, name


ARGUMENTS: list[tuple[str, tuple[int, ...], bool]] = [
    ("clone", (0x003D0F00,), True),
    ("clone", (0x11,), False),  # a process
    ("clone", (0x4111,), False),  # as posix_spawn makes one
    ("clone", (0x003D0F00 | 0x10000000,), False),  # a thread in a namespace of its own
    ("openat", (0, 0, os.O_RDONLY | os.O_CLOEXEC), True),
    ("openat", (0, 0, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), True),
    ("openat", (0, 0, os.O_RDWR | os.O_CREAT | os.O_TRUNC), True),
    ("openat", (0, 0, os.O_RDONLY | os.O_TRUNC), False),
    ("openat", (0, 0, os.O_ACCMODE | os.O_TRUNC), False),
    ("openat", (0, 0, 0o20000000 | os.O_RDWR), False),  # without a name
    ("renameat2", (0, 0, 0, 0, 1), True),
    ("renameat2", (0, 0, 0, 0, 2), True),
    ("renameat2", (0, 0, 0, 0, 0), False),
    ("renameat2", (0, 0, 0, 0, 5), False),  # leaves a device behind
    ("fcntl", (0, 1030), True),
    ("fcntl", (0, 6), False),  # a lock
    ("fcntl", (0, 8), False),  # an owner for signals
    ("fcntl", (0, 8 | 1 << 32), False),
    ("fcntl", (0, 1024), False),  # a lease
    ("fcntl", (0, 1031), False),  # a larger pipe
    ("ioctl", (0, 0x5401), True),
    ("ioctl", (0, 0x5412), False),  # typing into a terminal
    ("ioctl", (0, 0xC020660B), False),  # where on the disk a file lies
    ("madvise", (0, 0, 4), True),
    *(("madvise", (0, 0, advice), False) for advice in (3, 9, 10, 12, 13, 16, 20, 21, 22, 25, 100)),
    ("prctl", (15,), True),
    *(("prctl", (option,), False) for option in (1, 4, 22, 23, 35, 36, 0x59616D61)),
    ("prlimit64", (0,), True),
    ("prlimit64", (1,), False),
    ("prlimit64", (1 << 32,), True),  # the kernel reads 0
    ("socketpair", (1,), True),
    ("socketpair", (2,), False),
    ("sendto", (0, 1, 1, 0, 0, 0), True),
    ("sendto", (0, 1, 1, 0, 4096, 16), False),
    ("sendto", (0, 1, 1, 0, 1 << 32, 16), False),
    ("clock_gettime", (1,), True),
    ("clock_gettime", (-2 & 0xFFFFFFFF,), False),  # the processor time of another process
    ("clock_gettime", (-2,), False),
]


@pytest.mark.parametrize("machine", PROGRAMS.values(), ids=PROGRAMS)
@pytest.mark.parametrize(("name", "arguments", "open_"), ARGUMENTS)
def test_arguments_decide(machine: int, name: str, arguments: tuple[int, ...], open_: bool) -> None:
    said = answer(program_for(machine), syscalls.number(seccomp, name, machine), arguments, machine)
    assert said == (ALLOW if open_ else EPERM)


def test_another_architecture_s_calls_end_the_process() -> None:
    """32-bit calls and x32 have numbers of their own, which mean something else."""
    program = program_for(MACHINES["x86_64"])
    for number in (1, 2, 3, 11, 102, 120):
        assert answer(program, number, machine=seccomp.Arch.X86) == KILL
        assert answer(program, number, machine=MACHINES["aarch64"]) == KILL
        assert answer(program, 0x40000000 + number, machine=MACHINES["x86_64"]) == KILL
    assert answer(program_for(MACHINES["aarch64"]), 1, machine=MACHINES["x86_64"]) == KILL


def test_a_worker_is_refused_every_number_that_is_not_listed(
    zygote: Zygote, attempt: Attempt
) -> None:
    if "seccomp" not in zygote.confinement.layers:
        pytest.skip("no filter here")
    listed = numbers([*syscalls.ALLOWED, *syscalls.CONDITIONS], 0)
    asked = [number for number in NUMBERS if number not in listed and number not in _TRAPS]
    assert len(asked) > 450
    body = """
        import ctypes
        libc = ctypes.CDLL(None, use_errno=True)
        answers = []
        for number in z:
            result = libc.syscall(ctypes.c_long(number), *[ctypes.c_long(0)] * 6)
            answers.append(ctypes.get_errno() if result == -1 else -result)
        return answers
    """
    outcome = attempt(body, asked)
    assert outcome.failure is None, outcome.failure
    answers = dict(zip(asked, outcome.value, strict=True))
    pretended = numbers(syscalls.PRETENDED, 0)
    absent = numbers(syscalls.MISSING, 0)
    for number, said in answers.items():
        if number in pretended:
            assert said == 0
        elif number in absent or number > syscalls.KNOWN_UP_TO:
            assert said == 38, number
        else:
            assert said == 1, number


def test_conditions_hold_in_a_worker(zygote: Zygote, attempt: Attempt) -> None:
    """A letter to any socket with a name, by way of a pair; and what a filter of one's own would log."""
    if "seccomp" not in zygote.confinement.layers:
        pytest.skip("no filter here")
    body = """
        import socket, ctypes
        a, b = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        a.send(b'x')
        got = [b.recv(9).decode()]
        for to in ('/dev/log', '/run/systemd/journal/dev-log', chr(0) + 'x'):
            try: a.sendto(b'x', to); got.append(to)
            except PermissionError: pass
        libc = ctypes.CDLL(None, use_errno=True)
        return got, libc.prctl(22, 2, 0, 0, 0), ctypes.get_errno()
    """
    assert attempt(body).value == (["x"], -1, 1)


PLAUSIBLE = {
    "threads": "import threading as t; got = []; x = [t.Thread(target=got.append, args=(n,)) for n in range(4)]; [i.start() for i in x]; [i.join() for i in x]; return sorted(got) == [0, 1, 2, 3]",
    "thread pool": "from concurrent.futures import ThreadPoolExecutor as P\nwith P(3) as pool: return list(pool.map(abs, [-1])) == [1]",
    "queue with a wait": "import queue\ntry: queue.Queue().get(timeout=0.01)\nexcept queue.Empty: return True",
    "asyncio": "import asyncio\nasync def work(): await asyncio.sleep(0.001); return True\nreturn asyncio.run(work())",
    "large products": "a = np.ones((900, 900)); return float((a @ a)[0, 0]) == 900.0",
    "linear algebra": "return bool(np.linalg.svd(np.eye(200))[1].sum() > 199)",
    "random": "import random, secrets, uuid; random.seed(); return bool(np.random.default_rng().random() >= 0 and secrets.token_hex() and uuid.uuid4())",
    "clocks": "time.sleep(0.001); return min(time.time(), time.perf_counter(), time.process_time(), time.thread_time(), time.monotonic()) > 0",
    "date": "import datetime; return datetime.datetime.now().astimezone().year > 2000",
    "locale": "import locale\ntry: locale.setlocale(locale.LC_ALL, '')\nexcept locale.Error: pass\nreturn bool(locale.getpreferredencoding())",
    "platform": "import platform, socket; return bool(platform.platform() and platform.machine() and socket.gethostname() and os.cpu_count())",
    "working folder": "os.makedirs('a/b'); os.chdir('a/b'); here = os.getcwd(); os.chdir('../..'); return here.endswith('a/b')",
    "paths": "from pathlib import Path; p = Path('x'); p.write_text('1'); q = p.rename('y'); return q.read_text() == '1' and p.resolve() != q and q.stat().st_size == 1 and [f.name for f in Path('.').glob('y')] == ['y']",
    "glob and walk": "import glob; open('n.txt', 'w').close(); return glob.glob('*.txt') == ['n.txt'] and any(os.walk('.'))",
    "copies": "import shutil; open('n', 'w').write('1'); shutil.copyfile('n', 'm'); shutil.move('m', 'k'); shutil.rmtree('.', ignore_errors=True); return open('k').read() == '1'",
    "temporary files": "import tempfile\nwith tempfile.TemporaryDirectory() as d, tempfile.TemporaryFile() as f, tempfile.NamedTemporaryFile(dir=d) as g: f.write(b'x'); g.write(b'y'); return True",
    "written for good": "f = open('w', 'w'); f.write('1'); f.flush(); os.fsync(f.fileno()); os.fdatasync(f.fileno()); return os.path.getsize('w') == 1",
    "archives": "np.savez_compressed('w.npz', a=np.ones(3)); return float(np.load('w.npz')['a'].sum()) == 3",
    "text of numbers": "np.savetxt('t.csv', np.eye(2), delimiter=','); return np.loadtxt('t.csv', delimiter=',').shape == (2, 2)",
    "a mapped array": "m = np.memmap('m', 'float64', 'w+', shape=(4, 4)); m[:] = 2; m.flush(); return float(np.asarray(m).sum()) == 32",
    "a mapping without a file": "import mmap; m = mmap.mmap(-1, 8192); m[0] = 7; m.resize(4096); return m[0] == 7",
    "pickles": "import pickle, json, copy, gzip; json.dump([1], gzip.open('j.gz', 'wt')); return pickle.loads(pickle.dumps(copy.deepcopy([1]))) == [1]",
    "logs and profiles": "import logging, warnings, cProfile, tracemalloc; logging.basicConfig(filename='l'); logging.error('x'); tracemalloc.start(); cProfile.runctx('1 + 1', {}, {}); return True",
    "signals": "import signal; signal.signal(signal.SIGALRM, lambda *a: None); signal.setitimer(signal.ITIMER_REAL, 0.01); signal.sigtimedwait([signal.SIGUSR1], 0.001); signal.pause(); return True",
    "terminal": "import shutil; return shutil.get_terminal_size().columns > 0 and not sys.stdout.isatty() and print('x', flush=True) is None",
    "limits": "import resource; resource.getrlimit(resource.RLIMIT_AS); return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss > 0",
    "pictures": "import matplotlib; matplotlib.use('Agg'); import matplotlib.pyplot as plt; plt.plot([1, 2]); plt.title('$a_1$'); plt.savefig('p.png'); plt.savefig('p.svg'); plt.show(); return os.path.getsize('p.png') > 1000",
    "collector": "import gc, weakref; gc.collect(); gc.freeze(); return True",
    "pipes": "import select; r, w = os.pipe(); os.write(w, b'x'); return select.select([r], [], [], 1)[0] == [r] and os.dup(r) > 2 and os.get_blocking(r)",
}  # fmt: skip


@pytest.mark.parametrize("body", PLAUSIBLE.values(), ids=PLAUSIBLE)
def test_what_a_student_may_write_works(attempt: Attempt, body: str) -> None:
    outcome = attempt(body, seconds=20)
    assert outcome.failure is None, outcome.failure
    assert outcome.value is True
