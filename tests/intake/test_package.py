"""The package is found wherever a student put it, and what is missing is said."""

from __future__ import annotations

import zipfile

import pytest

from tests.intake.handed_in import CODE, LOOSE, PACKAGE, hand_in, look, tarred, under
from tests.packing import lay, zipped

DEEP = under("My Lab/lab1 (2)/src", PACKAGE)

LAYOUTS = {
    "package at the root": PACKAGE,
    "one folder too deep": under("lab1_forward", PACKAGE),
    "three folders too deep": DEEP,
    "contents of the package": {k.removeprefix("neuralnet/"): v for k, v in PACKAGE.items()},
    "zip in a zip": {"final.zip": zipped(under("lab1", PACKAGE))},
    "zip in a zip in a zip": {"a/b.zip": zipped({"c.zip": zipped(PACKAGE)})},
    "package in a package": under("neuralnet", PACKAGE),
    "windows separators": {name.replace("/", "\\"): v for name, v in PACKAGE.items()},
    "absolute paths": {f"C:/Users/bob/{name}": v for name, v in PACKAGE.items()},
    "a copy by the browser": {
        k.replace("neuralnet/", "neuralnet (1)/"): v for k, v in PACKAGE.items()
    },
    "other case": {k.replace("neuralnet/", "NeuralNet/"): v for k, v in PACKAGE.items()},
    "litter all over": PACKAGE
    | {"__MACOSX/neuralnet/._layers.py": b"\0\5", "neuralnet/.DS_Store": b"\0"}
    | {"neuralnet/__pycache__/layers.cpython-311.pyc": b"\0", ".git/config": b"x"}
    | {"neuralnet/.ipynb_checkpoints/layers-checkpoint.py": b"old", "~$notes.docx": b""}
    | {"env/pyvenv.cfg": b"", "env/lib/layers.py": b"", "venv/x.py": b"", "Thumbs.db": b""},
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("form", ["zip", "folder", "tar.gz"])
def test_the_package_is_found_wherever_it_is(tmp_path, layout, form):
    files = LAYOUTS[layout]
    if form == "zip":
        _, found = hand_in(tmp_path, zipped(files))
    elif form == "tar.gz":
        _, found = hand_in(tmp_path, tarred(files), "alice.tar.gz")
    elif any("\\" in name or ":" in name for name in files):
        pytest.skip("no such names on disk")
    else:
        _, found = look(lay(tmp_path / "alice", files))
    package = {name: found[name] for name in found if name.startswith("neuralnet/")}
    assert package == PACKAGE
    assert set(found) - set(package) <= {"activations.py", "layers.py", "__init__.py"}


@pytest.mark.parametrize("stray", ["layers.py", "layers (1).py"])
def test_a_module_beside_the_package_takes_no_neighbour_away(tmp_path, stray):
    handed_in = under("lab1", PACKAGE | {stray: b"old = 1\n", "helpers.py": b"h = 1\n"})
    _, found = hand_in(tmp_path, zipped(handed_in | under("other", PACKAGE)))
    assert found["helpers.py"] == b"h = 1\n"
    assert {name for name in found if name.startswith("neuralnet/")} == set(PACKAGE)


def test_loose_modules_become_the_package_and_stay_importable_by_themselves(tmp_path):
    submission, found = hand_in(tmp_path, zipped(LOOSE))
    assert found == {
        "activations.py": CODE,
        "layers.py": b"x = 1\n",
        "neuralnet/__init__.py": b"",
        "neuralnet/activations.py": CODE,
        "neuralnet/layers.py": b"x = 1\n",
    }
    assert "outside a folder neuralnet/" in submission.notes[0]


@pytest.mark.parametrize("name", ["layers.py", "layers (1).py", "Layers.PY"])
def test_a_single_module_is_enough(tmp_path, name):
    _, found = hand_in(tmp_path, CODE, name)
    assert found["neuralnet/layers.py"] == CODE


def test_neighbours_that_python_can_import_come_along(tmp_path):
    files = PACKAGE | {
        "helpers.py": b"h = 1\n",
        "tools/deep.py": b"d = 1\n",
        "neuralnet/extra/more.py": b"m = 1\n",
        "neuralnet/weights.npz": b"data",
        "größe.py": b"g = 1\n",
        "größe ñ.py": b"cannot be imported",
        "neuralnet/notes of mine.txt": b"no",
        "neuralnet/fast.so": b"\x7fELF",
        "lab1.ipynb": b"{}",
        "report.pdf": b"%PDF",
        "data/train.npz": b"big",
    }
    _, found = hand_in(tmp_path, zipped(under("lab1", files)))
    assert set(found) == set(PACKAGE) | {
        "helpers.py",
        "tools/deep.py",
        "neuralnet/extra/more.py",
        "neuralnet/weights.npz",
        "größe.py",
    }


def at(name: str, year: int) -> zipfile.ZipInfo:
    return zipfile.ZipInfo(name, (year, 1, 1, 0, 0, 0))


def test_of_several_copies_the_one_nearest_the_root_counts(tmp_path):
    files = [("neuralnet/layers.py", b"near")]
    files += [(name, content) for name, content in under("old/v1", PACKAGE).items()]
    submission, found = hand_in(tmp_path, zipped(files))
    assert found == {"neuralnet/layers.py": b"near", "neuralnet/__init__.py": b""}
    assert "there 2 times" in submission.notes[0] and "old/v1/neuralnet/" in submission.notes[0]


def test_of_equally_near_copies_the_fuller_then_the_newer_counts(tmp_path):
    fuller = [("a/neuralnet/layers.py", b"a"), *list(under("b", PACKAGE).items())]
    _, found = hand_in(tmp_path, zipped(fuller))
    assert found == PACKAGE
    newer = [(at("a/neuralnet/layers.py", 2020), b"a"), (at("b/neuralnet/layers.py", 2024), b"b")]
    newer += [(at("c/neuralnet/layers.py", 2022), b"c")]
    submission, found = hand_in(tmp_path, zipped(newer))
    assert found["neuralnet/layers.py"] == b"b"
    assert submission.notes == (
        "The package is there 3 times; the one in b/neuralnet/ was graded, not c/neuralnet/,"
        " a/neuralnet/.",
    )


def test_a_package_without_modules_does_not_hide_the_real_one(tmp_path):
    files = {"neuralnet/__init__.py": b"", "work/neuralnet/layers.py": CODE}
    _, found = hand_in(tmp_path, zipped(files))
    assert found["neuralnet/layers.py"] == CODE


def test_the_folders_code_wins_over_an_old_zip_beside_it(tmp_path):
    files = PACKAGE | {"backup.zip": zipped({"neuralnet/layers.py": b"old"})}
    submission, found = hand_in(tmp_path, zipped(files))
    assert found == PACKAGE and not submission.notes


def dated(name: str, minute: int) -> zipfile.ZipInfo:
    return zipfile.ZipInfo(name, (2027, 3, 1, 12, minute, 0))


def test_of_many_versions_the_newest_are_opened_and_the_others_named(tmp_path):
    versions = [
        (dated(f"lab1_v{n}.zip", n), zipped({"neuralnet/layers.py": f"version = {n}\n"}))
        for n in range(1, 13)
    ]
    submission, found = hand_in(tmp_path, zipped(versions))
    assert found["neuralnet/layers.py"] == b"version = 12\n"
    assert "The package is there 8 times" in submission.notes[1]
    assert submission.notes[0] == (
        "Only 8 of the files that may be archives were opened, the newest of them; not lab1_v4.zip,"
        " lab1_v3.zip, lab1_v2.zip and 1 more."
    )
    submission, found = hand_in(tmp_path, zipped(versions[:8]))
    assert found["neuralnet/layers.py"] == b"version = 8\n"
    assert not any("may be archives" in note for note in submission.notes)


def test_files_without_an_ending_do_not_keep_an_archive_from_being_opened(tmp_path):
    plain = [(dated(f"A{n}", 30 + n), b"plain text") for n in range(9)]
    submission, found = hand_in(tmp_path, zipped([*plain, (dated("lab1.zip", 1), zipped(PACKAGE))]))
    assert found == PACKAGE
    assert any("not A1, A0" in note for note in submission.notes)


@pytest.mark.parametrize(
    ("files", "status", "words"),
    [
        ({"lab1.ipynb": b"{}"}, "missing package", "a notebook but no folder neuralnet/"),
        ({"report.pdf": b"x", "a.txt": b""}, "missing package", "a.txt and 1 other file"),
        ({}, "empty", "holds no files"),
        ({"__MACOSX/._x": b"", ".DS_Store": b""}, "empty", "holds no files"),
        ({"neuralnet/": b""}, "empty", "holds no files"),
        ({"work.rar": b"Rar!\x1a\x07\0"}, "unreadable", "work.rar is a RAR archive"),
        ({"work.zip": b"PK\3\4 cut"}, "unreadable", "work.zip is cut off"),
    ],
)
def test_why_there_is_nothing_to_grade(tmp_path, files, status, words):
    submission, found = hand_in(tmp_path, zipped(files))
    assert found is None and submission.status == status
    assert words in submission.problem


def test_a_lone_notebook_says_what_to_hand_in(tmp_path):
    submission, _ = hand_in(tmp_path, b'{"cells": []}', "bob.ipynb")
    assert submission.name == "bob" and submission.status == "missing package"
    assert "hand in the whole lab folder as one zip" in submission.problem
