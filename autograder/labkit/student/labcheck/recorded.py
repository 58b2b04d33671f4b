"""Answers cases in a student's folder, from outputs recorded when the lab was built."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .calling import Failure, Observation, call, student_failure
from .check import CaseFailed, Check
from .naming import CaseRun, Explanation, Tried, WrongOutcome
from .probe import Probe

STUDENT_SECONDS = 60.0
"""Wall seconds that one call may take in a student's folder."""


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
            seen = Observation(failure=student_failure(error, "import_failed"))
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
