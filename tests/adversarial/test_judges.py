"""The judging itself: what a worker hands back may be anything that numbers can be made of."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from labkit.building.build import built
from labkit.judging.grader import Grader, load_questions
from labkit.judging.judge import GraderCheck
from labkit.judging.knowledge import Knowledge
from labkit.lab.course import find
from labkit.student import labcheck
from labkit.student.labcheck import CaseRun, Observation, Probe, Tried, WrongOutcome
from tests.adversarial.arena import quick_bundle
from tests.adversarial.attacks import solved
from tests.packing import encoded
from tests.processes import LINUX

Change = Callable[[np.ndarray], Any]


def everywhere(value: Any, change: Change) -> Any:
    """A result with every number and array in it changed."""
    if isinstance(value, dict):
        return {key: everywhere(part, change) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(everywhere(part, change) for part in value)
    if isinstance(value, np.ndarray | np.generic | float | int):
        return change(np.asarray(value))
    return value


JUNK: dict[str, Callable[[Any], Any]] = {
    "nan": lambda value: everywhere(value, lambda a: np.full(a.shape, np.nan)),
    "inf": lambda value: everywhere(value, lambda a: np.full(a.shape, np.inf)),
    "minus_inf": lambda value: everywhere(value, lambda a: np.full(a.shape, -np.inf)),
    "no_entries": lambda value: everywhere(value, lambda a: np.zeros((0,) * max(1, a.ndim))),
    "empty_list": lambda value: [],
    "empty_tuple": lambda value: (),
    "empty_dict": lambda value: {},
    "none": lambda value: None,
    "true": lambda value: True,
    "not_a_number": lambda value: float("nan"),
    "text": lambda value: "1.0",
    "texts": lambda value: ["1.0"] * 3,
    "generator": lambda value: np.random.default_rng(0),
    "huge_integers": lambda value: [1 << 8000, 1.0, -(1 << 5000)],
    "half_a_pair": lambda value: "\ud800",
}
"""Results that no honest function gives, whatever it is asked."""


class Handing(GraderCheck):
    """Plays a student whose functions hand back junk made of the right result."""

    junk: Callable[[Any], Any]
    handed: set[str]
    """Cases that got junk: where an exception is right, there is none to give."""

    def observe(self, probe: Probe) -> Tried:
        args, kwargs = probe.fresh()
        seen = labcheck.call(self.ref(probe.function), args, kwargs, seconds=60)
        if seen.failure is None:
            self.handed.add(self.case.name)
            seen = Observation(self.junk(copy.deepcopy(seen.value)))
        return Tried(probe, seen, probe.problem(seen))

    def wrong(self, case: CaseRun, tried: Tried) -> Sequence[WrongOutcome]:
        return []


@pytest.mark.slow
@pytest.mark.parametrize(
    "lab", ["lab1", *(pytest.param(f"lab{n}", marks=pytest.mark.exhaustive) for n in range(2, 6))]
)
def test_no_case_takes_junk_for_an_answer(lab: str) -> None:
    bundle = built(find(lab))
    check = Handing(bundle.lab, Knowledge(bundle.lab))
    passed = []
    for name, junk in JUNK.items():
        check.junk, check.handed = junk, set()
        for question in load_questions(bundle):
            verdicts = labcheck.run_cases(question.cases, check)
            passed += [
                (name, verdict.case.name)
                for verdict in verdicts
                if verdict.passed and verdict.case.name in check.handed
            ]
    assert passed == []


SLOW_JUDGE = '''
@test_case(points=None, hidden=True)
def test_tanh_slow_judge(check, np):
    """A judge that computes with the result."""

    def judge(result):
        total = 0.0
        for number in np.ravel(result):
            total += float(number)
            np.outer(result, result)
        return None if total == 0 else "The sum is not 0."
    check.outcome("tanh", np.zeros((2, 3)), judge=judge)
'''


@pytest.mark.skipif(not LINUX, reason="needs a grader")
@pytest.mark.parametrize(
    ("result", "words"),
    [
        ("np.zeros(10 ** 6)", "not of the kind"),  # 8 TB for the outer product
        pytest.param("np.zeros(3000)", "far too long", marks=pytest.mark.slow),
        ("np.zeros(10 ** 7)", "more data than the limit"),
        pytest.param("[0.0] * 10 ** 6", "", marks=pytest.mark.slow),
    ],
)
def test_a_case_s_own_judge_is_held_to_limits(result: str, words: str, tmp_path: Path) -> None:
    """A result is the student's choice: it must not keep the grader busy, or take its memory."""
    bundle = quick_bundle(tmp_path, seconds=0.2, questions={"sigmoid": 50, "tanh": 50})
    path = bundle.lab.folder / "tests" / "tanh.py"
    path.write_text(path.read_text() + SLOW_JUDGE)
    files = solved(f"def tanh(z):\n    return {result} if not z.any() else np.tanh(1.0 * z)\n")
    with Grader(bundle) as grader:
        found = grader.grade(encoded(files), "submission")
    tanh, sigmoid = found.questions
    assert sigmoid.score == 50
    assert not tanh.cases[-1].passed
    assert words in tanh.cases[-1].message
    assert all(case.passed for case in tanh.cases[:-1])
