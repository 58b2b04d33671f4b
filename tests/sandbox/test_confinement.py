"""What a submission tries against the grader, its neighbours and the system, and does not get."""

# ruff: noqa: E501 (submissions' lines)

from __future__ import annotations

import os
import socket
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import labkit
from labkit.sandbox import Confinement, Outcome, Worker, Zygote, confinement, syscalls
from labkit.sandbox.restrict import landlock_abi
from tests.processes import LINUX, ROOT, descendants

from .conftest import MODULES, readable, submission

pytestmark = pytest.mark.skipif(not LINUX, reason="layers of Linux")
X86 = os.name == "posix" and os.uname().machine == "x86_64"
Attempt = Callable[..., Outcome]
Make = Callable[..., Worker]


def has(zygote: Zygote, layer: str) -> bool:
    return any(name.startswith(layer) for name in zygote.confinement.layers)


@pytest.fixture
def landlock(zygote: Zygote) -> None:
    if not has(zygote, "landlock"):
        pytest.skip("no Landlock here")


@pytest.fixture
def seccomp(zygote: Zygote) -> None:
    if not has(zygote, "seccomp"):
        pytest.skip("no libseccomp here")


def refused(outcome: Outcome) -> bool:
    """Whether the body raised a system's refusal; a body that got through returns."""
    failure = outcome.failure
    return failure is not None and failure.kind in ("blocked", "raised") and failure.type_name in (
        "PermissionError", "OSError", "ProcessLookupError", "FileNotFoundError"
    )  # fmt: skip


# Layers ------------------------------------------------------------------------------------------


def test_report_says_what_is_in_force(zygote: Zygote, attempt: Attempt) -> None:
    report = zygote.confinement
    assert "limits" in report.layers
    assert report.sentence.endswith(".")
    assert "\n" not in report.sentence
    assert report.complete == (not report.missing)
    assert ("other user" in report.layers) == ROOT
    assert has(zygote, "landlock") == (landlock_abi() > 0)
    assert has(zygote, "seccomp") == bool(syscalls.filters())
    # What it says holds in a worker (read before Landlock would hide it: through prctl).
    body = "import ctypes; p = ctypes.CDLL(None).prctl; return p(39, 0, 0, 0, 0), p(3, 0, 0, 0, 0), p(21, 0, 0, 0, 0)"
    new_privileges, dumpable, mode = attempt(body).value
    assert new_privileges == 1
    assert dumpable == 0
    assert mode == (2 if "seccomp" in report.layers else 0)


@pytest.mark.parametrize(
    ("layers", "words"),
    [
        (["limits", "session"], "reading or writing your files, using the network"),
        (["limits", "session", "other user", "seccomp"], "files that every user may read"),
        (["limits", "landlock 1", "seccomp"], "fully confined"),
        (["limits", "landlock 1"], "starting processes"),
        (["limits", "landlock 6"], "cannot keep a submission from starting processes"),
    ],
)
def test_report_of_lesser_systems(layers: list[str], words: str) -> None:
    assert words in Confinement.of(layers).sentence


@pytest.mark.skipif(not ROOT, reason="needs root")
def test_each_worker_has_a_user_of_its_own(worker: Make) -> None:
    source = (
        "import os\ndef sigmoid(z): return os.getresuid() + os.getresgid() + tuple(os.getgroups())"
    )
    first, second = worker(activations=source), worker(activations=source)
    a, b = (made.call("sigmoid", (1,), {}, seconds=5).value for made in (first, second))
    assert len(set(a)) == 1
    assert len(set(b)) == 1
    assert a[0] > 1000
    assert a[0] != b[0]


@pytest.mark.skipif(not ROOT, reason="needs root")
@pytest.mark.parametrize("call", ["setresuid(0, 0, 0)", "setuid(0)", "setgroups([0])", "setgid(0)"])
def test_the_user_cannot_go_back(attempt: Attempt, call: str) -> None:
    assert refused(attempt(f"os.{call}; return 1"))


# Files -------------------------------------------------------------------------------------------


