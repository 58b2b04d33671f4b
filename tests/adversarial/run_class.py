"""Grades a class in a process of its own, as `labkit grade` does, without building anything.

    python -m tests.adversarial.run_class BUNDLE SUBMISSIONS OUT JOBS [--resume] [--whole]

With `--whole` everything around the grading is done too: the report, the comparison of
submissions, the table on the screen.
"""

from __future__ import annotations

import sys
from pathlib import Path

from labkit.classroom.grade import Options, grade_to
from labkit.classroom.grades import write_grades
from labkit.lab.bundle import Bundle
from tests.grading import grade


def main(bundle: str, submissions: str, out: str, jobs: str, *more: str) -> None:
    """Grade and write grades.csv."""
    built = Bundle(Path(bundle))
    resume = "--resume" in more
    if "--whole" in more:
        options = Options(jobs=int(jobs), resume=resume)
        grade_to(built, Path(submissions), Path(out), options).show()
        return
    found = grade(built, Path(submissions), Path(out), jobs=int(jobs), resume=resume)
    write_grades(Path(out) / "grades.csv", found, built.lab)


if __name__ == "__main__":
    main(*sys.argv[1:])
