"""What a student waits for: `labkit check` beside a Python that only imports NumPy."""

from __future__ import annotations

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
_MORE = 1.0
"""Seconds that the checks may take beyond the import."""
_LISTED = 25


def student_check(quick: bool) -> list[Row]:
    """All public checks of a lab, in a student's folder with everything written."""
    bundle = built(find(LAB))
    with tempfile.TemporaryDirectory() as work:
        home = Path(work)
        for name, content in read_tree(bundle.student).items():
            path = home / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        for name, text in stubs.solution_package(bundle.lab).items():
            write_text(home / name, text)
        check: list[str | Path] = [sys.executable, "-m", "labkit", "check", LAB, "--path", home]
        samples = take_turns(
            {
                "labkit check": lambda: measure.run(check).wall,
                "import numpy": lambda: measure.run([sys.executable, "-c", "import numpy"]).wall,
            },
            5 if quick else 15,
        )
        imports = _imports(check)
    row = compare(
        "labkit check lab1, wall", "s", samples, "labkit check", "import numpy", None,
        bound=f"+ {_MORE:g} s",
        note="Wall time: it says something only on a machine that does nothing else.",
        extra={"imports": imports},
    )  # fmt: skip
    assert row.ours is not None and row.peer is not None
    row.met = row.ours - row.peer < _MORE
    return [row]


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
