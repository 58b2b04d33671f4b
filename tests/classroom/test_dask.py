"""`labkit grade --scheduler`: the same grades from a cluster of processes, whatever dies."""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from labkit.base.errors import LabkitError
from labkit.base.zips import read_tree
from labkit.classroom import dask
from labkit.classroom.dask import _graders, grade_files
from labkit.intake import Submission
from labkit.judging import result as results
from labkit.judging.grader import Grader
from labkit.judging.result import GRADED, Result
from labkit.lab.bundle import Bundle
from tests.adversarial.arena import REPO, quick_bundle
from tests.adversarial.attacks import CORPUS, NOTEBOOK, as_folder, as_zip, solved, stubs
from tests.classroom import mini
from tests.grading import grade
from tests.packing import encoded
from tests.processes import LINUX

distributed = pytest.importorskip("distributed")
pytestmark = pytest.mark.skipif(not LINUX, reason="grades a class")


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return quick_bundle(tmp_path_factory.mktemp("lab"))


@contextlib.contextmanager
def cluster(workers: int = 2, processes: bool = True) -> Iterator[Any]:
    """A real cluster on this machine: a scheduler and worker processes (or threads)."""
    quiet = logging.getLogger("distributed")
    level = quiet.level
    quiet.setLevel(logging.CRITICAL)
    with distributed.LocalCluster(
        n_workers=workers, threads_per_worker=1, processes=processes,
        host="127.0.0.1", protocol="tcp",
        dashboard_address=None, silence_logs=logging.CRITICAL, memory_limit=0,
    ) as started:  # fmt: skip
        try:
            yield started
        finally:
            quiet.setLevel(level)


def _class(folder: Path) -> None:
    folder.mkdir()
    by_name = {attack.name: attack for attack in CORPUS}
    as_zip(folder / "abara", solved())
    as_folder(folder / "blum", solved())
    as_zip(folder / "chen", stubs())
    as_zip(folder / "dia", solved("def tanh(z):\n    return z\n"))
    as_zip(folder / "egger", solved("raise SystemExit\n", "layers"))
    as_zip(folder / "fontana", {NOTEBOOK: "{}"})
    (folder / "gupta.zip").write_bytes(b"PK\3\4")
    for name in ("os_exit_in_call", "worker_itself", "equal_to_anything"):
        as_zip(folder / name, by_name[name].files)


def _plain(found: list[Result]) -> list[tuple[Any, ...]]:
    """What must not depend on where it was graded."""
    return [
        (result.submission, result.status, result.questions, result.fingerprint, result.notes)
        for result in found
    ]


def test_a_cluster_of_threads_grades(bundle: Bundle, tmp_path: Path) -> None:
    (tmp_path / "class").mkdir()
    as_zip(tmp_path / "class" / "abara", solved())
    as_zip(tmp_path / "class" / "blum", stubs())
    (tmp_path / "class" / "chen.zip").write_bytes(b"PK\3\4")
    with cluster(1, processes=False) as started:
        found = grade(
            bundle, tmp_path / "class", tmp_path / "out", scheduler=started.scheduler_address
        )
        while _graders:
            _graders.popitem()[1][0].close()
    assert [result.total for result in found] == [100, 0, 0]
    assert [result.status.partition(":")[0] for result in found] == [GRADED, GRADED, "unreadable"]


