"""Recorded calls are known again by what is kept of their arguments."""

from __future__ import annotations

import json
import sys
from types import ModuleType

import numpy as np
import pytest

from labkit.lab.contract import PACKAGE
from labkit.student.labcheck import mark
from labkit.student.labcheck.corrected import Mark, Recording, corrected

MODULE = f"{PACKAGE}.of_a_student"
OWN = "the student's own"


@pytest.fixture
def student(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A module of the package with one function, that gives nothing but OWN."""
    module = ModuleType(MODULE)
    exec(f"def loss(*args, **kwargs):\n    return {OWN!r}", module.__dict__)
    monkeypatch.setitem(sys.modules, MODULE, module)
    return module


def _recorded(*calls: tuple[object, ...]) -> dict[str, tuple[str, list[Recording]]]:
    """Calls of `loss` as they travel; the value of each is its number."""
    found = []
    for number, args in enumerate(calls):
        kept = mark(args, {})
        assert kept is not None
        travelled = Mark(*json.loads(json.dumps(kept)))
        found.append(Recording(travelled, lambda number=number: number))  # type: ignore[misc]
    return {"loss": ("of_a_student", found)}


def _steps() -> list[np.ndarray]:
    """Weights of a training, each a short step from the one before."""
    rng = np.random.default_rng(1)
    return list(np.cumsum(rng.normal(0, 1e-3, (300, 8, 49)), axis=0) + rng.normal(size=(8, 49)))


def test_each_step_of_a_training_is_known_again_though_rounded(student: ModuleType) -> None:
    steps = _steps()
    with corrected(_recorded(*((W, "tanh") for W in steps))):
        assert [student.loss(W * (1 + 1e-9), "tanh") for W in steps] == list(range(300))
        assert student.loss(steps[7].astype(np.float32), activation="tanh") == 7
    assert student.loss(steps[7], "tanh") == OWN


def test_other_arguments_go_to_the_students_own(student: ModuleType) -> None:
    W = _steps()[0]
    changed = W.copy()
    changed[3, 5] += 0.01
    with corrected(_recorded((W, "tanh"), ({"W": W, "b": 0.0}, [W, None]))):
        for args in (
            (changed, "tanh"),
            (W, "relu"),
            (W.T, "tanh"),
            (W[:, ::-1], "tanh"),
            (W * np.nan, "tanh"),
            (W, "tanh", np.random.default_rng(1)),
            ({"W": W, "b": 1.0}, [W, None]),
        ):
            assert student.loss(*args) == OWN
        assert student.loss({"b": 0, "W": W}, (W, None)) == 1
