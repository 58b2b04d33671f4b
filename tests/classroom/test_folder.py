"""OUT for one run: what stops the run is told of the place where it was met."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from labkit.base.errors import LabkitError
from labkit.classroom.folder import locked
from labkit.classroom.order import OutError

INPUT = "/course/submissions.zip"
OUT = "results/ada.json"
NOWHERE = "/tmp/spooled"


def _met(number: int, path: Path | str | None) -> OSError:
    return OSError(number, os.strerror(number), path and str(path))


@pytest.mark.parametrize(
    ("number", "place", "words"),
    [
        (errno.ENOSPC, OUT, r"ada\.json cannot be written \(No space"),
        (errno.EACCES, OUT, r"ada\.json cannot be written \(Permission denied"),
        (errno.EIO, OUT, r"ada\.json cannot be written \(Input/output"),
        (errno.ENOSPC, None, r"out cannot be written \(No space"),
        (errno.ENOSPC, NOWHERE, r"/tmp/spooled cannot be written \(No space"),
    ],
)
def test_what_cannot_be_written_asks_for_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, place: str | None, words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    for out in (tmp_path / "out", Path("out")):
        with pytest.raises(OutError, match=f"{words}.*make room.*--resume"), locked(out):
            raise _met(number, place and out / place)


@pytest.mark.parametrize(
    ("number", "place", "words"),
    [
        (errno.EACCES, INPUT, r"^/course/submissions\.zip cannot be read \(Permission denied\): "),
        (errno.ENOENT, INPUT, r"^/course/submissions\.zip cannot be read \(No such file"),
        (errno.EIO, INPUT, r"^/course/submissions\.zip cannot be read \(Input/output"),
        (errno.EMFILE, None, r"^The machine stopped this run \(Too many open files\): "),
    ],
)
def test_what_cannot_be_read_is_told_as_such(
    tmp_path: Path, number: int, place: str | None, words: str
) -> None:
    with pytest.raises(LabkitError, match=words) as caught, locked(tmp_path / "out"):
        raise _met(number, place)
    assert not isinstance(caught.value, OutError)
    assert "make room" not in str(caught.value) and "--resume" in str(caught.value)


def test_an_out_that_cannot_be_made_is_the_one_that_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed(path: Path, *_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path.parent))

    monkeypatch.setattr(Path, "mkdir", closed)
    words = r"out cannot be written \(Permission denied"
    with pytest.raises(OutError, match=words), locked(tmp_path / "out"):
        pass


@pytest.mark.parametrize("error", [OSError(errno.EINVAL, "odd"), ValueError("odd")])
def test_what_nobody_can_mend_is_no_sentence(tmp_path: Path, error: Exception) -> None:
    with pytest.raises(type(error), match="odd"), locked(tmp_path / "out"):
        raise error
