"""Whatever fails in the grader or the system, at whatever moment: the same grade, or a status.

Never a 0 that is not the student's. Each exchange between grader, clean process and worker fails
once, in each of the ways in which it can.
"""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from labkit.base.errors import LabkitError
from labkit.building.build import built
from labkit.classroom import pool
from labkit.classroom.grade import Options, grade_to
from labkit.classroom.order import Order
from labkit.intake import open_submissions
from labkit.judging import result as results
from labkit.judging.grader import Grader
from labkit.judging.result import GRADED, Result
from labkit.lab import stubs
from labkit.lab.bundle import Bundle
from labkit.sandbox import Zygote, calls, exchange, launch
from tests.adversarial.attacks import LAB
from tests.classroom import mini
from tests.conftest import missing
from tests.intake.handed_in import tarred
from tests.packing import lay, zipped
from tests.processes import LINUX, ROOT

pytestmark = pytest.mark.skipif(not LINUX, reason="grades a class")


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return mini.lab(tmp_path_factory.mktemp("lab"))


@pytest.fixture(autouse=True)
def without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "_PAUSE_SECONDS", 0.0)


# ---------------------------------------------------------------- exchanges


def _no_space(*_: Any) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _no_handles(*_: Any) -> None:
    raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))


def _no_memory(*_: Any) -> None:
    raise MemoryError


def _clean_process_killed(zygote: Zygote) -> None:
    os.kill(zygote.pid, signal.SIGKILL)


def _worker_killed(one: exchange.Exchange) -> None:
    if one.worker.pid:
        os.kill(one.worker.pid, signal.SIGKILL)


def _its_clean_process_killed(one: exchange.Exchange) -> None:
    _clean_process_killed(one.worker.zygote)


FAULTS: dict[str, tuple[type, str, Callable[[Any], None]]] = {
    "asking, no space": (Zygote, "_ask", _no_space),
    "asking, no memory": (Zygote, "_ask", _no_memory),
    "asking, clean process killed": (Zygote, "_ask", _clean_process_killed),
    "forking, no handles": (Zygote, "fork", _no_handles),
    "starting, no space": (Zygote, "_launch", _no_space),
    "sending, worker killed": (exchange.Exchange, "write", _worker_killed),
    "sending, clean process killed": (exchange.Exchange, "write", _its_clean_process_killed),
    "sending, no memory": (exchange.Exchange, "write", _no_memory),
    "receiving, worker killed": (exchange.Exchange, "receive", _worker_killed),
    "receiving, clean process killed": (exchange.Exchange, "receive", _its_clean_process_killed),
    "setting up, worker killed": (exchange.Exchange, "setup", _worker_killed),
    "looking at the folder, no handles": (calls.Worker, "folder_fits", _no_handles),
}


@contextmanager
def failing(where: str, at: int) -> Iterator[list[int]]:
    """The `at`-th use of a place fails, once; 0 counts only. Gives the count."""
    owner, name, fault = FAULTS[where]
    real = getattr(owner, name)
    count = [0]

    def used(self: Any, *args: Any, **more: Any) -> Any:
        count[0] += 1
        if count[0] == at:
            fault(self)
        return real(self, *args, **more)

    setattr(owner, name, used)
    try:
        yield count
    finally:
        setattr(owner, name, real)


def _graded(bundle: Bundle, submissions: Path, out: Path) -> list[Result]:
    opened = open_submissions(submissions, bundle.lab.contract.modules, leave_out=out)
    out.mkdir(exist_ok=True)
    order = Order(bundle, out)
    return [result for _, result in pool.grade_here(order, iter(opened))]


@pytest.mark.slow
@pytest.mark.parametrize("where", FAULTS)
def test_a_fault_at_any_moment_costs_nobody_points(
    bundle: Bundle, tmp_path: Path, where: str
) -> None:
    folder = tmp_path / "class"
    for name in ("ada", "bob"):  # for the second one the calls are known, and go out together
        relu = f"# {name}\n{mini.WRONG_RELU}"
        mini.hand_in(folder / f"{name}.zip", bundle, {"relu": relu})
    with failing(where, 0) as count:
        right = _graded(bundle, folder, tmp_path / "right")
    assert [(one.status, one.total) for one in right] == [(GRADED, 60)] * 2
    assert count[0] > 0
    for number in range(1, count[0] + 1):
        with failing(where, number):
            try:
                found = _graded(bundle, folder, tmp_path / f"out{number}")
            except (OSError, MemoryError, LabkitError):
                assert where.startswith("starting")  # before anything of the class was looked at
                continue
        assert len(found) == 2
        for one in found:
            if one.status == GRADED:
                assert one.questions == right[0].questions, (where, number)
            else:
                assert one.status.startswith("failed: "), (where, number, one.status)
            kept = results.read(tmp_path / f"out{number}" / "results" / f"{one.submission}.json")
            assert kept is not None and kept.status == one.status


