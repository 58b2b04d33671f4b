"""`labkit new`: a lab of one's own works at once, by following docs/own-lab.md and nothing else."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from labkit.base import paths
from labkit.base.errors import LabkitError
from labkit.building import new
from labkit.lab import reference, stubs
from labkit.lab.course import find
from labkit.lab.lab import Lab
from tests import sample_class
from tests.labs import test_texts
from tests.otter_run import otter_run
from tests.packing import zipped
from tests.schema import check_gradescope

REPOSITORY = paths.PACKAGE.parents[1]


# ---------------------------------------------------------------- names


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("dropout", "A lab is called like lab6_dropout"),
        ("lab6", "A lab is called like"),
        ("lab6_Dropout", "A lab is called like"),
        ("lab6_class", "A lab is called like"),
        ("lab06_dropout", "A lab is called like"),
        ("lab6_../../x", "A lab is called like"),
        ("lab3_dropout", "Lab 3 exists already: lab3_training"),
        ("lab6_layers", "is a name of the package already"),
        ("lab6_sigmoid", "is a name of the package already"),
        ("lab6_np", "'np' has a meaning of its own in the five files"),
        ("lab6_z", "'z' has a meaning of its own"),
        ("lab6_total", "'total' has a meaning of its own"),
    ],
)
def test_a_name_that_does_not_fit_is_one_sentence(name: str, says: str) -> None:
    with pytest.raises(LabkitError, match=says):
        new.make(name)
    assert not (paths.ASSIGNMENTS / name).exists()


@pytest.fixture
def own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place for a lab of one's own, apart from the repository."""
    shutil.copytree(paths.SOLUTIONS / "neuralnet", tmp_path / "solutions" / "neuralnet")
    (tmp_path / "assignments").mkdir()
    (tmp_path / "starter_code").mkdir()
    for name in ("lab1_forward", "lab2_backprop"):
        shutil.copytree(paths.ASSIGNMENTS / name, tmp_path / "assignments" / name)
    for module in (paths, stubs):
        monkeypatch.setattr(module, "SOLUTIONS", tmp_path / "solutions")
    monkeypatch.setattr(paths, "ASSIGNMENTS", tmp_path / "assignments")
    monkeypatch.setattr(paths, "STARTER", tmp_path / "starter_code")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def own_lab(own_place: Path) -> Lab:
    return Lab.load(own_place / "assignments" / "lab6_softplus")


def change(path: Path, old: str, by: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, by, 1), encoding="utf-8")


def test_five_files_are_written_and_make_a_lab(own_place: Path) -> None:
    said = new.make("lab6_softplus")
    lab = own_lab(own_place)
    assert lab.questions == {"softplus": 100.0} and lab.modules == ("softplus",)
    assert lab.contract.names == ("softplus",)
    assert len([line for line in said if line.startswith("wrote ")]) == 5
    assert said[-1].startswith("Next: .venv/bin/labkit build lab6, ")
    package = stubs.stub_package(lab)
    assert set(package) == {"neuralnet/__init__.py", "neuralnet/softplus.py"}
    assert "NotImplementedError" in package["neuralnet/softplus.py"]
    assert stubs.solution_lines(lab) == {"return np.logaddexp(0.0, z)"}


def test_the_new_lab_keeps_the_tests_of_the_repository(own_place: Path) -> None:
    """Those of the texts, and that starter_code is what the solutions give."""
    new.make("lab6_softplus")
    lab = own_lab(own_place)
    test_texts.test_a_lab_has_one_title_and_one_question(lab)
    test_texts.test_the_courses_page_says_what_is_built_and_how_long_it_takes(lab)
    made = stubs.stub_package(find("lab2"), own_work=True) | stubs.stub_package(lab)
    starter = own_place / "starter_code"
    assert {name: (starter / name).read_text(encoding="utf-8") for name in made} == made


def test_a_lab_may_build_on_others(own_place: Path) -> None:
    """Their modules come finished, their functions stand before its own in the contract."""
    new.make("lab6_softplus")
    toml = own_place / "assignments" / "lab6_softplus" / "lab.toml"
    change(toml, "title", 'earlier = ["lab1_forward"]\ntitle')
    lab = own_lab(own_place)
    assert lab.contract.earlier("softplus") == find("lab1").contract.names
    package = stubs.stub_package(lab)
    assert "NotImplementedError" in package["neuralnet/softplus.py"]
    assert "NotImplementedError" not in package["neuralnet/layers.py"]
    assert "neuralnet/losses.py" not in package
    assert "neuralnet/softplus.py" not in stubs.stub_package(find("lab1"))
    change(toml, "lab1_forward", "lab7_nowhere")
    with pytest.raises(LabkitError, match="earlier names 'lab7_nowhere', but there is no folder"):
        own_lab(own_place)


