"""One call of a contract function, and how to judge what it did."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from .calling import Failure, Observation
from .comparing import Problem
from .graded import PACKAGE

Exact = Literal["", "first", "all"]


@dataclass(frozen=True)
class Probe:
    """One call of a contract function, and how to judge what it did."""

    function: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    judge: Callable[[Observation], Problem | None]
    unchanged: bool = True
    quiet: bool = False
    """Whether a floating-point warning is a problem."""
    wants_error: bool = False
    """Whether an exception is the right answer."""
    timed: bool = False
    """Whether its time is judged, so that nothing else may run in it."""
    exact: Exact = ""
    """What of the answer is the same for the same mistake, however it is written or draws: "all",
    or its "first" part (the params, where losses may be measured at two times)."""
    right: Any = None
    """The right answer, where there is one."""

    @property
    def drawn(self) -> bool:
        """Whether random draws decide about the result."""
        given = (*self.args, *self.kwargs.values())
        return any(isinstance(value, np.random.Generator) for value in given)

    @property
    def fixed(self) -> Exact:
        """What of the answer must be the same for a name: all of it, where nothing is drawn."""
        return self.exact or ("" if self.drawn else "all")

    def problem(self, seen: Observation) -> Problem | None:
        """What is wrong with an observation of this call, or None."""
        if seen.failure is not None and not self.wants_error:
            return failure_problem(self.function, seen.failure)
        if problem := self.judge(seen):
            return problem
        if self.unchanged and seen.changed:
            names = ", ".join(f"`{name}`" for name in seen.changed)
            return Problem(
                "changed",
                f"`{self.function}` changed its input {names}.",
                f"`{self.function}` changed its input.",
                "Build a new array, or work on a copy: the caller still needs the old values.",
            )
        if self.quiet and seen.warnings:
            return Problem(
                "warning",
                f"`{self.function}` gave a NumPy warning ({', '.join(seen.warnings)}).",
                f"`{self.function}` gave a NumPy warning on large numbers.",
                "exp of a large positive number overflows: choose a form in which only "
                "exponents that are 0 or negative occur.",
            )
        return None

    def fresh(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Arguments for one call: copies, so that no call sees another's changes."""
        return tuple(_copied(a) for a in self.args), {k: _copied(v) for k, v in self.kwargs.items()}


def _copied(value: Any) -> Any:
    return value if callable(value) else copy.deepcopy(value)


FAILURE_SENTENCES = {
    "not_written": "`{function}` is not written yet.",
    "missing": "There is no function `{function}` in your package.",
    "import_failed": "The module of `{function}` cannot be imported.",
    "timeout": "`{function}` ran out of time: is there a loop that never ends?",
    "memory": "`{function}` asked for more memory than the limit.",
    "crashed": "`{function}` crashed the Python process.",
    "exited": "`{function}` ended the Python process.",
    "flooded": "`{function}` returned or wrote more data than the limit.",
    "bad_type": "`{function}` returned something that is not made of numbers and arrays.",
    "blocked": "`{function}` tried something that is not allowed while grading.",
    "protocol": "`{function}` disturbed the connection to the grader.",
    "raised": "`{function}` stopped with an error.",
}


def is_blank(function: str, message: str) -> bool:
    """Whether a case's message says that the function was not written, or is not there at all."""
    lead = message.partition("\n")[0]
    return lead in {
        FAILURE_SENTENCES[kind].format(function=function) for kind in ("not_written", "missing")
    }


LIMIT_SENTENCES = {
    "cpu": "It used up the processor time that one call may take.",
    "wall": "It waited for longer than one call may take.",
    "total": "The time for the whole submission was used up before.",
    "served": "It called other functions of the course thousands of times.",
    "question": "An earlier check of this question ran into the time limit.",
    "files": "It wrote more data to files than allowed.",
}
"""Which limit was met, by the worker's word for it."""


def failure_problem(function: str, failure: Failure) -> Problem:
    """The problem that a call without a value is."""
    general = FAILURE_SENTENCES.get(failure.kind, FAILURE_SENTENCES["raised"]).format(
        function=function
    )
    name = failure.type_name
    sentence = general  # with the type, which student code can choose: on public checks alone
    if failure.kind in ("raised", "import_failed") and name:
        sentence = general[:-1] + f" ({name})."
    if failure.kind == "bad_type" and name not in ("", "object"):
        sentence = general[:-1] + f": {name}."
    place = f" at {failure.where}" if failure.where else ""
    text = failure.text.strip()
    told = failure.kind in ("raised", "import_failed", "bad_type")
    hint = f"{failure.type_name or 'Error'}{place}: {text}" if told and (text or place) else ""
    if failure.kind == "bad_type" and name == "generator":
        hint = "A function with `yield` gives its values one by one: return them all in a list."
    if failure.kind == "not_written":
        hint = text.partition(". ")[2]
        if failure.detail and failure.detail != function:
            sentence = f"`{function}` calls `{failure.detail}`, which is not written yet."
            # Code chooses the name of the function that raises: it could tell a hidden input.
            general = f"`{function}`, or something that it calls, is not written yet."
    elif failure.detail in LIMIT_SENTENCES:
        hint = LIMIT_SENTENCES[failure.detail]
    return Problem("failure", sentence, general, hint)


_NO_PYTHON = ("SyntaxError", "IndentationError", "TabError")


def may_be_anothers_fault(function: str, module: str, failure: Failure | None) -> bool:
    """Whether an earlier function can be to blame for a problem of `function` in `module`.

    A wrong value can come from one, and so can an import that fails: it may call one.
    """
    if failure is None:
        return True
    if failure.kind == "import_failed" and failure.type_name in _NO_PYTHON:
        return not failure.where.startswith(f"{PACKAGE}/{module}.py ")
    # An untouched stub names itself; believing it can only cost the student who forges it.
    untouched = failure.kind == "not_written" and failure.detail == function
    return not untouched and failure.kind != "missing"
