"""What the tests of the intake hand in, and how they look at what becomes of it."""

from __future__ import annotations

import io
import re
import sys
import tarfile
from pathlib import Path

import pytest

from labkit.intake import single_submission
from labkit.intake.archives import Budget, File, Listing
from labkit.intake.package import Clean, clean_submission
from labkit.lab.course import available
from tests.packing import zipped

MODULES = tuple(dict.fromkeys(one for lab in available() for one in lab.contract.modules))
"""Of the whole course's package: by them code is known."""

CODE = b"def relu(z):\n    return z\n"

PACKAGE = {
    "neuralnet/__init__.py": b"",
    "neuralnet/activations.py": CODE,
    "neuralnet/layers.py": b"from .activations import relu\n",
}

LOOSE = {"lab1.ipynb": b"{}", "activations.py": CODE, "layers.py": b"x = 1\n"}
posix = pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX file system")


def under(prefix: str, files: dict[str, bytes]) -> dict[str, bytes]:
    return {f"{prefix}/{name}": content for name, content in files.items()}


def hand_in(tmp_path: Path, content: bytes, name: str = "alice.zip"):
    """One submission that is the file `name`, its clean files (None if it has a problem)."""
    path = tmp_path / name
    path.write_bytes(content)
    return look(path)


def look(path: Path):
    submission = single_submission(path, MODULES)
    if submission.problem:
        assert submission.status in ("missing package", "empty", "unreadable")
        check_sentence(submission.problem)
        assert submission.files == {}
        return submission, None
    assert submission.status == "ok"
    return submission, dict(submission.files)


def in_memory(content: bytes, name: str, budget: Budget | None = None) -> Clean:
    """The clean form of one handed-in file, without a disk."""
    file = File(name, len(content), 0, lambda limit: content, lambda limit: io.BytesIO(content))
    return clean_submission(Listing([file]), name, frozenset(MODULES), budget)


def check_sentence(text: str) -> None:
    assert text.endswith(".") and "\n" not in text
    assert not re.search(r"\(\w+Error\)", text)
    assert all(c.isprintable() for c in text)


def tarred(files: dict[str, bytes], **more) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz", **more) as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


VALID = zipped(PACKAGE | {"lab.ipynb": b"{}", "old.zip": zipped(PACKAGE)})
