"""Whatever a class hands in becomes clean submissions, and no submission stops another."""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import os
import pickle
import re
import shutil
import stat
import struct
import sys
import tarfile
import time
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labkit.intake import (
    Gradescope,
    IntakeError,
    Moodle,
    User,
    open_submissions,
    package,
    safe_name,
    single_submission,
)
from labkit.intake.archives import (
    ArchiveError,
    Budget,
    File,
    Listing,
    clean_path,
    open_archive,
    zip_entries,
)
from labkit.intake.gradescope import read_submitters
from labkit.intake.safe_names import MAX_BYTES, unique_names
from labkit.intake.package import clean_submission

DATA = Path(__file__).parent / "data" / "moodle"
CODE = b"def relu(z):\n    return z\n"
PACKAGE = {
    "neuralnet/__init__.py": b"",
    "neuralnet/activations.py": CODE,
    "neuralnet/layers.py": b"from .activations import relu\n",
}
posix = pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX file system")


def zipped(files, method=zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of `files`: name (or ZipInfo) -> bytes, or a list of pairs."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in files.items() if isinstance(files, dict) else files:
            archive.writestr(name, content)
    return buffer.getvalue()


def under(prefix: str, files: dict[str, bytes]) -> dict[str, bytes]:
    return {f"{prefix}/{name}": content for name, content in files.items()}


def lay(folder: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def hand_in(tmp_path: Path, content: bytes, name: str = "alice.zip"):
    """One submission that is the file `name`, its clean files (None if it has a problem)."""
    path = tmp_path / name
    path.write_bytes(content)
    return look(path, tmp_path)


def look(path: Path, tmp_path: Path):
    submission = single_submission(path, tmp_path / "work")
    if submission.problem:
        assert submission.status in ("missing package", "empty", "unreadable")
        check_sentence(submission.problem)
        with pytest.raises(IntakeError, match=re.escape(submission.problem[:20])):
            submission.prepare().__enter__()
        return submission, None
    assert submission.status == "ok"
    with submission.prepare() as folder:
        files = tree(folder)
    assert not folder.exists()
    return submission, files


def check_sentence(text: str) -> None:
    assert text.endswith(".") and "\n" not in text
    assert not re.search(r"\(\w+Error\)", text)
    assert all(c.isprintable() for c in text)


# Where the package is ----------------------------------------------------------------------------

DEEP = under("My Lab/lab1 (2)/src", PACKAGE)
LOOSE = {"lab1.ipynb": b"{}", "activations.py": CODE, "layers.py": b"x = 1\n"}
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
        _, found = look(lay(tmp_path / "alice", files), tmp_path)
    package = {name: found[name] for name in found if name.startswith("neuralnet/")}
    assert package == PACKAGE
    assert set(found) - set(package) <= {"activations.py", "layers.py", "__init__.py"}


def tarred(files: dict[str, bytes], **more) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz", **more) as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


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


# Odd but honest ----------------------------------------------------------------------------------


def test_contents_come_through_byte_for_byte(tmp_path):
    odd = "\ufeffx = 'ü🙂'\r\n\tif x:\r\n\t\tpass".encode()
    _, found = hand_in(tmp_path, zipped({"neuralnet/layers.py": odd}, zipfile.ZIP_STORED))
    assert found["neuralnet/layers.py"] == odd


def test_utf16_is_pointed_out(tmp_path):
    submission, _ = hand_in(tmp_path, zipped({"neuralnet/layers.py": "x=1".encode("utf-16")}))
    assert "UTF-16" in submission.notes[0]


def test_long_and_strange_names_are_no_trouble(tmp_path):
    strange = ["ü" * 200, "a'b\"c$(rm -rf)`", "🙂", " ", "x" * 300, "con"]
    files = under("/".join(strange), PACKAGE)
    _, found = hand_in(tmp_path, zipped(files), "o'Brien 🙂 (final) v2.zip")
    assert found == PACKAGE


def test_names_in_old_encodings(tmp_path):
    names = [b"gr\x81n/neuralnet/layers.py", b"gr\xc3\xbcn/neuralnet/losses.py"]
    data = bytearray(zipped({"grxn/neuralnet/layers.py": b"1", "grxxn/neuralnet/losses.py": b"2"}))
    for plain, raw in zip(
        (b"grxn/neuralnet/layers.py", b"grxxn/neuralnet/losses.py"), names, strict=True
    ):
        data = data.replace(plain, raw)
    _, found = hand_in(tmp_path, bytes(data))
    assert found == {
        "neuralnet/__init__.py": b"",
        "neuralnet/layers.py": b"1",
        "neuralnet/losses.py": b"2",
    }


def test_a_name_that_claims_to_be_utf8_and_is_not(tmp_path):
    data = zipped({"xü/a.txt": b"1"} | PACKAGE).replace("xü/a".encode(), b"x\xff\xfe/a")
    _, found = hand_in(tmp_path, data)
    assert found == PACKAGE


def test_case_collisions_and_a_file_named_like_a_folder(tmp_path):
    files = [("neuralnet/layers.py", b"right"), ("neuralnet/Layers.py", b"wrong")]
    files += [("neuralnet/data.txt", b"file"), ("neuralnet/data.txt/x.py", b"x")]
    files += [("helper.py", b"1"), ("Helper.py", b"2")]
    submission, found = hand_in(tmp_path, zipped(files))
    assert found["neuralnet/layers.py"] == b"right"
    assert len({name.casefold() for name in found}) == len(found)
    assert any("differs from" in note for note in submission.notes)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_of_duplicate_names_the_later_counts(tmp_path):
    files = [("neuralnet/layers.py", b"first"), ("neuralnet/layers.py", b"second")]
    submission, found = hand_in(tmp_path, zipped(files))
    assert found["neuralnet/layers.py"] == b"second" and "twice" in submission.notes[0]


def test_huge_notebooks_cost_nothing(tmp_path):
    files = PACKAGE | {"lab1.ipynb": b'{"cells": [' + b" " * (60 << 20)}
    data = zipped(files)
    started = time.process_time()
    _, found = hand_in(tmp_path, data)
    assert found == PACKAGE
    assert time.process_time() - started < 5  # unpacking it thrice would be seconds more
    folder = lay(tmp_path / "bob", PACKAGE)
    with (folder / "lab1.ipynb").open("wb") as file:
        file.truncate(60 << 20)
    assert look(folder, tmp_path)[1] == PACKAGE


def test_large_files_are_left_out_and_said(tmp_path):
    files = PACKAGE | {"neuralnet/losses.py": b"#" * (2 << 20)}
    submission, found = hand_in(tmp_path, zipped(files))
    assert found == PACKAGE and "losses.py is over 1 MB" in submission.notes[0]


def test_a_prefixed_zip_and_a_zip_with_a_comment(tmp_path):
    data = zipped(PACKAGE)
    assert hand_in(tmp_path, data[:-2] + struct.pack("<H", 5) + b"hello")[1] == PACKAGE
    _, found = hand_in(tmp_path, b"\0" * 100 + data)
    assert found is None  # does not begin as a zip
    listing = zip_entries(io.BytesIO(b"MZ" * 50 + data), limit=10)
    assert [entry.path for entry in listing] == list(PACKAGE)


def test_zip64_and_streamed_zips(tmp_path):
    class Pipe(io.RawIOBase):
        """Cannot seek, as the network under Moodle's own zip writer."""

        def __init__(self):
            self.data = b""

        def writable(self):
            return True

        def write(self, data):
            self.data += bytes(data)
            return len(data)

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in PACKAGE.items():
            with archive.open(name, "w", force_zip64=True) as file:
                file.write(content)
    assert hand_in(tmp_path, pipe.data)[1] == PACKAGE


# Hostile -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "../evil.py",
        "neuralnet/../../evil.py",
        "..\\..\\evil.py",
        "a/../../../etc/passwd",
        "/../x.py",
    ],
)
@pytest.mark.parametrize("form", ["zip", "tar.gz"])
def test_paths_that_climb_out_are_left_out(tmp_path, name, form):
    make = zipped if form == "zip" else tarred
    submission, found = hand_in(tmp_path / ".", make(PACKAGE | {name: b"evil"}), "a." + form)
    assert found == PACKAGE
    assert "points out of the archive" in submission.notes[0]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a." + form, "work"]
    assert clean_path(name) is None


