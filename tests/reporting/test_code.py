"""What instructors see of code: a page a submission, and near-identical ones side by side."""

from __future__ import annotations

from pathlib import Path

import pytest

from labkit.lab import stubs
from labkit.lab.course import find
from labkit.reporting import beside, code, report
from labkit.reporting.similar import Pair, Similarity
from tests.sample_results import LAB, Page, result

EVIL = '''def relu(z):
    """</pre><script>alert(1)</script> &lt; &amp;amp;"""
    if z < 0 and "\u202e":  # turned
        return 0
    return z
'''
ONE = "def relu(z):\n    # mine\n    return z * (z > 0)\n\n\ndef sigmoid(z):\n    return z\n"
OTHER = ONE.replace("# mine", "# my own").replace("return z\n", "return z\n    # end\n")


def pages(out: Path, **files: str) -> None:
    """The page of each named submission, with these activations."""
    written = code.CodePages(out, LAB)
    for name, text in files.items():
        written.add(result(name), {"neuralnet/activations.py": text.encode()})


def text_of(path: Path) -> Page:
    return Page(path.read_text(encoding="utf-8"))


def test_code_is_shown_and_acts_nowhere(tmp_path: Path) -> None:
    pages(tmp_path, eve=EVIL)
    page = text_of(tmp_path / "code" / "eve.html")
    assert page.is_self_contained() and page.outline_is_sound()
    assert "</pre><script>alert(1)</script> &lt; &amp;amp;" in page.text
    assert "1 2 3 4 5 def relu(z):" in page.text
    assert "⟨U+202E⟩" in page.text  # a sign that turns what follows around is seen


@pytest.mark.parametrize(
    "text", [EVIL.replace("\u202e", "x"), ONE, "x = 1\r\ny = '\"'\r\n", "\n\n\nx"]
)
def test_what_is_read_back_is_what_was_handed_in(tmp_path: Path, text: str) -> None:
    pages(tmp_path, eve=text)
    wanted = text.replace("\r\n", "\n").rstrip("\n")
    assert code.read(tmp_path, "eve") == {"neuralnet/activations.py": wanted.encode()}
    assert code.read(tmp_path, "nobody") == {}


def test_modules_of_the_kit_are_left_out_until_they_are_changed() -> None:
    lab = find("lab2")
    package = {path: text.encode() for path, text in stubs.solution_package(lab).items()}
    own = code.CodePages(Path(), lab).own
    assert list(own(package)) == [f"neuralnet/{module}.py" for module in lab.modules]
    package["neuralnet/layers.py"] += b"\nx = 1\n"
    package["helpers.py"] = b"y = 2\n"
    package["notes.txt"] = b"no code"
    assert list(own(package))[len(lab.modules) :] == ["helpers.py", "neuralnet/layers.py"]


def test_the_report_leads_to_code_where_there_is_some(tmp_path: Path) -> None:
    pages(tmp_path, ada=ONE)
    report.write(tmp_path, [result("ada"), result("bob")], LAB)
    links = [a["href"] for a in text_of(tmp_path / "report.html").all("a")]
    assert "code/ada.html" in links and "code/bob.html" not in links


# ---------------------------------------------------------------- side by side


def test_a_group_is_shown_side_by_side(tmp_path: Path) -> None:
    pages(tmp_path, ada=ONE, bob=OTHER)
    found = Similarity(2, (Pair("ada", "bob", ("relu", "sigmoid"), 0.97),))
    (tmp_path / "similar").mkdir()
    (tmp_path / "similar" / "7.html").write_text("of an earlier run", encoding="utf-8")
    beside.write(tmp_path, LAB, found)
    assert [path.name for path in (tmp_path / "similar").iterdir()] == ["1.html"]
    page = text_of(tmp_path / "similar" / "1.html")
    assert page.is_self_contained() and page.outline_is_sound()
    assert "ada and bob : 97 % of the code" in page.text
    assert "relu 1 of 2 lines differ" in page.text
    assert "1 # mine ≠ differs 1 # my own 2 return z * (z > 0) 2 return z * (z > 0)" in page.text
    assert all(th.get("scope") == "col" for th in page.all("th"))
    report.write(tmp_path, [result("ada"), result("bob")], LAB, similarity=found)
    links = [a["href"] for a in text_of(tmp_path / "report.html").all("a")]
    assert "similar/1.html" in links


def test_lines_without_a_partner_stand_beside_nothing() -> None:
    rows = list(beside.aligned("    a\n    b\n    c", "a\nc\nd"))
    assert [(row.number, row.left, row.other, row.right, row.same) for row in rows] == [
        (1, "a", 1, "a", True),
        (2, "b", None, "", False),
        (3, "c", 2, "c", True),
        (None, "", 3, "d", False),
    ]


def test_code_that_is_gone_stops_nothing(tmp_path: Path) -> None:
    beside.write(tmp_path, LAB, Similarity(2, (Pair("ada", "bob", ("relu",), 1.0),)))
    assert "ada and bob" in text_of(tmp_path / "similar" / "1.html").text
