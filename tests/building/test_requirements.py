"""What students install has the NumPy that grades, and Otter only where the lab runs on it."""

from __future__ import annotations

import re
from dataclasses import replace

from packaging.requirements import Requirement
from packaging.version import Version

from labkit.base import paths
from labkit.building import requirements
from labkit.lab.course import find
from labkit.lab.lab import Lab

LAB = find("lab1")


def wanted(lab: Lab) -> dict[str, Requirement]:
    """A student's requirements by name."""
    found = [Requirement(line) for line in requirements.of_students(lab)]
    return {one.name: one for one in found}


def locked(name: str) -> list[Version]:
    """The versions that the grading image installs, one for each range of Pythons."""
    lock = (paths.GRADESCOPE_UPLOAD / "grading.lock.txt").read_text(encoding="utf-8")
    found = re.findall(rf"(?m)^{re.escape(name)}==([^\s;]+)", lock)
    assert found
    return sorted(map(Version, found))


def test_every_numpy_that_grades_is_allowed_and_no_later_one() -> None:
    versions = locked("numpy")
    numpy = wanted(LAB)["numpy"].specifier
    assert all(version in numpy for version in versions)
    first, last = versions[0], versions[-1]
    assert f"{last.major}.{last.minor + 1}.0" not in numpy
    assert f"{first.major}.{first.minor - 1}.9" not in numpy


def test_the_matplotlib_that_grades_is_allowed() -> None:
    assert all(version in wanted(LAB)["matplotlib"].specifier for version in locked("matplotlib"))


def test_what_opens_the_notebook_is_installed() -> None:
    assert requirements.COMMAND in wanted(LAB)


def test_otter_is_installed_only_where_the_lab_runs_on_it() -> None:
    assert LAB.config.client == "labcheck"
    assert "otter-grader" not in wanted(LAB)
    otter = replace(LAB, config=LAB.config.model_copy(update={"client": "otter"}))
    assert wanted(otter).keys() - wanted(LAB).keys() == {"otter-grader"}
