"""The object that cases call: `check.values(…)`, `check.gradient(…)`, `check.outcome(…)`."""

from __future__ import annotations

import contextlib
import copy
import re
import warnings
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from .calling import Observation
from .comparing import Problem, gradient_problem, kind_of, shapes_in, slack, values_problem
from .naming import (
    NAMED_AT_ONCE,
    TOO_SLOW,
    CaseRun,
    Tried,
    WrongOutcome,
    as_sentence,
    compose,
    rank,
)
from .patterns import Contract, describe
from .probe import Exact, Probe, failure_problem


def _names(text: str, word: str) -> bool:
    """Whether a text holds a word in any case, or a number that is not part of another one."""
    if word.isdecimal():
        return re.search(rf"(?<![\d.]){word}(?!\.?\d)", text) is not None
    return word.lower() in text.lower()


def _listed(words: Sequence[str]) -> str:
    """As in a sentence: a, b and c."""
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))


class CaseFailed(AssertionError):
    """A case's verdict: the text is the message for the student."""


class CaseBroken(Exception):
    """A case stopped on its own code: the lab's fault, never the student's."""


class Check:
    """What a case calls. Subclasses say where the function runs and what is expected."""

    def __init__(self) -> None:
        self.question = ""
        self.case = CaseRun("", "", hidden=False)
        self.runs: dict[str, list[CaseRun]] = {}
        """The cases that were run, by question."""
        self.broken: list[str] = []
        """What stopped cases that cannot run, a sentence each."""
        self.metrics: dict[str, float] = {}
        """Numbers that cases measured, such as an accuracy, by name."""

    # -- to be answered by subclasses

    def observe(self, probe: Probe) -> Tried:
        """Call the student's function for `probe` and judge what it did."""
        raise NotImplementedError

    def wrong(self, case: CaseRun, tried: Tried) -> Sequence[WrongOutcome]:
        """What the known wrong versions do on a probe."""
        raise NotImplementedError

    def sound(self, case: CaseRun, tried: Tried) -> bool:
        """Whether a right answer with draws of its own passes a probe that the student passed.

        Where not, or where nobody knows, its judge may remember what the student gave before.
        """
        return False

    def contract_of(self, function: str) -> Contract:
        """What is known of a function's arguments and results by their names."""
        return Contract.read(self.ref(function))

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

    def written_at(self, case: str, line: int) -> str:
        """File and line where the lab's author wrote a line of a case; nothing if nobody knows."""
        return ""

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

    def held_back(self, n: int) -> tuple[np.ndarray, np.ndarray]:
        """(X, y) of the first n images that no student's folder holds: for hidden cases alone."""
        raise NotImplementedError

    def images(self, n_train: int, n_test: int) -> tuple[np.ndarray, ...]:
        """As `data`, with images as volumes (1, 28, 28, n)."""
        X_train, y_train, X_test, y_test = self.data(n_train, n_test)
        as_volumes = self.library().as_volumes
        return as_volumes(X_train), y_train, as_volumes(X_test), y_test

    def asset(self, name: str) -> dict[str, np.ndarray]:
        """Arrays of an .npz file in the lab's data folder."""
        with np.load(self.folder() / name, allow_pickle=False) as stored:
            return {key: stored[key] for key in stored.files}

    def once(self, compute: Callable[[], Any]) -> Any:
        """What a case works out from its own inputs alone, never from an answer.

        A grader does so once for a whole class, and nobody may change it afterwards.
        """
        return compute()

    def metric(self, name: str, value: float) -> None:
        """Keep a number that a case measured, for the report and a leaderboard.

        The first one counts: later ones come from trying known mistakes on the same case.
        """
        if np.isfinite(value):
            self.metrics.setdefault(name, float(value))

    def slack(self, value: Any, *given: Any) -> float:
        """What a judge adds to its tolerance: more than 0 where `value` was computed in float32."""
        return slack(value, *given)

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

        wanted, given = self.expect(function, compute), (args, kwargs)
        names = self.contract_of(function).parts
        self._ask(
            Probe(
                function,
                args,
                kwargs,
                lambda seen: values_problem(
                    seen.value, wanted, rtol, atol, given=given, names=names
                ),
                quiet=no_warnings,
                right=wanted,
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
            found = ref.central_differences(lambda *arrays: loss(ref, *arrays), at)
            return found[0] if len(found) == 1 else tuple(found)

        wanted, given = self.expect(function, compute), (args, kwargs)
        names = self.contract_of(function).parts
        self._ask(
            Probe(
                function,
                args,
                kwargs,
                lambda seen: gradient_problem(seen.value, wanted, limit, given=given, names=names),
                right=wanted,
            )
        )

    def outcome(
        self,
        function: str,
        *args: Any,
        judge: Callable[[Any], str | None],
        no_warnings: bool = False,
        exact: Exact = "",
        **kwargs: Any,
    ) -> None:
        """One call whose result `judge` accepts with None or faults with one plain sentence.

        `exact`: no random draw decides about the result ("all") or its "first" part, the params, so
        a mistake is named by these numbers and not by the sentence alone.
        """

        def verdict(seen: Observation) -> Problem | None:
            try:
                with np.errstate(all="ignore"), warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    sentence = judge(seen.value)
            except (CaseBroken, NameError, OSError):
                raise  # not the result's doing
            except Exception:  # the result is not of the kind that the judge reads
                general = "The result is not of the kind that the docstring asks for."
                kind = kind_of(seen.value)
                if shapes := shapes_in(seen.value):
                    general = "The shapes in the result are not what the docstring asks for."
                    kind += shapes
                told = f"The result is {kind}: not what the docstring asks for."
                return Problem("verdict", told, general)
            if sentence is None:
                return None
            if not isinstance(sentence, str):
                raise CaseBroken(
                    f"the judge gave {sentence!r}: None accepts a result, a sentence faults it"
                )
            return Problem("verdict", as_sentence(sentence), as_sentence(sentence))

        self.expect(function, lambda ref: None)
        self._ask(Probe(function, args, kwargs, verdict, quiet=no_warnings, exact=exact))

    def raises(
        self,
        function: str,
        *args: Any,
        error: type[Exception] = ValueError,
        mentions: Sequence[str | Sequence[str]] = (),
        **kwargs: Any,
    ) -> None:
        """One call stops with `error`, whose text names all of `mentions`.

        Several strings in the place of one are as many ways to name the same thing, such as
        ("stride", "3"): the first is what a student is told.
        """
        wanted = [(m,) if isinstance(m, str) else tuple(m) for m in mentions]

        def verdict(seen: Observation) -> Problem | None:
            failure = seen.failure
            if failure is None:
                sentence = f"`{function}` gave a result where a {error.__name__} is right."
            elif failure.kind != "raised":
                return failure_problem(function, failure)
            elif failure.type_name != error.__name__:
                sentence = f"`{function}` stopped with another error than a {error.__name__}."
            elif missing := [
                ways[0] for ways in wanted if not any(_names(failure.text, way) for way in ways)
            ]:
                sentence = (
                    f"The text of the {error.__name__} should name "
                    f"{_listed(missing)}, so that a reader sees what does not fit."
                    if not self.case.hidden
                    else f"The text of the {error.__name__} does not name all that matters."
                )
            else:
                return None
            return Problem("verdict", sentence, sentence)

        self.expect(function, lambda ref: None)
        self._ask(Probe(function, args, kwargs, verdict, wants_error=True))

    def speed(self, function: str, *args: Any, at_least: float, than: str, **kwargs: Any) -> None:
        """One call gives the reference's values `at_least` times faster than plain loops do.

        `than` is the plain loops' name in the lab's catalogue.
        """

        def compute(ref: Any) -> Any:
            value = getattr(ref, function)(*copy.deepcopy(args), **copy.deepcopy(kwargs))
            return {"value": value, "seconds": ref.seconds_of(than, args, kwargs)}

        wanted = self.expect(function, compute)

        def verdict(seen: Observation) -> Problem | None:
            if problem := values_problem(seen.value, wanted["value"], given=args):
                return problem
            if seen.seconds * at_least <= wanted["seconds"]:
                return None
            sentence = (
                f"`{function}` is right, but not {at_least:g} {TOO_SLOW}: let "
                "one matrix product do the sums."
            )
            return Problem("verdict", sentence, sentence)

        right = wanted["value"]
        self._ask(Probe(function, args, kwargs, verdict, timed=True, right=right))

    # -- how a case runs

    def _ask(self, probe: Probe) -> None:
        tried = self.observe(probe)
        for _ in range(2):  # a machine can be busy for a moment, code is quick or slow
            if not (tried.problem and TOO_SLOW in tried.problem.sentence):
                break
            tried = self.observe(probe)
        tried.index = len(self.case.tried)
        self.case.tried.append(tried)
        if tried.problem is not None:
            raise CaseFailed(compose(tried.problem, (), self.case.hidden, tried.note))

    @property
    def cases(self) -> list[CaseRun]:
        """The cases of the present question that were run."""
        return self.runs.setdefault(self.question, [])

    def begin(self) -> None:
        """Forget all cases."""
        self.runs = {}

    def begin_question(self, name: str) -> None:
        """The cases of `name` come next; its public and its hidden ones may come apart."""
        self.question = name

    def run(self, case: CaseRun, body: Callable[[], None]) -> None:
        """Run the body of a case; raises CaseFailed with the message where it fails."""
        self.case = case
        self.cases.append(case)
        body()

    def run_again(self, case: CaseRun, body: Callable[[], None]) -> None:
        """Run the body of a public case that passed with other numbers; only a grader has them."""

    def note_of(self, name: str) -> str:
        """What is to be said of a case that passed, or nothing."""
        notes = [tried.note for case in self.cases if case.name == name for tried in case.tried]
        return next(filter(None, notes), "")

    def answer(self, case: CaseRun, tried: Tried) -> Any:
        """The right answer to a probe, where there is only one and it is known here."""
        return tried.probe.right

    def _known(self, case: CaseRun) -> CaseRun:
        """A case beside whose failed probe the right answer stands, as far as draws leave it."""
        if not case.failed:
            return case
        *passed, tried = case.tried
        right, got = self.answer(case, tried), tried.seen.value
        if tried.probe.exact == "first" and isinstance(right, tuple):
            parts = got if isinstance(got, list | tuple) and len(got) == len(right) else right
            right, got = right[:-1], None if parts is right else parts[:-1]
            if len(right) == 1:
                right, got = right[0], None if got is None else got[0]
        probe = replace(tried.probe, right=right)
        last = replace(tried, probe=probe, seen=replace(tried.seen, value=got))
        return replace(case, tried=[*passed, last])

    def explain(self) -> dict[str, tuple[str, list[str]]]:
        """After a question: message and keys of the named mistakes for each failed case."""
        failed = [case for case in self.cases if any(tried.problem for tried in case.tried)]
        if not failed:
            return {}
        ranked = rank(self.cases, self.wrong, self.sound)
        if not ranked:  # a sentence more is no reason to stop on what student code makes up
            with contextlib.suppress(Exception):
                known = list(map(self._known, self.cases))
                ranked = describe(known, self.contract_of(self.question))
        messages: dict[str, tuple[str, list[str]]] = {}
        for case in failed:
            last = case.tried[-1]
            assert last.problem is not None
            named = [explanation for explanation, cases in ranked if case.name in cases]
            named = [] if case.again else named[:NAMED_AT_ONCE]
            messages[case.name] = (
                compose(last.problem, named, case.hidden or case.again, last.note),
                [explanation.key for explanation in named],
            )
        return messages
