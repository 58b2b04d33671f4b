"""Otter's plugin: in `otter run` and on Gradescope, student code runs in a worker of its own.

Stock Otter executes the student's notebook in the kernel that also runs the tests. Here the
submission leaves Otter's working directory before anything of it is read, and the notebook that
Otter executes is one cell of ours, which hands Otter's own test files a judge.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import nbformat
from otter.plugins import AbstractOtterPlugin

_KEPT = {"tests"}
"""Otter has just put its own test files there, in place of anything that was handed in."""


class Isolation(AbstractOtterPlugin):  # type: ignore[misc]
    """Configured with the name of the lab; the lab itself lies beside Otter's tests in the zip."""

    def __init__(self, submission_path: str, submission_metadata: Any, plugin_config: Any) -> None:
        super().__init__(submission_path, submission_metadata, plugin_config)
        self.aside: Path | None = None

    def before_grading(self, config: Any) -> None:
        """Move the submission out of Otter's reach: a log in it would be unpickled right after."""
        here = Path(self.submission_path).parent
        self.aside = Path(tempfile.mkdtemp(prefix="submission-", dir=here.parent))
        for path in here.iterdir():
            if path.name not in _KEPT:
                shutil.move(str(path), self.aside / path.name)
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
            shutil.rmtree(self.aside, ignore_errors=True)
        book = results.notebook
        if not results.results and book is not None:
            results.set_output("The grader could not start. Please tell your instructor.")

    def _driver(self) -> Any:
        root = Path(self.submission_path).parent.parent
        lab = root / "source" / "lab"
        names = _questions(lab)
        source = _DRIVER.format(
            kit=str(root / "source"),
            folders=json.dumps([str(lab), str(self.aside)]),
        )
        cell = nbformat.v4.new_code_cell(source)
        checks = nbformat.v4.new_code_cell("", metadata={"otter": {"tests": names}})
        ending = nbformat.v4.new_code_cell("_session.close()")
        spec = {"display_name": "Python 3", "language": "python", "name": "python3"}
        return nbformat.v4.new_notebook(cells=[cell, checks, ending], metadata={"kernelspec": spec})


_DRIVER = """\
sys.path.append({kit!r})
from labkit import otter_plugin
_session = otter_plugin.Session(*{folders})
"""


class Session:
    """What the driver notebook opens: a judge for the one submission, used by Otter's cases."""

    def __init__(self, lab: str, aside: str) -> None:
        from labkit.explain import Knowledge
        from labkit.intake import single_submission
        from labkit.judge import Judge
        from labkit.labs import Lab
        from labkit.sandbox import Zygote
        from labkit.student import labcheck

        loaded = Lab.load(Path(lab))
        self._work = tempfile.TemporaryDirectory(prefix="labkit-")
        Path(self._work.name).chmod(0o711)
        self._prepared = single_submission(Path(aside), Path(self._work.name)).prepare()
        folder = self._prepared.__enter__()
        self._zygote = Zygote.start()
        self._judge = Judge(loaded, Knowledge(loaded), self._zygote, folder)
        labcheck.use(self._judge)

    def close(self) -> None:
        """End the worker and remove the copy of the submission."""
        self._judge.close()
        self._zygote.close()
        self._prepared.__exit__(None, None, None)
        self._work.cleanup()


def _questions(lab: Path) -> list[str]:
    from labkit.labs import Lab

    return list(Lab.load(lab).questions)
