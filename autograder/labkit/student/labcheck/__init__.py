"""Checks of a lab: what the cases in `tests/` call, and what `grader.check` shows.

A case reads

    def test_sigmoid_table(check, np):
        \"\"\"A small table.\"\"\"
        check.values("sigmoid", np.array([[-2.0, 0.0, 1.0]]))

and is the same text everywhere. In a student's folder `Recorded` answers it: the function is called
right here and compared with outputs that were recorded when the lab was built. In the grader
another `Check` calls the function in a separate process and compares with the reference.
"""

from __future__ import annotations

from . import threads  # first: before anything imports NumPy
from .calling import NOT_KEPT, Failure, Observation, call
from .cases import Case, Verdict, read_cases, run_cases, run_questions, why
from .check import CaseBroken, CaseFailed, Check
from .comparing import (
    Problem,
    gradient_problem,
    same,
    values_problem,
)
from .corrected import Mark, mark
from .naming import (
    BY_HEART,
    MESSAGE_LIMIT,
    CaseRun,
    Explanation,
    Tried,
    WrongOutcome,
    compose,
    match,
    rank,
)
from .notebook import start
from .otter_hook import use
from .probe import Exact, Probe, may_be_anothers_fault
from .recorded import REJUDGED, Recorded, pack, pack_observation, unpack

__all__ = [
    "BY_HEART",
    "MESSAGE_LIMIT",
    "NOT_KEPT",
    "REJUDGED",
    "Case",
    "CaseBroken",
    "CaseFailed",
    "CaseRun",
    "Check",
    "Exact",
    "Explanation",
    "Failure",
    "Mark",
    "Observation",
    "Probe",
    "Problem",
    "Recorded",
    "Tried",
    "Verdict",
    "WrongOutcome",
    "call",
    "compose",
    "gradient_problem",
    "mark",
    "match",
    "may_be_anothers_fault",
    "pack",
    "pack_observation",
    "rank",
    "read_cases",
    "run_cases",
    "run_questions",
    "same",
    "start",
    "threads",
    "unpack",
    "use",
    "values_problem",
    "why",
]
