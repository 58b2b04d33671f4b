"""What is changed in Otter, which runs the same cases.

It hands them `check`, speaks plainly, and unpickles nothing. The grader's plugin replaces what
Otter says of a failure even before this is in force.
"""

from __future__ import annotations

import contextlib
import functools
import sys
from collections.abc import Mapping
from typing import Any

import numpy as np

from .cases import title_of
from .check import CaseFailed, Check
from .naming import CaseRun

_current: Check | None = None


def use(check: Check) -> None:
    """Make `check` the one that Otter's cases are handed from now on."""
    global _current
    _current = check
    if "otter" in sys.modules:
        _teach_otter()


def _teach_otter() -> None:
    """Let Otter hand `check` and `np` to cases and show a failed case's own sentence.

    Otter's exception-based cases take their arguments from the notebook's names, which a
    student may have overwritten, and show the failing line of the test file, which for a hidden
    case is the secret itself.
    """
    from otter.test_files import exception_test

    if getattr(exception_test.ExceptionTestFile, "speaks_plainly", False):
        return
    plain_run = exception_test.ExceptionTestFile.run
    plain_call = exception_test.test_case.call_func

    def call_func(self: Any, global_environment: Mapping[str, Any]) -> None:
        check = _current
        if check is None:
            plain_call(self, global_environment)
            return
        case = CaseRun(self.test_func.__name__, title_of(self.test_func), bool(self.hidden))
        environment = {**global_environment, "check": check, "np": np}
        check.run(case, functools.partial(plain_call, self, environment))

    def error_message(self: Any, excp: BaseException, context: int = 0) -> str:
        if isinstance(excp, CaseFailed):
            return str(excp)
        return "This check itself could not run. Please tell your instructor."

    def run(self: Any, global_environment: Mapping[str, Any]) -> None:
        check = _current
        if check is None:
            plain_run(self, global_environment)
            return
        check.runs.pop(self.name, None)
        check.begin_question(self.name)
        plain_run(self, global_environment)
        messages = check.explain()
        for result in self.test_case_results:
            function = result.test_case.body.test_func
            if result.passed:
                note = check.note_of(function.__name__)
                result.message = f"✅ {title_of(function)}" + (f"\n{note}" if note else "")
            elif function.__name__ in messages:
                result.message = f"❌ {title_of(function)}\n{messages[function.__name__][0]}"
            else:
                result.message = result.message.replace("❌ Test case failed\n", "❌ ")

    exception_test.test_case.call_func = call_func
    exception_test.ExceptionTestFile._generate_error_message = error_message
    exception_test.ExceptionTestFile.run = run
    exception_test.ExceptionTestFile.speaks_plainly = True


def silence_log_server() -> None:
    """Otter collects its own log over a local port and unpickles what anybody sends there."""
    with contextlib.suppress(ImportError):
        from otter.execute import logging

        logging.LogRecordStreamHandler.handle = lambda self: None
