"""What one submission may hold: its code first, then as much beside it as a lab can need."""

from __future__ import annotations

import pytest

from labkit.intake import places
from labkit.intake.copies import meant
from labkit.intake.fit import misfit
from labkit.intake.package import is_junk
from labkit.lab.course import find
from labkit.sandbox import Code, Zygote
from labkit.student.labcheck import graded
from tests.intake.handed_in import PACKAGE, hand_in, look, posix, under
from tests.packing import lay, zipped


def test_of_too_many_files_the_modules_are_kept(tmp_path):
    many = {f"neuralnet/a{number}.txt": b"x" for number in range(600)}
    many |= {f"a{number}.py": b"x" for number in range(600)}
    submission, found = hand_in(tmp_path, zipped(many | PACKAGE))
    assert len(found) == graded.MAX_FILES and PACKAGE.items() <= found.items()
    assert any("more than a lab needs" in note for note in submission.notes)


def test_of_too_much_data_the_modules_are_kept(tmp_path):
    large = {f"neuralnet/a{number}.npz": bytes(graded.MAX_FILE) for number in range(12)}
    submission, found = hand_in(tmp_path, zipped(large | PACKAGE))
    assert sum(map(len, found.values())) <= graded.MAX_TOTAL
    assert PACKAGE.items() <= found.items()
    assert any("left out" in note or "more than" in note for note in submission.notes)


def test_a_file_for_which_no_room_is_left_is_not_called_large(tmp_path):
    data = {f"neuralnet/a{number}.npz": bytes(graded.MAX_FILE - 50_000) for number in range(9)}
    submission, found = hand_in(tmp_path, zipped(data | PACKAGE))
    assert "neuralnet/a7.npz" in found and "neuralnet/a8.npz" not in found
    assert submission.notes == (
        "neuralnet/a8.npz was left out: beside the rest it is more than a lab needs.",
    )


NAMES = (
    "my weights.npz, gr\u00f6\u00dfe.txt, w+1.npy, A.NPZ, a.b.csv, .w.npz, venv/q.py, sub-1/q.py, "
    "sub/q.py, gr\u00f6\u00dfe.py, node_modules/w.json, __pycache__/a.txt, notes.md, 1.py"
).split(", ")
SAME = {
    "names": {f"neuralnet/{name}": b"1" for name in NAMES}
    | {f"neuralnet/{'x' * 97}.py": b"1", f"neuralnet/{'dd/' * 150}q.py": b"1"},
    "too much": {f"neuralnet/a{number}.npz": bytes(graded.MAX_FILE) for number in range(12)},
    "too many": {f"neuralnet/sub/a{number}.txt": b"x" for number in range(600)},
    "too large": {"neuralnet/large.txt": bytes(graded.MAX_FILE + 1), "helper.py": b"h = 1"},
}


@posix
@pytest.mark.parametrize("files", SAME.values(), ids=SAME)
def test_check_and_grading_keep_the_same_files_and_name_the_rest(tmp_path, files):
    handed_in = {**PACKAGE, "helpers.py": b"a = 1\n", **files}
    submission, found = look(lay(tmp_path / "alice", handed_in))
    checked, notes = graded.files_in(tmp_path / "alice")
    assert checked == {name: found[name] for name in checked} and found.keys() == checked.keys()
    meant = [name for name in files if graded.lost(name)]
    for name in meant[:8]:
        assert any(name in note for note in notes), name
        assert is_junk(name) or any(name[:20] in note for note in submission.notes), name
    assert not any(hidden in str(notes) for hidden in ("/.w", "__pycache__", "notes.md"))
    assert bool(notes) == bool(submission.notes) == (found.keys() != handed_in.keys())


@posix
def test_a_package_that_is_a_link_is_none(tmp_path):
    lay(tmp_path / "other", PACKAGE)
    folder = lay(tmp_path / "alice", {"lab1.ipynb": b"{}"})
    (folder / "neuralnet").symlink_to(tmp_path / "other" / "neuralnet", target_is_directory=True)
    submission, _ = look(folder)
    assert submission.status == "missing package"
    assert any("neuralnet is a link" in note for note in submission.notes)
    assert (
        "holds nothing in neuralnet/ that can be graded (neuralnet is a link" in submission.problem
    )
    (folder / "neuralnet").unlink()
    (folder / "neuralnet").mkdir()
    for name in PACKAGE:
        (folder / name).symlink_to(tmp_path / "other" / name)
    assert "(neuralnet/__init__.py is a link and 2 more)" in look(folder)[0].problem


def test_empty_folders_without_end_are_not_looked_into(tmp_path, monkeypatch):
    monkeypatch.setattr(places, "MAX_VISITED", 50)
    folder = lay(tmp_path / "alice", PACKAGE)
    for number in range(60):
        (folder / f"z{number}" / "empty").mkdir(parents=True)
    submission, found = look(folder)
    assert found == PACKAGE
    assert submission.notes == ("Not all of its files were looked at: it holds too many.",)


@posix
def test_what_no_file_system_can_hold_is_left_out(tmp_path):
    """A path that a worker cannot write would stop the grader, not the student's code."""
    deep = {
        f"neuralnet/{folder * number}x.py": b"" for folder, number in (("d/", 3000), ("dd/", 9))
    }
    names = {"neuralnet/gr\u00f6\u00dfe.py": b"", "neuralnet/" + "x" * 97 + ".py": b""}
    _, found = hand_in(
        tmp_path, zipped(under("a/" * 3000, deep | names) | under("a/" * 3000, PACKAGE))
    )
    assert found is not None
    assert set(found) == {*PACKAGE, *names, "neuralnet/" + "dd/" * 9 + "x.py"}
    with Zygote.start({"relu": "activations"}) as zygote, zygote.worker(Code(found)) as worker:
        assert worker.call("relu", (3,), seconds=5).value == 3


@pytest.mark.parametrize(
    "line",
    [
        "def relu(z): return z", "  async  def\trelu (z):", "relu = abs", "relu, tanh = 1, 2",
        "relu: int = 3", "from x import tanh, relu", "from x import (  # all\n    relu,\n)",
        "def relu(:",
    ],
)  # fmt: skip
def test_names_that_some_line_gives_a_meaning_to(line):
    assert misfit(find("lab1"), {"neuralnet/x.py": b"import numpy\r\n" + line.encode()}) == ""


@pytest.mark.parametrize(
    "line", ["relu", "relu(1)", "# def relu(z)", "relu == abs", "x = relu", "undef relu(z)"]
)
def test_names_that_are_only_used(line):
    found = misfit(find("lab1"), {"neuralnet/x.py": line.encode()})
    assert found.startswith("no functions:")


@pytest.mark.parametrize(
    "text", ["\n", "relu ", " ", "a, ", "\nasync ", "async ", "import ", "relu,"]
)
def test_no_text_keeps_the_look_for_names_busy(text):
    """A pattern that goes back and forth takes hours on such text: then this runs out of time."""
    misfit(find("lab1"), {"neuralnet/x.py": (text * 200_000).encode()})


@pytest.mark.parametrize("part", ["_", "- ", "copy ", "(1)", "1", "_copy_1", "another "])
def test_no_name_keeps_the_look_for_copies_busy(part):
    assert meant("layers" + part * 10_000 + "x", ["layers"]) is None
    for number in range(2000):
        meant(f"{number}{part * 12}"[:100], ["layers"])
