"""What `labkit build` delivers: the right files, nothing secret, the same bytes each time."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

import nbformat
import numpy as np
import pytest

from labkit.base.errors import CheckFailedError, LabkitError
from labkit.building import build, leaks, notebook, proof
from labkit.lab import stubs
from labkit.lab.bundle import Bundle
from labkit.lab.course import find
from labkit.lab.lab import Lab, Written
from labkit.lab.schema import Config
from labkit.student.labcheck.graded import KIT
from labkit.student.labcheck.notebooks import PLACEHOLDER
from tests.built_labs import EACH_BUILT_LAB
from tests.classroom import mini


@EACH_BUILT_LAB
def test_solution_earns_all_and_starter_nothing(lab: Lab) -> None:
    bundle = build.built(lab)
    (bundle.root / "proved.txt").unlink(missing_ok=True)
    assert "solution 100 %, starter 0 %" in proof.prove(bundle)


def test_several_labs_are_proved_in_their_order(tmp_path: Path) -> None:
    """The second one's cases ask for nothing: the first is ready, then the reason is said."""
    lenient = re.sub(r'check.values\("relu".*', "assert check", mini.CASES)
    labs = []
    for name, cases in (("strict", mini.CASES + "\n# new"), ("lenient", lenient)):
        mini.lab(tmp_path / name, cases=cases)
        labs.append(Lab.load(tmp_path / name / "assignments" / mini.NAME))
    ready = proof.proved(labs)
    bundle, line = next(ready)
    assert bundle.root == build.kept_at(labs[0]) and "solution 100 %, starter 0 %" in line
    with pytest.raises(CheckFailedError, match="the starter passes a case: relu"):
        next(ready)


