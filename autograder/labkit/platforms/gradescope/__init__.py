"""On Gradescope: from `/autograder/submission` to `/autograder/results/results.json`.

The upload holds the kit, the lab and a lock file; `setup.sh` makes a virtual environment with just
what grading imports. Otter's own upload, `autograder.zip`, gives the same scores.
"""

from __future__ import annotations

import json
import platform
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from labkit.base.errors import LabkitError
from labkit.intake import single_submission
from labkit.intake.fit import unusable
from labkit.judging import result as results
from labkit.judging.grader import Grader
from labkit.judging.result import Result
from labkit.lab import stubs
from labkit.lab.bundle import Bundle

_ROOT = Path("/autograder")
_UNFINISHED = "unfinished: grading did not come to an end"


def main(root: Path = _ROOT) -> Result:
    """Grade the one submission of a Gradescope container; always leaves a results.json."""
    target = root / "results" / "results.json"
    bundle = Bundle(root / "source")
    about = metadata(root / "submission_metadata.json")
    name = f"submission_{about['id']}" if "id" in about else "submission"
    # The verdict until there is another: a container that dies early must not give points.
    unfinished = results.ungraded(bundle.lab, name, _UNFINISHED, platform=about)
    results.write(target, unfinished, bundle.lab)
    for private in (root / "source", root / "results", root / "submission_metadata.json"):
        if private.exists():
            private.chmod(0o700 if private.is_dir() else 0o600)
    try:
        result = _grade(root, bundle, name, about)
    except Exception as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        result = unfinished
    results.write(target, result, bundle.lab)
    target.chmod(0o644)
    print(f"{round(result.total, 2):g} of {result.possible(bundle.lab):g} points: {result.summary}")
    return result


def _grade(root: Path, bundle: Bundle, name: str, about: dict[str, Any]) -> Result:
    modules = bundle.lab.contract.modules
    submission = single_submission(root / "submission", modules, "The upload")
    more = {"notes": submission.notes, "platform": about}
    if status := unusable(bundle.lab, submission):
        return results.ungraded(bundle.lab, name, status, **more)
    with Grader(bundle) as grader:
        print(grader.zygote.confinement.sentence)
        return grader.grade(submission.files, name, **more)


def try_out(root: Path = _ROOT) -> None:
    """Grade the reference in a new image and say what it can do, for the build's log.

    Raises LabkitError where the reference does not get all points: the build then fails.
    """
    bundle = Bundle(root / "source")
    right = stubs.solution_package(bundle.lab)
    with Grader(bundle) as grader:
        result = grader.grade({path: text.encode() for path, text in right.items()}, "reference")
        print(f"Python {platform.python_version()}. {grader.zygote.confinement.sentence}")
    print(f"{bundle.lab.name}: the reference gets {result.total:g} of {bundle.lab.possible:g}.")
    for question in result.questions:
        if not question.passed:
            raise LabkitError(f"{question.name}: {results.question_text(question, result)}")


# ---------------------------------------------------------------- submission_metadata.json


def metadata(path: Path) -> dict[str, Any]:
    """Whose submission it is and when it came, as plain data for the result.

    `late` is there where both times are; an extension of one of the users counts for all.
    """
    found: dict[str, Any] = {"kind": "gradescope"}
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        found["id"] = int(told["id"])
        users = [user for user in told.get("users") or () if isinstance(user, dict)]
        found["users"] = [
            {key: str(user.get(key) or "") for key in ("name", "email")} for user in users
        ]
        due = _time(told.get("assignment"), "due_date")
        own = [_time(user.get("assignment"), "due_date") for user in users]
        latest = max(filter(None, (due, *own)), default=None)
        submitted = _time(told, "created_at")
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return found  # a score matters more than a name
    if submitted:
        found["submitted"] = submitted.isoformat()
    if latest:
        found["due"] = latest.isoformat()
    if latest and due and latest > due:
        found["extension"] = latest.isoformat()
    if submitted and latest:
        found["late"] = submitted > latest
    return found


def _time(fields: Any, key: str) -> datetime | None:
    """A time with its zone; None where there is none."""
    text = fields.get(key) if isinstance(fields, dict) else None
    try:
        time = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return time if time and time.tzinfo else None
