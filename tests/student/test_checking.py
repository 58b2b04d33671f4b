"""The check of a student's files: a fresh process that sees what grading sees."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from labkit.building.build import built
from labkit.judging.grader import Grader
from labkit.lab.course import find
from labkit.lab.stubs import solution_package, stub_package
from labkit.student.labcheck import checking, notebook, running, showing
from labkit.student.labcheck.recorded import Recorded

LAB = find("lab1")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A student's folder with everything right."""
    for path, text in solution_package(LAB).items():
        target = tmp_path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return tmp_path


def _append(folder: Path, module: str, text: str) -> None:
    with (folder / "neuralnet" / f"{module}.py").open("a", encoding="utf-8") as file:
        file.write(f"\n\n{text}\n")


def _check(folder: Path, *questions: str) -> tuple[list[Any], str]:
    """The questions' events and all that is shown."""
    found = list(running.events(built(LAB).student, folder, questions))
    lines = [line for event in found for line in showing.lines(event)]
    shown = " ".join(" ".join(showing.as_text(line).split()) for line in lines)
    return [event for event in found if event["kind"] == "question"], shown


def test_a_file_that_does_not_compile_is_said_first(folder: Path) -> None:
    _append(folder, "layers", "def oops(:")
    (forward, relu), shown = _check(folder, "forward", "relu")
    assert not forward["passed"] and relu["passed"]
    assert shown.index("neuralnet/layers.py, line") < shown.index("forward")
    assert "SyntaxError" in shown and "not written" not in shown


@pytest.mark.parametrize("how", ["stub", "no file", "no function"])
def test_a_bonus_left_out_is_no_failure(folder: Path, how: str) -> None:
    (name,), file = LAB.bonus, folder / "neuralnet" / "detect_flatten.py"
    if how == "no file":
        file.unlink()
    else:
        stub = stub_package(LAB)["neuralnet/detect_flatten.py"]
        file.write_text(stub if how == "stub" else "", encoding="utf-8")
    (relu, bonus), shown = _check(folder, "relu", name)
    assert bonus["left_out"] and "4 bonus points, not written yet" in shown and "✗" not in shown
    points = running.score([relu, bonus])
    assert points == running.score([relu]) and points["passed"]
    assert "takes nothing away" in showing.ending([bonus]).text


def test_a_bonus_that_is_wrong_fails_as_all_else_does(folder: Path) -> None:
    _append(folder, "detect_flatten", "def flatten_is_wrong(flatten):\n    return False")
    (bonus,), shown = _check(folder, *LAB.bonus)
    assert not bonus["passed"] and not bonus["left_out"] and bonus["points"] == 4
    assert "No wrong `flatten` is found" in shown
    assert not running.score([bonus])["passed"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "own", ["def oops(:", "del train", "def train(params, X, y, **_):\n    return params, []"]
)
def test_a_check_that_takes_an_own_function_for_right_says_so(tmp_path: Path, own: str) -> None:
    lab = find("lab3")
    for path, text in solution_package(lab).items():
        target = tmp_path / path
        target.parent.mkdir(exist_ok=True)
        target.write_text(text + (own if path.endswith("training.py") else ""), encoding="utf-8")
    found = list(running.events(built(lab).student, tmp_path, sorted(lab.bonus)))
    (bonus,) = (event for event in found if event["kind"] == "question")
    (case,) = bonus["cases"]
    assert not case["passed"] and not bonus["left_out"]
    assert "If `train` is not right yet, begin there" in case["message"]


