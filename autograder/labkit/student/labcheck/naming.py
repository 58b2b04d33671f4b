"""Names a mistake: which known wrong version does what the student's function did."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from .calling import Observation
from .comparing import Problem, same
from .probe import Exact, Probe

MESSAGE_LIMIT = 600
"""Longest message of a case, in characters: more is not read."""

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
        if not a or not b or (a.kind, a.type_name) != (b.kind, b.type_name):
            return 0
        return SAME_ANSWER if a.text == b.text else 1  # everyone words an error anew
    if _arguments(seen.changed) != _arguments(wrong.seen.changed):
        return 0
    if problem.kind == "warning" or wrong.problem.kind == "warning":
        if problem.kind != wrong.problem.kind:
            return 0
        return SAME_ANSWER if same(seen.value, wrong.seen.value) else 1
    if same(seen.value, wrong.seen.value):
        return SAME_ANSWER
    if not problem.kind == wrong.problem.kind == "verdict":
        return 0
    if problem.sentence != wrong.problem.sentence:
        return 0
    if not exact:
        return 1
    return SAME_ANSWER if exact == "first" and _same_first(seen.value, wrong.seen.value) else 0


def _same_first(a: Any, b: Any) -> bool:
    """Whether two results of several parts begin with the same list or pair."""
    parts = (list, tuple)
    return (
        isinstance(a, parts)
        and isinstance(b, parts)
        and min(len(a), len(b)) > 1
        and isinstance(a[0], parts)
        and same(a[0], b[0])
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

    @property
    def failed(self) -> bool:
        """Whether its last probe found a problem."""
        return bool(self.tried) and self.tried[-1].problem is not None


def rank(
    cases: Sequence[CaseRun], wrong: Callable[[CaseRun, Tried], Sequence[WrongOutcome]]
) -> list[tuple[Explanation, set[str]]]:
    """Known mistakes that explain a question's failures, best first, with the cases they explain.

    A mistake that also tells which probes *pass* is more specific than one that fits a
    single failure; of those that tell everything, the one seen in more probes comes first.
    A mistake that is nowhere the same, only alike, and tells another probe wrongly is a guess: it
    is not named. Nor are many that are only alike: a wrong name leads a student astray.
    """
    contradictions: dict[str, int] = {}
    strength: dict[str, int] = {}
    certain: set[str] = set()
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
                elif degree := match(tried.seen, tried.problem, outcome, tried.probe.exact):
                    strength[key] = strength.get(key, 0) + degree
                    if degree == SAME_ANSWER:
                        certain.add(key)
                    explained.setdefault(key, set()).add(case.name)
                else:
                    contradictions[key] += 1
    fitting = [key for key in explained if key not in certain and not contradictions[key]]
    guesses = fitting if len(fitting) <= NAMED_AT_ONCE else []
    order = sorted(
        [key for key in explained if key in certain or key in guesses],
        key=lambda key: (contradictions[key], -strength[key], key),
    )
    return [(known[key], explained[key]) for key in order]


def compose(problem: Problem, named: Sequence[Explanation], hidden: bool, note: str = "") -> str:
    """The message of a failed case, at most `MESSAGE_LIMIT` characters, a whole sentence first."""
    lines = []
    if named:
        first = named[0]
        lines += [as_sentence(first.title), first.hint]
        if len(named) > 1:
            lines.append("Or perhaps: " + as_sentence(named[1].title))
        if not hidden:
            lines.append(problem.sentence)
            if problem.kind == "failure":  # the raw error and its line
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
