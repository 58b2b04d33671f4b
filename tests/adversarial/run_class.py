"""Grades a class in a process of its own, as `labkit grade` does, without building anything.

    python -m tests.adversarial.run_class BUNDLE SUBMISSIONS OUT JOBS [--resume] [--whole]

With `--whole` everything around the grading is done too: the report, the comparison of
submissions, the table on the screen.
"""

from __future__ import annotations

import sys
from pathlib import Path

from labkit.judging import result as results
from labkit.lab.bundle import Bundle
from labkit.classroom.pool.pool import grade_class
from labkit.classroom.pool.grade import grade_to


def main(bundle: str, submissions: str, out: str, jobs: str, *more: str) -> None:
    """Grade and write grades.csv."""
    built = Bundle(Path(bundle))
    resume = "--resume" in more
    if "--whole" in more:
        grade_to(built, Path(submissions), Path(out), int(jobs), resume, None, None).show()
        return
    found, _ = grade_class(built, Path(submissions), Path(out), jobs=int(jobs), resume=resume)
    results.write_grades(Path(out) / "grades.csv", found, built.lab)


if __name__ == "__main__":
    main(*sys.argv[1:])