def test_what_is_there_is_never_overwritten(own_place: Path) -> None:
    mine = own_place / "solutions" / "neuralnet" / "softplus.py"
    mine.write_text("# my work", encoding="utf-8")
    with pytest.raises(LabkitError, match="is there already"):
        new.make("lab6_softplus")
    assert mine.read_text(encoding="utf-8") == "# my work"
    assert not (own_place / "assignments" / "lab6_softplus").exists()


@pytest.mark.parametrize(
    ("old", "by", "says"),
    [
        ('softplus = "softplus"', 'relu = "softplus"', "relu is a function of lab 1 already"),
        ('softplus = "softplus"', 'softplus = "layers"', "layers is a module of lab 1 already"),
        ('softplus = "softplus"', "", "question 'softplus' is no function of the contract"),
        ("softplus = 100", "softplus = 90", "sum to 90, not 100"),
        ("memory_mb", "memory", r"\[limits\] memory is not known; do you mean memory_mb"),
        ('title = "Lab', "title = Lab", "is not valid TOML"),
    ],
)
def test_a_lab_toml_that_does_not_fit_is_one_sentence(
    old: str, by: str, says: str, own_place: Path
) -> None:
    new.make("lab6_softplus")
    path = own_place / "assignments" / "lab6_softplus" / "lab.toml"
    change(path, "title", 'earlier = ["lab1_forward"]\ntitle')
    change(path, old, by)
    with pytest.raises(LabkitError, match=says) as caught:
        own_lab(own_place)
    assert str(path) in str(caught.value)


def test_a_reference_that_lacks_something_is_one_sentence(own_place: Path) -> None:
    new.make("lab6_softplus")
    (own_place / "solutions" / "neuralnet" / "softplus.py").unlink()
    with pytest.raises(LabkitError, match=r"softplus\.py is missing"):
        stubs.solution_package(own_lab(own_place))
    with pytest.raises(LabkitError, match=r"softplus\.py is missing"):
        reference.function("softplus", "softplus")
    with pytest.raises(LabkitError, match=r"activations\.py has no function hardplus"):
        reference.function("activations", "hardplus")


# ---------------------------------------------------------------- by the page alone


