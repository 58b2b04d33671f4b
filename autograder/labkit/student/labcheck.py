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

import contextlib
import copy
import importlib
import json
import re
import signal
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

MESSAGE_LIMIT = 600
"""Longest message of a case, in characters: more is not read."""

STUDENT_SECONDS = 60.0
"""Wall seconds that one call may take in a student's folder."""


# ---------------------------------------------------------------- what a call did, what is wrong


@dataclass(frozen=True)
class Failure:
    """Why a call gave no value; kinds as in the grader's worker."""

    kind: str
    type_name: str = ""
    text: str = ""
    where: str = ""
    detail: str = ""


@dataclass(frozen=True)
class Observation:
    """What one call did."""

    value: Any = None
    changed: tuple[str, ...] = ()
    """Arguments that the call changed."""
    warnings: tuple[str, ...] = ()
    """NumPy's kinds of floating-point warnings (overflow, invalid, divide) that it gave."""
    failure: Failure | None = None
    seconds: float = 0.0


@dataclass(frozen=True)
class Problem:
    """What is wrong with an observation."""

    kind: str
    sentence: str
    """One plain sentence, with shapes and numbers: for public cases."""
    general: str
    """The same without anything taken from inputs or outputs: for hidden cases."""
    hint: str = ""


class CaseFailed(AssertionError):
    """A case's verdict: the text is the message for the student."""


# ---------------------------------------------------------------- comparing values

Comparison = Callable[[Any, Any], "Problem | None"]


def _as_number_array(value: Any) -> np.ndarray | None:
    """`value` as an array of real numbers, or None if it is something else."""
    if isinstance(value, np.ndarray | np.generic | bool | int | float):
        array = np.asarray(value)
    elif isinstance(value, list | tuple):
        try:
            array = np.asarray(value)
        except ValueError:  # ragged
            return None
    else:
        return None
    return array if array.dtype.kind in "biuf" else None


def _kind_of(value: Any) -> str:
    if value is None:
        return "None"
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    if isinstance(value, list | tuple | dict):
        return f"a {type(value).__name__} of {len(value)}"
    return f"a {type(value).__name__}"


def _shape_hint(got: tuple[int, ...], expected: tuple[int, ...]) -> str:
    if got == expected[::-1]:
        return "It looks transposed: an example is a column."
    if len(got) < len(expected):
        return "An axis is missing: a sum or mean drops its axis unless keepdims=True."
    if (
        got
        and len(got) == len(expected)
        and any(a == b + 1 for a, b in zip(got, expected, strict=True))
    ):
        return "One row or column too many: is a bias row still in it?"
    return (
        "Write the shape of every factor beside it and see which product gives the expected shape."
    )


def _size_hint(got: np.ndarray, expected: np.ndarray) -> str:
    """What the pattern of the error usually means."""
    mask = np.abs(expected) > 1e-12
    if not mask.any():
        return "The expected result is zero here."
    ratio = got[mask] / expected[mask]
    factor = float(ratio.flat[0])
    if np.allclose(ratio, factor, rtol=1e-4) and np.allclose(got[~mask], 0):
        if np.isclose(factor, -1, rtol=1e-4):
            return "Every entry has the wrong sign."
        if abs(factor) < 1e-12:
            return "Every entry is 0."
        return (
            f"Every entry is {factor:.4g} times the expected one: look for a missing or doubled "
            "factor (1/n, 1/2, a count)."
        )
    offset = got - expected
    if offset.size > 1 and np.allclose(offset, offset.flat[0], rtol=1e-4):
        return (
            f"Every entry is off by {float(offset.flat[0]):.4g}: is a term missing or added twice?"
        )
    if got.ndim == 2 and got.shape[0] == got.shape[1] and np.allclose(got, expected.T):
        return "It is the transpose of the expected result."
    share = float(np.mean(~np.isclose(got, expected, rtol=1e-5, atol=1e-9)))
    if share < 0.5:
        return f"{share:.0%} of the entries differ: look at what these have in common."
    return "Work the first entry out by hand and print each step of your function beside it."


def _where_text(name: str) -> str:
    return f" ({name})" if name else ""