def test_a_name_with_a_nul_is_left_out(tmp_path):
    data = zipped(PACKAGE | {"neuralnet/lossesX.py": b"evil"}).replace(b"lossesX", b"losses\0")
    assert hand_in(tmp_path, data)[1] == PACKAGE


def test_links_in_archives_are_left_out(tmp_path):
    link = zipfile.ZipInfo("neuralnet/losses.py")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    device = zipfile.ZipInfo("neuralnet/training.py")
    device.create_system, device.external_attr = 3, (stat.S_IFCHR | 0o777) << 16
    submission, found = hand_in(
        tmp_path, zipped([*PACKAGE.items(), (link, b"/etc/passwd"), (device, b"")])
    )
    assert found == PACKAGE and len(submission.notes) == 2

    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, content in PACKAGE.items():
            member = tarfile.TarInfo("./" + name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE):
            member = tarfile.TarInfo(f"neuralnet/x{kind[0]}.py")
            member.type, member.linkname = kind, "/etc/passwd"
            archive.addfile(member)
    submission, found = hand_in(tmp_path, buffer.getvalue(), "a.tar")
    assert found == PACKAGE and len(submission.notes) == 4


@posix
def test_links_and_pipes_in_folders_are_never_followed(tmp_path):
    secret = lay(tmp_path / "secret", {"losses.py": b"SECRET", "neuralnet/training.py": b"SECRET"})
    folder = lay(tmp_path / "alice", PACKAGE)
    (folder / "neuralnet/losses.py").symlink_to(secret / "losses.py")
    (folder / "linked").symlink_to(secret, target_is_directory=True)
    (folder / "loop").symlink_to(folder, target_is_directory=True)
    os.mkfifo(folder / "neuralnet" / "training.py")
    submission, found = look(folder, tmp_path)
    assert found == PACKAGE
    assert len(submission.notes) == 4 and all("left out" in note for note in submission.notes)


