"""Otter's plugin: in `otter run` and on Gradescope, student code runs in a worker of its own.

Stock Otter executes the student's notebook in the kernel that also runs the tests. Here the
submission leaves Otter's working directory before anything of it is read, and the notebook that
Otter executes is one cell of ours, which hands Otter's own test files a judge.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

import nbformat
from otter.plugins import AbstractOtterPlugin

from labkit.base.errors import LabkitError
from labkit.base.threads import one_thread
from labkit.intake import single_submission
from labkit.intake.fit import unusable
from labkit.judging.grader import BrokenCaseError, judged, load_questions
from labkit.judging.judge import Judge
from labkit.judging.knowledge import Knowledge
from labkit.lab.bundle import Bundle
from labkit.sandbox import SandboxError, Zygote
from labkit.student import labcheck
from labkit.student.labcheck.otter_hook import silence_log_server

_KEPT = {"tests"}
"""Otter has just put its own test files there, in place of anything that was handed in."""

_NO_START = "The grader could not start. Please tell your instructor."

_BROKEN_CASE = (
    "A check of this lab could not run, so nothing was graded. Please tell your instructor, whom "
    "`labkit grade` tells which check it is."
)


class Isolation(AbstractOtterPlugin):  # type: ignore[misc]
    """Configured with the name of the lab; the lab itself lies beside Otter's tests in the zip."""

    def __init__(self, submission_path: str, submission_metadata: Any, plugin_config: Any) -> None:
        super().__init__(submission_path, submission_metadata, plugin_config)
        self.aside: Path | None = None

    def before_grading(self, config: Any) -> None:
        """Move the submission out of Otter's reach: a log in it would be unpickled right after."""
        here = Path(self.submission_path).parent
        self.aside = Path(tempfile.mkdtemp(prefix="aside-", dir=here.parent)) / "submission"
        self.aside.mkdir()
        for path in here.iterdir():
            if path.name not in _KEPT:
                shutil.move(str(path), self.aside / path.name)
        # As root, student code runs as another user: tests and solutions are closed to it.
        for folder in (here, here.parent / "source"):
            with contextlib.suppress(OSError):
                folder.chmod(0o700)
        silence_log_server()
        one_thread()  # for the kernel, which Otter starts from here
        book = self._driver()
        if self.submission_path.endswith(".py"):
            # Otter reads a script as one cell; `before_execution` replaces it all the same.
            Path(self.submission_path).write_text("", encoding="utf-8")
        else:
            nbformat.write(book, self.submission_path)

    def before_execution(self, submission: Any) -> Any:
        """The notebook that Otter executes instead of the student's."""
        return self._driver()

    def after_grading(self, results: Any) -> None:
        """Nothing of the submission stays behind."""
        if self.aside is not None:
            shutil.rmtree(self.aside.parent, ignore_errors=True)
        book = results.notebook
        if not results.results and book is not None:
            results.set_output(_NO_START)

    def _driver(self) -> Any:
        root = Path(self.submission_path).parent.parent
        source = root / "source"
        names = list(Bundle(source).lab.questions)
        driver = _DRIVER.format(
            kit=str(source),
            no_start=_NO_START,
            folders=json.dumps([str(source), str(self.aside)]),
        )
        cell = nbformat.v4.new_code_cell(driver)
        checks = nbformat.v4.new_code_cell("", metadata={"otter": {"tests": names}})
        spec = {"display_name": "Python 3", "language": "python", "name": "python3"}
        return nbformat.v4.new_notebook(cells=[cell, checks], metadata={"kernelspec": spec})


# Until all is judged, Otter would explain a failure with the failing line of the test file.
_DRIVER = """\
sys.path.append({kit!r})
from otter.test_files.exception_test import ExceptionTestFile
ExceptionTestFile._generate_error_message = lambda *_, **__: {no_start!r}
from labkit.judging import otter_plugin
otter_plugin.judge(*{folders})
"""


def judge(source: str, aside: str) -> None:
    """Judge the submission in the folder `aside`, and have Otter's cases say what came of it.

    Where it cannot be judged, each says why.
    """
    try:
        verdicts = _judged(Bundle(Path(source)), Path(aside))
    except SandboxError as error:
        print(error, file=sys.stderr)
        labcheck.use(Refused(_NO_START))
    except BrokenCaseError:
        # Its own words may tell a hidden input, and nobody knows who reads this.
        print(_BROKEN_CASE, file=sys.stderr)
        labcheck.use(Refused(_BROKEN_CASE))
    except LabkitError as error:
        print(error, file=sys.stderr)
        labcheck.use(Refused(str(error)))
    except Exception as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        labcheck.use(Refused(_NO_START))
    else:
        labcheck.use(Judged(verdicts))


def _judged(bundle: Bundle, aside: Path) -> list[labcheck.Verdict]:
    lab = bundle.lab
    submission = single_submission(aside, lab.contract.modules)
    if status := unusable(lab, submission):
        raise LabkitError(status)
    with (
        Zygote.start(lab.contract.module_of) as zygote,
        Judge(lab, Knowledge(lab), zygote, submission.files) as judge,
    ):
        return [verdict for own in judged(load_questions(bundle), judge) for verdict in own]


class Judged(labcheck.Check):
    """Tells Otter what was judged already: it would ask question by question, hidden cases among
    the public ones."""

    def __init__(self, verdicts: Sequence[labcheck.Verdict]) -> None:
        super().__init__()
        self._verdicts = {verdict.case.name: verdict for verdict in verdicts}

    def run(self, case: labcheck.CaseRun, body: Callable[[], None]) -> None:
        verdict = self._verdicts[case.name]
        if not verdict.passed:
            raise labcheck.CaseFailed(verdict.message)

    def explain(self) -> dict[str, tuple[str, list[str]]]:
        return {
            name: (verdict.message, list(verdict.named))
            for name, verdict in self._verdicts.items()
            if verdict.case.question == self.question and not verdict.passed
        }

    def note_of(self, name: str) -> str:
        return self._verdicts[name].message


class Refused(labcheck.Check):
    """Fails every case with the one sentence that says why nothing can be judged."""

    def __init__(self, sentence: str) -> None:
        super().__init__()
        self._sentence = sentence

    def run(self, case: labcheck.CaseRun, body: Callable[[], None]) -> NoReturn:
        raise labcheck.CaseFailed(self._sentence)