def _numbers_problem(
    got: Any, expected: np.ndarray, close: Callable[[np.ndarray, np.ndarray], np.ndarray], name: str
) -> Problem | None:
    if got is None:
        return Problem(
            "none",
            f"The function returned None{_where_text(name)}.",
            "The function returned None.",
            "Is a `return` missing?",
        )
    array = _as_number_array(got)
    if array is None:
        return Problem(
            "type",
            f"The function returned {_kind_of(got)}{_where_text(name)}, expected an array of "
            f"numbers of shape {expected.shape}.",
            "The result is of the wrong type.",
        )
    if expected.ndim == 0 and array.size == 1:
        array = array.reshape(())
    if array.shape != expected.shape:
        return Problem(
            "shape",
            f"The result has shape {array.shape}{_where_text(name)}, expected {expected.shape}.",
            "The result has the wrong shape.",
            _shape_hint(array.shape, expected.shape),
        )
    array = array.astype(np.float64)
    wanted = expected.astype(np.float64)
    finite = np.isfinite(array) | ~np.isfinite(wanted)
    if not finite.all():
        index = tuple(int(i) for i in np.argwhere(~finite)[0])
        return Problem(
            "not_finite",
            f"Entry {_index(index)} of the result{_where_text(name)} is {array[index]}, expected "
            f"{_number(wanted[index])}.",
            "The result holds nan or inf.",
            "Something overflowed, or 0 was divided by 0 or put into a logarithm.",
        )
    with np.errstate(all="ignore"):
        good = close(array, wanted)
    if good.all():
        return None
    index = tuple(int(i) for i in np.argwhere(~good)[0])
    with np.errstate(all="ignore"):
        hint = _size_hint(array, wanted)
    return Problem(
        "values",
        f"Entry {_index(index)} of the result{_where_text(name)} is {_number(array[index])}, "
        f"expected {_number(wanted[index])}."
        if index
        else f"The result{_where_text(name)} is {_number(array[index])}, expected "
        f"{_number(wanted[index])}.",
        "The result has the right shape but wrong values.",
        hint,
    )


def _index(index: tuple[int, ...]) -> str:
    return "[" + ", ".join(map(str, index)) + "]"


def _number(value: Any) -> str:
    return f"{float(value):.6g}"


def _tree_problem(
    got: Any, expected: Any, close: Callable[[np.ndarray, np.ndarray], np.ndarray], name: str = ""
) -> Problem | None:
    """The first difference between nested values, or None."""
    if isinstance(expected, dict):
        if not isinstance(got, dict) or set(got) != set(expected):
            return Problem(
                "structure",
                f"The function returned {_kind_of(got)}{_where_text(name)}, expected a dict with "
                f"keys {', '.join(map(str, expected))}.",
                "The result has the wrong structure.",
            )
        parts: list[tuple[Any, Any, str]] = [
            (got[key], expected[key], f"{name}[{key!r}]" if name else str(key)) for key in expected
        ]
    elif isinstance(expected, list | tuple):
        if not isinstance(got, list | tuple) and not (
            isinstance(got, np.ndarray) and got.ndim > 0 and len(got) == len(expected)
        ):
            return Problem(
                "structure",
                f"The function returned {_kind_of(got)}{_where_text(name)}, expected a "
                f"{type(expected).__name__} of {len(expected)}.",
                "The result has the wrong structure.",
                "Is a `return` missing?" if got is None else "",
            )
        if len(got) != len(expected):
            return Problem(
                "structure",
                f"The function returned {len(got)} items{_where_text(name)}, expected "
                f"{len(expected)}.",
                "The result has the wrong number of items.",
            )
        parts = [
            (a, b, f"{name}[{i}]" if name else f"item {i}")
            for i, (a, b) in enumerate(zip(got, expected, strict=True))
        ]
    else:
        return _numbers_problem(got, np.asarray(expected), close, name)
    for a, b, part in parts:
        if problem := _tree_problem(a, b, close, part):
            return problem
    return None


def values_problem(
    got: Any, expected: Any, rtol: float = 1e-6, atol: float = 1e-9
) -> Problem | None:
    """The first difference in structure, shape or value, or None where `got` is right."""

    def close(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        good = np.abs(a - b) <= atol + rtol * np.abs(b)
        return np.asarray(good | (a == b))  # equal infinities

    return _tree_problem(got, expected, close)


def gradient_problem(got: Any, expected: Any, limit: float = 1e-5) -> Problem | None:
    """As `values_problem`, by relative error |a - b| / max(1e-8, |a| + |b|)."""

    def close(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        error = np.abs(a - b) / np.maximum(1e-8, np.abs(a) + np.abs(b))
        # Central differences of order-one losses carry about 1e-10 of rounding noise.
        return np.asarray((error <= limit) | (np.abs(a - b) <= 1e-9))

    return _tree_problem(got, expected, close)


def same(a: Any, b: Any) -> bool:
    """Whether two results are the same answer: nan equals nan, and lists equal tuples."""
    if isinstance(a, dict) or isinstance(b, dict):
        return (
            isinstance(a, dict)
            and isinstance(b, dict)
            and a.keys() == b.keys()
            and all(same(a[key], b[key]) for key in a)
        )
    first, second = _as_number_array(a), _as_number_array(b)
    if first is not None and second is not None:
        return first.shape == second.shape and bool(
            np.allclose(
                first.astype(np.float64), second.astype(np.float64), 1e-6, 1e-10, equal_nan=True
            )
        )
    if isinstance(a, list | tuple) and isinstance(b, list | tuple):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b, strict=True))
    return a is None and b is None


