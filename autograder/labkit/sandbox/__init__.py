"""Runs submissions where they can neither see nor touch the grader.

    with Zygote.start(modules) as zygote, zygote.worker(Code(files)) as worker:
        outcome = worker.call("sigmoid", (z,), {}, seconds=10)

The **zygote** is a clean Python process that holds NumPy and nothing of the grader; it forks one
confined **worker** per submission. Values cross as checked JSON and raw bytes (`protocol`), never
as pickles; what a worker may do is in `restrict` and `confinement`; `exchange` reads what it says.
"""

from __future__ import annotations

from labkit.sandbox.calls import Worker
from labkit.sandbox.code import Code
from labkit.sandbox.confinement import Confinement
from labkit.sandbox.exchange import Request
from labkit.sandbox.launch import Zygote
from labkit.sandbox.outcome import Limits, Outcome, SandboxError
from labkit.student.labcheck.calling import Failure

__all__ = [
    "Code",
    "Confinement",
    "Failure",
    "Limits",
    "Outcome",
    "Request",
    "SandboxError",
    "Worker",
    "Zygote",
]
