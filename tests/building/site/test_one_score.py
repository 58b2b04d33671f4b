"""What is written into the page and downloaded is graded as the same files are."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Any

import pytest

from labkit.building.build import built
from labkit.classroom.grades import row
from labkit.judging.result import Result
from labkit.lab import stubs
from labkit.lab.course import available
from labkit.lab.lab import Lab
from labkit.mistakes import Catalogue, submission_with
from tests.building.site import working
from tests.grading import grade
from tests.packing import lay

pytestmark = pytest.mark.slow


def _half_wrong(lab: Lab) -> dict[str, str]:
    """The solution with a known mistake in every other function."""
    wanted, catalogue = [], Catalogue.of(lab)
    for function in list(lab.questions)[::2]:
        wanted += catalogue.about(function)[:1]
    return {path: str(text) for path, text in submission_with(wanted, lab).items()}


def _score(result: Result, lab: Lab) -> dict[str, Any]:
    """The row of grades.csv without the columns that say whose it is."""
    scores = {"total", "possible", "percent", "status", *lab.questions}
    return {name: cell for name, cell in row(result, lab).items() if name in scores}


@pytest.mark.parametrize("lab", available(), ids=lambda lab: lab.short)
def test_the_downloads_get_the_rows_of_the_same_files(
    context: Any, address: str, tmp_path: Path, lab: Lab
) -> None:
    kinds = {"right": stubs.solution_package(lab), "half": _half_wrong(lab)}
    page = working.open_lab(context, address, lab)
    folder = tmp_path / "class"
    for kind, files in kinds.items():
        lay(folder / f"{kind}-native", files)
        working.write_functions(page, lab, files)
        if kind == "right":  # its checks run while the page is used
            page.get_by_role("button", name="Check all").click()
        target = working.download(page, folder, f"{kind}-page.zip")
        with zipfile.ZipFile(target) as archive:
            assert archive.testzip() is None
            names = archive.namelist()
        assert names[0] == f"{lab.name}.ipynb"
        assert set(names[1:]) == set(stubs.stub_package(lab))

    results = grade(built(lab), folder, tmp_path / "out", jobs=1)
    scores = {result.submission: _score(result, lab) for result in results}
    assert len(scores) == 4
    for kind in kinds:
        assert scores[f"{kind}-page"] == scores[f"{kind}-native"]
    assert scores["right-page"]["percent"] == "100"
    assert 0 < float(scores["half-page"]["percent"]) < 100
    page.locator("#allsaid .end").wait_for(timeout=600_000)
    assert page.locator("#allsaid .pass").count() == len(lab.questions)


def test_the_name_of_the_zip_is_the_notebooks(context: Any, address: str) -> None:
    lab = available()[0]
    page = working.open_lab(context, address, lab)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download my work").click()
    name = waiting.value.suggested_filename
    assert re.fullmatch(rf"{lab.name}_\d{{4}}-\d\d-\d\d_\d\d-\d\d\.zip", name)
