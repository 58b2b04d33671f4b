"""The zip that is handed in is there whole or not at all."""

from __future__ import annotations

import errno
import os
import zipfile
from pathlib import Path

import pytest

from labkit.student.labcheck import handin

FILES = {"lab.ipynb": b"{}", "neuralnet/layers.py": b"x = 1\n"}


def test_a_zip_takes_the_place_of_an_earlier_one(tmp_path: Path) -> None:
    target = tmp_path / "lab1.zip"
    target.write_bytes(b"old")
    handin._write(target, FILES)
    with zipfile.ZipFile(target) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == FILES
    assert [*tmp_path.iterdir()] == [target]


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (KeyboardInterrupt(), KeyboardInterrupt),
        (MemoryError(), MemoryError),
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), handin.NotHandedIn),
    ],
)
def test_one_that_was_stopped_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException, told: type[BaseException]
) -> None:
    def stopped(*_: object) -> None:
        raise error

    monkeypatch.setattr(zipfile.ZipFile, "writestr", stopped)
    with pytest.raises(told):
        handin._write(tmp_path / "lab1.zip", FILES)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_takes_nothing_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(zipfile, "ZipFile", closed)
    monkeypatch.setattr(Path, "unlink", closed)  # Linux says so of a file that is not there, too
    with pytest.raises(handin.NotHandedIn, match="write-protected"):
        handin._write(tmp_path / "lab1.zip", FILES)
