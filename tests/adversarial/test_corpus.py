"""Every attack of the corpus in one class, beside honest work, graded as `labkit grade` does it."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from labkit.judging.grader import load_questions
from labkit.judging.judge import Recorder
from labkit.judging.knowledge import Knowledge
from labkit.judging.result import GRADED
from labkit.lab import stubs as starter
from labkit.lab.bundle import Bundle
from labkit.student import labcheck
from labkit.student.labcheck import MESSAGE_LIMIT
from tests.adversarial.arena import (
    HONEST,
    REPO,
    SOME,
    Arena,
    arena,
    end_new_children,
    orphans_come_here,
    quick_bundle,
    tree_hash,
)
from tests.adversarial.attacks import CORPUS, LAB, Attack, filled, solved
from tests.conftest import missing
from tests.processes import LINUX, ROOT, children

pytestmark = pytest.mark.skipif(not LINUX, reason="watches processes through /proc")
NOBODY = 65534

ORDINARY = {
    "equal_to_anything", "frames", "worker_itself", "os_exit_in_call", "replies_ahead", "results",
    "tests", "walks_the_disk", "known_paths", "open_handles", "processes", "memory_of_others",
    "environment_and_arguments", "neighbours", "double_fork", "programs", "signals",
    "signals_of_a_pipe", "locks_on_libraries", "limits_of_others", "calls_home",
    "a_giver", "z_taker", "own_folder_removed", "links_in_folder",
}  # fmt: skip
"""What an ordinary user's grader meets in a quick run: there, submissions share its user id."""

RESEMBLE = {
    "array_interface", "container_subclasses", "record_array", "generators_and_functions",
    "deep_and_endless", "nothing_at_all", "forged_generator", "huge_integers", "garbage_collector",
    "memory_through_ctypes", "builtins", "modules_and_path", "at_exit_and_thread", "two_replies",
    "impossible_generator", "notes_without_end", "noise", "modules_in_the_package", "own_limits",
    "compiled_modules", "user_ids", "log_server_of_otter", "very_deep", "very_many_files",
    "overlapping_entries", "cut_off", "markup_in_names", "without_the_nonce", "through_itself",
    "claims_to_be_an_array", "masked_everywhere", "complex_zeros", "mapped_file", "native_threads",
    "stopped_by_a_timer", "takes_all_there_is", "locked_with_a_password",
    "signals_of_a_pipe", "products_without_end", "threads_go_on", "impossible_shape",
    "numpy_functions", "tracing", "array_subclass", "array_of_objects", "number_subclasses",
    "impossible_shape_in_callback", "impossible_generator_in_callback", "limits_of_others",
    "through_each_other", "strides_into_memory", "pickle_bytes_in_arrays", "every_handle",
    "source_of_what_is_served", "later_function_by_name", "markup_in_messages",
    "own_folder_removed", "nan_everywhere", "unprintable_text", "otter_log", "jupyter", "modules",
    "odd_metadata", "huge_strides", "links_in_zip", "submission_is_a_link", "pipe_for_a_module",
    "nested_zip_bomb", "names_that_collide", "folders_nobody_can_read", "reference_by_name",
    "known_paths", "verdicts", "memory_of_others", "programs", "stops_itself", "special_files",
    "keeps_what_is_served", "pickles_in_results",
}  # fmt: skip

ENDS = {"os_exit_in_call", "base_exception_in_call", "closed_handles_in_call"}
"""Of the ways to end the process, those that a quick run tries."""

WAITED_FOR = {"locks_on_libraries"}
"""Ends when its time is over, after many seconds."""


def is_slow(attack: Attack) -> bool:
    """Whether an attack is left to --slow."""
    if attack.kind == "end":
        return attack.name not in ENDS
    return attack.name in RESEMBLE | WAITED_FOR


ATTACKS = [
    pytest.param(attack, id=attack.name, marks=pytest.mark.slow if is_slow(attack) else ())
    for attack in CORPUS
]


def _all(config: pytest.Config) -> bool:
    return bool(config.getoption("--slow") or config.getoption("--exhaustive"))


class Graded:
    """An arena whose class has been graded, with what was there before and after."""

    def __init__(self, place: Arena, attacks: tuple[Attack, ...], questions: bool) -> None:
        self.place = place
        self.attacks = attacks
        self.bundle = quick_bundle(place.root / "bundle", questions=SOME if questions else None)
        self.honest = solved()
        place.write(attacks, dict.fromkeys(HONEST, self.honest))
        self.before = self.hashes()
        self.ran = place.run(self.bundle)
        self.after = self.hashes()

    def hashes(self) -> dict[str, str]:
        """Of all that a grader owns: the lab, the class, the reference."""
        folders = {
            "lab": self.bundle.root,
            "class": self.place.root / "class",
            "reference": REPO / "solutions",
        }
        return {name: tree_hash(folder) for name, folder in folders.items()}


