"""A lab's master: readable text in version control, an Otter Assign notebook when it is built."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import jupytext
import nbformat

from labkit.errors import LabkitError
from labkit.labs import Lab

FIRST_CELL = """\
# Run this cell first. `grader.check("name")` runs the checks of one question.
%load_ext autoreload
%autoreload 2
import labcheck

grader = labcheck.start("{name}")"""


def notebook(lab: Lab) -> Any:
    """The Otter Assign notebook (nbformat 4) of a lab's master.

    Points come from lab.toml. Raises LabkitError where master and lab.toml do not fit together.
    """
    if not lab.master.is_file():
        raise LabkitError(f"{lab.master} is missing: a lab's notebook is written there.")
    book = jupytext.read(lab.master, fmt="py:percent")
    book.metadata = nbformat.from_dict(
        {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        }
    )
    found = []
    for cell in book.cells:
        if cell.cell_type == "raw" and "BEGIN QUESTION" in cell.source:
            name = _field(cell.source, "name")
            found.append(name)
            cell.source = f"{cell.source.rstrip()}\npoints: {_points(lab, name)}"
    written = {question.name for question in lab.written}
    if missing := [name for name in (*lab.questions, *sorted(written)) if name not in found]:
        raise LabkitError(
            f"{lab.master}: no question block for {', '.join(missing)}, which lab.toml names."
        )
    book.cells = [
        nbformat.v4.new_raw_cell(_assignment_config(lab)),
        *_with_first_cell(lab, book.cells),
    ]
    renumber(book)
    return book


def renumber(book: Any) -> None:
    """Give cells ids by position, so that the same input gives the same file."""
    for position, cell in enumerate(book.cells):
        cell["id"] = f"cell-{position:03d}"
    book.nbformat, book.nbformat_minor = 4, 5


def _with_first_cell(lab: Lab, cells: list[Any]) -> Iterator[Any]:
    """The cells with the set-up cell behind the opening text."""
    placed = False
    for cell in cells:
        if not placed and cell.cell_type != "markdown":
            yield nbformat.v4.new_code_cell(FIRST_CELL.format(name=lab.name))
            placed = True
        yield cell


def _points(lab: Lab, name: str) -> str:
    if name in lab.questions:
        return f"{lab.questions[name]:g}"
    for question in lab.written:
        if question.name == name:
            return f"{question.points:g}"
    raise LabkitError(
        f"{lab.master}: question {name!r} has no points in {lab.folder / 'lab.toml'}."
    )


def _field(source: str, field: str) -> str:
    for line in source.splitlines():
        key, _, value = line.partition(":")
        if key.strip() == field:
            return value.strip()
    raise LabkitError(f"A question block has no {field!r} line: {source.splitlines()[0]!r}.")


def _assignment_config(lab: Lab) -> str:
    """Otter Assign's settings (YAML; JSON is a part of it)."""
    config = {
        "init_cell": False,
        "check_all_cell": False,
        "run_tests": False,
        "suppress_no_tests_warning": True,
        "tests": {"files": True, "ok_format": False},
        "files": ["check.py"],
        "export_cell": {
            "instructions": "Save the notebook, run this cell, and hand in the zip file that it "
            "writes: it holds this notebook and your `neuralnet` folder.",
            "pdf": False,
            "run_tests": False,
            "ignore_log": True,
            "files": ["neuralnet"],
        },
        "requirements": GRADING_REQUIREMENTS,
        "plugins": [{"labkit.otter_plugin.Isolation": {"lab": lab.name}}],
        "generate": {"show_hidden": True, "force_public_test_summary": False},
    }
    lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in config.items()]
    return "# ASSIGNMENT CONFIG\n" + "\n".join(lines)


GRADING_REQUIREMENTS = [
    "numpy>=2.0",
    "matplotlib>=3.9",
    "click>=8.1",
    "rich>=13.7",
    "jinja2>=3.1",
    "pyseccomp>=0.1.2",
    "ipykernel>=6.29",
]
"""What grading needs beside Otter."""
