"""A notebook tells the title and the points of lab.toml, or is not built."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from labkit.base import paths
from labkit.base.errors import LabkitError
from labkit.building import told
from labkit.building.build import built
from labkit.lab.course import available
from labkit.lab.lab import Lab

NAME = "lab3_training"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("Lab 3: Training", "Lab 3: Learning", "the title in lab.toml is 'Lab 3: Learning a"),
        ("train_is_wrong = 4", "train_is_wrong = 5", "lab.toml gives train_is_wrong 5 points"),
        ("points = 6", "points = 7.5", "lab.toml gives experiment 7.5 points"),
    ],
)
def test_another_title_and_other_points_are_told_with_the_line(
    old: str, new: str, says: str, tmp_path: Path
) -> None:
    folder = tmp_path / NAME
    shutil.copytree(paths.ASSIGNMENTS / NAME, folder)
    toml = folder / "lab.toml"
    text = toml.read_text(encoding="utf-8")
    assert old in text
    toml.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(LabkitError, match=rf"text\.py, line \d+: {says}.*: change one of them\."):
        built(Lab.load(folder))


def test_a_rubric_is_read_too(tmp_path: Path) -> None:
    folder = tmp_path / NAME
    shutil.copytree(paths.ASSIGNMENTS / NAME, folder)
    text = (folder / "text.py").read_text(encoding="utf-8")
    (folder / "text.py").write_text(text.replace("**Rubric** (5 ", "**Rubric** (4 ", 1), "utf-8")
    line = next(n for n, row in enumerate(text.splitlines(), 1) if "**Rubric** (5 " in row)
    with pytest.raises(LabkitError, match=f"line {line}: lab.toml gives "):
        told.check(Lab.load(folder))


def test_the_labs_tell_what_their_toml_gives() -> None:
    for lab in available():
        told.check(lab)
