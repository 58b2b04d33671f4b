"""The feedback zip, filed by Moodle's own rules."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labkit.intake.moodle import parse_folder
from labkit.platforms.moodle.upload import feedback_folder, write_feedback_zip
from tests.platforms.moodle.moodle_import import import_feedback

DATA = Path(__file__).parents[2] / "data" / "moodle"


def test_feedback_zip_is_filed_as_the_one_that_moodle_accepted(tmp_path):
    known = {3, 4, 5, 6, 7, 8, 9, 10}
    accepted = import_feedback(DATA / "a1_feedback_multi_accepted.zip", known)
    assert accepted.keys() == known - {4}  # Moodle refuses the name that holds an underscore
    with zipfile.ZipFile(DATA / "a1_feedback_multi_accepted.zip") as archive:
        names = {}
        for path in archive.namelist():
            parsed = parse_folder(path.split("/")[0])
            names[parsed.id] = parsed.name
    write_feedback_zip(tmp_path / "f.zip", dict.fromkeys(names, b"<p>fb</p>"), names)
    ours = import_feedback(tmp_path / "f.zip", known)
    assert ours == {number: {"feedback.html": b"<p>fb</p>"} for number in known}


def test_feedback_zip_is_the_same_bytes_each_time(tmp_path):
    pages = {2: b"two", 1: b"one"}
    write_feedback_zip(tmp_path / "a.zip", pages, {1: "A"})
    write_feedback_zip(tmp_path / "b.zip", dict(reversed(pages.items())), {1: "A"})
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


@given(name=st.text(max_size=300), number=st.integers(1, 10**6))
@settings(max_examples=150, deadline=None)
def test_no_name_can_spoil_a_feedback_folder(name, number):
    folder = feedback_folder(number, name)
    text, found, subtype, plugin = folder.split("_")
    assert (found, subtype, plugin) == (str(number), "assignsubmission", "file")
    assert text and text[0] not in ".~" and "/" not in folder and "\0" not in folder
    assert len(folder.encode()) < 255


def test_a_number_that_moodle_cannot_know_is_refused(tmp_path):
    with pytest.raises(ValueError):
        write_feedback_zip(tmp_path / "f.zip", {0: b""})
