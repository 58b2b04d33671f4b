"""What the grader knows of a probe: the right answer, and what each known mistake answers.

Inputs of a case depend on nothing but the lab and its seed, so everything here is worked out once
per grading process and used for the whole class.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from labkit import catalogue
from labkit.labs import Lab
from labkit.student import labcheck
from labkit.student.labcheck import CaseRun, Explanation, Observation, Probe, WrongOutcome

_NAMING_SECONDS = 2.0
"""A probe on which the wrong versions together take longer than this is not used for naming."""

Key = tuple[str, int]


class Knowledge:
    """Right and wrong answers to a lab's probes, kept by case and position."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        load_catalogue(lab)
        self._expected: dict[Key, Any] = {}
        self._wrong: dict[Key, list[tuple[Explanation, Observation]]] = {}

    def expected(self, key: Key, compute: Callable[[], Any]) -> Any:
        """The right answer to a probe."""
        if key not in self._expected:
            self._expected[key] = compute()
        return self._expected[key]

    def wrong(self, case: CaseRun, index: int, probe: Probe) -> list[WrongOutcome]:
        """What every known wrong version of the probe's function does on it."""
        key = (case.name, index)
        if key not in self._wrong:
            self._wrong[key] = _run_versions(probe)
        return [
            WrongOutcome(explanation, seen, probe.problem(seen))
            for explanation, seen in self._wrong[key]
        ]


def _run_versions(probe: Probe) -> list[tuple[Explanation, Observation]]:
    found = []
    started = time.process_time()
    for entry in catalogue.for_function(probe.function):
        args, kwargs = probe.fresh()
        seen = labcheck.call(entry.run, args, kwargs, seconds=5.0)
        if time.process_time() - started > _NAMING_SECONDS:
            return []
        found.append((Explanation(entry.key, entry.title, entry.hint), seen))
    return found


def load_catalogue(lab: Lab) -> None:
    """Load the catalogue of a lab: the kit's own module, or the lab folder's catalogue.py."""
    own = lab.folder / "catalogue.py"
    if own.is_file():
        functions = {str(k): str(v) for k, v in lab.extra.get("functions", {}).items()}
        catalogue.catalogue_file(own, lab=lab.number, functions=functions)


def titles(keys: Sequence[str], lab: int) -> dict[str, Explanation]:
    """Explanations of a lab's catalogue by key."""
    return {
        entry.key: Explanation(entry.key, entry.title, entry.hint)
        for entry in catalogue.entries(lab)
        if not keys or entry.key in keys
    }
