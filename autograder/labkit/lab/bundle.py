"""A built lab: what a grader needs and what students get, in one folder.

lab/          lab.toml, data files, tests/ with every case, points.json
student/      the student's folder
student.zip, autograder.zip, gradescope.zip
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from labkit.errors import LabkitError
from labkit.labs import Lab


@dataclass(frozen=True)
class Bundle:
    """A built lab on disk."""

    root: Path

    def __reduce__(self) -> tuple[type[Bundle], tuple[Path]]:
        # Another process loads the lab itself: its own functions join the contract there, too.
        return Bundle, (self.root,)

    @cached_property
    def lab(self) -> Lab:
        """The lab, as it was when it was built."""
        return Lab.load(self.root / "lab")

    @property
    def student(self) -> Path:
        """The student's folder."""
        return self.root / "student"

    def test_files(self) -> list[Path]:
        """Otter's test files with every case, in the order of the questions.

        Raises LabkitError where the folder is no built lab.
        """
        files = [self.root / "lab" / "tests" / f"{name}.py" for name in self.lab.questions]
        for path in files:
            if not path.is_file():
                raise LabkitError(f"{path} is missing: build the lab again with labkit build.")
        return files