def run(clone: Path, *command: str, fails: bool = False, at: Path | None = None) -> str:
    """A command in the clone, with the clone's own kit; gives what it printed."""
    environment = os.environ | {"PYTHONPATH": str(clone / "autograder"), "COLUMNS": "100"}
    done = subprocess.run(
        [sys.executable, *command],
        cwd=at or clone,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == (1 if fails else 0), done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The repository's files, with the page's commands run in them."""
    target = tmp_path_factory.mktemp("clone") / "repository"
    for name in ("autograder", "solutions", "assignments", "starter_code", "docs"):
        shutil.copytree(
            REPOSITORY / name, target / name, ignore=shutil.ignore_patterns("__pycache__")
        )
    init = "neuralnet/__init__.py"
    given = {init: (REPOSITORY / "solutions" / init).read_text(encoding="utf-8")}
    for name, body in (
        ("kim", "    return np.log1p(np.exp(-np.abs(z))) + np.maximum(z, 0)\n"),
        ("lou", "    return np.log(1 + np.exp(z))\n"),
    ):
        source = f"import numpy as np\n\n\ndef softplus(z):\n{body}"
        write(target / "SUBMISSIONS" / name, {**given, "neuralnet/softplus.py": source})
    page = (target / "docs" / "own-lab.md").read_text(encoding="utf-8")
    commands = page.partition("```console\n")[2].partition("```")[0].splitlines()
    assert len(commands) == 4
    for line in commands:
        program, *arguments = line.partition("#")[0].split()
        assert program == ".venv/bin/labkit"
        (target / f"{arguments[0]}.txt").write_text(
            run(target, "-m", "labkit", *arguments), encoding="utf-8"
        )
    return target


def write(folder: Path, files: Mapping[str, str]) -> None:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")


@pytest.mark.exhaustive
def test_the_commands_of_the_page_work_as_they_stand(clone: Path) -> None:
    assert "solution 100 %, starter 0 %" in (clone / "build.txt").read_text(encoding="utf-8")
    assert "2 of 2 wrong versions are named first" in (clone / "audit.txt").read_text("utf-8")
    rows = list(csv.DictReader((clone / "graded" / "grades.csv").open(encoding="utf-8-sig")))
    assert [(row["submission"], row["softplus"]) for row in rows] == [("kim", "100"), ("lou", "50")]
    page = (clone / "graded" / "feedback" / "lou.html").read_text(encoding="utf-8")
    assert "The exponential overflows for large z" in page


@pytest.mark.exhaustive
def test_the_uploads_hold_the_labs_own_module_and_grade_with_it(clone: Path) -> None:
    for name in ("autograder.zip", "gradescope.zip"):
        with zipfile.ZipFile(clone / "dist" / "lab6" / name) as archive:
            assert "labkit/_solutions/neuralnet/softplus.py" in archive.namelist()
    home = clone / "autograder_home"
    with zipfile.ZipFile(clone / "dist" / "lab6" / "gradescope.zip") as archive:
        archive.extractall(home / "source")
    shutil.copytree(clone / "SUBMISSIONS" / "lou", home / "submission")
    (home / "results").mkdir()
    code = "import sys; from pathlib import Path; from labkit.base import paths; "
    code += "from labkit.platforms import gradescope; assert not paths.IN_CHECKOUT; "
    code += "gradescope.main(Path(sys.argv[1]))"
    environment = os.environ | {"PYTHONPATH": str(home / "source")}
    subprocess.run([sys.executable, "-c", code, str(home)], env=environment, check=True)
    read = json.loads((home / "results" / "results.json").read_text(encoding="utf-8"))
    check_gradescope(read)
    assert read["score"] == 50 and "overflows" in read["tests"][0]["output"]


@pytest.mark.exhaustive
def test_otter_gives_the_same_points(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(clone / "autograder"))
    files = {
        path.relative_to(clone / "SUBMISSIONS" / "lou").as_posix(): path.read_bytes()
        for path in (clone / "SUBMISSIONS" / "lou").rglob("*.py")
    }
    files["lab6_softplus.ipynb"] = sample_class.EMPTY_NOTEBOOK.encode()
    (clone / "lou.zip").write_bytes(zipped(files))
    found = otter_run(clone / "dist" / "lab6" / "autograder.zip", clone / "lou.zip")
    assert found.scores == {"softplus": 50.0}, found.output


@pytest.mark.exhaustive
def test_a_student_can_check_and_finish_it(clone: Path) -> None:
    student = clone / "student"
    with zipfile.ZipFile(clone / "dist" / "lab6" / "student.zip") as archive:
        archive.extractall(clone / "unpacked")
    (clone / "unpacked" / "lab6_softplus").rename(student)
    said = run(clone, str(student / "check.py"), at=student, fails=True)
    assert "Not all of its public checks pass" in said and "not written yet" in said
    write(
        student, {"neuralnet/softplus.py": (clone / "solutions/neuralnet/softplus.py").read_text()}
    )
    assert "All public checks pass" in run(clone, str(student / "check.py"), at=student)


@pytest.mark.exhaustive
def test_a_hole_in_the_cases_shows_in_the_audit(clone: Path) -> None:
    cases = clone / "assignments" / "lab6_softplus" / "cases" / "softplus.py"
    text = cases.read_text(encoding="utf-8")
    weaker = text.replace("* 1e3", "* 1e-3").replace(", no_warnings=True", "")
    assert weaker != text
    cases.write_text(weaker, encoding="utf-8")
    try:
        said = run(clone, "-m", "labkit", "audit", "lab6", fails=True)
    finally:
        cases.write_text(text, encoding="utf-8")
    assert "HOLE  softplus: overflows (seed 0): not caught" in said


@pytest.mark.exhaustive
def test_a_reference_that_is_wrong_stops_the_build_with_exit_1(clone: Path) -> None:
    path = clone / "solutions" / "neuralnet" / "softplus.py"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("np.logaddexp(0.0, z)", "np.log(1 + np.exp(z))"), encoding="utf-8")
    command = [sys.executable, "-m", "labkit", "build", "lab6", "--out", "elsewhere"]
    environment = os.environ | {"PYTHONPATH": str(clone / "autograder")}
    try:
        done = subprocess.run(
            command, cwd=clone, env=environment, capture_output=True, text=True, check=False
        )
    finally:
        path.write_text(text, encoding="utf-8")
    assert done.returncode == 1
    assert "the reference fails this case of softplus, “Large numbers" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (clone / "elsewhere" / "lab6").exists()


@pytest.mark.exhaustive
def test_two_own_labs_stand_side_by_side(clone: Path) -> None:
    run(clone, "-m", "labkit", "new", "lab10_hardplus")
    toml = clone / "assignments" / "lab10_hardplus" / "lab.toml"
    change(toml, "title", 'earlier = ["lab6_softplus"]\ntitle')
    said = run(clone, "-m", "labkit", "build", "lab10")
    assert "lab10: solution 100 %, starter 0 %" in said
    with zipfile.ZipFile(clone / "dist" / "lab10" / "student.zip") as archive:
        inside = {name.partition("/")[2]: name for name in archive.namelist()}
        assert {"neuralnet/softplus.py", "neuralnet/hardplus.py"} <= set(inside)
        assert b"NotImplementedError" not in archive.read(inside["neuralnet/softplus.py"])
    code = "from labkit.lab.course import available; print([lab.short for lab in available()])"
    assert "'lab5', 'lab6', 'lab10'" in run(clone, "-c", code)
