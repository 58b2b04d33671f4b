"""What fails on the grader's machine while a submission is read is no fault of who handed in."""

from __future__ import annotations

import errno
import gzip
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from labkit.intake import (
    IntakeError,
    Submission,
    archives,
    open_submissions,
    places,
    single_submission,
)
from labkit.intake.fit import unusable
from labkit.lab.course import find
from tests.intake.handed_in import CODE, MODULES, PACKAGE, check_sentence, posix, tarred, under
from tests.packing import lay, zipped

pytestmark = posix


def fault(number: int) -> Callable[..., Any]:
    def fail(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    return fail


def no_memory(*_: object, **__: object) -> None:
    raise MemoryError


def no_folder_takes_a_file(*_: object, **__: object) -> None:
    raise FileNotFoundError(errno.ENOENT, "No usable temporary directory found in ['/tmp']")


def read(folder: Path) -> Submission:
    (found,) = open_submissions(folder, MODULES)
    return found


SPOOLED = tempfile.SpooledTemporaryFile
OWN = {
    "a disk that is full": (SPOOLED, "write", fault(errno.ENOSPC)),
    "a disk that is full at the end": (SPOOLED, "seek", fault(errno.ENOSPC)),
    "a quota": (SPOOLED, "write", fault(errno.EDQUOT)),
    "no folder for temporary files": (SPOOLED, "write", no_folder_takes_a_file),
    "no handles": (places.os, "open", fault(errno.EMFILE)),
    "no memory": (places.os, "open", no_memory),
    "a disk that fails": (places.os, "fstat", fault(errno.EIO)),
}


@pytest.mark.parametrize("way", OWN)
def test_it_is_the_graders_own_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    lay(tmp_path, {"ada/ada.tgz": tarred(PACKAGE)})
    with monkeypatch.context() as patched:
        patched.setattr(*OWN[way])
        found = read(tmp_path)
    assert found.status == "failed" and found.problem is not None
    assert found.problem.startswith("ada/ could not be read on the grader's machine (")
    assert "hand" not in found.problem and found.files == {}
    check_sentence(found.problem)
    assert unusable(find("lab1"), found).startswith("failed: ada/ could not")
    assert read(tmp_path).status == "ok"


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO])
def test_a_zip_in_a_zip_and_a_table_of_contents(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    inner = zipped({**PACKAGE, "noise": os.urandom(6 << 20)})
    lay(tmp_path, {"ada.zip": zipped(under("lab", {"work.zip": inner}))})
    for owner, name in ((SPOOLED, "write"), (archives, "_central_directory")):
        with monkeypatch.context() as patched:
            patched.setattr(owner, name, fault(number))
            assert read(tmp_path).status == "failed"
    assert read(tmp_path).status == "ok"


def test_a_file_of_the_package_is_not_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = os.open

    def no_handle(path: Any, *rest: Any, **more: Any) -> int:
        if str(path).endswith("layers.py"):
            fault(errno.EMFILE)()
        return opened(path, *rest, **more)

    lay(tmp_path, under("ada", PACKAGE) | {"bob.zip": zipped(PACKAGE)})
    monkeypatch.setattr(places.os, "open", no_handle)
    ada, bob = open_submissions(tmp_path, MODULES)
    assert (ada.status, bob.status) == ("failed", "ok")


def test_a_folder_of_the_package_is_not_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = Path.iterdir

    def no_handle(path: Path) -> Any:
        if path.name == "neuralnet" and path.parent.name == "ada":
            fault(errno.EMFILE)()
        return listed(path)

    lay(tmp_path, under("ada", PACKAGE | {"layers.py": CODE}) | {"bob.zip": zipped(PACKAGE)})
    classed = open_submissions(tmp_path, MODULES)
    monkeypatch.setattr(Path, "iterdir", no_handle)
    assert [one.status for one in classed] == ["failed", "ok"]


def test_a_class_is_not_taken_for_one_hand_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where its zip cannot be opened for a moment."""
    lay(tmp_path, {"class.zip": zipped(under("ada", PACKAGE) | under("bob", PACKAGE))})
    with monkeypatch.context() as patched:
        patched.setattr(places.os, "open", fault(errno.EMFILE))
        with pytest.raises(IntakeError, match="Too many open files"):
            open_submissions(tmp_path / "class.zip", MODULES)
    classed = open_submissions(tmp_path / "class.zip", MODULES)
    with monkeypatch.context() as patched:
        patched.setattr(Path, "open", fault(errno.EMFILE))
        assert [one.status for one in classed] == ["failed", "failed"]
    assert [one.status for one in classed] == ["ok", "ok"]


def test_a_file_that_cannot_even_be_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = Path.lstat

    def worn_out(path: Path) -> Any:
        if path.name == "ada.zip":
            fault(errno.EIO)()
        return looked(path)

    lay(tmp_path, {"ada.zip": zipped(PACKAGE), "bob.zip": zipped(PACKAGE)})
    with monkeypatch.context() as patched:
        patched.setattr(Path, "lstat", worn_out)
        assert [one.status for one in open_submissions(tmp_path, MODULES)] == ["failed", "ok"]
    gone = single_submission(tmp_path / "gone.zip", MODULES)
    assert gone.status == "unreadable"
    assert (
        gone.problem
        == "gone.zip cannot be read (no such file or directory), so look at it yourself."
    )


def test_a_folder_that_cannot_be_listed_is_no_reason_to_take_a_class_for_one_hand_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = Path.iterdir

    def no_handle(path: Path) -> Any:
        if path.name == "download":
            fault(errno.EMFILE)()
        return listed(path)

    lay(tmp_path, under("download/Ada_1_assignsubmission_file", PACKAGE))
    monkeypatch.setattr(Path, "iterdir", no_handle)
    with pytest.raises(IntakeError, match="Too many open files"):
        open_submissions(tmp_path, MODULES)


def test_what_is_damaged_stays_the_hand_ins_fault(tmp_path: Path) -> None:
    broken = gzip.compress(os.urandom(1 << 20))[: 1 << 19]
    lay(tmp_path, {"ada.tgz": broken, "bob.zip": b"PK\3\4", "carol.tgz": b"\x1f\x8bno gzip"})
    assert [one.status for one in open_submissions(tmp_path, MODULES)] == ["unreadable"] * 3
