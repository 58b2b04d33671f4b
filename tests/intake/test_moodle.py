"""Moodle's downloads become a class."""

from __future__ import annotations

import io
import shutil
import zipfile
from pathlib import Path

import pytest

from labkit.intake import Moodle, open_submissions
from tests.intake.handed_in import MODULES, PACKAGE, under
from tests.packing import lay, zipped

DATA = Path(__file__).parents[1] / "data" / "moodle"


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
    submissions = open_submissions(source, MODULES)
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
    assert found[5].platform.name == found[6].platform.name == "Wei Chen"
    assert (found[5].name, found[6].name) == ("Wei Chen_5", "Wei Chen_6")
    assert found[4].name == "Renée DArcy Rex Pérez_4" and found[9].name == "小龍 李_9"
    flat = download.endswith("0.zip")
    assert found[5].platform == Moodle(5, "Wei Chen", flat)
    told = found[5].platform_data
    assert (told["kind"], told["id"], told["name"], told["flat"]) == ("moodle", 5, "Wei Chen", flat)
    assert found[9].status == "missing package" and "id 9" in found[9].problem
    assert found[5].files == PACKAGE
    assert found[6].files["neuralnet/backprop.py"] == b"b=2\n"
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
    return open_submissions(tmp_path / "m.zip", MODULES)


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
    assert submissions[2].platform.name == "Participant"
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
    assert submissions[1].platform.id == 7
    assert submissions[1].files["neuralnet/layers.py"] == b"good"


def test_long_moodle_names_are_cut(tmp_path):
    name = "Александра " * 20
    submissions = moodle_zip(tmp_path, under(f"{name}_41_assignsubmission_file", PACKAGE))
    (one,) = submissions
    assert one.status == "ok" and one.name.startswith("Александра") and len(one.name.encode()) < 100
    assert submissions.names == (one.name,)


def test_a_broken_class_zip_is_one_problem_not_a_crash(tmp_path):
    (tmp_path / "m.zip").write_bytes((DATA / "a1_downloadall_folders1.zip").read_bytes()[:-40])
    (one,) = open_submissions(tmp_path / "m.zip", MODULES)
    assert one.status == "unreadable" and "cut off" in one.problem
