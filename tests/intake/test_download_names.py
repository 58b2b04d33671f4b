"""Names in Moodle's downloads."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labkit.intake.moodle import alike, bare, parse_flat, parse_folder

DATA = Path(__file__).parents[1] / "data" / "moodle"


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