def central_differences(
    loss: Callable[..., float], at: Sequence[np.ndarray], h: float = 1e-5
) -> list[np.ndarray]:
    """Gradients of scalar `loss(*at)` with respect to each array in `at`, in float64."""
    arrays = [np.array(array, dtype=np.float64) for array in at]
    gradients = []
    for array in arrays:
        gradient = np.zeros_like(array)
        for index in np.ndindex(array.shape):
            kept = array[index]
            array[index] = kept + h
            above = loss(*arrays)
            array[index] = kept - h
            below = loss(*arrays)
            array[index] = kept
            gradient[index] = (above - below) / (2 * h)
        gradients.append(gradient)
    return gradients


# ---------------------------------------------------------------- one question put to a function


@dataclass(frozen=True)
class Probe:
    """One call of a contract function, and how to judge what it did."""

    function: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    judge: Callable[[Observation], Problem | None]
    unchanged: bool = True
    quiet: bool = False
    """Whether a floating-point warning is a problem."""
    wants_error: bool = False
    """Whether an exception is the right answer."""

    def problem(self, seen: Observation) -> Problem | None:
        """What is wrong with an observation of this call, or None."""
        if seen.failure is not None and not self.wants_error:
            return failure_problem(self.function, seen.failure)
        if problem := self.judge(seen):
            return problem
        if self.unchanged and seen.changed:
            names = ", ".join(f"`{name}`" for name in seen.changed)
            return Problem(
                "changed",
                f"`{self.function}` changed its input {names}.",
                f"`{self.function}` changed its input.",
                "Build a new array, or work on a copy: the caller still needs the old values.",
            )
        if self.quiet and seen.warnings:
            return Problem(
                "warning",
                f"`{self.function}` gave a NumPy warning ({', '.join(seen.warnings)}).",
                f"`{self.function}` gave a NumPy warning on large numbers.",
                "exp of a large positive number overflows: choose a form in which only "
                "exponents that are 0 or negative occur.",
            )
        return None

    def fresh(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Arguments for one call: copies, so that no call sees another's changes."""
        return tuple(_copied(a) for a in self.args), {k: _copied(v) for k, v in self.kwargs.items()}


def _copied(value: Any) -> Any:
    return value if callable(value) else copy.deepcopy(value)


FAILURE_SENTENCES = {
    "not_written": "`{function}` is not written yet.",
    "missing": "There is no function `{function}` in your package.",
    "import_failed": "The module of `{function}` cannot be imported.",
    "timeout": "`{function}` ran out of time: is there a loop that never ends?",
    "memory": "`{function}` asked for more memory than the limit.",
    "crashed": "`{function}` crashed the Python process.",
    "exited": "`{function}` ended the Python process.",
    "flooded": "`{function}` returned more data than the limit.",
    "bad_type": "`{function}` returned something that is not made of numbers and arrays.",
    "blocked": "`{function}` tried something that is not allowed while grading.",
    "protocol": "`{function}` disturbed the connection to the grader.",
    "raised": "`{function}` stopped with an error.",
}


LIMIT_SENTENCES = {
    "cpu": "It used up the processor time that one call may take.",
    "wall": "It waited for longer than one call may take.",
    "total": "The time for the whole submission was used up before.",
    "question": "An earlier check of this question ran into the time limit.",
    "files": "It wrote more data to files than allowed.",
}
"""Which limit was met, by the worker's word for it."""


def failure_problem(function: str, failure: Failure) -> Problem:
    """The problem that a call without a value is."""
    general = FAILURE_SENTENCES.get(failure.kind, FAILURE_SENTENCES["raised"]).format(
        function=function
    )
    name = failure.type_name
    if failure.kind in ("raised", "import_failed") and name:
        general = general[:-1] + f" ({name})."
    place = f" at {failure.where}" if failure.where else ""
    text = failure.text.strip()
    told = failure.kind in ("raised", "import_failed", "bad_type")
    hint = f"{failure.type_name or 'Error'}{place}: {text}" if told and (text or place) else ""
    if failure.kind == "not_written":
        hint = text.partition(". ")[2]
        if failure.detail and failure.detail != function:
            general = f"`{function}` calls `{failure.detail}`, which is not written yet."
    elif failure.detail in LIMIT_SENTENCES:
        hint = LIMIT_SENTENCES[failure.detail]
    return Problem("failure", general, general, hint)


# ---------------------------------------------------------------- naming a mistake


@dataclass(frozen=True)
class Explanation:
    """A known mistake: its plain name and what to look at."""

    key: str
    title: str
    hint: str


@dataclass(frozen=True)
class WrongOutcome:
    """What a known wrong version did on a probe."""

    explanation: Explanation
    seen: Observation
    problem: Problem | None


def match(seen: Observation, problem: Problem, wrong: WrongOutcome) -> int:
    """How well a known mistake explains an observation: 0 not at all, 2 the same answer."""
    if wrong.problem is None:
        return 0
    a, b = seen.failure, wrong.seen.failure
    if a is not None or b is not None:
        return (
            2 if a and b and (a.kind, a.type_name, a.text) == (b.kind, b.type_name, b.text) else 0
        )
    if bool(seen.changed) != bool(wrong.seen.changed):
        return 0
    if problem.kind == "warning" or wrong.problem.kind == "warning":
        if problem.kind != wrong.problem.kind:
            return 0
        return 2 if same(seen.value, wrong.seen.value) else 1
    if same(seen.value, wrong.seen.value):
        return 2
    if (
        problem.kind == wrong.problem.kind == "verdict"
        and problem.sentence == wrong.problem.sentence
    ):
        return 1
    return 0


@dataclass
class Tried:
    """One probe of a case, with what came of it."""

    probe: Probe
    seen: Observation
    problem: Problem | None
    index: int = 0
    note: str = ""


@dataclass
class CaseRun:
    """A case while it runs."""

    name: str
    title: str
    hidden: bool
    tried: list[Tried] = field(default_factory=list)


def rank(
    cases: Sequence[CaseRun], wrong: Callable[[CaseRun, Tried], Sequence[WrongOutcome]]
) -> list[tuple[Explanation, set[str]]]:
    """Known mistakes that explain a question's failures, best first, with the cases they explain.

    A mistake that also tells which probes *pass* is more specific than one that fits a
    single failure; of those that tell everything, the one seen in more probes comes first.
    """
    contradictions: dict[str, int] = {}
    strength: dict[str, int] = {}
    explained: dict[str, set[str]] = {}
    known: dict[str, Explanation] = {}
    for case in cases:
        for tried in case.tried:
            for outcome in wrong(case, tried):
                key = outcome.explanation.key
                known[key] = outcome.explanation
                contradictions.setdefault(key, 0)
                if tried.problem is None:
                    contradictions[key] += outcome.problem is not None
                elif degree := match(tried.seen, tried.problem, outcome):
                    strength[key] = strength.get(key, 0) + degree
                    explained.setdefault(key, set()).add(case.name)
                else:
                    contradictions[key] += 1
    order = sorted(explained, key=lambda key: (contradictions[key], -strength[key], key))
    return [(known[key], explained[key]) for key in order]


def compose(problem: Problem, named: Sequence[Explanation], hidden: bool, note: str = "") -> str:
    """The message of a failed case, at most `MESSAGE_LIMIT` characters, a whole sentence first."""
    lines = []
    if named:
        first = named[0]
        lines += [_sentence(first.title), first.hint]
        if len(named) > 1:
            lines.append("Or perhaps: " + _sentence(named[1].title))
        if not hidden:
            lines.append(problem.sentence)
    elif hidden:
        lines += [problem.general, "This check is hidden: its inputs are not shown."]
    else:
        lines += [problem.sentence, problem.hint]
    if note:
        lines.append(note)
    text = ""
    for line in filter(None, lines):
        if len(text) + len(line) + 1 > MESSAGE_LIMIT:
            break
        text += ("\n" if text else "") + line
    return text


def _sentence(text: str) -> str:
    text = text.strip()
    return text if text.endswith((".", "!", "?")) else text + "."


# ---------------------------------------------------------------- the object that cases call


class Check:
    """What a case calls. Subclasses say where the function runs and what is expected."""

    def __init__(self) -> None:
        self.case = CaseRun("", "", hidden=False)
        self.cases: list[CaseRun] = []
        self.metrics: dict[str, float] = {}
        """Numbers that cases measured, such as an accuracy, by name."""

    # -- to be answered by subclasses

    def observe(self, probe: Probe) -> Tried:
        """Call the student's function for `probe` and judge what it did."""
        raise NotImplementedError

    def wrong(self, case: CaseRun, tried: Tried) -> Sequence[WrongOutcome]:
        """What the known wrong versions do on a probe."""
        raise NotImplementedError

    def expect(self, function: str, compute: Callable[[Any], Any]) -> Any:
        """The expected result of the next probe; `compute` gets the reference."""
        raise NotImplementedError

    def ref(self, name: str) -> Callable[..., Any]:
        """A contract function of an earlier lab, finished."""
        raise NotImplementedError

    def threshold(self, name: str) -> float:
        """A number from the lab's `[thresholds]`."""
        raise NotImplementedError

    def folder(self) -> Path:
        """The folder that holds the lab's own data files."""
        raise NotImplementedError

    def images_folder(self) -> Path:
        """The folder that holds the images."""
        raise NotImplementedError

    def library(self) -> Any:
        """The module that loads images (`labdata`)."""
        raise NotImplementedError

    def seed(self) -> int:
        """The lab's seed for hidden inputs."""
        return 0

    # -- inputs

    def rng(self, k: int) -> np.random.Generator:
        """A generator for a case's inputs: fixed in public cases, by the lab's seed otherwise."""
        return np.random.default_rng([k, self.seed()] if self.case.hidden else k)

    def data(self, n_train: int, n_test: int) -> tuple[np.ndarray, ...]:
        """(X_train, y_train, X_test, y_test) of Fashion-MNIST: p x n columns, centred pixels."""
        loaded: tuple[np.ndarray, ...] = self.library().load_fashion_mnist(
            n_train, n_test, self.images_folder()
        )
        return loaded

    def images(self, n_train: int, n_test: int) -> tuple[np.ndarray, ...]:
        """As `data`, with images as volumes (1, 28, 28, n)."""
        X_train, y_train, X_test, y_test = self.data(n_train, n_test)
        as_volumes = self.library().as_volumes
        return as_volumes(X_train), y_train, as_volumes(X_test), y_test

    def asset(self, name: str) -> dict[str, np.ndarray]:
        """Arrays of an .npz file in the lab's data folder."""
        with np.load(self.folder() / name, allow_pickle=False) as stored:
            return {key: stored[key] for key in stored.files}

    def metric(self, name: str, value: float) -> None:
        """Keep a number that a case measured, for the report and a leaderboard."""
        self.metrics[name] = float(value)

    # -- what cases ask

    def values(
        self,
        function: str,
        *args: Any,
        rtol: float = 1e-6,
        atol: float = 1e-9,
        no_warnings: bool = False,
        expected: Any = None,
        **kwargs: Any,
    ) -> None:
        """One call gives the reference's structure, shape and values, and changes no input."""

        def compute(ref: Any) -> Any:
            if expected is None:
                fresh = Probe(function, args, kwargs, lambda seen: None).fresh()
                return getattr(ref, function)(*fresh[0], **fresh[1])
            return expected(ref) if callable(expected) else expected

        wanted = self.expect(function, compute)
        self._ask(
            Probe(
                function,
                args,
                kwargs,
                lambda seen: values_problem(seen.value, wanted, rtol, atol),
                quiet=no_warnings,
            )
        )

    def gradient(
        self,
        function: str,
        *args: Any,
        loss: Callable[..., float],
        at: Sequence[np.ndarray],
        limit: float = 1e-5,
        **kwargs: Any,
    ) -> None:
        """One call gives the gradients of `loss(ref, *at)`, found by central differences."""

        def compute(ref: Any) -> Any:
            found = central_differences(lambda *arrays: loss(ref, *arrays), at)
            return found[0] if len(found) == 1 else tuple(found)

        wanted = self.expect(function, compute)
        self._ask(
            Probe(function, args, kwargs, lambda seen: gradient_problem(seen.value, wanted, limit))
        )

    def outcome(
        self,
        function: str,
        *args: Any,
        judge: Callable[[Any], str | None],
        no_warnings: bool = False,
        **kwargs: Any,
    ) -> None:
        """One call whose result `judge` accepts with None or faults with one plain sentence."""

        def verdict(seen: Observation) -> Problem | None:
            try:
                with np.errstate(all="ignore"), warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    sentence = judge(seen.value)
            except Exception:  # the result is not of the kind that the judge reads
                sentence = "The result is not of the kind that the docstring asks for."
            if sentence is None:
                return None
            return Problem("verdict", _sentence(sentence), _sentence(sentence))

        self.expect(function, lambda ref: None)
        self._ask(Probe(function, args, kwargs, verdict, quiet=no_warnings))

    def raises(
        self,
        function: str,
        *args: Any,
        error: type[Exception] = ValueError,
        mentions: Sequence[str] = (),
        **kwargs: Any,
    ) -> None:
        """One call stops with `error`, whose text holds every string of `mentions`."""

        def verdict(seen: Observation) -> Problem | None:
            failure = seen.failure
            if failure is None:
                sentence = f"`{function}` gave a result where a {error.__name__} is right."
            elif failure.kind != "raised":
                return failure_problem(function, failure)
            elif failure.type_name != error.__name__:
                sentence = f"`{function}` stopped with another error than a {error.__name__}."
            elif missing := [word for word in mentions if word not in failure.text]:
                sentence = (
                    f"The text of the {error.__name__} should name "
                    f"{' and '.join(missing)}, so that a reader sees what does not fit."
                    if not self.case.hidden
                    else f"The text of the {error.__name__} does not name all that matters."
                )
            else:
                return None
            return Problem("verdict", sentence, sentence)

        self.expect(function, lambda ref: None)
        self._ask(Probe(function, args, kwargs, verdict, wants_error=True))

    def speed(self, function: str, *args: Any, at_least: float, **kwargs: Any) -> None:
        """One call gives the reference's values `at_least` times faster than plain loops do."""

        def compute(ref: Any) -> Any:
            value = getattr(ref, function)(*copy.deepcopy(args), **copy.deepcopy(kwargs))
            return {"value": value, "seconds": ref.plain_loop_seconds(function, args, kwargs)}

        wanted = self.expect(function, compute)

        def verdict(seen: Observation) -> Problem | None:
            if problem := values_problem(seen.value, wanted["value"]):
                return problem
            if seen.seconds * at_least <= wanted["seconds"]:
                return None
            sentence = (
                f"`{function}` is right, but not {at_least:g} times faster than plain loops: let "
                "one matrix product do the sums."
            )
            return Problem("verdict", sentence, sentence)

        self._ask(Probe(function, args, kwargs, verdict))

    # -- how a case runs

    def _ask(self, probe: Probe) -> None:
        tried = self.observe(probe)
        tried.index = len(self.case.tried)
        self.case.tried.append(tried)
        if tried.problem is not None:
            raise CaseFailed(compose(tried.problem, (), self.case.hidden, tried.note))

    def begin_question(self) -> None:
        """Forget the cases of the question before."""
        self.cases = []

    def begin_case(self, name: str, title: str, hidden: bool) -> None:
        """A case starts."""
        self.case = CaseRun(name, title, hidden)
        self.cases.append(self.case)

    def note_of(self, name: str) -> str:
        """What is to be said of a case that passed, or nothing."""
        notes = [tried.note for case in self.cases if case.name == name for tried in case.tried]
        return next(filter(None, notes), "")

    def explain(self) -> dict[str, tuple[str, list[str]]]:
        """After a question: message and keys of the named mistakes for each failed case."""
        failed = [case for case in self.cases if any(tried.problem for tried in case.tried)]
        if not failed:
            return {}
        ranked = rank(self.cases, self.wrong)
        messages: dict[str, tuple[str, list[str]]] = {}
        for case in failed:
            last = case.tried[-1]
            assert last.problem is not None
            named = [explanation for explanation, cases in ranked if case.name in cases][:2]
            messages[case.name] = (
                compose(last.problem, named, case.hidden, last.note),
                [explanation.key for explanation in named],
            )
        return messages


# ---------------------------------------------------------------- Otter runs the cases

_current: Check | None = None


def use(check: Check) -> None:
    """Make `check` the one that Otter's cases are handed from now on."""
    global _current
    _current = check
    if "otter" in sys.modules:
        _teach_otter()


def _teach_otter() -> None:
    """Let Otter hand `check` and `np` to cases and show a failed case's own sentence.

    Otter's exception-based cases take their arguments from the notebook's names, which a
    student may have overwritten, and show the failing line of the test file, which for a hidden
    case is the secret itself.
    """
    from otter.test_files import exception_test

    if getattr(exception_test.ExceptionTestFile, "speaks_plainly", False):
        return
    plain_run = exception_test.ExceptionTestFile.run
    plain_call = exception_test.test_case.call_func

    def call_func(self: Any, global_environment: Mapping[str, Any]) -> None:
        check = _current
        if check is not None:
            name, title = self.test_func.__name__, _title(self.test_func)
            check.begin_case(name, title, bool(self.hidden))
            global_environment = {**global_environment, "check": check, "np": np}
        plain_call(self, global_environment)

    def error_message(self: Any, excp: BaseException, context: int = 0) -> str:
        if isinstance(excp, CaseFailed):
            return str(excp)
        return "This check itself could not run. Please tell your instructor."

    def run(self: Any, global_environment: Mapping[str, Any]) -> None:
        check = _current
        if check is None:
            plain_run(self, global_environment)
            return
        check.begin_question()
        plain_run(self, global_environment)
        messages = check.explain()
        for result in self.test_case_results:
            function = result.test_case.body.test_func
            if result.passed:
                note = check.note_of(function.__name__)
                result.message = f"✅ {_title(function)}" + (f"\n{note}" if note else "")
            elif function.__name__ in messages:
                result.message = f"❌ {_title(function)}\n{messages[function.__name__][0]}"
            else:
                result.message = result.message.replace("❌ Test case failed\n", "❌ ")

    exception_test.test_case.call_func = call_func
    exception_test.ExceptionTestFile._generate_error_message = error_message
    exception_test.ExceptionTestFile.run = run
    exception_test.ExceptionTestFile.speaks_plainly = True


# ---------------------------------------------------------------- the same cases without Otter


@dataclass(frozen=True)
class Case:
    """One case of a question, as Otter's test file has it."""

    name: str
    title: str
    hidden: bool
    points: float
    function: Callable[..., None]


@dataclass(frozen=True)
class Verdict:
    """What came of a case."""

    case: Case
    passed: bool
    message: str
    named: tuple[str, ...] = ()
    """Keys of the known mistakes that explain the failure, best first."""


def read_cases(path: Path) -> list[Case]:
    """The cases of one of Otter's exception-based test files, without importing Otter.

    Otter takes seconds to import and hundreds of megabytes to install; points are shared as it
    shares them: cases without points of their own split what the others leave of the question's.
    """
    found: list[tuple[Callable[..., None], dict[str, Any]]] = []

    def test_case(**config: Any) -> Callable[[Callable[..., None]], None]:
        return lambda function: found.append((function, config))

    source = path.read_text(encoding="utf-8").replace(
        "from otter.test_files import test_case", "", 1
    )
    env: dict[str, Any] = {"test_case": test_case}
    exec(compile(source, str(path), "exec"), env)
    given = [config.get("points") for _, config in found]
    left = float(env["points"]) - sum(points for points in given if points is not None)
    share = left / max(1, given.count(None))
    return [
        Case(
            function.__name__,
            _title(function),
            bool(config.get("hidden")),
            share if points is None else float(points),
            function,
        )
        for (function, config), points in zip(found, given, strict=True)
    ]


def _title(function: Callable[..., None]) -> str:
    return (function.__doc__ or function.__name__).strip().splitlines()[0]


def run_cases(cases: Sequence[Case], check: Check) -> list[Verdict]:
    """Run a question's cases against `check`; never raises for what a case finds."""
    check.begin_question()
    failed: dict[str, tuple[str, list[str]]] = {}
    for case in cases:
        check.begin_case(case.name, case.title, case.hidden)
        try:
            case.function(**{"check": check, "np": np})
        except CaseFailed as error:
            failed[case.name] = (str(error), [])
    failed |= check.explain()
    return [
        Verdict(case, False, failed[case.name][0], tuple(failed[case.name][1]))
        if case.name in failed
        else Verdict(case, True, check.note_of(case.name))
        for case in cases
    ]


# ---------------------------------------------------------------- recorded outputs


def pack(value: Any, arrays: list[np.ndarray]) -> Any:
    """A JSON tree for a nested value; its arrays are appended to `arrays`."""
    if isinstance(value, dict):
        return {"dict": {key: pack(part, arrays) for key, part in value.items()}}
    if isinstance(value, list | tuple):
        return {type(value).__name__: [pack(part, arrays) for part in value]}
    if value is None or isinstance(value, bool | int | float | str):
        return {"plain": value}
    array = np.asarray(value)
    if array.dtype.kind not in "biufc":
        raise TypeError(f"cannot record {type(value).__name__}")
    arrays.append(array)
    return {"array": len(arrays) - 1}


def unpack(tree: Any, arrays: Callable[[int], np.ndarray]) -> Any:
    """The value that `pack` was given."""
    ((kind, content),) = tree.items()
    if kind == "dict":
        return {key: unpack(part, arrays) for key, part in content.items()}
    if kind == "list":
        return [unpack(part, arrays) for part in content]
    if kind == "tuple":
        return tuple(unpack(part, arrays) for part in content)
    return content if kind == "plain" else arrays(content)


def pack_observation(seen: Observation, arrays: list[np.ndarray]) -> Any:
    """A JSON tree for an observation."""
    failure = seen.failure
    return {
        "value": pack(seen.value, arrays),
        "changed": list(seen.changed),
        "warnings": list(seen.warnings),
        "failure": [failure.kind, failure.type_name, failure.text] if failure else None,
    }


def unpack_observation(tree: Any, arrays: Callable[[int], np.ndarray]) -> Observation:
    """The observation that `pack_observation` was given."""
    return Observation(
        unpack(tree["value"], arrays),
        tuple(tree["changed"]),
        tuple(tree["warnings"]),
        Failure(*tree["failure"]) if tree["failure"] else None,
    )


class Recorded(Check):
    """Answers cases in a student's folder, from outputs recorded when the lab was built."""

    def __init__(self, home: Path, package: Path | None = None) -> None:
        super().__init__()
        self.home = home
        self.package = package or home
        store = np.load(home / "recorded.npz", allow_pickle=False)
        self.manifest: dict[str, Any] = json.loads(store["manifest"].tobytes().decode())
        self._array = lambda index: store[f"a{index}"]
        self._record: dict[str, Any] = {}

    def function(self, name: str) -> Callable[..., Any]:
        """The student's function; raises what importing its module raises."""
        module = importlib.import_module(f"neuralnet.{self.manifest['modules'][name]}")
        found: Callable[..., Any] = getattr(module, name)
        return found

    def expect(self, function: str, compute: Callable[[Any], Any]) -> Any:
        records = self.manifest["cases"].get(self.case.name, [])
        position = len(self.case.tried)
        if position >= len(records):
            raise CaseFailed(
                f"No recorded output for this check of `{function}`: unpack a fresh student.zip "
                "and copy your neuralnet folder into it."
            )
        self._record = records[position]
        return unpack(self._record["expected"], self._array)

    def observe(self, probe: Probe) -> Tried:
        args, kwargs = probe.fresh()
        try:
            function = self.function(probe.function)
        except AttributeError:
            seen = Observation(failure=Failure("missing"))
        except Exception as error:
            seen = Observation(failure=_student_failure(error, "import_failed"))
        else:
            seen = call(function, args, kwargs, STUDENT_SECONDS)
        return Tried(probe, seen, probe.problem(seen))

    def wrong(self, case: CaseRun, tried: Tried) -> Sequence[WrongOutcome]:
        hints = self.manifest["hints"]
        outcomes = []
        for key, tree in self.manifest["cases"][case.name][tried.index]["wrong"].items():
            explanation = Explanation(key, hints[key]["title"], hints[key]["hint"])
            if tree is None:  # right on this probe
                outcomes.append(WrongOutcome(explanation, Observation(), None))
                continue
            seen = unpack_observation(tree, self._array)
            outcomes.append(WrongOutcome(explanation, seen, tried.probe.problem(seen)))
        return outcomes

    def ref(self, name: str) -> Callable[..., Any]:
        return self.function(name)

    def threshold(self, name: str) -> float:
        return float(self.manifest["thresholds"][name])

    def folder(self) -> Path:
        return self.home / "data"

    def images_folder(self) -> Path:
        return self.home / "data"

    def library(self) -> Any:
        return importlib.import_module("labdata")


def _student_failure(error: BaseException, kind: str = "raised") -> Failure:
    """How an exception of the student's code is told to its author."""
    if isinstance(error, NotImplementedError):
        text = str(error)
        name = re.match(r"Lab \d+: (\w+) is not", text)
        return Failure("not_written", text=text, detail=name[1] if name else "")
    where = ""
    if isinstance(error, SyntaxError) and error.filename:
        where = f"{Path(error.filename).name} line {error.lineno}"
        text = error.msg
    else:
        text = str(error)
        trace = error.__traceback__
        while trace is not None:
            source = Path(trace.tb_frame.f_code.co_filename)
            if source.parent.name == "neuralnet":
                where = f"neuralnet/{source.name} line {trace.tb_lineno}"
            trace = trace.tb_next
    return Failure(kind, type(error).__name__, text.strip()[:300], where)


@contextlib.contextmanager
def _deadline(seconds: float) -> Iterator[None]:
    """Raise TimeoutError in the block after `seconds`, where the system can."""
    if (
        not hasattr(signal, "setitimer")
        or threading.current_thread() is not threading.main_thread()
    ):
        yield
        return

    def stop(signum: int, frame: Any) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def call(
    function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], seconds: float
) -> Observation:
    """Call a function in this process and tell what it did."""
    before = copy.deepcopy([a for a in (*args, *kwargs.values()) if not callable(a)])
    started = time.process_time()
    names = [f"argument {i + 1}" for i in range(len(args))] + list(kwargs)
    with (
        warnings.catch_warnings(record=True) as caught,
        np.errstate(over="warn", divide="warn", invalid="warn", under="ignore"),
    ):
        warnings.simplefilter("always")
        try:
            with _deadline(seconds):
                value = function(*args, **kwargs)
        except TimeoutError:
            return Observation(failure=Failure("timeout"))
        except RecursionError as error:
            return Observation(failure=_student_failure(error))
        except Exception as error:
            return Observation(failure=_student_failure(error))
        except SystemExit:
            return Observation(failure=Failure("exited"))
    seconds_used = time.process_time() - started
    after = [a for a in (*args, *kwargs.values()) if not callable(a)]
    kept = [n for n, a in zip(names, (*args, *kwargs.values()), strict=True) if not callable(a)]
    changed = tuple(
        name for name, a, b in zip(kept, before, after, strict=True) if not _identical(a, b)
    )
    kinds = tuple(
        sorted(
            {
                kind
                for item in caught
                if issubclass(item.category, RuntimeWarning)
                for kind in ("overflow", "invalid", "divide")
                if kind in str(item.message)
            }
        )
    )
    return Observation(value, changed, kinds, seconds=seconds_used)