def test_a_build_is_cleared_away_a_while_after_its_last_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A class may be graded with what was built days ago, while another command builds anew."""
    monkeypatch.setattr(build, "cache_folder", lambda: tmp_path / "cache")
    root = mini.lab(tmp_path).root
    days_ago = root.stat().st_mtime - 3 * 86_400
    os.utime(root, (days_ago, days_ago))
    assert mini.lab(tmp_path).root == root
    build._forget_old(mini.NAME)
    assert root.is_dir()
    os.utime(root, (days_ago, days_ago))
    build._forget_old(mini.NAME)
    assert not root.exists()


@EACH_BUILT_LAB
def test_the_student_zip_is_complete(lab: Lab) -> None:
    with zipfile.ZipFile(build.built(lab).root / "student.zip") as archive:
        inside = archive.namelist()
    # A folder of its own: unpacking one lab beside another overwrites nothing.
    assert all(name.startswith(f"{lab.name}/") for name in inside)
    names = {name.partition("/")[2] for name in inside}
    assert {
        f"{lab.name}.ipynb",
        "labcheck/__init__.py",
        "labdata.py",
        "explore.py",
        "guesses.py",
        "check.py",
        "recorded.npz",
    } <= names
    assert {"README.md", "requirements.txt", "data/fashion_mnist.npz"} <= names
    assert {f"neuralnet/{module}.py" for module in lab.modules} <= names
    assert {f"tests/{question}.py" for question in lab.questions} <= names
    assert not any("labkit" in name or "catalogue" in name for name in names)
    beside = {name.removesuffix(".py") for name in names if re.fullmatch(r"\w+\.py", name)}
    assert beside <= KIT | {"labdata"}, "handing in takes it for the student's"


def test_earlier_labs_come_finished_and_own_work_comes_as_stubs() -> None:
    finished = stubs.stub_package(find("lab2"))
    own = stubs.stub_package(find("lab2"), own_work=True)
    assert "NotImplementedError" not in finished["neuralnet/layers.py"]
    assert "NotImplementedError" in own["neuralnet/layers.py"]
    assert "NotImplementedError" in finished["neuralnet/losses.py"]
    assert "neuralnet/training.py" not in finished


@pytest.mark.slow
def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    lab = find("lab1")
    first = build.built(lab)
    again = tmp_path / "again"
    command = [
        sys.executable,
        "-c",
        "import sys; from pathlib import Path; from labkit.building import build; "
        "from labkit.lab.course import find; build._build(find('lab1'), Path(sys.argv[1]), False)",
        str(again),
    ]
    subprocess.run(command, check=True)
    for name in ("student.zip", "autograder.zip", "gradescope.zip"):
        assert (first.root / name).read_bytes() == (again / name).read_bytes(), name


@pytest.fixture
def copied(tmp_path: Path) -> Bundle:
    """A built lab to spoil."""
    shutil.copytree(build.built(find("lab1")).root, tmp_path / "bundle")
    return Bundle(tmp_path / "bundle")


def _append(path: Path, text: str) -> None:
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


def test_the_scan_finds_a_solution_line(copied: Bundle) -> None:
    line = max(stubs.solution_lines(find("lab1")), key=len)
    _append(copied.student / "neuralnet" / "layers.py", f"\n{line}\n")
    with pytest.raises(LabkitError, match="solution line"):
        leaks.check(copied)


def test_the_scan_finds_a_hidden_case(copied: Bundle) -> None:
    hidden = (copied.lab.folder / "tests" / "sigmoid.py").read_text(encoding="utf-8")
    (copied.student / "tests" / "sigmoid.py").write_text(hidden, encoding="utf-8")
    with pytest.raises(LabkitError, match="hidden case"):
        leaks.check(copied)


@pytest.mark.parametrize("name", ["check.py", "lab1_forward.ipynb"])
def test_the_scan_finds_a_hidden_case_in_other_quotes(copied: Bundle, name: str) -> None:
    hidden = leaks._hidden_statements(copied.lab.folder / "tests")
    line = next(line for line in sorted(hidden) if "'" in line).replace("'", '"')
    if name.endswith(".py"):
        _append(copied.student / name, f"\n{line}\n")
    else:
        book = nbformat.read(copied.student / name, as_version=4)
        book.cells[1].source += f"\n\n    {line}\n"
        nbformat.write(book, copied.student / name)
    with pytest.raises(LabkitError, match=rf"{name} in student.zip holds a hidden case"):
        leaks.check(copied)


def test_the_scan_reads_the_hints_of_the_checks(copied: Bundle) -> None:
    line = max(stubs.solution_lines(find("lab1")), key=len)
    path = copied.student / "recorded.npz"
    with np.load(path) as store:
        arrays = dict(store)
    manifest = json.loads(arrays["manifest"].tobytes())
    next(iter(manifest["hints"].values()))["hint"] += f" Write it so:\n    {line}"
    arrays["manifest"] = np.frombuffer(json.dumps(manifest).encode(), dtype=np.uint8)
    np.savez(path, **arrays)
    with pytest.raises(LabkitError, match=r"recorded\.npz in student.zip holds a solution line"):
        leaks.check(copied)


def test_the_scan_finds_a_marker(copied: Bundle) -> None:
    _append(copied.student / "neuralnet" / "layers.py", "\n# BEGIN SOLUTION\n")
    with pytest.raises(LabkitError, match="marker"):
        leaks.check(copied)


def test_the_scan_finds_catalogue_code(copied: Bundle) -> None:
    _append(copied.student / "README.md", "\nreturn 1 / (1 + np.exp(np.minimum(z, 700)))\n")
    with pytest.raises(LabkitError, match="catalogue"):
        leaks.check(copied)


def test_a_cell_has_the_same_id_in_another_version() -> None:
    def ids(*texts: str) -> list[str]:
        book = nbformat.v4.new_notebook()
        book.cells = [nbformat.v4.new_markdown_cell(text) for text in texts]
        notebook.name_cells(book)
        nbformat.validate(book)
        return [cell.id for cell in book.cells]

    old = ids("# One", PLACEHOLDER, "# Two", PLACEHOLDER, "More.", PLACEHOLDER)
    new = ids("# New", PLACEHOLDER, "# Two", "A new text.", PLACEHOLDER, "More.", PLACEHOLDER)
    assert len(set(old)) == len(old) and len(set(new)) == len(new)
    assert [one for one in old if one in new] == old[2:] == [new[2], *new[4:]]


def test_a_text_that_does_not_fit_its_toml_is_one_sentence() -> None:
    lab = find("lab1")
    more = dataclasses.replace(lab, questions={**lab.questions, "softmax": 1.0})
    with pytest.raises(LabkitError, match="no case asks about softmax"):
        notebook.notebook(more)
    more = dataclasses.replace(lab, written=(*lab.written, Written("why_not", "Why not?", 5.0)))
    with pytest.raises(LabkitError, match="no cell for why_not"):
        notebook.notebook(more)
    fewer = dataclasses.replace(lab, written=lab.written[1:])
    with pytest.raises(LabkitError, match=f"'{lab.written[0].name}' has no points in"):
        notebook.notebook(fewer)


PUBLIC, HIDDEN = "def public_tanh__table", "def hidden_tanh__shape"
TWICE = mini.CASES + mini.CASES.partition('bends."""')[2]


