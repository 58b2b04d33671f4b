"""What is kept for a class must make nobody's grade another's."""

from __future__ import annotations

import pytest

from labkit.building.build import built
from labkit.judging.grader import Grader
from labkit.judging.knowledge import Knowledge
from labkit.lab import stubs
from labkit.lab.course import find
from labkit.sandbox import Code
from labkit.student.labcheck import Probe
from tests.packing import encoded

PLAIN = "order = rng.permutation(n)"
OTHERS = ("order = rng.permutation(n)[::-1]", "order = np.arange(n)\n    rng.shuffle(order)")


@pytest.mark.slow
def test_calls_made_from_answers_are_each_one_s_own() -> None:
    """A case of `train_convnet` goes on from where the submission's own first epoch ended."""
    lab = find("lab5")
    right = stubs.solution_package(lab)
    path = "neuralnet/training.py"
    assert PLAIN in right[path]
    with Grader(built(lab)) as grader:
        for change in (PLAIN, PLAIN, *OTHERS, PLAIN):
            files = right | {path: right[path].replace(PLAIN, change)}
            result = grader.grade(encoded(files), "one", only=["train_convnet"])
            assert result.questions[0].passed, (change, result.questions[0])


def test_only_calls_that_are_everybody_s_go_out_early() -> None:
    with Grader(built(find("lab1"))) as grader:
        knowledge = Knowledge(grader.lab)
        knowledge.in_order([question.cases for question in grader.questions])
        first, second = [case.name for case in grader.questions[0].cases if not case.hidden][:2]

        def ask(case: str, index: int, *args: object, timed: bool = False) -> None:
            probe = Probe("relu", args, {}, lambda seen: None, timed=timed)
            with grader.zygote.worker(Code({})) as worker:
                knowledge.request((case, index), probe, worker)

        for index, value in enumerate((1.0, 2.0)):
            ask(first, index, value)
        assert len(knowledge.then((first, 0))) == 1  # of the second case nothing is known
        for index, value in enumerate((1.0, 2.0, 3.0)):
            ask(second, index, value)
        assert len(knowledge.then((first, 0))) == 4
        ask(second, 1, 2.5)
        assert len(knowledge.then((first, 0))) == 2  # up to the one that differs
        ask(second, 1, 2.0)
        assert len(knowledge.then((first, 0))) == 2
        assert len(knowledge.then((second, 1))) == 1


@pytest.mark.parametrize("timed", [True, False])
def test_neither_what_is_timed_nor_what_is_called_back_goes_early(timed: bool) -> None:
    with Grader(built(find("lab1"))) as grader, grader.zygote.worker(Code({})) as worker:
        knowledge = Knowledge(grader.lab)
        argument = 1.0 if timed else abs
        for index, value in enumerate((0.5, argument)):
            alone = bool(index) and timed
            probe = Probe("relu", (value,), {}, lambda seen: None, timed=alone)
            knowledge.request(("case", index), probe, worker)
        assert knowledge.then(("case", 0)) == []
