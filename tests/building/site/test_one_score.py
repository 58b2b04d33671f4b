"""What is written into the page and downloaded is graded as the same files are."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Any

import pytest

from labkit.building.build import built
from labkit.classroom.grades import row
from labkit.judging.grader import Grader
from labkit.judging.result import Result
from labkit.lab import stubs
from labkit.lab.course import available
from labkit.lab.lab import Lab
from labkit.mistakes import Catalogue, submission_with
from tests.building.site import working
from tests.grading import grade
from tests.packing import encoded

pytestmark = pytest.mark.slow

LONG = [pytest.param(lab, marks=pytest.mark.exhaustive) for lab in available()[1:]]
"""Labs whose checks take minutes in a browser."""


def _half_wrong(lab: Lab) -> dict[str, str]:
    """The solution with a known mistake in every other function."""
    wanted, catalogue = [], Catalogue.of(lab)
    for function in list(lab.questions)[::2]:
        wanted += catalogue.about(function)[:1]
    return {path: str(text) for path, text in submission_with(wanted, lab).items()}


def _row(result: Result, lab: Lab) -> dict[str, Any]:
    """The row of grades.csv but for the place where the files lay."""
    return {name: cell for name, cell in row(result, lab).items() if name != "origin"}


@pytest.mark.parametrize("lab", [available()[0], *LONG], ids=lambda lab: lab.short)
@pytest.mark.parametrize("kind", ["solution", "half wrong"])
def test_the_download_gets_the_row_of_the_same_files(
    context: Any, address: str, tmp_path: Path, lab: Lab, kind: str
) -> None:
    files = stubs.solution_package(lab) if kind == "solution" else _half_wrong(lab)
    page = working.open_lab(context, address, lab)
    working.write_functions(page, lab, files)
    page.get_by_role("button", name="Check all").click()
    page.locator("#allsaid .end").wait_for(timeout=600_000)
    passed = page.locator("#allsaid .pass").count()
    folder = tmp_path / "class"
    folder.mkdir()
    target = working.download(page, folder, "browser.zip")
    with zipfile.ZipFile(target) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
    assert names[0] == f"{lab.name}.ipynb"
    assert set(names[1:]) == set(stubs.stub_package(lab))

    bundle = built(lab)
    (from_page,) = grade(bundle, folder, tmp_path / "out", jobs=1)
    grader = Grader(bundle)
    try:
        natively = grader.grade(encoded(files), "browser")
    finally:
        grader.close()
    assert _row(from_page, lab) == _row(natively, lab)
    if kind == "solution":
        assert passed == len(lab.questions)
        assert from_page.percent(lab) == 100
    else:
        assert 0 < from_page.percent(lab) < 100


def test_the_name_of_the_zip_is_the_notebooks(context: Any, address: str) -> None:
    lab = available()[0]
    page = working.open_lab(context, address, lab)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download my work").click()
    name = waiting.value.suggested_filename
    assert re.fullmatch(rf"{lab.name}_\d{{4}}-\d\d-\d\d_\d\d-\d\d\.zip", name)
