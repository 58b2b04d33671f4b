"""The same attacks against stock `otter run`, with the kit's plugin in it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from textwrap import dedent

import pytest

from labkit.base.zips import write_zip
from labkit.building.build import built
from labkit.judging.grader import Grader
from labkit.lab import stubs as starter
from labkit.lab.bundle import Bundle
from labkit.student.labcheck.otter_hook import silence_log_server
from tests.adversarial import hosted
from tests.adversarial.arena import (
    REPO,
    Arena,
    arena,
    end_new_children,
    fill,
    orphans_come_here,
    quick_bundle,
)
from tests.adversarial.arena import children as children_of
from tests.adversarial.attacks import (
    ACTIVATIONS,
    CORPUS,
    LAB,
    NOTEBOOK,
    Attack,
    as_zip,
    solved,
    stubs,
)
from tests.adversarial.smuggling import smugglers
from tests.otter_run import OtterRun, otter_run
from tests.packing import encoded, lay
from tests.processes import LINUX

GROUPS = hosted.groups()
pytestmark = pytest.mark.skipif(not LINUX, reason="watches processes through /proc")


@pytest.fixture(scope="module")
def place() -> Iterator[Arena]:
    """An arena, with autograders that differ in their hidden inputs, and one of the whole lab."""
    with arena() as made:
        for seed in (1, 2):
            _autograder(made, str(seed), quick_bundle(made.root / f"bundle{seed}", seed=seed))
        whole = quick_bundle(made.root / "bundle-whole", questions=None)
        settings = whole.root / "labs" / LAB.name / "lab.toml"
        settings.write_text(
            settings.read_text().replace("total_seconds = 120", "total_seconds = 600")
        )
        _autograder(made, "-whole", whole)
        yield made


def _autograder(place: Arena, name: str, bundle: Bundle) -> None:
    """The built autograder.zip with the files of `bundle` in it."""
    source = built(LAB).root / "autograder.zip"
    with zipfile.ZipFile(source) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    kept = {name: data for name, data in files.items() if not _left_out(name, bundle.lab.questions)}
    folder = bundle.lab.folder
    for path in folder.rglob("*"):
        if path.is_file():
            inner = path.relative_to(folder).as_posix()
            for found in (inner, f"labs/{folder.name}/{inner}"):
                if found in kept:
                    kept[found] = path.read_bytes()
    write_zip(place.root / f"autograder{name}.zip", kept)


def _left_out(name: str, questions: Mapping[str, float]) -> bool:
    path = Path(name)
    return path.parent.name == "tests" and path.suffix == ".py" and path.stem not in questions


def run(place: Arena, submission: Path, seed: int | str = 1) -> OtterRun:
    """`otter run`, after which nothing of it may be left."""
    before = children_of(os.getpid())
    with orphans_come_here():
        found = otter_run(place.root / f"autograder{seed}.zip", submission)
        assert end_new_children(before) == []
    return found


def write(place: Arena, name: str, files: Mapping[str, str | bytes]) -> Path:
    """A submission as one zip."""
    (place.root / "otter").mkdir(exist_ok=True)
    as_zip(place.root / "otter" / name, {path: fill(content) for path, content in files.items()})
    return place.root / "otter" / f"{name}.zip"


def _planted() -> dict[str, str | bytes]:
    """Everything that can be planted, around honest work."""
    files: dict[str, str | bytes] = {}
    for attack in CORPUS:
        if attack.kind == "plant" and attack.name != "package_init":
            files |= attack.files
    return files | solved()


@pytest.mark.slow
def test_planted_files_change_nothing(place: Arena) -> None:
    """A log to unpickle, results, tests, settings of Jupyter: honest work among them keeps 100."""
    found = run(place, write(place, "planted", _planted()))
    assert found.scores is not None, found.output
    assert sum(found.scores.values()) == 100
    assert place.marks() == []


@pytest.mark.slow
@pytest.mark.parametrize("group", range(len(GROUPS)))
def test_no_attack_earns_the_question_that_hosts_it(place: Arena, group: int) -> None:
    files, by_question = hosted.submission(GROUPS[group])
    found = run(place, write(place, f"hosted{group}", files), "-whole")
    assert found.scores is not None, found.output
    earned = {
        by_question[name].name: points
        for name, points in found.scores.items()
        if name in by_question and points
    }
    assert earned == {}
    assert found.scores[hosted.CONTROL] == 14
    for line in starter.solution_lines(LAB):
        assert line not in found.results
    assert "Traceback" not in found.results
    assert place.marks() == []


def test_most_attacks_have_a_host() -> None:
    assert len({attack.name for group in GROUPS for attack in group}) >= 80
    for group in GROUPS:
        assert list(hosted.submission(group)[1].values()) == group


@pytest.mark.slow
def test_what_is_hosted_is_judged() -> None:
    """Right work in the attacks' places earns its questions: hosting itself costs nothing."""
    honest = replace(GROUPS[0][0], files=solved())
    files, _ = hosted.submission([honest] * len(ACTIVATIONS))
    with Grader(built(LAB)) as grader:
        result = grader.grade(encoded(files), "hosted", only=ACTIVATIONS)
    assert [question.name for question in result.questions if not question.passed] == []


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    "attack", [attack for attack in CORPUS if attack.otter], ids=lambda attack: attack.name
)
def test_no_attack_earns_more_than_its_honest_code(place: Arena, attack: Attack) -> None:
    files = {path: fill(content) for path, content in attack.files.items()}
    (place.root / "otter").mkdir(exist_ok=True)
    (attack.pack or as_zip)(place.root / "otter" / attack.name, files)
    found = run(place, place.root / "otter" / f"{attack.name}.zip")
    assert found.scores is not None, found.output
    assert not [name for name, points in found.scores.items() if name in attack.unearned and points]
    for line in starter.solution_lines(LAB):
        assert line not in found.results
    assert "Traceback" not in found.results
    assert place.marks() == []


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", ["state_to_exception", "import_error", "shape", "class_of_result"])
def test_hidden_inputs_change_nothing_that_is_shown(place: Arena, name: str) -> None:
    submission = write(place, name, smugglers()[name])
    first, second = (run(place, submission, seed) for seed in (1, 2))
    assert first.scores is not None, first.output
    assert json.loads(first.results)["tests"] == json.loads(second.results)["tests"]


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    "files",
    [
        {NOTEBOOK: "{}", "notes.txt": "no package"},
        {NOTEBOOK: "{}", "neuralnet/activations.py": b"\0" * (2 << 20)},
        {"lab.py": "print(1)", "neuralnet/activations.py": "1/0"},
        {**stubs(), NOTEBOOK: '{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}',
         "tests": "a file"},
    ],
    ids=["no_package", "no_module", "a_script", "a_file_for_tests"],
)  # fmt: skip
def test_what_cannot_be_judged_tells_nothing(place: Arena, files: dict[str, str | bytes]) -> None:
    """Otter's own way is to show the line of the test that failed, a hidden one's too."""
    found = run(place, write(place, "odd", files))
    assert not found.scores or not sum(found.scores.values())
    for secret in ("check.rng(", "check.values(", "Error at line", "NoneType"):
        assert secret not in found.results


