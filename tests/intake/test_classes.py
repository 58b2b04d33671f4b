"""A folder or a zip of a class becomes its submissions, and no submission stops another."""

from __future__ import annotations

import os
import pickle
import zipfile

import pytest

from labkit.intake import IntakeError, open_submissions, refuse_inside
from tests.intake.handed_in import LOOSE, MODULES, PACKAGE, check_sentence, posix, tarred, under
from tests.packing import lay, zipped


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
    submissions = open_submissions(source, MODULES)
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
    assert submissions[0].platform_data == {}
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
    statuses = {one.name: one.status for one in open_submissions(source, MODULES)}
    assert statuses.pop("alice") == "ok" and statuses.pop("mallory") == "unreadable"
    assert statuses.pop("pipe") == "unreadable" and list(statuses.values()) == ["empty"]


def test_ones_own_lab_folder_is_one_submission(tmp_path):
    source = lay(tmp_path / "lab1_forward", PACKAGE | {"lab1.ipynb": b"{}", "data/x.npz": b""})
    submissions = open_submissions(source, MODULES)
    assert submissions.names == ("lab1_forward",) and submissions[0].status == "ok"
    loose = lay(tmp_path / "loose", LOOSE)
    assert open_submissions(loose, MODULES).names == ("loose",)


def test_a_zip_of_a_class_and_a_zip_of_one(tmp_path):
    both = under("class/alice", PACKAGE) | {"class/bob.zip": zipped(PACKAGE), "class/g.csv": b""}
    (tmp_path / "class.zip").write_bytes(zipped(both))
    submissions = open_submissions(tmp_path / "class.zip", MODULES)
    assert submissions.names == ("alice", "bob") and submissions.notes
    for one in submissions:
        assert one.files == PACKAGE
    (tmp_path / "one.zip").write_bytes(zipped(under("lab1", PACKAGE | {"data/x.npz": b"x"})))
    assert open_submissions(tmp_path / "one.zip", MODULES).names == ("one",)
    (tmp_path / "loose.zip").write_bytes(zipped(LOOSE))
    assert open_submissions(tmp_path / "loose.zip", MODULES).names == ("loose",)


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
            open_submissions(tmp_path / source, MODULES)
    (tmp_path / "bad.zip").write_bytes(zipped(PACKAGE)[:-10])
    (one,) = open_submissions(tmp_path / "bad.zip", MODULES)
    assert one.status == "unreadable"


def test_results_in_the_folder_of_the_class_are_no_submission(tmp_path):
    source = lay(tmp_path / "class", under("alice", PACKAGE))
    (source / "graded" / "results").mkdir(parents=True)
    (tmp_path / "door").symlink_to(source, target_is_directory=True)
    for out in (source / "graded", tmp_path / "door" / "graded"):
        assert open_submissions(source, MODULES, leave_out=out).names == ("alice",)
    assert open_submissions(source, MODULES, leave_out=tmp_path / "graded").names == (
        "alice",
        "graded",
    )
    lay(source / "eve" / "lab1", PACKAGE)
    refuse_inside(source, source / "graded" / "lab1")
    with pytest.raises(IntakeError, match="lies in eve/, a submission of"):
        refuse_inside(tmp_path / "door", source / "eve" / "out")
    for out in (source, tmp_path / "door"):
        with pytest.raises(IntakeError, match="name another folder"):
            open_submissions(source, MODULES, leave_out=out)


def test_a_deep_folder_is_found_on_disk_as_in_a_zip(tmp_path):
    deep = under("/".join(["d"] * 90), PACKAGE)
    (tmp_path / "bo.zip").write_bytes(zipped(deep))
    lay(tmp_path / "class" / "ann", deep)
    for source in (tmp_path / "bo.zip", tmp_path / "class"):
        assert [one.status for one in open_submissions(source, MODULES)] == ["ok"]


def test_a_file_of_another_kind_is_called_a_single_file(tmp_path):
    (tmp_path / "report.pdf").write_bytes(b"%PDF-1.4")
    (one,) = open_submissions(tmp_path / "report.pdf", MODULES)
    assert "report.pdf is a single file" in one.problem


@pytest.mark.slow
def test_a_thousand_submissions_stay_flat(tmp_path):
    one = zipped(under("lab1", PACKAGE | {"lab1.ipynb": b"x" * 10_000}))
    files = [(f"Student {n}_{n}_assignsubmission_file/lab.zip", one) for n in range(1, 1001)]
    (tmp_path / "m.zip").write_bytes(zipped(files, zipfile.ZIP_STORED))
    submissions = open_submissions(tmp_path / "m.zip", MODULES)
    assert len(submissions) == 1000 and len(pickle.dumps(submissions)) < 1_000_000
    assert all(one.status == "ok" for one in submissions)
    assert submissions[999].files == PACKAGE
    assert [path.name for path in tmp_path.iterdir()] == ["m.zip"]  # all in memory


def test_a_folder_that_may_be_several_students_says_so(tmp_path):
    """A tutorial group's folder does; versions of one work, and a platform's folder, do not."""
    group = {"ada.zip": zipped(PACKAGE), "ben.zip": zipped(under("ben", PACKAGE))}
    book = {"lab1.ipynb": b"{}"}
    lay(tmp_path / "in" / "A", group)
    lay(tmp_path / "in" / "B", under("cem", PACKAGE | book) | under("dia", PACKAGE | book))
    lay(
        tmp_path / "in" / "resubmitted",
        {"lab1.zip": zipped(PACKAGE), "lab1-1.zip": zipped(PACKAGE)},
    )
    lay(tmp_path / "in" / "kept", {"lab1.zip": zipped(PACKAGE), "lab1_old.zip": zipped(PACKAGE)})
    lay(tmp_path / "in" / "backup", under("lab1", PACKAGE | book) | under("old", PACKAGE))
    lay(tmp_path, {"class.zip": zipped(under("A", group) | under("x", PACKAGE))})
    opened = open_submissions(tmp_path / "in", MODULES)
    found = {one.name: one for one in opened}
    assert all(one.status == "ok" for one in found.values())
    asks = "are several students' hand-ins, put each into the folder of the class by itself"
    assert {name for name, one in found.items() if asks in " ".join(one.notes)} == {"A", "B"}
    assert f"If ada.zip, ben.zip {asks}" in found["A"].notes[-1]
    packed = open_submissions(tmp_path / "class.zip", MODULES)
    assert [asks in " ".join(one.notes) for one in packed] == [True, False]
    lay(tmp_path / "moodle" / "Ada Bo_17_assignsubmission_file_", group)
    assert asks not in " ".join(open_submissions(tmp_path / "moodle", MODULES)[0].notes)
