"""Your own checks in the terminal: `python check.py`, or `python check.py NAME` for one question.

Exits with 1 if any check fails.
"""

from __future__ import annotations

import argparse
import itertools
import os
import sys
import textwrap
from pathlib import Path

os.environ.setdefault("MPLBACKEND", "Agg")


def main() -> int:
    """Run the checks; gives the exit code."""
    home = Path(__file__).resolve().parent
    parser = argparse.ArgumentParser(description="Run the checks of this lab that you can see.")
    parser.add_argument("question", nargs="*", help="names of questions; all if none is given")
    parser.add_argument("--path", type=Path, default=home, help="the folder with neuralnet/ in it")
    parser.add_argument("--no-color", action="store_true", help="plain text")
    options = parser.parse_args()
    package = options.path.resolve()
    if not (package / "neuralnet").is_dir():
        sentence = f"There is no folder neuralnet in {package}: name the folder that holds it."
        print(_filled(sentence), file=sys.stderr)
        return 2
    sys.path[:0] = [str(package), str(home)]
    import labcheck

    color = not options.no_color and sys.stdout.isatty() and "NO_COLOR" not in os.environ
    check = labcheck.Recorded(home, package)
    labcheck.use(check)
    questions = list(check.manifest["questions"])
    if unknown := [name for name in options.question if name not in questions]:
        sentence = f"No question {unknown[0]!r}; there are {', '.join(questions)}."
        print(_filled(sentence), file=sys.stderr)
        return 2
    return _run(check, home, options.question or questions, color)


def _run(check: object, home: Path, questions: list[str], color: bool) -> int:
    import labcheck

    assert isinstance(check, labcheck.Recorded)
    manifest = check.manifest
    print(_bold(manifest["title"], color))
    passed = 0
    for name in questions:
        cases = labcheck.read_cases(home / "tests" / f"{name}.py")
        verdicts = labcheck.run_cases(cases, check)
        good = all(verdict.passed for verdict in verdicts)
        passed += good
        mark = _paint("✓", "32", color) if good else _paint("✗", "31", color)
        points = manifest["questions"][name]
        print(f"{mark} {_bold(name, color):<{24 + (8 if color else 0)}} {points:g} points")
        said: set[str] = set()
        failed = [verdict for verdict in verdicts if not verdict.passed]
        # What several checks say in the same words is said once, below their titles.
        for message, together in itertools.groupby(failed, key=lambda verdict: verdict.message):
            for verdict in together:
                title = _filled(verdict.case.title, "      ")
                print(f"    {_paint('✗', '31', color)} {title.lstrip()}")
            lead, *hints = message.splitlines() or [""]
            for line in [lead, *(hint for hint in hints if hint not in said)]:
                print(_filled(line, "      "))
            said.update(hints)
    hidden = sum(manifest["hidden"][name]["points"] for name in questions)
    print()
    if passed == len(questions):
        print(f"All public checks pass; {hidden:g} points are decided by checks you cannot see.")
        return 0
    ending = (
        f"{passed} of {len(questions)} questions pass their public checks; "
        f"{hidden:g} points are decided by checks you cannot see."
    )
    print(_filled(ending))
    return 1


def _filled(text: str, indent: str = "") -> str:
    return textwrap.fill(
        text,
        78,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _paint(text: str, code: str, color: bool) -> str:
    return f"\033[{code}m{text}\033[0m" if color else text


def _bold(text: str, color: bool) -> str:
    return _paint(text, "1", color)


if __name__ == "__main__":
    sys.exit(main())
