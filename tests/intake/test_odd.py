"""Odd but honest submissions come through, and what was odd is said."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest

from labkit.intake.archives import CHUNK, Budget, zip_entries
from labkit.intake.package import MAX_NOTEBOOK
from tests.intake.handed_in import PACKAGE, hand_in, in_memory, look, under
from tests.packing import lay, zipped


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


def test_of_a_huge_notebook_no_more_is_unpacked_than_of_the_largest_that_is_kept(tmp_path):
    data = zipped(PACKAGE | {"lab1.ipynb": b'{"cells": [' + b" " * (60 << 20)})
    budget = Budget()
    before = budget.left
    assert in_memory(data, "alice.zip", budget).files == PACKAGE
    assert before - budget.left <= MAX_NOTEBOOK + CHUNK + sum(map(len, PACKAGE.values()))
    folder = lay(tmp_path / "bob", PACKAGE)
    with (folder / "lab1.ipynb").open("wb") as file:
        file.truncate(60 << 20)
    assert look(folder)[1] == PACKAGE


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
