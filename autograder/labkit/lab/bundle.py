"""A built lab: what a grader needs and what students get, in one folder.

labs/<name>/    lab.toml, data files, mistakes/, tests/ with every case, places.json
labs/<other>/   lab.toml of each lab that it builds on
student/        the student's folder
student.zip, autograder.zip, gradescope.zip
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from labkit.base.errors import LabkitError
from labkit.lab.lab import Lab

FINGERPRINT, WRITTEN = "fingerprint.json", "written.json"
PLACES = "places.json"
"""In the lab's folder: where its author wrote each line of each case."""


@dataclass(frozen=True)
class Bundle:
    """A built lab on disk."""

    root: Path

    def __reduce__(self) -> tuple[type[Bundle], tuple[Path]]:
        return Bundle, (self.root,)  # another process reads the lab itself

    @cached_property
    def lab(self) -> Lab:
        """The lab, as it was when it was built: the one that brings tests.

        Raises LabkitError where the folder is no built lab.
        """
        for tests in self.root.glob("labs/*/tests"):
            return Lab.load(tests.parent)
        raise LabkitError(f"{self.root} holds no built lab: build it again with labkit build.")

    @cached_property
    def written(self) -> list[dict[str, str]]:
        """The written questions in the order of the text: name, question, and model answer.

        Empty where the lab came in an autograder, which holds no model answers.
        """
        path = self.root / WRITTEN
        if not path.is_file():
            return []
        found: list[dict[str, str]] = json.loads(path.read_text(encoding="utf-8"))
        return found

    @property
    def student(self) -> Path:
        """The student's folder."""
        return self.root / "student"

    @cached_property
    def parts(self) -> dict[str, str]:
        """A hash of each part that can change a grade: `kit`, `numbers`, `question NAME`."""
        found: dict[str, str] = json.loads((self.root / FINGERPRINT).read_text(encoding="utf-8"))
        return found

    @property
    def fingerprint(self) -> str:
        """The same only where every submission gets the same grade."""
        return hashlib.sha256(json.dumps(self.parts).encode()).hexdigest()[:16]

    def test_files(self) -> list[Path]:
        """Otter's test files with every case, in the order of the questions.

        Raises LabkitError where one is missing.
        """
        files = [self.lab.folder / "tests" / f"{name}.py" for name in self.lab.questions]
        for path in files:
            if not path.is_file():
                raise LabkitError(f"{path} is missing: build the lab again with labkit build.")
        return files
