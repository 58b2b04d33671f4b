"""What two workers could tell each other by: one met a hidden input, the other speaks to a student.

In the order of docs/confinement.md, which says of each way that it is closed, useless or left.
"""

# ruff: noqa: E501 (submissions' lines)

from __future__ import annotations

import os
import sysconfig
from collections.abc import Callable
from pathlib import Path

import pytest

from labkit.sandbox import Outcome, Worker, Zygote, confinement, shared
from labkit.student import labcheck
from tests.processes import LINUX, ROOT

pytestmark = pytest.mark.skipif(not LINUX, reason="layers of Linux")
Attempt = Callable[..., Outcome]
Make = Callable[..., Worker]

NUMPY = os.path.realpath(__import__("numpy").__file__)


@pytest.fixture(autouse=True)
def complete(zygote: Zygote) -> None:
    layers = zygote.confinement.layers
    if "seccomp" not in layers or not any(name.startswith("landlock") for name in layers):
        pytest.skip("needs Landlock and libseccomp")


def got(attempt: Attempt, body: str, *args: object) -> list[str]:
    """The names of those `tries` in the body that were not refused."""
    lines = [
        "import ctypes, fcntl, mmap, select, signal, socket, struct",
        "libc = ctypes.CDLL(None, use_errno=True)",
        "def must(result):",
        "    if result in (-1, 2**64 - 1): raise OSError(ctypes.get_errno(), 'refused')",
        *(line.removeprefix("        ") for line in body.strip("\n").splitlines()),
        "found = []",
        "for name, action in tries.items():",
        "    try: action(); found.append(name)",
        "    except (OSError, AttributeError): pass",
        "return found",
    ]
    outcome = attempt("\n".join(lines), *args)
    assert outcome.failure is None, outcome.failure
    names: list[str] = outcome.value
    return names


def test_nothing_drops_loads_or_asks_for_pages_of_a_file(attempt: Attempt) -> None:
    """Only reading is left, which leaves every page where it was: see the next tests."""
    body = """
        handle = os.open(z, os.O_RDONLY)
        page = libc.mmap; page.restype = ctypes.c_size_t
        page.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
        at = page(None, 8192, 1, 1, handle, 0); must(at)
        seen = ctypes.create_string_buffer(16)
        long = lambda *a: must(libc.syscall(*map(ctypes.c_long, a)))
        tries = {'fadvise %d' % n: (lambda n=n: os.posix_fadvise(handle, 0, 0, n)) for n in range(6)}
        tries |= {'madvise %d' % n: (lambda n=n: must(libc.madvise(ctypes.c_void_p(at), 8192, n)))
                  for n in (3, 9, 10, 11, 20, 21, 22, 23, 24, 25)}
        tries |= {
            'nowait': lambda: os.preadv(handle, [bytearray(1)], 0, os.RWF_NOWAIT),
            'mincore': lambda: must(libc.mincore(ctypes.c_void_p(at), 8192, seen)),
            'readahead': lambda: must(libc.readahead(handle, ctypes.c_long(0), 4096)),
            'cachestat': lambda: long(451, handle, ctypes.addressof(seen), ctypes.addressof(seen), 0),
            'splice': lambda: os.splice(handle, os.pipe()[1], 1) if hasattr(os, 'splice') else must(-1),
            'range': lambda: must(libc.sync_file_range(handle, ctypes.c_long(0), ctypes.c_long(0), 7)),
            'uring': lambda: long(425, 1, ctypes.addressof(seen)),
        }
    """
    assert got(attempt, body, NUMPY) == []


def test_what_may_be_read_is_little_and_was_read_before() -> None:
    """A page that nobody had read could carry a bit, once."""
    system = confinement.shared_libraries()
    assert all(Path(path).is_file() for path in system)
    assert sum(Path(path).stat().st_size for path in system) < 100 << 20
    opened = confinement.settings()["read"]
    assert not any(Path(path).name.startswith("config-") for path in opened)
    assert not any(path in ("/lib", "/usr/lib", "/lib64", "/usr/lib64") for path in opened)
    # A file as a package manager leaves it: its time of access is older than that of its change.
    quiet = next(
        path
        for path in Path(NUMPY).parent.rglob("*.pyi")
        if any(str(path).startswith(f"{top}/") for top in opened)
    )
    before = quiet.stat()
    if not ROOT and before.st_uid != os.geteuid():
        pytest.skip("times of NumPy's files are its owner's to set")
    try:
        os.utime(quiet, (before.st_mtime - 1e6, before.st_mtime))
        confinement.read_all()
        settled = quiet.stat().st_atime
        quiet.read_bytes()
        assert quiet.stat().st_atime == settled
    finally:
        os.utime(quiet, (before.st_atime, before.st_mtime))


