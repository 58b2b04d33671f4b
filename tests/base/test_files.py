"""Files are whole or not there."""

from __future__ import annotations

import errno
import json
import os
import sys

import pytest

from labkit.base import files


def test_text_bytes_and_json(tmp_path):
    files.write_text(tmp_path / "new" / "a.txt", "ä\r\nb")
    assert (tmp_path / "new" / "a.txt").read_bytes() == "ä\r\nb".encode()
    files.write_bytes(tmp_path / "b", b"\0\1")
    assert (tmp_path / "b").read_bytes() == b"\0\1"
    files.write_json(tmp_path / "c.json", {"ü": [1.5]})
    assert json.loads((tmp_path / "c.json").read_text(encoding="utf-8")) == {"ü": [1.5]}
    files.write_text(tmp_path / "half", "a\ud800b")
    assert (tmp_path / "half").read_bytes() == b"a?b"


def test_a_file_that_holds_it_already_stays(tmp_path):
    path = tmp_path / "a"
    files.write_bytes(path, b"one")
    first = path.stat().st_ino, path.stat().st_mtime_ns
    files.write_bytes(path, b"one")
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == first
    files.write_bytes(path, b"two")
    assert path.read_bytes() == b"two" and path.stat().st_ino != first[0]


def test_a_failure_leaves_the_old_file_and_no_rest(tmp_path):
    files.write_text(tmp_path / "a", "old")
    with pytest.raises(RuntimeError), files.writing(tmp_path / "a") as file:
        file.write(b"new")
        raise RuntimeError
    with pytest.raises(ValueError):
        files.write_json(tmp_path / "a", float("nan"))
    assert (tmp_path / "a").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


@pytest.mark.skipif(sys.platform == "win32", reason="has no limits of this kind")
def test_a_file_without_room_is_named(tmp_path):
    """A write that fails tells no name by itself, and the command line would show a traceback."""
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
    try:
        with pytest.raises(OSError) as caught:
            files.write_bytes(tmp_path / "large", bytes(1 << 20))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert caught.value.filename == str(tmp_path / "large")
    assert not list(tmp_path.iterdir())


def test_what_cannot_be_written_is_named_and_not_what_would_have_become_it(tmp_path, monkeypatch):
    def no_handles(*_, **__):
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE), f"{tmp_path}/.writing-x")

    (tmp_path / "folder").mkdir()
    with pytest.raises(IsADirectoryError) as caught:  # met at the end, when it is moved
        files.write_bytes(tmp_path / "folder", b"x")
    assert caught.value.filename == str(tmp_path / "folder")
    with pytest.raises(FileNotFoundError) as caught, files.writing(tmp_path / "a"):
        (tmp_path / "another").read_bytes()
    assert caught.value.filename == str(tmp_path / "another")
    monkeypatch.setattr(files.tempfile, "mkstemp", no_handles)
    with pytest.raises(OSError) as caught:
        files.write_bytes(tmp_path / "a", b"x")
    assert caught.value.filename == str(tmp_path / "a")
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


@pytest.mark.skipif(sys.platform == "win32", reason="permissions are POSIX")
def test_permissions_are_the_usual_ones(tmp_path):
    mask = os.umask(0o022)
    try:
        files.write_text(tmp_path / "a", "x")
        assert (tmp_path / "a").stat().st_mode & 0o777 == 0o644
        (tmp_path / "a").chmod(0o600)
        files.write_text(tmp_path / "a", "y")
        assert (tmp_path / "a").stat().st_mode & 0o777 == 0o600
    finally:
        os.umask(mask)