# ---------------------------------------------------------------- the same without a kernel

_REFUSED = """
import json, sys
from pathlib import Path
from labkit.judging import otter_plugin
import otter
from otter.test_files import exception_test
otter_plugin.judge(sys.argv[1], sys.argv[2])
shown = []
for path in sorted(Path(sys.argv[1]).glob("labs/*/tests/*.py")):
    test = exception_test.ExceptionTestFile.from_file(str(path))
    test.run({})
    shown += [(result.passed, result.message) for result in test.test_case_results]
print(json.dumps(shown))
"""


def _verdicts(bundle: Bundle, submission: Path) -> tuple[list[tuple[bool, str]], str]:
    """What Otter says of each case, and all that was printed."""
    command = [sys.executable, "-c", dedent(_REFUSED), str(bundle.root), str(submission)]
    done = subprocess.run(command, cwd=REPO, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    shown = json.loads(done.stdout)
    assert len(shown) >= 9
    return shown, done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({NOTEBOOK: "{}"}, ["missing package: ", "no folder neuralnet/"]),
        ({"neuralnet/losses.py": "def softmax(S):\n    return S\n"}, ["other lab: this is lab2"]),
        ({"neuralnet/layers.py": "x = 1\n"}, ["no functions: ", "layers.py"]),
    ],
)
def test_a_submission_that_cannot_be_judged_is_told_why(
    tmp_path: Path, files: dict[str, str | bytes], told: list[str]
) -> None:
    bundle = quick_bundle(tmp_path / "bundle")
    shown, _ = _verdicts(bundle, lay(tmp_path / "submission", files))
    for passed, message in shown:
        assert not passed
        assert all(words in message for words in told)
        assert "check." not in message


@pytest.mark.slow
def test_a_check_that_cannot_run_is_no_silent_zero(tmp_path: Path) -> None:
    """Nobody is graded by it, nor told what stopped it: that may be a hidden input."""
    bundle = quick_bundle(tmp_path / "bundle")
    test = bundle.test_files()[0]
    source, body = test.read_text(), re.compile(r"(?m)^( +)check\.")
    assert body.search(source)
    test.write_text(body.sub(r"\1raise LookupError(check.rng(1).random())\n\1check.", source))
    for path, content in solved().items():
        target = tmp_path / "submission" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(str(content))
    shown, printed = _verdicts(bundle, tmp_path / "submission")
    for passed, message in shown:
        assert not passed and "could not run" in message
    assert "LookupError" not in printed


def test_the_log_server_unpickles_nothing() -> None:
    """Otter listens on a local port for its own log records, which are pickles."""
    from otter.execute import logging

    silence_log_server()
    (server, stop) = logging.start_server()
    stop()
    assert logging.LogRecordStreamHandler.handle(object()) is None  # type: ignore[arg-type]
    assert server
