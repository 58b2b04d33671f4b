"""`labkit site` without a browser: what it refuses, and what the files say."""

from __future__ import annotations

import dataclasses
import io
import json
import zipfile
from pathlib import Path

import nbformat
import numpy as np
import pytest

from labkit.base.errors import CheckFailedError, LabkitError
from labkit.building import build, leaks, notebook, site
from labkit.building.build import built
from labkit.building.site import pyodide, recorded, text, vendored
from labkit.building.site.lesson import _blocks, lesson
from labkit.lab import stubs
from labkit.lab.course import available
from labkit.lab.lab import Lab
from labkit.student.labcheck.notebooks import HANDS_IN
from tests.built_labs import EACH_BUILT_LAB


def test_the_official_network_is_pinned_and_named() -> None:
    source = pyodide.source(None)
    assert f"/v{pyodide.VERSION}/" in source.address and source.address.endswith("/")
    assert not source.files
    assert source.address.split("/")[2] in source.said


def test_an_address_is_taken_with_its_slash() -> None:
    assert pyodide.source("https://example.org/py").address == "https://example.org/py/"


def test_a_folder_that_is_no_pyodide_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LabkitError, match=r"is no Pyodide with NumPy and matplotlib"):
        pyodide.source(str(tmp_path))


def test_a_release_with_a_file_missing_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    packages = {
        "numpy": {"file_name": "numpy.whl", "depends": []},
        "matplotlib": {"file_name": "matplotlib.whl", "depends": ["numpy"]},
        "pandas": {"file_name": "pandas.whl", "depends": ["numpy"]},
    }
    lock = {"info": {"version": "1.2.3"}, "packages": packages}
    (tmp_path / "pyodide-lock.json").write_text(json.dumps(lock))
    (tmp_path / "numpy.whl").write_bytes(b"")
    with pytest.raises(LabkitError, match=r"matplotlib\.whl is missing"):
        pyodide.source(str(tmp_path))
    for name in ("matplotlib.whl", "pyodide.mjs"):
        (tmp_path / name).write_bytes(b"")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    source = pyodide.source(str(tmp_path))  # it cannot run: it is served as it is
    assert source.note.startswith("Python will start slowly: ")
    assert source.address == "../pyodide-1.2.3/"
    assert "pyodide-1.2.3/matplotlib.whl" in source.files
    assert not any("pandas" in name for name in source.files)


def test_without_npm_one_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(LabkitError, match=r"^npm is not installed: "):
        vendored.modules()


def test_every_package_has_its_hash() -> None:
    lock = json.loads((Path(vendored.__file__).parent / "vendor/package-lock.json").read_text())
    packages = {name: one for name, one in lock["packages"].items() if name}
    assert len(packages) > 5
    assert all(one["integrity"].startswith("sha512-") for one in packages.values())


def test_a_caption_becomes_a_sentence() -> None:
    assert text.plain("*Figure 1: two `bars`,\nand $x$.*") == "Figure 1: two bars, and x."


def test_recorded_outcomes_are_cut_by_question_and_put_together_again() -> None:
    first, second, both = np.arange(3.0), np.ones((2, 2)), np.zeros(4)
    cases = {
        "one": [{"expected": {"array": 0}, "wrong": {"slip": {"value": {"list": [{"array": 2}]}}}}],
        "two": [{"expected": {"dict": {"array": {"array": 1}}}}],
    }
    text = np.frombuffer(json.dumps({"cases": cases}).encode(), dtype=np.uint8)
    np.savez(file := io.BytesIO(), manifest=text, a0=first, a1=second, a2=both)
    whole = file.getvalue()
    left, parts = recorded.cut(whole, {"f": ["one"], "g": ["two"], "h": ["unknown"]})
    assert len(left) == len(whole) and left != whole
    assert [len(part) for part in parts.values()] == [2, 1, 0]

    def filled(*questions: str) -> bytes:
        found = bytearray(left)
        for at, data in (one for name in questions for one in parts[name].items()):
            found[at : at + len(data)] = data
        return bytes(found)

    assert filled("f", "g") == whole
    store = np.load(io.BytesIO(filled("f")))
    assert (store["a0"] == first).all() and (store["a2"] == both).all()
    with pytest.raises(zipfile.BadZipFile):
        store["a1"]


