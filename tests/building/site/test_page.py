"""A lab's page in a real browser: work is kept, mistakes are named, everybody can use it."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
import zlib
from pathlib import Path
from typing import Any

import nbformat
import pytest
from matplotlib.figure import Figure

from labkit.base import paths
from labkit.base.zips import write_zip
from labkit.building import notebook
from labkit.building.build import built
from labkit.lab import stubs
from labkit.lab.course import available
from labkit.lab.lab import Lab
from labkit.mistakes import Catalogue, submission_with
from labkit.student import explore
from tests.building.site import working

pytestmark = pytest.mark.slow

LAB = available()[0]
FIRST = next(iter(LAB.questions))
MODULE = LAB.contract[FIRST].module
SOLUTION = working.functions(stubs.solution_package(LAB)[f"neuralnet/{MODULE}.py"], LAB, MODULE)
ENDLESS = SOLUTION[FIRST].split("\n")[0] + "\n    while True:\n        pass"


@pytest.fixture
def page(context: Any, address: str) -> Any:
    return working.open_lab(context, address, LAB)


def _cell(page: Any, source: str) -> str:
    """What the first cell says to this source."""
    place = page.locator(".cell").first
    working.write(page, place.locator(".cm-content"), source)
    place.get_by_role("button", name="Run", exact=False).first.click()
    place.locator(".output :is(pre, img, .said, fieldset)").first.wait_for()
    return str(place.locator(".output").inner_text())


def _text(page: Any, name: str) -> str:
    lines = working.question(page, name).locator(".cm-line").all_inner_texts()
    return "\n".join(line.rstrip("\n") for line in lines)  # an empty line may be one of its own


# Checks ---------------------------------------------------------------------------------------


def test_a_mistake_is_named_and_mended_and_points_are_counted(page: Any) -> None:
    mistake = Catalogue.of(LAB).about(FIRST)[0]
    files = submission_with([mistake], LAB)
    wrong = working.functions(files[f"neuralnet/{MODULE}.py"], LAB, MODULE)[FIRST]
    editor = working.question(page, FIRST).locator(".cm-content")
    working.write(page, editor, wrong)
    assert mistake.title.replace("`", "").rstrip(".") in working.check(page, FIRST)
    working.write(page, editor, SOLUTION[FIRST])
    assert "All public checks pass" in working.check(page, FIRST)
    asked = len(LAB.questions) - len(LAB.bonus)
    assert f"(1 of {asked} functions pass)" in page.locator("#points").inner_text()
    working.write(page, editor, SOLUTION[FIRST] + "\n    )")
    assert "(0 of" in page.locator("#points").inner_text()
    assert "SyntaxError" in working.check(page, FIRST)


def test_contents_lead_to_a_question_and_tell_what_passes(page: Any) -> None:
    page.evaluate(working.PUT, {FIRST: SOLUTION[FIRST]})
    working.check(page, FIRST)
    page.get_by_role("button", name="Contents").click()
    item = page.locator("#contents li").filter(has=page.get_by_role("link", name=FIRST, exact=True))
    assert "passes" in item.inner_text()
    assert page.locator("#contents .tick").count() == 1
    item.get_by_role("link").click()
    page.locator("#contents").wait_for(state="hidden")
    heading = page.locator(f".question:has([data-question='{FIRST}']) h3")
    assert 0 <= heading.bounding_box()["y"] < 300


def test_an_endless_loop_gets_the_kits_sentence(page: Any) -> None:
    working.write(page, working.question(page, FIRST).locator(".cm-content"), ENDLESS)
    assert "is there a loop that never ends" in working.check(page, FIRST)


def test_an_overflow_is_noticed_as_everywhere(page: Any) -> None:
    naive = "def sigmoid(z):\n    return 1 / (1 + np.exp(-z))"
    page.evaluate(working.PUT, {"sigmoid": naive})
    assert "overflow" in working.check(page, "sigmoid")
    said = _cell(page, "import numpy as np\nnp.exp(np.array([1000.0]))")
    assert "RuntimeWarning: overflow encountered in exp" in said


def test_a_cell_that_failed_runs_again_with_those_below(page: Any) -> None:
    cells = page.locator(".cell")
    _cell(page, "missing_here")
    cells.first.get_by_text("Run the cells above first").wait_for()
    working.write(page, cells.first.locator(".cm-content"), "missing_here = 41")
    working.write(page, cells.nth(1).locator(".cm-content"), "missing_here + 1")
    cells.nth(1).get_by_role("button", name="Run it and all above").click()
    cells.nth(1).get_by_text("42").wait_for()


def test_stop_ends_a_cell_and_python_is_ready_again(page: Any) -> None:
    place = page.locator(".cell").first
    working.write(page, place.locator(".cm-content"), "while True:\n    pass")
    place.get_by_role("button", name="Run").first.click()
    place.get_by_text("Running …").wait_for()
    page.get_by_role("button", name="Stop").click()
    assert "Stopped." in place.locator(".said").inner_text()
    assert "is not written yet" in working.check(page, FIRST)
    assert "while True" in place.locator(".cm-content").inner_text()


def test_a_stop_keeps_what_was_printed_and_the_checks_that_wait(page: Any) -> None:
    place = page.locator(".cell").first
    endless = (
        "import time\nn = 0\nwhile True:\n    time.sleep(0.1)\n    n += 1\n    print('round', n)"
    )
    working.write(page, place.locator(".cm-content"), endless)
    place.get_by_role("button", name="Run").first.click()
    place.get_by_text("round 5").wait_for()
    working.question(page, FIRST).get_by_role("button", name="Check").click()
    page.get_by_role("button", name="Stop").click()
    said = place.locator(".said").inner_text()
    assert "round 5" in said and "Stopped." in said
    waits = working.question(page, FIRST).locator(".said")
    waits.wait_for()
    assert "is not written yet" in waits.inner_text()


def test_what_a_cell_changes_in_a_library_is_no_part_of_a_check(page: Any) -> None:
    changed = (
        "import builtins, numpy as np\n"
        "np.relu = lambda x: x * (x > 0)\n"
        "np.exp = builtins.abs = None\n"
        "np.seterr(all='raise')\n"
        "np.relu(3)"
    )
    assert "3" in _cell(page, changed)
    page.evaluate(working.PUT, {"relu": "def relu(z):\n    return np.relu(z)\n"})
    assert "has no attribute 'relu'" in working.check(page, "relu")
    page.evaluate(working.PUT, {"relu": SOLUTION["relu"], "sigmoid": SOLUTION["sigmoid"]})
    for name in ("relu", "sigmoid"):
        assert "All public checks pass" in working.check(page, name)
    assert "-1" in _cell(page, "np.relu(2) - 3 if np.exp is None else 0")


def test_each_run_of_a_cell_warns(page: Any) -> None:
    for _ in range(2):
        assert "overflow" in _cell(page, "import numpy as np\nnp.exp(1e3)")


def test_a_cell_starts_again(page: Any) -> None:
    place = page.locator(".cell").first
    again = place.get_by_role("button", name="Start again")
    handed_out = place.locator(".cm-content").inner_text()
    again.wait_for(state="hidden")
    working.write(page, place.locator(".cm-content"), "print(1)")
    again.click()
    assert place.locator(".cm-content").inner_text() == handed_out
    again.wait_for(state="hidden")
    page.reload()
    place.get_by_role("button", name="My text back").click()
    assert place.locator(".cm-content").inner_text() == "print(1)"


def test_a_caption_waits_for_the_guess(page: Any) -> None:
    caption = page.locator(".caption").first
    place = page.locator(f".cell[data-index='{caption.get_attribute('data-cell')}']")
    assert not caption.locator("p").is_visible()
    place.get_by_role("button", name="Run", exact=False).first.click()
    place.locator(".output :is(.problem, img)").first.wait_for()
    assert not caption.locator("p").is_visible()  # nothing was drawn: its functions are stubs
    working.write(page, place.locator(".cm-content"), "guess = 1")
    place.get_by_role("button", name="Run", exact=False).first.click()
    caption.locator("p").first.wait_for()


def test_what_a_check_says_comes_into_sight_below_a_long_function(page: Any) -> None:
    long = "\n".join(["    # a line"] * 90)
    text = SOLUTION[FIRST].rstrip().replace("    return", f"{long}\n    return")
    working.write(page, working.question(page, FIRST).locator(".cm-content"), text)
    assert "All public checks pass" in working.check(page, FIRST)
    said = working.question(page, FIRST).locator(".said").bounding_box()
    assert said["y"] > 0 and said["y"] + said["height"] <= 900


def test_an_error_tells_its_line_in_the_editor(page: Any) -> None:
    wrong = SOLUTION[FIRST].split("\n    return")[0] + "\n    return nothing + 1\n"
    editor = working.question(page, FIRST).locator(".cm-content")
    working.write(page, editor, wrong)
    number = wrong.count("\n")
    assert f"(line {number} of {FIRST}: return nothing + 1)" in working.check(page, FIRST)


SAID = {
    "!pip install torch": "“!pip install torch” is for Jupyter",
    "x = 1\n%timeit x": "“%timeit x” is for Jupyter",
    "input('Your name?')": "input() does not work in the browser",
    "open('marks.csv')": "In the browser a cell sees only the lab's own files.",
    "%load_ext autoreload\n%autoreload 2\nprint('it went on')": "it went on",
    "import sys\nsys.exit(3)": "SystemExit: 3",
    "import labcheck\n2025 + 2": "2027",
}


def test_what_a_cell_cannot_do_is_said(page: Any) -> None:
    for source, said in SAID.items():
        _cell(page, source)
        page.locator(".cell").first.locator(".output", has_text=said).wait_for()


def test_a_figure_has_its_caption_in_words_and_a_picture_moves(page: Any) -> None:
    cells = page.locator(".cell")
    cells.first.get_by_role("button", name="Run").first.click()
    picture = cells.first.locator("img")
    picture.wait_for()
    assert picture.get_attribute("alt").startswith("Figure 1: ")
    source = (
        "from matplotlib.figure import Figure\nfrom explore import move\n"
        "def wave(speed):\n    return Figure(figsize=(2, 2)), f'at speed {speed:g}'\n"
        "move(wave, speed=(0, 9, 1))"
    )
    _cell(page, source)
    slider = cells.first.get_by_role("slider", name="speed")
    cells.first.locator("img[alt*='at speed 4']").wait_for()
    slider.focus()
    page.keyboard.press("ArrowRight")
    cells.first.locator("img[alt*='at speed 5']").wait_for()


def test_labels_are_counted_where_an_index_has_32_bits(page: Any) -> None:
    source = "import numpy as np\nfrom labdata import load_fashion_mnist\n"
    assert "50" in _cell(page, source + "int(np.bincount(load_fashion_mnist(0, 50)[3]).sum())")


def test_a_wide_figure_can_be_read_on_a_phone_and_scrolled_by_keyboard(page: Any) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    _cell(page, "import matplotlib.pyplot as plt\nplt.figure(figsize=(12, 3))\nplt.plot([1, 2]);")
    frame = page.locator(".cell .frame").first
    page.locator(".frame.goes-on").wait_for()
    assert frame.get_attribute("tabindex") == "0"
    assert frame.locator("img").bounding_box()["width"] == 640
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    frame.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("document.querySelector('.frame').scrollLeft > 0")
    _cell(page, "plt.figure(figsize=(2, 2))\nplt.plot([1, 2]);")
    page.wait_for_function("document.querySelector('.frame').style.getPropertyValue('--own')")
    assert frame.get_attribute("tabindex") is None
    assert frame.locator("img").bounding_box()["width"] < 300


def test_widgets_that_each_load_their_script_share_no_id(context: Any, address: str) -> None:
    page = context.new_page()
    page.goto(f"{address}/index.html")
    view = explore.View(lambda size: (Figure(), ""), {"size": (0, 4, 1)}, {})
    own = page.evaluate(
        """async ([script, spec]) => {
            const still = async () => ({ png: null, text: "", problem: "" });
            for (let i = 0; i < 2; i++) {
                const file = new Blob([script], { type: "text/javascript" });
                const { explorer } = await import(URL.createObjectURL(file));
                explorer(document.body, spec, still, () => {});
            }
            const rows = [...document.querySelectorAll("fieldset div:has(label)")];
            return rows.map((row) => row.contains(row.querySelector("label").control));
        }""",
        [(paths.STUDENT_FILES / "explore.js").read_text(encoding="utf-8"), view.spec],
    )
    assert own == [True, True]


def test_a_picture_of_a_stopped_python_moves_no_more(page: Any) -> None:
    moves = (
        "from matplotlib.figure import Figure\nfrom explore import move\n"
        "def wave(speed):\n    return Figure(figsize=(2, 2)), f'at speed {speed:g}'\n"
        "move(wave, speed=(0, 9, 1))"
    )
    _cell(page, moves)
    first, second = page.locator(".cell").nth(0), page.locator(".cell").nth(1)
    first.locator("img[alt*='at speed 4']").wait_for()
    working.write(page, second.locator(".cm-content"), "while True:\n    pass")
    second.get_by_role("button", name="Run").first.click()
    second.get_by_text("Running …").wait_for()
    page.get_by_role("button", name="Stop").click()
    slider = first.get_by_role("slider", name="speed")
    assert slider.is_disabled()
    assert "Run the cell again to move this picture." in first.inner_text()
    _cell(page, moves)
    assert slider.is_enabled()


def test_names_of_cells_follow_the_files_and_outlive_a_mistake_in_them(page: Any) -> None:
    editor = working.question(page, FIRST).locator(".cm-content")
    place = f"neuralnet.{MODULE}"
    both = f"[{FIRST}(), {place}.{FIRST}()]"
    start = f"import neuralnet\nimport {place} as m\nfrom {place} import {FIRST}\n"

    def written(body: str) -> str:
        working.write(page, editor, f"def {FIRST}(*given):\n    {body}")
        return _cell(page, f"[{FIRST}(), m.{FIRST}()]")

    working.write(page, editor, f"def {FIRST}(*given):\n    return 1")
    assert "[1, 1]" in _cell(page, start + both)
    assert "[1, 1]" in written("return (")
    assert "[1, 1]" in written("return 2\n\n\nraise SystemExit")
    assert "[3, 3]" in written("return 3")
    assert "[3, 3]" in _cell(page, both)


BUDGET = 10e6
"""Bytes, as a host sends them, that may come before the first check."""


@pytest.mark.parametrize("lab", available(), ids=lambda lab: lab.short)
def test_ten_megabytes_are_enough_for_a_first_check(
    context: Any, address: str, pages: Path, lab: Lab
) -> None:
    sent = 0

    def answer(route: Any) -> None:
        nonlocal sent
        content = (pages / route.request.url.removeprefix(f"{address}/")).read_bytes()
        size = min(len(content), len(zlib.compress(content, 6)))
        if sent + size > BUDGET:
            route.abort()
            return
        sent += size
        route.continue_()

    context.route(f"{address}/**", answer)
    page = working.open_lab(context, address, lab)
    said = working.check(page, next(iter(lab.questions)))
    assert "is not written yet" in said
    assert sent > BUDGET / 2


def test_python_beside_the_pages_is_compiled(page: Any, pages: Path, pyodide: Path) -> None:
    (folder,) = pages.glob("pyodide-*")
    lock = json.loads((folder / "pyodide-lock.json").read_text())["packages"]
    for name in ("numpy", "matplotlib"):
        wheel = folder / lock[name]["file_name"]
        assert hashlib.sha256(wheel.read_bytes()).hexdigest() == lock[name]["sha256"]
        assert wheel.read_bytes() != (pyodide / wheel.name).read_bytes()
    kept = zipfile.ZipFile(wheel).namelist()  # matplotlib's
    for figures in paths.ASSIGNMENTS.glob("*/figures.py"):
        for name in re.findall(r'get_sample_data\("([^"]+)"', figures.read_text("utf-8")):
            assert f"matplotlib/mpl-data/sample_data/{name}" in kept
    source = (
        "import json, numpy, matplotlib.pyplot\n"
        "[one.__file__.split('.')[-1] for one in (json, numpy, matplotlib.pyplot)]"
    )
    assert "['pyc', 'pyc', 'pyc']" in _cell(page, source)


# Work is kept ---------------------------------------------------------------------------------


def test_work_outlives_the_page_and_the_whole_file_is_the_same(page: Any) -> None:
    working.write(page, working.question(page, FIRST).locator(".cm-content"), SOLUTION[FIRST])
    page.locator(".answer textarea").first.fill("Its slope is small.")
    page.reload()
    page.locator(".work .cm-content").first.wait_for()
    assert _text(page, FIRST) == SOLUTION[FIRST].rstrip()
    assert page.locator(".answer textarea").first.input_value() == "Its slope is small."
    working.question(page, FIRST).get_by_role("button", name=f"{MODULE}.py").click()
    whole = page.locator("#wholefile .cm-content")
    whole.click()
    page.keyboard.press("Control+Home")
    page.keyboard.insert_text("# mine\n")
    page.get_by_role("button", name="Close").click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download my work").click()
    with zipfile.ZipFile(waiting.value.path()) as archive:
        text = archive.read(f"neuralnet/{MODULE}.py").decode()
        book = json.loads(archive.read(f"{LAB.name}.ipynb"))
    assert text.startswith("# mine\n") and SOLUTION[FIRST].rstrip() in text
    assert "Its slope is small." in json.dumps(book)


def test_a_function_starts_again_and_what_was_written_comes_back(page: Any) -> None:
    place, stub = working.question(page, FIRST), _text(page, FIRST)
    again = place.get_by_role("button", name="Start again")
    back = place.get_by_role("button", name="My text back")
    again.wait_for(state="hidden")
    working.write(page, place.locator(".cm-content"), SOLUTION[FIRST])
    again.click()
    assert _text(page, FIRST) == stub
    page.reload()
    page.locator(".work .cm-content").first.wait_for()
    back.click()
    assert _text(page, FIRST) == SOLUTION[FIRST].rstrip()
    back.wait_for(state="hidden")
    second = f"{SOLUTION[FIRST].rstrip()}  # once more"
    working.write(page, place.locator(".cm-content"), second)
    again.click()
    back.click()
    assert _text(page, FIRST) == second
    place.get_by_role("button", name="Another text of mine").click()
    assert _text(page, FIRST) == SOLUTION[FIRST].rstrip()


def test_a_helper_stays_where_it_was_written(page: Any) -> None:
    """Above its function or below; a change of it leaves every function of the file unchecked."""
    second = [one.name for one in LAB.functions if one.module == MODULE][1]
    helper = "def mine(a):\n    return a\n"
    above = f"{helper}\n\n{SOLUTION[second]}".rstrip()
    below = f"{SOLUTION[FIRST].rstrip()}\n\n\ndef other(a):\n    return a"
    for name, text in ((FIRST, below), (second, above)):
        working.write(page, working.question(page, name).locator(".cm-content"), text)
    page.reload()
    page.locator(".work .cm-content").first.wait_for()
    assert _text(page, FIRST) == below and _text(page, second) == above
    for name in (FIRST, second):
        assert "All public checks pass" in working.check(page, name)
    page.locator("#points", has_text="(2 of").wait_for()
    editor = working.question(page, second).locator(".cm-content")
    working.write(page, editor, SOLUTION[second])
    page.locator("#points", has_text="(0 of").wait_for()


def test_points_of_work_that_was_replaced_are_gone(page: Any, tmp_path: Path) -> None:
    working.write(page, working.question(page, FIRST).locator(".cm-content"), SOLUTION[FIRST])
    assert "All public checks pass" in working.check(page, FIRST)
    write_zip(tmp_path / "work.zip", {p: t.encode() for p, t in stubs.stub_package(LAB).items()})
    page.once("dialog", lambda dialog: dialog.accept())
    page.locator("#file").set_input_files(tmp_path / "work.zip")
    page.get_by_text("Your work is open").wait_for()
    assert not working.question(page, FIRST).locator(".said").count()
    page.reload()
    page.locator("#points", has_text="(0 of").wait_for()


WHOLE = """async (insert) => {
    const { EditorView } = await import("@codemirror/view");
    const view = EditorView.findFromDOM(document.querySelector("#wholefile .cm-editor"));
    view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert } });
}"""


def test_whatever_stands_in_an_editor_is_there_after_a_reload(page: Any) -> None:
    second = [one.name for one in LAB.functions if one.module == MODULE][1]
    texts = {
        FIRST: f'"""Notes:\n\ndef {second}(z):\n"""\n\n\nif 1:\n    def {FIRST}(z):\n        pass',
        second: f"LOW = 0.0\n\nTABLE = [\n    1,\n]\ndef {second}(h):\n    return h",
    }
    for name, text in texts.items():
        working.write(page, working.question(page, name).locator(".cm-content"), text)
    page.reload()
    page.locator(".work .cm-content").first.wait_for()
    assert {name: _text(page, name) for name in texts} == texts


def test_a_check_says_when_the_text_has_changed_meanwhile(page: Any) -> None:
    place = working.question(page, FIRST)
    slow = "import time\n" + SOLUTION[FIRST].replace(
        "    return", "    time.sleep(0.3)\n    return"
    )
    working.write(page, place.locator(".cm-content"), slow)
    place.get_by_role("button", name="Check").click()
    place.get_by_text("Running …").wait_for()
    working.write(page, place.locator(".cm-content"), "nonsense")
    place.locator(".output.old .pass").wait_for()
    assert "(0 of" in page.locator("#points").inner_text()


def test_a_file_that_cannot_be_read_leaves_no_function_of_it_passing(page: Any) -> None:
    second = [one.name for one in LAB.functions if one.module == MODULE][1]
    working.write(page, working.question(page, FIRST).locator(".cm-content"), SOLUTION[FIRST])
    assert "All public checks pass" in working.check(page, FIRST)
    working.write(page, working.question(page, second).locator(".cm-content"), "return (((")
    working.check(page, second)
    page.locator("#points", has_text="(0 of").wait_for()


def _refused(page: Any, path: Path, files: dict[str, bytes]) -> str:
    write_zip(path, files)
    page.locator("#file").set_input_files(path)
    said = page.locator('#notes [data-kind="opened"]')
    said.get_by_text(path.name).wait_for()
    return str(said.inner_text())


def test_a_zip_that_is_refused_changes_nothing(page: Any, tmp_path: Path) -> None:
    working.write(page, working.question(page, FIRST).locator(".cm-content"), "mine")
    good = {path: text.encode() for path, text in stubs.solution_package(LAB).items()}
    other = {
        "lab2_backprop.ipynb": b'{"cells": [{"source": "labcheck.start(\\"lab2_backprop\\")"}]}'
    }
    assert "work of lab2_backprop" in _refused(page, tmp_path / "other.zip", good | other)
    latin = good | {f"neuralnet/{MODULE}.py": "# für".encode("latin-1")}
    assert f"{MODULE}.py in it is no text" in _refused(page, tmp_path / "latin.zip", latin)
    with zipfile.ZipFile(tmp_path / "bad.zip", "w") as archive:
        archive.writestr(f"neuralnet/{MODULE}.py", "x" * 99)
    data = (tmp_path / "bad.zip").read_bytes()
    (tmp_path / "bad.zip").write_bytes(data.replace(b"xxx", b"xyx", 1))
    page.locator("#file").set_input_files(tmp_path / "bad.zip")
    page.get_by_text("bad.zip could not be opened").wait_for()
    page.reload()
    page.locator(".work .cm-content").first.wait_for()
    assert _text(page, FIRST) == "mine"


def test_a_function_that_is_gone_from_its_file_comes_back_in_its_place(page: Any) -> None:
    whole = page.locator(f"[data-question='{FIRST}']").get_by_role("button", name=f"{MODULE}.py")
    second = [one.name for one in LAB.functions if one.module == MODULE][1]
    place, stub = working.question(page, second), _text(page, second)
    working.write(page, place.locator(".cm-content"), f"{stub}  # mine")
    whole.click()
    given = stubs.stub_package(LAB)[f"neuralnet/{MODULE}.py"]
    page.evaluate(WHOLE, re.sub(rf"^def {second}\(.*?(?=^def |\Z)", "", given, flags=re.M | re.S))
    page.get_by_role("dialog").get_by_role("button", name="Close").click()
    assert f"There is no function {second}" in place.inner_text()
    place.get_by_role("button", name="My text back").click()
    assert _text(page, second) == f"{stub}  # mine"
    place.get_by_role("button", name="Start again").click()
    assert _text(page, second) == stub
    whole.click()
    page.get_by_role("dialog").wait_for()
    text = page.evaluate(
        """async () => {
            const { EditorView } = await import("@codemirror/view");
            const place = document.querySelector("#wholefile .cm-editor");
            return EditorView.findFromDOM(place).state.doc.toString();
        }"""
    )
    assert text == given


def test_the_zip_from_jupyter_opens_and_its_own_cells_are_kept(page: Any, tmp_path: Path) -> None:
    name = f"{LAB.name}.ipynb"
    book = json.loads((built(LAB).student / name).read_text(encoding="utf-8"))
    answer = next(one for one in book["cells"] if "_Type your answer" in "".join(one["source"]))
    answer["source"] = "From Jupyter."
    mine = {"cell_type": "code", "id": "mine", "metadata": {}, "source": "my = 1", "outputs": []}
    book["cells"].append(mine | {"execution_count": None})
    files = {path: text.encode() for path, text in stubs.solution_package(LAB).items()}
    write_zip(tmp_path / "work.zip", files | {name: json.dumps(book).encode()})
    page.locator("#file").set_input_files(tmp_path / "work.zip")
    page.get_by_text("Your work is open").wait_for()
    assert page.locator(".answer textarea").first.input_value() == "From Jupyter."
    page.reload()
    page.locator(".work .cm-content").first.wait_for()
    assert "All public checks pass" in working.check(page, FIRST)
    target = working.download(page, tmp_path, "again.zip")
    with zipfile.ZipFile(target) as archive:
        assert archive.read(f"neuralnet/{MODULE}.py") == files[f"neuralnet/{MODULE}.py"]
        assert "my = 1" in archive.read(name).decode()


def test_files_beside_the_package_open_with_it(page: Any, tmp_path: Path) -> None:
    right = SOLUTION[FIRST].replace(f"def {FIRST}(", "def right(")
    call = f"def {FIRST}(*given):\n    return right(*given)\n"
    files = {
        "mine/neuralnet/__init__.py": "",
        f"mine/neuralnet/{MODULE}.py": f"from shapes.inner import right\n\n\n{call}",
        "mine/neuralnet/parts/__init__.py": "PART = 1\n",
        "mine/shapes/__init__.py": "",
        "mine/shapes/inner.py": f"import numpy as np\nfrom helper import SIDE\n\n\n{right}",
        "mine/helper.py": "SIDE = 1\n",
        "mine/check.py": "the kit's",
        "mine/labcheck/cases.py": "the kit's",
        "mine/data/end.npz": "the lab's",
        "mine/weights.txt": "1",
        "mine/venv/numpy.py": "an installed one",
        "mine/shapes/.cache/old.py": "",
        "older/helper.py": "SIDE = 0\n",
    }
    write_zip(tmp_path / "work.zip", {path: one.encode() for path, one in files.items()})
    page.locator("#file").set_input_files(tmp_path / "work.zip")
    opened = page.locator('#notes [data-kind="opened"]')
    opened.get_by_text("Your work is open: 6 files; no notebook was in it.").wait_for()
    left = "mine/shapes/.cache/old.py, mine/venv/numpy.py, mine/weights.txt, older/helper.py"
    assert f"kept here: {left}. “Check all”" in opened.inner_text()
    assert "All public checks pass" in working.check(page, FIRST)
    assert "[1, 1]" in _cell(page, "import helper, neuralnet.parts as p\n[helper.SIDE, p.PART]")
    changed = {**files, "mine/helper.py": "SIDE = 2\n"}
    del changed["mine/weights.txt"]
    write_zip(tmp_path / "work.zip", {path: one.encode() for path, one in changed.items()})
    page.once("dialog", lambda asked: asked.accept())
    page.locator("#file").set_input_files(tmp_path / "work.zip")
    opened.get_by_text("mine/venv/numpy.py, older/helper.py.").wait_for()
    assert "2" in _cell(page, "import helper\nhelper.SIDE")
    with zipfile.ZipFile(working.download(page, tmp_path, "again.zip")) as archive:
        names = set(archive.namelist())
        assert archive.read("helper.py").decode() == changed["mine/helper.py"]
    assert {"shapes/__init__.py", "shapes/inner.py", "neuralnet/parts/__init__.py"} <= names
    assert not {"check.py", "labcheck/cases.py", "weights.txt"} & names


def test_what_is_written_is_not_replaced_unasked(page: Any, tmp_path: Path) -> None:
    files = {path: text.encode() for path, text in stubs.solution_package(LAB).items()}
    name = f"{LAB.name}.ipynb"
    book = (built(LAB).student / name).read_bytes()
    write_zip(tmp_path / "work.zip", files | {name: book})
    answer = page.locator(".answer textarea").first
    asked: list[str] = []

    def refuse(dialog: Any) -> None:
        asked.append(dialog.message)
        dialog.dismiss()

    answer.fill("Only here.")
    (tmp_path / "no.zip").write_text("no zip")
    page.locator("#file").set_input_files(tmp_path / "no.zip")
    page.get_by_text("no.zip could not be opened").wait_for()  # and nothing was asked
    page.once("dialog", refuse)
    with page.expect_event("dialog"):
        page.locator("#file").set_input_files(tmp_path / "work.zip")
    assert len(asked) == 1 and answer.input_value() == "Only here."
    page.once("dialog", lambda dialog: dialog.accept())
    page.locator("#file").set_input_files(tmp_path / "work.zip")
    page.get_by_text("Your work is open").wait_for()
    assert answer.input_value() == ""


def test_the_zip_of_another_version_puts_each_text_where_it_belongs(
    page: Any, tmp_path: Path
) -> None:
    name = f"{LAB.name}.ipynb"
    book = nbformat.read(built(LAB).student / name, as_version=4)
    handed_out = {cell.source for cell in book.cells}
    place = page.locator(".cell").nth(1)
    cell = book.cells[int(place.get_attribute("data-index"))]
    gone = nbformat.v4.new_code_cell("once = 1")
    book.cells[2:2] = [gone, nbformat.v4.new_markdown_cell("# Once\n\nA text that is gone.")]
    notebook.name_cells(book)
    answers = [cell for cell in book.cells if cell.id.startswith(notebook.ANSWER)]
    gone.source, cell.source, answers[1].source = "once = 'mine'", "second = 'mine'", "An answer."
    files = {path: text.encode() for path, text in stubs.solution_package(LAB).items()}
    write_zip(tmp_path / "work.zip", files | {name: nbformat.writes(book).encode()})
    page.locator("#file").set_input_files(tmp_path / "work.zip")
    page.get_by_text("2 cells have no place on this page").wait_for()
    written = [one.input_value() for one in page.locator(".answer textarea").all()]
    assert written == ["", "An answer.", *[""] * (len(answers) - 2)]
    assert place.locator(".cm-content").inner_text() == "second = 'mine'"
    with zipfile.ZipFile(working.download(page, tmp_path, "again.zip")) as archive:
        sources = ["".join(one["source"]) for one in json.loads(archive.read(name))["cells"]]
    assert [one for one in sources if one not in handed_out] == [
        *("second = 'mine'", "An answer."),
        *("once = 'mine'", "# Once\n\nA text that is gone."),
    ]


def test_a_file_that_is_no_work_is_refused_and_nothing_changes(page: Any, tmp_path: Path) -> None:
    (tmp_path / "photo.zip").write_bytes(b"no zip")
    write_zip(tmp_path / "other.zip", {"neuralnet/other.py": b""})
    before = _text(page, FIRST)
    for name in ("photo.zip", "other.zip"):
        page.locator("#file").set_input_files(tmp_path / name)
        page.get_by_text(f"{name} could not be opened").wait_for()
    assert _text(page, FIRST) == before


def test_a_second_tab_says_so_and_can_take_over(context: Any, page: Any, address: str) -> None:
    page.wait_for_timeout(1500)
    second = working.open_lab(context, address, LAB)
    said = "This lab is open in another tab"
    second.get_by_text(said).wait_for()
    assert second.locator("main").evaluate("one => one.inert")
    assert not page.get_by_text(said).is_visible()
    working.write(page, working.question(page, FIRST).locator(".cm-content"), SOLUTION[FIRST])
    second.get_by_role("button", name="Work in this tab").click()
    page.get_by_text(said).wait_for()
    second.get_by_text(said).wait_for(state="hidden")
    second.locator(".work .cm-content").first.wait_for()
    assert _text(second, FIRST) == SOLUTION[FIRST].rstrip()
    second.close()
    page.get_by_text("This lab was open in another tab").wait_for()


def test_a_tab_that_is_busy_is_another_tab(context: Any, page: Any, address: str) -> None:
    """It cannot answer, but it holds the lock."""
    page.wait_for_timeout(1500)
    page.evaluate(
        "() => void setTimeout(() => { const end = Date.now() + 6000; while (Date.now() < end); })"
    )
    second = working.open_lab(context, address, LAB)
    second.get_by_text("This lab is open in another tab").wait_for(timeout=5000)


def test_a_tab_that_lost_the_work_writes_nothing_over_it(
    context: Any, page: Any, address: str
) -> None:
    page.wait_for_timeout(1500)
    page.locator("#python", has_text="Python is ready").wait_for()
    working.write(page, working.question(page, FIRST).locator(".cm-content"), ENDLESS)
    working.question(page, FIRST).get_by_role("button", name="Check").click()
    working.question(page, FIRST).get_by_role("button", name=f"{MODULE}.py").click()
    second = working.open_lab(context, address, LAB)
    second.get_by_role("button", name="Work in this tab").click()
    page.get_by_text("This lab is open in another tab").wait_for()
    assert page.locator("#whole").is_hidden()
    assert page.get_by_role("button", name="Open my work").is_disabled()
    second.locator('#notes [data-kind="tabs"]').wait_for(state="hidden")
    second.locator(".work .cm-content").first.wait_for()
    assert _text(second, FIRST) == ENDLESS
    working.write(second, working.question(second, FIRST).locator(".cm-content"), SOLUTION[FIRST])
    working.question(page, FIRST).locator(".said").wait_for()  # its check ends after all
    page.get_by_role("button", name="Work in this tab").click()
    page.locator('#notes [data-kind="tabs"]').wait_for(state="hidden")
    page.locator(".work .cm-content").first.wait_for()
    assert _text(page, FIRST) == SOLUTION[FIRST].rstrip()


@pytest.mark.parametrize("when", ["forbidden", "full later"])
def test_storage_that_keeps_nothing_is_said_at_once(context: Any, address: str, when: str) -> None:
    full = "Storage.prototype.setItem = () => { throw new DOMException('', 'QuotaExceededError') }"
    if when == "forbidden":
        context.add_init_script(full)
    page = working.open_lab(context, address, LAB)
    if when == "full later":
        page.evaluate(f"() => {{ {full} }}")
        page.locator(".answer textarea").first.fill("Long.")
    page.get_by_text("download").filter(has_text="before you close this page").first.wait_for()


def test_a_new_version_of_the_lab_keeps_the_code_and_says_what_changed(page: Any) -> None:
    working.write(page, working.question(page, FIRST).locator(".cm-content"), SOLUTION[FIRST])
    page.wait_for_timeout(800)
    page.evaluate(
        """([key, path, name]) => {
          const kept = JSON.parse(localStorage.getItem(key));
          kept.version = "older";
          kept.handed[path] = kept.handed[path].replace(`def ${name}(`, `def ${name}( `);
          kept.cells.gone = "mine = 1";
          addEventListener("pagehide", () => localStorage.setItem(key, JSON.stringify(kept)));
        }""",
        [f"labkit {LAB.name}", f"neuralnet/{MODULE}.py", FIRST],
    )
    page.reload()
    note = page.locator('#notes [data-kind="news"]')
    note.get_by_text("This lab has a new version").wait_for()
    assert f"New text of the stubs: {FIRST};" in note.inner_text()
    assert _text(page, FIRST) == SOLUTION[FIRST].rstrip()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download my work").click()
    with zipfile.ZipFile(waiting.value.path()) as archive:
        assert "mine = 1" in archive.read(f"{LAB.name}.ipynb").decode()


def test_download_for_jupyter_is_the_lab_as_it_was_built(
    context: Any, address: str, tmp_path: Path
) -> None:
    page = context.new_page()
    page.goto(f"{address}/index.html")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download for Jupyter").first.click()
    with (
        zipfile.ZipFile(waiting.value.path()) as one,
        zipfile.ZipFile(built(LAB).root / "student.zip") as other,
    ):
        assert {name: one.read(name) for name in one.namelist()} == {
            name: other.read(name) for name in other.namelist()
        }


# For everybody --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scheme", "width"),
    [
        ("dark", 390),
        *(
            pytest.param(*screen, marks=pytest.mark.exhaustive)
            for screen in (("light", 1280), ("dark", 1280), ("light", 390))
        ),
    ],
)
@pytest.mark.parametrize(
    "name", ["index.html", "instructors.html", *(f"{one.short}/index.html" for one in available())]
)
def test_axe_finds_nothing_and_the_page_is_as_wide_as_the_screen(
    context: Any, address: str, name: str, scheme: str, width: int
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    page = context.new_page()
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{address}/{name}")
    if name.startswith("lab"):
        page.locator(".work .cm-content").first.wait_for()
    page.evaluate(LAID_OUT)
    found = axe.Axe().run(page).response["violations"]
    assert [(one["id"], [node["html"][:200] for node in one["nodes"]][:3]) for one in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


LAID_OUT = """document.fonts.ready.then(
    () => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 100)))
)"""
"""What is too wide says so, and can be reached by keyboard, once the fonts are there."""


@pytest.mark.parametrize("lab", [lab.short for lab in available()])
def test_no_formula_is_cut_off_on_a_desktop(context: Any, address: str, lab: str) -> None:
    page = context.new_page()
    page.goto(f"{address}/{lab}/index.html")
    page.locator(".work .cm-content").first.wait_for()
    page.evaluate(LAID_OUT)
    assert page.locator(".text .goes-on").all_inner_texts() == []


def test_a_question_is_answered_by_keyboard_alone(page: Any) -> None:
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "Skip to the text"
    working.question(page, FIRST).locator(".cm-content").focus()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(SOLUTION[FIRST])
    page.keyboard.press("Control+Enter")
    working.question(page, FIRST).locator(".said .pass").wait_for()
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text().startswith("Check")


def test_on_paper_a_long_answer_is_whole_and_the_ink_is_dark(page: Any) -> None:
    answer = page.locator(".answer textarea").first
    answer.fill("A line of an answer.\n" * 40)
    cut = "one => one.scrollHeight - one.clientHeight"
    assert answer.evaluate(cut) > 100
    page.emulate_media(media="print", color_scheme="dark")
    assert answer.evaluate(cut) <= 1
    assert page.locator(".bar").is_hidden()
    assert not page.get_by_role("button", name="Check").first.is_visible()
    ink = """one => {
        const canvas = new OffscreenCanvas(1, 1).getContext("2d");
        canvas.fillStyle = getComputedStyle(one).color;
        canvas.fillRect(0, 0, 1, 1);
        return Math.max(...canvas.getImageData(0, 0, 1, 1).data.slice(0, 3));
    }"""
    for words in ("h1", ".text p", ".tok-keyword", ".tok-string"):
        assert page.locator(words).first.evaluate(ink) < 128


def test_the_text_is_there_before_any_script(browser: Any, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/{LAB.short}/index.html")
    assert page.locator(".katex").count() > 20
    assert "Here you can read the lab" in page.inner_text("body")
    context.close()


def test_all_comes_from_here_and_nothing_is_complained_of(context: Any, address: str) -> None:
    page = context.new_page()
    asked, said = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"{address}/{LAB.short}/index.html")
    page.locator("#python", has_text="Python is ready").wait_for()
    cell = page.locator(".cell").first
    cell.get_by_role("button", name="Run").first.click()
    cell.locator("img").wait_for()
    assert [one for one in asked if not one.startswith((address, "data:", "blob:"))] == []
    assert said == []