def test_the_grader_s_files_cannot_be_read(landlock: None, attempt: Attempt) -> None:
    package = Path(labkit.__file__).parent
    root = package.parents[1]
    paths = [
        package / "lab" / "contract.py",
        package / "sandbox" / "calls.py",
        Path(__file__),
        root / "README.md",
    ]
    paths += [path for path in (root / "solutions").rglob("*.py")][:3]
    assert all(path.is_file() for path in paths)
    paths += [
        Path(p) for p in ("/etc/passwd", "/etc/hostname", "/proc/self/maps", "/proc/1/cmdline")
    ]
    paths += [Path(f"/proc/{os.getpid()}/{name}") for name in ("environ", "mem", "cmdline", "maps")]
    body = """
        got = []
        for path in z:
            try: got.append((path, open(path, 'rb').read(10)))
            except OSError: pass
            try: got.append((path, os.listdir(os.path.dirname(path))))
            except OSError: pass
        return got
    """
    outcome = attempt(body, [str(path) for path in paths if path.exists()])
    assert outcome.value == []


def test_the_grader_s_environment_and_path_are_not_in_the_worker(attempt: Attempt) -> None:
    os.environ["SANDBOX_TEST_SECRET"] = "1"
    try:
        outcome = attempt("return dict(os.environ), sys.path, sys.argv, sorted(sys.modules)")
    finally:
        del os.environ["SANDBOX_TEST_SECRET"]
    environment, path, argv, modules = outcome.value
    assert "SANDBOX_TEST_SECRET" not in environment
    assert len(environment) <= 20
    package = str(Path(labkit.__file__).parents[1])
    assert not any(package in entry for entry in path)
    assert not any(package in entry for entry in argv)
    assert not {"labkit", "pytest", "otter", "click"} & set(modules)


def test_a_new_zygote_knows_nothing_of_the_grader() -> None:
    os.environ["SANDBOX_TEST_SECRET"] = "s3cr3t-value"
    body = """
        import os
        def sigmoid(z):
            import ctypes, gc
            found = []
            gc.unfreeze()
            for thing in gc.get_objects():
                try:
                    if 'eulav-t3rc3s'[::-1] in str(thing)[:10**6]: found.append(type(thing).__name__)
                except Exception: pass
            libc = ctypes.CDLL(None); libc.getenv.restype = ctypes.c_char_p
            return found, libc.getenv(b'SANDBOX_TEST_SECRET')
        """
    try:
        with Zygote.start(MODULES) as fresh, fresh.worker(submission(activations=body)) as made:
            assert made.call("sigmoid", (1,), {}, seconds=20).value == ([], None)
            environ = Path(f"/proc/{fresh.pid}/environ").read_bytes() if ROOT else b""
            assert b"s3cr3t" not in environ
    finally:
        del os.environ["SANDBOX_TEST_SECRET"]


@pytest.mark.skipif(not ROOT, reason="needs root")
def test_root_s_private_files_are_closed_even_without_landlock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = confinement.settings
    monkeypatch.setattr(
        confinement, "settings", lambda: {**real(), "no_landlock": True, "filters": []}
    )
    secret = tmp_path / "secret.txt"
    secret.write_text("42")
    secret.chmod(0o600)
    body = (
        "import os\ndef sigmoid(z): return open(z).read()\ndef tanh(z): os.kill(z, 0); return 1\n"
    )
    body += (
        "def relu(z):\n    if os.fork(): return 7\n    os.setsid()\n    if os.fork(): os._exit(0)\n"
    )
    body += "    import time; time.sleep(600)\n"
    with Zygote.start(MODULES) as plain, plain.worker(submission(activations=body)) as made:
        assert plain.confinement.layers == (
            "limits",
            "session",
            "dies with its parent",
            "other user",
        )
        for path in (str(secret), f"/proc/{os.getpid()}/environ", f"/proc/{plain.pid}/environ"):
            assert refused(made.call("sigmoid", (path,), {}, seconds=5)), path
        for pid in (os.getpid(), plain.pid):
            assert refused(made.call("tanh", (pid,), {}, seconds=5))
        # What it starts and lets go is found and ended.
        assert made.call("relu", (1,), {}, seconds=5).value == 7
        time.sleep(0.1)
        assert len(descendants(plain.pid)) >= 2
        made.close()
        assert descendants(plain.pid) == set()


