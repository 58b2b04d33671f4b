"""Names a mistake: which known wrong version does what the student's function did."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .calling import Observation
from .comparing import Problem, as_number_array, same
from .probe import Exact, Probe

MESSAGE_LIMIT = 600
"""Longest message of a case, in characters: more is not read."""

TOO_SLOW = "times faster than plain loops"
"""Part of the sentence for a right answer that took too long."""

SERVED_REFUSES = " cannot take these arguments"
"""How a function of the grader's, an earlier one or one that is passed, tells that it raised."""

BY_HEART = "Right on the numbers in your folder, wrong on others of the same kind."
"""How the message of a public case begins that fails when it is asked again."""

_NO_ANSWER = ("timeout", "not_written", "missing", "import_failed")
"""Failures of which no known mistake is an example: none is a stub, or lacks its function."""

CERTAIN = (
    "That much is certain: it was computed from your result. What makes it so is for you to find: "
    "follow one entry from the input to the result."
)
"""The hint beside what was computed from answers, which names no cause."""

NAMED_AT_ONCE = 2
"""Most explanations of one failure: a longer list explains nothing."""


SAME_ANSWER = 2
"""How well a mistake that gives the very same answer explains a failure."""


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


def match(seen: Observation, problem: Problem, wrong: WrongOutcome, exact: Exact = "") -> int:
    """How well a known mistake explains an observation: 0 not at all, 1 alike, 2 the same.

    Alike is the same verdict on another answer, where random draws may differ: see `Probe.exact`.
    """
    if wrong.problem is None:
        return 0
    a, b = seen.failure, wrong.seen.failure
    if a is not None or b is not None:
        if not a or not b or a.kind != b.kind:
            return 0
        if SERVED_REFUSES in a.text:
            return 1  # what it was called with stays unknown
        if a.type_name != b.type_name:
            return 0
        if problem.kind == "failure":  # NumPy and Python word their errors alike for alike code
            return SAME_ANSWER if _accident(a.text) == _accident(b.text) else 0
        return SAME_ANSWER if a.text == b.text else 1  # where one is wanted, everyone words it anew
    if _arguments(seen.changed) != _arguments(wrong.seen.changed):
        return 0
    if problem.kind == "warning" or wrong.problem.kind == "warning":
        if problem.kind != wrong.problem.kind:
            return 0
        alike = seen.warnings == wrong.seen.warnings and same(seen.value, wrong.seen.value)
        return SAME_ANSWER if alike else 1
    if same(seen.value, wrong.seen.value):
        return SAME_ANSWER
    if not problem.kind == wrong.problem.kind == "verdict":
        return 0
    if problem.sentence != wrong.problem.sentence:
        return 0
    if not exact:
        return int(_form(seen.value) == _form(wrong.seen.value))
    return SAME_ANSWER if exact == "first" and _same_first(seen.value, wrong.seen.value) else 0


_INNER_SIZES = re.compile(
    r"not aligned: (\d+) \(dim \d\) != (\d+)|size (\d+) is different from (\d+)"
)
"""What np.dot and @ say of two matrices whose inner sizes differ."""


def _accident(text: str) -> tuple[str, list[str]]:
    """An error's words and, in any order, its sizes: they tell one mistake from another."""
    if inner := _INNER_SIZES.search(text):
        return "inner sizes", sorted(size for size in inner.groups() if size)
    return re.sub(r"\d+", "", text), sorted(
        size for size in re.findall(r"\d+", text) if size != "1"
    )


def _form(value: Any) -> Any:
    """Shapes and lengths of a result, which random draws leave as they are."""
    if isinstance(value, dict):
        return {key: _form(part) for key, part in value.items()}
    array = as_number_array(value)
    if array is not None:
        return array.shape
    return [_form(part) for part in value] if isinstance(value, list | tuple) else None


def _same_first(a: Any, b: Any) -> bool:
    """Whether two results, layers and then losses, have the same layers."""
    parts = (list, tuple)
    return (
        isinstance(a, parts)
        and isinstance(b, parts)
        and min(len(a), len(b)) > 1
        and isinstance(a[0], list | tuple | dict)
        and same(list(a[:-1]), list(b[:-1]))
    )


def _arguments(changed: Sequence[str]) -> set[str]:
    """Names of changed arguments, of paths such as `H[1]` or `params (length)`."""
    return {path.partition("[")[0].partition(" ")[0] for path in changed}


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
    again: bool = False
    """Whether a public case is asked once more, with numbers that are in no student's folder."""
    computed: int = 0
    """How often it has used `Check.once`."""

    @property
    def key(self) -> str:
        """What is known of its probes is kept under this name."""
        return f"{self.name} again" if self.again else self.name

    @property
    def failed(self) -> bool:
        """Whether its last probe found a problem."""
        return bool(self.tried) and self.tried[-1].problem is not None


@dataclass
class _Evidence:
    """What the probes of a question say about one known mistake."""

    explanation: Explanation
    degrees: dict[str, int] = field(default_factory=dict)
    """How well it explains a failed case, by the case's name."""
    refused: set[str] = field(default_factory=set)
    """Of these, cases in which an earlier function refused what it got: whatever that was."""
    common: set[str] = field(default_factory=set)
    """Of these, cases with an answer that many mistakes could give."""
    differs: set[str] = field(default_factory=set)
    """Failed cases in which it fails as well, but with another answer."""
    passes: set[str] = field(default_factory=set)
    """Failed cases that it passes."""
    refuted: bool = False
    """Whether it fails where the student passed."""
    doubted: bool = False
    """Whether a probe with random draws, whose judge may remember others, speaks against it."""

    @property
    def certain(self) -> set[str]:
        """Cases in which it gives the very same answer."""
        return {case for case, degree in self.degrees.items() if degree == SAME_ANSWER}

    @property
    def whole(self) -> bool:
        """Whether it explains every failure."""
        return not self.differs and not self.passes

    @property
    def likely(self) -> bool:
        """Whether it fails where the student does, mostly with the very same telling answer."""
        return not self.passes and len(self.certain - self.common) >= max(1, len(self.differs))