def test_what_cannot_be_read_is_said_and_stops_nobody(tmp_path, monkeypatch):
    iterdir, opened = Path.iterdir, os.open  # root may read everything, so this is played

    def listed(path):
        if path.name == "neuralnet" and "bob" in path.parts:
            raise PermissionError(13, "Permission denied")
        return iterdir(path)

    def read(path, *rest, **more):
        if "carol" in str(path):
            raise PermissionError(13, "Permission denied")
        return opened(path, *rest, **more)

    source = tmp_path / "class"
    for name in ("alice", "carol"):
        lay(source, under(name, PACKAGE))
    lay(source, under("bob", PACKAGE | {"layers.py": CODE}))
    monkeypatch.setattr(Path, "iterdir", listed)
    monkeypatch.setattr(os, "open", read)
    alice, bob, carol = open_submissions(source)
    assert alice.status == "ok"
    assert bob.notes[0] == "neuralnet cannot be read (permission denied); left out."
    assert carol.status == "unreadable" and "permission denied" in carol.problem
    check_sentence(carol.problem)
    with pytest.raises(IntakeError, match="Permission denied"):
        open_submissions(source / "bob" / "neuralnet")


def test_zip_bombs_are_cut_short(tmp_path, monkeypatch):
    layer = zipped({"neuralnet/layers.py": b"\0" * (32 << 20)})
    submission, found = hand_in(tmp_path, layer)
    assert "over 1 MB" in submission.notes[0] and b"".join(found.values()) == b""
    for _ in range(5):  # a pyramid, each level ten of the one below
        layer = zipped([(f"{n}.zip", layer) for n in range(10)])
    submission, found = hand_in(tmp_path, layer)
    assert found is None
    monkeypatch.setattr(package, "MAX_ARCHIVE", 1 << 20)
    submission, found = hand_in(tmp_path, zipped({"huge.zip": b"PK\3\4" + b"\0" * (3 << 20)}))
    assert found is None and "huge.zip is larger than 1 MB" in submission.problem


@pytest.mark.parametrize("make", [zipped, lambda files: tarred({"x": zipped(files)})])
def test_the_budget_counts_bytes_that_came_out_not_claims(make):
    claims_little = bytearray(make({"neuralnet/layers.py": b"\0" * 900_000, "b.zip": VALID}))
    for mark, offset in ((b"PK\3\4", 22), (b"PK\1\2", 24)):
        at = claims_little.find(mark)
        if at >= 0:
            claims_little[at + offset : at + offset + 4] = struct.pack("<I", 10)
    budget = Budget(left=200_000)
    with contextlib.ExitStack() as stack:
        archive = io.BytesIO(bytes(claims_little))
        with pytest.raises(ArchiveError, match="far more"):
            listing = open_archive(archive, budget, stack, limit=10)
            inner = listing.files[0].open(10_000_000)
            open_archive(inner, budget, stack, limit=10).files[0].read(10_000_000)
    assert budget.left < 0


def test_a_gzip_bomb_is_cut_short():
    bomb = gzip.compress(b"\0" * 2_000_000)
    budget = Budget(left=200_000)
    with contextlib.ExitStack() as stack, pytest.raises(ArchiveError, match="far more"):
        open_archive(io.BytesIO(bomb), budget, stack, limit=10)
    assert budget.left > -100_000  # it stopped at once


def test_entries_that_share_bytes_are_refused(tmp_path):
    data = bytearray(zipped({"neuralnet/layers.py": b"\0" * 10_000, "neuralnet/losses.py": b"x"}))
    second = data.rfind(b"PK\1\2")
    data[second + 42 : second + 46] = struct.pack("<I", 0)
    submission, found = hand_in(tmp_path, bytes(data))
    assert found is None and "share the same bytes" in submission.problem


def test_too_many_members_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(package, "MAX_MEMBERS", 50)
    submission, _ = hand_in(tmp_path, zipped([(f"{n}.txt", b"") for n in range(60)]))
    assert submission.status == "unreadable" and "more than the 50" in submission.problem


def encrypted() -> bytes:
    data = bytearray(zipped(PACKAGE))
    for mark, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        start = -1
        while (start := data.find(mark, start + 1)) >= 0:
            data[start + offset] |= 1
    return bytes(data)


