"""What a lab's notebook calls: `labcheck.start(lab)` gives the `grader` of its cells."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from . import handin, running, showing
from .graded import PACKAGE
from .recorded import Recorded
from .showing import Answer, Line


def start(lab: str) -> Any:
    """Get a notebook ready; gives the `grader`: `grader.check("name")` runs a question."""
    home = Path(__file__).resolve().parents[1]
    if str(home) not in sys.path:
        sys.path.insert(0, str(home))
    manifest = Recorded(home).manifest
    if manifest["lab"] != lab:
        raise RuntimeError(
            f"This is the notebook of {lab}, but the files beside it are those of "
            f"{manifest['lab']}: open it in the folder in which it came."
        )
    _say_what_is_missing()
    if manifest["client"] == "otter":
        return _otter(lab, home)
    return Grader(home, manifest)


class Grader:
    """The checks and the hand-in of one lab."""

    def __init__(self, home: Path, manifest: dict[str, Any]) -> None:
        self._home = home
        self._manifest = manifest
        self._passed: dict[str, bytes | None] = {}
        """The text of each question's module when its checks passed last."""

    def check(self, name: str, **ignored: Any) -> Answer:
        """The public checks of one question, run on the saved files in a fresh Python."""
        known = list(self._manifest["questions"])
        if name not in known:
            return _said(f"There is no question {name!r}; there are {', '.join(known)}.")
        return self._checked([name])

    def check_all(self, **ignored: Any) -> Answer:
        """The public checks of all questions."""
        return self._checked(list(self._manifest["questions"]))

    def hand_in(self, notebook: str = "", name: str = "", **ignored: Any) -> Answer:
        """Make the zip to hand in, check it, and tell what is in it.

        `notebook` is needed only where two could be the running one; `name` becomes a part of the
        zip's name in the place of the date.
        """
        return handin.answer(self._home, self._manifest, str(notebook or ""), name)

    def export(self, notebook: str = "", *_: Any, **ignored: Any) -> Answer:
        """The same as `hand_in`; what Otter's own is called with does not matter here."""
        return self.hand_in(notebook)

    def _checked(self, questions: Sequence[str]) -> Answer:
        found: list[dict[str, Any]] = []
        shown: list[Line] = []
        texts = {name: self._text(name) for name in questions}  # what is saved meanwhile, may fail
        try:
            for event in running.events(self._home, self._home, questions, self._passing()):
                found.append(event)
                if event["kind"] == "question":
                    name = event["question"]
                    self._passed[name] = texts[name] if event["passed"] else None
                shown += [line for line in showing.lines(event) if line.kind != "title"]
        except running.CheckStopped as error:
            return _said(str(error))
        except KeyboardInterrupt:
            return _said("Stopped.")
        shown += [Line("say", sentence) for sentence in self._left_in_notebook(found)]
        return Answer([*shown, showing.ending(found)], running.score(found)["passed"])

    def _passing(self) -> list[str]:
        """Questions whose checks passed on the module as it is now."""
        return [name for name, text in self._passed.items() if text == self._text(name)]

    def _text(self, question: str) -> bytes:
        path = self._home / PACKAGE / f"{self._manifest['modules'][question]}.py"
        return path.read_bytes() if path.is_file() else b""

    def _left_in_notebook(self, found: Sequence[dict[str, Any]]) -> list[str]:
        """A sentence for each failed function that is defined in a cell and not in its file."""
        cells = vars(sys.modules["__main__"])
        sentences = []
        for event in found:
            name = event.get("question", "")
            one = cells.get(name)
            in_cell = callable(one) and getattr(one, "__module__", "") == "__main__"
            if event["kind"] == "question" and not event["passed"] and in_cell:
                sentences.append(
                    f"You defined {name} in the notebook; the checks read "
                    f"neuralnet/{event['module']}.py: write it there and save the file."
                )
        return sentences


def _said(sentence: str) -> Answer:
    return Answer([Line("finding", sentence)], good=False)


def _otter(lab: str, home: Path) -> Any:
    """Otter's own client, where lab.toml asks for it."""
    otter = importlib.import_module("otter")
    from .otter_hook import use

    use(Recorded(home))
    return otter.Notebook(f"{lab}.ipynb", tests_dir=str(home / "tests"))


def _say_what_is_missing() -> None:
    """In a notebook, an unwritten stub stops with its one sentence instead of a traceback."""
    try:
        shell = importlib.import_module("IPython").get_ipython()
    except ImportError:
        return
    if shell is None:
        return

    def sentence(
        self: Any, kind: type, error: BaseException, trace: Any, tb_offset: Any = None
    ) -> list[str]:
        print(f"✋ {error}", file=sys.stderr)
        return [str(error)]

    shell.set_custom_exc((NotImplementedError,), sentence)
