"""What the grader knows of a probe: the right answer, and what each known mistake answers.

Inputs of a case depend on nothing but the lab and its seed, so everything here is worked out once
per grading process and used for the whole class.
"""

from __future__ import annotations

import itertools
import re
import time
from collections.abc import Callable, Sequence
from typing import Any

from labkit.lab.lab import Lab
from labkit.mistakes import Catalogue
from labkit.sandbox import Request, Worker
from labkit.student import labcheck
from labkit.student.labcheck import CaseRun, Explanation, Observation, Probe, WrongOutcome

_NAMING_SECONDS = 2.0
"""A probe on which the wrong versions together take longer than this is not used for naming."""

_REFERENCE_SECONDS = 5.0
"""CPU time of the reference, or of one wrong version, on a probe."""

_SLIP = re.compile(
    "(NameError|UnboundLocalError|ImportError|ModuleNotFoundError)|AttributeError: module "
)
"""Errors that nobody's understanding of the subject causes."""

Key = tuple[str, int]


class Knowledge:
    """Right and wrong answers to a lab's probes, kept by case and position."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.catalogue = Catalogue.of(lab)
        self._expected: dict[Key, Any] = {}
        self._computed: dict[Key, Any] = {}
        self._requests: dict[Key, Request | None] = {}
        """Calls that are the same for everybody; None for one that is not, or cannot go early."""
        self._calls: dict[str, int] = {}
        """How many calls a case has asked for so far."""
        self._next: dict[str, str] = {}
        self._wrong: dict[Key, list[tuple[Explanation, Observation]]] = {}
        self._reference: dict[Key, Observation] = {}

    def expected(self, key: Key, compute: Callable[[], Any]) -> Any:
        """The right answer to a probe."""
        if key not in self._expected:
            self._expected[key] = compute()
        return self._expected[key]

    def once(self, key: Key, compute: Callable[[], Any]) -> Any:
        """What a case works out from its own inputs."""
        if key not in self._computed:
            self._computed[key] = compute()
        return self._computed[key]

    def request(self, key: Key, probe: Probe, worker: Worker) -> Request:
        """The call that a probe is, packed: the one that went out already where it is the same."""
        request = worker.request(probe.function, probe.args, probe.kwargs)
        if key not in self._requests:
            # Functions among the arguments belong to this run of the case, and a call that is
            # timed must not begin before its time is taken.
            early = request.message.short and not request.passed and not probe.timed
            self._requests[key] = request if early else None
            self._calls[key[0]] = max(key[1] + 1, self._calls.get(key[0], 0))
        elif (known := self._requests[key]) is not None:
            if known.message == request.message:
                return known
            self._requests[key] = None  # made from an answer: everybody is asked something else
        return request

    def in_order(self, questions: Sequence[Sequence[labcheck.Case]]) -> None:
        """Tell which case comes after which, as `labcheck.run_questions` has them."""
        for cases in questions:
            public = [case.name for case in cases if not case.hidden]
            hidden = [case.name for case in cases if case.hidden]
            again = [CaseRun(name, "", False, again=True).key for name in public]
            for names in (public, hidden, again):
                self._next.update(itertools.pairwise(names))

    def then(self, key: Key) -> list[Request]:
        """The calls that come next in this case and the next ones of its question and kind, as far
        as they are known and can go out early."""
        name, index = key
        found: list[Request] = []
        while name:
            while (request := self._requests.get((name, index := index + 1))) is not None:
                found.append(request)
            if index < self._calls.get(name, 1):
                break
            name, index = self._next.get(name, ""), -1
        return found

    def wrong(self, case: CaseRun, index: int, probe: Probe) -> list[WrongOutcome]:
        """What every known wrong version of the probe's function does on it."""
        key = (case.key, index)
        if key not in self._wrong:
            self._wrong[key] = _run_versions(self.catalogue, probe)
        return [
            WrongOutcome(explanation, seen, probe.problem(seen))
            for explanation, seen in self._wrong[key]
        ]

    def slip(self, key: str) -> str:
        """The error of a wrong version that is no mistake of its kind but a slip in writing it."""
        for explanation, seen in (one for own in self._wrong.values() for one in own):
            failure = seen.failure
            if (
                explanation.key == key
                and failure
                and _SLIP.match(f"{failure.type_name}: {failure.text}")
            ):
                return f"{failure.type_name}: {failure.text}"
        return ""

    def reference(
        self, case: CaseRun, index: int, probe: Probe, run: Callable[..., Any]
    ) -> Observation:
        """What `run`, the reference, gives to a probe."""
        key = (case.key, index)
        if key not in self._reference:
            args, kwargs = probe.fresh()
            self._reference[key] = labcheck.call(run, args, kwargs, seconds=_REFERENCE_SECONDS)
        return self._reference[key]


def _run_versions(catalogue: Catalogue, probe: Probe) -> list[tuple[Explanation, Observation]]:
    found = []
    started = time.process_time()
    for mistake in catalogue.about(probe.function):
        args, kwargs = probe.fresh()
        seen = labcheck.call(mistake.run, args, kwargs, seconds=_REFERENCE_SECONDS)
        if time.process_time() - started > _NAMING_SECONDS:
            return []
        found.append((Explanation(mistake.key, mistake.title, mistake.hint), seen))
    return found
