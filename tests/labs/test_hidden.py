"""What a hidden check says is a sentence of the lab's: nothing of a result gets into it.

Who sees the feedback reads what code chose: a number or a shape in a sentence could carry a hidden
input of another function out.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from labkit.base import paths
from labkit.building.build import built
from labkit.judging.grader import load_questions
from labkit.judging.judge import GraderCheck
from labkit.judging.knowledge import Knowledge
from labkit.lab.course import available
from labkit.lab.lab import Lab
from labkit.student import labcheck
from labkit.student.labcheck import CaseRun, Observation, Probe, Tried, WrongOutcome

LABS = [lab for lab in available() if lab.folder.is_relative_to(paths.ASSIGNMENTS)]
SECRET = 6507051539


def arrays_in(value: Any) -> int:
    if isinstance(value, dict):
        return sum(map(arrays_in, value.values()))
    if isinstance(value, list | tuple):
        return sum(map(arrays_in, value))
    return 1


def with_secret(value: Any, at: int, secret: Any) -> Any:
    """A result with `secret` in the place of one of its arrays or numbers."""
    left = at

    def replaced(part: Any) -> Any:
        nonlocal left
        if isinstance(part, dict):
            return {key: replaced(one) for key, one in part.items()}
        if isinstance(part, list | tuple):
            return type(part)(map(replaced, part))
        left -= 1
        return secret(part) if left == -1 else part

    return replaced(value)


SECRETS = {
    "shape": lambda part: np.zeros((0, SECRET)),
    "long": lambda part: np.ones(SECRET % 1000),
    "number": lambda part: np.full(np.shape(part), float(SECRET)),
    "text": lambda part: str(SECRET),
}


class Telling(GraderCheck):
    """Plays a student who puts a number into a part of each right result."""

    at: int
    secret: Any

    def observe(self, probe: Probe) -> Tried:
        args, kwargs = probe.fresh()
        seen = labcheck.call(self.ref(probe.function), args, kwargs, seconds=60)
        if seen.failure is None:
            at = self.at % max(1, arrays_in(seen.value))
            seen = Observation(with_secret(copy.deepcopy(seen.value), at, self.secret))
        return Tried(probe, seen, probe.problem(seen))

    def wrong(self, case: CaseRun, tried: Tried) -> Sequence[WrongOutcome]:
        return []


@pytest.mark.parametrize(
    "lab",
    [
        pytest.param(lab, id=lab.short, marks=pytest.mark.slow if lab.number > 2 else ())
        for lab in LABS
    ],
)
def test_a_hidden_check_tells_nothing_of_a_result(lab: Lab) -> None:
    bundle = built(lab)
    check, telling = Telling(bundle.lab, Knowledge(bundle.lab)), set()
    questions = load_questions(bundle)
    for name, secret in SECRETS.items():
        for at in (0, -1):
            check.at, check.secret = at, secret
            for question in questions:
                hidden = [case for case in question.cases if case.hidden]
                for verdict in labcheck.run_cases(hidden, check):
                    if not verdict.passed:
                        told = str(SECRET), str(SECRET % 1000), f"{SECRET:g}", "6.5e+09"
                        if any(word in verdict.message for word in told):
                            telling.add((name, verdict.case.name, verdict.message))
    assert telling == set()