@pytest.fixture(scope="module")
def graded(request: pytest.FixtureRequest) -> Iterator[Graded]:
    """The corpus, by whoever runs the tests."""
    attacks = CORPUS if _all(request.config) else [a for a in CORPUS if not is_slow(a)]
    with arena() as place:
        yield Graded(place, tuple(attacks), questions=True)


_CAN_GRADE = """
import labkit.classroom.grade, numpy, subprocess, sys
subprocess.run([sys.executable, "-c", "import numpy"], check=True)
"""


def _ordinary_python() -> tuple[str, dict[str, str]]:
    """An interpreter and an environment with which another user can grade; skips without one."""
    if not ROOT or shutil.which("setpriv") is None:
        missing("needs root and setpriv to become somebody else")
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    packages = Path(np.__file__).parents[1]
    environment = {
        "PYTHONPATH": os.pathsep.join(map(str, (REPO / "autograder", packages))),
        "HOME": "/nonexistent",
    }
    for python in (sys.executable, f"/usr/bin/{version}", f"/usr/local/bin/{version}"):
        command = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", python]
        command += ["-c", _CAN_GRADE]
        done = subprocess.run(
            command, cwd=REPO, env={**os.environ, **environment}, capture_output=True, check=False
        )
        if done.returncode == 0:
            return python, environment
    missing("no interpreter that another user can reach")


def _graded_by_nobody(attacks: tuple[Attack, ...], questions: bool) -> Iterator[Graded]:
    python, environment = _ordinary_python()
    with arena(NOBODY, python, **environment) as place:
        yield Graded(place, attacks, questions)


@pytest.fixture(scope="module")
def graded_by_nobody(request: pytest.FixtureRequest) -> Iterator[Graded]:
    """Some of the corpus (all of it with --slow), graded by an ordinary user."""
    attacks = CORPUS if _all(request.config) else [a for a in CORPUS if a.name in ORDINARY]
    yield from _graded_by_nobody(tuple(attacks), questions=True)


# ---------------------------------------------------------------- what is asked of each


def _earns_no_more(graded: Graded, attack: Attack) -> None:
    result = graded.ran.result(attack.name)
    stolen = [q.name for q in result.questions if q.name in attack.unearned and q.score > 0]
    assert not stolen
    if attack.ungraded:
        assert result.status != GRADED
        assert len(result.status) > 30
        assert result.status.endswith(".")
    else:
        assert result.status == GRADED


def _shows_nothing(graded: Graded, attack: Attack, secrets: Secrets) -> None:
    shown = graded.ran.shown(attack.name)
    assert not [line for line in secrets.lines if line in shown]
    # What an attack reads of its own memory are numbers of any size; a hidden one is of ours.
    shown = re.sub(r"\d(\.\d+)?e[+-](\d{3}|2[1-9]|[3-9]\d)", "", shown)
    assert not [number for number in secrets.numbers if number in shown]
    root = graded.place.root
    for forbidden in ("Traceback", "\x1b", "\u202e", str(REPO), f"{root}/work", f"{root}/bundle"):
        assert forbidden not in shown
    page = (graded.ran.out / "feedback" / f"{attack.name}.html").read_text(encoding="utf-8")
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    for question in graded.ran.result(attack.name).questions:
        for case in question.cases:
            assert len(case.message) <= MESSAGE_LIMIT
            assert case.passed or case.message


class Secrets:
    """What no student may read: lines of solutions and hidden cases, hidden numbers."""

    def __init__(self, bundle: Bundle) -> None:
        self.lines = sorted(starter.solution_lines(LAB))
        recorder = _Noting(bundle.lab, Knowledge(bundle.lab))
        public: set[str] = set()
        hidden: set[str] = set()
        for question in load_questions(bundle):
            labcheck.run_cases(question.cases, recorder)
            self.lines += _hidden_lines(bundle.lab.folder / "tests" / f"{question.name}.py")
        for is_hidden, numbers in recorder.noted:
            (hidden if is_hidden else public).update(numbers)
        self.numbers = sorted(hidden - public)


class _Noting(Recorder):
    """Notes the numbers that go in and come out."""

    noted: list[tuple[bool, set[str]]] = []  # noqa: RUF012 (one instance)

    def observe(self, probe: labcheck.Probe) -> labcheck.Tried:
        tried = super().observe(probe)
        numbers = {
            text
            for value in (probe.args, tried.seen.value)
            for number in _floats(value)
            for text in (f"{number:.6g}", repr(float(number))[:9])
            if len(re.sub(r"[^1-9]", "", text)) >= 5 and "." in text
        }
        self.noted.append((self.case.hidden, numbers))
        return tried