def test_every_extension_module_finds_its_libraries(worker: Make) -> None:
    """Closed folders must not take away what Python's own library needs."""
    names = sorted(
        path.name.partition(".")[0]
        for path in Path(sysconfig.get_path("platstdlib"), "lib-dynload").glob("*.so")
    )
    code = """
        import importlib
        def sigmoid(z):
            failed = []
            for name in z:
                try: importlib.import_module(name)
                except ImportError as error:
                    if 'shared object' in str(error): failed.append(str(error))
            return failed
        def tanh(z):
            import matplotlib.pyplot as plt, PIL.Image, kiwisolver, contourpy
            plt.plot([1, 2]); plt.savefig('x.png')
            return True
    """
    made = worker(activations=code)
    assert made.call("sigmoid", (names,), {}, seconds=20).value == []
    assert made.call("tanh", (1,), {}, seconds=20).value is True


def test_libraries_are_found_as_the_linker_finds_them() -> None:
    import subprocess

    numpy = next(Path(NUMPY).parent.rglob("_multiarray_umath*.so"))
    lines = subprocess.run(["ldd", numpy], capture_output=True, text=True, check=False).stdout
    wanted = {line.split()[0] for line in lines.splitlines() if "=> /" in line}
    assert {name for name in shared.needed(str(numpy))} <= wanted | {"ld-linux-x86-64.so.2"}
    assert shared.needed(__file__) == []
    assert shared.needed("/nowhere") == []


def test_nothing_is_shared_by_name(attempt: Attempt) -> None:
    """Shared memory, queues, semaphores, locks, sockets, keys, pipes with a name, watches."""
    body = """
        shared = open(z, 'rb')
        lock = struct.pack('hhqqi', fcntl.F_RDLCK, os.SEEK_SET, 1234, 5678, 0)
        tries = {
            'shm file': lambda: open('/dev/shm/x', 'w'),
            'shm': lambda: must(libc.shmget(4711, 4096, 0o1600)),
            'queue': lambda: must(libc.msgget(4711, 0o1600)),
            'semaphore': lambda: must(libc.semget(4711, 1, 0o1600)),
            'posix queue': lambda: must(libc.mq_open(b'/x', os.O_CREAT | os.O_RDWR, 0o600, None)),
            'posix shm': lambda: must(libc.shm_open(b'/x', os.O_CREAT | os.O_RDWR, 0o600)),
            'abstract': lambda: socket.socket(socket.AF_UNIX).bind('\\0x'),
            'datagram': lambda: socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM),
            'netlink': lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW),
            'internet': lambda: socket.socket(),
            'key': lambda: must(libc.syscall(248, b'user', b'x', b'y', 1, -2)) if os.uname().machine == 'x86_64' else must(-1),
            'fifo': lambda: os.mkfifo('fifo'),
            'memfd': lambda: os.memfd_create('x'),
            'flock': lambda: fcntl.flock(shared, fcntl.LOCK_SH | fcntl.LOCK_NB),
            'lock': lambda: fcntl.fcntl(shared, fcntl.F_SETLK, lock),
            'asked lock': lambda: fcntl.fcntl(shared, fcntl.F_GETLK, lock),
            'open lock': lambda: fcntl.fcntl(shared, 37, lock),
            'lease': lambda: fcntl.fcntl(shared, fcntl.F_SETLEASE, fcntl.F_RDLCK),
            'directory': lambda: fcntl.fcntl(os.open('.', os.O_RDONLY), fcntl.F_NOTIFY, 1),
            'hint': lambda: fcntl.fcntl(shared, 1036, struct.pack('Q', 3)),
            'larger pipe': lambda: fcntl.fcntl(os.pipe()[0], 1031, 1 << 20),
            'watch': lambda: must(libc.inotify_init1(0)),
            'terminal': lambda: os.openpty(),
        }
    """
    assert got(attempt, body, NUMPY) == []


def test_no_call_tells_how_much_of_the_system_is_in_use(attempt: Attempt) -> None:
    """What a neighbour takes of the disk, of memory or of the user's timers would be a number."""
    body = """
        room = ctypes.create_string_buffer(512)
        tries = {
            'disk': lambda: os.statvfs('.'),
            'open disk': lambda: os.fstatvfs(os.open('.', os.O_RDONLY)),
            'memory': lambda: must(libc.sysinfo(room)),
            'load': lambda: os.getloadavg(),
            'timer': lambda: must(libc.timer_create(1, None, room)),
            'proc': lambda: os.listdir('/proc'),
            'own proc': lambda: open('/proc/self/stat').read(),
            'load file': lambda: open('/proc/loadavg').read(),
            'neighbour': lambda: open('/proc/%d/stat' % z).read(),
            'clock': lambda: time.clock_gettime(~z << 3 | 2),
        }
    """
    assert got(attempt, body, os.getpid()) == []