def wrong_sum() -> bytes:
    return zipped({"neuralnet/layers.py": CODE * 9}, zipfile.ZIP_STORED).replace(
        b"relu", b"rely", 1
    )


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "a.zip", "empty (0 bytes)"),
        (zipped(PACKAGE)[:-30], "a.zip", "cut off"),
        (zipped(PACKAGE)[:100], "a.zip", "cut off"),
        (zipped(PACKAGE)[200:], "a.zip", "no zip archive"),
        (b"just text", "a.zip", "no zip archive"),
        (b"<!DOCTYPE html><title>Log in</title>", "a.zip", "web page"),
        (b"Rar!\x1a\x07\x01\0 rest", "a.rar", "RAR archive"),
        (b"Rar!\x1a\x07\x01\0 rest", "a.zip", "RAR archive"),
        (b"7z\xbc\xaf\x27\x1c rest", "a.7z", "7z archive"),
        (b"\xfd7zXZ\0", "a.tar.xz", "xz archive"),
        (b"%PDF-1.7", "a.zip", "is a PDF"),
        (gzip.compress(b"hello"), "a.gz", "single gzipped file"),
        (tarred(PACKAGE)[:-20], "a.tgz", "cut off"),
        (encrypted(), "a.zip", "locked with a password"),
        (wrong_sum(), "a.zip", "checksum"),
        (zipped(PACKAGE, zipfile.ZIP_LZMA), "a.zip", "packed in a rare way"),
        (b"%PDF-1.7", "report.pdf", "no folder neuralnet/"),
        (b"", "layers", "no folder neuralnet/"),
    ],
    ids=lambda value: value if isinstance(value, str) else "content",
)
def test_broken_files_say_what_is_wrong(tmp_path, content, name, words):
    submission, found = hand_in(tmp_path, content, name)
    assert found is None, found
    assert words in submission.problem and submission.problem.startswith(name)


def test_a_damaged_neighbour_does_not_cost_the_submission(tmp_path):
    data = zipped(PACKAGE | {"zzz.py": b"spoiled spoiled"}, zipfile.ZIP_STORED)
    submission, found = hand_in(tmp_path, data.replace(b"spoiled spoiled", b"spoiled spoilt!"))
    assert found == PACKAGE and "zzz.py is damaged" in submission.notes[0]


@posix
def test_a_folder_that_grew_permissions_problems_is_removed_all_the_same(tmp_path):
    submission = single_submission(lay(tmp_path / "a", PACKAGE), tmp_path / "work")
    with submission.prepare() as folder:
        locked = folder / "neuralnet" / "locked"
        locked.mkdir()
        (locked / "x").write_text("x")
        locked.chmod(0)
    assert not folder.exists()


@posix
def test_another_user_can_read_what_was_prepared(tmp_path):
    mask = os.umask(0o077)
    try:
        submission = single_submission(lay(tmp_path / "a", PACKAGE), tmp_path / "work")
        with submission.prepare() as folder:
            modes = {stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.rglob("*"))}
    finally:
        os.umask(mask)
    assert modes == {0o755, 0o644}


def test_files_in_memory_are_those_that_are_unpacked(tmp_path):
    folder = tmp_path / "class"
    folder.mkdir()
    (folder / "kim.zip").write_bytes(zipped({f"deep/er/{p}": c for p, c in PACKAGE.items()}))
    (folder / "lou.zip").write_bytes(b"PK no more")
    submissions = open_submissions(folder, tmp_path / "work")
    with submissions[0].prepare() as unpacked:
        files = {p.relative_to(unpacked).as_posix(): p.read_bytes() for p in unpacked.rglob("*.py")}
    assert submissions.files(0) == files
    with pytest.raises(IntakeError, match="zip"):
        submissions.files(1)


# Fuzzing -----------------------------------------------------------------------------------------

VALID = zipped(PACKAGE | {"lab.ipynb": b"{}", "old.zip": zipped(PACKAGE)})
GZIPPED = tarred(PACKAGE)
PLAIN_TAR = gzip.decompress(GZIPPED).rstrip(b"\0") + bytes(1024)


@st.composite
def spoiled(draw):
    """A valid archive with bytes changed, cut out or put in."""
    data = bytearray(draw(st.sampled_from([VALID, GZIPPED, PLAIN_TAR])))
    for _ in range(draw(st.integers(1, 6))):
        where = draw(st.integers(0, max(0, len(data) - 1)))
        kind = draw(st.sampled_from(["set", "cut", "put", "full"]))
        if kind == "set":
            data[where : where + 1] = draw(st.binary(min_size=1, max_size=4))
        elif kind == "cut":
            del data[where : where + draw(st.integers(1, 50))]
        elif kind == "put":
            data[where:where] = draw(st.binary(max_size=20))
        else:
            data[where : where + 4] = b"\xff" * 4
    return bytes(data)


@pytest.fixture(scope="module")
def scratch(tmp_path_factory):
    return tmp_path_factory.mktemp("fuzz")


def in_memory(content: bytes, name: str):
    """The clean form of one handed-in file, without a disk."""
    file = File(name, len(content), 0, lambda limit: content, lambda limit: io.BytesIO(content))
    return clean_submission(Listing([file]), name)