@pytest.mark.parametrize(
    ("cases", "says"),
    [
        (
            mini.CASES.replace(PUBLIC, "def hidden_tanh__table"),
            r"activations\.py: no public case asks about tanh, so no student could check it",
        ),
        (
            TWICE,
            r"line 20: public_tanh__table has the name of the case in activations\.py, line 4:",
        ),
        (
            mini.CASES.replace("Another shape.", "A small table."),
            r"line 9: hidden_tanh__shape has the title of the case in activations\.py, line 4:",
        ),
    ],
    ids=["all hidden", "name", "title"],
)
def test_cases_that_do_not_fit_are_one_sentence(cases: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(LabkitError, match=says):
        mini.lab(tmp_path, cases=cases)


DRAWN = """

def hidden_relu__drawn(check, np):
    for z in {inputs}:
        check.values("relu", z)
        z[0] -= 1.0
        check.values("relu", z)
"""


@pytest.mark.parametrize(
    ("inputs", "fixed"),
    [
        ("np.random.default_rng().normal(size=(2, 3))", False),
        ("check.__dict__.setdefault('left', iter(np.ones((2, 3))))", False),
        ("check.rng(7).normal(size=(2, 3))", True),
        ("np.random.default_rng(7).normal(size=(2, 99999))", True),
    ],
    ids=["numbers", "fewer", "check.rng", "seeded"],
)
def test_a_case_that_asks_something_else_each_time_is_refused(
    inputs: str, fixed: bool, tmp_path: Path
) -> None:
    """Right answers are kept for a class: right work would lose points for other numbers."""
    cases = mini.CASES + DRAWN.format(inputs=inputs)
    if fixed:
        mini.lab(tmp_path, cases=cases)
        return
    says = r"hidden_relu__drawn \(cases/activations\.py line 19\) asks something else each time"
    with pytest.raises(CheckFailedError, match=says):
        mini.lab(tmp_path, cases=cases)


def test_a_mistake_that_does_not_stand_alone_is_told_when_the_lab_is_built(tmp_path: Path) -> None:
    mistakes = mini.MISTAKES.replace("0.0)", "ZERO)") + "\n\nZERO = 0.0\n"
    with pytest.raises(LabkitError, match="relu_mirrored uses ZERO of its file") as caught:
        mini.lab(tmp_path, mistakes=mistakes)
    assert str(tmp_path / "assignments" / mini.NAME / "mistakes") in str(caught.value)


def test_students_read_how_many_points_hidden_checks_decide(tmp_path: Path) -> None:
    for cases, told in (
        (mini.CASES, "about 30 of them for hidden checks."),
        (mini.CASES.replace(HIDDEN, "def public_tanh__shape"), "none for hidden checks."),
    ):
        bundle = mini.lab(tmp_path, cases=cases)
        book = (bundle.student / f"{mini.NAME}.ipynb").read_text(encoding="utf-8")
        assert f"The functions have 100 points, {told}" in book


ANSWERED = '# %% [markdown] answer="why"'


@pytest.mark.parametrize(
    ("heading", "says"),
    [
        ('# %% [markdown] anwser="why"', "line 13: 'anwser' behind %% is not understood"),
        ('# %% [markdown] Answer="why"', "line 13: 'Answer' behind %% is not understood"),
        ("# %% [markdown] answer=why", "line 13: 'answer=why' behind %% is not understood"),
        ('# %% [markdown] answer=""', "line 13: 'answer' behind %% is not understood"),
        ("# %% The answer [markdown]", "line 13: 'The answer' behind %% is not understood"),
        ('# %% [markdown] option="extra"', "line 13: .*lab.toml knows no option 'extra'"),
        ("# %% [markdown]", r'why has no model answer: .* `# %% \[markdown\] answer="why"` right'),
    ],
)
def test_a_model_answer_that_would_go_to_students_is_refused(
    heading: str, says: str, tmp_path: Path
) -> None:
    with pytest.raises(LabkitError, match=says) as caught:
        mini.lab(tmp_path, text=mini.TEXT.replace(ANSWERED, heading))
    assert str(tmp_path / "assignments" / mini.NAME / "text.py") in str(caught.value)


@pytest.mark.parametrize(
    "again", ["Without one,\n# layers *fold* into one", "2 for the\n# word fold in it"]
)
def test_the_scan_finds_a_model_answer_and_its_rubric(again: str, tmp_path: Path) -> None:
    text = mini.TEXT.replace("# # Lab 9: two bends", f"# # Lab 9: two bends\n#\n# {again}")
    rubric = "#\n# **Rubric.** 3 points for layers; 2 for the word *fold* in it.\n"
    with pytest.raises(
        CheckFailedError, match=r"ipynb in student\.zip holds the model answer of w"
    ):
        mini.lab(tmp_path, text=text + rubric)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (datetime(2027, 3, 1, 23, 59, tzinfo=UTC), "Monday, 1 March 2027, 23:59 (UTC)"),
        (date(2027, 12, 31), "Friday, 31 December 2027"),
        ("2027-03-01T08:05", "Monday, 1 March 2027, 08:05"),
        ("2027-03-01", "Monday, 1 March 2027"),
        ("", ""),
    ],
)
def test_a_due_date_is_told_as_people_read_it(given: datetime | date | str, told: str) -> None:
    assert dataclasses.replace(find("lab1"), config=Config(due=given)).due == told


