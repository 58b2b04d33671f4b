"""Who is right on the numbers in the student's folder alone is on the list of those to look at."""

from __future__ import annotations

from labkit.judging.result import GRADED, CaseResult, QuestionResult, Result
from labkit.reporting.numbers import looks
from labkit.student.labcheck import BY_HEART


def _result(hidden_passed: bool) -> Result:
    cases = (
        CaseResult("A table.", False, False, 4.0, f"{BY_HEART} `relu` stopped with an error."),
        CaseResult("Shapes.", True, hidden_passed, 4.0, "" if hidden_passed else "Wrong."),
    )
    return Result("eve", "lab1", GRADED, (QuestionResult("relu", 0.0, 8.0, cases),))


def test_answers_by_heart_need_a_look() -> None:
    (look,) = looks([_result(hidden_passed=False)])
    assert any("on no others" in reason and "`relu`" in reason for reason in look.reasons)
    assert not looks([_result(hidden_passed=True)])
