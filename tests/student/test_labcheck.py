"""Comparing, explaining and wording: what every check rests on."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from labkit.base import paths
from labkit.judging.differences import central_differences
from labkit.student import labcheck
from labkit.student.labcheck import (
    CaseFailed,
    CaseRun,
    Check,
    Exact,
    Explanation,
    Failure,
    Observation,
    Probe,
    Problem,
    Tried,
    WrongOutcome,
    compose,
    gradient_problem,
    rank,
    same,
    values_problem,
)
from labkit.student.labcheck.naming import CERTAIN
from labkit.student.labcheck.probe import failure_problem

ARRAYS = hnp.arrays(
    np.float64,
    hnp.array_shapes(min_dims=0, max_dims=3, max_side=4),
    elements=st.floats(-1e3, 1e3),
)


@given(ARRAYS)
def test_a_value_equals_itself_in_any_container(array: np.ndarray) -> None:
    assert values_problem(array.copy(), array) is None
    assert values_problem([array, array], (array, array)) is None
    assert same(array, array.copy())


@given(ARRAYS.filter(lambda a: a.size > 0), st.floats(0.01, 100))
def test_a_shifted_value_is_a_problem(array: np.ndarray, shift: float) -> None:
    problem = values_problem(array + shift, array)
    assert problem is not None and problem.kind == "values"


@pytest.mark.parametrize(
    ("got", "kind"),
    [
        (None, "none"),
        ("3", "type"),
        (np.ones((3, 2)), "shape"),
        (np.ones(6), "shape"),
        (np.array([[1.0, np.nan, 1], [1, 1, 1]]), "not_finite"),
        (np.zeros((2, 3)), "values"),
        (np.array([["a"]]), "type"),
        ([[1, 1, 1], [1, 1]], "type"),
    ],
)
def test_each_kind_of_difference_is_told_apart(got: object, kind: str) -> None:
    problem = values_problem(got, np.ones((2, 3)))
    assert problem is not None and problem.kind == kind
    assert problem.sentence.endswith(".")
    assert not any(digit in problem.general for digit in "0123456789")


def test_words_and_truth_values_are_compared_as_such() -> None:
    assert values_problem(["W", "b"], ("W", "b")) is None and values_problem([], []) is None
    for got, says in ((["b", "W"], "'b', expected 'W'"), (["W", 3], "a int, expected 'b'")):
        problem = values_problem(got, ["W", "b"])
        assert problem is not None and says in problem.sentence
        assert "W" not in problem.general
    assert same(["W", "b"], ("W", "b")) and not same(["W"], ["b"]) and not same("W", None)
    for right in (True, np.True_, 1, 1.0):
        assert values_problem(right, True) is None
        wrong = values_problem(right, False)
        assert wrong is not None and wrong.general == "The result should be False here."


def test_right_answers_in_other_clothes_are_right() -> None:
    expected = np.array([[1.0, 2.0], [3.0, 4.0]])
    assert values_problem([[1, 2], [3, 4]], expected) is None
    assert values_problem(expected.astype(np.float32), expected) is None
    assert values_problem(np.asfortranarray(expected), expected) is None
    assert values_problem(np.float64(0.5), 0.5) is None
    assert values_problem(np.array(0.5), 0.5) is None
    assert values_problem([expected, expected], (expected, expected)) is None
    assert values_problem({"b": 1.0, "a": 2}, {"a": 2.0, "b": 1}) is None


def test_gradients_are_compared_by_relative_error() -> None:
    expected = np.array([1e-3, 1.0, 0.0])
    assert gradient_problem(expected * (1 + 1e-6), expected) is None
    assert gradient_problem(expected * (1 + 1e-4), expected) is not None
    assert gradient_problem(expected + np.array([0, 0, 1e-4]), expected) is not None


@pytest.mark.parametrize(("factor", "word"), [(5.0, "5 times"), (-1.0, "sign"), (0.5, "0.5 times")])
def test_the_pattern_of_an_error_is_read(factor: float, word: str) -> None:
    expected = np.array([[1.0, -2.0, 0.0], [3.0, 0.5, 4.0]])
    problem = values_problem(factor * expected, expected)
    assert problem is not None and word in problem.hint


def test_central_differences_find_the_gradient_and_leave_the_input() -> None:
    W = np.array([[1, 2], [3, 4]])
    (found,) = central_differences(lambda w: float(np.sum(w**3)), [W])
    np.testing.assert_allclose(found, 3.0 * W**2, rtol=1e-8)
    assert W.dtype.kind == "i"


def _probe(function: str = "relu") -> Probe:
    return Probe(function, (), {}, lambda seen: None)


def _drawing() -> Probe:
    """A probe whose result depends on random draws."""
    return Probe("train", (np.random.default_rng(0),), {}, lambda seen: None)


def test_a_call_tells_mutation_warnings_and_errors() -> None:
    def meddles(x: np.ndarray, items: list[int]) -> np.ndarray:
        x += 1
        items.append(1)
        return np.exp(1e4 * x)

    seen = labcheck.call(meddles, (np.ones(2), [1]), {}, 5)
    assert seen.changed == ("x", "items")
    assert seen.warnings == ("overflow",)
    assert labcheck.call(lambda: 1 / 0, (), {}, 5).failure == Failure(
        "raised", "ZeroDivisionError", "division by zero"
    )

    def stub() -> None:
        raise NotImplementedError("Lab 1: relu is not written yet. Open neuralnet/activations.py.")

    failure = labcheck.call(stub, (), {}, 5).failure
    assert failure is not None and (failure.kind, failure.detail) == ("not_written", "relu")


def test_an_endless_call_ends() -> None:
    def endless() -> None:
        while True:
            pass

    failure = labcheck.call(endless, (), {}, 0.2).failure
    assert failure is not None and failure.kind == "timeout"


def _case(name: str, *tried: Tried) -> CaseRun:
    return CaseRun(name, name, False, list(tried))


def test_a_name_that_a_passed_case_refutes_is_not_shown() -> None:
    """`a` and `b` both explain the failure; only `b` also explains why the other case passed."""
    bad = Problem("values", "Wrong.", "Wrong.")
    failing = Tried(_probe(), Observation(np.ones(2)), bad)
    passing = Tried(_probe(), Observation(np.zeros(2)), None)
    a, b = Explanation("a", "A.", "a"), Explanation("b", "B.", "b")

    def wrong(case: CaseRun, tried: Tried) -> list[WrongOutcome]:
        ones = Observation(np.ones(2))
        if tried is failing:
            return [WrongOutcome(a, ones, bad), WrongOutcome(b, ones, bad)]
        return [WrongOutcome(a, ones, bad), WrongOutcome(b, Observation(np.zeros(2)), None)]

    ranked = rank([_case("fails", failing), _case("passes", passing)], wrong)
    assert [(explanation.key, cases) for explanation, cases in ranked] == [("b", {"fails"})]


def test_a_name_is_not_given_where_it_leaves_another_failure_unexplained() -> None:
    """All zeros: what cuts to whole numbers gives the same in one case, and passes the other."""
    bad = Problem("values", "Wrong.", "Wrong.")
    seen = Observation(np.zeros(2))
    whole, other = Tried(_probe(), seen, bad), Tried(_probe(), seen, bad)
    cut = Explanation("cut", "Cut.", "c")

    def wrong(case: CaseRun, tried: Tried) -> list[WrongOutcome]:
        right = WrongOutcome(cut, Observation(np.ones(2)), None)
        return [WrongOutcome(cut, seen, bad) if tried is whole else right]

    assert rank([_case("whole", whole), _case("other", other)], wrong) == []
    assert rank([_case("whole", whole)], wrong) == [(cut, {"whole"})]


def test_two_mistakes_that_explain_everything_together_are_both_named() -> None:
    bad = Problem("values", "Wrong.", "Wrong.")
    one, two = Tried(_probe(), Observation(1.0), bad), Tried(_probe(), Observation(2.0), bad)
    a, b = Explanation("a", "A.", "a"), Explanation("b", "B.", "b")

    def wrong(case: CaseRun, tried: Tried) -> list[WrongOutcome]:
        mine, its = (a, b) if tried is one else (b, a)
        return [WrongOutcome(mine, tried.seen, bad), WrongOutcome(its, Observation(0.0), None)]

    ranked = rank([_case("one", one), _case("two", two)], wrong)
    assert [(explanation.key, cases) for explanation, cases in ranked] == [
        ("a", {"one"}),
        ("b", {"two"}),
    ]


def test_float32_is_compared_as_its_sums_deserve() -> None:
    """By the largest number that went into them; what float64 filled is held to the digits."""
    right = np.array([0.1, 1e-4, 30.0])
    near = right + np.array([0.0, 2e-6, 0.0])
    assert values_problem(near, right) is not None
    assert values_problem(near.astype(np.float32), right) is None
    assert values_problem(near.astype(np.float32).astype(float), right) is None
    assert values_problem((right + 0.01).astype(np.float32), right) is not None
    assert gradient_problem(near.astype(np.float32), right) is None
    small = np.array([1e-4 + 2e-6], np.float32)
    assert values_problem(small, np.array([1e-4])) is not None
    assert values_problem(small, np.array([1e-4]), given=[np.array([30.0])]) is None
    assert values_problem(np.array([307_301]), np.array([307_300])) is not None


def test_an_array_stands_for_a_list_only_where_its_items_are_alike() -> None:
    """Only the scores, where a list of layers is asked, is no missing axis."""
    layers = [np.zeros((2, 3)), np.zeros((4, 3))]
    problem = values_problem(np.zeros((2, 3)), layers)
    assert problem is not None and problem.kind == "structure"
    assert values_problem(np.zeros((2, 4, 3)), [layers[1], layers[1]]) is None


def test_an_answer_that_only_looks_alike_is_not_named() -> None:
    bad = Problem("values", "Wrong.", "Wrong.")
    failing = Tried(_probe(), Observation(np.ones(2)), bad)
    other = WrongOutcome(Explanation("a", "A.", "a"), Observation(np.ones(2), ("X",)), bad)
    assert rank([_case("fails", failing)], lambda case, tried: [other]) == []


def test_a_verdict_alone_names_only_what_nothing_contradicts() -> None:
    """The same sentence about other numbers is a hint where draws differ, and none elsewhere."""
    bad = Problem("verdict", "Wrong.", "Wrong.")
    mine, its = ([(np.ones(2), np.ones(1))], [1.0]), ([(np.zeros(2), np.ones(1))], [1.0])
    guess = Explanation("a", "A.", "a")

    def named(exact: Exact, elsewhere: Problem | None, other: object = its) -> list[str]:
        failing = Tried(replace(_drawing(), exact=exact), Observation(mine), bad)
        passing = Tried(_drawing(), Observation(mine), None)

        def wrong(case: CaseRun, tried: Tried) -> list[WrongOutcome]:
            problem = bad if tried is failing else elsewhere
            return [WrongOutcome(guess, Observation(other), problem)]

        ranked = rank([_case("fails", failing), _case("passes", passing)], wrong)
        return [explanation.key for explanation, _ in ranked]

    assert named("", None) == ["a"]
    assert named("", bad) == []
    assert named("first", None) == [] and named("all", None) == []
    later = (mine[0], [0.5])
    assert named("first", bad, later) == ["a"] and named("all", None, later) == []


def test_a_result_of_another_type_is_told() -> None:
    problem = failure_problem("minibatches", Failure("bad_type", "generator"))
    assert "generator" in problem.sentence and "yield" in problem.hint
    assert "generator" not in problem.general  # where student code must not choose a word


def _verdict(sentence: str) -> Problem:
    return Problem("verdict", sentence, sentence)


def test_a_verdict_that_several_mistakes_meet_names_none_of_them() -> None:
    """Only the same answer tells many mistakes with the same verdict apart."""
    bad = _verdict("It does not learn.")
    failing = Tried(_drawing(), Observation(np.ones(2)), bad)
    a = WrongOutcome(Explanation("a", "A.", "a"), Observation(np.zeros(2)), bad)
    b = WrongOutcome(Explanation("b", "B.", "b"), Observation(np.full(2, 2.0)), bad)
    c = WrongOutcome(Explanation("c", "C.", "c"), Observation(np.full(2, 3.0)), bad)
    same = WrongOutcome(Explanation("same", "S.", "s"), Observation(np.ones(2)), bad)

    def named(*outcomes: WrongOutcome) -> list[str]:
        ranked = rank([_case("fails", failing)], lambda case, tried: outcomes)
        return [explanation.key for explanation, _ in ranked]

    assert named(a) == ["a"]
    assert named(a, b) == ["a", "b"]
    assert named(a, b, c) == []
    assert named(a, b, c, same) == ["same"]


def test_a_verdict_alone_does_not_name_a_mistake_that_tells_something_else_wrongly() -> None:
    bad = _verdict("It does not learn.")
    failing = Tried(_drawing(), Observation(np.ones(2)), bad)
    passing = Tried(_drawing(), Observation(np.zeros(2)), None)
    a = WrongOutcome(Explanation("a", "A.", "a"), Observation(np.full(2, 2.0)), bad)
    assert rank([_case("f", failing), _case("p", passing)], lambda case, tried: [a]) == []


def test_an_error_is_known_by_its_type_whatever_its_words() -> None:
    bad = _verdict("Another error.")

    def raised(type_name: str, text: str) -> Observation:
        return Observation(failure=Failure("raised", type_name, text))

    failing = Tried(_probe(), raised("AssertionError", "7 does not fit"), bad)
    asserted = WrongOutcome(Explanation("a", "A.", "a"), raised("AssertionError", "no"), bad)
    other = WrongOutcome(Explanation("b", "B.", "b"), raised("TypeError", "7 does not fit"), bad)
    ranked = rank([_case("fails", failing)], lambda case, tried: [asserted, other])
    assert [explanation.key for explanation, _ in ranked] == ["a"]


def _error_of(code: Callable[[], object]) -> Observation:
    seen = labcheck.call(code, (), {}, 5)
    assert seen.failure is not None
    return seen


def test_an_accident_is_known_by_its_sizes_whichever_way_it_is_written() -> None:
    """Inner sizes of a product, shapes that do not broadcast: other ones, another mistake."""
    W, X, dZ = np.ones((3, 5)), np.ones((5, 4)), np.ones((3, 4))

    def named(student: Callable[[], object], known: Callable[[], object]) -> list[str]:
        seen = _error_of(student)
        assert seen.failure is not None
        problem = failure_problem("dense_backward", seen.failure)
        failing = Tried(_probe(), seen, problem)
        wrong = WrongOutcome(Explanation("a", "A.", "a"), _error_of(known), problem)
        ranked = rank([_case("fails", failing)], lambda case, tried: [wrong])
        return [explanation.key for explanation, _ in ranked]

    assert named(lambda: np.dot(W, dZ), lambda: W @ dZ) == ["a"]
    assert named(lambda: X @ dZ, lambda: W @ dZ) == []
    assert named(lambda: X * dZ, lambda: dZ * X) == ["a"]
    assert named(lambda: X * W, lambda: dZ * X) == []
    assert named(lambda: np.hstack([X, W]), lambda: np.vstack([X, W])) == []


def test_numpys_own_errors_are_told_as_those_of_python() -> None:
    """A worker tells only those, so a name would not be found otherwise."""
    whole = np.zeros(2, dtype=int)
    assert _error_of(lambda: whole.__iadd__(0.5)).failure == Failure(
        "raised",
        "TypeError",
        "Cannot cast ufunc 'add' output from dtype('float64') to dtype('int64') "
        "with casting rule 'same_kind'",
    )


def test_what_draws_leave_as_it_is_speaks_against_a_mistake() -> None:
    """Batches of other lengths are no case of this mistake, whatever the judge says of both."""
    bad = _verdict("13 examples in fives should give batches of 5, 5 and 3.")
    failing = Tried(_drawing(), Observation([np.arange(7), np.arange(6)]), bad)

    def named(*lengths: int) -> list[str]:
        seen = Observation([np.arange(length)[::-1] for length in lengths])
        wrong = WrongOutcome(Explanation("a", "A.", "a"), seen, bad)
        ranked = rank([_case("fails", failing)], lambda case, tried: [wrong])
        return [explanation.key for explanation, _ in ranked]

    assert named(7, 6) == ["a"]
    assert named(5, 8) == []


def test_a_right_answer_of_our_own_refutes_where_the_judge_remembers_nothing() -> None:
    bad = Problem("values", "Wrong.", "Wrong.")
    failing = Tried(_drawing(), Observation(np.ones(2)), bad)
    passing = Tried(_drawing(), Observation(np.zeros(2)), None)
    a = Explanation("a", "A.", "a")

    def wrong(case: CaseRun, tried: Tried) -> list[WrongOutcome]:
        return [WrongOutcome(a, Observation(np.ones(2)), bad)]

    cases = [_case("fails", failing), _case("passes", passing)]
    assert rank(cases, wrong) == [(a, {"fails"})]
    assert rank(cases, wrong, lambda case, tried: True) == []


def test_the_same_0_in_most_cases_is_no_evidence_against_another_answer() -> None:
    bad = Problem("values", "Wrong.", "Wrong.")

    def named(answer: float | np.ndarray) -> list[str]:
        same_, other = (
            Tried(_probe(), Observation(answer), bad),
            Tried(_probe(), Observation(0.75), bad),
        )

        def wrong(case: CaseRun, tried: Tried) -> list[WrongOutcome]:
            seen = Observation(answer if tried is same_ else 0.25)
            return [WrongOutcome(Explanation("a", "A.", "a"), seen, bad)]

        ranked = rank([_case("one", same_), _case("two", other)], wrong)
        return [explanation.key for explanation, _ in ranked]

    assert named(np.array([0.1, 0.2])) == ["a"]
    assert named(0.0) == []


@given(st.text(max_size=900), st.text(max_size=900), st.text(max_size=400), st.booleans())
def test_messages_stay_short(sentence: str, hint: str, title: str, hidden: bool) -> None:
    problem = Problem("values", sentence, "General.", hint)
    for named in ((), (Explanation("k", title, hint),)):
        assert len(compose(problem, named, hidden)) <= labcheck.MESSAGE_LIMIT


def test_what_is_computed_comes_with_its_numbers_where_these_may_be_shown() -> None:
    problem = values_problem(0.7 * np.ones(4), np.ones(4))
    assert problem is not None
    factor = Explanation("as_seen:x", "The result is the right one times a number", CERTAIN)
    public = compose(problem, [factor], hidden=False)
    assert "0.7 times the expected one" in public and CERTAIN not in public
    hidden = compose(problem, [factor], hidden=True)
    assert CERTAIN in hidden and "0.7" not in hidden


def test_a_hidden_case_shows_nothing_of_its_numbers() -> None:
    problem = values_problem(np.array([0.12345]), np.array([0.98765]))
    assert problem is not None
    message = compose(problem, (), hidden=True)
    assert "0.12345" not in message and "0.98765" not in message and "hidden" in message


class _Home(Check):
    """A check that runs functions given here."""

    def __init__(self, **functions: object) -> None:
        super().__init__()
        self.functions = functions

    def expect(self, function: str, compute: object) -> object:
        class Right:
            relu = staticmethod(lambda z: np.maximum(z, 0.0))

        return compute(Right)  # type: ignore[operator]

    def observe(self, probe: Probe) -> Tried:
        args, kwargs = probe.fresh()
        seen = labcheck.call(self.functions[probe.function], args, kwargs, 5)  # type: ignore[arg-type]
        return Tried(probe, seen, probe.problem(seen))

    def wrong(self, case: CaseRun, tried: Tried) -> list[WrongOutcome]:
        return []

    def ref(self, name: str) -> Callable[..., object]:
        def relu(z: np.ndarray) -> np.ndarray:
            return np.maximum(z, 0.0)

        return relu


TEST_FILE = '''
from otter.test_files import test_case

OK_FORMAT = False
name = "relu"
points = 10

@test_case(points=None, hidden=False)
def test_relu_table(check, np):
    """A small table."""
    check.values("relu", np.array([-1.0, 2.0]))

@test_case(points=4, hidden=True)
def test_relu_integers(check, np):
    """Integers."""
    check.values("relu", np.array([-1, 2]))

@test_case(points=None, hidden=True)
def test_relu_raises(check, np):
    """A property."""
    check.outcome("relu", np.array([3.0]), judge=lambda h: None if h[0] == 3 else "Not 3.")
'''


def test_cases_share_points_as_otter_shares_them(tmp_path: Path) -> None:
    from otter.test_files.exception_test import ExceptionTestFile

    path = tmp_path / "relu.py"
    path.write_text(TEST_FILE)
    ours = labcheck.read_cases(path)
    theirs = ExceptionTestFile.from_file(str(path)).test_cases
    assert [(case.points, case.hidden) for case in ours] == [
        (case.points, case.hidden) for case in theirs
    ]
    assert [case.points for case in ours] == [3.0, 4.0, 3.0]


def test_cases_run_alike_with_otter_and_without(tmp_path: Path) -> None:
    from otter.test_files.exception_test import ExceptionTestFile

    path = tmp_path / "relu.py"
    path.write_text(TEST_FILE)
    check = _Home(relu=lambda z: np.maximum(z, 0.1))
    ours = labcheck.run_cases(labcheck.read_cases(path), check)
    labcheck.use(check)
    file = ExceptionTestFile.from_file(str(path))
    file.run({"check": "what a student left behind", "np": None})
    theirs = file.test_case_results
    assert [verdict.passed for verdict in ours] == [result.passed for result in theirs]
    for verdict, result in zip(ours, theirs, strict=True):
        assert verdict.message in result.message
        assert "line" not in result.message and "check.values" not in result.message


def test_raises_asks_for_the_error_and_its_words() -> None:
    def sizes(size: int) -> None:
        raise ValueError(f"size {size} does not fit")

    check = _Home(sizes=sizes)
    check.raises("sizes", 7, mentions=("7",))
    with pytest.raises(CaseFailed, match="8"):
        check.raises("sizes", 7, mentions=("8",))
    with pytest.raises(CaseFailed, match="TypeError"):
        check.raises("sizes", 7, error=TypeError)


@pytest.mark.parametrize(
    "text",
    [
        "size 17, stride 3",
        "stride=3 for size=17",
        "17 and 3 do not go together",
        "Size does not suit the Stride",
        "(3, 17)",
    ],
)
def test_an_error_names_a_thing_by_its_word_or_its_value(text: str) -> None:
    def sizes() -> None:
        raise ValueError(text)

    _Home(sizes=sizes).raises("sizes", mentions=(("size", "17"), ("stride", "3")))


@pytest.mark.parametrize(
    ("text", "missing"),
    [("size 17", "name stride,"), ("117 of 3.5, 13", "name size and stride,"), ("3", "name size,")],
)
def test_a_thing_that_an_error_does_not_name_is_told(text: str, missing: str) -> None:
    def sizes() -> None:
        raise ValueError(text)

    with pytest.raises(CaseFailed, match=missing):
        _Home(sizes=sizes).raises("sizes", mentions=(("size", "17"), ("stride", "3")))


def test_packed_values_come_back() -> None:
    arrays: list[np.ndarray] = []
    value = {"a": [np.ones((2, 3)), (1, 2.5, None, True)], "b": np.float64(3)}
    back = labcheck.unpack(labcheck.pack(value, arrays), lambda index: arrays[index])
    assert same(back["a"][0], value["a"][0]) and back["a"][1] == (1, 2.5, None, True)
    assert back["b"] == 3


def test_numpy_starts_with_one_thread() -> None:
    """Several threads on a shared machine turn a cell of seconds into minutes."""
    script = """if True:
        import os, sys
        class Watch:
            def find_spec(self, name, path=None, target=None):
                if name == "numpy":
                    libraries = "OPENBLAS", "OMP", "MKL"
                    print(*(os.environ.get(f"{one}_NUM_THREADS") for one in libraries))
        sys.meta_path.insert(0, Watch())
        import labcheck
    """
    environment = {k: v for k, v in os.environ.items() if not k.endswith("_NUM_THREADS")}
    environment["MKL_NUM_THREADS"] = "3"  # what somebody chose stays
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=paths.STUDENT_FILES, env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.split() == ["1", "1", "3"]


def _told(sentence: str, value: float) -> tuple[Observation, Problem]:
    return Observation(np.array([value])), Problem("verdict", sentence, sentence)


def test_a_judges_sentence_names_a_mistake_only_where_it_points_to_one() -> None:
    """Many mistakes earn a judge's sentence: alone it names none that a passed probe disproves."""
    seen, bad = _told("Not a line.", 1.0)
    failing = Tried(_drawing(), seen, bad)
    passing = Tried(_drawing(), Observation(np.zeros(1)), None)
    a, b = Explanation("a", "A.", "a"), Explanation("b", "B.", "b")
    right = Observation(np.zeros(1)), None
    cases = [_case("fails", failing), _case("passes", passing)]

    def named(a_passes: bool, b_passes: bool) -> list[str]:
        def wrong(case: CaseRun, tried: Tried) -> list[WrongOutcome]:
            other = _told("Not a line.", 2.0)
            if tried is failing:
                return [WrongOutcome(a, *other), WrongOutcome(b, *other)]
            return [
                WrongOutcome(a, *(right if a_passes else other)),
                WrongOutcome(b, *(right if b_passes else other)),
            ]

        return [explanation.key for explanation, _ in rank(cases, wrong)]

    assert named(True, False) == ["a"]
    assert named(True, True) == ["a", "b"]
    assert named(False, False) == []


