"""Where a text tells another title or other points than lab.toml, the line is named."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from labkit.base import paths
from labkit.building.repeated import differences
from labkit.lab.course import available
from labkit.lab.lab import Lab

NAME = "lab3_training"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(paths.ASSIGNMENTS / NAME, tmp_path / NAME))


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("Lab 3: Training", "Lab 3: Learning", "the title in lab.toml is 'Lab 3: Learning a"),
        ("train_is_wrong = 4", "train_is_wrong = 5", "lab.toml gives train_is_wrong 5 points"),
        ("points = 6", "points = 7.5", "lab.toml gives experiment 7.5 points"),
    ],
)
def test_another_title_and_other_points_are_told_with_the_line(
    old: str, new: str, says: str, folder: Path
) -> None:
    toml = folder / "lab.toml"
    text = toml.read_text(encoding="utf-8")
    assert old in text
    toml.write_text(text.replace(old, new, 1), encoding="utf-8")
    found = list(differences(Lab.load(folder)))
    wanted = rf"{re.escape(str(folder))}/text\.py, line \d+: {says}.*: change one of them\."
    assert found and all(re.fullmatch(wanted, line) for line in found)


def test_a_rubric_is_read_too(folder: Path) -> None:
    text = (folder / "text.py").read_text(encoding="utf-8")
    (folder / "text.py").write_text(text.replace("**Rubric** (5 ", "**Rubric** (4 ", 1), "utf-8")
    line = next(n for n, row in enumerate(text.splitlines(), 1) if "**Rubric** (5 " in row)
    (found,) = differences(Lab.load(folder))
    assert f"line {line}: lab.toml gives " in found


def test_the_labs_tell_what_their_toml_gives() -> None:
    assert not [line for lab in available() for line in differences(lab)]