@given(
    content=spoiled() | st.binary(max_size=200), name=st.sampled_from(["a.zip", "a.tgz", "a.tar"])
)
@settings(max_examples=250, deadline=None)
def test_no_archive_ever_raises(content, name):
    clean = in_memory(content, name)
    if clean.problem:
        check_sentence(clean.problem)
        assert not clean.files
    else:
        assert any(path.startswith("neuralnet/") for path in clean.files)
        assert sum(map(len, clean.files.values())) <= package.MAX_TOTAL


path_parts = st.text(
    st.characters(codec="utf-8", exclude_characters="\0"), max_size=12
) | st.sampled_from(
    ["neuralnet", "layers.py", "..", ".", "", "C:", "con", "a\\b", "x" * 260, "NEURALNET", "ſ.py"]
)


@given(
    names=st.lists(st.lists(path_parts, min_size=1, max_size=5).map("/".join), max_size=6),
    content=st.binary(max_size=30),
)
@settings(max_examples=80, deadline=None)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_no_name_ever_leaves_the_folder(scratch, names, content):
    before = {path for path in scratch.iterdir() if path.name != "work"} | {scratch / "alice.zip"}
    with contextlib.suppress(UnicodeEncodeError):
        _, found = hand_in(scratch, zipped([(name or "x", content) for name in names]))
        assert found is None or all(not name.startswith("/") for name in found)
    assert {path for path in scratch.iterdir() if path.name != "work"} == before


@given(
    content=st.binary(max_size=100)
    | st.recursive(
        st.none() | st.text(max_size=5),
        lambda s: st.dictionaries(st.text(max_size=5), s, max_size=3),
    ).map(lambda value: json.dumps(value).encode())
)
@settings(max_examples=50, deadline=None)
def test_notebooks_are_never_parsed(content):
    data = zipped(PACKAGE | {"lab1.ipynb": content, "neuralnet/x.ipynb": content})
    assert in_memory(data, "a.zip").files == PACKAGE


# Names -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("alice", "alice"),
        ("wrong axis", "wrong axis"),
        ("小龍 李_9", "小龍 李_9"),
        ("Renée  DArcy Rex Pérez__4", "Renée DArcy Rex Pérez_4"),
        ("=cmd|' /C calc'!A0", "cmd_C calc_A0"),
        ("a/b\\c:d", "a_b_c_d"),
        ("..", "submission-" + "5ec1f7e7"),
        ("CON", "_CON"),
        ("नमस्ते", "नमस्ते"),
    ],
)
def test_safe_names(text, name):
    if name.startswith("submission-"):
        assert re.fullmatch(r"submission-[0-9a-f]{8}", safe_name(text))
    else:
        assert safe_name(text) == name


@given(st.text(max_size=200))
@settings(max_examples=200, deadline=None)
def test_safe_names_are_safe(text):
    name = safe_name(text)
    assert name and len(name.encode()) <= MAX_BYTES + 10
    assert name[0] not in "=+-@. ~" and name[-1] not in ". "
    assert not set(name) & set("/\\:*?\"<>|\0\n\r\t'$`;&=")
    assert safe_name(name) == name or len(name.encode()) > MAX_BYTES - 10


@given(st.lists(st.text(max_size=6), max_size=12, unique=True))
@settings(max_examples=100, deadline=None)
def test_unique_names_are_unique_and_do_not_depend_on_order(texts):
    names = unique_names(texts, texts)
    assert len({name.casefold() for name in names}) == len(texts)
    assert unique_names(texts, texts) == names


def test_a_new_submission_does_not_rename_the_others(tmp_path):
    lay(tmp_path / "c", under("alice", PACKAGE) | {"bob.zip": zipped(PACKAGE)})
    before = open_submissions(tmp_path / "c").names
    lay(tmp_path / "c", {"alice.zip": zipped(PACKAGE), "Alice.tar.gz": tarred(PACKAGE)})
    after = open_submissions(tmp_path / "c").names
    assert before == ("alice", "bob")
    assert set(before) < set(after) and len(set(after)) == 4


# A class: folders --------------------------------------------------------------------------------


def test_a_folder_of_everything(tmp_path):
    source = lay(
        tmp_path / "class",
        under("alice", PACKAGE)
        | {
            "bob.zip": zipped(under("lab1", PACKAGE)),
            "carol.ipynb": b"{}",
            "dave.zip": b"",
            "erin.rar": b"Rar!\x1a\x07\0",
            "frank/empty/.DS_Store": b"",
            "grace.tar.gz": tarred(PACKAGE),
            "worksheet.csv": b"x",
            ".DS_Store": b"x",
            "__MACOSX/x": b"",
        },
    )
    submissions = open_submissions(source, tmp_path / "work")
    assert submissions.names == ("alice", "bob", "carol", "dave", "erin", "frank", "grace")
    assert len(submissions) == 7 and [one.name for one in submissions] == list(submissions.names)
    assert {one.name: one.status for one in submissions} == {
        "alice": "ok",
        "bob": "ok",
        "carol": "missing package",
        "dave": "unreadable",
        "erin": "unreadable",
        "frank": "empty",
        "grace": "ok",
    }
    assert submissions.notes == ("worksheet.csv is no submission; left out.",)
    assert submissions[1].origin == "bob.zip" and submissions[0].platform is None
    assert submissions[0].platform_data == {} and submissions[0].label == "alice"
    for one in submissions:
        if one.problem:
            check_sentence(one.problem)
    assert [one.name for one in submissions[2:4]] == ["carol", "dave"]


