"""A lab worked through in the other browser: checked, looked at, downloaded."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from labkit.lab import stubs
from labkit.lab.course import available
from labkit.mistakes import Catalogue, submission_with
from tests.building.site import working
from tests.firefox import firefox

pytestmark = pytest.mark.slow


def test_a_lab_is_checked_drawn_and_downloaded(address: str, tmp_path: Path) -> None:
    lab = available()[0]
    question = next(iter(lab.questions))
    path = f"neuralnet/{lab.contract[question].module}.py"
    mistake = Catalogue.of(lab).about(question)[0]
    wrong, right = (
        working.functions(files[path], lab, lab.contract[question].module)[question]
        for files in (submission_with([mistake], lab), stubs.solution_package(lab))
    )
    place = f'.work[data-question="{question}"]'
    with firefox(tmp_path) as browser:
        browser.go(f"{address}/{lab.short}/index.html")
        browser.wait(".work .cm-content")
        browser.run(working.PUT, {question: wrong})
        browser.click(f"{place} .doors button")
        said = browser.wait(f"{place} .said")
        assert mistake.title.replace("`", "").rstrip(".") in said
        browser.run(working.PUT, {question: right})
        browser.click(f"{place} .doors button")
        assert "All public checks pass" in browser.wait(f"{place} .said.good")
        browser.click(".cell .doors button")
        browser.wait(".cell .output img")
        browser.click("#download")
        with zipfile.ZipFile(browser.downloaded()) as archive:
            assert archive.testzip() is None
            assert right.rstrip() in archive.read(path).decode()
            book = json.loads(archive.read(f"{lab.name}.ipynb"))
    shown = [one for cell in book["cells"] for one in cell.get("outputs", [])]
    assert any("image/png" in one.get("data", {}) for one in shown)
