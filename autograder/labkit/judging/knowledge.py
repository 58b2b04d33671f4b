"""What the grader knows of a probe: the right answer, and what each known mistake answers.

Inputs of a case depend on nothing but the lab and its seed, so everything here is worked out once
per grading process and used for the whole class.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from labkit.lab.lab import Lab
from labkit.mistakes import Catalogue
from labkit.student import labcheck
from labkit.student.labcheck import CaseRun, Explanation, Observation, Probe, WrongOutcome

_NAMING_SECONDS = 2.0
"""A probe on which the wrong versions together take longer than this is not used for naming."""

_REFERENCE_SECONDS = 5.0
"""CPU time of the reference, or of one wrong version, on a probe."""

Key = tuple[str, int]


class Knowledge:
    """Right and wrong answers to a lab's probes, kept by case and position."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.catalogue = Catalogue.of(lab)
        self._expected: dict[Key, Any] = {}
        self._wrong: dict[Key, list[tuple[Explanation, Observation]]] = {}
        self._right: dict[Key, Observation] = {}

    def expected(self, key: Key, compute: Callable[[], Any]) -> Any:
        """The right answer to a probe."""
        if key not in self._expected:
            self._expected[key] = compute()
        return self._expected[key]

    def wrong(self, case: CaseRun, index: int, probe: Probe) -> list[WrongOutcome]:
        """What every known wrong version of the probe's function does on it."""
        key = (case.key, index)
        if key not in self._wrong:
            self._wrong[key] = _run_versions(self.catalogue, probe)
        return [
            WrongOutcome(explanation, seen, probe.problem(seen))
            for explanation, seen in self._wrong[key]
        ]

    def right(self, case: CaseRun, index: int, probe: Probe, run: Callable[..., Any]) -> bool:
        """Whether what `run`, the reference, gives to a probe passes it as it is judged now."""
        key = (case.key, index)
        if key not in self._right:
            args, kwargs = probe.fresh()
            self._right[key] = labcheck.call(run, args, kwargs, seconds=_REFERENCE_SECONDS)
        return probe.problem(self._right[key]) is None


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
