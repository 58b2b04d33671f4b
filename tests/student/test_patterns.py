"""What is told of a wrong answer that no known mistake explains must be true of it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labkit.student import labcheck
from labkit.student.labcheck import (
    CaseRun,
    Observation,
    Probe,
    Problem,
    Tried,
    error_words,
    values_problem,
)
from labkit.student.labcheck.patterns import Contract, describe
from labkit.student.labcheck.relations import Pair, relation


def _loss(S: np.ndarray, y: np.ndarray) -> None:
    """Returns (loss, dS): one float, and an array K × n."""


def _layers(params: list[Any]) -> None:
    """Returns [(dW, db), …], first layer first."""


LOSS = Contract.read(_loss)
SIZES = ((4, 7), (3, 5), (6, 2))
SEEDS = st.integers(0, 2**32 - 1)


def _arrays(seed: int, sizes: Sequence[tuple[int, int]] = SIZES) -> list[np.ndarray]:
    rng = np.random.default_rng(seed)
    return [rng.normal(0.0, 2.0, size=size) for size in sizes]


def _pairs(seed: int, made: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> list[Pair]:
    """Right arrays beside those that a mistake makes of them and of their input."""
    rng = np.random.default_rng([seed, 1])
    pairs = []
    for right in _arrays(seed):
        z = rng.normal(size=right.shape)
        sizes = {"the number of rows of `z`": float(len(z)), "the number of examples": z.shape[1]}
        given = {"z": z, "b": z[:, :1]}
        pairs.append(Pair(made(right, z), right, given, sizes))
    return pairs


APPLIED: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "is the right one with its sign turned round": lambda right, z: -right,
    "is twice the right one": lambda right, z: 2 * right,
    "is half of the right one": lambda right, z: right / 2,
    "is the right one times one and the same number": lambda right, z: 1.7 * right,
    "is the right one times the number of examples": lambda right, z: right.shape[1] * right,
    "is the right one divided by the number of examples": lambda right, z: right / right.shape[1],
    "is the right one divided by the number of rows of `z`": lambda right, z: right / len(right),
    "is the right one times the number of examples and divided by the number of rows of `z`": (
        lambda right, z: right * right.shape[1] / len(right)
    ),
    "is off by one and the same number": lambda right, z: right + 0.3,
    "is 1 too large": lambda right, z: right + 1,
    "is 0 everywhere": lambda right, z: 0 * right,
    "is `z` as it came in": lambda right, z: z,
    "is the right one times `z`, entry by entry": lambda right, z: right * z,
    "has `z` added to it once too often": lambda right, z: right + z,
    "is off by a fixed share of `z`": lambda right, z: right + 0.01 * z,
    "is the right one without its sign": lambda right, z: np.abs(right),
    "is the right one cut to a whole number": lambda right, z: np.trunc(right),
    "has its rows in the reverse order": lambda right, z: right[::-1],
    "has columns that are all the same": lambda right, z: np.repeat(
        right.sum(axis=1, keepdims=True), right.shape[1], axis=1
    ),
    "is off by a number of its own in each row": lambda right, z: (
        right + np.arange(1.0, 1.0 + len(right))[:, None] ** 2
    ),
    "is the right one times a number of its own in each column": lambda right, z: (
        right * np.arange(2.0, 2.0 + right.shape[1]) ** 2
    ),
    "is nearly right, and off in the later digits only": lambda right, z: (
        right * (1 + 1e-4 * z / 5)
    ),
    "is wrong where it is the last column, and nowhere else; there it is 0": lambda right, z: (
        np.hstack([right[:, :-1], 0 * right[:, -1:]])
    ),
    "is wrong where `z` is below 0, and nowhere else; there it is `z` times one "
    "and the same number": lambda right, z: np.where(z < 0, 0.01 * z, right),
    "is the right one transposed": lambda right, z: right.T,
    "is one number, the sum of all the right ones": lambda right, z: np.sum(right),
    "holds the sum over the columns of the right one": lambda right, z: right.sum(axis=1),
    "holds the right numbers in one long row: the shape is lost": lambda right, z: right.ravel(),
    "is right, but its last column is missing": lambda right, z: right[:, :-1],
    "is right, but for one row too many, the first": lambda right, z: np.vstack([z[:1], right]),
    "holds only the entries where `z` is above 0": lambda right, z: right[z > 0],
    "is nan or infinite everywhere": lambda right, z: np.nan * right,
    "is the right one minus `b`": lambda right, z: right - z[:, :1],
    "is what it should be before `b` is added, times `b`": lambda right, z: (
        (right - z[:, :1]) * z[:, :1]
    ),
    "has one and the same number everywhere in the place of `b`": lambda right, z: (
        right - z[:, :1] + z[:, :1].sum()
    ),
    "is the right one divided by one less than the number of examples, not by the number of "
    "examples": lambda right, z: right * right.shape[1] / (right.shape[1] - 1),
    "is the right one doubled and divided by the number of rows of `z`": lambda right, z: (
        2 * right / len(right)
    ),
    "is wrong where it is the largest of its column, and nowhere else; there it is 0": (
        lambda right, z: np.where(right == right.max(axis=0), 0, right)
    ),
    "is nan or infinite where it is the first row, and right in all others": lambda right, z: (
        np.vstack([np.nan * right[:1], right[1:]])
    ),
    "is right in its first entries, row by row, and wrong in all that follow; there it is 0": (
        lambda right, z: np.where(np.arange(right.size).reshape(right.shape) < 1, right, 0)
    ),
    "is too small by 1 minus 1 divided by the number of examples": lambda right, z: (
        right - 1 + 1 / right.shape[1]
    ),
    "is too large by two divided by the number of rows of `z`": lambda right, z: (
        right + 2 / len(right)
    ),
    "is wrong where it is not the first column, and nowhere else; there it has `b` subtracted from "
    "it once too often": lambda right, z: np.hstack([right[:, :1], right[:, 1:] - z[:, :1]]),
    "has too many rows": lambda right, z: np.vstack([0 * right[:1], right, 0 * right[:1]]),
}


@pytest.mark.parametrize("said", list(APPLIED))
@settings(max_examples=25, deadline=None)
@given(seed=SEEDS)
def test_a_pattern_is_told_as_it_was_made(said: str, seed: int) -> None:
    assert relation(_pairs(seed, APPLIED[said])) == said


@settings(max_examples=100, deadline=None)
@given(seed=SEEDS)
def test_of_any_other_array_nothing_is_told(seed: int) -> None:
    rng = np.random.default_rng([seed, 2])
    assert relation(_pairs(seed, lambda right, z: rng.normal(size=right.shape))) == ""


@settings(max_examples=50, deadline=None)
@given(seed=SEEDS, said=st.sampled_from(sorted(APPLIED)))
def test_what_does_not_hold_everywhere_is_not_told(seed: int, said: str) -> None:
    """One array of three that is wrong in a way of its own takes the sentence back."""
    rng = np.random.default_rng([seed, 3])
    pairs = _pairs(seed, APPLIED[said])
    last = pairs[-1]
    pairs[-1] = Pair(rng.normal(size=last.right.shape), last.right, last.given, last.sizes)
    assert relation(pairs) == ""


def test_what_lies_in_a_large_part_by_chance_is_not_told() -> None:
    """A few wrong entries always lie somewhere."""
    right = np.random.default_rng(5).normal(size=(6, 9))
    got = right.copy()
    got[right > 1.0] += np.arange(1.0, 1.0 + np.sum(right > 1.0)) ** 2
    assert 2 < np.sum(right > 1.0) < 12
    assert relation([Pair(got, right)]) == ""


def test_other_numbers_than_yes_and_no_are_told() -> None:
    def told(*numbers: float) -> str:
        rights = [np.tile([0.0, 1.0, 1.0], size) for size in (2, 3)]
        return relation([Pair(np.resize(numbers, right.shape), right) for right in rights])

    assert told(-1, 1, 0, 1) == "holds −1, while all the right ones are 0 or 1"
    assert told(-1, 0.3, 0, 1) == "holds other numbers, while all the right ones are 0 or 1"


def test_images_have_pixels_and_examples_and_weights_have_filters() -> None:
    rights = [np.random.default_rng(size).normal(size=(size, 2, 3, 3)) for size in (4, 5)]

    def told(name: str) -> str:
        made = [
            (np.concatenate([0 * right[..., :1], right[..., 1:]], -1), right) for right in rights
        ]
        return relation([Pair(got, right, {name: right + 1}) for got, right in made])

    assert told("X") == "is wrong where it is the first example, and nowhere else; there it is 0"
    assert told("W") == "is wrong where it is the first column, and nowhere else; there it is 0"


def test_the_shape_of_an_argument_is_told() -> None:
    pairs = [Pair(np.ones((n, 2)), np.ones((2, 3, n)), {"X": np.ones((n, 2))}) for n in (4, 5)]
    assert relation(pairs) == "has the shape of `X`, which is not its own"
    assert relation(pairs[:1]) == ""


def test_zeros_are_told_as_such_also_beside_an_argument() -> None:
    pairs = [Pair(0 * b, b, {"b": b + 1}) for b in (np.ones((1, 1)), np.arange(1.0, 5.0)[:, None])]
    assert relation(pairs) == "is 0"


def _tried(
    got: Any, right: Any, *args: Any, function: str = "softmax_cross_entropy", **kwargs: Any
) -> Tried:
    probe = Probe(
        function, args, kwargs, lambda seen: values_problem(seen.value, right), right=right
    )
    seen = got if isinstance(got, Observation) else Observation(got)
    return Tried(probe, seen, probe.problem(seen))


def _titles(*tried: Tried, contract: Contract = LOSS) -> list[str]:
    cases = [CaseRun(f"c{i}", "", hidden=False, tried=[one]) for i, one in enumerate(tried)]
    return [explanation.title for explanation, _ in describe(cases, contract)]


def _losses(made: Callable[[float, np.ndarray, int], tuple[Any, ...]]) -> list[Tried]:
    found = []
    for size, dS in enumerate(_arrays(3)):
        n = dS.shape[1]
        right = (1.5 + size, dS)
        found.append(_tried(made(*right, n), right, np.ones(dS.shape), np.zeros(n, dtype=int)))
    return found


def test_the_wrong_part_of_a_result_is_told_by_its_name() -> None:
    for made, said in (
        (lambda loss, dS, n: (loss, n * dS), "`dS` is the right one times the number of examples"),
        (
            lambda loss, dS, n: (n * loss, dS),
            "`loss` is the right one times the number of examples",
        ),
        (lambda loss, dS, n: (loss + n**2, dS), "`loss` is wrong, and all else is right"),
        (
            lambda loss, dS, n: (n * loss, n * dS),
            "The result is the right one times the number of examples",
        ),
        (
            lambda loss, dS, n: (dS, loss),
            "All the parts are right, but they are returned in another order",
        ),
        (lambda loss, dS, n: dS, "Only the last of the parts is returned"),
        (
            lambda loss, dS, n: {"loss": loss, "dS": dS},
            "A dict is returned where a list or tuple is asked for",
        ),
        (
            lambda loss, dS, n: ((loss, dS), n),
            "Several things are returned, and the first of them is all that is asked for",
        ),
        (
            lambda loss, dS, n: (loss, dS, n),
            "The list is right, but for one item too many at its end",
        ),
    ):
        assert _titles(*_losses(made)) == [said]


def test_without_names_the_parts_of_a_tuple_have_numbers() -> None:
    tried = _losses(lambda loss, dS, n: (loss, -dS))
    assert _titles(*tried, contract=Contract()) == [
        "Item 1 of the result is the right one with its sign turned round"
    ]


def test_layers_are_told_apart() -> None:
    rng = np.random.default_rng(4)

    def ask(made: Callable[[int, int, np.ndarray, np.ndarray], tuple[Any, Any]]) -> list[str]:
        tried = []
        for depth in (2, 3):
            right = [(rng.normal(size=(4, 3)), rng.normal(size=(4, 1))) for _ in range(depth)]
            got = [made(i, depth, W, b) for i, (W, b) in enumerate(right)]
            tried.append(_tried(got, right, [], function="backward"))
        return _titles(*tried, contract=Contract.read(_layers))

    assert ask(lambda i, depth, W, b: (W, -b)) == [
        "`db` of every layer is the right one with its sign turned round"
    ]
    assert ask(lambda i, depth, W, b: (W * 0, b * 0) if i == 0 else (W, b)) == [
        "The first layer is 0 everywhere"
    ]
    assert ask(lambda i, depth, W, b: (2 * W, b) if i == depth - 1 else (W, b)) == [
        "`dW` of the last layer is twice the right one"
    ]
    assert ask(lambda i, depth, W, b: (-W, b) if i < depth - 1 else (W, b)) == [
        "`dW` of some layers, never the last layer, is the right one with its sign turned round"
    ]
    assert ask(lambda i, depth, W, b: (-W, -b) if i else (W, b)) == [
        "A part of the result, never the first layer, is the right one with its sign turned round"
    ]


def _autoencoder(encoder: Any, decoder: Any) -> None:
    """Returns (loss, encoder_grad, decoder_grad): one float, and (dW, db) of each layer."""


def test_a_part_of_a_part_has_its_name_and_stands_beside_its_own_argument() -> None:
    tried = []
    rng = np.random.default_rng(6)
    for p, q in SIZES:
        encoder, decoder = [
            (rng.normal(size=(a, b)), rng.normal(size=(a, 1))) for a, b in ((p, q), (q, p))
        ]
        (dW, db), last = [tuple(map(np.cos, layer)) for layer in (encoder, decoder)]
        right, got = (1.0, (dW, db), last), (1.0, (dW + 0.01 * encoder[0], db), last)
        tried.append(_tried(got, right, encoder, decoder, function="autoencoder_loss"))
    assert _titles(*tried, contract=Contract.read(_autoencoder)) == [
        "`dW` of `encoder_grad` is off by a fixed share of `encoder[0]`"
    ]


@pytest.mark.parametrize(
    ("kinds", "said"),
    [
        (("overflow",), "something overflows"),
        (("divide",), "something is divided by 0, or the logarithm of 0 is taken,"),
        (("invalid",), "nan comes up"),
        (("divide", "invalid"), "NumPy warns"),
    ],
)
def test_a_warning_is_told_by_its_kind(kinds: tuple[str, ...], said: str) -> None:
    right = np.linspace(0.0, 1.0, 6)
    probe = Probe("softmax", (right,), {}, lambda seen: None, quiet=True, right=right)
    seen = Observation(right, warnings=kinds)
    assert _titles(Tried(probe, seen, probe.problem(seen))) == [
        f"The numbers are right, but {said} on the way"
    ]


def test_of_a_count_it_is_not_said_that_it_is_nearly_right() -> None:
    counts = {1999.0: 2000.0, 49_999.0: 50_000.0, 307_203.0: 307_300.0}
    assert relation([Pair(np.array(got), np.array(right)) for got, right in counts.items()]) == ""


def test_lists_of_words_hold_no_numbers() -> None:
    wanted: list[str] = []
    found = _titles(*[_tried(["dense_backward"], wanted, function="wrong_gradients")] * 2)
    assert not any("packed together" in title for title in found)


def test_numbers_close_to_0_beside_large_ones_leave_the_reason_open() -> None:
    right = np.arange(4.0) ** 2
    for other, said in ((3.0, True), (1e-7, False)):
        large = np.array([1e4, 1.0, 2.0, other])
        passing = [_tried(right, right, np.ones(4), function="relu") for _ in range(3)]
        failing = [_tried(np.sin(right) + 5, right, large, function="relu")] * 2
        titles = _titles(*passing, *failing, contract=Contract(("h",)))
        assert any("large numbers" in title for title in titles) == said


def test_what_only_the_failing_inputs_have_is_told() -> None:
    right = np.arange(12.0).reshape(3, 4) ** 2
    odd = np.sin(np.arange(12.0).reshape(3, 4)) + 5.0

    def ask(bad: dict[str, Any], good: dict[str, Any]) -> list[str]:
        X = np.ones((1, 3, 4, 2))
        passing = [_tried(right, right, X, function="conv", **good) for _ in range(3)]
        failing = [_tried(odd, right, X, function="conv", **bad) for _ in range(2)]
        return _titles(*passing, *failing, contract=Contract(("X",)))

    assert ask({"stride": 2}, {"stride": 1}) == [
        "In these checks it goes wrong only with `stride` above 1"
    ]
    assert ask({"padding": 1}, {"padding": 0}) == [
        "In these checks it goes wrong only with `padding` above 0"
    ]
    assert ask({"activation": "tanh"}, {"activation": "relu"}) == [
        "In these checks it goes wrong only with `activation` 'tanh'"
    ]
    assert ask({"stride": 2}, {"stride": 2}) == []
    # Either may be without meaning.
    assert ask({"stride": 2, "activation": "tanh"}, {"stride": 1, "activation": "relu"}) == []


def test_a_judge_s_words_are_told_where_no_other_was_found() -> None:
    def tried(sentence: str, *args: Any) -> Tried:
        problem = Problem("verdict", sentence, sentence)
        probe = Probe("xor_params", args, {}, lambda seen: problem)
        return Tried(probe, Observation(1.0), problem)

    assert _titles(tried("It is AND."), tried("It is not XOR.")) == ["It is AND"]
    assert _titles(*[tried(f"It is {name}.", 1) for name in "ab"]) == ["It is a", "It is b"]
    assert _titles(*[tried(f"It is {name}.", 1) for name in "abc"]) == []
    assert _titles(tried("Two are equal.", 1), tried("Two are equal.", 2)) == ["Two are equal"]
    wrong = _tried(-np.ones((2, 3)), np.arange(6.0).reshape(2, 3), function="xor_params")
    assert _titles(tried("It is AND.", 1), wrong) == ["The result is the same number everywhere"]


ERRORS = {
    "max(0, A)": "An array is asked as if it were one number",
    "np.zeros(2, dtype=int).__iadd__(0.5)": "Floats are put into an array of whole numbers",
    "A @ A": "The inner sizes of a matrix product do not fit",
    "np.dot(A, A)": "The inner sizes of a matrix product do not fit",
    "A / np.ones(3)": "An array meets one of the same shape without one of its axes",
    "A + A.T": "An array meets another one that lies the other way round: transposed",
    "A + np.ones((2, 5))": "Two arrays are combined entry by entry whose shapes do not fit",
    "np.hstack([A, A[:1]])": "Arrays are joined along an axis along which they do not fit",
    "A[3]": "An index runs past the end, or along the wrong axis",
    "[1, 2][2]": "An index runs past the end, or along the wrong axis",
    "A[0, 0, 0]": "There are more indices than the array has axes",
    "A.sum(axis=2)": "An axis is named that the array does not have",
    "A.reshape(5, -1)": "A reshape wants another number of entries than there are",
    "A[np.ones(4, bool)]": "A mask has another shape than the array that it picks from",
    "None[0]": "Something is used as a result that is None",
    "[] + None": "Something is used as a result that is None",
    "math.exp(1000)": "A function of the module math overflows",
    "math.exp(A)": "A whole array is given where one number is asked for",
    "float(A)": "A whole array is given where one number is asked for",
    "[1, 2][1.0]": "A float is used where a whole number is asked for",
    "A[1.0]": "A float is used where a whole number is asked for",
    "range(2.0)": "A float is used where a whole number is asked for",
    "np.zeros((2.0, 3))": "A float is used where a whole number is asked for",
    "unknown + 1": "A name is used that has no value yet",
    "(lambda a: a)(1, 2)": "A function is called with other arguments than it has",
    "1 / 0": "Something is divided by 0",
    "np.swapaxes(A, 0, 3)": "An axis is named that the array does not have",
    "(lambda a, b: a)(*A[0])": "A function is called with other arguments than it has",
    "A.append(3)": "Something is of another kind than the code takes it for",
    "[1.5] * 0.5": "Things are combined that are not both numbers or arrays",
    "open('no such file')": "",
}


@pytest.mark.parametrize("code", ERRORS)
def test_an_error_s_own_words_are_read(code: str) -> None:
    """As this Python and this NumPy word them: what they say is told, whatever function it was."""
    place = {"np": np, "math": math, "A": np.ones((3, 4))}
    seen = labcheck.call(lambda: eval(code, place), (), {}, 5)
    assert seen.failure is not None
    words = error_words.told(seen.failure.text)
    assert (words[0] if words else "") == ERRORS[code]


def test_only_names_that_the_lab_has_are_told_of_a_refusal() -> None:
    """Code may raise what it likes, also a hidden input in the place of a name."""

    def title(name: str) -> list[str]:
        text = f"{name} of the course cannot take these arguments"
        seen = Observation(failure=labcheck.Failure("raised", "ValueError", text))
        return _titles(_tried(seen, np.ones(2), np.ones(2)))

    assert title("_loss") == ["`_loss` is called with arguments that do not fit"]
    assert title("x31415") == ["Another function is called with arguments that do not fit"]


def test_errors_are_told_with_what_they_share() -> None:
    def tried(code: Callable[[], object], X: np.ndarray) -> Tried:
        return _tried(labcheck.call(code, (), {}, 5), X, X, function="relu")

    whole, floats = np.arange(4).reshape(2, 2), np.ones((2, 3))
    passing = [_tried(floats, floats, floats, function="relu") for _ in range(2)]
    failing = tried(lambda: whole.__iadd__(0.5), whole)
    cases = [CaseRun(f"c{i}", "", False, [one]) for i, one in enumerate([*passing, failing])]
    ((explanation, names),) = describe(cases, Contract(("z",)))
    assert explanation.title == "Floats are put into an array of whole numbers"
    assert explanation.hint.startswith(
        "In these checks it happens only where whole numbers come in."
    )
    assert names == {"c2"}


NUMBERS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(),
    st.text(max_size=3),
    st.builds(np.zeros, st.lists(st.integers(0, 3), max_size=3).map(tuple)),
    st.builds(lambda n: np.full(n, np.nan), st.integers(0, 4)),
    st.builds(lambda n: np.arange(n) * 1j, st.integers(0, 4)),
    st.builds(lambda n: np.array(["a"] * n), st.integers(0, 4)),
)
ANYTHING = st.recursive(
    NUMBERS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(st.sampled_from(["loss", "dS", "W"]), inner, max_size=3),
    ),
    max_leaves=6,
)


@settings(max_examples=400, deadline=None)
@given(st.lists(ANYTHING, min_size=1, max_size=3), st.integers(0, 3))
def test_nothing_that_is_returned_upsets_it(answers: list[Any], which: int) -> None:
    array = np.arange(6.0).reshape(2, 3)
    right = [array, (1.0, array), [(array, array[:1])], {"W": array, "loss": 2.0}][which]
    for title in _titles(*[_tried(got, right, array, np.zeros(3, int)) for got in answers]):
        assert title and not re.search(r"\d\d|[2-9]", title), title