def rank(
    cases: Sequence[CaseRun],
    wrong: Callable[[CaseRun, Tried], Sequence[WrongOutcome]],
    sound: Callable[[CaseRun, Tried], bool] = lambda case, tried: False,
) -> list[tuple[Explanation, set[str]]]:
    """Known mistakes that explain a question's failures, best first, with the cases they explain.

    `sound` tells of a probe with random draws whether a right answer of our own passes it, too.

    A wrong name leads a student astray, so none is given for what may be something else:

    - a mistake that fails where the student passed is refuted;
    - one that explains everything, or fails on the same cases mostly with the same answers, is
      named; several that explain some cases each are only where nothing is left unexplained;
    - an identical answer goes before one that is merely alike, and many that are alike are none;
    - one that is identical in every failed case leaves no room for others;
    - that an earlier function refused what it got says little: many mistakes may hand that over.
    """
    found = _evidence(cases, wrong, sound)
    open_ = [one for one in found.values() if one.degrees and not one.refuted]
    failed = {case for one in found.values() for case in one.degrees | _none(one)}
    certain = [one for one in open_ if one.certain]
    named = [one for one in certain if one.whole] or [one for one in certain if one.likely]
    if not named:
        parts = [one for one in certain if not one.differs]
        if parts and failed <= set().union(*(one.certain for one in parts)):
            named = parts
    if not named:
        alike = [one for one in open_ if one.whole and not one.certain and not one.doubted]
        alike = [one for one in alike if one.degrees.keys() - one.refused]
        named = alike if len(alike) <= NAMED_AT_ONCE else []
    named = [one for one in named if one.certain >= failed] or named
    named.sort(key=lambda one: (-sum(one.degrees.values()), one.explanation.key))
    return [(one.explanation, set(one.degrees)) for one in named]


def _none(one: _Evidence) -> dict[str, int]:
    return dict.fromkeys(one.differs | one.passes, 0)


def _evidence(
    cases: Sequence[CaseRun],
    wrong: Callable[[CaseRun, Tried], Sequence[WrongOutcome]],
    sound: Callable[[CaseRun, Tried], bool],
) -> dict[str, _Evidence]:
    found: dict[str, _Evidence] = {}
    for case in cases:
        for tried in case.tried:
            if _says_nothing(tried):
                continue
            for outcome in wrong(case, tried):
                one = found.setdefault(outcome.explanation.key, _Evidence(outcome.explanation))
                if tried.problem is None:
                    if outcome.problem is None or one.refuted:
                        continue
                    if not tried.probe.drawn:
                        one.refuted = True
                    elif not same(tried.seen.value, outcome.seen.value):
                        one.doubted = True
                        one.refuted = sound(case, tried)
                elif degree := match(tried.seen, tried.problem, outcome, tried.probe.fixed):
                    one.degrees[case.name] = degree
                    if tried.seen.failure and SERVED_REFUSES in tried.seen.failure.text:
                        one.refused.add(case.name)
                    if tried.problem.kind == "values" and _all_equal(tried.seen.value):
                        one.common.add(case.name)
                elif not _comparable(tried, outcome):
                    one.doubted = True
                else:
                    (one.passes if outcome.problem is None else one.differs).add(case.name)
    return found


def _comparable(tried: Tried, outcome: WrongOutcome) -> bool:
    """Whether the answer of a mistake would be the student's, or of its form, if it were theirs."""
    if tried.probe.fixed:
        return True
    if tried.seen.failure or outcome.seen.failure:
        return False
    return bool(_form(tried.seen.value) != _form(outcome.seen.value))


def _all_equal(value: Any) -> bool:
    """Whether a result is the same number everywhere, such as 0."""
    array = as_number_array(value)
    return array is not None and array.size > 0 and bool(np.all(array == array.flat[0]))


def _says_nothing(tried: Tried) -> bool:
    """Whether a failure is about time alone, or that there is no code to run: it speaks neither for
    a mistake nor against one."""
    failure = tried.seen.failure
    return (failure is not None and failure.kind in _NO_ANSWER) or (
        tried.problem is not None and TOO_SLOW in tried.problem.sentence
    )


def compose(problem: Problem, named: Sequence[Explanation], hidden: bool, note: str = "") -> str:
    """The message of a failed case, at most `MESSAGE_LIMIT` characters, a whole sentence first."""
    lines = []
    said = (problem.sentence, problem.general)
    if named := [one for one in named if as_sentence(one.title) not in said]:
        first = named[0]
        # Where values may be shown, the place and the numbers are a better hint than where to look.
        numbers = not hidden and bool(problem.hint) and first.hint.endswith(CERTAIN)
        lines += [
            as_sentence(first.title),
            first.hint.removesuffix(CERTAIN).strip() if numbers else first.hint,
        ]
        if len(named) > 1:
            lines.append("Or perhaps: " + as_sentence(named[1].title))
        if not hidden:
            lines.append(problem.sentence)
            if numbers or problem.kind == "failure":  # of that, the raw error and its line
                lines.append(problem.hint)
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


def as_sentence(text: str) -> str:
    text = text.strip()
    return text if text.endswith((".", "!", "?")) else text + "."