def _identical(a: Any, b: Any) -> bool:
    if isinstance(a, np.random.Generator):
        return True
    if type(a) is not type(b):
        return False
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(_identical(x, y) for x, y in zip(a, b, strict=True))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(_identical(a[key], b[key]) for key in a)
    if isinstance(a, np.ndarray) and isinstance(b, np.ndarray):
        return a.shape == b.shape and a.dtype == b.dtype and a.tobytes() == b.tobytes()
    return bool(a == b)


# ---------------------------------------------------------------- the first cell of a notebook


def start(lab: str) -> Any:
    """Get a notebook ready; gives Otter's `grader`: `grader.check("name")` runs a question."""
    import otter

    home = Path(__file__).resolve().parent
    if str(home) not in sys.path:
        sys.path.insert(0, str(home))
    use(Recorded(home))
    _say_what_is_missing()
    return otter.Notebook(f"{lab}.ipynb", tests_dir=str(home / "tests"))


def _say_what_is_missing() -> None:
    """In a notebook, an unwritten stub stops with its one sentence instead of a traceback."""
    try:
        shell = importlib.import_module("IPython").get_ipython()
    except ImportError:
        return
    if shell is None:
        return

    def sentence(
        self: Any, kind: type, error: BaseException, trace: Any, tb_offset: Any = None
    ) -> list[str]:
        print(f"✋ {error}", file=sys.stderr)
        return [str(error)]

    shell.set_custom_exc((NotImplementedError,), sentence)