@posix
def test_a_link_in_the_class_folder_is_not_followed(tmp_path):
    secret = lay(tmp_path / "elsewhere", PACKAGE)
    source = lay(tmp_path / "class", under("alice", PACKAGE))
    (source / "mallory").symlink_to(secret, target_is_directory=True)
    os.mkfifo(source / "pipe")
    (source / b"b\xff\xfe".decode("utf-8", "surrogateescape")).mkdir()
    statuses = {one.name: one.status for one in open_submissions(source)}
    assert statuses.pop("alice") == "ok" and statuses.pop("mallory") == "unreadable"
    assert statuses.pop("pipe") == "unreadable" and list(statuses.values()) == ["empty"]


def test_ones_own_lab_folder_is_one_submission(tmp_path):
    source = lay(tmp_path / "lab1_forward", PACKAGE | {"lab1.ipynb": b"{}", "data/x.npz": b""})
    submissions = open_submissions(source)
    assert submissions.names == ("lab1_forward",) and submissions[0].status == "ok"
    loose = lay(tmp_path / "loose", LOOSE)
    assert open_submissions(loose).names == ("loose",)


def test_a_zip_of_a_class_and_a_zip_of_one(tmp_path):
    both = under("class/alice", PACKAGE) | {"class/bob.zip": zipped(PACKAGE), "class/g.csv": b""}
    (tmp_path / "class.zip").write_bytes(zipped(both))
    submissions = open_submissions(tmp_path / "class.zip", tmp_path / "work")
    assert submissions.names == ("alice", "bob") and submissions.notes
    for one in submissions:
        with one.prepare() as folder:
            assert tree(folder) == PACKAGE
    (tmp_path / "one.zip").write_bytes(zipped(under("lab1", PACKAGE | {"data/x.npz": b"x"})))
    assert open_submissions(tmp_path / "one.zip").names == ("one",)
    (tmp_path / "loose.zip").write_bytes(zipped(LOOSE))
    assert open_submissions(tmp_path / "loose.zip").names == ("loose",)


def test_sources_that_cannot_be_used_say_so(tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "csv").mkdir()
    (tmp_path / "csv" / "g.csv").write_text("")
    for source, words in {
        "none": "does not exist",
        "empty": "holds no submissions",
        "csv": "holds no submissions",
    }.items():
        with pytest.raises(IntakeError, match=words):
            open_submissions(tmp_path / source)
    (tmp_path / "bad.zip").write_bytes(zipped(PACKAGE)[:-10])
    (one,) = open_submissions(tmp_path / "bad.zip")
    assert one.status == "unreadable"


def test_results_in_the_folder_of_the_class_are_no_submission(tmp_path):
    source = lay(tmp_path / "class", under("alice", PACKAGE))
    (source / "graded" / "results").mkdir(parents=True)
    (tmp_path / "door").symlink_to(source, target_is_directory=True)
    for out in (source / "graded", tmp_path / "door" / "graded"):
        assert open_submissions(source, leave_out=out).names == ("alice",)
    assert open_submissions(source, leave_out=tmp_path / "graded").names == ("alice", "graded")
    for out in (source, tmp_path / "door"):
        with pytest.raises(IntakeError, match="name another folder"):
            open_submissions(source, leave_out=out)


def test_a_deep_folder_is_found_on_disk_as_in_a_zip(tmp_path):
    deep = under("/".join(["d"] * 90), PACKAGE)
    (tmp_path / "bo.zip").write_bytes(zipped(deep))
    lay(tmp_path / "class" / "ann", deep)
    for source in (tmp_path / "bo.zip", tmp_path / "class"):
        assert [one.status for one in open_submissions(source)] == ["ok"]


def test_a_file_of_another_kind_is_called_a_single_file(tmp_path):
    (tmp_path / "report.pdf").write_bytes(b"%PDF-1.4")
    (one,) = open_submissions(tmp_path / "report.pdf")
    assert "report.pdf is a single file" in one.problem


def test_fingerprints_follow_the_graded_code_alone(tmp_path):
    first, _ = hand_in(tmp_path, zipped(PACKAGE | {"lab1.ipynb": b"1"}))
    again, _ = hand_in(tmp_path, zipped(under("deeper", PACKAGE | {"lab1.ipynb": b"2"})))
    other, _ = hand_in(tmp_path, zipped(PACKAGE | {"neuralnet/losses.py": b"x"}))
    broken, _ = hand_in(tmp_path, b"")
    assert first.fingerprint == again.fingerprint
    assert len({first.fingerprint, other.fingerprint, broken.fingerprint}) == 3