def test_what_fails_again_and_again_is_a_status(
    bundle: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mini.hand_in(tmp_path / "class" / "ada.zip", bundle)
    monkeypatch.setattr(exchange.Exchange, "setup", lambda *a: exchange.Failure("protocol"))
    (found,) = _graded(bundle, tmp_path / "class", tmp_path / "out")
    assert found.status.startswith("failed: ")
    monkeypatch.undo()
    monkeypatch.setattr(launch, "_folder_of", _no_space)
    (found,) = _graded(bundle, tmp_path / "class", tmp_path / "out")
    assert found.status.startswith("failed: ")


def test_what_could_not_be_read_here_is_read_by_the_next_run(
    bundle: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk is told to nobody as a broken upload, and kept by no `--resume`."""
    files = {path: text.encode() for path, text in stubs.solution_package(bundle.lab).items()}
    lay(tmp_path / "class", {"ada.tgz": tarred(files), "bob.zip": zipped(files)})
    out, options = tmp_path / "out", Options(jobs=1, resume=True)
    with monkeypatch.context() as full:
        full.setattr(tempfile.SpooledTemporaryFile, "write", _no_space)
        graded = grade_to(bundle, tmp_path / "class", out, options)
    ada, bob = graded.results
    assert ada.status.startswith("failed: ada.tgz could not be read on the grader's machine")
    assert "hand" not in ada.status and "nothing for you to change" in ada.advice
    assert (bob.status, bob.total) == (GRADED, 100)
    assert any("ada: " in line and "no space left" in line for line in graded.summary)
    again = grade_to(bundle, tmp_path / "class", out, options)
    assert [(one.status, one.total) for one in again.results] == [(GRADED, 100)] * 2


def test_one_hand_in_that_could_not_be_read_here_is_no_wrong_input(
    bundle: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {path: text.encode() for path, text in stubs.solution_package(bundle.lab).items()}
    lay(tmp_path, {"ada.tgz": tarred(files)})
    monkeypatch.setattr(tempfile.SpooledTemporaryFile, "write", _no_space)
    (found,) = grade_to(bundle, tmp_path / "ada.tgz", tmp_path / "out", Options(jobs=1)).results
    assert found.own_fault


# ---------------------------------------------------------------- a lab that cannot run


@pytest.mark.parametrize(
    ("case", "words"),
    [
        ("return unknown_name if result[0] < 0 else None", "NameError"),
        ("return None if check.threshold('least') < 1 else 'no'", "'least'"),
    ],
)
def test_a_case_that_cannot_run_blames_the_lab(
    bundle: Bundle, tmp_path: Path, case: str, words: str
) -> None:
    mini.hand_in(tmp_path / "class" / "ada.zip", bundle, {"tanh": mini.WRONG_TANH + " - 1"})
    grader = Grader(bundle)
    try:
        question = grader.questions[0]
        space: dict[str, Any] = {}
        source = f"def broken(check, np):\n    def judge(result):\n        {case}\n"
        source += "    check.outcome('tanh', np.zeros(2), judge=judge)\n"
        exec(compile(source, "tests/tanh.py", "exec"), space)
        from dataclasses import replace

        question.cases[0] = replace(question.cases[0], function=space["broken"])
        opened = open_submissions(
            tmp_path / "class", bundle.lab.contract.modules, leave_out=tmp_path / "out"
        )
        (submission,) = opened
        (tmp_path / "out").mkdir()
        found = pool._grade(grader, Order(bundle, tmp_path / "out"), submission)
    finally:
        grader.close()
    assert found.status.startswith("failed: the check")
    assert "cases/activations.py line" in found.status
    assert words in found.status


# ---------------------------------------------------------------- disks that are full


@pytest.fixture
def small() -> Iterator[Callable[[str, str], Path]]:
    """Small file systems of their own, in memory; every user can reach them, as workers must."""
    if not ROOT:
        missing("root mounts a file system")
    made: list[Path] = []

    def mount(name: str, size: str) -> Path:
        place = Path(tempfile.mkdtemp(prefix=f"labkit-small-{name}-", dir="/tmp"))
        place.chmod(0o755)
        made.append(place)
        options = f"size={size},mode=1777"
        command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)]
        if subprocess.run(command, capture_output=True, check=False).returncode:
            missing("no file system can be mounted here")
        return place

    yield mount
    for place in made:
        subprocess.run(["umount", "--lazy", str(place)], check=False)
        place.rmdir()


FILLERS = {
    "held by handles": """
        handles = []
        for n in range(64):
            h = os.open(f"x{n}", os.O_RDWR | os.O_CREAT)
            handles.append(h)
            os.unlink(f"x{n}")
            try: os.posix_fallocate(h, 0, 8 << 20)
            except OSError: os.write(h, bytes(8 << 20))
    """,
    "held by pages": """
        import mmap
        pages = []
        for n in range(60):
            h = os.open(f"x{n}", os.O_RDWR | os.O_CREAT)
            os.ftruncate(h, 1 << 20)
            pages.append(mmap.mmap(h, 1 << 20)); os.unlink(f"x{n}"); os.close(h)
            pages[-1][:] = bytes(1 << 20)
    """,
    "many small files": """
        for n in range(100000):
            with open(f"s{n}", "wb") as f: f.write(b"x" * 4096)
    """,
    "short calls": """
        global count
        count = globals().get("count", 0) + 1
        with open(f"c{count}", "wb") as f: f.write(bytes(2 << 20))
    """,
    "while it lives": """
        import time
        until = time.time() + 3
        n = 0
        while time.time() < until:
            n += 1
            try:
                with open(f"w{n}", "wb") as f: f.write(bytes(1 << 18))
            except OSError: pass
    """,
}


@pytest.mark.slow
@pytest.mark.parametrize("way", FILLERS)
def test_one_who_fills_the_disk_costs_nobody_else(
    bundle: Bundle, tmp_path: Path, small: Callable[[str, str], Path], way: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    disk = small("tmp", "24m")
    folder = tmp_path / "class"
    for number in range(6):
        mini.hand_in(folder / f"s{number}.zip", bundle)
    source = "import os\ndef tanh(z):\n    try:\n"
    source += "".join(f"        {line[8:]}\n" for line in FILLERS[way].strip("\n").splitlines())
    source += "    except OSError: pass\n    return np.tanh(z)\n"
    mini.hand_in(folder / "eve.zip", bundle, {"tanh": source})
    done = _labkit(bundle, folder, tmp_path / "out", disk)
    assert "Traceback" not in done.stderr
    assert done.returncode == 0, done.stderr
    for number in range(6):
        found = results.read(tmp_path / "out" / "results" / f"s{number}.json")
        assert found is not None
        if found.status == GRADED:
            assert found.total == 100, (way, number)
        else:
            assert found.status.startswith("failed: "), found.status
    assert (tmp_path / "out" / "grades.csv").is_file()
    assert list(disk.iterdir()) == []


TAKES_ALL = """

import mmap, os, threading, time

_kept, _much = [], bytes(15 << 20)


def _take(size, name):
    handle = os.open(name, os.O_RDWR | os.O_CREAT)
    try:
        os.unlink(name)
        try:
            os.posix_fallocate(handle, 0, size)
        except OSError:
            os.write(handle, memoryview(_much)[:size])
        _kept.append(mmap.mmap(handle, 4096))
    finally:
        os.close(handle)


def _fill(who):
    number, size, until = 0, len(_much), time.time() + 8
    while time.time() < until:
        number += 1
        try:
            _take(size, f"x{who}.{number}")
        except (OSError, ValueError, MemoryError):
            size = max(4096, size // 2)
            try:
                with open(f"y{who}.{number}", "wb") as file:
                    file.write(bytes(size))
            except OSError:
                time.sleep(0.002)


_sigmoid = sigmoid


def sigmoid(z):
    threads = [threading.Thread(target=_fill, args=(who,)) for who in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return _sigmoid(z)
"""
"""Appended to a right answer: it takes the disk, and whatever of it becomes free."""


@pytest.mark.exhaustive
def test_a_class_of_150_on_600_mb_with_one_who_fills_it(
    tmp_path: Path, small: Callable[[str, str], Path]
) -> None:
    """The disk holds what the grader needs for a while, and what it writes for good."""
    disk = small("all", "600m")
    room = disk / "tmp"
    room.mkdir()
    room.chmod(0o711)
    lab = built(LAB)
    files = dict(stubs.solution_package(lab.lab))
    honest = zipped(files)
    names = [f"s{number:03}" for number in range(149)]
    lay(tmp_path / "class", {f"{name}.zip": honest for name in names})
    files["neuralnet/activations.py"] += TAKES_ALL
    lay(tmp_path / "class", {"s049_eve.zip": zipped(files)})
    out = disk / "out"
    out.mkdir()
    for last in (False, True):
        done = _labkit(lab, tmp_path / "class", out, room)
        assert "Traceback" not in done.stderr
        assert done.returncode == 0, done.stderr
        found = {name: results.read(out / "results" / f"{name}.json") for name in names}
        for name, result in found.items():
            assert result is not None, name
            if last or result.status == GRADED:
                assert (result.status, result.total) == (GRADED, 100), (name, result.total)
            else:
                assert result.status.startswith("failed: "), result.status
        rows = (out / "grades.csv").read_text(encoding="utf-8").splitlines()
        assert len(rows) == 151
        assert list(room.iterdir()) == []
    eve = results.read(out / "results" / "s049_eve.json")
    assert eve is not None and eve.status == GRADED
    lost = {question.name: question.score for question in eve.questions}
    assert lost["sigmoid"] == 0 < lost["dense_forward"]


def _labkit(
    bundle: Bundle, folder: Path, out: Path, disk: Path
) -> subprocess.CompletedProcess[str]:
    code = (
        "import sys; from pathlib import Path; from labkit.base.errors import LabkitError\n"
        "from labkit.classroom.grade import Options, grade_to\n"
        "from labkit.lab.bundle import Bundle\n"
        "if __name__ == '__main__':\n"
        "    try: grade_to(Bundle(Path(sys.argv[1])), Path(sys.argv[2]), Path(sys.argv[3]),"
        " Options(jobs=2, resume='--resume' in sys.argv))\n"
        "    except LabkitError as error: sys.exit(str(error))\n"
    )
    script = out.parent / "run.py"
    script.write_text(code, encoding="utf-8")
    return subprocess.run(
        [sys.executable, script, bundle.root, folder, out, "--resume"],
        env={**os.environ, "TMPDIR": str(disk), "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True, text=True, timeout=1800, check=False,
    )  # fmt: skip


@pytest.mark.slow
def test_no_room_for_workers_is_a_status(
    bundle: Bundle, tmp_path: Path, small: Callable[[str, str], Path]
) -> None:
    """A worker that cannot write the submission's files."""
    folder = tmp_path / "class"
    mini.hand_in(folder / "ada.zip", bundle, {"": "# " + "x" * 60_000})
    disk = small("tmp", "40k")
    done = _labkit(bundle, folder, tmp_path / "out", disk)
    assert "Traceback" not in done.stderr
    found = results.read(tmp_path / "out" / "results" / "ada.json")
    assert found is not None
    assert found.status.startswith("failed: ")
    subprocess.run(["mount", "-o", "remount,size=20m", str(disk)], check=True)
    assert _labkit(bundle, folder, tmp_path / "out", disk).returncode == 0
    found = results.read(tmp_path / "out" / "results" / "ada.json")
    assert found is not None
    assert (found.status, found.total) == (GRADED, 100)


def test_a_full_out_is_one_sentence_and_resume_goes_on(
    bundle: Bundle, tmp_path: Path, small: Callable[[str, str], Path]
) -> None:
    folder = tmp_path / "class"
    for number in range(4):
        mini.hand_in(folder / f"s{number}.zip", bundle)
    out = small("out", "200k")
    (out / "full").write_bytes(bytes(180 << 10))
    with pytest.raises(LabkitError, match="--resume"):
        grade_to(bundle, folder, out, Options(jobs=1, resume=True))
    assert not (out / "grades.csv").exists()
    (out / "full").unlink()
    subprocess.run(["mount", "-o", "remount,size=20m", str(out)], check=True)
    before = {path: path.stat().st_mtime_ns for path in (out / "results").glob("*.json")}
    graded = grade_to(bundle, folder, out, Options(jobs=1, resume=True))
    assert [result.total for result in graded.results] == [100] * 4
    assert all(path.stat().st_mtime_ns == time for path, time in before.items())
    assert (out / "grades.csv").is_file()