def test_a_page_with_a_solution_in_it_is_refused() -> None:
    bundle = built(available()[0])
    line = sorted(stubs.solution_lines(bundle.lab))[0]
    with pytest.raises(CheckFailedError, match=r"The page lab/index\.html holds a solution line"):
        leaks.check_page(bundle, "lab/index.html", json.dumps({"source": f"x\n{line}\n"}))


@pytest.mark.exhaustive
def test_the_site_is_small_and_the_same_each_time(pages: Path, tmp_path: Path) -> None:
    files = {
        path.relative_to(pages).as_posix(): path
        for path in pages.rglob("*")
        if path.is_file() and not path.relative_to(pages).parts[0].startswith("pyodide-")
    }
    assert sum(path.stat().st_size for path in files.values()) < 15e6
    site.write([built(lab) for lab in available()], tmp_path, pyodide.OFFICIAL)
    again = {
        path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()
    }
    assert again == set(files)
    page = (tmp_path / available()[0].short / "index.html").read_text(encoding="utf-8")
    assert pyodide.OFFICIAL in page
    assert "BEGIN SOLUTION" not in page


@pytest.mark.slow
@pytest.mark.parametrize("client", ["labcheck", "otter"])
def test_the_hand_in_of_jupyter_is_not_on_the_page(client: str, tmp_path: Path) -> None:
    lab = available()[0]
    config = lab.config.model_copy(update={"client": client})
    assigned = build._otter_assign(dataclasses.replace(lab, config=config), tmp_path)
    book = nbformat.read(assigned / "student" / f"{lab.name}.ipynb", as_version=4)
    words = "Call `grader.hand_in()` as often as you like."
    (end,) = (i for i, cell in enumerate(book.cells) if HANDS_IN.search(cell.source))
    book.cells.insert(end - 1, nbformat.v4.new_markdown_cell(words))
    notebook.name_cells(book)
    blocks = list(_blocks(book.cells, text.Typesetter()))
    sources = [block.source for block in blocks if block.source.strip()]
    assert sources[-1] == words
    assert not any(HANDS_IN.search(one.source) for one in blocks if one.kind == "code")
    assert not any(words in "\n".join(sources) for words in ("the cell below,", "labcheck.start"))


@pytest.mark.parametrize("between", [0, 1])
def test_a_caption_stands_apart_after_a_guess(between: int) -> None:
    """Also where another cell stands between; what follows it is text as ever."""
    code, text_cell = nbformat.v4.new_code_cell, nbformat.v4.new_markdown_cell
    told = "*Figure 5: it explodes.*\n\nOn we go."
    asked = [code("guess = None\nfigures.rates(guess)"), *[code("print(1)")] * between]
    cells = [
        code("labcheck.start()"),
        *asked,
        text_cell(told),
        code("figures.more()"),
        text_cell(told),
    ]
    blocks = list(_blocks(cells, text.Typesetter()))
    found = [(one.kind, one.key) for one in blocks if one.kind in ("text", "caption")]
    assert [kind for kind, _ in found] == ["caption", "text", "text"] and found[0][1] == "1"


@EACH_BUILT_LAB
def test_a_stub_stands_beside_the_text_of_its_own_heading(lab: Lab) -> None:
    for section in lesson(built(lab), text.Typesetter()).sections:
        if section.question:
            assert not any(block.kind == "answer" for block in section.blocks), section.question
            about = "\n".join(block.source for block in section.blocks if block.kind == "text")
            module = lab.contract[section.question].module
            assert not about or section.question in about or module in about, section.question