@pytest.mark.parametrize(
    ("changed", "named"), [(("H (length)",), ["a"]), (("H[1]",), ["a"]), (("dS",), [])]
)
def test_a_changed_input_is_named_for_that_input_alone(
    changed: tuple[str, ...], named: list[str]
) -> None:
    bad = Problem("changed", "Changed.", "Changed.")
    failing = Tried(_probe(), Observation(np.ones(2), changed), bad)
    other = WrongOutcome(Explanation("a", "A.", "a"), Observation(np.ones(2), ("H",)), bad)
    ranked = rank([_case("fails", failing)], lambda case, tried: [other])
    assert [explanation.key for explanation, _ in ranked] == named


@pytest.mark.parametrize(
    ("got", "expected", "hint"),
    [
        (np.ones(6), np.ones((2, 3)), "one long row"),
        (np.ones(3), np.ones((3, 1)), "keepdims"),
        (np.ones(2), np.ones((2, 3)), "keepdims"),
        (np.ones(4), np.ones((2, 3)), "Dimensions are missing"),
        (np.ones(()), np.ones((2, 3)), "One number came back"),
        (np.ones((1, 0, 0, 2)), np.ones((1, 3, 3, 2)), "An axis has become empty"),
        (np.ones(7), np.ones(()), "single number is expected"),
        (np.ones((5, 1)), np.ones(5), "axis of length 1 too many"),
        (np.ones((2, 3)), np.ones((3, 2)), "transposed"),
        (np.array([0.99999, 2.00001]), np.array([1.0, 2.0]), "Very close"),
        (np.array(3.9), np.array(1.3), "It is 3 times"),
        (np.array(1.3), np.array(0.9), "Work it out"),
        (np.array([2.0, 4.0]), np.array([1.0, 2.0]), "Every entry is 2 times"),
        (np.array([[1.0, 3.0], [5.0, 9.0]]), np.array([[1.0, 4.0], [6.0, 7.0]]), "entry [0, 1]"),
        (np.ones((4, 2)), np.ones((3, 2)), "a bias row"),
        (np.ones((2, 2)), np.ones((1, 2, 2, 1)), "axis of length 1 dropped"),
        (np.ones(500), np.r_[2.0, np.ones(499)], "Fewer than 1%"),
        (np.array(307203.0), np.array(307300.0), "Work it out"),
    ],
)
def test_the_hint_fits_the_difference(got: np.ndarray, expected: np.ndarray, hint: str) -> None:
    problem = values_problem(got, expected)
    assert problem is not None and hint in problem.hint


def test_a_factor_that_is_no_count_is_told_without_a_guess() -> None:
    problem = values_problem(np.array([0.9, 1.8]), np.array([1.0, 2.0]))
    assert problem is not None and problem.hint == "Every entry is 0.9 times the expected one."


def test_parts_of_a_result_are_called_as_in_the_docstring() -> None:
    right = (1.0, (np.ones(2), np.ones(2)), {"W": np.ones(2)})
    names = ("loss", "grads", "more")
    wrong = {
        "(loss)": (2.0, *right[1:]),
        "(grads[1])": (1.0, (np.ones(2), np.zeros(2)), right[2]),
        "a dict with keys w (more)": (1.0, right[1], {"w": np.ones(2)}),
    }
    for told, got in wrong.items():
        problem = values_problem(got, right, names=names)
        assert problem is not None and told in problem.sentence
