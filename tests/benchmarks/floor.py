"""The floor of grading: forked, confined, warm processes that run all the cases by themselves.

    python -m tests.benchmarks.floor BUNDLE SUBMISSION ROUNDS

NumPy is imported, the cases are read and the expected values known before anything is measured. A
round forks twice, for the public cases and for the hidden ones, which no code may see that writes
public messages. Each child is confined as a worker is, imports the submission, runs the cases in
that same process and ends. No call crosses to another process, nothing is unpacked, no result is
written, no public case is asked again: it grades nobody, since the submission lies beside the
expected values. What the parent spends on the forks counts too. Prints the CPU seconds of each
round.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import shutil
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from labkit.base import paths
from labkit.judging.grader import load_questions
from labkit.judging.judge import GraderCheck
from labkit.judging.knowledge import Knowledge
from labkit.lab import reference
from labkit.lab.bundle import Bundle
from labkit.lab.contract import PACKAGE
from labkit.lab.lab import Lab
from labkit.sandbox import Limits, confinement
from labkit.sandbox.restrict import Prepared
from labkit.student import labcheck
from labkit.student.labcheck import Case, Failure, Observation, Probe, Tried

Function = Callable[[str], Callable[..., Any]]


class InProcess(GraderCheck):
    """Calls functions right here: no copy is compared, no warning caught, no time limited."""

    def __init__(self, lab: Lab) -> None:
        super().__init__(lab, Knowledge(lab))
        self._finished = {
            one.name: reference.function(one.module, one.name) for one in lab.contract
        }
        self.function: Function = self.ref
        """Gives what is called: the reference's, until a child has a submission."""

    def ref(self, name: str) -> Callable[..., Any]:
        return self._finished[name]

    def handed_in(self, name: str) -> Callable[..., Any]:
        """The submission's, imported from the folder that leads `sys.path`."""
        home = importlib.import_module(f"{PACKAGE}.{self.lab.contract[name].module}")
        found: Callable[..., Any] = getattr(home, name)
        return found

    def observe(self, probe: Probe) -> Tried:
        args, kwargs = probe.fresh()
        try:
            seen = Observation(self.function(probe.function)(*args, **kwargs))
        except ValueError as error:  # which may be what a case asks for
            seen = Observation(failure=Failure("raised", type(error).__name__, str(error)))
        return Tried(probe, seen, probe.problem(seen))


class Floor:
    """The warm parent."""

    def __init__(self, bundle: Bundle, submission: Path, work: Path) -> None:
        self.cases = [case for one in load_questions(bundle) for case in one.cases]
        self.check = InProcess(bundle.lab)
        if not passes(self.cases, self.check):  # also makes the expected values known
            raise RuntimeError("the reference does not pass")
        settings = confinement.settings()
        settings["filters"] = [bytes.fromhex(code) for code in settings["filters"]]
        settings["read"] += [str(bundle.root), str(paths.ASSIGNMENTS / "data")]
        self.prepared = Prepared(settings)
        self.limits = Limits()
        self.submission = submission
        self.work = work
        self.number = 0
        sys.dont_write_bytecode = True
        gc.collect()
        gc.freeze()

    def round(self) -> float:
        """CPU seconds of one round; RuntimeError where a case fails."""
        return self._apart(hidden=False) + self._apart(hidden=True)

    def _apart(self, hidden: bool) -> float:
        started = time.process_time()
        self.number += 1
        folder = self.work / f"w{self.number}"
        shutil.copytree(self.submission, folder)
        if self.prepared.root:
            user = self.prepared.uids[0]
            for path in (folder, *folder.rglob("*")):
                os.chown(path, user, user)
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            self._child(folder, parent, hidden)
        _, status, used = os.wait4(pid, 0)
        shutil.rmtree(folder)
        if status:
            raise RuntimeError(f"the confined process ended with status {status}")
        return used.ru_utime + used.ru_stime + time.process_time() - started

    def _child(self, folder: Path, parent: int, hidden: bool) -> NoReturn:
        code = 1
        try:
            os.setsid()
            limits = {
                "memory": self.limits.memory_mb << 20,
                "file": self.limits.file_mb << 20,
                "open": self.limits.open_files,
                "cpu": 600,
            }
            self.prepared.apply(limits, str(folder), slot=0, parent=parent, keep=3)
            for name in list(sys.modules):
                if name.partition(".")[0] == PACKAGE:
                    del sys.modules[name]
            sys.path.insert(0, str(folder))
            importlib.invalidate_caches()
            self.check.function = self.check.handed_in
            kind = [case for case in self.cases if case.hidden == hidden]
            code = 0 if passes(kind, self.check) else 2
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)


def passes(cases: list[Case], check: GraderCheck) -> bool:
    """Whether every case passes."""
    return all(verdict.passed for verdict in labcheck.run_cases(cases, check))


def main() -> None:
    """Print the seconds of every round, after two that do not count."""
    bundle, submission = Bundle(Path(sys.argv[1])), Path(sys.argv[2])
    with tempfile.TemporaryDirectory() as work:
        Path(work).chmod(0o711)
        floor = Floor(bundle, submission, Path(work))
        floor.round(), floor.round()
        print(json.dumps([floor.round() for _ in range(int(sys.argv[3]))]))


if __name__ == "__main__":
    main()
