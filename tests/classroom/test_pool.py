"""A class in one go: everybody gets a status, and a run that is stopped anywhere can go on."""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from labkit.classroom import pool
from labkit.classroom.grade import needs_a_look
from labkit.intake import Submission
from labkit.judging import result as results
from labkit.judging.grader import Grader
from labkit.judging.result import GRADED, Result
from labkit.lab.bundle import FINGERPRINT, Bundle
from tests.adversarial.arena import REPO, end_new_children, orphans_come_here, quick_bundle
from tests.adversarial.attacks import NOTEBOOK, Files, as_folder, as_zip, solved, stubs
from tests.grading import grade
from tests.processes import LINUX, children, descendants
from tests.sample_class import EMPTY_NOTEBOOK

pytestmark = pytest.mark.skipif(not LINUX, reason="grades a class")
ONE = {"tanh": 100}
"""A lab of one question, where only the class matters."""


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return quick_bundle(tmp_path_factory.mktemp("lab"), questions=ONE)


def _marked(number: int) -> Files:
    """Right work that differs from everybody else's."""
    return solved(f"# number {number}\n")


def _class(folder: Path) -> dict[str, str]:
    """A class with everything that happens in one; gives the start of each one's status."""
    folder.mkdir()
    as_zip(folder / "abara", _marked(1))
    as_folder(folder / "blum", _marked(2))
    as_zip(folder / "chen", stubs())
    as_zip(folder / "dia", {NOTEBOOK: EMPTY_NOTEBOOK})
    as_zip(folder / "egger", {})
    (folder / "fontana.zip").write_bytes(b"PK\3\4 and then the upload broke off")
    (folder / "gupta.zip").write_bytes(b"")
    (folder / "hoang").mkdir()
    (folder / "ito.pdf").write_bytes(b"%PDF-1.7")
    as_zip(folder / "jansen", solved("def tanh(z):\n    while True: pass\n"))
    as_zip(folder / "kaya", solved("raise SystemExit\n"))
    return {
        "abara": GRADED, "blum": GRADED, "chen": GRADED, "dia": "missing package",
        "egger": "empty", "fontana": "unreadable", "gupta": "unreadable", "hoang": "empty",
        "ito.pdf": "missing package", "jansen": GRADED, "kaya": GRADED,
    }  # fmt: skip


@pytest.mark.parametrize("jobs", [1, 2, 3, 64])
def test_each_grading_process_has_cores_to_run_on(jobs: int) -> None:
    allowed = os.sched_getaffinity(0)
    found = pool._cores(jobs)
    assert len(found) == jobs
    assert all(cores and cores <= allowed for cores in found)
    if 1 < jobs <= len(allowed):  # no two on the same
        assert sum(map(len, found)) == len(set.union(*found)) == jobs
    else:
        assert found == [allowed] * jobs


@pytest.mark.parametrize("jobs", [pytest.param(1, marks=pytest.mark.exhaustive), 2])
def test_everybody_gets_a_status(bundle: Bundle, tmp_path: Path, jobs: int) -> None:
    statuses = _class(tmp_path / "class")
    advanced: list[Result] = []
    found = grade(
        bundle, tmp_path / "class", tmp_path / "out", jobs=jobs,
        advance=lambda submission, result: advanced.append(result),
    )  # fmt: skip
    assert sorted(result.submission for result in advanced) == sorted(statuses)
    assert [result.submission for result in found] == list(statuses)
    points = {"abara": 100, "blum": 100}
    for result in found:
        assert result.status.partition(":")[0] == statuses[result.submission]
        assert result.total == points.get(result.submission, 0)
        assert results.read(tmp_path / "out" / "results" / f"{result.submission}.json") == result
        assert (tmp_path / "out" / "feedback" / f"{result.submission}.html").is_file()
    look = needs_a_look(found)
    assert {line.partition(":")[0] for line in look} == {
        *(name for name, status in statuses.items() if status != GRADED),
        *("jansen", "kaya"),  # an endless loop, an end at the import
    }
    assert all(line.endswith(".") for line in look)


# ---------------------------------------------------------------- going on


def _written(out: Path, files: str = "results/*.json") -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in out.glob(files)}


def _results_and_pages(out: Path) -> dict[str, int]:
    """A result that says the same, also of the time that grading took, is not written again."""
    return _written(out) | _written(out, "feedback/*.html")


def test_resume_grades_only_what_changed(bundle: Bundle, tmp_path: Path) -> None:
    folder, out = tmp_path / "class", tmp_path / "out"
    folder.mkdir()
    for number, name in enumerate("abcdef"):
        as_zip(folder / name, _marked(number))
    grade(bundle, folder, out, jobs=1)
    before = _results_and_pages(out)

    def regraded() -> set[str]:
        grade(bundle, folder, out, jobs=1, resume=True)
        after = _results_and_pages(out)
        changed = {name[0] for name in after if after[name] != before.get(name)}
        before.update(after)
        return changed

    assert regraded() == set()
    as_zip(folder / "a", _marked(100))  # another version
    as_zip(folder / "g", _marked(7))  # a late one
    (folder / "b.zip").touch()  # the same bytes, another time
    assert regraded() == {"a", "g"}
    (out / "results" / "c.json").write_text('{"extra_data": {"labkit": {"submission":')
    (out / "feedback" / "d.html").unlink()
    (out / "results" / "e.json").unlink()
    assert regraded() == {"c", "d", "e"}
    (folder / "f.zip").unlink()
    found = grade(bundle, folder, out, jobs=1, resume=True)
    assert [result.submission for result in found] == list("abcdeg")
    assert all(result.total == 100 for result in found)


