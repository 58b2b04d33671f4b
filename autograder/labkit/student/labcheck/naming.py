"""Names a mistake: which known wrong version does what the student's function did."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from .calling import Observation
from .comparing import Problem, same
from .probe import Probe

MESSAGE_LIMIT = 600
"""Longest message of a case, in characters: more is not read."""


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


def match(seen: Observation, problem: Problem, wrong: WrongOutcome) -> int:
    """How well a known mistake explains an observation: 0 not at all, up to SAME_ANSWER."""
    if wrong.problem is None:
        return 0
    a, b = seen.failure, wrong.seen.failure
    if a is not None or b is not None:
        return (
            SAME_ANSWER
            if a and b and (a.kind, a.type_name, a.text) == (b.kind, b.type_name, b.text)
            else 0
        )
    if _arguments(seen.changed) != _arguments(wrong.seen.changed):
        return 0
    if problem.kind == "warning" or wrong.problem.kind == "warning":
        if problem.kind != wrong.problem.kind:
            return 0
        return SAME_ANSWER if same(seen.value, wrong.seen.value) else 1
    if same(seen.value, wrong.seen.value):
        return SAME_ANSWER
    if (
        problem.kind == wrong.problem.kind == "verdict"
        and problem.sentence == wrong.problem.sentence
    ):
        return 1
    return 0


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
    The same sentence of a judge is weak evidence, for many mistakes earn it: it counts where no
    passed probe disproves the mistake, and no other mistake is as likely.
    """
    contradictions: dict[str, int] = {}
    disproved: set[str] = set()
    strength: dict[str, int] = {}
    explained: dict[str, set[str]] = {}
    alike: dict[str, set[str]] = {}
    known: dict[str, Explanation] = {}
    for case in cases:
        for tried in case.tried:
            for outcome in wrong(case, tried):
                key = outcome.explanation.key
                known[key] = outcome.explanation
                contradictions.setdefault(key, 0)
                if tried.problem is None:
                    if outcome.problem is not None:
                        contradictions[key] += 1
                        disproved.add(key)
                elif degree := match(tried.seen, tried.problem, outcome):
                    strength[key] = strength.get(key, 0) + degree
                    found = explained if degree == SAME_ANSWER else alike
                    found.setdefault(key, set()).add(case.name)
                else:
                    contradictions[key] += 1
    likely = [key for key in alike if key not in disproved]
    for key in likely:
        for name in alike[key]:
            if key in explained or not any(
                name in alike[other] and contradictions[other] <= contradictions[key]
                for other in likely
                if other != key
            ):
                explained.setdefault(key, set()).add(name)
    order = sorted(explained, key=lambda key: (contradictions[key], -strength[key], key))
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