def test_files_outside_its_folder_cannot_be_written(
    landlock: None, attempt: Attempt, tmp_path: Path
) -> None:
    target = tmp_path / "open.txt"
    target.write_text("kept")
    tmp_path.chmod(0o777)
    target.chmod(0o666)
    body = """
        import numpy
        got = []
        try: os.unlink(z)  # may seem to work
        except OSError: pass
        tries = [lambda: open(z, 'w'), lambda: open(z, 'a'), lambda: os.truncate(z, 0),
                 lambda: os.open(z, os.O_RDONLY | os.O_TRUNC),
                 lambda: os.rename(z, z + '2'), lambda: open(z + '3', 'w'), lambda: os.mkdir(z + '4'),
                 lambda: os.symlink(z, 'link'), lambda: os.link(z, 'hard'), lambda: os.chmod(z, 0),
                 lambda: os.utime(z), lambda: open('/tmp/sandbox-test-x', 'w'),
                 lambda: open('/dev/shm/sandbox-test-x', 'w'), lambda: os.mkfifo('fifo'),
                 lambda: os.open(numpy.__file__, os.O_RDONLY | os.O_TRUNC),
                 lambda: open(numpy.__file__, 'a'), lambda: os.chdir('/tmp') or open('y', 'w')]
        for number, action in enumerate(tries):
            try: action(); got.append(number)
            except OSError: pass
        return got
    """
    outcome = attempt(body, str(target))
    assert outcome.value == []
    assert target.read_text() == "kept"


def test_neighbours_folders_are_closed(worker: Make) -> None:
    source = """
        import os
        secret = open('mine.txt', 'w'); secret.write('42'); secret.flush(); os.chmod
        def sigmoid(z): return os.getcwd(), os.getpid()
        def tanh(z):
            got = []
            for action in (lambda: open(z + '/mine.txt').read(), lambda: os.listdir(z),
                           lambda: open(z + '/x', 'w'), lambda: os.listdir(os.path.dirname(z)),
                           lambda: open(z + '/neuralnet/activations.py').read()):
                try: got.append(action())
                except OSError: pass
            return got
        """
    first, second = worker(activations=source), worker(activations=source)
    folder, _ = first.call("sigmoid", (1,), {}, seconds=5).value
    outcome = second.call("tanh", (folder,), {}, seconds=5)
    # Without Landlock an ordinary user's workers share the user, and so their files.
    if ROOT or any(name.startswith("landlock") for name in second.zygote.confinement.layers):
        assert outcome.value == []


def test_workers_have_no_place_to_leave_a_word(
    seccomp: None, landlock: None, attempt: Attempt, worker: Make
) -> None:
    """One may have met hidden inputs, another speaks to the student: no door between the two."""
    giver = """
        import ctypes, fcntl, os, struct, numpy
        libc = ctypes.CDLL(None, use_errno=True)
        def sigmoid(z):
            with open('size', 'wb') as f: f.truncate(12345)
            got, shared = [], open(numpy.__file__, 'rb')
            lock = struct.pack('hhqqi', fcntl.F_RDLCK, os.SEEK_SET, 1234, 5678, 0)
            high = 1 << 32
            for name, action in {
                'flock': lambda: fcntl.flock(shared, fcntl.LOCK_EX | fcntl.LOCK_NB),
                'lock': lambda: fcntl.fcntl(shared, fcntl.F_SETLK, lock),
                'open lock': lambda: fcntl.fcntl(shared, 37, lock),
                'lease': lambda: fcntl.fcntl(shared, fcntl.F_SETLEASE, fcntl.F_RDLCK),
                'hint': lambda: fcntl.fcntl(shared, 1036, struct.pack('Q', 3)),
            }.items():
                try: action(); got.append(name)
                except OSError: pass
            if libc.inotify_init1(0) >= 0: got.append('watch')
            for command in (6, 7, 37, 1024):
                if libc.fcntl64(shared.fileno(), command, lock) == 0: got.append(command)
            return got, os.getcwd(), os.getpid()
        """
    made = worker(activations=giver)
    got, folder, pid = made.call("sigmoid", (1,), {}, seconds=5).value
    assert got == []
    body = """
        import ctypes
        top, name, pid = z
        got = []
        for action in (lambda: os.listdir(top), lambda: os.stat(top + '/' + name[:-1]),
                       lambda: os.stat(top + '/' + name[:-1] + '/size'),
                       lambda: time.clock_gettime(~pid << 3 | 2)):
            try: got.append(action())
            except OSError: pass
        return got
    """
    assert attempt(body, [*os.path.split(folder), pid]).value == []


