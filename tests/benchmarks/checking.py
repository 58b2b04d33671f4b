"""What a student waits for: `labkit check` beside a Python that only imports NumPy, and
`grader.check` in a notebook beside its cases alone."""

from __future__ import annotations

import json
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

from labkit.base.files import write_text
from labkit.base.zips import read_tree
from labkit.building.build import built
from labkit.lab import stubs
from labkit.lab.course import find
from tests.benchmarks import measure
from tests.benchmarks.measure import Row, compare, take_turns

LAB = "lab1"
QUESTION = "dense_forward"
_MORE = 1.0
"""Seconds that the checks may take beyond the import."""
_MORE_IN_CELL = 0.5
"""Seconds that a check in a cell may take beyond its cases."""
_LISTED = 25


_CELL = f"""
import json, pathlib, sys, time
import labcheck
from labcheck import checking

grader, home, rounds = labcheck.start({find(LAB).name!r}), pathlib.Path.cwd(), int(sys.argv[1])

def seconds(run):
    started = time.perf_counter()
    run()
    return time.perf_counter() - started

def check():
    assert grader.check({QUESTION!r}).good

def cases():
    list(checking.events(home, home, [{QUESTION!r}]))

samples = [(seconds(check), seconds(cases)) for _ in range(rounds + 1)][1:]
print(json.dumps(list(zip(*samples))))
"""
"""What runs in a student's folder, as the kernel of a notebook does."""


def student_check(quick: bool) -> list[Row]:
    """All public checks of a lab in the terminal, and one question's in a notebook's cell."""
    rounds = 5 if quick else 15
    with tempfile.TemporaryDirectory() as work:
        home = _student(Path(work))
        check: list[str | Path] = [sys.executable, "-m", "labkit", "check", LAB, "--path", home]
        samples = take_turns(
            {
                "labkit check": lambda: measure.run(check).wall,
                "import numpy": lambda: measure.run([sys.executable, "-c", "import numpy"]).wall,
            },
            rounds,
        )
        imports = _imports(check)
        printed = measure.run([sys.executable, "-c", _CELL, str(rounds)], cwd=home).output
    in_cell = dict(zip(("grader.check", "its cases"), json.loads(printed), strict=True))
    note = "Wall time: it says something only on a machine that does nothing else."
    rows = [
        compare(
            "labkit check lab1, wall", "s", samples, "labkit check", "import numpy", None,
            bound=f"+ {_MORE:g} s", note=note, extra={"imports": imports},
        ),
        compare(
            "grader.check in a notebook, wall", "s", in_cell, "grader.check", "its cases", None,
            bound=f"+ {_MORE_IN_CELL:g} s",
            note=f"One question, in a Python of its own, as always. {note}",
        ),
    ]  # fmt: skip
    for row, more in zip(rows, (_MORE, _MORE_IN_CELL), strict=True):
        assert row.ours is not None and row.peer is not None
        row.met = row.ours - row.peer < more
    return rows


def _student(home: Path) -> Path:
    """A student's folder with everything written."""
    bundle = built(find(LAB))
    for name, content in read_tree(bundle.student).items():
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    for name, text in stubs.solution_package(bundle.lab).items():
        write_text(home / name, text)
    return home


def _imports(command: list[str | Path]) -> list[dict[str, Any]]:
    """The slowest imports of a command and of what it starts: name, own and whole milliseconds."""
    printed = measure.run(command, env={"PYTHONPROFILEIMPORTTIME": "1"}).output
    return slowest_imports(printed)[:_LISTED]


def slowest_imports(printed: str) -> list[dict[str, Any]]:
    """What `-X importtime` printed, the slowest first."""
    found = [
        {"name": name.strip(), "own_ms": int(own) / 1e3, "whole_ms": int(whole) / 1e3}
        for own, whole, name in re.findall(r"import time: +(\d+) \| +(\d+) \|(.+)", printed)
    ]
    return sorted(found, key=lambda entry: -float(entry["whole_ms"]))