@pytest.mark.slow
def test_shapes_that_do_not_fit_are_told_and_each_cross_has_its_words(tmp_path: Path) -> None:
    lab = find("lab4")
    for path, text in solution_package(lab).items():
        target = tmp_path / path
        target.parent.mkdir(exist_ok=True)
        target.write_text(text, encoding="utf-8")
    layer = "(np.zeros((h, len(X))), np.zeros((h, 1)))"
    wrong = f"def pretrain(X, hidden_sizes, **_):\n    return [{layer} for h in hidden_sizes]"
    _append(tmp_path, "autoencoder", wrong)
    found = list(running.events(built(lab).student, tmp_path, ["pretrain"]))
    assert "of shapes (10, 49), (10, 1), (6, 49), (6, 1): not" in str(found[-2]["cases"])
    _append(tmp_path, "autoencoder", "def pretrain(X, hidden_sizes, **_):\n    return None")
    found = list(running.events(built(lab).student, tmp_path, ["pretrain"]))
    shown = [line.text for line in showing.lines(found[-2])]
    assert shown.count("All 3: The result is None: not what the docstring asks for.") == 1


@pytest.mark.slow
def test_nobody_is_sent_to_a_function_whose_checks_pass(tmp_path: Path) -> None:
    lab = find("lab3")
    (bonus,) = lab.bonus
    for path, text in solution_package(lab).items():
        target = tmp_path / path
        target.parent.mkdir(exist_ok=True)
        target.write_text(text, encoding="utf-8")
    module = lab.contract[bonus].module
    _append(tmp_path, module, f"def {bonus}(train):\n    return False")
    told = {}
    for names in ([bonus], ["train", bonus]):
        found = list(running.events(built(lab).student, tmp_path, names))
        told[len(names)] = str(found[-2]["cases"])
    assert "If `train` is not right yet, begin there" in told[1]
    assert "begin there" not in told[2]
    found = list(checking.events(built(lab).student, tmp_path, [bonus], passing=["train"]))
    assert "begin there" not in str(found[-2]["cases"]) and not found[-2]["passed"]


@pytest.mark.slow
def test_a_notebook_remembers_what_passed_until_its_module_changes(tmp_path: Path) -> None:
    lab = find("lab3")
    (bonus,) = lab.bonus
    shutil.copytree(built(lab).student, tmp_path / "lab")
    for path, text in solution_package(lab).items():
        (tmp_path / "lab" / path).write_text(text, encoding="utf-8")
    _append(tmp_path / "lab", lab.contract[bonus].module, f"def {bonus}(train):\n    return False")
    grader = notebook.Grader(tmp_path / "lab", Recorded(tmp_path / "lab").manifest)

    def sends_to_train() -> bool:
        return "`train` is not right yet" in " ".join(str(grader.check(bonus)).split())

    assert sends_to_train()
    assert grader.check("train").good
    assert not sends_to_train()
    _append(tmp_path / "lab", lab.contract["train"].module, "# another text")
    assert sends_to_train()


@pytest.mark.parametrize(
    "line", ["import pandas", "import importlib; importlib.import_module('otter')"]
)
def test_what_grading_lacks_is_refused_by_name(folder: Path, line: str) -> None:
    _append(folder, "activations", line)
    (relu,), shown = _check(folder, "relu")
    assert not relu["passed"] and "is not available in grading" in shown


