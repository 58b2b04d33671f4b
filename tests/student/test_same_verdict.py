"""What a student's own checks earn is what `labkit grade` gives for the public cases."""

from __future__ import annotations

from pathlib import Path

import pytest

from labkit.building.build import built
from labkit.intake import single_submission
from labkit.judging.grader import Grader
from labkit.lab.course import available, find
from labkit.lab.lab import Lab
from labkit.student.labcheck import running
from tests import sample_class
from tests.packing import lay
from tests.sample_class import UNREADABLE

QUICK = {"hoang_minh", "fontana_luca", "larsen_ida", "moreau_elise", "kaya_deniz"}


def _own_checks(home: Path, folder: Path) -> dict[str, float]:
    events = running.events(home, folder)
    return {event["question"]: event["earned"] for event in events if event["kind"] == "question"}


def _differences(lab: Lab, folder: Path, names: set[str]) -> dict[str, object]:
    """For each submission whose public points differ: by question, those at home and in grading."""
    bundle = built(lab)
    written = sample_class.write(lab, folder / "class", sample_class.EMPTY_NOTEBOOK)
    found: dict[str, object] = {}
    with Grader(bundle) as grader:
        for name in sorted(names):
            packed = name if written[name].packed == "folder" else f"{name}.zip"
            submission = single_submission(folder / "class" / packed, lab.contract.modules)
            assert not submission.problem, submission.problem
            home = lay(folder / "home" / name, submission.files)
            own = _own_checks(bundle.student, home)
            result = grader.grade(submission.files, name)
            graded = {
                question.name: round(
                    sum(case.points for case in question.cases if case.passed and not case.hidden),
                    4,
                )
                for question in result.questions
            }
            assert own.keys() == graded.keys()
            different = {
                question: (own[question], graded[question])
                for question in graded
                if abs(own[question] - graded[question]) > 1e-3
            }
            if different:
                found[name] = different
    return found


@pytest.mark.slow
def test_own_checks_and_grading_agree(tmp_path: Path) -> None:
    assert _differences(find("lab1"), tmp_path, QUICK) == {}


@pytest.mark.slow
@pytest.mark.parametrize("lab", available(), ids=lambda lab: lab.short)
def test_they_agree_on_every_sample_submission(lab: Lab, tmp_path: Path) -> None:
    # An endless loop is waited for at home and in grading: once is enough.
    endless = {sample_class.ENDLESS} if lab.number > 1 else set()
    readable = {one.name for one in sample_class.samples(lab) if one.earns != UNREADABLE}
    assert _differences(lab, tmp_path, readable - endless) == {}