@pytest.mark.skipif(not X86, reason="numbers of x86-64")
def test_the_upper_half_of_an_argument_is_no_way_round(seccomp: None, attempt: Attempt) -> None:
    """The kernel reads 32 bits of what a filter sees as 64."""
    body = """
        import ctypes
        call = lambda *a: ctypes.CDLL(None).syscall(*map(ctypes.c_long, a))
        r, w = os.pipe()
        high = 1 << 32
        return [call(72, r, 8 | high, z), call(72, r, 10 | high, 9), call(16, r, 0x8901 | high, 0),
                call(157, 1 | high, 0, 0, 0, 0), call(157, 4 | high, 1, 0, 0, 0),
                ctypes.CDLL(None).prctl(3, 0, 0, 0, 0)]
    """
    assert attempt(body, os.getpid()).value == [-1, -1, -1, -1, -1, 0]


def test_paths_that_a_worker_reaches_are_told(
    landlock: None, zygote: Zygote, tmp_path: Path
) -> None:
    import numpy

    (tmp_path / "results.json").write_text("{}")
    asked = [tmp_path / "results.json", Path(labkit.__file__), tmp_path, Path("/dev/null")]
    assert readable(zygote, asked) == [Path("/dev/null")]
    if not ROOT or has(zygote, "landlock"):
        assert readable(zygote, [numpy.__file__]) in ([Path(numpy.__file__)], [])


