"""Hostile and broken archives cost their own submission at most, and say what is wrong."""

from __future__ import annotations

import contextlib
import gzip
import io
import os
import stat
import struct
import tarfile
import zipfile
from pathlib import Path

import pytest

from labkit.intake import IntakeError, open_submissions, package
from labkit.intake.archives import ArchiveError, Budget, clean_path, open_archive
from tests.intake.handed_in import (
    CODE,
    MODULES,
    PACKAGE,
    VALID,
    check_sentence,
    hand_in,
    look,
    posix,
    tarred,
    under,
)
from tests.packing import lay, zipped


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
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a." + form]
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
    submission, found = look(folder)
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
    alice, bob, carol = open_submissions(source, MODULES)
    assert alice.status == "ok"
    assert bob.notes[0] == "neuralnet cannot be read (permission denied); left out."
    assert carol.status == "unreadable" and "permission denied" in carol.problem
    check_sentence(carol.problem)
    with pytest.raises(IntakeError, match="Permission denied"):
        open_submissions(source / "bob" / "neuralnet", MODULES)


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
    monkeypatch.setattr(package, "MAX_TABLE", 50)
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
