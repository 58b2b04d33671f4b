"""Names in downloads, and the feedback zip that answers them."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labkit.platforms.moodle import feedback_folder, parse_flat, parse_folder, write_feedback_zip
from labkit.intake.moodle import alike, bare
from tests.moodle_import import import_feedback

DATA = Path(__file__).parent / "data" / "moodle"


@pytest.mark.parametrize(
    ("text", "name", "number", "plugin"),
    [
        ("Wei Chen_5_assignsubmission_file", "Wei Chen", 5, "file"),
        ("Renée  DArcy Rex Pérez__4_assignsubmission_file", "Renée  DArcy Rex Pérez_", 4, "file"),
        ("Participant_15_assignsubmission_file", "Participant", 15, "file"),
        ("Team Ω 1_2_assignsubmission_onlinetext", "Team Ω 1", 2, "onlinetext"),
        ("Old Moodle_7_assignsubmission_file_", "Old Moodle", 7, "file"),
        ("Default group_assignsubmission_file", "Default group", None, "file"),
        (
            "A_1_assignsubmission_file_2_assignsubmission_file",
            "A_1_assignsubmission_file",
            2,
            "file",
        ),
    ],
)
def test_folders_are_read_from_the_right(text, name, number, plugin):
    parsed = parse_folder(text)
    assert (parsed.name, parsed.id, parsed.subtype, parsed.plugin) == (
        name,
        number,
        "submission",
        plugin,
    )


def test_files_belong_to_the_leftmost_mark():
    parsed = parse_flat("Wei Chen_6_assignsubmission_file_my_home_work_1.py")
    assert (parsed.name, parsed.id, parsed.rest) == ("Wei Chen", 6, "my_home_work_1.py")
    forged = parse_flat("Eve_5_assignsubmission_file_x_7_assignsubmission_file_layers.py")
    assert forged.id == 5
    assert parse_flat("Pérez__4_assignsubmission_file_.hidden.py").rest == ".hidden.py"


@pytest.mark.parametrize("text", ["alice", "hw1.zip", "x_5_assignsubmission", "5", ""])
def test_other_names_are_none_of_moodles(text):
    assert parse_folder(text) is None and parse_flat(text) is None


@given(name=st.text(max_size=20).filter(lambda n: "_" not in n), number=st.integers(0, 10**9))
@settings(max_examples=100, deadline=None)
def test_any_name_and_id_round_trip(name, number):
    parsed = parse_folder(f"{name}_{number}_assignsubmission_file")
    assert (parsed.name, parsed.id) == (name.strip(), number)
    assert parse_flat(f"{name}_{number}_assignsubmission_file_a_b.py").id == number


def test_cleaned_and_raw_names_of_real_people_are_alike():
    raw = {
        one["id"]: one["fullname"]
        for one in json.loads((DATA / "ws_list_participants_a1.json").read_text(encoding="utf-8"))
    }
    with zipfile.ZipFile(DATA / "a1_downloadall_folders1.zip") as archive:
        cleaned = {parse_folder(name.split("/")[0]).name for name in archive.namelist()}
    for name in cleaned:
        assert any(bare(name) == bare(one) and alike(name, one) for one in raw.values()), name
    assert not alike("Wei Chen", "Zoë O'Connor-Łukasiewicz")
    assert alike("小龍 李", "李小龍")


# Feedback zip ------------------------------------------------------------------------------------


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


def test_names_that_moodle_passes_over_are_refused(tmp_path):
    for filename in (".x", "~x", "", "a/b"):
        with pytest.raises(ValueError):
            write_feedback_zip(tmp_path / "f.zip", {1: b""}, filename=filename)
    with pytest.raises(ValueError):
        write_feedback_zip(tmp_path / "f.zip", {0: b""})