def test_submissions_travel_to_other_processes(tmp_path):
    source = lay(tmp_path / "class", under("alice", PACKAGE) | {"bob.zip": zipped(PACKAGE)})
    submissions = pickle.loads(pickle.dumps(open_submissions(source, tmp_path / "work")))
    one = pickle.loads(pickle.dumps(submissions[1]))
    with one.prepare(tmp_path / "other") as folder:
        assert folder.parent == tmp_path / "other" and tree(folder) == PACKAGE


def test_a_submission_that_breaks_after_it_was_looked_at(tmp_path):
    source = lay(tmp_path / "class", {"bob.zip": zipped(PACKAGE), "al.zip": zipped(PACKAGE)})
    one = open_submissions(source, tmp_path / "work")[1]
    (source / "bob.zip").write_bytes(b"PK\3\4")
    with pytest.raises(IntakeError, match=r"bob\.zip is cut off"), one.prepare():
        pass


# Moodle ------------------------------------------------------------------------------------------


def repacked(name: str, replace: dict[str, bytes]) -> bytes:
    """A real download with the contents of some files replaced (by the end of their path)."""
    files = []
    with zipfile.ZipFile(DATA / name) as archive:
        for info in archive.infolist():
            content = archive.read(info)
            for ending, other in replace.items():
                if info.filename.endswith(ending):
                    content = other
            files.append((info.filename, content))
    return zipped(files)


@pytest.mark.parametrize("download", ["a1_downloadall_folders1.zip", "a1_downloadall_folders0.zip"])
@pytest.mark.parametrize("form", ["zip", "unpacked", "wrapped", "zip in a folder"])
def test_real_moodle_downloads(tmp_path, download, form):
    data = repacked(download, {"hw1.zip": zipped(under("hw1", PACKAGE))})
    source = tmp_path / "download.zip"
    source.write_bytes(data)
    if form in ("unpacked", "wrapped"):
        source = unpack_short(data, tmp_path / "unpacked" / ("inner" if form == "wrapped" else ""))
        source = tmp_path / "unpacked"
    elif form == "zip in a folder":
        (tmp_path / "in").mkdir()
        shutil.move(source, tmp_path / "in" / "download.zip")
        source = tmp_path / "in"
    submissions = open_submissions(source, tmp_path / "work")
    found = {one.platform.id: one for one in submissions}
    assert list(found) == ([3] if form in ("zip", "zip in a folder") else []) + [
        4,
        5,
        6,
        7,
        8,
        9,
        10,
    ]
    assert found[5].label == found[6].label == "Wei Chen"
    assert (found[5].name, found[6].name) == ("Wei Chen_5", "Wei Chen_6")
    assert found[4].name == "Renée DArcy Rex Pérez_4" and found[9].name == "小龍 李_9"
    flat = download.endswith("0.zip")
    assert found[5].platform == Moodle(5, "Wei Chen", flat)
    assert found[5].platform_data == {"kind": "moodle", "id": 5, "name": "Wei Chen", "flat": flat}
    assert found[9].status == "missing package" and "id 9" in found[9].problem
    with found[5].prepare() as folder:
        assert tree(folder) == PACKAGE
    with found[6].prepare() as folder:
        assert tree(folder)["neuralnet/backprop.py"] == b"b=2\n"
    assert any("without folders" in note for note in submissions.notes) == flat


def unpack_short(data: bytes, target: Path) -> Path:
    """As a file system does that takes names of at most 255 bytes: the long ones are lost."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for info in archive.infolist():
            if all(len(part.encode()) < 150 for part in info.filename.split("/")):
                lay(target, {info.filename: archive.read(info)})
    return target


def moodle_zip(tmp_path: Path, files: dict[str, bytes]):
    (tmp_path / "m.zip").write_bytes(zipped(files))
    return open_submissions(tmp_path / "m.zip", tmp_path / "work")


def test_moodle_blind_teams_texts_and_strays(tmp_path):
    submissions = moodle_zip(
        tmp_path,
        under("Participant_15_assignsubmission_file", PACKAGE)
        | {"Participant_15_assignsubmission_onlinetext/onlinetext.html": b"<p>hi"}
        | {"Participant_16_assignsubmission_onlinetext/onlinetext.html": b"<p>code"}
        | under("Team Ω 1_2_assignsubmission_file", PACKAGE)
        | under("Default group_assignsubmission_file", PACKAGE)
        | {"Participant_15_assignfeedback_file/feedback.html": b""}
        | {"stray.txt": b""},
    )
    found = [(one.name, one.platform.id, one.status) for one in submissions]
    assert found == [
        ("Default group_team", None, "ok"),
        ("Team Ω 1_2", 2, "ok"),
        ("Participant_15", 15, "ok"),
        ("Participant_16", 16, "missing package"),
    ]
    assert [one.label for one in submissions][2] == "Participant 15"
    assert any("stray.txt" in note for note in submissions.notes)
    assert any("Feedback files" in note for note in submissions.notes)


def test_a_flat_file_cannot_be_handed_in_for_somebody_else(tmp_path):
    submissions = moodle_zip(
        tmp_path,
        {
            "Eve_5_assignsubmission_file_x_7_assignsubmission_file_layers.py": b"evil",
            "Bob_7_assignsubmission_file_layers.py": b"good",
        },
    )
    with submissions[1].prepare() as folder:
        assert submissions[1].platform.id == 7
        assert tree(folder)["neuralnet/layers.py"] == b"good"


def test_long_moodle_names_are_cut(tmp_path):
    name = "Александра " * 20
    submissions = moodle_zip(tmp_path, under(f"{name}_41_assignsubmission_file", PACKAGE))
    (one,) = submissions
    assert one.status == "ok" and one.name.startswith("Александра") and len(one.name.encode()) < 100
    assert submissions.names == (one.name,)


def test_a_broken_class_zip_is_one_problem_not_a_crash(tmp_path):
    (tmp_path / "m.zip").write_bytes((DATA / "a1_downloadall_folders1.zip").read_bytes()[:-40])
    (one,) = open_submissions(tmp_path / "m.zip")
    assert one.status == "unreadable" and "cut off" in one.problem


# Gradescope --------------------------------------------------------------------------------------

METADATA = """\
---
submission_456:
  :submitters:
  - :name: "Ren\\xE9e O'Hara"
    :sid: '0012'
    :email: renee@example.invalid
  - :name: 小龍 李
    :sid:
    :email: li@example.invalid
  :created_at: !ruby/object:ActiveSupport::TimeWithZone
    utc: 2026-09-08 17:33:17.000000000 Z
  :score: 10.0
  :results:
    :tests:
    - output: |
        submission_999:
          :submitters:
          - :name: Nobody