def test_a_full_out_stops_the_class(
    bundle: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is no lost machine: nobody fails for it, and --resume goes on."""
    (tmp_path / "class").mkdir()
    as_zip(tmp_path / "class" / "abara", solved())
    write = results.write

    def full_once(*given: Any) -> None:
        monkeypatch.setattr(results, "write", write)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(results, "write", full_once)
    with cluster(1, processes=False) as started:
        with pytest.raises(LabkitError, match=r"out cannot be written \(No space left"):
            grade(bundle, tmp_path / "class", tmp_path / "out", scheduler=started.scheduler_address)
        while _graders:
            _graders.popitem()[1][0].close()
    assert not list((tmp_path / "out").glob("results/*"))


@pytest.mark.slow
def test_a_case_that_cannot_run_is_told_as_such(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is the lab's fault, not a lost machine's: the sentence names the case."""
    here = '    import os\n\n    check.values("tanh", check.rng(int(os.environ["LAB9_SEED"]))'
    cases = mini.CASES.replace('    check.values("tanh", check.rng(1)', here)
    monkeypatch.setenv("LAB9_SEED", "1")
    bundle = mini.lab(tmp_path, cases=cases)
    monkeypatch.setenv("LAB9_SEED", "none")
    mini.hand_in(tmp_path / "class" / "abara.zip", bundle)
    with cluster(1, processes=False) as started:
        (found,) = grade(
            bundle, tmp_path / "class", tmp_path / "out", scheduler=started.scheduler_address
        )
        while _graders:
            _graders.popitem()[1][0].close()
    assert found.own_fault
    assert "cluster" not in found.status
    assert "hidden_tanh__shape" in found.status or "Another shape" in found.status


@pytest.mark.slow
def test_a_cluster_gives_the_same_grades(bundle: Bundle, tmp_path: Path) -> None:
    _class(tmp_path / "class")
    here = grade(bundle, tmp_path / "class", tmp_path / "here", jobs=1)
    with cluster() as started:
        address = started.scheduler_address
        there = grade(bundle, tmp_path / "class", tmp_path / "there", scheduler=address)
        assert _plain(there) == _plain(here)
        before = {path: path.stat().st_mtime_ns for path in (tmp_path / "there").rglob("*.json")}
        as_zip(tmp_path / "class" / "chen", solved())
        again = grade(
            bundle, tmp_path / "class", tmp_path / "there", scheduler=address, resume=True
        )
    changed = [path.stem for path, time in before.items() if path.stat().st_mtime_ns != time]
    assert changed == ["chen"]
    assert next(result for result in again if result.submission == "chen").total == 100


@pytest.mark.slow
def test_a_machine_that_dies_loses_nothing(bundle: Bundle, tmp_path: Path) -> None:
    (tmp_path / "class").mkdir()
    for number in range(20):
        code = f"# {number}\n" if number % 2 else f"def tanh(z): return z + {number}\n"
        as_zip(tmp_path / "class" / f"s{number:02}", solved(code))
    here = grade(bundle, tmp_path / "class", tmp_path / "here", jobs=1)
    with cluster() as started:
        victims = [worker.pid for worker in started.workers.values()]
        done: list[str] = []

        def note(submission: Submission, result: Result) -> None:
            done.append(result.submission)
            if len(done) == 3:
                os.kill(victims[0], signal.SIGKILL)

        there = grade(
            bundle, tmp_path / "class", tmp_path / "there",
            scheduler=started.scheduler_address, advance=note,
        )  # fmt: skip
    assert _plain(there) == _plain(here)


def test_a_task_grades_as_a_grader_here(bundle: Bundle) -> None:
    """What is sent to a machine, run in this process: files in, the same result out."""
    lab = read_tree(bundle.root / "labs")
    files = encoded(solved("def tanh(z): return z\n"))
    there = grade_files("a key", lab, "one", files)
    _graders.pop("a key")[0].close()
    with Grader(bundle) as grader:
        here = grader.grade(files, "one")
    assert there.status == GRADED
    assert there.questions == here.questions
    assert 0 < there.total < 100


def test_no_scheduler_is_one_sentence(bundle: Bundle, tmp_path: Path) -> None:
    as_zip(tmp_path / "a", solved())
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert dask.CONNECT_SECONDS > 5
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dask, "CONNECT_SECONDS", 1)
        for address in (f"tcp://127.0.0.1:{port}", "tcp://no-such-host.invalid:8786", "nonsense"):
            with pytest.raises(LabkitError) as caught:
                grade(bundle, tmp_path / "a.zip", tmp_path / "out", scheduler=address)
            assert address in str(caught.value)
            assert "\n" not in str(caught.value)


@pytest.mark.exhaustive
def test_the_command_says_it_in_one_sentence(tmp_path: Path) -> None:
    as_zip(tmp_path / "a", solved())
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"tcp://127.0.0.1:{server.getsockname()[1]}"
    command = [sys.executable, "-m", "labkit", "grade", "lab1", str(tmp_path / "a.zip")]
    done = subprocess.run(
        [*command, "--out", str(tmp_path / "out"), "--scheduler", address],
        cwd=REPO, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert address in done.stderr
    assert "Traceback" not in done.stderr
