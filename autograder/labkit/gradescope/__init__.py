"""On Gradescope: from `/autograder/submission` to `/autograder/results/results.json`.

The upload holds the kit, the lab and a lock file; `setup.sh` makes a virtual environment with just
what grading imports. Otter's own upload, `autograder.zip`, gives the same scores.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from labkit import results
from labkit.bundle import Bundle
from labkit.grade import Grader
from labkit.intake import single_submission
from labkit.results import Result

FILES = Path(__file__).parent / "upload"
"""What the upload's root holds beside the kit and the lab."""

_UNFINISHED = (
    "failed: grading did not finish; hand in again, and tell your instructor if it stays so"
)


def main(root: Path = Path("/autograder")) -> Result:
    """Grade the one submission of a Gradescope container; always leaves a results.json."""
    target = root / "results" / "results.json"
    bundle = Bundle(root / "source")
    # The verdict until there is another: a container that dies early must not give points.
    results.write(target, results.ungraded(bundle.lab, "submission", _UNFINISHED), bundle.lab)
    for folder in (root / "source", root / "results"):
        folder.chmod(0o700)
    try:
        result = _grade(root, bundle)
    except Exception as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        result = results.ungraded(bundle.lab, "submission", _UNFINISHED)
    results.write(target, result, bundle.lab)
    target.chmod(0o644)
    print(f"{result.total:g} of {result.possible(bundle.lab):g} points: {result.summary}")
    return result


def _grade(root: Path, bundle: Bundle) -> Result:
    with tempfile.TemporaryDirectory(prefix="labkit-") as work:
        Path(work).chmod(0o711)
        submission = single_submission(root / "submission", Path(work))
        name, more = _who(root / "submission_metadata.json"), {"notes": submission.notes}
        if submission.problem:
            status = f"{submission.status}: {submission.problem}"
            return results.ungraded(bundle.lab, name, status, **more)
        with submission.prepare() as folder, Grader(bundle) as grader:
            return grader.grade(folder, name, **more)


def _who(metadata: Path) -> str:
    """The submission's name in the result: Gradescope's id of it."""
    try:
        found: Any = json.loads(metadata.read_text(encoding="utf-8"))
        return f"submission_{int(found['id'])}"
    except (OSError, ValueError, KeyError, TypeError):
        return "submission"