def test_an_ordinary_grader_s_memory_is_closed_without_landlock(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if ROOT:
        pytest.skip("root's is closed by the other user id")
    real = confinement.settings
    monkeypatch.setattr(confinement, "settings", lambda: {**real(), "no_landlock": True})
    with Zygote.start(MODULES) as plain:
        files = [
            f"/proc/{pid}/{name}" for pid in (os.getpid(), plain.pid) for name in ("mem", "environ")
        ]
        assert readable(plain, [*files, __file__]) == [Path(__file__)]
        assert "your files" in plain.confinement.sentence


def test_ordinary_work_is_not_disturbed(attempt: Attempt) -> None:
    body = """
        import tempfile, pickle, io, json, shutil, random, copy, math, logging, pathlib
        with tempfile.TemporaryFile() as f: f.write(b'x')
        with tempfile.NamedTemporaryFile(mode='w') as f: f.write('x')
        with tempfile.TemporaryDirectory() as d: open(os.path.join(d, 'y'), 'w').close()
        np.savez('weights.npz', W=np.ones(3)); np.save('a.npy', np.ones(2))
        os.makedirs('figures/x', exist_ok=True); pathlib.Path('figures/t.txt').touch()
        shutil.copyfile('a.npy', 'figures/a.npy'); os.remove('a.npy'); shutil.rmtree('figures')
        rng = np.random.default_rng(); random.random(); np.random.seed(0); np.random.rand(2)
        logging.warning('x'); time.sleep(0.001); os.urandom(3); os.cpu_count(); os.getpid()
        np.linalg.svd(np.ones((30, 20))); np.ones((200, 200)) @ np.ones((200, 200))
        with open('log.txt', 'a') as f: print('epoch 1', file=f, flush=True)
        return float(np.load('weights.npz')['W'].sum())
    """
    outcome = attempt(body)
    assert outcome.failure is None
    assert outcome.value == 3.0


def test_no_file_can_be_hidden_from_the_look_at_its_folder(seccomp: None, attempt: Attempt) -> None:
    """What is open without a name would take space that nobody counts."""
    body = """
        for name in ('a', 'b'):
            with open(name, 'wb') as file: file.write(bytes(1 << 20))
        os.remove('a'); os.unlink('b'); os.mkdir('c'); os.rmdir('c')
        got = []
        for action in (lambda: os.rename('a', 'b'), lambda: os.replace('a', 'b'),
                       lambda: os.open('.', os.O_TMPFILE | os.O_RDWR)):
            try: action(); got.append(1)
            except OSError: pass
        return got, sum(os.path.getsize(name) for name in ('a', 'b') if os.path.exists(name))
    """
    # A rename changes places with what it would replace: nothing is lost from sight.
    assert attempt(body).value == ([1, 1], 2 << 20)


# Processes ---------------------------------------------------------------------------------------


def test_processes_cannot_be_signalled(zygote: Zygote, attempt: Attempt, worker: Make) -> None:
    neighbour = worker(activations="def sigmoid(z): return z")
    neighbour.call("sigmoid", (1,), {}, seconds=5)
    targets = [os.getpid(), zygote.pid, neighbour.pid, os.getppid(), -1, -neighbour.pid, 0]
    body = """
        import signal, ctypes
        libc = ctypes.CDLL(None, use_errno=True)
        got = []
        for pid in z:
            for number in (0, signal.SIGCONT):
                try: os.kill(pid, number); got.append(('kill', pid))
                except OSError: pass
            for call in (200, 234, 129, 297, 424):  # tkill, tgkill, rt_sigqueueinfo, ... on x86-64
                if os.uname().machine == 'x86_64' and pid > 1:
                    if libc.syscall(call, pid, pid, 18, 0) >= 0: got.append((call, pid))
            try: os.pidfd_open(pid); got.append(('pidfd', pid))
            except (OSError, AttributeError): pass
        return got
    """
    if not has(zygote, "seccomp") and not ROOT:
        pytest.skip("nothing here keeps an ordinary user's processes apart")
    outcome = attempt(body, targets)
    allowed = outcome.value if not has(zygote, "seccomp") else []
    assert outcome.value == allowed
    assert neighbour.call("sigmoid", (2,), {}, seconds=5).value == 2


def test_owner_signals_do_not_get_out(seccomp: None, attempt: Attempt) -> None:
    """F_SETOWN and F_SETSIG make the kernel send any signal to any process of the same user."""
    body = """
        import fcntl, socket
        got = []
        r, w = os.pipe()
        for command, value in ((fcntl.F_SETOWN, z), (10, 9), (15, 0)):
            try: fcntl.fcntl(r, command, value); got.append(command)
            except (OSError, TypeError): pass
        try: fcntl.ioctl(r, 0x8901, z.to_bytes(4, 'little')); got.append('ioctl')
        except OSError: pass
        return got
    """
    assert attempt(body, os.getpid()).value == []


def test_other_processes_limits_priority_and_memory(zygote: Zygote, attempt: Attempt) -> None:
    if not has(zygote, "seccomp") and not ROOT:
        pytest.skip("nothing here keeps an ordinary user's processes apart")
    import resource

    before = resource.getrlimit(resource.RLIMIT_NOFILE), os.getpriority(os.PRIO_PROCESS, 0)
    body = """
        import ctypes, resource
        got = []
        libc = ctypes.CDLL(None, use_errno=True)
        for pid in z:
            tries = {
                'prlimit': lambda: resource.prlimit(pid, resource.RLIMIT_NOFILE, (9, 9)),
                'read': lambda: resource.prlimit(pid, resource.RLIMIT_NOFILE),
                'nice': lambda: os.setpriority(os.PRIO_PROCESS, pid, 19),
                'affinity': lambda: os.sched_setaffinity(pid, {0}),
                'scheduler': lambda: os.sched_setscheduler(pid, os.SCHED_IDLE, os.sched_param(0)),
                'mem': lambda: open(f'/proc/{pid}/mem', 'rb').read(1),
                'fd': lambda: os.listdir(f'/proc/{pid}/fd'),
            }
            for name, action in tries.items():
                try: action(); got.append((name, pid))
                except OSError: pass
            libc.ptrace.restype = ctypes.c_long
            for request in (16, 0x4206):
                if libc.ptrace(request, pid, 0, 0) >= 0: got.append(('ptrace', pid))
            buffer = ctypes.create_string_buffer(8)
            vector = (ctypes.c_void_p * 2)(ctypes.addressof(buffer), 8)
            remote = (ctypes.c_void_p * 2)(id(z) if False else 4194304, 8)
            for call in ('process_vm_readv', 'process_vm_writev'):
                if getattr(libc, call)(pid, vector, 1, remote, 1, 0) > 0: got.append((call, pid))
        return got
    """
    outcome = attempt(body, [os.getpid(), zygote.pid])
    assert outcome.failure is None
    if has(zygote, "landlock") and has(zygote, "seccomp"):
        assert outcome.value == []
    after = resource.getrlimit(resource.RLIMIT_NOFILE), os.getpriority(os.PRIO_PROCESS, 0)
    assert after == before


@pytest.mark.parametrize(
    "body",
    [
        "os.fork()",
        "os.forkpty()",
        "import subprocess; subprocess.run(['/bin/true'])",
        "if os.system('true') != 0: raise PermissionError",
        "os.posix_spawn('/bin/true', ['true'], {})",
        "os.execv('/bin/true', ['true'])",
        "import multiprocessing as m; m.get_context('fork').Process(target=print).start()",
    ],
)
def test_no_process_can_be_started(seccomp: None, attempt: Attempt, body: str) -> None:
    assert refused(attempt(f"{body}\nreturn 'done'"))


def test_clone_by_hand(seccomp: None, attempt: Attempt) -> None:
    body = """
        import ctypes
        libc = ctypes.CDLL(None, use_errno=True)
        got = []
        numbers = {'x86_64': (56, 57, 58, 435), 'aarch64': (220, 435)}.get(os.uname().machine, ())
        for number in numbers:
            for flags in (17, 0x4111):
                pid = libc.syscall(number, flags, 0, 0, 0, 0)
                if pid == 0: os._exit(0)
                if pid > 0: got.append(number)
        return got
    """
    assert attempt(body).value == []


def test_threads_work(attempt: Attempt) -> None:
    body = """
        from concurrent.futures import ThreadPoolExecutor
        with ThreadPoolExecutor(4) as pool: return list(pool.map(abs, [-1, -2]))
    """
    assert attempt(body).value == [1, 2]


def test_threads_are_counted(attempt: Attempt) -> None:
    """With small stacks the limit of memory alone lets one worker take all process numbers."""
    body = """
        import ctypes
        libc = ctypes.CDLL(None)
        handle, attributes = ctypes.c_ulong(), ctypes.create_string_buffer(64)
        libc.pthread_attr_init(attributes)
        libc.pthread_attr_setstacksize(attributes, ctypes.c_size_t(16384))
        for count in range(3000):
            if libc.pthread_create(ctypes.byref(handle), attributes, libc.pause, None): return count
    """
    count = attempt(body).value
    assert count is not None
    assert 8 < count <= 300


@pytest.mark.skipif(not X86, reason="numbers of x86-64")
def test_another_kind_of_number_is_no_way_round(seccomp: None, attempt: Attempt) -> None:
    body = f"""
        import ctypes
        return ctypes.CDLL(None).syscall({0x40000000 + 57}, 0, 0, 0, 0, 0, 0)
    """
    outcome = attempt(body)
    assert outcome.failure is not None or outcome.value == -1


# Network -----------------------------------------------------------------------------------------


@pytest.fixture
def listener() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_no_socket_can_be_made(seccomp: None, attempt: Attempt) -> None:
    body = """
        import socket
        got = []
        for family in ('AF_INET', 'AF_INET6', 'AF_UNIX', 'AF_NETLINK', 'AF_PACKET', 'AF_ALG', 'AF_VSOCK'):
            for kind in ('SOCK_STREAM', 'SOCK_DGRAM', 'SOCK_RAW'):
                try: socket.socket(getattr(socket, family), getattr(socket, kind)); got.append(family)
                except PermissionError: pass
        return got
    """
    assert attempt(body).value == []


def test_no_connection_can_be_made(zygote: Zygote, attempt: Attempt, listener: int) -> None:
    if not has(zygote, "seccomp") and not has(zygote, "landlock"):
        pytest.skip("nothing here closes the network")
    assert refused(
        attempt(f"import socket; socket.create_connection(('127.0.0.1', {listener})); return 1")
    )


def test_each_of_the_two_layers_closes_the_network(
    zygote: Zygote, listener: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Landlock alone (4 and later) keeps a submission from connecting, as seccomp does."""
    abi = max(
        (int(name[9:]) for name in zygote.confinement.layers if name[:8] == "landlock"), default=0
    )
    if abi < 6:
        pytest.skip("an older Landlock")
    real = confinement.settings
    monkeypatch.setattr(confinement, "settings", lambda: {**real(), "filters": []})
    source = """
        import os, socket
        def sigmoid(z): socket.create_connection(("127.0.0.1", z)); return 1
        def tanh(z): os.kill(z, 0); return 1
        """
    with Zygote.start(MODULES) as other, other.worker(submission(activations=source)) as made:
        assert not has(other, "seccomp")
        assert refused(made.call("sigmoid", (listener,), {}, seconds=5))
        assert refused(made.call("tanh", (os.getpid(),), {}, seconds=5))


# Handles -----------------------------------------------------------------------------------------


def test_only_the_protocol_is_open(attempt: Attempt) -> None:
    with open(__file__) as held:  # noqa: PTH123
        os.set_inheritable(held.fileno(), True)
        body = """
            import stat
            found = {}
            for number in range(4096):
                try: about = os.fstat(number)
                except OSError: continue
                found[str(number)] = ('null' if stat.S_ISCHR(about.st_mode) else
                    'socket' if stat.S_ISSOCK(about.st_mode) else
                    'folder' if stat.S_ISDIR(about.st_mode) else 'file')
            return found
        """
        found = attempt(body).value
    folders = [kind for number, kind in found.items() if int(number) > 3]
    assert {number: found[number] for number in "0123"} == {
        "0": "null", "1": "null", "2": "null", "3": "socket"
    }  # fmt: skip
    # Folders only where root's Python lies under a folder closed to others.
    assert set(folders) <= {"folder"}
    assert len(folders) <= 3


def test_the_folders_held_open_lead_to_nothing_of_the_grader(
    landlock: None, attempt: Attempt
) -> None:
    body = """
        got = []
        for number in range(4, 12):
            for path in ('otter/__init__.py', '../../../../README.md', '../../../../autograder/labkit/lab/contract.py',
                         'site-packages/pip/__init__.py', 'labkit/__init__.py', 'pytest/__init__.py'):
                try: got.append(os.read(os.open(path, os.O_RDONLY, dir_fd=number), 5))
                except OSError: pass
        return got
    """
    assert attempt(body).value == []


def test_dead_grader_s_processes_end() -> None:
    """Kill the grader without warning: its zygote and its workers go too, with their folders."""
    import subprocess

    code = submission(activations="import os\ndef sigmoid(z): return os.getpid(), os.getcwd()")
    script = f"""
import sys, time
from labkit.sandbox import Code, Zygote
zygote = Zygote.start({MODULES!r})
worker = zygote.worker(Code({code.files!r}))
pid, cwd = worker.call("sigmoid", (1,), {{}}, seconds=5).value
print(zygote.pid, pid, cwd, flush=True)
time.sleep(60)
"""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    process = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, env=environment
    )
    assert process.stdout is not None
    zygote_pid, pid, cwd = process.stdout.readline().decode().split()
    process.kill()
    process.wait()
    process.stdout.close()
    for _ in range(100):
        gone = not any(Path(f"/proc/{number}").exists() for number in (zygote_pid, pid))
        if gone and not Path(cwd).parent.exists():
            return
        time.sleep(0.05)
    pytest.fail("something of it goes on")