submission_12:
  :submitters:
  - :name: Jo
    :email: jo@example.invalid
submission_77:
  :submitters:
  - :name: Gone
"""
EXPORT = (
    under("assignment_123_export/submission_456", PACKAGE)
    | under("assignment_123_export/submission_12/lab1", PACKAGE)
    | {"assignment_123_export/submission_metadata.yml": METADATA.encode()}
    | {"__MACOSX/assignment_123_export/._submission_metadata.yml": b"\0"}
)


@pytest.mark.parametrize("form", ["zip", "unpacked", "inner"])
def test_gradescope_exports(tmp_path, form):
    source = tmp_path / "export.zip"
    source.write_bytes(zipped(EXPORT))
    if form != "zip":
        source = lay(tmp_path / "unpacked", EXPORT)
        source = source / "assignment_123_export" if form == "inner" else source
    submissions = open_submissions(source, tmp_path / "work")
    assert submissions.names == ("submission_12", "submission_77", "submission_456")
    jo, gone, pair = submissions
    assert jo.platform == Gradescope(12, (User("Jo", "jo@example.invalid", ""),))
    assert pair.label == "Renée O'Hara, 小龍 李" and pair.platform.users[0].sid == "0012"
    assert pair.platform_data["users"][1]["email"] == "li@example.invalid"
    assert json.dumps(pair.platform_data)
    assert gone.problem is not None and gone.problem.endswith("the export has no files of it.")
    for one in (jo, pair):
        with one.prepare() as folder:
            assert tree(folder) == PACKAGE


@pytest.mark.parametrize("text", ["", "[1, 2]", "a: [", "submission_5:\n  :submitters: [\n", "\0"])
def test_gradescope_metadata_that_cannot_be_read_costs_only_the_names(tmp_path, text):
    files = under("submission_5", PACKAGE) | {"submission_metadata.yml": text.encode()}
    (tmp_path / "e.zip").write_bytes(zipped(files))
    submissions = open_submissions(tmp_path / "e.zip")
    assert submissions.names == ("submission_5",) and len(submissions.notes) == 1
    assert submissions[0].status == "ok" and submissions[0].label == "submission_5"


def test_yaml_never_builds_objects():
    text = "submission_5:\n  :submitters:\n  - :name: !!python/object/apply:os.system [exit 1]\n"
    assert read_submitters(text) == {"submission_5": (User(),)}
    bomb = "submission_5:\n  :submitters: &a [" + ", ".join(["*a"] * 100) + "]\n"
    with contextlib.suppress(ValueError):
        read_submitters(bomb)


# Size --------------------------------------------------------------------------------------------


def test_a_thousand_submissions_stay_flat(tmp_path):
    one = zipped(under("lab1", PACKAGE | {"lab1.ipynb": b"x" * 10_000}))
    files = [(f"Student {n}_{n}_assignsubmission_file/lab.zip", one) for n in range(1, 1001)]
    (tmp_path / "m.zip").write_bytes(zipped(files, zipfile.ZIP_STORED))
    submissions = open_submissions(tmp_path / "m.zip", tmp_path / "work")
    assert len(submissions) == 1000 and len(pickle.dumps(submissions)) < 1_000_000
    assert all(one.status == "ok" for one in submissions)
    with submissions[999].prepare() as folder:
        assert len(list((tmp_path / "work").iterdir())) == 1
        assert tree(folder) == PACKAGE
