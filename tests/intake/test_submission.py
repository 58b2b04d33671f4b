"""A submission is what was looked at, once: in memory, and the same wherever it is sent."""

from __future__ import annotations

import pickle

from labkit.intake import open_submissions
from tests.intake.handed_in import MODULES, PACKAGE, hand_in, under
from tests.packing import lay, zipped


def test_fingerprints_follow_the_graded_code_alone(tmp_path):
    first, _ = hand_in(tmp_path, zipped(PACKAGE | {"lab1.ipynb": b"1"}))
    again, _ = hand_in(tmp_path, zipped(under("deeper", PACKAGE | {"lab1.ipynb": b"2"})))
    other, _ = hand_in(tmp_path, zipped(PACKAGE | {"neuralnet/losses.py": b"x"}))
    broken, _ = hand_in(tmp_path, b"")
    assert first.fingerprint == again.fingerprint
    assert len({first.fingerprint, other.fingerprint, broken.fingerprint}) == 3


def test_submissions_travel_to_other_processes(tmp_path):
    source = lay(tmp_path / "class", under("alice", PACKAGE) | {"bob.zip": zipped(PACKAGE)})
    submissions = pickle.loads(pickle.dumps(open_submissions(source, MODULES)))
    one = pickle.loads(pickle.dumps(submissions[1]))
    assert (one.name, one.files) == ("bob", PACKAGE)
    assert one == submissions[1] and one.fingerprint == submissions[0].fingerprint


def test_a_submission_that_breaks_while_others_are_graded(tmp_path):
    """What was opened stays as it was; what is opened later has a problem and stops nobody."""
    source = lay(tmp_path / "class", {"bob.zip": zipped(PACKAGE), "al.zip": zipped(PACKAGE)})
    submissions = open_submissions(source, MODULES)
    before = submissions[1]
    (source / "bob.zip").write_bytes(b"PK\3\4")
    al, bob = submissions
    assert before.files == al.files == PACKAGE
    assert bob.problem.startswith("bob.zip is cut off") and bob.files == {}