def test_the_due_date_stands_in_readme_and_notebook(tmp_path: Path) -> None:
    bundle = mini.lab(tmp_path, "due = 2027-03-01T23:59:00+01:00\n" + mini.TOML)
    told = "**Due Monday, 1 March 2027, 23:59 (UTC+01:00).**"
    readme = (bundle.student / "README.md").read_text(encoding="utf-8")
    assert readme.startswith(f"# Lab 9: two bends\n\n{told}\n\n1. Unpack")
    book = json.loads((bundle.student / f"{mini.NAME}.ipynb").read_text(encoding="utf-8"))
    assert "".join(book["cells"][0]["source"]) == f"# Lab 9: two bends\n\n{told}"
    without = mini.lab(tmp_path / "without")
    readme = (without.student / "README.md").read_text(encoding="utf-8")
    assert readme.startswith("# Lab 9: two bends\n\n1. Unpack")


def test_data_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    asking = 'check.values("relu", check.asset("wine.npz")["X"])'
    cases = (
        mini.CASES
        + f'''

def hidden_relu__wine(check, np):
    """On the wine data."""
    {asking}
'''
    )
    says = r'check\.asset\("wine\.npz"\): lab9_mini/wine\.npz is not there, or is no \.npz file'
    with pytest.raises(LabkitError, match=says):
        mini.lab(tmp_path, cases=cases)
    np.savez(tmp_path / "assignments" / mini.NAME / "wine.npz", X=np.array([[-1.0, 2.0]]))
    bundle = mini.lab(tmp_path, cases=cases)
    assert (bundle.student / "data" / "wine.npz").is_file()
    assert "solution 100 %" in proof.prove(bundle)


def test_data_of_a_labs_own_never_takes_the_place_of_the_kits(tmp_path: Path) -> None:
    mini.lab(tmp_path)
    own = tmp_path / "assignments" / mini.NAME / "fashion_mnist.npz"
    np.savez(own, X=np.zeros(3))
    with pytest.raises(
        LabkitError, match="gets a file of that name from the kit: give yours"
    ) as caught:
        mini.lab(tmp_path)
    assert str(caught.value).startswith(f"{own}: ")
