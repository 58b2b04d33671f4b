"""Answers cases in a student's folder, from outputs recorded when the lab was built."""

from __future__ import annotations

import functools
import importlib
import importlib.util
import inspect
import io
import json
import sys
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from .calling import Failure, Observation, attempt, call, deprecations, noticing
from .check import CaseBroken, CaseFailed, Check
from .comparing import Problem
from .corrected import Mark, Recording, corrected
from .graded import PACKAGE
from .limits import LOAD_SECONDS
from .naming import CaseRun, Explanation, Tried, WrongOutcome, compose
from .patterns import Contract
from .probe import Probe, may_be_anothers_fault

REJUDGED = (
    "Your own earlier functions made this check fail; with correct ones in their place it passes, "
    "so it counts."
)
"""What is said of a case that passes in this way."""

TWICE = "-twice"
"""Behind how a case ended the process, where it did so with correct earlier functions as well."""


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
    """Answers cases in a student's folder, from outputs recorded when the lab was built.

    `package` is the folder that holds the package to import, `lost` the cases that ended the
    process before, with how: "timeout" or "crashed". `passing` are the functions whose own public
    checks pass: nobody is sent to them.
    """

    def __init__(
        self, home: Path, package: Path | None = None, lost: Mapping[str, str] | None = None
    ) -> None:
        super().__init__()
        self.home = home
        self.package = package or home
        self.passing: set[str] = set()
        # Not np.load: it looks for each of thousands of arrays in a list of their names.
        self._store = zipfile.ZipFile(home / "recorded.npz")
        manifest = self._member("manifest").tobytes().decode()
        self.manifest: dict[str, Any] = json.loads(manifest)
        self._record: dict[str, Any] = {}
        self._lost = lost or {}
        self._limits = self.manifest["limits"]
        self._given = frozenset(self.manifest["given"])
        self._loaded: dict[str, Failure | None] = {}
        self._exhausted: set[str] = set()
        """Ways of asking (as handed in, corrected) that ran out of time in this question."""
        self._slow: set[str] = set()
        self._which = "own"
        self._spent = 0.0
        self._leans_on: dict[str, None] = {}
        """Functions of the student's own that the case at hand takes for right."""
        self._deprecated: dict[str, tuple[str, ...]] = {}
        """What modules use while they are imported that a later NumPy refuses."""

    def _array(self, index: int) -> np.ndarray:
        return self._member(f"a{index}")

    def _member(self, name: str) -> np.ndarray:
        content = io.BytesIO(self._store.read(f"{name}.npy"))
        found: np.ndarray = np.lib.format.read_array(content, allow_pickle=False)
        return found

    def begin_question(self, name: str) -> None:
        super().begin_question(name)
        self._exhausted = set()

    def function(self, name: str) -> Callable[..., Any]:
        """The student's function; raises what importing its module raises."""
        module = importlib.import_module(f"{PACKAGE}.{self.manifest['modules'][name]}")
        found: Callable[..., Any] = getattr(module, name)
        return found

    def contract_of(self, function: str) -> Contract:
        return Contract.of(self.manifest["contracts"].get(function, {}), self._neighbours(function))

    def _neighbours(self, function: str) -> frozenset[str]:
        try:
            return frozenset(getattr(inspect.unwrap(self.function(function)), "__globals__", ()))
        except Exception:  # whatever importing it raises was told already
            return frozenset()

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
        seen = self._observed(probe)
        self._spent += seen.seconds
        if seen.failure is not None and seen.failure.kind == "timeout":
            self._exhausted.add(self._which)
            self._slow.add(probe.function)
        problem = probe.problem(seen) or self._outdated(seen)
        tried = Tried(probe, seen, problem)
        if problem is None and seen.deprecated:
            tried.note = f"This will be an error in a later NumPy: {seen.deprecated[0]}"
        return tried

    def run(self, case: CaseRun, body: Callable[[], None]) -> None:
        """As handed in; where that fails, again with earlier functions right, as in grading."""
        calls = self._nested(case.name)
        own_first = not self._slow & calls.keys()
        first = self._attempt(case, body, None if own_first else calls)
        runs = [first]
        if first.failed and (not own_first or self._may_be_anothers_fault(first, bool(calls))):
            runs.append(self._attempt(case, body, calls if own_first else None))
        best = next((run for run in runs if not run.failed), runs[-1 if own_first else 0])
        own = runs[0 if own_first else -1]
        if best.failed and len(runs) > 1:
            best = own
            best.tried[-1].note = self._begin_with({**calls, **self._leans_on}, "this once more")
        elif not best.failed and (best is not own or not own_first) and best.tried:
            best.tried[-1].note = REJUDGED
        elif best.failed and self._leans_on:
            best.tried[-1].note = self._begin_with(self._leans_on, "this")
        self.case = best
        self.cases.append(best)
        if best.failed:
            problem = best.tried[-1].problem
            assert problem is not None
            raise CaseFailed(compose(problem, (), best.hidden, best.tried[-1].note))

    def _attempt(
        self,
        case: CaseRun,
        body: Callable[[], None],
        calls: dict[str, tuple[str, list[Recording]]] | None,
    ) -> CaseRun:
        """Run a case as handed in, or with earlier functions that give what is recorded."""
        self.case = CaseRun(case.name, case.title, case.hidden)
        self._leans_on = {}
        self._which = "own" if calls is None else "corrected"
        if calls:  # what is to be replaced must be there
            homes = [module for module, _ in calls.values()]
            for module in (*homes, self.manifest["modules"][self.question]):
                self._load(module)
        with corrected(calls or {}):
            try:
                body()
            except CaseFailed:
                if not self.case.failed:  # nothing was asked: the folder itself is broken
                    raise
        return self.case

    def _may_be_anothers_fault(self, run: CaseRun, recorded: bool) -> bool:
        """Whether an earlier function of the student's can have caused the failure."""
        failure, function = run.tried[-1].seen.failure, run.tried[-1].probe.function
        if not recorded or self._hopeless(run.name):
            return False
        # Modules are imported once, so where an import fails only the note says what grading does.
        return may_be_anothers_fault(function, self.manifest["modules"][function], failure)

    def _hopeless(self, case: str) -> bool:
        """Whether a case ended the process with correct earlier functions, too."""
        return self._lost.get(case, "").endswith(TWICE)

    def _nested(self, case: str) -> dict[str, tuple[str, list[Recording]]]:
        """Recorded calls of earlier functions, by their names, each with its module."""
        found: dict[str, tuple[str, list[Recording]]] = {}
        for record in self.manifest["cases"].get(case, ()):
            for name, *kept, tree in record.get("nested", ()):
                module = self.manifest["modules"][name]
                value = functools.partial(unpack, tree, self._array)
                found.setdefault(name, (module, []))[1].append(Recording(Mark(*kept), value))
        return found

    def _observed(self, probe: Probe) -> Observation:
        lost = self._lost.get(self.case.name)
        if lost and (self._which == "own" or self._hopeless(self.case.name)):
            how = Failure("timeout" if lost.startswith("timeout") else "crashed")
            return Observation(failure=how)
        if self._which in self._exhausted:
            # As in grading: one endless loop need not be waited for twice.
            return Observation(failure=Failure("timeout", detail="question"))
        if self._spent >= self._limits["total_seconds"]:
            return Observation(failure=Failure("timeout", detail="total"))
        module = self.manifest["modules"][probe.function]
        if failure := self._load(module):
            return Observation(failure=failure)
        function = getattr(sys.modules[f"{PACKAGE}.{module}"], probe.function, None)
        if not callable(function):
            return Observation(failure=Failure("missing"))
        args, kwargs = probe.fresh()
        seen = call(function, args, kwargs, self._limits["call_seconds"], given=self._given)
        return replace(seen, deprecated=seen.deprecated + self._deprecated[module])

    def _load(self, module: str) -> Failure | None:
        """Import a module of the package, once; gives why it cannot be imported."""
        if module not in self._loaded:
            with noticing() as caught:
                _, failure = attempt(
                    lambda: importlib.import_module(f"{PACKAGE}.{module}"),
                    LOAD_SECONDS,
                    self._given,
                    kind="import_failed",
                )
            path = self.package / PACKAGE / module
            if failure and not (path.with_suffix(".py").exists() or path.exists()):
                failure = Failure("missing")
            self._loaded[module] = failure
            self._deprecated[module] = deprecations(caught)
        return self._loaded[module]

    def _outdated(self, seen: Observation) -> Problem | None:
        """The problem that grading's NumPy refuses what this one only warns of."""
        here = ".".join(np.__version__.split(".")[:2])
        there = self.manifest["numpy"]
        if not seen.deprecated or here == there:
            return None
        sentence = f"This NumPy ({here}) only warns of it; grading has NumPy {there}."
        return Problem("failure", sentence, sentence, seen.deprecated[0])

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

    def _begin_with(self, functions: Iterable[str], what: str) -> str:
        """A note about functions of the package that the answer may be due to."""
        names = [f"`{name}`" for name in functions if name not in self.passing]
        if not names:
            return ""
        subject = f"{', '.join(names[:-1])} and {names[-1]} are" if names[1:] else f"{names[0]} is"
        return f"If {subject} not right yet, begin there: grading asks {what} with a correct one."

    def ref(self, name: str) -> Callable[..., Any]:
        module = self.manifest["modules"][name]
        if module in self._given:
            return self.function(name)
        self._leans_on[name] = None
        own = None if self._load(module) else getattr(sys.modules[f"{PACKAGE}.{module}"], name, 0)
        return own if callable(own) else _unusable(name, module)

    def threshold(self, name: str) -> float:
        if name not in self.manifest["thresholds"]:
            raise CaseBroken(f"[thresholds] of lab.toml has no {name!r}")
        return float(self.manifest["thresholds"][name])

    def folder(self) -> Path:
        return self.home / "data"

    def images_folder(self) -> Path:
        return self.home / "data"

    def library(self) -> Any:
        # Not by its name, which a file of the student's may have.
        return _library(self.home / "labdata.py")


def _unusable(name: str, module: str) -> Callable[..., Any]:
    """In the place of a function of the student's that is not there: the case itself can run."""

    def unusable(*_: Any, **__: Any) -> Any:
        raise ImportError(f"your {name} in {PACKAGE}/{module}.py cannot be used yet")

    return unusable


@functools.cache
def _library(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location("_labdata_of_the_kit", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
