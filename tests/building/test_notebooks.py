"""Every notebook runs top to bottom with the solution, and stops with a sentence without it."""

from __future__ import annotations

import ast
import re
import shutil
from pathlib import Path

import jupytext
import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from labkit.building.build import built
from labkit.lab import stubs
from labkit.lab.course import available
from labkit.lab.lab import Lab

LABS = available()


def handed_out(lab: Lab, target: Path, solved: bool) -> Path:
    """The student's folder of a lab in `target`, with the solution filled in or not."""
    shutil.copytree(built(lab).student, target, dirs_exist_ok=True)
    if solved:
        for path, text in stubs.solution_package(lab).items():
            (target / path).write_text(text, encoding="utf-8")
    return target / f"{lab.name}.ipynb"


def executed(path: Path) -> nbformat.NotebookNode:
    """The notebook with outputs; CellExecutionError where a cell fails."""
    book = nbformat.read(path, as_version=4)
    client = NotebookClient(book, timeout=120, resources={"metadata": {"path": str(path.parent)}})
    return client.execute()


@pytest.mark.slow
@pytest.mark.parametrize("lab", LABS, ids=lambda lab: lab.short)
def test_a_notebook_runs_with_the_solution(lab: Lab, tmp_path: Path) -> None:
    book = executed(handed_out(lab, tmp_path, solved=True))
    shown = [output for cell in book.cells for output in cell.get("outputs", [])]
    assert not [output for output in shown if output.output_type == "error"]
    pictures = [output for output in shown if "image/png" in output.get("data", {})]
    assert len(pictures) >= 3
    checks = [
        "".join(output.get("data", {}).get("text/plain", ""))
        for cell in book.cells
        if cell.cell_type == "code" and cell.source.startswith("grader.check")
        for output in cell.outputs
        if "data" in output
    ]
    assert len(checks) == len(lab.questions)
    assert all("All test cases passed" in text for text in checks), checks
    assert list(tmp_path.glob(f"{lab.name}_*.zip")), "the last cell writes the zip to hand in"


@pytest.mark.slow
@pytest.mark.parametrize("lab", LABS[:1], ids=lambda lab: lab.short)
def test_a_notebook_stops_at_a_stub_with_one_sentence(lab: Lab, tmp_path: Path) -> None:
    path = handed_out(lab, tmp_path, solved=False)
    with pytest.raises(CellExecutionError) as stopped:
        executed(path)
    assert "is not written yet" in str(stopped.value)
    assert "Traceback" not in stopped.value.traceback


def drawing(lab: Lab) -> set[str]:
    """The functions of a lab's figures.py that draw, by themselves or by one that they call."""
    file = lab.folder / "figures.py"
    tree = ast.parse(file.read_text(encoding="utf-8") if file.is_file() else "")
    calls = {
        node.name: {ast.unparse(one.func) for one in ast.walk(node) if isinstance(one, ast.Call)}
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
    }
    found = {"plt.show", "Figure"}
    while more := {name for name, used in calls.items() if name not in found and used & found}:
        found |= more
    return found


def test_every_figure_is_described() -> None:
    """A picture that a screen reader meets has words beside it: a caption right behind its cell."""
    described = 0
    for lab in LABS:
        draws = drawing(lab)
        cells = jupytext.read(lab.text, fmt="py:percent").cells
        for cell, *following in zip(cells, cells[1:], cells[2:], strict=False):
            called = set(re.findall(r"figures\.(\w+)", cell.source))
            if cell.cell_type == "code" and called & draws:
                words = " ".join(one.source for one in following if one.cell_type == "markdown")
                assert "*Figure" in words, (
                    f"{lab.name} shows a picture without words: {cell.source}"
                )
                described += 1
    assert described > 25


def test_cells_can_be_read_at_a_glance() -> None:
    """No cell of a text is longer than a dozen lines of code."""
    for lab in LABS:
        for cell in jupytext.read(lab.text, fmt="py:percent").cells:
            if cell.cell_type == "code":
                assert len(cell.source.splitlines()) <= 12, f"{lab.name}: {cell.source}"