def test_times_owners_and_places_of_shared_files_stay(attempt: Attempt) -> None:
    body = """
        tries = {
            'times': lambda: os.utime(z, (1, 1)),
            'mode': lambda: os.chmod(z, 0o644),
            'owner': lambda: os.chown(z, -1, -1),
            'attribute': lambda: os.setxattr(z, b'user.x', b'1'),
            'write': lambda: open(z, 'a'),
            'link': lambda: os.link(z, 'x'),
            'rename': lambda: os.rename(z, z + 'x'),
            'cache': lambda: open(os.path.dirname(z) + '/__pycache__/x', 'w'),
        }
    """
    assert got(attempt, body, NUMPY) == []


def test_folders_have_names_that_nobody_can_guess_or_count(worker: Make) -> None:
    code = "import os\ndef sigmoid(z): return os.getcwd()\n"
    names = []
    for _ in range(3):
        made = worker(activations=code)
        names.append(Path(made.call("sigmoid", (1,), {}, seconds=5).value))
    assert len({path.parent for path in names}) == 1
    texts = [path.name for path in names]
    assert len(set(texts)) == 3
    for text in texts:
        assert len(text) == 25  # a letter and 96 random bits
        int(text[1:], 16)


def test_the_parent_folder_cannot_be_listed(worker: Make, attempt: Attempt) -> None:
    neighbour = worker(
        activations="import os\nopen('x', 'w').write('x' * 999)\ndef sigmoid(z): return z\n"
    )
    neighbour.call("sigmoid", (1,), {}, seconds=5)
    assert attempt("return os.listdir('..')").failure.kind == "blocked"


def test_memory_and_frames_hold_nothing_of_the_neighbours(worker: Make, zygote: Zygote) -> None:
    """Forked from one process, a worker holds what that process held: nothing of other workers."""
    neighbour = worker(activations="import os\ndef sigmoid(z): return os.getcwd(), os.getpid()\n")
    folder, pid = neighbour.call("sigmoid", (1,), {}, seconds=5).value
    code = """
        import ctypes, gc, os, sys, threading
        def sigmoid(z):
            found = []
            frame = sys._getframe()
            while frame:
                if 'Server' in [type(v).__name__ for v in frame.f_locals.values()]: found.append('frame')
                found += [frame.f_code.co_name] if frame.f_code.co_name in ('do_fork', 'serve_forever') else []
                frame = frame.f_back
            gc.unfreeze()
            for thing in gc.get_objects():
                if type(thing).__name__ in ('Server', 'Forked'): found.append(type(thing).__name__)
                if type(thing) is dict and z[1] in thing: found.append('table of workers')
                try: text = str(thing)[:10**6] if type(thing) in (dict, list, tuple, str) else ''
                except Exception: text = ''
                if z[0][::-1] in text: found.append(type(thing).__name__)
            return found
    """
    made = worker(activations=code)
    name = Path(folder).name[::-1]
    assert made.call("sigmoid", ([name, pid],), {}, seconds=20).value == []


def test_handles_of_the_clean_process_are_closed(attempt: Attempt) -> None:
    body = """
        found = []
        for number in range(256):
            try: mode = os.fstat(number).st_mode
            except OSError: continue
            found.append((number, mode >> 12))
        return found
    """
    kinds = dict(attempt(body).value)
    assert set(kinds) - {0, 1, 2, 3} <= {4, 5, 6, 7}  # by which root's Python is reached
    assert all(kinds[number] == 0o02 for number in (0, 1, 2))  # /dev/null
    assert kinds[3] == 0o14  # the grader's socket
    assert all(kinds[number] == 0o04 for number in set(kinds) - {0, 1, 2, 3})


@pytest.mark.skipif(not ROOT, reason="needs root")
def test_limits_of_a_user_are_not_shared(worker: Make) -> None:
    """As root each worker is a user of its own; an ordinary user's share what that user may have."""
    code = """
        import threading, time
        def sigmoid(z):
            count = 0
            try:
                for _ in range(200): threading.Thread(target=time.sleep, args=(1,), daemon=True).start(); count += 1
            except RuntimeError: pass
            return count
    """
    with_neighbour = worker(activations=code), worker(activations=code)
    first, second = (made.call("sigmoid", (1,), {}, seconds=5).value for made in with_neighbour)
    assert first == second > 0


def test_public_cases_come_before_hidden_ones() -> None:
    """Whatever is left between the workers of one submission leads nowhere."""
    order: list[tuple[str, bool]] = []

    class Watching(labcheck.Check):
        def run(self, case: labcheck.CaseRun, body: Callable[[], None]) -> None:
            order.append((case.name, case.hidden))

    cases = [
        [labcheck.Case(q, f"{q}{n}", "", n % 2 == 0, 1.0, lambda check, np: None) for n in range(4)]
        for q in ("a", "b")
    ]
    labcheck.run_questions(cases, Watching())
    assert [hidden for _, hidden in order] == [False] * 4 + [True] * 4
