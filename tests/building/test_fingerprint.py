"""What a change costs: a build, and every result of an earlier run, only where it must."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from labkit.base import paths
from labkit.building import build
from labkit.lab.lab import Lab

LAB, OTHER = "lab2_backprop", "lab3_training"


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the checkout's parts that a build reads, in place of them."""
    for name in ("assignments", "solutions", "autograder"):
        source = paths.ASSIGNMENTS.parent / name
        shutil.copytree(source, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    package = tmp_path / "autograder" / "labkit"
    monkeypatch.setattr(paths, "ASSIGNMENTS", tmp_path / "assignments")
    monkeypatch.setattr(paths, "PACKAGE", package)
    monkeypatch.setattr(paths, "STUDENT_FILES", package / "student")
    monkeypatch.setattr(paths, "GRADESCOPE_UPLOAD", package / "platforms/gradescope/upload")
    return tmp_path


def touched(house: Path, path: str) -> None:
    """The file with a line more at its end."""
    target = house / path
    mark = "\n<!-- changed -->\n" if target.suffix == ".html" else "\n# changed\n"
    target.write_text(target.read_text(encoding="utf-8") + mark, encoding="utf-8")


def keys(house: Path) -> tuple[str, object]:
    """The build's key, and the fingerprint of grading without what only a build makes."""
    lab = Lab.load(house / "assignments" / LAB)
    files = build.kit_files(lab)
    for name in ("cases", "mistakes"):
        for path in sorted((lab.folder / name).glob("*.py")):
            files[f"labs/{lab.name}/{name}/{path.name}"] = path.read_bytes()
    return build.build_key(lab), build.grading_parts(lab, files)


@pytest.mark.parametrize(
    ("path", "builds", "grades"),
    [
        ("autograder/labkit/reporting/templates/report.html", False, False),
        ("autograder/labkit/reporting/report.py", False, False),
        ("autograder/labkit/classroom/grade.py", False, False),
        ("autograder/labkit/platforms/moodle/by_files.py", False, False),
        ("autograder/labkit/cli.py", False, False),
        (f"assignments/{OTHER}/cases/training_train.py", False, False),
        (f"assignments/{OTHER}/lab.toml", False, False),
        (f"assignments/{LAB}/text.py", True, False),
        ("autograder/labkit/building/notebook.py", True, False),
        ("autograder/labkit/student/check.py", True, False),
        (f"assignments/{LAB}/cases/losses.py", True, True),
        (f"assignments/{LAB}/mistakes/losses.py", True, True),
        ("autograder/labkit/judging/judge.py", True, True),
        ("autograder/labkit/student/labcheck/comparing.py", True, True),
        ("autograder/labkit/intake/package.py", True, True),
    ],
)
def test_a_change_costs_what_it_must(house: Path, path: str, builds: bool, grades: bool) -> None:
    """A changed file rebuilds the lab, or voids earlier results, only where it can matter."""
    key, fingerprint = keys(house)
    touched(house, path)
    new_key, new_fingerprint = keys(house)
    assert (new_key != key) == builds
    assert (new_fingerprint != fingerprint) == grades


@pytest.mark.parametrize(
    ("change", "grades"),
    [
        (lambda text: text.replace("title = ", 'due = "2031-01-01"\ntitle = ', 1), False),
        (lambda text: text.replace("call_seconds = 10", "call_seconds = 11"), True),
        (
            lambda text: text.replace("softmax = 10 ", "softmax = 11 ").replace(
                "= 12 ", "= 11 ", 1
            ),
            True,
        ),
    ],
)
def test_words_of_lab_toml_do_not_void_results(
    house: Path, change: Callable[[str], str], grades: bool
) -> None:
    """A date or a title changes no grade; limits and points do."""
    _, fingerprint = keys(house)
    path = house / "assignments" / LAB / "lab.toml"
    text = path.read_text(encoding="utf-8")
    assert change(text) != text
    path.write_text(change(text), encoding="utf-8")
    _, changed = keys(house)
    assert (changed != fingerprint) == grades
