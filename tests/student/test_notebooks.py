"""The running notebook is found by what is in it; empty answers are told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from labkit.student.labcheck import notebooks
from labkit.student.labcheck.notebooks import PLACEHOLDER, NotebookNotFound

QUESTION = "<!-- BEGIN QUESTION -->\n### Why XOR"


def _write(path: Path, answer: str) -> str:
    cells = [
        {"cell_type": "code", "source": 'grader = labcheck.start("lab1_x")'},
        *({"cell_type": "markdown", "source": text} for text in (QUESTION, answer)),
        {"cell_type": "markdown", "source": ["<!-- END QUESTION -->"]},
    ]
    path.write_text(json.dumps({"cells": cells}), encoding="utf-8")
    book = notebooks.read(path)
    assert book is not None
    return book.fingerprint


def test_an_untouched_twin_loses_against_an_edited_one(tmp_path: Path) -> None:
    handed_out = _write(tmp_path / "lab1_x.ipynb", PLACEHOLDER)
    _write(tmp_path / "lab1_x (1).ipynb", "my answer")
    found = notebooks.find(tmp_path, "lab1_x", handed_out)
    assert found.path.name == "lab1_x (1).ipynb" and found.empty_answers() == []


def test_a_renamed_one_is_found_and_its_empty_answer_told(tmp_path: Path) -> None:
    handed_out = _write(tmp_path / "other.ipynb", PLACEHOLDER)
    found = notebooks.find(tmp_path, "lab1_x", handed_out)
    assert found.path.name == "other.ipynb" and found.empty_answers() == ["Why XOR"]


def test_two_that_could_be_it_are_asked_for_by_name(tmp_path: Path) -> None:
    for name in ("a", "b"):
        _write(tmp_path / f"{name}.ipynb", f"answer {name}")
    with pytest.raises(NotebookNotFound, match=r"hand_in\('a.ipynb'\)"):
        notebooks.find(tmp_path, "lab1_x", "")
    assert notebooks.find(tmp_path, "lab1_x", "", "b").path.name == "b.ipynb"


@pytest.fixture
def shell() -> Iterator[Any]:
    """What runs cells, as in a kernel."""
    yield InteractiveShell.instance(config=Config({"HistoryManager": {"hist_file": ":memory:"}}))
    InteractiveShell.clear_instance()


START = 'grader = labcheck.start("lab1_x")'


@pytest.mark.parametrize(
    ("ran", "told"),
    [
        ([], False),
        (["a = 1", "a = 2", START], False),  # run, then changed or deleted
        (["a = 1", START, "grader.hand_in()"], False),
        ([START, "a = 1"], True),
        ([START, "a = 1", "grader.hand_in()"], True),  # handed in again, still not saved
        ([START, "a = 1", 'grader.export("lab1_x.ipynb")'], True),
    ],
)
def test_a_notebook_is_unsaved_where_it_lacks_what_ran_last(
    tmp_path: Path, shell: Any, ran: list[str], told: bool
) -> None:
    _write(tmp_path / "lab1_x.ipynb", "my answer")
    space = {"book": notebooks.read(tmp_path / "lab1_x.ipynb"), "unsaved": notebooks.unsaved}
    shell.user_ns |= space
    for source in [*ran, "said = unsaved(book)"]:
        shell.run_cell(source, store_history=True, silent=False)
    assert shell.user_ns["said"] is told
