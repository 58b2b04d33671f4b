"""What is unpacked for the grader is what was looked at, and can be used by others."""

from __future__ import annotations

import os
import pickle
import stat

import pytest

from labkit.intake import IntakeError, open_submissions, single_submission
from tests.intake.handed_in import PACKAGE, hand_in, lay, posix, tree, under, zipped


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
