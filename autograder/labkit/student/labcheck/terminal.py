"""`python check.py`: checks for people, or with --json for the process that started this one."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from . import child, running, showing
from .graded import PACKAGE
from .recorded import Recorded


def main(home: Path, arguments: Sequence[str]) -> int:
    """Run the checks of the lab in `home`; gives the exit code."""
    showing.make_printing_safe()
    parser = argparse.ArgumentParser(
        prog="check.py", description="Run the checks of this lab that you can see."
    )
    parser.add_argument("question", nargs="*", help="names of questions; all if none is given")
    parser.add_argument("--path", type=Path, default=home, help=f"the folder with {PACKAGE}/ in it")
    parser.add_argument("--no-color", action="store_true", help="plain text")
    parser.add_argument("--json", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--lost", action="append", default=[], help=argparse.SUPPRESS)
    parser.add_argument("--passing", action="append", default=[], help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    folder = options.path.resolve()
    if not (folder / PACKAGE).is_dir():
        return _usage(
            f"There is no folder {PACKAGE} in {folder}: name the one that holds it with --path."
        )
    questions = list(Recorded(home).manifest["questions"])
    if unknown := [name for name in options.question if name not in questions]:
        return _usage(f"No question {unknown[0]!r}; there are {', '.join(questions)}.")
    chosen = list(dict.fromkeys(options.question)) or questions
    if options.json:
        lost = dict(one.split("=", 1) for one in options.lost)
        return child.main(home, folder, chosen, lost=lost, passing=options.passing)
    return _run(home, folder, chosen, not options.no_color and showing.wants_color(sys.stdout))


def _usage(sentence: str) -> int:
    print(showing.as_text(showing.Line("end", sentence)), file=sys.stderr)
    return 2


def _run(home: Path, folder: Path, questions: Sequence[str], color: bool) -> int:
    found = []
    try:
        for event in running.events(home, folder, questions):
            found.append(event)
            for line in showing.lines(event):
                print(showing.as_text(line, color), flush=True)
    except running.CheckStopped as error:
        return _usage(str(error))
    except KeyboardInterrupt:
        print("\nStopped.")
        return 130
    print()
    print(showing.as_text(showing.ending(found), color))
    return 0 if running.score(found)["passed"] else 1
