"""Nothing is left behind: processes, handles, folders; and what dies comes back."""

# ruff: noqa: E501 (submissions' lines)

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest

from labkit.sandbox import Code, Limits, SandboxError, Zygote
from tests.processes import LINUX, descendants

from .conftest import MODULES, submission

pytestmark = pytest.mark.skipif(not LINUX, reason="counts in /proc")
SIMPLE = "def sigmoid(z): return z\n"


def handles() -> int:
    return len(list(Path(f"/proc/{os.getpid()}/fd").iterdir()))


def running(pid: int) -> bool:
    """Whether a process runs; one that only waits for the system's first process to reap it does not."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] not in "ZX"


def own_folders() -> set[str]:
    return {
        path.name for path in Path(tempfile.gettempdir()).glob(f"labkit-sandbox-{os.getpid()}-*")
    }


def test_nothing_is_left() -> None:
    source = """
        import os, time, threading
        def sigmoid(z): return z
        def tanh(z): os._exit(1)
        def relu(z): time.sleep(60)
        def sigmoid_gradient(z):
            os.makedirs('a/b/c'); open('a/b/c/f', 'w').write('x'); os.symlink('/etc', 'a/l') if 0 else None
            os.umask(0o777); os.mkdir('closed'); os.umask(0)
            at = os.getcwd()
            for _ in range(1500):
                os.mkdir('d' * 50); os.chdir('d' * 50)
            threading.Thread(target=time.sleep, args=(60,)).start()
        """
    code = submission(activations=source)
    gc.collect()
    before, folders, threads = handles(), own_folders(), threading.active_count()
    zygote = Zygote.start(MODULES)
    limits = Limits(wall_factor=1, wall_extra=0.1)
    for _ in range(3):
        with zygote.worker(code, limits=limits) as worker:
            for name in ("sigmoid", "tanh", "relu", "sigmoid_gradient"):
                worker.call(name, (1,), {}, seconds=0.3)
    while_open = handles()
    root = Path(zygote._root)
    root.chmod(0o700)  # its workers' user, where that is ours, may not list it
    deadline = time.monotonic() + 10
    while list(root.iterdir()) and time.monotonic() < deadline:
        time.sleep(0.05)  # very large folders are removed aside
    assert [path.name for path in root.iterdir()] == []
    pid = zygote.pid
    while descendants(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert descendants(pid) == set()
    assert while_open <= before + 1
    zygote.close()
    assert not Path(f"/proc/{pid}").exists()
    assert handles() == before
    assert own_folders() <= folders
    assert threading.active_count() == threads
    zygote.close()


def test_workers_do_not_add_up_handles_in_the_zygote(zygote: Zygote) -> None:
    code = submission(activations=SIMPLE)

    def count() -> int:
        return len(os.listdir(f"/proc/{zygote.pid}/fd"))  # noqa: PTH208

    if os.geteuid() != 0:
        pytest.skip("the zygote's handles are closed to its own user")
    with zygote.worker(code) as worker:
        worker.call("sigmoid", (1,), {}, seconds=5)
    before = count()
    for _ in range(5):
        with zygote.worker(code) as worker:
            worker.call("sigmoid", (1,), {}, seconds=5)
    assert count() == before


def test_forgotten_workers_and_zygotes_clean_up() -> None:
    zygote = Zygote.start(MODULES)
    worker = zygote.worker(submission(activations=SIMPLE))
    worker.call("sigmoid", (1,), {}, seconds=5)
    pid, own, root = zygote.pid, worker.pid, zygote._root
    del worker
    gc.collect()
    assert not Path(f"/proc/{own}").exists()
    del zygote
    gc.collect()
    assert not Path(f"/proc/{pid}").exists()
    assert not Path(root).exists()


def test_many_workers_at_once(zygote: Zygote) -> None:
    code = submission(activations="import os\ndef sigmoid(z): return os.getcwd(), os.getuid()")
    workers = [zygote.worker(code) for _ in range(12)]
    try:
        values = [worker.call("sigmoid", (1,), {}, seconds=5).value for worker in workers]
        assert len({cwd for cwd, _ in values}) == 12
        if os.geteuid() == 0:
            assert len({user for _, user in values}) == 12
    finally:
        for worker in workers:
            worker.close()
    assert descendants(zygote.pid) == set()


def test_killed_zygote_is_started_again() -> None:
    with Zygote.start(MODULES) as zygote, zygote.worker(submission(activations=SIMPLE)) as worker:
        assert worker.call("sigmoid", (1,), {}, seconds=5).value == 1
        for _ in range(2):
            pid, own = zygote.pid, worker.pid
            os.kill(pid, signal.SIGKILL)
            time.sleep(0.05)
            assert worker.call("sigmoid", (2,), {}, seconds=5).value == 2
            assert zygote.pid != pid
            assert not running(own)


def test_zygote_killed_during_a_call() -> None:
    source = "import time\ndef sigmoid(z): time.sleep(0.3); return z\n"
    with Zygote.start(MODULES) as zygote, zygote.worker(submission(activations=source)) as worker:
        worker.call("sigmoid", (1,), {}, seconds=5)
        threading.Timer(0.1, os.kill, (zygote.pid, signal.SIGKILL)).start()
        assert worker.call("sigmoid", (2,), {}, seconds=5).value == 2


def test_interrupted_call_ends_the_worker(zygote: Zygote) -> None:
    source = "import time\ndef sigmoid(z): time.sleep(z); return z\n"

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with zygote.worker(submission(activations=source)) as worker:
        worker.call("sigmoid", (0,), {}, seconds=5)
        before = signal.signal(signal.SIGALRM, interrupt)
        try:
            signal.setitimer(signal.ITIMER_REAL, 0.1)
            with pytest.raises(KeyboardInterrupt):
                worker.call("sigmoid", (30,), {}, seconds=5)
        finally:
            signal.signal(signal.SIGALRM, before)
        assert worker.pid == 0
        assert worker.call("sigmoid", (0,), {}, seconds=5).value == 0


def test_usable_from_threads(zygote: Zygote) -> None:
    code = submission(activations=SIMPLE)
    results: list[object] = []

    def run(number: int) -> None:
        with zygote.worker(code) as worker:
            results.append(worker.call("sigmoid", (number,), {}, seconds=5).value == number)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert results == [True] * 6


def test_started_in_a_thread_that_ends() -> None:
    made: list[Zygote] = []
    thread = threading.Thread(target=lambda: made.append(Zygote.start(MODULES)))
    thread.start()
    thread.join()
    time.sleep(0.1)
    with made[0] as zygote, zygote.worker(submission(activations=SIMPLE)) as worker:
        assert worker.call("sigmoid", (1,), {}, seconds=5).value == 1
        assert zygote.generation == 1


def _from_child(zygote: Zygote, code: Code, queue: multiprocessing.Queue) -> None:
    try:
        zygote.worker(code).call("sigmoid", (1,), {}, seconds=5)
        queue.put("worked")
    except SandboxError as error:
        queue.put(str(error))


def test_a_forked_grader_must_start_its_own(zygote: Zygote) -> None:
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    code = submission(activations=SIMPLE)
    process = context.Process(target=_from_child, args=(zygote, code, queue))
    process.start()
    assert "start another" in queue.get(timeout=20)
    process.join()
    with zygote.worker(code) as worker:
        assert worker.call("sigmoid", (1,), {}, seconds=5).value == 1


def test_closed_zygote_says_so() -> None:
    zygote = Zygote.start(MODULES)
    worker = zygote.worker(submission(activations=SIMPLE))
    zygote.close()
    with pytest.raises(SandboxError, match="closed"):
        worker.call("sigmoid", (1,), {}, seconds=5)


def test_python_that_cannot_start_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(SandboxError):
        Zygote.start(MODULES)


def test_systems_without_fork_are_told_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    import labkit.sandbox.launch as launch

    class Windows:
        name = "nt"

    monkeypatch.setattr(launch, "os", Windows)
    with pytest.raises(SandboxError, match="Windows Subsystem for Linux"):
        Zygote.start(MODULES)


def test_what_is_not_served_cannot_be_substituted(zygote: Zygote) -> None:
    with pytest.raises(ValueError, match="nothing to substitute"):
        zygote.worker(Code({}), substitute=("sigmoid",))
