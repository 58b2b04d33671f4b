"""What `labkit build` takes: all labs, and again after one of them changed."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

import nbformat

from labkit.base import paths
from labkit.building import notebook
from labkit.lab.course import available
from labkit.lab.lab import Lab
from tests.benchmarks import measure
from tests.benchmarks.measure import NotMeasured, Row, Usage

_COPIED = ("assignments", "autograder", "solutions", "starter_code")


def all_labs(quick: bool) -> list[Row]:
    """Everything from nothing, beside `otter assign`; then once more after one lab changed."""
    if not paths.IN_CHECKOUT:
        raise NotMeasured("building is measured in a checkout of the repository alone")
    checkout = paths.SOLUTIONS.parent
    labs = available()
    rounds = 1 if quick else 2
    cold: list[Usage] = []
    again: list[Usage] = []
    assign: list[float] = []
    with tempfile.TemporaryDirectory(prefix="labkit-bench-") as work:
        copy = Path(work) / "copy"
        for name in _COPIED:
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(checkout / name, copy / name, ignore=ignored)
        for _ in range(rounds):
            shutil.rmtree(copy / "build", ignore_errors=True)
            cold.append(_build(copy, Path(work) / "dist", len(labs)))
            assign.append(sum(_otter_assign(lab, Path(work)) for lab in labs))
            changed = copy / "assignments" / labs[0].folder.name / labs[0].text.name
            with changed.open("a", encoding="utf-8") as file:
                file.write("\n# %% [markdown]\n# One paragraph more.\n")
            again.append(_build(copy, Path(work) / "dist", 1))
    samples = {
        "labkit build": [used.cpu for used in cold],
        "otter assign": assign,
        "labkit build, one lab changed": [used.cpu for used in again],
    }
    whole = measure.compare(
        f"build all {len(labs)} labs, CPU", "s", samples, "labkit build", "otter assign", None,
        peer_name=f"otter assign × {len(labs)}",
        note="Ours also records outputs for students, looks for leaks and proves the result.",
    )  # fmt: skip
    second = measure.compare(
        "build again, one lab changed", "s", samples, "labkit build, one lab changed",
        "labkit build", None, peer_name=f"all {len(labs)} labs",
        bound="1 lab", met=True, note="Counted in its cache: only the changed lab was built.",
    )  # fmt: skip
    return [whole, second]


def _build(copy: Path, out: Path, expected: int) -> Usage:
    """Run the copy's own `labkit build`; NotMeasured where it builds more or fewer labs."""
    environment = {"PYTHONPATH": str(copy / "autograder"), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "labkit", "build", "--out", str(out)]
    before = _labs_in(copy)
    used = measure.run(command, cwd=copy, env=environment)
    built = len(_labs_in(copy) - before)
    if built != expected:
        raise NotMeasured(f"labkit build built {built} labs where {expected} had changed")
    return used


def _labs_in(copy: Path) -> set[str]:
    """Built labs in the copy's cache: each has a folder named after all that it depends on."""
    return {path.parent.name for path in (copy / "build" / "labs").glob("*/student.zip")}


def _otter_assign(lab: Lab, work: Path) -> float:
    """CPU seconds of `otter assign` on a lab's notebook, tests not run, as in our build."""
    with tempfile.TemporaryDirectory(dir=work) as folder:
        book = Path(folder) / f"{lab.name}.ipynb"
        nbformat.write(notebook.notebook(lab), book)
        shutil.copy(paths.STUDENT_FILES / "check.py", folder)
        command = [sys.executable, "-c", "from otter.cli import cli; cli()", "assign"]
        command += ["--no-run-tests", "--no-pdfs", str(book), os.path.join(folder, "out")]  # noqa: PTH118
        return measure.run(command, cwd=Path(folder)).cpu
