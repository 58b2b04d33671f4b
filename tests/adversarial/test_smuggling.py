"""No hidden input reaches a student: other hidden inputs, the very same texts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from labkit.judging import result as results
from labkit.judging.grader import Grader
from labkit.judging.judge import Judge
from labkit.judging.result import Result
from labkit.reporting import feedback
from tests.adversarial.arena import LINUX, quick_bundle
from tests.adversarial.attacks import Files
from tests.adversarial.smuggling import smugglers
from tests.grading import encoded

pytestmark = pytest.mark.skipif(not LINUX, reason="a grader of its own")
SMUGGLERS = smugglers()
QUESTIONS = {"sigmoid": 40, "tanh": 20, "perceptron_predict": 20, "dense_forward": 20}
"""One in each module: what is met in one may come out in the next."""
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


@pytest.mark.parametrize("name", SMUGGLERS)
def test_hidden_inputs_change_nothing_that_is_shown(name: str, shown: Shown) -> None:
    first, second = shown(SMUGGLERS[name])
    assert "✗" in first
    assert first == second


def test_hidden_inputs_do_differ(graders: tuple[Grader, Grader]) -> None:
    first, second = (Judge(grader.lab, grader.knowledge, grader.zygote, {}) for grader in graders)
    for judge in (first, second):
        judge.case.hidden = True
    assert first.rng(1).random() != second.rng(1).random()


@pytest.mark.parametrize(
    "name", ["state_to_exception", "state_to_shape", "state_to_value", "import_error"]
)
def test_one_worker_for_public_and_hidden_cases_would_tell(
    name: str, shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The comparison does see a leak: with the separation taken away, the texts differ."""
    separate = Judge._worker

    def shared(self: Judge, which: str, function: str) -> Any:
        hidden, self.case.hidden = self.case.hidden, False
        try:
            return separate(self, which, function)
        finally:
            self.case.hidden = hidden

    monkeypatch.setattr(Judge, "_worker", shared)
    first, second = shown(SMUGGLERS[name])
    assert first != second