def test_it_is_refused_where_temporary_files_lie_behind_a_link(
    folder: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = tmp_path_factory.mktemp("var") / "link"
    link.symlink_to(tmp_path_factory.mktemp("private"), target_is_directory=True)
    monkeypatch.setenv("TMPDIR", str(link))
    _append(folder, "activations", "import pandas")
    (relu,), shown = _check(folder, "relu")
    assert not relu["passed"] and "is not available in grading" in shown


def test_names_of_the_notebook_do_not_exist(folder: Path) -> None:
    _append(folder, "activations", "def relu(z):\n    display(z)\n    return z * (z > 0)")
    (relu,), shown = _check(folder, "relu")
    assert not relu["passed"] and "NameError" in shown and "activations.py line" in shown


def test_a_data_file_beside_the_package_is_missing_as_in_grading(folder: Path) -> None:
    (folder / "weights.txt").write_text("1")
    _append(folder, "activations", "open('weights.txt').close()")
    (relu,), shown = _check(folder, "relu")
    assert not relu["passed"] and "FileNotFoundError" in shown


def test_a_helper_beside_the_package_is_there(folder: Path) -> None:
    (folder / "mine.py").write_text("def zero():\n    return 0.0\n")
    _append(
        folder,
        "activations",
        "from mine import zero\n\n\ndef relu(z):\n    return np.maximum(z, zero())",
    )
    assert _check(folder, "relu")[0][0]["passed"]


@pytest.mark.parametrize(
    "name",
    [
        "statistics.py",
        *(pytest.param(one, marks=pytest.mark.slow) for one in ("random/__init__.py", "numpy.py")),
    ],
)
def test_a_module_that_grading_has_is_the_real_one(folder: Path, name: str) -> None:
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text("def mean(values):\n    return 7.0\n", encoding="utf-8")
    _append(
        folder,
        "activations",
        "import random\nimport statistics\n\n\n"
        "def relu(z):\n"
        "    return np.maximum(z, statistics.mean([random.random() * 0, 0.0]))",
    )
    (relu,), shown = _check(folder, "relu")
    assert relu["passed"] and f"{name.split('/')[0]} has the name of a module" in shown
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.py")
    }
    with Grader(built(LAB)) as grader:
        (graded,) = grader.grade(files, "as here", only=["relu"]).questions
    assert graded.passed


@pytest.mark.slow
@pytest.mark.parametrize(
    ("broken", "noted"),
    [
        ("from .activations import tanh\n\ntanh(np.zeros(1))", True),
        ("def oops(:", False),
    ],
    ids=["by an earlier function", "by itself"],
)
def test_an_import_that_fails_is_asked_again_in_grading(
    folder: Path, broken: str, noted: bool
) -> None:
    """Here it cannot be, so the check says it; where the module is no Python nothing would help."""
    _append(folder, "activations", "def tanh(z):\n    raise ValueError('not yet')")
    _append(folder, "layers", broken)
    (forward,), shown = _check(folder, "forward")
    assert not forward["passed"]
    assert ("grading asks this once more" in shown) == noted
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.py")
    }
    with Grader(built(LAB)) as grader:
        (graded,) = grader.grade(files, "as here", only=["forward"]).questions
    assert graded.passed == noted


@pytest.mark.slow
def test_a_crash_fails_its_case_alone_and_prints_are_shown_cut(folder: Path) -> None:
    _append(folder, "activations", "def relu(z):\n    import os\n    os.abort()")
    _append(folder, "layers", "print('noise ' * 10_000)")
    (relu, bias), shown = _check(folder, "relu", "add_bias_row")
    assert not relu["passed"] and "crashed" in shown
    assert bias["passed"] and "noise noise" in shown and len(shown) < 6_000


@pytest.mark.parametrize(
    "encoding",
    ["cp437", *(pytest.param(one, marks=pytest.mark.slow) for one in ("cp1252", "ascii", "utf-8"))],
)
def test_no_console_ends_in_a_traceback(folder: Path, encoding: str) -> None:
    _append(folder, "activations", "def relu(z):\n    print('✓ →')\n    return -z")
    command = [sys.executable, str(built(LAB).student / "check.py"), "--path", str(folder), "relu"]
    environment = os.environ | {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    done = subprocess.run(command, capture_output=True, env=environment, check=False)
    assert done.returncode == 1 and b"Traceback" not in done.stderr and b"relu" in done.stdout


def test_a_detector_cannot_read_what_it_is_given(folder: Path) -> None:
    """In the grader there is nothing to be read, so a pass at home would be no pass there."""
    reads = (
        "import inspect\n\ndef flatten_is_wrong(flatten):\n"
        "    return 'transpose' not in inspect.getsource(flatten)"
    )
    _append(folder, "detect_flatten", reads)
    (bonus,), shown = _check(folder, *LAB.bonus)
    assert bonus["earned"] == 0 and "could not get source code" in shown


def test_parts_have_their_names_whatever_a_student_s_docstring_says() -> None:
    known = Recorded(built(LAB).student).contract_of("perceptron_train")
    assert known.parts == ("w", "b") and known.parameters == ("X", "y", "epochs")