def test_resume_with_another_lab_or_without_the_option_grades_all(
    bundle: Bundle, tmp_path: Path
) -> None:
    folder, out = tmp_path / "class", tmp_path / "out"
    folder.mkdir()
    for number, name in enumerate("ab"):
        as_zip(folder / name, _marked(number))
    grade(bundle, folder, out, jobs=1)
    first = _written(out)
    shutil.copytree(bundle.root, tmp_path / "another")
    (tmp_path / "another" / FINGERPRINT).write_text('{"kit": "another"}', encoding="utf-8")
    grade(Bundle(tmp_path / "another"), folder, out, jobs=1, resume=True)
    for path in (out / "results").iterdir():  # else an equal result stays where it is
        path.write_text(path.read_text(encoding="utf-8") + " ", encoding="utf-8")
    second = _written(out)
    grade(Bundle(tmp_path / "another"), folder, out, jobs=1)
    third = _written(out)
    for name in first:
        assert first[name] != second[name] != third[name]


def test_failed_submissions_are_tried_again(
    bundle: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_zip(tmp_path / "a", _marked(1))
    out = tmp_path / "out"
    with monkeypatch.context() as patch:
        patch.setattr(Grader, "grade", lambda *a, **k: 1 / 0)
        (result,) = grade(bundle, tmp_path / "a.zip", out, jobs=1)
    assert result.status.startswith("failed: the grader itself")
    (result,) = grade(bundle, tmp_path / "a.zip", out, jobs=1, resume=True)
    assert (result.status, result.total) == (GRADED, 100)


# ---------------------------------------------------------------- when something dies

KILLER = '''
@test_case(points=None, hidden=True)
def test_tanh_killer(check, np):
    """Ends the grading process where the result asks for it."""
    import os

    def judge(result):
        if np.ravel(result)[0] == 42:
            os.kill(os.getpid(), 9)
        return None
    check.outcome("tanh", np.zeros((1, 1)), judge=judge)
'''


@pytest.mark.slow
def test_a_dead_grading_process_costs_one_submission(tmp_path: Path) -> None:
    lab = quick_bundle(tmp_path / "lab", questions=ONE)
    path = lab.lab.folder / "tests" / "tanh.py"
    path.write_text(path.read_text() + KILLER)
    folder = tmp_path / "class"
    folder.mkdir()
    for number in range(7):
        deadly = "def tanh(z): return np.tanh(1.0 * z) if z.any() else z * 0.0 + 42\n"
        as_zip(folder / f"s{number}", solved(deadly) if number == 3 else _marked(number))
    found = grade(lab, folder, tmp_path / "out", jobs=2)
    assert [result.total for result in found] == [100, 100, 100, 0, 100, 100, 100]
    assert found[3].status.startswith("failed: the grading process died")


class Stopped:
    """Classes that are stopped somewhere, and go on with `--resume`."""

    def __init__(self, bundle: Bundle, root: Path, size: int) -> None:
        self.bundle, self.root = bundle, root
        (root / "class").mkdir()
        for number in range(size):
            code = f"# {number}\n" if number % 3 else f"def tanh(z): return z + {number}\n"
            as_zip(root / "class" / f"s{number:02}", solved(code))
        self.work = root / "work"
        self.work.mkdir()
        self.expected = self.finish(root / "undisturbed")

    def start(self, out: Path, *more: str) -> subprocess.Popen[str]:
        """The grader, in a session of its own."""
        module = ["-m", "tests.adversarial.run_class"]
        arguments = [str(self.bundle.root), str(self.root / "class"), str(out), "2", *more]
        return subprocess.Popen(
            [sys.executable, *module, *arguments], cwd=REPO, start_new_session=True, text=True,
            env={**os.environ, "TMPDIR": str(self.work)},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def finish(self, out: Path) -> str:
        """Run it to the end with `--resume`; gives grades.csv."""
        process = self.start(out, "--resume")
        _, errors = process.communicate(timeout=300)
        assert process.returncode == 0, errors
        assert not list(out.rglob(".writing-*"))
        assert sorted(path.name for path in self.work.iterdir()) == []
        return (out / "grades.csv").read_text()

    def stop(self, out: Path, victim: Callable[[int], None], after: float) -> None:
        """Start, wait until grading has begun and a moment longer, let something happen."""
        before = children(os.getpid())
        with orphans_come_here():
            process = self.start(out)
            until = time.monotonic() + 60
            while not list(out.glob("results/*.json")) and process.poll() is None:
                assert time.monotonic() < until
                time.sleep(0.01)
            time.sleep(after)
            victim(process.pid)
            process.communicate(timeout=120)
            assert end_new_children(before, patience=10) == []
        for path in out.glob("results/*.json"):
            assert json.loads(path.read_text())["extra_data"]["labkit"]["submission"] == path.stem
        for path in out.glob("feedback/*.html"):
            assert path.read_text().rstrip().endswith("</html>")

    def check(self, victim: str, after: float, name: str) -> None:
        """One class, stopped once, then finished."""
        out = self.root / name
        self.stop(out, VICTIMS[victim], after)
        left = list(self.work.iterdir())
        for path in left:
            shutil.rmtree(path)
        assert not left or victim == "kill_everything"  # then nobody is left to clear up
        assert self.finish(out) == self.expected


def _named(pid: int, words: str) -> list[int]:
    found = []
    for child in descendants(pid):
        with contextlib.suppress(OSError):
            if words in Path(f"/proc/{child}/cmdline").read_bytes().decode(errors="replace"):
                found.append(child)
    return found


def _kill(pids: list[int]) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


VICTIMS: dict[str, Callable[[int], None]] = {
    "ctrl_c": lambda pid: os.killpg(pid, signal.SIGINT),
    "sigint_parent": lambda pid: os.kill(pid, signal.SIGINT),
    "terminate": lambda pid: os.kill(pid, signal.SIGTERM),
    "kill_parent": lambda pid: os.kill(pid, signal.SIGKILL),
    "kill_child": lambda pid: _kill(_named(pid, "spawn_main")[:1]),
    "kill_all_children": lambda pid: _kill(_named(pid, "spawn_main")),
    "kill_zygote": lambda pid: _kill(_named(pid, "F_DUPFD_CLOEXEC")[:1]),
    "kill_everything": lambda pid: _kill([pid, *descendants(pid)]),
}


@pytest.fixture(scope="module")
def stopped(bundle: Bundle, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stopped]:
    root = tmp_path_factory.mktemp("stopped")
    yield Stopped(bundle, root, 8)


@pytest.mark.slow
@pytest.mark.parametrize("victim", ["kill_child", "kill_parent", "ctrl_c"])
def test_a_run_that_was_stopped_goes_on(stopped: Stopped, victim: str) -> None:
    stopped.check(victim, 0.05, victim)


@pytest.mark.exhaustive
@pytest.mark.parametrize("victim", VICTIMS)
def test_a_run_stopped_at_any_moment_goes_on(stopped: Stopped, victim: str) -> None:
    seed = random.SystemRandom().randrange(1 << 32)
    print(f"seed {seed}")
    moments = random.Random(seed)
    for number in range(4):
        stopped.check(victim, moments.uniform(0, 2.0), f"{victim}-{seed}-{number}")


@pytest.mark.slow
def test_ctrl_c_on_the_command_line_says_how_to_go_on(tmp_path: Path) -> None:
    folder = tmp_path / "class"
    folder.mkdir()
    for number in range(3):
        as_zip(folder / f"s{number}", _marked(number))
    as_zip(folder / "t", solved("import time\ndef sigmoid(z): time.sleep(600)\n"))
    before = children(os.getpid())
    command = [sys.executable, "-m", "labkit", "grade", "lab1", str(folder), "--jobs", "2"]
    with orphans_come_here():
        process = subprocess.Popen(
            [*command, "--out", str(tmp_path / "out")], cwd=REPO, start_new_session=True, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        while not (tmp_path / "out" / "results" / "s2.json").exists():
            assert process.poll() is None, process.communicate()
            time.sleep(0.05)
        os.killpg(process.pid, signal.SIGINT)
        _, errors = process.communicate(timeout=60)
        assert end_new_children(before) == []
    assert process.returncode == 130
    assert "--resume" in errors
    assert "Traceback" not in errors


# ---------------------------------------------------------------- many


def _memory(pid: int) -> int:
    """Resident memory of a process in MB; 0 once it is gone."""
    with contextlib.suppress(OSError):
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") >> 20
    return 0


@pytest.mark.exhaustive
def test_memory_stays_flat_over_500_submissions(bundle: Bundle, tmp_path: Path) -> None:
    folder = tmp_path / "class"
    folder.mkdir()
    for number in range(500):
        as_zip(folder / f"s{number:03}", _marked(number))
    seen: list[tuple[int, int]] = []

    def note(submission: Submission, result: Result) -> None:
        assert result.total == 100
        graders = [pid for pid in children(os.getpid()) if pid not in before]
        seen.append((_memory(os.getpid()), sum(map(_memory, graders))))

    before = children(os.getpid())
    found = grade(bundle, folder, tmp_path / "out", jobs=2, advance=note)
    assert len(found) == 500
    for which in (0, 1):
        early, late = (
            statistics.median(row[which] for row in part) for part in (seen[80:120], seen[-40:])
        )
        assert late - early < 20, f"{late - early} MB more"
