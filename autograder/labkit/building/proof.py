"""Proves of a built lab that the solution earns everything and the untouched stubs nothing."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context

from labkit.base.errors import CheckFailedError
from labkit.base.files import write_text
from labkit.building.build import built, kept_at
from labkit.judging.grader import Grader
from labkit.lab import stubs
from labkit.lab.bundle import Bundle
from labkit.lab.lab import Lab

_STAMP = "proved.txt"


def proved(labs: Sequence[Lab], own_work: bool = False) -> Iterator[tuple[Bundle, str]]:
    """Each lab built, and what `prove` says of it, in their order; as many at once as cores."""
    new = [lab for lab in labs if not (kept_at(lab, own_work) / _STAMP).is_file()]
    jobs = min(os.cpu_count() or 1, len(new))
    if jobs <= 1:
        yield from (_proved(own_work, lab) for lab in labs)
        return
    # Ctrl-C reaches them all: who ends is decided here.
    ignored = (signal.SIGINT, signal.SIG_IGN)
    pool = ProcessPoolExecutor(
        jobs, mp_context=get_context("spawn"), initializer=signal.signal, initargs=ignored
    )
    try:
        yield from pool.map(partial(_proved, own_work), labs)
    finally:
        pool.shutdown(cancel_futures=True)


def _proved(own_work: bool, lab: Lab) -> tuple[Bundle, str]:
    bundle = built(lab, own_work)
    return bundle, prove(bundle)


def prove(bundle: Bundle) -> str:
    """One line saying that the proof holds; it is made once for each built lab.

    Raises CheckFailedError with the case that breaks it.
    """
    stamp = bundle.root / _STAMP
    if stamp.is_file():
        return stamp.read_text(encoding="utf-8")
    lab = bundle.lab
    with Grader(bundle) as grader:
        scores = {}
        for name, package in (
            ("solution", stubs.solution_package(lab)),
            ("starter", stubs.stub_package(lab)),
        ):
            files = {path: text.encode() for path, text in package.items()}
            result = grader.grade(files, name)
            scores[name] = result.percent(lab)
            passes = [
                f"{question.name}, “{case.title}”"
                for question in result.questions
                for case in question.cases
                if case.passed
            ]
            if name == "starter" and passes:
                raise CheckFailedError(
                    f"{lab.name}: the starter passes a case: {passes[0]}. It does not tell code "
                    "from none: ask for something that a stub cannot give."
                )
            if name == "solution" and any(not question.passed for question in result.questions):
                told = next(map(str, grader.failures(files)), "it failed once and passed again")
                raise CheckFailedError(f"{lab.name}: the solution fails a case: {told}")
    line = (
        f"solution {scores['solution']:g} %, starter {scores['starter']:g} %, "
        "student.zip gives nothing away"
    )
    if finished := stubs.handed_out(lab):
        line += f"; students get these finished: {', '.join(finished)}"
    with contextlib.suppress(OSError):  # a cache that may only be read
        write_text(stamp, line)
    return line
