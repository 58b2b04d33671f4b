"""No hidden input reaches a student: other hidden inputs, the very same texts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from typing import Any

import pytest

from labkit.judging import result as results
from labkit.judging.grader import Grader
from labkit.judging.judge import Judge
from labkit.judging.result import Result
from labkit.reporting import feedback
from labkit.student import labcheck
from tests.adversarial.arena import quick_bundle
from tests.adversarial.attacks import Files
from tests.adversarial.smuggling import smugglers
from tests.packing import encoded
from tests.processes import LINUX

pytestmark = pytest.mark.skipif(not LINUX, reason="a grader of its own")
SMUGGLERS = smugglers()
QUESTIONS = {"relu": 40, "tanh": 20, "perceptron_predict": 20, "dense_forward": 20}
"""One in each module: what is met in one may come out in the next."""
RESEMBLE = {
    "exception_notes", "base_exception", "not_written", "warnings", "prints", "shape_of_a_list",
    "scalar", "class_of_result", "system_exit", "changed_inputs", "module", "state_to_not_written",
    "state_to_value", "state_to_which_entry", "state_to_kind", "state_to_system_files",
    "state_to_environment", "import_syntax", "import_stub",
    "state_to_line", "state_to_file", "state_to_exception", "logging", "exit_code", "keys",
    "class_of_exception", "not_written_elsewhere", "import_error",
}  # fmt: skip
"""Ways out that resemble another one: left to --slow."""
Shown = Callable[[Files], tuple[str, str]]


@pytest.fixture(scope="module")
def graders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Grader, Grader]]:
    """Two graders of one lab that differ in their hidden inputs alone."""
    with ExitStack() as stack:
        first, second = (
            stack.enter_context(
                Grader(
                    quick_bundle(
                        tmp_path_factory.mktemp(f"seed{seed}"), seed=seed, questions=QUESTIONS
                    )
                )
            )
            for seed in (1, 2)
        )
        yield first, second


@pytest.fixture
def shown(graders: tuple[Grader, Grader]) -> Shown:
    """What a student sees of a submission, by each of the two graders."""

    def both(files: Files) -> tuple[str, str]:
        first, second = (_shown(grader, graded(grader, files)) for grader in graders)
        return first, second

    return both


def graded(grader: Grader, files: Files) -> Result:
    """A submission's result."""
    return grader.grade(encoded(files), "submission")


def _shown(grader: Grader, result: Result) -> str:
    found: dict[str, Any] = results.to_gradescope(result, grader.lab)
    del found["execution_time"], found["extra_data"]["labkit"]["seconds"]
    return f"{found}\n{feedback.page(result, grader.lab)}"


def asked(names: Iterable[str]) -> list[Any]:
    return [
        pytest.param(name, id=name, marks=pytest.mark.slow if name in RESEMBLE else ())
        for name in names
    ]


@pytest.mark.parametrize("name", asked(SMUGGLERS))
def test_hidden_inputs_change_nothing_that_is_shown(name: str, shown: Shown) -> None:
    first, second = shown(SMUGGLERS[name])
    assert "✗" in first
    assert first == second


def test_hidden_inputs_do_differ(graders: tuple[Grader, Grader]) -> None:
    first, second = (Judge(grader.lab, grader.knowledge, grader.zygote, {}) for grader in graders)
    for judge in (first, second):
        judge.case.hidden = True
    assert first.rng(1).random() != second.rng(1).random()


LATER = ("state_to_shape", "state_to_value", "state_to_which_entry")
"""What tells of a hidden case in a public one that comes later."""


def _one_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Public and hidden cases meet the same process."""
    separate = Judge._worker

    def shared(self: Judge, which: str, function: str) -> Any:
        hidden, self.case.hidden = self.case.hidden, False
        try:
            return separate(self, which, function)
        finally:
            self.case.hidden = hidden

    monkeypatch.setattr(Judge, "_worker", shared)


def _question_by_question(monkeypatch: pytest.MonkeyPatch) -> None:
    """A question's hidden cases come before the public ones of the next."""
    whole = labcheck.run_questions

    def apart(questions: Sequence[Sequence[labcheck.Case]], check: labcheck.Check) -> Any:
        return [verdicts for cases in questions for verdicts in whole([cases], check)]

    monkeypatch.setattr(labcheck, "run_questions", apart)


@pytest.mark.parametrize("name", asked(LATER))
def test_with_neither_protection_hidden_inputs_would_tell(
    name: str, shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The comparison does see a leak: with both protections taken away, the texts differ."""
    _one_worker(monkeypatch)
    _question_by_question(monkeypatch)
    first, second = shown(SMUGGLERS[name])
    assert first != second


@pytest.mark.parametrize("taken_away", [_one_worker, _question_by_question])
@pytest.mark.parametrize("name", asked(LATER))
def test_each_protection_is_enough(
    name: str,
    taken_away: Callable[[pytest.MonkeyPatch], None],
    shown: Shown,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    taken_away(monkeypatch)
    first, second = shown(SMUGGLERS[name])
    assert "✗" in first
    assert first == second