def _floats(value: object) -> list[float]:
    if isinstance(value, list | tuple):
        return [number for item in value for number in _floats(item)]
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        return [float(number) for number in value.ravel()[:2000]]
    return [value] if isinstance(value, float) else []


def _hidden_lines(path: Path) -> list[str]:
    """Telling lines of a test file's hidden cases."""
    source = path.read_text()
    lines = []
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef) and "hidden=True" in ast.unparse(
            node.decorator_list[0]
        ):
            body = ast.unparse(ast.Module(node.body[1:], []))
            lines += [line.strip() for line in body.splitlines() if len(line.strip()) > 18]
    return lines


@pytest.fixture(scope="module")
def secrets(graded: Graded) -> Secrets:
    found = Secrets(graded.bundle)
    assert len(found.lines) > 20
    assert len(found.numbers) > 100
    return found


# ---------------------------------------------------------------- the tests


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_attack_earns_more_than_its_honest_code(graded: Graded, attack: Attack) -> None:
    _earns_no_more(graded, attack)


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_attack_shows_anything_hidden(graded: Graded, attack: Attack, secrets: Secrets) -> None:
    _shows_nothing(graded, attack, secrets)


def test_neighbours_keep_their_full_grade(graded: Graded) -> None:
    for name in HONEST:
        result = graded.ran.result(name)
        assert (result.status, result.total) == (GRADED, 100)
        assert not result.notes


def test_nothing_gets_out(graded: Graded) -> None:
    assert graded.place.marks() == []


def test_nothing_goes_on_or_stays_behind(graded: Graded) -> None:
    assert graded.ran.code == 0, graded.ran.output
    assert graded.ran.left_processes == []
    assert graded.ran.left_files == []


def test_the_grader_s_own_files_are_untouched(graded: Graded) -> None:
    assert graded.after == graded.before


def test_grades_csv_has_a_row_for_everyone(graded: Graded) -> None:
    rows = (graded.ran.out / "grades.csv").read_text(encoding="utf-8").splitlines()
    names = {*HONEST, *(attack.name for attack in graded.attacks)}
    assert len(rows) == 1 + len(names)
    assert {row.partition(",")[0] for row in rows[1:]} == names


def test_the_report_and_the_screen_take_nothing_from_them(graded: Graded) -> None:
    report = (graded.ran.out / "report.html").read_text(encoding="utf-8")
    assert len(report) > 10_000
    for forbidden in ("<script>alert", "<img src=x", "\x1b"):
        assert forbidden not in report
    assert "Needs a look" in graded.ran.output
    assert "\x1b]0;" not in graded.ran.output
    assert "\u202e" not in graded.ran.output


@pytest.mark.slow
def test_an_ordinary_user_s_grader_holds_as_well(
    graded_by_nobody: Graded, secrets: Secrets
) -> None:
    """Without root there is no user of their own for submissions: the other layers hold alone."""
    graded = graded_by_nobody
    assert graded.ran.code == 0, graded.ran.output
    for attack in graded.attacks:
        _earns_no_more(graded, attack)
        _shows_nothing(graded, attack, secrets)
    for name in HONEST:
        assert graded.ran.result(name).total == 100
    assert graded.place.marks() == []
    assert graded.ran.left_processes == []
    assert graded.ran.left_files == []
    assert graded.after == graded.before


@pytest.mark.exhaustive
def test_the_whole_lab_holds_as_well() -> None:
    """All questions, the long ones too."""
    with arena() as place:
        graded = Graded(place, CORPUS, questions=False)
        secrets = Secrets(graded.bundle)
        for attack in CORPUS:
            _earns_no_more(graded, attack)
            _shows_nothing(graded, attack, secrets)
        assert place.marks() == []
        assert graded.ran.left_processes == []
        assert graded.ran.left_files == []


def test_the_traps_work(tmp_path: Path) -> None:
    """The same attacks with nothing to hold them do leave marks, files and processes."""
    with arena() as place:
        by_name = {attack.name: attack for attack in CORPUS}
        for name in ("double_fork", "known_paths", "calls_home", "programs"):
            source = filled(by_name[name].files["neuralnet/activations.py"])
            (tmp_path / f"{name}.py").write_text(source.partition('"""\n\n')[2])
        command = [sys.executable, "-c", "import runpy, sys; runpy.run_path(sys.argv[1] + '.py')"]
        (place.root / "bundle" / "labs" / LAB.name).mkdir(parents=True)
        left = []
        with orphans_come_here():
            for path in sorted(tmp_path.glob("*.py")):
                before = children(os.getpid())
                subprocess.run(
                    [*command, path.stem], cwd=tmp_path, check=False, timeout=60,
                    stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                )  # fmt: skip
                left += end_new_children(before, patience=0.2)
        marks = " ".join(place.marks())
    for word in ("read-activations.py", "network", "port", "shell", "run", "spawn"):
        assert word in marks
    assert len(left) >= 2
