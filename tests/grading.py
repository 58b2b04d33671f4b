"""A class graded as `labkit grade` does it, without the summary and the report."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from labkit.classroom.grade import Options, grade_class
from labkit.intake import Submission, open_submissions
from labkit.judging.result import Result
from labkit.lab.bundle import Bundle


def grade(
    bundle: Bundle,
    source: Path,
    out: Path,
    *,
    advance: Callable[[Submission, Result], None] = lambda submission, result: None,
    **options: Any,
) -> list[Result]:
    """Grade what lies in `source` into `out`; `options` are those of `Options`."""
    submissions = open_submissions(source, bundle.lab.contract.modules, leave_out=out)
    return grade_class(bundle, submissions, out, Options(**options), advance=advance)
