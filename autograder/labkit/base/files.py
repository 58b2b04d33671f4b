"""Files that are either whole or not there: written beside their place, then moved into it.

A grader that is stopped half-way must not leave half a result behind, and a reader never meets
a file that is still being written. Missing parent folders are made.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any


@contextlib.contextmanager
def writing(path: str | os.PathLike[str]) -> Iterator[IO[bytes]]:
    """A binary file that becomes `path` when the block ends, and vanishes if the block raises.

    The file can be read back and seeked in (zip writers need that). An existing `path` keeps its
    permissions and its old content until the last moment; a new one gets the usual ones. OSError
    names `path`, never the file beside it that nobody knows; or a folder that cannot be made.
    """
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary: Path | None = None
    try:
        handle, name = tempfile.mkstemp(prefix=".writing-", dir=target.parent)
        temporary = Path(name)
        with os.fdopen(handle, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(_permissions(target))
        temporary.replace(target)
    except BaseException as error:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
        own = (None, str(temporary))
        if isinstance(error, OSError) and (temporary is None or error.filename in own):
            error.filename = str(target)
        raise


def write_bytes(path: str | os.PathLike[str], data: bytes) -> None:
    """Write `data` to `path`, whole or not at all; a file that holds it already stays as it is."""
    with contextlib.suppress(OSError):
        if Path(path).read_bytes() == data:
            return
    with writing(path) as file:
        file.write(data)


def write_text(path: str | os.PathLike[str], text: str) -> None:
    """Write `text` to `path` in UTF-8, its newlines as they are, whole or not at all.

    Half a surrogate pair, which student output may hold, is written as `?`.
    """
    write_bytes(path, text.encode("utf-8", errors="replace"))


def write_parts(path: str | os.PathLike[str], parts: Iterable[str]) -> None:
    """The same for a text that is too long to be held in memory: part by part."""
    with writing(path) as file:
        for part in parts:
            file.write(part.encode("utf-8", errors="replace"))


def write_json(path: str | os.PathLike[str], value: Any) -> None:
    """Write `value` as readable JSON with a newline at the end, whole or not at all.

    NaN and infinity raise ValueError: they are not JSON, and strict readers stop at them.
    """
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def _permissions(target: Path) -> int:
    """Those of the file that stands there, or what a plainly created file would get."""
    try:
        return target.stat().st_mode & 0o777
    except OSError:
        mask = os.umask(0o077)
        os.umask(mask)
        return 0o666 & ~mask
